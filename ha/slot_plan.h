/* SPDX-License-Identifier: BSD-2-Clause */
/* What a plan means for the host's side: pure functions. */
#ifndef FC_SLOT_PLAN_H
#define FC_SLOT_PLAN_H

#include <ha/card_plan.h>
#include <ha/config.h>
#include <ha/shadow.h>

/* The plan of a card with these ports, places in the order of the flow monitors. Return 0 or
 * -E2BIG. */
int fc_slot_plan_make(const struct fc_fnf *fnf, const struct fc_config_port port[FC_CARD_PORTS_MAX],
		      struct fc_card_plan *plan);

/* One place of it as a shard keeps it, on a card of so many rings: a flow is in one ring only, but
 * not every ring has as many, so each gets its share of the entries and a quarter to spare. */
void fc_plan_shadow(const struct fc_plan_monitor *from, unsigned rings,
		    struct fc_shadow_monitor *out);

/* Entries of one ring's shard, all places together. */
size_t fc_plan_entries(const struct fc_card_plan *plan, unsigned rings);

#endif
