// SPDX-License-Identifier: BSD-2-Clause
/* Strangers: who has no key, does not speak TLS, says nothing, or comes in crowds. */
#include "tests/ha/peer/raw_peer.h"

#include <fcntl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static void open_unit_2(void)
{
	struct fc_link_config config = rig_config(2);

	config.handshake_ms = 400;
	rig_open(2, &config);
}

static void open_unit_1_with_another_key(unsigned pause_ms)
{
	struct fc_link_config config = rig_config(1);

	snprintf(config.key_file, sizeof(config.key_file), "%s",
		 rig_key("other.key",
			 "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));
	config.pause_ms = pause_ms;
	rig_open(1, &config);
}

static void expect_refusal(const char *text)
{
	assert_true(rig_run(3000, rig_unit_2_refused));
	if (!rig_logged(text))
		fail_msg("the log has no \"%s\"", text);
	assert_true(rig_logged("%FLOWCARD-4-PEERREFUSED: connection with "));
	assert_int_equal(rig_end[2].ups, 0);
}

/* ------------------------------------------------------------------ one stranger */
static void another_key_is_refused(void **state)
{
	(void)state;
	open_unit_2();
	open_unit_1_with_another_key(0);
	expect_refusal("it has another pair key");
	rig_run(100, NULL);
	assert_true(rig_logged("it refused this unit (handshake failure)"));
	assert_int_equal(rig_end[1].ups, 0);
}

/* Not five times a second, for ever. */
static void attempts_that_come_to_nothing_get_rarer(void **state)
{
	(void)state;
	open_unit_2();
	open_unit_1_with_another_key(20);
	rig_run(1000, NULL);
	assert_in_range(rig_stats(2).refused, 3, 8); /* after 20, 40, 80, 160, 320, 320 ms */
	assert_int_equal(rig_lines("PEERREFUSED: connection with"), 2); /* one of each end */
}

static void who_does_not_speak_tls_is_refused(void **state)
{
	static const char text[] = "GET / HTTP/1.0\r\n\r\n";
	int fd;

	(void)state;
	open_unit_2();
	fd = raw_connect(rig_address(1));
	assert_int_equal(send(fd, text, sizeof(text) - 1, 0), sizeof(text) - 1);
	assert_true(raw_closed(fd, 3000));
	expect_refusal("it does not speak TLS");
	close(fd);
}

/* A client of OpenSSL without a key, at most of this version. */
static void come_as_client(int version)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(context);
	int fd = raw_connect(rig_address(1));

	SSL_set_max_proto_version(ssl, version);
	SSL_set_fd(ssl, fd);
	for (unsigned n = 0; n < 300 && !rig_unit_2_refused(); n++) {
		assert_int_not_equal(SSL_connect(ssl), 1);
		rig_run(10, NULL);
	}
	SSL_free(ssl);
	SSL_CTX_free(context);
	close(fd);
}

static void tls_1_2_is_refused(void **state)
{
	(void)state;
	open_unit_2();
	come_as_client(TLS1_2_VERSION);
	expect_refusal("it does not speak TLS 1.3");
}

static void who_shows_no_key_is_refused(void **state)
{
	(void)state;
	open_unit_2();
	come_as_client(TLS1_3_VERSION);
	expect_refusal("it showed no pair key");
}

static void who_says_nothing_has_a_deadline(void **state)
{
	uint64_t begin = fc_clock_ms();
	int fd;

	(void)state;
	open_unit_2();
	fd = raw_connect(rig_address(1));
	assert_true(raw_closed(fd, 5000));
	assert_true(fc_clock_ms() - begin >= 300);
	expect_refusal("it did not authenticate in time");
	close(fd);
}

static void who_comes_from_elsewhere_is_turned_away(void **state)
{
	int fd;

	(void)state;
	open_unit_2();
	fd = raw_connect(rig_address(0));
	assert_true(raw_closed(fd, 3000));
	expect_refusal("this is not the peer's address");
	close(fd);
}

static void a_greeting_that_is_wrong_is_refused(void **state)
{
	static const struct {
		const char *magic;
		unsigned version, unit;
		const char *why;
	} wrong[] = {{"flowcart", 1, 1, "its first octets are not a greeting"},
		     {"flowcard", 2, 1, "its link has version 2, this one 1"},
		     {"flowcard", 1, 2, "it says that it is unit 2, which this one is"},
		     {"flowcard", 1, 7, "it is unit 7, not the peer, unit 1"}};

	(void)state;
	open_unit_2();
	for (unsigned n = 0; n < sizeof(wrong) / sizeof(*wrong); n++) {
		struct raw_peer peer;

		raw_peer_shake(&peer);
		raw_peer_greet(&peer, wrong[n].magic, wrong[n].version, wrong[n].unit);
		assert_true(raw_closed(fc_wire_fd(peer.wire), 3000));
		raw_peer_close(&peer);
		assert_int_equal(rig_stats(2).refused, n + 1);
		if (!rig_logged(wrong[n].why))
			fail_msg("the log has no \"%s\"", wrong[n].why);
		rig_run(n < 3 ? 1010 : 0, NULL); /* a line a second */
	}
	assert_int_equal(rig_end[2].ups, 0);
	assert_int_equal(rig_stats(2).twins, 1);
}

static void use_own_certificate(SSL_CTX *context)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();

	X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 60);
	X509_set_pubkey(certificate, key);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	assert_int_equal(SSL_CTX_use_certificate(context, certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

/* Somebody has taken unit 2's address, and has a certificate, but no key. */
static void a_listener_without_the_key_is_refused(void **state)
{
	struct fc_link_config config = rig_config(1);
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	int fd, listener = raw_listen();
	SSL *ssl;

	(void)state;
	use_own_certificate(context);
	ssl = SSL_new(context);
	rig_open(1, &config);
	rig_run(20, NULL);
	fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	SSL_set_fd(ssl, fd);
	for (unsigned n = 0; n < 300 && !rig_stats(1).refused; n++) {
		assert_int_not_equal(SSL_accept(ssl), 1);
		rig_run(10, NULL);
	}
	assert_true(rig_logged("refused: self-signed certificate"));
	assert_int_equal(rig_end[1].ups, 0);
	SSL_free(ssl);
	SSL_CTX_free(context);
	close(fd);
	close(listener);
}

/* ------------------------------------------------------------------ crowds */
#define CROWD 100

static unsigned descriptors(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void a_crowd_does_not_disturb_a_session(void **state)
{
	unsigned before, seed = 12345;
	int fd[CROWD];

	(void)state;
	rig_open_pair();
	before = descriptors();
	for (unsigned n = 0; n < CROWD; n++) {
		uint8_t noise[200];

		for (unsigned i = 0; i < sizeof(noise); i++) {
			seed = seed * 1103515245 + 12345;
			noise[i] = (uint8_t)(seed >> 16);
		}
		fd[n] = raw_connect(rig_address(1));
		if (n % 3)
			send(fd[n], noise, 1 + n % sizeof(noise), MSG_NOSIGNAL);
		fc_link_send(rig_end[1].link, rig_message(FC_MESSAGE_FLOWS, n));
		rig_run(2, NULL);
	}
	assert_true(rig_unit_2_gets(CROWD, 5000));
	assert_true(descriptors() <= before + CROWD + 8);
	assert_int_equal(rig_end[2].messages, CROWD);
	assert_int_equal(rig_end[1].downs + rig_end[2].downs, 0);
	assert_true(rig_stats(2).refused >= CROWD - 8);
	assert_true(rig_logged("PEERREFUSED"));
	for (unsigned n = 0; n < CROWD; n++)
		close(fd[n]);
}

/* The peer finds a place although all are taken. */
static void a_crowd_does_not_keep_the_peer_out(void **state)
{
	struct fc_link_config config = rig_config(2);
	int fd[CROWD];

	(void)state;
	config.handshake_ms = 60000;
	rig_open(2, &config);
	for (unsigned n = 0; n < CROWD; n++) {
		fd[n] = raw_connect(rig_address(1));
		rig_run(1, NULL);
	}
	config = rig_config(1);
	rig_open(1, &config);
	assert_true(rig_run(5000, rig_both_up));
	assert_true(rig_logged("too many connections at once"));
	for (unsigned n = 0; n < CROWD; n++)
		close(fd[n]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(another_key_is_refused),
		TEST(attempts_that_come_to_nothing_get_rarer),
		TEST(who_does_not_speak_tls_is_refused),
		TEST(tls_1_2_is_refused),
		TEST(who_shows_no_key_is_refused),
		TEST(who_says_nothing_has_a_deadline),
		TEST(who_comes_from_elsewhere_is_turned_away),
		TEST(a_greeting_that_is_wrong_is_refused),
		TEST(a_listener_without_the_key_is_refused),
		TEST(a_crowd_does_not_disturb_a_session),
		TEST(a_crowd_does_not_keep_the_peer_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
