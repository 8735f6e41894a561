// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/config_align.h>
#include <ha/log.h>
#include <ha/unit.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define SEND_MS 10000
#define NAMES_OCTETS 400

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* ------------------------------------------------------------------ what others may hold */
struct fc_unit_snapshot {
	atomic_uint users;
	struct fc_config config;
};

static void snapshot_release(struct fc_unit_snapshot *s)
{
	if (s && atomic_fetch_sub(&s->users, 1) == 1)
		free(s);
}

/* Without memory the old one stays for a while: it is whole, only not new. */
static void publish(struct fc_unit *unit)
{
	struct fc_unit_snapshot *old, *s = malloc(sizeof(*s));

	if (!s)
		return;
	atomic_init(&s->users, 1);
	s->config = unit->config;
	pthread_mutex_lock(&unit->lock);
	old = unit->snapshot;
	unit->snapshot = s;
	pthread_mutex_unlock(&unit->lock);
	snapshot_release(old);
}

const struct fc_config *fc_unit_config(struct fc_unit *unit)
{
	struct fc_unit_snapshot *s;

	pthread_mutex_lock(&unit->lock);
	s = unit->snapshot;
	atomic_fetch_add(&s->users, 1);
	pthread_mutex_unlock(&unit->lock);
	return &s->config;
}

void fc_unit_config_release(const struct fc_config *config)
{
	char *start = (char *)(uintptr_t)config;

	snapshot_release(
		(struct fc_unit_snapshot *)(void *)(start -
						    offsetof(struct fc_unit_snapshot, config)));
}

struct fc_slot *fc_unit_slot(struct fc_unit *unit, unsigned number)
{
	struct fc_slot *slot;

	pthread_mutex_lock(&unit->lock);
	slot = number < FC_CONFIG_SLOTS ? unit->slot[number] : NULL;
	if (slot)
		unit->slot_users[number]++;
	pthread_mutex_unlock(&unit->lock);
	return slot;
}

void fc_unit_slot_release(struct fc_unit *unit, unsigned number)
{
	pthread_mutex_lock(&unit->lock);
	if (!--unit->slot_users[number])
		pthread_cond_broadcast(&unit->left);
	pthread_mutex_unlock(&unit->lock);
}

/* ------------------------------------------------------------------ slots */
static bool wanted(const struct fc_config *config, unsigned slot)
{
	return config->card[slot].there && !config->card[slot].shutdown;
}

static int start_slot(struct fc_unit *unit, unsigned number)
{
	const struct fc_slot_config c = {
		.number = number,
		.config = &unit->config,
		.export = unit->export,
		.open = unit->open,
		.lost_exit = unit->lost_exit,
	};
	struct fc_slot *slot;
	int err = fc_slot_create(&c, &slot);

	if (err) {
		fc_log(FC_LOG_ERROR, "SLOT", "card %u: its slot cannot start: %s", number,
		       strerror(-err));
		return err;
	}
	pthread_mutex_lock(&unit->lock);
	unit->slot[number] = slot;
	pthread_mutex_unlock(&unit->lock);
	return 0;
}

static void stop_slot(struct fc_unit *unit, unsigned number)
{
	struct fc_slot *slot = unit->slot[number];

	if (!slot)
		return;
	pthread_mutex_lock(&unit->lock);
	unit->slot[number] = NULL;
	while (unit->slot_users[number])
		pthread_cond_wait(&unit->left, &unit->lock);
	pthread_mutex_unlock(&unit->lock);
	fc_slot_destroy(slot);
}

static void release_all(struct fc_unit *unit)
{
	snapshot_release(unit->snapshot);
	pthread_cond_destroy(&unit->left);
	pthread_mutex_destroy(&unit->lock);
}

int fc_unit_start(struct fc_unit *unit, const struct fc_config *config, fc_slot_opener open,
		  char *error, size_t error_octets)
{
	int err;

	memset(unit, 0, sizeof(*unit));
	unit->config = *config;
	unit->open = open;
	pthread_mutex_init(&unit->lock, NULL);
	pthread_cond_init(&unit->left, NULL);
	publish(unit);
	unit->started_ns = now_ns();
	unit->lost_exit = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = unit->lost_exit < 0 ? -errno : 0;
	if (!err)
		err = unit->snapshot ? fc_export_thread_start(&unit->export) : -ENOMEM;
	if (err) {
		snprintf(error, error_octets, "export thread: %s", strerror(-err));
		goto close_fd;
	}
	err = fc_export_thread_configure(unit->export, config, error, error_octets);
	if (err)
		goto stop_export;
	for (unsigned s = 0; s < FC_CONFIG_SLOTS && !err; s++)
		if (wanted(config, s))
			err = start_slot(unit, s);
	if (!err)
		return 0;
	snprintf(error, error_octets, "cards: %s", strerror(-err));
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		stop_slot(unit, s);

stop_export:
	fc_export_thread_stop(unit->export, 0);
close_fd:
	if (unit->lost_exit >= 0)
		close(unit->lost_exit);
	release_all(unit);
	return err;
}

/* A running card takes what it can; the rest of its part stays as it runs. */
static unsigned reload_slot(struct fc_unit *unit, unsigned number, const struct fc_config *fresh)
{
	char names[NAMES_OCTETS];
	unsigned count = fc_slot_reconfigure(unit->slot[number], fresh, names, sizeof(names));

	if (count)
		fc_log(FC_LOG_WARNING, "RELOAD",
		       "card %u: cannot change while it runs: %s "
		       "(shutdown, reload, no shutdown, reload)",
		       number, names);
	return count;
}

unsigned fc_unit_reload(struct fc_unit *unit, const struct fc_config *config)
{
	struct fc_config fresh = *config;
	char error[NAMES_OCTETS] = "";
	unsigned left = 0;

	fc_config_align(&fresh, &unit->config);
	/* Cards that go first: their flows still find their exporters. */
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (unit->slot[s] && !wanted(&fresh, s))
			stop_slot(unit, s);
	if (fc_export_thread_configure(unit->export, &fresh, error, sizeof(error))) {
		fc_log(FC_LOG_ERROR, "RELOAD", "%s: it is not exported to", error);
		left++;
	}
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (unit->slot[s])
			left += reload_slot(unit, s, &fresh);
	unit->config = fresh;
	publish(unit);
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (!unit->slot[s] && wanted(&fresh, s) && start_slot(unit, s))
			left++;
	unit->reloads++;
	fc_log(FC_LOG_NOTICE, "RELOAD", "configuration taken over, %u part%s left as before", left,
	       left == 1 ? "" : "s");
	return left;
}

unsigned fc_unit_stop(struct fc_unit *unit)
{
	unsigned left;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		stop_slot(unit, s);
	left = fc_export_thread_stop(unit->export, SEND_MS);
	close(unit->lost_exit);
	release_all(unit);
	return left;
}
