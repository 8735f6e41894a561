/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One unit: its cards, their workers, its exporters, as a configuration says. Starting and stopping
 * is for one thread (flowcardd's control thread); what says "any thread" may be called by all
 * others in between.
 */
#ifndef FC_UNIT_H
#define FC_UNIT_H

#include <ha/config.h>
#include <ha/export_thread.h>
#include <ha/slot.h>
#include <pthread.h>

struct fc_unit_snapshot;

struct fc_unit {
	struct fc_config config; /* the starting thread's; others: fc_unit_config */
	struct fc_export_thread *export;
	struct fc_slot
		*slot[FC_CONFIG_SLOTS]; /* likewise: fc_unit_slot. NULL: none, or shut down */
	pthread_mutex_t lock;           /* held for moments only */
	pthread_cond_t left;            /* nobody uses a slot any more */
	unsigned slot_users[FC_CONFIG_SLOTS];
	struct fc_unit_snapshot *snapshot;
	fc_slot_opener open;
	int lost_exit;       /* eventfd: a card with card-loss exit was lost */
	uint64_t started_ns; /* CLOCK_MONOTONIC */
	unsigned reloads;
};

/* Bring everything up. Exporters that cannot be opened are an error; cards are not: they are waited
 * for. Return 0 or -errno with a sentence; nothing runs then. */
int fc_unit_start(struct fc_unit *unit, const struct fc_config *config, fc_slot_opener open,
		  char *error, size_t error_octets);

/*
 * Change to another configuration while flows stay: exporters, timeouts, cards that come or go.
 * What cannot change while a card runs is logged by name and stays. Return how many such things.
 */
unsigned fc_unit_reload(struct fc_unit *unit, const struct fc_config *config);

/* In order: cards stopped and flushed, rings drained, flows closed and sent (10 s at most). Return
 * datagrams that could not be sent. */
unsigned fc_unit_stop(struct fc_unit *unit);

/* The configuration as it is now, immutable; what is committed later is another one. Any thread.
 * Give it back. */
const struct fc_config *fc_unit_config(struct fc_unit *unit);
void fc_unit_config_release(const struct fc_config *config);

/* The card's slot, which does not go away until it is given back; NULL: there is none now. For a
 * while only: whoever takes the card out of the configuration waits. Any thread. */
struct fc_slot *fc_unit_slot(struct fc_unit *unit, unsigned number);
void fc_unit_slot_release(struct fc_unit *unit, unsigned number);

#endif
