/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of the vfio-user protocol (QEMU's docs/interop/vfio-user.rst), in the order of the host.
 * Client and server both use them; tests/sim/vfio_user_golden_test.c holds them against the octets
 * of the specification.
 *
 *      0       2          4       8        12       16
 *      +-------+----------+-------+--------+--------+----------------
 *      | id    | command  | size  | flags  | error  | what follows, and descriptors beside it
 *      +-------+----------+-------+--------+--------+----------------
 */
#ifndef FC_VFIO_USER_WIRE_H
#define FC_VFIO_USER_WIRE_H

#include <stdint.h>

enum fc_vfu_command {
	FC_VFU_VERSION = 1,
	FC_VFU_DMA_MAP = 2,
	FC_VFU_DMA_UNMAP = 3,
	FC_VFU_DEVICE_INFO = 4,
	FC_VFU_REGION_INFO = 5,
	FC_VFU_REGION_IO_FDS = 6,
	FC_VFU_IRQ_INFO = 7,
	FC_VFU_SET_IRQS = 8,
	FC_VFU_REGION_READ = 9,
	FC_VFU_REGION_WRITE = 10,
	FC_VFU_DMA_READ = 11,
	FC_VFU_DMA_WRITE = 12,
	FC_VFU_RESET = 13,
	FC_VFU_REGION_WRITE_MULTI = 15,
	FC_VFU_FEATURE = 16,
};

enum {
	FC_VFU_FLAG_TYPE = 0xf,
	FC_VFU_FLAG_REPLY = 1, /* a type; a command is 0 */
	FC_VFU_FLAG_NO_REPLY = 1 << 4,
	FC_VFU_FLAG_ERROR = 1 << 5,
};

/* Indices as in linux/vfio.h. */
enum { FC_VFU_REGION_BAR0 = 0, FC_VFU_REGION_CONFIG = 7, FC_VFU_REGIONS = 9 };
enum { FC_VFU_IRQ_MSIX = 2, FC_VFU_IRQ_ERR = 3, FC_VFU_IRQ_REQ = 4, FC_VFU_IRQS = 5 };

enum { FC_VFU_DMA_READABLE = 1, FC_VFU_DMA_WRITEABLE = 2 };
enum { FC_VFU_UNMAP_BITMAP = 1, FC_VFU_UNMAP_ALL = 2 };
enum { FC_VFU_DEVICE_RESETS = 1, FC_VFU_DEVICE_IS_PCI = 2 };
enum { FC_VFU_REGION_READABLE = 1, FC_VFU_REGION_WRITEABLE = 2, FC_VFU_REGION_MAPPABLE = 4 };
enum { FC_VFU_IRQ_EVENTFD = 1, FC_VFU_IRQ_NORESIZE = 8 };
enum {
	FC_VFU_SET_NONE = 1,
	FC_VFU_SET_BOOL = 2,
	FC_VFU_SET_EVENTFD = 4,
	FC_VFU_SET_DATA = 7,
	FC_VFU_SET_MASK = 8,
	FC_VFU_SET_UNMASK = 16,
	FC_VFU_SET_TRIGGER = 32,
	FC_VFU_SET_ACTION = 56,
};

#define FC_VFU_MAJOR 0
#define FC_VFU_MINOR 0

struct fc_vfu_header {
	uint16_t id, command;
	uint32_t size; /* header included */
	uint32_t flags, error;
};

struct fc_vfu_version {
	uint16_t major, minor; /* JSON follows, its ending 0 included */
};

struct fc_vfu_dma_map {
	uint32_t argsz, flags;
	uint64_t offset, address, octets;
};

struct fc_vfu_dma_unmap {
	uint32_t argsz, flags;
	uint64_t address, octets;
};

struct fc_vfu_device_info {
	uint32_t argsz, flags, regions, irqs;
};

struct fc_vfu_region_info {
	uint32_t argsz, flags, index, capabilities;
	uint64_t octets, offset;
};

struct fc_vfu_irq_info {
	uint32_t argsz, flags, index, count;
};

struct fc_vfu_irq_set {
	uint32_t argsz, flags, index, start, count;
};

/* Of both directions; the data follows a write and the answer to a read. */
struct fc_vfu_access {
	uint64_t offset;
	uint32_t region, count;
};

_Static_assert(sizeof(struct fc_vfu_header) == 16, "as the specification has it");
_Static_assert(sizeof(struct fc_vfu_dma_map) == 32, "as the specification has it");
_Static_assert(sizeof(struct fc_vfu_dma_unmap) == 24, "as the specification has it");
_Static_assert(sizeof(struct fc_vfu_region_info) == 32, "as the specification has it");
_Static_assert(sizeof(struct fc_vfu_irq_set) == 20, "as the specification has it");
_Static_assert(sizeof(struct fc_vfu_access) == 16, "as the specification has it");

#endif
