// SPDX-License-Identifier: BSD-2-Clause
/* What a pair asks of a slot: a barrier now, the card's clock, whether its ports are silent. */
#include "driver/hash_tables.h"
#include "ha/slot_impl.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#define CLOCK_MS 1000

void fc_slot_barrier(struct fc_slot *s)
{
	atomic_store(&s->barrier, true);
	eventfd_write(s->wake, 1);
}

/* A flush that is under way gives a barrier, too. */
static void ask(struct fc_slot *s)
{
	pthread_mutex_lock(&s->device_lock);
	if (s->device.state == FC_DEVICE_PRESENT &&
	    !fc_device_flushing(&s->device, s->device.generation))
		fc_device_flush(&s->device, s->device.generation);
	pthread_mutex_unlock(&s->device_lock);
}

/* In between the two clocks are taken to go alike: a second makes some microseconds at most. */
static void look_clock(struct fc_slot *s)
{
	uint64_t card_ns = 0, before = fc_clock_ns(), after;
	int err;

	pthread_mutex_lock(&s->device_lock);
	err = fc_device_time(&s->device, s->device.generation, &card_ns);
	pthread_mutex_unlock(&s->device_lock);
	after = fc_clock_ns();
	pthread_mutex_lock(&s->lock);
	s->clock.card_ns = err ? 0 : card_ns;
	s->clock.here_ns = before + (after - before) / 2;
	pthread_mutex_unlock(&s->lock);
}

void fc_slot_pair_look(struct fc_slot *s)
{
	uint64_t now = fc_clock_ms();

	if (atomic_exchange(&s->barrier, false))
		ask(s);
	if (now - s->clock_ms < CLOCK_MS)
		return;
	s->clock_ms = now;
	look_clock(s);
}

uint64_t fc_slot_card_ns(struct fc_slot *s)
{
	uint64_t ns;

	pthread_mutex_lock(&s->lock);
	ns = s->clock.card_ns && s->workers ? s->clock.card_ns + (fc_clock_ns() - s->clock.here_ns)
					    : 0;
	pthread_mutex_unlock(&s->lock);
	return ns;
}

uint64_t fc_slot_frames(struct fc_slot *s)
{
	struct fc_card_port_counters counters;
	struct fc_slot_status status;
	uint64_t sum = 0;

	fc_slot_status(s, &status);
	for (unsigned p = 0; p < status.build.ports; p++)
		if (!fc_slot_port_counters(s, p, &counters))
			sum += counters.frames;
	return sum;
}

bool fc_slot_metering(struct fc_slot *s)
{
	bool metering;

	pthread_mutex_lock(&s->lock);
	metering = s->status.metering && s->status.state == FC_DEVICE_PRESENT;
	pthread_mutex_unlock(&s->lock);
	return metering;
}

bool fc_slot_coming_up(struct fc_slot *s)
{
	bool coming;

	pthread_mutex_lock(&s->lock);
	coming = !s->status.metering && (s->status.state == FC_DEVICE_PRESENT || !*s->status.error);
	pthread_mutex_unlock(&s->lock);
	return coming;
}

/* ------------------------------------------------------------------ whose flows */
bool fc_slot_drained(struct fc_slot *s)
{
	return atomic_load(&s->drained);
}

int fc_slot_secret_take(struct fc_slot *s, const uint8_t *secret)
{
	s->hash = calloc((size_t)FC_HASH_WORDS, sizeof(*s->hash));
	if (!s->hash)
		return -ENOMEM;
	memcpy(s->secret, secret, sizeof(s->secret));
	s->setup.config.hash_key = s->secret;
	for (uint32_t b = 0; b < FC_HASH_WORDS / FC_HASH_BLOCK_WORDS; b++)
		fc_hash_block(s->secret, b, s->hash + (size_t)b * FC_HASH_BLOCK_WORDS);
	return 0;
}

void fc_slot_secret_forget(struct fc_slot *s)
{
	explicit_bzero(s->secret, sizeof(s->secret));
	if (s->hash)
		explicit_bzero(s->hash, (size_t)FC_HASH_WORDS * sizeof(*s->hash));
	free(s->hash);
	s->hash = NULL;
}

/* docs/hw/hash.md: a word for each octet of the masked key and the monitor; rings take the lowest
 * bits. */
unsigned fc_slot_ring_of(void *context, unsigned number, const uint32_t key[FC_VECTOR_WORDS])
{
	const struct fc_slot *s = context;
	uint8_t octet[FC_HASH_POSITIONS];
	uint64_t hash = 0;

	for (size_t i = 0; i < FC_VECTOR_WORDS; i++) {
		uint32_t word = htole32(key[i]);

		memcpy(octet + 4 * i, &word, 4);
	}
	octet[FC_HASH_POSITIONS - 1] = (uint8_t)number;
	for (size_t i = 0; i < FC_HASH_POSITIONS; i++)
		hash ^= s->hash[i * FC_HASH_VALUES + octet[i]];
	return (unsigned)hash & (s->device.card.build.rings - 1);
}
