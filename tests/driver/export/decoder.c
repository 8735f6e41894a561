/* SPDX-License-Identifier: BSD-2-Clause */
#include "decoder.h"

#include <string.h>

static uint64_t number(const uint8_t *at, size_t count)
{
	uint64_t value = 0;

	while (count--)
		value = value << 8 | *at++;
	return value;
}

static struct decoded *next_record(struct decoder *d)
{
	static struct decoded spill;
	struct decoded *r = d->records < d->out_size ? &d->out[d->records] : &spill;

	d->records++;
	memset(r, 0, sizeof(*r));
	return r;
}

static void put_element(struct decoder *d, struct decoded *r, unsigned element, const uint8_t *at,
			size_t length)
{
	uint64_t value = length <= 8 ? number(at, length) : 0;
	uint64_t boot_ms = d->time_ms - d->uptime_ms;

	switch (element) {
	case 8:
	case 27:
		r->ipv6 = element == 27;
		memcpy(r->src, at, length);
		break;
	case 12:
	case 28:
		memcpy(r->dst, at, length);
		break;
	case 7:
		r->sport = value;
		break;
	case 11:
		r->dport = value;
		break;
	case 4:
		r->proto = value;
		break;
	case 5:
		r->tos = value;
		break;
	case 6:
		r->flags = value;
		break;
	case 2:
		r->packets = value;
		break;
	case 1:
		r->octets = value;
		break;
	case 352:
		r->l2_octets = value;
		break;
	case 136:
		r->end_reason = value;
		break;
	case 152:
		r->first_ms = value;
		break;
	case 153:
		r->last_ms = value;
		break;
	case 22:
		r->first_ms = boot_ms + value;
		break;
	case 21:
		r->last_ms = boot_ms + value;
		break;
	default:
		break;
	}
}

/* Fields at `at`, the first `scopes` of them scopes, become template `id`. */
static const char *learn(struct decoder *d, unsigned id, unsigned count, unsigned scopes,
			 const uint8_t *at)
{
	unsigned slot = id - 256U;

	if (id < 256 || slot >= DECODER_TEMPLATES || count > DECODER_FIELDS || !count ||
	    scopes > count)
		return "template id or field count";
	if (d->known[slot].id && (d->known[slot].count != count || d->known[slot].scopes != scopes))
		return "a template id got another layout";
	d->known[slot].id = (uint16_t)id;
	d->known[slot].count = (uint16_t)count;
	d->known[slot].scopes = (uint16_t)scopes;
	d->known[slot].announced_in = d->datagrams;
	for (unsigned i = 0; i < count; i++) {
		d->known[slot].element[i] = (uint16_t)number(at + 4 * i, 2);
		d->known[slot].length[i] = (uint16_t)number(at + 2 + 4 * i, 2);
	}
	return NULL;
}

static const char *read_templates(struct decoder *d, const uint8_t *at, size_t length,
				  unsigned *records)
{
	const char *wrong;

	while (length >= 4) {
		unsigned id = (unsigned)number(at, 2), count = (unsigned)number(at + 2, 2);

		if (length < 4 + 4 * (size_t)count)
			return "template cut";
		wrong = learn(d, id, count, 0, at + 4);
		if (wrong)
			return wrong;
		at += 4 + 4 * (size_t)count;
		length -= 4 + 4 * (size_t)count;
		d->templates++;
		(*records)++;
	}
	return length ? "octets after the templates" : NULL;
}

/* One options template a set: nfdump reads no second one. */
static const char *read_options(struct decoder *d, const uint8_t *at, size_t length,
				unsigned *records)
{
	unsigned scopes, count;
	const char *wrong;

	if (length < 6)
		return "options template cut";
	count = (unsigned)number(at + 2, 2);
	scopes = (unsigned)number(at + 4, 2);
	if (d->version == 9) { /* octets of the scopes, of the options */
		unsigned of_scopes = count / 4, of_options = scopes / 4;

		count = of_scopes + of_options;
		scopes = of_scopes;
	}
	if (!scopes || length < 6 + 4 * (size_t)count || length > 9 + 4 * (size_t)count)
		return "options template length";
	wrong = learn(d, (unsigned)number(at, 2), count, scopes, at + 6);
	d->option_templates++;
	(*records)++;
	return wrong;
}

static void take_record(struct decoder *d, unsigned slot, const uint8_t *at)
{
	struct decoded unused = {0}, *r = &unused;

	if (d->known[slot].scopes)
		d->option_records++;
	else
		r = next_record(d);
	for (unsigned i = 0; i < d->known[slot].count; i++) {
		unsigned element = d->known[slot].element[i];
		size_t length = d->known[slot].length[i];

		if (!d->known[slot].scopes)
			put_element(d, r, element, at, length);
		if (d->field)
			d->field(d->context, slot + 256, i, element, at, length);
		at += length;
	}
}

static const char *read_data(struct decoder *d, unsigned id, const uint8_t *at, size_t length,
			     unsigned *records)
{
	unsigned slot = id - 256;
	size_t record = 0;

	if (slot >= DECODER_TEMPLATES || !d->known[slot].count)
		return "data before its template";
	if (!d->rows_with_template && d->known[slot].scopes &&
	    d->known[slot].announced_in == d->datagrams)
		return "rows in the datagram of their options template";
	for (unsigned i = 0; i < d->known[slot].count; i++)
		record += d->known[slot].length[i];
	for (; length >= record; length -= record, (*records)++, at += record)
		take_record(d, slot, at);
	for (; length; length--)
		if (*at++)
			return "padding is not zero";
	return NULL;
}

static const char *read_sets(struct decoder *d, const uint8_t *at, size_t left, unsigned *templates,
			     unsigned *data)
{
	unsigned template_set = d->version == 9 ? 0 : 2, options_set = d->version == 9 ? 1 : 3;
	const char *wrong = NULL;

	while (left && !wrong) {
		size_t length;
		unsigned id;

		if (left < 4)
			return "octets after the last set";
		id = (unsigned)number(at, 2);
		length = number(at + 2, 2);
		if (length < 8 || length > left)
			return "set length";
		if (d->version == 9 && length % 4)
			return "set is not aligned";
		if (id == template_set)
			wrong = read_templates(d, at + 4, length - 4, templates);
		else if (id == options_set)
			wrong = read_options(d, at + 4, length - 4, templates);
		else
			wrong = read_data(d, id, at + 4, length - 4, data);
		at += length;
		left -= length;
	}
	return wrong;
}

static void check_sequence(struct decoder *d, uint32_t sequence, uint32_t step)
{
	if (sequence != d->expected_sequence)
		d->sequence_errors++;
	d->expected_sequence = sequence + step;
}

static const char *read_v5(struct decoder *d, const uint8_t *at, size_t length)
{
	/* offset, length and element of what a record holds */
	static const uint16_t layout[][3] = {{0, 4, 8},   {4, 4, 12},  {16, 4, 2}, {20, 4, 1},
					     {24, 4, 22}, {28, 4, 21}, {32, 2, 7}, {34, 2, 11},
					     {37, 1, 6},  {38, 1, 4},  {39, 1, 5}};
	unsigned count = (unsigned)number(at + 2, 2);

	if (length < 24 || count < 1 || count > 30 || length != 24 + 48 * (size_t)count)
		return "v5 count and length";
	d->uptime_ms = (uint32_t)number(at + 4, 4);
	d->time_ms = number(at + 8, 4) * 1000 + number(at + 12, 4) / 1000000;
	check_sequence(d, (uint32_t)number(at + 16, 4), count);
	for (unsigned i = 0; i < count; i++) {
		const uint8_t *record = at + 24 + 48 * (size_t)i;
		struct decoded *r = next_record(d);

		if (number(record + 24, 4) > d->uptime_ms || number(record + 28, 4) > d->uptime_ms)
			return "v5 time after the header's";
		for (size_t f = 0; f < sizeof(layout) / sizeof(layout[0]); f++)
			put_element(d, r, layout[f][2], record + layout[f][0], layout[f][1]);
	}
	return NULL;
}

static const char *read_v9(struct decoder *d, const uint8_t *at, size_t length)
{
	unsigned templates = 0, data = 0;
	const char *wrong;

	if (length < 20)
		return "v9 length";
	d->uptime_ms = (uint32_t)number(at + 4, 4);
	d->time_ms = number(at + 8, 4) * 1000;
	check_sequence(d, (uint32_t)number(at + 12, 4), 1);
	wrong = read_sets(d, at + 20, length - 20, &templates, &data);
	if (!wrong && number(at + 2, 2) != templates + data)
		wrong = "v9 count";
	return wrong;
}

static const char *read_ipfix(struct decoder *d, const uint8_t *at, size_t length)
{
	unsigned templates = 0, data = 0;
	const char *wrong;

	if (length < 16 || number(at + 2, 2) != length)
		return "IPFIX length";
	d->time_ms = number(at + 4, 4) * 1000;
	wrong = read_sets(d, at + 16, length - 16, &templates, &data);
	check_sequence(d, (uint32_t)number(at + 8, 4), data);
	return wrong;
}

const char *decoder_read(struct decoder *d, const uint8_t *octets, size_t length)
{
	if (length < 16)
		return "datagram too short";
	d->version = (uint16_t)number(octets, 2);
	d->datagrams++;
	if (length > d->longest)
		d->longest = length;
	switch (d->version) {
	case 5:
		return read_v5(d, octets, length);
	case 9:
		return read_v9(d, octets, length);
	case 10:
		return read_ipfix(d, octets, length);
	default:
		return "version";
	}
}
