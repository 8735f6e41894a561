// SPDX-License-Identifier: BSD-2-Clause
/* Two export threads as a pair: random flows, late acknowledgements, a crash at any moment. What
 * one collector sees of both is judged. FC_SEED, FC_RUNS. */
#include "export_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>

#define RUNS 12
#define NEVER (UINT64_MAX - 1) /* no cut has the flows behind this one */
#define WINDOW_STEPS                                                                               \
	(10 + DELAY_STEPS + 2) /* of a cursor: between two, on its way, a turn each                \
				*/

static uint64_t number_of(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void each_run(void (*run)(uint64_t seed))
{
	uint64_t seed = number_of("FC_SEED", 1), runs = number_of("FC_RUNS", RUNS);

	for (uint64_t end = seed + runs; seed < end; seed++) {
		print_message("seed %lu\n", (unsigned long)seed);
		run(seed);
	}
}

static struct world *a_hot_pair(uint64_t seed, unsigned exporters)
{
	struct world *w = world_open(seed, exporters);

	world_start(w, 0, true);
	world_run(w, (unsigned)world_random(w, 100));
	world_start(w, 1, false);
	world_until_hot(w);
	world_run(w, (unsigned)world_random(w, 300));
	return w;
}

/* The active unit ends now. Duplicates: what it had sent and the peer could not know yet. */
static void crash_and_take_over(struct world *w, unsigned active)
{
	uint64_t may[WORLD_EXPORTERS], before[WORLD_EXPORTERS], sent[WORLD_EXPORTERS];
	uint64_t since = w->now_ns - WINDOW_STEPS * STEP_NS;

	fc_export_thread_turn(w->unit[!active].export);
	for (unsigned e = 0; e < w->exporters; e++) {
		may[e] = world_unknown(w, active, e);
		before[e] = w->judge[e].duplicates;
		sent[e] = judge_since(&w->judge[e], active, since);
		assert_true(may[e] <= sent[e] || w->may_lack); /* dropped ones are no duplicates */
	}
	world_crash(w, active);
	world_take_over(w, !active);
	world_run(w, 200);
	for (unsigned e = 0; e < w->exporters; e++)
		assert_true(w->judge[e].duplicates - before[e] <= may[e]);
}

static void end_and_judge(struct world *w)
{
	world_books(w);
	world_drain(w);
	world_books(w);
	world_judge(w);
	world_close(w);
}

/* ------------------------------------------------------------------ runs */
static void one_crash(uint64_t seed)
{
	struct world *w = a_hot_pair(seed, 3);

	crash_and_take_over(w, 0);
	for (unsigned e = 0; e < w->exporters; e++)
		assert_true(w->judge[e].late.datagrams > 0);
	end_and_judge(w);
}

static void one_crash_after_the_other(uint64_t seed)
{
	struct world *w = a_hot_pair(seed, 2);

	for (unsigned active = 0, times = 0; times < 4; times++, active = !active) {
		crash_and_take_over(w, active);
		world_start(w, active, false);
		world_until_hot(w);
		world_run(w, (unsigned)world_random(w, 150));
	}
	end_and_judge(w);
}

/* Before the standby is hot nothing is gated, and it does not take over. */
static void a_standby_that_never_was_hot(uint64_t seed)
{
	struct world *w = world_open(seed, 2);

	world_start(w, 0, true);
	world_run(w, 100);
	world_start(w, 1, false);
	world_run(w, (unsigned)world_random(w, 60));
	world_crash(w, 1);
	fc_export_thread_gate(w->unit[0].export, FC_RF_GATE_OPEN);
	fc_cuts_mode(w->unit[0].cuts, FC_CUTS_ALONE, w->term);
	w->unit[0].hot = false;
	world_run(w, 100);
	assert_int_equal(w->judge[0].duplicates, 0);
	end_and_judge(w);
}

/* A hot standby goes: what waited for it leaves, and the unit goes on alone. */
static void a_standby_that_goes(uint64_t seed)
{
	struct world *w = a_hot_pair(seed, 3);

	world_crash(w, 1);
	w->term++;
	fc_export_thread_gate(w->unit[0].export, FC_RF_GATE_OPEN);
	fc_cuts_mode(w->unit[0].cuts, FC_CUTS_ALONE, w->term);
	w->unit[0].hot = false;
	world_run(w, 100);
	world_start(w, 1, false);
	world_until_hot(w);
	world_run(w, (unsigned)world_random(w, 100));
	crash_and_take_over(w, 0);
	end_and_judge(w);
}

/* What one standby had acknowledged and nobody has taken yet, the next one gets, too. */
static void another_standby_meanwhile(uint64_t seed)
{
	struct world *w = a_hot_pair(seed, 3);

	w->deaf = true;
	world_run(w, 100);
	world_crash(w, 1);
	w->term++;
	fc_export_thread_gate(w->unit[0].export, FC_RF_GATE_OPEN);
	fc_cuts_mode(w->unit[0].cuts, FC_CUTS_ALONE, w->term);
	w->unit[0].hot = false;
	world_run(w, (unsigned)world_random(w, 50));
	world_start(w, 1, false);
	world_until_hot(w);
	world_run(w, (unsigned)world_random(w, 100));
	world_crash(w, 0);
	world_take_over(w, 1);
	w->deaf = false;
	end_and_judge(w);
}

static void handed_over(uint64_t seed)
{
	struct world *w = a_hot_pair(seed, 3);
	struct fc_export_pairing p;

	for (unsigned from = 0, times = 0; times < 3; times++, from = !from) {
		world_hand_over(w, from);
		world_until_hot(w);
		world_run(w, (unsigned)world_random(w, 200));
		fc_export_thread_pairing(w->unit[from].export, &p);
		assert_int_equal(p.given_up, 0);
		assert_true(p.following);
	}
	for (unsigned e = 0; e < w->exporters; e++)
		assert_int_equal(w->judge[e].duplicates, 0);
	end_and_judge(w);
}

/* Stopped for a while, it wakes as if it were still active, until it hears that it is not. */
static void stopped_and_woken(uint64_t seed)
{
	struct world *w = a_hot_pair(seed, 3);
	struct fc_export_pairing p;

	w->unit[0].stopped = true;
	world_run(w, (unsigned)world_random(w, 2 * DELAY_STEPS));
	w->term++;
	world_take_over(w, 1);
	world_run(w, 50 + (unsigned)world_random(w, 100));
	w->unit[0].stopped = false;
	world_run(w, (unsigned)world_random(w, 60));
	world_step_down(w, 0);
	world_run(w, 2);
	fc_export_thread_pairing(w->unit[0].export, &p);
	assert_true(p.following);
	world_until_hot(w);
	world_run(w, (unsigned)world_random(w, 100));
	crash_and_take_over(w, 1);
	end_and_judge(w);
}

/* The configuration comes to the units one after the other, in any order. */
static void configured_meanwhile(uint64_t seed)
{
	struct world *w = a_hot_pair(seed, 2);
	struct fc_fnf *fnf = &w->config->fnf;
	unsigned first = (unsigned)world_random(w, 2);
	struct fc_export_pairing p;

	for (unsigned times = 0; times < 3; times++) {
		fnf->exporter[0].rate = 5000 + 100 * times; /* it is opened anew */
		if (times == 1) {
			int s = fc_fnf_sampler_add(fnf, "S");

			fnf->sampler[s].mode = FC_SAMPLE_RANDOM;
			fnf->sampler[s].window = 10;
			fnf->exporter[1].option[FC_OPTION_SAMPLERS] = true;
			fnf->exporter[1].option_seconds[FC_OPTION_SAMPLERS] = 1;
		}
		world_configure(w, first);
		world_run(w, (unsigned)world_random(w, 40));
		world_configure(w, !first);
		world_run(w, (unsigned)world_random(w, 60));
	}
	if (world_random(w, 2)) { /* the last change reaches one of them only */
		fnf->exporter[0].rate = 6000;
		world_configure(w, first);
		world_run(w, (unsigned)world_random(w, 60));
	}
	world_crash(w, 0);
	world_take_over(w, 1);
	world_run(w, 200);
	fc_export_thread_pairing(w->unit[1].export, &p);
	assert_int_equal(p.lost + p.waiting, 0);
	world_configure(w, 1);
	world_start(w, 0, false);
	world_until_hot(w);
	world_run(w, (unsigned)world_random(w, 100));
	world_crash(w, 1);
	world_take_over(w, 0);
	end_and_judge(w);
}

/* What all clients of a unit's first exporter have together: that is what the exporter has. */
static struct fc_exporter_client_stats clients_of(struct world *w, unsigned unit)
{
	struct fc_exporter *e = w->unit[unit].export->output[0].exporter;
	struct fc_exporter_client_stats c, all = {0};
	struct fc_exporter_stats s;

	fc_exporter_stats(e, &s);
	for (unsigned n = 1; n < FC_EXPORTER_CLIENTS; n++) {
		if (fc_exporter_client_stats(e, n, &c))
			continue;
		all.records_added += c.records_added;
		all.records_sent += c.records_sent;
		all.records_skipped += c.records_skipped;
		all.octets_sent += c.octets_sent;
	}
	assert_int_equal(all.records_added, s.records_sealed + s.records_open);
	assert_int_equal(all.records_sent, s.records_sent);
	assert_int_equal(all.records_skipped, s.records_skipped);
	return all;
}

/* An exporter that was opened anew, then a switchover: what a unit has sent for its clients stays
 * its, and what it leaves to the other is said as that. */
static void clients_of_a_changed_exporter(uint64_t seed)
{
	struct world *w = a_hot_pair(seed, 1);
	unsigned first = (unsigned)world_random(w, 2);
	struct fc_exporter_client_stats before, after;

	w->config->fnf.exporter[0].rate = 5000;
	world_configure(w, first);
	world_run(w, (unsigned)world_random(w, 40));
	world_configure(w, !first);
	world_run(w, 100 + (unsigned)world_random(w, 100));
	before = clients_of(w, 0);
	assert_true(before.records_sent > 0);
	world_hand_over(w, 0);
	after = clients_of(w, 0);
	assert_true(after.records_sent >= before.records_sent);
	before = after;
	world_until_hot(w);
	world_run(w, 200);
	after = clients_of(w, 0);
	assert_int_equal(after.records_sent, before.records_sent);
	assert_int_equal(after.octets_sent, before.octets_sent);
	assert_true(after.records_skipped > before.records_skipped);
	assert_true(clients_of(w, 1).records_sent > 0);
	end_and_judge(w);
}

/* Queues overflow at the active unit: what is dropped there is not sent by the other one with
 * another content. */
static void overflowing(uint64_t seed)
{
	struct world *w = world_open(seed, 3);
	struct fc_exporter_stats s;

	w->queue = 12;
	w->may_lack = true;
	for (unsigned e = 0; e < w->exporters; e++)
		w->judge[e].may_lack = true;
	w->per_epoch = 2000;
	world_start(w, 0, true);
	world_start(w, 1, false);
	world_until_hot(w);
	world_run(w, 100 + (unsigned)world_random(w, 40));
	world_books(w);
	assert_int_equal(fc_export_thread_stats(w->unit[0].export, 1, &s), 0);
	assert_true(s.dropped_datagrams > 0);
	crash_and_take_over(w, 0);
	end_and_judge(w);
}

/* One ring is at its barrier, the other one not: what the first one closes meanwhile is of the next
 * cut, and must not be committed with this one. */
static void between_two_barriers(uint64_t seed)
{
	struct world *w = a_hot_pair(seed, 1);
	const uint64_t *held = w->unit[0].export->held;
	uint64_t cut;

	while (!held[0] == !held[1])
		world_run(w, 1);
	cut = held[0] + held[1];
	world_early(w, 0, held[0] ? 0 : 1, cut, 100);
	while (w->committed[1] < cut)
		world_run(w, 1);
	assert_int_equal(w->committed[1], cut);
	crash_and_take_over(w, 0);
	end_and_judge(w);
}

/* What a ring handed over that misses a cut is not in that cut: its vector does not cover it. */
static void a_ring_that_is_late(uint64_t seed)
{
	struct world *w = a_hot_pair(seed, 1);
	uint64_t cut;

	w->unit[0].late[1] = true;
	world_run(w, 3 * EPOCH_STEPS);
	cut = w->committed[1];
	world_early(w, 0, 1, NEVER, 100);
	while (w->committed[1] <= cut)
		world_run(w, 1);
	crash_and_take_over(w, 0);
	end_and_judge(w);
}

/* ------------------------------------------------------------------ tests */
static void a_flow_stays_in_its_cut(void **state)
{
	(void)state;
	each_run(between_two_barriers);
	each_run(a_ring_that_is_late);
}

static void a_crash_loses_nothing_that_was_acknowledged(void **state)
{
	(void)state;
	each_run(one_crash);
}

static void crashes_by_turns(void **state)
{
	(void)state;
	each_run(one_crash_after_the_other);
}

static void a_cold_standby_holds_nothing_up(void **state)
{
	(void)state;
	each_run(a_standby_that_never_was_hot);
}

static void a_standby_can_go_and_come(void **state)
{
	(void)state;
	each_run(a_standby_that_goes);
	each_run(another_standby_meanwhile);
}

static void a_planned_switchover_repeats_nothing(void **state)
{
	(void)state;
	each_run(handed_over);
}

static void a_stale_active_unit_says_nothing_new(void **state)
{
	(void)state;
	each_run(stopped_and_woken);
}

static void a_changed_configuration_loses_nothing(void **state)
{
	(void)state;
	each_run(configured_meanwhile);
}

static void clients_keep_what_was_sent_for_them(void **state)
{
	(void)state;
	each_run(clients_of_a_changed_exporter);
}

static void drops_stay_drops(void **state)
{
	(void)state;
	each_run(overflowing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_loses_nothing_that_was_acknowledged),
		cmocka_unit_test(crashes_by_turns),
		cmocka_unit_test(a_cold_standby_holds_nothing_up),
		cmocka_unit_test(a_standby_can_go_and_come),
		cmocka_unit_test(a_planned_switchover_repeats_nothing),
		cmocka_unit_test(a_stale_active_unit_says_nothing_new),
		cmocka_unit_test(a_changed_configuration_loses_nothing),
		cmocka_unit_test(clients_keep_what_was_sent_for_them),
		cmocka_unit_test(drops_stay_drops),
		cmocka_unit_test(a_flow_stays_in_its_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
