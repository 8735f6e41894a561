// SPDX-License-Identifier: BSD-2-Clause
#include "driver/dma.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct fc_dma no_dma = {.fd = -1};

/* fallocate: a page that cannot be had is an error here, not SIGBUS when the ring is read. */
static int memfd_open(const char *name, size_t octets, unsigned page_log2)
{
	unsigned huge = page_log2 ? MFD_HUGETLB | page_log2 << MAP_HUGE_SHIFT : 0;
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | huge);
	int err;

	if (fd < 0)
		return -errno;
	if (fallocate(fd, 0, 0, (off_t)octets) ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)) {
		err = errno == ENOSPC ? -ENOMEM : -errno;
		close(fd);
		return err;
	}
	return fd;
}

int fc_dma_alloc(struct fc_transport *transport, const char *name, size_t octets,
		 struct fc_dma *dma)
{
	size_t page = transport->dma_page_log2 ? (size_t)1 << transport->dma_page_log2
					       : (size_t)sysconf(_SC_PAGESIZE);
	int err;

	*dma = no_dma;
	dma->octets = (octets + page - 1) / page * page;
	dma->fd = memfd_open(name, dma->octets, transport->dma_page_log2);
	if (dma->fd < 0) {
		err = dma->fd;
		goto clear;
	}
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
clear:
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
