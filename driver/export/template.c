/* SPDX-License-Identifier: BSD-2-Clause */
#include "template.h"

#include <errno.h>

#define RECORD_SIZE_MIN 4

static const struct fc_field *field_of(const struct fc_template *t, uint16_t element)
{
	for (unsigned i = 0; i < t->field_count; i++)
		if (t->fields[i].field->element == element)
			return t->fields[i].field;
	return NULL;
}

static uint64_t largest(unsigned octets)
{
	return octets >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * octets)) - 1;
}

static int add_field(struct fc_template *t, enum fc_protocol protocol,
		     const struct fc_fnf_record_field *from)
{
	const struct fc_field *field = fc_field_spoken(from->field, protocol);
	const struct fc_field *there;
	uint8_t length;

	if (!field)
		return 0;
	there = field_of(t, field->element);
	if (there) /* one stands instead of another that the record has as well */
		return there == field ? 0 : -EINVAL;
	length = protocol == FC_PROTOCOL_V9 ? field->v9 : field->ipfix;
	if (field->role == FC_FIELD_UPTIME)
		t->uptime = true;
	if (field->role == FC_FIELD_COUNTER && field->element == 2)
		t->packets_max = largest(length);
	if (field->role == FC_FIELD_COUNTER && field->element == 1)
		t->octets_max = largest(length);
	t->fields[t->field_count].field = field;
	t->fields[t->field_count].key = from->key;
	t->fields[t->field_count].argument = from->argument;
	t->fields[t->field_count++].length = length;
	t->record_size += length;
	return 0;
}

int fc_template_compile(struct fc_template *t, uint16_t id, enum fc_protocol protocol,
			unsigned family, const struct fc_fnf_record *record)
{
	bool ipv4, ipv6;
	int err = 0;

	*t = (struct fc_template){.id = id, .packets_max = UINT64_MAX, .octets_max = UINT64_MAX};
	fc_fnf_record_families(record, &ipv4, &ipv6);
	if (family == 6 ? !ipv6 : !ipv4)
		return 0;
	for (unsigned i = 0; !err && i < record->fields; i++)
		if (fc_fnf_field_in(&record->field[i], family))
			err = add_field(t, protocol, &record->field[i]);
	return err || t->record_size < RECORD_SIZE_MIN ? -EINVAL : 0;
}

size_t fc_template_definition_size(const struct fc_template *t)
{
	return t->field_count ? 4 + 4 * (size_t)t->field_count : 0;
}

void fc_template_define(const struct fc_template *t, struct fc_writer *w)
{
	fc_writer_u16(w, t->id);
	fc_writer_u16(w, (uint16_t)t->field_count);
	for (unsigned i = 0; i < t->field_count; i++) {
		fc_writer_u16(w, t->fields[i].field->element);
		fc_writer_u16(w, t->fields[i].length);
	}
}

/* Fixed lengths become single stores; this is the hot path of the exporter. */
static void store_number(uint8_t *at, uint64_t value, unsigned length)
{
	uint64_t big = htobe64(value);

	switch (length) {
	case 1:
		*at = (uint8_t)value;
		break;
	case 2:
		memcpy(at, (const uint8_t *)&big + 6, 2);
		break;
	case 4:
		memcpy(at, (const uint8_t *)&big + 4, 4);
		break;
	case 8:
		memcpy(at, &big, 8);
		break;
	default:
		memcpy(at, (const uint8_t *)&big + 8 - length, length);
		break;
	}
}

static void store_octets(uint8_t *at, const uint8_t *octets, unsigned length)
{
	if (length == 4)
		memcpy(at, octets, 4);
	else if (length == 16)
		memcpy(at, octets, 16);
	else
		memcpy(at, octets, length);
}

/* Only the first `bits` are said. */
static void cut_prefix(uint8_t *at, unsigned bits, unsigned length)
{
	unsigned whole = bits / 8;

	if (whole >= length)
		return;
	at[whole] &= (uint8_t)(0xff00 >> bits % 8);
	memset(at + whole + 1, 0, length - whole - 1);
}

void fc_template_encode(const struct fc_template *t, struct fc_writer *w, const struct fc_flow *f,
			uint64_t base_ms)
{
	uint8_t *at = fc_writer_take(w, t->record_size);

	if (!at)
		return;
	for (unsigned i = 0; i < t->field_count; i++) {
		const struct fc_field *field = t->fields[i].field;
		unsigned length = t->fields[i].length;

		if (field->number) {
			store_number(at, field->number(f, base_ms), length);
		} else if (field->octets) {
			store_octets(at, field->octets(f), length);
			if (field->argument_max)
				cut_prefix(at, t->fields[i].argument, length);
		} else {
			store_number(at, t->fields[i].argument, length);
		}
		at += length;
	}
}
