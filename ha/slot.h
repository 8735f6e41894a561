/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One slot of the unit: a thread that brings its card up, watches it, has its rings drained, and
 * ends that in order, or because the card went away. A slot is created when the configuration has a
 * card there and destroyed when it has none any more.
 *
 *   slot thread: open card --> workers --> look each 200 ms --> gone or failed: account, close
 * flows ^                                               |
 *                    +------------ after a second, or at once -------+   (card-loss wait)
 */
#ifndef FC_SLOT_H
#define FC_SLOT_H

#include <flowcard/device.h>
#include <ha/config.h>
#include <ha/export_thread.h>
#include <ha/worker.h>

struct fc_slot;

/* How the slot reaches its card; fc_transport_open but in tests. */
typedef int (*fc_slot_opener)(const char *where, struct fc_transport **out, char *error,
			      size_t error_octets);

struct fc_slot_config {
	unsigned number;
	const struct fc_config *config; /* of the unit; copied */
	struct fc_export_thread *export;
	fc_slot_opener open;
	int lost_exit; /* eventfd that gets 1 when a card with card-loss exit is lost */
};

/* What the card's losses have cost; of all presences that are over. */
struct fc_slot_losses {
	uint64_t times;
	uint64_t resident_packets; /* in the cache when its last ledger record was written */
	uint64_t damaged_records;  /* ring places that never became whole */
	uint64_t epochs;           /* that had no barrier when the card went */
};

struct fc_slot_status {
	enum fc_device_state state;
	uint32_t generation, arrivals, losses, failures;
	char error[240];
	struct fc_slot_losses lost;
	struct fc_card_build build;      /* of the last presence */
	unsigned workers;                /* running now */
	int which[FC_CARD_MONITORS_MAX]; /* flow monitor of each of the card's; FC_CONFIG_NONE */
	uint64_t merged_packets, closed_flows; /* of all presences, also those that are over */
};

int fc_slot_create(const struct fc_slot_config *config, struct fc_slot **out);

/* End in order: stop the card, flush it, drain, close and hand over all flows; then free. */
void fc_slot_destroy(struct fc_slot *slot);

void fc_slot_status(struct fc_slot *slot, struct fc_slot_status *out);

/* Of a worker that runs now. Return 0 or -ENOENT. */
int fc_slot_worker_stats(struct fc_slot *slot, unsigned ring, struct fc_worker_stats *out);
int fc_slot_worker_ledger(struct fc_slot *slot, unsigned ring, unsigned monitor,
			  struct fc_shard_ledger *out);

/* Call `each` for flows that are live now. It must not call into the slot. */
void fc_slot_flows(struct fc_slot *slot,
		   bool (*each)(void *context, int flow_monitor, const struct fc_flow *flow),
		   void *context);

/*
 * Registers and the last `records` records of each ring; with `snapshot` a copy of every cache
 * entry instead of them, which the card is asked for. -EBUSY: the card is being programmed;
 * -ENODEV: not present; -ETIMEDOUT: the copies did not come.
 */
struct fc_dump;
int fc_slot_dump(struct fc_slot *slot, bool latch, bool snapshot, uint32_t records,
		 struct fc_dump *dump);

/* Ask for a reset of the card; it happens in the slot's thread. */
void fc_slot_reset(struct fc_slot *slot);

/*
 * Take what can change while the card runs from a new configuration: timeouts, card-loss. What else
 * differs is named in `text`, words separated by commas, and stays as it was. Return how many.
 */
unsigned fc_slot_reconfigure(struct fc_slot *slot, const struct fc_config *config, char *text,
			     size_t octets);

#endif
