/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Name resolution that nobody waits for: a thread asks, the caller looks now and then. Addresses in
 * numbers need no thread.
 */
#ifndef FC_EXPORT_RESOLVE_H
#define FC_EXPORT_RESOLVE_H

#include <netdb.h>

struct fc_resolve;

/* Return 0, -ENOMEM, -errno of the thread. */
int fc_resolve_start(const char *host, const char *port, int socket_type, struct fc_resolve **out);

/* Return 0 and a list that lives as long as the object; -EAGAIN: not yet; -ENOENT: no address. */
int fc_resolve_result(struct fc_resolve *r, struct addrinfo **list);

/* A thread that still asks goes on alone and ends by itself. */
void fc_resolve_free(struct fc_resolve *r);

#endif
