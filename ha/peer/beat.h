/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A heartbeat: one datagram, authenticated, numbered; and what its absence means. No socket, no
 * clock.
 *
 *    0        4         8            16     17     18     20                  36
 *   | "FCH1" | session | number      | path | kind | 0   | HMAC-SHA256, 16 octets of it |
 *
 * Session and keys come out of the TLS session; each direction has a key, each path its numbers,
 * from 1.
 */
#ifndef FC_PEER_BEAT_H
#define FC_PEER_BEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FC_BEAT_OCTETS 36
#define FC_BEAT_KEY 32
#define FC_BEAT_MATERIAL (4 + 2 * FC_BEAT_KEY)

struct fc_beat_keys {
	uint8_t session[4];
	uint8_t mine[FC_BEAT_KEY], theirs[FC_BEAT_KEY];
};

/* What both ends of a session export from it; first: this end made the connection. */
void fc_beat_keys_set(struct fc_beat_keys *keys, const uint8_t material[FC_BEAT_MATERIAL],
		      bool first);

enum fc_beat_kind { FC_BEAT_ALIVE = 1 };

/* Return 0 or -ENOMEM. */
int fc_beat_write(const struct fc_beat_keys *keys, uint64_t number, unsigned path,
		  uint8_t out[FC_BEAT_OCTETS]);

enum fc_beat_verdict {
	FC_BEAT_GOOD,
	FC_BEAT_STALE,   /* of another session: on its way while the session changed */
	FC_BEAT_FORGED,  /* not made with the key, or for another path */
	FC_BEAT_REPLAYED /* this number came before, or is older than the window */
};

#define FC_BEAT_WINDOW 64

struct fc_beat_window {
	uint64_t newest, seen; /* seen: a bit a number, lowest: newest */
};

enum fc_beat_verdict fc_beat_read(const struct fc_beat_keys *keys, struct fc_beat_window *window,
				  unsigned path, const uint8_t *octets, size_t count);

/* ------------------------------------------------------------------ life */
struct fc_life {
	uint64_t interval_ns, limit_ns;
	uint64_t last_ns;  /* the count runs from here */
	uint64_t grace_ns; /* longer than limit_ns, until the first heartbeat has come */
	bool begun;        /* it has */
	uint64_t late;     /* the count began anew because this end was late */
};

void fc_life_begin(struct fc_life *life, unsigned interval_ms, unsigned misses, uint64_t now_ns);
void fc_life_sign(struct fc_life *life, uint64_t now_ns);
/*
 * A timer that was to fire at due_ns has fired, and every socket has been read. True: the peer is
 * silent. A timer that is late by more than an interval says only that this end did not run.
 */
bool fc_life_turn(struct fc_life *life, uint64_t due_ns, uint64_t now_ns);
/* When to turn at the latest. */
uint64_t fc_life_deadline(const struct fc_life *life);

#endif
