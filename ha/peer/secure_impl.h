/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FC_PEER_SECURE_IMPL_H
#define FC_PEER_SECURE_IMPL_H

#include "ha/peer/key.h"
#include "ha/peer/secure.h"

#include <openssl/ssl.h>

struct fc_secure {
	bool cleartext, certificates;
	SSL_CTX *context[2]; /* who listens, who connects */
	uint8_t key[FC_KEY_OCTETS];
	char identity[FC_KEY_IDENTITY];
};

struct fc_wire {
	int fd;
	bool first, certificates;
	bool shaken;
	bool other_key; /* its key has another name */
	SSL *ssl;       /* NULL: cleartext */
	short events;
	size_t unfinished; /* octets of a write that is to be repeated */
	uint64_t written;  /* with the present key */
};

#endif
