/* SPDX-License-Identifier: BSD-2-Clause */
/* A card in another process, by the vfio-user protocol over a Unix socket. */
#ifndef FLOWCARD_VFIO_USER_H
#define FLOWCARD_VFIO_USER_H

#include <flowcard/transport.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Connect to the server at `path`. On error nothing stays open and `error` says why. Return 0 or
 * -errno. */
int fc_vfio_user_open(const char *path, struct fc_transport **out, char *error,
		      size_t error_octets);

#ifdef __cplusplus
}
#endif
#endif
