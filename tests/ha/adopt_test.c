// SPDX-License-Identifier: BSD-2-Clause
/* Flows that move from one shard to another: nothing is lost, nothing is there twice, ages go on.
 */
#include "fake_card.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)
enum { FLOWS = 5000 };

struct run {
	struct fc_shard *shard;
	uint64_t closed_packets, closed_flows, ended;
	unsigned by_reason[6];
};

static void on_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	struct run *run = context;

	(void)cut_ns;
	run->closed_flows++;
	run->closed_packets += flow->packets;
	run->by_reason[flow->end_reason]++;
}

static void on_ended(void *context, uint64_t instance)
{
	struct run *run = context;

	assert_true(instance);
	run->ended++;
}

static void open_run(struct run *run, size_t entries, const struct fc_shadow_monitor *monitor)
{
	struct fc_shadow_config config = {.entries_max = entries,
					  .closed_max = 64,
					  .seed = 11,
					  .monitors = 2,
					  .monitor = {*monitor, *monitor},
					  .closed = on_closed,
					  .ended = on_ended,
					  .context = run};

	memset(run, 0, sizeof(*run));
	fake_mask(0, config.monitor[0].mask);
	fake_mask(1, config.monitor[1].mask);
	assert_int_equal(fc_shard_create(&config, &run->shard), 0);
}

static int take_flow(struct run *run, uint32_t flow, uint32_t epoch, uint64_t at_ns)
{
	struct fake_delta delta = {.flow = flow,
				   .epoch = epoch,
				   .packets = 1,
				   .bytes = 100,
				   .first_ns = at_ns,
				   .last_ns = at_ns};
	uint32_t record[FC_RECORD_WORDS];

	fake_flow_record(&delta, record);
	return fc_shard_take(run->shard, record);
}

static void barrier(struct run *run, uint32_t epoch, uint64_t start_ns, uint64_t end_ns)
{
	uint32_t record[FC_RECORD_WORDS];

	fake_barrier_record(epoch, start_ns, end_ns, record);
	assert_int_equal(fc_shard_take(run->shard, record), FC_TAKE_BARRIER);
	fc_shard_commit(run->shard);
}

static struct fc_shard_stats stats_of(const struct run *run)
{
	struct fc_shard_stats stats;

	fc_shard_stats(run->shard, &stats);
	return stats;
}

static uint64_t live_packets(const struct run *run)
{
	uint64_t packets = 0;
	struct fc_flow flow;

	for (size_t slot = 0; slot < fc_shard_slots(run->shard); slot++)
		if (!fc_shard_read(run->shard, slot, FC_VIEW_BUILDING, &flow))
			packets += flow.packets;
	return packets;
}

/* The sum that docs/shadow.md promises. */
static void balanced(const struct run *run)
{
	struct fc_shard_stats s = stats_of(run);

	assert_int_equal(s.delta_packets + s.adopted_packets,
			 s.closed_packets + live_packets(run) + s.waiting_packets + s.lost_packets +
				 s.cleared_packets + s.not_added_packets + s.forgotten_packets);
}

static struct fc_cut_flow flow_of(uint32_t number, uint64_t first_ns, uint64_t last_ns)
{
	struct fake_delta delta = {.flow = number,
				   .packets = 7,
				   .bytes = 700,
				   .first_ns = first_ns,
				   .last_ns = last_ns};
	uint32_t record[FC_RECORD_WORDS];
	struct fc_cut_flow out = {.instance = (UINT64_C(3) << 48) + number + 1};

	fake_flow_record(&delta, record);
	fc_rec_vector(record, out.flow.vector);
	out.flow.packets = 7;
	out.flow.octets = 700;
	out.flow.first_ns = first_ns;
	out.flow.last_ns = last_ns;
	return out;
}

/* At 100 s; flow n began n * 10 ms before that and was silent for half as long. */
static void adopt_many(struct run *run, bool known)
{
	const struct fc_shard_start start = {
		.known = known, .epoch = 40, .start_ns = 100 * SECOND, .base_ns = 100 * SECOND};

	fc_shard_begin(run->shard, &start);
	for (uint32_t i = 0; i < FLOWS; i++) {
		uint32_t n = i * 2477 % FLOWS; /* any order */
		struct fc_cut_flow flow = flow_of(n, 100 * SECOND - n * SECOND / 100,
						  100 * SECOND - n * SECOND / 200);

		assert_int_equal(fc_shard_adopt(run->shard, 0, &flow), 0);
	}
	assert_int_equal(fc_shard_adopt_end(run->shard), 0);
	balanced(run);
}

static void adopted_flows_end_when_they_would_have(void **state)
{
	const struct fc_shadow_monitor monitor = {.active_ns = 40 * SECOND,
						  .inactive_ns = 15 * SECOND};

	for (unsigned known = 0; known < 2; known++) {
		struct run run;

		(void)state;
		open_run(&run, FLOWS + 10, &monitor);
		adopt_many(&run, known);
		/* now 110 s: began up to 30 s, silent up to 5 s before 100 s */
		barrier(&run, 40, 100 * SECOND, 110 * SECOND);
		assert_int_equal(run.by_reason[FC_END_ACTIVE], FLOWS - 3000);
		assert_int_equal(run.by_reason[FC_END_IDLE], 3000 - 1000);
		assert_int_equal(run.ended, FLOWS - 1000);
		balanced(&run);
		/* flow 10 goes on, with what it had */
		assert_int_equal(take_flow(&run, 10, 41, 111 * SECOND), FC_TAKE_MERGED);
		barrier(&run, 41, 110 * SECOND, 120 * SECOND);
		assert_int_equal(stats_of(&run).live, 1);
		assert_int_equal(live_packets(&run), 8);
		balanced(&run);
		fc_shard_destroy(run.shard);
	}
}

static void time_between_base_and_first_epoch_counts(void **state)
{
	const struct fc_shadow_monitor monitor = {.inactive_ns = 15 * SECOND};
	const struct fc_shard_start start = {.base_ns = 100 * SECOND};
	struct fc_cut_flow flow = flow_of(1, 90 * SECOND, 99 * SECOND);
	struct run run;

	(void)state;
	open_run(&run, 10, &monitor);
	fc_shard_begin(run.shard, &start);
	assert_int_equal(fc_shard_adopt(run.shard, 0, &flow), 0);
	assert_int_equal(fc_shard_adopt_end(run.shard), 0);
	barrier(&run, 7, 112 * SECOND, 113 * SECOND);
	assert_int_equal(run.closed_flows, 0);
	barrier(&run, 8, 113 * SECOND, 114 * SECOND);
	assert_int_equal(run.by_reason[FC_END_IDLE], 1);
	fc_shard_destroy(run.shard);
}

static void the_second_of_two_with_one_key_is_closed(void **state)
{
	const struct fc_shadow_monitor monitor = {0};
	const struct fc_shard_start start = {.base_ns = 100 * SECOND};
	struct fc_cut_flow flow = flow_of(1, 90 * SECOND, 99 * SECOND);
	struct run run;

	(void)state;
	open_run(&run, 10, &monitor);
	fc_shard_begin(run.shard, &start);
	assert_int_equal(fc_shard_adopt(run.shard, 0, &flow), 0);
	flow.instance++;
	assert_int_equal(fc_shard_adopt(run.shard, 0, &flow), 1);
	assert_int_equal(fc_shard_adopt(run.shard, 5, &flow), -EINVAL);
	balanced(&run);
	assert_int_equal(fc_shard_adopt_end(run.shard), 0);
	barrier(&run, 7, 100 * SECOND, 101 * SECOND);
	assert_int_equal(run.by_reason[FC_END_FORCED], 1);
	assert_int_equal(run.closed_packets, 7);
	assert_int_equal(live_packets(&run), 7);
	balanced(&run);
	fc_shard_destroy(run.shard);
}

static void a_full_shard_ages_early_and_a_full_permanent_cache_closes(void **state)
{
	const struct fc_shadow_monitor normal = {0};
	const struct fc_shadow_monitor permanent = {.cache = FC_CACHE_PERMANENT};
	const struct fc_shard_start start = {.base_ns = 100 * SECOND};

	(void)state;
	for (unsigned p = 0; p < 2; p++) {
		struct run run;

		open_run(&run, 10, p ? &permanent : &normal);
		fc_shard_begin(run.shard, &start);
		for (uint32_t i = 0; i < 25; i++) {
			struct fc_cut_flow flow = flow_of(i, 90 * SECOND, 99 * SECOND);

			assert_int_equal(fc_shard_adopt(run.shard, 0, &flow), p && i >= 10);
		}
		assert_int_equal(fc_shard_adopt_end(run.shard), 0);
		balanced(&run);
		barrier(&run, 7, 100 * SECOND, 101 * SECOND);
		assert_int_equal(run.by_reason[p ? FC_END_FORCED : FC_END_RESOURCES], 15);
		assert_int_equal(live_packets(&run), 70);
		balanced(&run);
		fc_shard_destroy(run.shard);
	}
}

static void a_forgotten_shard_holds_nothing_and_learns_anew(void **state)
{
	const struct fc_shadow_monitor monitor = {
		.cache = FC_CACHE_SYNCHRONIZED, .synchronized_ns = 2 * SECOND, .spread_ns = SECOND};
	struct run run;

	(void)state;
	open_run(&run, 64, &monitor);
	for (uint32_t i = 0; i < 60; i++)
		take_flow(&run, i, 5, SECOND + i);
	barrier(&run, 5, SECOND, 2 * SECOND); /* all of them are being spread */
	for (uint32_t i = 0; i < 70; i++)
		take_flow(&run, 100 + i, 6, 2 * SECOND + i); /* some take their places early */
	assert_true(stats_of(&run).waiting_records >= 60);
	assert_int_equal(stats_of(&run).after_cut_packets, 70);
	balanced(&run);
	fc_shard_forget(run.shard);
	balanced(&run);
	assert_int_equal(stats_of(&run).live + stats_of(&run).waiting_records, 0);
	assert_int_equal(stats_of(&run).after_cut_packets, 0);
	assert_int_equal(run.closed_flows, 0);
	assert_int_equal(take_flow(&run, 1, 77, 50 * SECOND), FC_TAKE_MERGED);
	for (uint32_t i = 0; i < 63; i++)
		take_flow(&run, 1000 + i, 77, 50 * SECOND);
	assert_int_equal(stats_of(&run).live, 64);
	barrier(&run, 77, 50 * SECOND, 51 * SECOND);
	balanced(&run);
	fc_shard_destroy(run.shard);
}

/* Lists are sorted: the oldest goes first, whatever came before it. */
static void records_that_came_meanwhile_stay_the_youngest(void **state)
{
	const struct fc_shadow_monitor monitor = {.transaction_end = true,
						  .inactive_ns = 15 * SECOND};
	const struct fc_shard_start start = {
		.known = true, .epoch = 40, .start_ns = 100 * SECOND, .base_ns = 100 * SECOND};
	struct run run;

	(void)state;
	open_run(&run, 100, &monitor);
	fc_shard_begin(run.shard, &start);
	for (uint32_t i = 0; i < 40; i++) {
		struct fc_cut_flow flow = flow_of(i, 95 * SECOND, 100 * SECOND + i);
		struct fake_delta delta = {.flow = 500 + i,
					   .epoch = 40,
					   .packets = 1,
					   .bytes = 1,
					   .first_ns = 100 * SECOND,
					   .last_ns = 100 * SECOND,
					   .flags = 1}; /* FIN */
		uint32_t record[FC_RECORD_WORDS];

		fake_flow_record(&delta, record);
		assert_int_equal(fc_shard_take(run.shard, record), FC_TAKE_MERGED);
		assert_int_equal(fc_shard_adopt(run.shard, 0, &flow), 0);
	}
	assert_int_equal(fc_shard_adopt_end(run.shard), 0);
	barrier(&run, 40, 100 * SECOND, 101 * SECOND);
	assert_int_equal(run.by_reason[FC_END_DETECTED], 40);
	assert_int_equal(stats_of(&run).live, 40);
	fc_shard_destroy(run.shard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adopted_flows_end_when_they_would_have),
		cmocka_unit_test(time_between_base_and_first_epoch_counts),
		cmocka_unit_test(the_second_of_two_with_one_key_is_closed),
		cmocka_unit_test(a_full_shard_ages_early_and_a_full_permanent_cache_closes),
		cmocka_unit_test(a_forgotten_shard_holds_nothing_and_learns_anew),
		cmocka_unit_test(records_that_came_meanwhile_stay_the_youngest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
