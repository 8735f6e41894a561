/* SPDX-License-Identifier: BSD-2-Clause */
#include "card_bench.h"
#include <flowcard/registers.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CORE_PS 4000u
#define MAC0_PS 3106u
#define MAC1_PS 3271u
#define ACCESS_STEPS 200000u
#define WAIT_CLOCKS 400000u
#define RESET_NS 200u

uint32_t card_draw(struct card_bench *b, uint32_t below)
{
	b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(b->seed >> 33) % below;
}

void card_expect(struct card_bench *b, bool holds, const char *format, ...)
{
	va_list args;

	b->checks++;
	if (holds || b->wrong[0])
		return;
	va_start(args, format);
	vsnprintf(b->wrong, sizeof(b->wrong), format, args);
	va_end(args);
}

/* ---------------------------------------------------------------- clocks */
static unsigned next_clock(const struct card_bench *b)
{
	unsigned first = CARD_CLOCKS;

	for (unsigned c = 0; c < CARD_CLOCKS; c++)
		if (!b->stopped[c] && (first == CARD_CLOCKS || b->edge_ps[c] < b->edge_ps[first]))
			first = c;
	return first;
}

static void core_edge(struct card_bench *b)
{
	card_host_drive(b);
	card_model_eval(b->model, &b->in, &b->out);
	if (b->in.rst_n)
		card_host_sample(b);
	card_model_core_edge(b->model);
	b->core_clocks++;
}

static void mac_edge(struct card_bench *b, unsigned port)
{
	card_wire_drive(b, port);
	card_model_eval(b->model, &b->in, &b->out);
	card_wire_check(b, port);
	card_model_mac_edge(b->model, port);
}

void card_step(struct card_bench *b)
{
	unsigned clock = next_clock(b);

	b->now_ps = b->edge_ps[clock];
	b->edge_ps[clock] += b->period_ps[clock];
	b->in.time_ns = b->now_ps / 1000;
	if (clock == CARD_CORE)
		core_edge(b);
	else
		mac_edge(b, clock - CARD_MAC0);
	/* A clock that stood still goes on from now. */
	for (unsigned c = 0; c < CARD_CLOCKS; c++)
		if (b->stopped[c])
			b->edge_ps[c] = b->now_ps + b->period_ps[c];
}

void card_run(struct card_bench *b, unsigned core_clocks)
{
	for (uint64_t end = b->core_clocks + core_clocks; b->core_clocks < end;)
		card_step(b);
}

void card_pass_time(struct card_bench *b, uint64_t ns)
{
	for (uint64_t end = b->now_ps + 1000 * ns; b->now_ps < end;)
		card_step(b);
}

/* ---------------------------------------------------------------- registers */
void card_write(struct card_bench *b, uint32_t offset, uint32_t value)
{
	b->in.awaddr = (uint16_t)offset;
	b->in.wdata = value;
	b->in.awvalid = b->in.wvalid = b->in.bready = true;
	for (unsigned i = 0; i < ACCESS_STEPS; i++) {
		uint64_t before = b->core_clocks;

		card_step(b);
		if (b->core_clocks == before)
			continue;
		if (b->out.awready)
			b->in.awvalid = false;
		if (b->out.wready)
			b->in.wvalid = false;
		if (b->out.bvalid) {
			card_expect(b, b->out.bresp == 0, "write of %x: response %u", offset,
				    b->out.bresp);
			b->in.bready = false;
			return;
		}
	}
	card_expect(b, false, "no answer to a write of %x", offset);
}

uint32_t card_read(struct card_bench *b, uint32_t offset)
{
	b->in.araddr = (uint16_t)offset;
	b->in.arvalid = b->in.rready = true;
	for (unsigned i = 0; i < ACCESS_STEPS; i++) {
		uint64_t before = b->core_clocks;

		card_step(b);
		if (b->core_clocks == before)
			continue;
		if (b->out.arready)
			b->in.arvalid = false;
		if (b->out.rvalid) {
			b->in.rready = false;
			return b->out.rdata;
		}
	}
	card_expect(b, false, "no answer to a read of %x", offset);
	return 0;
}

uint64_t card_read64(struct card_bench *b, uint32_t offset)
{
	uint32_t low = card_read(b, offset);

	return (uint64_t)card_read(b, offset + 4) << 32 | low;
}

uint32_t card_faults(struct card_bench *b)
{
	uint32_t faults = card_read(b, FC_REG_FAULT);

	card_write(b, FC_REG_FAULT, faults);
	return faults;
}

static bool wait_clear(struct card_bench *b, uint32_t offset, uint32_t bits)
{
	for (uint64_t end = b->core_clocks + WAIT_CLOCKS; b->core_clocks < end;) {
		if (!(card_read(b, offset) & bits))
			return true;
		card_serve(b, 50);
	}
	card_expect(b, false, "register %x keeps %x", offset, bits);
	return false;
}

void card_latch(struct card_bench *b)
{
	uint32_t sequence = card_read(b, FC_REG_LATCH_SEQ);

	card_write(b, FC_REG_COMMAND, FC_REG_COMMAND_LATCH_MASK);
	wait_clear(b, FC_REG_STATUS, FC_REG_STATUS_LATCHING_MASK);
	card_expect(b, card_read(b, FC_REG_LATCH_SEQ) == sequence + 1, "a latch did not count");
}

/* ---------------------------------------------------------------- a host at work */
void card_serve(struct card_bench *b, unsigned core_clocks)
{
	for (uint64_t end = b->core_clocks + core_clocks; b->core_clocks < end;) {
		card_run(b, 20);
		card_host_poll(b);
		for (unsigned r = 0; r < CARD_RINGS; r++) {
			if (b->ring[r].given == b->ring[r].consumer)
				continue;
			b->ring[r].given = b->ring[r].consumer;
			card_write(b, FC_REG_RING_CONSUMER(r), b->ring[r].given & 0x7fffffffu);
		}
	}
}

void card_configure(struct card_bench *b)
{
	for (unsigned r = 0; r < CARD_RINGS; r++) {
		card_write(b, FC_REG_RING_BASE_LOW(r), (uint32_t)card_ring_base(r));
		card_write(b, FC_REG_RING_BASE_HIGH(r), (uint32_t)(card_ring_base(r) >> 32));
		card_write(b, FC_REG_RING_STATUS_LOW(r), (uint32_t)card_line_base(r));
		card_write(b, FC_REG_RING_STATUS_HIGH(r), (uint32_t)(card_line_base(r) >> 32));
		card_write(b, FC_REG_RING_CONTROL(r),
			   (uint32_t)b->ring[r].size_log2 << FC_REG_RING_CONTROL_SIZE_LOG2_SHIFT |
				   FC_REG_RING_CONTROL_ENABLE_MASK);
	}
	card_write(b, FC_REG_MONITOR_MASK(0, 0), UINT32_MAX);  /* source address */
	card_write(b, FC_REG_MONITOR_MASK(0, 8), UINT32_MAX);  /* ports */
	card_write(b, FC_REG_MONITOR_MASK(1, 11), 0x0ff00000); /* input port */
	for (unsigned m = 0; m < CARD_MONITORS; m++) {
		card_write(b, FC_REG_MONITOR_PORTS(m), (1u << CARD_PORTS) - 1);
		card_write(b, FC_REG_MONITOR_CONTROL(m),
			   FC_REG_MONITOR_CONTROL_ENABLE_MASK | FC_REG_MONITOR_CONTROL_IPV4_MASK);
	}
	for (unsigned p = 0; p < CARD_PORTS; p++)
		card_write(b, FC_REG_PORT_CONTROL(p), FC_REG_PORT_CONTROL_ENABLE_MASK);
	card_write(b, FC_REG_EPOCH_SHIFT, 15);
	card_write(b, FC_REG_EPOCH_GUARD, 500);
	card_write(b, FC_REG_CONTROL, FC_REG_CONTROL_ENABLE_MASK);
	card_run(b, 20); /* the ports see their switch */
	card_expect(b, card_faults(b) == 0, "configuring left a fault");
}

static bool wires_rest(const struct card_bench *b)
{
	for (unsigned p = 0; p < CARD_PORTS; p++)
		if (b->wire[p].at != b->wire[p].octets || b->in.rx[p].valid)
			return false;
	return true;
}

/* Everything that was produced has been read. */
static bool rings_rest(struct card_bench *b)
{
	for (unsigned r = 0; r < CARD_RINGS; r++)
		if (card_read(b, FC_REG_RING_PRODUCER(r)) != b->ring[r].consumer)
			return false;
	return true;
}

void card_finish(struct card_bench *b)
{
	const uint32_t closing = FC_REG_STATUS_CLOSING_MASK | FC_REG_STATUS_FLUSHING_MASK;
	uint64_t end = b->core_clocks + WAIT_CLOCKS;

	for (unsigned p = 0; p < CARD_PORTS; p++)
		b->wire[p].on = false;
	while (!wires_rest(b) && b->core_clocks < end)
		card_serve(b, 20);
	card_serve(b, 500); /* what is in the ports comes out of them */
	/* Early in an epoch, so that the next one is not due before the flush is over. */
	for (uint32_t open = card_read(b, FC_REG_EPOCH_OPEN);
	     card_read(b, FC_REG_EPOCH_OPEN) == open && b->core_clocks < end;)
		card_serve(b, 50);
	wait_clear(b, FC_REG_STATUS, closing);
	card_write(b, FC_REG_COMMAND, FC_REG_COMMAND_FLUSH_MASK);
	wait_clear(b, FC_REG_STATUS, closing);
	while (!rings_rest(b) && b->core_clocks < end)
		card_serve(b, 50);
	card_expect(b, b->core_clocks < end, "the card does not come to rest");
}

static uint64_t missed(struct card_bench *b)
{
	uint64_t frames = 0, sum = 0, missed = 0, flow = 0, bad = 0;

	for (unsigned p = 0; p < CARD_PORTS; p++) {
		frames += card_read64(b, FC_REG_PORT_FRAMES(p));
		missed += card_read64(b, FC_REG_PORT_MISSED(p));
		flow += card_read64(b, FC_REG_PORT_VERDICT(p, FC_VERDICT_FLOW));
		bad += b->wire[p].bad_frames;
		for (unsigned v = 0; v < FC_REG_PORT_VERDICT_COUNT; v++)
			sum += card_read64(b, FC_REG_PORT_VERDICT(p, v));
	}
	card_expect(b, frames == sum, "%llu frames, %llu verdicts", (unsigned long long)frames,
		    (unsigned long long)sum);
	card_expect(b, flow == b->all_sent.packets && frames == flow + bad,
		    "%llu frames of flows, sent %llu", (unsigned long long)flow,
		    (unsigned long long)b->all_sent.packets);
	return missed;
}

static void balance_monitor(struct card_bench *b, unsigned m, uint64_t missed_packets)
{
	uint64_t selected = card_read64(b, FC_REG_LEDGER_SELECTED_PACKETS(m));
	uint64_t emitted = card_read64(b, FC_REG_LEDGER_EMITTED_PACKETS(m));
	uint64_t resident = card_read64(b, FC_REG_LEDGER_RESIDENT_PACKETS(m));
	uint64_t refused = card_read64(b, FC_REG_LEDGER_UNACCOUNTED_PACKETS(m));
	uint64_t emitted_bytes = card_read64(b, FC_REG_LEDGER_EMITTED_BYTES(m));
	uint64_t refused_bytes = card_read64(b, FC_REG_LEDGER_UNACCOUNTED_BYTES(m));

	card_expect(b, selected == emitted + resident + refused && resident == 0,
		    "monitor %u: %llu selected, %llu emitted, %llu resident, %llu unaccounted", m,
		    (unsigned long long)selected, (unsigned long long)emitted,
		    (unsigned long long)resident, (unsigned long long)refused);
	card_expect(b, selected + missed_packets == b->all_sent.packets,
		    "monitor %u: %llu selected, %llu missed, %llu sent", m,
		    (unsigned long long)selected, (unsigned long long)missed_packets,
		    (unsigned long long)b->all_sent.packets);
	card_expect(b, emitted == b->all_got[m].packets + b->lost[m].packets,
		    "monitor %u: %llu emitted, %llu read, %llu lost", m,
		    (unsigned long long)emitted, (unsigned long long)b->all_got[m].packets,
		    (unsigned long long)b->lost[m].packets);
	card_expect(b, emitted_bytes == b->all_got[m].bytes + b->lost[m].bytes,
		    "monitor %u: octets emitted and read differ", m);
	card_expect(b, missed_packets || emitted_bytes + refused_bytes == b->all_sent.bytes,
		    "monitor %u: octets sent and accounted for differ", m);
}

void card_balance(struct card_bench *b)
{
	uint64_t missed_packets;
	bool whole;

	card_latch(b);
	missed_packets = missed(b);
	whole = !missed_packets && !b->lost[0].packets &&
		!card_read64(b, FC_REG_LEDGER_UNACCOUNTED_PACKETS(0));
	for (unsigned m = 0; m < CARD_MONITORS; m++)
		balance_monitor(b, m, missed_packets);
	for (unsigned f = 0; f < CARD_FLOWS; f++)
		card_expect(b,
			    whole ? !memcmp(&b->got[f], &b->sent[f], sizeof(b->got[f]))
				  : b->got[f].packets <= b->sent[f].packets,
			    "flow %u: %llu packets sent, %llu read", f,
			    (unsigned long long)b->sent[f].packets,
			    (unsigned long long)b->got[f].packets);
	for (unsigned r = 0; r < CARD_RINGS; r++)
		card_expect(b, card_read(b, FC_REG_RING_ERRORS(r)) == b->ring[r].errors,
			    "ring %u: %u errors, not %u", r, card_read(b, FC_REG_RING_ERRORS(r)),
			    b->ring[r].errors);
}

/* ---------------------------------------------------------------- beginning and end */
void card_forget(struct card_bench *b)
{
	for (unsigned r = 0; r < CARD_RINGS; r++) {
		uint8_t size_log2 = b->ring[r].size_log2;

		memset(&b->ring[r], 0, sizeof(b->ring[r]));
		b->ring[r].size_log2 = size_log2;
	}
	memset(b->sent, 0, sizeof(b->sent));
	memset(b->got, 0, sizeof(b->got));
	memset(&b->all_sent, 0, sizeof(b->all_sent));
	memset(b->all_got, 0, sizeof(b->all_got));
	memset(b->lost, 0, sizeof(b->lost));
	for (unsigned p = 0; p < CARD_PORTS; p++)
		b->wire[p].frames = b->wire[p].bad_frames = 0;
}

void card_hard_reset(struct card_bench *b)
{
	b->in.rst_n = false;
	b->in.awvalid = b->in.wvalid = b->in.arvalid = false;
	card_host_init(b);
	card_forget(b);
	card_run(b, 3);
	card_model_judge(b->model, true);
	b->in.rst_n = true;
	card_run(b, 2);
	wait_clear(b, FC_REG_STATUS, FC_REG_STATUS_CLEARING_MASK);
}

int card_open(struct card_bench *b, uint64_t seed)
{
	memset(b, 0, sizeof(*b));
	b->seed = seed;
	b->model = card_model_create((int)(seed & 0x7fffffff));
	if (!b->model)
		return -1;
	b->period_ps[CARD_CORE] = CORE_PS;
	b->period_ps[CARD_MAC0] = MAC0_PS;
	b->period_ps[CARD_MAC1] = MAC1_PS;
	b->now_ps = 1000000000000ull; /* card time is not near 0 */
	for (unsigned c = 0; c < CARD_CLOCKS; c++)
		b->edge_ps[c] = b->now_ps + b->period_ps[c];
	for (unsigned r = 0; r < CARD_RINGS; r++)
		b->ring[r].size_log2 = (uint8_t)(5 + r);
	b->in.bus_master = b->in.link_up = true;
	b->answer_clocks = 30;
	b->stall = 20;
	card_host_init(b);
	card_pass_time(b, RESET_NS); /* both wires in reset */
	for (unsigned p = 0; p < CARD_PORTS; p++) {
		b->in.rst_mac_n[p] = true;
		b->wire[p].gap_percent = 70;
	}
	card_hard_reset(b);
	return card_good(b) ? 0 : -1;
}

void card_close(struct card_bench *b)
{
	card_model_destroy(b->model);
}

bool card_good(struct card_bench *b)
{
	if (b->rules.broken)
		fprintf(stderr, "AXI: %s\n", b->rules.broken);
	if (b->wrong[0])
		fprintf(stderr, "%s\n", b->wrong);
	return !b->rules.broken && !b->wrong[0] && b->checks;
}
