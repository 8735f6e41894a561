/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical addresses of this process's memory, from /proc/self/pagemap (Linux
 * Documentation/admin-guide/mm/pagemap.rst). */
#ifndef FC_PAGEMAP_H
#define FC_PAGEMAP_H

#include <flowcard/transport.h>
#include <stddef.h>
#include <stdint.h>

#define FC_PAGEMAP "/proc/self/pagemap"

/* The size of a huge page that is asked for: every x86-64 and most arm64 kernels have it. */
#define FC_HUGE_PAGE_LOG2 21
#define FC_HUGE_PAGE ((size_t)1 << FC_HUGE_PAGE_LOG2)

/*
 * Where `mem` begins in physical memory, when all its `octets` follow one another there. `page` is
 * the size of the pages that it consists of, `fd` an open pagemap. The memory must be locked.
 * Return 0, -EADDRNOTAVAIL (not one piece), -EPERM (the kernel hides the addresses: CAP_SYS_ADMIN
 * is wanted), -EFAULT (a page is not there), -EIO.
 */
int fc_pagemap_physical(int fd, const void *mem, size_t octets, size_t page, uint64_t *physical);

/*
 * The same for `dma`, a memfd of huge pages, which may be arranged anew: other pages are taken into
 * it until they follow one another. What the memory held is lost unless it was in order. Return as
 * above; -EADDRNOTAVAIL: no such piece among the huge pages that are free.
 */
int fc_pagemap_arrange(int fd, const struct fc_dma *dma, size_t page, uint64_t *physical);

/* Where in `sorted` the first `wanted` addresses are that follow one another by `page`; -1:
 * nowhere.
 */
long fc_pagemap_run(const uint64_t *sorted, size_t count, size_t wanted, size_t page);

#endif
