/* SPDX-License-Identifier: BSD-2-Clause */
/* Unit 1 as a test plays it against a real unit 2: octet by octet, with or without the pair's key.
 */
#ifndef TESTS_HA_PEER_RAW_PEER_H
#define TESTS_HA_PEER_RAW_PEER_H

#include "tests/ha/peer/link_rig.h"

#include <ha/peer/beat.h>
#include <ha/peer/secure.h>

/* A TCP connection from this address to unit 2. */
int raw_connect(const char *from);
/* A listener in unit 2's place. */
int raw_listen(void);
/* Has unit 2 closed it? Let unit 2 run for so long meanwhile. */
bool raw_closed(int fd, unsigned ms);

struct raw_peer {
	struct fc_secure *secure;
	struct fc_wire *wire;
	struct fc_beat_seal *seal;
	int udp[FC_LINK_PATHS];
	uint64_t number[FC_LINK_PATHS]; /* of the newest heartbeat */
};

/* TLS with the pair's key, then a greeting; unit 2 is stepped meanwhile. */
void raw_peer_open(struct raw_peer *peer);
/* The same with a unit 2 that it opens. */
void raw_peer_open_both(struct raw_peer *peer);
/* Without a greeting. */
void raw_peer_shake(struct raw_peer *peer);
void raw_peer_close(struct raw_peer *peer);
void raw_peer_greet(struct raw_peer *peer, const char *magic, unsigned version, uint32_t unit);
/* Through TLS. */
void raw_peer_write(struct raw_peer *peer, const void *octets, size_t count);
void raw_peer_send(struct raw_peer *peer, enum fc_message_type type, uint64_t number);
/* The next heartbeat of a path, with these bits of an octet changed. */
void raw_peer_beat(struct raw_peer *peer, unsigned path, unsigned octet, uint8_t bits);
/* Let unit 2 run for so long, with good heartbeats on this path (-1: none). */
void raw_peer_live(struct raw_peer *peer, unsigned ms, int path);

#endif
