// SPDX-License-Identifier: BSD-2-Clause
/* Records of the next epoch: kept by ring index, copied out only when the ring must be given back
 * early. */
#include "drain_impl.h"

#include <stdlib.h>
#include <string.h>

void fc_drain_defer(struct fc_drain *drain, uint32_t index)
{
	struct drain_run *next = &drain->run[drain->runs];

	drain->stats.deferred++;
	if (drain->runs && next[-1].start + next[-1].count == index) {
		next[-1].count++;
		return;
	}
	*next = (struct drain_run){.start = index, .count = 1};
	drain->runs++;
}

static void offer(struct fc_drain *drain, const uint32_t *records, size_t count)
{
	size_t at = 0;

	while (at < count) {
		size_t merged = fc_shard_merge_run(drain->config.shard,
						   records + at * FC_RECORD_WORDS, count - at);

		for (; merged; merged--, at++)
			fc_drain_count(drain, records + at * FC_RECORD_WORDS, false, true);
		if (at == count)
			return;
		/* Refused: the shard counts it as bad. Nothing here can be deferred twice. */
		(void)fc_shard_take(drain->config.shard, records + at * FC_RECORD_WORDS);
		at++;
	}
}

static void offer_run(struct fc_drain *drain, const struct drain_run *run)
{
	size_t filled = 0;

	for (uint32_t i = 0; i < run->count; i++) {
		if (fc_ring_peek(drain->config.ring, run->start + i, drain->again[filled]))
			drain->stats.deferred_lost++;
		else
			filled++;
		if (filled == BATCH || i + 1 == run->count) {
			offer(drain, drain->again[0], filled);
			filled = 0;
		}
	}
}

/* Their epoch is the one being built now. Copied ones are older than those in the ring. */
void fc_drain_offer_again(struct fc_drain *drain)
{
	if (drain->copied_count)
		offer(drain, drain->copied[0], drain->copied_count);
	drain->copied_count = 0;
	for (size_t i = 0; i < drain->runs; i++)
		offer_run(drain, &drain->run[i]);
	drain->runs = 0;
}

/* Room for one more copy, at most as many as the ring has places. */
static bool copy_room(struct fc_drain *drain)
{
	size_t most = (size_t)1 << drain->config.ring->size_log2;
	size_t room = drain->copied_room ? 2 * drain->copied_room : BATCH;
	void *bigger;

	if (drain->copied_count < drain->copied_room)
		return true;
	if (drain->copied_count >= most)
		return false;
	bigger = realloc(drain->copied, room * sizeof(*drain->copied));
	if (!bigger)
		return false;
	drain->copied = bigger;
	drain->copied_room = room;
	return true;
}

static void copy_out(struct fc_drain *drain, uint32_t index)
{
	uint32_t *record = drain->again[0];

	if (fc_ring_peek(drain->config.ring, index, record)) {
		drain->stats.deferred_lost++;
		return;
	}
	if (copy_room(drain))
		memcpy(drain->copied[drain->copied_count++], record, FC_RECORD_OCTETS);
	else if (fc_shard_merge_ahead(drain->config.shard, record) == FC_TAKE_MERGED)
		fc_drain_count(drain, record, false, true);
}

/* More than half of the ring is held: give all of it back, so that the card does not run out of
 * places before the commit. */
void fc_drain_release_early(struct fc_drain *drain)
{
	uint32_t held = drain->next - drain->config.ring->released;

	if (held <= (uint32_t)1 << drain->config.ring->size_log2 >> 1)
		return;
	for (size_t r = 0; r < drain->runs; r++)
		for (uint32_t i = 0; i < drain->run[r].count; i++)
			copy_out(drain, drain->run[r].start + i);
	drain->runs = 0;
	drain->stats.early_releases++;
	drain->stats.crash_window_records += held;
	fc_drain_release(drain, drain->next, false);
}
