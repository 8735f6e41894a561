// SPDX-License-Identifier: BSD-2-Clause
#include "ha/show/rows.h"

#include <errno.h>
#include <ha/fnv.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST ((size_t)64)

/* Twice the room, at most `max` rows. */
static int grow(struct fc_show_row **row, size_t *room, size_t max)
{
	size_t want = *room ? *room * 2 : ROOM_FIRST;
	struct fc_show_row *more;

	if (want > max)
		want = max;
	more = realloc(*row, want * sizeof(*more));
	if (!more)
		return -ENOMEM;
	*row = more;
	*room = want;
	return 0;
}

/* ------------------------------------------------------------------ groups */
int fc_show_groups_init(struct fc_show_groups *g, const struct fc_show_pick *pick, unsigned picks)
{
	memset(g, 0, sizeof(*g));
	g->pick = pick;
	g->picks = picks;
	g->places = 2 * ROOM_FIRST;
	g->place = calloc(g->places, sizeof(*g->place));
	return g->place ? 0 : -ENOMEM;
}

void fc_show_groups_free(struct fc_show_groups *g)
{
	free(g->row);
	free(g->place);
	memset(g, 0, sizeof(*g));
}

static uint64_t hash_of(const struct fc_show_groups *g, const struct fc_flow *flow)
{
	uint64_t hash = FC_FNV_BASIS;

	for (unsigned i = 0; i < g->picks; i++)
		hash = fc_show_hash(&g->pick[i], flow, hash);
	return hash ^ hash >> 29;
}

static bool same(const struct fc_show_groups *g, const struct fc_flow *a, const struct fc_flow *b)
{
	for (unsigned i = 0; i < g->picks; i++)
		if (fc_show_compare(&g->pick[i], a, b))
			return false;
	return true;
}

/* Where the flow's group is, or would be. */
static uint32_t *find(struct fc_show_groups *g, const struct fc_flow *flow)
{
	size_t at = hash_of(g, flow) & (g->places - 1);

	while (g->place[at] && !same(g, &g->row[g->place[at] - 1].flow, flow))
		at = (at + 1) & (g->places - 1);
	return &g->place[at];
}

/* Half of the places stay free. */
static int spread(struct fc_show_groups *g)
{
	uint32_t *wider;

	if (2 * (g->rows + 1) <= g->places)
		return 0;
	wider = calloc(2 * g->places, sizeof(*wider));
	if (!wider)
		return -ENOMEM;
	free(g->place);
	g->place = wider;
	g->places *= 2;
	for (size_t i = 0; i < g->rows; i++)
		*find(g, &g->row[i].flow) = (uint32_t)i + 1;
	return 0;
}

static void merge(struct fc_flow *sum, const struct fc_flow *f)
{
	sum->packets += f->packets;
	sum->octets += f->octets;
	sum->l2_octets += f->l2_octets;
	sum->tcp_flags |= f->tcp_flags;
	sum->ttl_min = f->ttl_min < sum->ttl_min ? f->ttl_min : sum->ttl_min;
	sum->ttl_max = f->ttl_max > sum->ttl_max ? f->ttl_max : sum->ttl_max;
	sum->len_min = f->len_min < sum->len_min ? f->len_min : sum->len_min;
	sum->len_max = f->len_max > sum->len_max ? f->len_max : sum->len_max;
	sum->first_ns = f->first_ns < sum->first_ns ? f->first_ns : sum->first_ns;
	sum->last_ns = f->last_ns > sum->last_ns ? f->last_ns : sum->last_ns;
}

int fc_show_groups_add(struct fc_show_groups *g, const struct fc_flow *flow)
{
	int err = spread(g);
	uint32_t *place;

	if (err)
		return err;
	place = find(g, flow);
	if (*place) {
		struct fc_show_row *row = &g->row[*place - 1];

		merge(&row->flow, flow);
		row->flows++;
		return 0;
	}
	if (g->rows == FC_SHOW_GROUPS_MAX)
		return -E2BIG;
	if (g->rows == g->room) {
		err = grow(&g->row, &g->room, FC_SHOW_GROUPS_MAX);
		if (err)
			return err;
	}
	g->row[g->rows] = (struct fc_show_row){*flow, 1, g->rows};
	*place = (uint32_t)++g->rows;
	return 0;
}

/* ------------------------------------------------------------------ the best */
void fc_show_best_init(struct fc_show_best *b, const struct fc_show_pick *pick, bool lowest,
		       size_t top)
{
	*b = (struct fc_show_best){.pick = *pick, .lowest = lowest, .top = top};
}

void fc_show_best_free(struct fc_show_best *b)
{
	free(b->row);
	b->row = NULL;
	b->rows = b->room = 0;
}

/* Does `a` stand before `b` in the listing? */
static bool better(const struct fc_show_best *b, const struct fc_show_row *a,
		   const struct fc_show_row *other)
{
	int order = fc_show_compare(&b->pick, &a->flow, &other->flow);

	if (!order)
		return a->order < other->order;
	return b->lowest ? order < 0 : order > 0;
}

/* Let the row at `at` sink until no worse one is below it. */
static void sink(struct fc_show_best *b, size_t at, size_t rows)
{
	struct fc_show_row row = b->row[at];

	for (size_t below = 2 * at + 1; below < rows; below = 2 * at + 1) {
		if (below + 1 < rows && better(b, &b->row[below], &b->row[below + 1]))
			below++;
		if (!better(b, &row, &b->row[below]))
			break;
		b->row[at] = b->row[below];
		at = below;
	}
	b->row[at] = row;
}

static void rise(struct fc_show_best *b, size_t at)
{
	struct fc_show_row row = b->row[at];

	for (size_t above = (at - 1) / 2; at && better(b, &b->row[above], &row);
	     above = (at - 1) / 2) {
		b->row[at] = b->row[above];
		at = above;
	}
	b->row[at] = row;
}

int fc_show_best_add(struct fc_show_best *b, const struct fc_show_row *row)
{
	int err = 0;

	if (b->rows == b->top) {
		if (b->top && better(b, row, &b->row[0])) {
			b->row[0] = *row;
			sink(b, 0, b->rows);
		}
		return 0;
	}
	if (b->rows == b->room)
		err = grow(&b->row, &b->room, b->top);
	if (err)
		return err;
	b->row[b->rows] = *row;
	rise(b, b->rows++);
	return 0;
}

void fc_show_best_sort(struct fc_show_best *b)
{
	for (size_t last = b->rows; last > 1;) {
		struct fc_show_row worst = b->row[0];

		b->row[0] = b->row[--last];
		b->row[last] = worst;
		sink(b, 0, last);
	}
}
