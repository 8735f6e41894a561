// SPDX-License-Identifier: BSD-2-Clause
#include "tests/driver/fake_transport.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IDLE (FC_REG_STATUS_IDLE_MASK | FC_REG_STATUS_BUS_MASTER_MASK)
#define BUSY FC_REG_STATUS_BUS_MASTER_MASK
#define ENABLED (IDLE | FC_REG_STATUS_ENABLED_MASK)

struct bench {
	struct fake_card fake;
	struct fc_card card;
	struct fake_script script;
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
	fake_card_init(&b->fake, 2);
	fake_script_init(&b->script);
	b->monitor = (struct fc_card_monitor){.ports = 3, .ipv4 = 1, .ipv6 = 1};
	memset(b->monitor.mask, 0xff, sizeof(b->monitor.mask));
	*state = b;
	return fc_card_open(&b->card, &b->fake.transport, &config);
}

static int teardown(void **state)
{
	struct bench *b = *state;

	fake_script_done(&b->script);
	fc_card_close(&b->card);
	assert_int_equal(fake_card_mapped(&b->fake), 0);
	free(b);
	return 0;
}

/* The same card, two ports, but now every access is scripted. */
static struct fc_card scripted(struct bench *b)
{
	struct fc_card card = {.transport = &b->script.transport};

	card.build = b->card.build;
	return card;
}

static void assert_says(const struct fc_card *card, const char *says)
{
	if (!strstr(card->error, says))
		fail_msg("\"%s\" does not say \"%s\"", card->error, says);
}

/* ---------------------------------------------------------------------------- monitors */

static void a_monitor_is_programmed_and_enabled(void **state)
{
	struct bench *b = *state;

	b->monitor.mask[16] = 0x0fff0000;
	b->monitor.ipv6 = 0;
	assert_int_equal(fc_card_monitor_set(&b->card, 3, &b->monitor), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_MASK(3, 0)), 0xffffffff);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_MASK(3, 16)), 0x0fff0000);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_PORTS(3)), 3);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_CONTROL(3)), 3);
}

/* Its mask is locked while it is enabled, so it has to be disabled in between. */
static void a_monitor_can_be_programmed_again(void **state)
{
	struct bench *b = *state;

	assert_int_equal(fc_card_monitor_set(&b->card, 0, &b->monitor), 0);
	memset(b->monitor.mask, 0, sizeof(b->monitor.mask));
	b->monitor.immediate = 1;
	assert_int_equal(fc_card_monitor_set(&b->card, 0, &b->monitor), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_MASK(0, 5)), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_CONTROL(0)), 15);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_FAULT), 0);
}

static void a_monitor_the_card_lacks_is_refused(void **state)
{
	struct bench *b = *state;
	unsigned writes = b->fake.writes;

	assert_int_equal(fc_card_monitor_set(&b->card, 4, &b->monitor), -EINVAL);
	b->monitor.ports = 4;
	assert_int_equal(fc_card_monitor_set(&b->card, 0, &b->monitor), -EINVAL);
	assert_says(&b->card, "ports 0x4: the card has 2");
	assert_int_equal(b->fake.writes, writes);
}

static void a_monitor_is_refused_while_the_card_runs(void **state)
{
	struct bench *b = *state;

	assert_int_equal(fc_card_start(&b->card), 0);
	assert_int_equal(fc_card_monitor_set(&b->card, 0, &b->monitor), -EBUSY);
	assert_says(&b->card, "CONTROL (0x0020) enable is 1");
	assert_int_equal(fc_card_stop(&b->card), 0);
	assert_int_equal(fc_card_monitor_set(&b->card, 0, &b->monitor), 0);
}

static void a_mask_word_that_does_not_stick_is_named(void **state)
{
	struct bench *b = *state;

	b->fake.deaf = FC_REG_MONITOR_MASK(1, 2);
	assert_int_equal(fc_card_monitor_set(&b->card, 1, &b->monitor), -EIO);
	assert_says(&b->card, "MONITOR[1].MASK (0x04a8) was written 0xffffffff");
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_CONTROL(1)), 0);
}

/* ------------------------------------------------------------------- start, stop, flush */

static void start_enables_the_core_before_the_ports(void **state)
{
	struct bench *b = *state;
	struct fake_script *s = &b->script;
	struct fc_card card = scripted(b);

	expect_read(s, FC_REG_STATUS, IDLE);
	expect_write(s, FC_REG_CONTROL, 1);
	expect_read(s, FC_REG_CONTROL, 1);
	expect_read(s, FC_REG_STATUS, IDLE);
	expect_read(s, FC_REG_STATUS, ENABLED);
	for (unsigned p = 0; p < 2; p++) {
		expect_write(s, FC_REG_PORT_CONTROL(p), 1);
		expect_read(s, FC_REG_PORT_CONTROL(p), 1);
	}
	assert_int_equal(fc_card_start(&card), 0);
}

static void start_refuses_without_bus_mastering(void **state)
{
	struct bench *b = *state;

	b->fake.no_bus_master = true;
	assert_int_equal(fc_card_start(&b->card), -EIO);
	assert_says(&b->card, "STATUS (0x0024) bus_master is 0");
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_CONTROL), 0);
}

static void start_times_out_when_the_core_does_not_come_up(void **state)
{
	struct bench *b = *state;

	b->fake.never_enabled = true;
	assert_int_equal(fc_card_start(&b->card), -ETIMEDOUT);
	assert_says(&b->card, "enabled is still 0");
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_PORT_CONTROL(0)), 0);
}

static void stop_disables_the_ports_then_the_core(void **state)
{
	struct bench *b = *state;
	struct fake_script *s = &b->script;
	struct fc_card card = scripted(b);

	for (unsigned p = 0; p < 2; p++) {
		expect_write(s, FC_REG_PORT_CONTROL(p), 0);
		expect_read(s, FC_REG_PORT_CONTROL(p), 0);
	}
	expect_read(s, FC_REG_STATUS, BUSY);
	expect_read(s, FC_REG_STATUS, IDLE);
	expect_write(s, FC_REG_CONTROL, 0);
	expect_read(s, FC_REG_CONTROL, 0);
	assert_int_equal(fc_card_stop(&card), 0);
	assert_int_equal(s->now_ns, FAKE_RELAX_NS);
}

static void stop_does_not_wait_long_for_rings_that_nobody_reads(void **state)
{
	struct bench *b = *state;
	uint64_t before = b->fake.now_ns;

	assert_int_equal(fc_card_start(&b->card), 0);
	b->fake.restless = true;
	assert_int_equal(fc_card_stop(&b->card), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_CONTROL), 0);
	assert_in_range(b->fake.now_ns - before, 1, 30000);
}

static void stop_leaves_the_rings_on(void **state)
{
	struct bench *b = *state;

	assert_int_equal(fc_card_start(&b->card), 0);
	assert_int_equal(fc_card_stop(&b->card), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_RING_CONTROL(0)) & 1, 1);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_RING_CONTROL(1)) & 1, 1);
}

static void flush_is_one_write_and_does_not_wait(void **state)
{
	struct bench *b = *state;
	struct fc_card card = scripted(b);

	expect_write(&b->script, FC_REG_COMMAND, FC_REG_COMMAND_FLUSH_MASK);
	assert_int_equal(fc_card_flush(&card), 0);
}

static void flushing_follows_the_status_bit(void **state)
{
	struct bench *b = *state;

	assert_int_equal(fc_card_flushing(&b->card), 0);
	assert_int_equal(fc_card_flush(&b->card), 0);
	assert_int_equal(fc_card_flushing(&b->card), 1);
	assert_int_equal(fc_card_flushing(&b->card), 1);
	assert_int_equal(fc_card_flushing(&b->card), 0);
}

static void calls_on_a_card_that_is_gone_say_so(void **state)
{
	struct bench *b = *state;
	struct fc_ledger ledger;

	assert_int_equal(fc_card_start(&b->card), 0);
	b->fake.gone = true;
	assert_int_equal(fc_card_flushing(&b->card), -ENODEV);
	assert_says(&b->card, "STATUS (0x0024) reads all ones");
	assert_int_equal(fc_card_ledger(&b->card, 0, &ledger), -ENODEV);
	assert_int_equal(fc_card_stop(&b->card), -ENODEV);
	assert_int_equal(fc_card_monitor_set(&b->card, 0, &b->monitor), -ENODEV);
}

/* ---------------------------------------------------------------------------- counters */

static void the_ledger_is_read_whole(void **state)
{
	struct bench *b = *state;
	struct fc_ledger got;
	const struct fc_ledger want = {UINT64_C(1) << 33, 2, 3, UINT64_C(4) << 40, 5, 6, 7, 8};
	const uint64_t *value = (const uint64_t *)&want;

	for (uint32_t i = 0; i < 8; i++)
		fake_card_set_u64(&b->fake, FC_REG_LEDGER_SELECTED_PACKETS(2) + 8 * i, value[i]);
	assert_int_equal(fc_card_ledger(&b->card, 2, &got), 0);
	assert_memory_equal(&got, &want, sizeof(want));
}

/* A low word of all ones is a count like any other. */
static void a_counter_of_all_ones_is_believed(void **state)
{
	struct bench *b = *state;
	struct fc_ledger got;

	fake_card_set_u64(&b->fake, FC_REG_LEDGER_RESIDENT_BYTES(0), 0xffffffffffffffff);
	assert_int_equal(fc_card_ledger(&b->card, 0, &got), 0);
	assert_int_equal(got.resident_bytes, 0xffffffffffffffff);
}

static void port_counters_are_read_whole(void **state)
{
	struct bench *b = *state;
	struct fc_card_port_counters got;

	fake_card_set_u64(&b->fake, FC_REG_PORT_FRAMES(1), 1000);
	fake_card_set_u64(&b->fake, FC_REG_PORT_OCTETS(1), UINT64_C(5) << 32);
	fake_card_set_u64(&b->fake, FC_REG_PORT_MISSED(1), 17);
	for (uint32_t v = 0; v < FC_CARD_VERDICTS; v++)
		fake_card_set_u64(&b->fake, FC_REG_PORT_VERDICT(1, v), 100 + v);
	assert_int_equal(fc_card_port_counters(&b->card, 1, &got), 0);
	assert_int_equal(got.frames, 1000);
	assert_int_equal(got.octets, UINT64_C(5) << 32);
	assert_int_equal(got.missed, 17);
	for (uint32_t v = 0; v < FC_CARD_VERDICTS; v++)
		assert_int_equal(got.verdict[v], 100 + v);
}

static void counters_the_card_lacks_are_refused(void **state)
{
	struct bench *b = *state;
	struct fc_card_port_counters port;
	struct fc_ledger ledger;

	assert_int_equal(fc_card_ledger(&b->card, 4, &ledger), -EINVAL);
	assert_int_equal(fc_card_port_counters(&b->card, 2, &port), -EINVAL);
	assert_says(&b->card, "port 2: the card has 2");
}

static void a_set_that_was_replaced_is_read_again(void **state)
{
	struct bench *b = *state;
	struct fc_ledger got;

	b->fake.foreign_latches = 7;
	assert_int_equal(fc_card_ledger(&b->card, 0, &got), 0);
	assert_int_equal(b->fake.foreign_latches, 0);
}

static void a_set_that_is_always_replaced_is_given_up(void **state)
{
	struct bench *b = *state;
	struct fc_ledger got;

	b->fake.foreign_latches = FAKE_FOREVER;
	assert_int_equal(fc_card_ledger(&b->card, 0, &got), -EBUSY);
	assert_says(&b->card, "LATCH_SEQ (0x0030) moved during each of 8 readings");
}

static void a_latch_that_never_completes_times_out(void **state)
{
	struct bench *b = *state;
	struct fc_ledger got;

	b->fake.latch_reads = FAKE_FOREVER;
	assert_int_equal(fc_card_ledger(&b->card, 0, &got), -ETIMEDOUT);
	assert_says(&b->card, "LATCH_SEQ (0x0030) still reads 0 after COMMAND.latch");
}

static void the_set_is_read_only_after_the_latch_is_over(void **state)
{
	struct bench *b = *state;
	struct fake_script *s = &b->script;
	struct fc_card card = scripted(b);
	struct fc_ledger got;

	expect_read(s, FC_REG_LATCH_SEQ, 0xfffffffe);
	expect_write(s, FC_REG_COMMAND, FC_REG_COMMAND_LATCH_MASK);
	expect_read(s, FC_REG_LATCH_SEQ, 0xfffffffe);
	expect_read(s, FC_REG_LATCH_SEQ, 0); /* wrapped: other is enough */
	expect_read(s, FC_REG_STATUS, IDLE | FC_REG_STATUS_LATCHING_MASK);
	expect_read(s, FC_REG_STATUS, IDLE);
	expect_read(s, FC_REG_LATCH_SEQ, 0);
	for (uint32_t i = 0; i < 16; i++)
		expect_read(s, FC_REG_LEDGER_SELECTED_PACKETS(1) + 4 * i, i);
	expect_read(s, FC_REG_LATCH_SEQ, 0);
	assert_int_equal(fc_card_ledger(&card, 1, &got), 0);
	assert_int_equal(got.unaccounted_bytes, UINT64_C(15) << 32 | 14);
}

static void faults_are_passed_on(void **state)
{
	struct bench *b = *state;
	uint32_t faults;

	b->fake.reg[FC_REG_FAULT / 4] = FC_REG_FAULT_AXI_ERROR_MASK;
	assert_int_equal(fc_card_faults(&b->card, &faults), 0);
	assert_int_equal(faults, FC_REG_FAULT_AXI_ERROR_MASK);
}

/* ------------------------------------------------------------------------------- close */

static void close_switches_everything_off(void **state)
{
	struct bench *b = *state;

	assert_int_equal(fc_card_monitor_set(&b->card, 0, &b->monitor), 0);
	assert_int_equal(fc_card_start(&b->card), 0);
	fc_card_close(&b->card);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_CONTROL), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_PORT_CONTROL(1)), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_RING_CONTROL(1)), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_CONTROL(0)), 0);
	assert_int_equal(b->fake.resets, 1);
}

static void close_resets_a_card_that_does_not_come_to_rest(void **state)
{
	struct bench *b = *state;
	uint64_t before = b->fake.now_ns;

	b->fake.restless_until_reset = true;
	fc_card_close(&b->card);
	assert_int_equal(b->fake.resets, 2);
	assert_false(b->fake.restless_until_reset);
	assert_in_range(b->fake.now_ns - before, 1000000, 1100000);
}

static void close_does_not_wait_for_ever(void **state)
{
	struct bench *b = *state;
	uint64_t before = b->fake.now_ns;

	b->fake.restless = true;
	fc_card_close(&b->card);
	assert_int_equal(fake_card_mapped(&b->fake), 0);
	assert_in_range(b->fake.now_ns - before, 1, 3000000);
}

static void close_frees_when_the_card_is_gone_or_broken(void **state)
{
	struct bench *b = *state;
	uint64_t before = b->fake.now_ns;

	assert_int_equal(fc_card_start(&b->card), 0);
	b->fake.gone = true;
	b->fake.broken = true;
	fc_card_close(&b->card);
	assert_int_equal(fake_card_mapped(&b->fake), 0);
	assert_int_equal(b->fake.now_ns, before);
}

static void close_twice_is_harmless(void **state)
{
	struct bench *b = *state;
	unsigned writes;

	fc_card_close(&b->card);
	writes = b->fake.writes;
	fc_card_close(&b->card);
	assert_int_equal(b->fake.writes, writes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_monitor_is_programmed_and_enabled),
		TEST(a_monitor_can_be_programmed_again),
		TEST(a_monitor_the_card_lacks_is_refused),
		TEST(a_monitor_is_refused_while_the_card_runs),
		TEST(a_mask_word_that_does_not_stick_is_named),
		TEST(start_enables_the_core_before_the_ports),
		TEST(start_refuses_without_bus_mastering),
		TEST(start_times_out_when_the_core_does_not_come_up),
		TEST(stop_disables_the_ports_then_the_core),
		TEST(stop_does_not_wait_long_for_rings_that_nobody_reads),
		TEST(stop_leaves_the_rings_on),
		TEST(flush_is_one_write_and_does_not_wait),
		TEST(flushing_follows_the_status_bit),
		TEST(calls_on_a_card_that_is_gone_say_so),
		TEST(the_ledger_is_read_whole),
		TEST(a_counter_of_all_ones_is_believed),
		TEST(port_counters_are_read_whole),
		TEST(counters_the_card_lacks_are_refused),
		TEST(a_set_that_was_replaced_is_read_again),
		TEST(a_set_that_is_always_replaced_is_given_up),
		TEST(a_latch_that_never_completes_times_out),
		TEST(the_set_is_read_only_after_the_latch_is_over),
		TEST(faults_are_passed_on),
		TEST(close_switches_everything_off),
		TEST(close_resets_a_card_that_does_not_come_to_rest),
		TEST(close_does_not_wait_for_ever),
		TEST(close_frees_when_the_card_is_gone_or_broken),
		TEST(close_twice_is_harmless),
	};

	return cmocka_run_group_tests_name("driver.card_run", tests, NULL, NULL);
}
