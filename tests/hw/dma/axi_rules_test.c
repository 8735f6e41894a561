/* SPDX-License-Identifier: BSD-2-Clause */
/* A checker that cannot fail proves nothing: each rule is broken once on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "axi_rules.h"
#include <cmocka.h>

static struct axi_pins burst(unsigned beat)
{
	struct axi_pins p = {.awvalid = beat == 0,
			     .awready = true,
			     .wvalid = true,
			     .wready = true,
			     .wlast = beat == 1,
			     .bready = true,
			     .awaddr = 0x1000,
			     .wstrb = UINT64_MAX,
			     .awlen = 1,
			     .awsize = 6,
			     .awburst = 1};
	return p;
}

static const char *judge(const struct axi_pins *clocks, unsigned count)
{
	struct axi_rules r;

	axi_rules_init(&r, 1);
	for (unsigned i = 0; i < count; i++)
		axi_rules_clock(&r, &clocks[i]);
	return r.broken;
}

static void good_bursts_pass(void **state)
{
	struct axi_pins p[] = {burst(0), burst(1), burst(0), burst(1)};
	(void)state;

	p[1].bvalid = true;
	assert_null(judge(p, 4));
}

static void stalled_bursts_pass(void **state)
{
	struct axi_pins p[] = {burst(0), burst(0), burst(1), burst(1)};
	(void)state;

	p[0].awready = p[0].wready = false;
	p[2].wready = false;
	assert_null(judge(p, 4));
}

#define BROKEN(test, rule, change)                                                                 \
	static void test(void **state)                                                             \
	{                                                                                          \
		struct axi_pins p[] = {burst(0), burst(1), burst(0), burst(1)};                    \
		(void)state;                                                                       \
		p[1].bvalid = true;                                                                \
		change;                                                                            \
		const char *said = judge(p, 4);                                                    \
		assert_non_null(said);                                                             \
		assert_string_equal(said, rule);                                                   \
	}

BROKEN(notices_a_moving_address, "AW changed before it was taken",
       (p[0].awready = p[0].wready = false, p[1] = burst(0), p[1].awaddr = 0x2000))
BROKEN(notices_moving_data, "W changed before it was taken",
       (p[0].wready = false, p[1] = burst(0), p[1].awvalid = false, p[1].wdata[3] = 1))
BROKEN(notices_a_gap, "a gap between the beats of a burst", p[1].wvalid = false)
BROKEN(notices_a_page_crossed, "a burst that is not aligned to its size", p[0].awaddr = 0x1fc0)
BROKEN(notices_a_long_burst, "a burst across 4 KiB", (p[0].awlen = 127, p[0].awaddr = 0x2000))
BROKEN(notices_a_narrow_size, "AWSIZE is not the width of the bus", p[0].awsize = 5)
BROKEN(notices_a_fixed_burst, "AWBURST is not INCR", p[0].awburst = 0)
BROKEN(notices_a_second_id, "more than one AWID", p[0].awid = 3)
BROKEN(notices_partial_strobes, "a beat without full strobes", p[1].wstrb = 0xff)
BROKEN(notices_an_early_last, "WLAST not on the last beat", p[0].wlast = true)
BROKEN(notices_a_missing_last, "WLAST not on the last beat", p[1].wlast = false)
BROKEN(notices_data_before_its_address, "W without an address", p[0].awvalid = false)
BROKEN(notices_an_address_before_its_data, "an address without its data", p[0].wvalid = false)
BROKEN(notices_too_many_under_way, "more bursts under way than allowed", p[1].bvalid = false)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_bursts_pass),
		cmocka_unit_test(stalled_bursts_pass),
		cmocka_unit_test(notices_a_moving_address),
		cmocka_unit_test(notices_moving_data),
		cmocka_unit_test(notices_a_gap),
		cmocka_unit_test(notices_a_page_crossed),
		cmocka_unit_test(notices_a_long_burst),
		cmocka_unit_test(notices_a_narrow_size),
		cmocka_unit_test(notices_a_fixed_burst),
		cmocka_unit_test(notices_a_second_id),
		cmocka_unit_test(notices_partial_strobes),
		cmocka_unit_test(notices_an_early_last),
		cmocka_unit_test(notices_a_missing_last),
		cmocka_unit_test(notices_data_before_its_address),
		cmocka_unit_test(notices_an_address_before_its_data),
		cmocka_unit_test(notices_too_many_under_way),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
