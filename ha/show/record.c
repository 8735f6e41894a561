// SPDX-License-Identifier: BSD-2-Clause
/* show flow record, and words that several listings share. */
#include "ha/show/objects.h"

#include <string.h>

void fc_show_field_name(const struct fc_fnf_record_field *f, char text[FC_SHOW_FIELD])
{
	if (f->argument)
		snprintf(text, FC_SHOW_FIELD, "%s minimum-mask %u", f->field->name, f->argument);
	else
		snprintf(text, FC_SHOW_FIELD, "%s", f->field->name);
}

const char *fc_show_description(const char *description)
{
	return *description ? description : "User defined";
}

const char *fc_show_protocol(enum fc_protocol protocol)
{
	static const char *const name[] = {[FC_PROTOCOL_V5] = "NetFlow Version 5",
					   [FC_PROTOCOL_V9] = "NetFlow Version 9",
					   [FC_PROTOCOL_IPFIX] = "IPFIX (Version 10)"};

	return name[protocol];
}

void fc_show_elapsed(unsigned long seconds, char text[FC_SHOW_VALUE])
{
	snprintf(text, FC_SHOW_VALUE, "%02lu:%02lu:%02lu", seconds / 3600, seconds / 60 % 60,
		 seconds % 60);
}

/* Objects of the brokers that no monitor can use are no flow records to an operator. */
static bool listed(const struct fc_fnf_record *r)
{
	return r->kind == FC_RECORD_USER || r->kind == FC_RECORD_PREDEFINED;
}

static unsigned users(const struct fc_fnf *fnf, int record)
{
	unsigned count = 0;

	for (unsigned m = 0; m < FC_FNF_MONITORS; m++)
		count += *fnf->monitor[m].name && fnf->monitor[m].record == record;
	return count;
}

static void record_text(const struct fc_fnf *fnf, int number, FILE *out)
{
	const struct fc_fnf_record *r = &fnf->record[number];
	char name[FC_SHOW_FIELD];

	fprintf(out, "flow record %s:\n", r->name);
	fprintf(out, "  Description:        %s\n", fc_show_description(r->description));
	fprintf(out, "  No. of users:       %u\n", users(fnf, number));
	fprintf(out, "  Total field space:  %u bytes\n", fc_fnf_record_space(r));
	fprintf(out, "  Fields:\n");
	for (int key = 1; key >= 0; key--)
		for (unsigned i = 0; i < r->fields; i++)
			if (r->field[i].key == key) {
				fc_show_field_name(&r->field[i], name);
				fprintf(out, "    %s %s\n", key ? "match" : "collect", name);
			}
	fputc('\n', out);
}

static json_t *record_json(const struct fc_fnf *fnf, int number)
{
	const struct fc_fnf_record *r = &fnf->record[number];
	json_t *object = json_object(), *list[2] = {json_array(), json_array()};
	char name[FC_SHOW_FIELD];

	fc_show_put_text(object, "name", r->name);
	fc_show_put_text(object, "description", fc_show_description(r->description));
	fc_show_put(object, "id", r->id);
	fc_show_put_bool(object, "predefined", r->kind == FC_RECORD_PREDEFINED);
	fc_show_put(object, "users", users(fnf, number));
	fc_show_put(object, "field_space", fc_fnf_record_space(r));
	for (unsigned i = 0; i < r->fields; i++) {
		fc_show_field_name(&r->field[i], name);
		fc_show_append_text(list[r->field[i].key], name);
	}
	json_object_set_new(object, "match", list[1]);
	json_object_set_new(object, "collect", list[0]);
	return object;
}

int fc_show_records(const struct fc_show_view *view, int record, bool json, FILE *out)
{
	json_t *list = json ? json_array() : NULL, *object;

	for (int r = 0; r < FC_FNF_RECORDS; r++) {
		if (!listed(&view->fnf->record[r]) || (record >= 0 && record != r))
			continue;
		if (json)
			json_array_append_new(list, record_json(view->fnf, r));
		else
			record_text(view->fnf, r, out);
	}
	if (!json)
		return 0;
	object = json_object();
	json_object_set_new(object, "records", list);
	return fc_show_give(object, out);
}
