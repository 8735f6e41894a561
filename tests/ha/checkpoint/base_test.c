// SPDX-License-Identifier: BSD-2-Clause
/* The base: what it takes, what it refuses, what is left after a rollback. */
#include "bay.h"

#include <errno.h>
#include <ha/checkpoint/base_impl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

#define TERM 7

static struct fc_base *base;
static char why[FC_CUT_TEXT];
static uint64_t differ; /* of the last acknowledgement */

static int setup(void **unused)
{
	(void)unused;
	return fc_base_create(1000, &base);
}

static int teardown(void **unused)
{
	(void)unused;
	fc_base_destroy(base);
	return 0;
}

/* ------------------------------------------------------------------ messages */
static int give(struct fc_message *m)
{
	struct fc_message *ack;
	struct fc_cut_id id;
	int got;

	assert_non_null(m);
	assert_false(m->overflow);
	got = fc_base_message(base, m, &ack, why);
	if (got == 1) {
		assert_int_equal(fc_cut_ack_read(ack, &id, &differ, why), 0);
		fc_message_free(ack);
	} else {
		assert_null(ack);
	}
	if (got < 0)
		assert_true(*why);
	fc_message_free(m);
	return got;
}

static struct fc_cut_id cut(uint64_t number)
{
	return (struct fc_cut_id){.term = TERM, .number = number};
}

static int give_flow_of(struct fc_cut_id id, uint32_t member, const struct fc_cut_flow *flow)
{
	uint8_t packed[FC_CUT_FLOW_OCTETS];

	fc_cut_flow_put(packed, flow);
	return give(fc_cut_flows_write(id, member, packed, 1));
}

static int give_flow(uint64_t number, uint64_t instance, uint64_t seed)
{
	struct fc_cut_flow flow = bay_flow(instance, seed);

	return give_flow_of(cut(number), 1, &flow);
}

static int give_closed(uint64_t number, uint64_t instance)
{
	uint8_t packed[8];

	fc_cut_instance_put(packed, instance);
	return give(fc_cut_closed_write(cut(number), packed, 1));
}

static struct fc_cut_commit commit_of(uint64_t number, uint64_t flows, uint64_t closed)
{
	return (struct fc_cut_commit){.id = cut(number),
				      .counts = {.flows = flows, .closed = closed}};
}

static int commit(uint64_t number, uint64_t flows, uint64_t closed)
{
	struct fc_cut_commit c = commit_of(number, flows, closed);

	return give(fc_cut_commit_write(&c));
}

static int everything(uint64_t number)
{
	return give(fc_cut_resend_write(cut(number), UINT64_MAX));
}

/* Cut 1: flows 1 to 3 with values of seed 1. */
static void begin(void)
{
	assert_int_equal(everything(1), 0);
	for (uint64_t i = 1; i <= 3; i++)
		assert_int_equal(give_flow(1, i, 1), 0);
	assert_int_equal(commit(1, 3, 0), 1);
}

/* ------------------------------------------------------------------ looks */
static bool there(uint64_t instance, struct fc_cut_flow *out)
{
	size_t at = 0;

	while (fc_base_next(base, &at, out, 1))
		if (out->instance == instance)
			return true;
	return false;
}

static size_t committed(void)
{
	struct fc_cut_flow out[7];
	size_t at = 0, all = 0, got;

	while ((got = fc_base_next(base, &at, out, 7)))
		all += got;
	return all;
}

static void expect(uint64_t instance, uint64_t seed)
{
	struct fc_cut_flow got, want = bay_flow(instance, seed);

	assert_true(there(instance, &got));
	assert_memory_equal(&got, &want, sizeof(got));
}

/* ------------------------------------------------------------------ tests */
static void what_is_not_committed_is_not_there(void **unused)
{
	(void)unused;
	assert_int_equal(everything(1), 0);
	assert_int_equal(give_flow(1, 5, 1), 0);
	assert_int_equal(committed(), 0);
	assert_int_equal(commit(1, 1, 0), 1);
	assert_int_equal(committed(), 1);
	expect(5, 1);
}

static void a_change_shows_with_its_commit(void **unused)
{
	(void)unused;
	begin();
	assert_int_equal(give_flow(2, 2, 9), 0);
	assert_int_equal(give_flow(2, 2, 10), 0);
	assert_int_equal(give_closed(2, 3), 0);
	expect(2, 1);
	expect(3, 1);
	assert_int_equal(commit(2, 2, 1), 1);
	expect(1, 1);
	expect(2, 10);
	assert_int_equal(committed(), 2);
}

static void rollback_leaves_the_last_commit(void **unused)
{
	struct fc_cut_flow other = bay_flow(2, 9);

	(void)unused;
	begin();
	other.flow.vector[3]++;
	assert_int_equal(give_flow_of(cut(2), 1, &other), 0);
	assert_int_equal(give_flow(2, 1, 9), 0);
	assert_int_equal(give_flow(2, 4, 9), 0);
	assert_int_equal(give_closed(2, 3), 0);
	assert_int_equal(give_closed(2, 2), 0);
	fc_base_rollback(base);
	assert_int_equal(committed(), 3);
	for (uint64_t i = 1; i <= 3; i++)
		expect(i, 1);
	assert_int_equal(give_flow(3, 1, 9), -EPROTO);
	assert_int_equal(everything(3), 0);
	assert_int_equal(give_flow(3, 1, 11), 0);
	assert_int_equal(give_flow(3, 3, 11), 0); /* it has not ended after all */
	assert_int_equal(commit(3, 2, 0), 1);
	assert_int_equal(committed(), 2);
	expect(1, 11);
	expect(3, 11);
}

static void a_key_that_changes_is_another_entry(void **unused)
{
	struct fc_cut_flow other = bay_flow(2, 9), got;

	(void)unused;
	begin();
	other.flow.vector[3]++;
	assert_int_equal(give_flow_of(cut(2), 1, &other), 0);
	other.flow.vector[4]++;
	assert_int_equal(give_flow_of(cut(2), 1, &other), 0);
	expect(2, 1);
	assert_int_equal(commit(2, 2, 0), 1);
	assert_true(there(2, &got));
	assert_memory_equal(&got, &other, sizeof(got));
	assert_int_equal(committed(), 3);
}

static void everything_drops_what_does_not_come(void **unused)
{
	(void)unused;
	begin();
	assert_int_equal(everything(2), 0);
	assert_int_equal(give_flow(2, 3, 2), 0);
	assert_int_equal(committed(), 3);
	assert_int_equal(commit(2, 1, 0), 1);
	assert_int_equal(committed(), 1);
	expect(3, 2);
}

/* Member 1 was in the cut and gave one of its two flows of the slice; member 2 was not. */
static void a_resent_slice_drops_what_does_not_come(void **unused)
{
	struct fc_cut_commit c = commit_of(2, 1, 0);
	struct fc_cut_flow far = bay_flow(3 + FC_CUT_SLICES, 1),
			   late = bay_flow(3 + 2 * FC_CUT_SLICES, 1);

	(void)unused;
	assert_int_equal(everything(1), 0);
	assert_int_equal(give_flow(1, 2, 1), 0);
	assert_int_equal(give_flow(1, 3, 1), 0);
	assert_int_equal(give_flow_of(cut(1), 1, &far), 0);
	assert_int_equal(give_flow_of(cut(1), 2, &late), 0);
	assert_int_equal(commit(1, 4, 0), 1);
	assert_int_equal(give(fc_cut_resend_write(cut(2), UINT64_C(1) << 3)), 0);
	assert_int_equal(give_flow(2, 3, 1), 0);
	c.parts = 1;
	c.part[0].member = 1;
	assert_int_equal(give(fc_cut_commit_write(&c)), 1);
	assert_int_equal(committed(), 3);
	expect(3, 1);
	expect(3 + 2 * FC_CUT_SLICES, 1);
}

static void a_member_that_goes_takes_all_along(void **unused)
{
	struct fc_cut_commit c = commit_of(2, 2, 0);
	struct fc_cut_flow other = bay_flow(10, 1);

	(void)unused;
	begin();
	assert_int_equal(give_flow(2, 1, 2), 0); /* half a part */
	assert_int_equal(give_flow_of(cut(2), 2, &other), 0);
	c.gones = 1;
	c.gone[0] = 1;
	assert_int_equal(give(fc_cut_commit_write(&c)), 1);
	assert_int_equal(committed(), 1);
	expect(10, 1);
}

static void a_cut_that_lacks_a_part_is_refused(void **unused)
{
	struct fc_cut_commit c = commit_of(2, 1, 0);

	(void)unused;
	begin();
	assert_int_equal(give_flow(2, 1, 2), 0);
	assert_int_equal(commit(2, 2, 0), -EPROTO);
	assert_int_equal(commit(2, 1, 1), -EPROTO);
	assert_int_equal(commit(2, 0, 0), -EPROTO);
	c.counts.sealed = 1;
	assert_int_equal(give(fc_cut_commit_write(&c)), -EPROTO);
	expect(1, 1);
	assert_int_equal(give(fc_message_create(FC_MESSAGE_DATAGRAM, 0)), 0);
	assert_int_equal(give(fc_cut_commit_write(&c)), 1);
	expect(1, 2);
}

static void terms_and_numbers_are_kept(void **unused)
{
	struct fc_cut_flow flow = bay_flow(1, 1);

	(void)unused;
	assert_int_equal(give_flow(1, 1, 1), -EPROTO); /* not with everything */
	begin();
	assert_int_equal(give_flow(1, 1, 2), -EPROTO); /* committed */
	assert_int_equal(everything(1), -EPROTO);
	assert_int_equal(give_flow(2, 1, 2), 0);
	assert_int_equal(give_flow(3, 1, 3), -EPROTO); /* 2 is open */
	assert_int_equal(commit(3, 1, 0), -EPROTO);
	assert_int_equal(give_flow_of((struct fc_cut_id){TERM + 1, 3}, 1, &flow), -EPROTO);
	assert_int_equal(give_flow_of((struct fc_cut_id){TERM - 1, 2}, 1, &flow), -EPROTO);
	expect(1, 1);
	assert_int_equal(give(fc_cut_resend_write((struct fc_cut_id){TERM + 1, 1}, UINT64_MAX)), 0);
	assert_int_equal(give_flow(3, 1, 3), -EPROTO); /* an older term */
	assert_int_equal(everything(3), -EPROTO);
	assert_int_equal(give_flow_of((struct fc_cut_id){TERM + 1, 1}, 1, &flow), 0);
	assert_int_equal(committed(), 3);
}

static void everything_begins_anew_in_a_later_cut(void **unused)
{
	(void)unused;
	begin();
	assert_int_equal(give_flow(2, 1, 2), 0);
	assert_int_equal(everything(3), 0);
	assert_int_equal(everything(2), -EPROTO);
	assert_int_equal(give_flow(3, 2, 3), 0);
	assert_int_equal(commit(3, 1, 0), 1);
	assert_int_equal(committed(), 1);
	expect(2, 3);
}

static void an_ended_flow_has_no_values(void **unused)
{
	(void)unused;
	begin();
	assert_int_equal(give_closed(2, 1), 0);
	assert_int_equal(give_closed(2, 1), 0);
	assert_int_equal(give_closed(2, 99), 0); /* it never came here */
	assert_int_equal(give_flow(2, 1, 2), -EPROTO);
	assert_int_equal(give_flow(2, 4, 2), 0);
	assert_int_equal(give_closed(2, 4), 0);
	assert_int_equal(commit(2, 1, 4), 1);
	assert_int_equal(committed(), 2);
}

static void a_full_base_refuses_and_keeps_on(void **unused)
{
	(void)unused;
	assert_int_equal(everything(1), 0);
	for (uint64_t i = 1; i <= 1000; i++)
		assert_int_equal(give_flow(1, i, 1), 0);
	assert_int_equal(give_flow(1, 1001, 1), -ENOMEM);
	assert_int_equal(give_flow(1, 1000, 2), 0);
	assert_int_equal(commit(1, 1001, 0), 1);
	assert_int_equal(committed(), 1000);
	expect(1000, 2);
}

static void taken_flows_are_not_seen_again(void **unused)
{
	struct fc_base_look look;
	struct fc_cut_flow got;

	(void)unused;
	begin();
	assert_int_equal(give_flow(2, 2, 2), 0);
	fc_base_rollback(base);
	fc_base_take(base, 2);
	fc_base_take(base, 77);
	assert_false(there(2, &got));
	assert_int_equal(committed(), 2);
	fc_base_look(base, &look);
	assert_int_equal(look.flows, 2);
	fc_base_clear(base);
	assert_int_equal(committed(), 0);
	begin();
}

/* ------------------------------------------------------------------ messages that lie */
/* Octet `at` of the second field's value becomes `value`. */
static int give_bent(size_t at, uint8_t value)
{
	struct fc_cut_flow flow = bay_flow(4, 1);
	uint8_t packed[FC_CUT_FLOW_OCTETS];
	struct fc_message_field field;
	struct fc_message *m;

	fc_cut_flow_put(packed, &flow);
	m = fc_cut_flows_write(cut(2), 1, packed, 1);
	assert_int_equal(fc_message_find(m, FC_CUT_TAG_FLOWS, &field), 0);
	m->body[(size_t)(field.value - m->body) + at] = value;
	return give(m);
}

static void a_message_that_lies_is_not_taken(void **unused)
{
	uint8_t packed[2 * FC_CUT_FLOW_OCTETS] = {0};
	struct fc_cut_flow flow = bay_flow(4, 1);
	struct fc_message *m;

	(void)unused;
	begin();
	assert_int_equal(give_bent(1, 2), -EPROTO);    /* version */
	assert_int_equal(give_bent(3, 138), -EPROTO);  /* octets of a flow */
	assert_int_equal(give_bent(11, 0), -EPROTO);   /* count */
	assert_int_equal(give_bent(8, 0x80), -EPROTO); /* count, wrapping */
	fc_cut_flow_put(packed, &flow);
	assert_int_equal(give(fc_cut_flows_write(cut(2), 1, packed, 2)), -EPROTO); /* instance 0 */
	assert_int_equal(give_closed(2, 0), -EPROTO);
	m = fc_message_create(FC_MESSAGE_FLOWS, 100);
	assert_int_equal(give(m), -EPROTO); /* no fields */
	m = fc_message_create(FC_MESSAGE_RESEND, 200);
	fc_message_put(m, FC_CUT_TAG_CUT, "\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\x02", 16);
	fc_message_put_u64(m, FC_CUT_TAG_RESEND, 1);
	fc_message_put_u64(m, FC_CUT_TAG_RESEND, 2);
	assert_int_equal(give(m), -EPROTO); /* one of the two */
	assert_int_equal(give(fc_message_create(FC_MESSAGE_ACK, 0)), -EPROTO);
	assert_int_equal(committed(), 3);
	assert_int_equal(commit(2, 0, 0), 1); /* nothing of it was taken */
	assert_int_equal(committed(), 3);
}

static void a_vector_that_lies_is_not_taken(void **unused)
{
	struct fc_cut_commit c = commit_of(2, 0, 0);
	struct fc_message *m;

	(void)unused;
	begin();
	c.parts = 2;
	assert_int_equal(give(fc_cut_commit_write(&c)), -EPROTO); /* one member twice */
	c.parts = 0;
	c.slice = FC_CUT_SLICES;
	assert_int_equal(give(fc_cut_commit_write(&c)), -EPROTO);
	c.slice = 0;
	for (size_t octets = 0;; octets++) {
		size_t all;

		m = fc_cut_commit_write(&c);
		all = m->octets;
		m->octets = octets;
		if (octets == all) {
			assert_int_equal(give(m), 1);
			break;
		}
		assert_int_equal(give(m), -EPROTO);
	}
}

/* ------------------------------------------------------------------ digest */
static uint64_t digest_of(uint64_t instance, uint64_t seed)
{
	struct fc_cut_flow flow = bay_flow(instance, seed);

	return fc_cut_digest(&flow);
}

static int verify(uint64_t number, unsigned slice, uint64_t digest)
{
	struct fc_cut_commit c = commit_of(number, 0, 0);

	c.slice = slice;
	c.parts = 1;
	c.part[0] = (struct fc_cut_part){.member = 1, .digest = digest};
	return give(fc_cut_commit_write(&c));
}

static void every_bit_counts_in_the_digest(void **unused)
{
	struct fc_cut_flow flow = bay_flow(5, 5), back;
	uint8_t packed[FC_CUT_FLOW_OCTETS];
	uint64_t right = fc_cut_digest(&flow);

	(void)unused;
	fc_cut_flow_put(packed, &flow);
	for (unsigned bit = 0; bit < 8 * FC_CUT_FLOW_OCTETS; bit++) {
		packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		fc_cut_flow_get(packed, &back);
		assert_int_not_equal(fc_cut_digest(&back), right);
		packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	fc_cut_flow_get(packed, &back);
	assert_memory_equal(&back, &flow, sizeof(flow));
	assert_int_equal(fc_cut_digest(&back), right);
}

static void a_flipped_bit_is_found(void **unused)
{
	struct fc_base_look look;

	(void)unused;
	begin();
	assert_int_equal(verify(2, 2, digest_of(2, 1)), 1);
	assert_int_equal(differ, 0);
	base->entries[1].half[0].packets ^= 1;
	base->entries[1].half[1].packets ^= 1;
	assert_int_equal(verify(3, 1, digest_of(1, 1)), 1);
	assert_int_equal(differ, 0);
	assert_int_equal(verify(4, 2, digest_of(2, 1)), 1);
	assert_int_equal(differ, UINT64_C(1) << 2);
	fc_base_look(base, &look);
	assert_int_equal(look.digests, 3);
	assert_int_equal(look.mismatches, 1);
}

/* An entry that cannot be found by its instance any more goes when its slice is resent. */
static void a_flipped_instance_is_repaired(void **unused)
{
	(void)unused;
	for (unsigned bit = 0; bit < 64; bit++) {
		struct fc_cut_commit c = commit_of(2, 1, 0);

		fc_base_clear(base);
		begin();
		base->entries[1].instance ^= UINT64_C(1) << bit;
		assert_int_equal(give(fc_cut_resend_write(cut(2), UINT64_C(1) << 2)), 0);
		assert_int_equal(give_flow(2, 2, 1), 0);
		c.parts = 1;
		c.part[0] = (struct fc_cut_part){.member = 1, .digest = digest_of(2, 1)};
		c.slice = 2;
		assert_int_equal(give(fc_cut_commit_write(&c)), 1);
		assert_int_equal(differ, 0);
		assert_int_equal(committed(), 3);
		expect(2, 1);
	}
}

static void times_are_those_of_the_vector(void **unused)
{
	struct fc_cut_commit c = commit_of(1, 0, 0);
	struct fc_cut_place place[4];
	struct fc_base_look look;

	(void)unused;
	assert_int_equal(fc_base_cut_ns(base, 4), 0);
	assert_int_equal(everything(1), 0);
	c.parts = 3;
	c.synced = true;
	c.part[0] = (struct fc_cut_part){.member = 1, .slot = 4, .cut_ns = 100};
	c.part[1] = (struct fc_cut_part){.member = 2, .slot = 4, .ring = 1, .cut_ns = 90};
	c.part[2] = (struct fc_cut_part){.member = 3, .slot = 5, .cut_ns = 120};
	assert_int_equal(give(fc_cut_commit_write(&c)), 1);
	assert_int_equal(fc_base_cut_ns(base, 4), 100);
	assert_int_equal(fc_base_vector(base, place, 2), 2);
	assert_int_equal(fc_base_vector(base, place, 4), 3);
	assert_int_equal(place[1].ring, 1);
	assert_int_equal(place[2].cut_ns, 120);
	fc_base_look(base, &look);
	assert_int_equal(look.cut_ns, 120);
	assert_int_equal(look.committed, 1);
	assert_int_equal(look.term, TERM);
	assert_true(look.synced);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
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
		TEST(a_message_that_lies_is_not_taken),
		TEST(a_vector_that_lies_is_not_taken),
		TEST(every_bit_counts_in_the_digest),
		TEST(a_flipped_bit_is_found),
		TEST(a_flipped_instance_is_repaired),
		TEST(times_are_those_of_the_vector),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
