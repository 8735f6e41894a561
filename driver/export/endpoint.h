/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other end of an exporter: a name, its addresses one after the other, and the pause after a
 * round of them has failed, which doubles.
 */
#ifndef FC_EXPORT_ENDPOINT_H
#define FC_EXPORT_ENDPOINT_H

#include "resolve.h"

#include <flowcard/export.h>
#include <sys/socket.h>

struct fc_endpoint {
	char *host, *port, *source;
	int socket_type;
	uint8_t dscp, ttl;
	uint16_t source_port; /* of datagrams; 0: any */
	bool port_shared, source_moves;
	struct sockaddr_storage later; /* where to, when the source address has come */
	socklen_t later_size;          /* 0: connected */
	struct fc_resolve *resolve;
	struct addrinfo *next; /* address to try next */
	bool trying;           /* an address was taken from the list */
	uint64_t give_up_ns;   /* end of the resolution */
	uint64_t retry_ns, pause_ns, first_pause_ns;
};

/* Return 0 or -ENOMEM. */
int fc_endpoint_init(struct fc_endpoint *ep, const struct fc_exporter_config *config,
		     int socket_type);
void fc_endpoint_free(struct fc_endpoint *ep);

/*
 * A non-blocking socket whose connect has been issued (-EAGAIN: not now; the pause is not over, the
 * name not resolved). Another -errno: a whole round has failed, and the pause begins.
 */
int fc_endpoint_connect(struct fc_endpoint *ep, uint64_t now_ns);

/* Its source address was not here (source_moves): is it now? Return 0 or -errno. */
int fc_endpoint_connect_later(struct fc_endpoint *ep, int fd);

/* What became of that socket: it does not work, the next address is due; it works. */
void fc_endpoint_failed(struct fc_endpoint *ep, uint64_t now_ns);
void fc_endpoint_works(struct fc_endpoint *ep);

/* The first address of an interface or an address in numbers, of `family`. Return 0 or
 * -EADDRNOTAVAIL. */
int fc_endpoint_source(const char *source, int family, struct sockaddr_storage *out,
		       socklen_t *size);

#endif
