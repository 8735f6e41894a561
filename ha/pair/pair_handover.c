// SPDX-License-Identifier: BSD-2-Clause
/*
 * A planned switchover, on the unit that hands over:
 *
 *   NO --begin--> QUIET --silent, or half the time--> CUT --acknowledged--> DRAIN --left--> OVER
 *    ^              |  the traffic is moved            |  the last cut        |              |
 *    +--------------+------- the facility gives up, or this unit is active no more ----------+
 */
#include "ha/pair/pair_impl.h"

#include <ha/log.h>

#define BARRIER_MS 20 /* cards are asked again: a barrier may have met a cut on its way */

/* With a dual feed the next barrier by itself is waited for: one between two would lie within an
 * epoch of the other unit's card. */
static void ask_barrier(struct fc_pair *pair)
{
	pair->barrier_ms = pair->now.ms;
	if (pair->dual)
		return;
	pair->host.barrier(pair->context);
}

static bool moves_traffic(const struct fc_pair *pair)
{
	return pair->options.hook && pair->options.feed == FC_PAIR_FEED_SINGLE;
}

void pair_traffic(struct fc_pair *pair, bool to_me)
{
	if (!moves_traffic(pair))
		return;
	pair->traffic_here = to_me;
	pair->host.hook(pair->context, to_me);
}

void pair_handover_begin(struct fc_pair *pair)
{
	pair->handover = PAIR_HANDOVER_QUIET;
	pair->quiet_ms = pair->now.ms;
	pair->traffic_owed = false;
	pair_log(pair, "REDUNDANCY", FC_LOG_NOTICE, "HANDOVER", "Handing over to unit %u (%s)",
		 (unsigned)pair->hello.unit, fc_rf_reason_name(pair->rf.handover_reason));
	if (!moves_traffic(pair))
		return;
	pair_say(pair, false); /* before the first packet comes there */
	pair_traffic(pair, false);
}

bool pair_handover_moves(const struct fc_pair *pair)
{
	return pair->handover != PAIR_HANDOVER_NO && moves_traffic(pair);
}

static bool traffic_is_gone(struct fc_pair *pair)
{
	if (!moves_traffic(pair))
		return true;
	return pair->host.quiet(pair->context) ||
	       pair->now.ms - pair->quiet_ms >= pair->options.rf.handover_ms / 2;
}

static void last_cut(struct fc_pair *pair)
{
	pair->last_cut = fc_cuts_last(pair->cuts);
	pair->handover = PAIR_HANDOVER_CUT;
	ask_barrier(pair);
}

static void await_ack(struct fc_pair *pair)
{
	struct fc_cuts_look look;

	fc_cuts_look(pair->cuts, &look);
	if (look.acked >= pair->last_cut && !look.last_whole) {
		/* A ring was late for it: once more, until the facility gives up. */
		fc_cuts_resume(pair->cuts);
		last_cut(pair);
	} else if (look.acked >= pair->last_cut) {
		pair->handover = PAIR_HANDOVER_DRAIN;
	} else if (!look.flying && pair->now.ms - pair->barrier_ms >= BARRIER_MS) {
		ask_barrier(pair);
	}
}

/* Cursors have been told by now; they are on the link before the SWACT that this leads to. */
static void await_drain(struct fc_pair *pair)
{
	if (!pair->host.drained(pair->context))
		return;
	pair->handover = PAIR_HANDOVER_OVER;
	pair_input(pair, &(struct fc_rf_input){.type = FC_RF_IN_HANDOVER_READY});
}

/* The traffic comes back when this unit may send again: if the peer has won the next term
 * meanwhile, it is where it belongs. */
static void give_back(struct fc_pair *pair)
{
	bool waits = pair->rf.gate == FC_RF_GATE_ACKED && pair->greeted &&
		     pair->peer.rf.state == FC_RF_STANDBY_HOT &&
		     pair->peer.rf.term == pair->rf.term;

	if (!fc_rf_is_active(pair->rf.state)) {
		pair->traffic_owed = false;
	} else if (pair->rf.gate == FC_RF_GATE_OPEN || waits) {
		pair->traffic_owed = false;
		pair_traffic(pair, true);
	}
}

static void end(struct fc_pair *pair)
{
	pair->handover = PAIR_HANDOVER_NO;
	fc_cuts_resume(pair->cuts);
	if (!fc_rf_is_active(pair->rf.state))
		return;
	pair_log(pair, "REDUNDANCY", FC_LOG_WARNING, "HANDOVER",
		 "Handing over has failed: this unit stays active");
	pair->traffic_owed = moves_traffic(pair);
}

void pair_handover_tick(struct fc_pair *pair)
{
	if (pair->traffic_owed)
		give_back(pair);
	if (pair->handover == PAIR_HANDOVER_NO)
		return;
	if (pair->rf.handover == FC_RF_HANDOVER_NO || !fc_rf_is_active(pair->rf.state)) {
		end(pair);
		return;
	}
	if (pair->handover == PAIR_HANDOVER_QUIET && traffic_is_gone(pair))
		last_cut(pair);
	if (pair->handover == PAIR_HANDOVER_CUT)
		await_ack(pair);
	if (pair->handover == PAIR_HANDOVER_DRAIN)
		await_drain(pair);
}
