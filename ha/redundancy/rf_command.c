// SPDX-License-Identifier: BSD-2-Clause
#include "ha/redundancy/rf_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* NULL: it can be. Maintenance mode keeps no unit from its end: shut, what came after the last
 * commit would be void, and nobody would export. */
static const char *why_not(const struct fc_rf *rf, bool ends)
{
	if (!rf->comm)
		return "system is simplex (no peer unit)";
	if (rf->peer_state != FC_RF_STANDBY_HOT)
		return "peer unit not yet in terminal standby state";
	if (rf->state != FC_RF_ACTIVE)
		return "this unit is not yet active";
	if (rf->maintenance && !ends)
		return "system is in maintenance mode";
	return rf->handover != FC_RF_HANDOVER_NO ? "a switchover is in progress" : NULL;
}

static bool can_swact(const struct fc_rf *rf, bool ends, char text[FC_RF_TEXT])
{
	const char *why;

	if (fc_rf_is_standby(rf->state)) {
		/* IOS's words, to the letter. */
		snprintf(text, FC_RF_TEXT, "cannot be initiated from this the standby unit");
		return false;
	}
	why = why_not(rf, ends);
	if (why)
		snprintf(text, FC_RF_TEXT, "disabled (%s)", why);
	else
		snprintf(text, FC_RF_TEXT, "enabled");
	return !why;
}

bool fc_rf_manual_swact(const struct fc_rf *rf, char text[FC_RF_TEXT])
{
	return can_swact(rf, false, text);
}

/* A unit that may not claim, since nobody can say whether the peer still sends. */
static bool vouched(struct fc_rf *rf, struct fc_rf_time now, struct fc_rf_out *out)
{
	if (rf->state != FC_RF_NEGOTIATION || rf->comm || !rf->barred)
		return false;
	rf->barred = false;
	rf->search_at_ms = rf->claim_at_ms = now.ms;
	out->again = true;
	return true;
}

int fc_rf_force(struct fc_rf *rf, enum fc_rf_reason reason, struct fc_rf_time now,
		struct fc_rf_out *out, char text[FC_RF_TEXT])
{
	char why[FC_RF_TEXT];

	memset(out, 0, sizeof(*out));
	*text = 0;
	if (vouched(rf, now, out))
		return 0;
	if (!can_swact(rf, reason == FC_RF_REASON_UNIT_REMOVED, why)) {
		snprintf(text, FC_RF_TEXT, "%% Manual Swact %.80s", why);
		return -EPERM;
	}
	rf->handover = FC_RF_HANDOVER_BARRIER;
	rf->handover_reason = reason;
	rf->handover_at_ms = now.ms + rf->options.handover_ms;
	out->handover = true;
	return 0;
}

int fc_rf_reload_peer(struct fc_rf *rf, struct fc_rf_out *out, char text[FC_RF_TEXT])
{
	memset(out, 0, sizeof(*out));
	*text = 0;
	if (fc_rf_is_standby(rf->state)) {
		snprintf(text, FC_RF_TEXT,
			 "%% Reload of the peer cannot be initiated from this the standby unit");
		return -EPERM;
	}
	if (!rf->comm) {
		snprintf(text, FC_RF_TEXT, "%% Peer reload not possible: %s",
			 "system is simplex (no peer unit)");
		return -EPERM;
	}
	out->reload_peer = true;
	return 0;
}

int fc_rf_maintenance(struct fc_rf *rf, bool on, char text[FC_RF_TEXT])
{
	*text = 0;
	if (on && rf->handover != FC_RF_HANDOVER_NO) {
		snprintf(text, FC_RF_TEXT, "%% A switchover is in progress");
		return -EPERM;
	}
	rf->maintenance = on;
	return 0;
}

void fc_rf_clear_history(struct fc_rf *rf)
{
	fc_rf_history_clear(&rf->history);
}

void fc_rf_clear_counters(struct fc_rf *rf)
{
	memset(&rf->counters, 0, sizeof(rf->counters));
}
