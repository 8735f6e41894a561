/* SPDX-License-Identifier: BSD-2-Clause */
/* The card's side of a ring: writes records half by half, whose payload follows from the index. */
#ifndef FC_FAKE_RING_H
#define FC_FAKE_RING_H

#include <flowcard/ring.h>
#include <stdint.h>

struct fake_ring {
	uint32_t *mem;
	unsigned size_log2;
};

/* The record that the card writes as number `index`, trailers included. */
void fake_ring_record(const struct fake_ring *r, uint32_t index, uint32_t record[FC_RECORD_WORDS]);

/* Write one half (0, 1) of record `index`, its trailer last. */
void fake_ring_write_half(const struct fake_ring *r, uint32_t index, unsigned half);

/* Write both. */
void fake_ring_write(const struct fake_ring *r, uint32_t index);

/* Reading of `got` as record `index`: 1 if it is that one whole, else 0. */
int fake_ring_is(const struct fake_ring *r, uint32_t index, const uint32_t got[FC_RECORD_WORDS]);

#endif
