// SPDX-License-Identifier: BSD-2-Clause
#include "ha/peer/secure_impl.h"

#include "driver/tls_socket.h"

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CIPHER "TLS_AES_256_GCM_SHA384"
enum { READ_AHEAD = 128 << 10 };

static const uint8_t cipher_number[2] = {0x13, 0x02};

/* ------------------------------------------------------------------ the pair's key */
static SSL_SESSION *make_session(SSL *ssl)
{
	const struct fc_secure *s = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, cipher_number);
	SSL_SESSION *session = SSL_SESSION_new();

	if (!session || !cipher || !SSL_SESSION_set_cipher(session, cipher) ||
	    !SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) ||
	    !SSL_SESSION_set1_master_key(session, s->key, sizeof(s->key))) {
		SSL_SESSION_free(session);
		return NULL;
	}
	return session;
}

/* Who connects shows its key. */
static int show_key(SSL *ssl, const EVP_MD *md, const unsigned char **id, size_t *octets,
		    SSL_SESSION **out)
{
	const struct fc_secure *s = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	*out = make_session(ssl);
	if (!*out)
		return 0;
	if (md && md != SSL_CIPHER_get_handshake_digest(SSL_SESSION_get0_cipher(*out))) {
		SSL_SESSION_free(*out);
		*out = NULL;
	}
	*id = (const unsigned char *)s->identity;
	*octets = strlen(s->identity);
	return 1;
}

/* Who listens looks whether it is its own. */
static int look_at_key(SSL *ssl, const unsigned char *id, size_t octets, SSL_SESSION **out)
{
	const struct fc_secure *s = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	struct fc_wire *wire = SSL_get_app_data(ssl);

	*out = NULL;
	if (octets != strlen(s->identity) || memcmp(id, s->identity, octets) != 0) {
		wire->other_key = true;
		return 1;
	}
	*out = make_session(ssl);
	return *out != NULL;
}

static int use_key(struct fc_secure *s, const char *path, char why[FC_LINK_TEXT])
{
	int err = fc_key_read(path, s->key, why, FC_LINK_TEXT);

	if (err)
		return err;
	SSL_CTX_set_psk_find_session_callback(s->context[0], look_at_key);
	SSL_CTX_set_psk_use_session_callback(s->context[1], show_key);
	/* No authority is known to it: whoever comes with a certificate is refused. */
	SSL_CTX_set_verify(s->context[1], SSL_VERIFY_PEER, NULL);
	return fc_key_identity(s->key, s->identity);
}

/* ------------------------------------------------------------------ certificates */
/* There is nobody to type a passphrase. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
	if (size > 0)
		*buffer = 0;
	(void)writing;
	(void)context;
	return 0;
}

static int refuse_file(const char *path, char why[FC_LINK_TEXT])
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());

	snprintf(why, FC_LINK_TEXT, "%.80s: %.40s", path, reason ? reason : "cannot be used");
	ERR_clear_error();
	return -EINVAL;
}

static int use_files(SSL_CTX *context, const struct fc_link_config *c, char why[FC_LINK_TEXT])
{
	SSL_CTX_set_default_passwd_cb(context, no_passphrase);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	if (SSL_CTX_load_verify_locations(context, c->authority, NULL) != 1)
		return refuse_file(c->authority, why);
	if (SSL_CTX_use_certificate_chain_file(context, c->certificate) != 1)
		return refuse_file(c->certificate, why);
	if (SSL_CTX_use_PrivateKey_file(context, c->private_key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(context) != 1)
		return refuse_file(c->private_key, why);
	return 0;
}

static int use_certificates(struct fc_secure *s, const struct fc_link_config *c,
			    char why[FC_LINK_TEXT])
{
	int fd = fc_key_open_private(c->private_key, why, FC_LINK_TEXT), err = 0;

	if (fd < 0)
		return fd;
	close(fd);
	s->certificates = true;
	for (unsigned n = 0; n < 2 && !err; n++)
		err = use_files(s->context[n], c, why);
	return err;
}

/* ------------------------------------------------------------------ contexts */
static int make_context(struct fc_secure *s, unsigned first)
{
	SSL_CTX *context = SSL_CTX_new(first ? TLS_client_method() : TLS_server_method());

	s->context[first] = context;
	if (!context || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(context, CIPHER) != 1)
		return -ENOMEM;
	SSL_CTX_set_app_data(context, s);
	/* Every session is made from the secret itself: there is nothing to resume. */
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(context, 0);
	SSL_CTX_set_mode(context,
			 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_ENABLE_PARTIAL_WRITE);
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_default_read_buffer_len(context, READ_AHEAD);
	return 0;
}

static int check_choice(const struct fc_link_config *c, char why[FC_LINK_TEXT])
{
	bool some = *c->certificate || *c->private_key || *c->authority;
	bool all = *c->certificate && *c->private_key && *c->authority;

	if (*c->key_file && some)
		snprintf(why, FC_LINK_TEXT, "the pair has a key or certificates, not both");
	else if (some && !all)
		snprintf(why, FC_LINK_TEXT,
			 "certificate, private key and authority go together; one is missing");
	else if (!*c->key_file && !some)
		snprintf(why, FC_LINK_TEXT,
			 "the pair needs a key or certificates (flowcard-pair-init makes them)");
	else
		return 0;
	return -EINVAL;
}

int fc_secure_open(const struct fc_link_config *config, struct fc_secure **out,
		   char why[FC_LINK_TEXT])
{
	struct fc_secure *s;
	int err = config->cleartext ? 0 : check_choice(config, why);

	if (err)
		return err;
	s = calloc(1, sizeof(*s));
	snprintf(why, FC_LINK_TEXT, "no memory for TLS");
	if (!s)
		return -ENOMEM;
	s->cleartext = config->cleartext;
	*out = s;
	if (s->cleartext)
		return 0;
	err = -ENOMEM;
	if (make_context(s, 0) || make_context(s, 1))
		goto close_secure;
	err = *config->key_file ? use_key(s, config->key_file, why)
				: use_certificates(s, config, why);
	if (!err)
		return 0;
close_secure:
	fc_secure_close(s);
	*out = NULL;
	return err;
}

void fc_secure_close(struct fc_secure *s)
{
	if (!s)
		return;
	SSL_CTX_free(s->context[0]);
	SSL_CTX_free(s->context[1]);
	explicit_bzero(s->key, sizeof(s->key));
	free(s);
}

/* ------------------------------------------------------------------ a connection */
static int wrap(struct fc_secure *s, struct fc_wire *wire)
{
	BIO *bio = fc_tls_socket(wire->fd);

	wire->ssl = SSL_new(s->context[wire->first]);
	if (!bio || !wire->ssl) {
		BIO_free(bio);
		return -ENOMEM;
	}
	SSL_set_app_data(wire->ssl, wire);
	SSL_set_bio(wire->ssl, bio, bio);
	if (wire->first)
		SSL_set_connect_state(wire->ssl);
	else
		SSL_set_accept_state(wire->ssl);
	return 0;
}

struct fc_wire *fc_wire_create(struct fc_secure *s, int fd, bool first)
{
	struct fc_wire *wire = calloc(1, sizeof(*wire));

	if (!wire)
		goto close_fd;
	wire->fd = fd;
	wire->first = first;
	wire->certificates = s->certificates;
	if (!s->cleartext && wrap(s, wire)) {
		fc_wire_free(wire);
		return NULL;
	}
	return wire;

close_fd:
	close(fd);
	return NULL;
}

void fc_wire_free(struct fc_wire *wire)
{
	if (!wire)
		return;
	SSL_free(wire->ssl);
	close(wire->fd);
	free(wire);
}
