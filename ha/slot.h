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
#include <ha/card_plan.h>
#include <ha/config.h>
#include <ha/export_thread.h>
#include <ha/monitor_book.h>
#include <ha/worker.h>

struct fc_slot;
struct fc_cuts;

/* How the slot reaches its card; fc_transport_open but in tests. */
typedef int (*fc_slot_opener)(const char *where, struct fc_transport **out, char *error,
			      size_t error_octets);

/* What the slot's thread tells the one who makes plans for its card. */
enum fc_slot_event {
	FC_SLOT_UP,   /* the card is here and empty; its ports start when this call has returned */
	FC_SLOT_WAKE, /* asked for by fc_slot_wake, or some time has passed (200 ms): try again */
	FC_SLOT_DOWN  /* the card has gone, and all that was on it */
};

struct fc_slot_config {
	unsigned number;
	const struct fc_config *config; /* of the unit; the card's part is copied */
	struct fc_export_thread *export;
	fc_slot_opener open;
	int lost_exit; /* eventfd that gets 1 when a card with card-loss exit is lost */
	struct fc_monitor_book *book; /* of the unit; NULL: the slot has one of its own */
	struct fc_cuts *cuts;         /* of a unit of a pair; NULL: it is alone */
	const uint8_t *secret; /* of the card's hash tables, FC_CARD_HASH_KEY_OCTETS of the pair;
				  NULL: the driver draws one. Copied */
	/* In the slot's thread, which calls fc_slot_apply from it. */
	void (*consume)(void *context, struct fc_slot *slot, enum fc_slot_event event);
	void *context;
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
	bool metering;                   /* the first plan is on the card, its ports are started */
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

/* ------------------------------------------------------------------ what the card is to do */
/* Any thread: let `consume` be called soon. */
void fc_slot_wake(struct fc_slot *slot);

/*
 * The slot's thread only: bring the plan onto the card, changing only what differs from what it
 * has, reading back what was written. outcome[n].error says what became of place n; with an error
 * the place is off or as it was, and the others do not suffer. Other timeouts, entries, ports and
 * IP versions change while flows stay; another flow monitor, mask, type, or another sampler of a
 * port that stays ends the flows of that place (forced end) at a cut that the card is asked for.
 * Flows of other places are not touched, nor is a packet of theirs missed. Return 0 when every
 * outcome is 0; else the first error; -ENODEV: the card has gone, outcomes are void.
 */
int fc_slot_apply(struct fc_slot *slot, const struct fc_card_plan *plan,
		  struct fc_plan_outcome outcome[FC_CARD_MONITORS_MAX]);

/* Any thread: what is on the card now. Return 0 or -ENODEV (no card: plan->monitor[].there is
 * false). */
int fc_slot_running(struct fc_slot *slot, struct fc_card_plan *plan);

/* ------------------------------------------------------------------ flow monitors; any thread */
/* Where a listing stands; all zero: at the beginning. */
struct fc_flow_cursor {
	uint32_t generation; /* of the card */
	unsigned ring;
	size_t place;
	bool over;
};

/*
 * Copy flows of the flow monitor with this id, up to `most`; only some of the table is looked at in
 * one call, so 0 may come before the end: cursor->over says that it is reached. No lock is held
 * between two calls; a flow that is live all the time is seen exactly once, one that comes or goes
 * meanwhile at most once for each time that it lived. flow->monitor is the flow monitor's place in
 * fc_fnf.
 */
size_t fc_slot_flows_next(struct fc_slot *slot, uint32_t id, struct fc_flow_cursor *cursor,
			  struct fc_flow *out, size_t most);

/* Of what runs here now, added to *sum; what is over is in the unit's book. */
void fc_slot_monitor_stats(struct fc_slot *slot, uint32_t id, struct fc_shard_monitor_stats *sum);

enum fc_slot_clear {
	FC_CLEAR_CACHE,        /* flows are thrown away */
	FC_CLEAR_FORCE_EXPORT, /* flows end, or (permanent cache) hand their totals over */
	FC_CLEAR_STATISTICS    /* of what runs here; the book is the unit's affair */
};

/*
 * Flows are cleared at the next cut, which the card is asked for at once. Return 0 when it is done,
 * also when nothing of this flow monitor runs here; -ETIMEDOUT: a ring's worker took no cut within
 * limit_ms, its flows are as they were; -EBUSY: the card is being programmed.
 */
int fc_slot_clear(struct fc_slot *slot, uint32_t id, enum fc_slot_clear what, unsigned limit_ms);

/* One sampler at work. */
struct fc_slot_sampler {
	uint32_t id;      /* of the flow monitor */
	int flow_monitor; /* its place in fc_fnf */
	bool output;
	unsigned port;
	bool ipv4, ipv6; /* which packets */
	struct fc_card_sampler sampler;
	struct fc_card_sampler_counters counters; /* latched */
};
#define FC_SLOT_SAMPLERS (FC_CARD_MONITORS_MAX * 2 * FC_CARD_PORTS_MAX)

/* Return how many (`out` has FC_SLOT_SAMPLERS places), -ENODEV, -EBUSY (the card is being
 * programmed), or the card's error. */
int fc_slot_samplers(struct fc_slot *slot, struct fc_slot_sampler *out);

/* Samplers with this id begin a new window, their counters at 0. Return 0 or errors as above. */
int fc_slot_samplers_clear(struct fc_slot *slot, uint8_t id);

/* Ledgers and port counters of the card, latched; errors as above. */
int fc_slot_ledger(struct fc_slot *slot, unsigned monitor, struct fc_ledger *out);
int fc_slot_port_counters(struct fc_slot *slot, unsigned port, struct fc_card_port_counters *out);

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

/* ------------------------------------------------------------------ of a pair; any thread */
/* Its rings have workers: no lock is taken. */
bool fc_slot_drained(struct fc_slot *slot);
/* Ask the card for a barrier; returns at once, the slot's thread does it. */
void fc_slot_barrier(struct fc_slot *slot);
/* The card's clock now, from a look at it each second; 0: not known. Needs config.cuts. */
uint64_t fc_slot_card_ns(struct fc_slot *slot);
/* Is it metering; or is its card being brought up, with no reason known why it should not come?
 * Neither waits. */
bool fc_slot_metering(struct fc_slot *slot);
bool fc_slot_coming_up(struct fc_slot *slot);
/* Frames that the ports have seen; 0: no card, or it is being programmed. May take a while. */
uint64_t fc_slot_frames(struct fc_slot *slot);

/* Another answer to "what if this card is lost": end the daemon, or wait for it. */
void fc_slot_loss_exit(struct fc_slot *slot, bool loss_exit);

#endif
