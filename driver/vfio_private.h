/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the vfio transport share; nobody else includes it but their test. */
#ifndef FC_VFIO_PRIVATE_H
#define FC_VFIO_PRIVATE_H

#include "driver/sysfs.h"
#include <flowcard/pci.h>
#include <flowcard/vfio.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/types.h>

#define FC_VFIO_VECTORS_MAX 64
#define FC_VFIO_RANGES_MAX 16

/* The system calls that reach the kernel's side of VFIO. All return what the real ones do, errors
 * as -errno. */
struct fc_vfio_calls {
	int (*open)(const char *path);
	int (*close)(int fd);
	int (*ioctl)(int fd, unsigned long request, void *argument);
	int (*map)(int fd, size_t octets, uint64_t offset, void **out);
	void (*unmap)(void *mem, size_t octets);
	ssize_t (*pread)(int fd, void *to, size_t octets, uint64_t offset);
	ssize_t (*pwrite)(int fd, const void *from, size_t octets, uint64_t offset);
	int (*eventfd)(void);
	int (*lock)(const void *mem, size_t octets);
};

extern const struct fc_vfio_calls fc_vfio_system;

/* Bus addresses that the IOMMU translates. */
struct fc_vfio_range {
	uint64_t first, last;
};

struct fc_vfio;

/* The two interfaces of the kernel. */
struct fc_vfio_way {
	const char *name;
	/* Get v->device and what maps memory for it. Return 0 or -errno (message set, undone). */
	int (*attach)(struct fc_vfio *v);
	void (*detach)(struct fc_vfio *v);
	int (*map)(struct fc_vfio *v, const struct fc_dma *dma);
	int (*unmap)(struct fc_vfio *v, const struct fc_dma *dma);
	/* Fill v->range. Return how many, 0 if the kernel does not say, or -errno. */
	int (*ranges)(struct fc_vfio *v);
};

extern const struct fc_vfio_way fc_vfio_group_way, fc_vfio_cdev_way;

struct fc_vfio {
	struct fc_transport transport;
	const struct fc_vfio_calls *calls;
	const struct fc_vfio_way *way;
	struct fc_roots roots;
	char bdf[FC_PCI_BDF_OCTETS];
	char *error; /* while opening; NULL afterwards */
	size_t error_octets;
	int container, group; /* group way */
	int iommufd;          /* cdev way */
	uint32_t ioas;
	int device;
	unsigned regions;
	uint64_t bar_offset, config_offset; /* in the device's file */
	unsigned vectors;
	bool vectors_enabled;
	int gone;    /* eventfd */
	int pagemap; /* -1: the IOMMU translates */
	struct fc_vfio_range range[FC_VFIO_RANGES_MAX];
	unsigned ranges;
	uint64_t next_iova;
};

/* Set the message (while opening) and return `err`. */
int fc_vfio_fail(struct fc_vfio *v, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* fc_vfio_open with its surroundings as arguments. */
int fc_vfio_open_with(const struct fc_vfio_calls *calls, const struct fc_roots *roots,
		      const struct fc_vfio_config *config, struct fc_transport **out, char *error,
		      size_t error_octets);

/* Interrupts: find out how many vectors; REQ and ERR into v->gone. */
int fc_vfio_irq_open(struct fc_vfio *v);
void fc_vfio_irq_close(struct fc_vfio *v);
int fc_vfio_irq_set(struct fc_vfio *v, unsigned vector, int eventfd);

/*
 * The lowest address >= `from` that is a multiple of `align` and has `octets` within one of the
 * ranges (none: all addresses). Return 0 or -ENOSPC.
 */
int fc_vfio_iova(const struct fc_vfio_range *range, unsigned ranges, uint64_t from, size_t octets,
		 uint64_t align, uint64_t *out);

#endif
