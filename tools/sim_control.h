/* SPDX-License-Identifier: BSD-2-Clause */
/* The control socket of flowcard-sim: a line is a command, a line is its answer. One client at a
 * time; nothing blocks. */
#ifndef FC_TOOLS_SIM_CONTROL_H
#define FC_TOOLS_SIM_CONTROL_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#define FC_SIM_LINE 512

struct fc_sim_control {
	struct sockaddr_un address;
	int listener, client; /* -1: none */
	char line[FC_SIM_LINE];
	size_t octets;
	/* Execute one line (no newline); write the answer. */
	void (*order)(void *context, const char *line, char answer[FC_SIM_LINE]);
	void *context;
};

/* Listen at `path`; NULL: there is no control socket. Return 0 or -errno. */
int fc_sim_control_open(struct fc_sim_control *c, const char *path,
			void (*order)(void *context, const char *line, char answer[FC_SIM_LINE]),
			void *context);
void fc_sim_control_close(struct fc_sim_control *c);

/* Serve what is there. */
void fc_sim_control_pump(struct fc_sim_control *c);

/* What to wait for. Return 1, or 0 when there is nothing. */
unsigned fc_sim_control_poll(const struct fc_sim_control *c, struct pollfd *out);

/* The other end: give `line` to the process that listens at `path` and take its answer. Return 0 or
 * -errno. */
int fc_sim_control_ask(const char *path, const char *line, char answer[FC_SIM_LINE]);

#endif
