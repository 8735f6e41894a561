/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations a clock of fc_core, one line a pattern: rtl_core [PACKETS [PATTERN]]. Every record of
 * every pattern goes through the reference of tests/hw/core; a wrong sum ends the program.
 */
#include "core_patterns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flowcard/registers.h"

#define CLOCK_NS 4
/* A slot in so many clocks, a row a clock, and for each ring the ledgers and the barrier. */
#define SWEEP_BOUND(slot)                                                                          \
	((slot) * (1ull << CORE_ENTRIES_LOG2) + (1ull << CORE_ENTRIES_LOG2) / 8 +                  \
	 CORE_RINGS * 16ull * (CORE_MONITORS + 1) + 100)

struct outcome {
	uint64_t packets, clocks;
	double seconds;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static void prepare(struct core_run *run, const struct core_pattern *pattern)
{
	memset(run, 0, sizeof(*run));
	run->ref.rings = CORE_RINGS;
	run->ref.epoch_shift = run->pins.epoch_shift = pattern->epoch_shift;
	run->pins.guard_ns = pattern->guard_ns;
	run->pins.time_ns = 0x17a0000000000000ull;
	for (unsigned int m = 0; m < pattern->monitors; m++) {
		struct core_monitor *monitor = &run->ref.monitors[m];

		monitor->enable = monitor->ipv4 = true;
		monitor->ports = 0xffffffff;
		memset(monitor->mask, 0xff, 37);
		if (m > 0)
			monitor->mask[0] = 0xff;
	}
}

/* `packets` packets, a new one in the clock after the last was taken. */
static void drive(struct core_run *run, const struct core_pattern *pattern, uint64_t packets)
{
	struct core_packet packet;

	for (uint64_t n = 0; n < packets || run->pins.desc_valid;) {
		if (!run->pins.desc_valid) {
			pattern->packet(run, n++, &packet);
			core_run_offer(run, 0, &packet);
		}
		run->pins.time_ns += CLOCK_NS;
		if (pattern->clock)
			pattern->clock(run, run->clocks);
		core_run_clock(run);
	}
}

static struct outcome measure(const struct core_pattern *pattern, uint64_t packets)
{
	struct outcome outcome = {0};
	struct core_run run;
	uint64_t before;
	double start;

	core_random_seed(1);
	prepare(&run, pattern);
	core_run_start(&run, 1, pattern->hash);
	for (unsigned int i = 0; i < 10; i++)
		core_run_clock(&run);
	before = run.clocks;
	start = now();
	drive(&run, pattern, packets);
	outcome.clocks = run.clocks - before;
	outcome.packets = run.accepted;
	outcome.seconds = now() - start;
	core_run_end(&run);
	return outcome;
}

static bool report(const struct core_pattern *pattern, uint64_t packets)
{
	const struct outcome outcome = measure(pattern, packets);
	const double rate = (double)(outcome.packets * pattern->monitors) / (double)outcome.clocks;

	printf("rtl_core_%s = %.4f operations/clock (%llu packets, %.0f packets/s of simulation; "
	       "target %s%s)\n",
	       pattern->name, rate, (unsigned long long)outcome.packets,
	       (double)outcome.packets / outcome.seconds, pattern->target,
	       rate < pattern->least ? ", MISSED" : "");
	fflush(stdout);
	return rate >= pattern->least;
}

/* From the boundary to the barrier in every ring, the cache being full; a packet in every clock if
 * `loaded`. Bound: docs/hw/core.md. */
static void sweep(const char *name, bool loaded, uint64_t bound)
{
	static const struct core_pattern plain = {.epoch_shift = 40, .monitors = 1};
	struct core_packet packet;
	struct core_run run;
	uint64_t before, clocks;

	core_random_seed(1);
	prepare(&run, &plain);
	core_run_start(&run, 1, CORE_HASH_RANDOM);
	for (uint32_t i = 0; i < 4u << CORE_ENTRIES_LOG2; i++) {
		core_patterns[3].packet(&run, i, &packet);
		core_run_feed(&run, &packet);
	}
	run.pins.time_ns += 1ull << 40;
	before = run.clocks;
	while (core_ref_barriers(CORE_RINGS - 1) == 0) {
		core_patterns[0].packet(&run, 0, &packet);
		if (loaded && !run.pins.desc_valid)
			core_run_offer(&run, 0, &packet);
		core_run_clock(&run);
	}
	clocks = run.clocks - before;
	core_run_end(&run);
	printf("rtl_sweep_%s_%u = %llu clocks (target <= %llu%s)\n", name, 1u << CORE_ENTRIES_LOG2,
	       (unsigned long long)clocks, (unsigned long long)bound,
	       clocks > bound ? ", MISSED" : "");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	uint64_t packets = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
	unsigned int done = 0;

	for (unsigned int i = 0; i < core_pattern_count; i++) {
		if (argc > 2 && strcmp(argv[2], core_patterns[i].name) != 0)
			continue;
		report(&core_patterns[i], packets);
		done++;
	}
	if (argc <= 2) {
		sweep("loaded", true, SWEEP_BOUND(16));
		sweep("quiet", false, SWEEP_BOUND(1));
	}
	if (!done)
		fprintf(stderr, "rtl_core: no such pattern\n");
	return done && core_checks ? 0 : 2;
}
