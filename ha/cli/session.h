/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One session, from its first line to its end, in the thread that calls it. The first line says
 * what is at the other end:
 *
 *   terminal WIDTH LENGTH    keys follow, and what a terminal shows comes back
 *   commands                 command lines follow; for each comes any number of "data OCTETS" and
 *                            so many octets, then "ok", or "error OCTETS" and so many octets
 */
#ifndef FC_CLI_SESSION_H
#define FC_CLI_SESSION_H

#include <ha/cli/command.h>
#include <ha/cli/editor.h>
#include <ha/cli/host.h>
#include <ha/cli/terminal.h>
#include <ha/config.h>

struct fc_cli_session {
	const struct fc_cli_host *host;
	bool trusted; /* at the other end is root or the daemon's own user */
	enum fc_cli_level level;
	bool leave;
	bool failed; /* the last command */
	bool configuring;
	struct fc_config_cursor cursor;
	struct fc_cli_terminal terminal;
	struct fc_cli_editor editor;
	char error[2 * FC_SYNTAX_LINE]; /* of the last command, for a script */
};

/* What rows of EXEC get when they are the session's own. */
struct fc_cli_own_call {
	struct fc_cli_call call;
	struct fc_cli_session *session;
};

/* Return when the session is over; the socket stays the caller's. */
void fc_cli_session_run(const struct fc_cli_host *host, int fd, bool trusted);

/*
 * One privileged command of EXEC without a session: what it prints goes to `out`. Return 0, or
 * -errno; `error` has the refusal, if it was not printed.
 */
int fc_cli_once(const struct fc_cli_host *host, const char *text, FILE *out, char *error,
		size_t octets);

/* ------------------------------------------------------------------ for the files of ha/cli */
/* Print a refusal: a caret below the line, which stands behind `indent` columns, and the sentence;
 * or the sentence alone where IOS prints no caret. */
void fc_cli_session_refuse(struct fc_cli_session *s, const char *text,
			   const struct fc_syntax_line *line);
/* A sentence that begins with "% ". */
void fc_cli_session_say(struct fc_cli_session *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Run a line of EXEC, pipes and all; `column` is where it stands in what was typed. */
void fc_cli_session_exec(struct fc_cli_session *s, const char *typed, unsigned column);
/* Read a line without showing it. Return 0 or -EPIPE. */
int fc_cli_session_password(struct fc_cli_session *s, char *out, size_t octets);

/* All rows of EXEC: those of mode FC_CLI_USER, then all of them once more for FC_CLI_PRIVILEGED;
 * `detail` is the struct fc_cli_command. Built once; any thread. */
const struct fc_syntax_command *fc_cli_commands(size_t *rows);

/* configure.c */
/* A line in configuration mode. */
void fc_cli_configure(struct fc_cli_session *s, const char *text);
/* ^Z: out of configuration mode, whatever the section. */
void fc_cli_configure_leave(struct fc_cli_session *s);
/* What follows the hostname in the prompt: "config-flow-record". */
const char *fc_cli_configure_mode(const struct fc_cli_session *s);
/* '?' and Tab in configuration mode. */
int fc_cli_configure_options(struct fc_cli_session *s, const char *text,
			     struct fc_syntax_options *out, struct fc_syntax_line *line);

#endif
