// SPDX-License-Identifier: BSD-2-Clause
/* The commands of the control socket. Every answer but a dump is one JSON object. */
#include <arpa/inet.h>
#include <errno.h>
#include <flowcard/dump.h>
#include <flowcard/registers.h>
#include <ha/control.h>
#include <ha/syntax.h>
#include <jansson.h>
#include <string.h>
#include <time.h>

#define DUMP_RECORDS 64
#define LIST_FLOWS 64
#define CACHE_FLOWS_MAX 100000 /* of one listing */

struct asking {
	const struct fc_control_context *context;
	FILE *out;
	char *error;
	size_t error_octets;
};

static void put(json_t *object, const char *name, uint64_t value)
{
	if (value <= INT64_MAX)
		json_object_set_new(object, name, json_integer((json_int_t)value));
	else
		json_object_set_new(object, name, json_sprintf("%llu", (unsigned long long)value));
}

static void put_text(json_t *object, const char *name, const char *text)
{
	json_object_set_new(object, name, json_string(text));
}

/* Print and drop. */
static int give(struct asking *a, json_t *object)
{
	int err = json_dumpf(object, a->out, JSON_INDENT(1)) || fputc('\n', a->out) == EOF;

	json_decref(object);
	return err ? -ENOMEM : 0;
}

static int refuse(struct asking *a, int err, const char *what)
{
	snprintf(a->error, a->error_octets, "%s: %s", what, strerror(-err));
	return err;
}

/* ------------------------------------------------------------------ show version */
static int run_version(void *context, struct fc_syntax_line *line)
{
	struct asking *a = context;
	const struct fc_unit *unit = a->context->unit;
	json_t *object = json_object();
	struct timespec ts;

	(void)line;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	put_text(object, "program", "flowcardd");
	put_text(object, "version", FC_VERSION);
	put_text(object, "hostname", unit->config.hostname);
	json_object_set_new(object, "register_map", json_sprintf("0x%08x", (unsigned)FC_MAP_HASH));
	put(object, "uptime_s", (uint64_t)ts.tv_sec - unit->started_ns / 1000000000u);
	put(object, "reloads", unit->reloads);
	return give(a, object);
}

/* ------------------------------------------------------------------ show platform card */
static json_t *ring_json(const struct fc_worker_stats *w, unsigned ring)
{
	json_t *object = json_object();

	put(object, "ring", ring);
	put(object, "records", w->drain.records);
	put(object, "read_index", w->read);
	put(object, "held", w->read - w->released);
	put(object, "torn", w->ring.torn);
	put(object, "damaged", w->drain.damaged + w->drain.deferred_lost);
	put(object, "doorbells", w->ring.doorbells);
	put(object, "barriers", w->drain.barriers);
	put(object, "ledger_mismatches", w->drain.ledger_mismatches);
	put(object, "snapshots", w->drain.snapshots);
	put(object, "ledger_unbalanced", w->drain.ledger_unbalanced);
	put(object, "crash_window_records", w->drain.crash_window_records);
	put(object, "refused_records", w->shard.bad_records);
	put(object, "live_flows", w->shard.live);
	put(object, "high_watermark", w->shard.high_watermark);
	put(object, "merged_packets", w->shard.delta_packets);
	put(object, "merged_octets", w->shard.delta_octets);
	put(object, "closed_flows", w->shard.closed_flows);
	put(object, "closed_packets", w->shard.closed_packets);
	put(object, "lost_packets", w->shard.lost_packets + w->queue_lost_packets);
	put(object, "export_waits", w->queue_full_waits);
	put(object, "cut_ns", w->cut_ns);
	if (w->error)
		put_text(object, "error", strerror(-w->error));
	return object;
}

static json_t *ledger_json(const struct fc_shard_ledger *l, const char *monitor)
{
	json_t *object = json_object();

	put_text(object, "flow_monitor", monitor);
	put(object, "epoch", l->epoch);
	put(object, "selected_packets", l->selected_packets);
	put(object, "selected_octets", l->selected_octets);
	put(object, "emitted_packets", l->emitted_packets);
	put(object, "emitted_octets", l->emitted_octets);
	put(object, "resident_packets", l->resident_packets);
	put(object, "resident_octets", l->resident_octets);
	put(object, "unaccounted_packets", l->unaccounted_packets);
	put(object, "unaccounted_octets", l->unaccounted_octets);
	json_object_set_new(
		object, "balanced",
		json_boolean(l->selected_packets == l->emitted_packets + l->resident_packets +
							    l->unaccounted_packets &&
			     l->selected_octets == l->emitted_octets + l->resident_octets +
							   l->unaccounted_octets));
	return object;
}

static void put_build(json_t *object, const struct fc_card_build *b)
{
	json_t *build = json_object();

	put(build, "entries", b->entries);
	put(build, "ports", b->ports);
	put(build, "rings", b->rings);
	put(build, "monitors", b->monitors);
	json_object_set_new(object, "build", build);
}

static void put_losses(json_t *object, const struct fc_slot_losses *l)
{
	json_t *losses = json_object();

	put(losses, "times", l->times);
	put(losses, "epochs", l->epochs);
	put(losses, "resident_packets", l->resident_packets);
	put(losses, "damaged_records", l->damaged_records);
	json_object_set_new(object, "lost", losses);
}

static void put_rings(json_t *object, struct fc_slot *slot, const struct fc_unit *unit,
		      const struct fc_slot_status *status)
{
	json_t *rings = json_array(), *ledgers = json_array();
	struct fc_worker_stats stats;
	struct fc_shard_ledger ledger;

	for (unsigned r = 0; r < status->workers; r++)
		if (!fc_slot_worker_stats(slot, r, &stats))
			json_array_append_new(rings, ring_json(&stats, r));
	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++)
		if (status->which[m] != FC_CONFIG_NONE &&
		    !fc_slot_worker_ledger(slot, 0, m, &ledger))
			json_array_append_new(
				ledgers,
				ledger_json(&ledger,
					    unit->config.fnf.monitor[status->which[m]].name));
	json_object_set_new(object, "rings", rings);
	json_object_set_new(object, "ledgers", ledgers);
}

static json_t *card_json(const struct fc_unit *unit, unsigned number)
{
	json_t *object = json_object();
	struct fc_slot_status status;

	put(object, "slot", number);
	json_object_set_new(object, "mask", json_sprintf("0x%x", 1u << number));
	put_text(object, "transport", unit->config.card[number].where);
	if (!unit->slot[number]) {
		put_text(object, "state", "shutdown");
		return object;
	}
	fc_slot_status(unit->slot[number], &status);
	put_text(object, "state", fc_device_state_name(status.state));
	put(object, "generation", status.generation);
	put(object, "losses", status.losses);
	put(object, "failures", status.failures);
	if (*status.error)
		put_text(object, "error", status.error);
	put_build(object, &status.build);
	put_losses(object, &status.lost);
	put(object, "merged_packets", status.merged_packets);
	put(object, "closed_flows", status.closed_flows);
	put_rings(object, unit->slot[number], unit, &status);
	return object;
}

static int run_cards(void *context, struct fc_syntax_line *line)
{
	struct asking *a = context;
	const struct fc_unit *unit = a->context->unit;
	json_t *object = json_object(), *cards = json_array();

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (unit->config.card[s].there && (!line->values || line->value[0].number == s))
			json_array_append_new(cards, card_json(unit, s));
	if (line->values && !json_array_size(cards)) {
		json_decref(cards);
		json_decref(object);
		return refuse(a, -ENOENT, "no card in this slot");
	}
	json_object_set_new(object, "cards", cards);
	return give(a, object);
}

/* ------------------------------------------------------------------ show flow exporter */
static json_t *exporter_json(const struct fc_unit *unit, unsigned number)
{
	static const char *const protocol[] = {"netflow-v5", "netflow-v9", "ipfix"};
	const struct fc_fnf_exporter *e = &unit->config.fnf.exporter[number];
	json_t *object = json_object();
	struct fc_exporter_stats s;

	put_text(object, "name", e->name);
	put_text(object, "destination", e->destination);
	put(object, "port", e->port);
	put_text(object, "protocol", protocol[e->protocol]);
	if (*e->source)
		put_text(object, "source", e->source);
	if (fc_export_thread_stats(unit->export, number, &s)) {
		put_text(object, "state", "closed");
		return object;
	}
	put_text(object, "state", "open");
	put(object, "flows", s.flows);
	put(object, "packets", s.packets);
	put(object, "octets", s.octets);
	put(object, "records_sent", s.records_sent);
	put(object, "datagrams_sent", s.datagrams_sent);
	put(object, "octets_sent", s.octets_sent);
	put(object, "datagrams_queued", s.datagrams_queued);
	put(object, "dropped_datagrams", s.dropped_datagrams);
	put(object, "dropped_flows", s.dropped_flows);
	put(object, "inexpressible", s.inexpressible);
	put(object, "refused", s.refused);
	put(object, "send_errors", s.send_errors);
	return object;
}

static int run_exporters(void *context, struct fc_syntax_line *line)
{
	struct asking *a = context;
	const struct fc_unit *unit = a->context->unit;
	json_t *object = json_object(), *list = json_array();

	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++) {
		const char *name = unit->config.fnf.exporter[e].name;

		if (*name && (!line->values || !strcmp(line->value[0].text, name)))
			json_array_append_new(list, exporter_json(unit, e));
	}
	json_object_set_new(object, "exporters", list);
	if (!line->values)
		put(object, "flows_without_exporter", fc_export_thread_unwanted(unit->export));
	return give(a, object);
}

/* ------------------------------------------------------------------ show flow monitor */
static json_t *monitor_json(const struct fc_unit *unit, const struct fc_fnf_monitor *m)
{
	static const char *const type[] = {"normal", "immediate", "permanent", "synchronized"};
	json_t *object = json_object(), *exporters = json_array();

	put_text(object, "name", m->name);
	if (m->record != FC_FNF_NONE)
		put_text(object, "record", unit->config.fnf.record[m->record].name);
	put_text(object, "cache_type", type[m->cache]);
	put(object, "entries", m->entries);
	put(object, "timeout_active_s", m->active_s);
	put(object, "timeout_inactive_s", m->inactive_s);
	for (unsigned e = 0; e < FC_FNF_MONITOR_EXPORTERS; e++)
		if (m->exporter[e] != FC_CONFIG_NONE)
			json_array_append_new(
				exporters,
				json_string(unit->config.fnf.exporter[m->exporter[e]].name));
	json_object_set_new(object, "exporters", exporters);
	return object;
}

static int run_monitors(void *context, struct fc_syntax_line *line)
{
	struct asking *a = context;
	const struct fc_unit *unit = a->context->unit;
	json_t *object = json_object(), *list = json_array();

	for (unsigned m = 0; m < FC_FNF_MONITORS; m++) {
		const char *name = unit->config.fnf.monitor[m].name;

		if (*name && (!line->values || !strcmp(line->value[0].text, name)))
			json_array_append_new(list,
					      monitor_json(unit, &unit->config.fnf.monitor[m]));
	}
	json_object_set_new(object, "monitors", list);
	return give(a, object);
}

struct listing {
	json_t *flows;
	uint32_t id; /* of the flow monitor */
	uint64_t count, packets, octets;
};

static json_t *flow_json(const struct fc_flow *f)
{
	int family = fc_vec_ip_version(f->vector) == 6 ? AF_INET6 : AF_INET;
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	json_t *object = json_object();

	inet_ntop(family, fc_vec_src(f->vector), src, sizeof(src));
	inet_ntop(family, fc_vec_dst(f->vector), dst, sizeof(dst));
	put_text(object, "src", src);
	put_text(object, "dst", dst);
	put(object, "sport", fc_vec_sport(f->vector));
	put(object, "dport", fc_vec_dport(f->vector));
	put(object, "proto", fc_vec_proto(f->vector));
	put(object, "tos", fc_vec_tos(f->vector));
	put(object, "input_if", fc_vec_input_port(f->vector));
	put(object, "packets", f->packets);
	put(object, "octets", f->octets);
	put(object, "tcp_flags", f->tcp_flags);
	put(object, "first_ns", f->first_ns);
	put(object, "last_ns", f->last_ns);
	return object;
}

static void list_flows(struct fc_slot *slot, struct listing *l)
{
	struct fc_flow_cursor cursor = {0};
	struct fc_flow flow[LIST_FLOWS];

	while (!cursor.over) {
		size_t count = fc_slot_flows_next(slot, l->id, &cursor, flow, LIST_FLOWS);

		l->count += count;
		for (size_t i = 0; i < count; i++) {
			l->packets += flow[i].packets;
			l->octets += flow[i].octets;
			if (json_array_size(l->flows) < CACHE_FLOWS_MAX)
				json_array_append_new(l->flows, flow_json(&flow[i]));
		}
	}
}

static int run_cache(void *context, struct fc_syntax_line *line)
{
	struct asking *a = context;
	const struct fc_unit *unit = a->context->unit;
	int m = fc_fnf_monitor_find(&unit->config.fnf, line->value[0].text);
	struct listing l = {0};
	json_t *object;

	if (m == FC_FNF_NONE)
		return refuse(a, -ENOENT, "no flow monitor of this name");
	l.id = unit->config.fnf.monitor[m].id;
	l.flows = json_array();
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (unit->slot[s])
			list_flows(unit->slot[s], &l);
	object = json_object();
	put_text(object, "name", line->value[0].text);
	put(object, "live_flows", l.count);
	put(object, "packets", l.packets);
	put(object, "octets", l.octets);
	json_object_set_new(object, "flows", l.flows);
	return give(a, object);
}

/* ------------------------------------------------------------------ doing something */
static int dump(struct asking *a, struct fc_syntax_line *line, bool latch, bool snapshot)
{
	uint64_t number = line->value[0].number;
	const struct fc_unit *unit = a->context->unit;
	struct fc_dump d = {0};
	int err = unit->slot[number] ? 0 : -ENOENT;

	if (!err)
		err = fc_slot_dump(unit->slot[number], latch, snapshot, DUMP_RECORDS, &d);
	if (!err)
		err = fc_dump_save(&d, a->out);
	fc_dump_free(&d);
	return err ? refuse(a, err, "the card cannot be dumped") : 0;
}

static int run_dump(void *context, struct fc_syntax_line *line)
{
	return dump(context, line, false, false);
}

static int run_dump_latch(void *context, struct fc_syntax_line *line)
{
	return dump(context, line, true, false);
}

static int run_dump_snapshot(void *context, struct fc_syntax_line *line)
{
	return dump(context, line, false, true);
}

static int run_dump_both(void *context, struct fc_syntax_line *line)
{
	return dump(context, line, true, true);
}

static int run_reset(void *context, struct fc_syntax_line *line)
{
	struct asking *a = context;
	uint64_t number = line->value[0].number;

	if (!a->context->unit->slot[number])
		return refuse(a, -ENOENT, "no card in this slot");
	fc_slot_reset(a->context->unit->slot[number]);
	return fputs("{}\n", a->out) < 0 ? -ENOMEM : 0;
}

static int run_reload(void *context, struct fc_syntax_line *line)
{
	struct asking *a = context;
	int err = a->context->reload ? a->context->reload(a->context->argument) : -ENOSYS;

	(void)line;
	if (err)
		return refuse(a, err, "the configuration was refused, see the log");
	return fputs("{}\n", a->out) < 0 ? -ENOMEM : 0;
}

static const struct fc_syntax_command commands[] = {
	{0, false, "show version", run_version, NULL},
	{0, false, "show platform card", run_cards, NULL},
	{0, false, "show platform card <0-31>", run_cards, NULL},
	{0, false, "show flow exporter", run_exporters, NULL},
	{0, false, "show flow exporter NAME", run_exporters, NULL},
	{0, false, "show flow monitor", run_monitors, NULL},
	{0, false, "show flow monitor NAME", run_monitors, NULL},
	{0, false, "show flow monitor NAME cache", run_cache, NULL},
	{0, false, "dump card <0-31>", run_dump, NULL},
	{0, false, "dump card <0-31> latch", run_dump_latch, NULL},
	{0, false, "dump card <0-31> snapshot", run_dump_snapshot, NULL},
	{0, false, "dump card <0-31> latch snapshot", run_dump_both, NULL},
	{0, false, "reset card <0-31>", run_reset, NULL},
	{0, false, "reload", run_reload, NULL},
};

int fc_control_run(const struct fc_control_context *context, const char *text, FILE *out,
		   char *error, size_t error_octets)
{
	struct asking a = {context, out, error, error_octets};
	struct fc_syntax_line line;
	bool first;
	int row = fc_syntax_parse(commands, sizeof(commands) / sizeof(*commands), 0, text, &line,
				  &first);

	if (row == -ENOENT) {
		snprintf(error, error_octets, "empty command");
		return -EINVAL;
	}
	if (row < 0) {
		snprintf(error, error_octets, "column %u: %s", line.column + 1, line.message);
		return row;
	}
	return line.row->run(&a, &line);
}
