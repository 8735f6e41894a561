/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of a worker. Private to ha/worker*.c. */
#ifndef FC_WORKER_IMPL_H
#define FC_WORKER_IMPL_H

#include <flowcard/registers.h>
#include <ha/checkpoint/base.h>
#include <ha/clock.h>
#include <ha/worker.h>
#include <pthread.h>
#include <stdatomic.h>

struct worker_monitor {
	bool there, had; /* had: stats are of one that was removed */
	uint8_t flow_monitor;
	bool ipv4, ipv6; /* which packets; neither: any */
	bool immediate;
	uint32_t id; /* of the flow monitor */
	uint32_t mask[FC_VECTOR_WORDS];
	uint32_t remove_after; /* epoch */
	struct fc_shard_monitor_stats stats;
};

#define FC_WORKER_GIVE 64 /* flows or instances that go in one call */

/* In the unit's cuts; without member: the unit is alone. */
struct worker_member {
	struct fc_cut_member *member;
	struct fc_cut_ticket ticket; /* of the cut that was joined last */
	uint64_t standbys;           /* of the unit, as far as the shard knows */
	bool following, adopting;
	bool giving; /* not all of the cut in flight was given */
	bool last;   /* the last part was given */
	size_t base_at;
	struct fc_cut_flow flow[FC_WORKER_GIVE];
	size_t flows, given;
	uint64_t ended[FC_WORKER_GIVE];
	size_t endeds;
	uint64_t digest;
	uint64_t stranger_flows, stranger_packets, after_handover_packets, void_packets;
};

struct fc_worker {
	struct fc_worker_config config;
	struct fc_shard *shard;
	struct fc_drain *drain;
	struct worker_monitor monitor[FC_CARD_MONITORS_MAX];
	atomic_uint ordered[FC_ORDERS]; /* monitors, a bit each; set and cleared under lock */
	pthread_t thread;
	pthread_mutex_t lock; /* drain, shard and what is below; held during a step */
	struct worker_member member;
	atomic_bool placed; /* the first plan is on the card */
	bool ring_ended;    /* records of an open epoch were merged for the last time */
	bool closing, over;
	enum fc_worker_end end;
	uint32_t cut_epoch;
	uint64_t cut_ns;
	uint64_t queue_full_waits, queue_lost_flows, queue_lost_packets;
	unsigned waits_left;      /* of this cut */
	struct fc_dump *snapshot; /* records of the one that is being taken; NULL: none is */
	int error;
	atomic_int order;
	atomic_uint finish_at;
	int wake, irq; /* eventfds */
	bool armed;    /* the transport raises irq */
};

/* A cut was taken and nothing of the next one is merged: what was ordered is done. Lock held. */
void fc_worker_carry_out(struct fc_worker *worker, uint32_t epoch, uint64_t cut_ns);

/* The same while following: there are no cuts, and no flows. Lock held. */
void fc_worker_carry_out_following(struct fc_worker *w);

/* worker_look.c; lock held, or no thread. */
void fc_worker_forget_snapshot(struct fc_worker *w);

/* worker.c, for worker_member.c; lock held. */
void fc_worker_keep_error(struct fc_worker *w, int err);
void fc_worker_hand_over(struct fc_worker *w, unsigned flow_monitor, const struct fc_flow *flow,
			 uint64_t cut_ns);
void fc_worker_end_ring(struct fc_worker *w, enum fc_worker_end end);
void fc_worker_close_flows(struct fc_worker *w);

/* worker_member.c; lock held. */
int fc_worker_member_open(struct fc_worker *w);
/* Its card's monitors are others now: which flow falls to which ring may be, too. */
void fc_worker_spread(struct fc_worker *w);
/* Its shard is there, and empty. */
void fc_worker_member_begin(struct fc_worker *w);
void fc_worker_member_close(struct fc_worker *w);
/* Return whether something was done. */
bool fc_worker_member_turn(struct fc_worker *w);
/* The ring has ended. Return true when all is over. */
bool fc_worker_member_close_turn(struct fc_worker *w, enum fc_worker_end end);
int fc_worker_part_begin(struct fc_worker *w); /* a cut was taken. Return enum fc_drain_cut */
/* What the shard calls. */
bool fc_worker_may_cut(void *worker, uint32_t epoch, uint64_t cut_ns);
void fc_worker_merged(void *worker);
void fc_worker_ended(void *worker, uint64_t instance);
void fc_worker_evicted(void *worker, const struct fc_cut_flow *flow);
uint64_t fc_worker_instances(void *worker);

/*
 * A worker without a thread, for whoever steps it: fc_worker_start's thread calls the same turn.
 * Nothing here waits, if config.room does not. Not together with fc_worker_stop.
 */
int fc_worker_create(const struct fc_worker_config *config, struct fc_worker **out);
/* One step. Return how many ring places were dealt with, 0: nothing was there, or -errno (kept). */
int fc_worker_turn(struct fc_worker *worker);
/* The end of the ring: turns go on until the last part of a cut is safe and fc_worker_over. */
void fc_worker_close_begin(struct fc_worker *worker, enum fc_worker_end end);
bool fc_worker_over(struct fc_worker *worker);
void fc_worker_free(struct fc_worker *worker);

#endif
