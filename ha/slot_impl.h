/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of a slot. Private to ha/slot*.c. */
#ifndef FC_SLOT_IMPL_H
#define FC_SLOT_IMPL_H

#include <ha/clock.h>
#include <ha/slot.h>
#include <ha/slot_plan.h>
#include <pthread.h>
#include <stdatomic.h>

/*
 * Two locks: `lock` for what listings read (workers, sums, the published state), held for moments;
 * `device_lock` for the card, held as long as it is being programmed. Order: device_lock first.
 */
/* One of the card's monitors. Written by the slot's thread, under `lock`. */
struct slot_place {
	bool there;    /* on the card */
	bool leaving;  /* off, but the workers have not all come to its end */
	bool doubtful; /* a step with the card failed: set it up anew. The slot's thread only */
	struct fc_plan_monitor has;
};

struct fc_slot {
	unsigned number;
	struct fc_config_card config; /* loss_exit changes, under lock */
	struct fc_device_setup setup;
	struct slot_place place[FC_CARD_MONITORS_MAX];
	struct fc_monitor_book *book, *own_book;
	void (*consume)(void *context, struct fc_slot *slot, enum fc_slot_event event);
	void *context;
	fc_slot_opener open;
	struct fc_export_thread *export;
	int lost_exit, wake;
	uint64_t seed;
	pthread_t thread;
	atomic_bool stop, reset;
	struct fc_cuts *cuts;
	atomic_bool drained; /* workers run */
	uint64_t *hash;      /* the card's words, of `secret`; NULL: the card draws its own */
	uint8_t secret[FC_CARD_HASH_KEY_OCTETS]; /* of the pair */
	atomic_bool barrier;                     /* the card is to be asked for one */
	uint64_t clock_ms; /* when its clock was looked at; the slot's thread only */
	struct {
		uint64_t card_ns, here_ns; /* the card's clock, and ours then; under `lock` */
	} clock;

	pthread_mutex_t device_lock;
	struct fc_device device;

	pthread_mutex_t lock;
	struct fc_worker *worker[FC_CARD_RINGS_MAX];
	struct fc_flow_queue *queue[FC_CARD_RINGS_MAX];
	unsigned workers;
	struct fc_slot_losses lost;
	uint64_t merged_packets, closed_flows;
	struct fc_slot_status status; /* of the device, as last published */
	char said[240];               /* the slot's thread only */
};

/* Of all workers, for one place, added. Lock held. */
void fc_slot_place_stats(struct fc_slot *slot, unsigned place, struct fc_shard_monitor_stats *sum);

/* The card's lock, for whoever only looks: the slot's thread has it for moments, and for long while
 * it programs the card. Return 0, or -EBUSY: not within a while. */
int fc_slot_device_lock(struct fc_slot *slot);

/* The ring that a key of the card's monitor `number` falls to, as the card's hash tables say. */
unsigned fc_slot_ring_of(void *slot, unsigned number, const uint32_t key[FC_VECTOR_WORDS]);
/* The pair's secret, which the card is brought up with. Return 0 or -ENOMEM. */
int fc_slot_secret_take(struct fc_slot *slot, const uint8_t *secret);
void fc_slot_secret_forget(struct fc_slot *slot);

/* In the slot's thread, with a card: a barrier that was asked for, and the card's clock. */
void fc_slot_pair_look(struct fc_slot *slot);

/* Copy what others may see of the device. The slot's thread only. */
void fc_slot_publish(struct fc_slot *slot);

#endif
