/* SPDX-License-Identifier: BSD-2-Clause */
/* flowcard-sim: the simulated card as a process. See docs/sim.md. */
#include "tools/sim_process.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static volatile int stop;

/* The second one does not wait for anybody. */
static void on_signal(int number)
{
	if (stop)
		_exit(128 + number);
	stop = 1;
}

static void catch_signals(void)
{
	const struct sigaction end = {.sa_handler = on_signal};

	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGINT, &end, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int ask(const struct fc_sim_options *o)
{
	int status = EXIT_OK;

	for (unsigned i = 0; i < o->orders; i++) {
		char answer[FC_SIM_LINE];
		int err = fc_sim_control_ask(o->ask, o->order[i], answer);

		if (err) {
			fprintf(stderr, "flowcard-sim: %s: %s\n", o->ask, strerror(-err));
			return EXIT_FAILED;
		}
		puts(answer);
		if (!strncmp(answer, "error", 5))
			status = EXIT_FAILED;
	}
	return status;
}

int main(int argc, char **argv)
{
	static struct fc_sim sim; /* two messages long */
	struct fc_sim_options options;
	int err = fc_sim_options_parse(&options, argc, argv);
	int status = EXIT_FAILED;

	if (err) {
		status = err > 0 ? EXIT_OK : EXIT_USAGE;
		goto free_options;
	}
	if (options.ask) {
		status = ask(&options);
		goto free_options;
	}
	catch_signals();
	if (fc_sim_open(&sim, &options))
		goto free_options;
	status = fc_sim_run(&sim, &stop) ? EXIT_FAILED : EXIT_OK;
	fc_sim_close(&sim);

free_options:
	fc_sim_options_free(&options);
	return status;
}
