// SPDX-License-Identifier: BSD-2-Clause
/* Members that come and go in every state of a cut, modes that change in every state, when a pair
 * is in step. */
#include "active.h"

/* ------------------------------------------------------------------ modes in every state */
/* Bring the cut of member `m` into this state. */
static void bring(struct fc_cut_member *m, struct fc_cut_member *other, enum cut_state state)
{
	active_pair();
	if (state == CUT_OPEN)
		return;
	assert_true(active_join(m));
	active_give(m, 1, CUT_STAGE_FLOWS + 2);
	if (state == CUT_FILLING)
		return;
	assert_true(active_join(other));
	active_done(other);
	if (state == CUT_CLOSING)
		return;
	active_done(m);
	bay_seal(&active_bay);
	assert_int_equal(active_bay.cuts->state, CUT_FLYING);
}

static void a_mode_may_change_at_any_moment(void **unused)
{
	struct fc_cut_member *a = active_add(1, 0), *b = active_add(2, 0);
	uint64_t number;
	bool all;

	(void)unused;
	for (unsigned s = 0; s < CUT_STATES; s++) {
		for (unsigned mode = FC_CUTS_ALONE; mode <= FC_CUTS_STANDBY; mode++) {
			bring(a, b, (enum cut_state)s);
			number = active_bay.cuts->number;
			bay_drop_all(&active_bay);
			fc_cuts_mode(active_bay.cuts, (enum fc_cuts_mode)mode, TERM);
			assert_true(fc_cuts_safe(a) && fc_cuts_safe(b));
			assert_int_equal(fc_cuts_to_seal(active_bay.cuts, &all), 0);
			if (mode == FC_CUTS_ALONE)
				assert_int_equal(fc_cuts_acked(active_bay.cuts), number);
			active_give(a, 9000, 3); /* the worker has not noticed: dropped */
			active_done(a);
			assert_int_equal(active_bay.waiting, 0);
			fc_cuts_sealed(active_bay.cuts, number);
			fc_cuts_taken(active_bay.cuts, 2, 0, number);
			/* And again, from the beginning. */
			active_pair();
			assert_true(active_join(b));
			assert_true(active_ticket.all);
			assert_int_equal(active_ticket.number, number + 1);
			active_done(b);
			active_whole_cut(a, 1, 3);
			assert_int_equal(active_held.flows, 3);
		}
	}
}

/* ------------------------------------------------------------------ members that go */
static void remove_in(enum cut_state state)
{
	struct fc_cut_member *a, *b;

	active_setup(NULL);
	a = active_add(1, 0);
	b = active_add(2, 0);
	active_pair();
	/* Both have flows in the base: a 1.. and b 5000.. */
	assert_true(active_join(a));
	assert_true(active_join(b));
	active_give(a, 1, 10);
	active_give(b, 5000, 10);
	active_done(a);
	active_done(b);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_int_equal(active_held.flows, 20);

	if (state != CUT_OPEN) {
		assert_true(active_join(a));
		active_give(a, 1, CUT_STAGE_FLOWS + 2); /* some of it has left, the rest has not */
	}
	if (state >= CUT_CLOSING)
		assert_true(active_join(b));
	if (state == CUT_FLYING) {
		active_done(a);
		active_done(b);
		bay_seal(&active_bay);
	}
	assert_int_equal(active_bay.cuts->state, state);
	fc_cuts_member_remove(a);
	if (state == CUT_FLYING) {
		assert_int_equal(active_deliver(), 0); /* its part was whole */
		assert_int_equal(active_held.flows, CUT_STAGE_FLOWS + 2 + 10);
	}
	/* The next commit takes all along that it gave. */
	if (!b->cut)
		assert_true(active_join(b));
	active_done(b);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_int_equal(active_bay.cuts->state, CUT_OPEN);
	assert_int_equal(active_held.flows, 10);
	active_teardown(NULL);
}

static void what_a_member_gave_goes_with_it(void **unused)
{
	(void)unused;
	active_teardown(NULL);
	for (unsigned s = 0; s < CUT_STATES; s++)
		remove_in((enum cut_state)s);
	active_setup(NULL);
}

/* Part given in order: CLOSED of all. The part stays, its marker is waited for. */
static void a_member_that_ends_in_order_is_part_of_its_last_cut(void **unused)
{
	struct fc_cut_member *a = active_add(1, 0);
	uint64_t instance;
	bool all;

	(void)unused;
	active_pair();
	active_whole_cut(a, 1, 10);
	assert_true(active_join(a));
	for (instance = 1; instance <= 10; instance++)
		fc_cuts_closed(a, &instance, 1);
	fc_cuts_part_done(a, 0);
	fc_cuts_member_remove(a);
	assert_int_equal(fc_cuts_to_seal(active_bay.cuts, &all),
			 0); /* its flows are in the queue */
	bay_marker(&active_bay, 1, 0);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_int_equal(active_held.flows, 0);
	assert_int_equal(active_bay.cuts->state, CUT_OPEN);
	active_tick(1000);
	assert_int_equal(active_bay.cuts->state, CUT_CLOSING); /* a unit without cards goes on */
}

static void a_marker_that_never_comes_is_not_waited_for(void **unused)
{
	struct fc_cut_member *a = active_add(1, 0);
	bool all;

	(void)unused;
	active_pair();
	assert_true(active_join(a));
	fc_cuts_part_done(a, 0);
	fc_cuts_member_remove(a);
	active_tick(JOIN_MS - 1);
	assert_int_equal(fc_cuts_to_seal(active_bay.cuts, &all), 0);
	active_tick(1);
	assert_int_equal(fc_cuts_to_seal(active_bay.cuts, &all), 1);
}

static void a_place_may_be_taken_again_within_a_cut(void **unused)
{
	struct fc_cut_member *a = active_add(1, 0), *b = active_add(2, 0), *again;

	(void)unused;
	active_pair();
	assert_true(active_join(a));
	active_give(a, 1, 5);
	fc_cuts_part_done(a, 0);
	fc_cuts_member_remove(a);
	again = active_add(1, 0);
	assert_true(active_join(again));
	assert_true(active_join(b));
	active_give(again, 100, 7);
	active_done(again);
	active_done(again); /* two markers of one place */
	active_done(b);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_int_equal(active_held.flows, 7);
	assert_int_equal(active_bay.cuts->state, CUT_OPEN);
}

/* More go than a COMMIT can name: everything begins anew. */
static void very_many_go_at_once(void **unused)
{
	struct fc_cut_member *stays = active_add(1, 0), *m;

	(void)unused;
	active_pair();
	active_whole_cut(stays, 1, 5);
	assert_true(active_join(stays));
	for (unsigned i = 0; i < FC_CUT_GONE_MAX + 1; i++) {
		m = active_add(2, i);
		m->given = true;
		fc_cuts_member_remove(m);
	}
	assert_true(fc_cuts_safe(stays));
	active_whole_cut(stays, 1, 4);
	fc_cuts_look(active_bay.cuts, &active_look);
	assert_int_equal(active_look.bulks, 2);
	assert_int_equal(active_held.flows, 4);
}

static void there_are_no_more_members_than_places(void **unused)
{
	struct fc_cut_member *m;

	(void)unused;
	for (unsigned i = 0; i < FC_CUT_MEMBERS; i++)
		active_add(i / 16, i % 16);
	assert_int_equal(fc_cuts_member_add(active_bay.cuts, 1, 1, 1, &m, NULL), -ENOSPC);
}

/* ------------------------------------------------------------------ instances */
static void instances_are_never_given_twice(void **unused)
{
	struct fc_cut_member *a = active_add(1, 0), *b = active_add(2, 0);
	uint64_t last = 0, next;

	(void)unused;
	fc_cuts_mode(active_bay.cuts, FC_CUTS_ALONE, 3);
	for (unsigned i = 0; i < 1000; i++) {
		next = fc_cuts_instances(i % 2 ? a : b);
		assert_int_equal(next >> 48, 3);
		assert_true(next >= last + FC_CUT_RANGE);
		last = next;
	}
	fc_cuts_mode(active_bay.cuts, FC_CUTS_ALONE, 4);
	assert_int_equal(fc_cuts_instances(a), UINT64_C(4) << 48 | FC_CUT_RANGE);
	fc_cuts_mode(active_bay.cuts, FC_CUTS_PAIRED, 4);
	assert_int_equal(fc_cuts_instances(a), UINT64_C(4) << 48 | 2 * FC_CUT_RANGE);
}

/* ------------------------------------------------------------------ in step */
static void in_step_only_after_everything_and_a_cut_that_keeps_up(void **unused)
{
	struct fc_cut_member *a = active_add(1, 0), *b = active_add(2, 3);

	(void)unused;
	fc_cuts_look(active_bay.cuts, &active_look);
	assert_string_equal(active_look.waits, "there is no peer to send cuts to");
	active_pair();
	assert_true(active_join(a));
	active_done(a);
	active_tick(JOIN_MS);
	fc_cuts_look(active_bay.cuts, &active_look);
	assert_string_equal(active_look.waits, "the cut of everything is not acknowledged");
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_string_equal(active_look.waits, "slot 2 ring 3 has not given everything");
	assert_true(active_join(b));
	assert_true(active_join(a));
	active_done(a);
	active_done(b);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_false(active_look.synced);
	assert_string_equal(active_look.waits, "the next cut is not acknowledged");
	assert_true(active_join(a) && active_join(b));
	active_done(a);
	active_done(b);
	bay_seal(&active_bay);
	for (unsigned i = 0; i < 3; i++)
		fc_cuts_merged(b); /* a shard whose cut is on its way does not ask */
	assert_int_equal(active_deliver(), 0);
	assert_false(active_look.synced);
	assert_string_equal(active_look.waits, "the standby is 3 epochs behind");
	assert_true(active_join(a) && active_join(b));
	active_done(a);
	active_done(b);
	bay_seal(&active_bay);
	for (unsigned i = 0; i < 2; i++)
		assert_false(active_join(b));
	assert_int_equal(active_deliver(), 0);
	assert_true(active_look.synced);
	assert_string_equal(active_look.waits, "");
	active_pair();
	fc_cuts_look(active_bay.cuts, &active_look);
	assert_false(active_look.synced);
}

static void a_unit_without_cards_comes_in_step(void **unused)
{
	(void)unused;
	active_pair();
	for (unsigned i = 0; i < 2; i++) {
		active_tick(1000);
		bay_seal(&active_bay);
		assert_int_equal(active_deliver(), 0);
	}
	assert_true(active_look.synced);
	assert_int_equal(active_held.commits, 2);
}

/* ------------------------------------------------------------------ what a standby learns */
static void cover(const struct fc_cut_part *parts, unsigned count)
{
	struct fc_cut_commit c = {.id = {TERM, 1}, .parts = count};
	struct fc_message *message;

	memcpy(c.part, parts, count * sizeof(*parts));
	for (unsigned i = 0; i < count; i++)
		c.part[i].member = i + 1;
	message = fc_cut_commit_write(&c);
	fc_cuts_cover(active_bay.cuts, message);
	fc_message_free(message);
}

/* 0: none. */
static uint64_t covered_ns(struct fc_cut_member *m)
{
	struct fc_cuts_covered covered;

	fc_cuts_covered(m, &covered);
	return covered.there ? covered.cut_ns : 0;
}

/* While the dual feed was refused nobody knew whether the cards' clocks agree. */
static void a_feed_that_becomes_dual_forgets_what_was_covered(void **unused)
{
	struct fc_cut_member *m = active_add(4, 0);
	struct fc_cut_part part = {.slot = 4, .epoch = 1, .cut_ns = 110};
	struct fc_cuts_covered covered;

	(void)unused;
	fc_cuts_mode(active_bay.cuts, FC_CUTS_STANDBY, TERM);
	fc_cuts_feed(active_bay.cuts, false);
	cover(&part, 1);
	fc_cuts_covered(m, &covered);
	assert_true(covered.there && !covered.dual);
	fc_cuts_feed(active_bay.cuts, true);
	fc_cuts_covered(m, &covered);
	assert_true(!covered.there && covered.dual);
	assert_int_equal(covered.commits, 1);
	cover(&part, 1);
	fc_cuts_feed(active_bay.cuts, true);
	assert_int_equal(covered_ns(m), 110);
}

static void the_oldest_ring_of_a_slot_counts_where_rings_are_not_alike(void **unused)
{
	struct fc_cut_member *m = active_add(4, 0), *other = active_add(5, 0);
	struct fc_cut_part parts[] = {
		{.slot = 4, .epoch = 1, .cut_ns = 110},
		{.slot = 4, .ring = 1, .epoch = UINT32_MAX, .cut_ns = 100},
		{.slot = 6, .epoch = 9},
	};
	struct fc_cuts_covered covered;

	(void)unused;
	fc_cuts_mode(active_bay.cuts, FC_CUTS_STANDBY, TERM);
	fc_cuts_feed(active_bay.cuts, true);
	cover(parts, 3);
	fc_cuts_covered(m, &covered);
	assert_true(covered.there && covered.dual && !covered.handed_over);
	assert_int_equal(covered.epoch, UINT32_MAX);
	assert_int_equal(covered.cut_ns, 100);
	assert_int_equal(covered.commits, 1);
	assert_int_equal(covered_ns(other), 0);
	/* One of them is not known to be alike. */
	fc_cuts_spread(m, 7);
	parts[0].spread = 7;
	cover(parts, 3);
	assert_int_equal(covered_ns(m), 100);
	parts[1].spread = 8;
	cover(parts, 3);
	assert_int_equal(covered_ns(m), 100);
	/* Ring 1 is no more: it holds up nothing. */
	parts[0].cut_ns = 120;
	cover(parts, 1);
	assert_int_equal(covered_ns(m), 120);
}

static void a_ring_has_its_own_place_where_rings_are_alike(void **unused)
{
	struct fc_cut_member *m[2] = {active_add(4, 0), active_add(4, 1)};
	struct fc_cut_part parts[] = {
		{.slot = 4, .ring = 1, .cut_ns = 100, .spread = 7},
		{.slot = 4, .ring = 0, .cut_ns = 110, .spread = 7},
	};

	(void)unused;
	fc_cuts_mode(active_bay.cuts, FC_CUTS_STANDBY, TERM);
	for (unsigned r = 0; r < 2; r++)
		fc_cuts_spread(m[r], 7);
	cover(parts, 2);
	assert_int_equal(covered_ns(m[0]), 110);
	assert_int_equal(covered_ns(m[1]), 100);
	/* What a vector does not have stands where it was, for a worker that is late. */
	parts[0].cut_ns = 120;
	cover(parts, 1);
	assert_int_equal(covered_ns(m[0]), 110);
	assert_int_equal(covered_ns(m[1]), 120);
	cover(parts, 0);
	assert_int_equal(covered_ns(m[0]), 110);
	assert_int_equal(covered_ns(m[1]), 120);
	/* A card that has gone, and the next one in its slot. */
	parts[0] = (struct fc_cut_part){.slot = 4, .generation = 2, .cut_ns = 140, .spread = 7};
	parts[1].cut_ns = 130;
	for (unsigned order = 0; order < 2; order++) {
		struct fc_cut_part first = parts[0];

		cover(parts, 2);
		assert_int_equal(covered_ns(m[0]), 140);
		parts[0] = parts[1];
		parts[1] = first;
	}
	fc_cuts_mode(active_bay.cuts, FC_CUTS_ALONE, TERM);
	fc_cuts_mode(active_bay.cuts, FC_CUTS_STANDBY, TERM + 1);
	assert_int_equal(covered_ns(m[0]), 0);
}

/* Its card was lost before the first barrier: what the one before it cut still stands. */
static void a_ring_that_has_not_cut_yet_has_no_place(void **unused)
{
	struct fc_cut_member *m = active_add(4, 0);
	struct fc_cut_place place[1];

	(void)unused;
	active_pair();
	active_whole_cut(m, 1, 3);
	assert_int_equal(fc_cuts_vector(active_bay.cuts, place, 1), 1);
	fc_cuts_member_remove(m);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	m = active_add(4, 0);
	assert_true(fc_cuts_join(m, 0, 0, &active_ticket));
	active_done(m);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_true(fc_cuts_safe(m));
	assert_int_equal(active_held.flows, 0);
	assert_int_equal(fc_base_cut_ns(active_base, 4), 1000);
	assert_int_equal(fc_base_vector(active_base, place, 1), 0);
	assert_int_equal(fc_cuts_vector(active_bay.cuts, place, 1), 0);
}

/* More rings come and go than there are places: those of the newest commit are there. */
static void rings_that_went_give_their_places_back(void **unused)
{
	struct fc_cut_member *m = active_add(4, 0);

	(void)unused;
	fc_cuts_mode(active_bay.cuts, FC_CUTS_STANDBY, TERM);
	fc_cuts_spread(m, 7);
	for (unsigned i = 1; i <= 2 * FC_CUT_MEMBERS; i++) {
		const struct fc_cut_part parts[] = {
			{.slot = 4, .cut_ns = i, .spread = 7},
			{.slot = 5, .ring = (uint16_t)i, .cut_ns = i, .spread = 7},
		};

		cover(parts, 2);
		assert_int_equal(covered_ns(m), i);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, active_setup, active_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_mode_may_change_at_any_moment),
		TEST(what_a_member_gave_goes_with_it),
		TEST(a_member_that_ends_in_order_is_part_of_its_last_cut),
		TEST(a_marker_that_never_comes_is_not_waited_for),
		TEST(a_place_may_be_taken_again_within_a_cut),
		TEST(very_many_go_at_once),
		TEST(there_are_no_more_members_than_places),
		TEST(instances_are_never_given_twice),
		TEST(in_step_only_after_everything_and_a_cut_that_keeps_up),
		TEST(a_unit_without_cards_comes_in_step),
		TEST(a_feed_that_becomes_dual_forgets_what_was_covered),
		TEST(the_oldest_ring_of_a_slot_counts_where_rings_are_not_alike),
		TEST(a_ring_has_its_own_place_where_rings_are_alike),
		TEST(a_ring_that_has_not_cut_yet_has_no_place),
		TEST(rings_that_went_give_their_places_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
