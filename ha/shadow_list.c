// SPDX-License-Identifier: BSD-2-Clause
/* Two lists a monitor: by last touch and by start, oldest first. Both are ordered by epoch, since a
 * flow is only ever put at the end. */
#include "shadow_impl.h"

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
