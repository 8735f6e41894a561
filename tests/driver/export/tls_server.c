/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_server.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
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
#define DAY_S 86400

static X509 *make_certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_EXTENSION *names =
		X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");

	assert_non_null(x);
	assert_non_null(names);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), (long)random());
	X509_gmtime_adj(X509_getm_notBefore(x), -DAY_S);
	X509_gmtime_adj(X509_getm_notAfter(x), DAY_S);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
				   (const unsigned char *)"collector", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_pubkey(x, key);
	X509_add_ext(x, names, -1);
	X509_EXTENSION_free(names);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	return x;
}

static void make_context(struct tls_server *s)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	X509 *x = make_certificate(key);
	FILE *file;
	int fd;

	snprintf(s->certificate, sizeof(s->certificate), "/tmp/flowcard-tls-XXXXXX");
	fd = mkstemp(s->certificate);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_int_equal(PEM_write_X509(file, x), 1);
	fclose(file);
	assert_int_equal(SSL_CTX_use_certificate(context, x), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(context, key), 1);
	X509_free(x);
	EVP_PKEY_free(key);
	/* A ticket may find that the client has sent all and gone, and the server would then give
	 * up what it has not read. */
	SSL_CTX_set_num_tickets(context, 0);
	s->context = context;
}

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
	make_context(s);
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
	SSL_CTX_free(s->context);
	unlink(s->certificate);
	free(s->octets);
}
