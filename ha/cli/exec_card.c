// SPDX-License-Identifier: BSD-2-Clause
/* What is done to a card by hand: a dump of its registers, a reset. */
#include <errno.h>
#include <flowcard/dump.h>
#include <ha/cli/exec.h>
#include <string.h>

#define DUMP_RECORDS 64

static int say(struct fc_cli_call *call, int err, const char *what)
{
	if (err)
		fc_cli_session_say(fc_cli_own(call), "%% %s: %s", what, strerror(-err));
	return err;
}

static int run_dump(struct fc_cli_call *call)
{
	const struct fc_syntax_line *line = call->line;
	struct fc_dump dump = {0};
	int err = fc_cli_card_dump(fc_cli_own(call)->host, (unsigned)line->value[0].number,
				   fc_syntax_has(line, "latch"), fc_syntax_has(line, "snapshot"),
				   DUMP_RECORDS, &dump);

	if (!err)
		err = fc_dump_save(&dump, call->out);
	fc_dump_free(&dump);
	return say(call, err, "The card cannot be dumped");
}

static int run_reset(struct fc_cli_call *call)
{
	return say(call,
		   fc_cli_card_reset(fc_cli_own(call)->host, (unsigned)call->line->value[0].number),
		   "The card cannot be reset");
}

/* clang-format off */
const struct fc_cli_command fc_cli_exec_card[] = {
	{"dump card <0-31> [latch] [snapshot]", "Registers and last records of a card, as flowcard-regs reads them", FC_CLI_PRIVILEGED, run_dump},
	{"reset card <0-31>", "Reset a card and bring it up anew", FC_CLI_PRIVILEGED, run_reset},
	{NULL, NULL, FC_CLI_USER, NULL},
};
/* clang-format on */
