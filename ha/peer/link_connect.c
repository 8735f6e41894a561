// SPDX-License-Identifier: BSD-2-Clause
/*
 * Connections on their way to become a session:
 *
 *   connect --> CONNECTING --+
 *   accept ------------------+--> SHAKING (TLS) --> GREETING (unit ids) --> READY --> session
 *
 * All of it within one deadline, in few places. A greeting is 16 octets: "flowcard", version (2),
 * milliseconds between heartbeats (2), unit (4). Of two connections the one that the lower unit
 * made is kept.
 */
#include "ha/peer/link_impl.h"

#include <endian.h>
#include <errno.h>
#include <ha/log.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A first packet that was lost comes again after a second; another attempt is sooner. */
enum { CONNECT_MS = 500, FAILURES_MAX = 4 };
enum {
	BACKLOG = 16,
	ACCEPTS_A_TURN = 8,
	SAY_MS = 1000,
	SAY_AGAIN_MS = 60000,
	GREETING_VERSION = 1
};
/* A half-open connection ends by itself; heartbeats notice it long before. */
enum { IDLE_S = 1, BETWEEN_S = 1, PROBES = 5, UNACKNOWLEDGED_MS = 10000 };

static const char magic[8] = {'f', 'l', 'o', 'w', 'c', 'a', 'r', 'd'};

/* ------------------------------------------------------------------ refusals */
/* Strangers must not fill the log: a line a second, a line a minute for the same reason; it says
 * how many there were. */
static bool may_say(struct fc_link *link, const char *why, uint64_t now_ms)
{
	uint64_t between = strcmp(link->refused_why, why) == 0 ? SAY_AGAIN_MS : SAY_MS;

	if (link->refused_said_ms && now_ms - link->refused_said_ms < between) {
		link->refused_unsaid++;
		return false;
	}
	link->refused_said_ms = now_ms;
	snprintf(link->refused_why, sizeof(link->refused_why), "%s", why);
	return true;
}

static void refuse(struct fc_link *link, const struct fc_address *from, const char *why)
{
	char address[FC_ADDRESS_TEXT], more[48] = "";

	fc_link_count(link, &link->stats.refused);
	if (!may_say(link, why, fc_clock_ms()))
		return;
	fc_address_text(from, address);
	if (link->refused_unsaid)
		snprintf(more, sizeof(more), " (and %llu more before)",
			 (unsigned long long)link->refused_unsaid);
	fc_log(FC_LOG_WARNING, "PEERREFUSED", "connection with %s refused: %s%s", address, why,
	       more);
	link->refused_unsaid = 0;
}

void fc_link_connect_later(struct fc_link *link, bool failed)
{
	if (!link->connect_ms)
		return;
	link->connect_ms = fc_clock_ms() + ((uint64_t)link->config.pause_ms << link->failures);
	if (!failed)
		link->failures = 0;
	else if (link->failures < FAILURES_MAX)
		link->failures++;
}

void fc_link_candidate_drop(struct fc_link *link, struct candidate *c)
{
	if (c->first && link->connect_ms)
		link->connect_ms = fc_clock_ms() + link->config.pause_ms;
	fc_wire_free(c->wire);
	*c = (struct candidate){0};
}

static void refuse_candidate(struct fc_link *link, struct candidate *c, const char *why)
{
	bool first = c->first;

	refuse(link, &c->from, why);
	fc_link_candidate_drop(link, c);
	if (first)
		fc_link_connect_later(link, true);
}

/* ------------------------------------------------------------------ places */
/* A free one, or that of the oldest stranger: whoever comes newly is heard in any case. */
static struct candidate *place(struct fc_link *link)
{
	struct candidate *oldest = NULL;

	for (unsigned n = 0; n < FC_LINK_CANDIDATES; n++) {
		struct candidate *c = &link->candidate[n];

		if (c->state == CANDIDATE_NONE)
			return c;
		if (c->state == CANDIDATE_READY || c->first)
			continue;
		if (!oldest || c->deadline_ms < oldest->deadline_ms)
			oldest = c;
	}
	if (oldest)
		refuse_candidate(link, oldest, "too many connections at once");
	return oldest;
}

static struct candidate *place_of_ours(struct fc_link *link)
{
	for (unsigned n = 0; n < FC_LINK_CANDIDATES; n++)
		if (link->candidate[n].first)
			return &link->candidate[n];
	return NULL;
}

struct candidate *fc_link_candidate_ready(struct fc_link *link)
{
	for (unsigned n = 0; n < FC_LINK_CANDIDATES; n++)
		if (link->candidate[n].state == CANDIDATE_READY)
			return &link->candidate[n];
	return NULL;
}

static void tune(int fd)
{
	int on = 1, idle = IDLE_S, between = BETWEEN_S, probes = PROBES;
	unsigned unacknowledged = UNACKNOWLEDGED_MS;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between, sizeof(between));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged, sizeof(unacknowledged));
}

/* The descriptor is taken over. */
static struct candidate *enter(struct fc_link *link, int fd, bool first,
			       const struct fc_address *from, uint64_t now_ms)
{
	struct candidate *c = place(link);
	uint16_t version = htobe16(GREETING_VERSION);
	uint16_t interval = htobe16((uint16_t)link->config.interval_ms);
	uint32_t unit = htobe32(link->config.unit);

	if (!c) {
		close(fd);
		return NULL;
	}
	tune(fd);
	*c = (struct candidate){.first = first,
				.from = *from,
				.state = first ? CANDIDATE_CONNECTING : CANDIDATE_SHAKING,
				.deadline_ms =
					now_ms + (first ? CONNECT_MS : link->config.handshake_ms)};
	memcpy(c->out, magic, sizeof(magic));
	memcpy(c->out + 8, &version, sizeof(version));
	memcpy(c->out + 10, &interval, sizeof(interval));
	memcpy(c->out + 12, &unit, sizeof(unit));
	c->wire = fc_wire_create(link->secure, fd, first);
	if (c->wire)
		return c;
	refuse_candidate(link, c, "no memory");
	return NULL;
}

/* ------------------------------------------------------------------ listen, accept */
int fc_link_listen(struct fc_link *link, char why[FC_LINK_TEXT])
{
	const struct fc_address *a = &link->local;
	int on = 1, err;
	int fd = socket(a->at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd >= 0 && !bind(fd, (const struct sockaddr *)&a->at, a->octets) &&
	    !listen(fd, BACKLOG)) {
		link->listener = fd;
		return 0;
	}
	err = -errno;
	snprintf(why, FC_LINK_TEXT, "cannot listen on %s port %u: %s", link->config.local,
		 link->config.port, strerror(-err));
	if (fd >= 0)
		close(fd);
	return err;
}

void fc_link_accept(struct fc_link *link, uint64_t now_ms)
{
	for (unsigned n = 0; n < ACCEPTS_A_TURN; n++) {
		struct fc_address from = {.octets = sizeof(from.at)};
		int fd = accept4(link->listener, (struct sockaddr *)&from.at, &from.octets,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);
		struct candidate *c;

		if (fd < 0)
			return;
		if (!fc_address_same_host(&from, &link->remote)) {
			close(fd);
			refuse(link, &from, "this is not the peer's address");
			continue;
		}
		c = enter(link, fd, false, &from, now_ms);
		if (c)
			fc_link_candidate_turn(link, c);
	}
}

/* ------------------------------------------------------------------ connect */
static void unreachable(struct fc_link *link, const char *why)
{
	char address[FC_ADDRESS_TEXT];

	link->failures = 0;
	link->connect_ms = fc_clock_ms() + link->config.pause_ms;
	if (link->unreachable)
		return;
	link->unreachable = true;
	fc_address_text(&link->remote, address);
	fc_log(FC_LOG_NOTICE, "PEERUNREACHABLE", "%s port %u: %s; trying on", address,
	       link->config.port, why);
}

static void begin_connection(struct fc_link *link, uint64_t now_ms)
{
	const struct fc_address *to = &link->remote;
	int fd = socket(to->at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct fc_address from;

	link->connect_ms = now_ms + link->config.pause_ms;
	if (fd < 0)
		return;
	if (*link->config.local && !fc_address_set(&from, link->config.local, 0, NULL) &&
	    bind(fd, (const struct sockaddr *)&from.at, from.octets))
		goto close_fd;
	if (connect(fd, (const struct sockaddr *)&to->at, to->octets) && errno != EINPROGRESS)
		goto close_fd;
	enter(link, fd, true, to, now_ms);
	return;

close_fd:
	unreachable(link, strerror(errno));
	close(fd);
}

/* Return 0: connected. */
static int finish_connection(struct fc_link *link, struct candidate *c)
{
	int err = 0;
	socklen_t octets = sizeof(err);
	struct sockaddr_storage at;
	socklen_t room = sizeof(at);

	getsockopt(fc_wire_fd(c->wire), SOL_SOCKET, SO_ERROR, &err, &octets);
	if (!err && getpeername(fc_wire_fd(c->wire), (struct sockaddr *)&at, &room))
		return -EAGAIN;
	if (!err) {
		c->state = CANDIDATE_SHAKING;
		c->deadline_ms = fc_clock_ms() + link->config.handshake_ms;
		return 0;
	}
	fc_link_candidate_drop(link, c);
	unreachable(link, strerror(err));
	return -err;
}

/* ------------------------------------------------------------------ greeting */
static void meet_twin(struct fc_link *link, const struct candidate *c, char why[FC_LINK_TEXT])
{
	snprintf(why, FC_LINK_TEXT, "it says that it is unit %u, which this one is", c->unit);
	if (fc_wire_is_unit(c->wire, c->unit))
		fc_link_count(link, &link->stats.twins);
}

static void judge_greeting(struct fc_link *link, struct candidate *c)
{
	const struct fc_link_config *mine = &link->config;
	char why[FC_LINK_TEXT] = "";
	uint16_t version;

	memcpy(&version, c->in + 8, sizeof(version));
	memcpy(&c->unit, c->in + 12, sizeof(c->unit));
	c->unit = be32toh(c->unit);
	memcpy(&c->interval_ms, c->in + 10, sizeof(c->interval_ms));
	c->interval_ms = be16toh(c->interval_ms);
	if (memcmp(c->in, magic, sizeof(magic)) != 0)
		snprintf(why, sizeof(why), "its first octets are not a greeting");
	else if (be16toh(version) != GREETING_VERSION)
		snprintf(why, sizeof(why), "its link has version %u, this one %u", be16toh(version),
			 GREETING_VERSION);
	else if (c->unit == mine->unit)
		meet_twin(link, c, why);
	else if (mine->peer && c->unit != mine->peer)
		snprintf(why, sizeof(why), "it is unit %u, not the peer, unit %u", c->unit,
			 mine->peer);
	else if (!fc_wire_is_unit(c->wire, c->unit))
		snprintf(why, sizeof(why), "its certificate is not that of unit %u", c->unit);
	if (*why)
		refuse_candidate(link, c, why);
	else if (c->first != (mine->unit < c->unit))
		fc_link_candidate_drop(link, c); /* the other direction is kept */
	else
		c->state = CANDIDATE_READY;
}

/* Return 0: both have been said; or -errno of the wire. */
static int exchange(struct candidate *c, char why[FC_LINK_TEXT])
{
	while (c->said < FC_LINK_GREETING) {
		ssize_t put =
			fc_wire_write(c->wire, c->out + c->said, FC_LINK_GREETING - c->said, why);

		if (put < 0)
			return (int)put;
		c->said += (size_t)put;
	}
	while (c->got < FC_LINK_GREETING) {
		ssize_t got = fc_wire_read(c->wire, c->in + c->got, FC_LINK_GREETING - c->got, why);

		if (got < 0)
			return (int)got;
		c->got += (size_t)got;
	}
	return 0;
}

void fc_link_candidate_turn(struct fc_link *link, struct candidate *c)
{
	char why[FC_LINK_TEXT] = "";
	int err = 0;

	if (c->state == CANDIDATE_CONNECTING && finish_connection(link, c))
		return;
	if (c->state == CANDIDATE_SHAKING) {
		err = fc_wire_shake(c->wire, why);
		if (!err)
			c->state = CANDIDATE_GREETING;
	}
	if (!err && c->state == CANDIDATE_GREETING)
		err = exchange(c, why);
	if (err && err != -EAGAIN)
		refuse_candidate(link, c, why);
	else if (!err && c->state == CANDIDATE_GREETING)
		judge_greeting(link, c);
}

short fc_link_candidate_events(const struct candidate *c)
{
	if (c->state == CANDIDATE_NONE || c->state == CANDIDATE_READY)
		return 0;
	if (c->state == CANDIDATE_CONNECTING)
		return POLLOUT;
	return fc_wire_events(c->wire);
}

/* ------------------------------------------------------------------ time */
static bool connects_now(struct fc_link *link)
{
	return link->connect_ms && !link->session.wire && !place_of_ours(link) &&
	       !fc_link_candidate_ready(link);
}

void fc_link_candidates_tick(struct fc_link *link, uint64_t now_ms)
{
	for (unsigned n = 0; n < FC_LINK_CANDIDATES; n++) {
		struct candidate *c = &link->candidate[n];

		if (c->state == CANDIDATE_NONE || c->state == CANDIDATE_READY ||
		    now_ms < c->deadline_ms)
			continue;
		if (c->state == CANDIDATE_CONNECTING) {
			fc_link_candidate_drop(link, c);
			unreachable(link, strerror(ETIMEDOUT));
		} else {
			refuse_candidate(link, c, "it did not authenticate in time");
		}
	}
	if (connects_now(link) && now_ms >= link->connect_ms)
		begin_connection(link, now_ms);
}

uint64_t fc_link_candidates_due(const struct fc_link *link)
{
	uint64_t due = UINT64_MAX;
	bool ours = false;

	for (unsigned n = 0; n < FC_LINK_CANDIDATES; n++) {
		const struct candidate *c = &link->candidate[n];

		if (c->state != CANDIDATE_NONE && c->state != CANDIDATE_READY &&
		    c->deadline_ms < due)
			due = c->deadline_ms;
		ours |= c->first || c->state == CANDIDATE_READY;
	}
	if (link->connect_ms && !link->session.wire && !ours && link->connect_ms < due)
		due = link->connect_ms;
	return due;
}
