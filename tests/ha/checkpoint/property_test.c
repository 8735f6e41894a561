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
#include "bay.h"

#include <ha/checkpoint/base_impl.h>
#include <ha/checkpoint/cuts_impl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEMBERS = 5, FLOWS = 60, QUEUE = 4096, SERIALS = 1 << 16, STEPS = 2500 };

struct shot {
	uint64_t instance, value;
	uint32_t serial;
};

struct shots {
	struct shot at[FLOWS * 4];
	unsigned count;
};

struct item {
	uint32_t serial;
	uint64_t marker; /* number of the cut, if serial is 0 */
};

struct member {
	struct fc_cut_member *m;
	unsigned slot;
	uint32_t number;
	uint64_t next, standbys;
	struct shots live, ended; /* ended: since the last cut */
	bool changed[FLOWS];
	uint64_t cut; /* joined last; 0: none is in flight */
	bool leaving, done;
	struct shots frozen, closed; /* of that cut */
	struct shots give;
	unsigned given;
	struct item queue[QUEUE];
	unsigned from, to;
};

/* What the base must hold of one who gave it. */
struct holding {
	uint32_t number;
	uint64_t gone_with; /* number of the commit; 0: it stays */
	uint64_t left_in;   /* cut that was on its way when it left, with its last part */
	struct shots shots, last;
};

static struct world {
	struct bay bay;
	struct fc_base *base;
	uint64_t seed, random, term;
	struct member member[MEMBERS];
	struct holding held[MEMBERS * 64];
	unsigned holds;
	uint32_t serials;
	uint64_t sealed_in[SERIALS]; /* 0: not yet */
	uint32_t pending[QUEUE * MEMBERS];
	unsigned pendings;
	uint64_t commits, flips, repairs, compared, checked;
} w;

static void fail(const char *what)
{
	fprintf(stderr, "seed %llu, cut %llu: %s\n", (unsigned long long)w.seed,
		(unsigned long long)w.bay.cuts->number, what);
	exit(1);
}

static uint64_t draw(void)
{
	uint64_t z = (w.random += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static unsigned below(unsigned n)
{
	return (unsigned)(draw() % n);
}

static bool one_in(unsigned n)
{
	return !below(n);
}

static void put(struct shots *shots, struct shot shot)
{
	if (shots->count == sizeof(shots->at) / sizeof(shots->at[0]))
		fail("the test has no room");
	shots->at[shots->count++] = shot;
}

/* ------------------------------------------------------------------ the reference */
static struct holding *holding_of(uint32_t number)
{
	for (unsigned i = 0; i < w.holds; i++)
		if (w.held[i].number == number)
			return &w.held[i];
	if (w.holds == sizeof(w.held) / sizeof(w.held[0]))
		fail("the test has no room for members");
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

static bool base_is_reference(void)
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
				fail("a flow is sealed, and in the base");
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
		fail("a part that is not whole is in the vector");
	holding_of(m->number)->shots = m->frozen;
	for (unsigned i = 0; i < m->closed.count; i++) {
		uint64_t in = w.sealed_in[m->closed.at[i].serial];

		if (!in || in > cut)
			fail("a flow that ended with this cut is not sealed in it");
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
static bool everything_came;

static void deliver_one(void)
{
	struct fc_message *m = bay_next(&w.bay), *ack;
	static struct fc_cut_commit commit;
	char why[FC_CUT_TEXT];
	int got;

	if (!m)
		return;
	got = fc_base_message(w.base, m, &ack, why);
	if (got < 0)
		fail(why);
	if (m->type == FC_MESSAGE_RESEND) {
		struct fc_cut_id id;
		uint64_t slices;

		if (fc_cut_resend_read(m, &id, &slices, why))
			fail(why);
		everything_came = everything_came || slices == UINT64_MAX;
	}
	if (got == 1) {
		if (fc_cut_commit_read(m, &commit, why))
			fail(why);
		committed(&commit, everything_came);
		everything_came = false;
		if (!base_is_reference())
			fail("the base is not what it was at the cut");
		if (fc_cuts_ack(w.bay.cuts, ack))
			fail("an acknowledgement is refused");
		fc_message_free(ack);
	}
	fc_message_free(m);
}

/* The datagrams of a void cut are sealed as before; the first cut after it carries them again. */
static void break_link(void)
{
	bay_drop_all(&w.bay);
	everything_came = false;
	fc_base_rollback(w.base);
	if (!base_is_reference())
		fail("a rollback has not left the last commit");
	if (one_in(4))
		w.term++;
	if (one_in(3))
		fc_cuts_mode(w.bay.cuts, FC_CUTS_ALONE, w.term);
	else
		fc_cuts_mode(w.bay.cuts, FC_CUTS_PAIRED, w.term);
}

/* ------------------------------------------------------------------ workers */
static void queue_put(struct member *m, struct item item)
{
	if (m->to - m->from == QUEUE)
		fail("the test has no room in a queue");
	m->queue[m->to++ % QUEUE] = item;
}

static void come(struct member *m, unsigned slot)
{
	uint64_t first;

	memset(m, 0, sizeof(*m));
	m->slot = slot;
	if (fc_cuts_member_add(w.bay.cuts, slot, 0, 1, &m->m, &first))
		fail("no room for a member");
	m->number = m->m->number;
	m->next = first;
}

static void flow_begins(struct member *m)
{
	if (m->live.count == FLOWS || w.serials + 1 == SERIALS)
		return;
	m->changed[m->live.count] = true;
	/* Far apart, too, so that slices differ in size. */
	m->next += 1 + (one_in(3) ? below(200) : 0);
	put(&m->live, (struct shot){.instance = m->next, .value = draw(), .serial = ++w.serials});
}

static void flow_ends(struct member *m, unsigned i)
{
	put(&m->ended, m->live.at[i]);
	m->live.at[i] = m->live.at[--m->live.count];
	m->changed[i] = m->changed[m->live.count];
}

static void flows_change(struct member *m)
{
	for (unsigned n = below(6); n--;) {
		unsigned what = below(8);

		if (what < 2)
			flow_begins(m);
		else if (m->live.count && what == 2 && m->ended.count < FLOWS)
			flow_ends(m, below(m->live.count));
		else if (m->live.count) {
			what = below(m->live.count);
			m->live.at[what].value = draw();
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
			put(&m->give, m->live.at[i]);
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
	if (count && one_in(5)) {
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
	struct holding *held = holding_of(m->number);
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
	for (unsigned n = 1 + below(30); n-- && m->from != m->to;) {
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
	for (unsigned n = below(3); n--;)
		fc_cuts_send(w.bay.cuts, fc_message_create(FC_MESSAGE_DATAGRAM, 0));
	fc_cuts_sealed(w.bay.cuts, number);
}

/* ------------------------------------------------------------------ a schedule */
static void worker_step(struct member *m, unsigned slot)
{
	if (!m->m) {
		if (m->from == m->to && one_in(20) && w.holds < MEMBERS * 60)
			come(m, slot);
		return;
	}
	flows_change(m);
	if (one_in(4))
		barrier(m);
	give_some(m);
	if (one_in(150))
		m->leaving = true;
	if ((m->leaving && m->cut && m->done) || one_in(400))
		leave(m);
}

static void rare(void)
{
	enum fc_cuts_mode mode = w.bay.cuts->mode;

	if (one_in(150))
		break_link();
	else if (mode == FC_CUTS_ALONE && one_in(20))
		fc_cuts_mode(w.bay.cuts, FC_CUTS_PAIRED, w.term);
	if (one_in(100))
		w.bay.queued = one_in(3) ? SIZE_MAX / 2 : 0;
	if (one_in(300)) {
		fc_cuts_last(w.bay.cuts);
	} else if (one_in(50)) {
		fc_cuts_resume(w.bay.cuts);
	}
}

static void open_world(uint64_t seed)
{
	memset(&w, 0, sizeof(w));
	w.seed = w.random = seed;
	w.term = 1;
	everything_came = false;
	bay_open(&w.bay, NULL);
	if (fc_base_create(100000, &w.base))
		fail("no base");
	fc_cuts_mode(w.bay.cuts, FC_CUTS_PAIRED, w.term);
}

static void close_world(void)
{
	bay_close(&w.bay);
	fc_base_destroy(w.base);
}

static void step(void)
{
	unsigned slot = below(MEMBERS);

	w.bay.now_ms += below(100);
	worker_step(&w.member[slot], slot);
	export_step(&w.member[below(MEMBERS)]);
	seal();
	fc_cuts_tick(w.bay.cuts);
	for (unsigned n = below(4); n--;)
		deliver_one();
	if (one_in(30) && !base_is_reference())
		fail("the base has moved between two commits");
}

static void schedule(uint64_t seed)
{
	open_world(seed);
	for (unsigned i = 0; i < STEPS; i++) {
		step();
		rare();
	}
	break_link();
	close_world();
}

/* ------------------------------------------------------------------ flipped bits */
/* Everything but what is a link of lists, or says that the entry is there. */
static void flip_a_bit(void)
{
	for (;;) {
		struct base_entry *entry = &w.base->entries[below((unsigned)w.base->used)];
		struct base_half *half =
			(struct base_half *)(uintptr_t)fc_base_committed_half(w.base, entry);
		unsigned what = below(4);

		if (!entry->live || !half)
			continue;
		if (what == 0)
			entry->vector[below(FC_VECTOR_WORDS)] ^= 1u << below(32);
		else if (what == 1)
			entry->instance ^= UINT64_C(1) << below(64);
		else if (what == 2)
			((uint64_t *)(void *)half)[below(5)] ^= UINT64_C(1) << below(64);
		else
			half->ttl_max ^= (uint8_t)(1u << below(8));
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
			fail(why);
		if (got == 1 && fc_cuts_ack(w.bay.cuts, ack))
			fail("an acknowledgement is refused");
		if (got == 1)
			fc_message_free(ack);
		fc_message_free(m);
	}
}

static void hold_what_lives(void)
{
	w.holds = 0;
	for (unsigned i = 0; i < MEMBERS; i++)
		holding_of(w.member[i].number)->shots = w.member[i].live;
}

static void flips(uint64_t seed)
{
	struct fc_base_look look;

	open_world(seed);
	for (unsigned i = 0; i < MEMBERS; i++) {
		come(&w.member[i], i);
		for (unsigned k = 0; k < FLOWS; k++)
			flow_begins(&w.member[i]);
	}
	quiet_cut();
	hold_what_lives();
	for (unsigned round = 0; round < 6; round++) {
		if (!base_is_reference())
			fail("the base is not what lives");
		fc_base_look(w.base, &look);
		flip_a_bit();
		if (base_is_reference())
			fail("the flip cannot be seen");
		/* Found within FC_CUT_SLICES commits; the cut after that repairs. */
		for (unsigned i = 0; i < FC_CUT_SLICES + 1; i++)
			quiet_cut();
		w.repairs += look.mismatches;
		fc_base_look(w.base, &look);
		if (!look.mismatches)
			fail("no digest has differed");
	}
	if (!base_is_reference())
		fail("a flipped bit was not repaired");
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
