// SPDX-License-Identifier: BSD-2-Clause
/* A unit of a pair closes what it has taken over for slots without a card. */
#include "ha/unit_impl.h"

#include <errno.h>
#include <ha/orphans.h>

#define QUEUE_LOG2 12

static bool served(void *context, unsigned slot)
{
	struct fc_unit *unit = context;
	bool drained;

	if (slot >= FC_CONFIG_SLOTS)
		return false;
	pthread_mutex_lock(&unit->lock);
	drained = unit->place[slot] && fc_slot_drained(unit->place[slot]->slot);
	pthread_mutex_unlock(&unit->lock);
	return drained;
}

/* Listings look at it with this lock held. */
static void publish(struct fc_unit *unit, struct fc_orphans *orphans)
{
	pthread_rwlock_wrlock(&unit->pair_lock);
	unit->orphans = orphans;
	pthread_rwlock_unlock(&unit->pair_lock);
}

int fc_unit_orphans_create(struct fc_unit *unit)
{
	struct fc_orphans_config c = {
		.cuts = fc_unit_cuts(unit), .served = served, .context = unit};
	struct fc_orphans *orphans = NULL;
	int err = fc_flow_queue_create(QUEUE_LOG2, &unit->orphan_queue);

	if (err)
		return err;
	err = fc_export_thread_add(unit->export, unit->orphan_queue);
	if (err)
		goto destroy_queue;
	c.queue = unit->orphan_queue;
	err = fc_orphans_create(&c, &orphans);
	if (err)
		goto remove_queue;
	err = fc_orphans_start(orphans);
	if (err)
		goto destroy_orphans;
	publish(unit, orphans);
	return 0;

destroy_orphans:
	fc_orphans_destroy(orphans);
remove_queue:
	fc_export_thread_remove(unit->export, unit->orphan_queue);
destroy_queue:
	fc_flow_queue_destroy(unit->orphan_queue);
	unit->orphan_queue = NULL;
	return err;
}

void fc_unit_orphans_destroy(struct fc_unit *unit)
{
	struct fc_orphans *orphans = unit->orphans;

	if (!orphans)
		return;
	publish(unit, NULL);
	fc_orphans_destroy(orphans);
	fc_export_thread_remove(unit->export, unit->orphan_queue);
	fc_flow_queue_destroy(unit->orphan_queue);
	unit->orphan_queue = NULL;
}
