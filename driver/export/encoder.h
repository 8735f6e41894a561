/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Builds datagrams of one protocol in buffers of the caller; knows no socket and no queue.
 *
 *   begin(buffer) -> put ... put (-EMSGSIZE: finish, begin again, put again) -> finish
 *
 * Records of several clients can stand in one datagram. A client's templates go before its first
 * record and again when they are due; an option table is announced in one datagram and its rows
 * come in later ones, because collectors read a datagram's rows before its templates.
 */
#ifndef FC_EXPORT_ENCODER_H
#define FC_EXPORT_ENCODER_H

#include "codec.h"
#include "options.h"
#include "queue.h"
#include "template.h"
#include "timebase.h"

#define FC_SAMPLERS (UINT8_MAX + 1)

struct fc_encoder_client {
	struct fc_template templates[2];        /* IPv4, IPv6 */
	const struct fc_option_layout *options; /* NULL: flows */
	uint16_t option_id;
	size_t option_size;
	bool announced; /* all of its templates, in datagram number `announced_in` */
	uint64_t announced_ms, announced_in;
	uint64_t looked_in; /* datagram for which it was decided that they are not due */
};

struct fc_message {
	struct fc_writer w;
	bool open;
	struct fc_datagram datagram; /* records and shares; the rest when it is finished */
	size_t set_at;               /* offset of the open set; 0: none */
	uint16_t set_id;
	uint16_t sampling;           /* v5 */
	uint64_t now_ms;             /* when it was begun */
	uint64_t base_ms, latest_ms; /* of sys-uptime times */
	bool relative;               /* such times are in it */
};

struct fc_encoder {
	const struct fc_codec *codec;
	enum fc_protocol protocol;
	uint32_t domain;
	size_t payload_max;
	uint32_t sequence;
	uint64_t number; /* datagrams begun */
	struct fc_timebase timebase;
	uint64_t template_ms; /* refresh by time and by datagrams */
	unsigned template_datagrams;
	uint64_t templates_total; /* template records written */
	uint64_t clamped;         /* flows whose times had to be clamped */
	struct fc_template_ids *ids;
	uint16_t sampling[FC_SAMPLERS]; /* v5's header by the flow's sampler */
	struct fc_encoder_client *client[FC_EXPORTER_CLIENTS];
	struct fc_message message;
};

/* Return 0, -EINVAL (protocol, payload_max over 65507 or too small for anything). */
int fc_encoder_init(struct fc_encoder *e, const struct fc_exporter_config *config);
void fc_encoder_free(struct fc_encoder *e);

/* Number `client` is free. Return 0, -EINVAL, -EMSGSIZE, -ENOSPC, -ENOMEM. */
int fc_encoder_flows(struct fc_encoder *e, unsigned client, const struct fc_fnf_record *record);
int fc_encoder_options(struct fc_encoder *e, unsigned client, enum fc_fnf_option option);
/* No datagram is open. */
void fc_encoder_remove(struct fc_encoder *e, unsigned client);

/* Into how many records a flow goes; 0: the protocol cannot say it. */
uint64_t fc_encoder_parts(const struct fc_encoder *e, unsigned client, const struct fc_flow *f);

/* Part `index` of `parts`: counters divided so that the parts sum up exactly; everything else
 * unchanged. */
void fc_encoder_part(const struct fc_flow *f, uint64_t parts, uint64_t index, struct fc_flow *out);

/* Start a datagram in `buffer` (payload_max octets), which will hold `first` of `client`; NULL: no
 * flow, rows or templates. */
void fc_encoder_begin(struct fc_encoder *e, uint8_t *buffer, uint64_t now_ns, unsigned client,
		      const struct fc_flow *first);

/* Add one record (of a flow of one part, or a part). Return 0 or -EMSGSIZE: belongs into the next
 * datagram. */
int fc_encoder_put(struct fc_encoder *e, unsigned client, const struct fc_flow *f);

/* Add the templates of a client, or a row of an option table. Return 0 or -EMSGSIZE. */
int fc_encoder_announce(struct fc_encoder *e, unsigned client);
int fc_encoder_row(struct fc_encoder *e, unsigned client, const struct fc_option_row *row);

/* Seal: sequence number and header time. The description is message.datagram. */
void fc_encoder_finish(struct fc_encoder *e, uint64_t now_ns);

/* Template ids that a client goes by from now on; 0: none such. Those it cannot have are others.
 * Its old ones have been given back. Return 0, -ENOSPC, -ENOMEM. */
int fc_encoder_reidentify(struct fc_encoder *e, unsigned client, const uint16_t ids[3]);

/* A datagram with templates never left: the next datagrams have them again. */
void fc_encoder_templates_lost(struct fc_encoder *e);

/* A message of all templates that were ever announced, as a new transport session begins with;
 * `sequence` is that of the message that follows. Return its length; 0: there are none, or more
 * than `size` octets of them. */
size_t fc_encoder_preamble(struct fc_encoder *e, uint8_t *buffer, size_t size, uint32_t sequence,
			   uint64_t now_ns);

#endif
