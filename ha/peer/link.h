/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The link to the peer: one TCP connection with TLS 1.3 and mutual authentication for messages, and
 * heartbeats over UDP on up to two paths, authenticated with a key that comes out of that TLS
 * session, in a thread of their own.
 *
 *   fc_link_send (any thread) --> queue --> TLS --> peer
 *   fc_link_step (the pair's thread) <-- events: up, message, down
 *   heartbeat thread: sends each interval; any authenticated octet of the peer is life
 */
#ifndef FC_PEER_LINK_H
#define FC_PEER_LINK_H

#include <ha/peer/message.h>

#define FC_LINK_PATHS 2
#define FC_LINK_TEXT 128

struct fc_link_path {
	char local[64], remote[64]; /* addresses in numbers; remote empty: no such path */
	uint16_t port;              /* UDP, the same at both ends */
};

struct fc_link_config {
	uint32_t unit;              /* of the two ends the lower one connects, the other listens */
	uint32_t peer;              /* 0: not known yet; then both do, and one connection is kept */
	char local[64], remote[64]; /* TCP */
	uint16_t port;
	struct fc_link_path path[FC_LINK_PATHS]; /* none: beside the TCP connection, on its port */
	unsigned interval_ms, misses;            /* of heartbeats; 0: 50, 3 */
	unsigned handshake_ms, pause_ms; /* for a stranger to become the peer; between attempts
					    to connect; 0: 2000, 200 */
	size_t queue_max; /* the session ends when more waits for a peer that does not read; 0: 256
			     MiB */
	/* A key for the pair, or certificates; one of the two must be given. */
	char key_file[256];
	char certificate[256], private_key[256], authority[256];
	bool cleartext; /* tests on loopback only: no TLS, and a fixed key for heartbeats */
};

enum fc_link_event {
	FC_LINK_UP,      /* authenticated, nothing said yet */
	FC_LINK_MESSAGE, /* one message; to be freed by whoever is told */
	FC_LINK_DOWN     /* why, in a sentence; what was queued is gone */
};

enum fc_link_down {
	FC_LINK_DOWN_CLOSED,   /* the peer or the net closed it */
	FC_LINK_DOWN_SILENT,   /* no sign of life in time */
	FC_LINK_DOWN_PROTOCOL, /* it broke the rules */
	FC_LINK_DOWN_LOCAL     /* this end hung up */
};

struct fc_link_report {
	enum fc_link_event event;
	struct fc_message *message;
	enum fc_link_down reason;
	char why[FC_LINK_TEXT];
};

struct fc_link_stats {
	bool up;
	uint64_t sessions, refused; /* refused: wrong key, no TLS, a stranger, no room for it */
	uint64_t twins;             /* of these: had the key, and this unit's number */
	uint64_t sent_messages, sent_octets, received_messages, received_octets;
	uint64_t bad_messages; /* that did not parse, or came out of order */
	struct {
		bool there, alive, answered; /* answered: in this session, once */
		uint64_t sent, received, missed, forged, replayed;
		uint32_t gap_ms, gap_max_ms;
	} path[FC_LINK_PATHS];
	uint64_t timers_late; /* the count of missed heartbeats began anew because of these */
	char peer[64];        /* its address */
	char cipher[64];
};

struct fc_link;

/* Sockets are bound, the heartbeat thread runs. Return 0, or -errno with a sentence. */
int fc_link_open(const struct fc_link_config *config, struct fc_link **out, char why[FC_LINK_TEXT]);
/* What is queued goes out if the peer reads it within 200 ms. */
void fc_link_close(struct fc_link *link);

/* Wait at most timeout_ms for something to happen, write what is queued, read what is there. Return
 * 1 with a report, 0: nothing more now. The pair's thread only. */
int fc_link_step(struct fc_link *link, unsigned timeout_ms, struct fc_link_report *out);
/* Let a waiting fc_link_step return. Any thread. */
void fc_link_wake(struct fc_link *link);

/* Queue a message; it belongs to the link then. Any thread. Without a session it is dropped. */
void fc_link_send(struct fc_link *link, struct fc_message *message);
/* Octets that are queued and not in the socket yet. Any thread. */
size_t fc_link_queued(struct fc_link *link);
/* End the session, because of `why`; a DOWN report follows. Any thread. */
void fc_link_hang_up(struct fc_link *link, enum fc_link_down reason, const char *why);

void fc_link_stats(struct fc_link *link, struct fc_link_stats *out);

#endif
