// SPDX-License-Identifier: BSD-2-Clause
/*
 * How a flow leaves: handed over at a cut; at once into the queue of those that wait for it; bit by
 * bit after a synchronized cut; or thrown away. Every packet of it is counted in one place.
 */
#include "shadow_impl.h"

static const enum fc_end_reason reason_of[FC_AGED_CAUSES] = {
	[FC_AGED_ACTIVE] = FC_END_ACTIVE,       [FC_AGED_INACTIVE] = FC_END_IDLE,
	[FC_AGED_EVENT] = FC_END_DETECTED,      [FC_AGED_WATERMARK] = FC_END_RESOURCES,
	[FC_AGED_EMERGENCY] = FC_END_RESOURCES, [FC_AGED_FORCED] = FC_END_FORCED,
	[FC_AGED_SYNCHRONIZED] = FC_END_ACTIVE, [FC_AGED_IMMEDIATE] = FC_END_ACTIVE,
	[FC_AGED_CLEARED] = FC_END_FORCED,
};

void fc_shadow_count_aged(struct fc_shard *shard, unsigned monitor, enum fc_aged cause,
			  uint64_t flows)
{
	shard->stats.aged[cause] += flows;
	shard->monitor[monitor].stats.aged[cause] += flows;
}

void fc_shadow_hand_over(struct fc_shard *shard, const struct fc_flow *flow, uint64_t cut_ns)
{
	shard->stats.closed_flows++;
	shard->stats.closed_packets += flow->packets;
	shard->stats.closed_octets += flow->octets;
	if (shard->closed)
		shard->closed(shard->context, flow, cut_ns);
}

/* Out of index and lists; the slot still holds its values. */
static void detach(struct fc_shard *shard, uint32_t slot, enum fc_aged cause)
{
	fc_shadow_count_aged(shard, shard->entries[slot].monitor, cause, 1);
	fc_shadow_unindex(shard, slot);
	fc_shadow_unlist(shard, slot);
	fc_shadow_entry_end(shard, slot);
}

static void values(const struct fc_shard *shard, uint32_t slot, enum fc_aged cause,
		   struct fc_flow *flow)
{
	const struct shadow_entry *entry = &shard->entries[slot];

	fc_shadow_flow(entry, &entry->half[entry->newest], flow);
	flow->end_reason = (uint8_t)reason_of[cause];
}

void fc_shadow_close(struct fc_shard *shard, uint32_t slot, enum fc_aged cause, uint64_t cut_ns)
{
	struct fc_flow flow;

	values(shard, slot, cause, &flow);
	detach(shard, slot, cause);
	fc_shadow_instance_end(shard, slot);
	fc_shadow_slot_give(shard, slot);
	fc_shadow_hand_over(shard, &flow, cut_ns);
}

void fc_shadow_drop(struct fc_shard *shard, uint32_t slot)
{
	struct fc_flow flow;

	values(shard, slot, FC_AGED_CLEARED, &flow);
	detach(shard, slot, FC_AGED_CLEARED);
	fc_shadow_instance_end(shard, slot);
	fc_shadow_slot_give(shard, slot);
	shard->stats.cleared_packets += flow.packets;
	shard->stats.cleared_octets += flow.octets;
}

/* ------------------------------------------------------------------ until the next cut */
void fc_shadow_wait(struct fc_shard *shard, const struct fc_flow *flow)
{
	struct fc_shard_stats *stats = &shard->stats;

	if (shard->waiting_count == shard->closed_max) {
		stats->lost_records++;
		stats->lost_packets += flow->packets;
		stats->lost_octets += flow->octets;
		return;
	}
	shard->waiting[shard->waiting_count++] = *flow;
	stats->waiting_records++;
	stats->waiting_packets += flow->packets;
	stats->waiting_octets += flow->octets;
}

static void waits_no_more(struct fc_shard *shard, const struct fc_flow *flow)
{
	shard->stats.waiting_records--;
	shard->stats.waiting_packets -= flow->packets;
	shard->stats.waiting_octets -= flow->octets;
}

void fc_shadow_age_early(struct fc_shard *shard, uint32_t slot)
{
	struct fc_flow flow;

	values(shard, slot, FC_AGED_EMERGENCY, &flow);
	detach(shard, slot, FC_AGED_EMERGENCY);
	fc_shadow_instance_end_early(shard, slot);
	fc_shadow_slot_give(shard, slot);
	fc_shadow_wait(shard, &flow);
}

void fc_shadow_waiting(struct fc_shard *shard, uint64_t cut_ns)
{
	fc_shadow_ended_early(shard);
	for (size_t i = 0; i < shard->waiting_count; i++) {
		waits_no_more(shard, &shard->waiting[i]);
		fc_shadow_hand_over(shard, &shard->waiting[i], cut_ns);
	}
	shard->waiting_count = 0;
}

/* ------------------------------------------------------------------ spread over a time */
/* The flow has ended; its slot is the place where it waits. */
void fc_shadow_spread(struct fc_shard *shard, uint32_t slot, enum fc_aged cause)
{
	struct shadow_monitor *monitor = &shard->monitor[shard->entries[slot].monitor];
	struct fc_flow flow;

	values(shard, slot, cause, &flow);
	detach(shard, slot, cause);
	shard->touch[slot].next = SLOT_NONE;
	if (monitor->spread.head == SLOT_NONE)
		monitor->spread.head = slot;
	else
		shard->touch[monitor->spread.tail].next = slot;
	monitor->spread.tail = slot;
	monitor->spread_count++;
	monitor->spread_all++;
	shard->spreading++;
	shard->stats.waiting_records++;
	shard->stats.waiting_packets += flow.packets;
	shard->stats.waiting_octets += flow.octets;
}

/* Return its slot, which is to be given back. */
static uint32_t take_first(struct fc_shard *shard, struct shadow_monitor *monitor,
			   struct fc_flow *flow)
{
	uint32_t slot = monitor->spread.head;

	values(shard, slot, FC_AGED_SYNCHRONIZED, flow);
	waits_no_more(shard, flow);
	monitor->spread.head = shard->touch[slot].next;
	monitor->spread_count--;
	shard->spreading--;
	return slot;
}

static void hand_over_first(struct fc_shard *shard, struct shadow_monitor *monitor, uint64_t cut_ns)
{
	struct fc_flow flow;
	uint32_t slot = take_first(shard, monitor, &flow);

	fc_shadow_instance_end(shard, slot);
	fc_shadow_slot_give(shard, slot);
	fc_shadow_hand_over(shard, &flow, cut_ns);
}

/* As many as the time that has passed since says; all of them when it is over. */
void fc_shadow_spread_next(struct fc_shard *shard, struct shadow_monitor *monitor, uint64_t cut_ns)
{
	uint64_t passed = shard->age - monitor->spread_from, time = monitor->config.spread_ns;
	size_t keep = 0;

	if (passed < time)
		keep = monitor->spread_all -
		       (size_t)((__uint128_t)monitor->spread_all * passed / time);
	while (monitor->spread_count > keep)
		hand_over_first(shard, monitor, cut_ns);
}

/* A new flow needs the place of one that is being spread. */
void fc_shadow_spread_early(struct fc_shard *shard)
{
	for (unsigned m = 0; m < FC_SHADOW_MONITORS; m++) {
		struct fc_flow flow;
		uint32_t slot;

		if (shard->monitor[m].spread.head == SLOT_NONE)
			continue;
		slot = take_first(shard, &shard->monitor[m], &flow);
		fc_shadow_instance_end_early(shard, slot);
		fc_shadow_slot_give(shard, slot);
		fc_shadow_wait(shard, &flow);
		return;
	}
}

/* ------------------------------------------------------------------ all of them, or one packet */
void fc_shadow_close_monitor(struct fc_shard *shard, unsigned number, enum fc_aged cause,
			     uint64_t cut_ns)
{
	struct shadow_monitor *monitor = &shard->monitor[number];

	while (monitor->spread.head != SLOT_NONE)
		hand_over_first(shard, monitor, cut_ns);
	while (monitor->started.head != SLOT_NONE)
		fc_shadow_close(shard, monitor->started.head, cause, cut_ns);
}

/* A record of an immediate monitor is a flow of its own and never in the table. */
void fc_shadow_pass(struct fc_shard *shard, const uint32_t *record)
{
	struct fc_flow flow;

	fc_shadow_flow_of_record(record, &flow);
	flow.end_reason = (uint8_t)reason_of[FC_AGED_IMMEDIATE];
	shard->stats.added++;
	shard->monitor[flow.monitor].stats.added++;
	fc_shadow_count_aged(shard, flow.monitor, FC_AGED_IMMEDIATE, 1);
	fc_shadow_hand_over(shard, &flow, shard->anchored ? shard->epoch_start : flow.last_ns);
}

void fc_shard_close_all(struct fc_shard *shard, uint64_t cut_ns)
{
	/* What was built so far is this cut. */
	if (!shard->in_flight)
		fc_shadow_freeze(shard);
	fc_shadow_waiting(shard, cut_ns);
	for (unsigned m = 0; m < FC_SHADOW_MONITORS; m++)
		fc_shadow_close_monitor(shard, m, FC_AGED_FORCED, cut_ns);
}
