// SPDX-License-Identifier: BSD-2-Clause
#include "driver/pagemap.h"

#include <errno.h>
#include <unistd.h>

#define ENTRY_PRESENT (UINT64_C(1) << 63)
#define ENTRY_FRAME ((UINT64_C(1) << 55) - 1)

static int look_up(int fd, uintptr_t address, uint64_t *physical)
{
	uint64_t small = (uint64_t)sysconf(_SC_PAGESIZE), entry;
	ssize_t n = pread(fd, &entry, sizeof(entry), (off_t)(address / small * sizeof(entry)));

	if (n != (ssize_t)sizeof(entry))
		return n < 0 ? -errno : -EIO;
	if (!(entry & ENTRY_PRESENT))
		return -EFAULT;
	/* Without the capability the kernel answers, but with frame 0. */
	if (!(entry & ENTRY_FRAME))
		return -EPERM;
	*physical = (entry & ENTRY_FRAME) * small + address % small;
	return 0;
}

int fc_pagemap_physical(int fd, const void *mem, size_t octets, size_t page, uint64_t *physical)
{
	uint64_t first = 0, here = 0;
	int err;

	for (size_t at = 0; at < octets; at += page) {
		err = look_up(fd, (uintptr_t)mem + at, &here);
		if (err)
			return err;
		if (at == 0)
			first = here;
		else if (here != first + at)
			return -EADDRNOTAVAIL;
	}
	*physical = first;
	return octets ? 0 : -EFAULT;
}
