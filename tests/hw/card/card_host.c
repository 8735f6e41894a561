/* SPDX-License-Identifier: BSD-2-Clause */
#include "card_bench.h"
#include <flowcard/registers.h>
#include <string.h>

#define OUTSTANDING 32
#define SLVERR 2
#define DECERR 3
#define HALF 16

uint64_t card_ring_base(unsigned ring)
{
	return 0x1200000000u + 0x100000ull * ring;
}

uint64_t card_line_base(unsigned ring)
{
	return 0x7f00001000u + 64ull * ring;
}

void card_host_init(struct card_bench *b)
{
	axi_rules_init(&b->rules, OUTSTANDING);
	b->burst_count = b->answer_count = b->beat = 0;
	b->aw_offered = false;
	b->in.host_bvalid = false;
}

void card_host_drive(struct card_bench *b)
{
	const struct card_burst *next = &b->answer[b->answer_head];

	b->in.host_awready = card_draw(b, 100) >= b->stall;
	b->in.host_wready = card_draw(b, 100) >= b->stall;
	/* An address must have been taken before its answer. */
	b->in.host_bvalid = b->answer_count && next->due <= b->core_clocks &&
			    b->rules.taken > b->rules.answered;
	b->in.host_bresp = next->error ? (b->core_clocks & 1 ? SLVERR : DECERR) : 0;
	b->in.irq_ack = b->out.irq_req & (uint8_t)card_draw(b, 4);
}

/* ---------------------------------------------------------------- what is written */
static void lose(struct card_bench *b, struct card_ring *r, uint32_t place)
{
	const uint32_t *words = b->beats;
	unsigned monitor = fc_rec_monitor(words);

	r->hole[place] = true;
	if (fc_rec_kind(words) != FC_KIND_FLOW || monitor >= CARD_MONITORS)
		return;
	b->lost[monitor].packets += fc_rec_packets(words);
	b->lost[monitor].bytes += fc_rec_bytes(words);
}

static void store(struct card_bench *b, const struct card_burst *burst)
{
	for (unsigned r = 0; r < CARD_RINGS; r++) {
		struct card_ring *ring = &b->ring[r];
		uint64_t at = burst->addr - card_ring_base(r);

		ring->errors += burst->error && (burst->addr == card_line_base(r) ||
						 at < 128ull << ring->size_log2);
		if (burst->addr == card_line_base(r) && burst->len == 0) {
			if (!burst->error)
				memcpy(ring->line, b->beats, sizeof(ring->line));
			return;
		}
		if (at < 128ull << ring->size_log2 && burst->len == 1) {
			if (burst->error)
				lose(b, ring, (uint32_t)(at / 128));
			else
				memcpy(ring->mem[at / 128], b->beats, sizeof(ring->mem[0]));
			return;
		}
	}
	card_expect(b, false, "a write of %u beats to %llx", burst->len + 1u,
		    (unsigned long long)burst->addr);
}

static void burst_whole(struct card_bench *b)
{
	struct card_burst *burst = &b->burst[b->burst_head];

	burst->error = card_draw(b, 100) < b->error;
	burst->due = b->core_clocks + 1 + (b->answer_clocks ? card_draw(b, b->answer_clocks) : 0);
	store(b, burst);
	card_expect(b, b->answer_count < CARD_PENDING, "more bursts than anybody allowed");
	b->answer[(b->answer_head + b->answer_count++) % CARD_PENDING] = *burst;
	b->burst_head = (b->burst_head + 1) % CARD_PENDING;
	b->burst_count--;
	b->beat = 0;
}

void card_host_sample(struct card_bench *b)
{
	const struct card_out *o = &b->out;
	struct axi_pins pins = {o->host_awvalid, b->in.host_awready,
				o->host_wvalid,  b->in.host_wready,
				o->host_wlast,   b->in.host_bvalid,
				o->host_bready,  o->host_awaddr,
				o->host_wstrb,   o->host_awid,
				o->host_awlen,   o->host_awsize,
				o->host_awburst, {0}};

	memcpy(pins.wdata, o->host_wdata, sizeof(pins.wdata));
	axi_rules_clock(&b->rules, &pins);
	if (b->in.host_bvalid && o->host_bready) {
		b->answer_head = (b->answer_head + 1) % CARD_PENDING;
		b->answer_count--;
	}
	if (o->host_awvalid && !b->aw_offered)
		b->burst[(b->burst_head + b->burst_count++) % CARD_PENDING] =
			(struct card_burst){.addr = o->host_awaddr, .len = o->host_awlen};
	b->aw_offered = o->host_awvalid && !b->in.host_awready;
	for (unsigned r = 0; r < CARD_RINGS; r++)
		b->irqs[r] += b->in.irq_ack >> r & 1;
	if (!o->host_wvalid || !b->in.host_wready || !b->burst_count)
		return;
	if (b->beat < 2)
		memcpy(b->beats + HALF * b->beat++, o->host_wdata, sizeof(o->host_wdata));
	if (o->host_wlast)
		burst_whole(b);
}

/* ---------------------------------------------------------------- what is read */
static void count_flow(struct card_bench *b, const struct card_ring *r, const uint32_t *rec)
{
	unsigned flow = (rec[2] >> 16 & 0xff) << 8 | rec[2] >> 24, monitor = fc_rec_monitor(rec);

	card_expect(b, monitor < CARD_MONITORS && flow < CARD_FLOWS,
		    "a record of flow %u, monitor %u", flow, monitor);
	card_expect(b, !r->barriers || (int32_t)(fc_rec_epoch(rec) - r->epoch) > 0,
		    "a record of epoch %u behind the barrier of %u", fc_rec_epoch(rec), r->epoch);
	if (monitor >= CARD_MONITORS || flow >= CARD_FLOWS)
		return;
	b->all_got[monitor].packets += fc_rec_packets(rec);
	b->all_got[monitor].bytes += fc_rec_bytes(rec);
	if (monitor)
		return;
	b->got[flow].packets += fc_rec_packets(rec);
	b->got[flow].bytes += fc_rec_bytes(rec);
}

static void count_barrier(struct card_bench *b, struct card_ring *r, const uint32_t *rec)
{
	/* Behind a lost barrier the next one is of a later epoch. */
	uint32_t step = fc_barrier_epoch(rec) - r->epoch;

	if (r->barriers)
		card_expect(b, r->errors ? step >= 1 && step < 100 : step == 1,
			    "barrier of epoch %u behind that of %u", fc_barrier_epoch(rec),
			    r->epoch);
	card_expect(b, fc_barrier_ring_index(rec) == r->consumer, "barrier %u says it stands at %u",
		    r->consumer, fc_barrier_ring_index(rec));
	r->epoch = fc_barrier_epoch(rec);
	r->barriers++;
}

static void read_record(struct card_bench *b, struct card_ring *r, const uint32_t *rec)
{
	r->records++;
	switch (fc_rec_kind(rec)) {
	case FC_KIND_FLOW:
		count_flow(b, r, rec);
		break;
	case FC_KIND_BARRIER:
		count_barrier(b, r, rec);
		break;
	default:
		card_expect(b, fc_rec_kind(rec) == FC_KIND_LEDGER, "a record of kind %u",
			    fc_rec_kind(rec));
	}
}

void card_host_poll(struct card_bench *b)
{
	for (unsigned n = 0; n < CARD_RINGS; n++) {
		struct card_ring *r = &b->ring[n];
		uint32_t size = 1u << r->size_log2;

		while (!r->stands) {
			uint32_t place = r->consumer & (size - 1);
			uint32_t want = (r->consumer & 0x3fffffffu) |
					(uint32_t) !(r->consumer & size) << 31;
			const uint32_t *rec = r->mem[place];

			if (!r->hole[place] &&
			    (rec[HALF - 1] != want || rec[2 * HALF - 1] != (want | 1u << 30)))
				break;
			if (!r->hole[place])
				read_record(b, r, rec);
			r->hole[place] = false;
			r->consumer++;
		}
	}
}
