/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking a running flowcardd over its control socket; docs/cli.md has the protocol. */
#ifndef FC_CONTROL_CLIENT_H
#define FC_CONTROL_CLIENT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FC_CONTROL_SOCKET "/run/flowcardd/control"
#define FC_CONTROL_TEXT 4096 /* what a refusal says at most */

/* Several commands over one connection. */
struct fc_control_talk {
	int fd;
	unsigned silence_ms; /* an answer that says nothing for so long is none; 0: for ever */
	/* What to answer when the daemon asks for a password; NULL: nothing. Return 0 or -errno. */
	int (*password)(void *context, char *out, size_t octets);
	void *context;
	char refusal[FC_CONTROL_TEXT]; /* after -EREMOTEIO: what the daemon said, lines and all */

	/* Private. */
	size_t first, count;
	char have[8192];
};

/* Connect to the socket and leave it at that. Return a file descriptor or -errno. */
int fc_control_connect(const char *socket_path);

/* Connect for commands. Return 0 or -errno; after 0, close(talk->fd). */
int fc_control_open_talk(struct fc_control_talk *talk, const char *socket_path);

/*
 * Send `line` (no newline in it) and write what it prints to `out` as it comes. Return 0;
 * -EREMOTEIO: refused, talk->refusal; or -errno: the connection is of no use any more.
 */
int fc_control_say(struct fc_control_talk *talk, const char *line, FILE *out);

/*
 * One command, its whole answer. `silence_ms` as above. Return 0: *reply is the answer, ending in a
 * 0 that is not counted, the caller's to free; -EREMOTEIO: the daemon refused, `error` is its
 * sentence; or -errno (-ETIMEDOUT, -ENOENT, -ECONNREFUSED, -EPROTO, ...), `error` says what was
 * tried.
 */
int fc_control_ask(const char *socket_path, const char *line, unsigned silence_ms, char **reply,
		   size_t *octets, char *error, size_t error_octets);

#endif
