// SPDX-License-Identifier: BSD-2-Clause
/* show flow record | exporter | monitor | interface, show sampler: rows of EXEC. */
#include "ha/show/gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a listing is made of, and how. */
struct listing {
	const char *kind;
	int (*find)(const struct fc_fnf *fnf, const char *name);
	int (*gather)(struct fc_unit *unit, struct fc_show_gathered *g, int number);
	int (*list)(const struct fc_show_view *view, int number, bool json, FILE *out);
	const char *every; /* a name that stands for all of them, if none of them has it */
};

static int run(struct fc_cli_call *call, const struct listing *l)
{
	const char *name = fc_show_name(call);
	struct fc_show_gathered *g = malloc(sizeof(*g));
	int number = FC_FNF_NONE, err;

	if (!g)
		return -ENOMEM;
	err = fc_show_gather(call->unit, g);
	if (!err && name)
		number = l->find(&g->config->fnf, name);
	if (!err && name && number == FC_FNF_NONE && !(l->every && !strcmp(name, l->every)))
		err = fc_show_unknown(call, l->kind, name);
	if (!err && l->gather)
		err = l->gather(call->unit, g, number);
	if (!err)
		err = l->list(&g->view, number, call->json, call->out);
	if (err == -ENOMEM)
		fprintf(call->out, "%% Out of memory.\n");
	fc_show_gathered_free(g);
	free(g);
	return err;
}

/* ------------------------------------------------------------------ records and exporters */
static int find_record(const struct fc_fnf *fnf, const char *name)
{
	int number = fc_fnf_record_find(fnf, name);

	if (number != FC_FNF_NONE && (fnf->record[number].kind == FC_RECORD_OPTION ||
				      fnf->record[number].kind == FC_RECORD_V5))
		return FC_FNF_NONE;
	return number;
}

static int run_record(struct fc_cli_call *call)
{
	static const struct listing listing = {
		.kind = "Flow Record",
		.find = find_record,
		.list = fc_show_records,
	};

	return run(call, &listing);
}

static int run_exporter(struct fc_cli_call *call)
{
	static const struct listing listing = {
		.kind = "Flow Exporter",
		.find = fc_fnf_exporter_find,
		.gather = fc_show_gather_exporters,
		.list = fc_show_exporters,
	};

	return run(call, &listing);
}

static int run_exporter_statistics(struct fc_cli_call *call)
{
	static const struct listing listing = {
		.kind = "Flow Exporter",
		.find = fc_fnf_exporter_find,
		.gather = fc_show_gather_exporters,
		.list = fc_show_exporter_statistics,
	};

	return run(call, &listing);
}

static int run_exporter_templates(struct fc_cli_call *call)
{
	static const struct listing listing = {
		.kind = "Flow Exporter",
		.find = fc_fnf_exporter_find,
		.gather = fc_show_gather_exporters,
		.list = fc_show_exporter_templates,
	};

	return run(call, &listing);
}

static int run_export_ids(struct fc_cli_call *call)
{
	return fc_show_export_ids(call->line->value[0].number ? FC_PROTOCOL_IPFIX : FC_PROTOCOL_V9,
				  call->json, call->out);
}

/* ------------------------------------------------------------------ monitors */
/* "all" is no keyword: a monitor may be called A. */
static int gather_counts(struct fc_unit *unit, struct fc_show_gathered *g, int number)
{
	fc_show_gather_counts(unit, g, number);
	return 0;
}

static int run_monitor(struct fc_cli_call *call)
{
	static const struct listing listing = {
		.kind = "Flow Monitor",
		.find = fc_fnf_monitor_find,
		.list = fc_show_monitors,
		.every = "all",
	};

	return run(call, &listing);
}

static int run_monitor_statistics(struct fc_cli_call *call)
{
	static const struct listing listing = {
		.kind = "Flow Monitor",
		.find = fc_fnf_monitor_find,
		.gather = gather_counts,
		.list = fc_show_monitor_statistics,
	};

	return run(call, &listing);
}

/* ------------------------------------------------------------------ interfaces and samplers */
static int gather_samplers(struct fc_unit *unit, struct fc_show_gathered *g, int number)
{
	(void)number;
	fc_show_gather_samplers(unit, g);
	return 0;
}

static int run_sampler(struct fc_cli_call *call)
{
	static const struct listing listing = {
		.kind = "Sampler",
		.find = fc_fnf_sampler_find,
		.gather = gather_samplers,
		.list = fc_show_samplers,
	};

	return run(call, &listing);
}

/* "HundredGigE 7/0/0" is one name. */
static int find_interface(const struct fc_fnf *fnf, const char *name)
{
	char text[FC_SHOW_VALUE];
	uint32_t index;
	size_t at = 0;

	(void)fnf;
	for (; *name && at + 1 < sizeof(text); name++)
		if (*name != ' ')
			text[at++] = *name;
	text[at] = '\0';
	return fc_show_interface_read(text, &index) || !index ? FC_FNF_NONE : (int)index;
}

static int list_interfaces(const struct fc_show_view *view, int number, bool json, FILE *out)
{
	return fc_show_interfaces(view, number == FC_FNF_NONE ? 0 : (uint32_t)number, json, out);
}

static int run_interface(struct fc_cli_call *call)
{
	static const struct listing listing = {
		.kind = "Interface",
		.find = find_interface,
		.gather = gather_samplers,
		.list = list_interfaces,
	};

	return run(call, &listing);
}

/* clang-format off */
const struct fc_cli_command fc_cli_show_flow[] = {
	{"show flow record", "All flow records that monitors can use", FC_CLI_USER, run_record},
	{"show flow record [name] LINE", "One flow record", FC_CLI_USER, run_record},
	{"show flow exporter", "How all flow exporters are configured, and where they send from", FC_CLI_USER, run_exporter},
	{"show flow exporter statistics", "What all flow exporters have sent, by client", FC_CLI_USER, run_exporter_statistics},
	{"show flow exporter templates", "Templates of all flow exporters", FC_CLI_USER, run_exporter_templates},
	{"show flow exporter export-ids {netflow-v9|ipfix}", "Element ids of all fields", FC_CLI_USER, run_export_ids},
	{"show flow exporter [name] NAME", "One flow exporter", FC_CLI_USER, run_exporter},
	{"show flow exporter [name] NAME statistics", "What a flow exporter has sent, by client", FC_CLI_USER, run_exporter_statistics},
	{"show flow exporter [name] NAME templates", "Templates of a flow exporter", FC_CLI_USER, run_exporter_templates},
	{"show flow monitor", "All flow monitors", FC_CLI_USER, run_monitor},
	{"show flow monitor [name] NAME", "One flow monitor; \"all\" is all of them", FC_CLI_USER, run_monitor},
	{"show flow monitor [name] NAME statistics", "Counts of a flow monitor's cache", FC_CLI_USER, run_monitor_statistics},
	{"show flow interface", "Flow monitors on all interfaces", FC_CLI_USER, run_interface},
	{"show flow interface LINE", "Flow monitors on an interface", FC_CLI_USER, run_interface},
	{"show sampler", "All samplers, and what they took", FC_CLI_USER, run_sampler},
	{"show sampler [name] NAME", "One sampler, as a line of a table", FC_CLI_USER, run_sampler},
	{NULL, NULL, FC_CLI_USER, NULL},
};
/* clang-format on */
