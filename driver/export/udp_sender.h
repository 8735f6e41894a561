/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connected, non-blocking UDP socket.
 */
#ifndef FC_EXPORT_UDP_SENDER_H
#define FC_EXPORT_UDP_SENDER_H

#include "queue.h"

/* `source`: address to send from, NULL: the system's choice. Return a descriptor; -ENOENT: does not
 * resolve; -EADDRNOTAVAIL: `source` is no address of this host or of the other IP version; -errno
 * of the last address tried. */
int fc_udp_open(const char *host, const char *port, const char *source);

/* Send up to `count` (at most FC_PACE_BURST) datagrams of the queue from its head on; the queue is
 * not changed. Return how many left, or -errno of the first (-EAGAIN: socket buffer full;
 * -ECONNREFUSED: nobody listened to an earlier one, none of these has left). */
int fc_udp_send(int fd, const struct fc_queue *q, unsigned count);

#endif
