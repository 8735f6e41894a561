/* SPDX-License-Identifier: BSD-2-Clause */
/* Random configuration, random traffic. test_hw_core [SEED [RUNS]] repeats; --bench measures. */
#include "core_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flowcard/registers.h"

struct plan {
	uint32_t flows, burst, load, late, ready, stall_every, stall_for;
	uint32_t tick, jump_one_in, flush_one_in, snapshot_one_in, change_one_in, clocks;
	bool rotate;
};

struct traffic {
	struct core_packet *templates;
	uint32_t last, left;
	uint64_t clock;
};

static uint64_t changes, snapshots;

static void random_monitor(struct core_monitor *monitor, bool immediate)
{
	memset(monitor, 0, sizeof(*monitor));
	monitor->enable = true;
	monitor->ipv4 = core_chance(80);
	monitor->ipv6 = core_chance(80) || !monitor->ipv4;
	monitor->ports = core_chance(70) ? 0xffffffff : 1u << core_below(CORE_PORTS);
	monitor->immediate = immediate;
	monitor->ports_out = core_chance(40) ? core_random() : 0;
	for (int i = 0; i < CORE_VEC_WORDS; i++)
		monitor->mask[i] = core_chance(50)   ? 0
				   : core_chance(50) ? 0xffffffff
						     : core_random();
	monitor->mask[0] = core_chance(90) ? 0xffffffff : 0xff;
	/* What changes from packet to packet is rarely part of a key. */
	if (core_chance(80)) {
		monitor->mask[9] &= 0xff;
		monitor->mask[10] &= 0xf000;
		monitor->mask[11] &= 0xfff00000;
	}
}

/* Most runs have none; a short window shows what a long one would. */
static void random_samplers(uint32_t *controls)
{
	for (unsigned int i = 0; i < CORE_SAMPLERS; i++) {
		uint32_t length = core_chance(80) ? 1 + core_below(8) : 1 + core_below(2000);

		controls[i] = core_below(3) << FC_REG_SAMPLER_CONTROL_MODE_SHIFT |
			      core_below(256) << FC_REG_SAMPLER_CONTROL_ID_SHIFT |
			      (length - 1) << FC_REG_SAMPLER_CONTROL_WINDOW_SHIFT;
	}
}

static void random_config(struct core_run *run, struct plan *plan)
{
	unsigned int monitors = core_chance(40) ? 1 : 1 + core_below(CORE_MONITORS);

	memset(run, 0, sizeof(*run));
	for (unsigned int m = 0; m < monitors; m++)
		random_monitor(&run->ref.monitors[core_chance(70) ? m : core_below(CORE_MONITORS)],
			       core_chance(10));
	if (core_chance(30))
		random_samplers(run->ref.samplers);
	run->ref.epoch_shift = 8 + core_below(8);
	run->pins.epoch_shift = run->ref.epoch_shift;
	run->pins.guard_ns = core_below(3) ? core_below(1u << run->ref.epoch_shift) : 0;
	run->pins.time_ns = core_chance(10)   ? UINT64_MAX - core_below(100000)
			    : core_chance(10) ? core_below(1000)
					      : 0x17a0000000000000ull + core_random();
	plan->flows = core_chance(30)   ? 1 + core_below(4)
		      : core_chance(50) ? 1 + core_below(64)
					: 1 + core_below(20000);
	plan->burst = core_chance(50) ? 1 : 1 + core_below(40);
	plan->load = core_chance(50) ? 100 : 1 + core_below(99);
	plan->late = core_chance(50) ? 0 : core_below(2u << run->ref.epoch_shift);
	plan->ready = core_chance(40) ? 100 : 20 + core_below(80);
	plan->stall_every = core_chance(70) ? 0 : 200 + core_below(3000);
	plan->stall_for = core_below(1500);
	plan->tick = 1 + core_below(12);
	plan->jump_one_in = core_chance(50) ? 0 : 500 + core_below(4000);
	plan->flush_one_in = core_chance(60) ? 0 : 300 + core_below(4000);
	plan->snapshot_one_in = core_chance(60) ? 0 : 300 + core_below(4000);
	plan->change_one_in = core_chance(60) ? 0 : 500 + core_below(3000);
	plan->clocks = 8000;
	plan->rotate = core_chance(30);
}

static void random_templates(struct core_packet *templates, uint32_t flows)
{
	for (uint32_t f = 0; f < flows; f++) {
		uint32_t *vec = templates[f].vec;

		for (int i = 0; i < CORE_VEC_WORDS; i++)
			vec[i] = core_random();
		if (f > 0 && core_chance(50)) /* differs from its neighbour in one bit */
			memcpy(vec, templates[f - 1].vec, sizeof(templates->vec));
		vec[core_below(CORE_VEC_WORDS)] ^= 1u << core_below(32);
		fc_vec_set_ip_version(vec, core_chance(80) ? 4 : core_chance(90) ? 6 : 5);
	}
}

static void make_packet(struct traffic *traffic, const struct plan *plan, uint64_t now,
			struct core_packet *packet)
{
	if (traffic->left == 0) {
		traffic->left = 1 + core_below(plan->burst);
		traffic->last =
			plan->rotate ? (traffic->last + 1) % plan->flows : core_below(plan->flows);
	}
	traffic->left--;
	*packet = traffic->templates[traffic->last];
	packet->time_ns = now - (plan->late ? core_below(plan->late) : core_below(8));
	packet->l3_len = core_chance(5) ? 0x1ffff : core_below(1600);
	packet->frame_len = core_chance(5) ? 0xfffff : packet->l3_len + 14 + core_below(64);
	fc_vec_set_ttl(packet->vec, core_random() & 0xff);
	fc_vec_set_tcp_flags(packet->vec, 1u << core_below(12));
	fc_vec_set_label_id(packet->vec, core_random() & 0xfffff);
}

static void move_time(struct core_run *run, const struct plan *plan)
{
	uint64_t span = 1ull << run->ref.epoch_shift;

	run->pins.time_ns += core_below(plan->tick);
	if (plan->jump_one_in && core_below(plan->jump_one_in) == 0) {
		uint64_t jump = core_chance(50) ? core_below(span * 3) : span * core_random();

		run->pins.time_ns += core_chance(50) ? jump : -jump;
	}
}

static void one_clock(struct core_run *run, const struct plan *plan, struct traffic *traffic)
{
	uint64_t clock = traffic->clock++;
	struct core_packet packet;

	for (unsigned int p = 0; p < CORE_PORTS; p++) {
		if (run->pins.desc_valid >> p & 1 || !core_chance(plan->load))
			continue;
		make_packet(traffic, plan, run->pins.time_ns, &packet);
		core_run_offer(run, p, &packet);
	}
	for (unsigned int r = 0; r < CORE_RINGS; r++) {
		bool stalled =
			plan->stall_every && clock % plan->stall_every < plan->stall_for && r == 0;

		run->pins.rec_ready &= ~(1u << r);
		run->pins.rec_ready |= (uint32_t)(!stalled && core_chance(plan->ready)) << r;
	}
	if (plan->flush_one_in && core_below(plan->flush_one_in) == 0)
		run->pins.flush = true;
	move_time(run, plan);
	core_run_clock(run);
}

static bool walking(const struct core_run *run)
{
	return run->pins.flushing_monitor || run->pins.snapshotting;
}

/* Clocks with traffic until the walk is over; a ring that stays stopped is let go in the end. */
static void await_walk(struct core_run *run, const struct plan *plan, struct traffic *traffic)
{
	struct plan gentle = *plan;
	uint32_t limit = 40u << CORE_ENTRIES_LOG2;

	one_clock(run, plan, traffic);
	one_clock(run, plan, traffic);
	for (uint32_t n = 0; walking(run); n++) {
		if (n == 3000) {
			gentle.stall_every = 0;
			gentle.ready = 100;
		}
		if (n == 6000)
			gentle.load /= 2;
		core_check(n < limit + 6000, "clocks of a walk under traffic", n, limit);
		one_clock(run, &gentle, traffic);
	}
}

/* What a driver does to a running card: off, flush, wait, another mask, on. */
static void change_monitor(struct core_run *run, const struct plan *plan, struct traffic *traffic)
{
	unsigned int m = core_below(CORE_MONITORS);
	struct core_monitor now = run->ref.monitors[m];
	struct plan ready = *plan;

	await_walk(run, plan, traffic);
	now.enable = false;
	core_run_monitor(run, m, &now);
	for (uint32_t n = core_below(4); n > 0; n--)
		one_clock(run, plan, traffic);
	run->pins.flush_monitor = true;
	run->pins.command_monitor = m;
	await_walk(run, plan, traffic);
	core_check(!(run->pins.present >> m & 1), "packets of a flushed monitor", run->pins.present,
		   0);
	/* Its last records are in the FIFO yet, keyed by the old mask. */
	ready.stall_every = 0;
	ready.ready = 100;
	ready.load /= 2;
	for (uint32_t n = 0; n < 4u << CORE_FIFO_LOG2; n++)
		one_clock(run, &ready, traffic);
	random_monitor(&now, core_chance(10));
	core_run_monitor(run, m, &now);
	changes++;
}

static void random_clock(struct core_run *run, const struct plan *plan, struct traffic *traffic)
{
	struct plan calm = *plan;

	if (plan->snapshot_one_in && core_below(plan->snapshot_one_in) == 0 && !walking(run)) {
		run->pins.snapshot = true;
		snapshots++;
		one_clock(run, plan, traffic);
	}
	/* 16 clocks an entry is long in a large cache: leave idle slots to the walk. */
	if (CORE_ENTRIES_LOG2 >= 9 && calm.load > 50)
		calm.load = 50;
	if (plan->change_one_in && core_below(plan->change_one_in) == 0)
		change_monitor(run, &calm, traffic);
	one_clock(run, plan, traffic);
}

static void random_run(uint64_t seed)
{
	struct core_run run;
	struct plan plan;
	struct traffic traffic = {0};
	static const enum core_hash hashes[] = {CORE_HASH_RANDOM, CORE_HASH_RANDOM, CORE_HASH_ZERO,
						CORE_HASH_FEW};
	uint64_t before = core_checks;
	bool strict;

	core_random_seed(seed);
	random_config(&run, &plan);
	traffic.templates = calloc(plan.flows, sizeof(*traffic.templates));
	if (!traffic.templates)
		abort();
	random_templates(traffic.templates, plan.flows);
	fprintf(stderr, "seed %llu: %u flows, burst %u, load %u, ready %u, shift %u: ",
		(unsigned long long)seed, plan.flows, plan.burst, plan.load, plan.ready,
		run.ref.epoch_shift);
	core_run_start(&run, (uint32_t)seed, hashes[core_below(4)]);
	while (traffic.clock < plan.clocks)
		random_clock(&run, &plan, &traffic);
	strict = core_ref_strict();
	core_run_end(&run);
	fprintf(stderr, "%llu packets, %llu records, %u epochs, %llu comparisons%s\n",
		(unsigned long long)run.accepted, (unsigned long long)run.records,
		run.pins.epoch_open, (unsigned long long)(core_checks - before),
		strict ? "" : ", overloaded");
	free(traffic.templates);
}

/* Chance must have met every reason; else the runs proved less than they say. */
static void check_coverage(void)
{
	for (unsigned int reason = FC_REASON_EPOCH; reason <= FC_REASON_FLUSH; reason++) {
		if (reason == FC_REASON_OVERFLOW && CORE_PACKET_BITS > 8)
			continue;
		core_check(core_reasons[reason] > 0, fc_reason_name(reason), core_reasons[reason],
			   1);
		printf("records with reason %s: %llu\n", fc_reason_name(reason),
		       (unsigned long long)core_reasons[reason]);
	}
	core_check(core_refused > 0, "refused packets met", core_refused, 1);
	core_check(core_steps > 0, "clock steps met", core_steps, 1);
	core_check(core_copies > 0 && snapshots > 0, "copies met", core_copies, 1);
	core_check(changes > 0, "changed monitors met", changes, 1);
	core_check(core_left_out > 0, "packets left out by samplers met", core_left_out, 1);
	printf("%llu copies of %llu snapshots, %llu monitors changed, %llu packets not sampled\n",
	       (unsigned long long)core_copies, (unsigned long long)snapshots,
	       (unsigned long long)changes, (unsigned long long)core_left_out);
}

int main(int argc, char **argv)
{
	uint64_t seed = 1, runs = 24;

	if (argc > 1 && !strcmp(argv[1], "--bench")) {
		core_bench();
		return 0;
	}
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		runs = strtoull(argv[2], NULL, 0);
	core_cases((uint32_t)seed);
	core_walk_cases((uint32_t)seed);
	core_sampler_cases((uint32_t)seed);
	for (uint64_t i = 0; i < runs; i++)
		random_run(seed + i);
	if (runs >= 24)
		check_coverage();
	printf("seeds %llu..%llu: %llu comparisons\n", (unsigned long long)seed,
	       (unsigned long long)(seed + runs - 1), (unsigned long long)core_checks);
	return core_checks ? 0 : 1;
}
