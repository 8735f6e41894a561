// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a peer must know of a cut: flows that changed in it, instances that are over with it. A bit
 * a slot and half says which have changed, so the walk costs what has changed, not what lives.
 */
#include "shadow_impl.h"

#include <string.h>

#define FETCHED 32 /* entries on their way into the cache */

/* ------------------------------------------------------------------ instances */
void fc_shard_instances_renew(struct fc_shard *shard)
{
	shard->next_instance = shard->instances ? shard->instances(shard->context)
						: shard->next_instance + !shard->next_instance;
}

void fc_shadow_instance_new(struct fc_shard *shard, uint32_t slot)
{
	shard->instance[slot] = shard->next_instance++;
	if (!(shard->next_instance % FC_CUT_RANGE))
		fc_shard_instances_renew(shard);
}

/* It began in the cut with this tag: nobody else has ever heard of it. */
static bool began_in(const struct fc_shard *shard, uint32_t slot, uint32_t tag)
{
	const struct shadow_entry *entry = &shard->entries[slot];

	return entry->tag[entry->newest] == tag && !entry->tag[entry->newest ^ 1];
}

static uint32_t frozen_tag(const struct fc_shard *shard)
{
	return shard->building - 1 ? shard->building - 1 : UINT32_MAX;
}

/* With the cut that was just taken. */
void fc_shadow_instance_end(struct fc_shard *shard, uint32_t slot)
{
	if (shard->ended && !began_in(shard, slot, frozen_tag(shard)))
		shard->ended(shard->context, shard->instance[slot]);
	shard->instance[slot] = 0;
}

static bool hand_out(struct fc_shard *shard, uint32_t slot, struct fc_cut_flow *out);

/* In between two cuts: with the next one. A slot holds at most one instance that began before the
 * last cut, so there is room for all of them. */
void fc_shadow_instance_end_early(struct fc_shard *shard, uint32_t slot)
{
	uint64_t *bits = &shard->changed[shard->gathering ^ 1][slot / 64];
	struct fc_cut_flow flow;

	if (shard->in_flight && *bits >> slot % 64 & 1 && hand_out(shard, slot, &flow)) {
		*bits &= ~(UINT64_C(1) << slot % 64);
		shard->stats.evictions++;
		if (shard->evicted)
			shard->evicted(shard->context, &flow);
	}
	if (shard->ended && !began_in(shard, slot, shard->building))
		shard->ended_early[shard->ended_early_count++] = shard->instance[slot];
	shard->instance[slot] = 0;
}

void fc_shadow_ended_early(struct fc_shard *shard)
{
	for (size_t i = 0; i < shard->ended_early_count; i++)
		shard->ended(shard->context, shard->ended_early[i]);
	shard->ended_early_count = 0;
}

/* ------------------------------------------------------------------ changed flows */
static size_t words_of(const struct fc_shard *shard)
{
	return ((size_t)shard->fresh + 63) / 64;
}

void fc_shard_changes_mark(struct fc_shard *shard, bool all, uint64_t slices)
{
	uint64_t *frozen = shard->changed[shard->gathering ^ 1];

	if (all) {
		memset(frozen, 0, words_of(shard) * sizeof(*frozen));
		memset(shard->changed[shard->gathering], 0, words_of(shard) * sizeof(*frozen));
	}
	if (!all && !slices)
		return;
	for (uint32_t slot = 0; slot < shard->fresh; slot++) {
		uint64_t instance = shard->instance[slot];

		if (instance && (all || slices >> instance % FC_CUT_SLICES & 1))
			frozen[slot / 64] |= UINT64_C(1) << slot % 64;
	}
}

/* False: the slot is free, or its flow began after the cut. */
static bool hand_out(struct fc_shard *shard, uint32_t slot, struct fc_cut_flow *out)
{
	const struct shadow_half *half =
		shard->instance[slot] ? fc_shadow_frozen(shard, slot) : NULL;

	if (!half)
		return false;
	memset(out, 0, sizeof(*out));
	out->instance = shard->instance[slot];
	fc_shadow_flow(&shard->entries[slot], half, &out->flow);
	shard->stats.changes++;
	return true;
}

static void fetch(const struct fc_shard *shard, uint32_t slot)
{
	for (unsigned line = 0; line < sizeof(struct shadow_entry); line += 64)
		__builtin_prefetch((const uint8_t *)&shard->entries[slot] + line);
}

/* The next slots with a bit, which is cleared. */
static size_t next_slots(struct fc_shard *shard, uint32_t *slots, size_t most)
{
	uint64_t *bits = shard->changed[shard->gathering ^ 1];
	size_t words = words_of(shard), count = 0;

	while (count < most && shard->changes_at < words) {
		uint64_t word = bits[shard->changes_at];
		uint32_t slot;

		if (!word) {
			shard->changes_at++;
			continue;
		}
		slot = (uint32_t)(shard->changes_at * 64) + (uint32_t)__builtin_ctzll(word);
		bits[shard->changes_at] = word & (word - 1);
		__builtin_prefetch(&shard->instance[slot]);
		fetch(shard, slot);
		slots[count++] = slot;
	}
	return count;
}

size_t fc_shard_changes(struct fc_shard *shard, struct fc_cut_flow *out, size_t most)
{
	uint32_t slots[FETCHED];
	size_t count = 0;

	while (shard->in_flight && count < most) {
		size_t want = most - count < FETCHED ? most - count : FETCHED;
		size_t found = next_slots(shard, slots, want);

		for (size_t i = 0; i < found; i++)
			count += hand_out(shard, slots[i], &out[count]);
		if (!found)
			break;
	}
	return count;
}

/* Slots of the slice from *at on. */
static size_t of_slice(const struct fc_shard *shard, unsigned slice, uint32_t *at, uint32_t *slots)
{
	size_t count = 0;

	for (; *at < shard->fresh && count < FETCHED; ++*at) {
		uint64_t instance = shard->instance[*at];

		if (!instance || instance % FC_CUT_SLICES != slice)
			continue;
		fetch(shard, *at);
		slots[count++] = *at;
	}
	return count;
}

uint64_t fc_shard_digest(const struct fc_shard *shard, unsigned slice,
			 uint64_t (*one)(void *context, const struct fc_cut_flow *flow),
			 void *context)
{
	uint32_t slots[FETCHED], at = 0;
	uint64_t sum = 0;
	size_t count;

	while ((count = of_slice(shard, slice, &at, slots)))
		for (size_t i = 0; i < count; i++) {
			const struct shadow_half *half = fc_shadow_frozen(shard, slots[i]);
			struct fc_cut_flow flow = {.instance = shard->instance[slots[i]]};

			if (!half)
				continue;
			fc_shadow_flow(&shard->entries[slots[i]], half, &flow.flow);
			sum += one(context, &flow);
		}
	return sum;
}
