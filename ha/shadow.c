// SPDX-License-Identifier: BSD-2-Clause
/* A shard's life and the way of a record into it. */
#include "shadow_impl.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <stdlib.h>

#define ENTRIES_LIMIT (UINT64_C(1) << 30)

static int check_config(const struct fc_shadow_config *config)
{
	int err = 0;

	if (!config->entries_max || config->entries_max > ENTRIES_LIMIT)
		return -EINVAL;
	if (config->entries_limit &&
	    (config->entries_limit > ENTRIES_LIMIT || config->entries_limit < config->entries_max))
		return -EINVAL;
	if (config->monitors > FC_SHADOW_MONITORS)
		return -EINVAL;
	for (unsigned m = 0; m < config->monitors && !err; m++)
		err = fc_shadow_monitor_refuse(&config->monitor[m]);
	return err;
}

int fc_shard_create(const struct fc_shadow_config *config, struct fc_shard **out)
{
	int err = check_config(config);
	struct fc_shard *shard;

	if (err)
		return err;
	shard = calloc(1, sizeof(*shard));
	if (!shard)
		return -ENOMEM;
	shard->building = 1;
	shard->free_head = SLOT_NONE;
	shard->closed_max = config->closed_max;
	shard->closed = config->closed;
	shard->may_cut = config->may_cut;
	shard->merged = config->merged;
	shard->ended = config->ended;
	shard->evicted = config->evicted;
	shard->instances = config->instances;
	shard->context = config->context;
	err = fc_shadow_memory_take(shard, config->entries_max,
				    config->entries_limit ? config->entries_limit
							  : config->entries_max);
	if (err) {
		fc_shard_destroy(shard);
		return err;
	}
	for (unsigned m = 0; m < FC_SHADOW_MONITORS; m++)
		fc_shadow_monitor_take(shard, m, m < config->monitors ? &config->monitor[m] : NULL);
	fc_shadow_hash_keys(shard, config->seed);
	fc_shard_instances_renew(shard);
	*out = shard;
	return 0;
}

void fc_shard_destroy(struct fc_shard *shard)
{
	if (!shard)
		return;
	fc_shadow_memory_give(shard);
	free(shard);
}

/* A place for a new flow; the oldest one goes where there is none. SLOT_NONE: flows of a permanent
 * cache never go. */
uint32_t fc_shadow_make_room(struct fc_shard *shard, unsigned number)
{
	const struct shadow_monitor *monitor = &shard->monitor[number];

	if (monitor->live >= monitor->entries) {
		if (monitor->permanent)
			return SLOT_NONE;
		fc_shadow_age_early(shard, fc_shadow_oldest(shard, number));
	}
	if (shard->stats.live + shard->spreading < shard->entries_max)
		return fc_shadow_slot_take(shard);
	if (shard->spreading) {
		fc_shadow_spread_early(shard);
	} else {
		uint32_t oldest = fc_shadow_oldest_of_all(shard);

		if (oldest == SLOT_NONE)
			return SLOT_NONE;
		fc_shadow_age_early(shard, oldest);
	}
	return fc_shadow_slot_take(shard);
}

static void begin(struct fc_shard *shard, const struct shadow_key *key, const uint32_t *record)
{
	struct shadow_monitor *monitor = &shard->monitor[fc_rec_monitor(record)];
	uint32_t slot = fc_shadow_make_room(shard, fc_rec_monitor(record));

	if (slot == SLOT_NONE) {
		shard->stats.not_added++;
		shard->stats.not_added_packets += fc_rec_packets(record);
		shard->stats.not_added_octets += fc_rec_bytes(record);
		monitor->stats.not_added++;
		return;
	}
	fc_shadow_instance_new(shard, slot);
	fc_shadow_entry_begin(shard, slot, record);
	fc_shadow_index(shard, key->hash, slot);
	fc_shadow_list(shard, slot);
	shard->stats.added++;
	monitor->stats.added++;
}

static void merge(struct fc_shard *shard, const struct shadow_key *key, const uint32_t *record)
{
	uint32_t slot;

	shard->stats.deltas++;
	shard->stats.delta_packets += fc_rec_packets(record);
	shard->stats.delta_octets += fc_rec_bytes(record);
	if (shard->monitor[fc_rec_monitor(record)].immediate) {
		fc_shadow_pass(shard, record);
		return;
	}
	slot = fc_shadow_find(shard, key);
	if (slot != SLOT_NONE)
		fc_shadow_entry_add(shard, slot, record);
	else
		begin(shard, key, record);
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

static bool known(const struct fc_shard *shard, const uint32_t *record)
{
	unsigned number = fc_rec_monitor(record);

	return number < FC_SHADOW_MONITORS && shard->monitor[number].there;
}

static bool mergeable(const struct fc_shard *shard, const uint32_t *record)
{
	return fc_rec_kind(record) == FC_KIND_FLOW && fc_rec_epoch(record) == shard->epoch &&
	       known(shard, record);
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

	if (!known(shard, record))
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

	if (fc_rec_monitor(record) >= FC_SHADOW_MONITORS)
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
	if (fc_rec_kind(record) != FC_KIND_FLOW || !known(shard, record) || !shard->learned ||
	    fc_rec_epoch(record) != shard->epoch + 1) {
		shard->stats.bad_records++;
		return -EPROTO;
	}
	shard->stats.merged_ahead++;
	merge_one(shard, record);
	return FC_TAKE_MERGED;
}

int fc_shard_ledger(const struct fc_shard *shard, unsigned monitor, struct fc_shard_ledger *out)
{
	if (monitor >= FC_SHADOW_MONITORS)
		return -EINVAL;
	if (!shard->monitor[monitor].ledger_there)
		return -ENOENT;
	*out = shard->monitor[monitor].ledger;
	return 0;
}

void fc_shard_stats(const struct fc_shard *shard, struct fc_shard_stats *out)
{
	const uint64_t *aged = shard->stats.aged;

	*out = shard->stats;
	out->epoch = shard->epoch;
	out->epoch_ns = shard->anchored ? shard->epoch_start : 0;
	out->after_cut_packets = shard->stats.delta_packets - shard->cut_packets;
	out->after_cut_octets = shard->stats.delta_octets - shard->cut_octets;
	out->aged_active = aged[FC_AGED_ACTIVE];
	out->aged_inactive = aged[FC_AGED_INACTIVE];
	out->aged_forced = aged[FC_AGED_FORCED];
	out->aged_emergency = aged[FC_AGED_EMERGENCY];
}
