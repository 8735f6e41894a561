// SPDX-License-Identifier: BSD-2-Clause
/* VFIO through the device's group and a type 1 container: every kernel since 3.6. */
#include "driver/vfio_private.h"

#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>

#define INFO_OCTETS 1024 /* of VFIO_IOMMU_GET_INFO with its capabilities */

static const char *dev_root(const struct fc_vfio *v)
{
	return v->roots.dev ? v->roots.dev : "/dev";
}

static int open_container(struct fc_vfio *v)
{
	char path[FC_SYSFS_PATH];
	int version;

	snprintf(path, sizeof(path), "%s/vfio/vfio", dev_root(v));
	v->container = v->calls->open(path);
	if (v->container < 0)
		return fc_vfio_fail(v, v->container, "%s: %s (is the module vfio loaded?)", path,
				    strerror(-v->container));
	version = v->calls->ioctl(v->container, VFIO_GET_API_VERSION, NULL);
	if (version != VFIO_API_VERSION ||
	    v->calls->ioctl(v->container, VFIO_CHECK_EXTENSION, (void *)VFIO_TYPE1v2_IOMMU) != 1) {
		v->calls->close(v->container);
		return fc_vfio_fail(v, -EOPNOTSUPP, "%s: VFIO version %d without type 1 IOMMU",
				    path, version);
	}
	return 0;
}

static int open_group(struct fc_vfio *v)
{
	struct vfio_group_status status = {.argsz = sizeof(status)};
	char name[64], path[FC_SYSFS_PATH];
	int err = fc_sysfs_device_link(&v->roots, v->bdf, "iommu_group", name, sizeof(name));

	if (err)
		return fc_vfio_fail(v, -ENODEV, "%s: no IOMMU group (is an IOMMU there and on?)",
				    v->bdf);
	snprintf(path, sizeof(path), "%s/vfio/%s", dev_root(v), name);
	v->group = v->calls->open(path);
	if (v->group < 0)
		return fc_vfio_fail(v, v->group, "%s: %s", path, strerror(-v->group));
	err = v->calls->ioctl(v->group, VFIO_GROUP_GET_STATUS, &status);
	if (!err && !(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		err = -EBUSY;
	if (err) {
		v->calls->close(v->group);
		return fc_vfio_fail(v, err,
				    "%s: group %s is not viable: other devices in it have a driver",
				    v->bdf, name);
	}
	return 0;
}

static int join(struct fc_vfio *v)
{
	int err = v->calls->ioctl(v->group, VFIO_GROUP_SET_CONTAINER, &v->container);

	if (err)
		return fc_vfio_fail(v, err, "%s: its group does not join a container: %s", v->bdf,
				    strerror(-err));
	err = v->calls->ioctl(v->container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU);
	if (err)
		return fc_vfio_fail(
			v, err, "%s: no type 1 IOMMU for its group: %s%s", v->bdf, strerror(-err),
			err == -EPERM ? " (vfio_iommu_type1.allow_unsafe_interrupts?)" : "");
	v->device = v->calls->ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD, v->bdf);
	if (v->device < 0)
		return fc_vfio_fail(v, v->device, "%s: its group does not hand it out: %s", v->bdf,
				    strerror(-v->device));
	return 0;
}

static int group_attach(struct fc_vfio *v)
{
	int err = open_container(v);

	if (err)
		return err;
	err = open_group(v);
	if (err)
		goto close_container;
	err = join(v);
	if (err)
		goto close_group;
	return 0;

close_group:
	v->calls->close(v->group);
close_container:
	v->calls->close(v->container);
	return err;
}

/* The group leaves its container with its last device. */
static void group_detach(struct fc_vfio *v)
{
	v->calls->close(v->device);
	v->calls->close(v->group);
	v->calls->close(v->container);
}

static int group_map(struct fc_vfio *v, const struct fc_dma *dma)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)dma->mem,
		.iova = dma->iova,
		.size = dma->octets,
	};

	return v->calls->ioctl(v->container, VFIO_IOMMU_MAP_DMA, &map);
}

static int group_unmap(struct fc_vfio *v, const struct fc_dma *dma)
{
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap), .iova = dma->iova, .size = dma->octets};

	return v->calls->ioctl(v->container, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

/* The kernel's list of capabilities is linked by offsets from its beginning; none is believed. */
static const struct vfio_info_cap_header *find_capability(const uint8_t *info, uint32_t octets,
							  uint32_t at, unsigned id)
{
	for (unsigned hops = 0; hops < 32 && at; hops++) {
		const struct vfio_info_cap_header *header;

		if (at % 8 || at > octets || octets - at < sizeof(*header))
			return NULL;
		header = (const struct vfio_info_cap_header *)(info + at);
		if (header->id == id)
			return header;
		at = header->next;
	}
	return NULL;
}

static int group_ranges(struct fc_vfio *v)
{
	union {
		uint64_t align;
		uint8_t octet[INFO_OCTETS];
		struct vfio_iommu_type1_info head;
	} info = {.head = {.argsz = sizeof(info)}};
	const struct vfio_iommu_type1_info_cap_iova_range *ranges;
	uint32_t octets, count;
	int err = v->calls->ioctl(v->container, VFIO_IOMMU_GET_INFO, &info);

	if (err)
		return err;
	octets = info.head.argsz < sizeof(info) ? info.head.argsz : sizeof(info);
	if (!(info.head.flags & VFIO_IOMMU_INFO_CAPS))
		return 0;
	ranges = (const void *)find_capability(info.octet, octets, info.head.cap_offset,
					       VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);
	if (!ranges || (size_t)((const uint8_t *)ranges - info.octet) + sizeof(*ranges) > octets)
		return 0;
	count = (octets - (uint32_t)((const uint8_t *)ranges - info.octet) - sizeof(*ranges)) /
		sizeof(ranges->iova_ranges[0]);
	if (count > ranges->nr_iovas)
		count = ranges->nr_iovas;
	if (count > FC_VFIO_RANGES_MAX)
		count = FC_VFIO_RANGES_MAX;
	for (uint32_t i = 0; i < count; i++)
		v->range[i] = (struct fc_vfio_range){ranges->iova_ranges[i].start,
						     ranges->iova_ranges[i].end};
	return (int)count;
}

const struct fc_vfio_way fc_vfio_group_way = {
	.name = "group",
	.attach = group_attach,
	.detach = group_detach,
	.map = group_map,
	.unmap = group_unmap,
	.ranges = group_ranges,
};
