// SPDX-License-Identifier: BSD-2-Clause
/* Cards of an active unit that are lost one after the other, and the standby that takes over. */
#include "member_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void write_both(uint64_t at_ns)
{
	struct fake_delta delta = rig_delta(1, 0, at_ns, 1);

	rig_write(&a, &delta);
	rig_write(&b, &delta);
}

static void lose_card(void)
{
	fc_worker_close_begin(a.worker, FC_WORKER_ABANDON);
	for (unsigned i = 0; i < 4; i++) {
		rig_run(&a);
		rig_deliver(&a, &b, 1000, true);
		rig_run(&b);
	}
	assert_true(fc_worker_over(a.worker));
}

static void next_card(void)
{
	struct fc_worker_config config = a.worker->config;
	struct fc_shadow_monitor monitor = {.id = 70};

	fc_worker_free(a.worker);
	config.generation++;
	assert_int_equal(fc_worker_create(&config, &a.worker), 0);
	fake_mask(0, monitor.mask);
	assert_int_equal(fc_worker_monitor_add(a.worker, 0, &monitor, 10, 1024), 0);
}

/* The first card's last cut ended within an epoch of the standby's card. The second one has cut
 * nothing, so that is where the standby's ring goes on from. */
static void a_card_that_is_lost_before_its_first_cut_uncovers_nothing(void **state)
{
	struct rig_counts sum = {0};

	(void)state;
	rig_begin(8, true);
	write_both(10 * SECOND + SECOND / 4);
	rig_barrier(&a, 10 * SECOND, 10 * SECOND + SECOND / 2);
	rig_run(&a);
	rig_deliver(&a, &b, 1000, true);
	rig_run(&b);
	lose_card();
	next_card();
	write_both(10 * SECOND + 3 * SECOND / 4);
	lose_card();
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 2);
	rig_barrier(&b, 10 * SECOND, 11 * SECOND);
	rig_run(&b);
	rig_finish(&b, FC_WORKER_ABANDON);
	rig_reported(&a, UINT64_MAX, &sum);
	assert_int_equal(sum.packets[0][1], 1);
	rig_reported(&b, UINT64_MAX, &sum);
	assert_int_equal(sum.packets[0][1], 2);
	rig_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_that_is_lost_before_its_first_cut_uncovers_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
