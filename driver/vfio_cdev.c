// SPDX-License-Identifier: BSD-2-Clause
/* VFIO through the device's own character device and iommufd. */
#include "driver/vfio_cdev_abi.h"
#include "driver/vfio_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *dev_root(const struct fc_vfio *v)
{
	return v->roots.dev ? v->roots.dev : "/dev";
}

static int open_device(struct fc_vfio *v)
{
	char name[64], path[FC_SYSFS_PATH];
	int err = fc_sysfs_device_entry(&v->roots, v->bdf, "vfio-dev", "vfio", name, sizeof(name));

	/* An older kernel, or one built without: no fault, the group will do. (Linux 6.1 has the
	 * folder, and no device yet.) */
	if (err)
		return -EOPNOTSUPP;
	snprintf(path, sizeof(path), "%s/vfio/devices/%s", dev_root(v), name);
	v->device = v->calls->open(path);
	if (v->device == -ENOENT)
		return -EOPNOTSUPP;
	return v->device < 0 ? fc_vfio_fail(v, v->device, "%s: %s", path, strerror(-v->device)) : 0;
}

static int bind_device(struct fc_vfio *v)
{
	struct fc_device_bind_iommufd bind = {.argsz = sizeof(bind), .iommufd = v->iommufd};
	struct fc_ioas_alloc alloc = {.size = sizeof(alloc)};
	struct fc_device_attach_ioas attach = {.argsz = sizeof(attach)};
	int err = v->calls->ioctl(v->device, FC_DEVICE_BIND_IOMMUFD, &bind);

	if (err)
		return fc_vfio_fail(v, err, "%s: not bound to iommufd: %s", v->bdf, strerror(-err));
	err = v->calls->ioctl(v->iommufd, FC_IOAS_ALLOC, &alloc);
	if (err)
		return fc_vfio_fail(v, err, "%s: no address space: %s", v->bdf, strerror(-err));
	v->ioas = alloc.out_ioas_id;
	attach.pt_id = v->ioas;
	err = v->calls->ioctl(v->device, FC_DEVICE_ATTACH_IOAS, &attach);
	if (err)
		return fc_vfio_fail(v, err, "%s: not attached to an address space: %s", v->bdf,
				    strerror(-err));
	return 0;
}

static int cdev_attach(struct fc_vfio *v)
{
	char path[FC_SYSFS_PATH];
	int err = open_device(v);

	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/iommu", dev_root(v));
	v->iommufd = v->calls->open(path);
	if (v->iommufd < 0) {
		err = fc_vfio_fail(v, v->iommufd, "%s: %s", path, strerror(-v->iommufd));
		goto close_device;
	}
	err = bind_device(v);
	if (err)
		goto close_iommufd;
	return 0;

	/* The address space goes with the iommufd, the binding with the device. */
close_iommufd:
	v->calls->close(v->iommufd);
close_device:
	v->calls->close(v->device);
	return err;
}

static void cdev_detach(struct fc_vfio *v)
{
	v->calls->close(v->device);
	v->calls->close(v->iommufd);
}

static int cdev_map(struct fc_vfio *v, const struct fc_dma *dma)
{
	struct fc_ioas_map map = {
		.size = sizeof(map),
		.flags = FC_IOAS_FIXED | FC_IOAS_WRITEABLE | FC_IOAS_READABLE,
		.ioas_id = v->ioas,
		.va = (uintptr_t)dma->mem,
		.length = dma->octets,
		.iova = dma->iova,
	};

	return v->calls->ioctl(v->iommufd, FC_IOAS_MAP, &map);
}

static int cdev_unmap(struct fc_vfio *v, const struct fc_dma *dma)
{
	struct fc_ioas_unmap unmap = {.size = sizeof(unmap),
				      .ioas_id = v->ioas,
				      .iova = dma->iova,
				      .length = dma->octets};
	int n = v->calls->ioctl(v->iommufd, FC_IOAS_UNMAP, &unmap);

	return n < 0 ? n : 0;
}

static int cdev_ranges(struct fc_vfio *v)
{
	struct fc_ioas_range range[FC_VFIO_RANGES_MAX];
	struct fc_ioas_ranges ask = {.size = sizeof(ask),
				     .ioas_id = v->ioas,
				     .count = FC_VFIO_RANGES_MAX,
				     .ranges = (uintptr_t)range};
	int err = v->calls->ioctl(v->iommufd, FC_IOAS_RANGES, &ask);

	/* -EMSGSIZE: there are more, these are the first. */
	if (err && err != -EMSGSIZE)
		return err;
	if (ask.count > FC_VFIO_RANGES_MAX)
		ask.count = FC_VFIO_RANGES_MAX;
	for (uint32_t i = 0; i < ask.count; i++)
		v->range[i] = (struct fc_vfio_range){range[i].first, range[i].last};
	return (int)ask.count;
}

const struct fc_vfio_way fc_vfio_cdev_way = {
	.name = "cdev",
	.attach = cdev_attach,
	.detach = cdev_detach,
	.map = cdev_map,
	.unmap = cdev_unmap,
	.ranges = cdev_ranges,
};
