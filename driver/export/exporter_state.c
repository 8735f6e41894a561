// SPDX-License-Identifier: BSD-2-Clause
/*
 * What an exporter's next datagram depends on, as octets (big-endian), version 1:
 *
 *   u16 version | u8 protocol | u8 0 | u32 domain | u32 sequence | u64 next number | u64 now, ns |
 *   u64 boot, ms | u64 datagrams begun | u64 octets, datagrams, records sent, flows dropped |
 *   u32 template ids handed out
 *   u8 clients: u8 number | u8 announced | u8 length, name | u64 announced at, ms | u64 datagrams
 *     since then | three times (IPv4, IPv6, options): u16 id, 0: none; u16 count, u16 layout ...
 *   u8 tables: u8 there | u8 due | u64 last, ms
 *
 * It is read into a structure first; only what is whole is taken.
 */
#include "exporter_impl.h"
#include "template_ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VERSION 1
#define LAYOUTS 3
#define LAYOUT_MAX (2 + 2 * FC_FNF_RECORD_FIELDS)
#define IDS_MAX (UINT16_MAX - FC_TEMPLATE_ID_FIRST + 1)

struct state_client {
	uint8_t number, announced, length;
	const uint8_t *name;
	uint64_t announced_ms, age;
	uint16_t id[LAYOUTS], count[LAYOUTS];
	uint16_t layout[LAYOUTS][LAYOUT_MAX];
};

struct state {
	uint8_t protocol, clients;
	uint32_t domain, sequence, ids;
	uint64_t next, now_ns, boot_ms, begun;
	struct fc_totals sent;
	struct state_client client[FC_EXPORTER_CLIENTS];
	struct {
		uint8_t there, due;
		uint64_t last_ms;
	} option[FC_OPTIONS];
};

/* ------------------------------------------------------------------ writing */
static struct fc_totals totals(const struct fc_exporter *e)
{
	return (struct fc_totals){.octets = e->carried.octets + e->stats.octets_sent,
				  .datagrams = e->carried.datagrams + e->stats.datagrams_sent,
				  .records = e->carried.records + e->stats.records_sent,
				  .dropped = e->carried.dropped + e->stats.dropped_flows};
}

static void put_layout(struct fc_writer *w, const struct fc_template_ids *ids, unsigned id)
{
	size_t count;
	const uint16_t *layout = fc_template_ids_layout(ids, id, &count);

	fc_writer_u16(w, (uint16_t)(layout ? id : 0));
	fc_writer_u16(w, (uint16_t)count);
	for (size_t i = 0; layout && i < count; i++)
		fc_writer_u16(w, layout[i]);
}

static void put_client(struct fc_writer *w, const struct fc_exporter *e, unsigned number)
{
	const struct fc_encoder_client *c = e->encoder.client[number];
	const char *name = e->client[number].stats.name;

	fc_writer_u8(w, (uint8_t)number);
	fc_writer_u8(w, c->announced);
	fc_writer_u8(w, (uint8_t)strlen(name));
	fc_writer_octets(w, name, strlen(name));
	fc_writer_u64(w, c->announced_ms);
	fc_writer_u64(w, e->encoder.number - c->announced_in);
	put_layout(w, e->encoder.ids, c->templates[0].id);
	put_layout(w, e->encoder.ids, c->templates[1].id);
	put_layout(w, e->encoder.ids, c->option_id);
}

static void put_clients(struct fc_writer *w, const struct fc_exporter *e)
{
	unsigned clients = 0;

	for (unsigned c = 1; c < FC_EXPORTER_CLIENTS; c++)
		clients += e->encoder.client[c] != NULL;
	fc_writer_u8(w, (uint8_t)clients);
	for (unsigned c = 1; c < FC_EXPORTER_CLIENTS; c++)
		if (e->encoder.client[c])
			put_client(w, e, c);
}

size_t fc_exporter_state(const struct fc_exporter *e, uint8_t *out, size_t size)
{
	const struct fc_totals sent = totals(e);
	struct fc_writer w;

	fc_writer_init(&w, out, size);
	fc_writer_u16(&w, VERSION);
	fc_writer_u8(&w, (uint8_t)e->encoder.protocol);
	fc_writer_u8(&w, 0);
	fc_writer_u32(&w, e->encoder.domain);
	fc_writer_u32(&w, e->encoder.sequence);
	fc_writer_u64(&w, e->queue.tail);
	fc_writer_u64(&w, e->now_ns);
	fc_writer_u64(&w, e->encoder.timebase.boot_ms);
	fc_writer_u64(&w, e->encoder.number);
	fc_writer_u64(&w, sent.octets);
	fc_writer_u64(&w, sent.datagrams);
	fc_writer_u64(&w, sent.records);
	fc_writer_u64(&w, sent.dropped);
	fc_writer_u32(&w, (uint32_t)fc_template_ids_count(e->encoder.ids));
	put_clients(&w, e);
	fc_writer_u8(&w, FC_OPTIONS);
	for (unsigned i = 0; i < FC_OPTIONS; i++) {
		fc_writer_u8(&w, e->option[i].client != 0);
		fc_writer_u8(&w, e->option[i].due);
		fc_writer_u64(&w, e->option[i].last_ms);
	}
	return w.failed ? 0 : w.used;
}

/* ------------------------------------------------------------------ reading */
struct reader {
	const uint8_t *at;
	size_t left;
	bool failed; /* sticky; what is read then is 0 */
};

static const uint8_t *take(struct reader *r, size_t count)
{
	const uint8_t *at = r->at;

	if (r->failed || count > r->left) {
		r->failed = true;
		return NULL;
	}
	r->at += count;
	r->left -= count;
	return at;
}

static uint64_t number(struct reader *r, unsigned octets)
{
	const uint8_t *at = take(r, octets);
	uint64_t value = 0;

	for (unsigned i = 0; at && i < octets; i++)
		value = value << 8 | at[i];
	return value;
}

static bool read_layout(struct reader *r, struct state_client *c, unsigned which, uint32_t ids)
{
	unsigned id = (uint16_t)number(r, 2), count = (uint16_t)number(r, 2);

	if (count > LAYOUT_MAX || !id != !count)
		return false;
	if (id && (id < FC_TEMPLATE_ID_FIRST || id - FC_TEMPLATE_ID_FIRST >= ids))
		return false;
	c->id[which] = (uint16_t)id;
	c->count[which] = (uint16_t)count;
	for (unsigned i = 0; i < count; i++)
		c->layout[which][i] = (uint16_t)number(r, 2);
	return true;
}

static bool read_client(struct reader *r, struct state_client *c, uint32_t ids)
{
	bool good = true;

	c->number = (uint8_t)number(r, 1);
	c->announced = (uint8_t)number(r, 1);
	c->length = (uint8_t)number(r, 1);
	c->name = take(r, c->length);
	c->announced_ms = number(r, 8);
	c->age = number(r, 8);
	for (unsigned i = 0; i < LAYOUTS; i++)
		good = good && read_layout(r, c, i, ids);
	return good && c->number && c->number < FC_EXPORTER_CLIENTS && c->announced <= 1 &&
	       c->length < FC_EXPORTER_CLIENT_NAME;
}

static void read_head(struct reader *r, struct state *s)
{
	s->protocol = (uint8_t)number(r, 1);
	(void)number(r, 1);
	s->domain = (uint32_t)number(r, 4);
	s->sequence = (uint32_t)number(r, 4);
	s->next = number(r, 8);
	s->now_ns = number(r, 8);
	s->boot_ms = number(r, 8);
	s->begun = number(r, 8);
	s->sent.octets = number(r, 8);
	s->sent.datagrams = number(r, 8);
	s->sent.records = number(r, 8);
	s->sent.dropped = number(r, 8);
	s->ids = (uint32_t)number(r, 4);
}

static int parse(const uint8_t *octets, size_t size, struct state *s)
{
	struct reader r = {.at = octets, .left = size};

	if (number(&r, 2) != VERSION)
		return -EPROTO;
	read_head(&r, s);
	s->clients = (uint8_t)number(&r, 1);
	if (s->ids > IDS_MAX || s->clients >= FC_EXPORTER_CLIENTS)
		return -EPROTO;
	for (unsigned i = 0; i < s->clients; i++)
		if (!read_client(&r, &s->client[i], s->ids))
			return -EPROTO;
	if (number(&r, 1) != FC_OPTIONS)
		return -EPROTO;
	for (unsigned i = 0; i < FC_OPTIONS; i++) {
		s->option[i].there = (uint8_t)number(&r, 1);
		s->option[i].due = (uint8_t)number(&r, 1);
		s->option[i].last_ms = number(&r, 8);
		if (s->option[i].there > 1 || s->option[i].due > 1)
			return -EPROTO;
	}
	return r.failed || r.left ? -EPROTO : 0;
}

int fc_exporter_state_check(const uint8_t *octets, size_t size)
{
	struct state *s = calloc(1, sizeof(*s));
	int err = s ? parse(octets, size, s) : -ENOMEM;

	free(s);
	return err;
}

/* ------------------------------------------------------------------ taking */
/* NULL: it is not known there. */
static const struct state_client *known_as(const struct state *s, const char *name)
{
	for (unsigned i = 0; i < s->clients; i++)
		if (s->client[i].length == strlen(name) &&
		    !memcmp(s->client[i].name, name, s->client[i].length))
			return &s->client[i];
	return NULL;
}

static int learn_ids(struct fc_template_ids *ids, const struct state *s)
{
	int err = fc_template_ids_begin(ids, s->ids);

	for (unsigned i = 0; i < s->clients; i++)
		for (unsigned l = 0; !err && l < LAYOUTS; l++)
			if (s->client[i].id[l])
				err = fc_template_ids_learn(ids, s->client[i].id[l],
							    s->client[i].layout[l],
							    s->client[i].count[l]);
	return err;
}

static void take_client(struct fc_exporter *e, unsigned mine, const struct state_client *c)
{
	struct fc_encoder_client *own = e->encoder.client[mine];

	e->elsewhere[c->number] = (uint8_t)mine;
	own->announced = c->announced;
	own->announced_ms = c->announced_ms;
	own->announced_in = own->looked_in = e->encoder.number - c->age;
}

/* Those that are known there first: their ids are not to be had by others. */
static int take_clients(struct fc_exporter *e, const struct state *s, bool known)
{
	static const uint16_t none[LAYOUTS];
	int err = 0;

	for (unsigned c = 1; !err && c < FC_EXPORTER_CLIENTS; c++) {
		const struct state_client *there;

		if (!e->encoder.client[c])
			continue;
		there = known_as(s, e->client[c].stats.name);
		if ((there != NULL) != known)
			continue;
		err = fc_encoder_reidentify(&e->encoder, c, there ? there->id : none);
		if (there)
			take_client(e, c, there);
		else
			e->encoder.client[c]->announced = false;
	}
	return err;
}

static void take_options(struct fc_exporter *e, const struct state *s)
{
	for (unsigned i = 0; i < FC_OPTIONS; i++) {
		struct fc_option_table *t = &e->option[i];

		/* A table that was never sent there stays due. */
		if (!t->client || !s->option[i].there)
			continue;
		t->due = s->option[i].due;
		t->last_ms = s->option[i].last_ms;
	}
}

/* What goes on is the sum: what was sent there, and here before that. */
static void take_totals(struct fc_exporter *e, const struct fc_totals *sent)
{
	e->carried.octets = sent->octets - e->stats.octets_sent;
	e->carried.datagrams = sent->datagrams - e->stats.datagrams_sent;
	e->carried.records = sent->records - e->stats.records_sent;
	e->carried.dropped = sent->dropped - e->stats.dropped_flows;
}

static int take_all(struct fc_exporter *e, const struct state *s)
{
	int err;

	if (s->protocol != (uint8_t)e->encoder.protocol || s->domain != e->encoder.domain)
		return -EINVAL;
	err = learn_ids(e->encoder.ids, s);
	if (err)
		return err;
	e->encoder.sequence = s->sequence;
	e->encoder.number = s->begun;
	e->encoder.timebase.boot_ms = s->boot_ms;
	e->now_ns = s->now_ns;
	memset(e->elsewhere, 0, sizeof(e->elsewhere));
	err = take_clients(e, s, true);
	if (!err)
		err = take_clients(e, s, false);
	take_options(e, s);
	take_totals(e, &s->sent);
	return err;
}

int fc_exporter_state_take(struct fc_exporter *e, const uint8_t *octets, size_t size)
{
	struct state *s;
	int err;

	if (e->encoder.message.open)
		return -EBUSY;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	err = parse(octets, size, s);
	if (!err)
		err = take_all(e, s);
	free(s);
	return err;
}
