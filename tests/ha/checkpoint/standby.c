// SPDX-License-Identifier: BSD-2-Clause
#include "standby.h"

struct fc_base *standby;
char standby_why[FC_CUT_TEXT];
uint64_t standby_differ;

int standby_setup(void **unused)
{
	(void)unused;
	return fc_base_create(1000, &standby);
}

int standby_teardown(void **unused)
{
	(void)unused;
	fc_base_destroy(standby);
	return 0;
}

/* ------------------------------------------------------------------ messages */
int standby_give(struct fc_message *m)
{
	struct fc_message *ack;
	struct fc_cut_id id;
	int got;

	assert_non_null(m);
	assert_false(m->overflow);
	got = fc_base_message(standby, m, &ack, standby_why);
	if (got == 1) {
		assert_int_equal(fc_cut_ack_read(ack, &id, &standby_differ, standby_why), 0);
		fc_message_free(ack);
	} else {
		assert_null(ack);
	}
	if (got < 0)
		assert_true(*standby_why);
	fc_message_free(m);
	return got;
}

struct fc_cut_id standby_cut(uint64_t number)
{
	return (struct fc_cut_id){.term = TERM, .number = number};
}

int standby_give_flow_of(struct fc_cut_id id, uint32_t member, const struct fc_cut_flow *flow)
{
	uint8_t packed[FC_CUT_FLOW_OCTETS];

	fc_cut_flow_put(packed, flow);
	return standby_give(fc_cut_flows_write(id, member, packed, 1));
}

int standby_give_flow(uint64_t number, uint64_t instance, uint64_t seed)
{
	struct fc_cut_flow flow = bay_flow(instance, seed);

	return standby_give_flow_of(standby_cut(number), 1, &flow);
}

int standby_give_closed(uint64_t number, uint64_t instance)
{
	uint8_t packed[8];

	fc_cut_instance_put(packed, instance);
	return standby_give(fc_cut_closed_write(standby_cut(number), packed, 1));
}

struct fc_cut_commit standby_commit_of(uint64_t number, uint64_t flows, uint64_t closed)
{
	return (struct fc_cut_commit){.id = standby_cut(number),
				      .counts = {.flows = flows, .closed = closed}};
}

int standby_commit(uint64_t number, uint64_t flows, uint64_t closed)
{
	struct fc_cut_commit c = standby_commit_of(number, flows, closed);

	return standby_give(fc_cut_commit_write(&c));
}

int standby_everything(uint64_t number)
{
	return standby_give(fc_cut_resend_write(standby_cut(number), UINT64_MAX));
}

void standby_begin(void)
{
	assert_int_equal(standby_everything(1), 0);
	for (uint64_t i = 1; i <= 3; i++)
		assert_int_equal(standby_give_flow(1, i, 1), 0);
	assert_int_equal(standby_commit(1, 3, 0), 1);
}

/* ------------------------------------------------------------------ looks */
bool standby_there(uint64_t instance, struct fc_cut_flow *out)
{
	size_t at = 0;

	while (fc_base_next(standby, &at, out, 1))
		if (out->instance == instance)
			return true;
	return false;
}

size_t standby_committed(void)
{
	struct fc_cut_flow out[7];
	size_t at = 0, all = 0, got;

	while ((got = fc_base_next(standby, &at, out, 7)))
		all += got;
	return all;
}

void standby_expect(uint64_t instance, uint64_t seed)
{
	struct fc_cut_flow got, want = bay_flow(instance, seed);

	assert_true(standby_there(instance, &got));
	assert_memory_equal(&got, &want, sizeof(got));
}
