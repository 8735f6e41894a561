/* SPDX-License-Identifier: BSD-2-Clause */
/* A TLS server in a thread, with a certificate of its own for 127.0.0.1; takes one session and
 * keeps what it says. */
#ifndef FC_TESTS_EXPORT_TLS_SERVER_H
#define FC_TESTS_EXPORT_TLS_SERVER_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct tls_server {
	int listener;
	char port[8], certificate[64], version[16];
	uint8_t *octets;
	size_t length;
	void *context; /* SSL_CTX */
	pthread_t thread;
};

void tls_server_start(struct tls_server *s);
/* Waits for the session's end; without a session yet, for none. */
void tls_server_stop(struct tls_server *s);
void tls_server_free(struct tls_server *s);

#endif
