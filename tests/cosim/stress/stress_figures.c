/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the whole card reaches at full load: a minimum-size frame in every beat of a port.
 * Everything that the stress test compares is compared here too; a figure of wrong sums would be
 * worth nothing.
 */
#include "stress_end.h"
#include "stress_random.h"

#include <flowcard/registers.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	CLOCK_FS = 4000000,
	MAC_FS = 3106000,
	MIN_FRAME = 60,
	KEY_WORDS = 10,
	SWEEP_DEADLINE = 1000000
};

struct load {
	unsigned int ports;
	uint64_t mac_fs;
	uint32_t flows; /* 0: every frame is a new flow */
};

struct outcome {
	uint64_t frames, beats, clocks, records, missed, refused, sweep;
	double seconds;
};

static struct stress_card card;
static struct stress_plan plan;
static const struct load *load;
static uint64_t sent;

static size_t next_frame(unsigned int port, uint8_t *frame, uint64_t *time_ns, bool *bad)
{
	const uint32_t flow = (uint32_t)(load->flows ? sent % load->flows : sent);

	if (port >= load->ports)
		return 0;
	sent++;
	*bad = false;
	*time_ns = card.time_ns;
	memset(frame, 0, MIN_FRAME);
	frame[12] = 0x08;
	frame[14] = 0x45;
	frame[17] = MIN_FRAME - 14;
	frame[23] = 17;
	memcpy(frame + 26, &flow, sizeof(flow));
	return MIN_FRAME;
}

static void configure(void)
{
	struct stress_monitor *monitor = &plan.config.monitor[0];

	memset(plan.config.monitor, 0, sizeof(plan.config.monitor));
	*monitor = (struct stress_monitor){.enable = true, .ipv4 = true, .ports = 3};
	memset(monitor->mask, 0xff, sizeof(uint32_t[KEY_WORDS]));
	plan.config.epoch_shift = 40;
	plan.config.labels_hold = true;
	plan.load_hash = true;
	card.period = CLOCK_FS;
	card.jitter = 0;
	card.tick_ns = 8;
	card.time_ns = UINT64_C(1) << 60;
	for (unsigned int p = 0; p < STRESS_PORTS; p++) {
		card.wire[p].period = load->mac_fs;
		card.wire[p].gap_percent = 0;
	}
	for (unsigned int r = 0; r < STRESS_RINGS; r++) {
		card.ring[r].log2 = STRESS_RING_LOG2_MAX;
		card.ring[r].batch = 64;
	}
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static struct outcome measure(const struct load *l, uint64_t frames)
{
	const struct stress_totals before = stress_totals;
	struct outcome o = {0};
	double start;

	load = l;
	sent = 0;
	stress_begin(&card, &plan, 1);
	configure();
	stress_card_power(&card, 0);
	stress_ref_new(&plan.config);
	stress_plan_program(&plan, &card);
	o.clocks = card.core_clocks;
	start = now();
	card.source = next_frame;
	while (sent < frames)
		stress_card_run(&card, 256);
	o.frames = sent;
	o.clocks = card.core_clocks - o.clocks;
	o.beats = o.clocks * CLOCK_FS / l->mac_fs * l->ports;
	o.records = stress_totals.records - before.records;
	o.seconds = now() - start;
	stress_card_write(&card, FC_REG_COMMAND, FC_REG_COMMAND_FLUSH_MASK);
	stress_card_wait(&card, FC_REG_STATUS, FC_REG_STATUS_FLUSHING_MASK, 0, SWEEP_DEADLINE);
	o.sweep = stress_card_read(&card, FC_REG_EPOCH_CLOSE_CLOCKS);
	stress_drain(&card);
	stress_compare(&card, &plan);
	stress_card_close(&card);
	o.missed = stress_totals.missed - before.missed;
	o.refused = stress_totals.refused - before.refused;
	return o;
}

static bool print(const char *name, double value, const char *unit, double least,
		  const struct outcome *o)
{
	printf("%s = %.4f %s (%" PRIu64 " frames, %" PRIu64 " missed, %" PRIu64
	       " unaccounted, sums exact, %.0f frames/s of simulation; target %.2f%s)\n",
	       name, value, unit, o->frames, o->missed, o->refused, (double)o->frames / o->seconds,
	       least, value < least ? ", MISSED" : "");
	fflush(stdout);
	return value < least;
}

/* Bound: docs/hw/core.md. */
static bool print_sweep(uint64_t clocks)
{
	const uint64_t entries = UINT64_C(1) << stress_entries_log2();
	const uint64_t bound =
		16 * entries + entries / 8 + 16 * STRESS_RINGS * (STRESS_MONITORS + 1) + 100;

	printf("rtl_card_sweep_%" PRIu64 " = %" PRIu64 " clocks (new flows only; target <= %" PRIu64
	       "%s)\n",
	       entries, clocks, bound, clocks > bound ? ", MISSED" : "");
	return clocks > bound;
}

int stress_figures(uint64_t frames)
{
	static const struct load hits = {1, CLOCK_FS, 100}, fast = {1, MAC_FS, 100},
				 both = {2, CLOCK_FS, 0};
	struct outcome o = measure(&hits, frames);
	bool missed;

	missed = o.missed != 0;
	missed |= print("rtl_frontend", (double)(o.frames - o.missed) / (double)o.beats,
			"frames/beat", 0.999, &o);
	o = measure(&fast, frames);
	missed |=
		print("rtl_card_packets_322_to_250",
		      (double)(o.frames - o.missed) / (double)o.clocks, "packets/clock", 0.995, &o);
	o = measure(&both, frames);
	missed |= print("rtl_card_records", (double)o.records / (double)o.clocks, "records/clock",
			0.48, &o);
	missed |= print_sweep(o.sweep);
	return missed;
}
