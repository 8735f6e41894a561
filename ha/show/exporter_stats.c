// SPDX-License-Identifier: BSD-2-Clause
/* show flow exporter statistics and templates: what an exporter has done and says. */
#include "ha/show/exporters.h"

#include <inttypes.h>
#include <string.h>

/* ------------------------------------------------------------------ statistics */
static void packets_line(FILE *out, const char *what, uint64_t packets, uint64_t octets)
{
	char label[FC_SHOW_VALUE];

	snprintf(label, sizeof(label), "%s:", what);
	fprintf(out, "    %-26s %-21" PRIu64 " (%" PRIu64 " bytes)\n", label, packets, octets);
}

/* Of a pair, what was restored from the peer was sent there, or counted there as dropped. */
static void added_lines(FILE *out, const char *what, uint64_t added, uint64_t sent, uint64_t failed,
			uint64_t skipped)
{
	char label[FC_SHOW_VALUE];

	snprintf(label, sizeof(label), "%s added:", what);
	fprintf(out, "      %-24s %" PRIu64 "\n", label, added);
	if (sent)
		fprintf(out, "        - sent:                %" PRIu64 "\n", sent);
	if (failed)
		fprintf(out, "        - failed to send:      %" PRIu64 "\n", failed);
	if (skipped)
		fprintf(out, "        - left to the peer:    %" PRIu64 "\n", skipped);
}

static void client_text(const struct fc_exporter_client_stats *c, FILE *out)
{
	fprintf(out, "    Client: %s\n", c->name);
	added_lines(out, "Records", c->records_added, c->records_sent, c->records_failed,
		    c->records_skipped);
	added_lines(out, "Bytes", c->octets_added, c->octets_sent, c->octets_failed,
		    c->octets_skipped);
}

/* An exporter that nobody uses says so, since parsers demand a client. */
static void statistics_text(const char *name, const struct fc_show_exporter *s, FILE *out)
{
	static const struct fc_exporter_client_stats nobody = {.name = "None"};
	char since[FC_SHOW_VALUE];

	fc_show_elapsed(s->cleared_seconds, since);
	fprintf(out, "Flow Exporter %s:\n", name);
	fprintf(out, "  Packet send statistics (last cleared %s ago):\n", since);
	packets_line(out, "Successfully sent", s->stats.datagrams_sent, s->stats.octets_sent);
	for (unsigned r = 0; r < FC_EXPORTER_REASONS; r++)
		if (s->stats.failed[r].datagrams)
			packets_line(out, fc_exporter_reason_name((enum fc_exporter_reason)r),
				     s->stats.failed[r].datagrams, s->stats.failed[r].octets);
	fprintf(out, "\n  Client send statistics:\n");
	if (!s->clients)
		client_text(&nobody, out);
	for (unsigned c = 0; c < s->clients; c++) {
		if (c)
			fputc('\n', out);
		client_text(&s->client[c], out);
	}
	fputc('\n', out);
}

static json_t *client_json(const struct fc_exporter_client_stats *c)
{
	json_t *object = json_object();

	fc_show_put_text(object, "client", c->name);
	fc_show_put(object, "records_added", c->records_added);
	fc_show_put(object, "records_sent", c->records_sent);
	fc_show_put(object, "records_failed", c->records_failed);
	fc_show_put(object, "records_skipped", c->records_skipped);
	fc_show_put(object, "octets_added", c->octets_added);
	fc_show_put(object, "octets_sent", c->octets_sent);
	fc_show_put(object, "octets_failed", c->octets_failed);
	fc_show_put(object, "octets_skipped", c->octets_skipped);
	return object;
}

static void sums_json(json_t *object, const struct fc_exporter_stats *s)
{
	const struct {
		const char *name;
		uint64_t value;
	} sum[] = {
		{"flows", s->flows},
		{"packets", s->packets},
		{"octets", s->octets},
		{"records_sealed", s->records_sealed},
		{"records_sent", s->records_sent},
		{"datagrams_sealed", s->datagrams_sealed},
		{"datagrams_sent", s->datagrams_sent},
		{"octets_sent", s->octets_sent},
		{"datagrams_restored", s->datagrams_restored},
		{"records_restored", s->records_restored},
		{"datagrams_skipped", s->datagrams_skipped},
		{"records_skipped", s->records_skipped},
		{"datagrams_queued", s->datagrams_queued},
		{"templates", s->templates},
		{"dropped_datagrams", s->dropped_datagrams},
		{"dropped_flows", s->dropped_flows},
		{"inexpressible", s->inexpressible},
		{"split_flows", s->split_flows},
		{"clamped_times", s->clamped_times},
		{"refused", s->refused},
		{"send_errors", s->send_errors},
		{"sessions", s->sessions},
	};

	for (size_t i = 0; i < sizeof(sum) / sizeof(*sum); i++)
		fc_show_put(object, sum[i].name, sum[i].value);
}

static json_t *statistics_json(const char *name, const struct fc_show_exporter *s)
{
	json_t *object = json_object(), *failed = json_object(), *clients = json_array();

	fc_show_put_text(object, "name", name);
	fc_show_put(object, "cleared_s", s->cleared_seconds);
	sums_json(object, &s->stats);
	for (unsigned r = 0; r < FC_EXPORTER_REASONS; r++)
		if (s->stats.failed[r].datagrams) {
			json_t *why = json_object();

			fc_show_put(why, "datagrams", s->stats.failed[r].datagrams);
			fc_show_put(why, "octets", s->stats.failed[r].octets);
			json_object_set_new(
				failed, fc_exporter_reason_name((enum fc_exporter_reason)r), why);
		}
	json_object_set_new(object, "failed", failed);
	for (unsigned c = 0; c < s->clients; c++)
		json_array_append_new(clients, client_json(&s->client[c]));
	json_object_set_new(object, "clients", clients);
	return object;
}

/* ------------------------------------------------------------------ templates */
/* Version 9 has no enterprise numbers; IPFIX's standard fields have none. */
static void template_text(const struct fc_exporter_template *t, FILE *out)
{
	bool v9 = t->protocol == FC_PROTOCOL_V9;
	static const char line[] = "-----------------------------------------------------------"
				   "------------------";
	int width = v9 ? 69 : 77;

	fprintf(out, "  Client: %s\n", t->client);
	fprintf(out, "  Exporter Format: %s\n", fc_show_protocol(t->protocol));
	fprintf(out, "  Template ID    : %u\n", t->id);
	fprintf(out, "  Source ID      : %u\n", t->source_id);
	fprintf(out, "  Record Size    : %u\n", t->record_size);
	fprintf(out, "  Template layout\n  ");
	for (int i = 0; i < width; i++)
		fputc('_', out);
	fprintf(out, "\n  |                 Field                   |%s\n  %.*s\n",
		v9 ? "  Type | Offset |  Size  |" : "    ID | Ent.ID | Offset |  Size |", width,
		line);
	for (unsigned i = 0; i < t->fields; i++)
		fprintf(out,
			v9 ? "  | %-40s|%6u |%6u  |%6u  |\n"
			   : "  | %-40s|%6u |        |%7u |%6u |\n",
			t->field[i].name, t->field[i].element, t->field[i].offset,
			t->field[i].size);
	fprintf(out, "  %.*s\n\n", width, line);
}

static json_t *template_json(const struct fc_exporter_template *t)
{
	json_t *object = json_object(), *fields = json_array();

	fc_show_put_text(object, "client", t->client);
	fc_show_put(object, "id", t->id);
	fc_show_put(object, "source_id", t->source_id);
	fc_show_put(object, "record_size", t->record_size);
	if (t->family)
		fc_show_put(object, "ip_version", t->family);
	for (unsigned i = 0; i < t->fields; i++) {
		json_t *field = json_object();

		fc_show_put_text(field, "name", t->field[i].name);
		fc_show_put(field, "element", t->field[i].element);
		fc_show_put(field, "offset", t->field[i].offset);
		fc_show_put(field, "size", t->field[i].size);
		fc_show_put_bool(field, "scope", t->field[i].scope);
		json_array_append_new(fields, field);
	}
	json_object_set_new(object, "fields", fields);
	return object;
}

static void templates_text(const char *name, const struct fc_show_exporter *s, FILE *out)
{
	fprintf(out, "Flow Exporter %s:\n", name);
	for (unsigned t = 0; t < s->templates; t++)
		template_text(&s->template[t], out);
	if (!s->templates)
		fputc('\n', out);
}

static json_t *templates_json(const char *name, const struct fc_show_exporter *s)
{
	json_t *object = json_object(), *list = json_array();

	fc_show_put_text(object, "name", name);
	for (unsigned t = 0; t < s->templates; t++)
		json_array_append_new(list, template_json(&s->template[t]));
	json_object_set_new(object, "templates", list);
	return object;
}

/* ------------------------------------------------------------------ both */
static int each(const struct fc_show_view *view, int exporter, bool json, FILE *out,
		void (*text)(const char *name, const struct fc_show_exporter *s, FILE *out),
		json_t *(*object_of)(const char *name, const struct fc_show_exporter *s))
{
	json_t *list = json ? json_array() : NULL, *object;

	for (int e = 0; e < FC_FNF_EXPORTERS; e++) {
		const char *name = view->fnf->exporter[e].name;

		if (!*name || (exporter >= 0 && exporter != e))
			continue;
		if (json)
			json_array_append_new(list, object_of(name, &view->exporter[e]));
		else
			text(name, &view->exporter[e], out);
	}
	if (!json)
		return 0;
	object = json_object();
	json_object_set_new(object, "exporters", list);
	fc_show_put(object, "flows_without_exporter", view->unwanted);
	return fc_show_give(object, out);
}

int fc_show_exporter_statistics(const struct fc_show_view *view, int exporter, bool json, FILE *out)
{
	return each(view, exporter, json, out, statistics_text, statistics_json);
}

int fc_show_exporter_templates(const struct fc_show_view *view, int exporter, bool json, FILE *out)
{
	return each(view, exporter, json, out, templates_text, templates_json);
}
