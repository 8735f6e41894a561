// SPDX-License-Identifier: BSD-2-Clause
#include "ha/peer/link_impl.h"

#include <errno.h>
#include <ha/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { INTERVAL_MS = 50, MISSES = 3, HANDSHAKE_MS = 2000, PAUSE_MS = 200, CLOSE_MS = 200 };
/* So long, and as many heartbeats as the limit, a path may take to answer first. */
enum { DUMB_MS = 3000 };
enum { QUEUE_MAX = 256 << 20 };

void fc_link_count(struct fc_link *link, uint64_t *counter)
{
	pthread_mutex_lock(&link->lock);
	++*counter;
	pthread_mutex_unlock(&link->lock);
}

static void signal_owner(struct fc_link *link)
{
	uint64_t one = 1;

	if (!atomic_exchange(&link->signalled, true) && write(link->wake, &one, sizeof(one)) < 0)
		return; /* full: it wakes in any case */
}

/* ------------------------------------------------------------------ what ends a session */
static void silent(void *context)
{
	struct fc_link *link = context;

	atomic_store(&link->attend, true);
	signal_owner(link);
}

static void hang_up_now(struct fc_link *link, enum fc_link_down reason, const char *why)
{
	if (reason == FC_LINK_DOWN_LOCAL)
		fc_link_session_write(link); /* its last words, if they fit */
	fc_link_session_end(link, reason, why);
}

static void attend(struct fc_link *link)
{
	char why[FC_LINK_TEXT];
	enum fc_link_down reason;
	bool hang_up;

	if (!atomic_exchange(&link->attend, false) || !link->session.wire)
		return;
	if (fc_heartbeats_silent(link->heartbeats, why)) {
		fc_link_session_end(link, FC_LINK_DOWN_SILENT, why);
		return;
	}
	pthread_mutex_lock(&link->lock);
	hang_up = link->hang_up;
	reason = link->hang_up_reason;
	snprintf(why, sizeof(why), "%s", link->hang_up_why);
	pthread_mutex_unlock(&link->lock);
	if (hang_up)
		hang_up_now(link, reason, why);
}

void fc_link_hang_up(struct fc_link *link, enum fc_link_down reason, const char *why)
{
	pthread_mutex_lock(&link->lock);
	if (link->up && !link->hang_up) {
		link->hang_up = true;
		link->hang_up_reason = reason;
		snprintf(link->hang_up_why, sizeof(link->hang_up_why), "%s", why);
	}
	pthread_mutex_unlock(&link->lock);
	atomic_store(&link->attend, true);
	signal_owner(link);
}

/* ------------------------------------------------------------------ queue */
static bool enqueue(struct fc_link *link, struct fc_message *m)
{
	bool up;

	pthread_mutex_lock(&link->lock);
	up = link->up;
	if (up) {
		m->next = NULL;
		*link->queue_end = m;
		link->queue_end = &m->next;
		atomic_fetch_add(&link->queued, FC_MESSAGE_HEADER + m->octets);
	}
	pthread_mutex_unlock(&link->lock);
	return up;
}

void fc_link_send(struct fc_link *link, struct fc_message *m)
{
	char why[FC_LINK_TEXT];

	if (m->overflow) {
		/* Without it the peer would miss something and not know. */
		snprintf(why, sizeof(why), "a message of type %u did not fit", m->type);
		fc_message_free(m);
		fc_link_hang_up(link, FC_LINK_DOWN_LOCAL, why);
		return;
	}
	if (enqueue(link, m))
		signal_owner(link);
	else
		fc_message_free(m);
}

size_t fc_link_queued(struct fc_link *link)
{
	return atomic_load(&link->queued);
}

void fc_link_wake(struct fc_link *link)
{
	atomic_store(&link->woken, true);
	signal_owner(link);
}

/* ------------------------------------------------------------------ a turn */
enum { AT_WAKE, AT_LISTENER, AT_SESSION, AT_PARTING, AT_CANDIDATES };
#define FDS (AT_CANDIDATES + FC_LINK_CANDIDATES)

static void poll_list(const struct fc_link *link, struct pollfd fds[FDS])
{
	const struct session *s = &link->session;

	for (unsigned n = 0; n < FDS; n++)
		fds[n] = (struct pollfd){.fd = -1, .events = POLLIN};
	fds[AT_WAKE].fd = link->wake;
	fds[AT_LISTENER].fd = link->listener;
	if (s->wire)
		fds[AT_SESSION] =
			(struct pollfd){.fd = fc_wire_fd(s->wire),
					.events = (short)(POLLIN | (s->writes ? POLLOUT : 0))};
	if (link->parting)
		fds[AT_PARTING].fd = fc_wire_fd(link->parting);
	for (unsigned n = 0; n < FC_LINK_CANDIDATES; n++) {
		short events = fc_link_candidate_events(&link->candidate[n]);

		if (events)
			fds[AT_CANDIDATES + n] = (struct pollfd){
				.fd = fc_wire_fd(link->candidate[n].wire), .events = events};
	}
}

static void part_turn(struct fc_link *link, bool readable, uint64_t now_ms)
{
	uint8_t octets[4096];
	char why[FC_LINK_TEXT];
	ssize_t got = -EAGAIN;

	if (!link->parting)
		return;
	if (readable)
		got = fc_wire_read(link->parting, octets, sizeof(octets), why);
	if ((got > 0 || got == -EAGAIN) && now_ms < link->parting_ms)
		return;
	fc_wire_free(link->parting);
	link->parting = NULL;
}

/* A path on which nothing has come since the session began: said once, not in each session. */
static void say_dumb(struct fc_link *link, unsigned n)
{
	const struct fc_link_config *c = &link->config;
	uint64_t limit = DUMB_MS + (uint64_t)c->interval_ms * c->misses;

	if (link->path_dumb[n] || fc_clock_ms() - link->session.begun_ms < limit)
		return;
	link->path_dumb[n] = true;
	fc_log(FC_LOG_WARNING, "PEERPATH",
	       "heartbeat path %u to %s port %u: never answered (is it the peer's port, is UDP let "
	       "through?)",
	       n + 1, c->path[n].remote, c->path[n].port);
}

/* Paths that came or went since this was last said. */
static void say_paths(struct fc_link *link)
{
	struct fc_link_stats stats = {0};

	fc_heartbeats_stats(link->heartbeats, &stats);
	for (unsigned n = 0; n < FC_LINK_PATHS; n++) {
		if (!stats.path[n].there)
			continue;
		if (!stats.path[n].alive && !link->path_said[n] && !stats.path[n].answered)
			say_dumb(link, n);
		if (stats.path[n].alive == link->path_said[n])
			continue;
		link->path_said[n] = stats.path[n].alive;
		if (stats.path[n].alive)
			link->path_dumb[n] = false;
		fc_log(stats.path[n].alive ? FC_LOG_NOTICE : FC_LOG_WARNING, "PEERPATH",
		       "heartbeat path %u to %s: %s", n + 1, link->config.path[n].remote,
		       stats.path[n].alive ? "up" : "no heartbeat");
	}
}

static uint64_t due_of(const struct fc_link *link, uint64_t now_ms, uint64_t until_ms)
{
	uint64_t due = fc_link_candidates_due(link);

	if (link->parting && link->parting_ms < due)
		due = link->parting_ms;
	if (until_ms < due)
		due = until_ms;
	/* To say what became of a path. */
	if (link->session.wire && due - now_ms > link->config.interval_ms && due > now_ms)
		due = now_ms + link->config.interval_ms;
	return link->session.more || due < now_ms ? now_ms : due;
}

static void turn(struct fc_link *link, uint64_t until_ms)
{
	struct pollfd fds[FDS];
	uint64_t now = fc_clock_ms(), due = due_of(link, now, until_ms), said;

	poll_list(link, fds);
	poll(fds, FDS, due - now > INT32_MAX ? INT32_MAX : (int)(due - now));
	now = fc_clock_ms();
	/* In this order: what is queued from here on signals anew. */
	if (fds[AT_WAKE].revents && read(link->wake, &said, sizeof(said)) > 0)
		atomic_store(&link->signalled, false);
	attend(link);
	if (link->session.wire && (fds[AT_SESSION].revents || link->session.more))
		fc_link_session_read(link);
	if (link->session.wire)
		fc_link_session_write(link);
	part_turn(link, fds[AT_PARTING].revents, now);
	for (unsigned n = 0; n < FC_LINK_CANDIDATES; n++)
		if (fds[AT_CANDIDATES + n].revents)
			fc_link_candidate_turn(link, &link->candidate[n]);
	if (fds[AT_LISTENER].revents)
		fc_link_accept(link, now);
	fc_link_candidates_tick(link, now);
	if (link->session.wire)
		say_paths(link);
}

/* ------------------------------------------------------------------ reports */
static void begin_session(struct fc_link *link, struct candidate *ready, struct fc_link_report *out)
{
	if (fc_link_session_begin(link, ready))
		return;
	*out = (struct fc_link_report){.event = FC_LINK_UP};
	snprintf(out->why, sizeof(out->why), "unit %u", link->session.unit);
}

/* Return 1: there is one. */
static int report(struct fc_link *link, struct fc_link_report *out)
{
	struct candidate *ready;

	attend(link);
	*out = (struct fc_link_report){0};
	if (fc_link_session_message(link, &out->message)) {
		out->event = FC_LINK_MESSAGE;
		return 1;
	}
	if (link->down) {
		link->down = false;
		out->event = FC_LINK_DOWN;
		out->reason = link->down_reason;
		snprintf(out->why, sizeof(out->why), "%s", link->down_why);
		return 1;
	}
	ready = fc_link_candidate_ready(link);
	if (!ready)
		return 0;
	if (link->session.wire) {
		/* Only the peer gets so far: it does not know of this session any more. */
		fc_link_session_end(link, FC_LINK_DOWN_CLOSED, "it began another connection");
		return report(link, out);
	}
	begin_session(link, ready, out);
	return link->session.wire != NULL;
}

int fc_link_step(struct fc_link *link, unsigned timeout_ms, struct fc_link_report *out)
{
	uint64_t until = fc_clock_ms() + timeout_ms;
	bool over = false;

	for (;;) {
		if (report(link, out))
			return 1;
		if (over)
			return 0;
		turn(link, until);
		over = atomic_exchange(&link->woken, false) || fc_clock_ms() >= until;
	}
}

/* ------------------------------------------------------------------ open, close */
static int refuse(char why[FC_LINK_TEXT], const char *text)
{
	snprintf(why, FC_LINK_TEXT, "%s", text);
	return -EINVAL;
}

static int take_config(struct fc_link *link, const struct fc_link_config *config,
		       char why[FC_LINK_TEXT])
{
	struct fc_link_config *c = &link->config;

	*c = *config;
	if (!c->unit || c->unit == c->peer)
		return refuse(why, "a unit has a number, from 1, and its peer another one");
	if (!c->port || fc_address_set(&link->remote, c->remote, c->port, NULL) || !*c->remote ||
	    fc_address_set(&link->local, c->local, c->port, c->remote))
		return refuse(why, "the link needs the peer's address, in numbers, and a port");
	if (link->local.at.ss_family != link->remote.at.ss_family)
		return refuse(why, "the link's two addresses are of different families");
	if (c->cleartext &&
	    (!fc_address_loopback(&link->local) || !fc_address_loopback(&link->remote)))
		return refuse(why, "cleartext is for tests between loopback addresses only");
	if (!*c->path[0].remote && !*c->path[1].remote) {
		memcpy(c->path[0].local, c->local, sizeof(c->local));
		memcpy(c->path[0].remote, c->remote, sizeof(c->remote));
		c->path[0].port = c->port;
	}
	c->interval_ms = c->interval_ms ? c->interval_ms : INTERVAL_MS;
	c->misses = c->misses ? c->misses : MISSES;
	c->handshake_ms = c->handshake_ms ? c->handshake_ms : HANDSHAKE_MS;
	c->pause_ms = c->pause_ms ? c->pause_ms : PAUSE_MS;
	c->queue_max = c->queue_max ? c->queue_max : QUEUE_MAX;
	return 0;
}

static int open_parts(struct fc_link *link, char why[FC_LINK_TEXT])
{
	const struct fc_link_config *c = &link->config;
	int err = fc_secure_open(c, &link->secure, why);

	if (!err && (!c->peer || c->unit > c->peer))
		err = fc_link_listen(link, why);
	if (!c->peer || c->unit < c->peer)
		link->connect_ms = fc_clock_ms();
	if (!err)
		err = fc_heartbeats_open(c, silent, link, &link->heartbeats, why);
	if (err)
		return err;
	if (!fc_heartbeats_realtime(link->heartbeats))
		fc_log(FC_LOG_INFO, "HEARTBEATPRIORITY",
		       "heartbeats run without real-time priority (CAP_SYS_NICE is missing)");
	return 0;
}

static void free_parts(struct fc_link *link)
{
	fc_heartbeats_close(link->heartbeats);
	for (unsigned n = 0; n < FC_LINK_CANDIDATES; n++)
		fc_link_candidate_drop(link, &link->candidate[n]);
	fc_wire_free(link->session.wire);
	fc_wire_free(link->parting);
	fc_link_queue_clear(link);
	fc_stream_reset(&link->session.stream);
	fc_secure_close(link->secure);
	if (link->listener >= 0)
		close(link->listener);
	if (link->wake >= 0)
		close(link->wake);
	free(link->session.in);
	free(link->session.out);
	pthread_mutex_destroy(&link->lock);
	free(link);
}

int fc_link_open(const struct fc_link_config *config, struct fc_link **out, char why[FC_LINK_TEXT])
{
	struct fc_link *link = calloc(1, sizeof(*link));
	int err = -ENOMEM;

	snprintf(why, FC_LINK_TEXT, "no memory for the link");
	if (!link)
		return err;
	pthread_mutex_init(&link->lock, NULL);
	link->queue_end = &link->queue;
	link->listener = -1;
	link->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	link->session.in = malloc(FC_LINK_BUFFER);
	link->session.out = malloc(FC_LINK_BUFFER);
	if (link->wake >= 0 && link->session.in && link->session.out) {
		err = take_config(link, config, why);
		if (!err)
			err = open_parts(link, why);
	}
	if (err) {
		free_parts(link);
		return err;
	}
	*out = link;
	return 0;
}

/* What is queued goes out, if the peer reads it in time; then it is told. */
static void part_for_good(struct fc_link *link)
{
	uint64_t until = fc_clock_ms() + CLOSE_MS, now;

	while (link->session.wire && fc_link_queued(link) && fc_clock_ms() < until) {
		struct pollfd fd = {.fd = fc_wire_fd(link->session.wire), .events = POLLOUT};

		fc_link_session_write(link);
		if (link->session.wire && fc_link_queued(link))
			poll(&fd, 1, 10);
	}
	fc_link_session_end(link, FC_LINK_DOWN_LOCAL, "this unit ends");
	while (link->parting && (now = fc_clock_ms()) < until) {
		struct pollfd fd = {.fd = fc_wire_fd(link->parting), .events = POLLIN};

		poll(&fd, 1, (int)(until - now));
		part_turn(link, fd.revents, fc_clock_ms());
	}
}

void fc_link_close(struct fc_link *link)
{
	if (!link)
		return;
	part_for_good(link);
	free_parts(link);
}

void fc_link_stats(struct fc_link *link, struct fc_link_stats *out)
{
	pthread_mutex_lock(&link->lock);
	*out = link->stats;
	out->up = link->up;
	pthread_mutex_unlock(&link->lock);
	fc_heartbeats_stats(link->heartbeats, out);
}
