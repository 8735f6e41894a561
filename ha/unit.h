/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One unit: its cards, their workers, its exporters, as a configuration says. All calls from one
 * thread (flowcardd's control thread).
 */
#ifndef FC_UNIT_H
#define FC_UNIT_H

#include <ha/config.h>
#include <ha/export_thread.h>
#include <ha/slot.h>

struct fc_unit {
	struct fc_config config;
	struct fc_export_thread *export;
	struct fc_slot *slot[FC_CONFIG_SLOTS]; /* NULL: none, or shut down */
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

#endif
