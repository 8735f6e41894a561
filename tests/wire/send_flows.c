/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * send_flows --export udp:HOST:PORT [--protocol v5|v9|ipfix] [--flows N] [--families 4|6|46]
 *            [--seed N] [--rate N] [--payload N] [--record NAME] [--options] [--sampled]
 *            [--clients N] [--tcp | --file] [--burst MS] [--csv FILE]
 *
 * Sends synthetic flows through the exporter to a collector; --csv says what a collector should
 * have seen (columns of flowcard-replay --csv). The last line of output holds the totals. --record:
 * a predefined record, or one of the lists below; --options: all option tables; --sampled: all
 * flows were sampled 1 out of 100 at random; --clients: so many monitors, by turns; --burst: all
 * flows at one cut, which leave over so long.
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

#define SAMPLER 3
#define SAMPLER_WINDOW 100
#define INTERFACE_FIRST 57
#define CLIENTS_MAX 16

struct options {
	struct fc_exporter_config config;
	struct fc_fnf_record record;
	char host[256], port[32];
	unsigned long flows, clients;
	const char *families, *csv;
	bool tables, sampled, burst;
	unsigned spread_ms;
	uint64_t seed;
};

#define KEYS                                                                                       \
	"ipv4 source address", "ipv4 destination address", "ipv4 protocol", "ipv4 tos",            \
		"ipv6 source address", "ipv6 destination address", "ipv6 protocol",                \
		"ipv6 traffic-class", "transport icmp ipv4 type-code",                             \
		"transport icmp ipv6 type-code", "transport tcp flags", "transport source-port",   \
		"transport destination-port", "interface input"

static const struct {
	const char *name;
	const char *const *fields;
} lists[] = {
	/* Times since boot and 32-bit counters. */
	{"uptime",
	 (const char *const[]){KEYS, "counter packets", "counter bytes",
			       "timestamp sys-uptime first", "timestamp sys-uptime last", NULL}},
	/* The least that collectors can add up. */
	{"destination",
	 (const char *const[]){"ipv4 destination address", "ipv6 destination address",
			       "counter packets long", "counter bytes long", NULL}},
	{"sampler",
	 (const char *const[]){KEYS, "flow sampler", "flow direction", "interface output",
			       "counter packets long", "counter bytes long",
			       "timestamp absolute first", "timestamp absolute last", NULL}},
	{"wide", (const char *const[]){KEYS,
				       "ipv4 ttl",
				       "ipv6 hop-limit",
				       "ipv4 id",
				       "ipv6 flow-label",
				       "ipv6 extension map",
				       "ipv4 fragmentation offset",
				       "ipv4 fragmentation flags",
				       "flow direction",
				       "flow sampler",
				       "interface output",
				       "datalink mac source address input",
				       "datalink mac destination address input",
				       "datalink vlan input",
				       "datalink dot1q vlan input",
				       "datalink dot1q priority",
				       "ipv4 ttl minimum",
				       "ipv4 ttl maximum",
				       "counter packets long",
				       "counter bytes long",
				       "counter bytes layer2 long",
				       "timestamp absolute first",
				       "timestamp absolute last",
				       "flow end-reason",
				       NULL}},
};

static int make_record(struct options *o, const char *name)
{
	static struct fc_fnf fnf;
	struct fc_fnf_record *r = &o->record;
	int found;

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (strcmp(lists[i].name, name) != 0)
			continue;
		*r = (struct fc_fnf_record){.kind = FC_RECORD_USER};
		for (const char *const *f = lists[i].fields; *f; f++) {
			r->field[r->fields].field = fc_field_find(*f);
			if (!r->field[r->fields++].field)
				return -EINVAL;
		}
		return 0;
	}
	fc_fnf_init(&fnf);
	found = fc_fnf_record_find(&fnf, name);
	if (found == FC_FNF_NONE)
		return -EINVAL;
	*r = fnf.record[found];
	return 0;
}

static int usage(const char *program)
{
	fprintf(stderr,
		"usage: %s --export udp:HOST:PORT [--protocol v5|v9|ipfix] [--flows N] "
		"[--families 4|6|46] [--seed N] [--rate N] [--payload N] [--record NAME] "
		"[--options] [--sampled] [--clients N] [--tcp|--file] [--burst MS] [--csv FILE]\n",
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
		return make_record(o, value);
	case 'o':
		o->tables = true;
		return 0;
	case 'S':
		o->sampled = true;
		return 0;
	case 'k':
		o->clients = strtoul(value, NULL, 10);
		return o->clients && o->clients <= CLIENTS_MAX ? 0 : -EINVAL;
	case 't':
		o->config.transport = FC_TRANSPORT_TCP;
		return 0;
	case 'b':
		o->burst = true;
		o->spread_ms = (unsigned)strtoul(value, NULL, 10);
		return 0;
	case 'F':
		o->config.transport = FC_TRANSPORT_FILE;
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
		{"record", required_argument, NULL, 'u'},
		{"options", no_argument, NULL, 'o'},
		{"sampled", no_argument, NULL, 'S'},
		{"clients", required_argument, NULL, 'k'},
		{"tcp", no_argument, NULL, 't'},
		{"file", no_argument, NULL, 'F'},
		{"burst", required_argument, NULL, 'b'},
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

		f.interface_first = INTERFACE_FIRST;
		f.sampler = o->sampled ? SAMPLER : 0;
		if (csv)
			print_row(csv, &f);
		fc_exporter_add(e, 1 + (int)(i % o->clients), &f, 1, now_ns);
		if (i % CHUNK == CHUNK - 1 && !o->burst) {
			left = fc_exporter_send(e, 30000);
			now_ns += 250000000;
		}
		if (left)
			return -ETIMEDOUT;
	}
	fc_exporter_seal(e, now_ns);
	if (o->burst)
		fc_exporter_spread(e, o->spread_ms);
	return fc_exporter_send(e, 30000) ? -ETIMEDOUT : 0;
}

static int add_tables(const struct options *o, struct fc_exporter *e)
{
	static const struct fc_option_row interfaces[] = {
		{{INTERFACE_FIRST}, {"HundredGigE7/0/0", ""}},
		{{INTERFACE_FIRST + 1}, {"HundredGigE7/0/1", ""}},
		{{INTERFACE_FIRST + 2}, {"HundredGigE7/0/2", ""}}};
	static const struct fc_option_row sampler = {{SAMPLER, FC_SAMPLE_RANDOM, SAMPLER_WINDOW},
						     {"ONE-IN-100", ""}};
	static const struct fc_option_row vrf = {{0}, {"DEFAULT", ""}};
	static const struct {
		const struct fc_option_row *rows;
		size_t count;
	} tables[FC_OPTIONS] = {[FC_OPTION_INTERFACES] = {interfaces, 3},
				[FC_OPTION_SAMPLERS] = {&sampler, 1},
				[FC_OPTION_VRFS] = {&vrf, 1}};
	int err = 0;

	fc_exporter_samplers(e, &sampler, 1);
	for (unsigned i = 0; o->tables && !err && i < FC_OPTIONS; i++)
		err = fc_exporter_option(e, (enum fc_fnf_option)i, 600, tables[i].rows,
					 tables[i].count, START_NS);
	return err;
}

/* Return 0 or -errno. */
static int add_clients(const struct options *o, struct fc_exporter *e)
{
	for (unsigned long i = 0; i < o->clients; i++) {
		int client = fc_exporter_client_add(e, "Flow Monitor SEND", &o->record);

		if (client < 0)
			return client;
	}
	return 0;
}

/* Records are those of flows; `all` are those of option tables, too. */
static void print_totals(const struct options *o, const struct fc_exporter *e)
{
	struct fc_exporter_client_stats c;
	struct fc_exporter_stats s;
	uint64_t records = 0;

	fc_exporter_stats(e, &s);
	for (unsigned i = 1; i <= o->clients; i++)
		if (!fc_exporter_client_stats(e, i, &c))
			records += c.records_sent;
	printf("flows=%" PRIu64 " records=%" PRIu64 " packets=%" PRIu64 " octets=%" PRIu64
	       " datagrams=%" PRIu64 " templates=%" PRIu64 " dropped=%" PRIu64 " all=%" PRIu64 "\n",
	       s.flows, records, s.packets, s.octets, s.datagrams_sent, s.templates,
	       s.dropped_flows, s.records_sent);
}

int main(int argc, char **argv)
{
	struct options o = {.config = {.protocol = FC_PROTOCOL_IPFIX,
				       .domain = 7,
				       .rate = 2000,
				       .boot_ns = START_NS - HOUR_NS},
			    .flows = 1000,
			    .families = "46",
			    .clients = 1,
			    .seed = 1};
	struct fc_exporter *e;
	FILE *csv = NULL;
	int err;

	fc_fnf_record_usual(&o.record);
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
		err = add_clients(&o, e);
		if (!err)
			err = add_tables(&o, e);
		if (!err)
			err = fc_exporter_wait(e, 10000);
		if (!err)
			err = send_all(&o, e, csv);
		print_totals(&o, e);
		fc_exporter_close(e);
	}
	if (csv && fclose(csv))
		err = -EIO;
	if (err)
		fprintf(stderr, "%s: %s\n", argv[0], strerror(-err));
	return err != 0;
}
