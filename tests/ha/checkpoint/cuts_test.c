// SPDX-License-Identifier: BSD-2-Clause
/* The unit's cuts: every state with every event; what is taken, sealed, acknowledged; the last one.
 */
#include "active.h"

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
			active_bay.cuts->state = (enum cut_state)s;
			active_bay.moved = 0;
			assert_int_equal(fc_cut_next((enum cut_state)s, (enum cut_event)e),
					 want[s][e]);
			assert_int_equal(fc_cut_step(active_bay.cuts, (enum cut_event)e),
					 want[s][e] != NO);
			assert_int_equal(active_bay.cuts->state, want[s][e] == NO ? s : want[s][e]);
			assert_int_equal(active_bay.moved, active_bay.cuts->state != s);
		}
	}
	active_bay.cuts->state = CUT_OPEN;
}

/* ------------------------------------------------------------------ alone, standby */
static void alone_everything_is_safe_at_once(void **unused)
{
	struct fc_cut_member *m = active_add(1, 0);
	struct fc_cut_flow flow = bay_flow(1, 1);
	uint64_t instance = 1, standbys;
	bool all;

	(void)unused;
	assert_true(active_join(m));
	assert_int_equal(active_ticket.number, 0);
	assert_int_equal(fc_cuts_flows(m, &flow, 1), 1);
	fc_cuts_flow_now(m, &flow);
	fc_cuts_closed(m, &instance, 1);
	fc_cuts_part_done(m, 0);
	assert_true(fc_cuts_safe(m));
	assert_int_equal(fc_cuts_to_seal(active_bay.cuts, &all), 0);
	fc_cuts_send(active_bay.cuts, fc_message_create(FC_MESSAGE_DATAGRAM, 0));
	assert_int_equal(active_bay.waiting, 0);
	assert_int_equal(fc_cuts_mode_now(active_bay.cuts, &standbys), FC_CUTS_ALONE);
	assert_int_equal(standbys, 0);
	active_tick(100000);
	assert_int_equal(active_bay.waiting, 0);
}

static void a_standby_takes_no_cut(void **unused)
{
	struct fc_cut_member *m = active_add(1, 0);
	uint64_t standbys;

	(void)unused;
	fc_cuts_mode(active_bay.cuts, FC_CUTS_STANDBY, TERM);
	assert_false(active_join(m));
	active_tick(100000);
	assert_int_equal(active_bay.waiting, 0);
	fc_cuts_mode(active_bay.cuts, FC_CUTS_STANDBY, TERM + 1);
	active_pair();
	fc_cuts_mode(active_bay.cuts, FC_CUTS_STANDBY, TERM + 2);
	active_pair();
	/* A worker that was away sees that it was a standby meanwhile, twice. */
	assert_int_equal(fc_cuts_mode_now(active_bay.cuts, &standbys), FC_CUTS_PAIRED);
	assert_int_equal(standbys, 2);
}

/* ------------------------------------------------------------------ a cut */
static void a_cut_goes_when_all_of_it_is_there(void **unused)
{
	struct fc_cut_member *a = active_add(1, 0), *b = active_add(2, 0);
	struct fc_cut_place place[4];
	bool all = false;

	(void)unused;
	active_pair();
	assert_true(active_join(a));
	assert_true(active_ticket.all);
	assert_int_equal(active_ticket.number, 1);
	assert_int_equal(bay_count(&active_bay, FC_MESSAGE_RESEND), 1);
	active_give(a, 100, 3);
	fc_cuts_part_done(a, 0);
	bay_marker(&active_bay, 1, 0);
	assert_int_equal(fc_cuts_to_seal(active_bay.cuts, &all), 0); /* b may still come */
	assert_true(active_join(b));
	bay_marker(&active_bay, 2, 0);
	assert_int_equal(fc_cuts_to_seal(active_bay.cuts, &all), 1);
	assert_true(all);
	fc_cuts_send(active_bay.cuts, fc_message_create(FC_MESSAGE_DATAGRAM, 0));
	fc_cuts_send(active_bay.cuts, fc_message_create(FC_MESSAGE_CURSOR, 0));
	fc_cuts_sealed(active_bay.cuts, 1);
	assert_int_equal(bay_count(&active_bay, FC_MESSAGE_COMMIT), 0);
	fc_cuts_part_done(b, 0);
	assert_int_equal(bay_count(&active_bay, FC_MESSAGE_COMMIT), 1);
	assert_false(fc_cuts_safe(a));
	assert_false(active_join(a));
	assert_int_equal(fc_cuts_acked(active_bay.cuts), 0);
	assert_int_equal(fc_cuts_vector(active_bay.cuts, place, 4), 0);
	active_deliver();
	assert_int_equal(fc_cuts_vector(active_bay.cuts, place, 4), 2);
	assert_int_equal(place[1].slot, 2);
	assert_int_equal(place[1].cut_ns, 1000);
	assert_true(fc_cuts_safe(a) && fc_cuts_safe(b));
	assert_int_equal(fc_cuts_acked(active_bay.cuts), 1);
	assert_int_equal(active_held.flows, 3);
	assert_true(active_join(a));
	assert_false(active_ticket.all);
	assert_int_equal(active_ticket.number, 2);
}

static void a_late_member_joins_the_next_one(void **unused)
{
	struct fc_cut_member *a = active_add(1, 0), *b = active_add(2, 0);

	(void)unused;
	active_pair();
	assert_true(active_join(a));
	active_done(a);
	active_tick(JOIN_MS - 1);
	assert_int_equal(active_bay.cuts->state, CUT_FILLING);
	active_tick(1);
	assert_int_equal(active_bay.cuts->state, CUT_CLOSING);
	assert_false(active_join(b));
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_int_equal(active_look.late_members, 1);
	assert_true(active_join(b));
	assert_true(active_ticket.all);
	assert_true(active_join(a));
	assert_false(active_ticket.all);
	active_done(a);
	active_done(b);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	/* b has not come again since: nobody waits for it, until it does. */
	b->expected = false;
	active_whole_cut(a, 500, 1);
}

static void flows_wait_while_the_link_is_full(void **unused)
{
	static struct fc_cut_flow flows[3 * CUT_STAGE_FLOWS];
	struct fc_cut_member *m = active_add(1, 0);
	const size_t all = 3 * CUT_STAGE_FLOWS;
	size_t taken;

	(void)unused;
	for (size_t i = 0; i < all; i++)
		flows[i] = bay_flow(i + 1, i);
	active_pair();
	assert_true(active_join(m));
	active_bay.queued = 1u << 20;
	taken = fc_cuts_flows(m, flows, all);
	assert_int_equal(taken, CUT_STAGE_FLOWS);
	assert_int_equal(fc_cuts_flows(m, flows + taken, all - taken), 0);
	active_bay.queued--;
	assert_int_equal(fc_cuts_flows(m, flows + taken, all - taken), all - taken);
	active_bay.queued = SIZE_MAX / 2;
	fc_cuts_flow_now(m, &flows[0]); /* the slot is needed now: always taken */
	active_done(m);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_int_equal(active_held.flows, all);
	assert_int_equal(active_look.bulk_flows, all + 1);
}

static void ended_flows_do_not_overtake(void **unused)
{
	struct fc_cut_member *m = active_add(1, 0);
	struct fc_cut_flow flow = bay_flow(3, 1);
	uint64_t instance = 3;

	(void)unused;
	active_pair();
	active_whole_cut(m, 1, 5);
	assert_true(active_join(m));
	fc_cuts_flow_now(m, &flow);
	fc_cuts_closed(m, &instance, 1);
	active_done(m);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_int_equal(active_held.flows, 4);
}

/* ------------------------------------------------------------------ acknowledgements */
static int ack(uint64_t term, uint64_t number)
{
	struct fc_message *m = fc_cut_ack_write((struct fc_cut_id){term, number});
	int err = fc_cuts_ack(active_bay.cuts, m);

	fc_message_free(m);
	return err;
}

static void only_what_is_on_its_way_is_acknowledged(void **unused)
{
	struct fc_cut_member *m = active_add(1, 0);

	(void)unused;
	active_pair();
	assert_int_equal(ack(TERM, 1), -EPROTO);
	assert_true(active_join(m));
	assert_int_equal(ack(TERM, 1), -EPROTO); /* it is open */
	active_done(m);
	assert_int_equal(ack(TERM, 1), -EPROTO); /* it is not sealed */
	bay_seal(&active_bay);
	assert_int_equal(ack(TERM + 1, 1), -EPROTO);
	assert_int_equal(ack(TERM, 2), -EPROTO);
	assert_int_equal(ack(TERM - 1, 1), 0); /* late, of a term before: nothing */
	assert_false(fc_cuts_safe(m));
	assert_int_equal(ack(TERM, 1), 0);
	assert_true(fc_cuts_safe(m));
}

static void a_late_acknowledgement_of_a_void_cut_is_nothing(void **unused)
{
	struct fc_cut_member *m = active_add(1, 0);

	(void)unused;
	active_pair();
	assert_true(active_join(m));
	active_done(m);
	bay_seal(&active_bay);
	active_pair();
	assert_int_equal(ack(TERM, 1), 0);
	assert_int_equal(fc_cuts_acked(active_bay.cuts), 0);
	assert_true(active_join(m));
	assert_int_equal(active_ticket.number, 2);
	assert_true(active_ticket.all);
	assert_int_equal(ack(TERM, 1), 0);
	assert_false(fc_cuts_safe(m));
}

/* ------------------------------------------------------------------ the last one */
static void the_last_cut_is_the_last(void **unused)
{
	struct fc_cut_member *a = active_add(1, 0), *b = active_add(2, 0);

	(void)unused;
	active_pair();
	assert_true(active_join(a));
	assert_int_equal(fc_cuts_last(active_bay.cuts), 2); /* 1 has begun already */
	assert_int_equal(fc_cuts_last(active_bay.cuts), 2);
	assert_true(active_join(b));
	active_done(a);
	active_done(b);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_int_equal(active_bay.cuts->state, CUT_FILLING); /* it has begun */
	assert_true(active_join(b));
	assert_true(active_join(a));
	assert_false(active_join(a));
	active_done(a);
	active_done(b);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_int_equal(active_look.acked, 2);
	assert_true(active_look.last_whole);
	assert_false(active_join(a));
	active_tick(100000);
	assert_int_equal(active_bay.cuts->state, CUT_OPEN);
	fc_cuts_resume(active_bay.cuts);
	assert_true(active_join(a));
	assert_int_equal(active_ticket.number, 3);
}

static void a_last_cut_without_somebody_is_not_whole(void **unused)
{
	struct fc_cut_member *a = active_add(1, 0);

	(void)unused;
	active_pair();
	active_whole_cut(a, 1, 1);
	active_add(2, 0);
	assert_int_equal(fc_cuts_last(active_bay.cuts), 2);
	assert_true(active_join(a));
	active_done(a);
	active_tick(JOIN_MS);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_int_equal(active_look.acked, active_look.last);
	assert_false(active_look.last_whole);
}

static void a_unit_without_cards_has_a_last_cut(void **unused)
{
	(void)unused;
	active_pair();
	assert_int_equal(fc_cuts_last(active_bay.cuts), 1);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_int_equal(active_look.acked, 1);
	assert_true(active_look.last_whole);
	fc_cuts_mode(active_bay.cuts, FC_CUTS_STANDBY, TERM);
	assert_true(active_bay.cuts->handed_over);
}

/* ------------------------------------------------------------------ repair */
static void slices_that_differ_are_resent_a_few_at_a_time(void **unused)
{
	struct fc_cut_member *m = active_add(1, 0);
	struct fc_message *ack_message;

	(void)unused;
	active_pair();
	assert_true(active_join(m));
	active_done(m);
	bay_seal(&active_bay);
	bay_drop_all(&active_bay);
	ack_message = fc_cut_ack_write((struct fc_cut_id){TERM, 1});
	fc_cut_ack_differ(ack_message, UINT64_C(0x8000000000000f10));
	assert_int_equal(fc_cuts_ack(active_bay.cuts, ack_message), 0);
	fc_message_free(ack_message);
	assert_true(active_join(m));
	assert_int_equal(active_ticket.resend, 0x710);
	assert_int_equal(bay_count(&active_bay, FC_MESSAGE_RESEND), 1);
	active_done(m);
	bay_seal(&active_bay);
	assert_int_equal(ack(TERM, 2), 0);
	assert_true(active_join(m));
	assert_int_equal(active_ticket.resend, UINT64_C(0x8000000000000800));
	active_done(m);
	bay_seal(&active_bay);
	assert_int_equal(ack(TERM, 3), 0);
	assert_true(active_join(m));
	assert_int_equal(active_ticket.resend, 0);
	fc_cuts_look(active_bay.cuts, &active_look);
	assert_int_equal(active_look.slices_differed, 6);
	assert_int_equal(active_look.slices_resent, 6);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, active_setup, active_teardown)
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
		TEST(the_last_cut_is_the_last),
		TEST(a_last_cut_without_somebody_is_not_whole),
		TEST(a_unit_without_cards_has_a_last_cut),
		TEST(slices_that_differ_are_resent_a_few_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
