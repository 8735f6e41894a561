/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TLS 1.3 for the link, both ends authenticated: by the pair's key (external PSK with a fresh
 * Diffie-Hellman exchange) or by certificates of the pair's own authority. Nothing here waits.
 */
#ifndef FC_PEER_SECURE_H
#define FC_PEER_SECURE_H

#include <ha/peer/beat.h>
#include <ha/peer/link.h>
#include <sys/types.h>

/* What the two ends need for any number of connections. */
struct fc_secure;

int fc_secure_open(const struct fc_link_config *config, struct fc_secure **out,
		   char why[FC_LINK_TEXT]);
void fc_secure_close(struct fc_secure *secure);

/* One connection. The descriptor belongs to it. */
struct fc_wire;

/* first: this end connected. */
struct fc_wire *fc_wire_create(struct fc_secure *secure, int fd, bool first);
void fc_wire_free(struct fc_wire *wire);
int fc_wire_fd(const struct fc_wire *wire);

/*
 * Return octets, or -EAGAIN: wait for fc_wire_events; -EPIPE: it is closed; -EPROTO: what came
 * breaks the rules. The last two with a sentence. After a write of N octets that returned -EAGAIN
 * the next must begin with the same octets and have N of them at least.
 */
ssize_t fc_wire_read(struct fc_wire *wire, void *octets, size_t room, char why[FC_LINK_TEXT]);
ssize_t fc_wire_write(struct fc_wire *wire, const void *octets, size_t count,
		      char why[FC_LINK_TEXT]);
/* Return 0: authenticated; else as above. */
int fc_wire_shake(struct fc_wire *wire, char why[FC_LINK_TEXT]);
/* What the last -EAGAIN waits for. */
short fc_wire_events(const struct fc_wire *wire);

/* Of a connection that is authenticated. */
int fc_wire_beat_keys(struct fc_wire *wire, struct fc_beat_keys *out);
/* A certificate must be that unit's; a key cannot tell. */
bool fc_wire_is_unit(struct fc_wire *wire, uint32_t unit);
const char *fc_wire_cipher(const struct fc_wire *wire);
/* Tell the peer that nothing more comes. */
void fc_wire_farewell(struct fc_wire *wire);

/* Octets after which a direction gets another key; AES-GCM with full records is good for 2^38. For
 * tests. */
extern uint64_t fc_wire_rekey_octets;

#endif
