/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flows on their way into a sorted or aggregated listing.
 *
 *   flow --> groups: one row for all flows with the same values --+--> top: the best N rows
 *   flow ---------------------------------------------------------+
 *
 * Memory: FC_SHOW_GROUPS_MAX rows at most for groups, N rows for the best; a listing that would
 * need more groups is refused, so that no row of it is wrong. Pure.
 */
#ifndef FC_SHOW_ROWS_H
#define FC_SHOW_ROWS_H

#include <ha/show/query.h>

#define FC_SHOW_GROUPS_MAX 262144u

struct fc_show_row {
	struct fc_flow flow; /* sums, of all flows of a group */
	uint64_t flows;
	uint64_t order; /* of arrival: decides between equals */
};

struct fc_show_groups {
	const struct fc_show_pick *pick;
	unsigned picks;
	struct fc_show_row *row;
	uint32_t *place; /* hash table of row numbers, 0: free, n: row n - 1 */
	size_t rows, room, places;
};

int fc_show_groups_init(struct fc_show_groups *g, const struct fc_show_pick *pick, unsigned picks);
/* Return 0, -ENOMEM, -E2BIG (too many groups). */
int fc_show_groups_add(struct fc_show_groups *g, const struct fc_flow *flow);
void fc_show_groups_free(struct fc_show_groups *g);

struct fc_show_best {
	struct fc_show_pick pick;
	bool lowest;
	struct fc_show_row *row; /* a heap, the worst on top */
	size_t rows, room, top;
};

/* No room is taken before it is needed. */
void fc_show_best_init(struct fc_show_best *b, const struct fc_show_pick *pick, bool lowest,
		       size_t top);
/* Return 0 or -ENOMEM. */
int fc_show_best_add(struct fc_show_best *b, const struct fc_show_row *row);
/* From now on b->row stands in the order of the listing, the best first. */
void fc_show_best_sort(struct fc_show_best *b);
void fc_show_best_free(struct fc_show_best *b);

#endif
