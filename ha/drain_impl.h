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

struct fc_drain {
	struct fc_drain_config config;
	struct drain_run *run; /* size / 2 + 1 places: runs do not touch */
	size_t runs;
	uint32_t (*copied)[FC_RECORD_WORDS]; /* deferred records whose ring place went back early */
	size_t copied_count, copied_room;
	uint32_t next;  /* index of the next record to deal with */
	uint32_t limit; /* what the commit of the cut in flight gives back */
	bool in_flight;
	uint32_t holes; /* places lost since the last barrier: so many barriers may be missing */
	unsigned stuck; /* steps that an empty place has kept filled ones waiting */
	int error;      /* first one of this step */
	struct fc_drain_stats stats;
	uint32_t batch[BATCH][FC_RECORD_WORDS];
	uint32_t again[BATCH][FC_RECORD_WORDS];
};

/* drain_defer.c */
void fc_drain_defer(struct fc_drain *drain, uint32_t index);
void fc_drain_offer_again(struct fc_drain *drain);
void fc_drain_release_early(struct fc_drain *drain);

/* drain.c */
void fc_drain_count(struct fc_drain *drain, const uint32_t *record, bool seen, bool merged);
void fc_drain_release(struct fc_drain *drain, uint32_t index, bool force);

#endif
