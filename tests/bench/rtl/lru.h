/* SPDX-License-Identifier: BSD-2-Clause */
/* A fully associative cache that gives up its least recently used entry: what the flow cache, which
 * has eight places for a flow, is compared with. */
#ifndef BENCH_LRU_H
#define BENCH_LRU_H

#include <stddef.h>
#include <stdint.h>

struct lru;

/* NULL: no memory. `octets` is the length of every key. */
struct lru *lru_new(size_t entries, size_t octets);
void lru_free(struct lru *lru);
/* Returns the records that this packet costs: 1 when an entry had to leave, else 0. */
unsigned int lru_packet(struct lru *lru, const void *key);
/* The end of an epoch: every entry leaves. Returns how many there were. */
size_t lru_flush(struct lru *lru);

#endif
