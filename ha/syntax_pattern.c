// SPDX-License-Identifier: BSD-2-Clause
/*
 * Patterns are read where they stand, without a compiled form: a place in a pattern is a pointer
 * into its text, and what follows it is found by walking out of and into brackets.
 */
#include <ctype.h>
#include <errno.h>
#include <ha/syntax_impl.h>
#include <stdio.h>
#include <string.h>

#define MARKS "[]{}|"
#define KEYWORD_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789-"

size_t fc_syntax_element(const char *at)
{
	return strcspn(at, FC_SYNTAX_BLANKS MARKS);
}

static bool opens(char c)
{
	return c == '[' || c == '{';
}

static bool closes(char c)
{
	return c == ']' || c == '}';
}

/* The bracket that ends the group around `at`; the pattern's end if there is none. */
static const char *group_end(const char *at)
{
	for (unsigned depth = 0; *at; at++) {
		if (opens(*at))
			depth++;
		else if (closes(*at) && !depth--)
			break;
	}
	return at;
}

static const char *group_begin(const char *pattern, const char *end)
{
	unsigned depth = 0;

	while (end > pattern) {
		end--;
		if (closes(*end))
			depth++;
		else if (opens(*end) && !depth--)
			break;
	}
	return end;
}

static bool repeats(const char *end)
{
	return *end && end[1] == '*';
}

static const char *behind(const char *end)
{
	return *end ? end + 1 + repeats(end) : end;
}

/* One bit for each alternative: how many begin before it. */
static uint64_t bit_of(const char *pattern, const char *alternative)
{
	unsigned before = 0;

	for (const char *at = pattern; at < alternative; at++)
		before += opens(*at) || *at == '|';
	return UINT64_C(1) << before % 64;
}

static void follow(struct fc_syntax_places *out, const char *at, uint64_t used);

static void add(struct fc_syntax_places *out, const char *at, uint64_t used)
{
	for (unsigned i = 0; i < out->count; i++)
		if (out->place[i].at == at)
			return;
	if (out->count < FC_SYNTAX_PLACES)
		out->place[out->count++] = (struct fc_syntax_place){at, used};
}

static void enter(struct fc_syntax_places *out, const char *open, uint64_t used)
{
	const char *end = group_end(open + 1);
	bool loop = repeats(end);
	unsigned depth = 0;

	for (const char *at = open; at < end; at++) {
		bool begins = at == open || (*at == '|' && depth == 1);

		depth += opens(*at);
		depth -= closes(*at);
		if (begins) {
			uint64_t bit = loop ? bit_of(out->pattern, at + 1) : 0;

			if (!(used & bit))
				follow(out, at + 1, used | bit);
		}
	}
	if (*open == '[')
		follow(out, behind(end), used);
}

static void follow(struct fc_syntax_places *out, const char *at, uint64_t used)
{
	at += strspn(at, FC_SYNTAX_BLANKS);
	if (opens(*at)) {
		enter(out, at, used);
	} else if (closes(*at) || *at == '|') {
		const char *end = group_end(at);

		if (repeats(end))
			enter(out, group_begin(out->pattern, end), used);
		else
			follow(out, behind(end), used);
	} else {
		add(out, at, used);
	}
}

void fc_syntax_follow(const char *pattern, const char *at, uint64_t used,
		      struct fc_syntax_places *out)
{
	out->pattern = pattern;
	out->count = 0;
	follow(out, at, used);
}

/* Within braces that hold nothing but keywords? Then which of them. */
static bool is_choice(const char *pattern, const char *at, uint64_t *which)
{
	const char *begin = at, *end = at + strspn(at, KEYWORD_LETTERS "|");

	while (begin > pattern && strchr(KEYWORD_LETTERS "|", begin[-1]))
		begin--;
	if (*end != '}' || begin == pattern || begin[-1] != '{')
		return false;
	*which = 0;
	for (; begin < at; begin++)
		*which += *begin == '|';
	return true;
}

enum fc_syntax_kind fc_syntax_kind(const char *pattern, const char *at, uint64_t *which)
{
	*which = 0;
	if (!*at)
		return FC_SYNTAX_END;
	if (*at == '<')
		return FC_SYNTAX_NUMBER;
	if (isupper((unsigned char)*at))
		return fc_syntax_element(at) == 4 && !strncmp(at, "LINE", 4) ? FC_SYNTAX_REST
									     : FC_SYNTAX_ANY;
	return is_choice(pattern, at, which) ? FC_SYNTAX_CHOICE : FC_SYNTAX_KEYWORD;
}

/* ------------------------------------------------------------------ all of a pattern */
struct walk {
	const char *pattern;
	void (*each)(void *context, const char *path, const char *element, size_t length);
	void *context;
	uint64_t seen[FC_SYNTAX_LINE / 64];
};

static void visit(struct walk *w, const char *path, const char *after)
{
	struct fc_syntax_places places;

	fc_syntax_follow(w->pattern, after, 0, &places);
	for (unsigned i = 0; i < places.count; i++) {
		const char *at = places.place[i].at;
		size_t length = fc_syntax_element(at), where = (size_t)(at - w->pattern);
		char longer[FC_SYNTAX_LINE];
		uint64_t which;
		enum fc_syntax_kind kind = fc_syntax_kind(w->pattern, at, &which);

		if (kind == FC_SYNTAX_END || w->seen[where / 64] >> where % 64 & 1)
			continue;
		w->seen[where / 64] |= UINT64_C(1) << where % 64;
		w->each(w->context, path, at, length);
		if (kind == FC_SYNTAX_KEYWORD || kind == FC_SYNTAX_CHOICE)
			snprintf(longer, sizeof(longer), "%s%s%.*s", path, *path ? " " : "",
				 (int)length, at);
		else
			snprintf(longer, sizeof(longer), "%s", path);
		visit(w, longer, at + length);
	}
}

static bool well_formed(const char *pattern)
{
	unsigned depth = 0;
	char open[16];

	for (const char *at = pattern; *at; at++) {
		if (opens(*at)) {
			if (depth == sizeof(open))
				return false;
			open[depth++] = *at;
		} else if (closes(*at)) {
			if (!depth || open[--depth] != (*at == ']' ? '[' : '{'))
				return false;
		} else if ((*at == '|' && !depth) ||
			   (*at == '*' && (at == pattern || at[-1] != ']'))) {
			return false;
		}
	}
	return !depth && strlen(pattern) < FC_SYNTAX_LINE;
}

int fc_syntax_walk(const char *pattern,
		   void (*each)(void *context, const char *path, const char *element,
				size_t length),
		   void *context)
{
	struct walk w = {.pattern = pattern, .each = each, .context = context};

	if (!well_formed(pattern))
		return -EINVAL;
	visit(&w, "", pattern);
	return 0;
}
