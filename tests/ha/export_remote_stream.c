// SPDX-License-Identifier: BSD-2-Clause
/* A collector over TCP or TLS without a thread: small buffers, so that much is on its way to it. */
#include "export_remote.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <tests/driver/export/tls_identity.h>
#include <unistd.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>

#define SESSIONS 16
#define HELD_MAX (1 << 17) /* of a message that is not whole yet, and what came with it */
#define RECORDS 1024
#define HEADER 16
#define BUFFER 4096

struct session {
	int fd; /* -1: over */
	SSL *ssl;
	BIO *in, *out;
	uint8_t *held;
	size_t length;
	struct decoder decoder;
	unsigned messages;
};

struct remote {
	struct judge *judge;
	bool tls, deaf;
	void *context;
	char certificate[TLS_IDENTITY_PATH];
	int listener;
	struct session session[SESSIONS];
	unsigned sessions;
	struct decoded record[RECORDS];
};

/* ------------------------------------------------------------------ messages */
static void count_records(struct remote *r, unsigned records)
{
	assert_true(records <= RECORDS);
	for (unsigned i = 0; i < records; i++) {
		const struct decoded *d = &r->record[i];

		assert_true(d->packets && d->packets < JUDGE_FLOWS);
		assert_int_equal(d->octets, 100 + d->packets);
		r->judge->seen[d->packets]++;
	}
}

/* RFC 7011 3.1 and 8: a session counts from 0 and says what its records mean first. */
static void begins_well(const struct session *s, const uint8_t *message)
{
	static const uint8_t zero[4];

	assert_memory_equal(message + 8, zero, sizeof(zero));
	assert_true(s->decoder.templates > 0);
	assert_int_equal(s->decoder.records, 0);
}

static void read_message(struct remote *r, struct session *s, const uint8_t *message, size_t length)
{
	const char *wrong;

	s->decoder.records = 0;
	s->decoder.out = r->record;
	s->decoder.out_size = RECORDS;
	wrong = decoder_read(&s->decoder, message, length);
	if (wrong)
		fail_msg("session %u: %s", (unsigned)(s - r->session), wrong);
	assert_int_equal(s->decoder.sequence_errors, 0);
	if (!s->messages++)
		begins_well(s, message);
	count_records(r, s->decoder.records);
}

/* What is no whole message when the session ends is nothing. */
static void read_messages(struct remote *r, struct session *s)
{
	size_t at = 0;

	while (s->length - at >= HEADER) {
		size_t length = (size_t)s->held[at + 2] << 8 | s->held[at + 3];

		if (length > s->length - at)
			break;
		read_message(r, s, s->held + at, length);
		at += length;
	}
	memmove(s->held, s->held + at, s->length - at);
	s->length -= at;
}

/* ------------------------------------------------------------------ octets */
static void take_plain(struct remote *r, struct session *s, const uint8_t *octets, size_t length)
{
	assert_true(s->length + length <= HELD_MAX);
	memcpy(s->held + s->length, octets, length);
	s->length += length;
	read_messages(r, s);
}

static void answer(struct session *s)
{
	uint8_t octets[4096];
	int got;

	while ((got = BIO_read(s->out, octets, sizeof(octets))) > 0)
		(void)!send(s->fd, octets, (size_t)got, MSG_NOSIGNAL);
}

static void take_sealed(struct remote *r, struct session *s, const uint8_t *octets, size_t length)
{
	uint8_t plain[4096];
	int got;

	assert_int_equal(BIO_write(s->in, octets, (int)length), (int)length);
	while ((got = SSL_read(s->ssl, plain, sizeof(plain))) > 0)
		take_plain(r, s, plain, (size_t)got);
	answer(s);
}

/* What the socket has, `most` octets. Return false when the session is over. */
static bool receive(struct remote *r, struct session *s, size_t most)
{
	uint8_t octets[4096];
	ssize_t got = 1;

	while (most) {
		got = recv(s->fd, octets, most < sizeof(octets) ? most : sizeof(octets),
			   MSG_DONTWAIT);
		if (got <= 0)
			break;
		most -= (size_t)got;
		(s->ssl ? take_sealed : take_plain)(r, s, octets, (size_t)got);
	}
	return got != 0;
}

/* ------------------------------------------------------------------ sessions */
static void begin_session(struct remote *r, int fd)
{
	struct session *s = &r->session[r->sessions++];

	assert_true(r->sessions <= SESSIONS);
	*s = (struct session){.fd = fd, .held = malloc(HELD_MAX)};
	assert_non_null(s->held);
	if (!r->tls)
		return;
	s->ssl = SSL_new(r->context);
	s->in = BIO_new(BIO_s_mem());
	s->out = BIO_new(BIO_s_mem());
	assert_true(s->ssl && s->in && s->out);
	BIO_set_mem_eof_return(s->in, -1); /* empty is not the end */
	SSL_set_bio(s->ssl, s->in, s->out);
	SSL_set_accept_state(s->ssl);
}

static void end_session(struct session *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	SSL_free(s->ssl);
	s->ssl = NULL;
	free(s->held);
	s->held = NULL;
}

static void step(struct remote *r)
{
	int fd;

	while ((fd = accept4(r->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0)
		begin_session(r, fd);
	for (unsigned i = 0; i < r->sessions && !r->deaf; i++)
		if (r->session[i].fd >= 0 && !receive(r, &r->session[i], SIZE_MAX))
			end_session(&r->session[i]);
}

static void set_deaf(struct remote *r, bool deaf, unsigned part)
{
	(void)part; /* its host still acknowledges what its small buffer takes */
	r->deaf = deaf;
}

/* What its host has acknowledged is read, nothing later. */
static void lose_host(struct remote *r)
{
	for (unsigned i = 0; i < r->sessions; i++) {
		struct session *s = &r->session[i];
		int waiting = 0;

		if (s->fd < 0)
			continue;
		assert_int_equal(ioctl(s->fd, FIONREAD, &waiting), 0);
		(void)receive(r, s, (size_t)waiting);
		end_session(s);
	}
}

static unsigned connections(struct remote *r)
{
	unsigned count = 0;

	step(r);
	for (unsigned i = 0; i < r->sessions; i++)
		count += r->session[i].fd >= 0;
	return count;
}

static bool done(struct remote *r)
{
	int waiting;

	step(r);
	for (unsigned i = 0; i < r->sessions; i++)
		if (r->session[i].fd >= 0 &&
		    (ioctl(r->session[i].fd, FIONREAD, &waiting) || waiting))
			return false;
	return true;
}

static unsigned sessions(const struct remote *r)
{
	return r->sessions;
}

static unsigned verdict(struct remote *r)
{
	unsigned again = 0;

	for (unsigned n = 0; n < JUDGE_FLOWS; n++)
		again += r->judge->seen[n] > 1;
	return again;
}

/* ------------------------------------------------------------------ the whole */
static struct remote *open_remote(struct judge *judge, struct fc_fnf_exporter *to, bool tls)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct remote *r = calloc(1, sizeof(*r));
	socklen_t size = sizeof(a);
	int octets = BUFFER;

	assert_non_null(r);
	r->judge = judge;
	r->tls = tls;
	r->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	setsockopt(r->listener, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
	assert_int_equal(bind(r->listener, (struct sockaddr *)&a, size), 0);
	assert_int_equal(listen(r->listener, SESSIONS), 0);
	assert_int_equal(getsockname(r->listener, (struct sockaddr *)&a, &size), 0);
	to->transport = tls ? FC_TRANSPORT_TLS : FC_TRANSPORT_TCP;
	to->port = ntohs(a.sin_port);
	snprintf(to->destination, sizeof(to->destination), "127.0.0.1");
	if (!tls)
		return r;
	r->context = tls_identity_make(r->certificate);
	snprintf(to->tls_ca, sizeof(to->tls_ca), "%s", r->certificate);
	return r;
}

static struct remote *open_tcp(struct judge *judge, struct fc_fnf_exporter *to)
{
	return open_remote(judge, to, false);
}

static struct remote *open_tls(struct judge *judge, struct fc_fnf_exporter *to)
{
	return open_remote(judge, to, true);
}

static void close_remote(struct remote *r)
{
	for (unsigned i = 0; i < r->sessions; i++)
		end_session(&r->session[i]);
	close(r->listener);
	if (r->tls)
		tls_identity_free(r->context, r->certificate);
	free(r);
}

#define REMOTE(label, opener)                                                                      \
	{                                                                                          \
		.name = label, .may_repeat = true, .step_us = 100, .runs = 8, .open = opener,      \
		.close = close_remote, .step = step, .deaf = set_deaf, .lose_host = lose_host,     \
		.connections = connections, .done = done, .sessions = sessions,                    \
		.verdict = verdict,                                                                \
	}
const struct remote_ops remote_tcp = REMOTE("tcp", open_tcp);
const struct remote_ops remote_tls = REMOTE("tls", open_tls);
