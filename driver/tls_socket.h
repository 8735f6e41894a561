/* SPDX-License-Identifier: BSD-2-Clause */
/* A connected socket for OpenSSL. Its own socket BIO writes with write(), which raises SIGPIPE
 * where the other end has gone, and waits. */
#ifndef FC_TLS_SOCKET_H
#define FC_TLS_SOCKET_H

#include <openssl/bio.h>

/* Neither waits nor raises; errno is 0 where the other end has closed. The fd stays the caller's.
 * NULL: no memory. Any thread. */
BIO *fc_tls_socket(int fd);

#endif
