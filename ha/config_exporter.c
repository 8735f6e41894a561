// SPDX-License-Identifier: BSD-2-Clause
/* The section "flow exporter". An exporter may be changed while monitors use it. */
#include "ha/config_impl.h"

#include <errno.h>
#include <string.h>

static const char *const protocol_name[] = {"netflow-v5", "netflow-v9", "ipfix"};

int fc_config_run_exporter(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	struct fc_fnf *fnf = &r->config->fnf;
	const char *name = line->values ? line->value[0].text : "";
	int i = fc_fnf_exporter_find(fnf, name);

	if (line->no && !line->values)
		return fc_syntax_refuse(line, 0, "Incomplete command.");
	if (line->no && i < 0)
		return fc_syntax_refuse(line, 0, "%% Flow Exporter: %s does not exist", name);
	if (line->no && fc_config_exporter_used(r->config, i))
		return fc_syntax_refuse(line, 0,
					"%% Flow Exporter: Failed to delete: Object is in use");
	if (line->no) {
		memset(&fnf->exporter[i], 0, sizeof(fnf->exporter[i]));
		return 0;
	}
	if (strlen(name) >= FC_FNF_NAME)
		return fc_syntax_refuse(line, 0, "%% Longer than %d characters", FC_FNF_NAME - 1);
	if (i < 0 && fc_fnf_exporter_add(fnf, name) < 0)
		return fc_syntax_refuse(line, 0, "%% Flow Exporter: more than %d exporters",
					FC_FNF_EXPORTERS);
	fc_config_enter(r, FC_CONFIG_EXPORTER, name);
	return 0;
}

/* ------------------------------------------------------------------ what fits what */
/* Under four octets a record of one IP version would look like padding. */
static int refuse_short(const struct fc_fnf_record *record, enum fc_protocol protocol,
			struct fc_syntax_line *line)
{
	for (unsigned family = 4; family <= 6; family += 2) {
		unsigned octets = fc_fnf_record_octets(record, protocol, family);
		bool ipv4, ipv6;

		fc_fnf_record_families(record, &ipv4, &ipv6);
		if (octets < 4 && (family == 6 ? ipv6 : ipv4))
			return fc_syntax_refuse(line, 0,
						"%% Flow Exporter: a data record of %s has %u "
						"octets, %s needs 4",
						record->name, octets, protocol_name[protocol]);
	}
	return 0;
}

static int pair(const struct fc_fnf_exporter *e, const struct fc_fnf_record *record,
		enum fc_protocol protocol, struct fc_syntax_line *line)
{
	if (protocol != FC_PROTOCOL_V5)
		return refuse_short(record, protocol, line);
	if (!fc_fnf_record_fits_v5(record))
		return fc_syntax_refuse(line, 0,
					"%% Flow Exporter: %s: netflow-v5 cannot say record %s",
					e->name, record->name);
	return 0;
}

int fc_config_pair(const struct fc_config *config, struct fc_syntax_line *line, int exporter,
		   int record)
{
	const struct fc_fnf_exporter *e = &config->fnf.exporter[exporter < 0 ? 0 : exporter];

	if (exporter == FC_FNF_NONE || record == FC_FNF_NONE)
		return 0;
	return pair(e, &config->fnf.record[record], e->protocol, line);
}

/* A new protocol must be able to say the records of all monitors that use the exporter. */
static int refuse_protocol(const struct fc_config_reader *r, enum fc_protocol protocol,
			   struct fc_syntax_line *line)
{
	const struct fc_fnf *fnf = &r->config->fnf;
	int err = 0;

	if (protocol != FC_PROTOCOL_IPFIX && r->exporter->transport != FC_TRANSPORT_UDP)
		return fc_syntax_refuse(line, 0,
					"%% Flow Exporter: this transport takes ipfix only");
	for (unsigned m = 0; !err && m < FC_FNF_MONITORS; m++)
		for (unsigned e = 0; !err && e < FC_FNF_MONITOR_EXPORTERS; e++)
			if (*fnf->monitor[m].name && fnf->monitor[m].exporter[e] == r->index &&
			    fnf->monitor[m].record != FC_FNF_NONE)
				err = pair(r->exporter, &fnf->record[fnf->monitor[m].record],
					   protocol, line);
	return err;
}

static int run_protocol(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	enum fc_protocol protocol =
		line->no ? FC_PROTOCOL_V9 : (enum fc_protocol)line->value[0].number;
	int err = refuse_protocol(r, protocol, line);

	if (!err)
		r->exporter->protocol = protocol;
	return err;
}

/* ------------------------------------------------------------------ transports */
static int refuse_transport(const struct fc_fnf_exporter *e, struct fc_syntax_line *line)
{
	if (e->protocol == FC_PROTOCOL_IPFIX)
		return 0;
	return fc_syntax_refuse(line, 0,
				"%% Flow Exporter: this transport takes ipfix only; give "
				"\"export-protocol ipfix\" first");
}

static void set_transport(struct fc_fnf_exporter *e, enum fc_fnf_transport transport, uint16_t port)
{
	e->transport = transport;
	e->port = port;
	memset(e->topic, 0, sizeof(e->topic));
	e->kafka_json = false;
}

static int run_transport(void *context, struct fc_syntax_line *line)
{
	static const enum fc_fnf_transport transport[] = {FC_TRANSPORT_UDP, FC_TRANSPORT_TCP,
							  FC_TRANSPORT_TLS};
	struct fc_fnf_exporter *e = ((struct fc_config_reader *)context)->exporter;
	int err;

	if (line->no) {
		set_transport(e, FC_TRANSPORT_UDP, 9995);
		return 0;
	}
	err = line->value[0].number ? refuse_transport(e, line) : 0;
	if (!err)
		set_transport(e, transport[line->value[0].number], (uint16_t)line->value[1].number);
	return err;
}

static int run_kafka(void *context, struct fc_syntax_line *line)
{
	struct fc_fnf_exporter *e = ((struct fc_config_reader *)context)->exporter;
	int err;

	if (line->no) {
		set_transport(e, FC_TRANSPORT_UDP, 9995);
		return 0;
	}
	if (strlen(line->value[0].text) >= sizeof(e->topic))
		return fc_syntax_refuse(line, 0, "%% Longer than %zu characters",
					sizeof(e->topic) - 1);
	err = refuse_transport(e, line);
	if (err)
		return err;
	set_transport(e, FC_TRANSPORT_KAFKA, 9995);
	fc_config_text(e->topic, sizeof(e->topic), line->value[0].text);
	e->kafka_json = line->values < 2 || !line->value[1].number;
	return 0;
}

static int run_file(void *context, struct fc_syntax_line *line)
{
	struct fc_fnf_exporter *e = ((struct fc_config_reader *)context)->exporter;
	int err = line->no ? 0 : refuse_transport(e, line);

	if (!err)
		set_transport(e, line->no ? FC_TRANSPORT_UDP : FC_TRANSPORT_FILE, 9995);
	return err;
}

/* ------------------------------------------------------------------ the rest */
static int run_destination(void *context, struct fc_syntax_line *line)
{
	struct fc_fnf_exporter *e = ((struct fc_config_reader *)context)->exporter;
	int err;

	if (line->no) {
		memset(e->destination, 0, sizeof(e->destination));
		memset(e->vrf, 0, sizeof(e->vrf));
		return 0;
	}
	if (line->values > 1 && strlen(line->value[1].text) >= sizeof(e->vrf))
		return fc_syntax_refuse(line, 1, "%% Longer than %zu characters",
					sizeof(e->vrf) - 1);
	err = fc_config_keep(line, 0, e->destination, sizeof(e->destination));
	if (!err)
		fc_config_text(e->vrf, sizeof(e->vrf), line->values > 1 ? line->value[1].text : "");
	return err;
}

static int run_option(void *context, struct fc_syntax_line *line)
{
	struct fc_fnf_exporter *e = ((struct fc_config_reader *)context)->exporter;
	uint64_t option;

	if (!line->values)
		return fc_syntax_refuse(line, 0, "Incomplete command.");
	option = line->value[0].number;
	e->option[option] = !line->no;
	e->option_seconds[option] =
		line->no || line->values < 2 ? 600 : (unsigned)line->value[1].number;
	return 0;
}

static int run_number(void *context, struct fc_syntax_line *line)
{
	fc_config_number(((struct fc_config_reader *)context)->exporter, line);
	return 0;
}

static int run_output_features(void *context, struct fc_syntax_line *line)
{
	((struct fc_config_reader *)context)->exporter->output_features = !line->no;
	return 0;
}

/* A text of the section's struct: where it is and how long it may be. */
static int run_text(void *context, struct fc_syntax_line *line)
{
	struct fc_fnf_exporter *e = ((struct fc_config_reader *)context)->exporter;
	const struct fc_config_setting *s = line->row->detail;
	char *to = (char *)e + s->offset;

	if (!line->no)
		return fc_config_keep(line, 0, to, s->octets);
	memset(to, 0, s->octets);
	return 0;
}

#define ROW(pattern, run, detail)                                                                  \
	{                                                                                          \
		FC_CONFIG_EXPORTER, true, pattern, run, detail                                     \
	}
#define MEMBER(member, fallback) FC_CONFIG_SETTING(fc_fnf_exporter, member, fallback)
/* clang-format off */
const struct fc_syntax_command fc_config_rows_exporter[] = {
	ROW("description LINE", run_text, MEMBER(description, 0)),
	ROW("destination NAME [vrf NAME]", run_destination, NULL),
	ROW("source NAME", run_text, MEMBER(source, 0)),
	ROW("dscp <0-63>", run_number, MEMBER(dscp, 0)),
	ROW("ttl <1-255>", run_number, MEMBER(ttl, 255)),
	ROW("mtu <1024-9216>", run_number, MEMBER(mtu, 1400)),
	ROW("output-features", run_output_features, NULL),
	ROW("transport {udp|tcp|tls} <1-65535>", run_transport, NULL),
	ROW("transport kafka NAME [format {json|ipfix}]", run_kafka, NULL),
	ROW("transport file", run_file, NULL),
	ROW("export-protocol {netflow-v5|netflow-v9|ipfix}", run_protocol, NULL),
	ROW("template data timeout <1-86400>", run_number, MEMBER(template_seconds, 600)),
	ROW("template packets <1-65535>", run_number, MEMBER(template_packets, 20)),
	ROW("option {interface-table|exporter-stats|vrf-table|sampler-table|application-table} [timeout <1-86400>]",
	    run_option, NULL),
	ROW("rate <1-1000000>", run_number, MEMBER(rate, 10000)),
	ROW("tls ca NAME", run_text, MEMBER(tls_ca, 0)),
	ROW("tls certificate NAME", run_text, MEMBER(tls_certificate, 0)),
	ROW("tls key NAME", run_text, MEMBER(tls_key, 0)),
	{FC_CONFIG_EXPORTER, false, "exit", fc_config_run_exit, NULL},
	{0, false, NULL, NULL, NULL},
};
/* clang-format on */
