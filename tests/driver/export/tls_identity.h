/* SPDX-License-Identifier: BSD-2-Clause */
/* Who a TLS server on 127.0.0.1 is: a fresh key, and its certificate in a file. */
#ifndef FC_TESTS_EXPORT_TLS_IDENTITY_H
#define FC_TESTS_EXPORT_TLS_IDENTITY_H

#define TLS_IDENTITY_PATH 64

/* Return an SSL_CTX of a server; where its certificate is. */
void *tls_identity_make(char certificate[TLS_IDENTITY_PATH]);
void tls_identity_free(void *context, const char *certificate);

#endif
