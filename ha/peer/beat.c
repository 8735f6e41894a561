// SPDX-License-Identifier: BSD-2-Clause
#include "ha/peer/beat.h"

#include <endian.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
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

static int make_tag(const uint8_t key[FC_BEAT_KEY], const uint8_t *octets, uint8_t tag[TAG])
{
	uint8_t whole[EVP_MAX_MD_SIZE];

	if (!HMAC(EVP_sha256(), key, FC_BEAT_KEY, octets, AT_TAG, whole, NULL))
		return -ENOMEM;
	memcpy(tag, whole, TAG);
	return 0;
}

int fc_beat_write(const struct fc_beat_keys *keys, uint64_t number, unsigned path,
		  uint8_t out[FC_BEAT_OCTETS])
{
	uint64_t wire = htobe64(number);

	memset(out, 0, AT_TAG);
	memcpy(out, magic, sizeof(magic));
	memcpy(out + AT_SESSION, keys->session, sizeof(keys->session));
	memcpy(out + AT_NUMBER, &wire, sizeof(wire));
	out[AT_PATH] = (uint8_t)path;
	out[AT_KIND] = FC_BEAT_ALIVE;
	return make_tag(keys->mine, out, out + AT_TAG);
}

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

enum fc_beat_verdict fc_beat_read(const struct fc_beat_keys *keys, struct fc_beat_window *window,
				  unsigned path, const uint8_t *octets, size_t count)
{
	uint8_t tag[TAG];
	uint64_t number;

	if (count != FC_BEAT_OCTETS || memcmp(octets, magic, sizeof(magic)) != 0)
		return FC_BEAT_FORGED;
	if (memcmp(octets + AT_SESSION, keys->session, sizeof(keys->session)) != 0)
		return FC_BEAT_STALE;
	if (make_tag(keys->theirs, octets, tag) || CRYPTO_memcmp(tag, octets + AT_TAG, TAG) != 0 ||
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
