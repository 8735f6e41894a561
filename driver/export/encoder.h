/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds datagrams of one protocol in buffers of the caller; knows no socket and no queue.
 *
 *   begin(buffer) -> put ... put (-EMSGSIZE: finish, begin again, put again) -> finish = datagram
 * length
 */
#ifndef FC_EXPORT_ENCODER_H
#define FC_EXPORT_ENCODER_H

#include "codec.h"
#include "template.h"
#include "timebase.h"

struct fc_message {
	struct fc_writer w;
	bool open;
	unsigned records, templates;
	size_t set_at; /* offset of the open set; 0: none */
	uint16_t set_id;
	uint64_t base_ms, latest_ms; /* of sys-uptime times */
	bool relative;               /* such times are in it */
};

struct fc_encoder {
	const struct fc_codec *codec;
	uint32_t domain;
	size_t payload_max;
	uint32_t sequence;
	struct fc_timebase timebase;
	struct fc_template templates[2]; /* IPv4, IPv6 */
	uint64_t template_ms;            /* refresh by time and by datagrams */
	unsigned template_datagrams;
	bool template_sent;
	uint64_t template_last_ms;
	unsigned template_age;    /* datagrams since */
	uint64_t templates_total; /* template records written */
	uint64_t clamped;         /* flows whose times had to be clamped */
	struct fc_message message;
};

/* Return 0, -EINVAL (protocol, record, payload_max too small for header, templates and a record, or
 * over 65507). */
int fc_encoder_init(struct fc_encoder *e, const struct fc_exporter_config *config);

/* Into how many records a flow goes; 0: the protocol cannot say it. */
uint64_t fc_encoder_parts(const struct fc_encoder *e, const struct fc_flow *f);

/* Part `index` of `parts`: counters divided so that the parts sum up exactly; everything else
 * unchanged. */
void fc_encoder_part(const struct fc_flow *f, uint64_t parts, uint64_t index, struct fc_flow *out);

/* Start a datagram in `buffer` (payload_max octets), which will hold `first`; templates go in when
 * they are due. */
void fc_encoder_begin(struct fc_encoder *e, uint8_t *buffer, uint64_t now_ns,
		      const struct fc_flow *first);

/* Add one record (of a flow of one part, or a part). Return 0 or -EMSGSIZE: belongs into the next
 * datagram. */
int fc_encoder_put(struct fc_encoder *e, const struct fc_flow *f);

/* Seal: sequence number and header time. Return the length of the datagram. */
size_t fc_encoder_finish(struct fc_encoder *e, uint64_t now_ns);

#endif
