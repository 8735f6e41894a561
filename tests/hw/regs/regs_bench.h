/* SPDX-License-Identifier: BSD-2-Clause */
/* A bus master with random stalls around fc_regs, and what core and ports answer. The first broken
 * bus rule stays in `wrong`. */
#ifndef TESTS_HW_REGS_BENCH_H
#define TESTS_HW_REGS_BENCH_H

#include "regs_glue.h"

struct regs_bench {
	struct regs_model *model;
	struct regs_in in;
	struct regs_out out, last;
	struct regs_in last_in;
	uint64_t clock, seed, checks;
	unsigned stall; /* per cent */
	/* seen since they were last cleared */
	unsigned resets, flushes, monitor_flushes, snapshots, latches, hash_writes, sampler_writes,
		arms[REGS_RINGS];
	struct regs_out hash_seen;               /* outputs of the last clock with hash_we */
	struct regs_out walk_seen, sampler_seen; /* with a walk's command, with sampler_we */
	const char *wrong;
};

#define REGS_SEED 77u

/* What a test begins with and ends with: a stalling bus; 0 when something was checked and nothing
 * was wrong. */
int regs_begin(struct regs_bench *b);
int regs_end(struct regs_bench *b);
void regs_open(struct regs_bench *b, uint64_t seed);
void regs_close(struct regs_bench *b);
void regs_run(struct regs_bench *b, unsigned clocks);
void regs_write_strobes(struct regs_bench *b, uint32_t offset, uint32_t value, uint8_t strobes);
void regs_write(struct regs_bench *b, uint32_t offset, uint32_t value);
uint32_t regs_read(struct regs_bench *b, uint32_t offset);
/* Both at the same time. */
uint32_t regs_write_and_read(struct regs_bench *b, uint32_t to, uint32_t value, uint32_t from);
/* Faults since the last call; clears them. */
uint32_t regs_faults(struct regs_bench *b);
/* What core and ports say for an index. */
uint64_t regs_ledger_value(unsigned index);
uint64_t regs_sampler_value(unsigned index);
uint64_t regs_counter_value(unsigned port, unsigned index);

#endif
