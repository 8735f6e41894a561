/* SPDX-License-Identifier: BSD-2-Clause */
/* The one source of chance of a run. */
#ifndef STRESS_RANDOM_H
#define STRESS_RANDOM_H

#include "tests/hw/frontend/frame_maker.h"

#include <stdbool.h>

extern struct fc_random stress_random;

static inline uint32_t below(uint32_t limit)
{
	return fc_random_below(&stress_random, limit);
}

static inline bool chance(uint32_t percent)
{
	return below(100) < percent;
}

static inline uint64_t random64(void)
{
	return (uint64_t)fc_random_next(&stress_random) << 32 | fc_random_next(&stress_random);
}

#endif
