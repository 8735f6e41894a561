/* SPDX-License-Identifier: BSD-2-Clause */
/* Clients of an exporter: templates and their ids, option tables, statistics, listings. */
#include "collector.h"

#include <errno.h>
#include <flowcard/export.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <tests/wire/synthetic_flows.h>

#define NOW UINT64_C(1795348800000000000)
#define SECOND UINT64_C(1000000000)

static const struct fc_option_row interfaces[] = {{{57}, {"HundredGigE7/0/0", ""}},
						  {{58}, {"HundredGigE7/0/1", ""}}};
static const struct fc_option_row samplers[] = {{{3, FC_SAMPLE_RANDOM, 100}, {"ONE-IN-100", ""}}};

/* A record of some fields by name. */
static struct fc_fnf_record record_of(const char *const *names)
{
	struct fc_fnf_record r = {.kind = FC_RECORD_USER};

	for (; *names; names++)
		r.field[r.fields++].field = fc_field_find(*names);
	return r;
}

static const char *const by_destination[] = {"ipv4 destination address", "counter bytes",
					     "counter packets", NULL};
static const char *const by_port[] = {"transport destination-port", "counter bytes long", NULL};

static struct fc_exporter *open_to(const struct collector *c, enum fc_protocol protocol)
{
	const struct fc_exporter_config config = {.protocol = protocol,
						  .host = "127.0.0.1",
						  .port = c->port,
						  .domain = 9,
						  .boot_ns = NOW - 3600 * SECOND};
	struct fc_exporter *e = NULL;

	assert_int_equal(fc_exporter_open(&config, &e), 0);
	return e;
}

static struct fc_flow flow_of(unsigned version)
{
	uint64_t state = 5;
	struct fc_flow f = synthetic_flow(&state, 1, version, NOW - 3600 * SECOND);

	f.octets &= INT32_MAX;
	return f;
}

static void add(struct fc_exporter *e, int client, unsigned version, uint64_t now_ns)
{
	struct fc_flow f = flow_of(version);

	assert_int_equal(fc_exporter_add(e, client, &f, 1, now_ns), 0);
}

static void flush(struct fc_exporter *e, struct collector *c, uint64_t now_ns)
{
	assert_int_equal(fc_exporter_seal(e, now_ns), 0);
	assert_int_equal(fc_exporter_send(e, 1000), 0);
	collector_read(c);
	assert_int_equal(c->decoder.sequence_errors, 0);
}

static int client_of(struct fc_exporter *e, const char *name, const char *const *names)
{
	struct fc_fnf_record record = record_of(names);
	int client = fc_exporter_client_add(e, name, &record);

	assert_true(client > 0);
	return client;
}

static unsigned id_of(const struct fc_exporter *e, const char *client, unsigned family)
{
	struct fc_exporter_template t;

	for (unsigned i = 0; !fc_exporter_template(e, i, &t); i++)
		if (!strcmp(t.client, client) && t.family == family)
			return t.id;
	return 0;
}

/* ------------------------------------------------------------------ tests */
static void clients_share_datagrams_and_have_their_own_templates(void **state)
{
	struct collector c;
	struct fc_exporter *e;
	int a, b;

	(void)state;
	collector_open(&c);
	e = open_to(&c, FC_PROTOCOL_IPFIX);
	a = client_of(e, "Flow Monitor A", by_destination);
	b = client_of(e, "Flow Monitor B", by_port);
	add(e, a, 4, NOW);
	add(e, b, 4, NOW);
	add(e, b, 6, NOW);
	add(e, a, 4, NOW);
	flush(e, &c, NOW);
	assert_int_equal(c.decoder.datagrams, 1);
	assert_int_equal(c.decoder.records, 4);
	assert_int_equal(c.decoder.templates, 3); /* A: IPv4, B: both */
	assert_int_equal(id_of(e, "Flow Monitor A", 4), 256);
	assert_int_equal(id_of(e, "Flow Monitor A", 6), 0);
	assert_int_equal(id_of(e, "Flow Monitor B", 4), 257);
	assert_int_equal(id_of(e, "Flow Monitor B", 6), 258);
	fc_exporter_close(e);
	collector_close(&c);
}

static void an_id_keeps_its_layout_whoever_comes_and_goes(void **state)
{
	struct collector c;
	struct fc_exporter *e;
	int a;

	(void)state;
	collector_open(&c);
	e = open_to(&c, FC_PROTOCOL_V9);
	a = client_of(e, "Flow Monitor A", by_destination);
	add(e, a, 4, NOW);
	fc_exporter_client_remove(e, a, NOW);
	a = client_of(e, "Flow Monitor A", by_port); /* another layout: other ids */
	assert_int_equal(id_of(e, "Flow Monitor A", 4), 257);
	add(e, a, 4, NOW);
	flush(e, &c, NOW);
	fc_exporter_client_remove(e, a, NOW);
	a = client_of(e, "Flow Monitor C", by_destination); /* the first one again */
	assert_int_equal(id_of(e, "Flow Monitor C", 4), 256);
	add(e, a, 4, NOW);
	flush(e, &c, NOW); /* the decoder refuses a known id with another layout */
	assert_int_equal(c.decoder.records, 3);
	fc_exporter_close(e);
	collector_close(&c);
}

static void ids_outlive_the_exporter(void **state)
{
	struct fc_exporter_config config = {
		.protocol = FC_PROTOCOL_IPFIX, .host = "127.0.0.1", .port = "9"};
	struct fc_exporter *e;

	(void)state;
	assert_int_equal(fc_template_ids_create(&config.ids), 0);
	assert_int_equal(fc_exporter_open(&config, &e), 0);
	client_of(e, "A", by_destination);
	client_of(e, "B", by_port);
	fc_exporter_close(e);
	assert_int_equal(fc_exporter_open(&config, &e), 0);
	client_of(e, "B", by_port);
	client_of(e, "A", by_destination);
	assert_int_equal(id_of(e, "A", 4), 256);
	assert_int_equal(id_of(e, "B", 4), 257);
	fc_exporter_close(e);
	fc_template_ids_destroy(config.ids);
}

/* Rows come before the first flow, after their template, each in datagrams of their own. */
static void option_tables_come_first_and_in_their_time(enum fc_protocol protocol)
{
	struct collector c;
	struct fc_exporter *e;
	int a;

	collector_open(&c);
	e = open_to(&c, protocol);
	a = client_of(e, "Flow Monitor A", by_destination);
	assert_int_equal(fc_exporter_option(e, FC_OPTION_INTERFACES, 300, interfaces, 2, NOW), 0);
	assert_int_equal(fc_exporter_option(e, FC_OPTION_SAMPLERS, 600, samplers, 1, NOW), 0);
	assert_int_equal(fc_exporter_option(e, FC_OPTION_EXPORTER, 600, NULL, 0, NOW), 0);
	add(e, a, 4, NOW);
	flush(e, &c, NOW);
	assert_int_equal(c.decoder.option_templates, 3);
	assert_int_equal(c.decoder.option_records, 4);
	assert_int_equal(c.decoder.records, 1);
	assert_int_equal(c.decoder.datagrams, 3);
	flush(e, &c, NOW + 299 * SECOND);
	assert_int_equal(c.decoder.datagrams, 3);
	flush(e, &c, NOW + 300 * SECOND); /* interfaces */
	assert_int_equal(c.decoder.option_templates, 4);
	assert_int_equal(c.decoder.option_records, 6);
	/* The same rows again are no reason to send them, another one is. */
	assert_int_equal(fc_exporter_option(e, FC_OPTION_INTERFACES, 300, interfaces, 2, NOW), 0);
	flush(e, &c, NOW + 301 * SECOND);
	assert_int_equal(c.decoder.option_records, 6);
	assert_int_equal(fc_exporter_option(e, FC_OPTION_INTERFACES, 300, interfaces, 1, NOW), 0);
	assert_int_equal(fc_exporter_option(e, FC_OPTION_SAMPLERS, 0, NULL, 0, NOW), 0);
	flush(e, &c, NOW + 302 * SECOND);
	assert_int_equal(c.decoder.option_records, 7);
	fc_exporter_close(e);
	collector_close(&c);
}

static void option_tables_in_v9(void **state)
{
	(void)state;
	option_tables_come_first_and_in_their_time(FC_PROTOCOL_V9);
}

static void option_tables_in_ipfix(void **state)
{
	(void)state;
	option_tables_come_first_and_in_their_time(FC_PROTOCOL_IPFIX);
}

static void a_long_table_goes_into_several_datagrams(void **state)
{
	static struct fc_option_row many[256];
	struct collector c;
	struct fc_exporter *e;

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		many[i].number[0] = i + 1;
		snprintf(many[i].text[0], FC_OPTION_TEXT, "HundredGigE%u/0/%u", i / 8, i % 8);
	}
	collector_open(&c);
	e = open_to(&c, FC_PROTOCOL_V9);
	assert_int_equal(fc_exporter_option(e, FC_OPTION_INTERFACES, 60, many, 256, NOW), 0);
	flush(e, &c, NOW);
	assert_int_equal(c.decoder.option_records, 256);
	assert_true(c.decoder.longest <= 1400);
	fc_exporter_close(e);
	collector_close(&c);
}

/* Always: added = sent + failed + what waits; the exporter's sums are its clients'. */
static void statistics_are_a_clients_own(void **state)
{
	struct collector c;
	struct fc_exporter *e;
	struct fc_exporter_client_stats a, b;
	struct fc_exporter_stats s;
	int ca, cb;

	(void)state;
	collector_open(&c);
	e = open_to(&c, FC_PROTOCOL_IPFIX);
	ca = client_of(e, "Flow Monitor A", by_destination);
	cb = client_of(e, "Flow Monitor B", by_port);
	for (int i = 0; i < 5; i++)
		add(e, ca, 4, NOW);
	add(e, cb, 4, NOW);
	assert_int_equal(fc_exporter_client_stats(e, (unsigned)ca, &a), 0);
	assert_string_equal(a.name, "Flow Monitor A");
	assert_int_equal(a.records_added, 5);
	assert_int_equal(a.octets_added, 5 * 12);
	assert_int_equal(a.records_sent, 0);
	flush(e, &c, NOW);
	assert_int_equal(fc_exporter_client_stats(e, (unsigned)ca, &a), 0);
	assert_int_equal(fc_exporter_client_stats(e, (unsigned)cb, &b), 0);
	fc_exporter_stats(e, &s);
	assert_int_equal(a.records_sent, 5);
	assert_int_equal(b.records_sent, 1);
	assert_int_equal(b.octets_sent, 2 + 8);
	assert_int_equal(s.records_sent, a.records_sent + b.records_sent);
	assert_int_equal(fc_exporter_client_stats(e, 3, &b), -ENOENT);
	fc_exporter_clear(e);
	assert_int_equal(fc_exporter_client_stats(e, (unsigned)ca, &a), 0);
	fc_exporter_stats(e, &s);
	assert_int_equal(a.records_added, 0);
	assert_int_equal(s.datagrams_sent + s.datagrams_sealed + s.octets_sent, 0);
	fc_exporter_close(e);
	collector_close(&c);
}

static void what_a_full_queue_drops_is_the_clients_loss(void **state)
{
	struct fc_exporter_config config = {
		.protocol = FC_PROTOCOL_V9, .host = "127.0.0.1", .port = "9", .queue_datagrams = 2};
	struct fc_exporter_client_stats a;
	struct fc_exporter_stats s;
	struct fc_exporter *e;
	struct fc_flow f = flow_of(4);
	int client, gone;

	(void)state;
	assert_int_equal(fc_exporter_open(&config, &e), 0);
	client = client_of(e, "A", by_destination);
	gone = client_of(e, "B", by_destination);
	for (int i = 0; i < 5; i++) {
		fc_exporter_add(e, client, &f, 1, NOW);
		fc_exporter_add(e, gone, &f, 1, NOW);
		fc_exporter_seal(e, NOW);
	}
	assert_int_equal(fc_exporter_client_stats(e, (unsigned)client, &a), 0);
	fc_exporter_stats(e, &s);
	assert_int_equal(a.records_added, 5);
	assert_int_equal(a.records_failed, 3);
	assert_int_equal(s.failed[FC_UNSENT_ENQUEUE].datagrams, 3);
	/* Queued records of a client that goes are nobody's; a newcomer in its place starts at 0.
	 */
	fc_exporter_client_remove(e, gone, NOW);
	assert_int_equal(client_of(e, "C", by_port), gone);
	assert_int_equal(fc_exporter_send(e, 1000), 0);
	assert_int_equal(fc_exporter_client_stats(e, (unsigned)gone, &a), 0);
	assert_int_equal(a.records_sent + a.records_failed + a.records_added, 0);
	fc_exporter_close(e);
}

static void templates_are_listed_with_offsets(void **state)
{
	struct collector c;
	struct fc_exporter_template t;
	struct fc_exporter *e;

	(void)state;
	collector_open(&c);
	e = open_to(&c, FC_PROTOCOL_V9);
	client_of(e, "Flow Monitor A", by_destination);
	assert_int_equal(fc_exporter_option(e, FC_OPTION_INTERFACES, 60, interfaces, 2, NOW), 0);
	assert_int_equal(fc_exporter_template(e, 0, &t), 0);
	assert_int_equal(t.record_size, 12);
	assert_int_equal(t.fields, 3);
	assert_string_equal(t.field[1].name, "counter bytes");
	assert_int_equal(t.field[1].element, 1);
	assert_int_equal(t.field[1].offset, 4);
	assert_int_equal(t.field[1].size, 4);
	assert_int_equal(t.source_id, 9);
	assert_int_equal(fc_exporter_template(e, 1, &t), 0);
	assert_string_equal(t.client, "Option options interface-table");
	assert_true(t.field[0].scope && !t.field[1].scope);
	assert_int_equal(t.field[2].offset, 8);
	assert_int_equal(fc_exporter_template(e, 2, &t), -ENOENT);
	fc_exporter_close(e);
	collector_close(&c);
}

static void v5_says_in_its_header_how_flows_were_sampled(void **state)
{
	struct collector c;
	struct fc_exporter *e;
	struct fc_flow f = flow_of(4);
	uint8_t datagram[1500];

	(void)state;
	collector_open(&c);
	e = open_to(&c, FC_PROTOCOL_V5);
	fc_exporter_samplers(e, samplers, 1);
	assert_int_equal(fc_exporter_client_add(e, "A", NULL), 1);
	f.sampler = 3;
	fc_exporter_add(e, 1, &f, 1, NOW);
	f.sampler = 0; /* cannot share its header */
	fc_exporter_add(e, 1, &f, 1, NOW);
	fc_exporter_seal(e, NOW);
	assert_int_equal(fc_exporter_send(e, 1000), 0);
	assert_int_equal(recv(c.fd, datagram, sizeof(datagram), MSG_DONTWAIT), 72);
	assert_int_equal(datagram[22], FC_SAMPLE_RANDOM << 6);
	assert_int_equal(datagram[23], 100);
	assert_int_equal(recv(c.fd, datagram, sizeof(datagram), MSG_DONTWAIT), 72);
	assert_int_equal(datagram[22] | datagram[23], 0);
	fc_exporter_close(e);
	collector_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_share_datagrams_and_have_their_own_templates),
		cmocka_unit_test(an_id_keeps_its_layout_whoever_comes_and_goes),
		cmocka_unit_test(ids_outlive_the_exporter),
		cmocka_unit_test(option_tables_in_v9),
		cmocka_unit_test(option_tables_in_ipfix),
		cmocka_unit_test(a_long_table_goes_into_several_datagrams),
		cmocka_unit_test(statistics_are_a_clients_own),
		cmocka_unit_test(what_a_full_queue_drops_is_the_clients_loss),
		cmocka_unit_test(templates_are_listed_with_offsets),
		cmocka_unit_test(v5_says_in_its_header_how_flows_were_sampled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
