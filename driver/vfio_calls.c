// SPDX-License-Identifier: BSD-2-Clause
#include "driver/vfio_private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static int call_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int call_ioctl(int fd, unsigned long request, void *argument)
{
	int n = ioctl(fd, request, argument);

	return n < 0 ? -errno : n;
}

static int call_map(int fd, size_t octets, uint64_t offset, void **out)
{
	void *mem = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);

	if (mem == MAP_FAILED)
		return -errno;
	*out = mem;
	return 0;
}

static void call_unmap(void *mem, size_t octets)
{
	munmap(mem, octets);
}

static ssize_t call_pread(int fd, void *to, size_t octets, uint64_t offset)
{
	ssize_t n = pread(fd, to, octets, (off_t)offset);

	return n < 0 ? -errno : n;
}

static ssize_t call_pwrite(int fd, const void *from, size_t octets, uint64_t offset)
{
	ssize_t n = pwrite(fd, from, octets, (off_t)offset);

	return n < 0 ? -errno : n;
}

static int call_eventfd(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

static int call_lock(const void *mem, size_t octets)
{
	return mlock(mem, octets) ? -errno : 0;
}

const struct fc_vfio_calls fc_vfio_system = {
	.open = call_open,
	.close = close,
	.ioctl = call_ioctl,
	.map = call_map,
	.unmap = call_unmap,
	.pread = call_pread,
	.pwrite = call_pwrite,
	.eventfd = call_eventfd,
	.lock = call_lock,
};
