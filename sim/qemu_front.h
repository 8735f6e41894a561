/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The simulated card as a PCI device of a QEMU machine: the far side of QEMU's multi-process device
 * (`-device x-pci-proxy-dev`). A pure handler: one message in, at most one answer out. Sockets are
 * qemu_loop's.
 *
 *   octet 0       4        8                16
 *         +-------+--------+----------------+------------------
 *         | cmd   | 0      | size           | payload (size octets), native byte order
 *         +-------+--------+----------------+------------------   descriptors: SCM_RIGHTS
 */
#ifndef FC_SIM_QEMU_FRONT_H
#define FC_SIM_QEMU_FRONT_H

#include "sim/qemu_config.h"
#include "sim/vfio_user_server.h"
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FC_QEMU_HEADER_OCTETS 16
#define FC_QEMU_PAYLOAD_OCTETS 192 /* the longest message: SYNC_SYSMEM */
#define FC_QEMU_REGIONS 8
#define FC_QEMU_ANSWER_OCTETS (FC_QEMU_HEADER_OCTETS + 8)

enum fc_qemu_command {
	FC_QEMU_SYNC_SYSMEM,
	FC_QEMU_RET,
	FC_QEMU_CONFIG_WRITE,
	FC_QEMU_CONFIG_READ,
	FC_QEMU_BAR_WRITE,
	FC_QEMU_BAR_READ,
	FC_QEMU_SET_IRQFD,
	FC_QEMU_DEVICE_RESET,
};

struct fc_qemu_region {
	uint64_t address;
	void *mem;
	size_t octets;
};

struct fc_qemu_front {
	const struct fc_vfu_device_ops *ops; /* what stands behind the function */
	void *device;
	struct fc_qemu_config config;
	struct fc_qemu_region region[FC_QEMU_REGIONS];
	unsigned regions;
	int intx; /* eventfd; -1: none */
	uint64_t config_accesses, bar_reads, bar_writes, resets;
	char error[120];
};

struct fc_qemu_message {
	int command;
	size_t octets; /* of payload */
	uint8_t payload[FC_QEMU_PAYLOAD_OCTETS];
	int fd[FC_QEMU_REGIONS]; /* the handler's from now on: kept or closed */
	unsigned fds;
};

/* `device` as for fc_vfu_server_init; dma_map is asked for guest physical addresses. */
void fc_qemu_front_init(struct fc_qemu_front *f, const struct fc_vfu_device_ops *ops, void *device);

/* Unmaps guest memory and closes what was kept. */
void fc_qemu_front_close(struct fc_qemu_front *f);

/* Read a header: fills command and octets. Return 0 or -EPROTO (too long for any message). */
int fc_qemu_header(const uint8_t header[FC_QEMU_HEADER_OCTETS], struct fc_qemu_message *m);

/*
 * Handle one whole message. Return how many octets of `answer` are to be sent (0: none), or -errno:
 * the message cannot be (-EPROTO) or guest memory cannot be mapped; f->error says why. Nothing has
 * changed, but for memory that the card refuses: there is none left then. The connection is best
 * closed.
 */
int fc_qemu_front_handle(struct fc_qemu_front *f, struct fc_qemu_message *m,
			 uint8_t answer[FC_QEMU_ANSWER_OCTETS]);

#ifdef __cplusplus
}
#endif
#endif
