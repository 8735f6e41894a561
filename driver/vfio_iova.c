// SPDX-License-Identifier: BSD-2-Clause
#include "driver/vfio_private.h"

#include <errno.h>

static int fit(const struct fc_vfio_range *range, uint64_t from, size_t octets, uint64_t align,
	       uint64_t *out)
{
	uint64_t first = from > range->first ? from : range->first;

	if (first > UINT64_MAX - (align - 1))
		return -ENOSPC;
	first = (first + align - 1) / align * align;
	if (first > range->last || range->last - first < octets - 1)
		return -ENOSPC;
	*out = first;
	return 0;
}

int fc_vfio_iova(const struct fc_vfio_range *range, unsigned ranges, uint64_t from, size_t octets,
		 uint64_t align, uint64_t *out)
{
	static const struct fc_vfio_range all = {0, UINT64_MAX};
	uint64_t best = UINT64_MAX, here;

	if (!ranges)
		return fit(&all, from, octets, align, out);
	for (unsigned i = 0; i < ranges; i++)
		if (!fit(&range[i], from, octets, align, &here) && here < best)
			best = here;
	if (best == UINT64_MAX)
		return -ENOSPC;
	*out = best;
	return 0;
}
