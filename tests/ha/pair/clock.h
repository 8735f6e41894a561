/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual time and chance: events run in the order of their time, and of their making where times
 * are equal. A schedule is a function of its seed alone.
 */
#ifndef FC_TEST_PAIR_CLOCK_H
#define FC_TEST_PAIR_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_US UINT64_C(1000)
#define SIM_MS UINT64_C(1000000)
#define SIM_SECOND UINT64_C(1000000000)

/* What an event needs; `drop` frees it instead where the event does not come to pass. */
struct sim_event {
	void (*run)(struct sim_event *e);
	void (*drop)(struct sim_event *e);
	void *context, *content;
	uint64_t value, more;
	uint64_t at, order; /* the clock's */
};

void sim_clock_begin(uint64_t seed);
/* Events that are left are dropped. */
void sim_clock_end(void);
uint64_t sim_now(void); /* ns */
void sim_after(uint64_t delay_ns, const struct sim_event *e);
void sim_run_until(uint64_t ns);
/* Until `done` says so; false: it did not within `limit_ns`. */
bool sim_run_while(bool (*going)(void), uint64_t limit_ns);
/* The one that is running is the last one: time stands still. */
void sim_stop(void);
bool sim_stopped(void);

/* 0 <= x < n */
uint64_t sim_below(uint64_t n);
uint64_t sim_between(uint64_t low, uint64_t high); /* both included */
bool sim_chance(unsigned percent);

/* Trace: only with -v. */
extern bool sim_verbose;
void sim_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
