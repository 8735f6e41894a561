// SPDX-License-Identifier: BSD-2-Clause
#include <ha/flow_queue.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>

#define LOG2 4
#define SIZE (1u << LOG2)

static void put(struct fc_flow_queue *q, unsigned flows, bool cut)
{
	struct fc_flow_message m = {.monitor = 1};

	while (flows--)
		assert_true(fc_flow_queue_put(q, &m));
	m.cut = true;
	if (cut)
		assert_true(fc_flow_queue_put(q, &m));
}

static void pop(struct fc_flow_queue *q, unsigned messages)
{
	while (messages--)
		fc_flow_queue_pop(q);
}

static struct fc_flow_queue *a_queue(void)
{
	struct fc_flow_queue *q;

	assert_int_equal(fc_flow_queue_create(LOG2, &q), 0);
	assert_int_equal(fc_flow_queue_whole(q), 0);
	return q;
}

static void flows_are_whole_when_their_cut_is_there(void **state)
{
	struct fc_flow_queue *q = a_queue();

	(void)state;
	put(q, 3, false);
	assert_int_equal(fc_flow_queue_whole(q), 0);
	put(q, 0, true);
	assert_int_equal(fc_flow_queue_whole(q), 4);
	put(q, 2, false);
	assert_int_equal(fc_flow_queue_whole(q), 4);
	pop(q, 3);
	assert_int_equal(fc_flow_queue_whole(q), 1);
	pop(q, 1);
	assert_int_equal(fc_flow_queue_whole(q), 0);
	fc_flow_queue_destroy(q);
}

static void more_than_half_of_it_goes_on(void **state)
{
	struct fc_flow_queue *q = a_queue();

	(void)state;
	put(q, SIZE / 2, false);
	assert_int_equal(fc_flow_queue_whole(q), 0);
	put(q, SIZE / 2, false);
	assert_int_equal(fc_flow_queue_whole(q), SIZE / 2);
	pop(q, SIZE / 2);
	assert_int_equal(fc_flow_queue_whole(q), 0);
	put(q, 0, true);
	assert_int_equal(fc_flow_queue_whole(q), SIZE / 2 + 1);
	fc_flow_queue_destroy(q);
}

static void it_goes_round(void **state)
{
	struct fc_flow_queue *q = a_queue();

	(void)state;
	for (unsigned i = 0; i < 3 * SIZE; i++) {
		put(q, 2, true);
		put(q, 1, false);
		assert_int_equal(fc_flow_queue_whole(q), 3);
		pop(q, 4);
		assert_int_equal(fc_flow_queue_whole(q), 0);
	}
	assert_null(fc_flow_queue_head(q));
	fc_flow_queue_destroy(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_are_whole_when_their_cut_is_there),
		cmocka_unit_test(more_than_half_of_it_goes_on),
		cmocka_unit_test(it_goes_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
