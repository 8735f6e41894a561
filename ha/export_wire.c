// SPDX-License-Identifier: BSD-2-Clause
#include <endian.h>
#include <errno.h>
#include <ha/export_wire.h>
#include <stdio.h>
#include <string.h>

#define FIELD_HEADER 8
#define DATAGRAM_MAX 65507

static int refuse(char why[FC_CUT_TEXT], const char *text)
{
	snprintf(why, FC_CUT_TEXT, "%s", text);
	return -EPROTO;
}

/* ------------------------------------------------------------------ datagrams */
static uint64_t number(const uint8_t **at, unsigned octets)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < octets; i++)
		value = value << 8 | *(*at)++;
	return value;
}

static void put(uint8_t **at, uint64_t value, unsigned octets)
{
	for (unsigned i = octets; i--; value >>= 8)
		(*at)[i] = (uint8_t)value;
	*at += octets;
}

bool fc_export_put_sealed(struct fc_message *m, const struct fc_exporter_datagram *d)
{
	size_t octets = FC_EXPORT_SEALED_HEADER + d->length;
	uint8_t *at;

	if (FIELD_HEADER + octets > m->room - m->octets)
		return false;
	at = fc_message_reserve(m, FC_EXPORT_SEALED, octets);
	if (!at)
		return false;
	put(&at, d->number, 8);
	put(&at, d->sequence, 4);
	put(&at, d->records, 4);
	put(&at, d->templates, 4);
	for (unsigned i = 0; i < FC_EXPORTER_SHARES; i++) {
		put(&at, d->share[i].client, 2);
		put(&at, d->share[i].records, 2);
		put(&at, d->share[i].octets, 4);
	}
	memcpy(at, d->octets, d->length);
	return true;
}

static bool read_sealed(const struct fc_message_field *f, struct fc_exporter_datagram *out)
{
	const uint8_t *at = f->value;

	if (f->octets <= FC_EXPORT_SEALED_HEADER ||
	    f->octets > FC_EXPORT_SEALED_HEADER + DATAGRAM_MAX)
		return false;
	out->number = number(&at, 8);
	out->sequence = (uint32_t)number(&at, 4);
	out->records = (uint32_t)number(&at, 4);
	out->templates = (uint32_t)number(&at, 4);
	for (unsigned i = 0; i < FC_EXPORTER_SHARES; i++) {
		out->share[i].client = (uint16_t)number(&at, 2);
		out->share[i].records = (uint16_t)number(&at, 2);
		out->share[i].octets = (uint32_t)number(&at, 4);
	}
	out->octets = at;
	out->length = f->octets - FC_EXPORT_SEALED_HEADER;
	return out->number != UINT64_MAX;
}

int fc_export_next_sealed(const struct fc_message *m, size_t *at, struct fc_exporter_datagram *out)
{
	struct fc_message_field f;

	while (fc_message_next(m, at, &f) == 1)
		if (f.tag == FC_EXPORT_SEALED && read_sealed(&f, out))
			return 1;
	return 0;
}

static int check_sealed(const struct fc_message *m, char why[FC_CUT_TEXT])
{
	struct fc_exporter_datagram d;
	struct fc_message_field f;
	size_t at = 0, count = 0;
	uint64_t before = 0;
	int more;

	while ((more = fc_message_next(m, &at, &f)) == 1) {
		if (f.tag != FC_EXPORT_SEALED)
			continue;
		if (!read_sealed(&f, &d))
			return refuse(why, "a sealed datagram that is none");
		if (count++ && d.number <= before)
			return refuse(why, "sealed datagrams out of order");
		before = d.number;
	}
	if (more < 0 || !count)
		return refuse(why, "a message DATAGRAM without datagrams");
	return 0;
}

/* ------------------------------------------------------------------ exporters */
static int read_state(const struct fc_message *m, struct fc_export_said *out, char why[FC_CUT_TEXT])
{
	struct fc_message_field f;
	int err = fc_message_find(m, FC_EXPORT_STATE, &f);

	if (err == -ENOENT)
		return 0;
	if (err || fc_exporter_state_check(f.value, f.octets))
		return refuse(why, "an exporter's state that does not parse");
	out->state = f.value;
	out->state_octets = f.octets;
	return 0;
}

static int read_name(const struct fc_message *m, struct fc_export_said *out, char why[FC_CUT_TEXT])
{
	uint64_t place;

	if (fc_message_u64(m, FC_EXPORT_PLACE, &place) ||
	    fc_message_u64(m, FC_EXPORT_NUMBER, &out->number) || !out->number ||
	    place >= FC_FNF_EXPORTERS)
		return refuse(why, "an exporter without a name");
	out->place = (unsigned)place;
	return 0;
}

static int read_exporter(const struct fc_message *m, struct fc_export_said *out,
			 char why[FC_CUT_TEXT])
{
	uint64_t begin;

	out->begin = !fc_message_u64(m, FC_EXPORT_BEGIN, &begin);
	if (out->begin)
		return 0;
	if (read_name(m, out, why))
		return -EPROTO;
	if (fc_message_u64(m, FC_EXPORT_FINGERPRINT, &out->fingerprint) ||
	    fc_message_u64(m, FC_EXPORT_FIRST, &out->first) ||
	    fc_message_u64(m, FC_EXPORT_NEXT, &out->next) || out->next < out->first ||
	    out->next == UINT64_MAX)
		return refuse(why, "an exporter without its numbers");
	return read_state(m, out, why);
}

static int read_cursor(const struct fc_message *m, struct fc_export_said *out,
		       char why[FC_CUT_TEXT])
{
	uint64_t gone;

	if (read_name(m, out, why))
		return -EPROTO;
	if (fc_message_u64(m, FC_EXPORT_CURSOR, &out->cursor))
		return refuse(why, "a cursor without a number");
	out->gone = !fc_message_u64(m, FC_EXPORT_GONE, &gone);
	return 0;
}

int fc_export_read(const struct fc_message *m, struct fc_export_said *out, char why[FC_CUT_TEXT])
{
	*out = (struct fc_export_said){0};
	switch (m->type) {
	case FC_MESSAGE_EXPORTER:
		return read_exporter(m, out, why);
	case FC_MESSAGE_CURSOR:
		return read_cursor(m, out, why);
	case FC_MESSAGE_DATAGRAM:
		if (read_name(m, out, why))
			return -EPROTO;
		if (fc_message_u64(m, FC_EXPORT_FINGERPRINT, &out->fingerprint))
			return refuse(why, "datagrams of an unknown exporter");
		return check_sealed(m, why);
	default:
		return refuse(why, "not a message about exporters");
	}
}
