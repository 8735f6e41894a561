/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random words of the card's tabulation hash: one 64-bit word for each octet position of a key
 * and each value of that octet. Word n = position * 256 + value is octets 8n..8n+7, little-endian,
 * of the ChaCha20 keystream (RFC 8439) of the key with nonce 0 and block counter 0.
 */
#ifndef FC_HASH_TABLES_H
#define FC_HASH_TABLES_H

#include "driver/chacha.h"
#include <flowcard/flow.h>
#include <stdint.h>

#define FC_HASH_POSITIONS (FC_VECTOR_WORDS * 4 + 1) /* vector octets, then the monitor number */
#define FC_HASH_VALUES 256
#define FC_HASH_WORDS (FC_HASH_POSITIONS * FC_HASH_VALUES)
#define FC_HASH_BLOCK_WORDS (FC_CHACHA_BLOCK_OCTETS / 8)

/* Words block * 8 .. block * 8 + 7. */
void fc_hash_block(const uint8_t key[FC_CHACHA_KEY_OCTETS], uint32_t block,
		   uint64_t words[FC_HASH_BLOCK_WORDS]);

#endif
