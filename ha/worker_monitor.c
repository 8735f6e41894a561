// SPDX-License-Identifier: BSD-2-Clause
/* The card's monitors as a worker knows them, and what is done with them at a cut. */
#include "ha/worker_impl.h"

#include <errno.h>
#include <string.h>

static void remove_monitor(struct fc_worker *w, unsigned n, uint64_t cut_ns)
{
	struct worker_monitor *m = &w->monitor[n];

	fc_shard_monitor_set(w->shard, n, NULL, cut_ns, &m->stats);
	m->there = false;
	m->had = true;
	fc_worker_spread(w);
}

static bool order_due(struct fc_worker *w, enum fc_worker_order order, unsigned n, uint32_t epoch)
{
	if (!(atomic_load(&w->ordered[order]) >> n & 1))
		return false;
	return order != FC_ORDER_REMOVE || (int32_t)(epoch - w->monitor[n].remove_after) >= 0;
}

static void carry_out(struct fc_worker *w, enum fc_worker_order order, unsigned n, uint64_t cut_ns)
{
	if (w->monitor[n].there) {
		if (order == FC_ORDER_CLEAR)
			fc_shard_monitor_clear(w->shard, n);
		else if (order == FC_ORDER_EXPORT)
			fc_shard_monitor_export(w->shard, n, cut_ns);
		else
			remove_monitor(w, n, cut_ns);
	}
	atomic_fetch_and(&w->ordered[order], ~(1u << n));
}

void fc_worker_carry_out(struct fc_worker *w, uint32_t epoch, uint64_t cut_ns)
{
	for (unsigned o = 0; o < FC_ORDERS; o++)
		for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
			if (order_due(w, o, n, epoch))
				carry_out(w, o, n, cut_ns);
}

/* No flows are here; records of a monitor that goes may still be held, and are void. */
void fc_worker_carry_out_following(struct fc_worker *w)
{
	uint32_t epoch;
	bool known = fc_drain_followed(w->drain, &epoch);

	atomic_store(&w->ordered[FC_ORDER_CLEAR], 0);
	atomic_store(&w->ordered[FC_ORDER_EXPORT], 0);
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++) {
		if (!known || !order_due(w, FC_ORDER_REMOVE, n, epoch))
			continue;
		fc_drain_void(w->drain, n);
		carry_out(w, FC_ORDER_REMOVE, n, w->cut_ns);
	}
}

int fc_worker_monitor_add(struct fc_worker *w, unsigned n, const struct fc_shadow_monitor *monitor,
			  int flow_monitor, size_t entries_max)
{
	int err = n < FC_CARD_MONITORS_MAX ? 0 : -EINVAL;

	pthread_mutex_lock(&w->lock);
	if (!err && w->monitor[n].there)
		err = -EBUSY;
	if (!err)
		err = fc_shard_reserve(w->shard, entries_max);
	if (!err)
		err = fc_shard_monitor_set(w->shard, n, monitor, w->cut_ns, NULL);
	if (!err) {
		w->monitor[n] =
			(struct worker_monitor){.there = true,
						.flow_monitor = (uint8_t)flow_monitor,
						.id = monitor->id,
						.ipv4 = monitor->ipv4,
						.ipv6 = monitor->ipv6,
						.immediate = monitor->cache == FC_CACHE_IMMEDIATE};
		memcpy(w->monitor[n].mask, monitor->mask, sizeof(monitor->mask));
		fc_worker_spread(w);
	}
	pthread_mutex_unlock(&w->lock);
	return err;
}

void fc_worker_monitor_drop(struct fc_worker *w, unsigned n)
{
	pthread_mutex_lock(&w->lock);
	fc_shard_monitor_set(w->shard, n, NULL, w->cut_ns, NULL);
	w->monitor[n].there = false;
	fc_worker_spread(w);
	pthread_mutex_unlock(&w->lock);
}

int fc_worker_monitor_tune(struct fc_worker *w, unsigned n, const struct fc_shadow_monitor *monitor,
			   int flow_monitor, size_t entries_max)
{
	int err;

	pthread_mutex_lock(&w->lock);
	err = fc_shard_reserve(w->shard, entries_max);
	if (!err)
		err = fc_shard_monitor_tune(w->shard, n, monitor);
	if (!err) {
		w->monitor[n].flow_monitor = (uint8_t)flow_monitor;
		w->monitor[n].ipv4 = monitor->ipv4;
		w->monitor[n].ipv6 = monitor->ipv6;
		fc_worker_spread(w);
	}
	pthread_mutex_unlock(&w->lock);
	return err;
}

void fc_worker_order(struct fc_worker *w, enum fc_worker_order order, unsigned mask, uint32_t epoch)
{
	pthread_mutex_lock(&w->lock);
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
		if (order == FC_ORDER_REMOVE && (mask >> n & 1))
			w->monitor[n].remove_after = epoch;
	atomic_fetch_or(&w->ordered[order], mask);
	pthread_mutex_unlock(&w->lock);
}

unsigned fc_worker_ordered(struct fc_worker *w, enum fc_worker_order order)
{
	return atomic_load(&w->ordered[order]);
}

unsigned fc_worker_withdraw(struct fc_worker *w, enum fc_worker_order order, unsigned mask)
{
	unsigned had;

	pthread_mutex_lock(&w->lock);
	had = atomic_fetch_and(&w->ordered[order], ~mask) & mask;
	pthread_mutex_unlock(&w->lock);
	return had;
}

int fc_worker_monitor_stats(struct fc_worker *w, unsigned n, struct fc_shard_monitor_stats *out)
{
	int err = 0;

	pthread_mutex_lock(&w->lock);
	if (w->monitor[n].there)
		fc_shard_monitor_stats(w->shard, n, out);
	else if (w->monitor[n].had)
		*out = w->monitor[n].stats;
	else
		err = -ENOENT;
	pthread_mutex_unlock(&w->lock);
	return err;
}

void fc_worker_monitor_stats_clear(struct fc_worker *w, unsigned n)
{
	pthread_mutex_lock(&w->lock);
	fc_shard_monitor_stats_clear(w->shard, n);
	pthread_mutex_unlock(&w->lock);
}
