/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line being typed: keys in, an event and what the terminal is to show out. Pure. A line longer
 * than the terminal is wide scrolls sideways, so that a session never has to know how a terminal
 * wraps.
 *
 *   ^A ^E begin, end     ^B ^F left, right    ^P ^N earlier, later (arrows, Home, End, Del too)
 *   ^H ^? ^D delete      ^W word   ^U ^X line ^K rest of it    ^L ^R draw again
 */
#ifndef FC_CLI_EDITOR_H
#define FC_CLI_EDITOR_H

#include <ha/syntax.h>
#include <stdbool.h>
#include <stddef.h>

#define FC_CLI_HISTORY 20
#define FC_CLI_PROMPT 128
#define FC_CLI_ECHO 2048 /* octets that one key can make the terminal show */

enum fc_cli_event {
	FC_CLI_NOTHING,
	FC_CLI_LINE,      /* Return: editor->line is whole */
	FC_CLI_TAB,       /* the cursor is at the end of the line */
	FC_CLI_QUESTION,  /* likewise */
	FC_CLI_INTERRUPT, /* ^C: the line is given up */
	FC_CLI_END,       /* ^Z: as if "end" had been typed */
	FC_CLI_BYE        /* ^D on an empty line */
};

struct fc_cli_editor {
	char line[FC_SYNTAX_LINE];
	size_t length, cursor;
	bool hidden; /* a password: nothing is shown or remembered, '?' is a letter */
	char prompt[FC_CLI_PROMPT]; /* the owner sets it */
	unsigned width;             /* of the terminal */

	/* Private. */
	size_t left; /* first column of the line that is shown */
	unsigned escape, parameter;
	bool after_return; /* a newline behind a carriage return is part of it */
	unsigned remembered, recalled;
	char history[FC_CLI_HISTORY][FC_SYNTAX_LINE];
	char typed[FC_SYNTAX_LINE]; /* while an older line is shown */
};

struct fc_cli_echo {
	char octets[FC_CLI_ECHO];
	size_t length;
};

void fc_cli_editor_init(struct fc_cli_editor *editor, unsigned width);
/* Begin another line; shows the prompt. */
void fc_cli_editor_start(struct fc_cli_editor *editor, struct fc_cli_echo *echo);
/* Show prompt and line again on the line where the cursor is. */
void fc_cli_editor_draw(struct fc_cli_editor *editor, struct fc_cli_echo *echo);
enum fc_cli_event fc_cli_editor_key(struct fc_cli_editor *editor, unsigned char key,
				    struct fc_cli_echo *echo);
/* Add text at the end, as if it had been typed. */
void fc_cli_editor_add(struct fc_cli_editor *editor, const char *text, struct fc_cli_echo *echo);

void fc_cli_editor_remember(struct fc_cli_editor *editor, const char *line);
/* Line `n` of the history, 0 the oldest; NULL: there are not so many. */
const char *fc_cli_editor_history(const struct fc_cli_editor *editor, unsigned n);

#endif
