/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A heartbeat: one datagram, authenticated, numbered; and what its absence means. No socket, no
 * clock.
 *
 *    0        4         8            16     17     18     20                  36
 *   | "FCH1" | session | number      | path | kind | 0   | tag of AES-256-GCM |
 *
 * Session and keys come out of the TLS session; each direction has a key, each path its numbers,
 * from 1; path and number are the nonce. Nothing is encrypted. The tag is GCM's and not HMAC's
 * because HMAC allocates for each datagram: a real-time thread would wait for whoever is in malloc.
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

/* Both directions of a session, ready for use; writing and reading allocate nothing. */
struct fc_beat_seal;

struct fc_beat_seal *fc_beat_seal_create(const struct fc_beat_keys *keys); /* NULL: no memory */
void fc_beat_seal_free(struct fc_beat_seal *seal);

enum fc_beat_kind { FC_BEAT_ALIVE = 1 };

/* Return 0 or -EIO. A number is used once a path. */
int fc_beat_write(struct fc_beat_seal *seal, uint64_t number, unsigned path,
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

enum fc_beat_verdict fc_beat_read(struct fc_beat_seal *seal, struct fc_beat_window *window,
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
/* The peer sends one each `interval_ms` only: as many of its own may be missed. */
void fc_life_slower(struct fc_life *life, unsigned interval_ms, unsigned misses);
void fc_life_sign(struct fc_life *life, uint64_t now_ns);
/*
 * A timer that was to fire at due_ns has fired, and every socket has been read. True: the peer is
 * silent. A timer that is late by more than an interval says only that this end did not run.
 */
bool fc_life_turn(struct fc_life *life, uint64_t due_ns, uint64_t now_ns);
/* When to turn at the latest. */
uint64_t fc_life_deadline(const struct fc_life *life);

#endif
