/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one card consumes of the four brokers: a mirror of the objects it was given, and from that
 * its plan. The card's slot runs it in its thread:
 *
 *   up ----> take --plan--> slot programs the card, reads back --outcome--> done --+
 *    |        ^                                                                    |
 *    |        +---- 0: nothing to do ----- each look of the slot ------------------+
 *   down: card lost, reset, stopped; the next up begins at the flush
 *
 * Only the brokers are shared with others. Page: docs/brokers.md.
 */
#ifndef FC_CONSUMER_H
#define FC_CONSUMER_H

#include <ha/brokers.h>
#include <ha/card_plan.h>

struct fc_consumer;

/* A card of this slot is part of the unit from here to the destroy; not enabled for download. */
int fc_consumer_create(struct fc_brokers *brokers, unsigned slot, struct fc_consumer **out);
void fc_consumer_destroy(struct fc_consumer *consumer);

/* `monitors`: how many the card has. */
void fc_consumer_up(struct fc_consumer *consumer, unsigned monitors);
void fc_consumer_down(struct fc_consumer *consumer);

/*
 * What is to be done now. Return 1: bring *plan onto the card, then call fc_consumer_done; 0:
 * nothing (or not yet again); -ENOMEM: tried again by the next call. `now_ms` grows.
 */
int fc_consumer_take(struct fc_consumer *consumer, uint64_t now_ms, struct fc_card_plan *plan);

/*
 * What became of it: `err` as from fc_slot_apply, an outcome for each place of the plan. -ENODEV:
 * the card has gone, nothing is concluded.
 */
void fc_consumer_done(struct fc_consumer *consumer, uint64_t now_ms, int err,
		      const struct fc_plan_outcome outcome[FC_CARD_MONITORS_MAX]);

/* The mirror, for comparing with a configuration. Any thread. NULL places are not there. */
void fc_consumer_mirror(struct fc_consumer *consumer, struct fc_fnf *fnf,
			struct fc_config_port port[FC_CARD_PORTS_MAX]);

#endif
