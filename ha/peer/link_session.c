// SPDX-License-Identifier: BSD-2-Clause
#include "ha/peer/link_impl.h"

#include <errno.h>
#include <ha/log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Written or read in one turn at most: the other direction and strangers have theirs, too. */
enum { TURN_OCTETS = 1 << 20, PARTING_MS = 1000 };
/* Two units that do not get on with each other need not try it five times a second. */
enum { SHORT_MS = 2000 };

static void free_list(struct fc_message *m)
{
	while (m) {
		struct fc_message *next = m->next;

		fc_message_free(m);
		m = next;
	}
}

void fc_link_queue_clear(struct fc_link *link)
{
	struct fc_message *queue;

	pthread_mutex_lock(&link->lock);
	queue = link->queue;
	link->queue = NULL;
	link->queue_end = &link->queue;
	link->up = false;
	link->hang_up = false;
	atomic_store(&link->queued, 0);
	pthread_mutex_unlock(&link->lock);
	free_list(queue);
	free_list(link->session.writing);
	link->session.writing = NULL;
}

/* ------------------------------------------------------------------ begin, end */
int fc_link_session_begin(struct fc_link *link, struct candidate *c)
{
	struct session *s = &link->session;
	struct fc_beat_keys keys;
	char address[FC_ADDRESS_TEXT];
	int err = fc_wire_beat_keys(c->wire, &keys);

	if (!err)
		err = fc_heartbeats_begin(link->heartbeats, &keys, fc_wire_fd(c->wire),
					  c->interval_ms);
	explicit_bzero(&keys, sizeof(keys));
	if (err) {
		fc_link_candidate_drop(link, c);
		return err;
	}
	fc_stream_reset(&s->stream);
	*s = (struct session){.wire = c->wire,
			      .unit = c->unit,
			      .begun_ms = fc_clock_ms(),
			      .in = s->in,
			      .out = s->out};
	/* Octets may have been read together with the greeting. */
	s->more = true;
	fc_address_text(&c->from, address);
	c->wire = NULL;
	fc_link_candidate_drop(link, c);
	memset(link->path_said, 0, sizeof(link->path_said));
	link->unreachable = false;
	pthread_mutex_lock(&link->lock);
	link->up = true;
	link->stats.sessions++;
	snprintf(link->stats.peer, sizeof(link->stats.peer), "%s", address);
	snprintf(link->stats.cipher, sizeof(link->stats.cipher), "%s", fc_wire_cipher(s->wire));
	pthread_mutex_unlock(&link->lock);
	fc_log(FC_LOG_NOTICE, "PEERUP", "unit %u at %s: link is up, %s", s->unit, address,
	       fc_wire_cipher(s->wire));
	return 0;
}

/* What is still on its way in must not make the kernel drop what is on its way out. */
static void part(struct fc_link *link, struct fc_wire *wire)
{
	fc_wire_farewell(wire);
	fc_wire_free(link->parting);
	link->parting = wire;
	link->parting_ms = fc_clock_ms() + PARTING_MS;
}

/* Nothing that the kernel still holds may reach a peer that is silent now and back later. */
static void abort_wire(struct fc_wire *wire)
{
	struct linger none = {.l_onoff = 1, .l_linger = 0};

	setsockopt(fc_wire_fd(wire), SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	fc_wire_free(wire);
}

void fc_link_session_end(struct fc_link *link, enum fc_link_down reason, const char *why)
{
	struct session *s = &link->session;

	if (!s->wire)
		return;
	fc_heartbeats_end(link->heartbeats);
	fc_link_queue_clear(link);
	if (reason == FC_LINK_DOWN_LOCAL)
		part(link, s->wire);
	else
		abort_wire(s->wire);
	s->wire = NULL;
	/* Of a connection that was closed in order the last words count. */
	if (reason != FC_LINK_DOWN_CLOSED)
		s->in_at = s->in_end = 0;
	link->down = true;
	link->down_reason = reason;
	snprintf(link->down_why, sizeof(link->down_why), "%s", why);
	fc_link_connect_later(link, fc_clock_ms() - s->begun_ms < SHORT_MS);
	fc_log(reason == FC_LINK_DOWN_LOCAL ? FC_LOG_NOTICE : FC_LOG_WARNING,
	       reason == FC_LINK_DOWN_SILENT     ? "PEERSILENT"
	       : reason == FC_LINK_DOWN_PROTOCOL ? "PEERPROTOCOL"
						 : "PEERDOWN",
	       "unit %u at %s: link is down: %s", s->unit, link->stats.peer, why);
}

/* ------------------------------------------------------------------ in */
static void failed(struct fc_link *link, int err, const char *why)
{
	fc_link_session_end(link, err == -EPIPE ? FC_LINK_DOWN_CLOSED : FC_LINK_DOWN_PROTOCOL, why);
}

void fc_link_session_read(struct fc_link *link)
{
	struct session *s = &link->session;
	char why[FC_LINK_TEXT];
	ssize_t got = 1;
	size_t before;

	if (s->in_at == s->in_end)
		s->in_at = s->in_end = 0;
	before = s->in_end;
	while (got > 0 && s->in_end < FC_LINK_BUFFER) {
		got = fc_wire_read(s->wire, s->in + s->in_end, FC_LINK_BUFFER - s->in_end, why);
		if (got > 0)
			s->in_end += (size_t)got;
	}
	if (s->in_end > before)
		fc_heartbeats_sign(link->heartbeats);
	s->more = got > 0;
	if (got <= 0 && got != -EAGAIN)
		failed(link, (int)got, why);
}

int fc_link_session_message(struct fc_link *link, struct fc_message **out)
{
	struct session *s = &link->session;
	char why[FC_STREAM_TEXT];
	int got;

	if (s->in_at == s->in_end)
		return 0;
	got = fc_stream_take(&s->stream, s->in, s->in_end, &s->in_at, out, why);
	if (got > 0) {
		pthread_mutex_lock(&link->lock);
		link->stats.received_messages++;
		link->stats.received_octets += FC_MESSAGE_HEADER + (*out)->octets;
		pthread_mutex_unlock(&link->lock);
		return 1;
	}
	if (!got)
		return 0;
	s->in_at = s->in_end = 0;
	if (got == -EPROTO)
		fc_link_count(link, &link->stats.bad_messages);
	fc_link_session_end(link, got == -EPROTO ? FC_LINK_DOWN_PROTOCOL : FC_LINK_DOWN_LOCAL,
			    got == -EPROTO ? why : "no memory for a message");
	return 0;
}

/* ------------------------------------------------------------------ out */
static void take_queue(struct fc_link *link)
{
	struct session *s = &link->session;

	if (s->writing)
		return;
	pthread_mutex_lock(&link->lock);
	s->writing = link->queue;
	link->queue = NULL;
	link->queue_end = &link->queue;
	pthread_mutex_unlock(&link->lock);
}

static size_t copy_part(struct session *s, const uint8_t *from, size_t octets, size_t skip)
{
	size_t room = FC_LINK_BUFFER - s->out_end, take = octets - skip;

	if (take > room)
		take = room;
	if (take)
		memcpy(s->out + s->out_end, from + skip, take);
	s->out_end += take;
	s->written += take;
	return take;
}

/* The first message goes on into the buffer. Return true: all of it did. */
static bool put_message(struct session *s)
{
	struct fc_message *m = s->writing;
	uint8_t header[FC_MESSAGE_HEADER];

	if (!s->written)
		m->number = ++s->number;
	if (s->written < FC_MESSAGE_HEADER) {
		fc_message_header_put(m, header);
		copy_part(s, header, FC_MESSAGE_HEADER, s->written);
	}
	if (s->written >= FC_MESSAGE_HEADER)
		copy_part(s, m->body, m->octets, s->written - FC_MESSAGE_HEADER);
	return s->written == FC_MESSAGE_HEADER + m->octets;
}

static void fill(struct fc_link *link)
{
	struct session *s = &link->session;
	uint64_t messages = 0, octets = 0;

	if (s->out_at == s->out_end)
		s->out_at = s->out_end = 0;
	take_queue(link);
	while (s->writing && s->out_end < FC_LINK_BUFFER) {
		struct fc_message *m = s->writing;

		if (!put_message(s))
			break;
		messages++;
		octets += s->written;
		s->written = 0;
		s->writing = m->next;
		fc_message_free(m);
	}
	if (!messages)
		return;
	pthread_mutex_lock(&link->lock);
	link->stats.sent_messages += messages;
	link->stats.sent_octets += octets;
	pthread_mutex_unlock(&link->lock);
}

void fc_link_session_write(struct fc_link *link)
{
	struct session *s = &link->session;
	char why[FC_LINK_TEXT];
	size_t turn = 0;

	s->writes = false;
	while (s->wire) {
		ssize_t got;

		fill(link);
		if (s->out_at == s->out_end)
			return;
		if (turn >= TURN_OCTETS) {
			s->writes = true;
			return;
		}
		got = fc_wire_write(s->wire, s->out + s->out_at, s->out_end - s->out_at, why);
		if (got == -EAGAIN) {
			s->writes = fc_wire_events(s->wire) & POLLOUT;
			if (atomic_load(&link->queued) > link->config.queue_max)
				fc_link_session_end(
					link, FC_LINK_DOWN_LOCAL,
					"the peer does not read: too much waits for it");
			return;
		}
		if (got < 0) {
			failed(link, (int)got, why);
			return;
		}
		s->out_at += (size_t)got;
		turn += (size_t)got;
		atomic_fetch_sub(&link->queued, (size_t)got);
	}
}
