/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server's half of the vfio-user protocol as a function from messages to replies: no socket, no
 * clock. sim/vfio_user_socket.h carries the messages; a fuzzer calls it directly.
 * Nothing in a message is believed before it is checked.
 */
#ifndef FC_VFIO_USER_SERVER_H
#define FC_VFIO_USER_SERVER_H

#include "sim/pci_config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FC_VFU_MESSAGE_OCTETS 8192 /* the longest message, both ways */
#define FC_VFU_TRANSFER_OCTETS 4096
#define FC_VFU_FDS 32 /* with one message */
#define FC_VFU_MAPS 64

/* What is served. Each may return -errno, which becomes the error of the reply. */
struct fc_vfu_device_ops {
	int (*bar_read)(void *device, uint32_t offset, uint32_t *value);
	int (*bar_write)(void *device, uint32_t offset, uint32_t value);
	int (*dma_map)(void *device, uint64_t iova, void *mem, size_t octets);
	/* Nothing reaches the memory afterwards. */
	void (*dma_unmap)(void *device, uint64_t iova);
	/* The host has written configuration space: bus mastering, payload, MSI-X. */
	void (*configured)(void *device, const struct fc_pci_config *config);
	int (*reset)(void *device);
};

struct fc_vfu_map {
	uint64_t iova, octets;
	void *mem; /* NULL: the client has sent no descriptor, or the card may not write there */
};

struct fc_vfu_server {
	const struct fc_vfu_device_ops *ops;
	void *device;
	struct fc_pci_config config;
	bool negotiated;
	struct fc_vfu_map map[FC_VFU_MAPS];
	unsigned maps;
	int vector[FC_PCI_VECTORS_MAX], err, req; /* eventfds of the client, -1: none */
	char trouble[120];                        /* why a connection has to be closed */
};

/* `vectors` is 1..FC_PCI_VECTORS_MAX. */
void fc_vfu_server_init(struct fc_vfu_server *s, const struct fc_vfu_device_ops *ops, void *device,
			unsigned vectors);

/*
 * One whole message with the descriptors that came beside it, which are taken over (closed or kept)
 * whatever happens. `reply` has room for FC_VFU_MESSAGE_OCTETS. Return octets of the reply, 0: none
 * is due; or -EPROTO: this is no vfio-user client, close the connection (s->trouble says why).
 */
int fc_vfu_server_message(struct fc_vfu_server *s, const void *message, size_t octets, int *fds,
			  unsigned fd_count, void *reply);

/* The client is gone: bus mastering off, maps and eventfds released. Configuration stays. */
void fc_vfu_server_disconnect(struct fc_vfu_server *s);

/* Signal the client. False: it has asked for no such interrupt. */
bool fc_vfu_server_interrupt(struct fc_vfu_server *s, unsigned vector);
bool fc_vfu_server_error(struct fc_vfu_server *s);   /* an unrecoverable error of the slot */
bool fc_vfu_server_request(struct fc_vfu_server *s); /* please give the device back */

#endif
