// SPDX-License-Identifier: BSD-2-Clause
#include "port_bench.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flowcard/registers.h"

enum { EXPECTED_SIZE = 1 << 16, VERDICT0 = 6, MISSED = 2, ERRORS_SHOWN = 10 };

static void complain(struct fc_bench *b, const char *what, uint64_t got, uint64_t want)
{
	if (b->errors++ < ERRORS_SHOWN)
		fprintf(stderr,
			"%s: got %" PRIu64 " (%#" PRIx64 "), want %" PRIu64 " (%#" PRIx64 ")\n",
			what, got, got, want, want);
}

static void compare(struct fc_bench *b, const char *what, uint64_t got, uint64_t want)
{
	b->comparisons++;
	if (got != want)
		complain(b, what, got, want);
}

int fc_bench_open(struct fc_bench *b, uint64_t seed)
{
	memset(b, 0, sizeof(*b));
	b->random.state = seed;
	b->mac_period = 3106000;
	b->core_period = 4000000;
	b->ready_percent = 100;
	b->core.enable = true;
	b->expected_size = EXPECTED_SIZE;
	b->expected = calloc(b->expected_size, sizeof(*b->expected));
	b->port = fc_port_new();
	if (!b->expected || !b->port) {
		fc_bench_close(b);
		return -ENOMEM;
	}
	fc_bench_idle(b, 8);
	return 0;
}

void fc_bench_close(struct fc_bench *b)
{
	fc_port_free(b->port);
	free(b->expected);
	b->port = NULL;
	b->expected = NULL;
}

/* A descriptor came out: those due before it were missed, and it must be equal in every field. */
static void take_descriptor(struct fc_bench *b)
{
	const struct fc_expected *due = NULL;
	struct fc_desc desc;
	char what[32];

	fc_port_desc(b->port, &desc);
	while (b->expected_out != b->expected_in) {
		due = &b->expected[b->expected_out++ % b->expected_size];
		if (due->time_ns == desc.time_ns)
			break;
		b->counters[MISSED]++;
		due = NULL;
	}
	b->descriptors++;
	if (!due) {
		complain(b, "descriptor that nothing fed", desc.time_ns, 0);
		return;
	}
	for (unsigned i = 0; i < 17; i++) {
		snprintf(what, sizeof(what), "vector word %u", i);
		compare(b, what, desc.vec[i], due->reference.vec[i]);
	}
	compare(b, "l3_len", desc.l3_len, due->reference.l3_len);
	compare(b, "frame_len", desc.frame_len, due->reference.frame_len);
}

static void core_clock(struct fc_bench *b)
{
	struct fc_core_out out;

	fc_port_see(b->port, &out);
	b->core.ready = fc_random_below(&b->random, 100) < b->ready_percent;
	if (out.desc_valid && b->core.ready)
		take_descriptor(b);
	if (out.latch_done)
		b->latch_done = true;
	fc_port_core(b->port, &b->core);
	b->core.latch = false;
	b->core_clocks++;
}

static uint64_t next_edge(struct fc_bench *b, uint64_t period)
{
	return period + (b->jitter ? fc_random_next(&b->random) % b->jitter : 0);
}

/* One MAC clock, after the core clocks that fall before it. */
static void mac_clock(struct fc_bench *b, const struct fc_beat *beat)
{
	while (b->core_at <= b->mac_at) {
		core_clock(b);
		b->core_at += next_edge(b, b->core_period);
	}
	fc_port_mac(b->port, beat);
	b->mac_clocks++;
	b->mac_at += next_edge(b, b->mac_period);
}

void fc_bench_idle(struct fc_bench *b, unsigned mac_clocks)
{
	while (mac_clocks--)
		mac_clock(b, NULL);
}

static void expect(struct fc_bench *b, const uint8_t *frame, size_t octets, uint64_t time_ns,
		   bool bad)
{
	struct fc_expected *due = &b->expected[b->expected_in % b->expected_size];

	fc_reference_parse(frame, octets, fc_port_window(), fc_port_number(), &due->reference);
	if (bad)
		due->reference.verdict = FC_VERDICT_RX_ERROR;
	due->time_ns = time_ns;
	b->counters[0]++;
	b->counters[1] += due->reference.frame_len;
	b->counters[VERDICT0 + due->reference.verdict]++;
	if (due->reference.verdict != FC_VERDICT_FLOW)
		return;
	if (++b->expected_in - b->expected_out >= b->expected_size) {
		fprintf(stderr, "bench: more than %zu descriptors due\n", b->expected_size);
		exit(1);
	}
}

/* The unused octets of a last beat hold noise, as they may. */
static void make_beat(struct fc_bench *b, struct fc_beat *beat, const uint8_t *data, size_t octets)
{
	for (unsigned i = 0; octets < 64 && i < 64; i += 4) {
		uint32_t noise = fc_random_next(&b->random);

		memcpy(beat->data + i, &noise, 4);
	}
	memcpy(beat->data, data, octets);
	beat->keep = octets == 64 ? ~UINT64_C(0) : (UINT64_C(1) << octets) - 1;
	beat->valid = true;
}

void fc_bench_frame(struct fc_bench *b, const uint8_t *frame, size_t octets, uint64_t time_ns,
		    bool bad, bool counted)
{
	/* A frame of whole beats may end in its last beat or in one more that is empty. */
	bool tail = octets == 0 || (octets % 64 == 0 && fc_random_below(&b->random, 4) == 0);
	size_t beats = (octets + 63) / 64 + (octets ? tail : 1);
	struct fc_beat beat = {0};

	if (counted)
		expect(b, frame, octets, time_ns, bad);
	for (size_t i = 0; i < beats; i++) {
		size_t left = octets - 64 * i < 64 ? octets - 64 * i : 64;

		while (b->gap_percent && fc_random_below(&b->random, 100) < b->gap_percent)
			mac_clock(b, NULL);
		make_beat(b, &beat, frame + 64 * i, left);
		beat.last = i == beats - 1;
		beat.error = beat.last ? bad : fc_random_below(&b->random, 2);
		beat.time_ns = beat.last ? time_ns : ~time_ns;
		mac_clock(b, &beat);
	}
}

void fc_bench_latch_ask(struct fc_bench *b)
{
	b->core.latch = true;
	b->latch_done = false;
	b->latches++;
}

void fc_bench_latch_check_sum(struct fc_bench *b)
{
	uint64_t sum = 0, frames;

	for (unsigned i = 0; i < 2000 && !b->latch_done; i++)
		mac_clock(b, NULL);
	compare(b, "latch done", b->latch_done, true);
	frames = fc_port_counter(b->port, 0);
	for (unsigned v = 0; v < 32; v++)
		sum += fc_port_counter(b->port, VERDICT0 + v);
	compare(b, "sum of verdicts in a running latch", sum, frames);
}

void fc_bench_settle(struct fc_bench *b)
{
	struct fc_core_out out;
	unsigned clocks = 0;
	char what[32];

	do {
		mac_clock(b, NULL);
		fc_port_see(b->port, &out);
	} while ((out.busy || out.mac_busy) && clocks++ < 100000);
	compare(b, "busy after settling", out.busy || out.mac_busy, false);
	b->counters[MISSED] += b->expected_in - b->expected_out;
	b->expected_out = b->expected_in;
	fc_bench_latch_ask(b);
	fc_bench_latch_check_sum(b);
	for (unsigned i = 0; i < 64; i++) {
		snprintf(what, sizeof(what), "counter %u", i);
		compare(b, what, fc_port_counter(b->port, i), i < FC_COUNTERS ? b->counters[i] : 0);
	}
}
