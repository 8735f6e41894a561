/* SPDX-License-Identifier: BSD-2-Clause */
/* How a test on the bench begins and ends. */
#ifndef FC_TESTS_PAIR_ENGINE_BENCH_CHECK_H
#define FC_TESTS_PAIR_ENGINE_BENCH_CHECK_H

#include "bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static inline struct bench *hot_pair(void)
{
	struct bench *b = bench_open();

	bench_boot(b, 0);
	bench_boot(b, 1);
	assert_true(bench_settle(b));
	assert_int_equal(bench_active(b), 0);
	bench_run(b, 400);
	return b;
}

/* What must be true of any run with a witness. */
static inline void close_well(struct bench *b)
{
	assert_int_equal(b->conflicts, 0);
	assert_int_equal(bench_gaps(b), 0);
	assert_true(b->records > 0);
	bench_close(b);
}

#endif
