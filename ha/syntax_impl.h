/* SPDX-License-Identifier: BSD-2-Clause */
/* How patterns are read, and where a line stands in them; shared by the files of ha/syntax. */
#ifndef FC_SYNTAX_IMPL_H
#define FC_SYNTAX_IMPL_H

#include <ha/syntax.h>

#define FC_SYNTAX_BLANKS " \t\r\n"
#define FC_SYNTAX_PLACES 64  /* elements that may follow one */
#define FC_SYNTAX_STEPS 2048 /* of all rows, for all words of a line */

enum fc_syntax_kind {
	FC_SYNTAX_END, /* of the pattern */
	FC_SYNTAX_KEYWORD,
	FC_SYNTAX_CHOICE, /* a keyword that is a value */
	FC_SYNTAX_NUMBER,
	FC_SYNTAX_ANY,
	FC_SYNTAX_REST
};

/* An element that may stand next, and which options in any order were used on the way to it. */
struct fc_syntax_place {
	const char *at;
	uint64_t used;
};

struct fc_syntax_places {
	const char *pattern;
	unsigned count;
	struct fc_syntax_place place[FC_SYNTAX_PLACES];
};

size_t fc_syntax_element(const char *at);
enum fc_syntax_kind fc_syntax_kind(const char *pattern, const char *at, uint64_t *which);
/* All places that may follow `at`, which is the pattern's begin or the end of an element. */
void fc_syntax_follow(const char *pattern, const char *at, uint64_t used,
		      struct fc_syntax_places *out);

enum fc_syntax_match {
	FC_SYNTAX_MATCH_NONE,
	FC_SYNTAX_MATCH_VALUE,
	FC_SYNTAX_MATCH_PREFIX,
	FC_SYNTAX_MATCH_EXACT
};

struct fc_syntax_text {
	const char *text;
	size_t length;
	unsigned column;
};

/* A row that fits so far: one word taken for one element. */
struct fc_syntax_step {
	const char *element, *after; /* element NULL: one more word of a LINE */
	uint64_t used, number;
	uint16_t row;
	int16_t before; /* the step of the word before, -1 */
	uint8_t match, kind;
	uint8_t word;
};

/* Where a line stands after its words: steps [first, last) are those that fit all of them. */
struct fc_syntax_stand {
	const struct fc_syntax_command *table;
	size_t rows;
	unsigned mode;
	bool no;
	int first, last;
	unsigned words;
	struct fc_syntax_text word[FC_SYNTAX_WORDS];
	struct fc_syntax_step step[FC_SYNTAX_STEPS];
};

/* Cut line->copy, which holds the text, into words, and see whether it begins with "no". */
void fc_syntax_begin(struct fc_syntax_stand *stand, struct fc_syntax_line *line,
		     const struct fc_syntax_command *table, size_t rows, unsigned mode);
/* Take words from..words-1 (one behind "no"). Return 0 or -EINVAL. */
int fc_syntax_advance(struct fc_syntax_stand *stand, struct fc_syntax_line *line, bool *first);
/* What may follow step `s`; s < 0: the begin of row `row`. */
void fc_syntax_after_step(const struct fc_syntax_stand *stand, int s, size_t row,
			  struct fc_syntax_places *out);
bool fc_syntax_row_open(const struct fc_syntax_stand *stand, size_t row);
/* Can the line end at `after`? With "no", values at the end may be missing. */
bool fc_syntax_may_end(const char *pattern, const char *after, uint64_t used, bool no);

int fc_syntax_fail(struct fc_syntax_line *line, unsigned column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
