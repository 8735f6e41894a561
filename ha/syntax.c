// SPDX-License-Identifier: BSD-2-Clause
#include <ctype.h>
#include <errno.h>
#include <ha/syntax.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLANKS " \t\r\n"
#define ROWS_MAX 128

enum match { MATCH_NONE, MATCH_VALUE, MATCH_PREFIX, MATCH_EXACT };

struct word {
	const char *text;
	size_t length;
	unsigned column;
};

/* One row that still fits: where its pattern stands. */
struct candidate {
	size_t row;
	const char *at;      /* the next element */
	const char *element; /* that the last word was matched with */
	struct fc_syntax_value value;
	enum match match;
	bool has_value;
};

static const char *skip(const char *text)
{
	return text + strspn(text, BLANKS);
}

static size_t element_length(const char *at)
{
	return strcspn(at, BLANKS);
}

static enum match match_keyword(const char *keyword, size_t length, const struct word *word)
{
	if (word->length > length || strncasecmp(keyword, word->text, word->length) != 0)
		return MATCH_NONE;
	return word->length == length ? MATCH_EXACT : MATCH_PREFIX;
}

/* {a|b|c}: an exact one, or the only one with this beginning. */
static enum match match_choice(const char *element, const struct word *word, uint64_t *which)
{
	enum match best = MATCH_NONE;
	unsigned prefixes = 0;
	uint64_t n = 0;

	for (const char *at = element + 1; best != MATCH_EXACT; n++) {
		size_t length = strcspn(at, "|}");
		enum match m = match_keyword(at, length, word);

		if (m != MATCH_NONE) {
			best = m;
			*which = n;
			prefixes += m == MATCH_PREFIX;
		}
		if (at[length] == '}')
			break;
		at += length + 1;
	}
	return best == MATCH_PREFIX && prefixes > 1 ? MATCH_NONE : best;
}

static enum match match_number(const char *element, const struct word *word, uint64_t *number)
{
	char *end;
	uint64_t low = strtoull(element + 1, &end, 10), high = strtoull(end + 1, NULL, 10);

	if (!isdigit((unsigned char)*word->text) || word->length > 20)
		return MATCH_NONE;
	errno = 0;
	*number = strtoull(word->text, &end, 10);
	if (errno || end != word->text + word->length || *number < low || *number > high)
		return MATCH_NONE;
	return MATCH_VALUE;
}

static void match_word(struct candidate *c, const struct word *word)
{
	size_t length = element_length(c->at);

	c->element = c->at;
	c->value = (struct fc_syntax_value){word->text, 0, word->column};
	c->has_value = true;
	if (!length)
		c->match = MATCH_NONE;
	else if (*c->at == '{')
		c->match = match_choice(c->at, word, &c->value.number);
	else if (*c->at == '<')
		c->match = match_number(c->at, word, &c->value.number);
	else if (isupper((unsigned char)*c->at))
		c->match = MATCH_VALUE;
	else {
		c->match = match_keyword(c->at, length, word);
		c->has_value = false;
	}
	if (strncmp(c->at, "LINE", 4) != 0)
		c->at = skip(c->at + length);
}

static bool same_element(const struct candidate *a, const struct candidate *b)
{
	size_t length = element_length(a->element);

	return length == element_length(b->element) && !strncmp(a->element, b->element, length);
}

__attribute__((format(printf, 3, 4))) static int fail(struct fc_syntax_line *line, unsigned column,
						      const char *format, ...)
{
	va_list args;

	line->column = column;
	va_start(args, format);
	vsnprintf(line->message, sizeof(line->message), format, args);
	va_end(args);
	return -EINVAL;
}

int fc_syntax_refuse(struct fc_syntax_line *line, unsigned value, const char *format, ...)
{
	va_list args;

	line->column = value < line->values ? line->value[value].column : 0;
	va_start(args, format);
	vsnprintf(line->message, sizeof(line->message), format, args);
	va_end(args);
	return -EINVAL;
}

/* Keep the rows that fit this word best. Return how many, or -EINVAL. */
static int narrow(struct candidate *c, size_t count, const struct word *word,
		  struct fc_syntax_line *line)
{
	enum match best = MATCH_NONE;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		match_word(&c[i], word);
		if (c[i].match > best)
			best = c[i].match;
	}
	if (best == MATCH_NONE)
		return fail(line, word->column, "Invalid input detected at '^' marker.");
	for (size_t i = 0; i < count; i++)
		if (c[i].match == best)
			c[kept++] = c[i];
	for (size_t i = 1; i < kept && best == MATCH_PREFIX; i++)
		if (!same_element(&c[0], &c[i]))
			return fail(line, word->column, "Ambiguous command: \"%.*s\"",
				    (int)word->length, word->text);
	return (int)kept;
}

/* With "no" the values at the end may be missing. */
static bool complete(const struct candidate *c, bool no)
{
	const char *at = c->at;

	if (!strncmp(at, "LINE", 4) && at == c->element)
		return true; /* has had at least one word */
	while (no && *at && (*at == '<' || *at == '{' || isupper((unsigned char)*at)))
		at = skip(at + element_length(at));
	return !*at;
}

static void add_value(struct fc_syntax_line *line, const struct candidate *c)
{
	if (c->has_value && line->values < FC_SYNTAX_VALUES)
		line->value[line->values++] = c->value;
}

static unsigned split(struct fc_syntax_line *line, struct word word[FC_SYNTAX_WORDS])
{
	unsigned words = 0;
	char *at = line->copy;

	while (words < FC_SYNTAX_WORDS) {
		at += strspn(at, BLANKS);
		if (!*at)
			break;
		word[words] = (struct word){at, strcspn(at, BLANKS), (unsigned)(at - line->copy)};
		at += word[words].length;
		words++;
	}
	return words;
}

/* Cut the copy into words; what a LINE takes stays whole but for the blanks at its end. */
static void end_words(struct fc_syntax_line *line, const struct candidate *winner,
		      const struct word *word, unsigned words)
{
	bool rest = !strncmp(winner->at, "LINE", 4);
	unsigned last = rest && line->values ? line->value[line->values - 1].column : UINT32_MAX;
	size_t end = strlen(line->copy);

	while (end && isspace((unsigned char)line->copy[end - 1]))
		line->copy[--end] = '\0';
	for (unsigned w = 0; w < words && word[w].column < last; w++)
		line->copy[word[w].column + word[w].length] = '\0';
}

static int pick(struct candidate *c, size_t count, struct fc_syntax_line *line,
		const struct word *word, unsigned words)
{
	for (size_t i = 0; i < count; i++)
		if (complete(&c[i], line->no)) {
			end_words(line, &c[i], word, words);
			return (int)c[i].row;
		}
	return fail(line, word[words - 1].column + (unsigned)word[words - 1].length,
		    "Incomplete command.");
}

static size_t begin(const struct fc_syntax_command *table, size_t rows, unsigned mode, bool no,
		    struct candidate c[ROWS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < ROWS_MAX; i++)
		c[i] = (struct candidate){.at = "", .element = ""};
	for (size_t r = 0; r < rows && count < ROWS_MAX; r++)
		if (table[r].mode == mode && (!no || table[r].can_no))
			c[count++] = (struct candidate){.row = r,
							.at = skip(table[r].pattern),
							.element = table[r].pattern};
	return count;
}

/* After the first word that is a LINE, the others belong to it. */
static bool in_line(const struct candidate *c)
{
	return !strncmp(c->element, "LINE", 4);
}

static int match_words(const struct fc_syntax_command *table, size_t rows, unsigned mode,
		       struct fc_syntax_line *line, const struct word *word, unsigned words,
		       bool *first)
{
	struct candidate c[ROWS_MAX];
	unsigned w = line->no;
	int count = (int)begin(table, rows, mode, line->no, c);

	if (w == words)
		return fail(line, word[0].column + (unsigned)word[0].length, "Incomplete command.");
	for (; w < words && !(w > (unsigned)line->no && in_line(c)); w++) {
		count = narrow(c, (size_t)count, &word[w], line);
		if (count < 0) {
			*first = w == (unsigned)line->no;
			return count;
		}
		add_value(line, &c[0]);
	}
	return pick(c, (size_t)count, line, word, words);
}

int fc_syntax_parse(const struct fc_syntax_command *table, size_t rows, unsigned mode,
		    const char *text, struct fc_syntax_line *line, bool *first)
{
	struct word word[FC_SYNTAX_WORDS];
	unsigned words;
	int row;

	*line = (struct fc_syntax_line){0};
	*first = false;
	if (strlen(text) >= sizeof(line->copy))
		return fail(line, sizeof(line->copy) - 1, "The line is longer than %d characters.",
			    FC_SYNTAX_LINE - 1);
	memcpy(line->copy, text, strlen(text) + 1);
	words = split(line, word);
	if (!words || *word[0].text == '!')
		return -ENOENT;
	line->no = word[0].length == 2 && !strncasecmp(word[0].text, "no", 2);
	row = match_words(table, rows, mode, line, word, words, first);
	if (row >= 0)
		line->row = &table[row];
	return row;
}
