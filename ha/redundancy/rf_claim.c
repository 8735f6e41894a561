// SPDX-License-Identifier: BSD-2-Clause
/* Terms: who has a right to the next one and a use for it, and what its grant or refusal means. */
#include "ha/redundancy/rf_impl.h"

/* ------------------------------------------------------------------ the peer's word */
/* Neither active nor standing by: it may take a term by fencing us, or with our word, no other way.
 */
static bool is_out(const struct fc_rf_says *peer)
{
	return peer->state <= FC_RF_NEGOTIATION;
}

/* Left behind it cannot take over: for that it would have to be hot, or needs our next word. */
static bool is_cold(const struct fc_rf_says *peer)
{
	return is_out(peer) || (fc_rf_is_standby(peer->state) && peer->state != FC_RF_STANDBY_HOT &&
				!(peer->state == FC_RF_STANDBY_BULK && peer->ready));
}

/*
 * With `peer` a term is won by putting the peer out of action, unless it gives the term away. Its
 * word counts as long as the connection lasts on which it came: whoever breaks it can come back to
 * be active only by a command of its own, which ends us first. Of two that negotiate the higher
 * number gives it away and the lower one takes it, never the other way round, or each could have
 * the other's word.
 */
static bool consents(const struct fc_rf *rf)
{
	const struct fc_rf_says *peer = &rf->peer;

	if (!fc_rf_fences_peer(rf) || !fc_rf_heard(rf))
		return false;
	if (rf->state == FC_RF_STANDBY_HOT && rf->offered)
		return true;
	if (peer->claiming)
		return false;
	if (rf->state == FC_RF_NEGOTIATION)
		return is_out(peer) && peer->unit > rf->options.unit;
	return fc_rf_is_active(rf->state) ? is_cold(peer) : is_out(peer);
}

/* ------------------------------------------------------------------ who wants a term */
static bool wants_from_negotiating(const struct fc_rf *rf)
{
	/* Two commands at once would end both units. */
	if (fc_rf_fences_peer(rf))
		return consents(rf);
	return !fc_rf_peer_first(rf);
}

static bool wants_as_negotiating(const struct fc_rf *rf, uint64_t ms)
{
	if (rf->barred || ms < rf->hold_at_ms || ms < rf->twin_until_ms || fc_rf_peer_active(rf))
		return false;
	if (fc_rf_heard(rf) && fc_rf_is_standby(rf->peer.state))
		return false; /* a hot one takes over; a cold one comes back to negotiate */
	if (fc_rf_heard(rf) && rf->peer.state == FC_RF_NEGOTIATION)
		return wants_from_negotiating(rf);
	return ms >= rf->search_at_ms;
}

static bool wants_as_active(const struct fc_rf *rf, uint64_t ms)
{
	if (rf->handover == FC_RF_HANDOVER_OFFERED)
		return ms >= rf->handover_at_ms || !rf->comm;
	if (rf->gate == FC_RF_GATE_ACKED && (rf->stuck || !fc_rf_peer_acks(rf)))
		return true;
	/* It holds a newer term than ours, from a claim that it had no use for: never ours to ack.
	 */
	return fc_rf_heard(rf) && fc_rf_is_standby(rf->peer.state) && rf->peer.term > rf->term;
}

/*
 * A hot standby's right is to the term after the one that it is hot in, and on from terms that it
 * was granted without hearing of it; whoever has another one went on without it.
 */
bool fc_rf_entitled(const struct fc_rf *rf)
{
	return rf->seen == rf->term || rf->holder == rf->options.unit;
}

static bool wants_claim(const struct fc_rf *rf, uint64_t ms)
{
	if (fc_rf_is_active(rf->state))
		return wants_as_active(rf, ms);
	if (rf->state == FC_RF_NEGOTIATION)
		return wants_as_negotiating(rf, ms);
	if (rf->state != FC_RF_STANDBY_HOT || !fc_rf_entitled(rf))
		return false;
	return rf->offered ||
	       (!rf->maintenance && (!rf->comm || (rf->heard && !fc_rf_peer_active(rf))));
}

/* ------------------------------------------------------------------ claims */
static void claim(struct fc_rf *rf, struct fc_rf_out *out)
{
	uint64_t newest = rf->seen > rf->term ? rf->seen : rf->term;

	/* A newer term that we were told of by another life of the peer may have been used. */
	if (fc_rf_has_witness(rf) && fc_rf_waits_for_peer(rf))
		newest = rf->fence;
	rf->asked = newest + 1;
	out->claim = true;
	out->term = rf->asked;
	out->tell = true;
}

static enum fc_rf_reason takeover_reason(const struct fc_rf *rf)
{
	if (rf->offered)
		return rf->offered_reason;
	if (fc_rf_heard(rf) && rf->peer.state == FC_RF_DISABLED)
		return FC_RF_REASON_UNIT_REMOVED; /* its last word before it goes */
	return rf->comm ? FC_RF_REASON_UNIT_FAILED : rf->down_reason;
}

static void claim_won(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out)
{
	/* Nobody keeps count: the peer, which is out of action now, may have had this one. */
	if (fc_rf_fences_peer(rf) && rf->seen >= rf->asked)
		rf->asked = rf->seen + 1;
	rf->term = rf->asked;
	fc_rf_see(rf, rf->term, rf->options.unit);
	rf->fence = rf->term;
	rf->asked = 0;
	out->tell = true;
	if (fc_rf_is_active(rf->state)) {
		/* Alone from now on: the standby's acknowledgements were of the term before. */
		rf->stuck = false;
		rf->handover = FC_RF_HANDOVER_NO;
		if (rf->state > FC_RF_ACTIVE_FAST)
			fc_rf_gate_set(rf, FC_RF_GATE_OPEN, out);
		return;
	}
	if (rf->state == FC_RF_STANDBY_HOT)
		fc_rf_switched(rf, true, takeover_reason(rf), now);
	fc_rf_move(rf, FC_RF_EVENT_GO_ACTIVE, now, out);
}

static void claim_lost(struct fc_rf *rf, const struct fc_rf_input *in, struct fc_rf_time now,
		       struct fc_rf_out *out)
{
	rf->asked = 0;
	fc_rf_see(rf, in->newest, in->holder);
	out->tell = true;
	/* Our own, from before a restart or from a claim whose answer got lost: the next one. */
	if (in->holder == rf->options.unit) {
		rf->fence = in->newest;
		out->again = true;
		return;
	}
	if (fc_rf_is_active(rf->state) && rf->handover == FC_RF_HANDOVER_OFFERED)
		fc_rf_switched(rf, false, rf->handover_reason, now);
	if (fc_rf_is_active(rf->state) || rf->state == FC_RF_STANDBY_HOT)
		fc_rf_move(rf, FC_RF_EVENT_YIELD, now, out);
	rf->barred = fc_rf_has_witness(rf);
	rf->claim_at_ms = now.ms + rf->options.retry_ms;
}

void fc_rf_claim_answer(struct fc_rf *rf, const struct fc_rf_input *in, struct fc_rf_time now,
			struct fc_rf_out *out)
{
	if (!rf->asked || in->term != rf->asked) {
		rf->late_answers++;
		return;
	}
	if (in->type == FC_RF_IN_CLAIM_WON) {
		claim_won(rf, now, out);
	} else if (in->type == FC_RF_IN_CLAIM_LOST) {
		claim_lost(rf, in, now, out);
	} else {
		rf->asked = 0;
		rf->claim_at_ms = now.ms + rf->options.retry_ms;
		out->tell = true;
	}
}

void fc_rf_claim_follow(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out)
{
	bool given = consents(rf);

	if (!rf->options.sso || rf->asked || (now.ms < rf->claim_at_ms && !given) ||
	    !wants_claim(rf, now.ms))
		return;
	claim(rf, out);
	if (!given)
		return;
	out->claim = false;
	claim_won(rf, now, out);
}
