// SPDX-License-Identifier: BSD-2-Clause
/* What a cut does to the flows of each type of cache. Nothing is decided between two cuts. */
#include "shadow_impl.h"

#define AHEAD 12 /* entries that are fetched before they are looked at */

/* Can a flow whose epoch began at `mark` be due? Rounding down on both sides never hides one that
 * is. */
static bool may_be_due(const struct fc_shard *shard, uint32_t mark, uint64_t timeout)
{
	return (uint32_t)(shard->age >> MARK_SHIFT) - mark >= (uint32_t)(timeout >> MARK_SHIFT);
}

static void expire_active(struct fc_shard *shard, struct shadow_monitor *monitor, uint64_t cut_ns)
{
	uint64_t timeout = monitor->config.active_ns;
	uint32_t slot = monitor->started.head, next;

	for (; slot != SLOT_NONE; slot = next) {
		next = shard->start[slot].link.next;
		if (!may_be_due(shard, shard->start[slot].mark, timeout))
			return;
		shard->stats.expiry_looks++;
		if (shard->age - shard->start[slot].age >= timeout)
			fc_shadow_close(shard, slot, FC_AGED_ACTIVE, cut_ns);
	}
}

static void expire_inactive(struct fc_shard *shard, struct shadow_monitor *monitor, uint64_t cut_ns)
{
	uint64_t timeout = monitor->config.inactive_ns;
	uint32_t slot = monitor->touched.head, next;

	for (; slot != SLOT_NONE; slot = next) {
		next = shard->touch[slot].next;
		if (!may_be_due(shard, shard->entries[slot].touch_mark, timeout))
			return;
		shard->stats.expiry_looks++;
		if (shard->age - shard->entries[slot].last_age >= timeout)
			fc_shadow_close(shard, slot, FC_AGED_INACTIVE, cut_ns);
	}
}

static bool touched_in_cut(const struct fc_shard *shard, uint32_t slot)
{
	const struct shadow_entry *entry = &shard->entries[slot];

	return entry->tag[entry->newest] == shard->building - 1 ||
	       (shard->building == 1 && entry->tag[entry->newest] == UINT32_MAX);
}

/* The place before `slot` in its list, and its entry on the way into the cache: the tag is in the
 * middle one of its lines, the flags are in the last. */
static uint32_t look_ahead(const struct fc_shard *shard, uint32_t slot)
{
	uint32_t previous = slot == SLOT_NONE ? SLOT_NONE : shard->touch[slot].previous;

	if (previous != SLOT_NONE) {
		const uint8_t *entry = (const uint8_t *)&shard->entries[previous];

		__builtin_prefetch(entry + 64);
		__builtin_prefetch(entry + 128);
	}
	return previous;
}

/* A FIN or RST came in this cut, so the flow was touched in it: those are the list's tail. */
static void expire_transactions(struct fc_shard *shard, struct shadow_monitor *monitor,
				uint64_t cut_ns)
{
	uint32_t slot = monitor->touched.tail, ahead = slot, previous;

	for (unsigned i = 0; i < AHEAD; i++)
		ahead = look_ahead(shard, ahead);
	for (; slot != SLOT_NONE && touched_in_cut(shard, slot); slot = previous) {
		previous = shard->touch[slot].previous;
		ahead = look_ahead(shard, ahead);
		if (fc_shadow_transaction_over(&shard->entries[slot]))
			fc_shadow_close(shard, slot, FC_AGED_EVENT, cut_ns);
	}
}

/* Make room before there is none: flows that were silent in this cut go down to the watermark,
 * others only where the cache was made smaller. */
static void expire_watermark(struct fc_shard *shard, struct shadow_monitor *monitor,
			     uint64_t cut_ns)
{
	while (monitor->live > monitor->watermark) {
		uint32_t slot = monitor->touched.head;

		if (monitor->live <= monitor->entries && touched_in_cut(shard, slot))
			return;
		fc_shadow_close(shard, slot, FC_AGED_WATERMARK, cut_ns);
	}
}

static void expire_normal(struct fc_shard *shard, struct shadow_monitor *monitor, uint64_t cut_ns)
{
	if (monitor->config.transaction_end)
		expire_transactions(shard, monitor, cut_ns);
	if (monitor->config.active_ns)
		expire_active(shard, monitor, cut_ns);
	if (monitor->config.inactive_ns)
		expire_inactive(shard, monitor, cut_ns);
	expire_watermark(shard, monitor, cut_ns);
}

/* Totals of every flow, which goes on: neither closed nor counted as such. */
void fc_shadow_update(struct fc_shard *shard, struct shadow_monitor *monitor, uint64_t cut_ns)
{
	uint32_t slot = monitor->started.head;

	for (; slot != SLOT_NONE; slot = shard->start[slot].link.next) {
		const struct shadow_entry *entry = &shard->entries[slot];
		struct fc_flow flow;

		fc_shadow_flow(entry, &entry->half[entry->newest], &flow);
		flow.end_reason = FC_END_ACTIVE;
		shard->stats.updates++;
		monitor->stats.updates++;
		if (shard->closed)
			shard->closed(shard->context, &flow, cut_ns);
	}
}

static void expire_permanent(struct fc_shard *shard, struct shadow_monitor *monitor,
			     uint64_t cut_ns)
{
	uint64_t time = monitor->config.update_ns;

	if (!time || (int64_t)(shard->age - monitor->update_due) < 0)
		return;
	fc_shadow_update(shard, monitor, cut_ns);
	monitor->update_due += ((shard->age - monitor->update_due) / time + 1) * time;
}

/* The cut reaches a multiple of the interval that the last one had not; a clock that was set back
 * begins another interval as well. */
static void expire_synchronized(struct fc_shard *shard, struct shadow_monitor *monitor,
				uint64_t cut_ns)
{
	uint64_t interval = monitor->config.synchronized_ns;
	uint64_t spread = monitor->config.spread_ns;

	if (monitor->spread_count)
		fc_shadow_spread_next(shard, monitor, cut_ns);
	if (shard->cut_from / interval == cut_ns / interval)
		return;
	if (!spread) {
		fc_shadow_close_monitor(shard, (unsigned)(monitor - shard->monitor),
					FC_AGED_SYNCHRONIZED, cut_ns);
		return;
	}
	/* A spread longer than the interval: what is left of the last one goes first. */
	monitor->spread_from = shard->age - spread;
	fc_shadow_spread_next(shard, monitor, cut_ns);
	monitor->spread_from = shard->age;
	monitor->spread_all = 0;
	while (monitor->started.head != SLOT_NONE)
		fc_shadow_spread(shard, monitor->started.head, FC_AGED_SYNCHRONIZED);
}

void fc_shadow_expire(struct fc_shard *shard, uint64_t cut_ns)
{
	fc_shadow_waiting(shard, cut_ns);
	for (unsigned m = 0; m < FC_SHADOW_MONITORS; m++) {
		struct shadow_monitor *monitor = &shard->monitor[m];

		if (!monitor->there)
			continue;
		switch (monitor->config.cache) {
		case FC_CACHE_NORMAL:
			expire_normal(shard, monitor, cut_ns);
			break;
		case FC_CACHE_PERMANENT:
			expire_permanent(shard, monitor, cut_ns);
			break;
		case FC_CACHE_SYNCHRONIZED:
			expire_synchronized(shard, monitor, cut_ns);
			break;
		case FC_CACHE_IMMEDIATE:
			break;
		}
	}
}
