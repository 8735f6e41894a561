// SPDX-License-Identifier: BSD-2-Clause
/*
 * A unit of a pair: what the pair's engine asks of cards, exporters and configuration, and how the
 * pair begins and ends with the section `redundancy`. Page: docs/pair.md.
 */
#include "ha/unit_impl.h"

#include <assert.h>
#include <errno.h>
#include <ha/config_shared.h>
#include <ha/log.h>
#include <ha/pair/pair_thread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static_assert(FC_PAIR_SLOTS == FC_CONFIG_SLOTS, "a clock each");

#define LEAVE_MS 12000 /* handover_ms twice, and a bit */

/* Configurations compare as memory (ha/config.h). */
static bool same_octets(const void *a, const void *b, size_t octets)
{
	return memcmp(a, b, octets) == 0;
}

static struct fc_unit *unit_of(void *thread)
{
	return fc_pair_thread_context(thread);
}

/* ------------------------------------------------------------------ cards and exporters */
static void host_role(void *context, enum fc_pair_role role, uint64_t term)
{
	struct fc_unit *unit = unit_of(context);

	(void)term;
	atomic_store(&unit->standby, role == FC_PAIR_STANDBY);
	fc_export_thread_role(unit->export, role == FC_PAIR_ACTIVE);
}

static void host_gate(void *context, enum fc_rf_gate gate)
{
	fc_export_thread_gate(unit_of(context)->export, gate);
}

static void host_barrier(void *context)
{
	struct fc_unit *unit = unit_of(context);

	pthread_mutex_lock(&unit->lock);
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (unit->place[s])
			fc_slot_barrier(unit->place[s]->slot);
	pthread_mutex_unlock(&unit->lock);
}

static bool host_drained(void *context)
{
	return fc_export_thread_drained(unit_of(context)->export);
}

static int host_export_message(void *context, const struct fc_message *message, char *why)
{
	return fc_export_thread_message(unit_of(context)->export, message, why);
}

static void host_export_commit(void *context, uint64_t cut)
{
	fc_export_thread_commit(unit_of(context)->export, cut);
}

static void host_export_rollback(void *context)
{
	fc_export_thread_rollback(unit_of(context)->export);
}

static unsigned host_healthy(void *context)
{
	struct fc_unit *unit = unit_of(context);
	unsigned healthy = 0;

	pthread_mutex_lock(&unit->lock);
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		healthy += unit->place[s] && fc_slot_metering(unit->place[s]->slot);
	pthread_mutex_unlock(&unit->lock);
	return healthy;
}

/* A card that is here has its first plan; one that is not is not waited for. */
static bool host_followed(void *context)
{
	struct fc_unit *unit = unit_of(context);
	bool followed;

	pthread_mutex_lock(&unit->lock);
	followed = unit->followed == unit->wanted;
	for (unsigned s = 0; s < FC_CONFIG_SLOTS && followed; s++)
		followed = !unit->place[s] || !fc_slot_coming_up(unit->place[s]->slot);
	pthread_mutex_unlock(&unit->lock);
	return followed;
}

static uint64_t host_card_ns(void *context, unsigned slot)
{
	struct fc_unit *unit = unit_of(context);
	uint64_t ns;

	pthread_mutex_lock(&unit->lock);
	ns = unit->place[slot] ? fc_slot_card_ns(unit->place[slot]->slot) : 0;
	pthread_mutex_unlock(&unit->lock);
	return ns;
}

static uint64_t host_guard_ns(void *context)
{
	const struct fc_config *config = fc_unit_config(unit_of(context));
	uint64_t ns = fc_config_guard_ns(config);

	fc_unit_config_release(config);
	return ns;
}

/* Of the hook's thread: may wait for a card. */
static uint64_t count_frames(void *context)
{
	struct fc_unit *unit = unit_of(context);
	uint64_t sum = 0;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++) {
		struct fc_slot *slot = fc_unit_slot(unit, s);

		if (!slot)
			continue;
		sum += fc_slot_frames(slot);
		fc_unit_slot_release(unit, s);
	}
	return sum;
}

/* Flows go with the change of role; the cards stay, they are programmed as the new active unit
 * says. */
static void host_reload(void *context)
{
	(void)context;
	fc_log(FC_LOG_NOTICE, "RELOAD", "this unit begins anew, as the other one asks");
}

/* ------------------------------------------------------------------ configuration */
static int host_config_read(void *context, struct fc_pair_config *out)
{
	struct fc_unit *unit = unit_of(context);
	const struct fc_config *config = fc_unit_config(unit);

	out->text = fc_config_shared_write(config);
	out->ids = fc_config_shared_ids(config);
	out->checksum = fc_config_shared_checksum(config);
	fc_unit_config_release(config);
	pthread_mutex_lock(&unit->lock);
	memcpy(out->secret, unit->secret, sizeof(out->secret));
	pthread_mutex_unlock(&unit->lock);
	if (out->text && out->ids)
		return 0;
	free(out->text);
	free(out->ids);
	return -ENOMEM;
}

static bool other_secret(struct fc_unit *unit, const struct fc_pair_config *in)
{
	bool other;

	pthread_mutex_lock(&unit->lock);
	other = in->text && memcmp(unit->secret, in->secret, sizeof(unit->secret)) != 0;
	pthread_mutex_unlock(&unit->lock);
	return other;
}

/* When the configuration was taken: what fails comes again, and must find the secret another one
 * then. Cards that have another one are set up anew. */
static void take_secret(struct fc_unit *unit, const struct fc_pair_config *in)
{
	pthread_mutex_lock(&unit->lock);
	memcpy(unit->secret, in->secret, sizeof(unit->secret));
	unit->wanted++; /* the follower may have seen to the commit already */
	pthread_cond_broadcast(&unit->moved);
	pthread_mutex_unlock(&unit->lock);
}

static int host_config_take(void *context, const struct fc_pair_config *in, char *why)
{
	struct fc_unit *unit = unit_of(context);
	struct fc_unit_snapshot *fresh;
	bool other = other_secret(unit, in);
	int err;

	pthread_mutex_lock(&unit->commit);
	fresh = fc_unit_snapshot_create(&unit->snapshot->config);
	err = !fresh ? -ENOMEM
	      : in->text
		      ? fc_config_shared_take(&fresh->config, in->text, in->ids, why, FC_CUT_TEXT)
		      : fc_config_shared_line(&fresh->config, in->section, in->line, in->ids, why,
					      FC_CUT_TEXT);
	if (!err && (other || !same_octets(&fresh->config, &unit->snapshot->config,
					   sizeof(fresh->config)))) {
		err = fc_unit_commit(unit, fresh);
		if (!err)
			fresh = NULL;
		if (!err && other)
			take_secret(unit, in);
	}
	pthread_mutex_unlock(&unit->commit);
	fc_unit_snapshot_release(fresh);
	if (err == -ENOMEM)
		snprintf(why, FC_CUT_TEXT, "%s", strerror(ENOMEM));
	return err;
}

static const char *section_of(const struct fc_config_cursor *cursor, char text[FC_FNF_TEXT])
{
	static const char *const words[FC_CONFIG_MODES] = {
		[FC_CONFIG_RECORD] = "flow record",
		[FC_CONFIG_EXPORTER] = "flow exporter",
		[FC_CONFIG_MONITOR] = "flow monitor",
		[FC_CONFIG_SAMPLER] = "sampler",
	};

	*text = 0;
	if (cursor->mode == FC_CONFIG_INTERFACE)
		snprintf(text, FC_FNF_TEXT, "interface HundredGigE%u/0/%u", cursor->slot,
			 cursor->port);
	else if (words[cursor->mode])
		snprintf(text, FC_FNF_TEXT, "%s %s", words[cursor->mode], cursor->name);
	return text;
}

void fc_unit_pair_changed(struct fc_unit *unit, const struct fc_config_cursor *cursor,
			  const char *line)
{
	char section[FC_FNF_TEXT];
	struct fc_pair_config change = {0};
	const struct fc_config *config;
	struct fc_rf_time now;
	struct fc_pair *pair;

	pthread_rwlock_rdlock(&unit->pair_lock);
	if (!unit->pair)
		goto unlock;
	config = fc_unit_config(unit);
	change.checksum = fc_config_shared_checksum(config);
	change.ids = cursor ? fc_config_shared_ids(config) : NULL;
	fc_unit_config_release(config);
	if (change.ids) {
		change.section = (char *)(uintptr_t)section_of(cursor, section);
		change.line = (char *)(uintptr_t)line;
	}
	pair = fc_pair_thread_lock_at(unit->pair, &now);
	fc_pair_config_changed(pair, &change, now);
	fc_pair_thread_unlock(unit->pair);
	free(change.ids);
unlock:
	pthread_rwlock_unlock(&unit->pair_lock);
}

/* ------------------------------------------------------------------ beginning and end */
static void make_config(struct fc_unit *unit, const struct fc_config *config,
			struct fc_pair_thread_config *out)
{
	*out = (struct fc_pair_thread_config){
		.options = FC_PAIR_OPTIONS_DEFAULT,
		.host = {.role = host_role,
			 .gate = host_gate,
			 .barrier = host_barrier,
			 .drained = host_drained,
			 .followed = host_followed,
			 .export_message = host_export_message,
			 .export_commit = host_export_commit,
			 .export_rollback = host_export_rollback,
			 .config_read = host_config_read,
			 .config_take = host_config_take,
			 .healthy = host_healthy,
			 .card_ns = host_card_ns,
			 .guard_ns = host_guard_ns,
			 .reload = host_reload},
		.packets = count_frames,
		.context = unit,
	};
	fc_unit_pair_config(config, out);
}

bool fc_unit_pair_same(const struct fc_unit *unit, const struct fc_config *config)
{
	struct fc_config_redundancy is = config->redundancy, was = unit->pair_config;

	is.maintenance = was.maintenance = false;
	return unit->pair ? fc_unit_pair_wanted(config) && same_octets(&is, &was, sizeof(is))
			  : !fc_unit_pair_wanted(config) && !*unit->pair_why;
}

int fc_unit_pair_create(struct fc_unit *unit, const struct fc_config *config, char *error,
			size_t error_octets)
{
	struct fc_pair_thread_config c;
	struct fc_pair_thread *pair;
	char why[FC_LINK_TEXT] = "";
	int err;

	if (!fc_unit_pair_wanted(config)) {
		if (config->redundancy.mode == FC_CONFIG_MODE_SSO)
			fc_log_as("REDUNDANCY", FC_LOG_WARNING, "SIMPLEX", "This unit is alone: %s",
				  fc_config_redundancy_lacks(config));
		return 0;
	}
	if (getrandom(unit->secret, sizeof(unit->secret), 0) != sizeof(unit->secret)) {
		snprintf(error, error_octets, "redundancy: no random numbers");
		return -EIO;
	}
	make_config(unit, config, &c);
	err = fc_pair_thread_create(&c, &pair, why);
	if (err) {
		snprintf(error, error_octets, "redundancy: %s", why);
		return err;
	}
	unit->pair_config = config->redundancy;
	fc_export_thread_cuts(unit->export, fc_pair_cuts(fc_pair_thread_lock(pair)));
	fc_pair_thread_unlock(pair);
	fc_export_thread_gate(unit->export, FC_RF_GATE_CLOSED);
	fc_export_thread_role(unit->export, false);
	pthread_rwlock_wrlock(&unit->pair_lock);
	unit->pair = pair;
	pthread_rwlock_unlock(&unit->pair_lock);
	return 0;
}

/* Also whether the section's last line says maintenance-mode. */
void fc_unit_pair_maintain(struct fc_unit *unit, const struct fc_config *config)
{
	char text[FC_RF_TEXT];
	struct fc_rf_time now;
	struct fc_pair *pair;

	pthread_rwlock_rdlock(&unit->pair_lock);
	if (unit->pair) {
		pair = fc_pair_thread_lock_at(unit->pair, &now);
		if (fc_pair_maintenance(pair, config->redundancy.maintenance, now, text))
			fc_log_as("REDUNDANCY", FC_LOG_WARNING, "MAINTENANCE", "%s", text + 2);
		fc_pair_thread_unlock(unit->pair);
	}
	pthread_rwlock_unlock(&unit->pair_lock);
}

int fc_unit_pair_start(struct fc_unit *unit, const struct fc_config *config)
{
	int err = unit->pair ? fc_unit_orphans_create(unit) : 0;

	if (err || !unit->pair)
		return err;
	fc_unit_pair_maintain(unit, config);
	return fc_pair_thread_start(unit->pair);
}

bool fc_unit_pair_leave(struct fc_unit *unit)
{
	struct fc_pair *pair;
	bool alone;

	if (!unit->pair)
		return true;
	fc_pair_thread_stop(unit->pair, LEAVE_MS);
	pair = fc_pair_thread_lock(unit->pair);
	alone = fc_pair_rf(pair)->gate == FC_RF_GATE_OPEN;
	/* Who is alone still sends its last flows; the others are the new active unit's. */
	if (!alone)
		fc_cuts_mode(fc_pair_cuts(pair), FC_CUTS_STANDBY, fc_pair_rf(pair)->term);
	else
		fc_cuts_mode(fc_pair_cuts(pair), FC_CUTS_ALONE, fc_pair_rf(pair)->term);
	fc_pair_thread_unlock(unit->pair);
	if (!alone)
		fc_export_thread_gate(unit->export, FC_RF_GATE_CLOSED);
	return alone;
}

void fc_unit_pair_destroy(struct fc_unit *unit)
{
	struct fc_pair_thread *pair = unit->pair;

	if (!pair)
		return;
	fc_unit_orphans_destroy(unit);
	pthread_rwlock_wrlock(&unit->pair_lock);
	unit->pair = NULL;
	pthread_rwlock_unlock(&unit->pair_lock);
	fc_pair_thread_destroy(pair);
	explicit_bzero(unit->secret, sizeof(unit->secret));
	atomic_store(&unit->standby, false);
}

/* ------------------------------------------------------------------ for the rest of the unit */
struct fc_cuts *fc_unit_cuts(struct fc_unit *unit)
{
	struct fc_cuts *cuts;

	if (!unit->pair)
		return NULL;
	cuts = fc_pair_cuts(fc_pair_thread_lock(unit->pair));
	fc_pair_thread_unlock(unit->pair);
	return cuts;
}

struct fc_base *fc_unit_base(struct fc_unit *unit)
{
	struct fc_base *base;

	pthread_rwlock_rdlock(&unit->pair_lock);
	if (!unit->pair) {
		pthread_rwlock_unlock(&unit->pair_lock);
		return NULL;
	}
	base = fc_pair_base(fc_pair_thread_lock(unit->pair));
	fc_pair_thread_unlock(unit->pair);
	return base;
}

void fc_unit_base_release(struct fc_unit *unit)
{
	pthread_rwlock_unlock(&unit->pair_lock);
}
