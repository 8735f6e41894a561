// SPDX-License-Identifier: BSD-2-Clause
/* A card of several ports and rings behind the driver, and what its host can do to it. */
#include "sim/model_transport.h"

#include <errno.h>
#include <flowcard/card.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PORTS = 2, RINGS = 4, FRAMES = 1024, OCTETS = 60, RING_LOG2 = 10, SETTLE = 1000000 };

struct bench {
	struct fcsim *sim;
	struct fc_transport *transport;
	struct fc_card card;
	uint64_t time_ns;
	unsigned flows[RINGS], packets[PORTS], barriers[RINGS];
	int ring_error; /* first that a ring gave, except -EAGAIN */
};

static int teardown(void **state)
{
	struct bench *b = *state;

	fc_card_close(&b->card);
	b->transport->ops->close(b->transport);
	fcsim_destroy(b->sim);
	free(b);
	return 0;
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	const struct fcsim_config config = {
		.entries = 512, .ports = PORTS, .rings = RINGS, .seed = 7, .stall_percent = 10};
	const struct fc_card_config card = {
		.ring_log2 = RING_LOG2, .epoch_shift = 30, .epoch_guard_ns = 1000000};
	struct fc_card_monitor monitor = {.ports = 3, .ipv4 = 1};

	*state = b;
	if (!b || fcsim_create(&config, &b->sim) || fc_model_transport_open(b->sim, &b->transport))
		return -1;
	b->time_ns = UINT64_C(1000000000000);
	fcsim_time_set(b->sim, b->time_ns);
	memset(monitor.mask, 0xff, 36); /* addresses and ports */
	fc_vec_set_input_port(monitor.mask, 0xff);
	return fc_card_open(&b->card, b->transport, &card) ||
	       fc_card_monitor_set(&b->card, 0, &monitor) || fc_card_start(&b->card);
}

static void feed(struct bench *b, unsigned port, unsigned number)
{
	uint8_t frame[OCTETS] = {0,    1, 2,  3,  4, 5, 6, 7,  8,  9,  10, 11, 8,  0,
				 0x45, 0, 0,  40, 0, 1, 0, 0,  64, 17, 0,  0,  10, 0,
				 0,    0, 10, 0,  0, 2, 0, 53, 0,  54, 0,  20};

	frame[28] = (uint8_t)(number >> 8);
	frame[29] = (uint8_t)number;
	b->time_ns += 1000;
	fcsim_time_set(b->sim, b->time_ns);
	assert_int_equal(fcsim_frame(b->sim, port, frame, sizeof(frame), b->time_ns, false), 0);
}

static void take_record(struct bench *b, unsigned ring, const uint32_t *record)
{
	uint32_t vector[FC_VECTOR_WORDS];
	unsigned port;

	if (fc_rec_kind(record) == FC_KIND_BARRIER)
		b->barriers[ring]++;
	if (fc_rec_kind(record) != FC_KIND_FLOW)
		return;
	b->flows[ring]++;
	fc_rec_vector(record, vector);
	port = fc_vec_input_port(vector);
	assert_in_range(port, 0, PORTS - 1);
	b->packets[port] += (unsigned)fc_rec_packets(record);
}

static void take(struct bench *b)
{
	uint32_t record[FC_RECORD_WORDS];
	int err;

	for (unsigned r = 0; r < RINGS; r++) {
		struct fc_ring *ring = &b->card.ring[r];

		while ((err = fc_ring_next(ring, record)) == 0)
			take_record(b, r, record);
		if (err != -EAGAIN && !b->ring_error)
			b->ring_error = err;
		assert_int_equal(fc_ring_release(ring, ring->read, true), 0);
	}
}

static void flush(struct bench *b)
{
	assert_int_equal(fcsim_settle(b->sim, SETTLE), 0);
	assert_int_equal(fc_card_flush(&b->card), 0);
	fcsim_settle(b->sim, SETTLE);
	take(b);
	fcsim_settle(b->sim, SETTLE);
	take(b);
}

static uint32_t faults(struct bench *b)
{
	uint32_t value = 0;

	assert_int_equal(fc_card_faults(&b->card, &value), 0);
	return value;
}

static uint32_t status(struct bench *b)
{
	uint32_t value = 0;

	assert_int_equal(fc_transport_read(b->transport, FC_REG_STATUS, &value), 0);
	return value;
}

static void both_ports_reach_all_rings(void **state)
{
	struct bench *b = *state;
	struct fc_card_port_counters counters;

	assert_int_equal(b->card.build.ports, PORTS);
	assert_int_equal(b->card.build.rings, RINGS);
	for (unsigned i = 0; i < FRAMES; i++) {
		feed(b, i % 3 == 0, i);
		if (i % 64 == 0)
			take(b);
	}
	flush(b);
	for (unsigned r = 0; r < RINGS; r++) {
		assert_in_range(b->flows[r], FRAMES / RINGS / 2, FRAMES / RINGS * 2);
		assert_int_equal(b->barriers[r], 1);
	}
	assert_int_equal(b->packets[1], (FRAMES + 2) / 3);
	assert_int_equal(b->packets[0], FRAMES - b->packets[1]);
	for (unsigned p = 0; p < PORTS; p++) {
		assert_int_equal(fc_card_port_counters(&b->card, p, &counters), 0);
		assert_int_equal(counters.frames, b->packets[p]);
	}
	assert_int_equal(b->ring_error, 0);
	assert_int_equal(faults(b), 0);
}

static void a_port_that_is_not_built_is_refused(void **state)
{
	struct bench *b = *state;
	const struct fcsim_config config = {.entries = 512, .ports = 3, .rings = 4};
	struct fcsim *sim;
	uint8_t frame[OCTETS] = {0};

	assert_int_equal(fcsim_frame(b->sim, PORTS, frame, sizeof(frame), 0, false), -EINVAL);
	assert_int_equal(fcsim_create(&config, &sim), -EINVAL);
}

static void each_ring_raises_its_own_interrupt(void **state)
{
	struct bench *b = *state;

	fcsim_irq_take_rings(b->sim);
	for (unsigned r = 1; r < RINGS; r += 2) /* rings 1 and 3 only */
		assert_int_equal(fc_transport_write(b->transport, FC_REG_RING_CONSUMER(r),
						    FC_REG_RING_CONSUMER_ARM_MASK),
				 0);
	for (unsigned i = 0; i < 64; i++)
		feed(b, 0, i);
	assert_int_equal(fcsim_irq_take_rings(b->sim), 0);
	assert_int_equal(fc_card_flush(&b->card), 0);
	assert_int_equal(fcsim_settle(b->sim, SETTLE), 0);
	assert_int_equal(fcsim_irq_take_rings(b->sim), 0xa);
	assert_int_equal(fcsim_irq_take_rings(b->sim), 0);
}

static void the_slot_takes_link_and_bus_master_away(void **state)
{
	struct bench *b = *state;
	const uint32_t both = FC_REG_STATUS_LINK_UP_MASK | FC_REG_STATUS_BUS_MASTER_MASK;

	assert_int_equal(status(b) & both, both);
	fcsim_link_set(b->sim, false);
	assert_int_equal(status(b) & both, FC_REG_STATUS_BUS_MASTER_MASK);
	fcsim_bus_master_set(b->sim, false);
	assert_int_equal(status(b) & both, 0);
	feed(b, 0, 1);
	flush(b);
	assert_int_equal(b->flows[0] + b->flows[1] + b->flows[2] + b->flows[3], 0);
	assert_true(faults(b) & FC_REG_FAULT_NO_BUS_MASTER_MASK);
	fcsim_bus_master_set(b->sim, true);
	flush(b);
	assert_int_equal(b->packets[0], 1); /* held, not lost */
	assert_int_equal(fcsim_max_payload_set(b->sim, 6), -EINVAL);
	assert_int_equal(fcsim_max_payload_set(b->sim, 0), 0);
}

static void a_write_answered_with_an_error_is_a_fault_and_a_hole(void **state)
{
	struct bench *b = *state;
	uint32_t errors = 0, sum = 0;

	fcsim_axi_fail(b->sim, 1);
	feed(b, 0, 1);
	flush(b);
	for (unsigned r = 0; r < RINGS; r++) {
		fc_transport_read(b->transport, FC_REG_RING_ERRORS(r), &errors);
		sum += errors;
	}
	assert_int_equal(sum, 1);
	assert_true(faults(b) & FC_REG_FAULT_AXI_ERROR_MASK);
}

static void a_corrupted_record_is_seen_by_its_sequence(void **state)
{
	struct bench *b = *state;

	fcsim_record_corrupt(b->sim, 1);
	feed(b, 0, 1);
	flush(b);
	assert_int_equal(b->ring_error, -EILSEQ);
	assert_int_equal(faults(b), 0);
}

static void frozen_host_memory_holds_everything_until_it_thaws(void **state)
{
	struct bench *b = *state;

	fcsim_dma_freeze(b->sim, true);
	feed(b, 1, 1);
	assert_int_equal(fcsim_settle(b->sim, 10000), 0);
	assert_int_equal(fc_card_flush(&b->card), 0);
	assert_int_equal(fcsim_settle(b->sim, 10000), -ETIMEDOUT);
	assert_true(fcsim_busy(b->sim));
	take(b);
	assert_int_equal(b->packets[1], 0);
	fcsim_dma_freeze(b->sim, false);
	assert_int_equal(fcsim_settle(b->sim, SETTLE), 0);
	take(b);
	assert_int_equal(b->packets[1], 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_ports_reach_all_rings),
		TEST(a_port_that_is_not_built_is_refused),
		TEST(each_ring_raises_its_own_interrupt),
		TEST(the_slot_takes_link_and_bus_master_away),
		TEST(a_write_answered_with_an_error_is_a_fault_and_a_hole),
		TEST(a_corrupted_record_is_seen_by_its_sequence),
		TEST(frozen_host_memory_holds_everything_until_it_thaws),
	};

	return cmocka_run_group_tests_name("driver.model_ports", tests, NULL, NULL);
}
