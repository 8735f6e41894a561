// SPDX-License-Identifier: BSD-2-Clause
/* Reading the configuration: the table of commands, and what each does. */
#include <arpa/inet.h>
#include <errno.h>
#include <ha/config.h>
#include <ha/syntax.h>
#include <stddef.h>
#include <string.h>

enum mode { MODE_GLOBAL, MODE_CARD, MODE_EXPORTER, MODE_MONITOR, MODE_INTERFACE };

struct reader {
	struct fc_config *config;
	enum mode mode;
	struct fc_config_card *card;
	struct fc_config_exporter *exporter;
	struct fc_config_monitor *monitor;
	struct fc_config_port *port;
};

/* ------------------------------------------------------------------ small steps */
static int keep_name(struct fc_syntax_line *line, unsigned value, char *out, size_t octets)
{
	if (strlen(line->value[value].text) >= octets)
		return fc_syntax_refuse(line, value, "Longer than %zu characters.", octets - 1);
	snprintf(out, octets, "%s", line->value[value].text);
	return 0;
}

static int find_exporter(const struct fc_config *c, const char *name)
{
	for (int i = 0; i < FC_CONFIG_EXPORTERS; i++)
		if (*c->exporter[i].name && !strcmp(c->exporter[i].name, name))
			return i;
	return FC_CONFIG_NONE;
}

static int find_monitor(const struct fc_config *c, const char *name)
{
	for (int i = 0; i < FC_CONFIG_MONITORS; i++)
		if (*c->monitor[i].name && !strcmp(c->monitor[i].name, name))
			return i;
	return FC_CONFIG_NONE;
}

static int run_hostname(void *context, struct fc_syntax_line *line)
{
	struct reader *r = context;

	if (line->no) {
		strcpy(r->config->hostname, "flowcard");
		return 0;
	}
	return keep_name(line, 0, r->config->hostname, sizeof(r->config->hostname));
}

static int run_description(void *context, struct fc_syntax_line *line)
{
	(void)context;
	(void)line;
	return 0; /* for the reader of the file */
}

static int run_exit(void *context, struct fc_syntax_line *line)
{
	(void)line;
	((struct reader *)context)->mode = MODE_GLOBAL;
	return 0;
}

/* ------------------------------------------------------------------ card */
static void default_card(struct fc_config_card *card)
{
	memset(card, 0, sizeof(*card));
	card->ring_log2 = 18;
	card->epoch_shift = 30;
	card->epoch_guard_ns = 1000000;
	card->wait = FC_CONFIG_WAIT_INTERRUPT;
	card->poll_ms = 2;
	card->cpu = FC_CONFIG_NONE;
	for (unsigned p = 0; p < FC_CARD_PORTS_MAX; p++)
		card->port[p].monitor[0] = card->port[p].monitor[1] = FC_CONFIG_NONE;
}

static int run_card(void *context, struct fc_syntax_line *line)
{
	struct reader *r = context;
	struct fc_config_card *card = &r->config->card[line->value[0].number];

	if (!line->values)
		return fc_syntax_refuse(line, 0, "Which card?");
	if (line->no) {
		default_card(card);
		return 0;
	}
	card->there = true;
	r->card = card;
	r->mode = MODE_CARD;
	return 0;
}

static int run_card_transport(void *context, struct fc_syntax_line *line)
{
	static const char *const prefix[] = {"vfio-user:", "vfio:", "uio:", ""};
	struct fc_config_card *card = ((struct reader *)context)->card;
	int length;

	length = snprintf(card->where, sizeof(card->where), "%s%s", prefix[line->value[0].number],
			  line->value[1].text);
	if (length < 0 || (size_t)length >= sizeof(card->where))
		return fc_syntax_refuse(line, 1, "The place is too long.");
	return 0;
}

/* A member of the section's struct that is a number: where it is, and what "no" makes it. */
struct setting {
	size_t offset, octets;
	uint64_t fallback;
};
#define SETTING(type, member, fallback_)                                                           \
	&(const struct setting)                                                                    \
	{                                                                                          \
		offsetof(struct type, member), sizeof(((struct type *)0)->member), (fallback_)     \
	}

static void set_number(void *section, const struct fc_syntax_line *line)
{
	const struct setting *s = line->row->detail;
	uint64_t wide = line->no ? s->fallback : line->value[0].number;
	uint32_t narrow = (uint32_t)wide;
	bool flag = wide != 0;
	char *member = (char *)section + s->offset;

	if (s->octets == sizeof(flag))
		memcpy(member, &flag, sizeof(flag));
	else if (s->octets == sizeof(narrow))
		memcpy(member, &narrow, sizeof(narrow));
	else
		memcpy(member, &wide, sizeof(wide));
}

static int run_card_number(void *context, struct fc_syntax_line *line)
{
	set_number(((struct reader *)context)->card, line);
	return 0;
}

static int run_card_shutdown(void *context, struct fc_syntax_line *line)
{
	((struct reader *)context)->card->shutdown = !line->no;
	return 0;
}

/* ------------------------------------------------------------------ flow exporter */
static int run_exporter(void *context, struct fc_syntax_line *line)
{
	struct reader *r = context;
	int i;

	if (line->no)
		return fc_syntax_refuse(line, 0, "Leave the section out instead.");
	i = find_exporter(r->config, line->value[0].text);
	for (int n = 0; i < 0 && n < FC_CONFIG_EXPORTERS; n++)
		if (!*r->config->exporter[n].name)
			i = n;
	if (i < 0)
		return fc_syntax_refuse(line, 0, "More than %d exporters.", FC_CONFIG_EXPORTERS);
	r->exporter = &r->config->exporter[i];
	r->mode = MODE_EXPORTER;
	if (*r->exporter->name)
		return 0;
	*r->exporter = (struct fc_config_exporter){
		.port = 9995, .protocol = FC_PROTOCOL_V9, .template_seconds = 600, .rate = 10000};
	return keep_name(line, 0, r->exporter->name, sizeof(r->exporter->name));
}

static int run_exporter_number(void *context, struct fc_syntax_line *line)
{
	set_number(((struct reader *)context)->exporter, line);
	return 0;
}

static int run_exporter_destination(void *context, struct fc_syntax_line *line)
{
	struct fc_config_exporter *e = ((struct reader *)context)->exporter;

	if (line->no) {
		*e->destination = '\0';
		return 0;
	}
	return keep_name(line, 0, e->destination, sizeof(e->destination));
}

static int run_exporter_source(void *context, struct fc_syntax_line *line)
{
	struct fc_config_exporter *e = ((struct reader *)context)->exporter;
	uint8_t address[16];

	*e->source = '\0';
	if (line->no)
		return 0;
	if (inet_pton(AF_INET, line->value[0].text, address) != 1 &&
	    inet_pton(AF_INET6, line->value[0].text, address) != 1)
		return fc_syntax_refuse(line, 0, "The source is an address of this host.");
	return keep_name(line, 0, e->source, sizeof(e->source));
}

static int run_exporter_protocol(void *context, struct fc_syntax_line *line)
{
	static const enum fc_protocol protocol[] = {FC_PROTOCOL_V5, FC_PROTOCOL_V9,
						    FC_PROTOCOL_IPFIX};

	((struct reader *)context)->exporter->protocol =
		line->no ? FC_PROTOCOL_V9 : protocol[line->value[0].number];
	return 0;
}

/* ------------------------------------------------------------------ flow monitor */
static int run_monitor(void *context, struct fc_syntax_line *line)
{
	struct reader *r = context;
	int i;

	if (line->no)
		return fc_syntax_refuse(line, 0, "Leave the section out instead.");
	i = find_monitor(r->config, line->value[0].text);
	for (int n = 0; i < 0 && n < FC_CONFIG_MONITORS; n++)
		if (!*r->config->monitor[n].name)
			i = n;
	if (i < 0)
		return fc_syntax_refuse(line, 0, "More than %d monitors.", FC_CONFIG_MONITORS);
	r->monitor = &r->config->monitor[i];
	r->mode = MODE_MONITOR;
	if (*r->monitor->name)
		return 0;
	*r->monitor = (struct fc_config_monitor){.exporter = {FC_CONFIG_NONE, FC_CONFIG_NONE},
						 .active_s = 1800,
						 .inactive_s = 15,
						 .entries = 200000};
	return keep_name(line, 0, r->monitor->name, sizeof(r->monitor->name));
}

static int run_monitor_number(void *context, struct fc_syntax_line *line)
{
	set_number(((struct reader *)context)->monitor, line);
	return 0;
}

static int run_monitor_record(void *context, struct fc_syntax_line *line)
{
	struct fc_config_monitor *m = ((struct reader *)context)->monitor;

	m->record = line->no ? NULL : fc_flow_record_find(line->row->detail);
	return 0;
}

static int run_monitor_exporter(void *context, struct fc_syntax_line *line)
{
	struct reader *r = context;
	struct fc_config_monitor *m = r->monitor;
	int e;

	if (line->no) {
		m->exporter[0] = m->exporter[1] = FC_CONFIG_NONE;
		return 0;
	}
	e = find_exporter(r->config, line->value[0].text);
	if (e < 0)
		return fc_syntax_refuse(line, 0, "There is no flow exporter of this name.");
	if (m->exporter[0] == e || m->exporter[1] == e)
		return 0;
	if (m->exporter[1] != FC_CONFIG_NONE)
		return fc_syntax_refuse(line, 0, "A monitor has two exporters at most.");
	m->exporter[m->exporter[0] != FC_CONFIG_NONE] = e;
	return 0;
}

static int run_monitor_type(void *context, struct fc_syntax_line *line)
{
	((struct reader *)context)->monitor->immediate = !line->no && line->value[0].number;
	return 0;
}

/* ------------------------------------------------------------------ interface */
static int run_interface(void *context, struct fc_syntax_line *line)
{
	struct reader *r = context;
	struct fc_config_card *card = &r->config->card[line->value[0].number];

	if (!card->there)
		return fc_syntax_refuse(line, 0, "There is no card in this slot.");
	r->port = &card->port[line->value[1].number];
	r->mode = MODE_INTERFACE;
	return 0;
}

static int bind_monitor(struct reader *r, struct fc_syntax_line *line, enum fc_config_family family)
{
	const struct fc_flow_record *record;
	int m;

	if (line->no) {
		r->port->monitor[family] = FC_CONFIG_NONE;
		return 0;
	}
	m = find_monitor(r->config, line->value[0].text);
	if (m < 0)
		return fc_syntax_refuse(line, 0, "There is no flow monitor of this name.");
	record = r->config->monitor[m].record;
	if (!record)
		return fc_syntax_refuse(line, 0, "This flow monitor has no record.");
	if (family == FC_CONFIG_IPV4 ? !record->ipv4 : !record->ipv6)
		return fc_syntax_refuse(line, 0, "The record \"%s\" is for the other IP version.",
					record->name);
	if (r->port->monitor[family] != FC_CONFIG_NONE && r->port->monitor[family] != m)
		return fc_syntax_refuse(line, 0, "This port has such a monitor already.");
	r->port->monitor[family] = m;
	return 0;
}

static int run_bind_ipv4(void *context, struct fc_syntax_line *line)
{
	return bind_monitor(context, line, FC_CONFIG_IPV4);
}

static int run_bind_ipv6(void *context, struct fc_syntax_line *line)
{
	return bind_monitor(context, line, FC_CONFIG_IPV6);
}

/* ------------------------------------------------------------------ the language */
/* clang-format off */
static const struct fc_syntax_command commands[] = {
	{MODE_GLOBAL, true, "hostname NAME", run_hostname, NULL},
	{MODE_GLOBAL, true, "card <0-31>", run_card, NULL},
	{MODE_GLOBAL, true, "flow exporter NAME", run_exporter, NULL},
	{MODE_GLOBAL, true, "flow monitor NAME", run_monitor, NULL},
	{MODE_GLOBAL, false, "interface card <0-31> port <0-7>", run_interface, NULL},
	{MODE_GLOBAL, false, "exit", run_exit, NULL},
	{MODE_GLOBAL, false, "end", run_exit, NULL},

	{MODE_CARD, true, "description LINE", run_description, NULL},
	{MODE_CARD, false, "transport {vfio-user|vfio|uio|pci} NAME", run_card_transport, NULL},
	{MODE_CARD, true, "ring size-log2 <10-24>", run_card_number, SETTING(fc_config_card, ring_log2, 18)},
	{MODE_CARD, true, "epoch length-log2 <10-40>", run_card_number, SETTING(fc_config_card, epoch_shift, 30)},
	{MODE_CARD, true, "epoch guard <0-4294967295>", run_card_number, SETTING(fc_config_card, epoch_guard_ns, 1000000)},
	{MODE_CARD, true, "worker wait {poll|interrupt}", run_card_number, SETTING(fc_config_card, wait, FC_CONFIG_WAIT_INTERRUPT)},
	{MODE_CARD, true, "worker poll-interval <1-1000>", run_card_number, SETTING(fc_config_card, poll_ms, 2)},
	{MODE_CARD, true, "worker cpu <0-1023>", run_card_number, SETTING(fc_config_card, cpu, (uint64_t)FC_CONFIG_NONE)},
	{MODE_CARD, true, "card-loss {wait|exit}", run_card_number, SETTING(fc_config_card, loss_exit, 0)},
	{MODE_CARD, true, "shutdown", run_card_shutdown, NULL},
	{MODE_CARD, false, "exit", run_exit, NULL},

	{MODE_EXPORTER, true, "description LINE", run_description, NULL},
	{MODE_EXPORTER, true, "destination NAME", run_exporter_destination, NULL},
	{MODE_EXPORTER, true, "source NAME", run_exporter_source, NULL},
	{MODE_EXPORTER, true, "transport udp <1-65535>", run_exporter_number, SETTING(fc_config_exporter, port, 9995)},
	{MODE_EXPORTER, true, "export-protocol {netflow-v5|netflow-v9|ipfix}", run_exporter_protocol, NULL},
	{MODE_EXPORTER, true, "template data timeout <1-86400>", run_exporter_number, SETTING(fc_config_exporter, template_seconds, 600)},
	{MODE_EXPORTER, true, "rate <1-1000000>", run_exporter_number, SETTING(fc_config_exporter, rate, 10000)},
	{MODE_EXPORTER, false, "exit", run_exit, NULL},

	{MODE_MONITOR, true, "description LINE", run_description, NULL},
	{MODE_MONITOR, true, "record netflow-original", run_monitor_record, "netflow-original"},
	{MODE_MONITOR, true, "record netflow ipv4 original-input", run_monitor_record, "netflow ipv4 original-input"},
	{MODE_MONITOR, true, "record netflow ipv6 original-input", run_monitor_record, "netflow ipv6 original-input"},
	{MODE_MONITOR, true, "record original-input", run_monitor_record, "original-input"},
	{MODE_MONITOR, true, "exporter NAME", run_monitor_exporter, NULL},
	{MODE_MONITOR, true, "cache type {normal|immediate}", run_monitor_type, NULL},
	{MODE_MONITOR, true, "cache entries <16-16777216>", run_monitor_number, SETTING(fc_config_monitor, entries, 200000)},
	{MODE_MONITOR, true, "cache timeout active <1-604800>", run_monitor_number, SETTING(fc_config_monitor, active_s, 1800)},
	{MODE_MONITOR, true, "cache timeout inactive <1-604800>", run_monitor_number, SETTING(fc_config_monitor, inactive_s, 15)},
	{MODE_MONITOR, false, "exit", run_exit, NULL},

	{MODE_INTERFACE, true, "description LINE", run_description, NULL},
	{MODE_INTERFACE, true, "ip flow monitor NAME input", run_bind_ipv4, NULL},
	{MODE_INTERFACE, true, "ipv6 flow monitor NAME input", run_bind_ipv6, NULL},
	{MODE_INTERFACE, false, "exit", run_exit, NULL},
};
/* clang-format on */
#define ROWS (sizeof(commands) / sizeof(*commands))

/*
 * What is no line of the section may be a global one, which ends the section, as on IOS. The error
 * shown is the section's, unless only the global mode knows the first word.
 */
static int take_line(struct reader *r, const char *text, struct fc_syntax_line *line)
{
	bool first, global_first;
	int row = fc_syntax_parse(commands, ROWS, r->mode, text, line, &first);

	if (row == -EINVAL && r->mode != MODE_GLOBAL) {
		row = fc_syntax_parse(commands, ROWS, MODE_GLOBAL, text, line, &global_first);
		if (row >= 0)
			r->mode = MODE_GLOBAL;
		else if (!first || global_first)
			row = fc_syntax_parse(commands, ROWS, r->mode, text, line, &first);
	}
	if (row < 0)
		return row == -ENOENT ? 0 : row;
	return line->row->run(r, line);
}

static void complain(FILE *out, const char *name, unsigned number, const char *text,
		     const struct fc_syntax_line *line)
{
	fprintf(out, "%s:%u: %s\n", name, number, line->message);
	fprintf(out, "  %s\n  ", text);
	for (unsigned i = 0; i < line->column; i++)
		fputc(text[i] == '\t' ? '\t' : ' ', out);
	fputs("^\n", out);
}

/* ------------------------------------------------------------------ the whole of it */
static unsigned check_card(const struct fc_config *c, unsigned slot, const char *name, FILE *out)
{
	const struct fc_config_card *card = &c->card[slot];
	struct fc_card_monitor monitor[FC_CARD_MONITORS_MAX];
	int which[FC_CARD_MONITORS_MAX];
	unsigned wrong = 0;

	if (!*card->where)
		wrong += fprintf(out, "%s: card %u has no transport\n", name, slot) > 0;
	if ((uint64_t)card->epoch_guard_ns >> card->epoch_shift)
		wrong += fprintf(out,
				 "%s: card %u: the guard time of %u ns is as long as an epoch\n",
				 name, slot, (unsigned)card->epoch_guard_ns) > 0;
	if (fc_config_card_monitors(c, slot, monitor, which) < 0)
		wrong += fprintf(out, "%s: card %u needs more than %d monitors\n", name, slot,
				 FC_CARD_MONITORS_MAX) > 0;
	return wrong;
}

static unsigned check(const struct fc_config *c, const char *name, FILE *out)
{
	unsigned wrong = 0;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (c->card[s].there)
			wrong += check_card(c, s, name, out);
	for (unsigned e = 0; e < FC_CONFIG_EXPORTERS; e++)
		if (*c->exporter[e].name && !*c->exporter[e].destination)
			wrong += fprintf(out, "%s: flow exporter %s has no destination\n", name,
					 c->exporter[e].name) > 0;
	for (unsigned m = 0; m < FC_CONFIG_MONITORS; m++)
		if (*c->monitor[m].name && !c->monitor[m].record)
			wrong += fprintf(out, "%s: flow monitor %s has no record\n", name,
					 c->monitor[m].name) > 0;
	return wrong;
}

int fc_config_read(struct fc_config *config, FILE *in, const char *name, FILE *complaints)
{
	struct reader r = {.config = config};
	struct fc_syntax_line line;
	char text[FC_SYNTAX_LINE + 2];
	unsigned number = 0, wrong = 0;

	memset(config, 0, sizeof(*config));
	strcpy(config->hostname, "flowcard");
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		default_card(&config->card[s]);
	while (fgets(text, sizeof(text), in)) {
		number++;
		if (!strchr(text, '\n') && !feof(in)) /* the rest of an endless line */
			for (int c = fgetc(in); c != EOF && c != '\n'; c = fgetc(in))
				;
		text[strcspn(text, "\r\n")] = '\0';
		if (take_line(&r, text, &line)) {
			complain(complaints, name, number, text, &line);
			wrong++;
		}
	}
	if (ferror(in))
		wrong += fprintf(complaints, "%s: cannot be read\n", name) > 0;
	if (!wrong)
		wrong = check(config, name, complaints);
	return wrong ? -EINVAL : 0;
}
