// SPDX-License-Identifier: BSD-2-Clause
/* Monitors of a shard that come, change and go while flows live; what the operator clears. */
#include "fake_card.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)
enum { ENTRIES = 64, LIMIT = 100000, CLOSED_MAX = 4096 };

static struct {
	struct fc_flow flow[CLOSED_MAX];
	unsigned count;
} closed;

static void note_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	(void)context;
	(void)cut_ns;
	assert_true(closed.count < CLOSED_MAX);
	closed.flow[closed.count++] = *flow;
}

static struct fc_shard *shard;
static uint32_t epoch;

static int setup(void **state)
{
	const struct fc_shadow_config config = {.entries_max = ENTRIES,
						.entries_limit = LIMIT,
						.closed_max = 16,
						.seed = 3,
						.closed = note_closed};

	(void)state;
	closed.count = 0;
	epoch = 0;
	return fc_shard_create(&config, &shard);
}

static int teardown(void **state)
{
	(void)state;
	fc_shard_destroy(shard);
	return 0;
}

static void set(unsigned number, struct fc_shadow_monitor monitor)
{
	fake_mask(0, monitor.mask);
	assert_int_equal(fc_shard_monitor_set(shard, number, &monitor, epoch * SECOND, NULL), 0);
}

static int give_flags(unsigned number, uint32_t flow, unsigned flags)
{
	const struct fake_delta delta = {.flow = flow,
					 .monitor = number,
					 .epoch = epoch,
					 .packets = 2,
					 .bytes = 200,
					 .first_ns = epoch * SECOND,
					 .last_ns = epoch * SECOND + 5,
					 .flags = flags};
	uint32_t record[FC_RECORD_WORDS];

	fake_flow_record(&delta, record);
	return fc_shard_take(shard, record);
}

static int give(unsigned number, uint32_t flow)
{
	return give_flags(number, flow, 0x10);
}

static void give_many(unsigned number, uint32_t flows)
{
	for (uint32_t f = 1; f <= flows; f++)
		assert_int_equal(give(number, f), FC_TAKE_MERGED);
}

static void cut(void)
{
	uint32_t record[FC_RECORD_WORDS];

	fake_barrier_record(epoch, epoch * SECOND, (epoch + 1) * SECOND, record);
	assert_int_equal(fc_shard_take(shard, record), FC_TAKE_BARRIER);
	fc_shard_commit(shard);
	epoch++;
}

static struct fc_shard_monitor_stats stats_of(unsigned number)
{
	struct fc_shard_monitor_stats stats;

	fc_shard_monitor_stats(shard, number, &stats);
	return stats;
}

static void assert_accounted(uint64_t live_packets)
{
	struct fc_shard_stats s;

	fc_shard_stats(shard, &s);
	assert_int_equal(s.delta_packets, s.closed_packets + s.waiting_packets + s.lost_packets +
						  s.cleared_packets + s.not_added_packets +
						  live_packets);
}

static void records_of_no_monitor_are_refused(void **state)
{
	struct fc_shard_stats s;

	(void)state;
	assert_int_equal(give(2, 1), -EPROTO);
	set(2, (struct fc_shadow_monitor){0});
	assert_int_equal(give(2, 1), FC_TAKE_MERGED);
	assert_int_equal(give(3, 1), -EPROTO);
	fc_shard_stats(shard, &s);
	assert_int_equal(s.bad_records, 2);
}

static void a_monitor_that_goes_closes_its_flows_and_no_others(void **state)
{
	struct fc_shard_monitor_stats last;

	(void)state;
	set(0, (struct fc_shadow_monitor){0});
	set(1, (struct fc_shadow_monitor){0});
	give_many(0, 10);
	give_many(1, 7);
	cut();
	assert_int_equal(fc_shard_monitor_set(shard, 0, NULL, SECOND, &last), 0);
	assert_int_equal(closed.count, 10);
	for (unsigned i = 0; i < closed.count; i++) {
		assert_int_equal(closed.flow[i].end_reason, FC_END_FORCED);
		assert_int_equal(closed.flow[i].monitor, 0);
	}
	assert_int_equal(last.added, 10);
	assert_int_equal(last.aged[FC_AGED_FORCED], 10);
	assert_int_equal(stats_of(1).live, 7);
	assert_int_equal(give(0, 1), -EPROTO);
	assert_accounted(14);
}

static void a_number_is_used_again_with_another_key(void **state)
{
	struct fc_shadow_monitor monitor = {0};

	(void)state;
	set(0, (struct fc_shadow_monitor){0});
	give_many(0, 3);
	cut();
	fake_mask(1, monitor.mask);     /* source address only */
	memset(&monitor.mask[0], 0, 4); /* not even that: all flows are one */
	assert_int_equal(fc_shard_monitor_set(shard, 0, &monitor, SECOND, NULL), 0);
	give_many(0, 3);
	assert_int_equal(stats_of(0).live, 1);
	assert_int_equal(stats_of(0).added, 1);
	assert_int_equal(closed.count, 3);
	assert_accounted(6);
}

static void other_timeouts_leave_flows_alone(void **state)
{
	struct fc_shadow_monitor monitor = {.inactive_ns = 2 * SECOND, .entries = 40};

	(void)state;
	set(0, (struct fc_shadow_monitor){0});
	give_many(0, 10);
	cut();
	assert_int_equal(fc_shard_monitor_tune(shard, 0, &monitor), 0);
	assert_int_equal(stats_of(0).live, 10);
	cut();
	assert_int_equal(closed.count, 0);
	cut();
	assert_int_equal(closed.count, 10);
	assert_int_equal(stats_of(0).aged[FC_AGED_INACTIVE], 10);
	assert_int_equal(fc_shard_monitor_tune(shard, 1, &monitor), -EINVAL);
	monitor.active_ns = UINT64_MAX;
	assert_int_equal(fc_shard_monitor_tune(shard, 0, &monitor), -EINVAL);
}

static void a_smaller_cache_lets_its_oldest_go_at_the_next_cut(void **state)
{
	struct fc_shadow_monitor monitor = {.entries = 32};

	(void)state;
	set(0, (struct fc_shadow_monitor){0});
	give_many(0, 60);
	assert_int_equal(fc_shard_monitor_tune(shard, 0, &monitor), 0);
	assert_int_equal(stats_of(0).live, 60);
	cut();
	assert_int_equal(stats_of(0).live, 32); /* all were touched: the limit, not the mark */
	assert_int_equal(stats_of(0).aged[FC_AGED_WATERMARK], 28);
	cut();
	assert_int_equal(stats_of(0).live, 30);
	assert_accounted(60);
}

static void the_table_grows_with_all_that_lives_in_it(void **state)
{
	(void)state;
	set(0, (struct fc_shadow_monitor){0});
	give_many(0, ENTRIES);
	assert_int_equal(fc_shard_reserve(shard, LIMIT + 1), -ENOSPC);
	assert_int_equal(fc_shard_reserve(shard, LIMIT), 0);
	set(1, (struct fc_shadow_monitor){.entries = LIMIT - ENTRIES});
	give_many(1, 3000);
	give_many(0, ENTRIES); /* found again, not added */
	assert_int_equal(stats_of(0).added, ENTRIES);
	assert_int_equal(stats_of(1).live, 3000);
	assert_int_equal(closed.count, 0);
	assert_accounted(2 * (2 * ENTRIES + 3000));
}

static void cleared_flows_are_thrown_away_and_counted(void **state)
{
	struct fc_shard_stats s;

	(void)state;
	set(0, (struct fc_shadow_monitor){0});
	give_many(0, 9);
	cut();
	fc_shard_monitor_clear(shard, 0);
	fc_shard_stats(shard, &s);
	assert_int_equal(closed.count, 0);
	assert_int_equal(s.cleared_packets, 18);
	assert_int_equal(stats_of(0).aged[FC_AGED_CLEARED], 9);
	assert_int_equal(stats_of(0).live, 0);
	assert_accounted(0);
}

static void a_forced_export_ends_flows_but_those_of_a_permanent_cache(void **state)
{
	(void)state;
	set(0, (struct fc_shadow_monitor){0});
	set(1, (struct fc_shadow_monitor){.cache = FC_CACHE_PERMANENT});
	give_many(0, 4);
	give_many(1, 5);
	cut();
	fc_shard_monitor_export(shard, 0, SECOND);
	fc_shard_monitor_export(shard, 1, SECOND);
	assert_int_equal(closed.count, 9);
	assert_int_equal(stats_of(0).live, 0);
	assert_int_equal(stats_of(1).live, 5);
	assert_int_equal(stats_of(1).updates, 5);
	give_many(1, 5);
	cut();
	fc_shard_monitor_export(shard, 1, SECOND);
	assert_int_equal(closed.count, 14);
	assert_int_equal(closed.flow[13].packets, 4); /* totals */
	assert_accounted(20);
}

static void statistics_are_cleared_and_flows_stay(void **state)
{
	(void)state;
	set(0, (struct fc_shadow_monitor){0});
	give_many(0, 9);
	cut();
	fc_shard_monitor_export(shard, 0, SECOND);
	give_many(0, 3);
	assert_int_equal(stats_of(0).high_watermark, 9);
	fc_shard_monitor_stats_clear(shard, 0);
	assert_int_equal(stats_of(0).high_watermark, 3);
	assert_int_equal(stats_of(0).added, 0);
	assert_int_equal(stats_of(0).aged[FC_AGED_FORCED], 0);
	assert_int_equal(stats_of(0).live, 3);
}

static void a_transaction_ends_at_the_cut_of_its_fin_or_rst(void **state)
{
	(void)state;
	set(0, (struct fc_shadow_monitor){.transaction_end = true});
	give_flags(0, 1, 0x02);
	give_flags(0, 2, 0x02);
	give_flags(0, 3, 0x02);
	cut();
	assert_int_equal(closed.count, 0);
	give_flags(0, 1, 0x11);
	give_flags(0, 2, 0x04);
	give_flags(0, 3, 0x18);
	assert_int_equal(closed.count, 0);
	cut();
	assert_int_equal(closed.count, 2);
	assert_int_equal(closed.flow[0].end_reason, FC_END_DETECTED);
	assert_int_equal(closed.flow[0].packets, 4);
	assert_int_equal(stats_of(0).aged[FC_AGED_EVENT], 2);
	give_flags(0, 1, 0x10); /* the last acknowledgement begins another */
	assert_int_equal(stats_of(0).added, 4);
}

static void packets_of_an_immediate_cache_pass_at_once(void **state)
{
	(void)state;
	set(0, (struct fc_shadow_monitor){.cache = FC_CACHE_IMMEDIATE});
	give_many(0, 5);
	assert_int_equal(give(0, 5), FC_TAKE_MERGED);
	assert_int_equal(closed.count, 6);
	assert_int_equal(closed.flow[5].packets, 2);
	assert_int_equal(closed.flow[5].len_max, 100);
	assert_int_equal(stats_of(0).live, 0);
	assert_int_equal(stats_of(0).aged[FC_AGED_IMMEDIATE], 6);
	assert_accounted(0);
}

static void a_permanent_cache_that_is_full_takes_no_more(void **state)
{
	(void)state;
	set(0, (struct fc_shadow_monitor){
		       .cache = FC_CACHE_PERMANENT, .entries = 20, .update_ns = 3 * SECOND});
	give_many(0, 25);
	assert_int_equal(stats_of(0).live, 20);
	assert_int_equal(stats_of(0).not_added, 5);
	assert_int_equal(give(0, 1), FC_TAKE_MERGED); /* those that are there go on */
	cut();
	cut();
	assert_int_equal(closed.count, 0);
	cut();
	assert_int_equal(closed.count, 20);
	fc_shard_close_all(shard, 3 * SECOND);
	assert_int_equal(closed.count, 40);
	assert_int_equal(closed.flow[39].end_reason, FC_END_FORCED);
	assert_accounted(0);
}

static void synchronized_flows_end_together_and_are_spread(void **state)
{
	unsigned counts[12], at = 0;

	(void)state;
	set(0, (struct fc_shadow_monitor){.cache = FC_CACHE_SYNCHRONIZED,
					  .synchronized_ns = 4 * SECOND,
					  .spread_ns = 2 * SECOND,
					  .entries = 30});
	give_many(0, 20);
	while (at < 8) {
		cut();
		counts[at++] = closed.count;
	}
	assert_int_equal(counts[2], 0); /* the cut at 4 s closes, the next two hand over */
	assert_int_equal(counts[3], 0);
	assert_int_equal(counts[4], 10);
	assert_int_equal(counts[5], 20);
	assert_int_equal(counts[7], 20);
	assert_int_equal(stats_of(0).aged[FC_AGED_SYNCHRONIZED], 20);
	assert_accounted(0);
}

static void bad_monitors_are_refused_and_change_nothing(void **state)
{
	struct fc_shadow_monitor bad = {.cache = FC_CACHE_SYNCHRONIZED};

	(void)state;
	set(0, (struct fc_shadow_monitor){0});
	give_many(0, 3);
	assert_int_equal(fc_shard_monitor_set(shard, 0, &bad, 0, NULL), -EINVAL);
	bad = (struct fc_shadow_monitor){.update_ns = UINT64_MAX};
	assert_int_equal(fc_shard_monitor_set(shard, 0, &bad, 0, NULL), -EINVAL);
	assert_int_equal(fc_shard_monitor_set(shard, 8, NULL, 0, NULL), -EINVAL);
	assert_int_equal(stats_of(0).live, 3);
	assert_int_equal(closed.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_of_no_monitor_are_refused),
		TEST(a_monitor_that_goes_closes_its_flows_and_no_others),
		TEST(a_number_is_used_again_with_another_key),
		TEST(other_timeouts_leave_flows_alone),
		TEST(a_smaller_cache_lets_its_oldest_go_at_the_next_cut),
		TEST(the_table_grows_with_all_that_lives_in_it),
		TEST(cleared_flows_are_thrown_away_and_counted),
		TEST(a_forced_export_ends_flows_but_those_of_a_permanent_cache),
		TEST(statistics_are_cleared_and_flows_stay),
		TEST(a_transaction_ends_at_the_cut_of_its_fin_or_rst),
		TEST(packets_of_an_immediate_cache_pass_at_once),
		TEST(a_permanent_cache_that_is_full_takes_no_more),
		TEST(synchronized_flows_end_together_and_are_spread),
		TEST(bad_monitors_are_refused_and_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
