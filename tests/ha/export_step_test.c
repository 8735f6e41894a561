// SPDX-License-Identifier: BSD-2-Clause
/* The export thread without its thread, its clock and its sockets, as a simulation uses it. */
#include <errno.h>
#include <ha/export_impl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>
#include <tests/driver/export/decoder.h>
#include <tests/wire/synthetic_flows.h>

#define START_NS UINT64_C(1795348800000000000)
#define STEP_NS UINT64_C(1000000)
#define FLOWS 2000

static uint64_t virtual_ns;

struct sink {
	struct decoder decoder;
	unsigned datagrams, exporter;
	bool busy;
};

static uint64_t virtual_clock(void)
{
	return virtual_ns;
}

static int take(void *context, unsigned exporter, const uint8_t *octets, size_t length)
{
	struct sink *s = context;

	if (s->busy)
		return -EAGAIN;
	s->exporter = exporter;
	s->datagrams++;
	assert_null(decoder_read(&s->decoder, octets, length));
	return 0;
}

static void configure(struct fc_export_thread *t)
{
	struct fc_config *config = calloc(1, sizeof(*config));
	struct fc_fnf_exporter *e;
	char error[200];
	int m;

	assert_non_null(config);
	fc_config_init(config);
	fc_fnf_exporter_add(&config->fnf, "OTHER");
	e = &config->fnf.exporter[fc_fnf_exporter_add(&config->fnf, "X")];
	snprintf(e->destination, sizeof(e->destination), "no.such.host.invalid");
	m = fc_fnf_monitor_add(&config->fnf, "M");
	config->fnf.monitor[m].record = fc_fnf_record_find(&config->fnf, "netflow-original");
	config->fnf.monitor[m].exporter[0] = 1;
	assert_int_equal(fc_export_thread_configure(t, config, error, sizeof(error)), 0);
	free(config);
}

static void meter(struct fc_flow_queue *queue, unsigned flows)
{
	struct fc_flow_message m = {.cut_ns = START_NS + UINT64_C(3600000000000)};
	uint64_t state = 3;

	for (unsigned i = 0; i < flows; i++) {
		m.flow = synthetic_flow(&state, i, 4, START_NS);
		m.flow.octets &= INT32_MAX;
		assert_true(fc_flow_queue_put(queue, &m));
	}
	m.cut = true;
	assert_true(fc_flow_queue_put(queue, &m));
}

static void what_is_metered_arrives_in_virtual_time(void **state)
{
	struct sink sink = {.busy = true};
	const struct fc_export_seams seams = {.deliver = take, .context = &sink};
	struct fc_exporter_stats stats;
	struct fc_export_thread *t;
	struct fc_flow_queue *queue;
	unsigned turns = 0;

	(void)state;
	virtual_ns = 1;
	fc_monotonic_source = virtual_clock;
	assert_int_equal(fc_export_thread_create(&seams, &t), 0);
	assert_int_equal(fc_flow_queue_create(12, &queue), 0);
	assert_int_equal(fc_export_thread_add(t, queue), 0);
	configure(t);
	meter(queue, FLOWS);
	for (; turns < 100; turns++, virtual_ns += STEP_NS)
		fc_export_thread_turn(t);
	assert_int_equal(sink.datagrams, 0);
	for (sink.busy = false; turns < 5000 && sink.decoder.records < FLOWS; turns++) {
		fc_export_thread_turn(t);
		virtual_ns += STEP_NS;
	}
	assert_int_equal(sink.decoder.records, FLOWS);
	assert_int_equal(sink.decoder.sequence_errors, 0);
	assert_int_equal(sink.exporter, 1);
	assert_true(turns > 100); /* paced by the virtual clock, not by ours */
	assert_int_equal(fc_export_thread_stats(t, 1, &stats), 0);
	assert_int_equal(stats.datagrams_sent, sink.datagrams);
	fc_export_thread_remove(t, queue);
	assert_int_equal(fc_export_thread_free(t), 0);
	fc_flow_queue_destroy(queue);
	fc_monotonic_source = NULL;
}

/* ------------------------------------------------------------------ the gate */
#define CLOSINGS 300

struct gatekeeper {
	struct fc_export_thread *thread;
	atomic_bool closed, stop;
	atomic_uint sent, too_late;
};

static int slowly(void *context, unsigned exporter, const uint8_t *octets, size_t length)
{
	struct gatekeeper *g = context;

	(void)exporter;
	(void)octets;
	(void)length;
	usleep(20);
	atomic_fetch_add(&g->sent, 1);
	if (atomic_load(&g->closed))
		atomic_fetch_add(&g->too_late, 1);
	return 0;
}

static void *turn_all_the_time(void *context)
{
	struct gatekeeper *g = context;

	while (!atomic_load(&g->stop))
		fc_export_thread_turn(g->thread);
	return NULL;
}

/* From the return on: a burst that had begun is over by then. */
static void nothing_leaves_after_the_gate_has_closed(void **state)
{
	struct gatekeeper *g = calloc(1, sizeof(*g));
	const struct fc_export_seams seams = {.deliver = slowly, .context = g};
	struct fc_flow_queue *queue;
	pthread_t thread;

	(void)state;
	assert_non_null(g);
	assert_int_equal(fc_export_thread_create(&seams, &g->thread), 0);
	assert_int_equal(fc_flow_queue_create(12, &queue), 0);
	assert_int_equal(fc_export_thread_add(g->thread, queue), 0);
	configure(g->thread);
	assert_int_equal(pthread_create(&thread, NULL, turn_all_the_time, g), 0);
	for (unsigned i = 0; i < CLOSINGS; i++) {
		if (!fc_flow_queue_head(queue))
			meter(queue, FLOWS);
		usleep((i * 37) % 500);
		fc_export_thread_gate(g->thread, i % 2 ? FC_RF_GATE_CLOSED : FC_RF_GATE_ACKED);
		atomic_store(&g->closed, true);
		usleep(100);
		atomic_store(&g->closed, false);
		fc_export_thread_gate(g->thread, FC_RF_GATE_OPEN);
	}
	atomic_store(&g->stop, true);
	pthread_join(thread, NULL);
	assert_int_equal(atomic_load(&g->too_late), 0);
	assert_true(atomic_load(&g->sent) > CLOSINGS);
	fc_export_thread_remove(g->thread, queue);
	fc_export_thread_free(g->thread);
	fc_flow_queue_destroy(queue);
	free(g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_metered_arrives_in_virtual_time),
		cmocka_unit_test(nothing_leaves_after_the_gate_has_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
