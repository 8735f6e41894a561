// SPDX-License-Identifier: BSD-2-Clause
/* A worker in the unit's cuts, and the one that follows and takes over. */
#include "member_rig.h"

#include "ha/checkpoint/cuts_impl.h"

#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void write_one(struct rig_side *side, uint32_t flow, unsigned monitor, uint64_t at_ns)
{
	struct fake_delta delta = rig_delta(flow, monitor, at_ns, 1);

	rig_write(side, &delta);
}

static size_t base_flows(struct fc_base *base, uint64_t *packets)
{
	struct fc_cut_flow flow;
	size_t at = 0, count = 0;

	*packets = 0;
	while (fc_base_next(base, &at, &flow, 1)) {
		assert_int_equal(flow.slot, RIG_SLOT);
		assert_int_equal(flow.flow_monitor, 60 + flow.flow.monitor);
		*packets += flow.flow.packets;
		count++;
	}
	return count;
}

static void a_cut_stays_in_flight_until_it_is_acknowledged(void **state)
{
	struct fc_cuts_look look;
	uint64_t packets;

	(void)state;
	rig_begin(8, true);
	for (uint32_t i = 0; i < 10; i++)
		write_one(&a, i, 0, 10 * SECOND);
	rig_barrier(&a, 10 * SECOND, 11 * SECOND);
	rig_run(&a);
	assert_int_equal(a.fake.consumer, 0);
	write_one(&a, 3, 0, 11 * SECOND);
	rig_barrier(&a, 11 * SECOND, 12 * SECOND); /* merges: one is in flight */
	rig_run(&a);
	assert_int_equal(rig_stats(&a).shard.epochs_merged, 1);
	fc_cuts_look(a.bay.cuts, &look);
	assert_int_equal(look.epochs_merged, 1); /* the pair must know */
	rig_deliver(&a, &b, 1000, true);
	assert_int_equal(base_flows(b.base, &packets), 10);
	assert_int_equal(packets, 10);
	rig_run(&a);
	assert_int_equal(a.fake.consumer, 11);
	assert_int_equal(rig_stats(&a).shard.changes, 10);
	rig_barrier(&a, 12 * SECOND, 13 * SECOND);
	rig_run(&a);
	rig_deliver(&a, &b, 1000, true);
	rig_run(&a);
	assert_int_equal(base_flows(b.base, &packets), 10);
	assert_int_equal(packets, 11);
	assert_int_equal(rig_stats(&a).shard.changes, 11);
	assert_int_equal(a.fake.consumer, 14);
	rig_end();
}

static void what_is_in_flight_is_safe_when_the_peer_has_gone(void **state)
{
	struct rig_counts sum = {0};

	(void)state;
	rig_begin(8, true);
	write_one(&a, 1, 0, 10 * SECOND);
	rig_barrier(&a, 10 * SECOND, 11 * SECOND);
	rig_run(&a);
	fc_cuts_mode(a.bay.cuts, FC_CUTS_ALONE, 2);
	rig_run(&a);
	assert_int_equal(a.fake.consumer, 2);
	rig_barrier(&a, 11 * SECOND, 21 * SECOND);
	rig_run(&a);
	rig_reported(&a, UINT64_MAX, &sum);
	assert_int_equal(sum.packets[0][1], 1);
	assert_int_equal(a.fake.consumer, 3);
	rig_end();
}

static void what_the_operator_clears_goes_from_the_base(void **state)
{
	struct rig_counts sum = {0};
	uint64_t packets;

	(void)state;
	rig_begin(8, true);
	for (uint32_t i = 0; i < 10; i++)
		write_one(&a, i, i % 2 * RIG_PERMANENT, 10 * SECOND);
	rig_barrier(&a, 10 * SECOND, 11 * SECOND);
	rig_run(&a);
	rig_deliver(&a, &b, 1000, true);
	fc_worker_order(a.worker, FC_ORDER_CLEAR, 1, 0);
	rig_run(&a);
	rig_barrier(&a, 11 * SECOND, 12 * SECOND);
	rig_run(&a);
	rig_deliver(&a, &b, 1000, true);
	assert_int_equal(base_flows(b.base, &packets), 5);
	rig_reported(&a, UINT64_MAX, &sum);
	assert_int_equal(sum.packets[0][0], 0);
	rig_end();
}

static void a_lost_cards_flows_belong_to_the_next_cut(void **state)
{
	uint64_t packets, number;
	struct rig_counts sum = {0};

	(void)state;
	for (unsigned dual = 0; dual < 2; dual++) {
		rig_begin(8, dual);
		write_one(&a, 1, 0, 10 * SECOND);
		rig_barrier(&a, 10 * SECOND, 11 * SECOND);
		rig_run(&a);
		write_one(&a, 1, 0, 11 * SECOND);
		write_one(&a, 2, 0, 11 * SECOND);
		rig_run(&a);
		fc_worker_close_begin(a.worker, FC_WORKER_ABANDON);
		rig_run(&a);
		assert_false(fc_worker_over(a.worker)); /* one is in flight */
		number = fc_cuts_acked(a.bay.cuts);
		rig_deliver(&a, &b, 1000, true);
		rig_run(&a);
		assert_int_equal(base_flows(b.base, &packets), 1);
		rig_run(&a);
		assert_false(fc_worker_over(a.worker)); /* the last one flies */
		rig_deliver(&a, &b, 1000, true);
		rig_run(&a);
		assert_true(fc_worker_over(a.worker));
		assert_int_equal(base_flows(b.base, &packets), 0);
		assert_true(fc_cuts_acked(a.bay.cuts) > number + 1);
		memset(&sum, 0, sizeof(sum));
		rig_reported(&a, fc_cuts_acked(a.bay.cuts), &sum);
		/* in a dual feed the other card has what came after the last cut */
		assert_int_equal(sum.packets[0][1], dual ? 1 : 2);
		assert_int_equal(sum.packets[0][2], dual ? 0 : 1);
		assert_int_equal(rig_stats(&a).shard.forgotten_packets, dual ? 2 : 0);
		rig_end();
	}
}

static void a_standby_of_a_single_feed_counts_what_it_drops(void **state)
{
	struct fc_worker_stats stats;

	(void)state;
	rig_begin(8, false);
	for (uint32_t e = 0; e < 4; e++) {
		write_one(&a, 1, 0, (10 + e) * SECOND);
		write_one(&b, 2, 0, (10 + e) * SECOND); /* stray */
		rig_barrier(&a, (10 + e) * SECOND, (11 + e) * SECOND);
		rig_barrier(&b, (10 + e) * SECOND, (11 + e) * SECOND);
		rig_run(&a);
		rig_run(&b);
		rig_deliver(&a, &b, 1000, true);
		rig_run(&a);
		rig_run(&b);
	}
	stats = rig_stats(&b);
	assert_int_equal(stats.drain.dropped[FC_DROP_NOT_SELECTED].packets, 3);
	assert_int_equal(stats.shard.delta_packets, 0);
	assert_true(stats.following);
	/* it takes over: what came since the last commit but one counts */
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 2);
	rig_barrier(&b, 14 * SECOND, 15 * SECOND);
	rig_run(&b);
	stats = rig_stats(&b);
	assert_int_equal(stats.shard.adopted_packets, 4);
	assert_int_equal(stats.shard.delta_packets, 1);
	assert_int_equal(stats.drain.ledger_mismatches, 0);
	assert_false(stats.following || stats.adopting);
	rig_end();
}

static void a_ring_that_no_commit_covers_is_dropped_early(void **state)
{
	uint64_t written = 0;
	struct fc_worker_stats stats;

	(void)state;
	rig_begin(6, true);
	for (uint32_t e = 0; e < 50; e++) {
		for (uint32_t i = 0; i < 5; i++, written++)
			write_one(&b, i, 0, (10 + e) * SECOND);
		rig_barrier(&b, (10 + e) * SECOND, (11 + e) * SECOND);
		rig_run(&b);
	}
	stats = rig_stats(&b);
	assert_true(stats.drain.dropped[FC_DROP_EARLY].packets > 200);
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 2);
	rig_run(&b);
	stats = rig_stats(&b);
	assert_int_equal(stats.drain.dropped[FC_DROP_EARLY].packets + stats.shard.delta_packets,
			 written);
	assert_true(stats.shard.delta_packets >= 20);
	assert_int_equal(stats.shard.bad_records, 0);
	rig_end();
}

static void after_a_planned_handover_nothing_of_the_old_card_is_exported(void **state)
{
	struct rig_counts sum = {0};
	uint64_t last;

	(void)state;
	rig_begin(8, false);
	write_one(&a, 1, 0, 10 * SECOND);
	rig_barrier(&a, 10 * SECOND, 11 * SECOND);
	rig_run(&a);
	rig_deliver(&a, &b, 1000, true);
	rig_run(&a);
	last = fc_cuts_last(a.bay.cuts);
	write_one(&a, 1, 0, 11 * SECOND);
	rig_barrier(&a, 11 * SECOND, 12 * SECOND);
	rig_run(&a);
	rig_deliver(&a, &b, 1000, true);
	rig_run(&a);
	assert_true(fc_cuts_acked(a.bay.cuts) >= last);
	write_one(&a, 1, 0, 12 * SECOND); /* merged, of no cut */
	rig_run(&a);
	fc_cuts_mode(a.bay.cuts, FC_CUTS_STANDBY, 2);
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 2);
	rig_run(&a);
	for (uint32_t i = 0; i < 200; i++)
		write_one(&a, 1, 0, 12 * SECOND + i);
	rig_run(&a);
	rig_finish(&a, FC_WORKER_ABANDON);
	assert_int_equal(rig_stats(&a).after_handover_packets, 1);
	assert_int_equal(rig_stats(&a).drain.dropped[FC_DROP_AFTER_HANDOVER].packets +
				 rig_stats(&a).drain.dropped[FC_DROP_EARLY].packets,
			 200);
	rig_run(&b);
	rig_finish(&b, FC_WORKER_ABANDON);
	rig_reported(&a, UINT64_MAX, &sum);
	rig_reported(&b, UINT64_MAX, &sum);
	assert_int_equal(sum.packets[0][1], 2);
	rig_end();
}

/* The card of the unit that was handed over to dies before a cut has what its ring held: nobody but
 * this unit has it. A record of the next epoch stands before the last cut's end, so places come
 * back that the cut has. */
static void after_a_planned_handover_of_a_dual_feed_the_ring_is_held(void **state)
{
	struct fake_delta early = rig_delta(2, 0, 12 * SECOND, 1);
	struct rig_counts sum = {0};

	(void)state;
	rig_begin(8, true);
	rig_barrier(&a, 10 * SECOND, 11 * SECOND);
	rig_run(&a);
	rig_deliver(&a, &b, 1000, true);
	rig_run(&a);
	fc_cuts_last(a.bay.cuts);
	early.epoch = 1;
	rig_write(&a, &early);
	write_one(&a, 1, 0, 11 * SECOND);
	rig_barrier(&a, 11 * SECOND, 12 * SECOND);
	write_one(&a, 2, 0, 12 * SECOND); /* merged, of no cut */
	rig_run(&a);
	rig_deliver(&a, &b, 1000, true); /* its worker has not seen it yet */
	fc_cuts_mode(a.bay.cuts, FC_CUTS_STANDBY, 2);
	fc_cuts_mode(a.bay.cuts, FC_CUTS_STANDBY, 2); /* idle, then standby */
	rig_run(&a);
	fc_cuts_mode(a.bay.cuts, FC_CUTS_ALONE, 3);
	rig_run(&a);
	rig_finish(&a, FC_WORKER_ABANDON);
	rig_reported(&a, UINT64_MAX, &sum);
	assert_int_equal(sum.packets[0][1], 0);
	assert_int_equal(sum.packets[0][2], 2);
	assert_int_equal(rig_stats(&a).drain.dropped[FC_DROP_COVERED].packets, 1);
	assert_int_equal(rig_stats(&a).drain.barriers, 2);
	rig_end();
}

static void orders_are_carried_out_while_following(void **state)
{
	struct fc_shadow_monitor monitor = {.id = 99};
	struct rig_counts sum = {0};

	(void)state;
	rig_begin(8, true);
	write_one(&b, 1, 0, 10 * SECOND);
	rig_barrier(&b, 10 * SECOND, 11 * SECOND);
	rig_run(&b);
	fc_worker_order(b.worker, FC_ORDER_CLEAR, 7, 0);
	fc_worker_order(b.worker, FC_ORDER_REMOVE, 1, b.epoch);
	rig_run(&b);
	assert_int_equal(fc_worker_ordered(b.worker, FC_ORDER_CLEAR), 0);
	assert_int_equal(fc_worker_ordered(b.worker, FC_ORDER_REMOVE), 1);
	write_one(&b, 1, 0, 11 * SECOND);
	rig_barrier(&b, 11 * SECOND, 12 * SECOND);
	rig_run(&b);
	rig_run(&b);
	assert_int_equal(fc_worker_ordered(b.worker, FC_ORDER_REMOVE), 0);
	fake_mask(0, monitor.mask);
	assert_int_equal(fc_worker_monitor_add(b.worker, 0, &monitor, 10, 1024), 0);
	write_one(&b, 5, 0, 12 * SECOND);
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 2);
	rig_run(&b);
	rig_finish(&b, FC_WORKER_ABANDON);
	rig_reported(&b, UINT64_MAX, &sum);
	assert_int_equal(sum.packets[0][1], 0);
	assert_int_equal(sum.packets[0][5], 1);
	assert_int_equal(rig_stats(&b).drain.dropped[FC_DROP_NOT_SELECTED].packets, 2);
	rig_end();
}

static void a_takeover_waits_for_the_barrier_of_what_is_covered(void **state)
{
	(void)state;
	rig_begin(8, true);
	for (unsigned i = 0; i < 2; i++) /* just before the boundary */
		write_one(i ? &b : &a, 1, 0, 11 * SECOND - 3000);
	rig_barrier(&a, 10 * SECOND, 11 * SECOND);
	rig_run(&a);
	rig_deliver(&a, &b, 1000, true);
	rig_run(&b);
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 2);
	rig_run(&b);
	assert_true(rig_stats(&b).following);
	rig_barrier(&b, 10 * SECOND, 11 * SECOND + 4);
	rig_run(&b);
	rig_run(&b);
	assert_false(rig_stats(&b).following);
	assert_int_equal(rig_stats(&b).shard.adopted_packets, 1);
	assert_int_equal(rig_stats(&b).shard.delta_packets, 0);
	assert_int_equal(rig_stats(&b).drain.dropped[FC_DROP_COVERED].packets, 1);
	rig_end();
}

static void no_cut_is_taken_while_flows_are_adopted(void **state)
{
	uint64_t packets;

	(void)state;
	rig_begin(5, true);
	write_one(&a, 1, 0, 10 * SECOND);
	rig_barrier(&a, 10 * SECOND, 11 * SECOND);
	rig_run(&a);
	rig_deliver(&a, &b, 1000, true);
	b.worker->config.hold_adoption = true;
	rig_barrier(&b, 10 * SECOND, 11 * SECOND);
	rig_run(&b);
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 2);
	rig_barrier(&b, 11 * SECOND, 12 * SECOND);
	for (uint32_t i = 0; i < 20; i++)
		write_one(&b, 1, 0, 12 * SECOND);
	rig_run(&b);
	/* the ring presses, so it is read; the barrier takes no cut */
	assert_true(rig_stats(&b).shard.delta_packets > 0);
	assert_int_equal(rig_stats(&b).shard.epochs_merged, 1);
	assert_int_equal(b.markers, 0);
	fc_worker_placed(b.worker);
	rig_run(&b);
	assert_int_equal(rig_stats(&b).shard.adopted_flows, 1);
	assert_int_equal(base_flows(b.base, &packets), 0);
	rig_barrier(&b, 12 * SECOND, 13 * SECOND);
	rig_run(&b);
	assert_int_equal(b.markers, 1);
	rig_end();
}

static void flows_without_a_place_are_closed_at_the_next_cut(void **state)
{
	struct rig_counts sum = {0};

	(void)state;
	rig_begin(8, true);
	for (uint32_t i = 0; i < 9; i++)
		write_one(&a, i, i % 2, 10 * SECOND);
	rig_barrier(&a, 10 * SECOND, 11 * SECOND);
	rig_run(&a);
	rig_deliver(&a, &b, 1000, true);
	fc_worker_monitor_drop(b.worker, 1);
	rig_run(&b);
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 2);
	rig_barrier(&b, 10 * SECOND, 11 * SECOND);
	rig_barrier(&b, 11 * SECOND, 12 * SECOND);
	rig_run(&b);
	assert_int_equal(rig_stats(&b).stranger_packets, 4);
	assert_int_equal(rig_stats(&b).shard.adopted_packets, 5);
	assert_int_equal(b.forced, 4);
	rig_reported(&b, UINT64_MAX, &sum);
	assert_int_equal(sum.packets[1][3], 1);
	rig_end();
}

static void put_monitor(struct rig_side *side, unsigned number, uint32_t id)
{
	struct fc_shadow_monitor monitor = {.entries = 16, .id = id};

	fc_worker_monitor_drop(side->worker, number);
	fake_mask(0, monitor.mask);
	assert_int_equal(fc_worker_monitor_add(side->worker, number, &monitor, 1, 16), 0);
}

/* It was held up from its beginning until after the takeover. */
static void a_worker_follows_before_its_first_turn(void **state)
{
	struct fc_worker_config config;

	(void)state;
	rig_begin(8, true);
	config = b.worker->config;
	fc_worker_free(b.worker);
	assert_int_equal(fc_worker_create(&config, &b.worker), 0);
	put_monitor(&b, 0, 60);
	for (unsigned i = 0; i < 2; i++) {
		write_one(i ? &b : &a, 1, 0, 10 * SECOND);
		rig_barrier(i ? &b : &a, 10 * SECOND, 11 * SECOND);
	}
	rig_run(&a);
	rig_deliver(&a, &b, 1000, true);
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 2);
	for (unsigned i = 0; i < 3; i++)
		rig_run(&b);
	assert_int_equal(rig_stats(&b).drain.dropped[FC_DROP_COVERED].packets, 1);
	assert_int_equal(rig_stats(&b).shard.delta_packets, 0);
	rig_end();
}

/* ------------------------------------------------------------------ which ring */
static unsigned first_ring(void *context, unsigned number, const uint32_t key[FC_VECTOR_WORDS])
{
	(void)context;
	(void)number;
	(void)key;
	return 0;
}

static uint64_t spread_of(struct rig_side *side, unsigned rings)
{
	side->worker->config.rings = rings;
	side->worker->config.ring_of = first_ring;
	fc_worker_spread(side->worker);
	return side->worker->member.member->spread;
}

static void two_cards_know_whether_their_rings_are_alike(void **state)
{
	(void)state;
	rig_begin(8, true);
	assert_int_not_equal(spread_of(&a, 2), 0);
	assert_int_equal(spread_of(&a, 2), spread_of(&b, 2));
	assert_int_not_equal(spread_of(&a, 2), spread_of(&b, 4));
	put_monitor(&a, 0, 71);
	put_monitor(&a, 1, 72);
	put_monitor(&b, 0, 71);
	put_monitor(&b, 1, 72);
	assert_int_equal(spread_of(&a, 2), spread_of(&b, 2));
	/* The same monitors, but they came in another order. */
	put_monitor(&b, 1, 71);
	put_monitor(&b, 0, 72);
	assert_int_not_equal(a.worker->member.member->spread, b.worker->member.member->spread);
	/* Of one ring it does not matter. */
	assert_int_equal(spread_of(&a, 1), spread_of(&b, 1));
	rig_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_stays_in_flight_until_it_is_acknowledged),
		cmocka_unit_test(what_is_in_flight_is_safe_when_the_peer_has_gone),
		cmocka_unit_test(what_the_operator_clears_goes_from_the_base),
		cmocka_unit_test(a_lost_cards_flows_belong_to_the_next_cut),
		cmocka_unit_test(a_standby_of_a_single_feed_counts_what_it_drops),
		cmocka_unit_test(a_ring_that_no_commit_covers_is_dropped_early),
		cmocka_unit_test(after_a_planned_handover_nothing_of_the_old_card_is_exported),
		cmocka_unit_test(after_a_planned_handover_of_a_dual_feed_the_ring_is_held),
		cmocka_unit_test(orders_are_carried_out_while_following),
		cmocka_unit_test(a_takeover_waits_for_the_barrier_of_what_is_covered),
		cmocka_unit_test(no_cut_is_taken_while_flows_are_adopted),
		cmocka_unit_test(flows_without_a_place_are_closed_at_the_next_cut),
		cmocka_unit_test(a_worker_follows_before_its_first_turn),
		cmocka_unit_test(two_cards_know_whether_their_rings_are_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
