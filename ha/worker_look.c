// SPDX-License-Identifier: BSD-2-Clause
/* What others see of a worker: statistics, records that stand in its ring, snapshots. */
#include "ha/worker_impl.h"

#include <errno.h>
#include <flowcard/dump.h>
#include <stdlib.h>
#include <time.h>

#define LOOK_NS 1000000
#define SNAPSHOT_LIMIT_NS UINT64_C(1000000000)

void fc_worker_forget_snapshot(struct fc_worker *w)
{
	if (w->snapshot)
		fc_dump_free(w->snapshot);
	free(w->snapshot);
	w->snapshot = NULL;
}

void fc_worker_stats(struct fc_worker *w, struct fc_worker_stats *out)
{
	pthread_mutex_lock(&w->lock);
	fc_shard_stats(w->shard, &out->shard);
	fc_drain_stats(w->drain, &out->drain);
	out->ring = w->config.ring->stats;
	out->read = w->config.ring->read;
	out->released = w->config.ring->released;
	out->cut_ns = w->cut_ns;
	out->queue_full_waits = w->queue_full_waits;
	out->queue_lost_flows = w->queue_lost_flows;
	out->queue_lost_packets = w->queue_lost_packets;
	out->error = w->error;
	out->following = w->member.following;
	out->adopting = w->member.adopting;
	out->stranger_flows = w->member.stranger_flows;
	out->stranger_packets = w->member.stranger_packets;
	out->after_handover_packets = w->member.after_handover_packets;
	out->void_packets = w->member.void_packets;
	pthread_mutex_unlock(&w->lock);
}

int fc_worker_ledger(struct fc_worker *w, unsigned monitor, struct fc_shard_ledger *out)
{
	int err;

	pthread_mutex_lock(&w->lock);
	err = fc_shard_ledger(w->shard, monitor, out);
	pthread_mutex_unlock(&w->lock);
	return err;
}

const struct fc_shard *fc_worker_shard(const struct fc_worker *w)
{
	return w->shard;
}

int fc_worker_dump(struct fc_worker *w, struct fc_dump *dump, uint32_t count)
{
	const struct fc_ring *ring = w->config.ring;
	int err;

	pthread_mutex_lock(&w->lock);
	if (count > ring->read)
		count = ring->read;
	err = fc_dump_add_ring(dump, ring->number, (const uint32_t *)(uintptr_t)ring->mem,
			       ring->size_log2, ring->read, count);
	pthread_mutex_unlock(&w->lock);
	return err;
}

void fc_worker_snapshot_begin(struct fc_worker *w)
{
	pthread_mutex_lock(&w->lock);
	fc_worker_forget_snapshot(w);
	w->snapshot = calloc(1, sizeof(*w->snapshot));
	pthread_mutex_unlock(&w->lock);
}

static bool has_read(struct fc_worker *w, uint32_t index)
{
	bool yes;

	pthread_mutex_lock(&w->lock);
	yes = (int32_t)(w->config.ring->read - index) >= 0;
	pthread_mutex_unlock(&w->lock);
	return yes;
}

int fc_worker_snapshot_end(struct fc_worker *w, uint32_t index, struct fc_dump *dump)
{
	uint64_t deadline = fc_clock_ns() + SNAPSHOT_LIMIT_NS;
	int err = 0;

	while (!has_read(w, index)) {
		if (fc_clock_ns() >= deadline) {
			err = -ETIMEDOUT;
			break;
		}
		nanosleep(&(struct timespec){0, LOOK_NS}, NULL);
	}
	pthread_mutex_lock(&w->lock);
	if (!w->snapshot && !err)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < w->snapshot->records; i++) {
		const struct fc_dump_record *r = &w->snapshot->record[i];

		err = dump->records < FC_DUMP_RECORDS_MAX
			      ? fc_dump_add_record(dump, r->ring, r->index, r->word)
			      : -ENOSPC;
	}
	fc_worker_forget_snapshot(w);
	pthread_mutex_unlock(&w->lock);
	return err;
}
