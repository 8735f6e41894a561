// SPDX-License-Identifier: BSD-2-Clause
#include "tests/driver/fake_ring.h"
#include "tests/driver/fake_transport.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { LOG2 = 3, SIZE = 1 << LOG2 };

struct bench {
	struct fake_script script;
	struct fake_ring card;
	struct fc_ring ring;
	uint32_t got[FC_RECORD_WORDS];
	uint32_t mem[SIZE * FC_RECORD_WORDS];
};

/* A reader that goes on at `index`, over the lap before, as an earlier one left it. */
static struct bench *start_at(void **state, uint32_t index)
{
	struct bench *b = *state;

	for (uint32_t i = index - SIZE; index && i != index; i++)
		fake_ring_write(&b->card, i);
	fc_ring_init(&b->ring, &b->script.transport, 2, b->mem, LOG2, index);
	return b;
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		return -1;
	fake_script_init(&b->script);
	b->card = (struct fake_ring){b->mem, LOG2};
	*state = b;
	start_at(state, 0);
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	fake_script_done(&b->script); /* and nothing beyond: the script fails the test then */
	free(b);
	return 0;
}

static void write_records(struct bench *b, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		fake_ring_write(&b->card, first + i);
}

static void take_records(struct bench *b, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(fc_ring_next(&b->ring, b->got), 0);
		assert_true(fake_ring_is(&b->card, first + i, b->got));
	}
}

/* ------------------------------------------------------------------- what is there */

static void an_empty_ring_has_nothing_yet(void **state)
{
	struct bench *b = *state;

	assert_int_equal(fc_ring_next(&b->ring, b->got), -EAGAIN);
	assert_int_equal(b->ring.read, 0);
	assert_int_equal(b->ring.stats.torn, 0);
}

static void one_record_is_taken_once(void **state)
{
	struct bench *b = *state;

	write_records(b, 0, 1);
	take_records(b, 0, 1);
	assert_int_equal(fc_ring_next(&b->ring, b->got), -EAGAIN);
	assert_int_equal(b->ring.stats.records, 1);
}

static void a_full_ring_is_taken_whole_and_then_waits_for_release(void **state)
{
	struct bench *b = *state;

	write_records(b, 0, SIZE);
	take_records(b, 0, SIZE);
	assert_int_equal(fc_ring_next(&b->ring, b->got), -EAGAIN);
	assert_int_equal(b->ring.stats.gaps, 0);
}

static void records_of_the_second_lap_follow_those_of_the_first(void **state)
{
	struct bench *b = *state;

	for (uint32_t i = 0; i < 3 * SIZE + 1; i++) {
		write_records(b, i, 1);
		take_records(b, i, 1);
		assert_int_equal(fc_ring_release(&b->ring, i + 1, false), 0);
	}
	assert_int_equal(b->ring.stats.records, 3 * SIZE + 1);
}

static void a_record_of_the_lap_before_is_not_there_yet(void **state)
{
	struct bench *b = *state;

	write_records(b, 0, SIZE);
	take_records(b, 0, SIZE);
	assert_int_equal(fc_ring_release(&b->ring, SIZE, false), 0);
	assert_int_equal(fc_ring_next(&b->ring, b->got), -EAGAIN);
	assert_int_equal(b->ring.stats.gaps + b->ring.stats.torn, 0);
}

static void one_half_is_torn_whichever_it_is(void **state)
{
	struct bench *b = *state;

	for (uint32_t i = 0; i < 2; i++) {
		fake_ring_write_half(&b->card, i, i);
		assert_int_equal(fc_ring_next(&b->ring, b->got), -EAGAIN);
		assert_int_equal(b->ring.stats.torn, i + 1);
		fake_ring_write_half(&b->card, i, 1 - i);
		take_records(b, i, 1);
	}
	assert_int_equal(b->ring.stats.gaps, 0);
}

static void half_a_record_over_the_lap_before_is_torn(void **state)
{
	struct bench *b = *state;

	write_records(b, 0, SIZE);
	take_records(b, 0, SIZE);
	assert_int_equal(fc_ring_release(&b->ring, SIZE, false), 0);
	fake_ring_write_half(&b->card, SIZE, 1);
	assert_int_equal(fc_ring_next(&b->ring, b->got), -EAGAIN);
	assert_int_equal(b->ring.stats.torn, 1);
}

/* ------------------------------------------------------------------- what is wrong */

static void right_phase_and_other_sequence_is_a_gap(void **state)
{
	struct bench *b = *state;

	write_records(b, 0, 3);
	take_records(b, 0, 3);
	write_records(b, 3 + 2 * SIZE, 1);
	assert_int_equal(fc_ring_next(&b->ring, b->got), -EILSEQ);
	assert_int_equal(b->ring.stats.gaps, 1);
	assert_int_equal(b->ring.read, 3);
}

static void a_gap_in_one_half_is_seen_before_the_other_arrives(void **state)
{
	struct bench *b = *state;

	fake_ring_write_half(&b->card, 2 * SIZE, 1);
	assert_int_equal(fc_ring_next(&b->ring, b->got), -EILSEQ);
	assert_int_equal(b->ring.stats.torn, 0);
}

static void a_card_that_is_a_whole_lap_ahead_is_a_gap(void **state)
{
	struct bench *b = *state;

	write_records(b, SIZE, 1);
	assert_int_equal(fc_ring_next(&b->ring, b->got), -EILSEQ);
	assert_int_equal(b->ring.stats.gaps, 1);
}

static void halves_in_each_others_place_are_a_gap(void **state)
{
	struct bench *b = *state;

	fake_ring_write(&b->card, 0);
	fc_rec_set_trailer0_half(b->mem, 1);
	assert_int_equal(fc_ring_next(&b->ring, b->got), -EILSEQ);
	fc_rec_set_trailer0_half(b->mem, 0);
	fc_rec_set_trailer1_half(b->mem, 0);
	assert_int_equal(fc_ring_next(&b->ring, b->got), -EILSEQ);
}

/*
 * The first words of the record lie in a page that cannot be read, its trailers in the next one. So
 * the copy stops after the trailers were found good; the handler opens the page and is the card.
 */
static struct {
	char *page;
	size_t octets;
	struct fake_ring card;
} overrun;

static void overrun_handler(int number)
{
	(void)number;
	mprotect(overrun.page, overrun.octets, PROT_READ | PROT_WRITE);
	fake_ring_write_half(&overrun.card, 2 * SIZE, 0);
}

static void a_card_that_writes_during_the_copy_is_a_gap(void **state)
{
	struct bench *b = *state;
	struct sigaction old, action = {.sa_handler = overrun_handler};
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	overrun.octets = page;
	overrun.page =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(overrun.page, MAP_FAILED);
	overrun.card = (struct fake_ring){(uint32_t *)(overrun.page + page) - 15, LOG2};
	fake_ring_write(&overrun.card, 0);
	fc_ring_init(&b->ring, &b->script.transport, 2, overrun.card.mem, LOG2, 0);
	assert_int_equal(mprotect(overrun.page, page, PROT_NONE), 0);
	sigaction(SIGSEGV, &action, &old);
	assert_int_equal(fc_ring_peek(&b->ring, 0, b->got), -EILSEQ);
	sigaction(SIGSEGV, &old, NULL);
	assert_int_equal(b->ring.stats.gaps, 1);
	munmap(overrun.page, 2 * page);
}

static void a_peek_outside_the_ring_is_refused(void **state)
{
	struct bench *b = start_at(state, 5);

	write_records(b, 5, 1);
	assert_int_equal(fc_ring_peek(&b->ring, 5, b->got), 0);
	assert_int_equal(fc_ring_peek(&b->ring, 5 + SIZE - 1, b->got), -EAGAIN);
	assert_int_equal(fc_ring_peek(&b->ring, 5 + SIZE, b->got), -EINVAL);
	assert_int_equal(fc_ring_peek(&b->ring, 4, b->got), -EINVAL);
}

/* ------------------------------------------------------------- restart, index wraps */

static void a_new_reader_goes_on_from_index_and_memory(void **state)
{
	struct bench *b = *state;
	const uint32_t held = SIZE + 3, produced = held + 4;

	write_records(b, 0, produced);
	fc_ring_init(&b->ring, &b->script.transport, 2, b->mem, LOG2, held);
	take_records(b, held, produced - held);
	assert_int_equal(fc_ring_next(&b->ring, b->got), -EAGAIN);
}

static void a_held_record_can_be_replayed(void **state)
{
	struct bench *b = *state;

	write_records(b, 0, 3);
	take_records(b, 0, 3);
	assert_int_equal(fc_ring_peek(&b->ring, 1, b->got), 0);
	assert_true(fake_ring_is(&b->card, 1, b->got));
	assert_int_equal(b->ring.read, 3);
}

/* Sequence has 30 bits, the consumer register 31, the index 32. */
static void indices_wrap_at_each_width(void **state)
{
	static const uint32_t wraps[] = {UINT32_C(1) << 30, UINT32_C(1) << 31, 0};

	for (unsigned w = 0; w < 3; w++) {
		struct bench *b = start_at(state, wraps[w] - 2);

		write_records(b, wraps[w] - 2, 4);
		take_records(b, wraps[w] - 2, 4);
		expect_write(&b->script, FC_REG_RING_CONSUMER(2), (wraps[w] + 2) & 0x7fffffff);
		assert_int_equal(fc_ring_release(&b->ring, wraps[w] + 2, true), 0);
	}
}

/* -------------------------------------------------------------------------- release */

static void the_doorbell_rings_once_a_batch(void **state)
{
	struct bench *b = *state;

	b->ring.doorbell_batch = 4;
	write_records(b, 0, SIZE);
	take_records(b, 0, SIZE);
	for (uint32_t i = 1; i <= 3; i++)
		assert_int_equal(fc_ring_release(&b->ring, i, false), 0);
	expect_write(&b->script, FC_REG_RING_CONSUMER(2), 4);
	assert_int_equal(fc_ring_release(&b->ring, 4, false), 0);
	assert_int_equal(fc_ring_release(&b->ring, 7, false), 0);
	assert_int_equal(b->ring.stats.doorbells, 1);
}

static void force_rings_at_once_and_even_without_news(void **state)
{
	struct bench *b = *state;

	write_records(b, 0, 1);
	take_records(b, 0, 1);
	expect_write(&b->script, FC_REG_RING_CONSUMER(2), 1);
	assert_int_equal(fc_ring_release(&b->ring, 1, true), 0);
	expect_write(&b->script, FC_REG_RING_CONSUMER(2), 1);
	assert_int_equal(fc_ring_release(&b->ring, 1, true), 0);
	assert_int_equal(b->ring.stats.doorbells, 2);
}

static void a_release_backwards_or_beyond_changes_nothing(void **state)
{
	struct bench *b = start_at(state, 5);

	assert_int_equal(fc_ring_release(&b->ring, 4, true), -EINVAL);
	assert_int_equal(fc_ring_release(&b->ring, 5 + SIZE + 1, true), -EINVAL);
	assert_int_equal(b->ring.released, 5);
	assert_int_equal(b->ring.read, 5);
}

static void a_release_ahead_takes_the_read_index_along(void **state)
{
	struct bench *b = *state;

	assert_int_equal(fc_ring_release(&b->ring, 2, false), 0);
	assert_int_equal(b->ring.read, 2);
	write_records(b, 2, 1);
	take_records(b, 2, 1);
}

static void a_doorbell_that_fails_is_due_again(void **state)
{
	struct bench *b = *state;
	struct fake_card card;

	fake_card_init(&card, 4);
	b->ring.transport = &card.transport;
	b->ring.doorbell_batch = 2;
	card.broken = true;
	assert_int_equal(fc_ring_release(&b->ring, 2, false), -EIO);
	assert_int_equal(b->ring.released, 2);
	card.broken = false;
	assert_int_equal(fc_ring_release(&b->ring, 3, false), 0);
	assert_int_equal(fake_card_reg(&card, FC_REG_RING_CONSUMER(2)), 3);
}

static void a_mapped_bar_is_written_directly(void **state)
{
	struct bench *b = *state;
	uint32_t bar[FAKE_MAP_OCTETS / 4] = {0};

	b->script.transport.bar = bar;
	b->script.transport.bar_octets = sizeof(bar);
	assert_int_equal(fc_ring_release(&b->ring, 6, true), 0);
	assert_int_equal(bar[FC_REG_RING_CONSUMER(2) / 4], 6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_ring_has_nothing_yet),
		TEST(one_record_is_taken_once),
		TEST(a_full_ring_is_taken_whole_and_then_waits_for_release),
		TEST(records_of_the_second_lap_follow_those_of_the_first),
		TEST(a_record_of_the_lap_before_is_not_there_yet),
		TEST(one_half_is_torn_whichever_it_is),
		TEST(half_a_record_over_the_lap_before_is_torn),
		TEST(right_phase_and_other_sequence_is_a_gap),
		TEST(a_gap_in_one_half_is_seen_before_the_other_arrives),
		TEST(a_card_that_is_a_whole_lap_ahead_is_a_gap),
		TEST(halves_in_each_others_place_are_a_gap),
		TEST(a_card_that_writes_during_the_copy_is_a_gap),
		TEST(a_peek_outside_the_ring_is_refused),
		TEST(a_new_reader_goes_on_from_index_and_memory),
		TEST(a_held_record_can_be_replayed),
		TEST(indices_wrap_at_each_width),
		TEST(the_doorbell_rings_once_a_batch),
		TEST(force_rings_at_once_and_even_without_news),
		TEST(a_release_backwards_or_beyond_changes_nothing),
		TEST(a_release_ahead_takes_the_read_index_along),
		TEST(a_doorbell_that_fails_is_due_again),
		TEST(a_mapped_bar_is_written_directly),
	};

	return cmocka_run_group_tests_name("driver.ring", tests, NULL, NULL);
}
