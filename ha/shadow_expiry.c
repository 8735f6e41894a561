// SPDX-License-Identifier: BSD-2-Clause
/* Which flows end, and why. Timeouts at cuts only; early ageing at once, its record waits for the
 * cut. */
#include "shadow_impl.h"

static void count_reason(struct fc_shard_stats *stats, enum fc_end_reason reason)
{
	switch (reason) {
	case FC_END_IDLE:
		stats->aged_inactive++;
		break;
	case FC_END_ACTIVE:
		stats->aged_active++;
		break;
	case FC_END_RESOURCES:
		stats->aged_emergency++;
		break;
	case FC_END_FORCED:
	case FC_END_DETECTED:
		stats->aged_forced++;
		break;
	}
}

static void hand_over(struct fc_shard *shard, const struct fc_flow *flow, uint64_t cut_ns)
{
	shard->stats.closed_flows++;
	shard->stats.closed_packets += flow->packets;
	shard->stats.closed_octets += flow->octets;
	if (shard->closed)
		shard->closed(shard->context, flow, cut_ns);
}

/* Take the flow out of the table; its newest values are left in `flow`. */
static void end_flow(struct fc_shard *shard, uint32_t slot, enum fc_end_reason reason,
		     struct fc_flow *flow)
{
	struct shadow_entry *entry = &shard->entries[slot];

	fc_shadow_flow(entry, &entry->half[entry->newest], flow);
	flow->end_reason = (uint8_t)reason;
	count_reason(&shard->stats, reason);
	fc_shadow_unindex(shard, slot);
	fc_shadow_unlist(shard, slot);
	fc_shadow_entry_end(shard, slot);
	fc_shadow_slot_give(shard, slot);
}

static void close_flow(struct fc_shard *shard, uint32_t slot, enum fc_end_reason reason,
		       uint64_t cut_ns)
{
	struct fc_flow flow;

	end_flow(shard, slot, reason, &flow);
	hand_over(shard, &flow, cut_ns);
}

void fc_shadow_age_early(struct fc_shard *shard, uint32_t slot)
{
	struct fc_shard_stats *stats = &shard->stats;
	struct fc_flow flow;

	end_flow(shard, slot, FC_END_RESOURCES, &flow);
	if (shard->waiting_count == shard->closed_max) {
		stats->lost_records++;
		stats->lost_packets += flow.packets;
		stats->lost_octets += flow.octets;
		return;
	}
	shard->waiting[shard->waiting_count++] = flow;
	stats->waiting_records++;
	stats->waiting_packets += flow.packets;
	stats->waiting_octets += flow.octets;
}

static void hand_over_waiting(struct fc_shard *shard, uint64_t cut_ns)
{
	for (size_t i = 0; i < shard->waiting_count; i++)
		hand_over(shard, &shard->waiting[i], cut_ns);
	shard->waiting_count = 0;
	shard->stats.waiting_records = 0;
	shard->stats.waiting_packets = 0;
	shard->stats.waiting_octets = 0;
}

/* Can a flow whose epoch began at `mark` be due? Rounding down on both sides never hides one that
 * is. */
static bool may_be_due(const struct fc_shard *shard, uint32_t mark, uint64_t timeout)
{
	return (uint32_t)(shard->age >> MARK_SHIFT) - mark >= (uint32_t)(timeout >> MARK_SHIFT);
}

static void expire_active(struct fc_shard *shard, struct shadow_monitor *monitor, uint64_t cut_ns)
{
	uint32_t slot = monitor->started.head, next;

	for (; slot != SLOT_NONE; slot = next) {
		next = shard->start[slot].link.next;
		if (!may_be_due(shard, shard->start[slot].mark, monitor->active_ns))
			return;
		shard->stats.expiry_looks++;
		if (shard->age - shard->start[slot].age >= monitor->active_ns)
			close_flow(shard, slot, FC_END_ACTIVE, cut_ns);
	}
}

static void expire_inactive(struct fc_shard *shard, struct shadow_monitor *monitor, uint64_t cut_ns)
{
	uint32_t slot = monitor->touched.head, next;

	for (; slot != SLOT_NONE; slot = next) {
		next = shard->touch[slot].next;
		if (!may_be_due(shard, shard->entries[slot].touch_mark, monitor->inactive_ns))
			return;
		shard->stats.expiry_looks++;
		if (shard->age - shard->entries[slot].last_age >= monitor->inactive_ns)
			close_flow(shard, slot, FC_END_IDLE, cut_ns);
	}
}

void fc_shadow_expire(struct fc_shard *shard, uint64_t cut_ns)
{
	hand_over_waiting(shard, cut_ns);
	for (unsigned m = 0; m < shard->monitors; m++) {
		struct shadow_monitor *monitor = &shard->monitor[m];

		if (monitor->active_ns)
			expire_active(shard, monitor, cut_ns);
		if (monitor->inactive_ns)
			expire_inactive(shard, monitor, cut_ns);
	}
}

void fc_shard_close_all(struct fc_shard *shard, uint64_t cut_ns)
{
	hand_over_waiting(shard, cut_ns);
	for (unsigned m = 0; m < shard->monitors; m++) {
		struct shadow_monitor *monitor = &shard->monitor[m];

		while (monitor->started.head != SLOT_NONE)
			close_flow(shard, monitor->started.head, FC_END_FORCED, cut_ns);
	}
}
