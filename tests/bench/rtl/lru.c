/* SPDX-License-Identifier: BSD-2-Clause */
#include "lru.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#define KEY_MAX 80

struct entry {
	uint8_t key[KEY_MAX];
	UT_hash_handle hh;
};

struct lru {
	size_t entries, octets, used;
	struct entry *table; /* in the order of use, the oldest first */
	struct entry *place; /* `entries` of them */
	struct entry **unused;
};

struct lru *lru_new(size_t entries, size_t octets)
{
	struct lru *lru = calloc(1, sizeof(*lru));

	if (!lru || octets > KEY_MAX)
		goto free_lru;
	lru->entries = entries;
	lru->octets = octets;
	lru->place = calloc(entries, sizeof(*lru->place));
	lru->unused = calloc(entries, sizeof(struct entry *));
	if (!lru->place || !lru->unused)
		goto free_places;
	for (size_t i = 0; i < entries; i++)
		lru->unused[i] = &lru->place[i];
	return lru;

free_places:
	free(lru->place);
	free(lru->unused);
free_lru:
	free(lru);
	return NULL;
}

void lru_free(struct lru *lru)
{
	lru_flush(lru);
	free(lru->place);
	free(lru->unused);
	free(lru);
}

static void leave(struct lru *lru, struct entry *entry)
{
	HASH_DEL(lru->table, entry);
	lru->unused[--lru->used] = entry;
}

unsigned int lru_packet(struct lru *lru, const void *key)
{
	struct entry *entry;
	unsigned int records = 0;

	HASH_FIND(hh, lru->table, key, lru->octets, entry);
	if (entry) {
		leave(lru, entry);
	} else if (lru->used == lru->entries) {
		leave(lru, lru->table);
		records = 1;
	}
	entry = lru->unused[lru->used++];
	memcpy(entry->key, key, lru->octets);
	HASH_ADD(hh, lru->table, key, lru->octets, entry);
	return records;
}

size_t lru_flush(struct lru *lru)
{
	const size_t records = lru->used;

	while (lru->table)
		leave(lru, lru->table);
	return records;
}
