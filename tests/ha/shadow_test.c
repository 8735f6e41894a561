// SPDX-License-Identifier: BSD-2-Clause
#include "fake_card.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)

static struct fc_shard *open_shard(size_t entries, unsigned monitors)
{
	struct fc_shadow_config config = {
		.entries_max = entries, .closed_max = 16, .seed = 5, .monitors = monitors};
	struct fc_shard *shard = NULL;

	for (unsigned m = 0; m < monitors; m++)
		fake_mask(m, config.monitor[m].mask);
	assert_int_equal(fc_shard_create(&config, &shard), 0);
	return shard;
}

static int give(struct fc_shard *shard, unsigned monitor, uint32_t flow, uint32_t epoch,
		uint32_t packets)
{
	struct fake_delta delta = {.flow = flow,
				   .monitor = monitor,
				   .epoch = epoch,
				   .packets = packets,
				   .bytes = packets * UINT64_C(100),
				   .first_ns = epoch * SECOND + flow,
				   .last_ns = epoch * SECOND + flow + 5};
	uint32_t record[FC_RECORD_WORDS];

	fake_flow_record(&delta, record);
	return fc_shard_take(shard, record);
}

static int barrier(struct fc_shard *shard, uint32_t epoch)
{
	uint32_t record[FC_RECORD_WORDS];

	fake_barrier_record(epoch, epoch * SECOND, (epoch + 1) * SECOND, record);
	return fc_shard_take(shard, record);
}

static uint64_t packets_of(struct fc_shard *shard, enum fc_shard_view view)
{
	struct fc_flow flow;

	return fc_shard_read(shard, 0, view, &flow) ? 0 : flow.packets;
}

static void bad_configurations_are_refused(void **state)
{
	struct fc_shadow_config config = {.entries_max = 0, .monitors = 1};
	struct fc_shard *shard;

	(void)state;
	assert_int_equal(fc_shard_create(&config, &shard), -EINVAL);
	config.entries_max = 1;
	config.monitors = FC_SHADOW_MONITORS + 1;
	assert_int_equal(fc_shard_create(&config, &shard), -EINVAL);
	config.monitors = 1;
	config.monitor[0].active_ns = (UINT64_C(1) << 51) + 1;
	assert_int_equal(fc_shard_create(&config, &shard), -EINVAL);
}

static void deltas_add_up_and_the_first_gives_the_vector(void **state)
{
	struct fc_shard *shard = open_shard(4, 1);
	struct fc_flow flow;

	(void)state;
	assert_int_equal(give(shard, 0, 3, 7, 2), FC_TAKE_MERGED);
	assert_int_equal(barrier(shard, 7), FC_TAKE_BARRIER);
	fc_shard_commit(shard);
	assert_int_equal(give(shard, 0, 3, 8, 5), FC_TAKE_MERGED);
	assert_int_equal(fc_shard_read(shard, 0, FC_VIEW_BUILDING, &flow), 0);
	assert_int_equal(flow.packets, 7);
	assert_int_equal(flow.octets, 700);
	assert_int_equal(flow.l2_octets, 700 + 7 * 14);
	assert_int_equal(flow.first_ns, 7 * SECOND + 3);
	assert_int_equal(flow.last_ns, 8 * SECOND + 8);
	assert_int_equal(flow.tcp_flags, 1 << 7 | 1 << 8);
	assert_int_equal(flow.ttl_min, 60 - 7);
	assert_int_equal(flow.ttl_max, 60 + 7);
	assert_int_equal(flow.len_min, 40 + 7);
	assert_int_equal(flow.len_max, 100 + 8);
	assert_int_equal(fc_vec_label_id(flow.vector), (7 * SECOND + 3) & 0xfffff);
	fc_shard_destroy(shard);
}

static void keys_differ_by_mask_and_by_monitor(void **state)
{
	struct fc_shard *shard = open_shard(8, 2);
	struct fake_delta delta = {.flow = 1, .monitor = 1, .packets = 1, .bytes = 60};
	uint32_t record[FC_RECORD_WORDS], vec[FC_VECTOR_WORDS];
	struct fc_shard_stats stats;

	(void)state;
	give(shard, 0, 1, 0, 1);
	give(shard, 1, 1, 0, 1);
	/* another port: the same flow for monitor 1, which has no ports in its key */
	for (unsigned m = 0; m < 2; m++) {
		delta.monitor = m;
		fake_flow_record(&delta, record);
		fc_rec_vector(record, vec);
		fc_vec_set_sport(vec, 999);
		fc_rec_set_vector(record, vec);
		assert_int_equal(fc_shard_take(shard, record), FC_TAKE_MERGED);
	}
	fc_shard_stats(shard, &stats);
	assert_int_equal(stats.live, 3);
	fc_shard_destroy(shard);
}

static void a_cut_freezes_what_it_holds(void **state)
{
	struct fc_shard *shard = open_shard(4, 1);

	(void)state;
	give(shard, 0, 1, 0, 1);
	assert_int_equal(packets_of(shard, FC_VIEW_FROZEN), 0);
	assert_int_equal(packets_of(shard, FC_VIEW_BUILDING), 1);
	barrier(shard, 0);
	assert_int_equal(packets_of(shard, FC_VIEW_FROZEN), 1);
	give(shard, 0, 1, 1, 10);
	assert_int_equal(packets_of(shard, FC_VIEW_FROZEN), 1);
	assert_int_equal(packets_of(shard, FC_VIEW_BUILDING), 11);
	fc_shard_commit(shard);
	assert_int_equal(packets_of(shard, FC_VIEW_FROZEN), 1);
	barrier(shard, 1);
	assert_int_equal(packets_of(shard, FC_VIEW_FROZEN), 11);
	fc_shard_destroy(shard);
}

static void an_untouched_flow_stays_readable_over_cuts(void **state)
{
	struct fc_shard *shard = open_shard(4, 1);

	(void)state;
	give(shard, 0, 1, 0, 4);
	for (uint32_t e = 0; e < 5; e++) {
		barrier(shard, e);
		fc_shard_commit(shard);
		assert_int_equal(packets_of(shard, FC_VIEW_FROZEN), 4);
	}
	fc_shard_destroy(shard);
}

static void epochs_merge_while_a_cut_is_in_flight(void **state)
{
	struct fc_shard *shard = open_shard(4, 1);
	struct fc_shard_stats stats;

	(void)state;
	give(shard, 0, 1, 0, 1);
	barrier(shard, 0);
	give(shard, 0, 1, 1, 2);
	assert_int_equal(barrier(shard, 1), FC_TAKE_BARRIER);
	assert_int_equal(packets_of(shard, FC_VIEW_FROZEN), 1);
	fc_shard_commit(shard);
	give(shard, 0, 1, 2, 4);
	barrier(shard, 2);
	assert_int_equal(packets_of(shard, FC_VIEW_FROZEN), 7);
	fc_shard_stats(shard, &stats);
	assert_int_equal(stats.cuts, 2);
	assert_int_equal(stats.epochs_merged, 1);
	fc_shard_destroy(shard);
}

static void only_two_epochs_are_believed(void **state)
{
	struct fc_shard *shard = open_shard(4, 1);
	struct fc_shard_stats stats;

	(void)state;
	assert_int_equal(give(shard, 0, 1, 5, 1), FC_TAKE_MERGED);
	assert_int_equal(give(shard, 0, 1, 6, 1), FC_TAKE_DEFERRED);
	assert_int_equal(give(shard, 0, 1, 7, 1), -EPROTO);
	assert_int_equal(barrier(shard, 6), -EPROTO);
	assert_int_equal(barrier(shard, 5), FC_TAKE_BARRIER);
	assert_int_equal(give(shard, 0, 1, 5, 1), -EPROTO);
	assert_int_equal(give(shard, 0, 1, 6, 1), FC_TAKE_MERGED);
	assert_int_equal(give(shard, 1, 1, 6, 1), -EPROTO);
	fc_shard_stats(shard, &stats);
	assert_int_equal(stats.bad_records, 4);
	assert_int_equal(stats.bad_barriers, 1);
	assert_int_equal(stats.delta_packets, 2);
	fc_shard_destroy(shard);
}

static void the_open_epoch_may_speak_first(void **state)
{
	struct fc_shard *shard = open_shard(4, 1);

	(void)state;
	assert_int_equal(give(shard, 0, 1, 1, 1), FC_TAKE_MERGED);
	assert_int_equal(give(shard, 0, 1, 0, 1), FC_TAKE_MERGED);
	assert_int_equal(barrier(shard, 0), FC_TAKE_BARRIER);
	assert_int_equal(give(shard, 0, 1, 1, 1), FC_TAKE_MERGED);
	assert_int_equal(give(shard, 0, 1, 0, 1), -EPROTO);
	assert_int_equal(packets_of(shard, FC_VIEW_BUILDING), 3);
	fc_shard_destroy(shard);
}

static void ledgers_are_kept_and_strangers_refused(void **state)
{
	struct fc_shard *shard = open_shard(4, 1);
	struct fc_shard_ledger ledger;
	uint32_t record[FC_RECORD_WORDS];

	(void)state;
	assert_int_equal(fc_shard_ledger(shard, 0, &ledger), -ENOENT);
	fake_ledger_record(0, 3, 17, 1700, record);
	assert_int_equal(fc_shard_take(shard, record), FC_TAKE_LEDGER);
	assert_int_equal(fc_shard_ledger(shard, 0, &ledger), 0);
	assert_int_equal(ledger.emitted_packets, 17);
	assert_int_equal(ledger.selected_octets, 1700);
	assert_int_equal(fc_shard_ledger(shard, 8, &ledger), -EINVAL);
	assert_int_equal(fc_shard_ledger(shard, 1, &ledger), -ENOENT);
	fc_rec_set_kind(record, FC_KIND_SNAPSHOT);
	assert_int_equal(fc_shard_take(shard, record), FC_TAKE_IGNORED);
	fc_rec_set_kind(record, 9);
	assert_int_equal(fc_shard_take(shard, record), -EPROTO);
	fc_shard_destroy(shard);
}

static void a_live_flow_costs_at_most_256_octets(void **state)
{
	const size_t entries[] = {1 << 20, 1000000, 1398102, 100000};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct fc_shard *shard = open_shard(entries[i], 1);
		size_t octets, per_flow;

		fc_shard_memory(shard, &octets, &per_flow);
		printf("memory: %zu entries, %zu octets a flow, %.1f with all of the shard\n",
		       entries[i], per_flow, (double)octets / (double)entries[i]);
		assert_true(per_flow <= 256);
		fc_shard_destroy(shard);
	}
}

struct reader {
	struct fc_shard *shard;
	bool stop;
	uint64_t reads, torn, frozen_reads;
};

/* Every delta carries 100 octets and 14 + 100 layer-2 octets a packet: a mixed copy would break the
 * proportion. */
static void *read_all(void *argument)
{
	struct reader *reader = argument;
	struct fc_flow flow;

	while (!__atomic_load_n(&reader->stop, __ATOMIC_ACQUIRE))
		for (size_t slot = 0; slot < fc_shard_slots(reader->shard); slot++)
			for (int view = 0; view < 2; view++) {
				if (fc_shard_read(reader->shard, slot, (enum fc_shard_view)view,
						  &flow))
					continue;
				reader->torn += flow.octets != flow.packets * 100;
				reader->torn += flow.l2_octets != flow.packets * 114;
				__atomic_add_fetch(&reader->reads, 1, __ATOMIC_RELAXED);
				if (view == FC_VIEW_FROZEN)
					__atomic_add_fetch(&reader->frozen_reads, 1,
							   __ATOMIC_RELAXED);
			}
	return NULL;
}

static bool has_seen_enough(const struct reader *reader)
{
	return __atomic_load_n(&reader->reads, __ATOMIC_RELAXED) > 20000 &&
	       __atomic_load_n(&reader->frozen_reads, __ATOMIC_RELAXED) > 100;
}

static void a_reader_sees_whole_flows_while_the_worker_merges(void **state)
{
	struct reader reader = {.shard = open_shard(16, 1)};
	uint32_t epoch = 0;
	pthread_t thread;

	(void)state;
	give(reader.shard, 0, 0, 0, 1);
	assert_int_equal(pthread_create(&thread, NULL, read_all, &reader), 0);
	/* until the reader has seen enough, however seldom it is scheduled; the test's own time
	 * limit ends it else */
	for (; epoch < 500 || !has_seen_enough(&reader); epoch++) {
		for (uint32_t i = 0; i < 32; i++)
			give(reader.shard, 0, (i * 7 + epoch) % 24, epoch, i + 1);
		assert_int_equal(barrier(reader.shard, epoch), FC_TAKE_BARRIER);
		fc_shard_commit(reader.shard);
	}
	__atomic_store_n(&reader.stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	assert_int_equal(reader.torn, 0);
	fc_shard_destroy(reader.shard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_configurations_are_refused),
		cmocka_unit_test(deltas_add_up_and_the_first_gives_the_vector),
		cmocka_unit_test(keys_differ_by_mask_and_by_monitor),
		cmocka_unit_test(a_cut_freezes_what_it_holds),
		cmocka_unit_test(an_untouched_flow_stays_readable_over_cuts),
		cmocka_unit_test(epochs_merge_while_a_cut_is_in_flight),
		cmocka_unit_test(only_two_epochs_are_believed),
		cmocka_unit_test(the_open_epoch_may_speak_first),
		cmocka_unit_test(ledgers_are_kept_and_strangers_refused),
		cmocka_unit_test(a_live_flow_costs_at_most_256_octets),
		cmocka_unit_test(a_reader_sees_whole_flows_while_the_worker_merges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
