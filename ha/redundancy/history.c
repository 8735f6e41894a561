// SPDX-License-Identifier: BSD-2-Clause
#include "ha/redundancy/history.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void fc_rf_history_add(struct fc_rf_history *history, const struct fc_rf_line *line)
{
	history->line[history->count++ % FC_RF_LINES] = *line;
}

void fc_rf_history_clear(struct fc_rf_history *history)
{
	memset(history, 0, sizeof(*history));
}

unsigned fc_rf_history_lines(const struct fc_rf_history *history)
{
	return history->count < FC_RF_LINES ? (unsigned)history->count : FC_RF_LINES;
}

const struct fc_rf_line *fc_rf_history_line(const struct fc_rf_history *history, unsigned index)
{
	uint64_t oldest = history->count - fc_rf_history_lines(history);

	return &history->line[(oldest + index) % FC_RF_LINES];
}

static int event_text(const struct fc_rf_line *line, char *text, size_t room)
{
	char client[FC_RF_NAME + 16] = "", rc[16] = "";

	if (line->kind == FC_RF_LINE_CLIENT_EVENT)
		snprintf(client, sizeof(client), "%s(%u) ", line->name, line->client);
	if (line->rc != FC_RF_RC_NONE)
		snprintf(rc, sizeof(rc), " rc=%d", line->rc);
	return snprintf(text, room, "%s(%u) %sop=%" PRIu32 "%s", fc_rf_code_name(line->code),
			(unsigned)line->code, client, line->op, rc);
}

void fc_rf_line_text(const struct fc_rf_line *line, char text[FC_RF_LINE])
{
	uint64_t s = line->ms / 1000;
	/* "System initialization complete" has its time, too. */
	int used = snprintf(text, FC_RF_LINE, "%02" PRIu64 ":%02u:%02u ", s / 3600,
			    (unsigned)(s / 60 % 60), (unsigned)(s % 60));
	size_t room = FC_RF_LINE - (size_t)used;

	text += used;
	switch (line->kind) {
	case FC_RF_LINE_ADDED:
		snprintf(text, room, "client added: %s(%u) seq=%u", line->name, line->client,
			 line->sequence);
		break;
	case FC_RF_LINE_REMOVED:
		snprintf(text, room, "client removed: %s(%u) seq=%u", line->name, line->client,
			 line->sequence);
		break;
	case FC_RF_LINE_STATES:
		snprintf(text, room, "%smy state = %s(%u) %speer state = %s(%u)",
			 line->my_changed ? "*" : "", fc_rf_state_name(line->my),
			 (unsigned)line->my, line->peer_changed ? "*" : "",
			 fc_rf_state_name(line->peer), (unsigned)line->peer);
		break;
	case FC_RF_LINE_EVENT:
	case FC_RF_LINE_CLIENT_EVENT:
		event_text(line, text, room);
		break;
	case FC_RF_LINE_COMPLETE:
		snprintf(text, room, "System initialization complete");
		break;
	}
}

void fc_rf_switchovers_init(struct fc_rf_switchovers *list, unsigned room)
{
	memset(list, 0, sizeof(*list));
	list->room = room < FC_RF_SWITCHOVERS ? room : FC_RF_SWITCHOVERS;
}

void fc_rf_switchovers_add(struct fc_rf_switchovers *list, uint32_t previous, uint32_t current,
			   enum fc_rf_reason reason, int64_t wall)
{
	list->last = list->last == UINT32_MAX ? 1 : list->last + 1;
	if (!list->room)
		return;
	if (list->rows == list->room)
		memmove(&list->row[0], &list->row[1], --list->rows * sizeof(list->row[0]));
	list->row[list->rows++] = (struct fc_rf_switchover){
		.index = list->last,
		.previous = previous,
		.current = current,
		.reason = reason,
		.wall = wall,
	};
}
