// SPDX-License-Identifier: BSD-2-Clause
#include "unit.h"

/* ------------------------------------------------------------------ for the judge */
void unit_flows(unsigned unit, struct sim_sum have[SIM_MONITORS][SIM_FLOWS])
{
	const struct sim_unit *u = &sim_unit[unit];
	struct fc_flow flow;

	for (unsigned s = 0; s < sim_world.slots; s++) {
		for (unsigned r = 0; u->slot[s].working && r < u->slot[s].card->rings; r++) {
			const struct fc_shard *shard = fc_worker_shard(u->slot[s].worker[r]);

			for (size_t i = 0; i < fc_shard_slots(shard); i++) {
				struct sim_sum *sum;

				if (fc_shard_read(shard, i, FC_VIEW_BUILDING, &flow))
					continue;
				sum = &have[flow.monitor][fake_flow_of(&flow)];
				sum->packets += flow.packets;
				sum->octets += flow.octets;
			}
		}
	}
}

void unit_hold(unsigned unit, unsigned s, unsigned r, uint64_t ns)
{
	struct sim_slot *slot = &sim_unit[unit].slot[s];

	for (unsigned i = 0; i < SIM_RINGS; i++)
		if (sim_now() < slot->held_until[i])
			return;
	sim_trace("unit %u: the worker of ring %u.%u is held up for %.3f ms", unit + 1, s, r,
		  (double)ns / 1e6);
	slot->held_until[r] = sim_now() + ns;
}
