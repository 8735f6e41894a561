/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of a shard. Private to ha/shadow*.c; the contract is shadow.h, the reasons are in
 * docs/shadow.md.
 *
 *   cells[]   hash bits + slot          8 octets, linear probing
 *   entries[] what readers may see      192 octets, three cache lines
 *   touch[]   list by last touch        8 octets, dense so that list moves stay in the cache
 *   start[]   list by start, start age  24 octets
 *   instance[], changed[]  what a peer must know: 8 octets, two bits
 */
#ifndef FC_SHADOW_IMPL_H
#define FC_SHADOW_IMPL_H

#include <assert.h>
#include <flowcard/ring.h>
#include <ha/shadow.h>

#define SLOT_NONE UINT32_MAX
#define KEY_WORDS 9                      /* 64-bit: 17 vector words and the monitor */
#define AGE_STEP_MAX (UINT64_C(1) << 52) /* the age clock grows at most so much a barrier */
#define TIMEOUT_MAX (UINT64_C(1) << 51)
#define MARK_SHIFT                                                                                 \
	22 /* marks are ages in units of 4 ms, modulo 2^32: 208 days, above TIMEOUT_MAX + 2        \
	      AGE_STEP_MAX */
#define CELLS_OF_16 23       /* cells for 16 flows at least; at most twice as many */
#define RUN_LAG ((size_t)10) /* records between two passes of a merge run */
#define RUN_WINDOW 32        /* power of two above 3 * RUN_LAG */

/* Absolute values of one flow. */
struct shadow_half {
	uint64_t packets, octets, l2_octets;
	uint64_t first_ns, last_ns;
	uint64_t bounds; /* lengths, TTLs and TCP flags: struct shadow_bounds packed into 62 bits */
};

struct shadow_entry {
	uint32_t vector[FC_VECTOR_WORDS];
	uint32_t sequence;                      /* odd while the worker writes */
	uint8_t monitor, sampler, live, newest; /* newest: the half that was written last */
	uint32_t touch_mark; /* age at the start of the epoch of the last touch */
	uint32_t tag[2];     /* cut that the half belongs to; 0: none yet */
	uint64_t last_age;
	struct shadow_half half[2];
};
static_assert(sizeof(struct shadow_entry) == 192, "an entry is three cache lines");

struct shadow_link {
	uint32_t previous, next;
};

struct shadow_start {
	struct shadow_link link;
	uint32_t mark; /* age at the start of the epoch that created the instance */
	uint64_t age;
};

struct shadow_cell {
	uint32_t hash;
	uint32_t slot; /* + 1; 0: empty */
};

static_assert(sizeof(struct shadow_entry) + sizeof(struct shadow_link) +
			      sizeof(struct shadow_start) + sizeof(uint64_t) +
			      sizeof(struct shadow_cell) * CELLS_OF_16 * 2 / 16 + 1 <=
		      256,
	      "a live flow costs at most 256 octets, two bits of changed[] included");

/* Key and hash of one record. */
struct shadow_key {
	uint64_t word[KEY_WORDS]; /* the vector as it came, then the monitor */
	uint32_t hash;
};

struct shadow_list {
	uint32_t head, tail;
};

struct shadow_monitor {
	uint64_t mask[KEY_WORDS];
	bool there, immediate, permanent;
	struct fc_shadow_monitor config; /* timeouts and type; the mask is above */
	size_t entries, watermark;
	size_t live;
	struct shadow_list touched, started; /* oldest first */
	struct shadow_list spread; /* slots of closed flows that are handed over bit by bit */
	size_t spread_count, spread_all;
	uint64_t spread_from;                /* age at which that began */
	uint64_t update_due;                 /* age of the next update */
	struct fc_shard_monitor_stats stats; /* without live */
	struct fc_shard_ledger ledger;
	bool ledger_there;
};

/* Mapped memory, and where it is used from. */
struct shadow_block {
	void *map, *at;
	size_t octets;
};

struct fc_shard {
	/* read by other threads, atomically */
	uint32_t building; /* tag of the cut being built, from 1, never 0 */
	uint32_t fresh;    /* slots below were used at least once */

	struct shadow_cell *cells;
	uint32_t cell_mask;
	struct shadow_entry *entries;
	struct shadow_link *touch; /* free slots are chained by next */
	struct shadow_start *start;
	uint64_t *instance;   /* 0: the slot is free */
	uint64_t *changed[2]; /* a bit a slot */
	unsigned gathering;   /* which of the two is of the cut being built */
	size_t changes_at;    /* word of the other that is looked at next */
	uint64_t next_instance;
	uint64_t *ended_early; /* instances that are over with the next cut */
	size_t ended_early_count;
	uint64_t adopt_ns; /* card time against which adopted flows age */
	uint32_t entries_max, entries_limit, free_head;
	size_t spreading; /* slots in spread lists */
	uint64_t hash_key[12];

	struct shadow_monitor monitor[FC_SHADOW_MONITORS];

	struct fc_flow *waiting; /* aged early; closed_max places */
	size_t closed_max, waiting_count;
	void (*closed)(void *context, const struct fc_flow *flow, uint64_t cut_ns);
	bool (*may_cut)(void *context, uint32_t epoch, uint64_t cut_ns);
	void (*merged)(void *context);
	void (*ended)(void *context, uint64_t instance);
	void (*evicted)(void *context, const struct fc_cut_flow *flow);
	uint64_t (*instances)(void *context);
	void *context;

	bool learned;  /* epoch is known */
	bool anchored; /* a barrier was seen: epoch_start is known */
	bool resynced; /* a barrier was lost since the last one */
	bool in_flight;
	bool based; /* flows were adopted as of cut_from, and no barrier came since */
	uint32_t epoch;
	uint64_t epoch_start; /* card time, start of the epoch being built */
	uint64_t cut_from;    /* card time of the last cut; before the first: where it began */
	uint64_t age;         /* the shard's own clock at that start */
	uint64_t offset_max;  /* furthest packet time in this epoch, from its start */
	uint64_t cut_packets, cut_octets; /* merged when the last cut was taken */

	struct shadow_block block[9];
	struct fc_shard_stats stats;
};

/* shadow_table.c: index and slots */
void fc_shadow_hash_keys(struct fc_shard *shard, uint64_t seed);
void fc_shadow_key(const struct fc_shard *shard, const uint32_t *record, struct shadow_key *key);
uint32_t fc_shadow_find(const struct fc_shard *shard, const struct shadow_key *key);
void fc_shadow_index(struct fc_shard *shard, uint32_t hash, uint32_t slot);
void fc_shadow_unindex(struct fc_shard *shard, uint32_t slot);
uint32_t fc_shadow_slot_take(struct fc_shard *shard);
void fc_shadow_slot_give(struct fc_shard *shard, uint32_t slot);

/* shadow_list.c */
void fc_shadow_touched(struct fc_shard *shard, uint32_t slot);
void fc_shadow_list(struct fc_shard *shard, uint32_t slot);
void fc_shadow_unlist(struct fc_shard *shard, uint32_t slot);
uint32_t fc_shadow_oldest(const struct fc_shard *shard, unsigned monitor);
uint32_t fc_shadow_oldest_of_all(const struct fc_shard *shard);
int fc_shadow_lists_sort(struct fc_shard *shard);
void fc_shadow_lists_empty(struct shadow_monitor *monitor);

/* shadow_half.c */
void fc_shadow_entry_begin(struct fc_shard *shard, uint32_t slot, const uint32_t *record);
void fc_shadow_entry_add(struct fc_shard *shard, uint32_t slot, const uint32_t *record);
void fc_shadow_entry_adopt(struct fc_shard *shard, uint32_t slot, unsigned number,
			   const struct fc_flow *flow);
void fc_shadow_entry_end(struct fc_shard *shard, uint32_t slot);
bool fc_shadow_entry_back(struct fc_shard *shard, uint32_t slot);
const struct shadow_half *fc_shadow_frozen(const struct fc_shard *shard, uint32_t slot);
void fc_shadow_flow(const struct shadow_entry *entry, const struct shadow_half *half,
		    struct fc_flow *out);
void fc_shadow_flow_of_record(const uint32_t *record, struct fc_flow *out);
bool fc_shadow_transaction_over(const struct shadow_entry *entry);

/* shadow_changes.c: what a peer must know. A slot's flow was touched for the first time in the cut
 * being built; is over with the cut at hand; or before it. */
static inline void fc_shadow_changed(struct fc_shard *shard, uint32_t slot)
{
	shard->changed[shard->gathering][slot / 64] |= UINT64_C(1) << slot % 64;
}
void fc_shadow_instance_new(struct fc_shard *shard, uint32_t slot);
void fc_shadow_instance_end(struct fc_shard *shard, uint32_t slot);
void fc_shadow_instance_end_early(struct fc_shard *shard, uint32_t slot);
void fc_shadow_ended_early(struct fc_shard *shard);

/* shadow_close.c: how flows leave */
void fc_shadow_hand_over(struct fc_shard *shard, const struct fc_flow *flow, uint64_t cut_ns);
void fc_shadow_count_aged(struct fc_shard *shard, unsigned monitor, enum fc_aged cause,
			  uint64_t flows);
void fc_shadow_close(struct fc_shard *shard, uint32_t slot, enum fc_aged cause, uint64_t cut_ns);
void fc_shadow_close_monitor(struct fc_shard *shard, unsigned monitor, enum fc_aged cause,
			     uint64_t cut_ns);
void fc_shadow_drop(struct fc_shard *shard, uint32_t slot);
void fc_shadow_wait(struct fc_shard *shard, const struct fc_flow *flow);
void fc_shadow_age_early(struct fc_shard *shard, uint32_t slot);
void fc_shadow_waiting(struct fc_shard *shard, uint64_t cut_ns);
void fc_shadow_spread(struct fc_shard *shard, uint32_t slot, enum fc_aged cause);
void fc_shadow_spread_next(struct fc_shard *shard, struct shadow_monitor *monitor, uint64_t cut_ns);
void fc_shadow_spread_early(struct fc_shard *shard);
void fc_shadow_pass(struct fc_shard *shard, const uint32_t *record);

/* shadow_expiry.c: which flows end at a cut */
void fc_shadow_expire(struct fc_shard *shard, uint64_t cut_ns);
void fc_shadow_update(struct fc_shard *shard, struct shadow_monitor *monitor, uint64_t cut_ns);

/* shadow_monitor.c */
int fc_shadow_monitor_refuse(const struct fc_shadow_monitor *monitor);
void fc_shadow_monitor_take(struct fc_shard *shard, unsigned number,
			    const struct fc_shadow_monitor *from);

/* shadow.c */
uint32_t fc_shadow_make_room(struct fc_shard *shard, unsigned number);

/* shadow_memory.c */
int fc_shadow_block_take(struct shadow_block *block, size_t count, size_t size);
void fc_shadow_block_give(struct shadow_block *block);
int fc_shadow_memory_take(struct fc_shard *shard, size_t entries_max, size_t entries_limit);
void fc_shadow_memory_give(struct fc_shard *shard);

/* shadow_epoch.c */
void fc_shadow_freeze(struct fc_shard *shard);
int fc_shadow_barrier(struct fc_shard *shard, const uint32_t *record);
uint64_t fc_shadow_place(struct fc_shard *shard, uint64_t time_ns);

#endif
