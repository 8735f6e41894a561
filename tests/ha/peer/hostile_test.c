// SPDX-License-Identifier: BSD-2-Clause
/* A peer that has the key and means ill, or has gone mad, or does not read. */
#include "tests/ha/peer/raw_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct raw_peer peer;

/* ------------------------------------------------------------------ what it says */
static void a_number_with_a_gap_ends_the_session(void **state)
{
	(void)state;
	raw_peer_open_both(&peer);
	raw_peer_send(&peer, FC_MESSAGE_HELLO, 1);
	assert_true(rig_unit_2_gets(1, 3000));
	raw_peer_send(&peer, FC_MESSAGE_SAYS, 3);
	rig_expect_down(FC_LINK_DOWN_PROTOCOL, "message 3 after message 1");
	assert_int_equal(rig_stats(2).bad_messages, 1);
	assert_true(rig_logged("-4-PEERPROTOCOL: unit 1"));
	raw_peer_close(&peer);
}

static void a_message_twice_ends_the_session(void **state)
{
	(void)state;
	raw_peer_open_both(&peer);
	raw_peer_send(&peer, FC_MESSAGE_HELLO, 1);
	raw_peer_send(&peer, FC_MESSAGE_HELLO, 1);
	rig_expect_down(FC_LINK_DOWN_PROTOCOL, "message 1 after message 1");
	assert_int_equal(rig_end[2].messages, 1);
	raw_peer_close(&peer);
}

static void a_message_that_does_not_parse_ends_the_session(void **state)
{
	uint8_t wire[] = {0, 1, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0,
			  0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 2, 7};

	(void)state;
	raw_peer_open_both(&peer);
	raw_peer_write(&peer, wire, sizeof(wire));
	rig_expect_down(FC_LINK_DOWN_PROTOCOL, "message 1 of type 1 does not parse");
	assert_int_equal(rig_stats(2).bad_messages, 1);
	raw_peer_close(&peer);
}

static void noise_through_tls_ends_the_session(void **state)
{
	uint8_t noise[3000];

	(void)state;
	raw_peer_open_both(&peer);
	memset(noise, 0xa5, sizeof(noise));
	raw_peer_write(&peer, noise, sizeof(noise));
	rig_expect_down(FC_LINK_DOWN_PROTOCOL, "no such message: type 42405");
	raw_peer_close(&peer);
}

static void noise_instead_of_tls_ends_the_session(void **state)
{
	uint8_t noise[3000];

	(void)state;
	raw_peer_open_both(&peer);
	memset(noise, 0xa5, sizeof(noise));
	assert_true(send(fc_wire_fd(peer.wire), noise, sizeof(noise), MSG_NOSIGNAL) > 0);
	rig_expect_down(FC_LINK_DOWN_PROTOCOL, "TLS: ");
	assert_int_equal(rig_end[2].messages, 0);
	raw_peer_close(&peer);
}

/* Both in one piece: the socket has nothing more to say when the session begins. */
static void a_message_right_behind_the_greeting_arrives(void **state)
{
	struct fc_link_config config = rig_config(2);

	(void)state;
	rig_open(2, &config);
	raw_peer_shake(&peer);
	raw_peer_greet(&peer, "flowcard", 1, 1);
	raw_peer_send(&peer, FC_MESSAGE_HELLO, 1);
	assert_true(rig_unit_2_gets(1, 1000));
	raw_peer_close(&peer);
}

static void half_a_message_is_none(void **state)
{
	uint8_t wire[] = {0, 1, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0};

	(void)state;
	raw_peer_open_both(&peer);
	raw_peer_write(&peer, wire, sizeof(wire));
	rig_run(50, NULL);
	raw_peer_close(&peer);
	rig_expect_down(FC_LINK_DOWN_CLOSED, ""); /* its kernel resets or closes */
	assert_int_equal(rig_end[2].messages, 0);
}

/* ------------------------------------------------------------------ who does not read */
static void a_slow_reader_blocks_nothing(void **state)
{
	enum { MESSAGES = 64, OCTETS = 1 << 20 };
	uint64_t worst = 0, rekey = fc_wire_rekey_octets;

	(void)state;
	raw_peer_open_both(&peer);
	fc_wire_rekey_octets = 0; /* at every write, but not while one is half done */
	for (unsigned n = 0; n < MESSAGES; n++) {
		fc_link_send(rig_end[2].link,
			     rig_message(FC_MESSAGE_FLOWS, OCTETS - FC_MESSAGE_FIELD));
		raw_peer_beat(&peer, 0, 0, 0);
	}
	for (unsigned n = 0; n < 100; n++) {
		uint64_t begin = fc_clock_ms(), took;

		rig_step(2, 0);
		took = fc_clock_ms() - begin;
		worst = took > worst ? took : worst;
		raw_peer_beat(&peer, 0, 0, 0);
	}
	assert_true(worst < 500);
	assert_true(fc_link_queued(rig_end[2].link) > 32u << 20);
	raw_peer_live(&peer, 700, 0);
	fc_wire_rekey_octets = rekey;
	assert_int_equal(rig_end[2].downs, 0);
	raw_peer_close(&peer);
}

static void a_reader_that_is_too_slow_loses_the_session(void **state)
{
	struct fc_link_config config = rig_config(2);

	(void)state;
	config.queue_max = 16 << 20;
	rig_open(2, &config);
	raw_peer_open(&peer);
	for (unsigned n = 0; n < 40; n++)
		fc_link_send(rig_end[2].link, rig_message(FC_MESSAGE_FLOWS, 1000000));
	rig_expect_down(FC_LINK_DOWN_LOCAL, "the peer does not read");
	assert_int_equal(fc_link_queued(rig_end[2].link), 0);
	raw_peer_close(&peer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_number_with_a_gap_ends_the_session),
		TEST(a_message_twice_ends_the_session),
		TEST(a_message_that_does_not_parse_ends_the_session),
		TEST(noise_through_tls_ends_the_session),
		TEST(noise_instead_of_tls_ends_the_session),
		TEST(a_message_right_behind_the_greeting_arrives),
		TEST(half_a_message_is_none),
		TEST(a_slow_reader_blocks_nothing),
		TEST(a_reader_that_is_too_slow_loses_the_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
