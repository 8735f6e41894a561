/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress_flow.h"

#include <flowcard/registers.h>
#include <stdlib.h>
#include <string.h>

struct sums {
	uint64_t bytes, l2, first, last;
	uint32_t flags, len_min, len_max, ttl_min, ttl_max;
};

static struct stress_flow *flows;

struct stress_flow *stress_flow_of(const struct stress_config *config, unsigned int monitor,
				   const uint32_t *vec, bool create)
{
	struct stress_key key = {.monitor = monitor};
	struct stress_flow *flow;

	for (unsigned int i = 0; i < 17; i++)
		key.vec[i] = vec[i] & config->monitor[monitor].mask[i];
	HASH_FIND(hh, flows, &key, sizeof(key), flow);
	if (flow || !create)
		return flow;
	flow = calloc(1, sizeof(*flow));
	if (!flow)
		abort();
	flow->key = key;
	flow->ring = -1;
	HASH_ADD(hh, flows, key, sizeof(key), flow);
	return flow;
}

void stress_flow_append(struct stress_flow *flow, struct stress_op *op)
{
	op->flow = flow;
	op->prev = flow->tail;
	op->next = NULL;
	if (flow->tail)
		flow->tail->next = op;
	else
		flow->head = op;
	flow->tail = op;
}

void stress_flow_drop(struct stress_op *op)
{
	struct stress_flow *flow = op->flow;

	if (op->prev)
		op->prev->next = op->next;
	else
		flow->head = op->next;
	if (op->next)
		op->next->prev = op->prev;
	else
		flow->tail = op->prev;
	free(op);
}

void stress_flows_free(void)
{
	struct stress_flow *flow = flows, *next;

	/* This frees the table alone; the flows stay linked in their order. */
	HASH_CLEAR(hh, flows);
	for (; flow; flow = next) {
		next = flow->hh.next;
		while (flow->head)
			stress_flow_drop(flow->head);
		free(flow);
	}
}

uint64_t stress_flows_packets(void)
{
	uint64_t packets = 0;

	for (struct stress_flow *flow = flows; flow; flow = flow->hh.next)
		for (struct stress_op *op = flow->head; op; op = op->next)
			packets++;
	return packets;
}

static bool same_vector(const uint32_t *a, const uint32_t *b)
{
	return memcmp(a, b, sizeof(uint32_t[17])) == 0;
}

/* The packet that a LATE record is of: it may have overtaken those in the cache. */
static struct stress_op *find_late(struct stress_flow *flow, const uint32_t *rec,
				   const uint32_t *vec)
{
	struct stress_op *op = flow->head;

	while (op && (op->epoch != fc_rec_epoch(rec) || op->time_ns != fc_rec_first_ns(rec) ||
		      op->l3_len != fc_rec_len_min(rec) || !same_vector(op->vec, vec)))
		op = op->next;
	return op;
}

static void add(struct sums *s, const struct stress_op *op)
{
	const uint32_t ttl = fc_vec_ttl(op->vec);

	s->bytes += op->l3_len;
	s->l2 += op->frame_len;
	s->first = op->time_ns < s->first ? op->time_ns : s->first;
	s->last = op->time_ns > s->last ? op->time_ns : s->last;
	s->flags |= fc_vec_tcp_flags(op->vec);
	s->len_min = op->l3_len < s->len_min ? op->l3_len : s->len_min;
	s->len_max = op->l3_len > s->len_max ? op->l3_len : s->len_max;
	s->ttl_min = ttl < s->ttl_min ? ttl : s->ttl_min;
	s->ttl_max = ttl > s->ttl_max ? ttl : s->ttl_max;
}

static void compare(const struct sums *s, const uint32_t *rec)
{
	stress_same("record: octets", fc_rec_bytes(rec), s->bytes);
	stress_same("record: layer-2 octets", fc_rec_l2_bytes(rec), s->l2);
	stress_same("record: first_ns", fc_rec_first_ns(rec), s->first);
	stress_same("record: last_ns", fc_rec_last_ns(rec), s->last);
	stress_same("record: tcp_flags_or", fc_rec_tcp_flags_or(rec), s->flags);
	stress_same("record: len_min", fc_rec_len_min(rec), s->len_min);
	stress_same("record: len_max", fc_rec_len_max(rec), s->len_max);
	stress_same("record: ttl_min", fc_rec_ttl_min(rec), s->ttl_min);
	stress_same("record: ttl_max", fc_rec_ttl_max(rec), s->ttl_max);
}

void stress_flow_record(struct stress_flow *flow, const uint32_t *rec, bool stays,
			void (*gone)(const struct stress_op *op))
{
	struct sums sums = {.first = UINT64_MAX, .len_min = UINT32_MAX, .ttl_min = UINT32_MAX};
	struct stress_op *op = flow->head, *next;
	uint32_t vec[17];

	fc_rec_vector(rec, vec);
	if (fc_rec_reason(rec) == FC_REASON_LATE)
		op = find_late(flow, rec, vec);
	for (uint32_t i = 0; i < fc_rec_packets(rec); i++, op = next) {
		while (stays && op && op->epoch != fc_rec_epoch(rec))
			op = op->next;
		stress_check(op != NULL, "record: a packet for each that it counts", i,
			     fc_rec_packets(rec));
		if (i == 0) {
			stress_check(same_vector(vec, op->vec),
				     "record: vector of the first packet", vec[9], op->vec[9]);
			stress_same("record: sampler", fc_rec_sampler(rec), op->sampler_id);
		}
		stress_same("record: epoch of its packets", fc_rec_epoch(rec), op->epoch);
		add(&sums, op);
		next = op->next;
		if (!stays) {
			gone(op);
			stress_flow_drop(op);
		}
	}
	compare(&sums, rec);
}
