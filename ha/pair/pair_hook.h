/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `traffic-hook COMMAND`: moves the traffic of a single feed from one unit to the other. A thread
 * of its own runs `/bin/sh -c "COMMAND to-me|to-peer"`, with a deadline, and watches the ports
 * until they have been silent for an epoch. The newest order counts.
 */
#ifndef FC_PAIR_HOOK_H
#define FC_PAIR_HOOK_H

#include <stdbool.h>
#include <stdint.h>

struct fc_pair_hook;

struct fc_pair_hook_config {
	const char *command;
	unsigned limit_ms; /* for the command */
	uint64_t epoch_ns;
	uint64_t (*packets)(void *context); /* that the ports have seen */
	void (*moved)(void *context);       /* fc_pair_hook_quiet may have changed */
	void *context;
};

int fc_pair_hook_start(const struct fc_pair_hook_config *config, struct fc_pair_hook **out);
void fc_pair_hook_stop(struct fc_pair_hook *hook); /* NULL: nothing */

void fc_pair_hook_run(struct fc_pair_hook *hook, bool to_me); /* returns at once */
/* The command is over and no packet has come for an epoch since. */
bool fc_pair_hook_quiet(struct fc_pair_hook *hook);

#endif
