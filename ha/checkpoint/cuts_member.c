// SPDX-License-Identifier: BSD-2-Clause
/* The workers' side of the unit's cuts. */
#include "ha/checkpoint/cuts_impl.h"

#include <errno.h>
#include <stdlib.h>

#define RANGES (UINT64_C(1) << 20)
#define TERM_BITS 16

/* ------------------------------------------------------------------ come and go */
static uint64_t range(struct fc_cuts *cuts)
{
	uint64_t term = cuts->term & ((1u << TERM_BITS) - 1);

	if (cuts->range_term != cuts->term) {
		cuts->range_term = cuts->term;
		cuts->range = 0;
	}
	/* Range 0 is left out: no instance is 0. */
	cuts->range = cuts->range + 1 < RANGES ? cuts->range + 1 : 1;
	return term << 48 | cuts->range * FC_CUT_RANGE;
}

uint64_t fc_cuts_instances(struct fc_cut_member *member)
{
	uint64_t first;

	pthread_mutex_lock(&member->cuts->lock);
	first = range(member->cuts);
	pthread_mutex_unlock(&member->cuts->lock);
	return first;
}

int fc_cuts_member_add(struct fc_cuts *cuts, unsigned slot, unsigned ring, uint32_t generation,
		       struct fc_cut_member **out, uint64_t *instances)
{
	struct fc_cut_member *m = malloc(sizeof(*m));
	int err = 0;

	if (!m)
		return -ENOMEM;
	m->cuts = cuts;
	m->slot = slot & 0xff;
	m->ring = ring & 0xffff;
	m->spread = 0;
	m->generation = generation;
	m->expected = true;
	m->given = false;
	m->cut = m->staged = m->left_out = 0;
	m->part = m->merged = 0;
	m->flows = m->closed = 0;
	pthread_mutex_lock(&cuts->lock);
	if (cuts->members == FC_CUT_MEMBERS) {
		err = -ENOSPC;
	} else {
		m->number = ++cuts->last_member;
		cuts->member[cuts->members++] = m;
		if (instances)
			*instances = range(cuts);
		*out = m;
	}
	pthread_mutex_unlock(&cuts->lock);
	if (err)
		free(m);
	return err;
}

void fc_cuts_member_remove(struct fc_cut_member *m)
{
	struct fc_cuts *cuts = m->cuts;
	unsigned i = 0;

	pthread_mutex_lock(&cuts->lock);
	fc_cut_leave_out(cuts, m, true);
	while (cuts->member[i] != m)
		i++;
	cuts->member[i] = cuts->member[--cuts->members];
	if (cuts->gones)
		fc_cut_begin(cuts, CUT_BEGIN);
	fc_cut_check(cuts);
	pthread_mutex_unlock(&cuts->lock);
	free(m);
}

void fc_cuts_spread(struct fc_cut_member *m, uint64_t spread)
{
	pthread_mutex_lock(&m->cuts->lock);
	m->spread = spread;
	pthread_mutex_unlock(&m->cuts->lock);
}

/* ------------------------------------------------------------------ join */
static void add_part(struct fc_cuts *cuts, struct fc_cut_member *m, uint32_t epoch, uint64_t cut_ns)
{
	m->part = cuts->parts++;
	m->cut = cuts->number;
	m->merged = 0;
	cuts->part[m->part] = (struct cut_part){
		.say = {.member = m->number,
			.slot = (uint8_t)m->slot,
			.ring = (uint16_t)m->ring,
			.generation = m->generation,
			.epoch = epoch,
			.cut_ns = cut_ns,
			.spread = m->spread},
		.member = m,
	};
}

static bool join_paired(struct fc_cuts *cuts, struct fc_cut_member *m, uint32_t epoch,
			uint64_t cut_ns, struct fc_cut_ticket *out)
{
	m->expected = true;
	if (!cuts->last) /* else there is none after that */
		fc_cut_begin(cuts, CUT_JOIN);
	if (m->cut || m->left_out == cuts->number || cuts->parts == FC_CUT_MEMBERS ||
	    cuts->state == CUT_OPEN || !fc_cut_step(cuts, CUT_JOIN)) {
		m->merged++;
		return false;
	}
	add_part(cuts, m, epoch, cut_ns);
	*out = (struct fc_cut_ticket){
		.number = cuts->number,
		.all = !m->given,
		.resend = cuts->resend_now,
		.slice = cuts->slice,
	};
	fc_cut_check(cuts);
	return true;
}

bool fc_cuts_join(struct fc_cut_member *m, uint32_t epoch, uint64_t cut_ns,
		  struct fc_cut_ticket *out)
{
	struct fc_cuts *cuts = m->cuts;
	bool joined;

	*out = (struct fc_cut_ticket){0};
	pthread_mutex_lock(&cuts->lock);
	joined = cuts->mode == FC_CUTS_ALONE ||
		 (cuts->mode == FC_CUTS_PAIRED && join_paired(cuts, m, epoch, cut_ns, out));
	pthread_mutex_unlock(&cuts->lock);
	return joined;
}

void fc_cuts_merged(struct fc_cut_member *m)
{
	pthread_mutex_lock(&m->cuts->lock);
	/* Its cut may be over and the worker has not looked yet: nothing is behind then. */
	m->merged += m->cut != 0;
	pthread_mutex_unlock(&m->cuts->lock);
}

bool fc_cuts_safe(struct fc_cut_member *m)
{
	bool safe;

	pthread_mutex_lock(&m->cuts->lock);
	safe = !m->cut;
	pthread_mutex_unlock(&m->cuts->lock);
	return safe;
}

/* ------------------------------------------------------------------ a part */
/* The cut that this member may give something for; 0: none. *room: flows are taken. */
static uint64_t giving(struct fc_cut_member *m, bool *room)
{
	struct fc_cuts *cuts = m->cuts;
	uint64_t cut;

	pthread_mutex_lock(&cuts->lock);
	cut = m->cut && !cuts->part[m->part].done ? m->cut : 0;
	*room = cuts->ops.queued(cuts->context) < cuts->options.queued_max;
	pthread_mutex_unlock(&cuts->lock);
	if (m->staged != cut) {
		m->staged = cut;
		m->flows = m->closed = 0;
	}
	return cut;
}

/* Lock held. */
static void count(struct fc_cut_member *m)
{
	struct fc_cuts *cuts = m->cuts;

	cuts->counts.flows += m->flows;
	cuts->stats.flows += m->flows;
	if (!m->given)
		cuts->stats.bulk_flows += m->flows;
	cuts->counts.closed += m->closed;
	cuts->stats.closed += m->closed;
}

/* What is staged becomes a message: flows or ended ones, never both. Return 0 or -ENOMEM (it stays
 * staged). */
static int flush(struct fc_cut_member *m)
{
	struct fc_cuts *cuts = m->cuts;
	struct fc_message *message;
	struct fc_cut_id id;

	if (!m->flows && !m->closed)
		return 0;
	pthread_mutex_lock(&cuts->lock);
	id = fc_cut_id(cuts);
	pthread_mutex_unlock(&cuts->lock);
	message = m->flows ? fc_cut_flows_write(id, m->number, m->flow, m->flows)
			   : fc_cut_closed_write(id, m->instance, m->closed);
	if (!message)
		return -ENOMEM;
	pthread_mutex_lock(&cuts->lock);
	if (m->cut && m->cut == m->staged && id.number == m->cut && id.term == cuts->term) {
		count(m);
		fc_cut_emit(cuts, message);
		message = NULL;
	}
	pthread_mutex_unlock(&cuts->lock);
	fc_message_free(message);
	m->flows = m->closed = 0;
	return 0;
}

/* There is no memory to give this part as a whole: it is none. */
static void give_up(struct fc_cut_member *m)
{
	struct fc_cuts *cuts = m->cuts;

	pthread_mutex_lock(&cuts->lock);
	if (m->cut && m->cut == m->staged) {
		fc_cut_leave_out(cuts, m, false);
		fc_cut_check(cuts);
	}
	pthread_mutex_unlock(&cuts->lock);
	m->flows = m->closed = 0;
}

static void stage_flow(struct fc_cut_member *m, const struct fc_cut_flow *flow)
{
	fc_cut_flow_put(m->flow + (size_t)m->flows++ * FC_CUT_FLOW_OCTETS, flow);
}

/* Flows do not overtake ended ones, nor the other way round. */
size_t fc_cuts_flows(struct fc_cut_member *m, const struct fc_cut_flow *flows, size_t many)
{
	bool room;

	if (!giving(m, &room))
		return many;
	if (m->closed && flush(m))
		return 0;
	for (size_t i = 0; i < many; i++) {
		if (m->flows == CUT_STAGE_FLOWS) {
			if (!giving(m, &room))
				return many;
			if (!room || flush(m))
				return i;
		}
		stage_flow(m, &flows[i]);
	}
	return many;
}

void fc_cuts_flow_now(struct fc_cut_member *m, const struct fc_cut_flow *flow)
{
	bool room;

	if (!giving(m, &room))
		return;
	if ((m->closed || m->flows == CUT_STAGE_FLOWS) && flush(m))
		give_up(m);
	else
		stage_flow(m, flow);
}

void fc_cuts_closed(struct fc_cut_member *m, const uint64_t *instances, size_t many)
{
	bool room;

	if (!giving(m, &room))
		return;
	for (size_t i = 0; i < many; i++) {
		if ((m->flows || m->closed == CUT_STAGE_CLOSED) && flush(m)) {
			give_up(m);
			return;
		}
		fc_cut_instance_put(m->instance + (size_t)m->closed++ * 8, instances[i]);
	}
}

void fc_cuts_part_done(struct fc_cut_member *m, uint64_t digest)
{
	struct fc_cuts *cuts = m->cuts;
	bool room;

	if (!giving(m, &room))
		return;
	if (flush(m)) {
		give_up(m);
		return;
	}
	pthread_mutex_lock(&cuts->lock);
	if (m->cut && m->cut == m->staged) {
		cuts->part[m->part].say.digest = digest;
		cuts->part[m->part].done = true;
		fc_cut_check(cuts);
	}
	pthread_mutex_unlock(&cuts->lock);
}
