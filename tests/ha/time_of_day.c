// SPDX-License-Identifier: BSD-2-Clause
/*
 * The program's own functions come before the C library's. Timeouts that the kernel keeps by the
 * time of day (pthread_cond_timedwait without a clock) are not moved by it.
 */
#include "time_of_day.h"

#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static atomic_long ahead;

void time_of_day_set(long ahead_s)
{
	atomic_store(&ahead, ahead_s);
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
	int err = (int)syscall(SYS_clock_gettime, clock, out);

	if (!err && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		out->tv_sec += atomic_load(&ahead);
	return err;
}

int gettimeofday(struct timeval *out, void *zone)
{
	struct timespec ts;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &ts);
	*out = (struct timeval){ts.tv_sec, ts.tv_nsec / 1000};
	return 0;
}

time_t time(time_t *out)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (out)
		*out = ts.tv_sec;
	return ts.tv_sec;
}
