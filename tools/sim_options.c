/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/sim_options.h"

#include "sim/fcsim.h"
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"usage: flowcard-sim --socket PATH [OPTION...]\n"
	"       flowcard-sim --qemu FD [--qtest PATH] [OPTION...]\n"
	"       flowcard-sim --ask PATH COMMAND...\n"
	"The Verilated card as a process: serves it by the vfio-user protocol, feeds its ports.\n"
	"\n"
	"  --socket PATH        Unix socket for the driver (vfio-user:PATH)\n"
	"  --qemu FD            open descriptor: the card of QEMU's -device x-pci-proxy-dev\n"
	"  --qtest PATH         that QEMU's -qtest socket; MSI-X goes there\n"
	"  --entries N          cache entries (default 512)\n"
	"  --ports N, --rings N which model (default 1, 1); an unknown one lists what is built\n"
	"  --port N=FEED        what comes into port N:\n"
	"                         pcap:FILE[,loop][,speed=X|flat][,rebase]\n"
	"                         if:NAME    a network interface (needs CAP_NET_RAW)\n"
	"                         gen:MIX[,flows=N][,packets=N][,seconds=S][,seed=N][,loop]"
	"[,speed=X|flat][,rebase]\n"
	"                       speed=X: X times recorded time; flat (default): as fast as rings "
	"drain\n"
	"  --control PATH       Unix socket for commands while it runs\n"
	"  --fault COMMAND      give a command at the start; COMMAND@N: after N frames\n"
	"  --ask PATH COMMAND.. give commands to another flowcard-sim and print its answers\n"
	"  --seed N             of start values and stalls (default 1)\n"
	"  --stall PERCENT      hold back the host's AXI so often, 0 to 95 (default 0)\n"
	"  --trace FILE[:FROM:TO]  waveform (FST) of core clocks FROM to TO\n"
	"  --status SECONDS     between two lines of counters (default 10; 0: none)\n"
	"  --help, --version\n"
	"\n"
	"Commands: status, pull-out, plug-in, all-ones on|off, lose-interrupts N, corrupt N,\n"
	"freeze on|off, link up|down, axi-error N, error, request, pause on|off, stop\n";

static int complain(const char *option, const char *what, const char *text)
{
	fprintf(stderr, "flowcard-sim: %s %s, not \"%s\"\n", option, what, text);
	return -EINVAL;
}

static int number(const char *option, const char *text, uint64_t most, uint64_t *value)
{
	char *end, want[64];

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (!errno && !*end && *text >= '0' && *text <= '9' && *value <= most)
		return 0;
	snprintf(want, sizeof(want), "wants a number, at most %" PRIu64, most);
	return complain(option, want, text);
}

static int small_number(const char *option, const char *text, unsigned most, unsigned *value)
{
	uint64_t wide = 0;
	int err = number(option, text, most, &wide);

	*value = (unsigned)wide;
	return err;
}

/* ---------------------------------------------------------------- feeds */
static int speed(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	if (*end || end == text || !(*value >= 0.001) || !(*value <= 1e6))
		return complain("--port: speed", "wants a factor from 0.001 to 1000000", text);
	return 0;
}

/* One word after the source: "loop", "speed=2", "flows=100". */
static int feed_word(struct fc_sim_feed_options *f, char *word)
{
	char *value = strchr(word, '=');
	uint64_t n = 0;
	int err;

	if (value)
		*value++ = '\0';
	if (f->kind != FC_SIM_FEED_IF && !value) {
		if (!strcmp(word, "loop"))
			return f->loop = true, 0;
		if (!strcmp(word, "rebase"))
			return f->rebase = true, 0;
		if (!strcmp(word, "flat"))
			return f->speed = 0, 0;
	}
	if (f->kind != FC_SIM_FEED_IF && value && !strcmp(word, "speed"))
		return speed(value, &f->speed);
	if (f->kind != FC_SIM_FEED_GEN || !value)
		return complain("--port", "does not know this word for its feed", word);
	if (!strcmp(word, "seconds")) {
		err = number("--port: seconds", value, 1000000, &n);
		f->traffic.length_ns = n * 1000000000;
		return err;
	}
	if (!strcmp(word, "packets"))
		return number("--port: packets", value, UINT32_MAX, &f->traffic.packets);
	if (!strcmp(word, "seed"))
		return number("--port: seed", value, UINT64_MAX, &f->traffic.seed);
	if (!strcmp(word, "flows"))
		return small_number("--port: flows", value, GEN_CONVERSATIONS, &f->traffic.flows);
	return complain("--port", "does not know this word for its feed", word);
}

static int feed_mix(struct fc_sim_feed_options *f, const char *text)
{
	static const char *const mixes[] = {"web", "scan", "elephants", "v6", "edges"};

	f->traffic = (struct gen_options){
		.flows = 1000, .packets = 20000, .length_ns = UINT64_C(10000000000), .seed = 1};
	for (unsigned i = 0; i < GEN_MIXES; i++) {
		if (!strcmp(text, mixes[i])) {
			f->traffic.mix = (enum gen_mix)i;
			return 0;
		}
	}
	return complain("--port: gen:", "wants web, scan, elephants, v6 or edges", text);
}

static int feed_source(struct fc_sim_feed_options *f, char *text)
{
	if (!strncmp(text, "pcap:", 5) && text[5])
		f->kind = FC_SIM_FEED_PCAP;
	else if (!strncmp(text, "if:", 3) && text[3])
		f->kind = FC_SIM_FEED_IF;
	else if (!strncmp(text, "gen:", 4))
		f->kind = FC_SIM_FEED_GEN;
	else
		return complain("--port", "wants pcap:FILE, if:NAME or gen:MIX behind N=", text);
	f->source = strdup(strchr(text, ':') + 1);
	if (!f->source)
		return -ENOMEM;
	return f->kind == FC_SIM_FEED_GEN ? feed_mix(f, f->source) : 0;
}

static int feed_parts(struct fc_sim_feed_options *f, char *text)
{
	char *rest = strchr(text, '='), *word;
	const char *refusal;
	int err;

	if (!rest)
		return complain("--port", "wants N=FEED", text);
	*rest++ = '\0';
	err = small_number("--port", text, FC_SIM_FEEDS - 1, &f->port);
	word = strtok_r(rest, ",", &rest);
	if (!err)
		err = word ? feed_source(f, word) : complain("--port", "wants a feed", "");
	while (!err && (word = strtok_r(NULL, ",", &rest)))
		err = feed_word(f, word);
	if (err || f->kind != FC_SIM_FEED_GEN)
		return err;
	refusal = gen_traffic_refusal(&f->traffic);
	if (refusal)
		fprintf(stderr, "flowcard-sim: --port %u=gen: %s\n", f->port, refusal);
	return refusal ? -EINVAL : 0;
}

int fc_sim_options_feed(struct fc_sim_options *o, const char *text)
{
	struct fc_sim_feed_options *f = &o->feed[o->feeds];
	char *copy;
	int err;

	if (o->feeds == FC_SIM_FEEDS)
		return complain("--port", "is given too often", text);
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	o->feeds++;
	err = feed_parts(f, copy);
	free(copy);
	return err;
}

/* ---------------------------------------------------------------- the rest */
static int trace(struct fc_sim_options *o, const char *text)
{
	char *from, *to;
	int err = 0;

	free(o->trace);
	o->trace = strdup(text);
	if (!o->trace)
		return -ENOMEM;
	to = strrchr(o->trace, ':');
	if (!to)
		return 0;
	*to++ = '\0';
	from = strrchr(o->trace, ':');
	if (!from)
		return complain("--trace", "wants FILE or FILE:FROM:TO", text);
	*from++ = '\0';
	err = number("--trace: FROM", from, UINT64_MAX, &o->trace_from);
	return err ? err : number("--trace: TO", to, UINT64_MAX, &o->trace_to);
}

static int order(struct fc_sim_options *o, const char *text)
{
	if (o->orders == FC_SIM_ORDERS)
		return complain("--fault", "is given too often", text);
	o->order[o->orders++] = text;
	return 0;
}

static int option(struct fc_sim_options *o, int code, const char *value)
{
	unsigned fd = 0;
	int err;

	switch (code) {
	case 's':
		o->socket = value;
		return 0;
	case 'c':
		o->control = value;
		return 0;
	case 'a':
		o->ask = value;
		return 0;
	case 'Q':
		err = small_number("--qemu", value, 1 << 20, &fd);
		o->qemu = (int)fd;
		return err;
	case 'T':
		o->qtest = value;
		return 0;
	case 'e':
		return small_number("--entries", value, 1u << 24, &o->entries);
	case 'P':
		return small_number("--ports", value, 8, &o->ports);
	case 'r':
		return small_number("--rings", value, 8, &o->rings);
	case 'p':
		return fc_sim_options_feed(o, value);
	case 'f':
		return order(o, value);
	case 'S':
		return number("--seed", value, UINT64_MAX, &o->seed);
	case 'l':
		return small_number("--stall", value, 95, &o->stall_percent);
	case 't':
		return trace(o, value);
	case 'q':
		return small_number("--status", value, 86400, &o->status_seconds);
	default:
		return -EINVAL;
	}
}

static void list_models(void)
{
	struct fcsim_build b;

	fputs("flowcard-sim: built are:", stderr);
	for (unsigned i = 0; !fcsim_built(i, &b); i++)
		fprintf(stderr, " %u entries %u ports %u rings%s;", b.entries, b.ports, b.rings,
			b.traced ? " (trace)" : "");
	fputc('\n', stderr);
}

static int check_model(const struct fc_sim_options *o)
{
	struct fcsim_build b;

	for (unsigned i = 0; !fcsim_built(i, &b); i++)
		if (b.entries == o->entries && b.ports == o->ports && b.rings == o->rings &&
		    b.traced == (o->trace != NULL))
			return 0;
	fprintf(stderr, "flowcard-sim: no model of %u entries, %u ports, %u rings%s\n", o->entries,
		o->ports, o->rings, o->trace ? " with a trace" : "");
	list_models();
	return -EINVAL;
}

/* Card time is one: of the host where an interface is, else of the captures, all at one pace. */
static int check_feeds(const struct fc_sim_options *o)
{
	const struct fc_sim_feed_options *first = NULL;
	bool live = false;

	for (unsigned i = 0; i < o->feeds; i++) {
		const struct fc_sim_feed_options *f = &o->feed[i];

		if (f->port >= o->ports) {
			fprintf(stderr, "flowcard-sim: --port %u: the card has %u\n", f->port,
				o->ports);
			return -EINVAL;
		}
		live |= f->kind == FC_SIM_FEED_IF;
		if (f->kind == FC_SIM_FEED_IF)
			continue;
		if (first && first->speed != f->speed)
			return complain("--port", "wants one speed for all captures", f->source);
		first = f;
	}
	if (live && first && first->speed != 1)
		return complain("--port", "wants speed=1 beside an interface", first->source);
	return 0;
}

static int check(struct fc_sim_options *o)
{
	int err;

	if (o->ask)
		return o->orders ? 0 : complain("--ask", "wants a command", "");
	if (!o->socket && o->qemu < 0)
		return complain("--socket", "wants a path", "");
	if (o->socket && o->qemu >= 0)
		return complain("--socket", "is for one host, --qemu for another", o->socket);
	if (o->qtest && o->qemu < 0)
		return complain("--qtest", "goes with --qemu", o->qtest);
	err = check_model(o);
	return err ? err : check_feeds(o);
}

static const struct option names[] = {
	{"socket", required_argument, NULL, 's'},
	{"qemu", required_argument, NULL, 'Q'},
	{"qtest", required_argument, NULL, 'T'},
	{"control", required_argument, NULL, 'c'},
	{"ask", required_argument, NULL, 'a'},
	{"entries", required_argument, NULL, 'e'},
	{"ports", required_argument, NULL, 'P'},
	{"rings", required_argument, NULL, 'r'},
	{"port", required_argument, NULL, 'p'},
	{"fault", required_argument, NULL, 'f'},
	{"seed", required_argument, NULL, 'S'},
	{"stall", required_argument, NULL, 'l'},
	{"trace", required_argument, NULL, 't'},
	{"status", required_argument, NULL, 'q'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

int fc_sim_options_parse(struct fc_sim_options *o, int argc, char **argv)
{
	int code, err = 0;

	*o = (struct fc_sim_options){.qemu = -1,
				     .entries = 512,
				     .ports = 1,
				     .rings = 1,
				     .seed = 1,
				     .status_seconds = 10};
	while ((code = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (code == 'h' || code == 'v') {
			fputs(code == 'h' ? usage : "flowcard-sim " FC_VERSION "\n", stdout);
			return 1;
		}
		if (code == '?' || option(o, code, optarg))
			return -EINVAL;
	}
	while (o->ask && !err && optind < argc)
		err = order(o, argv[optind++]);
	if (optind < argc)
		return complain("arguments", "are not taken", argv[optind]);
	return err ? err : check(o);
}

void fc_sim_options_free(struct fc_sim_options *o)
{
	for (unsigned i = 0; i < o->feeds; i++)
		free(o->feed[i].source);
	free(o->trace);
}
