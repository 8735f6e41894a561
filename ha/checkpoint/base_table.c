// SPDX-License-Identifier: BSD-2-Clause
/* Entries, their index by instance, their lists by slice, their halves. */
#include "ha/checkpoint/base_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CELLS_FIRST 1024

/* ------------------------------------------------------------------ index */
/* Finalizer of SplitMix64: neighbours must not meet in neighbouring cells for long runs. */
static uint32_t hash(uint64_t instance)
{
	instance = (instance ^ instance >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	instance = (instance ^ instance >> 27) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(instance >> 32);
}

static void cell_put(struct base_cell *cells, size_t mask, struct base_cell cell)
{
	size_t at = cell.hash & mask;

	while (cells[at].place)
		at = (at + 1) & mask;
	cells[at] = cell;
}

static int cells_grow(struct fc_base *base, size_t want)
{
	size_t size = base->cells ? base->cells_mask + 1 : CELLS_FIRST;
	struct base_cell *cells;

	while (want > size / 3 * 2)
		size *= 2;
	if (base->cells && size == base->cells_mask + 1)
		return 0;
	cells = calloc(size, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	for (size_t i = 0; base->cells && i <= base->cells_mask; i++)
		if (base->cells[i].place)
			cell_put(cells, size - 1, base->cells[i]);
	free(base->cells);
	base->cells = cells;
	base->cells_mask = size - 1;
	return 0;
}

/*
 * Place of this instance; one that ends with the cut being built only if there is no other: a flow
 * whose key was broken in memory is ended and comes again as a new entry. PLACE_NONE: not there.
 */
uint32_t fc_base_find(const struct fc_base *base, uint64_t instance)
{
	uint32_t h = hash(instance), ended = PLACE_NONE;

	for (size_t at = h & base->cells_mask; base->cells[at].place;
	     at = (at + 1) & base->cells_mask) {
		uint32_t place = base->cells[at].place - 1;

		if (base->cells[at].hash != h || base->entries[place].instance != instance)
			continue;
		if (base->entries[place].closed != base_building(base))
			return place;
		ended = place;
	}
	return ended;
}

void fc_base_prefetch_cell(const struct fc_base *base, uint64_t instance)
{
	__builtin_prefetch(&base->cells[hash(instance) & base->cells_mask]);
}

void fc_base_prefetch_entry(const struct fc_base *base, uint64_t instance)
{
	uint32_t place = base->cells[hash(instance) & base->cells_mask].place;
	const char *at = (const char *)&base->entries[place ? place - 1 : 0];

	for (unsigned line = 0; line < 4; line++)
		__builtin_prefetch(at + (size_t)line * 64);
}

/* The cell of a place; by its hash, and if the instance was broken in memory, by looking at all. */
static size_t cell_of(const struct fc_base *base, uint32_t place)
{
	size_t at = hash(base->entries[place].instance) & base->cells_mask;

	for (; base->cells[at].place; at = (at + 1) & base->cells_mask)
		if (base->cells[at].place == place + 1)
			return at;
	for (at = 0; base->cells[at].place != place + 1; at++)
		;
	return at;
}

/* Cells behind it that would not be found any more move up. */
static void cell_remove(struct fc_base *base, size_t at)
{
	size_t mask = base->cells_mask, next = at;

	for (;;) {
		base->cells[at].place = 0;
		for (;;) {
			next = (next + 1) & mask;
			if (!base->cells[next].place)
				return;
			if (((next - (base->cells[next].hash & mask)) & mask) >=
			    ((next - at) & mask))
				break;
		}
		base->cells[at] = base->cells[next];
		at = next;
	}
}

/* ------------------------------------------------------------------ memory */
static int places_reserve(struct base_places *places, size_t more)
{
	size_t room = places->room ? places->room : 1024;
	uint32_t *at;

	while (room < places->count + more)
		room *= 2;
	if (room == places->room)
		return 0;
	at = realloc(places->at, room * sizeof(*at));
	if (!at)
		return -ENOMEM;
	places->at = at;
	places->room = room;
	return 0;
}

void fc_base_places_add(struct base_places *places, uint32_t place)
{
	places->at[places->count++] = place;
}

/*
 * Room for so many flows and ended ones, whatever they turn out to be: from here on nothing fails.
 * A flow whose key differs takes a new entry and ends its old one.
 */
int fc_base_reserve(struct fc_base *base, size_t flows, size_t closed)
{
	base->found.count = 0;
	if (cells_grow(base, base->flows + flows) || places_reserve(&base->changed, flows) ||
	    places_reserve(&base->closed, flows + closed) || places_reserve(&base->found, flows))
		return -ENOMEM;
	return 0;
}

void fc_base_empty(struct fc_base *base)
{
	memset(base->cells, 0, (base->cells_mask + 1) * sizeof(*base->cells));
	madvise(base->entries, base->used * sizeof(*base->entries), MADV_DONTNEED);
	for (unsigned i = 0; i < FC_CUT_SLICES; i++)
		base->head[i] = PLACE_NONE;
	base->free = PLACE_NONE;
	base->used = base->flows = 0;
	base->changed.count = base->closed.count = 0;
}

/* ------------------------------------------------------------------ entries */
uint32_t fc_base_add(struct fc_base *base, uint64_t instance)
{
	uint32_t place = base->free, *head = &base->head[instance % FC_CUT_SLICES];
	struct base_entry *entry;

	if (place == PLACE_NONE)
		place = (uint32_t)base->used++;
	entry = &base->entries[place];
	if (place == base->free)
		base->free = entry->next;
	memset(entry, 0, sizeof(*entry));
	entry->instance = instance;
	entry->live = 1;
	entry->next = *head;
	entry->previous = PLACE_NONE;
	if (*head != PLACE_NONE)
		base->entries[*head].previous = place;
	*head = place;
	cell_put(base->cells, base->cells_mask,
		 (struct base_cell){.hash = hash(instance), .place = place + 1});
	base->flows++;
	return place;
}

/* Its slice by its instance, or if that was broken in memory, by looking at all. */
static uint32_t *head_of(struct fc_base *base, uint32_t place)
{
	uint32_t *head = &base->head[base->entries[place].instance % FC_CUT_SLICES];

	if (*head != place)
		for (head = base->head; *head != place; head++)
			;
	return head;
}

void fc_base_remove(struct fc_base *base, uint32_t place)
{
	struct base_entry *entry = &base->entries[place];

	cell_remove(base, cell_of(base, place));
	if (entry->next != PLACE_NONE)
		base->entries[entry->next].previous = entry->previous;
	if (entry->previous != PLACE_NONE)
		base->entries[entry->previous].next = entry->next;
	else
		*head_of(base, place) = entry->next;
	entry->live = 0;
	entry->next = base->free;
	base->free = place;
	base->flows--;
}

/* ------------------------------------------------------------------ halves */
/* NULL: the flow began with the cut being built. */
const struct base_half *fc_base_committed_half(const struct fc_base *base,
					       const struct base_entry *entry)
{
	const struct base_half *newest = NULL;

	for (unsigned i = 0; i < 2; i++) {
		const struct base_half *half = &entry->half[i];

		if (half->tag && half->tag <= base->committed &&
		    (!newest || half->tag > newest->tag))
			newest = half;
	}
	return newest;
}

/* The half that is not the committed one, with the tag of the cut being built. */
struct base_half *fc_base_building_half(struct fc_base *base, struct base_entry *entry)
{
	struct base_half *half = &entry->half[0];

	if (half == fc_base_committed_half(base, entry))
		half++;
	if (half->tag != base_building(base)) {
		half->tag = base_building(base);
		fc_base_places_add(&base->changed, (uint32_t)(entry - base->entries));
	}
	return half;
}

void fc_base_flow(const struct base_entry *entry, const struct base_half *half,
		  struct fc_cut_flow *out)
{
	*out = (struct fc_cut_flow){
		.instance = entry->instance,
		.flow_monitor = entry->flow_monitor,
		.slot = entry->slot,
		.flow =
			{
				.interface_first = entry->interface_first,
				.monitor = entry->monitor,
				.sampler = entry->sampler,
				.ttl_min = half->ttl_min,
				.ttl_max = half->ttl_max,
				.tcp_flags = half->tcp_flags,
				.len_min = half->len_min,
				.len_max = half->len_max,
				.packets = half->packets,
				.octets = half->octets,
				.l2_octets = half->l2_octets,
				.first_ns = half->first_ns,
				.last_ns = half->last_ns,
			},
	};
	memcpy(out->flow.vector, entry->vector, sizeof(entry->vector));
}
