// SPDX-License-Identifier: BSD-2-Clause
/* A unit's beginning and end, and what others may hold of it in between. */
#include "ha/unit_impl.h"

#include <errno.h>
#include <ha/log.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define SEND_MS 10000

/* ------------------------------------------------------------------ snapshots */
struct fc_unit_snapshot *fc_unit_snapshot_create(const struct fc_config *config)
{
	struct fc_unit_snapshot *s = malloc(sizeof(*s));

	if (!s)
		return NULL;
	memset(s, 0, offsetof(struct fc_unit_snapshot, config));
	atomic_init(&s->users, 1);
	memcpy(&s->config, config, sizeof(*config)); /* padding too: configurations compare */
	return s;
}

void fc_unit_snapshot_release(struct fc_unit_snapshot *s)
{
	if (s && atomic_fetch_sub(&s->users, 1) == 1)
		free(s);
}

struct fc_unit_snapshot *fc_unit_snapshot_hold(struct fc_unit *unit)
{
	struct fc_unit_snapshot *s;

	pthread_mutex_lock(&unit->lock);
	s = unit->snapshot;
	atomic_fetch_add(&s->users, 1);
	pthread_mutex_unlock(&unit->lock);
	return s;
}

const struct fc_config *fc_unit_config(struct fc_unit *unit)
{
	return &fc_unit_snapshot_hold(unit)->config;
}

void fc_unit_config_release(const struct fc_config *config)
{
	char *start = (char *)(uintptr_t)config - offsetof(struct fc_unit_snapshot, config);

	fc_unit_snapshot_release((struct fc_unit_snapshot *)(void *)start);
}

/* ------------------------------------------------------------------ slots */
struct fc_slot *fc_unit_slot(struct fc_unit *unit, unsigned number)
{
	struct fc_unit_place *p;

	pthread_mutex_lock(&unit->lock);
	p = number < FC_CONFIG_SLOTS ? unit->place[number] : NULL;
	if (p)
		p->users++;
	pthread_mutex_unlock(&unit->lock);
	return p ? p->slot : NULL;
}

/* A place that is held does not go, and the next one comes after it: the number is enough. */
void fc_unit_slot_release(struct fc_unit *unit, unsigned number)
{
	pthread_mutex_lock(&unit->lock);
	if (!--unit->place[number]->users)
		pthread_cond_broadcast(&unit->moved);
	pthread_mutex_unlock(&unit->lock);
}

int fc_unit_settle(struct fc_unit *unit, unsigned limit_ms)
{
	uint64_t until = fc_clock_ns() + limit_ms * UINT64_C(1000000), target;
	struct timespec ts = {(time_t)(until / 1000000000u), (long)(until % 1000000000u)};
	int err = 0;

	pthread_mutex_lock(&unit->lock);
	target = unit->wanted;
	while (unit->followed < target && !err)
		err = pthread_cond_timedwait(&unit->moved, &unit->lock, &ts);
	pthread_mutex_unlock(&unit->lock);
	return -err;
}

/* ------------------------------------------------------------------ beginning and end */
static void locks_init(struct fc_unit *unit)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&unit->moved, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&unit->lock, NULL);
	pthread_mutex_init(&unit->commit, NULL);
	pthread_rwlock_init(&unit->pair_lock, NULL);
}

/* What needs no thread; what was made is given back by data_free, also after a failure. */
static int data_create(struct fc_unit *unit, const struct fc_config *config)
{
	unit->snapshot = fc_unit_snapshot_create(config);
	unit->brokers = fc_brokers_create();
	if (!unit->snapshot || !unit->brokers || fc_monitor_book_create(&unit->book) ||
	    fc_unit_alone_create(unit))
		return -ENOMEM;
	return fc_brokers_commit(unit->brokers, NULL, config, fc_clock_ms());
}

static void data_free(struct fc_unit *unit)
{
	if (unit->book)
		fc_monitor_book_destroy(unit->book);
	fc_brokers_destroy(unit->brokers);
	fc_unit_snapshot_release(unit->snapshot);
	free(unit->alone);
	pthread_rwlock_destroy(&unit->pair_lock);
	pthread_mutex_destroy(&unit->commit);
	pthread_mutex_destroy(&unit->lock);
	pthread_cond_destroy(&unit->moved);
}

static int start_cards(struct fc_unit *unit, const struct fc_config *config)
{
	int err = 0;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS && !err; s++)
		if (fc_config_card_wanted(&config->card[s]))
			err = fc_unit_place_start(unit, config, s);
	if (!err)
		err = -pthread_create(&unit->follower, NULL, fc_unit_follow, unit);
	if (err)
		fc_unit_places_end(unit, NULL);
	return err;
}

int fc_unit_start(struct fc_unit *unit, const struct fc_config *config, fc_slot_opener open,
		  char *error, size_t error_octets)
{
	int err;

	memset(unit, 0, sizeof(*unit));
	locks_init(unit);
	unit->open = open;
	unit->started_ns = fc_clock_ns();
	err = data_create(unit, config);
	if (err) {
		snprintf(error, error_octets, "unit: %s", strerror(-err));
		goto free_data;
	}
	unit->lost_exit = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = unit->lost_exit < 0 ? -errno : fc_export_thread_start(&unit->export);
	if (err) {
		snprintf(error, error_octets, "export thread: %s", strerror(-err));
		goto close_fd;
	}
	err = fc_unit_pair_create(unit, config, error, error_octets);
	if (err)
		goto stop_export;
	err = fc_export_thread_configure(unit->export, config, error, error_octets);
	if (err)
		goto stop_export;
	err = fc_unit_pair_start(unit, config);
	if (err) {
		snprintf(error, error_octets, "redundancy: %s", strerror(-err));
		goto stop_export;
	}
	err = start_cards(unit, config);
	if (!err)
		return 0;
	snprintf(error, error_octets, "cards: %s", strerror(-err));
	fc_unit_pair_leave(unit);

stop_export:
	fc_unit_orphans_destroy(unit);
	fc_export_thread_stop(unit->export, 0);
	fc_unit_pair_destroy(unit);
close_fd:
	if (unit->lost_exit >= 0)
		close(unit->lost_exit);
free_data:
	data_free(unit);
	return err;
}

unsigned fc_unit_stop(struct fc_unit *unit)
{
	unsigned left;
	bool send;

	pthread_mutex_lock(&unit->lock);
	unit->stop = true;
	pthread_cond_broadcast(&unit->moved);
	pthread_mutex_unlock(&unit->lock);
	pthread_join(unit->follower, NULL);
	send = fc_unit_pair_leave(unit);
	fc_unit_places_end(unit, NULL);
	fc_unit_orphans_destroy(unit);
	left = fc_export_thread_stop(unit->export, send ? SEND_MS : 0);
	fc_unit_pair_destroy(unit);
	if (!send)
		left = 0; /* they are the new active unit's to send */
	close(unit->lost_exit);
	data_free(unit);
	return left;
}
