// SPDX-License-Identifier: BSD-2-Clause
#include "ha/show/query.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORDS 96
#define TEXT 1024
#define FIELD_WORDS 6 /* of the longest name of a field, its argument included */
#define MASK "minimum-mask"

struct words {
	const struct fc_fnf_record *record;
	char copy[TEXT];
	char *word[WORDS];
	unsigned count, at;
};

static int refuse(struct fc_show_query *q, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(struct fc_show_query *q, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(q->error, sizeof(q->error), format, args);
	va_end(args);
	return -EINVAL;
}

static bool begins(const char *whole, size_t length, const char *word)
{
	size_t typed = strlen(word);

	return typed <= length && !strncmp(whole, word, typed);
}

/* The next word, if it is this keyword or a beginning of it. */
static bool take(struct words *w, const char *keyword)
{
	if (w->at == w->count || !begins(keyword, strlen(keyword), w->word[w->at]))
		return false;
	w->at++;
	return true;
}

/* ------------------------------------------------------------------ fields */
/* Is the name of this field what `n` typed words say? 2: in full, 1: shortened. */
static int names(const struct fc_fnf_record_field *f, char *const *word, unsigned n)
{
	const char *name = f->field->name;
	char argument[8];
	int fit = 2;

	for (unsigned i = 0; i < n; i++) {
		size_t length = strcspn(name, " ");

		if (!length)
			return 0;
		if (!begins(name, length, word[i]))
			return 0;
		if (strlen(word[i]) != length)
			fit = 1;
		name += length + (name[length] == ' ');
		if (!*name && f->argument) {
			snprintf(argument, sizeof(argument), "%u", f->argument);
			return i + 3 == n && begins(MASK, strlen(MASK), word[i + 1]) &&
					       !strcmp(word[i + 2], argument)
				       ? fit
				       : 0;
		}
	}
	return *name ? 0 : fit;
}

/* The longest run of words that is one field of the record. NULL: refused. */
static const struct fc_fnf_record_field *take_field(struct fc_show_query *q, struct words *w)
{
	const struct fc_fnf_record_field *found = NULL;
	unsigned left = w->count - w->at;

	for (unsigned n = left < FIELD_WORDS ? left : FIELD_WORDS; n; n--) {
		unsigned whole = 0, shortened = 0;

		for (unsigned i = 0; i < w->record->fields; i++) {
			const struct fc_fnf_record_field *f = &w->record->field[i];
			int fit = names(f, w->word + w->at, n);

			if (fit && (fit == 2 || !whole))
				found = f;
			whole += fit == 2;
			shortened += fit == 1;
		}
		if (!whole && shortened > 1) {
			refuse(q, "%% Ambiguous field at \"%.40s\".", w->word[w->at]);
			return NULL;
		}
		if (found) {
			w->at += n;
			return found;
		}
	}
	if (!left)
		refuse(q, "%% Incomplete command.");
	else
		refuse(q, "%% Flow record %s has no field at \"%.40s\".", w->record->name,
		       w->word[w->at]);
	return NULL;
}

static struct fc_show_pick pick_of(const struct fc_fnf_record_field *f)
{
	return (struct fc_show_pick){
		{f->field->family != 6 ? f : NULL, f->field->family != 4 ? f : NULL}};
}

/* ------------------------------------------------------------------ options */
static bool keyword_next(const struct words *w);

static int read_value(struct fc_show_query *q, struct words *w, struct fc_show_filter *filter)
{
	const char *text;
	int err;

	filter->regexp = w->at + 1 < w->count && take(w, "regexp");
	if (w->at == w->count)
		return refuse(q, "%% Incomplete command.");
	text = w->word[w->at++];
	snprintf(filter->text, sizeof(filter->text), "%s", text);
	if (filter->regexp) {
		err = regcomp(&filter->compiled, text, REG_EXTENDED | REG_NOSUB | REG_ICASE);
		filter->regexp = !err;
		return err ? refuse(q, "%% \"%.80s\" is no regular expression.", text) : 0;
	}
	if (fc_show_word_read(filter->field->field, text, &filter->word))
		return refuse(q, "%% \"%.40s\" is no value of %s.", text,
			      filter->field->field->name);
	return 0;
}

static int read_filter(struct fc_show_query *q, struct words *w)
{
	do {
		struct fc_show_filter *filter = &q->filter[q->filters];
		int err;

		if (q->filters == FC_SHOW_FILTERS)
			return refuse(q, "%% A listing has at most %d filters.", FC_SHOW_FILTERS);
		filter->field = take_field(q, w);
		err = filter->field ? read_value(q, w, filter) : -EINVAL;
		if (err)
			return err;
		q->filters++;
	} while (w->at < w->count && !keyword_next(w));
	return 0;
}

static int read_picks(struct fc_show_query *q, struct words *w, struct fc_show_pick *picks,
		      unsigned *count)
{
	do {
		const struct fc_fnf_record_field *f;

		if (*count == FC_SHOW_PICKS)
			return refuse(q, "%% At most %d fields fit here.", FC_SHOW_PICKS);
		f = take_field(q, w);
		if (!f)
			return -EINVAL;
		picks[(*count)++] = pick_of(f);
	} while (w->at < w->count && !keyword_next(w));
	return 0;
}

static int read_group(struct fc_show_query *q, struct words *w)
{
	return read_picks(q, w, q->group, &q->groups);
}

static int read_collect(struct fc_show_query *q, struct words *w)
{
	return read_picks(q, w, q->collect, &q->collects);
}

static int read_top(struct fc_show_query *q, struct words *w)
{
	unsigned long top;
	char *end;

	if (w->at == w->count)
		return refuse(q, "%% Incomplete command.");
	top = isdigit((unsigned char)*w->word[w->at]) ? strtoul(w->word[w->at], &end, 10) : 0;
	if (!top || *end || top > FC_SHOW_TOP_MAX)
		return refuse(q, "%% \"top\" takes 1 to %d, not \"%.20s\".", FC_SHOW_TOP_MAX,
			      w->word[w->at]);
	if (q->top)
		return refuse(q, "%% \"top\" is given twice.");
	w->at++;
	q->top = (unsigned)top;
	return 0;
}

/* "top" mostly stands right behind it, where one letter is enough. */
static int read_sort(struct fc_show_query *q, struct words *w)
{
	const struct fc_fnf_record_field *f;

	q->lowest = take(w, "lowest");
	if (!q->lowest)
		take(w, "highest");
	f = take_field(q, w);
	if (!f)
		return -EINVAL;
	q->sorted = true;
	q->sort = pick_of(f);
	return take(w, "top") ? read_top(q, w) : 0;
}

static int read_format(struct fc_show_query *q, struct words *w)
{
	static const char *const name[] = {
		[FC_SHOW_TABLE] = "table", [FC_SHOW_RECORD] = "record", [FC_SHOW_CSV] = "csv"};

	for (int f = FC_SHOW_TABLE; f <= FC_SHOW_CSV; f++)
		if (take(w, name[f])) {
			q->format = (enum fc_show_format)f;
			return 0;
		}
	return w->at == w->count
		       ? refuse(q, "%% Incomplete command.")
		       : refuse(q, "%% A listing has no format \"%.20s\".", w->word[w->at]);
}

static const struct {
	const char *keyword;
	int (*read)(struct fc_show_query *q, struct words *w);
} options[] = {
	{"filter", read_filter}, {"aggregate", read_group}, {"collect", read_collect},
	{"sort", read_sort},     {"format", read_format},   {"top", read_top},
};
#define OPTIONS (sizeof(options) / sizeof(*options))

/* Which option begins here; OPTIONS: none, or several could. */
static size_t option_at(const struct words *w)
{
	size_t found = OPTIONS;

	for (size_t i = 0; i < OPTIONS; i++) {
		if (!begins(options[i].keyword, strlen(options[i].keyword), w->word[w->at]))
			continue;
		if (found < OPTIONS)
			return OPTIONS;
		found = i;
	}
	return found;
}

/* A list of fields ends before an option, unless the words name a field. */
static bool keyword_next(const struct words *w)
{
	if (option_at(w) == OPTIONS)
		return false;
	for (unsigned i = 0; i < w->record->fields; i++)
		for (unsigned n = 1; n <= FIELD_WORDS && w->at + n <= w->count; n++)
			if (names(&w->record->field[i], w->word + w->at, n))
				return false;
	return true;
}

static int split(struct fc_show_query *q, struct words *w, const char *text)
{
	char *save = NULL;
	size_t octets = strlen(text) + 1;

	if (octets > sizeof(w->copy))
		return refuse(q, "%% The line is too long.");
	memcpy(w->copy, text, octets);
	for (char *word = strtok_r(w->copy, " \t", &save); word;
	     word = strtok_r(NULL, " \t", &save)) {
		if (w->count == WORDS)
			return refuse(q, "%% The line has too many words.");
		w->word[w->count++] = word;
	}
	return 0;
}

/* Aggregation by a field of one IP version leaves flows of the other out. */
static bool narrows(const struct fc_show_query *q, const struct fc_fnf_record *record)
{
	bool ipv4, ipv6;

	fc_fnf_record_families(record, &ipv4, &ipv6);
	for (unsigned i = 0; i < q->groups; i++)
		if ((ipv4 && !q->group[i].field[0]) || (ipv6 && !q->group[i].field[1]))
			return true;
	return false;
}

int fc_show_query_read(struct fc_show_query *q, const struct fc_fnf_record *record,
		       const char *text)
{
	struct words w = {.record = record};
	bool given[OPTIONS] = {false};
	int err;

	memset(q, 0, sizeof(*q));
	err = text ? split(q, &w, text) : 0;
	while (!err && w.at < w.count) {
		size_t option = option_at(&w);

		if (option == OPTIONS)
			return refuse(q,
				      "%% Invalid input at \"%.40s\": filter, aggregate, "
				      "collect, sort, top or format may stand here.",
				      w.word[w.at]);
		if (given[option])
			return refuse(q, "%% \"%s\" is given twice.", options[option].keyword);
		given[option] = true;
		w.at++;
		err = options[option].read(q, &w);
	}
	if (!err)
		q->narrowed = narrows(q, record);
	if (!err && q->collects && !q->groups)
		return refuse(q, "%% \"collect\" goes with \"aggregate\".");
	if (!err && q->top && !q->sorted)
		return refuse(q, "%% \"top\" goes with \"sort\".");
	if (!q->top)
		q->top = FC_SHOW_TOP;
	return err;
}

void fc_show_query_free(struct fc_show_query *q)
{
	for (unsigned i = 0; i < FC_SHOW_FILTERS; i++)
		if (q->filter[i].regexp)
			regfree(&q->filter[i].compiled);
	memset(q->filter, 0, sizeof(q->filter));
	q->filters = 0;
}

static bool passes(const struct fc_show_filter *f, const struct fc_flow *flow)
{
	struct fc_show_pick pick = pick_of(f->field);
	char text[FC_SHOW_VALUE];

	if (!fc_show_pick_field(&pick, flow))
		return false;
	if (!f->regexp && !f->word.text)
		return fc_show_word_is(f->field, &f->word, flow);
	fc_show_value(&pick, flow, text);
	return f->regexp ? !regexec(&f->compiled, text, 0, NULL, 0) : !strcasecmp(text, f->text);
}

bool fc_show_query_takes(const struct fc_show_query *q, const struct fc_flow *flow)
{
	for (unsigned i = 0; i < q->filters; i++)
		if (!passes(&q->filter[i], flow))
			return false;
	for (unsigned i = 0; i < q->groups; i++)
		if (!fc_show_pick_field(&q->group[i], flow))
			return false;
	return true;
}

bool fc_show_query_filters(const struct fc_show_query *q)
{
	return q->filters || q->narrowed;
}
