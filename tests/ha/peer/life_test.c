// SPDX-License-Identifier: BSD-2-Clause
/* Who is alive: heartbeats that are forged, missing, on one path; processes that stop or die. */
#include "tests/ha/peer/raw_peer.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct raw_peer peer;

/* ------------------------------------------------------------------ heartbeats */
static void forged_and_replayed_heartbeats_are_not_life(void **state)
{
	uint64_t end;

	(void)state;
	raw_peer_open_both(&peer);
	raw_peer_live(&peer, 300, 0);
	assert_true(rig_stats(2).path[0].received > 3);
	assert_int_equal(rig_stats(2).path[0].forged, 0);
	end = fc_clock_ms() + 3000;
	for (unsigned n = 0; !rig_unit_2_down() && fc_clock_ms() < end; n++) {
		raw_peer_beat(&peer, 0, 8 + n % 28, 0x10); /* forged */
		peer.number[0] = 0;
		raw_peer_beat(&peer, 0, 0, 0); /* number 1 again */
		rig_run(10, NULL);
	}
	rig_expect_down(FC_LINK_DOWN_SILENT, "no sign of life for 5");
	assert_true(rig_stats(2).path[0].forged > 3);
	assert_true(rig_stats(2).path[0].replayed > 3);
	assert_true(rig_logged("-4-PEERSILENT: unit 1"));
	raw_peer_close(&peer);
}

static void one_path_is_enough(void **state)
{
	(void)state;
	raw_peer_open_both(&peer);
	raw_peer_live(&peer, 300, 0);
	raw_peer_live(&peer, 300, 1);
	assert_true(rig_stats(2).path[0].alive && rig_stats(2).path[1].alive);
	raw_peer_live(&peer, 1000, 1);
	assert_false(rig_stats(2).path[0].alive);
	assert_true(rig_stats(2).path[1].alive);
	assert_true(rig_logged("-4-PEERPATH: heartbeat path 1"));
	assert_int_equal(rig_end[2].downs, 0);
	raw_peer_live(&peer, 100, 0);
	assert_true(rig_stats(2).path[0].alive);
	raw_peer_close(&peer);
}

/* Messages keep the session; a path whose heartbeats go elsewhere is said once, and when it comes.
 */
static void a_path_that_never_answers_is_said_once(void **state)
{
	static const char dumb[] = "-4-PEERPATH: heartbeat path 2 to ";
	uint64_t begin = fc_clock_ms();

	(void)state;
	raw_peer_open_both(&peer);
	raw_peer_live(&peer, 2500, 0);
	assert_false(rig_logged(dumb));
	raw_peer_live(&peer, 1100, 0);
	assert_true(fc_clock_ms() - begin > 3000);
	assert_int_equal(rig_lines(dumb), 1);
	assert_true(rig_logged("never answered (is it the peer's port, is UDP let through?)"));
	raw_peer_close(&peer);
	assert_true(rig_run(1000, rig_unit_2_down));
	raw_peer_open(&peer); /* in the next session it is known already */
	raw_peer_live(&peer, 3700, 0);
	assert_int_equal(rig_lines(dumb), 1);
	raw_peer_live(&peer, 200, 1);
	assert_true(rig_logged("-5-PEERPATH: heartbeat path 2 to "));
	assert_int_equal(rig_end[2].downs, 1);
	raw_peer_close(&peer);
}

static void messages_are_life_too(void **state)
{
	(void)state;
	raw_peer_open_both(&peer);
	raw_peer_live(&peer, 100, 0);
	for (unsigned n = 1; n <= 12; n++) {
		raw_peer_send(&peer, FC_MESSAGE_PING, n);
		rig_run(100, NULL);
	}
	assert_int_equal(rig_end[2].downs, 0);
	assert_int_equal(rig_end[2].messages, 12);
	assert_false(rig_stats(2).path[0].alive);
	raw_peer_close(&peer);
}

static void a_peer_without_any_heartbeat_is_silent_after_a_while(void **state)
{
	uint64_t begin;

	(void)state;
	raw_peer_open_both(&peer);
	begin = fc_clock_ms();
	rig_expect_down(FC_LINK_DOWN_SILENT, "no heartbeat on any path since the session began");
	assert_true(fc_clock_ms() - begin > 1000);
	raw_peer_close(&peer);
}

static void missing_numbers_are_counted(void **state)
{
	(void)state;
	raw_peer_open_both(&peer);
	raw_peer_live(&peer, 100, 0);
	peer.number[0] += 10;
	raw_peer_live(&peer, 60, 0);
	assert_int_equal(rig_stats(2).path[0].missed, 10);
	peer.number[0] -= 8; /* these had been late only */
	raw_peer_beat(&peer, 0, 0, 0);
	peer.number[0] += 8;
	raw_peer_live(&peer, 60, 0);
	assert_true(rig_stats(2).path[0].missed >= 9);
	raw_peer_close(&peer);
}

/* ------------------------------------------------------------------ processes */
/* Unit 1 in a process of its own; it ends with this one. */
static pid_t start_unit_1(void)
{
	struct fc_link_config config = rig_config(1);
	struct fc_link_report report;
	char why[FC_LINK_TEXT];
	struct fc_link *link;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fc_link_open(&config, &link, why))
		_exit(1);
	for (;;)
		if (fc_link_step(link, 1000, &report) == 1 && report.message)
			fc_message_free(report.message);
}

static bool unit_2_up_once(void)
{
	return rig_end[2].ups == 1;
}

static bool unit_2_up_twice(void)
{
	return rig_end[2].ups == 2;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Its kernel acknowledges TCP on; only heartbeats tell. */
static void a_peer_that_is_stopped_is_silent_and_comes_back(void **state)
{
	struct fc_link_config config;
	uint64_t begin, took;
	pid_t pid = start_unit_1();

	(void)state;
	config = rig_config(2);
	rig_open(2, &config);
	assert_true(rig_run(5000, unit_2_up_once));
	rig_run(300, NULL);
	kill(pid, SIGSTOP);
	begin = fc_clock_ms();
	rig_expect_down(FC_LINK_DOWN_SILENT, "no sign of life for 5");
	took = fc_clock_ms() - begin;
	printf("silent %llu ms after SIGSTOP, limit 500\n", (unsigned long long)took);
	assert_true(took >= 390 && took < 1500);
	kill(pid, SIGCONT);
	assert_true(rig_run(5000, unit_2_up_twice));
	stop(pid);
}

/* Stopped itself for longer than the limit: the peer did nothing wrong. */
static void who_was_stopped_itself_blames_nobody(void **state)
{
	pid_t pid, waker;
	struct fc_link_config config;

	(void)state;
	pid = start_unit_1();
	config = rig_config(2);
	config.misses = 4;
	rig_open(2, &config);
	assert_true(rig_run(5000, unit_2_up_once));
	rig_run(200, NULL);
	waker = fork();
	if (!waker) {
		usleep(450000);
		kill(getppid(), SIGCONT);
		_exit(0);
	}
	kill(getpid(), SIGSTOP);
	rig_run(200, NULL);
	waitpid(waker, NULL, 0);
	assert_true(rig_stats(2).timers_late >= 1);
	/* The peer's limit is 500 ms: it may have given up, this end must not. */
	if (rig_end[2].downs)
		assert_int_equal(rig_end[2].down.reason, FC_LINK_DOWN_CLOSED);
	stop(pid);
}

static void a_peer_that_is_killed_is_gone_at_once(void **state)
{
	struct fc_link_config config;
	pid_t pid = start_unit_1();

	(void)state;
	config = rig_config(2);
	rig_open(2, &config);
	assert_true(rig_run(5000, unit_2_up_once));
	stop(pid);
	assert_true(rig_run(400, rig_unit_2_down));
	assert_int_equal(rig_end[2].down.reason, FC_LINK_DOWN_CLOSED);
}

/* 3 x 10 ms here, a heartbeat each 100 ms there: nobody is silent. */
static void a_peer_with_another_interval_is_waited_for(void **state)
{
	struct fc_link_config config = rig_config(1);

	(void)state;
	rig_open(1, &config);
	config = rig_config(2);
	config.interval_ms = 10;
	config.misses = 3;
	rig_open(2, &config);
	assert_true(rig_run(5000, rig_both_up));
	rig_run(1500, NULL);
	assert_int_equal(rig_end[1].downs + rig_end[2].downs, 0);
	assert_true(rig_stats(2).path[0].received >= 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(forged_and_replayed_heartbeats_are_not_life),
		TEST(one_path_is_enough),
		TEST(a_path_that_never_answers_is_said_once),
		TEST(messages_are_life_too),
		TEST(a_peer_without_any_heartbeat_is_silent_after_a_while),
		TEST(missing_numbers_are_counted),
		TEST(a_peer_that_is_stopped_is_silent_and_comes_back),
		TEST(who_was_stopped_itself_blames_nobody),
		TEST(a_peer_that_is_killed_is_gone_at_once),
		TEST(a_peer_with_another_interval_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
