// SPDX-License-Identifier: BSD-2-Clause
/* Over TCP another exporter goes on in a session of its own: everything arrives at least once. */
#include "decoder.h"

#include <arpa/inet.h>
#include <flowcard/export.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>
#include <tests/wire/synthetic_flows.h>

#define START_NS UINT64_C(1795348800000000000)
#define CUT_NS (START_NS + UINT64_C(3600000000000))
#define FLOWS 60000
#define WAIT_MS 10000
#define BUFFER 4096 /* of the collector's kernel: small, so that much is on its way */
#define OCTETS (16 << 20)

struct collector {
	int listener;
	char port[8];
	uint8_t *octets;
	size_t length;
	struct decoder decoder;
	struct decoded *record;
};

static uint64_t monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void collector_open(struct collector *c)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(a);
	int octets = BUFFER;

	*c = (struct collector){.listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)};
	setsockopt(c->listener, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
	assert_int_equal(bind(c->listener, (struct sockaddr *)&a, size), 0);
	assert_int_equal(listen(c->listener, 4), 0);
	assert_int_equal(getsockname(c->listener, (struct sockaddr *)&a, &size), 0);
	snprintf(c->port, sizeof(c->port), "%u", ntohs(a.sin_port));
	c->octets = malloc(OCTETS);
	c->record = calloc(FLOWS, sizeof(*c->record));
	assert_true(c->octets && c->record);
}

static void collector_close(struct collector *c)
{
	close(c->listener);
	free(c->octets);
	free(c->record);
}

/* Session by session: octets that are no whole message any more end with it. */
static void read_session(struct collector *c, uint8_t *seen)
{
	size_t at = 0;

	c->decoder = (struct decoder){.out = c->record, .out_size = FLOWS};
	while (c->length - at >= 16) {
		size_t length = (size_t)c->octets[at + 2] << 8 | c->octets[at + 3];
		const char *wrong;

		if (length > c->length - at)
			break;
		wrong = decoder_read(&c->decoder, c->octets + at, length);
		if (wrong)
			fail_msg("%s", wrong);
		at += length;
	}
	for (unsigned i = 0; i < c->decoder.records; i++) {
		assert_true(c->record[i].packets < FLOWS);
		seen[c->record[i].packets]++;
	}
	c->length = 0;
}

static int await_session(struct collector *c, struct fc_exporter *e)
{
	uint64_t end = monotonic_ms() + WAIT_MS;
	int fd = -1;

	while (fd < 0) {
		assert_true(monotonic_ms() < end);
		fc_exporter_send(e, 1);
		fd = accept4(c->listener, NULL, NULL, SOCK_NONBLOCK);
	}
	return fd;
}

static void receive(struct collector *c, int fd, size_t most)
{
	ssize_t got = 1;

	while (got > 0 && most) {
		assert_true(c->length < OCTETS);
		got = recv(fd, c->octets + c->length, most < 4096 ? most : 4096, 0);
		c->length += got > 0 ? (size_t)got : 0;
		most -= got > 0 ? (size_t)got : 0;
	}
}

static uint64_t enter(void *context)
{
	return *(const bool *)context ? 0 : FC_EXPORTER_NO_GATE;
}

static void leave(void *context)
{
	(void)context;
}

static struct fc_exporter *open_one(const struct collector *c, bool *shut)
{
	static const struct fc_exporter_guard guard = {enter, leave};
	const struct fc_exporter_config config = {.protocol = FC_PROTOCOL_IPFIX,
						  .transport = FC_TRANSPORT_TCP,
						  .host = "127.0.0.1",
						  .port = c->port,
						  .domain = 7,
						  .guard = &guard,
						  .guard_context = shut};
	struct fc_exporter *e;

	assert_int_equal(fc_exporter_open(&config, &e), 0);
	assert_int_equal(fc_exporter_client_add(e, "A", NULL), 1);
	return e;
}

static void meter(struct fc_exporter *e)
{
	uint64_t state = 5;

	for (unsigned i = 0; i < FLOWS; i++) {
		struct fc_flow f = synthetic_flow(&state, i, 4, START_NS);

		f.packets = i;
		f.octets = 100 + i;
		assert_int_equal(fc_exporter_add(e, 1, &f, 1, CUT_NS), 0);
	}
	fc_exporter_seal(e, CUT_NS);
}

static void replicate(const struct fc_exporter *from, struct fc_exporter *to)
{
	uint8_t state[FC_EXPORTER_STATE_MAX];
	struct fc_exporter_datagram d;

	assert_int_equal(
		fc_exporter_state_take(to, state, fc_exporter_state(from, state, sizeof(state))),
		0);
	for (uint64_t n = 0; !fc_exporter_sealed(from, n, &d); n = d.number + 1)
		assert_int_equal(fc_exporter_restore(to, &d), 0);
}

static void what_was_not_acknowledged_comes_again_in_a_new_session(void **state)
{
	bool open = false, shut = true;
	uint8_t *seen = calloc(FLOWS, 1);
	struct fc_exporter_stats s;
	struct fc_exporter *a, *b;
	struct collector c;
	uint64_t cursor, end;
	int fd, waiting;

	(void)state;
	collector_open(&c);
	a = open_one(&c, &open);
	b = open_one(&c, &shut);
	fc_exporter_send(b, 20);
	meter(a);
	replicate(a, b);
	fd = await_session(&c, a);
	while (c.length < 300000) {
		fc_exporter_send(a, 1);
		receive(&c, fd, 1000);
	}
	/* The other one has not even connected. */
	fc_exporter_send(b, 20);
	assert_int_equal(accept4(c.listener, NULL, NULL, SOCK_NONBLOCK), -1);
	cursor = fc_exporter_cursor(a);
	fc_exporter_stats(a, &s);
	assert_true(cursor > 100 && cursor < s.datagrams_sent); /* kernels hold the rest */
	/* The collector's host has acknowledged these; nothing later reaches it. */
	assert_int_equal(ioctl(fd, FIONREAD, &waiting), 0);
	receive(&c, fd, (size_t)waiting);
	fc_exporter_close(a);
	close(fd);
	read_session(&c, seen);
	assert_int_equal(c.decoder.sequence_errors, 0);
	fc_exporter_skip(b, cursor);
	shut = false;
	assert_int_equal(fc_exporter_announce(b), 0);
	fd = await_session(&c, b);
	for (end = monotonic_ms() + WAIT_MS; fc_exporter_send(b, 1);) {
		assert_true(monotonic_ms() < end);
		receive(&c, fd, SIZE_MAX);
	}
	while (fc_exporter_cursor(b) < fc_exporter_mark(b)) { /* all of it acknowledged */
		assert_true(monotonic_ms() < end);
		receive(&c, fd, SIZE_MAX);
	}
	receive(&c, fd, SIZE_MAX);
	read_session(&c, seen);
	assert_int_equal(c.decoder.sequence_errors, 0); /* from 0 again */
	assert_true(c.decoder.templates > 0);
	for (unsigned i = 0; i < FLOWS; i++)
		if (!seen[i] || seen[i] > 2)
			fail_msg("flow %u arrived %u times", i, seen[i]);
	fc_exporter_close(b);
	close(fd);
	collector_close(&c);
	free(seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_acknowledged_comes_again_in_a_new_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
