// SPDX-License-Identifier: BSD-2-Clause
/* A link between two units that mean well: sessions, messages in order, ends, restarts. */
#include "tests/ha/peer/link_rig.h"

#include <errno.h>
#include <ha/peer/secure.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void send_one(unsigned unit, size_t octets)
{
	fc_link_send(rig_end[unit].link, rig_message(FC_MESSAGE_FLOWS, octets));
}

static bool both_down(void)
{
	return rig_end[1].downs > 0 && rig_end[2].downs > 0;
}

static bool both_up_twice(void)
{
	return rig_end[1].ups > 1 && rig_end[2].ups > 1 && rig_both_up();
}

static unsigned wanted;

static bool both_have_them(void)
{
	return rig_end[1].messages >= wanted && rig_end[2].messages >= wanted;
}

/* ------------------------------------------------------------------ sessions */
static void two_units_with_a_key_make_a_session(void **state)
{
	(void)state;
	rig_open_pair();
	assert_string_equal(rig_end[1].up.why, "unit 2");
	assert_string_equal(rig_stats(2).peer, rig_address(1));
	assert_string_equal(rig_stats(1).cipher, "TLS_AES_256_GCM_SHA384");
	assert_true(rig_stats(1).up && rig_stats(2).up);
	assert_true(rig_logged("-5-PEERUP: unit 2 at "));
	assert_true(rig_run(5000, rig_beats_came));
	assert_true(rig_stats(1).path[0].alive && rig_stats(2).path[1].alive);
	assert_int_equal(rig_stats(1).refused + rig_stats(2).refused, 0);
	assert_int_equal(rig_stats(1).path[0].forged + rig_stats(2).path[0].forged, 0);
}

static void two_units_that_do_not_know_each_other_keep_one_session(void **state)
{
	(void)state;
	for (unsigned unit = 1; unit <= 2; unit++) {
		struct fc_link_config config = rig_config(unit);

		config.peer = 0;
		rig_open(unit, &config);
	}
	assert_true(rig_run(5000, rig_both_up));
	rig_run(700, NULL);
	assert_int_equal(rig_end[1].ups, 1);
	assert_int_equal(rig_end[2].ups, 1);
	assert_int_equal(rig_end[1].downs + rig_end[2].downs, 0);
	assert_int_equal(rig_stats(1).refused + rig_stats(2).refused, 0);
}

static void heartbeats_find_a_path_when_none_is_given(void **state)
{
	(void)state;
	for (unsigned unit = 1; unit <= 2; unit++) {
		struct fc_link_config config = rig_config(unit);

		memset(config.path, 0, sizeof(config.path));
		rig_open(unit, &config);
	}
	assert_true(rig_run(5000, rig_both_up));
	rig_run(700, NULL);
	assert_true(rig_stats(1).path[0].alive);
	assert_false(rig_stats(1).path[1].there);
	assert_int_equal(rig_end[1].downs, 0);
}

/* Loopback has one such address: heartbeats go another way. */
static void the_link_speaks_ipv6(void **state)
{
	(void)state;
	if (access("/proc/net/if_inet6", F_OK))
		skip();
	for (unsigned unit = 1; unit <= 2; unit++) {
		struct fc_link_config config = rig_config(unit);

		config.port = (uint16_t)(20000 + getpid() % 20000);
		snprintf(config.local, sizeof(config.local), "::1");
		snprintf(config.remote, sizeof(config.remote), "::1");
		rig_open(unit, &config);
	}
	assert_true(rig_run(5000, rig_both_up));
	assert_string_equal(rig_stats(2).peer, "::1");
	assert_true(rig_run(5000, rig_beats_came));
}

static void cleartext_works_between_loopback_addresses_only(void **state)
{
	struct fc_link_config config;
	char why[FC_LINK_TEXT];
	struct fc_link *link;

	(void)state;
	for (unsigned unit = 1; unit <= 2; unit++) {
		config = rig_config(unit);
		config.cleartext = true;
		*config.key_file = 0;
		rig_open(unit, &config);
	}
	wanted = 1;
	assert_true(rig_run(5000, rig_both_up));
	send_one(1, 1000);
	send_one(2, 1000);
	assert_true(rig_run(5000, both_have_them));
	config.unit = 3;
	snprintf(config.remote, sizeof(config.remote), "192.0.2.1");
	assert_int_equal(fc_link_open(&config, &link, why), -EINVAL);
	assert_non_null(strstr(why, "loopback"));
}

/* ------------------------------------------------------------------ messages */
static void messages_of_all_lengths_arrive_in_order(void **state)
{
	static const size_t length[] = {
		0, 1, 7, 4096, 16383, 16384, 16385, 300000, FC_MESSAGE_BODY_MAX - FC_MESSAGE_FIELD};
	uint64_t octets = 0;

	(void)state;
	rig_open_pair();
	wanted = 50;
	for (unsigned n = 0; n < wanted; n++) {
		size_t count = length[n % (sizeof(length) / sizeof(*length))];

		send_one(1, count);
		send_one(2, count);
		octets += FC_MESSAGE_FIELD + count;
	}
	assert_true(rig_run(8000, both_have_them));
	assert_true(rig_end[1].octets == octets && rig_end[2].octets == octets);
	assert_true(rig_stats(1).sent_octets == octets + wanted * FC_MESSAGE_HEADER);
	assert_true(rig_stats(2).received_octets == octets + wanted * FC_MESSAGE_HEADER);
	assert_int_equal(rig_stats(2).received_messages, wanted);
	assert_int_equal(fc_link_queued(rig_end[1].link), 0);
}

/* The key of a direction changes every few records; nobody notices. */
static void keys_are_renewed_under_way(void **state)
{
	uint64_t before = fc_wire_rekey_octets;

	(void)state;
	rig_open_pair();
	fc_wire_rekey_octets = 100000;
	wanted = 100;
	for (unsigned n = 0; n < wanted; n++) {
		send_one(1, 50000);
		send_one(2, 50000);
	}
	assert_true(rig_run(8000, both_have_them));
	fc_wire_rekey_octets = before;
	assert_int_equal(rig_end[1].downs + rig_end[2].downs, 0);
}

static void what_is_sent_without_a_session_is_dropped(void **state)
{
	struct fc_link_config config = rig_config(1);

	(void)state;
	rig_open(1, &config);
	send_one(1, 100);
	assert_int_equal(fc_link_queued(rig_end[1].link), 0);
	config = rig_config(2);
	rig_open(2, &config);
	assert_true(rig_run(5000, rig_both_up));
	rig_run(50, NULL);
	assert_int_equal(rig_end[2].messages, 0);
}

static void a_message_that_overflowed_ends_the_session(void **state)
{
	struct fc_message *m;

	(void)state;
	rig_open_pair();
	m = fc_message_create(FC_MESSAGE_SAYS, 4);
	fc_message_put_u64(m, 1, 1);
	fc_link_send(rig_end[1].link, m);
	assert_true(rig_run(5000, both_down));
	assert_int_equal(rig_end[1].down.reason, FC_LINK_DOWN_LOCAL);
	assert_string_equal(rig_end[1].down.why, "a message of type 2 did not fit");
}

/* ------------------------------------------------------------------ threads */
static void *wake_later(void *pointer)
{
	struct timespec some = {.tv_nsec = 50000000};

	nanosleep(&some, NULL);
	fc_link_wake(pointer);
	return NULL;
}

static void a_wake_ends_the_wait(void **state)
{
	struct fc_link_config config = rig_config(2);
	struct fc_link_report report;
	uint64_t begin = fc_clock_ms();
	pthread_t thread;

	(void)state;
	rig_open(2, &config);
	pthread_create(&thread, NULL, wake_later, rig_end[2].link);
	assert_int_equal(fc_link_step(rig_end[2].link, 20000, &report), 0);
	assert_true(fc_clock_ms() - begin < 10000);
	pthread_join(thread, NULL);
}

#define SENDERS 4
#define EACH 500

static void *send_many(void *pointer)
{
	for (unsigned n = 0; n < EACH; n++)
		fc_link_send(pointer, rig_message(FC_MESSAGE_FLOWS, n));
	return NULL;
}

static void any_thread_may_send(void **state)
{
	pthread_t thread[SENDERS];

	(void)state;
	rig_open_pair();
	for (unsigned t = 0; t < SENDERS; t++)
		pthread_create(&thread[t], NULL, send_many, rig_end[1].link);
	assert_true(rig_unit_2_gets(SENDERS * EACH, 8000));
	for (unsigned t = 0; t < SENDERS; t++)
		pthread_join(thread[t], NULL);
	assert_int_equal(rig_end[2].messages, SENDERS * EACH);
}

/* ------------------------------------------------------------------ ends */
static void the_last_words_before_hanging_up_arrive(void **state)
{
	(void)state;
	rig_open_pair();
	send_one(2, 10);
	send_one(1, 1000);
	fc_link_hang_up(rig_end[1].link, FC_LINK_DOWN_LOCAL, "enough");
	assert_true(rig_run(5000, both_down));
	assert_int_equal(rig_end[2].messages, 1);
	assert_int_equal(rig_end[1].down.reason, FC_LINK_DOWN_LOCAL);
	assert_string_equal(rig_end[1].down.why, "enough");
	assert_int_equal(rig_end[2].down.reason, FC_LINK_DOWN_CLOSED);
	assert_string_equal(rig_end[2].down.why, "it was closed in order");
	assert_true(rig_logged("-5-PEERDOWN: unit 2"));
	assert_true(rig_run(5000, both_up_twice));
}

static void hang_up_at_once(struct rig_end *end, struct fc_message *m)
{
	fc_message_free(m);
	fc_link_hang_up(end->link, FC_LINK_DOWN_LOCAL, "that was one too many");
}

/* Whoever hangs up wants to hear no more, not even what has been read already. */
static void nothing_comes_after_hanging_up(void **state)
{
	(void)state;
	rig_open_pair();
	rig_end[2].on_message = hang_up_at_once;
	for (unsigned n = 0; n < 10; n++)
		send_one(1, 10);
	assert_true(rig_run(5000, both_down));
	assert_int_equal(rig_end[2].messages, 1);
}

static void a_unit_that_closes_says_what_is_queued(void **state)
{
	(void)state;
	rig_open_pair();
	send_one(1, 1000);
	fc_link_close(rig_end[1].link);
	rig_end[1].link = NULL;
	assert_true(rig_run(5000, rig_unit_2_down));
	assert_int_equal(rig_end[2].messages, 1);
	assert_int_equal(rig_end[2].down.reason, FC_LINK_DOWN_CLOSED);
}

/* Numbers begin at 1 again: rig_end's note looks at each. */
static void a_unit_that_comes_back_makes_a_new_session(void **state)
{
	struct fc_link_config config = rig_config(2);

	(void)state;
	rig_open_pair();
	for (unsigned unit = 1; unit <= 2; unit++) {
		config = rig_config(unit);
		fc_link_close(rig_end[unit].link);
		rig_end[unit].link = NULL;
		assert_true(rig_run(5000, unit == 1 ? rig_unit_2_down : both_down));
		rig_open(unit, &config);
		rig_end[unit].downs = rig_end[unit].ups;
		wanted = rig_end[1].messages + 1;
		assert_true(rig_run(5000, rig_both_up));
		send_one(1, 10);
		send_one(2, 10);
		assert_true(rig_run(5000, both_have_them));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(two_units_with_a_key_make_a_session),
		TEST(two_units_that_do_not_know_each_other_keep_one_session),
		TEST(heartbeats_find_a_path_when_none_is_given),
		TEST(the_link_speaks_ipv6),
		TEST(cleartext_works_between_loopback_addresses_only),
		TEST(messages_of_all_lengths_arrive_in_order),
		TEST(keys_are_renewed_under_way),
		TEST(what_is_sent_without_a_session_is_dropped),
		TEST(a_message_that_overflowed_ends_the_session),
		TEST(a_wake_ends_the_wait),
		TEST(any_thread_may_send),
		TEST(the_last_words_before_hanging_up_arrive),
		TEST(nothing_comes_after_hanging_up),
		TEST(a_unit_that_closes_says_what_is_queued),
		TEST(a_unit_that_comes_back_makes_a_new_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
