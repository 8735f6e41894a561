// SPDX-License-Identifier: BSD-2-Clause
/* A shard's life and the way of a record into it. */
#include "shadow_impl.h"

#include <endian.h>
#include <errno.h>
#include <flowcard/registers.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE (UINT64_C(1) << 21)
#define ENTRIES_LIMIT (UINT64_C(1) << 30)

/* Large blocks on huge pages where the kernel has some: a merge touches random places. */
static void *block_alloc(struct fc_shard *shard, size_t count, size_t size)
{
	size_t octets = (count ? count : 1) * size;
	size_t align = octets >= HUGE_PAGE ? HUGE_PAGE : 64;
	void *block = NULL;

	octets = (octets + 63) & ~(size_t)63;
	if (posix_memalign(&block, align, octets))
		return NULL;
	if (align == HUGE_PAGE)
		(void)madvise(block, octets, MADV_HUGEPAGE);
	shard->octets += octets;
	return block;
}

static size_t cell_count(size_t entries)
{
	size_t count = 16;

	while (count < entries + entries / 2 + 1)
		count *= 2;
	return count;
}

static int check_config(const struct fc_shadow_config *config)
{
	if (!config->entries_max || config->entries_max > ENTRIES_LIMIT)
		return -EINVAL;
	if (!config->monitors || config->monitors > FC_SHADOW_MONITORS)
		return -EINVAL;
	for (unsigned m = 0; m < config->monitors; m++)
		if (config->monitor[m].active_ns > TIMEOUT_MAX ||
		    config->monitor[m].inactive_ns > TIMEOUT_MAX)
			return -EINVAL;
	return 0;
}

static void set_monitor(struct shadow_monitor *monitor, const struct fc_shadow_monitor *from,
			size_t entries_max)
{
	uint32_t word[2 * KEY_WORDS];

	for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
		word[i] = htole32(from->mask[i]);
	word[FC_VECTOR_WORDS] = UINT32_MAX;
	memcpy(monitor->mask, word, sizeof(word));
	monitor->active_ns = from->active_ns;
	monitor->inactive_ns = from->inactive_ns;
	monitor->entries =
		from->entries && from->entries < entries_max ? from->entries : entries_max;
	monitor->touched = (struct shadow_list){SLOT_NONE, SLOT_NONE};
	monitor->started = monitor->touched;
}

int fc_shard_create(const struct fc_shadow_config *config, struct fc_shard **out)
{
	size_t cells = cell_count(config->entries_max);
	int err = check_config(config);
	struct fc_shard *shard;

	if (err)
		return err;
	shard = calloc(1, sizeof(*shard));
	if (!shard)
		return -ENOMEM;
	shard->building = 1;
	shard->entries_max = (uint32_t)config->entries_max;
	shard->cell_mask = (uint32_t)(cells - 1);
	shard->free_head = SLOT_NONE;
	shard->monitors = config->monitors;
	shard->closed_max = config->closed_max;
	shard->closed = config->closed;
	shard->context = config->context;
	for (unsigned m = 0; m < config->monitors; m++)
		set_monitor(&shard->monitor[m], &config->monitor[m], config->entries_max);
	fc_shadow_hash_keys(shard, config->seed);
	shard->cells = block_alloc(shard, cells, sizeof(*shard->cells));
	shard->entries = block_alloc(shard, config->entries_max, sizeof(*shard->entries));
	shard->touch = block_alloc(shard, config->entries_max, sizeof(*shard->touch));
	shard->start = block_alloc(shard, config->entries_max, sizeof(*shard->start));
	shard->waiting = block_alloc(shard, config->closed_max, sizeof(*shard->waiting));
	if (!shard->cells || !shard->entries || !shard->touch || !shard->start || !shard->waiting) {
		fc_shard_destroy(shard);
		return -ENOMEM;
	}
	memset(shard->cells, 0, cells * sizeof(*shard->cells));
	*out = shard;
	return 0;
}

void fc_shard_destroy(struct fc_shard *shard)
{
	if (!shard)
		return;
	free(shard->cells);
	free(shard->entries);
	free(shard->touch);
	free(shard->start);
	free(shard->waiting);
	free(shard);
}

/* A place for a new flow; the oldest one goes where there is none. */
static uint32_t make_room(struct fc_shard *shard, unsigned monitor)
{
	if (shard->monitor[monitor].live == shard->monitor[monitor].entries)
		fc_shadow_age_early(shard, fc_shadow_oldest(shard, monitor));
	if (shard->stats.live == shard->entries_max)
		fc_shadow_age_early(shard, fc_shadow_oldest_of_all(shard));
	return fc_shadow_slot_take(shard);
}

static void merge(struct fc_shard *shard, const struct shadow_key *key, const uint32_t *record)
{
	uint32_t slot = fc_shadow_find(shard, key);

	if (slot != SLOT_NONE) {
		fc_shadow_entry_add(shard, slot, record);
	} else {
		slot = make_room(shard, fc_rec_monitor(record));
		fc_shadow_entry_begin(shard, slot, record);
		fc_shadow_index(shard, key->hash, slot);
		fc_shadow_list(shard, slot);
		shard->stats.added++;
	}
	shard->stats.deltas++;
	shard->stats.delta_packets += fc_rec_packets(record);
	shard->stats.delta_octets += fc_rec_bytes(record);
}

/* Returns the slot that is likely meant, or SLOT_NONE. */
static uint32_t prefetch_entry(const struct fc_shard *shard, const struct shadow_key *key)
{
	for (uint32_t at = key->hash & shard->cell_mask; shard->cells[at].slot;
	     at = (at + 1) & shard->cell_mask) {
		const struct shadow_cell *cell = &shard->cells[at];
		const uint8_t *entry = (const uint8_t *)&shard->entries[cell->slot - 1];

		if (cell->hash != key->hash)
			continue;
		__builtin_prefetch(entry, 1);
		__builtin_prefetch(entry + 64, 1);
		__builtin_prefetch(entry + 128, 1);
		__builtin_prefetch(&shard->touch[cell->slot - 1], 1);
		return cell->slot - 1;
	}
	return SLOT_NONE;
}

/* The first touch in a cut moves the flow in its list: both neighbours change. */
static void prefetch_neighbours(const struct fc_shard *shard, uint32_t slot)
{
	struct shadow_link link;

	if (slot == SLOT_NONE)
		return;
	link = shard->touch[slot];
	if (link.previous != SLOT_NONE)
		__builtin_prefetch(&shard->touch[link.previous], 1);
	if (link.next != SLOT_NONE)
		__builtin_prefetch(&shard->touch[link.next], 1);
}

static bool mergeable(const struct fc_shard *shard, const uint32_t *record)
{
	return fc_rec_kind(record) == FC_KIND_FLOW && fc_rec_epoch(record) == shard->epoch &&
	       fc_rec_monitor(record) < shard->monitors;
}

/*
 * Four passes that follow each other at a distance, so that the misses of many records overlap:
 * index cell; entry and list node; its neighbours; merge. A slot found ahead is only a hint,
 * merge() looks again.
 */
size_t fc_shard_merge_run(struct fc_shard *shard, const uint32_t *records, size_t count)
{
	struct shadow_key keys[RUN_WINDOW];
	uint32_t slots[RUN_WINDOW];
	size_t end = shard->learned ? count : 0;

	for (size_t i = 0; i < end + 3 * RUN_LAG; i++) {
		const uint32_t *record = records + i * FC_RECORD_WORDS;
		struct shadow_key *key = &keys[i % RUN_WINDOW];

		if (i < end && !mergeable(shard, record))
			end = i;
		if (i < end) {
			fc_shadow_key(shard, record, key);
			__builtin_prefetch(&shard->cells[key->hash & shard->cell_mask], 1);
		}
		if (i >= RUN_LAG && i - RUN_LAG < end)
			slots[(i - RUN_LAG) % RUN_WINDOW] =
				prefetch_entry(shard, &keys[(i - RUN_LAG) % RUN_WINDOW]);
		if (i >= 2 * RUN_LAG && i - 2 * RUN_LAG < end)
			prefetch_neighbours(shard, slots[(i - 2 * RUN_LAG) % RUN_WINDOW]);
		if (i >= 3 * RUN_LAG && i - 3 * RUN_LAG < end)
			merge(shard, &keys[(i - 3 * RUN_LAG) % RUN_WINDOW],
			      records + (i - 3 * RUN_LAG) * FC_RECORD_WORDS);
	}
	return end;
}

static void merge_one(struct fc_shard *shard, const uint32_t *record)
{
	struct shadow_key key;

	fc_shadow_key(shard, record, &key);
	merge(shard, &key, record);
}

static int take_flow(struct fc_shard *shard, const uint32_t *record)
{
	uint32_t epoch = fc_rec_epoch(record);

	if (fc_rec_monitor(record) >= shard->monitors)
		return -EPROTO;
	/* Before the first barrier the lower of two neighbours is the one being built. */
	if (!shard->learned || (!shard->anchored && epoch == shard->epoch - 1)) {
		shard->epoch = epoch;
		shard->learned = true;
	}
	if (epoch == shard->epoch + 1) {
		shard->stats.deferred++;
		return FC_TAKE_DEFERRED;
	}
	if (epoch != shard->epoch)
		return -EPROTO;
	merge_one(shard, record);
	return FC_TAKE_MERGED;
}

static int take_ledger(struct fc_shard *shard, const uint32_t *record)
{
	struct shadow_monitor *monitor =
		&shard->monitor[fc_rec_monitor(record) % FC_SHADOW_MONITORS];

	if (fc_rec_monitor(record) >= shard->monitors)
		return -EPROTO;
	monitor->ledger = (struct fc_shard_ledger){
		.epoch = fc_ledger_epoch(record),
		.selected_packets = fc_ledger_selected_packets(record),
		.selected_octets = fc_ledger_selected_bytes(record),
		.emitted_packets = fc_ledger_emitted_packets(record),
		.emitted_octets = fc_ledger_emitted_bytes(record),
		.resident_packets = fc_ledger_resident_packets(record),
		.resident_octets = fc_ledger_resident_bytes(record),
		.unaccounted_packets = fc_ledger_unaccounted_packets(record),
		.unaccounted_octets = fc_ledger_unaccounted_bytes(record),
	};
	monitor->ledger_there = true;
	return FC_TAKE_LEDGER;
}

int fc_shard_take(struct fc_shard *shard, const uint32_t *record)
{
	int taken = -EPROTO;

	switch (fc_rec_kind(record)) {
	case FC_KIND_FLOW:
		taken = take_flow(shard, record);
		break;
	case FC_KIND_SNAPSHOT:
		taken = FC_TAKE_IGNORED;
		break;
	case FC_KIND_LEDGER:
		taken = take_ledger(shard, record);
		break;
	case FC_KIND_BARRIER:
		taken = fc_shadow_barrier(shard, record);
		break;
	default:
		break;
	}
	if (taken < 0)
		shard->stats.bad_records++;
	return taken;
}

int fc_shard_merge_ahead(struct fc_shard *shard, const uint32_t *record)
{
	if (fc_rec_kind(record) != FC_KIND_FLOW || fc_rec_monitor(record) >= shard->monitors ||
	    !shard->learned || fc_rec_epoch(record) != shard->epoch + 1) {
		shard->stats.bad_records++;
		return -EPROTO;
	}
	shard->stats.merged_ahead++;
	merge_one(shard, record);
	return FC_TAKE_MERGED;
}

int fc_shard_ledger(const struct fc_shard *shard, unsigned monitor, struct fc_shard_ledger *out)
{
	if (monitor >= shard->monitors)
		return -EINVAL;
	if (!shard->monitor[monitor].ledger_there)
		return -ENOENT;
	*out = shard->monitor[monitor].ledger;
	return 0;
}

void fc_shard_memory(const struct fc_shard *shard, size_t *octets, size_t *octets_per_flow)
{
	size_t index = (size_t)(shard->cell_mask + 1) * sizeof(struct shadow_cell);

	*octets = shard->octets + sizeof(*shard);
	*octets_per_flow = sizeof(struct shadow_entry) + sizeof(struct shadow_link) +
			   sizeof(struct shadow_start) +
			   (index + shard->entries_max - 1) / shard->entries_max;
}

void fc_shard_stats(const struct fc_shard *shard, struct fc_shard_stats *out)
{
	*out = shard->stats;
	out->epoch = shard->epoch;
}

int fc_shard_timeouts(struct fc_shard *shard, unsigned monitor, uint64_t active_ns,
		      uint64_t inactive_ns)
{
	if (monitor >= shard->monitors || active_ns > TIMEOUT_MAX || inactive_ns > TIMEOUT_MAX)
		return -EINVAL;
	shard->monitor[monitor].active_ns = active_ns;
	shard->monitor[monitor].inactive_ns = inactive_ns;
	return 0;
}
