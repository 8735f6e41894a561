// SPDX-License-Identifier: BSD-2-Clause
/* Heartbeats without sockets: what is genuine, what is new, when a peer is silent. */
#include <ha/peer/beat.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MS UINT64_C(1000000)

static struct fc_beat_keys one, two;
static struct fc_beat_window window;

static int set_up(void **state)
{
	uint8_t material[FC_BEAT_MATERIAL];

	(void)state;
	for (unsigned i = 0; i < sizeof(material); i++)
		material[i] = (uint8_t)(i * 37);
	fc_beat_keys_set(&one, material, true);
	fc_beat_keys_set(&two, material, false);
	window = (struct fc_beat_window){0};
	return 0;
}

/* What unit 2 makes of unit 1's number n. */
static enum fc_beat_verdict hear(uint64_t number)
{
	uint8_t octets[FC_BEAT_OCTETS];

	assert_int_equal(fc_beat_write(&one, number, 0, octets), 0);
	return fc_beat_read(&two, &window, 0, octets, sizeof(octets));
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
	assert_int_equal(fc_beat_write(&one, 1, 0, octets), 0);
	for (unsigned bit = 0; bit < FC_BEAT_OCTETS * 8; bit++) {
		bool session = bit / 8 >= 4 && bit / 8 < 8;

		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(fc_beat_read(&two, &window, 0, octets, sizeof(octets)),
				 session ? FC_BEAT_STALE : FC_BEAT_FORGED);
		octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(window.newest, 0);
	assert_int_equal(fc_beat_read(&two, &window, 0, octets, sizeof(octets)), FC_BEAT_GOOD);
}

static void another_length_path_or_direction_is_a_forgery(void **state)
{
	uint8_t octets[FC_BEAT_OCTETS + 1] = {0};

	(void)state;
	assert_int_equal(fc_beat_write(&one, 1, 0, octets), 0);
	for (size_t count = 0; count <= sizeof(octets); count++)
		if (count != FC_BEAT_OCTETS)
			assert_int_equal(fc_beat_read(&two, &window, 0, octets, count),
					 FC_BEAT_FORGED);
	assert_int_equal(fc_beat_read(&two, &window, 1, octets, FC_BEAT_OCTETS), FC_BEAT_FORGED);
	/* Sent back to who made it. */
	assert_int_equal(fc_beat_read(&one, &window, 0, octets, FC_BEAT_OCTETS), FC_BEAT_FORGED);
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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_number_counts_once, set_up),
		cmocka_unit_test_setup(the_window_ends_after_64, set_up),
		cmocka_unit_test_setup(any_changed_bit_is_a_forgery, set_up),
		cmocka_unit_test_setup(another_length_path_or_direction_is_a_forgery, set_up),
		cmocka_unit_test(three_missed_intervals_are_silence),
		cmocka_unit_test(who_was_late_itself_counts_anew),
		cmocka_unit_test(a_session_that_begins_has_a_longer_time),
		cmocka_unit_test(an_older_sign_takes_nothing_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
