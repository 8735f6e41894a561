// SPDX-License-Identifier: BSD-2-Clause
/*
 * A ring whose unit stands by: records are held until the peer's commits cover them, and are
 * merged if the peer goes before that. Whatever is dropped is read once more for it, so that every
 * packet is counted where it went.
 */
#include "drain_impl.h"

#include <flowcard/registers.h>
#include <string.h>

/* Two cards note a boundary with the first clock that they see behind it. */
#define SLACK_NS 10000

/* ------------------------------------------------------------------ drop */
static void count_dropped(struct fc_drain *drain, const uint32_t *record, enum fc_drain_drop why)
{
	struct fc_drain_dropped *to = &drain->stats.dropped[why];

	if (fc_rec_kind(record) != FC_KIND_FLOW)
		return;
	to->records++;
	to->packets += fc_rec_packets(record);
	to->octets += fc_rec_bytes(record);
}

static enum fc_drain_drop not_selected(const struct fc_drain *drain)
{
	return drain->follow.handed_over ? FC_DROP_AFTER_HANDOVER : FC_DROP_NOT_SELECTED;
}

/* The oldest `count` barriers are behind us. */
static void forget_barriers(struct drain_follow *f, unsigned count)
{
	if (!count)
		return;
	f->over = f->barrier[count - 1];
	f->over_there = true;
	f->barriers -= count;
	memmove(f->barrier, f->barrier + count, f->barriers * sizeof(f->barrier[0]));
}

static void drop_until(struct fc_drain *drain, uint32_t limit, enum fc_drain_drop why)
{
	struct fc_ring *ring = drain->config.ring;
	struct drain_follow *f = &drain->follow;
	uint32_t *record = drain->again[0];
	unsigned passed = 0;

	for (uint32_t at = ring->released; (int32_t)(limit - at) > 0; at++)
		if (!fc_ring_peek(ring, at, record))
			count_dropped(drain, record, why);
	while (passed < f->barriers && (int32_t)(limit - f->barrier[passed].index) > 0)
		passed++;
	forget_barriers(f, passed);
	fc_drain_release(drain, limit, true);
}

void fc_drain_drop_all(struct fc_drain *drain)
{
	drop_until(drain, drain->next, not_selected(drain));
}

/* No commit comes: the oldest eighth of the ring goes, so that the card has places. */
static void drop_early(struct fc_drain *drain)
{
	uint32_t size = (uint32_t)1 << drain->config.ring->size_log2;
	uint32_t held = drain->next - drain->config.ring->released;

	if (held <= size / 2)
		return;
	drain->stats.early_releases++;
	drop_until(drain, drain->config.ring->released + held - size / 2 + size / 8, FC_DROP_EARLY);
}

/* ------------------------------------------------------------------ look at records */
/* At most two epochs are open; a third shows that a barrier was lost, and the oldest gives way. */
static void note_first(struct drain_follow *f, uint32_t epoch, uint32_t index)
{
	struct drain_first *to = &f->first[0];

	for (unsigned i = 0; i < 2; i++)
		if (f->first[i].there && f->first[i].epoch == epoch)
			return;
	if (to->there && (!f->first[1].there || (int32_t)(f->first[1].epoch - to->epoch) < 0))
		to = &f->first[1];
	*to = (struct drain_first){.there = true, .epoch = epoch, .index = index};
}

static void note_barrier(struct fc_drain *drain, uint32_t index, const uint32_t *record)
{
	struct drain_follow *f = &drain->follow;
	struct drain_barrier b = {.index = index,
				  .limit = index + 1,
				  .epoch = fc_rec_epoch(record),
				  .end_ns = fc_barrier_end_ns(record)};

	drain->holes = 0;
	for (unsigned i = 0; i < 2; i++) {
		if (!f->first[i].there)
			continue;
		if ((int32_t)(f->first[i].epoch - b.epoch) <= 0)
			f->first[i].there = false;
		else if ((int32_t)(f->first[i].index - b.limit) < 0)
			b.limit = f->first[i].index;
	}
	if (f->barriers == BARRIERS)
		drop_until(drain, f->barrier[0].index + 1, FC_DROP_EARLY);
	f->barrier[f->barriers++] = b;
	f->followed = true;
	f->followed_epoch = b.epoch;
}

static bool counted_before(const struct fc_drain *drain, uint32_t index)
{
	return drain->follow.again && (int32_t)(index - drain->follow.scanned) < 0;
}

static void scan_one(struct fc_drain *drain, uint32_t index, const uint32_t *record)
{
	bool fresh = !counted_before(drain, index);

	drain->stats.records += fresh;
	switch (fc_rec_kind(record)) {
	case FC_KIND_FLOW:
		if (fresh)
			fc_drain_count(drain, record, true, false);
		note_first(&drain->follow, fc_rec_epoch(record), index);
		break;
	case FC_KIND_BARRIER:
		drain->stats.barriers += fresh;
		note_barrier(drain, index, record);
		break;
	case FC_KIND_LEDGER:
		if (fresh)
			fc_drain_take_ledger(drain, record);
		break;
	case FC_KIND_SNAPSHOT:
		if (fresh)
			fc_drain_take_snapshot(drain, record);
		break;
	default:
		break;
	}
}

void fc_drain_scan(struct fc_drain *drain, size_t count)
{
	for (size_t at = 0; at < count; at++, drain->next++)
		scan_one(drain, drain->next, drain->batch[at]);
	drop_early(drain);
}

/* ------------------------------------------------------------------ covered */
/* Dual feed: both cards cut at the same times, whatever they number them. */
static void cover_by_epoch(struct fc_drain *drain, uint64_t cut_ns)
{
	struct drain_follow *f = &drain->follow;
	unsigned count = f->barriers;

	f->covered_ns = cut_ns;
	f->straddles = true;
	f->seen_commit = false;
	while (count && (int64_t)(cut_ns + SLACK_NS - f->barrier[count - 1].end_ns) < 0)
		count--;
	if (!count)
		return;
	f->covered = f->barrier[count - 1];
	f->covered_there = true;
	forget_barriers(f, count);
	drop_until(drain, f->covered.limit, FC_DROP_COVERED);
}

/* Single feed: this card had the traffic only if its unit is active, so what came before the last
 * commit but one is of no account. Where a dual feed was refused, commits before that ended at a
 * time that may not be this card's: what is left is younger than they are. */
static void cover_by_time(struct fc_drain *drain)
{
	struct drain_follow *f = &drain->follow;

	if (f->seen_commit) {
		drop_until(drain, f->commit_read, not_selected(drain));
		f->straddles = false;
	}
	f->seen_commit = true;
	f->commit_read = drain->next;
}

int fc_drain_cover(struct fc_drain *drain, const struct fc_cuts_covered *covered)
{
	struct drain_follow *f = &drain->follow;
	int err;

	f->handed_over = covered->handed_over && !covered->dual;
	if (!f->on)
		return 0;
	/* A commit may be here before the card has closed the epoch that it covers. */
	if (covered->dual && covered->there)
		cover_by_epoch(drain, covered->cut_ns);
	else if (!covered->dual && covered->commits != f->commits)
		cover_by_time(drain);
	f->commits = covered->commits;
	err = drain->error;
	drain->error = 0;
	return err;
}

/* ------------------------------------------------------------------ begin and end */
static void drop_deferred(struct fc_drain *drain)
{
	enum fc_drain_drop why = not_selected(drain);

	for (size_t i = 0; i < drain->copied_count; i++)
		count_dropped(drain, drain->copied[i], why);
	for (size_t r = 0; r < drain->runs; r++)
		for (uint32_t i = 0; i < drain->run[r].count; i++) {
			if (fc_ring_peek(drain->config.ring, drain->run[r].start + i,
					 drain->again[0]))
				drain->stats.deferred_lost++;
			else
				count_dropped(drain, drain->again[0], why);
		}
	drain->copied_count = drain->runs = 0;
}

/* From the last cut on, which is safe; what went back early is missing. Its places may begin before
 * the end of the cut's epoch, so that is covered. */
static void hold_ring(struct fc_drain *drain, const struct drain_follow *before)
{
	struct fc_ring *ring = drain->config.ring;
	struct drain_follow *f = &drain->follow;

	f->again = true;
	f->over = f->covered = drain->cut;
	f->over_there = f->covered_there = drain->cut_there;
	f->straddles = before->straddles;
	f->covered_ns = before->covered_ns;
	f->void_mask = before->void_mask;
	memcpy(f->void_before, before->void_before, sizeof(f->void_before));
	drain->runs = 0;
	drain->holes = 0;
	drain->stuck = 0;
	ring->read = ring->released;
	drain->next = ring->released;
}

void fc_drain_follow(struct fc_drain *drain, bool handed_over, bool hold)
{
	struct drain_follow before = drain->follow, *f = &drain->follow;
	bool again = counted_before(drain, drain->next);

	*f = (struct drain_follow){.on = true,
				   .again = again,
				   .scanned = again ? before.scanned : drain->next,
				   .handed_over = handed_over};
	if (hold)
		hold_ring(drain, &before);
	drop_deferred(drain);
	drain->in_flight = false;
	if (!hold)
		fc_drain_release(drain, drain->next, true);
}

bool fc_drain_following(const struct fc_drain *drain)
{
	return drain->follow.on;
}

bool fc_drain_followed(const struct fc_drain *drain, uint32_t *epoch)
{
	*epoch = drain->follow.followed_epoch;
	return drain->follow.followed;
}

bool fc_drain_caught_up(const struct fc_drain *drain)
{
	const struct drain_follow *f = &drain->follow;
	const struct drain_barrier *newest = f->barriers ? &f->barrier[f->barriers - 1] : &f->over;

	if (!f->straddles)
		return true;
	return (f->barriers || f->over_there) &&
	       (int64_t)(newest->end_ns + SLACK_NS - f->covered_ns) >= 0;
}

void fc_drain_void(struct fc_drain *drain, unsigned monitor)
{
	drain->follow.void_mask |= 1u << monitor;
	drain->follow.void_before[monitor] = drain->next;
}

void fc_drain_lead(struct fc_drain *drain, struct fc_shard_start *out)
{
	struct drain_follow *f = &drain->follow;
	struct fc_ring *ring = drain->config.ring;

	*out = (struct fc_shard_start){
		.known = f->over_there, .epoch = f->over.epoch + 1, .start_ns = f->over.end_ns};
	if (!counted_before(drain, drain->next))
		f->scanned = drain->next;
	drain->cut_there = f->over_there;
	drain->cut = f->over;
	f->on = false;
	f->again = true;
	drain->holes = f->holes;
	drain->stuck = 0;
	ring->read = ring->released;
	drain->next = ring->released;
}

/* ------------------------------------------------------------------ the ring once more */
/* The commit ended within an epoch of this card: what lies before its end is in it. */
static bool straddling(const struct fc_drain *drain, const uint32_t *record,
		       enum fc_drain_drop *why)
{
	uint64_t end = drain->follow.covered_ns;

	if (!drain->follow.straddles || (int64_t)(end - fc_rec_first_ns(record)) <= SLACK_NS)
		return false;
	*why = (int64_t)(end - fc_rec_last_ns(record)) > 0 ? FC_DROP_COVERED : FC_DROP_STRADDLING;
	return true;
}

static bool flow_dropped(const struct fc_drain *drain, uint32_t index, const uint32_t *record,
			 enum fc_drain_drop *why)
{
	const struct drain_follow *f = &drain->follow;
	unsigned monitor = fc_rec_monitor(record) % FC_SHADOW_MONITORS;

	*why = FC_DROP_NOT_SELECTED;
	if ((f->void_mask >> monitor & 1) && (int32_t)(index - f->void_before[monitor]) < 0)
		return true;
	if (f->over_there && (int32_t)(fc_rec_epoch(record) - f->over.epoch) <= 0) {
		*why = f->covered_there && (int32_t)(fc_rec_epoch(record) - f->covered.epoch) <= 0
			       ? FC_DROP_COVERED
			       : FC_DROP_EARLY;
		return true;
	}
	return straddling(drain, record, why);
}

bool fc_drain_dropped_again(struct fc_drain *drain, uint32_t index, const uint32_t *record)
{
	struct drain_follow *f = &drain->follow;
	bool before = counted_before(drain, index), drop = false;
	enum fc_drain_drop why;

	switch (fc_rec_kind(record)) {
	case FC_KIND_FLOW:
		drop = flow_dropped(drain, index, record, &why);
		if (!drop)
			break;
		if (!before) {
			fc_drain_count(drain, record, true, false);
		}
		count_dropped(drain, record, why);
		break;
	case FC_KIND_BARRIER:
		drop = f->over_there && (int32_t)(fc_rec_epoch(record) - f->over.epoch) <= 0;
		drain->stats.barriers += drop && !before;
		if ((int64_t)(fc_barrier_end_ns(record) - f->covered_ns) > SLACK_NS)
			f->straddles = false;
		break;
	default:
		break;
	}
	if (!before && !f->straddles)
		f->again = false;
	return drop;
}
