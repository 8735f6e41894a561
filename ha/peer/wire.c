// SPDX-License-Identifier: BSD-2-Clause
/* What goes through one connection. */
#include "ha/peer/secure_impl.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

uint64_t fc_wire_rekey_octets = UINT64_C(1) << 36;

int fc_wire_fd(const struct fc_wire *wire)
{
	return wire->fd;
}

short fc_wire_events(const struct fc_wire *wire)
{
	return wire->events;
}

/* ------------------------------------------------------------------ what went wrong */
static const char *unverified(const struct fc_wire *wire)
{
	return X509_verify_cert_error_string(SSL_get_verify_result(wire->ssl));
}

/* Of the handshake, by OpenSSL's reason. NULL: it has its own words. */
static const char *reason_of(const struct fc_wire *wire, int reason)
{
	if (wire->other_key)
		return "it has another pair key";
	switch (reason) {
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_VERSION_TOO_LOW:
	case SSL_R_WRONG_SSL_VERSION:
		return "it does not speak TLS 1.3";
	case SSL_R_WRONG_VERSION_NUMBER:
	case SSL_R_HTTP_REQUEST:
	case SSL_R_HTTPS_PROXY_REQUEST:
	case SSL_R_PACKET_LENGTH_TOO_LONG:
	case SSL_R_RECORD_TOO_SMALL:
		return "it does not speak TLS";
	case SSL_R_BINDER_DOES_NOT_VERIFY:
		return "it does not know the pair key that it names";
	case SSL_R_NO_SHARED_CIPHER:
	case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
	case SSL_R_NO_CERTIFICATE_SET:
		return wire->certificates ? NULL : "it showed no pair key";
	case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
		return "it showed no certificate";
	case SSL_R_CERTIFICATE_VERIFY_FAILED:
		return unverified(wire);
	default:
		return NULL;
	}
}

static int broken(const struct fc_wire *wire, char why[FC_LINK_TEXT])
{
	unsigned long error = ERR_peek_error();
	const char *text = wire->shaken ? NULL : reason_of(wire, ERR_GET_REASON(error));
	const char *own = ERR_reason_error_string(error);
	int alert = ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET;

	if (alert > 0)
		snprintf(why, FC_LINK_TEXT, "it refused this unit (%s)",
			 SSL_alert_desc_string_long(alert));
	else
		snprintf(why, FC_LINK_TEXT, "%s%s", text ? "" : "TLS: ",
			 text  ? text
			 : own ? own
			       : "broken");
	ERR_clear_error();
	return -EPROTO;
}

/* err: of the socket; 0: it ended there. */
static int closed(const struct fc_wire *wire, int err, char why[FC_LINK_TEXT])
{
	snprintf(why, FC_LINK_TEXT, "%s",
		 err            ? strerror(err)
		 : wire->shaken ? "it was closed without a farewell"
				: "it hung up during the handshake");
	return -EPIPE;
}

/* After an SSL_ function that returned `result`. */
static int failure(struct fc_wire *wire, int result, char why[FC_LINK_TEXT])
{
	int err = errno;

	switch (SSL_get_error(wire->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		wire->events = POLLIN;
		return -EAGAIN;
	case SSL_ERROR_WANT_WRITE:
		wire->events = POLLOUT;
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		snprintf(why, FC_LINK_TEXT, "it was closed in order");
		return -EPIPE;
	case SSL_ERROR_SYSCALL:
		ERR_clear_error();
		return closed(wire, err, why);
	default:
		return broken(wire, why);
	}
}

/* The same in cleartext. */
static ssize_t plain(struct fc_wire *wire, ssize_t got, short events, char why[FC_LINK_TEXT])
{
	if (got > 0)
		return got;
	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		wire->events = events;
		return -EAGAIN;
	}
	return closed(wire, got < 0 ? errno : 0, why);
}

/* ------------------------------------------------------------------ octets */
int fc_wire_shake(struct fc_wire *wire, char why[FC_LINK_TEXT])
{
	int got;

	if (!wire->ssl) {
		wire->shaken = true;
		return 0;
	}
	ERR_clear_error();
	got = SSL_do_handshake(wire->ssl);
	if (got <= 0)
		return failure(wire, got, why);
	wire->shaken = true;
	if (wire->certificates || SSL_session_reused(wire->ssl))
		return 0;
	snprintf(why, FC_LINK_TEXT, "it showed no pair key");
	return -EPROTO;
}

ssize_t fc_wire_read(struct fc_wire *wire, void *octets, size_t room, char why[FC_LINK_TEXT])
{
	size_t taken;
	int got;

	if (!wire->ssl)
		return plain(wire, recv(wire->fd, octets, room, MSG_DONTWAIT), POLLIN, why);
	ERR_clear_error();
	got = SSL_read_ex(wire->ssl, octets, room, &taken);
	return got > 0 ? (ssize_t)taken : failure(wire, got, why);
}

/* Another key for what this end sends; not between the two halves of a write. */
static bool renew_key(struct fc_wire *wire)
{
	if (wire->written < fc_wire_rekey_octets || wire->unfinished)
		return true;
	wire->written = 0;
	return SSL_key_update(wire->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1;
}

ssize_t fc_wire_write(struct fc_wire *wire, const void *octets, size_t count,
		      char why[FC_LINK_TEXT])
{
	size_t written = 0;
	int got;

	if (!wire->ssl)
		return plain(wire, send(wire->fd, octets, count, MSG_DONTWAIT | MSG_NOSIGNAL),
			     POLLOUT, why);
	ERR_clear_error();
	if (!renew_key(wire))
		return broken(wire, why);
	got = SSL_write_ex(wire->ssl, octets, count, &written);
	wire->written += written;
	wire->unfinished = got > 0 ? 0 : count;
	return got > 0 ? (ssize_t)written : failure(wire, got, why);
}

void fc_wire_farewell(struct fc_wire *wire)
{
	ERR_clear_error();
	/* In the middle of a write it would have to wait its turn. */
	if (wire->ssl && wire->shaken && !wire->unfinished)
		SSL_shutdown(wire->ssl);
	ERR_clear_error();
	shutdown(wire->fd, SHUT_WR);
}

/* ------------------------------------------------------------------ who it is */
int fc_wire_beat_keys(struct fc_wire *wire, struct fc_beat_keys *out)
{
	static const char label[] = "EXPORTER-flowcard-heartbeat";
	uint8_t material[FC_BEAT_MATERIAL] = "a key that everybody knows: cleartext";

	if (wire->ssl && SSL_export_keying_material(wire->ssl, material, sizeof(material), label,
						    sizeof(label) - 1, NULL, 0, 0) != 1)
		return -EPROTO;
	fc_beat_keys_set(out, material, wire->first);
	explicit_bzero(material, sizeof(material));
	return 0;
}

bool fc_wire_is_unit(struct fc_wire *wire, uint32_t unit)
{
	X509 *certificate;
	char name[24];
	bool is;

	if (!wire->certificates)
		return true;
	snprintf(name, sizeof(name), "unit-%u", unit);
	certificate = SSL_get1_peer_certificate(wire->ssl);
	is = certificate &&
	     X509_check_host(certificate, name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
	X509_free(certificate);
	return is;
}

const char *fc_wire_cipher(const struct fc_wire *wire)
{
	return wire->ssl ? SSL_get_cipher_name(wire->ssl) : "none (cleartext)";
}
