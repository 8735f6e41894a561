/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock of everything that sends: CLOCK_MONOTONIC, or what a simulation puts in its place. It
 * is replaced before the first exporter is opened and stays.
 */
#ifndef FC_EXPORT_MONOTONIC_H
#define FC_EXPORT_MONOTONIC_H

#include <stdint.h>
#include <time.h>

/* NULL: CLOCK_MONOTONIC. */
extern uint64_t (*fc_monotonic_source)(void);

static inline uint64_t fc_monotonic_ns(void)
{
	struct timespec now;

	if (fc_monotonic_source)
		return fc_monotonic_source();
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

#endif
