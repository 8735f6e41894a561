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

int fc_slot_plan_make(const struct fc_fnf *fnf, const struct fc_config_port port[FC_CARD_PORTS_MAX],
		      struct fc_card_plan *plan)
{
	struct fc_config_need need[FC_CARD_MONITORS_MAX];
	int count = fc_config_needs(fnf, port, need);

	memset(plan, 0, sizeof(*plan));
	for (int n = 0; n < count; n++)
		fill(fnf, &need[n], &plan->monitor[n]);
	return count < 0 ? count : 0;
}

int fc_slot_plan_own(struct fc_slot *s, struct fc_card_plan *plan)
{
	int err;

	pthread_mutex_lock(&s->lock);
	err = fc_slot_plan_make(&s->config.fnf, s->config.card[s->number].port, plan);
	pthread_mutex_unlock(&s->lock);
	return err;
}

static size_t share(uint64_t entries, unsigned rings)
{
	return rings > 1 ? (size_t)(entries / rings * 5 / 4 + 16) : (size_t)entries;
}

void fc_plan_shadow(const struct fc_plan_monitor *from, unsigned rings,
		    struct fc_shadow_monitor *out)
{
	*out = (struct fc_shadow_monitor){
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
