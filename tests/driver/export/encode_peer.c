/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libfixbuf as it is meant to be used: a packed structure a record, an internal and an external
 * template of the same elements and lengths, messages into a buffer. The structures are filled
 * beforehand, so only the encoding counts, or each from its flow when it is due, as a program
 * would. Templates are repeated about as often as ours.
 */
#include "encode_peer.h"

#include <driver/export/template.h>
#include <errno.h>
#include <fixbuf/public.h>
#include <flowcard/registers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEMPLATE_RECORDS 400 /* 20 datagrams of 1400 octets, half the records IPv6 */
#define TEMPLATE4 FC_TEMPLATE_ID_FIRST
#define TEMPLATE6 (FC_TEMPLATE_ID_FIRST + 1)
#define INTERNAL(id) ((uint16_t)((id) + 1000))

struct tail {
	uint16_t sport, dport;
	uint32_t input, output;
	uint8_t tcp_flags;
	uint64_t packets, octets, first_ms, last_ms;
	uint8_t end_reason;
} __attribute__((packed));

struct record4 {
	uint32_t src, dst;
	uint8_t protocol, tos;
	struct tail tail;
} __attribute__((packed));

struct record6 {
	uint8_t src[16], dst[16];
	uint8_t protocol, tos;
	struct tail tail;
} __attribute__((packed));

struct peer_record {
	uint16_t template_id;
	union {
		struct record4 v4;
		struct record6 v6;
	} u;
};

struct encode_peer {
	fbInfoModel_t *model;
	fbExporter_t *exporter; /* of the buffer */
	fBuf_t *buffer;
	const struct fc_flow *flows;
	struct peer_record *records;
	size_t count;
	uint16_t template_id; /* in use */
	uint8_t message[];
};

#define TAIL_SPEC                                                                                  \
	{"sourceTransportPort", 2, 0}, {"destinationTransportPort", 2, 0},                         \
		{"ingressInterface", 4, 0}, {"egressInterface", 4, 0}, {"tcpControlBits", 1, 0},   \
		{"packetDeltaCount", 8, 0}, {"octetDeltaCount", 8, 0},                             \
		{"flowStartMilliseconds", 8, 0}, {"flowEndMilliseconds", 8, 0},                    \
		{"flowEndReason", 1, 0}, FB_IESPEC_NULL

static fbInfoElementSpec_t spec4[] = {{"sourceIPv4Address", 4, 0},
				      {"destinationIPv4Address", 4, 0},
				      {"protocolIdentifier", 1, 0},
				      {"ipClassOfService", 1, 0},
				      TAIL_SPEC};
static fbInfoElementSpec_t spec6[] = {{"sourceIPv6Address", 16, 0},
				      {"destinationIPv6Address", 16, 0},
				      {"protocolIdentifier", 1, 0},
				      {"ipClassOfService", 1, 0},
				      TAIL_SPEC};

static int failed(const char *what, GError **error)
{
	fprintf(stderr, "libfixbuf: %s: %s\n", what, *error ? (*error)->message : "failed");
	g_clear_error(error);
	return -EIO;
}

static uint32_t address4(const uint8_t *octets)
{
	return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 |
	       octets[3];
}

static struct tail make_tail(const struct fc_flow *f)
{
	return (struct tail){.sport = (uint16_t)fc_vec_sport(f->vector),
			     .dport = (uint16_t)fc_vec_dport(f->vector),
			     .input = fc_vec_input_port(f->vector),
			     .tcp_flags = (uint8_t)f->tcp_flags,
			     .packets = f->packets,
			     .octets = f->octets,
			     .first_ms = f->first_ns / 1000000,
			     .last_ms = f->last_ns / 1000000,
			     .end_reason = f->end_reason};
}

static void make_record(const struct fc_flow *f, struct peer_record *r)
{
	uint8_t protocol = (uint8_t)fc_vec_proto(f->vector), tos = (uint8_t)fc_vec_tos(f->vector);

	if (fc_vec_ip_version(f->vector) == 4) {
		r->template_id = TEMPLATE4;
		r->u.v4 = (struct record4){.src = address4(fc_vec_src(f->vector)),
					   .dst = address4(fc_vec_dst(f->vector)),
					   .protocol = protocol,
					   .tos = tos,
					   .tail = make_tail(f)};
		return;
	}
	r->template_id = TEMPLATE6;
	r->u.v6 = (struct record6){.protocol = protocol, .tos = tos, .tail = make_tail(f)};
	memcpy(r->u.v6.src, fc_vec_src(f->vector), 16);
	memcpy(r->u.v6.dst, fc_vec_dst(f->vector), 16);
}

static int add_template(fbInfoModel_t *model, fbSession_t *session, uint16_t id,
			fbInfoElementSpec_t *spec)
{
	fbTemplate_t *made = fbTemplateAlloc(model);
	GError *error = NULL;

	if (!fbTemplateAppendSpecArray(made, spec, UINT32_MAX, &error) ||
	    !fbSessionAddTemplate(session, TRUE, INTERNAL(id), made, &error) ||
	    !fbSessionAddTemplate(session, FALSE, id, made, &error))
		return failed("template", &error);
	return 0;
}

static int open_session(struct encode_peer *peer, uint16_t payload)
{
	fbSession_t *session;
	GError *error = NULL;

	peer->model = fbInfoModelAlloc();
	session = fbSessionAlloc(peer->model);
	peer->exporter = fbExporterAllocBuffer(peer->message, payload);
	peer->buffer = fBufAllocForExport(session, peer->exporter); /* owns both now */
	if (add_template(peer->model, session, TEMPLATE4, spec4) ||
	    add_template(peer->model, session, TEMPLATE6, spec6))
		return -EIO;
	if (!fbSessionExportTemplates(session, &error))
		return failed("templates", &error);
	return 0;
}

struct encode_peer *encode_peer_open(const struct fc_flow *flows, size_t count, uint16_t payload)
{
	struct encode_peer *peer = calloc(1, sizeof(*peer) + payload);

	if (!peer)
		return NULL;
	peer->flows = flows;
	peer->count = count;
	peer->records = calloc(count, sizeof(*peer->records));
	if (!peer->records || open_session(peer, payload)) {
		encode_peer_close(peer);
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		make_record(&flows[i], &peer->records[i]);
	return peer;
}

static bool use_template(struct encode_peer *peer, uint16_t id, GError **error)
{
	if (peer->template_id == id)
		return true;
	peer->template_id = id;
	return fBufSetInternalTemplate(peer->buffer, INTERNAL(id), error) &&
	       fBufSetExportTemplate(peer->buffer, id, error);
}

static bool append(struct encode_peer *peer, struct peer_record *r, GError **error)
{
	size_t size = r->template_id == TEMPLATE4 ? sizeof(r->u.v4) : sizeof(r->u.v6);

	return use_template(peer, r->template_id, error) &&
	       fBufAppend(peer->buffer, (uint8_t *)&r->u, size, error);
}

int encode_peer_run(struct encode_peer *peer, size_t first, unsigned long records, bool fill)
{
	struct peer_record filled, *r = &filled;
	GError *error = NULL;

	for (unsigned long i = 0; i < records; i++) {
		size_t at = (first + i) % peer->count;

		if (i && i % TEMPLATE_RECORDS == 0 &&
		    !fbSessionExportTemplates(fBufGetSession(peer->buffer), &error))
			return failed("templates", &error);
		if (fill)
			make_record(&peer->flows[at], r);
		else
			r = &peer->records[at];
		if (!append(peer, r, &error))
			return failed("record", &error);
	}
	return 0;
}

size_t encode_peer_emit(struct encode_peer *peer, const uint8_t **message)
{
	GError *error = NULL;

	*message = peer->message;
	if (fBufEmit(peer->buffer, &error))
		return fbExporterGetMsgLen(peer->exporter);
	failed("message", &error);
	return 0;
}

void encode_peer_close(struct encode_peer *peer)
{
	if (peer->buffer)
		fBufFree(peer->buffer);
	if (peer->model)
		fbInfoModelFree(peer->model);
	free(peer->records);
	free(peer);
}
