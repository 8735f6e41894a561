/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/gen_packet.h"

#include "tools/gen_noise.h"
#include <string.h>

enum {
	PATTERN_OCTETS = 65536,
	MIN_FRAME = 60,
	FRAGMENT_OCTETS = 1456, /* IP payload of a first fragment, a multiple of 8 */
	FIN = 1,
	SYN = 2,
	PSH = 8,
	ACK = 16,
};

/* How a conversation looks on the wire. */
struct shape {
	struct gen_key key;
	uint8_t tos, protocol;
	unsigned tags, labels, options, extensions; /* options in words */
	bool pppoe;
};

static uint8_t pattern[PATTERN_OCTETS];
static uint32_t pattern_sum[PATTERN_OCTETS / 2 + 1]; /* of the words before */

uint64_t gen_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint64_t gen_random_of(uint64_t seed, uint64_t number)
{
	uint64_t state = seed + number * UINT64_C(0xd1342543de82ef95);

	return gen_random(&state);
}

void gen_packet_begin(void)
{
	uint64_t state = 1;

	for (size_t i = 0; i < PATTERN_OCTETS; i++)
		pattern[i] = (uint8_t)(' ' + gen_random(&state) % 95);
	for (size_t i = 0; i < PATTERN_OCTETS / 2; i++)
		pattern_sum[i + 1] =
			pattern_sum[i] + (uint32_t)(pattern[2 * i] << 8 | pattern[2 * i + 1]);
}

static uint8_t *put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
	return p + 2;
}

static uint64_t sum_octets(const uint8_t *p, size_t octets)
{
	uint64_t sum = 0;

	for (size_t i = 0; i + 1 < octets; i += 2)
		sum += (uint64_t)(p[i] << 8 | p[i + 1]);
	return sum + (octets & 1 ? (uint64_t)p[octets - 1] << 8 : 0);
}

static uint64_t sum_pattern(size_t octets)
{
	return pattern_sum[octets / 2] + (octets & 1 ? (uint64_t)pattern[octets - 1] << 8 : 0);
}

static unsigned checksum(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (unsigned)sum ^ 0xffff;
}

/* ----------------------------------------------------------------------------------------------
 * the address plan */

static void put_address(uint8_t *address, bool v6, unsigned net, uint32_t host)
{
	memset(address, 0, 16);
	if (v6) {
		put16(address, 0x2001);
		put16(address + 2, 0x0db8);
		put16(address + 4, net);
		put16(address + 12, host >> 16);
		put16(address + 14, host);
	} else {
		address[0] = (uint8_t)net;
		address[1] = (uint8_t)(host >> 16);
		put16(address + 2, host);
	}
}

/* Servers: some are asked far more often than others. */
static uint32_t server_host(uint64_t *random)
{
	const uint64_t r = gen_random(random);

	return (uint32_t)((18 << 16) + (r >> 8) % (UINT64_C(2) << (r & 7) * 2));
}

/* An odd factor makes each conversation's number a number of its own again, below a power of two.
 */
static void shape_addresses(struct shape *s, uint32_t conversation, enum gen_kind kind,
			    uint64_t *random)
{
	static const uint16_t ports[2][8] = {{443, 443, 443, 80, 22, 25, 993, 8080},
					     {53, 53, 443, 123, 5353, 3478, 4500, 1900}};
	const bool udp = kind == GEN_UDP || kind == GEN_FRAGMENT || kind == GEN_PAUSE;
	struct gen_key *const k = &s->key;
	const uint32_t own = (uint32_t)(conversation * UINT64_C(2654435761) + 99) & 0x7ffffff;

	k->dport = ports[udp][gen_random(random) & 7];
	if (kind == GEN_SCAN) {
		put_address(k->src, k->v6, 192, 512 + (own & 3));
		put_address(k->dst, k->v6, 10, own & 0xffffff);
		k->sport = 40000;
	} else if (kind == GEN_TCP || kind == GEN_UDP) {
		put_address(k->src, k->v6, 172, (16 << 16) + (own & 0xfff));
		put_address(k->dst, k->v6, 198, server_host(random));
		k->sport = (uint16_t)(0x8000 | own >> 12);
	} else {
		put_address(k->src, k->v6, 10, own & 0xffffff);
		put_address(k->dst, k->v6, 198, server_host(random));
		k->sport = (uint16_t)(1024 + gen_random(random) % 60000);
	}
}

static unsigned protocol_of(enum gen_kind kind, bool v6, uint64_t random)
{
	switch (kind) {
	case GEN_TCP:
	case GEN_SCAN:
		return 6;
	case GEN_ICMP:
		return v6 ? 58 : 1;
	case GEN_OTHER:
		return random & 1 ? 47 : 50;
	default:
		return 17;
	}
}

static void shape_encapsulation(struct shape *s, enum gen_mix mix, uint64_t *random)
{
	const unsigned r = (unsigned)(gen_random(random) % 100);

	if (mix == GEN_EDGES) {
		s->tags = (unsigned)(gen_random(random) % 3);
		s->labels = r < 40 ? (unsigned)(gen_random(random) % 9) : 0;
		s->pppoe = !s->labels && r < 60;
		s->options = (unsigned)(gen_random(random) % 11);
		s->extensions = (unsigned)(gen_random(random) % 9);
	} else if (mix == GEN_WEB || mix == GEN_V6) {
		s->tags = r < 10 ? 1 : r < 12 ? 2 : 0;
		s->labels = r >= 12 && r < 15 ? r - 11 : 0;
		s->pppoe = r == 15;
		s->options = r == 16;
		s->extensions = r >= 17 && r < 20 ? r - 16 : 0;
	}
}

static void shape_of(enum gen_mix mix, uint64_t seed, uint32_t conversation, enum gen_kind kind,
		     struct shape *s)
{
	static const uint8_t tos[8] = {0, 0, 0, 0, 0, 0x28, 0xb8, 0x02};
	static const uint8_t v6_percent[GEN_MIXES] = {25, 0, 20, 100, 50};
	uint64_t random = gen_random_of(seed, conversation);

	memset(s, 0, sizeof(*s));
	s->key.v6 = gen_random(&random) % 100 < v6_percent[mix];
	s->tos = tos[gen_random(&random) & 7];
	s->protocol = (uint8_t)protocol_of(kind, s->key.v6, gen_random(&random));
	if (kind != GEN_PAUSE)
		shape_encapsulation(s, mix, &random);
	shape_addresses(s, conversation, kind, &random);
}

void gen_packet_key(enum gen_mix mix, uint64_t seed, uint32_t conversation, enum gen_kind kind,
		    struct gen_key *key)
{
	struct shape s;

	shape_of(mix, seed, conversation, kind, &s);
	*key = s.key;
}

/* -----------------------------------------------------------------------------------------------------
 * layers */

static uint8_t *put_labels(uint8_t *at, unsigned labels)
{
	for (unsigned i = 0; i < labels; i++) {
		at = put16(at, 16 + i);
		*at++ = i + 1 == labels; /* bottom of stack */
		*at++ = 64;
	}
	return at;
}

/* `below`: octets of IP, for PPPoE's length. */
static uint8_t *put_link(uint8_t *at, const struct shape *s, bool reverse, size_t below)
{
	const unsigned ip = s->key.v6 ? 0x86dd : 0x0800;
	const unsigned inner = s->labels ? 0x8847 : s->pppoe ? 0x8864 : ip;

	memset(at, 0, 12);
	at[0] = at[6] = 2; /* locally administered */
	at[5] = reverse ? 1 : 2;
	at[11] = reverse ? 2 : 1;
	at += 12;
	for (unsigned i = 0; i < s->tags; i++) {
		at = put16(at, i + 1 < s->tags ? 0x88a8 : 0x8100);
		at = put16(at, 100 + i);
	}
	at = put16(at, inner);
	at = put_labels(at, s->labels);
	if (inner == 0x8864) {
		at = put16(at, 0x1100);
		at = put16(at, 7);
		at = put16(at, (unsigned)(below + 2));
		at = put16(at, s->key.v6 ? 0x57 : 0x21);
	}
	return at;
}

static uint8_t *put_ipv4(uint8_t *at, const struct shape *s, const struct gen_packet *p,
			 uint32_t id, size_t payload)
{
	const size_t header = 20 + 4 * (size_t)s->options;
	unsigned fragment = 0;

	if (p->kind == GEN_FRAGMENT)
		fragment = p->reverse ? FRAGMENT_OCTETS / 8 : 0x2000;
	at[0] = (uint8_t)(0x40 | header / 4);
	at[1] = s->tos;
	put16(at + 2, (unsigned)(header + payload));
	put16(at + 4, id);
	put16(at + 6, fragment);
	at[8] = 64;
	at[9] = s->protocol;
	put16(at + 10, 0);
	memcpy(at + 12, s->key.src, 4);
	memcpy(at + 16, s->key.dst, 4);
	memset(at + 20, 1, header - 20); /* option: no operation */
	put16(at + 10, checksum(sum_octets(at, header)));
	return at + header;
}

/* A chain of `extensions` destination options, then the fragment header if there is one. */
static uint8_t *put_ipv6(uint8_t *at, const struct shape *s, const struct gen_packet *p,
			 uint32_t id, size_t payload)
{
	const bool fragment = p->kind == GEN_FRAGMENT;
	const unsigned extensions = fragment ? 0 : s->extensions;
	const unsigned first = fragment ? 44 : extensions ? 60 : s->protocol;

	put16(at, 0x6000u | (unsigned)s->tos << 4);
	put16(at + 2, 0);
	put16(at + 4, (unsigned)(payload + 8 * (size_t)(extensions + fragment)));
	at[6] = (uint8_t)first;
	at[7] = 64;
	memcpy(at + 8, s->key.src, 16);
	memcpy(at + 24, s->key.dst, 16);
	at += 40;
	for (unsigned i = 0; i < extensions; i++, at += 8)
		memcpy(at, (uint8_t[8]){i + 1 < extensions ? 60 : s->protocol, 0, 1, 4},
		       8); /* option: PadN */
	if (fragment) {
		put16(at, (unsigned)s->protocol << 8);
		put16(at + 2, p->reverse ? FRAGMENT_OCTETS : 1);
		put16(at + 4, 0);
		put16(at + 6, id);
		at += 8;
	}
	return at;
}

static uint64_t pseudo_header(const struct shape *s, size_t octets)
{
	const size_t address = s->key.v6 ? 16 : 4;

	return sum_octets(s->key.src, address) + sum_octets(s->key.dst, address) + s->protocol +
	       octets;
}

static unsigned tcp_flags(const struct gen_packet *p)
{
	if (p->index == 0)
		return p->kind == GEN_TCP && p->reverse ? SYN | ACK : SYN;
	if (p->kind == GEN_SCAN)
		return SYN;
	if (p->index + 1 == p->count)
		return FIN | ACK;
	return p->index % 3 == 2 ? PSH | ACK : ACK;
}

static size_t transport_octets(enum gen_kind kind)
{
	return kind == GEN_TCP || kind == GEN_SCAN ? 20 : kind == GEN_OTHER ? 4 : 8;
}

/* Transport header whose check sum takes in `payload` octets of the pattern. */
static void put_transport(uint8_t *at, const struct shape *s, const struct gen_packet *p,
			  size_t payload)
{
	const size_t header = transport_octets(p->kind), octets = header + payload;
	const bool icmp = p->kind == GEN_ICMP;
	size_t sum_at = icmp ? 2 : p->kind == GEN_TCP || p->kind == GEN_SCAN ? 16 : 6;

	memset(at, 0, header);
	if (p->kind == GEN_OTHER) {
		put16(at + 2, 0x0800); /* GRE: IPv4 below; ESP: part of the SPI */
		return;
	}
	if (icmp) {
		at[0] = s->key.v6 ? (p->reverse ? 129 : 128) : (p->reverse ? 0 : 8);
		put16(at + 6, p->index);
	} else {
		put16(at, s->key.sport);
		put16(at + 2, s->key.dport);
	}
	if (sum_at == 16) {
		put16(at + 6, p->index * 1448);
		at[12] = 5 << 4;
		at[13] = (uint8_t)tcp_flags(p);
		put16(at + 14, 64240);
	} else if (!icmp) {
		put16(at + 4, (unsigned)octets);
	}
	unsigned sum = checksum((icmp && !s->key.v6 ? 0 : pseudo_header(s, octets)) +
				sum_octets(at, header) + sum_pattern(payload));

	/* 0 says that a UDP packet has no check sum. */
	put16(at + sum_at, sum_at == 6 && !sum ? 0xffff : sum);
}

/* -----------------------------------------------------------------------------------------------------
 * payloads */

static size_t edge_octets(const struct shape *s, uint64_t random)
{
	static const uint16_t sizes[8] = {0, 1, 2, 18, 1460, 1480, 8960, 0xffff};
	const size_t size = sizes[random & 7];
	/* The longest that 16 bits of IP length hold, seldom. */
	const size_t longest =
		65535 - 20 - (s->key.v6 ? 8 * (size_t)s->extensions : 20 + 4 * (size_t)s->options);

	return size != 0xffff ? size : (random >> 8) % 64 == 0 ? longest : 300;
}

static size_t tcp_octets(enum gen_mix mix, const struct gen_packet *p, uint64_t random)
{
	if (p->index == 0 || p->index + 1 == p->count)
		return 0;
	if (mix == GEN_ELEPHANTS)
		return p->reverse ? 0 : p->conversation % 4 ? 1448 : 8948;
	if (p->reverse)
		return random % 8 ? 1448 : random >> 8 & 1023;
	return random % 4 ? 0 : 80 + (random >> 8) % 900;
}

static size_t payload_octets(enum gen_mix mix, const struct shape *s, const struct gen_packet *p,
			     uint64_t random)
{
	if (p->kind == GEN_FRAGMENT) /* of the whole datagram */
		return FRAGMENT_OCTETS - 8 + 100 + random % 1000;
	if (p->kind == GEN_SCAN)
		return 0;
	if (p->kind == GEN_PAUSE)
		return 100;
	if (mix == GEN_EDGES)
		return edge_octets(s, random);
	if (p->kind == GEN_TCP)
		return tcp_octets(mix, p, random);
	return p->kind == GEN_ICMP ? 56 : p->reverse ? 60 + random % 1100 : 30 + random % 90;
}

/* Transport header and payload of `datagram` octets; of a fragment, its part. Return the octets
 * written. */
static size_t put_payload(uint8_t *at, const struct shape *s, const struct gen_packet *p,
			  size_t datagram)
{
	const size_t header = transport_octets(p->kind);
	size_t from = 0, octets = datagram;

	if (p->kind == GEN_FRAGMENT && p->reverse) {
		from = FRAGMENT_OCTETS - header;
		memcpy(at, pattern + from, datagram - from);
		return datagram - from;
	}
	if (p->kind == GEN_FRAGMENT)
		octets = FRAGMENT_OCTETS - header;
	put_transport(at, s, p, datagram);
	memcpy(at + header, pattern, octets);
	return header + octets;
}

static void swap_ends(struct gen_key *k)
{
	const struct gen_key was = *k;

	memcpy(k->src, was.dst, sizeof(k->src));
	memcpy(k->dst, was.src, sizeof(k->dst));
	k->sport = was.dport;
	k->dport = was.sport;
}

size_t gen_packet_build(enum gen_mix mix, uint64_t seed, const struct gen_packet *p, uint8_t *frame)
{
	const uint64_t random =
		gen_random_of(~seed, (uint64_t)p->conversation << 32 | p->index << 1 | p->reverse);
	/* Both fragments are of one datagram. */
	const uint64_t size_random =
		p->kind == GEN_FRAGMENT ? gen_random_of(seed, p->conversation) : random;
	struct shape s;
	size_t datagram, octets, room;
	uint8_t *at;

	if (p->kind == GEN_NOISE)
		return gen_noise_build(mix == GEN_EDGES, random, frame);
	shape_of(mix, seed, p->conversation, p->kind, &s);
	if (p->reverse && p->kind != GEN_FRAGMENT)
		swap_ends(&s.key);
	datagram = payload_octets(mix, &s, p, size_random);
	octets = transport_octets(p->kind) + datagram;
	if (p->kind == GEN_FRAGMENT)
		octets = p->reverse ? octets - FRAGMENT_OCTETS : FRAGMENT_OCTETS;
	room = s.key.v6 ? 40 + 8 * (size_t)s.extensions : 20 + 4 * (size_t)s.options;
	at = put_link(frame, &s, p->reverse && p->kind != GEN_FRAGMENT, octets + room);
	at = s.key.v6 ? put_ipv6(at, &s, p, (uint32_t)size_random & 0xffff, octets)
		      : put_ipv4(at, &s, p, (uint32_t)size_random & 0xffff, octets);
	at += put_payload(at, &s, p, datagram);
	octets = (size_t)(at - frame);
	if (octets < MIN_FRAME) {
		memset(at, 0, MIN_FRAME - octets);
		octets = MIN_FRAME;
	}
	return octets;
}
