// SPDX-License-Identifier: BSD-2-Clause
/*
 * A mirror that is built only from what a shard hands out (changed flows, ended instances) equals
 * the shard as it was at the cut, at every commit, to the octet. Random deltas in every type of
 * cache, early ageing while a cut is in flight, monitors that come and go, clears, late commits,
 * links that break, slices that are damaged and sent again. FC_SEED=n runs one seed.
 */
#include "fake_card.h"

#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)
enum { SEEDS = 12, EPOCHS = 400, ENTRIES = 300, FLOWS = 160, MONITORS = 5, HELD = 4096 };

/* ------------------------------------------------------------------ the mirror */
struct mirror {
	struct fc_cut_flow flow[HELD]; /* committed */
	size_t count;
	struct fc_cut_flow change[HELD];
	size_t changes;
	uint64_t ended[HELD * 4], first; /* first: instances below are of an older run */
	size_t endeds;
	bool anew;
	uint64_t resend;
};

static struct mirror mirror;

static void mirror_remove(uint64_t instance)
{
	for (size_t i = 0; i < mirror.count; i++)
		if (mirror.flow[i].instance == instance) {
			mirror.flow[i] = mirror.flow[--mirror.count];
			return;
		}
}

static void mirror_commit(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < mirror.count; i++)
		if (!mirror.anew && !(mirror.resend >> mirror.flow[i].instance % FC_CUT_SLICES & 1))
			mirror.flow[kept++] = mirror.flow[i];
	mirror.count = kept;
	for (size_t i = 0; i < mirror.changes; i++) {
		mirror_remove(mirror.change[i].instance);
		assert_true(mirror.count < HELD);
		mirror.flow[mirror.count++] = mirror.change[i];
	}
	for (size_t i = 0; i < mirror.endeds; i++)
		mirror_remove(mirror.ended[i]);
	mirror.changes = mirror.endeds = 0;
	mirror.anew = false;
	mirror.resend = 0;
}

/* ------------------------------------------------------------------ the shard and its cut */
struct run {
	struct fc_shard *shard;
	uint64_t random, start_ns, closed_packets;
	uint32_t epoch;
	bool paired, walked;
	/* as of the cut in flight */
	struct fc_flow frozen[ENTRIES];
	size_t frozen_count;
	uint64_t digest[FC_CUT_SLICES];
	uint64_t held_packets;
	unsigned marked;
	uint64_t ranges;
};

static uint64_t commits, compared, refused, evicted_flows, restarts, resent, cleared;

static uint64_t digest_of(void *context, const struct fc_cut_flow *flow)
{
	uint64_t sum = flow->instance * UINT64_C(0x9e3779b97f4a7c15);
	const uint8_t *octet = (const uint8_t *)&flow->flow;

	(void)context;
	for (size_t i = 0; i < sizeof(flow->flow); i++)
		sum = (sum ^ octet[i]) * UINT64_C(0x100000001b3);
	return sum;
}

static void on_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	struct run *run = context;

	(void)cut_ns;
	if (flow->monitor != 1 ||
	    flow->end_reason != FC_END_ACTIVE) /* totals of a permanent cache */
		run->closed_packets += flow->packets;
}

static bool on_may_cut(void *context, uint32_t epoch, uint64_t cut_ns)
{
	struct run *run = context;
	bool yes = fake_random(&run->random) % 8;

	(void)epoch;
	(void)cut_ns;
	refused += !yes;
	return yes;
}

static void on_ended(void *context, uint64_t instance)
{
	(void)context;
	mirror.ended[mirror.endeds++] = instance;
	assert_true(mirror.endeds < HELD * 4);
}

static void on_evicted(void *context, const struct fc_cut_flow *flow)
{
	struct run *run = context;

	if (run->paired)
		mirror.change[mirror.changes++] = *flow;
	evicted_flows++;
}

/* Ranges so short that they are used up: the low half begins near its end. */
static uint64_t on_instances(void *context)
{
	struct run *run = context;

	return ++run->ranges * FC_CUT_RANGE + (FC_CUT_RANGE - 256);
}

static struct fc_shadow_monitor monitor_of(unsigned m)
{
	struct fc_shadow_monitor monitor = {.active_ns = 20 * SECOND, .inactive_ns = 4 * SECOND};

	switch (m) {
	case 1:
		monitor = (struct fc_shadow_monitor){
			.cache = FC_CACHE_PERMANENT, .entries = 60, .update_ns = 5 * SECOND};
		break;
	case 2:
		monitor = (struct fc_shadow_monitor){.cache = FC_CACHE_SYNCHRONIZED,
						     .synchronized_ns = 7 * SECOND,
						     .spread_ns = 4 * SECOND};
		break;
	case 3:
		monitor.entries = 20; /* emergencies */
		break;
	case 4:
		monitor.transaction_end = true;
		break;
	default:
		break;
	}
	fake_mask(m, monitor.mask);
	return monitor;
}

static void open_run(struct run *run, uint64_t seed)
{
	struct fc_shadow_config config = {.entries_max = ENTRIES,
					  .closed_max = 24,
					  .seed = seed,
					  .monitors = MONITORS,
					  .closed = on_closed,
					  .may_cut = on_may_cut,
					  .ended = on_ended,
					  .evicted = on_evicted,
					  .instances = on_instances,
					  .context = run};

	memset(run, 0, sizeof(*run));
	memset(&mirror, 0, sizeof(mirror));
	run->random = seed;
	run->start_ns = 1000 * SECOND;
	for (unsigned m = 0; m < MONITORS; m++)
		config.monitor[m] = monitor_of(m);
	assert_int_equal(fc_shard_create(&config, &run->shard), 0);
}

/* What an operator does, directly after a cut. */
static void random_order(struct run *run, uint64_t cut_ns)
{
	unsigned m = (unsigned)(fake_random(&run->random) % MONITORS);
	struct fc_shadow_monitor monitor = monitor_of(m);

	switch (fake_random(&run->random) % 12) {
	case 0:
		fc_shard_monitor_clear(run->shard, m);
		cleared++;
		break;
	case 1:
		fc_shard_monitor_export(run->shard, m, cut_ns);
		break;
	case 2:
		fc_shard_monitor_set(run->shard, m, NULL, cut_ns, NULL);
		break;
	case 3:
		fc_shard_monitor_set(run->shard, m, &monitor, cut_ns, NULL);
		break;
	default:
		break;
	}
}

static void take_snapshot(struct run *run)
{
	struct fc_shard_stats stats;

	run->frozen_count = 0;
	for (size_t slot = 0; slot < fc_shard_slots(run->shard); slot++) {
		struct fc_flow *flow = &run->frozen[run->frozen_count];

		memset(flow, 0, sizeof(*flow));
		run->frozen_count += !fc_shard_read(run->shard, slot, FC_VIEW_BUILDING, flow);
	}
	for (unsigned s = 0; s < FC_CUT_SLICES; s++)
		run->digest[s] = fc_shard_digest(run->shard, s, digest_of, NULL);
	fc_shard_stats(run->shard, &stats);
	run->held_packets = stats.delta_packets - run->closed_packets - stats.cleared_packets -
			    stats.lost_packets - stats.not_added_packets;
}

/* A cut was taken: is there a peer, and what does it want again? */
static void begin_cut(struct run *run, uint64_t cut_ns)
{
	bool was = run->paired, all;

	random_order(run, cut_ns);
	take_snapshot(run);
	run->walked = false;
	if (fake_random(&run->random) % 24 == 0)
		run->paired = !run->paired;
	all = run->paired && (!was || fake_random(&run->random) % 40 == 0);
	mirror.anew = all;
	mirror.resend = run->paired && fake_random(&run->random) % 10 == 0
				? fake_random(&run->random) & fake_random(&run->random)
				: 0;
	if (!run->paired) {
		mirror.changes = mirror.endeds = 0;
		fc_shard_commit(run->shard);
		return;
	}
	restarts += all;
	resent += mirror.resend != 0;
	for (size_t i = 0; i < mirror.count; i++) /* damage that a resend must repair */
		if (mirror.resend >> mirror.flow[i].instance % FC_CUT_SLICES & 1)
			mirror.flow[i].flow.packets ^= i & 1;
	fc_shard_changes_mark(run->shard, all, mirror.resend);
}

static int by_flow(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct fc_flow));
}

/* What is live, to the octet; what waits, in sum; both by the digest. */
static void compare(struct run *run)
{
	static struct fc_flow have[HELD];
	uint64_t packets = 0, digest[FC_CUT_SLICES] = {0};
	size_t at = 0;

	for (size_t i = 0; i < mirror.count; i++) {
		have[i] = mirror.flow[i].flow;
		packets += have[i].packets;
		digest[mirror.flow[i].instance % FC_CUT_SLICES] += digest_of(NULL, &mirror.flow[i]);
	}
	qsort(have, mirror.count, sizeof(*have), by_flow);
	qsort(run->frozen, run->frozen_count, sizeof(*have), by_flow);
	for (size_t i = 0; i < run->frozen_count; i++, at++) {
		while (at < mirror.count && memcmp(&have[at], &run->frozen[i], sizeof(*have)) < 0)
			at++; /* it waits to be handed over */
		assert_true(at < mirror.count);
		assert_memory_equal(&have[at], &run->frozen[i], sizeof(*have));
	}
	assert_int_equal(packets, run->held_packets);
	assert_memory_equal(digest, run->digest, sizeof(digest));
	compared += run->frozen_count;
	commits++;
}

/* A few changes, perhaps the commit; with `finish` all of it. */
static void go_on(struct run *run, bool finish)
{
	size_t most = finish ? HELD : fake_random(&run->random) % 20;

	if (!fc_shard_in_flight(run->shard) || !run->paired)
		return;
	if (!run->walked) {
		size_t count = fc_shard_changes(run->shard, mirror.change + mirror.changes, most);

		mirror.changes += count;
		run->walked = most && !count;
	} else if (finish || fake_random(&run->random) % 30 == 0) {
		mirror_commit();
		compare(run);
		fc_shard_commit(run->shard);
	}
}

static void take(struct run *run, const uint32_t *record)
{
	bool was = fc_shard_in_flight(run->shard);

	fc_shard_take(run->shard, record); /* monitors that are gone: refused */
	if (!was && fc_shard_in_flight(run->shard))
		begin_cut(run, fc_barrier_end_ns(record));
}

static void run_epoch(struct run *run)
{
	unsigned deltas = (unsigned)(fake_random(&run->random) % 200);
	uint32_t record[FC_RECORD_WORDS];
	uint64_t end = run->start_ns + SECOND;

	for (unsigned i = 0; i < deltas; i++) {
		unsigned hot = fake_random(&run->random) % 3 ? 20 : FLOWS;
		struct fake_delta delta = {
			.flow = (uint32_t)(fake_random(&run->random) % hot),
			.monitor = (unsigned)(fake_random(&run->random) % MONITORS),
			.epoch = run->epoch,
			.packets = (uint32_t)(1 + fake_random(&run->random) % 9),
			.bytes = 40 + fake_random(&run->random) % 9000,
			.first_ns = run->start_ns + i,
			.last_ns = run->start_ns + i + fake_random(&run->random) % 1000,
			.flags = fake_random(&run->random) % 8 ? 0x18 : 0x11,
		};

		fake_flow_record(&delta, record);
		take(run, record);
		if (fake_random(&run->random) % 4 == 0)
			go_on(run, false);
	}
	fake_barrier_record(run->epoch, run->start_ns, end, record);
	take(run, record);
	run->epoch++;
	run->start_ns = end;
}

static void a_mirror_equals_the_shard_at_every_commit(void **state)
{
	const char *text = getenv("FC_SEED");
	uint64_t first = text ? strtoull(text, NULL, 0) : 1;
	static struct run run;

	(void)state;
	for (uint64_t seed = first; seed < first + (text ? 1 : SEEDS); seed++) {
		open_run(&run, seed);
		while (run.epoch < EPOCHS)
			run_epoch(&run);
		go_on(&run, true);
		fc_shard_destroy(run.shard);
	}
	printf("%lu commits, %lu flows compared, %lu evicted, %lu begun anew, %lu resent, "
	       "%lu cuts put off, %lu clears\n",
	       commits, compared, evicted_flows, restarts, resent, refused, cleared);
	if (text)
		return;
	assert_true(commits > 500 && compared > 20000 && evicted_flows > 100 && restarts > 20);
	assert_true(resent > 20 && refused > 100 && cleared > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mirror_equals_the_shard_at_every_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
