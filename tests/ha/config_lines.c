// SPDX-License-Identifier: BSD-2-Clause
#include "tests/ha/config_lines.h"

#include <stdio.h>

#define RECORDS 5
#define EXPORTERS 3
#define MONITORS 8
#define SAMPLERS 4
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

unsigned config_lines_below(struct config_lines *f, unsigned n)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 7;
	f->random ^= f->random << 17;
	return (unsigned)(f->random >> 11) % n;
}

static const char *one_of(struct config_lines *f, const char *const *list, size_t count)
{
	return list[config_lines_below(f, (unsigned)count)];
}

static const char *maybe_no(struct config_lines *f, unsigned one_in)
{
	return config_lines_below(f, one_in) ? "" : "no ";
}

static unsigned record(struct config_lines *f, char line[][128])
{
	static const char *const said[] = {"match ipv4 source address",
					   "match ipv4 destination address",
					   "match ipv4 protocol",
					   "match ipv4 tos",
					   "match transport source-port",
					   "match transport destination-port",
					   "match interface input",
					   "collect counter bytes",
					   "collect counter packets",
					   "collect counter packets long",
					   "collect transport tcp flags",
					   "collect timestamp sys-uptime first",
					   "collect timestamp sys-uptime last"};
	unsigned n = config_lines_below(f, RECORDS);

	if (!config_lines_below(f, 8)) {
		snprintf(line[0], 128, "no flow record R%u", n);
		return 1;
	}
	snprintf(line[0], 128, "flow record R%u", n);
	snprintf(line[1], 128, "%s%s", maybe_no(f, 4), one_of(f, said, COUNT(said)));
	snprintf(line[2], 128, "collect counter packets");
	return 3;
}

static unsigned exporter(struct config_lines *f, char line[][128])
{
	unsigned n = config_lines_below(f, EXPORTERS);

	if (!config_lines_below(f, 6)) {
		snprintf(line[0], 128, "no flow exporter E%u", n);
		return 1;
	}
	snprintf(line[0], 128, "flow exporter E%u", n);
	snprintf(line[1], 128, "destination 127.0.0.1");
	snprintf(line[2], 128, "transport udp %u", f->collector_port);
	snprintf(line[3], 128, "template data timeout %u", 60 + config_lines_below(f, 4));
	return 4;
}

static unsigned sampler(struct config_lines *f, char line[][128])
{
	unsigned n = config_lines_below(f, SAMPLERS);

	if (!config_lines_below(f, 6)) {
		snprintf(line[0], 128, "no sampler S%u", n);
		return 1;
	}
	snprintf(line[0], 128, "sampler S%u", n);
	snprintf(line[1], 128, "mode %s 1 out-of %u",
		 config_lines_below(f, 2) ? "random" : "deterministic",
		 2 + config_lines_below(f, 30));
	return 2;
}

static unsigned monitor(struct config_lines *f, char line[][128])
{
	static const char *const said[] = {"record netflow ipv4 original-input",
					   "record netflow ipv6 original-input",
					   "record original-input",
					   "record netflow-original",
					   "cache entries 2000",
					   "cache entries 3000",
					   "cache timeout active 60",
					   "no cache timeout active",
					   "cache timeout inactive 5",
					   "cache type normal",
					   "cache type immediate",
					   "description what a monitor is for",
					   "no description"};
	unsigned n = config_lines_below(f, MONITORS), what = config_lines_below(f, 10);

	if (!what) {
		snprintf(line[0], 128, "no flow monitor M%u", n);
		return 1;
	}
	snprintf(line[0], 128, "flow monitor M%u", n);
	if (what == 1)
		snprintf(line[1], 128, "record R%u", config_lines_below(f, RECORDS));
	else if (what <= 3)
		snprintf(line[1], 128, "%sexporter E%u", maybe_no(f, 3),
			 config_lines_below(f, EXPORTERS));
	else
		snprintf(line[1], 128, "%s", one_of(f, said, COUNT(said)));
	return 2;
}

static unsigned binding(struct config_lines *f, char line[][128])
{
	unsigned n = config_lines_below(f, MONITORS);
	const char *no = maybe_no(f, 2), *ip = config_lines_below(f, 3) ? "ip" : "ipv6";
	char with[32] = "";

	snprintf(line[0], 128, "interface HundredGigE%u/0/%u",
		 f->slot[config_lines_below(f, f->slots)], config_lines_below(f, f->ports));
	if (!*no && !config_lines_below(f, 3))
		snprintf(with, sizeof(with), "sampler S%u ", config_lines_below(f, SAMPLERS));
	snprintf(line[1], 128, "%s%s flow monitor M%u %s%s", no, ip, n, with,
		 config_lines_below(f, 4) ? "input" : "output");
	return 2;
}

unsigned config_lines_next(struct config_lines *f, char line[CONFIG_LINES_MAX][128])
{
	static unsigned (*const kinds[])(struct config_lines * f, char line[][128]) = {
		record, exporter, sampler, monitor, monitor, binding, binding, binding};

	return kinds[config_lines_below(f, COUNT(kinds))](f, line);
}
