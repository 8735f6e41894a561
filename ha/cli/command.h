/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EXEC commands by table: every part of the unit brings its own rows (show flow, show broker,
 * clear, redundancy), the session finds the row, checks the privilege and runs it.
 */
#ifndef FC_CLI_COMMAND_H
#define FC_CLI_COMMAND_H

#include <errno.h>
#include <ha/syntax.h>
#include <ha/unit.h>
#include <stdio.h>

enum fc_cli_level { FC_CLI_USER = 1, FC_CLI_PRIVILEGED = 15 };

struct fc_cli_call {
	struct fc_unit *unit; /* functions of ha/unit.h that say "any thread" may be called */
	const struct fc_syntax_line *line;
	FILE *out; /* to the session, through its pipes; a write may block, so hold no lock */
	bool json; /* "| json": one JSON text instead of the listing */
	bool (*gone)(const struct fc_cli_call *call); /* the reader has gone or pressed ^C: stop */
	/* Ask whoever sits at a terminal: return or y is yes. A script is not asked: yes. NULL:
	 * nobody is there to ask: yes. */
	bool (*confirm)(const struct fc_cli_call *call, const char *question);
	const char *startup; /* path of the startup configuration; NULL: none */
};

/* Of what only an active unit does: 0, or -EPERM after the sentence that says so. */
static inline int fc_cli_refuse_standby(const struct fc_cli_call *call)
{
	if (!fc_unit_standby(call->unit))
		return 0;
	fputs(FC_UNIT_STANDBY "\n", call->out);
	return -EPERM;
}

struct fc_cli_command {
	const char *pattern; /* ha/syntax.h */
	const char *help;    /* one line, for the reference */
	enum fc_cli_level level;
	/* Return 0; -errno after a sentence that begins with "% " was written to out. */
	int (*run)(struct fc_cli_call *call);
};

/* Tables end with a row without a pattern. */
extern const struct fc_cli_command fc_cli_show_flow[];   /* ha/show/flow.c: records, exporters,
							    monitors, interfaces, samplers */
extern const struct fc_cli_command fc_cli_show_cache[];  /* ha/show/cache.c */
extern const struct fc_cli_command fc_cli_clear_flow[];  /* ha/show/clear.c */
extern const struct fc_cli_command fc_cli_show_card[];   /* ha/show/card_rows.c */
extern const struct fc_cli_command fc_cli_show_broker[]; /* ha/show/broker.c */

#endif
