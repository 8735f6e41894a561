// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two units of the daemon's own modules in virtual time: their network, cards, witness and
 * collector are the schedule's, which is drawn from a seed. Judged to the packet. test_ha_pair_sim
 * [-v] [SEED [SCHEDULES]]      -v: what happens, event by event
 */
#include "faults.h"
#include "net.h"
#include "peer.h"
#include "sink.h"
#include "wire.h"
#include "witness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE_NS (30 * SIM_SECOND)
#define CHAOS_NS (5 * SIM_SECOND)

static struct {
	uint64_t schedules, failed, audits;
	struct sink_stats sink;
	struct judge_stats judge;
} sum;

static void add_up(void)
{
	sum.sink.datagrams += sink_stats.datagrams;
	sum.sink.again += sink_stats.again;
	sum.sink.records += sink_stats.records;
	sum.judge.packets += judge_stats.packets;
	sum.judge.takeovers += judge_stats.takeovers;
	sum.judge.planned += judge_stats.planned;
	sum.judge.lost_all += judge_stats.lost_all;
	sum.judge.lost_packets += judge_stats.lost_packets;
	sum.judge.maybe_packets += judge_stats.maybe_packets;
}

static uint64_t clock_source(void)
{
	return sim_now() + SIM_SECOND;
}

static uint64_t audited; /* cut that was looked at last */
static char world[300];  /* of the schedule, in words */

/* ------------------------------------------------------------------ phases */
/* Whenever nothing is on its way: what was reported and the base are what was committed. */
static void audit(void)
{
	uint64_t cut = sim_world.pair ? peer_quiet() : 0;

	if (!cut || cut == audited)
		return;
	audited = cut;
	wire_flush();
	peer_judge_base();
	sum.audits++;
}

/* The active unit has flows, or something on its way. */
static bool flows_live(void)
{
	unsigned unit = !sim_world.pair || peer_active(0) ? 0 : 1;
	struct sim_sum have[SIM_MONITORS][SIM_FLOWS] = {0};

	audit();
	unit_flows(unit, have);
	for (unsigned m = 0; m < SIM_MONITORS; m++)
		for (unsigned f = 0; f < SIM_FLOWS; f++)
			if (have[m][f].packets && sim_world.monitor[m].cache != FC_CACHE_PERMANENT)
				return true;
	return !unit_idle(unit);
}

static bool unsettled(void)
{
	return peer_unsettled() != NULL;
}

static bool auditing(void)
{
	audit();
	return true;
}

/* No packets any more: every flow ends by its silence, and is reported. */
static void end_traffic(void)
{
	sim_world.silent = true;
	sim_run_until(sim_now() + 2 * sim_world.epoch_ns);
	if (!sim_run_while(flows_live, 60 * sim_world.epoch_ns))
		sim_fail("flows that are silent do not end");
	/* Totals of permanent caches once more. */
	sim_run_until(sim_now() + 12 * sim_world.epoch_ns);
}

/* Nothing was wrong: no unit had a reason to fence the other. */
static void check_commands(uint64_t before, const char *when)
{
	if (witness_commands != before)
		sim_fail("%llu fencing commands %s",
			 (unsigned long long)(witness_commands - before), when);
}

/* A switchover by hand while all is well. */
static void switch_over(void)
{
	uint64_t before = witness_commands;
	unsigned active = peer_active(0) ? 0 : 1;

	sim_run_until(sim_now() + SIM_SECOND / 4); /* it hears that the other is hot */
	peer_force(active);
	sim_run_until(sim_now() + SIM_SECOND);
	if (!sim_run_while(unsettled, SETTLE_NS))
		sim_fail("no pair after a switchover: %s", peer_unsettled());
	if (!sim_failure() && peer_active(active))
		sim_fail("the unit that was to hand over is active");
	check_commands(before, "in a planned switchover");
}

static void alone(void)
{
	sim_world.feed = 0;
	unit_boot(0);
	world_traffic();
	sim_run_until(30 * sim_world.epoch_ns);
	end_traffic();
}

static void pair(void)
{
	sim_world.feed = SIM_NOWHERE;
	net_begin();
	witness_begin();
	unit_boot(0);
	unit_boot(1);
	world_traffic();
	peer_traffic();
	/* Now and then something goes wrong before the standby is hot. */
	if (!sim_chance(15)) {
		if (!sim_run_while(unsettled, SETTLE_NS))
			sim_fail("no pair in the beginning: %s", peer_unsettled());
		check_commands(0, "at boot");
	}
	faults_begin(CHAOS_NS);
	sim_run_until(sim_now() + CHAOS_NS + sim_below(SIM_SECOND));
	faults_end();
	if (sim_world.command) /* a unit may not have noticed yet what went wrong last */
		sim_run_until(sim_now() + SIM_SECOND / 2);
	if (!sim_run_while(unsettled, SETTLE_NS))
		sim_fail("no pair in the end: %s", peer_unsettled());
	if (sim_world.command && !sim_failure())
		switch_over();
	sim_run_while(auditing, 6 * sim_world.epoch_ns);
	end_traffic();
	if (!sim_failure() && peer_unsettled())
		sim_fail("in the end: %s", peer_unsettled());
}

static bool schedule(uint64_t seed)
{
	sim_clock_begin(seed);
	audited = 0;
	judge_begin();
	sink_begin();
	wire_begin();
	memset(sim_unit, 0, sizeof(sim_unit));
	world_begin(seed, seed % 20 != 0);
	world_describe(world, sizeof(world));
	sim_trace("seed %llu: %s", (unsigned long long)seed, world);
	if (sim_world.pair)
		pair();
	else
		alone();
	wire_flush();
	if (!sim_failure()) {
		judge_reported();
		sink_check_gaps();
	} else
		peer_story();
	for (unsigned u = 0; u < SIM_UNITS; u++)
		unit_crash(u);
	sim_clock_end();
	judge_end();
	sink_end();
	world_end();
	add_up();
	return !sim_failure();
}

static void print_sums(void)
{
	const struct {
		const char *what;
		uint64_t count;
	} rows[] = {
		{"schedules", sum.schedules},
		{"failed", sum.failed},
		{"takeovers from hot standby", sum.judge.takeovers},
		{"of these planned", sum.judge.planned},
		{"times that a unit began anew", sum.judge.lost_all},
		{"packets of flows and monitors", sum.judge.packets},
		{"packets that went with a card", sum.judge.lost_packets},
		{"packets that cannot be told", sum.judge.maybe_packets},
		{"fencing commands", witness_commands_all},
		{"audits of the base", sum.audits},
		{"datagrams", sum.sink.datagrams},
		{"datagrams that came again", sum.sink.again},
		{"records", sum.sink.records},
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		printf("%12llu %s\n", (unsigned long long)rows[i].count, rows[i].what);
}

int main(int argc, char **argv)
{
	uint64_t seed, count;
	int at = 1;

	if (argc > at && !strcmp(argv[at], "-v")) {
		sim_verbose = true;
		at++;
	}
	seed = argc > at ? strtoull(argv[at], NULL, 0) : 1;
	count = argc > at + 1 ? strtoull(argv[at + 1], NULL, 0) : 500;
	fc_monotonic_source = clock_source;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (; count; count--, seed++) {
		sum.schedules++;
		if (schedule(seed))
			continue;
		sum.failed++;
		printf("FAILED: seed %llu: %s\n  %s\n  again, event by event: %s -v %llu 1\n",
		       (unsigned long long)seed, sim_failure(), world, argv[0],
		       (unsigned long long)seed);
	}
	print_sums();
	return sum.failed || !sum.sink.records;
}
