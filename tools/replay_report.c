/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/replay.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

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

/* ---------------------------------------------------------------- monitors of a configuration */
static const char *const aged_name[FC_AGED_CAUSES] = {
	[FC_AGED_ACTIVE] = "active",
	[FC_AGED_INACTIVE] = "inactive",
	[FC_AGED_EVENT] = "event",
	[FC_AGED_WATERMARK] = "watermark",
	[FC_AGED_EMERGENCY] = "emergency",
	[FC_AGED_FORCED] = "forced",
	[FC_AGED_SYNCHRONIZED] = "synchronized",
	[FC_AGED_IMMEDIATE] = "immediate",
	[FC_AGED_CLEARED] = "cleared",
};

static json_t *samplers_array(const struct fc_replay *r, unsigned n,
			      const struct fc_replay_monitor *m)
{
	json_t *array = json_array();

	for (unsigned at = 0; at < 2 * FC_CARD_PORTS_MAX; at++) {
		unsigned o = at / FC_CARD_PORTS_MAX, p = at % FC_CARD_PORTS_MAX;
		const struct number numbers[] = {
			{"output", o},
			{"port", p},
			{"id", r->plan.monitor[n].sampler[o][p].id},
			{"observed", m->sampler[o][p].observed},
			{"selected", m->sampler[o][p].selected},
		};
		json_t *object;

		if (!r->plan.monitor[n].sampler[o][p].mode)
			continue;
		object = json_object();
		add_numbers(object, numbers, sizeof(numbers) / sizeof(*numbers));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *monitor_object(const struct fc_replay *r, unsigned n,
			      const struct fc_replay_monitor *m)
{
	const struct number numbers[] = {
		{"selected_packets", m->ledger.selected_packets},
		{"selected_bytes", m->ledger.selected_bytes},
		{"emitted_packets", m->ledger.emitted_packets},
		{"unaccounted_packets", m->ledger.unaccounted_packets},
		{"merged_packets", m->merged_packets},
		{"high_watermark", m->stats.high_watermark},
		{"added", m->stats.added},
		{"not_added", m->stats.not_added},
		{"updates", m->stats.updates},
	};
	json_t *object = json_object(), *aged = json_object();

	json_object_set_new(
		object, "name",
		json_string(r->config->fnf.monitor[r->plan.monitor[n].flow_monitor].name));
	add_numbers(object, numbers, sizeof(numbers) / sizeof(*numbers));
	for (unsigned c = 0; c < FC_AGED_CAUSES; c++)
		json_object_set_new(aged, aged_name[c], json_integer((json_int_t)m->stats.aged[c]));
	json_object_set_new(object, "aged", aged);
	json_object_set_new(object, "samplers", samplers_array(r, n, m));
	return object;
}

static int add_monitors(json_t *object, const struct fc_replay *r, const struct fc_replay_totals *t)
{
	json_t *array = json_array();

	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
		if (r->plan.monitor[n].there)
			json_array_append_new(array, monitor_object(r, n, &t->monitor[n]));
	return json_object_set_new(object, "monitors", array) ? -ENOMEM : 0;
}

int fc_replay_write_counters(const struct fc_replay *r, const struct fc_replay_totals *t,
			     bool balanced, const char *path)
{
	const struct fc_feeder_counters *fed = fc_feeder_counters(r->feeder);
	const struct number numbers[] = {
		{"frames", fed->seen},
		{"flows", r->sinks.flows},
		{"flow_packets", r->sinks.packets},
		{"flow_octets", r->sinks.octets},
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
	if (!err && r->config)
		err = add_monitors(object, r, t);
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
	       r->options->capture, fed->seen, fed->octets, r->card.build.entries, r->epoch_shift);
	print_verdicts(t);
	printf("Flows %" PRIu64 ", deltas %" PRIu64 " in %" PRIu64 " epochs (evicted %" PRIu64
	       ")\n",
	       r->sinks.flows, t->shard.deltas, t->shard.cuts, t->drain.by_reason[FC_REASON_EVICT]);
	if (t->shard.aged_emergency)
		printf("Ended early for want of room in the shadow table: %" PRIu64
		       " flows (--live-flows)\n",
		       t->shard.aged_emergency);
	print_ledger(t, balanced);
	for (unsigned i = 0; i < r->sinks.exporters; i++) {
		struct fc_exporter_stats e;

		fc_exporter_stats(r->sinks.exporter[i], &e);
		printf("Export %s: %" PRIu64 " flows in %" PRIu64 " datagrams, %" PRIu64
		       " flows dropped\n",
		       r->options->export[i], e.flows, e.datagrams_sent, e.dropped_flows);
	}
	printf("%.0f packets/s (%.2f s; %" PRIu64 " core clocks)\n",
	       r->seconds > 0 ? (double)fed->seen / r->seconds : 0.0, r->seconds,
	       t->sim.core_clocks);
}
