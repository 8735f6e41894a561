/* SPDX-License-Identifier: BSD-2-Clause */
/* Clients of an encoder: their templates, and the message that begins a transport session. */
#include "encoder_impl.h"
#include "json.h"

#include <errno.h>
#include <stdlib.h>

#define PAYLOAD_DEFAULT 1400
#define PAYLOAD_MAX 65507 /* of UDP over IPv4 */
#define TEMPLATE_SECONDS_DEFAULT 600
#define TEMPLATE_DATAGRAMS_DEFAULT 20

static const struct fc_codec *codec_of(const struct fc_exporter_config *config)
{
	if (config->transport == FC_TRANSPORT_KAFKA && config->kafka_json)
		return &fc_codec_json;
	switch (config->protocol) {
	case FC_PROTOCOL_V5:
		return &fc_codec_v5;
	case FC_PROTOCOL_V9:
		return &fc_codec_v9;
	case FC_PROTOCOL_IPFIX:
		return &fc_codec_ipfix;
	}
	return NULL;
}

int fc_encoder_init(struct fc_encoder *e, const struct fc_exporter_config *config)
{
	*e = (struct fc_encoder){.codec = codec_of(config), .protocol = config->protocol};
	if (!e->codec)
		return -EINVAL;
	e->domain = config->domain;
	e->ids = config->ids;
	e->payload_max = config->payload_max ? config->payload_max : PAYLOAD_DEFAULT;
	e->template_ms = 1000 * (uint64_t)(config->template_seconds ? config->template_seconds
								    : TEMPLATE_SECONDS_DEFAULT);
	e->template_datagrams = config->template_datagrams ? config->template_datagrams
							   : TEMPLATE_DATAGRAMS_DEFAULT;
	e->timebase.boot_ms = config->boot_ns / NS_PER_MS;
	if (e->payload_max > PAYLOAD_MAX ||
	    e->payload_max < e->codec->header_size + e->codec->fixed_record + SET_HEADER)
		return -EINVAL;
	return 0;
}

void fc_encoder_free(struct fc_encoder *e)
{
	for (unsigned c = 0; c < FC_EXPORTER_CLIENTS; c++)
		fc_encoder_remove(e, c);
}

size_t fc_encoder_definitions_size(const struct fc_encoder_client *c)
{
	return fc_template_definition_size(&c->templates[0]) +
	       fc_template_definition_size(&c->templates[1]);
}

/* The smallest payload that carries the templates and one record of either IP version. */
static size_t payload_min(const struct fc_encoder *e, const struct fc_encoder_client *c)
{
	size_t size, record = c->templates[0].record_size;

	if (e->codec->text) {
		size = fc_json_size(&c->templates[0]);
		record = fc_json_size(&c->templates[1]);
		return size > record ? size : record;
	}
	if (record < c->templates[1].record_size)
		record = c->templates[1].record_size;
	return e->codec->header_size + SET_HEADER + fc_encoder_definitions_size(c) + SET_HEADER +
	       record + fc_encoder_padding(e->codec, SET_HEADER + record);
}

static void give_ids_back(struct fc_encoder *e, struct fc_encoder_client *c)
{
	fc_template_ids_give_back(e->ids, c->templates[0].id);
	fc_template_ids_give_back(e->ids, c->templates[1].id);
	fc_template_ids_give_back(e->ids, c->option_id);
}

static int compile(struct fc_encoder *e, struct fc_encoder_client *c,
		   const struct fc_fnf_record *record)
{
	int err = 0;

	for (unsigned i = 0; !err && i < 2; i++) {
		err = fc_template_compile(&c->templates[i], e->protocol, i ? 6 : 4, record);
		if (!err && c->templates[i].field_count && !e->codec->text)
			err = fc_template_identify(&c->templates[i], e->ids);
	}
	if (err)
		return err;
	return payload_min(e, c) > e->payload_max ? -EMSGSIZE : 0;
}

int fc_encoder_flows(struct fc_encoder *e, unsigned client, const struct fc_fnf_record *record)
{
	struct fc_encoder_client *c = calloc(1, sizeof(*c));
	struct fc_fnf_record usual;
	int err;

	if (!c)
		return -ENOMEM;
	if (!record) {
		fc_fnf_record_usual(&usual);
		record = &usual;
	}
	err = e->codec->fixed_record ? 0 : compile(e, c, record);
	if (err) {
		give_ids_back(e, c);
		free(c);
		return err;
	}
	e->client[client] = c;
	return 0;
}

int fc_encoder_options(struct fc_encoder *e, unsigned client, enum fc_fnf_option option)
{
	const struct fc_option_layout *layout = fc_option_layout(e->protocol, option);
	size_t record = fc_option_record_size(layout), template = fc_option_definition_size(layout);
	struct fc_encoder_client *c;
	int id;

	if (e->codec->header_size + SET_HEADER + (record > template ? record : template) + 3 >
	    e->payload_max)
		return -EMSGSIZE;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	id = fc_option_identify(layout, 0, e->ids);
	if (id < 0) {
		free(c);
		return id;
	}
	c->options = layout;
	c->option_id = (uint16_t)id;
	c->option_size = record;
	e->client[client] = c;
	return 0;
}

void fc_encoder_remove(struct fc_encoder *e, unsigned client)
{
	if (!e->client[client])
		return;
	give_ids_back(e, e->client[client]);
	free(e->client[client]);
	e->client[client] = NULL;
}

int fc_encoder_reidentify(struct fc_encoder *e, unsigned client, const uint16_t ids[3])
{
	struct fc_encoder_client *c = e->client[client];
	int err = 0;

	for (unsigned i = 0; !err && i < 2; i++) {
		c->templates[i].id = ids[i];
		if (c->templates[i].field_count && !e->codec->text)
			err = fc_template_identify(&c->templates[i], e->ids);
	}
	if (err || !c->options)
		return err;
	err = fc_option_identify(c->options, ids[2], e->ids);
	if (err < 0)
		return err;
	c->option_id = (uint16_t)err;
	return 0;
}

void fc_encoder_templates_lost(struct fc_encoder *e)
{
	for (unsigned i = 0; i < FC_EXPORTER_CLIENTS; i++)
		if (e->client[i])
			e->client[i]->announced = false;
}

/* ------------------------------------------------------------------ the start of a session */
static unsigned define_all(struct fc_encoder *e, struct fc_writer *w,
			   const struct fc_encoder_client *c)
{
	size_t start = w->used;
	unsigned count = 0;

	fc_writer_u16(w, c->options ? e->codec->options_set : e->codec->template_set);
	fc_writer_u16(w, 0);
	if (c->options) {
		fc_option_define(c->options, e->codec, c->option_id, w);
		count++;
	}
	for (unsigned i = 0; i < 2; i++) {
		if (!c->templates[i].field_count)
			continue;
		fc_template_define(&c->templates[i], w);
		count++;
	}
	fc_writer_zeros(w, fc_encoder_padding(e->codec, w->used - start));
	fc_writer_patch_u16(w, start + 2, (uint16_t)(w->used - start));
	return count;
}

size_t fc_encoder_preamble(struct fc_encoder *e, uint8_t *buffer, size_t size, uint32_t sequence,
			   uint64_t now_ns)
{
	struct fc_header h = {
		.domain = e->domain, .sequence = sequence, .time_ms = now_ns / NS_PER_MS};
	struct fc_writer w;

	fc_writer_init(&w, buffer, size);
	fc_writer_zeros(&w, e->codec->header_size);
	for (unsigned i = 0; i < FC_EXPORTER_CLIENTS; i++)
		if (e->client[i] && e->client[i]->announced)
			h.templates += define_all(e, &w, e->client[i]);
	if (w.failed || !h.templates)
		return 0;
	h.length = w.used;
	h.uptime_ms =
		h.time_ms > e->timebase.boot_ms ? (uint32_t)(h.time_ms - e->timebase.boot_ms) : 0;
	fc_writer_init(&w, buffer, e->codec->header_size);
	e->codec->header(&w, &h);
	e->templates_total += h.templates;
	return h.length;
}
