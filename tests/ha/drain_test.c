// SPDX-License-Identifier: BSD-2-Clause
#include "fake_card.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <ha/drain.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)

/* A card's ring, a shard and the drain between them. */
struct bench {
	struct fake_ring fake;
	struct fc_shard *shard;
	struct fc_drain *drain;
	int answer; /* of the cut callback */
	unsigned cuts;
	uint64_t cut_ns, closed_packets, copied_packets;
};

static int note_cut(void *context, uint32_t epoch, uint64_t cut_ns)
{
	struct bench *bench = context;

	(void)epoch;
	bench->cuts++;
	bench->cut_ns = cut_ns;
	return bench->answer;
}

static void note_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	struct bench *bench = context;

	(void)cut_ns;
	bench->closed_packets += flow->packets;
}

static void note_snapshot(void *context, const uint32_t *record)
{
	struct bench *bench = context;

	bench->copied_packets += fc_rec_packets(record);
}

static void open_bench(struct bench *bench, unsigned size_log2)
{
	struct fc_shadow_config config = {.entries_max = 1024,
					  .closed_max = 16,
					  .seed = 5,
					  .monitors = 1,
					  .closed = note_closed,
					  .context = bench};
	struct fc_drain_config drain = {.cut = note_cut,
					.snapshot = note_snapshot,
					.context = bench,
					.check_ledger = true,
					.stuck_steps = 3};

	memset(bench, 0, sizeof(*bench));
	fake_ring_open(&bench->fake, size_log2);
	fake_mask(0, config.monitor[0].mask);
	assert_int_equal(fc_shard_create(&config, &bench->shard), 0);
	drain.ring = &bench->fake.ring;
	drain.shard = bench->shard;
	assert_int_equal(fc_drain_create(&drain, &bench->drain), 0);
}

static void close_bench(struct bench *bench)
{
	fc_drain_destroy(bench->drain);
	fc_shard_destroy(bench->shard);
	fake_ring_close(&bench->fake);
}

static bool write_flow(struct bench *bench, uint32_t flow, uint32_t epoch)
{
	struct fake_delta delta = {.flow = flow,
				   .epoch = epoch,
				   .packets = 1,
				   .bytes = 100,
				   .first_ns = epoch * SECOND,
				   .last_ns = epoch * SECOND};
	uint32_t record[FC_RECORD_WORDS];

	fake_flow_record(&delta, record);
	return fake_ring_write(&bench->fake, record);
}

static bool write_barrier(struct bench *bench, uint32_t epoch)
{
	uint32_t record[FC_RECORD_WORDS];

	fake_barrier_record(epoch, epoch * SECOND, (epoch + 1) * SECOND, record);
	return fake_ring_write(&bench->fake, record);
}

static bool write_ledger(struct bench *bench, uint32_t epoch, uint64_t error)
{
	uint32_t record[FC_RECORD_WORDS];

	fake_ledger_record(0, epoch, bench->fake.emitted_packets[0] + error,
			   bench->fake.emitted_bytes[0], record);
	return fake_ring_write(&bench->fake, record);
}

static struct fc_drain_stats stats_of(const struct bench *bench)
{
	struct fc_drain_stats stats;

	fc_drain_stats(bench->drain, &stats);
	return stats;
}

static uint64_t merged_of(const struct bench *bench)
{
	struct fc_shard_stats stats;

	fc_shard_stats(bench->shard, &stats);
	return stats.delta_packets;
}

static void places_go_back_at_the_commit_only(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 6);
	for (uint32_t i = 0; i < 10; i++)
		write_flow(&bench, i, 0);
	assert_int_equal(fc_drain_step(bench.drain, 100), 10);
	assert_int_equal(bench.fake.consumer, 0);
	write_barrier(&bench, 0);
	assert_int_equal(fc_drain_step(bench.drain, 100), 1);
	assert_int_equal(bench.fake.consumer, 11);
	assert_int_equal(bench.cuts, 1);
	assert_int_equal(bench.cut_ns, SECOND);
	assert_int_equal(fc_drain_step(bench.drain, 100), 0);
	close_bench(&bench);
}

static void a_step_takes_no_more_than_it_may(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 6);
	for (uint32_t i = 0; i < 10; i++)
		write_flow(&bench, i, 0);
	assert_int_equal(fc_drain_step(bench.drain, 0), 0);
	assert_int_equal(fc_drain_step(bench.drain, 4), 4);
	assert_int_equal(merged_of(&bench), 4);
	assert_int_equal(fc_drain_step(bench.drain, 100), 6);
	close_bench(&bench);
}

static void deferred_records_wait_for_the_barrier_and_hold_their_place(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 6);
	write_flow(&bench, 0, 0);
	write_flow(&bench, 0, 1); /* index 1: next epoch */
	write_flow(&bench, 1, 0);
	write_flow(&bench, 1, 1);
	assert_int_equal(fc_drain_step(bench.drain, 100), 4);
	assert_int_equal(merged_of(&bench), 2);
	write_barrier(&bench, 0);
	assert_int_equal(fc_drain_step(bench.drain, 100), 1);
	assert_int_equal(merged_of(&bench), 4);
	assert_int_equal(bench.fake.consumer, 1);
	write_barrier(&bench, 1);
	assert_int_equal(fc_drain_step(bench.drain, 100), 1);
	assert_int_equal(bench.fake.consumer, 6);
	assert_int_equal(stats_of(&bench).deferred, 2);
	assert_int_equal(stats_of(&bench).monitor[0].merged_packets, 4);
	close_bench(&bench);
}

static void a_cut_in_flight_holds_the_ring_until_its_commit(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 6);
	bench.answer = FC_DRAIN_IN_FLIGHT;
	assert_int_equal(fc_drain_commit(bench.drain), -EINVAL);
	write_flow(&bench, 0, 0);
	write_barrier(&bench, 0);
	write_flow(&bench, 0, 1);
	write_barrier(&bench, 1); /* takes no cut */
	assert_int_equal(fc_drain_step(bench.drain, 100), 4);
	assert_true(fc_drain_in_flight(bench.drain));
	assert_int_equal(bench.cuts, 1);
	assert_int_equal(bench.fake.consumer, 0);
	assert_int_equal(fc_drain_commit(bench.drain), 0);
	assert_int_equal(bench.fake.consumer, 2);
	write_barrier(&bench, 2);
	assert_int_equal(fc_drain_step(bench.drain, 100), 1);
	assert_int_equal(fc_drain_commit(bench.drain), 0);
	assert_int_equal(bench.fake.consumer, 5);
	close_bench(&bench);
}

static void a_callback_error_is_told_and_the_cut_stays_in_flight(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 6);
	bench.answer = -EIO;
	write_barrier(&bench, 0);
	write_flow(&bench, 0, 1);
	assert_int_equal(fc_drain_step(bench.drain, 100), -EIO);
	assert_int_equal(merged_of(&bench), 1);
	assert_true(fc_drain_in_flight(bench.drain));
	assert_int_equal(fc_drain_commit(bench.drain), 0);
	close_bench(&bench);
}

/* No barrier for four laps of the ring, every other record of the next epoch: nothing may be lost.
 */
static void a_ring_more_than_half_full_is_released_early(void **state)
{
	struct bench bench;
	uint32_t written = 0;

	(void)state;
	open_bench(&bench, 6);
	for (; written < 4 * 64; written++) {
		assert_true(write_flow(&bench, written, written & 1));
		if (written % 5 == 0)
			assert_true(fc_drain_step(bench.drain, 100) >= 0);
	}
	assert_true(write_barrier(&bench, 0));
	assert_true(fc_drain_step(bench.drain, 100) > 0);
	assert_int_equal(merged_of(&bench), written);
	assert_true(stats_of(&bench).crash_window_records >= 192);
	assert_true(stats_of(&bench).early_releases > 3);
	assert_int_equal(stats_of(&bench).monitor[0].seen_packets, written);
	assert_int_equal(stats_of(&bench).monitor[0].merged_packets, written);
	close_bench(&bench);
}

static void more_deferred_records_than_the_ring_holds_are_merged_ahead(void **state)
{
	struct fc_shard_stats stats;
	struct bench bench;

	(void)state;
	open_bench(&bench, 4);
	write_flow(&bench, 0, 0);
	for (uint32_t i = 0; i < 400; i++) {
		assert_true(write_flow(&bench, i, 1));
		assert_true(fc_drain_step(bench.drain, 100) >= 0);
	}
	write_barrier(&bench, 0);
	assert_true(fc_drain_step(bench.drain, 100) > 0);
	fc_shard_stats(bench.shard, &stats);
	assert_true(stats.merged_ahead > 300);
	assert_int_equal(stats.delta_packets, 401);
	assert_int_equal(stats.bad_records, 0);
	close_bench(&bench);
}

static void a_damaged_place_is_stepped_over_and_the_ledger_tells(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 6);
	for (uint32_t i = 0; i < 5; i++)
		write_flow(&bench, i, 0);
	fc_rec_set_trailer0_sequence(fake_ring_place(&bench.fake, 2), 12345);
	write_ledger(&bench, 0, 0);
	write_barrier(&bench, 0);
	assert_int_equal(fc_drain_step(bench.drain, 100), 7);
	assert_int_equal(stats_of(&bench).damaged, 1);
	assert_int_equal(merged_of(&bench), 4);
	assert_int_equal(stats_of(&bench).ledger_mismatches, 1);
	assert_int_equal(bench.fake.consumer, 7);
	close_bench(&bench);
}

static void a_snapshot_is_shown_and_never_merged(void **state)
{
	struct fake_delta delta = {.flow = 7, .epoch = 0, .packets = 5, .bytes = 500};
	uint32_t record[FC_RECORD_WORDS];
	struct bench bench;

	(void)state;
	open_bench(&bench, 6);
	write_flow(&bench, 7, 0);
	for (delta.epoch = 0; delta.epoch < 2; delta.epoch++) {
		fake_flow_record(&delta, record);
		fc_rec_set_kind(record, FC_KIND_SNAPSHOT);
		fc_rec_set_reason(record, FC_REASON_NONE);
		assert_true(fake_ring_write(&bench.fake, record));
	}
	write_ledger(&bench, 0, 0);
	write_barrier(&bench, 0);
	assert_int_equal(fc_drain_step(bench.drain, 100), 5);
	assert_int_equal(stats_of(&bench).snapshots, 2);
	assert_int_equal(bench.copied_packets, 10);
	assert_int_equal(stats_of(&bench).monitor[0].merged_packets, 1);
	assert_int_equal(stats_of(&bench).monitor[0].seen_packets, 1);
	assert_int_equal(stats_of(&bench).ledger_mismatches, 0);
	assert_int_equal(bench.fake.ring.released, 5);
	close_bench(&bench);
}

static void a_ledger_that_does_not_balance_is_counted(void **state)
{
	uint32_t record[FC_RECORD_WORDS];
	struct bench bench;

	(void)state;
	open_bench(&bench, 6);
	write_flow(&bench, 0, 0);
	write_ledger(&bench, 0, 0);
	fake_ledger_record(0, 0, 1, 100, record);
	fc_ledger_set_resident_packets(record, 1);
	assert_true(fake_ring_write(&bench.fake, record));
	write_barrier(&bench, 0);
	assert_int_equal(fc_drain_step(bench.drain, 100), 4);
	assert_int_equal(stats_of(&bench).ledger_records, 2);
	assert_int_equal(stats_of(&bench).ledger_unbalanced, 1);
	close_bench(&bench);
}

static void a_lost_barrier_joins_two_epochs(void **state)
{
	struct fc_shard_stats stats;
	struct bench bench;

	(void)state;
	open_bench(&bench, 6);
	write_barrier(&bench, 0);
	write_flow(&bench, 0, 1);
	write_flow(&bench, 1, 2); /* deferred */
	write_barrier(&bench, 1); /* index 3, to be damaged */
	fc_rec_set_trailer1_sequence(fake_ring_place(&bench.fake, 3), 1);
	write_flow(&bench, 2, 2);
	write_flow(&bench, 3, 3); /* shows that barrier 1 is gone */
	write_barrier(&bench, 2);
	write_flow(&bench, 0, 3);
	write_barrier(&bench, 3);
	assert_int_equal(fc_drain_step(bench.drain, 100), 9);
	fc_shard_stats(bench.shard, &stats);
	assert_int_equal(stats.delta_packets, 5);
	assert_int_equal(stats.bad_records, 0);
	assert_int_equal(stats.resyncs, 1);
	assert_int_equal(stats.epoch, 4);
	assert_int_equal(bench.cuts, 3);
	assert_int_equal(bench.fake.consumer, 9);
	close_bench(&bench);
}

static void a_barrier_from_nowhere_is_refused(void **state)
{
	struct fc_shard_stats stats;
	struct fc_shard_start start;
	struct fc_drain_stats drained;
	struct bench bench;

	(void)state;
	open_bench(&bench, 6);
	write_barrier(&bench, 0);
	write_barrier(&bench, 9);
	write_flow(&bench, 0, 1);
	assert_int_equal(fc_drain_step(bench.drain, 100), 3);
	fc_shard_stats(bench.shard, &stats);
	assert_int_equal(stats.bad_barriers, 1);
	assert_int_equal(stats.delta_packets, 1);
	/* Read again by a unit that stands by and takes over, it is one barrier still. */
	fc_shard_forget(bench.shard);
	fc_drain_follow(bench.drain, false, true);
	fc_drain_lead(bench.drain, &start);
	fc_shard_begin(bench.shard, &start);
	assert_true(fc_drain_step(bench.drain, 100) > 0);
	fc_drain_stats(bench.drain, &drained);
	assert_int_equal(drained.barriers, 2);
	close_bench(&bench);
}

static void a_place_that_stays_empty_is_given_up_in_the_end(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 6);
	write_flow(&bench, 0, 0);
	write_flow(&bench, 1, 0);
	memset(fake_ring_place(&bench.fake, 0), 0, FC_RECORD_OCTETS / 2);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(fc_drain_step(bench.drain, 100), 0);
	assert_int_equal(fc_drain_step(bench.drain, 100), 2);
	assert_int_equal(stats_of(&bench).damaged, 1);
	assert_int_equal(merged_of(&bench), 1);
	close_bench(&bench);
}

static void the_ledger_balances_with_deferred_records(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 6);
	write_flow(&bench, 0, 0);
	write_flow(&bench, 1, 1);
	write_ledger(&bench, 0, 0);
	write_barrier(&bench, 0);
	write_ledger(&bench, 1, 1); /* the card claims one packet more */
	write_barrier(&bench, 1);
	assert_int_equal(fc_drain_step(bench.drain, 100), 6);
	assert_int_equal(stats_of(&bench).ledger_records, 2);
	assert_int_equal(stats_of(&bench).ledger_mismatches, 1);
	assert_int_equal(stats_of(&bench).monitor[0].at_ledger_packets, 2);
	close_bench(&bench);
}

struct writer {
	struct bench *bench;
	uint32_t epochs, per_epoch;
};

static void *write_epochs(void *argument)
{
	struct writer *writer = argument;

	for (uint32_t e = 0; e < writer->epochs; e++) {
		for (uint32_t i = 0; i < writer->per_epoch; i++)
			/* the second half of an epoch is mixed with evictions of the next */
			while (!write_flow(writer->bench, i,
					   i > writer->per_epoch / 2 ? e + i % 2 : e))
				sched_yield();
		while (!write_barrier(writer->bench, e))
			sched_yield();
	}
	return NULL;
}

static void writer_and_drain_run_in_two_threads(void **state)
{
	struct writer writer = {.epochs = 50, .per_epoch = 1000};
	uint64_t want = UINT64_C(50) * 1001, taken = 0;
	struct bench bench;
	pthread_t thread;

	(void)state;
	open_bench(&bench, 8);
	writer.bench = &bench;
	assert_int_equal(pthread_create(&thread, NULL, write_epochs, &writer), 0);
	while (taken < want) {
		int n = fc_drain_step(bench.drain, 256);

		assert_true(n >= 0);
		taken += (uint64_t)n;
		if (!n)
			sched_yield();
	}
	pthread_join(thread, NULL);
	assert_int_equal(merged_of(&bench), 50 * 1000);
	assert_int_equal(stats_of(&bench).damaged, 0);
	assert_int_equal(bench.cuts, 50);
	close_bench(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_go_back_at_the_commit_only),
		cmocka_unit_test(a_step_takes_no_more_than_it_may),
		cmocka_unit_test(deferred_records_wait_for_the_barrier_and_hold_their_place),
		cmocka_unit_test(a_cut_in_flight_holds_the_ring_until_its_commit),
		cmocka_unit_test(a_callback_error_is_told_and_the_cut_stays_in_flight),
		cmocka_unit_test(a_ring_more_than_half_full_is_released_early),
		cmocka_unit_test(more_deferred_records_than_the_ring_holds_are_merged_ahead),
		cmocka_unit_test(a_damaged_place_is_stepped_over_and_the_ledger_tells),
		cmocka_unit_test(a_snapshot_is_shown_and_never_merged),
		cmocka_unit_test(a_ledger_that_does_not_balance_is_counted),
		cmocka_unit_test(a_lost_barrier_joins_two_epochs),
		cmocka_unit_test(a_barrier_from_nowhere_is_refused),
		cmocka_unit_test(a_place_that_stays_empty_is_given_up_in_the_end),
		cmocka_unit_test(the_ledger_balances_with_deferred_records),
		cmocka_unit_test(writer_and_drain_run_in_two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
