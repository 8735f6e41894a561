// SPDX-License-Identifier: BSD-2-Clause
#include "property_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

const struct fc_shadow_monitor ref_monitor[MONITORS] = {
	{.active_ns = 20 * SECOND, .inactive_ns = 5 * SECOND},
	{.inactive_ns = 3 * SECOND},
	{.entries = 50},
	[PERMANENT] = {.cache = FC_CACHE_PERMANENT, .update_ns = 7 * SECOND, .entries = 40},
	{.cache = FC_CACHE_SYNCHRONIZED, .synchronized_ns = 6 * SECOND},
	{.cache = FC_CACHE_SYNCHRONIZED,
	 .synchronized_ns = 10 * SECOND,
	 .spread_ns = 4 * SECOND,
	 .entries = 60},
	[IMMEDIATE] = {.cache = FC_CACHE_IMMEDIATE},
	{.inactive_ns = 30 * SECOND, .transaction_end = true},
};

struct reference ref;

void ref_begin(uint64_t start_ns)
{
	memset(&ref, 0, sizeof(ref));
	ref.start_ns = ref.cut_from = start_ns;
	ref.update_due = ref_monitor[PERMANENT].update_ns;
}

void ref_push(struct list *list, const struct ended *item)
{
	assert_true(list->count < LIST);
	list->item[list->count++] = *item;
}

static struct ended end_of(unsigned monitor, uint32_t flow, unsigned reason)
{
	struct instance *instance = &ref.instance[monitor][flow];

	instance->live = false;
	ref.aged[monitor][reason]++;
	return (struct ended){
		.monitor = monitor, .reason = reason, .flow = flow, .values = instance->now};
}

static void end_now(unsigned monitor, uint32_t flow, unsigned reason)
{
	struct ended item = end_of(monitor, flow, reason);

	ref_push(&ref.due, &item);
}

size_t ref_live_of(unsigned monitor)
{
	size_t live = 0;

	for (uint32_t flow = 0; flow < FLOWS; flow++)
		live += ref.instance[monitor][flow].live;
	return live;
}

/* The flow of `monitor` whose last first touch is the longest ago; FLOWS: none. */
static uint32_t oldest_of(unsigned monitor)
{
	uint32_t oldest = FLOWS;

	for (uint32_t flow = 0; flow < FLOWS; flow++)
		if (ref.instance[monitor][flow].live &&
		    (oldest == FLOWS ||
		     ref.instance[monitor][flow].order < ref.instance[monitor][oldest].order))
			oldest = flow;
	return oldest;
}

/* ------------------------------------------------------------------ room */
static void wait_for_cut(const struct ended *item)
{
	if (ref.waiting.count < CLOSED_MAX) {
		ref_push(&ref.waiting, item);
		return;
	}
	ref.lost_packets += item->values.packets;
	ref.lost_octets += item->values.octets;
}

static void age_early(unsigned monitor)
{
	struct ended item = end_of(monitor, oldest_of(monitor), FC_END_RESOURCES);

	wait_for_cut(&item);
}

static size_t spreading(void)
{
	size_t count = 0;

	for (unsigned m = 0; m < MONITORS; m++)
		count += ref.spread[m].count;
	return count;
}

static struct ended spread_first(unsigned monitor)
{
	struct list *list = &ref.spread[monitor];
	struct ended item = list->item[0];

	memmove(list->item, list->item + 1, --list->count * sizeof(item));
	return item;
}

/* Someone's oldest flow goes, of those that may; false: nobody's. */
static bool shard_room(void)
{
	unsigned from = MONITORS;

	for (unsigned m = 0; m < MONITORS; m++) {
		struct ended item;

		if (!ref.spread[m].count)
			continue;
		item = spread_first(m);
		wait_for_cut(&item);
		return true;
	}
	for (unsigned m = 0; m < MONITORS; m++) {
		uint32_t oldest = oldest_of(m);

		if (oldest == FLOWS || m == PERMANENT)
			continue;
		if (from == MONITORS ||
		    ref.instance[m][oldest].mark < ref.instance[from][oldest_of(from)].mark)
			from = m;
	}
	if (from == MONITORS)
		return false;
	age_early(from);
	return true;
}

static bool make_room(unsigned monitor)
{
	size_t live = spreading();

	if (ref_monitor[monitor].entries && ref_live_of(monitor) >= ref_monitor[monitor].entries) {
		if (monitor == PERMANENT)
			return false;
		age_early(monitor);
	}
	for (unsigned m = 0; m < MONITORS; m++)
		live += ref_live_of(m);
	return live < SHARD_ENTRIES || shard_room();
}

/* ------------------------------------------------------------------ a delta */
unsigned ref_flags(const struct fake_delta *delta)
{
	return delta->flags ? delta->flags : 1u << delta->epoch % 12;
}

static void create(const struct fake_delta *delta, const struct values *add)
{
	if (!make_room(delta->monitor)) {
		ref.not_added++;
		ref.not_added_packets += add->packets;
		return;
	}
	ref.instance[delta->monitor][delta->flow] = (struct instance){
		.live = true,
		.fresh = true,
		.touched = true,
		.now = *add,
		.flags = ref_flags(delta),
		.order = ++ref.order,
		.born = ++ref.births,
		.mark = ref.age >> 22,
		.tag = ref.cut,
		.first_offset = add->first_ns,
		.last_offset = add->last_ns,
	};
}

static void add_to(struct instance *instance, const struct values *add)
{
	if (instance->tag != ref.cut || instance->mark != ref.age >> 22) {
		instance->order = ++ref.order;
		instance->tag = ref.cut;
		instance->mark = ref.age >> 22;
	}
	instance->now.packets += add->packets;
	instance->now.octets += add->octets;
	if (add->first_ns < instance->now.first_ns)
		instance->now.first_ns = add->first_ns;
	if (add->last_ns > instance->now.last_ns)
		instance->now.last_ns = add->last_ns;
	if (!instance->touched || add->first_ns < instance->first_offset)
		instance->first_offset = add->first_ns;
	if (!instance->touched || add->last_ns > instance->last_offset)
		instance->last_offset = add->last_ns;
	instance->touched = true;
}

void ref_apply(const struct fake_delta *delta)
{
	struct instance *instance = &ref.instance[delta->monitor][delta->flow];
	const struct values add = {delta->packets, delta->bytes, delta->first_ns, delta->last_ns};
	const struct ended packet = {
		.monitor = IMMEDIATE, .reason = FC_END_ACTIVE, .flow = delta->flow, .values = add};

	ref.deltas++;
	ref.packets += delta->packets;
	ref.octets += delta->bytes;
	if (delta->monitor == IMMEDIATE) {
		ref_push(&ref.due, &packet);
		return;
	}
	if (!instance->live) {
		create(delta, &add);
		return;
	}
	instance->flags |= ref_flags(delta);
	add_to(instance, &add);
}

/* ------------------------------------------------------------------ a cut */
static uint64_t offset(uint64_t time_ns, uint64_t start_ns, uint64_t length)
{
	if (time_ns <= start_ns)
		return 0;
	return time_ns - start_ns < length ? time_ns - start_ns : length;
}

static void settle(struct instance *instance, uint64_t start_ns, uint64_t length)
{
	if (!instance->live || !instance->touched)
		return;
	instance->last_age = ref.age + offset(instance->last_offset, start_ns, length);
	if (instance->fresh)
		instance->start_age = ref.age + offset(instance->first_offset, start_ns, length);
	instance->touched = false;
	instance->fresh = false;
}

static unsigned reason_of(unsigned monitor, const struct instance *instance)
{
	const struct fc_shadow_monitor *m = &ref_monitor[monitor];

	if (m->cache != FC_CACHE_NORMAL)
		return 0;
	if (m->transaction_end && (instance->flags & 5))
		return FC_END_DETECTED;
	if (m->active_ns && ref.age - instance->start_age >= m->active_ns)
		return FC_END_ACTIVE;
	if (m->inactive_ns && ref.age - instance->last_age >= m->inactive_ns)
		return FC_END_IDLE;
	return 0;
}

/* Silent flows go down to fifteen sixteenths of the cache. */
static void expire_watermark(unsigned monitor)
{
	size_t entries = ref_monitor[monitor].entries;

	if (ref_monitor[monitor].cache != FC_CACHE_NORMAL)
		return;
	while (entries && ref_live_of(monitor) > entries - entries / 16) {
		uint32_t oldest = oldest_of(monitor);

		if (ref_live_of(monitor) <= entries &&
		    ref.instance[monitor][oldest].tag == ref.cut - 1)
			return;
		end_now(monitor, oldest, FC_END_RESOURCES);
	}
}

static void spread_next(unsigned monitor, uint64_t passed)
{
	uint64_t time = ref_monitor[monitor].spread_ns;
	size_t all = ref.spread_all[monitor];
	size_t keep = passed < time ? all - (size_t)((__uint128_t)all * passed / time) : 0;

	while (ref.spread[monitor].count > keep) {
		struct ended item = spread_first(monitor);

		ref_push(&ref.due, &item);
	}
}

static uint32_t first_born(unsigned monitor)
{
	uint32_t first = FLOWS;

	for (uint32_t flow = 0; flow < FLOWS; flow++)
		if (ref.instance[monitor][flow].live &&
		    (first == FLOWS ||
		     ref.instance[monitor][flow].born < ref.instance[monitor][first].born))
			first = flow;
	return first;
}

static void synchronize(unsigned monitor, uint64_t cut_ns)
{
	uint64_t interval = ref_monitor[monitor].synchronized_ns;
	bool spread = ref_monitor[monitor].spread_ns;

	if (ref.spread[monitor].count)
		spread_next(monitor, ref.age - ref.spread_from[monitor]);
	if (ref.cut_from / interval == cut_ns / interval)
		return;
	if (spread)
		spread_next(monitor, UINT64_MAX);
	while (ref_live_of(monitor)) {
		struct ended item = end_of(monitor, first_born(monitor), FC_END_ACTIVE);

		ref_push(spread ? &ref.spread[monitor] : &ref.due, &item);
	}
	ref.spread_from[monitor] = ref.age;
	ref.spread_all[monitor] = ref.spread[monitor].count;
}

static void update(void)
{
	uint64_t time = ref_monitor[PERMANENT].update_ns;

	if (ref.age < ref.update_due)
		return;
	for (uint32_t flow = 0; flow < FLOWS; flow++) {
		const struct ended item = {.monitor = PERMANENT,
					   .reason = FC_END_ACTIVE,
					   .flow = flow,
					   .values = ref.instance[PERMANENT][flow].now};

		if (!ref.instance[PERMANENT][flow].live)
			continue;
		ref_push(&ref.due, &item);
		ref.updates++;
	}
	while (ref.update_due <= ref.age)
		ref.update_due += ((ref.age - ref.update_due) / time + 1) * time;
}

static void freeze(unsigned monitor)
{
	for (uint32_t flow = 0; flow < FLOWS; flow++) {
		struct instance *instance = &ref.instance[monitor][flow];

		instance->frozen = instance->now;
		instance->has_frozen = true;
	}
}

static void expire(unsigned monitor, uint64_t cut_ns)
{
	for (uint32_t flow = 0; flow < FLOWS; flow++) {
		const struct instance *instance = &ref.instance[monitor][flow];
		unsigned reason = instance->live ? reason_of(monitor, instance) : 0;

		if (reason)
			end_now(monitor, flow, reason);
	}
	expire_watermark(monitor);
	if (ref_monitor[monitor].cache == FC_CACHE_SYNCHRONIZED)
		synchronize(monitor, cut_ns);
	if (monitor == PERMANENT)
		update();
	freeze(monitor);
}

static void take_cut(uint64_t cut_ns)
{
	for (size_t i = 0; i < ref.waiting.count; i++)
		ref_push(&ref.due, &ref.waiting.item[i]);
	ref.waiting.count = 0;
	ref.cut++;
	for (unsigned m = 0; m < MONITORS; m++)
		expire(m, cut_ns);
	ref.cut_from = cut_ns;
}

void ref_barrier(uint64_t start_ns, uint64_t end_ns, bool stays)
{
	uint64_t length = end_ns > start_ns ? end_ns - start_ns : 0;
	size_t later = ref.later_count;

	if (length > UINT64_C(1) << 52)
		length = UINT64_C(1) << 52;
	for (unsigned m = 0; m < MONITORS; m++)
		for (uint32_t flow = 0; flow < FLOWS; flow++)
			settle(&ref.instance[m][flow], start_ns, length);
	ref.age += length;
	ref.epoch++;
	if (!ref.in_flight) {
		take_cut(end_ns);
		ref.in_flight = stays;
	}
	ref.later_count = 0;
	for (size_t i = 0; i < later; i++)
		ref_apply(&ref.later[i]);
}
