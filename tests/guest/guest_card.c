// SPDX-License-Identifier: BSD-2-Clause
/*
 * The Verilated card as a device of a QEMU machine, fed with a capture as soon as its driver has
 * started it. Says on standard output what it does, a line each; lives until QEMU closes.
 *   guest_card SOCKET_FD QTEST_PATH CAPTURE [HOLD_FRAME]
 * HOLD_FRAME: feed so many frames, then only serve (the test ends the process there).
 */
#include "sim/capture.h"
#include "sim/feeder.h"
#include "sim/qemu_loop.h"
#include "sim/sim_card.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES = 4096, PUMP_FRAMES = 64, IDLE_MS = 20, BUSY_CLOCKS = 4096, ROOM = 4096 };

struct guest_card {
	struct fc_sim_card card;
	struct fc_qemu_loop loop;
	int gone; /* what ended the connection; 0: it stands */
};

static void serve(struct guest_card *g, int timeout_ms)
{
	int n = fc_qemu_loop_serve(&g->loop, fcsim_busy(g->card.sim) ? 0 : timeout_ms);
	uint32_t rings;

	if (n < 0 && !g->gone)
		g->gone = n;
	fc_sim_card_work(&g->card, BUSY_CLOCKS);
	rings = fc_sim_card_interrupts(&g->card);
	if (rings)
		fc_qemu_loop_interrupt(&g->loop, rings);
}

/* A wire does not wait, but this one is faster than an emulated processor reads: it waits until the
 * ring has room again. */
static void pump(void *argument)
{
	struct guest_card *g = argument;

	do {
		serve(g, 0);
	} while (!g->gone && fc_sim_card_room(&g->card) < ROOM);
}

/* The port is enabled after the core. */
static int await_start(struct guest_card *g)
{
	while (!g->gone && !g->card.ports_enabled)
		serve(g, IDLE_MS);
	return g->gone;
}

static int feed(struct guest_card *g, struct fc_capture *capture, struct fc_feeder *feeder,
		uint64_t hold)
{
	struct fc_frame frame;
	uint64_t frames = 0;
	int more = 1, err = 0;

	while (!err && !g->gone && (!hold || frames < hold)) {
		more = fc_capture_next(capture, &frame);
		if (more <= 0)
			break;
		err = fc_feeder_frame(feeder, &frame);
		frames++;
	}
	if (more < 0)
		fprintf(stderr, "guest_card: %s\n", fc_capture_error(capture));
	if (!err && more >= 0 && !hold)
		err = fc_feeder_finish(feeder);
	printf("%s %llu frames\n", hold ? "holding after" : "fed", (unsigned long long)frames);
	return err ? err : more < 0 ? more : 0;
}

static int run(struct guest_card *g, const char *path, uint64_t hold)
{
	struct fc_feeder_config config = {.pump = pump, .argument = g, .pump_frames = PUMP_FRAMES};
	struct fc_capture *capture;
	struct fc_feeder *feeder;
	struct fc_frame first;
	int err = fc_capture_open(path, &capture);

	if (err)
		return err;
	/* Card time begins with the capture, as a clock that follows it would. */
	if (fc_capture_next(capture, &first) > 0)
		fcsim_time_set(g->card.sim, first.time_ns);
	fc_capture_close(capture);
	err = fc_capture_open(path, &capture);
	if (err)
		return err;
	err = await_start(g);
	if (err)
		goto close_capture;
	config.epoch_shift = g->card.epoch_shift;
	config.epoch_guard_ns = g->card.epoch_guard_ns;
	err = fc_feeder_create(g->card.sim, &config, &feeder);
	if (err)
		goto close_capture;
	printf("feeding\n");
	err = feed(g, capture, feeder, hold);
	while (!err && !g->gone)
		serve(g, IDLE_MS);
	fc_feeder_destroy(feeder);
close_capture:
	fc_capture_close(capture);
	return err ? err : g->gone;
}

int main(int argc, char **argv)
{
	const struct fcsim_config config = {.entries = ENTRIES};
	struct guest_card g = {.gone = 0};
	int err;

	if (argc < 4 || argc > 5) {
		fprintf(stderr, "guest_card SOCKET_FD QTEST_PATH CAPTURE [HOLD_FRAME]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	err = fc_sim_card_open(&g.card, &config);
	if (err) {
		fprintf(stderr, "guest_card: model: %s\n", strerror(-err));
		return 1;
	}
	fc_qemu_loop_init(&g.loop, &fc_sim_card_ops, &g.card, atoi(argv[1]), argv[2]);
	err = run(&g, argv[3], argc > 4 ? strtoull(argv[4], NULL, 10) : 0);
	if (err != -ENOTCONN)
		fprintf(stderr, "guest_card: %s %s\n", strerror(-err), g.loop.front.error);
	printf("served %llu reads, %llu writes, %llu interrupts (%llu lost), %llu resets\n",
	       (unsigned long long)g.loop.front.bar_reads,
	       (unsigned long long)g.loop.front.bar_writes, (unsigned long long)g.loop.interrupts,
	       (unsigned long long)g.loop.interrupts_lost, (unsigned long long)g.loop.front.resets);
	fc_qemu_loop_close(&g.loop);
	fc_sim_card_close(&g.card);
	return err == -ENOTCONN ? 0 : 1;
}
