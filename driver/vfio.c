// SPDX-License-Identifier: BSD-2-Clause
#include "driver/vfio_private.h"

#include "driver/host_time.h"
#include "driver/pagemap.h"
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Above 4 GiB, so that no run passes with the high address words forgotten. */
#define IOVA_FIRST UINT64_C(0x100000000)
#define IOVA_ALIGN UINT64_C(0x200000)

static struct fc_vfio *vfio_of(struct fc_transport *t)
{
	return (struct fc_vfio *)((char *)t - offsetof(struct fc_vfio, transport));
}

int fc_vfio_fail(struct fc_vfio *v, int err, const char *format, ...)
{
	va_list arguments;

	if (v->error && v->error_octets) {
		va_start(arguments, format);
		vsnprintf(v->error, v->error_octets, format, arguments);
		va_end(arguments);
	}
	return err;
}

/* ---------------------------------------------------------------- operations */
/* Only where the kernel does not let the BAR be mapped. */
static int vfio_reg_read(struct fc_transport *t, uint32_t offset, uint32_t *value)
{
	struct fc_vfio *v = vfio_of(t);
	ssize_t n = v->calls->pread(v->device, value, sizeof(*value), v->bar_offset + offset);

	return n == (ssize_t)sizeof(*value) ? 0 : n < 0 ? (int)n : -EIO;
}

static int vfio_reg_write(struct fc_transport *t, uint32_t offset, uint32_t value)
{
	struct fc_vfio *v = vfio_of(t);
	ssize_t n = v->calls->pwrite(v->device, &value, sizeof(value), v->bar_offset + offset);

	return n == (ssize_t)sizeof(value) ? 0 : n < 0 ? (int)n : -EIO;
}

static int choose_iova(struct fc_vfio *v, struct fc_dma *dma)
{
	int err;

	if (v->pagemap >= 0) {
		err = v->calls->lock(dma->mem, dma->octets);
		return err ? err : fc_pagemap_arrange(v->pagemap, dma, FC_HUGE_PAGE, &dma->iova);
	}
	err = fc_vfio_iova(v->range, v->ranges, v->next_iova, dma->octets, IOVA_ALIGN, &dma->iova);
	/* Addresses are not used twice (a late write then hits nothing), with a gap behind each. */
	if (!err)
		v->next_iova = dma->iova + dma->octets + IOVA_ALIGN;
	return err;
}

static int vfio_dma_map(struct fc_transport *t, struct fc_dma *dma)
{
	struct fc_vfio *v = vfio_of(t);
	int err = choose_iova(v, dma);

	return err ? err : v->way->map(v, dma);
}

static void vfio_dma_unmap(struct fc_transport *t, struct fc_dma *dma)
{
	struct fc_vfio *v = vfio_of(t);

	v->way->unmap(v, dma);
}

static int vfio_irq_set(struct fc_transport *t, unsigned vector, int eventfd)
{
	return fc_vfio_irq_set(vfio_of(t), vector, eventfd);
}

/* Memory space and bus mastering: VFIO leaves both to its user. */
static int enable(struct fc_vfio *v)
{
	uint64_t at = v->config_offset + PCI_COMMAND;
	uint16_t command;

	if (v->calls->pread(v->device, &command, sizeof(command), at) != sizeof(command))
		return -EIO;
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
	if (v->calls->pwrite(v->device, &command, sizeof(command), at) != sizeof(command))
		return -EIO;
	return 0;
}

static int vfio_reset(struct fc_transport *t)
{
	struct fc_vfio *v = vfio_of(t);
	int err = v->calls->ioctl(v->device, VFIO_DEVICE_RESET, NULL);

	return err ? err : enable(v);
}

static int vfio_gone_fd(struct fc_transport *t)
{
	return vfio_of(t)->gone;
}

static void vfio_close(struct fc_transport *t)
{
	struct fc_vfio *v = vfio_of(t);

	fc_vfio_irq_close(v);
	if (t->bar)
		v->calls->unmap((void *)t->bar, t->bar_octets);
	if (v->pagemap >= 0)
		v->calls->close(v->pagemap);
	v->way->detach(v);
	free(v);
}

static const struct fc_transport_ops vfio_ops = {
	.reg_read = vfio_reg_read,
	.reg_write = vfio_reg_write,
	.dma_map = vfio_dma_map,
	.dma_unmap = vfio_dma_unmap,
	.relax = fc_host_relax,
	.now = fc_host_now,
	.irq_set = vfio_irq_set,
	.reset = vfio_reset,
	.gone_fd = vfio_gone_fd,
	.close = vfio_close,
};

/* ---------------------------------------------------------------- opening */
static int region(struct fc_vfio *v, unsigned index, struct vfio_region_info *info)
{
	int err;

	*info = (struct vfio_region_info){.argsz = sizeof(*info), .index = index};
	err = v->calls->ioctl(v->device, VFIO_DEVICE_GET_REGION_INFO, info);
	return err ? fc_vfio_fail(v, err, "%s: region %u: %s", v->bdf, index, strerror(-err)) : 0;
}

static int open_regions(struct fc_vfio *v)
{
	struct vfio_device_info info = {.argsz = sizeof(info)};
	struct vfio_region_info bar, config;
	int err = v->calls->ioctl(v->device, VFIO_DEVICE_GET_INFO, &info);

	if (err || !(info.flags & VFIO_DEVICE_FLAGS_PCI))
		return fc_vfio_fail(v, err ? err : -ENODEV, "%s: VFIO has no PCI device there",
				    v->bdf);
	err = region(v, VFIO_PCI_CONFIG_REGION_INDEX, &config);
	if (!err)
		err = region(v, VFIO_PCI_BAR0_REGION_INDEX, &bar);
	if (err)
		return err;
	if (bar.size < FC_PCI_BAR_OCTETS)
		return fc_vfio_fail(v, -EPROTO, "%s: BAR0 has %llu octets, the registers take %u",
				    v->bdf, (unsigned long long)bar.size,
				    (unsigned)FC_PCI_BAR_OCTETS);
	v->config_offset = config.offset;
	v->bar_offset = bar.offset;
	v->transport.bar_octets = bar.size;
	err = enable(v);
	if (err)
		return fc_vfio_fail(v, err, "%s: bus mastering cannot be turned on", v->bdf);
	if (bar.flags & VFIO_REGION_INFO_FLAG_MMAP) {
		void *mem;

		err = v->calls->map(v->device, bar.size, bar.offset, &mem);
		if (err)
			return fc_vfio_fail(v, err, "%s: BAR0 does not map: %s", v->bdf,
					    strerror(-err));
		v->transport.bar = mem;
	}
	return 0;
}

static int open_memory(struct fc_vfio *v, bool physical)
{
	int n;

	v->next_iova = IOVA_FIRST;
	if (physical) {
		v->transport.dma_page_log2 = FC_HUGE_PAGE_LOG2;
		v->pagemap = v->calls->open(FC_PAGEMAP);
		return v->pagemap < 0 ? fc_vfio_fail(v, v->pagemap, "%s: %s", FC_PAGEMAP,
						     strerror(-v->pagemap))
				      : 0;
	}
	n = v->way->ranges(v);
	if (n < 0)
		return fc_vfio_fail(v, n, "%s: the IOMMU's addresses are not to be had: %s", v->bdf,
				    strerror(-n));
	v->ranges = (unsigned)n;
	return 0;
}

static int check_driver(struct fc_vfio *v)
{
	char name[64];
	int err = fc_sysfs_device_link(&v->roots, v->bdf, "driver", name, sizeof(name));

	if (err == -ENOENT && fc_sysfs_device_present(&v->roots, v->bdf))
		return fc_vfio_fail(v, -ENODEV, "%s: no driver is bound (flowcard-bind bind %s)",
				    v->bdf, v->bdf);
	if (err == -ENOENT)
		return fc_vfio_fail(v, -ENODEV, "%s: no such device", v->bdf);
	if (err)
		return fc_vfio_fail(v, err, "%s: %s", v->bdf, strerror(-err));
	if (strcmp(name, "vfio-pci") != 0)
		return fc_vfio_fail(v, -ENODEV, "%s: bound to %s, not to vfio-pci", v->bdf, name);
	return 0;
}

static int attach(struct fc_vfio *v)
{
	int err;

	v->way = &fc_vfio_cdev_way;
	err = v->way->attach(v);
	if (err != -EOPNOTSUPP)
		return err;
	v->way = &fc_vfio_group_way;
	return v->way->attach(v);
}

static int open_device(struct fc_vfio *v, const struct fc_vfio_config *config)
{
	int err = check_driver(v);

	if (!err)
		err = attach(v);
	if (err)
		return err;
	err = open_regions(v);
	if (err)
		goto detach;
	err = open_memory(v, config->physical);
	if (err)
		goto unmap;
	err = fc_vfio_irq_open(v);
	if (err)
		goto close_pagemap;
	return 0;

close_pagemap:
	if (v->pagemap >= 0)
		v->calls->close(v->pagemap);
unmap:
	if (v->transport.bar)
		v->calls->unmap((void *)v->transport.bar, v->transport.bar_octets);
detach:
	v->way->detach(v);
	return err;
}

int fc_vfio_open_with(const struct fc_vfio_calls *calls, const struct fc_roots *roots,
		      const struct fc_vfio_config *config, struct fc_transport **out, char *error,
		      size_t error_octets)
{
	struct fc_vfio *v = calloc(1, sizeof(*v));
	int err;

	if (!v) {
		snprintf(error, error_octets, "%s: out of memory", config->bdf);
		return -ENOMEM;
	}
	v->transport.ops = &vfio_ops;
	v->transport.name = "vfio";
	v->calls = calls;
	v->roots = *roots;
	v->pagemap = -1;
	v->error = error;
	v->error_octets = error_octets;
	snprintf(v->bdf, sizeof(v->bdf), "%s", config->bdf);
	err = open_device(v, config);
	if (err) {
		free(v);
		return err;
	}
	v->error = NULL;
	*out = &v->transport;
	return 0;
}

int fc_vfio_open(const struct fc_vfio_config *config, struct fc_transport **out, char *error,
		 size_t error_octets)
{
	static const struct fc_roots roots;

	return fc_vfio_open_with(&fc_vfio_system, &roots, config, out, error, error_octets);
}
