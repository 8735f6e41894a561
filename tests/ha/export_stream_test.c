// SPDX-License-Identifier: BSD-2-Clause
/* A pair's exporter over TCP, TLS and Kafka: whenever one unit goes, what was committed arrives at
 * least once, and nothing else does. FC_SEED, FC_RUNS. */
#include "export_remote.h"
#include "export_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>

#define BROKERS 3
#define UNDER_WAY 10
#define LATE_STEPS 200 /* of the link; Kafka's client waits, too */
#define STEPS_MAX 20000

struct rig {
	struct world *w;
	const struct remote_ops *ops;
	struct remote *r;
	unsigned sessions; /* that there should be */
	uint64_t seed;
};

static uint64_t number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

/* Kernels and librdkafka's threads live in real time. */
static void look_after(void *context)
{
	struct rig *g = context;

	g->ops->step(g->r);
	usleep(g->ops->step_us);
}

static void open_rig(struct rig *g, const struct remote_ops *ops, uint64_t seed)
{
	struct fc_fnf_exporter *x;

	*g = (struct rig){.w = world_open(seed, 1), .ops = ops, .sessions = 1, .seed = seed};
	x = &g->w->config->fnf.exporter[0];
	/* Tables with rows and without, or the latter alone. */
	x->option[FC_OPTION_INTERFACES] = x->option[FC_OPTION_EXPORTER] = seed % 2;
	x->option[FC_OPTION_SAMPLERS] = true;
	x->option_seconds[FC_OPTION_SAMPLERS] = 1;
	g->r = ops->open(&g->w->judge[0], x);
	g->w->remote = look_after;
	g->w->remote_context = g;
	g->w->may_repeat = ops->may_repeat;
	world_start(g->w, 0, true);
	world_run(g->w, (unsigned)world_random(g->w, 100));
}

static void follow(struct rig *g, unsigned unit)
{
	world_start(g->w, unit, false);
	world_until_hot(g->w);
	world_run(g->w, (unsigned)world_random(g->w, 100));
}

static const struct fc_exporter *exporter_of(const struct rig *g, unsigned unit)
{
	return g->w->unit[unit].export->output[0].exporter;
}

/* Datagrams that have left a unit and may not have arrived. */
static uint64_t under_way(const struct rig *g, unsigned unit)
{
	const struct fc_exporter *e = exporter_of(g, unit);

	return fc_exporter_mark(e) - fc_exporter_queued(e) - fc_exporter_cursor(e);
}

/* More than a collector's host takes by itself. */
static void until_under_way(struct rig *g, unsigned unit)
{
	for (unsigned steps = 0; under_way(g, unit) < UNDER_WAY; steps++) {
		assert_true(steps < STEPS_MAX);
		world_run(g->w, 1);
	}
	world_run(g->w, (unsigned)world_random(g->w, 60));
}

/* Of brokers, one or all are gone, or silent: they have what they do not acknowledge. */
static void deaf(struct rig *g, bool is)
{
	static const unsigned one = 1, all = (1 << BROKERS) - 1;
	const unsigned parts[] = {one, one << BROKERS, all, all << BROKERS};

	g->ops->deaf(g->r, is, parts[(g->seed - 1) % 4]);
}

static void take_over(struct rig *g, unsigned unit)
{
	if (g->ops->sessions(g->r))
		assert_int_equal(g->ops->sessions(g->r), g->sessions);
	world_take_over(g->w, unit);
	g->sessions++;
}

/* The active unit ends: its process, or its host with all that is not out of it. */
static void crash(struct rig *g, unsigned active)
{
	if (world_random(g->w, 2))
		g->ops->lose_host(g->r);
	world_crash(g->w, active);
	deaf(g, false);
	take_over(g, !active);
}

/* Return messages, or flows, that came more than once. */
static unsigned judge(struct rig *g)
{
	unsigned again;

	world_drain(g->w);
	for (unsigned i = 0; i < 2; i++) {
		const struct unit *u = &g->w->unit[i];

		for (unsigned steps = 0; u->there && u->active && under_way(g, i); steps++) {
			assert_true(steps < STEPS_MAX);
			world_run(g->w, 1);
		}
	}
	for (unsigned steps = 0; !g->ops->done(g->r); steps++) {
		assert_true(steps < STEPS_MAX);
		world_run(g->w, 1);
	}
	world_books(g->w);
	world_judge(g->w);
	again = g->ops->verdict(g->r);
	if (g->ops->sessions(g->r))
		assert_int_equal(g->ops->sessions(g->r), g->sessions);
	return again;
}

static void close_rig(struct rig *g)
{
	world_close(g->w);
	g->ops->close(g->r);
}

/* ------------------------------------------------------------------ runs */
struct found {
	unsigned void_flows, again;
};

static void each_run(void **state, void (*run)(struct rig *g), struct found *found)
{
	const struct remote_ops *ops = *(const struct remote_ops *const *)*state;
	uint64_t seed = number_of("FC_SEED", 1), runs = number_of("FC_RUNS", ops->runs);

	*found = (struct found){0};
	for (uint64_t end = seed + runs; seed < end; seed++) {
		struct rig g;

		print_message("%s, seed %lu\n", ops->name, (unsigned long)seed);
		open_rig(&g, ops, seed);
		run(&g);
		found->again += judge(&g);
		found->void_flows += world_void(g.w);
		close_rig(&g);
	}
}

/* A cut is sealed and long on its way to the standby: what leaves too early arrives. */
static void before_the_cut_is_acknowledged(struct rig *g)
{
	struct unit *u = &g->w->unit[0];
	struct fc_cuts_look look;

	follow(g, 1);
	u->last_due_ns = g->w->now_ns + LATE_STEPS * STEP_NS;
	do {
		world_run(g->w, 1);
		fc_cuts_look(u->cuts, &look);
	} while (u->export->sealed <= look.acked);
	world_run(g->w, LATE_STEPS / 2);
	g->w->cut_off = true;
	crash(g, 0);
}

static void before_the_collector_has_it(struct rig *g)
{
	follow(g, 1);
	deaf(g, true);
	until_under_way(g, 0);
	crash(g, 0);
}

static void after_all(struct rig *g)
{
	follow(g, 1);
	world_drain(g->w);
	while (under_way(g, 0) || world_unknown(g->w, 0, 0))
		world_run(g->w, 1);
	crash(g, 0);
	g->w->per_epoch = 40;
	world_run(g->w, 100);
}

/* What it had before, the standby gets too. */
static void before_a_new_standby_came(struct rig *g)
{
	deaf(g, true);
	until_under_way(g, 0);
	follow(g, 1);
	assert_true(under_way(g, 0) > 0);
	crash(g, 0);
}

static void by_turns(struct rig *g)
{
	for (unsigned active = 0, times = 0; times < 3; times++, active = !active) {
		follow(g, !active);
		deaf(g, world_random(g->w, 2));
		world_run(g->w, (unsigned)world_random(g->w, 150));
		crash(g, active);
		world_run(g->w, (unsigned)world_random(g->w, 100));
	}
}

static void handed_over(struct rig *g)
{
	follow(g, 1);
	for (unsigned from = 0, times = 0; times < 3; times++, from = !from) {
		world_hand_over(g->w, from);
		g->sessions++;
		world_until_hot(g->w);
		world_run(g->w, (unsigned)world_random(g->w, 200));
	}
}

static void handed_over_deaf(struct rig *g)
{
	follow(g, 1);
	deaf(g, true);
	until_under_way(g, 0);
	world_hand_over(g->w, 0);
	g->sessions++;
	deaf(g, false);
	world_until_hot(g->w);
	world_run(g->w, (unsigned)world_random(g->w, 100));
}

/* ------------------------------------------------------------------ tests */
static void what_is_not_committed_never_leaves(void **state)
{
	struct found found;

	each_run(state, before_the_cut_is_acknowledged, &found);
	assert_true(found.void_flows > 0);
}

static void what_did_not_arrive_comes_again(void **state)
{
	struct found found;

	each_run(state, before_the_collector_has_it, &found);
	assert_true(found.again > 0);
}

static void what_was_acknowledged_does_not(void **state)
{
	struct found found;

	each_run(state, after_all, &found);
	assert_int_equal(found.again, 0);
}

static void a_new_standby_gets_what_has_not_arrived(void **state)
{
	struct found found;

	each_run(state, before_a_new_standby_came, &found);
}

static void crashes_by_turns(void **state)
{
	struct found found;

	each_run(state, by_turns, &found);
}

static void a_planned_switchover_repeats_nothing(void **state)
{
	struct found found;

	each_run(state, handed_over, &found);
	assert_int_equal(found.again + found.void_flows, 0);
}

static void a_planned_one_to_a_collector_that_is_stuck(void **state)
{
	struct found found;

	each_run(state, handed_over_deaf, &found);
	assert_int_equal(found.void_flows, 0);
}

static void a_standby_does_not_connect(void **state)
{
	const struct remote_ops *ops = *(const struct remote_ops *const *)*state;
	unsigned before;
	struct rig g;

	open_rig(&g, ops, number_of("FC_SEED", 1));
	world_run(g.w, 500); /* librdkafka looks around at its own pace */
	before = ops->connections(g.r);
	assert_true(before > 0);
	follow(&g, 1);
	world_run(g.w, 1500);
	assert_int_equal(ops->connections(g.r), before);
	crash(&g, 0);
	world_run(g.w, 100);
	judge(&g);
	close_rig(&g);
}

#define OVER(kind, test)                                                                           \
	{                                                                                          \
#test " " #kind, test, NULL, NULL, (void *)&kinds[kind]                            \
	}
#define OVER_EACH(test) OVER(TCP, test), OVER(TLS, test), OVER(KAFKA, test), OVER(KAFKA_JSON, test)

int main(void)
{
	enum { TCP, TLS, KAFKA, KAFKA_JSON };
	static const struct remote_ops *kinds[] = {&remote_tcp, &remote_tls, &remote_kafka,
						   &remote_json};
	const struct CMUnitTest tests[] = {
		OVER_EACH(what_is_not_committed_never_leaves),
		OVER_EACH(what_did_not_arrive_comes_again),
		OVER_EACH(what_was_acknowledged_does_not),
		OVER_EACH(a_new_standby_gets_what_has_not_arrived),
		OVER_EACH(crashes_by_turns),
		OVER_EACH(a_planned_switchover_repeats_nothing),
		OVER_EACH(a_planned_one_to_a_collector_that_is_stuck),
		OVER_EACH(a_standby_does_not_connect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
