/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcapng: a chain of blocks, each with its length in front and at the end (the latter is not looked
 * at).
 *
 *   | type 4 | length 4 | body: length - 12 | length 4 |
 *
 * A section header block begins a section: byte order, and a new list of interfaces.
 */
#include "sim/capture_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET_OBSOLETE = 2,
	BLOCK_PACKET_SIMPLE = 3,
	BLOCK_PACKET_ENHANCED = 6,

	OPTION_END = 0,
	OPTION_TSRESOL = 9,
	OPTION_TSOFFSET = 14,

	RESOLUTION_US = 6,
};

struct block {
	uint64_t at; /* where it begins */
	uint32_t type, length;
	const uint8_t *body;
	size_t octets; /* of the body */
};

struct packet {
	uint32_t interface, captured, original;
	uint64_t ticks;
	size_t data_at;
};

/* Ticks to ns: floor(ticks * 10^9 / base^exponent) + offset, modulo 2^64. The product has 94 bits
 * at most. */
static uint64_t pcapng_time(uint64_t ticks, const struct fc_capture_interface *interface)
{
	unsigned __int128 value = (unsigned __int128)ticks * 1000000000u;
	const unsigned exponent = interface->resolution & 0x7f;

	if (interface->resolution & 0x80)
		value >>= exponent;
	else
		for (unsigned i = 0; i < exponent && value; i++)
			value /= 10; /* floors nest: floor(floor(v / 10) / 10) = floor(v / 100) */
	return (uint64_t)value + (uint64_t)interface->offset_s * 1000000000u;
}

static void pcapng_options(const struct fc_capture *c, const uint8_t *p, size_t octets,
			   struct fc_capture_interface *interface)
{
	size_t at = 0;

	while (at + 4 <= octets) {
		const unsigned code = fc_capture_u16(c, p + at);
		const size_t length = fc_capture_u16(c, p + at + 2);
		size_t have = octets - at - 4;
		const uint8_t *const value = p + at + 4;

		if (have > length)
			have = length;
		if (code == OPTION_END)
			return;
		if (code == OPTION_TSRESOL && have)
			interface->resolution = value[0];
		if (code == OPTION_TSOFFSET && have >= 8) {
			const uint64_t first = fc_capture_u32(c, value),
				       second = fc_capture_u32(c, value + 4);

			interface->offset_s = (int64_t)(c->big_endian ? first << 32 | second
								      : second << 32 | first);
		}
		at += 4 + ((length + 3) & ~(size_t)3);
	}
}

static int pcapng_interface(struct fc_capture *c, const struct block *b)
{
	struct fc_capture_interface *interface;

	if (b->octets < 8)
		return fc_capture_damage(
			c, b->at, "the interface description has %zu octets, not 8", b->octets);
	if (c->interface_count == c->interface_room) {
		const uint32_t room = c->interface_room ? 2 * c->interface_room : 8;

		interface = realloc(c->interfaces, room * sizeof(*interface));
		if (!interface)
			return -ENOMEM;
		c->interfaces = interface;
		c->interface_room = room;
	}
	interface = &c->interfaces[c->interface_count++];
	*interface = (struct fc_capture_interface){
		.link = fc_capture_u16(c, b->body),
		.snaplen = fc_capture_u32(c, b->body + 4),
		.resolution = RESOLUTION_US,
	};
	pcapng_options(c, b->body + 8, b->octets - 8, interface);
	return 0;
}

/* Body of a section header: byte order, 16 octets that say nothing we need, options. */
static int pcapng_section(struct fc_capture *c, uint64_t at, const uint8_t raw_length[4])
{
	uint8_t order[4];
	uint32_t length;

	if (fc_source_read(&c->source, order, sizeof(order)) < sizeof(order))
		return fc_capture_cut(c, at, "the section header", 28);
	if (memcmp(order, "\x4d\x3c\x2b\x1a", sizeof(order)) == 0)
		c->big_endian = false;
	else if (memcmp(order, "\x1a\x2b\x3c\x4d", sizeof(order)) == 0)
		c->big_endian = true;
	else
		return fc_capture_damage(
			c, at, "bad byte-order magic %02x %02x %02x %02x in the section header",
			order[0], order[1], order[2], order[3]);
	c->interface_count = 0;
	length = fc_capture_u32(c, raw_length);
	if (length < 28)
		return fc_capture_damage(
			c, at, "the section header claims %u octets, fewer than 28", length);
	if (fc_source_read(&c->source, NULL, length - 12) < length - 12)
		return fc_capture_cut(c, at, "the section header", length);
	return 0;
}

/* The next block that is no section header, into the buffer. Return 1 a block, 0 end of file, or an
 * error. */
static int pcapng_block(struct fc_capture *c, struct block *b)
{
	uint8_t head[8];
	uint64_t got;
	int result;

	for (;;) {
		b->at = c->source.offset;
		got = fc_source_read(&c->source, head, sizeof(head));
		if (got == 0 && !c->source.status)
			return 0;
		if (got < sizeof(head))
			return fc_capture_cut(c, b->at, "the block's header", sizeof(head));
		if (memcmp(head, "\x0a\x0d\x0d\x0a", 4) != 0)
			break;
		result = pcapng_section(c, b->at, head + 4);
		if (result)
			return result;
	}
	b->type = fc_capture_u32(c, head);
	b->length = fc_capture_u32(c, head + 4);
	if (b->length < 12 || b->length > FC_CAPTURE_BLOCK_MAX)
		return fc_capture_damage(c, b->at, "the block claims %u octets, not 12 to %u",
					 b->length, FC_CAPTURE_BLOCK_MAX);
	result = fc_capture_load(c, b->length - 8);
	if (result == 1)
		return fc_capture_cut(c, b->at, "the block", b->length);
	if (result)
		return result;
	b->body = c->buffer;
	b->octets = b->length - 12;
	return 1;
}

static uint64_t pcapng_ticks(const struct fc_capture *c, const uint8_t *p)
{
	return (uint64_t)fc_capture_u32(c, p) << 32 | fc_capture_u32(c, p + 4);
}

/* Fixed part of a packet block. Return 1 a packet, 0 another block, or an error. */
static int pcapng_packet(struct fc_capture *c, const struct block *b, struct packet *p)
{
	const size_t fixed = b->type == BLOCK_PACKET_SIMPLE ? 4 : 20;

	if (b->type != BLOCK_PACKET_SIMPLE && b->type != BLOCK_PACKET_ENHANCED &&
	    b->type != BLOCK_PACKET_OBSOLETE)
		return 0;
	if (b->octets < fixed)
		return fc_capture_damage(c, b->at,
					 "the packet block has %zu octets, fewer than %zu",
					 b->octets, fixed);
	*p = (struct packet){.data_at = fixed};
	if (b->type == BLOCK_PACKET_SIMPLE) {
		p->original = p->captured = fc_capture_u32(c, b->body);
		if (c->interface_count && c->interfaces[0].snaplen &&
		    p->captured > c->interfaces[0].snaplen)
			p->captured = c->interfaces[0].snaplen;
		if (p->captured > b->octets - fixed)
			p->captured = (uint32_t)(b->octets - fixed);
	} else {
		p->interface = b->type == BLOCK_PACKET_ENHANCED ? fc_capture_u32(c, b->body)
								: fc_capture_u16(c, b->body);
		p->ticks = pcapng_ticks(c, b->body + 4);
		p->captured = fc_capture_u32(c, b->body + 12);
		p->original = fc_capture_u32(c, b->body + 16);
	}
	if (p->interface >= c->interface_count)
		return fc_capture_damage(c, b->at,
					 "the packet is of interface %u, %u are described",
					 p->interface, c->interface_count);
	if (p->captured > b->octets - fixed)
		return fc_capture_damage(
			c, b->at,
			"the packet claims %u captured octets, its block has room for %zu",
			p->captured, b->octets - fixed);
	return 1;
}

static int pcapng_next(struct fc_capture *c, struct fc_frame *frame)
{
	struct packet p = {0};
	struct block b = {0};
	int result;

	do {
		result = pcapng_block(c, &b);
		if (result != 1)
			return result;
		result = b.type == BLOCK_INTERFACE ? pcapng_interface(c, &b)
						   : pcapng_packet(c, &b, &p);
	} while (result == 0);
	if (result != 1)
		return result;
	*frame = (struct fc_frame){
		.data = b.body + p.data_at,
		.octets = p.captured,
		.original = p.original,
		.time_ns = b.type == BLOCK_PACKET_SIMPLE
				   ? 0
				   : pcapng_time(p.ticks, &c->interfaces[p.interface]),
		.link = c->interfaces[p.interface].link,
		.offset = b.at,
	};
	return 1;
}

int fc_capture_pcapng_begin(struct fc_capture *c)
{
	uint8_t raw_length[4];

	c->format = "pcapng";
	c->next = pcapng_next;
	if (fc_source_read(&c->source, raw_length, sizeof(raw_length)) < sizeof(raw_length))
		return fc_capture_cut(c, 0, "the section header", 28);
	return pcapng_section(c, 0, raw_length);
}
