/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TLS 1.3 over a connected, non-blocking socket, by OpenSSL. The peer's certificate is verified
 * against `ca` and must be for `host`.
 */
#ifndef FC_EXPORT_TLS_H
#define FC_EXPORT_TLS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fc_tls;

/* Files may be NULL: the system's authorities, no certificate of our own. Return 0, -EINVAL (a file
 * cannot be read or does not fit), -ENOMEM. */
int fc_tls_open(const char *host, const char *ca, const char *certificate, const char *key,
		struct fc_tls **out);
void fc_tls_close(struct fc_tls *tls);

/* A session on `fd`: begin it, go on with its handshake (0: done; -EAGAIN with the poll events;
 * -EPROTO, -EACCES: certificate refused), end it. */
int fc_tls_start(struct fc_tls *tls, int fd);
int fc_tls_handshake(struct fc_tls *tls, short *events);
void fc_tls_end(struct fc_tls *tls);

/* Return octets written, or -EAGAIN (the same octets must come again) or -EPIPE. */
ssize_t fc_tls_write(struct fc_tls *tls, const uint8_t *octets, size_t length);

/* What the peer says is read and forgotten. Return 0, -EPIPE when it has closed. */
int fc_tls_listen(struct fc_tls *tls);

#endif
