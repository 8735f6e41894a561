/* SPDX-License-Identifier: BSD-2-Clause */
/* One UDP frame through each model: its record, the ledger and the barrier stand in host memory,
 * word for word. */
#include "tests/sim/card_setup.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RING_LOG2 10
#define RING_OCTETS ((size_t)CARD_RECORD_WORDS * 4 << RING_LOG2)
#define FRAME_NS 1700000000123456789u
#define SETTLE 1000000

/* Ethernet, IPv4 without options (46 octets), UDP 40000 -> 53 with 18 octets of payload. */
static const uint8_t frame[60] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x0b, 0x02, 0x00, 0x00, 0x00, 0x00, 0x0a, 0x08, 0x00,
	0x45, 0x10, 0x00, 0x2e, 0x12, 0x34, 0x40, 0x00, 0x3f, 0x11, 0x00, 0x00, 192,  0,
	2,    1,    198,  51,   100,  7,    0x9c, 0x40, 0x00, 0x35, 0x00, 0x1a, 0x00, 0x00,
};

struct bench {
	struct fcsim *sim;
	uint32_t *ring, *status;
};

static void set(const struct bench *b, uint32_t offset, uint32_t value)
{
	assert_int_equal(fcsim_reg_write(b->sim, offset, value), 0);
}

static uint32_t get(const struct bench *b, uint32_t offset)
{
	uint32_t value = 0;

	assert_int_equal(fcsim_reg_read(b->sim, offset, &value), 0);
	return value;
}

static void bench_open(struct bench *b, unsigned entries, unsigned stall_percent, uint64_t seed)
{
	struct fcsim_config config = {
		.entries = entries, .seed = seed, .stall_percent = stall_percent};

	b->ring = calloc(1, RING_OCTETS);
	b->status = calloc(1, 4096);
	assert_non_null(b->ring);
	assert_non_null(b->status);
	assert_int_equal(fcsim_create(&config, &b->sim), 0);
	assert_int_equal(fcsim_dma_map(b->sim, CARD_RING_IOVA, b->ring, RING_OCTETS), 0);
	assert_int_equal(fcsim_dma_map(b->sim, CARD_STATUS_IOVA, b->status, 4096), 0);
	fcsim_time_set(b->sim, FRAME_NS);
}

static void bench_close(struct bench *b)
{
	struct fcsim_stats stats;

	fcsim_stats(b->sim, &stats);
	assert_int_equal(stats.axi_violations, 0);
	assert_int_equal(get(b, FC_REG_FAULT), 0);
	fcsim_destroy(b->sim);
	free(b->ring);
	free(b->status);
}

static void card_start(const struct bench *b)
{
	assert_int_equal(card_setup(b->sim, RING_LOG2, 0xffffffff), 0);
	assert_int_equal(get(b, FC_REG_FAULT), 0);
}

/* A flush closes the epoch to what is still on its way, so that has to arrive first. */
static void flush(const struct bench *b)
{
	assert_int_equal(fcsim_settle(b->sim, SETTLE), 0);
	set(b, FC_REG_COMMAND, FC_REG_COMMAND_FLUSH_MASK);
	assert_int_equal(fcsim_settle(b->sim, SETTLE), 0);
	assert_int_equal(get(b, FC_REG_STATUS) & FC_REG_STATUS_FLUSHING_MASK, 0);
}

static const uint32_t *record(const struct bench *b, unsigned index)
{
	const uint32_t *rec = b->ring + (size_t)index * CARD_RECORD_WORDS;

	assert_int_equal(fc_rec_trailer0_phase(rec), 1);
	assert_int_equal(fc_rec_trailer0_half(rec), 0);
	assert_int_equal(fc_rec_trailer0_sequence(rec), index);
	assert_int_equal(fc_rec_trailer1_phase(rec), 1);
	assert_int_equal(fc_rec_trailer1_half(rec), 1);
	assert_int_equal(fc_rec_trailer1_sequence(rec), index);
	return rec;
}

static void assert_vector(const uint32_t *rec)
{
	static const uint8_t src[16] = {192, 0, 2, 1}, dst[16] = {198, 51, 100, 7};
	uint32_t vec[17];

	fc_rec_vector(rec, vec);
	assert_memory_equal(fc_vec_src(vec), src, 16);
	assert_memory_equal(fc_vec_dst(vec), dst, 16);
	assert_int_equal(fc_vec_sport(vec), 40000);
	assert_int_equal(fc_vec_dport(vec), 53);
	assert_int_equal(fc_vec_proto(vec), 17);
	assert_int_equal(fc_vec_tos(vec), 0x10);
	assert_int_equal(fc_vec_ttl(vec), 0x3f);
	assert_int_equal(fc_vec_ip_version(vec), 4);
	assert_int_equal(fc_vec_label_id(vec), 0x1234);
	assert_int_equal(fc_vec_frag_flags(vec), 2);
	assert_memory_equal(fc_vec_dst_mac(vec), frame, 6);
	assert_memory_equal(fc_vec_src_mac(vec), frame + 6, 6);
	assert_int_equal(fc_vec_vlan_tags(vec), 0);
}

static void assert_flow(const uint32_t *rec, uint32_t packets, unsigned reason)
{
	assert_int_equal(fc_rec_kind(rec), FC_KIND_FLOW);
	assert_int_equal(fc_rec_reason(rec), reason);
	assert_int_equal(fc_rec_monitor(rec), 0);
	assert_int_equal(fc_rec_packets(rec), packets);
	assert_int_equal(fc_rec_bytes(rec), 46 * packets);
	assert_int_equal(fc_rec_l2_bytes(rec), 60 * packets);
	assert_int_equal(fc_rec_first_ns(rec), FRAME_NS);
	assert_int_equal(fc_rec_last_ns(rec), FRAME_NS + packets - 1);
	assert_int_equal(fc_rec_len_min(rec), 46);
	assert_int_equal(fc_rec_len_max(rec), 46);
	assert_int_equal(fc_rec_ttl_min(rec), 0x3f);
	assert_int_equal(fc_rec_ttl_max(rec), 0x3f);
	assert_vector(rec);
}

static void assert_ledger(const uint32_t *rec, uint64_t packets)
{
	assert_int_equal(fc_rec_kind(rec), FC_KIND_LEDGER);
	assert_int_equal(fc_rec_monitor(rec), 0);
	assert_int_equal(fc_ledger_selected_packets(rec), packets);
	assert_int_equal(fc_ledger_selected_bytes(rec), 46 * packets);
	assert_int_equal(fc_ledger_emitted_packets(rec), packets);
	assert_int_equal(fc_ledger_emitted_bytes(rec), 46 * packets);
	assert_int_equal(fc_ledger_resident_packets(rec), 0);
	assert_int_equal(fc_ledger_unaccounted_packets(rec), 0);
}

/* Ledger records (one a monitor in use at least), then the barrier; returns the index after it. */
static unsigned assert_close(const struct bench *b, unsigned index, uint32_t epoch,
			     uint64_t packets)
{
	unsigned ledgers = 0;

	for (; fc_rec_kind(record(b, index)) == FC_KIND_LEDGER; index++) {
		assert_int_equal(fc_ledger_epoch(record(b, index)), epoch);
		if (fc_rec_monitor(record(b, index)) != 0)
			continue;
		assert_ledger(record(b, index), packets);
		ledgers++;
	}
	assert_int_equal(ledgers, 1);
	assert_int_equal(fc_rec_kind(record(b, index)), FC_KIND_BARRIER);
	assert_int_equal(fc_barrier_epoch(record(b, index)), epoch);
	assert_int_equal(fc_barrier_ring_index(record(b, index)), index);
	return index + 1;
}

static void one_frame(unsigned entries, unsigned stall_percent, uint64_t seed)
{
	struct bench b;
	uint32_t epoch;
	unsigned end;

	bench_open(&b, entries, stall_percent, seed);
	card_start(&b);
	assert_int_equal(fcsim_frame(b.sim, 0, frame, sizeof(frame), FRAME_NS, false), 0);
	assert_int_equal(fcsim_settle(b.sim, SETTLE), 0);
	epoch = get(&b, FC_REG_EPOCH_OPEN);
	assert_int_equal(get(&b, FC_REG_RING_PRODUCER(0)), 0); /* it rests in the cache */
	flush(&b);
	assert_flow(record(&b, 0), 1, FC_REASON_FLUSH);
	assert_int_equal(fc_rec_epoch(record(&b, 0)), epoch);
	end = assert_close(&b, 1, epoch, 1);
	assert_int_equal(fc_barrier_label(record(&b, end - 1)), FRAME_NS >> CARD_EPOCH_SHIFT);
	assert_int_equal(get(&b, FC_REG_RING_PRODUCER(0)), end);
	bench_close(&b);
}

static void record_ledger_and_barrier_arrive(void **state)
{
	unsigned tried = 0;

	(void)state;
	for (const unsigned *size = fcsim_sizes(); *size; size++, tried++)
		one_frame(*size, 0, 1);
	assert_true(tried > 0);
}

static void stalls_change_nothing(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++)
		one_frame(64, 30, seed);
	one_frame(4096, 30, 1);
}

static void frames_back_to_back_are_one_delta(void **state)
{
	const uint32_t frames = 100;
	struct bench b;

	(void)state;
	bench_open(&b, 64, 30, 9);
	card_start(&b);
	for (uint32_t i = 0; i < frames; i++)
		assert_int_equal(fcsim_frame(b.sim, 0, frame, sizeof(frame), FRAME_NS + i, false),
				 0);
	flush(&b);
	assert_flow(record(&b, 0), frames, FC_REASON_FLUSH);
	assert_close(&b, 1, fc_rec_epoch(record(&b, 0)), frames);
	bench_close(&b);
}

static uint64_t counter(const struct bench *b, uint32_t offset)
{
	return get(b, offset) | (uint64_t)get(b, offset + 4) << 32;
}

/* All new flows, as small as frames get, into the smallest cache and a slow memory: the wire has to
 * wait. */
static void storm_of_new_flows_loses_nothing(void **state)
{
	static uint8_t one[sizeof(frame)];
	const uint32_t frames = 900; /* with ledger and barrier the ring holds them all */
	struct bench b;

	(void)state;
	bench_open(&b, 64, 30, 4);
	card_start(&b);
	memcpy(one, frame, sizeof(frame));
	for (uint32_t i = 0; i < frames; i++) {
		one[34] = (uint8_t)(i >> 8); /* source port */
		one[35] = (uint8_t)i;
		assert_int_equal(fcsim_frame(b.sim, 0, one, sizeof(one), FRAME_NS, false), 0);
	}
	flush(&b);
	for (uint32_t i = 0; i < frames; i++) {
		assert_int_equal(fc_rec_kind(record(&b, i)), FC_KIND_FLOW);
		assert_int_equal(fc_rec_packets(record(&b, i)), 1);
	}
	assert_close(&b, frames, fc_rec_epoch(record(&b, 0)), frames);
	set(&b, FC_REG_COMMAND, FC_REG_COMMAND_LATCH_MASK);
	assert_int_equal(fcsim_settle(b.sim, SETTLE), 0);
	assert_int_equal(counter(&b, FC_REG_PORT_MISSED(0)), 0);
	bench_close(&b);
}

static void odd_frames_are_counted_by_verdict(void **state)
{
	static uint8_t jumbo[100000];
	struct bench b;

	(void)state;
	bench_open(&b, 64, 0, 1);
	card_start(&b);
	assert_int_equal(fcsim_frame(b.sim, 0, NULL, 0, 1, false), 0);
	assert_int_equal(fcsim_frame(b.sim, 0, frame, 13, 2, false), 0);
	assert_int_equal(fcsim_frame(b.sim, 0, frame, sizeof(frame), 3, true), 0);
	assert_int_equal(fcsim_frame(b.sim, 0, jumbo, sizeof(jumbo), 4, false), 0);
	assert_int_equal(fcsim_frame(b.sim, 1, frame, sizeof(frame), 5, false), -EINVAL);
	assert_int_equal(fcsim_frame(b.sim, 0, jumbo, 1048576, 6, false), -EINVAL);
	assert_int_equal(fcsim_settle(b.sim, SETTLE), 0);
	set(&b, FC_REG_COMMAND, FC_REG_COMMAND_LATCH_MASK);
	assert_int_equal(fcsim_settle(b.sim, SETTLE), 0);
	assert_int_equal(counter(&b, FC_REG_PORT_FRAMES(0)), 4);
	assert_int_equal(counter(&b, FC_REG_PORT_OCTETS(0)), 0 + 13 + 60 + 100000);
	assert_int_equal(counter(&b, FC_REG_PORT_VERDICT(0, FC_VERDICT_TRUNC_ETHERNET)), 2);
	assert_int_equal(counter(&b, FC_REG_PORT_VERDICT(0, FC_VERDICT_RX_ERROR)), 1);
	assert_int_equal(counter(&b, FC_REG_PORT_VERDICT(0, FC_VERDICT_NONIP_LLC)), 1);
	bench_close(&b);
}

static void unmapped_ring_is_an_axi_error_and_harms_nobody(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 64, 0, 1);
	card_start(&b);
	fcsim_dma_unmap(b.sim, CARD_RING_IOVA);
	assert_int_equal(fcsim_frame(b.sim, 0, frame, sizeof(frame), FRAME_NS, false), 0);
	flush(&b);
	assert_int_equal(get(&b, FC_REG_FAULT), FC_REG_FAULT_AXI_ERROR_MASK);
	assert_true(get(&b, FC_REG_RING_ERRORS(0)) > 0);
	assert_int_equal(b.ring[15], 0);
	set(&b, FC_REG_FAULT, FC_REG_FAULT_AXI_ERROR_MASK);
	bench_close(&b);
}

static void armed_ring_interrupts_once(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 64, 30, 2);
	card_start(&b);
	assert_false(fcsim_irq_take(b.sim));
	set(&b, FC_REG_RING_CONSUMER(0), FC_REG_RING_CONSUMER_ARM_MASK);
	assert_int_equal(fcsim_settle(b.sim, SETTLE), 0);
	assert_false(fcsim_irq_take(b.sim));
	flush(&b);
	assert_true(fcsim_irq_take(b.sim));
	assert_false(fcsim_irq_take(b.sim));
	flush(&b);
	assert_false(fcsim_irq_take(b.sim)); /* one shot */
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_ledger_and_barrier_arrive),
		cmocka_unit_test(stalls_change_nothing),
		cmocka_unit_test(frames_back_to_back_are_one_delta),
		cmocka_unit_test(storm_of_new_flows_loses_nothing),
		cmocka_unit_test(odd_frames_are_counted_by_verdict),
		cmocka_unit_test(unmapped_ring_is_an_axi_error_and_harms_nobody),
		cmocka_unit_test(armed_ring_interrupts_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
