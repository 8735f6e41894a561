/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP and TLS. A session begins with the templates and then takes messages from the queue in order.
 * The one that has left in part stays at the queue's head: when the session breaks, it is sent
 * again as a whole in the next one, after the templates; never its rest.
 *
 *          connected            handshake done         templates given
 *   IDLE ----------> CONNECTING ------------> FRESH ------------> OPEN
 *    ^  \------------- no address, refused, timed out, closed --------/
 */
#include "endpoint.h"
#include "monotonic.h"
#include "sender.h"
#include "tls.h"
#include "writer.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEQUENCE_AT 8 /* in the header of an IPFIX message */
#define CONNECT_NS UINT64_C(10000000000)
/* Nothing was taken for so long: the connection is dead, whatever the kernel thinks. */
#define STALL_NS UINT64_C(30000000000)

enum stream_state { STREAM_IDLE, STREAM_CONNECTING, STREAM_HANDSHAKE, STREAM_FRESH, STREAM_OPEN };

struct stream {
	struct fc_sender base;
	struct fc_endpoint endpoint;
	struct fc_tls *tls; /* NULL: plain TCP */
	enum stream_state state;
	int fd;
	short events;
	uint64_t deadline_ns; /* of the state */
	uint8_t *preamble;    /* what of it is not written yet */
	size_t preamble_length, preamble_at;
	size_t message_at; /* octets of the queue's head that have left */
	uint32_t sequence; /* of the session's first message, as the queue has it */
	bool begun;        /* that one is known */
};

static struct stream *stream_of(const struct fc_sender *s)
{
	return (struct stream *)s;
}

static void end_session(struct stream *s, struct fc_queue *q)
{
	if (s->tls)
		fc_tls_end(s->tls);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->state = STREAM_IDLE;
	s->base.ready = s->base.fresh = false;
	free(s->preamble);
	s->preamble = NULL;
	s->message_at = 0;
	s->begun = false;
	if (q)
		q->claimed = false;
}

static void broken(struct stream *s, struct fc_queue *q, uint64_t now_ns, int err)
{
	s->base.error = err;
	end_session(s, q);
	fc_endpoint_failed(&s->endpoint, now_ns);
}

/* ------------------------------------------------------------------ steps towards a session */
static int step_idle(struct stream *s, uint64_t now_ns)
{
	int fd = fc_endpoint_connect(&s->endpoint, now_ns), on = 1;

	if (fd < 0) {
		if (fd != -EAGAIN)
			s->base.error = fd;
		return -EAGAIN;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	s->fd = fd;
	s->events = POLLOUT;
	s->deadline_ns = now_ns + CONNECT_NS;
	s->state = STREAM_CONNECTING;
	return 0;
}

/* Return 0 when the connection stands, -EAGAIN, -errno. */
static int step_connecting(struct stream *s)
{
	struct pollfd p = {.fd = s->fd, .events = POLLOUT};
	socklen_t size = sizeof(int);
	int err = 0;

	if (poll(&p, 1, 0) <= 0)
		return -EAGAIN;
	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &err, &size))
		return -errno;
	if (err)
		return -err;
	if (!s->tls) {
		s->state = STREAM_FRESH;
		return 0;
	}
	s->state = STREAM_HANDSHAKE;
	return fc_tls_start(s->tls, s->fd);
}

static int step(struct stream *s)
{
	int err = 0;

	if (s->state == STREAM_CONNECTING)
		err = step_connecting(s);
	if (!err && s->state == STREAM_HANDSHAKE) {
		err = fc_tls_handshake(s->tls, &s->events);
		if (!err)
			s->state = STREAM_FRESH;
	}
	if (!err && s->state == STREAM_FRESH) {
		s->base.fresh = true;
		s->base.sessions++;
		err = -EAGAIN; /* begin() comes first */
	}
	return err;
}

/* Return 0 when messages can be written, -EAGAIN. */
static int get_session(struct stream *s, struct fc_queue *q, uint64_t now_ns)
{
	int err = 0;

	if (s->state == STREAM_IDLE)
		err = step_idle(s, now_ns);
	if (!err && s->state != STREAM_OPEN && !s->base.fresh)
		err = step(s);
	if (err == -EAGAIN && s->fd >= 0 && !s->base.fresh && now_ns >= s->deadline_ns)
		err = -ETIMEDOUT;
	if (err && err != -EAGAIN)
		broken(s, q, now_ns, err);
	return s->state == STREAM_OPEN ? 0 : -EAGAIN;
}

static int begin(struct fc_sender *base, const uint8_t *octets, size_t length)
{
	struct stream *s = stream_of(base);

	s->preamble = malloc(length ? length : 1);
	if (!s->preamble)
		return -ENOMEM;
	memcpy(s->preamble, octets, length);
	s->preamble_length = length;
	s->preamble_at = 0;
	s->state = STREAM_OPEN;
	s->base.fresh = false;
	s->base.ready = true;
	s->base.error = 0;
	s->deadline_ns = fc_monotonic_ns() + STALL_NS;
	fc_endpoint_works(&s->endpoint);
	return 0;
}

/* ------------------------------------------------------------------ octets */
/* Return octets written (more than 0), -EAGAIN, -errno. */
static ssize_t put(struct stream *s, const uint8_t *octets, size_t length)
{
	ssize_t got;

	if (s->tls)
		return fc_tls_write(s->tls, octets, length);
	do
		got = send(s->fd, octets, length, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

/* A collector says nothing; what it says is forgotten, and that it has closed is noticed. */
static int listen_to(struct stream *s)
{
	uint8_t octets[512];
	ssize_t got;

	if (s->tls)
		return fc_tls_listen(s->tls);
	do
		got = recv(s->fd, octets, sizeof(octets), MSG_DONTWAIT);
	while (got > 0 || (got < 0 && errno == EINTR));
	if (!got)
		return -EPIPE;
	return errno == EAGAIN ? 0 : -errno;
}

static int put_preamble(struct stream *s)
{
	while (s->preamble && s->preamble_at < s->preamble_length) {
		ssize_t got =
			put(s, s->preamble + s->preamble_at, s->preamble_length - s->preamble_at);

		if (got < 0)
			return (int)got;
		s->preamble_at += (size_t)got;
	}
	free(s->preamble);
	s->preamble = NULL;
	return 0;
}

/* Messages of a session are counted from 0 (RFC 7011 3.1: sequence numbers are the session's). The
 * description keeps the exporter's number, so the next session can count anew. */
static void renumber(struct stream *s, uint8_t *octets, uint32_t sequence)
{
	struct fc_writer w;

	if (!s->begun)
		s->sequence = sequence;
	s->begun = true;
	fc_writer_init(&w, octets + SEQUENCE_AT, sizeof(sequence));
	fc_writer_u32(&w, sequence - s->sequence);
}

/* The message `n` after the head, whose first `message_at` octets have left. Return 0, -errno. */
static int put_message(struct stream *s, struct fc_queue *q, unsigned n)
{
	const uint8_t *octets;
	const struct fc_datagram *d = fc_queue_at(q, q->head + n, &octets);
	size_t length = d->length;

	if (!s->message_at)
		renumber(s, fc_queue_octets(q, q->head + n), d->sequence);

	while (s->message_at < length) {
		ssize_t got = put(s, octets + s->message_at, length - s->message_at);

		if (got < 0)
			return (int)got;
		s->message_at += (size_t)got;
	}
	s->message_at = 0;
	return 0;
}

/* Return messages written; *err: why no more. */
static int write_some(struct stream *s, struct fc_queue *q, unsigned count, int *err)
{
	unsigned sent = 0;

	*err = put_preamble(s);
	while (!*err && sent < count) {
		*err = put_message(s, q, sent);
		if (!*err)
			sent++;
	}
	return (int)sent;
}

static int send_some(struct fc_sender *base, struct fc_queue *q, unsigned count, uint64_t now_ns)
{
	struct stream *s = stream_of(base);
	int sent, err = get_session(s, q, now_ns);

	if (err)
		return -EAGAIN;
	err = listen_to(s);
	if (err) {
		broken(s, q, now_ns, err);
		return -EAGAIN;
	}
	sent = write_some(s, q, count, &err);
	s->events = POLLOUT;
	if (sent || !err)
		s->deadline_ns = now_ns + STALL_NS;
	if (err == -EAGAIN && now_ns >= s->deadline_ns)
		err = -ETIMEDOUT;
	if (err && err != -EAGAIN)
		broken(s, q, now_ns, err);
	/* Of what will be the head when the caller has taken off what has left. */
	q->claimed = s->state == STREAM_OPEN && err == -EAGAIN &&
		     (s->message_at || s->tls || s->preamble);
	return sent ? sent : -EAGAIN;
}

static int wait_for(const struct fc_sender *base, short *events)
{
	const struct stream *s = stream_of(base);

	*events = s->events;
	return s->fd;
}

/* What the other host has not acknowledged may be lost with the session. TLS adds octets, so that
 * this says too little, never too much. */
static uint64_t delivered(const struct fc_sender *base, const struct fc_queue *q)
{
	const struct stream *s = stream_of(base);
	uint64_t number = q->head;
	const uint8_t *octets;
	int waiting = 0;

	if (s->fd < 0 || ioctl(s->fd, SIOCOUTQ, &waiting))
		return number;
	while (waiting > 0 && fc_queue_remembers(q, number - 1))
		waiting -= (int)fc_queue_at(q, --number, &octets)->length;
	return number;
}

static void hang_up(struct fc_sender *base, struct fc_queue *q)
{
	struct stream *s = stream_of(base);

	end_session(s, q);
	fc_endpoint_works(&s->endpoint); /* the next attempt is not a repeated one */
}

static void close_stream(struct fc_sender *base)
{
	struct stream *s = stream_of(base);

	end_session(s, NULL);
	fc_tls_close(s->tls);
	fc_endpoint_free(&s->endpoint);
	free(s);
}

static const struct fc_sender_ops ops = {.own_sequence = true,
					 .send = send_some,
					 .begin = begin,
					 .wait = wait_for,
					 .delivered = delivered,
					 .hang_up = hang_up,
					 .close = close_stream};

int fc_stream_open(const struct fc_exporter_config *config, struct fc_sender **out)
{
	struct stream *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->base.ops = &ops;
	s->fd = -1;
	err = fc_endpoint_init(&s->endpoint, config, SOCK_STREAM);
	if (!err && config->transport == FC_TRANSPORT_TLS) {
		err = fc_tls_open(config->host, config->tls_ca, config->tls_certificate,
				  config->tls_key, &s->tls);
		if (err)
			fc_endpoint_free(&s->endpoint);
	}
	if (err) {
		free(s);
		return err;
	}
	*out = &s->base;
	return 0;
}
