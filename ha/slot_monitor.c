// SPDX-License-Identifier: BSD-2-Clause
/* What others ask of a slot's flow monitors: flows, statistics, samplers, clearing. */
#include "ha/slot_impl.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#define LOOKS 4096 /* places of a shard that one call looks at */
#define LOOK_NS 1000000
#define CARD_WAIT_MS 100 /* for whoever programs the card */

static bool of_monitor(const struct slot_place *place, uint32_t id)
{
	return (place->there || place->leaving) && place->has.id == id;
}

/* ------------------------------------------------------------------ flows */
/* Flows of an old monitor are closed before its place is free, and those of a new one may come
 * before it is noted there, so under the lock the place tells whose flow it is. Return how many
 * were taken, 0 or 1, or -EAGAIN: the worker stands in the middle of writing it. */
static int take_flow(struct fc_slot *s, const struct fc_shard *shard, size_t at, uint32_t id,
		     struct fc_flow *out)
{
	int err = fc_shard_read(shard, at, FC_VIEW_BUILDING, out);
	unsigned n;

	if (err)
		return err == -EAGAIN ? err : 0;
	n = out->monitor % FC_CARD_MONITORS_MAX;
	if (!of_monitor(&s->place[n], id))
		return 0;
	out->monitor = (uint8_t)s->place[n].has.flow_monitor;
	out->interface_first = fc_config_interface(s->number, 0);
	return 1;
}

size_t fc_slot_flows_next(struct fc_slot *s, uint32_t id, struct fc_flow_cursor *cursor,
			  struct fc_flow *out, size_t most)
{
	size_t taken = 0;
	int one = 0;

	pthread_mutex_lock(&s->lock);
	if (!cursor->generation)
		cursor->generation = s->status.generation;
	if (cursor->generation != s->status.generation)
		cursor->ring = s->workers;
	for (unsigned looks = 0;
	     one >= 0 && looks < LOOKS && taken < most && cursor->ring < s->workers; looks++) {
		const struct fc_shard *shard = fc_worker_shard(s->worker[cursor->ring]);

		if (cursor->place >= fc_shard_slots(shard)) {
			cursor->ring++;
			cursor->place = 0;
		} else {
			one = take_flow(s, shard, cursor->place, id, &out[taken]);
			cursor->place += one >= 0;
			taken += one > 0;
		}
	}
	cursor->over = cursor->ring >= s->workers;
	pthread_mutex_unlock(&s->lock);
	if (one < 0)
		sched_yield(); /* the worker may wait for this processor */
	return taken;
}

/* ------------------------------------------------------------------ statistics */
void fc_slot_place_stats(struct fc_slot *s, unsigned n, struct fc_shard_monitor_stats *sum)
{
	for (unsigned r = 0; r < s->workers; r++) {
		struct fc_shard_monitor_stats stats;

		if (!fc_worker_monitor_stats(s->worker[r], n, &stats))
			fc_monitor_stats_add(sum, &stats);
	}
}

void fc_slot_monitor_stats(struct fc_slot *s, uint32_t id, struct fc_shard_monitor_stats *sum)
{
	pthread_mutex_lock(&s->lock);
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
		if (of_monitor(&s->place[n], id))
			fc_slot_place_stats(s, n, sum);
	pthread_mutex_unlock(&s->lock);
}

int fc_slot_running(struct fc_slot *s, struct fc_card_plan *plan)
{
	int err;

	memset(plan, 0, sizeof(*plan));
	pthread_mutex_lock(&s->lock);
	err = s->workers ? 0 : -ENODEV;
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
		if (s->place[n].there)
			plan->monitor[n] = s->place[n].has;
	pthread_mutex_unlock(&s->lock);
	return err;
}

/* ------------------------------------------------------------------ clearing */
static unsigned places_of(const struct fc_slot *s, uint32_t id)
{
	unsigned mask = 0;

	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
		if (s->place[n].there && s->place[n].has.id == id)
			mask |= 1u << n;
	return mask;
}

static void clear_statistics(struct fc_slot *s, unsigned mask)
{
	for (unsigned r = 0; r < s->workers; r++)
		for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
			if (mask >> n & 1)
				fc_worker_monitor_stats_clear(s->worker[r], n);
}

/* Workers that have not done it; none when the card has gone, since all flows are closed then. */
static unsigned waits(struct fc_slot *s, uint32_t generation, enum fc_worker_order order,
		      unsigned mask, bool withdraw)
{
	unsigned left = 0;

	pthread_mutex_lock(&s->lock);
	for (unsigned r = 0; s->status.generation == generation && r < s->workers; r++)
		left |= withdraw ? fc_worker_withdraw(s->worker[r], order, mask)
				 : fc_worker_ordered(s->worker[r], order) & mask;
	pthread_mutex_unlock(&s->lock);
	return left;
}

int fc_slot_device_lock(struct fc_slot *s)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += CARD_WAIT_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	return pthread_mutex_timedlock(&s->device_lock, &until) ? -EBUSY : 0;
}

/* Where card time stands still no cut would come by itself. */
static int ask_for_cut(struct fc_slot *s)
{
	int err = fc_slot_device_lock(s);

	if (err)
		return err;
	err = fc_device_flush(&s->device, s->device.generation);
	pthread_mutex_unlock(&s->device_lock);
	return err;
}

int fc_slot_clear(struct fc_slot *s, uint32_t id, enum fc_slot_clear what, unsigned limit_ms)
{
	enum fc_worker_order order = what == FC_CLEAR_CACHE ? FC_ORDER_CLEAR : FC_ORDER_EXPORT;
	uint64_t until = fc_clock_ms() + limit_ms;
	uint32_t generation;
	unsigned mask, left;
	int err;

	pthread_mutex_lock(&s->lock);
	mask = places_of(s, id);
	generation = s->status.generation;
	if (what == FC_CLEAR_STATISTICS)
		clear_statistics(s, mask);
	for (unsigned r = 0; what != FC_CLEAR_STATISTICS && r < s->workers; r++)
		fc_worker_order(s->worker[r], order, mask, 0);
	pthread_mutex_unlock(&s->lock);
	if (what == FC_CLEAR_STATISTICS || !mask)
		return 0;
	err = ask_for_cut(s);
	left = waits(s, generation, order, mask, false);
	while (!err && left && fc_clock_ms() < until) {
		nanosleep(&(struct timespec){0, LOOK_NS}, NULL);
		left = waits(s, generation, order, mask, false);
	}
	if (!left || !waits(s, generation, order, mask, true))
		return 0;
	return err ? err : -ETIMEDOUT;
}

/* ------------------------------------------------------------------ the card's counters */
static unsigned list_samplers(const struct fc_slot *s, struct fc_slot_sampler *out, unsigned *index)
{
	unsigned count = 0;

	for (unsigned at = 0; at < FC_SLOT_SAMPLERS; at++) {
		unsigned n = at / (2 * FC_CARD_PORTS_MAX);
		unsigned o = at / FC_CARD_PORTS_MAX % 2, p = at % FC_CARD_PORTS_MAX;
		const struct fc_plan_monitor *m = &s->place[n].has;

		if (!s->place[n].there || !m->sampler[o][p].mode ||
		    !((o ? m->card.ports_out : m->card.ports) >> p & 1))
			continue;
		index[count] = n;
		out[count++] = (struct fc_slot_sampler){
			.id = m->id,
			.flow_monitor = m->flow_monitor,
			.output = o,
			.port = p,
			.ipv4 = m->card.ipv4,
			.ipv6 = m->card.ipv6,
			.sampler = m->sampler[o][p],
		};
	}
	return count;
}

/* Return 0 with the device's lock held. */
static int card_take(struct fc_slot *s)
{
	int err = fc_slot_device_lock(s);

	if (!err && s->device.state != FC_DEVICE_PRESENT) {
		pthread_mutex_unlock(&s->device_lock);
		err = -ENODEV;
	}
	return err;
}

int fc_slot_samplers(struct fc_slot *s, struct fc_slot_sampler *out)
{
	unsigned index[FC_SLOT_SAMPLERS], count;
	int err = card_take(s);

	if (err)
		return err;
	pthread_mutex_lock(&s->lock);
	count = list_samplers(s, out, index);
	pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; !err && i < count; i++)
		err = fc_card_sampler_counters(&s->device.card, index[i], out[i].output,
					       out[i].port, &out[i].counters);
	pthread_mutex_unlock(&s->device_lock);
	return err ? err : (int)count;
}

int fc_slot_samplers_clear(struct fc_slot *s, uint8_t id)
{
	struct fc_slot_sampler list[FC_SLOT_SAMPLERS];
	unsigned index[FC_SLOT_SAMPLERS], count;
	int err = card_take(s);

	if (err)
		return err;
	pthread_mutex_lock(&s->lock);
	count = list_samplers(s, list, index);
	pthread_mutex_unlock(&s->lock);
	for (unsigned i = 0; !err && i < count; i++)
		if (list[i].sampler.id == id)
			err = fc_card_sampler_set(&s->device.card, index[i], list[i].output,
						  list[i].port, &list[i].sampler);
	pthread_mutex_unlock(&s->device_lock);
	return err;
}

int fc_slot_ledger(struct fc_slot *s, unsigned monitor, struct fc_ledger *out)
{
	int err = card_take(s);

	if (err)
		return err;
	err = fc_device_ledger(&s->device, s->device.generation, monitor, out);
	pthread_mutex_unlock(&s->device_lock);
	return err;
}

int fc_slot_port_counters(struct fc_slot *s, unsigned port, struct fc_card_port_counters *out)
{
	int err = card_take(s);

	if (err)
		return err;
	err = fc_device_port_counters(&s->device, s->device.generation, port, out);
	pthread_mutex_unlock(&s->device_lock);
	return err;
}
