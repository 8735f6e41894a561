/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "regs_bench.h"
#include <cmocka.h>
#include <flowcard/registers.h>

#define BAD_ADDRESS FC_REG_FAULT_BAD_ADDRESS_MASK
#define WRONG_STATE FC_REG_FAULT_WRONG_STATE_MASK
#define BAD_CONSUMER FC_REG_FAULT_BAD_CONSUMER_MASK

static struct regs_bench b;

static int opened(void **state)
{
	(void)state;
	return regs_begin(&b);
}

static int closed(void **state)
{
	(void)state;
	return regs_end(&b);
}

/* ---------------------------------------------------------------- commands, latch */
static void enable_waits_for_clear_memories(void **state)
{
	(void)state;
	b.in.clearing = true;
	regs_write(&b, FC_REG_CONTROL, 1);
	assert_int_equal(regs_read(&b, FC_REG_STATUS), FC_REG_STATUS_CLEARING_MASK);
	assert_false(b.out.enable);
	b.in.clearing = false;
	assert_int_equal(regs_read(&b, FC_REG_STATUS), FC_REG_STATUS_ENABLED_MASK);
	assert_true(b.out.enable);
}

static void commands_are_pulses_and_read_0(void **state)
{
	(void)state;
	regs_write(&b, FC_REG_COMMAND, FC_REG_COMMAND_RESET_MASK);
	regs_write(&b, FC_REG_COMMAND, FC_REG_COMMAND_FLUSH_MASK);
	regs_write(&b, FC_REG_COMMAND, 0);
	assert_int_equal(b.resets, 1);
	assert_int_equal(b.flushes, 1);
	assert_int_equal(b.latches, 0);
	assert_int_equal(regs_read(&b, FC_REG_COMMAND), 0);
	assert_int_equal(regs_faults(&b), 0);
}

static void one_walk_of_the_cache_at_a_time(void **state)
{
	const uint32_t flush =
		FC_REG_COMMAND_FLUSH_MONITOR_MASK | 2 << FC_REG_COMMAND_MONITOR_SHIFT;
	(void)state;

	regs_write(&b, FC_REG_COMMAND, flush);
	assert_int_equal(b.monitor_flushes, 1);
	assert_int_equal(b.walk_seen.command_monitor, 2);
	regs_write(&b, FC_REG_COMMAND, FC_REG_COMMAND_SNAPSHOT_MASK);
	assert_int_equal(b.snapshots, 1);
	assert_int_equal(regs_faults(&b), 0);
	b.in.snapshotting = true;
	regs_write(&b, FC_REG_COMMAND, flush | FC_REG_COMMAND_FLUSH_MASK);
	assert_int_equal(regs_faults(&b), WRONG_STATE);
	assert_int_equal(b.flushes, 1);
	b.in.snapshotting = false;
	b.in.flushing_monitor = true;
	regs_write(&b, FC_REG_COMMAND, FC_REG_COMMAND_SNAPSHOT_MASK);
	assert_int_equal(regs_faults(&b), WRONG_STATE);
	b.in.flushing_monitor = false;
	regs_write(&b, FC_REG_COMMAND, flush | FC_REG_COMMAND_SNAPSHOT_MASK);
	assert_int_equal(regs_faults(&b), WRONG_STATE);
	assert_int_equal(b.monitor_flushes + b.snapshots, 2);
}

static void a_monitor_that_is_not_built_is_not_flushed(void **state)
{
	(void)state;
	regs_write(&b, FC_REG_COMMAND,
		   FC_REG_COMMAND_FLUSH_MONITOR_MASK | REGS_MONITORS
							       << FC_REG_COMMAND_MONITOR_SHIFT);
	assert_int_equal(regs_faults(&b), BAD_ADDRESS);
	assert_int_equal(b.monitor_flushes, 0);
}

static void latch_counts_when_all_ports_have_answered(void **state)
{
	(void)state;
	b.in.time_ns = 0x0123456789abcdefu;
	regs_write(&b, FC_REG_COMMAND, FC_REG_COMMAND_LATCH_MASK);
	b.in.time_ns = 5;
	assert_int_equal(b.latches, 1);
	assert_int_equal(regs_read(&b, FC_REG_STATUS), FC_REG_STATUS_LATCHING_MASK);
	b.in.port_latched = 2;
	regs_run(&b, 1);
	b.in.port_latched = 0;
	assert_int_equal(regs_read(&b, FC_REG_LATCH_SEQ), 0);
	regs_write(&b, FC_REG_COMMAND, FC_REG_COMMAND_LATCH_MASK);
	assert_int_equal(regs_faults(&b), WRONG_STATE);
	b.in.port_latched = 1;
	regs_run(&b, 1);
	b.in.port_latched = 0;
	assert_int_equal(regs_read(&b, FC_REG_LATCH_SEQ), 1);
	assert_int_equal(b.latches, 1);
	assert_int_equal(regs_read(&b, FC_REG_TIME_LOW), 0x89abcdefu);
	assert_int_equal(regs_read(&b, FC_REG_TIME_HIGH), 0x01234567u);
}

static void latch_waits_for_the_samplers(void **state)
{
	(void)state;
	b.in.sampler_latched = false;
	regs_write(&b, FC_REG_COMMAND, FC_REG_COMMAND_LATCH_MASK);
	b.in.port_latched = 3;
	regs_run(&b, 1);
	b.in.port_latched = 0;
	assert_int_equal(regs_read(&b, FC_REG_LATCH_SEQ), 0);
	b.in.sampler_latched = true;
	regs_run(&b, 2);
	assert_int_equal(regs_read(&b, FC_REG_LATCH_SEQ), 1);
}

static void card_reset_drops_a_latch(void **state)
{
	(void)state;
	regs_write(&b, FC_REG_COMMAND, FC_REG_COMMAND_LATCH_MASK);
	b.in.resetting = true;
	regs_run(&b, 2);
	b.in.resetting = false;
	assert_int_equal(regs_read(&b, FC_REG_STATUS), 0);
	assert_int_equal(regs_read(&b, FC_REG_LATCH_SEQ), 0);
}

static void counters_read_what_core_and_ports_say(void **state)
{
	(void)state;
	for (unsigned m = 0; m < REGS_MONITORS; m++) {
		uint32_t at = FC_REG_LEDGER_EMITTED_BYTES(m);
		uint64_t got = regs_read(&b, at) | (uint64_t)regs_read(&b, at + 4) << 32;
		assert_int_equal(got, regs_ledger_value(8 * m + 3));
	}
	for (unsigned s = 0; s < 48; s += s % 8 ? 7 : 1) { /* ports 0 and 1, both directions */
		uint32_t seen = FC_REG_SAMPLER_OBSERVED(s), chosen = FC_REG_SAMPLER_SELECTED(s);

		assert_int_equal(regs_read(&b, seen), (uint32_t)regs_sampler_value(2 * s));
		assert_int_equal(regs_read(&b, chosen), (uint32_t)regs_sampler_value(2 * s + 1));
		assert_int_equal(regs_read(&b, chosen + 4), regs_sampler_value(2 * s + 1) >> 32);
	}
	for (unsigned p = 0; p < REGS_PORTS; p++) {
		for (unsigned v = 0; v < 32; v++) {
			uint32_t at = FC_REG_PORT_VERDICT(p, v);
			uint64_t got = regs_read(&b, at) | (uint64_t)regs_read(&b, at + 4) << 32;
			assert_int_equal(got, regs_counter_value(p, 6 + v));
		}
		assert_int_equal(regs_read(&b, FC_REG_PORT_FRAMES(p)),
				 (uint32_t)regs_counter_value(p, 0));
		assert_int_equal(regs_read(&b, FC_REG_PORT_OCTETS(p)),
				 (uint32_t)regs_counter_value(p, 1));
		assert_int_equal(regs_read(&b, FC_REG_PORT_MISSED(p)),
				 (uint32_t)regs_counter_value(p, 2));
	}
}

/* ---------------------------------------------------------------- hash window */
static void hash_words_are_stored_one_after_another(void **state)
{
	(void)state;
	regs_write(&b, FC_REG_HASH_ADDR, 3 << 8 | 254);
	for (unsigned i = 0; i < 4; i++) {
		regs_write(&b, FC_REG_HASH_LOW, 0x1000 + i);
		regs_write(&b, FC_REG_HASH_HIGH, 0x2000 + i);
		assert_int_equal(b.hash_writes, i + 1);
		assert_int_equal(b.hash_seen.hash_word, 0x200000001000u + 0x100000001u * i);
		assert_int_equal(b.hash_seen.hash_position << 8 | b.hash_seen.hash_value,
				 (3 << 8 | 254) + (int)i);
	}
	assert_int_equal(regs_read(&b, FC_REG_HASH_ADDR), 4 << 8 | 2);
	assert_int_equal(regs_read(&b, FC_REG_HASH_LOW), 0);
	assert_int_equal(regs_read(&b, FC_REG_HASH_HIGH), 0);
	assert_int_equal(regs_faults(&b), 0);
}

static void hash_tables_are_locked_while_enabled(void **state)
{
	static const uint32_t locked[] = {FC_REG_HASH_ADDR, FC_REG_HASH_LOW, FC_REG_HASH_HIGH};
	(void)state;

	regs_write(&b, FC_REG_HASH_ADDR, 0x305);
	regs_write(&b, FC_REG_CONTROL, 1);
	for (unsigned i = 0; i < 3; i++) {
		regs_write(&b, locked[i], 0x777);
		assert_int_equal(regs_faults(&b), WRONG_STATE);
	}
	assert_int_equal(b.hash_writes, 0);
	regs_write(&b, FC_REG_CONTROL, 0);
	assert_int_equal(regs_read(&b, FC_REG_HASH_ADDR), 0x305);
}

static void hash_tables_are_locked_while_packets_are_there(void **state)
{
	(void)state;
	b.in.monitor_present = 4;
	regs_write(&b, FC_REG_HASH_ADDR, 0x305);
	regs_write(&b, FC_REG_HASH_HIGH, 0x777);
	assert_int_equal(regs_faults(&b), WRONG_STATE);
	assert_int_equal(b.hash_writes, 0);
	b.in.monitor_present = 0;
	regs_write(&b, FC_REG_HASH_HIGH, 0x777);
	assert_int_equal(b.hash_writes, 1);
	assert_int_equal(regs_read(&b, FC_REG_HASH_ADDR), 1);
}

static void hash_positions_beyond_the_key_are_refused(void **state)
{
	(void)state;
	regs_write(&b, FC_REG_HASH_ADDR, 68 << 8 | 255);
	regs_write(&b, FC_REG_HASH_HIGH, 1);
	assert_int_equal(b.hash_writes, 1);
	assert_int_equal(regs_faults(&b), 0);
	regs_write(&b, FC_REG_HASH_HIGH, 1);
	assert_int_equal(b.hash_writes, 1);
	assert_int_equal(regs_faults(&b), BAD_ADDRESS);
}

/* ---------------------------------------------------------------- rings and monitors */
static void ring_place_and_size_are_locked_while_enabled(void **state)
{
	(void)state;
	regs_write(&b, FC_REG_RING_BASE_LOW(1), 0x1000);
	regs_write(&b, FC_REG_RING_CONTROL(1), 12 << 8 | 1);
	assert_int_equal(regs_faults(&b), 0);
	regs_write(&b, FC_REG_RING_BASE_LOW(1), 0x2000);
	assert_int_equal(regs_faults(&b), WRONG_STATE);
	regs_write(&b, FC_REG_RING_BASE_HIGH(1), 1);
	assert_int_equal(regs_faults(&b), WRONG_STATE);
	regs_write(&b, FC_REG_RING_CONTROL(1), 13 << 8 | 1);
	assert_int_equal(regs_faults(&b), WRONG_STATE);
	assert_int_equal(regs_read(&b, FC_REG_RING_CONTROL(1)), 12 << 8 | 1);
	assert_int_equal(b.out.ring_base[1], 0x1000);
	regs_write(&b, FC_REG_RING_CONTROL(1), 0);
	regs_write(&b, FC_REG_RING_BASE_HIGH(1), 1);
	assert_int_equal(regs_faults(&b), 0);
	assert_int_equal(b.out.ring_base[1], 0x100001000u);
}

static void consumer_must_be_within_a_ring_of_what_was_issued(void **state)
{
	static const struct {
		uint32_t index;
		bool good;
	} tries[] = {{1000, true}, {1001, false},       {984, true},
		     {983, false}, {0x40000000, false}, {990, true}};
	(void)state;

	b.in.producer[0] = 990; /* answers are late: the host is ahead of them */
	b.in.issued[0] = 1000;
	regs_write(&b, FC_REG_RING_CONTROL(0), 4 << 8);
	for (unsigned i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		uint32_t before = b.out.ring_consumer[0];
		regs_write(&b, FC_REG_RING_CONSUMER(0), tries[i].index);
		assert_int_equal(b.out.ring_consumer[0], tries[i].good ? tries[i].index : before);
		assert_int_equal(regs_faults(&b), tries[i].good ? 0 : BAD_CONSUMER);
	}
}

static void consumer_wraps_at_31_bits(void **state)
{
	(void)state;
	regs_write(&b, FC_REG_RING_CONTROL(0), 4 << 8);
	b.in.issued[0] = 0x80000003u;
	regs_write(&b, FC_REG_RING_CONSUMER(0), 0x7ffffffeu);
	assert_int_equal(regs_faults(&b), 0);
	regs_write(&b, FC_REG_RING_CONSUMER(0), 3);
	assert_int_equal(regs_faults(&b), 0);
	regs_write(&b, FC_REG_RING_CONSUMER(0), 4);
	assert_int_equal(regs_faults(&b), BAD_CONSUMER);
}

static void arming_is_one_pulse_beside_its_index(void **state)
{
	(void)state;
	b.in.issued[1] = 1;
	regs_write(&b, FC_REG_RING_CONSUMER(1), 1);
	assert_int_equal(b.arms[1], 0);
	regs_write(&b, FC_REG_RING_CONSUMER(1), FC_REG_RING_CONSUMER_ARM_MASK | 1);
	assert_int_equal(b.arms[1], 1);
	regs_write(&b, FC_REG_RING_CONSUMER(1), FC_REG_RING_CONSUMER_ARM_MASK | 9);
	assert_int_equal(b.arms[1] + b.arms[0], 1);
	assert_int_equal(b.out.ring_consumer[1], 1);
}

static void card_reset_keeps_configuration_and_zeroes_consumers(void **state)
{
	(void)state;
	b.in.issued[0] = 7;
	regs_write(&b, FC_REG_RING_CONTROL(0), 5 << 8 | 1);
	regs_write(&b, FC_REG_RING_CONSUMER(0), 7);
	regs_write(&b, FC_REG_MONITOR_PORTS(2), 3);
	b.in.resetting = true;
	assert_int_equal(regs_read(&b, FC_REG_STATUS), FC_REG_STATUS_CLEARING_MASK);
	b.in.resetting = false;
	assert_int_equal(regs_read(&b, FC_REG_RING_CONSUMER(0)), 0);
	assert_int_equal(regs_read(&b, FC_REG_RING_CONTROL(0)), 5 << 8 | 1);
	assert_int_equal(regs_read(&b, FC_REG_MONITOR_PORTS(2)), 3);
}

static void mask_is_locked_while_its_monitor_is_enabled(void **state)
{
	(void)state;
	regs_write(&b, FC_REG_MONITOR_MASK(1, 16), 0x0f0f0f0f);
	regs_write(&b, FC_REG_MONITOR_CONTROL(1), 0xf);
	regs_write(&b, FC_REG_MONITOR_MASK(1, 16), 0);
	assert_int_equal(regs_faults(&b), WRONG_STATE);
	regs_write(&b, FC_REG_MONITOR_MASK(2, 16), 0x1234);
	assert_int_equal(regs_faults(&b), 0);
	assert_int_equal(b.out.monitor_mask[1][16], 0x0f0f0f0f);
	assert_int_equal(b.out.monitor_mask[2][16], 0x1234);
	assert_int_equal(b.out.monitor_enable, 2);
	assert_int_equal(b.out.monitor_ipv4 & b.out.monitor_ipv6 & b.out.monitor_immediate, 2);
	regs_write(&b, FC_REG_MONITOR_CONTROL(1), 0x6);
	regs_write(&b, FC_REG_MONITOR_MASK(1, 16), 0);
	assert_int_equal(b.out.monitor_mask[1][16], 0);
}

static void mask_is_locked_while_its_monitor_has_packets(void **state)
{
	(void)state;
	b.in.monitor_present = 2;
	regs_write(&b, FC_REG_MONITOR_MASK(1, 0), 0x55);
	assert_int_equal(regs_faults(&b), WRONG_STATE);
	regs_write(&b, FC_REG_MONITOR_MASK(0, 0), 0x66);
	b.in.monitor_present = 0;
	regs_write(&b, FC_REG_MONITOR_MASK(1, 1), 0x77);
	assert_int_equal(regs_faults(&b), 0);
	assert_int_equal(b.out.monitor_mask[1][0], 0);
	assert_int_equal(b.out.monitor_mask[0][0], 0x66);
	assert_int_equal(b.out.monitor_mask[1][1], 0x77);
}

/* ---------------------------------------------------------------- samplers */
static void a_sampler_is_set_by_one_write(void **state)
{
	const unsigned s = 16 * 2 + 8 + 1;
	(void)state;

	regs_write(&b, FC_REG_SAMPLER_CONTROL(s), UINT32_MAX);
	assert_int_equal(b.sampler_writes, 1);
	assert_int_equal(b.sampler_seen.sampler, s);
	assert_int_equal(b.sampler_seen.sampler_control, 0xffffff03u);
	assert_int_equal(b.out.sampler_on[s / 32], 1u << s % 32);
	regs_write_strobes(&b, FC_REG_SAMPLER_CONTROL(s), 0x00070000, 4);
	assert_int_equal(regs_read(&b, FC_REG_SAMPLER_CONTROL(s)), 0xff07ff03u);
	regs_write(&b, FC_REG_SAMPLER_CONTROL(s), 0x00070500);
	assert_int_equal(b.sampler_seen.sampler_control, 0x00070500);
	assert_int_equal(b.out.sampler_on[s / 32], 0);
	assert_int_equal(regs_read(&b, FC_REG_SAMPLER_CONTROL(s - 1)), 0);
	assert_int_equal(regs_faults(&b), 0);
}

static void samplers_of_ports_that_are_not_built_are_not_there(void **state)
{
	(void)state;
	regs_write(&b, FC_REG_SAMPLER_CONTROL(16 + REGS_PORTS), 1);
	assert_int_equal(regs_faults(&b), BAD_ADDRESS);
	regs_write(&b, FC_REG_SAMPLER_CONTROL(16 * REGS_MONITORS), 1);
	assert_int_equal(regs_faults(&b), BAD_ADDRESS);
	regs_write(&b, FC_REG_SAMPLER_OBSERVED(0), 1);
	assert_int_equal(regs_faults(&b), BAD_ADDRESS);
	assert_int_equal(b.sampler_writes, 0);
}

static void ports_have_a_switch_each(void **state)
{
	(void)state;
	regs_write(&b, FC_REG_PORT_CONTROL(1), UINT32_MAX);
	assert_int_equal(b.out.port_enable, 2);
	assert_int_equal(regs_read(&b, FC_REG_PORT_CONTROL(1)), 1);
	assert_int_equal(regs_read(&b, FC_REG_PORT_CONTROL(0)), 0);
	regs_write(&b, FC_REG_PORT_CONTROL(2), 1);
	assert_int_equal(regs_faults(&b), BAD_ADDRESS);
	assert_int_equal(b.out.port_enable, 2);
}

/* ---------------------------------------------------------------- strobes, both directions at once
 */
static void bytes_without_a_strobe_keep_their_value(void **state)
{
	(void)state;
	regs_write(&b, FC_REG_SCRATCH, 0x11223344);
	regs_write_strobes(&b, FC_REG_SCRATCH, 0xaabbccdd, 0x5);
	assert_int_equal(regs_read(&b, FC_REG_SCRATCH), 0x11bb33dd);
	regs_write_strobes(&b, FC_REG_COMMAND, UINT32_MAX, 0xe);
	regs_write_strobes(&b, 0xfff0, UINT32_MAX, 0);
	assert_int_equal(b.resets + b.latches + b.flushes, 0);
	assert_int_equal(regs_faults(&b), 0);
	regs_write_strobes(&b, FC_REG_MONITOR_MASK(0, 3), UINT32_MAX, 0x8);
	assert_int_equal(b.out.monitor_mask[0][3], 0xff000000);
}

static void reads_and_writes_at_once(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 500; i++) {
		b.stall = i % 90;
		assert_int_equal(regs_write_and_read(&b, FC_REG_SCRATCH, i, FC_REG_MAGIC),
				 FC_MAGIC);
		assert_int_equal(regs_write_and_read(&b, FC_REG_EPOCH_GUARD, ~i, FC_REG_SCRATCH),
				 i);
		regs_run(&b, 1); /* the answer comes as the write is carried out */
		assert_int_equal(b.out.epoch_guard_ns, ~i);
	}
}

/* Nobody waits for an answer: both channels are kept full, W runs ahead of AW or behind it. */
static void transfers_without_a_pause_between_them(void **state)
{
	uint32_t taken_aw = 0, taken_w = 0, written = 0, got = 0;
	(void)state;

	b.in.awaddr = FC_REG_SCRATCH;
	b.in.araddr = FC_REG_MAGIC;
	b.in.wstrb = 0xf;
	for (unsigned i = 0; i < 3000; i++) {
		bool more = i < 2950, aw_leads = i / 300 % 2;

		b.in.wdata = taken_w;
		b.in.awvalid = (b.in.awvalid && !b.out.awready) || (more && aw_leads) ||
			       taken_aw < taken_w;
		b.in.wvalid =
			(b.in.wvalid && !b.out.wready) || (more && !aw_leads) || taken_w < taken_aw;
		b.in.arvalid = (b.in.arvalid && !b.out.arready) || more;
		b.in.bready = i % 9 < 4; /* long enough for the next to wait behind it */
		b.in.rready = i % 11 < 4;
		regs_run(&b, 1);
		taken_aw += b.in.awvalid && b.out.awready;
		taken_w += b.in.wvalid && b.out.wready;
		written += b.in.bready && b.out.bvalid;
		got += b.in.rready && b.out.rvalid && b.out.rdata == FC_MAGIC;
	}
	b.in.awvalid = b.in.wvalid = b.in.arvalid = b.in.bready = b.in.rready = false;
	assert_int_equal(taken_aw, taken_w);
	assert_int_equal(written, taken_w);
	assert_true(written > 400 && got > 150);
	regs_run(&b, 20);
	assert_int_equal(regs_read(&b, FC_REG_SCRATCH), taken_w - 1);
	assert_int_equal(regs_faults(&b), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, opened, closed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(enable_waits_for_clear_memories),
		TEST(commands_are_pulses_and_read_0),
		TEST(one_walk_of_the_cache_at_a_time),
		TEST(a_monitor_that_is_not_built_is_not_flushed),
		TEST(latch_waits_for_the_samplers),
		TEST(hash_tables_are_locked_while_packets_are_there),
		TEST(mask_is_locked_while_its_monitor_has_packets),
		TEST(a_sampler_is_set_by_one_write),
		TEST(samplers_of_ports_that_are_not_built_are_not_there),
		TEST(latch_counts_when_all_ports_have_answered),
		TEST(card_reset_drops_a_latch),
		TEST(counters_read_what_core_and_ports_say),
		TEST(hash_words_are_stored_one_after_another),
		TEST(hash_tables_are_locked_while_enabled),
		TEST(hash_positions_beyond_the_key_are_refused),
		TEST(ring_place_and_size_are_locked_while_enabled),
		TEST(consumer_must_be_within_a_ring_of_what_was_issued),
		TEST(consumer_wraps_at_31_bits),
		TEST(arming_is_one_pulse_beside_its_index),
		TEST(card_reset_keeps_configuration_and_zeroes_consumers),
		TEST(mask_is_locked_while_its_monitor_is_enabled),
		TEST(ports_have_a_switch_each),
		TEST(bytes_without_a_strobe_keep_their_value),
		TEST(reads_and_writes_at_once),
		TEST(transfers_without_a_pause_between_them),
	};

	printf("seed %u\n", REGS_SEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
