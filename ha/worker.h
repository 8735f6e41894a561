/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One ring's worker: a thread that drains the ring into its shard and puts closed flows into its
 * queue.
 *
 *   ring --> drain --> shard (this worker's) --> closed flows, cuts --> queue --> export thread
 */
#ifndef FC_WORKER_H
#define FC_WORKER_H

#include <flowcard/ring.h>
#include <ha/config.h>
#include <ha/drain.h>
#include <ha/flow_queue.h>
#include <ha/shadow.h>

struct fc_worker;

struct fc_worker_config {
	struct fc_ring *ring; /* the caller's; this worker is its only reader */
	struct fc_transport *transport;
	struct fc_shadow_config shadow; /* without monitors, closed and context */
	uint32_t interface_first;       /* flows of port p say interface_first + p */
	bool check_ledger;
	enum fc_config_wait wait;
	unsigned poll_ms;
	int cpu;                     /* FC_CONFIG_NONE: any */
	struct fc_flow_queue *queue; /* the caller's */
	/* The queue is full: make room, or await it a moment. NULL: a millisecond of sleep. */
	void (*room)(void *context);
	void *room_context;
	struct fc_cuts *cuts; /* the unit's, as a member of which this worker runs; NULL: alone */
	unsigned slot;
	uint32_t generation; /* of the card */
	/* The ring of this card that a key of card monitor `number` falls to. NULL: this one. */
	unsigned rings; /* of the card; 0: one */
	unsigned (*ring_of)(void *context, unsigned number, const uint32_t key[FC_VECTOR_WORDS]);
	void *ring_context;
	bool fresh;         /* the card was just reset: its epochs begin at 0 */
	bool hold_adoption; /* flows are adopted after fc_worker_placed */
	int wake_owner;     /* eventfd that gets 1 when the worker meets an error; -1: none */
};

enum fc_worker_end {
	FC_WORKER_FINISH, /* take everything up to `index`, close all flows */
	FC_WORKER_ABANDON /* the card is gone: take what is there, close all flows */
};

struct fc_worker_stats {
	struct fc_shard_stats shard;
	struct fc_drain_stats drain;
	struct fc_ring_stats ring;
	uint32_t read, released;   /* ring indices */
	uint64_t cut_ns;           /* of the last cut */
	uint64_t queue_full_waits; /* times that the export thread was waited for */
	uint64_t queue_lost_flows, queue_lost_packets; /* it did not make room in time */
	int error;                                     /* the first one; 0: none */
	/* with cuts */
	bool following, adopting;
	uint64_t stranger_flows, stranger_packets; /* of the base, without a place here: closed */
	/* Counted here after the last cut before a planned handover, never exported: in the shard
	 * then, and in drain.dropped since. void_packets: the same where the role was lost; what
	 * the ring still holds of it counts where it goes then, too. */
	uint64_t after_handover_packets, void_packets;
};

/* Return 0, -ENOMEM, -errno of the thread. */
int fc_worker_start(const struct fc_worker_config *config, struct fc_worker **out);

/* The card's first plan is in place: flows of the base find their monitors. Any thread. */
void fc_worker_placed(struct fc_worker *worker);

/* What fc_worker_stop begins with, for several workers that are to end with one cut. */
void fc_worker_stop_begin(struct fc_worker *worker, enum fc_worker_end end, uint32_t index);

/*
 * End the thread and wait for it. FINISH gives the records up to `index` one second to show up.
 * With a peer, the closed flows belong to the next cut, which is waited for up to ten seconds.
 * The worker stays readable until fc_worker_destroy.
 */
void fc_worker_stop(struct fc_worker *worker, enum fc_worker_end end, uint32_t index);
void fc_worker_destroy(struct fc_worker *worker);

/*
 * The card's monitors as this worker knows them. Any thread; `flow_monitor` is what the queue's
 * messages call it, `entries_max` what all monitors of the shard may hold from now on.
 */

/* One that the card does not use yet: before it is enabled there. Return 0, -EBUSY (number taken),
 * -EINVAL, -ENOSPC, -ENOMEM. */
int fc_worker_monitor_add(struct fc_worker *worker, unsigned number,
			  const struct fc_shadow_monitor *monitor, int flow_monitor,
			  size_t entries_max);
/* Take that back, before any record of it can have come. */
void fc_worker_monitor_drop(struct fc_worker *worker, unsigned number);
/* Other timeouts, entries or place among the flow monitors. Return as above; -EINVAL: not there. */
int fc_worker_monitor_tune(struct fc_worker *worker, unsigned number,
			   const struct fc_shadow_monitor *monitor, int flow_monitor,
			   size_t entries_max);

enum fc_worker_order {
	FC_ORDER_REMOVE, /* close its flows, forget it; its statistics go into `retired` */
	FC_ORDER_CLEAR,  /* throw its flows away */
	FC_ORDER_EXPORT, /* close its flows (of a permanent cache: hand totals over) */
	FC_ORDERS
};

/*
 * Give an order for the monitors in `mask`, a bit each. It is carried out at the next cut; a
 * removal at the first cut at or after the barrier of epoch `epoch`, which must be behind all of
 * its records. Any thread; fc_worker_ordered tells which are not done yet, never waits.
 */
void fc_worker_order(struct fc_worker *worker, enum fc_worker_order order, unsigned mask,
		     uint32_t epoch);
unsigned fc_worker_ordered(struct fc_worker *worker, enum fc_worker_order order);
/* Take an order back. Return those of `mask` that had not been done. */
unsigned fc_worker_withdraw(struct fc_worker *worker, enum fc_worker_order order, unsigned mask);

/* Of a monitor that is there; or, after its removal or the worker's end, what it had. -ENOENT. */
int fc_worker_monitor_stats(struct fc_worker *worker, unsigned number,
			    struct fc_shard_monitor_stats *out);
void fc_worker_monitor_stats_clear(struct fc_worker *worker, unsigned number);

/* Any thread. */
void fc_worker_stats(struct fc_worker *worker, struct fc_worker_stats *out);
int fc_worker_ledger(struct fc_worker *worker, unsigned monitor, struct fc_shard_ledger *out);

/* For listings: fc_shard_slots and fc_shard_read may be called on it by any thread. */
const struct fc_shard *fc_worker_shard(const struct fc_worker *worker);

/* A copy of the last `count` whole records before what is read next, oldest first; as a dump wants
 * them. Any thread. */
struct fc_dump;
int fc_worker_dump(struct fc_worker *worker, struct fc_dump *dump, uint32_t count);

/*
 * Snapshot records are kept from `begin` on (up to FC_DUMP_RECORDS_MAX) and given to a dump by
 * `end`, once everything before `index` has been read; -ETIMEDOUT: not within a second. Any thread,
 * one snapshot at a time.
 */
void fc_worker_snapshot_begin(struct fc_worker *worker);
int fc_worker_snapshot_end(struct fc_worker *worker, uint32_t index, struct fc_dump *dump);

#endif
