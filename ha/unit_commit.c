// SPDX-License-Identifier: BSD-2-Clause
/* Changes of the running configuration. */
#include "ha/unit_impl.h"

#include <errno.h>
#include <ha/config_align.h>
#include <ha/config_shared.h>
#include <ha/log.h>
#include <stdlib.h>
#include <string.h>

/* Flows of a monitor that is gone come out of the cards and queues for a while; until then its
 * number must not be another one's. */
#define INDEX_REST_MS 30000

/* ------------------------------------------------------------------ numbers of monitors */
static void move_monitor(struct fc_config *c, int from, int to)
{
	c->fnf.monitor[to] = c->fnf.monitor[from];
	memset(&c->fnf.monitor[from], 0, sizeof(c->fnf.monitor[from]));
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		for (unsigned p = 0; p < FC_CARD_PORTS_MAX; p++) {
			struct fc_config_binding *b = &c->card[s].port[p].binding[0][0][0];

			for (unsigned i = 0; i < 2 * 2 * FC_FNF_BINDINGS; i++)
				if (b[i].monitor == from)
					b[i].monitor = to;
		}
}

/* Of the numbers that are free before and after, the one that has rested longest. */
static int coolest(const struct fc_unit *unit, const struct fc_config *was,
		   const struct fc_config *is)
{
	int best = FC_FNF_NONE;

	for (int i = 0; i < FC_FNF_MONITORS; i++) {
		if (*was->fnf.monitor[i].name || *is->fnf.monitor[i].name)
			continue;
		if (best == FC_FNF_NONE || unit->index_free_ms[i] < unit->index_free_ms[best])
			best = i;
	}
	return best;
}

static void rest_numbers(struct fc_unit *unit, const struct fc_config *was, struct fc_config *is)
{
	uint64_t now = fc_clock_ms();

	for (int i = 0; i < FC_FNF_MONITORS; i++)
		if (*was->fnf.monitor[i].name && was->fnf.monitor[i].id != is->fnf.monitor[i].id)
			unit->index_free_ms[i] = now + INDEX_REST_MS;
	for (int i = 0; i < FC_FNF_MONITORS; i++) {
		int to;

		if (!*is->fnf.monitor[i].name || unit->index_free_ms[i] <= now ||
		    was->fnf.monitor[i].id == is->fnf.monitor[i].id)
			continue;
		to = coolest(unit, was, is);
		if (to != FC_FNF_NONE && unit->index_free_ms[to] < unit->index_free_ms[i])
			move_monitor(is, i, to);
	}
}

/* ------------------------------------------------------------------ commit */
static void forget_statistics(struct fc_unit *unit, const struct fc_config *was,
			      const struct fc_config *is)
{
	for (int i = 0; i < FC_FNF_MONITORS; i++)
		if (*was->fnf.monitor[i].name && was->fnf.monitor[i].id != is->fnf.monitor[i].id &&
		    fc_fnf_monitor_find(&is->fnf, was->fnf.monitor[i].name) == FC_FNF_NONE)
			fc_monitor_book_forget(unit->book, was->fnf.monitor[i].id);
}

int fc_unit_commit(struct fc_unit *unit, struct fc_unit_snapshot *fresh)
{
	struct fc_unit_snapshot *old = unit->snapshot; /* only a commit changes it */
	int err;

	if (!fc_unit_standby(unit)) /* its numbers are the active unit's */
		rest_numbers(unit, &old->config, &fresh->config);
	err = fc_brokers_commit(unit->brokers, &old->config, &fresh->config, fc_clock_ms());
	if (err)
		return err;
	forget_statistics(unit, &old->config, &fresh->config);
	pthread_mutex_lock(&unit->lock);
	unit->snapshot = fresh;
	unit->wanted++;
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (unit->place[s])
			fc_slot_wake(unit->place[s]->slot);
	pthread_cond_broadcast(&unit->moved);
	pthread_mutex_unlock(&unit->lock);
	fc_unit_snapshot_release(old);
	return 0;
}

/* Configurations compare as memory (ha/config.h). */
static bool same_octets(const void *a, const void *b, size_t octets)
{
	return memcmp(a, b, octets) == 0;
}

static int no_memory(struct fc_syntax_line *line)
{
	line->column = 0;
	snprintf(line->message, sizeof(line->message), "%% Out of memory");
	return -ENOMEM;
}

static int refuse_standby(struct fc_syntax_line *line)
{
	line->column = 0;
	snprintf(line->message, sizeof(line->message), "%s", FC_UNIT_STANDBY);
	return -EINVAL;
}

int fc_unit_line(struct fc_unit *unit, struct fc_config_cursor *cursor, const char *text,
		 struct fc_syntax_line *line)
{
	const struct fc_config_cursor before = *cursor;
	struct fc_unit_snapshot *fresh;
	bool changed = false;
	int err;

	pthread_mutex_lock(&unit->commit);
	if (fc_unit_standby(unit)) {
		err = refuse_standby(line);
		goto unlock;
	}
	fresh = fc_unit_snapshot_create(&unit->snapshot->config);
	if (!fresh) {
		err = no_memory(line);
		goto unlock;
	}
	err = fc_config_line(&fresh->config, cursor, text, line);
	if (err || same_octets(&fresh->config, &unit->snapshot->config, sizeof(fresh->config)))
		goto release;
	err = fc_unit_commit(unit, fresh);
	changed = !err;
	if (!err)
		goto unlock;
	*cursor = before;
	err = no_memory(line);

release:
	fc_unit_snapshot_release(fresh);
unlock:
	pthread_mutex_unlock(&unit->commit);
	/* Without the lock: the pair's thread takes it while it holds the pair. */
	if (changed)
		fc_unit_pair_changed(unit, &before, text);
	return err;
}

int fc_unit_reload(struct fc_unit *unit, const struct fc_config *config)
{
	struct fc_unit_snapshot *fresh = fc_unit_snapshot_create(config);
	int err;

	if (!fresh)
		return -ENOMEM;
	pthread_mutex_lock(&unit->commit);
	if (fc_unit_standby(unit))
		fc_config_shared_copy(&fresh->config, &unit->snapshot->config);
	else
		fc_config_align(&fresh->config, &unit->snapshot->config);
	err = fc_unit_commit(unit, fresh);
	pthread_mutex_unlock(&unit->commit);
	if (err) {
		fc_unit_snapshot_release(fresh);
		return err;
	}
	fc_unit_pair_changed(unit, NULL, NULL);
	atomic_fetch_add(&unit->reloads, 1);
	fc_log(FC_LOG_NOTICE, "RELOAD", "configuration taken over");
	return 0;
}
