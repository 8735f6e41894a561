// SPDX-License-Identifier: BSD-2-Clause
#include "ha/redundancy/rf_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MODE_SSO 7 /* op of RF_STATUS_REDUNDANCY_MODE_CHANGE: hot standby redundant */
#define MODE_NONE 0
#define TWIN_MS 10000 /* it comes again within three seconds */

void fc_rf_init(struct fc_rf *rf, const struct fc_rf_options *options)
{
	memset(rf, 0, sizeof(*rf));
	rf->options = *options;
	rf->state = rf->peer_state = FC_RF_DISABLED;
	rf->last_reason = FC_RF_REASON_NONE;
	fc_rf_switchovers_init(&rf->switchovers, options->switchovers);
}

/* A standby that is left behind is told so first: who goes cold at that need not be fenced. */
static bool asks_to_go_cold(const struct fc_rf *rf)
{
	return fc_rf_fences_peer(rf) && rf->stuck && rf->handover != FC_RF_HANDOVER_OFFERED;
}

struct fc_rf_says fc_rf_says(const struct fc_rf *rf)
{
	return (struct fc_rf_says){
		.unit = rf->options.unit,
		.state = rf->state,
		.term = rf->term,
		.seen = rf->seen,
		.holder = rf->holder,
		.claiming = rf->asked != 0,
		.ready = rf->ready,
		/* In ACTIVE-FAST the gate is closed, too, but about to open. */
		.gated = fc_rf_waits_for_peer(rf) && !asks_to_go_cold(rf),
	};
}

static void peer_state_set(struct fc_rf *rf, enum fc_rf_state state, struct fc_rf_time now)
{
	if (rf->peer_state == state)
		return;
	rf->standby_failures += fc_rf_is_active(rf->state) && fc_rf_is_standby(rf->peer_state) &&
				!fc_rf_is_standby(state) && !fc_rf_is_active(state);
	rf->peer_state = state;
	rf->peer_since_ms = now.ms;
	fc_rf_line_states(rf, false, true, now);
}

/* ------------------------------------------------------------------ the peer */
static void comm_up(struct fc_rf *rf, struct fc_rf_time now)
{
	if (rf->comm || !rf->options.sso)
		return;
	rf->comm = true;
	rf->heard = false;
	rf->counters.comm_up++;
	/* Whoever is there again may say what makes a fencing command needless. */
	if (fc_rf_fences_peer(rf))
		rf->search_at_ms = now.ms + rf->options.search_ms;
	fc_rf_status(rf, FC_CODE_RF_STATUS_PEER_PRESENCE, 1, now);
	fc_rf_status(rf, FC_CODE_RF_STATUS_PEER_COMM, 1, now);
	fc_rf_status(rf, FC_CODE_RF_STATUS_REDUNDANCY_MODE_CHANGE, MODE_SSO, now);
	peer_state_set(rf, FC_RF_UNKNOWN, now);
}

static void comm_down(struct fc_rf *rf, enum fc_rf_reason reason, struct fc_rf_time now,
		      struct fc_rf_out *out)
{
	if (!rf->comm)
		return;
	rf->comm = rf->heard = false;
	rf->down_reason = reason;
	rf->counters.comm_down++;
	rf->search_at_ms = now.ms + rf->options.search_ms;
	/* Its word ends with the connection: the next one may be to another life of it. */
	if (fc_rf_fences_peer(rf))
		rf->offered = false;
	if (rf->handover == FC_RF_HANDOVER_BARRIER)
		rf->handover = FC_RF_HANDOVER_NO;
	fc_rf_status(rf, FC_CODE_RF_STATUS_PEER_COMM, 0, now);
	fc_rf_status(rf, FC_CODE_RF_STATUS_PEER_PRESENCE, 0, now);
	fc_rf_status(rf, FC_CODE_RF_STATUS_REDUNDANCY_MODE_CHANGE, MODE_NONE, now);
	peer_state_set(rf, FC_RF_DISABLED, now);
	fc_rf_move(rf, FC_RF_EVENT_PEER_GONE, now, out);
}

static bool peer_is_sane(const struct fc_rf *rf, const struct fc_rf_says *says)
{
	return rf->comm && says->unit != rf->options.unit && says->state > FC_RF_UNKNOWN &&
	       says->state < FC_RF_STATES && says->term <= says->seen;
}

static void peer_says(struct fc_rf *rf, const struct fc_rf_says *says, struct fc_rf_time now,
		      struct fc_rf_out *out)
{
	uint64_t known = rf->seen;

	if (!peer_is_sane(rf, says)) {
		rf->counters.errored_peer_msg++;
		return;
	}
	out->tell = !rf->heard || says->seen != known; /* both are to know what both know */
	rf->peer = *says;
	rf->heard = rf->peer_known = true;
	fc_rf_see(rf, says->seen, says->holder);
	peer_state_set(rf, says->state, now);
	/*
	 * It is not hot any more, and may be another life of it, which knows nothing of a term that
	 * it was granted meanwhile: its acknowledgements would be no fence. We need a new one
	 * first.
	 */
	if (rf->options.fencing != FC_RF_FENCING_NONE && fc_rf_waits_for_peer(rf) &&
	    !fc_rf_peer_acks(rf))
		rf->stuck = true;
	if (!rf->stuck)
		rf->fence = rf->seen;
	/* It knows of the newest term and sends nothing under it: nobody does. */
	if (!fc_rf_is_active(says->state) && !says->claiming && says->seen >= rf->seen)
		rf->barred = false;
}

/* ------------------------------------------------------------------ planned switchover */
static void handover_ready(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out)
{
	if (rf->handover != FC_RF_HANDOVER_BARRIER)
		return;
	if (rf->gate != FC_RF_GATE_ACKED || !fc_rf_peer_acks(rf) || rf->asked) {
		rf->handover = FC_RF_HANDOVER_NO;
		return;
	}
	rf->handover = FC_RF_HANDOVER_OFFERED;
	rf->handover_at_ms = now.ms + rf->options.handover_ms;
	fc_rf_gate_set(rf, FC_RF_GATE_CLOSED, out);
	out->swact = true;
	out->reason = rf->handover_reason;
}

static void swact(struct fc_rf *rf, enum fc_rf_reason reason)
{
	if (rf->state != FC_RF_STANDBY_HOT || !rf->comm) {
		rf->counters.errored_peer_msg++;
		return;
	}
	rf->offered = true;
	rf->offered_reason = reason;
}

/* The standby is told, and fenced if it does not say in time that it has gone cold. */
static void stuck(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out)
{
	if (rf->gate != FC_RF_GATE_ACKED)
		return;
	rf->stuck = true;
	if (!fc_rf_fences_peer(rf))
		return;
	rf->claim_at_ms = now.ms + rf->options.retry_ms;
	out->tell = true;
}

/* ------------------------------------------------------------------ inputs */
static void client_answer(struct fc_rf *rf, const struct fc_rf_input *in, struct fc_rf_time now,
			  struct fc_rf_out *out)
{
	if (!rf->step.running || !rf->step.waiting || in->step != rf->step.number ||
	    rf->member[rf->step.next].client.id != in->client) {
		rf->late_answers++;
		return;
	}
	if (in->type == FC_RF_IN_CLIENT_WORKING)
		rf->step.deadline_ms = now.ms + rf->options.notification_ms;
	else
		fc_rf_step_answer(
			rf, in->type == FC_RF_IN_CLIENT_DONE ? FC_RF_RC_DONE : FC_RF_RC_REFUSED,
			now, out);
}

static bool step_waits(const struct fc_rf *rf)
{
	return rf->step.running && (rf->step.waiting || rf->ready);
}

static void take(struct fc_rf *rf, const struct fc_rf_input *in, struct fc_rf_time now,
		 struct fc_rf_out *out)
{
	switch (in->type) {
	case FC_RF_IN_START:
		fc_rf_move(rf, FC_RF_EVENT_START, now, out);
		break;
	case FC_RF_IN_STOP:
		fc_rf_move(rf, FC_RF_EVENT_STOP, now, out);
		rf->asked = 0;
		break;
	case FC_RF_IN_TICK:
		break;
	case FC_RF_IN_COMM_UP:
		comm_up(rf, now);
		out->tell = rf->comm;
		break;
	case FC_RF_IN_COMM_DOWN:
		comm_down(rf, in->reason, now, out);
		break;
	case FC_RF_IN_PEER:
		peer_says(rf, &in->says, now, out);
		break;
	case FC_RF_IN_CLIENT_DONE:
	case FC_RF_IN_CLIENT_REFUSED:
	case FC_RF_IN_CLIENT_WORKING:
		client_answer(rf, in, now, out);
		break;
	case FC_RF_IN_CLAIM_WON:
	case FC_RF_IN_CLAIM_LOST:
	case FC_RF_IN_CLAIM_UNREACHABLE:
		fc_rf_claim_answer(rf, in, now, out);
		break;
	case FC_RF_IN_HANDOVER_READY:
		handover_ready(rf, now, out);
		break;
	case FC_RF_IN_HANDOVER_FAILED:
		if (rf->handover == FC_RF_HANDOVER_BARRIER)
			rf->handover = FC_RF_HANDOVER_NO;
		break;
	case FC_RF_IN_SWACT:
		swact(rf, in->reason);
		break;
	case FC_RF_IN_STUCK:
		stuck(rf, now, out);
		break;
	case FC_RF_IN_TWIN:
		rf->twin_until_ms = now.ms + TWIN_MS;
		break;
	}
}

/* ------------------------------------------------------------------ standing rules */
static void rules_active(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out)
{
	if (rf->handover == FC_RF_HANDOVER_BARRIER && now.ms >= rf->handover_at_ms)
		rf->handover = FC_RF_HANDOVER_NO;
	/* Nobody can say whether the peer has gone on from here: this unit cannot any more. */
	if (fc_rf_fences_peer(rf) && rf->handover == FC_RF_HANDOVER_OFFERED &&
	    (now.ms >= rf->handover_at_ms || !rf->comm)) {
		fc_rf_move(rf, FC_RF_EVENT_YIELD, now, out);
		return;
	}
	if (fc_rf_peer_active(rf) && fc_rf_peer_first(rf)) {
		if (rf->handover == FC_RF_HANDOVER_OFFERED)
			fc_rf_switched(rf, false, rf->handover_reason, now);
		fc_rf_move(rf, FC_RF_EVENT_YIELD, now, out);
		return;
	}
	/* The last word before STANDBY HOT: from now on we wait for its acknowledgements. */
	if (rf->gate == FC_RF_GATE_OPEN && fc_rf_peer_acks(rf) && !rf->asked)
		fc_rf_gate_set(rf, FC_RF_GATE_ACKED, out);
}

static void rules_standby(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out)
{
	/* A newer term of its own, granted unheard of, means nothing as long as it has no use for
	 * it.
	 */
	bool same = rf->peer.term == rf->term && fc_rf_entitled(rf);

	if (rf->state == FC_RF_STANDBY_HOT) {
		if (!fc_rf_peer_active(rf) && !fc_rf_entitled(rf))
			fc_rf_move(rf, FC_RF_EVENT_YIELD, now, out);
		else if (fc_rf_peer_active(rf) && !rf->asked && !(same && rf->peer.gated))
			fc_rf_move(rf, FC_RF_EVENT_GO_COLD, now, out);
		return;
	}
	if (rf->heard && !fc_rf_peer_active(rf)) {
		fc_rf_move(rf, FC_RF_EVENT_PEER_GONE, now, out);
	} else if (rf->heard && rf->peer.term > rf->term) {
		/* What was received under another term is worth nothing. */
		rf->term = rf->peer.term;
		out->tell = true;
		fc_rf_move(rf, FC_RF_EVENT_GO_COLD, now, out);
	}
}

static void rules_negotiation(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out)
{
	if (now.ms < rf->hold_at_ms || rf->asked)
		return;
	if (!rf->options.sso)
		fc_rf_move(rf, FC_RF_EVENT_GO_ACTIVE, now, out);
	else if (fc_rf_peer_active(rf))
		fc_rf_move(rf, FC_RF_EVENT_GO_STANDBY, now, out);
}

/* What follows from the state of things, whatever the input was. At most one transition. */
static void follow(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out)
{
	enum fc_rf_state before = rf->state;

	if (fc_rf_is_active(rf->state))
		rules_active(rf, now, out);
	else if (fc_rf_is_standby(rf->state))
		rules_standby(rf, now, out);
	else if (rf->state == FC_RF_NEGOTIATION)
		rules_negotiation(rf, now, out);
	if (rf->state != before)
		return;
	if (step_waits(rf) && now.ms >= rf->step.deadline_ms) {
		fc_rf_step_answer(rf, FC_RF_RC_TIMEOUT, now, out);
		return;
	}
	fc_rf_claim_follow(rf, now, out);
	if (rf->state != before)
		return;
	fc_rf_step_run(rf, now, out);
}

int fc_rf_input(struct fc_rf *rf, const struct fc_rf_input *in, struct fc_rf_time now,
		struct fc_rf_out *out)
{
	enum fc_rf_state before = rf->state;

	memset(out, 0, sizeof(*out));
	if (rf->busy)
		return -EBUSY;
	take(rf, in, now, out);
	if (rf->state == before)
		follow(rf, now, out);
	/* While the peer is active and we are not hot, it may be sending what we do not have. */
	if (!fc_rf_is_active(rf->state) && rf->state != FC_RF_STANDBY_HOT && fc_rf_peer_active(rf))
		rf->barred = fc_rf_has_witness(rf);
	return 0;
}

uint64_t fc_rf_wake(const struct fc_rf *rf, uint64_t now_ms)
{
	/* What has passed was looked at by the last input. */
	const uint64_t at[] = {
		step_waits(rf) ? rf->step.deadline_ms : 0,
		rf->handover != FC_RF_HANDOVER_NO ? rf->handover_at_ms : 0,
		rf->state == FC_RF_NEGOTIATION ? rf->hold_at_ms : 0,
		rf->state == FC_RF_NEGOTIATION ? rf->search_at_ms : 0,
		rf->state == FC_RF_NEGOTIATION ? rf->twin_until_ms : 0,
		rf->claim_at_ms,
	};
	uint64_t wake = UINT64_MAX;

	for (unsigned i = 0; i < sizeof(at) / sizeof(*at); i++)
		if (at[i] > now_ms && at[i] < wake)
			wake = at[i];
	return wake;
}
