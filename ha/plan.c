// SPDX-License-Identifier: BSD-2-Clause
#include "ha/plan.h"

#include <flowcard/registers.h>
#include <string.h>

#define NS_PER_S UINT64_C(1000000000)

static void fill_samplers(const struct fc_fnf *fnf, const struct fc_config_need *need,
			  struct fc_plan_monitor *out)
{
	for (unsigned at = 0; at < 2 * FC_CARD_PORTS_MAX; at++) {
		unsigned d = at / FC_CARD_PORTS_MAX, p = at % FC_CARD_PORTS_MAX;
		struct fc_card_sampler *to = &out->sampler[d == FC_CONFIG_OUTPUT][p];
		const struct fc_fnf_sampler *from;

		to->window = 1;
		if (need->sampler[d][p] == FC_CONFIG_NONE)
			continue;
		from = &fnf->sampler[need->sampler[d][p]];
		to->mode = from->mode;
		to->id = from->id;
		to->window = from->window;
	}
}

static void fill(const struct fc_fnf *fnf, const struct fc_config_need *need,
		 struct fc_plan_monitor *out)
{
	const struct fc_fnf_monitor *from = &fnf->monitor[need->monitor];

	memset(out, 0, sizeof(*out));
	out->there = true;
	out->flow_monitor = need->monitor;
	out->id = from->id;
	memcpy(out->card.mask, need->mask, sizeof(out->card.mask));
	out->card.ports = need->ports;
	out->card.ports_out = need->ports_out;
	out->card.ipv4 = need->ipv4;
	out->card.ipv6 = need->ipv6;
	out->card.immediate = from->cache == FC_CACHE_IMMEDIATE;
	fill_samplers(fnf, need, out);
	out->cache = from->cache;
	out->entries = from->entries;
	out->active_ns = from->active_s * NS_PER_S;
	out->inactive_ns = from->inactive_s * NS_PER_S;
	out->update_ns = from->update_s * NS_PER_S;
	out->synchronized_ns = from->synchronized_s * NS_PER_S;
	out->spread_ns = from->spread_s * NS_PER_S;
	out->transaction_end = from->transaction_end;
}

/* How well a place that was fits what is needed: 0 not at all, 2 as it was. */
static unsigned likeness(const struct fc_plan_monitor *was, uint32_t id,
			 const struct fc_config_need *need)
{
	if (!was->there || was->id != id)
		return 0;
	if (!!was->card.ipv4 == need->ipv4 && !!was->card.ipv6 == need->ipv6)
		return 2;
	return (was->card.ipv4 && need->ipv4) || (was->card.ipv6 && need->ipv6);
}

/* Places for those that fit at least so well; the first come, first served. */
static void keep(const struct fc_fnf *fnf, const struct fc_config_need *need, int count,
		 const struct fc_card_plan *last, unsigned least, int place[FC_CARD_MONITORS_MAX],
		 bool taken[FC_CARD_MONITORS_MAX])
{
	for (int n = 0; n < count; n++)
		for (int m = 0; place[n] < 0 && m < FC_CARD_MONITORS_MAX; m++) {
			if (taken[m] ||
			    likeness(&last->monitor[m], fnf->monitor[need[n].monitor].id,
				     &need[n]) < least)
				continue;
			place[n] = m;
			taken[m] = true;
		}
}

static void find_free(const struct fc_card_plan *last, int count, unsigned monitors, bool was_free,
		      int place[FC_CARD_MONITORS_MAX], bool taken[FC_CARD_MONITORS_MAX])
{
	for (int n = 0; n < count; n++)
		for (int m = 0; place[n] < 0 && m < (int)monitors; m++) {
			if (taken[m] || (was_free && last->monitor[m].there))
				continue;
			place[n] = m;
			taken[m] = true;
		}
}

int fc_plan_make(const struct fc_fnf *fnf, const struct fc_config_port port[FC_CARD_PORTS_MAX],
		 const struct fc_card_plan *last, unsigned monitors, struct fc_card_plan *plan,
		 uint32_t left[FC_CARD_MONITORS_MAX])
{
	struct fc_config_need need[FC_CARD_MONITORS_MAX];
	int place[FC_CARD_MONITORS_MAX], count = fc_config_needs(fnf, port, need);
	bool taken[FC_CARD_MONITORS_MAX] = {false};
	int unplaced = 0;

	memset(plan, 0, sizeof(*plan));
	if (count < 0)
		return count;
	for (int n = 0; n < count; n++)
		place[n] = -1;
	keep(fnf, need, count, last, 2, place, taken);
	keep(fnf, need, count, last, 1, place, taken);
	find_free(last, count, monitors, true, place, taken);
	find_free(last, count, monitors, false, place, taken);
	for (int n = 0; n < count; n++)
		if (place[n] < 0)
			left[unplaced++] = fnf->monitor[need[n].monitor].id;
		else
			fill(fnf, &need[n], &plan->monitor[place[n]]);
	return unplaced;
}
