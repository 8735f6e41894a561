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

static const char *read_templates(struct decoder *d, const uint8_t *at, size_t length,
				  unsigned *records)
{
	while (length >= 4) {
		uint16_t id = (uint16_t)number(at, 2), count = (uint16_t)number(at + 2, 2);
		unsigned slot = id - 256U;

		if (id < 256 || slot >= DECODER_TEMPLATES || count > DECODER_FIELDS || !count)
			return "template id or field count";
		if (length < 4 + 4 * (size_t)count)
			return "template cut";
		d->known[slot].id = id;
		d->known[slot].count = count;
		for (unsigned i = 0; i < count; i++) {
			d->known[slot].element[i] = (uint16_t)number(at + 4 + 4 * i, 2);
			d->known[slot].length[i] = (uint16_t)number(at + 6 + 4 * i, 2);
		}
		at += 4 + 4 * (size_t)count;
		length -= 4 + 4 * (size_t)count;
		d->templates++;
		(*records)++;
	}
	return length ? "octets after the templates" : NULL;
}

static const char *read_data(struct decoder *d, unsigned id, const uint8_t *at, size_t length,
			     unsigned *records)
{
	unsigned slot = id - 256;
	size_t record = 0;

	if (slot >= DECODER_TEMPLATES || !d->known[slot].count)
		return "data before its template";
	for (unsigned i = 0; i < d->known[slot].count; i++)
		record += d->known[slot].length[i];
	for (; length >= record; length -= record, (*records)++) {
		struct decoded *r = next_record(d);

		for (unsigned i = 0; i < d->known[slot].count; i++) {
			put_element(d, r, d->known[slot].element[i], at, d->known[slot].length[i]);
			at += d->known[slot].length[i];
		}
	}
	for (; length; length--)
		if (*at++)
			return "padding is not zero";
	return NULL;
}

static const char *read_sets(struct decoder *d, const uint8_t *at, size_t left, unsigned *templates,
			     unsigned *data)
{
	unsigned template_set = d->version == 9 ? 0 : 2;
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
