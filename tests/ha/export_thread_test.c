// SPDX-License-Identifier: BSD-2-Clause
/* The export thread before collectors of our own: who gets what, what a change of configuration
 * does to it, and that nobody waits for a collector. */
#include <ha/clock.h>
#include <tests/driver/export/collector.h>

#include <arpa/inet.h>
#include <errno.h>
#include <ha/export_thread.h>
#include <poll.h>
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
#define WAIT_MS 10000
#define FLOODS 20

struct world {
	struct fc_export_thread *thread;
	struct fc_flow_queue *queue;
	struct fc_config *config;
	struct collector a, b;
	char error[200];
	uint64_t cuts, state;
};

static struct fc_fnf_exporter *add_exporter(struct world *w, const char *name, const char *port)
{
	int e = fc_fnf_exporter_add(&w->config->fnf, name);

	snprintf(w->config->fnf.exporter[e].destination,
		 sizeof(w->config->fnf.exporter[e].destination), "127.0.0.1");
	w->config->fnf.exporter[e].port = (uint16_t)atoi(port);
	return &w->config->fnf.exporter[e];
}

static int add_monitor(struct world *w, const char *name, const char *record)
{
	struct fc_fnf *fnf = &w->config->fnf;
	int m = fc_fnf_monitor_add(fnf, name);

	fnf->monitor[m].record = fc_fnf_record_find(fnf, record);
	assert_true(fnf->monitor[m].record >= 0);
	return m;
}

static void configure(struct world *w)
{
	if (fc_export_thread_configure(w->thread, w->config, w->error, sizeof(w->error)))
		fail_msg("%s", w->error);
}

static struct world *open_world(void)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->config = calloc(1, sizeof(*w->config));
	assert_non_null(w->config);
	w->state = 9;
	fc_config_init(w->config);
	w->config->card[7].there = true;
	collector_open(&w->a);
	collector_open(&w->b);
	assert_int_equal(fc_flow_queue_create(12, &w->queue), 0);
	assert_int_equal(fc_export_thread_start(&w->thread), 0);
	assert_int_equal(fc_export_thread_add(w->thread, w->queue), 0);
	return w;
}

static unsigned close_world(struct world *w)
{
	unsigned left;

	fc_export_thread_remove(w->thread, w->queue);
	left = fc_export_thread_stop(w->thread, 100);
	fc_flow_queue_destroy(w->queue);
	collector_close(&w->a);
	collector_close(&w->b);
	free(w->config);
	free(w);
	return left;
}

static void put(struct world *w, const struct fc_flow_message *m)
{
	uint64_t end = fc_clock_ms() + WAIT_MS;

	while (!fc_flow_queue_put(w->queue, m)) {
		assert_true(fc_clock_ms() < end);
		poll(NULL, 0, 1);
	}
}

/* Flows of a monitor and the cut after them. */
static void meter(struct world *w, int monitor, unsigned flows)
{
	struct fc_flow_message m = {.monitor = (uint8_t)monitor};

	m.cut_ns = CUT_NS + ++w->cuts * UINT64_C(1000000000);
	for (unsigned i = 0; i < flows; i++) {
		m.flow = synthetic_flow(&w->state, i, 4, START_NS);
		m.flow.octets &= INT32_MAX;
		put(w, &m);
	}
	m.cut = true;
	put(w, &m);
}

static void await(struct collector *c, unsigned records)
{
	uint64_t end = fc_clock_ms() + WAIT_MS;

	while (c->decoder.records < records && fc_clock_ms() < end) {
		poll(&(struct pollfd){.fd = c->fd, .events = POLLIN}, 1, 10);
		collector_read(c);
	}
	assert_int_equal(c->decoder.records, records);
}

/* ------------------------------------------------------------------ tests */
static void a_monitor_is_exported_in_two_protocols_at_once(void **state)
{
	struct world *w = open_world();
	int m = add_monitor(w, "M", "netflow-original");
	struct fc_export_look look;

	(void)state;
	add_exporter(w, "NINE", w->a.port)->protocol = FC_PROTOCOL_V9;
	add_exporter(w, "TEN", w->b.port)->protocol = FC_PROTOCOL_IPFIX;
	w->config->fnf.monitor[m].exporter[0] = 0;
	w->config->fnf.monitor[m].exporter[1] = 1;
	configure(w);
	meter(w, m, 500);
	await(&w->a, 500);
	await(&w->b, 500);
	assert_int_equal(w->a.decoder.version, 9);
	assert_int_equal(w->b.decoder.version, 10);
	assert_int_equal(fc_export_thread_look(w->thread, 1, &look), 0);
	assert_int_equal(look.clients, 1);
	assert_string_equal(look.client[0].name, "Flow Monitor M");
	assert_int_equal(look.client[0].records_sent, 500);
	assert_int_equal(look.templates, 1);
	assert_string_equal(look.address.destination, "127.0.0.1");
	assert_true(look.address.source_port != 0);
	fc_export_look_free(&look);
	assert_int_equal(fc_export_thread_clear(w->thread, 1), 0);
	assert_int_equal(fc_export_thread_look(w->thread, 1, &look), 0);
	assert_int_equal(look.client[0].records_sent + look.stats.datagrams_sent, 0);
	fc_export_look_free(&look);
	assert_int_equal(fc_export_thread_look(w->thread, 2, &look), -ENOENT);
	assert_int_equal(fc_export_thread_unwanted(w->thread), 0);
	assert_int_equal(close_world(w), 0);
}

static void option_tables_hold_what_is_configured(void **state)
{
	struct world *w = open_world();
	struct fc_fnf_exporter *e = add_exporter(w, "NINE", w->a.port);
	int s = fc_fnf_sampler_add(&w->config->fnf, "S");

	(void)state;
	w->config->fnf.sampler[s].mode = FC_SAMPLE_RANDOM;
	w->config->fnf.sampler[s].window = 100;
	for (unsigned i = 0; i < FC_OPTIONS; i++) {
		e->option[i] = true;
		e->option_seconds[i] = 600;
	}
	configure(w);
	meter(w, 0, 0); /* a cut is all it takes */
	while (w->a.decoder.option_templates < FC_OPTIONS ||
	       w->a.decoder.option_records < FC_CARD_PORTS_MAX + 3) {
		poll(&(struct pollfd){.fd = w->a.fd, .events = POLLIN}, 1, 10);
		collector_read(&w->a);
	}
	assert_int_equal(w->a.decoder.sequence_errors, 0);
	assert_int_equal(close_world(w), 0);
}

static void a_changed_exporter_goes_on_with_sequence_and_ids(void **state)
{
	struct world *w = open_world();
	int m = add_monitor(w, "M", "netflow-original");
	struct fc_fnf_exporter *e = add_exporter(w, "X", w->a.port);
	struct fc_export_look look;

	(void)state;
	e->protocol = FC_PROTOCOL_IPFIX;
	w->config->fnf.monitor[m].exporter[0] = 0;
	configure(w);
	meter(w, m, 300);
	await(&w->a, 300);
	e->port = (uint16_t)atoi(w->b.port);
	configure(w);
	meter(w, m, 200);
	w->b.decoder.expected_sequence = 300;
	await(&w->b, 200);
	assert_int_equal(w->b.decoder.sequence_errors, 0);
	assert_int_equal(fc_export_thread_look(w->thread, 0, &look), 0);
	assert_int_equal(look.template[0].id, 256);
	fc_export_look_free(&look);
	/* What it has no need to reopen for leaves it alone. */
	memcpy(e->description, "words", 6);
	configure(w);
	meter(w, m, 100);
	await(&w->b, 300);
	assert_int_equal(fc_export_thread_look(w->thread, 0, &look), 0);
	assert_int_equal(look.client[0].records_sent, 300);
	fc_export_look_free(&look);
	assert_int_equal(close_world(w), 0);
}

static void last_flows_of_a_monitor_that_goes_still_leave(void **state)
{
	struct world *w = open_world();
	int m = add_monitor(w, "M", "netflow-original");

	(void)state;
	add_exporter(w, "X", w->a.port);
	w->config->fnf.monitor[m].exporter[0] = 0;
	configure(w);
	memset(&w->config->fnf.monitor[m], 0, sizeof(w->config->fnf.monitor[m]));
	configure(w);
	poll(NULL, 0, 100); /* they come a while later */
	meter(w, m, 50);
	await(&w->a, 50);
	assert_int_equal(fc_export_thread_unwanted(w->thread), 0);
	assert_int_equal(close_world(w), 0);
}

static void flows_that_nobody_wants_are_counted(void **state)
{
	struct world *w = open_world();
	int m = add_monitor(w, "M", "netflow-original");
	uint64_t end = fc_clock_ms() + WAIT_MS;

	(void)state;
	configure(w);
	meter(w, m, 50);
	while (fc_export_thread_unwanted(w->thread) < 50 && fc_clock_ms() < end)
		poll(NULL, 0, 1);
	assert_int_equal(fc_export_thread_unwanted(w->thread), 50);
	assert_int_equal(close_world(w), 0);
}

/* A listener whose backlog takes the connection and that never reads. */
static int deaf_listener(char port[8])
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0), octets = 4096;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
	assert_int_equal(bind(fd, (struct sockaddr *)&a, size), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &size), 0);
	snprintf(port, 8, "%u", ntohs(a.sin_port));
	return fd;
}

static void a_deaf_collector_holds_up_neither_flows_nor_configuration(void **state)
{
	struct world *w = open_world();
	int m = add_monitor(w, "M", "netflow-original"), listener;
	struct fc_exporter_stats s;
	struct fc_fnf_exporter *e;
	uint64_t start;
	char port[8];

	(void)state;
	listener = deaf_listener(port);
	e = add_exporter(w, "DEAF", port);
	e->protocol = FC_PROTOCOL_IPFIX;
	e->transport = FC_TRANSPORT_TCP;
	add_exporter(w, "X", w->a.port);
	w->config->fnf.monitor[m].exporter[0] = 0;
	w->config->fnf.monitor[m].exporter[1] = 1;
	configure(w);
	start = fc_clock_ms();
	for (unsigned i = 1; i <= FLOODS; i++) {
		meter(w, m, 5000);
		await(&w->a, i * 5000);
	}
	assert_int_equal(fc_export_thread_stats(w->thread, 0, &s), 0);
	assert_true(s.ready && s.datagrams_queued > 0);
	print_message("%u flows in %lu ms past a deaf collector\n", FLOODS * 5000,
		      (unsigned long)(fc_clock_ms() - start));
	start = fc_clock_ms();
	memset(e, 0, sizeof(*e)); /* it goes, with what it has */
	configure(w);
	assert_true(fc_clock_ms() - start < 500);
	assert_int_equal(fc_export_thread_stats(w->thread, 0, &s), -ENOENT);
	close_world(w);
	close(listener);
}

static void an_exporter_that_cannot_open_is_named_and_the_others_work(void **state)
{
	struct world *w = open_world();
	int m = add_monitor(w, "M", "netflow-original");
	struct fc_fnf_exporter *e = add_exporter(w, "BAD", "1");

	(void)state;
	e->transport = FC_TRANSPORT_FILE;
	e->protocol = FC_PROTOCOL_IPFIX;
	snprintf(e->destination, sizeof(e->destination), "/nonexistent/flows");
	add_exporter(w, "GOOD", w->a.port);
	w->config->fnf.monitor[m].exporter[0] = 0;
	w->config->fnf.monitor[m].exporter[1] = 1;
	assert_int_equal(
		fc_export_thread_configure(w->thread, w->config, w->error, sizeof(w->error)),
		-ENOENT);
	assert_non_null(strstr(w->error, "flow exporter BAD: file:/nonexistent/flows"));
	meter(w, m, 10);
	await(&w->a, 10);
	assert_int_equal(close_world(w), 0);
}

/* The end: the dead one uses up the deadline, the live one has sent by then. */
static void at_the_end_the_dead_take_no_time_from_the_living(void **state)
{
	struct world *w = open_world();
	int m = add_monitor(w, "M", "netflow-original"), listener;
	struct fc_fnf_exporter *e;
	char port[8];

	(void)state;
	listener = deaf_listener(port);
	close(listener); /* nobody there */
	e = add_exporter(w, "DEAD", port);
	e->protocol = FC_PROTOCOL_IPFIX;
	e->transport = FC_TRANSPORT_TCP;
	add_exporter(w, "X", w->a.port);
	w->config->fnf.monitor[m].exporter[0] = 0;
	w->config->fnf.monitor[m].exporter[1] = 1;
	configure(w);
	meter(w, m, 500);
	fc_export_thread_remove(w->thread, w->queue);
	assert_true(fc_export_thread_stop(w->thread, 100) > 0);
	await(&w->a, 500);
	assert_int_equal(fc_export_thread_start(&w->thread), 0);
	assert_int_equal(close_world(w), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_monitor_is_exported_in_two_protocols_at_once),
		cmocka_unit_test(option_tables_hold_what_is_configured),
		cmocka_unit_test(a_changed_exporter_goes_on_with_sequence_and_ids),
		cmocka_unit_test(last_flows_of_a_monitor_that_goes_still_leave),
		cmocka_unit_test(flows_that_nobody_wants_are_counted),
		cmocka_unit_test(a_deaf_collector_holds_up_neither_flows_nor_configuration),
		cmocka_unit_test(at_the_end_the_dead_take_no_time_from_the_living),
		cmocka_unit_test(an_exporter_that_cannot_open_is_named_and_the_others_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
