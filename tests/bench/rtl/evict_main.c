/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Records a packet of the flow cache against a fully associative LRU of the same size, both fed
 * with the packets and epochs of real captures: rtl_evict CAPTURE... The core of 4096 entries acts
 * as a smaller one when its hash words leave the upper bits of every row number 0.
 */
#include "core_run.h"
#include "lru.h"
#include "sim/capture.h"
#include "sim/reframe.h"
#include "tests/hw/frontend/parse_reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flowcard/registers.h"

enum { WINDOW = 192, KEY_OCTETS = 37, SMALL = 1000, SETTLE = 1000000 };

struct packets {
	struct core_packet *at;
	size_t count, room;
};

struct sums {
	uint64_t packets, card, lru;
};

static unsigned int shift; /* log2 of an epoch's nanoseconds */
static uint8_t buffer[FC_REFRAME_OCTETS];

static void append(struct packets *packets, const struct fc_reference *r, uint64_t time_ns)
{
	struct core_packet *packet;

	if (packets->count == packets->room) {
		packets->room = packets->room ? 2 * packets->room : 4096;
		packets->at = realloc(packets->at, packets->room * sizeof(*packets->at));
		if (!packets->at)
			abort();
	}
	packet = &packets->at[packets->count++];
	*packet = (struct core_packet){
		.time_ns = time_ns, .frame_len = r->frame_len, .l3_len = r->l3_len};
	memcpy(packet->vec, r->vec, sizeof(packet->vec));
}

static int load(const char *path, struct packets *packets)
{
	struct fc_capture *capture;
	struct fc_reframed reframed;
	struct fc_reference reference;
	struct fc_frame frame;
	int err = fc_capture_open(path, &capture);

	packets->count = 0;
	if (err) {
		fprintf(stderr, "rtl_evict: %s: %s\n", path, strerror(-err));
		return err;
	}
	while ((err = fc_capture_next(capture, &frame)) == 1) {
		fc_reframe(&frame, buffer, &reframed);
		if (reframed.result != FC_REFRAME_FEED)
			continue;
		fc_reference_parse(reframed.data, reframed.octets, WINDOW, 0, &reference);
		if (reference.verdict == FC_VERDICT_FLOW)
			append(packets, &reference, frame.time_ns);
	}
	fc_capture_close(capture);
	return 0; /* a cut file is as good up to where it was cut */
}

/* The card's rule: forward by any distance, back by more than one. */
static bool is_step(uint64_t label, uint64_t next)
{
	return next > label || next + 1 < label;
}

static uint64_t run_lru(const struct packets *packets, unsigned int size_log2)
{
	struct lru *lru = lru_new((size_t)1 << size_log2, KEY_OCTETS);
	uint64_t label = packets->at[0].time_ns >> shift, records = 0;

	if (!lru)
		abort();
	for (size_t i = 0; i < packets->count; i++) {
		const uint64_t next = packets->at[i].time_ns >> shift;

		if (is_step(label, next)) {
			records += lru_flush(lru);
			label = next;
		}
		records += lru_packet(lru, packets->at[i].vec);
	}
	records += lru_flush(lru);
	lru_free(lru);
	return records;
}

/* Each slice of 16 bits keeps what a table of that size needs. */
static void load_hash(struct core_run *run, unsigned int size_log2)
{
	const uint64_t slice = (1u << (size_log2 - 3)) - 1;

	run->pins.enable = false;
	run->pins.hash_we = true;
	for (uint32_t i = 0; i < 69 * 256; i++) {
		run->pins.hash_position = i / 256;
		run->pins.hash_value = i % 256;
		run->pins.hash_word = ((uint64_t)core_random() << 32 | core_random()) &
				      slice * 0x0001000100010001ull;
		core_settle(&run->pins);
		core_edge();
	}
	run->pins.hash_we = false;
	run->pins.enable = true;
}

static uint64_t flow_records(void)
{
	uint64_t records = 0;

	for (unsigned int i = 0; i < 8; i++)
		records += core_reasons[i];
	return records;
}

static uint64_t run_core(const struct packets *packets, unsigned int size_log2)
{
	struct core_run run;
	uint64_t before = flow_records();
	struct core_monitor *monitor;

	memset(&run, 0, sizeof(run));
	run.ref.rings = CORE_RINGS;
	run.ref.epoch_shift = run.pins.epoch_shift = shift;
	run.pins.time_ns = packets->at[0].time_ns;
	monitor = &run.ref.monitors[0];
	monitor->enable = monitor->ipv4 = monitor->ipv6 = true;
	monitor->ports = 0xffffffff;
	memset(monitor->mask, 0xff, KEY_OCTETS);
	core_random_seed(1);
	core_run_start(&run, 1, CORE_HASH_RANDOM);
	load_hash(&run, size_log2);
	core_run_settle(&run, SETTLE);
	for (size_t i = 0; i < packets->count; i++) {
		if (is_step(run.pins.time_ns >> shift, packets->at[i].time_ns >> shift)) {
			core_run_settle(&run, SETTLE);
			run.pins.time_ns = packets->at[i].time_ns;
			for (unsigned int n = 0; n < 8; n++)
				core_run_clock(&run);
			core_run_settle(&run, SETTLE);
		}
		core_run_feed(&run, &packets->at[i]);
	}
	core_run_end(&run);
	return flow_records() - before;
}

static bool report(const char *name, unsigned int size_log2, const struct sums *s)
{
	const double ratio = (double)s->card / (double)s->lru;

	printf("%s_%u = %.4f records/packet (peer fully associative LRU = %.4f, ratio %.4f; %llu "
	       "packets; target ratio <= 1.05%s)\n",
	       name, 1u << size_log2, (double)s->card / (double)s->packets,
	       (double)s->lru / (double)s->packets, ratio, (unsigned long long)s->packets,
	       ratio > 1.05 ? ", MISSED" : "");
	fflush(stdout);
	return ratio > 1.05;
}

/* The sums over all captures of one size, and the worst of those that are not tiny. */
static bool size(unsigned int size_log2, int files, char **file)
{
	struct sums all = {0}, worst = {0}, one;
	struct packets packets = {0};
	const char *name = "";
	bool missed;

	for (int i = 0; i < files; i++) {
		if (load(file[i], &packets) || !packets.count)
			continue;
		one = (struct sums){packets.count, run_core(&packets, size_log2),
				    run_lru(&packets, size_log2)};
		all.packets += one.packets;
		all.card += one.card;
		all.lru += one.lru;
		if (one.packets >= SMALL && one.card * worst.lru >= worst.card * one.lru) {
			worst = one;
			name = strrchr(file[i], '/') ? strrchr(file[i], '/') + 1 : file[i];
		}
	}
	free(packets.at);
	if (!all.packets) {
		fprintf(stderr, "rtl_evict: no packet to compare\n");
		exit(2);
	}
	missed = report(shift < 40 ? "rtl_evict" : "rtl_evict_one_epoch", size_log2, &all);
	if (worst.lru)
		printf("  worst of %d: %s, ratio %.4f\n", files, name,
		       (double)worst.card / (double)worst.lru);
	return missed;
}

int main(int argc, char **argv)
{
	static const unsigned int sizes[] = {6, 7, 8, 9, 10, 11, 12};

	if (argc < 2) {
		fprintf(stderr, "usage: rtl_evict CAPTURE...\n");
		return 2;
	}
	for (shift = 30; shift <= 40; shift += 10) {
		for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
			size(sizes[i], argc - 1, argv + 1);
	}
	return 0;
}
