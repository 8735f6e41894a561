/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of a drain worker. Private to ha/drain*.c. */
#ifndef FC_DRAIN_IMPL_H
#define FC_DRAIN_IMPL_H

#include <ha/drain.h>
#include <stddef.h>

#define BATCH 64

/* Deferred records that still stand in the ring, by index. */
struct drain_run {
	uint32_t start, count;
};

#define BARRIERS 64 /* that are remembered while following */

/* A barrier that was followed. */
struct drain_barrier {
	uint32_t index, epoch;
	uint32_t limit; /* index of the first record of a later epoch before it, or index + 1 */
	uint64_t end_ns;
};

/* Where an epoch that is not closed has its first record. */
struct drain_first {
	bool there;
	uint32_t epoch, index;
};

struct drain_follow {
	struct drain_barrier barrier[BARRIERS]; /* oldest first, none covered */
	struct drain_barrier over; /* the last that has passed: covered, or its places went back */
	struct drain_barrier covered; /* the newest that a commit covers */
	uint64_t covered_ns;          /* and where that commit ends */
	uint64_t commits;
	struct drain_first first[2];
	uint32_t commit_read; /* where the ring was read when the last commit came */
	unsigned barriers;
	uint32_t followed_epoch; /* of the newest barrier */
	uint32_t holes;          /* places lost while following */
	uint32_t scanned;        /* places before it were counted as seen already */
	unsigned void_mask;
	uint32_t void_before[FC_SHADOW_MONITORS];
	bool on, handed_over, seen_commit, over_there, followed, covered_there;
	bool straddles; /* records may lie on both sides of covered_ns */
	bool again;     /* after the takeover: places are read again, some are covered or void */
};

struct fc_drain {
	struct fc_drain_config config;
	struct drain_run *run; /* size / 2 + 1 places: runs do not touch */
	size_t runs;
	uint32_t (*copied)[FC_RECORD_WORDS]; /* deferred records whose ring place went back early */
	size_t copied_count, copied_room;
	uint32_t next;  /* index of the next record to deal with */
	uint32_t limit; /* what the commit of the cut in flight gives back */
	bool in_flight, cut_there;
	struct drain_barrier cut; /* the last one, or what the peer's commits covered before */
	uint32_t holes; /* places lost since the last barrier: so many barriers may be missing */
	unsigned stuck; /* steps that an empty place has kept filled ones waiting */
	int error;      /* first one of this step */
	struct drain_follow follow;
	struct fc_drain_stats stats;
	uint32_t batch[BATCH][FC_RECORD_WORDS];
	uint32_t again[BATCH][FC_RECORD_WORDS];
};

/* drain_defer.c */
void fc_drain_defer(struct fc_drain *drain, uint32_t index);
void fc_drain_offer_again(struct fc_drain *drain);
void fc_drain_release_early(struct fc_drain *drain);

/* drain_follow.c: one step's records while following; which of them are not merged after it. */
void fc_drain_scan(struct fc_drain *drain, size_t count);
bool fc_drain_dropped_again(struct fc_drain *drain, uint32_t index, const uint32_t *record);

/* drain.c */
void fc_drain_take_snapshot(struct fc_drain *drain, const uint32_t *record);
void fc_drain_take_ledger(struct fc_drain *drain, const uint32_t *record);
void fc_drain_count(struct fc_drain *drain, const uint32_t *record, bool seen, bool merged);
void fc_drain_release(struct fc_drain *drain, uint32_t index, bool force);

#endif
