// SPDX-License-Identifier: BSD-2-Clause
/*
 * Memory of a shard. Addresses are reserved for as many flows as it may ever hold, so entries never
 * move and readers need not care; pages that were never touched cost nothing. The index alone is
 * built anew when the shard grows: nobody but the worker looks at it.
 */
#include "shadow_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)1 << 21)

static size_t mapped_octets(size_t count, size_t size)
{
	size_t octets = (count ? count : 1) * size;

	return octets >= HUGE_PAGE ? octets + HUGE_PAGE : octets;
}

/* Large blocks on huge pages where the kernel has some: a merge touches random places. */
int fc_shadow_block_take(struct shadow_block *block, size_t count, size_t size)
{
	size_t octets = mapped_octets(count, size);
	void *map = mmap(NULL, octets, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uintptr_t at = (uintptr_t)map;

	if (map == MAP_FAILED)
		return -ENOMEM;
	if (octets > HUGE_PAGE) {
		at = (at + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1);
		(void)madvise((void *)at, octets - HUGE_PAGE, MADV_HUGEPAGE);
	}
	*block = (struct shadow_block){.map = map, .octets = octets, .at = (void *)at};
	return 0;
}

void fc_shadow_block_give(struct shadow_block *block)
{
	if (block->map)
		munmap(block->map, block->octets);
	*block = (struct shadow_block){0};
}

static size_t cell_count(size_t entries)
{
	size_t count = 16;

	while (count < entries + entries * (CELLS_OF_16 - 16) / 16 + 1)
		count *= 2;
	return count;
}

int fc_shadow_memory_take(struct fc_shard *shard, size_t entries_max, size_t entries_limit)
{
	size_t cells = cell_count(entries_max);
	int err = fc_shadow_block_take(&shard->block[0], cells, sizeof(*shard->cells));

	if (!err)
		err = fc_shadow_block_take(&shard->block[1], entries_limit,
					   sizeof(*shard->entries));
	if (!err)
		err = fc_shadow_block_take(&shard->block[2], entries_limit, sizeof(*shard->touch));
	if (!err)
		err = fc_shadow_block_take(&shard->block[3], entries_limit, sizeof(*shard->start));
	if (!err)
		err = fc_shadow_block_take(&shard->block[4], shard->closed_max,
					   sizeof(*shard->waiting));
	if (!err)
		err = fc_shadow_block_take(&shard->block[5], entries_limit,
					   sizeof(*shard->instance));
	for (unsigned i = 0; !err && i < 2; i++)
		err = fc_shadow_block_take(&shard->block[6 + i], entries_limit / 64 + 1,
					   sizeof(*shard->changed[0]));
	if (!err)
		err = fc_shadow_block_take(&shard->block[8], entries_limit,
					   sizeof(*shard->ended_early));
	shard->cells = shard->block[0].at;
	shard->cell_mask = (uint32_t)(cells - 1);
	shard->entries = shard->block[1].at;
	shard->touch = shard->block[2].at;
	shard->start = shard->block[3].at;
	shard->waiting = shard->block[4].at;
	shard->instance = shard->block[5].at;
	shard->changed[0] = shard->block[6].at;
	shard->changed[1] = shard->block[7].at;
	shard->ended_early = shard->block[8].at;
	shard->entries_max = (uint32_t)entries_max;
	shard->entries_limit = (uint32_t)entries_limit;
	return err;
}

void fc_shadow_memory_give(struct fc_shard *shard)
{
	for (unsigned i = 0; i < sizeof(shard->block) / sizeof(*shard->block); i++)
		fc_shadow_block_give(&shard->block[i]);
}

/* Every cell carries its hash, so no entry is looked at. */
static int index_grow(struct fc_shard *shard, size_t cells)
{
	struct shadow_block old = shard->block[0], next;
	const struct shadow_cell *from = shard->cells;
	size_t count = (size_t)shard->cell_mask + 1;

	if (fc_shadow_block_take(&next, cells, sizeof(*shard->cells)))
		return -ENOMEM;
	shard->block[0] = next;
	shard->cells = next.at;
	shard->cell_mask = (uint32_t)(cells - 1);
	for (size_t i = 0; i < count; i++)
		if (from[i].slot)
			fc_shadow_index(shard, from[i].hash, from[i].slot - 1);
	fc_shadow_block_give(&old);
	return 0;
}

int fc_shard_reserve(struct fc_shard *shard, size_t entries_max)
{
	size_t cells = cell_count(entries_max);

	if (entries_max > shard->entries_limit)
		return -ENOSPC;
	if (entries_max <= shard->entries_max)
		return 0;
	if (cells > (size_t)shard->cell_mask + 1 && index_grow(shard, cells))
		return -ENOMEM;
	shard->entries_max = (uint32_t)entries_max;
	return 0;
}

void fc_shard_memory(const struct fc_shard *shard, size_t *octets, size_t *octets_per_flow)
{
	size_t index = (size_t)(shard->cell_mask + 1) * sizeof(struct shadow_cell);
	size_t flow = sizeof(struct shadow_entry) + sizeof(struct shadow_link) +
		      sizeof(struct shadow_start) + sizeof(*shard->instance);
	size_t bits = ((size_t)shard->entries_max / 64 + 1) * 2 * sizeof(*shard->changed[0]);

	*octets = sizeof(*shard) + index + bits + flow * shard->entries_max +
		  shard->closed_max * sizeof(*shard->waiting);
	*octets_per_flow = flow + (index + bits + shard->entries_max - 1) / shard->entries_max;
}
