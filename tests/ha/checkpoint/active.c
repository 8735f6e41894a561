// SPDX-License-Identifier: BSD-2-Clause
#include "active.h"

struct bay active_bay;
struct fc_base *active_base;
struct fc_cuts_look active_look;
struct fc_base_look active_held;
struct fc_cut_ticket active_ticket;

static char active_why[FC_CUT_TEXT];

int active_setup(void **unused)
{
	(void)unused;
	bay_open(&active_bay, NULL);
	return fc_base_create(100000, &active_base);
}

int active_teardown(void **unused)
{
	(void)unused;
	bay_close(&active_bay);
	fc_base_destroy(active_base);
	return 0;
}

/* ------------------------------------------------------------------ steps of a test */
struct fc_cut_member *active_add(unsigned slot, unsigned ring)
{
	struct fc_cut_member *m;

	assert_int_equal(fc_cuts_member_add(active_bay.cuts, slot, ring, 1, &m, NULL), 0);
	return m;
}

void active_pair(void)
{
	fc_cuts_mode(active_bay.cuts, FC_CUTS_PAIRED, TERM);
}

bool active_join(struct fc_cut_member *m)
{
	return fc_cuts_join(m, 1, 1000, &active_ticket);
}

void active_give(struct fc_cut_member *m, uint64_t from, uint64_t count)
{
	for (uint64_t i = from; i < from + count; i++) {
		struct fc_cut_flow flow = bay_flow(i, i);

		assert_int_equal(fc_cuts_flows(m, &flow, 1), 1);
	}
}

void active_done(struct fc_cut_member *m)
{
	fc_cuts_part_done(m, 0);
	fc_cuts_taken(active_bay.cuts, m->slot, m->ring, active_bay.cuts->number);
}

void active_tick(unsigned ms)
{
	active_bay.now_ms += ms;
	fc_cuts_tick(active_bay.cuts);
}

int active_deliver(void)
{
	int err = bay_deliver(&active_bay, active_base, active_why);

	fc_base_look(active_base, &active_held);
	fc_cuts_look(active_bay.cuts, &active_look);
	return err;
}

void active_whole_cut(struct fc_cut_member *m, uint64_t from, uint64_t count)
{
	assert_true(active_join(m));
	active_give(m, from, count);
	active_done(m);
	bay_seal(&active_bay);
	assert_int_equal(active_deliver(), 0);
	assert_int_equal(active_bay.cuts->state, CUT_OPEN);
}
