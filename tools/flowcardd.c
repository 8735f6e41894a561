/* SPDX-License-Identifier: BSD-2-Clause */
/* flowcardd: cards in, flow records out. See docs/daemon.md. */
#include "ha/control.h"
#include "ha/control_client.h"
#include "ha/log.h"
#include "ha/unit.h"
#include <errno.h>
#include <event2/event.h>
#include <flowcard/pci.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_CONFIG = 2, EXIT_CARD = 3 };

struct options {
	const char *config, *control;
	unsigned mode, patience_s;
	bool check, foreground;
};

struct daemon {
	struct options options;
	struct fc_unit unit;
	struct event_base *base;
	int status;
};

static const char usage[] =
	"usage: flowcardd --config FILE [OPTION...]\n"
	"  -f, --config FILE        configuration, flowcardd.conf(5)\n"
	"  -t, --check-config       read it, say what is wrong, leave\n"
	"  -n, --foreground         stay at the terminal, messages on standard error\n"
	"  -s, --control SOCKET     control socket (default " FC_CONTROL_SOCKET ")\n"
	"      --control-mode MODE  its permissions, octal (default 660)\n"
	"      --session-timeout SECONDS  an idle session ends (default 600; 0: never)\n"
	"      --help, --version\n"
	"Exit status: 0 ended in order; 1 failed; 2 usage or configuration; 3 a card with "
	"\"card-loss "
	"exit\" was lost.\n";

static const struct option long_options[] = {
	{"config", required_argument, NULL, 'f'},
	{"check-config", no_argument, NULL, 't'},
	{"foreground", no_argument, NULL, 'n'},
	{"control", required_argument, NULL, 's'},
	{"control-mode", required_argument, NULL, 'm'},
	{"session-timeout", required_argument, NULL, 'i'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int take_mode(struct options *o, const char *text)
{
	char *end;
	unsigned long mode = strtoul(text, &end, 8);

	if (end == text || *end || mode > 0777) {
		fprintf(stderr, "flowcardd: --control-mode: \"%s\" is no octal mode\n", text);
		return -EINVAL;
	}
	o->mode = (unsigned)mode;
	return 0;
}

static int take_patience(struct options *o, const char *text)
{
	char *end;
	unsigned long seconds = strtoul(text, &end, 10);

	if (end == text || *end || seconds > 86400) {
		fprintf(stderr, "flowcardd: --session-timeout: \"%s\" is no number up to 86400\n",
			text);
		return -EINVAL;
	}
	o->patience_s = (unsigned)seconds;
	return 0;
}

/* Return 0, 1 (help was asked for and printed) or -EINVAL. */
static int parse(struct options *o, int argc, char **argv)
{
	int letter;

	*o = (struct options){.control = FC_CONTROL_SOCKET, .mode = 0660, .patience_s = 600};
	while ((letter = getopt_long(argc, argv, "f:tns:", long_options, NULL)) >= 0) {
		if (letter == 'f')
			o->config = optarg;
		else if (letter == 't')
			o->check = true;
		else if (letter == 'n')
			o->foreground = true;
		else if (letter == 's')
			o->control = optarg;
		else if ((letter == 'm' && !take_mode(o, optarg)) ||
			 (letter == 'i' && !take_patience(o, optarg)))
			continue;
		else if (letter == 'h')
			return fputs(usage, stdout), 1;
		else if (letter == 'V')
			return puts("flowcardd " FC_VERSION), 1;
		else
			return -EINVAL;
	}
	if (o->config && optind == argc)
		return 0;
	fputs(usage, stderr);
	return -EINVAL;
}

/* Every complaint goes to `complaints`. Return 0 or -errno. */
static int read_config(const char *path, struct fc_config *config, FILE *complaints)
{
	FILE *in = fopen(path, "r");
	int err;

	if (!in) {
		err = -errno;
		fprintf(complaints, "%s: %s\n", path, strerror(-err));
		return err;
	}
	err = fc_config_read(config, in, path, complaints);
	fclose(in);
	return err;
}

/* ------------------------------------------------------------------ events */
static void leave(struct daemon *d, int status)
{
	d->status = status;
	event_base_loopbreak(d->base);
}

static void on_end(evutil_socket_t number, short what, void *argument)
{
	(void)what;
	fc_log(FC_LOG_NOTICE, "STOP", "signal %d: ending in order", (int)number);
	leave(argument, EXIT_OK);
}

static void log_complaints(char *text)
{
	char *rest;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		fc_log(FC_LOG_ERROR, "CONFIG", "%s", line);
}

static int reload(void *argument)
{
	struct daemon *d = argument;
	struct fc_config *config = malloc(sizeof(*config));
	char *text = NULL;
	size_t octets;
	FILE *complaints = open_memstream(&text, &octets);
	struct timespec ts;
	int err = config && complaints ? 0 : -ENOMEM;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
		   (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
	if (!err)
		err = read_config(d->options.config, config, complaints);
	if (complaints)
		fclose(complaints);
	if (err) {
		log_complaints(text);
		fc_log(FC_LOG_ERROR, "RELOAD", "%s was refused; the old configuration stays",
		       d->options.config);
	} else {
		err = fc_unit_reload(&d->unit, config);
	}
	sd_notify(0, "READY=1");
	free(text);
	free(config);
	return err;
}

static void on_reload(evutil_socket_t number, short what, void *argument)
{
	(void)number;
	(void)what;
	reload(argument);
}

static void on_lost(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	fc_log(FC_LOG_CRITICAL, "STOP", "a card is lost and its slot says card-loss exit");
	leave(argument, EXIT_CARD);
}

static void on_alive(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	(void)argument;
	sd_notify(0, "WATCHDOG=1");
}

static struct event *add_signal(struct daemon *d, int number, event_callback_fn call)
{
	struct event *e = evsignal_new(d->base, number, call, d);

	if (e)
		event_add(e, NULL);
	return e;
}

static struct event *add_watchdog(struct daemon *d)
{
	struct event *e = NULL;
	struct timeval half;
	uint64_t usec;

	if (sd_watchdog_enabled(0, &usec) <= 0)
		return NULL;
	half = (struct timeval){(time_t)(usec / 2000000), (suseconds_t)(usec / 2 % 1000000)};
	e = event_new(d->base, -1, EV_PERSIST, on_alive, d);
	if (e)
		event_add(e, &half);
	return e;
}

/* ------------------------------------------------------------------ the run */
enum { EVENTS = 5 };

static void serve(struct daemon *d)
{
	struct event *events[EVENTS] = {
		add_signal(d, SIGTERM, on_end),
		add_signal(d, SIGINT, on_end),
		add_signal(d, SIGHUP, on_reload),
		event_new(d->base, d->unit.lost_exit, EV_READ, on_lost, d),
		add_watchdog(d),
	};

	if (events[3])
		event_add(events[3], NULL);
	sd_notify(0, "READY=1\nSTATUS=running");
	event_base_dispatch(d->base);
	sd_notify(0, "STOPPING=1");
	for (unsigned e = 0; e < EVENTS; e++)
		if (events[e])
			event_free(events[e]);
}

static int run(struct daemon *d, const struct fc_config *config)
{
	const struct fc_cli_host host = {
		.unit = &d->unit,
		.startup = d->options.config,
		.reload = reload,
		.argument = d,
		.patience_s = d->options.patience_s,
	};
	struct fc_control *control = NULL;
	char error[400] = "";
	unsigned left;
	int err;

	d->base = event_base_new();
	if (!d->base)
		return EXIT_FAILED;
	if (fc_unit_start(&d->unit, config, fc_transport_open, error, sizeof(error))) {
		fc_log(FC_LOG_CRITICAL, "START", "%s", error);
		event_base_free(d->base);
		return EXIT_FAILED;
	}
	err = fc_control_open(d->base, d->options.control, d->options.mode, &host, &control);
	if (err) {
		fc_log(FC_LOG_CRITICAL, "START", "control socket %s: %s", d->options.control,
		       strerror(-err));
		d->status = EXIT_FAILED;
	} else {
		serve(d);
	}
	fc_control_close(control);
	left = fc_unit_stop(&d->unit);
	if (left)
		fc_log(FC_LOG_WARNING, "STOP", "%u datagrams could not be sent", left);
	event_base_free(d->base);
	return d->status;
}

int main(int argc, char **argv)
{
	static struct daemon d;
	static struct fc_config config;
	int got = parse(&d.options, argc, argv);

	if (got)
		return got > 0 ? EXIT_OK : EXIT_CONFIG;
	if (read_config(d.options.config, &config, stderr))
		return EXIT_CONFIG;
	if (d.options.check) {
		const char *lacks = fc_config_redundancy_lacks(&config);

		if (lacks)
			printf("%s: %s\n", d.options.config, lacks);
		printf("%s is well\n", d.options.config);
		return EXIT_OK;
	}
	signal(SIGPIPE, SIG_IGN);
	if (!d.options.foreground) {
		fc_log_to_syslog("flowcardd");
		if (daemon(1, 0)) {
			perror("flowcardd: daemon");
			return EXIT_FAILED;
		}
	}
	return run(&d, &config);
}
