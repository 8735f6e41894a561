// SPDX-License-Identifier: BSD-2-Clause
/* show ... broker [detail|picture], clear ... broker. Page: docs/brokers.md. */
#include <errno.h>
#include <ha/broker_text.h>
#include <ha/cli/command.h>
#include <stdlib.h>

#define ROWS_AT_ONCE 32

static const char *const title[FC_BROKERS_KINDS] = {
	[FC_BROKERS_SAMPLER] = "sampler",
	[FC_BROKERS_EXPORTER] = "flow exporter",
	[FC_BROKERS_RECORD] = "flow record",
	[FC_BROKERS_MONITOR] = "flow monitor",
};

static int no_memory(struct fc_cli_call *call)
{
	fprintf(call->out, "%% Out of memory\n");
	return -ENOMEM;
}

/* What was printed under the lock goes out without it: the reader may be slow. */
static int pass_on(struct fc_cli_call *call, FILE *text, char **octets)
{
	int err = text && !fclose(text) ? 0 : -ENOMEM;

	if (!err)
		fputs(*octets, call->out);
	free(*octets);
	return err ? no_memory(call) : 0;
}

/* ------------------------------------------------------------------ detail */
/* Some rows more; false in *more: that was the last. */
static int detail_rows(struct fc_cli_call *call, struct fc_broker_display *d, bool *more)
{
	struct fc_brokers *brokers = call->unit->brokers;
	struct fc_broker_row row;
	char *text = NULL;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	fc_brokers_lock(brokers, 0);
	*more = out != NULL;
	for (unsigned n = 0; *more && n < ROWS_AT_ONCE; n++) {
		*more = fc_broker_display_next(d, &row);
		if (*more)
			fc_broker_text_row(&row, out);
	}
	fc_brokers_unlock(brokers);
	return pass_on(call, out, &text);
}

static int detail(struct fc_cli_call *call, enum fc_brokers_kind kind)
{
	struct fc_brokers *brokers = call->unit->brokers;
	struct fc_broker_display *d;
	char *text = NULL;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);
	struct fc_broker *b;
	bool more = true;
	int err;

	if (!out)
		return no_memory(call);
	b = fc_brokers_lock(brokers, kind);
	fc_broker_text_detail(b, out);
	d = fc_broker_display_begin(b);
	fc_brokers_unlock(brokers);
	err = pass_on(call, out, &text);
	if (!d)
		return no_memory(call);
	while (!err && more && !(call->gone && call->gone(call)))
		err = detail_rows(call, d, &more);
	fc_brokers_lock(brokers, kind);
	fc_broker_display_end(d);
	fc_brokers_unlock(brokers);
	return err;
}

/* ------------------------------------------------------------------ the others */
static int picture(struct fc_cli_call *call, enum fc_brokers_kind kind)
{
	char *text = NULL;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	if (!out)
		return no_memory(call);
	fc_broker_text_picture(fc_brokers_lock(call->unit->brokers, kind), out);
	fc_brokers_unlock(call->unit->brokers);
	return pass_on(call, out, &text);
}

static int summary(struct fc_cli_call *call, enum fc_brokers_kind kind)
{
	char *text = NULL;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	if (!out)
		return no_memory(call);
	fc_broker_text_summary(fc_brokers_lock(call->unit->brokers, kind), title[kind], out);
	fc_brokers_unlock(call->unit->brokers);
	return pass_on(call, out, &text);
}

/* All three say the sums; detail and picture the list as well. */
static int json(struct fc_cli_call *call, enum fc_brokers_kind kind, bool list)
{
	struct fc_broker *b = fc_brokers_lock(call->unit->brokers, kind);
	json_t *object = fc_broker_json_summary(b), *rows = list ? fc_broker_json_picture(b) : NULL;

	fc_brokers_unlock(call->unit->brokers);
	if (object)
		json_object_set_new(object, "broker", json_string(title[kind]));
	if (object && rows)
		json_object_update(object, rows);
	json_decref(rows);
	if (!object || json_dumpf(object, call->out, JSON_INDENT(2) | JSON_SORT_KEYS)) {
		json_decref(object);
		return no_memory(call);
	}
	fputc('\n', call->out);
	json_decref(object);
	return 0;
}

static int show(struct fc_cli_call *call, enum fc_brokers_kind kind)
{
	bool want_detail = fc_syntax_has(call->line, "detail");
	bool want_picture = fc_syntax_has(call->line, "picture");

	if (call->json)
		return json(call, kind, want_detail || want_picture);
	if (want_picture)
		return picture(call, kind);
	return want_detail ? detail(call, kind) : summary(call, kind);
}

static int clear(struct fc_cli_call *call, enum fc_brokers_kind kind)
{
	fc_broker_trim(fc_brokers_lock(call->unit->brokers, kind));
	fc_brokers_unlock(call->unit->brokers);
	return 0;
}

#define COMMANDS(name, kind)                                                                       \
	static int show_##name(struct fc_cli_call *call)                                           \
	{                                                                                          \
		return show(call, kind);                                                           \
	}                                                                                          \
	static int clear_##name(struct fc_cli_call *call)                                          \
	{                                                                                          \
		return clear(call, kind);                                                          \
	}
COMMANDS(sampler, FC_BROKERS_SAMPLER)
COMMANDS(exporter, FC_BROKERS_EXPORTER)
COMMANDS(record, FC_BROKERS_RECORD)
COMMANDS(monitor, FC_BROKERS_MONITOR)

const struct fc_cli_command fc_cli_show_broker[] = {
	{"show sampler broker [detail|picture]", "How samplers reach the cards", FC_CLI_USER,
	 show_sampler},
	{"show flow exporter broker [detail|picture]", "How flow exporters reach the cards",
	 FC_CLI_USER, show_exporter},
	{"show flow record broker [detail|picture]", "How flow records reach the cards",
	 FC_CLI_USER, show_record},
	{"show flow monitor broker [detail|picture]", "How flow monitors reach the cards",
	 FC_CLI_USER, show_monitor},
	{"clear sampler broker", "Drop updates that every card has", FC_CLI_PRIVILEGED,
	 clear_sampler},
	{"clear flow exporter broker", "Drop updates that every card has", FC_CLI_PRIVILEGED,
	 clear_exporter},
	{"clear flow record broker", "Drop updates that every card has", FC_CLI_PRIVILEGED,
	 clear_record},
	{"clear flow monitor broker", "Drop updates that every card has", FC_CLI_PRIVILEGED,
	 clear_monitor},
	{0},
};
