// SPDX-License-Identifier: BSD-2-Clause
#include "sink.h"
#include "wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SKEW_NS SIM_MS /* above it a dual feed is refused */
#define SIM_NOBODY 2
#define NOTED_NS UINT64_C(5000) /* a boundary is noted by the next clock of a card */

static char failure[300];
static struct sim_card *cards;
static unsigned holder; /* of the active part: who took over last; SIM_NOBODY: none yet */
/* Before the last time that all state was lost: how much may have been reported, and must. */
static struct {
	struct sim_sum low, high;
} before[SIM_MONITORS][SIM_FLOWS];
static struct sim_sum slack[SIM_MONITORS][SIM_FLOWS]; /* more or less */
static uint64_t commit_at[2][2]; /* by standby: when the last two of its peer came */
static uint64_t ring_cut_ns[2][SIM_SLOTS][SIM_RINGS]; /* by standby */
/* By unit: what its rings held then it has let go: its last commit while a dual feed was refused,
 * or the moment in which it lost the part without having handed it over. */
static uint64_t let_go_at[2];
static bool trusted[2];  /* by unit: the feed is dual, at its last commit */
static bool handed_over; /* the part, by order, by whom had it before `holder` */
struct judge_stats judge_stats;

void sim_fail(const char *format, ...)
{
	va_list arguments;

	if (*failure)
		return;
	va_start(arguments, format);
	vsnprintf(failure, sizeof(failure), format, arguments);
	va_end(arguments);
	sim_trace("FAILED: %s", failure);
	sim_stop();
}

const char *sim_failure(void)
{
	return *failure ? failure : NULL;
}

void judge_begin(void)
{
	*failure = '\0';
	cards = NULL;
	holder = SIM_NOBODY;
	memset(before, 0, sizeof(before));
	memset(slack, 0, sizeof(slack));
	memset(commit_at, 0, sizeof(commit_at));
	memset(ring_cut_ns, 0, sizeof(ring_cut_ns));
	memset(let_go_at, 0, sizeof(let_go_at));
	memset(trusted, 0, sizeof(trusted));
	handed_over = false;
	memset(&judge_stats, 0, sizeof(judge_stats));
}

void judge_end(void)
{
	while (cards) {
		struct sim_card *card = cards;

		cards = card->next;
		sim_card_free(card);
	}
}

bool judge_deposed(unsigned unit)
{
	return holder != SIM_NOBODY && holder != unit;
}

static void uncover(struct sim_card *card)
{
	card->covered.given = false;
	for (unsigned r = 0; r < SIM_RINGS; r++)
		card->covered.epoch[r] = -1;
}

void judge_card(struct sim_card *card)
{
	card->next = cards;
	/* A unit that was stopped may believe that it is active still. */
	card->selected &= !judge_deposed(card->unit);
	uncover(card);
	card->covered.resolved = !card->selected;
	cards = card;
}

/* ------------------------------------------------------------------ commits */
/* Its rings' places stand where they were if the vector has none; the slot's other ring is there.
 */
static void cover(struct sim_card *card, const struct judge_vector *v)
{
	bool any = false;

	for (unsigned i = 0; i < v->places; i++) {
		const struct judge_place *p = &v->place[i];

		if (p->slot != card->slot || p->generation != card->generation)
			continue;
		card->covered.epoch[p->ring] = p->epoch;
		any = true;
	}
	if (any || card->alive || card->covered.given)
		return;
	card->covered.given = true;
	/* What it had seen of the epoch in which it died the other card has seen, too. */
	for (uint32_t e = 0; sim_world.dual && e <= card->epoch; e++)
		for (unsigned r = 0; r < card->rings; r++)
			if ((int64_t)e > card->covered.epoch[r] &&
			    card->truth[e].mark[r] != SIM_GONE)
				card->truth[e].mark[r] = SIM_MAYBE;
}

/* A card that has gone and the next one at its place may both be there: the later counts. */
static void note_cuts(unsigned standby, const struct judge_vector *v)
{
	bool seen[SIM_SLOTS][SIM_RINGS] = {{false}};

	for (unsigned i = 0; i < v->places; i++) {
		const struct judge_place *p = &v->place[i];
		uint64_t *cut_ns = &ring_cut_ns[standby][p->slot][p->ring];

		sim_trace("unit %u: has committed: ring %u.%u, card %u, epoch %u, until %.3f ms",
			  standby + 1, p->slot, p->ring, p->generation, p->epoch,
			  (double)(p->cut_ns - SIM_BORN) / 1e6);
		if (!seen[p->slot][p->ring] || p->cut_ns > *cut_ns)
			*cut_ns = p->cut_ns;
		seen[p->slot][p->ring] = true;
	}
}

/* A feed that becomes dual: what was covered before was not compared, and is forgotten. */
static void trust(unsigned unit, bool dual)
{
	if (dual && !trusted[unit])
		memset(ring_cut_ns[unit], 0, sizeof(ring_cut_ns[unit]));
	trusted[unit] = dual;
}

void judge_committed(unsigned standby, const struct judge_vector *vector, bool dual)
{
	trust(standby, dual);
	if (!dual)
		let_go_at[standby] = sim_now();
	commit_at[standby][1] = commit_at[standby][0];
	commit_at[standby][0] = sim_now();
	note_cuts(standby, vector);
	for (struct sim_card *card = cards; card; card = card->next)
		if (card->unit != standby && !card->covered.resolved)
			cover(card, vector);
}

void judge_base_cleared(unsigned standby)
{
	memset(commit_at[standby], 0, sizeof(commit_at[standby]));
	memset(ring_cut_ns[standby], 0, sizeof(ring_cut_ns[standby]));
	for (struct sim_card *card = cards; card; card = card->next) {
		if (card->unit == standby || card->covered.resolved)
			continue;
		uncover(card);
	}
}

/* ------------------------------------------------------------------ sums */
static unsigned ring_of(const struct sim_card *card, unsigned monitor, unsigned flow)
{
	return card->ring_of((struct sim_card *)(uintptr_t)card, monitor, flow);
}

static void add(struct sim_sum *to, const struct sim_sum *what)
{
	to->packets += what->packets;
	to->octets += what->octets;
}

/* Of what was marked, up to what the standby of its unit has (`committed`), or all. */
static void expected(unsigned monitor, unsigned flow, bool committed, struct sim_sum *low,
		     struct sim_sum *high)
{
	*low = before[monitor][flow].low;
	*high = before[monitor][flow].high;
	for (const struct sim_card *card = cards; card; card = card->next) {
		bool part = committed && !card->covered.resolved && !card->covered.given;
		unsigned ring = ring_of(card, monitor, flow);

		for (uint32_t e = 0; e <= card->epoch; e++) {
			const struct sim_epoch *truth = &card->truth[e];

			if (truth->mark[ring] == SIM_GONE ||
			    (part && (int64_t)e > card->covered.epoch[ring]))
				continue;
			add(high, &truth->flow[monitor][flow]);
			if (truth->mark[ring] == SIM_SELECTED)
				add(low, &truth->flow[monitor][flow]);
		}
	}
}

static uint64_t packets_of(const struct sim_card *card, uint32_t epoch, unsigned ring)
{
	uint64_t sum = 0;

	for (unsigned f = 0; f < SIM_FLOWS; f++)
		if (ring_of(card, 0, f) == ring)
			sum += card->truth[epoch].flow[0][f].packets;
	return sum;
}

/* ------------------------------------------------------------------ who is active */
/* The unit of this card has lost its part; return packets that went with it. */
static uint64_t resolve(struct sim_card *card)
{
	uint64_t lost = 0;

	card->selected = false;
	if (card->covered.resolved)
		return 0;
	card->covered.resolved = true;
	for (uint32_t e = 0; e <= card->epoch; e++) {
		for (unsigned r = 0; r < card->rings; r++) {
			enum sim_mark *mark = &card->truth[e].mark[r];

			if (card->covered.given || (int64_t)e <= card->covered.epoch[r] ||
			    *mark == SIM_GONE)
				continue;
			lost += packets_of(card, e, r);
			/* Records that do not wait for a cut were on their way. */
			*mark = sim_world.dual && card->closed ? SIM_MAYBE : SIM_GONE;
		}
	}
	return lost;
}

/* Where two clocks differ, packets about the boundary may be counted by both cards, or by none. */
static void allow_skew(const struct sim_card *card, unsigned ring, uint64_t cut_ns)
{
	uint64_t window = SKEW_NS, at = cut_ns - SIM_BORN;

	for (unsigned f = 0; cut_ns && f < SIM_FLOWS; f++) {
		struct sim_sum sum = world_packets(f, at, window);

		for (unsigned m = 0; f % sim_world.slots == card->slot && m < SIM_MONITORS; m++)
			if (ring_of(card, m, f) == ring)
				add(&slack[m][f], &sum);
	}
}

/* A command has kept the unit waiting for longer than its rings last: some of what came meanwhile
 * is dropped, and counted. */
static bool came_late(unsigned unit)
{
	return sim_world.command && sim_now() - commit_at[unit][0] > SIM_SECOND;
}

/* Both cards see the same packets: what the commit's time does not cover is this card's, unless its
 * unit had to let it go. */
static enum sim_mark mark_dual(const struct sim_epoch *truth, uint64_t cut_ns, uint64_t let_go)
{
	if (!cut_ns)
		return SIM_MAYBE;
	if (truth->start_ns + NOTED_NS >= cut_ns)
		return truth->open_at >= let_go ? SIM_SELECTED : SIM_MAYBE;
	return truth->end_ns && truth->end_ns <= cut_ns + NOTED_NS ? SIM_GONE : SIM_MAYBE;
}

/* What came after the last commit counts; what came before may be given back by now. */
static enum sim_mark mark_single(const struct sim_epoch *truth, uint64_t commit)
{
	return commit && truth->open_at >= commit ? SIM_SELECTED : SIM_MAYBE;
}

/* Of a planned switchover, all that came since the traffic was moved; if the witness keeps the unit
 * waiting for more than a second and until its ring is half full, the oldest of that is dropped,
 * and counted. */
static enum sim_mark mark_planned(const struct sim_card *card, uint32_t e, unsigned ring)
{
	bool over = e < card->epoch && card->truth[e + 1].open_at <= sim_world.moved_at;

	over |= sim_now() - sim_world.moved_at > SIM_SECOND &&
		(int64_t)e <= card->ring[ring].let_go;
	return over ? SIM_MAYBE : SIM_SELECTED;
}

static enum sim_mark mark_own(const struct sim_card *card, uint32_t e, unsigned ring, bool dual,
			      bool planned)
{
	const struct sim_epoch *truth = &card->truth[e];

	if (planned && !dual)
		return mark_planned(card, e, ring);
	return dual ? mark_dual(truth, ring_cut_ns[card->unit][card->slot][ring],
				let_go_at[card->unit])
		    : mark_single(truth, commit_at[card->unit][0]);
}

static void select_own(struct sim_card *card, bool hot, bool dual, bool planned)
{
	/* One that has died a moment ago: what its ring holds may still be read. */
	if (!card->alive && unit_card(card->unit, card->slot) != card)
		return;
	card->selected = card->alive;
	card->covered.resolved = false;
	uncover(card);
	for (unsigned r = 0; r < card->rings; r++) {
		if (hot && dual && sim_world.skewed)
			allow_skew(card, r, ring_cut_ns[card->unit][card->slot][r]);
		for (uint32_t e = 0; e <= card->epoch; e++) {
			enum sim_mark *mark = &card->truth[e].mark[r];

			if (*mark != SIM_GONE)
				continue;
			*mark = hot && card->alive ? mark_own(card, e, r, dual, planned)
						   : SIM_MAYBE;
			if (*mark == SIM_SELECTED && came_late(card->unit))
				*mark = SIM_MAYBE;
			if (*mark == SIM_MAYBE)
				judge_stats.maybe_packets += packets_of(card, e, r);
		}
	}
}

/* What was in the sums must not come in again. */
static void forget(const struct sim_card *card, struct sim_epoch *truth)
{
	for (unsigned m = 0; m < SIM_MONITORS; m++)
		for (unsigned f = 0; f < SIM_FLOWS; f++)
			if (truth->mark[ring_of(card, m, f)] != SIM_GONE)
				truth->flow[m][f] = (struct sim_sum){0};
	sim_card_mark(truth, SIM_GONE);
}

/* Nobody has what was: all of it has been reported by now, or is lost. */
static void lose_all(void)
{
	judge_stats.lost_all++;
	wire_flush();
	for (unsigned m = 0; m < SIM_MONITORS; m++) {
		for (unsigned f = 0; f < SIM_FLOWS; f++) {
			struct sim_sum low, high;

			expected(m, f, false, &low, &high);
			before[m][f].high = high;
			before[m][f].low = sink_reported(m, f);
		}
	}
	for (struct sim_card *card = cards; card; card = card->next) {
		card->selected = false;
		card->covered.resolved = true;
		for (uint32_t e = 0; e <= card->epoch; e++)
			forget(card, &card->truth[e]);
	}
}

void judge_takes_over(unsigned unit, bool hot, bool dual, bool planned, bool refused)
{
	uint64_t lost = 0;

	holder = unit;
	trust(unit, dual && !refused);
	handed_over = planned && !refused;
	if (!hot)
		lose_all();
	for (struct sim_card *card = cards; hot && card; card = card->next)
		if (card->unit != unit)
			lost += resolve(card);
	for (struct sim_card *card = cards; card; card = card->next)
		if (card->unit == unit)
			select_own(card, hot && !refused, dual, planned);
	judge_base_cleared(!unit);
	judge_stats.takeovers += hot;
	judge_stats.planned += hot && planned;
	if (dual)
		return;
	judge_stats.lost_packets += lost;
	if (planned && lost)
		sim_fail("unit %u took over as planned, and %llu packets of the last epochs were "
			 "not handed over",
			 unit + 1, (unsigned long long)lost);
}

void judge_yields(unsigned unit, bool peer_active)
{
	if (!handed_over || holder == unit)
		let_go_at[unit] = sim_now();
	if (holder != unit || !peer_active || sim_world.fencing)
		return;
	sim_trace("unit %u: has yielded; the part is unit %u's, which kept it", unit + 1,
		  !unit + 1);
	judge_takes_over(!unit, false, sim_world.dual, false, false);
}

/* ------------------------------------------------------------------ verdicts */
/* Where the packets of a flow were counted, for the trace. */
static void story(unsigned m, unsigned f)
{
	static const char *const marks[] = {"gone", "maybe", "selected"};

	sim_trace("monitor %u, flow %u: %llu to %llu packets before all was lost last", m, f,
		  (unsigned long long)before[m][f].low.packets,
		  (unsigned long long)before[m][f].high.packets);
	for (const struct sim_card *card = cards; card; card = card->next)
		for (uint32_t e = 0; e <= card->epoch; e++)
			if (card->truth[e].flow[m][f].packets)
				sim_trace("  unit %u, card %u.%u, epoch %u from %.3f ms: %llu, %s",
					  card->unit + 1, card->slot, card->generation, e,
					  (double)card->truth[e].open_at / 1e6,
					  (unsigned long long)card->truth[e].flow[m][f].packets,
					  marks[card->truth[e].mark[ring_of(card, m, f)]]);
}

static void compare(unsigned m, unsigned f, const struct sim_sum *have, const struct sim_sum *low,
		    const struct sim_sum *high, const char *what)
{
	const struct sim_sum *more = &slack[m][f];
	bool much = have->packets > high->packets + more->packets ||
		    have->octets > high->octets + more->octets;
	bool few = have->packets + more->packets < low->packets ||
		   have->octets + more->octets < low->octets;

	if (!much && !few)
		return;
	sim_fail("monitor %u, flow %u: %llu packets %s, it must be %llu to %llu: too %s", m, f,
		 (unsigned long long)have->packets, what, (unsigned long long)low->packets,
		 (unsigned long long)high->packets, much ? "many" : "few");
	story(m, f);
}

void judge_reported(void)
{
	for (unsigned m = 0; m < SIM_MONITORS; m++) {
		for (unsigned f = 0; f < SIM_FLOWS; f++) {
			struct sim_sum have = sink_reported(m, f), low, high;

			expected(m, f, false, &low, &high);
			judge_stats.packets += high.packets;
			compare(m, f, &have, &low, &high, "reported");
		}
	}
}

void judge_base(unsigned standby, const struct sim_sum have[SIM_MONITORS][SIM_FLOWS])
{
	(void)standby;
	for (unsigned m = 0; m < SIM_MONITORS; m++) {
		for (unsigned f = 0; f < SIM_FLOWS; f++) {
			struct sim_sum both = sink_reported(m, f), low, high;

			/* Its totals hold what was reported. */
			if (sim_world.monitor[m].cache == FC_CACHE_PERMANENT)
				continue;
			add(&both, &have[m][f]);
			expected(m, f, true, &low, &high);
			compare(m, f, &both, &low, &high, "reported and in the base");
		}
	}
}
