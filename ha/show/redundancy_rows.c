// SPDX-License-Identifier: BSD-2-Clause
/* Rows of EXEC for redundancy. Page: docs/redundancy.md. */
#include "ha/show/redundancy.h"

#include <errno.h>
#include <ha/cli/command.h>
#include <stdlib.h>
#include <string.h>

typedef int (*listing)(const struct fc_show_redundancy *v, bool json, FILE *out);

/* The copy is printed: no lock is held while the reader is slow. */
static int show(struct fc_cli_call *call, listing print)
{
	struct fc_show_redundancy *view;
	int err = fc_unit_redundancy_view(call->unit, &view);

	if (err) {
		fprintf(call->out, "%% %s\n", strerror(-err));
		return err;
	}
	view->mine.config_file_known = true;
	if (call->startup)
		snprintf(view->mine.config_file, sizeof(view->mine.config_file), "%s",
			 call->startup);
	err = print(view, call->json, call->out);
	free(view);
	return err;
}

static int show_all(struct fc_cli_call *call)
{
	return show(call, fc_show_redundancy);
}

static int show_states(struct fc_cli_call *call)
{
	return show(call, fc_show_redundancy_states);
}

static int show_clients(struct fc_cli_call *call)
{
	return show(call, fc_show_redundancy_clients);
}

static int show_counters(struct fc_cli_call *call)
{
	return show(call, fc_show_redundancy_counters);
}

static int show_history(struct fc_cli_call *call)
{
	return show(call, fc_show_redundancy_history);
}

static int show_switchovers(struct fc_cli_call *call)
{
	return show(call, fc_show_redundancy_switchovers);
}

static int show_config_sync(struct fc_cli_call *call)
{
	return show(call, fc_show_redundancy_config_sync);
}

static int show_mcl(struct fc_cli_call *call)
{
	return show(call, fc_show_redundancy_mcl);
}

static int show_checkpoint(struct fc_cli_call *call)
{
	return show(call, fc_show_checkpoint);
}

static int show_checkpoint_statistics(struct fc_cli_call *call)
{
	return show(call, fc_show_checkpoint_statistics);
}

static int show_checkpoint_clients(struct fc_cli_call *call)
{
	return show(call, fc_show_checkpoint_clients);
}

static int order(struct fc_cli_call *call, enum fc_redundancy_order what, const char *done)
{
	char text[FC_RF_TEXT];
	int err = fc_unit_redundancy_order(call->unit, what, text);

	if (err || *done)
		fprintf(call->out, "%s\n", err ? text : done);
	return err;
}

static bool refused(struct fc_cli_call *call, const char *question)
{
	return call->confirm && !call->confirm(call, question);
}

/* Questions and answers are in IOS-XE's words. */
static int force(struct fc_cli_call *call)
{
	if (refused(call, "Proceed with switchover to standby RP? [confirm]"))
		return 0;
	return order(call, FC_REDUNDANCY_FORCE, "Manual Swact = enabled");
}

static int reload_peer(struct fc_cli_call *call)
{
	if (refused(call, "Reload peer [confirm]"))
		return 0;
	return order(call, FC_REDUNDANCY_RELOAD_PEER, "Preparing to reload peer");
}

static int clear_history(struct fc_cli_call *call)
{
	return order(call, FC_REDUNDANCY_CLEAR_HISTORY, "");
}

static int clear_counters(struct fc_cli_call *call)
{
	return order(call, FC_REDUNDANCY_CLEAR_COUNTERS, "");
}

/* clang-format off */
const struct fc_cli_command fc_cli_redundancy[] = {
	{"show redundancy", "Both units of the pair and how they stand", FC_CLI_PRIVILEGED, show_all},
	{"show redundancy states", "States of both units, mode, timers", FC_CLI_PRIVILEGED, show_states},
	{"show redundancy clients", "Parts that are told of every step, in order", FC_CLI_PRIVILEGED, show_clients},
	{"show redundancy counters", "Counters of the link to the peer", FC_CLI_PRIVILEGED, show_counters},
	{"show redundancy history", "Transitions and what clients answered", FC_CLI_PRIVILEGED, show_history},
	{"show redundancy switchover history", "Switchovers, the oldest first", FC_CLI_PRIVILEGED, show_switchovers},
	{"show redundancy config-sync", "Whether both units have the same configuration, or why not", FC_CLI_PRIVILEGED, show_config_sync},
	{"show redundancy config-sync failures mcl", "The line that the standby unit refused", FC_CLI_PRIVILEGED, show_mcl},
	{"show checkpoint", "Cuts, what the standby unit holds, where the rings stood at the last one", FC_CLI_PRIVILEGED, show_checkpoint},
	{"show checkpoint statistics", "Cuts, and what the standby unit holds", FC_CLI_PRIVILEGED, show_checkpoint_statistics},
	{"show checkpoint clients", "What goes through checkpoints, and how much", FC_CLI_PRIVILEGED, show_checkpoint_clients},
	{"redundancy force-switchover", "Hand over to the standby unit", FC_CLI_PRIVILEGED, force},
	{"redundancy reload peer", "Restart the other unit", FC_CLI_PRIVILEGED, reload_peer},
	{"clear redundancy history", "Forget the transition history", FC_CLI_PRIVILEGED, clear_history},
	{"clear redundancy counters", "Set the counters to 0", FC_CLI_PRIVILEGED, clear_counters},
	{NULL, NULL, 0, NULL},
};
/* clang-format on */
