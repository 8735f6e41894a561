// SPDX-License-Identifier: BSD-2-Clause
/* The session with the peer: who it is and what it can, and what both say of themselves. */
#include "ha/pair/pair_impl.h"

#include <errno.h>
#include <ha/log.h>
#include <stdio.h>
#include <string.h>

#define HELLO_MS 5000 /* for the peer's first message */
#define GRACE_MS 1000 /* for a peer whose connection was ended here */

static void send(struct fc_pair *pair, struct fc_message *m)
{
	if (m)
		pair_send(pair, m);
	else
		pair->rf.counters.tx_buffers_unavailable++;
}

/* ------------------------------------------------------------------ up */
static void session_forget(struct fc_pair *pair)
{
	pair->greeted = pair->ended = pair->goodbye = pair->has_said = pair->was_paired = false;
	memset(&pair->peer, 0, sizeof(pair->peer));
	pair->run = 0;
	pair->config_sent = 0;
	pair->version = 0;
	pair->can = 0;
	pair_clocks_forget(pair);
}

void pair_link_up(struct fc_pair *pair)
{
	struct pair_hello hello = {
		.unit = pair->options.rf.unit,
		.version_min = PAIR_VERSION_MIN,
		.version_max = PAIR_VERSION_MAX,
		.can = PAIR_CAN,
		.feed = pair->options.feed,
		.fencing = pair->options.fencing,
		.fencing_sum = pair->options.fencing_sum,
	};

	session_forget(pair);
	pair->up = true;
	pair->up_ms = pair->now.ms;
	pair->want++; /* a new stream, whatever the one before had got to */
	memcpy(hello.image, pair->options.image, sizeof(hello.image));
	send(pair, pair_hello_write(&hello));
}

/* ------------------------------------------------------------------ HELLO */
/* Two witnesses would grant two units the same term. */
static bool refuse_fencing(const struct fc_pair *pair, const struct pair_hello *h,
			   char why[PAIR_TEXT])
{
	static const char *const names[] = {"none", "witness file", "witness etcd", "peer"};

	if (h->fencing != pair->options.fencing)
		snprintf(why, PAIR_TEXT, "unit %llu has fencing %s, this one %s",
			 (unsigned long long)h->unit, names[h->fencing],
			 names[pair->options.fencing]);
	else if (h->fencing_sum != pair->options.fencing_sum)
		snprintf(why, PAIR_TEXT, "unit %llu asks another %s than this one",
			 (unsigned long long)h->unit, names[h->fencing]);
	else
		return false;
	return true;
}

static bool refuse_hello(const struct fc_pair *pair, const struct pair_hello *h,
			 char why[PAIR_TEXT])
{
	if (h->unit == pair->options.rf.unit) {
		snprintf(why, PAIR_TEXT, "both units are unit %u", pair->options.rf.unit);
		return true;
	}
	if (h->version_max < PAIR_VERSION_MIN || h->version_min > PAIR_VERSION_MAX) {
		snprintf(why, PAIR_TEXT,
			 "unit %llu speaks versions %llu to %llu of the protocol, this one %u to "
			 "%u",
			 (unsigned long long)h->unit, (unsigned long long)h->version_min,
			 (unsigned long long)h->version_max, PAIR_VERSION_MIN, PAIR_VERSION_MAX);
		return true;
	}
	if (h->feed != pair->options.feed) {
		snprintf(why, PAIR_TEXT, "unit %llu has a %s feed, this one a %s feed",
			 (unsigned long long)h->unit, h->feed ? "dual" : "single",
			 pair->options.feed ? "dual" : "single");
		return true;
	}
	return refuse_fencing(pair, h, why);
}

/* No pair: the connection ends, the unit goes on as it is. Said once, since the peer comes again.
 */
static void turn_away(struct fc_pair *pair, const char *why)
{
	pair->ended = true;
	pair->refused_peers++;
	if (strcmp(pair->refused, why) != 0)
		pair_log(pair, "REDUNDANCY", FC_LOG_ERROR, "PEER_REFUSED", "No pair with it: %s",
			 why);
	snprintf(pair->refused, sizeof(pair->refused), "%s", why);
	pair->host.hang_up(pair->context, why);
}

int pair_take_hello(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	struct pair_hello h;
	char reason[PAIR_TEXT];
	int err = pair_hello_read(m, &h, why);

	if (err)
		return err;
	pair->hello = h;
	if (refuse_hello(pair, &h, reason)) {
		turn_away(pair, reason);
		return 0;
	}
	*pair->refused = 0;
	pair->greeted = true;
	pair->grace_ms = 0;
	pair->version =
		(unsigned)(h.version_max < PAIR_VERSION_MAX ? h.version_max : PAIR_VERSION_MAX);
	pair->can = h.can & PAIR_CAN;
	pair->ping_ms = pair->now.ms;
	pair_log(pair, "REDUNDANCY", FC_LOG_NOTICE, "PEER_MONITOR_EVENT",
		 "Peer unit %llu is there: %s, protocol version %u", (unsigned long long)h.unit,
		 h.image, pair->version);
	pair_input(pair, &(struct fc_rf_input){.type = FC_RF_IN_COMM_UP});
	return 0;
}

/* ------------------------------------------------------------------ down */
static void stream_ends(struct fc_pair *pair)
{
	fc_base_rollback(pair->base);
	pair->host.export_rollback(pair->context);
}

/* When the sign of life was missed that the link has waited for. */
static uint64_t lost_us(struct fc_pair *pair, enum fc_link_down reason)
{
	uint64_t now = pair->host.now_us(pair->context);
	uint64_t waited = (uint64_t)pair->options.silence_ms * 1000;

	return reason == FC_LINK_DOWN_SILENT && now > waited ? now - waited : now;
}

static void comm_down(struct fc_pair *pair, enum fc_rf_reason reason)
{
	pair->grace_ms = 0;
	pair_input(pair, &(struct fc_rf_input){.type = FC_RF_IN_COMM_DOWN, .reason = reason});
}

/* A hot standby that has ended the connection itself does not take over for that: the active unit
 * is alive, and comes again. */
static bool bears(const struct fc_pair *pair, enum fc_link_down reason, bool goodbye)
{
	return !goodbye && pair->rf.state == FC_RF_STANDBY_HOT &&
	       (reason == FC_LINK_DOWN_LOCAL || reason == FC_LINK_DOWN_PROTOCOL);
}

void pair_link_down(struct fc_pair *pair, enum fc_link_down reason, const char *why)
{
	bool goodbye = pair->goodbye, greeted = pair->greeted;

	pair->up = false;
	pair->lost_us = lost_us(pair, reason);
	pair->lost_with = reason == FC_LINK_DOWN_SILENT ? "the sign of life that was missed"
							: "the end of the connection";
	if (!fc_rf_is_active(pair->rf.state))
		stream_ends(pair);
	session_forget(pair);
	if (!greeted)
		return;
	pair_log(pair, "REDUNDANCY",
		 fc_rf_is_active(pair->rf.state) ? FC_LOG_ERROR : FC_LOG_WARNING,
		 fc_rf_is_active(pair->rf.state) ? "STANDBY_LOST" : "PEER_LOST", "Unit %u %s: %s",
		 (unsigned)pair->hello.unit, goodbye ? "has left" : "is not there any more", why);
	if (bears(pair, reason, goodbye)) {
		pair->grace_ms = pair->now.ms + GRACE_MS;
		return;
	}
	comm_down(pair, goodbye ? FC_RF_REASON_UNIT_REMOVED : FC_RF_REASON_UNIT_FAILED);
}

/* ------------------------------------------------------------------ SAYS */
static void compose(struct fc_pair *pair, struct pair_says *says)
{
	const struct fc_rf_says rf = fc_rf_says(&pair->rf);

	memset(says, 0, sizeof(*says)); /* padding too: they compare as memory */
	says->rf.unit = rf.unit;
	says->rf.state = rf.state;
	says->rf.term = rf.term;
	says->rf.seen = rf.seen;
	says->rf.holder = rf.holder;
	says->rf.claiming = rf.claiming;
	says->rf.ready = rf.ready;
	says->rf.gated = rf.gated && pair_gated(pair);
	says->want = pair->want;
	says->run = pair->run;
	says->synced = pair_synced(pair);
	says->moves = pair_handover_moves(pair);
	says->maintenance = pair->maintenance;
	says->healthy = pair->host.healthy(pair->context);
	says->checksum = pair->my_checksum;
	pair_waits(pair, says->waits);
}

/* Composed on zeros, padding too. */
static bool same_octets(const void *a, const void *b, size_t octets)
{
	return memcmp(a, b, octets) == 0;
}

void pair_say(struct fc_pair *pair, bool always)
{
	struct pair_says says;

	if (!pair->greeted || pair->ended)
		return;
	compose(pair, &says);
	if (!always && pair->has_said && same_octets(&says, &pair->said, sizeof(says)))
		return;
	pair->said = says;
	pair->has_said = true;
	send(pair, pair_says_write(&says));
}

/* The stream that this standby asked for begins; what came before is of another. */
static void stream_begins(struct fc_pair *pair)
{
	if (!fc_rf_is_standby(pair->rf.state) || pair->peer.run != pair->want ||
	    pair->run == pair->want)
		return;
	pair->run = pair->want;
	stream_ends(pair);
	pair_say(pair, true); /* before the first acknowledgement */
}

int pair_take_says(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	struct fc_rf_input in = {.type = FC_RF_IN_PEER};
	struct pair_says says;
	int err = pair_says_read(m, &says, why);

	if (err)
		return err;
	if (says.rf.unit != pair->hello.unit || says.rf.term > says.rf.seen) {
		snprintf(why, PAIR_TEXT, "SAYS of unit %u, term %llu of %llu", says.rf.unit,
			 (unsigned long long)says.rf.term, (unsigned long long)says.rf.seen);
		return -EPROTO;
	}
	pair->peer = says;
	pair->peer_checksum = says.checksum;
	pair->peer_maintenance = says.maintenance;
	pair_maintain(pair);
	in.says = says.rf;
	if (says.rf.state == FC_RF_DISABLED) {
		pair->lost_us = pair->host.now_us(pair->context);
		pair->lost_with = "the peer's last word";
	}
	pair_input(pair, &in);
	stream_begins(pair);
	return 0;
}

/* ------------------------------------------------------------------ time */
void pair_session_tick(struct fc_pair *pair)
{
	if (pair->grace_ms && pair->now.ms >= pair->grace_ms)
		comm_down(pair, FC_RF_REASON_UNIT_FAILED);
	if (!pair->up || pair->ended)
		return;
	if (!pair->greeted) {
		if (pair->now.ms - pair->up_ms >= HELLO_MS)
			turn_away(pair, "the peer says nothing");
		return;
	}
	pair_clocks_tick(pair);
}
