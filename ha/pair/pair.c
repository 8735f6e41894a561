// SPDX-License-Identifier: BSD-2-Clause
/* A pair's engine: its life, its inputs, and the facility's outputs carried out. */
#include "ha/pair/pair_impl.h"

#include <errno.h>
#include <ha/log.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TICK_MS 100   /* at least so often: cuts have a deadline, health a duration */
#define HANDOVER_MS 2 /* likewise while handing over */
#define WITNESS_SAY_MS 60000
#define ROUNDS 256 /* of transitions after one input; there are 14 states */

void pair_log(struct fc_pair *pair, const char *facility, int level, const char *mnemonic,
	      const char *format, ...)
{
	char text[PAIR_TEXT + 128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	pair->host.log(pair->context, facility, level, mnemonic, text);
}

void pair_refuse(struct fc_pair *pair, const char *why)
{
	if (pair->ended)
		return;
	pair->ended = true;
	pair->refused_messages++;
	pair->rf.counters.errored_peer_msg++;
	pair_log(pair, "REDUNDANCY", FC_LOG_ERROR, "PEER_MESSAGE",
		 "Unit %u broke the rules, connection ended: %s", (unsigned)pair->hello.unit, why);
	pair->host.hang_up(pair->context, why);
}

void pair_send(struct fc_pair *pair, struct fc_message *m)
{
	pair->rf.counters.buffers_tx++;
	pair->host.send(pair->context, m);
}

/* ------------------------------------------------------------------ the facility's outputs */
static void send_number(struct fc_pair *pair, enum fc_message_type type, uint16_t tag,
			uint64_t value)
{
	struct fc_message *m = fc_message_create(type, 64);

	if (!m)
		return;
	if (tag)
		fc_message_put_u64(m, tag, value);
	pair_send(pair, m);
}

static bool fences(const struct fc_pair *pair)
{
	return pair->options.rf.fencing == FC_RF_FENCING_PEER;
}

static void ask(struct fc_pair *pair, uint64_t term)
{
	/* Of one that fails and is run again and again, the failure is told. */
	if (fences(pair) && !*pair->witness_why)
		pair_log(pair, "REDUNDANCY", FC_LOG_WARNING, "FENCING",
			 "The fencing command is run: the peer is to be put out of action for term "
			 "%llu",
			 (unsigned long long)term);
	pair->host.claim(pair->context, term);
}

/* The gate first. What follows from the new state comes before the peer hears of it: nothing of
 * the term before may be on its way behind a message of the new one. */
static void carry_out(struct fc_pair *pair, const struct fc_rf_out *out)
{
	if (out->gate)
		pair_gate(pair);
	pair_follow(pair);
	if (out->tell)
		pair_say(pair, true);
	if (out->swact)
		send_number(pair, FC_MESSAGE_SWACT, PAIR_TAG_REASON, out->reason);
	if (out->handover)
		pair_handover_begin(pair);
	if (out->claim)
		ask(pair, out->term);
	if (out->reload_peer) {
		pair_log(pair, "RF", FC_LOG_NOTICE, "RF_RELOAD",
			 "Peer reload. Reason: reload of the peer asked for");
		send_number(pair, FC_MESSAGE_RELOAD, 0, 0);
	}
}

void pair_input(struct fc_pair *pair, const struct fc_rf_input *in)
{
	const struct fc_rf_input tick = {.type = FC_RF_IN_TICK};
	struct fc_rf_out out;

	for (unsigned round = 0; round < ROUNDS; round++) {
		if (fc_rf_input(&pair->rf, round ? &tick : in, pair->now, &out))
			return;
		carry_out(pair, &out);
		if (!out.again)
			return;
	}
}

static void again(struct fc_pair *pair, const struct fc_rf_out *out)
{
	carry_out(pair, out);
	if (out->again)
		pair_input(pair, &(struct fc_rf_input){.type = FC_RF_IN_TICK});
}

/* ------------------------------------------------------------------ beginning anew */
/* As after a boot, but for the newest term: that one is not forgotten. */
static void begin_anew(struct fc_pair *pair)
{
	pair->reloading = false;
	pair->host.reload(pair->context);
	fc_base_clear(pair->base);
	pair_input(pair, &(struct fc_rf_input){.type = FC_RF_IN_START});
}

/* ------------------------------------------------------------------ after every input */
static uint64_t wake(struct fc_pair *pair)
{
	uint64_t next = fc_rf_wake(&pair->rf, pair->now.ms);
	uint64_t soon = pair->now.ms + (pair->handover != PAIR_HANDOVER_NO ? HANDOVER_MS : TICK_MS);

	return next < soon ? next : soon;
}

static uint64_t settle(struct fc_pair *pair)
{
	fc_cuts_tick(pair->cuts);
	pair_session_tick(pair);
	pair_follow(pair);
	pair_config_tick(pair);
	pair_clients_tick(pair);
	pair_roles_tick(pair);
	pair_maintain(pair);
	pair_handover_tick(pair);
	if (pair->reloading && !pair->up)
		begin_anew(pair);
	pair_say(pair, false);
	return wake(pair);
}

uint64_t fc_pair_start(struct fc_pair *pair, struct fc_rf_time now)
{
	pair->now = now;
	pair_input(pair, &(struct fc_rf_input){.type = FC_RF_IN_START});
	return settle(pair);
}

uint64_t fc_pair_twin(struct fc_pair *pair, struct fc_rf_time now)
{
	pair->now = now;
	pair_input(pair, &(struct fc_rf_input){.type = FC_RF_IN_TWIN});
	return settle(pair);
}

uint64_t fc_pair_tick(struct fc_pair *pair, struct fc_rf_time now)
{
	pair->now = now;
	pair_input(pair, &(struct fc_rf_input){.type = FC_RF_IN_TICK});
	return settle(pair);
}

/* Many of these come between two that change something. */
static bool is_bulk(const struct fc_message *m)
{
	return m->type >= FC_MESSAGE_FLOWS && m->type <= FC_MESSAGE_CURSOR;
}

uint64_t fc_pair_link(struct fc_pair *pair, struct fc_link_report *report, struct fc_rf_time now)
{
	bool bulk = false;

	pair->now = now;
	switch (report->event) {
	case FC_LINK_UP:
		pair_link_up(pair);
		break;
	case FC_LINK_DOWN:
		pair_link_down(pair, report->reason, report->why);
		break;
	case FC_LINK_MESSAGE:
		bulk = is_bulk(report->message);
		pair->rf.counters.buffers_rx++;
		if (pair->up && !pair->ended)
			pair_message(pair, report->message);
		fc_message_free(report->message);
		report->message = NULL;
		break;
	}
	return bulk ? wake(pair) : settle(pair);
}

/* It is asked again each second: told when the reason is new, and then once a minute. */
static void witness(struct fc_pair *pair, uint64_t term, int err)
{
	char why[FC_CUT_TEXT] = "";

	if (err)
		snprintf(why, sizeof(why), "term %llu: %s", (unsigned long long)term,
			 err == -EPERM && fences(pair) ? "the command has failed" : strerror(-err));
	if (err && (strcmp(why, pair->witness_why) != 0 ||
		    pair->now.ms - pair->witness_ms >= WITNESS_SAY_MS)) {
		pair->witness_ms = pair->now.ms;
		if (fences(pair))
			pair_log(pair, "REDUNDANCY", FC_LOG_ERROR, "FENCING",
				 "The peer is not fenced, %s", why);
		else
			pair_log(pair, "REDUNDANCY", FC_LOG_WARNING, "WITNESS",
				 "Nobody could be asked for %s", why);
	}
	if (!err && fences(pair))
		pair_log(pair, "REDUNDANCY", FC_LOG_NOTICE, "FENCING",
			 "The peer is fenced, for term %llu", (unsigned long long)term);
	memcpy(pair->witness_why, why, sizeof(why));
}

uint64_t fc_pair_claimed(struct fc_pair *pair, int err, uint64_t term,
			 const struct fc_claim_answer *answer, struct fc_rf_time now)
{
	struct fc_rf_input in = {.type = FC_RF_IN_CLAIM_UNREACHABLE, .term = term};

	pair->now = now;
	witness(pair, term, err);
	if (!err && answer->won) {
		in.type = FC_RF_IN_CLAIM_WON;
	} else if (!err) {
		in.type = FC_RF_IN_CLAIM_LOST;
		in.newest = answer->newest;
		in.holder = answer->holder;
	}
	if (!err && !answer->won && answer->holder != pair->options.rf.unit)
		pair_log(pair, "REDUNDANCY", FC_LOG_WARNING, "TERM_LOST",
			 "Term %llu is not granted: term %llu belongs to unit %u",
			 (unsigned long long)term, (unsigned long long)answer->newest,
			 answer->holder);
	pair_input(pair, &in);
	return settle(pair);
}

/* ------------------------------------------------------------------ the end in order */
static bool may_go(struct fc_pair *pair)
{
	if (!fc_rf_is_active(pair->rf.state) || pair->rf.gate == FC_RF_GATE_OPEN)
		return true;
	/* It has failed: the standby takes over from the last commit. */
	return pair->rf.handover == FC_RF_HANDOVER_NO || pair->now.ms >= pair->leave_ms;
}

/* A hot standby gets everything; who is alone keeps its gate, so that its last flows leave. */
bool fc_pair_leave(struct fc_pair *pair, struct fc_rf_time now)
{
	char text[FC_RF_TEXT];
	struct fc_rf_out out;

	pair->now = now;
	if (!pair->leaving) {
		pair->leaving = true;
		pair->leave_ms = now.ms + UINT64_C(2) * pair->options.rf.handover_ms;
		if (fc_rf_is_active(pair->rf.state) && pair->rf.peer_state == FC_RF_STANDBY_HOT &&
		    !fc_rf_force(&pair->rf, FC_RF_REASON_UNIT_REMOVED, now, &out, text))
			again(pair, &out);
	}
	settle(pair);
	if (!may_go(pair))
		return false;
	/* The peer hears that this unit has stopped before it goes: it need not be fenced. */
	if (!fc_rf_is_active(pair->rf.state) || pair->rf.gate != FC_RF_GATE_OPEN)
		pair_input(pair, &(struct fc_rf_input){.type = FC_RF_IN_STOP});
	if (pair->greeted && !pair->ended)
		send_number(pair, FC_MESSAGE_GOODBYE, 0, 0);
	pair->ended = true;
	return true;
}

/* ------------------------------------------------------------------ orders */
int fc_pair_force(struct fc_pair *pair, enum fc_rf_reason reason, struct fc_rf_time now,
		  char text[FC_RF_TEXT])
{
	struct fc_rf_out out;
	int err;

	pair->now = now;
	err = fc_rf_force(&pair->rf, reason, now, &out, text);
	if (!err)
		again(pair, &out);
	settle(pair);
	return err;
}

int fc_pair_reload_peer(struct fc_pair *pair, struct fc_rf_time now, char text[FC_RF_TEXT])
{
	struct fc_rf_out out;
	int err;

	pair->now = now;
	err = fc_rf_reload_peer(&pair->rf, &out, text);
	if (!err)
		again(pair, &out);
	return err;
}

int fc_pair_maintenance(struct fc_pair *pair, bool on, struct fc_rf_time now, char text[FC_RF_TEXT])
{
	pair->now = now;
	if (on && pair->rf.handover != FC_RF_HANDOVER_NO)
		return fc_rf_maintenance(&pair->rf, on, text);
	*text = 0;
	pair->maintenance = on;
	if (!pair->up)
		pair->peer_maintenance = false; /* what is said here counts if the peer is gone */
	pair_maintain(pair);
	return 0;
}

/* Either unit's word is enough, and the peer's last one counts when it has gone. During a
 * handover it waits. */
void pair_maintain(struct fc_pair *pair)
{
	bool on = pair->maintenance || pair->peer_maintenance;
	char text[FC_RF_TEXT];

	if (on == pair->rf.maintenance || fc_rf_maintenance(&pair->rf, on, text))
		return;
	pair_log(pair, "REDUNDANCY", FC_LOG_NOTICE, "MAINTENANCE", "Maintenance mode is %s: %s",
		 on ? "on" : "off", on ? "no unit takes over by itself" : "the standby takes over");
}

/* ------------------------------------------------------------------ life */
/* Of workers and the export thread, too: nothing of the engine is theirs. */
static void cuts_send(void *context, struct fc_message *m)
{
	struct fc_pair *pair = context;

	atomic_fetch_add_explicit(&pair->cuts_tx, 1, memory_order_relaxed);
	pair->host.send(pair->context, m);
}

static size_t cuts_queued(void *context)
{
	struct fc_pair *pair = context;

	return pair->host.queued(pair->context);
}

static uint64_t cuts_now_ms(void *context)
{
	struct fc_pair *pair = context;

	return pair->host.now_us(pair->context) / 1000;
}

static void cuts_moved(void *context)
{
	struct fc_pair *pair = context;

	pair->host.moved(pair->context);
}

static const struct fc_cuts_ops cuts_ops = {
	.send = cuts_send, .queued = cuts_queued, .now_ms = cuts_now_ms, .moved = cuts_moved};

int fc_pair_create(const struct fc_pair_options *options, const struct fc_pair_host *host,
		   void *context, struct fc_rf_time now, struct fc_pair **out)
{
	struct fc_pair *pair = calloc(1, sizeof(*pair));
	int err = -ENOMEM;

	if (!pair)
		return -ENOMEM;
	pair->options = *options;
	pair->host = *host;
	pair->context = context;
	pair->now = now;
	pair->dual = false;
	pair->mode = FC_CUTS_STANDBY;
	fc_rf_init(&pair->rf, &options->rf);
	pair->state = pair->rf.state;
	err = pair_clients_add(pair);
	if (err)
		goto free_pair;
	err = fc_cuts_create(&options->cuts, &cuts_ops, pair, &pair->cuts);
	if (err)
		goto free_pair;
	err = fc_base_create(options->flows_max, &pair->base);
	if (err)
		goto destroy_cuts;
	fc_cuts_base_set(pair->cuts, pair->base);
	fc_cuts_mode(pair->cuts, FC_CUTS_STANDBY, 0);
	*out = pair;
	return 0;

destroy_cuts:
	fc_cuts_destroy(pair->cuts);
free_pair:
	free(pair);
	return err;
}

void fc_pair_destroy(struct fc_pair *pair)
{
	if (!pair)
		return;
	fc_base_destroy(pair->base);
	fc_cuts_destroy(pair->cuts);
	free(pair);
}

struct fc_cuts *fc_pair_cuts(struct fc_pair *pair)
{
	return pair->cuts;
}

struct fc_base *fc_pair_base(struct fc_pair *pair)
{
	return pair->base;
}

struct fc_rf *fc_pair_rf(struct fc_pair *pair)
{
	return &pair->rf;
}
