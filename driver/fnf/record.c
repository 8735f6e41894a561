/* SPDX-License-Identifier: BSD-2-Clause */
/* What follows from a record's fields: key masks, IP versions, sizes, values. */
#include <flowcard/fnf.h>
#include <flowcard/registers.h>
#include <string.h>

static bool for_monitors(const struct fc_fnf_record *record)
{
	return record->kind == FC_RECORD_USER || record->kind == FC_RECORD_PREDEFINED;
}

static void add_masks(const struct fc_fnf_record *record, unsigned family, uint32_t *mask)
{
	for (unsigned i = 0; i < record->fields; i++) {
		const struct fc_fnf_record_field *f = &record->field[i];

		if (f->key && f->field->mask && fc_fnf_field_in(f, family))
			f->field->mask(mask, f->argument);
	}
}

void fc_fnf_record_mask_of(const struct fc_fnf_record *record, unsigned family,
			   uint32_t mask[FC_VECTOR_WORDS])
{
	memset(mask, 0, FC_VECTOR_WORDS * sizeof(*mask));
	fc_vec_set_ip_version(mask, 0xf);
	fc_vec_set_direction(mask, 1);
	add_masks(record, family, mask);
}

void fc_fnf_record_mask(const struct fc_fnf_record *record, uint32_t mask[FC_VECTOR_WORDS])
{
	fc_fnf_record_mask_of(record, 4, mask);
	add_masks(record, 6, mask);
}

/* What is 0 in every vector of version 4 may be in its mask. */
static void clear_ipv6(uint32_t *mask)
{
	uint8_t first[16] = {0};

	memcpy(first, fc_vec_src(mask), 4);
	fc_vec_set_src(mask, first);
	memcpy(first, fc_vec_dst(mask), 4);
	fc_vec_set_dst(mask, first);
	fc_vec_set_ext_map(mask, 0);
}

bool fc_fnf_record_splits(const struct fc_fnf_record *record)
{
	uint32_t both[FC_VECTOR_WORDS], one[FC_VECTOR_WORDS];

	fc_fnf_record_mask(record, both);
	fc_fnf_record_mask_of(record, 6, one);
	if (memcmp(both, one, sizeof(both)) != 0)
		return true;
	fc_fnf_record_mask_of(record, 4, one);
	clear_ipv6(both);
	clear_ipv6(one);
	return memcmp(both, one, sizeof(both)) != 0;
}

void fc_fnf_record_families(const struct fc_fnf_record *record, bool *ipv4, bool *ipv6)
{
	bool of4 = false, of6 = false;

	for (unsigned i = 0; i < record->fields; i++) {
		of4 |= record->field[i].field->family == 4;
		of6 |= record->field[i].field->family == 6;
	}
	if (record->family) {
		of4 = record->family == 4;
		of6 = record->family == 6;
	}
	*ipv4 = for_monitors(record) && (of4 || !of6);
	*ipv6 = for_monitors(record) && (of6 || !of4);
}

unsigned fc_fnf_record_space(const struct fc_fnf_record *record)
{
	unsigned space = 0;

	for (unsigned i = 0; i < record->fields; i++)
		space += record->field[i].field->space;
	return space;
}

/* Does an earlier field of the record speak of the same element already? */
static bool said(const struct fc_fnf_record *record, unsigned before, enum fc_protocol protocol,
		 unsigned family, uint16_t element)
{
	for (unsigned i = 0; i < before; i++) {
		const struct fc_field *field = fc_field_spoken(record->field[i].field, protocol);

		if (field && field->element == element &&
		    fc_fnf_field_in(&record->field[i], family))
			return true;
	}
	return false;
}

unsigned fc_fnf_record_octets(const struct fc_fnf_record *record, enum fc_protocol protocol,
			      unsigned family)
{
	unsigned octets = 0;
	bool ipv4, ipv6;

	fc_fnf_record_families(record, &ipv4, &ipv6);
	if (family == 6 ? !ipv6 : !ipv4)
		return 0;
	for (unsigned i = 0; i < record->fields; i++) {
		const struct fc_field *field = fc_field_spoken(record->field[i].field, protocol);

		if (field && fc_fnf_field_in(&record->field[i], family) &&
		    !said(record, i, protocol, family, field->element))
			octets += protocol == FC_PROTOCOL_V9 ? field->v9 : field->ipfix;
	}
	return octets;
}

/* Elements of the fixed record of version 5; the IP version is 4 always. */
static bool in_v5(uint16_t element)
{
	static const uint16_t elements[] = {1,  2,  4,  5,  6,  7,  8,  9,  10, 11,
					    12, 13, 14, 15, 16, 17, 21, 22, 60};

	for (size_t i = 0; i < sizeof(elements) / sizeof(*elements); i++)
		if (elements[i] == element)
			return true;
	return false;
}

static bool holds(const struct fc_fnf_record *record, uint16_t element)
{
	for (unsigned i = 0; i < record->fields; i++)
		if (record->field[i].field->element == element &&
		    fc_fnf_field_in(&record->field[i], 4))
			return true;
	return false;
}

/* Version 5 says these of every flow; of a record without them it would say what the flow's first
 * packet happened to have. */
static bool holds_what_v5_says(const struct fc_fnf_record *record)
{
	static const uint16_t elements[] = {4, 5, 7, 8, 10, 11, 12, 14};

	for (size_t i = 0; i < sizeof(elements) / sizeof(*elements); i++)
		if (!holds(record, elements[i]))
			return false;
	return true;
}

/* A key that the card cannot tell apart (its mask is NULL) parts no flows, so it is not missed. */
bool fc_fnf_record_fits_v5(const struct fc_fnf_record *record)
{
	bool ipv4, ipv6;

	fc_fnf_record_families(record, &ipv4, &ipv6);
	for (unsigned i = 0; i < record->fields; i++) {
		const struct fc_fnf_record_field *f = &record->field[i];

		if (f->key && f->field->mask && fc_fnf_field_in(f, 4) && !in_v5(f->field->element))
			return false;
	}
	return ipv4 && holds_what_v5_says(record);
}

uint64_t fc_fnf_field_number(const struct fc_fnf_record_field *f, const struct fc_flow *flow,
			     uint64_t base_ms)
{
	return f->field->number ? f->field->number(flow, base_ms) : f->argument;
}

void fc_fnf_field_octets(const struct fc_fnf_record_field *f, const struct fc_flow *flow,
			 uint8_t out[16])
{
	unsigned octets = f->field->v9, bits = f->field->argument_max ? f->argument : 8 * octets;

	memset(out, 0, 16);
	memcpy(out, f->field->octets(flow), bits / 8);
	if (bits % 8)
		out[bits / 8] = f->field->octets(flow)[bits / 8] & (uint8_t)(0xff00 >> bits % 8);
}
