// SPDX-License-Identifier: BSD-2-Clause
#include "fake_card.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)
enum { CLOSED_MAX = 64 };

static struct {
	struct fc_flow flow[CLOSED_MAX];
	uint64_t cut_ns[CLOSED_MAX];
	unsigned count;
} closed;

static void note_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	(void)context;
	if (closed.count < CLOSED_MAX) {
		closed.flow[closed.count] = *flow;
		closed.cut_ns[closed.count] = cut_ns;
	}
	closed.count++;
}

static struct fc_shard *open_shard(size_t entries, size_t closed_max, uint64_t active_ns,
				   uint64_t inactive_ns)
{
	struct fc_shadow_config config = {.entries_max = entries,
					  .closed_max = closed_max,
					  .seed = 5,
					  .monitors = 1,
					  .closed = note_closed};
	struct fc_shard *shard = NULL;

	closed.count = 0;
	fake_mask(0, config.monitor[0].mask);
	config.monitor[0].active_ns = active_ns;
	config.monitor[0].inactive_ns = inactive_ns;
	assert_int_equal(fc_shard_create(&config, &shard), 0);
	return shard;
}

static void give(struct fc_shard *shard, uint32_t flow, uint32_t epoch, uint64_t first_ns,
		 uint64_t last_ns)
{
	struct fake_delta delta = {.flow = flow,
				   .epoch = epoch,
				   .packets = 1,
				   .bytes = 100,
				   .first_ns = first_ns,
				   .last_ns = last_ns};
	uint32_t record[FC_RECORD_WORDS];

	fake_flow_record(&delta, record);
	assert_int_equal(fc_shard_take(shard, record), FC_TAKE_MERGED);
}

static void barrier(struct fc_shard *shard, uint32_t epoch, uint64_t start_ns, uint64_t end_ns)
{
	uint32_t record[FC_RECORD_WORDS];

	fake_barrier_record(epoch, start_ns, end_ns, record);
	assert_int_equal(fc_shard_take(shard, record), FC_TAKE_BARRIER);
	fc_shard_commit(shard);
}

static struct fc_shard_stats stats_of(const struct fc_shard *shard)
{
	struct fc_shard_stats stats;

	fc_shard_stats(shard, &stats);
	return stats;
}

/* Epochs of one second, the clock starts at `base`; returns the cut at which the first flow closed,
 * in epochs from the base. */
static unsigned run_idle(struct fc_shard *shard, uint64_t base, uint32_t epochs)
{
	for (uint32_t e = stats_of(shard).cuts ? (uint32_t)stats_of(shard).epoch : 0; e < epochs;
	     e++) {
		barrier(shard, e, base + e * SECOND, base + (e + 1) * SECOND);
		if (closed.count)
			return e + 1;
	}
	return 0;
}

static void an_idle_flow_ends_at_the_first_cut_that_is_due(void **state)
{
	struct fc_shard *shard = open_shard(8, 0, 0, 15 * SECOND);
	uint64_t base = 1000 * SECOND;

	(void)state;
	give(shard, 1, 0, base, base + SECOND / 2);
	assert_int_equal(run_idle(shard, base, 40), 16); /* 15.5 s: the cut at 16 */
	assert_int_equal(closed.flow[0].end_reason, FC_END_IDLE);
	assert_int_equal(closed.cut_ns[0], base + 16 * SECOND);
	assert_int_equal(stats_of(shard).live, 0);
	fc_shard_destroy(shard);
}

static void a_timeout_that_falls_on_a_cut_ends_there(void **state)
{
	struct fc_shard *shard = open_shard(8, 0, 0, 15 * SECOND);
	uint64_t base = 1000 * SECOND;

	(void)state;
	give(shard, 1, 0, base, base);
	assert_int_equal(run_idle(shard, base, 40), 15);
	fc_shard_destroy(shard);
}

static void a_touched_flow_lives_on(void **state)
{
	struct fc_shard *shard = open_shard(8, 0, 0, 3 * SECOND);

	(void)state;
	for (uint32_t e = 0; e < 10; e++) {
		if (e % 2 == 0)
			give(shard, 1, e, e * SECOND + 100, e * SECOND + 200);
		barrier(shard, e, e * SECOND, (e + 1) * SECOND);
	}
	assert_int_equal(closed.count, 0);
	assert_int_equal(run_idle(shard, 0, 40), 12); /* last at 8 s + 200 ns, due 11 s + 200 ns */
	assert_int_equal(closed.flow[0].packets, 5);
	fc_shard_destroy(shard);
}

static void active_is_tested_before_inactive(void **state)
{
	struct fc_shard *shard = open_shard(8, 0, 10 * SECOND, 10 * SECOND);

	(void)state;
	give(shard, 1, 0, 0, 0);
	assert_int_equal(run_idle(shard, 0, 40), 10);
	assert_int_equal(closed.flow[0].end_reason, FC_END_ACTIVE);
	fc_shard_destroy(shard);
}

static void an_active_flow_is_cut_and_starts_anew(void **state)
{
	struct fc_shard *shard = open_shard(8, 0, 5 * SECOND, 60 * SECOND);

	(void)state;
	for (uint32_t e = 0; e < 20; e++) {
		give(shard, 1, e, e * SECOND + 10, e * SECOND + 20);
		barrier(shard, e, e * SECOND, (e + 1) * SECOND);
	}
	/* first at 10 ns: due at the cut of 6 s; the next instance starts at 6 s + 10 ns, and so on
	 */
	assert_int_equal(closed.count, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(closed.flow[i].end_reason, FC_END_ACTIVE);
		assert_int_equal(closed.cut_ns[i], (i + UINT64_C(1)) * 6 * SECOND);
		assert_int_equal(closed.flow[i].packets, 6);
		assert_int_equal(closed.flow[i].first_ns, UINT64_C(6) * i * SECOND + 10);
	}
	fc_shard_destroy(shard);
}

static void a_gap_is_one_long_epoch(void **state)
{
	struct fc_shard *shard = open_shard(8, 0, 0, 15 * SECOND);

	(void)state;
	give(shard, 1, 0, 10, SECOND / 2);
	barrier(shard, 0, 0, 3600 * SECOND);
	assert_int_equal(closed.count, 1);
	assert_int_equal(closed.flow[0].end_reason, FC_END_IDLE);
	fc_shard_destroy(shard);
}

static void a_clock_set_back_adds_no_age_and_takes_none(void **state)
{
	struct fc_shard *shard = open_shard(8, 0, 0, 15 * SECOND);
	uint64_t high = UINT64_C(50000) * SECOND, low = 5 * SECOND;
	uint32_t e = 1;

	(void)state;
	give(shard, 1, 0, high, high + 1);
	barrier(shard, 0, high, high + SECOND);
	barrier(shard, e++, high + SECOND, low); /* set back: this epoch has no length */
	for (; !closed.count && e < 100; e++)
		barrier(shard, e, low + (e - 2) * SECOND, low + (e - 1) * SECOND);
	/* 1 s before the step, so 14 to 15 s after it */
	assert_int_equal(closed.cut_ns[0], low + 15 * SECOND);
	fc_shard_destroy(shard);
}

static void times_out_of_their_epoch_are_clamped(void **state)
{
	struct fc_shard *shard = open_shard(8, 0, 0, 15 * SECOND);

	(void)state;
	give(shard, 2, 0, 0, 1);
	barrier(shard, 0, 0, SECOND);
	give(shard, 1, 1, UINT64_MAX - 5,
	     UINT64_MAX - 1);    /* far ahead: as if at the end of epoch 1 */
	give(shard, 3, 1, 0, 0); /* before it: as if at its start */
	for (uint32_t e = 1; e < 40; e++)
		barrier(shard, e, e * SECOND, (e + 1) * SECOND);
	assert_int_equal(closed.count, 3);
	assert_int_equal(fake_flow_of(&closed.flow[0]), 2);
	assert_int_equal(fake_flow_of(&closed.flow[1]), 3);
	assert_int_equal(closed.cut_ns[1], 16 * SECOND);
	assert_int_equal(fake_flow_of(&closed.flow[2]), 1);
	assert_int_equal(closed.cut_ns[2], 17 * SECOND);
	assert_int_equal(closed.flow[2].last_ns, UINT64_MAX - 1);
	fc_shard_destroy(shard);
}

static void time_that_wraps_64_bits_is_a_step_back(void **state)
{
	struct fc_shard *shard = open_shard(8, 0, 20 * SECOND, 15 * SECOND);
	uint64_t base = UINT64_MAX - 2 * SECOND;

	(void)state;
	give(shard, 1, 0, base, base);
	barrier(shard, 0, base, base + SECOND);
	barrier(shard, 1, base + SECOND,
		base + 3 * SECOND); /* end is 1 s - 1 after zero: no length */
	assert_int_equal(closed.count, 0);
	for (uint32_t e = 2; e < 40 && !closed.count; e++)
		barrier(shard, e, base + (e + 1) * SECOND, base + (e + 2) * SECOND);
	assert_int_equal(closed.cut_ns[0], base + 17 * SECOND);
	fc_shard_destroy(shard);
}

static void jumps_of_decades_end_flows_but_break_nothing(void **state)
{
	struct fc_shard *shard = open_shard(8, 0, 1800 * SECOND, 15 * SECOND);
	uint64_t decades = UINT64_C(1) << 62;

	(void)state;
	for (uint32_t e = 0; e < 10000; e += 2) {
		unsigned before = closed.count;

		give(shard, 1, e, 5, 6);
		barrier(shard, e, 0, decades);
		assert_int_equal(closed.count, before + 1);
		barrier(shard, e + 1, decades, 0);
	}
	give(shard, 1, 10000, 0, 0);
	barrier(shard, 10000, 0, SECOND);
	assert_int_equal(closed.count, 5000);
	fc_shard_destroy(shard);
}

/* Ten new flows a second, so some 1,000 are live and ten are due at each cut: a scan would look
 * 1,000 times a cut. */
static void look_counts(uint64_t active_ns, uint64_t inactive_ns)
{
	struct fc_shard *shard = open_shard(20000, 0, active_ns, inactive_ns);
	struct fc_shard_stats stats;
	uint32_t cuts = 1000;

	for (uint32_t e = 0; e < cuts; e++) {
		for (uint32_t i = 0; i < 10; i++) {
			uint64_t at = e * SECOND + i * SECOND / 10;

			give(shard, e * 10 + i, e, at, at);
		}
		barrier(shard, e, e * SECOND, (e + 1) * SECOND);
	}
	stats = stats_of(shard);
	printf("expiry looks: %lu for %lu closed flows in %u cuts of %lu live flows\n",
	       (unsigned long)stats.expiry_looks, (unsigned long)stats.closed_flows, cuts,
	       (unsigned long)stats.live);
	assert_true(stats.closed_flows > 8900);
	assert_true(stats.expiry_looks <= 2 * stats.closed_flows + 20);
	assert_true(stats.clamp_looks <= 10); /* the first epoch only */
	fc_shard_destroy(shard);
}

static void a_cut_looks_only_at_what_can_be_due(void **state)
{
	(void)state;
	look_counts(0, 100 * SECOND);
	look_counts(100 * SECOND, 0);
}

static void a_full_shard_ages_the_oldest_and_its_record_waits(void **state)
{
	struct fc_shard *shard = open_shard(3, 2, 0, 0);
	struct fc_shard_stats stats;

	(void)state;
	for (uint32_t flow = 0; flow < 3; flow++)
		give(shard, flow, 0, flow, flow);
	barrier(shard, 0, 0, SECOND);
	give(shard, 0, 1, SECOND, SECOND); /* 1 is the oldest now */
	give(shard, 3, 1, SECOND, SECOND);
	assert_int_equal(closed.count, 0);
	stats = stats_of(shard);
	assert_int_equal(stats.waiting_packets, 1);
	assert_int_equal(stats.live, 3);
	give(shard, 4, 1, SECOND, SECOND);
	give(shard, 5, 1, SECOND, SECOND); /* two wait already: 0 is lost, and counted */
	stats = stats_of(shard);
	assert_int_equal(stats.lost_records, 1);
	assert_int_equal(stats.lost_packets, 2);
	assert_int_equal(stats.lost_octets, 200);
	barrier(shard, 1, SECOND, 2 * SECOND);
	assert_int_equal(closed.count, 2);
	assert_int_equal(fake_flow_of(&closed.flow[0]), 1);
	assert_int_equal(fake_flow_of(&closed.flow[1]), 2);
	assert_int_equal(closed.flow[0].end_reason, FC_END_RESOURCES);
	assert_int_equal(stats_of(shard).aged_emergency, 3);
	fc_shard_destroy(shard);
}

static void the_end_of_metering_closes_everything(void **state)
{
	struct fc_shard *shard = open_shard(2, 2, 0, 0);

	(void)state;
	for (uint32_t flow = 0; flow < 3; flow++)
		give(shard, flow, 0, flow, flow);
	fc_shard_close_all(shard, 77);
	assert_int_equal(closed.count, 3);
	assert_int_equal(closed.flow[0].end_reason, FC_END_RESOURCES);
	assert_int_equal(closed.flow[2].end_reason, FC_END_FORCED);
	assert_int_equal(closed.cut_ns[2], 77);
	assert_int_equal(stats_of(shard).live, 0);
	assert_int_equal(stats_of(shard).closed_packets, 3);
	fc_shard_destroy(shard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_idle_flow_ends_at_the_first_cut_that_is_due),
		cmocka_unit_test(a_timeout_that_falls_on_a_cut_ends_there),
		cmocka_unit_test(a_touched_flow_lives_on),
		cmocka_unit_test(active_is_tested_before_inactive),
		cmocka_unit_test(an_active_flow_is_cut_and_starts_anew),
		cmocka_unit_test(a_gap_is_one_long_epoch),
		cmocka_unit_test(a_clock_set_back_adds_no_age_and_takes_none),
		cmocka_unit_test(times_out_of_their_epoch_are_clamped),
		cmocka_unit_test(time_that_wraps_64_bits_is_a_step_back),
		cmocka_unit_test(jumps_of_decades_end_flows_but_break_nothing),
		cmocka_unit_test(a_cut_looks_only_at_what_can_be_due),
		cmocka_unit_test(a_full_shard_ages_the_oldest_and_its_record_waits),
		cmocka_unit_test(the_end_of_metering_closes_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
