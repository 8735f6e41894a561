// SPDX-License-Identifier: BSD-2-Clause
#include "frame_maker.h"

#include <stdbool.h>
#include <string.h>

struct maker {
	struct fc_random *r;
	uint8_t *buf;
	size_t octets;
	size_t edge[48]; /* where headers end */
	unsigned edges;
};

uint32_t fc_random_next(struct fc_random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)(z >> 32 ^ z);
}

uint32_t fc_random_below(struct fc_random *r, uint32_t limit)
{
	return (uint32_t)((uint64_t)fc_random_next(r) * limit >> 32);
}

static bool chance(struct maker *m, unsigned percent)
{
	return fc_random_below(m->r, 100) < percent;
}

static void put(struct maker *m, unsigned value)
{
	m->buf[m->octets++] = (uint8_t)value;
}

static void put16(struct maker *m, unsigned value)
{
	put(m, value >> 8);
	put(m, value);
}

static void put_noise(struct maker *m, size_t count)
{
	while (count--)
		put(m, fc_random_next(m->r));
}

static void edge(struct maker *m)
{
	if (m->edges < sizeof(m->edge) / sizeof(m->edge[0]))
		m->edge[m->edges++] = m->octets;
}

static unsigned any_protocol(struct maker *m)
{
	static const uint8_t known[] = {6, 6,  6,  17, 17, 136, 132, 33,
					1, 58, 47, 50, 59, 0,   44,  51};

	return chance(m, 95) ? known[fc_random_below(m->r, sizeof(known))]
			     : fc_random_below(m->r, 256);
}

static unsigned transport_octets(unsigned proto)
{
	switch (proto) {
	case 6:
		return 20;
	case 17:
	case 136:
		return 8;
	case 132:
	case 33:
		return 12;
	case 1:
	case 58:
		return 4;
	default:
		return 0;
	}
}

/* Transport header and payload; returns their length as the IP header shall tell it. */
static unsigned put_transport(struct maker *m, unsigned proto)
{
	unsigned header = transport_octets(proto), payload = 0;

	put_noise(m, header);
	edge(m);
	if (chance(m, 60))
		payload = fc_random_below(m->r, chance(m, 10) ? 1500 : 60);
	put_noise(m, payload);
	if (chance(m, 80))
		return header + payload;
	if (chance(m, 70))
		return header + fc_random_below(m->r, 3) - (header ? 1 : 0);
	return fc_random_below(m->r, 0xff00);
}

static void put_ipv4(struct maker *m)
{
	size_t start = m->octets;
	unsigned ihl = chance(m, 75) ? 5 : 5 + fc_random_below(m->r, 11);
	unsigned proto = any_protocol(m), total;

	put(m, (chance(m, 98) ? 4u : fc_random_below(m->r, 16)) << 4 | ihl);
	put_noise(m, 5);
	put16(m, chance(m, 75) ? fc_random_below(m->r, 8) << 13 : fc_random_next(m->r));
	put_noise(m, 1);
	put(m, proto);
	put_noise(m, 10);
	edge(m);
	put_noise(m, (ihl - 5) * 4);
	edge(m);
	total = ihl * 4 + put_transport(m, proto);
	if (chance(m, 3))
		total = ihl * 4 + fc_random_below(m->r, 3) - 1;
	m->buf[start + 2] = (uint8_t)(total >> 8);
	m->buf[start + 3] = (uint8_t)total;
	if (chance(m, 2))
		m->buf[start] = (uint8_t)(0x40 | fc_random_below(m->r, 5));
}

/* Length field of an extension header that puts what follows astride the end of the window. */
static unsigned units_to_window(struct maker *m, unsigned kind)
{
	size_t before = fc_random_below(m->r, 24);

	if (m->octets + 16 + before > FC_WINDOW)
		return 0;
	before = FC_WINDOW - before - m->octets;
	return (unsigned)(kind == 51 ? before / 4 - 2 : before / 8 - 1);
}

/* One extension header of `kind` that leads to `next`. */
static void put_extension(struct maker *m, unsigned kind, unsigned next)
{
	unsigned units = chance(m, 80) ? fc_random_below(m->r, 3)
				       : fc_random_below(m->r, chance(m, 50) ? 20 : 256);
	size_t start = m->octets;

	if (chance(m, 10))
		units = units_to_window(m, kind);
	if (m->octets + 2100 > FC_FRAME_MAX - 1600)
		units = 0;
	put(m, next);
	put(m, units);
	if (kind == 44 && chance(m, 70))
		put16(m, fc_random_below(m->r, 8));
	else
		put_noise(m, 2);
	put_noise(m, 4);
	if (kind == 51)
		put_noise(m, units * 4);
	else if (kind != 44)
		put_noise(m, units * 8);
	m->edge[m->edges < 47 ? m->edges++ : 47] = start + 8;
	edge(m);
}

static void put_ipv6(struct maker *m)
{
	static const uint8_t kinds[] = {0, 43, 44, 51, 60};
	size_t start = m->octets;
	unsigned count = chance(m, 50) ? 0 : fc_random_below(m->r, chance(m, 70) ? 4 : 11);
	unsigned proto = any_protocol(m), kind, next;

	put(m, (chance(m, 98) ? 6u : fc_random_below(m->r, 16)) << 4 | fc_random_below(m->r, 16));
	put_noise(m, 5);
	kind = count ? kinds[fc_random_below(m->r, 5)] : proto;
	put(m, kind);
	put_noise(m, 33);
	edge(m);
	while (count--) {
		next = count ? kinds[fc_random_below(m->r, 5)] : proto;
		put_extension(m, kind, next);
		kind = next;
	}
	next = (unsigned)(m->octets - start) - 40;
	next += put_transport(m, proto);
	if (chance(m, 4) && m->edges)
		next = (unsigned)m->edge[fc_random_below(m->r, m->edges)] - (unsigned)start - 40;
	m->buf[start + 4] = (uint8_t)(next >> 8);
	m->buf[start + 5] = (uint8_t)next;
}

static void put_mpls(struct maker *m, bool ipv6)
{
	unsigned count =
		chance(m, 80) ? 1 + fc_random_below(m->r, 4) : 1 + fc_random_below(m->r, 10);

	put16(m, 0x8847 + fc_random_below(m->r, 2));
	edge(m);
	while (count--) {
		put_noise(m, 2);
		put(m, (fc_random_next(m->r) & 0xfe) | !count);
		put_noise(m, 1);
		edge(m);
	}
	if (chance(m, 5))
		put_noise(m, 60);
	else if (ipv6)
		put_ipv6(m);
	else
		put_ipv4(m);
}

static void put_pppoe(struct maker *m, bool ipv6)
{
	unsigned protocol = ipv6 ? 0x57 : 0x21;

	put16(m, 0x8864);
	edge(m);
	put(m, chance(m, 95) ? 0x11 : fc_random_next(m->r));
	put(m, chance(m, 95) ? 0 : fc_random_next(m->r));
	put_noise(m, 4);
	edge(m);
	if (chance(m, 5))
		protocol = fc_random_below(m->r, 65536);
	if (chance(m, 75))
		put(m, protocol >> 8);
	put(m, protocol);
	edge(m);
	if (ipv6)
		put_ipv6(m);
	else
		put_ipv4(m);
}

static void put_type(struct maker *m)
{
	bool ipv6 = chance(m, 50);
	unsigned pick = fc_random_below(m->r, 100);

	if (pick < 60) {
		put16(m, ipv6 ? 0x86dd : 0x0800);
		edge(m);
		if (ipv6)
			put_ipv6(m);
		else
			put_ipv4(m);
	} else if (pick < 78) {
		put_mpls(m, ipv6);
	} else if (pick < 92) {
		put_pppoe(m, ipv6);
	} else {
		static const uint16_t others[] = {0x0806, 0x05ff, 0x0600, 0x9100,
						  0x8863, 0x88a8, 0x0026, 0x8849};

		put16(m, chance(m, 80) ? others[fc_random_below(m->r, 8)] : fc_random_next(m->r));
		edge(m);
		put_noise(m, fc_random_below(m->r, 60));
	}
}

/* Cut at a header's end or next to it, cut anywhere, or turn one octet. */
static void spoil(struct maker *m)
{
	unsigned pick = fc_random_below(m->r, 100);
	size_t cut = m->octets;

	if (pick < 30 && m->edges)
		cut = m->edge[fc_random_below(m->r, m->edges)] + fc_random_below(m->r, 5) - 2;
	else if (pick < 36)
		cut = fc_random_below(m->r, (uint32_t)m->octets + 1);
	else if (pick < 42)
		m->buf[fc_random_below(m->r, (uint32_t)m->octets)] = (uint8_t)fc_random_next(m->r);
	if (cut < m->octets)
		m->octets = cut;
}

size_t fc_frame_make(struct fc_random *r, uint8_t *buf)
{
	struct maker m = {.r = r, .buf = buf};
	unsigned tags;

	put_noise(&m, 12);
	edge(&m);
	tags = chance(&m, 60) ? 0 : fc_random_below(r, 4);
	while (tags--) {
		put16(&m, chance(&m, 50) ? 0x8100 : 0x88a8);
		edge(&m);
		put_noise(&m, 2);
		edge(&m);
	}
	put_type(&m);
	spoil(&m);
	if (m.octets < 60 && chance(&m, 20))
		put_noise(&m, 60 - m.octets);
	return m.octets;
}
