// SPDX-License-Identifier: BSD-2-Clause
/* The section "flow record". A record that a monitor refers to is not changed, as on IOS-XE. */
#include "ha/config_impl.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/* "record NAME" of a monitor must mean this record, though a shortened keyword goes before a name.
 */
static bool means_predefined(const struct fc_fnf *fnf, const char *name)
{
	size_t octets = strlen(name);

	for (unsigned i = 0; i < FC_FNF_RECORDS; i++) {
		const struct fc_fnf_record *r = &fnf->record[i];

		if (r->kind == FC_RECORD_FREE || r->kind == FC_RECORD_USER)
			continue;
		if (!strncasecmp(r->name, name, octets))
			return true;
	}
	return false;
}

static int remove_record(struct fc_config_reader *r, struct fc_syntax_line *line)
{
	int i = line->values ? fc_fnf_record_find(&r->config->fnf, line->value[0].text) : -1;

	if (!line->values)
		return fc_syntax_refuse(line, 0, "Incomplete command.");
	if (i < 0)
		return fc_syntax_refuse(line, 0, "%% Flow Record: %s does not exist",
					line->value[0].text);
	if (r->config->fnf.record[i].kind != FC_RECORD_USER)
		return fc_syntax_refuse(line, 0, "%% Flow Record: %s is predefined",
					line->value[0].text);
	if (fc_config_record_used(r->config, i))
		return fc_syntax_refuse(line, 0,
					"%% Flow Record: Failed to delete: Object is in use");
	memset(&r->config->fnf.record[i], 0, sizeof(r->config->fnf.record[i]));
	return 0;
}

int fc_config_run_record(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	const char *name = line->value[0].text;

	if (line->no)
		return remove_record(r, line);
	if (means_predefined(&r->config->fnf, name))
		return fc_syntax_refuse(line, 0, "%% Flow Record: \"%s\" means a predefined record",
					name);
	if (strlen(name) >= FC_FNF_NAME)
		return fc_syntax_refuse(line, 0, "%% Longer than %d characters", FC_FNF_NAME - 1);
	if (fc_fnf_record_find(&r->config->fnf, name) < 0 &&
	    fc_fnf_record_add(&r->config->fnf, name) < 0)
		return fc_syntax_refuse(line, 0, "%% Flow Record: more than %d records",
					FC_FNF_RECORDS);
	fc_config_enter(r, FC_CONFIG_RECORD, name);
	return 0;
}

/* ------------------------------------------------------------------ fields */
/* Do both stand in one template, under one element? */
static bool collide(const struct fc_field *a, const struct fc_field *b)
{
	return a->element == b->element && (!a->family || !b->family || a->family == b->family);
}

static int refuse_field(const struct fc_config_reader *r, struct fc_syntax_line *line,
			const struct fc_field *field)
{
	const struct fc_fnf_record *record = r->record;

	for (unsigned i = 0; i < record->fields; i++) {
		const struct fc_field *there = record->field[i].field;

		if (collide(there, field))
			return fc_syntax_refuse(
				line, 0,
				"%% Flow Record: Failed to field add: \"%s\" is in the record",
				there->name);
	}
	if (record->fields == FC_FNF_RECORD_FIELDS)
		return fc_syntax_refuse(line, 0,
					"%% Flow Record: Failed to field add: more than %d fields",
					FC_FNF_RECORD_FIELDS);
	return 0;
}

static int find_field(const struct fc_fnf_record *record, const struct fc_field *field, bool key)
{
	for (unsigned i = 0; i < record->fields; i++)
		if (record->field[i].field == field && record->field[i].key == key)
			return (int)i;
	return -1;
}

static void drop_field(struct fc_fnf_record *record, unsigned at)
{
	memmove(&record->field[at], &record->field[at + 1],
		(record->fields - at - 1) * sizeof(record->field[0]));
	memset(&record->field[--record->fields], 0, sizeof(record->field[0]));
}

/* Keys go before the others, each in the order given. */
static void put_field(struct fc_fnf_record *record, const struct fc_field *field, bool key,
		      uint8_t argument)
{
	unsigned at = record->fields;

	if (key)
		while (at && !record->field[at - 1].key)
			at--;
	memmove(&record->field[at + 1], &record->field[at],
		(record->fields - at) * sizeof(record->field[0]));
	memset(&record->field[at], 0, sizeof(record->field[0]));
	record->field[at].field = field;
	record->field[at].key = key;
	record->field[at].argument = argument;
	record->fields++;
}

static int run_field(struct fc_config_reader *r, struct fc_syntax_line *line, bool key)
{
	const struct fc_field *field = line->row->detail;
	uint8_t argument = line->values ? (uint8_t)line->value[0].number : 0;
	int there = find_field(r->record, field, key), err;

	if (there >= 0 && (line->no || r->record->field[there].argument != argument)) {
		if (fc_config_record_used(r->config, r->index))
			return fc_syntax_refuse(
				line, 0, "%% Flow Record: Failed to field %s: Object is in use",
				line->no ? "remove" : "add");
		if (line->no)
			drop_field(r->record, (unsigned)there);
		else
			r->record->field[there].argument = argument;
		return 0;
	}
	if (there >= 0 || line->no)
		return 0;
	if (fc_config_record_used(r->config, r->index))
		return fc_syntax_refuse(line, 0,
					"%% Flow Record: Failed to field add: Object is in use");
	err = refuse_field(r, line, field);
	if (!err)
		put_field(r->record, field, key, argument);
	return err;
}

int fc_config_run_match(void *context, struct fc_syntax_line *line)
{
	return run_field(context, line, true);
}

int fc_config_run_collect(void *context, struct fc_syntax_line *line)
{
	return run_field(context, line, false);
}

static int run_description(void *context, struct fc_syntax_line *line)
{
	struct fc_fnf_record *r = ((struct fc_config_reader *)context)->record;

	if (!line->no)
		return fc_config_keep(line, 0, r->description, sizeof(r->description));
	memset(r->description, 0, sizeof(r->description));
	return 0;
}

const struct fc_syntax_command fc_config_rows_record[] = {
	{FC_CONFIG_RECORD, true, "description LINE", run_description, NULL},
	{FC_CONFIG_RECORD, false, "exit", fc_config_run_exit, NULL},
	{0, false, NULL, NULL, NULL},
};
