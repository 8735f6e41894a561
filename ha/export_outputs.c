// SPDX-License-Identifier: BSD-2-Clause
/* Exporters, clients and option tables as the configuration wants them. */
#include <errno.h>
#include <ha/export_impl.h>
#include <ha/fnv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETIRE_NS UINT64_C(2000000000)
#define LEAVE_NS UINT64_C(5000000000)
#define SOURCE_PORT 40000
#define PAIR_QUEUE 65536

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

/* Under redundancy a collector sees one source, whichever unit it is. 0: any. */
static uint16_t source_port(const struct fc_config *config, unsigned number)
{
	if (config->redundancy.mode != FC_CONFIG_MODE_SSO ||
	    config->fnf.exporter[number].transport != FC_TRANSPORT_UDP)
		return 0;
	return (uint16_t)(SOURCE_PORT + number);
}

/* Of a pair, a cut's datagrams all wait for its acknowledgement. */
static size_t queue_of(const struct fc_export_thread *t)
{
	if (t->seams.queue_datagrams)
		return t->seams.queue_datagrams;
	return t->cuts ? PAIR_QUEUE : 0;
}

static int open_exporter(struct fc_export_thread *t, const struct fc_fnf_exporter *config,
			 struct fc_export_line *line)
{
	unsigned number = line->place;
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
		.source_port = line->source_port,
		/* With its predecessor of this unit, and with the peer if that is on this host. */
		.port_shared = line->source_port != 0,
		.source_moves = line->source_port != 0,
		.queue_datagrams = queue_of(t),
		.guard = &fc_export_guard,
		.guard_context = line,
	};

	snprintf(port, sizeof(port), "%u", config->port);
	return fc_exporter_open(&c, &line->exporter);
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

	if (!t->following)
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
		fc_export_gone(t->retired[0].line);
		fc_export_close_line(t->retired[0].line);
		memmove(t->retired, t->retired + 1, (FC_EXPORT_RETIRED - 1) * sizeof(*t->retired));
		t->retired_count--;
	}
	r = &t->retired[t->retired_count++];
	r->line = o->line;
	r->until_ns = fc_monotonic_ns() + RETIRE_NS;
	o->exporter = NULL;
	o->line = NULL;
}

/* Has it sent everything, or had its time? What waits for an acknowledgement has its time after it.
 */
static bool is_done(struct fc_export_thread *t, struct fc_export_retired *r, uint64_t now_ns)
{
	/* A standby's stays as long as the peer's; that may not have been heard of yet. */
	if (t->following) {
		if (r->line->peer)
			r->until_ns = now_ns + RETIRE_NS;
		return r->line->gone || now_ns >= r->until_ns;
	}
	if (fc_exporter_send(r->line->exporter, 0))
		return now_ns >= r->until_ns;
	if (!fc_export_withheld(r->line))
		return true;
	r->until_ns = now_ns + RETIRE_NS;
	return false;
}

unsigned fc_export_send_retired(struct fc_export_thread *t, uint64_t now_ns,
				struct fc_export_line *done[FC_EXPORT_RETIRED])
{
	unsigned finished = 0;

	for (unsigned r = 0; r < t->retired_count; r++) {
		if (!is_done(t, &t->retired[r], now_ns))
			continue;
		fc_export_gone(t->retired[r].line);
		done[finished++] = t->retired[r].line;
		t->retired[r--] = t->retired[--t->retired_count];
	}
	return finished;
}

struct fc_export_line *fc_export_next_line(struct fc_export_thread *t, unsigned *at)
{
	while (*at < FC_FNF_EXPORTERS)
		if (t->output[(*at)++].line)
			return t->output[*at - 1].line;
	if (*at - FC_FNF_EXPORTERS < t->retired_count)
		return t->retired[(*at)++ - FC_FNF_EXPORTERS].line;
	return NULL;
}

void fc_export_close_line(struct fc_export_line *line)
{
	fc_exporter_close(line->exporter);
	free(line);
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

/* Over what same() looks at: the two units of a pair may be of different builds. */
static uint64_t fingerprint(const struct fc_fnf_exporter *c)
{
	char text[2048];

	snprintf(text, sizeof(text), "%s|%u|%u|%u|%s|%s|%u|%s|%u|%s|%s|%s|%u|%u|%u|%u|%u|%u",
		 c->name, c->id, c->protocol, c->transport, c->destination, c->source, c->port,
		 c->topic, c->kafka_json, c->tls_ca, c->tls_certificate, c->tls_key, c->dscp,
		 c->ttl, c->mtu, c->template_seconds, c->template_packets, c->rate);

	return fc_fnv(FC_FNV_BASIS, text, strnlen(text, sizeof(text)));
}

/* The lock is not held while an exporter is opened. */
static int open_line(struct fc_export_thread *t, unsigned number, const struct fc_config *config,
		     struct fc_export_line **out)
{
	const struct fc_fnf_exporter *want = &config->fnf.exporter[number];
	struct fc_export_line *line = calloc(1, sizeof(*line));
	int err;

	if (!line)
		return -ENOMEM;
	line->thread = t;
	line->place = number;
	line->number = ++t->lines;
	line->fingerprint = fingerprint(want);
	line->source_port = source_port(config, number);
	err = open_exporter(t, want, line);
	if (err)
		free(line);
	else
		*out = line;
	return err;
}

/* Lock held. */
static void replace_line(struct fc_export_thread *t, struct fc_export_output *o,
			 struct fc_export_line *fresh)
{
	if (o->exporter) {
		retire(t, o);
		if (fresh)
			fc_exporter_continue(
				fresh->exporter,
				fc_exporter_sequence(
					t->retired[t->retired_count - 1].line->exporter));
	}
	if (!fresh)
		return;
	o->line = fresh;
	o->exporter = fresh->exporter;
	o->cleared_ns = fc_monotonic_ns();
	o->told = 0;
	t->configured = true;
}

/* Lock held. A standby's exporter is replaced: what the peer said of it holds for the next one. */
static int hand_state_on(struct fc_export_thread *t, struct fc_export_output *o,
			 const uint8_t *state, size_t octets)
{
	int err = octets ? fc_exporter_state_take(o->exporter, state, octets) : 0;

	o->line->stated = t->following && octets && !err;
	return err == -EINVAL ? 0 : err; /* of another protocol: it begins anew */
}

/* Bring one exporter in. */
static int change_output(struct fc_export_thread *t, unsigned number,
			 const struct fc_config *config, const struct rows *rows)
{
	const struct fc_fnf_exporter *want = &config->fnf.exporter[number];
	struct fc_export_output *o = &t->output[number];
	bool keep = o->exporter && wanted(want) && same(want, &o->config) &&
		    o->line->source_port == source_port(config, number);
	struct fc_export_line *fresh = NULL;
	uint8_t state[FC_EXPORTER_STATE_MAX];
	size_t octets = 0;
	int err = 0;

	if (!o->ids && wanted(want))
		err = fc_template_ids_create(&o->ids);
	if (!err && !keep && wanted(want))
		err = open_line(t, number, config, &fresh);
	pthread_mutex_lock(&t->lock);
	if (fresh && t->following && o->line && o->line->stated)
		octets = fc_exporter_state(o->exporter, state, sizeof(state));
	if (!keep)
		replace_line(t, o, fresh);
	o->config = *want;
	if (o->exporter)
		err = set_output(t, number, config, rows);
	if (fresh && !err)
		err = hand_state_on(t, o, state, octets);
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
