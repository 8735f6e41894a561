// SPDX-License-Identifier: BSD-2-Clause
/* The drain worker: ring order in, cuts out, places back. */
#include "drain_impl.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <stdlib.h>

enum { STUCK_STEPS = 1024, STUCK_LOOK = 8 };

int fc_drain_create(const struct fc_drain_config *config, struct fc_drain **out)
{
	struct fc_drain *drain;

	if (!config->ring || !config->shard)
		return -EINVAL;
	drain = calloc(1, sizeof(*drain));
	if (!drain)
		return -ENOMEM;
	drain->run = calloc(((size_t)1 << config->ring->size_log2) / 2 + 1, sizeof(*drain->run));
	if (!drain->run) {
		free(drain);
		return -ENOMEM;
	}
	drain->config = *config;
	if (!drain->config.stuck_steps)
		drain->config.stuck_steps = STUCK_STEPS;
	drain->next = config->ring->read;
	*out = drain;
	return 0;
}

void fc_drain_destroy(struct fc_drain *drain)
{
	if (!drain)
		return;
	free(drain->copied);
	free(drain->run);
	free(drain);
}

void fc_drain_count(struct fc_drain *drain, const uint32_t *record, bool seen, bool merged)
{
	struct fc_drain_monitor *monitor;

	monitor = &drain->stats.monitor[fc_rec_monitor(record) % FC_SHADOW_MONITORS];
	if (seen) {
		monitor->seen_packets += fc_rec_packets(record);
		monitor->seen_octets += fc_rec_bytes(record);
		drain->stats.by_reason[fc_rec_reason(record)]++;
	}
	if (merged) {
		monitor->merged_packets += fc_rec_packets(record);
		monitor->merged_octets += fc_rec_bytes(record);
	}
}

static void keep_error(struct fc_drain *drain, int err)
{
	if (err < 0 && !drain->error)
		drain->error = err;
}

/* Never backwards: an early release may have gone further already. */
void fc_drain_release(struct fc_drain *drain, uint32_t index, bool force)
{
	struct fc_ring *ring = drain->config.ring;

	if ((int32_t)(index - ring->released) < 0)
		index = ring->released;
	keep_error(drain, fc_ring_release(ring, index, force));
}

static void commit(struct fc_drain *drain)
{
	fc_shard_commit(drain->config.shard);
	drain->in_flight = false;
	drain->stats.commits++;
	fc_drain_release(drain, drain->limit, true);
}

int fc_drain_commit(struct fc_drain *drain)
{
	int err;

	if (!drain->in_flight)
		return -EINVAL;
	commit(drain);
	err = drain->error;
	drain->error = 0;
	return err;
}

void fc_drain_abandon(struct fc_drain *drain)
{
	struct fc_shard_stats stats;

	fc_shard_stats(drain->config.shard, &stats);
	if (!fc_shard_resync(drain->config.shard, (uint32_t)stats.epoch + 1))
		fc_drain_offer_again(drain);
	if (drain->in_flight) {
		fc_shard_commit(drain->config.shard);
		drain->in_flight = false;
	}
}

bool fc_drain_in_flight(const struct fc_drain *drain)
{
	return drain->in_flight;
}

/* A cut was taken. What was deferred before this barrier belongs to the next cut, so its places
 * stay. */
static void hand_over_cut(struct fc_drain *drain, uint32_t index, const uint32_t *record)
{
	int answer = FC_DRAIN_COMMITTED;

	drain->in_flight = true;
	drain->limit = drain->runs ? drain->run[0].start : index + 1;
	drain->cut_there = true;
	drain->cut = (struct drain_barrier){.index = index,
					    .limit = index + 1,
					    .epoch = fc_rec_epoch(record),
					    .end_ns = fc_barrier_end_ns(record)};
	if (drain->config.cut)
		answer = drain->config.cut(drain->config.context, fc_rec_epoch(record),
					   fc_barrier_end_ns(record));
	if (answer == FC_DRAIN_COMMITTED)
		commit(drain);
	keep_error(drain, answer);
}

static void take_barrier(struct fc_drain *drain, uint32_t index, const uint32_t *record)
{
	drain->holes = 0;
	if (!drain->in_flight && fc_shard_in_flight(drain->config.shard))
		hand_over_cut(drain, index, record);
	fc_drain_offer_again(drain);
}

/* The card's own sums: whatever the ring has lost, they hold. */
static bool balanced(const uint32_t *record)
{
	return fc_ledger_selected_packets(record) ==
		       fc_ledger_emitted_packets(record) + fc_ledger_resident_packets(record) +
			       fc_ledger_unaccounted_packets(record) &&
	       fc_ledger_selected_bytes(record) == fc_ledger_emitted_bytes(record) +
							   fc_ledger_resident_bytes(record) +
							   fc_ledger_unaccounted_bytes(record);
}

void fc_drain_take_ledger(struct fc_drain *drain, const uint32_t *record)
{
	struct fc_drain_monitor *monitor;

	monitor = &drain->stats.monitor[fc_rec_monitor(record) % FC_SHADOW_MONITORS];
	drain->stats.ledger_records++;
	drain->stats.ledger_unbalanced += !balanced(record);
	monitor->at_ledger_packets = monitor->seen_packets;
	monitor->at_ledger_octets = monitor->seen_octets;
	if (!drain->config.check_ledger)
		return;
	if (fc_ledger_emitted_packets(record) != monitor->seen_packets ||
	    fc_ledger_emitted_bytes(record) != monitor->seen_octets)
		drain->stats.ledger_mismatches++;
}

/*
 * Places were lost, and this record shows that barriers were among them: go on with its epoch. Each
 * lost place can have held one barrier at most, so a record that claims more is left to be refused.
 * Deferred records belong to the very next epoch.
 */
static void resync(struct fc_drain *drain, const uint32_t *record)
{
	uint32_t epoch = fc_rec_epoch(record), ahead;
	struct fc_shard_stats stats;

	if (fc_rec_kind(record) == FC_KIND_FLOW)
		epoch--;
	else if (fc_rec_kind(record) != FC_KIND_BARRIER)
		return;
	fc_shard_stats(drain->config.shard, &stats);
	ahead = epoch - (uint32_t)stats.epoch;
	if (!ahead || ahead > drain->holes)
		return;
	if (fc_shard_resync(drain->config.shard, (uint32_t)stats.epoch + 1))
		return;
	fc_drain_offer_again(drain);
	if (ahead > 1)
		(void)fc_shard_resync(drain->config.shard, epoch);
}

void fc_drain_take_snapshot(struct fc_drain *drain, const uint32_t *record)
{
	drain->stats.snapshots++;
	if (drain->config.snapshot)
		drain->config.snapshot(drain->config.context, record);
}

/* Not one that was counted when it was followed. */
static bool is_new(const struct fc_drain *drain, uint32_t index)
{
	return (int32_t)(index - drain->follow.scanned) >= 0 || !drain->follow.again;
}

static void take_one(struct fc_drain *drain, uint32_t index, const uint32_t *record)
{
	drain->stats.barriers += fc_rec_kind(record) == FC_KIND_BARRIER && is_new(drain, index);
	if (drain->holes)
		resync(drain, record);
	switch (fc_shard_take(drain->config.shard, record)) {
	case FC_TAKE_MERGED:
		fc_drain_count(drain, record, is_new(drain, index), true);
		break;
	case FC_TAKE_DEFERRED:
		fc_drain_count(drain, record, is_new(drain, index), false);
		fc_drain_defer(drain, index);
		break;
	case FC_TAKE_BARRIER:
		take_barrier(drain, index, record);
		break;
	case FC_TAKE_LEDGER:
		if (is_new(drain, index))
			fc_drain_take_ledger(drain, record);
		break;
	case FC_TAKE_IGNORED:
		if (is_new(drain, index))
			fc_drain_take_snapshot(drain, record);
		break;
	default: /* refused, and counted by the shard */
		break;
	}
}

/* After following: one by one, until all of the places are behind us that were looked at then. */
static void take_again(struct fc_drain *drain, size_t count)
{
	for (size_t at = 0; at < count; at++, drain->next++) {
		if (!is_new(drain, drain->next))
			drain->stats.records--;
		if (!fc_drain_dropped_again(drain, drain->next, drain->batch[at]))
			take_one(drain, drain->next, drain->batch[at]);
	}
	drain->stats.records += count;
	fc_drain_release_early(drain);
}

static void take_batch(struct fc_drain *drain, size_t count)
{
	size_t at = 0;

	while (at < count) {
		size_t merged =
			fc_shard_merge_run(drain->config.shard, drain->batch[at], count - at);

		drain->next += (uint32_t)merged;
		for (; merged; merged--, at++)
			fc_drain_count(drain, drain->batch[at], true, true);
		if (at == count)
			break;
		take_one(drain, drain->next, drain->batch[at++]);
		drain->next++;
	}
	drain->stats.records += count;
	fc_drain_release_early(drain);
}

static void step_over(struct fc_drain *drain)
{
	drain->stats.damaged += is_new(drain, drain->config.ring->read);
	drain->holes++;
	drain->follow.holes += drain->follow.on;
	drain->stuck = 0;
	drain->config.ring->read++;
	drain->next = drain->config.ring->read;
}

/* An empty place with filled ones behind it is a record that will never be whole; but give the bus
 * time to deliver it first. */
static bool given_up(struct fc_drain *drain)
{
	struct fc_ring *ring = drain->config.ring;
	bool behind = false;

	for (uint32_t i = 1; i <= STUCK_LOOK && !behind; i++) {
		int err = fc_ring_peek(ring, ring->read + i, drain->again[0]);

		behind = !err || err == -EILSEQ;
	}
	drain->stuck = behind ? drain->stuck + 1 : 0;
	return drain->stuck > drain->config.stuck_steps;
}

/* Fill the batch; *err says why it is not full. */
static size_t fill(struct fc_drain *drain, size_t most, int *err)
{
	size_t count = 0;

	*err = 0;
	while (count < most) {
		*err = fc_ring_next(drain->config.ring, drain->batch[count]);
		if (*err)
			break;
		count++;
	}
	return count;
}

int fc_drain_step(struct fc_drain *drain, unsigned max_records)
{
	unsigned taken = 0;
	int err;

	if (max_records > INT32_MAX)
		max_records = INT32_MAX;
	drain->error = 0;
	while (taken < max_records) {
		size_t most = max_records - taken < BATCH ? max_records - taken : BATCH;
		size_t count = fill(drain, most, &err);

		if (drain->follow.on)
			fc_drain_scan(drain, count);
		else if (drain->follow.again)
			take_again(drain, count);
		else
			take_batch(drain, count);
		taken += (unsigned)count;
		if (err == -EAGAIN && (count || !given_up(drain)))
			break;
		if (err && err != -EAGAIN && err != -EILSEQ) {
			keep_error(drain, err);
			break;
		}
		if (err) {
			step_over(drain);
			taken++;
		} else {
			drain->stuck = 0;
		}
	}
	err = drain->error;
	drain->error = 0;
	return err ? err : (int)taken;
}

void fc_drain_stats(const struct fc_drain *drain, struct fc_drain_stats *out)
{
	*out = drain->stats;
}
