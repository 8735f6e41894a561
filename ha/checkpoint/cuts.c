// SPDX-License-Identifier: BSD-2-Clause
/* The pair's side of the unit's cuts. */
#include "ha/checkpoint/cuts_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDLE_MS 1000 /* without members, or out of step: a cut at least so often */
#define LAG_MAX 2    /* epochs that a pair in step may be behind */

int fc_cuts_create(const struct fc_cuts_options *options, const struct fc_cuts_ops *ops,
		   void *context, struct fc_cuts **out)
{
	struct fc_cuts *cuts = calloc(1, sizeof(*cuts));

	if (!cuts)
		return -ENOMEM;
	cuts->options = *options;
	cuts->ops = *ops;
	cuts->context = context;
	cuts->bulk = true;
	cuts->slice = FC_CUT_SLICES - 1;
	pthread_mutex_init(&cuts->lock, NULL);
	*out = cuts;
	return 0;
}

void fc_cuts_destroy(struct fc_cuts *cuts)
{
	if (!cuts)
		return;
	for (unsigned i = 0; i < cuts->members; i++)
		free(cuts->member[i]);
	pthread_mutex_destroy(&cuts->lock);
	free(cuts);
}

/* ------------------------------------------------------------------ mode */
static void become_standby(struct fc_cuts *cuts)
{
	uint64_t standbys = atomic_load(&cuts->mode_now) >> 2;

	cuts->handed_over = cuts->last && cuts->acked >= cuts->last;
	if (cuts->mode != FC_CUTS_STANDBY) {
		standbys++;
		cuts->hold = cuts->handed_over && cuts->dual;
	}
	cuts->covereds = 0;
	cuts->commits = 0;
	atomic_store(&cuts->mode_now, standbys << 2 | FC_CUTS_STANDBY);
}

void fc_cuts_mode(struct fc_cuts *cuts, enum fc_cuts_mode mode, uint64_t term)
{
	pthread_mutex_lock(&cuts->lock);
	if (mode == FC_CUTS_STANDBY)
		become_standby(cuts);
	else
		atomic_store(&cuts->mode_now, (atomic_load(&cuts->mode_now) & ~UINT64_C(3)) | mode);
	if (mode == FC_CUTS_ALONE)
		cuts->acked = cuts->number;
	cuts->mode = mode;
	cuts->term = term;
	fc_cut_reset(cuts);
	fc_cut_moved(cuts);
	pthread_mutex_unlock(&cuts->lock);
}

enum fc_cuts_mode fc_cuts_mode_now(struct fc_cuts *cuts, uint64_t *standbys)
{
	uint64_t now = atomic_load(&cuts->mode_now);

	*standbys = now >> 2;
	return (enum fc_cuts_mode)(now & 3);
}

void fc_cuts_base_set(struct fc_cuts *cuts, struct fc_base *base)
{
	atomic_store(&cuts->base, base);
}

struct fc_base *fc_cuts_base_get(struct fc_cuts *cuts)
{
	return atomic_load(&cuts->base);
}

/* ------------------------------------------------------------------ acknowledged */
static unsigned lag(const struct fc_cuts *cuts)
{
	unsigned most = 0;

	for (unsigned i = 0; i < cuts->members; i++)
		if (cuts->member[i]->merged > most)
			most = cuts->member[i]->merged;
	return most;
}

static const struct fc_cut_member *who_lacks(const struct fc_cuts *cuts)
{
	for (unsigned i = 0; i < cuts->members; i++)
		if (!cuts->member[i]->given)
			return cuts->member[i];
	return NULL;
}

/* Once in step, a card that comes later does not undo it: before its first commit it has nothing
 * that the standby could lack. */
static void judge_step(struct fc_cuts *cuts)
{
	if (cuts->bulk || who_lacks(cuts))
		return;
	if (!cuts->complete)
		cuts->complete = cuts->number;
	else if (lag(cuts) <= LAG_MAX)
		cuts->synced = true;
}

static bool everybody_in(const struct fc_cuts *cuts)
{
	for (unsigned i = 0; i < cuts->members; i++)
		if (cuts->member[i]->cut != cuts->number)
			return false;
	return cuts->whole;
}

static void over(struct fc_cuts *cuts)
{
	uint64_t took = cuts->ops.now_ms(cuts->context) - cuts->flown_ms;

	if (cuts->last == cuts->number)
		cuts->last_whole = everybody_in(cuts);
	cuts->places = 0;
	for (unsigned i = 0; i < cuts->parts; i++) {
		if (cut_part_placed(&cuts->part[i]))
			cuts->place[cuts->places++] = fc_cut_place_of(&cuts->part[i].say);
		if (!cuts->part[i].member)
			continue;
		cuts->part[i].member->given = true;
		cuts->part[i].member->cut = 0;
	}
	cuts->acked = cuts->number;
	cuts->stats.ack_ms = took;
	if (took > cuts->stats.ack_max_ms)
		cuts->stats.ack_max_ms = took;
	cuts->parts = 0;
	cuts->bulk_now = false;
	judge_step(cuts);
	fc_cut_step(cuts, CUT_ACK);
	if (cuts->last_wanted || cuts->gones)
		fc_cut_begin(cuts, CUT_BEGIN);
	fc_cut_check(cuts);
}

int fc_cuts_ack(struct fc_cuts *cuts, const struct fc_message *ack)
{
	char why[FC_CUT_TEXT];
	struct fc_cut_id id;
	uint64_t differ;
	int err = fc_cut_ack_read(ack, &id, &differ, why);

	if (err)
		return err;
	pthread_mutex_lock(&cuts->lock);
	if (id.term > cuts->term || id.number > cuts->number) {
		err = -EPROTO;
	} else if (id.term == cuts->term && id.number == cuts->number && cuts->state != CUT_OPEN) {
		if (cuts->state == CUT_FLYING) {
			cuts->differ |= differ;
			cuts->stats.slices_differed += (uint64_t)__builtin_popcountll(differ);
			over(cuts);
		} else {
			err = -EPROTO; /* its COMMIT has not gone yet */
		}
	}
	pthread_mutex_unlock(&cuts->lock);
	return err;
}

/* ------------------------------------------------------------------ time */
static void miss(struct fc_cuts *cuts)
{
	for (unsigned i = 0; i < cuts->members; i++) {
		struct fc_cut_member *m = cuts->member[i];

		if (m->cut == cuts->number)
			continue;
		cuts->stats.late_members += m->expected;
		m->expected = false;
	}
	fc_cut_step(cuts, CUT_DEADLINE);
}

/* Of a member that has gone: the export thread had its time to empty the queue. */
static void give_markers_up(struct fc_cuts *cuts, uint64_t now)
{
	for (unsigned i = 0; i < cuts->parts; i++) {
		struct cut_part *part = &cuts->part[i];

		if (!part->member && now - part->left_ms >= cuts->options.join_ms)
			part->taken = true;
	}
}

static bool wants_a_cut(const struct fc_cuts *cuts, uint64_t now)
{
	if (cuts->state != CUT_OPEN || cuts->last)
		return false;
	if (cuts->last_wanted || cuts->gones)
		return true;
	if (cuts->members)
		return !cuts->synced && now - cuts->since_ms >= cuts->options.join_ms;
	return now - cuts->since_ms >= IDLE_MS;
}

void fc_cuts_tick(struct fc_cuts *cuts)
{
	uint64_t now;

	pthread_mutex_lock(&cuts->lock);
	now = cuts->ops.now_ms(cuts->context);
	if (cuts->mode == FC_CUTS_PAIRED) {
		if (wants_a_cut(cuts, now))
			fc_cut_begin(cuts, CUT_BEGIN);
		if (cuts->state == CUT_FILLING && now - cuts->since_ms >= cuts->options.join_ms)
			miss(cuts);
		if (cuts->state == CUT_CLOSING)
			give_markers_up(cuts, now);
		fc_cut_check(cuts);
	}
	pthread_mutex_unlock(&cuts->lock);
}

/* ------------------------------------------------------------------ the last one */
uint64_t fc_cuts_last(struct fc_cuts *cuts)
{
	uint64_t number;

	pthread_mutex_lock(&cuts->lock);
	if (cuts->mode == FC_CUTS_PAIRED && !cuts->last) {
		cuts->last_wanted = true;
		fc_cut_begin(cuts, CUT_BEGIN);
		fc_cut_check(cuts);
	}
	number = cuts->last ? cuts->last : cuts->number + cuts->last_wanted;
	pthread_mutex_unlock(&cuts->lock);
	return number;
}

void fc_cuts_resume(struct fc_cuts *cuts)
{
	pthread_mutex_lock(&cuts->lock);
	cuts->last_wanted = cuts->last_whole = false;
	cuts->last = 0;
	pthread_mutex_unlock(&cuts->lock);
}

/* ------------------------------------------------------------------ look */
size_t fc_cuts_vector(struct fc_cuts *cuts, struct fc_cut_place *out, size_t most)
{
	size_t count;

	pthread_mutex_lock(&cuts->lock);
	count = cuts->places < most ? cuts->places : most;
	memcpy(out, cuts->place, count * sizeof(*out));
	pthread_mutex_unlock(&cuts->lock);
	return count;
}

static void say_why(const struct fc_cuts *cuts, char *out)
{
	const struct fc_cut_member *lacks = who_lacks(cuts);

	if (cuts->synced)
		*out = '\0';
	else if (cuts->mode != FC_CUTS_PAIRED)
		snprintf(out, FC_CUT_TEXT, "there is no peer to send cuts to");
	else if (cuts->bulk || cuts->bulk_now)
		snprintf(out, FC_CUT_TEXT, "the cut of everything is not acknowledged");
	else if (lacks)
		snprintf(out, FC_CUT_TEXT, "slot %u ring %u has not given everything", lacks->slot,
			 lacks->ring);
	else if (lag(cuts) > LAG_MAX)
		snprintf(out, FC_CUT_TEXT, "the standby is %u epochs behind", lag(cuts));
	else
		snprintf(out, FC_CUT_TEXT, "the next cut is not acknowledged");
}

void fc_cuts_look(struct fc_cuts *cuts, struct fc_cuts_look *out)
{
	pthread_mutex_lock(&cuts->lock);
	*out = cuts->stats;
	out->mode = cuts->mode;
	out->term = cuts->term;
	out->open = cuts->number + (cuts->state == CUT_OPEN);
	out->acked = cuts->acked;
	out->flying = cuts->state == CUT_CLOSING || cuts->state == CUT_FLYING;
	out->last = cuts->last;
	out->last_whole = cuts->last_whole;
	out->epochs_merged = lag(cuts);
	if (cuts->state != CUT_OPEN)
		out->flying_ms = cuts->ops.now_ms(cuts->context) - cuts->begun_ms;
	out->synced = cuts->synced;
	say_why(cuts, out->waits);
	out->members = cuts->members;
	pthread_mutex_unlock(&cuts->lock);
}
