/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock of waits and deadlines: CLOCK_MONOTONIC. What sends has one of its own, which a
 * simulation can replace: driver/export/monotonic.h.
 */
#ifndef FC_CLOCK_H
#define FC_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t fc_clock_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static inline uint64_t fc_clock_ms(void)
{
	return fc_clock_ns() / 1000000;
}

#endif
