// SPDX-License-Identifier: BSD-2-Clause
/* Exporters, clients and option tables as the configuration wants them. */
#include <errno.h>
#include <ha/export_impl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETIRE_NS UINT64_C(2000000000)
#define LEAVE_NS UINT64_C(5000000000)

/* Rows of the option tables, the same for all exporters. */
struct rows {
	struct fc_option_row interface[FC_EXPORT_ROWS];
	struct fc_option_row sampler[FC_FNF_SAMPLERS];
	struct fc_option_row vrf[1];
	size_t count[FC_OPTIONS];
};

/* ------------------------------------------------------------------ rows */
static void fill_interfaces(struct rows *r, const struct fc_config *config)
{
	size_t n = 0;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++) {
		for (unsigned p = 0; config->card[s].there && p < FC_CARD_PORTS_MAX; p++, n++) {
			r->interface[n].number[0] = fc_config_interface(s, p);
			snprintf(r->interface[n].text[0], FC_OPTION_TEXT, "HundredGigE%u/0/%u", s,
				 p);
		}
	}
	r->count[FC_OPTION_INTERFACES] = n;
}

static void fill_samplers(struct rows *r, const struct fc_fnf *fnf)
{
	size_t n = 0;

	for (unsigned i = 0; i < FC_FNF_SAMPLERS; i++) {
		const struct fc_fnf_sampler *s = &fnf->sampler[i];

		/* One that has no mode yet samples nothing. */
		if (!*s->name || !s->mode || !s->window)
			continue;
		r->sampler[n].number[0] = s->id;
		r->sampler[n].number[1] = s->mode;
		r->sampler[n].number[2] = s->window;
		snprintf(r->sampler[n++].text[0], FC_OPTION_TEXT, "%.*s", FC_OPTION_TEXT - 1,
			 s->name);
	}
	r->count[FC_OPTION_SAMPLERS] = n;
}

static struct rows *make_rows(const struct fc_config *config)
{
	struct rows *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	fill_interfaces(r, config);
	fill_samplers(r, &config->fnf);
	/* A host has no other. */
	snprintf(r->vrf[0].text[0], FC_OPTION_TEXT, "DEFAULT");
	r->count[FC_OPTION_VRFS] = 1;
	return r;
}

static const struct fc_option_row *rows_of(const struct rows *r, unsigned option)
{
	switch (option) {
	case FC_OPTION_INTERFACES:
		return r->interface;
	case FC_OPTION_SAMPLERS:
		return r->sampler;
	case FC_OPTION_VRFS:
		return r->vrf;
	default:
		return NULL; /* the exporter makes them */
	}
}

/* ------------------------------------------------------------------ opening */
/* NULL for "not said". */
static const char *said(const char *text)
{
	return *text ? text : NULL;
}

static int deliver(void *context, const uint8_t *octets, size_t length)
{
	const struct fc_export_sink *sink = context;
	const struct fc_export_seams *seams = &sink->thread->seams;

	return seams->deliver(seams->context, sink->exporter, octets, length);
}

static int open_exporter(struct fc_export_thread *t, const struct fc_fnf_exporter *config,
			 unsigned number, struct fc_exporter **out)
{
	char port[8];
	const struct fc_exporter_config c = {
		.protocol = config->protocol,
		.transport = config->transport,
		.host = config->destination,
		/* Brokers have theirs in the list, or Kafka's own. */
		.port = config->transport == FC_TRANSPORT_KAFKA ? NULL : port,
		.source = said(config->source),
		.dscp = config->dscp,
		.ttl = config->ttl,
		.topic = said(config->topic),
		.kafka_json = config->kafka_json,
		.tls_ca = said(config->tls_ca),
		.tls_certificate = said(config->tls_certificate),
		.tls_key = said(config->tls_key),
		.domain = number,
		.payload_max = config->mtu,
		.template_seconds = config->template_seconds,
		.template_datagrams = config->template_packets,
		.rate = config->rate,
		.ids = t->output[number].ids,
		.deliver = t->seams.deliver ? deliver : NULL,
		.deliver_context = &t->sink[number],
	};

	snprintf(port, sizeof(port), "%u", config->port);
	return fc_exporter_open(&c, out);
}

static void complain(const struct fc_fnf_exporter *config, int err, char *error, size_t octets)
{
	static const char *const transports[] = {"udp", "tcp", "tls", "kafka", "file"};
	const char *what = strerror(-err);

	if (err == -EINVAL)
		what = "protocol, mtu, topic or TLS files do not fit";
	snprintf(error, octets, "flow exporter %s: %s:%s: %s", config->name,
		 transports[config->transport], config->destination, what);
}

/* Does an open exporter stay as it is? Option tables and words are not its socket's business. */
static bool same(const struct fc_fnf_exporter *a, const struct fc_fnf_exporter *b)
{
	struct fc_fnf_exporter one = *a, other = *b;
	struct fc_fnf_exporter *both[] = {&one, &other};

	for (unsigned i = 0; i < 2; i++) {
		memset(both[i]->description, 0, sizeof(both[i]->description));
		memset(both[i]->vrf, 0, sizeof(both[i]->vrf));
		memset(both[i]->option, 0, sizeof(both[i]->option));
		memset(both[i]->option_seconds, 0, sizeof(both[i]->option_seconds));
		both[i]->output_features = false;
	}
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): unused octets are 0 (config.h) */
	return !memcmp(&one, &other, sizeof(one));
}

static bool wanted(const struct fc_fnf_exporter *config)
{
	return *config->name && *config->destination;
}

/* ------------------------------------------------------------------ retiring */
/* Lock held. Its clients give their template ids back: the successor gets the same. */
static void retire(struct fc_export_thread *t, struct fc_export_output *o)
{
	struct fc_export_retired *r;

	fc_exporter_seal(o->exporter, t->cut_ns);
	for (unsigned m = 0; m < FC_FNF_MONITORS; m++) {
		if (o->use[m].client)
			fc_exporter_client_remove(o->exporter, o->use[m].client, t->cut_ns);
		o->use[m].client = 0;
	}
	for (unsigned i = 0; i < FC_OPTIONS; i++)
		fc_exporter_option(o->exporter, (enum fc_fnf_option)i, 0, NULL, 0, t->cut_ns);
	fc_exporter_spread(o->exporter, 0);
	if (t->retired_count == FC_EXPORT_RETIRED) {
		fc_exporter_close(t->retired[0].exporter);
		memmove(t->retired, t->retired + 1, (FC_EXPORT_RETIRED - 1) * sizeof(*t->retired));
		t->retired_count--;
	}
	r = &t->retired[t->retired_count++];
	r->exporter = o->exporter;
	r->until_ns = fc_monotonic_ns() + RETIRE_NS;
	o->exporter = NULL;
}

unsigned fc_export_send_retired(struct fc_export_thread *t, uint64_t now_ns,
				struct fc_exporter *done[FC_EXPORT_RETIRED])
{
	unsigned finished = 0;

	for (unsigned r = 0; r < t->retired_count; r++) {
		if (fc_exporter_send(t->retired[r].exporter, 0) && now_ns < t->retired[r].until_ns)
			continue;
		done[finished++] = t->retired[r].exporter;
		t->retired[r--] = t->retired[--t->retired_count];
	}
	return finished;
}

/* ------------------------------------------------------------------ clients */
static bool uses(const struct fc_fnf_monitor *m, unsigned exporter)
{
	for (unsigned u = 0; *m->name && u < FC_FNF_MONITOR_EXPORTERS; u++)
		if (m->exporter[u] == (int)exporter)
			return m->record != FC_FNF_NONE;
	return false;
}

static void remove_client(struct fc_export_thread *t, struct fc_export_output *o, unsigned monitor)
{
	fc_exporter_client_remove(o->exporter, o->use[monitor].client, t->cut_ns);
	o->use[monitor].client = 0;
}

static int add_client(struct fc_export_output *o, const struct fc_fnf *fnf, unsigned monitor)
{
	const struct fc_fnf_monitor *m = &fnf->monitor[monitor];
	struct fc_export_use *use = &o->use[monitor];
	char name[FC_EXPORTER_CLIENT_NAME];
	int client;

	snprintf(name, sizeof(name), "Flow Monitor %s", m->name);
	client = fc_exporter_client_add(o->exporter, name, &fnf->record[m->record]);
	if (client < 0)
		return client;
	*use = (struct fc_export_use){
		.client = client, .id = m->id, .record = fnf->record[m->record]};
	return 0;
}

/* Lock held. A monitor that stays with the same record keeps its client. */
static int set_client(struct fc_export_thread *t, unsigned exporter, const struct fc_fnf *fnf,
		      unsigned monitor)
{
	struct fc_export_output *o = &t->output[exporter];
	const struct fc_fnf_monitor *m = &fnf->monitor[monitor];
	struct fc_export_use *use = &o->use[monitor];
	bool want = uses(m, exporter);

	if (use->client && *m->name && m->id != use->id)
		remove_client(t, o, monitor); /* another monitor has its place */
	if (use->client && !want && !use->leaving_ns)
		use->leaving_ns = fc_monotonic_ns() + LEAVE_NS;
	if (!want)
		return 0;
	use->leaving_ns = 0;
	/* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): unused octets are 0 (config.h) */
	if (use->client && !memcmp(&use->record, &fnf->record[m->record], sizeof(use->record)))
		return 0;
	if (use->client)
		remove_client(t, o, monitor);
	return add_client(o, fnf, monitor);
}

void fc_export_drop_leaving(struct fc_export_thread *t, uint64_t now_ns)
{
	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++) {
		struct fc_export_output *o = &t->output[e];

		for (unsigned m = 0; o->exporter && m < FC_FNF_MONITORS; m++)
			if (o->use[m].client && o->use[m].leaving_ns &&
			    now_ns >= o->use[m].leaving_ns)
				remove_client(t, o, m);
	}
}

/* ------------------------------------------------------------------ a configuration */
/* Lock held. Return the first error of its clients and tables. */
static int set_output(struct fc_export_thread *t, unsigned number, const struct fc_config *config,
		      const struct rows *rows)
{
	const struct fc_fnf_exporter *want = &config->fnf.exporter[number];
	struct fc_export_output *o = &t->output[number];
	int first = 0, err;

	fc_exporter_samplers(o->exporter, rows->sampler, rows->count[FC_OPTION_SAMPLERS]);
	for (unsigned i = 0; i < FC_OPTIONS; i++) {
		err = fc_exporter_option(o->exporter, (enum fc_fnf_option)i,
					 want->option[i] ? want->option_seconds[i] : 0,
					 rows_of(rows, i), rows->count[i], t->cut_ns);
		first = first ? first : err;
	}
	for (unsigned m = 0; m < FC_FNF_MONITORS; m++) {
		err = set_client(t, number, &config->fnf, m);
		first = first ? first : err;
	}
	return first;
}

/* Bring one exporter in. The lock is not held while it is opened. */
static int change_output(struct fc_export_thread *t, unsigned number,
			 const struct fc_config *config, const struct rows *rows)
{
	const struct fc_fnf_exporter *want = &config->fnf.exporter[number];
	struct fc_export_output *o = &t->output[number];
	bool keep = o->exporter && wanted(want) && same(want, &o->config);
	struct fc_exporter *fresh = NULL;
	int err = 0;

	if (!o->ids && wanted(want))
		err = fc_template_ids_create(&o->ids);
	if (!err && !keep && wanted(want))
		err = open_exporter(t, want, number, &fresh);
	pthread_mutex_lock(&t->lock);
	if (!keep && o->exporter) {
		uint32_t sequence;

		retire(t, o);
		sequence = fc_exporter_sequence(t->retired[t->retired_count - 1].exporter);
		if (fresh)
			fc_exporter_continue(fresh, sequence);
	}
	if (fresh) {
		o->exporter = fresh;
		o->cleared_ns = fc_monotonic_ns();
		o->told = 0;
	}
	o->config = *want;
	if (o->exporter)
		err = set_output(t, number, config, rows);
	pthread_mutex_unlock(&t->lock);
	return err;
}

int fc_export_thread_configure(struct fc_export_thread *t, const struct fc_config *config,
			       char *error, size_t error_octets)
{
	struct rows *rows = make_rows(config);
	int first = 0;

	if (!rows) {
		snprintf(error, error_octets, "exporters: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	pthread_mutex_lock(&t->change);
	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++) {
		int err = change_output(t, e, config, rows);

		if (err && !first) {
			complain(&config->fnf.exporter[e], err, error, error_octets);
			first = err;
		}
	}
	pthread_mutex_unlock(&t->change);
	free(rows);
	return first;
}
