// SPDX-License-Identifier: BSD-2-Clause
/* show flow monitor NAME cache: rows of EXEC. */
#include "ha/show/gather.h"

#include <errno.h>
#include <ha/checkpoint/base.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ flows of all cards */
struct walk {
	struct fc_cli_call *call;
	uint32_t id;
	size_t at; /* in a standby's base */
	unsigned slot;
	struct fc_flow_cursor cursor;
};

/* A slot is held for one batch only, never while the session is written to. */
static int next(void *context, struct fc_flow *out, size_t room)
{
	struct walk *w = context;
	size_t count = 0;

	while (!count && w->slot < FC_CONFIG_SLOTS) {
		struct fc_slot *slot = fc_unit_slot(w->call->unit, w->slot);

		if (slot) {
			count = fc_slot_flows_next(slot, w->id, &w->cursor, out, room);
			fc_unit_slot_release(w->call->unit, w->slot);
		}
		if (!slot || (!count && w->cursor.over)) {
			w->slot++;
			w->cursor = (struct fc_flow_cursor){0};
		}
	}
	return (int)count;
}

/* On a standby unit: what it holds of the active unit's. */
static int next_held(void *context, struct fc_flow *out, size_t room)
{
	struct walk *w = context;
	struct fc_base *base = fc_unit_base(w->call->unit);
	struct fc_cut_flow batch[FC_SHOW_BATCH];
	size_t count = 0, got = 1;

	if (!base)
		return 0;
	if (room > FC_SHOW_BATCH)
		room = FC_SHOW_BATCH;
	while (!count && got) {
		got = fc_base_next(base, &w->at, batch, room);
		for (size_t i = 0; i < got; i++)
			if (batch[i].flow_monitor == w->id)
				out[count++] = batch[i].flow;
	}
	fc_unit_base_release(w->call->unit);
	return (int)count;
}

/* Those of one monitor; what comes and goes meanwhile may be counted or not. */
static uint64_t count_held(struct fc_cli_call *call, uint32_t id)
{
	struct walk w = {.call = call, .id = id};
	struct fc_flow flows[FC_SHOW_BATCH];
	uint64_t count = 0;
	int got;

	while ((got = next_held(&w, flows, FC_SHOW_BATCH)) > 0)
		count += (uint64_t)got;
	return count;
}

static bool gone(void *context)
{
	const struct walk *w = context;

	return w->call->gone && w->call->gone(w->call);
}

/* ------------------------------------------------------------------ the command */
static int list(struct fc_cli_call *call, struct fc_show_gathered *g, int number, const char *words)
{
	const struct fc_fnf_monitor *m = &g->config->fnf.monitor[number];
	struct walk walk = {.call = call, .id = m->id};
	struct fc_show_cache cache = {
		.monitor = m, .source = {next, gone, &walk}, .json = call->json};
	struct fc_show_query query;
	int err;

	if (m->record == FC_FNF_NONE) {
		fprintf(call->out, "%% Flow Monitor %s has no flow record.\n", m->name);
		return -EINVAL;
	}
	cache.record = &g->config->fnf.record[m->record];
	err = fc_show_query_read(&query, cache.record, words);
	if (err) {
		fprintf(call->out, "%s\n", query.error);
	} else {
		fc_show_gather_counts(call->unit, g, number);
		cache.counts = g->counts[number];
		if (fc_unit_standby(call->unit)) {
			cache.source.next = next_held;
			cache.counts.current = count_held(call, m->id);
		}
		err = fc_show_cache_list(&cache, &query, call->out);
	}
	fc_show_query_free(&query);
	return err;
}

static int run(struct fc_cli_call *call, const char *words)
{
	struct fc_show_gathered *g = malloc(sizeof(*g));
	int number, err;

	if (!g)
		return -ENOMEM;
	err = fc_show_gather(call->unit, g);
	if (!err) {
		number = fc_fnf_monitor_find(&g->config->fnf, fc_show_name(call));
		err = number == FC_FNF_NONE
			      ? fc_show_unknown(call, "Flow Monitor", fc_show_name(call))
			      : list(call, g, number, words);
	}
	fc_show_gathered_free(g);
	free(g);
	return err;
}

static int run_all(struct fc_cli_call *call)
{
	return run(call, NULL);
}

/* The keyword and what follows it are one text to the query. */
static int run_words(struct fc_cli_call *call)
{
	static const char *const keyword[] = {"format", "filter", "aggregate", "sort", "top"};
	const struct fc_syntax_line *line = call->line;
	char words[FC_SYNTAX_LINE + 16];

	snprintf(words, sizeof(words), "%s %s", keyword[line->value[1].number],
		 line->value[2].text);
	return run(call, words);
}

/* clang-format off */
const struct fc_cli_command fc_cli_show_cache[] = {
	{"show flow monitor [name] NAME cache", "Live flows of a flow monitor", FC_CLI_USER, run_all},
	{"show flow monitor [name] NAME cache {format|filter|aggregate|sort|top} LINE",
	 "Flows chosen by filter FIELD {VALUE|regexp R}..., aggregate FIELD..., sort [highest|lowest] FIELD [top N], format {table|record|csv}",
	 FC_CLI_USER, run_words},
	{NULL, NULL, FC_CLI_USER, NULL},
};
/* clang-format on */
