/* SPDX-License-Identifier: BSD-2-Clause */
/* flowcard: the operator's session with a running flowcardd. See docs/cli.md. */
#include "ha/control_client.h"
#include "tools/flowcard_terminal.h"
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_REFUSED = 1, EXIT_TROUBLE = 2 };
enum { SILENCE_MS = 60000, COMMANDS_MAX = 512 };

struct options {
	const char *control;
	const char *command[COMMANDS_MAX];
	unsigned commands;
};

static const char usage[] =
	"usage: flowcard [-s SOCKET] [-c COMMAND]...\n"
	"  -c, --command COMMAND  run it and print what it prints, for instance \"show flow "
	"monitor\";\n"
	"                         several run one after another in one session\n"
	"  -s, --control SOCKET   flowcardd's control socket (default " FC_CONTROL_SOCKET ")\n"
	"      --help, --version\n"
	"Without a command: a session at the terminal; or, where standard input is no terminal, "
	"the\n"
	"commands that are its lines. Commands: docs/commands.md, or \"?\" in a session.\n"
	"Exit status: 0 done; 1 a command was refused, those behind it were not run; 2 usage, or "
	"nobody\n"
	"answers.\n";

/* Return 0, 1 (help was asked for and printed) or -EINVAL. */
static int parse(struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{"command", required_argument, NULL, 'c'},
		{"control", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	int letter;

	*o = (struct options){.control = FC_CONTROL_SOCKET};
	while ((letter = getopt_long(argc, argv, "c:s:", options, NULL)) >= 0) {
		if (letter == 'c' && o->commands < COMMANDS_MAX)
			o->command[o->commands++] = optarg;
		else if (letter == 's')
			o->control = optarg;
		else if (letter == 'h')
			return fputs(usage, stdout), 1;
		else if (letter == 'V')
			return puts("flowcard " FC_VERSION), 1;
		else if (letter == 'c')
			return fprintf(stderr,
				       "flowcard: more than %d commands; give them as lines of "
				       "standard input\n",
				       COMMANDS_MAX),
			       -EINVAL;
		else
			return -EINVAL;
	}
	if (optind == argc)
		return 0;
	fputs(usage, stderr);
	return -EINVAL;
}

/* ------------------------------------------------------------------ commands */
static void strip(char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
}

/* A password is the next line of a script, or asked for at the terminal. */
static int next_line(void *context, char *out, size_t octets)
{
	(void)context;
	if (!fgets(out, (int)octets, stdin))
		*out = '\0';
	strip(out);
	return 0;
}

static int at_terminal(void *context, char *out, size_t octets)
{
	(void)context;
	return fc_terminal_password(out, octets);
}

static int status_of(const struct fc_control_talk *talk, const char *control, int err)
{
	if (!err)
		return EXIT_OK;
	fflush(stdout);
	if (err == -EREMOTEIO)
		fputs(talk->refusal, stderr);
	else
		fprintf(stderr, "flowcard: %s: %s\n", control, strerror(-err));
	return err == -EREMOTEIO ? EXIT_REFUSED : EXIT_TROUBLE;
}

static int run_given(struct fc_control_talk *talk, const struct options *o)
{
	int status = EXIT_OK;

	talk->password = at_terminal;
	for (unsigned i = 0; i < o->commands && status == EXIT_OK; i++)
		status = status_of(talk, o->control, fc_control_say(talk, o->command[i], stdout));
	return status;
}

static int run_lines(struct fc_control_talk *talk, const struct options *o)
{
	char *line = NULL; /* whole, however long: a part of a line is another command */
	size_t room = 0;
	int status = EXIT_OK;

	talk->password = next_line;
	while (status == EXIT_OK && getline(&line, &room, stdin) >= 0) {
		strip(line);
		status = status_of(talk, o->control, fc_control_say(talk, line, stdout));
		fflush(stdout);
	}
	free(line);
	return status;
}

static int run_commands(const struct options *o)
{
	struct fc_control_talk talk = {.silence_ms = SILENCE_MS};
	int err = fc_control_open_talk(&talk, o->control), status;

	if (err)
		return status_of(&talk, o->control, err);
	status = o->commands ? run_given(&talk, o) : run_lines(&talk, o);
	close(talk.fd);
	if (fflush(stdout) && status == EXIT_OK) {
		perror("flowcard: standard output");
		status = EXIT_TROUBLE;
	}
	return status;
}

static int run_terminal(const struct options *o)
{
	int fd = fc_control_connect(o->control), err = fd;

	if (fd >= 0) {
		err = fc_terminal_session(fd);
		close(fd);
	}
	if (err >= 0)
		return EXIT_OK;
	fprintf(stderr, "flowcard: %s: %s\n", o->control, strerror(-err));
	return EXIT_TROUBLE;
}

int main(int argc, char **argv)
{
	struct options o;
	int got = parse(&o, argc, argv);

	if (got)
		return got > 0 ? EXIT_OK : EXIT_TROUBLE;
	signal(SIGPIPE, SIG_IGN);
	return o.commands || !isatty(STDIN_FILENO) ? run_commands(&o) : run_terminal(&o);
}
