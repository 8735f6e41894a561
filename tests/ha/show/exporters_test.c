// SPDX-License-Identifier: BSD-2-Clause
/* Listings of exporters against goldens: configuration, statistics, templates, element ids. */
#include "tests/ha/show/show_fixture.h"

#include <errno.h>
#include <ha/show/exporters.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

static struct fc_fnf ip, others;
static struct fc_show_exporter state[FC_FNF_EXPORTERS];

static const struct fc_exporter_client_stats client[] = {
	{.name = "Flow Monitor V4",
	 .records_added = 21,
	 .records_sent = 8,
	 .records_failed = 13,
	 .octets_added = 1260,
	 .octets_sent = 145,
	 .octets_failed = 1115},
	{.name = "Option options interface-table"},
	{.name = "Flow Monitor " SHOW_LONG_NAME,
	 .records_added = 8,
	 .records_sent = 5,
	 .records_skipped = 3,
	 .octets_added = 320,
	 .octets_sent = 200,
	 .octets_skipped = 120},
};

static const struct fc_exporter_template templates[] = {
	{.client = "Flow Monitor V4",
	 .protocol = FC_PROTOCOL_V9,
	 .id = 256,
	 .source_id = 6,
	 .family = 4,
	 .record_size = 10,
	 .fields = 3,
	 .field = {{"ipv4 source address", 8, 0, 4, false},
		   {"transport destination-port", 11, 4, 2, false},
		   {"counter packets", 2, 6, 4, false}}},
	{.client = "Option options interface-table",
	 .protocol = FC_PROTOCOL_IPFIX,
	 .id = 257,
	 .record_size = 84,
	 .fields = 2,
	 .field = {{"interface input", 10, 0, 4, true}, {"interface name", 82, 4, 80, false}}},
};

static struct fc_fnf_exporter *add(struct fc_fnf *fnf, const char *name,
				   enum fc_fnf_transport transport, const char *destination)
{
	struct fc_fnf_exporter *e = &fnf->exporter[fc_fnf_exporter_add(fnf, name)];

	e->transport = transport;
	strcpy(e->destination, destination);
	return e;
}

static void make_ip(void)
{
	struct fc_fnf_exporter *e;

	fc_fnf_init(&ip);
	e = add(&ip, "FIRST", FC_TRANSPORT_UDP, "collector.example");
	strcpy(e->description, "To the datacenter");
	strcpy(e->source, "eth0");
	strcpy(e->vrf, "MANAGEMENT");
	e->port = 2055;
	e->dscp = 46;
	e->ttl = 64;
	e->output_features = true;
	e->option[FC_OPTION_INTERFACES] = e->option[FC_OPTION_SAMPLERS] = true;
	e->option_seconds[FC_OPTION_INTERFACES] = 120;
	e = add(&ip, "SECOND", FC_TRANSPORT_TLS, "2001:db8::7");
	e->protocol = FC_PROTOCOL_IPFIX;
	e = add(&ip, SHOW_LONG_NAME, FC_TRANSPORT_UDP, "198.51.100.7");
	e->protocol = FC_PROTOCOL_V5;
	state[0] = (struct fc_show_exporter){.open = true,
					     .source = "192.0.2.1",
					     .source_port = 50714,
					     .destination = "198.51.100.9",
					     .cleared_seconds = 617,
					     .client = client,
					     .clients = 3,
					     .template = templates,
					     .templates = 2};
	state[0].stats = (struct fc_exporter_stats){
		.datagrams_sent = 6, .octets_sent = 410, .ready = true, .flows = 26, .packets = 99};
	state[0].stats.failed[FC_UNSENT_NONE].datagrams = 163;
	state[0].stats.failed[FC_UNSENT_NONE].octets = 7820;
	state[0].stats.failed[FC_UNSENT_DESTINATION].datagrams = UINT64_MAX;
	state[0].stats.failed[FC_UNSENT_DESTINATION].octets = UINT64_MAX;
	state[1] = (struct fc_show_exporter){.open = true,
					     .error = ECONNREFUSED,
					     .cleared_seconds = 360000,
					     .client = client,
					     .clients = 1};
}

static void make_others(void)
{
	struct fc_fnf_exporter *e;

	fc_fnf_init(&others);
	e = add(&others, "STREAM", FC_TRANSPORT_KAFKA, "broker-1:9092,broker-2:9092");
	strcpy(e->topic, "flows");
	e->kafka_json = true;
	add(&others, "DISK", FC_TRANSPORT_FILE, "/var/tmp/flows.ipfix");
	add(&others, "UNFINISHED", FC_TRANSPORT_UDP, "");
}

/* ------------------------------------------------------------------ runs */
typedef int (*lister)(const struct fc_show_view *view, int number, bool json, FILE *out);

struct asked {
	lister list;
	struct fc_show_view view;
	int number;
	bool json;
};

static int write_it(void *context, FILE *out)
{
	const struct asked *a = context;

	return a->list(&a->view, a->number, a->json, out);
}

static int ids_v9(const struct fc_show_view *view, int number, bool json, FILE *out)
{
	(void)view;
	(void)number;
	return fc_show_export_ids(FC_PROTOCOL_V9, json, out);
}

static int ids_ipfix(const struct fc_show_view *view, int number, bool json, FILE *out)
{
	(void)view;
	(void)number;
	return fc_show_export_ids(FC_PROTOCOL_IPFIX, json, out);
}

static char *text_of(lister list, const struct fc_fnf *fnf, int number, bool json)
{
	struct asked a = {list, {.fnf = fnf, .exporter = state}, number, json};
	int err;
	char *text = show_text(write_it, &a, &err);

	assert_int_equal(err, 0);
	return text;
}

static void compare(const char *golden, lister list, const struct fc_fnf *fnf, int number)
{
	char path[64], *text = text_of(list, fnf, number, false);
	json_t *object;

	show_golden(golden, text);
	free(text);
	text = text_of(list, fnf, number, true);
	object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(object);
	json_decref(object);
	snprintf(path, sizeof(path), "%s_json", golden);
	show_golden(path, text);
	free(text);
}

/* ------------------------------------------------------------------ tests */
static void configurations(void **nothing)
{
	(void)nothing;
	compare("exporter_ip", fc_show_exporters, &ip, -1);
	compare("exporter_others", fc_show_exporters, &others, -1);
	compare("exporter_one", fc_show_exporters, &ip, fc_fnf_exporter_find(&ip, "SECOND"));
}

static void statistics(void **nothing)
{
	(void)nothing;
	compare("exporter_statistics_first", fc_show_exporter_statistics, &ip, 0);
	compare("exporter_statistics", fc_show_exporter_statistics, &ip, -1);
}

static void layouts_of_templates(void **nothing)
{
	(void)nothing;
	compare("exporter_templates", fc_show_exporter_templates, &ip, -1);
}

static void every_element_a_protocol_knows_is_listed(void **nothing)
{
	static const struct {
		lister list;
		bool v9;
	} side[] = {{ids_v9, true}, {ids_ipfix, false}};
	size_t count;
	const struct fc_field *table = fc_field_table(&count);

	(void)nothing;
	for (unsigned s = 0; s < 2; s++) {
		char *text = text_of(side[s].list, &ip, -1, false), line[128];

		for (size_t i = 0; i < count; i++) {
			snprintf(line, sizeof(line), "\n  %-40s : %5u\n", table[i].name,
				 table[i].element);
			assert_int_equal(strstr(text, line) != NULL,
					 (side[s].v9 ? table[i].v9 : table[i].ipfix) != 0);
		}
		free(text);
		text = text_of(side[s].list, &ip, -1, true);
		assert_non_null(strstr(text, "\"ipv4 source address\": 8"));
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configurations),
		cmocka_unit_test(statistics),
		cmocka_unit_test(layouts_of_templates),
		cmocka_unit_test(every_element_a_protocol_knows_is_listed),
	};

	make_ip();
	make_others();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
