// SPDX-License-Identifier: BSD-2-Clause
#include "driver/dma.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct fc_dma no_dma = {.fd = -1};

enum fill { FILL_UPWARDS, FILL_DOWNWARDS, FILL_WAYS };

/*
 * fallocate: a page that cannot be had is an error here, not SIGBUS when the ring is read. Huge
 * pages are taken one by one: the kernel hands them out in rising or in falling order, and memory
 * that has to be one piece wants them to follow one another in the file.
 */
static int fill_pages(int fd, size_t octets, size_t page, enum fill way)
{
	for (size_t at = 0; at < octets; at += page) {
		size_t from = way == FILL_UPWARDS ? at : octets - at - page;

		if (fallocate(fd, 0, (off_t)from, (off_t)page))
			return errno == ENOSPC ? -ENOMEM : -errno;
	}
	return 0;
}

static int memfd_open(const char *name, size_t octets, unsigned page_log2, enum fill way)
{
	unsigned huge = page_log2 ? MFD_HUGETLB | page_log2 << MAP_HUGE_SHIFT : 0;
	size_t page = page_log2 ? (size_t)1 << page_log2 : octets;
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | huge);
	int err;

	if (fd < 0)
		return -errno;
	err = ftruncate(fd, (off_t)octets) ? -errno : fill_pages(fd, octets, page, way);
	if (!err && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

static int dma_try(struct fc_transport *transport, const char *name, enum fill way,
		   struct fc_dma *dma)
{
	int err;

	dma->fd = memfd_open(name, dma->octets, transport->dma_page_log2, way);
	if (dma->fd < 0)
		return dma->fd;
	dma->mem = mmap(NULL, dma->octets, PROT_READ | PROT_WRITE, MAP_SHARED, dma->fd, 0);
	if (dma->mem == MAP_FAILED) {
		err = -errno;
		goto close_fd;
	}
	err = transport->ops->dma_map(transport, dma);
	if (err)
		goto unmap;
	return 0;

unmap:
	munmap(dma->mem, dma->octets);
close_fd:
	close(dma->fd);
	return err;
}

int fc_dma_alloc(struct fc_transport *transport, const char *name, size_t octets,
		 struct fc_dma *dma)
{
	size_t page = transport->dma_page_log2 ? (size_t)1 << transport->dma_page_log2
					       : (size_t)sysconf(_SC_PAGESIZE);
	int err = -EADDRNOTAVAIL;

	for (int way = 0; way < FILL_WAYS && err == -EADDRNOTAVAIL; way++) {
		*dma = no_dma;
		dma->octets = (octets + page - 1) / page * page;
		err = dma_try(transport, name, (enum fill)way, dma);
	}
	if (err)
		*dma = no_dma;
	return err;
}

void fc_dma_free(struct fc_transport *transport, struct fc_dma *dma)
{
	if (!dma->mem)
		return;
	transport->ops->dma_unmap(transport, dma);
	munmap(dma->mem, dma->octets);
	close(dma->fd);
	*dma = no_dma;
}
