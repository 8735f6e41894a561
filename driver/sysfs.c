// SPDX-License-Identifier: BSD-2-Clause
#include "driver/sysfs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int copy_name(const char *from, char *name, size_t octets)
{
	int n = snprintf(name, octets, "%s", from);

	return n >= 0 && (size_t)n < octets ? 0 : -ENAMETOOLONG;
}

int fc_sysfs_device_path(const struct fc_roots *roots, const char *bdf, const char *file,
			 char path[FC_SYSFS_PATH])
{
	int n = snprintf(path, FC_SYSFS_PATH, "%s/bus/pci/devices/%s/%s",
			 roots->sys ? roots->sys : "/sys", bdf, file);

	return n >= 0 && n < FC_SYSFS_PATH ? 0 : -ENAMETOOLONG;
}

bool fc_sysfs_device_present(const struct fc_roots *roots, const char *bdf)
{
	char path[FC_SYSFS_PATH];

	return !fc_sysfs_device_path(roots, bdf, "vendor", path) && !access(path, F_OK);
}

int fc_sysfs_device_link(const struct fc_roots *roots, const char *bdf, const char *file,
			 char *name, size_t octets)
{
	char path[FC_SYSFS_PATH], target[FC_SYSFS_PATH], *last;
	int err = fc_sysfs_device_path(roots, bdf, file, path);
	ssize_t n;

	if (err)
		return err;
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	last = strrchr(target, '/');
	return copy_name(last ? last + 1 : target, name, octets);
}

int fc_sysfs_device_entry(const struct fc_roots *roots, const char *bdf, const char *file,
			  const char *prefix, char *name, size_t octets)
{
	char path[FC_SYSFS_PATH];
	struct dirent *entry;
	int err = fc_sysfs_device_path(roots, bdf, file, path);
	DIR *folder;

	if (err)
		return err;
	folder = opendir(path);
	if (!folder)
		return -errno;
	err = -ENOENT;
	while (err == -ENOENT && (entry = readdir(folder)))
		if (!strncmp(entry->d_name, prefix, strlen(prefix)))
			err = copy_name(entry->d_name, name, octets);
	closedir(folder);
	return err;
}
