// SPDX-License-Identifier: BSD-2-Clause
/* The pair's secret in a card: which ring a flow falls to, and a card that comes up with it. */
#include "apply_bench.h"

#include "driver/hash_tables.h"
#include "ha/slot_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { KEYS = 500, RINGS = 4 };

static const uint8_t first[FC_CARD_HASH_KEY_OCTETS] = {1, 2, 3};

/* Word `n` of the card's tables, as docs/hw/hash.md has it. */
static uint64_t word_of(const uint8_t *key, uint32_t n)
{
	uint64_t words[FC_HASH_BLOCK_WORDS];

	fc_hash_block(key, n / FC_HASH_BLOCK_WORDS, words);
	return words[n % FC_HASH_BLOCK_WORDS];
}

static unsigned ring_by_hand(const uint32_t *key, unsigned monitor)
{
	uint64_t hash = word_of(first, 68 * 256 + monitor);

	for (uint32_t i = 0; i < 68; i++)
		hash ^= word_of(first, i * 256 + (key[i / 4] >> 8 * (i % 4) & 0xff));
	return hash % RINGS;
}

static void a_flows_ring_is_the_one_that_the_card_takes(void **state)
{
	unsigned seen[RINGS] = {0};
	struct fc_slot s = {0};
	uint64_t random = 3;

	(void)state;
	assert_int_equal(fc_slot_secret_take(&s, first), 0);
	s.device.card.build.rings = RINGS;
	for (unsigned n = 0; n < KEYS; n++) {
		uint32_t key[FC_VECTOR_WORDS];
		unsigned ring;

		for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
			key[i] = (uint32_t)fake_random(&random);
		ring = fc_slot_ring_of(&s, n % 4, key);
		assert_int_equal(ring, ring_by_hand(key, n % 4));
		seen[ring]++;
	}
	for (unsigned r = 0; r < RINGS; r++)
		assert_in_range(seen[r], KEYS / RINGS / 2, KEYS / RINGS * 2);
	fc_slot_secret_forget(&s);
}

static int setup_with_secret(void **state)
{
	secret = first;
	return setup(state);
}

static int teardown_with_secret(void **state)
{
	secret = NULL;
	return teardown(state);
}

static bool card_has(const uint8_t *key)
{
	for (uint32_t n = 0; n < FC_HASH_WORDS; n += 97)
		if (fake.card.hash[n] != word_of(key, n))
			return false;
	return true;
}

static void a_card_comes_up_with_the_pairs_secret(void **state)
{
	(void)state;
	assert_true(card_has(first));
	assert_true(fc_slot_drained(slot));
	fc_slot_reset(slot);
	await((answered(), fake.card.resets > 1 && status().metering));
	assert_true(card_has(first)); /* not one of its own */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flows_ring_is_the_one_that_the_card_takes),
		cmocka_unit_test_setup_teardown(a_card_comes_up_with_the_pairs_secret,
						setup_with_secret, teardown_with_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
