// SPDX-License-Identifier: BSD-2-Clause
/* The table, steps and clients, histories. */
#include "tests/ha/redundancy/rf_bench.h"

/* ------------------------------------------------------------------ the table */
static void every_state_and_every_event(void **unused)
{
	/* What the page says, in letters: the number of the state after it; '.': the same. */
	static const char *const want[FC_RF_STATES] = {
		".........", "2........", ".131.....", ".1..94...", ".153..334",
		".163..334", ".173..334", ".183..334", ".1.39.3.4", ".1a3..3..",
		".1b3..3..", ".1c3..3..", ".1d3..3..", ".1.3..3..",
	};
	unsigned checks = 0;

	(void)unused;
	for (unsigned s = 0; s < FC_RF_STATES; s++)
		for (unsigned e = 0; e < FC_RF_EVENTS; e++, checks++) {
			char digit[2] = {want[s][e], 0};
			unsigned next = *digit == '.' ? s : (unsigned)strtoul(digit, NULL, 16);

			/* COLD stays COLD when it is told to be. */
			assert_int_equal(fc_rf_next(s, e), next);
		}
	assert_int_equal(checks, 14 * 9);
	assert_int_equal(fc_rf_next(99, FC_RF_EVENT_START), 99);
	assert_int_equal(fc_rf_next(FC_RF_ACTIVE, FC_RF_EVENTS), FC_RF_ACTIVE);
}

static void names_and_numbers_are_those_of_ios(void **unused)
{
	(void)unused;
	assert_string_equal(fc_rf_state_name(13), "ACTIVE");
	assert_string_equal(fc_rf_state_name(8), "STANDBY HOT");
	assert_string_equal(fc_rf_state_name(12), "ACTIVE_POSTCONFIG");
	assert_string_equal(fc_rf_state_name(14), "?");
	assert_string_equal(fc_rf_code_name(204), "RF_PROG_ACTIVE");
	assert_string_equal(fc_rf_code_name(512), "RF_EVENT_GO_ACTIVE");
	assert_string_equal(fc_rf_reason_name(5), "user forced");
	assert_int_equal(fc_rf_state_code(FC_RF_STANDBY_HOT), 105);
	assert_int_equal(fc_rf_state_code(FC_RF_NEGOTIATION), 0);
}

/* ------------------------------------------------------------------ progression */
static void boots_to_active_and_tells_clients_by_sequence(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_FILE);
	char text[FC_RF_LINE];
	unsigned lines;

	(void)unused;
	boot_alone(b);
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	assert_int_equal(b->rf.gate, FC_RF_GATE_OPEN);
	assert_string_equal(b->told,
			    "10:100 20:100 30:100 10:200 20:200 30:200 10:201 20:201 30:201 "
			    "10:202 20:202 30:202 10:203 20:203 30:203 10:204 20:204 30:204 ");
	lines = fc_rf_history_lines(&b->rf.history);
	/* 3 added, 7 states, GO_ACTIVE, 18 clients, complete */
	assert_int_equal(lines, 3 + 7 + 1 + 18 + 1);
	fc_rf_line_text(fc_rf_history_line(&b->rf.history, 0), text);
	assert_string_equal(text, "00:00:00 client added: Client 30(30) seq=300");
	fc_rf_line_text(fc_rf_history_line(&b->rf.history, 3), text);
	assert_string_equal(text,
			    "00:00:00 *my state = INITIALIZATION(2) peer state = DISABLED(1)");
	fc_rf_line_text(fc_rf_history_line(&b->rf.history, 4), text);
	assert_string_equal(text, "00:00:00 RF_PROG_INITIALIZATION(100) Client 10(10) op=0 rc=11");
	fc_rf_line_text(fc_rf_history_line(&b->rf.history, 8), text);
	assert_string_equal(text, "00:00:02 RF_EVENT_GO_ACTIVE(512) op=0 rc=0");
	fc_rf_line_text(fc_rf_history_line(&b->rf.history, lines - 1), text);
	assert_string_equal(text, "00:00:02 System initialization complete");
	free(b);
}

static void a_late_client_holds_the_step_and_only_its_answer_ends_it(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_NONE);

	(void)unused;
	b->answer = FC_RF_LATER;
	FEED(b, .type = FC_RF_IN_START);
	assert_string_equal(b->told, "10:100 20:100 ");
	assert_int_equal(b->rf.state, FC_RF_INITIALIZATION);
	FEED(b, .type = FC_RF_IN_CLIENT_DONE, .client = 30, .step = b->rf.step.number);
	FEED(b, .type = FC_RF_IN_CLIENT_DONE, .client = 20, .step = b->rf.step.number - 1);
	assert_int_equal(b->rf.late_answers, 2);
	assert_string_equal(b->told, "10:100 20:100 ");
	b->ms += 29999;
	FEED(b, .type = FC_RF_IN_CLIENT_WORKING, .client = 20, .step = b->rf.step.number);
	b->ms += 29999;
	FEED(b, .type = FC_RF_IN_TICK);
	FEED(b, .type = FC_RF_IN_CLIENT_DONE, .client = 20, .step = b->rf.step.number);
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	assert_int_equal(b->rf.member[1].step_ms, 59998);
	free(b);
}

static void a_client_that_never_answers_fails_the_step(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_NONE);
	struct fc_rf_says s = says(FC_RF_ACTIVE, 7);
	const struct fc_rf_line *line;

	(void)unused;
	FEED(b, .type = FC_RF_IN_START);
	b->answer = FC_RF_LATER;
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, s);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_COLD);
	assert_int_equal(fc_rf_wake(&b->rf, b->ms), 30000);
	b->ms = 29999;
	FEED(b, .type = FC_RF_IN_TICK);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_COLD);
	b->ms = 30000;
	FEED(b, .type = FC_RF_IN_TICK);
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	assert_int_equal(b->rf.failed_steps, 1);
	line = fc_rf_history_line(&b->rf.history, fc_rf_history_lines(&b->rf.history) - 2);
	assert_int_equal(line->rc, FC_RF_RC_TIMEOUT);
	assert_int_equal(line->client, 20);
	free(b);
}

static void an_active_unit_alone_goes_on_without_a_client_that_refuses(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_NONE);

	(void)unused;
	FEED(b, .type = FC_RF_IN_START);
	b->answer = FC_RF_REFUSED;
	b->ms = 2000;
	FEED(b, .type = FC_RF_IN_TICK);
	FEED(b, .type = FC_RF_IN_CLAIM_WON, .term = 1);
	assert_int_equal(b->rf.state, FC_RF_ACTIVE);
	assert_int_equal(b->rf.failed_steps, 5);
	assert_false(b->rf.member[1].redundant);
	assert_true(b->rf.member[2].redundant);
	free(b);
}

static void clients_come_and_go_within_a_step(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_NONE);
	struct fc_rf_client c = {
		.id = 15, .sequence = 150, .name = "Late", .notify = notify, .context = &probes[0]};

	(void)unused;
	b->answer = FC_RF_LATER;
	FEED(b, .type = FC_RF_IN_START);
	assert_int_equal(fc_rf_client_add(&b->rf, &c, at(b)), 0);
	assert_int_equal(fc_rf_client_add(&b->rf, &c, at(b)), -EEXIST);
	assert_int_equal(b->rf.counters.duplicate_registers, 1);
	assert_int_equal(fc_rf_client_remove(&b->rf, 99, at(b), &b->out), -ENOENT);
	/* The one that is waited for goes: the step goes on, and 15 is not told of it. */
	assert_int_equal(fc_rf_client_remove(&b->rf, 20, at(b), &b->out), 0);
	assert_true(b->out.again);
	FEED(b, .type = FC_RF_IN_TICK);
	assert_string_equal(b->told, "10:100 20:100 30:100 ");
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	for (unsigned i = b->rf.members; i < FC_RF_CLIENTS; i++) {
		c.id = 1000 + i;
		assert_int_equal(fc_rf_client_add(&b->rf, &c, at(b)), 0);
	}
	c.id = 1;
	assert_int_equal(fc_rf_client_add(&b->rf, &c, at(b)), -ENOSPC);
	c.notify = NULL;
	assert_int_equal(fc_rf_client_add(&b->rf, &c, at(b)), -EINVAL);
	free(b);
}

/* ------------------------------------------------------------------ histories */
static void histories_are_bounded_and_their_index_wraps(void **unused)
{
	struct bench *b = bench(FC_RF_FENCING_NONE);
	struct fc_rf_line line = {.kind = FC_RF_LINE_EVENT, .code = 400, .rc = FC_RF_RC_NONE};
	struct fc_rf_switchovers list;
	char text[FC_RF_LINE];

	(void)unused;
	for (unsigned i = 0; i < FC_RF_LINES + 5; i++) {
		line.op = i;
		fc_rf_history_add(&b->rf.history, &line);
	}
	assert_int_equal(fc_rf_history_lines(&b->rf.history), FC_RF_LINES);
	assert_int_equal(fc_rf_history_line(&b->rf.history, 0)->op, 5);
	line.ms = UINT64_C(1000) * (123 * 3600 + 4 * 60 + 5);
	fc_rf_line_text(&line, text);
	assert_string_equal(text, "123:04:05 RF_STATUS_PEER_PRESENCE(400) op=1028");
	fc_rf_clear_history(&b->rf);
	assert_int_equal(fc_rf_history_lines(&b->rf.history), 0);
	fc_rf_switchovers_init(&list, 2);
	list.last = UINT32_MAX - 1;
	for (unsigned i = 0; i < 3; i++)
		fc_rf_switchovers_add(&list, i, 1, FC_RF_REASON_NONE, 0);
	assert_int_equal(list.rows, 2);
	assert_int_equal(list.row[0].index, 1);
	assert_int_equal(list.row[1].index, 2);
	fc_rf_switchovers_init(&list, 0);
	fc_rf_switchovers_add(&list, 1, 2, FC_RF_REASON_NONE, 0);
	assert_int_equal(list.rows, 0);
	b->rf.counters.comm_up = 3;
	fc_rf_clear_counters(&b->rf);
	assert_int_equal(b->rf.counters.comm_up, 0);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_state_and_every_event),
		cmocka_unit_test(names_and_numbers_are_those_of_ios),
		cmocka_unit_test(boots_to_active_and_tells_clients_by_sequence),
		cmocka_unit_test(a_late_client_holds_the_step_and_only_its_answer_ends_it),
		cmocka_unit_test(a_client_that_never_answers_fails_the_step),
		cmocka_unit_test(an_active_unit_alone_goes_on_without_a_client_that_refuses),
		cmocka_unit_test(clients_come_and_go_within_a_step),
		cmocka_unit_test(histories_are_bounded_and_their_index_wraps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
