/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FC_EXPORT_MONOTONIC_H
#define FC_EXPORT_MONOTONIC_H

#include <stdint.h>
#include <time.h>

static inline uint64_t fc_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

#endif
