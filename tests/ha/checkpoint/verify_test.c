// SPDX-License-Identifier: BSD-2-Clause
/* The base: messages that lie, bits that flip. */
#include "standby.h"

/* ------------------------------------------------------------------ messages that lie */
/* Octet `at` of the second field's value becomes `value`. */
static int give_bent(size_t at, uint8_t value)
{
	struct fc_cut_flow flow = bay_flow(4, 1);
	uint8_t packed[FC_CUT_FLOW_OCTETS];
	struct fc_message_field field;
	struct fc_message *m;

	fc_cut_flow_put(packed, &flow);
	m = fc_cut_flows_write(standby_cut(2), 1, packed, 1);
	assert_int_equal(fc_message_find(m, FC_CUT_TAG_FLOWS, &field), 0);
	m->body[(size_t)(field.value - m->body) + at] = value;
	return standby_give(m);
}

static void a_message_that_lies_is_not_taken(void **unused)
{
	uint8_t packed[2 * FC_CUT_FLOW_OCTETS] = {0};
	struct fc_cut_flow flow = bay_flow(4, 1);
	struct fc_message *m;

	(void)unused;
	standby_begin();
	assert_int_equal(give_bent(1, 2), -EPROTO);    /* version */
	assert_int_equal(give_bent(3, 138), -EPROTO);  /* octets of a flow */
	assert_int_equal(give_bent(11, 0), -EPROTO);   /* count */
	assert_int_equal(give_bent(8, 0x80), -EPROTO); /* count, wrapping */
	fc_cut_flow_put(packed, &flow);
	assert_int_equal(standby_give(fc_cut_flows_write(standby_cut(2), 1, packed, 2)),
			 -EPROTO); /* instance 0 */
	assert_int_equal(standby_give_closed(2, 0), -EPROTO);
	m = fc_message_create(FC_MESSAGE_FLOWS, 100);
	assert_int_equal(standby_give(m), -EPROTO); /* no fields */
	m = fc_message_create(FC_MESSAGE_RESEND, 200);
	fc_message_put(m, FC_CUT_TAG_CUT, "\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\x02", 16);
	fc_message_put_u64(m, FC_CUT_TAG_RESEND, 1);
	fc_message_put_u64(m, FC_CUT_TAG_RESEND, 2);
	assert_int_equal(standby_give(m), -EPROTO); /* one of the two */
	assert_int_equal(standby_give(fc_message_create(FC_MESSAGE_ACK, 0)), -EPROTO);
	assert_int_equal(standby_committed(), 3);
	assert_int_equal(standby_commit(2, 0, 0), 1); /* nothing of it was taken */
	assert_int_equal(standby_committed(), 3);
}

static void a_vector_that_lies_is_not_taken(void **unused)
{
	struct fc_cut_commit c = standby_commit_of(2, 0, 0);
	struct fc_message *m;

	(void)unused;
	standby_begin();
	c.parts = 2;
	assert_int_equal(standby_give(fc_cut_commit_write(&c)), -EPROTO); /* one member twice */
	c.parts = 0;
	c.slice = FC_CUT_SLICES;
	assert_int_equal(standby_give(fc_cut_commit_write(&c)), -EPROTO);
	c.slice = 0;
	for (size_t octets = 0;; octets++) {
		size_t all;

		m = fc_cut_commit_write(&c);
		all = m->octets;
		m->octets = octets;
		if (octets == all) {
			assert_int_equal(standby_give(m), 1);
			break;
		}
		assert_int_equal(standby_give(m), -EPROTO);
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
	struct fc_cut_commit c = standby_commit_of(number, 0, 0);

	c.slice = slice;
	c.parts = 1;
	c.part[0] = (struct fc_cut_part){.member = 1, .digest = digest};
	return standby_give(fc_cut_commit_write(&c));
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
	standby_begin();
	assert_int_equal(verify(2, 2, digest_of(2, 1)), 1);
	assert_int_equal(standby_differ, 0);
	standby->entries[1].half[0].packets ^= 1;
	standby->entries[1].half[1].packets ^= 1;
	assert_int_equal(verify(3, 1, digest_of(1, 1)), 1);
	assert_int_equal(standby_differ, 0);
	assert_int_equal(verify(4, 2, digest_of(2, 1)), 1);
	assert_int_equal(standby_differ, UINT64_C(1) << 2);
	fc_base_look(standby, &look);
	assert_int_equal(look.digests, 3);
	assert_int_equal(look.mismatches, 1);
}

/* An entry that cannot be found by its instance any more goes when its slice is resent. */
static void a_flipped_instance_is_repaired(void **unused)
{
	(void)unused;
	for (unsigned bit = 0; bit < 64; bit++) {
		struct fc_cut_commit c = standby_commit_of(2, 1, 0);

		fc_base_clear(standby);
		standby_begin();
		standby->entries[1].instance ^= UINT64_C(1) << bit;
		assert_int_equal(
			standby_give(fc_cut_resend_write(standby_cut(2), UINT64_C(1) << 2)), 0);
		assert_int_equal(standby_give_flow(2, 2, 1), 0);
		c.parts = 1;
		c.part[0] = (struct fc_cut_part){.member = 1, .digest = digest_of(2, 1)};
		c.slice = 2;
		assert_int_equal(standby_give(fc_cut_commit_write(&c)), 1);
		assert_int_equal(standby_differ, 0);
		assert_int_equal(standby_committed(), 3);
		standby_expect(2, 1);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, standby_setup, standby_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_message_that_lies_is_not_taken), TEST(a_vector_that_lies_is_not_taken),
		TEST(every_bit_counts_in_the_digest),   TEST(a_flipped_bit_is_found),
		TEST(a_flipped_instance_is_repaired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
