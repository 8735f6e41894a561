/* SPDX-License-Identifier: BSD-2-Clause */
/* Random frames that are mostly right, and wrong in one place when they are not. */
#ifndef FC_FRAME_MAKER_H
#define FC_FRAME_MAKER_H

#include <stddef.h>
#include <stdint.h>

enum { FC_FRAME_MAX = 4096 };

struct fc_random {
	uint64_t state;
};

uint32_t fc_random_next(struct fc_random *r);
/* Uniform in [0, limit); limit > 0. */
uint32_t fc_random_below(struct fc_random *r, uint32_t limit);

/* Write one frame into buf[FC_FRAME_MAX]; returns its length, which can be 0. */
size_t fc_frame_make(struct fc_random *r, uint8_t *buf);

#endif
