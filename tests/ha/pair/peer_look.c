// SPDX-License-Identifier: BSD-2-Clause
#include "peer_impl.h"
#include "witness.h"

#include <ha/config_shared.h>

/* ------------------------------------------------------------------ orders */
void peer_force(unsigned unit)
{
	char text[FC_RF_TEXT];

	if (!unit_runs(unit))
		return;
	if (fc_pair_force(sim_peer[unit].pair, FC_RF_REASON_USER_FORCED, sim_peer_time(unit),
			  text)) {
		sim_trace("unit %u: redundancy force-switchover: %s", unit + 1, text);
		return;
	}
	sim_trace("unit %u: redundancy force-switchover", unit + 1);
	peer_poke(unit);
}

void peer_reload(unsigned unit)
{
	char text[FC_RF_TEXT];

	if (!unit_runs(unit))
		return;
	if (fc_pair_reload_peer(sim_peer[unit].pair, sim_peer_time(unit), text))
		return;
	sim_trace("unit %u: redundancy reload peer", unit + 1);
	peer_poke(unit);
}

/* ------------------------------------------------------------------ for the judge */
const char *peer_unsettled(void)
{
	unsigned a = peer_state(0) == FC_RF_ACTIVE ? 0 : 1, b = !a;

	if (!unit_runs(0) || !unit_runs(1))
		return "a unit does not run";
	if (peer_state(a) != FC_RF_ACTIVE)
		return "no unit is active";
	if (peer_state(b) != FC_RF_STANDBY_HOT)
		return "there is no hot standby";
	if (sim_peer[a].gate != FC_RF_GATE_ACKED || sim_peer[b].gate != FC_RF_GATE_CLOSED)
		return "the gates are not as they should be";
	if (sim_world.command && (witness_runs_command() || fc_pair_rf(sim_peer[a].pair)->asked ||
				  fc_pair_rf(sim_peer[b].pair)->asked))
		return "a fencing command runs"; /* begun before the link was back */
	if (!sim_world.dual && sim_world.feed != a)
		return "the traffic goes elsewhere";
	for (unsigned s = 0; s < sim_world.slots; s++)
		if (!sim_unit[a].slot[s].working || !sim_unit[b].slot[s].working)
			return "a card is not back";
	if (fc_config_shared_checksum(sim_unit[a].config) !=
	    fc_config_shared_checksum(sim_unit[b].config))
		return "the configurations differ";
	return NULL;
}

uint64_t peer_quiet(void)
{
	unsigned a = peer_state(0) == FC_RF_ACTIVE ? 0 : 1;
	struct fc_cuts_look look;

	if (peer_state(a) != FC_RF_ACTIVE || !fc_export_thread_drained(sim_unit[a].export))
		return 0;
	fc_cuts_look(fc_pair_cuts(sim_peer[a].pair), &look);
	return look.flying || peer_unsettled() ? 0 : look.acked;
}

void peer_judge_base(void)
{
	struct sim_sum have[SIM_MONITORS][SIM_FLOWS] = {0};
	unsigned standby = peer_state(0) == FC_RF_ACTIVE ? 1 : 0;
	struct fc_cut_flow flow[16];
	size_t at = 0, count;

	while ((count = fc_base_next(fc_pair_base(sim_peer[standby].pair), &at, flow, 16)))
		for (size_t i = 0; i < count; i++) {
			struct sim_sum *sum =
				&have[flow[i].flow.monitor][fake_flow_of(&flow[i].flow)];

			sum->packets += flow[i].flow.packets;
			sum->octets += flow[i].flow.octets;
		}
	judge_base(standby, have);
}

void peer_story(void)
{
	for (unsigned u = 0; u < SIM_UNITS; u++) {
		struct fc_cuts_look cuts;
		struct fc_base_look base;

		if (!sim_peer[u].pair || !sim_unit[u].up)
			continue;
		fc_cuts_look(fc_pair_cuts(sim_peer[u].pair), &cuts);
		fc_base_look(fc_pair_base(sim_peer[u].pair), &base);
		sim_trace(
			"unit %u: %s, gate %s; cut %llu in hand since %llu ms, %llu acknowledged, "
			"%u members, %u epochs merged, %s%s; base: cut %llu, %llu flows",
			u + 1, fc_rf_state_name(peer_state(u)), sim_gates[sim_peer[u].gate],
			(unsigned long long)cuts.open, (unsigned long long)cuts.flying_ms,
			(unsigned long long)cuts.acked, cuts.members, cuts.epochs_merged,
			cuts.synced ? "synced" : "waits: ", cuts.synced ? "" : cuts.waits,
			(unsigned long long)base.committed, (unsigned long long)base.flows);
	}
}

/* ------------------------------------------------------------------ health */
unsigned sim_peer_healthy(void *context)
{
	struct sim_unit *u = context;
	unsigned healthy = 0;

	for (unsigned s = 0; s < sim_world.slots; s++)
		healthy += u->slot[s].working && u->slot[s].card->alive;
	return healthy;
}

uint64_t sim_peer_card_ns(void *context, unsigned slot)
{
	struct sim_unit *u = context;

	if (slot >= sim_world.slots || !u->slot[slot].working || !u->slot[slot].card->alive)
		return 0;
	return sim_card_time(u->slot[slot].card);
}

uint64_t sim_peer_guard_ns(void *context)
{
	(void)context;
	return SIM_MS;
}
