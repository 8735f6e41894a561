// SPDX-License-Identifier: BSD-2-Clause
/*
 * The standby's side of a pair's output: exporters are open, hold what the peer's commits brought,
 * and send nothing, until the gate opens.
 *
 *   EXPORTER, DATAGRAM --> pending --commit--> committed --turn--> exporters
 *                             | rollback: void                        | gate opens: what the peer
 *   CURSOR ------------------------------------------------ skips ----+ has not sent, templates,
 * own
 */
#include <errno.h>
#include <ha/export_impl.h>
#include <ha/export_wire.h>
#include <ha/log.h>
#include <stdlib.h>
#include <string.h>

#define WAITING_MAX 4096 /* messages for exporters that are not configured here (yet) */

/* ------------------------------------------------------------------ lists of messages */
static void append(struct fc_message_list *list, struct fc_message *m)
{
	m->next = NULL;
	*(list->end ? list->end : &list->first) = m;
	list->end = &m->next;
	list->count++;
}

static void move(struct fc_message_list *from, struct fc_message_list *to)
{
	if (!from->first)
		return;
	*(to->end ? to->end : &to->first) = from->first;
	to->end = from->end;
	to->count += from->count;
	*from = (struct fc_message_list){0};
}

static struct fc_message *pop(struct fc_message_list *list)
{
	struct fc_message *m = list->first;

	if (!m)
		return NULL;
	list->first = m->next;
	list->count--;
	if (!list->first)
		list->end = NULL;
	return m;
}

static void clear(struct fc_message_list *list)
{
	struct fc_message *m;

	while ((m = pop(list)))
		fc_message_free(m);
}

/* ------------------------------------------------------------------ orders: any thread */
static struct fc_message *copy(const struct fc_message *m)
{
	struct fc_message *c = fc_message_create((enum fc_message_type)m->type, m->octets);

	if (!c)
		return NULL;
	memcpy(c->body, m->body, m->octets);
	c->octets = m->octets;
	c->version = m->version;
	return c;
}

int fc_export_thread_message(struct fc_export_thread *t, const struct fc_message *m,
			     char why[FC_CUT_TEXT])
{
	struct fc_export_said said;
	struct fc_message *mine;
	int err = fc_export_read(m, &said, why);

	if (err)
		return err;
	mine = copy(m);
	if (!mine)
		return -ENOMEM;
	pthread_mutex_lock(&t->inbox);
	/* What has left has left, whatever becomes of the cut that is open. */
	append(m->type == FC_MESSAGE_CURSOR ? &t->cursors : &t->pending, mine);
	pthread_mutex_unlock(&t->inbox);
	return 0;
}

void fc_export_thread_commit(struct fc_export_thread *t, uint64_t cut)
{
	pthread_mutex_lock(&t->inbox);
	move(&t->pending, &t->committed);
	t->committed_cut = cut;
	pthread_mutex_unlock(&t->inbox);
}

void fc_export_thread_rollback(struct fc_export_thread *t)
{
	pthread_mutex_lock(&t->inbox);
	clear(&t->pending);
	pthread_mutex_unlock(&t->inbox);
}

void fc_export_thread_role(struct fc_export_thread *t, bool active)
{
	if (active)
		return; /* the gate decides when it begins to send */
	pthread_mutex_lock(&t->inbox);
	clear(&t->pending);
	clear(&t->committed);
	clear(&t->cursors);
	atomic_fetch_add(&t->standbys, 1);
	pthread_mutex_unlock(&t->inbox);
}

/* ------------------------------------------------------------------ whose it is */
static struct fc_export_line *known(struct fc_export_thread *t, const struct fc_export_said *s)
{
	struct fc_export_line *line;
	unsigned at = 0;

	while ((line = fc_export_next_line(t, &at)))
		if (line->place == s->place && line->peer == s->number)
			return line;
	return NULL;
}

/* The exporter of the same place that was opened with the same; the configured one before those
 * that only send their last. */
static struct fc_export_line *find(struct fc_export_thread *t, const struct fc_export_said *s)
{
	struct fc_export_line *line = known(t, s);
	unsigned at = 0;

	if (line)
		return line;
	while ((line = fc_export_next_line(t, &at))) {
		if (line->place != s->place || line->peer || line->gone ||
		    line->fingerprint != s->fingerprint)
			continue;
		line->peer = s->number;
		return line;
	}
	return NULL;
}

/* ------------------------------------------------------------------ what was committed */
static void begin_anew(struct fc_export_thread *t)
{
	struct fc_export_line *line;
	unsigned at = 0;

	clear(&t->waiting);
	while ((line = fc_export_next_line(t, &at))) {
		fc_exporter_skip(line->exporter, UINT64_MAX);
		line->peer = line->cursor = 0;
		line->stated = line->gone = false;
	}
}

static void take_exporter_state(struct fc_export_line *line, const struct fc_export_said *s)
{
	int err = fc_exporter_state_take(line->exporter, s->state, s->state_octets);

	if (err && !line->complained)
		fc_log(FC_LOG_ERROR, "EXPORTER", "exporter %u: the peer's state: %s", line->place,
		       strerror(-err));
	line->complained = err != 0;
	line->stated = !err;
}

static void take_exporter(struct fc_export_line *line, const struct fc_export_said *s)
{
	fc_exporter_align(line->exporter, s->first);
	line->next = s->next;
	/* What comes after it: of the exporter that is configured here, even if the peer has not
	 * heard of that configuration yet. */
	line = line->thread->output[line->place].line;
	if (s->state && line)
		take_exporter_state(line, s);
}

static void take_datagrams(struct fc_export_line *line, const struct fc_message *m)
{
	struct fc_export_thread *t = line->thread;
	struct fc_exporter_datagram d;
	size_t at = 0;

	while (fc_export_next_sealed(m, &at, &d)) {
		if (fc_exporter_restore(line->exporter, &d)) {
			t->pairing.lost++;
			continue;
		}
		t->pairing.datagrams++;
		t->pairing.octets += d.length;
	}
	fc_exporter_skip(line->exporter, line->cursor);
}

static void take_cursor(struct fc_export_line *line, const struct fc_export_said *s)
{
	line->cursor = s->cursor;
	fc_exporter_skip(line->exporter, s->cursor);
	line->gone = s->gone;
	if (s->gone)
		line->peer = 0;
}

static unsigned datagrams_in(const struct fc_message *m)
{
	struct fc_exporter_datagram d;
	unsigned count = 0;
	size_t at = 0;

	while (m->type == FC_MESSAGE_DATAGRAM && fc_export_next_sealed(m, &at, &d))
		count++;
	return count;
}

/* Its exporter may be configured in a moment: the configuration comes another way. */
static void keep_waiting(struct fc_export_thread *t, struct fc_message *m)
{
	if (t->waiting.count == WAITING_MAX) {
		struct fc_message *oldest = pop(&t->waiting);

		t->pairing.lost += datagrams_in(oldest);
		fc_message_free(oldest);
	}
	append(&t->waiting, m);
}

static void take(struct fc_export_thread *t, struct fc_message *m)
{
	struct fc_export_line *line;
	struct fc_export_said said;
	char why[FC_CUT_TEXT];

	if (fc_export_read(m, &said, why)) {
		fc_message_free(m); /* cannot be: it was read when it came */
		return;
	}
	if (m->type == FC_MESSAGE_CURSOR)
		line = known(t, &said);
	else
		line = said.begin ? NULL : find(t, &said);
	if (!said.begin && !line) {
		keep_waiting(t, m);
		return;
	}
	if (said.begin)
		begin_anew(t);
	else if (m->type == FC_MESSAGE_EXPORTER)
		take_exporter(line, &said);
	else if (m->type == FC_MESSAGE_CURSOR)
		take_cursor(line, &said);
	else
		take_datagrams(line, m);
	fc_message_free(m);
}

/* Numbers that the active unit dropped at the end of a cut. */
static void align(struct fc_export_thread *t)
{
	struct fc_export_line *line;
	unsigned at = 0;

	while ((line = fc_export_next_line(t, &at))) {
		if (line->next)
			fc_exporter_align(line->exporter, line->next);
		line->next = 0;
	}
}

static void take_all(struct fc_export_thread *t)
{
	struct fc_message_list committed = {0}, cursors = {0};
	struct fc_message *m;

	pthread_mutex_lock(&t->inbox);
	move(&t->committed, &committed);
	move(&t->cursors, &cursors);
	t->pairing.cut = t->committed_cut;
	pthread_mutex_unlock(&t->inbox);
	if (t->waiting.first && (t->configured || committed.first)) {
		struct fc_message_list again = t->waiting;

		t->waiting = (struct fc_message_list){0};
		move(&committed, &again);
		committed = again;
	}
	t->configured = false;
	if (committed.first) {
		while ((m = pop(&committed)))
			take(t, m);
		align(t);
	}
	for (; (m = pop(&cursors)); t->pairing.cursors++)
		take(t, m);
}

/* ------------------------------------------------------------------ roles */
static void reset(struct fc_export_line *line)
{
	line->replicated = line->cut = line->mark = line->safe = line->told = 0;
	line->peer = line->next = line->cursor = 0;
	line->stated = false;
}

static void begin_following(struct fc_export_thread *t, uint64_t standbys)
{
	struct fc_exporter_stats before, after;
	struct fc_export_line *line;
	unsigned at = 0;

	t->standbys_seen = standbys;
	t->following = true;
	t->sealing = t->sealed = 0;
	memset(t->held, 0, sizeof(t->held));
	clear(&t->waiting);
	while ((line = fc_export_next_line(t, &at))) {
		fc_exporter_stats(line->exporter, &before);
		fc_exporter_discard(line->exporter);
		fc_exporter_stats(line->exporter, &after);
		t->pairing.given_up += after.dropped_datagrams - before.dropped_datagrams;
		reset(line);
	}
}

/* What the peer said of this exporter's cursor last; all of it waits. */
static uint64_t cursor_of(const struct fc_export_thread *t, const struct fc_export_said *who)
{
	struct fc_export_said s;
	uint64_t cursor = 0;
	char why[FC_CUT_TEXT];

	for (const struct fc_message *m = t->waiting.first; m; m = m->next)
		if (m->type == FC_MESSAGE_CURSOR && !fc_export_read(m, &s, why) &&
		    s.place == who->place && s.number == who->number)
			cursor = s.cursor;
	return cursor;
}

/* Datagrams of another exporter of this place: behind those that are here. Return how many could
 * not be kept. */
static unsigned adopt_datagrams(struct fc_export_thread *t, struct fc_export_line *line,
				const struct fc_export_said *s, const struct fc_message *m)
{
	uint64_t cursor = cursor_of(t, s);
	struct fc_exporter_datagram d;
	unsigned lost = 0;
	size_t at = 0;

	while (fc_export_next_sealed(m, &at, &d)) {
		if (d.number < cursor)
			continue;
		d.number = fc_exporter_mark(line->exporter);
		lost += fc_exporter_restore(line->exporter, &d) != 0;
	}
	return lost;
}

/*
 * The peer had its configuration changed, and this unit did not hear of it in time: there is an
 * exporter at this place, but not the one that the peer went on with. It gets the other's state,
 * since the collector has seen sequence numbers of that one, and its datagrams.
 */
static unsigned adopt(struct fc_export_thread *t, const struct fc_message *m)
{
	struct fc_export_line *line;
	struct fc_export_said s;
	char why[FC_CUT_TEXT];

	if (fc_export_read(m, &s, why))
		return 0;
	line = t->output[s.place].line;
	if (!line)
		return datagrams_in(m);
	if (m->type == FC_MESSAGE_DATAGRAM)
		return adopt_datagrams(t, line, &s, m);
	if (m->type == FC_MESSAGE_EXPORTER && s.state)
		take_exporter_state(line, &s);
	return 0;
}

static void adopt_waiting(struct fc_export_thread *t)
{
	uint64_t lost = 0;

	for (const struct fc_message *m = t->waiting.first; m; m = m->next)
		lost += adopt(t, m);
	clear(&t->waiting);
	t->pairing.lost += lost;
	if (lost)
		fc_log(FC_LOG_ERROR, "EXPORTER",
		       "%lu datagrams of the peer are of exporters that are not configured here",
		       (unsigned long)lost);
}

/* From the cursor on everything is sent again, bit for bit; then templates; then what is sealed
 * here, with the sequence that follows. */
static void take_over(struct fc_export_thread *t)
{
	struct fc_export_line *line;
	unsigned at = 0;

	t->following = false;
	t->sealing = t->sealed = 0;
	t->pairing.takeovers++;
	adopt_waiting(t);
	while ((line = fc_export_next_line(t, &at))) {
		t->pairing.sent_again += fc_exporter_queued(line->exporter);
		fc_exporter_spread(line->exporter, 0);
		if (line->stated && t->output[line->place].line == line)
			fc_exporter_announce(line->exporter);
		reset(line);
	}
}

void fc_export_follow(struct fc_export_thread *t)
{
	uint64_t standbys = atomic_load(&t->standbys);

	if (standbys != t->standbys_seen)
		begin_following(t, standbys);
	if (!t->following)
		return;
	take_all(t);
	if (atomic_load(&t->gate) != FC_RF_GATE_CLOSED)
		take_over(t);
}

void fc_export_follow_end(struct fc_export_thread *t)
{
	clear(&t->pending);
	clear(&t->committed);
	clear(&t->cursors);
	clear(&t->waiting);
}

void fc_export_thread_pairing(struct fc_export_thread *t, struct fc_export_pairing *out)
{
	pthread_mutex_lock(&t->lock);
	*out = t->pairing;
	out->following = t->following;
	out->waiting = t->waiting.count;
	pthread_mutex_unlock(&t->lock);
}
