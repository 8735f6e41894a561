/* SPDX-License-Identifier: BSD-2-Clause */
/* What hashes and digests of flows are made of: multiply to 128 bits, fold to 64. */
#ifndef FC_FOLD_H
#define FC_FOLD_H

#include <stdint.h>

static inline uint64_t fc_fold(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

#endif
