/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of a worker. Private to ha/worker*.c. */
#ifndef FC_WORKER_IMPL_H
#define FC_WORKER_IMPL_H

#include <ha/worker.h>
#include <pthread.h>
#include <stdatomic.h>

struct worker_monitor {
	bool there, had; /* had: stats are of one that was removed */
	uint8_t flow_monitor;
	uint32_t remove_after; /* epoch */
	struct fc_shard_monitor_stats stats;
};

struct fc_worker {
	struct fc_worker_config config;
	struct fc_shard *shard;
	struct fc_drain *drain;
	struct worker_monitor monitor[FC_CARD_MONITORS_MAX];
	atomic_uint ordered[FC_ORDERS]; /* monitors, a bit each; set and cleared under lock */
	pthread_t thread;
	pthread_mutex_t lock; /* drain, shard and what is below; held during a step */
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

/*
 * A worker without a thread, for whoever steps it: fc_worker_start's thread calls the same turn.
 * Nothing here waits, if config.room does not. Not together with fc_worker_stop.
 */
int fc_worker_create(const struct fc_worker_config *config, struct fc_worker **out);
/* One step. Return how many ring places were dealt with, 0: nothing was there, or -errno (kept). */
int fc_worker_turn(struct fc_worker *worker);
/* The end of the ring: close and hand over all flows. */
void fc_worker_close(struct fc_worker *worker, enum fc_worker_end end);
void fc_worker_free(struct fc_worker *worker);

#endif
