// SPDX-License-Identifier: BSD-2-Clause
/* What EXEC's rows of redundancy want of a unit, in a pair or alone. */
#include "ha/unit_impl.h"

#include <errno.h>
#include <ha/orphans.h>
#include <ha/pair/pair_thread.h>
#include <ha/show/redundancy.h>
#include <stdlib.h>
#include <string.h>

/* The facility of a unit without a peer: active at once, told of nothing. */
int fc_unit_alone_create(struct fc_unit *unit)
{
	const struct fc_rf_options options = {
		.unit = 1, .sso = false, .notification_ms = 30000, .switchovers = 10};
	struct fc_rf_input in = {.type = FC_RF_IN_START};
	struct fc_rf_out out = {.again = true};
	const struct fc_rf_time now = {0};

	unit->alone = malloc(sizeof(*unit->alone));
	if (!unit->alone)
		return -ENOMEM;
	fc_rf_init(unit->alone, &options);
	while (out.again) {
		fc_rf_input(unit->alone, &in, now, &out);
		in.type = FC_RF_IN_TICK;
	}
	return 0;
}

static struct fc_rf_time alone_now(const struct fc_unit *unit)
{
	return (struct fc_rf_time){.ms = fc_clock_ms() - unit->started_ns / 1000000};
}

/* ------------------------------------------------------------------ looking */
static void view_pair(struct fc_unit *unit, struct fc_show_redundancy *v)
{
	const struct fc_config_redundancy *r = &unit->pair_config;
	struct fc_pair *pair = fc_pair_thread_lock(unit->pair);
	struct fc_show_pair *p = &v->pair;

	v->now_ms = fc_pair_thread_now(unit->pair).ms;
	v->rf = *fc_pair_rf(pair);
	fc_pair_counters(pair, &v->rf.counters);
	p->there = true;
	fc_pair_look(pair, &p->look);
	fc_cuts_look(fc_pair_cuts(pair), &p->cuts);
	fc_base_look(fc_pair_base(pair), &p->base);
	p->acked.places = fc_cuts_vector(fc_pair_cuts(pair), p->acked.place, FC_CUT_MEMBERS);
	p->committed.places =
		fc_base_vector(fc_pair_base(pair), p->committed.place, FC_CUT_MEMBERS);
	fc_pair_thread_unlock(unit->pair);
	if (unit->orphans)
		fc_orphans_stats(unit->orphans, &p->orphans);
	fc_export_thread_pairing(unit->export, &p->exports);
	fc_link_stats(fc_pair_thread_link(unit->pair), &p->link);
	fc_unit_pair_link(r, &p->ends);
	memcpy(v->peer.image, p->look.peer_image, sizeof(v->peer.image));
	memcpy(v->waits, p->look.waits, sizeof(v->waits));
}

/* What is configured and makes no pair is shown as that. */
static void view_alone(struct fc_unit *unit, const struct fc_config *config,
		       struct fc_show_redundancy *v)
{
	const char *lacks = fc_config_redundancy_lacks(config);

	v->now_ms = alone_now(unit).ms;
	pthread_mutex_lock(&unit->lock);
	v->rf = *unit->alone;
	snprintf(v->waits, sizeof(v->waits), "%.95s", lacks ? lacks : unit->pair_why);
	if (*unit->pair_why) {
		v->rf.state = FC_RF_DISABLED;
		v->rf.gate = FC_RF_GATE_CLOSED;
	}
	pthread_mutex_unlock(&unit->lock);
	v->rf.options.sso = config->redundancy.mode == FC_CONFIG_MODE_SSO;
	if (config->redundancy.unit)
		v->rf.options.unit = config->redundancy.unit;
}

int fc_unit_redundancy_view(struct fc_unit *unit, struct fc_show_redundancy **view)
{
	struct fc_show_redundancy *v = calloc(1, sizeof(*v));
	const struct fc_config *config;

	if (!v)
		return -ENOMEM;
	snprintf(v->mine.image, sizeof(v->mine.image), "flowcard, Version %s", FC_VERSION);
	config = fc_unit_config(unit);
	snprintf(v->fencing, sizeof(v->fencing), "%.127s",
		 *config->redundancy.fencing ? config->redundancy.fencing : "none");
	pthread_rwlock_rdlock(&unit->pair_lock);
	if (unit->pair)
		view_pair(unit, v);
	else
		view_alone(unit, config, v);
	pthread_rwlock_unlock(&unit->pair_lock);
	fc_unit_config_release(config);
	*view = v;
	return 0;
}

/* ------------------------------------------------------------------ orders */
static int order_pair(struct fc_pair *pair, enum fc_redundancy_order order, struct fc_rf_time now,
		      char text[FC_RF_TEXT])
{
	switch (order) {
	case FC_REDUNDANCY_FORCE:
		return fc_pair_force(pair, FC_RF_REASON_USER_FORCED, now, text);
	case FC_REDUNDANCY_RELOAD_PEER:
		return fc_pair_reload_peer(pair, now, text);
	case FC_REDUNDANCY_CLEAR_HISTORY:
		fc_rf_clear_history(fc_pair_rf(pair));
		return 0;
	case FC_REDUNDANCY_CLEAR_COUNTERS:
		fc_pair_clear_counters(pair);
		return 0;
	}
	return -EINVAL;
}

/* The facility itself says why that is not possible. */
static int order_alone(struct fc_unit *unit, enum fc_redundancy_order order, char text[FC_RF_TEXT])
{
	struct fc_rf_out out;
	int err = 0;

	pthread_mutex_lock(&unit->lock);
	if (order == FC_REDUNDANCY_FORCE)
		err = fc_rf_force(unit->alone, FC_RF_REASON_USER_FORCED, alone_now(unit), &out,
				  text);
	else if (order == FC_REDUNDANCY_RELOAD_PEER)
		err = fc_rf_reload_peer(unit->alone, &out, text);
	else if (order == FC_REDUNDANCY_CLEAR_HISTORY)
		fc_rf_clear_history(unit->alone);
	else
		fc_rf_clear_counters(unit->alone);
	pthread_mutex_unlock(&unit->lock);
	return err;
}

int fc_unit_redundancy_order(struct fc_unit *unit, enum fc_redundancy_order order,
			     char text[FC_RF_TEXT])
{
	struct fc_rf_time now;
	struct fc_pair *pair;
	int err;

	*text = 0;
	pthread_rwlock_rdlock(&unit->pair_lock);
	if (unit->pair) {
		pair = fc_pair_thread_lock_at(unit->pair, &now);
		err = order_pair(pair, order, now, text);
		fc_pair_thread_unlock(unit->pair);
	} else {
		err = order_alone(unit, order, text);
	}
	pthread_rwlock_unlock(&unit->pair_lock);
	return err;
}
