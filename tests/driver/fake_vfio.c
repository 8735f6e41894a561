// SPDX-License-Identifier: BSD-2-Clause
#include "tests/driver/fake_vfio.h"

#include "driver/vfio_cdev_abi.h"
#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fake_vfio fake;

enum { CONTAINER = 1000, GROUP, DEVICE, IOMMUFD, EVENTFD, PAGEMAP, IOAS = 42 };
enum { CONFIG_AT = 0x70000, BAR_AT = 0x10000 };

static int gate(void)
{
	return ++fake.calls == fake.fail_at ? -EIO : 0;
}

static int opened(int fd)
{
	int err = gate();

	if (err)
		return err;
	fake.open_files++;
	return fd;
}

static int fake_open(const char *path)
{
	char device[128];

	snprintf(device, sizeof(device), "%s/dev/vfio/", fake.root);
	if (strstr(path, "/vfio/devices/vfio3"))
		return fake.cdev ? opened(DEVICE) : -ENOENT;
	if (!strncmp(path, device, strlen(device)) && !strcmp(path + strlen(device), "vfio"))
		return opened(CONTAINER);
	if (!strncmp(path, device, strlen(device)) && !strcmp(path + strlen(device), "7"))
		return opened(GROUP);
	if (strstr(path, "/dev/iommu"))
		return opened(IOMMUFD);
	if (strstr(path, "pagemap"))
		return opened(PAGEMAP);
	return -ENOENT;
}

static int fake_close(int fd)
{
	(void)fd;
	fake.open_files--;
	return 0;
}

static int region_info(struct vfio_region_info *info)
{
	if (info->index == VFIO_PCI_CONFIG_REGION_INDEX) {
		info->offset = CONFIG_AT;
		info->size = 256;
	} else {
		info->offset = BAR_AT;
		info->size = fake.bar_octets;
		info->flags = fake.no_bar_map ? 0 : VFIO_REGION_INFO_FLAG_MMAP;
	}
	return 0;
}

/* As kernels before 6.5: what is enabled cannot grow. */
static int set_irqs(const struct vfio_irq_set *set)
{
	const int32_t *fd = (const int32_t *)set->data;

	if (set->index == VFIO_PCI_REQ_IRQ_INDEX) {
		fake.req = fd[0];
	} else if (set->index == VFIO_PCI_ERR_IRQ_INDEX) {
		fake.err = fd[0];
	} else if (set->flags & VFIO_IRQ_SET_DATA_NONE) {
		fake.vectors_enabled = 0;
	} else {
		if (!fake.vectors_enabled) {
			fake.vectors_enabled = set->start + set->count;
			fake.enables++;
		}
		if (set->start + set->count > fake.vectors_enabled)
			return -EINVAL;
		for (unsigned i = 0; i < set->count; i++)
			fake.vector[set->start + i] = fd[i];
	}
	return 0;
}

static int iommu_map(uint64_t iova, uint64_t octets, uintptr_t mem)
{
	if (fake.iommu_maps == FAKE_IOMMU_MAPS)
		return -ENOSPC;
	fake.iommu[fake.iommu_maps].iova = iova;
	fake.iommu[fake.iommu_maps].octets = octets;
	fake.iommu[fake.iommu_maps++].mem = mem;
	return 0;
}

static int iommu_unmap(uint64_t iova)
{
	for (unsigned i = 0; i < fake.iommu_maps; i++)
		if (fake.iommu[i].iova == iova) {
			fake.iommu[i] = fake.iommu[--fake.iommu_maps];
			return 0;
		}
	return -ENOENT;
}

/* One usable range below the interrupt window, one above 4 GiB. */
static int iommu_info(struct vfio_iommu_type1_info *info)
{
	struct vfio_iommu_type1_info_cap_iova_range *cap =
		(void *)((uint8_t *)info + sizeof(*info) + sizeof(*info) % 8);

	info->flags = VFIO_IOMMU_INFO_CAPS;
	info->cap_offset = (uint32_t)((uint8_t *)cap - (uint8_t *)info);
	cap->header.id = VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE;
	cap->header.next = 0;
	cap->nr_iovas = 2;
	cap->iova_ranges[0].start = 0;
	cap->iova_ranges[0].end = 0xfedfffff;
	cap->iova_ranges[1].start = 0xfef00000;
	cap->iova_ranges[1].end = 0x7fffffffff;
	return 0;
}

static int group_ioctl(unsigned long request, void *argument)
{
	switch (request) {
	case VFIO_GROUP_GET_STATUS:
		((struct vfio_group_status *)argument)->flags =
			fake.not_viable ? 0 : VFIO_GROUP_FLAGS_VIABLE;
		return 0;
	case VFIO_GROUP_SET_CONTAINER:
		return *(int *)argument == CONTAINER ? 0 : -EINVAL;
	case VFIO_GROUP_GET_DEVICE_FD:
		if (strcmp(argument, FAKE_BDF))
			return -ENODEV;
		fake.open_files++;
		return DEVICE;
	default:
		return -ENOTTY;
	}
}

static int container_ioctl(unsigned long request, void *argument)
{
	const struct vfio_iommu_type1_dma_map *map = argument;

	switch (request) {
	case VFIO_GET_API_VERSION:
		return VFIO_API_VERSION;
	case VFIO_CHECK_EXTENSION:
		return argument == (void *)VFIO_TYPE1v2_IOMMU;
	case VFIO_SET_IOMMU:
		return 0;
	case VFIO_IOMMU_GET_INFO:
		return iommu_info(argument);
	case VFIO_IOMMU_MAP_DMA:
		return iommu_map(map->iova, map->size, map->vaddr);
	case VFIO_IOMMU_UNMAP_DMA:
		return iommu_unmap(((struct vfio_iommu_type1_dma_unmap *)argument)->iova);
	default:
		return -ENOTTY;
	}
}

static int iommufd_ioctl(unsigned long request, void *argument)
{
	const struct fc_ioas_map *map = argument;
	struct fc_ioas_ranges *ranges = argument;

	switch (request) {
	case FC_IOAS_ALLOC:
		((struct fc_ioas_alloc *)argument)->out_ioas_id = IOAS;
		return 0;
	case FC_IOAS_RANGES:
		if (ranges->ioas_id != IOAS || ranges->count < 1)
			return -ENOENT;
		ranges->count = 1;
		*(struct fc_ioas_range *)(uintptr_t)ranges->ranges =
			(struct fc_ioas_range){0x200000000, 0x2ffffffff};
		return 0;
	case FC_IOAS_MAP:
		return map->ioas_id == IOAS && map->flags & FC_IOAS_FIXED
			       ? iommu_map(map->iova, map->length, map->va)
			       : -EINVAL;
	case FC_IOAS_UNMAP:
		return iommu_unmap(((struct fc_ioas_unmap *)argument)->iova);
	default:
		return -ENOTTY;
	}
}

static int device_ioctl(unsigned long request, void *argument)
{
	struct vfio_irq_info *irq = argument;

	switch (request) {
	case FC_DEVICE_BIND_IOMMUFD:
		fake.used_cdev = true;
		return ((struct fc_device_bind_iommufd *)argument)->iommufd == IOMMUFD ? 0 : -EBADF;
	case FC_DEVICE_ATTACH_IOAS:
		return ((struct fc_device_attach_ioas *)argument)->pt_id == IOAS ? 0 : -ENOENT;
	case VFIO_DEVICE_GET_INFO:
		((struct vfio_device_info *)argument)->flags = VFIO_DEVICE_FLAGS_PCI;
		return 0;
	case VFIO_DEVICE_GET_REGION_INFO:
		return region_info(argument);
	case VFIO_DEVICE_GET_IRQ_INFO:
		irq->flags = VFIO_IRQ_INFO_EVENTFD;
		irq->count = irq->index == VFIO_PCI_MSIX_IRQ_INDEX ? FAKE_VECTORS : 1;
		return 0;
	case VFIO_DEVICE_SET_IRQS:
		return set_irqs(argument);
	case VFIO_DEVICE_RESET:
		fake.resets++;
		return 0;
	default:
		return -ENOTTY;
	}
}

static int fake_ioctl(int fd, unsigned long request, void *argument)
{
	int err = gate();

	if (err)
		return err;
	switch (fd) {
	case CONTAINER:
		return container_ioctl(request, argument);
	case GROUP:
		return group_ioctl(request, argument);
	case IOMMUFD:
		return iommufd_ioctl(request, argument);
	case DEVICE:
		return device_ioctl(request, argument);
	default:
		return -EBADF;
	}
}

static int fake_map(int fd, size_t octets, uint64_t offset, void **out)
{
	int err = gate();

	if (err)
		return err;
	if (fd != DEVICE || offset != BAR_AT || octets != FAKE_BAR_OCTETS)
		return -EINVAL;
	fake.mapped++;
	*out = fake.bar;
	return 0;
}

static void fake_unmap(void *mem, size_t octets)
{
	if (mem == fake.bar && octets == FAKE_BAR_OCTETS)
		fake.mapped--;
}

static void *at(uint64_t offset)
{
	return offset >= CONFIG_AT ? (void *)&fake.command : (uint8_t *)fake.bar + offset - BAR_AT;
}

static ssize_t fake_pread(int fd, void *to, size_t octets, uint64_t offset)
{
	int err = gate();

	if (err)
		return err;
	(void)fd;
	memcpy(to, at(offset), octets);
	return (ssize_t)octets;
}

static ssize_t fake_pwrite(int fd, const void *from, size_t octets, uint64_t offset)
{
	int err = gate();

	if (err)
		return err;
	(void)fd;
	memcpy(at(offset), from, octets);
	return (ssize_t)octets;
}

static int fake_eventfd(void)
{
	return opened(EVENTFD);
}

static int fake_lock(const void *mem, size_t octets)
{
	(void)mem;
	(void)octets;
	return 0;
}

const struct fc_vfio_calls fake_vfio_calls = {
	.open = fake_open,
	.close = fake_close,
	.ioctl = fake_ioctl,
	.map = fake_map,
	.unmap = fake_unmap,
	.pread = fake_pread,
	.pwrite = fake_pwrite,
	.eventfd = fake_eventfd,
	.lock = fake_lock,
};

static void run(const char *format, const char *more)
{
	char command[512];

	snprintf(command, sizeof(command), "set -e; cd %s; d=bus/pci/devices/" FAKE_BDF "; ",
		 fake.root);
	snprintf(command + strlen(command), sizeof(command) - strlen(command), format, more);
	if (system(command))
		abort();
}

void fake_vfio_init(const char *driver)
{
	memset(&fake, 0, sizeof(fake));
	memset(fake.vector, 0xff, sizeof(fake.vector));
	fake.bar_octets = FAKE_BAR_OCTETS;
	fake.req = fake.err = -1;
	snprintf(fake.root, sizeof(fake.root), "/tmp/fake-vfio-XXXXXX");
	if (!mkdtemp(fake.root))
		abort();
	run("mkdir -p $d groups/7; echo 0xf10c >$d/vendor; ln -s ../../../../groups/7 "
	    "$d/iommu_group",
	    "");
	if (driver)
		run("ln -s ../../drivers/%s $d/driver", driver);
}

void fake_vfio_cdev(void)
{
	run("mkdir -p $d/vfio-dev/vfio3", "");
	fake.cdev = !fake.cdev_folder_only;
}

void fake_vfio_clean(void)
{
	run("rm -rf %s", fake.root);
}
