/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control socket: a Unix stream socket; whoever connects gets a session in a thread of its own
 * (ha/cli/session.h). Who may connect is a matter of the socket's owner and mode.
 */
#ifndef FC_CONTROL_H
#define FC_CONTROL_H

#include <ha/cli/host.h>
#include <stdio.h>

struct event_base;
struct fc_control;

/* Listen at `path` with `mode`. A socket that nobody listens on is replaced. Return 0, -EADDRINUSE
 * or -errno. */
int fc_control_open(struct event_base *base, const char *path, unsigned mode,
		    const struct fc_cli_host *host, struct fc_control **out);

/* Also ends all sessions and removes the socket. A command that runs is waited for. */
void fc_control_close(struct fc_control *control);

#endif
