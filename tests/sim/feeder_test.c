/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The feeder over a card that is played here: it has the card's rule for epochs (a step forward of
 * any size or back by more than one opens one, once the one before is closed; a guard time, then a
 * sweep that takes clocks), and fails a test that asks more of it than a card can give.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/feeder.h"
#include "sim/reframe.h"
#include <flowcard/registers.h>

enum { SHIFT = 30, GUARD = 1000000, SWEEP = 100000, EPOCHS_MAX = 64 };
static const uint64_t epoch = UINT64_C(1) << SHIFT;

struct fcsim {
	uint64_t time, open, start;
	uint64_t sweep; /* clocks left of the sweep */
	bool guarding;
	unsigned opened, closed, pumps, frames, pumped_frames, pump_gap;
	uint64_t starts[EPOCHS_MAX];
	bool stuck;
	size_t last_octets;
	uint8_t last[64];
};

static void card_clock(struct fcsim *s, uint64_t clocks)
{
	const uint64_t label = s->time >> SHIFT;

	if (!s->guarding && !s->sweep && (label > s->open || label + 1 < s->open)) {
		s->open = label;
		s->start = s->time;
		s->starts[s->opened++ % EPOCHS_MAX] = s->time;
		s->guarding = true;
	}
	if (s->guarding && s->time - s->start > GUARD) {
		s->guarding = false;
		s->sweep = SWEEP;
	}
	if (s->sweep && !s->stuck) {
		s->sweep -= clocks < s->sweep ? clocks : s->sweep;
		s->closed += !s->sweep;
	}
}

void fcsim_time_set(struct fcsim *s, uint64_t time_ns)
{
	s->time = time_ns;
}

void fcsim_run(struct fcsim *s, uint64_t clocks)
{
	card_clock(s, clocks);
}

int fcsim_settle(struct fcsim *s, uint64_t max_clocks)
{
	card_clock(s, max_clocks);
	return s->guarding || s->sweep ? -ETIMEDOUT : 0;
}

int fcsim_frame(struct fcsim *s, unsigned port, const void *data, size_t octets, uint64_t time_ns,
		bool bad)
{
	assert_int_equal(port, 3);
	assert_false(bad);
	assert_int_equal(time_ns, s->time);
	card_clock(s, 1);
	s->frames++;
	s->last_octets = octets;
	memcpy(s->last, data, octets < sizeof(s->last) ? octets : sizeof(s->last));
	return 0;
}

static void pump(void *argument)
{
	struct fcsim *const s = argument;

	s->pumps++;
	if (s->frames - s->pumped_frames > s->pump_gap)
		s->pump_gap = s->frames - s->pumped_frames;
	s->pumped_frames = s->frames;
}

static struct fc_feeder *feeder_of(struct fcsim *s)
{
	const struct fc_feeder_config config = {
		.port = 3,
		.epoch_shift = SHIFT,
		.epoch_guard_ns = GUARD,
		.pump = pump,
		.argument = s,
		.pump_frames = 10,
		.settle_clocks = UINT64_C(4) * SWEEP,
	};
	struct fc_feeder *f;

	memset(s, 0, sizeof(*s));
	assert_int_equal(fc_feeder_create(s, &config, &f), 0);
	return f;
}

static void give(struct fc_feeder *f, uint64_t time_ns)
{
	static const uint8_t octets[60] = {[12] = 8};
	const struct fc_frame frame = {
		.data = octets, .octets = sizeof(octets), .link = 1, .time_ns = time_ns};

	assert_int_equal(fc_feeder_frame(f, &frame), 0);
}

static void an_epoch_opens_at_its_boundary_and_the_one_before_closes(void **state)
{
	struct fcsim s;
	struct fc_feeder *const f = feeder_of(&s);

	(void)state;
	give(f, 5 * epoch + 77);
	give(f, 6 * epoch + GUARD + 1);
	assert_int_equal(s.opened, 2);
	assert_int_equal(s.starts[0], 5 * epoch);
	assert_int_equal(s.starts[1], 6 * epoch);
	assert_int_equal(s.closed, 2);
	assert_int_equal(fc_feeder_counters(f)->unsettled, 0);
	fc_feeder_destroy(f);
}

static void a_frame_within_the_guard_leaves_the_close_waiting(void **state)
{
	struct fcsim s;
	struct fc_feeder *const f = feeder_of(&s);

	(void)state;
	give(f, 5 * epoch + GUARD + 1);
	assert_int_equal(s.closed, 1);
	give(f, 6 * epoch + GUARD);
	assert_int_equal(s.closed, 1);
	assert_true(s.guarding);
	give(f, 6 * epoch + GUARD + 1);
	assert_int_equal(s.closed, 2);
	assert_int_equal(fc_feeder_counters(f)->unsettled, 0);
	fc_feeder_destroy(f);
}

static void a_close_that_waits_is_over_before_the_next_step(void **state)
{
	struct fcsim s;
	struct fc_feeder *const f = feeder_of(&s);

	(void)state;
	for (uint64_t n = 1; n <= 10; n++)
		give(f, n * epoch);
	assert_int_equal(s.opened, 10);
	assert_int_equal(s.closed, 9);
	assert_int_equal(fc_feeder_finish(f), 0);
	assert_int_equal(s.closed, 10);
	fc_feeder_destroy(f);
}

static void a_gap_of_decades_is_one_step(void **state)
{
	struct fcsim s;
	struct fc_feeder *const f = feeder_of(&s);

	(void)state;
	give(f, UINT64_C(946684800000000000));
	give(f, UINT64_C(1763800000000000000));
	assert_int_equal(s.opened, 2);
	assert_int_equal(s.closed, 2);
	assert_int_equal(fc_feeder_counters(f)->epoch_steps, 2);
	fc_feeder_destroy(f);
}

static void time_running_back_is_a_step_beyond_one_epoch_only(void **state)
{
	struct fcsim s;
	struct fc_feeder *const f = feeder_of(&s);

	(void)state;
	give(f, 100 * epoch + 5);
	give(f, 99 * epoch + 5);
	give(f, 100 * epoch + 9);
	assert_int_equal(s.opened, 1);
	assert_int_equal(fc_feeder_counters(f)->epoch_steps, 1);
	give(f, 98 * epoch + 5);
	assert_int_equal(s.opened, 2);
	assert_int_equal(s.starts[1], 98 * epoch);
	give(f, 0);
	assert_int_equal(s.opened, 3);
	assert_int_equal(fc_feeder_finish(f), 0);
	assert_int_equal(s.closed, 3);
	fc_feeder_destroy(f);
}

static void the_last_times_that_64_bits_hold(void **state)
{
	struct fcsim s;
	struct fc_feeder *const f = feeder_of(&s);

	(void)state;
	give(f, UINT64_MAX);
	give(f, UINT64_MAX - epoch);
	give(f, 1);
	assert_int_equal(s.opened, 2);
	assert_int_equal(fc_feeder_counters(f)->unsettled, 0);
	fc_feeder_destroy(f);
}

static void rings_are_pumped_every_so_many_frames(void **state)
{
	struct fcsim s;
	struct fc_feeder *const f = feeder_of(&s);

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		give(f, 7 * epoch + GUARD + 1 + i);
	assert_int_equal(s.pump_gap, 10);
	assert_true(s.pumps >= 100);
	fc_feeder_destroy(f);
}

static void a_card_that_never_settles_is_counted_not_waited_for(void **state)
{
	struct fcsim s;
	struct fc_feeder *const f = feeder_of(&s);

	(void)state;
	s.stuck = true;
	give(f, 5 * epoch + GUARD + 1);
	assert_int_equal(fc_feeder_counters(f)->unsettled, 1);
	assert_int_equal(fc_feeder_finish(f), -ETIMEDOUT);
	fc_feeder_destroy(f);
}

static void every_frame_is_fed_judged_or_refused(void **state)
{
	static uint8_t large[FC_REFRAME_OCTETS + 1] = {0x45};
	struct fcsim s;
	struct fc_feeder *const f = feeder_of(&s);
	const struct fc_feeder_counters *const c = fc_feeder_counters(f);
	const struct fc_frame frames[] = {
		{.data = large, .octets = 60, .link = 1},
		{.data = large, .octets = 0, .link = 101},
		{.data = large, .octets = 3, .link = 113},
		{.data = large, .octets = 60, .link = 147},
		{.data = large, .octets = 60, .link = 127},
		{.data = large, .octets = sizeof(large), .link = 101},
		{.data = large, .octets = sizeof(large), .link = 1},
		{.data = large, .octets = 0, .link = 1},
	};
	const size_t count = sizeof(frames) / sizeof(frames[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_int_equal(fc_feeder_frame(f, &frames[i]), 0);
	assert_int_equal(c->seen, count);
	assert_int_equal(c->fed, 4);
	assert_int_equal(s.frames, 4);
	assert_int_equal(c->verdict[FC_VERDICT_TRUNC_IPV4], 1);
	assert_int_equal(c->verdict[FC_VERDICT_TRUNC_SLL], 1);
	assert_int_equal(c->unsupported, 2);
	assert_int_equal(c->unsupported_link, 147);
	assert_int_equal(c->shortened, 2);
	assert_int_equal(c->octets, 60 + 2 * FC_REFRAME_OCTETS);
	fc_feeder_destroy(f);
}

static void an_epoch_shift_that_no_card_has_is_refused(void **state)
{
	struct fc_feeder_config config = {.epoch_shift = 9};
	struct fc_feeder *f;

	(void)state;
	assert_int_equal(fc_feeder_create(NULL, &config, &f), -EINVAL);
	config.epoch_shift = 41;
	assert_int_equal(fc_feeder_create(NULL, &config, &f), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_epoch_opens_at_its_boundary_and_the_one_before_closes),
		cmocka_unit_test(a_frame_within_the_guard_leaves_the_close_waiting),
		cmocka_unit_test(a_close_that_waits_is_over_before_the_next_step),
		cmocka_unit_test(a_gap_of_decades_is_one_step),
		cmocka_unit_test(time_running_back_is_a_step_beyond_one_epoch_only),
		cmocka_unit_test(the_last_times_that_64_bits_hold),
		cmocka_unit_test(rings_are_pumped_every_so_many_frames),
		cmocka_unit_test(a_card_that_never_settles_is_counted_not_waited_for),
		cmocka_unit_test(every_frame_is_fed_judged_or_refused),
		cmocka_unit_test(an_epoch_shift_that_no_card_has_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
