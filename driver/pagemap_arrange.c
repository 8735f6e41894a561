// SPDX-License-Identifier: BSD-2-Clause
/*
 * One physical piece out of huge pages. The kernel hands them out in no useful order, but it keeps
 * free ones on a stack: what is given back last comes first. So all free pages are taken, a run of
 * them is looked for, its pages are given back from the highest to the lowest, and taken again.
 */
#include "driver/pagemap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SPARE = 3 }; /* times the pages wanted: so many more are looked at */

struct page {
	uint64_t physical;
	int fd;
	off_t offset;
};

struct hand {
	struct page *page;
	size_t count, size;
	int spare; /* memfd of the pages beyond the wanted ones */
	size_t spare_octets;
	uint8_t *spare_mem;
};

long fc_pagemap_run(const uint64_t *sorted, size_t count, size_t wanted, size_t page)
{
	size_t first = 0;

	for (size_t i = 0; i < count; i++) {
		if (i > first && sorted[i] != sorted[i - 1] + page)
			first = i;
		if (i - first + 1 == wanted)
			return (long)first;
	}
	return -1;
}

static int by_address(const void *a, const void *b)
{
	const struct page *x = a, *y = b;

	return x->physical < y->physical ? -1 : x->physical > y->physical;
}

/* Pages have an address once they were touched. */
static int look_at(struct hand *h, int pagemap, int fd, const uint8_t *mem, size_t octets)
{
	int err = 0;

	for (size_t at = 0; at < octets && !err; at += h->size) {
		struct page *p = &h->page[h->count];

		(void)*(const volatile uint8_t *)(mem + at);
		err = fc_pagemap_physical(pagemap, mem + at, h->size, h->size, &p->physical);
		p->fd = fd;
		p->offset = (off_t)at;
		h->count += !err;
	}
	return err;
}

/* As many free pages as there are, at most `octets`. None is no fault. */
static int take_spare(struct hand *h, int pagemap, size_t octets)
{
	unsigned log2 = (unsigned)__builtin_ctzl(h->size);

	h->spare =
		memfd_create("flowcard-spare", MFD_CLOEXEC | MFD_HUGETLB | log2 << MAP_HUGE_SHIFT);
	if (h->spare < 0)
		return -errno;
	while (h->spare_octets < octets &&
	       !fallocate(h->spare, 0, (off_t)h->spare_octets, (off_t)h->size))
		h->spare_octets += h->size;
	if (!h->spare_octets)
		return 0;
	h->spare_mem = mmap(NULL, h->spare_octets, PROT_READ, MAP_SHARED, h->spare, 0);
	if (h->spare_mem == MAP_FAILED) {
		h->spare_mem = NULL;
		return -errno;
	}
	return look_at(h, pagemap, h->spare, h->spare_mem, h->spare_octets);
}

static int give_back(const struct page *p, size_t size)
{
	int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

	return fallocate(p->fd, mode, p->offset, (off_t)size) ? -errno : 0;
}

/* Pages [first, first + wanted) of the sorted hand become those of `fd`. */
static int exchange(const struct hand *h, int fd, size_t first, size_t wanted)
{
	int err = 0;

	for (size_t i = 0; i < h->count && !err; i++)
		if ((i < first || i >= first + wanted) && h->page[i].fd == fd)
			err = give_back(&h->page[i], h->size);
	for (size_t i = wanted; i > 0 && !err; i--)
		err = give_back(&h->page[first + i - 1], h->size);
	for (size_t i = 0; i < wanted && !err; i++)
		if (fallocate(fd, 0, (off_t)(i * h->size), (off_t)h->size))
			err = -errno;
	return err;
}

static int arrange(struct hand *h, int pagemap, const struct fc_dma *dma)
{
	size_t wanted = dma->octets / h->size;
	uint64_t *sorted;
	long first;
	int err = look_at(h, pagemap, dma->fd, dma->mem, dma->octets);

	if (!err)
		err = take_spare(h, pagemap, SPARE * dma->octets);
	if (err)
		return err;
	sorted = calloc(h->count, sizeof(*sorted));
	if (!sorted)
		return -ENOMEM;
	qsort(h->page, h->count, sizeof(*h->page), by_address);
	for (size_t i = 0; i < h->count; i++)
		sorted[i] = h->page[i].physical;
	first = fc_pagemap_run(sorted, h->count, wanted, h->size);
	free(sorted);
	return first < 0 ? -EADDRNOTAVAIL : exchange(h, dma->fd, (size_t)first, wanted);
}

int fc_pagemap_arrange(int fd, const struct fc_dma *dma, size_t page, uint64_t *physical)
{
	struct hand h = {.size = page, .spare = -1};
	int err = fc_pagemap_physical(fd, dma->mem, dma->octets, page, physical);

	if (err != -EADDRNOTAVAIL)
		return err;
	h.page = calloc((1 + SPARE) * (dma->octets / page), sizeof(*h.page));
	if (!h.page)
		return -ENOMEM;
	err = arrange(&h, fd, dma);
	if (h.spare_mem)
		munmap(h.spare_mem, h.spare_octets);
	if (h.spare >= 0)
		close(h.spare);
	free(h.page);
	if (err)
		return err;
	for (size_t at = 0; at < dma->octets; at += page)
		(void)*((volatile uint8_t *)dma->mem + at);
	return fc_pagemap_physical(fd, dma->mem, dma->octets, page, physical);
}
