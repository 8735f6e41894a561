/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs a simulated card by bare register writes: what the tests of sim/ need, without the
 * driver they must not depend on. */
#ifndef FC_TEST_CARD_SETUP_H
#define FC_TEST_CARD_SETUP_H

#include "sim/fcsim.h"

#define CARD_RING_IOVA 0x340000000u
#define CARD_STATUS_IOVA 0x350000000u
#define CARD_RECORD_WORDS 32
#define CARD_EPOCH_SHIFT 30

/* Hash tables from a fixed seed, ring 0 of 2^ring_log2 records, monitor 0 with `mask` in every key
 * word, port 0; all enabled. */
int card_setup(struct fcsim *sim, unsigned ring_log2, uint32_t mask);

#endif
