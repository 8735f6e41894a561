/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/fcsim_region.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static uint8_t memory[8192];

static void found_only_inside(void **state)
{
	struct fcsim_regions r = {0};
	uint64_t first = 0x100000000, beyond = first + 4096;

	(void)state;
	assert_int_equal(fcsim_region_add(&r, first, memory, 4096), 0);
	assert_ptr_equal(fcsim_region_find(&r, first, 64), memory);
	assert_ptr_equal(fcsim_region_find(&r, beyond - 64, 64), memory + 4096 - 64);
	assert_null(fcsim_region_find(&r, beyond - 63, 64));
	assert_null(fcsim_region_find(&r, beyond, 64));
	assert_null(fcsim_region_find(&r, first - 64, 64));
}

static void neighbours_do_not_join(void **state)
{
	struct fcsim_regions r = {0};

	(void)state;
	assert_int_equal(fcsim_region_add(&r, 4096, memory + 4096, 4096), 0);
	assert_int_equal(fcsim_region_add(&r, 0, memory, 4096), 0);
	assert_ptr_equal(fcsim_region_find(&r, 4096, 64), memory + 4096);
	assert_ptr_equal(fcsim_region_find(&r, 0, 64), memory);
	assert_null(fcsim_region_find(&r, 4090, 64));
}

static void overlap_is_refused_on_both_sides(void **state)
{
	struct fcsim_regions r = {0};

	(void)state;
	assert_int_equal(fcsim_region_add(&r, 4096, memory, 4096), 0);
	assert_int_equal(fcsim_region_add(&r, 4096, memory, 64), -EEXIST);
	assert_int_equal(fcsim_region_add(&r, 8191, memory, 64), -EEXIST);
	assert_int_equal(fcsim_region_add(&r, 4095, memory, 2), -EEXIST);
	assert_int_equal(fcsim_region_add(&r, 0, memory, 8192), -EEXIST);
	assert_int_equal(r.count, 1);
}

static void nonsense_is_refused(void **state)
{
	struct fcsim_regions r = {0};

	(void)state;
	assert_int_equal(fcsim_region_add(&r, 0, NULL, 64), -EINVAL);
	assert_int_equal(fcsim_region_add(&r, 0, memory, 0), -EINVAL);
	assert_int_equal(fcsim_region_add(&r, UINT64_MAX - 62, memory, 64), -EINVAL);
	assert_int_equal(fcsim_region_add(&r, UINT64_MAX - 63, memory, 64), 0);
	assert_ptr_equal(fcsim_region_find(&r, UINT64_MAX - 63, 64), memory);
}

static void full_table_says_so_and_takes_again_after_a_removal(void **state)
{
	struct fcsim_regions r = {0};
	const uint64_t third = 192;

	(void)state;
	for (unsigned i = 0; i < FCSIM_REGIONS_MAX; i++) { /* not in order: the table must sort */
		size_t at = (size_t)(i * 7 % FCSIM_REGIONS_MAX) * 64;

		assert_int_equal(fcsim_region_add(&r, at, memory + at, 64), 0);
	}
	for (size_t i = 0; i < FCSIM_REGIONS_MAX; i++)
		assert_ptr_equal(fcsim_region_find(&r, i * 64, 64), memory + i * 64);
	assert_int_equal(fcsim_region_add(&r, 1 << 20, memory, 64), -ENOSPC);
	fcsim_region_remove(&r, third);
	fcsim_region_remove(&r, third + 1); /* no such start: nothing happens */
	assert_null(fcsim_region_find(&r, third, 64));
	assert_int_equal(fcsim_region_add(&r, 1 << 20, memory, 64), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_only_inside),
		cmocka_unit_test(neighbours_do_not_join),
		cmocka_unit_test(overlap_is_refused_on_both_sides),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(full_table_says_so_and_takes_again_after_a_removal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
