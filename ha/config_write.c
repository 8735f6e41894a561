// SPDX-License-Identifier: BSD-2-Clause
/* The running configuration as text: sections and lines in the order of IOS-XE; fc_config_read
 * makes the same state of it. What a line refers to stands before it. */
#include "ha/config_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct writer {
	const struct fc_config *config;
	FILE *out;
};

static void line_text(FILE *out, const char *words, const char *text)
{
	if (*text)
		fprintf(out, " %s %s\n", words, text);
}

static void line_number(FILE *out, const char *words, uint64_t value, uint64_t fallback)
{
	if (value != fallback)
		fprintf(out, " %s %" PRIu64 "\n", words, value);
}

/* ------------------------------------------------------------------ objects */
static void write_record(const struct writer *w, int i)
{
	const struct fc_fnf_record *r = &w->config->fnf.record[i];

	fprintf(w->out, "!\nflow record %s\n", r->name);
	line_text(w->out, "description", r->description);
	for (unsigned f = 0; f < r->fields; f++) {
		const struct fc_fnf_record_field *field = &r->field[f];

		fprintf(w->out, " %s %s", field->key ? "match" : "collect", field->field->name);
		if (field->argument)
			fprintf(w->out, " minimum-mask %u", field->argument);
		fputc('\n', w->out);
	}
	fputs("!\n", w->out);
}

static void write_transport(const struct fc_fnf_exporter *e, FILE *out)
{
	static const char *const protocol[] = {"netflow-v5", NULL, "ipfix"};

	/* The other transports want the protocol before them. */
	if (e->transport != FC_TRANSPORT_UDP)
		fputs(" export-protocol ipfix\n", out);
	if (e->transport == FC_TRANSPORT_TCP)
		fprintf(out, " transport tcp %u\n", e->port);
	else if (e->transport == FC_TRANSPORT_TLS)
		fprintf(out, " transport tls %u\n", e->port);
	else if (e->transport == FC_TRANSPORT_KAFKA)
		fprintf(out, " transport kafka %s format %s\n", e->topic,
			e->kafka_json ? "json" : "ipfix");
	else if (e->transport == FC_TRANSPORT_FILE)
		fputs(" transport file\n", out);
	else
		line_number(out, "transport udp", e->port, 9995);
	if (e->transport == FC_TRANSPORT_UDP && protocol[e->protocol])
		fprintf(out, " export-protocol %s\n", protocol[e->protocol]);
}

static void write_options(const struct fc_fnf_exporter *e, FILE *out)
{
	static const char *const option[FC_OPTIONS] = {
		[FC_OPTION_INTERFACES] = "interface-table",
		[FC_OPTION_EXPORTER] = "exporter-stats",
		[FC_OPTION_VRFS] = "vrf-table",
		[FC_OPTION_SAMPLERS] = "sampler-table",
		[FC_OPTION_APPLICATIONS] = "application-table",
	};

	for (unsigned o = 0; o < FC_OPTIONS; o++) {
		if (!e->option[o])
			continue;
		fprintf(out, " option %s", option[o]);
		if (e->option_seconds[o] != 600)
			fprintf(out, " timeout %u", e->option_seconds[o]);
		fputc('\n', out);
	}
}

static void write_exporter(const struct writer *w, int i)
{
	const struct fc_fnf_exporter *e = &w->config->fnf.exporter[i];

	fprintf(w->out, "!\nflow exporter %s\n", e->name);
	line_text(w->out, "description", e->description);
	if (*e->destination)
		fprintf(w->out, " destination %s%s%s\n", e->destination, *e->vrf ? " vrf " : "",
			e->vrf);
	line_text(w->out, "source", e->source);
	if (e->output_features)
		fputs(" output-features\n", w->out);
	line_number(w->out, "dscp", e->dscp, 0);
	line_number(w->out, "ttl", e->ttl, 255);
	line_number(w->out, "mtu", e->mtu, 1400);
	write_transport(e, w->out);
	line_number(w->out, "template data timeout", e->template_seconds, 600);
	line_number(w->out, "template packets", e->template_packets, 20);
	write_options(e, w->out);
	line_number(w->out, "rate", e->rate, 10000);
	line_text(w->out, "tls ca", e->tls_ca);
	line_text(w->out, "tls certificate", e->tls_certificate);
	line_text(w->out, "tls key", e->tls_key);
	fputs("!\n", w->out);
}

static void write_cache(const struct fc_fnf_monitor *m, FILE *out)
{
	static const char *const type[] = {"", "immediate", "permanent", "synchronized"};

	line_text(out, "cache type", type[m->cache]);
	line_number(out, "cache timeout inactive", m->inactive_s, 15);
	line_number(out, "cache timeout active", m->active_s, 1800);
	line_number(out, "cache timeout update", m->update_s, 1800);
	if (m->synchronized_s != 60 || m->spread_s) {
		fprintf(out, " cache timeout synchronized %u", m->synchronized_s);
		if (m->spread_s)
			fprintf(out, " export-spread %u", m->spread_s);
		fputc('\n', out);
	}
	if (m->transaction_end)
		fputs(" cache timeout event transaction-end\n", out);
	line_number(out, "cache entries", m->entries, 4096);
}

static void write_monitor(const struct writer *w, int i)
{
	const struct fc_fnf *fnf = &w->config->fnf;
	const struct fc_fnf_monitor *m = &fnf->monitor[i];

	fprintf(w->out, "!\nflow monitor %s\n", m->name);
	line_text(w->out, "description", m->description);
	for (unsigned e = 0; e < FC_FNF_MONITOR_EXPORTERS; e++)
		if (m->exporter[e] != FC_FNF_NONE)
			line_text(w->out, "exporter", fnf->exporter[m->exporter[e]].name);
	write_cache(m, w->out);
	if (m->record != FC_FNF_NONE)
		line_text(w->out, "record", fnf->record[m->record].name);
	fputs("!\n", w->out);
}

static void write_sampler(const struct writer *w, int i)
{
	const struct fc_fnf_sampler *s = &w->config->fnf.sampler[i];

	fprintf(w->out, "!\nsampler %s\n", s->name);
	line_text(w->out, "description", s->description);
	if (s->mode)
		fprintf(w->out, " mode %s 1 out-of %u\n",
			s->mode == FC_SAMPLE_RANDOM ? "random" : "deterministic", s->window);
	fputs("!\n", w->out);
}

/* ------------------------------------------------------------------ cards and interfaces */
static void write_place(const struct fc_config_card *c, FILE *out)
{
	static const char *const way[] = {"vfio-user", "vfio", "uio"};

	if (!*c->where)
		return;
	for (unsigned i = 0; i < sizeof(way) / sizeof(*way); i++) {
		size_t octets = strlen(way[i]);

		if (!strncmp(c->where, way[i], octets) && c->where[octets] == ':' &&
		    c->where[octets + 1]) {
			fprintf(out, " transport %s %s\n", way[i], c->where + octets + 1);
			return;
		}
	}
	fprintf(out, " transport pci %s\n", c->where);
}

static void write_card(const struct writer *w, unsigned slot)
{
	const struct fc_config_card *c = &w->config->card[slot];

	fprintf(w->out, "!\ncard %u\n", slot);
	line_text(w->out, "description", c->description);
	write_place(c, w->out);
	line_number(w->out, "ring size-log2", c->ring_log2, 18);
	/* Neither line may make the guard as long as an epoch. */
	if (c->epoch_shift < 30)
		line_number(w->out, "epoch guard", c->epoch_guard_ns, 1000000);
	line_number(w->out, "epoch length-log2", c->epoch_shift, 30);
	if (c->epoch_shift >= 30)
		line_number(w->out, "epoch guard", c->epoch_guard_ns, 1000000);
	if (c->wait == FC_CONFIG_WAIT_POLL)
		fputs(" worker wait poll\n", w->out);
	line_number(w->out, "worker poll-interval", c->poll_ms, 2);
	if (c->cpu != FC_CONFIG_NONE)
		fprintf(w->out, " worker cpu %d\n", c->cpu);
	if (c->loss_exit)
		fputs(" card-loss exit\n", w->out);
	if (c->shutdown)
		fputs(" shutdown\n", w->out);
	fputs("!\n", w->out);
}

static void write_binding(const struct writer *w, const struct fc_config_binding *b, unsigned f,
			  unsigned d)
{
	const struct fc_fnf *fnf = &w->config->fnf;

	if (b->monitor == FC_CONFIG_NONE)
		return;
	fprintf(w->out, " %s flow monitor %s", f == FC_CONFIG_IPV6 ? "ipv6" : "ip",
		fnf->monitor[b->monitor].name);
	if (b->sampler != FC_CONFIG_NONE)
		fprintf(w->out, " sampler %s", fnf->sampler[b->sampler].name);
	fputs(d == FC_CONFIG_OUTPUT ? " output\n" : " input\n", w->out);
}

static void write_interface(const struct writer *w, unsigned slot, unsigned port)
{
	const struct fc_config_port *p = &w->config->card[slot].port[port];

	fprintf(w->out, "!\ninterface HundredGigE%u/0/%u\n", slot, port);
	line_text(w->out, "description", p->description);
	for (unsigned f = 0; f < 2; f++)
		for (unsigned d = 0; d < 2; d++)
			for (unsigned b = 0; b < FC_FNF_BINDINGS; b++)
				write_binding(w, &p->binding[d][f][b], f, d);
	fputs("!\n", w->out);
}

static bool port_is_plain(const struct fc_config_port *port)
{
	struct fc_config_port plain;

	fc_config_port_default(&plain);
	return !memcmp(port, &plain, sizeof(plain));
}

/* ------------------------------------------------------------------ parts */
static bool wanted(const struct fc_config_what *what, enum fc_config_part part, const char *name)
{
	if (!*name || (what->part != part && what->part != FC_CONFIG_ALL))
		return false;
	return !what->name || !strcmp(what->name, name);
}

static unsigned write_objects(const struct writer *w, const struct fc_config_what *what)
{
	const struct fc_fnf *fnf = &w->config->fnf;
	unsigned written = 0;

	for (int i = 0; i < FC_FNF_RECORDS; i++)
		if (fnf->record[i].kind == FC_RECORD_USER &&
		    wanted(what, FC_CONFIG_RECORDS, fnf->record[i].name)) {
			write_record(w, i);
			written++;
		}
	for (int i = 0; i < FC_FNF_EXPORTERS; i++)
		if (wanted(what, FC_CONFIG_EXPORTERS, fnf->exporter[i].name)) {
			write_exporter(w, i);
			written++;
		}
	for (int i = 0; i < FC_FNF_MONITORS; i++)
		if (wanted(what, FC_CONFIG_MONITORS, fnf->monitor[i].name)) {
			write_monitor(w, i);
			written++;
		}
	for (int i = 0; i < FC_FNF_SAMPLERS; i++)
		if (wanted(what, FC_CONFIG_SAMPLERS, fnf->sampler[i].name)) {
			write_sampler(w, i);
			written++;
		}
	return written;
}

static unsigned write_cards(const struct writer *w, const struct fc_config_what *what)
{
	unsigned written = 0;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++) {
		char number[12];

		snprintf(number, sizeof(number), "%u", s);
		if (!w->config->card[s].there || !wanted(what, FC_CONFIG_CARDS, number))
			continue;
		write_card(w, s);
		written++;
	}
	return written;
}

static unsigned write_interfaces(const struct writer *w, const struct fc_config_what *what)
{
	unsigned slot = FC_CONFIG_SLOTS, port = 0, written = 0;

	if (what->name && fc_config_interface_parse(what->name, &slot, &port))
		return 0;
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		for (unsigned p = 0; p < FC_CARD_PORTS_MAX && w->config->card[s].there; p++) {
			if (what->name ? s != slot || p != port
				       : port_is_plain(&w->config->card[s].port[p]))
				continue;
			write_interface(w, s, p);
			written++;
		}
	return written;
}

/* Its record and exporters go before it. */
static void expand(const struct writer *w, const struct fc_config_what *what)
{
	const struct fc_fnf *fnf = &w->config->fnf;

	for (int i = 0; i < FC_FNF_MONITORS; i++) {
		const struct fc_fnf_monitor *m = &fnf->monitor[i];

		if (!wanted(what, FC_CONFIG_MONITORS, m->name))
			continue;
		if (m->record != FC_FNF_NONE && fnf->record[m->record].kind == FC_RECORD_USER)
			write_record(w, m->record);
		for (unsigned e = 0; e < FC_FNF_MONITOR_EXPORTERS; e++)
			if (m->exporter[e] != FC_FNF_NONE)
				write_exporter(w, m->exporter[e]);
	}
}

int fc_config_write(const struct fc_config *config, const struct fc_config_what *what, FILE *out)
{
	static const struct fc_config_what everything = {FC_CONFIG_ALL, NULL, false};
	const struct writer w = {config, out};
	unsigned written;

	if (!what)
		what = &everything;
	if (what->part == FC_CONFIG_ALL) {
		fprintf(out, "!\nhostname %s\n!\n", config->hostname);
		if (*config->secret)
			fprintf(out, "enable secret 6 %s\n!\n", config->secret);
	}
	if (what->expand)
		expand(&w, what);
	if (what->part == FC_CONFIG_ALL || what->part == FC_CONFIG_PAIR)
		fc_config_redundancy_write(&config->redundancy, out);
	written = write_objects(&w, what);
	if (what->part == FC_CONFIG_ALL || what->part == FC_CONFIG_CARDS)
		written += write_cards(&w, what);
	if (what->part == FC_CONFIG_ALL || what->part == FC_CONFIG_INTERFACES)
		written += write_interfaces(&w, what);
	if (what->part == FC_CONFIG_ALL)
		fputs("end\n", out);
	return what->name && !written ? -ENOENT : 0;
}
