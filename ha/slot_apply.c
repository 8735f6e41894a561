// SPDX-License-Identifier: BSD-2-Clause
/*
 * A plan brought onto a running card. Places that lose their flows are switched off and flushed
 * first, all of them; then one barrier, which the card is asked for, tells every worker that
 * nothing of them can come any more; then what is new is set up, host before card.
 *
 *   off, flush --> barrier(e) in every ring --> workers close the old flows --> on again
 */
#include "ha/slot_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CARD_LIMIT_NS UINT64_C(1000000000) /* a walk through the cache, its rings being drained */
#define BARRIER_LIMIT_MS 5000
#define LOOK_NS 1000000

enum action {
	KEEP,
	TUNE,    /* timeouts, entries: the workers alone */
	SELECT,  /* other ports or IP versions, and perhaps TUNE */
	REPLACE, /* its flows end; also: comes or goes */
};

struct apply {
	struct fc_slot *s;
	const struct fc_card_plan *plan;
	struct fc_plan_outcome *outcome;
	enum action action[FC_CARD_MONITORS_MAX];
};

static void fail(struct apply *a, unsigned n, int err, const char *sentence)
{
	struct fc_plan_outcome *out = &a->outcome[n];

	if (out->error)
		return;
	out->error = err;
	snprintf(out->sentence, sizeof(out->sentence), "%s", sentence);
}

static int card_fail(struct apply *a, unsigned n, int err)
{
	if (err)
		fail(a, n, err, a->s->device.card.error);
	return err;
}

/* ------------------------------------------------------------------ what differs */
static bool selected(const struct fc_card_monitor *m, bool output, unsigned port)
{
	return (output ? m->ports_out : m->ports) >> port & 1;
}

static bool same_sampler(const struct fc_card_sampler *a, const struct fc_card_sampler *b)
{
	if (!a->mode || !b->mode)
		return a->mode == b->mode;
	return a->mode == b->mode && a->id == b->id && a->window == b->window;
}

/* Of ports that it takes before and after. */
static bool samplers_stay(const struct fc_plan_monitor *has, const struct fc_plan_monitor *want)
{
	for (unsigned o = 0; o < 2; o++)
		for (unsigned p = 0; p < FC_CARD_PORTS_MAX; p++)
			if (selected(&has->card, o, p) && selected(&want->card, o, p) &&
			    !same_sampler(&has->sampler[o][p], &want->sampler[o][p]))
				return false;
	return true;
}

static bool same_keys(const struct fc_plan_monitor *has, const struct fc_plan_monitor *want)
{
	return has->id == want->id && has->cache == want->cache &&
	       !has->card.immediate == !want->card.immediate &&
	       !memcmp(has->card.mask, want->card.mask, sizeof(has->card.mask));
}

static bool same_selection(const struct fc_card_monitor *a, const struct fc_card_monitor *b)
{
	return a->ports == b->ports && a->ports_out == b->ports_out && !a->ipv4 == !b->ipv4 &&
	       !a->ipv6 == !b->ipv6;
}

static bool same_times(const struct fc_plan_monitor *a, const struct fc_plan_monitor *b)
{
	return a->flow_monitor == b->flow_monitor && a->entries == b->entries &&
	       a->active_ns == b->active_ns && a->inactive_ns == b->inactive_ns &&
	       a->update_ns == b->update_ns && a->synchronized_ns == b->synchronized_ns &&
	       a->spread_ns == b->spread_ns && a->transaction_end == b->transaction_end;
}

static enum action differs(const struct slot_place *place, const struct fc_plan_monitor *want)
{
	if (place->leaving || place->doubtful || place->there != want->there)
		return REPLACE;
	if (!want->there)
		return KEEP;
	if (!same_keys(&place->has, want) || !samplers_stay(&place->has, want))
		return REPLACE;
	if (!same_selection(&place->has.card, &want->card))
		return SELECT;
	return same_times(&place->has, want) ? KEEP : TUNE;
}

/* ------------------------------------------------------------------ off */
static void leaves(struct apply *a, unsigned n)
{
	pthread_mutex_lock(&a->s->lock);
	a->s->place[n].there = false;
	a->s->place[n].leaving = true;
	pthread_mutex_unlock(&a->s->lock);
}

/* Return the places that the workers must let go, a bit each. */
static unsigned switch_off(struct apply *a)
{
	unsigned mask = 0;

	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++) {
		struct slot_place *place = &a->s->place[n];

		if (a->action[n] != REPLACE || !(place->there || place->leaving))
			continue;
		if (card_fail(a, n, fc_card_monitor_disable(&a->s->device.card, n, CARD_LIMIT_NS)))
			continue;
		leaves(a, n);
		mask |= 1u << n;
	}
	return mask;
}

static void shrink(struct apply *a)
{
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
		if (a->action[n] == SELECT &&
		    card_fail(a, n,
			      fc_card_monitor_select(&a->s->device.card, n,
						     &a->plan->monitor[n].card, true)))
			a->s->place[n].doubtful = true;
}

static unsigned still_there(const struct fc_slot *s)
{
	unsigned mask = 0;

	for (unsigned r = 0; r < s->workers; r++)
		mask |= fc_worker_ordered(s->worker[r], FC_ORDER_REMOVE);
	return mask;
}

/* The place is free: what it has counted goes into the book. */
static void farewell(struct apply *a, unsigned n)
{
	struct fc_shard_monitor_stats stats = {0};
	struct slot_place *place = &a->s->place[n];

	pthread_mutex_lock(&a->s->lock);
	fc_slot_place_stats(a->s, n, &stats);
	fc_monitor_book_add(a->s->book, place->has.id, &stats);
	place->leaving = place->doubtful = false;
	pthread_mutex_unlock(&a->s->lock);
}

/*
 * No record of those places comes after the barrier of the epoch that is open now, since the cache
 * holds nothing of them. The flush closes that epoch at once; without it we wait for card time.
 */
static int let_go(struct apply *a, unsigned mask)
{
	uint64_t until = fc_clock_ms() + BARRIER_LIMIT_MS;
	struct fc_slot *s = a->s;
	unsigned left = mask;
	uint32_t epoch;
	int err = fc_card_epoch_open(&s->device.card, &epoch);

	if (err)
		return err;
	for (unsigned r = 0; r < s->workers; r++)
		fc_worker_order(s->worker[r], FC_ORDER_REMOVE, mask, epoch);
	err = fc_card_flush(&s->device.card);
	while (!err && left && fc_clock_ms() < until) {
		nanosleep(&(struct timespec){0, LOOK_NS}, NULL);
		left = still_there(s) & mask;
	}
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++) {
		if (left >> n & 1)
			fail(a, n, -ETIMEDOUT,
			     "off, but a ring brings no barrier: its flows are not closed yet");
		else if (mask >> n & 1)
			farewell(a, n);
	}
	return err;
}

/* ------------------------------------------------------------------ on */
static int samplers_set(struct apply *a, unsigned n)
{
	const struct fc_plan_monitor *want = &a->plan->monitor[n];
	struct fc_card_sampler sampler;
	int err = 0;

	for (unsigned at = 0; !err && at < 2 * FC_CARD_PORTS_MAX; at++) {
		unsigned o = at / FC_CARD_PORTS_MAX, p = at % FC_CARD_PORTS_MAX;

		if (!selected(&want->card, o, p) ||
		    (a->action[n] == SELECT && selected(&a->s->place[n].has.card, o, p)))
			continue;
		sampler = want->sampler[o][p];
		if (!sampler.mode)
			sampler = (struct fc_card_sampler){.window = 1};
		err = fc_card_sampler_set(&a->s->device.card, n, o, p, &sampler);
	}
	return card_fail(a, n, err);
}

/* Every worker, or none that did not have it before. */
static int workers_add(struct apply *a, unsigned n, size_t entries)
{
	const struct fc_plan_monitor *want = &a->plan->monitor[n];
	struct fc_shadow_monitor monitor;
	struct fc_slot *s = a->s;
	unsigned r = 0;
	int err = 0;

	fc_plan_shadow(want, s->device.card.build.rings, &monitor);
	for (; !err && r < s->workers; r++)
		err = fc_worker_monitor_add(s->worker[r], n, &monitor, want->flow_monitor, entries);
	if (!err)
		return 0;
	for (r--; r-- > 0;)
		fc_worker_monitor_drop(s->worker[r], n);
	fail(a, n, err,
	     err == -ENOSPC ? "more flows than the table of a ring can hold" : strerror(-err));
	return err;
}

static void remember(struct apply *a, unsigned n)
{
	pthread_mutex_lock(&a->s->lock);
	a->s->place[n].has = a->plan->monitor[n];
	a->s->place[n].there = true;
	pthread_mutex_unlock(&a->s->lock);
}

/* Off at the card and free with the workers. The host first: records may come at once. */
static void switch_on(struct apply *a, unsigned n, size_t entries)
{
	const struct fc_plan_monitor *want = &a->plan->monitor[n];
	struct fc_card *card = &a->s->device.card;
	int err;

	if (workers_add(a, n, entries))
		return;
	if (samplers_set(a, n))
		goto drop;
	err = card_fail(a, n, fc_card_monitor_change(card, n, &want->card, CARD_LIMIT_NS));
	if (!err || (err != -EINVAL && err != -E2BIG))
		remember(a, n);
	if (!err)
		return;
	if (err != -EINVAL && err != -E2BIG) {
		/* It may have been enabled and then not read back. What it has metered is closed
		 * like any other's, when this place is changed next. */
		fc_card_monitor_disable(card, n, CARD_LIMIT_NS);
		leaves(a, n);
		return;
	}
drop:
	for (unsigned r = 0; r < a->s->workers; r++)
		fc_worker_monitor_drop(a->s->worker[r], n);
}

static void tune(struct apply *a, unsigned n, size_t entries)
{
	const struct fc_plan_monitor *want = &a->plan->monitor[n];
	struct fc_shadow_monitor monitor;
	struct fc_slot *s = a->s;
	int err = 0;

	fc_plan_shadow(want, s->device.card.build.rings, &monitor);
	for (unsigned r = 0; !err && r < s->workers; r++)
		err = fc_worker_monitor_tune(s->worker[r], n, &monitor, want->flow_monitor,
					     entries);
	if (err) {
		fail(a, n, err, "more flows than the table of a ring can hold");
		return;
	}
	if (a->action[n] == SELECT) {
		if (samplers_set(a, n) ||
		    card_fail(a, n,
			      fc_card_monitor_select(&s->device.card, n, &want->card, false))) {
			s->place[n].doubtful = true;
			return;
		}
	}
	remember(a, n);
}

static void bring_on(struct apply *a, unsigned mask)
{
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++) {
		size_t entries = fc_plan_entries(a->plan, a->s->device.card.build.rings);

		if (!(mask >> n & 1) || a->outcome[n].error || !a->plan->monitor[n].there)
			continue;
		if (a->action[n] == REPLACE)
			switch_on(a, n, entries);
		else if (a->action[n] != KEEP)
			tune(a, n, entries);
	}
}

/* ------------------------------------------------------------------ all of it */
static int first_error(const struct apply *a)
{
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
		if (a->outcome[n].error)
			return a->outcome[n].error;
	return 0;
}

int fc_slot_apply(struct fc_slot *s, const struct fc_card_plan *plan,
		  struct fc_plan_outcome outcome[FC_CARD_MONITORS_MAX])
{
	struct apply a = {.s = s, .plan = plan, .outcome = outcome};
	unsigned mask;
	int err = 0;

	memset(outcome, 0, FC_CARD_MONITORS_MAX * sizeof(*outcome));
	if (s->device.state != FC_DEVICE_PRESENT || !s->workers)
		return -ENODEV;
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
		a.action[n] = differs(&s->place[n], &plan->monitor[n]);
	pthread_mutex_lock(&s->device_lock);
	mask = switch_off(&a);
	shrink(&a);
	bring_on(&a, ~mask); /* these need not wait for a barrier */
	if (mask)
		err = let_go(&a, mask);
	if (!err)
		bring_on(&a, mask);
	err = err ? err : first_error(&a);
	if (err && fc_device_look(&s->device) != FC_DEVICE_PRESENT)
		err = -ENODEV;
	pthread_mutex_unlock(&s->device_lock);
	return err;
}
