// SPDX-License-Identifier: BSD-2-Clause
/* What others ask of a slot. */
#include "ha/slot_impl.h"

#include <errno.h>
#include <flowcard/dump.h>
#include <flowcard/registers.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#define SNAPSHOT_LIMIT_MS 2000

void fc_slot_publish(struct fc_slot *s)
{
	pthread_mutex_lock(&s->lock);
	s->status.state = s->device.state;
	s->status.generation = s->device.generation;
	s->status.arrivals = s->device.arrivals;
	s->status.losses = s->device.losses;
	s->status.failures = s->device.failures;
	memcpy(s->status.error, s->device.error, sizeof(s->status.error));
	if (s->device.state == FC_DEVICE_PRESENT)
		s->status.build = s->device.card.build;
	pthread_mutex_unlock(&s->lock);
}

void fc_slot_status(struct fc_slot *s, struct fc_slot_status *out)
{
	pthread_mutex_lock(&s->lock);
	*out = s->status;
	out->lost = s->lost;
	out->workers = s->workers;
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
		out->which[n] = s->place[n].there ? s->place[n].has.flow_monitor : FC_CONFIG_NONE;
	out->merged_packets = s->merged_packets;
	out->closed_flows = s->closed_flows;
	for (unsigned r = 0; r < s->workers; r++) {
		struct fc_worker_stats stats;

		fc_worker_stats(s->worker[r], &stats);
		out->merged_packets += stats.shard.delta_packets;
		out->closed_flows += stats.shard.closed_flows;
	}
	pthread_mutex_unlock(&s->lock);
}

int fc_slot_worker_stats(struct fc_slot *s, unsigned ring, struct fc_worker_stats *out)
{
	int err = -ENOENT;

	pthread_mutex_lock(&s->lock);
	if (ring < s->workers) {
		fc_worker_stats(s->worker[ring], out);
		err = 0;
	}
	pthread_mutex_unlock(&s->lock);
	return err;
}

int fc_slot_worker_ledger(struct fc_slot *s, unsigned ring, unsigned monitor,
			  struct fc_shard_ledger *out)
{
	int err = -ENOENT;

	pthread_mutex_lock(&s->lock);
	if (ring < s->workers)
		err = fc_worker_ledger(s->worker[ring], monitor, out);
	pthread_mutex_unlock(&s->lock);
	return err;
}

/* Ask the card and wait until the walk through its cache is over. */
static int walk(struct fc_slot *s)
{
	uint64_t limit = SNAPSHOT_LIMIT_MS;
	int walking = 1, err = fc_card_snapshot(&s->device.card);

	for (; !err && walking > 0 && limit; limit--) {
		walking = fc_card_snapshotting(&s->device.card);
		if (walking > 0)
			nanosleep(&(struct timespec){0, 1000000}, NULL);
	}
	if (err || walking < 0)
		return err ? err : walking;
	return walking ? -ETIMEDOUT : 0;
}

/* The workers keep the copies as they pass by. */
static int take_snapshot(struct fc_slot *s, struct fc_dump *dump)
{
	int err;

	for (unsigned r = 0; r < s->workers; r++)
		fc_worker_snapshot_begin(s->worker[r]);
	err = walk(s);
	for (unsigned r = 0; r < s->workers; r++) {
		uint32_t index = 0;

		if (!err)
			err = fc_transport_read(s->device.transport, FC_REG_RING_PRODUCER(r),
						&index);
		if (!err)
			err = fc_worker_snapshot_end(s->worker[r], index, dump);
	}
	return err;
}

int fc_slot_dump(struct fc_slot *s, bool latch, bool snapshot, uint32_t records,
		 struct fc_dump *dump)
{
	int err = fc_slot_device_lock(s);

	if (err)
		return err;
	pthread_mutex_lock(&s->lock);
	err = s->device.state == FC_DEVICE_PRESENT && s->workers ? 0 : -ENODEV;
	if (!err)
		err = fc_dump_take(dump, s->device.transport, s->config.where, latch);
	if (!err && snapshot)
		err = take_snapshot(s, dump);
	for (unsigned r = 0; !err && !snapshot && r < s->workers; r++)
		err = fc_worker_dump(s->worker[r], dump, records);
	pthread_mutex_unlock(&s->lock);
	pthread_mutex_unlock(&s->device_lock);
	return err;
}

void fc_slot_wake(struct fc_slot *s)
{
	eventfd_write(s->wake, 1);
}

void fc_slot_reset(struct fc_slot *s)
{
	atomic_store(&s->reset, true);
	eventfd_write(s->wake, 1);
}

void fc_slot_loss_exit(struct fc_slot *s, bool loss_exit)
{
	pthread_mutex_lock(&s->lock);
	s->config.loss_exit = loss_exit;
	pthread_mutex_unlock(&s->lock);
}
