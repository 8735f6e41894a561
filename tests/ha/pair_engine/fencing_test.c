// SPDX-License-Identifier: BSD-2-Clause
/* Two engines with `fencing peer`: when the command is run, and when the peer's word is enough. */
#include "bench_check.h"

#include <string.h>

static struct bench *fenced_pair(void)
{
	struct bench *b = bench_open();

	b->fencing = FC_RF_FENCING_PEER;
	bench_boot(b, 0);
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 0);
	bench_run(b, 400);
	assert_int_equal(b->commands, 0); /* at boot */
	return b;
}

static void a_switchover_needs_no_command(void **unused)
{
	struct bench *b = fenced_pair();
	char text[FC_RF_TEXT];

	(void)unused;
	assert_int_equal(
		fc_pair_force(b->end[0].pair, FC_RF_REASON_USER_FORCED, bench_now(b, 0), text), 0);
	bench_run(b, 1000);
	assert_int_equal(bench_active(b), 1);
	assert_true(bench_settle(b));
	assert_int_equal(b->end[1].pair->rf.term, 2);
	assert_int_equal(b->commands, 0);
	assert_int_equal(b->repeated, 0);
	close_well(b);
}

static void a_peer_that_begins_anew_needs_no_command(void **unused)
{
	struct bench *b = fenced_pair();
	char text[FC_RF_TEXT];

	(void)unused;
	assert_int_equal(fc_pair_reload_peer(b->end[0].pair, bench_now(b, 0), text), 0);
	bench_run(b, 10);
	assert_int_equal(b->end[1].reloads, 1);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_OPEN);
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 0);
	assert_int_equal(b->commands, 0);
	close_well(b);
}

static void a_standby_that_leaves_needs_no_command(void **unused)
{
	struct bench *b = fenced_pair();

	(void)unused;
	while (!fc_pair_leave(b->end[1].pair, bench_now(b, 1)))
		bench_run(b, 1);
	bench_run(b, 50);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_OPEN);
	assert_int_equal(b->end[0].pair->rf.term, 2);
	assert_int_equal(b->commands, 0);
	close_well(b);
}

/* It is told, goes cold, and says so. */
static void a_standby_that_acknowledges_nothing_is_not_fenced(void **unused)
{
	struct bench *b = fenced_pair();

	(void)unused;
	b->drop_acks = true;
	bench_run(b, 500);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_OPEN);
	assert_int_equal(b->end[0].pair->rf.term, 2);
	assert_int_equal(b->commands, 0);
	assert_true(bench_state(b, 1) != FC_RF_STANDBY_HOT);
	bench_crash(b, 1); /* nor need it be fenced when it goes */
	b->drop_acks = false;
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 0);
	assert_int_equal(b->commands, 0);
	close_well(b);
}

static void one_that_is_deaf_too_is_fenced(void **unused)
{
	struct bench *b = fenced_pair();

	(void)unused;
	b->drop_acks = true;
	b->mute = 2; /* nothing of unit 2 arrives, and its link is up */
	bench_run(b, 600);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_ACKED);
	assert_int_equal(b->commands, 0);
	bench_run(b, 1500);
	assert_int_equal(b->commands, 1);
	assert_null(b->end[1].pair);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_OPEN);
	close_well(b);
}

/* The answer is the command's: before it nothing is open. */
static void a_silent_active_unit_is_fenced_before_the_standby_takes_over(void **unused)
{
	struct bench *b = fenced_pair();

	(void)unused;
	b->command_ms = 3000;
	b->end[0].deaf = true; /* stopped: it runs no command of its own */
	bench_cut(b, FC_LINK_DOWN_SILENT);
	bench_run(b, 2900);
	assert_int_equal(b->commands, 1);
	assert_int_equal(bench_state(b, 1), FC_RF_STANDBY_HOT);
	assert_int_equal(b->end[1].gate, FC_RF_GATE_CLOSED);
	assert_non_null(strstr(b->end[1].last_log, "FENCING"));
	bench_run(b, 300);
	assert_null(b->end[0].pair);
	assert_int_equal(bench_active(b), 1);
	assert_int_equal(b->end[1].gate, FC_RF_GATE_OPEN);
	b->net = true;
	b->end[0].deaf = false;
	bench_boot(b, 0);
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 1);
	assert_int_equal(b->commands, 1);
	close_well(b);
}

static void a_command_that_fails_is_told_and_run_again(void **unused)
{
	struct bench *b = fenced_pair();
	struct fc_pair_look look;

	(void)unused;
	b->witness_away = true;
	bench_crash(b, 0);
	bench_run(b, 2500);
	assert_in_range(b->commands, 2, 3);
	assert_int_equal(bench_state(b, 1), FC_RF_STANDBY_HOT);
	bench_look(b, 1, &look);
	assert_string_equal(look.waits, "the peer is not fenced, term 2: the command has failed");
	b->witness_away = false;
	bench_run(b, 1500);
	assert_int_equal(bench_active(b), 1);
	close_well(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_switchover_needs_no_command),
		cmocka_unit_test(a_peer_that_begins_anew_needs_no_command),
		cmocka_unit_test(a_standby_that_leaves_needs_no_command),
		cmocka_unit_test(a_standby_that_acknowledges_nothing_is_not_fenced),
		cmocka_unit_test(one_that_is_deaf_too_is_fenced),
		cmocka_unit_test(a_silent_active_unit_is_fenced_before_the_standby_takes_over),
		cmocka_unit_test(a_command_that_fails_is_told_and_run_again),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
