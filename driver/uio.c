// SPDX-License-Identifier: BSD-2-Clause
#include "driver/uio_private.h"

#include "driver/host_time.h"
#include "driver/pagemap.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fc_uio *uio_of(struct fc_transport *t)
{
	return (struct fc_uio *)((char *)t - offsetof(struct fc_uio, transport));
}

static int __attribute__((format(printf, 3, 4)))
fail(struct fc_uio *u, int err, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(u->error, u->error_octets, format, arguments);
	va_end(arguments);
	return err;
}

/* ---------------------------------------------------------------- operations */
static int uio_reg_read(struct fc_transport *t, uint32_t offset, uint32_t *value)
{
	*value = t->bar[offset / 4];
	return 0;
}

static int uio_reg_write(struct fc_transport *t, uint32_t offset, uint32_t value)
{
	t->bar[offset / 4] = value;
	return 0;
}

/* Nobody translates: the card must be given what is on the bus. */
static int uio_dma_map(struct fc_transport *t, struct fc_dma *dma)
{
	if (mlock(dma->mem, dma->octets))
		return -errno;
	return fc_pagemap_arrange(uio_of(t)->pagemap, dma, FC_HUGE_PAGE, &dma->iova);
}

static void uio_dma_unmap(struct fc_transport *t, struct fc_dma *dma)
{
	(void)t;
	munlock(dma->mem, dma->octets);
}

static int uio_irq_set(struct fc_transport *t, unsigned vector, int eventfd)
{
	return fc_uio_irq_set(uio_of(t), vector, eventfd);
}

int fc_uio_command(struct fc_uio *u, unsigned set, unsigned clear)
{
	uint16_t command;

	if (pread(u->config, &command, sizeof(command), PCI_COMMAND) != sizeof(command))
		return -EIO;
	command = (uint16_t)((command | set) & ~clear);
	return pwrite(u->config, &command, sizeof(command), PCI_COMMAND) == sizeof(command) ? 0
											    : -EIO;
}

static int enable(struct fc_uio *u)
{
	return fc_uio_command(u, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0);
}

/* The kernel saves the configuration, resets the function by what it offers, and restores. */
static int uio_reset(struct fc_transport *t)
{
	struct fc_uio *u = uio_of(t);
	char path[FC_SYSFS_PATH];
	int err = fc_sysfs_device_path(&u->roots, u->bdf, "reset", path), fd;

	if (err)
		return err;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -EOPNOTSUPP : -errno;
	err = write(fd, "1", 1) == 1 ? 0 : -errno;
	close(fd);
	return err ? err : enable(u);
}

/* Bus mastering ends with the process that answers for it. */
static void uio_close(struct fc_transport *t)
{
	struct fc_uio *u = uio_of(t);

	fc_uio_irq_set(u, 0, -1);
	fc_uio_command(u, 0, PCI_COMMAND_MASTER);
	munmap((void *)t->bar, t->bar_octets);
	close(u->pagemap);
	if (u->device >= 0)
		close(u->device);
	close(u->config);
	free(u);
}

static const struct fc_transport_ops uio_ops = {
	.reg_read = uio_reg_read,
	.reg_write = uio_reg_write,
	.dma_map = uio_dma_map,
	.dma_unmap = uio_dma_unmap,
	.relax = fc_host_relax,
	.now = fc_host_now,
	.irq_set = uio_irq_set,
	.reset = uio_reset,
	.close = uio_close,
};

/* ---------------------------------------------------------------- opening */
static int check_driver(struct fc_uio *u)
{
	char name[64];
	int err = fc_sysfs_device_link(&u->roots, u->bdf, "driver", name, sizeof(name));

	if (err == -ENOENT && fc_sysfs_device_present(&u->roots, u->bdf))
		return fail(u, -ENODEV, "%s: no driver is bound (flowcard-bind bind %s)", u->bdf,
			    u->bdf);
	if (err == -ENOENT)
		return fail(u, -ENODEV, "%s: no such device", u->bdf);
	if (err)
		return fail(u, err, "%s: %s", u->bdf, strerror(-err));
	if (strcmp(name, "uio_pci_generic") != 0)
		return fail(u, -ENODEV, "%s: bound to %s, not to uio_pci_generic", u->bdf, name);
	return 0;
}

static int open_file(struct fc_uio *u, const char *file, int *out)
{
	char path[FC_SYSFS_PATH];
	int err = fc_sysfs_device_path(&u->roots, u->bdf, file, path);

	if (err)
		return fail(u, err, "%s: %s", u->bdf, strerror(-err));
	*out = open(path, O_RDWR | O_SYNC | O_CLOEXEC);
	return *out < 0 ? fail(u, -errno, "%s: %s", path, strerror(errno)) : 0;
}

/* Without a node in /dev there are no interrupts, but all else works. */
static void open_device(struct fc_uio *u)
{
	char name[64], path[FC_SYSFS_PATH];

	u->device = -1;
	if (fc_sysfs_device_entry(&u->roots, u->bdf, "uio", "uio", name, sizeof(name)))
		return;
	snprintf(path, sizeof(path), "%s/%s", u->roots.dev ? u->roots.dev : "/dev", name);
	u->device = open(path, O_RDWR | O_CLOEXEC);
}

static int map_bar(struct fc_uio *u)
{
	struct stat status;
	void *mem = MAP_FAILED;
	int fd = -1, err = open_file(u, "resource0", &fd);

	if (err)
		return err;
	if (fstat(fd, &status))
		err = fail(u, -errno, "%s: BAR0: %s", u->bdf, strerror(errno));
	else if (status.st_size < FC_PCI_BAR_OCTETS)
		err = fail(u, -EPROTO, "%s: BAR0 has %lld octets, the registers take %d", u->bdf,
			   (long long)status.st_size, FC_PCI_BAR_OCTETS);
	else
		mem = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (!err && mem == MAP_FAILED)
		err = fail(u, -errno, "%s: BAR0 does not map: %s", u->bdf, strerror(errno));
	close(fd);
	if (err)
		return err;
	u->transport.bar = mem;
	u->transport.bar_octets = (size_t)status.st_size;
	return 0;
}

static int open_all(struct fc_uio *u, const char *pagemap)
{
	int err = check_driver(u);

	if (!err)
		err = open_file(u, "config", &u->config);
	if (err)
		return err;
	u->pagemap = open(pagemap, O_RDONLY | O_CLOEXEC);
	if (u->pagemap < 0) {
		err = fail(u, -errno, "%s: %s", pagemap, strerror(errno));
		goto close_config;
	}
	err = enable(u);
	if (err) {
		fail(u, err, "%s: bus mastering cannot be turned on", u->bdf);
		goto close_pagemap;
	}
	err = map_bar(u);
	if (err)
		goto disable;
	open_device(u);
	return 0;

disable:
	fc_uio_command(u, 0, PCI_COMMAND_MASTER);
close_pagemap:
	close(u->pagemap);
close_config:
	close(u->config);
	return err;
}

int fc_uio_open_with(const struct fc_roots *roots, const char *pagemap, const char *bdf,
		     struct fc_transport **out, char *error, size_t error_octets)
{
	struct fc_uio *u = calloc(1, sizeof(*u));
	int err;

	if (!u) {
		snprintf(error, error_octets, "%s: out of memory", bdf);
		return -ENOMEM;
	}
	u->transport.ops = &uio_ops;
	u->transport.name = "uio";
	u->transport.dma_page_log2 = FC_HUGE_PAGE_LOG2;
	u->roots = *roots;
	u->eventfd = -1;
	u->error = error;
	u->error_octets = error_octets;
	snprintf(u->bdf, sizeof(u->bdf), "%s", bdf);
	err = open_all(u, pagemap);
	if (err) {
		free(u);
		return err;
	}
	*out = &u->transport;
	return 0;
}

int fc_uio_open(const char *bdf, struct fc_transport **out, char *error, size_t error_octets)
{
	static const struct fc_roots roots;

	return fc_uio_open_with(&roots, FC_PAGEMAP, bdf, out, error, error_octets);
}
