// SPDX-License-Identifier: BSD-2-Clause
/* Monitors of a shard: they come, change and go while it runs. */
#include "shadow_impl.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define WATERMARK_PART 16 /* of the cache is kept free at cuts, if it is so large */

int fc_shadow_monitor_refuse(const struct fc_shadow_monitor *m)
{
	if (m->active_ns > TIMEOUT_MAX || m->inactive_ns > TIMEOUT_MAX ||
	    m->update_ns > TIMEOUT_MAX || m->synchronized_ns > TIMEOUT_MAX ||
	    m->spread_ns > TIMEOUT_MAX)
		return -EINVAL;
	return m->cache == FC_CACHE_SYNCHRONIZED && !m->synchronized_ns ? -EINVAL : 0;
}

static void set_mask(struct shadow_monitor *monitor, const uint32_t *mask)
{
	uint32_t word[2 * KEY_WORDS];

	for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
		word[i] = htole32(mask[i]);
	word[FC_VECTOR_WORDS] = UINT32_MAX;
	memcpy(monitor->mask, word, sizeof(word));
}

static void take_times(struct fc_shard *shard, struct shadow_monitor *monitor,
		       const struct fc_shadow_monitor *from)
{
	size_t entries = from->entries;

	if (from->update_ns != monitor->config.update_ns)
		monitor->update_due = shard->age + from->update_ns;
	monitor->config = *from;
	monitor->entries = entries && entries < shard->entries_max ? entries : shard->entries_max;
	monitor->watermark =
		entries ? monitor->entries - monitor->entries / WATERMARK_PART : monitor->entries;
}

void fc_shadow_monitor_take(struct fc_shard *shard, unsigned number,
			    const struct fc_shadow_monitor *from)
{
	struct shadow_monitor *monitor = &shard->monitor[number];

	monitor->there = from != NULL;
	fc_shadow_lists_empty(monitor);
	memset(&monitor->stats, 0, sizeof(monitor->stats));
	if (from) {
		set_mask(monitor, from->mask);
		monitor->config.update_ns = UINT64_MAX;
		take_times(shard, monitor, from);
		monitor->immediate = from->cache == FC_CACHE_IMMEDIATE;
		monitor->permanent = from->cache == FC_CACHE_PERMANENT;
	}
}

int fc_shard_monitor_set(struct fc_shard *shard, unsigned number,
			 const struct fc_shadow_monitor *from, uint64_t cut_ns,
			 struct fc_shard_monitor_stats *last)
{
	int err = number < FC_SHADOW_MONITORS ? 0 : -EINVAL;

	if (!err && from)
		err = fc_shadow_monitor_refuse(from);
	if (err)
		return err;
	fc_shadow_close_monitor(shard, number, FC_AGED_FORCED, cut_ns);
	if (last)
		fc_shard_monitor_stats(shard, number, last);
	fc_shadow_monitor_take(shard, number, from);
	return 0;
}

int fc_shard_monitor_tune(struct fc_shard *shard, unsigned number,
			  const struct fc_shadow_monitor *from)
{
	struct fc_shadow_monitor next = *from;
	struct shadow_monitor *monitor;

	if (number >= FC_SHADOW_MONITORS || !shard->monitor[number].there)
		return -EINVAL;
	monitor = &shard->monitor[number];
	next.cache = monitor->config.cache;
	memcpy(next.mask, monitor->config.mask, sizeof(next.mask));
	if (fc_shadow_monitor_refuse(&next))
		return -EINVAL;
	take_times(shard, monitor, &next);
	return 0;
}

void fc_shard_monitor_clear(struct fc_shard *shard, unsigned number)
{
	struct shadow_monitor *monitor = &shard->monitor[number];

	while (monitor->started.head != SLOT_NONE)
		fc_shadow_drop(shard, monitor->started.head);
}

void fc_shard_monitor_export(struct fc_shard *shard, unsigned number, uint64_t cut_ns)
{
	if (shard->monitor[number].permanent)
		fc_shadow_update(shard, &shard->monitor[number], cut_ns);
	else
		fc_shadow_close_monitor(shard, number, FC_AGED_FORCED, cut_ns);
}

void fc_shard_monitor_stats(const struct fc_shard *shard, unsigned number,
			    struct fc_shard_monitor_stats *out)
{
	*out = shard->monitor[number].stats;
	out->live = shard->monitor[number].live;
}

void fc_shard_monitor_stats_clear(struct fc_shard *shard, unsigned number)
{
	struct shadow_monitor *monitor = &shard->monitor[number];

	monitor->stats = (struct fc_shard_monitor_stats){.high_watermark = monitor->live};
}
