/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kafka by librdkafka, which has threads, a queue and retries of its own. An IPFIX datagram is one
 * message; JSON datagrams are lines, each a message with the hash of its flow as key. A message
 * counts as sent when librdkafka takes it; if it cannot be delivered in time, it is taken back from
 * there and counted as lost.
 *
 * The client learns its brokers when it first may send: who only follows another exporter does not
 * connect.
 */
#include "json.h"
#include "sender.h"
#include "writer.h"

#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DELIVER_MS "30000"
#define KEY_OCTETS 8

struct messages {
	struct message *first, *last;
};

/* What librdkafka has and nobody has acknowledged. */
struct message {
	struct messages *list; /* it is in */
	struct message *before, *behind;
	uint64_t number; /* of the datagram that it is from */
	struct fc_datagram what;
};

struct kafka {
	struct fc_sender base;
	rd_kafka_t *client;
	rd_kafka_topic_t *topic;
	char *brokers; /* NULL: it knows them */
	bool json;
	uint32_t domain;
	size_t line_at; /* JSON: octets of the queue's head whose lines were taken */
	/* Partitions have brokers of their own, so messages are acknowledged in any order. */
	struct messages waiting;   /* by number */
	struct messages forgotten; /* somebody else sends them, too */
};

static struct kafka *kafka_of(const struct fc_sender *s)
{
	return (struct kafka *)s;
}

/* ------------------------------------------------------------------ what came of a message */
static void append(struct messages *list, struct message *m)
{
	m->list = list;
	m->before = list->last;
	m->behind = NULL;
	*(list->last ? &list->last->behind : &list->first) = m;
	list->last = m;
}

static void take_out(struct message *m)
{
	*(m->before ? &m->before->behind : &m->list->first) = m->behind;
	*(m->behind ? &m->behind->before : &m->list->last) = m->before;
}

static void free_all(struct messages *list)
{
	for (struct message *m = list->first, *next; m; m = next) {
		next = m->behind;
		free(m);
	}
}

static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *context)
{
	struct kafka *k = context;
	struct message *m = message->_private;

	(void)client;
	if (message->err) {
		k->base.error = -EIO;
		if (k->base.lost)
			k->base.lost(k->base.context, &m->what);
	} else {
		k->base.error = 0;
		k->base.ready = true;
	}
	take_out(m);
	free(m);
}

static void failed(rd_kafka_t *client, int err, const char *reason, void *context)
{
	struct kafka *k = context;

	(void)client;
	(void)reason;
	k->base.error = err == RD_KAFKA_RESP_ERR__RESOLVE ? -ENOENT : -ECONNREFUSED;
	if (err == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
		k->base.ready = false;
}

static void log_nothing(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
	(void)client;
	(void)level;
	(void)facility;
	(void)text;
}

/* ------------------------------------------------------------------ sending */
/* Return 0, -EAGAIN (its queue is full), -EMSGSIZE, -EIO, -ENOMEM. */
static int produce(struct kafka *k, const uint8_t key[KEY_OCTETS], const uint8_t *octets,
		   size_t length, const struct message *as)
{
	struct message *m = malloc(sizeof(*m));
	rd_kafka_resp_err_t err;

	if (!m)
		return -ENOMEM;
	*m = *as;
	append(&k->waiting, m);
	if (!rd_kafka_produce(k->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, (void *)octets,
			      length, key, KEY_OCTETS, m))
		return 0;
	err = rd_kafka_last_error();
	take_out(m);
	free(m);
	if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return -EAGAIN;
	return err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ? -EMSGSIZE : -EIO;
}

/* A JSON datagram has lines of one client only. A line that librdkafka refuses for good is counted
 * as lost, and the others go on. Return 0 or -EAGAIN: the rest later. */
static int send_lines(struct kafka *k, uint64_t number, const struct fc_datagram *d,
		      const uint8_t *octets)
{
	while (k->line_at < d->length) {
		const uint8_t *line = octets + k->line_at, *text = line + FC_JSON_KEY;
		const uint8_t *end = memchr(text, '\n', d->length - k->line_at - FC_JSON_KEY);
		size_t length = (size_t)(end + 1 - line);
		const struct message m = {.number = number,
					  .what = {.length = (uint32_t)length,
						   .records = 1,
						   .later = k->line_at != 0,
						   .share = {{.client = d->share[0].client,
							      .records = 1,
							      .octets = (uint32_t)length}}}};
		int err = produce(k, line, text, (size_t)(end - text), &m);

		if (err == -EAGAIN)
			return err;
		if (err && k->base.lost)
			k->base.lost(k->base.context, &m.what);
		k->line_at += length;
	}
	k->line_at = 0;
	return 0;
}

/* Domain and sequence are the key: a reader knows a message that it has seen, from whichever unit
 * of a pair it comes again. */
static int send_message(struct kafka *k, uint64_t number, const struct fc_datagram *d,
			const uint8_t *octets)
{
	const struct message m = {.number = number, .what = *d};
	uint8_t key[KEY_OCTETS];
	struct fc_writer w;

	fc_writer_init(&w, key, sizeof(key));
	fc_writer_u32(&w, k->domain);
	fc_writer_u32(&w, d->sequence);
	return produce(k, key, octets, d->length, &m);
}

static void look_for_brokers(struct kafka *k)
{
	if (!k->brokers)
		return;
	rd_kafka_brokers_add(k->client, k->brokers);
	free(k->brokers);
	k->brokers = NULL;
}

static int send_some(struct fc_sender *s, struct fc_queue *q, unsigned count, uint64_t now_ns)
{
	struct kafka *k = kafka_of(s);
	unsigned sent = 0;
	int err = 0;

	(void)now_ns;
	look_for_brokers(k);
	rd_kafka_poll(k->client, 0);
	while (sent < count && !err) {
		const uint8_t *octets;
		uint64_t number = q->head + sent;
		const struct fc_datagram *d = fc_queue_at(q, number, &octets);

		err = (k->json ? send_lines : send_message)(k, number, d, octets);
		if (!err)
			sent++;
	}
	q->claimed = k->line_at != 0;
	return sent || !err ? (int)sent : err;
}

static int wait_for(const struct fc_sender *s, short *events)
{
	(void)s;
	*events = 0;
	return -1;
}

static unsigned pending(const struct fc_sender *s)
{
	return (unsigned)rd_kafka_outq_len(kafka_of(s)->client);
}

static uint64_t delivered_below(const struct fc_sender *s, const struct fc_queue *q)
{
	const struct message *first = kafka_of(s)->waiting.first;

	return first && first->number < q->head ? first->number : q->head;
}

/* librdkafka keeps what it has taken, and goes on; who goes on from here sends it, too. */
static void hang_up(struct fc_sender *s, struct fc_queue *q)
{
	struct kafka *k = kafka_of(s);

	while (k->waiting.first) {
		struct message *m = k->waiting.first;

		take_out(m);
		append(&k->forgotten, m);
	}
	k->line_at = 0;
	q->claimed = false;
}

static void close_kafka(struct fc_sender *s)
{
	struct kafka *k = kafka_of(s);

	if (k->topic)
		rd_kafka_topic_destroy(k->topic);
	if (k->client) {
		rd_kafka_purge(k->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
						  RD_KAFKA_PURGE_F_NON_BLOCKING);
		rd_kafka_poll(k->client, 0); /* the purged ones are counted */
		rd_kafka_destroy(k->client);
	}
	free_all(&k->waiting);
	free_all(&k->forgotten);
	free(k->brokers);
	free(k);
}

static const struct fc_sender_ops ops = {.send = send_some,
					 .wait = wait_for,
					 .pending = pending,
					 .delivered = delivered_below,
					 .hang_up = hang_up,
					 .close = close_kafka};

/* ------------------------------------------------------------------ setting it up */
/* "host" without a port gets the exporter's; a list has them already or takes Kafka's own. */
static char *brokers(const struct fc_exporter_config *config)
{
	char *text;

	if (!config->port || strpbrk(config->host, ":,"))
		return strdup(config->host);
	return asprintf(&text, "%s:%s", config->host, config->port) < 0 ? NULL : text;
}

static int set_all(rd_kafka_conf_t *conf, const struct fc_exporter_config *config)
{
	char why[256];
	static const char *const words[][2] = {{"client.id", "flowcard"},
					       {"acks", "all"},
					       {"enable.idempotence", "true"},
					       {"linger.ms", "20"},
					       {"queue.buffering.max.messages", "100000"},
					       {"message.timeout.ms", DELIVER_MS},
					       {"socket.timeout.ms", "10000"},
					       {"log.connection.close", "false"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (rd_kafka_conf_set(conf, words[i][0], words[i][1], why, sizeof(why)) !=
		    RD_KAFKA_CONF_OK)
			return -EINVAL;
	if (config->tls_ca &&
	    (rd_kafka_conf_set(conf, "security.protocol", "ssl", why, sizeof(why)) ||
	     rd_kafka_conf_set(conf, "ssl.ca.location", config->tls_ca, why, sizeof(why))))
		return -EINVAL;
	return 0;
}

static int make_client(struct kafka *k, const struct fc_exporter_config *config)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];
	int err = set_all(conf, config);

	rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	rd_kafka_conf_set_error_cb(conf, failed);
	rd_kafka_conf_set_log_cb(conf, log_nothing);
	rd_kafka_conf_set_opaque(conf, k);
	if (!err)
		k->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (!k->client) {
		rd_kafka_conf_destroy(conf);
		return err ? err : -ENOMEM;
	}
	k->topic = rd_kafka_topic_new(k->client, config->topic, NULL);
	return k->topic ? 0 : -EINVAL;
}

int fc_kafka_open(const struct fc_exporter_config *config, struct fc_sender **out)
{
	struct kafka *k;
	int err;

	if (!config->topic || !*config->topic)
		return -EINVAL;
	k = calloc(1, sizeof(*k));
	if (!k)
		return -ENOMEM;
	k->base.ops = &ops;
	k->json = config->kafka_json;
	k->domain = config->domain;
	k->brokers = brokers(config);
	err = k->brokers ? make_client(k, config) : -ENOMEM;
	if (err) {
		close_kafka(&k->base);
		return err;
	}
	k->base.ready = true; /* librdkafka takes messages before it has a broker */
	*out = &k->base;
	return 0;
}
