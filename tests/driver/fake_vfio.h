/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's side of VFIO for one device, as far as the transport can see it: a tree that stands
 * for /sys, and the system calls. Every descriptor and mapping is counted.
 */
#ifndef FC_FAKE_VFIO_H
#define FC_FAKE_VFIO_H

#include "driver/vfio_private.h"
#include <stdbool.h>

#define FAKE_BDF "0000:03:00.0"
#define FAKE_BAR_OCTETS 0x10000
#define FAKE_VECTORS 8
#define FAKE_IOMMU_MAPS 8

struct fake_vfio {
	char root[64]; /* temporary folder, stands for /sys */
	/* knobs */
	bool cdev;             /* device files and iommufd are there */
	bool cdev_folder_only; /* as Linux 6.1: the folder is there, the device file is not */
	bool no_bar_map;       /* the BAR cannot be mapped */
	bool not_viable;
	uint64_t bar_octets;
	unsigned fail_at; /* the n-th call that can fail gives -EIO; 0: none */
	/* what was seen */
	unsigned calls, open_files, mapped;
	uint16_t command;
	uint32_t bar[FAKE_BAR_OCTETS / 4];
	int32_t vector[FAKE_VECTORS]; /* descriptors set; -1: none */
	unsigned vectors_enabled, enables;
	int32_t req, err;
	struct {
		uint64_t iova, octets;
		uintptr_t mem;
	} iommu[FAKE_IOMMU_MAPS];
	unsigned iommu_maps, resets;
	bool used_cdev;
};

extern struct fake_vfio fake;
extern const struct fc_vfio_calls fake_vfio_calls;

/* A device bound to `driver` (NULL: none) in group 7. */
void fake_vfio_init(const char *driver);
void fake_vfio_cdev(void);
void fake_vfio_clean(void);

#endif
