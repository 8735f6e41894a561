/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/replay.h"

#include "ha/slot_plan.h"
#include "sim/model_transport.h"
#include <errno.h>
#include <flowcard/registers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	RING_LOG2 = 14,       /* 2 MiB: stays in a cache; drained every few frames */
	DRAIN_RECORDS = 4096, /* a step */
	RELAX_MAX = 1 << 22,  /* waits for the final barrier, each some clocks */
};
static const uint32_t guard_max_ns = 1000000;
static const size_t shadow_closed = 1 << 16;

static int complain(const char *what, int err)
{
	fprintf(stderr, "flowcard-replay: %s: %s\n", what, strerror(-err));
	return err;
}

/* The card's error, as a sentence. */
static int card_complain(const struct fc_replay *r, int err)
{
	if (err)
		fprintf(stderr, "flowcard-replay: card: %s\n", r->card.error);
	return err;
}

/* ---------------------------------------------------------------- drain */
static void on_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	struct fc_replay *r = context;

	fc_replay_sinks_flow(&r->sinks, flow, cut_ns);
}

/* A simplex unit never waits: the cut is safe once its flows are with the sinks. */
static int on_cut(void *context, uint32_t epoch, uint64_t cut_ns)
{
	struct fc_replay *r = context;

	(void)epoch;
	r->cut_ns = cut_ns;
	fc_replay_sinks_cut(&r->sinks, cut_ns);
	return FC_DRAIN_COMMITTED;
}

static void drain(struct fc_replay *r)
{
	for (unsigned ring = 0; ring < r->card.build.rings; ring++) {
		int taken;

		do {
			taken = fc_drain_step(r->drain[ring], DRAIN_RECORDS);
		} while (taken > 0);
		if (taken < 0 && !r->drain_error)
			r->drain_error = taken;
	}
	fc_replay_sinks_step(&r->sinks);
}

static void pump(void *argument)
{
	drain(argument);
}

/* ---------------------------------------------------------------- opening */
/* Shorter than the epoch: else the next one is due before this one's guard time is over. */
static uint32_t guard_ns(const struct fc_replay *r)
{
	uint64_t quarter = UINT64_C(1) << (r->epoch_shift - 2);

	return quarter < guard_max_ns ? (uint32_t)quarter : guard_max_ns;
}

/* Ports that the plan wants, those of its outputs' partners among them. */
static unsigned ports_of(const struct fc_card_plan *plan)
{
	uint32_t ports = 1;
	unsigned count = 0;

	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++) {
		const struct fc_card_monitor *m = &plan->monitor[n].card;

		if (plan->monitor[n].there)
			ports |= m->ports | m->ports_out | (m->ports_out ? 3u : 0u);
	}
	for (; ports; ports >>= 1)
		count++;
	return count;
}

/* One port: the size that was asked for. More: the smallest model that has them. */
static int choose_model(const struct fc_replay *r, struct fcsim_config *config)
{
	unsigned ports = ports_of(&r->plan);
	struct fcsim_build build;

	if (ports <= 1)
		return 0;
	for (unsigned i = 0; !fcsim_built(i, &build); i++) {
		if (build.ports < ports || build.traced != !!config->trace_path)
			continue;
		config->entries = build.entries;
		config->ports = build.ports;
		config->rings = build.rings;
		return 0;
	}
	fprintf(stderr, "flowcard-replay: no model of %u ports is built in\n", ports);
	return -EINVAL;
}

static int open_model(struct fc_replay *r, const struct fc_replay_options *o)
{
	struct fcsim_config config = {
		.entries = o->entries,
		.seed = o->seed,
		.stall_percent = o->stall_percent,
		.trace_path = o->trace,
		.trace_from = o->trace_from,
		.trace_to = o->trace_to,
	};
	int err = choose_model(r, &config);

	if (err)
		return err;
	err = fcsim_create(&config, &r->sim);
	if (err)
		return complain(o->trace ? o->trace : "model", err);
	fcsim_time_set(r->sim, r->first_ns);
	err = fc_model_transport_open(r->sim, &r->transport);
	return err ? complain("model transport", err) : 0;
}

static int set_samplers(struct fc_replay *r, unsigned n)
{
	int err = 0;

	for (unsigned at = 0; !err && at < 2 * FC_CARD_PORTS_MAX; at++) {
		unsigned o = at / FC_CARD_PORTS_MAX, p = at % FC_CARD_PORTS_MAX;

		if (r->plan.monitor[n].sampler[o][p].mode)
			err = fc_card_sampler_set(&r->card, n, o, p,
						  &r->plan.monitor[n].sampler[o][p]);
	}
	return err;
}

static int program(struct fc_replay *r)
{
	int err = 0;

	for (unsigned n = 0; !err && n < FC_CARD_MONITORS_MAX; n++) {
		if (!r->plan.monitor[n].there)
			continue;
		err = set_samplers(r, n);
		if (!err)
			err = fc_card_monitor_set(&r->card, n, &r->plan.monitor[n].card);
	}
	return err ? err : fc_card_start(&r->card);
}

static int open_card(struct fc_replay *r, const struct fc_replay_options *o)
{
	uint8_t key[32] = {0};
	struct fc_card_config config = {
		.ring_log2 = RING_LOG2,
		.epoch_shift = r->epoch_shift,
		.epoch_guard_ns = guard_ns(r),
		.hash_key = o->seeded ? key : NULL,
		.doorbell_batch = DRAIN_RECORDS / 4,
	};
	int err;

	memcpy(key, &o->seed, sizeof(o->seed));
	err = fc_card_open(&r->card, r->transport, &config);
	if (err)
		return card_complain(r, err);
	r->card_open = true;
	return card_complain(r, program(r));
}

static int open_ring(struct fc_replay *r, unsigned ring)
{
	unsigned rings = r->card.build.rings;
	struct fc_shadow_config shadow = {
		.entries_max = fc_plan_entries(&r->plan, rings),
		.closed_max = shadow_closed,
		.seed = r->options->seed,
		.closed = on_closed,
		.context = r,
	};
	struct fc_drain_config config = {.ring = &r->card.ring[ring],
					 .cut = on_cut,
					 .context = r,
					 .check_ledger = rings == 1};
	int err = fc_shard_create(&shadow, &r->shard[ring]);

	for (unsigned n = 0; !err && n < FC_CARD_MONITORS_MAX; n++) {
		struct fc_shadow_monitor monitor;

		if (!r->plan.monitor[n].there)
			continue;
		fc_plan_shadow(&r->plan.monitor[n], rings, &monitor);
		err = fc_shard_monitor_set(r->shard[ring], n, &monitor, 0, NULL);
	}
	if (err)
		return complain("shadow table", err);
	config.shard = r->shard[ring];
	err = fc_drain_create(&config, &r->drain[ring]);
	return err ? complain("drain", err) : 0;
}

static int open_host(struct fc_replay *r)
{
	int err = 0;

	for (unsigned ring = 0; !err && ring < r->card.build.rings; ring++)
		err = open_ring(r, ring);
	return err;
}

static int open_feeder(struct fc_replay *r)
{
	const struct fc_feeder_config config = {
		.epoch_shift = r->epoch_shift,
		.epoch_guard_ns = guard_ns(r),
		.pump = pump,
		.argument = r,
	};
	int err = fc_feeder_create(r->sim, &config, &r->feeder);

	return err ? complain("feeder", err) : 0;
}

static int open_sinks(struct fc_replay *r)
{
	r->sinks.options = r->options;
	if (r->config) {
		for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
			if (r->plan.monitor[n].there)
				r->sinks.csv.monitors[n] =
					r->config->fnf.monitor[r->plan.monitor[n].flow_monitor]
						.name;
		r->sinks.plan = &r->plan;
		r->sinks.interface_first = fc_config_interface(r->slot, 0);
	}
	return fc_replay_sinks_open(&r->sinks, r->config, r->first_ns);
}

int fc_replay_open(struct fc_replay *r, const struct fc_replay_options *options,
		   const struct fc_frame *first)
{
	int err;

	r->options = options;
	r->first_ns = r->cut_ns = first ? first->time_ns : 0;
	err = fc_replay_plan(r);
	if (!err)
		err = open_sinks(r);
	if (!err)
		err = open_model(r, options);
	if (!err)
		err = open_card(r, options);
	if (!err)
		err = open_host(r);
	if (!err)
		err = open_feeder(r);
	if (err)
		fc_replay_close(r);
	return err;
}

void fc_replay_close(struct fc_replay *r)
{
	if (r->feeder)
		fc_feeder_destroy(r->feeder);
	for (unsigned ring = 0; ring < FC_CARD_RINGS_MAX; ring++) {
		fc_drain_destroy(r->drain[ring]);
		fc_shard_destroy(r->shard[ring]);
	}
	if (r->card_open)
		fc_card_close(&r->card);
	if (r->transport)
		r->transport->ops->close(r->transport);
	if (r->sim)
		fcsim_destroy(r->sim);
	fc_replay_sinks_close(&r->sinks);
	free(r->config);
}

/* ---------------------------------------------------------------- running */
int fc_replay_frame(struct fc_replay *r, const struct fc_frame *frame)
{
	int err = fc_feeder_frame(r->feeder, frame);

	if (err)
		return complain("feeding the card", err);
	/* A frame a beat for several monitors is more than the core takes. */
	if (r->crowd > 1)
		fcsim_run(r->sim, r->crowd);
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
	if (err)
		return card_complain(r, err);
	err = await_flush(r);
	if (err)
		return err;
	if (r->drain_error)
		return complain("draining the ring", r->drain_error);
	for (unsigned ring = 0; ring < r->card.build.rings; ring++)
		fc_shard_close_all(r->shard[ring], r->cut_ns);
	return fc_replay_sinks_finish(&r->sinks, r->cut_ns);
}
