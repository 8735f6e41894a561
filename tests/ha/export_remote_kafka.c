// SPDX-License-Identifier: BSD-2-Clause
/* A topic of three partitions, each led by a broker of its own, in the cluster that librdkafka
 * brings; its reader forgets what comes again with the same key (IPFIX) or as the same object. */
#include "export_remote.h"

#include <ha/fnv.h>
#include <inttypes.h>
#include <jansson.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>

#define TOPIC "flows"
#define PARTITIONS 3
#define BROKERS 3
#define RECORDS 1024
#define KEY 8
#define SEQUENCES (1 << 18)
#define SLOW_MS 60000 /* an acknowledgement that nobody waits for */
#define ASK_MS 5000
#define ESTABLISHED 1

struct remote {
	struct judge *judge;
	bool json;
	rd_kafka_t *client; /* consumes, and owns the cluster */
	rd_kafka_mock_cluster_t *mock;
	rd_kafka_topic_t *topic;
	rd_kafka_queue_t *queue;
	int64_t next[PARTITIONS]; /* offset */
	struct decoded record[RECORDS];
	/* By sequence (of JSON: by flow): what the message was, 0: none yet; its records. */
	uint64_t hash[SEQUENCES];
	unsigned step[SEQUENCES];
	unsigned again;
	unsigned part; /* that is deaf */
};

/* ------------------------------------------------------------------ messages */
static uint64_t hash_of(const rd_kafka_message_t *m)
{
	return fc_fnv(fc_fnv(FC_FNV_BASIS, m->key, m->key_len), m->payload, m->len) | 1;
}

/* Is it new under this number? One that comes again is the same to the octet. */
static bool is_new(struct remote *r, uint64_t number, const rd_kafka_message_t *m)
{
	uint64_t hash = hash_of(m);

	assert_true(number < SEQUENCES);
	if (!r->hash[number]) {
		r->hash[number] = hash;
		return true;
	}
	if (r->hash[number] != hash)
		fail_msg("number %lu has two contents", (unsigned long)number);
	r->again++;
	return false;
}

static void read_ipfix(struct remote *r, const rd_kafka_message_t *m)
{
	struct decoder alone = {.out = r->record, .out_size = RECORDS, .rows_with_template = true};
	const char *wrong = decoder_read(&alone, m->payload, m->len);
	const uint8_t *key = m->key, *message = m->payload;
	uint64_t sequence;

	if (wrong)
		fail_msg("%s", wrong);
	assert_int_equal(m->key_len, KEY);
	assert_memory_equal(key, message + 12, 4);
	assert_memory_equal(key + 4, message + 8, 4);
	sequence = (uint64_t)key[4] << 24 | (uint64_t)key[5] << 16 | (uint64_t)key[6] << 8 | key[7];
	if (!is_new(r, sequence, m))
		return;
	r->step[sequence] = alone.expected_sequence - (unsigned)sequence;
	for (unsigned i = 0; i < alone.records; i++) {
		assert_true(r->record[i].packets && r->record[i].packets < JUDGE_FLOWS);
		assert_int_equal(r->record[i].octets, 100 + r->record[i].packets);
		r->judge->seen[r->record[i].packets]++;
	}
}

static void read_json(struct remote *r, const rd_kafka_message_t *m)
{
	json_t *object = json_loadb(m->payload, m->len, 0, NULL);
	uint64_t flow, octets;

	assert_non_null(object);
	assert_int_equal(m->key_len, KEY);
	flow = (uint64_t)json_integer_value(json_object_get(object, "counter_packets"));
	octets = (uint64_t)json_integer_value(json_object_get(object, "counter_bytes"));
	json_decref(object);
	assert_true(flow && flow < JUDGE_FLOWS);
	assert_int_equal(octets, 100 + flow);
	if (is_new(r, flow, m))
		r->judge->seen[flow]++;
}

static void step(struct remote *r)
{
	rd_kafka_message_t *m;

	while ((m = rd_kafka_consume_queue(r->queue, 0))) {
		if (!m->err) {
			assert_int_equal(m->offset, r->next[m->partition]);
			r->next[m->partition]++;
			(r->json ? read_json : read_ipfix)(r, m);
		}
		rd_kafka_message_destroy(m);
	}
}

static bool done(struct remote *r)
{
	bool all = true;

	step(r);
	for (int p = 0; p < PARTITIONS; p++) {
		int64_t low, high;

		assert_int_equal(
			rd_kafka_query_watermark_offsets(r->client, TOPIC, p, &low, &high, ASK_MS),
			0);
		all = all && r->next[p] == high;
	}
	return all;
}

/* ------------------------------------------------------------------ trouble */
/* An answer that waits keeps its delay: the connections end with it. */
static void bring_back(struct remote *r, int broker)
{
	rd_kafka_mock_broker_set_rtt(r->mock, broker, 0);
	rd_kafka_mock_broker_set_down(r->mock, broker);
	rd_kafka_mock_broker_set_up(r->mock, broker);
}

/* Broker by broker, bits of `part`: the first BROKERS are down, the next take messages and say
 * nothing. */
static void set_deaf(struct remote *r, bool deaf, unsigned part)
{
	for (int b = 0; b < BROKERS; b++) {
		if (!deaf && (r->part >> b & 1))
			rd_kafka_mock_broker_set_up(r->mock, b + 1);
		if (!deaf && (r->part >> (BROKERS + b) & 1))
			bring_back(r, b + 1);
		if (deaf && (part >> b & 1))
			rd_kafka_mock_broker_set_down(r->mock, b + 1);
		if (deaf && (part >> (BROKERS + b) & 1))
			rd_kafka_mock_broker_set_rtt(r->mock, b + 1, SLOW_MS);
	}
	r->part = deaf ? part : 0;
}

static void lose_host(struct remote *r)
{
	(void)r; /* a client that is closed takes with it what it had not sent */
}

/* Of clients to the brokers, the reader's too. */
static unsigned connections(struct remote *r)
{
	FILE *file = fopen("/proc/self/net/tcp", "r");
	const char *brokers = rd_kafka_mock_cluster_bootstraps(r->mock);
	char line[256], port[16];
	unsigned count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		unsigned remote, state;

		if (sscanf(line, " %*u: %*x:%*x %*x:%x %x", &remote, &state) != 2 ||
		    state != ESTABLISHED)
			continue;
		snprintf(port, sizeof(port), ":%u", remote);
		count += strstr(brokers, port) != NULL;
	}
	fclose(file);
	return count;
}

static unsigned sessions(const struct remote *r)
{
	(void)r;
	return 0;
}

/* The sequence has no gap. */
static unsigned verdict(struct remote *r)
{
	unsigned at = 0, seen = 0, all = 0;

	for (unsigned n = 0; !r->json && n < SEQUENCES; n++)
		all += r->hash[n] != 0;
	for (; !r->json && r->hash[at]; at += r->step[at]) {
		assert_true(r->step[at] > 0); /* templates alone: the next one has the same key */
		seen++;
	}
	assert_int_equal(seen, all);
	return r->again;
}

/* ------------------------------------------------------------------ the whole */
static void log_nothing(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
	(void)client;
	(void)level;
	(void)facility;
	(void)text;
}

/* A reader in a hurry. */
static rd_kafka_conf_t *make_conf(void)
{
	static const char *const words[][2] = {{"topic.metadata.refresh.fast.interval.ms", "10"},
					       {"fetch.wait.max.ms", "20"},
					       {"fetch.error.backoff.ms", "10"},
					       {"reconnect.backoff.ms", "10"},
					       {"reconnect.backoff.max.ms", "50"}};
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		assert_int_equal(
			rd_kafka_conf_set(conf, words[i][0], words[i][1], why, sizeof(why)), 0);
	rd_kafka_conf_set_log_cb(conf, log_nothing); /* that brokers are down */
	return conf;
}

static void open_cluster(struct remote *r)
{
	const struct rd_kafka_metadata *known;
	char why[256];

	r->client = rd_kafka_new(RD_KAFKA_CONSUMER, make_conf(), why, sizeof(why));
	assert_non_null(r->client);
	r->mock = rd_kafka_mock_cluster_new(r->client, BROKERS);
	assert_non_null(r->mock);
	assert_int_equal(rd_kafka_mock_topic_create(r->mock, TOPIC, PARTITIONS, 1), 0);
	for (int p = 0; p < PARTITIONS; p++)
		assert_int_equal(
			rd_kafka_mock_partition_set_leader(r->mock, TOPIC, p, p % BROKERS + 1), 0);
	assert_true(rd_kafka_brokers_add(r->client, rd_kafka_mock_cluster_bootstraps(r->mock)) > 0);
	r->topic = rd_kafka_topic_new(r->client, TOPIC, NULL);
	/* It connects now; by itself within a second. */
	assert_int_equal(rd_kafka_metadata(r->client, 0, r->topic, &known, ASK_MS), 0);
	rd_kafka_metadata_destroy(known);
	r->queue = rd_kafka_queue_new(r->client);
	for (int p = 0; p < PARTITIONS; p++)
		assert_int_equal(rd_kafka_consume_start_queue(r->topic, p,
							      RD_KAFKA_OFFSET_BEGINNING, r->queue),
				 0);
}

static struct remote *open_remote(struct judge *judge, struct fc_fnf_exporter *to, bool json)
{
	struct remote *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->judge = judge;
	r->json = json;
	open_cluster(r);
	to->transport = FC_TRANSPORT_KAFKA;
	to->kafka_json = json;
	snprintf(to->topic, sizeof(to->topic), TOPIC);
	snprintf(to->destination, sizeof(to->destination), "%s",
		 rd_kafka_mock_cluster_bootstraps(r->mock));
	return r;
}

static struct remote *open_ipfix(struct judge *judge, struct fc_fnf_exporter *to)
{
	return open_remote(judge, to, false);
}

static struct remote *open_json(struct judge *judge, struct fc_fnf_exporter *to)
{
	return open_remote(judge, to, true);
}

static void close_remote(struct remote *r)
{
	for (int p = 0; p < PARTITIONS; p++)
		rd_kafka_consume_stop(r->topic, p);
	rd_kafka_queue_destroy(r->queue);
	rd_kafka_topic_destroy(r->topic);
	rd_kafka_mock_cluster_destroy(r->mock);
	rd_kafka_destroy(r->client);
	free(r);
}

#define REMOTE(label, opener)                                                                      \
	{                                                                                          \
		.name = label, .may_repeat = false, .step_us = 1000, .runs = 2, .open = opener,    \
		.close = close_remote, .step = step, .deaf = set_deaf, .lose_host = lose_host,     \
		.connections = connections, .done = done, .sessions = sessions,                    \
		.verdict = verdict,                                                                \
	}
const struct remote_ops remote_kafka = REMOTE("kafka", open_ipfix);
const struct remote_ops remote_json = REMOTE("json", open_json);
