/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One exporter: encoder -> queue of sealed datagrams -> gate -> sender. Used by one thread at a
 * time.
 */
#include "exporter_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_DEFAULT 16384
#define RATE_DEFAULT 10000

/* What librdkafka or a full queue gave up after it had been counted as sent. */
static void lost(void *context, const struct fc_datagram *what)
{
	struct fc_exporter *e = context;

	e->stats.octets_sent -= what->length;
	e->stats.records_sent -= what->records;
	e->stats.dropped_flows += what->records;
	e->stats.failed[FC_UNSENT_NONE].octets += what->length;
	if (!what->later) {
		e->stats.datagrams_sent--;
		e->stats.dropped_datagrams++;
		e->stats.failed[FC_UNSENT_NONE].datagrams++;
	}
	for (unsigned i = 0; i < FC_SHARES; i++) {
		const struct fc_share *s = &what->share[i];
		struct fc_exporter_client_stats *c = &e->client[s->client].stats;

		c->records_sent -= s->records;
		c->octets_sent -= s->octets;
		c->records_failed += s->records;
		c->octets_failed += s->octets;
	}
}

static int open_ids(struct fc_exporter *e, struct fc_exporter_config *config)
{
	int err;

	if (config->ids)
		return 0;
	err = fc_template_ids_create(&e->own_ids);
	config->ids = e->own_ids;
	return err;
}

int fc_exporter_open(const struct fc_exporter_config *wanted, struct fc_exporter **out)
{
	struct fc_exporter_config config = *wanted;
	struct fc_exporter *e = calloc(1, sizeof(*e));
	int err;

	if (!e)
		return -ENOMEM;
	/* A reader of Kafka begins anywhere: every message says what is in it. */
	e->whole = config.transport == FC_TRANSPORT_KAFKA;
	if (e->whole)
		config.template_datagrams = 1;
	err = open_ids(e, &config);
	if (err)
		goto free_exporter;
	err = fc_encoder_init(&e->encoder, &config);
	if (err)
		goto free_ids;
	err = fc_queue_init(&e->queue,
			    config.queue_datagrams ? config.queue_datagrams : QUEUE_DEFAULT,
			    e->encoder.payload_max);
	if (err)
		goto free_ids;
	err = fc_sender_open(&config, &e->sender);
	if (err)
		goto free_queue;
	e->sender->lost = lost;
	e->sender->context = e;
	fc_pace_init(&e->pace, config.rate ? config.rate : RATE_DEFAULT);
	e->gate = FC_EXPORTER_NO_GATE;
	if (config.guard) {
		e->guard = *config.guard;
		e->guard_context = config.guard_context;
	}
	*out = e;
	return 0;

free_queue:
	fc_queue_free(&e->queue);
free_ids:
	fc_template_ids_destroy(e->own_ids);
free_exporter:
	free(e);
	return err;
}

void fc_exporter_close(struct fc_exporter *e)
{
	if (!e)
		return;
	e->sender->ops->close(e->sender);
	fc_encoder_free(&e->encoder);
	for (unsigned i = 0; i < FC_OPTIONS; i++)
		free(e->option[i].rows);
	fc_queue_free(&e->queue);
	fc_template_ids_destroy(e->own_ids);
	free(e);
}

/* ------------------------------------------------------------------ clients */
unsigned fc_exporter_take_client(struct fc_exporter *e, const char *kind, const char *name)
{
	for (unsigned c = 1; c < FC_EXPORTER_CLIENTS; c++) {
		struct fc_client *client = &e->client[c];

		if (client->there)
			continue;
		*client = (struct fc_client){.there = true};
		snprintf(client->stats.name, sizeof(client->stats.name), "%s%s", kind, name);
		return c;
	}
	return 0;
}

int fc_exporter_client_add(struct fc_exporter *e, const char *name,
			   const struct fc_fnf_record *record)
{
	unsigned client = fc_exporter_take_client(e, "", name);
	int err;

	if (!client)
		return -ENOSPC;
	err = fc_encoder_flows(&e->encoder, client, record);
	if (!err)
		return (int)client;
	e->client[client].there = false;
	return err;
}

void fc_exporter_client_remove(struct fc_exporter *e, int client, uint64_t now_ns)
{
	if (client < 1 || client >= FC_EXPORTER_CLIENTS || !e->client[client].there)
		return;
	fc_exporter_seal_open(e, now_ns);
	fc_queue_disown(&e->queue, (unsigned)client);
	fc_encoder_remove(&e->encoder, (unsigned)client);
	e->client[client].there = false;
	for (unsigned i = 0; i < FC_EXPORTER_CLIENTS; i++)
		if (e->elsewhere[i] == client)
			e->elsewhere[i] = 0;
}

void fc_exporter_samplers(struct fc_exporter *e, const struct fc_option_row *rows, size_t count)
{
	memset(e->encoder.sampling, 0, sizeof(e->encoder.sampling));
	for (size_t i = 0; i < count; i++)
		if (rows[i].number[0] < FC_SAMPLERS)
			e->encoder.sampling[rows[i].number[0]] =
				fc_v5_sampling(rows[i].number[1], rows[i].number[2]);
}

/* ------------------------------------------------------------------ flows */
/* Data that is queued behind them, or comes later, must not arrive without its templates. */
static void mind_templates(struct fc_exporter *e, const struct fc_datagram *dropped)
{
	if (!dropped->templates)
		return;
	if (e->sender->ops->begin)
		e->templates_lost = true;
	else
		fc_encoder_templates_lost(&e->encoder);
}

void fc_exporter_drop(struct fc_exporter *e, const struct fc_datagram *d,
		      enum fc_exporter_reason reason)
{
	e->stats.dropped_datagrams++;
	e->stats.dropped_flows += d->records;
	e->stats.failed[reason].datagrams++;
	e->stats.failed[reason].octets += d->length;
	for (unsigned i = 0; i < FC_SHARES; i++) {
		const struct fc_share *s = &d->share[i];

		e->client[s->client].stats.records_failed += s->records;
		e->client[s->client].stats.octets_failed += s->octets;
	}
	mind_templates(e, d);
}

static enum fc_exporter_reason why_full(const struct fc_exporter *e)
{
	if (e->sender->ready)
		return FC_UNSENT_ENQUEUE;
	if (e->sender->error == -ENOENT)
		return FC_UNSENT_DESTINATION;
	if (e->sender->error == -ENETUNREACH || e->sender->error == -EHOSTUNREACH)
		return FC_UNSENT_ROUTE;
	return FC_UNSENT_ENQUEUE;
}

void fc_exporter_count_sealed(struct fc_exporter *e, const struct fc_datagram *d)
{
	e->stats.datagrams_sealed++;
	e->stats.records_sealed += d->records;
	for (unsigned i = 0; i < FC_SHARES; i++) {
		e->client[d->share[i].client].stats.records_added += d->share[i].records;
		e->client[d->share[i].client].stats.octets_added += d->share[i].octets;
	}
}

int fc_exporter_seal_open(struct fc_exporter *e, uint64_t now_ns)
{
	const struct fc_datagram *d = &e->encoder.message.datagram;
	struct fc_datagram dropped;

	if (!e->encoder.message.open)
		return 0;
	fc_encoder_finish(&e->encoder, now_ns);
	fc_exporter_count_sealed(e, d);
	if (!fc_queue_seal(&e->queue, d, &dropped))
		return 0;
	fc_exporter_drop(e, &dropped, why_full(e));
	return -ENOBUFS;
}

/* The datagram being built is full, or there is none. */
static int put_into_next(struct fc_exporter *e, unsigned client, const struct fc_flow *f,
			 uint64_t now_ns)
{
	int err = fc_exporter_seal_open(e, now_ns);

	e->now_ns = now_ns;
	if (fc_exporter_options_due(e, now_ns) && fc_exporter_put_options(e, now_ns))
		err = -ENOBUFS;
	fc_encoder_begin(&e->encoder, fc_queue_building(&e->queue), now_ns, client, f);
	/* An empty datagram begun for this flow takes it: payload_max was checked, the base was
	 * chosen for it. */
	(void)fc_encoder_put(&e->encoder, client, f);
	return err;
}

static inline int put(struct fc_exporter *e, unsigned client, const struct fc_flow *f,
		      uint64_t now_ns)
{
	if (e->encoder.message.open && !fc_encoder_put(&e->encoder, client, f))
		return 0;
	return put_into_next(e, client, f, now_ns);
}

static int put_split(struct fc_exporter *e, unsigned client, const struct fc_flow *f,
		     uint64_t parts, uint64_t now_ns)
{
	struct fc_flow part;
	int err = 0;

	for (uint64_t i = 0; i < parts; i++) {
		fc_encoder_part(f, parts, i, &part);
		if (put(e, client, &part, now_ns))
			err = -ENOBUFS;
	}
	e->stats.split_flows++;
	return err;
}

static int add(struct fc_exporter *e, unsigned client, const struct fc_flow *f, uint64_t now_ns)
{
	uint64_t parts = fc_encoder_parts(&e->encoder, client, f);

	if (!parts) {
		e->stats.inexpressible++;
		e->stats.dropped_flows++;
		return 0;
	}
	e->stats.flows++;
	e->stats.packets += f->packets;
	e->stats.octets += f->octets;
	return parts == 1 ? put(e, client, f, now_ns) : put_split(e, client, f, parts, now_ns);
}

int fc_exporter_add(struct fc_exporter *e, int client, const struct fc_flow *flows, size_t count,
		    uint64_t now_ns)
{
	int err = 0;

	for (size_t i = 0; i < count; i++)
		if (add(e, (unsigned)client, &flows[i], now_ns))
			err = -ENOBUFS;
	return err;
}

int fc_exporter_seal(struct fc_exporter *e, uint64_t now_ns)
{
	int err = fc_exporter_seal_open(e, now_ns);

	e->now_ns = now_ns;
	if (fc_exporter_options_due(e, now_ns) && fc_exporter_put_options(e, now_ns))
		err = -ENOBUFS;
	return err;
}

uint64_t fc_exporter_mark(const struct fc_exporter *e)
{
	return e->queue.tail;
}

void fc_exporter_gate(struct fc_exporter *e, uint64_t mark)
{
	e->gate = mark;
}

uint32_t fc_exporter_sequence(const struct fc_exporter *e)
{
	return e->encoder.sequence;
}

void fc_exporter_continue(struct fc_exporter *e, uint32_t sequence)
{
	e->encoder.sequence = sequence;
}

uint64_t fc_exporter_queued(const struct fc_exporter *e)
{
	return e->queue.tail - e->queue.head;
}
