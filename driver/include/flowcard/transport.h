/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A transport reaches one card: its BAR0, its view of host memory, its interrupts.
 * Real cards (vfio, uio), a card in another process (vfio-user) and the Verilated model in this
 * process all fit behind it.
 */
#ifndef FLOWCARD_TRANSPORT_H
#define FLOWCARD_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fc_transport;

/* Host memory that the card may write. Owned by the caller of dma_map until dma_unmap. */
struct fc_dma {
	void *mem;     /* page aligned, zeroed, memfd backed */
	size_t octets; /* multiple of the page size */
	uint64_t iova; /* what the card puts on the bus */
	int fd;        /* the memfd */
};

struct fc_transport_ops {
	/* 32-bit register access for transports without a mapped BAR. Return 0 or -errno
	 * (-ENODEV: the card is gone, -ETIMEDOUT). */
	int (*reg_read)(struct fc_transport *t, uint32_t offset, uint32_t *value);
	int (*reg_write)(struct fc_transport *t, uint32_t offset, uint32_t value);
	/* Make `dma->mem` (already allocated) reachable; fills dma->iova. Return 0 or -errno. */
	int (*dma_map)(struct fc_transport *t, struct fc_dma *dma);
	void (*dma_unmap)(struct fc_transport *t, struct fc_dma *dma);
	/* Let time pass while the caller waits for the card: the model runs clocks, a real card
	 * sleeps. now() must have grown afterwards, or waits would not end. */
	void (*relax)(struct fc_transport *t);
	/* Time for deadlines, ns, monotonic: model time for the model, CLOCK_MONOTONIC else. */
	uint64_t (*now)(struct fc_transport *t);
	/* The three below may be NULL: the transport has no such thing. */
	/* Add 1 to `eventfd` (the caller's) whenever the card raises interrupt `vector` (ring
	 * number); -1: no more. Return 0, -EINVAL (no such vector), -ENODEV or the transport's
	 * -errno. */
	int (*irq_set)(struct fc_transport *t, unsigned vector, int eventfd);
	/* Reset the card as a power-up would; DMA maps and interrupts stay set up. Return 0 or
	 * -errno. */
	int (*reset)(struct fc_transport *t);
	/* A descriptor that becomes readable when the card is asked back, has failed or is gone
	 * (REQ, ERR, a closed socket); the transport's own, valid until close. -1: none. */
	int (*gone_fd)(struct fc_transport *t);
	void (*close)(struct fc_transport *t);
};

/* Embedded first in each transport's own struct. */
struct fc_transport {
	const struct fc_transport_ops *ops;
	volatile uint32_t *bar; /* mapped BAR0 or NULL; the hot path uses it directly */
	size_t bar_octets;
	const char *name; /* "model", "vfio", ...: for messages */
	/* log2 of the pages that memory for dma_map must consist of, one piece to the card; 0: any.
	 * dma_map puts the pages in order, or gives -EADDRNOTAVAIL. */
	unsigned dma_page_log2;
};

/* Hot path: one load or store when the BAR is mapped. A mapped read cannot fail; all-ones is judged
 * by the device layer. */
static inline int fc_transport_read(struct fc_transport *t, uint32_t offset, uint32_t *value)
{
	if (t->bar) {
		*value = t->bar[offset / 4];
		return 0;
	}
	return t->ops->reg_read(t, offset, value);
}

static inline int fc_transport_write(struct fc_transport *t, uint32_t offset, uint32_t value)
{
	if (t->bar) {
		t->bar[offset / 4] = value;
		return 0;
	}
	return t->ops->reg_write(t, offset, value);
}

#ifdef __cplusplus
}
#endif
#endif
