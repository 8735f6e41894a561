// SPDX-License-Identifier: BSD-2-Clause
#include "tests/driver/fake_transport.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const uint8_t test_key[FC_CARD_HASH_KEY_OCTETS] = {1, 2, 3};

struct bench {
	struct fake_card fake;
	struct fc_card card;
	struct fc_card_config config;
	unsigned files;
};

static unsigned open_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		return -1;
	fake_card_init(&b->fake, 2);
	b->config = (struct fc_card_config){.ring_log2 = 10,
					    .epoch_shift = 30,
					    .epoch_guard_ns = 1000000,
					    .hash_key = test_key};
	b->files = open_files();
	*state = b;
	return 0;
}

/* Whatever a test did: after close nothing is left. */
static int teardown(void **state)
{
	struct bench *b = *state;

	fc_card_close(&b->card);
	assert_int_equal(fake_card_mapped(&b->fake), 0);
	assert_int_equal(open_files(), b->files);
	free(b);
	return 0;
}

static int open_card(struct bench *b)
{
	return fc_card_open(&b->card, &b->fake.transport, &b->config);
}

/* A failed open has this error, says this, and leaves nothing. */
static void assert_refused(struct bench *b, int err, const char *says)
{
	assert_int_equal(open_card(b), err);
	if (!strstr(b->card.error, says))
		fail_msg("\"%s\" does not say \"%s\"", b->card.error, says);
	assert_int_equal(fake_card_mapped(&b->fake), 0);
	assert_int_equal(open_files(), b->files);
	assert_null(b->card.transport);
}

static void assert_refused_untouched(struct bench *b, int err, const char *says)
{
	assert_refused(b, err, says);
	assert_int_equal(b->fake.writes, 0);
}

/* ---------------------------------------------------------------------- identification */

static void open_refuses_a_stranger_and_writes_nothing(void **state)
{
	struct bench *b = *state;

	b->fake.reg[FC_REG_MAGIC / 4] = 0x12345678;
	assert_refused_untouched(b, -EPROTO, "MAGIC (0x0000) reads 0x12345678");
}

static void open_refuses_another_abi(void **state)
{
	struct bench *b = *state;

	b->fake.reg[FC_REG_ABI / 4] = 0x0102;
	assert_refused_untouched(b, -EPROTO, "ABI (0x0004) says record 2, map 1");
}

static void open_refuses_another_register_map(void **state)
{
	struct bench *b = *state;

	b->fake.reg[FC_REG_MAP_HASH / 4] ^= 1;
	assert_refused_untouched(b, -EPROTO, "MAP_HASH (0x0008)");
}

static void open_says_that_the_card_is_gone_when_all_reads_are_ones(void **state)
{
	struct bench *b = *state;

	b->fake.gone = true;
	assert_refused_untouched(b, -ENODEV, "MAGIC (0x0000) reads all ones");
}

static void open_refuses_build_parameters_that_make_no_sense(void **state)
{
	static const struct {
		uint32_t offset, value;
		const char *says;
	} bad[] = {
		{FC_REG_BUILD0, 0x04010200, "0 entries (log2)"},
		{FC_REG_BUILD0, 0x04010219, "25 entries (log2)"},
		{FC_REG_BUILD0, 0x0401000c, "0 ports"},
		{FC_REG_BUILD0, 0x0401090c, "9 ports"},
		{FC_REG_BUILD0, 0x0400020c, "0 rings"},
		{FC_REG_BUILD0, 0x0409020c, "9 rings"},
		{FC_REG_BUILD0, 0x0001020c, "0 monitors"},
		{FC_REG_BUILD0, 0x0901020c, "9 monitors"},
		{FC_REG_BUILD0, 0x04010202, "2^2 entries for 4 tables of 2 slots"},
		{FC_REG_BUILD1, 0x1800c020, "0 tables"},
		{FC_REG_BUILD1, 0x1800c004, "0 slots"},
		{FC_REG_BUILD1, 0x18003f24, "63 octets of header window"},
		{FC_REG_BUILD1, 0x2100c024, "33 bits of packet counter"},
		{FC_REG_BUILD2, 0x00020940, "64 octets of field vector"},
		{FC_REG_BUILD2, 0x00021144, "17 FIFO places"},
		{FC_REG_BUILD2, 0x00050944, "5 monitors a packet"},
	};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fake_card_init(&b->fake, 2);
		b->fake.reg[bad[i].offset / 4] = bad[i].value;
		assert_refused_untouched(b, -EPROTO, bad[i].says);
	}
}

static void open_refuses_a_bad_configuration(void **state)
{
	static const struct fc_card_config bad[] = {
		{.ring_log2 = 9, .epoch_shift = 30},
		{.ring_log2 = 25, .epoch_shift = 30},
		{.ring_log2 = 10, .epoch_shift = 9},
		{.ring_log2 = 10, .epoch_shift = 41},
		{.ring_log2 = 10, .epoch_shift = 20, .epoch_guard_ns = 1 << 20},
		{.ring_log2 = 10, .epoch_shift = 30, .doorbell_batch = 513},
	};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		b->config = bad[i];
		assert_refused_untouched(b, -EINVAL, " ");
	}
}

static void open_refuses_a_bar_that_is_too_small(void **state)
{
	struct bench *b = *state;
	uint32_t bar[4] = {0};

	b->fake.transport.bar = bar;
	b->fake.transport.bar_octets = sizeof(bar);
	assert_refused_untouched(b, -EINVAL, "BAR0 has 16 octets");
}

/* --------------------------------------------------------------- what goes wrong later */

static void open_times_out_when_clearing_never_ends_and_says_STATUS(void **state)
{
	struct bench *b = *state;

	b->fake.clear_reads = FAKE_FOREVER;
	assert_refused(b, -ETIMEDOUT, "STATUS (0x0024) reads 0x");
	assert_non_null(strstr(b->card.error, "clearing is still 1"));
	assert_in_range(b->fake.now_ns, 100000000, 110000000);
}

static void open_says_which_register_forgets(void **state)
{
	static const struct {
		uint32_t offset;
		const char *says;
	} deaf[] = {
		{FC_REG_SCRATCH, "SCRATCH (0x001c) was written 0xa5c35a3c and reads 0x00000000"},
		{FC_REG_EPOCH_SHIFT, "EPOCH_SHIFT (0x0040)"},
		{FC_REG_EPOCH_GUARD, "EPOCH_GUARD (0x0044)"},
		{FC_REG_RING_BASE_HIGH(0), "RING[0].BASE_HIGH (0x0204)"},
		{FC_REG_RING_STATUS_HIGH(1), "RING[1].STATUS_HIGH (0x0250)"},
		{FC_REG_RING_CONTROL(1), "RING[1].CONTROL (0x0248)"},
	};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(deaf) / sizeof(deaf[0]); i++) {
		fake_card_init(&b->fake, 2);
		b->fake.deaf = deaf[i].offset;
		assert_refused(b, -EIO, deaf[i].says);
	}
}

static void open_refuses_a_ring_that_does_not_start_at_zero(void **state)
{
	struct bench *b = *state;

	b->fake.deaf = FC_REG_RING_PRODUCER(1);
	b->fake.reg[FC_REG_RING_PRODUCER(1) / 4] = 7;
	assert_refused(b, -EIO, "RING[1].PRODUCER (0x0258) reads 7");
}

static void open_notices_hash_words_that_were_not_taken(void **state)
{
	struct bench *b = *state;

	b->fake.deaf = FC_REG_HASH_HIGH;
	assert_refused(b, -EIO, "HASH_ADDR (0x0060) reads 0x0 after 17664 words");
}

static void open_disables_the_rings_again_when_the_last_step_fails(void **state)
{
	struct bench *b = *state;

	b->fake.deaf = FC_REG_RING_BASE_LOW(1);
	b->fake.reg[FC_REG_RING_BASE_LOW(1) / 4] = 0xdead0000;
	assert_refused(b, -EIO, "RING[1].BASE_LOW");
	assert_int_equal(b->fake.maps, 3);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_RING_CONTROL(0)) & 1, 0);
}

static void open_undoes_the_mappings_when_one_fails(void **state)
{
	struct bench *b = *state;

	for (unsigned n = 1; n <= 3; n++) {
		fake_card_init(&b->fake, 2);
		b->fake.fail_map_at = n;
		assert_refused(b, -ENOMEM, "2 rings of 131072 octets");
		assert_int_equal(b->fake.maps, n - 1);
	}
}

static void open_on_a_card_that_goes_away_midway_leaves_nothing(void **state)
{
	static const uint32_t moments[] = {FC_REG_COMMAND, FC_REG_SCRATCH, FC_REG_HASH_HIGH,
					   FC_REG_RING_BASE_LOW(1)};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		fake_card_init(&b->fake, 2);
		b->fake.gone_at_write = moments[i];
		assert_refused(b, -ENODEV, "reads all ones");
	}
}

static void open_passes_on_what_the_transport_says(void **state)
{
	struct bench *b = *state;

	b->fake.broken = true;
	assert_refused_untouched(b, -EIO, "MAGIC (0x0000) cannot be read");
}

/* ------------------------------------------------------------------------- what stands */

static void open_reports_how_the_card_is_built(void **state)
{
	struct bench *b = *state;
	const struct fc_card_build want = {4096, 2, 2, 4, 4, 2, 192, 24, 512, 2};

	assert_int_equal(open_card(b), 0);
	assert_memory_equal(&b->card.build, &want, sizeof(want));
	assert_string_equal(b->card.error, "");
}

static void open_gives_each_ring_zeroed_sealed_memory(void **state)
{
	struct bench *b = *state;
	const size_t octets = (size_t)FC_RECORD_OCTETS << 10;
	static const uint8_t zero[FC_RECORD_OCTETS << 10];

	assert_int_equal(open_card(b), 0);
	for (unsigned r = 0; r < 2; r++) {
		const struct fc_dma *dma = &b->card.ring_dma[r];
		uint64_t base = fake_card_reg(&b->fake, FC_REG_RING_BASE_LOW(r)) |
				(uint64_t)fake_card_reg(&b->fake, FC_REG_RING_BASE_HIGH(r)) << 32;

		assert_ptr_equal(fake_card_memory(&b->fake, base, octets), b->card.ring[r].mem);
		assert_memory_equal(dma->mem, zero, octets);
		assert_int_equal(fcntl(dma->fd, F_GET_SEALS),
				 F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
		assert_int_equal(fake_card_reg(&b->fake, FC_REG_RING_CONTROL(r)), 10 << 8 | 1);
	}
}

static void open_gives_each_ring_a_status_line_of_its_own(void **state)
{
	struct bench *b = *state;
	uint64_t line[2];

	assert_int_equal(open_card(b), 0);
	for (unsigned r = 0; r < 2; r++) {
		line[r] = fake_card_reg(&b->fake, FC_REG_RING_STATUS_LOW(r)) |
			  (uint64_t)fake_card_reg(&b->fake, FC_REG_RING_STATUS_HIGH(r)) << 32;
		assert_non_null(fake_card_memory(&b->fake, line[r], 64));
	}
	assert_int_equal(line[1] - line[0], 64);
}

static void open_loads_the_hash_tables_of_the_key(void **state)
{
	struct bench *b = *state;
	uint64_t words[FC_HASH_BLOCK_WORDS];

	assert_int_equal(open_card(b), 0);
	for (uint32_t i = 0; i < FC_HASH_WORDS / FC_HASH_BLOCK_WORDS; i++) {
		fc_hash_block(test_key, i, words);
		assert_memory_equal(b->fake.hash + (size_t)i * FC_HASH_BLOCK_WORDS, words,
				    sizeof(words));
	}
}

static void open_without_a_key_draws_another_each_time(void **state)
{
	struct bench *b = *state;
	uint64_t first[8];

	b->config.hash_key = NULL;
	assert_int_equal(open_card(b), 0);
	memcpy(first, b->fake.hash, sizeof(first));
	fc_card_close(&b->card);
	assert_int_equal(open_card(b), 0);
	assert_memory_not_equal(first, b->fake.hash, sizeof(first));
}

static void open_takes_over_a_card_that_was_left_running(void **state)
{
	struct bench *b = *state;

	b->fake.reg[FC_REG_CONTROL / 4] = 1;
	b->fake.reg[FC_REG_PORT_CONTROL(1) / 4] = 1;
	b->fake.reg[FC_REG_RING_CONTROL(0) / 4] = 20 << 8 | 1;
	b->fake.reg[FC_REG_RING_CONSUMER(0) / 4] = 99;
	b->fake.reg[FC_REG_RING_PRODUCER(0) / 4] = 100;
	b->fake.reg[FC_REG_MONITOR_CONTROL(3) / 4] = 7;
	b->fake.reg[FC_REG_FAULT / 4] = 0x1f;
	assert_int_equal(open_card(b), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_RING_CONSUMER(0)), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_MONITOR_CONTROL(3)), 0);
	assert_int_equal(fake_card_reg(&b->fake, FC_REG_PORT_CONTROL(1)), 0);
}

static void open_takes_over_a_card_whose_rings_are_full(void **state)
{
	struct bench *b = *state;

	b->fake.restless_until_reset = true;
	assert_int_equal(open_card(b), 0);
}

static void open_sets_the_doorbell_batch(void **state)
{
	struct bench *b = *state;

	assert_int_equal(open_card(b), 0);
	assert_int_equal(b->card.ring[1].doorbell_batch, FC_RING_DOORBELL_BATCH);
	fc_card_close(&b->card);
	b->config.doorbell_batch = 512;
	assert_int_equal(open_card(b), 0);
	assert_int_equal(b->card.ring[1].doorbell_batch, 512);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(open_refuses_a_stranger_and_writes_nothing),
		TEST(open_refuses_another_abi),
		TEST(open_refuses_another_register_map),
		TEST(open_says_that_the_card_is_gone_when_all_reads_are_ones),
		TEST(open_refuses_build_parameters_that_make_no_sense),
		TEST(open_refuses_a_bad_configuration),
		TEST(open_refuses_a_bar_that_is_too_small),
		TEST(open_times_out_when_clearing_never_ends_and_says_STATUS),
		TEST(open_says_which_register_forgets),
		TEST(open_refuses_a_ring_that_does_not_start_at_zero),
		TEST(open_notices_hash_words_that_were_not_taken),
		TEST(open_disables_the_rings_again_when_the_last_step_fails),
		TEST(open_undoes_the_mappings_when_one_fails),
		TEST(open_on_a_card_that_goes_away_midway_leaves_nothing),
		TEST(open_passes_on_what_the_transport_says),
		TEST(open_reports_how_the_card_is_built),
		TEST(open_gives_each_ring_zeroed_sealed_memory),
		TEST(open_gives_each_ring_a_status_line_of_its_own),
		TEST(open_loads_the_hash_tables_of_the_key),
		TEST(open_without_a_key_draws_another_each_time),
		TEST(open_takes_over_a_card_that_was_left_running),
		TEST(open_takes_over_a_card_whose_rings_are_full),
		TEST(open_sets_the_doorbell_batch),
	};

	return cmocka_run_group_tests_name("driver.card_open", tests, NULL, NULL);
}
