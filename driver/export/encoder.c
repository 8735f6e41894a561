/* SPDX-License-Identifier: BSD-2-Clause */
#include "encoder.h"

#include <errno.h>
#include <flowcard/registers.h>

#define NS_PER_MS 1000000U
#define SET_HEADER 4
#define PAYLOAD_DEFAULT 1400
#define PAYLOAD_MAX 65507 /* of UDP over IPv4 */
#define TEMPLATE_SECONDS_DEFAULT 600
#define TEMPLATE_DATAGRAMS_DEFAULT 20
#define V5_COUNTER_MAX UINT32_MAX
/* A flow of over 4 PiB (v5) is not split but refused: a broken counter must not become a million
 * records. */
#define PARTS_MAX (UINT64_C(1) << 20)

static const struct fc_codec *codec_of(enum fc_protocol protocol)
{
	switch (protocol) {
	case FC_PROTOCOL_V5:
		return &fc_codec_v5;
	case FC_PROTOCOL_V9:
		return &fc_codec_v9;
	case FC_PROTOCOL_IPFIX:
		return &fc_codec_ipfix;
	}
	return NULL;
}

static size_t padding(const struct fc_codec *codec, size_t set_size)
{
	return (codec->alignment - set_size % codec->alignment) % codec->alignment;
}

static size_t definitions_size(const struct fc_encoder *e)
{
	return SET_HEADER + fc_template_definition_size(&e->templates[0]) +
	       fc_template_definition_size(&e->templates[1]);
}

/* The smallest payload that carries the templates and one record of either family. */
static size_t payload_min(const struct fc_encoder *e)
{
	size_t record = e->templates[0].record_size;

	if (e->codec->fixed_record)
		return e->codec->header_size + e->codec->fixed_record;
	if (record < e->templates[1].record_size)
		record = e->templates[1].record_size;
	return e->codec->header_size + definitions_size(e) + SET_HEADER + record +
	       padding(e->codec, SET_HEADER + record);
}

static int compile_templates(struct fc_encoder *e, const struct fc_exporter_config *config)
{
	const struct fc_fnf_record *record = config->record;
	struct fc_fnf_record usual;
	int err;

	if (!record) {
		fc_fnf_record_usual(&usual);
		record = &usual;
	}
	err = fc_template_compile(&e->templates[0], FC_TEMPLATE_ID_V4, config->protocol, 4, record);
	if (err)
		return err;
	return fc_template_compile(&e->templates[1], FC_TEMPLATE_ID_V6, config->protocol, 6,
				   record);
}

int fc_encoder_init(struct fc_encoder *e, const struct fc_exporter_config *config)
{
	int err;

	*e = (struct fc_encoder){.codec = codec_of(config->protocol)};
	if (!e->codec)
		return -EINVAL;
	e->domain = config->domain;
	e->payload_max = config->payload_max ? config->payload_max : PAYLOAD_DEFAULT;
	e->template_ms = 1000 * (uint64_t)(config->template_seconds ? config->template_seconds
								    : TEMPLATE_SECONDS_DEFAULT);
	e->template_datagrams = config->template_datagrams ? config->template_datagrams
							   : TEMPLATE_DATAGRAMS_DEFAULT;
	e->timebase.boot_ms = config->boot_ns / NS_PER_MS;
	if (config->protocol == FC_PROTOCOL_V5 && config->record &&
	    !fc_fnf_record_fits_v5(config->record))
		return -EINVAL;
	if (config->protocol != FC_PROTOCOL_V5) {
		err = compile_templates(e, config);
		if (err)
			return err;
	}
	if (e->payload_max > PAYLOAD_MAX || e->payload_max < payload_min(e))
		return -EINVAL;
	return 0;
}

/* NULL: no record for this family (v5 has none at all). */
static const struct fc_template *template_of(const struct fc_encoder *e, const struct fc_flow *f)
{
	unsigned version = fc_vec_ip_version(f->vector);
	const struct fc_template *t = &e->templates[version == 6];

	return (version == 4 || version == 6) && t->field_count ? t : NULL;
}

static uint64_t pieces(uint64_t value, uint64_t largest)
{
	return value <= largest ? 1 : value / largest + (value % largest != 0);
}

uint64_t fc_encoder_parts(const struct fc_encoder *e, const struct fc_flow *f)
{
	uint64_t packets_max = V5_COUNTER_MAX, octets_max = V5_COUNTER_MAX, parts, more;

	if (e->codec->fixed_record) {
		if (fc_vec_ip_version(f->vector) != 4)
			return 0;
	} else {
		const struct fc_template *t = template_of(e, f);

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

/* Are this flow's times sent relative to the datagram's base? */
static bool is_relative(const struct fc_encoder *e, const struct fc_flow *f)
{
	const struct fc_template *t;

	if (e->codec->fixed_record)
		return true;
	t = template_of(e, f);
	return t && t->uptime;
}

static bool templates_due(const struct fc_encoder *e, uint64_t now_ms)
{
	uint64_t age = now_ms > e->template_last_ms ? now_ms - e->template_last_ms
						    : e->template_last_ms - now_ms;

	/* Card time can be set back: a step of either sign counts as age. */
	return !e->template_sent || e->template_age >= e->template_datagrams ||
	       age >= e->template_ms;
}

/* Options templates will stand here too, each in a set of its own (nfdump reads one a set). */
static void put_templates(struct fc_encoder *e, uint64_t now_ms)
{
	struct fc_writer *w = &e->message.w;

	fc_writer_u16(w, e->codec->template_set);
	fc_writer_u16(w, (uint16_t)definitions_size(e));
	for (unsigned i = 0; i < 2; i++) {
		if (!e->templates[i].field_count)
			continue;
		fc_template_define(&e->templates[i], w);
		e->message.templates++;
	}
	e->templates_total += e->message.templates;
	e->template_sent = true;
	e->template_age = 0;
	e->template_last_ms = now_ms;
}

void fc_encoder_begin(struct fc_encoder *e, uint8_t *buffer, uint64_t now_ns,
		      const struct fc_flow *first)
{
	uint64_t now_ms = now_ns / NS_PER_MS;
	uint64_t first_ms = first->first_ns / NS_PER_MS, last_ms = first->last_ns / NS_PER_MS;
	struct fc_message *m = &e->message;

	*m = (struct fc_message){.open = true};
	fc_writer_init(&m->w, buffer, e->payload_max);
	fc_writer_zeros(&m->w, e->codec->header_size);
	m->relative = is_relative(e, first);
	if (m->relative)
		fc_timebase_clamp(&first_ms, &last_ms);
	else
		first_ms = last_ms = now_ms;
	m->base_ms = fc_timebase_choose(&e->timebase, now_ms, first_ms, last_ms);
	if (!e->codec->fixed_record && templates_due(e, now_ms))
		put_templates(e, now_ms);
}

static void close_set(struct fc_encoder *e)
{
	struct fc_message *m = &e->message;

	if (!m->set_at)
		return;
	fc_writer_zeros(&m->w, padding(e->codec, m->w.used - m->set_at));
	fc_writer_patch_u16(&m->w, m->set_at + 2, (uint16_t)(m->w.used - m->set_at));
	m->set_at = 0;
}

static void open_set(struct fc_message *m, uint16_t id)
{
	m->set_at = m->w.used;
	m->set_id = id;
	fc_writer_u16(&m->w, id);
	fc_writer_u16(&m->w, 0); /* length: close_set() */
}

/* Does a record of template `t` fit, with a new set header if need be and the padding of all sets?
 */
static bool has_room(const struct fc_encoder *e, const struct fc_template *t)
{
	const struct fc_message *m = &e->message;
	size_t used = m->w.used, set_size = SET_HEADER;

	if (m->set_at && m->set_id == t->id) {
		set_size = used - m->set_at;
		used = m->set_at;
	} else if (m->set_at) {
		used += padding(e->codec, used - m->set_at);
	}
	set_size += t->record_size;
	return used + set_size + padding(e->codec, set_size) <= e->payload_max;
}

static int put_template_record(struct fc_encoder *e, const struct fc_flow *f)
{
	struct fc_message *m = &e->message;
	const struct fc_template *t = template_of(e, f);

	if (!has_room(e, t))
		return -EMSGSIZE;
	if (!m->set_at || m->set_id != t->id) {
		close_set(e);
		open_set(m, t->id);
	}
	fc_template_encode(t, &m->w, f, m->base_ms);
	return 0;
}

static int put_fixed_record(struct fc_encoder *e, const struct fc_flow *f)
{
	struct fc_message *m = &e->message;

	if (m->records == e->codec->records_max ||
	    m->w.used + e->codec->fixed_record > e->payload_max)
		return -EMSGSIZE;
	fc_v5_record(&m->w, f, m->base_ms);
	return 0;
}

static int put_record(struct fc_encoder *e, const struct fc_flow *f)
{
	int err = e->codec->fixed_record ? put_fixed_record(e, f) : put_template_record(e, f);

	if (!err)
		e->message.records++;
	return err;
}

static int put_relative(struct fc_encoder *e, const struct fc_flow *f)
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
	err = put_record(e, f);
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

int fc_encoder_put(struct fc_encoder *e, const struct fc_flow *f)
{
	return is_relative(e, f) ? put_relative(e, f) : put_record(e, f);
}

size_t fc_encoder_finish(struct fc_encoder *e, uint64_t now_ns)
{
	struct fc_message *m = &e->message;
	struct fc_header h = {.domain = e->domain, .sequence = e->sequence};
	struct fc_writer front;

	close_set(e);
	h.records = m->records;
	h.templates = m->templates;
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
	e->sequence += e->codec->count_datagrams ? 1 : m->records;
	e->template_age++;
	m->open = false;
	return h.length;
}
