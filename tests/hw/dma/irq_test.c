/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt of a ring: one for each arming, moderated, never early and never lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "dma_bench.h"
#include <cmocka.h>
#include <flowcard/registers.h>

#define SEED 20261123u
#define TICK 64u      /* core clocks; the parameter TickLog2 is 6 */
#define LATENCY 3u    /* clocks from what is enough to the request */
#define FULL_RING0 8u /* records, as bench_open() made it */

static struct bench b;

static int opened(void **state)
{
	int err = bench_open(&b, SEED);

	(void)state;
	b.consume = 0;
	b.in.size_log2[0] = 3;
	return err;
}

static int closed(void **state)
{
	bool good = bench_good(&b) || !b.ring[0].limit;

	(void)state;
	bench_close(&b);
	return good ? 0 : -1;
}

static void moderate(unsigned records, unsigned ticks)
{
	b.in.moderation[0] = records << FC_REG_RING_MODERATION_RECORDS_SHIFT |
			     ticks << FC_REG_RING_MODERATION_TICKS_SHIFT;
}

static void arm(uint32_t consumer)
{
	b.in.consumer[0] = consumer;
	b.in.arm[0] = true;
	bench_run(&b, 1);
}

static void records_come(unsigned count)
{
	b.ring[0].limit += count;
	for (unsigned i = 0; i < 1000 && b.ring[0].answered != b.ring[0].limit; i++)
		bench_run(&b, 1);
	assert_int_equal(b.ring[0].answered, b.ring[0].limit);
}

static void acknowledge(void)
{
	b.in.irq_ack[0] = true;
	bench_run(&b, 2);
	assert_false(b.out.irq_req[0]);
}

/* ---------------------------------------------------------------- moderation */
static void a_count_waits_for_that_many_records(void **state)
{
	(void)state;
	moderate(5, 0);
	arm(0);
	records_come(4);
	bench_run(&b, 100 * TICK);
	assert_false(b.out.irq_req[0]);
	assert_false(b.out.timing);
	records_come(1);
	bench_run(&b, LATENCY);
	assert_true(b.out.irq_req[0]);
	assert_false(b.out.irq_req[1]);
}

static void a_time_waits_as_long_after_the_first_record(void **state)
{
	const unsigned ticks = 7;
	unsigned clocks = 0;
	(void)state;

	moderate(0, ticks);
	arm(0);
	bench_run(&b, 1000);
	assert_false(b.out.timing);
	records_come(1);
	bench_run(&b, 2);
	assert_true(b.out.timing);
	records_come(3); /* those that come later do not start it anew */
	for (clocks = 0; clocks < 100 * TICK && !b.out.irq_req[0]; clocks++)
		bench_run(&b, 1);
	assert_in_range(clocks, ticks * TICK - 60, ticks * TICK + LATENCY);
	assert_false(b.out.timing);
}

static void the_first_of_the_two_counts(void **state)
{
	(void)state;
	moderate(2, 1000);
	arm(0);
	records_come(2);
	bench_run(&b, LATENCY);
	assert_true(b.out.irq_req[0]);
	acknowledge();
	moderate(1000, 2);
	arm(2);
	records_come(1);
	bench_run(&b, TICK);
	assert_false(b.out.irq_req[0]);
	bench_run(&b, TICK + LATENCY);
	assert_true(b.out.irq_req[0]);
}

static void records_that_wait_as_it_is_armed_raise_it_at_once(void **state)
{
	(void)state;
	moderate(6, 6);
	records_come(3);
	arm(2);
	bench_run(&b, LATENCY);
	assert_true(b.out.irq_req[0]);
	acknowledge();
	arm(3); /* none wait: moderated again */
	records_come(1);
	bench_run(&b, TICK);
	assert_false(b.out.irq_req[0]);
}

static void a_full_ring_raises_it_whatever_was_asked_for(void **state)
{
	(void)state;
	moderate(FULL_RING0 + 1, 0);
	arm(0);
	records_come(FULL_RING0 - 1);
	bench_run(&b, TICK);
	assert_false(b.out.irq_req[0]);
	records_come(1);
	bench_run(&b, LATENCY);
	assert_true(b.out.irq_req[0]);
}

static void it_is_held_until_acknowledged_and_armed_anew_behind_that(void **state)
{
	(void)state;
	arm(0);
	records_come(1);
	bench_run(&b, 500);
	assert_true(b.out.irq_req[0]);
	arm(0); /* before the answer: the second shot waits for it */
	bench_run(&b, 500);
	assert_true(b.out.irq_req[0]);
	b.in.irq_ack[0] = true;
	bench_run(&b, 2);
	assert_false(b.out.irq_req[0]);
	bench_run(&b, LATENCY);
	assert_true(b.out.irq_req[0]);
	acknowledge();
	bench_run(&b, 500);
	assert_false(b.out.irq_req[0]);
}

/* ---------------------------------------------------------------- any traffic, any host */
/* What the host may expect, from armings and answers alone. */
struct expectation {
	bool armed, was_req, at_once;
	bool due;        /* in the clock before, a request was right */
	unsigned waited; /* clocks for which a record has waited while armed */
	unsigned asleep; /* clocks for which there was enough and no request */
	unsigned arms, raised, early, doubled;
	unsigned asleep_most;
};

static uint32_t draw(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static bool is_enough(const struct expectation *e, uint32_t waiting, unsigned slack)
{
	uint32_t m = b.in.moderation[0];
	unsigned records = m & 0xffff, ticks = m >> 16;

	return !m || e->at_once || waiting >= FULL_RING0 || (records && waiting >= records) ||
	       (ticks && e->waited + slack >= ticks * TICK);
}

/* After a clock: `answered` as it was before that clock, since what is answered in it cannot have
 * raised anything yet. */
static void judge(struct expectation *e, bool arming, uint32_t answered)
{
	int32_t waiting = (int32_t)(answered - b.in.consumer[0]);
	bool req = b.out.irq_req[0];

	if (req && !e->was_req) {
		e->raised++;
		e->doubled += !e->armed;
		e->early += !e->due;
		e->armed = e->at_once = false;
	}
	e->was_req = req;
	if (arming) {
		e->arms++;
		e->armed = true;
		e->at_once = waiting > 0;
		e->waited = e->asleep = 0;
	}
	e->waited = e->armed && waiting > 0 ? e->waited + 1 : 0;
	e->at_once = e->at_once && waiting > 0;
	e->due = e->armed && waiting > 0 && is_enough(e, (uint32_t)waiting, LATENCY);
	e->asleep = e->armed && !req && waiting > 0 && is_enough(e, (uint32_t)waiting, 0)
			    ? e->asleep + 1
			    : 0;
	if (e->asleep > e->asleep_most)
		e->asleep_most = e->asleep;
}

static void one_clock(struct expectation *e, uint64_t *seed, unsigned arm_every)
{
	uint32_t answered = b.ring[0].answered, seen = b.ring[0].written - b.in.consumer[0];
	bool arming = draw(seed, arm_every) == 0;

	if (arming || draw(seed, 50) == 0)
		b.in.consumer[0] += draw(seed, seen + 1); /* some or all that memory holds */
	b.in.arm[0] = arming;
	b.in.irq_ack[0] = b.out.irq_req[0] && draw(seed, 10) == 0;
	b.offer = draw(seed, 64) == 0 ? draw(seed, 2) * draw(seed, 60) : b.offer;
	bench_run(&b, 1);
	judge(e, arming, answered);
}

static void armed_with_records_waiting_is_never_asleep(void **state)
{
	static const struct {
		unsigned records, ticks;
	} asked[] = {{0, 0}, {1, 0}, {3, 0}, {0, 1}, {0, 5}, {4, 2}, {2, 9}, {100, 3}};
	uint64_t seed = SEED;
	(void)state;

	b.stall = 40;
	b.ring[0].limit = UINT32_MAX;
	for (unsigned i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct expectation e = {.was_req = b.out.irq_req[0]};

		moderate(asked[i].records, asked[i].ticks);
		b.in.arm[0] = true; /* begins with a known state: armed, nothing old pending */
		b.answer_clocks = 1 + 30 * (i % 3);
		bench_run(&b, 1);
		e.armed = e.at_once = e.due = true;
		e.was_req = b.out.irq_req[0];
		for (unsigned c = 0; c < 40000; c++)
			one_clock(&e, &seed, 20 + 100 * (i % 4));
		assert_int_equal(e.early, 0);
		assert_int_equal(e.doubled, 0);
		assert_true(e.asleep_most <= LATENCY);
		assert_true(e.raised > 50 && e.raised <= e.arms + 1);
	}
	assert_true(b.ring[0].answered > 10000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, opened, closed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_count_waits_for_that_many_records),
		TEST(a_time_waits_as_long_after_the_first_record),
		TEST(the_first_of_the_two_counts),
		TEST(records_that_wait_as_it_is_armed_raise_it_at_once),
		TEST(a_full_ring_raises_it_whatever_was_asked_for),
		TEST(it_is_held_until_acknowledged_and_armed_anew_behind_that),
		TEST(armed_with_records_waiting_is_never_asleep),
	};

	printf("seed %u\n", SEED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
