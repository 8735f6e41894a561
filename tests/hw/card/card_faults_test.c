/* SPDX-License-Identifier: BSD-2-Clause */
/* A host that is slow, wrong or gone, and resets at the worst time: nothing hangs, nothing is lost
 * unseen, and what comes later is clean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "card_bench.h"
#include <cmocka.h>
#include <flowcard/registers.h>

static uint64_t seed = 20261124;
static struct card_bench b;

static int opened(void **state)
{
	(void)state;
	return card_open(&b, seed);
}

static int closed(void **state)
{
	bool good = card_good(&b);

	(void)state;
	card_close(&b);
	return good ? 0 : -1;
}

static void wires(bool on)
{
	for (unsigned p = 0; p < CARD_PORTS; p++)
		b.wire[p].on = on;
}

static void gaps(unsigned percent)
{
	for (unsigned p = 0; p < CARD_PORTS; p++)
		b.wire[p].gap_percent = percent;
}

/* Ledger: packets of monitor 0 that found no place. */
static uint64_t unaccounted(void)
{
	card_latch(&b);
	return card_read64(&b, FC_REG_LEDGER_UNACCOUNTED_PACKETS(0));
}

/* More traffic, of which nothing is lost. */
static void later_epochs_are_clean(void)
{
	uint64_t before = unaccounted();
	uint32_t barriers = b.ring[0].barriers;

	card_faults(&b);
	gaps(95);
	wires(true);
	card_serve(&b, 20000);
	card_finish(&b);
	card_balance(&b);
	assert_int_equal(unaccounted(), before);
	assert_true(b.ring[0].barriers >= barriers + 2);
	assert_int_equal(card_faults(&b), 0);
	assert_true(card_good(&b));
}

/* ---------------------------------------------------------------- overload */
static void a_ring_that_stands_stops_no_record_of_the_other(void **state)
{
	uint32_t records;
	(void)state;

	card_configure(&b);
	gaps(80);
	wires(true);
	b.ring[1].stands = true;
	card_serve(&b, 5000);
	for (unsigned i = 0; i < 10; i++) {
		records = b.ring[0].records;
		card_serve(&b, 2000);
		assert_true(b.ring[0].records > records + 50);
	}
	assert_int_equal(b.ring[1].records, 0);
	assert_true(card_faults(&b) & FC_REG_FAULT_UNACCOUNTED_MASK);
	b.ring[1].stands = false;
	card_finish(&b);
	assert_true(unaccounted() > 100);
	card_balance(&b);
	later_epochs_are_clean();
}

static void rings_that_stood_for_long_go_on(void **state)
{
	(void)state;
	card_configure(&b);
	gaps(80);
	wires(true);
	b.ring[0].stands = b.ring[1].stands = true;
	card_serve(&b, 30000); /* three epochs and more */
	assert_int_equal(card_faults(&b),
			 FC_REG_FAULT_UNACCOUNTED_MASK | FC_REG_FAULT_EPOCH_LATE_MASK);
	b.ring[0].stands = b.ring[1].stands = false;
	card_finish(&b);
	assert_true(unaccounted() > 1000);
	card_balance(&b);
	later_epochs_are_clean();
}

static void a_ring_that_is_switched_off_goes_on_where_it_was(void **state)
{
	uint32_t control, records;
	(void)state;

	card_configure(&b);
	gaps(80);
	wires(true);
	control = card_read(&b, FC_REG_RING_CONTROL(1));
	for (unsigned i = 0; i < 4; i++) {
		card_serve(&b, 2000 + card_draw(&b, 50));
		card_write(&b, FC_REG_RING_CONTROL(1), control & ~FC_REG_RING_CONTROL_ENABLE_MASK);
		card_serve(&b, 500); /* what was under way is there */
		records = b.ring[1].records;
		assert_int_equal(card_read(&b, FC_REG_RING_PRODUCER(1)), b.ring[1].consumer);
		card_serve(&b, 3000);
		assert_int_equal(b.ring[1].records, records);
		card_write(&b, FC_REG_RING_CONTROL(1), control);
	}
	card_finish(&b);
	card_balance(&b);
	later_epochs_are_clean();
}

static void descriptors_without_a_place_are_missed_and_counted(void **state)
{
	uint64_t missed = 0;
	(void)state;

	card_configure(&b);
	gaps(0);
	for (unsigned p = 0; p < CARD_PORTS; p++)
		b.wire[p].smallest = true; /* a frame in every beat */
	b.period_ps[CARD_CORE] *= 4;
	wires(true);
	card_serve(&b, 3000);
	assert_true(card_faults(&b) & FC_REG_FAULT_MISSED_MASK);
	b.period_ps[CARD_CORE] /= 4;
	card_finish(&b);
	card_balance(&b);
	for (unsigned p = 0; p < CARD_PORTS; p++) {
		assert_int_equal(card_read64(&b, FC_REG_PORT_FRAMES(p)), b.wire[p].beats);
		missed += card_read64(&b, FC_REG_PORT_MISSED(p));
		b.wire[p].smallest = false;
	}
	assert_true(missed > 1000);
	card_faults(&b); /* the last of them */
	gaps(95);
	wires(true);
	card_serve(&b, 5000);
	card_finish(&b);
	card_balance(&b);
	assert_int_equal(card_faults(&b), 0);
}

/* ---------------------------------------------------------------- the bus */
static void failed_writes_are_counted_and_survived(void **state)
{
	(void)state;
	card_configure(&b);
	gaps(85);
	b.error = 5;
	wires(true);
	card_serve(&b, 30000);
	b.error = 0;
	card_finish(&b);
	card_balance(&b);
	assert_true(b.ring[0].errors > 5 && b.ring[1].errors > 5);
	assert_true(b.lost[0].packets + b.lost[1].packets > 10);
	assert_int_equal(card_faults(&b) & ~FC_REG_FAULT_UNACCOUNTED_MASK,
			 FC_REG_FAULT_AXI_ERROR_MASK);
	assert_true(card_good(&b));
}

static void without_bus_mastering_records_are_held(void **state)
{
	uint32_t records[CARD_RINGS];
	(void)state;

	card_configure(&b);
	gaps(95);
	wires(true);
	for (unsigned i = 0; i < 5; i++) {
		card_serve(&b, 1000 + card_draw(&b, 100));
		b.in.bus_master = false;
		card_serve(&b, 500); /* what was on the bus arrives */
		for (unsigned r = 0; r < CARD_RINGS; r++)
			records[r] = b.ring[r].records;
		card_serve(&b, 1000);
		for (unsigned r = 0; r < CARD_RINGS; r++)
			assert_int_equal(b.ring[r].records, records[r]);
		assert_true(card_faults(&b) & FC_REG_FAULT_NO_BUS_MASTER_MASK);
		assert_false(card_read(&b, FC_REG_STATUS) & FC_REG_STATUS_BUS_MASTER_MASK);
		b.in.bus_master = true;
	}
	card_finish(&b);
	card_balance(&b);
	later_epochs_are_clean();
}

/* ---------------------------------------------------------------- resets in mid-traffic */
static void writes_are_under_way(void)
{
	b.answer_clocks = 400;
	gaps(30);
	wires(true);
	card_serve(&b, 300 + card_draw(&b, 200));
	for (unsigned i = 0; i < 3000 && b.answer_count < 10; i++)
		card_run(&b, 1);
	assert_true(b.answer_count >= 10);
}

static void a_reset_by_command_breaks_no_write(void **state)
{
	(void)state;
	card_configure(&b);
	for (unsigned i = 0; i < 12; i++) {
		writes_are_under_way();
		card_write(&b, FC_REG_COMMAND, FC_REG_COMMAND_RESET_MASK);
		assert_true(card_read(&b, FC_REG_STATUS) & FC_REG_STATUS_CLEARING_MASK);
		card_write(&b, FC_REG_CONTROL, 0); /* nothing new before the rings are zeroed */
		wires(false);
		for (unsigned w = 0;
		     w < 100 && (card_read(&b, FC_REG_STATUS) & FC_REG_STATUS_CLEARING_MASK); w++)
			card_run(&b, 20);
		assert_false(card_read(&b, FC_REG_STATUS) & FC_REG_STATUS_CLEARING_MASK);
		assert_int_equal(b.answer_count, 0); /* it waited for every answer */
		for (unsigned r = 0; r < CARD_RINGS; r++) {
			assert_int_equal(card_read(&b, FC_REG_RING_PRODUCER(r)), 0);
			assert_int_equal(card_read(&b, FC_REG_RING_CONSUMER(r)), 0);
		}
		card_latch(&b);
		card_forget(&b);
		assert_int_equal(card_read64(&b, FC_REG_LEDGER_SELECTED_PACKETS(0)), 0);
		card_write(&b, FC_REG_CONTROL, FC_REG_CONTROL_ENABLE_MASK);
	}
	b.answer_clocks = 30;
	card_write(&b, FC_REG_CONTROL, 0);
	card_write(&b, FC_REG_COMMAND, FC_REG_COMMAND_RESET_MASK); /* the ports' counters */
	card_run(&b, 500);
	card_forget(&b);
	card_write(&b, FC_REG_CONTROL, FC_REG_CONTROL_ENABLE_MASK);
	later_epochs_are_clean();
}

static void the_reset_of_the_card_itself_leaves_nothing(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		card_configure(&b);
		writes_are_under_way();
		wires(false);
		card_run(&b, 100);   /* the frames end, their records are under way */
		card_hard_reset(&b); /* the bus is reset with it */
		assert_int_equal(card_read(&b, FC_REG_CONTROL), 0);
		assert_int_equal(card_faults(&b), 0);
		b.answer_clocks = 30;
		card_configure(&b);
		later_epochs_are_clean();
		card_hard_reset(&b);
	}
}

/* ---------------------------------------------------------------- interrupts, link, list */
static void a_host_that_sleeps_until_the_interrupt_misses_nothing(void **state)
{
	unsigned slept = 0;
	(void)state;

	card_configure(&b);
	card_write(&b, FC_REG_RING_MODERATION(0), 6 | 3 << FC_REG_RING_MODERATION_TICKS_SHIFT);
	card_write(&b, FC_REG_RING_MODERATION(1), 0);
	b.stall = 50;
	gaps(97);
	wires(true);
	for (unsigned i = 0; i < 300; i++) {
		unsigned seen = b.irqs[i & 1];

		card_host_poll(&b);
		for (unsigned r = 0; r < CARD_RINGS; r++)
			card_write(&b, FC_REG_RING_CONSUMER(r),
				   (b.ring[r].consumer & 0x7fffffffu) |
					   FC_REG_RING_CONSUMER_ARM_MASK);
		for (unsigned w = 0; w < 2000 && b.irqs[i & 1] == seen; w++, slept++)
			card_run(&b, 10);
		assert_int_not_equal(b.irqs[i & 1], seen);
	}
	assert_true(slept > 300);
	card_finish(&b);
	card_balance(&b);
	assert_true(card_good(&b));
}

static void the_link_and_what_is_built(void **state)
{
	uint32_t built[FC_CAPABILITY_COUNT] = {0}, at = card_read(&b, FC_REG_CAPABILITIES);
	(void)state;

	b.in.max_payload = 2;
	assert_int_equal(card_read(&b, FC_REG_LINK), 2);
	b.in.link_up = false;
	card_run(&b, 5);
	assert_int_equal(card_faults(&b), FC_REG_FAULT_LINK_DOWN_MASK);
	for (unsigned i = 0; i < FC_REG_CAPABILITY_COUNT && at; i++) {
		uint32_t header = card_read(&b, at);

		built[header & FC_REG_CAPABILITY_HEADER_ID_MASK & 7] = card_read(&b, at + 4);
		at = header >> FC_REG_CAPABILITY_HEADER_NEXT_SHIFT;
	}
	assert_int_equal(at, 0);
	assert_int_equal(built[FC_CAPABILITY_MODERATION], 64);
	assert_int_equal(built[FC_CAPABILITY_PASS_THROUGH], 1);
	assert_int_equal(built[FC_CAPABILITY_SAMPLERS], 16);
	assert_int_equal(built[FC_CAPABILITY_OUTPUT], 3);
	/* 64 entries, two rings, two monitors: 16 E + E/8 + 16 R (M + 1) + 100. */
	assert_int_equal(built[FC_CAPABILITY_SWEEP], 1228);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, opened, closed)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_ring_that_stands_stops_no_record_of_the_other),
		TEST(rings_that_stood_for_long_go_on),
		TEST(a_ring_that_is_switched_off_goes_on_where_it_was),
		TEST(descriptors_without_a_place_are_missed_and_counted),
		TEST(failed_writes_are_counted_and_survived),
		TEST(without_bus_mastering_records_are_held),
		TEST(a_reset_by_command_breaks_no_write),
		TEST(the_reset_of_the_card_itself_leaves_nothing),
		TEST(a_host_that_sleeps_until_the_interrupt_misses_nothing),
		TEST(the_link_and_what_is_built),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	printf("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
