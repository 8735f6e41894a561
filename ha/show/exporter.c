// SPDX-License-Identifier: BSD-2-Clause
/* show flow exporter: how it is configured and where it sends from. */
#include "ha/show/exporters.h"

#include <errno.h>
#include <string.h>

static const char *transport_name(enum fc_fnf_transport transport)
{
	static const char *const name[] = {[FC_TRANSPORT_UDP] = "UDP",
					   [FC_TRANSPORT_TCP] = "TCP",
					   [FC_TRANSPORT_TLS] = "TLS",
					   [FC_TRANSPORT_KAFKA] = "Kafka",
					   [FC_TRANSPORT_FILE] = "File"};

	return name[transport];
}

static const char *const option_name[FC_OPTIONS] = {[FC_OPTION_INTERFACES] = "interface-table",
						    [FC_OPTION_EXPORTER] = "exporter-stats",
						    [FC_OPTION_VRFS] = "vrf-table",
						    [FC_OPTION_SAMPLERS] = "sampler-table",
						    [FC_OPTION_APPLICATIONS] = "application-table"};

static void options_text(const struct fc_fnf_exporter *e, FILE *out)
{
	bool some = false;

	for (unsigned o = 0; o < FC_OPTIONS; o++) {
		if (!e->option[o])
			continue;
		fprintf(out, "%s    %s (timeout %u seconds)\n",
			some ? "" : "  Options Configuration:\n", option_name[o],
			e->option_seconds[o]);
		some = true;
	}
}

/* A file and a Kafka cluster have neither address nor port of our own to tell. */
static void place_text(const struct fc_fnf_exporter *e, const struct fc_show_exporter *s, FILE *out)
{
	const char *destination = *s->destination ? s->destination : e->destination;

	if (e->transport == FC_TRANSPORT_FILE) {
		fprintf(out, "    Destination type:       File\n");
		fprintf(out, "    Destination file:       %s\n", e->destination);
		return;
	}
	fprintf(out, "    Destination type:       %s\n",
		e->transport == FC_TRANSPORT_KAFKA ? "Kafka" : "IP");
	fprintf(out, "    Destination IP address: %s\n", *destination ? destination : "0.0.0.0");
	if (*e->vrf)
		fprintf(out, "    VRF Label:              %s\n", e->vrf);
	fprintf(out, "    Source IP address:      %s\n", *s->source ? s->source : "0.0.0.0");
	if (*e->source)
		fprintf(out, "    Source Interface:       %s\n", e->source);
	fprintf(out, "    Transport Protocol:     %s\n", transport_name(e->transport));
	if (e->transport == FC_TRANSPORT_KAFKA)
		fprintf(out, "    Topic:                  %s (%s)\n", e->topic,
			e->kafka_json ? "json" : "ipfix");
	fprintf(out, "    Destination Port:       %u\n", e->port);
	fprintf(out, "    Source Port:            %u\n", s->source_port);
	fprintf(out, "    DSCP:                   0x%X\n", e->dscp);
	fprintf(out, "    TTL:                    %u\n", e->ttl);
	/* As configured. What a host sends goes through its output path either way. */
	fprintf(out, "    Output Features:        %s\n", e->output_features ? "Used" : "Not Used");
}

static void exporter_text(const struct fc_fnf_exporter *e, const struct fc_show_exporter *s,
			  FILE *out)
{
	fprintf(out, "Flow Exporter %s:\n", e->name);
	fprintf(out, "  Description:              %s\n", fc_show_description(e->description));
	fprintf(out, "  Export protocol:          %s\n", fc_show_protocol(e->protocol));
	fprintf(out, "  Transport Configuration:\n");
	place_text(e, s, out);
	options_text(e, out);
	fputc('\n', out);
}

static json_t *options_json(const struct fc_fnf_exporter *e)
{
	json_t *object = json_object();

	for (unsigned o = 0; o < FC_OPTIONS; o++)
		if (e->option[o])
			fc_show_put(object, option_name[o], e->option_seconds[o]);
	return object;
}

static void state_json(json_t *object, const struct fc_show_exporter *s)
{
	fc_show_put_text(object, "state",
			 !s->open         ? "closed"
			 : s->stats.ready ? "open"
					  : "waiting");
	if (s->open && !s->stats.ready && s->error)
		fc_show_put_text(object, "error", strerror(s->error));
	if (*s->source)
		fc_show_put_text(object, "source_address", s->source);
	if (s->source_port)
		fc_show_put(object, "source_port", s->source_port);
	if (*s->destination)
		fc_show_put_text(object, "destination_address", s->destination);
}

static json_t *exporter_json(const struct fc_fnf_exporter *e, const struct fc_show_exporter *s)
{
	static const char *const protocol[] = {"netflow-v5", "netflow-v9", "ipfix"};
	json_t *object = json_object();

	fc_show_put_text(object, "name", e->name);
	fc_show_put_text(object, "description", fc_show_description(e->description));
	fc_show_put(object, "id", e->id);
	fc_show_put_text(object, "protocol", protocol[e->protocol]);
	fc_show_put_text(object, "transport", transport_name(e->transport));
	fc_show_put_text(object, "destination", e->destination);
	if (*e->vrf)
		fc_show_put_text(object, "vrf", e->vrf);
	if (*e->source)
		fc_show_put_text(object, "source", e->source);
	fc_show_put(object, "port", e->port);
	if (e->transport == FC_TRANSPORT_KAFKA) {
		fc_show_put_text(object, "topic", e->topic);
		fc_show_put_text(object, "kafka_format", e->kafka_json ? "json" : "ipfix");
	}
	fc_show_put(object, "dscp", e->dscp);
	fc_show_put(object, "ttl", e->ttl);
	json_object_set_new(object, "output_features", json_boolean(e->output_features));
	fc_show_put(object, "mtu", e->mtu);
	fc_show_put(object, "template_timeout_s", e->template_seconds);
	fc_show_put(object, "rate", e->rate);
	json_object_set_new(object, "options", options_json(e));
	state_json(object, s);
	return object;
}

int fc_show_exporters(const struct fc_show_view *view, int exporter, bool json, FILE *out)
{
	json_t *list = json ? json_array() : NULL, *object;

	for (int e = 0; e < FC_FNF_EXPORTERS; e++) {
		if (!*view->fnf->exporter[e].name || (exporter >= 0 && exporter != e))
			continue;
		if (json)
			json_array_append_new(
				list, exporter_json(&view->fnf->exporter[e], &view->exporter[e]));
		else
			exporter_text(&view->fnf->exporter[e], &view->exporter[e], out);
	}
	if (!json)
		return 0;
	object = json_object();
	json_object_set_new(object, "exporters", list);
	fc_show_put(object, "flows_without_exporter", view->unwanted);
	return fc_show_give(object, out);
}

/* ------------------------------------------------------------------ elements */
static uint8_t octets_in(const struct fc_field *f, enum fc_protocol protocol)
{
	return protocol == FC_PROTOCOL_V9 ? f->v9 : f->ipfix;
}

int fc_show_export_ids(enum fc_protocol protocol, bool json, FILE *out)
{
	size_t count;
	const struct fc_field *table = fc_field_table(&count);
	json_t *list = json ? json_object() : NULL, *object;

	if (!json)
		fprintf(out, "Export IDs used by fields in %s export format:\n",
			protocol == FC_PROTOCOL_V9 ? "NetFlow-v9" : "IPFIX");
	for (size_t i = 0; i < count; i++) {
		if (!octets_in(&table[i], protocol))
			continue;
		if (json)
			fc_show_put(list, table[i].name, table[i].element);
		else
			fprintf(out, "  %-40s : %5u\n", table[i].name, table[i].element);
	}
	if (!json)
		return 0;
	object = json_object();
	json_object_set_new(object, "export_ids", list);
	return fc_show_give(object, out);
}
