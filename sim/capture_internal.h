/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the capture reader share. */
#ifndef FC_CAPTURE_INTERNAL_H
#define FC_CAPTURE_INTERNAL_H

#include "sim/capture.h"
#include "sim/capture_source.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FC_CAPTURE_CAPLEN_MAX 262144u
#define FC_CAPTURE_BLOCK_MAX (FC_CAPTURE_CAPLEN_MAX * 64u)

struct fc_capture_interface {
	uint16_t link;
	uint32_t snaplen;
	uint8_t resolution; /* if_tsresol: bit 7: a power of 2, else of 10 */
	int64_t offset_s;   /* if_tsoffset */
};

struct fc_capture {
	struct fc_source source;
	int (*next)(struct fc_capture *c, struct fc_frame *frame); /* NULL: format not known yet */
	const char *format;
	bool big_endian;
	uint64_t frames; /* delivered */
	int result;      /* of the last call, 1 while frames come */
	uint8_t *buffer; /* of the current record or block */
	size_t room;
	char *path;
	char error[640];

	/* pcap */
	unsigned record_header, fraction_ns;
	uint16_t link;

	/* pcapng, of the current section */
	struct fc_capture_interface *interfaces;
	uint32_t interface_count, interface_room;
};

int fc_capture_pcap_begin(struct fc_capture *c,
			  const uint8_t magic[4]); /* -ENOENT: not this format */
int fc_capture_pcapng_begin(struct fc_capture *c); /* block type of the section header was read */

/* Set the message, return -EBADMSG. `at` is the octet at which the damaged thing begins. */
int fc_capture_damage(struct fc_capture *c, uint64_t at, const char *text, ...)
	__attribute__((format(printf, 3, 4)));

/* What a short fc_source_read means: an error of the source, or the file ended inside `what`, begun
 * at `at`. */
int fc_capture_cut(struct fc_capture *c, uint64_t at, const char *what, uint64_t need);

/* Read exactly `octets` into c->buffer. Return 0, -ENOMEM, or 1 when there were fewer. */
int fc_capture_load(struct fc_capture *c, size_t octets);

static inline uint16_t fc_capture_u16(const struct fc_capture *c, const uint8_t *p)
{
	return c->big_endian ? (uint16_t)(p[0] << 8 | p[1]) : (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t fc_capture_u32(const struct fc_capture *c, const uint8_t *p)
{
	if (c->big_endian)
		return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

#endif
