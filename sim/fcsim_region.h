/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host memory that a card may write: a small table sorted by address.
 */
#ifndef FCSIM_REGION_H
#define FCSIM_REGION_H

#include <stddef.h>
#include <stdint.h>

#define FCSIM_REGIONS_MAX 64

struct fcsim_region {
	uint64_t iova;
	size_t octets;
	uint8_t *mem; /* the caller's */
};

struct fcsim_regions {
	struct fcsim_region at[FCSIM_REGIONS_MAX];
	unsigned count;
	unsigned last; /* where the last lookup ended: bursts stay in one region */
};

/* Return 0, -EINVAL (no memory, no octets, wraps around), -EEXIST (overlap), -ENOSPC. */
int fcsim_region_add(struct fcsim_regions *r, uint64_t iova, void *mem, size_t octets);

/* Forget the region that starts at `iova`; nothing happens if there is none. */
void fcsim_region_remove(struct fcsim_regions *r, uint64_t iova);

/* Memory behind [iova, iova + octets), which must lie in one region; NULL if it does not. */
uint8_t *fcsim_region_find(struct fcsim_regions *r, uint64_t iova, size_t octets);

#endif
