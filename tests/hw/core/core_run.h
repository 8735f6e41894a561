/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of the core against the reference: reset, hash tables, clocks with traffic, flush, final
 * comparison. */
#ifndef CORE_RUN_H
#define CORE_RUN_H

#include "core_ref.h"

enum core_hash { CORE_HASH_RANDOM, CORE_HASH_ZERO, CORE_HASH_FEW };

struct core_run {
	struct core_pins pins;
	struct core_ref_config ref;
	struct core_packet offer[32]; /* what each port offers while its desc_valid is set */
	uint64_t clocks, accepted, records;
	uint64_t stuck;
	void (*see)(const uint32_t *rec); /* looks at each record, too */
};

/* xorshift; the one source of chance of a run */
uint32_t core_random(void);
void core_random_seed(uint64_t seed);
static inline uint32_t core_below(uint32_t n)
{
	return core_random() % n;
}
static inline bool core_chance(uint32_t percent)
{
	return core_below(100) < percent;
}

/* run->ref, pins.epoch_shift, guard_ns and time_ns are set by the caller. Enables the core. */
void core_run_start(struct core_run *run, uint32_t seed, enum core_hash hash);
/* Offers a packet at a port; it stays until it is taken. */
void core_run_offer(struct core_run *run, unsigned int port, const struct core_packet *packet);
/* One clock; the reference sees what was taken and what came out. */
void core_run_clock(struct core_run *run);
/* Offers the packet at port 0 and clocks until it was taken. */
void core_run_feed(struct core_run *run, const struct core_packet *packet);
/* Until nothing moves, rings ready; at most `limit` clocks. */
void core_run_settle(struct core_run *run, unsigned int limit);
void core_run_flush(struct core_run *run, unsigned int limit);
/* COMMAND.flush_monitor or COMMAND.snapshot, and clocks until it is over. */
void core_run_flush_monitor(struct core_run *run, unsigned int monitor, unsigned int limit);
void core_run_snapshot(struct core_run *run, unsigned int limit);
/* Another configuration of one monitor from this clock on. */
void core_run_monitor(struct core_run *run, unsigned int monitor, const struct core_monitor *now);
void core_run_sampler(struct core_run *run, unsigned int at, uint32_t control);
/* Latches and compares the counters of every sampler. */
void core_run_check_samplers(struct core_run *run);
/* Frees without a comparison. */
void core_run_drop(struct core_run *run);
/* Flush, settle, compare, free. */
void core_run_end(struct core_run *run);

void core_cases(uint32_t seed);
void core_walk_cases(uint32_t seed);
void core_sampler_cases(uint32_t seed);
void core_bench(void);

#endif
