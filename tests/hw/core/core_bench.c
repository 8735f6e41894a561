/* SPDX-License-Identifier: BSD-2-Clause */
/* Simulation cost of the core alone: processor time of a packet and of an idle clock. */
#include "core_run.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "flowcard/registers.h"

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return 1e9 * (double)ts.tv_sec + (double)ts.tv_nsec;
}

static void measure(const char *name, uint32_t flows, uint32_t packets, uint32_t gap)
{
	struct core_run run;
	struct core_packet packet = {.l3_len = 100, .frame_len = 114};
	uint64_t clocks = 0;
	double start;

	memset(&run, 0, sizeof(run));
	run.ref.rings = CORE_RINGS;
	run.ref.epoch_shift = run.pins.epoch_shift = 40;
	run.ref.monitors[0] =
		(struct core_monitor){.enable = true, .ipv4 = true, .ports = 0xffffffff};
	memset(run.ref.monitors[0].mask, 0xff, 37);
	core_run_start(&run, 1, CORE_HASH_RANDOM);
	fc_vec_set_ip_version(packet.vec, 4);
	start = now_ns();
	for (uint32_t i = 0; i < packets; i++) {
		packet.vec[0] = core_below(flows);
		core_set_desc(0, &packet);
		run.pins.desc_valid = 1;
		do {
			core_settle(&run.pins);
			run.pins.desc_valid &= ~run.pins.desc_ready;
			core_edge();
			clocks++;
		} while (run.pins.desc_valid);
		for (uint32_t g = 0; g < gap; g++, clocks++) {
			core_settle(&run.pins);
			core_edge();
		}
	}
	printf("%s: %.0f ns a packet, %.0f ns a clock\n", name, (now_ns() - start) / packets,
	       (now_ns() - start) / (double)clocks);
	core_ref_free();
	core_free();
}

void core_bench(void)
{
	measure("all new, back to back", 0xffffffff, 200000, 0);
	measure("all hits, back to back", 1000, 200000, 0);
	measure("mixed, back to back", 8000, 200000, 0);
	measure("mixed, 15 idle clocks between", 8000, 50000, 15);
	measure("idle", 8, 10, 100000);
}
