// SPDX-License-Identifier: BSD-2-Clause
/* Two exporters with the same datagrams: one sends, the other goes on. */
#include "collector.h"

#include <arpa/inet.h>
#include <errno.h>
#include <flowcard/export.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>
#include <tests/wire/synthetic_flows.h>

#define START_NS UINT64_C(1795348800000000000)
#define CUT_NS (START_NS + UINT64_C(3600000000000))
#define KEPT 512

/* Every datagram that left, as it was. */
struct sink {
	struct {
		size_t length;
		uint8_t octets[1500];
	} datagram[KEPT];
	unsigned count;
};

static int take(void *context, const uint8_t *octets, size_t length)
{
	struct sink *s = context;

	assert_true(s->count < KEPT && length <= sizeof(s->datagram[0].octets));
	s->datagram[s->count].length = length;
	memcpy(s->datagram[s->count++].octets, octets, length);
	return 0;
}

static struct fc_exporter *open_one(enum fc_protocol protocol, struct sink *sink, const char *first,
				    const char *second)
{
	const struct fc_exporter_config config = {.protocol = protocol,
						  .domain = 7,
						  .host = "x",
						  .port = "1",
						  .rate = 1000000,
						  .queue_datagrams = 64,
						  .deliver = take,
						  .deliver_context = sink};
	struct fc_exporter *e;

	assert_int_equal(fc_exporter_open(&config, &e), 0);
	assert_true(fc_exporter_client_add(e, first, NULL) > 0);
	assert_true(fc_exporter_client_add(e, second, NULL) > 0);
	return e;
}

static void meter(struct fc_exporter *e, int client, unsigned flows, uint64_t now_ns)
{
	static uint64_t state = 5;

	for (unsigned i = 0; i < flows; i++) {
		struct fc_flow f = synthetic_flow(&state, i, 4, START_NS);

		f.octets &= INT32_MAX;
		fc_exporter_add(e, client, &f, 1, now_ns);
	}
	fc_exporter_seal(e, now_ns);
}

/* All that the other one lacks. */
static void replicate(const struct fc_exporter *from, struct fc_exporter *to, uint64_t number)
{
	uint8_t state[FC_EXPORTER_STATE_MAX];
	size_t size = fc_exporter_state(from, state, sizeof(state));
	struct fc_exporter_datagram d;

	assert_true(size > 0);
	assert_int_equal(fc_exporter_state_check(state, size), 0);
	assert_int_equal(fc_exporter_state_take(to, state, size), 0);
	for (; !fc_exporter_sealed(from, number, &d); number = d.number + 1)
		assert_int_equal(fc_exporter_restore(to, &d), 0);
	fc_exporter_align(to, fc_exporter_mark(from));
}

static void send_all(struct fc_exporter *e)
{
	while (fc_exporter_send(e, 10))
		;
}

static void the_books_are_right(const struct fc_exporter *e)
{
	uint64_t added = 0, done = 0, queued = 0, owned = 0;
	struct fc_exporter_client_stats c;
	struct fc_exporter_datagram d;
	struct fc_exporter_stats s;

	fc_exporter_stats(e, &s);
	for (uint64_t n = 0; !fc_exporter_sealed(e, n, &d); n = d.number + 1)
		queued += d.records;
	for (uint64_t n = 0; !fc_exporter_sealed(e, n, &d); n = d.number + 1)
		for (unsigned i = 0; i < FC_EXPORTER_SHARES; i++)
			owned += d.share[i].client ? d.share[i].records : 0;
	assert_int_equal(s.datagrams_sealed, s.datagrams_sent + s.datagrams_queued +
						     s.dropped_datagrams + s.datagrams_skipped);
	assert_int_equal(s.records_sealed, s.records_sent + queued + s.dropped_flows -
						   s.inexpressible + s.records_skipped);
	for (unsigned i = 1; i < FC_EXPORTER_CLIENTS; i++) {
		if (fc_exporter_client_stats(e, i, &c))
			continue;
		added += c.records_added;
		done += c.records_sent + c.records_failed + c.records_skipped;
	}
	assert_int_equal(added, done + owned + s.records_open);
}

/* A collector reads datagrams from number `from` on. */
static void collect(struct decoder *d, const struct sink *s, unsigned from, unsigned to)
{
	for (; from < to; from++) {
		const char *wrong =
			decoder_read(d, s->datagram[from].octets, s->datagram[from].length);

		if (wrong)
			fail_msg("datagram %u: %s", from, wrong);
	}
}

/* ------------------------------------------------------------------ tests */
#define SENT 5 /* by the first one, before the other one goes on */

/* Octets, datagrams and records sent, and flows dropped: where they stand in a state. */
static void have_the_same_totals(const struct fc_exporter *a, const struct fc_exporter *b)
{
	uint8_t one[FC_EXPORTER_STATE_MAX], other[FC_EXPORTER_STATE_MAX];

	assert_true(fc_exporter_state(a, one, sizeof(one)) > 76);
	assert_true(fc_exporter_state(b, other, sizeof(other)) > 76);
	assert_memory_equal(one + 44, other + 44, 32);
}

static void goes_on(enum fc_protocol protocol)
{
	struct sink *one = calloc(1, sizeof(*one)), *other = calloc(1, sizeof(*other));
	struct fc_exporter *a = open_one(protocol, one, "A", "B");
	struct fc_exporter *b = open_one(protocol, other, "B", "A"); /* other numbers */
	struct fc_exporter *c = open_one(protocol, other, "A", "B"); /* a late one */
	struct decoder collector = {0};
	unsigned again;

	assert_int_equal(fc_exporter_option(a, FC_OPTION_VRFS, 600, NULL, 0, CUT_NS), 0);
	assert_int_equal(fc_exporter_option(b, FC_OPTION_VRFS, 600, NULL, 0, CUT_NS), 0);
	meter(a, 1, 300, CUT_NS);
	meter(a, 2, 100, CUT_NS + 1);
	replicate(a, b, 0);
	assert_int_equal(fc_exporter_mark(b), fc_exporter_mark(a));
	assert_int_equal(fc_exporter_sequence(b), fc_exporter_sequence(a));
	fc_exporter_gate(a, SENT);
	send_all(a);
	assert_int_equal(fc_exporter_cursor(a), SENT);
	assert_int_equal(fc_exporter_skip(b, fc_exporter_cursor(a)), SENT);
	fc_exporter_gate(a, FC_EXPORTER_NO_GATE);
	send_all(a); /* what nobody sees: the collector has the first ones of it */
	send_all(b);
	again = other->count;
	assert_int_equal(again, one->count - SENT);
	for (unsigned i = 0; i < again; i++) {
		assert_int_equal(other->datagram[i].length, one->datagram[SENT + i].length);
		assert_memory_equal(other->datagram[i].octets, one->datagram[SENT + i].octets,
				    other->datagram[i].length);
	}
	the_books_are_right(a);
	the_books_are_right(b);
	have_the_same_totals(a, b);
	replicate(a, c, 0);
	have_the_same_totals(a, c);
	assert_int_equal(fc_exporter_announce(b), 0);
	meter(b, 1, 50, CUT_NS + UINT64_C(1000000000));
	meter(b, 2, 50, CUT_NS + UINT64_C(1000000000));
	send_all(b);
	the_books_are_right(b);
	collect(&collector, one, 0, SENT);
	collect(&collector, other, 0, other->count);
	assert_int_equal(collector.records, 500);
	assert_int_equal(collector.sequence_errors, 0);
	/* One that begins now knows nothing, and needs nothing. */
	collector = (struct decoder){.expected_sequence = fc_exporter_sequence(a)};
	collect(&collector, other, again, other->count);
	assert_int_equal(collector.records, 100);
	assert_int_equal(collector.sequence_errors, 0);
	fc_exporter_close(a);
	fc_exporter_close(b);
	fc_exporter_close(c);
	free(one);
	free(other);
}

static void another_one_goes_on_in_every_protocol(void **state)
{
	(void)state;
	goes_on(FC_PROTOCOL_V5);
	goes_on(FC_PROTOCOL_V9);
	goes_on(FC_PROTOCOL_IPFIX);
}

static unsigned id_of(const struct fc_exporter *e, const char *client)
{
	struct fc_exporter_template t;

	for (unsigned i = 0; !fc_exporter_template(e, i, &t); i++)
		if (!strcmp(t.client, client))
			return t.id;
	return 0;
}

/* The first one has a history: a client that went, and came back last. */
static void ids_and_layouts_are_those_of_the_first(void **state)
{
	struct sink *sink = calloc(1, sizeof(*sink));
	struct fc_exporter *a = open_one(FC_PROTOCOL_V9, sink, "A", "B");
	struct fc_exporter *b = open_one(FC_PROTOCOL_V9, sink, "B", "A");
	struct fc_fnf_record record = {.name = "R"};

	(void)state;
	fc_fnf_record_usual(&record);
	record.fields--; /* another layout */
	fc_exporter_client_remove(a, 1, CUT_NS);
	assert_int_equal(fc_exporter_client_add(a, "C", &record), 1);
	assert_int_equal(fc_exporter_client_add(a, "A", NULL), 3);
	assert_true(fc_exporter_client_add(b, "ONLY HERE", &record) > 0);
	meter(a, 1, 10, CUT_NS);
	meter(a, 3, 10, CUT_NS);
	replicate(a, b, 0);
	assert_int_equal(id_of(b, "A"), id_of(a, "A"));
	assert_int_equal(id_of(b, "B"), id_of(a, "B"));
	assert_true(id_of(a, "A") != id_of(a, "B"));
	/* It has the layout of C, which this one does not have: C's id will do. */
	assert_int_equal(id_of(b, "ONLY HERE"), id_of(a, "C"));
	assert_int_equal(fc_exporter_client_add(b, "C", &record), 4);
	assert_true(id_of(b, "C") > id_of(b, "ONLY HERE"));
	replicate(a, b, fc_exporter_mark(a));
	assert_int_equal(id_of(b, "C"), id_of(a, "C"));
	the_books_are_right(b);
	fc_exporter_close(a);
	fc_exporter_close(b);
	free(sink);
}

/* The first one's queue was full: what gave way there is not sent here either. */
static void what_was_dropped_there_is_dropped_here(void **state)
{
	struct sink *sink = calloc(1, sizeof(*sink));
	struct fc_exporter *a = open_one(FC_PROTOCOL_IPFIX, sink, "A", "B");
	struct fc_exporter *b = open_one(FC_PROTOCOL_IPFIX, sink, "A", "B");
	struct fc_exporter_stats s;

	(void)state;
	meter(a, 1, 100, CUT_NS);
	replicate(a, b, 0);
	fc_exporter_stats(b, &s);
	assert_true(s.datagrams_queued > 0 && s.datagrams_restored == s.datagrams_queued);
	meter(a, 1, 4000, CUT_NS + 1);
	replicate(a, b, fc_exporter_mark(b));
	assert_int_equal(fc_exporter_mark(b), fc_exporter_mark(a));
	assert_int_equal(fc_exporter_queued(b), fc_exporter_queued(a));
	the_books_are_right(a);
	the_books_are_right(b);
	/* So it is when the cursor is told. */
	fc_exporter_skip(b, fc_exporter_cursor(a) + 3);
	assert_int_equal(fc_exporter_queued(b), fc_exporter_queued(a) - 3);
	the_books_are_right(b);
	fc_exporter_close(a);
	fc_exporter_close(b);
	free(sink);
}

static void what_does_not_fit_is_refused(void **state)
{
	static uint8_t octets[FC_EXPORTER_STATE_MAX], bad[FC_EXPORTER_STATE_MAX];
	struct sink *sink = calloc(1, sizeof(*sink));
	struct fc_exporter *a = open_one(FC_PROTOCOL_IPFIX, sink, "A", "B");
	struct fc_exporter *b = open_one(FC_PROTOCOL_V9, sink, "A", "B");
	struct fc_exporter_datagram d = {.length = 1401, .octets = bad};
	size_t size;

	(void)state;
	meter(a, 1, 100, CUT_NS);
	size = fc_exporter_state(a, octets, sizeof(octets));
	assert_int_equal(fc_exporter_state(a, octets, size - 1), 0);
	assert_int_equal(fc_exporter_state(a, octets, size), size);
	assert_int_equal(fc_exporter_state_take(b, octets, size), -EINVAL);
	for (size_t shorter = 0; shorter < size; shorter++)
		assert_int_equal(fc_exporter_state_check(octets, shorter), -EPROTO);
	assert_int_equal(fc_exporter_state_check(octets, size + 1), -EPROTO);
	/* No octet of it makes anything worse happen than another value. */
	for (size_t at = 0; at < size; at++) {
		memcpy(bad, octets, size);
		bad[at] ^= 0xff;
		if (!fc_exporter_state_check(bad, size))
			continue;
		assert_int_equal(fc_exporter_state_take(b, bad, size), -EPROTO);
	}
	assert_int_equal(fc_exporter_restore(b, &d), -EMSGSIZE);
	d.length = 100;
	d.number = 3;
	assert_int_equal(fc_exporter_restore(b, &d), 0);
	assert_int_equal(fc_exporter_restore(b, &d), -EEXIST);
	meter(b, 1, 1, CUT_NS);
	fc_exporter_discard(b);
	assert_int_equal(fc_exporter_queued(b), 0);
	the_books_are_right(b);
	fc_exporter_close(a);
	fc_exporter_close(b);
	free(sink);
}

/* ------------------------------------------------------------------ the guard */
struct guard {
	uint64_t mark;
	unsigned inside;
};

static uint64_t enter(void *context)
{
	struct guard *g = context;

	g->inside++;
	return g->mark;
}

static void leave(void *context)
{
	((struct guard *)context)->inside--;
}

static void nothing_leaves_beyond_what_the_guard_says(void **state)
{
	const struct fc_exporter_guard guard = {enter, leave};
	struct sink *sink = calloc(1, sizeof(*sink));
	struct guard g = {0};
	const struct fc_exporter_config config = {.protocol = FC_PROTOCOL_IPFIX,
						  .host = "x",
						  .port = "1",
						  .rate = 1000000,
						  .deliver = take,
						  .deliver_context = sink,
						  .guard = &guard,
						  .guard_context = &g};
	struct fc_exporter *e;

	(void)state;
	assert_int_equal(fc_exporter_open(&config, &e), 0);
	assert_true(fc_exporter_client_add(e, "A", NULL) > 0);
	meter(e, 1, 1000, CUT_NS);
	assert_true(fc_exporter_send(e, 20) > 0);
	assert_int_equal(sink->count, 0);
	g.mark = 3;
	assert_true(fc_exporter_send(e, 20) > 0);
	assert_int_equal(sink->count, 3);
	g.mark = FC_EXPORTER_NO_GATE;
	send_all(e);
	assert_int_equal(sink->count, fc_exporter_mark(e));
	assert_int_equal(g.inside, 0);
	fc_exporter_close(e);
	free(sink);
}

/* ------------------------------------------------------------------ sockets */
static uint16_t a_free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(a);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &size), 0);
	close(fd);
	return ntohs(a.sin_port);
}

static void a_fixed_port_is_shared_with_its_successor_only(void **state)
{
	struct fc_exporter_config config = {.host = "127.0.0.1",
					    .port = "9",
					    .source = "127.0.0.1",
					    .source_port = a_free_port()};
	struct fc_exporter *first, *second, *third;
	struct fc_exporter_address address;

	(void)state;
	assert_int_equal(fc_exporter_open(&config, &first), 0);
	fc_exporter_address(first, &address);
	assert_int_equal(address.source_port, config.source_port);
	assert_string_equal(address.source, "127.0.0.1");
	assert_int_equal(fc_exporter_open(&config, &third), -EADDRINUSE);
	config.port_shared = true;
	config.source = NULL; /* any address: the same port all the same */
	assert_int_equal(fc_exporter_open(&config, &second), 0);
	fc_exporter_address(second, &address);
	assert_int_equal(address.source_port, config.source_port);
	fc_exporter_close(first);
	fc_exporter_close(second);
}

static void a_source_that_will_come_is_bound_already(void **state)
{
	struct fc_exporter_config config = {.host = "127.0.0.1",
					    .port = "9",
					    .source = "192.0.2.77",
					    .source_port = a_free_port(),
					    .source_moves = true};
	struct fc_exporter *e;

	(void)state;
	assert_int_equal(fc_exporter_open(&config, &e), 0);
	assert_true(fc_exporter_wait(e, 0) < 0);
	assert_true(fc_exporter_client_add(e, "A", NULL) > 0);
	meter(e, 1, 10, CUT_NS);
	assert_int_equal(fc_exporter_send(e, 5), 1); /* it waits, and is not lost */
	fc_exporter_close(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_one_goes_on_in_every_protocol),
		cmocka_unit_test(ids_and_layouts_are_those_of_the_first),
		cmocka_unit_test(what_was_dropped_there_is_dropped_here),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(nothing_leaves_beyond_what_the_guard_says),
		cmocka_unit_test(a_fixed_port_is_shared_with_its_successor_only),
		cmocka_unit_test(a_source_that_will_come_is_bound_already),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
