// SPDX-License-Identifier: BSD-2-Clause
#include "driver/host_time.h"

#include <time.h>

#define RELAX_NS 20000
#define SECOND_NS 1000000000u

void fc_host_relax(struct fc_transport *t)
{
	const struct timespec pause = {.tv_nsec = RELAX_NS};

	(void)t;
	clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

uint64_t fc_host_now(struct fc_transport *t)
{
	struct timespec now;

	(void)t;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}
