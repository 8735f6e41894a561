/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flows that a unit has taken over for slots without a card: nobody merges into them any more, so
 * they are closed (forced end) and leave with the unit's next cut, of which this is a member for as
 * long as it takes.
 *
 *   base --flows of slots that are not served--> queue --> export thread
 *            a marker, join, part done --> safe --> member no more
 *
 * A worker whose card comes in that moment takes the same flows: fc_base_take decides, one by one.
 */
#ifndef FC_ORPHANS_H
#define FC_ORPHANS_H

#include <ha/checkpoint/base.h>
#include <ha/flow_queue.h>

#define FC_ORPHANS_SLOT 255 /* of its part in a cut's vector */

struct fc_orphans;

struct fc_orphans_config {
	struct fc_cuts *cuts;        /* with a base, or there is nothing to do */
	struct fc_flow_queue *queue; /* the caller's; the export thread has it */
	/* Are there workers for this slot? Any thread, from a turn. */
	bool (*served)(void *context, unsigned slot);
	void *context;
};

struct fc_orphans_stats {
	uint64_t flows, packets; /* closed */
	uint64_t cuts;           /* that held some */
};

/* Return 0 or -ENOMEM. */
int fc_orphans_create(const struct fc_orphans_config *config, struct fc_orphans **out);
/* Without a thread: one step, never waits; a few times a second. Return whether there is more to do
 * at once. */
bool fc_orphans_turn(struct fc_orphans *orphans);
/* Or with a thread of its own, that ends with fc_orphans_destroy. Return 0 or -errno. */
int fc_orphans_start(struct fc_orphans *orphans);
/* What was not closed stays in the base. */
void fc_orphans_destroy(struct fc_orphans *orphans);

/* Any thread. */
void fc_orphans_stats(struct fc_orphans *orphans, struct fc_orphans_stats *out);

#endif
