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
static void cover_part(struct fc_cuts *cuts, const struct fc_cut_part *part)
{
	struct cut_covered *slot = &cuts->covered[part->slot];

	if (slot->there && (int32_t)(part->epoch - slot->epoch) >= 0)
		return;
	*slot = (struct cut_covered){.there = true, .epoch = part->epoch, .cut_ns = part->cut_ns};
}

void fc_cuts_cover(struct fc_cuts *cuts, const struct fc_message *commit)
{
	static _Thread_local struct fc_cut_commit c;
	char why[FC_CUT_TEXT];

	if (fc_cut_commit_read(commit, &c, why))
		return;
	pthread_mutex_lock(&cuts->lock);
	memset(cuts->covered, 0, sizeof(cuts->covered));
	for (unsigned i = 0; i < c.parts; i++)
		cover_part(cuts, &c.part[i]);
	cuts->commits++;
	pthread_mutex_unlock(&cuts->lock);
}

void fc_cuts_covered(struct fc_cut_member *m, struct fc_cuts_covered *out)
{
	struct fc_cuts *cuts = m->cuts;
	const struct cut_covered *slot = &cuts->covered[m->slot];

	pthread_mutex_lock(&cuts->lock);
	*out = (struct fc_cuts_covered){
		.commits = cuts->commits,
		.there = slot->there,
		.dual = cuts->dual,
		.handed_over = cuts->handed_over,
		.epoch = slot->epoch,
		.cut_ns = slot->cut_ns,
	};
	pthread_mutex_unlock(&cuts->lock);
}

void fc_cuts_feed(struct fc_cuts *cuts, bool dual)
{
	pthread_mutex_lock(&cuts->lock);
	cuts->dual = dual;
	pthread_mutex_unlock(&cuts->lock);
}
