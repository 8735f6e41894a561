/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The field table: what a record may hold, by its Flexible NetFlow name. One line a field;
 * templates, encoders and the page docs/exporters.md follow from it.
 */
#ifndef FC_EXPORT_FIELDS_H
#define FC_EXPORT_FIELDS_H

#include <flowcard/export.h>
#include <stddef.h>
#include <stdint.h>

/* Where a field comes from: a number (encoded at any length, most significant octet first) or
 * octets as they stand. */
struct fc_field {
	const char *name;
	uint16_t element;  /* the same number in v9 and IPFIX */
	uint8_t v9, ipfix; /* length in octets; 0: the protocol has no correct way to say it */
	uint8_t family;    /* 4 or 6: only for flows of that IP version; 0: both */
	uint8_t role;      /* enum fc_field_role */
	uint64_t (*number)(const struct fc_flow *flow, uint64_t base_ms);
	const uint8_t *(*octets)(const struct fc_flow *flow);
};

/* What the encoder must know beyond the value. */
enum fc_field_role {
	FC_FIELD_PLAIN,
	FC_FIELD_COUNTER, /* a flow is split when it exceeds the length */
	FC_FIELD_UPTIME   /* relative to the base time of the datagram */
};

/* NULL: no such field. */
const struct fc_field *fc_field_find(const char *name);

/* The whole table, for listings and tests. */
const struct fc_field *fc_field_table(size_t *count);

/* The default records, NULL-terminated lists of names; family 4 or 6. */
const char *const *fc_field_default_record(enum fc_protocol protocol, unsigned family);

#endif
