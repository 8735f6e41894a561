// SPDX-License-Identifier: BSD-2-Clause
#include "ha/show/columns.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define GAP 2 /* blanks between columns, and after the longest label */
#define FLOWS_WIDTH 10

/* ------------------------------------------------------------------ making columns */
static void copy_case(char *to, const char *from, bool capitals)
{
	size_t i = 0;

	for (; from[i] && i + 1 < FC_SHOW_VALUE; i++)
		to[i] = (char)(capitals ? toupper((unsigned char)from[i])
					: tolower((unsigned char)from[i]));
	to[i] = '\0';
}

static void json_name(char to[FC_SHOW_VALUE], const struct fc_fnf_record_field *f)
{
	if (f->argument)
		snprintf(to, FC_SHOW_VALUE, "%s_%u", f->field->name, f->argument);
	else
		snprintf(to, FC_SHOW_VALUE, "%s", f->field->name);
	for (; *to; to++)
		if (*to == ' ' || *to == '-')
			*to = '_';
}

static void widen(struct fc_show_column *c, unsigned width)
{
	if (c->width < width)
		c->width = width;
}

static bool counts_flows(const struct fc_show_column *c)
{
	return !c->pick.field[0] && !c->pick.field[1];
}

/* A field joins the column of the other IP version that has the same heading. */
static struct fc_show_column *partner(struct fc_show_columns *columns, const char *heading,
				      const struct fc_show_pick *pick)
{
	for (unsigned i = 0; i < columns->count; i++) {
		struct fc_show_column *c = &columns->column[i];

		if (!strcmp(c->heading, heading) && !counts_flows(c) &&
		    !(c->pick.field[0] && pick->field[0]) && !(c->pick.field[1] && pick->field[1]))
			return c;
	}
	return NULL;
}

/* What is aggregated by may be what is collected too: one column is enough. */
static bool there(const struct fc_show_columns *columns, const struct fc_show_pick *pick)
{
	for (unsigned i = 0; i < columns->count; i++) {
		const struct fc_show_column *c = &columns->column[i];

		if ((!pick->field[0] || c->pick.field[0] == pick->field[0]) &&
		    (!pick->field[1] || c->pick.field[1] == pick->field[1]))
			return true;
	}
	return false;
}

static void add(struct fc_show_columns *columns, const struct fc_show_pick *pick)
{
	const struct fc_fnf_record_field *f = pick->field[0] ? pick->field[0] : pick->field[1];
	char heading[FC_SHOW_VALUE];
	struct fc_show_column *c;

	if (there(columns, pick))
		return;
	copy_case(heading, f->field->heading, f->key);
	c = partner(columns, heading, pick);
	if (!c) {
		if (columns->count == FC_SHOW_COLUMNS)
			return;
		c = &columns->column[columns->count++];
		memcpy(c->heading, heading, sizeof(heading));
		copy_case(c->label, f->field->label, f->key);
		c->left = fc_show_left(f->field);
		c->width = (unsigned)strlen(heading);
	}
	widen(c, fc_show_width(f->field));
	for (unsigned v = 0; v < 2; v++)
		if (pick->field[v]) {
			c->pick.field[v] = pick->field[v];
			json_name(c->json[v], pick->field[v]);
		}
}

static void add_flows(struct fc_show_columns *columns)
{
	struct fc_show_column *c = &columns->column[columns->count++];

	strcpy(c->heading, "flows");
	strcpy(c->label, "flows");
	c->width = FLOWS_WIDTH;
}

static struct fc_show_pick pick_of(const struct fc_fnf_record_field *f)
{
	return (struct fc_show_pick){
		{f->field->family != 6 ? f : NULL, f->field->family != 4 ? f : NULL}};
}

/* Keys, or what is collected, by rank; equals as the record has them. */
static void add_fields(struct fc_show_columns *columns, const struct fc_fnf_record *record,
		       bool keys, bool counters_only)
{
	const struct fc_fnf_record_field *sorted[FC_FNF_RECORD_FIELDS];
	unsigned count = 0;

	for (unsigned i = 0; i < record->fields; i++) {
		const struct fc_fnf_record_field *f = &record->field[i];
		unsigned at = count;

		if (f->key != keys || (counters_only && f->field->role != FC_FIELD_COUNTER))
			continue;
		for (; at && fc_show_rank(sorted[at - 1]->field) > fc_show_rank(f->field); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = f;
		count++;
	}
	for (unsigned i = 0; i < count; i++) {
		struct fc_show_pick pick = pick_of(sorted[i]);

		add(columns, &pick);
	}
}

void fc_show_columns_init(struct fc_show_columns *columns, const struct fc_fnf_record *record,
			  const struct fc_show_query *query)
{
	memset(columns, 0, sizeof(*columns));
	for (unsigned i = 0; i < query->groups; i++)
		add(columns, &query->group[i]);
	if (query->groups)
		add_flows(columns);
	for (unsigned i = 0; i < query->collects; i++)
		add(columns, &query->collect[i]);
	if (!query->groups)
		add_fields(columns, record, true, false);
	if (!query->collects)
		add_fields(columns, record, false, query->groups);
	for (unsigned i = 0; i < columns->count; i++) {
		size_t label = strlen(columns->column[i].label) + 1 + GAP;

		if (columns->label_width < label)
			columns->label_width = label;
		columns->table_width += columns->column[i].width + (i ? GAP : 0);
	}
}

/* ------------------------------------------------------------------ rows */
static void text_of(const struct fc_show_column *c, const struct fc_show_row *row,
		    char text[FC_SHOW_VALUE])
{
	if (counts_flows(c))
		snprintf(text, FC_SHOW_VALUE, "%" PRIu64, row->flows);
	else
		fc_show_value(&c->pick, &row->flow, text);
}

/* No blanks at the end of a line. */
static void cell(const struct fc_show_columns *columns, unsigned i, const char *text, FILE *out)
{
	const struct fc_show_column *c = &columns->column[i];

	if (i)
		fprintf(out, "%*s", GAP, "");
	if (!c->left)
		fprintf(out, "%*s", (int)c->width, text);
	else if (i + 1 < columns->count)
		fprintf(out, "%-*s", (int)c->width, text);
	else
		fputs(text, out);
}

void fc_show_columns_head(const struct fc_show_columns *columns, enum fc_show_format format,
			  FILE *out)
{
	static const char ruler[] = "================================================"
				    "================================";

	if (format == FC_SHOW_RECORD)
		return;
	for (unsigned i = 0; i < columns->count; i++)
		if (format == FC_SHOW_CSV)
			fprintf(out, "%s%s", i ? "," : "", columns->column[i].heading);
		else
			cell(columns, i, columns->column[i].heading, out);
	fputc('\n', out);
	for (unsigned i = 0; format == FC_SHOW_TABLE && i < columns->count; i++)
		fprintf(out, "%s%.*s%s", i ? "  " : "", (int)columns->column[i].width, ruler,
			i + 1 == columns->count ? "\n" : "");
}

void fc_show_columns_row(const struct fc_show_columns *columns, enum fc_show_format format,
			 const struct fc_show_row *row, FILE *out)
{
	for (unsigned i = 0; i < columns->count; i++) {
		const struct fc_show_column *c = &columns->column[i];
		char text[FC_SHOW_VALUE];

		text_of(c, row, text);
		if (format == FC_SHOW_RECORD)
			fprintf(out, "%s:%*s%s\n", c->label,
				(int)(columns->label_width - strlen(c->label) - 1), "", text);
		else if (format == FC_SHOW_CSV)
			fprintf(out, "%s%s", i ? "," : "", text);
		else
			cell(columns, i, text, out);
	}
	fputc('\n', out);
}

void fc_show_columns_json(const struct fc_show_columns *columns, const struct fc_show_row *row,
			  FILE *out)
{
	bool first = true;

	fputc('{', out);
	for (unsigned i = 0; i < columns->count; i++) {
		const struct fc_show_column *c = &columns->column[i];
		const struct fc_fnf_record_field *f = fc_show_pick_field(&c->pick, &row->flow);
		char text[FC_SHOW_VALUE];
		uint64_t number;

		if (!f && !counts_flows(c))
			continue;
		text_of(c, row, text);
		number = f ? fc_show_number(&c->pick, &row->flow) : row->flows;
		fprintf(out, "%s\"%s\": ", first ? "" : ", ",
			f ? c->json[c->pick.field[1] == f] : "flows");
		first = false;
		/* What a double or an int64 cannot hold is a string, as everywhere in our JSON. */
		if ((!f || fc_show_numeric(f->field)) && number <= INT64_MAX)
			fprintf(out, "%s", text);
		else
			fprintf(out, "\"%s\"", text);
	}
	fputc('}', out);
}
