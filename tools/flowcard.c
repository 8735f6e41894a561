/* SPDX-License-Identifier: BSD-2-Clause */
/* flowcard: one command to a running flowcardd, its answer on standard output. */
#include "ha/control_client.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_OK = 0, EXIT_REFUSED = 1, EXIT_TROUBLE = 2 };
enum { DEADLINE_MS = 30000 };

static const char usage[] =
	"usage: flowcard [-s SOCKET] -c COMMAND\n"
	"  -c, --command COMMAND  for instance \"show platform card\"; docs/daemon.md lists them\n"
	"  -s, --control SOCKET   flowcardd's control socket (default " FC_CONTROL_SOCKET ")\n"
	"      --help, --version\n"
	"Exit status: 0 answered; 1 the daemon refused the command; 2 usage, or nobody answers.\n";

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"command", required_argument, NULL, 'c'},
		{"control", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	const char *command = NULL, *control = FC_CONTROL_SOCKET;
	char error[400], *reply;
	size_t octets;
	int letter, err;

	while ((letter = getopt_long(argc, argv, "c:s:", options, NULL)) >= 0) {
		if (letter == 'c')
			command = optarg;
		else if (letter == 's')
			control = optarg;
		else if (letter == 'h')
			return fputs(usage, stdout), EXIT_OK;
		else if (letter == 'V')
			return puts("flowcard " FC_VERSION), EXIT_OK;
		else
			return EXIT_TROUBLE;
	}
	if (!command || optind != argc) {
		fputs(usage, stderr);
		return EXIT_TROUBLE;
	}
	err = fc_control_ask(control, command, DEADLINE_MS, &reply, &octets, error, sizeof(error));
	if (err) {
		fprintf(stderr, "flowcard: %s\n", error);
		return err == -EREMOTEIO ? EXIT_REFUSED : EXIT_TROUBLE;
	}
	err = fwrite(reply, 1, octets, stdout) != octets || fflush(stdout);
	free(reply);
	return err ? EXIT_TROUBLE : EXIT_OK;
}
