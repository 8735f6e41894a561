// SPDX-License-Identifier: BSD-2-Clause
/* The two halves of an entry: written by the worker, read by anyone under the entry's sequence
 * lock. */
#include "shadow_impl.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <string.h>

enum { READ_TRIES = 1000 };

typedef uint64_t __attribute__((may_alias)) entry_word;

/* Sequence lock, writer's side: odd before the first store, even after the last. One writer, so no
 * atomic add is needed. */
static inline void write_begin(struct shadow_entry *entry)
{
	__atomic_store_n(&entry->sequence, entry->sequence + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
}

static inline void write_end(struct shadow_entry *entry)
{
	__atomic_store_n(&entry->sequence, entry->sequence + 1, __ATOMIC_RELEASE);
}

/* What half->bounds holds. Packed by hand: bit-fields make the compiler store a part and load the
 * whole, and that stalls. */
struct shadow_bounds {
	uint32_t len_min, len_max; /* 17 bits */
	uint8_t ttl_min, ttl_max;
	uint16_t tcp_flags; /* 12 bits */
};

static inline uint64_t bounds_pack(const struct shadow_bounds *b)
{
	return b->len_min | (uint64_t)b->len_max << 17 | (uint64_t)b->ttl_min << 34 |
	       (uint64_t)b->ttl_max << 42 | (uint64_t)b->tcp_flags << 50;
}

static inline struct shadow_bounds bounds_unpack(uint64_t packed)
{
	return (struct shadow_bounds){
		.len_min = packed & 0x1ffff,
		.len_max = packed >> 17 & 0x1ffff,
		.ttl_min = (uint8_t)(packed >> 34),
		.ttl_max = (uint8_t)(packed >> 42),
		.tcp_flags = packed >> 50 & 0xfff,
	};
}

static inline struct shadow_bounds bounds_of(const uint32_t *record)
{
	return (struct shadow_bounds){
		.len_min = fc_rec_len_min(record),
		.len_max = fc_rec_len_max(record),
		.ttl_min = fc_rec_ttl_min(record),
		.ttl_max = fc_rec_ttl_max(record),
		.tcp_flags = fc_rec_tcp_flags_or(record),
	};
}

static void half_first(struct shadow_half *half, const uint32_t *record)
{
	struct shadow_bounds bounds = bounds_of(record);

	half->packets = fc_rec_packets(record);
	half->octets = fc_rec_bytes(record);
	half->l2_octets = fc_rec_l2_bytes(record);
	half->first_ns = fc_rec_first_ns(record);
	half->last_ns = fc_rec_last_ns(record);
	half->bounds = bounds_pack(&bounds);
}

#define LOWER(have, got) ((got) < (have) ? (got) : (have))
#define HIGHER(have, got) ((got) > (have) ? (got) : (have))

/* `to` may be `from`. */
static void half_add(struct shadow_half *to, const struct shadow_half *from, const uint32_t *record)
{
	uint64_t first_ns = fc_rec_first_ns(record), last_ns = fc_rec_last_ns(record);
	struct shadow_bounds have = bounds_unpack(from->bounds), got = bounds_of(record);

	to->packets = from->packets + fc_rec_packets(record);
	to->octets = from->octets + fc_rec_bytes(record);
	to->l2_octets = from->l2_octets + fc_rec_l2_bytes(record);
	to->first_ns = LOWER(from->first_ns, first_ns);
	to->last_ns = HIGHER(from->last_ns, last_ns);
	have.len_min = LOWER(have.len_min, got.len_min);
	have.len_max = HIGHER(have.len_max, got.len_max);
	have.ttl_min = LOWER(have.ttl_min, got.ttl_min);
	have.ttl_max = HIGHER(have.ttl_max, got.ttl_max);
	have.tcp_flags |= got.tcp_flags;
	to->bounds = bounds_pack(&have);
}

/* A new instance in `slot`; the vector is that of its first delta. */
void fc_shadow_entry_begin(struct fc_shard *shard, uint32_t slot, const uint32_t *record)
{
	struct shadow_entry *entry = &shard->entries[slot];
	uint32_t mark = (uint32_t)(shard->age >> MARK_SHIFT);

	write_begin(entry);
	fc_rec_vector(record, entry->vector);
	entry->monitor = fc_rec_monitor(record);
	entry->sampler = fc_rec_sampler(record);
	entry->live = 1;
	entry->newest = 0;
	entry->tag[0] = shard->building;
	entry->tag[1] = 0;
	half_first(&entry->half[0], record);
	entry->touch_mark = mark;
	entry->last_age = fc_shadow_place(shard, fc_rec_last_ns(record));
	write_end(entry);
	shard->start[slot].mark = mark;
	shard->start[slot].age = fc_shadow_place(shard, fc_rec_first_ns(record));
	fc_shadow_changed(shard, slot);
}

/* Ages are compared as offsets from the start of this epoch; older ones are negative. */
static void place_entry(struct fc_shard *shard, uint32_t slot, const uint32_t *record)
{
	struct shadow_entry *entry = &shard->entries[slot];
	uint64_t last = fc_shadow_place(shard, fc_rec_last_ns(record));
	uint64_t first;

	if ((int64_t)(last - entry->last_age) > 0)
		entry->last_age = last;
	/* Only the cut that created the instance can still find an earlier start; the list node is
	 * a miss that later ones need not pay. */
	if (entry->tag[entry->newest ^ 1])
		return;
	first = fc_shadow_place(shard, fc_rec_first_ns(record));
	if ((int64_t)(first - shard->start[slot].age) < 0)
		shard->start[slot].age = first;
}

void fc_shadow_entry_add(struct fc_shard *shard, uint32_t slot, const uint32_t *record)
{
	struct shadow_entry *entry = &shard->entries[slot];
	uint32_t mark = (uint32_t)(shard->age >> MARK_SHIFT);
	unsigned newest = entry->newest;
	const struct shadow_half *from;

	if (entry->touch_mark != mark || entry->tag[newest] != shard->building)
		fc_shadow_touched(shard, slot);
	write_begin(entry);
	from = &entry->half[newest];
	if (entry->tag[newest] != shard->building) {
		newest ^= 1;
		entry->tag[newest] = shard->building;
		entry->newest = (uint8_t)newest;
		fc_shadow_changed(shard, slot);
	}
	half_add(&entry->half[newest], from, record);
	entry->touch_mark = mark;
	place_entry(shard, slot, record);
	write_end(entry);
}

/* How long before `now` that was; a time ahead is now. */
static uint64_t ago(uint64_t now, uint64_t then)
{
	uint64_t passed = now > then ? now - then : 0;

	return passed < AGE_STEP_MAX ? passed : AGE_STEP_MAX;
}

static void half_of_flow(struct shadow_half *half, const struct fc_flow *flow)
{
	const struct shadow_bounds bounds = {.len_min = flow->len_min,
					     .len_max = flow->len_max,
					     .ttl_min = flow->ttl_min,
					     .ttl_max = flow->ttl_max,
					     .tcp_flags = flow->tcp_flags};

	half->packets = flow->packets;
	half->octets = flow->octets;
	half->l2_octets = flow->l2_octets;
	half->first_ns = flow->first_ns;
	half->last_ns = flow->last_ns;
	half->bounds = bounds_pack(&bounds);
}

/* An instance that lived elsewhere until the last cut: its values are those of the frozen half. */
void fc_shadow_entry_adopt(struct fc_shard *shard, uint32_t slot, unsigned number,
			   const struct fc_flow *flow)
{
	uint64_t start = shard->age - ago(shard->adopt_ns, flow->first_ns);
	uint32_t frozen = shard->building - 1;
	struct shadow_entry *entry = &shard->entries[slot];

	write_begin(entry);
	memcpy(entry->vector, flow->vector, sizeof(entry->vector));
	entry->monitor = (uint8_t)number;
	entry->sampler = flow->sampler;
	entry->live = 1;
	entry->newest = 0;
	entry->tag[0] = frozen ? frozen : UINT32_MAX;
	entry->tag[1] = 0;
	half_of_flow(&entry->half[0], flow);
	entry->last_age = shard->age - ago(shard->adopt_ns, flow->last_ns);
	entry->touch_mark = (uint32_t)(entry->last_age >> MARK_SHIFT);
	write_end(entry);
	shard->start[slot].age = start;
	shard->start[slot].mark = (uint32_t)(start >> MARK_SHIFT);
}

/* To what it was at the last cut. False: it began after it, and is as it was. */
bool fc_shadow_entry_back(struct fc_shard *shard, uint32_t slot)
{
	struct shadow_entry *entry = &shard->entries[slot];
	unsigned newest = entry->newest;

	if (entry->tag[newest] != shard->building)
		return true;
	if (!entry->tag[newest ^ 1])
		return false;
	write_begin(entry);
	entry->newest = (uint8_t)(newest ^ 1);
	write_end(entry);
	return true;
}

/* As of the last cut taken; NULL: it began after it. */
const struct shadow_half *fc_shadow_frozen(const struct fc_shard *shard, uint32_t slot)
{
	const struct shadow_entry *entry = &shard->entries[slot];
	unsigned half = entry->newest;

	if (entry->tag[half] == shard->building)
		half ^= 1;
	return entry->tag[half] ? &entry->half[half] : NULL;
}

void fc_shadow_entry_end(struct fc_shard *shard, uint32_t slot)
{
	struct shadow_entry *entry = &shard->entries[slot];

	write_begin(entry);
	entry->live = 0;
	write_end(entry);
}

void fc_shadow_flow(const struct shadow_entry *entry, const struct shadow_half *half,
		    struct fc_flow *out)
{
	struct shadow_bounds bounds = bounds_unpack(half->bounds);

	memcpy(out->vector, entry->vector, sizeof(out->vector));
	out->interface_first = 0; /* the card's owner knows */
	out->monitor = entry->monitor;
	out->sampler = entry->sampler;
	out->end_reason = 0;
	out->ttl_min = bounds.ttl_min;
	out->ttl_max = bounds.ttl_max;
	out->tcp_flags = bounds.tcp_flags;
	out->len_min = bounds.len_min;
	out->len_max = bounds.len_max;
	out->packets = half->packets;
	out->octets = half->octets;
	out->l2_octets = half->l2_octets;
	out->first_ns = half->first_ns;
	out->last_ns = half->last_ns;
}

void fc_shadow_flow_of_record(const uint32_t *record, struct fc_flow *out)
{
	struct shadow_entry entry;

	fc_rec_vector(record, entry.vector);
	entry.monitor = fc_rec_monitor(record);
	entry.sampler = fc_rec_sampler(record);
	half_first(&entry.half[0], record);
	fc_shadow_flow(&entry, &entry.half[0], out);
}

/* FIN or RST in any of its packets. Flows that are not TCP have no flags. */
bool fc_shadow_transaction_over(const struct shadow_entry *entry)
{
	enum { FIN = 1, RST = 4 };

	return bounds_unpack(entry->half[entry->newest].bounds).tcp_flags & (FIN | RST);
}

/* Reader's side: copy by atomic words, believe the copy only if the sequence was even and is the
 * same. */
static int entry_copy(const struct shadow_entry *entry, struct shadow_entry *out)
{
	const entry_word *from = (const entry_word *)(const void *)entry;
	entry_word *to = (entry_word *)(void *)out;

	for (unsigned tries = 0; tries < READ_TRIES; tries++) {
		uint32_t before = __atomic_load_n(&entry->sequence, __ATOMIC_ACQUIRE);

		if (before & 1)
			continue;
		for (unsigned i = 0; i < sizeof(*entry) / sizeof(*from); i++)
			to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (__atomic_load_n(&entry->sequence, __ATOMIC_RELAXED) == before)
			return 0;
	}
	return -EAGAIN;
}

size_t fc_shard_slots(const struct fc_shard *shard)
{
	return __atomic_load_n(&shard->fresh, __ATOMIC_ACQUIRE);
}

int fc_shard_read(const struct fc_shard *shard, size_t slot, enum fc_shard_view view,
		  struct fc_flow *out)
{
	uint32_t building = __atomic_load_n(&shard->building, __ATOMIC_ACQUIRE);
	struct shadow_entry entry;
	unsigned half;
	int err;

	if (slot >= fc_shard_slots(shard))
		return -EINVAL;
	err = entry_copy(&shard->entries[slot], &entry);
	if (err)
		return err;
	half = entry.newest;
	if (view == FC_VIEW_FROZEN && (int32_t)(entry.tag[half] - building) >= 0)
		half ^= 1;
	if (!entry.live || !entry.tag[half])
		return -ENOENT;
	fc_shadow_flow(&entry, &entry.half[half], out);
	return 0;
}
