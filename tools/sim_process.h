/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * flowcard-sim at work: one thread that owns the model and serves sockets between batches of
 * frames. See docs/sim.md.
 */
#ifndef FC_TOOLS_SIM_PROCESS_H
#define FC_TOOLS_SIM_PROCESS_H

#include "sim/qemu_loop.h"
#include "sim/sim_card.h"
#include "sim/vfio_user_socket.h"
#include "tools/sim_control.h"
#include "tools/sim_lanes.h"

struct fc_sim {
	const struct fc_sim_options *options;
	struct fc_sim_card card;
	struct fc_vfu_server server;
	struct fc_vfu_socket socket;
	struct fc_qemu_loop qemu; /* in place of server and socket, if options->qemu >= 0 */
	struct fc_sim_control control;
	struct fc_sim_lanes lanes;
	struct fc_feeder *feeder;
	bool stopping, paused, absent;
	bool order_done[FC_SIM_ORDERS];
	uint32_t epoch_seen;   /* card.epoch_writes the feeder knows of */
	uint64_t clients_seen; /* that were said hello to */
	bool connected_seen, over_seen;
	uint32_t consumer_sum; /* of all rings, at */
	uint64_t consumer_at;  /* host time: a reader that stands still is not waited for */
	uint64_t beats_seen;   /* AXI beats when the card last was idle or moved */
	unsigned stuck;        /* work slices since then without a beat */
	uint64_t status_at;
};

/* Set up in order; on error all is undone and a message printed. Return 0 or -errno. */
int fc_sim_open(struct fc_sim *s, const struct fc_sim_options *options);
void fc_sim_close(struct fc_sim *s);

/* Work until *stop is not 0, then ask the client to let go and wait a moment. Return 0 or -errno
 * (message printed). */
int fc_sim_run(struct fc_sim *s, const volatile int *stop);

/* One command, as on the control socket (sim_orders.c). `answer` is "ok", a line of counters, or
 * "error: ...". */
void fc_sim_order(struct fc_sim *s, const char *line, char answer[FC_SIM_LINE]);

/* The configuration space that the host sees. */
struct fc_pci_config *fc_sim_config(struct fc_sim *s);

/* Counters in one line. */
void fc_sim_status(struct fc_sim *s, char line[FC_SIM_LINE]);

/* A line on standard output. */
__attribute__((format(printf, 1, 2))) void fc_sim_say(const char *format, ...);

#endif
