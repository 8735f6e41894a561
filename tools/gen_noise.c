/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/gen_noise.h"

#include <string.h>

/* What stands behind the addresses; the frame is filled with zeros up to `octets`, or cut to it. */
struct noise {
	uint16_t octets;
	uint8_t used;
	uint8_t head[72];
};

#define NOISE(octets_, ...)                                                                        \
	{                                                                                          \
		octets_, sizeof((uint8_t[]){__VA_ARGS__}),                                         \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define ARP                                                                                        \
	NOISE(60, 0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0, 0,  \
	      0, 0, 192, 0, 2, 2)
#define ZEROS 0, 0, 0, 0, 0, 0, 0, 0
#define TAG(low) 0x81, 0x00, 0, low
#define LABEL 0, 1, 0, 64
#define V4(version_ihl, length)                                                                    \
	0x08, 0x00, version_ihl, 0, (length) >> 8, (length)&255, 0, 1, 0, 0, 64

static const struct noise noises[] = {
	ARP,
	NOISE(60, 0x00, 0x26, 0x42, 0x42, 0x03),             /* 802.3 length */
	NOISE(60, TAG(1), TAG(2), TAG(3), 0x08, 0x00, 0x45), /* three tags */
	NOISE(90, 0x88, 0x47, LABEL, LABEL, LABEL, LABEL, LABEL, LABEL, LABEL, LABEL,
	      LABEL),                                                       /* nine labels */
	NOISE(60, 0x88, 0x47, 0, 1, 1, 64, 0, 0, 0, 0),                     /* pseudowire */
	NOISE(60, 0x88, 0x64, 0x11, 0, 0, 1, 0, 8, 0xc0, 0x21, 1, 1, 0, 4), /* LCP */
	NOISE(60, 0x88, 0x64, 0x21, 0, 0, 1, 0, 8, 0, 0x21, 0x45),          /* PPPoE version 2 */
	NOISE(60, 0x91, 0x00, 0, 1, 0x08, 0x00, 0x45),                      /* no tag of ours */
	NOISE(0, 0x08),
	NOISE(13, 0x08),
	NOISE(16, 0x81, 0x00, 0, 1),                    /* cut tag */
	NOISE(17, 0x88, 0x47, 0, 1, 1),                 /* cut label */
	NOISE(19, 0x88, 0x64, 0x11, 0, 0, 1, 0),        /* cut PPPoE */
	NOISE(33, V4(0x45, 40), 6),                     /* cut IPv4 header */
	NOISE(60, V4(0x55, 40), 6),                     /* version 5 */
	NOISE(60, V4(0x44, 40), 6),                     /* IHL 4 */
	NOISE(60, V4(0x45, 0), 6),                      /* segmentation offload: total length 0 */
	NOISE(38, V4(0x46, 40), 6),                     /* 16 octets for TCP behind options */
	NOISE(37, V4(0x46, 40), 6),                     /* cut options */
	NOISE(60, V4(0x45, 39), 6),                     /* 19 octets for TCP */
	NOISE(53, V4(0x45, 40), 6),                     /* cut TCP header */
	NOISE(53, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 8, 17), /* cut IPv6 header */
	NOISE(90, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 8, 0,
	      64), /* chain of hop-by-hop headers that runs out */
	NOISE(1514, 0x86, 0xdd, 0x60, 0, 0, 0, 5, 180, 60, 64, ZEROS, ZEROS, ZEROS, ZEROS, 6,
	      24), /* beyond the window */
};

size_t gen_noise_build(bool edges, uint64_t random, uint8_t *frame)
{
	const struct noise *const n =
		&noises[edges ? random % (sizeof(noises) / sizeof(noises[0])) : 0];
	const size_t used = 12 + (size_t)n->used;

	memset(frame, 0xff, 6);
	memset(frame + 6, 0, 6);
	frame[6] = 2; /* locally administered */
	frame[11] = 1;
	memcpy(frame + 12, n->head, n->used);
	if (n->octets > used)
		memset(frame + used, 0, n->octets - used);
	return n->octets;
}
