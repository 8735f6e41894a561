// SPDX-License-Identifier: BSD-2-Clause
/* A worker that follows a dual feed which is refused: the times of commits are no longer its own.
 */
#include "member_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { AHEAD = 1000, FLOW = 1 }; /* seconds; the flow that both cards see */

static void packet(struct rig_side *side, uint64_t second)
{
	struct fake_delta delta = rig_delta(FLOW, 0, second * SECOND, 1);

	rig_write(side, &delta);
}

/* A packet, and the end of its epoch, one second long. */
static void epoch(struct rig_side *side, uint64_t second)
{
	packet(side, second);
	rig_barrier(side, second * SECOND, (second + 1) * SECOND);
	rig_run(side);
}

/* The active card closes an epoch and the standby's worker sees the commit. */
static void commit(uint64_t second)
{
	epoch(&a, second);
	rig_deliver(&a, &b, 1000, true);
	rig_run(&a);
	rig_run(&b);
}

static void feed(bool dual)
{
	fc_cuts_feed(a.bay.cuts, dual);
	fc_cuts_feed(b.bay.cuts, dual);
}

static void take_over(void)
{
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 2);
	rig_run(&b);
}

/* A card came whose clock is ahead; it is compared a second later. */
static void a_time_of_a_refused_feed_covers_nothing_later_on(void **state)
{
	struct rig_counts sum = {0};

	(void)state;
	rig_begin(8, true);
	commit(AHEAD + 10);
	epoch(&b, 10);
	feed(false);
	for (unsigned s = 11; s < 13; s++) {
		commit(AHEAD + s);
		epoch(&b, s);
	}
	take_over();
	assert_false(rig_stats(&b).following);
	for (unsigned s = 13; s < 30; s++)
		epoch(&b, s);
	rig_finish(&b, FC_WORKER_ABANDON);
	rig_reported(&b, UINT64_MAX, &sum);
	/* three of the base, two since the last commit but one, and what came then */
	assert_int_equal(sum.packets[0][FLOW], 3 + 2 + 17);
	rig_end();
}

/* One commit is not enough: the card may not have closed yet what the one before covers. */
static void the_last_commit_of_a_dual_feed_is_waited_for(void **state)
{
	(void)state;
	rig_begin(8, false);
	for (unsigned s = 10; s < 12; s++) {
		commit(s);
		epoch(&b, s);
	}
	feed(true);
	packet(&b, 12);
	commit(12);
	feed(false);
	commit(13);
	take_over();
	assert_true(rig_stats(&b).following);
	rig_barrier(&b, 12 * SECOND, 13 * SECOND);
	rig_run(&b);
	rig_run(&b);
	assert_false(rig_stats(&b).following);
	assert_int_equal(rig_stats(&b).shard.adopted_packets, 4);
	assert_int_equal(rig_stats(&b).shard.delta_packets, 0);
	rig_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_of_a_refused_feed_covers_nothing_later_on),
		cmocka_unit_test(the_last_commit_of_a_dual_feed_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
