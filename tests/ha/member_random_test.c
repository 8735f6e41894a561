// SPDX-License-Identifier: BSD-2-Clause
/*
 * A worker with a dual feed crashes at a random moment, and the one that followed takes over:
 * nothing is lost and nothing is there twice, flow by flow. FC_SEED=n runs one seed.
 */
#include "member_rig.h"

#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SEEDS = 100 };

static struct rig_counts truth;

/* The same packets as two cards see them: the second one writes two records at times. */
static void write_both(uint64_t *random, uint64_t start_ns, bool a_lives)
{
	unsigned m = (unsigned)(fake_random(random) % RIG_MONITORS);
	uint32_t flow =
		(uint32_t)(fake_random(random) % (fake_random(random) % 2 ? 10 : RIG_FLOWS));
	uint32_t packets = (uint32_t)(1 + fake_random(random) % 9), first = 0;
	bool later = fake_random(random) % 8 == 0;
	struct fake_delta delta = rig_delta(
		flow, m, start_ns + (later ? SECOND : 0) + fake_random(random) % (SECOND / 2),
		packets);

	delta.epoch = later;
	truth.packets[m][flow] += packets;
	if (a_lives)
		rig_write(&a, &delta);
	if (packets > 1 && fake_random(random) % 2)
		first = packets / 2;
	if (first) {
		delta.packets = first;
		delta.bytes = first * UINT64_C(100);
		rig_write(&b, &delta);
	}
	delta.packets = packets - first;
	delta.bytes = delta.packets * UINT64_C(100);
	rig_write(&b, &delta);
}

static unsigned lazy; /* so seldom does the standby's worker get a turn */

static void move(uint64_t *random, bool a_lives)
{
	if (a_lives && fake_random(random) % 2)
		rig_turn(&a);
	if (fake_random(random) % lazy == 0)
		rig_turn(&b);
	/* at times the link takes nothing */
	if (fake_random(random) % 32 == 0)
		a.bay.queued = a.bay.queued ? 0 : SIZE_MAX / 2;
	if (a_lives && fake_random(random) % 3 == 0)
		rig_deliver(&a, &b, (unsigned)(fake_random(random) % 8), true);
}

static void epoch_of_both(uint64_t *random, uint64_t start_ns, unsigned die_at, bool *a_lives)
{
	unsigned deltas = (unsigned)(fake_random(random) % 200);

	for (unsigned i = 0; i < deltas; i++) {
		write_both(random, start_ns, *a_lives);
		move(random, *a_lives);
		if (i == die_at)
			*a_lives = false;
	}
	if (*a_lives) {
		rig_ledgers(&a);
		rig_barrier(&a, start_ns, start_ns + SECOND);
	}
	rig_ledgers(&b);
	/* the two cards notice the boundary some clocks apart */
	rig_barrier(&b, start_ns, start_ns + SECOND + fake_random(random) % 8);
	move(random, *a_lives);
}

static void take_over(void)
{
	bay_drop_all(&a.bay);
	fc_base_rollback(b.base);
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 2);
}

static void compare(uint64_t seed, const struct rig_counts *sum)
{
	for (unsigned m = 0; m < RIG_MONITORS; m++)
		for (unsigned f = 0; f < RIG_FLOWS; f++)
			if (sum->packets[m][f] != truth.packets[m][f])
				fail_msg("seed %lu: monitor %u, flow %u: %lu packets, not %lu",
					 (unsigned long)seed, m, f,
					 (unsigned long)sum->packets[m][f],
					 (unsigned long)truth.packets[m][f]);
}

static uint64_t covered, adopted, merged, evicted;

static void crash_once(uint64_t seed)
{
	uint64_t random = seed, start_ns = 100 * SECOND;
	unsigned before = 1 + (unsigned)(fake_random(&random) % 30);
	struct rig_counts sum = {0};
	struct fc_base_look look;
	bool a_lives = true;

	lazy = seed % 4 ? 2 : 1000;
	memset(&truth, 0, sizeof(truth));
	rig_begin(14, true);
	for (unsigned e = 0; e < before; e++, start_ns += SECOND)
		epoch_of_both(&random, start_ns, e + 1 == before ? 5 : UINT32_MAX, &a_lives);
	a_lives = false;
	take_over();
	for (unsigned e = 0; e < 6; e++, start_ns += SECOND)
		epoch_of_both(&random, start_ns, UINT32_MAX, &a_lives);
	fc_base_look(b.base, &look);
	rig_run(&b);
	rig_finish(&b, FC_WORKER_ABANDON);
	rig_reported(&a, look.committed, &sum);
	rig_reported(&b, UINT64_MAX, &sum);
	compare(seed, &sum);
	assert_int_equal(rig_stats(&b).drain.ledger_mismatches, 0);
	assert_int_equal(rig_stats(&b).drain.damaged, 0);
	assert_int_equal(rig_stats(&b).shard.bad_records, 0);
	covered += rig_stats(&b).drain.dropped[FC_DROP_COVERED].packets;
	adopted += rig_stats(&b).shard.adopted_flows;
	merged += rig_stats(&b).shard.delta_packets;
	evicted += rig_stats(&a).shard.evictions;
	rig_end();
}

static void nothing_is_lost_or_doubled_in_a_crash_with_a_dual_feed(void **state)
{
	const char *text = getenv("FC_SEED");
	uint64_t first = text ? strtoull(text, NULL, 0) : 1;

	(void)state;
	for (uint64_t seed = first; seed < first + (text ? 1 : SEEDS); seed++)
		crash_once(seed);
	printf("%lu packets covered, %lu flows adopted, %lu packets merged after it, %lu evicted\n",
	       (unsigned long)covered, (unsigned long)adopted, (unsigned long)merged,
	       (unsigned long)evicted);
	assert_true(text || (covered > 1000 && adopted > 300 && merged > 1000 && evicted > 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_or_doubled_in_a_crash_with_a_dual_feed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
