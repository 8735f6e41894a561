/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/replay.h"

#include "sim/model_transport.h"
#include <errno.h>
#include <flowcard/registers.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum {
	RING_LOG2 = 14,       /* 2 MiB: stays in a cache; drained every few frames */
	DRAIN_RECORDS = 4096, /* a step */
	SEND_SECONDS = 60,
	LOOK_FLOWS = 256,    /* closed flows between two looks at the exporters' queues */
	QUEUE_HIGH = 8192,   /* datagrams; half of what an exporter keeps */
	RELAX_MAX = 1 << 22, /* waits for the final barrier, each some clocks */
};
static const uint32_t guard_max_ns = 1000000;
static const size_t shadow_closed = 1 << 16;

static int complain(const char *what, int err)
{
	fprintf(stderr, "flowcard-replay: %s: %s\n", what, strerror(-err));
	return err;
}

/* ---------------------------------------------------------------- sinks */
/* Send all that is sealed, at the exporter's rate, as long as any leaves. Return datagrams left or
 * -errno. */
static int send_all(struct fc_exporter *exporter)
{
	int left = INT_MAX, before;

	do {
		before = left;
		left = fc_exporter_send(exporter, SEND_SECONDS * 1000);
	} while (left > 0 && left < before);
	return left;
}

/* A cut can close more flows than an exporter keeps datagrams: the model stands still meanwhile, so
 * it can wait. */
static void keep_queues_short(struct fc_replay *r)
{
	struct fc_exporter_stats stats;

	for (unsigned i = 0; i < r->exporters; i++) {
		fc_exporter_stats(r->exporter[i], &stats);
		if (stats.datagrams_queued > QUEUE_HIGH)
			send_all(r->exporter[i]);
	}
}

static void on_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	struct fc_replay *r = context;

	r->closed_flows++;
	r->closed_packets += flow->packets;
	r->closed_octets += flow->octets;
	if (r->options->csv)
		fc_replay_csv_add(&r->csv, flow);
	for (unsigned i = 0; i < r->exporters; i++)
		fc_exporter_add(r->exporter[i], r->client[i], flow, 1, cut_ns);
	if (r->closed_flows % LOOK_FLOWS == 0)
		keep_queues_short(r);
}

/* A simplex unit never waits: the cut is safe once its flows are with the sinks. */
static int on_cut(void *context, uint32_t epoch, uint64_t cut_ns)
{
	struct fc_replay *r = context;

	(void)epoch;
	r->cut_ns = cut_ns;
	return FC_DRAIN_COMMITTED;
}

static int open_exporter(struct fc_replay *r, const struct fc_exporter_config *config)
{
	struct fc_exporter *e;
	int client, err = fc_exporter_open(config, &e);

	if (err)
		return err;
	err = fc_exporter_wait(e, SEND_SECONDS * 1000);
	client = err ? err : fc_exporter_client_add(e, "flowcard-replay", NULL);
	if (client < 0) {
		fc_exporter_close(e);
		return client;
	}
	r->exporter[r->exporters] = e;
	r->client[r->exporters] = client;
	return 0;
}

static int open_exporters(struct fc_replay *r)
{
	const struct fc_replay_options *o = r->options;

	for (; r->exporters < o->exports; r->exporters++) {
		char host[256], port[32];
		struct fc_exporter_config config = {.protocol = o->protocol,
						    .host = host,
						    .port = port,
						    .boot_ns = r->first_ns,
						    .rate = o->rate};
		int err = fc_exporter_destination(o->export[r->exporters], host, sizeof(host), port,
						  sizeof(port));

		if (!err)
			err = open_exporter(r, &config);
		if (err == -ENOENT)
			fprintf(stderr, "flowcard-replay: %s: the host does not resolve\n",
				o->export[r->exporters]);
		else if (err)
			complain(o->export[r->exporters], err);
		if (err)
			return err;
	}
	return 0;
}

static int send_exports(struct fc_replay *r)
{
	for (unsigned i = 0; i < r->exporters; i++) {
		int left = fc_exporter_seal(r->exporter[i], r->cut_ns);

		if (!left)
			left = send_all(r->exporter[i]);
		if (left < 0)
			return complain(r->options->export[i], left);
		if (left > 0)
			fprintf(stderr,
				"flowcard-replay: %s: %d datagrams could not be sent in %d s\n",
				r->options->export[i], left, SEND_SECONDS);
	}
	return 0;
}

/* ---------------------------------------------------------------- drain */
static void drain(struct fc_replay *r)
{
	int taken;

	do {
		taken = fc_drain_step(r->drain, DRAIN_RECORDS);
	} while (taken > 0);
	if (taken < 0 && !r->drain_error)
		r->drain_error = taken;
	for (unsigned i = 0; i < r->exporters; i++)
		fc_exporter_send(r->exporter[i], 0);
}

static void pump(void *argument)
{
	drain(argument);
}

/* ---------------------------------------------------------------- opening */
/* Shorter than the epoch: else the next one is due before this one's guard time is over. */
static uint32_t guard_ns(const struct fc_replay_options *o)
{
	uint64_t quarter = UINT64_C(1) << (o->epoch_shift - 2);

	return quarter < guard_max_ns ? (uint32_t)quarter : guard_max_ns;
}

static int open_model(struct fc_replay *r, const struct fc_replay_options *o)
{
	const struct fcsim_config config = {
		.entries = o->entries,
		.seed = o->seed,
		.stall_percent = o->stall_percent,
		.trace_path = o->trace,
		.trace_from = o->trace_from,
		.trace_to = o->trace_to,
	};
	int err = fcsim_create(&config, &r->sim);

	if (err)
		return complain(o->trace ? o->trace : "model", err);
	fcsim_time_set(r->sim, r->first_ns);
	err = fc_model_transport_open(r->sim, &r->transport);
	return err ? complain("model transport", err) : 0;
}

static int open_card(struct fc_replay *r, const struct fc_replay_options *o)
{
	struct fc_card_monitor monitor = {.ports = 1, .ipv4 = 1, .ipv6 = 1};
	struct fc_fnf_record record;
	uint8_t key[32] = {0};
	struct fc_card_config config = {
		.ring_log2 = RING_LOG2,
		.epoch_shift = o->epoch_shift,
		.epoch_guard_ns = guard_ns(o),
		.hash_key = o->seeded ? key : NULL,
		.doorbell_batch = DRAIN_RECORDS / 4,
	};
	int err;

	memcpy(key, &o->seed, sizeof(o->seed));
	fc_fnf_record_usual(&record);
	fc_fnf_record_mask(&record, monitor.mask);
	err = fc_card_open(&r->card, r->transport, &config);
	if (err) {
		fprintf(stderr, "flowcard-replay: card: %s\n", r->card.error);
		return err;
	}
	r->card_open = true;
	err = fc_card_monitor_set(&r->card, 0, &monitor);
	if (!err)
		err = fc_card_start(&r->card);
	if (err)
		fprintf(stderr, "flowcard-replay: card: %s\n", r->card.error);
	return err;
}

static int open_host(struct fc_replay *r, const struct fc_replay_options *o)
{
	struct fc_shadow_config shadow = {
		.entries_max = o->live_flows,
		.closed_max = shadow_closed,
		.seed = o->seed,
		.monitors = 1,
		.monitor[0] = {.active_ns = o->active_ns, .inactive_ns = o->inactive_ns},
		.closed = on_closed,
		.context = r,
	};
	struct fc_drain_config config = {
		.ring = &r->card.ring[0], .cut = on_cut, .context = r, .check_ledger = true};
	struct fc_fnf_record record;
	int err;

	fc_fnf_record_usual(&record);
	fc_fnf_record_mask(&record, shadow.monitor[0].mask);
	err = fc_shard_create(&shadow, &r->shard);
	if (err)
		return complain("shadow table", err);
	config.shard = r->shard;
	err = fc_drain_create(&config, &r->drain);
	return err ? complain("drain", err) : 0;
}

static int open_feeder(struct fc_replay *r, const struct fc_replay_options *o)
{
	const struct fc_feeder_config config = {
		.epoch_shift = o->epoch_shift,
		.epoch_guard_ns = guard_ns(o),
		.pump = pump,
		.argument = r,
	};
	int err = fc_feeder_create(r->sim, &config, &r->feeder);

	return err ? complain("feeder", err) : 0;
}

int fc_replay_open(struct fc_replay *r, const struct fc_replay_options *options,
		   const struct fc_frame *first)
{
	int err;

	r->options = options;
	r->first_ns = r->cut_ns = first ? first->time_ns : 0;
	err = open_exporters(r);
	if (!err)
		err = open_model(r, options);
	if (!err)
		err = open_card(r, options);
	if (!err)
		err = open_host(r, options);
	if (!err)
		err = open_feeder(r, options);
	if (err)
		fc_replay_close(r);
	return err;
}

void fc_replay_close(struct fc_replay *r)
{
	if (r->feeder)
		fc_feeder_destroy(r->feeder);
	if (r->drain)
		fc_drain_destroy(r->drain);
	if (r->shard)
		fc_shard_destroy(r->shard);
	if (r->card_open)
		fc_card_close(&r->card);
	if (r->transport)
		r->transport->ops->close(r->transport);
	if (r->sim)
		fcsim_destroy(r->sim);
	while (r->exporters > 0)
		fc_exporter_close(r->exporter[--r->exporters]);
	fc_replay_csv_free(&r->csv);
}

/* ---------------------------------------------------------------- running */
int fc_replay_frame(struct fc_replay *r, const struct fc_frame *frame)
{
	int err = fc_feeder_frame(r->feeder, frame);

	if (err)
		return complain("feeding the card", err);
	return r->drain_error ? complain("draining the ring", r->drain_error) : 0;
}

/* Until the card says that the flush is over and the ring is empty. */
static int await_flush(struct fc_replay *r)
{
	int flushing = 1;

	for (unsigned i = 0; i < RELAX_MAX && flushing > 0; i++) {
		r->transport->ops->relax(r->transport);
		drain(r);
		flushing = fc_card_flushing(&r->card);
	}
	if (flushing)
		return complain("waiting for STATUS.flushing to clear",
				flushing < 0 ? flushing : -ETIMEDOUT);
	if (fcsim_settle(r->sim, RELAX_MAX))
		return complain("waiting for the card to come to rest", -ETIMEDOUT);
	drain(r);
	return 0;
}

int fc_replay_finish(struct fc_replay *r)
{
	int err = fc_feeder_finish(r->feeder);

	if (err)
		return complain("waiting for the card to come to rest", err);
	drain(r);
	err = fc_card_stop(&r->card);
	if (!err)
		err = fc_card_flush(&r->card);
	if (err) {
		fprintf(stderr, "flowcard-replay: card: %s\n", r->card.error);
		return err;
	}
	err = await_flush(r);
	if (err)
		return err;
	if (r->drain_error)
		return complain("draining the ring", r->drain_error);
	fc_shard_close_all(r->shard, r->cut_ns);
	return send_exports(r);
}

int fc_replay_totals(struct fc_replay *r, struct fc_replay_totals *out)
{
	const struct fc_feeder_counters *fed = fc_feeder_counters(r->feeder);
	int err = fc_card_ledger(&r->card, 0, &out->ledger);

	if (!err)
		err = fc_card_port_counters(&r->card, 0, &out->port);
	if (!err)
		err = fc_card_faults(&r->card, &out->faults);
	if (err) {
		fprintf(stderr, "flowcard-replay: card: %s\n", r->card.error);
		return err;
	}
	fc_shard_stats(r->shard, &out->shard);
	fc_drain_stats(r->drain, &out->drain);
	fcsim_stats(r->sim, &out->sim);
	for (unsigned v = 0; v < FC_CARD_VERDICTS; v++)
		out->verdict[v] = out->port.verdict[v] + fed->verdict[v];
	return 0;
}
