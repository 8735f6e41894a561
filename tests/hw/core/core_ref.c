/* SPDX-License-Identifier: BSD-2-Clause */
#include "core_ref_content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "flowcard/registers.h"

struct op {
	struct core_packet packet;
	struct op *next;
};

struct key {
	uint32_t monitor;
	uint32_t vec[CORE_VEC_WORDS];
};

struct flow {
	struct key key;
	struct op *head, **tail;
	uint64_t in_packets, in_bytes, in_l2, out_packets, out_bytes, out_l2;
	uint64_t records, copies;
	uint32_t last_packets, copied_packets;
	UT_hash_handle hh;
};

struct monitor_sum {
	uint64_t *cum_bytes; /* octets of the first k packets */
	size_t count, room;
	uint64_t emitted_packets, emitted_bytes;
};

struct ring_state {
	uint32_t barriers;
	uint32_t next_ledger; /* bit mask of monitors whose ledger stands for the coming barrier */
	uint64_t label, end_ns;
	uint64_t selected[CORE_MONITORS]; /* as the last ledger said */
	bool step;
	uint32_t loose[CORE_MONITORS]; /* up to this barrier a ledger may be there or not */
};

uint64_t core_checks, core_reasons[8], core_refused, core_steps, core_copies, core_left_out;

static struct core_ref_config config;
static struct flow *flows;
static struct monitor_sum sums[CORE_MONITORS];
static struct ring_state rings[8];
static bool strict;

void core_check(bool ok, const char *what, uint64_t got, uint64_t want)
{
	core_checks++;
	if (ok)
		return;
	fprintf(stderr, "FAILED: %s: got %llu (0x%llx), want %llu (0x%llx)\n", what,
		(unsigned long long)got, (unsigned long long)got, (unsigned long long)want,
		(unsigned long long)want);
	exit(1);
}

static void same(const char *what, uint64_t got, uint64_t want)
{
	core_check(got == want, what, got, want);
}

void core_ref_new(const struct core_ref_config *c)
{
	config = *c;
	memset(sums, 0, sizeof(sums));
	memset(rings, 0, sizeof(rings));
	core_ref_samplers_new(c->samplers);
	strict = true;
}

void core_ref_free(void)
{
	struct flow *flow = flows, *next;

	/* This frees the table alone; the flows stay linked in their order. */
	HASH_CLEAR(hh, flows);
	for (; flow; flow = next) {
		next = flow->hh.next;
		while (flow->head) {
			struct op *op = flow->head;

			flow->head = op->next;
			free(op);
		}
		free(flow);
	}
	for (int m = 0; m < CORE_MONITORS; m++)
		free(sums[m].cum_bytes);
}

void core_ref_refused(void)
{
	strict = false;
}

bool core_ref_strict(void)
{
	return strict;
}

uint32_t core_ref_barriers(unsigned int ring)
{
	return rings[ring].barriers;
}

static struct flow *flow_of(unsigned int monitor, const uint32_t *vec, bool create)
{
	struct flow *flow;
	struct key key = {.monitor = monitor};

	for (int i = 0; i < CORE_VEC_WORDS; i++)
		key.vec[i] = vec[i] & config.monitors[monitor].mask[i];
	HASH_FIND(hh, flows, &key, sizeof(key), flow);
	if (flow || !create)
		return flow;
	flow = calloc(1, sizeof(*flow));
	if (!flow)
		abort();
	flow->key = key;
	flow->tail = &flow->head;
	HASH_ADD(hh, flows, key, sizeof(key), flow);
	return flow;
}

uint64_t core_ref_flow_records(unsigned int monitor, const uint32_t *vec, uint32_t *last_packets)
{
	struct flow *flow = flow_of(monitor, vec, false);

	if (last_packets)
		*last_packets = flow ? flow->last_packets : 0;
	return flow ? flow->records : 0;
}

uint64_t core_ref_flows(void)
{
	return HASH_COUNT(flows);
}

uint64_t core_ref_flow_copies(unsigned int monitor, const uint32_t *vec, uint32_t *last_packets)
{
	struct flow *flow = flow_of(monitor, vec, false);

	if (last_packets)
		*last_packets = flow ? flow->copied_packets : 0;
	return flow ? flow->copies : 0;
}

static void count_selected(struct monitor_sum *sum, uint32_t bytes)
{
	if (sum->count == sum->room) {
		sum->room = sum->room ? 2 * sum->room : 1024;
		sum->cum_bytes = realloc(sum->cum_bytes, (sum->room + 1) * sizeof(uint64_t));
		if (!sum->cum_bytes)
			abort();
		sum->cum_bytes[0] = 0;
	}
	sum->cum_bytes[sum->count + 1] = sum->cum_bytes[sum->count] + bytes;
	sum->count++;
}

static bool wants(const struct core_monitor *monitor, bool out, unsigned int port,
		  unsigned int version)
{
	if (!monitor->enable ||
	    !((version == 4 && monitor->ipv4) || (version == 6 && monitor->ipv6)))
		return false;
	if (!out)
		return monitor->ports >> port & 1;
	return (port ^ 1) < config.ports && (monitor->ports_out >> (port ^ 1) & 1);
}

static void select_packet(unsigned int m, bool out, unsigned int port,
			  const struct core_packet *packet)
{
	unsigned int partner = (port ^ 1) < config.ports ? port ^ 1 : 127;
	struct flow *flow;
	struct op *op;

	if (!core_ref_sample(m << 4 | (unsigned int)out << 3 | (out ? partner : port))) {
		core_left_out++;
		return;
	}
	op = calloc(1, sizeof(*op));
	if (!op)
		abort();
	op->packet = *packet;
	fc_vec_set_direction(op->packet.vec, out);
	fc_vec_set_output_port(op->packet.vec, partner);
	flow = flow_of(m, op->packet.vec, true);
	*flow->tail = op;
	flow->tail = &op->next;
	flow->in_packets++;
	flow->in_bytes += packet->l3_len;
	flow->in_l2 += packet->frame_len;
	count_selected(&sums[m], packet->l3_len);
}

void core_ref_packet(unsigned int port, const struct core_packet *packet)
{
	unsigned int version = fc_vec_ip_version(packet->vec), taken = 0;

	for (unsigned int c = 0; c < 2 * CORE_MONITORS && taken < CORE_PER_PACKET; c++) {
		if (!wants(&config.monitors[c / 2], c % 2, port, version))
			continue;
		taken++;
		select_packet(c / 2, c % 2, port, packet);
	}
}

void core_ref_monitor(unsigned int monitor, const struct core_monitor *now)
{
	struct core_monitor *was = &config.monitors[monitor];
	struct flow *flow, *tmp;

	if (memcmp(was->mask, now->mask, sizeof(was->mask))) {
		HASH_ITER(hh, flows, flow, tmp)
		{
			if (flow->key.monitor == monitor && strict)
				core_check(!flow->head, "packets of a monitor that was flushed",
					   flow->in_packets, flow->out_packets);
		}
	}
	*was = *now;
	for (unsigned int r = 0; r < config.rings; r++)
		rings[r].loose[monitor] = rings[r].barriers + 3;
}

static bool same_vector(const uint32_t *a, const uint32_t *b)
{
	return memcmp(a, b, sizeof(uint32_t[CORE_VEC_WORDS])) == 0;
}

/* Takes the first packet out of the flow, or, for a record of one packet out of turn, the one that
 * equals it. */
static struct op *take(struct flow *flow, const uint32_t *rec, const uint32_t *vec,
		       bool out_of_turn)
{
	struct op **where = &flow->head, *op;

	while (out_of_turn && *where &&
	       ((*where)->packet.time_ns != fc_rec_first_ns(rec) ||
		!same_vector((*where)->packet.vec, vec) ||
		(*where)->packet.l3_len != fc_rec_len_min(rec)))
		where = &(*where)->next;
	op = *where;
	core_check(op != NULL, "record without a packet that it could be of", fc_rec_packets(rec),
		   flow->in_packets);
	*where = op->next;
	if (!*where)
		flow->tail = where;
	return op;
}

static void compare_strict(struct flow *flow, const uint32_t *rec, const uint32_t *vec)
{
	bool out_of_turn = fc_rec_reason(rec) == FC_REASON_LATE;
	struct core_content content = core_nothing;

	for (uint32_t i = 0; i < fc_rec_packets(rec); i++) {
		struct op *op = take(flow, rec, vec, out_of_turn);

		if (i == 0)
			core_check(same_vector(op->packet.vec, vec),
				   "vector is that of the first packet", vec[11],
				   op->packet.vec[11]);
		core_content_add(&content, &op->packet);
		free(op);
	}
	core_content_compare(&content, rec);
}

static void check_sampler(const uint32_t *rec, const uint32_t *vec)
{
	unsigned int out = fc_vec_direction(vec);
	unsigned int port = out ? fc_vec_output_port(vec) : fc_vec_input_port(vec);

	same("sampler of a record", fc_rec_sampler(rec),
	     core_ref_sampler_id(fc_rec_monitor(rec) << 4 | out << 3 | (port & 7)));
}

/* An entry holds the packets of its flow that are in no record yet, as far as they came. */
static void check_copy(const struct ring_state *ring, const uint32_t *rec)
{
	struct core_content content = core_nothing;
	uint32_t vec[CORE_VEC_WORDS];
	struct flow *flow;
	struct op *op;

	fc_rec_vector(rec, vec);
	same("reason of a copy", fc_rec_reason(rec), FC_REASON_NONE);
	core_check(fc_rec_epoch(rec) - ring->barriers <= 1, "epoch of a copy", fc_rec_epoch(rec),
		   ring->barriers);
	flow = flow_of(fc_rec_monitor(rec), vec, false);
	core_check(flow && fc_rec_packets(rec) > 0 &&
			   fc_rec_packets(rec) <= flow->in_packets - flow->out_packets,
		   "packets of a copy", fc_rec_packets(rec), 0);
	check_sampler(rec, vec);
	flow->copies++;
	flow->copied_packets = fc_rec_packets(rec);
	core_copies++;
	if (!strict)
		return;
	op = flow->head;
	core_check(same_vector(op->packet.vec, vec), "vector of a copy", vec[11],
		   op->packet.vec[11]);
	for (uint32_t i = 0; i < fc_rec_packets(rec); i++, op = op->next)
		core_content_add(&content, &op->packet);
	core_content_compare(&content, rec);
}

static void check_flow(const struct ring_state *ring, const uint32_t *rec)
{
	uint32_t vec[CORE_VEC_WORDS];
	unsigned int monitor = fc_rec_monitor(rec), reason = fc_rec_reason(rec);
	struct flow *flow;

	fc_rec_vector(rec, vec);
	core_check(monitor < CORE_MONITORS, "monitor of a record", monitor, CORE_MONITORS);
	core_check(reason > FC_REASON_NONE && reason <= FC_REASON_FLUSH, "reason", reason,
		   FC_REASON_FLUSH);
	core_check(config.monitors[monitor].immediate == (reason == FC_REASON_IMMEDIATE),
		   "immediate monitor", reason, FC_REASON_IMMEDIATE);
	core_check(fc_rec_packets(rec) > 0, "packets of a record", 0, 1);
	core_check(fc_rec_epoch(rec) - ring->barriers <= 1, "epoch neither closing nor open",
		   fc_rec_epoch(rec), ring->barriers);
	check_sampler(rec, vec);
	if (reason == FC_REASON_EPOCH)
		same("what a boundary ends is of the closing epoch", fc_rec_epoch(rec),
		     ring->barriers);
	if (reason == FC_REASON_LATE)
		same("a late packet belongs to the closing epoch", fc_rec_epoch(rec),
		     ring->barriers);
	if (reason == FC_REASON_OVERFLOW)
		same("a full packet counter", fc_rec_packets(rec), (1u << CORE_PACKET_BITS) - 1);
	core_reasons[reason]++;
	flow = flow_of(monitor, vec, false);
	core_check(flow != NULL, "flow of a record was fed", 0, 1);
	flow->records++;
	flow->last_packets = fc_rec_packets(rec);
	flow->out_packets += fc_rec_packets(rec);
	flow->out_bytes += fc_rec_bytes(rec);
	flow->out_l2 += fc_rec_l2_bytes(rec);
	sums[monitor].emitted_packets += fc_rec_packets(rec);
	sums[monitor].emitted_bytes += fc_rec_bytes(rec);
	if (strict)
		compare_strict(flow, rec, vec);
}

static void check_ledger(struct ring_state *ring, const uint32_t *rec)
{
	unsigned int m = fc_rec_monitor(rec);
	struct monitor_sum *sum = &sums[m];
	uint64_t selected = fc_ledger_selected_packets(rec),
		 refused = fc_ledger_unaccounted_packets(rec);

	core_check((config.monitors[m].enable ||
		    (ring->loose[m] && ring->barriers <= ring->loose[m])) &&
			   !(ring->next_ledger >> m),
		   "ledgers in order of enabled monitors", m, ring->next_ledger);
	ring->next_ledger |= 1u << m;
	same("epoch of a ledger", fc_ledger_epoch(rec), ring->barriers);
	core_check(selected <= sum->count && selected >= ring->selected[m], "ledger: selected",
		   selected, sum->count);
	ring->selected[m] = selected;
	same("ledger: selected octets", fc_ledger_selected_bytes(rec),
	     selected ? sum->cum_bytes[selected] : 0);
	if (config.rings == 1) {
		same("ledger: emitted packets", fc_ledger_emitted_packets(rec),
		     sum->emitted_packets);
		same("ledger: emitted octets", fc_ledger_emitted_bytes(rec), sum->emitted_bytes);
	}
	same("ledger: balance of packets", selected,
	     fc_ledger_emitted_packets(rec) + fc_ledger_resident_packets(rec) + refused);
	same("ledger: balance of octets", fc_ledger_selected_bytes(rec),
	     fc_ledger_emitted_bytes(rec) + fc_ledger_resident_bytes(rec) +
		     fc_ledger_unaccounted_bytes(rec));
	if (strict)
		same("ledger: unaccounted", refused + fc_ledger_unaccounted_bytes(rec), 0);
}

static void check_barrier(struct ring_state *ring, const uint32_t *rec)
{
	uint64_t label = fc_barrier_label(rec), start = fc_barrier_start_ns(rec);
	uint32_t enabled = 0;

	for (unsigned int m = 0; m < CORE_MONITORS; m++) {
		if (ring->loose[m] && ring->barriers <= ring->loose[m])
			enabled |= ring->next_ledger & 1u << m;
		else
			enabled |= (uint32_t)config.monitors[m].enable << m;
	}
	same("a ledger for each monitor before the barrier", ring->next_ledger, enabled);
	same("dense barriers", fc_barrier_epoch(rec), ring->barriers);
	same("label", label, start >> config.epoch_shift);
	same("ring_index is left to the DMA", fc_barrier_ring_index(rec), 0);
	if (ring->barriers > 0) {
		same("an epoch starts where the one before ends", start, ring->end_ns);
		same("step flag of the barrier before", ring->step, label + 1 < ring->label);
	}
	core_steps += fc_rec_step(rec);
	ring->step = fc_rec_step(rec);
	ring->label = label;
	ring->end_ns = fc_barrier_end_ns(rec);
	ring->next_ledger = 0;
	ring->barriers++;
}

void core_ref_record(unsigned int ring, const uint32_t *rec)
{
	switch (fc_rec_kind(rec)) {
	case FC_KIND_FLOW:
		check_flow(&rings[ring], rec);
		break;
	case FC_KIND_SNAPSHOT:
		check_copy(&rings[ring], rec);
		break;
	case FC_KIND_LEDGER:
		check_ledger(&rings[ring], rec);
		break;
	case FC_KIND_BARRIER:
		check_barrier(&rings[ring], rec);
		break;
	default:
		core_check(false, "kind of a record", fc_rec_kind(rec), FC_KIND_FLOW);
	}
}

void core_ref_end(const uint64_t *ledger, uint32_t epoch_open)
{
	uint64_t lost[CORE_MONITORS][2] = {0};
	struct flow *flow, *tmp;

	HASH_ITER(hh, flows, flow, tmp)
	{
		core_check(flow->in_packets >= flow->out_packets, "packets out of nothing",
			   flow->out_packets, flow->in_packets);
		core_check(flow->in_l2 >= flow->out_l2, "octets out of nothing", flow->out_l2,
			   flow->in_l2);
		lost[flow->key.monitor][0] += flow->in_packets - flow->out_packets;
		lost[flow->key.monitor][1] += flow->in_bytes - flow->out_bytes;
		if (strict)
			core_check(!flow->head, "every packet is in a record", flow->out_packets,
				   flow->in_packets);
	}
	for (unsigned int m = 0; m < CORE_MONITORS; m++) {
		const uint64_t *set = &ledger[(size_t)8 * m];
		const struct monitor_sum *sum = &sums[m];

		same("end: selected packets", set[0], sum->count);
		same("end: selected octets", set[1], sum->count ? sum->cum_bytes[sum->count] : 0);
		same("end: emitted packets", set[2], sum->emitted_packets);
		same("end: emitted octets", set[3], sum->emitted_bytes);
		same("end: resident packets", set[4], 0);
		same("end: resident octets", set[5], 0);
		same("end: unaccounted packets", set[6], lost[m][0]);
		same("end: unaccounted octets", set[7], lost[m][1]);
		core_refused += set[6];
	}
	for (unsigned int r = 0; r < config.rings; r++)
		same("one barrier an epoch", rings[r].barriers, epoch_open);
}
