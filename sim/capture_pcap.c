/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcap: a 24-octet file header, then records.
 *
 *   | seconds 4 | fraction 4 | captured 4 | original 4 | "modified" layout: 8 more | captured
 * octets ... |
 */
#include "sim/capture_internal.h"

#include <errno.h>
#include <string.h>

struct pcap_layout {
	uint8_t magic[4];
	bool big_endian;
	unsigned fraction_ns, record_header;
};

static const struct pcap_layout layouts[] = {
	{{0xd4, 0xc3, 0xb2, 0xa1}, false, 1000, 16}, {{0xa1, 0xb2, 0xc3, 0xd4}, true, 1000, 16},
	{{0x4d, 0x3c, 0xb2, 0xa1}, false, 1, 16},    {{0xa1, 0xb2, 0x3c, 0x4d}, true, 1, 16},
	{{0x34, 0xcd, 0xb2, 0xa1}, false, 1000, 24}, {{0xa1, 0xb2, 0xcd, 0x34}, true, 1000, 24},
};

static int pcap_next(struct fc_capture *c, struct fc_frame *frame)
{
	const uint64_t at = c->source.offset;
	uint8_t head[24];
	const uint64_t got = fc_source_read(&c->source, head, c->record_header);
	uint32_t octets;
	int result;

	if (got == 0 && !c->source.status)
		return 0;
	if (got < c->record_header)
		return fc_capture_cut(c, at, "the record's header", c->record_header);
	octets = fc_capture_u32(c, head + 8);
	if (octets > FC_CAPTURE_CAPLEN_MAX)
		return fc_capture_damage(c, at,
					 "the record claims %u captured octets, more than %u",
					 octets, FC_CAPTURE_CAPLEN_MAX);
	result = fc_capture_load(c, octets);
	if (result == 1)
		return fc_capture_cut(c, at, "the record", c->record_header + (uint64_t)octets);
	if (result)
		return result;
	*frame = (struct fc_frame){
		.data = c->buffer,
		.octets = octets,
		.original = fc_capture_u32(c, head + 12),
		.time_ns = (uint64_t)fc_capture_u32(c, head) * 1000000000u +
			   (uint64_t)fc_capture_u32(c, head + 4) * c->fraction_ns,
		.link = c->link,
		.offset = at,
	};
	return 1;
}

int fc_capture_pcap_begin(struct fc_capture *c, const uint8_t magic[4])
{
	uint8_t rest[20];

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		if (memcmp(magic, layouts[i].magic, 4) != 0)
			continue;
		if (fc_source_read(&c->source, rest, sizeof(rest)) < sizeof(rest))
			return fc_capture_cut(c, 0, "the file header", 24);
		c->big_endian = layouts[i].big_endian;
		c->fraction_ns = layouts[i].fraction_ns;
		c->record_header = layouts[i].record_header;
		/* The upper half says how long the FCS is. */
		c->link = (uint16_t)fc_capture_u32(c, rest + 16);
		c->format = "pcap";
		c->next = pcap_next;
		return 0;
	}
	return -ENOENT;
}
