// SPDX-License-Identifier: BSD-2-Clause
#include "property_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world w;

void world_fail(const char *what)
{
	fprintf(stderr, "seed %llu, cut %llu: %s\n", (unsigned long long)w.seed,
		(unsigned long long)w.bay.cuts->number, what);
	exit(1);
}

uint64_t world_draw(void)
{
	uint64_t z = (w.random += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

unsigned world_below(unsigned n)
{
	return (unsigned)(world_draw() % n);
}

bool world_one_in(unsigned n)
{
	return !world_below(n);
}

void world_put(struct shots *shots, struct shot shot)
{
	if (shots->count == sizeof(shots->at) / sizeof(shots->at[0]))
		world_fail("the test has no room");
	shots->at[shots->count++] = shot;
}

/* ------------------------------------------------------------------ the reference */
struct holding *world_holding_of(uint32_t number)
{
	for (unsigned i = 0; i < w.holds; i++)
		if (w.held[i].number == number)
			return &w.held[i];
	if (w.holds == sizeof(w.held) / sizeof(w.held[0]))
		world_fail("the test has no room for members");
	w.held[w.holds] = (struct holding){.number = number};
	return &w.held[w.holds++];
}

static int by_instance(const void *a, const void *b)
{
	const struct shot *x = a, *y = b;

	return (x->instance > y->instance) - (x->instance < y->instance);
}

static int flows_by_instance(const void *a, const void *b)
{
	const struct fc_cut_flow *x = a, *y = b;

	return (x->instance > y->instance) - (x->instance < y->instance);
}

bool world_base_is_reference(void)
{
	static struct shot want[MEMBERS * 64 * FLOWS];
	static struct fc_cut_flow got[MEMBERS * 64 * FLOWS];
	size_t count = 0, at = 0, flows = 0, more;

	for (unsigned i = 0; i < w.holds; i++)
		for (unsigned k = 0; k < w.held[i].shots.count; k++)
			want[count++] = w.held[i].shots.at[k];
	while ((more = fc_base_next(w.base, &at, got + flows, 16)))
		flows += more;
	if (flows != count)
		return false;
	qsort(want, count, sizeof(want[0]), by_instance);
	qsort(got, flows, sizeof(got[0]), flows_by_instance);
	for (size_t i = 0; i < count; i++) {
		struct fc_cut_flow flow = bay_flow(want[i].instance, want[i].value);

		if (memcmp(&flow, &got[i], sizeof(flow)))
			return false;
	}
	w.compared += count;
	return true;
}

static void no_flow_is_sealed_and_held(uint64_t cut)
{
	for (unsigned i = 0; i < w.holds; i++) {
		for (unsigned k = 0; k < w.held[i].shots.count; k++) {
			uint64_t in = w.sealed_in[w.held[i].shots.at[k].serial];

			if (in && in <= cut)
				world_fail("a flow is sealed, and in the base");
			w.checked++;
		}
	}
}

static bool in_vector(const struct fc_cut_commit *commit, uint32_t number)
{
	for (unsigned i = 0; i < commit->parts; i++)
		if (commit->part[i].member == number)
			return true;
	return false;
}

static void member_committed(struct member *m, uint64_t cut)
{
	if (!m->done)
		world_fail("a part that is not whole is in the vector");
	world_holding_of(m->number)->shots = m->frozen;
	for (unsigned i = 0; i < m->closed.count; i++) {
		uint64_t in = w.sealed_in[m->closed.at[i].serial];

		if (!in || in > cut)
			world_fail("a flow that ended with this cut is not sealed in it");
	}
}

/* The standby has committed this. */
static void committed(const struct fc_cut_commit *commit, bool everything)
{
	uint64_t cut = commit->id.number;

	for (unsigned i = 0; i < w.holds; i++) {
		if (w.held[i].left_in == cut)
			w.held[i].shots = w.held[i].last;
		else if (everything)
			w.held[i].shots.count = 0;
	}
	for (unsigned i = 0; i < MEMBERS; i++)
		if (w.member[i].m && w.member[i].cut == cut &&
		    in_vector(commit, w.member[i].number))
			member_committed(&w.member[i], cut);
	for (unsigned i = 0; i < w.holds; i++)
		if (w.held[i].gone_with && w.held[i].gone_with <= cut)
			w.held[i--] = w.held[--w.holds];
	w.commits++;
	no_flow_is_sealed_and_held(cut);
}

/* ------------------------------------------------------------------ the link */
void world_deliver_one(void)
{
	struct fc_message *m = bay_next(&w.bay), *ack;
	static struct fc_cut_commit commit;
	char why[FC_CUT_TEXT];
	int got;

	if (!m)
		return;
	got = fc_base_message(w.base, m, &ack, why);
	if (got < 0)
		world_fail(why);
	if (m->type == FC_MESSAGE_RESEND) {
		struct fc_cut_id id;
		uint64_t slices;

		if (fc_cut_resend_read(m, &id, &slices, why))
			world_fail(why);
		w.everything_came = w.everything_came || slices == UINT64_MAX;
	}
	if (got == 1) {
		if (fc_cut_commit_read(m, &commit, why))
			world_fail(why);
		committed(&commit, w.everything_came);
		w.everything_came = false;
		if (!world_base_is_reference())
			world_fail("the base is not what it was at the cut");
		if (fc_cuts_ack(w.bay.cuts, ack))
			world_fail("an acknowledgement is refused");
		fc_message_free(ack);
	}
	fc_message_free(m);
}

/* The datagrams of a void cut are sealed as before; the first cut after it carries them again. */
void world_break_link(void)
{
	bay_drop_all(&w.bay);
	w.everything_came = false;
	fc_base_rollback(w.base);
	if (!world_base_is_reference())
		world_fail("a rollback has not left the last commit");
	if (world_one_in(4))
		w.term++;
	if (world_one_in(3))
		fc_cuts_mode(w.bay.cuts, FC_CUTS_ALONE, w.term);
	else
		fc_cuts_mode(w.bay.cuts, FC_CUTS_PAIRED, w.term);
}
