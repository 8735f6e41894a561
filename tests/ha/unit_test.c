// SPDX-License-Identifier: BSD-2-Clause
/* A unit over fake cards: what becomes of flows when a card comes, goes, fails, or is told to stop.
 */
#include "tests/ha/unit_bench.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <ha/cli/session.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void flows_are_merged_closed_and_exported_at_the_end(void **state)
{
	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 40);
	card_barrier(&place[0], 0);
	card_flows(&place[0], 1, 40);
	card_barrier(&place[0], 1);
	await(status_of(7).merged_packets == 2 * 40 * 3);
	assert_int_equal(status_of(7).closed_flows, 0); /* nothing has timed out */
	assert_int_equal(fc_unit_stop(&unit), 0);
	assert_int_equal(sunk(), 40);
	assert_int_equal(fake_card_reg(&place[0].card, FC_REG_CONTROL), 0);
	assert_int_equal(fake_card_mapped(&place[0].card), 0);
	close(sink);
}

static void a_card_that_is_pulled_is_told_within_a_second(void **state)
{
	uint64_t pulled;

	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 10);
	card_barrier(&place[0], 0);
	card_flows(&place[0], 1, 20); /* never sees its barrier */
	await(status_of(7).merged_packets == 30 * 3);
	pull(&place[0]);
	pulled = fc_clock_ms();
	await(status_of(7).lost.times == 1);
	assert_true(fc_clock_ms() - pulled < 1000);
	assert_int_equal(status_of(7).state, FC_DEVICE_GONE);
	assert_int_equal(status_of(7).closed_flows, 20); /* 10 of them in both epochs */
	assert_int_equal(status_of(7).lost.epochs, 1);
	await(!strcmp(status_of(7).error, "fake:0: nobody there")); /* the old one is let go */
	insert(&place[0]);
	await(status_of(7).metering);
	assert_int_equal(status_of(7).generation, 2);
	card_flows(&place[0], 0, 5); /* epochs begin anew */
	await(status_of(7).merged_packets == 35 * 3);
	stop();
}

static void deferred_records_of_a_pulled_card_are_not_forgotten(void **state)
{
	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 10);
	card_barrier(&place[0], 0);
	card_flows(&place[0], 1, 10);
	card_flows(&place[0], 2, 10); /* evictions of the next epoch, deferred */
	await(({
		struct fc_worker_stats w;

		!fc_slot_worker_stats(unit.slot[7], 0, &w) && w.drain.deferred == 10;
	}));
	pull(&place[0]);
	await(status_of(7).lost.times == 1);
	assert_int_equal(status_of(7).merged_packets, 30 * 3);
	stop();
}

static void a_second_card_is_plugged_in_while_the_first_runs(void **state)
{
	(void)state;
	start(CARD(7, 0) CARD(3, 1));
	insert(&place[0]);
	await(status_of(7).metering);
	assert_int_equal(status_of(3).state, FC_DEVICE_GONE);
	card_flows(&place[0], 0, 10);
	insert(&place[1]);
	await(status_of(3).metering);
	card_flows(&place[1], 0, 20);
	await(status_of(3).merged_packets == 60 && status_of(7).merged_packets == 30);
	assert_int_equal(status_of(7).generation, 1);
	stop();
}

static uint64_t inactive_of(unsigned slot)
{
	struct fc_card_plan plan;

	return fc_slot_running(unit.slot[slot], &plan) ? 0 : plan.monitor[0].inactive_ns;
}

static void a_reload_keeps_flows_and_brings_cards(void **state)
{
	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 10);
	card_barrier(&place[0], 0);
	await(status_of(7).merged_packets == 30);
	read_config(CARD(7, 0) CARD(3, 1) "flow monitor M\n cache timeout inactive 5\n");
	assert_int_equal(fc_unit_reload(&unit, &config), 0);
	assert_int_equal(fc_unit_settle(&unit, LIMIT_MS), 0);
	assert_int_equal(status_of(7).generation, 1);
	assert_int_equal(status_of(7).merged_packets, 30);
	assert_non_null(unit.slot[3]);
	await(inactive_of(7) == 5000000000u);
	card_flows(&place[0], 1, 1);
	card_barrier(&place[0], 1);
	for (uint32_t e = 2; e < 9; e++)
		card_barrier(&place[0], e);
	await(status_of(7).closed_flows == 10); /* by the new timeout */
	stop();
}

static void what_a_card_is_started_with_starts_it_anew(void **state)
{
	(void)state;
	start(CARD(7, 0) CARD(3, 1));
	insert(&place[0]);
	insert(&place[1]);
	await(status_of(7).metering && status_of(3).metering);
	card_flows(&place[0], 0, 10);
	await(status_of(7).merged_packets == 30);
	read_config(CARD(7, 0) CARD(3, 1) "card 7\n ring size-log2 11\n");
	place[0].written = 0;
	assert_int_equal(fc_unit_reload(&unit, &config), 0);
	assert_int_equal(fc_unit_settle(&unit, LIMIT_MS), 0);
	await(status_of(7).metering);
	assert_int_equal((fake_card_reg(&place[0].card, FC_REG_RING_CONTROL(0)) &
			  FC_REG_RING_CONTROL_SIZE_LOG2_MASK) >>
				 FC_REG_RING_CONTROL_SIZE_LOG2_SHIFT,
			 11);
	assert_int_equal(status_of(3).generation, 1);
	await(sunk() == 10); /* that ended with the card's first life */
	stop();
}

static void lines_reach_the_card_while_it_runs(void **state)
{
	static const char *const lines[] = {"flow monitor N", " record original-input",
					    "interface Hu7/0/1", " ip flow monitor N input"};
	struct fc_config_cursor cursor = {0};
	struct fc_syntax_line line;
	const struct fc_config *before;

	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	before = fc_unit_config(&unit);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_int_equal(fc_unit_line(&unit, &cursor, lines[i], &line), 0);
	assert_int_equal(fc_unit_line(&unit, &cursor, "ip flow monitor X input", &line), -EINVAL);
	assert_int_equal(fc_fnf_monitor_find(&before->fnf, "N"), FC_FNF_NONE);
	fc_unit_config_release(before);
	await(fake_card_reg(&place[0].card, FC_REG_MONITOR_PORTS(1)) == 2);
	stop();
}

static void nobody_waits_for_a_card_that_ends(void **state)
{
	struct fc_config_cursor cursor = {0};
	struct fc_syntax_line line;
	uint64_t from;

	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	place[0].card.flush_reads = FAKE_FOREVER; /* it never says that it is flushed */
	assert_ptr_equal(fc_unit_slot(&unit, 7), unit.slot[7]);
	from = fc_clock_ms();
	assert_int_equal(fc_unit_line(&unit, &cursor, "card 7", &line), 0);
	assert_int_equal(fc_unit_line(&unit, &cursor, "shutdown", &line), 0);
	assert_int_equal(fc_unit_line(&unit, &cursor, "flow monitor N", &line), 0);
	assert_true(fc_clock_ms() - from < 500);
	assert_int_equal(fc_unit_settle(&unit, 20), -ETIMEDOUT);
	fc_unit_slot_release(&unit, 7);
	place[0].card.flush_reads = 0;
	place[0].card.flushing = 0;
	assert_int_equal(fc_unit_settle(&unit, 2 * LIMIT_MS), 0);
	assert_null(fc_unit_slot(&unit, 7));
	stop();
}

static void a_reset_on_demand_restores_service(void **state)
{
	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 10);
	await(status_of(7).merged_packets == 30);
	fc_slot_reset(unit.slot[7]);
	await(status_of(7).generation == 2 && status_of(7).metering);
	assert_int_equal(status_of(7).closed_flows, 10);
	assert_int_equal(status_of(7).lost.times, 0);
	place[0].written = 0;
	card_flows(&place[0], 0, 4);
	await(status_of(7).merged_packets == 42);
	stop();
}

static void a_failed_card_is_reset_until_it_is_well(void **state)
{
	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	__atomic_store_n(&place[0].card.no_bus_master, true, __ATOMIC_SEQ_CST);
	await(status_of(7).failures >= 1);
	await(status_of(7).lost.times == 1);
	__atomic_store_n(&place[0].card.no_bus_master, false, __ATOMIC_SEQ_CST);
	await(status_of(7).generation == 2 && status_of(7).state == FC_DEVICE_PRESENT);
	stop();
}

static void a_card_that_goes_while_it_takes_its_plan_is_a_loss(void **state)
{
	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	place[0].card.gone_at_write = FC_REG_MONITOR_PORTS(0);
	await(status_of(7).lost.times >= 1);
	assert_int_equal(status_of(7).workers, 0);
	pull(&place[0]);
	await(!strcmp(status_of(7).error, "fake:0: nobody there"));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 10);
	await(status_of(7).merged_packets == 30);
	stop();
}

static void the_control_commands_answer(void **state)
{
	static const char *const commands[][2] = {
		{"show version | json", "\"program\": \"flowcardd\""},
		{"show platform card | json", "\"state\": \"present\""},
		{"show platform card 7 | json", "\"balanced\": true"},
		{"show flow exporter | json", "\"protocol\": \"netflow-v5\""},
		{"show flow monitor M | json", "\"record\": \"original-input\""},
		{"show flow monitor M cache | json", "\"current_entries\": 10"},
		{"dump card 7", "record 0 "},
	};
	const struct fc_cli_host host = {.unit = &unit};
	uint32_t record[FC_RECORD_WORDS];
	char error[200];

	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 10);
	fake_ledger_record(0, 0, 30, 3000, record);
	card_writes(&place[0], record);
	card_barrier(&place[0], 0);
	await(({
		struct fc_worker_stats w;

		!fc_slot_worker_stats(unit.slot[7], 0, &w) && w.drain.barriers == 1;
	}));
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		char *text;
		size_t octets;
		FILE *out = open_memstream(&text, &octets);
		int err = fc_cli_once(&host, commands[i][0], out, error, sizeof(error));

		fclose(out);
		if (err || !strstr(text, commands[i][1]))
			fail_msg("%s: %d: %s", commands[i][0], err, err ? error : text);
		free(text);
	}
	assert_int_equal(fc_cli_once(&host, "show nothing", stdout, error, sizeof(error)), -EINVAL);
	assert_string_equal(error, "show nothing\n     ^\n"
				   "% Invalid input detected at '^' marker.\n");
	assert_int_equal(fc_cli_once(&host, "dump card 9", stdout, error, sizeof(error)), -EINVAL);
	assert_string_equal(error, "% The card cannot be dumped: No such file or directory\n");
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_are_merged_closed_and_exported_at_the_end),
		cmocka_unit_test(a_card_that_is_pulled_is_told_within_a_second),
		cmocka_unit_test(deferred_records_of_a_pulled_card_are_not_forgotten),
		cmocka_unit_test(a_second_card_is_plugged_in_while_the_first_runs),
		cmocka_unit_test(a_reload_keeps_flows_and_brings_cards),
		cmocka_unit_test(what_a_card_is_started_with_starts_it_anew),
		cmocka_unit_test(lines_reach_the_card_while_it_runs),
		cmocka_unit_test(nobody_waits_for_a_card_that_ends),
		cmocka_unit_test(a_reset_on_demand_restores_service),
		cmocka_unit_test(a_failed_card_is_reset_until_it_is_well),
		cmocka_unit_test(a_card_that_goes_while_it_takes_its_plan_is_a_loss),
		cmocka_unit_test(the_control_commands_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
