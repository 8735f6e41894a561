// SPDX-License-Identifier: BSD-2-Clause
/* A shard whose flows live elsewhere, and one that takes flows over from there. */
#include "shadow_impl.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <string.h>

/* ------------------------------------------------------------------ forget */
static void forget_slot(struct fc_shard *shard, uint32_t slot)
{
	struct shadow_entry *entry = &shard->entries[slot];
	const struct shadow_half *half = &entry->half[entry->newest];

	shard->stats.forgotten_flows++;
	shard->stats.forgotten_packets += half->packets;
	shard->stats.forgotten_octets += half->octets;
	if (entry->live) {
		fc_shadow_count_aged(shard, entry->monitor, FC_AGED_CLEARED, 1);
		fc_shadow_entry_end(shard, slot);
	}
	shard->instance[slot] = 0;
	fc_shadow_slot_give(shard, slot);
}

static void forget_waiting(struct fc_shard *shard)
{
	for (size_t i = 0; i < shard->waiting_count; i++) {
		shard->stats.forgotten_flows++;
		shard->stats.forgotten_packets += shard->waiting[i].packets;
		shard->stats.forgotten_octets += shard->waiting[i].octets;
	}
	shard->waiting_count = shard->ended_early_count = 0;
	shard->stats.waiting_records = 0;
	shard->stats.waiting_packets = shard->stats.waiting_octets = 0;
}

void fc_shard_forget(struct fc_shard *shard)
{
	size_t words = ((size_t)shard->fresh + 63) / 64;

	for (uint32_t slot = 0; slot < shard->fresh; slot++)
		if (shard->instance[slot])
			forget_slot(shard, slot);
	forget_waiting(shard);
	memset(shard->cells, 0, ((size_t)shard->cell_mask + 1) * sizeof(*shard->cells));
	for (unsigned i = 0; i < 2; i++)
		memset(shard->changed[i], 0, words * sizeof(*shard->changed[i]));
	for (unsigned m = 0; m < FC_SHADOW_MONITORS; m++)
		fc_shadow_lists_empty(&shard->monitor[m]);
	shard->spreading = 0;
	shard->stats.live = 0;
	shard->learned = shard->anchored = shard->resynced = shard->in_flight = false;
	shard->based = false;
	shard->offset_max = 0;
	shard->cut_packets = shard->stats.delta_packets;
	shard->cut_octets = shard->stats.delta_octets;
}

/* ------------------------------------------------------------------ back to the last cut */
static void back(struct fc_shard *shard, uint32_t slot)
{
	const struct shadow_entry *entry = &shard->entries[slot];
	const struct shadow_half *half = &entry->half[entry->newest];
	uint64_t packets = half->packets, octets = half->octets;

	if (!fc_shadow_entry_back(shard, slot)) {
		fc_shadow_unindex(shard, slot);
		fc_shadow_unlist(shard, slot);
		forget_slot(shard, slot);
		return;
	}
	half = &entry->half[entry->newest];
	shard->stats.forgotten_packets += packets - half->packets;
	shard->stats.forgotten_octets += octets - half->octets;
}

void fc_shard_rollback(struct fc_shard *shard)
{
	for (uint32_t slot = 0; slot < shard->fresh; slot++)
		if (shard->instance[slot] && shard->entries[slot].live)
			back(shard, slot);
}

/* ------------------------------------------------------------------ adopt */
void fc_shard_begin(struct fc_shard *shard, const struct fc_shard_start *start)
{
	shard->adopt_ns = start->known ? start->start_ns : start->base_ns;
	shard->cut_from = start->base_ns ? start->base_ns : start->start_ns;
	shard->based = start->base_ns && !start->known;
	shard->learned = start->learned || start->known;
	shard->epoch = start->epoch;
	if (!start->known)
		return;
	shard->anchored = true;
	shard->epoch_start = start->start_ns;
}

static void key_of(const struct fc_shard *shard, unsigned number, const struct fc_flow *flow,
		   struct shadow_key *key)
{
	uint32_t record[FC_RECORD_WORDS] = {0};

	fc_rec_set_monitor(record, (uint8_t)number);
	fc_rec_set_vector(record, flow->vector);
	fc_shadow_key(shard, record, key);
}

static void close_adopted(struct fc_shard *shard, unsigned number, const struct fc_flow *from)
{
	struct fc_flow flow = *from;

	flow.monitor = (uint8_t)number;
	flow.end_reason = FC_END_FORCED;
	flow.interface_first = 0;
	fc_shadow_count_aged(shard, number, FC_AGED_FORCED, 1);
	fc_shadow_wait(shard, &flow);
}

int fc_shard_adopt(struct fc_shard *shard, unsigned number, const struct fc_cut_flow *from)
{
	struct shadow_key key;
	uint32_t slot = SLOT_NONE;

	if (number >= FC_SHADOW_MONITORS || !shard->monitor[number].there ||
	    shard->monitor[number].immediate)
		return -EINVAL;
	key_of(shard, number, &from->flow, &key);
	if (fc_shadow_find(shard, &key) == SLOT_NONE)
		slot = fc_shadow_make_room(shard, number);
	shard->stats.adopted_flows++;
	shard->stats.adopted_packets += from->flow.packets;
	shard->stats.adopted_octets += from->flow.octets;
	shard->stats.added++;
	shard->monitor[number].stats.added++;
	if (slot == SLOT_NONE) {
		close_adopted(shard, number, &from->flow);
		return 1;
	}
	shard->instance[slot] = from->instance;
	fc_shadow_entry_adopt(shard, slot, number, &from->flow);
	fc_shadow_index(shard, key.hash, slot);
	fc_shadow_list(shard, slot);
	return 0;
}

/* Marks that any timeout can be due for. */
static void look_always(struct fc_shard *shard)
{
	uint32_t old = (uint32_t)(shard->age >> MARK_SHIFT) - (uint32_t)(TIMEOUT_MAX >> MARK_SHIFT);

	for (uint32_t slot = 0; slot < shard->fresh; slot++) {
		if (!shard->entries[slot].live)
			continue;
		shard->entries[slot].touch_mark = old;
		shard->start[slot].mark = old;
	}
}

int fc_shard_adopt_end(struct fc_shard *shard)
{
	int err = fc_shadow_lists_sort(shard);

	if (err)
		look_always(shard);
	return err;
}
