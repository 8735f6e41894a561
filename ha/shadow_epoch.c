// SPDX-License-Identifier: BSD-2-Clause
/* Epochs: the shard's own clock, barriers, cuts. */
#include "shadow_impl.h"

#include <errno.h>
#include <flowcard/registers.h>

/* Age of a packet time: its offset from the start of the epoch being built, never before it. The
 * barrier clamps what lies beyond the end. */
uint64_t fc_shadow_place(struct fc_shard *shard, uint64_t time_ns)
{
	uint64_t offset = time_ns > shard->epoch_start ? time_ns - shard->epoch_start : 0;

	if (!shard->anchored)
		return shard->age;
	if (offset > AGE_STEP_MAX)
		offset = AGE_STEP_MAX;
	if (offset > shard->offset_max)
		shard->offset_max = offset;
	return shard->age + offset;
}

static uint64_t clamped(uint64_t age, uint64_t base, uint64_t length)
{
	return (int64_t)(age - base) > (int64_t)length ? base + length : age;
}

/* Where the epoch's start was not known yet: from the times themselves. All flows are of this
 * epoch. */
static uint64_t anchored_age(const struct fc_shard *shard, uint64_t time_ns, uint64_t start,
			     uint64_t length)
{
	uint64_t offset = time_ns > start ? time_ns - start : 0;

	return shard->age + (offset < length ? offset : length);
}

static void settle(struct fc_shard *shard, uint32_t slot, uint64_t start, uint64_t length)
{
	struct shadow_entry *entry = &shard->entries[slot];
	const struct shadow_half *half = &entry->half[entry->newest];

	shard->stats.clamp_looks++;
	if (shard->anchored) {
		entry->last_age = clamped(entry->last_age, shard->age, length);
		shard->start[slot].age = clamped(shard->start[slot].age, shard->age, length);
		return;
	}
	entry->last_age = anchored_age(shard, half->last_ns, start, length);
	shard->start[slot].age = anchored_age(shard, half->first_ns, start, length);
}

/* Ages that lie beyond the end of their epoch, now that it is known: those that were touched in
 * this cut are the tail of each list. */
static void settle_ages(struct fc_shard *shard, uint64_t start, uint64_t length)
{
	if (shard->anchored && shard->offset_max <= length)
		return;
	for (unsigned m = 0; m < FC_SHADOW_MONITORS; m++) {
		uint32_t slot = shard->monitor[m].touched.tail;

		while (slot != SLOT_NONE) {
			const struct shadow_entry *entry = &shard->entries[slot];

			if (entry->tag[entry->newest] != shard->building)
				break;
			settle(shard, slot, start, length);
			slot = shard->touch[slot].previous;
		}
	}
}

/* The first barrier: where time begins; with flows that were adopted, that much later than theirs.
 */
static void anchor(struct fc_shard *shard, uint64_t start)
{
	uint64_t gap = start > shard->cut_from ? start - shard->cut_from : 0;

	if (shard->based)
		shard->age += gap < AGE_STEP_MAX ? gap : AGE_STEP_MAX;
	else
		shard->cut_from = start;
	shard->based = false;
}

/* The shard's clock goes on by the length of the epoch that ends; a clock that was set back adds
 * nothing. */
static void next_epoch(struct fc_shard *shard, const uint32_t *record)
{
	uint64_t end = fc_barrier_end_ns(record);
	uint64_t start = shard->resynced ? shard->epoch_start : fc_barrier_start_ns(record);
	uint64_t length = end > start ? end - start : 0;

	if (length > AGE_STEP_MAX)
		length = AGE_STEP_MAX;
	if (!shard->anchored)
		anchor(shard, start);
	settle_ages(shard, start, length);
	shard->age += length;
	shard->epoch_start = end;
	shard->offset_max = 0;
	shard->anchored = true;
	shard->resynced = false;
	shard->epoch++;
}

/* What is built from now on is of another cut. */
void fc_shadow_freeze(struct fc_shard *shard)
{
	uint32_t next = shard->building + 1;

	/* 0 marks a half that was never written */
	__atomic_store_n(&shard->building, next ? next : 1, __ATOMIC_RELEASE);
	shard->gathering ^= 1;
	shard->changes_at = 0;
}

static void take_cut(struct fc_shard *shard, uint64_t cut_ns)
{
	fc_shadow_freeze(shard);
	shard->in_flight = true;
	shard->cut_packets = shard->stats.delta_packets;
	shard->cut_octets = shard->stats.delta_octets;
	shard->stats.cuts++;
	fc_shadow_expire(shard, cut_ns);
	shard->cut_from = cut_ns;
}

int fc_shadow_barrier(struct fc_shard *shard, const uint32_t *record)
{
	uint32_t epoch = fc_rec_epoch(record);

	if (!shard->learned || (!shard->anchored && epoch == shard->epoch - 1)) {
		shard->epoch = epoch;
		shard->learned = true;
	}
	if (epoch != shard->epoch) {
		shard->stats.bad_barriers++;
		return -EPROTO;
	}
	next_epoch(shard, record);
	if (shard->in_flight && shard->merged)
		shard->merged(shard->context);
	if (shard->in_flight ||
	    (shard->may_cut && !shard->may_cut(shard->context, epoch, fc_barrier_end_ns(record))))
		shard->stats.epochs_merged++;
	else
		take_cut(shard, fc_barrier_end_ns(record));
	return FC_TAKE_BARRIER;
}

void fc_shard_commit(struct fc_shard *shard)
{
	shard->in_flight = false;
}

bool fc_shard_in_flight(const struct fc_shard *shard)
{
	return shard->in_flight;
}

int fc_shard_resync(struct fc_shard *shard, uint32_t epoch)
{
	if (!shard->learned || (int32_t)(epoch - shard->epoch) <= 0)
		return -EINVAL;
	shard->epoch = epoch;
	shard->resynced = shard->anchored;
	shard->stats.resyncs++;
	return 0;
}
