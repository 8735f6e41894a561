// SPDX-License-Identifier: BSD-2-Clause
/*
 * port_test [--seed N] [--frames N]     the situations below, against parse_reference
 * port_test --file FRAMES [--csv OUT]   the frames of a file (see read_frame); --csv: what the
 * reference says of each port_test --speed N                   ns of one core for each frame,
 * clocks gated as a model would
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "flowcard/registers.h"
#include "port_bench.h"

struct options {
	uint64_t seed, frames, speed;
	const char *file, *csv;
};

struct situation {
	const char *name;
	int (*run)(const struct options *o, struct fc_bench *b);
};

static void random_frames(struct fc_bench *b, uint64_t count)
{
	uint8_t frame[FC_FRAME_MAX];

	for (uint64_t i = 0; i < count; i++) {
		size_t octets = fc_frame_make(&b->random, frame);

		fc_bench_frame(b, frame, octets, i * 0x100000001u + 1,
			       fc_random_below(&b->random, 50) == 0, true);
	}
}

static int every_verdict_was_met(const struct fc_bench *b)
{
	for (unsigned v = 0; v < FC_VERDICT_COUNT; v++) {
		bool feeder_only = v == FC_VERDICT_NONIP_LOOPBACK_FAMILY ||
				   v == FC_VERDICT_TRUNC_SLL || v == FC_VERDICT_TRUNC_LOOPBACK ||
				   v == FC_VERDICT_TRUNC_HDLC;
		/* A window under 14 + 40 octets sees no transport header of IPv6, but all of IPv4.
		 */
		bool never = v == FC_VERDICT_IPV6_EXT_DEPTH && fc_port_window() < 126;

		if (feeder_only || never || b->counters[6 + v])
			continue;
		fprintf(stderr, "no frame with the verdict %s\n", fc_verdict_name(v));
		return 1;
	}
	return 0;
}

/* Light load: nothing may be missed, so every field of every descriptor is compared. */
static int random_frames_are_judged_as_the_reference_does(const struct options *o,
							  struct fc_bench *b)
{
	b->gap_percent = 70;
	b->jitter = 500000;
	random_frames(b, o->frames);
	fc_bench_settle(b);
	if (b->counters[2]) {
		fprintf(stderr, "%" PRIu64 " missed under light load\n", b->counters[2]);
		return 1;
	}
	return fc_port_window() >= 62 ? every_verdict_was_met(b) : 0;
}

/* Every cut of the same frame: each presence and window judgement at its edge. */
static int a_frame_cut_at_every_length(const struct options *o, struct fc_bench *b)
{
	uint8_t frame[FC_FRAME_MAX];

	b->gap_percent = 70;
	for (uint64_t n = 0; n < o->frames / 200 + 20; n++) {
		size_t octets = fc_frame_make(&b->random, frame);

		for (size_t cut = 0; cut <= octets && cut < 260; cut++)
			fc_bench_frame(b, frame, cut, n << 32 | (cut + 1), false, true);
	}
	fc_bench_settle(b);
	return b->counters[2] != 0;
}

/* A whole packet in one beat, every MAC clock, for as long as it takes; the core side is slow and
 * then stalls. */
static int a_frame_in_every_beat_and_a_core_that_stalls(const struct options *o, struct fc_bench *b)
{
	uint8_t frame[FC_FRAME_MAX];
	uint64_t count = 0;

	b->gap_percent = 0;
	b->ready_percent = 50;
	for (unsigned burst = 0; burst < 40; burst++) {
		b->ready_percent = burst % 4 == 3 ? 0 : 20 + fc_random_below(&b->random, 80);
		for (uint64_t i = 0; i < o->frames / 40; i++) {
			size_t octets = fc_frame_make(&b->random, frame);

			fc_bench_frame(b, frame, octets < 64 ? octets : 64, ++count, false, true);
			if (i % 97 == 0)
				fc_bench_latch_ask(b);
			if (i % 97 == 96)
				fc_bench_latch_check_sum(b);
		}
	}
	b->ready_percent = 100;
	fc_bench_settle(b);
	return b->counters[2] == 0; /* with no core side something must have been missed */
}

/* Frames of 60 octets (64 with the check sum that a MAC takes off), one a beat, in every MAC clock,
 * and a core that takes one a clock and is a little faster: nothing stalls, nothing is missed, and
 * every frame is compared. */
static int the_smallest_frame_in_every_clock(const struct options *o, struct fc_bench *b)
{
	uint8_t frame[60] = {[12] = 0x08, [14] = 0x45, [17] = 46, [23] = 17, [39] = 26};
	uint64_t count = o->frames + 1000, clocks = b->mac_clocks;

	b->gap_percent = 0;
	b->core_period = b->mac_period - b->mac_period / 50;
	for (uint64_t i = 0; i < count; i++) {
		memcpy(frame + 26, &i, sizeof(uint32_t)); /* another flow each */
		fc_bench_frame(b, frame, sizeof(frame), i + 1, false, true);
	}
	clocks = b->mac_clocks - clocks;
	fc_bench_settle(b);
	printf("%" PRIu64 " frames in %" PRIu64 " MAC clocks, %" PRIu64 " missed\n", count, clocks,
	       b->counters[2]);
	return clocks != count || b->counters[2] != 0 ||
	       b->counters[6 + FC_VERDICT_FLOW] != count || b->descriptors != count;
}

/* The FIFO's room is exact: 2**FifoLog2 places and the output register, and then each packet is
 * missed. */
static int a_dead_core_leaves_the_fifo_full(const struct options *o, struct fc_bench *b)
{
	uint8_t frame[64] = {[12] = 0x08, [14] = 0x45, [17] = 46, [23] = 17};
	uint64_t count = 500;

	(void)o;
	b->ready_percent = 0;
	for (uint64_t i = 0; i < count; i++)
		fc_bench_frame(b, frame, sizeof(frame), i + 1, false, true);
	fc_bench_idle(b, 100);
	b->ready_percent = 100;
	fc_bench_settle(b);
	return b->counters[2] != count - (UINT64_C(1) << fc_port_fifo_log2()) - 1;
}

static int frames_that_begin_while_disabled_do_not_exist(const struct options *o,
							 struct fc_bench *b)
{
	static const uint8_t filler[640];
	struct fc_beat beat = {.keep = ~UINT64_C(0), .valid = true};
	uint8_t frame[FC_FRAME_MAX];
	(void)o;

	for (unsigned round = 0; round < 50; round++) {
		size_t octets = fc_frame_make(&b->random, frame);

		b->core.enable = round % 2;
		fc_bench_idle(b, 12);
		fc_bench_frame(b, frame, octets, round + 1, false, b->core.enable);
	}
	/* Switched on in the middle of a frame: that frame does not count, the next does; off: the
	 * reverse. */
	for (unsigned on = 0; on < 2; on++) {
		b->core.enable = !on;
		fc_bench_idle(b, 12);
		for (unsigned i = 0; i < 9; i++)
			fc_port_mac(b->port, &beat);
		b->core.enable = on;
		fc_bench_idle(b, 12);
		beat.last = true;
		fc_port_mac(b->port, &beat);
		beat.last = false;
		if (!on) {
			b->counters[0]++;
			b->counters[1] += sizeof(filler);
			b->counters[6 + FC_VERDICT_NONIP_LLC]++;
		}
		fc_bench_frame(b, filler, 100, 1000 + on, false, on);
		fc_bench_settle(b); /* each by itself: a lost and an added frame must not cancel */
	}
	return 0;
}

/* Reset in the middle of a frame: its rest is not counted, everything else starts from 0. */
static int a_frame_on_the_wire_at_reset_does_not_count(const struct options *o, struct fc_bench *b)
{
	static const uint8_t filler[64];
	struct fc_beat beat = {.keep = ~UINT64_C(0), .valid = true};

	(void)o;
	fc_bench_frame(b, filler, sizeof(filler), 1, false, true);
	for (unsigned i = 0; i < 5; i++)
		fc_port_mac(b->port, &beat);
	fc_port_reset(b->port, &beat);
	memset(b->counters, 0, sizeof(b->counters));
	for (unsigned i = 0; i < 30; i++) {
		beat.last = i == 29;
		/* A pause until enable_i has arrived, else that alone would hide the frame. */
		fc_port_mac(b->port, i < 10 ? NULL : &beat);
		fc_port_core(b->port, &b->core);
	}
	fc_bench_frame(b, filler, sizeof(filler), 2, false, true);
	fc_bench_settle(b);
	return 0;
}

/* Lengths around 2**20 - 1, where the count stops, and two that are short modulo 2**16 or 2**17
 * behind IP. */
static int a_frame_longer_than_its_length_field_saturates(const struct options *o,
							  struct fc_bench *b)
{
	static const size_t lengths[] = {65535,   65536,   131072 + 36, 131072 + 56,
					 1048575, 1048576, 1048577,     1400000};
	static const uint8_t ipv4[24] = {[12] = 0x08, 0x00, 0x45, 0, 0xff, 0xff, [23] = 17};
	static const uint8_t ipv6[24] = {[12] = 0x86, 0xdd, 0x60, [18] = 0xff, 0xff, 6};
	uint8_t *frame = calloc(1, 1400000);

	(void)o;
	if (!frame)
		return -ENOMEM;
	memcpy(frame, fc_port_window() < 74 ? ipv4 : ipv6, sizeof(ipv4));
	for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		fc_bench_frame(b, frame, lengths[i], i + 1, false, true);
	free(frame);
	fc_bench_settle(b);
	return b->descriptors != sizeof(lengths) / sizeof(lengths[0]);
}

/* 4 octets length, 8 octets time, little-endian; then the frame. Returns 1, 0 at the end, -EIO. */
static int read_frame(FILE *in, uint8_t *frame, size_t room, size_t *octets, uint64_t *time_ns)
{
	uint8_t head[12];
	size_t got = fread(head, 1, sizeof(head), in);

	if (!got)
		return 0;
	*octets = *time_ns = 0;
	for (unsigned i = 0; i < 4; i++)
		*octets |= (size_t)head[i] << 8 * i;
	for (unsigned i = 0; i < 8; i++)
		*time_ns |= (uint64_t)head[4 + i] << 8 * i;
	if (got != sizeof(head) || *octets > room || fread(frame, 1, *octets, in) != *octets)
		return -EIO;
	return 1;
}

static void write_row(FILE *out, const struct fc_reference *r)
{
	const uint8_t *src = fc_vec_src(r->vec), *dst = fc_vec_dst(r->vec);

	if (r->verdict != FC_VERDICT_FLOW) {
		fprintf(out, "%s\n", fc_verdict_name(r->verdict));
		return;
	}
	fprintf(out, "flow,%u,", fc_vec_ip_version(r->vec));
	for (unsigned i = 0; i < 16; i++)
		fprintf(out, "%02x", src[i]);
	fputc(',', out);
	for (unsigned i = 0; i < 16; i++)
		fprintf(out, "%02x", dst[i]);
	fprintf(out, ",%u,%u,%u,%u,%u,%03x,%u,%u\n", fc_vec_sport(r->vec), fc_vec_dport(r->vec),
		fc_vec_proto(r->vec), fc_vec_tos(r->vec), r->l3_len, fc_vec_tcp_flags(r->vec),
		fc_vec_vlan_tags(r->vec), fc_vec_pppoe(r->vec));
}

/* The frame's number stands in for its time, which need not be unique. */
static int frames_of_a_file(const struct options *o, struct fc_bench *b)
{
	static uint8_t frame[1 << 20];
	struct fc_reference reference;
	FILE *in = fopen(o->file, "rb"), *out = o->csv ? fopen(o->csv, "w") : NULL;
	uint64_t time_ns, number = 0;
	size_t octets;
	int err = in && (out || !o->csv) ? 1 : -errno;

	b->gap_percent = 40;
	while (err == 1 && (err = read_frame(in, frame, sizeof(frame), &octets, &time_ns)) == 1) {
		fc_reference_parse(frame, octets, fc_port_window(), fc_port_number(), &reference);
		if (out)
			write_row(out, &reference);
		fc_bench_frame(b, frame, octets, ++number, false, true);
	}
	if (in)
		fclose(in);
	if (out && fclose(out) && !err)
		err = -errno;
	fc_bench_settle(b);
	return err ? err : b->counters[2] != 0;
}

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Frames made beforehand; each gets its beats, then core clocks in the ratio of the clocks. */
static int speed(const struct options *o)
{
	enum { FRAMES = 1024 };
	static uint8_t frames[2][FRAMES][1536];
	static size_t octets[2][FRAMES];
	static const char *const names[] = {"64 octets, UDP over IPv4", "random frames"};
	struct fc_random random = {o->seed};
	struct fc_port *port = fc_port_new();
	struct fc_core_in core = {.enable = true, .ready = true};
	struct fc_beat beat = {.valid = true};
	uint8_t buf[FC_FRAME_MAX];

	if (!port)
		return 1;
	for (unsigned i = 0; i < FRAMES; i++) {
		static const uint8_t udp[64] = {[12] = 0x08, [14] = 0x45, [17] = 46, [23] = 17};

		memcpy(frames[0][i], udp, 64);
		frames[0][i][33] = (uint8_t)i;
		octets[0][i] = 64;
		octets[1][i] = fc_frame_make(&random, buf);
		if (octets[1][i] > 1500)
			octets[1][i] = 1500;
		memcpy(frames[1][i], buf, octets[1][i]);
	}
	for (unsigned kind = 0; kind < 2; kind++) {
		double start = cpu_ns();

		for (uint64_t n = 0; n < o->speed; n++) {
			const uint8_t *data = frames[kind][n % FRAMES];
			size_t left = octets[kind][n % FRAMES];

			do {
				size_t part = left < 64 ? left : 64;

				memcpy(beat.data, data, 64);
				beat.keep = part == 64 ? ~UINT64_C(0) : (UINT64_C(1) << part) - 1;
				beat.last = left <= 64;
				beat.time_ns = n;
				fc_port_mac(port, &beat);
				fc_port_core(port, &core);
				data += part;
				left -= part;
			} while (!beat.last);
		}
		printf("%s: %.0f ns a frame (1 MAC and 1 core clock a beat)\n", names[kind],
		       (cpu_ns() - start) / (double)o->speed);
	}
	fc_port_free(port);
	return 0;
}

static int run(const struct options *o, const struct situation *s)
{
	struct fc_bench b;
	int err = fc_bench_open(&b, o->seed);

	if (err) {
		fprintf(stderr, "%s: %s\n", s->name, strerror(-err));
		return 1;
	}
	err = s->run(o, &b);
	printf("%s: %s, window %u, seed %" PRIu64 ", %" PRIu64 " frames, %" PRIu64
	       " descriptors, %" PRIu64 " missed, %" PRIu64 " latches, %" PRIu64
	       " comparisons, %" PRIu64 " errors\n",
	       err || b.errors || !b.comparisons ? "FAIL" : "ok", s->name, fc_port_window(),
	       o->seed, b.counters[0], b.descriptors, b.counters[2], b.latches, b.comparisons,
	       b.errors);
	err = err || b.errors || !b.comparisons;
	fc_bench_close(&b);
	return err;
}

static int parse_options(int argc, char **argv, struct options *o)
{
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc)
			return -EINVAL;
		if (!strcmp(argv[i], "--seed"))
			o->seed = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--frames"))
			o->frames = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--speed"))
			o->speed = strtoull(argv[i + 1], NULL, 0);
		else if (!strcmp(argv[i], "--file"))
			o->file = argv[i + 1];
		else if (!strcmp(argv[i], "--csv"))
			o->csv = argv[i + 1];
		else
			return -EINVAL;
	}
	return 0;
}

static const struct situation situations[] = {
#define SITUATION(name)                                                                            \
	{                                                                                          \
#name, name                                                                        \
	}
	SITUATION(random_frames_are_judged_as_the_reference_does),
	SITUATION(a_frame_cut_at_every_length),
	SITUATION(a_frame_in_every_beat_and_a_core_that_stalls),
	SITUATION(the_smallest_frame_in_every_clock),
	SITUATION(a_dead_core_leaves_the_fifo_full),
	SITUATION(frames_that_begin_while_disabled_do_not_exist),
	SITUATION(a_frame_on_the_wire_at_reset_does_not_count),
	SITUATION(a_frame_longer_than_its_length_field_saturates),
};

int main(int argc, char **argv)
{
	struct options o = {.seed = 1, .frames = 40000};
	struct situation file = SITUATION(frames_of_a_file);
	unsigned count;
	int failed = 0;

	if (parse_options(argc, argv, &o)) {
		fprintf(stderr, "usage: port_test [--seed N] [--frames N] [--speed N] [--file "
				"FRAMES [--csv OUT]]\n");
		return 2;
	}
	if (o.speed)
		return speed(&o);
	if (o.file)
		return run(&o, &file);
	/* A window that sees no UDP over IPv4 yields too few descriptors for the situations of
	 * load. */
	count = fc_port_window() < 42 ? 2 : sizeof(situations) / sizeof(situations[0]);
	for (unsigned i = 0; i < count; i++)
		failed += run(&o, &situations[i]);
	return failed != 0;
}
