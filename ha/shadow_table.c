// SPDX-License-Identifier: BSD-2-Clause
/* Hash, index and slots of a shard. No allocation here: all memory stands since fc_shard_create. */
#include "shadow_impl.h"

#include <flowcard/registers.h>
#include <ha/fold.h>
#include <string.h>

/* SplitMix64: twelve key words from one seed; odd, so that none is zero. */
void fc_shadow_hash_keys(struct fc_shard *shard, uint64_t seed)
{
	for (unsigned i = 0; i < 12; i++) {
		uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		shard->hash_key[i] = (z ^ z >> 31) | 1;
	}
}

void fc_shadow_key(const struct fc_shard *shard, const uint32_t *record, struct shadow_key *key)
{
	const uint64_t *mask = shard->monitor[fc_rec_monitor(record)].mask;
	const uint64_t *k = shard->hash_key;
	uint64_t *w = key->word;
	uint64_t h = 0;

	/* fc_rec_vector() into 64-bit words, the monitor behind it */
	memcpy(w, record + 2, 52);
	memcpy((uint8_t *)w + 52, record + 16, 16);
	((uint8_t *)w)[68] = fc_rec_monitor(record);
	memset((uint8_t *)w + 69, 0, 3);
	for (unsigned i = 0; i < 8; i += 2)
		h += fc_fold((w[i] & mask[i]) ^ k[i], (w[i + 1] & mask[i + 1]) ^ k[i + 1]);
	h += fc_fold((w[8] & mask[8]) ^ k[8], k[9]);
	key->hash = (uint32_t)(fc_fold(fc_fold(h ^ k[10], k[11]), k[10]) >> 32);
}

static inline bool same_key(const struct fc_shard *shard, uint32_t slot,
			    const struct shadow_key *key)
{
	const struct shadow_entry *entry = &shard->entries[slot];
	const uint64_t *mask = shard->monitor[entry->monitor].mask;
	const uint8_t *vector = (const uint8_t *)entry->vector;
	uint64_t differ = 0;
	uint32_t last;

	for (unsigned i = 0; i < KEY_WORDS - 1; i++) {
		uint64_t word;

		memcpy(&word, vector + 8 * (size_t)i, 8);
		differ |= (word ^ key->word[i]) & mask[i];
	}
	memcpy(&last, vector + 64, 4);
	differ |= (last ^ key->word[KEY_WORDS - 1]) & mask[KEY_WORDS - 1] & UINT32_MAX;
	return !differ && entry->monitor == ((const uint8_t *)key->word)[68];
}

/* The slot of a live flow, or SLOT_NONE. At most two thirds of the cells are taken, so the walk
 * ends. */
uint32_t fc_shadow_find(const struct fc_shard *shard, const struct shadow_key *key)
{
	for (uint32_t at = key->hash & shard->cell_mask;; at = (at + 1) & shard->cell_mask) {
		const struct shadow_cell *cell = &shard->cells[at];

		if (!cell->slot)
			return SLOT_NONE;
		if (cell->hash == key->hash && same_key(shard, cell->slot - 1, key))
			return cell->slot - 1;
	}
}

void fc_shadow_index(struct fc_shard *shard, uint32_t hash, uint32_t slot)
{
	uint32_t at = hash & shard->cell_mask;

	while (shard->cells[at].slot)
		at = (at + 1) & shard->cell_mask;
	shard->cells[at] = (struct shadow_cell){.hash = hash, .slot = slot + 1};
}

/* The hash is not kept in the entry (192 octets are full); it is made again from the vector. */
static uint32_t cell_of(const struct fc_shard *shard, uint32_t slot)
{
	const struct shadow_entry *entry = &shard->entries[slot];
	uint32_t record[FC_RECORD_WORDS] = {0};
	struct shadow_key key;
	uint32_t at;

	fc_rec_set_monitor(record, entry->monitor);
	fc_rec_set_vector(record, entry->vector);
	fc_shadow_key(shard, record, &key);
	at = key.hash & shard->cell_mask;
	while (shard->cells[at].slot != slot + 1) {
		assert(shard->cells[at].slot);
		at = (at + 1) & shard->cell_mask;
	}
	return at;
}

/* Take the slot out of the index and close the gap: cells behind it move up as long as they stay at
 * or after their home. */
void fc_shadow_unindex(struct fc_shard *shard, uint32_t slot)
{
	uint32_t mask = shard->cell_mask;
	uint32_t hole = cell_of(shard, slot);

	for (uint32_t at = (hole + 1) & mask; shard->cells[at].slot; at = (at + 1) & mask) {
		uint32_t home = shard->cells[at].hash & mask;

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		shard->cells[hole] = shard->cells[at];
		hole = at;
	}
	shard->cells[hole] = (struct shadow_cell){0};
}

/* Slots that were given back first, then fresh ones, so that memory never used is never touched. */
uint32_t fc_shadow_slot_take(struct fc_shard *shard)
{
	uint32_t slot = shard->free_head;

	if (slot != SLOT_NONE) {
		shard->free_head = shard->touch[slot].next;
		return slot;
	}
	if (shard->fresh == shard->entries_max)
		return SLOT_NONE;
	slot = shard->fresh;
	shard->entries[slot].sequence = 0;
	shard->entries[slot].live = 0;
	__atomic_store_n(&shard->fresh, slot + 1, __ATOMIC_RELEASE);
	return slot;
}

void fc_shadow_slot_give(struct fc_shard *shard, uint32_t slot)
{
	shard->touch[slot].next = shard->free_head;
	shard->free_head = slot;
}
