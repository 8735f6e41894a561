/* SPDX-License-Identifier: BSD-2-Clause */
#include "core_patterns.h"

#include <string.h>

#include "flowcard/registers.h"

#define ENTRIES (1u << CORE_ENTRIES_LOG2)

static void flow_packet(struct core_run *run, uint32_t flow, struct core_packet *packet)
{
	memset(packet, 0, sizeof(*packet));
	packet->vec[0] = flow;
	fc_vec_set_ip_version(packet->vec, 4);
	fc_vec_set_ttl(packet->vec, core_random() & 0xff);
	fc_vec_set_tcp_flags(packet->vec, core_random() & 0xfff);
	fc_vec_set_label_id(packet->vec, core_random() & 0xfffff);
	packet->l3_len = 46 + core_below(1455);
	packet->frame_len = packet->l3_len + 14;
	packet->time_ns = run->pins.time_ns - core_below(8);
}

static void same_flow_bursts(struct core_run *run, uint64_t n, struct core_packet *packet)
{
	flow_packet(run, (uint32_t)(n / 16 % 1000), packet);
}

static void alternating_in_one_row(struct core_run *run, uint64_t n, struct core_packet *packet)
{
	flow_packet(run, (uint32_t)(n % 2), packet);
}

/* One flow more than a row of all tables holds: every packet but the first eight evicts. */
static void crowded_row(struct core_run *run, uint64_t n, struct core_packet *packet)
{
	flow_packet(run, (uint32_t)(n % 9), packet);
}

static void all_new(struct core_run *run, uint64_t n, struct core_packet *packet)
{
	flow_packet(run, (uint32_t)n, packet);
}

static void half_the_cache(struct core_run *run, uint64_t n, struct core_packet *packet)
{
	(void)n;
	flow_packet(run, core_below(ENTRIES / 2), packet);
}

static void whole_cache(struct core_run *run, uint64_t n, struct core_packet *packet)
{
	flow_packet(run, (uint32_t)n * 2654435761u % (2 * ENTRIES), packet);
}

static void late_half(struct core_run *run, uint64_t n, struct core_packet *packet)
{
	half_the_cache(run, n, packet);
	if (core_chance(50))
		packet->time_ns -= core_below(1u << run->ref.epoch_shift);
}

static void mixed(struct core_run *run, uint64_t n, struct core_packet *packet)
{
	static uint32_t flow, left;

	if (left == 0) {
		left = 1 + core_below(core_chance(50) ? 2 : 40);
		flow = core_chance(20) ? (uint32_t)n + 1000000 : core_below(3 * ENTRIES);
	}
	left--;
	flow_packet(run, flow, packet);
	if (core_chance(10))
		packet->time_ns -= core_below(1u << run->ref.epoch_shift);
}

static void step_now_and_then(struct core_run *run, uint64_t n)
{
	const uint64_t span = 1ull << run->ref.epoch_shift;

	if (n % 20011 == 20010)
		run->pins.time_ns += (n & 1 ? 1 : -1) * (span * (2 + core_below(1000)));
}

static void ring_0_stands(struct core_run *run, uint64_t n)
{
	(void)n;
	run->pins.rec_ready = ((1u << CORE_RINGS) - 1) & ~1u;
}

static void flush_now_and_then(struct core_run *run, uint64_t n)
{
	step_now_and_then(run, n);
	run->pins.flush = n % 30011 == 30010;
}

/* One snapshot or flush of the monitor after the other. */
static void walk_all_the_time(struct core_run *run, uint64_t n)
{
	const bool rest = n % 16 == 0 && !run->pins.snapshotting && !run->pins.flushing_monitor;

	run->pins.snapshot = rest && n % 32 == 0;
	run->pins.flush_monitor = rest && n % 32 != 0;
	run->pins.command_monitor = 0;
}

#define PATTERN(name, target, least, hash, shift, guard, monitors, packet, clock)                  \
	{                                                                                          \
		name, target, least, CORE_HASH_##hash, shift, guard, monitors, packet, clock       \
	}

const struct core_pattern core_patterns[] = {
	PATTERN("same_flow_bursts", "1.00", 0.995, RANDOM, 40, 0, 1, same_flow_bursts, NULL),
	PATTERN("alternating_one_row", "1.00", 0.995, ZERO, 40, 0, 1, alternating_in_one_row, NULL),
	PATTERN("crowded_row", "1.00", 0.995, ZERO, 40, 0, 1, crowded_row, NULL),
	PATTERN("all_new", "1.00", 0.995, RANDOM, 40, 0, 1, all_new, NULL),
	PATTERN("two_monitors", "1.00", 0.995, RANDOM, 40, 0, 2, half_the_cache, NULL),
	PATTERN("epoch_boundaries", ">= 15/16", 0.9375, RANDOM, 17, 1000, 1, half_the_cache, NULL),
	PATTERN("clock_steps", ">= 15/16", 0.9375, RANDOM, 17, 1000, 1, half_the_cache,
		step_now_and_then),
	PATTERN("late_packets", ">= 15/16", 0.9375, RANDOM, 17, 100000, 1, late_half, NULL),
	PATTERN("sweep_all_the_time", ">= 15/16", 0.9375, RANDOM, 12, 0, 1, whole_cache, NULL),
	PATTERN("snapshot_and_flush_monitor", ">= 15/16", 0.9375, RANDOM, 40, 0, 1, whole_cache,
		walk_all_the_time),
	PATTERN("one_ring_stopped", "1.00", 0.995, RANDOM, 40, 0, 1, mixed, ring_0_stands),
	PATTERN("random_mix", ">= 15/16", 0.9375, RANDOM, 16, 5000, 2, mixed, flush_now_and_then),
};
const unsigned int core_pattern_count = sizeof(core_patterns) / sizeof(core_patterns[0]);
