/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capture reader: pcap (six magics) and pcapng (all packet blocks, both byte orders, several
 * sections and interfaces), plain or gzip-compressed. No length in a file is believed before it is
 * checked. One struct fc_capture is one open file; it is not thread safe.
 */
#ifndef FC_CAPTURE_H
#define FC_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fc_capture;

/* Where a frame begins, "byte" in messages and `offset`: octets from the start of the file, after
 * decompression. */
struct fc_frame {
	const uint8_t *data; /* captured octets; the reader's, valid until the next call */
	size_t octets;       /* captured; may be 0 */
	uint64_t time_ns;    /* since 1970, modulo 2^64; 0 for a block without a time */
	uint64_t number;     /* 1, 2, ... */
	uint64_t offset;     /* of its record or block */
	uint32_t original;   /* length on the wire, as the file says */
	uint16_t link;       /* link type */
};

/* Open a file (or a pipe). Its format is looked at by the first fc_capture_next.
 * Return 0, -errno of open(2), -ENOMEM; *out is set only on 0. */
int fc_capture_open(const char *path, struct fc_capture **out);
void fc_capture_close(struct fc_capture *c);

/* The next frame. Return 1 a frame, 0 clean end of the file, -EBADMSG (not a capture, damaged or
 * cut; every frame before the damage was delivered), -errno of read(2), -ENOMEM. What is not 1 is
 * final: it is returned again by later calls. */
int fc_capture_next(struct fc_capture *c, struct fc_frame *frame);

/* "PATH: frame N, byte B: what is wrong" after an error, else "". N is the frame that could not be
 * read. */
const char *fc_capture_error(const struct fc_capture *c);

/* "pcap", "pcapng", or "" before the first frame. */
const char *fc_capture_format(const struct fc_capture *c);

/* Octets of the file on disk (0: not known, a pipe) and how many of them have been read. */
uint64_t fc_capture_size(const struct fc_capture *c);
uint64_t fc_capture_position(const struct fc_capture *c);

#ifdef __cplusplus
}
#endif
#endif
