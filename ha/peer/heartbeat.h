/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heartbeats: a thread that sends one each interval on every path, reads what comes, and says when
 * the peer is silent. It runs at real-time priority where that is allowed, and neither allocates
 * nor logs. Without a session there is no key: nothing is sent, nothing counts, nobody is silent.
 */
#ifndef FC_PEER_HEARTBEAT_H
#define FC_PEER_HEARTBEAT_H

#include <ha/peer/beat.h>
#include <ha/peer/link.h>

struct fc_heartbeats;

/* silent: called in the thread, once a session, without any lock held. */
int fc_heartbeats_open(const struct fc_link_config *config, void (*silent)(void *context),
		       void *context, struct fc_heartbeats **out, char why[FC_LINK_TEXT]);
void fc_heartbeats_close(struct fc_heartbeats *hb);

/* The rest: the pair's thread only. A session begins, on this socket, and ends. begin returns 0 or
 * -ENOMEM. */
int fc_heartbeats_begin(struct fc_heartbeats *hb, const struct fc_beat_keys *keys, int tcp,
			unsigned peer_interval_ms);
void fc_heartbeats_end(struct fc_heartbeats *hb);
/* Authenticated octets came over TCP. */
void fc_heartbeats_sign(struct fc_heartbeats *hb);
/* In this session; with a sentence. */
bool fc_heartbeats_silent(struct fc_heartbeats *hb, char why[FC_LINK_TEXT]);

/* Any thread: path[] and timers_late. */
void fc_heartbeats_stats(struct fc_heartbeats *hb, struct fc_link_stats *out);
bool fc_heartbeats_realtime(const struct fc_heartbeats *hb);

#endif
