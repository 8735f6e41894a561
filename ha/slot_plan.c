// SPDX-License-Identifier: BSD-2-Clause
#include "ha/slot_plan.h"

#include <string.h>

static size_t share(uint64_t entries, unsigned rings)
{
	return rings > 1 ? (size_t)(entries / rings * 5 / 4 + 16) : (size_t)entries;
}

void fc_plan_shadow(const struct fc_plan_monitor *from, unsigned rings,
		    struct fc_shadow_monitor *out)
{
	*out = (struct fc_shadow_monitor){
		.id = from->id,
		.ipv4 = from->card.ipv4,
		.ipv6 = from->card.ipv6,
		.cache = from->cache,
		.active_ns = from->active_ns,
		.inactive_ns = from->inactive_ns,
		.transaction_end = from->transaction_end,
		.update_ns = from->update_ns,
		.synchronized_ns = from->synchronized_ns,
		.spread_ns = from->spread_ns,
		.entries = share(from->entries, rings),
	};
	memcpy(out->mask, from->card.mask, sizeof(out->mask));
}

size_t fc_plan_entries(const struct fc_card_plan *plan, unsigned rings)
{
	size_t entries = 1;

	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++) {
		const struct fc_plan_monitor *m = &plan->monitor[n];

		/* What is being spread stays in the table beside what is new. */
		if (m->there)
			entries += share(m->entries, rings) * (m->spread_ns ? 2 : 1);
	}
	return entries;
}
