// SPDX-License-Identifier: BSD-2-Clause
#include "tls_identity.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>

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

void *tls_identity_make(char certificate[TLS_IDENTITY_PATH])
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	X509 *x = make_certificate(key);
	FILE *file;
	int fd;

	snprintf(certificate, TLS_IDENTITY_PATH, "/tmp/flowcard-tls-XXXXXX");
	fd = mkstemp(certificate);
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
	return context;
}

void tls_identity_free(void *context, const char *certificate)
{
	SSL_CTX_free(context);
	unlink(certificate);
}
