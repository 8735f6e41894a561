/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One unit: its cards, their workers, its exporters, as a configuration says.
 *
 *   a line --> copy, apply, compare --> brokers --> consumers (slots' threads) --> cards
 *              |       (any thread)
 *              v
 *              snapshot --> follower (own thread): slots and exporters come and go
 *
 * Starting and stopping is for one thread (flowcardd's control thread); everything that says "any
 * thread" may be called by all others in between. Page: docs/brokers.md, docs/daemon.md.
 */
#ifndef FC_UNIT_H
#define FC_UNIT_H

#include <ha/brokers.h>
#include <ha/config.h>
#include <ha/export_thread.h>
#include <ha/monitor_book.h>
#include <ha/slot.h>
#include <pthread.h>
#include <stdatomic.h>

struct fc_base;
struct fc_flow_queue;
struct fc_orphans;
struct fc_pair_thread;
struct fc_rf;
struct fc_unit_place;
struct fc_unit_snapshot;

struct fc_unit {
	struct fc_export_thread *export;
	struct fc_brokers *brokers;
	struct fc_monitor_book *book;
	fc_slot_opener open;
	int lost_exit;       /* eventfd: a card with card-loss exit was lost */
	uint64_t started_ns; /* CLOCK_MONOTONIC */
	atomic_uint reloads;
	atomic_bool standby;     /* of a pair: the other unit is active, and configured */
	struct fc_config config; /* the starting thread's; others: fc_unit_config */
	struct fc_slot
		*slot[FC_CONFIG_SLOTS]; /* likewise: fc_unit_slot. NULL: none, or shut down */

	/* private to ha/unit*.c */
	pthread_mutex_t commit; /* one change at a time; held while a line is applied */
	uint64_t index_free_ms[FC_FNF_MONITORS];
	pthread_mutex_t lock; /* what follows; held for moments only */
	pthread_cond_t moved;
	struct fc_unit_snapshot *snapshot;
	struct fc_unit_place *place[FC_CONFIG_SLOTS]; /* NULL: none, or shut down */
	uint64_t wanted, followed; /* changes committed, changes that the follower has seen to */
	bool stop;
	pthread_t follower;
	char complaint[200]; /* the follower's last one, said once */
	/* Why the pair that is configured cannot run: nothing is exported. "": it can. Under `lock`
	 */
	char pair_why[200];
	char pair_kept[200]; /* the follower's: why the pair goes on with an older section */
	uint8_t secret[FC_CARD_HASH_KEY_OCTETS]; /* of a pair's cards; under `lock` */

	/* The pair, for whoever looks; changed by the follower, or before and after it runs. */
	pthread_rwlock_t pair_lock;
	struct fc_pair_thread *pair;             /* NULL: a unit alone */
	struct fc_config_redundancy pair_config; /* that it was started with */
	struct fc_orphans *orphans;              /* with a pair */
	struct fc_flow_queue *orphan_queue;
	struct fc_rf *alone; /* the facility of a unit without a peer; under `lock` */
};

/* Bring everything up. Exporters that cannot be opened are an error; cards are not: they are waited
 * for. Return 0 or -errno with a sentence; nothing runs then. */
int fc_unit_start(struct fc_unit *unit, const struct fc_config *config, fc_slot_opener open,
		  char *error, size_t error_octets);

/* In order: cards stopped and flushed, rings drained, flows closed and sent (10 s at most). Nobody
 * may hold a slot any more. Return datagrams that could not be sent. */
unsigned fc_unit_stop(struct fc_unit *unit);

/* ------------------------------------------------------------------ changes; any thread */
/*
 * Apply one line to the running configuration; `cursor` is the session's own. Return as
 * fc_config_line, or -ENOMEM with a message; on a standby unit -EINVAL with FC_UNIT_STANDBY,
 * whatever the line is. It waits for other lines only, never for a card or a collector: what
 * follows from it happens in the threads of the follower and of the slots.
 */
int fc_unit_line(struct fc_unit *unit, struct fc_config_cursor *cursor, const char *text,
		 struct fc_syntax_line *line);

/*
 * Change to another configuration while flows stay. Objects of the same name keep their ids. What
 * differs of a card itself (transport, ring, epoch, workers) ends and starts that card. On a
 * standby unit only what is its own changes (ha/config_shared.h). Return 0 or -ENOMEM; nothing has
 * changed then.
 */
int fc_unit_reload(struct fc_unit *unit, const struct fc_config *config);

/* Wait until slots and exporters have followed all that was committed before; not until cards have
 * come up. Return 0 or -ETIMEDOUT. */
int fc_unit_settle(struct fc_unit *unit, unsigned limit_ms);

/* ------------------------------------------------------------------ looking; any thread */
/* What a standby unit is asked for is the active one's to do. */
#define FC_UNIT_STANDBY "% Standby unit: configure from the active unit"
static inline bool fc_unit_standby(struct fc_unit *unit)
{
	return atomic_load(&unit->standby);
}

/* The configuration as it is now, immutable; what is committed later is another one. Give it back.
 */
const struct fc_config *fc_unit_config(struct fc_unit *unit);
void fc_unit_config_release(const struct fc_config *config);

/* What a standby holds of the active unit's flows, until it is given back; NULL: a unit alone, and
 * nothing to give back. */
struct fc_base *fc_unit_base(struct fc_unit *unit);
void fc_unit_base_release(struct fc_unit *unit);

/* The card's slot, which does not end until it is given back; NULL: there is none now. For a
 * while only: the follower waits for it, who takes the card out of the configuration does not. */
struct fc_slot *fc_unit_slot(struct fc_unit *unit, unsigned number);
void fc_unit_slot_release(struct fc_unit *unit, unsigned number);

#endif
