/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/replay_options.h"

#include "sim/fcsim.h"
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	SHIFT_MIN = 10,
	SHIFT_MAX = 40,
	SHIFT_DEFAULT = 30,
	STALL_MAX = 95,
	LIVE_FLOWS_MIN = 16,
	LIVE_FLOWS_DEFAULT = 1 << 22,
	LIVE_FLOWS_MAX = 1 << 28,
	RATE_DEFAULT = 1000,
	RATE_MAX = 1000000
};
static const uint64_t second_ns = UINT64_C(1000000000);
static const double timeout_max = 604800; /* a week; IOS's own limit for the active timeout */

enum option_id {
	OPT_EXPORT = 256,
	OPT_PROTOCOL,
	OPT_CSV,
	OPT_COUNTERS,
	OPT_TIMEOUTS,
	OPT_EPOCH,
	OPT_RATE,
	OPT_CONFIG,
	OPT_LIVE_FLOWS
};
enum option_id_more { OPT_ENTRIES = 300, OPT_SEED, OPT_TRACE, OPT_STALL, OPT_VERSION };

static const struct option longs[] = {
	{"config", required_argument, NULL, OPT_CONFIG},
	{"export", required_argument, NULL, OPT_EXPORT},
	{"protocol", required_argument, NULL, OPT_PROTOCOL},
	{"live-flows", required_argument, NULL, OPT_LIVE_FLOWS},
	{"rate", required_argument, NULL, OPT_RATE},
	{"csv", required_argument, NULL, OPT_CSV},
	{"counters", required_argument, NULL, OPT_COUNTERS},
	{"timeouts", required_argument, NULL, OPT_TIMEOUTS},
	{"epoch", required_argument, NULL, OPT_EPOCH},
	{"entries", required_argument, NULL, OPT_ENTRIES},
	{"seed", required_argument, NULL, OPT_SEED},
	{"trace", required_argument, NULL, OPT_TRACE},
	{"stall", required_argument, NULL, OPT_STALL},
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, OPT_VERSION},
	{NULL, 0, NULL, 0},
};

static void print_sizes(FILE *out)
{
	for (const unsigned *size = fcsim_sizes(); *size; size++)
		fprintf(out, "%s%u", size == fcsim_sizes() ? "" : ", ", *size);
}

static unsigned largest_size(void)
{
	const unsigned *size = fcsim_sizes();

	while (size[1])
		size++;
	return *size;
}

static void print_help(void)
{
	printf("Usage: flowcard-replay [OPTION...] CAPTURE\n"
	       "Feed a capture (pcap, pcapng, gzip) through the Verilated card and export its "
	       "flows.\n\n"
	       "  --config FILE           flowcardd's configuration: the model is the card of the "
	       "lowest\n"
	       "                          slot, with its monitors, samplers and exporters\n"
	       "  --export udp:HOST:PORT  send flow records there (repeatable; [v6] in brackets)\n"
	       "  --protocol v5|v9|ipfix  of all exports (default ipfix)\n"
	       "  --rate N                datagrams a second and export at most (default 1000)\n"
	       "  --csv FILE              write each exported flow\n"
	       "  --counters FILE         write verdict counters and the ledger as JSON\n"
	       "  --timeouts none|ACTIVE,INACTIVE\n"
	       "                          seconds (default 1800,15); none: flows end with the "
	       "capture\n"
	       "  --epoch SECONDS         epoch length, taken to the nearest power of two of\n"
	       "                          nanoseconds (default 1.07)\n"
	       "  --entries N             cache entries of the card; built in: ");
	print_sizes(stdout);
	printf(" (default %u)\n", largest_size());
	printf("  --live-flows N          flows that the host keeps live; beyond it the oldest end "
	       "early\n"
	       "                          (default 4194304)\n"
	       "  --seed N                seed of hash tables and stalls (default: random hash)\n"
	       "  --trace FILE[:FROM:TO]  waveform (FST), of core clocks FROM to TO\n"
	       "  --stall PERCENT         hold back the AXI handshakes so often (0..%d)\n"
	       "  -q, --quiet             no progress, no summary\n"
	       "  -h, --help; --version\n",
	       STALL_MAX);
}

static int complain(const char *option, const char *value, const char *wanted)
{
	fprintf(stderr, "flowcard-replay: --%s: '%s': %s\n", option, value, wanted);
	return -EINVAL;
}

static int parse_number(const char *option, const char *text, uint64_t max, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	if (errno || end == text || *end || text[0] == '-' || *out > max)
		return complain(option, text, "not a number in range");
	return 0;
}

static int parse_seconds(const char *text, char **end, uint64_t *ns)
{
	double seconds = strtod(text, end);

	if (*end == text || !(seconds > 0) || seconds > timeout_max)
		return -EINVAL;
	*ns = (uint64_t)(seconds * (double)second_ns);
	return *ns ? 0 : -EINVAL; /* 0 would stand for none */
}

static int parse_timeouts(struct fc_replay_options *o, const char *text)
{
	char *end;

	if (!strcmp(text, "none")) {
		o->active_ns = o->inactive_ns = 0;
		return 0;
	}
	if (parse_seconds(text, &end, &o->active_ns) || *end != ',' ||
	    parse_seconds(end + 1, &end, &o->inactive_ns) || *end)
		return complain("timeouts", text, "wanted: none, or ACTIVE,INACTIVE in seconds");
	return 0;
}

static int parse_epoch(struct fc_replay_options *o, const char *text)
{
	char *end;
	double seconds = strtod(text, &end);
	double shift;

	if (end == text || *end || !(seconds > 0))
		return complain("epoch", text, "wanted: seconds above 0");
	shift = round(log2(seconds * (double)second_ns));
	if (shift < SHIFT_MIN || shift > SHIFT_MAX)
		return complain("epoch", text, "the card does 1.024e-6 to 1099 seconds");
	o->epoch_shift = (unsigned)shift;
	return 0;
}

static int parse_entries(struct fc_replay_options *o, const char *text)
{
	uint64_t number;

	if (parse_number("entries", text, UINT32_MAX, &number))
		return -EINVAL;
	for (const unsigned *size = fcsim_sizes(); *size; size++) {
		if (*size == number) {
			o->entries = *size;
			return 0;
		}
	}
	fprintf(stderr, "flowcard-replay: --entries: '%s': built in are ", text);
	print_sizes(stderr);
	fputc('\n', stderr);
	return -EINVAL;
}

/* FILE, or FILE:FROM:TO; the text is cut in place, getopt's argument is ours. */
static int parse_trace(struct fc_replay_options *o, char *text)
{
	char *to = strrchr(text, ':');
	char *from;

	o->trace = text;
	if (!to)
		return 0;
	*to = '\0';
	from = strrchr(text, ':');
	if (!from || parse_number("trace", from + 1, UINT64_MAX, &o->trace_from) ||
	    parse_number("trace", to + 1, UINT64_MAX, &o->trace_to))
		return complain("trace", text, "wanted: FILE or FILE:FROM:TO in core clocks");
	*from = '\0';
	if (o->trace_to && o->trace_to <= o->trace_from)
		return complain("trace", text, "TO must be above FROM");
	return 0;
}

static int parse_live_flows(struct fc_replay_options *o, const char *text)
{
	uint64_t number;

	if (parse_number("live-flows", text, LIVE_FLOWS_MAX, &number))
		return -EINVAL;
	if (number < LIVE_FLOWS_MIN)
		return complain("live-flows", text, "wanted: 16 or more");
	o->live_flows = (uint32_t)number;
	return 0;
}

static int parse_export(struct fc_replay_options *o, const char *text)
{
	char host[256], port[32];

	if (o->exports == FC_REPLAY_EXPORTS)
		return complain("export", text, "too many exports (8 at most)");
	if (fc_exporter_destination(text, host, sizeof(host), port, sizeof(port)))
		return complain("export", text, "wanted: udp:HOST:PORT");
	o->export[o->exports++] = text;
	return 0;
}

static int parse_one(struct fc_replay_options *o, int id, char *value)
{
	uint64_t number;

	switch (id) {
	case OPT_EXPORT:
		return parse_export(o, value);
	case OPT_PROTOCOL:
		return fc_protocol_parse(value, &o->protocol)
			       ? complain("protocol", value, "wanted: v5, v9 or ipfix")
			       : 0;
	case OPT_CONFIG:
		o->config = value;
		return 0;
	case OPT_LIVE_FLOWS:
		o->monitor_given = true;
		return parse_live_flows(o, value);
	case OPT_RATE:
		if (parse_number("rate", value, RATE_MAX, &number))
			return -EINVAL;
		if (!number)
			return complain("rate", value, "not a number in range");
		o->rate = (unsigned)number;
		return 0;
	case OPT_CSV:
		o->csv = value;
		return 0;
	case OPT_COUNTERS:
		o->counters = value;
		return 0;
	case OPT_TIMEOUTS:
		o->monitor_given = true;
		return parse_timeouts(o, value);
	case OPT_EPOCH:
		o->epoch_given = true;
		return parse_epoch(o, value);
	case OPT_ENTRIES:
		return parse_entries(o, value);
	case OPT_SEED:
		o->seeded = true;
		return parse_number("seed", value, UINT64_MAX, &o->seed);
	case OPT_TRACE:
		return parse_trace(o, value);
	case OPT_STALL:
		if (parse_number("stall", value, STALL_MAX, &number))
			return -EINVAL;
		o->stall_percent = (unsigned)number;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	default:
		fprintf(stderr, "Try 'flowcard-replay --help'.\n");
		return -EINVAL;
	}
}

int fc_replay_options_parse(struct fc_replay_options *o, int argc, char **argv)
{
	int id, err;

	*o = (struct fc_replay_options){
		.protocol = FC_PROTOCOL_IPFIX,
		.active_ns = 1800 * second_ns,
		.inactive_ns = 15 * second_ns,
		.epoch_shift = SHIFT_DEFAULT,
		.rate = RATE_DEFAULT,
		.live_flows = LIVE_FLOWS_DEFAULT,
		.entries = largest_size(),
	};
	while ((id = getopt_long(argc, argv, "qh", longs, NULL)) != -1) {
		if (id == 'h') {
			print_help();
			return 1;
		}
		if (id == OPT_VERSION) {
			printf("flowcard-replay %s\n", FC_VERSION);
			return 1;
		}
		err = parse_one(o, id, optarg);
		if (err)
			return err;
	}
	if (optind + 1 != argc) {
		fprintf(stderr, "flowcard-replay: one capture file is wanted\n"
				"Try 'flowcard-replay --help'.\n");
		return -EINVAL;
	}
	if (o->config && o->monitor_given) {
		fprintf(stderr, "flowcard-replay: timeouts and numbers of flows are in the "
				"configuration: neither --timeouts nor --live-flows with it\n");
		return -EINVAL;
	}
	o->capture = argv[optind];
	return 0;
}
