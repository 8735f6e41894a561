// SPDX-License-Identifier: BSD-2-Clause
/* Driver and Verilated card together: what the fakes believe of the card is true of the RTL. */
#include "sim/model_transport.h"

#include <errno.h>
#include <flowcard/card.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FRAMES = 2000, L2_OCTETS = 60, L3_OCTETS = 40, RING_LOG2 = 10 };

struct bench {
	struct fcsim *sim;
	struct fc_transport *transport;
	struct fc_card card;
	uint64_t time_ns;
	uint64_t packets, octets; /* of the flow records taken */
	unsigned kinds[FC_KIND_COUNT];
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct fcsim_config config = {.entries = fcsim_sizes()[0], .seed = 7, .stall_percent = 30};

	if (!b || fcsim_create(&config, &b->sim))
		return -1;
	b->time_ns = UINT64_C(1000000000000);
	*state = b;
	return fc_model_transport_open(b->sim, &b->transport);
}

static int teardown(void **state)
{
	struct bench *b = *state;

	fc_card_close(&b->card);
	b->transport->ops->close(b->transport);
	fcsim_destroy(b->sim);
	free(b);
	return 0;
}

static void bring_up(struct bench *b)
{
	const struct fc_card_config config = {
		.ring_log2 = RING_LOG2, .epoch_shift = 30, .epoch_guard_ns = 1000000};
	struct fc_card_monitor monitor = {.ports = 1, .ipv4 = 1};

	memset(monitor.mask, 0xff, 36); /* addresses and ports */
	if (fc_card_open(&b->card, b->transport, &config) ||
	    fc_card_monitor_set(&b->card, 0, &monitor) || fc_card_start(&b->card))
		fail_msg("%s", b->card.error);
}

/* UDP over IPv4; the source address makes a flow of each of 256 frames. */
static void feed(struct bench *b, unsigned number)
{
	uint8_t frame[L2_OCTETS] = {0,    1, 2,  3,  4, 5, 6, 7,  8,  9,  10, 11, 8,  0,
				    0x45, 0, 0,  40, 0, 1, 0, 0,  64, 17, 0,  0,  10, 0,
				    0,    0, 10, 0,  0, 2, 0, 53, 0,  54, 0,  20};

	frame[29] = (uint8_t)number;
	b->time_ns += 1000;
	fcsim_time_set(b->sim, b->time_ns);
	assert_int_equal(fcsim_frame(b->sim, 0, frame, sizeof(frame), b->time_ns, false), 0);
}

static void take(struct bench *b)
{
	struct fc_ring *ring = &b->card.ring[0];
	uint32_t record[FC_RECORD_WORDS];

	while (fc_ring_next(ring, record) == 0) {
		b->kinds[fc_rec_kind(record)]++;
		if (fc_rec_kind(record) == FC_KIND_FLOW) {
			b->packets += fc_rec_packets(record);
			b->octets += fc_rec_bytes(record);
		}
		assert_int_equal(fc_ring_release(ring, ring->read, false), 0);
	}
	assert_int_equal(ring->stats.gaps, 0);
}

static void finish(struct bench *b)
{
	assert_int_equal(fc_card_stop(&b->card), 0);
	assert_int_equal(fc_card_flush(&b->card), 0);
	for (unsigned n = 0; fc_card_flushing(&b->card) == 1; n++) {
		assert_in_range(n, 0, 10000);
		b->transport->ops->relax(b->transport);
		take(b);
	}
	assert_int_equal(fcsim_settle(b->sim, 1000000), 0);
	take(b);
}

static void assert_all_counted(struct bench *b)
{
	struct fc_ledger ledger;
	struct fc_card_port_counters port;
	uint32_t faults;

	assert_int_equal(fc_card_ledger(&b->card, 0, &ledger), 0);
	assert_int_equal(fc_card_port_counters(&b->card, 0, &port), 0);
	assert_int_equal(fc_card_faults(&b->card, &faults), 0);
	assert_int_equal(faults, 0);
	assert_int_equal(port.frames, FRAMES);
	assert_int_equal(port.octets, FRAMES * L2_OCTETS);
	assert_int_equal(port.verdict[FC_VERDICT_FLOW], FRAMES);
	assert_int_equal(ledger.selected_packets, FRAMES);
	assert_int_equal(ledger.selected_bytes, FRAMES * L3_OCTETS);
	assert_int_equal(ledger.resident_packets + ledger.unaccounted_packets, 0);
	assert_int_equal(b->packets, ledger.emitted_packets);
	assert_int_equal(b->octets, ledger.emitted_bytes);
}

static void run(struct bench *b)
{
	b->packets = b->octets = 0;
	memset(b->kinds, 0, sizeof(b->kinds));
	bring_up(b);
	for (unsigned i = 0; i < FRAMES; i++) {
		feed(b, i);
		if (i % 50 == 49) {
			fcsim_run(b->sim, 400);
			take(b);
		}
	}
	finish(b);
	assert_all_counted(b);
}

static void every_frame_arrives_in_a_record_and_in_the_ledger(void **state)
{
	struct bench *b = *state;

	run(b);
	assert_in_range(b->kinds[FC_KIND_FLOW], 256, FRAMES);
	assert_in_range(b->kinds[FC_KIND_BARRIER], 1, 2);
	/* more than a ring: so it has wrapped */
	assert_in_range(b->card.ring[0].stats.records, (1 << RING_LOG2) + 1, UINT32_MAX);
}

static void a_card_whose_ring_nobody_reads_is_closed_and_opened_again(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	for (unsigned i = 0; i < 2 * FRAMES; i++)
		feed(b, i);
	fc_card_close(&b->card);
	run(b);
}

/* As after a crash: nobody has closed, and the memory of the first reader stays mapped. */
static void a_running_card_is_taken_over(void **state)
{
	struct bench *b = *state;
	struct fc_card crashed;

	bring_up(b);
	for (unsigned i = 0; i < 300; i++)
		feed(b, i);
	crashed = b->card;
	run(b);
	fc_card_close(&b->card);
	b->card = crashed;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_frame_arrives_in_a_record_and_in_the_ledger),
		TEST(a_card_whose_ring_nobody_reads_is_closed_and_opened_again),
		TEST(a_running_card_is_taken_over),
	};

	return cmocka_run_group_tests_name("driver.model", tests, NULL, NULL);
}
