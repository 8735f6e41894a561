// SPDX-License-Identifier: BSD-2-Clause
/* What a session shows of itself, of the program and of its configuration. */
#include <errno.h>
#include <flowcard/registers.h>
#include <ha/cli/exec.h>
#include <ha/clock.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Print and drop. */
static int give(struct fc_cli_call *call, json_t *object)
{
	int err = json_dumpf(object, call->out, JSON_INDENT(1)) || fputc('\n', call->out) == EOF;

	json_decref(object);
	return err ? -ENOMEM : 0;
}

/* ------------------------------------------------------------------ version */
static uint64_t uptime_s(const struct fc_unit *unit)
{
	return (fc_clock_ns() - unit->started_ns) / 1000000000u;
}

static void print_part(FILE *out, uint64_t count, const char *what, bool *begun)
{
	if (!count && strcmp(what, "minute") != 0)
		return;
	fprintf(out, "%s%llu %s%s", *begun ? ", " : "", (unsigned long long)count, what,
		count == 1 ? "" : "s");
	*begun = true;
}

/* As IOS says it: "1 week, 2 days, 3 hours, 4 minutes". */
static void print_uptime(FILE *out, uint64_t seconds)
{
	static const struct {
		unsigned seconds;
		const char *name;
	} part[] = {{604800, "week"}, {86400, "day"}, {3600, "hour"}, {60, "minute"}};
	bool begun = false;

	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		print_part(out, seconds / part[i].seconds, part[i].name, &begun);
		seconds %= part[i].seconds;
	}
}

static int run_version(struct fc_cli_call *call)
{
	const struct fc_cli_session *s = fc_cli_own(call);
	uint64_t up = uptime_s(call->unit);
	char hostname[FC_FNF_NAME];

	fc_cli_hostname(s->host, hostname);
	if (call->json)
		return give(
			call,
			json_pack("{ss ss ss so sI sI so}", "program", "flowcardd", "version",
				  FC_VERSION, "hostname", hostname, "register_map",
				  json_sprintf("0x%08x", (unsigned)FC_MAP_HASH), "uptime_s",
				  (json_int_t)up, "reloads",
				  (json_int_t)atomic_load(&call->unit->reloads), "startup_config",
				  s->host->startup ? json_string(s->host->startup) : json_null()));
	fprintf(call->out, "flowcardd, Version %s, register map 0x%08x\n", FC_VERSION,
		(unsigned)FC_MAP_HASH);
	fprintf(call->out, "%s uptime is ", hostname);
	print_uptime(call->out, up);
	fprintf(call->out, "\nConfiguration was reloaded %u times\n",
		atomic_load(&call->unit->reloads));
	if (s->host->startup)
		fprintf(call->out, "Startup configuration is \"%s\"\n", s->host->startup);
	return 0;
}

/* ------------------------------------------------------------------ clock, privilege, history */
static int run_clock(struct fc_cli_call *call)
{
	struct timespec ts;
	struct tm tm;
	char day[64], rest[64], text[160];

	clock_gettime(CLOCK_REALTIME, &ts);
	localtime_r(&ts.tv_sec, &tm);
	strftime(day, sizeof(day), "%H:%M:%S", &tm);
	strftime(rest, sizeof(rest), "%Z %a %b %e %Y", &tm);
	snprintf(text, sizeof(text), "%s.%03ld %s", day, ts.tv_nsec / 1000000, rest);
	if (call->json)
		return give(call, json_pack("{ss sI}", "clock", text, "unix_ns",
					    (json_int_t)ts.tv_sec * 1000000000 + ts.tv_nsec));
	fprintf(call->out, "%s\n", text);
	return 0;
}

static int run_privilege(struct fc_cli_call *call)
{
	unsigned level = fc_cli_own(call)->level;

	if (call->json)
		return give(call, json_pack("{si}", "privilege", (int)level));
	fprintf(call->out, "Current privilege level is %u\n", level);
	return 0;
}

static int run_history(struct fc_cli_call *call)
{
	const struct fc_cli_editor *e = &fc_cli_own(call)->editor;
	json_t *list = json_array();
	const char *line;

	for (unsigned n = 0; (line = fc_cli_editor_history(e, n)); n++) {
		json_array_append_new(list, json_string(line));
		if (!call->json)
			fprintf(call->out, "  %s\n", line);
	}
	if (call->json)
		return give(call, json_pack("{so}", "history", list));
	json_decref(list);
	return 0;
}

/* ------------------------------------------------------------------ configurations */
/* Text as a JSON list of its lines. */
static int give_lines(struct fc_cli_call *call, char *text)
{
	json_t *list = json_array();
	char *rest;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		json_array_append_new(list, json_string(line));
	return give(call, json_pack("{so}", "lines", list));
}

static int no_such(struct fc_cli_call *call, int err)
{
	if (err == -ENOENT)
		fc_cli_session_say(fc_cli_own(call), "%% There is no object of this name");
	else if (err)
		fc_cli_session_say(fc_cli_own(call), "%% %s", strerror(-err));
	return err;
}

/* Which part the words behind "running-config" name. */
static struct fc_config_what what_part(const struct fc_syntax_line *line)
{
	static const struct {
		const char *keyword;
		enum fc_config_part part;
	} parts[] = {
		{"record", FC_CONFIG_RECORDS},   {"exporter", FC_CONFIG_EXPORTERS},
		{"monitor", FC_CONFIG_MONITORS}, {"sampler", FC_CONFIG_SAMPLERS},
		{"card", FC_CONFIG_CARDS},       {"interface", FC_CONFIG_INTERFACES},
		{"redundancy", FC_CONFIG_PAIR},
	};
	struct fc_config_what what = {.part = FC_CONFIG_ALL};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (fc_syntax_has(line, parts[i].keyword))
			what.part = parts[i].part;
	what.expand = fc_syntax_has(line, "expand");
	what.name = line->values ? line->value[0].text : NULL;
	return what;
}

static int run_running(struct fc_cli_call *call)
{
	struct fc_config_what what = what_part(call->line);
	const struct fc_cli_host *host = fc_cli_own(call)->host;
	char *text = NULL;
	size_t octets = 0;
	FILE *out = open_memstream(&text, &octets);
	int err = out ? fc_cli_config_write(host, &what, out) : -ENOMEM;

	if (out && fclose(out) && !err)
		err = -ENOMEM;
	if (err) {
		no_such(call, err);
	} else if (call->json) {
		err = give_lines(call, text);
	} else if (what.part == FC_CONFIG_ALL) {
		fprintf(call->out,
			"Building configuration...\n\nCurrent configuration : %zu bytes\n", octets);
		fputs(text, call->out);
	} else {
		fputs("Current configuration:\n", call->out);
		fputs(text, call->out);
	}
	free(text);
	return err;
}

static int run_startup(struct fc_cli_call *call)
{
	const char *path = fc_cli_own(call)->host->startup;
	FILE *in = path ? fopen(path, "r") : NULL;
	char line[FC_SYNTAX_LINE + 2], *text = NULL;
	size_t octets;
	FILE *copy;
	int err = 0;

	if (!in) {
		fc_cli_session_say(fc_cli_own(call), "%% %s: %s",
				   path ? path : "startup configuration",
				   strerror(path ? errno : ENOENT));
		return -ENOENT;
	}
	copy = call->json ? open_memstream(&text, &octets) : call->out;
	while (copy && fgets(line, sizeof(line), in))
		fputs(line, copy);
	if (call->json && copy) {
		fclose(copy);
		err = give_lines(call, text);
	}
	free(text);
	fclose(in);
	return err;
}

/* clang-format off */
const struct fc_cli_command fc_cli_exec_show[] = {
	{"show version", "Version, uptime, where the startup configuration is", FC_CLI_USER, run_version},
	{"show clock", "The time of day", FC_CLI_USER, run_clock},
	{"show privilege", "Privilege level of this session", FC_CLI_USER, run_privilege},
	{"show history", "The last commands of this session", FC_CLI_USER, run_history},
	{"show running-config", "The configuration in force", FC_CLI_PRIVILEGED, run_running},
	{"show running-config flow record [NAME]", "Its flow records", FC_CLI_PRIVILEGED, run_running},
	{"show running-config flow exporter [NAME]", "Its flow exporters", FC_CLI_PRIVILEGED, run_running},
	{"show running-config flow monitor [NAME] [expand]", "Its flow monitors; expanded: with records and exporters", FC_CLI_PRIVILEGED, run_running},
	{"show running-config sampler [NAME]", "Its samplers", FC_CLI_PRIVILEGED, run_running},
	{"show running-config card [<0-31>]", "Its cards", FC_CLI_PRIVILEGED, run_running},
	{"show running-config interface [NAME]", "What stands on interfaces", FC_CLI_PRIVILEGED, run_running},
	{"show running-config redundancy", "Its part of a pair of units", FC_CLI_PRIVILEGED, run_running},
	{"show startup-config", "The configuration of the next start", FC_CLI_PRIVILEGED, run_startup},
	{NULL, NULL, FC_CLI_USER, NULL},
};
/* clang-format on */
