/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of the base. Private to ha/checkpoint/base*.c and their tests.
 *
 *   cells[]    hash + place        8 octets, linear probing, doubled when two thirds are full
 *   entries[]  flows               216 octets; pages come when they are touched
 *   head[]     a list of entries for each slice
 *   changed[], closed[]            places that the cut being built has touched
 */
#ifndef FC_CHECKPOINT_BASE_IMPL_H
#define FC_CHECKPOINT_BASE_IMPL_H

#include <assert.h>
#include <ha/checkpoint/base.h>
#include <ha/checkpoint/wire.h>
#include <pthread.h>

#define PLACE_NONE UINT32_MAX

struct base_half {
	uint64_t packets, octets, l2_octets, first_ns, last_ns;
	uint32_t len_min, len_max;
	uint32_t tag; /* commit that it belongs to; 0: none */
	uint16_t tcp_flags;
	uint8_t ttl_min, ttl_max;
};

struct base_entry {
	uint64_t instance;
	uint32_t vector[FC_VECTOR_WORDS];
	uint32_t flow_monitor, interface_first;
	uint32_t member;         /* who gave it */
	uint32_t next, previous; /* in its slice; next: in the list of free ones */
	uint32_t closed;         /* commit that it ends with; 0: none */
	uint8_t slot, monitor, sampler, live;
	struct base_half half[2];
};
static_assert(sizeof(struct base_entry) == 216, "docs/checkpoint.md says so");

struct base_cell {
	uint32_t hash;
	uint32_t place; /* + 1; 0: empty */
};

struct base_places {
	uint32_t *at;
	size_t count, room;
};

struct fc_base {
	pthread_mutex_t lock;
	size_t flows_max;
	struct base_entry *entries;
	size_t used, flows; /* places ever used; entries in use, those being built included */
	uint32_t free;
	struct base_cell *cells;
	size_t cells_mask, cells_used;
	uint32_t head[FC_CUT_SLICES];
	struct base_places changed, closed, found;

	uint64_t term, number; /* of the last commit */
	uint64_t newest_term;  /* that anything came of */
	uint32_t committed;    /* tag of the last commit; the cut being built has the next one */
	bool whole;            /* everything has come since the last rollback */

	bool open; /* a cut is being built */
	struct fc_cut_id id;
	bool everything;
	uint64_t resent; /* slices */
	struct fc_cut_counts counts;

	uint64_t cut_ns[256];
	bool cut_there[256];
	struct fc_cut_place place[FC_CUT_MEMBERS]; /* of the last commit */
	unsigned places;
	struct fc_base_look stats;
};

static inline uint32_t base_building(const struct fc_base *base)
{
	return base->committed + 1;
}

/* All with the lock held. base_table.c */
int fc_base_reserve(struct fc_base *base, size_t flows, size_t closed);
uint32_t fc_base_find(const struct fc_base *base, uint64_t instance);
void fc_base_prefetch_cell(const struct fc_base *base, uint64_t instance);
void fc_base_prefetch_entry(const struct fc_base *base, uint64_t instance);
uint32_t fc_base_add(struct fc_base *base, uint64_t instance);
void fc_base_remove(struct fc_base *base, uint32_t place);
void fc_base_empty(struct fc_base *base);
const struct base_half *fc_base_committed_half(const struct fc_base *base,
					       const struct base_entry *entry);
struct base_half *fc_base_building_half(struct fc_base *base, struct base_entry *entry);
void fc_base_places_add(struct base_places *places, uint32_t place);
void fc_base_flow(const struct base_entry *entry, const struct base_half *half,
		  struct fc_cut_flow *out);

/* base_commit.c */
void fc_base_void(struct fc_base *base);
int fc_base_commit(struct fc_base *base, const struct fc_message *m, struct fc_message **ack,
		   char why[FC_CUT_TEXT]);

/* base.c: is this message's cut the one being built, or can it be the next? */
int fc_base_enter(struct fc_base *base, struct fc_cut_id id, char why[FC_CUT_TEXT]);

#endif
