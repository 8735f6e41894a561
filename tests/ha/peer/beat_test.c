// SPDX-License-Identifier: BSD-2-Clause
/* Heartbeats without sockets: what is genuine, what is new, when a peer is silent. */
#include <ha/peer/beat.h>
#include <openssl/crypto.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS UINT64_C(1000000)

static struct fc_beat_seal *one, *two;
static struct fc_beat_window window;

static int set_up(void **state)
{
	uint8_t material[FC_BEAT_MATERIAL];
	struct fc_beat_keys keys;

	(void)state;
	for (unsigned i = 0; i < sizeof(material); i++)
		material[i] = (uint8_t)(i * 37);
	fc_beat_keys_set(&keys, material, true);
	one = fc_beat_seal_create(&keys);
	fc_beat_keys_set(&keys, material, false);
	two = fc_beat_seal_create(&keys);
	assert_true(one && two);
	window = (struct fc_beat_window){0};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fc_beat_seal_free(one);
	fc_beat_seal_free(two);
	return 0;
}

/* What unit 2 makes of unit 1's number n. */
static enum fc_beat_verdict hear(uint64_t number)
{
	uint8_t octets[FC_BEAT_OCTETS];

	assert_int_equal(fc_beat_write(one, number, 0, octets), 0);
	return fc_beat_read(two, &window, 0, octets, sizeof(octets));
}

static void each_number_counts_once(void **state)
{
	(void)state;
	assert_int_equal(hear(1), FC_BEAT_GOOD);
	assert_int_equal(hear(1), FC_BEAT_REPLAYED);
	assert_int_equal(hear(5), FC_BEAT_GOOD);
	for (uint64_t n = 2; n < 5; n++) {
		assert_int_equal(hear(n), FC_BEAT_GOOD);
		assert_int_equal(hear(n), FC_BEAT_REPLAYED);
	}
	assert_int_equal(hear(5), FC_BEAT_REPLAYED);
	assert_int_equal(hear(0), FC_BEAT_REPLAYED);
}

static void the_window_ends_after_64(void **state)
{
	(void)state;
	assert_int_equal(hear(1000), FC_BEAT_GOOD);
	assert_int_equal(hear(1000 - FC_BEAT_WINDOW), FC_BEAT_REPLAYED);
	assert_int_equal(hear(1000 - FC_BEAT_WINDOW + 1), FC_BEAT_GOOD);
	assert_int_equal(hear(1000 - FC_BEAT_WINDOW + 1), FC_BEAT_REPLAYED);
	assert_int_equal(hear(1000 + FC_BEAT_WINDOW), FC_BEAT_GOOD);
	assert_int_equal(hear(1000), FC_BEAT_REPLAYED);
	assert_int_equal(hear(1001), FC_BEAT_GOOD);
	assert_int_equal(hear(UINT64_MAX), FC_BEAT_GOOD);
	assert_int_equal(hear(UINT64_MAX), FC_BEAT_REPLAYED);
	assert_int_equal(hear(1002), FC_BEAT_REPLAYED);
}

static void any_changed_bit_is_a_forgery(void **state)
{
	uint8_t octets[FC_BEAT_OCTETS];

	(void)state;
	assert_int_equal(fc_beat_write(one, 1, 0, octets), 0);
	for (unsigned bit = 0; bit < FC_BEAT_OCTETS * 8; bit++) {
		bool session = bit / 8 >= 4 && bit / 8 < 8;

		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(fc_beat_read(two, &window, 0, octets, sizeof(octets)),
				 session ? FC_BEAT_STALE : FC_BEAT_FORGED);
		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(window.newest, 0);
	assert_int_equal(fc_beat_read(two, &window, 0, octets, sizeof(octets)), FC_BEAT_GOOD);
}

/* As Python's cryptography makes it: AESGCM(key).encrypt(nonce, b"", header). */
static void octets_on_the_wire_are_these(void **state)
{
	static const uint8_t expected[FC_BEAT_OCTETS] = {
		0x46, 0x43, 0x48, 0x31, 0x00, 0x25, 0x4a, 0x6f, 0x01, 0x02, 0x03, 0x04,
		0x05, 0x06, 0x07, 0x08, 0x01, 0x01, 0x00, 0x00, 0xc9, 0xf8, 0xea, 0x58,
		0x0f, 0x8f, 0x3c, 0xae, 0xaa, 0x60, 0xe4, 0xd0, 0x6e, 0xb9, 0x79, 0x7e};
	uint8_t octets[FC_BEAT_OCTETS];

	(void)state;
	assert_int_equal(fc_beat_write(one, 0x0102030405060708u, 1, octets), 0);
	assert_memory_equal(octets, expected, sizeof(expected));
}

static void another_length_path_or_direction_is_a_forgery(void **state)
{
	uint8_t octets[FC_BEAT_OCTETS + 1] = {0};

	(void)state;
	assert_int_equal(fc_beat_write(one, 1, 0, octets), 0);
	for (size_t count = 0; count <= sizeof(octets); count++)
		if (count != FC_BEAT_OCTETS)
			assert_int_equal(fc_beat_read(two, &window, 0, octets, count),
					 FC_BEAT_FORGED);
	assert_int_equal(fc_beat_read(two, &window, 1, octets, FC_BEAT_OCTETS), FC_BEAT_FORGED);
	/* Sent back to who made it. */
	assert_int_equal(fc_beat_read(one, &window, 0, octets, FC_BEAT_OCTETS), FC_BEAT_FORGED);
}

/* ------------------------------------------------------------------ memory */
static unsigned long allocations;

static void *count_malloc(size_t octets, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return malloc(octets);
}

static void *count_realloc(void *at, size_t octets, const char *file, int line)
{
	(void)file;
	(void)line;
	allocations++;
	return realloc(at, octets);
}

static void just_free(void *at, const char *file, int line)
{
	(void)file;
	(void)line;
	free(at);
}

/* The thread that does it has real-time priority: it must not wait for somebody else's malloc. */
static void nothing_is_allocated_for_a_heartbeat(void **state)
{
	uint8_t octets[FC_BEAT_OCTETS];
	unsigned long before = allocations;

	(void)state;
	assert_true(before > 0); /* it is counted */
	for (uint64_t n = 1; n <= 100; n++) {
		fc_beat_write(one, n, 0, octets);
		assert_int_equal(fc_beat_read(two, &window, 0, octets, sizeof(octets)),
				 FC_BEAT_GOOD);
		octets[30] ^= 1;
		assert_int_equal(fc_beat_read(two, &window, 0, octets, sizeof(octets)),
				 FC_BEAT_FORGED);
	}
	assert_int_equal(allocations, before);
}

/* ------------------------------------------------------------------ life */
static struct fc_life life;

static void begin(void)
{
	life = (struct fc_life){0};
	fc_life_begin(&life, 50, 3, 1000 * MS);
	life.begun = true;
}

static void three_missed_intervals_are_silence(void **state)
{
	(void)state;
	begin();
	assert_true(fc_life_deadline(&life) == 1150 * MS);
	assert_false(fc_life_turn(&life, 1100 * MS, 1100 * MS));
	assert_false(fc_life_turn(&life, 1150 * MS - 1, 1150 * MS - 1));
	assert_true(fc_life_turn(&life, 1150 * MS, 1150 * MS));
	fc_life_sign(&life, 1150 * MS);
	assert_false(fc_life_turn(&life, 1200 * MS, 1250 * MS));
	assert_true(fc_life_turn(&life, 1300 * MS, 1301 * MS));
}

static void who_was_late_itself_counts_anew(void **state)
{
	(void)state;
	begin();
	/* Stopped for ten seconds: the peer was not heard because nobody listened. */
	assert_false(fc_life_turn(&life, 1050 * MS, 11050 * MS));
	assert_int_equal(life.late, 1);
	assert_false(fc_life_turn(&life, 11199 * MS, 11199 * MS));
	assert_true(fc_life_turn(&life, 11200 * MS, 11200 * MS));
	/* An interval late is not late. */
	begin();
	assert_true(fc_life_turn(&life, 1150 * MS, 1200 * MS));
	begin();
	assert_false(fc_life_turn(&life, 1150 * MS, 1200 * MS + 1));
}

static void a_session_that_begins_has_a_longer_time(void **state)
{
	(void)state;
	begin();
	life.begun = false;
	assert_false(fc_life_turn(&life, 2149 * MS, 2149 * MS));
	assert_true(fc_life_turn(&life, 2150 * MS, 2150 * MS));
}

static void an_older_sign_takes_nothing_back(void **state)
{
	(void)state;
	begin();
	fc_life_sign(&life, 1100 * MS);
	fc_life_sign(&life, 1050 * MS);
	assert_true(fc_life_deadline(&life) == 1250 * MS);
	/* A deadline that has not come fires nothing, however early the timer is. */
	assert_false(fc_life_turn(&life, UINT64_MAX, 1200 * MS));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(each_number_counts_once),
		TEST(the_window_ends_after_64),
		TEST(any_changed_bit_is_a_forgery),
		TEST(nothing_is_allocated_for_a_heartbeat),
		TEST(octets_on_the_wire_are_these),
		TEST(another_length_path_or_direction_is_a_forgery),
		cmocka_unit_test(three_missed_intervals_are_silence),
		cmocka_unit_test(who_was_late_itself_counts_anew),
		cmocka_unit_test(a_session_that_begins_has_a_longer_time),
		cmocka_unit_test(an_older_sign_takes_nothing_back),
	};

	if (CRYPTO_set_mem_functions(count_malloc, count_realloc, just_free) != 1)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
