// SPDX-License-Identifier: BSD-2-Clause
#include "tests/ha/card_ring.h"

#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)

void card_ring_write(struct card_ring ring, const uint32_t *record)
{
	uint32_t *reg = ring.card->reg;
	uint64_t base = (uint64_t)reg[FC_REG_RING_BASE_HIGH(0) / 4] << 32 |
			reg[FC_REG_RING_BASE_LOW(0) / 4];
	uint32_t *mem = fake_card_memory(ring.card, base, (size_t)FC_RECORD_OCTETS << ring.log2);

	assert_non_null(mem);
	fake_record_write(mem, ring.log2, (*ring.written)++, record);
	reg[FC_REG_RING_PRODUCER(0) / 4] = *ring.written;
}

void card_ring_flows(struct card_ring ring, unsigned monitor, uint32_t epoch, uint32_t flows)
{
	uint32_t record[FC_RECORD_WORDS];

	for (uint32_t f = 1; f <= flows; f++) {
		const struct fake_delta d = {.flow = f,
					     .monitor = monitor,
					     .epoch = epoch,
					     .packets = 3,
					     .bytes = 300,
					     .first_ns = epoch * SECOND + 5,
					     .last_ns = epoch * SECOND + 9};

		fake_flow_record(&d, record);
		card_ring_write(ring, record);
	}
}

void card_ring_barrier(struct card_ring ring, uint32_t epoch)
{
	uint32_t record[FC_RECORD_WORDS];

	fake_barrier_record(epoch, epoch * SECOND, (epoch + 1) * SECOND, record);
	card_ring_write(ring, record);
}
