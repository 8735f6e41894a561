// SPDX-License-Identifier: BSD-2-Clause
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIN 0x001
#define ACK 0x010

struct sim_world sim_world;
static uint64_t feed_order;

/* Of a skewed dual feed: every packet. */
static struct packet {
	uint64_t at;
	unsigned flow, octets;
} * packets;
static size_t packets_count, packets_room;

/* ------------------------------------------------------------------ configuration */
static void add_exporter(struct fc_config *config, const char *name, enum fc_protocol protocol)
{
	struct fc_fnf *fnf = &config->fnf;
	struct fc_fnf_exporter *e = &fnf->exporter[fc_fnf_exporter_add(fnf, name)];

	snprintf(e->destination, sizeof(e->destination), "192.0.2.9");
	e->protocol = protocol;
	e->mtu = (uint16_t)sim_between(1024, 1100);
	e->template_packets = (unsigned)sim_between(3, 30);
	e->template_seconds = (unsigned)sim_between(2, 60);
	if (protocol != FC_PROTOCOL_V5 && sim_chance(30)) {
		e->option[FC_OPTION_INTERFACES] = true;
		e->option_seconds[FC_OPTION_INTERFACES] = (unsigned)sim_between(1, 5);
	}
	if (protocol != FC_PROTOCOL_V5 && sim_chance(20)) {
		e->option[FC_OPTION_EXPORTER] = true;
		e->option_seconds[FC_OPTION_EXPORTER] = (unsigned)sim_between(1, 5);
	}
}

/* Of a permanent cache: when a flow began tells two of the same key apart. */
static void add_record(struct fc_config *config)
{
	static const char *const lines[] = {
		"flow record TOTALS",
		"match ipv4 source address",
		"match ipv4 destination address",
		"match ipv4 protocol",
		"match transport source-port",
		"collect counter bytes long",
		"collect counter packets long",
		"collect timestamp absolute first",
		"collect timestamp absolute last",
	};
	struct fc_config_cursor cursor = {0};
	struct fc_syntax_line line;

	for (unsigned i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (fc_config_line(config, &cursor, lines[i], &line))
			abort();
}

static void configure(struct fc_config *config)
{
	static const enum fc_protocol protocols[] = {FC_PROTOCOL_IPFIX, FC_PROTOCOL_V9,
						     FC_PROTOCOL_IPFIX, FC_PROTOCOL_V5};
	static const char *const names[] = {"A", "B"};

	fc_config_init(config);
	for (unsigned s = 0; s < sim_world.slots; s++) {
		config->card[s].there = true;
		snprintf(config->card[s].where, sizeof(config->card[s].where), "virtual");
	}
	add_record(config);
	for (unsigned m = 0; m < SIM_MONITORS; m++) {
		struct fc_fnf *fnf = &config->fnf;
		int monitor;

		bool totals = sim_world.monitor[m].cache == FC_CACHE_PERMANENT;

		add_exporter(config, names[m], protocols[sim_below(totals ? 3 : 4)]);
		monitor = fc_fnf_monitor_add(fnf, names[m]);
		fnf->monitor[monitor].record =
			fc_fnf_record_find(fnf, totals ? "TOTALS" : "netflow-original");
		fnf->monitor[monitor].exporter[0] = (int)m;
		fnf->monitor[monitor].cache = sim_world.monitor[m].cache;
	}
}

/* A timeout of a few epochs. */
static uint64_t epochs(unsigned low, unsigned high)
{
	return sim_world.epoch_ns * sim_between(low, high) / 2;
}

static void choose_cache(struct fc_shadow_monitor *m)
{
	switch (sim_below(8)) {
	case 0:
		m->cache = FC_CACHE_SYNCHRONIZED;
		m->synchronized_ns = epochs(6, 20);
		if (sim_chance(50))
			m->spread_ns = epochs(2, 5);
		break;
	case 1:
		m->cache = FC_CACHE_PERMANENT;
		m->update_ns = epochs(4, 16);
		m->entries = SIM_FLOWS;
		break;
	case 2:
		m->cache = FC_CACHE_IMMEDIATE;
		break;
	default:
		m->transaction_end = sim_chance(30);
		break;
	}
}

static void choose_monitors(void)
{
	for (unsigned n = 0; n < SIM_MONITORS; n++) {
		struct fc_shadow_monitor *m = &sim_world.monitor[n];

		*m = (struct fc_shadow_monitor){.active_ns = epochs(4, 30),
						.inactive_ns = epochs(2, 8),
						.entries = SIM_FLOWS};
		fake_mask(0, m->mask);
		/* Too few for all flows: some end before their time. */
		if (sim_chance(25))
			m->entries = sim_between(4, 12);
		choose_cache(m);
	}
}

/* With a dual feed they must agree within a millisecond, or it is refused. */
static void choose_clocks(void)
{
	int64_t shift = sim_world.dual ? 300 * (int64_t)SIM_US : 3 * (int64_t)SIM_SECOND;
	bool permanent = false;

	/* A flow of theirs is known by its first packet's time, which a clock set back would
	 * change. */
	for (unsigned m = 0; m < SIM_MONITORS; m++)
		permanent |= sim_world.monitor[m].cache == FC_CACHE_PERMANENT;
	sim_world.skewed = sim_chance(50) && (sim_world.dual || !permanent);
	for (unsigned i = 0; i < SIM_UNITS * SIM_SLOTS && sim_world.skewed; i++) {
		unsigned u = i % SIM_UNITS, s = i / SIM_UNITS;

		sim_world.shift_ns[u][s] = (int64_t)sim_below((uint64_t)shift) - shift / 2;
		sim_world.drift_ppb[u][s] = (int64_t)sim_below(20000) - 10000;
	}
	sim_world.apart = sim_world.dual && sim_chance(10) && !permanent;
	if (sim_world.apart)
		sim_world.shift_ns[sim_below(SIM_UNITS)][sim_below(sim_world.slots)] +=
			(int64_t)sim_between(5 * SIM_MS, SIM_SECOND);
}

void world_begin(uint64_t seed, bool pair)
{
	struct fc_config *config = sim_world.config;

	sim_world = (struct sim_world){.seed = seed, .pair = pair, .config = config};
	if (!config)
		sim_world.config = calloc(1, sizeof(*config));
	if (!sim_world.config)
		abort();
	sim_world.dual = pair && sim_chance(35);
	sim_world.hook = sim_chance(70);
	sim_world.fencing = sim_chance(80);
	sim_world.command = sim_world.fencing && seed % 4 == 1;
	sim_world.slots = sim_chance(30) ? 2 : 1;
	sim_world.rings = sim_chance(30) ? 2 : 1;
	sim_world.flows = (unsigned)sim_between(3, SIM_FLOWS);
	sim_world.epoch_ns = UINT64_C(1) << sim_between(26, 28); /* 67 .. 268 ms */
	/* A standby's ring holds a second and more of a dual feed. */
	sim_world.ring_log2 = (unsigned)sim_between(pair ? 10 : 8, 12) + 2 * sim_world.dual;
	sim_world.evict = (unsigned)sim_below(20);
	sim_world.packet_ns = sim_world.epoch_ns / sim_between(10, 60);
	sim_world.delay_ns = sim_between(1, 20) * SIM_MS;
	/* Two clocks cannot be compared better than that. */
	if (sim_world.dual)
		sim_world.delay_ns = 400 * SIM_US;
	sim_world.octet_ns = sim_chance(20) ? sim_between(1, 10) * SIM_US : 10;
	for (unsigned u = 0; u < SIM_UNITS; u++)
		sim_world.collector_ns[u] = sim_between(1, 30) * SIM_MS;
	choose_monitors();
	choose_clocks();
	configure(sim_world.config);
}

static const char *cache_of(unsigned m)
{
	static const char *const caches[] = {"normal", "immediate", "permanent", "synchronized"};

	return caches[sim_world.monitor[m].cache];
}

void world_describe(char *text, size_t octets)
{
	const struct fc_fnf *fnf = &sim_world.config->fnf;
	static const int versions[] = {5, 9, 10};

	snprintf(text, octets,
		 "%s feed, %s, %s, %u slots of %u rings, %u flows, epochs of %llu ms, version %d %s"
		 "%s%s, version %d %s%s%s",
		 sim_world.apart  ? "dual (apart)"
		 : sim_world.dual ? "dual"
				  : "single",
		 sim_world.hook ? "hook" : "no hook",
		 sim_world.command   ? "command"
		 : sim_world.fencing ? "witness"
				     : "no witness",
		 sim_world.slots, sim_world.rings, sim_world.flows,
		 (unsigned long long)(sim_world.epoch_ns / SIM_MS),
		 versions[fnf->exporter[0].protocol], cache_of(0),
		 sim_world.monitor[0].spread_ns ? " spread" : "",
		 sim_world.monitor[0].entries < sim_world.flows ? " small" : "",
		 versions[fnf->exporter[1].protocol], cache_of(1),
		 sim_world.monitor[1].spread_ns ? " spread" : "",
		 sim_world.monitor[1].entries < sim_world.flows ? " small" : "");
}

void world_end(void)
{
	free(sim_world.config);
	sim_world.config = NULL;
	free(packets);
	packets = NULL;
	packets_count = packets_room = 0;
}

/* ------------------------------------------------------------------ traffic */
static void remember(unsigned flow, unsigned octets)
{
	if (packets_count == packets_room) {
		packets_room = packets_room ? 2 * packets_room : 1024;
		packets = realloc(packets, packets_room * sizeof(*packets));
		if (!packets)
			abort();
	}
	packets[packets_count++] = (struct packet){sim_now(), flow, octets};
}

struct sim_sum world_packets(unsigned flow, uint64_t at, uint64_t window_ns)
{
	struct sim_sum sum = {0};

	for (size_t i = 0; i < packets_count; i++) {
		if (packets[i].flow != flow || packets[i].at + window_ns < at ||
		    packets[i].at > at + window_ns)
			continue;
		sum.packets++;
		sum.octets += packets[i].octets;
	}
	return sum;
}

static void packet(unsigned flow)
{
	unsigned octets = (unsigned)sim_between(40, 1500);
	unsigned flags = sim_chance(4) ? FIN | ACK : ACK;

	if (sim_world.dual && sim_world.skewed)
		remember(flow, octets);
	for (unsigned u = 0; u < SIM_UNITS; u++) {
		struct sim_card *card = unit_card(u, flow % sim_world.slots);

		if (card && (sim_world.dual || sim_world.feed == u))
			sim_card_packet(card, flow, octets, flags);
	}
}

static void on_traffic(struct sim_event *e)
{
	unsigned burst = (unsigned)sim_between(1, 6);

	for (; burst && !sim_world.silent; burst--) {
		unsigned flow = (unsigned)sim_below(sim_world.flows);

		/* It rests now and then, long enough to end by its silence. */
		if (sim_chance(3))
			sim_world.traffic[flow] = sim_now() + sim_below(6 * sim_world.epoch_ns);
		if (sim_now() >= sim_world.traffic[flow])
			packet(flow);
	}
	sim_after(1 + sim_below(6 * sim_world.packet_ns), e);
}

void world_traffic(void)
{
	sim_after(sim_below(sim_world.epoch_ns), &(struct sim_event){.run = on_traffic});
}

static void on_feed(struct sim_event *e)
{
	if (e->more != feed_order)
		return;
	sim_trace("feed: to unit %llu", (unsigned long long)e->value + 1);
	sim_world.feed = (unsigned)e->value;
	sim_world.moved_at = sim_now();
}

void world_feed(unsigned unit, uint64_t delay_ns)
{
	sim_after(delay_ns,
		  &(struct sim_event){.run = on_feed, .value = unit, .more = ++feed_order});
}
