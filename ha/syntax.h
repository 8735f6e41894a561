/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Command lines by table, as IOS has them: keywords may be shortened as long as they are unique,
 * "no" turns a command round, a word that does not fit is pointed at, '?' says what may follow.
 * Pure: text in, a row of the table and its values out. Configuration and EXEC stand on it.
 *
 * A pattern is words with blanks between them:
 *   cache           a keyword (lower case, digits, '-')
 *   {v5|v9}         one of these keywords; a value, its number is which, from 0
 *   {a NAME|b}      one of these sequences
 *   [a NAME|b]      none or one of these sequences
 *   [a NAME|b]*     any of these, in any order, each once
 *   <1-65535>       a number; a value
 *   NAME            any word; a value (any word in capitals but LINE)
 *   LINE            the rest of the line; a value; last
 * A keyword, even a shortened one, goes before NAME and LINE where both could stand.
 */
#ifndef FC_SYNTAX_H
#define FC_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FC_SYNTAX_LINE 512 /* octets of a line, ending 0 included */
#define FC_SYNTAX_WORDS 32
#define FC_SYNTAX_VALUES 12
#define FC_SYNTAX_WORD 48  /* octets of a keyword or of what stands for a value */
#define FC_SYNTAX_NEXT 256 /* words that '?' lists at most */

struct fc_syntax_value {
	const char *text; /* within the line's copy */
	uint64_t number;
	unsigned column; /* from 0 */
};

/* What a word of the line was taken for. */
struct fc_syntax_item {
	const char *element; /* in the row's pattern */
	int value;           /* its place in value[], -1: a keyword */
};

struct fc_syntax_command;

struct fc_syntax_line {
	const struct fc_syntax_command *row;
	char copy[FC_SYNTAX_LINE];
	bool no;
	unsigned values; /* with "no", those at the end may be missing: "no mode" */
	struct fc_syntax_value value[FC_SYNTAX_VALUES];
	unsigned items;
	struct fc_syntax_item item[FC_SYNTAX_WORDS];
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

/* Of a parsed line: was this keyword of the pattern given (in full or shortened)? */
bool fc_syntax_has(const struct fc_syntax_line *line, const char *keyword);
/* The first value that was given right after this keyword ("top" of "top <1-1000>"), or NULL. */
const struct fc_syntax_value *fc_syntax_after(const struct fc_syntax_line *line,
					      const char *keyword);

/* ------------------------------------------------------------------ what may come next */
struct fc_syntax_next {
	char word[FC_SYNTAX_WORD]; /* a keyword, or <1-65535>, WORD, LINE, <cr> */
	const char *help;          /* "" where nobody wrote one */
	bool keyword;
};

struct fc_syntax_options {
	unsigned count;
	size_t from; /* where in the text the word begins that they go on with */
	struct fc_syntax_next next[FC_SYNTAX_NEXT]; /* in the order of the alphabet, <cr> last */
};

/*
 * What may stand at the end of `text`: after a blank the next words, else those that begin like its
 * last word. Return 0, or -EINVAL with line->column and line->message: something before it does not
 * fit. An empty list is no error: nothing begins like this.
 */
int fc_syntax_options(const struct fc_syntax_command *table, size_t rows, unsigned mode,
		      const char *text, struct fc_syntax_options *out, struct fc_syntax_line *line);

/*
 * What Tab adds: the letters that all keywords of the list share beyond what is typed; a blank
 * after them when there is only one. Return how many octets were put into `add`.
 */
size_t fc_syntax_complete(const struct fc_syntax_options *options, const char *text, char *add,
			  size_t octets);

/* Help for a keyword by what stands before it: ha/syntax_help.c. "" if there is none. */
const char *fc_syntax_help(const char *path, const char *word);

/* ------------------------------------------------------------------ patterns themselves */
/*
 * Visit every element of a pattern with the keywords that lead to it ("show flow"), for the
 * reference and for tests. Return 0, or -EINVAL: the pattern cannot be read.
 */
int fc_syntax_walk(const char *pattern,
		   void (*each)(void *context, const char *path, const char *element,
				size_t length),
		   void *context);

#endif
