// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two units of a pair in one process, over loopback, and somebody who sets the time of day far
 * ahead and far back: nobody takes over, nothing that waits for its time waits longer, or less.
 */
#include "tests/ha/config_text.h"
#include "tests/ha/time_of_day.h"
#include "tests/ha/unit_bench.h"
#include "tests/ha/unit_in_pair.h"

#include <ha/show/redundancy.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PORT (20000 + (unsigned)getpid() % 10000) /* tests run side by side */
#define DAY 86400
#define STAND_MS 1500 /* a cut, a PING and any number of heartbeats */
#define GAP_MAX_MS 60000

static struct fc_unit units[2];
static char folder[PAIR_FOLDER];

static void start_unit(unsigned u)
{
	static struct fc_config c;
	char text[500], error[200];

	snprintf(text, sizeof(text),
		 "redundancy\n mode sso\n unit %u\n peer 127.0.0.%u 127.0.0.%u port %u\n"
		 " key %s/key\n fencing witness file %s\n",
		 u + 1, u + 1, 2 - u, PORT, folder, folder);
	config_text_take(&c, text);
	if (fc_unit_start(&units[u], &c, open_place, error, sizeof(error)))
		fail_msg("%s", error);
}

static bool is_pair(unsigned active)
{
	return unit_state(&units[active]) == FC_RF_ACTIVE &&
	       unit_state(&units[!active]) == FC_RF_STANDBY_HOT &&
	       unit_gate(&units[active]) == FC_RF_GATE_ACKED;
}

#define await_pair(active)                                                                         \
	for (uint64_t until_ = fc_clock_ms() + 20000; !is_pair(active); breathe())                 \
		if (fc_clock_ms() > until_)                                                        \
			fail_msg("unit %u is not active with a hot peer", (active) + 1);

static void look_at(unsigned u, struct fc_show_redundancy *out)
{
	struct fc_show_redundancy *v;

	assert_int_equal(fc_unit_redundancy_view(&units[u], &v), 0);
	*out = *v;
	free(v);
}

static void set_days(long days)
{
	time_t before = time(NULL);

	time_of_day_set(days * DAY);
	assert_true(labs((long)(time(NULL) - before)) >= DAY);
}

static int setup(void **unused)
{
	(void)unused;
	make_pair_folder(folder, "fc_unit_clock");
	start_unit(0);
	start_unit(1);
	await_pair(0);
	return 0;
}

static int teardown(void **unused)
{
	char command[100];

	(void)unused;
	time_of_day_set(0);
	for (unsigned u = 0; u < 2; u++)
		fc_unit_stop(&units[u]);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static void a_pair_stands_whatever_time_of_day_it_is(void **unused)
{
	static const long days[] = {1, -400};
	static struct fc_show_redundancy was, is;
	char text[FC_RF_TEXT];

	(void)unused;
	for (unsigned i = 0; i < sizeof(days) / sizeof(*days); i++) {
		unsigned active = i % 2;

		look_at(active, &was);
		set_days(days[i]);
		for (uint64_t until = fc_clock_ms() + STAND_MS; fc_clock_ms() < until; breathe())
			assert_true(is_pair(active));
		look_at(active, &is);
		assert_int_equal(is.rf.term, was.rf.term);
		assert_int_equal(is.pair.link.sessions, was.pair.link.sessions);
		assert_true(is.pair.cuts.acked > was.pair.cuts.acked);
		assert_in_range(is.now_ms - was.now_ms, STAND_MS - 100, GAP_MAX_MS);
		assert_in_range(is.pair.link.path[0].gap_max_ms, 0, GAP_MAX_MS);
		assert_int_equal(
			fc_unit_redundancy_order(&units[active], FC_REDUNDANCY_FORCE, text), 0);
		await_pair(!active);
	}
}

/* The lower unit connects: it is set back while that one waits for its next try. */
static void a_unit_finds_its_peer_whatever_time_of_day_it_is(void **unused)
{
	(void)unused;
	fc_unit_stop(&units[1]);
	for (uint64_t until = fc_clock_ms() + LIMIT_MS; unit_gate(&units[0]) != FC_RF_GATE_OPEN;
	     breathe())
		assert_true(fc_clock_ms() < until);
	set_days(-800);
	start_unit(1);
	await_pair(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair_stands_whatever_time_of_day_it_is),
		cmocka_unit_test(a_unit_finds_its_peer_whatever_time_of_day_it_is),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
