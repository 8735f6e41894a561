// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/export_thread.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define QUEUES_MAX (FC_CONFIG_SLOTS * FC_CARD_RINGS_MAX)
#define BATCH 256       /* messages between two looks at the lock */
#define QUEUE_HIGH 8192 /* datagrams; half of what an exporter keeps: send before taking more */
#define IDLE_NS 1000000
#define REMOVE_WAITS_MAX 30000 /* of IDLE_NS */
#define CHANGE_MS 2000         /* for an exporter that goes away */

struct output {
	struct fc_fnf_exporter config;
	struct fc_exporter *exporter; /* NULL: none */
};

struct fc_export_thread {
	pthread_t thread;
	pthread_mutex_t lock; /* all below; held while a batch is worked on */
	struct output output[FC_FNF_EXPORTERS];
	int use[FC_FNF_MONITORS][FC_FNF_MONITOR_EXPORTERS];
	struct fc_flow_queue *queue[QUEUES_MAX];
	unsigned queues;
	uint64_t unwanted;
	uint64_t cut_ns; /* the last one of any worker */
	atomic_bool stop;
};

static void sleep_ns(long ns)
{
	nanosleep(&(struct timespec){0, ns}, NULL);
}

/* ------------------------------------------------------------------ the thread */
static void give(struct fc_export_thread *t, const struct fc_flow_message *m)
{
	bool taken = false;

	for (unsigned u = 0; u < FC_FNF_MONITOR_EXPORTERS; u++) {
		int e = t->use[m->monitor][u];

		if (e == FC_CONFIG_NONE || !t->output[e].exporter)
			continue;
		fc_exporter_add(t->output[e].exporter, 1, &m->flow, 1, m->cut_ns);
		taken = true;
	}
	t->unwanted += !taken;
}

static void seal_all(struct fc_export_thread *t, uint64_t cut_ns)
{
	t->cut_ns = cut_ns;
	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++)
		if (t->output[e].exporter)
			fc_exporter_seal(t->output[e].exporter, cut_ns);
}

static bool room(const struct fc_export_thread *t)
{
	struct fc_exporter_stats stats;

	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++) {
		if (!t->output[e].exporter)
			continue;
		fc_exporter_stats(t->output[e].exporter, &stats);
		if (stats.datagrams_queued > QUEUE_HIGH)
			return false;
	}
	return true;
}

/* Return messages taken. */
static unsigned drain(struct fc_export_thread *t, struct fc_flow_queue *queue, unsigned most)
{
	const struct fc_flow_message *m;
	unsigned taken = 0;

	for (; taken < most; taken++) {
		m = fc_flow_queue_head(queue);
		if (!m)
			break;
		if (m->cut)
			seal_all(t, m->cut_ns);
		else
			give(t, m);
		fc_flow_queue_pop(queue);
	}
	return taken;
}

static void send_all(struct fc_export_thread *t)
{
	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++)
		if (t->output[e].exporter)
			fc_exporter_send(t->output[e].exporter, 0);
}

static void *run(void *argument)
{
	struct fc_export_thread *t = argument;

	while (!atomic_load(&t->stop)) {
		unsigned taken = 0;

		pthread_mutex_lock(&t->lock);
		for (unsigned q = 0; q < t->queues && room(t); q++)
			taken += drain(t, t->queue[q], BATCH);
		send_all(t);
		pthread_mutex_unlock(&t->lock);
		if (!taken)
			sleep_ns(IDLE_NS);
	}
	return NULL;
}

/* ------------------------------------------------------------------ from outside */
static void use_nothing(struct fc_export_thread *t, unsigned monitor)
{
	for (unsigned u = 0; u < FC_FNF_MONITOR_EXPORTERS; u++)
		t->use[monitor][u] = FC_CONFIG_NONE;
}

int fc_export_thread_start(struct fc_export_thread **out)
{
	struct fc_export_thread *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	for (unsigned m = 0; m < FC_FNF_MONITORS; m++)
		use_nothing(t, m);
	pthread_mutex_init(&t->lock, NULL);
	err = -pthread_create(&t->thread, NULL, run, t);
	if (err) {
		pthread_mutex_destroy(&t->lock);
		free(t);
		return err;
	}
	*out = t;
	return 0;
}

/* What it has goes out before it goes. Return datagrams that could not be sent. */
static unsigned close_output(struct output *o, uint64_t cut_ns, unsigned deadline_ms)
{
	int left;

	if (!o->exporter)
		return 0;
	fc_exporter_seal(o->exporter, cut_ns);
	left = fc_exporter_send(o->exporter, deadline_ms);
	fc_exporter_close(o->exporter);
	o->exporter = NULL;
	return left > 0 ? (unsigned)left : 0;
}

static int open_output(struct output *o, const struct fc_fnf_exporter *config, unsigned number,
		       char *error, size_t error_octets)
{
	char port[8];
	const struct fc_exporter_config c = {
		.protocol = config->protocol,
		.host = config->destination,
		.port = port,
		.source = *config->source ? config->source : NULL,
		.domain = number,
		.payload_max = config->mtu,
		.template_seconds = config->template_seconds,
		.template_datagrams = config->template_packets,
		.rate = config->rate,
	};
	int err;

	snprintf(port, sizeof(port), "%u", config->port);
	err = config->transport == FC_TRANSPORT_UDP ? fc_exporter_open(&c, &o->exporter)
						    : -EPROTONOSUPPORT;
	if (!err && fc_exporter_client_add(o->exporter, "Flow Monitors", NULL) < 0) {
		fc_exporter_close(o->exporter);
		err = -ENOMEM;
	}
	o->config = *config;
	if (!err)
		return 0;
	o->exporter = NULL;
	snprintf(error, error_octets, "flow exporter %s: %s:%s: %s", config->name,
		 config->destination, port,
		 err == -ENOENT ? "the host does not resolve" : strerror(-err));
	return err;
}

int fc_export_thread_configure(struct fc_export_thread *t, const struct fc_config *config,
			       char *error, size_t error_octets)
{
	int err = 0;

	pthread_mutex_lock(&t->lock);
	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++) {
		const struct fc_fnf_exporter *want = &config->fnf.exporter[e];
		struct output *o = &t->output[e];
		int failed = 0;

		if (o->exporter && !memcmp(want, &o->config, sizeof(*want)))
			continue;
		close_output(o, t->cut_ns, CHANGE_MS);
		if (*want->name && *want->destination)
			failed = open_output(o, want, e, err ? (char[1]){0} : error,
					     err ? 0 : error_octets);
		if (!err)
			err = failed;
	}
	for (unsigned m = 0; m < FC_FNF_MONITORS; m++)
		if (*config->fnf.monitor[m].name)
			memcpy(t->use[m], config->fnf.monitor[m].exporter, sizeof(t->use[m]));
		else
			use_nothing(t, m);
	pthread_mutex_unlock(&t->lock);
	return err;
}

int fc_export_thread_add(struct fc_export_thread *t, struct fc_flow_queue *queue)
{
	int err = 0;

	pthread_mutex_lock(&t->lock);
	if (t->queues == QUEUES_MAX)
		err = -ENOSPC;
	else
		t->queue[t->queues++] = queue;
	pthread_mutex_unlock(&t->lock);
	return err;
}

/* The thread empties it, at the pace of the wire; after half a minute what is left is pressed into
 * the exporters, which drop their oldest and count it. */
void fc_export_thread_remove(struct fc_export_thread *t, struct fc_flow_queue *queue)
{
	for (unsigned waits = 0; fc_flow_queue_head(queue) && waits < REMOVE_WAITS_MAX; waits++)
		sleep_ns(IDLE_NS);
	pthread_mutex_lock(&t->lock);
	while (fc_flow_queue_head(queue))
		drain(t, queue, BATCH);
	for (unsigned q = 0; q < t->queues; q++)
		if (t->queue[q] == queue)
			t->queue[q--] = t->queue[--t->queues];
	pthread_mutex_unlock(&t->lock);
}

int fc_export_thread_stats(struct fc_export_thread *t, unsigned exporter,
			   struct fc_exporter_stats *out)
{
	int err = -ENOENT;

	pthread_mutex_lock(&t->lock);
	if (exporter < FC_FNF_EXPORTERS && t->output[exporter].exporter) {
		fc_exporter_stats(t->output[exporter].exporter, out);
		err = 0;
	}
	pthread_mutex_unlock(&t->lock);
	return err;
}

uint64_t fc_export_thread_unwanted(struct fc_export_thread *t)
{
	uint64_t unwanted;

	pthread_mutex_lock(&t->lock);
	unwanted = t->unwanted;
	pthread_mutex_unlock(&t->lock);
	return unwanted;
}

unsigned fc_export_thread_stop(struct fc_export_thread *t, unsigned deadline_ms)
{
	unsigned left = 0;

	atomic_store(&t->stop, true);
	pthread_join(t->thread, NULL);
	for (unsigned q = 0; q < t->queues; q++)
		while (drain(t, t->queue[q], BATCH))
			;
	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++)
		left += close_output(&t->output[e], t->cut_ns, deadline_ms);
	pthread_mutex_destroy(&t->lock);
	free(t);
	return left;
}
