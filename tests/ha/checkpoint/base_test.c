// SPDX-License-Identifier: BSD-2-Clause
/* The base: what it takes, and what is left after a rollback. */
#include "standby.h"

static void what_is_not_committed_is_not_there(void **unused)
{
	(void)unused;
	assert_int_equal(standby_everything(1), 0);
	assert_int_equal(standby_give_flow(1, 5, 1), 0);
	assert_int_equal(standby_committed(), 0);
	assert_int_equal(standby_commit(1, 1, 0), 1);
	assert_int_equal(standby_committed(), 1);
	standby_expect(5, 1);
}

static void a_change_shows_with_its_commit(void **unused)
{
	(void)unused;
	standby_begin();
	assert_int_equal(standby_give_flow(2, 2, 9), 0);
	assert_int_equal(standby_give_flow(2, 2, 10), 0);
	assert_int_equal(standby_give_closed(2, 3), 0);
	standby_expect(2, 1);
	standby_expect(3, 1);
	assert_int_equal(standby_commit(2, 2, 1), 1);
	standby_expect(1, 1);
	standby_expect(2, 10);
	assert_int_equal(standby_committed(), 2);
}

static void rollback_leaves_the_last_commit(void **unused)
{
	struct fc_cut_flow other = bay_flow(2, 9);

	(void)unused;
	standby_begin();
	other.flow.vector[3]++;
	assert_int_equal(standby_give_flow_of(standby_cut(2), 1, &other), 0);
	assert_int_equal(standby_give_flow(2, 1, 9), 0);
	assert_int_equal(standby_give_flow(2, 4, 9), 0);
	assert_int_equal(standby_give_closed(2, 3), 0);
	assert_int_equal(standby_give_closed(2, 2), 0);
	fc_base_rollback(standby);
	assert_int_equal(standby_committed(), 3);
	for (uint64_t i = 1; i <= 3; i++)
		standby_expect(i, 1);
	assert_int_equal(standby_give_flow(3, 1, 9), -EPROTO);
	assert_int_equal(standby_everything(3), 0);
	assert_int_equal(standby_give_flow(3, 1, 11), 0);
	assert_int_equal(standby_give_flow(3, 3, 11), 0); /* it has not ended after all */
	assert_int_equal(standby_commit(3, 2, 0), 1);
	assert_int_equal(standby_committed(), 2);
	standby_expect(1, 11);
	standby_expect(3, 11);
}

static void a_key_that_changes_is_another_entry(void **unused)
{
	struct fc_cut_flow other = bay_flow(2, 9), got;

	(void)unused;
	standby_begin();
	other.flow.vector[3]++;
	assert_int_equal(standby_give_flow_of(standby_cut(2), 1, &other), 0);
	other.flow.vector[4]++;
	assert_int_equal(standby_give_flow_of(standby_cut(2), 1, &other), 0);
	standby_expect(2, 1);
	assert_int_equal(standby_commit(2, 2, 0), 1);
	assert_true(standby_there(2, &got));
	assert_memory_equal(&got, &other, sizeof(got));
	assert_int_equal(standby_committed(), 3);
}

static void everything_drops_what_does_not_come(void **unused)
{
	(void)unused;
	standby_begin();
	assert_int_equal(standby_everything(2), 0);
	assert_int_equal(standby_give_flow(2, 3, 2), 0);
	assert_int_equal(standby_committed(), 3);
	assert_int_equal(standby_commit(2, 1, 0), 1);
	assert_int_equal(standby_committed(), 1);
	standby_expect(3, 2);
}

/* Member 1 was in the cut and gave one of its two flows of the slice; member 2 was not. */
static void a_resent_slice_drops_what_does_not_come(void **unused)
{
	struct fc_cut_commit c = standby_commit_of(2, 1, 0);
	struct fc_cut_flow far = bay_flow(3 + FC_CUT_SLICES, 1),
			   late = bay_flow(3 + 2 * FC_CUT_SLICES, 1);

	(void)unused;
	assert_int_equal(standby_everything(1), 0);
	assert_int_equal(standby_give_flow(1, 2, 1), 0);
	assert_int_equal(standby_give_flow(1, 3, 1), 0);
	assert_int_equal(standby_give_flow_of(standby_cut(1), 1, &far), 0);
	assert_int_equal(standby_give_flow_of(standby_cut(1), 2, &late), 0);
	assert_int_equal(standby_commit(1, 4, 0), 1);
	assert_int_equal(standby_give(fc_cut_resend_write(standby_cut(2), UINT64_C(1) << 3)), 0);
	assert_int_equal(standby_give_flow(2, 3, 1), 0);
	c.parts = 1;
	c.part[0].member = 1;
	assert_int_equal(standby_give(fc_cut_commit_write(&c)), 1);
	assert_int_equal(standby_committed(), 3);
	standby_expect(3, 1);
	standby_expect(3 + 2 * FC_CUT_SLICES, 1);
}

static void a_member_that_goes_takes_all_along(void **unused)
{
	struct fc_cut_commit c = standby_commit_of(2, 2, 0);
	struct fc_cut_flow other = bay_flow(10, 1);

	(void)unused;
	standby_begin();
	assert_int_equal(standby_give_flow(2, 1, 2), 0); /* half a part */
	assert_int_equal(standby_give_flow_of(standby_cut(2), 2, &other), 0);
	c.gones = 1;
	c.gone[0] = 1;
	assert_int_equal(standby_give(fc_cut_commit_write(&c)), 1);
	assert_int_equal(standby_committed(), 1);
	standby_expect(10, 1);
}

static void a_cut_that_lacks_a_part_is_refused(void **unused)
{
	struct fc_cut_commit c = standby_commit_of(2, 1, 0);

	(void)unused;
	standby_begin();
	assert_int_equal(standby_give_flow(2, 1, 2), 0);
	assert_int_equal(standby_commit(2, 2, 0), -EPROTO);
	assert_int_equal(standby_commit(2, 1, 1), -EPROTO);
	assert_int_equal(standby_commit(2, 0, 0), -EPROTO);
	c.counts.sealed = 1;
	assert_int_equal(standby_give(fc_cut_commit_write(&c)), -EPROTO);
	standby_expect(1, 1);
	assert_int_equal(standby_give(fc_message_create(FC_MESSAGE_DATAGRAM, 0)), 0);
	assert_int_equal(standby_give(fc_cut_commit_write(&c)), 1);
	standby_expect(1, 2);
}

static void terms_and_numbers_are_kept(void **unused)
{
	struct fc_cut_flow flow = bay_flow(1, 1);

	(void)unused;
	assert_int_equal(standby_give_flow(1, 1, 1), -EPROTO); /* not with everything */
	standby_begin();
	assert_int_equal(standby_give_flow(1, 1, 2), -EPROTO); /* committed */
	assert_int_equal(standby_everything(1), -EPROTO);
	assert_int_equal(standby_give_flow(2, 1, 2), 0);
	assert_int_equal(standby_give_flow(3, 1, 3), -EPROTO); /* 2 is open */
	assert_int_equal(standby_commit(3, 1, 0), -EPROTO);
	assert_int_equal(standby_give_flow_of((struct fc_cut_id){TERM + 1, 3}, 1, &flow), -EPROTO);
	assert_int_equal(standby_give_flow_of((struct fc_cut_id){TERM - 1, 2}, 1, &flow), -EPROTO);
	standby_expect(1, 1);
	assert_int_equal(
		standby_give(fc_cut_resend_write((struct fc_cut_id){TERM + 1, 1}, UINT64_MAX)), 0);
	assert_int_equal(standby_give_flow(3, 1, 3), -EPROTO); /* an older term */
	assert_int_equal(standby_everything(3), -EPROTO);
	assert_int_equal(standby_give_flow_of((struct fc_cut_id){TERM + 1, 1}, 1, &flow), 0);
	assert_int_equal(standby_committed(), 3);
}

static void everything_begins_anew_in_a_later_cut(void **unused)
{
	(void)unused;
	standby_begin();
	assert_int_equal(standby_give_flow(2, 1, 2), 0);
	assert_int_equal(standby_everything(3), 0);
	assert_int_equal(standby_everything(2), -EPROTO);
	assert_int_equal(standby_give_flow(3, 2, 3), 0);
	assert_int_equal(standby_commit(3, 1, 0), 1);
	assert_int_equal(standby_committed(), 1);
	standby_expect(2, 3);
}

static void an_ended_flow_has_no_values(void **unused)
{
	(void)unused;
	standby_begin();
	assert_int_equal(standby_give_closed(2, 1), 0);
	assert_int_equal(standby_give_closed(2, 1), 0);
	assert_int_equal(standby_give_closed(2, 99), 0); /* it never came here */
	assert_int_equal(standby_give_flow(2, 1, 2), -EPROTO);
	assert_int_equal(standby_give_flow(2, 4, 2), 0);
	assert_int_equal(standby_give_closed(2, 4), 0);
	assert_int_equal(standby_commit(2, 1, 4), 1);
	assert_int_equal(standby_committed(), 2);
}

static void a_full_base_refuses_and_keeps_on(void **unused)
{
	(void)unused;
	assert_int_equal(standby_everything(1), 0);
	for (uint64_t i = 1; i <= 1000; i++)
		assert_int_equal(standby_give_flow(1, i, 1), 0);
	assert_int_equal(standby_give_flow(1, 1001, 1), -ENOMEM);
	assert_int_equal(standby_give_flow(1, 1000, 2), 0);
	assert_int_equal(standby_commit(1, 1001, 0), 1);
	assert_int_equal(standby_committed(), 1000);
	standby_expect(1000, 2);
}

static void taken_flows_are_not_seen_again(void **unused)
{
	struct fc_base_look look;
	struct fc_cut_flow got;

	(void)unused;
	standby_begin();
	assert_int_equal(standby_give_flow(2, 2, 2), 0);
	fc_base_rollback(standby);
	fc_base_take(standby, 2);
	fc_base_take(standby, 77);
	assert_false(standby_there(2, &got));
	assert_int_equal(standby_committed(), 2);
	fc_base_look(standby, &look);
	assert_int_equal(look.flows, 2);
	fc_base_clear(standby);
	assert_int_equal(standby_committed(), 0);
	standby_begin();
}

/* A flow that only the cut has is nobody's. */
static void taking_voids_the_open_cut_only_for_a_flow_that_is_there(void **unused)
{
	(void)unused;
	standby_begin();
	assert_int_equal(standby_give_flow(2, 2, 2), 0);
	assert_false(fc_base_take(standby, 77));
	assert_int_equal(standby_commit(2, 1, 0), 1);
	standby_expect(2, 2);
	assert_int_equal(standby_give_flow(3, 4, 1), 0);
	assert_false(fc_base_take(standby, 4));
	assert_int_equal(standby_committed(), 3);
	assert_int_equal(standby_commit(3, 1, 0), -EPROTO);
	assert_int_equal(standby_everything(4), 0);
	assert_int_equal(standby_give_flow(4, 1, 4), 0);
	assert_true(fc_base_take(standby, 1));
	assert_int_equal(standby_committed(), 2);
	assert_int_equal(standby_commit(4, 1, 0), -EPROTO);
}

static void times_are_those_of_the_vector(void **unused)
{
	struct fc_cut_commit c = standby_commit_of(1, 0, 0);
	struct fc_cut_place place[4];
	struct fc_base_look look;

	(void)unused;
	assert_int_equal(fc_base_cut_ns(standby, 4), 0);
	assert_int_equal(standby_everything(1), 0);
	c.parts = 3;
	c.synced = true;
	c.part[0] = (struct fc_cut_part){.member = 1, .slot = 4, .cut_ns = 100};
	c.part[1] = (struct fc_cut_part){.member = 2, .slot = 4, .ring = 1, .cut_ns = 90};
	c.part[2] = (struct fc_cut_part){.member = 3, .slot = 5, .cut_ns = 120};
	assert_int_equal(standby_give(fc_cut_commit_write(&c)), 1);
	assert_int_equal(fc_base_cut_ns(standby, 4), 100);
	assert_int_equal(fc_base_vector(standby, place, 2), 2);
	assert_int_equal(fc_base_vector(standby, place, 4), 3);
	assert_int_equal(place[1].ring, 1);
	assert_int_equal(place[2].cut_ns, 120);
	fc_base_look(standby, &look);
	assert_int_equal(look.cut_ns, 120);
	assert_int_equal(look.committed, 1);
	assert_int_equal(look.term, TERM);
	assert_true(look.synced);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, standby_setup, standby_teardown)
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_committed_is_not_there),
		TEST(a_change_shows_with_its_commit),
		TEST(rollback_leaves_the_last_commit),
		TEST(a_key_that_changes_is_another_entry),
		TEST(everything_drops_what_does_not_come),
		TEST(a_resent_slice_drops_what_does_not_come),
		TEST(a_member_that_goes_takes_all_along),
		TEST(a_cut_that_lacks_a_part_is_refused),
		TEST(terms_and_numbers_are_kept),
		TEST(everything_begins_anew_in_a_later_cut),
		TEST(an_ended_flow_has_no_values),
		TEST(a_full_base_refuses_and_keeps_on),
		TEST(taken_flows_are_not_seen_again),
		TEST(taking_voids_the_open_cut_only_for_a_flow_that_is_there),
		TEST(times_are_those_of_the_vector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
