/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP, TLS and files: sessions begin with templates, break between messages, and never stop the
 * caller. */
#include "decoder.h"
#include "tls_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <flowcard/export.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>
#include <tests/wire/synthetic_flows.h>

#define NOW UINT64_C(1795348800000000000)
#define SECOND UINT64_C(1000000000)
#define CLIENT 1
#define STREAM_MAX (16 << 20)

/* A collector of octets, and what a decoder makes of the whole messages among them. */
struct stream {
	int listener, fd;
	char port[8];
	uint8_t *octets;
	size_t length;
	struct decoder decoder;
};

static void stream_listen(struct stream *s)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(a);
	int on = 1;

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	a.sin_port = htons((uint16_t)atoi(s->port));
	assert_int_equal(bind(s->listener, (struct sockaddr *)&a, size), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&a, &size), 0);
	snprintf(s->port, sizeof(s->port), "%u", ntohs(a.sin_port));
	assert_int_equal(listen(s->listener, 4), 0);
}

static void stream_open(struct stream *s)
{
	memset(s, 0, sizeof(*s));
	s->fd = -1;
	s->octets = malloc(STREAM_MAX);
	assert_non_null(s->octets);
	stream_listen(s);
}

static void stream_close(struct stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	close(s->listener);
	free(s->octets);
}

/* Accept and read what there is. */
static void stream_step(struct stream *s)
{
	ssize_t got;

	if (s->fd < 0)
		s->fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK);
	if (s->fd < 0)
		return;
	while ((got = recv(s->fd, s->octets + s->length, STREAM_MAX - s->length, 0)) > 0)
		s->length += (size_t)got;
}

/* Decode the whole messages; octets left over go to *rest. */
static void decode(struct decoder *d, const uint8_t *octets, size_t length, size_t *rest)
{
	while (length >= 16) {
		size_t message = (size_t)octets[2] << 8 | octets[3];
		const char *wrong;

		if (message > length)
			break;
		wrong = decoder_read(d, octets, message);
		if (wrong)
			fail_msg("%s", wrong);
		octets += message;
		length -= message;
	}
	*rest = length;
}

static struct fc_exporter *open_exporter(struct fc_exporter_config config)
{
	struct fc_exporter *e = NULL;

	config.protocol = FC_PROTOCOL_IPFIX;
	config.boot_ns = NOW - 3600 * SECOND;
	config.retry_ms = 5;
	assert_int_equal(fc_exporter_open(&config, &e), 0);
	assert_int_equal(fc_exporter_client_add(e, "Flow Monitor M", NULL), CLIENT);
	return e;
}

static void add(struct fc_exporter *e, unsigned flows)
{
	static uint64_t state = 5;

	for (unsigned i = 0; i < flows; i++) {
		struct fc_flow f = synthetic_flow(&state, i, i % 2 ? 6 : 4, NOW - 3600 * SECOND);

		fc_exporter_add(e, CLIENT, &f, 1, NOW);
	}
	fc_exporter_seal(e, NOW);
}

static struct fc_exporter_stats stats_of(const struct fc_exporter *e)
{
	struct fc_exporter_stats s;

	fc_exporter_stats(e, &s);
	assert_int_equal(s.datagrams_sealed,
			 s.datagrams_sent + s.datagrams_queued + s.dropped_datagrams);
	return s;
}

static uint64_t monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Send and receive by turns until all has left. */
static void pump(struct fc_exporter *e, struct stream *s)
{
	uint64_t end = monotonic_ms() + 10000;

	while (fc_exporter_send(e, 5) && monotonic_ms() < end)
		stream_step(s);
	assert_int_equal(stats_of(e).datagrams_queued, 0);
	stream_step(s);
}

/* ------------------------------------------------------------------ TCP */
static void tcp_waits_for_its_collector_and_loses_nothing(void **state)
{
	struct fc_exporter *e;
	struct stream s;
	size_t rest;

	(void)state;
	stream_open(&s);
	close(s.listener); /* the port is known, nobody listens */
	e = open_exporter((struct fc_exporter_config){.transport = FC_TRANSPORT_TCP,
						      .host = "127.0.0.1",
						      .port = s.port,
						      .dscp = 10,
						      .ttl = 255});
	add(e, 1000);
	assert_true(fc_exporter_send(e, 30) > 0);
	assert_false(stats_of(e).ready);
	assert_int_equal(stats_of(e).wait_error, ECONNREFUSED);
	stream_listen(&s);
	pump(e, &s);
	decode(&s.decoder, s.octets, s.length, &rest);
	assert_int_equal(rest, 0);
	assert_int_equal(s.decoder.records, stats_of(e).records_sealed);
	assert_int_equal(s.decoder.sequence_errors, 0);
	assert_int_equal(stats_of(e).sessions, 1);
	fc_exporter_close(e);
	stream_close(&s);
}

/* The collector goes in the middle of a message; the next session starts with templates and whole
 * messages, and goes on where the last one had left off or before it. */
static void tcp_resumes_at_a_message_with_templates(void **state)
{
	struct decoder first = {0}, second = {0};
	struct fc_exporter *e;
	struct stream s;
	size_t rest, whole;
	uint64_t end = monotonic_ms() + 10000;

	(void)state;
	stream_open(&s);
	e = open_exporter((struct fc_exporter_config){.transport = FC_TRANSPORT_TCP,
						      .host = "127.0.0.1",
						      .port = s.port,
						      .dscp = 10,
						      .ttl = 255});
	assert_int_equal(fc_exporter_option(e, FC_OPTION_APPLICATIONS, 600, NULL, 0, NOW), 0);
	add(e, 20000);
	add(e, 100000); /* far more than both kernels' buffers hold */
	while (s.fd < 0 && monotonic_ms() < end) {
		fc_exporter_send(e, 1);
		s.fd = accept4(s.listener, NULL, NULL, SOCK_NONBLOCK);
	}
	while (s.length < 40000 && monotonic_ms() < end) {
		ssize_t got = recv(s.fd, s.octets + s.length, 1000, 0);

		s.length += got > 0 ? (size_t)got : 0;
		fc_exporter_send(e, 1);
	}
	decode(&first, s.octets, s.length, &rest);
	assert_true(rest > 0);
	assert_true(stats_of(e).datagrams_queued > 0);
	close(s.fd);
	s.fd = -1;
	whole = s.length;
	s.length = 0;
	pump(e, &s);
	decode(&second, s.octets, s.length, &rest);
	assert_int_equal(rest, 0);
	assert_int_equal(stats_of(e).sessions, 2);
	assert_int_equal(first.sequence_errors, 0);
	assert_int_equal(second.sequence_errors, 0); /* a session counts from 0 */
	assert_true(first.records + second.records <= stats_of(e).records_sent);
	assert_true(first.templates >= 2 && second.templates >= 2);
	assert_true(whole >= 40000 && second.records > 50000);
	fc_exporter_close(e);
	stream_close(&s);
}

static void a_collector_that_does_not_read_stops_nobody(void **state)
{
	struct fc_exporter *e;
	struct stream s;
	uint64_t start;
	size_t rest;

	(void)state;
	stream_open(&s); /* the kernel accepts, nobody reads */
	e = open_exporter((struct fc_exporter_config){.transport = FC_TRANSPORT_TCP,
						      .host = "127.0.0.1",
						      .port = s.port,
						      .queue_datagrams = 100});
	assert_int_equal(fc_exporter_wait(e, 5000), 0);
	/* Until both kernels' buffers are full; from then on at no cost. */
	for (int i = 0; i < 1000 && fc_exporter_send(e, 10) < 100; i++)
		add(e, 5000);
	assert_int_equal(fc_exporter_send(e, 0), 100);
	start = monotonic_ms();
	for (int i = 0; i < 100; i++) {
		add(e, 5000);
		fc_exporter_send(e, 0);
	}
	assert_true(monotonic_ms() - start < 5000);
	assert_true(stats_of(e).dropped_datagrams > 1000);
	assert_int_equal(stats_of(e).datagrams_queued, 100);
	assert_int_equal(stats_of(e).failed[FC_UNSENT_ENQUEUE].datagrams,
			 stats_of(e).dropped_datagrams);
	/* It wakes up: what had left in part was not among the dropped, every message is whole. */
	pump(e, &s);
	decode(&s.decoder, s.octets, s.length, &rest);
	assert_int_equal(rest, 0);
	assert_int_equal(s.decoder.records, stats_of(e).records_sent);
	fc_exporter_close(e);
	stream_close(&s);
}

static void a_name_that_does_not_resolve_stops_nobody(void **state)
{
	struct fc_exporter *e;
	uint64_t start = monotonic_ms();

	(void)state;
	e = open_exporter((struct fc_exporter_config){.transport = FC_TRANSPORT_TCP,
						      .host = "no-such-host.invalid",
						      .port = "4739",
						      .queue_datagrams = 2});
	assert_true(monotonic_ms() - start < 1000);
	assert_int_equal(fc_exporter_wait(e, 10000), -ENOENT);
	for (int i = 0; i < 3; i++)
		add(e, 1);
	assert_int_equal(stats_of(e).failed[FC_UNSENT_DESTINATION].datagrams, 1);
	fc_exporter_close(e);
}

static void streams_are_for_ipfix_only(void **state)
{
	struct fc_exporter_config config = {.protocol = FC_PROTOCOL_V9,
					    .transport = FC_TRANSPORT_TCP,
					    .host = "127.0.0.1",
					    .port = "1"};
	struct fc_exporter *e;

	(void)state;
	assert_int_equal(fc_exporter_open(&config, &e), -EINVAL);
}

/* ------------------------------------------------------------------ TLS */
static void tls_delivers_to_the_host_of_the_certificate(void **state)
{
	struct tls_server server;
	struct decoder d = {0};
	struct fc_exporter *e;
	size_t rest;

	(void)state;
	tls_server_start(&server);
	e = open_exporter((struct fc_exporter_config){.transport = FC_TRANSPORT_TLS,
						      .host = "127.0.0.1",
						      .port = server.port,
						      .tls_ca = server.certificate});
	add(e, 5000);
	assert_int_equal(fc_exporter_send(e, 10000), 0);
	assert_int_equal(stats_of(e).sessions, 1);
	fc_exporter_close(e);
	tls_server_stop(&server);
	decode(&d, server.octets, server.length, &rest);
	assert_int_equal(rest, 0);
	assert_true(d.records >= 5000);
	assert_int_equal(d.sequence_errors, 0);
	assert_string_equal(server.version, "TLSv1.3");
	tls_server_free(&server);
}

static void tls_refuses_a_stranger(void **state)
{
	struct tls_server server, other;
	struct fc_exporter *e;

	(void)state;
	tls_server_start(&server);
	tls_server_start(&other);
	e = open_exporter((struct fc_exporter_config){.transport = FC_TRANSPORT_TLS,
						      .host = "127.0.0.1",
						      .port = server.port,
						      .tls_ca = other.certificate});
	add(e, 10);
	assert_int_equal(fc_exporter_wait(e, 5000), -EACCES);
	assert_int_equal(stats_of(e).datagrams_sent, 0);
	fc_exporter_close(e);
	tls_server_stop(&server);
	tls_server_stop(&other);
	assert_int_equal(server.length, 0);
	tls_server_free(&server);
	tls_server_free(&other);
}

static void tls_files_that_are_none_are_refused(void **state)
{
	struct fc_exporter_config config = {.protocol = FC_PROTOCOL_IPFIX,
					    .transport = FC_TRANSPORT_TLS,
					    .host = "127.0.0.1",
					    .port = "1",
					    .tls_ca = "/nonexistent"};
	struct fc_exporter *e;

	(void)state;
	assert_int_equal(fc_exporter_open(&config, &e), -EINVAL);
}

/* ------------------------------------------------------------------ files */
static unsigned read_file(const char *path, struct decoder *d)
{
	static uint8_t octets[1 << 20];
	FILE *file = fopen(path, "rb");
	size_t length, rest;

	assert_non_null(file);
	length = fread(octets, 1, sizeof(octets), file);
	fclose(file);
	decode(d, octets, length, &rest);
	assert_int_equal(rest, 0);
	return d->records;
}

static void a_file_that_is_moved_away_is_begun_anew(void **state)
{
	char folder[] = "/tmp/flowcard-file-XXXXXX", path[64], moved[64];
	struct decoder first = {0}, second = {0};
	struct fc_exporter *e;
	uint64_t end;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/flows.ipfix", folder);
	snprintf(moved, sizeof(moved), "%s/flows.ipfix.1", folder);
	e = open_exporter(
		(struct fc_exporter_config){.transport = FC_TRANSPORT_FILE, .host = path});
	add(e, 500);
	assert_int_equal(fc_exporter_send(e, 2000), 0);
	assert_int_equal(rename(path, moved), 0);
	assert_int_equal(close(open(path, O_WRONLY | O_CREAT, 0600)), 0); /* as logrotate can */
	for (end = monotonic_ms() + 5000; stats_of(e).sessions < 2 && monotonic_ms() < end;) {
		add(e, 1);
		fc_exporter_send(e, 0);
		poll(NULL, 0, 20);
	}
	add(e, 500);
	assert_int_equal(fc_exporter_send(e, 2000), 0);
	assert_int_equal(read_file(moved, &first) + read_file(path, &second),
			 stats_of(e).records_sent);
	assert_int_equal(first.sequence_errors, 0);
	assert_true(second.records >= 500);
	fc_exporter_close(e);
	unlink(path);
	unlink(moved);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_waits_for_its_collector_and_loses_nothing),
		cmocka_unit_test(tcp_resumes_at_a_message_with_templates),
		cmocka_unit_test(a_collector_that_does_not_read_stops_nobody),
		cmocka_unit_test(a_name_that_does_not_resolve_stops_nobody),
		cmocka_unit_test(streams_are_for_ipfix_only),
		cmocka_unit_test(tls_delivers_to_the_host_of_the_certificate),
		cmocka_unit_test(tls_refuses_a_stranger),
		cmocka_unit_test(tls_files_that_are_none_are_refused),
		cmocka_unit_test(a_file_that_is_moved_away_is_begun_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
