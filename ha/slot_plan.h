/* SPDX-License-Identifier: BSD-2-Clause */
/* What a plan means for the host's side: pure functions. */
#ifndef FC_SLOT_PLAN_H
#define FC_SLOT_PLAN_H

#include <ha/card_plan.h>
#include <ha/shadow.h>

/* One place of a plan as a shard keeps it, on a card of so many rings: a flow is in one ring only,
 * but not every ring has as many, so each gets its share of the entries and a quarter to spare. */
void fc_plan_shadow(const struct fc_plan_monitor *from, unsigned rings,
		    struct fc_shadow_monitor *out);

/* Entries of one ring's shard, all places together. */
size_t fc_plan_entries(const struct fc_card_plan *plan, unsigned rings);

#endif
