/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FC_CHACHA_H
#define FC_CHACHA_H

#include <stdint.h>

#define FC_CHACHA_KEY_OCTETS 32
#define FC_CHACHA_NONCE_OCTETS 12
#define FC_CHACHA_BLOCK_OCTETS 64

/* One block of ChaCha20 keystream, RFC 8439 section 2.3. */
void fc_chacha_block(const uint8_t key[FC_CHACHA_KEY_OCTETS], uint32_t counter,
		     const uint8_t nonce[FC_CHACHA_NONCE_OCTETS],
		     uint8_t block[FC_CHACHA_BLOCK_OCTETS]);

#endif
