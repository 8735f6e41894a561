// SPDX-License-Identifier: BSD-2-Clause
/* The unit's cuts: every state with every event, members in every state, modes at any moment. */
#include "bay.h"

#include <errno.h>
#include <ha/checkpoint/cuts_impl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

#define TERM 7
#define JOIN_MS 2000

static struct bay bay;
static struct fc_base *base;
static struct fc_cuts_look look;
static struct fc_base_look held;
static struct fc_cut_ticket ticket;
static char why[FC_CUT_TEXT];

static int setup(void **unused)
{
	(void)unused;
	bay_open(&bay, NULL);
	return fc_base_create(100000, &base);
}

static int teardown(void **unused)
{
	(void)unused;
	bay_close(&bay);
	fc_base_destroy(base);
	return 0;
}

/* ------------------------------------------------------------------ steps of a test */
static struct fc_cut_member *add(unsigned slot, unsigned ring)
{
	struct fc_cut_member *m;

	assert_int_equal(fc_cuts_member_add(bay.cuts, slot, ring, 1, &m, NULL), 0);
	return m;
}

static void pair(void)
{
	fc_cuts_mode(bay.cuts, FC_CUTS_PAIRED, TERM);
}

static bool join(struct fc_cut_member *m)
{
	return fc_cuts_join(m, 1, 1000, &ticket);
}

static void give(struct fc_cut_member *m, uint64_t from, uint64_t count)
{
	for (uint64_t i = from; i < from + count; i++) {
		struct fc_cut_flow flow = bay_flow(i, i);

		assert_int_equal(fc_cuts_flows(m, &flow, 1), 1);
	}
}

/* The digest is that of an empty slice where the test does not care: slices differ then. */
static void done(struct fc_cut_member *m)
{
	fc_cuts_part_done(m, 0);
	fc_cuts_taken(bay.cuts, m->slot, m->ring, bay.cuts->number);
}

static void tick(unsigned ms)
{
	bay.now_ms += ms;
	fc_cuts_tick(bay.cuts);
}

static int deliver(void)
{
	int err = bay_deliver(&bay, base, why);

	fc_base_look(base, &held);
	fc_cuts_look(bay.cuts, &look);
	return err;
}

static void whole_cut(struct fc_cut_member *m, uint64_t from, uint64_t count)
{
	assert_true(join(m));
	give(m, from, count);
	done(m);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_int_equal(bay.cuts->state, CUT_OPEN);
}

/* ------------------------------------------------------------------ table */
#define NO CUT_REFUSED

static void every_state_with_every_event(void **unused)
{
	static const enum cut_state want[CUT_STATES][CUT_EVENTS] = {
		{CUT_FILLING, CUT_FILLING, NO, NO, NO, NO, CUT_OPEN},
		{CUT_FILLING, NO, CUT_CLOSING, CUT_CLOSING, NO, NO, CUT_OPEN},
		{NO, NO, NO, NO, CUT_FLYING, NO, CUT_OPEN},
		{NO, NO, NO, NO, NO, CUT_OPEN, CUT_OPEN},
	};

	(void)unused;
	for (unsigned s = 0; s < CUT_STATES; s++) {
		for (unsigned e = 0; e < CUT_EVENTS; e++) {
			bay.cuts->state = (enum cut_state)s;
			bay.moved = 0;
			assert_int_equal(fc_cut_next((enum cut_state)s, (enum cut_event)e),
					 want[s][e]);
			assert_int_equal(fc_cut_step(bay.cuts, (enum cut_event)e),
					 want[s][e] != NO);
			assert_int_equal(bay.cuts->state, want[s][e] == NO ? s : want[s][e]);
			assert_int_equal(bay.moved, bay.cuts->state != s);
		}
	}
	bay.cuts->state = CUT_OPEN;
}

/* ------------------------------------------------------------------ alone, standby */
static void alone_everything_is_safe_at_once(void **unused)
{
	struct fc_cut_member *m = add(1, 0);
	struct fc_cut_flow flow = bay_flow(1, 1);
	uint64_t instance = 1, standbys;
	bool all;

	(void)unused;
	assert_true(join(m));
	assert_int_equal(ticket.number, 0);
	assert_int_equal(fc_cuts_flows(m, &flow, 1), 1);
	fc_cuts_flow_now(m, &flow);
	fc_cuts_closed(m, &instance, 1);
	fc_cuts_part_done(m, 0);
	assert_true(fc_cuts_safe(m));
	assert_int_equal(fc_cuts_to_seal(bay.cuts, &all), 0);
	fc_cuts_send(bay.cuts, fc_message_create(FC_MESSAGE_DATAGRAM, 0));
	assert_int_equal(bay.waiting, 0);
	assert_int_equal(fc_cuts_mode_now(bay.cuts, &standbys), FC_CUTS_ALONE);
	assert_int_equal(standbys, 0);
	tick(100000);
	assert_int_equal(bay.waiting, 0);
}

static void a_standby_takes_no_cut(void **unused)
{
	struct fc_cut_member *m = add(1, 0);
	uint64_t standbys;

	(void)unused;
	fc_cuts_mode(bay.cuts, FC_CUTS_STANDBY, TERM);
	assert_false(join(m));
	tick(100000);
	assert_int_equal(bay.waiting, 0);
	fc_cuts_mode(bay.cuts, FC_CUTS_STANDBY, TERM + 1);
	pair();
	fc_cuts_mode(bay.cuts, FC_CUTS_STANDBY, TERM + 2);
	pair();
	/* A worker that was away sees that it was a standby meanwhile, twice. */
	assert_int_equal(fc_cuts_mode_now(bay.cuts, &standbys), FC_CUTS_PAIRED);
	assert_int_equal(standbys, 2);
}

/* ------------------------------------------------------------------ a cut */
static void a_cut_goes_when_all_of_it_is_there(void **unused)
{
	struct fc_cut_member *a = add(1, 0), *b = add(2, 0);
	struct fc_cut_place place[4];
	bool all = false;

	(void)unused;
	pair();
	assert_true(join(a));
	assert_true(ticket.all);
	assert_int_equal(ticket.number, 1);
	assert_int_equal(bay_count(&bay, FC_MESSAGE_RESEND), 1);
	give(a, 100, 3);
	fc_cuts_part_done(a, 0);
	bay_marker(&bay, 1, 0);
	assert_int_equal(fc_cuts_to_seal(bay.cuts, &all), 0); /* b may still come */
	assert_true(join(b));
	bay_marker(&bay, 2, 0);
	assert_int_equal(fc_cuts_to_seal(bay.cuts, &all), 1);
	assert_true(all);
	fc_cuts_send(bay.cuts, fc_message_create(FC_MESSAGE_DATAGRAM, 0));
	fc_cuts_send(bay.cuts, fc_message_create(FC_MESSAGE_CURSOR, 0));
	fc_cuts_sealed(bay.cuts, 1);
	assert_int_equal(bay_count(&bay, FC_MESSAGE_COMMIT), 0);
	fc_cuts_part_done(b, 0);
	assert_int_equal(bay_count(&bay, FC_MESSAGE_COMMIT), 1);
	assert_false(fc_cuts_safe(a));
	assert_false(join(a));
	assert_int_equal(fc_cuts_acked(bay.cuts), 0);
	assert_int_equal(fc_cuts_vector(bay.cuts, place, 4), 0);
	deliver();
	assert_int_equal(fc_cuts_vector(bay.cuts, place, 4), 2);
	assert_int_equal(place[1].slot, 2);
	assert_int_equal(place[1].cut_ns, 1000);
	assert_true(fc_cuts_safe(a) && fc_cuts_safe(b));
	assert_int_equal(fc_cuts_acked(bay.cuts), 1);
	assert_int_equal(held.flows, 3);
	assert_true(join(a));
	assert_false(ticket.all);
	assert_int_equal(ticket.number, 2);
}

static void a_late_member_joins_the_next_one(void **unused)
{
	struct fc_cut_member *a = add(1, 0), *b = add(2, 0);

	(void)unused;
	pair();
	assert_true(join(a));
	done(a);
	tick(JOIN_MS - 1);
	assert_int_equal(bay.cuts->state, CUT_FILLING);
	tick(1);
	assert_int_equal(bay.cuts->state, CUT_CLOSING);
	assert_false(join(b));
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_int_equal(look.late_members, 1);
	assert_true(join(b));
	assert_true(ticket.all);
	assert_true(join(a));
	assert_false(ticket.all);
	done(a);
	done(b);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	/* b has not come again since: nobody waits for it, until it does. */
	b->expected = false;
	whole_cut(a, 500, 1);
}

static void flows_wait_while_the_link_is_full(void **unused)
{
	static struct fc_cut_flow flows[3 * CUT_STAGE_FLOWS];
	struct fc_cut_member *m = add(1, 0);
	const size_t all = 3 * CUT_STAGE_FLOWS;
	size_t taken;

	(void)unused;
	for (size_t i = 0; i < all; i++)
		flows[i] = bay_flow(i + 1, i);
	pair();
	assert_true(join(m));
	bay.queued = 1u << 20;
	taken = fc_cuts_flows(m, flows, all);
	assert_int_equal(taken, CUT_STAGE_FLOWS);
	assert_int_equal(fc_cuts_flows(m, flows + taken, all - taken), 0);
	bay.queued--;
	assert_int_equal(fc_cuts_flows(m, flows + taken, all - taken), all - taken);
	bay.queued = SIZE_MAX / 2;
	fc_cuts_flow_now(m, &flows[0]); /* the slot is needed now: always taken */
	done(m);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_int_equal(held.flows, all);
	assert_int_equal(look.bulk_flows, all + 1);
}

static void ended_flows_do_not_overtake(void **unused)
{
	struct fc_cut_member *m = add(1, 0);
	struct fc_cut_flow flow = bay_flow(3, 1);
	uint64_t instance = 3;

	(void)unused;
	pair();
	whole_cut(m, 1, 5);
	assert_true(join(m));
	fc_cuts_flow_now(m, &flow);
	fc_cuts_closed(m, &instance, 1);
	done(m);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_int_equal(held.flows, 4);
}

/* ------------------------------------------------------------------ acknowledgements */
static int ack(uint64_t term, uint64_t number)
{
	struct fc_message *m = fc_cut_ack_write((struct fc_cut_id){term, number});
	int err = fc_cuts_ack(bay.cuts, m);

	fc_message_free(m);
	return err;
}

static void only_what_is_on_its_way_is_acknowledged(void **unused)
{
	struct fc_cut_member *m = add(1, 0);

	(void)unused;
	pair();
	assert_int_equal(ack(TERM, 1), -EPROTO);
	assert_true(join(m));
	assert_int_equal(ack(TERM, 1), -EPROTO); /* it is open */
	done(m);
	assert_int_equal(ack(TERM, 1), -EPROTO); /* it is not sealed */
	bay_seal(&bay);
	assert_int_equal(ack(TERM + 1, 1), -EPROTO);
	assert_int_equal(ack(TERM, 2), -EPROTO);
	assert_int_equal(ack(TERM - 1, 1), 0); /* late, of a term before: nothing */
	assert_false(fc_cuts_safe(m));
	assert_int_equal(ack(TERM, 1), 0);
	assert_true(fc_cuts_safe(m));
}

static void a_late_acknowledgement_of_a_void_cut_is_nothing(void **unused)
{
	struct fc_cut_member *m = add(1, 0);

	(void)unused;
	pair();
	assert_true(join(m));
	done(m);
	bay_seal(&bay);
	pair();
	assert_int_equal(ack(TERM, 1), 0);
	assert_int_equal(fc_cuts_acked(bay.cuts), 0);
	assert_true(join(m));
	assert_int_equal(ticket.number, 2);
	assert_true(ticket.all);
	assert_int_equal(ack(TERM, 1), 0);
	assert_false(fc_cuts_safe(m));
}

/* ------------------------------------------------------------------ modes in every state */
/* Bring the cut of member `m` into this state. */
static void bring(struct fc_cut_member *m, struct fc_cut_member *other, enum cut_state state)
{
	pair();
	if (state == CUT_OPEN)
		return;
	assert_true(join(m));
	give(m, 1, CUT_STAGE_FLOWS + 2);
	if (state == CUT_FILLING)
		return;
	assert_true(join(other));
	done(other);
	if (state == CUT_CLOSING)
		return;
	done(m);
	bay_seal(&bay);
	assert_int_equal(bay.cuts->state, CUT_FLYING);
}

static void a_mode_may_change_at_any_moment(void **unused)
{
	struct fc_cut_member *a = add(1, 0), *b = add(2, 0);
	uint64_t number;
	bool all;

	(void)unused;
	for (unsigned s = 0; s < CUT_STATES; s++) {
		for (unsigned mode = FC_CUTS_ALONE; mode <= FC_CUTS_STANDBY; mode++) {
			bring(a, b, (enum cut_state)s);
			number = bay.cuts->number;
			bay_drop_all(&bay);
			fc_cuts_mode(bay.cuts, (enum fc_cuts_mode)mode, TERM);
			assert_true(fc_cuts_safe(a) && fc_cuts_safe(b));
			assert_int_equal(fc_cuts_to_seal(bay.cuts, &all), 0);
			if (mode == FC_CUTS_ALONE)
				assert_int_equal(fc_cuts_acked(bay.cuts), number);
			give(a, 9000, 3); /* the worker has not noticed: dropped */
			done(a);
			assert_int_equal(bay.waiting, 0);
			fc_cuts_sealed(bay.cuts, number);
			fc_cuts_taken(bay.cuts, 2, 0, number);
			/* And again, from the beginning. */
			pair();
			assert_true(join(b));
			assert_true(ticket.all);
			assert_int_equal(ticket.number, number + 1);
			done(b);
			whole_cut(a, 1, 3);
			assert_int_equal(held.flows, 3);
		}
	}
}

/* ------------------------------------------------------------------ members that go */
static void remove_in(enum cut_state state)
{
	struct fc_cut_member *a, *b;

	setup(NULL);
	a = add(1, 0);
	b = add(2, 0);
	pair();
	/* Both have flows in the base: a 1.. and b 5000.. */
	assert_true(join(a));
	assert_true(join(b));
	give(a, 1, 10);
	give(b, 5000, 10);
	done(a);
	done(b);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_int_equal(held.flows, 20);

	if (state != CUT_OPEN) {
		assert_true(join(a));
		give(a, 1, CUT_STAGE_FLOWS + 2); /* some of it has left, the rest has not */
	}
	if (state >= CUT_CLOSING)
		assert_true(join(b));
	if (state == CUT_FLYING) {
		done(a);
		done(b);
		bay_seal(&bay);
	}
	assert_int_equal(bay.cuts->state, state);
	fc_cuts_member_remove(a);
	if (state == CUT_FLYING) {
		assert_int_equal(deliver(), 0); /* its part was whole */
		assert_int_equal(held.flows, CUT_STAGE_FLOWS + 2 + 10);
	}
	/* The next commit takes all along that it gave. */
	if (!b->cut)
		assert_true(join(b));
	done(b);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_int_equal(bay.cuts->state, CUT_OPEN);
	assert_int_equal(held.flows, 10);
	teardown(NULL);
}

static void what_a_member_gave_goes_with_it(void **unused)
{
	(void)unused;
	teardown(NULL);
	for (unsigned s = 0; s < CUT_STATES; s++)
		remove_in((enum cut_state)s);
	setup(NULL);
}

/* Part given in order: CLOSED of all. The part stays, its marker is waited for. */
static void a_member_that_ends_in_order_is_part_of_its_last_cut(void **unused)
{
	struct fc_cut_member *a = add(1, 0);
	uint64_t instance;
	bool all;

	(void)unused;
	pair();
	whole_cut(a, 1, 10);
	assert_true(join(a));
	for (instance = 1; instance <= 10; instance++)
		fc_cuts_closed(a, &instance, 1);
	fc_cuts_part_done(a, 0);
	fc_cuts_member_remove(a);
	assert_int_equal(fc_cuts_to_seal(bay.cuts, &all), 0); /* its flows are in the queue */
	bay_marker(&bay, 1, 0);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_int_equal(held.flows, 0);
	assert_int_equal(bay.cuts->state, CUT_OPEN);
	tick(1000);
	assert_int_equal(bay.cuts->state, CUT_CLOSING); /* a unit without cards goes on */
}

static void a_marker_that_never_comes_is_not_waited_for(void **unused)
{
	struct fc_cut_member *a = add(1, 0);
	bool all;

	(void)unused;
	pair();
	assert_true(join(a));
	fc_cuts_part_done(a, 0);
	fc_cuts_member_remove(a);
	tick(JOIN_MS - 1);
	assert_int_equal(fc_cuts_to_seal(bay.cuts, &all), 0);
	tick(1);
	assert_int_equal(fc_cuts_to_seal(bay.cuts, &all), 1);
}

static void a_place_may_be_taken_again_within_a_cut(void **unused)
{
	struct fc_cut_member *a = add(1, 0), *b = add(2, 0), *again;

	(void)unused;
	pair();
	assert_true(join(a));
	give(a, 1, 5);
	fc_cuts_part_done(a, 0);
	fc_cuts_member_remove(a);
	again = add(1, 0);
	assert_true(join(again));
	assert_true(join(b));
	give(again, 100, 7);
	done(again);
	done(again); /* two markers of one place */
	done(b);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_int_equal(held.flows, 7);
	assert_int_equal(bay.cuts->state, CUT_OPEN);
}

/* More go than a COMMIT can name: everything begins anew. */
static void very_many_go_at_once(void **unused)
{
	struct fc_cut_member *stays = add(1, 0), *m;

	(void)unused;
	pair();
	whole_cut(stays, 1, 5);
	assert_true(join(stays));
	for (unsigned i = 0; i < FC_CUT_GONE_MAX + 1; i++) {
		m = add(2, i);
		m->given = true;
		fc_cuts_member_remove(m);
	}
	assert_true(fc_cuts_safe(stays));
	whole_cut(stays, 1, 4);
	fc_cuts_look(bay.cuts, &look);
	assert_int_equal(look.bulks, 2);
	assert_int_equal(held.flows, 4);
}

static void there_are_no_more_members_than_places(void **unused)
{
	struct fc_cut_member *m;

	(void)unused;
	for (unsigned i = 0; i < FC_CUT_MEMBERS; i++)
		add(i / 16, i % 16);
	assert_int_equal(fc_cuts_member_add(bay.cuts, 1, 1, 1, &m, NULL), -ENOSPC);
}

/* ------------------------------------------------------------------ instances */
static void instances_are_never_given_twice(void **unused)
{
	struct fc_cut_member *a = add(1, 0), *b = add(2, 0);
	uint64_t last = 0, next;

	(void)unused;
	fc_cuts_mode(bay.cuts, FC_CUTS_ALONE, 3);
	for (unsigned i = 0; i < 1000; i++) {
		next = fc_cuts_instances(i % 2 ? a : b);
		assert_int_equal(next >> 48, 3);
		assert_true(next >= last + FC_CUT_RANGE);
		last = next;
	}
	fc_cuts_mode(bay.cuts, FC_CUTS_ALONE, 4);
	assert_int_equal(fc_cuts_instances(a), UINT64_C(4) << 48 | FC_CUT_RANGE);
	fc_cuts_mode(bay.cuts, FC_CUTS_PAIRED, 4);
	assert_int_equal(fc_cuts_instances(a), UINT64_C(4) << 48 | 2 * FC_CUT_RANGE);
}

/* ------------------------------------------------------------------ the last one */
static void the_last_cut_is_the_last(void **unused)
{
	struct fc_cut_member *a = add(1, 0), *b = add(2, 0);

	(void)unused;
	pair();
	assert_true(join(a));
	assert_int_equal(fc_cuts_last(bay.cuts), 2); /* 1 has begun already */
	assert_int_equal(fc_cuts_last(bay.cuts), 2);
	assert_true(join(b));
	done(a);
	done(b);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_int_equal(bay.cuts->state, CUT_FILLING); /* it has begun */
	assert_true(join(b));
	assert_true(join(a));
	assert_false(join(a));
	done(a);
	done(b);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_int_equal(look.acked, 2);
	assert_true(look.last_whole);
	assert_false(join(a));
	tick(100000);
	assert_int_equal(bay.cuts->state, CUT_OPEN);
	fc_cuts_resume(bay.cuts);
	assert_true(join(a));
	assert_int_equal(ticket.number, 3);
}

static void a_last_cut_without_somebody_is_not_whole(void **unused)
{
	struct fc_cut_member *a = add(1, 0);

	(void)unused;
	pair();
	whole_cut(a, 1, 1);
	add(2, 0);
	assert_int_equal(fc_cuts_last(bay.cuts), 2);
	assert_true(join(a));
	done(a);
	tick(JOIN_MS);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_int_equal(look.acked, look.last);
	assert_false(look.last_whole);
}

static void a_unit_without_cards_has_a_last_cut(void **unused)
{
	(void)unused;
	pair();
	assert_int_equal(fc_cuts_last(bay.cuts), 1);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_int_equal(look.acked, 1);
	assert_true(look.last_whole);
	fc_cuts_mode(bay.cuts, FC_CUTS_STANDBY, TERM);
	assert_true(bay.cuts->handed_over);
}

/* ------------------------------------------------------------------ in step */
static void in_step_only_after_everything_and_a_cut_that_keeps_up(void **unused)
{
	struct fc_cut_member *a = add(1, 0), *b = add(2, 3);

	(void)unused;
	fc_cuts_look(bay.cuts, &look);
	assert_string_equal(look.waits, "there is no peer to send cuts to");
	pair();
	assert_true(join(a));
	done(a);
	tick(JOIN_MS);
	fc_cuts_look(bay.cuts, &look);
	assert_string_equal(look.waits, "the cut of everything is not acknowledged");
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_string_equal(look.waits, "slot 2 ring 3 has not given everything");
	assert_true(join(b));
	assert_true(join(a));
	done(a);
	done(b);
	bay_seal(&bay);
	assert_int_equal(deliver(), 0);
	assert_false(look.synced);
	assert_string_equal(look.waits, "the next cut is not acknowledged");
	assert_true(join(a) && join(b));
	done(a);
	done(b);
	bay_seal(&bay);
	for (unsigned i = 0; i < 3; i++)
		assert_false(join(b));
	assert_int_equal(deliver(), 0);
	assert_false(look.synced);
	assert_string_equal(look.waits, "the standby is 3 epochs behind");
	assert_true(join(a) && join(b));
	done(a);
	done(b);
	bay_seal(&bay);
	for (unsigned i = 0; i < 2; i++)
		assert_false(join(b));
	assert_int_equal(deliver(), 0);
	assert_true(look.synced);
	assert_string_equal(look.waits, "");
	pair();
	fc_cuts_look(bay.cuts, &look);
	assert_false(look.synced);
}

static void a_unit_without_cards_comes_in_step(void **unused)
{
	(void)unused;
	pair();
	for (unsigned i = 0; i < 2; i++) {
		tick(1000);
		bay_seal(&bay);
		assert_int_equal(deliver(), 0);
	}
	assert_true(look.synced);
	assert_int_equal(held.commits, 2);
}

/* ------------------------------------------------------------------ repair */
static void slices_that_differ_are_resent_a_few_at_a_time(void **unused)
{
	struct fc_cut_member *m = add(1, 0);
	struct fc_message *ack_message;

	(void)unused;
	pair();
	assert_true(join(m));
	done(m);
	bay_seal(&bay);
	bay_drop_all(&bay);
	ack_message = fc_cut_ack_write((struct fc_cut_id){TERM, 1});
	fc_cut_ack_differ(ack_message, UINT64_C(0x8000000000000f10));
	assert_int_equal(fc_cuts_ack(bay.cuts, ack_message), 0);
	fc_message_free(ack_message);
	assert_true(join(m));
	assert_int_equal(ticket.resend, 0x710);
	assert_int_equal(bay_count(&bay, FC_MESSAGE_RESEND), 1);
	done(m);
	bay_seal(&bay);
	assert_int_equal(ack(TERM, 2), 0);
	assert_true(join(m));
	assert_int_equal(ticket.resend, UINT64_C(0x8000000000000800));
	done(m);
	bay_seal(&bay);
	assert_int_equal(ack(TERM, 3), 0);
	assert_true(join(m));
	assert_int_equal(ticket.resend, 0);
	fc_cuts_look(bay.cuts, &look);
	assert_int_equal(look.slices_differed, 6);
	assert_int_equal(look.slices_resent, 6);
}

/* ------------------------------------------------------------------ what a standby learns */
static void the_oldest_ring_of_a_slot_counts(void **unused)
{
	struct fc_cut_member *m = add(4, 0), *other = add(5, 0);
	struct fc_cut_commit c = {.id = {TERM, 1}, .parts = 3};
	struct fc_cuts_covered covered;
	struct fc_message *message;

	(void)unused;
	fc_cuts_mode(bay.cuts, FC_CUTS_STANDBY, TERM);
	fc_cuts_feed(bay.cuts, true);
	c.part[0] = (struct fc_cut_part){.member = 1, .slot = 4, .epoch = 1, .cut_ns = 110};
	c.part[1] = (struct fc_cut_part){
		.member = 2, .slot = 4, .ring = 1, .epoch = UINT32_MAX, .cut_ns = 100};
	c.part[2] = (struct fc_cut_part){.member = 3, .slot = 6, .epoch = 9};
	message = fc_cut_commit_write(&c);
	fc_cuts_cover(bay.cuts, message);
	fc_message_free(message);
	fc_cuts_covered(m, &covered);
	assert_true(covered.there && covered.dual && !covered.handed_over);
	assert_int_equal(covered.epoch, UINT32_MAX);
	assert_int_equal(covered.cut_ns, 100);
	assert_int_equal(covered.commits, 1);
	fc_cuts_covered(other, &covered);
	assert_false(covered.there);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(every_state_with_every_event),
		TEST(alone_everything_is_safe_at_once),
		TEST(a_standby_takes_no_cut),
		TEST(a_cut_goes_when_all_of_it_is_there),
		TEST(a_late_member_joins_the_next_one),
		TEST(flows_wait_while_the_link_is_full),
		TEST(ended_flows_do_not_overtake),
		TEST(only_what_is_on_its_way_is_acknowledged),
		TEST(a_late_acknowledgement_of_a_void_cut_is_nothing),
		TEST(a_mode_may_change_at_any_moment),
		TEST(what_a_member_gave_goes_with_it),
		TEST(a_member_that_ends_in_order_is_part_of_its_last_cut),
		TEST(a_marker_that_never_comes_is_not_waited_for),
		TEST(a_place_may_be_taken_again_within_a_cut),
		TEST(very_many_go_at_once),
		TEST(there_are_no_more_members_than_places),
		TEST(instances_are_never_given_twice),
		TEST(the_last_cut_is_the_last),
		TEST(a_last_cut_without_somebody_is_not_whole),
		TEST(a_unit_without_cards_has_a_last_cut),
		TEST(in_step_only_after_everything_and_a_cut_that_keeps_up),
		TEST(a_unit_without_cards_comes_in_step),
		TEST(slices_that_differ_are_resent_a_few_at_a_time),
		TEST(the_oldest_ring_of_a_slot_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
