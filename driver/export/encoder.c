/* SPDX-License-Identifier: BSD-2-Clause */
#include "encoder.h"

#include "encoder_impl.h"
#include "json.h"

#include <errno.h>
#include <flowcard/registers.h>

#define V5_COUNTER_MAX UINT32_MAX
/* A flow of over 4 PiB (v5) is not split but refused: a broken counter must not become a million
 * records. */
#define PARTS_MAX (UINT64_C(1) << 20)

/* NULL: no record for this IP version (v5 has none at all). */
static inline const struct fc_template *template_of(const struct fc_encoder_client *c,
						    const struct fc_flow *f)
{
	unsigned version = fc_vec_ip_version(f->vector);
	const struct fc_template *t = &c->templates[version == 6];

	return (version == 4 || version == 6) && t->field_count ? t : NULL;
}

static uint64_t pieces(uint64_t value, uint64_t largest)
{
	return value <= largest ? 1 : value / largest + (value % largest != 0);
}

uint64_t fc_encoder_parts(const struct fc_encoder *e, unsigned client, const struct fc_flow *f)
{
	uint64_t packets_max = V5_COUNTER_MAX, octets_max = V5_COUNTER_MAX, parts, more;

	if (e->codec->fixed_record) {
		if (fc_vec_ip_version(f->vector) != 4)
			return 0;
	} else {
		const struct fc_template *t = template_of(e->client[client], f);

		if (!t)
			return 0;
		packets_max = t->packets_max;
		octets_max = t->octets_max;
	}
	parts = pieces(f->packets, packets_max);
	more = pieces(f->octets, octets_max);
	if (more > parts)
		parts = more;
	return parts <= PARTS_MAX ? parts : 0;
}

static uint64_t share(uint64_t value, uint64_t parts, uint64_t index)
{
	return value / parts + (index < value % parts);
}

void fc_encoder_part(const struct fc_flow *f, uint64_t parts, uint64_t index, struct fc_flow *out)
{
	*out = *f;
	out->packets = share(f->packets, parts, index);
	out->octets = share(f->octets, parts, index);
	out->l2_octets = share(f->l2_octets, parts, index);
}

/* ------------------------------------------------------------------ a datagram */
static void start(struct fc_encoder *e, uint8_t *buffer, uint64_t now_ns)
{
	struct fc_message *m = &e->message;

	m->open = true;
	m->datagram = (struct fc_datagram){0};
	m->set_at = 0;
	m->sampling = 0;
	m->latest_ms = 0;
	m->relative = false;
	m->now_ms = now_ns / NS_PER_MS;
	fc_writer_init(&m->w, buffer, e->payload_max);
	fc_writer_zeros(&m->w, e->codec->header_size);
	e->number++;
}

void fc_encoder_begin(struct fc_encoder *e, uint8_t *buffer, uint64_t now_ns, unsigned client,
		      const struct fc_flow *first)
{
	struct fc_message *m = &e->message;
	uint64_t first_ms, last_ms;

	start(e, buffer, now_ns);
	first_ms = last_ms = m->now_ms;
	if (first && e->codec->fixed_record)
		m->sampling = e->sampling[first->sampler];
	if (first && (e->codec->fixed_record || template_of(e->client[client], first)->uptime)) {
		m->relative = true;
		first_ms = first->first_ns / NS_PER_MS;
		last_ms = first->last_ns / NS_PER_MS;
		fc_timebase_clamp(&first_ms, &last_ms);
	}
	m->base_ms = fc_timebase_choose(&e->timebase, m->now_ms, first_ms, last_ms);
}

void fc_encoder_close_set(struct fc_encoder *e)
{
	struct fc_message *m = &e->message;

	if (!m->set_at)
		return;
	fc_writer_zeros(&m->w, fc_encoder_padding(e->codec, m->w.used - m->set_at));
	fc_writer_patch_u16(&m->w, m->set_at + 2, (uint16_t)(m->w.used - m->set_at));
	m->set_at = 0;
}

void fc_encoder_open_set(struct fc_encoder *e, uint16_t id)
{
	struct fc_message *m = &e->message;

	fc_encoder_close_set(e);
	m->set_at = m->w.used;
	m->set_id = id;
	fc_writer_u16(&m->w, id);
	fc_writer_u16(&m->w, 0); /* length: fc_encoder_close_set() */
}

/* Do `octets` fit into the set `id`, with a new set header if need be and the padding of all sets?
 */
static bool has_room(const struct fc_encoder *e, uint16_t id, size_t octets)
{
	const struct fc_message *m = &e->message;
	size_t used = m->w.used, set_size = SET_HEADER;

	if (m->set_at && m->set_id == id) {
		set_size = used - m->set_at;
		used = m->set_at;
	} else if (m->set_at) {
		used += fc_encoder_padding(e->codec, used - m->set_at);
	}
	set_size += octets;
	return used + set_size + fc_encoder_padding(e->codec, set_size) <= e->payload_max;
}

/* NULL: there are records of too many clients in it already. */
static inline struct fc_share *share_of(struct fc_message *m, unsigned client)
{
	for (unsigned i = 0; i < FC_SHARES; i++) {
		struct fc_share *s = &m->datagram.share[i];

		if (s->client == client)
			return s;
		if (!s->client) {
			s->client = (uint16_t)client;
			return s;
		}
	}
	return NULL;
}

static inline void count_record(struct fc_message *m, struct fc_share *s, size_t octets)
{
	m->datagram.records++;
	s->records++;
	s->octets += (uint32_t)octets;
}

/* ------------------------------------------------------------------ templates */
static bool templates_due(const struct fc_encoder *e, const struct fc_encoder_client *c)
{
	uint64_t now_ms = e->message.now_ms;
	uint64_t age =
		now_ms > c->announced_ms ? now_ms - c->announced_ms : c->announced_ms - now_ms;

	/* Card time can be set back: a step of either sign counts as age. */
	return !c->announced || e->number - c->announced_in >= e->template_datagrams ||
	       age >= e->template_ms;
}

static void announced(struct fc_encoder *e, struct fc_encoder_client *c, unsigned templates)
{
	e->message.datagram.templates += templates;
	e->templates_total += templates;
	c->announced = true;
	c->announced_ms = e->message.now_ms;
	c->announced_in = c->looked_in = e->number;
}

/* A set of its flow templates; there is room. */
static void define_flows(struct fc_encoder *e, struct fc_encoder_client *c, size_t size)
{
	struct fc_writer *w = &e->message.w;
	unsigned count = 0;

	fc_writer_u16(w, e->codec->template_set);
	fc_writer_u16(w, (uint16_t)size);
	for (unsigned i = 0; i < 2; i++) {
		if (!c->templates[i].field_count)
			continue;
		fc_template_define(&c->templates[i], w);
		count++;
	}
	announced(e, c, count);
}

/* A client's templates before its record of `record_size` octets, if they are due. */
static int announce_flows(struct fc_encoder *e, struct fc_encoder_client *c, size_t record_size)
{
	size_t size = SET_HEADER + fc_encoder_definitions_size(c), left;

	if (!templates_due(e, c)) {
		c->looked_in = e->number;
		return 0;
	}
	fc_encoder_close_set(e);
	left = e->payload_max - e->message.w.used;
	if (size + SET_HEADER + record_size +
		    fc_encoder_padding(e->codec, SET_HEADER + record_size) >
	    left)
		return -EMSGSIZE;
	define_flows(e, c, size);
	return 0;
}

static int announce_table(struct fc_encoder *e, struct fc_encoder_client *c)
{
	size_t size = fc_option_definition_size(c->options);

	fc_encoder_close_set(e); /* nfdump reads one options template a set */
	if (!has_room(e, e->codec->options_set, size))
		return -EMSGSIZE;
	fc_encoder_open_set(e, e->codec->options_set);
	fc_option_define(c->options, e->codec, c->option_id, &e->message.w);
	fc_encoder_close_set(e);
	announced(e, c, 1);
	return 0;
}

int fc_encoder_announce(struct fc_encoder *e, unsigned client)
{
	struct fc_encoder_client *c = e->client[client];
	size_t size = SET_HEADER + fc_encoder_definitions_size(c);

	if (c->options)
		return announce_table(e, c);
	fc_encoder_close_set(e);
	if (size > e->payload_max - e->message.w.used)
		return -EMSGSIZE;
	define_flows(e, c, size);
	return 0;
}

/* ------------------------------------------------------------------ records */
int fc_encoder_row(struct fc_encoder *e, unsigned client, const struct fc_option_row *row)
{
	struct fc_encoder_client *c = e->client[client];
	struct fc_message *m = &e->message;
	struct fc_share *s;

	if (!has_room(e, c->option_id, c->option_size))
		return -EMSGSIZE;
	s = share_of(m, client);
	if (!s)
		return -EMSGSIZE;
	if (!m->set_at || m->set_id != c->option_id)
		fc_encoder_open_set(e, c->option_id);
	fc_option_encode(c->options, row, e->domain, &m->w);
	count_record(m, s, c->option_size);
	return 0;
}

static int put_text_record(struct fc_encoder *e, unsigned client, const struct fc_template *t,
			   const struct fc_flow *f)
{
	struct fc_message *m = &e->message;
	size_t before = m->w.used;
	struct fc_share *s = &m->datagram.share[0];

	if (before + fc_json_size(t) > e->payload_max || (s->client && s->client != client))
		return -EMSGSIZE;
	s = share_of(m, client);
	fc_json_encode(t, &m->w, f, m->base_ms);
	count_record(m, s, m->w.used - before);
	return 0;
}

static int put_template_record(struct fc_encoder *e, unsigned client, const struct fc_template *t,
			       const struct fc_flow *f)
{
	struct fc_encoder_client *c = e->client[client];
	struct fc_message *m = &e->message;
	struct fc_share *s;

	if (c->looked_in != e->number && announce_flows(e, c, t->record_size))
		return -EMSGSIZE;
	if (!has_room(e, t->id, t->record_size))
		return -EMSGSIZE;
	s = share_of(m, client);
	if (!s)
		return -EMSGSIZE;
	if (!m->set_at || m->set_id != t->id)
		fc_encoder_open_set(e, t->id);
	fc_template_encode(t, &m->w, f, m->base_ms);
	count_record(m, s, t->record_size);
	return 0;
}

static int put_fixed_record(struct fc_encoder *e, unsigned client, const struct fc_flow *f)
{
	struct fc_message *m = &e->message;
	struct fc_share *s;

	if (m->datagram.records == e->codec->records_max ||
	    m->w.used + e->codec->fixed_record > e->payload_max ||
	    m->sampling != e->sampling[f->sampler])
		return -EMSGSIZE;
	s = share_of(m, client);
	if (!s)
		return -EMSGSIZE;
	fc_v5_record(&m->w, f, m->base_ms);
	count_record(m, s, e->codec->fixed_record);
	return 0;
}

static int put_record(struct fc_encoder *e, unsigned client, const struct fc_template *t,
		      const struct fc_flow *f)
{
	if (!t)
		return put_fixed_record(e, client, f);
	if (e->codec->text)
		return put_text_record(e, client, t, f);
	return put_template_record(e, client, t, f);
}

static int put_relative(struct fc_encoder *e, unsigned client, const struct fc_template *t,
			const struct fc_flow *f)
{
	uint64_t first_ms = f->first_ns / NS_PER_MS, last_ms = f->last_ns / NS_PER_MS;
	bool clamped = fc_timebase_clamp(&first_ms, &last_ms);
	struct fc_message *m = &e->message;
	struct fc_flow changed;
	int err;

	if (!fc_timebase_fits(m->base_ms, first_ms, last_ms))
		return -EMSGSIZE;
	if (clamped) {
		changed = *f;
		changed.first_ns = first_ms * NS_PER_MS;
		changed.last_ns = last_ms * NS_PER_MS;
		f = &changed;
	}
	err = put_record(e, client, t, f);
	if (err)
		return err;
	e->clamped += clamped;
	m->relative = true;
	if (last_ms > m->latest_ms)
		m->latest_ms = last_ms;
	if (first_ms > m->latest_ms)
		m->latest_ms = first_ms;
	return 0;
}

int fc_encoder_put(struct fc_encoder *e, unsigned client, const struct fc_flow *f)
{
	const struct fc_template *t;

	if (e->codec->fixed_record)
		return put_relative(e, client, NULL, f);
	t = template_of(e->client[client], f);
	return t->uptime ? put_relative(e, client, t, f) : put_record(e, client, t, f);
}

/* ------------------------------------------------------------------ the end of a datagram */
void fc_encoder_finish(struct fc_encoder *e, uint64_t now_ns)
{
	struct fc_message *m = &e->message;
	struct fc_header h = {.domain = e->domain, .sequence = e->sequence};
	struct fc_writer front;

	fc_encoder_close_set(e);
	h.records = m->datagram.records;
	h.templates = m->datagram.templates;
	h.sampling = m->sampling;
	h.length = m->w.used;
	h.time_ms = now_ns / NS_PER_MS;
	if (m->relative)
		h.time_ms = fc_timebase_header(m->base_ms, h.time_ms, m->latest_ms,
					       e->codec->whole_seconds);
	else
		h.time_ms -= h.time_ms % 1000;
	h.uptime_ms = h.time_ms > m->base_ms ? (uint32_t)(h.time_ms - m->base_ms) : 0;
	fc_writer_init(&front, m->w.buffer, e->codec->header_size);
	e->codec->header(&front, &h);
	m->datagram.length = (uint32_t)h.length;
	m->datagram.sequence = e->sequence;
	e->sequence += e->codec->count_datagrams ? 1 : m->datagram.records;
	m->open = false;
}
