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

#define NS_PER_S UINT64_C(1000000000)
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
	memcpy(out->which, s->which, sizeof(out->which));
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

void fc_slot_flows(struct fc_slot *s,
		   bool (*each)(void *context, int flow_monitor, const struct fc_flow *flow),
		   void *context)
{
	bool more = true;

	pthread_mutex_lock(&s->lock);
	for (unsigned r = 0; more && r < s->workers; r++) {
		const struct fc_shard *shard = fc_worker_shard(s->worker[r]);

		for (size_t i = 0; more && i < fc_shard_slots(shard); i++) {
			struct fc_flow flow;

			if (fc_shard_read(shard, i, FC_VIEW_BUILDING, &flow))
				continue;
			flow.interface_first = fc_config_interface(s->number, 0);
			more = each(context, s->which[flow.monitor % FC_CARD_MONITORS_MAX], &flow);
		}
	}
	pthread_mutex_unlock(&s->lock);
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
	int err;

	if (pthread_mutex_trylock(&s->device_lock))
		return -EBUSY;
	pthread_mutex_lock(&s->lock);
	err = s->device.state == FC_DEVICE_PRESENT && s->workers ? 0 : -ENODEV;
	if (!err)
		err = fc_dump_take(dump, s->device.transport, s->config.card[s->number].where,
				   latch);
	if (!err && snapshot)
		err = take_snapshot(s, dump);
	for (unsigned r = 0; !err && !snapshot && r < s->workers; r++)
		err = fc_worker_dump(s->worker[r], dump, records);
	pthread_mutex_unlock(&s->lock);
	pthread_mutex_unlock(&s->device_lock);
	return err;
}

void fc_slot_reset(struct fc_slot *s)
{
	atomic_store(&s->reset, true);
	eventfd_write(s->wake, 1);
}

/* ------------------------------------------------------------------ another configuration */
struct differences {
	char *text;
	size_t octets, used;
	unsigned count;
};

static void differ(struct differences *d, bool differs, const char *what)
{
	if (!differs)
		return;
	d->count++;
	d->used += (size_t)snprintf(d->text + d->used, d->octets - d->used, "%s%s",
				    d->count > 1 ? ", " : "", what);
	if (d->used >= d->octets)
		d->used = d->octets - 1;
}

/* The monitors that the card would need are those it has, whatever their timeouts. */
static bool same_monitors(const struct fc_slot *s, const struct fc_config *config)
{
	struct fc_device_setup want = {0};
	int which[FC_CARD_MONITORS_MAX];
	int count = fc_config_card_monitors(config, s->number, want.monitor, which);

	if (count != (int)s->monitors ||
	    memcmp(want.monitor, s->setup.monitor, sizeof(want.monitor)) != 0)
		return false;
	for (int m = 0; m < count; m++)
		if (which[m] != s->which[m] ||
		    config->monitor[which[m]].entries != s->config.monitor[which[m]].entries)
			return false;
	return true;
}

static void take_timeouts(struct fc_slot *s, const struct fc_config *config)
{
	for (unsigned m = 0; m < s->monitors; m++) {
		struct fc_config_monitor *have = &s->config.monitor[s->which[m]];
		const struct fc_config_monitor *want = &config->monitor[s->which[m]];

		if (!*want->name)
			continue;
		have->active_s = want->active_s;
		have->inactive_s = want->inactive_s;
		for (unsigned r = 0; r < s->workers; r++)
			fc_worker_timeouts(s->worker[r], m, have->active_s * NS_PER_S,
					   have->inactive_s * NS_PER_S);
	}
}

unsigned fc_slot_reconfigure(struct fc_slot *s, const struct fc_config *config, char *text,
			     size_t octets)
{
	struct differences d = {.text = text, .octets = octets};
	const struct fc_config_card *want = &config->card[s->number];
	struct fc_config_card *have;

	*text = '\0';
	pthread_mutex_lock(&s->lock);
	have = &s->config.card[s->number];
	differ(&d, strcmp(want->where, have->where) != 0, "transport");
	differ(&d, want->ring_log2 != have->ring_log2, "ring size");
	differ(&d, want->epoch_shift != have->epoch_shift, "epoch length");
	differ(&d, want->epoch_guard_ns != have->epoch_guard_ns, "epoch guard");
	differ(&d, want->wait != have->wait, "worker wait");
	differ(&d, want->poll_ms != have->poll_ms, "worker poll-interval");
	differ(&d, want->cpu != have->cpu, "worker cpu");
	differ(&d, !same_monitors(s, config), "flow monitors of its ports (records, entries)");
	have->loss_exit = want->loss_exit;
	take_timeouts(s, config);
	pthread_mutex_unlock(&s->lock);
	return d.count;
}
