/* SPDX-License-Identifier: BSD-2-Clause */
/* FNV-1a with 64 bits: for small things, and for what two units compare. */
#ifndef FC_FNV_H
#define FC_FNV_H

#include <stddef.h>
#include <stdint.h>

#define FC_FNV_BASIS UINT64_C(0xcbf29ce484222325) /* the hash of nothing */

/* One step; `value` is an octet, or a number that is taken as a whole. */
static inline uint64_t fc_fnv_step(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * UINT64_C(0x100000001b3);
}

static inline uint64_t fc_fnv(uint64_t hash, const void *octets, size_t count)
{
	const uint8_t *octet = octets;

	for (size_t i = 0; i < count; i++)
		hash = fc_fnv_step(hash, octet[i]);
	return hash;
}

#endif
