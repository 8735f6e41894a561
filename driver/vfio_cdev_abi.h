/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of iommufd (Linux 6.2) and of VFIO's character devices (Linux 6.6) that is used here, as
 * their documentation (userspace-api/iommufd.rst, driver-api/vfio.rst) lays it down. Debian 12's
 * headers are older; whether the kernel has it shows when the card is opened.
 */
#ifndef FC_VFIO_CDEV_ABI_H
#define FC_VFIO_CDEV_ABI_H

#include <linux/ioctl.h>
#include <stdint.h>

#define FC_CDEV_IO(number) _IO(';', number)

#define FC_DEVICE_BIND_IOMMUFD FC_CDEV_IO(118)
struct fc_device_bind_iommufd {
	uint32_t argsz, flags;
	int32_t iommufd;
	uint32_t out_devid;
};

#define FC_DEVICE_ATTACH_IOAS FC_CDEV_IO(119)
struct fc_device_attach_ioas {
	uint32_t argsz, flags, pt_id;
};

#define FC_IOAS_ALLOC FC_CDEV_IO(0x81)
struct fc_ioas_alloc {
	uint32_t size, flags, out_ioas_id;
};

#define FC_IOAS_RANGES FC_CDEV_IO(0x84)
struct fc_ioas_range {
	uint64_t first, last;
};
struct fc_ioas_ranges {
	uint32_t size, ioas_id, count, reserved;
	uint64_t ranges, out_alignment;
};

#define FC_IOAS_MAP FC_CDEV_IO(0x85)
enum { FC_IOAS_FIXED = 1, FC_IOAS_WRITEABLE = 2, FC_IOAS_READABLE = 4 };
struct fc_ioas_map {
	uint32_t size, flags, ioas_id, reserved;
	uint64_t va, length, iova;
};

#define FC_IOAS_UNMAP FC_CDEV_IO(0x86)
struct fc_ioas_unmap {
	uint32_t size, ioas_id;
	uint64_t iova, length;
};

#endif
