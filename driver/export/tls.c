/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls.h"

#include "driver/tls_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct fc_tls {
	SSL_CTX *context;
	SSL *ssl; /* NULL: no session */
	char *host;
};

/* ------------------------------------------------------------------ context */
static int load_files(SSL_CTX *context, const char *ca, const char *certificate, const char *key)
{
	if (ca ? SSL_CTX_load_verify_locations(context, ca, NULL) != 1
	       : SSL_CTX_set_default_verify_paths(context) != 1)
		return -EINVAL;
	if (!certificate)
		return 0;
	if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey_file(context, key ? key : certificate, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(context) != 1)
		return -EINVAL;
	return 0;
}

int fc_tls_open(const char *host, const char *ca, const char *certificate, const char *key,
		struct fc_tls **out)
{
	struct fc_tls *tls = calloc(1, sizeof(*tls));
	int err = -ENOMEM;

	if (!tls)
		return -ENOMEM;
	tls->host = strdup(host);
	tls->context = SSL_CTX_new(TLS_client_method());
	if (!tls->host || !tls->context)
		goto close_tls;
	SSL_CTX_set_min_proto_version(tls->context, TLS1_3_VERSION);
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(tls->context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	err = load_files(tls->context, ca, certificate, key);
	ERR_clear_error();
	if (err)
		goto close_tls;
	*out = tls;
	return 0;

close_tls:
	fc_tls_close(tls);
	return err;
}

void fc_tls_close(struct fc_tls *tls)
{
	if (!tls)
		return;
	SSL_free(tls->ssl);
	SSL_CTX_free(tls->context);
	free(tls->host);
	free(tls);
}

/* ------------------------------------------------------------------ sessions */
/* The certificate must be for this name, or for this address. */
static bool expect_host(SSL *ssl, const char *host)
{
	uint8_t address[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
	return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

int fc_tls_start(struct fc_tls *tls, int fd)
{
	BIO *bio;

	fc_tls_end(tls);
	bio = fc_tls_socket(fd);
	tls->ssl = SSL_new(tls->context);
	if (!tls->ssl || !bio || !expect_host(tls->ssl, tls->host)) {
		BIO_free(bio);
		fc_tls_end(tls);
		return -ENOMEM;
	}
	SSL_set_bio(tls->ssl, bio, bio);
	SSL_set_connect_state(tls->ssl);
	return 0;
}

int fc_tls_handshake(struct fc_tls *tls, short *events)
{
	int got;

	ERR_clear_error();
	got = SSL_do_handshake(tls->ssl);
	if (got == 1)
		return 0;
	switch (SSL_get_error(tls->ssl, got)) {
	case SSL_ERROR_WANT_READ:
		*events = POLLIN;
		return -EAGAIN;
	case SSL_ERROR_WANT_WRITE:
		*events = POLLOUT;
		return -EAGAIN;
	default:
		ERR_clear_error();
		return SSL_get_verify_result(tls->ssl) == X509_V_OK ? -EPROTO : -EACCES;
	}
}

void fc_tls_end(struct fc_tls *tls)
{
	if (!tls->ssl)
		return;
	if (SSL_is_init_finished(tls->ssl))
		(void)SSL_shutdown(tls->ssl); /* says goodbye, waits for no answer */
	ERR_clear_error();
	SSL_free(tls->ssl);
	tls->ssl = NULL;
}

ssize_t fc_tls_write(struct fc_tls *tls, const uint8_t *octets, size_t length)
{
	size_t written = 0;
	int got, why;

	ERR_clear_error();
	got = SSL_write_ex(tls->ssl, octets, length, &written);
	if (got == 1)
		return (ssize_t)written;
	why = SSL_get_error(tls->ssl, got);
	ERR_clear_error();
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? -EAGAIN : -EPIPE;
}

int fc_tls_listen(struct fc_tls *tls)
{
	uint8_t octets[512];
	size_t count;
	int got, why;

	ERR_clear_error();
	while ((got = SSL_read_ex(tls->ssl, octets, sizeof(octets), &count)) == 1)
		;
	why = SSL_get_error(tls->ssl, got);
	ERR_clear_error();
	return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -EPIPE;
}
