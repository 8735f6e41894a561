/* SPDX-License-Identifier: BSD-2-Clause */
/* Small reads from sysfs. Paths are made of a root, so that tests have a tree of their own. */
#ifndef FC_SYSFS_H
#define FC_SYSFS_H

#include <stdbool.h>
#include <stddef.h>

#define FC_SYSFS_PATH 512

/*
 * Where in the machine a device is looked up. NULL in a member: the real place. Text must outlive
 * its use.
 */
struct fc_roots {
	const char *sys; /* "/sys" */
	const char *dev; /* "/dev" */
};

/* ROOT/bus/pci/devices/BDF/`file`. Return 0 or -ENAMETOOLONG. */
int fc_sysfs_device_path(const struct fc_roots *roots, const char *bdf, const char *file,
			 char path[FC_SYSFS_PATH]);

/* Is the device there? */
bool fc_sysfs_device_present(const struct fc_roots *roots, const char *bdf);

/* Last part of what the link `file` of a device points to ("driver", "iommu_group"). Return 0,
 * -ENOENT (no such device or no such link), -ENAMETOOLONG or -errno. */
int fc_sysfs_device_link(const struct fc_roots *roots, const char *bdf, const char *file,
			 char *name, size_t octets);

/* First entry of the device's folder `file` that begins with `prefix`. Return as above. */
int fc_sysfs_device_entry(const struct fc_roots *roots, const char *bdf, const char *file,
			  const char *prefix, char *name, size_t octets);

#endif
