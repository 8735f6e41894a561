/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the vfio-user server share. */
#ifndef FC_VFIO_USER_PRIVATE_H
#define FC_VFIO_USER_PRIVATE_H

#include "driver/vfio_user_wire.h"
#include "sim/vfio_user_server.h"

/* A message while it is served. Handlers take octets of `body` only by fc_vfu_take(). */
struct fc_vfu_call {
	const uint8_t *body;
	size_t octets;
	int *fds; /* a handler that keeps one puts -1 in its place */
	unsigned fd_count;
	uint8_t *reply; /* behind the header */
	size_t reply_octets;
};

/* Copy the first `octets` of what is left of the body and step over them. -EINVAL: too short. */
int fc_vfu_take(struct fc_vfu_call *call, void *out, size_t octets);
/* Append to the reply; there is always room for what the handlers answer. */
void fc_vfu_answer(struct fc_vfu_call *call, const void *data, size_t octets);

int fc_vfu_dma_map(struct fc_vfu_server *s, struct fc_vfu_call *call);
int fc_vfu_dma_unmap(struct fc_vfu_server *s, struct fc_vfu_call *call);
void fc_vfu_dma_unmap_all(struct fc_vfu_server *s);

int fc_vfu_irq_info(struct fc_vfu_server *s, struct fc_vfu_call *call);
int fc_vfu_set_irqs(struct fc_vfu_server *s, struct fc_vfu_call *call);
void fc_vfu_irqs_release(struct fc_vfu_server *s);

int fc_vfu_region_info(struct fc_vfu_server *s, struct fc_vfu_call *call);
int fc_vfu_region_read(struct fc_vfu_server *s, struct fc_vfu_call *call);
int fc_vfu_region_write(struct fc_vfu_server *s, struct fc_vfu_call *call);

#endif
