/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands behind a bar: "| include X | count Y". Lines of a command's output go through
 * libcli's chain of filters (cli_print); the filters are ours, as theirs know no expressions and no
 * sections, and so is the buffer for unfinished lines (docs/decisions/0005).
 */
#ifndef FC_CLI_PIPE_H
#define FC_CLI_PIPE_H

#include <ha/syntax.h>
#include <libcli.h>
#include <stdbool.h>

#define FC_CLI_PIPES 4

/*
 * Cut `text` at its first bar that has a blank in front of it; NULL: there is none. The command
 * before it loses its blanks.
 */
char *fc_cli_pipe_split(char *text);

/*
 * Put the filters that `text` (behind the first bar) asks for into cli->filters; `column` is where
 * it stands in the whole line. Return 0, or -EINVAL with line->column and line->message and no
 * filter. *json: JSON was asked for; without json it is refused.
 */
int fc_cli_pipe_open(struct cli_def *cli, const char *text, unsigned column, bool *json,
		     struct fc_syntax_line *line);

/* A line that has no end yet. All zeros: empty. */
struct fc_cli_part {
	char *text;
	size_t length, room;
};

/* Give whole lines to the filters, keep the rest. A line that finds no memory is cut there. */
void fc_cli_pipe_write(struct cli_def *cli, struct fc_cli_part *part, const char *octets,
		       size_t count);

/* Give the rest to the filters, let them say their last word, take them away. */
void fc_cli_pipe_close(struct cli_def *cli, struct fc_cli_part *part);

/* Rows of what may stand behind a bar, for '?' and the reference. */
const struct fc_syntax_command *fc_cli_pipe_rows(size_t *count);

#endif
