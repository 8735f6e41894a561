/* SPDX-License-Identifier: BSD-2-Clause */
#include "dma_bench.h"
#include <flowcard/registers.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REST_CLOCKS 200
#define HALF_WORDS 16

static uint32_t bench_random(struct bench *b)
{
	b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(b->seed >> 33);
}

static bool chance(struct bench *b, unsigned percent)
{
	return bench_random(b) % 100 < percent;
}

__attribute__((format(printf, 3, 4))) static void expect(struct bench *b, bool holds,
							 const char *format, ...)
{
	va_list args;

	b->checks++;
	if (holds || b->wrong[0])
		return;
	va_start(args, format);
	vsnprintf(b->wrong, sizeof(b->wrong), format, args);
	va_end(args);
}

uint64_t bench_base(unsigned ring)
{
	return 0x123456780000u + 0x100000ull * ring;
}

uint64_t bench_line(unsigned ring)
{
	return 0x7fee00001000u + 64ull * ring;
}

static void cycle(struct bench *b);

int bench_open(struct bench *b, uint64_t seed)
{
	memset(b, 0, sizeof(*b));
	b->seed = seed;
	b->offer = 100;
	b->consume = 100;
	b->answer_clocks = 8;
	b->model = dma_model_create((int)seed);
	if (!b->model)
		return -1;
	axi_rules_init(&b->rules, BENCH_OUTSTANDING);
	b->in.bus_master = true;
	for (unsigned r = 0; r < DMA_RINGS; r++) {
		b->in.enable[r] = true;
		b->in.size_log2[r] = (uint8_t)(3 + r);
		b->in.base[r] = bench_base(r);
		b->in.status[r] = bench_line(r);
	}
	for (unsigned i = 0; i < 4; i++) {
		dma_model_eval(b->model, &b->in, &b->out);
		dma_model_tick(b->model);
	}
	b->in.rst_n = true;
	return 0;
}

void bench_close(struct bench *b)
{
	dma_model_destroy(b->model);
}

/* ---------------------------------------------------------------- what is written */
static void check_trailer(struct bench *b, unsigned ring, uint32_t index, const uint32_t *rec)
{
	bool phase = !(index >> b->in.size_log2[ring] & 1);

	for (unsigned half = 0; half < 2; half++) {
		uint32_t word = rec[HALF_WORDS * half + HALF_WORDS - 1];
		uint32_t want = (index & 0x3fffffffu) | half << 30 | (uint32_t)phase << 31;

		expect(b, word == want, "ring %u record %u half %u: trailer %08x, not %08x", ring,
		       index, half, word, want);
	}
}

static void check_payload(struct bench *b, unsigned ring, uint32_t index, const uint32_t *rec)
{
	const uint32_t *handed = b->ring[ring].handed[index % BENCH_HISTORY];
	bool barrier = fc_rec_kind(handed) == FC_KIND_BARRIER;

	b->ring[ring].barriers += barrier;
	for (unsigned w = 0; w < DMA_PAYLOAD_WORDS; w++) {
		uint32_t got = rec[w < HALF_WORDS - 1 ? w : w + 1];
		uint32_t want = barrier && w == 8 ? index : handed[w];

		expect(b, got == want, "ring %u record %u word %u: %08x, not %08x", ring, index, w,
		       got, want);
	}
}

static void record_written(struct bench *b, unsigned ring, uint64_t addr, const uint32_t *rec)
{
	struct bench_ring *r = &b->ring[ring];
	uint32_t index = r->written++;
	uint32_t size = 1u << b->in.size_log2[ring];
	uint64_t want = bench_base(ring) + 128ull * (index % size);

	expect(b, addr == want, "ring %u record %u at %llx, not %llx", ring, index,
	       (unsigned long long)addr, (unsigned long long)want);
	expect(b, ((index - b->in.consumer[ring]) & 0x7fffffffu) < size,
	       "ring %u record %u overwrites an unread one", ring, index);
	expect(b, index != r->taken, "ring %u record %u was never handed in", ring, index);
	check_payload(b, ring, index, rec);
	check_trailer(b, ring, index, rec);
}

static void line_written(struct bench *b, unsigned ring, uint64_t addr, const uint32_t *line)
{
	struct bench_ring *r = &b->ring[ring];

	r->lines++;
	r->line_producer = line[0];
	expect(b, addr == bench_line(ring), "status line of ring %u in the wrong place", ring);
	expect(b, line[0] == line[15] && line[2] == ring,
	       "status line of ring %u is torn or of another", ring);
	expect(b, line[1] == b->in.faults, "status line of ring %u: faults %x", ring, line[1]);
	expect(b, (int32_t)(r->answered_at_aw - line[0]) >= 0,
	       "status line of ring %u says %u, answered are %u", ring, line[0], r->answered_at_aw);
}

/* ---------------------------------------------------------------- the bus */
static void burst_whole(struct bench *b)
{
	uint64_t addr = b->aw[b->aw_head];
	bool status = b->aw_len[b->aw_head] == 0;
	unsigned ring = status ? addr != bench_line(0) : addr >= bench_base(1);
	struct bench_burst *p = &b->pending[(b->head + b->waiting++) % BENCH_PENDING];

	b->aw_head = (b->aw_head + 1) % BENCH_PENDING;
	b->aw_waiting--;
	b->beat = 0;
	if (status)
		line_written(b, ring, addr, b->beats);
	else
		record_written(b, ring, addr, b->beats);
	*p = (struct bench_burst){.status = status, .ring = ring, .error = chance(b, b->error)};
	p->due = b->clock + 1 + (b->answer_clocks ? bench_random(b) % b->answer_clocks : 0);
}

static void watch_bus(struct bench *b)
{
	const struct dma_out *o = &b->out;
	struct axi_pins pins = {o->awvalid,   b->in.awready, o->wvalid,  b->in.wready, o->wlast,
				b->in.bvalid, o->bready,     o->awaddr,  o->wstrb,     o->awid,
				o->awlen,     o->awsize,     o->awburst, {0}};

	memcpy(pins.wdata, o->wdata, sizeof(pins.wdata));
	axi_rules_clock(&b->rules, &pins);
	if (o->awvalid && !b->aw_offered) {
		expect(b, b->bus_master_before, "a new address while bus mastering was off");
		b->aw[(b->aw_head + b->aw_waiting) % BENCH_PENDING] = o->awaddr;
		b->aw_len[(b->aw_head + b->aw_waiting++) % BENCH_PENDING] = o->awlen;
		for (unsigned r = 0; r < DMA_RINGS; r++)
			b->ring[r].answered_at_aw = b->ring[r].answered;
	}
	b->aw_offered = o->awvalid && !b->in.awready;
	b->bus_master_before = b->in.bus_master;
	if (!o->wvalid || !b->in.wready || !b->aw_waiting)
		return;
	if (b->beat < 2)
		memcpy(b->beats + (size_t)DMA_BEAT_WORDS * b->beat++, o->wdata, sizeof(o->wdata));
	if (o->wlast)
		burst_whole(b);
}

/* B in order; an address must have been taken before its answer. */
static void offer_answer(struct bench *b)
{
	struct bench_burst *p = &b->pending[b->head];

	b->in.bvalid = b->waiting && p->due <= b->clock && b->rules.taken > b->rules.answered;
	b->in.bresp = p->error ? 2 : 0;
}

static void take_answer(struct bench *b)
{
	struct bench_burst *p = &b->pending[b->head];

	if (!b->in.bvalid || !b->out.bready)
		return;
	if (!p->status)
		b->ring[p->ring].answered++;
	b->ring[p->ring].errors += p->error;
	b->head = (b->head + 1) % BENCH_PENDING;
	b->waiting--;
}

/* ---------------------------------------------------------------- sources and reader */
static void offer_records(struct bench *b, unsigned r)
{
	struct bench_ring *ring = &b->ring[r];
	uint32_t *next = ring->handed[ring->taken % BENCH_HISTORY];

	if (b->in.rec_valid[r] || ring->taken == ring->limit || !chance(b, b->offer))
		return;
	for (unsigned w = 0; w < DMA_PAYLOAD_WORDS; w++)
		next[w] = bench_random(b) << 16 ^ bench_random(b);
	fc_rec_set_kind(next, bench_random(b) % 8 ? FC_KIND_FLOW : FC_KIND_BARRIER);
	memcpy(b->in.rec[r], next, sizeof(b->in.rec[r]));
	b->in.rec_valid[r] = true;
}

static void give_back(struct bench *b, unsigned r)
{
	/* The host reads what stands in memory, whether or not the answer is back. */
	uint32_t behind = (b->ring[r].written - b->in.consumer[r]) & 0x7fffffffu;

	if (behind && chance(b, b->consume))
		b->in.consumer[r] =
			(b->in.consumer[r] + 1 + bench_random(b) % behind) & 0x7fffffffu;
}

static void cycle(struct bench *b)
{
	bool stalled[2] = {chance(b, b->stall), chance(b, b->stall)};

	b->in.awready = !stalled[0];
	b->in.wready = !stalled[1];
	for (unsigned r = 0; r < DMA_RINGS; r++)
		offer_records(b, r);
	offer_answer(b);
	dma_model_eval(b->model, &b->in, &b->out);
	watch_bus(b);
	take_answer(b);
	for (unsigned r = 0; r < DMA_RINGS; r++) {
		expect(b, !b->out.rec_ready[r] || b->in.rec_valid[r], "ring %u: nothing was taken",
		       r);
		if (b->out.rec_ready[r] && b->in.rec_valid[r]) {
			b->ring[r].taken++;
			b->in.rec_valid[r] = false;
		}
		give_back(b, r);
	}
	dma_model_tick(b->model);
	b->clock++;
	for (unsigned r = 0; r < DMA_RINGS; r++)
		b->in.arm[r] = b->in.irq_ack[r] = false;
}

void bench_run(struct bench *b, unsigned clocks)
{
	while (clocks--)
		cycle(b);
}

bool bench_rest(struct bench *b, unsigned clocks)
{
	unsigned still = 0;

	while (clocks-- && still < REST_CLOCKS) {
		cycle(b);
		still = b->out.busy || b->waiting || b->out.awvalid || b->out.wvalid ? 0
										     : still + 1;
	}
	return still == REST_CLOCKS;
}

bool bench_good(struct bench *b)
{
	if (b->rules.broken)
		fprintf(stderr, "AXI: %s\n", b->rules.broken);
	if (b->wrong[0])
		fprintf(stderr, "%s\n", b->wrong);
	return !b->rules.broken && !b->wrong[0] && b->checks && b->rules.checks;
}
