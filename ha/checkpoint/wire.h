/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How cuts are written: messages RESEND, FLOWS, CLOSED, COMMIT, ACK. Every one begins with the
 * field CUT, {term, number}, 8 octets each. Private to ha/checkpoint and its tests.
 *
 *   FLOWS:  | version 2 | octets of a flow 2 | member 4 | count 4 | flows ... |
 *   CLOSED: | count 4 | instances, 8 each ... |
 */
#ifndef FC_CHECKPOINT_WIRE_H
#define FC_CHECKPOINT_WIRE_H

#include <ha/checkpoint/cuts.h>

#define FC_CUT_FLOW_VERSION 1
#define FC_CUT_FLOW_OCTETS 139
#define FC_CUT_FLOWS_HEADER 12
#define FC_CUT_CLOSED_HEADER 4
#define FC_CUT_GONE_MAX 256

enum fc_cut_tag {
	FC_CUT_TAG_CUT = 1,
	FC_CUT_TAG_FLOWS,
	FC_CUT_TAG_CLOSED,
	FC_CUT_TAG_RESEND, /* mask of slices */
	FC_CUT_TAG_VECTOR, /* parts, 39 octets each */
	FC_CUT_TAG_GONE,   /* numbers of members, 4 octets each */
	FC_CUT_TAG_COUNTS, /* flows, closed, sealed: 8 octets each */
	FC_CUT_TAG_SLICE,  /* that the digests are of */
	FC_CUT_TAG_SYNCED,
	FC_CUT_TAG_DIFFER /* mask of slices */
};

/* Write a sentence into `why`, FC_CUT_TEXT octets. Return -EPROTO. */
__attribute__((format(printf, 2, 3))) int fc_cut_refuse(char *why, const char *format, ...);

struct fc_cut_id {
	uint64_t term, number;
};

/* One member's place in a commit vector. */
struct fc_cut_part {
	uint32_t member; /* number, never used again by this unit */
	uint8_t slot;
	uint16_t ring;
	uint32_t generation, epoch;
	uint64_t cut_ns, digest;
	uint64_t spread; /* fc_cuts_spread */
};

struct fc_cut_place fc_cut_place_of(const struct fc_cut_part *part);

struct fc_cut_counts {
	uint64_t flows, closed, sealed; /* sealed: messages EXPORTER and DATAGRAM */
};

struct fc_cut_commit {
	struct fc_cut_id id;
	struct fc_cut_counts counts;
	bool synced;
	unsigned slice;
	unsigned parts, gones;
	struct fc_cut_part part[FC_CUT_MEMBERS];
	uint32_t gone[FC_CUT_GONE_MAX];
};

/* What a message FLOWS or CLOSED holds; pointers into it. */
struct fc_cut_packed {
	struct fc_cut_id id;
	uint32_t member, count;
	const uint8_t *at;
};

void fc_cut_flow_put(uint8_t at[FC_CUT_FLOW_OCTETS], const struct fc_cut_flow *flow);
void fc_cut_flow_get(const uint8_t at[FC_CUT_FLOW_OCTETS], struct fc_cut_flow *out);
/* Of a packed flow alone. */
uint64_t fc_cut_flow_instance(const uint8_t at[FC_CUT_FLOW_OCTETS]);
uint64_t fc_cut_instance_get(const uint8_t at[8]);
void fc_cut_instance_put(uint8_t at[8], uint64_t instance);

/* NULL: no memory. `packed`: count flows, or instances, as above. */
struct fc_message *fc_cut_flows_write(struct fc_cut_id id, uint32_t member, const uint8_t *packed,
				      uint32_t count);
struct fc_message *fc_cut_closed_write(struct fc_cut_id id, const uint8_t *packed, uint32_t count);
struct fc_message *fc_cut_resend_write(struct fc_cut_id id, uint64_t slices);
struct fc_message *fc_cut_commit_write(const struct fc_cut_commit *commit);
struct fc_message *fc_cut_ack_write(struct fc_cut_id id);
/* Say that these slices differ, after all. */
void fc_cut_ack_differ(struct fc_message *ack, uint64_t differ);

/* Return 0, or -EPROTO with why. */
int fc_cut_id_read(const struct fc_message *m, struct fc_cut_id *out, char why[FC_CUT_TEXT]);
int fc_cut_flows_read(const struct fc_message *m, struct fc_cut_packed *out, char why[FC_CUT_TEXT]);
int fc_cut_closed_read(const struct fc_message *m, struct fc_cut_packed *out,
		       char why[FC_CUT_TEXT]);
int fc_cut_resend_read(const struct fc_message *m, struct fc_cut_id *id, uint64_t *slices,
		       char why[FC_CUT_TEXT]);
int fc_cut_commit_read(const struct fc_message *m, struct fc_cut_commit *out,
		       char why[FC_CUT_TEXT]);
int fc_cut_ack_read(const struct fc_message *m, struct fc_cut_id *id, uint64_t *differ,
		    char why[FC_CUT_TEXT]);

#endif
