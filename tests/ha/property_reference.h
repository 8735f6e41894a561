/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a shard ought to do, as plain as can be: an array with a place for each flow, scanned whole
 * at every cut; lists that are sorted when they are compared.
 */
#ifndef FC_PROPERTY_REFERENCE_H
#define FC_PROPERTY_REFERENCE_H

#include "fake_card.h"

#define SECOND UINT64_C(1000000000)
enum {
	MONITORS = 8,
	FLOWS = 160,
	SHARD_ENTRIES = 430,
	CLOSED_MAX = 60,
	DELTAS = 600,
	LIST = 16384,
	PERMANENT = 3, /* number of that monitor */
	IMMEDIATE = 6
};

/* One of each type of cache, several of the normal one; masks are not in here. */
extern const struct fc_shadow_monitor ref_monitor[MONITORS];

struct values {
	uint64_t packets, octets, first_ns, last_ns;
};

struct instance {
	bool live, fresh; /* fresh: created in this epoch */
	struct values now, frozen;
	bool has_frozen;
	unsigned flags;                     /* of TCP */
	uint64_t start_age, last_age;       /* settled ages */
	uint64_t first_offset, last_offset; /* of this epoch, not settled yet */
	bool touched;                       /* in this epoch */
	uint64_t order, mark;               /* of the last first touch in a cut */
	uint64_t born, tag;
};

struct ended {
	unsigned monitor, reason;
	uint32_t flow;
	struct values values;
};

struct list {
	struct ended item[LIST];
	size_t count;
};

struct reference {
	struct instance instance[MONITORS][FLOWS];
	struct list waiting, due;     /* due: handed over at this cut, or at once */
	struct list spread[MONITORS]; /* oldest first */
	size_t spread_all[MONITORS];
	uint64_t spread_from[MONITORS];
	struct fake_delta later[DELTAS * 4];
	size_t later_count;
	uint64_t age, start_ns, cut_from, update_due, order, births, cut;
	uint64_t lost_packets, lost_octets, packets, octets, deltas, not_added, not_added_packets;
	uint64_t updates, aged[MONITORS][6]; /* by reason */
	uint64_t waiting_packets;
	uint32_t epoch;
	bool in_flight, anchored;
};

extern struct reference ref;

void ref_begin(uint64_t start_ns);
void ref_push(struct list *list, const struct ended *item);
size_t ref_live_of(unsigned monitor);
unsigned ref_flags(const struct fake_delta *delta);
void ref_apply(const struct fake_delta *delta);
/* A barrier comes; `stays`: its cut, if it takes one, stays in flight. */
void ref_barrier(uint64_t start_ns, uint64_t end_ns, bool stays);

#endif
