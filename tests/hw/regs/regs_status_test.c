/* SPDX-License-Identifier: BSD-2-Clause */
/* What the card says of itself: identity, status, capabilities, faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "regs_bench.h"
#include <cmocka.h>
#include <flowcard/registers.h>

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

/* ---------------------------------------------------------------- identity and status */
static void identity_and_build(void **state)
{
	(void)state;
	assert_int_equal(regs_read(&b, FC_REG_MAGIC), FC_MAGIC);
	assert_int_equal(regs_read(&b, FC_REG_MAP_HASH), FC_MAP_HASH);
	assert_int_equal(regs_read(&b, FC_REG_BUILD0),
			 12 | REGS_PORTS << 8 | REGS_RINGS << 16 | REGS_MONITORS << 24);
	assert_int_equal(regs_read(&b, FC_REG_BUILD1), 4 | 2 << 4 | 192 << 8 | 16 << 24);
	assert_int_equal(regs_read(&b, FC_REG_BUILD2), 68 | 6 << 8 | 2 << 16);
}

static void status_shows_each_bit(void **state)
{
	(void)state;
	assert_int_equal(regs_read(&b, FC_REG_STATUS), 0);
	b.in.idle = b.in.link_up = true;
	assert_int_equal(regs_read(&b, FC_REG_STATUS),
			 FC_REG_STATUS_IDLE_MASK | FC_REG_STATUS_LINK_UP_MASK);
	b.in.idle = b.in.link_up = false;
	b.in.closing = b.in.bus_master = true;
	assert_int_equal(regs_read(&b, FC_REG_STATUS),
			 FC_REG_STATUS_CLOSING_MASK | FC_REG_STATUS_BUS_MASTER_MASK);
	b.in.closing = b.in.bus_master = false;
	b.in.flushing = true;
	assert_int_equal(regs_read(&b, FC_REG_STATUS), FC_REG_STATUS_FLUSHING_MASK);
	b.in.flushing = false;
	b.in.flushing_monitor = true;
	assert_int_equal(regs_read(&b, FC_REG_STATUS), FC_REG_STATUS_FLUSHING_MONITOR_MASK);
	b.in.flushing_monitor = false;
	b.in.snapshotting = true;
	assert_int_equal(regs_read(&b, FC_REG_STATUS), FC_REG_STATUS_SNAPSHOTTING_MASK);
	b.in.epoch_open = 0x89abcdefu;
	assert_int_equal(regs_read(&b, FC_REG_EPOCH_OPEN), 0x89abcdefu);
}

static void the_capability_list_is_a_chain_of_what_is_built(void **state)
{
	/* As the model was built: tests/hw/regs/CMakeLists.txt. */
	static const uint32_t built[] = {FC_CAPABILITY_SAMPLERS, FC_CAPABILITY_MODERATION,
					 FC_CAPABILITY_SWEEP};
	uint32_t at = regs_read(&b, FC_REG_CAPABILITIES);
	(void)state;

	assert_int_equal(at, FC_REG_CAPABILITY_HEADER(0));
	for (unsigned i = 0; i < 3; i++) {
		uint32_t header = regs_read(&b, at);

		assert_int_equal(header & FC_REG_CAPABILITY_HEADER_ID_MASK, built[i]);
		assert_int_equal(header & FC_REG_CAPABILITY_HEADER_VERSION_MASK,
				 1 << FC_REG_CAPABILITY_HEADER_VERSION_SHIFT);
		assert_int_equal(regs_read(&b, at + 4), 0x11111111u * built[i]);
		at = header >> FC_REG_CAPABILITY_HEADER_NEXT_SHIFT;
	}
	assert_int_equal(at, 0);
	for (unsigned i = 3; i < FC_REG_CAPABILITY_COUNT; i++)
		assert_int_equal(regs_read(&b, FC_REG_CAPABILITY_HEADER(i)) |
					 regs_read(&b, FC_REG_CAPABILITY_DATA(i)),
				 0);
}

static void link_shows_its_payload_and_remembers_that_it_went_down(void **state)
{
	(void)state;
	b.in.max_payload = 5;
	assert_int_equal(regs_read(&b, FC_REG_LINK), 5);
	assert_int_equal(regs_faults(&b), 0);
	b.in.link_up = true;
	assert_int_equal(regs_faults(&b), 0);
	b.in.link_up = false;
	assert_int_equal(regs_faults(&b), FC_REG_FAULT_LINK_DOWN_MASK);
	assert_int_equal(regs_faults(&b), 0);
}

static void the_clocks_of_a_close_are_those_from_boundary_to_barrier(void **state)
{
	(void)state;
	assert_int_equal(regs_read(&b, FC_REG_EPOCH_CLOSE_CLOCKS), 0);
	b.in.closing = true;
	regs_run(&b, 123);
	assert_int_equal(regs_read(&b, FC_REG_EPOCH_CLOSE_CLOCKS), 0);
	b.in.closing = false;
	regs_run(&b, 100);
	b.in.closing = true;
	regs_run(&b, 57);
	b.in.closing = false;
	regs_run(&b, 2);
	assert_int_equal(regs_read(&b, FC_REG_EPOCH_CLOSE_CLOCKS), 57);
	b.in.closing = true;
	regs_run(&b, 5);
	b.in.closing = false;
	b.in.resetting = true; /* a reset closes no epoch */
	regs_run(&b, 5);
	b.in.resetting = false;
	assert_int_equal(regs_read(&b, FC_REG_EPOCH_CLOSE_CLOCKS), 0);
}

static void faults_stay_until_written_with_1(void **state)
{
	(void)state;
	b.in.axi_error = b.in.no_bus_master = true;
	regs_run(&b, 1);
	b.in.axi_error = b.in.no_bus_master = false;
	regs_write(&b, FC_REG_FAULT, FC_REG_FAULT_BAD_ADDRESS_MASK | FC_REG_FAULT_AXI_ERROR_MASK);
	assert_int_equal(regs_read(&b, FC_REG_FAULT), FC_REG_FAULT_NO_BUS_MASTER_MASK);
	assert_int_equal(b.out.faults, FC_REG_FAULT_NO_BUS_MASTER_MASK);
	b.in.no_bus_master = true;
	regs_write(&b, FC_REG_FAULT, UINT32_MAX);
	assert_int_equal(regs_read(&b, FC_REG_FAULT), FC_REG_FAULT_NO_BUS_MASTER_MASK);
}

static void each_source_has_a_fault_of_its_own(void **state)
{
	bool *source[] = {&b.in.axi_error, &b.in.no_bus_master, &b.in.unaccounted, &b.in.missed,
			  &b.in.epoch_late};
	static const uint32_t fault[] = {FC_REG_FAULT_AXI_ERROR_MASK,
					 FC_REG_FAULT_NO_BUS_MASTER_MASK,
					 FC_REG_FAULT_UNACCOUNTED_MASK, FC_REG_FAULT_MISSED_MASK,
					 FC_REG_FAULT_EPOCH_LATE_MASK};
	(void)state;

	for (unsigned i = 0; i < 5; i++) {
		*source[i] = true;
		regs_run(&b, 1);
		*source[i] = false;
		regs_run(&b, 10);
		assert_int_equal(regs_faults(&b), fault[i]);
		assert_int_equal(regs_faults(&b), 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, opened, closed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(identity_and_build),
		TEST(status_shows_each_bit),
		TEST(the_capability_list_is_a_chain_of_what_is_built),
		TEST(link_shows_its_payload_and_remembers_that_it_went_down),
		TEST(the_clocks_of_a_close_are_those_from_boundary_to_barrier),
		TEST(faults_stay_until_written_with_1),
		TEST(each_source_has_a_fault_of_its_own),
	};

	printf("seed %u\n", REGS_SEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
