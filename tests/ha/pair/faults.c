// SPDX-License-Identifier: BSD-2-Clause
#include "faults.h"
#include "net.h"
#include "peer.h"
#include "witness.h"

#define FAULTS_MAX 4
#define HOLDS_MAX 6

static const unsigned moments[] = {
	0,
	FC_MESSAGE_SAYS,
	FC_MESSAGE_SWACT,
	FC_MESSAGE_FLOWS,
	FC_MESSAGE_CLOSED,
	FC_MESSAGE_EXPORTER,
	FC_MESSAGE_DATAGRAM,
	FC_MESSAGE_CURSOR,
	FC_MESSAGE_COMMIT,
	FC_MESSAGE_ACK,
};

static uint64_t a_while(void)
{
	return sim_chance(50) ? sim_below(300 * SIM_MS) : sim_below(2500 * SIM_MS);
}

static unsigned active_unit(void)
{
	for (unsigned u = 0; u < SIM_UNITS; u++)
		if (peer_active(u))
			return u;
	return (unsigned)sim_below(SIM_UNITS);
}

/* ------------------------------------------------------------------ processes */
static void on_boot(struct sim_event *e)
{
	unsigned unit = (unsigned)e->value;

	if (!sim_unit[unit].up)
		unit_boot(unit);
}

static void end_unit(unsigned unit, bool silent)
{
	if (!sim_unit[unit].up)
		return;
	net_unit_gone(unit, silent);
	unit_crash(unit);
	sim_after(50 * SIM_MS + a_while(), &(struct sim_event){.run = on_boot, .value = unit});
}

static void crash(unsigned unit)
{
	end_unit(unit, sim_chance(40));
}

void faults_fence(unsigned unit)
{
	sim_trace("unit %u: is fenced", unit + 1);
	end_unit(unit, true);
}

/* Not from within the unit that goes, and not when all has been made whole meanwhile. */
static void on_crash(struct sim_event *e)
{
	if (!sim_world.calm)
		crash((unsigned)e->value);
}

static void crash_sender(unsigned unit)
{
	sim_trace("unit %u: dies of what it sends", unit + 1);
	net_deafen(unit, 1);
	sim_after(0, &(struct sim_event){.run = on_crash, .value = unit});
}

static void crash_receiver(unsigned unit)
{
	sim_after(sim_below(30 * SIM_MS), &(struct sim_event){.run = on_crash, .value = !unit});
}

static void cut_at_sender(unsigned unit)
{
	(void)unit;
	net_cut();
}

static void freeze_sender(unsigned unit)
{
	unit_freeze(unit, 1 + (unsigned)sim_below(3), 20 * SIM_MS + a_while());
}

static void freeze(unsigned unit)
{
	if (unit_runs(unit))
		unit_freeze(unit, (unsigned)sim_below(12), 20 * SIM_MS + a_while());
}

/* ------------------------------------------------------------------ cards */
static void on_return(struct sim_event *e)
{
	unsigned unit = (unsigned)e->value, slot = (unsigned)e->more;

	unit_card_returns(unit, slot);
	/* Its slot may be closing still. */
	if (sim_world.calm && !(sim_unit[unit].up && sim_unit[unit].slot[slot].working &&
				sim_unit[unit].slot[slot].card->alive))
		sim_after(100 * SIM_MS, e);
}

static void card_dies(unsigned unit)
{
	unsigned slot = (unsigned)sim_below(sim_world.slots);

	unit_card_dies(unit, slot);
	sim_after(100 * SIM_MS + a_while(),
		  &(struct sim_event){.run = on_return, .value = unit, .more = slot});
}

/* ------------------------------------------------------------------ one of all */
static void at_message(void)
{
	static void (*const what[])(unsigned) = {crash_sender, crash_receiver, cut_at_sender,
						 freeze_sender};

	net_at_message((unsigned)sim_between(1, 8),
		       moments[sim_below(sizeof(moments) / sizeof(*moments))], what[sim_below(4)]);
}

static void network(unsigned unit)
{
	switch (sim_below(5)) {
	case 0:
		net_partition(a_while());
		break;
	case 1:
		net_deafen(unit, a_while());
		break;
	case 2:
		net_lose_beats(a_while());
		break;
	case 3:
		net_cut();
		break;
	default:
		net_slow(unit, sim_between(5, 200) * SIM_MS, a_while());
		break;
	}
}

static void on_fault(struct sim_event *e)
{
	unsigned active = active_unit(), unit = sim_chance(60) ? active : !active;

	(void)e;
	if (sim_world.calm)
		return;
	switch (sim_below(10)) {
	case 0:
	case 1:
		crash(unit);
		break;
	case 2:
		/* Without a witness nobody keeps the one that was stopped from going on. */
		if (sim_world.fencing)
			freeze(unit);
		break;
	case 3:
		card_dies(unit);
		break;
	case 4:
		if (sim_world.fencing)
			network(unit);
		break;
	case 5:
	case 6:
		peer_force(active);
		break;
	case 7:
		if (sim_chance(50))
			peer_reload(active);
		else
			peer_config_line(active);
		break;
	case 8:
		witness_away(a_while());
		break;
	default:
		if (sim_world.fencing)
			at_message();
		break;
	}
}

/* So that the rings of a card cut at different epochs. What comes of it is over when all is made
 * whole. */
static void on_hold(struct sim_event *e)
{
	uint64_t most = sim_chance(60) ? 2 * sim_world.epoch_ns : 1500 * SIM_MS;

	if (sim_now() + most > e->value)
		return;
	unit_hold((unsigned)sim_below(SIM_UNITS), (unsigned)sim_below(sim_world.slots),
		  (unsigned)sim_below(sim_world.rings), sim_below(most));
}

void faults_begin(uint64_t ns)
{
	unsigned count = (unsigned)sim_between(1, FAULTS_MAX);
	unsigned holds = (unsigned)sim_below(sim_world.dual ? 10 * HOLDS_MAX : HOLDS_MAX);

	while (sim_world.rings > 1 && holds--)
		sim_after(sim_below(ns), &(struct sim_event){.run = on_hold,
							     .value = sim_now() + ns - SIM_SECOND});

	while (count--)
		sim_after(sim_below(ns), &(struct sim_event){.run = on_fault});
}

void faults_end(void)
{
	sim_trace("calm");
	sim_world.calm = true;
	net_calm();
	witness_calm();
	for (unsigned u = 0; u < SIM_UNITS; u++) {
		if (!sim_unit[u].up) {
			unit_boot(u);
			continue;
		}
		sim_unit[u].freeze_in = 0;
		for (unsigned s = 0; s < sim_world.slots; s++)
			sim_after(0, &(struct sim_event){.run = on_return, .value = u, .more = s});
	}
}
