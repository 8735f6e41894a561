/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's end of a vfio-user connection: one request and its reply at a time, with a deadline.
 * Private to the vfio-user transport. */
#ifndef FC_VFIO_USER_CHANNEL_H
#define FC_VFIO_USER_CHANNEL_H

#include "driver/vfio_user_wire.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct fc_vfu_channel {
	int fd;
	int broken; /* 0, or the -errno of every call from now on */
	uint16_t next_id;
	pthread_mutex_t lock; /* workers of several rings share one connection */
};

/* A request: what goes out behind the header in two parts (either may be empty), a descriptor (-1:
 * none), and room for what comes back behind the header of a reply that is no error. */
struct fc_vfu_request {
	enum fc_vfu_command command;
	const void *head, *data;
	size_t head_octets, data_octets;
	int fd;
	void *reply;
	size_t reply_octets, reply_most; /* at least, at most; equal for most commands */
	size_t *got;                     /* NULL: not asked for */
};

/* Connect and wait for it. Return 0 or -errno. */
int fc_vfu_channel_open(struct fc_vfu_channel *c, const char *path);
void fc_vfu_channel_close(struct fc_vfu_channel *c);

/* Return 0; -errno that the server answered; -ENODEV (the server is gone), -ETIMEDOUT (it does not
 * answer; the channel is broken then), -EPROTO (it answers nonsense; broken). Any thread. */
int fc_vfu_channel_call(struct fc_vfu_channel *c, const struct fc_vfu_request *request);

/* Send and do not wait, as a PCI Express bus posts a write. */
int fc_vfu_channel_post(struct fc_vfu_channel *c, const struct fc_vfu_request *request);

#endif
