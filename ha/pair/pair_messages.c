// SPDX-License-Identifier: BSD-2-Clause
/*
 * Messages of the peer: which of them may come when, and to whom each goes. A message may be taken;
 * or come late, since the two units do not change state at one moment, and is dropped and counted;
 * or be against the rules, and then the connection ends, but no role changes.
 */
#include "ha/pair/pair_impl.h"

#include <errno.h>
#include <ha/log.h>
#include <stdio.h>
#include <string.h>

/* How a unit stands to what comes. */
enum stand {
	FRESH, /* the peer has not said hello */
	IDLE,  /* neither active nor standby */
	COLD,  /* standby, before the stream */
	SYNC,  /* standby, COLD-BULK and HOT */
	ACTIVE,
	STANDS
};

enum verdict { NO, LATE, YES }; /* NO is 0: what is not in the table is refused */

static int take_swact(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	uint64_t reason;

	if (fc_message_u64(m, PAIR_TAG_REASON, &reason) || reason < FC_RF_REASON_UNSUPPORTED ||
	    reason > FC_RF_REASON_UNIT_REMOVED) {
		snprintf(why, PAIR_TEXT, "SWACT without a reason");
		return -EPROTO;
	}
	pair->lost_us = pair->host.now_us(pair->context);
	pair->lost_with = "the peer's order to take over";
	pair_input(pair, &(struct fc_rf_input){.type = FC_RF_IN_SWACT,
					       .reason = (enum fc_rf_reason)reason});
	return 0;
}

static int take_reload(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	(void)m;
	*why = 0; /* there is nothing in it that could be wrong */
	pair_log(pair, "RF", FC_LOG_NOTICE, "RF_RELOAD", "Self reload. Reason: unit %u asks for it",
		 (unsigned)pair->hello.unit);
	pair->reloading = true;
	/* At once: a hot standby that loses its link takes over. The peer hears of it, so that it
	 * need not fence this unit. */
	pair_input(pair, &(struct fc_rf_input){.type = FC_RF_IN_STOP});
	pair->ended = true;
	pair->host.hang_up(pair->context, "begins anew, as the peer has asked");
	return 0;
}

static int take_goodbye(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	(void)m;
	*why = 0; /* there is nothing in it that could be wrong */
	pair->goodbye = pair->ended = true;
	pair->host.hang_up(pair->context, "the peer has said goodbye");
	return 0;
}

/* ------------------------------------------------------------------ the stream of checkpoints */
static int committed(struct fc_pair *pair, const struct fc_message *m, struct fc_message *ack)
{
	struct fc_base_look look;

	fc_base_look(pair->base, &look);
	pair->host.export_commit(pair->context, look.committed);
	/* What has reached this unit's cards since the traffic began to move is nobody else's. */
	if (!pair->peer.moves)
		fc_cuts_cover(pair->cuts, m);
	pair_send(pair, ack);
	return 0;
}

static int take_flows(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	struct fc_message *ack = NULL;
	int got = fc_base_message(pair->base, m, &ack, why);

	return got > 0 ? committed(pair, m, ack) : got;
}

/* The base counts what belongs to the cut: a commit says how much that must be. */
static int take_export(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	struct fc_message *ack = NULL;
	int err = 0;

	if (m->type != FC_MESSAGE_CURSOR)
		err = fc_base_message(pair->base, m, &ack, why);
	return err ? err : pair->host.export_message(pair->context, m, why);
}

static void tell_differences(struct fc_pair *pair)
{
	struct fc_cuts_look look;

	fc_cuts_look(pair->cuts, &look);
	if (look.slices_differed == pair->slices_differed)
		return;
	pair_log(pair, "CHKPT", FC_LOG_WARNING, "DIGEST",
		 "%llu of %u slices of the standby's flows differed at cut %llu: they are sent "
		 "again",
		 (unsigned long long)(look.slices_differed - pair->slices_differed), FC_CUT_SLICES,
		 (unsigned long long)look.acked);
	pair->slices_differed = look.slices_differed;
}

/* Only of the stream that is being sent now: one before it may have had a cut of this number. */
static int take_ack(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	if (!pair->was_paired) {
		snprintf(why, PAIR_TEXT, "it acknowledges what nobody sent");
		return -EPROTO;
	}
	if (pair->mode != FC_CUTS_PAIRED || pair->peer.run != pair->run ||
	    pair->peer.rf.term != pair->rf.term) {
		pair->late_messages++;
		return 0;
	}
	if (!fc_cuts_ack(pair->cuts, m)) {
		tell_differences(pair);
		return 0;
	}
	snprintf(why, PAIR_TEXT, "it acknowledges a cut that is not on its way");
	return -EPROTO;
}

/* ------------------------------------------------------------------ the table */
typedef int (*taker)(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT]);

static const struct {
	const char *name;
	uint8_t verdict[STANDS];
	bool stream; /* of the run that was announced */
	taker take;
} rows[FC_MESSAGE_TYPES] = {
	/* clang-format off */
	/*                                        FRESH IDLE  COLD  SYNC  ACTIVE */
	[FC_MESSAGE_HELLO]        = {"HELLO",        {YES, NO,   NO,   NO,   NO},   false, pair_take_hello},
	[FC_MESSAGE_SAYS]         = {"SAYS",         {NO,  YES,  YES,  YES,  YES},  false, pair_take_says},
	[FC_MESSAGE_SWACT]        = {"SWACT",        {NO,  LATE, LATE, YES,  NO},   false, take_swact},
	/* Both may just have become active: then it is settled by terms, not by this. */
	[FC_MESSAGE_RELOAD]       = {"RELOAD",       {NO,  YES,  YES,  YES,  LATE}, false, take_reload},
	[FC_MESSAGE_GOODBYE]      = {"GOODBYE",      {YES, YES,  YES,  YES,  YES},  false, take_goodbye},
	[FC_MESSAGE_PING]         = {"PING",         {NO,  YES,  YES,  YES,  YES},  false, pair_take_ping},
	[FC_MESSAGE_PONG]         = {"PONG",         {NO,  YES,  YES,  YES,  YES},  false, pair_take_pong},
	[FC_MESSAGE_CONFIG]       = {"CONFIG",       {NO,  LATE, YES,  YES,  NO},   false, pair_take_config},
	[FC_MESSAGE_CONFIG_LINE]  = {"CONFIG_LINE",  {NO,  LATE, YES,  YES,  NO},   false, pair_take_config},
	[FC_MESSAGE_CONFIG_STATE] = {"CONFIG_STATE", {NO,  LATE, LATE, LATE, YES},  false, pair_take_config_state},
	[FC_MESSAGE_FLOWS]        = {"FLOWS",        {NO,  LATE, LATE, YES,  NO},   true,  take_flows},
	[FC_MESSAGE_CLOSED]       = {"CLOSED",       {NO,  LATE, LATE, YES,  NO},   true,  take_flows},
	[FC_MESSAGE_RESEND]       = {"RESEND",       {NO,  LATE, LATE, YES,  NO},   true,  take_flows},
	[FC_MESSAGE_EXPORTER]     = {"EXPORTER",     {NO,  LATE, LATE, YES,  NO},   true,  take_export},
	[FC_MESSAGE_DATAGRAM]     = {"DATAGRAM",     {NO,  LATE, LATE, YES,  NO},   true,  take_export},
	[FC_MESSAGE_CURSOR]       = {"CURSOR",       {NO,  LATE, LATE, YES,  NO},   true,  take_export},
	[FC_MESSAGE_COMMIT]       = {"COMMIT",       {NO,  LATE, LATE, YES,  NO},   true,  take_flows},
	[FC_MESSAGE_ACK]          = {"ACK",          {NO,  LATE, LATE, LATE, YES},  false, take_ack},
	/* clang-format on */
};

static enum stand stand_of(const struct fc_pair *pair)
{
	if (!pair->greeted)
		return FRESH;
	if (fc_rf_is_active(pair->rf.state))
		return ACTIVE;
	if (!fc_rf_is_standby(pair->rf.state))
		return IDLE;
	return pair->rf.state < FC_RF_STANDBY_BULK ? COLD : SYNC;
}

static enum verdict judge(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	enum stand stand = stand_of(pair);
	enum verdict verdict;

	if (!m->type || m->type >= FC_MESSAGE_TYPES) {
		/* A newer peer sends only what both can. */
		snprintf(why, PAIR_TEXT, "there is no message %u", m->type);
		return NO;
	}
	verdict = (enum verdict)rows[m->type].verdict[stand];
	if (m->type == FC_MESSAGE_ACK && verdict == LATE && !pair->was_paired)
		verdict = NO;
	if (verdict == NO)
		snprintf(why, PAIR_TEXT, "%s in state %s%s", rows[m->type].name,
			 fc_rf_state_name(pair->rf.state), pair->greeted ? "" : ", without HELLO");
	if (verdict == YES && rows[m->type].stream && pair->run != pair->want)
		verdict = LATE;
	return verdict;
}

void pair_message(struct fc_pair *pair, const struct fc_message *m)
{
	char why[PAIR_TEXT] = "";
	char sentence[PAIR_TEXT];
	enum verdict verdict = judge(pair, m, why);
	int err = 0;

	if (verdict == LATE) {
		pair->late_messages++;
		return;
	}
	if (verdict == YES)
		err = rows[m->type].take(pair, m, why);
	if (verdict == YES && !err)
		return;
	if (err == -ENOMEM)
		snprintf(sentence, sizeof(sentence), "no memory for its %s", rows[m->type].name);
	else
		snprintf(sentence, sizeof(sentence), "%.200s", *why ? why : "malformed");
	pair_refuse(pair, sentence);
}
