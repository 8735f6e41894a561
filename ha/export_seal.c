// SPDX-License-Identifier: BSD-2-Clause
/*
 * The active unit's side of a pair's output: what is sealed at a cut is given to the peer, and
 * leaves when that cut is acknowledged; how far that is, the peer is told.
 *
 *   markers of a cut --> sealed --> EXPORTER, DATAGRAM --> (peer) --> acknowledged --> gate -->
 * wire CURSOR <--------------------+
 */
#include <ha/export_impl.h>
#include <ha/export_wire.h>
#include <string.h>

#define DATAGRAMS_ROOM 65536 /* so full a message gets no further one; */
#define MESSAGE_ROOM 135000  /* one that begins before that still fits */
#define STATE_ROOM (FC_EXPORTER_STATE_MAX + 256)
#define CURSOR_ROOM 128
#define CURSOR_NS UINT64_C(10000000) /* between two of an exporter that is not done */
#define STALL_NS UINT64_C(500000000) /* an exporter that sends nothing is not waited for */

/* ------------------------------------------------------------------ what may leave */
static uint64_t acknowledged(const struct fc_export_line *line)
{
	const struct fc_cuts *cuts = line->thread->cuts;

	if (cuts && line->cut && fc_cuts_acked(line->thread->cuts) >= line->cut)
		return line->mark;
	return line->safe;
}

static uint64_t may_leave(const struct fc_export_line *line)
{
	switch ((enum fc_rf_gate)atomic_load(&line->thread->gate)) {
	case FC_RF_GATE_OPEN:
		return FC_EXPORTER_NO_GATE;
	case FC_RF_GATE_ACKED:
		return acknowledged(line);
	case FC_RF_GATE_CLOSED:
		break;
	}
	return 0;
}

/*
 * Around each burst. fc_export_thread_gate() takes `burst`, too, after it has closed the gate: when
 * it returns, nothing leaves any more by what was read here before. A unit that is stopped right
 * here (SIGSTOP, a suspended guest) and goes on after its peer took over sends at most this burst;
 * its datagrams were acknowledged, so the peer has them and sends the same octets.
 */
static uint64_t enter(void *context)
{
	const struct fc_export_line *line = context;

	pthread_mutex_lock(&line->thread->burst);
	return line->thread->following ? 0 : may_leave(line);
}

static void leave(void *context)
{
	const struct fc_export_line *line = context;

	pthread_mutex_unlock(&line->thread->burst);
}

const struct fc_exporter_guard fc_export_guard = {enter, leave};

void fc_export_thread_gate(struct fc_export_thread *t, enum fc_rf_gate gate)
{
	atomic_store(&t->gate, gate);
	if (gate == FC_RF_GATE_OPEN)
		return; /* on the way of a takeover: it waits for nothing */
	pthread_mutex_lock(&t->burst);
	pthread_mutex_unlock(&t->burst);
}

void fc_export_gates(struct fc_export_thread *t)
{
	struct fc_export_line *line;
	unsigned at = 0;

	while ((line = fc_export_next_line(t, &at)))
		fc_exporter_gate(line->exporter, t->following ? 0 : may_leave(line));
}

bool fc_export_withheld(const struct fc_export_line *line)
{
	return may_leave(line) < fc_exporter_mark(line->exporter);
}

/* ------------------------------------------------------------------ markers */
void fc_export_marker(struct fc_export_thread *t, unsigned q, const struct fc_flow_message *m)
{
	if (t->following)
		return;
	if (!m->number || !t->cuts) {
		fc_export_seal_all(t, m->cut_ns);
		return;
	}
	t->held[q] = m->number;
	if (m->cut_ns > t->held_ns)
		t->held_ns = m->cut_ns;
	fc_cuts_taken(t->cuts, m->slot, m->ring, m->number);
}

/* What comes behind the marker belongs to a later cut and must not get into this one's datagrams.
 * A cut that nobody waits for any more (alone again, or everything anew) holds nothing up. */
bool fc_export_held(struct fc_export_thread *t, unsigned q)
{
	struct fc_cuts_look look;

	if (!t->held[q])
		return false;
	if (t->cuts && t->sealed != t->held[q]) {
		fc_cuts_look(t->cuts, &look);
		if (look.mode == FC_CUTS_PAIRED && look.open <= t->held[q])
			return true;
	}
	t->held[q] = 0;
	return false;
}

static bool has_peer(const struct fc_export_thread *t)
{
	uint64_t standbys;

	return t->cuts && !t->following && fc_cuts_mode_now(t->cuts, &standbys) == FC_CUTS_PAIRED;
}

/*
 * With a peer a flow leaves with the cut of its own ring, also one that a worker hands over before
 * it (an immediate cache). In a cut that this ring misses it would be reported, and not covered:
 * with a dual feed the peer, taking over, would report it from its own card once more. A queue that
 * fills up holds no worker up for that.
 */
unsigned fc_export_ripe(struct fc_export_thread *t, unsigned q, unsigned most)
{
	size_t whole;

	if (!has_peer(t))
		return most;
	whole = fc_flow_queue_whole(t->queue[q]);
	return whole < most ? (unsigned)whole : most;
}

/* ------------------------------------------------------------------ a cut to the peer */
static void put_name(struct fc_message *m, const struct fc_export_line *line)
{
	fc_message_put_u64(m, FC_EXPORT_PLACE, line->place);
	fc_message_put_u64(m, FC_EXPORT_NUMBER, line->number);
}

static bool give_begin(struct fc_export_thread *t)
{
	struct fc_message *m = fc_message_create(FC_MESSAGE_EXPORTER, CURSOR_ROOM);

	if (!m)
		return false;
	fc_message_put_u64(m, FC_EXPORT_BEGIN, 1);
	fc_cuts_send(t->cuts, m);
	return true;
}

static bool give_state(struct fc_export_thread *t, const struct fc_export_line *line,
		       uint64_t first)
{
	struct fc_message *m = fc_message_create(FC_MESSAGE_EXPORTER, STATE_ROOM);
	uint8_t state[FC_EXPORTER_STATE_MAX];
	size_t octets;

	if (!m)
		return false;
	put_name(m, line);
	fc_message_put_u64(m, FC_EXPORT_FINGERPRINT, line->fingerprint);
	fc_message_put_u64(m, FC_EXPORT_FIRST, first);
	fc_message_put_u64(m, FC_EXPORT_NEXT, fc_exporter_mark(line->exporter));
	/* Of a retired one nothing follows. */
	if (t->output[line->place].line == line) {
		octets = fc_exporter_state(line->exporter, state, sizeof(state));
		fc_message_put(m, FC_EXPORT_STATE, state, octets);
	}
	fc_cuts_send(t->cuts, m);
	return true;
}

/* One message of datagrams from line->replicated on, which moves on. False: no memory. */
static bool give_some(struct fc_export_thread *t, struct fc_export_line *line)
{
	struct fc_message *m = fc_message_create(FC_MESSAGE_DATAGRAM, MESSAGE_ROOM);
	struct fc_exporter_datagram d;

	if (!m)
		return false;
	put_name(m, line);
	fc_message_put_u64(m, FC_EXPORT_FINGERPRINT, line->fingerprint);
	while (m->octets < DATAGRAMS_ROOM &&
	       !fc_exporter_kept(line->exporter, line->replicated, &d) &&
	       fc_export_put_sealed(m, &d)) {
		line->replicated = d.number + 1;
		t->pairing.datagrams++;
		t->pairing.octets += d.length;
	}
	fc_cuts_send(t->cuts, m);
	return true;
}

/* What has arrived already (it was not gated yet) or was dropped, the peer needs no more; what has
 * only left, it does. */
static uint64_t first_of(const struct fc_export_line *line, bool all)
{
	uint64_t first = fc_exporter_cursor(line->exporter);
	struct fc_exporter_datagram d;

	if (!all && line->replicated > first)
		first = line->replicated;
	if (fc_exporter_kept(line->exporter, first, &d))
		return fc_exporter_mark(line->exporter);
	return d.number;
}

/* False: no memory; it goes on where it ended. */
static bool give_line(struct fc_export_thread *t, struct fc_export_line *line, bool all)
{
	struct fc_exporter_datagram d;

	if (line->cut != t->sealing) {
		uint64_t first = first_of(line, all);

		if (!give_state(t, line, first))
			return false;
		line->safe = acknowledged(line);
		line->replicated = first;
		line->cut = t->sealing;
		line->mark = fc_exporter_mark(line->exporter);
		if (all)
			line->told = first;
	}
	while (!fc_exporter_kept(line->exporter, line->replicated, &d))
		if (!give_some(t, line))
			return false;
	return true;
}

/* The last cut of a unit that hands over: its peer waits, so only the rate is kept. */
static void hurry(struct fc_export_thread *t, uint64_t number)
{
	struct fc_cuts_look look;
	struct fc_export_line *line;
	unsigned at = 0;

	fc_cuts_look(t->cuts, &look);
	while (look.last == number && (line = fc_export_next_line(t, &at)))
		fc_exporter_spread(line->exporter, 0);
}

void fc_export_seal_cut(struct fc_export_thread *t)
{
	struct fc_export_line *line;
	bool all = false;
	uint64_t number = fc_cuts_to_seal(t->cuts, &all);
	unsigned at = 0;

	if (!number || t->following)
		return;
	atomic_store(&t->drained, false);
	if (t->sealing != number) {
		if (all && !give_begin(t))
			return;
		fc_export_seal_all(t, t->held_ns > t->cut_ns ? t->held_ns : t->cut_ns);
		hurry(t, number);
		t->sealing = number;
	}
	/* A datagram that the peer lacks must not be acknowledged: without memory, another time. */
	while ((line = fc_export_next_line(t, &at)))
		if (!give_line(t, line, all))
			return;
	t->pairing.cut = t->sealed = number;
	fc_cuts_sealed(t->cuts, number);
}

/* ------------------------------------------------------------------ cursors */
static void tell(struct fc_export_line *line, uint64_t cursor, bool gone)
{
	struct fc_export_thread *t = line->thread;
	struct fc_message *m = fc_message_create(FC_MESSAGE_CURSOR, CURSOR_ROOM);

	if (!m)
		return; /* another time */
	put_name(m, line);
	fc_message_put_u64(m, FC_EXPORT_CURSOR, cursor);
	if (gone)
		fc_message_put_u64(m, FC_EXPORT_GONE, 1);
	fc_cuts_send(t->cuts, m);
	line->told = cursor;
	t->pairing.cursors++;
}

void fc_export_cursors(struct fc_export_thread *t, uint64_t now_ns)
{
	bool peer = has_peer(t);
	struct fc_export_line *line;
	unsigned at = 0;

	while ((line = fc_export_next_line(t, &at))) {
		uint64_t cursor = fc_exporter_cursor(line->exporter);

		if (cursor != line->cursor_was)
			line->moved_ns = now_ns;
		line->cursor_was = cursor;
		if (!peer || cursor == line->told || !line->cut)
			continue;
		if (now_ns - line->told_ns < CURSOR_NS && cursor < line->mark)
			continue;
		tell(line, cursor, false);
		line->told_ns = now_ns;
	}
}

void fc_export_gone(struct fc_export_line *line)
{
	if (has_peer(line->thread) && line->cut)
		tell(line, fc_exporter_mark(line->exporter), true);
}

/* ------------------------------------------------------------------ drained */
/* A collector that takes nothing holds nobody up: the peer has what is left. */
static bool line_drained(const struct fc_export_line *line, bool peer, uint64_t now_ns)
{
	uint64_t cursor = fc_exporter_cursor(line->exporter);
	struct fc_exporter_stats stats;

	if (peer && line->told != cursor)
		return false;
	/* With a peer: all of the last cut. What was filled since is of one that may never come. */
	if (cursor >= (peer && line->cut ? line->mark : fc_exporter_mark(line->exporter)))
		return true;
	fc_exporter_stats(line->exporter, &stats);
	return !stats.ready || (!fc_exporter_backlog(line->exporter) && !fc_export_withheld(line) &&
				now_ns - line->moved_ns > STALL_NS);
}

void fc_export_drained(struct fc_export_thread *t, uint64_t now_ns)
{
	bool drained = t->sealing == t->sealed, peer = has_peer(t);
	struct fc_export_line *line;
	unsigned at = 0;

	/* With a peer, what stands behind a marker is of the next cut, which may never come. */
	for (unsigned q = 0; drained && !peer && q < t->queues; q++)
		drained = !fc_flow_queue_head(t->queue[q]);
	while (drained && (line = fc_export_next_line(t, &at)))
		drained = line_drained(line, peer, now_ns);
	atomic_store(&t->drained, drained);
}

bool fc_export_thread_drained(struct fc_export_thread *t)
{
	return atomic_load(&t->drained);
}

void fc_export_thread_cuts(struct fc_export_thread *t, struct fc_cuts *cuts)
{
	pthread_mutex_lock(&t->lock);
	t->cuts = cuts;
	pthread_mutex_unlock(&t->lock);
}
