/* SPDX-License-Identifier: BSD-2-Clause */
/* Command line of flowcard-sim. */
#ifndef FC_TOOLS_SIM_OPTIONS_H
#define FC_TOOLS_SIM_OPTIONS_H

#include "tools/gen_traffic.h"
#include <stdbool.h>
#include <stdint.h>

#define FC_SIM_FEEDS 8
#define FC_SIM_ORDERS 16

enum fc_sim_feed_kind { FC_SIM_FEED_PCAP, FC_SIM_FEED_IF, FC_SIM_FEED_GEN };

struct fc_sim_feed_options {
	enum fc_sim_feed_kind kind;
	unsigned port;
	char *source;      /* capture, or name of the interface */
	bool loop, rebase; /* rebase: begin when the first feed begins */
	double speed;      /* of recorded time; 0: as fast as it goes */
	struct gen_options traffic;
};

struct fc_sim_options {
	const char *socket, *control; /* paths; NULL: none */
	int qemu;                     /* descriptor of a machine's proxy device; -1: none */
	const char *qtest;            /* path of its test socket; NULL: none */
	unsigned entries, ports, rings, stall_percent;
	uint64_t seed;
	char *trace; /* NULL: none */
	uint64_t trace_from, trace_to;
	struct fc_sim_feed_options feed[FC_SIM_FEEDS];
	unsigned feeds;
	const char
		*order[FC_SIM_ORDERS]; /* faults from the beginning, words of the control socket */
	unsigned orders;
	unsigned status_seconds;
	const char *ask; /* control socket of another process, to which `order` goes instead */
};

/* Return 0; 1: help or version was printed; -EINVAL: complained about. */
int fc_sim_options_parse(struct fc_sim_options *o, int argc, char **argv);
void fc_sim_options_free(struct fc_sim_options *o);

/* "PORT=pcap:FILE,loop": the text of one --port. Return 0 or -EINVAL (complained about). */
int fc_sim_options_feed(struct fc_sim_options *o, const char *text);

#endif
