// SPDX-License-Identifier: BSD-2-Clause
/* Two engines: boot, sync, switchovers, crashes, partitions. */
#include "bench_check.h"

#include <ha/checkpoint/wire.h>
#include <string.h>

/* ------------------------------------------------------------------ boot */
static void two_units_become_active_and_hot(void **unused)
{
	struct bench *b = hot_pair();
	struct fc_pair_look look;

	(void)unused;
	assert_int_equal(b->end[0].gate, FC_RF_GATE_ACKED);
	assert_int_equal(b->end[1].gate, FC_RF_GATE_CLOSED);
	assert_string_equal(b->end[1].config, "flow record R;");
	bench_run(b, 500);
	bench_look(b, 0, &look);
	assert_true(look.config_same);
	assert_int_equal(look.peer, 2);
	assert_int_equal(look.version, 1);
	assert_string_equal(look.peer_image, "flowcard of unit 2");
	assert_string_equal(look.waits, "");
	assert_int_equal(look.late_messages + look.refused_messages, 0);
	assert_int_equal(b->repeated, 0);
	close_well(b);
}

static void a_unit_without_a_peer_goes_on_alone(void **unused)
{
	struct bench *b = bench_open();
	struct fc_pair_look look;

	(void)unused;
	bench_boot(b, 0);
	bench_run(b, 4000);
	assert_int_equal(bench_state(b, 0), FC_RF_ACTIVE);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_OPEN);
	bench_look(b, 0, &look);
	assert_string_equal(look.waits, "there is no connection to the peer");
	close_well(b);
}

static void a_standby_that_comes_later_gets_everything(void **unused)
{
	struct bench *b = bench_open();
	struct fc_base_look look;

	(void)unused;
	bench_boot(b, 0);
	bench_run(b, 4000);
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	fc_base_look(fc_pair_base(b->end[1].pair), &look);
	assert_int_equal(look.flows, 20);
	assert_int_equal(look.term, 1);
	close_well(b);
}

/* A datagram may have left under the open gate, its cut not being acknowledged: who is hot must
 * have it. The active unit dies at each moment around STANDBY HOT. */
static void who_is_hot_has_all_that_left_before(void **unused)
{
	(void)unused;
	for (unsigned ms = 0; ms < 120; ms++) {
		struct bench *b = bench_open();

		bench_boot(b, 0);
		bench_run(b, 2500);
		bench_boot(b, 1);
		while (bench_state(b, 1) < FC_RF_STANDBY_BULK || !b->end[1].pair->rf.ready)
			bench_run(b, 1);
		bench_run(b, ms);
		bench_crash(b, 0);
		bench_run(b, 300);
		assert_int_equal(b->conflicts, 0);
		bench_close(b);
	}
}

/* ------------------------------------------------------------------ switchovers */
static void a_crash_of_the_active_unit_costs_no_sequence_number(void **unused)
{
	struct bench *b = hot_pair();
	struct fc_pair_look look;

	(void)unused;
	b->end[1].pair->options.hook = true;
	bench_run(b, 777);
	bench_crash(b, 0);
	bench_run(b, 50);
	assert_int_equal(bench_state(b, 1), FC_RF_ACTIVE);
	assert_int_equal(b->end[1].gate, FC_RF_GATE_OPEN);
	assert_int_equal(b->end[1].switchovers_logged, 1);
	assert_int_equal(b->end[1].hooks_to_me, 1);
	bench_look(b, 1, &look);
	assert_int_equal(look.takeovers, 1);
	/* The link has waited for 150 ms of silence; the witness takes 5. */
	assert_in_range(look.takeover_us, 150000, 170000);
	bench_boot(b, 0);
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 1);
	close_well(b);
}

static void a_planned_switchover_repeats_nothing(void **unused)
{
	struct bench *b = hot_pair();
	char text[FC_RF_TEXT];

	(void)unused;
	assert_int_equal(
		fc_pair_force(b->end[0].pair, FC_RF_REASON_USER_FORCED, bench_now(b, 0), text), 0);
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 1);
	assert_int_equal(b->repeated, 0);
	assert_int_equal(
		fc_pair_force(b->end[1].pair, FC_RF_REASON_USER_FORCED, bench_now(b, 1), text), 0);
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 0);
	assert_int_equal(b->repeated, 0);
	assert_int_equal(b->end[0].pair->rf.term, 3);
	assert_int_equal(
		fc_pair_force(b->end[1].pair, FC_RF_REASON_USER_FORCED, bench_now(b, 1), text), -1);
	assert_string_equal(text, "% Manual Swact cannot be initiated from this the standby unit");
	close_well(b);
}

static void a_planned_switchover_moves_the_traffic_first(void **unused)
{
	struct bench *b = bench_open();
	char text[FC_RF_TEXT];

	(void)unused;
	b->hook = true;
	bench_boot(b, 0);
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	fc_pair_force(b->end[0].pair, FC_RF_REASON_USER_FORCED, bench_now(b, 0), text);
	assert_int_equal(b->end[0].hooks_to_peer, 1);
	assert_true(bench_settle(b));
	assert_int_equal(b->end[1].hooks_to_me, 1);
	assert_int_equal(b->end[0].hooks_to_peer, 1);
	close_well(b);
}

static void a_switchover_that_fails_gives_the_traffic_back(void **unused)
{
	struct bench *b = bench_open();
	char text[FC_RF_TEXT];
	unsigned to_me;

	(void)unused;
	b->hook = true;
	bench_boot(b, 0);
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	to_me = b->end[0].hooks_to_me;
	b->drop_acks = true;
	b->end[0].pair->options.stuck_epochs = b->end[0].pair->options.stuck_ms = 1000000;
	fc_pair_force(b->end[0].pair, FC_RF_REASON_USER_FORCED, bench_now(b, 0), text);
	bench_run(b, 5500);
	assert_int_equal(bench_active(b), 0);
	assert_int_equal(b->end[0].hooks_to_me, to_me + 1);
	b->drop_acks = false;
	bench_crash(b, 1);
	bench_run(b, 100);
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	close_well(b);
}

static void a_switchover_waits_for_every_ring(void **unused)
{
	struct bench *b = hot_pair();
	struct fc_cuts_look before, after;
	char text[FC_RF_TEXT];

	(void)unused;
	b->end[0].silent = true;
	fc_pair_force(b->end[0].pair, FC_RF_REASON_USER_FORCED, bench_now(b, 0), text);
	bench_run(b, 5500);
	assert_int_equal(bench_active(b), 0);
	assert_int_equal(b->end[0].pair->handover, PAIR_HANDOVER_NO);
	/* It goes on as before. */
	fc_cuts_look(fc_pair_cuts(b->end[0].pair), &before);
	b->end[0].silent = false;
	assert_true(bench_settle(b));
	bench_run(b, 500);
	fc_cuts_look(fc_pair_cuts(b->end[0].pair), &after);
	assert_true(after.acked > before.acked + 4);
	assert_int_equal(b->end[0].pair->rf.term, 1);
	close_well(b);
}

static void a_switchover_waits_until_all_has_left(void **unused)
{
	struct bench *b = hot_pair();
	char text[FC_RF_TEXT];

	(void)unused;
	b->end[0].undrained = true;
	fc_pair_force(b->end[0].pair, FC_RF_REASON_USER_FORCED, bench_now(b, 0), text);
	bench_run(b, 2000);
	assert_int_equal(bench_active(b), 0);
	b->end[0].undrained = false;
	bench_run(b, 100);
	assert_int_equal(bench_active(b), 1);
	assert_int_equal(b->repeated, 0);
	close_well(b);
}

static void the_unit_with_more_cards_that_meter_takes_over(void **unused)
{
	struct bench *b = hot_pair();

	(void)unused;
	b->end[0].healthy = 0;
	bench_run(b, 900);
	assert_int_equal(bench_active(b), 0);
	bench_run(b, 600);
	assert_int_equal(bench_active(b), 1);
	assert_int_equal(b->end[1].pair->rf.last_reason, FC_RF_REASON_UNIT_FAILED);
	close_well(b);
}

static void a_peer_begins_anew_when_it_is_asked_to(void **unused)
{
	struct bench *b = hot_pair();
	char text[FC_RF_TEXT];

	(void)unused;
	assert_int_equal(fc_pair_reload_peer(b->end[0].pair, bench_now(b, 0), text), 0);
	bench_run(b, 10);
	assert_int_equal(b->end[1].reloads, 1);
	assert_true(bench_state(b, 1) != FC_RF_STANDBY_HOT);
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 0);
	close_well(b);
}

/* ------------------------------------------------------------------ partitions */
static void a_partition_with_a_witness_has_one_exporter(void **unused)
{
	(void)unused;
	for (unsigned away = 0; away < 2; away++) {
		struct bench *b = hot_pair();

		b->witness_away = away;
		bench_cut(b, FC_LINK_DOWN_SILENT);
		for (unsigned i = 0; i < 300; i++) {
			bench_run(b, 10);
			assert_true(b->end[0].gate != FC_RF_GATE_OPEN ||
				    b->end[1].gate != FC_RF_GATE_OPEN);
			if (away)
				assert_true(b->end[0].gate == FC_RF_GATE_ACKED);
		}
		b->witness_away = false;
		b->net = true;
		assert_true(bench_settle(b));
		bench_run(b, 500);
		close_well(b);
	}
}

static void a_short_break_changes_no_role(void **unused)
{
	struct bench *b = hot_pair();
	uint64_t term = b->end[0].pair->rf.term;

	(void)unused;
	b->witness_away = true; /* nobody can claim meanwhile */
	bench_cut(b, FC_LINK_DOWN_CLOSED);
	bench_run(b, 300);
	b->net = true;
	bench_run(b, 700);
	b->witness_away = false;
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 0);
	bench_run(b, 2000);
	assert_int_equal(b->end[0].pair->rf.term, term);
	assert_int_equal(bench_state(b, 1), FC_RF_STANDBY_HOT);
	assert_int_equal(b->repeated, 0);
	close_well(b);
}

static void without_fencing_the_newer_term_stays(void **unused)
{
	struct bench *b = bench_open();

	(void)unused;
	b->fencing = FC_RF_FENCING_NONE;
	b->hook = true;
	bench_boot(b, 0);
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	bench_cut(b, FC_LINK_DOWN_SILENT);
	bench_run(b, 1000);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_OPEN);
	assert_int_equal(b->end[1].gate, FC_RF_GATE_OPEN);
	b->net = true;
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 0); /* of two with one term */
	assert_int_equal(b->end[0].hooks_to_peer, 0);
	assert_int_equal(b->end[1].hooks_to_peer, 1); /* its first order may have run last */
	bench_close(b);
}

/* ------------------------------------------------------------------ a standby that does not keep
 * up */
static void a_standby_that_acknowledges_nothing_is_left_behind(void **unused)
{
	struct bench *b = hot_pair();
	struct fc_pair_look look;

	(void)unused;
	b->drop_acks = true;
	bench_run(b, 150);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_ACKED);
	bench_run(b, 350);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_OPEN);
	assert_int_equal(b->end[0].pair->rf.term, 2);
	bench_look(b, 0, &look);
	assert_int_equal(look.stuck, 1);
	assert_true(bench_state(b, 1) != FC_RF_STANDBY_HOT);
	bench_crash(b, 1); /* it has no right to the next term now */
	b->drop_acks = false;
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 0);
	close_well(b);
}

/* Of a unit whose last card is gone there are no epochs to count. */
static void without_a_card_it_is_left_behind_by_the_clock(void **unused)
{
	struct bench *b = hot_pair();
	unsigned stuck_ms = b->end[0].pair->options.stuck_ms;
	uint64_t instances;

	(void)unused;
	b->drop_acks = b->end[0].silent = true;
	fc_cuts_member_remove(b->end[0].member);
	bench_run(b, stuck_ms - 200);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_ACKED);
	bench_run(b, 1000);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_OPEN);
	assert_int_equal(b->end[0].pair->stuck, 1);
	assert_int_equal(b->end[0].pair->rf.term, 2);
	b->drop_acks = false;
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 0);
	fc_cuts_member_add(fc_pair_cuts(b->end[0].pair), 1, 0, 1, &b->end[0].member, &instances);
	close_well(b);
}

static void time_in_which_the_unit_was_stopped_does_not_count(void **unused)
{
	struct bench *b = hot_pair();
	struct fc_cuts_look look;

	(void)unused;
	do {
		bench_run(b, 1);
		fc_cuts_look(fc_pair_cuts(b->end[0].pair), &look);
	} while (!look.flying);
	/* It goes on, and has not read yet what came meanwhile. */
	b->now_ms += 2 * b->end[0].pair->options.stuck_ms;
	fc_pair_tick(b->end[0].pair, bench_now(b, 0));
	bench_run(b, 1000);
	assert_int_equal(b->end[0].pair->stuck, 0);
	assert_int_equal(bench_state(b, 1), FC_RF_STANDBY_HOT);
	close_well(b);
}

/* The standby's base is judged by tests/ha/checkpoint; here its answer is written by hand. */
static void slices_that_differ_are_told_in_the_log(void **unused)
{
	struct bench *b = hot_pair();
	struct fc_cuts_look look;
	struct fc_message *ack;

	(void)unused;
	b->drop_acks = true;
	do {
		bench_run(b, 10);
		fc_cuts_look(fc_pair_cuts(b->end[0].pair), &look);
	} while (!look.flying);
	ack = fc_cut_ack_write((struct fc_cut_id){.term = look.term, .number = look.open});
	fc_cut_ack_differ(ack, 5);
	bench_inject(b, 0, ack);
	bench_run(b, 1);
	assert_non_null(strstr(b->end[0].last_log, "%CHKPT-4-DIGEST: 2 of 64 slices"));
	b->drop_acks = false;
	bench_run(b, 200);
	fc_cuts_look(fc_pair_cuts(b->end[0].pair), &look);
	assert_int_equal(look.slices_resent, 2);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_ACKED);
	close_well(b);
}

static void a_witness_that_is_away_is_told_once_and_shown(void **unused)
{
	struct bench *b = bench_open();
	struct fc_pair_look look;

	(void)unused;
	b->witness_away = true;
	bench_boot(b, 0);
	bench_boot(b, 1);
	bench_run(b, 3000);
	bench_look(b, 0, &look);
	assert_non_null(strstr(look.waits, "whoever grants term 1: "));
	assert_non_null(strstr(b->end[0].last_log, "WITNESS"));
	*b->end[0].last_log = 0;
	bench_run(b, 20000);
	assert_string_equal(b->end[0].last_log, "");
	bench_run(b, 60000);
	assert_non_null(strstr(b->end[0].last_log, "WITNESS"));
	b->witness_away = false;
	assert_true(bench_settle(b));
	bench_look(b, 0, &look);
	assert_string_equal(look.waits, "");
	bench_close(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_units_become_active_and_hot),
		cmocka_unit_test(a_unit_without_a_peer_goes_on_alone),
		cmocka_unit_test(a_standby_that_comes_later_gets_everything),
		cmocka_unit_test(who_is_hot_has_all_that_left_before),
		cmocka_unit_test(a_crash_of_the_active_unit_costs_no_sequence_number),
		cmocka_unit_test(a_planned_switchover_repeats_nothing),
		cmocka_unit_test(a_planned_switchover_moves_the_traffic_first),
		cmocka_unit_test(a_switchover_that_fails_gives_the_traffic_back),
		cmocka_unit_test(a_switchover_waits_for_every_ring),
		cmocka_unit_test(a_switchover_waits_until_all_has_left),
		cmocka_unit_test(the_unit_with_more_cards_that_meter_takes_over),
		cmocka_unit_test(a_peer_begins_anew_when_it_is_asked_to),
		cmocka_unit_test(a_partition_with_a_witness_has_one_exporter),
		cmocka_unit_test(a_short_break_changes_no_role),
		cmocka_unit_test(without_fencing_the_newer_term_stays),
		cmocka_unit_test(a_standby_that_acknowledges_nothing_is_left_behind),
		cmocka_unit_test(without_a_card_it_is_left_behind_by_the_clock),
		cmocka_unit_test(time_in_which_the_unit_was_stopped_does_not_count),
		cmocka_unit_test(slices_that_differ_are_told_in_the_log),
		cmocka_unit_test(a_witness_that_is_away_is_told_once_and_shown),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
