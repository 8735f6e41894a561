/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/replay.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

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
	wrong += expect("flow frames = selected + missed packets", t->port.verdict[FC_VERDICT_FLOW],
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
	const struct fc_shard_stats *s = &t->shard;
	unsigned wrong = 0;

	wrong += expect("emitted = merged packets", t->ledger.emitted_packets, s->delta_packets);
	wrong += expect("emitted = merged bytes", t->ledger.emitted_bytes, s->delta_octets);
	wrong += expect("merged = closed + lost packets", s->delta_packets,
			s->closed_packets + s->lost_packets);
	wrong +=
		expect("closed flows = flows given to the sinks", s->closed_flows, r->closed_flows);
	wrong += expect("closed packets = packets given to the sinks", s->closed_packets,
			r->closed_packets);
	wrong += expect("closed bytes = bytes given to the sinks", s->closed_octets,
			r->closed_octets);
	wrong += expect("live flows at the end = 0", s->live, 0);
	wrong += expect("refused ring records = 0", s->bad_records, 0);
	wrong += expect("damaged ring places = 0", t->drain.damaged + t->drain.deferred_lost, 0);
	wrong += expect("ledger records that differ from what was seen = 0",
			t->drain.ledger_mismatches, 0);
	wrong += expect("ledger records seen = barriers seen", t->drain.ledger_records,
			t->drain.barriers);
	if (r->options->csv)
		wrong += expect("flows given to the sinks = rows of the CSV", r->closed_flows,
				r->csv.count);
	for (unsigned i = 0; i < r->exporters; i++) {
		struct fc_exporter_stats e;

		fc_exporter_stats(r->exporter[i], &e);
		wrong += expect("flows given to the sinks = exported + dropped", r->closed_flows,
				e.flows + e.inexpressible);
		wrong += expect("datagrams sealed = sent + dropped", e.datagrams_sealed,
				e.datagrams_sent + e.dropped_datagrams);
	}
	return wrong;
}

unsigned fc_replay_check(const struct fc_replay *r, const struct fc_replay_totals *t)
{
	return check_card(r, t) + check_host(r, t);
}

/* ---------------------------------------------------------------- JSON */
struct number {
	const char *name;
	uint64_t value;
};

static int add_numbers(json_t *object, const struct number *numbers, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (json_object_set_new(object, numbers[i].name,
					json_integer((json_int_t)numbers[i].value)))
			return -ENOMEM;
	}
	return 0;
}

/* The verdicts from `first` to `last` that occurred; their names lose `prefix`. */
static json_t *verdict_object(const uint64_t *verdict, unsigned first, unsigned last,
			      const char *prefix)
{
	json_t *object = json_object();

	for (unsigned v = first; object && v <= last; v++) {
		const char *name = fc_verdict_name(v);

		if (!strncmp(name, prefix, strlen(prefix)))
			name += strlen(prefix);
		if (verdict[v])
			json_object_set_new(object, name, json_integer((json_int_t)verdict[v]));
	}
	return object;
}

static json_t *ledger_object(const struct fc_replay_totals *t, bool balanced)
{
	const struct fc_ledger *l = &t->ledger;
	const struct number numbers[] = {
		{"selected_packets", l->selected_packets},
		{"selected_bytes", l->selected_bytes},
		{"emitted_packets", l->emitted_packets},
		{"emitted_bytes", l->emitted_bytes},
		{"resident_packets", l->resident_packets},
		{"resident_bytes", l->resident_bytes},
		{"unaccounted_packets", l->unaccounted_packets},
		{"unaccounted_bytes", l->unaccounted_bytes},
		{"missed", t->port.missed},
		{"merged_packets", t->shard.delta_packets},
		{"merged_bytes", t->shard.delta_octets},
		{"closed_packets", t->shard.closed_packets},
		{"closed_bytes", t->shard.closed_octets},
		{"lost_packets", t->shard.lost_packets},
		{"aged_early", t->shard.aged_emergency},
		{"deltas", t->shard.deltas},
		{"epochs", t->shard.cuts},
	};
	json_t *object = json_object();
	json_t *records = json_object();

	if (!object || !records || add_numbers(object, numbers, sizeof(numbers) / sizeof(*numbers)))
		goto drop;
	for (unsigned reason = FC_REASON_EPOCH; reason < FC_REASON_COUNT; reason++)
		json_object_set_new(records, fc_reason_name(reason),
				    json_integer((json_int_t)t->drain.by_reason[reason]));
	json_object_set_new(object, "records", records);
	json_object_set_new(object, "balanced", json_boolean(balanced));
	return object;

drop:
	json_decref(records);
	json_decref(object);
	return NULL;
}

int fc_replay_write_counters(const struct fc_replay *r, const struct fc_replay_totals *t,
			     bool balanced, const char *path)
{
	const struct fc_feeder_counters *fed = fc_feeder_counters(r->feeder);
	const struct number numbers[] = {
		{"frames", fed->seen},
		{"flows", r->closed_flows},
		{"flow_packets", r->closed_packets},
		{"flow_octets", r->closed_octets},
		{"beyond_window", t->verdict[FC_VERDICT_BEYOND_WINDOW]},
		{"rx_error", t->verdict[FC_VERDICT_RX_ERROR]},
		{"unsupported_linktype", fed->unsupported},
	};
	json_t *object = json_object();
	int err =
		object ? add_numbers(object, numbers, sizeof(numbers) / sizeof(*numbers)) : -ENOMEM;

	if (!err &&
	    (json_object_set_new(object, "nonip",
				 verdict_object(t->verdict, FC_VERDICT_NONIP_LLC,
						FC_VERDICT_NONIP_LOOPBACK_FAMILY, "nonip_")) ||
	     json_object_set_new(object, "malformed",
				 verdict_object(t->verdict, FC_VERDICT_TRUNC_ETHERNET,
						FC_VERDICT_TRUNC_HDLC, "")) ||
	     json_object_set_new(object, "ledger", ledger_object(t, balanced))))
		err = -ENOMEM;
	errno = 0;
	if (!err && json_dump_file(object, path, JSON_INDENT(1)))
		err = errno ? -errno : -EIO;
	json_decref(object);
	return err;
}

/* ---------------------------------------------------------------- text */
static void print_verdicts(const struct fc_replay_totals *t)
{
	for (unsigned v = 0; v < FC_VERDICT_COUNT; v++) {
		if (t->verdict[v])
			printf("  %-24s %14" PRIu64 "\n", fc_verdict_name(v), t->verdict[v]);
	}
}

static void print_ledger(const struct fc_replay_totals *t, bool balanced)
{
	const struct fc_ledger *l = &t->ledger;

	printf("Ledger                          packets            bytes\n");
	printf("  selected         %20" PRIu64 " %16" PRIu64 "\n", l->selected_packets,
	       l->selected_bytes);
	printf("  emitted          %20" PRIu64 " %16" PRIu64 "\n", l->emitted_packets,
	       l->emitted_bytes);
	printf("  resident         %20" PRIu64 " %16" PRIu64 "\n", l->resident_packets,
	       l->resident_bytes);
	printf("  unaccounted      %20" PRIu64 " %16" PRIu64 "\n", l->unaccounted_packets,
	       l->unaccounted_bytes);
	printf("  merged by host   %20" PRIu64 " %16" PRIu64 "\n", t->shard.delta_packets,
	       t->shard.delta_octets);
	printf("  closed in flows  %20" PRIu64 " %16" PRIu64 "\n", t->shard.closed_packets,
	       t->shard.closed_octets);
	printf("  %s\n", balanced ? "balanced" : "NOT BALANCED");
}

void fc_replay_summary(const struct fc_replay *r, const struct fc_replay_totals *t, bool balanced)
{
	const struct fc_feeder_counters *fed = fc_feeder_counters(r->feeder);

	printf("Capture %s: %" PRIu64 " frames, %" PRIu64
	       " octets; card of %u entries, epoch 2^%u ns\n",
	       r->options->capture, fed->seen, fed->octets, r->card.build.entries,
	       r->options->epoch_shift);
	print_verdicts(t);
	printf("Flows %" PRIu64 ", deltas %" PRIu64 " in %" PRIu64 " epochs (evicted %" PRIu64
	       ")\n",
	       r->closed_flows, t->shard.deltas, t->shard.cuts,
	       t->drain.by_reason[FC_REASON_EVICT]);
	if (t->shard.aged_emergency)
		printf("Ended early for want of room in the shadow table: %" PRIu64
		       " flows (--live-flows)\n",
		       t->shard.aged_emergency);
	print_ledger(t, balanced);
	for (unsigned i = 0; i < r->exporters; i++) {
		struct fc_exporter_stats e;

		fc_exporter_stats(r->exporter[i], &e);
		printf("Export %s: %" PRIu64 " flows in %" PRIu64 " datagrams, %" PRIu64
		       " flows dropped\n",
		       r->options->export[i], e.flows, e.datagrams_sent, e.dropped_flows);
	}
	printf("%.0f packets/s (%.2f s; %" PRIu64 " core clocks)\n",
	       r->seconds > 0 ? (double)fed->seen / r->seconds : 0.0, r->seconds,
	       t->sim.core_clocks);
}
