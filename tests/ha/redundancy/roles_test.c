// SPDX-License-Identifier: BSD-2-Clause
/* Who becomes active, who yields, who may claim; switchovers by hand. */
#include "tests/ha/redundancy/rf_bench.h"

/* ------------------------------------------------------------------ roles */
static void the_lower_unit_of_two_that_negotiate_claims(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);
	struct fc_rf_says s = says(FC_RF_NEGOTIATION, 0);

	(void)unused;
	FEED(b, .type = FC_RF_IN_START);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, s);
	assert_true(b->out.claim); /* 49 before 50 */
	free(b);

	b = bench(FC_RF_FENCING_FILE);
	s.unit = 48;
	FEED(b, .type = FC_RF_IN_START);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, s);
	assert_false(b->out.claim);
	s.unit = 49; /* two of the same number */
	PEER(b, s);
	assert_int_equal(b->rf.counters.errored_peer_msg, 1);
	free(b);
}

static void a_hot_standby_takes_over_when_the_peer_fails(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);

	(void)unused;
	stand_by(b);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	assert_true(b->out.claim);
	assert_int_equal(b->out.term, 8);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_HOT);
	FEED(b, .type = FC_RF_IN_CLAIM_UNREACHABLE, .term = 8);
	assert_int_equal(b->rf.gate, FC_RF_GATE_CLOSED);
	b->ms = fc_rf_wake(&b->rf, b->ms);
	FEED(b, .type = FC_RF_IN_TICK);
	FEED(b, .type = FC_RF_IN_CLAIM_WON, .term = b->out.term);
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	assert_int_equal(b->rf.switchovers.rows, 1);
	assert_int_equal(b->rf.switchovers.row[0].previous, 50);
	assert_int_equal(b->rf.switchovers.row[0].current, 49);
	assert_int_equal(b->rf.switchovers.row[0].reason, FC_RF_REASON_UNIT_FAILED);
	free(b);
}

static void who_loses_a_claim_stops_and_claims_no_more(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);

	(void)unused;
	stand_by(b);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_REMOVED);
	FEED(b, .type = FC_RF_IN_CLAIM_LOST, .term = 8, .newest = 8, .holder = 50);
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	b->ms += 1000000;
	FEED(b, .type = FC_RF_IN_TICK);
	assert_false(b->out.claim);
	/* The peer knows of term 8 and is not active: now somebody has to be. */
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, says(FC_RF_NEGOTIATION, 7));
	assert_false(b->out.claim);
	PEER(b, says(FC_RF_NEGOTIATION, 8));
	assert_true(b->out.claim);
	assert_int_equal(b->out.term, 9);
	free(b);
}

static void a_hot_standby_gives_way_to_a_term_that_went_on_without_it(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);
	struct fc_rf_says s = says(FC_RF_NEGOTIATION, 8);

	(void)unused;
	stand_by(b);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	FEED(b, .type = FC_RF_IN_CLAIM_UNREACHABLE, .term = 8);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	s.holder = 50; /* it opened its gate in term 8, and has lost what it had since */
	PEER(b, s);
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	free(b);

	b = bench(FC_RF_FENCING_FILE);
	stand_by(b);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	FEED(b, .type = FC_RF_IN_CLAIM_UNREACHABLE, .term = 8);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	s.holder = 49; /* the claim that nobody answered was granted */
	b->ms += 1000;
	PEER(b, s);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_HOT);
	assert_int_equal(b->out.term, 9);
	free(b);
}

static void a_cold_standby_has_no_right_to_a_term(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);
	char text[FC_RF_TEXT];

	(void)unused;
	FEED(b, .type = FC_RF_IN_START);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, says(FC_RF_ACTIVE, 7));
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	b->ms += 1000000;
	FEED(b, .type = FC_RF_IN_TICK);
	assert_false(b->out.claim);
	/* But a person may say that the peer is dead. */
	assert_int_equal(fc_rf_force(&b->rf, FC_RF_REASON_USER_FORCED, at(b), &b->out, text), 0);
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(b->out.claim);
	free(b);
}

static void an_active_unit_waits_for_a_claim_when_its_standby_goes(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);

	(void)unused;
	boot_alone(b);
	join_hot(b);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	assert_true(b->out.claim);
	assert_int_equal(b->rf.gate, FC_RF_GATE_ACKED);
	assert_int_equal(b->rf.standby_failures, 1);
	FEED(b, .type = FC_RF_IN_CLAIM_WON, .term = 1); /* an old answer */
	assert_int_equal(b->rf.gate, FC_RF_GATE_ACKED);
	FEED(b, .type = FC_RF_IN_CLAIM_WON, .term = 2);
	assert_int_equal(b->rf.gate, FC_RF_GATE_OPEN);
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	free(b);
}

static void a_standby_that_is_stuck_is_left_behind_after_a_claim(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);

	(void)unused;
	boot_alone(b);
	FEED(b, .type = FC_RF_IN_STUCK); /* without a standby: nothing */
	assert_false(b->out.claim);
	join_hot(b);
	FEED(b, .type = FC_RF_IN_STUCK);
	assert_true(b->out.claim);
	FEED(b, .type = FC_RF_IN_CLAIM_WON, .term = 2);
	assert_int_equal(b->rf.gate, FC_RF_GATE_OPEN);
	free(b);

	b = bench(FC_RF_FENCING_FILE);
	stand_by(b);
	PEER(b, says(FC_RF_ACTIVE, 8));
	assert_int_equal(b->rf.state, FC_RF_STANDBY_BULK);
	free(b);
}

static void another_life_of_the_standby_does_not_say_which_term_is_next(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);
	struct fc_rf_says s = says(FC_RF_NEGOTIATION, 2);

	(void)unused;
	boot_alone(b);
	join_hot(b);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	FEED(b, .type = FC_RF_IN_CLAIM_UNREACHABLE, .term = 2);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	/* It was granted term 2, has sent under it, and learned of it from the witness again. */
	s.holder = 50;
	PEER(b, s);
	assert_true(b->rf.stuck);
	b->ms = fc_rf_wake(&b->rf, b->ms);
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(b->out.claim);
	assert_int_equal(b->out.term, 2); /* never 3 */
	FEED(b, .type = FC_RF_IN_CLAIM_LOST, .term = 2, .newest = 2, .holder = 50);
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	assert_int_equal(b->rf.gate, FC_RF_GATE_CLOSED);
	free(b);
}

static void of_two_active_units_the_older_term_yields(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_NONE);

	(void)unused;
	boot_alone(b);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, says(FC_RF_ACTIVE, 1)); /* the same term: 49 stays */
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	PEER(b, says(FC_RF_ACTIVE, 2));
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	assert_int_equal(b->rf.gate, FC_RF_GATE_CLOSED);
	free(b);
}

static void a_unit_that_is_not_redundant_is_active_without_claims(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);

	(void)unused;
	b->rf.options.sso = false;
	FEED(b, .type = FC_RF_IN_START);
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	assert_false(b->out.claim);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	assert_false(b->rf.comm);
	free(b);
}

/* ------------------------------------------------------------------ by hand */
static void a_planned_switchover_closes_the_gate_before_the_peer_opens_its_own(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);
	char text[FC_RF_TEXT];

	(void)unused;
	boot_alone(b);
	join_hot(b);
	assert_int_equal(fc_rf_force(&b->rf, FC_RF_REASON_USER_FORCED, at(b), &b->out, text), 0);
	assert_true(b->out.handover);
	assert_int_equal(fc_rf_force(&b->rf, FC_RF_REASON_USER_FORCED, at(b), &b->out, text),
			 -EPERM);
	assert_string_equal(text, "% Manual Swact disabled (a switchover is in progress)");
	FEED(b, .type = FC_RF_IN_HANDOVER_READY);
	assert_true(b->out.swact);
	assert_int_equal(b->rf.gate, FC_RF_GATE_CLOSED);
	PEER(b, says(FC_RF_ACTIVE_FAST, 2));
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	assert_int_equal(b->rf.switchovers.row[0].previous, 49);
	assert_int_equal(b->rf.switchovers.row[0].current, 50);
	b->ms = fc_rf_wake(&b->rf, b->ms);
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(fc_rf_is_standby(b->rf.state));
	free(b);
}

static void a_switchover_that_the_peer_does_not_take_ends_with_a_claim(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);
	char text[FC_RF_TEXT];

	(void)unused;
	boot_alone(b);
	join_hot(b);
	fc_rf_force(&b->rf, FC_RF_REASON_USER_INITIATED, at(b), &b->out, text);
	FEED(b, .type = FC_RF_IN_HANDOVER_READY);
	b->ms = fc_rf_wake(&b->rf, b->ms);
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(b->out.claim);
	assert_int_equal(b->rf.gate, FC_RF_GATE_CLOSED);
	FEED(b, .type = FC_RF_IN_CLAIM_WON, .term = 2);
	assert_int_equal(b->rf.gate, FC_RF_GATE_OPEN);
	assert_int_equal(b->rf.handover, FC_RF_HANDOVER_NO);
	free(b);
}

static void a_switchover_is_refused_in_the_words_of_ios(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);
	char text[FC_RF_TEXT];

	(void)unused;
	boot_alone(b);
	assert_int_equal(fc_rf_force(&b->rf, FC_RF_REASON_USER_FORCED, at(b), &b->out, text),
			 -EPERM);
	assert_string_equal(text, "% Manual Swact disabled (system is simplex (no peer unit))");
	assert_int_equal(fc_rf_reload_peer(&b->rf, &b->out, text), -EPERM);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, says(FC_RF_STANDBY_BULK, 1));
	assert_int_equal(fc_rf_force(&b->rf, FC_RF_REASON_USER_FORCED, at(b), &b->out, text),
			 -EPERM);
	assert_string_equal(
		text, "% Manual Swact disabled (peer unit not yet in terminal standby state)");
	assert_int_equal(fc_rf_reload_peer(&b->rf, &b->out, text), 0);
	assert_true(b->out.reload_peer);
	free(b);

	b = bench(FC_RF_FENCING_FILE);
	stand_by(b);
	assert_int_equal(fc_rf_force(&b->rf, FC_RF_REASON_USER_FORCED, at(b), &b->out, text),
			 -EPERM);
	assert_string_equal(text, "% Manual Swact cannot be initiated from this the standby unit");
	free(b);
}

static void in_maintenance_nobody_takes_over_by_itself(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);
	char text[FC_RF_TEXT];

	(void)unused;
	stand_by(b);
	assert_int_equal(fc_rf_maintenance(&b->rf, true, text), 0);
	FEED(b, .type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	assert_false(b->out.claim);
	fc_rf_maintenance(&b->rf, false, text);
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(b->out.claim);
	free(b);
}

/* Whoever grants terms knows units by their numbers: both would get theirs. */
static void a_unit_whose_number_another_one_has_stays_out(void **state)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);

	(void)state;
	FEED(b, .type = FC_RF_IN_START);
	FEED(b, .type = FC_RF_IN_TWIN);
	b->ms += 9999;
	FEED(b, .type = FC_RF_IN_TICK);
	assert_false(b->out.claim);
	assert_int_equal(fc_rf_wake(&b->rf, b->ms), b->ms + 1);
	FEED(b, .type = FC_RF_IN_TWIN); /* it comes again */
	b->ms += 9999;
	FEED(b, .type = FC_RF_IN_TICK);
	assert_false(b->out.claim);
	b->ms++;
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(b->out.claim);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lower_unit_of_two_that_negotiate_claims),
		cmocka_unit_test(a_hot_standby_takes_over_when_the_peer_fails),
		cmocka_unit_test(who_loses_a_claim_stops_and_claims_no_more),
		cmocka_unit_test(a_hot_standby_gives_way_to_a_term_that_went_on_without_it),
		cmocka_unit_test(a_cold_standby_has_no_right_to_a_term),
		cmocka_unit_test(an_active_unit_waits_for_a_claim_when_its_standby_goes),
		cmocka_unit_test(a_standby_that_is_stuck_is_left_behind_after_a_claim),
		cmocka_unit_test(another_life_of_the_standby_does_not_say_which_term_is_next),
		cmocka_unit_test(of_two_active_units_the_older_term_yields),
		cmocka_unit_test(a_unit_that_is_not_redundant_is_active_without_claims),
		cmocka_unit_test(
			a_planned_switchover_closes_the_gate_before_the_peer_opens_its_own),
		cmocka_unit_test(a_switchover_that_the_peer_does_not_take_ends_with_a_claim),
		cmocka_unit_test(a_switchover_is_refused_in_the_words_of_ios),
		cmocka_unit_test(in_maintenance_nobody_takes_over_by_itself),
		cmocka_unit_test(a_unit_whose_number_another_one_has_stays_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
