/* SPDX-License-Identifier: BSD-2-Clause */
/* Every register of the map, walked by the dump table: reset values, access, reserved places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "regs_bench.h"
#include <cmocka.h>
#include <flowcard/register_table.h>
#include <flowcard/registers.h>

#define BAD_ADDRESS FC_REG_FAULT_BAD_ADDRESS_MASK

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

static unsigned built(const struct fc_register *reg)
{
	if (!strncmp(reg->name, "RING", 4))
		return REGS_RINGS;
	if (!strncmp(reg->name, "CAPABILITY[", 11))
		return FC_REG_CAPABILITY_COUNT;
	if (!strncmp(reg->name, "PORT", 4))
		return REGS_PORTS;
	if (!strncmp(reg->name, "MONITOR", 7) || !strncmp(reg->name, "LEDGER", 6))
		return REGS_MONITORS;
	return 1;
}

/* Samplers are there for each monitor, direction and port of the build: index 16 m + 8 d + p. */
static bool is_built(const struct fc_register *reg, unsigned i)
{
	if (!strncmp(reg->name, "SAMPLER", 7))
		return i / 16 < REGS_MONITORS && i % 8 < REGS_PORTS;
	return i < built(reg);
}

typedef void visit(const struct fc_register *reg, uint32_t offset, bool there);

static unsigned each_register(visit *look)
{
	unsigned visited = 0;

	for (size_t n = 0; n < fc_register_count; n++) {
		const struct fc_register *reg = &fc_register_table[n];

		for (unsigned i = 0; i < reg->count[0]; i++)
			for (unsigned j = 0; j < reg->count[1]; j++, visited++)
				look(reg, reg->offset + i * reg->stride[0] + j * reg->stride[1],
				     is_built(reg, i));
	}
	return visited;
}

static uint32_t bits_of(const struct fc_register *reg, uint8_t access)
{
	uint32_t mask = 0;

	for (unsigned f = 0; f < reg->fields; f++)
		if (reg->field[f].access == access)
			mask |= (uint32_t)((1ull << reg->field[f].width) - 1) << reg->field[f].lsb;
	return mask;
}

static uint32_t reset_of(const struct fc_register *reg)
{
	uint32_t value = 0;

	for (unsigned f = 0; f < reg->fields; f++)
		value |= reg->field[f].reset << reg->field[f].lsb;
	return value;
}

/* Registers whose value comes from the build or from outside, and counters, which this bench
 * answers. */
static bool comes_from_elsewhere(const struct fc_register *reg)
{
	return !strncmp(reg->name, "BUILD", 5) || !strcmp(reg->name, "MAP_HASH") ||
	       !strcmp(reg->name, "STATUS") || !strncmp(reg->name, "CAPABILIT", 9) ||
	       !strncmp(reg->name, "LEDGER", 6) || strstr(reg->name, ".low") ||
	       strstr(reg->name, ".high");
}

static void has_its_reset_value(const struct fc_register *reg, uint32_t offset, bool there)
{
	uint32_t value = regs_read(&b, offset);

	if (!there)
		assert_int_equal(value, 0);
	else if (!comes_from_elsewhere(reg))
		assert_int_equal(value, reset_of(reg));
}

static void reset_values_are_those_of_the_map(void **state)
{
	(void)state;
	assert_true(each_register(has_its_reset_value) > 800);
	assert_int_equal(regs_faults(&b), 0);
}

static bool starts_something(const struct fc_register *reg)
{
	return !strcmp(reg->name, "COMMAND") || !strcmp(reg->name, "CONTROL") ||
	       !strncmp(reg->name, "HASH", 4) || !strcmp(reg->name, "FAULT") ||
	       strstr(reg->name, "CONSUMER") ||
	       (strstr(reg->name, "].CONTROL") && strncmp(reg->name, "SAMPLER", 7) != 0);
}

static void takes_writes_as_the_map_says(const struct fc_register *reg, uint32_t offset, bool there)
{
	uint32_t writable = bits_of(reg, FC_ACCESS_RW), before;

	if (there && starts_something(reg))
		return;
	before = regs_read(&b, offset);
	regs_write(&b, offset, 0xa5c3f00fu);
	if (there && writable) {
		assert_int_equal(regs_read(&b, offset), 0xa5c3f00fu & writable);
		regs_write(&b, offset, ~0xa5c3f00fu);
		assert_int_equal(regs_read(&b, offset), ~0xa5c3f00fu & writable);
		assert_int_equal(regs_faults(&b), 0);
	} else {
		assert_int_equal(regs_read(&b, offset), before);
		assert_int_equal(regs_faults(&b), BAD_ADDRESS);
	}
}

static void writable_bits_are_those_of_the_map(void **state)
{
	(void)state;
	b.stall = 20;
	assert_true(each_register(takes_writes_as_the_map_says) > 800);
}

/* ---------------------------------------------------------------- places without a register */
static bool is_register(uint32_t offset)
{
	for (size_t n = 0; n < fc_register_count; n++) {
		const struct fc_register *reg = &fc_register_table[n];

		for (unsigned i = 0; i < reg->count[0]; i++)
			for (unsigned j = 0; j < reg->count[1]; j++)
				if (offset == reg->offset + i * reg->stride[0] + j * reg->stride[1])
					return true;
	}
	return false;
}

static void reserved_places_read_0_and_refuse_writes(void **state)
{
	unsigned looked = 0;
	(void)state;

	b.stall = 0;
	for (uint32_t offset = 0; offset < 0x10000; offset += 4) {
		if (is_register(offset))
			continue;
		assert_int_equal(regs_read(&b, offset), 0);
		if (offset % 0x40 > 0x3c - 4 * (offset % 7) && offset > 0x3000)
			continue; /* thin out: each write is checked by two reads more */
		regs_write(&b, offset, UINT32_MAX);
		assert_int_equal(regs_faults(&b), BAD_ADDRESS);
		looked++;
	}
	assert_true(looked > 8000);
	assert_int_equal(each_register(has_its_reset_value) > 800, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, opened, closed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reset_values_are_those_of_the_map),
		TEST(writable_bits_are_those_of_the_map),
		TEST(reserved_places_read_0_and_refuse_writes),
	};

	printf("seed %u\n", REGS_SEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
