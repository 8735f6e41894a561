// SPDX-License-Identifier: BSD-2-Clause
#include "ha/redundancy/rf_impl.h"

#include <errno.h>
#include <string.h>

/* ------------------------------------------------------------------ lines of the history */
void fc_rf_line_states(struct fc_rf *rf, bool my, bool peer, struct fc_rf_time now)
{
	struct fc_rf_line line = {
		.ms = now.ms,
		.kind = FC_RF_LINE_STATES,
		.my = rf->state,
		.peer = rf->peer_state,
		.my_changed = my,
		.peer_changed = peer,
	};

	fc_rf_history_add(&rf->history, &line);
}

static void line_client(struct fc_rf *rf, struct fc_rf_line line, const struct fc_rf_client *client)
{
	line.client = client->id;
	line.sequence = client->sequence;
	memcpy(line.name, client->name, sizeof(line.name));
	fc_rf_history_add(&rf->history, &line);
}

static void line_event(struct fc_rf *rf, enum fc_rf_code code, const struct fc_rf_client *client,
		       uint32_t op, int rc, struct fc_rf_time now)
{
	struct fc_rf_line line = {
		.ms = now.ms,
		.kind = client ? FC_RF_LINE_CLIENT_EVENT : FC_RF_LINE_EVENT,
		.code = code,
		.op = op,
		.rc = rc,
	};

	if (client)
		line_client(rf, line, client);
	else
		fc_rf_history_add(&rf->history, &line);
}

void fc_rf_switched(struct fc_rf *rf, bool to_me, enum fc_rf_reason reason, struct fc_rf_time now)
{
	uint32_t me = rf->options.unit, peer = rf->peer.unit;

	rf->switchovers_seen++;
	rf->last_reason = reason;
	fc_rf_switchovers_add(&rf->switchovers, to_me ? peer : me, to_me ? me : peer, reason,
			      now.wall);
}

/* ------------------------------------------------------------------ clients */
static unsigned place_of(const struct fc_rf *rf, unsigned id)
{
	unsigned i = 0;

	while (i < rf->members && rf->member[i].client.id != id)
		i++;
	return i;
}

static bool before(const struct fc_rf_client *a, const struct fc_rf_client *b)
{
	return a->sequence != b->sequence ? a->sequence < b->sequence : a->id < b->id;
}

static int refuse_client(const struct fc_rf *rf, const struct fc_rf_client *client)
{
	if (rf->busy)
		return -EBUSY;
	if (!client->notify || !*client->name || !memchr(client->name, 0, sizeof(client->name)))
		return -EINVAL;
	if (place_of(rf, client->id) < rf->members)
		return -EEXIST;
	return rf->members == FC_RF_CLIENTS ? -ENOSPC : 0;
}

int fc_rf_client_add(struct fc_rf *rf, const struct fc_rf_client *client, struct fc_rf_time now)
{
	int error = refuse_client(rf, client);
	unsigned at = rf->members;

	if (error) {
		rf->counters.duplicate_registers += error == -EEXIST;
		rf->counters.failed_registers += error != -EEXIST;
		return error;
	}
	while (at > 0 && before(client, &rf->member[at - 1].client))
		at--;
	memmove(&rf->member[at + 1], &rf->member[at], (rf->members - at) * sizeof(rf->member[0]));
	rf->member[at] = (struct fc_rf_member){.client = *client};
	rf->members++;
	/* Before the place that the step has come to: this step is over for it. */
	if (rf->step.running && (at < rf->step.next || (at == rf->step.next && rf->step.waiting)))
		rf->step.next++;
	line_client(rf, (struct fc_rf_line){.ms = now.ms, .kind = FC_RF_LINE_ADDED}, client);
	return 0;
}

int fc_rf_client_remove(struct fc_rf *rf, unsigned id, struct fc_rf_time now, struct fc_rf_out *out)
{
	unsigned at = place_of(rf, id);
	struct fc_rf_client client;

	memset(out, 0, sizeof(*out));
	if (rf->busy)
		return -EBUSY;
	if (at == rf->members)
		return -ENOENT;
	client = rf->member[at].client;
	rf->members--;
	memmove(&rf->member[at], &rf->member[at + 1], (rf->members - at) * sizeof(rf->member[0]));
	if (rf->step.running && at < rf->step.next) {
		rf->step.next--;
	} else if (rf->step.running && at == rf->step.next && rf->step.waiting) {
		rf->step.waiting = false;
		out->again = true;
	}
	line_client(rf, (struct fc_rf_line){.ms = now.ms, .kind = FC_RF_LINE_REMOVED}, &client);
	return 0;
}

/* The two that mark the ends of the list are told of steps only. */
static bool is_sentinel(const struct fc_rf *rf, unsigned at)
{
	unsigned id = rf->member[at].client.id;

	return id == 0 || id == 65000;
}

void fc_rf_status(struct fc_rf *rf, enum fc_rf_code code, uint32_t op, struct fc_rf_time now)
{
	line_event(rf, code, NULL, op, FC_RF_RC_NONE, now);
	rf->busy = true;
	for (unsigned i = 0; i < rf->members; i++) {
		const struct fc_rf_client *c = &rf->member[i].client;

		if (is_sentinel(rf, i))
			continue;
		c->notify(c->context, code, op, 0);
		line_event(rf, code, c, op, FC_RF_RC_NONE, now);
	}
	rf->busy = false;
}

/* ------------------------------------------------------------------ transitions */
void fc_rf_gate_set(struct fc_rf *rf, enum fc_rf_gate gate, struct fc_rf_out *out)
{
	if (rf->gate == gate)
		return;
	rf->gate = gate;
	out->gate = out->tell = true;
}

static void step_begin(struct fc_rf *rf, struct fc_rf_time now)
{
	/* What ran before is cut short; answers to it are known by their number. */
	rf->step.running = fc_rf_state_code(rf->state) != 0;
	rf->step.waiting = false;
	rf->step.number++;
	rf->step.next = 0;
	rf->step.since_ms = now.ms;
	rf->step.deadline_ms = now.ms + rf->options.notification_ms;
}

/* What is true of a state as long as it lasts, set on the way into it. */
static void state_effects(struct fc_rf *rf, enum fc_rf_state from, struct fc_rf_time now,
			  struct fc_rf_out *out)
{
	if (!fc_rf_is_active(rf->state)) {
		fc_rf_gate_set(rf, FC_RF_GATE_CLOSED, out);
		rf->handover = FC_RF_HANDOVER_NO;
		rf->stuck = false;
	}
	if (rf->state != FC_RF_STANDBY_HOT)
		rf->offered = false;
	if (rf->state != FC_RF_STANDBY_BULK)
		rf->ready = false;
	/* "Gated" was said to a standby that had more than this one has now. */
	if (rf->state == FC_RF_STANDBY_COLD)
		rf->peer.gated = false;
	/* The clients on the takeover path have done their part: open before the later ones. */
	if (rf->state == FC_RF_ACTIVE_DRAIN)
		fc_rf_gate_set(rf, FC_RF_GATE_OPEN, out);
	if (rf->state == FC_RF_NEGOTIATION) {
		rf->search_at_ms = now.ms + rf->options.search_ms;
		rf->hold_at_ms =
			from == FC_RF_INITIALIZATION ? now.ms : now.ms + rf->options.retry_ms;
	}
}

void fc_rf_move(struct fc_rf *rf, enum fc_rf_event event, struct fc_rf_time now,
		struct fc_rf_out *out)
{
	enum fc_rf_state from = rf->state, to = fc_rf_next(from, event);

	if (to == from)
		return;
	if (event == FC_RF_EVENT_GO_ACTIVE)
		line_event(rf, FC_CODE_RF_EVENT_GO_ACTIVE, NULL, 0, FC_RF_RC_EVENT, now);
	if (event == FC_RF_EVENT_GO_STANDBY)
		line_event(rf, FC_CODE_RF_EVENT_GO_STANDBY, NULL, 0, FC_RF_RC_EVENT, now);
	rf->state = to;
	rf->since_ms = now.ms;
	fc_rf_line_states(rf, true, false, now);
	state_effects(rf, from, now, out);
	step_begin(rf, now);
	out->tell = out->again = true;
}

/* ------------------------------------------------------------------ a progression step */
static void complete(struct fc_rf *rf, struct fc_rf_time now)
{
	if (rf->completed || (rf->state != FC_RF_ACTIVE && rf->state != FC_RF_STANDBY_HOT))
		return;
	rf->completed = true;
	fc_rf_history_add(&rf->history,
			  &(struct fc_rf_line){.ms = now.ms, .kind = FC_RF_LINE_COMPLETE});
}

static void step_end(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out)
{
	if (rf->state == FC_RF_STANDBY_BULK && !rf->ready) {
		/* STANDBY HOT waits until the active unit says that it sends nothing alone. */
		rf->ready = true;
		rf->step.deadline_ms = now.ms + rf->options.notification_ms;
		out->tell = true;
	}
	if (rf->state == FC_RF_STANDBY_BULK &&
	    !(rf->comm && rf->heard && fc_rf_is_active(rf->peer.state) && rf->peer.gated &&
	      rf->peer.term == rf->term && fc_rf_entitled(rf)))
		return;
	rf->step.running = false;
	complete(rf, now);
	fc_rf_move(rf, FC_RF_EVENT_STEP_DONE, now, out);
}

/* A client has failed the step of this state. */
static void step_failed(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out)
{
	rf->failed_steps++;
	if (!fc_rf_is_active(rf->state)) {
		fc_rf_move(rf, FC_RF_EVENT_STEP_FAILED, now, out);
		return;
	}
	/* An active unit that cannot go on hands over; one that is alone goes on without it. */
	rf->step.waiting = false;
	rf->step.next++;
	out->again = true;
	if (rf->comm && rf->peer_state == FC_RF_STANDBY_HOT && rf->handover == FC_RF_HANDOVER_NO) {
		rf->handover = FC_RF_HANDOVER_BARRIER;
		rf->handover_reason = FC_RF_REASON_UNIT_FAILED;
		rf->handover_at_ms = now.ms + rf->options.handover_ms;
		out->handover = true;
	}
}

void fc_rf_step_answer(struct fc_rf *rf, enum fc_rf_rc rc, struct fc_rf_time now,
		       struct fc_rf_out *out)
{
	struct fc_rf_member *m;

	if (rf->step.next >= rf->members) { /* the standby's wait for gated */
		step_failed(rf, now, out);
		return;
	}
	m = &rf->member[rf->step.next];
	line_event(rf, fc_rf_state_code(rf->state), &m->client, 0, rc, now);
	m->redundant = rc == FC_RF_RC_DONE;
	m->step_ms = now.ms - rf->step.since_ms;
	rf->step.waiting = false;
	if (rc != FC_RF_RC_DONE) {
		step_failed(rf, now, out);
		return;
	}
	rf->step.next++;
	out->again = true;
}

void fc_rf_step_run(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out)
{
	uint32_t number = rf->step.number;

	while (rf->step.running && !rf->step.waiting && rf->step.number == number) {
		struct fc_rf_member *m = &rf->member[rf->step.next];
		enum fc_rf_answer answer;

		if (rf->step.next >= rf->members) {
			step_end(rf, now, out);
			return;
		}
		m->told = number;
		rf->step.since_ms = now.ms;
		rf->step.deadline_ms = now.ms + rf->options.notification_ms;
		rf->busy = true;
		answer =
			m->client.notify(m->client.context, fc_rf_state_code(rf->state), 0, number);
		rf->busy = false;
		rf->step.waiting = answer == FC_RF_LATER;
		if (answer != FC_RF_LATER)
			fc_rf_step_answer(rf,
					  answer == FC_RF_DONE ? FC_RF_RC_DONE : FC_RF_RC_REFUSED,
					  now, out);
	}
}
