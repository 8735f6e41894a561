/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole card under random configuration, traffic, stalls and commands: stress_test
 * [--seed N|now] [--seconds S] [--episodes N] [--verbose]. Exit status 0: all equal; 1: a
 * difference, named with its seed; 2: bad usage or nothing compared.
 */
#include "stress_end.h"
#include "stress_random.h"

#include <flowcard/registers.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seeds that share a model and its hash tables; a run begins with the first of such a block. */
enum { BLOCK = 16 };
enum { RESET_CLOCKS = 100000, CHANGE_CLOCKS = 4000000 };

struct options {
	uint64_t seed, seconds, episodes, figures;
};

static bool verbose;

/* ---- events: each may come at any moment of an episode */

static void event_flush(struct stress_card *card, struct stress_plan *plan)
{
	(void)plan;
	stress_card_write(card, FC_REG_COMMAND, FC_REG_COMMAND_FLUSH_MASK);
}

static void event_flush_monitor(struct stress_card *card, struct stress_plan *plan)
{
	(void)plan;
	stress_card_write(card, FC_REG_COMMAND,
			  FC_REG_COMMAND_FLUSH_MONITOR_MASK |
				  below(STRESS_MONITORS) << FC_REG_COMMAND_MONITOR_SHIFT);
}

/* As a driver does it: off, flushed, nothing left of it; then another monitor. The rest goes on. A
 * walk has one slot in 256 while sweeps are under way, so on a stalled bus it takes its time. */
static void event_change(struct stress_card *card, struct stress_plan *plan)
{
	const unsigned int m = below(STRESS_MONITORS);
	const uint32_t busy = FC_REG_STATUS_FLUSHING_MONITOR_MASK | FC_REG_STATUS_SNAPSHOTTING_MASK;
	uint64_t end;

	stress_ref_switched(m);
	stress_plan_off(plan, card, m);
	stress_card_wait(card, FC_REG_STATUS, busy, 0, CHANGE_CLOCKS);
	stress_card_write(card, FC_REG_COMMAND,
			  FC_REG_COMMAND_FLUSH_MONITOR_MASK | m << FC_REG_COMMAND_MONITOR_SHIFT);
	stress_card_wait(card, FC_REG_STATUS, busy, 0, CHANGE_CLOCKS);
	end = card->core_clocks + CHANGE_CLOCKS;
	while (stress_ref_held(m)) {
		stress_check(card->core_clocks < end, "a flushed monitor holds nothing",
			     stress_ref_held(m), 0);
		stress_card_run(card, 64);
	}
	stress_plan_change(plan, card, m);
}

static void event_snapshot(struct stress_card *card, struct stress_plan *plan)
{
	(void)plan;
	stress_card_write(card, FC_REG_COMMAND, FC_REG_COMMAND_SNAPSHOT_MASK);
}

static void event_reset(struct stress_card *card, struct stress_plan *plan)
{
	(void)plan;
	card->axi.frozen = false;
	*card->pins.bus_master = 1;
	stress_card_write(card, FC_REG_COMMAND, FC_REG_COMMAND_RESET_MASK);
	stress_card_wait(card, FC_REG_STATUS, FC_REG_STATUS_CLEARING_MASK, 0, RESET_CLOCKS);
}

static void event_step(struct stress_card *card, struct stress_plan *plan)
{
	const uint64_t span = UINT64_C(1) << plan->config.epoch_shift;
	const uint64_t jump = chance(50) ? random64() % (span * 3) : span * below(1000000);

	card->time_ns += chance(50) ? jump : -jump;
}

static void event_ring(struct stress_card *card, struct stress_plan *plan)
{
	const unsigned int r = below(STRESS_RINGS);
	uint32_t control = card->ring[r].log2 << FC_REG_RING_CONTROL_SIZE_LOG2_SHIFT;

	stress_card_write(card, FC_REG_RING_CONTROL(r), control);
	stress_card_run(card, below(plan->event_clocks));
	stress_card_write(card, FC_REG_RING_CONTROL(r), control | 1);
}

static void event_host_sleeps(struct stress_card *card, struct stress_plan *plan)
{
	card->taking = false;
	stress_card_run(card, below(2 * plan->event_clocks));
	card->taking = true;
}

static void event_bus_stands(struct stress_card *card, struct stress_plan *plan)
{
	card->axi.frozen = true;
	stress_card_run(card, below(plan->event_clocks));
	card->axi.frozen = false;
}

static void event_bus_master(struct stress_card *card, struct stress_plan *plan)
{
	*card->pins.bus_master = 0;
	stress_card_run(card, below(plan->event_clocks));
	*card->pins.bus_master = 1;
}

static void event_link(struct stress_card *card, struct stress_plan *plan)
{
	*card->pins.link_up = 0;
	stress_card_run(card, below(plan->event_clocks) / 4);
	*card->pins.link_up = 1;
}

static void event_port(struct stress_card *card, struct stress_plan *plan)
{
	(void)plan;
	card->wire[below(STRESS_PORTS)].gap_percent = chance(40) ? 0 : below(100);
}

/* While everything goes on, a latched set balances. */
static void event_latch(struct stress_card *card, struct stress_plan *plan)
{
	const unsigned int m = below(STRESS_MONITORS), p = below(STRESS_PORTS);
	uint64_t set[8], counter[38] = {0}, sum = 0;

	(void)plan;
	stress_latch(card);
	stress_read_ledger(card, m, set);
	stress_read_port(card, p, counter);
	for (unsigned int v = 0; v < 32; v++)
		sum += counter[6 + v];
	stress_same("latch: balance of packets", set[0], set[2] + set[4] + set[6]);
	stress_same("latch: balance of octets", set[1], set[3] + set[5] + set[7]);
	stress_same("latch: sum of verdicts", sum, counter[0]);
}

static const struct {
	const char *name;
	void (*run)(struct stress_card *card, struct stress_plan *plan);
	unsigned int weight;
} events[] = {
	{"flush", event_flush, 10},
	{"flush_monitor", event_flush_monitor, 8},
	{"change", event_change, 7},
	{"snapshot", event_snapshot, 10},
	{"reset", event_reset, 2},
	{"step", event_step, 12},
	{"ring", event_ring, 8},
	{"host_sleeps", event_host_sleeps, 12},
	{"bus_stands", event_bus_stands, 8},
	{"bus_master", event_bus_master, 4},
	{"link", event_link, 2},
	{"port", event_port, 8},
	{"latch", event_latch, 9},
};

static void random_event(struct stress_card *card, struct stress_plan *plan)
{
	unsigned int pick = below(100);

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (pick < events[i].weight) {
			if (verbose)
				fprintf(stderr, "clock %" PRIu64 ": %s\n", card->core_clocks,
					events[i].name);
			events[i].run(card, plan);
			return;
		}
		pick -= events[i].weight;
	}
}

/* ---- an episode */

static void episode(struct stress_card *card, struct stress_plan *plan, uint64_t seed)
{
	uint64_t end;

	stress_seed = seed;
	stress_random.state = seed;
	stress_plan_draw(plan, card);
	if (verbose)
		stress_plan_print(plan, card);
	stress_card_power(card, plan->stall_percent);
	stress_ref_new(&plan->config);
	stress_plan_program(plan, card);
	plan->load_hash = false;
	stress_traffic_start(plan, card);
	card->source = stress_traffic;
	end = card->core_clocks + plan->clocks;
	while (card->core_clocks < end) {
		stress_card_run(card, 1 + below(2 * plan->event_clocks));
		random_event(card, plan);
	}
	stress_drain(card);
	stress_compare(card, plan);
}

static void report(uint64_t first, uint64_t last)
{
	const struct stress_totals *t = &stress_totals;

	printf("%u entries, seeds %" PRIu64 "..%" PRIu64 ": %" PRIu64 " frames, %" PRIu64
	       " packets, %" PRIu64 " not sampled, %" PRIu64 " unaccounted, %" PRIu64 " missed\n",
	       1u << stress_entries_log2(), first, last, t->frames, t->packets, t->unsampled,
	       t->refused, t->missed);
	printf("%" PRIu64 " records (", t->records);
	for (unsigned int i = FC_REASON_EPOCH; i <= FC_REASON_FLUSH; i++)
		printf("%s %" PRIu64 ", ", fc_reason_name(i), t->reasons[i]);
	printf("snapshot %" PRIu64 "), %" PRIu64 " barriers, %" PRIu64 " clock steps, %" PRIu64
	       " resets, %" PRIu64 " comparisons\n",
	       t->snapshots, t->barriers, t->steps, t->resets, t->checks);
}

static int parse(int argc, char **argv, struct options *o)
{
	for (int i = 1; i < argc; i += 2) {
		if (!strcmp(argv[i], "--verbose")) {
			verbose = true;
			i--;
			continue;
		}
		if (i + 1 == argc)
			return -1;
		if (!strcmp(argv[i], "--seed"))
			o->seed = !strcmp(argv[i + 1], "now") ? (uint64_t)time(NULL) * BLOCK
							      : strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--seconds"))
			o->seconds = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--episodes"))
			o->episodes = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--figures"))
			o->figures = strtoull(argv[i + 1], NULL, 0);
		else
			return -1;
	}
	return 0;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

void stress_begin(struct stress_card *card, struct stress_plan *plan, uint64_t seed)
{
	memset(plan, 0, sizeof(*plan));
	stress_random.state = seed;
	stress_card_open(card, seed);
	stress_card_power(card, 0);
	plan->config.monitors_per_packet = stress_card_read(card, FC_REG_BUILD2) >> 16 & 0xff;
	plan->config.packet_bits = stress_card_read(card, FC_REG_BUILD1) >> 24;
	plan->load_hash = true;
}

/* Returns how many episodes there were. */
static uint64_t run(const struct options *o)
{
	const double end = now() + (double)o->seconds;
	static struct stress_card card;
	static struct stress_plan plan;
	uint64_t n = 0;

	while (n < o->episodes && now() < end) {
		stress_begin(&card, &plan, o->seed + n);
		for (unsigned int i = 0; i < BLOCK && n < o->episodes && now() < end; i++, n++)
			episode(&card, &plan, o->seed + n);
		stress_card_close(&card);
	}
	return n;
}

int main(int argc, char **argv)
{
	struct options o = {.seed = 1, .seconds = 8, .episodes = UINT64_MAX};
	uint64_t n;

	if (parse(argc, argv, &o)) {
		fprintf(stderr, "usage: stress_test [--seed N|now] [--seconds S] [--episodes N] "
				"[--verbose]\n");
		return 2;
	}
	if (o.figures)
		return stress_figures(o.figures);
	o.seed -= o.seed % BLOCK;
	printf("first seed %" PRIu64 "\n", o.seed);
	fflush(stdout);
	n = run(&o);
	stress_ref_free();
	report(o.seed, o.seed + n - 1);
	return n && stress_totals.checks ? 0 : 2;
}
