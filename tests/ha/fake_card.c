// SPDX-License-Identifier: BSD-2-Clause
#include "fake_card.h"

#include <assert.h>
#include <flowcard/registers.h>
#include <stdlib.h>
#include <string.h>

void fake_mask(unsigned monitor, uint32_t mask[FC_VECTOR_WORDS])
{
	memset(mask, 0, FC_VECTOR_WORDS * sizeof(*mask));
	memset(mask, 0xff, 4 * sizeof(*mask));
	if (monitor)
		return;
	memset(mask + 4, 0xff, 5 * sizeof(*mask));
	mask[9] = 0xff;
}

void fake_flow_record(const struct fake_delta *delta, uint32_t record[FC_RECORD_WORDS])
{
	uint8_t src[16] = {10, (uint8_t)(delta->flow >> 16), (uint8_t)(delta->flow >> 8),
			   (uint8_t)delta->flow};
	uint32_t vec[FC_VECTOR_WORDS] = {0};

	fc_vec_set_src(vec, src);
	fc_vec_set_sport(vec, delta->flow & 0xffff);
	fc_vec_set_proto(vec, 17);
	fc_vec_set_ip_version(vec, 4);
	/* not in the key: tells which delta gave the vector */
	fc_vec_set_label_id(vec, (uint32_t)(delta->first_ns & 0xfffff));
	memset(record, 0, FC_RECORD_OCTETS);
	fc_rec_set_kind(record, FC_KIND_FLOW);
	fc_rec_set_reason(record, FC_REASON_EPOCH);
	fc_rec_set_monitor(record, delta->monitor);
	fc_rec_set_epoch(record, delta->epoch);
	fc_rec_set_vector(record, vec);
	fc_rec_set_packets(record, delta->packets);
	fc_rec_set_bytes(record, delta->bytes);
	fc_rec_set_l2_bytes(record, delta->bytes + 14 * (uint64_t)delta->packets);
	fc_rec_set_first_ns(record, delta->first_ns);
	fc_rec_set_last_ns(record, delta->last_ns);
	fc_rec_set_tcp_flags_or(record, delta->flags ? delta->flags : 1u << delta->epoch % 12);
	fc_rec_set_ttl_min(record, 60 - delta->epoch % 8);
	fc_rec_set_ttl_max(record, 60 + delta->epoch % 8);
	fc_rec_set_len_min(record, 40 + delta->epoch % 16);
	fc_rec_set_len_max(record, 100 + delta->epoch % 16);
}

void fake_barrier_record(uint32_t epoch, uint64_t start_ns, uint64_t end_ns,
			 uint32_t record[FC_RECORD_WORDS])
{
	memset(record, 0, FC_RECORD_OCTETS);
	fc_rec_set_kind(record, FC_KIND_BARRIER);
	fc_barrier_set_epoch(record, epoch);
	fc_barrier_set_start_ns(record, start_ns);
	fc_barrier_set_end_ns(record, end_ns);
	fc_rec_set_step(record, end_ns < start_ns);
}

void fake_ledger_record(unsigned monitor, uint32_t epoch, uint64_t packets, uint64_t bytes,
			uint32_t record[FC_RECORD_WORDS])
{
	memset(record, 0, FC_RECORD_OCTETS);
	fc_rec_set_kind(record, FC_KIND_LEDGER);
	fc_rec_set_monitor(record, monitor);
	fc_ledger_set_epoch(record, epoch);
	fc_ledger_set_selected_packets(record, packets);
	fc_ledger_set_selected_bytes(record, bytes);
	fc_ledger_set_emitted_packets(record, packets);
	fc_ledger_set_emitted_bytes(record, bytes);
}

uint32_t fake_flow_of(const struct fc_flow *flow)
{
	const uint8_t *src = fc_vec_src(flow->vector);

	return (uint32_t)src[1] << 16 | (uint32_t)src[2] << 8 | src[3];
}

static int fake_reg_write(struct fc_transport *transport, uint32_t offset, uint32_t value)
{
	struct fake_ring *fake = (struct fake_ring *)transport;

	assert(offset == FC_REG_RING_CONSUMER(0));
	__atomic_store_n(&fake->consumer, value, __ATOMIC_RELEASE);
	return 0;
}

static const struct fc_transport_ops fake_ops = {.reg_write = fake_reg_write};

void fake_ring_open(struct fake_ring *fake, unsigned size_log2)
{
	memset(fake, 0, sizeof(*fake));
	fake->transport.ops = &fake_ops;
	fake->mem = calloc((size_t)1 << size_log2, FC_RECORD_OCTETS);
	assert(fake->mem);
	fc_ring_init(&fake->ring, &fake->transport, 0, fake->mem, size_log2, 0);
	fake->ring.doorbell_batch = 1;
}

void fake_ring_close(struct fake_ring *fake)
{
	free(fake->mem);
}

uint32_t *fake_ring_place(struct fake_ring *fake, uint32_t index)
{
	return fake->mem +
	       (size_t)(index & (((uint32_t)1 << fake->ring.size_log2) - 1)) * FC_RECORD_WORDS;
}

/* As the bus does it: a half's words first, its trailer last. */
static void write_half(uint32_t *place, const uint32_t *record, unsigned half, uint32_t index,
		       uint32_t lap)
{
	uint32_t whole[FC_RECORD_WORDS] = {0};
	unsigned last = half ? 31 : 15;

	fc_rec_set_trailer0_sequence(whole, index);
	fc_rec_set_trailer0_phase(whole, ~lap & 1);
	fc_rec_set_trailer1_sequence(whole, index);
	fc_rec_set_trailer1_half(whole, 1);
	fc_rec_set_trailer1_phase(whole, ~lap & 1);
	memcpy(place + last - 15, record + last - 15, 15 * sizeof(*place));
	__atomic_store_n(&place[last], whole[last], __ATOMIC_RELEASE);
}

void fake_record_write(uint32_t *mem, unsigned size_log2, uint32_t index, const uint32_t *record)
{
	uint32_t lap = index >> size_log2;
	uint32_t *place =
		mem + (size_t)(index & (((uint32_t)1 << size_log2) - 1)) * FC_RECORD_WORDS;

	write_half(place, record, 0, index, lap);
	write_half(place, record, 1, index, lap);
}

bool fake_ring_write(struct fake_ring *fake, const uint32_t *record)
{
	uint32_t consumer = __atomic_load_n(&fake->consumer, __ATOMIC_ACQUIRE);

	if (fake->producer - consumer == (uint32_t)1 << fake->ring.size_log2)
		return false;
	fake_record_write(fake->mem, fake->ring.size_log2, fake->producer, record);
	fake->producer++;
	if (fc_rec_kind(record) == FC_KIND_FLOW) {
		fake->emitted_packets[fc_rec_monitor(record)] += fc_rec_packets(record);
		fake->emitted_bytes[fc_rec_monitor(record)] += fc_rec_bytes(record);
	}
	return true;
}

uint64_t fake_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Where the next epoch starts: mostly a second on, sometimes back, far ahead, or nowhere. */
uint64_t fake_random_end(uint64_t *random, uint64_t start_ns)
{
	const uint64_t second = UINT64_C(1000000000);

	switch (fake_random(random) % 60) {
	case 0:
		return start_ns - fake_random(random) % (100 * second);
	case 1:
		return start_ns + fake_random(random) % (100 * second);
	case 2:
		return fake_random(random);
	case 3:
		return start_ns;
	default:
		return start_ns + second / 2 + fake_random(random) % second;
	}
}
