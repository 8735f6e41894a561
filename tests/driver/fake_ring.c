// SPDX-License-Identifier: BSD-2-Clause
#include "tests/driver/fake_ring.h"

#include <flowcard/registers.h>
#include <string.h>

#define HALF_WORDS (FC_RECORD_WORDS / 2)

void fake_ring_record(const struct fake_ring *r, uint32_t index, uint32_t record[FC_RECORD_WORDS])
{
	unsigned even_lap = !(index >> r->size_log2 & 1);

	for (uint32_t w = 0; w < FC_RECORD_WORDS; w++)
		record[w] = (index * FC_RECORD_WORDS + w) * 2654435761u;
	fc_rec_set_trailer0_sequence(record, index & 0x3fffffff);
	fc_rec_set_trailer0_half(record, 0);
	fc_rec_set_trailer0_phase(record, even_lap);
	fc_rec_set_trailer1_sequence(record, index & 0x3fffffff);
	fc_rec_set_trailer1_half(record, 1);
	fc_rec_set_trailer1_phase(record, even_lap);
}

void fake_ring_write_half(const struct fake_ring *r, uint32_t index, unsigned half)
{
	uint32_t record[FC_RECORD_WORDS];
	size_t place = index & (((size_t)1 << r->size_log2) - 1);
	uint32_t *to = r->mem + place * FC_RECORD_WORDS + (size_t)half * HALF_WORDS;
	const uint32_t *from = record + (size_t)half * HALF_WORDS;

	fake_ring_record(r, index, record);
	memcpy(to, from, (HALF_WORDS - 1) * sizeof(*to));
	__atomic_store_n(to + HALF_WORDS - 1, from[HALF_WORDS - 1], __ATOMIC_RELEASE);
}

void fake_ring_write(const struct fake_ring *r, uint32_t index)
{
	fake_ring_write_half(r, index, 0);
	fake_ring_write_half(r, index, 1);
}

int fake_ring_is(const struct fake_ring *r, uint32_t index, const uint32_t got[FC_RECORD_WORDS])
{
	uint32_t want[FC_RECORD_WORDS];

	fake_ring_record(r, index, want);
	return memcmp(got, want, sizeof(want)) == 0;
}
