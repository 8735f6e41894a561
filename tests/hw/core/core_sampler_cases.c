/* SPDX-License-Identifier: BSD-2-Clause */
/* Samplers, directions and keys. Which packet was taken is read from the records of an immediate
 * monitor. */
#include "core_cases.h"

#include <stdio.h>
#include <string.h>

#include "flowcard/registers.h"

static uint32_t control(uint32_t mode, uint32_t id, uint32_t length)
{
	return mode << FC_REG_SAMPLER_CONTROL_MODE_SHIFT | id << FC_REG_SAMPLER_CONTROL_ID_SHIFT |
	       (length - 1) << FC_REG_SAMPLER_CONTROL_WINDOW_SHIFT;
}

/* Packet i has time start + i; the reference has compared the records with its own samplers. */
static void feed(struct core_run *run, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct core_packet packet = core_packet_of(7, run->pins.time_ns);

		core_run_feed(run, &packet);
	}
}

static void deterministic_takes_the_last_of_each_window(uint32_t seed)
{
	static const uint32_t lengths[] = {1, 2, 3, 10, 64, 1000};

	for (unsigned int i = 0; i < 6; i++) {
		uint64_t left_out = core_left_out, want = 4000 - 4000 / lengths[i], before;
		struct core_run run;

		core_plain_run(&run, 0);
		run.ref.samplers[0] = control(FC_SAMPLER_MODE_DETERMINISTIC, 9, lengths[i]);
		core_run_start(&run, seed, CORE_HASH_RANDOM);
		core_clocks(&run, 10);
		before = run.clocks;
		feed(&run, 4000);
		core_check(run.clocks - before == 4000, "clocks of 4000 sampled packets",
			   run.clocks - before, 4000);
		core_check(core_left_out - left_out == want, "packets left out",
			   core_left_out - left_out, want);
		core_run_settle(&run, 5000);
		core_check(core_ref_sampler_count(0, true) == 4000 / lengths[i], "selected",
			   core_ref_sampler_count(0, true), 4000 / lengths[i]);
		core_run_end(&run);
	}
}

/* Places of the packets that came out, counted without the reference's samplers. */
struct places {
	uint64_t start, seen, windows;
	uint32_t length, count[128];
	uint64_t last_window;
};

static struct places places;

static void see(const uint32_t *rec)
{
	uint64_t index, window;

	if (fc_rec_kind(rec) != FC_KIND_FLOW)
		return;
	index = fc_rec_first_ns(rec) - places.start;
	window = index / places.length;
	core_check(places.seen == 0 || window == places.last_window + 1,
		   "one packet of each window", window, places.last_window + 1);
	places.last_window = window;
	places.seen++;
	places.count[index % places.length]++;
}

static double chi_square(void)
{
	double want = (double)places.seen / places.length, sum = 0;

	for (uint32_t i = 0; i < places.length; i++) {
		double difference = places.count[i] - want;

		sum += difference * difference / want;
	}
	return sum;
}

/* limit: chi-square of length - 1 degrees of freedom is above it once in a thousand times. */
static void random_takes_one_at_any_place(uint32_t seed, uint32_t length, double limit)
{
	const uint32_t windows = 20000;
	struct core_run run;

	core_plain_run(&run, 0);
	run.ref.monitors[0].immediate = true;
	run.ref.epoch_shift = run.pins.epoch_shift = 40;
	run.pins.time_ns = 5ull << 40;
	run.ref.samplers[0] = control(FC_SAMPLER_MODE_RANDOM, 1, length);
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	memset(&places, 0, sizeof(places));
	places.start = run.pins.time_ns;
	places.length = length;
	run.see = see;
	for (uint32_t i = 0; i < windows * length; i++) {
		struct core_packet packet = core_packet_of(7, places.start + i);

		core_run_feed(&run, &packet);
	}
	core_run_settle(&run, 1000);
	core_check(places.seen == windows, "one packet a window", places.seen, windows);
	printf("random 1 of %u: chi-square %.1f of %u places, limit %.1f\n", length, chi_square(),
	       length, limit);
	core_check(chi_square() < limit, "uniform places", (uint64_t)chi_square(), (uint64_t)limit);
	core_run_end(&run);
}

static void a_write_starts_a_new_window(uint32_t seed)
{
	struct core_run run;

	core_plain_run(&run, 0);
	run.ref.samplers[0] = control(FC_SAMPLER_MODE_DETERMINISTIC, 9, 5);
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	feed(&run, 13);
	core_run_settle(&run, 500);
	core_run_check_samplers(&run);
	core_run_sampler(&run, 0, control(FC_SAMPLER_MODE_DETERMINISTIC, 9, 4));
	core_run_check_samplers(&run);
	feed(&run, 3);
	core_run_settle(&run, 500);
	core_check(core_ref_sampler_count(0, true) == 0, "three of four", 1, 0);
	feed(&run, 1);
	core_run_settle(&run, 500);
	core_check(core_ref_sampler_count(0, true) == 1, "four of four", 0, 1);
	core_run_sampler(&run, 0, 0);
	feed(&run, 10);
	core_run_settle(&run, 500);
	core_run_end(&run);
}

/* A write in the middle of packets: whatever happens to those on their way, windows stay whole. */
static void a_write_between_packets_breaks_no_window(uint32_t seed)
{
	for (uint32_t i = 0; i < 30; i++) {
		const uint32_t length = 1 + core_below(6);
		struct core_run run;
		uint64_t seen;

		core_plain_run(&run, 0);
		run.ref.monitors[0].immediate = true;
		run.ref.samplers[0] = control(FC_SAMPLER_MODE_RANDOM, 0, 60);
		core_run_start(&run, seed + i, CORE_HASH_ZERO);
		core_ref_refused(); /* which of those on their way are taken is not foretold */
		core_clocks(&run, 10);
		feed(&run, 50 + core_below(20));
		core_set_sampler(0, control(FC_SAMPLER_MODE_RANDOM, 0, length));
		feed(&run, 60 * length);
		core_clocks(&run, 60);
		seen = run.records;
		feed(&run, 20 * length);
		core_clocks(&run, 60);
		core_check(run.records - seen == 20, "records of 20 windows", run.records - seen,
			   20);
		core_run_drop(&run);
	}
}

/* Port p's packets as input of p and as output of its partner; the vector says which. */
static void output_is_what_came_in_at_the_partner(uint32_t seed)
{
	struct core_packet packet;
	struct core_run run;
	uint32_t out = 0;

	core_plain_run(&run, 0);
	run.ref.monitors[0].ports = 1;
	run.ref.monitors[0].ports_out = 2 | 1;
	run.ref.samplers[8 + 1] = control(FC_SAMPLER_MODE_DETERMINISTIC, 77, 2);
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	for (uint32_t i = 0; i < 10; i++) {
		for (unsigned int p = 0; p < CORE_PORTS; p++) {
			packet = core_packet_of(100 + p, run.pins.time_ns);
			core_run_offer(&run, p, &packet);
		}
		core_clocks(&run, 2 * CORE_PORTS);
	}
	core_run_flush(&run, 5000);
	packet = core_packet_of(100, 0);
	core_ref_flow_records(0, packet.vec, &out);
	core_check(out == (CORE_PORTS > 1 ? 15 : 10), "packets of port 0, both directions", out,
		   15);
	if (CORE_PORTS > 1) {
		packet = core_packet_of(101, 0);
		core_ref_flow_records(0, packet.vec, &out);
		core_check(out == 10, "packets of port 1, output of port 0", out, 10);
	}
	core_run_end(&run);
}

/* Prefix lengths and single fields are masks; what is not key comes from the first packet. */
static void key(uint32_t *mask, unsigned int word, unsigned int bits)
{
	for (unsigned int i = 0; i < bits; i++) /* network order: octet 0 is the lowest */
		mask[word + i / 32] |= 1u << (i % 32 / 8 * 8 + 7 - i % 8);
}

static void masks_make_flows(uint32_t seed)
{
	static const struct {
		unsigned int word, bits;
		uint32_t flows; /* of addresses that differ in bit 4 n + 3 from one to the next */
	} cases[] = {{0, 8, 4},    {0, 16, 16}, {0, 24, 64},   {0, 32, 256},
		     {0, 48, 256}, {4, 32, 1},  {0, 128, 256}, {8, 0, 1}};

	for (unsigned int c = 0; c < 8; c++) {
		struct core_run run;
		uint64_t flows = 0;

		core_plain_run(&run, 0);
		memset(run.ref.monitors[0].mask, 0, sizeof(run.ref.monitors[0].mask));
		key(run.ref.monitors[0].mask, cases[c].word, cases[c].bits);
		core_run_start(&run, seed, CORE_HASH_RANDOM);
		core_clocks(&run, 10);
		for (uint32_t i = 0; i < 512; i++) {
			uint32_t n = i % 256;
			struct core_packet packet =
				core_packet_of((n & 3) << 3 | (n >> 2 & 3) << 11 |
						       (n >> 4 & 3) << 19 | (n >> 6 & 3) << 27,
					       run.pins.time_ns);

			fc_vec_set_sport(packet.vec, i);
			core_run_feed(&run, &packet);
		}
		core_run_flush(&run, 20000);
		flows = core_ref_flows();
		core_check(flows == cases[c].flows, "flows under a mask", flows, cases[c].flows);
		core_run_end(&run);
	}
}

/* Two monitors with other keys, one of them immediate, each see every packet. */
static void immediate_and_normal_side_by_side(uint32_t seed)
{
	struct core_packet packet;
	struct core_run run;
	uint32_t packets;

	core_plain_run(&run, 0);
	run.ref.monitors[3] = run.ref.monitors[0];
	run.ref.monitors[3].immediate = true;
	memset(run.ref.monitors[3].mask, 0xff, 16);
	run.ref.monitors[3].mask[8] = 0xffff;
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	for (uint32_t i = 0; i < 12; i++) {
		packet = core_packet_of(7, run.pins.time_ns);
		fc_vec_set_sport(packet.vec, i % 3);
		core_run_feed(&run, &packet);
	}
	core_run_flush(&run, 5000);
	core_check(core_ref_flow_records(0, packet.vec, &packets) == 1 && packets == 12,
		   "one flow of the normal monitor", packets, 12);
	core_check(core_ref_flow_records(3, packet.vec, &packets) == 4 && packets == 1,
		   "a record a packet of the immediate one", packets, 1);
	core_run_end(&run);
}

void core_sampler_cases(uint32_t seed)
{
	deterministic_takes_the_last_of_each_window(seed);
	random_takes_one_at_any_place(seed, 16, 37.7);
	random_takes_one_at_any_place(seed + 1, 10, 27.9);
	a_write_starts_a_new_window(seed);
	a_write_between_packets_breaks_no_window(seed);
	output_is_what_came_in_at_the_partner(seed);
	masks_make_flows(seed);
	immediate_and_normal_side_by_side(seed);
}
