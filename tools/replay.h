/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole way in one process: capture -> feeder -> Verilated card -> ring -> shadow table ->
 * sinks. See docs/replay.md.
 */
#ifndef FC_TOOLS_REPLAY_H
#define FC_TOOLS_REPLAY_H

#include "ha/card_plan.h"
#include "ha/config.h"
#include "ha/drain.h"
#include "ha/shadow.h"
#include "sim/capture.h"
#include "sim/fcsim.h"
#include "sim/feeder.h"
#include "tools/replay_options.h"
#include "tools/replay_sinks.h"
#include <flowcard/card.h>
#include <flowcard/transport.h>
#include <stdbool.h>
#include <stdint.h>

struct fc_replay {
	const struct fc_replay_options *options;
	struct fc_capture *capture;
	struct fc_config *config; /* of --config; NULL: none */
	unsigned slot;            /* whose card the model is, with --config */
	struct fc_card_plan plan;
	unsigned epoch_shift;
	unsigned crowd; /* monitors that a packet of port 0 can meet */
	struct fcsim *sim;
	struct fc_transport *transport;
	struct fc_card card;
	bool card_open;
	struct fc_shard *shard[FC_CARD_RINGS_MAX];
	struct fc_drain *drain[FC_CARD_RINGS_MAX];
	struct fc_feeder *feeder;
	struct fc_replay_sinks sinks;
	uint64_t cut_ns;   /* of the last cut */
	uint64_t first_ns; /* of the capture */
	int drain_error;   /* first error of the ring or the shard; sticky */
	int capture_error; /* how the capture ended: 0 or -errno */
	double seconds;    /* that feeding and draining took */
};

/* One place of the plan at the end of the run. */
struct fc_replay_monitor {
	struct fc_ledger ledger;
	uint64_t merged_packets, merged_octets; /* of all rings */
	struct fc_shard_monitor_stats stats;    /* of all rings */
	struct fc_card_sampler_counters sampler[2][FC_CARD_PORTS_MAX];
};

/* What the run left, for the report. */
struct fc_replay_totals {
	struct fc_replay_monitor monitor[FC_CARD_MONITORS_MAX];
	struct fc_ledger ledger;           /* of all monitors */
	struct fc_card_port_counters port; /* 0, which is fed */
	struct fc_shard_stats shard;       /* of all rings */
	struct fc_drain_stats drain;       /* of all rings */
	struct fcsim_stats sim;
	uint32_t faults;
	uint64_t verdict[FC_CARD_VERDICTS]; /* card's and feeder's */
};

/* What the card is to be: one monitor as the options say, or what --config says. Return 0, or
 * -EINVAL with the reason printed. */
int fc_replay_plan(struct fc_replay *r);

/* Set everything up in order; `first` is the capture's first frame, or NULL for an empty capture.
 * On error all is undone and a message printed. */
int fc_replay_open(struct fc_replay *r, const struct fc_replay_options *options,
		   const struct fc_frame *first);

/* Feed one frame. Return 0 or -errno (message printed). */
int fc_replay_frame(struct fc_replay *r, const struct fc_frame *frame);

/* Flush the card, drain, close all flows, send what is sealed. Return 0 or -errno (message
 * printed). */
int fc_replay_finish(struct fc_replay *r);

/* Read the counters of all parts. */
int fc_replay_totals(struct fc_replay *r, struct fc_replay_totals *out);

void fc_replay_close(struct fc_replay *r);

/* Every sum that must hold (docs/replay.md). Prints each that does not; returns how many. */
unsigned fc_replay_check(const struct fc_replay *r, const struct fc_replay_totals *t);

/* Counters and ledger as JSON. Return 0 or -errno. */
int fc_replay_write_counters(const struct fc_replay *r, const struct fc_replay_totals *t,
			     bool balanced, const char *path);

/* For people, on standard output. */
void fc_replay_summary(const struct fc_replay *r, const struct fc_replay_totals *t, bool balanced);

#endif
