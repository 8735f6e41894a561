// SPDX-License-Identifier: BSD-2-Clause
#include "tests/ha/peer/raw_peer.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <ha/peer/address.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

int raw_connect(const char *from)
{
	struct fc_address mine, unit;
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	assert_int_equal(fc_address_set(&mine, from, 0, NULL), 0);
	assert_int_equal(fc_address_set(&unit, rig_address(2), RIG_PORT, NULL), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&mine.at, mine.octets), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&unit.at, unit.octets), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

int raw_listen(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	struct fc_address at;

	assert_int_equal(fc_address_set(&at, rig_address(2), RIG_PORT, NULL), 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&at.at, at.octets), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

bool raw_closed(int fd, unsigned ms)
{
	uint64_t end = fc_clock_ms() + ms;
	uint8_t octets[4096];

	do {
		ssize_t got = recv(fd, octets, sizeof(octets), MSG_DONTWAIT);

		if (!got || (got < 0 && errno != EAGAIN))
			return true;
		rig_run(1, NULL);
	} while (fc_clock_ms() < end);
	return false;
}

static void open_paths(struct raw_peer *peer)
{
	struct fc_link_config config = rig_config(1);

	for (unsigned n = 0; n < FC_LINK_PATHS; n++) {
		struct fc_address local, remote;
		uint16_t port = config.path[n].port;

		assert_int_equal(fc_address_set(&local, rig_address(1), port, NULL), 0);
		assert_int_equal(fc_address_set(&remote, rig_address(2), port, NULL), 0);
		peer->udp[n] = socket(AF_INET, SOCK_DGRAM, 0);
		assert_int_equal(bind(peer->udp[n], (struct sockaddr *)&local.at, local.octets), 0);
		assert_int_equal(
			connect(peer->udp[n], (struct sockaddr *)&remote.at, remote.octets), 0);
	}
}

void raw_peer_shake(struct raw_peer *peer)
{
	struct fc_link_config config = rig_config(1);
	struct fc_beat_keys keys;
	char why[FC_LINK_TEXT];
	int err = -EAGAIN;

	*peer = (struct raw_peer){0};
	open_paths(peer);
	assert_int_equal(fc_secure_open(&config, &peer->secure, why), 0);
	peer->wire = fc_wire_create(peer->secure, raw_connect(rig_address(1)), true);
	assert_non_null(peer->wire);
	for (unsigned n = 0; n < 2000 && err == -EAGAIN; n++) {
		err = fc_wire_shake(peer->wire, why);
		rig_run(1, NULL);
	}
	assert_int_equal(err, 0);
	assert_int_equal(fc_wire_beat_keys(peer->wire, &keys), 0);
	peer->seal = fc_beat_seal_create(&keys);
	assert_non_null(peer->seal);
}

void raw_peer_greet(struct raw_peer *peer, const char *magic, unsigned version, uint32_t unit)
{
	uint8_t greeting[16] = {0};
	uint16_t two = htobe16((uint16_t)version);
	uint32_t four = htobe32(unit);

	memcpy(greeting, magic, 8);
	memcpy(greeting + 8, &two, sizeof(two));
	memcpy(greeting + 12, &four, sizeof(four));
	raw_peer_write(peer, greeting, sizeof(greeting));
}

static bool unit_2_up(void)
{
	return rig_end[2].ups > rig_end[2].downs;
}

void raw_peer_open(struct raw_peer *peer)
{
	raw_peer_shake(peer);
	raw_peer_greet(peer, "flowcard", 1, 1);
	if (!rig_run(3000, unit_2_up))
		fail_msg("unit 2 has no session");
}

void raw_peer_open_both(struct raw_peer *peer)
{
	struct fc_link_config config = rig_config(2);

	rig_open(2, &config);
	raw_peer_open(peer);
}

void raw_peer_close(struct raw_peer *peer)
{
	fc_wire_free(peer->wire);
	fc_secure_close(peer->secure);
	fc_beat_seal_free(peer->seal);
	for (unsigned n = 0; n < FC_LINK_PATHS; n++)
		close(peer->udp[n]);
}

void raw_peer_write(struct raw_peer *peer, const void *octets, size_t count)
{
	char why[FC_LINK_TEXT];
	const uint8_t *at = octets;

	while (count) {
		ssize_t put = fc_wire_write(peer->wire, at, count, why);

		if (put == -EAGAIN) {
			rig_run(1, NULL);
			continue;
		}
		if (put < 0)
			return; /* unit 2 has had enough */
		at += put;
		count -= (size_t)put;
	}
}

void raw_peer_send(struct raw_peer *peer, enum fc_message_type type, uint64_t number)
{
	struct fc_message *m = rig_message(type, 8);
	uint8_t wire[64];

	m->number = number;
	fc_message_header_put(m, wire);
	memcpy(wire + FC_MESSAGE_HEADER, m->body, m->octets);
	raw_peer_write(peer, wire, FC_MESSAGE_HEADER + m->octets);
	fc_message_free(m);
}

void raw_peer_beat(struct raw_peer *peer, unsigned path, unsigned octet, uint8_t bits)
{
	uint8_t wire[FC_BEAT_OCTETS];

	assert_int_equal(fc_beat_write(peer->seal, ++peer->number[path], path, wire), 0);
	wire[octet] ^= bits;
	send(peer->udp[path], wire, sizeof(wire), MSG_NOSIGNAL);
}

void raw_peer_live(struct raw_peer *peer, unsigned ms, int path)
{
	uint64_t end = fc_clock_ms() + ms;

	while (fc_clock_ms() < end) {
		if (path >= 0)
			raw_peer_beat(peer, (unsigned)path, 0, 0);
		rig_run(20, NULL);
	}
}
