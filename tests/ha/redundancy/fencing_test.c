// SPDX-License-Identifier: BSD-2-Clause
/* `fencing peer`: when the command is run, and when the peer's word is enough. */
#include "tests/ha/redundancy/rf_bench.h"

static struct bench *fencing(void)
{
	return bench(FC_RF_FENCING_PEER);
}

/* A unit that is active with a hot standby. */
static void active_with_standby(struct bench *b)
{
	boot_alone(b);
	join_hot(b);
	assert_int_equal(b->rf.term, 1);
}

/* ------------------------------------------------------------------ two that negotiate */
static void of_two_that_negotiate_the_lower_one_has_the_others_word(void **unused)
{
	struct bench *b = fencing();
	struct fc_rf_says s = says(FC_RF_NEGOTIATION, 0);

	(void)unused;
	FEED(b, .type = FC_RF_IN_START);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, s);
	assert_false(b->out.claim);
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	assert_int_equal(b->rf.term, 1);
	free(b);

	/* The higher one never has, whatever each knows: the other might have its word, too. */
	b = fencing();
	s.unit = 48;
	s.seen = s.term = 0;
	FEED(b, .type = FC_RF_IN_START);
	b->rf.seen = b->rf.term = 5;
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, s);
	b->ms += 1000000;
	FEED(b, .type = FC_RF_IN_TICK);
	assert_false(b->out.claim);
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	free(b);
}

static void whose_command_runs_has_given_no_word(void **unused)
{
	struct bench *b = fencing();
	struct fc_rf_says s = says(FC_RF_NEGOTIATION, 0);

	(void)unused;
	s.claiming = true;
	FEED(b, .type = FC_RF_IN_START);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, s);
	b->ms += 1000000;
	FEED(b, .type = FC_RF_IN_TICK);
	assert_false(b->out.claim); /* nor a second command against it */
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	s.claiming = false;
	PEER(b, s);
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	free(b);
}

static void a_unit_alone_fences_whom_it_does_not_hear(void **unused)
{
	struct bench *b = fencing();

	(void)unused;
	boot_alone(b); /* asserts the claim */
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	assert_int_equal(b->rf.gate, FC_RF_GATE_OPEN);
	free(b);
}

static void a_term_that_the_fenced_peer_had_is_not_used_again(void **unused)
{
	struct bench *b = fencing();

	(void)unused;
	FEED(b, .type = FC_RF_IN_START);
	b->ms = fc_rf_wake(&b->rf, b->ms);
	FEED(b, .type = FC_RF_IN_TICK);
	assert_int_equal(b->out.term, 1);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, says(FC_RF_ACTIVE, 7));
	FEED(b, .type = FC_RF_IN_CLAIM_WON, .term = 1);
	assert_int_equal(b->rf.term, 8);
	free(b);
}

/* ------------------------------------------------------------------ the hot standby */
static void a_hot_standby_fences_an_active_unit_that_is_silent(void **unused)
{
	struct bench *b = fencing();

	(void)unused;
	stand_by(b);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	assert_true(b->out.claim);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_HOT);
	FEED(b, .type = FC_RF_IN_CLAIM_UNREACHABLE, .term = 8);
	assert_int_equal(b->rf.gate, FC_RF_GATE_CLOSED);
	b->ms = fc_rf_wake(&b->rf, b->ms);
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(b->out.claim);
	FEED(b, .type = FC_RF_IN_CLAIM_WON, .term = 8);
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	free(b);
}

static void who_is_handed_over_to_runs_no_command(void **unused)
{
	struct bench *b = fencing();

	(void)unused;
	stand_by(b);
	FEED(b, .type = FC_RF_IN_SWACT, .reason = FC_RF_REASON_USER_FORCED);
	assert_false(b->out.claim);
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	assert_int_equal(b->rf.term, 8);
	assert_int_equal(b->rf.last_reason, FC_RF_REASON_USER_FORCED);
	free(b);
}

static void an_order_of_another_session_counts_no_more(void **unused)
{
	struct bench *b = fencing();
	struct fc_rf_says s = says(FC_RF_ACTIVE, 7);

	(void)unused;
	stand_by(b);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	s.gated = true;
	PEER(b, s);
	/* While a command runs it cannot be followed. */
	FEED(b, .type = FC_RF_IN_SWACT, .reason = FC_RF_REASON_USER_FORCED);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_HOT);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	s = says(FC_RF_NEGOTIATION, 0);
	s.claiming = true;
	PEER(b, s);
	b->ms += 1000;
	FEED(b, .type = FC_RF_IN_CLAIM_UNREACHABLE, .term = 8);
	b->ms += 1000;
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(b->out.claim);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_HOT);
	free(b);
}

static void the_word_of_a_peer_that_is_gone_counts_no_more(void **unused)
{
	struct bench *b = fencing();
	char text[FC_RF_TEXT];

	(void)unused;
	stand_by(b);
	assert_int_equal(fc_rf_maintenance(&b->rf, true, text), 0);
	PEER(b, says(FC_RF_NEGOTIATION, 7));
	assert_int_equal(b->rf.state, FC_RF_STANDBY_HOT);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	fc_rf_maintenance(&b->rf, false, text);
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(b->out.claim);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_HOT);
	free(b);
}

static void a_peer_that_came_anew_need_not_be_fenced(void **unused)
{
	struct bench *b = fencing();

	(void)unused;
	stand_by(b);
	PEER(b, says(FC_RF_DISABLED, 7)); /* it ends in order, and could not hand over */
	assert_false(b->out.claim);
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	assert_int_equal(b->rf.last_reason, FC_RF_REASON_UNIT_REMOVED);
	free(b);
}

static void gated_is_said_to_a_standby_that_is_hot(void **unused)
{
	struct bench *b = fencing();
	struct fc_rf_says s = says(FC_RF_ACTIVE, 7);

	(void)unused;
	b->answer = FC_RF_LATER; /* client 20 */
	FEED(b, .type = FC_RF_IN_START);
	b->answer = FC_RF_DONE;
	FEED(b, .type = FC_RF_IN_CLIENT_DONE, .client = 20, .step = b->rf.step.number);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, s);
	b->answer = FC_RF_REFUSED; /* the step into STANDBY HOT */
	s.gated = true;
	PEER(b, s);
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	b->answer = FC_RF_DONE;
	b->ms += 1000;
	FEED(b, .type = FC_RF_IN_TICK);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_BULK);
	PEER(b, s);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_HOT);
	free(b);
}

/* ------------------------------------------------------------------ the active unit */
static void a_standby_that_was_told_to_begin_anew_is_not_fenced(void **unused)
{
	struct bench *b = fencing();

	(void)unused;
	active_with_standby(b);
	PEER(b, says(FC_RF_DISABLED, 1));
	assert_false(b->out.claim);
	assert_int_equal(b->rf.term, 2);
	assert_int_equal(b->rf.gate, FC_RF_GATE_OPEN);
	free(b);
}

static void a_standby_that_is_gone_is_fenced(void **unused)
{
	struct bench *b = fencing();

	(void)unused;
	active_with_standby(b);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	assert_true(b->out.claim);
	assert_int_equal(b->rf.gate, FC_RF_GATE_ACKED);
	FEED(b, .type = FC_RF_IN_CLAIM_WON, .term = 2);
	assert_int_equal(b->rf.gate, FC_RF_GATE_OPEN);
	free(b);
}

static void a_stuck_standby_is_told_first_and_fenced_if_it_stays_hot(void **unused)
{
	struct bench *b = fencing();

	(void)unused;
	active_with_standby(b);
	FEED(b, .type = FC_RF_IN_STUCK);
	assert_false(b->out.claim);
	assert_true(b->out.tell);
	assert_false(fc_rf_says(&b->rf).gated);
	assert_int_equal(b->rf.gate, FC_RF_GATE_ACKED);
	PEER(b, says(FC_RF_STANDBY_COLD, 1));
	assert_false(b->out.claim);
	assert_int_equal(b->rf.term, 2);
	assert_int_equal(b->rf.gate, FC_RF_GATE_OPEN);
	free(b);

	b = fencing();
	active_with_standby(b);
	FEED(b, .type = FC_RF_IN_STUCK);
	b->ms = fc_rf_wake(&b->rf, b->ms);
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(b->out.claim);
	assert_int_equal(b->rf.gate, FC_RF_GATE_ACKED);
	free(b);
}

/* It cannot know whether the peer has gone on from what it had. */
static void who_has_handed_over_does_not_go_on_by_itself(void **unused)
{
	struct bench *b = fencing();
	char text[FC_RF_TEXT];

	(void)unused;
	active_with_standby(b);
	fc_rf_force(&b->rf, FC_RF_REASON_USER_FORCED, at(b), &b->out, text);
	FEED(b, .type = FC_RF_IN_HANDOVER_READY);
	assert_true(b->out.swact);
	PEER(b, says(FC_RF_STANDBY_COLD, 1)); /* of before, or of another life */
	assert_int_equal(b->rf.term, 1);
	assert_int_equal(b->rf.gate, FC_RF_GATE_CLOSED);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	assert_false(b->out.claim);
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	b->ms += 2000;
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(b->out.claim);
	FEED(b, .type = FC_RF_IN_CLAIM_WON, .term = b->out.term);
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_that_negotiate_the_lower_one_has_the_others_word),
		cmocka_unit_test(whose_command_runs_has_given_no_word),
		cmocka_unit_test(a_unit_alone_fences_whom_it_does_not_hear),
		cmocka_unit_test(a_term_that_the_fenced_peer_had_is_not_used_again),
		cmocka_unit_test(a_hot_standby_fences_an_active_unit_that_is_silent),
		cmocka_unit_test(who_is_handed_over_to_runs_no_command),
		cmocka_unit_test(an_order_of_another_session_counts_no_more),
		cmocka_unit_test(the_word_of_a_peer_that_is_gone_counts_no_more),
		cmocka_unit_test(a_peer_that_came_anew_need_not_be_fenced),
		cmocka_unit_test(gated_is_said_to_a_standby_that_is_hot),
		cmocka_unit_test(a_standby_that_was_told_to_begin_anew_is_not_fenced),
		cmocka_unit_test(a_standby_that_is_gone_is_fenced),
		cmocka_unit_test(a_stuck_standby_is_told_first_and_fenced_if_it_stays_hot),
		cmocka_unit_test(who_has_handed_over_does_not_go_on_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
