// SPDX-License-Identifier: BSD-2-Clause
/*
 * The ring against a writer: first with every step drawn at random and every answer known, then
 * with a writer in a thread of its own. FC_SEED=n repeats a run.
 */
#include "tests/driver/fake_ring.h"
#include "tests/driver/fake_transport.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LOG2 = 6, SIZE = 1 << LOG2, RECORDS = 200000 };

struct race {
	struct fake_card transport; /* takes the doorbell */
	struct fake_ring card;
	struct fc_ring ring;
	uint32_t mem[SIZE * FC_RECORD_WORDS];
	uint32_t produced; /* whole records written */
	unsigned halves;   /* of the record after those: bit h: half h is there */
	uint64_t torn, peeks;
	uint64_t random;
};

static uint64_t seed(void)
{
	const char *text = getenv("FC_SEED");

	return text ? strtoull(text, NULL, 0) : 20261122;
}

/* xorshift64* */
static uint32_t draw(struct race *r, uint32_t below)
{
	r->random ^= r->random >> 12;
	r->random ^= r->random << 25;
	r->random ^= r->random >> 27;
	return (uint32_t)((r->random * UINT64_C(2685821657736338717)) >> 33) % below;
}

/* The consumer index as the card knows it: the register has 31 bits of it. */
static uint32_t card_has_room(const struct race *r)
{
	uint32_t consumer =
		__atomic_load_n(&r->transport.reg[FC_REG_RING_CONSUMER(0) / 4], __ATOMIC_ACQUIRE);

	return SIZE - ((r->produced - consumer) & FC_REG_RING_CONSUMER_INDEX_MASK);
}

static void step_write_half(struct race *r)
{
	unsigned half = draw(r, 2);

	if (!card_has_room(r))
		return;
	if (r->halves & 1u << half)
		half = 1 - half;
	fake_ring_write_half(&r->card, r->produced, half);
	r->halves |= 1u << half;
	if (r->halves == 3) {
		r->produced++;
		r->halves = 0;
	}
}

static void step_write_some(struct race *r)
{
	for (uint32_t n = draw(r, SIZE / 2); n; n--)
		step_write_half(r);
}

/* What a look at `index` must give. */
static int expect_look(struct race *r, uint32_t index)
{
	if ((int32_t)(index - r->produced) < 0)
		return 0;
	if (index == r->produced && r->halves)
		r->torn++;
	return -EAGAIN;
}

static void step_next(struct race *r)
{
	uint32_t got[FC_RECORD_WORDS], index = r->ring.read;
	bool held = index - r->ring.released == SIZE;
	int want = held ? -EAGAIN : expect_look(r, index);

	assert_int_equal(fc_ring_next(&r->ring, got), want);
	if (!want)
		assert_true(fake_ring_is(&r->card, index, got));
}

static void step_next_some(struct race *r)
{
	for (uint32_t n = draw(r, SIZE); n; n--)
		step_next(r);
}

static void step_peek(struct race *r)
{
	uint32_t got[FC_RECORD_WORDS], index = r->ring.released + draw(r, SIZE);
	int want = expect_look(r, index);

	assert_int_equal(fc_ring_peek(&r->ring, index, got), want);
	if (!want)
		assert_true(fake_ring_is(&r->card, index, got));
	r->peeks++;
}

static void step_release(struct race *r)
{
	uint32_t forward = draw(r, r->ring.read - r->ring.released + 1);

	assert_int_equal(fc_ring_release(&r->ring, r->ring.released + forward, draw(r, 8) == 0), 0);
	assert_in_range(r->ring.released - r->ring.doorbell, 0, r->ring.doorbell_batch - 1);
}

static struct race *race_start(uint32_t first)
{
	struct race *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	fake_card_init(&r->transport, 1);
	r->transport.reg[FC_REG_RING_CONSUMER(0) / 4] = first & FC_REG_RING_CONSUMER_INDEX_MASK;
	r->card = (struct fake_ring){r->mem, LOG2};
	for (uint32_t i = first - SIZE; first && i != first; i++)
		fake_ring_write(&r->card, i); /* the lap before */
	fc_ring_init(&r->ring, &r->transport.transport, 0, r->mem, LOG2, first);
	r->ring.doorbell_batch = SIZE / 4;
	r->produced = first;
	r->random = seed();
	return r;
}

static void every_record_comes_once_in_order_whatever_the_steps(void **state)
{
	static void (*const steps[])(struct race *) = {step_write_half, step_write_some,
						       step_next,       step_next_some,
						       step_peek,       step_release};
	const uint32_t first = 0u - RECORDS / 2; /* so the 32-bit index wraps halfway */
	struct race *r = race_start(first);

	(void)state;
	print_message("FC_SEED=%llu\n", (unsigned long long)seed());
	while (r->ring.read - first < RECORDS)
		steps[draw(r, sizeof(steps) / sizeof(steps[0]))](r);
	assert_int_equal(r->ring.stats.records, r->ring.read - first);
	assert_int_equal(r->ring.stats.gaps, 0);
	assert_int_equal(r->ring.stats.torn, r->torn);
	assert_true(r->torn > 100 && r->peeks > 100 && r->ring.stats.doorbells > 100);
	free(r);
}

static void *writer(void *argument)
{
	struct race *r = argument;

	for (uint32_t n = 0; n < RECORDS; n++) {
		while (!card_has_room(r))
			sched_yield();
		fake_ring_write_half(&r->card, r->produced, n & 1);
		fake_ring_write_half(&r->card, r->produced, ~n & 1);
		r->produced++;
	}
	return NULL;
}

static void a_writer_in_another_thread_loses_nothing(void **state)
{
	struct race *r = race_start(0);
	uint32_t got[FC_RECORD_WORDS];
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, writer, r), 0);
	while (r->ring.read < RECORDS) {
		int err = fc_ring_next(&r->ring, got);

		if (err == -EAGAIN) {
			sched_yield();
			continue;
		}
		assert_int_equal(err, 0);
		assert_true(fake_ring_is(&r->card, r->ring.read - 1, got));
		assert_int_equal(fc_ring_release(&r->ring, r->ring.read, false), 0);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(r->ring.stats.records, RECORDS);
	assert_int_equal(r->ring.stats.gaps, 0);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_comes_once_in_order_whatever_the_steps),
		cmocka_unit_test(a_writer_in_another_thread_loses_nothing),
	};

	return cmocka_run_group_tests_name("driver.ring_random", tests, NULL, NULL);
}
