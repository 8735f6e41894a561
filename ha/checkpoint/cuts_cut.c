// SPDX-License-Identifier: BSD-2-Clause
/* The cut in hand: its states, and what leads from one to the next. Lock held in all of it. */
#include "ha/checkpoint/cuts_impl.h"

#include <string.h>

#define REFUSED CUT_REFUSED

static const uint8_t next_state[CUT_STATES][CUT_EVENTS] = {
	/*               JOIN         BEGIN        ALL          DEADLINE     WHOLE       ACK RESET
	 */
	[CUT_OPEN] = {CUT_FILLING, CUT_FILLING, REFUSED, REFUSED, REFUSED, REFUSED, CUT_OPEN},
	[CUT_FILLING] = {CUT_FILLING, REFUSED, CUT_CLOSING, CUT_CLOSING, REFUSED, REFUSED,
			 CUT_OPEN},
	[CUT_CLOSING] = {REFUSED, REFUSED, REFUSED, REFUSED, CUT_FLYING, REFUSED, CUT_OPEN},
	[CUT_FLYING] = {REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, CUT_OPEN, CUT_OPEN},
};

enum cut_state fc_cut_next(enum cut_state state, enum cut_event event)
{
	return (enum cut_state)next_state[state][event];
}

struct fc_cut_id fc_cut_id(const struct fc_cuts *cuts)
{
	return (struct fc_cut_id){.term = cuts->term, .number = cuts->number};
}

void fc_cut_moved(struct fc_cuts *cuts)
{
	if (cuts->ops.moved)
		cuts->ops.moved(cuts->context);
}

/* False: refused, nothing has changed. */
bool fc_cut_step(struct fc_cuts *cuts, enum cut_event event)
{
	enum cut_state next = fc_cut_next(cuts->state, event);

	if (next == CUT_REFUSED)
		return false;
	if (next != cuts->state) {
		cuts->state = next;
		cuts->since_ms = cuts->ops.now_ms(cuts->context);
		fc_cut_moved(cuts);
	}
	return true;
}

void fc_cut_emit(struct fc_cuts *cuts, struct fc_message *message)
{
	cuts->stats.octets += FC_MESSAGE_HEADER + message->octets;
	cuts->ops.send(cuts->context, message);
}

/* ------------------------------------------------------------------ begin */
/* The lowest slices that differ, at most resend_max of them. */
static uint64_t some_that_differ(const struct fc_cuts *cuts)
{
	uint64_t left = cuts->differ, some = 0;

	for (unsigned i = 0; left && i < cuts->options.resend_max; i++) {
		some |= left & -left;
		left &= left - 1;
	}
	return some;
}

/* RESEND of the cut that is about to begin; *bad: it could not be made. */
static struct fc_message *resend(struct fc_cuts *cuts, bool *bad)
{
	struct fc_cut_id id = {.term = cuts->term, .number = cuts->number + 1};
	struct fc_message *m = NULL;

	cuts->resend_now = some_that_differ(cuts);
	if (cuts->bulk || cuts->resend_now) {
		m = fc_cut_resend_write(id, cuts->bulk ? UINT64_MAX : cuts->resend_now);
		*bad = !m;
	}
	return m;
}

static void begin_contents(struct fc_cuts *cuts, struct fc_message *m)
{
	cuts->counts.flows = cuts->counts.closed = 0;
	cuts->bulk_now = cuts->bulk;
	if (cuts->bulk) {
		cuts->counts.sealed = 0;
		cuts->stats.bulks++;
		cuts->bulk = false;
	} else {
		cuts->stats.slices_resent += (uint64_t)__builtin_popcountll(cuts->resend_now);
	}
	cuts->differ &= ~cuts->resend_now;
	if (m)
		fc_cut_emit(cuts, m);
}

/* Without memory it does not begin; the next barrier or tick tries again. */
void fc_cut_begin(struct fc_cuts *cuts, enum cut_event why)
{
	bool bad = false;
	struct fc_message *m;

	if (cuts->state != CUT_OPEN)
		return;
	m = resend(cuts, &bad);
	if (bad || !fc_cut_step(cuts, why))
		return;
	cuts->number++;
	cuts->begun_ms = cuts->since_ms;
	cuts->parts = 0;
	cuts->sealed = false;
	cuts->whole = true;
	cuts->slice = (cuts->slice + 1) % FC_CUT_SLICES;
	if (cuts->last_wanted) {
		cuts->last_wanted = false;
		cuts->last = cuts->number;
	}
	/* These wait for everybody, also for who was late the last time. */
	if (cuts->bulk || cuts->last == cuts->number)
		for (unsigned i = 0; i < cuts->members; i++)
			cuts->member[i]->expected = true;
	begin_contents(cuts, m);
}

/* ------------------------------------------------------------------ end */
static bool all_joined(const struct fc_cuts *cuts)
{
	for (unsigned i = 0; i < cuts->members; i++)
		if (cuts->member[i]->expected && cuts->member[i]->cut != cuts->number)
			return false;
	return true;
}

static bool all_there(const struct fc_cuts *cuts)
{
	for (unsigned i = 0; i < cuts->parts; i++)
		if (!cuts->part[i].done || !cuts->part[i].taken)
			return false;
	return cuts->sealed;
}

static struct fc_message *commit_message(const struct fc_cuts *cuts)
{
	struct fc_cut_commit commit = {
		.id = fc_cut_id(cuts),
		.counts = cuts->counts,
		.synced = cuts->synced,
		.slice = cuts->slice,
		.gones = cuts->gones,
	};
	for (unsigned i = 0; i < cuts->parts; i++)
		if (cut_part_placed(&cuts->part[i]))
			commit.part[commit.parts++] = cuts->part[i].say;
	memcpy(commit.gone, cuts->gone, cuts->gones * sizeof(commit.gone[0]));
	return fc_cut_commit_write(&commit);
}

static void fly(struct fc_cuts *cuts)
{
	struct fc_message *m = commit_message(cuts);

	/* No memory: fc_cuts_tick tries again. */
	if (!m)
		return;
	fc_cut_emit(cuts, m);
	fc_cut_step(cuts, CUT_WHOLE);
	cuts->flown_ms = cuts->since_ms;
	cuts->gones = 0;
	cuts->counts.sealed = 0;
	cuts->stats.cuts++;
}

/* Something has changed: is it enough to go on? */
void fc_cut_check(struct fc_cuts *cuts)
{
	if (cuts->state == CUT_FILLING && all_joined(cuts))
		fc_cut_step(cuts, CUT_ALL);
	if (cuts->state == CUT_CLOSING && all_there(cuts))
		fly(cuts);
}

/* The cut in hand is over in another way than by its end; with a peer, everything begins anew. */
void fc_cut_reset(struct fc_cuts *cuts)
{
	fc_cut_step(cuts, CUT_RESET);
	cuts->since_ms = cuts->ops.now_ms(cuts->context);
	cuts->bulk = true;
	cuts->bulk_now = false;
	cuts->counts = (struct fc_cut_counts){0};
	cuts->parts = cuts->gones = 0;
	cuts->differ = cuts->resend_now = 0;
	cuts->last_wanted = cuts->last_whole = false;
	cuts->last = cuts->complete = 0;
	cuts->synced = false;
	for (unsigned i = 0; i < cuts->members; i++) {
		cuts->member[i]->cut = 0;
		cuts->member[i]->merged = 0;
		cuts->member[i]->given = false;
		cuts->member[i]->expected = true;
	}
}

/* ------------------------------------------------------------------ members that go */
static void drop_part(struct fc_cuts *cuts, unsigned part)
{
	cuts->parts--;
	if (part == cuts->parts)
		return;
	cuts->part[part] = cuts->part[cuts->parts];
	if (cuts->part[part].member)
		cuts->part[part].member->part = part;
}

void fc_cut_leave_out(struct fc_cuts *cuts, struct fc_cut_member *m, bool whole_stays)
{
	bool gave = m->given || m->cut;

	if (m->cut && cuts->state != CUT_FLYING) {
		struct cut_part *part = &cuts->part[m->part];

		cuts->whole = cuts->whole && part->done && whole_stays;
		if (part->done && whole_stays) {
			part->member = NULL;
			part->left_ms = cuts->ops.now_ms(cuts->context);
		} else {
			drop_part(cuts, m->part);
		}
	} else if (m->cut) {
		cuts->part[m->part].member = NULL;
	}
	m->left_out = m->cut;
	m->cut = 0;
	m->given = false;
	if (!gave || cuts->mode != FC_CUTS_PAIRED)
		return;
	if (cuts->gones < FC_CUT_GONE_MAX)
		cuts->gone[cuts->gones++] = m->number;
	else
		fc_cut_reset(cuts);
}
