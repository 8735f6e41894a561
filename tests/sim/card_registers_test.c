/* SPDX-License-Identifier: BSD-2-Clause */
/* The register port of each model, through the transport of the driver, with and without stalls. */
#include "sim/model_transport.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RELAX_NS 256 /* 64 clocks of 4 ns */

static const char trace_file[] = "sim_card_registers.fst";

static struct fcsim *card_open(unsigned entries, unsigned stall_percent, const char *trace)
{
	struct fcsim_config config = {
		.entries = entries, .seed = 3, .stall_percent = stall_percent, .trace_path = trace};
	struct fcsim *sim = NULL;

	assert_int_equal(fcsim_create(&config, &sim), 0);
	return sim;
}

static unsigned log2_of(unsigned n)
{
	return (unsigned)__builtin_ctz(n);
}

static uint32_t reg(struct fc_transport *t, uint32_t offset)
{
	uint32_t value = 0;

	assert_int_equal(fc_transport_read(t, offset, &value), 0);
	return value;
}

static void assert_identity(struct fc_transport *t, unsigned entries)
{
	assert_int_equal(reg(t, FC_REG_MAGIC), FC_MAGIC);
	assert_int_equal(reg(t, FC_REG_MAP_HASH), FC_MAP_HASH);
	assert_int_equal(reg(t, FC_REG_BUILD0) & 0xff, log2_of(entries));
	assert_int_equal(reg(t, FC_REG_STATUS) & FC_REG_STATUS_CLEARING_MASK, 0);
	assert_int_not_equal(reg(t, FC_REG_STATUS) & FC_REG_STATUS_LINK_UP_MASK, 0);
	assert_int_equal(reg(t, FC_REG_FAULT), 0);
}

static void assert_scratch_holds(struct fc_transport *t)
{
	const uint32_t value[] = {0xffffffff, 0, 0x12345678, 0xa5a5a5a5};

	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(fc_transport_write(t, FC_REG_SCRATCH, value[i]), 0);
		assert_int_equal(reg(t, FC_REG_SCRATCH), value[i]);
	}
}

static void try_model(unsigned entries, unsigned stall_percent, const char *trace)
{
	struct fcsim *sim = card_open(entries, stall_percent, trace);
	struct fc_transport *t = NULL;
	struct fcsim_stats stats;
	uint64_t before;

	assert_int_equal(fc_model_transport_open(sim, &t), 0);
	assert_identity(t, entries);
	assert_scratch_holds(t);
	before = t->ops->now(t);
	t->ops->relax(t);
	assert_int_equal(t->ops->now(t), before + RELAX_NS);
	fcsim_stats(sim, &stats);
	assert_int_equal(stats.axi_violations, 0);
	t->ops->close(t);
	fcsim_destroy(sim);
}

static void every_size_answers_with_its_identity(void **state)
{
	unsigned tried = 0;

	(void)state;
	for (const unsigned *size = fcsim_sizes(); *size; size++, tried++) {
		try_model(*size, 0, NULL);
		try_model(*size, 30, NULL);
	}
	assert_true(tried > 0);
}

static void stalls_of_95_percent_are_only_slow(void **state)
{
	(void)state;
	try_model(64, 95, NULL);
}

static void traced_models_are_the_same_card(void **state)
{
	FILE *f;

	(void)state;
	for (const unsigned *size = fcsim_sizes(); *size; size++) {
		try_model(*size, 0, trace_file);
		f = fopen(trace_file, "rb");
		assert_non_null(f);
		assert_int_equal(fseek(f, 0, SEEK_END), 0);
		assert_true(ftell(f) > 1000);
		fclose(f);
		remove(trace_file);
	}
}

static void what_is_not_built_is_refused(void **state)
{
	struct fcsim_config config = {.entries = 63};
	struct fcsim *sim = NULL;

	(void)state;
	assert_int_equal(fcsim_create(&config, &sim), -EINVAL);
	config.entries = 64;
	config.stall_percent = 96;
	assert_int_equal(fcsim_create(&config, &sim), -EINVAL);
	config.stall_percent = 0;
	config.trace_path = "no/such/folder/trace.fst";
	assert_int_equal(fcsim_create(&config, &sim), -ENOENT);
	assert_null(sim);
}

static void registers_outside_the_bar_are_refused(void **state)
{
	struct fcsim *sim = card_open(64, 0, NULL);
	uint32_t value = 7;

	(void)state;
	assert_int_equal(fcsim_reg_read(sim, 0x10000, &value), -EINVAL);
	assert_int_equal(fcsim_reg_read(sim, 2, &value), -EINVAL);
	assert_int_equal(fcsim_reg_write(sim, 0x10000, 0), -EINVAL);
	assert_int_equal(value, 7);
	fcsim_destroy(sim);
}

static void reserved_write_sets_the_sticky_fault(void **state)
{
	struct fcsim *sim = card_open(64, 0, NULL);
	uint32_t value = 0;

	(void)state;
	fcsim_reg_write(sim, FC_REG_MAGIC, 0);
	assert_int_equal(fcsim_reg_read(sim, FC_REG_MAGIC, &value), 0);
	assert_int_equal(value, FC_MAGIC);
	assert_int_equal(fcsim_reg_read(sim, FC_REG_FAULT, &value), 0);
	assert_int_equal(value, FC_REG_FAULT_BAD_ADDRESS_MASK);
	assert_int_equal(fcsim_reg_write(sim, FC_REG_FAULT, value), 0);
	assert_int_equal(fcsim_reg_read(sim, FC_REG_FAULT, &value), 0);
	assert_int_equal(value, 0);
	fcsim_destroy(sim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_answers_with_its_identity),
		cmocka_unit_test(stalls_of_95_percent_are_only_slow),
		cmocka_unit_test(traced_models_are_the_same_card),
		cmocka_unit_test(what_is_not_built_is_refused),
		cmocka_unit_test(registers_outside_the_bar_are_refused),
		cmocka_unit_test(reserved_write_sets_the_sticky_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
