// SPDX-License-Identifier: BSD-2-Clause
#include "tools/pair_certificates.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

enum { SECONDS_A_DAY = 86400, SERIAL_OCTETS = 16 };

struct made {
	EVP_PKEY *key;
	X509 *certificate;
};

static void forget(struct made *made)
{
	EVP_PKEY_free(made->key);
	X509_free(made->certificate);
	*made = (struct made){0};
}

/* ------------------------------------------------------------------ a certificate */
static int set_serial(X509 *certificate)
{
	uint8_t octets[SERIAL_OCTETS];
	BIGNUM *number;
	int good;

	if (RAND_bytes(octets, sizeof(octets)) != 1)
		return -EIO;
	octets[0] = (octets[0] & 0x7f) | 0x40; /* positive, and never short */
	number = BN_bin2bn(octets, sizeof(octets), NULL);
	good = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
	BN_free(number);
	return good ? 0 : -ENOMEM;
}

static int set_subject(X509 *certificate, const char *text)
{
	X509_NAME *name = X509_get_subject_name(certificate);

	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)text, -1, -1,
					  0) == 1
		       ? 0
		       : -EINVAL;
}

static int extend(X509 *certificate, X509 *issuer, int kind, const char *value)
{
	X509V3_CTX context;
	X509_EXTENSION *extension;
	int good;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
	good = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return good ? 0 : -EINVAL;
}

/* unit: 0 for the authority itself. */
static int extend_all(X509 *certificate, X509 *issuer, unsigned unit)
{
	char name[32];

	snprintf(name, sizeof(name), "DNS:unit-%u", unit);
	if (extend(certificate, issuer, NID_subject_key_identifier, "hash") ||
	    extend(certificate, issuer, NID_authority_key_identifier, "keyid"))
		return -EINVAL;
	if (!unit)
		return extend(certificate, issuer, NID_basic_constraints,
			      "critical,CA:TRUE,pathlen:0") ||
				       extend(certificate, issuer, NID_key_usage,
					      "critical,keyCertSign,cRLSign")
			       ? -EINVAL
			       : 0;
	if (extend(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") ||
	    extend(certificate, issuer, NID_key_usage, "critical,digitalSignature") ||
	    extend(certificate, issuer, NID_ext_key_usage, "serverAuth,clientAuth") ||
	    extend(certificate, issuer, NID_subject_alt_name, name))
		return -EINVAL;
	return 0;
}

/* authority: NULL: this is it. */
static int make(const struct pair_certificates *what, unsigned unit, const struct made *authority,
		struct made *out)
{
	char subject[PAIR_NAME + 24];
	X509 *issuer, *certificate;

	out->key = EVP_EC_gen("P-256");
	out->certificate = certificate = X509_new();
	if (!out->key || !certificate)
		return -ENOMEM;
	issuer = authority ? authority->certificate : certificate;
	if (unit)
		snprintf(subject, sizeof(subject), "%s unit %u", what->name, unit);
	else
		snprintf(subject, sizeof(subject), "%s authority", what->name);
	/* A day back: clocks of the two units may differ. */
	if (X509_set_version(certificate, X509_VERSION_3) != 1 || set_serial(certificate) ||
	    !X509_gmtime_adj(X509_getm_notBefore(certificate), -SECONDS_A_DAY) ||
	    !X509_time_adj_ex(X509_getm_notAfter(certificate), (int)what->days, 0, NULL) ||
	    X509_set_pubkey(certificate, out->key) != 1 || set_subject(certificate, subject) ||
	    X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) != 1 ||
	    extend_all(certificate, issuer, unit) ||
	    !X509_sign(certificate, authority ? authority->key : out->key, EVP_sha256()))
		return -EINVAL;
	return 0;
}

/* ------------------------------------------------------------------ files */
static int write_one(struct pair_files *files, const char *stem, const char *end,
		     const struct made *made, char why[256])
{
	char name[32];
	bool good;
	FILE *out;
	int err = 0;

	snprintf(name, sizeof(name), "%s.%s", stem, end);
	out = pair_file_begin(files, name);
	if (!out) {
		err = -errno;
		goto say;
	}
	good = strcmp(end, "key") == 0
		       ? PEM_write_PrivateKey(out, made->key, NULL, NULL, 0, NULL, NULL)
		       : PEM_write_X509(out, made->certificate);
	err = pair_file_end(out);
	if (!good && !err)
		err = -EIO;
say:
	if (err)
		snprintf(why, 256, "%.160s/%s: %s", files->folder, name, strerror(-err));
	return err;
}

static int write_both(struct pair_files *files, const char *stem, const struct made *made,
		      char why[256])
{
	int err = write_one(files, stem, "crt", made, why);

	return err ? err : write_one(files, stem, "key", made, why);
}

int pair_certificates_make(struct pair_files *files, const struct pair_certificates *what,
			   char why[256])
{
	struct made authority = {0};
	int err;

	snprintf(why, 256, "a certificate could not be made");
	err = make(what, 0, NULL, &authority);
	if (!err)
		err = write_both(files, "authority", &authority, why);
	for (unsigned unit = 1; unit <= 2 && !err; unit++) {
		struct made made = {0};
		char stem[16];

		snprintf(stem, sizeof(stem), "unit-%u", unit);
		err = make(what, unit, &authority, &made);
		if (!err)
			err = write_both(files, stem, &made, why);
		forget(&made);
	}
	forget(&authority);
	return err;
}
