/* SPDX-License-Identifier: BSD-2-Clause */
/* What a card with fake registers writes to ring 0 of 2^log2 places, where the driver put it. */
#ifndef FC_TEST_CARD_RING_H
#define FC_TEST_CARD_RING_H

#include "tests/driver/fake_transport.h"
#include "tests/ha/fake_card.h"

struct card_ring {
	struct fake_card *card;
	unsigned log2;
	uint32_t *written; /* records so far */
};

/* To its place, and the producer index moves on. */
void card_ring_write(struct card_ring ring, const uint32_t *record);
/* One record of each flow, 1 to `flows`. */
void card_ring_flows(struct card_ring ring, unsigned monitor, uint32_t epoch, uint32_t flows);
/* An epoch is a second. */
void card_ring_barrier(struct card_ring ring, uint32_t epoch);

#endif
