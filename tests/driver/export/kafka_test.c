/* SPDX-License-Identifier: BSD-2-Clause */
/* Kafka exporters before the cluster that librdkafka brings for tests. */
#include "decoder.h"

#include <errno.h>
#include <flowcard/export.h>
#include <jansson.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <tests/wire/synthetic_flows.h>

#define NOW UINT64_C(1795348800000000000)
#define HOUR UINT64_C(3600000000000)
#define TOPIC "flows"
#define FLOWS 2000
#define DEADLINE_MS 20000

struct cluster {
	rd_kafka_t *client; /* consumes, and owns the cluster */
	rd_kafka_mock_cluster_t *mock;
	rd_kafka_topic_t *topic;
	const char *servers;
};

static void cluster_open(struct cluster *c)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];

	c->client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
	assert_non_null(c->client);
	c->mock = rd_kafka_mock_cluster_new(c->client, 1);
	assert_non_null(c->mock);
	c->servers = rd_kafka_mock_cluster_bootstraps(c->mock);
	assert_int_equal(rd_kafka_mock_topic_create(c->mock, TOPIC, 1, 1), 0);
	assert_true(rd_kafka_brokers_add(c->client, c->servers) > 0);
	c->topic = rd_kafka_topic_new(c->client, TOPIC, NULL);
	assert_int_equal(rd_kafka_consume_start(c->topic, 0, RD_KAFKA_OFFSET_BEGINNING), 0);
}

static void cluster_close(struct cluster *c)
{
	rd_kafka_consume_stop(c->topic, 0);
	rd_kafka_topic_destroy(c->topic);
	rd_kafka_mock_cluster_destroy(c->mock);
	rd_kafka_destroy(c->client);
}

/* The next message; NULL: there is none any more. */
static rd_kafka_message_t *next(struct cluster *c, int wait_ms)
{
	rd_kafka_message_t *m = rd_kafka_consume(c->topic, 0, wait_ms);

	if (m && m->err) {
		rd_kafka_message_destroy(m);
		return NULL;
	}
	return m;
}

static struct fc_exporter *open_to(const char *servers, bool json)
{
	const struct fc_exporter_config config = {.protocol = FC_PROTOCOL_IPFIX,
						  .domain = 7,
						  .transport = FC_TRANSPORT_KAFKA,
						  .host = servers,
						  .port = "9092",
						  .topic = TOPIC,
						  .kafka_json = json,
						  .boot_ns = NOW - HOUR};
	struct fc_exporter *e = NULL;

	assert_int_equal(fc_exporter_open(&config, &e), 0);
	assert_int_equal(fc_exporter_client_add(e, "Flow Monitor M", NULL), 1);
	return e;
}

static void add(struct fc_exporter *e, unsigned flows, uint64_t *packets)
{
	uint64_t state = 7;

	for (unsigned i = 0; i < flows; i++) {
		struct fc_flow f = synthetic_flow(&state, i, i % 2 ? 6 : 4, NOW - HOUR);

		*packets += f.packets;
		fc_exporter_add(e, 1, &f, 1, NOW);
	}
	fc_exporter_seal(e, NOW);
}

static void every_ipfix_message_can_be_read_alone(void **state)
{
	static const struct fc_option_row row = {{57}, {"HundredGigE7/0/0", ""}};
	struct decoded *out = calloc(FLOWS, sizeof(*out));
	struct fc_exporter_stats s;
	uint64_t sent = 0, seen = 0;
	unsigned records = 0, tables = 0;
	rd_kafka_message_t *m;
	struct fc_exporter *e;
	struct cluster c;

	(void)state;
	cluster_open(&c);
	e = open_to(c.servers, false);
	assert_int_equal(fc_exporter_option(e, FC_OPTION_INTERFACES, 600, &row, 1, NOW), 0);
	add(e, FLOWS, &sent);
	assert_int_equal(fc_exporter_send(e, DEADLINE_MS), 0);
	fc_exporter_stats(e, &s);
	while (records + tables < s.records_sent && (m = next(&c, DEADLINE_MS))) {
		struct decoder alone = {.out = out, .out_size = FLOWS, .rows_with_template = true};
		const char *wrong = decoder_read(&alone, m->payload, m->len);

		if (wrong)
			fail_msg("%s", wrong);
		/* Its key: domain and sequence, which stand in its header the other way round. */
		assert_int_equal(m->key_len, 8);
		assert_memory_equal(m->key, (const uint8_t *)m->payload + 12, 4);
		assert_memory_equal((const uint8_t *)m->key + 4, (const uint8_t *)m->payload + 8,
				    4);
		for (unsigned i = 0; i < alone.records; i++)
			seen += out[i].packets;
		records += alone.records;
		tables += alone.option_records;
		rd_kafka_message_destroy(m);
	}
	assert_int_equal(records, FLOWS);
	assert_int_equal(tables, 1);
	assert_int_equal(seen, sent);
	assert_int_equal(s.dropped_flows, 0);
	fc_exporter_close(e);
	cluster_close(&c);
	free(out);
}

static void json_is_one_message_a_flow_with_its_key(void **state)
{
	uint64_t sent = 0, seen = 0;
	unsigned records = 0;
	struct fc_exporter_client_stats client;
	rd_kafka_message_t *m;
	struct fc_exporter *e;
	struct cluster c;

	(void)state;
	cluster_open(&c);
	e = open_to(c.servers, true);
	add(e, FLOWS, &sent);
	assert_int_equal(fc_exporter_send(e, DEADLINE_MS), 0);
	while (records < FLOWS && (m = next(&c, DEADLINE_MS))) {
		json_t *object = json_loadb(m->payload, m->len, 0, NULL);

		assert_non_null(object);
		assert_int_equal(m->key_len, 8);
		assert_true(json_is_string(json_object_get(object, "ipv4_source_address")) ||
			    json_is_string(json_object_get(object, "ipv6_source_address")));
		seen += (uint64_t)json_integer_value(
			json_object_get(object, "counter_packets_long"));
		json_decref(object);
		rd_kafka_message_destroy(m);
		records++;
	}
	assert_int_equal(records, FLOWS);
	assert_int_equal(seen, sent);
	assert_int_equal(fc_exporter_client_stats(e, 1, &client), 0);
	assert_int_equal(client.records_sent, FLOWS);
	assert_int_equal(client.octets_sent, client.octets_added);
	fc_exporter_close(e);
	cluster_close(&c);
}

/* Ten flows to a cluster that refuses so many requests, each with an error that librdkafka does not
 * try again. */
static void send_refused(bool json, size_t refusals, struct fc_exporter_stats *s,
			 struct fc_exporter_client_stats *client)
{
	rd_kafka_resp_err_t errors[10];
	struct fc_exporter *e;
	uint64_t sent = 0;
	struct cluster c;

	assert_in_range(refusals, 1, sizeof(errors) / sizeof(*errors));
	for (size_t i = 0; i < refusals; i++)
		errors[i] = RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
	cluster_open(&c);
	e = open_to(c.servers, json);
	rd_kafka_mock_push_request_errors_array(c.mock, 0 /* Produce */, refusals, errors);
	add(e, 10, &sent);
	assert_int_equal(fc_exporter_send(e, DEADLINE_MS), 0);
	fc_exporter_stats(e, s);
	assert_int_equal(fc_exporter_client_stats(e, 1, client), 0);
	fc_exporter_close(e);
	cluster_close(&c);
}

static void a_refused_message_is_counted_as_lost(void **state)
{
	struct fc_exporter_client_stats client;
	struct fc_exporter_stats s;

	(void)state;
	send_refused(false, 1, &s, &client);
	assert_int_equal(client.records_failed, 10);
	assert_int_equal(client.records_sent, 0);
	assert_int_equal(s.datagrams_sent, 0);
	assert_int_equal(s.dropped_datagrams, s.datagrams_sealed);
}

static void without_brokers_nobody_waits(void **state)
{
	struct fc_exporter *e = open_to("127.0.0.1", false);
	uint64_t sent = 0;

	(void)state;
	add(e, 100, &sent);
	assert_true(fc_exporter_send(e, 100) > 0);
	fc_exporter_close(e);
}

static void lines_that_nobody_takes_are_not_sent(void **state)
{
	struct fc_exporter_client_stats client;
	struct fc_exporter_stats s;

	(void)state;
	send_refused(true, 10, &s, &client);
	assert_int_equal(client.records_failed, 10);
	assert_int_equal(s.datagrams_sent + s.octets_sent, 0);
	assert_int_equal(s.dropped_datagrams, s.datagrams_sealed);
	assert_int_equal(s.failed[FC_UNSENT_NONE].octets, client.octets_failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_ipfix_message_can_be_read_alone),
		cmocka_unit_test(json_is_one_message_a_flow_with_its_key),
		cmocka_unit_test(a_refused_message_is_counted_as_lost),
		cmocka_unit_test(lines_that_nobody_takes_are_not_sent),
		cmocka_unit_test(without_brokers_nobody_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
