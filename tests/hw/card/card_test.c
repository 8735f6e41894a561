/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole card between two wires and a host: what is at its edges. */
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

/* ---------------------------------------------------------------- traffic */
static void what_goes_in_comes_out_whatever_the_bus_does(void **state)
{
	static const unsigned stalls[] = {0, 40, 80};
	(void)state;

	card_configure(&b);
	for (unsigned i = 0; i < 3; i++) {
		b.stall = stalls[i];
		b.answer_clocks = 2 + stalls[i];
		gaps(90 + i * 3);
		wires(true);
		card_serve(&b, 12000);
		card_finish(&b);
		card_balance(&b);
	}
	assert_true(b.all_sent.packets > 1000);
	assert_true(b.ring[0].barriers > 4 && b.ring[1].barriers == b.ring[0].barriers);
	assert_int_equal(card_faults(&b), 0);
	assert_true(card_good(&b));
}

/* ---------------------------------------------------------------- pass-through */
/* Beats that port 0 and 1 sent on meanwhile; card_wire.c compares each of them. */
static void beats_go_on(uint64_t ns)
{
	uint64_t before[] = {b.wire[0].beats, b.wire[1].beats};

	card_pass_time(&b, ns);
	assert_true(b.wire[0].beats - before[0] > ns / 10);
	assert_true(b.wire[1].beats - before[1] > ns / 10);
	assert_true(card_good(&b));
}

static void the_wire_goes_on_before_anything_is_configured(void **state)
{
	(void)state;
	gaps(20);
	wires(true);
	beats_go_on(2000);
}

static void the_wire_goes_on_through_resets_of_core_and_card(void **state)
{
	(void)state;
	card_configure(&b);
	gaps(20);
	wires(true);
	for (unsigned i = 0; i < 10; i++) {
		card_write(&b, FC_REG_COMMAND, FC_REG_COMMAND_RESET_MASK);
		beats_go_on(300);
	}
	b.in.rst_n = false; /* held */
	card_host_init(&b);
	beats_go_on(3000);
	b.in.rst_n = true;
	beats_go_on(3000);
}

static void the_wire_goes_on_when_the_core_clock_stops(void **state)
{
	(void)state;
	card_configure(&b);
	gaps(0);
	wires(true);
	card_serve(&b, 200);
	b.stopped[CARD_CORE] = true;
	beats_go_on(5000);
	b.stopped[CARD_CORE] = false;
	beats_go_on(1000);
}

static void the_wire_goes_on_when_the_host_is_dead(void **state)
{
	(void)state;
	card_configure(&b);
	gaps(0);
	wires(true);
	b.stall = 100; /* takes no write */
	beats_go_on(5000);
	b.in.bus_master = b.in.link_up = false;
	beats_go_on(5000);
	for (unsigned p = 0; p < CARD_PORTS; p++)
		card_write(&b, FC_REG_PORT_CONTROL(p), 0);
	card_write(&b, FC_REG_CONTROL, 0);
	beats_go_on(1000);
}

static void a_wire_in_reset_stops_no_other(void **state)
{
	uint64_t before;
	(void)state;

	gaps(20);
	wires(true);
	card_pass_time(&b, 500);
	b.in.rst_mac_n[0] = false;
	before = b.wire[1].beats;
	card_pass_time(&b, 1000);
	assert_true(b.wire[1].beats - before > 100);
	before = b.wire[0].beats;
	card_pass_time(&b, 100);
	assert_int_equal(b.wire[0].beats, before);
	b.wire[0].at = b.wire[0].octets; /* its MAC begins with a frame */
	b.in.rst_mac_n[0] = true;
	beats_go_on(1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, opened, closed)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(what_goes_in_comes_out_whatever_the_bus_does),
		TEST(the_wire_goes_on_before_anything_is_configured),
		TEST(the_wire_goes_on_through_resets_of_core_and_card),
		TEST(the_wire_goes_on_when_the_core_clock_stops),
		TEST(the_wire_goes_on_when_the_host_is_dead),
		TEST(a_wire_in_reset_stops_no_other),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	printf("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
