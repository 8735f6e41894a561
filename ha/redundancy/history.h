/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the redundancy facility remembers: the transition history (a ring of lines, the oldest
 * replaced) and the switchover history (10 rows unless told, 50 at most). Values, no pointers.
 */
#ifndef FC_REDUNDANCY_HISTORY_H
#define FC_REDUNDANCY_HISTORY_H

#include <ha/redundancy/state.h>
#include <stddef.h>
#include <stdint.h>

#define FC_RF_NAME 32    /* octets of a client's name, ending 0 included */
#define FC_RF_LINES 1024 /* of the transition history */
#define FC_RF_LINE 128   /* octets of a line as text, ending 0 included */
#define FC_RF_SWITCHOVERS 50
#define FC_RF_SWITCHOVERS_DEFAULT 10

/* rc of a line. 0 and 11 are IOS's; the others are ours. */
enum fc_rf_rc {
	FC_RF_RC_NONE = -1, /* not printed */
	FC_RF_RC_EVENT = 0,
	FC_RF_RC_DONE = 11,
	FC_RF_RC_REFUSED = 12,
	FC_RF_RC_TIMEOUT = 13
};

enum fc_rf_line_kind {
	FC_RF_LINE_ADDED,
	FC_RF_LINE_REMOVED,
	FC_RF_LINE_STATES,
	FC_RF_LINE_EVENT,
	FC_RF_LINE_CLIENT_EVENT,
	FC_RF_LINE_COMPLETE
};

struct fc_rf_line {
	uint64_t ms; /* since the facility began */
	enum fc_rf_line_kind kind;
	enum fc_rf_state my, peer;
	bool my_changed, peer_changed;
	enum fc_rf_code code;
	uint32_t op;
	int rc;
	unsigned client, sequence;
	char name[FC_RF_NAME];
};

struct fc_rf_history {
	uint64_t count; /* of all lines ever; the last FC_RF_LINES of them are here */
	struct fc_rf_line line[FC_RF_LINES];
};

void fc_rf_history_add(struct fc_rf_history *history, const struct fc_rf_line *line);
void fc_rf_history_clear(struct fc_rf_history *history);
/* How many lines there are, and line `index` of them, 0 the oldest. */
unsigned fc_rf_history_lines(const struct fc_rf_history *history);
const struct fc_rf_line *fc_rf_history_line(const struct fc_rf_history *history, unsigned index);
/* The line as IOS-XE prints it, without a newline. */
void fc_rf_line_text(const struct fc_rf_line *line, char text[FC_RF_LINE]);

struct fc_rf_switchover {
	uint32_t index;             /* from 1; after the greatest number comes 1 */
	uint32_t previous, current; /* units */
	enum fc_rf_reason reason;
	int64_t wall; /* seconds since 1970 */
};

struct fc_rf_switchovers {
	unsigned room, rows; /* of row[], the oldest first */
	uint32_t last;       /* index given last */
	struct fc_rf_switchover row[FC_RF_SWITCHOVERS];
};

/* room 0..FC_RF_SWITCHOVERS; more is cut to it. */
void fc_rf_switchovers_init(struct fc_rf_switchovers *list, unsigned room);
void fc_rf_switchovers_add(struct fc_rf_switchovers *list, uint32_t previous, uint32_t current,
			   enum fc_rf_reason reason, int64_t wall);

#endif
