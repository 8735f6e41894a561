/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/fcsim_region.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Index of the first region that starts above `iova`. */
static unsigned fcsim_region_above(const struct fcsim_regions *r, uint64_t iova)
{
	unsigned low = 0, high = r->count;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (r->at[middle].iova > iova)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

int fcsim_region_add(struct fcsim_regions *r, uint64_t iova, void *mem, size_t octets)
{
	unsigned i;

	if (!mem || octets == 0 || octets - 1 > UINT64_MAX - iova)
		return -EINVAL;
	i = fcsim_region_above(r, iova);
	if (i > 0 && iova - r->at[i - 1].iova < r->at[i - 1].octets)
		return -EEXIST;
	if (i < r->count && r->at[i].iova - iova < octets)
		return -EEXIST;
	if (r->count == FCSIM_REGIONS_MAX)
		return -ENOSPC;
	memmove(&r->at[i + 1], &r->at[i], (r->count - i) * sizeof(r->at[0]));
	r->at[i] = (struct fcsim_region){.iova = iova, .octets = octets, .mem = mem};
	r->count++;
	return 0;
}

void fcsim_region_remove(struct fcsim_regions *r, uint64_t iova)
{
	unsigned i = fcsim_region_above(r, iova);

	if (i == 0 || r->at[i - 1].iova != iova)
		return;
	r->count--;
	memmove(&r->at[i - 1], &r->at[i], (r->count - (i - 1)) * sizeof(r->at[0]));
}

static bool fcsim_region_holds(const struct fcsim_region *region, uint64_t iova, size_t octets)
{
	return iova >= region->iova && iova - region->iova < region->octets &&
	       octets <= region->octets - (size_t)(iova - region->iova);
}

uint8_t *fcsim_region_find(struct fcsim_regions *r, uint64_t iova, size_t octets)
{
	unsigned i = r->last;

	if (i >= r->count || !fcsim_region_holds(&r->at[i], iova, octets)) {
		i = fcsim_region_above(r, iova);
		if (i == 0 || !fcsim_region_holds(&r->at[i - 1], iova, octets))
			return NULL;
		r->last = --i;
	}
	return r->at[i].mem + (iova - r->at[i].iova);
}
