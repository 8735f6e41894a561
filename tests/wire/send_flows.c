/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * send_flows --export udp:HOST:PORT [--protocol v5|v9|ipfix] [--flows N] [--families 4|6|46]
 * [--seed N]
 *            [--rate N] [--payload N] [--uptime] [--csv FILE]
 *
 * Sends synthetic flows through the exporter to a collector; --csv says what a collector should
 * have seen (columns of flowcard-replay --csv). The last line of output holds the totals.
 */
#include "synthetic_flows.h"

#include <arpa/inet.h>
#include <errno.h>
#include <flowcard/export.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define START_NS UINT64_C(1795348800000000000) /* 2026-11-22 12:00:00 UTC */
#define HOUR_NS UINT64_C(3600000000000)
#define CHUNK 500

struct options {
	struct fc_exporter_config config;
	const struct fc_fnf_record *record; /* NULL: the usual one */
	char host[256], port[32];
	unsigned long flows;
	const char *families, *csv;
	uint64_t seed;
};

/* The record of --uptime: both IP versions, times since boot. */
static const char *const uptime[] = {"ipv4 source address",
				     "ipv4 destination address",
				     "ipv4 protocol",
				     "ipv4 tos",
				     "ipv6 source address",
				     "ipv6 destination address",
				     "ipv6 protocol",
				     "ipv6 traffic-class",
				     "transport source-port",
				     "transport destination-port",
				     "interface input",
				     "transport icmp ipv4 type-code",
				     "transport icmp ipv6 type-code",
				     "transport tcp flags",
				     "counter packets",
				     "counter bytes",
				     "timestamp sys-uptime first",
				     "timestamp sys-uptime last"};

static const struct fc_fnf_record *uptime_record(void)
{
	static struct fc_fnf_record record = {.kind = FC_RECORD_USER};

	for (record.fields = 0; record.fields < sizeof(uptime) / sizeof(*uptime); record.fields++)
		record.field[record.fields].field = fc_field_find(uptime[record.fields]);
	return &record;
}

static int usage(const char *program)
{
	fprintf(stderr,
		"usage: %s --export udp:HOST:PORT [--protocol v5|v9|ipfix] [--flows N] "
		"[--families 4|6|46] [--seed N] [--rate N] [--payload N] [--uptime] [--csv FILE]\n",
		program);
	return 1;
}

static int parse_option(struct options *o, int option, const char *value)
{
	switch (option) {
	case 'e':
		return fc_exporter_destination(value, o->host, sizeof(o->host), o->port,
					       sizeof(o->port));
	case 'p':
		return fc_protocol_parse(value, &o->config.protocol);
	case 'n':
		o->flows = strtoul(value, NULL, 10);
		return 0;
	case 'f':
		o->families = value;
		return 0;
	case 's':
		o->seed = strtoull(value, NULL, 10);
		return o->seed ? 0 : -EINVAL;
	case 'r':
		o->config.rate = (unsigned)strtoul(value, NULL, 10);
		return 0;
	case 'm':
		o->config.payload_max = strtoul(value, NULL, 10);
		return 0;
	case 'u':
		o->record = uptime_record();
		return 0;
	case 'c':
		o->csv = value;
		return 0;
	default:
		return -EINVAL;
	}
}

static int parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{"export", required_argument, NULL, 'e'},
		{"protocol", required_argument, NULL, 'p'},
		{"flows", required_argument, NULL, 'n'},
		{"families", required_argument, NULL, 'f'},
		{"seed", required_argument, NULL, 's'},
		{"rate", required_argument, NULL, 'r'},
		{"payload", required_argument, NULL, 'm'},
		{"uptime", no_argument, NULL, 'u'},
		{"csv", required_argument, NULL, 'c'},
		{NULL, 0, NULL, 0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (parse_option(o, option, optarg))
			return -EINVAL;
	return optind == argc && o->host[0] ? 0 : -EINVAL;
}

static void print_row(FILE *csv, const struct fc_flow *f)
{
	const uint32_t *vec = f->vector;
	unsigned version = fc_vec_ip_version(vec);
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];

	inet_ntop(version == 6 ? AF_INET6 : AF_INET, fc_vec_src(vec), src, sizeof(src));
	inet_ntop(version == 6 ? AF_INET6 : AF_INET, fc_vec_dst(vec), dst, sizeof(dst));
	fprintf(csv,
		"%u,%s,%s,%u,%u,%u,%u,0,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
		",%02x,%03x\n",
		version, src, dst, fc_vec_sport(vec), fc_vec_dport(vec), fc_vec_proto(vec),
		fc_vec_tos(vec), f->packets, f->octets, f->first_ns, f->last_ns,
		f->tcp_flags & 0xffU, f->tcp_flags & 0xfffU);
}

static int send_all(const struct options *o, struct fc_exporter *e, FILE *csv)
{
	uint64_t state = o->seed, now_ns = START_NS + HOUR_NS + 123456789;
	size_t families = strlen(o->families);
	int left = 0;

	for (unsigned long i = 0; i < o->flows; i++) {
		unsigned version = (unsigned)(o->families[i % families] - '0');
		struct fc_flow f = synthetic_flow(&state, (uint32_t)i, version, START_NS);

		if (csv)
			print_row(csv, &f);
		fc_exporter_add(e, 1, &f, 1, now_ns);
		if (i % CHUNK == CHUNK - 1) {
			left = fc_exporter_send(e, 30000);
			now_ns += 250000000;
		}
		if (left)
			return -ETIMEDOUT;
	}
	fc_exporter_seal(e, now_ns);
	return fc_exporter_send(e, 30000) ? -ETIMEDOUT : 0;
}

static void print_totals(const struct fc_exporter *e)
{
	struct fc_exporter_stats s;

	fc_exporter_stats(e, &s);
	printf("flows=%" PRIu64 " records=%" PRIu64 " packets=%" PRIu64 " octets=%" PRIu64
	       " datagrams=%" PRIu64 " templates=%" PRIu64 " dropped=%" PRIu64 "\n",
	       s.flows, s.records_sent, s.packets, s.octets, s.datagrams_sent, s.templates,
	       s.dropped_flows);
}

int main(int argc, char **argv)
{
	struct options o = {.config = {.protocol = FC_PROTOCOL_IPFIX,
				       .domain = 7,
				       .rate = 2000,
				       .boot_ns = START_NS - HOUR_NS},
			    .flows = 1000,
			    .families = "46",
			    .seed = 1};
	struct fc_exporter *e;
	FILE *csv = NULL;
	int err;

	if (parse(&o, argc, argv))
		return usage(argv[0]);
	if (o.csv) {
		csv = fopen(o.csv, "w");
		if (!csv) {
			perror(o.csv);
			return 1;
		}
		fputs("ip_version,src,dst,sport,dport,proto,tos,input_if,packets,bytes,first_ns,"
		      "last_ns,tcp_flags,tcp_bits\n",
		      csv);
	}
	o.config.host = o.host;
	o.config.port = o.port;
	err = fc_exporter_open(&o.config, &e);
	if (!err) {
		err = fc_exporter_client_add(e, "Flow Monitor SEND", o.record) < 0 ? -EINVAL : 0;
		if (!err)
			err = fc_exporter_wait(e, 10000);
		if (!err)
			err = send_all(&o, e, csv);
		print_totals(e);
		fc_exporter_close(e);
	}
	if (csv && fclose(csv))
		err = -EIO;
	if (err)
		fprintf(stderr, "%s: %s\n", argv[0], strerror(-err));
	return err != 0;
}
