// SPDX-License-Identifier: BSD-2-Clause
/* Two engines: boot, sync, switchovers, crashes, partitions, peers that break the rules. */
#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct bench *hot_pair(void)
{
	struct bench *b = bench_open();

	bench_boot(b, 0);
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 0);
	bench_run(b, 400);
	return b;
}

/* What must be true of any run with a witness. */
static void close_well(struct bench *b)
{
	assert_int_equal(b->conflicts, 0);
	assert_int_equal(bench_gaps(b), 0);
	assert_true(b->records > 0);
	bench_close(b);
}

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
	b->end[0].pair->options.stuck_epochs = 1000000;
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

static void a_unit_that_leaves_hands_over_first(void **unused)
{
	struct bench *b = hot_pair();
	unsigned turns = 0;

	(void)unused;
	while (!fc_pair_leave(b->end[0].pair, bench_now(b, 0)) && turns++ < 2000)
		bench_run(b, 1);
	assert_true(turns < 500);
	bench_run(b, 20);
	assert_int_equal(bench_state(b, 1), FC_RF_ACTIVE);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_CLOSED);
	assert_int_equal(b->repeated, 0);
	assert_int_equal(b->end[1].pair->rf.last_reason, FC_RF_REASON_UNIT_REMOVED);
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
	bench_boot(b, 0);
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	bench_cut(b, FC_LINK_DOWN_SILENT);
	bench_run(b, 1000);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_OPEN);
	assert_int_equal(b->end[1].gate, FC_RF_GATE_OPEN);
	b->net = true;
	assert_true(bench_settle(b));
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

/* ------------------------------------------------------------------ configuration */
static void tell_line(struct bench *b, const char *line)
{
	struct fc_pair_config config = {0}, change = {0};

	strncat(b->end[0].config, line, sizeof(b->end[0].config) - strlen(b->end[0].config) - 1);
	b->end[0].pair->host.config_read(b->end[0].pair->context, &config);
	change.section = (char *)(uintptr_t) "";
	change.line = (char *)(uintptr_t)line;
	change.ids = (char *)(uintptr_t) "";
	change.checksum = config.checksum;
	pair_config_free(&config);
	fc_pair_config_changed(b->end[0].pair, &change, bench_now(b, 0));
}

static void a_line_goes_to_the_standby(void **unused)
{
	struct bench *b = hot_pair();
	struct fc_pair_look look;

	(void)unused;
	tell_line(b, "flow record S;");
	bench_run(b, 10);
	assert_string_equal(b->end[1].config, "flow record R;flow record S;");
	/* One that does not fit there is mended by the whole. */
	strcat(b->end[1].config, "not there;");
	tell_line(b, "flow record T;");
	bench_run(b, 10);
	assert_string_equal(b->end[1].config, b->end[0].config);
	bench_look(b, 0, &look);
	assert_true(look.config_same);
	assert_int_equal(bench_state(b, 1), FC_RF_STANDBY_HOT);
	close_well(b);
}

static void another_configuration_keeps_the_standby_cold(void **unused)
{
	struct bench *b = bench_open();
	struct fc_pair_look look;

	(void)unused;
	b->end[1].refuses = true;
	bench_boot(b, 0);
	bench_boot(b, 1);
	assert_false(bench_settle(b)); /* 20 s */
	bench_run(b, 40000);           /* more than client_notification_TMR */
	assert_int_equal(bench_state(b, 1), FC_RF_STANDBY_CONFIG);
	bench_look(b, 1, &look);
	assert_string_equal(look.waits, "configuration: line 1: this unit cannot");
	bench_look(b, 0, &look);
	assert_string_equal(look.waits, "configuration: line 1: this unit cannot");
	assert_false(look.config_same);
	b->end[1].refuses = false;
	bench_crash(b, 1);
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	close_well(b);
}

static void a_line_that_the_standby_refuses_makes_it_cold(void **unused)
{
	struct bench *b = hot_pair();

	(void)unused;
	b->end[1].refuses = true;
	tell_line(b, "flow record S;");
	bench_run(b, 300);
	assert_int_equal(bench_state(b, 1), FC_RF_STANDBY_CONFIG);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_OPEN);
	close_well(b);
}

/* ------------------------------------------------------------------ who is no peer */
static void another_version_makes_no_pair(void **unused)
{
	struct bench *b = bench_open();
	struct pair_hello hello = {.unit = 2, .version_min = 2, .version_max = 3, .image = "new"};

	(void)unused;
	bench_boot(b, 0);
	bench_run(b, 10);
	for (unsigned i = 0; i < 3; i++) {
		struct fc_link_report up = {.event = FC_LINK_UP};

		b->end[0].up = true;
		fc_pair_link(b->end[0].pair, &up, bench_now(b, 0));
		bench_inject(b, 0, pair_hello_write(&hello));
		bench_run(b, 200);
		assert_false(b->end[0].up);
	}
	assert_int_equal(b->end[0].refused_logged, 1); /* it comes again and again */
	assert_string_equal(b->end[0].last_log,
			    "%REDUNDANCY-3-PEER_REFUSED: No pair with it: unit 2 speaks versions "
			    "2 to 3 of the protocol, this one 1 to 1");
	bench_run(b, 4000);
	assert_int_equal(bench_state(b, 0), FC_RF_ACTIVE);
	close_well(b);
}

static void a_feed_of_another_kind_or_the_same_unit_makes_no_pair(void **unused)
{
	struct bench *b = bench_open();
	struct fc_pair_look look;

	(void)unused;
	bench_boot(b, 0);
	b->feed = FC_PAIR_FEED_DUAL;
	bench_boot(b, 1);
	assert_false(bench_settle(b));
	bench_look(b, 0, &look);
	assert_true(look.refused_peers > 1);
	assert_int_equal(b->end[0].refused_logged, 1);
	bench_close(b);
}

static void a_dual_feed_needs_clocks_that_agree(void **unused)
{
	struct bench *b = bench_open();
	struct fc_pair_look look;

	(void)unused;
	b->feed = FC_PAIR_FEED_DUAL;
	bench_boot(b, 0);
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	bench_look(b, 0, &look);
	assert_int_equal(look.feed, FC_PAIR_FEED_DUAL);
	b->end[1].card_ahead_ns = 5000000;
	bench_run(b, 1500);
	bench_look(b, 0, &look);
	assert_int_equal(look.feed, FC_PAIR_FEED_SINGLE);
	assert_in_range(look.skew_ns, 4000000, 6000000);
	assert_non_null(strstr(look.feed_why, "more than 1000000"));
	bench_look(b, 1, &look);
	assert_int_equal(look.feed, FC_PAIR_FEED_SINGLE);
	close_well(b);
}

/* ------------------------------------------------------------------ messages out of place */
/* One of every kind, empty and with a number, to each unit at every moment of its life. */
static void a_message_out_of_place_changes_no_role(void **unused)
{
	(void)unused;
	for (unsigned type = 0; type <= FC_MESSAGE_TYPES; type++)
		for (unsigned u = 0; u < 2; u++)
			for (unsigned ms = 0; ms < 3; ms++) {
				struct bench *b = bench_open();
				struct fc_message *m =
					fc_message_create((enum fc_message_type)type, 64);
				static const unsigned at[] = {2, 3000, 6000};

				bench_boot(b, 0);
				bench_boot(b, 1);
				bench_run(b, at[ms]);
				fc_message_put_u64(m, 1, 3);
				bench_inject(b, u, m);
				assert_true(bench_settle(b));
				assert_true(b->end[u].pair->rf.switchovers_seen == 0 ||
					    type == FC_MESSAGE_SWACT || type == FC_MESSAGE_GOODBYE);
				close_well(b);
			}
}

static void flows_at_an_active_unit_end_the_connection(void **unused)
{
	struct bench *b = hot_pair();
	struct fc_pair_look look;

	(void)unused;
	bench_inject(b, 0, fc_message_create(FC_MESSAGE_FLOWS, 16));
	bench_run(b, 2);
	bench_look(b, 0, &look);
	assert_int_equal(look.refused_messages, 1);
	assert_false(b->end[0].pair->up);
	assert_int_equal(bench_active(b), 0);
	close_well(b);
}

static void an_acknowledgement_of_nothing_ends_the_connection(void **unused)
{
	struct bench *b = hot_pair();
	struct fc_pair_look look;

	(void)unused;
	bench_inject(b, 1, fc_message_create(FC_MESSAGE_ACK, 16));
	bench_run(b, 2);
	bench_look(b, 1, &look);
	assert_int_equal(look.refused_messages, 1);
	bench_run(b, 4000);
	close_well(b);
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
		cmocka_unit_test(a_unit_that_leaves_hands_over_first),
		cmocka_unit_test(the_unit_with_more_cards_that_meter_takes_over),
		cmocka_unit_test(a_peer_begins_anew_when_it_is_asked_to),
		cmocka_unit_test(a_partition_with_a_witness_has_one_exporter),
		cmocka_unit_test(a_short_break_changes_no_role),
		cmocka_unit_test(without_fencing_the_newer_term_stays),
		cmocka_unit_test(a_standby_that_acknowledges_nothing_is_left_behind),
		cmocka_unit_test(a_line_goes_to_the_standby),
		cmocka_unit_test(another_configuration_keeps_the_standby_cold),
		cmocka_unit_test(a_line_that_the_standby_refuses_makes_it_cold),
		cmocka_unit_test(another_version_makes_no_pair),
		cmocka_unit_test(a_feed_of_another_kind_or_the_same_unit_makes_no_pair),
		cmocka_unit_test(a_dual_feed_needs_clocks_that_agree),
		cmocka_unit_test(a_message_out_of_place_changes_no_role),
		cmocka_unit_test(flows_at_an_active_unit_end_the_connection),
		cmocka_unit_test(an_acknowledgement_of_nothing_ends_the_connection),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
