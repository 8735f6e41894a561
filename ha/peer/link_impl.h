/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside the link. link.c: the turn; link_connect.c: connections on their way to become a session;
 * link_session.c: the session. All of it is the pair's thread's, but what `lock` guards.
 */
#ifndef FC_PEER_LINK_IMPL_H
#define FC_PEER_LINK_IMPL_H

#include "ha/peer/address.h"
#include "ha/peer/heartbeat.h"
#include "ha/peer/link.h"
#include "ha/peer/secure.h"
#include "ha/peer/stream.h"

#include <ha/clock.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#define FC_LINK_CANDIDATES 8
#define FC_LINK_GREETING 16
#define FC_LINK_BUFFER (32u << 10)

enum candidate_state {
	CANDIDATE_NONE,
	CANDIDATE_CONNECTING,
	CANDIDATE_SHAKING,
	CANDIDATE_GREETING,
	CANDIDATE_READY /* the peer: it takes over when the old session is over */
};

/* A connection that is not the session yet. */
struct candidate {
	enum candidate_state state;
	struct fc_wire *wire;
	bool first; /* this end connected */
	uint64_t deadline_ms;
	struct fc_address from;
	uint8_t in[FC_LINK_GREETING], out[FC_LINK_GREETING];
	size_t got, said;
	uint32_t unit;
	uint16_t interval_ms; /* between two of its heartbeats; 0: it does not say */
};

struct session {
	struct fc_wire *wire; /* NULL: none */
	uint32_t unit;
	uint64_t begun_ms;
	struct fc_stream stream;
	uint8_t *in, *out;
	size_t in_at, in_end, out_at, out_end;
	bool more;                  /* there may be octets that poll does not see */
	bool writes;                /* poll for room */
	uint64_t number;            /* of the newest message that was sent */
	struct fc_message *writing; /* taken from the queue, oldest first */
	size_t written;             /* octets of the first one, header included */
};

struct fc_link {
	struct fc_link_config config;
	struct fc_address local, remote;
	struct fc_secure *secure;
	struct fc_heartbeats *heartbeats;
	int wake, listener;
	atomic_bool signalled; /* wake has something in it */
	atomic_bool woken;     /* fc_link_wake */
	atomic_bool attend;    /* the peer is silent, or somebody hangs up */
	struct candidate candidate[FC_LINK_CANDIDATES];
	uint64_t connect_ms;     /* when to try; 0: this end does not connect */
	unsigned failures;       /* sessions and handshakes in a row that came to nothing */
	bool unreachable;        /* has been said */
	struct fc_wire *parting; /* the last session, until the peer has read its farewell */
	uint64_t parting_ms;
	struct session session;
	bool down; /* to be reported */
	enum fc_link_down down_reason;
	char down_why[FC_LINK_TEXT];
	uint64_t refused_said_ms, refused_unsaid;
	char refused_why[FC_LINK_TEXT];
	bool path_said[FC_LINK_PATHS]; /* up in this session */
	bool path_dumb[FC_LINK_PATHS]; /* that it never answered, maybe in an earlier one */

	pthread_mutex_t lock;
	struct fc_message *queue, **queue_end;
	bool up, hang_up;
	enum fc_link_down hang_up_reason;
	char hang_up_why[FC_LINK_TEXT];
	struct fc_link_stats stats;
	atomic_size_t queued;
};

void fc_link_count(struct fc_link *link, uint64_t *counter);

/* ------------------------------------------------------------------ link_connect.c */
int fc_link_listen(struct fc_link *link, char why[FC_LINK_TEXT]);
/* Begin a connection when it is time, end those that take too long. */
void fc_link_candidates_tick(struct fc_link *link, uint64_t now_ms);
/* When that is to be called; UINT64_MAX: no need. */
uint64_t fc_link_candidates_due(const struct fc_link *link);
void fc_link_accept(struct fc_link *link, uint64_t now_ms);
/* Something may go on with it. */
void fc_link_candidate_turn(struct fc_link *link, struct candidate *c);
short fc_link_candidate_events(const struct candidate *c);
/* Another attempt, a little later; much later each time after one that came to nothing. */
void fc_link_connect_later(struct fc_link *link, bool failed);
struct candidate *fc_link_candidate_ready(struct fc_link *link);
void fc_link_candidate_drop(struct fc_link *link, struct candidate *c);

/* ------------------------------------------------------------------ link_session.c */
/* The candidate becomes the session. Return 0, or -errno: it was dropped. */
int fc_link_session_begin(struct fc_link *link, struct candidate *c);
/* A DOWN report follows. */
void fc_link_session_end(struct fc_link *link, enum fc_link_down reason, const char *why);
void fc_link_session_read(struct fc_link *link);
void fc_link_session_write(struct fc_link *link);
/* Out of what was read. Return 1 with a message, 0: none. */
int fc_link_session_message(struct fc_link *link, struct fc_message **out);
void fc_link_queue_clear(struct fc_link *link);

#endif
