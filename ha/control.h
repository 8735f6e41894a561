/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The control socket: a Unix stream socket, commands a line each, answers with their length in
 * front (docs/daemon.md). Who may connect is a matter of the socket's owner and mode.
 */
#ifndef FC_CONTROL_H
#define FC_CONTROL_H

#include <ha/unit.h>
#include <stdio.h>

struct event_base;
struct fc_control;

struct fc_control_context {
	struct fc_unit *unit;
	int (*reload)(void *argument); /* the configuration file anew; 0 or -errno */
	void *argument;
};

/*
 * Answer one command into `out`. Return 0, or -errno with a sentence in `error`. Pure but for what
 * the command does; the socket and the fuzzer stand on it.
 */
int fc_control_run(const struct fc_control_context *context, const char *line, FILE *out,
		   char *error, size_t error_octets);

/* Listen at `path` with `mode`. A socket that nobody listens on is replaced. Return 0, -EADDRINUSE
 * or -errno. */
int fc_control_open(struct event_base *base, const char *path, unsigned mode,
		    const struct fc_control_context *context, struct fc_control **out);

/* Also removes the socket. */
void fc_control_close(struct fc_control *control);

#endif
