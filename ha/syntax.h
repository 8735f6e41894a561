/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Command lines by table, as IOS has them: keywords may be shortened as long as they are unique,
 * "no" turns a command round, a word that does not fit is pointed at. Pure: text in, a row of the
 * table and its values out. The configuration and the control socket stand on it.
 *
 * A pattern is words with blanks between them:
 *   cache        a keyword (lower case, digits, '-')
 *   {v5|v9}      one of these keywords; its value's number is which, from 0
 *   <1-65535>    a number
 *   NAME         any word
 *   LINE         the rest of the line; last
 */
#ifndef FC_SYNTAX_H
#define FC_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FC_SYNTAX_LINE 512 /* octets of a line, ending 0 included */
#define FC_SYNTAX_WORDS 16
#define FC_SYNTAX_VALUES 4

struct fc_syntax_value {
	const char *text; /* within the line's copy */
	uint64_t number;
	unsigned column; /* from 0 */
};

struct fc_syntax_command;

struct fc_syntax_line {
	const struct fc_syntax_command *row;
	char copy[FC_SYNTAX_LINE];
	bool no;
	unsigned values; /* with "no", those at the end may be missing */
	struct fc_syntax_value value[FC_SYNTAX_VALUES];
	unsigned column;   /* where an error is: of a word, or the end of the line */
	char message[160]; /* what it is, without a newline */
};

struct fc_syntax_command {
	unsigned mode;
	bool can_no;
	const char *pattern;
	/* Do it. Return 0, or -errno with line->column and line->message set (fc_syntax_refuse). */
	int (*run)(void *context, struct fc_syntax_line *line);
	const void *detail; /* the owner's; run() finds it through line->row */
};

/*
 * Find the row for `text` among those of `mode`. Return its index, -ENOENT (an empty line or a
 * comment that starts with '!'), or -EINVAL with column and message; `first` then tells whether not
 * even the first word fits, so that another mode may be tried.
 */
int fc_syntax_parse(const struct fc_syntax_command *table, size_t rows, unsigned mode,
		    const char *text, struct fc_syntax_line *line, bool *first);

/* Point at value number `value`. Return -EINVAL. */
int fc_syntax_refuse(struct fc_syntax_line *line, unsigned value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
