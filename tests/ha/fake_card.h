/* SPDX-License-Identifier: BSD-2-Clause */
/* What a card writes, made by hand: records, and a ring in memory with the card's side of the
 * protocol. */
#ifndef FC_TEST_FAKE_CARD_H
#define FC_TEST_FAKE_CARD_H

#include <flowcard/ring.h>
#include <ha/shadow.h>

struct fake_delta {
	uint32_t flow; /* becomes source address and port */
	unsigned monitor;
	uint32_t epoch, packets;
	uint64_t bytes, first_ns, last_ns;
	unsigned flags; /* of TCP; 0: one that the epoch says */
};

/* Key of monitor 0: addresses, ports, protocol; of the others: source address only. */
void fake_mask(unsigned monitor, uint32_t mask[FC_VECTOR_WORDS]);
void fake_flow_record(const struct fake_delta *delta, uint32_t record[FC_RECORD_WORDS]);
void fake_barrier_record(uint32_t epoch, uint64_t start_ns, uint64_t end_ns,
			 uint32_t record[FC_RECORD_WORDS]);
void fake_ledger_record(unsigned monitor, uint32_t epoch, uint64_t packets, uint64_t bytes,
			uint32_t record[FC_RECORD_WORDS]);
uint32_t fake_flow_of(const struct fc_flow *flow);

/* Write a record to its place in a ring's memory as the bus does: a half's words first, its trailer
 * last. */
void fake_record_write(uint32_t *mem, unsigned size_log2, uint32_t index, const uint32_t *record);

/* A ring as the card sees it; `transport` answers the doorbell. */
struct fake_ring {
	struct fc_transport transport;
	struct fc_ring ring;
	uint32_t *mem;
	uint32_t producer, consumer;
	uint64_t emitted_packets[FC_SHADOW_MONITORS], emitted_bytes[FC_SHADOW_MONITORS];
};

void fake_ring_open(struct fake_ring *fake, unsigned size_log2);
void fake_ring_close(struct fake_ring *fake);
/* Returns false when the ring is full, as seen by the card. */
bool fake_ring_write(struct fake_ring *fake, const uint32_t *record);
uint32_t *fake_ring_place(struct fake_ring *fake, uint32_t index);

/* One random sequence for all tests; the seed is printed by the test that uses it. */
uint64_t fake_random(uint64_t *state);

/* Where the next epoch starts: mostly a second on, sometimes back, far ahead, or nowhere. */
uint64_t fake_random_end(uint64_t *random, uint64_t start_ns);

#endif
