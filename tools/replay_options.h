/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FC_TOOLS_REPLAY_OPTIONS_H
#define FC_TOOLS_REPLAY_OPTIONS_H

#include <flowcard/export.h>
#include <stdbool.h>
#include <stdint.h>

#define FC_REPLAY_EXPORTS 8

struct fc_replay_options {
	const char *capture;
	const char *export[FC_REPLAY_EXPORTS]; /* "udp:HOST:PORT" */
	unsigned exports;
	enum fc_protocol protocol;
	const char *csv, *counters;      /* NULL: none */
	const char *config;              /* NULL: none; then the monitors are not of the options */
	uint64_t active_ns, inactive_ns; /* 0: never */
	unsigned epoch_shift;
	bool epoch_given, monitor_given; /* --epoch; --timeouts or --live-flows */
	unsigned entries;
	bool seeded;
	uint64_t seed;
	const char *trace;
	uint64_t trace_from, trace_to;
	unsigned stall_percent;
	unsigned rate;       /* datagrams a second and export, at most */
	uint32_t live_flows; /* of the shadow table */
	bool quiet;
};

/* Parse the command line. Return 0; 1: --help or --version was printed, nothing to do; -EINVAL: the
 * message is printed. */
int fc_replay_options_parse(struct fc_replay_options *o, int argc, char **argv);

#endif
