/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FC_DMA_H
#define FC_DMA_H

#include <flowcard/transport.h>

/*
 * Zeroed memory in a memfd of sealed size, all its pages present, and known to the transport.
 * `octets` is rounded up to pages, of the size that the transport wants. On error *dma is all zero
 * but fd, which is -1.
 * Return 0, -ENOMEM, -EMFILE or what the transport says (-EADDRNOTAVAIL: no piece of physical
 * memory is that long).
 */
int fc_dma_alloc(struct fc_transport *transport, const char *name, size_t octets,
		 struct fc_dma *dma);

/* Undo; nothing happens when dma->mem is NULL. */
void fc_dma_free(struct fc_transport *transport, struct fc_dma *dma);

#endif
