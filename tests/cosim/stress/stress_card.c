/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress_card.h"

#include "stress_random.h"
#include "stress_ref.h"

#include <flowcard/registers.h>
#include <flowcard/ring.h>
#include <stdlib.h>
#include <string.h>

enum { BEAT = 64, MAX_PAYLOAD = 128, RESET_CLOCKS = 8, ACCESS_CLOCKS = 20000 };

#define RING_IOVA(r) (0x700000000ull + 0x1000000ull * (uint64_t)(r))
#define STATUS_IOVA 0x6fffff000ull

struct fc_random stress_random;

static size_t ring_octets(const struct stress_ring *ring)
{
	return (size_t)FC_RECORD_OCTETS << ring->log2;
}

/* ---- wires */

static void wire_begin(struct stress_card *card, unsigned int port)
{
	struct stress_wire *wire = &card->wire[port];

	wire->octets = card->source(port, wire->frame, &wire->time_ns, &wire->bad);
	wire->sending = wire->octets > 0;
	wire->at = 0;
	wire->tail = wire->octets % BEAT == 0 && chance(25);
}

/* Levels of one port for its coming edge; the reference hears of a frame with its last beat. */
static void wire_drive(struct stress_card *card, unsigned int port)
{
	struct stress_wire *wire = &card->wire[port];
	const struct stress_pins *pins = &card->pins;
	const uint8_t bit = (uint8_t)(1u << port);
	uint64_t keep, time_ns;
	size_t rest;
	bool last;

	*pins->rx_valid &= (uint8_t)~bit;
	if (!wire->sending && card->source)
		wire_begin(card, port);
	if (!wire->sending || (wire->gap_percent && chance(wire->gap_percent)))
		return;
	rest = wire->octets - wire->at;
	last = rest < BEAT || (rest == BEAT && !wire->tail);
	keep = rest >= BEAT ? UINT64_MAX : (UINT64_C(1) << rest) - 1;
	time_ns = last ? wire->time_ns : ~wire->time_ns;
	memcpy(&pins->rx_data[16 * port], wire->frame + wire->at, rest < BEAT ? rest : BEAT);
	memcpy(&pins->rx_keep[2 * port], &keep, sizeof(keep));
	memcpy(&pins->rx_time[2 * port], &time_ns, sizeof(time_ns));
	*pins->rx_valid |= bit;
	*pins->rx_last = last ? *pins->rx_last | bit : *pins->rx_last & (uint8_t)~bit;
	*pins->rx_err = (last ? wire->bad : chance(50)) ? *pins->rx_err | bit
							: *pins->rx_err & (uint8_t)~bit;
	wire->at += rest < BEAT ? rest : BEAT;
	if (!last)
		return;
	wire->sending = false;
	stress_ref_frame(port, wire->frame, wire->octets, wire->time_ns, wire->bad);
}

/* ---- register bus */

static void bus_begin(struct stress_card *card)
{
	struct stress_bus *bus = &card->bus;
	const struct stress_request *request = &bus->request[bus->out % STRESS_REQUESTS];
	const struct stress_axil_pins *p = &card->pins.axil;

	bus->active = true;
	bus->aw_due = bus->w_due = request->write;
	bus->ar_due = !request->write;
	bus->wait_aw = chance(bus->slow_percent) ? below(6) : 0;
	bus->wait_w = chance(bus->slow_percent) ? below(6) : 0;
	*p->awaddr = *p->araddr = request->address;
	*p->wdata = request->value;
	*p->wstrb = 0xf;
}

static void bus_drive(struct stress_card *card)
{
	struct stress_bus *bus = &card->bus;
	const struct stress_axil_pins *p = &card->pins.axil;

	if (!bus->active && bus->in != bus->out)
		bus_begin(card);
	*p->awvalid = bus->aw_due && bus->wait_aw == 0;
	*p->wvalid = bus->w_due && bus->wait_w == 0;
	*p->arvalid = bus->ar_due && bus->wait_aw == 0;
	bus->wait_aw -= bus->wait_aw > 0;
	bus->wait_w -= bus->wait_w > 0;
	*p->bready = *p->rready = !chance(bus->slow_percent);
}

static void bus_sample(struct stress_card *card)
{
	struct stress_bus *bus = &card->bus;
	const struct stress_axil_pins *p = &card->pins.axil;

	bus->aw_due = bus->aw_due && !(*p->awvalid && *p->awready);
	bus->w_due = bus->w_due && !(*p->wvalid && *p->wready);
	bus->ar_due = bus->ar_due && !(*p->arvalid && *p->arready);
	if (*p->bvalid && *p->bready) {
		stress_check(bus->active && !bus->aw_due && !bus->w_due, "B answers a write", 0, 1);
		stress_same("BRESP", *p->bresp, 0);
		bus->active = false;
		bus->out++;
	}
	if (*p->rvalid && *p->rready) {
		stress_check(bus->active && !bus->ar_due, "R answers a read", 0, 1);
		stress_same("RRESP", *p->rresp, 0);
		bus->request[bus->out % STRESS_REQUESTS].value = *p->rdata;
		bus->active = false;
		bus->out++;
	}
}

static uint64_t bus_put(struct stress_card *card, bool write, uint32_t address, uint32_t value)
{
	struct stress_bus *bus = &card->bus;

	while (bus->in - bus->out >= STRESS_REQUESTS / 2)
		stress_card_clock(card);
	bus->request[bus->in % STRESS_REQUESTS] =
		(struct stress_request){write, (uint16_t)address, value};
	return bus->in++;
}

static uint32_t bus_finish(struct stress_card *card, uint64_t ticket)
{
	uint64_t end = card->core_clocks + ACCESS_CLOCKS;

	while (card->bus.out <= ticket) {
		stress_check(card->core_clocks < end, "a register access ends",
			     card->bus.request[ticket % STRESS_REQUESTS].address, 0);
		stress_card_clock(card);
	}
	return card->bus.request[ticket % STRESS_REQUESTS].value;
}

void stress_card_post(struct stress_card *card, uint32_t address, uint32_t value)
{
	bus_put(card, true, address, value);
}

void stress_card_write(struct stress_card *card, uint32_t address, uint32_t value)
{
	bus_finish(card, bus_put(card, true, address, value));
}

uint32_t stress_card_read(struct stress_card *card, uint32_t address)
{
	return bus_finish(card, bus_put(card, false, address, 0));
}

uint64_t stress_card_read64(struct stress_card *card, uint32_t address)
{
	const uint32_t low = stress_card_read(card, address);

	return low | (uint64_t)stress_card_read(card, address + 4) << 32;
}

void stress_card_wait(struct stress_card *card, uint32_t address, uint32_t mask, uint32_t value,
		      unsigned int clocks)
{
	const uint64_t end = card->core_clocks + clocks;
	uint32_t got;

	while (((got = stress_card_read(card, address)) & mask) != value)
		stress_check(card->core_clocks < end, "a register reaches a value in time", got,
			     value);
}

/* ---- host */

/* Records that were read, but not released, must still be what they were. */
static void host_release(struct stress_card *card, unsigned int number)
{
	struct stress_ring *ring = &card->ring[number];
	const size_t words = FC_RECORD_WORDS, mask = ((size_t)1 << ring->log2) - 1;

	for (uint32_t i = ring->released; i != ring->read; i++)
		stress_check(!memcmp(&ring->mem[words * (i & mask)],
				     &ring->copy[words * (i & mask)], FC_RECORD_OCTETS),
			     "a record that is not released stays", i, number);
	ring->released = ring->read;
	stress_card_post(card, FC_REG_RING_CONSUMER(number),
			 (ring->read & FC_REG_RING_CONSUMER_INDEX_MASK) |
				 (chance(50) ? FC_REG_RING_CONSUMER_ARM_MASK : 0));
}

/* A record is there when both trailers carry its sequence, phase and half. */
static bool host_sees(const struct stress_ring *ring, const uint32_t *rec)
{
	const uint32_t sequence = ring->read & 0x3fffffff;
	const uint32_t phase = !(ring->read >> ring->log2 & 1);

	return fc_rec_trailer0_sequence(rec) == sequence &&
	       fc_rec_trailer1_sequence(rec) == sequence && fc_rec_trailer0_phase(rec) == phase &&
	       fc_rec_trailer1_phase(rec) == phase && fc_rec_trailer0_half(rec) == 0 &&
	       fc_rec_trailer1_half(rec) == 1;
}

static void host_take(struct stress_card *card, unsigned int number)
{
	struct stress_ring *ring = &card->ring[number];
	const size_t at = FC_RECORD_WORDS * (size_t)(ring->read & ((1u << ring->log2) - 1));

	if (!ring->mem)
		return;
	if (ring->read - ring->released < 1u << ring->log2 && host_sees(ring, &ring->mem[at])) {
		memcpy(&ring->copy[at], &ring->mem[at], FC_RECORD_OCTETS);
		if (fc_rec_kind(&ring->mem[at]) == FC_KIND_BARRIER)
			stress_same("barrier: index in its ring",
				    fc_barrier_ring_index(&ring->mem[at]), ring->read);
		stress_ref_record(number, &ring->mem[at]);
		ring->read++;
	}
	if (ring->read - ring->released >= ring->batch &&
	    card->bus.in - card->bus.out < STRESS_REQUESTS / 2)
		host_release(card, number);
}

static void host_clock(struct stress_card *card)
{
	if (stress_ref_was_reset()) {
		for (unsigned int r = 0; r < STRESS_RINGS; r++) {
			struct stress_ring *ring = &card->ring[r];

			if (ring->mem)
				memset(ring->mem, 0, ring_octets(ring));
			ring->read = ring->released = 0;
			card->errors[r] = 0;
		}
		return;
	}
	if (card->taking)
		host_take(card, (unsigned int)(card->core_clocks % STRESS_RINGS));
}

/* An error for a burst that has just written all its data: counted, and nothing hangs on it. */
static void host_errors(struct stress_card *card, unsigned int before)
{
	struct fcsim_axi_burst *burst;

	if (!card->error_percent || card->axi.complete <= before || !chance(card->error_percent))
		return;
	burst = &card->axi.burst[(card->axi.head + card->axi.complete - 1) % FCSIM_AXI_OUTSTANDING];
	burst->resp = chance(50) ? FCSIM_AXI_SLVERR : FCSIM_AXI_DECERR;
	for (unsigned int r = 0; r < STRESS_RINGS; r++) {
		const uint64_t status = STATUS_IOVA + 64u * r;

		if ((burst->addr >= RING_IOVA(r) && burst->addr < RING_IOVA(r + 1)) ||
		    burst->addr == status)
			card->errors[r]++;
	}
}

/* ---- clocks */

static void core_drive(struct stress_card *card)
{
	const struct stress_pins *pins = &card->pins;

	card->time_ns += below(card->tick_ns + 1);
	*pins->time_ns = card->time_ns;
	*pins->irq_ack = *pins->irq_req & (uint8_t)below(1u << STRESS_RINGS);
	fcsim_axi_drive(&card->axi);
	bus_drive(card);
}

static void core_sample(struct stress_card *card)
{
	const unsigned int before = card->axi.complete;

	stress_ref_open(*card->pins.epoch_open);
	fcsim_axi_sample(&card->axi);
	host_errors(card, before - card->axi.answered);
	bus_sample(card);
}

static uint64_t after(struct stress_card *card, uint64_t edge, uint64_t period)
{
	return edge + period + (card->jitter ? below((uint32_t)card->jitter) : 0);
}

/* The nearest edge of any clock; true if it was one of the core clock. */
static bool step(struct stress_card *card)
{
	const struct stress_pins *pins = &card->pins;
	uint64_t at = card->next_edge;
	uint8_t macs = 0;
	bool core;

	for (unsigned int p = 0; p < STRESS_PORTS; p++)
		at = card->wire[p].next_edge < at ? card->wire[p].next_edge : at;
	core = at == card->next_edge;
	for (unsigned int p = 0; p < STRESS_PORTS; p++) {
		if (at != card->wire[p].next_edge)
			continue;
		macs |= (uint8_t)(1u << p);
		card->wire[p].next_edge = after(card, at, card->wire[p].period);
		wire_drive(card, p);
	}
	card->now = at;
	if (core && *pins->rst_n)
		core_drive(card);
	*pins->clk = *pins->clk_mac = 0;
	stress_model_eval();
	if (core && *pins->rst_n)
		core_sample(card);
	*pins->clk = core;
	*pins->clk_mac = macs;
	stress_model_eval();
	if (!core)
		return false;
	card->next_edge = after(card, at, card->period);
	card->core_clocks++;
	if (*pins->rst_n)
		host_clock(card);
	return true;
}

void stress_card_clock(struct stress_card *card)
{
	while (!step(card))
		;
}

void stress_card_run(struct stress_card *card, unsigned int core_clocks)
{
	while (core_clocks--)
		stress_card_clock(card);
}

/* ---- power */

void stress_card_open(struct stress_card *card, uint64_t seed)
{
	memset(card, 0, sizeof(*card));
	stress_model_new(seed, &card->pins);
	card->period = 4000000;
	for (unsigned int p = 0; p < STRESS_PORTS; p++)
		card->wire[p].period = 4000000;
	for (unsigned int r = 0; r < STRESS_RINGS; r++) {
		size_t octets = (size_t)FC_RECORD_OCTETS << STRESS_RING_LOG2_MAX;

		card->ring[r].mem = calloc(1, octets);
		card->ring[r].copy = calloc(1, octets);
		if (!card->ring[r].mem || !card->ring[r].copy)
			abort();
	}
	card->status = calloc(STRESS_RINGS, 64);
	if (!card->status)
		abort();
}

void stress_card_close(struct stress_card *card)
{
	stress_model_free();
	for (unsigned int r = 0; r < STRESS_RINGS; r++) {
		free(card->ring[r].mem);
		free(card->ring[r].copy);
	}
	free(card->status);
}

static void map_memory(struct stress_card *card)
{
	int err = fcsim_region_add(&card->axi.regions, STATUS_IOVA, card->status,
				   (size_t)64 * STRESS_RINGS);

	for (unsigned int r = 0; r < STRESS_RINGS; r++) {
		struct stress_ring *ring = &card->ring[r];

		memset(ring->mem, 0, ring_octets(ring));
		ring->read = ring->released = 0;
		card->errors[r] = 0;
		err |= fcsim_region_add(&card->axi.regions, RING_IOVA(r), ring->mem,
					ring_octets(ring));
	}
	stress_same("host memory is mapped", (uint64_t)err, 0);
}

void stress_card_power(struct stress_card *card, unsigned int stall_percent)
{
	const struct stress_pins *p = &card->pins;

	*p->rst_n = *p->rst_mac_n = 0;
	*p->rx_valid = *p->irq_ack = 0;
	*p->axil.awvalid = *p->axil.wvalid = *p->axil.arvalid = 0;
	*p->axil.bready = *p->axil.rready = 0;
	*p->host.awready = *p->host.wready = *p->host.bvalid = 0;
	*p->host.bid = *p->host.bresp = 0;
	*p->max_payload = 0;
	*p->bus_master = *p->link_up = 1;
	memset(&card->bus, 0, sizeof(card->bus));
	card->source = NULL;
	for (unsigned int i = 0; i < STRESS_PORTS; i++)
		card->wire[i].sending = false;
	stress_card_run(card, RESET_CLOCKS);
	fcsim_axi_init(&card->axi, &p->host, random64(), stall_percent, MAX_PAYLOAD);
	card->axi.check_combinational = true;
	map_memory(card);
	memset(card->status, 0, (size_t)64 * STRESS_RINGS);
	*p->rst_n = 1;
	*p->rst_mac_n = (1u << STRESS_PORTS) - 1;
	stress_model_judge();
	card->taking = true;
	stress_card_run(card, RESET_CLOCKS);
	stress_ref_was_reset();
}
