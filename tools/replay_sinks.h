/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where closed flows go: a CSV, the exporters of the command line, those of a configuration.
 *
 *   closed flow --+--> rows, written at the end
 *                 +--> exporters of --export, in lock-step with the model
 *                 +--> queue --> export thread --> exporters of --config; the model waits for it
 */
#ifndef FC_TOOLS_REPLAY_SINKS_H
#define FC_TOOLS_REPLAY_SINKS_H

#include "ha/card_plan.h"
#include "ha/export_thread.h"
#include "tools/replay_csv.h"
#include "tools/replay_options.h"

struct fc_replay_sinks {
	const struct fc_replay_options *options;
	const struct fc_card_plan *plan; /* of --config; NULL: none */
	uint32_t interface_first;
	struct fc_exporter *exporter[FC_REPLAY_EXPORTS];
	int client[FC_REPLAY_EXPORTS];
	unsigned exporters;
	struct fc_export_thread *thread; /* NULL: no --config */
	struct fc_flow_queue *queue;
	struct fc_replay_csv csv;
	uint64_t flows, packets, octets;                 /* that were given */
	uint64_t updates, update_packets, update_octets; /* of them, totals of flows that stay */
	uint64_t stuck; /* flows that the export thread did not take in time */
};

/* Open what the options and the configuration (NULL: none) name. On error all is closed and a
 * message printed. */
int fc_replay_sinks_open(struct fc_replay_sinks *s, const struct fc_config *config,
			 uint64_t first_ns);

void fc_replay_sinks_flow(struct fc_replay_sinks *s, const struct fc_flow *flow, uint64_t cut_ns);
/* A cut is complete. */
void fc_replay_sinks_cut(struct fc_replay_sinks *s, uint64_t cut_ns);
/* Send what may go, without waiting. */
void fc_replay_sinks_step(struct fc_replay_sinks *s);
/* No more comes: send all. Return 0 or -errno (printed). */
int fc_replay_sinks_finish(struct fc_replay_sinks *s, uint64_t cut_ns);
void fc_replay_sinks_close(struct fc_replay_sinks *s);

#endif
