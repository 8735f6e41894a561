// SPDX-License-Identifier: BSD-2-Clause
/* The plan that follows from a slot's own configuration, for units without brokers and for tests.
 */
#include "ha/slot_impl.h"

#include <errno.h>
#include <string.h>

#define NS_PER_S UINT64_C(1000000000)

static void fill(struct fc_plan_monitor *to, const struct fc_config_monitor *from, int flow_monitor,
		 const struct fc_card_monitor *card)
{
	to->there = true;
	to->flow_monitor = flow_monitor;
	to->id = (uint32_t)flow_monitor + 1;
	to->card = *card;
	to->cache = from->immediate ? FC_CACHE_IMMEDIATE : FC_CACHE_NORMAL;
	to->entries = from->entries;
	to->active_ns = from->active_s * NS_PER_S;
	to->inactive_ns = from->inactive_s * NS_PER_S;
}

int fc_slot_plan_own(struct fc_slot *s, struct fc_card_plan *plan)
{
	struct fc_card_monitor monitor[FC_CARD_MONITORS_MAX];
	int which[FC_CARD_MONITORS_MAX], count;

	memset(plan, 0, sizeof(*plan));
	pthread_mutex_lock(&s->lock);
	count = fc_config_card_monitors(&s->config, s->number, monitor, which);
	for (int n = 0; n < count; n++)
		fill(&plan->monitor[n], &s->config.monitor[which[n]], which[n], &monitor[n]);
	pthread_mutex_unlock(&s->lock);
	return count < 0 ? count : 0;
}
