// SPDX-License-Identifier: BSD-2-Clause
/*
 * A worker as a member of the unit's cuts. Nothing here waits; the worker's lock is held.
 *
 *   ACTIVE: barrier --join--> cut --> ended, changes (a few a turn) --> part done --> safe -->
 * commit ^                                                              | the peer is active
 *      +-- adopt (a few a turn) <-- lead <------ STANDBY: follow <----+
 */
#include "ha/worker_impl.h"

#include <ha/fnv.h>
#include <string.h>

#define GIVE_TURN 1024  /* flows that one turn hands to the cut */
#define ADOPT_TURN 4096 /* flows of the base that one turn looks at */

/* ------------------------------------------------------------------ flows, by their names */
static void name_flow(const struct fc_worker *w, struct fc_cut_flow *flow)
{
	const struct worker_monitor *m = &w->monitor[flow->flow.monitor % FC_CARD_MONITORS_MAX];

	flow->slot = (uint8_t)w->config.slot;
	flow->flow_monitor = m->id;
	flow->flow.monitor = m->flow_monitor;
	flow->flow.interface_first = w->config.interface_first;
}

static uint64_t digest_one(void *context, const struct fc_cut_flow *flow)
{
	struct fc_cut_flow named = *flow;

	name_flow(context, &named);
	return fc_cut_digest(&named);
}

/* The card's monitor that such a flow belongs to; -1: none. */
static int place_of(const struct fc_worker *w, const struct fc_cut_flow *flow)
{
	bool ipv6 = fc_vec_ip_version(flow->flow.vector) == 6;

	for (int n = 0; n < FC_CARD_MONITORS_MAX; n++) {
		const struct worker_monitor *m = &w->monitor[n];

		if (!m->there || m->immediate || m->id != flow->flow_monitor ||
		    (!m->id && m->flow_monitor != flow->flow.monitor))
			continue;
		if ((!m->ipv4 && !m->ipv6) || (ipv6 ? m->ipv6 : m->ipv4))
			return n;
	}
	return -1;
}

/* ------------------------------------------------------------------ a part of a cut */
bool fc_worker_may_cut(void *context, uint32_t epoch, uint64_t cut_ns)
{
	struct fc_worker *w = context;

	if (w->member.adopting)
		return false;
	return fc_cuts_join(w->member.member, epoch, cut_ns, &w->member.ticket);
}

/* A standby that does not keep up is noticed by these. */
void fc_worker_merged(void *context)
{
	fc_cuts_merged(((struct fc_worker *)context)->member.member);
}

static void tell_ended(struct worker_member *m)
{
	if (m->endeds)
		fc_cuts_closed(m->member, m->ended, m->endeds);
	m->endeds = 0;
}

void fc_worker_ended(void *context, uint64_t instance)
{
	struct worker_member *m = &((struct fc_worker *)context)->member;

	if (!m->ticket.number)
		return;
	m->ended[m->endeds++] = instance;
	if (m->endeds == FC_WORKER_GIVE)
		tell_ended(m);
}

void fc_worker_evicted(void *context, const struct fc_cut_flow *flow)
{
	struct fc_worker *w = context;
	struct fc_cut_flow named = *flow;

	if (!w->member.giving)
		return;
	name_flow(w, &named);
	fc_cuts_flow_now(w->member.member, &named);
}

uint64_t fc_worker_instances(void *context)
{
	return fc_cuts_instances(((struct fc_worker *)context)->member.member);
}

int fc_worker_part_begin(struct fc_worker *w)
{
	struct worker_member *m = &w->member;

	if (!m->ticket.number)
		return FC_DRAIN_COMMITTED;
	tell_ended(m);
	fc_shard_changes_mark(w->shard, m->ticket.all, m->ticket.resend);
	m->digest = fc_shard_digest(w->shard, m->ticket.slice, digest_one, w);
	m->giving = true;
	m->flows = m->given = 0;
	return FC_DRAIN_IN_FLIGHT;
}

/* Return whether there may be more. */
static bool give_some(struct fc_worker *w)
{
	struct worker_member *m = &w->member;
	size_t taken;

	if (m->given == m->flows) {
		m->given = 0;
		m->flows = fc_shard_changes(w->shard, m->flow, FC_WORKER_GIVE);
		for (size_t i = 0; i < m->flows; i++)
			name_flow(w, &m->flow[i]);
	}
	if (!m->flows) {
		fc_cuts_part_done(m->member, m->digest);
		m->giving = false;
		return false;
	}
	taken = fc_cuts_flows(m->member, m->flow + m->given, m->flows - m->given);
	m->given += taken;
	return taken > 0;
}

/* The cut in flight goes on. Return whether something was done. */
static bool part_turn(struct fc_worker *w)
{
	struct worker_member *m = &w->member;
	unsigned left = GIVE_TURN / FC_WORKER_GIVE;

	if (!fc_drain_in_flight(w->drain))
		return false;
	if (fc_cuts_safe(m->member)) {
		m->giving = false;
		fc_worker_keep_error(w, fc_drain_commit(w->drain));
		return true;
	}
	if (!m->giving)
		return false;
	while (left && give_some(w))
		left--;
	return left < GIVE_TURN / FC_WORKER_GIVE;
}

/* ------------------------------------------------------------------ the peer is active */
static void stand_by(struct fc_worker *w, bool hold)
{
	struct worker_member *m = &w->member;
	struct fc_cuts_covered covered;
	struct fc_shard_stats stats;
	bool handed_over;

	fc_cuts_covered(m->member, &covered);
	fc_shard_stats(w->shard, &stats);
	handed_over = covered.handed_over && !covered.dual;
	if (handed_over)
		m->after_handover_packets += stats.after_cut_packets;
	else
		m->void_packets += stats.after_cut_packets;
	fc_shard_forget(w->shard);
	fc_drain_follow(w->drain, handed_over, hold && covered.hold);
	m->following = true;
	m->adopting = m->giving = false;
	m->flows = m->given = m->endeds = 0;
	m->ticket = (struct fc_cut_ticket){0};
}

static void follow_turn(struct fc_worker *w)
{
	struct fc_cuts_covered covered;

	fc_cuts_covered(w->member.member, &covered);
	fc_worker_keep_error(w, fc_drain_cover(w->drain, &covered));
	fc_worker_carry_out_following(w);
}

/* ------------------------------------------------------------------ the peer has gone */
/* Not before the card has closed the last epoch that the base has, unless it never will. */
static void take_over(struct fc_worker *w)
{
	struct fc_base *base = fc_cuts_base_get(w->config.cuts);
	struct worker_member *m = &w->member;
	struct fc_shard_start start;

	follow_turn(w);
	if (!w->closing && !fc_drain_caught_up(w->drain))
		return;
	fc_drain_lead(w->drain, &start);
	if (base)
		start.base_ns = fc_base_cut_ns(base, w->config.slot);
	fc_shard_begin(w->shard, &start);
	fc_shard_instances_renew(w->shard);
	m->following = false;
	m->adopting = base != NULL;
	m->base_at = 0;
}

static bool of_this_ring(const struct fc_worker *w, unsigned number, const struct fc_flow *flow)
{
	uint32_t key[FC_VECTOR_WORDS];

	if (!w->config.ring_of)
		return true;
	for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
		key[i] = flow->vector[i] & w->monitor[number].mask[i];
	return w->config.ring_of(w->config.ring_context, number, key) == w->config.ring->number;
}

/* A flow without a place on the card is closed by the worker of the first ring; its record goes
 * with the next cut. */
static void close_stranger(struct fc_worker *w, struct fc_base *base,
			   const struct fc_cut_flow *from)
{
	struct fc_flow flow = from->flow;

	if (w->config.ring->number || !fc_base_take(base, from->instance))
		return;
	flow.end_reason = FC_END_FORCED;
	w->member.stranger_flows++;
	w->member.stranger_packets += flow.packets;
	fc_worker_hand_over(w, flow.monitor, &flow, fc_base_cut_ns(base, w->config.slot));
}

static void consider(struct fc_worker *w, struct fc_base *base, const struct fc_cut_flow *flow)
{
	int number;

	if (flow->slot != w->config.slot)
		return;
	number = place_of(w, flow);
	if (number < 0) {
		close_stranger(w, base, flow);
		return;
	}
	if (of_this_ring(w, (unsigned)number, &flow->flow) && fc_base_take(base, flow->instance))
		fc_shard_adopt(w->shard, (unsigned)number, flow);
}

static void adopt_some(struct fc_worker *w)
{
	struct fc_base *base = fc_cuts_base_get(w->config.cuts);
	struct worker_member *m = &w->member;

	for (unsigned looked = 0; looked < ADOPT_TURN; looked += FC_WORKER_GIVE) {
		size_t count = base ? fc_base_next(base, &m->base_at, m->flow, FC_WORKER_GIVE) : 0;

		for (size_t i = 0; i < count; i++)
			consider(w, base, &m->flow[i]);
		if (count)
			continue;
		/* Not sorted for want of memory: cuts take longer, nothing else. */
		(void)fc_shard_adopt_end(w->shard);
		m->adopting = false;
		m->flows = m->given = 0;
		return;
	}
}

/* ------------------------------------------------------------------ a turn */
bool fc_worker_member_turn(struct fc_worker *w)
{
	struct worker_member *m = &w->member;
	uint64_t standbys;
	enum fc_cuts_mode mode = fc_cuts_mode_now(w->config.cuts, &standbys);

	if (standbys != m->standbys || (mode == FC_CUTS_STANDBY && !m->following)) {
		/* Held up for longer: of the peer's part in between it knows nothing. */
		if (!m->following)
			stand_by(w, standbys == m->standbys + 1);
		m->standbys = standbys;
	}
	if (mode == FC_CUTS_STANDBY) {
		follow_turn(w);
		return false;
	}
	if (m->following)
		take_over(w);
	if (m->following)
		return false;
	if (m->adopting) {
		if (w->config.hold_adoption && !atomic_load(&w->placed))
			return false;
		adopt_some(w);
		return true;
	}
	return part_turn(w);
}

/* The ring comes of the pair's secret, the monitor's number on the card and the masked key. The
 * numbers of two cards differ where their monitors came in another order. */
void fc_worker_spread(struct fc_worker *w)
{
	uint64_t hash = fc_fnv_step(FC_FNV_BASIS, w->config.rings > 1 ? w->config.rings : 1);

	if (!w->member.member || (w->config.rings > 1 && !w->config.ring_of))
		return;
	for (unsigned n = 0; w->config.rings > 1 && n < FC_CARD_MONITORS_MAX; n++) {
		const struct worker_monitor *m = &w->monitor[n];

		if (!m->there)
			continue;
		hash = fc_fnv_step(fc_fnv_step(hash, n), m->id);
		hash = fc_fnv_step(hash, (unsigned)m->ipv4 << 1 | m->ipv6);
		for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
			hash = fc_fnv_step(hash, m->mask[i]);
	}
	fc_cuts_spread(w->member.member, hash ? hash : 1);
}

int fc_worker_member_open(struct fc_worker *w)
{
	struct worker_member *m = &w->member;
	int err;

	if (!w->config.cuts)
		return 0;
	/* It follows from the beginning, though the unit may be active when its first turn comes.
	 */
	if (fc_cuts_mode_now(w->config.cuts, &m->standbys) == FC_CUTS_STANDBY)
		m->standbys--;
	err = fc_cuts_member_add(w->config.cuts, w->config.slot, w->config.ring->number,
				 w->config.generation, &m->member, NULL);
	if (!err)
		fc_worker_spread(w);
	return err;
}

/* A card that comes to an active unit, or to one that becomes active before the first turn: the
 * base may hold flows of the slot. A standby's first turn forgets about it. */
void fc_worker_member_begin(struct fc_worker *w)
{
	struct fc_shard_start start = {.learned = w->config.fresh};
	struct fc_base *base = w->config.cuts ? fc_cuts_base_get(w->config.cuts) : NULL;

	if (base) {
		start.base_ns = fc_base_cut_ns(base, w->config.slot);
		w->member.adopting = true;
	}
	fc_shard_begin(w->shard, &start);
}

void fc_worker_member_close(struct fc_worker *w)
{
	if (w->member.member)
		fc_cuts_member_remove(w->member.member);
	w->member.member = NULL;
}

/* ------------------------------------------------------------------ the end */
/* With a dual feed the standby's card has counted itself what came after the last cut, so that is
 * not reported from here; else all of it is. Return whether it is not. */
static bool last_epoch(struct fc_worker *w, enum fc_worker_end end, uint32_t *epoch)
{
	struct fc_cuts_covered covered;
	struct fc_shard_stats stats;
	uint64_t standbys;
	bool paired = fc_cuts_mode_now(w->config.cuts, &standbys) == FC_CUTS_PAIRED;

	fc_cuts_covered(w->member.member, &covered);
	if (end == FC_WORKER_ABANDON && paired && covered.dual) {
		*epoch = w->cut_epoch;
		return true;
	}
	fc_shard_stats(w->shard, &stats);
	*epoch = (uint32_t)stats.epoch - 1;
	w->cut_ns = stats.epoch_ns ? stats.epoch_ns : w->cut_ns;
	return false;
}

bool fc_worker_member_close_turn(struct fc_worker *w, enum fc_worker_end end)
{
	struct worker_member *m = &w->member;
	uint32_t epoch;
	bool back;

	fc_worker_member_turn(w);
	if (m->following) {
		fc_drain_drop_all(w->drain);
		return true;
	}
	if (m->adopting)
		return false;
	if (m->last)
		return fc_cuts_safe(m->member);
	if (fc_drain_in_flight(w->drain))
		return false;
	fc_worker_end_ring(w, end);
	back = last_epoch(w, end, &epoch);
	if (!fc_cuts_join(m->member, epoch, w->cut_ns, &m->ticket))
		return false;
	if (back && m->ticket.number)
		fc_shard_rollback(w->shard);
	fc_worker_close_flows(w);
	tell_ended(m);
	m->last = true;
	if (!m->ticket.number)
		return true;
	fc_cuts_part_done(m->member, 0);
	return false;
}
