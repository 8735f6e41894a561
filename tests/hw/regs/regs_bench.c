/* SPDX-License-Identifier: BSD-2-Clause */
#include "regs_bench.h"
#include <flowcard/registers.h>
#include <stdio.h>
#include <string.h>

#define DEADLINE 2000

static unsigned regs_random(struct regs_bench *b)
{
	b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(b->seed >> 33);
}

static bool stalled(struct regs_bench *b)
{
	return regs_random(b) % 100 < b->stall;
}

static void must(struct regs_bench *b, bool holds, const char *rule)
{
	b->checks++;
	if (!holds && !b->wrong)
		b->wrong = rule;
}

uint64_t regs_ledger_value(unsigned index)
{
	return 0x1111000022220000u + 0x0101000000000101u * index;
}

uint64_t regs_sampler_value(unsigned index)
{
	return 0x5a00000000000000u + 0x0000010000000001u * index;
}

uint64_t regs_counter_value(unsigned port, unsigned index)
{
	return 0xabcd000012340000u + 0x1000000000100000u * port + 0x0001000000000001u * index;
}

/* IHI 0022 A3.2.1 for the answers: offered means unchanged until taken. */
static void check_bus(struct regs_bench *b)
{
	if (b->last.bvalid && !b->last_in.bready)
		must(b, b->out.bvalid && b->out.bresp == b->last.bresp,
		     "B changed before it was taken");
	if (b->last.rvalid && !b->last_in.rready)
		must(b, b->out.rvalid && b->out.rdata == b->last.rdata,
		     "R changed before it was taken");
	must(b, !b->out.bvalid || b->out.bresp == 0, "B is not OKAY");
	must(b, !b->out.rvalid || b->out.rresp == 0, "R is not OKAY");
	must(b, b->out.busy || !(b->out.bvalid || b->out.rvalid),
	     "busy is 0 in the middle of an access");
}

/* Core and ports answer an index two clocks later, as a memory with an output register would. */
static void answer(struct regs_bench *b)
{
	b->in.ledger = regs_ledger_value(b->last.ledger_index);
	b->in.sampler_counter = regs_sampler_value(b->last.sampler_index);
	for (unsigned p = 0; p < REGS_PORTS; p++)
		b->in.counter[p] = regs_counter_value(p, b->last.counter_index);
}

static void clock_once(struct regs_bench *b)
{
	regs_model_eval(b->model, &b->in, &b->out);
	if (b->in.rst_n)
		check_bus(b);
	b->resets += b->out.reset;
	b->flushes += b->out.flush;
	b->latches += b->out.latch;
	b->hash_writes += b->out.hash_we;
	b->monitor_flushes += b->out.flush_monitor;
	b->snapshots += b->out.snapshot;
	b->sampler_writes += b->out.sampler_we;
	if (b->out.flush_monitor || b->out.snapshot)
		b->walk_seen = b->out;
	if (b->out.sampler_we)
		b->sampler_seen = b->out;
	if (b->out.hash_we)
		b->hash_seen = b->out;
	for (unsigned r = 0; r < REGS_RINGS; r++)
		b->arms[r] += b->out.ring_arm >> r & 1;
	b->last_in = b->in;
	regs_model_tick(b->model);
	answer(b);
	b->last = b->out;
	b->clock++;
}

void regs_run(struct regs_bench *b, unsigned clocks)
{
	while (clocks--)
		clock_once(b);
}

void regs_open(struct regs_bench *b, uint64_t seed)
{
	memset(b, 0, sizeof(*b));
	b->seed = seed;
	b->in.sampler_latched = true;
	b->model = regs_model_create((int)seed);
	regs_run(b, 3);
	b->in.rst_n = true;
	regs_run(b, 1);
	b->resets = b->flushes = b->latches = b->hash_writes = b->arms[0] = b->arms[1] = 0;
	b->monitor_flushes = b->snapshots = b->sampler_writes = 0;
}

void regs_close(struct regs_bench *b)
{
	regs_model_destroy(b->model);
}

/* Raise what is not yet offered with chance; a valid stays until its ready. */
static void offer(struct regs_bench *b, bool *valid, bool *done, bool ready)
{
	if (*valid && ready) {
		*valid = false;
		*done = true;
	}
	if (!*valid && !*done && !stalled(b))
		*valid = true;
}

struct access {
	bool write, read, aw_done, w_done, b_done, ar_done, r_done;
	uint32_t data;
};

static void after_clock(struct regs_bench *b, struct access *a)
{
	if (b->in.bready && b->out.bvalid && a->write)
		a->b_done = true;
	if (b->in.rready && b->out.rvalid && a->read) {
		a->r_done = true;
		a->data = b->out.rdata;
	}
	if (a->write) {
		offer(b, &b->in.awvalid, &a->aw_done, b->out.awready);
		offer(b, &b->in.wvalid, &a->w_done, b->out.wready);
	}
	if (a->read)
		offer(b, &b->in.arvalid, &a->ar_done, b->out.arready);
	b->in.bready = !stalled(b);
	b->in.rready = !stalled(b);
}

static uint32_t transfer(struct regs_bench *b, struct access a)
{
	uint64_t deadline = b->clock + DEADLINE;

	memset(&b->out, 0, sizeof(b->out));
	b->in.bready = b->in.rready = false;
	after_clock(b, &a);
	while ((a.write && !a.b_done) || (a.read && !a.r_done)) {
		clock_once(b);
		after_clock(b, &a);
		must(b, b->clock < deadline, "no answer on the bus");
		if (b->clock >= deadline)
			break;
	}
	b->in.bready = b->in.rready = false;
	return a.data;
}

void regs_write_strobes(struct regs_bench *b, uint32_t offset, uint32_t value, uint8_t strobes)
{
	b->in.awaddr = (uint16_t)offset;
	b->in.wdata = value;
	b->in.wstrb = strobes;
	transfer(b, (struct access){.write = true});
	regs_run(b, 2);
}

void regs_write(struct regs_bench *b, uint32_t offset, uint32_t value)
{
	regs_write_strobes(b, offset, value, 0xf);
}

uint32_t regs_read(struct regs_bench *b, uint32_t offset)
{
	b->in.araddr = (uint16_t)offset;
	return transfer(b, (struct access){.read = true});
}

uint32_t regs_write_and_read(struct regs_bench *b, uint32_t to, uint32_t value, uint32_t from)
{
	b->in.awaddr = (uint16_t)to;
	b->in.wdata = value;
	b->in.wstrb = 0xf;
	b->in.araddr = (uint16_t)from;
	return transfer(b, (struct access){.write = true, .read = true});
}

uint32_t regs_faults(struct regs_bench *b)
{
	uint32_t faults = regs_read(b, FC_REG_FAULT);

	regs_write(b, FC_REG_FAULT, faults);
	return faults;
}

int regs_begin(struct regs_bench *b)
{
	regs_open(b, REGS_SEED);
	b->stall = 40;
	return 0;
}

int regs_end(struct regs_bench *b)
{
	regs_close(b);
	if (b->wrong)
		fprintf(stderr, "%s\n", b->wrong);
	return b->wrong || !b->checks;
}
