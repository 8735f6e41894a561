/* SPDX-License-Identifier: BSD-2-Clause */
/* flowcard-gen: write a nanosecond pcap of synthetic traffic, the same for the same seed. */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/gen_traffic.h"

enum { EXIT_USAGE = 1, EXIT_IO = 2, OUT_BUFFER = 1 << 20 };

struct arguments {
	struct gen_options options;
	const char *out, *schedule;
	bool flows_given, packets_given, mix_given, help;
};

static const char *const mix_names[GEN_MIXES] = {"web", "scan", "elephants", "v6", "edges"};

static const char usage[] =
	"usage: flowcard-gen [options] OUT.pcap\n"
	"Write synthetic traffic as a pcap with nanosecond times. OUT - is standard output.\n"
	"\n"
	"  --flows N       flow keys, exactly N (default 1000; 100 with --gaps)\n"
	"  --packets N     frames, exactly N (default 20 a flow)\n"
	"  --seconds S     length of the capture (default 10)\n"
	"  --seed N        another seed, other traffic (default 1)\n"
	"  --mix NAME      web (default), scan, elephants, v6, edges\n"
	"  --gaps          flows with known pauses instead of a mix, for tests of timeouts\n"
	"  --schedule FILE with --gaps: the pauses as CSV (- is standard output)\n"
	"  --help, --version\n";

static int complain(const char *option, const char *text)
{
	fprintf(stderr, "flowcard-gen: --%s %s\n", option, text);
	return -EINVAL;
}

static int number(const char *option, const char *text, uint64_t most, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 10);
	if (errno || *end || *text < '0' || *text > '9' || *value > most) {
		fprintf(stderr,
			"flowcard-gen: --%s wants a number, at most %" PRIu64 ", not \"%s\"\n",
			option, most, text);
		return -EINVAL;
	}
	return 0;
}

static int mix(const char *text, enum gen_mix *value)
{
	for (unsigned i = 0; i < GEN_MIXES; i++) {
		if (strcmp(text, mix_names[i]) == 0) {
			*value = (enum gen_mix)i;
			return 0;
		}
	}
	return complain("mix", "wants web, scan, elephants, v6 or edges");
}

static int option(struct arguments *a, int code, const char *value)
{
	uint64_t n = 0;
	int result = 0;

	switch (code) {
	case 'f':
		result = number("flows", value, GEN_CONVERSATIONS, &n);
		a->options.flows = (uint32_t)n;
		a->flows_given = true;
		return result;
	case 'p':
		a->packets_given = true;
		return number("packets", value, UINT32_MAX, &a->options.packets);
	case 's':
		result = number("seconds", value, 1000000, &n);
		a->options.length_ns = n * 1000000000;
		return result;
	case 'r':
		return number("seed", value, UINT64_MAX, &a->options.seed);
	case 'm':
		a->mix_given = true;
		return mix(value, &a->options.mix);
	case 'g':
		a->options.gaps = 1;
		return 0;
	case 'c':
		a->schedule = value;
		return 0;
	default:
		return -EINVAL;
	}
}

static int finish_arguments(struct arguments *a)
{
	const char *refusal;

	if (a->options.gaps && (a->packets_given || a->mix_given))
		return complain("gaps", "has a schedule of its own: no --packets, no --mix");
	if (a->schedule && !a->options.gaps)
		return complain("schedule", "needs --gaps");
	if (a->schedule && strcmp(a->schedule, a->out) == 0)
		return complain("schedule", "and the capture are one file");
	if (!a->flows_given)
		a->options.flows = a->options.gaps ? 100 : 1000;
	if (!a->flows_given && a->packets_given && a->options.packets < a->options.flows)
		a->options.flows = (uint32_t)a->options.packets;
	if (!a->packets_given)
		a->options.packets = (uint64_t)a->options.flows * 20;
	refusal = gen_traffic_refusal(&a->options);
	if (refusal) {
		fprintf(stderr, "flowcard-gen: --%s\n", refusal);
		return -EINVAL;
	}
	return 0;
}

/* Return 0, 1 (nothing more to do), -EINVAL (was complained about). */
static int parse(struct arguments *a, int argc, char **argv)
{
	static const struct option names[] = {
		{"flows", required_argument, NULL, 'f'},
		{"packets", required_argument, NULL, 'p'},
		{"seconds", required_argument, NULL, 's'},
		{"seed", required_argument, NULL, 'r'},
		{"mix", required_argument, NULL, 'm'},
		{"gaps", no_argument, NULL, 'g'},
		{"schedule", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	int code;

	while ((code = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (code == 'h' || code == 'v') {
			fputs(code == 'h' ? usage : "flowcard-gen " FC_VERSION "\n", stdout);
			return 1;
		}
		if (code == '?' || option(a, code, optarg))
			return -EINVAL;
	}
	if (optind + 1 != argc) {
		fputs(usage, stderr);
		return -EINVAL;
	}
	a->out = argv[optind];
	return finish_arguments(a);
}

static void put32(uint8_t *p, uint64_t value)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static void write_file_header(FILE *out)
{
	uint8_t head[24] = {0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0};

	put32(head + 16, GEN_FRAME_MAX);
	put32(head + 20, 1); /* Ethernet */
	fwrite(head, sizeof(head), 1, out);
}

static void write_frame(FILE *out, uint64_t time_ns, const uint8_t *frame, size_t octets)
{
	uint8_t head[16];

	put32(head, time_ns / 1000000000);
	put32(head + 4, time_ns % 1000000000);
	put32(head + 8, octets);
	put32(head + 12, octets);
	fwrite(head, sizeof(head), 1, out);
	fwrite(frame, 1, octets, out);
}

/* Errors of the stream are sticky: looked at once a while, so that a full disk ends the run. */
static int write_capture(FILE *out, struct gen_traffic *t)
{
	uint8_t *const frame = malloc(GEN_FRAME_MAX);
	struct gen_packet p;
	uint64_t time_ns;

	if (!frame)
		return -ENOMEM;
	write_file_header(out);
	while (!ferror(out) && gen_traffic_next(t, &p, &time_ns))
		write_frame(out, time_ns, frame,
			    gen_packet_build(t->options.mix, t->options.seed, &p, frame));
	free(frame);
	return ferror(out) ? -EIO : 0;
}

static void write_schedule_line(FILE *out, const struct gen_options *o, const struct gen_flow *f)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	struct gen_key k;

	gen_packet_key(o->mix, o->seed, f->conversation, (enum gen_kind)f->kind, &k);
	inet_ntop(k.v6 ? AF_INET6 : AF_INET, k.src, src, sizeof(src));
	inet_ntop(k.v6 ? AF_INET6 : AF_INET, k.dst, dst, sizeof(dst));
	fprintf(out, "%s,%s,%u,%u,17,%u,%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", src, dst, k.sport,
		k.dport, f->packets, gen_flow_time(o, f, 0), f->duration_ns,
		gen_flow_time(o, f, f->packets - 1));
}

static int write_schedule(FILE *out, const struct gen_traffic *t)
{
	fputs("src,dst,sport,dport,proto,packets,first_ns,gap_ns,last_ns\n", out);
	for (uint32_t i = 0; i < t->flow_count; i++)
		write_schedule_line(out, &t->options, &t->flow[i]);
	return ferror(out) ? -EIO : 0;
}

static FILE *out_open(const char *path)
{
	return strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
}

static int out_close(FILE *out)
{
	return (out == stdout ? fflush(out) : fclose(out)) ? -errno : 0;
}

static int write_to(const char *path, struct gen_traffic *t, bool schedule)
{
	FILE *const out = out_open(path);
	int result, closed;

	if (!out) {
		result = -errno;
	} else {
		setvbuf(out, NULL, _IOFBF, OUT_BUFFER);
		result = schedule ? write_schedule(out, t) : write_capture(out, t);
		closed = out_close(out);
		/* The reason is in the last error: a stream only remembers that there was one. */
		if (!result || (result == -EIO && closed))
			result = closed;
	}
	if (result)
		fprintf(stderr, "flowcard-gen: %s: %s\n", path, strerror(-result));
	return result;
}

int main(int argc, char **argv)
{
	struct arguments arguments = {.options = {.length_ns = UINT64_C(10000000000), .seed = 1}};
	struct gen_traffic traffic;
	int result = parse(&arguments, argc, argv);

	if (result)
		return result > 0 ? 0 : EXIT_USAGE;
	gen_packet_begin();
	result = gen_traffic_create(&traffic, &arguments.options);
	if (result) {
		fprintf(stderr, "flowcard-gen: %s\n", strerror(-result));
		return EXIT_IO;
	}
	if (arguments.schedule)
		result = write_to(arguments.schedule, &traffic, true);
	if (!result)
		result = write_to(arguments.out, &traffic, false);
	gen_traffic_destroy(&traffic);
	return result ? EXIT_IO : 0;
}
