/* SPDX-License-Identifier: BSD-2-Clause */
/* Traffic patterns for fc_core at full load: a packet is on offer in every clock. */
#ifndef CORE_PATTERNS_H
#define CORE_PATTERNS_H

#include "core_run.h"

struct core_pattern {
	const char *name;
	const char *target; /* operations a clock, as text */
	double least;       /* the same as a number; 0: none */
	enum core_hash hash;
	uint32_t epoch_shift; /* card time grows by 4 ns a clock */
	uint32_t guard_ns;
	unsigned int monitors; /* that take every packet */
	/* Fills in the n-th packet; `run` for card time and its pins. */
	void (*packet)(struct core_run *run, uint64_t n, struct core_packet *packet);
	/* Before each clock: clock steps, stalls; NULL: nothing. */
	void (*clock)(struct core_run *run, uint64_t n);
};

extern const struct core_pattern core_patterns[];
extern const unsigned int core_pattern_count;

#endif
