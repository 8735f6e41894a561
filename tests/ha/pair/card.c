// SPDX-License-Identifier: BSD-2-Clause
#include "card.h"

#include <flowcard/registers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SWEEP_MAX_NS (8 * SIM_MS)

static int doorbell(struct fc_transport *transport, uint32_t offset, uint32_t value);
static const struct fc_transport_ops ops = {.reg_write = doorbell};

struct sim_card *sim_card_create(unsigned rings, unsigned ring_log2, uint64_t epoch_ns)
{
	struct sim_card *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->transport.ops = &ops;
	c->rings = rings;
	c->epoch_ns = epoch_ns;
	c->truth = calloc(SIM_EPOCHS, sizeof(*c->truth));
	for (unsigned r = 0; r < rings; r++) {
		struct sim_ring *ring = &c->ring[r];

		ring->log2 = ring_log2;
		ring->let_go = -1;
		ring->mem = calloc((size_t)1 << ring_log2, FC_RECORD_OCTETS);
		if (!ring->mem || !c->truth)
			abort();
		fc_ring_init(&ring->ring, &c->transport, r, ring->mem, ring_log2, 0);
		ring->ring.doorbell_batch = 1;
	}
	return c;
}

void sim_card_free(struct sim_card *c)
{
	for (unsigned r = 0; r < c->rings; r++) {
		free(c->ring[r].mem);
		free(c->ring[r].waits);
	}
	free(c->truth);
	free(c);
}

void sim_card_mark(struct sim_epoch *epoch, enum sim_mark mark)
{
	for (unsigned r = 0; r < SIM_RINGS; r++)
		epoch->mark[r] = mark;
}

uint64_t sim_card_time(const struct sim_card *c)
{
	int64_t drift = (int64_t)(sim_now() / SIM_US) * c->drift_ppb / 1000000;

	return SIM_BORN + sim_now() + (uint64_t)(c->shift_ns + drift);
}

/* ------------------------------------------------------------------ rings */
static bool has_room(const struct sim_ring *ring)
{
	return ring->producer - ring->consumer < (uint32_t)1 << ring->log2;
}

static void put(struct sim_card *c, struct sim_ring *ring, const uint32_t *record)
{
	fake_record_write(ring->mem, ring->log2, ring->producer++, record);
	if (fc_rec_kind(record) != FC_KIND_FLOW)
		return;
	c->emitted_packets[fc_rec_monitor(record)] += fc_rec_packets(record);
	c->emitted_octets[fc_rec_monitor(record)] += fc_rec_bytes(record);
}

/* A ledger takes its values when it is written. */
static void put_now(struct sim_card *c, struct sim_ring *ring, const uint32_t *record)
{
	uint32_t ledger[FC_RECORD_WORDS];
	unsigned m = fc_rec_monitor(record);

	if (fc_rec_kind(record) != FC_KIND_LEDGER) {
		put(c, ring, record);
		return;
	}
	fake_ledger_record(m, fc_ledger_epoch(record), c->emitted_packets[m], c->emitted_octets[m],
			   ledger);
	put(c, ring, ledger);
}

static void write_record(struct sim_card *c, unsigned r, const uint32_t *record)
{
	struct sim_ring *ring = &c->ring[r];

	if (!ring->waiting && has_room(ring)) {
		put_now(c, ring, record);
		return;
	}
	if (ring->waiting == ring->room) {
		ring->room = ring->room ? 2 * ring->room : 64;
		ring->waits = realloc(ring->waits, ring->room * sizeof(*ring->waits));
		if (!ring->waits)
			abort();
	}
	memcpy(ring->waits[ring->waiting++], record, FC_RECORD_OCTETS);
}

/* Without a commit a standby whose ring is more than half full gives the oldest eighth back: three
 * stay. What a commit lets go, or an active unit, is none of this. */
static void note_let_go(struct sim_ring *ring, uint32_t consumer)
{
	struct fc_ring before = ring->ring;
	uint32_t eighth = (uint32_t)1 << ring->log2 >> 3, record[FC_RECORD_WORDS];

	if (ring->producer - ring->consumer <= 4 * eighth || ring->producer - consumer < 3 * eighth)
		return;
	before.released = ring->consumer;
	for (uint32_t at = ring->consumer; at != consumer; at++) {
		if (fc_ring_peek(&before, at, record) ||
		    (fc_rec_kind(record) != FC_KIND_FLOW && fc_rec_kind(record) != FC_KIND_BARRIER))
			continue;
		if ((int64_t)fc_rec_epoch(record) > ring->let_go)
			ring->let_go = fc_rec_epoch(record);
	}
}

static int doorbell(struct fc_transport *transport, uint32_t offset, uint32_t value)
{
	struct sim_card *c = (struct sim_card *)transport;

	for (unsigned r = 0; r < c->rings; r++) {
		struct sim_ring *ring = &c->ring[r];
		uint32_t consumer;
		size_t done = 0;

		if (offset != FC_REG_RING_CONSUMER(r))
			continue;
		/* The register holds fewer bits than the index. */
		consumer = ring->consumer +
			   ((value - ring->consumer) & FC_REG_RING_CONSUMER_INDEX_MASK);
		note_let_go(ring, consumer);
		ring->consumer = consumer;
		for (; c->alive && done < ring->waiting && has_room(ring); done++)
			put_now(c, ring, ring->waits[done]);
		ring->waiting -= done;
		if (done)
			memmove(ring->waits, ring->waits + done,
				ring->waiting * sizeof(*ring->waits));
		if (done && c->moved)
			c->moved(c);
	}
	return 0;
}

/* ------------------------------------------------------------------ epochs */
static void emit(struct sim_card *c, unsigned monitor, struct sim_resident *resident)
{
	uint32_t record[FC_RECORD_WORDS];

	fake_flow_record(&resident->delta, record);
	write_record(c, c->ring_of(c, monitor, resident->delta.flow), record);
	resident->there = false;
}

static void sweep_epoch(struct sim_card *c, uint32_t epoch)
{
	const struct sim_epoch *truth = &c->truth[epoch];
	uint32_t record[FC_RECORD_WORDS];

	for (unsigned m = 0; m < SIM_MONITORS; m++)
		for (unsigned f = 0; f < SIM_FLOWS; f++)
			if (c->resident[epoch & 1][m][f].there)
				emit(c, m, &c->resident[epoch & 1][m][f]);
	for (unsigned r = 0; r < c->rings; r++) {
		for (unsigned m = 0; m < SIM_MONITORS; m++) {
			fake_ledger_record(m, epoch, 0, 0, record);
			write_record(c, r, record);
		}
		fake_barrier_record(epoch, truth->start_ns, truth->end_ns, record);
		write_record(c, r, record);
	}
	c->closing = false;
	if (c->moved)
		c->moved(c);
}

static void on_sweep(struct sim_event *e)
{
	struct sim_card *c = e->context;

	if (c->alive && c->closing && c->epoch == e->value + 1)
		sweep_epoch(c, (uint32_t)e->value);
}

static void open_epoch(struct sim_card *c)
{
	uint64_t time = sim_card_time(c);
	struct sim_epoch *fresh;

	if (c->closing)
		sweep_epoch(c, c->epoch - 1);
	c->truth[c->epoch].end_ns = time;
	c->closing = true;
	sim_after(sim_below(SWEEP_MAX_NS),
		  &(struct sim_event){.run = on_sweep, .context = c, .value = c->epoch});
	if (++c->epoch == SIM_EPOCHS)
		abort();
	fresh = &c->truth[c->epoch];
	fresh->start_ns = time;
	fresh->open_at = sim_now();
	sim_card_mark(fresh, c->selected ? SIM_SELECTED : SIM_GONE);
}

static void on_boundary(struct sim_event *e)
{
	struct sim_card *c = e->context;

	if (!c->alive)
		return;
	/* A clock that drifts is not there yet. */
	if (sim_card_time(c) / c->epoch_ns != c->truth[c->epoch].start_ns / c->epoch_ns)
		open_epoch(c);
	sim_after(c->epoch_ns - sim_card_time(c) % c->epoch_ns, e);
}

void sim_card_start(struct sim_card *c)
{
	c->alive = true;
	c->truth[0].start_ns = sim_card_time(c);
	c->truth[0].open_at = sim_now();
	sim_card_mark(&c->truth[0], c->selected ? SIM_SELECTED : SIM_GONE);
	sim_after(c->epoch_ns - sim_card_time(c) % c->epoch_ns,
		  &(struct sim_event){.run = on_boundary, .context = c});
}

void sim_card_flush(struct sim_card *c)
{
	if (c->alive)
		open_epoch(c);
}

/* ------------------------------------------------------------------ packets */
static void count(struct sim_resident *resident, const struct fake_delta *delta)
{
	struct fake_delta *d = &resident->delta;

	if (!resident->there) {
		*resident = (struct sim_resident){.there = true, .delta = *delta};
		return;
	}
	d->packets += delta->packets;
	d->bytes += delta->bytes;
	d->last_ns = delta->last_ns;
	d->flags |= delta->flags;
}

void sim_card_packet(struct sim_card *c, unsigned flow, unsigned octets, unsigned flags)
{
	struct fake_delta delta = {.flow = flow,
				   .epoch = c->epoch,
				   .packets = 1,
				   .bytes = octets,
				   .first_ns = sim_card_time(c),
				   .last_ns = sim_card_time(c),
				   .flags = flags};

	if (!c->alive)
		return;
	for (unsigned m = 0; m < SIM_MONITORS; m++) {
		struct sim_resident *resident = &c->resident[c->epoch & 1][m][flow];

		c->truth[c->epoch].flow[m][flow].packets++;
		c->truth[c->epoch].flow[m][flow].octets += octets;
		delta.monitor = m;
		count(resident, &delta);
		if (c->immediate >> m & 1 || sim_chance(c->evict))
			emit(c, m, resident);
	}
}

static void take_back(struct sim_card *c, unsigned monitor, uint32_t epoch, unsigned flow,
		      uint64_t packets, uint64_t octets)
{
	struct sim_sum *sum = &c->truth[epoch].flow[monitor][flow];

	/* Some of it may be among what the judge has closed its books on. */
	sum->packets -= packets < sum->packets ? packets : sum->packets;
	sum->octets -= octets < sum->octets ? octets : sum->octets;
}

static void take_back_record(struct sim_card *c, const uint32_t *record)
{
	struct fc_flow flow;

	if (fc_rec_kind(record) != FC_KIND_FLOW)
		return;
	fc_rec_vector(record, flow.vector);
	take_back(c, fc_rec_monitor(record), fc_rec_epoch(record), fake_flow_of(&flow),
		  fc_rec_packets(record), fc_rec_bytes(record));
}

void sim_card_kill(struct sim_card *c)
{
	c->alive = false;
	for (unsigned r = 0; r < c->rings; r++) {
		for (size_t i = 0; i < c->ring[r].waiting; i++)
			take_back_record(c, c->ring[r].waits[i]);
		c->ring[r].waiting = 0;
	}
	for (unsigned i = 0; i < 2; i++)
		for (unsigned m = 0; m < SIM_MONITORS; m++)
			for (unsigned f = 0; f < SIM_FLOWS; f++) {
				struct sim_resident *at = &c->resident[i][m][f];

				if (at->there)
					take_back(c, m, at->delta.epoch, f, at->delta.packets,
						  at->delta.bytes);
				at->there = false;
			}
}
