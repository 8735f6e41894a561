// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/redundancy/rf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

/* ------------------------------------------------------------------ fixture */
struct bench {
	struct fc_rf rf;
	struct fc_rf_out out;
	uint64_t ms;
	enum fc_rf_answer answer; /* of client 20 */
	char told[4096];          /* "id:code id:code ..." */
};
struct probe {
	struct bench *bench;
	unsigned id;
};
static struct probe probes[3];

static enum fc_rf_answer notify(void *pointer, enum fc_rf_code code, uint32_t op, uint32_t step)
{
	struct probe *p = pointer;
	size_t used = strlen(p->bench->told);
	struct fc_rf_input tick = {.type = FC_RF_IN_TICK};
	struct fc_rf_out out;

	(void)op;
	(void)step;
	snprintf(p->bench->told + used, sizeof(p->bench->told) - used, "%u:%u ", p->id,
		 (unsigned)code);
	assert_int_equal(fc_rf_input(&p->bench->rf, &tick, (struct fc_rf_time){0}, &out), -EBUSY);
	return p->id == 20 ? p->bench->answer : FC_RF_DONE;
}

static struct fc_rf_time at(const struct bench *b)
{
	return (struct fc_rf_time){.ms = b->ms, .wall = 1600831569};
}

static void feed(struct bench *b, struct fc_rf_input in)
{
	struct fc_rf_out out;

	memset(&b->out, 0, sizeof(b->out));
	do {
		assert_int_equal(fc_rf_input(&b->rf, &in, at(b), &out), 0);
		b->out.claim |= out.claim;
		b->out.swact |= out.swact;
		b->out.handover |= out.handover;
		b->out.tell |= out.tell;
		if (out.claim)
			b->out.term = out.term;
		if (out.swact)
			b->out.reason = out.reason;
		in.type = FC_RF_IN_TICK;
	} while (out.again);
}
#define FEED(b, ...) feed(b, (struct fc_rf_input){__VA_ARGS__})

static struct bench *bench(enum fc_rf_fencing fencing)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct fc_rf_options options = FC_RF_OPTIONS_DEFAULT;
	const unsigned ids[3] = {30, 10, 20}, sequences[3] = {300, 100, 200};

	assert_non_null(b);
	options.unit = 49;
	options.fencing = fencing;
	fc_rf_init(&b->rf, &options);
	for (unsigned i = 0; i < 3; i++) {
		struct fc_rf_client c = {.id = ids[i], .sequence = sequences[i], .notify = notify};

		snprintf(c.name, sizeof(c.name), "Client %u", ids[i]);
		probes[i] = (struct probe){b, ids[i]};
		c.context = &probes[i];
		assert_int_equal(fc_rf_client_add(&b->rf, &c, at(b)), 0);
	}
	return b;
}

static void boot_alone(struct bench *b)
{
	FEED(b, .type = FC_RF_IN_START);
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	b->ms = fc_rf_wake(&b->rf, b->ms);
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(b->out.claim);
	FEED(b, .type = FC_RF_IN_CLAIM_WON, .term = b->out.term);
}

static struct fc_rf_says says(enum fc_rf_state state, uint64_t term)
{
	return (struct fc_rf_says){.unit = 50, .state = state, .term = term, .seen = term};
}
#define PEER(b, ...) FEED(b, .type = FC_RF_IN_PEER, .says = __VA_ARGS__)

static void join_hot(struct bench *b)
{
	struct fc_rf_says s = says(FC_RF_STANDBY_BULK, 1);

	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, s);
	assert_int_equal(b->rf.gate, FC_RF_GATE_OPEN);
	s.ready = true;
	PEER(b, s);
	assert_int_equal(b->rf.gate, FC_RF_GATE_ACKED);
	PEER(b, says(FC_RF_STANDBY_HOT, 1));
}

/* Standby of a peer that is active in term 7, up to STANDBY HOT. */
static void stand_by(struct bench *b)
{
	struct fc_rf_says s = says(FC_RF_ACTIVE, 7);

	FEED(b, .type = FC_RF_IN_START);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, s);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_BULK);
	assert_true(fc_rf_says(&b->rf).ready);
	s.gated = true;
	PEER(b, s);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_HOT);
}

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
		cmocka_unit_test(the_lower_unit_of_two_that_negotiate_claims),
		cmocka_unit_test(a_hot_standby_takes_over_when_the_peer_fails),
		cmocka_unit_test(who_loses_a_claim_stops_and_claims_no_more),
		cmocka_unit_test(a_hot_standby_gives_way_to_a_term_that_went_on_without_it),
		cmocka_unit_test(a_cold_standby_has_no_right_to_a_term),
		cmocka_unit_test(an_active_unit_waits_for_a_claim_when_its_standby_goes),
		cmocka_unit_test(a_standby_that_is_stuck_is_left_behind_after_a_claim),
		cmocka_unit_test(of_two_active_units_the_older_term_yields),
		cmocka_unit_test(a_unit_that_is_not_redundant_is_active_without_claims),
		cmocka_unit_test(
			a_planned_switchover_closes_the_gate_before_the_peer_opens_its_own),
		cmocka_unit_test(a_switchover_that_the_peer_does_not_take_ends_with_a_claim),
		cmocka_unit_test(a_switchover_is_refused_in_the_words_of_ios),
		cmocka_unit_test(in_maintenance_nobody_takes_over_by_itself),
		cmocka_unit_test(histories_are_bounded_and_their_index_wraps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
