// SPDX-License-Identifier: BSD-2-Clause
/* Two engines: configuration, peers that are none, peers that break the rules. */
#include "bench_check.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ configuration */
static void tell_line(struct bench *b, const char *line)
{
	struct fc_pair_config config = {0}, change = {0};

	strncat(b->end[0].config, line, sizeof(b->end[0].config) - strlen(b->end[0].config) - 1);
	b->end[0].pair->host.config_read(b->end[0].pair->context, &config);
	change.section = (char *)(uintptr_t) "";
	change.line = (char *)(uintptr_t)line;
	change.ids = config.ids;
	change.checksum = config.checksum;
	fc_pair_config_changed(b->end[0].pair, &change, bench_now(b, 0));
	pair_config_free(&config);
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

/* As without memory: the message cannot be made. */
static void a_configuration_that_could_not_be_sent_is_sent_again(void **unused)
{
	struct bench *b = bench_open();
	struct fc_pair_look look;

	(void)unused;
	b->end[0].too_large = true;
	bench_boot(b, 0);
	bench_boot(b, 1);
	bench_run(b, 5000);
	assert_int_equal(bench_state(b, 1), FC_RF_STANDBY_CONFIG);
	assert_int_equal(b->end[0].large_logged, 1);
	b->end[0].too_large = false;
	assert_true(bench_settle(b));
	/* A line; then the whole one goes. */
	b->end[0].too_large = true;
	tell_line(b, "flow record S;");
	bench_run(b, 500);
	bench_look(b, 0, &look);
	assert_false(look.config_same);
	assert_string_equal(b->end[1].config, "flow record R;");
	b->end[0].too_large = false;
	bench_run(b, 1500);
	assert_string_equal(b->end[1].config, b->end[0].config);
	bench_look(b, 0, &look);
	assert_true(look.config_same);
	assert_int_equal(b->end[0].large_logged, 2);
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

static void refused_for(struct bench *b, const char *why)
{
	struct fc_pair_look look;

	assert_false(bench_settle(b));
	assert_int_equal(b->end[0].refused_logged, 1);
	bench_look(b, 0, &look);
	assert_string_equal(look.waits, why);
	bench_close(b);
}

static void another_fencing_makes_no_pair(void **unused)
{
	struct bench *b = bench_open();

	(void)unused;
	bench_boot(b, 0);
	b->words = FC_PAIR_FENCING_FILE;
	bench_boot(b, 1);
	refused_for(b, "unit 2 has fencing witness file, this one none");
	b = bench_open();
	b->words = FC_PAIR_FENCING_ETCD;
	b->words_sum = 1;
	bench_boot(b, 0);
	b->words_sum = 2;
	bench_boot(b, 1);
	refused_for(b, "unit 2 asks another witness etcd than this one");
}

static void dual_pair_of(struct bench *b, unsigned cards)
{
	b->feed = FC_PAIR_FEED_DUAL;
	for (unsigned u = 0; u < 2; u++)
		b->end[u].card[1].there = cards > 1;
	bench_boot(b, 0);
	bench_boot(b, 1);
	assert_true(bench_settle(b));
}

static struct bench *dual_pair(unsigned cards)
{
	struct bench *b = bench_open();

	dual_pair_of(b, cards);
	return b;
}

static enum fc_pair_feed feed_of(struct bench *b, unsigned u)
{
	struct fc_pair_look look;

	bench_look(b, u, &look);
	return look.feed;
}

static void a_dual_feed_needs_clocks_that_agree(void **unused)
{
	struct bench *b = dual_pair(1);
	struct fc_pair_look look;

	(void)unused;
	assert_int_equal(feed_of(b, 0), FC_PAIR_FEED_DUAL);
	b->end[1].card[0].ahead_ns = 5000000;
	bench_run(b, 1500);
	bench_look(b, 0, &look);
	assert_int_equal(look.feed, FC_PAIR_FEED_SINGLE);
	assert_in_range(look.skew_ns, 4000000, 6000000);
	assert_string_equal(look.feed_why,
			    "clocks of slot 1 differ by 4500000 ns, more than 1000000");
	assert_int_equal(feed_of(b, 1), FC_PAIR_FEED_SINGLE);
	close_well(b);
}

/* The first slot's are alike; what only one unit has is compared with nothing. */
static void the_clocks_of_every_slot_must_agree(void **unused)
{
	struct bench *b = dual_pair(2);

	(void)unused;
	b->end[1].card[1].ahead_ns = 1000000000;
	bench_run(b, 1500);
	for (unsigned u = 0; u < 2; u++)
		assert_int_equal(feed_of(b, u), FC_PAIR_FEED_SINGLE);
	b->end[0].card[1].there = false;
	bench_run(b, 1500);
	for (unsigned u = 0; u < 2; u++)
		assert_int_equal(feed_of(b, u), FC_PAIR_FEED_DUAL);
	/* Slot 1 of one unit and slot 2 of the other are not alike, and no pair of cards. */
	b->end[0].card[1].there = true;
	b->end[1].card[1].there = b->end[0].card[0].there = false;
	b->end[1].card[0].ahead_ns = 1000000000;
	bench_run(b, 1500);
	for (unsigned u = 0; u < 2; u++)
		assert_int_equal(feed_of(b, u), FC_PAIR_FEED_DUAL); /* as it was last */
	close_well(b);
}

static void a_dual_feed_bears_no_more_than_the_guard_time(void **unused)
{
	struct bench *b = bench_open();
	struct fc_pair_look look;

	(void)unused;
	b->skew_max_ns = 30000000;
	dual_pair_of(b, 1);
	b->end[1].card[0].ahead_ns = 5000000;
	bench_run(b, 1500);
	assert_int_equal(feed_of(b, 0), FC_PAIR_FEED_DUAL);
	bench_look(b, 1, &look);
	assert_int_equal(look.skew_max_ns, 20000000);
	b->end[0].guard_ns = 1000000; /* one unit's counts for both */
	bench_run(b, 2500);
	for (unsigned u = 0; u < 2; u++) {
		bench_look(b, u, &look);
		assert_int_equal(look.feed, FC_PAIR_FEED_SINGLE);
		assert_int_equal(look.skew_max_ns, 1000000);
		assert_non_null(strstr(look.feed_why, "more than 1000000 (guard time)"));
	}
	close_well(b);
}

/* A long way hides little jumps, but not one that it cannot explain. */
static void a_clock_that_jumps_is_seen_over_a_slow_link(void **unused)
{
	struct bench *b = dual_pair(1);

	(void)unused;
	b->delay_ms = 20;
	b->end[1].card[0].ahead_ns = 10000000;
	bench_run(b, 3000);
	for (unsigned u = 0; u < 2; u++)
		assert_int_equal(feed_of(b, u), FC_PAIR_FEED_DUAL);
	b->end[1].card[0].ahead_ns = 1000000000;
	bench_run(b, 1500);
	for (unsigned u = 0; u < 2; u++)
		assert_int_equal(feed_of(b, u), FC_PAIR_FEED_SINGLE);
	b->end[1].card[0].ahead_ns = 0;
	bench_run(b, 1500);
	for (unsigned u = 0; u < 2; u++)
		assert_int_equal(feed_of(b, u), FC_PAIR_FEED_DUAL);
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

/* As after a break: the units have not yet agreed on a new stream. */
static void what_is_left_of_an_older_stream_is_dropped(void **unused)
{
	struct bench *b = hot_pair();
	struct fc_pair_look look;

	(void)unused;
	b->end[1].pair->want++;
	b->end[1].pair->said.want++; /* nobody hears of it */
	bench_inject(b, 1, fc_message_create(FC_MESSAGE_FLOWS, 16));
	bench_run(b, 1);
	bench_look(b, 1, &look);
	assert_true(look.late_messages > 0);
	assert_int_equal(look.refused_messages, 0);
	assert_true(b->end[1].pair->up);
	bench_close(b);

	b = hot_pair();
	b->end[0].pair->peer.run++; /* the standby takes another one */
	bench_inject(b, 0, fc_message_create(FC_MESSAGE_ACK, 16));
	bench_run(b, 1);
	bench_look(b, 0, &look);
	assert_true(look.late_messages > 0);
	assert_int_equal(look.refused_messages, 0);
	bench_close(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_goes_to_the_standby),
		cmocka_unit_test(another_configuration_keeps_the_standby_cold),
		cmocka_unit_test(a_line_that_the_standby_refuses_makes_it_cold),
		cmocka_unit_test(a_configuration_that_could_not_be_sent_is_sent_again),
		cmocka_unit_test(another_version_makes_no_pair),
		cmocka_unit_test(a_feed_of_another_kind_or_the_same_unit_makes_no_pair),
		cmocka_unit_test(another_fencing_makes_no_pair),
		cmocka_unit_test(a_dual_feed_needs_clocks_that_agree),
		cmocka_unit_test(the_clocks_of_every_slot_must_agree),
		cmocka_unit_test(a_dual_feed_bears_no_more_than_the_guard_time),
		cmocka_unit_test(a_clock_that_jumps_is_seen_over_a_slow_link),
		cmocka_unit_test(a_message_out_of_place_changes_no_role),
		cmocka_unit_test(what_is_left_of_an_older_stream_is_dropped),
		cmocka_unit_test(flows_at_an_active_unit_end_the_connection),
		cmocka_unit_test(an_acknowledgement_of_nothing_ends_the_connection),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
