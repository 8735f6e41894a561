// SPDX-License-Identifier: BSD-2-Clause
/* The plan that follows from a slot's own configuration, for units without brokers and for tests.
 */
#include "ha/slot_impl.h"

#include <errno.h>
#include <string.h>

#define NS_PER_S UINT64_C(1000000000)

static void put_samplers(const struct fc_fnf *fnf, const struct fc_config_need *need,
			 struct fc_plan_monitor *to)
{
	for (unsigned d = 0; d < 2; d++)
		for (unsigned p = 0; p < FC_CARD_PORTS_MAX; p++) {
			const struct fc_fnf_sampler *s;

			if (need->sampler[d][p] == FC_CONFIG_NONE)
				continue;
			s = &fnf->sampler[need->sampler[d][p]];
			to->sampler[d][p] = (struct fc_card_sampler){
				.mode = s->mode, .id = s->id, .window = s->window};
		}
}

static void fill(const struct fc_fnf *fnf, const struct fc_config_need *need,
		 struct fc_plan_monitor *to)
{
	const struct fc_fnf_monitor *from = &fnf->monitor[need->monitor];

	to->there = true;
	to->flow_monitor = need->monitor;
	to->id = from->id;
	memcpy(to->card.mask, need->mask, sizeof(to->card.mask));
	to->card.ports = need->ports;
	to->card.ports_out = need->ports_out;
	to->card.ipv4 = need->ipv4;
	to->card.ipv6 = need->ipv6;
	to->card.immediate = from->cache == FC_CACHE_IMMEDIATE;
	put_samplers(fnf, need, to);
	to->cache = from->cache;
	to->entries = from->entries;
	to->active_ns = from->active_s * NS_PER_S;
	to->inactive_ns = from->inactive_s * NS_PER_S;
	to->update_ns = from->update_s * NS_PER_S;
	to->synchronized_ns = from->synchronized_s * NS_PER_S;
	to->spread_ns = from->spread_s * NS_PER_S;
	to->transaction_end = from->transaction_end;
}

int fc_slot_plan_own(struct fc_slot *s, struct fc_card_plan *plan)
{
	struct fc_config_need need[FC_CARD_MONITORS_MAX];
	int count;

	memset(plan, 0, sizeof(*plan));
	pthread_mutex_lock(&s->lock);
	count = fc_config_needs(&s->config.fnf, s->config.card[s->number].port, need);
	for (int n = 0; n < count; n++)
		fill(&s->config.fnf, &need[n], &plan->monitor[n]);
	pthread_mutex_unlock(&s->lock);
	return count < 0 ? count : 0;
}
