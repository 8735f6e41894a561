/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Unix socket before a vfio-user server: one client at a time, the next one waits in the queue.
 * Nothing here blocks; whoever owns the loop asks for descriptors to poll and pumps.
 */
#ifndef FC_VFIO_USER_SOCKET_H
#define FC_VFIO_USER_SOCKET_H

#include "sim/vfio_user_server.h"

#include <poll.h>
#include <sys/un.h>

struct fc_vfu_socket {
	struct fc_vfu_server *server;
	struct sockaddr_un address;
	int listener, client; /* client -1: none */
	bool absent;          /* clients are turned away: the card is not in its slot */
	uint8_t in[FC_VFU_MESSAGE_OCTETS], out[FC_VFU_MESSAGE_OCTETS];
	size_t in_octets, out_octets, out_sent;
	int fds[FC_VFU_FDS];
	unsigned fd_count;
	uint64_t clients, messages;
};

/* Listen at `path`; what a server that died left there is removed. Return 0, -EADDRINUSE (somebody
 * listens there), -ENAMETOOLONG or -errno. */
int fc_vfu_socket_open(struct fc_vfu_socket *s, struct fc_vfu_server *server, const char *path);
void fc_vfu_socket_close(struct fc_vfu_socket *s);

/*
 * Take in a client, serve at most `most` messages that are there, notice that the client has gone.
 * Return how many were served; a client that breaks the protocol is disconnected, and
 * s->server->trouble says why.
 */
unsigned fc_vfu_socket_pump(struct fc_vfu_socket *s, unsigned most);

/* What to wait for; always one entry. */
void fc_vfu_socket_poll(const struct fc_vfu_socket *s, struct pollfd *out);

bool fc_vfu_socket_connected(const struct fc_vfu_socket *s);

/* Disconnect the client. With `absent`, nobody is taken in until this is called without. */
void fc_vfu_socket_drop(struct fc_vfu_socket *s, bool absent);

#endif
