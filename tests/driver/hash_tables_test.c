// SPDX-License-Identifier: BSD-2-Clause
#include "driver/hash_tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* RFC 8439 section 2.3.2 */
static void chacha_gives_the_block_of_the_rfc(void **state)
{
	static const uint8_t nonce[FC_CHACHA_NONCE_OCTETS] = {0, 0, 0, 9, 0, 0, 0, 0x4a};
	static const uint8_t want[FC_CHACHA_BLOCK_OCTETS] = {
		0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15, 0x50, 0x0f, 0xdd, 0x1f, 0xa3,
		0x20, 0x71, 0xc4, 0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0, 0x68, 0x03, 0x04, 0x22,
		0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e, 0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa,
		0x09, 0x14, 0xc2, 0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2, 0xb5, 0x12, 0x9c, 0xd1,
		0xde, 0x16, 0x4e, 0xb9, 0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e};
	uint8_t key[FC_CHACHA_KEY_OCTETS], got[FC_CHACHA_BLOCK_OCTETS];

	(void)state;
	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	fc_chacha_block(key, 1, nonce, got);
	assert_memory_equal(got, want, sizeof(want));
}

/* RFC 8439 appendix A.1, test vectors 1 and 2: key and nonce zero, counter 0 and 1. */
static void hash_words_are_the_keystream_in_little_endian(void **state)
{
	static const uint8_t key[FC_CHACHA_KEY_OCTETS];
	uint64_t words[FC_HASH_BLOCK_WORDS];

	(void)state;
	fc_hash_block(key, 0, words);
	assert_int_equal(words[0], 0x903df1a0ade0b876);
	fc_hash_block(key, 1, words);
	assert_int_equal(words[0], 0x7a385155bee7079f);
}

static void another_key_gives_other_words(void **state)
{
	uint8_t key[FC_CHACHA_KEY_OCTETS] = {0};
	uint64_t a[FC_HASH_BLOCK_WORDS], b[FC_HASH_BLOCK_WORDS];

	(void)state;
	fc_hash_block(key, 7, a);
	key[31] ^= 0x80;
	fc_hash_block(key, 7, b);
	for (unsigned i = 0; i < FC_HASH_BLOCK_WORDS; i++)
		assert_int_not_equal(a[i], b[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chacha_gives_the_block_of_the_rfc),
		cmocka_unit_test(hash_words_are_the_keystream_in_little_endian),
		cmocka_unit_test(another_key_gives_other_words),
	};

	return cmocka_run_group_tests_name("driver.hash_tables", tests, NULL, NULL);
}
