/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What differs between the protocols: the header, how records are counted in it, and how sets are
 * laid out.
 */
#ifndef FC_EXPORT_CODEC_H
#define FC_EXPORT_CODEC_H

#include "writer.h"

#include <flowcard/flow.h>

/* A datagram about to be sealed. */
struct fc_header {
	uint32_t domain;
	uint32_t sequence;  /* as the protocol counts, before this datagram */
	unsigned records;   /* data records, those of option tables among them */
	unsigned templates; /* template records */
	size_t length;      /* of the whole datagram */
	uint64_t time_ms;   /* since 1970 */
	uint32_t uptime_ms;
	uint16_t sampling; /* v5: mode and interval */
};

struct fc_codec {
	size_t header_size;
	unsigned records_max;  /* in a datagram; 0: as many as fit */
	size_t fixed_record;   /* record size where there are no templates; 0: sets and templates */
	bool text;             /* JSON: neither sets nor templates, records of different lengths */
	unsigned alignment;    /* a set is padded to a multiple of it */
	uint16_t template_set; /* set id of templates */
	uint16_t options_set;  /* and of options templates */
	bool scope_octets;     /* options templates give lengths of their lists, not counts */
	bool count_datagrams;  /* sequence counts datagrams; else data records */
	bool whole_seconds;    /* the header has no part of a second, yet times hang on it */
	void (*header)(struct fc_writer *w, const struct fc_header *h);
};

extern const struct fc_codec fc_codec_v5;
extern const struct fc_codec fc_codec_v9;
extern const struct fc_codec fc_codec_ipfix;
extern const struct fc_codec fc_codec_json;

/* One v5 record; counters must fit 32 bits, times must lie after base_ms. */
void fc_v5_record(struct fc_writer *w, const struct fc_flow *f, uint64_t base_ms);

/* Sampling field of the v5 header: 2 bits of mode, 14 of interval; 0 when it cannot say it. */
uint16_t fc_v5_sampling(uint64_t mode, uint64_t window);

#endif
