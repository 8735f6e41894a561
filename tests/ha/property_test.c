// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random records through ring, drain and shard against a plain reference, for every type of cache
 * at once. Two epochs interleaved, clock steps, bogus times, early ageing, cuts in flight.
 * FC_SEED=n runs one seed.
 */
#include "property_reference.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <ha/drain.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { EPOCHS = 300, SEEDS = 6 };

static struct list got;
static int answer;
static uint64_t closed_packets, compared_flows, compared_ends;

static void note_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	struct ended item = {
		.monitor = flow->monitor,
		.reason = flow->end_reason,
		.flow = fake_flow_of(flow),
		.values = {flow->packets, flow->octets, flow->first_ns, flow->last_ns}};

	(void)context;
	(void)cut_ns;
	if (flow->monitor != PERMANENT || flow->end_reason != FC_END_ACTIVE)
		closed_packets += flow->packets; /* else totals of a flow that stays */
	ref_push(&got, &item);
}

static int note_cut(void *context, uint32_t epoch, uint64_t cut_ns)
{
	(void)context;
	(void)epoch;
	(void)cut_ns;
	return answer;
}

static int by_name(const void *a, const void *b)
{
	const struct ended *x = a, *y = b;

	if (x->monitor != y->monitor)
		return x->monitor < y->monitor ? -1 : 1;
	if (x->flow != y->flow)
		return x->flow < y->flow ? -1 : 1;
	if (x->reason != y->reason)
		return x->reason > y->reason ? -1 : 1;
	return memcmp(&x->values, &y->values, sizeof(x->values));
}

static void same_values(const struct values *want, const struct fc_flow *flow)
{
	assert_int_equal(want->packets, flow->packets);
	assert_int_equal(want->octets, flow->octets);
	assert_int_equal(want->first_ns, flow->first_ns);
	assert_int_equal(want->last_ns, flow->last_ns);
}

static void compare_ends(void)
{
	qsort(got.item, got.count, sizeof(got.item[0]), by_name);
	qsort(ref.due.item, ref.due.count, sizeof(got.item[0]), by_name);
	assert_int_equal(got.count, ref.due.count);
	for (size_t i = 0; i < got.count; i++) {
		assert_int_equal(got.item[i].monitor, ref.due.item[i].monitor);
		assert_int_equal(got.item[i].flow, ref.due.item[i].flow);
		assert_int_equal(got.item[i].reason, ref.due.item[i].reason);
		assert_memory_equal(&got.item[i].values, &ref.due.item[i].values,
				    sizeof(struct values));
	}
	compared_ends += got.count;
	got.count = 0;
	ref.due.count = 0;
}

/* Every live flow in both views, and the sums. */
static void compare_live(const struct fc_shard *shard)
{
	uint64_t packets = 0, live = 0, frozen = 0, want_frozen = 0, want_live = 0;
	struct fc_shard_stats stats;
	struct fc_flow flow;

	for (size_t slot = 0; slot < fc_shard_slots(shard); slot++) {
		if (fc_shard_read(shard, slot, FC_VIEW_BUILDING, &flow))
			continue;
		assert_true(ref.instance[flow.monitor][fake_flow_of(&flow)].live);
		same_values(&ref.instance[flow.monitor][fake_flow_of(&flow)].now, &flow);
		packets += flow.packets;
		live++;
		if (fc_shard_read(shard, slot, FC_VIEW_FROZEN, &flow))
			continue;
		same_values(&ref.instance[flow.monitor][fake_flow_of(&flow)].frozen, &flow);
		frozen++;
	}
	for (unsigned m = 0; m < MONITORS; m++)
		want_live += ref_live_of(m);
	for (unsigned m = 0; m < MONITORS; m++)
		for (uint32_t f = 0; f < FLOWS; f++)
			want_frozen += ref.instance[m][f].live && ref.instance[m][f].has_frozen;
	fc_shard_stats(shard, &stats);
	assert_int_equal(frozen, want_frozen);
	assert_int_equal(live, want_live);
	assert_int_equal(stats.live, live);
	assert_int_equal(stats.delta_packets, ref.packets);
	assert_int_equal(stats.lost_packets, ref.lost_packets);
	assert_int_equal(stats.lost_octets, ref.lost_octets);
	assert_int_equal(stats.closed_packets, closed_packets);
	assert_int_equal(stats.bad_records, 0);
	assert_int_equal(ref.packets, closed_packets + packets + stats.waiting_packets +
					      stats.lost_packets + stats.not_added_packets);
	assert_int_equal(stats.not_added, ref.not_added);
	assert_int_equal(stats.not_added_packets, ref.not_added_packets);
	assert_int_equal(stats.updates, ref.updates);
	compared_flows += live;
}

/* What each monitor says of itself. */
static void compare_monitors(const struct fc_shard *shard)
{
	for (unsigned m = 0; m < MONITORS; m++) {
		struct fc_shard_monitor_stats stats;
		uint64_t aged = 0;

		fc_shard_monitor_stats(shard, m, &stats);
		for (unsigned c = 0; c < FC_AGED_CAUSES; c++)
			aged += stats.aged[c];
		assert_int_equal(stats.live, ref_live_of(m));
		assert_int_equal(stats.added, stats.live + aged);
		assert_int_equal(stats.aged[FC_AGED_INACTIVE], ref.aged[m][FC_END_IDLE]);
		assert_int_equal(stats.aged[FC_AGED_EVENT], ref.aged[m][FC_END_DETECTED]);
		assert_int_equal(stats.aged[FC_AGED_ACTIVE] + stats.aged[FC_AGED_SYNCHRONIZED],
				 ref.aged[m][FC_END_ACTIVE]);
		assert_int_equal(stats.aged[FC_AGED_WATERMARK] + stats.aged[FC_AGED_EMERGENCY],
				 ref.aged[m][FC_END_RESOURCES]);
		assert_true(stats.high_watermark >= stats.live);
		if (ref_monitor[m].entries)
			assert_true(stats.high_watermark <= ref_monitor[m].entries);
	}
}

static struct fake_delta random_delta(uint64_t *random, uint64_t start_ns, uint64_t length)
{
	/* few flows are hot, so that some live long and most idle out */
	uint32_t flow = (uint32_t)(fake_random(random) % (fake_random(random) % 4 ? 20 : FLOWS));
	uint64_t first = start_ns + fake_random(random) % (length + 1);
	struct fake_delta delta = {.flow = flow,
				   .monitor = (unsigned)(fake_random(random) % MONITORS),
				   .epoch = ref.epoch,
				   .packets = (uint32_t)(1 + fake_random(random) % 9),
				   .flags = fake_random(random) % 8 ? 0x18 : 0x11};

	delta.bytes = delta.packets * (40 + fake_random(random) % 1400);
	delta.first_ns = first;
	delta.last_ns = first + fake_random(random) % (length + 1) / 4;
	if (fake_random(random) % 200 == 0)
		delta.last_ns = fake_random(random);
	if (fake_random(random) % 200 == 0)
		delta.first_ns = fake_random(random);
	if (delta.last_ns < delta.first_ns) {
		uint64_t swap = delta.first_ns;

		delta.first_ns = delta.last_ns;
		delta.last_ns = swap;
	}
	return delta;
}

static void write_all(struct fake_ring *fake, struct fc_drain *drain, const uint32_t *record,
		      unsigned most)
{
	while (!fake_ring_write(fake, record))
		assert_true(fc_drain_step(drain, most) > 0);
}

static void run_epoch(struct fake_ring *fake, struct fc_drain *drain, uint64_t *random)
{
	uint64_t start = ref.start_ns, end = fake_random_end(random, start);
	uint64_t length = end > start ? end - start : 0;
	unsigned deltas = (unsigned)(fake_random(random) % DELTAS);
	uint32_t record[FC_RECORD_WORDS];

	for (unsigned i = 0; i < deltas; i++) {
		struct fake_delta delta =
			random_delta(random, start, length < 3 * SECOND ? length : SECOND);

		if (i > deltas / 2 && i % 3 == 0) {
			delta.epoch++;
			ref.later[ref.later_count++] = delta;
		} else {
			ref_apply(&delta);
		}
		fake_flow_record(&delta, record);
		write_all(fake, drain, record, 7);
		if (fake_random(random) % 16 == 0)
			assert_true(fc_drain_step(drain, (unsigned)(fake_random(random) % 100)) >=
				    0);
	}
	for (unsigned m = 0; m < MONITORS; m++) {
		fake_ledger_record(m, ref.epoch, fake->emitted_packets[m], fake->emitted_bytes[m],
				   record);
		write_all(fake, drain, record, 50);
	}
	answer = fake_random(random) % 4 ? FC_DRAIN_COMMITTED : FC_DRAIN_IN_FLIGHT;
	fake_barrier_record(ref.epoch, start, end, record);
	write_all(fake, drain, record, 50);
	while (fc_drain_step(drain, 1000) > 0)
		;
	ref_barrier(start, end, answer == FC_DRAIN_IN_FLIGHT);
	ref.start_ns = end;
}

static void run_seed(uint64_t seed, struct fc_shard_stats *all)
{
	struct fc_shadow_config config = {.entries_max = SHARD_ENTRIES,
					  .closed_max = CLOSED_MAX,
					  .seed = seed,
					  .monitors = MONITORS,
					  .closed = note_closed};
	struct fc_drain_config drain_config = {.cut = note_cut, .check_ledger = true};
	struct fake_ring fake;
	struct fc_shard_stats shard_stats;
	struct fc_drain_stats stats;
	struct fc_drain *drain;
	struct fc_shard *shard;
	uint64_t random = seed;

	ref_begin(1000 * SECOND);
	closed_packets = 0;
	for (unsigned m = 0; m < MONITORS; m++) {
		config.monitor[m] = ref_monitor[m];
		fake_mask(m, config.monitor[m].mask);
	}
	fake_ring_open(&fake, 7);
	assert_int_equal(fc_shard_create(&config, &shard), 0);
	drain_config.ring = &fake.ring;
	drain_config.shard = shard;
	assert_int_equal(fc_drain_create(&drain_config, &drain), 0);
	while (ref.epoch < EPOCHS) {
		run_epoch(&fake, drain, &random);
		compare_ends();
		compare_live(shard);
		compare_monitors(shard);
		assert_int_equal(fc_drain_in_flight(drain), ref.in_flight);
		if (ref.in_flight && fake_random(&random) % 2) {
			assert_int_equal(fc_drain_commit(drain), 0);
			ref.in_flight = false;
		}
	}
	fc_drain_stats(drain, &stats);
	assert_int_equal(stats.ledger_mismatches, 0);
	assert_int_equal(stats.damaged + stats.deferred_lost, 0);
	printf("seed %lu: %lu deltas, %lu deferred, %lu early releases, %lu lost packets\n",
	       (unsigned long)seed, (unsigned long)ref.deltas, (unsigned long)stats.deferred,
	       (unsigned long)stats.early_releases, (unsigned long)ref.lost_packets);
	fc_shard_stats(shard, &shard_stats);
	for (unsigned c = 0; c < FC_AGED_CAUSES; c++)
		all->aged[c] += shard_stats.aged[c];
	all->updates += shard_stats.updates;
	all->not_added += shard_stats.not_added;
	all->lost_packets += shard_stats.lost_packets;
	fc_drain_destroy(drain);
	fc_shard_destroy(shard);
	fake_ring_close(&fake);
}

/* A run that never came to one of these would prove nothing of it. */
static void everything_happened(const struct fc_shard_stats *all)
{
	for (unsigned c = 0; c < FC_AGED_CAUSES; c++)
		if (c != FC_AGED_FORCED && c != FC_AGED_CLEARED)
			assert_true(all->aged[c] > 20);
	assert_true(all->updates > 100);
	assert_true(all->not_added > 100);
	assert_true(all->lost_packets > 100);
}

static void random_records_equal_the_reference(void **state)
{
	const char *seed_text = getenv("FC_SEED");
	uint64_t deltas = 0, first = seed_text ? strtoull(seed_text, NULL, 0) : 1;
	struct fc_shard_stats all = {0};

	(void)state;
	for (uint64_t seed = first; seed < first + (seed_text ? 1 : SEEDS); seed++) {
		run_seed(seed, &all);
		deltas += ref.deltas;
	}
	printf("%lu deltas, %lu ended and %lu live flows compared\n", (unsigned long)deltas,
	       (unsigned long)compared_ends, (unsigned long)compared_flows);
	assert_true(deltas >= 50000);
	assert_true(compared_ends > 10000);
	everything_happened(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_records_equal_the_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
