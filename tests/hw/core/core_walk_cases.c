/* SPDX-License-Identifier: BSD-2-Clause */
/* Flushing one monitor and snapshots, beside traffic and into stopped rings; choices within the
 * window. */
#include "core_cases.h"

#include <stdio.h>

#include "flowcard/registers.h"

#define ENTRIES (1u << CORE_ENTRIES_LOG2)

static void feed_flows(struct core_run *run, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct core_packet packet = core_packet_of(first + i, run->pins.time_ns);

		core_run_feed(run, &packet);
	}
}

static uint64_t copies_of(uint32_t src, unsigned int monitor)
{
	struct core_packet packet = core_packet_of(src, 0);

	return core_ref_flow_copies(monitor, packet.vec, NULL);
}

static void begin(struct core_run *run, uint32_t seed, enum core_hash hash)
{
	core_plain_run(run, 0);
	core_run_start(run, seed, hash);
	core_clocks(run, 10);
}

/* Few flows in a cache without evictions: each is copied once, and stays. */
static void snapshot_copies_every_entry_and_changes_none(uint32_t seed)
{
	struct core_run run;
	uint64_t before;

	begin(&run, seed, CORE_HASH_RANDOM);
	feed_flows(&run, 100, 6);
	feed_flows(&run, 100, 6);
	core_run_settle(&run, 100);
	before = run.records;
	core_run_snapshot(&run, 2 * ENTRIES + 200);
	core_run_settle(&run, 500);
	core_check(run.records - before == 6, "records of a snapshot", run.records - before, 6);
	for (uint32_t i = 0; i < 6; i++)
		core_check(copies_of(100 + i, 0) == 1, "copies of a flow", copies_of(100 + i, 0),
			   1);
	core_run_flush(&run, 5000);
	core_check(run.records > before + 6, "deltas are still there", run.records, before);
	core_run_end(&run);
}

/* Hits in every clock: the walk has one slot in 16 and ends within its bound. */
static void snapshot_ends_under_full_load(uint32_t seed)
{
	struct core_run run;
	uint64_t before, fed = 0, bound = 16ull * ENTRIES + 200;

	begin(&run, seed, CORE_HASH_RANDOM);
	feed_flows(&run, 100, ENTRIES / 8);
	core_run_settle(&run, 100);
	before = run.clocks;
	run.pins.snapshot = true;
	do {
		feed_flows(&run, 7, 1);
		fed++;
		core_check(run.clocks - before < bound, "clocks of a snapshot", run.clocks - before,
			   bound);
	} while (run.pins.snapshotting || fed < 4);
	printf("snapshot under full load: %llu clocks, bound %llu, %llu packets\n",
	       (unsigned long long)(run.clocks - before), (unsigned long long)bound,
	       (unsigned long long)fed);
	core_check(16 * fed >= 15 * (run.clocks - before) - 16, "15 of 16 slots are for packets",
		   fed, run.clocks - before);
	core_check(core_copies > 0, "copies", core_copies, 1);
	core_run_end(&run);
}

/* What a snapshot fills are places that packets do not need: none is refused while it waits. */
static void snapshot_waits_for_a_stopped_ring(uint32_t seed)
{
	struct core_run run;
	uint32_t flows = ENTRIES / 2;
	uint64_t missing = 0;

	begin(&run, seed, CORE_HASH_RANDOM);
	feed_flows(&run, 100, flows);
	core_run_settle(&run, 2 * ENTRIES + 500);
	run.pins.rec_ready = 0;
	run.pins.snapshot = true;
	core_clocks(&run, 3 * ENTRIES);
	core_check(run.pins.snapshotting, "snapshot waits", run.pins.snapshotting, 1);
	for (uint32_t i = 0; i < 8; i++) {
		run.pins.rec_ready = 1u << i % CORE_RINGS;
		core_clocks(&run, 50);
		run.pins.rec_ready = 0;
		core_clocks(&run, 50);
	}
	core_run_settle(&run, 100 * ENTRIES);
	for (uint32_t i = 0; i < flows; i++)
		missing += copies_of(100 + i, 0) == 0;
	/* The small caches have evicted some of the flows before. */
	core_check(missing <= flows / 4, "flows without a copy", missing, flows / 4);
	core_check(core_ref_strict(), "no packet was refused", core_ref_strict(), 1);
	core_run_end(&run);
}

static void flush_takes_one_monitor_and_leaves_the_other(uint32_t seed)
{
	struct core_run run;
	struct core_packet packet;
	uint32_t packets;

	core_plain_run(&run, 0);
	run.ref.monitors[5] = run.ref.monitors[0];
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	feed_flows(&run, 100, 4);
	feed_flows(&run, 100, 4);
	core_run_flush_monitor(&run, 5, 2 * ENTRIES + 200);
	core_run_settle(&run, 100);
	packet = core_packet_of(100, 0);
	core_check(core_ref_flow_records(5, packet.vec, &packets) == 1 && packets == 2,
		   "flushed flow of monitor 5", packets, 2);
	core_check(core_ref_flow_records(0, packet.vec, NULL) == 0, "flow of monitor 0 stays", 1,
		   0);
	core_check(core_reasons[FC_REASON_FLUSH] > 0, "reason", 0, FC_REASON_FLUSH);
	core_run_end(&run);
}

/* During the guard time entries of two epochs stand side by side; both go. */
static void flush_takes_entries_of_both_epochs(uint32_t seed)
{
	struct core_run run;
	struct core_packet old, new;

	core_plain_run(&run, 1000);
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	core_clocks(&run, 10);
	old = core_packet_of(7, run.pins.time_ns);
	core_run_feed(&run, &old);
	run.pins.time_ns += 1 << SHIFT;
	core_clocks(&run, 10);
	new = core_packet_of(8, run.pins.time_ns);
	core_run_feed(&run, &new);
	core_run_flush_monitor(&run, 0, 2 * ENTRIES + 200);
	core_clocks(&run, 20);
	core_check(core_ref_flow_records(0, old.vec, NULL) == 1, "flow of the closing epoch", 0, 1);
	core_check(core_ref_flow_records(0, new.vec, NULL) == 1, "flow of the open epoch", 0, 1);
	core_check(core_ref_barriers(0) == 0, "barriers in the guard time", core_ref_barriers(0),
		   0);
	core_run_end(&run);
}

/* A monitor is switched off and flushed at once, while packets of it are on their way. */
static void nothing_is_left_of_a_monitor_that_was_switched_off(uint32_t seed)
{
	for (unsigned int gap = 0; gap < 12; gap++) {
		struct core_monitor off;
		struct core_run run;

		begin(&run, seed + gap, CORE_HASH_ZERO);
		feed_flows(&run, 1, 5);
		off = run.ref.monitors[0];
		off.enable = false;
		core_run_monitor(&run, 0, &off);
		core_clocks(&run, gap);
		core_check(run.pins.present == 1, "packets are there", run.pins.present, 1);
		core_run_flush_monitor(&run, 0, 4 * ENTRIES + 200);
		core_check(run.pins.present == 0, "packets after the flush", run.pins.present, 0);
		core_run_settle(&run, 500);
		off.mask[0] = 0xff;
		off.enable = true;
		core_run_monitor(&run, 0, &off);
		feed_flows(&run, 1, 5);
		core_run_end(&run);
	}
}

/* All flows share one row, so each flush meets packets that want its slot within the window. */
static void flush_races_with_packets_for_one_slot(uint32_t seed)
{
	struct core_run run;
	uint64_t asked = 0;

	begin(&run, seed, CORE_HASH_ZERO);
	for (uint32_t i = 0; i < 3 * ENTRIES; i++) {
		/* The pin tells of the clock before. */
		if (!run.pins.flushing_monitor && run.clocks > asked + 2 && core_chance(50)) {
			run.pins.flush_monitor = true;
			asked = run.clocks;
		}
		if (core_chance(60))
			feed_flows(&run, core_below(9), 1);
		else
			core_clocks(&run, 1);
	}
	core_run_settle(&run, 20 * ENTRIES);
	core_run_end(&run);
}

/* A new key k times in as many clocks is one entry. */
static void repeated_new_key_is_one_entry(uint32_t seed)
{
	struct core_run run;
	struct core_packet packet;
	uint32_t packets;

	for (uint32_t k = 2; k < 9; k++) {
		begin(&run, seed, CORE_HASH_RANDOM);
		packet = core_packet_of(7, run.pins.time_ns);
		for (uint32_t i = 0; i < k; i++)
			core_run_feed(&run, &packet);
		core_run_flush(&run, 5000);
		core_check(core_ref_flow_records(0, packet.vec, &packets) == 1 && packets == k,
			   "packets of a repeated key", packets, k);
		core_run_end(&run);
	}
}

/* Epochs that are over before the one ahead of them is swept, and rings that take a record in 40
 * clocks: a place that comes free is a sweep's at once, and a walk has to get some of them. */
static void walks_end_though_sweeps_never_pause(uint32_t seed)
{
	struct core_run run;
	const uint64_t span = 1ull << 10, limit = 1024ull * ENTRIES;
	uint64_t begun, swept = 0;

	if (CORE_ENTRIES_LOG2 > 9)
		return;
	core_plain_run(&run, (uint32_t)span / 2);
	run.ref.epoch_shift = run.pins.epoch_shift = 10;
	run.pins.time_ns = 5 * span;
	core_run_start(&run, seed, CORE_HASH_RANDOM);
	feed_flows(&run, 100, ENTRIES);
	for (unsigned int walk = 0; walk < 2; walk++) {
		run.pins.snapshot = walk == 0;
		run.pins.flush_monitor = walk == 1;
		begun = run.clocks;
		do {
			struct core_packet packet =
				core_packet_of(1000 + core_below(4 * ENTRIES), run.pins.time_ns);

			run.pins.rec_ready = run.clocks % 40 == 0 ? (1u << CORE_RINGS) - 1 : 0;
			run.pins.time_ns += 4;
			core_run_offer(&run, 0, &packet);
			core_run_clock(&run);
			swept += run.pins.closing;
			core_check(run.clocks - begun < limit, "clocks of a walk",
				   run.clocks - begun, limit);
		} while (run.pins.snapshotting || run.pins.flushing_monitor ||
			 run.clocks - begun < 4);
		printf("walk under a standing overload: %llu clocks, limit %llu\n",
		       (unsigned long long)(run.clocks - begun), (unsigned long long)limit);
	}
	core_check(swept > 0 && !core_ref_strict(), "overload met", swept, 1);
	core_run_end(&run);
}

/* One row is full; two new keys in two clocks take the places of the two that are idle longest. */
static void neighbours_choose_two_victims(uint32_t seed)
{
	for (unsigned int gap = 0; gap < 5; gap++) {
		struct core_run run;

		begin(&run, seed, CORE_HASH_ZERO);
		feed_flows(&run, 100, 8);
		core_clocks(&run, 20);
		feed_flows(&run, 200, 1);
		core_clocks(&run, gap);
		feed_flows(&run, 201, 1);
		core_run_settle(&run, 100);
		for (uint32_t src = 100; src < 108; src++) {
			struct core_packet packet = core_packet_of(src, 0);
			uint64_t records = core_ref_flow_records(0, packet.vec, NULL);

			core_check(records == (src < 102), "evicted flow", records, src < 102);
		}
		core_run_end(&run);
	}
}

void core_walk_cases(uint32_t seed)
{
	snapshot_copies_every_entry_and_changes_none(seed);
	snapshot_ends_under_full_load(seed);
	snapshot_waits_for_a_stopped_ring(seed);
	walks_end_though_sweeps_never_pause(seed);
	flush_takes_one_monitor_and_leaves_the_other(seed);
	flush_takes_entries_of_both_epochs(seed);
	nothing_is_left_of_a_monitor_that_was_switched_off(seed);
	flush_races_with_packets_for_one_slot(seed);
	repeated_new_key_is_one_entry(seed);
	neighbours_choose_two_victims(seed);
}
