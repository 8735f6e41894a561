// SPDX-License-Identifier: BSD-2-Clause
/*
 * From a line to a row: all rows are followed side by side, word by word. Those that fit a word
 * best stay; each remembers by which step it came, so that the winner's values are read backwards.
 */
#include <ctype.h>
#include <errno.h>
#include <ha/syntax_impl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static enum fc_syntax_match match_keyword(const char *keyword, size_t length,
					  const struct fc_syntax_text *word)
{
	if (word->length > length || strncasecmp(keyword, word->text, word->length) != 0)
		return FC_SYNTAX_MATCH_NONE;
	return word->length == length ? FC_SYNTAX_MATCH_EXACT : FC_SYNTAX_MATCH_PREFIX;
}

static enum fc_syntax_match match_number(const char *element, const struct fc_syntax_text *word,
					 uint64_t *number)
{
	char *end;
	uint64_t low = strtoull(element + 1, &end, 10), high = strtoull(end + 1, NULL, 10);

	if (!isdigit((unsigned char)*word->text) || word->length > 20)
		return FC_SYNTAX_MATCH_NONE;
	errno = 0;
	*number = strtoull(word->text, &end, 10);
	if (errno || end != word->text + word->length || *number < low || *number > high)
		return FC_SYNTAX_MATCH_NONE;
	return FC_SYNTAX_MATCH_VALUE;
}

/* Compare a word with an element; fill what the step says of it. */
static enum fc_syntax_match match(struct fc_syntax_step *step, const char *pattern,
				  const struct fc_syntax_place *place,
				  const struct fc_syntax_text *word)
{
	size_t length = fc_syntax_element(place->at);
	enum fc_syntax_kind kind = fc_syntax_kind(pattern, place->at, &step->number);

	step->element = place->at;
	step->after = place->at + length;
	step->used = place->used;
	step->kind = (uint8_t)kind;
	if (kind == FC_SYNTAX_END)
		return FC_SYNTAX_MATCH_NONE;
	if (kind == FC_SYNTAX_NUMBER)
		return match_number(place->at, word, &step->number);
	if (kind == FC_SYNTAX_ANY || kind == FC_SYNTAX_REST)
		return FC_SYNTAX_MATCH_VALUE;
	return match_keyword(place->at, length, word);
}

int fc_syntax_fail(struct fc_syntax_line *line, unsigned column, const char *format, ...)
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

/* ------------------------------------------------------------------ word by word */
static void split(struct fc_syntax_stand *stand, const char *copy)
{
	const char *at = copy;

	while (stand->words < FC_SYNTAX_WORDS) {
		struct fc_syntax_text *word = &stand->word[stand->words];

		at += strspn(at, FC_SYNTAX_BLANKS);
		if (!*at)
			return;
		*word = (struct fc_syntax_text){at, strcspn(at, FC_SYNTAX_BLANKS),
						(unsigned)(at - copy)};
		at += word->length;
		stand->words++;
	}
}

void fc_syntax_begin(struct fc_syntax_stand *stand, struct fc_syntax_line *line,
		     const struct fc_syntax_command *table, size_t rows, unsigned mode)
{
	stand->table = table;
	stand->rows = rows;
	stand->mode = mode;
	stand->first = stand->last = 0;
	stand->words = 0;
	split(stand, line->copy);
	line->no = stand->words && stand->word[0].length == 2 &&
		   !strncasecmp(stand->word[0].text, "no", 2);
	stand->no = line->no;
}

bool fc_syntax_row_open(const struct fc_syntax_stand *stand, size_t row)
{
	return stand->table[row].mode == stand->mode && (!stand->no || stand->table[row].can_no);
}

void fc_syntax_after_step(const struct fc_syntax_stand *stand, int s, size_t row,
			  struct fc_syntax_places *out)
{
	const char *pattern = stand->table[row].pattern;

	if (s < 0)
		fc_syntax_follow(pattern, pattern, 0, out);
	else
		fc_syntax_follow(pattern, stand->step[s].after, stand->step[s].used, out);
}

/* Try a word at all places behind step `from` (-1: the begin). Return false: no room for more. */
static bool extend(struct fc_syntax_stand *stand, int from, size_t row, unsigned word, int *end)
{
	struct fc_syntax_places places;

	fc_syntax_after_step(stand, from, row, &places);
	for (unsigned i = 0; i < places.count; i++) {
		struct fc_syntax_step *step = &stand->step[*end];

		if (*end == FC_SYNTAX_STEPS)
			return false;
		step->row = (uint16_t)row;
		step->before = (int16_t)from;
		step->word = (uint8_t)word;
		step->match = (uint8_t)match(step, stand->table[row].pattern, &places.place[i],
					     &stand->word[word]);
		*end += step->match != FC_SYNTAX_MATCH_NONE;
	}
	return true;
}

/* A LINE takes this word too. */
static bool prolong(struct fc_syntax_stand *stand, int from, unsigned word, int *end)
{
	if (*end == FC_SYNTAX_STEPS)
		return false;
	stand->step[*end] = stand->step[from];
	stand->step[*end].element = NULL;
	stand->step[*end].before = (int16_t)from;
	stand->step[*end].word = (uint8_t)word;
	*end += 1;
	return true;
}

static bool try_word(struct fc_syntax_stand *stand, unsigned word, int *end)
{
	bool room = true;

	if (word == (unsigned)stand->no) {
		for (size_t row = 0; row < stand->rows && room; row++)
			if (fc_syntax_row_open(stand, row))
				room = extend(stand, -1, row, word, end);
		return room;
	}
	for (int s = stand->first; s < stand->last && room; s++)
		room = stand->step[s].kind == FC_SYNTAX_REST
			       ? prolong(stand, s, word, end)
			       : extend(stand, s, stand->step[s].row, word, end);
	return room;
}

static bool same_element(const struct fc_syntax_step *a, const struct fc_syntax_step *b)
{
	size_t length = fc_syntax_element(a->element);

	return length == fc_syntax_element(b->element) && !strncmp(a->element, b->element, length);
}

static int ambiguous(struct fc_syntax_line *line, const struct fc_syntax_text *word)
{
	int length = (int)strlen(line->copy);

	while (length && isspace((unsigned char)line->copy[length - 1]))
		length--;
	return fc_syntax_fail(line, word->column, "Ambiguous command:  \"%.*s\"", length,
			      line->copy);
}

/* Keep what fits this word best. */
static int narrow(struct fc_syntax_stand *stand, int end, struct fc_syntax_line *line,
		  const struct fc_syntax_text *word)
{
	uint8_t best = FC_SYNTAX_MATCH_NONE;
	int kept = stand->last;

	for (int s = stand->last; s < end; s++)
		if (stand->step[s].match > best)
			best = stand->step[s].match;
	if (best == FC_SYNTAX_MATCH_NONE)
		return fc_syntax_fail(line, word->column, "Invalid input detected at '^' marker.");
	for (int s = stand->last; s < end; s++)
		if (stand->step[s].match == best)
			stand->step[kept++] = stand->step[s];
	for (int s = stand->last + 1; s < kept && best == FC_SYNTAX_MATCH_PREFIX; s++)
		if (!same_element(&stand->step[stand->last], &stand->step[s]))
			return ambiguous(line, word);
	stand->first = stand->last;
	stand->last = kept;
	return 0;
}

int fc_syntax_advance(struct fc_syntax_stand *stand, struct fc_syntax_line *line, bool *first)
{
	for (unsigned w = stand->no; w < stand->words; w++) {
		int end = stand->last, err;

		if (!try_word(stand, w, &end))
			return fc_syntax_fail(line, stand->word[w].column,
					      "The line fits too many commands.");
		err = narrow(stand, end, line, &stand->word[w]);
		if (err) {
			*first = w == (unsigned)stand->no;
			return err;
		}
	}
	return 0;
}

/* ------------------------------------------------------------------ the whole line */
/* With "no" values at the end may be missing, and the keywords behind such a one: "no mode". */
static bool may_end(const char *pattern, const char *after, uint64_t used, bool no, bool skipped)
{
	struct fc_syntax_places places;
	uint64_t which;

	fc_syntax_follow(pattern, after, used, &places);
	for (unsigned i = 0; i < places.count; i++) {
		const char *at = places.place[i].at;
		enum fc_syntax_kind kind = fc_syntax_kind(pattern, at, &which);

		if (kind == FC_SYNTAX_END)
			return true;
		if (no && (skipped || kind != FC_SYNTAX_KEYWORD) &&
		    may_end(pattern, at + fc_syntax_element(at), places.place[i].used, no, true))
			return true;
	}
	return false;
}

bool fc_syntax_may_end(const char *pattern, const char *after, uint64_t used, bool no)
{
	return may_end(pattern, after, used, no, false);
}

static void add_item(struct fc_syntax_line *line, const struct fc_syntax_step *step,
		     const struct fc_syntax_text *word)
{
	struct fc_syntax_item *item = &line->item[line->items++];

	*item = (struct fc_syntax_item){step->element, -1};
	if (step->kind == FC_SYNTAX_KEYWORD || line->values == FC_SYNTAX_VALUES)
		return;
	item->value = (int)line->values;
	line->value[line->values++] =
		(struct fc_syntax_value){word->text, step->number, word->column};
}

/* Values of the row that won, and the copy cut into words; a LINE stays whole. */
static void take(struct fc_syntax_stand *stand, struct fc_syntax_line *line, int winner)
{
	int way[FC_SYNTAX_WORDS];
	unsigned last = UINT32_MAX;
	size_t end = strlen(line->copy);
	int words = 0;

	for (int s = winner; s >= 0; s = stand->step[s].before)
		if (stand->step[s].element)
			way[words++] = s;
	while (words--) {
		const struct fc_syntax_step *step = &stand->step[way[words]];

		add_item(line, step, &stand->word[step->word]);
		if (step->kind == FC_SYNTAX_REST)
			last = stand->word[step->word].column;
	}
	while (end && isspace((unsigned char)line->copy[end - 1]))
		line->copy[--end] = '\0';
	for (unsigned w = 0; w < stand->words && stand->word[w].column < last; w++)
		line->copy[stand->word[w].column + stand->word[w].length] = '\0';
}

static int pick(struct fc_syntax_stand *stand, struct fc_syntax_line *line)
{
	const struct fc_syntax_text *end = &stand->word[stand->words - 1];

	for (int s = stand->first; s < stand->last; s++) {
		const struct fc_syntax_step *step = &stand->step[s];

		if (fc_syntax_may_end(stand->table[step->row].pattern, step->after, step->used,
				      stand->no)) {
			take(stand, line, s);
			line->row = &stand->table[step->row];
			return step->row;
		}
	}
	return fc_syntax_fail(line, end->column + (unsigned)end->length, "Incomplete command.");
}

int fc_syntax_parse(const struct fc_syntax_command *table, size_t rows, unsigned mode,
		    const char *text, struct fc_syntax_line *line, bool *first)
{
	struct fc_syntax_stand stand;
	int err;

	*line = (struct fc_syntax_line){0};
	*first = false;
	if (strlen(text) >= sizeof(line->copy))
		return fc_syntax_fail(line, sizeof(line->copy) - 1,
				      "The line is longer than %d characters.", FC_SYNTAX_LINE - 1);
	memcpy(line->copy, text, strlen(text) + 1);
	fc_syntax_begin(&stand, line, table, rows, mode);
	if (!stand.words || *stand.word[0].text == '!')
		return -ENOENT;
	if (stand.words == (unsigned)stand.no)
		return fc_syntax_fail(line, stand.word[0].column + 2, "Incomplete command.");
	err = fc_syntax_advance(&stand, line, first);
	return err ? err : pick(&stand, line);
}

/* ------------------------------------------------------------------ of a parsed line */
static bool is_keyword(const struct fc_syntax_item *item, const char *keyword)
{
	size_t length = fc_syntax_element(item->element);

	return length == strlen(keyword) && !strncmp(item->element, keyword, length);
}

bool fc_syntax_has(const struct fc_syntax_line *line, const char *keyword)
{
	for (unsigned i = 0; i < line->items; i++)
		if (is_keyword(&line->item[i], keyword))
			return true;
	return false;
}

const struct fc_syntax_value *fc_syntax_after(const struct fc_syntax_line *line,
					      const char *keyword)
{
	for (unsigned i = 0; i + 1 < line->items; i++)
		if (is_keyword(&line->item[i], keyword) && line->item[i + 1].value >= 0)
			return &line->value[line->item[i + 1].value];
	return NULL;
}
