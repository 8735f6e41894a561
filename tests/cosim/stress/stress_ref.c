/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress_ref.h"

#include "stress_flow.h"
#include "stress_sampler.h"
#include "tests/hw/frontend/frame_maker.h"
#include "tests/hw/frontend/parse_reference.h"

#include <flowcard/registers.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEADER_WINDOW = 192,
	EPOCHS = 4096, /* more than a host can be behind */
	SEQUENCE = 1 << 20,
};

struct frame {
	struct fc_reference reference;
	uint64_t time_ns;
};

struct port_state {
	struct frame *frame; /* all of this run */
	size_t frames, room;
	size_t next;       /* the next that may be accepted */
	uint64_t accepted; /* since the last reset */
};

struct monitor_state {
	uint64_t *cum_bytes; /* octets of the first k selected packets, since the last reset */
	size_t selected, room;
	uint64_t emitted_packets, emitted_bytes, refused_packets, refused_bytes;
};

struct ring_state {
	uint32_t barriers, next_ledger;
	uint64_t label, end_ns, selected[STRESS_MONITORS];
	bool step;
};

static struct stress_config config;
static struct port_state ports[STRESS_PORTS];
static struct monitor_state monitors[STRESS_MONITORS];
static struct ring_state rings[STRESS_RINGS];
static uint32_t left[EPOCHS]; /* packets of an epoch that are in no record yet */
static uint32_t open_epoch;
static uint64_t held[STRESS_MONITORS]; /* packets that are in no record yet */
static uint32_t wavering;              /* monitors that were switched in this run */
static bool reset_seen, clean;
static unsigned int resets; /* of this run */

/* Rings of operations: wanted by select, and issued but not yet in the ledger. */
static struct stress_op *wanted[SEQUENCE], *issued[SEQUENCE];
static uint64_t wanted_in, wanted_out, issued_in, issued_out;

/* The card forgets everything in a reset; the frames stay, as some of them come after it. */
static void forget(void)
{
	while (wanted_out != wanted_in)
		free(wanted[wanted_out++ % SEQUENCE]);
	issued_out = issued_in;
	stress_flows_free();
	memset(rings, 0, sizeof(rings));
	stress_sampler_forget();
	memset(held, 0, sizeof(held));
	memset(left, 0, sizeof(left));
	for (unsigned int m = 0; m < STRESS_MONITORS; m++) {
		monitors[m].selected = 0;
		monitors[m].emitted_packets = monitors[m].emitted_bytes = 0;
		monitors[m].refused_packets = monitors[m].refused_bytes = 0;
	}
	for (unsigned int p = 0; p < STRESS_PORTS; p++)
		ports[p].accepted = 0;
	clean = true;
}

void stress_on_reset(void)
{
	if (!clean) {
		forget();
		stress_totals.resets++;
	}
	reset_seen = true;
	resets++;
}

bool stress_ref_was_reset(void)
{
	const bool seen = reset_seen;

	reset_seen = false;
	return seen;
}

void stress_ref_new(const struct stress_config *c)
{
	config = *c;
	resets = 0;
	wavering = 0;
	forget();
	for (unsigned int p = 0; p < STRESS_PORTS; p++)
		ports[p].frames = ports[p].next = 0;
}

void stress_ref_free(void)
{
	forget();
	for (unsigned int p = 0; p < STRESS_PORTS; p++)
		free(ports[p].frame);
	for (unsigned int m = 0; m < STRESS_MONITORS; m++)
		free(monitors[m].cum_bytes);
}

void stress_ref_open(uint32_t epoch)
{
	open_epoch = epoch;
}

uint32_t stress_ref_barriers(unsigned int ring)
{
	return rings[ring].barriers;
}

uint64_t stress_ref_progress(void)
{
	uint64_t steps = issued_in + issued_out;

	for (unsigned int p = 0; p < STRESS_PORTS; p++)
		steps += ports[p].accepted;
	return steps;
}

void stress_ref_frame(unsigned int port, const uint8_t *octets, size_t count, uint64_t time_ns,
		      bool bad)
{
	struct port_state *p = &ports[port];
	struct frame *frame;

	if (p->frames == p->room) {
		p->room = p->room ? 2 * p->room : 1024;
		p->frame = realloc(p->frame, p->room * sizeof(*p->frame));
		if (!p->frame)
			abort();
	}
	frame = &p->frame[p->frames++];
	fc_reference_parse(octets, count, HEADER_WINDOW, port, &frame->reference);
	frame->time_ns = time_ns;
	if (bad)
		frame->reference.verdict = FC_VERDICT_RX_ERROR;
	stress_totals.frames++;
}

/* Lowest bit first: vector 544, l3_len 17, frame_len 20, time 64. */
static uint64_t bits(const uint32_t *words, unsigned int at, unsigned int count)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < count; i++)
		value |= (uint64_t)(words[(at + i) / 32] >> (at + i) % 32 & 1) << i;
	return value;
}

static bool is_frame(const struct frame *frame, const uint32_t *desc)
{
	return frame->reference.verdict == FC_VERDICT_FLOW &&
	       bits(desc, 581, 64) == frame->time_ns &&
	       bits(desc, 544, 17) == frame->reference.l3_len &&
	       bits(desc, 561, 20) == frame->reference.frame_len &&
	       memcmp(desc, frame->reference.vec, sizeof(frame->reference.vec)) == 0;
}

static void want(const struct frame *frame, unsigned int port, unsigned int monitor,
		 unsigned int output)
{
	struct stress_op *op = calloc(1, sizeof(*op));

	if (!op)
		abort();
	memcpy(op->vec, frame->reference.vec, sizeof(op->vec));
	fc_vec_set_output_port(op->vec, port ^ 1);
	fc_vec_set_direction(op->vec, output);
	op->l3_len = frame->reference.l3_len;
	op->frame_len = frame->reference.frame_len;
	op->time_ns = frame->time_ns;
	op->monitor = (uint8_t)monitor;
	op->output = (uint8_t)output;
	op->port = (uint8_t)(port ^ output);
	if (config.sampler[monitor][output][op->port].mode)
		op->sampler_id = (uint8_t)config.sampler[monitor][output][op->port].id;
	stress_check(wanted_in - wanted_out < SEQUENCE, "operations wanted", wanted_in - wanted_out,
		     SEQUENCE);
	wanted[wanted_in++ % SEQUENCE] = op;
}

void stress_on_accept(int port, int enabled, int on, const uint32_t *desc)
{
	struct port_state *p = &ports[port];
	const struct frame *frame = NULL;
	unsigned int version, taken = 0;

	clean = false;
	while (p->next < p->frames && !frame) {
		frame = &p->frame[p->next++];
		if (!is_frame(frame, desc))
			frame = NULL;
	}
	stress_check(frame != NULL, "a descriptor of a frame that was fed", bits(desc, 581, 64), 0);
	p->accepted++;
	if (!enabled) /* the cache is being cleared after a reset */
		return;
	version = fc_vec_ip_version(frame->reference.vec);
	for (unsigned int m = 0; m < STRESS_MONITORS; m++) {
		const struct stress_monitor *monitor = &config.monitor[m];
		const uint32_t taking[2] = {monitor->ports >> port & 1,
					    monitor->ports_out >> (port ^ 1) & 1};

		if (!(on >> m & 1) || !(version == 4 ? monitor->ipv4 : monitor->ipv6))
			continue;
		for (unsigned int output = 0; output < 2; output++) {
			if (taking[output] && taken++ < config.monitors_per_packet)
				want(frame, (unsigned int)port, m, output);
		}
	}
}

static void select_bytes(struct monitor_state *m, uint32_t bytes)
{
	if (m->selected == m->room) {
		m->room = m->room ? 2 * m->room : 1024;
		m->cum_bytes = realloc(m->cum_bytes, (m->room + 1) * sizeof(uint64_t));
		if (!m->cum_bytes)
			abort();
	}
	m->cum_bytes[0] = 0;
	m->cum_bytes[m->selected + 1] = m->cum_bytes[m->selected] + bytes;
	m->selected++;
}

static bool is_op(const struct stress_op *op, const uint32_t *desc, int monitor)
{
	return op->monitor == monitor && op->time_ns == bits(desc, 581, 64) &&
	       op->l3_len == bits(desc, 544, 17) && op->frame_len == bits(desc, 561, 20) &&
	       memcmp(op->vec, desc, sizeof(op->vec)) == 0;
}

void stress_on_issue(const uint32_t *desc, int monitor, int tag)
{
	struct stress_op *op = NULL;

	while (wanted_out != wanted_in && !op) {
		op = wanted[wanted_out++ % SEQUENCE];
		if (!op) /* seen in stress_ref_change */
			continue;
		if (is_op(op, desc, monitor)) {
			stress_sampler_pass(&config, op, true);
			break;
		}
		stress_sampler_pass(&config, op, false);
		free(op);
		op = NULL;
	}
	stress_check(op != NULL, "an operation of a packet that was accepted", (uint64_t)monitor,
		     0);
	op->epoch = open_epoch - ((open_epoch & 1) != (uint32_t)tag);
	left[op->epoch % EPOCHS]++;
	held[op->monitor]++;
	select_bytes(&monitors[monitor], op->l3_len);
	stress_flow_append(stress_flow_of(&config, op->monitor, op->vec, true), op);
	issued[issued_in++ % SEQUENCE] = op;
	stress_totals.packets++;
}

void stress_on_done(int refused)
{
	struct stress_op *op;

	stress_check(issued_out != issued_in, "an operation in the ledger was issued", 0, 1);
	op = issued[issued_out++ % SEQUENCE];
	if (!refused)
		return;
	monitors[op->monitor].refused_packets++;
	monitors[op->monitor].refused_bytes += op->l3_len;
	left[op->epoch % EPOCHS]--;
	held[op->monitor]--;
	stress_totals.refused++;
	stress_flow_drop(op);
}

static void emitted(const struct stress_op *op)
{
	monitors[op->monitor].emitted_packets++;
	monitors[op->monitor].emitted_bytes += op->l3_len;
	left[op->epoch % EPOCHS]--;
	held[op->monitor]--;
}

static void check_flow(unsigned int number, const uint32_t *rec)
{
	const struct ring_state *ring = &rings[number];
	const unsigned int monitor = fc_rec_monitor(rec), reason = fc_rec_reason(rec);
	const bool stays = fc_rec_kind(rec) == FC_KIND_SNAPSHOT;
	struct stress_flow *flow;
	uint32_t vec[17];

	fc_rec_vector(rec, vec);
	stress_check(monitor < STRESS_MONITORS, "record: monitor", monitor, STRESS_MONITORS);
	stress_check(stays ? reason == FC_REASON_NONE : reason > 0 && reason <= FC_REASON_FLUSH,
		     "record: reason", reason, FC_REASON_FLUSH);
	if (!stays)
		stress_same("record: immediate monitor", reason == FC_REASON_IMMEDIATE,
			    config.monitor[monitor].immediate);
	stress_check(fc_rec_packets(rec) > 0, "record: packets", 0, 1);
	stress_check(fc_rec_epoch(rec) - ring->barriers <= 1,
		     "record: epoch neither closing nor open", fc_rec_epoch(rec), ring->barriers);
	if (reason == FC_REASON_EPOCH || reason == FC_REASON_LATE)
		stress_same("record: of the closing epoch", fc_rec_epoch(rec), ring->barriers);
	if (reason == FC_REASON_OVERFLOW)
		stress_same("record: a full packet counter", fc_rec_packets(rec),
			    (1u << config.packet_bits) - 1);
	flow = stress_flow_of(&config, monitor, vec, false);
	stress_check(flow != NULL, "record: of a flow that was fed", 0, 1);
	if (flow->ring < 0)
		flow->ring = (int)number;
	stress_same("record: in the ring of its flow", number, (uint64_t)flow->ring);
	stress_totals.records++;
	stress_totals.snapshots += stays;
	stress_totals.reasons[reason]++;
	stress_flow_record(flow, rec, stays, emitted);
}

static void check_ledger(struct ring_state *ring, const uint32_t *rec)
{
	const unsigned int m = fc_rec_monitor(rec);
	const uint64_t selected = fc_ledger_selected_packets(rec);

	stress_check(m < STRESS_MONITORS && !(ring->next_ledger >> m) &&
			     (config.monitor[m].enable || wavering >> m & 1),
		     "ledgers in order of enabled monitors", m, ring->next_ledger);
	ring->next_ledger |= 1u << m;
	stress_same("ledger: epoch", fc_ledger_epoch(rec), ring->barriers);
	stress_check(selected >= ring->selected[m] && selected <= monitors[m].selected,
		     "ledger: selected", selected, monitors[m].selected);
	ring->selected[m] = selected;
	stress_same("ledger: selected octets", fc_ledger_selected_bytes(rec),
		    selected ? monitors[m].cum_bytes[selected] : 0);
	stress_same("ledger: balance of packets", selected,
		    fc_ledger_emitted_packets(rec) + fc_ledger_resident_packets(rec) +
			    fc_ledger_unaccounted_packets(rec));
	stress_same("ledger: balance of octets", fc_ledger_selected_bytes(rec),
		    fc_ledger_emitted_bytes(rec) + fc_ledger_resident_bytes(rec) +
			    fc_ledger_unaccounted_bytes(rec));
}

static void check_barrier(struct ring_state *ring, const uint32_t *rec)
{
	const uint64_t label = fc_barrier_label(rec), start = fc_barrier_start_ns(rec);
	const uint32_t epoch = fc_barrier_epoch(rec);
	uint32_t enabled = 0;
	bool everywhere = true;

	for (unsigned int m = 0; m < STRESS_MONITORS; m++)
		enabled |= (uint32_t)config.monitor[m].enable << m;
	stress_same("barrier: a ledger for each monitor before it", ring->next_ledger | wavering,
		    enabled | wavering);
	stress_same("barrier: dense numbers", epoch, ring->barriers);
	if (config.labels_hold)
		stress_same("barrier: label", label, start >> config.epoch_shift);
	if (ring->barriers > 0) {
		stress_same("barrier: starts where the one before ends", start, ring->end_ns);
		if (config.labels_hold)
			stress_same("barrier: step flag", ring->step, label + 1 < ring->label);
	}
	stress_totals.steps += fc_rec_step(rec);
	stress_totals.barriers++;
	ring->step = fc_rec_step(rec);
	ring->end_ns = fc_barrier_end_ns(rec);
	ring->label = label;
	ring->next_ledger = 0;
	ring->barriers++;
	for (unsigned int r = 0; r < STRESS_RINGS; r++)
		everywhere = everywhere && rings[r].barriers > epoch;
	if (everywhere)
		stress_same("a cut leaves no packet of its epoch behind", left[epoch % EPOCHS], 0);
}

void stress_ref_record(unsigned int number, const uint32_t *rec)
{
	clean = false; /* epochs of no packets have records, too */
	switch (fc_rec_kind(rec)) {
	case FC_KIND_FLOW:
	case FC_KIND_SNAPSHOT:
		check_flow(number, rec);
		break;
	case FC_KIND_LEDGER:
		check_ledger(&rings[number], rec);
		break;
	default:
		stress_same("record: kind", fc_rec_kind(rec), FC_KIND_BARRIER);
		check_barrier(&rings[number], rec);
	}
}

/* Sums over the last `count` frames. */
static uint64_t last_frames(const struct port_state *p, uint64_t count, uint64_t *verdict)
{
	uint64_t octets = 0;

	memset(verdict, 0, 32 * sizeof(*verdict));
	for (size_t i = p->frames - (size_t)count; i < p->frames; i++) {
		verdict[p->frame[i].reference.verdict]++;
		octets += p->frame[i].reference.frame_len;
	}
	return octets;
}

/* After a reset the card has counted the last of the frames; the first of them may be the rest of
 * one that the reset cut, which can be any verdict but a flow. */
void stress_ref_end_port(unsigned int port, const uint64_t *counter)
{
	const struct port_state *p = &ports[port];
	uint64_t verdict[32], sum = 0, over = 0;
	uint64_t octets;
	bool rest;

	stress_check(resets ? counter[0] <= p->frames : counter[0] == p->frames, "port: frames",
		     counter[0], p->frames);
	octets = last_frames(p, counter[0], verdict);
	rest = resets && counter[0] > 0 && octets != counter[1];
	if (rest)
		octets = last_frames(p, counter[0] - 1, verdict);
	stress_check(rest ? counter[1] - octets <= FC_FRAME_MAX : counter[1] == octets,
		     "port: octets", counter[1], octets);
	for (unsigned int v = 0; v < 32; v++) {
		stress_check(counter[6 + v] - verdict[v] <= rest, "port: verdict", counter[6 + v],
			     verdict[v]);
		over += counter[6 + v] - verdict[v];
		sum += counter[6 + v];
	}
	stress_same("port: frames cut by a reset", over, rest);
	stress_same("port: sum of verdicts", sum, counter[0]);
	stress_same("port: missed", counter[2], verdict[FC_VERDICT_FLOW] - p->accepted);
	stress_totals.missed += counter[2];
}

void stress_ref_end_ledger(unsigned int number, const uint64_t *set)
{
	const struct monitor_state *m = &monitors[number];

	stress_same("end: selected packets", set[0], m->selected);
	stress_same("end: selected octets", set[1], m->selected ? m->cum_bytes[m->selected] : 0);
	stress_same("end: emitted packets", set[2], m->emitted_packets);
	stress_same("end: emitted octets", set[3], m->emitted_bytes);
	stress_same("end: resident packets", set[4], 0);
	stress_same("end: resident octets", set[5], 0);
	stress_same("end: unaccounted packets", set[6], m->refused_packets);
	stress_same("end: unaccounted octets", set[7], m->refused_bytes);
}

/* What waits of these monitors was observed and not selected, and nothing of them comes any more.
 */
static void pass_rest(uint32_t which)
{
	for (uint64_t i = wanted_out; i != wanted_in; i++) {
		struct stress_op **op = &wanted[i % SEQUENCE];

		if (!*op || !(which >> (*op)->monitor & 1))
			continue;
		stress_sampler_pass(&config, *op, false);
		free(*op);
		*op = NULL;
	}
}

uint64_t stress_ref_held(unsigned int monitor)
{
	return held[monitor];
}

void stress_ref_switched(unsigned int monitor)
{
	wavering |= 1u << monitor;
}

void stress_ref_change(unsigned int monitor, const struct stress_config *c)
{
	pass_rest(1u << monitor);
	stress_sampler_renew(monitor);
	config = *c;
}

void stress_ref_end(uint32_t epoch)
{
	pass_rest(UINT32_MAX);
	stress_same("end: every packet is in a record", stress_flows_packets(), 0);
	for (unsigned int r = 0; r < STRESS_RINGS; r++)
		stress_same("end: one barrier an epoch and ring", rings[r].barriers, epoch);
}
