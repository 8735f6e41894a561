/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_server.h"

#include "tls_identity.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>

#define STREAM_MAX (8 << 20)

static void *serve(void *argument)
{
	struct tls_server *s = argument;
	int fd = accept(s->listener, NULL, NULL), got;
	SSL *ssl;

	if (fd < 0)
		return NULL;
	ssl = SSL_new(s->context);
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		snprintf(s->version, sizeof(s->version), "%s", SSL_get_version(ssl));
		while ((got = SSL_read(ssl, s->octets + s->length, STREAM_MAX - (int)s->length)) >
		       0)
			s->length += (size_t)got;
	}
	SSL_free(ssl);
	close(fd);
	return NULL;
}

void tls_server_start(struct tls_server *s)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(a);

	memset(s, 0, sizeof(*s));
	s->octets = malloc(STREAM_MAX);
	assert_non_null(s->octets);
	s->context = tls_identity_make(s->certificate);
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&a, size), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&a, &size), 0);
	snprintf(s->port, sizeof(s->port), "%u", ntohs(a.sin_port));
	assert_int_equal(listen(s->listener, 4), 0);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

void tls_server_stop(struct tls_server *s)
{
	shutdown(s->listener, SHUT_RDWR); /* ends an accept that still waits */
	pthread_join(s->thread, NULL);
	close(s->listener);
}

void tls_server_free(struct tls_server *s)
{
	tls_identity_free(s->context, s->certificate);
	free(s->octets);
}
