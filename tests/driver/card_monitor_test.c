// SPDX-License-Identifier: BSD-2-Clause
/* Monitors of a card that runs, and samplers, over the fake card. */
#include "fake_transport.h"

#include <errno.h>
#include <flowcard/card.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIMIT_NS UINT64_C(1000000)

struct bench {
	struct fake_card fake;
	struct fc_card card;
	struct fc_card_monitor monitor;
};

static int setup(void **state)
{
	static const uint8_t key[FC_CARD_HASH_KEY_OCTETS];
	static const struct fc_card_config config = {
		.ring_log2 = 10, .epoch_shift = 30, .hash_key = key};
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		return -1;
	fake_card_init(&b->fake, 1);
	b->monitor = (struct fc_card_monitor){.ports = 1, .ipv4 = 1};
	memset(b->monitor.mask, 0xff, 16);
	*state = b;
	return fc_card_open(&b->card, &b->fake.transport, &config);
}

static int teardown(void **state)
{
	struct bench *b = *state;

	fc_card_close(&b->card);
	free(b);
	return 0;
}

static void set(struct bench *b, unsigned number)
{
	if (fc_card_monitor_set(&b->card, number, &b->monitor))
		fail_msg("%s", b->card.error);
}

static void a_running_monitor_is_flushed_before_it_is_changed(void **state)
{
	struct bench *b = *state;

	set(b, 2);
	assert_int_equal(fc_card_start(&b->card), 0);
	b->fake.present = 4;
	memset(b->monitor.mask, 0, sizeof(b->monitor.mask));
	assert_int_equal(fc_card_monitor_change(&b->card, 2, &b->monitor, LIMIT_NS), 0);
	assert_int_equal(b->fake.walk & FC_REG_COMMAND_MONITOR_MASK, 2 << 8);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_MASK(2, 0)), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_CONTROL(2)), 3);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_FAULT), 0);
}

static void a_flush_that_does_not_end_leaves_the_monitor_off_and_whole(void **state)
{
	struct bench *b = *state;
	uint64_t before;

	set(b, 2);
	b->fake.walk_reads = FAKE_FOREVER;
	b->fake.present = 4;
	before = b->fake.now_ns;
	memset(b->monitor.mask, 0, sizeof(b->monitor.mask));
	assert_int_equal(fc_card_monitor_change(&b->card, 2, &b->monitor, LIMIT_NS), -ETIMEDOUT);
	assert_non_null(strstr(b->card.error, "STATUS"));
	assert_in_range(b->fake.now_ns - before, LIMIT_NS, 2 * LIMIT_NS);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_CONTROL(2)), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_MASK(2, 0)), 0xffffffff);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_FAULT), 0);
}

static void one_walk_at_a_time(void **state)
{
	struct bench *b = *state;

	b->fake.walk_reads = 3;
	assert_int_equal(fc_card_snapshot(&b->card), 0);
	assert_int_equal(fc_card_snapshotting(&b->card), 1);
	assert_int_equal(fc_card_flushing_monitor(&b->card), 0);
	assert_int_equal(fc_card_flush_monitor(&b->card, 1), -EBUSY);
	assert_int_equal(fc_card_snapshotting(&b->card), 0);
	assert_int_equal(fc_card_flush_monitor(&b->card, 1), 0);
	assert_int_equal(fc_card_flushing_monitor(&b->card), 1);
	assert_int_equal(fc_card_flush_monitor(&b->card, 4), -EINVAL);
}

/* The fake card meters a packet twice at most. */
static void a_third_monitor_of_one_packet_is_refused(void **state)
{
	struct bench *b = *state;
	unsigned writes;

	set(b, 0);
	set(b, 3);
	writes = b->fake.writes;
	assert_int_equal(fc_card_monitor_set(&b->card, 1, &b->monitor), -E2BIG);
	assert_non_null(strstr(b->card.error, "IPv4 packet of port 0 would be wanted 3 times"));
	assert_int_equal(b->fake.writes, writes);
	set(b, 3); /* itself does not count twice */
	b->monitor.ipv4 = 0;
	b->monitor.ipv6 = 1;
	set(b, 1);
	b->monitor = (struct fc_card_monitor){.ports = 2, .ipv4 = 1};
	set(b, 2);
}

static void output_counts_where_the_packet_came_in(void **state)
{
	struct bench *b = *state;

	b->monitor.ports_out = 2; /* what came in at port 0, again */
	set(b, 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_PORTS_OUT(0)), 2);
	b->monitor = (struct fc_card_monitor){.ports_out = 1, .ipv4 = 1};
	set(b, 1); /* port 1's packets */
	b->monitor.ports_out = 2;
	assert_int_equal(fc_card_monitor_set(&b->card, 2, &b->monitor), -E2BIG);
}

static void output_needs_a_partner(void **state)
{
	struct bench *b = *state;

	b->card.build.ports = 1;
	b->monitor.ports_out = 1;
	assert_int_equal(fc_card_monitor_set(&b->card, 0, &b->monitor), -EINVAL);
	assert_non_null(strstr(b->card.error, "port 0 has no partner"));
	b->card.build.ports = 2;
}

static void a_sampler_stands_where_its_monitor_direction_and_port_say(void **state)
{
	struct fc_card_sampler sampler = {FC_SAMPLER_MODE_RANDOM, 200, FC_CARD_WINDOW_MAX};
	struct bench *b = *state;

	assert_int_equal(fc_card_sampler_set(&b->card, 3, true, 1, &sampler), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_SAMPLER_CONTROL(3 * 16 + 8 + 1)),
			 0xffff0000u | 200 << 8 | 2);
	sampler.window++;
	assert_int_equal(fc_card_sampler_set(&b->card, 3, true, 1, &sampler), -EINVAL);
	sampler.window = 0;
	assert_int_equal(fc_card_sampler_set(&b->card, 3, true, 1, &sampler), -EINVAL);
	sampler = (struct fc_card_sampler){FC_SAMPLER_MODE_COUNT, 0, 1};
	assert_int_equal(fc_card_sampler_set(&b->card, 3, true, 1, &sampler), -EINVAL);
	sampler.mode = FC_SAMPLER_MODE_OFF;
	assert_int_equal(fc_card_sampler_set(&b->card, 3, true, 2, &sampler), -EINVAL);
	assert_int_equal(fc_card_sampler_set(&b->card, 4, true, 1, &sampler), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_running_monitor_is_flushed_before_it_is_changed),
		TEST(a_flush_that_does_not_end_leaves_the_monitor_off_and_whole),
		TEST(one_walk_at_a_time),
		TEST(a_third_monitor_of_one_packet_is_refused),
		TEST(output_counts_where_the_packet_came_in),
		TEST(output_needs_a_partner),
		TEST(a_sampler_stands_where_its_monitor_direction_and_port_say),
	};

	return cmocka_run_group_tests_name("driver.card_monitor", tests, NULL, NULL);
}
