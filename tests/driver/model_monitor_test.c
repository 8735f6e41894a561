// SPDX-License-Identifier: BSD-2-Clause
/* Monitors, directions, samplers and walks: the driver and a Verilated card of two ports that runs.
 */
#include "sim/model_transport.h"

#include <errno.h>
#include <flowcard/card.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RINGS = 4, OCTETS = 60, RING_LOG2 = 10, SETTLE = 1000000 };
#define LIMIT_NS UINT64_C(10000000)

struct bench {
	struct fcsim *sim;
	struct fc_transport *transport;
	struct fc_card card;
	struct fc_card_monitor monitor;
	uint64_t time_ns;
	/* taken since forget(): flow records and copies of each monitor */
	unsigned flows[FC_CARD_MONITORS_MAX], copies[FC_CARD_MONITORS_MAX], others;
	uint64_t packets[FC_CARD_MONITORS_MAX];
	uint32_t last[FC_RECORD_WORDS]; /* flow record */
	unsigned reasons[16], directions[2];
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
		.entries = 512, .ports = 2, .rings = RINGS, .seed = 7, .stall_percent = 10};
	const struct fc_card_config card = {
		.ring_log2 = RING_LOG2, .epoch_shift = 30, .epoch_guard_ns = 1000000};

	*state = b;
	if (!b || fcsim_create(&config, &b->sim) || fc_model_transport_open(b->sim, &b->transport))
		return -1;
	b->time_ns = UINT64_C(1000000000000);
	fcsim_time_set(b->sim, b->time_ns);
	b->monitor = (struct fc_card_monitor){.ports = 1, .ipv4 = 1};
	memset(b->monitor.mask, 0xff, 32); /* addresses */
	return fc_card_open(&b->card, b->transport, &card);
}

static void program(struct bench *b, unsigned number)
{
	if (fc_card_monitor_set(&b->card, number, &b->monitor))
		fail_msg("%s", b->card.error);
}

/* UDP over IPv4: source 10.0.0.number, source port 1000 + number. */
static void feed(struct bench *b, unsigned port, unsigned number)
{
	uint8_t frame[OCTETS] = {0,    1, 2,  3,  4, 5, 6, 7,  8,  9,  10, 11, 8,  0,
				 0x45, 0, 0,  40, 0, 1, 0, 0,  64, 17, 0,  0,  10, 0,
				 0,    0, 10, 0,  0, 2, 0, 53, 0,  54, 0,  20};

	frame[29] = (uint8_t)number;
	frame[34] = (uint8_t)((1000 + number) >> 8);
	frame[35] = (uint8_t)(1000 + number);
	b->time_ns += 1000;
	fcsim_time_set(b->sim, b->time_ns);
	assert_int_equal(fcsim_frame(b->sim, port, frame, sizeof(frame), b->time_ns, false), 0);
}

static void feed_flows(struct bench *b, unsigned port, unsigned flows, unsigned times)
{
	/* A frame a beat for two monitors is more than the core takes. */
	for (unsigned i = 0; i < flows * times; i++) {
		feed(b, port, i % flows);
		if (i % 32 == 31)
			assert_int_equal(fcsim_settle(b->sim, SETTLE), 0);
	}
	assert_int_equal(fcsim_settle(b->sim, SETTLE), 0);
}

static void look(struct bench *b, const uint32_t *record)
{
	unsigned monitor = fc_rec_monitor(record);
	uint32_t vec[FC_VECTOR_WORDS];

	switch (fc_rec_kind(record)) {
	case FC_KIND_FLOW:
		fc_rec_vector(record, vec);
		memcpy(b->last, record, sizeof(b->last));
		b->flows[monitor]++;
		b->packets[monitor] += fc_rec_packets(record);
		b->reasons[fc_rec_reason(record)]++;
		b->directions[fc_vec_direction(vec)] += fc_rec_packets(record);
		break;
	case FC_KIND_SNAPSHOT:
		b->copies[monitor]++;
		break;
	default:
		b->others++;
	}
}

static void take(struct bench *b)
{
	uint32_t record[FC_RECORD_WORDS];

	assert_int_equal(fcsim_settle(b->sim, SETTLE), 0);
	for (unsigned r = 0; r < RINGS; r++) {
		struct fc_ring *ring = &b->card.ring[r];

		while (fc_ring_next(ring, record) == 0) {
			look(b, record);
			assert_int_equal(fc_ring_release(ring, ring->read, true), 0);
		}
	}
}

static void forget(struct bench *b)
{
	memset(b->flows, 0, sizeof(b->flows));
	memset(b->copies, 0, sizeof(b->copies));
	memset(b->packets, 0, sizeof(b->packets));
	memset(b->reasons, 0, sizeof(b->reasons));
	memset(b->directions, 0, sizeof(b->directions));
}

static void flush(struct bench *b)
{
	assert_int_equal(fc_card_flush(&b->card), 0);
	for (unsigned n = 0; fc_card_flushing(&b->card) == 1; n++) {
		assert_in_range(n, 0, 100000);
		b->transport->ops->relax(b->transport);
	}
	take(b);
}

static void assert_sound(struct bench *b)
{
	uint32_t faults;

	assert_int_equal(fc_card_faults(&b->card, &faults), 0);
	assert_int_equal(faults, 0);
	for (unsigned r = 0; r < RINGS; r++)
		assert_int_equal(b->card.ring[r].stats.gaps, 0);
}

static void a_monitor_is_changed_while_the_card_runs(void **state)
{
	struct bench *b = *state;
	struct fc_ledger ledger;

	program(b, 0);
	program(b, 1);
	assert_int_equal(fc_card_start(&b->card), 0);
	feed_flows(b, 0, 50, 3);
	memset(b->monitor.mask, 0, sizeof(b->monitor.mask));
	fc_vec_set_proto(b->monitor.mask, 0xff);
	if (fc_card_monitor_change(&b->card, 1, &b->monitor, LIMIT_NS))
		fail_msg("%s", b->card.error);
	take(b);
	assert_int_equal(b->flows[0], 0);
	assert_int_equal(b->flows[1], 50);
	assert_int_equal(b->packets[1], 150);
	assert_int_equal(b->reasons[FC_REASON_FLUSH], 50);
	forget(b);
	feed_flows(b, 0, 50, 1);
	flush(b);
	assert_int_equal(b->flows[0], 50);
	assert_int_equal(b->flows[1], 1); /* one protocol */
	assert_int_equal(b->packets[1], 50);
	assert_int_equal(fc_card_ledger(&b->card, 1, &ledger), 0);
	assert_int_equal(ledger.emitted_packets, 200);
	assert_int_equal(ledger.resident_packets + ledger.unaccounted_packets, 0);
	assert_sound(b);
}

/* Written by hand, the mask is refused, and stays. */
static void a_mask_is_locked_while_packets_stand_on_it(void **state)
{
	struct bench *b = *state;
	struct fc_transport *t = b->transport;
	uint32_t value;

	program(b, 0);
	assert_int_equal(fc_card_start(&b->card), 0);
	feed_flows(b, 0, 5, 1);
	assert_int_equal(fc_transport_write(t, FC_REG_MONITOR_CONTROL(0), 0), 0);
	assert_int_equal(fc_transport_write(t, FC_REG_MONITOR_MASK(0, 0), 0), 0);
	assert_int_equal(fc_transport_read(t, FC_REG_MONITOR_MASK(0, 0), &value), 0);
	assert_int_equal(value, 0xffffffff);
	assert_int_equal(fc_transport_write(t, FC_REG_CONTROL, 0), 0);
	assert_int_equal(fc_transport_write(t, FC_REG_HASH_ADDR, 7), 0);
	assert_int_equal(fc_card_faults(&b->card, &value), 0);
	assert_int_equal(value, FC_REG_FAULT_WRONG_STATE_MASK);
	assert_int_equal(fc_card_monitor_disable(&b->card, 0, LIMIT_NS), 0);
	assert_int_equal(fc_transport_write(t, FC_REG_FAULT, value), 0);
	assert_int_equal(fc_transport_write(t, FC_REG_MONITOR_MASK(0, 0), 0), 0);
	assert_int_equal(fc_transport_write(t, FC_REG_HASH_ADDR, 7), 0);
	take(b);
	assert_sound(b);
}

static void a_snapshot_copies_all_and_changes_nothing(void **state)
{
	struct bench *b = *state;
	struct fc_ledger before, after;

	program(b, 0);
	assert_int_equal(fc_card_start(&b->card), 0);
	feed_flows(b, 0, 60, 2);
	assert_int_equal(fc_card_ledger(&b->card, 0, &before), 0);
	assert_int_equal(fc_card_snapshot(&b->card), 0);
	for (unsigned n = 0; fc_card_snapshotting(&b->card) == 1; n++) {
		assert_in_range(n, 0, 100000);
		b->transport->ops->relax(b->transport);
	}
	take(b);
	assert_in_range(b->copies[0], 60, 90);
	assert_int_equal(b->flows[0], 0);
	assert_int_equal(fc_card_ledger(&b->card, 0, &after), 0);
	assert_memory_equal(&before, &after, sizeof(before));
	flush(b);
	assert_int_equal(b->flows[0], 60);
	assert_int_equal(b->packets[0], 120);
	assert_sound(b);
}

static void samplers_take_one_of_n_and_say_so(void **state)
{
	const struct fc_card_sampler random = {FC_SAMPLER_MODE_RANDOM, 33, 10};
	const struct fc_card_sampler each = {FC_SAMPLER_MODE_DETERMINISTIC, 44, 4};
	struct fc_card_sampler_counters counters;
	struct bench *b = *state;

	b->monitor.ports = 3;
	program(b, 2);
	assert_int_equal(fc_card_sampler_set(&b->card, 2, false, 0, &random), 0);
	assert_int_equal(fc_card_sampler_set(&b->card, 2, false, 1, &each), 0);
	assert_int_equal(fc_card_start(&b->card), 0);
	feed_flows(b, 0, 1, 500);
	flush(b);
	assert_int_equal(b->packets[2], 50);
	assert_int_equal(fc_rec_sampler(b->last), 33);
	feed_flows(b, 1, 1, 402);
	flush(b);
	assert_int_equal(b->packets[2], 50 + 100);
	assert_int_equal(fc_rec_sampler(b->last), 44);
	assert_int_equal(fc_card_sampler_counters(&b->card, 2, false, 0, &counters), 0);
	assert_int_equal(counters.observed, 500);
	assert_int_equal(counters.selected, 50);
	assert_int_equal(fc_card_sampler_counters(&b->card, 2, false, 1, &counters), 0);
	assert_int_equal(counters.observed, 402);
	assert_int_equal(counters.selected, 100);
	assert_sound(b);
}

static void output_is_metered_beside_input(void **state)
{
	uint32_t vec[FC_VECTOR_WORDS];
	struct bench *b = *state;

	program(b, 0);
	b->monitor.ports = 0;
	b->monitor.ports_out = 2;
	program(b, 1);
	assert_int_equal(fc_card_start(&b->card), 0);
	feed_flows(b, 0, 10, 2);
	feed_flows(b, 1, 10, 2); /* nobody wants these */
	flush(b);
	assert_int_equal(b->packets[0], 20);
	assert_int_equal(b->packets[1], 20);
	assert_int_equal(b->directions[0], 20);
	assert_int_equal(b->directions[1], 20);
	fc_rec_vector(b->last, vec);
	assert_int_equal(fc_vec_input_port(vec), 0);
	assert_int_equal(fc_vec_output_port(vec), 1);
	assert_sound(b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_monitor_is_changed_while_the_card_runs),
		TEST(a_mask_is_locked_while_packets_stand_on_it),
		TEST(a_snapshot_copies_all_and_changes_nothing),
		TEST(samplers_take_one_of_n_and_say_so),
		TEST(output_is_metered_beside_input),
	};

	return cmocka_run_group_tests_name("driver.model_monitor", tests, NULL, NULL);
}
