// SPDX-License-Identifier: BSD-2-Clause
/* Two lists a monitor: by last touch and by start, oldest first. Both are ordered by epoch, since a
 * flow is only ever put at the end. */
#include "shadow_impl.h"

#include <errno.h>

static void touch_append(struct fc_shard *shard, struct shadow_list *list, uint32_t slot)
{
	shard->touch[slot] = (struct shadow_link){.previous = list->tail, .next = SLOT_NONE};
	if (list->tail == SLOT_NONE)
		list->head = slot;
	else
		shard->touch[list->tail].next = slot;
	list->tail = slot;
}

static void touch_remove(struct fc_shard *shard, struct shadow_list *list, uint32_t slot)
{
	struct shadow_link link = shard->touch[slot];

	if (link.previous == SLOT_NONE)
		list->head = link.next;
	else
		shard->touch[link.previous].next = link.next;
	if (link.next == SLOT_NONE)
		list->tail = link.previous;
	else
		shard->touch[link.next].previous = link.previous;
}

static void start_append(struct fc_shard *shard, struct shadow_list *list, uint32_t slot)
{
	shard->start[slot].link = (struct shadow_link){.previous = list->tail, .next = SLOT_NONE};
	if (list->tail == SLOT_NONE)
		list->head = slot;
	else
		shard->start[list->tail].link.next = slot;
	list->tail = slot;
}

static void start_remove(struct fc_shard *shard, struct shadow_list *list, uint32_t slot)
{
	struct shadow_link link = shard->start[slot].link;

	if (link.previous == SLOT_NONE)
		list->head = link.next;
	else
		shard->start[link.previous].link.next = link.next;
	if (link.next == SLOT_NONE)
		list->tail = link.previous;
	else
		shard->start[link.next].link.previous = link.previous;
}

/* First touch in an epoch: the flow is the youngest again. */
void fc_shadow_touched(struct fc_shard *shard, uint32_t slot)
{
	struct shadow_list *list = &shard->monitor[shard->entries[slot].monitor].touched;

	if (list->tail == slot)
		return;
	touch_remove(shard, list, slot);
	touch_append(shard, list, slot);
}

void fc_shadow_list(struct fc_shard *shard, uint32_t slot)
{
	struct shadow_monitor *monitor = &shard->monitor[shard->entries[slot].monitor];

	touch_append(shard, &monitor->touched, slot);
	start_append(shard, &monitor->started, slot);
	if (++monitor->live > monitor->stats.high_watermark)
		monitor->stats.high_watermark = monitor->live;
	if (++shard->stats.live > shard->stats.high_watermark)
		shard->stats.high_watermark = shard->stats.live;
}

void fc_shadow_unlist(struct fc_shard *shard, uint32_t slot)
{
	struct shadow_monitor *monitor = &shard->monitor[shard->entries[slot].monitor];

	touch_remove(shard, &monitor->touched, slot);
	start_remove(shard, &monitor->started, slot);
	monitor->live--;
	shard->stats.live--;
}

uint32_t fc_shadow_oldest(const struct fc_shard *shard, unsigned monitor)
{
	return shard->monitor[monitor].touched.head;
}

/* Ages are compared as distances from now, so a clock that wraps does no harm. Flows of permanent
 * caches are not meant. */
uint32_t fc_shadow_oldest_of_all(const struct fc_shard *shard)
{
	uint32_t now = (uint32_t)(shard->age >> MARK_SHIFT);
	uint32_t oldest = SLOT_NONE;

	for (unsigned m = 0; m < FC_SHADOW_MONITORS; m++) {
		uint32_t slot = shard->monitor[m].touched.head;

		if (slot == SLOT_NONE || shard->monitor[m].permanent)
			continue;
		if (oldest == SLOT_NONE ||
		    now - shard->entries[slot].touch_mark > now - shard->entries[oldest].touch_mark)
			oldest = slot;
	}
	return oldest;
}

void fc_shadow_lists_empty(struct shadow_monitor *monitor)
{
	const struct shadow_list none = {SLOT_NONE, SLOT_NONE};

	monitor->touched = monitor->started = monitor->spread = none;
	monitor->spread_count = monitor->live = 0;
}

/* ------------------------------------------------------------------ order, where it was lost */
#define DIGIT_BITS 11 /* three of them: a mark, and a bit above it */
#define DIGITS (1u << DIGIT_BITS)

/* One list on its way through a sort: key in the upper 33 bits, slot in the lower 31. */
struct sorting {
	uint64_t *item, *other;
	size_t count;
};

static void sort_by_digit(struct sorting *sort, unsigned shift)
{
	size_t at[DIGITS] = {0}, sum = 0;
	uint64_t *swap = sort->item;

	for (size_t i = 0; i < sort->count; i++)
		at[sort->item[i] >> shift & (DIGITS - 1)]++;
	for (unsigned d = 0; d < DIGITS; d++) {
		size_t here = at[d];

		at[d] = sum;
		sum += here;
	}
	for (size_t i = 0; i < sort->count; i++)
		sort->other[at[sort->item[i] >> shift & (DIGITS - 1)]++] = sort->item[i];
	sort->item = sort->other;
	sort->other = swap;
}

static void sort_all(struct sorting *sort)
{
	for (unsigned digit = 0; digit < 3; digit++)
		sort_by_digit(sort, 31 + digit * DIGIT_BITS);
}

/* Older marks first: marks wrap, so by their distance from now. What was touched in the cut being
 * built stays at the end, where cuts look for it. */
static uint64_t item_of(const struct fc_shard *shard, uint32_t slot, uint32_t mark, bool last)
{
	uint32_t now = (uint32_t)(shard->age >> MARK_SHIFT);

	return (uint64_t)last << 63 | (uint64_t)(uint32_t) ~(now - mark) << 31 | slot;
}

static void sort_touched(struct fc_shard *shard, struct shadow_list *list, struct sorting *sort)
{
	sort->count = 0;
	for (uint32_t slot = list->head; slot != SLOT_NONE; slot = shard->touch[slot].next) {
		const struct shadow_entry *entry = &shard->entries[slot];

		sort->item[sort->count++] = item_of(shard, slot, entry->touch_mark,
						    entry->tag[entry->newest] == shard->building);
	}
	sort_all(sort);
	list->head = list->tail = SLOT_NONE;
	for (size_t i = 0; i < sort->count; i++)
		touch_append(shard, list, sort->item[i] & INT32_MAX);
}

static void sort_started(struct fc_shard *shard, struct shadow_list *list, struct sorting *sort)
{
	sort->count = 0;
	for (uint32_t slot = list->head; slot != SLOT_NONE; slot = shard->start[slot].link.next)
		sort->item[sort->count++] = item_of(shard, slot, shard->start[slot].mark, false);
	sort_all(sort);
	list->head = list->tail = SLOT_NONE;
	for (size_t i = 0; i < sort->count; i++)
		start_append(shard, list, sort->item[i] & INT32_MAX);
}

int fc_shadow_lists_sort(struct fc_shard *shard)
{
	struct shadow_block block[2] = {0};
	int err = fc_shadow_block_take(&block[0], shard->stats.live, sizeof(uint64_t));

	if (!err)
		err = fc_shadow_block_take(&block[1], shard->stats.live, sizeof(uint64_t));
	for (unsigned m = 0; !err && m < FC_SHADOW_MONITORS; m++) {
		struct sorting sort = {.item = block[0].at, .other = block[1].at};

		sort_touched(shard, &shard->monitor[m].touched, &sort);
		sort_started(shard, &shard->monitor[m].started, &sort);
	}
	fc_shadow_block_give(&block[0]);
	fc_shadow_block_give(&block[1]);
	return err;
}
