// SPDX-License-Identifier: BSD-2-Clause
/* The export thread's side of the unit's cuts, and what a standby learns from the active's. */
#include "ha/checkpoint/cuts_impl.h"

#include <string.h>

void fc_cuts_taken(struct fc_cuts *cuts, unsigned slot, unsigned ring, uint64_t number)
{
	pthread_mutex_lock(&cuts->lock);
	for (unsigned i = 0; number == cuts->number && i < cuts->parts; i++) {
		struct cut_part *part = &cuts->part[i];

		/* Two of them: one has gone, and the next one at this place came in time. */
		if (part->taken || part->say.slot != slot || part->say.ring != ring)
			continue;
		part->taken = true;
		fc_cut_check(cuts);
		break;
	}
	pthread_mutex_unlock(&cuts->lock);
}

static bool to_seal(const struct fc_cuts *cuts)
{
	if (cuts->state != CUT_CLOSING || cuts->sealed)
		return false;
	for (unsigned i = 0; i < cuts->parts; i++)
		if (!cuts->part[i].taken)
			return false;
	return true;
}

uint64_t fc_cuts_to_seal(struct fc_cuts *cuts, bool *all)
{
	uint64_t number = 0;

	pthread_mutex_lock(&cuts->lock);
	if (to_seal(cuts)) {
		number = cuts->number;
		*all = cuts->bulk_now;
	}
	pthread_mutex_unlock(&cuts->lock);
	return number;
}

void fc_cuts_send(struct fc_cuts *cuts, struct fc_message *message)
{
	pthread_mutex_lock(&cuts->lock);
	if (cuts->mode == FC_CUTS_PAIRED) {
		if (message->type != FC_MESSAGE_CURSOR)
			cuts->counts.sealed++;
		if (message->type == FC_MESSAGE_DATAGRAM)
			cuts->stats.datagrams++;
		fc_cut_emit(cuts, message);
		message = NULL;
	}
	pthread_mutex_unlock(&cuts->lock);
	fc_message_free(message);
}

void fc_cuts_sealed(struct fc_cuts *cuts, uint64_t number)
{
	pthread_mutex_lock(&cuts->lock);
	if (number == cuts->number && to_seal(cuts)) {
		cuts->sealed = true;
		fc_cut_check(cuts);
	}
	pthread_mutex_unlock(&cuts->lock);
}

uint64_t fc_cuts_acked(struct fc_cuts *cuts)
{
	uint64_t acked;

	pthread_mutex_lock(&cuts->lock);
	acked = cuts->acked;
	pthread_mutex_unlock(&cuts->lock);
	return acked;
}

/* ------------------------------------------------------------------ standby */
static struct cut_covered *ring_of(struct fc_cuts *cuts, const struct fc_cut_part *part)
{
	unsigned left = 0;

	for (unsigned i = 0; i < cuts->covereds; i++)
		if (cuts->covered[i].place.slot == part->slot &&
		    cuts->covered[i].place.ring == part->ring)
			return &cuts->covered[i];
	/* Full: of rings that this commit does not have nobody may be waiting for the place. */
	for (unsigned i = 0; cuts->covereds == FC_CUT_MEMBERS && i < FC_CUT_MEMBERS; i++)
		if (cuts->covered[i].commit == cuts->commits)
			cuts->covered[left++] = cuts->covered[i];
	if (cuts->covereds == FC_CUT_MEMBERS)
		cuts->covereds = left;
	cuts->covered[cuts->covereds] = (struct cut_covered){.place = *part};
	return &cuts->covered[cuts->covereds++];
}

/* A member that has gone and the next one at its place may both be there: the later one has what
 * the other card counted in between. */
static void cover_part(struct fc_cuts *cuts, const struct fc_cut_part *part)
{
	struct cut_covered *ring = ring_of(cuts, part);

	if (ring->commit != cuts->commits || (int64_t)(part->cut_ns - ring->place.cut_ns) > 0)
		*ring = (struct cut_covered){.place = *part, .commit = cuts->commits};
}

void fc_cuts_cover(struct fc_cuts *cuts, const struct fc_message *commit)
{
	static _Thread_local struct fc_cut_commit c;
	char why[FC_CUT_TEXT];

	if (fc_cut_commit_read(commit, &c, why))
		return;
	pthread_mutex_lock(&cuts->lock);
	cuts->commits++;
	for (unsigned i = 0; i < c.parts; i++)
		cover_part(cuts, &c.part[i]);
	pthread_mutex_unlock(&cuts->lock);
}

/*
 * Where a flow is in the same ring of both units' cards, that ring's place is the one; if the last
 * vector lacks it, it stands where it was, and a worker that is late still finds it. Else a ring
 * here may have flows of any ring there, and the oldest place is the one that covers nothing too
 * much.
 */
static const struct fc_cut_part *covers(const struct fc_cut_member *m)
{
	const struct fc_cuts *cuts = m->cuts;
	const struct fc_cut_part *same = NULL, *oldest = NULL;
	bool alike = m->spread != 0;
	uint64_t newest = 0;

	for (unsigned i = 0; i < cuts->covereds; i++)
		if (cuts->covered[i].place.slot == m->slot && cuts->covered[i].commit > newest)
			newest = cuts->covered[i].commit;
	for (unsigned i = 0; i < cuts->covereds; i++) {
		const struct fc_cut_part *ring = &cuts->covered[i].place;

		if (ring->slot != m->slot)
			continue;
		if (ring->ring == m->ring)
			same = ring;
		if (cuts->covered[i].commit != newest)
			continue;
		alike = alike && ring->spread == m->spread;
		if (!oldest || (int64_t)(ring->cut_ns - oldest->cut_ns) < 0)
			oldest = ring;
	}
	return alike ? same : oldest;
}

void fc_cuts_covered(struct fc_cut_member *m, struct fc_cuts_covered *out)
{
	struct fc_cuts *cuts = m->cuts;
	const struct fc_cut_part *place;

	pthread_mutex_lock(&cuts->lock);
	place = covers(m);
	*out = (struct fc_cuts_covered){
		.commits = cuts->commits,
		.there = place,
		.dual = cuts->dual,
		.handed_over = cuts->handed_over,
		.hold = cuts->hold,
		.epoch = place ? place->epoch : 0,
		.cut_ns = place ? place->cut_ns : 0,
	};
	pthread_mutex_unlock(&cuts->lock);
}

void fc_cuts_feed(struct fc_cuts *cuts, bool dual)
{
	pthread_mutex_lock(&cuts->lock);
	/* The places that are known may be in a time that nobody has compared with ours. */
	if (dual && !cuts->dual)
		cuts->covereds = 0;
	cuts->dual = dual;
	pthread_mutex_unlock(&cuts->lock);
}
