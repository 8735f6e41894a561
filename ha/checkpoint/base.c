// SPDX-License-Identifier: BSD-2-Clause
#include "ha/checkpoint/base_impl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FLOWS_LIMIT ((size_t)1 << 30)
#define AHEAD_CELL 16 /* flows: their index cells, and their entries, are asked for so early */
#define AHEAD_ENTRY 8

/* ------------------------------------------------------------------ create */
static void *pages(size_t octets)
{
	void *at = mmap(NULL, octets, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		return NULL;
	/* A bulk touches all of it in order: without large pages the faults take longer than the
	 * flows. Where there are none, it works all the same. */
	madvise(at, octets, MADV_HUGEPAGE);
	return at;
}

int fc_base_create(size_t flows_max, struct fc_base **out)
{
	struct fc_base *base;

	if (!flows_max || flows_max > FLOWS_LIMIT)
		return -EINVAL;
	base = calloc(1, sizeof(*base));
	if (!base)
		return -ENOMEM;
	base->flows_max = flows_max;
	base->entries = pages(2 * flows_max * sizeof(*base->entries));
	if (!base->entries)
		goto free_base;
	if (fc_base_reserve(base, 1, 1))
		goto unmap;
	pthread_mutex_init(&base->lock, NULL);
	fc_base_empty(base);
	*out = base;
	return 0;

unmap:
	free(base->cells);
	free(base->changed.at);
	free(base->closed.at);
	munmap(base->entries, 2 * flows_max * sizeof(*base->entries));
free_base:
	free(base);
	return -ENOMEM;
}

void fc_base_destroy(struct fc_base *base)
{
	if (!base)
		return;
	pthread_mutex_destroy(&base->lock);
	munmap(base->entries, 2 * base->flows_max * sizeof(*base->entries));
	free(base->cells);
	free(base->changed.at);
	free(base->closed.at);
	free(base->found.at);
	free(base);
}

/* ------------------------------------------------------------------ which cut */
static int too_old(const struct fc_base *base, struct fc_cut_id id, char *why)
{
	if (id.term < base->newest_term)
		return fc_cut_refuse(why, "a cut of term %llu, which is older than %llu",
				     (unsigned long long)id.term,
				     (unsigned long long)base->newest_term);
	if (id.term == base->term && id.number <= base->number)
		return fc_cut_refuse(why, "cut %llu, and %llu is committed",
				     (unsigned long long)id.number,
				     (unsigned long long)base->number);
	return 0;
}

static void open_cut(struct fc_base *base, struct fc_cut_id id)
{
	base->open = true;
	base->id = id;
	base->newest_term = id.term;
}

int fc_base_enter(struct fc_base *base, struct fc_cut_id id, char why[FC_CUT_TEXT])
{
	int err = too_old(base, id, why);

	if (err)
		return err;
	if (base->open && base->id.term == id.term && base->id.number == id.number)
		return 0;
	if (base->open)
		return fc_cut_refuse(why, "cut %llu is not the one that is open, %llu",
				     (unsigned long long)id.number,
				     (unsigned long long)base->id.number);
	if (!base->whole || id.term != base->term)
		return fc_cut_refuse(why, "cut %llu does not begin with everything",
				     (unsigned long long)id.number);
	open_cut(base, id);
	return 0;
}

/* ------------------------------------------------------------------ RESEND */
static int take_resend(struct fc_base *base, const struct fc_message *m, char *why)
{
	struct fc_cut_id id;
	uint64_t slices;
	int err = fc_cut_resend_read(m, &id, &slices, why);

	if (err)
		return err;
	if (slices != UINT64_MAX) {
		err = fc_base_enter(base, id, why);
		if (!err)
			base->resent |= slices;
		return err;
	}
	/* Everything begins anew, whatever has been built. */
	err = too_old(base, id, why);
	if (err)
		return err;
	if (base->open && base->id.term == id.term && base->id.number > id.number)
		return fc_cut_refuse(why, "everything in cut %llu, and %llu is open",
				     (unsigned long long)id.number,
				     (unsigned long long)base->id.number);
	fc_base_void(base);
	open_cut(base, id);
	base->everything = true;
	base->resent = slices;
	return 0;
}

/* ------------------------------------------------------------------ FLOWS */
static const uint8_t *packed_flow(const struct fc_cut_packed *packed, size_t i)
{
	return packed->at + i * FC_CUT_FLOW_OCTETS;
}

/* Where each of them is; PLACE_NONE: it is new. */
static int find_all(struct fc_base *base, const struct fc_cut_packed *packed, char *why)
{
	for (size_t i = 0; i < packed->count; i++) {
		uint64_t instance = fc_cut_flow_instance(packed_flow(packed, i));
		uint32_t place;

		if (i + AHEAD_CELL < packed->count)
			fc_base_prefetch_cell(
				base, fc_cut_flow_instance(packed_flow(packed, i + AHEAD_CELL)));
		if (i + AHEAD_ENTRY < packed->count)
			fc_base_prefetch_entry(
				base, fc_cut_flow_instance(packed_flow(packed, i + AHEAD_ENTRY)));
		place = fc_base_find(base, instance);
		if (place != PLACE_NONE && base->entries[place].closed == base_building(base))
			return fc_cut_refuse(why,
					     "flow %llx has ended with this cut, and has values",
					     (unsigned long long)instance);
		fc_base_places_add(&base->found, place);
	}
	return 0;
}

static bool same_key(const struct base_entry *e, const struct fc_cut_flow *f, uint32_t member)
{
	return e->member == member && e->flow_monitor == f->flow_monitor && e->slot == f->slot &&
	       e->interface_first == f->flow.interface_first && e->monitor == f->flow.monitor &&
	       e->sampler == f->flow.sampler &&
	       !memcmp(e->vector, f->flow.vector, sizeof(e->vector));
}

static void set_key(struct base_entry *e, const struct fc_cut_flow *f, uint32_t member)
{
	e->member = member;
	e->flow_monitor = f->flow_monitor;
	e->interface_first = f->flow.interface_first;
	e->slot = f->slot;
	e->monitor = f->flow.monitor;
	e->sampler = f->flow.sampler;
	memcpy(e->vector, f->flow.vector, sizeof(e->vector));
}

/*
 * What belongs to the instance is not in two halves. Where it differs (places of monitors were
 * given anew, a bit has flipped) the flow becomes another entry, and the old one ends with the cut.
 */
static uint32_t place_for(struct fc_base *base, uint32_t place, const struct fc_cut_flow *flow,
			  uint32_t member)
{
	if (place == PLACE_NONE || base->entries[place].closed == base_building(base))
		place = fc_base_find(base, flow->instance);
	if (place != PLACE_NONE && same_key(&base->entries[place], flow, member))
		return place;
	if (place != PLACE_NONE && fc_base_committed_half(base, &base->entries[place])) {
		base->entries[place].closed = base_building(base);
		fc_base_places_add(&base->closed, place);
		place = PLACE_NONE;
	}
	if (place == PLACE_NONE)
		place = fc_base_add(base, flow->instance);
	set_key(&base->entries[place], flow, member);
	return place;
}

static void set_values(struct base_half *half, const struct fc_flow *f)
{
	half->packets = f->packets;
	half->octets = f->octets;
	half->l2_octets = f->l2_octets;
	half->first_ns = f->first_ns;
	half->last_ns = f->last_ns;
	half->len_min = f->len_min;
	half->len_max = f->len_max;
	half->tcp_flags = f->tcp_flags;
	half->ttl_min = f->ttl_min;
	half->ttl_max = f->ttl_max;
}

/* Only those that are new need a place: find_all has told which. An entry that is doubled for its
 * key is no new flow; `pages` were reserved for that. */
static int has_room(struct fc_base *base, char *why)
{
	size_t fresh = 0;

	for (size_t i = 0; i < base->found.count; i++)
		fresh += base->found.at[i] == PLACE_NONE;
	if (!fresh || base->flows + fresh <= base->flows_max)
		return 0;
	fc_cut_refuse(why, "%zu flows are there, no more than %zu fit", base->flows,
		      base->flows_max);
	return -ENOMEM;
}

static int take_flows(struct fc_base *base, const struct fc_message *m, char *why)
{
	struct fc_cut_packed packed;
	struct fc_cut_flow flow;
	int err = fc_cut_flows_read(m, &packed, why);

	if (!err)
		err = fc_base_enter(base, packed.id, why);
	if (err)
		return err;
	if (fc_base_reserve(base, packed.count, 0)) {
		fc_cut_refuse(why, "no memory for %u flows", packed.count);
		return -ENOMEM;
	}
	err = find_all(base, &packed, why);
	if (!err)
		err = has_room(base, why);
	if (err)
		return err;
	for (size_t i = 0; i < packed.count; i++) {
		uint32_t place;

		fc_cut_flow_get(packed_flow(&packed, i), &flow);
		place = place_for(base, base->found.at[i], &flow, packed.member);
		set_values(fc_base_building_half(base, &base->entries[place]), &flow.flow);
	}
	base->counts.flows += packed.count;
	return 0;
}

/* ------------------------------------------------------------------ CLOSED */
/* An instance that never came here began and ended between two cuts. */
static int take_closed(struct fc_base *base, const struct fc_message *m, char *why)
{
	struct fc_cut_packed packed;
	int err = fc_cut_closed_read(m, &packed, why);

	if (!err)
		err = fc_base_enter(base, packed.id, why);
	if (err)
		return err;
	if (fc_base_reserve(base, 0, packed.count)) {
		fc_cut_refuse(why, "no memory for %u ended flows", packed.count);
		return -ENOMEM;
	}
	for (size_t i = 0; i < packed.count; i++) {
		uint32_t place = fc_base_find(base, fc_cut_instance_get(packed.at + i * 8));

		if (place == PLACE_NONE || base->entries[place].closed == base_building(base))
			continue;
		base->entries[place].closed = base_building(base);
		fc_base_places_add(&base->closed, place);
	}
	base->counts.closed += packed.count;
	return 0;
}

/* ------------------------------------------------------------------ messages */
int fc_base_message(struct fc_base *base, const struct fc_message *m, struct fc_message **ack,
		    char why[FC_CUT_TEXT])
{
	int err = 0;

	*ack = NULL;
	*why = '\0';
	pthread_mutex_lock(&base->lock);
	switch (m->type) {
	case FC_MESSAGE_RESEND:
		err = take_resend(base, m, why);
		break;
	case FC_MESSAGE_FLOWS:
		err = take_flows(base, m, why);
		break;
	case FC_MESSAGE_CLOSED:
		err = take_closed(base, m, why);
		break;
	case FC_MESSAGE_COMMIT:
		err = fc_base_commit(base, m, ack, why);
		break;
	case FC_MESSAGE_EXPORTER:
	case FC_MESSAGE_DATAGRAM:
		base->counts.sealed++;
		break;
	default:
		err = fc_cut_refuse(why, "a message of type %u is no part of a cut", m->type);
		break;
	}
	pthread_mutex_unlock(&base->lock);
	return err;
}

void fc_base_rollback(struct fc_base *base)
{
	pthread_mutex_lock(&base->lock);
	fc_base_void(base);
	base->whole = false;
	pthread_mutex_unlock(&base->lock);
}

void fc_base_clear(struct fc_base *base)
{
	pthread_mutex_lock(&base->lock);
	fc_base_void(base);
	fc_base_empty(base);
	base->term = base->number = base->newest_term = 0;
	base->committed = 0;
	base->places = 0;
	base->whole = false;
	memset(base->cut_there, 0, sizeof(base->cut_there));
	base->stats.synced = false;
	pthread_mutex_unlock(&base->lock);
}
