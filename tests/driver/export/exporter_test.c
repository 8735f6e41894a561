/* SPDX-License-Identifier: BSD-2-Clause */
#include "collector.h"

#include <errno.h>
#include <flowcard/export.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <tests/wire/synthetic_flows.h>

#define CLIENT 1 /* the first one */
#define NOW UINT64_C(1795348800000000000)

static struct fc_exporter *open_to(const char *port, struct fc_exporter_config config)
{
	struct fc_exporter *e = NULL;

	config.host = "127.0.0.1";
	config.port = port;
	config.boot_ns = NOW - 1000000000000;
	assert_int_equal(fc_exporter_open(&config, &e), 0);
	assert_int_equal(fc_exporter_client_add(e, "Flow Monitor M", NULL), CLIENT);
	return e;
}

/* One sealed datagram of one flow; the return value of the sealing. */
static int add_sealed(struct fc_exporter *e, unsigned version)
{
	uint64_t state = 5;
	struct fc_flow f = synthetic_flow(&state, 1, version, NOW - 3600000000000);

	assert_int_equal(fc_exporter_add(e, CLIENT, &f, 1, NOW), 0);
	return fc_exporter_seal(e, NOW);
}

static struct fc_exporter_stats stats_of(const struct fc_exporter *e)
{
	struct fc_exporter_stats s;

	fc_exporter_stats(e, &s);
	assert_int_equal(s.datagrams_sealed,
			 s.datagrams_sent + s.datagrams_queued + s.dropped_datagrams);
	return s;
}

static void the_gate_holds_what_was_sealed_after_the_mark(void **state)
{
	struct collector c;
	struct fc_exporter *e;
	uint64_t mark;

	(void)state;
	collector_open(&c);
	e = open_to(c.port, (struct fc_exporter_config){.protocol = FC_PROTOCOL_IPFIX});
	fc_exporter_gate(e, fc_exporter_mark(e));
	add_sealed(e, 4);
	mark = fc_exporter_mark(e);
	add_sealed(e, 6);
	assert_int_equal(fc_exporter_send(e, 1000), 0);
	assert_int_equal(collector_read(&c), 0);
	fc_exporter_gate(e, mark);
	assert_int_equal(fc_exporter_send(e, 1000), 0);
	assert_int_equal(collector_read(&c), 1);
	fc_exporter_gate(e, FC_EXPORTER_NO_GATE);
	assert_int_equal(fc_exporter_send(e, 1000), 0);
	assert_int_equal(collector_read(&c), 1);
	assert_int_equal(c.decoder.sequence_errors, 0);
	assert_int_equal(stats_of(e).records_sent, 2);
	fc_exporter_close(e);
	close(c.fd);
}

static void a_full_queue_drops_the_oldest_and_counts_it(void **state)
{
	struct collector c;
	struct fc_exporter *e;
	struct fc_exporter_stats s;

	(void)state;
	collector_open(&c);
	e = open_to(c.port, (struct fc_exporter_config){.queue_datagrams = 3});
	for (int i = 0; i < 3; i++)
		assert_int_equal(add_sealed(e, 4), 0);
	assert_int_equal(add_sealed(e, 4), -ENOBUFS);
	s = stats_of(e);
	assert_int_equal(s.dropped_datagrams, 1);
	assert_int_equal(s.dropped_flows, 1);
	assert_int_equal(fc_exporter_send(e, 1000), 0);
	c.decoder.expected_sequence = 1; /* the first one is what is missing */
	assert_int_equal(collector_read(&c), 3);
	assert_int_equal(c.decoder.sequence_errors, 0);
	fc_exporter_close(e);
	close(c.fd);
}

static void ipv6_in_v5_is_counted_not_silent(void **state)
{
	struct collector c;
	struct fc_exporter *e;
	struct fc_exporter_stats s;

	(void)state;
	collector_open(&c);
	e = open_to(c.port, (struct fc_exporter_config){.protocol = FC_PROTOCOL_V5});
	add_sealed(e, 6);
	s = stats_of(e);
	assert_int_equal(s.inexpressible, 1);
	assert_int_equal(s.dropped_flows, 1);
	assert_int_equal(s.flows, 0);
	assert_int_equal(s.datagrams_sealed, 0);
	fc_exporter_close(e);
	close(c.fd);
}

static void a_closed_port_is_counted_and_survived(void **state)
{
	struct collector c;
	struct fc_exporter *e;

	(void)state;
	collector_open(&c);
	e = open_to(c.port, (struct fc_exporter_config){.protocol = FC_PROTOCOL_V9});
	close(c.fd);
	for (int i = 0; i < 5; i++) {
		add_sealed(e, 4);
		assert_int_equal(fc_exporter_send(e, 1000), 0);
	}
	assert_int_equal(stats_of(e).datagrams_sent, 5);
	assert_true(stats_of(e).refused >= 1);
	assert_int_equal(stats_of(e).dropped_datagrams, 0);
	fc_exporter_close(e);
}

static uint64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void sending_keeps_the_rate_and_the_deadline(void **state)
{
	struct collector c;
	struct fc_exporter *e;
	uint64_t start;

	(void)state;
	collector_open(&c);
	e = open_to(c.port, (struct fc_exporter_config){.rate = 200});
	for (int i = 0; i < 48; i++)
		add_sealed(e, 4);
	start = monotonic_ms();
	assert_int_equal(fc_exporter_send(e, 0), 40); /* one burst of 8 */
	assert_int_equal(collector_read(&c), 8);
	assert_true(fc_exporter_send(e, 20) >= 30);
	assert_int_equal(fc_exporter_send(e, 10000), 0);
	assert_true(monotonic_ms() - start >= 190); /* 40 at 200 a second */
	collector_read(&c);
	assert_int_equal(c.decoder.datagrams, 48);
	assert_int_equal(c.decoder.sequence_errors, 0);
	fc_exporter_close(e);
	close(c.fd);
}

static void a_cut_leaves_evenly_until_it_must_be_gone(void **state)
{
	struct collector c;
	struct fc_exporter *e;
	uint64_t start;
	int half;

	(void)state;
	collector_open(&c);
	e = open_to(c.port, (struct fc_exporter_config){.rate = 1000000});
	for (int i = 0; i < 100; i++)
		add_sealed(e, 4);
	fc_exporter_spread(e, 400);
	start = monotonic_ms();
	half = fc_exporter_send(e, 200);
	assert_true(half >= 30); /* of 100; not all at once */
	assert_int_equal(fc_exporter_send(e, 10000), 0);
	assert_true(monotonic_ms() - start >= 250);
	collector_read(&c);
	assert_int_equal(c.decoder.datagrams, 100);
	fc_exporter_close(e);
	close(c.fd);
}

/* What a receiver sees in the IP header of the datagram: class, TTL, source. */
static void it_looks_as_configured(void **state)
{
	struct fc_exporter_config config = {.protocol = FC_PROTOCOL_V9,
					    .host = "127.0.0.1",
					    .source = "127.0.0.7",
					    .dscp = 46,
					    .ttl = 9};
	uint8_t datagram[1500], control[256];
	struct sockaddr_in from = {0};
	struct iovec vector = {.iov_base = datagram, .iov_len = sizeof(datagram)};
	struct msghdr m = {.msg_name = &from,
			   .msg_namelen = sizeof(from),
			   .msg_iov = &vector,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	int on = 1, seen = 0;
	struct collector c;
	struct fc_exporter *e;

	(void)state;
	collector_open(&c);
	setsockopt(c.fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on));
	setsockopt(c.fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on));
	e = open_to(c.port, config);
	add_sealed(e, 4);
	assert_int_equal(fc_exporter_send(e, 1000), 0);
	assert_true(recvmsg(c.fd, &m, 0) > 0);
	for (struct cmsghdr *h = CMSG_FIRSTHDR(&m); h; h = CMSG_NXTHDR(&m, h)) {
		seen++;
		if (h->cmsg_type == IP_TOS)
			assert_int_equal(*CMSG_DATA(h), 46 << 2);
		else
			assert_int_equal(*CMSG_DATA(h), 9);
	}
	assert_int_equal(seen, 2);
	assert_int_equal(ntohl(from.sin_addr.s_addr), 0x7f000007);
	fc_exporter_close(e);
	close(c.fd);
}

static void a_source_can_be_an_interface_or_nothing_of_ours(void **state)
{
	struct fc_exporter_config config = {.host = "127.0.0.1", .port = "9", .source = "lo"};
	struct fc_exporter_address address;
	struct fc_exporter *e;

	(void)state;
	assert_int_equal(fc_exporter_open(&config, &e), 0);
	assert_int_equal(fc_exporter_wait(e, 0), 0);
	fc_exporter_address(e, &address);
	assert_string_equal(address.source, "127.0.0.1");
	fc_exporter_close(e);
	config.source = "192.0.2.77";
	assert_int_equal(fc_exporter_open(&config, &e), 0);
	assert_int_equal(fc_exporter_wait(e, 0), -EADDRNOTAVAIL);
	fc_exporter_close(e);
}

static void it_sends_over_ipv6_too(void **state)
{
	struct fc_exporter_config config = {
		.protocol = FC_PROTOCOL_IPFIX, .host = "::1", .port = "9"};
	struct fc_exporter *e;

	(void)state;
	assert_int_equal(fc_exporter_open(&config, &e), 0);
	assert_int_equal(fc_exporter_client_add(e, "Flow Monitor M", NULL), CLIENT);
	if (fc_exporter_wait(e, 0)) {
		fc_exporter_close(e);
		skip();
	}
	add_sealed(e, 6);
	assert_int_equal(fc_exporter_send(e, 1000), 0);
	assert_int_equal(stats_of(e).datagrams_sent, 1);
	fc_exporter_close(e);
}

static void destinations_are_parsed_or_refused(void **state)
{
	static const struct {
		const char *text, *host, *port;
	} cases[] = {
		{"udp:127.0.0.1:2055", "127.0.0.1", "2055"},
		{"udp:[::1]:4739", "::1", "4739"},
		{"udp:collector.example:ipfix", "collector.example", "ipfix"},
		{"tcp:127.0.0.1:2055", NULL, NULL},
		{"udp:127.0.0.1", NULL, NULL},
		{"udp::2055", NULL, NULL},
		{"udp:host:", NULL, NULL},
		{"udp:host:0", NULL, NULL},
		{"udp:host:65536", NULL, NULL},
		{"udp:::1:2055", NULL, NULL},
		{"udp:[::1:2055", NULL, NULL},
		{"udp:[::1]2055", NULL, NULL},
		{"udp:[]:2055", NULL, NULL},
		{"udp:a-host-name-that-is-longer-than-the-buffer:1", NULL, NULL},
		{"", NULL, NULL},
	};
	char host[32], port[16];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int err = fc_exporter_destination(cases[i].text, host, sizeof(host), port,
						  sizeof(port));

		assert_int_equal(err, cases[i].host ? 0 : -EINVAL);
		if (!err) {
			assert_string_equal(host, cases[i].host);
			assert_string_equal(port, cases[i].port);
		}
	}
}

static void protocols_are_parsed_or_refused(void **state)
{
	enum fc_protocol protocol;

	(void)state;
	assert_int_equal(fc_protocol_parse("v5", &protocol), 0);
	assert_int_equal(protocol, FC_PROTOCOL_V5);
	assert_int_equal(fc_protocol_parse("IPFIX", &protocol), 0);
	assert_int_equal(protocol, FC_PROTOCOL_IPFIX);
	assert_int_equal(fc_protocol_parse("v7", &protocol), -EINVAL);
}

static void open_says_what_is_wrong(void **state)
{
	struct fc_exporter_config config = {.host = "no-such-host.invalid", .port = "1"};
	struct fc_exporter *e;

	(void)state;
	assert_int_equal(fc_exporter_open(&config, &e), 0);
	assert_int_equal(fc_exporter_wait(e, 10000), -ENOENT);
	fc_exporter_close(e);
	config.host = "127.0.0.1";
	config.payload_max = 71; /* a v5 header and record have 72 */
	assert_int_equal(fc_exporter_open(&config, &e), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_gate_holds_what_was_sealed_after_the_mark),
		cmocka_unit_test(a_full_queue_drops_the_oldest_and_counts_it),
		cmocka_unit_test(ipv6_in_v5_is_counted_not_silent),
		cmocka_unit_test(a_closed_port_is_counted_and_survived),
		cmocka_unit_test(sending_keeps_the_rate_and_the_deadline),
		cmocka_unit_test(a_cut_leaves_evenly_until_it_must_be_gone),
		cmocka_unit_test(it_looks_as_configured),
		cmocka_unit_test(a_source_can_be_an_interface_or_nothing_of_ours),
		cmocka_unit_test(it_sends_over_ipv6_too),
		cmocka_unit_test(destinations_are_parsed_or_refused),
		cmocka_unit_test(protocols_are_parsed_or_refused),
		cmocka_unit_test(open_says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
