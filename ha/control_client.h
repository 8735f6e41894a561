/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking a running flowcardd one thing over its control socket; docs/daemon.md has the protocol. */
#ifndef FC_CONTROL_CLIENT_H
#define FC_CONTROL_CLIENT_H

#include <stddef.h>

#define FC_CONTROL_SOCKET "/run/flowcardd/control"

/*
 * Send `line` (no newline in it) and wait at most `deadline_ms` for the whole answer.
 * Return 0: *reply is the answer, ending in a 0 that is not counted, the caller's to free;
 * -EREMOTEIO: the daemon refused, `error` is its sentence; or -errno (-ETIMEDOUT, -ENOENT,
 * -ECONNREFUSED, -EPROTO, ...), `error` says what was tried.
 */
int fc_control_ask(const char *socket_path, const char *line, unsigned deadline_ms, char **reply,
		   size_t *octets, char *error, size_t error_octets);

#endif
