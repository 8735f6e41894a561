// SPDX-License-Identifier: BSD-2-Clause
/* What '?' lists and Tab completes. */
#include <ctype.h>
#include <errno.h>
#include <ha/syntax_impl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The text being gone on with: which letters of its last word are there already. */
struct asking {
	struct fc_syntax_options *out;
	const char *begun;
	size_t length;
};

static void add(struct asking *a, const char *word, size_t length, const char *help, bool keyword)
{
	struct fc_syntax_next *next;

	for (unsigned i = 0; i < a->out->count; i++)
		if (strlen(a->out->next[i].word) == length &&
		    !strncmp(a->out->next[i].word, word, length))
			return;
	if (a->out->count == FC_SYNTAX_NEXT || length >= FC_SYNTAX_WORD)
		return;
	next = &a->out->next[a->out->count++];
	memcpy(next->word, word, length);
	next->word[length] = '\0';
	next->help = help;
	next->keyword = keyword;
}

/* Keywords that lead to step s, in full. */
static void path_of(const struct fc_syntax_stand *stand, int s, char *path, size_t octets)
{
	size_t used;

	*path = '\0';
	if (s < 0)
		return;
	path_of(stand, stand->step[s].before, path, octets);
	if (!stand->step[s].element ||
	    (stand->step[s].kind != FC_SYNTAX_KEYWORD && stand->step[s].kind != FC_SYNTAX_CHOICE))
		return;
	used = strlen(path);
	snprintf(path + used, octets - used, "%s%.*s", used ? " " : "",
		 (int)fc_syntax_element(stand->step[s].element), stand->step[s].element);
}

static bool may_begin(enum fc_syntax_kind kind, const char *at, size_t length,
		      const struct asking *a)
{
	if (!a->length)
		return true;
	if (kind == FC_SYNTAX_NUMBER)
		return strspn(a->begun, "0123456789") >= a->length;
	if (kind == FC_SYNTAX_ANY || kind == FC_SYNTAX_REST)
		return true;
	return a->length <= length && !strncasecmp(at, a->begun, a->length);
}

static void list_places(struct asking *a, const struct fc_syntax_stand *stand, int s, size_t row)
{
	struct fc_syntax_places places;
	char path[FC_SYNTAX_LINE], word[FC_SYNTAX_WORD];

	path_of(stand, s, path, sizeof(path));
	fc_syntax_after_step(stand, s, row, &places);
	for (unsigned i = 0; i < places.count; i++) {
		const char *at = places.place[i].at;
		size_t length = fc_syntax_element(at);
		uint64_t which;
		enum fc_syntax_kind kind = fc_syntax_kind(stand->table[row].pattern, at, &which);

		if (kind == FC_SYNTAX_END || !may_begin(kind, at, length, a))
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)length, at);
		add(a, at, length, fc_syntax_help(path, word),
		    kind == FC_SYNTAX_KEYWORD || kind == FC_SYNTAX_CHOICE);
	}
}

static int by_word(const void *a, const void *b)
{
	const struct fc_syntax_next *x = a, *y = b;

	return strcmp(x->word, y->word);
}

static bool may_end(const struct fc_syntax_stand *stand)
{
	for (int s = stand->first; s < stand->last; s++)
		if (fc_syntax_may_end(stand->table[stand->step[s].row].pattern,
				      stand->step[s].after, stand->step[s].used, stand->no))
			return true;
	return false;
}

/* The first word, or the one behind "no". */
static void list_rows(struct asking *a, const struct fc_syntax_stand *stand)
{
	bool can_no = false;

	for (size_t row = 0; row < stand->rows; row++)
		if (fc_syntax_row_open(stand, row)) {
			list_places(a, stand, -1, row);
			can_no |= stand->table[row].can_no;
		}
	if (can_no && !stand->no && a->length <= 2 && !strncasecmp("no", a->begun, a->length))
		add(a, "no", 2, fc_syntax_help("", "no"), true);
}

static void list(struct asking *a, const struct fc_syntax_stand *stand)
{
	if (stand->words == (unsigned)stand->no)
		list_rows(a, stand);
	for (int s = stand->first; s < stand->last; s++)
		if (stand->step[s].kind != FC_SYNTAX_REST)
			list_places(a, stand, s, stand->step[s].row);
		else if (!a->length)
			add(a, "LINE", 4, "", false);
	qsort(a->out->next, a->out->count, sizeof(a->out->next[0]), by_word);
	if (!a->length && may_end(stand))
		add(a, "<cr>", 4, "", false);
}

int fc_syntax_options(const struct fc_syntax_command *table, size_t rows, unsigned mode,
		      const char *text, struct fc_syntax_options *out, struct fc_syntax_line *line)
{
	struct fc_syntax_stand stand;
	size_t length = strlen(text);
	struct asking a = {.out = out};
	bool first;
	int err;

	*line = (struct fc_syntax_line){0};
	out->count = 0;
	if (length >= sizeof(line->copy))
		return fc_syntax_fail(line, sizeof(line->copy) - 1,
				      "The line is longer than %d characters.", FC_SYNTAX_LINE - 1);
	for (out->from = length; out->from && !strchr(FC_SYNTAX_BLANKS, text[out->from - 1]);)
		out->from--;
	memcpy(line->copy, text, out->from);
	a.begun = text + out->from;
	a.length = length - out->from;
	fc_syntax_begin(&stand, line, table, rows, mode);
	if (stand.words && *stand.word[0].text == '!')
		return 0;
	err = fc_syntax_advance(&stand, line, &first);
	if (!err)
		list(&a, &stand);
	return err;
}

size_t fc_syntax_complete(const struct fc_syntax_options *options, const char *text, char *add_to,
			  size_t octets)
{
	size_t typed = strlen(text) - options->from, shared = 0;
	const char *word = NULL;
	unsigned keywords = 0;

	for (unsigned i = 0; i < options->count; i++) {
		const struct fc_syntax_next *next = &options->next[i];
		size_t same = 0;

		if (!next->keyword)
			continue;
		keywords++;
		if (!word) {
			word = next->word;
			shared = strlen(word);
		}
		while (same < shared && word[same] == next->word[same])
			same++;
		shared = same;
	}
	if (!word || shared < typed || shared - typed + 2 > octets)
		return 0;
	memcpy(add_to, word + typed, shared - typed);
	if (keywords == 1)
		add_to[shared++ - typed] = ' ';
	add_to[shared - typed] = '\0';
	return shared - typed;
}
