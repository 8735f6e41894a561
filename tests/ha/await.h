/* SPDX-License-Identifier: BSD-2-Clause */
/* Wait for what another thread does, for LIMIT_MS at most, which the test defines. */
#ifndef FC_TEST_AWAIT_H
#define FC_TEST_AWAIT_H

#include <ha/clock.h>

static inline void breathe(void)
{
	nanosleep(&(struct timespec){0, 2000000}, NULL);
}

#define await(condition)                                                                           \
	for (uint64_t until_ = fc_clock_ms() + LIMIT_MS; !(condition); breathe())                  \
		if (fc_clock_ms() > until_)                                                        \
			fail_msg("not within %d ms: %s", LIMIT_MS, #condition);

#endif
