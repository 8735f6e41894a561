// SPDX-License-Identifier: BSD-2-Clause
#include "driver/hash_tables.h"

#include <endian.h>
#include <string.h>

void fc_hash_block(const uint8_t key[FC_CHACHA_KEY_OCTETS], uint32_t block,
		   uint64_t words[FC_HASH_BLOCK_WORDS])
{
	static const uint8_t nonce[FC_CHACHA_NONCE_OCTETS];
	uint8_t octets[FC_CHACHA_BLOCK_OCTETS];

	fc_chacha_block(key, block, nonce, octets);
	memcpy(words, octets, sizeof(octets));
	for (unsigned i = 0; i < FC_HASH_BLOCK_WORDS; i++)
		words[i] = le64toh(words[i]);
}
