/* SPDX-License-Identifier: BSD-2-Clause */
/* From the objects of a card's mirror to what the card is to be. Pure. */
#ifndef FC_PLAN_H
#define FC_PLAN_H

#include <ha/card_plan.h>
#include <ha/config.h>

/*
 * The plan of a card with these ports. What stood in `last` and still stands keeps its place; what
 * is new gets a place that was free in `last`, if there is one. A card of `monitors` places may
 * have none for the rest: their flow monitors' ids go into `left`. Return how many those are, or
 * -E2BIG: more than FC_CARD_MONITORS_MAX are needed (the language refuses that).
 */
int fc_plan_make(const struct fc_fnf *fnf, const struct fc_config_port port[FC_CARD_PORTS_MAX],
		 const struct fc_card_plan *last, unsigned monitors, struct fc_card_plan *plan,
		 uint32_t left[FC_CARD_MONITORS_MAX]);

#endif
