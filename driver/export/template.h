/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A flow record compiled for one protocol and one IP version: a list of (field, length), and the
 * steps that write a data record.
 */
#ifndef FC_EXPORT_TEMPLATE_H
#define FC_EXPORT_TEMPLATE_H

#include "template_ids.h"
#include "writer.h"

struct fc_template_field {
	struct fc_fnf_record_field from; /* what is said, maybe instead of the record's field */
	const struct fc_field *field;    /* the same, at hand */
	uint8_t length;
};

/* How one or several neighbouring fields get into the record. */
struct fc_template_step {
	uint8_t kind, length; /* enum in template.c; octets written */
	uint16_t from;        /* offset in struct fc_flow, where the kind wants one */
	uint8_t argument;
	const struct fc_field *field;
};

struct fc_template {
	uint16_t id;
	unsigned field_count; /* 0: there is no record for this IP version */
	size_t record_size;
	bool uptime;          /* holds sys-uptime fields */
	uint64_t packets_max; /* largest values of the counters; beyond them a flow is split */
	uint64_t octets_max;
	unsigned step_count;
	struct fc_template_field fields[FC_FNF_RECORD_FIELDS];
	struct fc_template_step steps[FC_FNF_RECORD_FIELDS];
};

/*
 * Compile the fields of `record` that flows of IP version `family` have. What the protocol
 * cannot say is left out or said otherwise (fc_field_spoken), an element is said once; a record
 * that is not for that IP version has no fields. The id stays 0. Return 0; -EINVAL: a record under
 * 4 octets (padding would look like one).
 */
int fc_template_compile(struct fc_template *t, enum fc_protocol protocol, unsigned family,
			const struct fc_fnf_record *record);

/* Get an id for its layout; the one it has, if that is free for it. Return 0, -ENOSPC, -ENOMEM. */
int fc_template_identify(struct fc_template *t, struct fc_template_ids *ids);

/* Octets of the template record. */
size_t fc_template_definition_size(const struct fc_template *t);

/* The template record: id, field count, (element, length) each. */
void fc_template_define(const struct fc_template *t, struct fc_writer *w);

/* One data record of exactly record_size octets. */
void fc_template_encode(const struct fc_template *t, struct fc_writer *w, const struct fc_flow *f,
			uint64_t base_ms);

#endif
