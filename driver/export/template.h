/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A record compiled for one protocol: a list of (field, length). The layout of a template id never
 * changes while the exporter lives (RFC 3954 8, RFC 7011 8.1).
 */
#ifndef FC_EXPORT_TEMPLATE_H
#define FC_EXPORT_TEMPLATE_H

#include "writer.h"

#include <flowcard/export.h>

#define FC_TEMPLATE_FIELDS_MAX FC_FNF_RECORD_FIELDS
#define FC_TEMPLATE_ID_V4 256
#define FC_TEMPLATE_ID_V6 257
/* 258 and up: options templates (interface, sampler, exporter statistics tables). */

struct fc_template {
	uint16_t id;
	unsigned field_count; /* 0: there is no record for this family */
	size_t record_size;
	bool uptime;          /* holds sys-uptime fields */
	uint64_t packets_max; /* largest values of the counters; beyond them a flow is split */
	uint64_t octets_max;
	struct {
		const struct fc_field *field;
		bool key;
		uint8_t argument; /* prefix length, or the value itself */
		uint8_t length;
	} fields[FC_TEMPLATE_FIELDS_MAX];
};

/* Compile the fields of `record` for `protocol` and IP version `family`; without any where the
 * record is not for that version. What the protocol cannot say is left out or said otherwise
 * (fc_field_spoken). Return 0; -EINVAL: two fields of one element, or a record under 4 octets
 * (padding would look like one). */
int fc_template_compile(struct fc_template *t, uint16_t id, enum fc_protocol protocol,
			unsigned family, const struct fc_fnf_record *record);

/* Octets of the template record. */
size_t fc_template_definition_size(const struct fc_template *t);

/* The template record: id, field count, (element, length) each. */
void fc_template_define(const struct fc_template *t, struct fc_writer *w);

/* One data record of exactly record_size octets. */
void fc_template_encode(const struct fc_template *t, struct fc_writer *w, const struct fc_flow *f,
			uint64_t base_ms);

#endif
