// SPDX-License-Identifier: BSD-2-Clause
/* Two engines: maintenance mode, the end in order, clients, what is counted. */
#include "bench_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void maintain(struct bench *b, unsigned u, bool on)
{
	char text[FC_RF_TEXT];

	assert_int_equal(fc_pair_maintenance(b->end[u].pair, on, bench_now(b, u), text), 0);
	b->end[u].moved = true;
	bench_run(b, 200);
}

/* One unit's word is the pair's, and outlives that unit; a person at the other takes it back. */
static void maintenance_mode_of_the_active_unit_keeps_the_standby_from_taking_over(void **unused)
{
	struct bench *b = hot_pair();
	char text[FC_RF_TEXT];

	(void)unused;
	maintain(b, 0, true);
	assert_true(b->end[1].pair->rf.maintenance);
	maintain(b, 0, false);
	assert_false(b->end[1].pair->rf.maintenance);
	maintain(b, 0, true);
	assert_int_equal(
		fc_pair_force(b->end[0].pair, FC_RF_REASON_USER_FORCED, bench_now(b, 0), text),
		-EPERM);
	bench_crash(b, 0);
	bench_run(b, 3000);
	assert_int_equal(bench_active(b), -1);
	maintain(b, 1, false);
	assert_int_equal(bench_active(b), 1);
	close_well(b);
}

/* ------------------------------------------------------------------ the end in order */
static void leave(struct bench *b)
{
	unsigned turns = 0;

	while (!fc_pair_leave(b->end[0].pair, bench_now(b, 0)) && turns++ < 2000)
		bench_run(b, 1);
	assert_true(turns < 500);
	bench_run(b, 20);
	assert_int_equal(bench_state(b, 1), FC_RF_ACTIVE);
	assert_int_equal(b->end[0].gate, FC_RF_GATE_CLOSED);
	assert_int_equal(b->repeated, 0);
	assert_int_equal(b->end[1].pair->rf.last_reason, FC_RF_REASON_UNIT_REMOVED);
}

static void a_unit_that_leaves_hands_over_first(void **unused)
{
	struct bench *b = hot_pair();

	(void)unused;
	leave(b);
	close_well(b);
}

static void in_maintenance_mode_cards_that_fail_change_no_role(void **unused)
{
	struct bench *b = hot_pair();

	(void)unused;
	maintain(b, 0, true);
	b->end[0].healthy = 0;
	bench_run(b, 12000);
	assert_int_equal(bench_active(b), 0);
	assert_int_equal(b->end[0].cards_logged, 0); /* nor is it announced */
	maintain(b, 0, false);
	bench_run(b, 1500);
	assert_int_equal(bench_active(b), 1);
	assert_int_equal(b->end[0].cards_logged, 1);
	close_well(b);
}

static void maintenance_mode_keeps_nothing_back_at_the_end(void **unused)
{
	struct bench *b = hot_pair();
	uint64_t sealed;

	(void)unused;
	maintain(b, 0, true);
	sealed = b->end[0].own.next;
	leave(b);
	/* What was sealed is there, and the other one goes on with it, in maintenance mode. */
	assert_true(b->seen[sealed - 1] != 0);
	assert_int_equal(b->end[1].gate, FC_RF_GATE_OPEN);
	assert_true(b->end[1].pair->rf.maintenance);
	close_well(b);
}

/* ------------------------------------------------------------------ clients */
static void every_part_of_a_unit_is_a_client(void **unused)
{
	struct bench *b = bench_open();
	const struct fc_rf *rf;
	char text[1000] = "";

	(void)unused;
	bench_boot(b, 0);
	rf = fc_pair_rf(b->end[0].pair);
	for (unsigned i = 0; i < rf->members; i++) {
		const struct fc_rf_client *c = &rf->member[i].client;

		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%u %u %s\n",
			 c->sequence, c->id, c->name);
	}
	assert_string_equal(text, "0 0 RF_INTERNAL_MSG\n"
				  "60 29 Redundancy Mode RF\n"
				  "62 139 IfIndex\n"
				  "69 25 CHKPT RF\n"
				  "104 7101 FNF Sampler Broker\n"
				  "105 7102 FNF Exporter Broker\n"
				  "106 7103 FNF Record Broker\n"
				  "107 7104 FNF Monitor Broker\n"
				  "108 7105 FNF Flow Table\n"
				  "109 7106 FNF Exporters\n"
				  "135 5 Config Sync RF clien\n"
				  "336 65000 RF_LAST_CLIENT\n");
	bench_close(b);
}

static void the_brokers_wait_for_cards_that_come_up(void **unused)
{
	struct bench *b = bench_open();

	(void)unused;
	b->end[1].coming_up = true;
	bench_boot(b, 0);
	bench_boot(b, 1);
	bench_run(b, 5000);
	assert_int_equal(bench_state(b, 1), FC_RF_STANDBY_FILESYS);
	b->end[1].coming_up = false;
	assert_true(bench_settle(b));
	close_well(b);
}

/* ------------------------------------------------------------------ counters */
static void what_is_sent_and_received_is_counted(void **unused)
{
	struct bench *b = hot_pair();
	struct fc_rf_counters c[2];

	(void)unused;
	for (unsigned u = 0; u < 2; u++) {
		fc_pair_counters(b->end[u].pair, &c[u]);
		assert_int_equal(c[u].buffers_tx, b->end[u].sent);
		assert_true(c[u].buffers_rx > 0);
	}
	assert_true(c[1].buffers_rx <= c[0].buffers_tx);
	assert_true(c[0].buffers_rx <= c[1].buffers_tx);
	fc_pair_clear_counters(b->end[0].pair);
	b->end[0].sent = 0;
	bench_run(b, 200);
	fc_pair_counters(b->end[0].pair, &c[0]);
	assert_int_equal(c[0].buffers_tx, b->end[0].sent);
	assert_in_range(b->end[0].sent, 1, c[1].buffers_rx - 1);
	close_well(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			maintenance_mode_of_the_active_unit_keeps_the_standby_from_taking_over),
		cmocka_unit_test(a_unit_that_leaves_hands_over_first),
		cmocka_unit_test(in_maintenance_mode_cards_that_fail_change_no_role),
		cmocka_unit_test(maintenance_mode_keeps_nothing_back_at_the_end),
		cmocka_unit_test(every_part_of_a_unit_is_a_client),
		cmocka_unit_test(the_brokers_wait_for_cards_that_come_up),
		cmocka_unit_test(what_is_sent_and_received_is_counted),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
