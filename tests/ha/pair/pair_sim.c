// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two units of the daemon's own modules in virtual time: their network, cards, witness and
 * collector are the schedule's, which is drawn from a seed. Judged to the packet. test_ha_pair_sim
 * [-v] [SEED [SCHEDULES]]      -v: what happens, event by event
 */
#include "sink.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
	uint64_t schedules, failed, datagrams, again, records, packets;
} sum;

static uint64_t clock_source(void)
{
	return sim_now() + SIM_SECOND;
}

static bool flows_live(void)
{
	struct sim_sum have[SIM_MONITORS][SIM_FLOWS] = {0};

	unit_flows(0, have);
	for (unsigned m = 0; m < SIM_MONITORS; m++)
		for (unsigned f = 0; f < SIM_FLOWS; f++)
			if (have[m][f].packets)
				return true;
	return !unit_idle(0);
}

static void alone(void)
{
	sim_world.feed = 0;
	unit_boot(0);
	world_traffic();
	sim_run_until(30 * sim_world.epoch_ns);
	sim_world.silent = true;
	sim_run_until(sim_now() + 2 * sim_world.epoch_ns);
	if (!sim_run_while(flows_live, 40 * sim_world.epoch_ns))
		sim_fail("flows that are silent do not end");
	sim_run_until(sim_now() + 2 * sim_world.epoch_ns);
}

static bool schedule(uint64_t seed)
{
	sim_clock_begin(seed);
	judge_begin();
	sink_begin();
	memset(sim_unit, 0, sizeof(sim_unit));
	world_begin(seed, false);
	alone();
	judge_reported();
	sink_check_gaps();
	unit_crash(0);
	sim_clock_end();
	judge_end();
	sink_end();
	world_end();
	sum.datagrams += sink_stats.datagrams;
	sum.again += sink_stats.again;
	sum.records += sink_stats.records;
	sum.packets += judge_stats.packets;
	return !sim_failure();
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
	for (; count; count--, seed++) {
		sum.schedules++;
		if (schedule(seed))
			continue;
		sum.failed++;
		printf("FAILED: seed %llu: %s\n        again, with what happened: %s -v %llu 1\n",
		       (unsigned long long)seed, sim_failure(), argv[0], (unsigned long long)seed);
	}
	printf("%llu schedules, %llu failed; %llu datagrams (%llu again), %llu records, %llu "
	       "packets of flows and monitors\n",
	       (unsigned long long)sum.schedules, (unsigned long long)sum.failed,
	       (unsigned long long)sum.datagrams, (unsigned long long)sum.again,
	       (unsigned long long)sum.records, (unsigned long long)sum.packets);
	return sum.failed || !sum.records;
}
