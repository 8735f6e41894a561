// SPDX-License-Identifier: BSD-2-Clause
/*
 * What follows from the facility's state: role of the unit, mode of its cuts, gate. And what the
 * facility is to know: a standby that holds everything up, a peer with more cards that meter.
 */
#include "ha/pair/pair_impl.h"

#include <ha/log.h>
#include <stdio.h>
#include <string.h>

#define HEALTHIER_MS 1000 /* the peer has more healthy cards for so long */
#define LOOK_MS 1000      /* a look that comes so late was kept from it */
#define AGAIN_MS 5000     /* and is asked again after so long, if it could not take over */

/* ------------------------------------------------------------------ the gate */
static void took_over(struct fc_pair *pair)
{
	pair->taking_over = false;
	pair->takeovers++;
	pair->takeover_us = pair->host.now_us(pair->context) - pair->lost_us;
	pair_log(pair, "REDUNDANCY", FC_LOG_NOTICE, "TAKEOVER",
		 "Output is open in term %llu, %llu us after %s", (unsigned long long)pair->rf.term,
		 (unsigned long long)pair->takeover_us, pair->lost_with);
}

void pair_gate(struct fc_pair *pair)
{
	struct fc_cuts_look look;

	pair->host.gate(pair->context, pair->rf.gate);
	if (pair->rf.gate == FC_RF_GATE_ACKED) {
		fc_cuts_look(pair->cuts, &look);
		/* What came after the sealing of a cut on its way left, too: it is in the next one.
		 */
		pair->fence = look.open + look.flying;
	}
	if (pair->rf.gate == FC_RF_GATE_OPEN && pair->taking_over)
		took_over(pair);
}

/*
 * "Gated" lets the standby become hot, and so lets it take over: it must hold all that has left
 * without its acknowledgement while the gate was open. That is in the cuts up to the one that was
 * being made when the gate came to wait.
 */
bool pair_gated(struct fc_pair *pair)
{
	struct fc_cuts_look look;

	if (pair->rf.gate != FC_RF_GATE_ACKED)
		return true;
	fc_cuts_look(pair->cuts, &look);
	return look.acked >= pair->fence;
}

/* ------------------------------------------------------------------ states */
static void forget_base(struct fc_pair *pair)
{
	fc_base_clear(pair->base);
	pair->host.export_rollback(pair->context);
}

/* Both may have been active for a moment, and both have had the traffic moved: to the one that
 * stays.
 */
static void give_traffic(struct fc_pair *pair)
{
	if (pair->traffic_here &&
	    (fc_rf_is_active(pair->rf.peer_state) || pair->rf.holder != pair->options.rf.unit))
		pair_traffic(pair, false);
}

static void lost_role(struct fc_pair *pair, enum fc_rf_state from)
{
	pair->run = 0;
	forget_base(pair);
	if (pair->rf.state == FC_RF_NEGOTIATION)
		give_traffic(pair);
	if (fc_rf_is_active(from))
		pair_log(pair, "REDUNDANCY", FC_LOG_WARNING, "YIELD",
			 "This unit is not active any more: the newest term known is %llu, unit "
			 "%u has it",
			 (unsigned long long)pair->rf.seen, pair->rf.holder);
}

static void became_active(struct fc_pair *pair, enum fc_rf_state from)
{
	pair->run = 0;
	if (from != FC_RF_STANDBY_HOT)
		return;
	pair->taking_over = true;
	fc_base_rollback(pair->base);
	pair->host.export_rollback(pair->context);
	pair_log(pair, "REDUNDANCY", FC_LOG_ERROR, "SWITCHOVER",
		 "Switchover from unit %u to unit %u (%s), term %llu", (unsigned)pair->hello.unit,
		 pair->options.rf.unit, fc_rf_reason_name(pair->rf.last_reason),
		 (unsigned long long)pair->rf.term);
}

static void entered(struct fc_pair *pair, enum fc_rf_state from, enum fc_rf_state to)
{
	if (to == FC_RF_STANDBY_COLD) {
		pair->run = 0;
		pair->want++;
		pair->config_got = 0;
		forget_base(pair);
	} else if (to == FC_RF_NEGOTIATION || to == FC_RF_DISABLED) {
		lost_role(pair, from);
	} else if (to == FC_RF_ACTIVE_FAST) {
		became_active(pair, from);
	}
	if (to == FC_RF_ACTIVE || to == FC_RF_STANDBY_HOT)
		pair_log(pair, "RF", FC_LOG_NOTICE, "RF_TERMINAL_STATE",
			 "Terminal state reached for (SSO): unit %u is %s, term %llu",
			 pair->options.rf.unit, fc_rf_state_name(to),
			 (unsigned long long)pair->rf.term);
}

static enum fc_pair_role role_of(const struct fc_pair *pair)
{
	if (fc_rf_is_standby(pair->rf.state))
		return FC_PAIR_STANDBY;
	if (!fc_rf_is_active(pair->rf.state))
		return FC_PAIR_IDLE;
	/* In ACTIVE-FAST the gate is about to open; that comes first. */
	return pair->rf.gate == FC_RF_GATE_CLOSED ? pair->role : FC_PAIR_ACTIVE;
}

/* ------------------------------------------------------------------ mode of the cuts */
static void set_mode(struct fc_pair *pair, enum fc_cuts_mode mode)
{
	if (pair->mode == mode && (pair->mode_term == pair->rf.term || mode == FC_CUTS_STANDBY))
		return;
	pair->mode = mode;
	pair->mode_term = pair->rf.term;
	fc_cuts_mode(pair->cuts, mode, pair->rf.term);
}

/* The standby asks for a stream of this unit's term; while that one is in doubt it gets none. */
static bool peer_asks(const struct fc_pair *pair)
{
	return pair->greeted && !pair->ended && pair->peer.want && !pair->rf.stuck &&
	       pair->peer.rf.term == pair->rf.term &&
	       (pair->peer.rf.state == FC_RF_STANDBY_BULK ||
		pair->peer.rf.state == FC_RF_STANDBY_HOT);
}

/* The announcement first, then what it announces: everything, from the beginning. */
static void begin_run(struct fc_pair *pair)
{
	pair->run = pair->peer.want;
	pair->was_paired = true;
	pair_say(pair, true);
	pair->mode = FC_CUTS_PAIRED;
	pair->mode_term = pair->rf.term;
	fc_cuts_mode(pair->cuts, FC_CUTS_PAIRED, pair->rf.term);
}

/*
 * While the gate waits for acknowledgements the cuts stay paired, also without a peer: alone they
 * would be safe at once, and datagrams would leave before the claim has been won.
 */
static void follow_mode(struct fc_pair *pair)
{
	if (!fc_rf_is_active(pair->rf.state)) {
		set_mode(pair, FC_CUTS_STANDBY);
	} else if (pair->rf.gate != FC_RF_GATE_CLOSED && peer_asks(pair)) {
		if (pair->mode != FC_CUTS_PAIRED || pair->run != pair->peer.want)
			begin_run(pair);
	} else if (pair->rf.gate == FC_RF_GATE_OPEN) {
		set_mode(pair, FC_CUTS_ALONE);
	}
}

void pair_follow(struct fc_pair *pair)
{
	enum fc_rf_state from = pair->state;
	enum fc_pair_role role;

	if (from != pair->rf.state) {
		pair->state = pair->rf.state;
		entered(pair, from, pair->rf.state);
	}
	follow_mode(pair);
	role = role_of(pair);
	if (role == pair->role)
		return;
	pair->role = role;
	pair->host.role(pair->context, role, pair->rf.term);
	/* The peer may be dead: whoever takes over has the traffic moved. */
	if (role == FC_PAIR_ACTIVE)
		pair_traffic(pair, true);
}

bool pair_synced(struct fc_pair *pair)
{
	struct fc_cuts_look look;

	if (pair->mode != FC_CUTS_PAIRED || pair->run != pair->peer.want ||
	    pair->peer.run != pair->run)
		return false;
	fc_cuts_look(pair->cuts, &look);
	return look.synced;
}

/* ------------------------------------------------------------------ what the facility is to know
 */
/* Epochs of this unit's cards; where none counts them, time. Time in which nobody looked was this
 * unit's own: the answer may be there, unread. */
static bool flies_too_long(struct fc_pair *pair, const struct fc_cuts_look *look)
{
	if (look->open != pair->held_cut || !look->flying ||
	    pair->now.ms - pair->held_seen_ms > LOOK_MS) {
		pair->held_cut = look->open;
		pair->held_ms = pair->now.ms;
	}
	pair->held_seen_ms = pair->now.ms;
	return look->flying && (look->epochs_merged > pair->options.stuck_epochs ||
				pair->now.ms - pair->held_ms > pair->options.stuck_ms);
}

static void look_stuck(struct fc_pair *pair)
{
	struct fc_cuts_look look;
	size_t queued;

	/* Without a peer that asks for a stream the facility claims by itself. */
	if (pair->rf.gate != FC_RF_GATE_ACKED || pair->rf.stuck || !pair->was_paired)
		return;
	fc_cuts_look(pair->cuts, &look);
	queued = pair->host.queued(pair->context);
	if (!flies_too_long(pair, &look) && queued <= pair->options.stuck_octets &&
	    !pair->config_failed)
		return;
	pair->stuck++;
	if (pair->config_failed)
		pair_log(pair, "REDUNDANCY", FC_LOG_ERROR, "STANDBY_STUCK",
			 "Unit %u has not the same configuration: this unit goes on without it",
			 (unsigned)pair->hello.unit);
	else
		pair_log(pair, "REDUNDANCY", FC_LOG_ERROR, "STANDBY_STUCK",
			 "Unit %u holds up cut %llu for %llu ms, %zu octets wait: this unit goes "
			 "on without it",
			 (unsigned)pair->hello.unit, (unsigned long long)look.open,
			 (unsigned long long)look.flying_ms, queued);
	pair_input(pair, &(struct fc_rf_input){.type = FC_RF_IN_STUCK});
}

static void look_healthier(struct fc_pair *pair)
{
	char text[FC_RF_TEXT];

	if (!pair->greeted || pair->rf.state != FC_RF_ACTIVE ||
	    pair->rf.peer_state != FC_RF_STANDBY_HOT || pair->leaving || pair->rf.maintenance ||
	    pair->peer.healthy <= pair->host.healthy(pair->context)) {
		pair->healthier_ms = pair->now.ms + HEALTHIER_MS;
		return;
	}
	if (pair->now.ms < pair->healthier_ms)
		return;
	pair->healthier_ms = pair->now.ms + AGAIN_MS;
	pair_log(pair, "REDUNDANCY", FC_LOG_WARNING, "CARDS",
		 "Unit %u has %llu cards that meter, this one %u: it is to take over",
		 (unsigned)pair->hello.unit, (unsigned long long)pair->peer.healthy,
		 pair->host.healthy(pair->context));
	fc_pair_force(pair, FC_RF_REASON_UNIT_FAILED, pair->now, text);
}

void pair_roles_tick(struct fc_pair *pair)
{
	pair_clocks_feed(pair);
	look_stuck(pair);
	look_healthier(pair);
}
