/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The far end of a session: a socket with a terminal or a script behind it. What a command prints
 * goes line by line through libcli's filters, then here: with pages for a terminal, in frames for a
 * script. A write waits for the reader and for nobody else; when there is none any more, all that
 * follows is dropped and `gone` says so.
 *
 *   command --> stream --> cli_print --> filters --> page, frame --> socket
 */
#ifndef FC_CLI_TERMINAL_H
#define FC_CLI_TERMINAL_H

#include <ha/cli/pipe.h>
#include <libcli.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define FC_CLI_OUT 8192
#define FC_CLI_AHEAD 4096 /* keys typed ahead that are kept */

struct fc_cli_terminal {
	int fd;
	bool frames;         /* a script: "data OCTETS", lines end with a newline only */
	unsigned length;     /* lines of a page; 0: no pages */
	unsigned patience_s; /* how long a key, or room for output, is waited for; 0: for ever */

	FILE *sink; /* where all goes instead of the socket; NULL */

	struct cli_def *cli; /* its filters; made by fc_cli_terminal_open */
	FILE *stream;        /* what commands write to */

	/* Private. */
	bool gone, stopped, ended; /* no reader; ^C or q; no more input */
	struct fc_cli_part part;
	unsigned shown; /* lines of this page */
	size_t used;
	char out[FC_CLI_OUT];
	unsigned first, count;
	unsigned char ahead[FC_CLI_AHEAD];
};

/* Return 0 or -ENOMEM. The socket stays the caller's. */
int fc_cli_terminal_open(struct fc_cli_terminal *terminal, int fd, bool frames,
			 unsigned patience_s);
void fc_cli_terminal_close(struct fc_cli_terminal *terminal);

/* The next octet that was sent, or -1: nobody is there, or nobody was for too long. */
int fc_cli_terminal_key(struct fc_cli_terminal *terminal);

/* Send as it is. */
void fc_cli_terminal_put(struct fc_cli_terminal *terminal, const char *octets, size_t count);
void fc_cli_terminal_flush(struct fc_cli_terminal *terminal);

/* Around a command: pages begin anew; all of its output is sent, filters are taken away. */
void fc_cli_terminal_begin(struct fc_cli_terminal *terminal);
void fc_cli_terminal_finish(struct fc_cli_terminal *terminal);

/* Has the reader gone, or had enough of this listing? Looks at the socket; does not wait. */
bool fc_cli_terminal_stop(struct fc_cli_terminal *terminal);

#endif
