// SPDX-License-Identifier: BSD-2-Clause
/* The end of a cut at the standby: it becomes the base as a whole, or it has never been. */
#include "ha/checkpoint/base_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ void */
static void void_half(struct fc_base *base, uint32_t place)
{
	struct base_entry *entry = &base->entries[place];

	for (unsigned i = 0; i < 2; i++)
		if (entry->half[i].tag == base_building(base))
			entry->half[i].tag = 0;
	if (!fc_base_committed_half(base, entry))
		fc_base_remove(base, place);
}

static void close_cut(struct fc_base *base)
{
	base->changed.count = base->closed.count = 0;
	base->counts = (struct fc_cut_counts){0};
	base->open = base->everything = false;
	base->resent = 0;
}

/* What was built has never been; the last commit stands as it was. */
void fc_base_void(struct fc_base *base)
{
	for (size_t i = 0; i < base->closed.count; i++)
		base->entries[base->closed.at[i]].closed = 0;
	for (size_t i = 0; i < base->changed.count; i++)
		void_half(base, base->changed.at[i]);
	close_cut(base);
}

/* ------------------------------------------------------------------ members of a commit */
/* Places in the vector by the member's number: twice as many cells as there can be members. */
enum { MEMBER_CELLS = 2 * FC_CUT_MEMBERS };

struct members {
	const struct fc_cut_commit *commit;
	uint16_t cell[MEMBER_CELLS]; /* place in the vector + 1 */
	uint64_t sum[FC_CUT_MEMBERS];
};

static void members_of(struct members *members, const struct fc_cut_commit *commit)
{
	memset(members, 0, sizeof(*members));
	members->commit = commit;
	for (unsigned i = 0; i < commit->parts; i++) {
		unsigned at = commit->part[i].member % MEMBER_CELLS;

		while (members->cell[at])
			at = (at + 1) % MEMBER_CELLS;
		members->cell[at] = (uint16_t)(i + 1);
	}
}

/* Place in the vector, or -1. */
static int member_find(const struct members *members, uint32_t member)
{
	unsigned at = member % MEMBER_CELLS;

	for (; members->cell[at]; at = (at + 1) % MEMBER_CELLS)
		if (members->commit->part[members->cell[at] - 1].member == member)
			return members->cell[at] - 1;
	return -1;
}

/* ------------------------------------------------------------------ what goes with the commit */
static bool has_gone(const struct fc_cut_commit *commit, uint32_t member)
{
	for (unsigned i = 0; i < commit->gones; i++)
		if (commit->gone[i] == member)
			return true;
	return false;
}

/* It should have come again with this cut, and has not; or the member that gave it is no more. */
static bool is_over(const struct fc_base *base, const struct members *members,
		    const struct base_entry *entry, unsigned slice)
{
	bool came = entry->half[0].tag == base->committed || entry->half[1].tag == base->committed;

	if (has_gone(members->commit, entry->member))
		return true;
	if (came)
		return false;
	return base->everything ||
	       (base->resent >> slice & 1 && member_find(members, entry->member) >= 0);
}

static void sweep(struct fc_base *base, const struct members *members)
{
	for (unsigned slice = 0; slice < FC_CUT_SLICES; slice++) {
		uint32_t next = base->head[slice];

		if (!members->commit->gones && !(base->resent >> slice & 1))
			continue;
		while (next != PLACE_NONE) {
			uint32_t place = next;

			next = base->entries[place].next;
			if (is_over(base, members, &base->entries[place], slice))
				fc_base_remove(base, place);
		}
	}
}

/* ------------------------------------------------------------------ digest */
static uint64_t digest_differs(struct fc_base *base, struct members *members)
{
	const struct fc_cut_commit *commit = members->commit;
	struct fc_cut_flow flow;
	uint64_t differ = 0;

	for (uint32_t at = base->head[commit->slice]; at != PLACE_NONE;
	     at = base->entries[at].next) {
		const struct base_entry *entry = &base->entries[at];
		int member = member_find(members, entry->member);

		if (member < 0)
			continue;
		fc_base_flow(entry, fc_base_committed_half(base, entry), &flow);
		members->sum[member] += fc_cut_digest(&flow);
	}
	for (unsigned i = 0; i < commit->parts; i++) {
		base->stats.digests++;
		if (members->sum[i] == commit->part[i].digest)
			continue;
		base->stats.mismatches++;
		differ = UINT64_C(1) << commit->slice;
	}
	return differ;
}

/* ------------------------------------------------------------------ commit */
static void keep_times(struct fc_base *base, const struct fc_cut_commit *commit)
{
	bool fresh[256] = {false};

	base->places = commit->parts;
	if (base->everything)
		memset(base->cut_there, 0, sizeof(base->cut_there));
	for (unsigned i = 0; i < commit->parts; i++) {
		const struct fc_cut_part *part = &commit->part[i];

		base->place[i] = fc_cut_place_of(part);
		if (fresh[part->slot] && (int64_t)(part->cut_ns - base->cut_ns[part->slot]) <= 0)
			continue;
		fresh[part->slot] = base->cut_there[part->slot] = true;
		base->cut_ns[part->slot] = part->cut_ns;
	}
}

/* Nothing in here fails. The model's `stream?commit`. */
static uint64_t become_the_base(struct fc_base *base, const struct fc_cut_commit *commit)
{
	struct members members;
	uint64_t differ;

	members_of(&members, commit);
	base->committed = base_building(base);
	base->term = commit->id.term;
	base->number = commit->id.number;
	base->whole = true;
	for (size_t i = 0; i < base->closed.count; i++)
		fc_base_remove(base, base->closed.at[i]);
	if (base->resent || commit->gones)
		sweep(base, &members);
	keep_times(base, commit);
	differ = digest_differs(base, &members);
	base->stats.bulks += base->everything;
	base->stats.commits++;
	base->stats.synced = commit->synced;
	close_cut(base);
	return differ;
}

static int counts_match(const struct fc_base *base, const struct fc_cut_commit *commit, char *why)
{
	const struct fc_cut_counts *said = &commit->counts, *had = &base->counts;

	if (said->flows == had->flows && said->closed == had->closed && said->sealed == had->sealed)
		return 0;
	snprintf(why, FC_CUT_TEXT, "cut %llu has %llu/%llu/%llu, not %llu/%llu/%llu of its parts",
		 (unsigned long long)commit->id.number, (unsigned long long)had->flows,
		 (unsigned long long)had->closed, (unsigned long long)had->sealed,
		 (unsigned long long)said->flows, (unsigned long long)said->closed,
		 (unsigned long long)said->sealed);
	return -EPROTO;
}

int fc_base_commit(struct fc_base *base, const struct fc_message *m, struct fc_message **ack,
		   char why[FC_CUT_TEXT])
{
	struct fc_cut_commit commit;
	struct fc_message *answer;
	int err = fc_cut_commit_read(m, &commit, why);

	if (!err)
		err = fc_base_enter(base, commit.id, why);
	if (!err)
		err = counts_match(base, &commit, why);
	if (err)
		return err;
	answer = fc_cut_ack_write(commit.id);
	if (!answer) {
		snprintf(why, FC_CUT_TEXT, "no memory for an acknowledgement");
		return -ENOMEM;
	}
	fc_cut_ack_differ(answer, become_the_base(base, &commit));
	*ack = answer;
	return 1;
}
