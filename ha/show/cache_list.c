// SPDX-License-Identifier: BSD-2-Clause
#include "ha/show/cache_list.h"

#include <errno.h>
#include <ha/show/json.h>
#include <inttypes.h>
#include <string.h>

#define COUNT_COLUMN 50 /* where numbers of the block end */

/* ------------------------------------------------------------------ the block of counts */
static const char *type_word(enum fc_fnf_cache cache)
{
	static const char *const word[] = {[FC_CACHE_NORMAL] = "Normal",
					   [FC_CACHE_IMMEDIATE] = "Immediate",
					   [FC_CACHE_PERMANENT] = "Permanent",
					   [FC_CACHE_SYNCHRONIZED] = "Synchronized"};

	return word[cache];
}

static uint64_t aged(const struct fc_show_counts *c)
{
	return c->active + c->inactive + c->event + c->watermark + c->emergency + c->other;
}

static void number_line(FILE *out, const char *label, uint64_t number)
{
	fprintf(out, "%s%*" PRIu64 "\n", label, (int)(COUNT_COLUMN - strlen(label)), number);
}

/* Reasons that have aged no flow are not listed, as on IOS-XE. */
static void reason_line(FILE *out, const char *reason, unsigned seconds, uint64_t number)
{
	char label[COUNT_COLUMN + 1];

	if (!number)
		return;
	if (seconds)
		snprintf(label, sizeof(label), "    - %-20s(%6u secs)", reason, seconds);
	else
		snprintf(label, sizeof(label), "    - %s", reason);
	number_line(out, label, number);
}

void fc_show_counts_text(const struct fc_fnf_monitor *m, const struct fc_show_counts *c, FILE *out)
{
	fprintf(out, "  Cache type:%31s%s (Platform cache)\n", "", type_word(m->cache));
	number_line(out, "  Cache size:", m->entries);
	number_line(out, "  Current entries:", c->current);
	number_line(out, "  High Watermark:", c->high_watermark);
	fputc('\n', out);
	number_line(out, "  Flows added:", c->added);
	if (c->not_added)
		number_line(out, "  Flows not added:", c->not_added);
	number_line(out, "  Flows aged:", aged(c));
	reason_line(out, "Active timeout", m->active_s, c->active);
	reason_line(out, "Inactive timeout", m->inactive_s, c->inactive);
	reason_line(out, "Event aged", 0, c->event);
	reason_line(out, "Watermark aged", 0, c->watermark);
	reason_line(out, "Emergency aged", 0, c->emergency);
	fputc('\n', out);
}

void fc_show_counts_json(const struct fc_fnf_monitor *m, const struct fc_show_counts *c, FILE *out)
{
	const struct {
		const char *name;
		uint64_t number;
	} member[] = {
		{"cache_size", m->entries},
		{"current_entries", c->current},
		{"high_watermark", c->high_watermark},
		{"flows_added", c->added},
		{"flows_not_added", c->not_added},
		{"flows_aged", aged(c)},
		{"active_timeout_s", m->active_s},
		{"aged_active", c->active},
		{"inactive_timeout_s", m->inactive_s},
		{"aged_inactive", c->inactive},
		{"aged_event", c->event},
		{"aged_watermark", c->watermark},
		{"aged_emergency", c->emergency},
		{"aged_by_cache_type", c->other},
	};

	fprintf(out, "\"cache_type\": \"%s\"", type_word(m->cache));
	for (size_t i = 0; i < sizeof(member) / sizeof(*member); i++)
		fprintf(out, ", \"%s\": %" PRIu64, member[i].name, member[i].number);
}

/* ------------------------------------------------------------------ the listing */
struct listing {
	const struct fc_show_cache *cache;
	const struct fc_show_query *query;
	FILE *out;
	enum fc_show_format format;
	struct fc_show_columns columns;
	struct fc_show_groups groups;
	struct fc_show_best best;
	uint64_t processed, matched, written;
};

static bool gathers(const struct fc_show_query *q)
{
	return q->sorted || q->groups;
}

static void put_row(struct listing *l, const struct fc_show_row *row)
{
	if (l->cache->json) {
		fputs(l->written ? ",\n  " : "\n  ", l->out);
		fc_show_columns_json(&l->columns, row, l->out);
	} else {
		if (!l->written)
			fc_show_columns_head(&l->columns, l->format, l->out);
		fc_show_columns_row(&l->columns, l->format, row, l->out);
	}
	l->written++;
}

static int take_flow(struct listing *l, const struct fc_flow *flow)
{
	struct fc_show_row row = {.flow = *flow, .flows = 1, .order = l->processed};

	l->processed++;
	if (!fc_show_query_takes(l->query, flow))
		return 0;
	l->matched++;
	if (l->query->groups)
		return fc_show_groups_add(&l->groups, flow);
	if (l->query->sorted)
		return fc_show_best_add(&l->best, &row);
	put_row(l, &row);
	return 0;
}

static int read_all(struct listing *l)
{
	const struct fc_show_source *s = &l->cache->source;
	struct fc_flow batch[FC_SHOW_BATCH];
	int count, err = 0;

	while ((count = s->next(s->context, batch, FC_SHOW_BATCH)) > 0) {
		for (int i = 0; !err && i < count; i++)
			err = take_flow(l, &batch[i]);
		if (err)
			return err;
		if (ferror(l->out) || (s->gone && s->gone(s->context)))
			return -EPIPE;
	}
	return count;
}

/* Groups that are to be sorted go through the same heap as flows. */
static int sort_groups(struct listing *l)
{
	int err = 0;

	for (size_t i = 0; l->query->sorted && !err && i < l->groups.rows; i++)
		err = fc_show_best_add(&l->best, &l->groups.row[i]);
	return err;
}

static void summary_text(const struct listing *l, uint64_t rows, uint64_t shown)
{
	fprintf(l->out, "Processed %" PRIu64 " flows\n", l->processed);
	if (fc_show_query_filters(l->query))
		fprintf(l->out, "Matched %" PRIu64 " flows\n", l->matched);
	fprintf(l->out, "Aggregated to %" PRIu64 " flows\n", rows);
	if (l->query->sorted)
		fprintf(l->out, "Showing the top %" PRIu64 " flows\n", shown);
	fputc('\n', l->out);
}

/* What was gathered, the best first. */
static void write_gathered(struct listing *l)
{
	uint64_t rows = l->query->groups ? l->groups.rows : l->matched;
	const struct fc_show_row *row = l->query->sorted ? l->best.row : l->groups.row;
	uint64_t shown = l->query->sorted ? l->best.rows : l->groups.rows;

	fc_show_best_sort(&l->best);
	if (!l->cache->json)
		summary_text(l, rows, shown);
	for (uint64_t i = 0; i < shown; i++)
		put_row(l, &row[i]);
}

static void write_begin(struct listing *l)
{
	if (l->cache->json) {
		fputs("{\"name\": ", l->out);
		fc_show_json_text(l->out, l->cache->monitor->name);
		fputs(", ", l->out);
		fc_show_counts_json(l->cache->monitor, &l->cache->counts, l->out);
		fputs(", \"flows\": [", l->out);
	} else if (!gathers(l->query)) {
		fc_show_counts_text(l->cache->monitor, &l->cache->counts, l->out);
	}
}

static void write_end(struct listing *l)
{
	if (l->cache->json)
		fprintf(l->out,
			"%s], \"processed\": %" PRIu64 ", \"matched\": %" PRIu64
			", \"aggregated\": %" PRIu64 ", \"shown\": %" PRIu64 "}\n",
			l->written ? "\n " : "", l->processed, l->matched,
			l->query->groups ? (uint64_t)l->groups.rows : l->matched, l->written);
	else if (!l->written)
		fputs("There are no cache entries to display.\n", l->out);
}

static void complain(const struct listing *l, int err)
{
	if (err == -E2BIG)
		fprintf(l->out,
			"%% The flows make more than %u groups; a filter makes them fewer.\n",
			FC_SHOW_GROUPS_MAX);
	else if (err != -EPIPE)
		fprintf(l->out, "%% The cache cannot be listed: %s.\n", strerror(-err));
}

int fc_show_cache_list(const struct fc_show_cache *cache, const struct fc_show_query *query,
		       FILE *out)
{
	struct listing l = {.cache = cache, .query = query, .out = out, .format = query->format};
	int err = 0;

	fc_show_columns_init(&l.columns, cache->record, query);
	if (l.format == FC_SHOW_AUTO)
		l.format = l.columns.table_width <= FC_SHOW_TABLE_WIDTH ? FC_SHOW_TABLE
									: FC_SHOW_RECORD;
	fc_show_best_init(&l.best, &query->sort, query->lowest, query->top);
	if (query->groups)
		err = fc_show_groups_init(&l.groups, query->group, query->groups);
	if (!err && !gathers(query))
		write_begin(&l);
	if (!err)
		err = read_all(&l);
	if (!err)
		err = sort_groups(&l);
	if (!err && gathers(query)) {
		write_begin(&l);
		write_gathered(&l);
	}
	if (!err)
		write_end(&l);
	else
		complain(&l, err);
	fc_show_groups_free(&l.groups);
	fc_show_best_free(&l.best);
	return err;
}
