// SPDX-License-Identifier: BSD-2-Clause
#include "ha/peer/beat.h"

#include <endian.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum { AT_SESSION = 4, AT_NUMBER = 8, AT_PATH = 16, AT_KIND = 17, AT_TAG = 20, TAG = 16 };
#define GRACE_NS 1000000000u

static const uint8_t magic[4] = {'F', 'C', 'H', '1'};

void fc_beat_keys_set(struct fc_beat_keys *keys, const uint8_t material[FC_BEAT_MATERIAL],
		      bool first)
{
	const uint8_t *forth = material + 4, *back = forth + FC_BEAT_KEY;

	memcpy(keys->session, material, sizeof(keys->session));
	memcpy(keys->mine, first ? forth : back, FC_BEAT_KEY);
	memcpy(keys->theirs, first ? back : forth, FC_BEAT_KEY);
}

/* ------------------------------------------------------------------ tags */
struct fc_beat_seal {
	uint8_t session[4];
	EVP_CIPHER_CTX *mine, *theirs; /* each with its key */
};

static EVP_CIPHER_CTX *make_context(const uint8_t key[FC_BEAT_KEY])
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

	if (context && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, NULL) == 1)
		return context;
	EVP_CIPHER_CTX_free(context);
	return NULL;
}

struct fc_beat_seal *fc_beat_seal_create(const struct fc_beat_keys *keys)
{
	struct fc_beat_seal *seal = calloc(1, sizeof(*seal));

	if (!seal)
		return NULL;
	memcpy(seal->session, keys->session, sizeof(seal->session));
	seal->mine = make_context(keys->mine);
	seal->theirs = make_context(keys->theirs);
	if (seal->mine && seal->theirs)
		return seal;
	fc_beat_seal_free(seal);
	return NULL;
}

void fc_beat_seal_free(struct fc_beat_seal *seal)
{
	if (!seal)
		return;
	EVP_CIPHER_CTX_free(seal->mine);
	EVP_CIPHER_CTX_free(seal->theirs);
	free(seal);
}

/* Of everything before the tag. The nonce is what stands there as number, path, kind and 0. */
static int make_tag(EVP_CIPHER_CTX *context, const uint8_t *octets, uint8_t tag[TAG])
{
	uint8_t none[TAG];
	int count;

	if (EVP_EncryptInit_ex(context, NULL, NULL, NULL, octets + AT_NUMBER) != 1 ||
	    EVP_EncryptUpdate(context, NULL, &count, octets, AT_TAG) != 1 ||
	    EVP_EncryptFinal_ex(context, none, &count) != 1 ||
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG, tag) != 1)
		return -EIO;
	return 0;
}

int fc_beat_write(struct fc_beat_seal *seal, uint64_t number, unsigned path,
		  uint8_t out[FC_BEAT_OCTETS])
{
	uint64_t wire = htobe64(number);

	memset(out, 0, AT_TAG);
	memcpy(out, magic, sizeof(magic));
	memcpy(out + AT_SESSION, seal->session, sizeof(seal->session));
	memcpy(out + AT_NUMBER, &wire, sizeof(wire));
	out[AT_PATH] = (uint8_t)path;
	out[AT_KIND] = FC_BEAT_ALIVE;
	return make_tag(seal->mine, out, out + AT_TAG);
}

/* ------------------------------------------------------------------ numbers */
/* True: the number is new. */
static bool enter(struct fc_beat_window *w, uint64_t number)
{
	uint64_t back = w->newest - number;

	if (number > w->newest) {
		uint64_t forth = number - w->newest;

		w->seen = forth < FC_BEAT_WINDOW ? w->seen << forth | 1 : 1;
		w->newest = number;
		return true;
	}
	if (!number || back >= FC_BEAT_WINDOW || w->seen >> back & 1)
		return false;
	w->seen |= UINT64_C(1) << back;
	return true;
}

enum fc_beat_verdict fc_beat_read(struct fc_beat_seal *seal, struct fc_beat_window *window,
				  unsigned path, const uint8_t *octets, size_t count)
{
	uint8_t tag[TAG];
	uint64_t number;

	if (count != FC_BEAT_OCTETS || memcmp(octets, magic, sizeof(magic)) != 0)
		return FC_BEAT_FORGED;
	if (memcmp(octets + AT_SESSION, seal->session, sizeof(seal->session)) != 0)
		return FC_BEAT_STALE;
	if (make_tag(seal->theirs, octets, tag) || CRYPTO_memcmp(tag, octets + AT_TAG, TAG) != 0 ||
	    octets[AT_PATH] != path || octets[AT_KIND] != FC_BEAT_ALIVE)
		return FC_BEAT_FORGED;
	memcpy(&number, octets + AT_NUMBER, sizeof(number));
	return enter(window, be64toh(number)) ? FC_BEAT_GOOD : FC_BEAT_REPLAYED;
}

/* ------------------------------------------------------------------ life */
void fc_life_begin(struct fc_life *life, unsigned interval_ms, unsigned misses, uint64_t now_ns)
{
	life->interval_ns = interval_ms * UINT64_C(1000000);
	life->limit_ns = life->interval_ns * misses;
	/* The other end may still be busy with the session's beginning. */
	life->grace_ns = life->limit_ns + GRACE_NS;
	life->last_ns = now_ns;
	life->begun = false;
}

void fc_life_slower(struct fc_life *life, unsigned interval_ms, unsigned misses)
{
	uint64_t limit_ns = interval_ms * UINT64_C(1000000) * misses;

	if (limit_ns <= life->limit_ns)
		return;
	life->limit_ns = limit_ns;
	life->grace_ns = limit_ns + GRACE_NS;
}

void fc_life_sign(struct fc_life *life, uint64_t now_ns)
{
	if (now_ns > life->last_ns)
		life->last_ns = now_ns;
}

uint64_t fc_life_deadline(const struct fc_life *life)
{
	return life->last_ns + (life->begun ? life->limit_ns : life->grace_ns);
}

bool fc_life_turn(struct fc_life *life, uint64_t due_ns, uint64_t now_ns)
{
	if (now_ns > due_ns && now_ns - due_ns > life->interval_ns) {
		life->late++;
		life->last_ns = now_ns;
		return false;
	}
	return now_ns >= fc_life_deadline(life);
}
