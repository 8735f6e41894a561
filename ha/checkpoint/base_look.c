// SPDX-License-Identifier: BSD-2-Clause
/* What others see of the base: always the last commit. */
#include "ha/checkpoint/base_impl.h"

#include <string.h>

static size_t octets(const struct fc_base *base)
{
	return sizeof(*base) + base->used * sizeof(*base->entries) +
	       (base->cells_mask + 1) * sizeof(*base->cells) +
	       (base->changed.room + base->closed.room + base->found.room) * sizeof(uint32_t);
}

static uint64_t newest_ns(const struct fc_base *base)
{
	uint64_t newest = 0;
	bool there = false;

	for (unsigned i = 0; i < 256; i++) {
		if (!base->cut_there[i])
			continue;
		if (!there || (int64_t)(base->cut_ns[i] - newest) > 0)
			newest = base->cut_ns[i];
		there = true;
	}
	return newest;
}

void fc_base_look(struct fc_base *base, struct fc_base_look *out)
{
	pthread_mutex_lock(&base->lock);
	*out = base->stats;
	out->term = base->term;
	out->committed = base->number;
	out->cut_ns = newest_ns(base);
	out->flows = base->flows;
	out->building = base->changed.count;
	out->octets = octets(base);
	out->octets_per_flow = base->flows ? out->octets / base->flows : sizeof(*base->entries);
	pthread_mutex_unlock(&base->lock);
}

size_t fc_base_next(struct fc_base *base, size_t *at, struct fc_cut_flow *out, size_t most)
{
	size_t got = 0;

	pthread_mutex_lock(&base->lock);
	for (; got < most && *at < base->used; ++*at) {
		const struct base_entry *entry = &base->entries[*at];
		const struct base_half *half =
			entry->live ? fc_base_committed_half(base, entry) : NULL;

		if (half)
			fc_base_flow(entry, half, &out[got++]);
	}
	pthread_mutex_unlock(&base->lock);
	return got;
}

size_t fc_base_vector(struct fc_base *base, struct fc_cut_place *out, size_t most)
{
	size_t count;

	pthread_mutex_lock(&base->lock);
	count = base->places < most ? base->places : most;
	memcpy(out, base->place, count * sizeof(*out));
	pthread_mutex_unlock(&base->lock);
	return count;
}

uint64_t fc_base_cut_ns(struct fc_base *base, unsigned slot)
{
	uint64_t ns;

	pthread_mutex_lock(&base->lock);
	ns = base->cut_there[slot & 0xff] ? base->cut_ns[slot & 0xff] : 0;
	pthread_mutex_unlock(&base->lock);
	return ns;
}

bool fc_base_take(struct fc_base *base, uint64_t instance)
{
	uint32_t place;

	pthread_mutex_lock(&base->lock);
	place = fc_base_find(base, instance);
	/* Places of a cut being built must not go; whoever takes over has ended it. */
	if (place != PLACE_NONE && base->open) {
		fc_base_void(base);
		place = fc_base_find(base, instance);
	}
	if (place != PLACE_NONE)
		fc_base_remove(base, place);
	pthread_mutex_unlock(&base->lock);
	return place != PLACE_NONE;
}
