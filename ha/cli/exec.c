// SPDX-License-Identifier: BSD-2-Clause
/* Commands of EXEC that belong to the session itself: privilege, leaving, the terminal, files. */
#include <errno.h>
#include <ha/cli/exec.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 3

struct fc_cli_session *fc_cli_own(struct fc_cli_call *call)
{
	return ((struct fc_cli_own_call *)call)->session;
}

/* ------------------------------------------------------------------ privilege */
static int grant(struct fc_cli_session *s)
{
	s->level = FC_CLI_PRIVILEGED;
	return 0;
}

static int run_enable(struct fc_cli_call *call)
{
	struct fc_cli_session *s = fc_cli_own(call);
	char password[FC_SYNTAX_LINE];
	bool fits = false;

	if (s->level == FC_CLI_PRIVILEGED)
		return 0;
	if (!fc_cli_has_secret(s->host)) {
		if (s->trusted)
			return grant(s);
		fc_cli_session_say(s, "%% No password set");
		return -EACCES;
	}
	for (unsigned i = 0; i < (s->terminal.frames ? 1 : TRIES) && !fits; i++) {
		if (fc_cli_session_password(s, password, sizeof(password)))
			break;
		fits = fc_cli_secret_fits(s->host, password);
	}
	explicit_bzero(password, sizeof(password));
	if (fits)
		return grant(s);
	fc_cli_session_say(s, "%% Bad secrets");
	return -EACCES;
}

static int run_disable(struct fc_cli_call *call)
{
	fc_cli_own(call)->level = FC_CLI_USER;
	return 0;
}

static int run_exit(struct fc_cli_call *call)
{
	fc_cli_own(call)->leave = true;
	return 0;
}

static int run_configure(struct fc_cli_call *call)
{
	struct fc_cli_session *s = fc_cli_own(call);

	if (fc_unit_standby(call->unit)) {
		fc_cli_session_say(s, "%s", FC_UNIT_STANDBY);
		return -EPERM;
	}
	s->configuring = true;
	memset(&s->cursor, 0, sizeof(s->cursor));
	if (!s->terminal.frames)
		fputs("Enter configuration commands, one per line.  End with CNTL/Z.\n", call->out);
	return 0;
}

/* ------------------------------------------------------------------ the terminal */
static int run_length(struct fc_cli_call *call)
{
	struct fc_cli_session *s = fc_cli_own(call);

	if (!s->terminal.frames)
		s->terminal.length = (unsigned)call->line->value[0].number;
	return 0;
}

static int run_width(struct fc_cli_call *call)
{
	fc_cli_own(call)->editor.width = (unsigned)call->line->value[0].number;
	return 0;
}

/* ------------------------------------------------------------------ files */
static int run_write(struct fc_cli_call *call)
{
	struct fc_cli_session *s = fc_cli_own(call);
	char error[FC_SYNTAX_LINE / 2];
	int err;

	fputs("Building configuration...\n", call->out);
	err = fc_cli_startup_save(s->host, error, sizeof(error));
	if (err)
		fc_cli_session_say(s, "%% The startup configuration stays as it was: %s", error);
	else
		fputs("[OK]\n", call->out);
	return err;
}

static int run_reload(struct fc_cli_call *call)
{
	struct fc_cli_session *s = fc_cli_own(call);
	int err = s->host->reload ? s->host->reload(s->host->argument) : -ENOTSUP;

	if (err)
		fc_cli_session_say(
			s, "%% The startup configuration was refused and nothing changed; the log "
			   "says why");
	return err;
}

/* clang-format off */
const struct fc_cli_command fc_cli_exec[] = {
	{"enable", "Turn on privileged commands", FC_CLI_USER, run_enable},
	{"disable", "Turn off privileged commands", FC_CLI_USER, run_disable},
	{"exit", "End the session", FC_CLI_USER, run_exit},
	{"quit", "End the session", FC_CLI_USER, run_exit},
	{"logout", "End the session", FC_CLI_USER, run_exit},
	{"terminal length <0-512>", "Lines of a page; 0: listings do not stop", FC_CLI_USER, run_length},
	{"terminal width <40-512>", "Columns of the terminal", FC_CLI_USER, run_width},
	{"configure terminal", "Enter configuration mode", FC_CLI_PRIVILEGED, run_configure},
	{"write [memory]", "Make the running configuration the startup configuration", FC_CLI_PRIVILEGED, run_write},
	{"copy running-config startup-config", "The same", FC_CLI_PRIVILEGED, run_write},
	{"copy startup-config running-config", "Take over the startup configuration as a whole, or of a standby unit its own part; flows stay", FC_CLI_PRIVILEGED, run_reload},
	{"reload", "The same", FC_CLI_PRIVILEGED, run_reload},
	{NULL, NULL, FC_CLI_USER, NULL},
};
/* clang-format on */
