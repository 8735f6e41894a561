// SPDX-License-Identifier: BSD-2-Clause
/* What is told of a pair. */
#include "ha/pair/pair_impl.h"

#include <stdio.h>
#include <string.h>

static void waits_active(struct fc_pair *pair, char text[FC_CUT_TEXT])
{
	struct fc_cuts_look look;

	if (!fc_rf_is_standby(pair->peer.rf.state)) {
		snprintf(text, FC_CUT_TEXT, "the peer is in state %s",
			 fc_rf_state_name(pair->peer.rf.state));
		return;
	}
	if (pair->config_failed) {
		snprintf(text, FC_CUT_TEXT, "configuration: %.70s",
			 *pair->config_why ? pair->config_why : "the checksum differs");
		return;
	}
	fc_cuts_look(pair->cuts, &look);
	if (pair->mode == FC_CUTS_PAIRED && *look.waits)
		memcpy(text, look.waits, FC_CUT_TEXT);
	else if (pair->rf.gate == FC_RF_GATE_ACKED && look.acked < pair->fence)
		snprintf(text, FC_CUT_TEXT,
			 "cut %llu, of which something has left, is not safe yet",
			 (unsigned long long)pair->fence);
	else if (pair->rf.peer_state != FC_RF_STANDBY_HOT)
		snprintf(text, FC_CUT_TEXT, "the peer is in state %s",
			 fc_rf_state_name(pair->peer.rf.state));
}

static void waits_standby(struct fc_pair *pair, char text[FC_CUT_TEXT])
{
	if (pair->rf.state == FC_RF_STANDBY_HOT)
		return;
	if (pair->rf.state <= FC_RF_STANDBY_CONFIG)
		snprintf(text, FC_CUT_TEXT, "configuration: %.70s",
			 pair->config_got != pair->want ? "it has not come yet"
			 : *pair->config_why            ? pair->config_why
							: "being taken");
	else if (pair->rf.state == FC_RF_STANDBY_FILESYS)
		snprintf(text, FC_CUT_TEXT, "cards and exporters follow the configuration");
	else if (pair->run != pair->want)
		snprintf(text, FC_CUT_TEXT, "the active unit has not begun to send its flows");
	else
		memcpy(text, pair->peer.waits, FC_CUT_TEXT);
}

/* What keeps the pair from STANDBY HOT. */
void pair_waits(struct fc_pair *pair, char text[FC_CUT_TEXT])
{
	memset(text, 0, FC_CUT_TEXT);
	if (*pair->witness_why && pair->rf.gate != FC_RF_GATE_OPEN &&
	    (!pair->greeted || pair->rf.state == FC_RF_NEGOTIATION))
		snprintf(text, FC_CUT_TEXT, "%s %.60s",
			 pair->options.rf.fencing == FC_RF_FENCING_PEER ? "the peer is not fenced,"
									: "whoever grants",
			 pair->witness_why);
	else if (pair->options.rf.fencing == FC_RF_FENCING_PEER && pair->rf.asked)
		snprintf(text, FC_CUT_TEXT, "the fencing command for term %llu",
			 (unsigned long long)pair->rf.asked);
	else if (pair->now.ms < pair->rf.twin_until_ms)
		snprintf(text, FC_CUT_TEXT, "the peer is unit %u, too", pair->options.rf.unit);
	else if (!pair->up)
		snprintf(text, FC_CUT_TEXT, "%.95s",
			 *pair->refused ? pair->refused : "there is no connection to the peer");
	else if (!pair->greeted)
		snprintf(text, FC_CUT_TEXT, "%.95s",
			 *pair->refused ? pair->refused : "the peer has not said hello");
	else if (fc_rf_is_active(pair->rf.state))
		waits_active(pair, text);
	else if (fc_rf_is_standby(pair->rf.state))
		waits_standby(pair, text);
	else
		snprintf(text, FC_CUT_TEXT, "this unit is in state %s",
			 fc_rf_state_name(pair->rf.state));
}

void fc_pair_counters(struct fc_pair *pair, struct fc_rf_counters *out)
{
	*out = pair->rf.counters;
	out->buffers_tx += atomic_load(&pair->cuts_tx);
}

void fc_pair_clear_counters(struct fc_pair *pair)
{
	fc_rf_clear_counters(&pair->rf);
	atomic_store(&pair->cuts_tx, 0);
}

void fc_pair_look(struct fc_pair *pair, struct fc_pair_look *out)
{
	const struct pair_clock *worst = pair_clocks_worst(pair);

	memset(out, 0, sizeof(*out));
	out->role = pair->role;
	out->peer = (uint32_t)pair->hello.unit;
	out->version = pair->version;
	memcpy(out->peer_image, pair->hello.image, sizeof(out->peer_image));
	out->config_same = pair->config_same;
	out->my_checksum = pair->my_checksum;
	out->peer_checksum = pair->peer_checksum;
	memcpy(out->config_why, pair->config_why, sizeof(out->config_why));
	out->healthy = pair->host.healthy(pair->context);
	out->peer_healthy = (unsigned)pair->peer.healthy;
	out->skew_known = worst;
	out->skew_ns = worst ? worst->skew_ns : 0;
	out->skew_max_ns = pair_clocks_limit(pair);
	out->rtt_us = pair->rtt_us;
	out->feed = pair->dual ? FC_PAIR_FEED_DUAL : FC_PAIR_FEED_SINGLE;
	memcpy(out->feed_why, pair->feed_why, sizeof(out->feed_why));
	out->takeovers = pair->takeovers;
	out->takeover_us = pair->takeover_us;
	out->stuck = pair->stuck;
	out->refused_messages = pair->refused_messages;
	out->late_messages = pair->late_messages;
	out->refused_peers = pair->refused_peers;
	pair_waits(pair, out->waits);
}
