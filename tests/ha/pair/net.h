/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The network between the units: a connection that keeps order, is slow, breaks or is cut in the
 * midst of a message; heartbeats beside it, each of which may be lost. What the daemon's link does
 * with sockets is done here with events.
 *
 *   net_send --> delay, octets, order --> peer_link(MESSAGE)
 *   beats of a session --> heard --> none for too long: peer_link(DOWN)
 */
#ifndef FC_TEST_PAIR_NET_H
#define FC_TEST_PAIR_NET_H

#include "clock.h"

#include <ha/peer/link.h>

#define NET_INTERVAL_MS 50
#define NET_MISSES 3

void net_begin(void);
/* The process is gone; `silent`: with its host, so that nobody says so to the peer. */
void net_unit_gone(unsigned unit, bool silent);

/* As fc_link_send, _queued, _hang_up. */
void net_send(unsigned unit, struct fc_message *message);
size_t net_queued(unsigned unit);
void net_hang_up(unsigned unit, enum fc_link_down reason, const char *why);

/* The connection breaks. */
void net_cut(void);
/* Nothing comes through, in either direction, for so long. */
void net_partition(uint64_t ns);
/* What `unit` sends does not arrive, heartbeats nor octets; the other way it does. */
void net_deafen(unsigned unit, uint64_t ns);
/* Heartbeats are lost, messages are not. */
void net_lose_beats(uint64_t ns);
/* Messages to this unit take this much longer each. */
void net_slow(unsigned unit, uint64_t each_ns, uint64_t ns);
/* After so many messages (of `type`, 0: of any) have been sent: `what` happens, once, before the
 * last of them leaves. */
void net_at_message(unsigned messages, unsigned type, void (*what)(unsigned sender));
void net_calm(void);
bool net_up(void);

#endif
