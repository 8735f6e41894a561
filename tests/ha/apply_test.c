// SPDX-License-Identifier: BSD-2-Clause
/* Plans brought onto a card that runs, over a fake card. */
#include "apply_bench.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Ids of flow monitors are 100 and on. */
static struct fc_plan_monitor monitor(unsigned n, uint32_t ports)
{
	struct fc_plan_monitor m = {.there = true,
				    .flow_monitor = (int)n + 10,
				    .id = n + 100,
				    .card = {.ports = ports, .ipv4 = 1, .ipv6 = 1},
				    .entries = 1000};

	fake_mask(0, m.card.mask);
	return m;
}

static struct fc_shard_monitor_stats stats_of(uint32_t id)
{
	struct fc_shard_monitor_stats s = {0};

	fc_slot_monitor_stats(slot, id, &s);
	return s;
}

static struct fc_shard_monitor_stats booked(uint32_t id)
{
	struct fc_shard_monitor_stats s;

	fc_monitor_book_get(book, id, &s);
	return s;
}

static uint32_t reg(uint32_t offset)
{
	return fake_card_reg(&fake.card, offset);
}

/* ------------------------------------------------------------------ the tests */
static void a_plan_is_on_the_card_with_samplers(void **state)
{
	struct fc_card_plan plan = {0}, back;

	(void)state;
	plan.monitor[1] = monitor(1, 3);
	plan.monitor[1].card.ports_out = 1;
	plan.monitor[1].card.ipv6 = 0;
	plan.monitor[1].sampler[1][0] =
		(struct fc_card_sampler){.mode = FC_SAMPLER_MODE_RANDOM, .id = 9, .window = 64};
	assert_int_equal(apply(&plan), 0);
	assert_int_equal(reg(FC_REG_MONITOR_PORTS(1)), 3);
	assert_int_equal(reg(FC_REG_MONITOR_PORTS_OUT(1)), 1);
	assert_int_equal(reg(FC_REG_MONITOR_CONTROL(1)), 3); /* enable, ipv4 */
	assert_int_equal(reg(FC_REG_MONITOR_CONTROL(0)), 0);
	assert_int_equal(reg(FC_REG_SAMPLER_CONTROL(16 + 8)) >> FC_REG_SAMPLER_CONTROL_WINDOW_SHIFT,
			 63);
	for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
		assert_int_equal(reg(FC_REG_MONITOR_MASK(1, i)), plan.monitor[1].card.mask[i]);
	assert_int_equal(fc_slot_running(slot, &back), 0);
	assert_memory_equal(&back, &plan, sizeof(plan));
	assert_int_equal(status().which[1], 11);
}

static void the_same_plan_again_writes_nothing(void **state)
{
	struct fc_card_plan plan = {0};
	unsigned before;

	(void)state;
	plan.monitor[0] = monitor(0, 3);
	assert_int_equal(apply(&plan), 0);
	before = fake.card.writes;
	assert_int_equal(apply(&plan), 0);
	assert_int_equal(fake.card.writes, before);
}

static void timeouts_and_ports_change_while_flows_stay(void **state)
{
	struct fc_card_plan plan = {0};

	(void)state;
	plan.monitor[0] = monitor(0, 1);
	assert_int_equal(apply(&plan), 0);
	flows_of(0, 0, 20);
	await(status().merged_packets == 60);
	plan.monitor[0].card.ports = 2;
	plan.monitor[0].card.ipv6 = 0;
	plan.monitor[0].inactive_ns = 2 * SECOND;
	plan.monitor[0].entries = 50000;
	assert_int_equal(apply(&plan), 0);
	assert_int_equal(fake.flushes, 0);
	assert_int_equal(reg(FC_REG_MONITOR_PORTS(0)), 2);
	assert_int_equal(reg(FC_REG_MONITOR_CONTROL(0)), 3);
	assert_int_equal(stats_of(100).live, 20);
	barrier();
	barrier();
	barrier();
	await(stats_of(100).aged[FC_AGED_INACTIVE] == 20);
}

static void another_key_ends_the_flows_of_its_place_alone(void **state)
{
	struct fc_card_plan plan = {0};

	(void)state;
	plan.monitor[0] = monitor(0, 1);
	plan.monitor[1] = monitor(1, 1);
	assert_int_equal(apply(&plan), 0);
	flows_of(0, 0, 30);
	flows_of(1, 0, 30);
	fake.epoch = 0;
	barrier();
	flows_of(0, 1, 15);
	flows_of(1, 1, 15);
	fake_mask(1, plan.monitor[0].card.mask);
	assert_int_equal(apply(&plan), 0);
	assert_int_equal(stats_of(101).live, 30);
	assert_int_equal(stats_of(100).live, 0);
	assert_int_equal(booked(100).added, 30);
	assert_int_equal(booked(100).aged[FC_AGED_FORCED], 30);
	assert_int_equal(booked(100).high_watermark, 30);
	flows_of(0, fake.epoch, 4);
	await(stats_of(100).live == 4);
	assert_int_equal(status().merged_packets, 3 * (30 + 30 + 15 + 15 + 4));
	assert_int_equal(stats_of(101).aged[FC_AGED_FORCED], 0);
}

/* Records of the old key that belong to the open epoch lie behind the barrier of the one before. */
static void a_removal_waits_for_the_open_epochs_barrier(void **state)
{
	struct fc_card_plan plan = {0};
	struct fc_worker_stats w;

	(void)state;
	plan.monitor[0] = monitor(0, 1);
	assert_int_equal(apply(&plan), 0);
	flows_of(0, 0, 10);
	fake.card.reg[FC_REG_EPOCH_OPEN / 4] = 1;
	flows_of(0, 1, 12); /* evictions of the next epoch */
	barrier();          /* of epoch 0; the flush brings that of epoch 1 */
	plan.monitor[0].there = false;
	assert_int_equal(apply(&plan), 0);
	assert_int_equal(booked(100).added, 12);
	assert_int_equal(fc_slot_worker_stats(slot, 0, &w), 0);
	assert_int_equal(w.shard.bad_records, 0);
	assert_int_equal(w.shard.closed_packets, 3 * 22);
	assert_int_equal(reg(FC_REG_MONITOR_CONTROL(0)), 0);
}

static void a_place_that_fails_harms_no_other(void **state)
{
	struct fc_card_plan plan = {0};

	(void)state;
	plan.monitor[0] = monitor(0, 1);
	assert_int_equal(apply(&plan), 0);
	flows_of(0, 0, 5);
	plan.monitor[1] = monitor(1, 2);
	plan.monitor[2] = monitor(2, 2);
	plan.monitor[3] = monitor(3, 4); /* no such port */
	fake.card.deaf = FC_REG_MONITOR_PORTS(1);
	assert_int_equal(apply(&plan), -EIO);
	assert_int_equal(order.outcome[0].error, 0);
	assert_int_equal(order.outcome[1].error, -EIO);
	assert_non_null(strstr(order.outcome[1].sentence, "MONITOR[1].PORTS"));
	assert_int_equal(order.outcome[2].error, 0);
	assert_int_equal(order.outcome[3].error, -EINVAL);
	await(stats_of(100).live == 5);
	assert_int_equal(reg(FC_REG_MONITOR_CONTROL(2)) & 1, 1);
	assert_int_equal(reg(FC_REG_MONITOR_CONTROL(1)), 0);
	assert_int_equal(status().generation, 1);
	fake.card.deaf = 0; /* tried again */
	plan.monitor[3] = (struct fc_plan_monitor){0};
	assert_int_equal(apply(&plan), 0);
	assert_int_equal(reg(FC_REG_MONITOR_PORTS(1)), 2);
	flows_of(1, fake.epoch, 6);
	await(stats_of(101).live == 6);
}

static void a_ring_without_a_barrier_is_told_and_tried_again(void **state)
{
	struct fc_card_plan plan = {0};

	(void)state;
	plan.monitor[0] = monitor(0, 1);
	plan.monitor[1] = monitor(1, 2);
	assert_int_equal(apply(&plan), 0);
	flows_of(0, 0, 8);
	flows_of(1, 0, 5);
	plan.monitor[0].id = 555;
	plan.monitor[1].there = false;
	fake.mute_flush = 1;
	assert_int_equal(apply(&plan), -ETIMEDOUT);
	assert_int_equal(order.outcome[0].error, -ETIMEDOUT);
	assert_int_equal(reg(FC_REG_MONITOR_CONTROL(0)), 0); /* off, nothing is lost */
	assert_int_equal(stats_of(100).live, 8);
	assert_int_equal(apply(&plan), 0);
	assert_int_equal(booked(100).aged[FC_AGED_FORCED], 8);
	assert_int_equal(booked(101).aged[FC_AGED_FORCED], 5);
	assert_int_equal(stats_of(555).live, 0);
	assert_int_equal(reg(FC_REG_MONITOR_CONTROL(0)) & 1, 1);
}

static void statistics_outlive_the_card(void **state)
{
	struct fc_card_plan plan = {0};

	(void)state;
	plan.monitor[0] = monitor(0, 1);
	assert_int_equal(apply(&plan), 0);
	flows_of(0, 0, 10);
	await(status().merged_packets == 30);
	pthread_mutex_lock(&order.lock);
	order.wanted = true; /* for the card that comes */
	order.done = false;
	plan.monitor[0].flow_monitor = 3;
	memset(&order.plan, 0, sizeof(order.plan));
	order.plan.monitor[2] = plan.monitor[0];
	__atomic_store_n(&fake.empty, true, __ATOMIC_SEQ_CST);
	__atomic_store_n(&fake.card.gone, true, __ATOMIC_SEQ_CST);
	pthread_mutex_unlock(&order.lock);
	await(status().lost.times == 1);
	assert_int_equal(booked(100).added, 10);
	assert_int_equal(stats_of(100).added, 0);
	await(!strcmp(status().error, "nobody there")); /* the old one is let go */
	insert();
	pthread_mutex_lock(&order.lock);
	order.wanted = true;
	order.done = false;
	pthread_mutex_unlock(&order.lock);
	await(status().metering && answered());
	assert_int_equal(order.err, 0);
	flows_of(2, 0, 4);
	await(stats_of(100).live == 4);
	assert_int_equal(booked(100).added, 10);
}

static size_t list(uint32_t id, size_t batch)
{
	struct fc_flow_cursor cursor = {0};
	struct fc_flow flow[8];
	size_t count = 0;

	while (!cursor.over) {
		size_t got = fc_slot_flows_next(slot, id, &cursor, flow, batch);

		for (size_t i = 0; i < got; i++) {
			assert_int_equal(flow[i].monitor, id - 100 + 10);
			assert_int_equal(flow[i].interface_first, SLOT * 8 + 1);
		}
		count += got;
	}
	return count;
}

static void a_listing_goes_by_batches(void **state)
{
	struct fc_card_plan plan = {0};

	(void)state;
	plan.monitor[0] = monitor(0, 1);
	plan.monitor[1] = monitor(1, 1);
	assert_int_equal(apply(&plan), 0);
	flows_of(0, 0, 100);
	flows_of(1, 0, 33);
	await(status().merged_packets == 3 * 133);
	assert_int_equal(list(100, 1), 100);
	assert_int_equal(list(100, 8), 100);
	assert_int_equal(list(101, 7), 33);
	assert_int_equal(list(102, 7), 0);
}

static void *clear_thread(void *argument)
{
	static int err;

	err = fc_slot_clear(slot, 100, *(enum fc_slot_clear *)argument, 4000);
	return &err;
}

/* The card's answer comes from this thread. */
static int clear(enum fc_slot_clear what)
{
	pthread_t thread;
	void *err;

	assert_int_equal(pthread_create(&thread, NULL, clear_thread, &what), 0);
	await(__atomic_load_n(&fake.flushes, __ATOMIC_SEQ_CST));
	__atomic_store_n(&fake.flushes, 0, __ATOMIC_SEQ_CST);
	if (fake.mute_flush)
		fake.mute_flush--;
	else
		barrier();
	pthread_join(thread, &err);
	return *(int *)err;
}

static void the_operator_clears_a_cache_at_a_cut(void **state)
{
	struct fc_card_plan plan = {0};
	struct fc_worker_stats w;

	(void)state;
	plan.monitor[0] = monitor(0, 1);
	plan.monitor[1] = monitor(1, 1);
	assert_int_equal(apply(&plan), 0);
	flows_of(0, 0, 10);
	flows_of(1, 0, 10);
	await(status().merged_packets == 60);
	assert_int_equal(clear(FC_CLEAR_CACHE), 0);
	assert_int_equal(stats_of(100).aged[FC_AGED_CLEARED], 10);
	assert_int_equal(stats_of(101).live, 10);
	assert_int_equal(status().closed_flows, 0);
	flows_of(0, fake.epoch, 6);
	await(stats_of(100).live == 6);
	assert_int_equal(clear(FC_CLEAR_FORCE_EXPORT), 0);
	assert_int_equal(stats_of(100).aged[FC_AGED_FORCED], 6);
	assert_int_equal(fc_slot_clear(slot, 100, FC_CLEAR_STATISTICS, 1), 0);
	assert_int_equal(stats_of(100).added, 0);
	assert_int_equal(fc_slot_clear(slot, 999, FC_CLEAR_CACHE, 1), 0); /* not here */
	assert_int_equal(fc_slot_worker_stats(slot, 0, &w), 0);
	assert_int_equal(w.shard.cleared_packets, 30);
}

static void a_clear_that_finds_no_cut_is_taken_back(void **state)
{
	struct fc_card_plan plan = {0};

	(void)state;
	plan.monitor[0] = monitor(0, 1);
	assert_int_equal(apply(&plan), 0);
	flows_of(0, 0, 10);
	await(status().merged_packets == 30);
	assert_int_equal(fc_slot_clear(slot, 100, FC_CLEAR_CACHE, 20), -ETIMEDOUT);
	fake.flushes = 0;
	barrier();
	await(({
		struct fc_worker_stats w;

		!fc_slot_worker_stats(slot, 0, &w) && w.drain.barriers == 1;
	}));
	assert_int_equal(stats_of(100).live, 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plan_is_on_the_card_with_samplers),
		TEST(the_same_plan_again_writes_nothing),
		TEST(timeouts_and_ports_change_while_flows_stay),
		TEST(another_key_ends_the_flows_of_its_place_alone),
		TEST(a_removal_waits_for_the_open_epochs_barrier),
		TEST(a_place_that_fails_harms_no_other),
		TEST(a_ring_without_a_barrier_is_told_and_tried_again),
		TEST(statistics_outlive_the_card),
		TEST(a_listing_goes_by_batches),
		TEST(the_operator_clears_a_cache_at_a_cut),
		TEST(a_clear_that_finds_no_cut_is_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
