/* SPDX-License-Identifier: BSD-2-Clause */
/* What a run has left: counters of card and host, and the sums that must hold. */
#include "tools/replay.h"

#include "ha/monitor_book.h"
#include <flowcard/registers.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- reading */
/* A struct of 64-bit counters and nothing else, added field by field. */
static void add_counters(void *to, const void *from, size_t octets)
{
	uint64_t *sum = to;
	const uint64_t *more = from;

	for (size_t i = 0; i < octets / sizeof(*sum); i++)
		sum[i] += more[i];
}

_Static_assert(sizeof(struct fc_shard_stats) % sizeof(uint64_t) == 0, "counters only");
_Static_assert(sizeof(struct fc_drain_stats) % sizeof(uint64_t) == 0, "counters only");

static void add_ring(const struct fc_replay *r, unsigned ring, struct fc_replay_totals *out)
{
	struct fc_shard_stats shard;
	struct fc_drain_stats drain;

	fc_shard_stats(r->shard[ring], &shard);
	fc_drain_stats(r->drain[ring], &drain);
	add_counters(&out->shard, &shard, sizeof(shard));
	add_counters(&out->drain, &drain, sizeof(drain));
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++) {
		struct fc_shard_monitor_stats stats;

		fc_shard_monitor_stats(r->shard[ring], n, &stats);
		fc_monitor_stats_add(&out->monitor[n].stats, &stats);
		out->monitor[n].merged_packets += drain.monitor[n].merged_packets;
		out->monitor[n].merged_octets += drain.monitor[n].merged_octets;
	}
}

static int read_samplers(struct fc_replay *r, unsigned n, struct fc_replay_monitor *out)
{
	int err = 0;

	for (unsigned at = 0; !err && at < 2 * FC_CARD_PORTS_MAX; at++) {
		unsigned o = at / FC_CARD_PORTS_MAX, p = at % FC_CARD_PORTS_MAX;

		if (r->plan.monitor[n].sampler[o][p].mode)
			err = fc_card_sampler_counters(&r->card, n, o, p, &out->sampler[o][p]);
	}
	return err;
}

static int read_card(struct fc_replay *r, struct fc_replay_totals *out)
{
	int err = fc_card_port_counters(&r->card, 0, &out->port);

	for (unsigned n = 0; !err && n < FC_CARD_MONITORS_MAX; n++) {
		if (!r->plan.monitor[n].there)
			continue;
		err = fc_card_ledger(&r->card, n, &out->monitor[n].ledger);
		if (!err)
			err = read_samplers(r, n, &out->monitor[n]);
		add_counters(&out->ledger, &out->monitor[n].ledger, sizeof(out->ledger));
	}
	return err ? err : fc_card_faults(&r->card, &out->faults);
}

int fc_replay_totals(struct fc_replay *r, struct fc_replay_totals *out)
{
	const struct fc_feeder_counters *fed = fc_feeder_counters(r->feeder);
	int err;

	memset(out, 0, sizeof(*out));
	err = read_card(r, out);
	if (err) {
		fprintf(stderr, "flowcard-replay: card: %s\n", r->card.error);
		return err;
	}
	for (unsigned ring = 0; ring < r->card.build.rings; ring++)
		add_ring(r, ring, out);
	fcsim_stats(r->sim, &out->sim);
	for (unsigned v = 0; v < FC_CARD_VERDICTS; v++)
		out->verdict[v] = out->port.verdict[v] + fed->verdict[v];
	return 0;
}

/* ---------------------------------------------------------------- the sums */
static unsigned expect(const char *what, uint64_t left, uint64_t right)
{
	if (left == right)
		return 0;
	fprintf(stderr, "flowcard-replay: ledger: %s: %" PRIu64 " is not %" PRIu64 "\n", what, left,
		right);
	return 1;
}

static uint64_t sum(const uint64_t *values, unsigned count)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < count; i++)
		total += values[i];
	return total;
}

static unsigned check_card(const struct fc_replay *r, const struct fc_replay_totals *t)
{
	const struct fc_feeder_counters *fed = fc_feeder_counters(r->feeder);
	const struct fc_ledger *l = &t->ledger;
	unsigned wrong = 0;

	wrong += expect("frames of the card = frames fed", t->port.frames, fed->fed);
	wrong += expect("frames = sum of verdicts", t->port.frames,
			sum(t->port.verdict, FC_CARD_VERDICTS));
	wrong += expect("frames seen = all verdicts + unsupported link types", fed->seen,
			sum(t->verdict, FC_CARD_VERDICTS) + fed->unsupported);
	if (!r->config)
		wrong += expect("flow frames = selected + missed packets",
				t->port.verdict[FC_VERDICT_FLOW],
				l->selected_packets + t->port.missed);
	wrong += expect("selected = emitted + resident + unaccounted packets", l->selected_packets,
			l->emitted_packets + l->resident_packets + l->unaccounted_packets);
	wrong += expect("selected = emitted + resident + unaccounted bytes", l->selected_bytes,
			l->emitted_bytes + l->resident_bytes + l->unaccounted_bytes);
	wrong += expect("resident packets after the flush = 0", l->resident_packets, 0);
	wrong += expect("resident bytes after the flush = 0", l->resident_bytes, 0);
	wrong += expect("faults = 0", t->faults, 0);
	wrong += expect("broken AXI rules = 0", t->sim.axi_violations, 0);
	return wrong;
}

static unsigned check_host(const struct fc_replay *r, const struct fc_replay_totals *t)
{
	const struct fc_replay_sinks *sinks = &r->sinks;
	const struct fc_shard_stats *s = &t->shard;
	unsigned wrong = 0;

	wrong += expect("emitted = merged packets", t->ledger.emitted_packets, s->delta_packets);
	wrong += expect("emitted = merged bytes", t->ledger.emitted_bytes, s->delta_octets);
	wrong += expect("merged = closed + lost + not added packets", s->delta_packets,
			s->closed_packets + s->lost_packets + s->not_added_packets);
	wrong += expect("closed flows + updates = flows given to the sinks",
			s->closed_flows + s->updates, sinks->flows);
	wrong += expect("updates = those given to the sinks", s->updates, sinks->updates);
	wrong += expect("closed packets = packets given to the sinks", s->closed_packets,
			sinks->packets - sinks->update_packets);
	wrong += expect("closed bytes = bytes given to the sinks", s->closed_octets,
			sinks->octets - sinks->update_octets);
	wrong += expect("flows that no exporter took in time = 0", sinks->stuck, 0);
	wrong += expect("live flows at the end = 0", s->live, 0);
	wrong += expect("refused ring records = 0", s->bad_records, 0);
	wrong += expect("damaged ring places = 0", t->drain.damaged + t->drain.deferred_lost, 0);
	wrong += expect("ledger records that differ from what was seen = 0",
			t->drain.ledger_mismatches, 0);
	wrong += expect("ledger records that do not balance = 0", t->drain.ledger_unbalanced, 0);
	if (!r->config)
		wrong += expect("ledger records seen = barriers seen", t->drain.ledger_records,
				t->drain.barriers);
	if (r->options->csv)
		wrong += expect("flows given to the sinks = rows of the CSV", sinks->flows,
				sinks->csv.count);
	for (unsigned i = 0; i < sinks->exporters; i++) {
		struct fc_exporter_stats e;

		fc_exporter_stats(sinks->exporter[i], &e);
		wrong += expect("flows given to the sinks = exported + dropped", sinks->flows,
				e.flows + e.inexpressible);
		wrong += expect("datagrams sealed = sent + dropped", e.datagrams_sealed,
				e.datagrams_sent + e.dropped_datagrams);
	}
	return wrong;
}

/* Of one monitor; and where it stands, by samplers alone. */
static unsigned check_monitor(const struct fc_plan_monitor *m, const struct fc_replay_monitor *t)
{
	const struct fc_ledger *l = &t->ledger;
	uint64_t selected = 0;
	unsigned wrong = 0;
	bool all = true;

	wrong += expect("selected = emitted + resident + unaccounted packets of a monitor",
			l->selected_packets,
			l->emitted_packets + l->resident_packets + l->unaccounted_packets);
	wrong += expect("emitted = merged packets of a monitor", l->emitted_packets,
			t->merged_packets);
	wrong += expect("emitted = merged bytes of a monitor", l->emitted_bytes, t->merged_octets);
	for (unsigned at = 0; at < 2 * FC_CARD_PORTS_MAX; at++) {
		unsigned o = at / FC_CARD_PORTS_MAX, p = at % FC_CARD_PORTS_MAX;

		if ((o ? m->card.ports_out : m->card.ports) >> p & 1)
			all = all && m->sampler[o][p].mode;
		selected += t->sampler[o][p].selected;
	}
	if (all)
		wrong += expect("selected packets = what its samplers selected",
				l->selected_packets, selected);
	return wrong;
}

unsigned fc_replay_check(const struct fc_replay *r, const struct fc_replay_totals *t)
{
	unsigned wrong = check_card(r, t) + check_host(r, t);

	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
		if (r->plan.monitor[n].there)
			wrong += check_monitor(&r->plan.monitor[n], &t->monitor[n]);
	return wrong;
}
