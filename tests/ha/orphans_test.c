// SPDX-License-Identifier: BSD-2-Clause
/* Flows of slots without a card leave once, with a cut, and only while the unit is active. */
#include "checkpoint/bay.h"

#include <ha/orphans.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FLOWS = 700, SERVED = 2 }; /* slots 0 to 4 in turn */

struct bench {
	struct bay active, bay; /* who filled the base; who has it */
	struct fc_base *base;
	struct fc_flow_queue *queue;
	struct fc_orphans *orphans;
	bool served[256];
	uint64_t packets[5], flows, markers, number;
};

static bool served(void *context, unsigned slot)
{
	return ((struct bench *)context)->served[slot];
}

/* A base as another unit has left it: flow i is of slot i % 5 and has i packets. */
static void fill_base(struct bench *bench)
{
	struct fc_cut_member *member;
	struct fc_cut_ticket ticket;
	char why[FC_CUT_TEXT];

	bay_open(&bench->active, NULL);
	fc_cuts_mode(bench->active.cuts, FC_CUTS_PAIRED, 1);
	assert_int_equal(fc_cuts_member_add(bench->active.cuts, 1, 0, 1, &member, NULL), 0);
	assert_true(fc_cuts_join(member, 3, 1000, &ticket));
	for (uint64_t i = 1; i <= FLOWS; i++) {
		struct fc_cut_flow flow = bay_flow(i, i);

		flow.slot = i % 5;
		flow.flow.packets = i;
		fc_cuts_flow_now(member, &flow);
	}
	fc_cuts_part_done(member, 0);
	bay_marker(&bench->active, 1, 0);
	bay_seal(&bench->active);
	assert_int_equal(bay_deliver(&bench->active, bench->base, why), 0);
	fc_cuts_member_remove(member);
}

static void open_bench(struct bench *bench, unsigned queue_log2)
{
	struct fc_orphans_config config = {.served = served, .context = bench};

	memset(bench, 0, sizeof(*bench));
	bench->served[SERVED] = true;
	bay_open(&bench->bay, NULL);
	assert_int_equal(fc_base_create(4096, &bench->base), 0);
	fill_base(bench);
	fc_cuts_base_set(bench->bay.cuts, bench->base);
	fc_cuts_mode(bench->bay.cuts, FC_CUTS_STANDBY, 1);
	assert_int_equal(fc_flow_queue_create(queue_log2, &bench->queue), 0);
	config.cuts = bench->bay.cuts;
	config.queue = bench->queue;
	assert_int_equal(fc_orphans_create(&config, &bench->orphans), 0);
}

static void close_bench(struct bench *bench)
{
	fc_orphans_destroy(bench->orphans);
	fc_flow_queue_destroy(bench->queue);
	fc_base_destroy(bench->base);
	bay_close(&bench->bay);
	bay_close(&bench->active);
}

static void empty_queue(struct bench *bench)
{
	const struct fc_flow_message *m;

	while ((m = fc_flow_queue_head(bench->queue))) {
		if (m->cut) {
			bench->markers++;
			bench->number = m->number;
			if (m->number)
				fc_cuts_taken(bench->bay.cuts, m->slot, m->ring, m->number);
		} else {
			assert_int_equal(m->flow.end_reason, FC_END_FORCED);
			bench->packets[m->flow.packets % 5] += m->flow.packets;
			bench->flows++;
		}
		fc_flow_queue_pop(bench->queue);
	}
	bay_seal(&bench->bay);
}

static void run(struct bench *bench)
{
	for (unsigned i = 0; i < 2000; i++) {
		fc_orphans_turn(bench->orphans);
		empty_queue(bench);
	}
}

static uint64_t packets_of(unsigned slot)
{
	uint64_t sum = 0;

	for (uint64_t i = 1; i <= FLOWS; i++)
		sum += i % 5 == slot ? i : 0;
	return sum;
}

static void closed_once(struct bench *bench)
{
	struct fc_orphans_stats stats;
	struct fc_base_look look;

	for (unsigned s = 0; s < 5; s++)
		assert_int_equal(bench->packets[s], s == SERVED ? 0 : packets_of(s));
	assert_int_equal(bench->markers, 1);
	fc_orphans_stats(bench->orphans, &stats);
	assert_int_equal(stats.flows, bench->flows);
	assert_int_equal(stats.cuts, 1);
	fc_base_look(bench->base, &look);
	assert_int_equal(look.flows, FLOWS / 5);
}

static void nothing_is_touched_while_the_peer_is_active(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 12);
	run(&bench);
	assert_int_equal(bench.flows + bench.markers, 0);
	close_bench(&bench);
}

static void a_unit_alone_sends_them_at_once(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 12);
	fc_cuts_mode(bench.bay.cuts, FC_CUTS_ALONE, 2);
	run(&bench);
	closed_once(&bench);
	assert_int_equal(bench.number, 0);
	close_bench(&bench);
}

static void with_a_peer_they_belong_to_a_cut_and_the_member_goes(void **state)
{
	struct fc_cuts_look look;
	struct fc_base *other;
	char why[FC_CUT_TEXT];
	struct bench bench;

	(void)state;
	open_bench(&bench, 12);
	assert_int_equal(fc_base_create(4096, &other), 0);
	fc_cuts_mode(bench.bay.cuts, FC_CUTS_PAIRED, 2);
	run(&bench);
	closed_once(&bench);
	assert_true(bench.number > 0);
	fc_cuts_look(bench.bay.cuts, &look);
	assert_int_equal(look.members, 1);
	assert_int_equal(bay_deliver(&bench.bay, other, why), 0);
	run(&bench);
	fc_cuts_look(bench.bay.cuts, &look);
	assert_int_equal(look.members, 0);
	assert_true(look.acked >= bench.number);
	fc_base_destroy(other);
	close_bench(&bench);
}

static void a_small_queue_takes_them_in_turns(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 2);
	fc_cuts_mode(bench.bay.cuts, FC_CUTS_ALONE, 2);
	run(&bench);
	closed_once(&bench);
	close_bench(&bench);
}

static void a_flow_that_somebody_else_took_is_not_sent(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 3);
	fc_cuts_mode(bench.bay.cuts, FC_CUTS_ALONE, 2);
	for (unsigned i = 0; i < 20 && !bench.flows; i++) {
		fc_orphans_turn(bench.orphans);
		if (fc_flow_queue_head(bench.queue))
			break;
	}
	assert_true(fc_base_take(bench.base, FLOWS)); /* a card came */
	assert_false(fc_base_take(bench.base, FLOWS));
	run(&bench);
	assert_int_equal(bench.packets[0], packets_of(0) - FLOWS);
	close_bench(&bench);
}

static void its_thread_ends_when_it_is_told(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 12);
	assert_int_equal(fc_orphans_start(bench.orphans), 0);
	fc_cuts_mode(bench.bay.cuts, FC_CUTS_ALONE, 2);
	close_bench(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_touched_while_the_peer_is_active),
		cmocka_unit_test(a_unit_alone_sends_them_at_once),
		cmocka_unit_test(with_a_peer_they_belong_to_a_cut_and_the_member_goes),
		cmocka_unit_test(a_small_queue_takes_them_in_turns),
		cmocka_unit_test(a_flow_that_somebody_else_took_is_not_sent),
		cmocka_unit_test(its_thread_ends_when_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
