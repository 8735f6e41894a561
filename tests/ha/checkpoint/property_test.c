// SPDX-License-Identifier: BSD-2-Clause
/*
 * Cuts and base against a reference, in any order of what may happen: workers with flows that come,
 * change and end, join, give in pieces, give early, leave in order or not; an export thread that
 * takes markers and seals; a link that breaks at any message; modes; takeovers. Judged:
 *   - from commit to commit the base is, for each member, what it was at that member's cut
 *   - after a rollback it is the last commit
 *   - with a commit no flow is both sealed and in the base, and one that ended in it is sealed
 *   - a bit that flips in the base is found within FC_CUT_SLICES commits, and repaired
 *   property_test [SEED [SCHEDULES]]
 */
#include "property_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ workers */
static void queue_put(struct member *m, struct item item)
{
	if (m->to - m->from == QUEUE)
		world_fail("the test has no room in a queue");
	m->queue[m->to++ % QUEUE] = item;
}

static void come(struct member *m, unsigned slot)
{
	uint64_t first;

	memset(m, 0, sizeof(*m));
	m->slot = slot;
	if (fc_cuts_member_add(w.bay.cuts, slot, 0, 1, &m->m, &first))
		world_fail("no room for a member");
	m->number = m->m->number;
	m->next = first;
}

static void flow_begins(struct member *m)
{
	if (m->live.count == FLOWS || w.serials + 1 == SERIALS)
		return;
	m->changed[m->live.count] = true;
	/* Far apart, too, so that slices differ in size. */
	m->next += 1 + (world_one_in(3) ? world_below(200) : 0);
	world_put(&m->live,
		  (struct shot){.instance = m->next, .value = world_draw(), .serial = ++w.serials});
}

static void flow_ends(struct member *m, unsigned i)
{
	world_put(&m->ended, m->live.at[i]);
	m->live.at[i] = m->live.at[--m->live.count];
	m->changed[i] = m->changed[m->live.count];
}

static void flows_change(struct member *m)
{
	for (unsigned n = world_below(6); n--;) {
		unsigned what = world_below(8);

		if (what < 2)
			flow_begins(m);
		else if (m->live.count && what == 2 && m->ended.count < FLOWS)
			flow_ends(m, world_below(m->live.count));
		else if (m->live.count) {
			what = world_below(m->live.count);
			m->live.at[what].value = world_draw();
			m->changed[what] = true;
		}
	}
}

static void freeze(struct member *m, const struct fc_cut_ticket *ticket)
{
	m->frozen = m->live;
	m->give.count = m->given = 0;
	for (unsigned i = 0; i < m->live.count; i++) {
		bool slice = ticket->resend >> m->live.at[i].instance % FC_CUT_SLICES & 1;

		if (ticket->all || m->changed[i] || slice)
			world_put(&m->give, m->live.at[i]);
		m->changed[i] = false;
	}
	m->closed = m->ended;
	m->ended.count = 0;
	m->done = false;
}

static void barrier(struct member *m)
{
	struct fc_cut_ticket ticket;

	if (m->cut) {
		if (!fc_cuts_safe(m->m))
			return;
		m->cut = 0;
	}
	if (m->leaving)
		while (m->live.count && m->ended.count < FLOWS * 3)
			flow_ends(m, 0);
	if (!fc_cuts_join(m->m, 1, w.bay.now_ms, &ticket))
		return;
	freeze(m, &ticket);
	m->cut = ticket.number;
	for (unsigned i = 0; i < m->closed.count; i++) {
		if (ticket.number)
			fc_cuts_closed(m->m, &m->closed.at[i].instance, 1);
		queue_put(m, (struct item){.serial = m->closed.at[i].serial});
	}
	queue_put(m, (struct item){.marker = ticket.number});
	if (!ticket.number)
		m->done = true;
}

static uint64_t digest(const struct member *m, unsigned slice)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < m->frozen.count; i++) {
		const struct shot *shot = &m->frozen.at[i];
		struct fc_cut_flow flow = bay_flow(shot->instance, shot->value);

		if (shot->instance % FC_CUT_SLICES == slice)
			sum += fc_cut_digest(&flow);
	}
	return sum;
}

static void give_some(struct member *m)
{
	struct fc_cut_flow flows[8];
	unsigned count = 0;

	if (!m->cut || m->done)
		return;
	while (count < 8 && m->given + count < m->give.count) {
		const struct shot *shot = &m->give.at[m->given + count];

		flows[count++] = bay_flow(shot->instance, shot->value);
	}
	if (count && world_one_in(5)) {
		fc_cuts_flow_now(m->m, &flows[0]);
		m->given++;
	} else {
		m->given += (unsigned)fc_cuts_flows(m->m, flows, count);
	}
	if (m->given < m->give.count)
		return;
	fc_cuts_part_done(m->m, digest(m, w.bay.cuts->slice));
	m->done = true;
}

/* In order: it was alone, or its last cut had all its flows among the ended ones. Otherwise what it
 * has is exported by whichever cut is sealed next. */
static void leave(struct member *m)
{
	struct holding *held = world_holding_of(m->number);
	bool flying = w.bay.cuts->state == CUT_FLYING;

	while (m->live.count) {
		queue_put(m, (struct item){.serial = m->live.at[0].serial});
		flow_ends(m, 0);
		m->ended.count--;
	}
	for (unsigned i = 0; i < m->ended.count; i++)
		queue_put(m, (struct item){.serial = m->ended.at[i].serial});
	/* What it gave for a cut that is on its way is committed with it, and goes with the next.
	 */
	held->gone_with = w.bay.cuts->number + (w.bay.cuts->state == CUT_OPEN || flying);
	if (flying && m->cut == w.bay.cuts->number) {
		held->left_in = m->cut;
		held->last = m->frozen;
	}
	fc_cuts_member_remove(m->m);
	m->m = NULL;
}

/* ------------------------------------------------------------------ export thread */
static void export_step(struct member *m)
{
	for (unsigned n = 1 + world_below(30); n-- && m->from != m->to;) {
		struct item item = m->queue[m->from++ % QUEUE];

		if (item.serial)
			w.pending[w.pendings++] = item.serial;
		else if (item.marker)
			fc_cuts_taken(w.bay.cuts, m->slot, 0, item.marker);
	}
}

static void seal(void)
{
	bool all;
	uint64_t number = fc_cuts_to_seal(w.bay.cuts, &all);

	if (!number)
		return;
	while (w.pendings)
		w.sealed_in[w.pending[--w.pendings]] = number;
	for (unsigned n = world_below(3); n--;)
		fc_cuts_send(w.bay.cuts, fc_message_create(FC_MESSAGE_DATAGRAM, 0));
	fc_cuts_sealed(w.bay.cuts, number);
}

/* ------------------------------------------------------------------ a schedule */
static void worker_step(struct member *m, unsigned slot)
{
	if (!m->m) {
		if (m->from == m->to && world_one_in(20) && w.holds < MEMBERS * 60)
			come(m, slot);
		return;
	}
	flows_change(m);
	if (world_one_in(4))
		barrier(m);
	give_some(m);
	if (world_one_in(150))
		m->leaving = true;
	if ((m->leaving && m->cut && m->done) || world_one_in(400))
		leave(m);
}

static void rare(void)
{
	enum fc_cuts_mode mode = w.bay.cuts->mode;

	if (world_one_in(150))
		world_break_link();
	else if (mode == FC_CUTS_ALONE && world_one_in(20))
		fc_cuts_mode(w.bay.cuts, FC_CUTS_PAIRED, w.term);
	if (world_one_in(100))
		w.bay.queued = world_one_in(3) ? SIZE_MAX / 2 : 0;
	if (world_one_in(300)) {
		fc_cuts_last(w.bay.cuts);
	} else if (world_one_in(50)) {
		fc_cuts_resume(w.bay.cuts);
	}
}

static void open_world(uint64_t seed)
{
	memset(&w, 0, sizeof(w));
	w.seed = w.random = seed;
	w.term = 1;
	w.everything_came = false;
	bay_open(&w.bay, NULL);
	if (fc_base_create(100000, &w.base))
		world_fail("no base");
	fc_cuts_mode(w.bay.cuts, FC_CUTS_PAIRED, w.term);
}

static void close_world(void)
{
	bay_close(&w.bay);
	fc_base_destroy(w.base);
}

static void step(void)
{
	unsigned slot = world_below(MEMBERS);

	w.bay.now_ms += world_below(100);
	worker_step(&w.member[slot], slot);
	export_step(&w.member[world_below(MEMBERS)]);
	seal();
	fc_cuts_tick(w.bay.cuts);
	for (unsigned n = world_below(4); n--;)
		world_deliver_one();
	if (world_one_in(30) && !world_base_is_reference())
		world_fail("the base has moved between two commits");
}

static void schedule(uint64_t seed)
{
	open_world(seed);
	for (unsigned i = 0; i < STEPS; i++) {
		step();
		rare();
	}
	world_break_link();
	close_world();
}

/* ------------------------------------------------------------------ flipped bits */
/* Everything but what is a link of lists, or says that the entry is there. */
static void flip_a_bit(void)
{
	for (;;) {
		struct base_entry *entry = &w.base->entries[world_below((unsigned)w.base->used)];
		struct base_half *half =
			(struct base_half *)(uintptr_t)fc_base_committed_half(w.base, entry);
		unsigned what = world_below(4);

		if (!entry->live || !half)
			continue;
		if (what == 0)
			entry->vector[world_below(FC_VECTOR_WORDS)] ^= 1u << world_below(32);
		else if (what == 1)
			entry->instance ^= UINT64_C(1) << world_below(64);
		else if (what == 2)
			((uint64_t *)(void *)half)[world_below(5)] ^= UINT64_C(1)
								      << world_below(64);
		else
			half->ttl_max ^= (uint8_t)(1u << world_below(8));
		w.flips++;
		return;
	}
}

/* One cut that every member is in. Flows do not change: only a repair can mend the base. */
static void quiet_cut(void)
{
	struct fc_message *m, *ack;
	char why[FC_CUT_TEXT];

	for (unsigned i = 0; i < MEMBERS; i++)
		barrier(&w.member[i]);
	for (unsigned i = 0; i < MEMBERS; i++) {
		while (w.member[i].cut && !w.member[i].done)
			give_some(&w.member[i]);
		while (w.member[i].from != w.member[i].to)
			export_step(&w.member[i]);
	}
	seal();
	while ((m = bay_next(&w.bay))) {
		int got = fc_base_message(w.base, m, &ack, why);

		if (got < 0)
			world_fail(why);
		if (got == 1 && fc_cuts_ack(w.bay.cuts, ack))
			world_fail("an acknowledgement is refused");
		if (got == 1)
			fc_message_free(ack);
		fc_message_free(m);
	}
}

static void hold_what_lives(void)
{
	w.holds = 0;
	for (unsigned i = 0; i < MEMBERS; i++)
		world_holding_of(w.member[i].number)->shots = w.member[i].live;
}

static void flips(uint64_t seed)
{
	struct fc_base_look before, after;

	open_world(seed);
	for (unsigned i = 0; i < MEMBERS; i++) {
		come(&w.member[i], i);
		for (unsigned k = 0; k < FLOWS; k++)
			flow_begins(&w.member[i]);
	}
	quiet_cut();
	hold_what_lives();
	for (unsigned round = 0; round < 6; round++) {
		if (!world_base_is_reference())
			world_fail("the base is not what lives");
		fc_base_look(w.base, &before);
		flip_a_bit();
		if (world_base_is_reference())
			world_fail("the flip cannot be seen");
		/* Found within FC_CUT_SLICES commits; the cut after that repairs. */
		for (unsigned i = 0; i < FC_CUT_SLICES + 1; i++)
			quiet_cut();
		fc_base_look(w.base, &after);
		if (after.mismatches == before.mismatches)
			world_fail("no digest has differed");
	}
	if (!world_base_is_reference())
		world_fail("a flipped bit was not repaired");
	close_world();
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t schedules = argc > 2 ? strtoull(argv[2], NULL, 10) : 90;
	uint64_t commits = 0, compared = 0, checked = 0, flipped = 0;

	for (uint64_t i = 0; i < schedules; i++) {
		schedule(seed + i);
		commits += w.commits;
		compared += w.compared;
		checked += w.checked;
		flips(seed + i);
		flipped += w.flips;
	}
	printf("%llu schedules from seed %llu: %llu commits, %llu flows compared, %llu not sealed, "
	       "%llu flipped bits\n",
	       (unsigned long long)schedules, (unsigned long long)seed, (unsigned long long)commits,
	       (unsigned long long)compared, (unsigned long long)checked,
	       (unsigned long long)flipped);
	return schedules && commits && compared && checked && flipped ? 0 : 1;
}
