/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/sim_process.h"

#include "tools/sim_qemu.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	MESSAGES = 64,       /* served between two batches */
	BATCH = 32,          /* frames: some 100 us */
	SLICE_CLOCKS = 2048, /* of a card that works on by itself: some 100 us */
	ROOM_LEAST = 256,    /* records that a batch may need, evictions and a sweep included */
	STUCK_SLICES = 64,   /* a card that waits for nobody is looked at now and then */
	PATIENT_LOG2 = 23,   /* core clocks for an epoch to close while somebody reads: seconds */
	BRIEF_LOG2 = 12,     /* while nobody does */
	WIRE_LOG2 = 16,      /* while a wire goes on whatever happens */
};

#define MS UINT64_C(1000000)
#define IDLE_NS (10 * MS)
#define READER_NS (2000 * MS) /* a ring that was not read for so long is not waited for */
#define FAREWELL_NS (2000 * MS)

void fc_sim_say(const char *format, ...)
{
	va_list args;

	fputs("flowcard-sim: ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static int complain(const char *what, int err)
{
	fprintf(stderr, "flowcard-sim: %s: %s\n", what, strerror(-err));
	return err;
}

static uint64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct fc_sim_clock now(void)
{
	return (struct fc_sim_clock){clock_ns(CLOCK_MONOTONIC), clock_ns(CLOCK_REALTIME)};
}

static bool by_qemu(const struct fc_sim *s)
{
	return s->options->qemu >= 0;
}

static bool connected(const struct fc_sim *s)
{
	return by_qemu(s) ? fc_sim_qemu_connected(s) : fc_vfu_socket_connected(&s->socket);
}

struct fc_pci_config *fc_sim_config(struct fc_sim *s)
{
	return by_qemu(s) ? &s->qemu.front.config.space : &s->server.config;
}

void fc_sim_status(struct fc_sim *s, char line[FC_SIM_LINE])
{
	const struct fc_feeder_counters *fed = fc_feeder_counters(s->feeder);
	struct fcsim_stats stats;
	int used;

	fcsim_stats(s->card.sim, &stats);
	used = snprintf(line, FC_SIM_LINE,
			"client=%s clients=%" PRIu64 " messages=%" PRIu64 " seen=%" PRIu64
			" fed=%" PRIu64 " octets=%" PRIu64 " unsupported=%" PRIu64
			" bursts=%" PRIu64 " interrupts=%" PRIu64 " lost=%" PRIu64
			" epochs=%" PRIu64 " unsettled=%" PRIu64 " behind_ms=%" PRIu64
			" card_ns=%" PRIu64 " clocks=%" PRIu64 " ports_enabled=0x%x feeds=%s",
			s->absent      ? "absent"
			: connected(s) ? "yes"
				       : "no",
			s->socket.clients, s->socket.messages, fed->seen, fed->fed, fed->octets,
			fed->unsupported, stats.axi_bursts, s->card.raised, s->card.lost,
			fed->epoch_steps, fed->unsettled, s->lanes.behind_ns / MS, s->lanes.card_ns,
			stats.core_clocks, s->card.ports_enabled,
			s->lanes.count == 0            ? "none"
			: fc_sim_lanes_over(&s->lanes) ? "over"
			: s->paused                    ? "paused"
			: s->card.ports_enabled        ? "flowing"
						       : "waiting");
	for (unsigned i = 0; i < s->lanes.count && used < FC_SIM_LINE; i++)
		used += snprintf(line + used, FC_SIM_LINE - (size_t)used, " port%u=%" PRIu64,
				 s->lanes.at[i].options->port, s->lanes.at[i].fed);
}

/* ---------------------------------------------------------------- serving */
static void say_changes(struct fc_sim *s)
{
	bool here = connected(s);

	if (by_qemu(s))
		here = s->connected_seen; /* it is there from the beginning, and its end is ours */
	if (s->connected_seen && (!here || s->clients_seen != s->socket.clients)) {
		fc_sim_say("client %" PRIu64 " is gone%s%s; its memory is let go, the card runs on",
			   s->clients_seen, *s->server.trouble ? ": " : "", s->server.trouble);
		s->connected_seen = false;
	}
	if (here && !s->connected_seen) {
		s->clients_seen = s->socket.clients;
		s->connected_seen = true;
		fc_sim_say("client %" PRIu64 " is here", s->clients_seen);
	}
	if (!s->over_seen && s->lanes.count && fc_sim_lanes_over(&s->lanes)) {
		s->over_seen = true;
		fc_sim_say("all captures are over after %" PRIu64 " frames",
			   fc_feeder_counters(s->feeder)->seen);
	}
}

/* How long an epoch's close is worth waiting for: is there somebody who empties the rings? */
static void set_patience(struct fc_sim *s)
{
	bool read = connected(s) && s->card.bus_master && !s->card.frozen && !s->card.all_ones &&
		    !s->stopping;
	bool flat = fc_sim_lanes_flat_out(&s->lanes);

	fc_feeder_settle_set(s->feeder, UINT64_C(1) << (!read  ? BRIEF_LOG2
							: flat ? PATIENT_LOG2
							       : WIRE_LOG2));
}

static void serve_client(struct fc_sim *s)
{
	uint32_t rings;

	fc_vfu_socket_pump(&s->socket, MESSAGES);
	rings = fc_sim_card_interrupts(&s->card);
	for (unsigned r = 0; rings; r++, rings >>= 1)
		if (rings & 1)
			fc_vfu_server_interrupt(&s->server, r);
}

static void serve(void *argument)
{
	struct fc_sim *s = argument;

	if (by_qemu(s))
		fc_sim_qemu_serve(s);
	else
		serve_client(s);
	fc_sim_control_pump(&s->control);
	set_patience(s);
	say_changes(s);
}

/* The driver's epoch becomes the feeder's. What it may not be, the driver is told by the card. */
static void follow_epoch(struct fc_sim *s)
{
	if (s->epoch_seen == s->card.epoch_writes)
		return;
	s->epoch_seen = s->card.epoch_writes;
	fc_feeder_epoch_set(s->feeder, s->card.epoch_shift, s->card.epoch_guard_ns);
}

/* Flat out means: as fast as the rings are emptied, by a reader that does empty them. */
static bool rings_have_room(struct fc_sim *s, uint64_t steady_ns)
{
	uint32_t sum = 0;

	if (!fc_sim_lanes_flat_out(&s->lanes) || !connected(s) || !s->card.bus_master ||
	    s->card.frozen)
		return true;
	for (unsigned r = 0; r < s->card.rings; r++)
		sum += s->card.ring[r].consumer;
	if (sum != s->consumer_sum || fc_sim_card_room(&s->card) >= ROOM_LEAST) {
		s->consumer_sum = sum;
		s->consumer_at = steady_ns;
	}
	return fc_sim_card_room(&s->card) >= ROOM_LEAST || steady_ns - s->consumer_at > READER_NS;
}

/* ---------------------------------------------------------------- orders with a time */
static void give_order(struct fc_sim *s, unsigned i, uint64_t frames)
{
	const char *text = s->options->order[i], *at = strchr(text, '@');
	char line[FC_SIM_LINE], answer[FC_SIM_LINE];

	if (at && strtoull(at + 1, NULL, 10) > frames)
		return;
	snprintf(line, sizeof(line), "%.*s", (int)(at ? (size_t)(at - text) : strlen(text)), text);
	fc_sim_order(s, line, answer);
	s->order_done[i] = true;
	if (strcmp(answer, "ok") != 0)
		fprintf(stderr, "flowcard-sim: --fault %s: %s\n", text, answer);
}

static void give_orders(struct fc_sim *s)
{
	for (unsigned i = 0; i < s->options->orders; i++)
		if (!s->order_done[i])
			give_order(s, i, fc_feeder_counters(s->feeder)->seen);
}

/* ---------------------------------------------------------------- the loop */
/* Run a card that has work of its own. False: it has none, or waits for somebody. */
static bool work(struct fc_sim *s)
{
	struct fcsim_stats stats;

	if (!fcsim_busy(s->card.sim)) {
		s->stuck = 0;
		return false;
	}
	fc_sim_card_work(&s->card, SLICE_CLOCKS);
	fcsim_stats(s->card.sim, &stats);
	s->stuck = stats.axi_beats == s->beats_seen ? s->stuck + 1 : 0;
	s->beats_seen = stats.axi_beats;
	return s->stuck < STUCK_SLICES;
}

static void wait_for_something(struct fc_sim *s, const struct fc_sim_clock *clock)
{
	const uint64_t pause = fc_sim_lanes_pause(&s->lanes, clock, IDLE_NS);
	const struct timespec limit = {.tv_nsec = (long)pause};
	struct pollfd fds[FC_SIM_FEEDS + 2];
	unsigned count = 1;

	if (by_qemu(s))
		fds[0] = (struct pollfd){.fd = s->qemu.socket, .events = POLLIN};
	else
		fc_vfu_socket_poll(&s->socket, &fds[0]);
	count += fc_sim_control_poll(&s->control, &fds[count]);
	count += fc_sim_lanes_poll(&s->lanes, &fds[count]);
	ppoll(fds, count, &limit, NULL);
}

static void say_status(struct fc_sim *s, uint64_t steady_ns)
{
	const uint64_t every = s->options->status_seconds * UINT64_C(1000) * MS;
	char line[FC_SIM_LINE];

	if (!every || steady_ns - s->status_at < every)
		return;
	s->status_at = steady_ns;
	fc_sim_status(s, line);
	fc_sim_say("%s", line);
}

/* One turn. Return whether there may be more to do at once, or -errno. */
static int turn(struct fc_sim *s, const struct fc_sim_clock *clock)
{
	unsigned most = BATCH;
	int fed = 0;
	bool worked;

	serve(s);
	follow_epoch(s);
	give_orders(s);
	if (!rings_have_room(s, clock->steady_ns))
		most = 0;
	if (!s->paused && !s->stopping)
		fed = fc_sim_lanes_step(&s->lanes, s->feeder, s->card.ports_enabled, clock, most);
	if (fed < 0) {
		fprintf(stderr, "flowcard-sim: %s\n", s->lanes.error);
		return fed;
	}
	worked = fed == 0 && work(s);
	say_status(s, clock->steady_ns);
	return fed > 0 || worked;
}

/* The client is asked to let go of the card, and given a moment to do so. */
static void say_farewell(struct fc_sim *s)
{
	uint64_t end = now().steady_ns + FAREWELL_NS;
	char line[FC_SIM_LINE];

	s->stopping = true;
	fc_vfu_server_request(&s->server);
	while (connected(s)) {
		const struct fc_sim_clock clock = now();

		if (clock.steady_ns >= end)
			break;
		if (turn(s, &clock) <= 0)
			wait_for_something(s, &clock);
	}
	fc_sim_status(s, line);
	fc_sim_say("stopped; %s", line);
}

int fc_sim_run(struct fc_sim *s, const volatile int *stop)
{
	int err = 0;

	s->status_at = now().steady_ns;
	while (!*stop && !s->stopping && err >= 0) {
		const struct fc_sim_clock clock = now();

		err = turn(s, &clock);
		if (err == 0)
			wait_for_something(s, &clock);
	}
	say_farewell(s);
	return err < 0 ? err : 0;
}

/* ---------------------------------------------------------------- opening */
static int open_card(struct fc_sim *s, const struct fc_sim_options *o)
{
	const struct fcsim_config config = {
		.entries = o->entries,
		.ports = o->ports,
		.rings = o->rings,
		.seed = o->seed,
		.stall_percent = o->stall_percent,
		.trace_path = o->trace,
		.trace_from = o->trace_from,
		.trace_to = o->trace_to,
	};
	int err = fc_sim_card_open(&s->card, &config);

	return err ? complain(o->trace ? o->trace : "model", err) : 0;
}

static int open_feeder(struct fc_sim *s)
{
	const struct fc_feeder_config config = {
		.epoch_shift = s->card.epoch_shift,
		.epoch_guard_ns = s->card.epoch_guard_ns,
		.pump = serve,
		.argument = s,
		.pump_frames = BATCH,
		.slice_clocks = SLICE_CLOCKS,
	};
	int err = fc_feeder_create(s->card.sim, &config, &s->feeder);

	s->epoch_seen = s->card.epoch_writes;
	return err ? complain("feeder", err) : 0;
}

static void on_order(void *context, const char *line, char answer[FC_SIM_LINE])
{
	fc_sim_order(context, line, answer);
}

static void close_host(struct fc_sim *s)
{
	if (by_qemu(s))
		fc_sim_qemu_close(s);
	else
		fc_vfu_socket_close(&s->socket);
}

static int open_sockets(struct fc_sim *s, const struct fc_sim_options *o)
{
	int err;

	fc_vfu_server_init(&s->server, &fc_sim_card_ops, &s->card, o->rings);
	if (by_qemu(s))
		fc_sim_qemu_open(s);
	else if ((err = fc_vfu_socket_open(&s->socket, &s->server, o->socket)))
		return complain(o->socket, err);
	err = fc_sim_control_open(&s->control, o->control, on_order, s);
	if (err) {
		close_host(s);
		return complain(o->control, err);
	}
	return 0;
}

int fc_sim_open(struct fc_sim *s, const struct fc_sim_options *options)
{
	const struct fc_sim_clock clock = now();
	int err;

	memset(s, 0, sizeof(*s));
	s->options = options;
	err = fc_sim_lanes_open(&s->lanes, options, &clock);
	if (err) {
		fprintf(stderr, "flowcard-sim: %s\n", s->lanes.error);
		return err;
	}
	err = open_card(s, options);
	if (err)
		goto close_lanes;
	fcsim_time_set(s->card.sim, fc_sim_lanes_first(&s->lanes));
	err = open_feeder(s);
	if (err)
		goto close_card;
	err = open_sockets(s, options);
	if (err)
		goto destroy_feeder;
	fc_sim_say("%u entries, %u ports, %u rings, %u feeds; serves %s%s", options->entries,
		   options->ports, options->rings, options->feeds,
		   by_qemu(s) ? "QEMU" : "vfio-user:", by_qemu(s) ? "" : options->socket);
	return 0;

destroy_feeder:
	fc_feeder_destroy(s->feeder);
close_card:
	fc_sim_card_close(&s->card);
close_lanes:
	fc_sim_lanes_close(&s->lanes);
	return err;
}

void fc_sim_close(struct fc_sim *s)
{
	fc_sim_control_close(&s->control);
	close_host(s);
	fc_feeder_destroy(s->feeder);
	fc_sim_card_close(&s->card);
	fc_sim_lanes_close(&s->lanes);
}
