/* SPDX-License-Identifier: BSD-2-Clause */
/* Situations with one right outcome, made on purpose. */
#include "core_cases.h"

#include <stdio.h>
#include <string.h>

#include "flowcard/registers.h"

void core_plain_run(struct core_run *run, uint32_t guard)
{
	memset(run, 0, sizeof(*run));
	run->ref.rings = CORE_RINGS;
	run->ref.epoch_shift = SHIFT;
	run->ref.monitors[0] =
		(struct core_monitor){.enable = true, .ipv4 = true, .ports = 0xffffffff};
	run->ref.monitors[0].mask[0] = 0xffffffff;
	run->pins.epoch_shift = SHIFT;
	run->pins.guard_ns = guard;
	run->pins.time_ns = 5ull << SHIFT;
}

struct core_packet core_packet_of(uint32_t src, uint64_t time_ns)
{
	struct core_packet packet = {.time_ns = time_ns, .l3_len = 100, .frame_len = 114};

	packet.vec[0] = src;
	fc_vec_set_ip_version(packet.vec, 4);
	return packet;
}

void core_clocks(struct core_run *run, unsigned int n)
{
	while (n--)
		core_run_clock(run);
}

/* A flow that is hit every fourth operation is never the one idle longest. */
static void hot_flow_is_never_evicted(uint32_t seed)
{
	struct core_run run;
	struct core_packet hot, packet;
	uint64_t full = (1u << CORE_PACKET_BITS) - 1, records, want;

	core_plain_run(&run, 0);
	hot = core_packet_of(7, run.pins.time_ns);
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	for (uint32_t i = 0; i < 4000; i++) {
		packet = core_packet_of(1000 + i, run.pins.time_ns);
		core_run_feed(&run, i % 4 == 0 ? &hot : &packet);
	}
	core_run_flush(&run, 100000);
	records = core_ref_flow_records(0, hot.vec, NULL);
	want = (1000 + full - 1) / full;
	core_check(records == want, "records of a hot flow: only full counters", records, want);
	core_run_end(&run);
}

/* Within the guard time a packet from before the boundary joins the epoch it belongs to. */
static void late_packet_joins_the_closing_epoch(uint32_t seed)
{
	struct core_run run;
	struct core_packet packet;
	uint32_t packets;

	core_plain_run(&run, 1000);
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	packet = core_packet_of(7, run.pins.time_ns + 10);
	core_run_feed(&run, &packet);
	run.pins.time_ns += 1 << SHIFT;
	core_clocks(&run, 10);
	core_check(run.pins.closing && run.pins.epoch_open == 1, "guard time runs",
		   run.pins.epoch_open, 1);
	core_run_feed(&run, &packet);
	core_clocks(&run, 50);
	core_check(run.pins.closing && core_ref_barriers(0) == 0, "guard time still runs",
		   core_ref_barriers(0), 0);
	run.pins.time_ns += 1000;
	core_run_settle(&run, 5000);
	core_check(core_ref_barriers(0) == 1, "barrier after the guard time", core_ref_barriers(0),
		   1);
	core_check(core_ref_flow_records(0, packet.vec, &packets) == 1 && packets == 2,
		   "one record of both packets", packets, 2);
	core_run_end(&run);
}

/* With a ready sink and every packet a new flow: one operation per clock. */
static void new_flows_never_stall(uint32_t seed)
{
	struct core_run run;
	struct core_packet packet;
	uint64_t before;

	core_plain_run(&run, 0);
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	before = run.clocks;
	for (uint32_t i = 0; i < 10000; i++) {
		packet = core_packet_of(i, run.pins.time_ns);
		core_run_feed(&run, &packet);
	}
	core_check(run.clocks - before == 10000, "clocks for 10000 new flows", run.clocks - before,
		   10000);
	core_run_end(&run);
}

/* Packets in every clock leave the sweeper one slot in 16; it still ends within its bound. */
static void sweep_ends_under_full_load(uint32_t seed)
{
	struct core_run run;
	struct core_packet packet;
	uint64_t before, bound = 16ull * (1 << CORE_ENTRIES_LOG2) + (1 << CORE_ENTRIES_LOG2) + 1000;

	core_plain_run(&run, 0);
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	for (uint32_t i = 0; i < 3u << CORE_ENTRIES_LOG2; i++) {
		packet = core_packet_of(i, run.pins.time_ns);
		core_run_feed(&run, &packet);
	}
	run.pins.time_ns += 1 << SHIFT;
	before = run.clocks;
	while (core_ref_barriers(0) == 0) {
		packet = core_packet_of(0xffffffff, run.pins.time_ns);
		core_run_feed(&run, &packet);
		core_check(run.clocks - before < bound, "clocks from boundary to barrier",
			   run.clocks - before, bound);
	}
	printf("boundary to barrier under full load: %llu clocks, bound %llu\n",
	       (unsigned long long)(run.clocks - before), (unsigned long long)bound);
	core_run_end(&run);
}

/* A stopped ring refuses what must emit, counts it exactly, and still takes what needs no record.
 */
static void stopped_ring_is_counted_exactly(uint32_t seed)
{
	struct core_run run;
	struct core_packet packet;

	core_plain_run(&run, 0);
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	run.pins.rec_ready = 0;
	for (uint32_t i = 0; i < 4u << CORE_ENTRIES_LOG2; i++) {
		packet = core_packet_of(i, run.pins.time_ns);
		core_run_feed(&run, &packet);
	}
	core_check(!core_ref_strict(), "refusals seen", core_ref_strict(), 0);
	core_check(run.records == 0, "no record passed", run.records, 0);
	core_run_end(&run);
}

/* Packets may not take the last places of a stopped ring: an epoch can be closed into them. */
static void epoch_closes_into_the_reserved_places(uint32_t seed)
{
	struct core_run run;
	struct core_packet packet;

	core_plain_run(&run, 0);
	run.ref.monitors[0].immediate = true;
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	run.pins.rec_ready = 0;
	for (uint32_t i = 0; i < 8u << CORE_FIFO_LOG2; i++) {
		packet = core_packet_of(i, run.pins.time_ns);
		core_run_feed(&run, &packet);
	}
	run.pins.flush = true;
	core_clocks(&run, 2000);
	core_check(!run.pins.closing && !run.pins.flushing, "closed with stopped rings",
		   run.pins.closing, 0);
	core_check(run.records == 0, "no record passed", run.records, 0);
	core_run_end(&run);
}

/* An orderly stop: the core is disabled first, the flush empties the cache all the same. */
static void flush_works_while_disabled(uint32_t seed)
{
	struct core_run run;
	struct core_packet packet;

	core_plain_run(&run, 1000000);
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	for (uint32_t i = 0; i < 40; i++) {
		packet = core_packet_of(i % 20, run.pins.time_ns);
		core_run_feed(&run, &packet);
	}
	core_clocks(&run, 4);
	run.pins.enable = false;
	core_run_flush(&run, 5000);
	core_check(core_ref_barriers(0) == 1 && !run.pins.flushing, "barrier of the flush",
		   core_ref_barriers(0), 1);
	run.pins.time_ns += 100ull << SHIFT;
	core_clocks(&run, 100);
	core_check(run.pins.epoch_open == 1 && !run.pins.busy, "a disabled core opens no epoch",
		   run.pins.epoch_open, 1);
	core_run_end(&run);
}

/* Packets that were taken before the flush belong to it, however late their time stamp is. */
static void flush_takes_the_packet_just_before_it(uint32_t seed)
{
	struct core_run run;
	struct core_packet packet;

	for (unsigned int gap = 0; gap < 6; gap++) {
		core_plain_run(&run, 0);
		core_run_start(&run, seed, CORE_HASH_RANDOM);
		core_clocks(&run, 10);
		packet = core_packet_of(1, run.pins.time_ns + 1000000000);
		core_run_feed(&run, &packet);
		core_clocks(&run, gap);
		core_run_flush(&run, 5000);
		core_check(core_ref_flow_records(0, packet.vec, NULL) == 1, "flushed packet", gap,
			   0);
		core_run_end(&run);
	}
}

/* Closing an epoch in which nothing happened takes few clocks. */
static void empty_sweep_is_short(uint32_t seed)
{
	struct core_run run;
	uint64_t before;

	core_plain_run(&run, 0);
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	before = run.clocks;
	core_run_flush(&run, 5000);
	core_check(run.clocks - before < 80, "clocks to close an empty epoch", run.clocks - before,
		   80);
	core_run_end(&run);
}

/* One key under two monitors is two flows, however close behind each other and in whichever row. */
static void monitors_with_one_key_stay_apart(uint32_t seed)
{
	const uint32_t want = 10;
	struct core_packet packet;
	struct core_run run;

	core_plain_run(&run, 0);
	run.ref.monitors[1] = run.ref.monitors[0];
	core_run_start(&run, seed, CORE_HASH_ZERO);
	core_clocks(&run, 10);
	packet = core_packet_of(7, run.pins.time_ns + 10);
	for (uint32_t i = 0; i < want; i++)
		core_run_feed(&run, &packet);
	core_run_flush(&run, 5000);
	for (unsigned int m = 0; m < 2; m++) {
		uint32_t packets;
		uint64_t records = core_ref_flow_records(m, packet.vec, &packets);

		core_check(records == 1 && packets == want, "packets of a flow of two monitors",
			   packets, want);
	}
	core_run_end(&run);
}

/* Counters of octets are wider than 32 bits; the reference compares what the records say. */
static void octets_pass_four_gigaoctets(uint32_t seed)
{
	const uint32_t frames = 5000;
	struct core_packet packet;
	struct core_run run;
	uint64_t records;

	core_plain_run(&run, 0);
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	packet = core_packet_of(7, run.pins.time_ns + 10);
	packet.frame_len = 0xfffff;
	for (uint32_t i = 0; i < frames; i++)
		core_run_feed(&run, &packet);
	core_run_flush(&run, 5000);
	records = core_ref_flow_records(0, packet.vec, NULL);
	core_check(records == frames / ((1u << CORE_PACKET_BITS) - 1) + 1,
		   "records of a flow of large frames", records, 1);
	core_run_end(&run);
}

void core_cases(uint32_t seed)
{
	hot_flow_is_never_evicted(seed);
	late_packet_joins_the_closing_epoch(seed);
	new_flows_never_stall(seed);
	sweep_ends_under_full_load(seed);
	stopped_ring_is_counted_exactly(seed);
	epoch_closes_into_the_reserved_places(seed);
	flush_works_while_disabled(seed);
	flush_takes_the_packet_just_before_it(seed);
	empty_sweep_is_short(seed);
	monitors_with_one_key_stay_apart(seed);
	octets_pass_four_gigaoctets(seed);
}
