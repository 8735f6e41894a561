// SPDX-License-Identifier: BSD-2-Clause
#include "driver/chacha.h"

#include <endian.h>
#include <string.h>

static uint32_t load_le(const uint8_t *octets)
{
	uint32_t word;

	memcpy(&word, octets, sizeof(word));
	return le32toh(word);
}

static void store_le(uint8_t *octets, uint32_t word)
{
	word = htole32(word);
	memcpy(octets, &word, sizeof(word));
}

static uint32_t rotl(uint32_t word, unsigned bits)
{
	return word << bits | word >> (32 - bits);
}

/* RFC 8439 section 2.1 */
static void quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*a += *b;
	*d = rotl(*d ^ *a, 16);
	*c += *d;
	*b = rotl(*b ^ *c, 12);
	*a += *b;
	*d = rotl(*d ^ *a, 8);
	*c += *d;
	*b = rotl(*b ^ *c, 7);
}

/* A column round and a diagonal round: section 2.3, "inner_block". */
static void double_round(uint32_t s[16])
{
	for (unsigned i = 0; i < 4; i++)
		quarter_round(&s[i], &s[4 + i], &s[8 + i], &s[12 + i]);
	for (unsigned i = 0; i < 4; i++)
		quarter_round(&s[i], &s[4 + (i + 1) % 4], &s[8 + (i + 2) % 4],
			      &s[12 + (i + 3) % 4]);
}

void fc_chacha_block(const uint8_t key[FC_CHACHA_KEY_OCTETS], uint32_t counter,
		     const uint8_t nonce[FC_CHACHA_NONCE_OCTETS],
		     uint8_t block[FC_CHACHA_BLOCK_OCTETS])
{
	uint32_t start[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}; /* the constants */
	uint32_t state[16];

	for (unsigned i = 0; i < 8; i++)
		start[4 + i] = load_le(key + (size_t)4 * i);
	start[12] = counter;
	for (unsigned i = 0; i < 3; i++)
		start[13 + i] = load_le(nonce + (size_t)4 * i);
	memcpy(state, start, sizeof(state));
	for (unsigned i = 0; i < 10; i++)
		double_round(state);
	for (unsigned i = 0; i < 16; i++)
		store_le(block + (size_t)4 * i, state[i] + start[i]);
}
