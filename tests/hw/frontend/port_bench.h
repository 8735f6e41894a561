/* SPDX-License-Identifier: BSD-2-Clause */
/* Drives frames into an fc_port and holds what comes out against parse_reference. */
#ifndef FC_PORT_BENCH_H
#define FC_PORT_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame_maker.h"
#include "parse_reference.h"
#include "port_glue.h"

enum { FC_COUNTERS = 38 };

struct fc_expected {
	struct fc_reference reference;
	uint64_t time_ns;
};

struct fc_bench {
	struct fc_port *port;
	struct fc_random random;
	struct fc_core_in core;

	/* Two clocks of their own: femtoseconds of the next edge, period, and jitter of each edge.
	 */
	uint64_t mac_at, core_at, mac_period, core_period, jitter;
	unsigned ready_percent;
	unsigned gap_percent; /* chance of an idle MAC clock before a beat */

	struct fc_expected *expected; /* descriptors due, a ring */
	size_t expected_size, expected_in, expected_out;
	uint64_t counters[FC_COUNTERS]; /* due; [2] (missed) as seen at the output */
	uint64_t octets_fed;
	uint64_t descriptors, comparisons, errors, latches, core_clocks, mac_clocks;
	bool latch_done;
};

/* Return 0 or -ENOMEM. */
int fc_bench_open(struct fc_bench *b, uint64_t seed);
void fc_bench_close(struct fc_bench *b);

/* Run MAC clocks (and the core clocks that fall between) without a beat. */
void fc_bench_idle(struct fc_bench *b, unsigned mac_clocks);
/* Feed one frame; `counted`: whether the port must count it. */
void fc_bench_frame(struct fc_bench *b, const uint8_t *frame, size_t octets, uint64_t time_ns,
		    bool bad, bool counted);
/* Run until nothing is on its way; then latch and compare every counter. */
void fc_bench_settle(struct fc_bench *b);
/* Latch now; while frames go on the sum rule must hold. */
void fc_bench_latch_ask(struct fc_bench *b);
void fc_bench_latch_check_sum(struct fc_bench *b);

#endif
