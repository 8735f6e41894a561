// SPDX-License-Identifier: BSD-2-Clause
/*
 * The follower: slots and exporters become what the newest configuration says. It may wait (a card
 * that ends drains its rings, for seconds); what is committed meanwhile is seen to in one go after.
 */
#include "ha/unit_impl.h"

#include <errno.h>
#include <ha/log.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LEAVE_MS 2000
#define LEAVE_LOOK_MS 5
#define AGAIN_S 1

/* ------------------------------------------------------------------ a slot's consumer */
static void take(struct fc_unit_place *p, struct fc_slot *slot)
{
	struct fc_plan_outcome outcome[FC_CARD_MONITORS_MAX];
	struct fc_card_plan plan;
	int err;

	if (fc_consumer_take(p->consumer, fc_clock_ms(), &plan) <= 0)
		return;
	memset(outcome, 0, sizeof(outcome));
	err = fc_slot_apply(slot, &plan, outcome);
	fc_consumer_done(p->consumer, fc_clock_ms(), err, outcome);
}

static void consume(void *context, struct fc_slot *slot, enum fc_slot_event event)
{
	struct fc_unit_place *p = context;
	struct fc_slot_status status;

	switch (event) {
	case FC_SLOT_UP:
		fc_slot_status(slot, &status);
		fc_consumer_up(p->consumer, status.build.monitors);
		take(p, slot);
		break;
	case FC_SLOT_WAKE:
		take(p, slot);
		break;
	case FC_SLOT_DOWN:
		fc_consumer_down(p->consumer);
		break;
	}
}

/* ------------------------------------------------------------------ slots come and go */
/* All zeros without a pair. */
static void secret_of(struct fc_unit *unit, uint8_t secret[FC_CARD_HASH_KEY_OCTETS])
{
	pthread_mutex_lock(&unit->lock);
	memcpy(secret, unit->secret, sizeof(unit->secret));
	pthread_mutex_unlock(&unit->lock);
}

int fc_unit_place_start(struct fc_unit *unit, const struct fc_config *config, unsigned number)
{
	struct fc_unit_place *p = calloc(1, sizeof(*p));
	uint8_t secret[FC_CARD_HASH_KEY_OCTETS];
	const struct fc_slot_config c = {
		.number = number,
		.config = config,
		.export = unit->export,
		.open = unit->open,
		.lost_exit = unit->lost_exit,
		.book = unit->book,
		.cuts = fc_unit_cuts(unit),
		.secret = unit->pair ? secret : NULL,
		.consume = consume,
		.context = p,
	};
	int err = p ? fc_consumer_create(unit->brokers, number, &p->consumer) : -ENOMEM;

	if (err)
		goto free_place;
	p->unit = unit;
	p->number = number;
	secret_of(unit, secret);
	memcpy(p->secret, secret, sizeof(p->secret));
	p->card = config->card[number];
	err = fc_slot_create(&c, &p->slot);
	if (err)
		goto destroy_consumer;
	pthread_mutex_lock(&unit->lock);
	unit->place[number] = p;
	unit->slot[number] = p->slot;
	pthread_mutex_unlock(&unit->lock);
	return 0;

destroy_consumer:
	fc_consumer_destroy(p->consumer);
free_place:
	free(p);
	fc_log(FC_LOG_ERROR, "SLOT", "card %u: its slot cannot start: %s", number, strerror(-err));
	return err;
}

static bool wanted(const struct fc_config *config, unsigned number)
{
	return config && fc_config_card_wanted(&config->card[number]);
}

/* Of the card itself: what it is opened and its workers are started with. */
static bool same_card(const struct fc_config_card *a, const struct fc_config_card *b)
{
	return !strcmp(a->where, b->where) && a->ring_log2 == b->ring_log2 &&
	       a->epoch_shift == b->epoch_shift && a->epoch_guard_ns == b->epoch_guard_ns &&
	       a->wait == b->wait && a->poll_ms == b->poll_ms && a->cpu == b->cpu;
}

/* Holders are few and quick; but new ones could come for ever, so this is tried anew each time the
 * last one has left. */
static struct fc_unit_place *detach(struct fc_unit *unit, unsigned number)
{
	struct fc_unit_place *p = unit->place[number];

	pthread_mutex_lock(&unit->lock);
	while (p->users)
		pthread_cond_wait(&unit->moved, &unit->lock);
	unit->place[number] = NULL;
	unit->slot[number] = NULL;
	pthread_mutex_unlock(&unit->lock);
	return p;
}

void fc_unit_places_end(struct fc_unit *unit, const struct fc_config *config)
{
	uint8_t secret[FC_CARD_HASH_KEY_OCTETS];

	secret_of(unit, secret);
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++) {
		struct fc_unit_place *p = unit->place[s];

		if (!p || (wanted(config, s) && same_card(&p->card, &config->card[s]) &&
			   !memcmp(p->secret, secret, sizeof(secret))))
			continue;
		if (wanted(config, s))
			fc_log(FC_LOG_NOTICE, "CARDRESTART",
			       "card %u: what it is started with has changed: started anew", s);
		p = detach(unit, s);
		fc_slot_destroy(p->slot);
		fc_consumer_destroy(p->consumer);
		free(p);
	}
}

/* ------------------------------------------------------------------ the thread */
static void complain(struct fc_unit *unit, const char *sentence)
{
	if (*sentence && strcmp(unit->complaint, sentence) != 0)
		fc_log(FC_LOG_ERROR, "EXPORTER", "%s: it is not exported to", sentence);
	snprintf(unit->complaint, sizeof(unit->complaint), "%s", sentence);
}

/* What was sealed leaves before the gate shuts: nobody else has it. */
static void let_leave(struct fc_unit *unit)
{
	uint64_t until = fc_clock_ms() + LEAVE_MS;

	do
		nanosleep(&(struct timespec){0, LEAVE_LOOK_MS * 1000000L}, NULL);
	while (!fc_export_thread_drained(unit->export) && fc_clock_ms() < until);
}

/* Told once; the lock is for listings. */
static void pair_cannot(struct fc_unit *unit, const char *why)
{
	if (*why && strcmp(unit->pair_why, why) != 0)
		fc_log_as("REDUNDANCY", FC_LOG_ERROR, "SHUT",
			  "No pair, nothing is exported; tried again each second: %s", why);
	pthread_mutex_lock(&unit->lock);
	snprintf(unit->pair_why, sizeof(unit->pair_why), "%s", why);
	pthread_mutex_unlock(&unit->lock);
}

/* The section redundancy has changed: this unit's half of the pair begins anew, or ends. Slots end,
 * since their workers hold on to the cuts; flows go as the role says: handed over, or exported.
 * Where a pair is wanted the gate stays shut until its own half opens it: the peer may be active by
 * now. */
static void pair_again(struct fc_unit *unit, const struct fc_config *config)
{
	bool shut = fc_unit_pair_wanted(config);
	char error[200] = "";
	bool alone;

	if (unit->pair && fc_unit_pair_try(config, error, sizeof(error))) {
		if (strcmp(unit->pair_kept, error) != 0)
			fc_log_as("REDUNDANCY", FC_LOG_ERROR, "KEY",
				  "The pair goes on with what it had: %s", error);
		snprintf(unit->pair_kept, sizeof(unit->pair_kept), "%s", error);
		fc_unit_pair_maintain(unit, config);
		return;
	}
	*unit->pair_kept = '\0';
	alone = fc_unit_pair_leave(unit);
	fc_unit_places_end(unit, NULL);
	if (alone && shut && !*unit->pair_why)
		let_leave(unit);
	fc_export_thread_cuts(unit->export, NULL);
	fc_unit_pair_destroy(unit);
	fc_export_thread_gate(unit->export, shut ? FC_RF_GATE_CLOSED : FC_RF_GATE_OPEN);
	fc_export_thread_role(unit->export, !shut);
	if (!fc_unit_pair_create(unit, config, error, sizeof(error)) &&
	    fc_unit_pair_start(unit, config)) {
		fc_export_thread_cuts(unit->export, NULL);
		snprintf(error, sizeof(error), "redundancy: its threads cannot start");
		fc_unit_pair_destroy(unit);
	}
	pair_cannot(unit, error);
}

static void follow(struct fc_unit *unit, const struct fc_config *config)
{
	char error[200] = "";

	if (fc_unit_pair_same(unit, config)) {
		*unit->pair_kept = '\0';
		fc_unit_pair_maintain(unit, config);
	} else {
		pair_again(unit, config);
	}
	/* Cards that go first: their flows still find their exporters. */
	fc_unit_places_end(unit, config);
	fc_export_thread_configure(unit->export, config, error, sizeof(error));
	complain(unit, error);
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++) {
		if (unit->place[s])
			fc_slot_loss_exit(unit->slot[s], config->card[s].loss_exit);
		else if (wanted(config, s) && !*unit->pair_why)
			fc_unit_place_start(unit, config, s);
	}
}

/* Wait for a change; a pair that cannot run is tried again meanwhile. Return whether there is
 * something to do. The lock is held. */
static bool await_change(struct fc_unit *unit)
{
	struct timespec until;

	if (unit->followed != unit->wanted)
		return true;
	if (!*unit->pair_why) {
		pthread_cond_wait(&unit->moved, &unit->lock);
		return false;
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += AGAIN_S;
	return pthread_cond_timedwait(&unit->moved, &unit->lock, &until) == ETIMEDOUT;
}

void *fc_unit_follow(void *argument)
{
	struct fc_unit *unit = argument;

	pthread_mutex_lock(&unit->lock);
	while (!unit->stop) {
		struct fc_unit_snapshot *s;
		uint64_t wanted_now;

		if (!await_change(unit))
			continue;
		wanted_now = unit->wanted;
		s = unit->snapshot;
		atomic_fetch_add(&s->users, 1);
		pthread_mutex_unlock(&unit->lock);
		follow(unit, &s->config);
		fc_unit_snapshot_release(s);
		pthread_mutex_lock(&unit->lock);
		unit->followed = wanted_now;
		pthread_cond_broadcast(&unit->moved);
	}
	pthread_mutex_unlock(&unit->lock);
	return NULL;
}
