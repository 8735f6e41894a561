/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/replay_sinks.h"

#include <errno.h>
#include <flowcard/export.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	SEND_SECONDS = 60,
	LOOK_FLOWS = 256,  /* closed flows between two looks at the exporters' queues */
	QUEUE_HIGH = 8192, /* datagrams; half of what an exporter keeps */
	QUEUE_LOG2 = 14,
	QUEUE_WAIT_NS = 1000000,
	QUEUE_WAITS_MAX = SEND_SECONDS * 1000
};

static int complain(const char *what, int err)
{
	fprintf(stderr, "flowcard-replay: %s: %s\n", what, strerror(-err));
	return err;
}

/* Send all that is sealed, at the exporter's rate, as long as any leaves. Return datagrams left or
 * -errno. */
static int send_all(struct fc_exporter *exporter)
{
	int left = INT_MAX, before;

	do {
		before = left;
		left = fc_exporter_send(exporter, SEND_SECONDS * 1000);
	} while (left > 0 && left < before);
	return left;
}

/* A cut can close more flows than an exporter keeps datagrams: the model stands still meanwhile, so
 * it can wait. */
static void keep_queues_short(struct fc_replay_sinks *s)
{
	struct fc_exporter_stats stats;

	for (unsigned i = 0; i < s->exporters; i++) {
		fc_exporter_stats(s->exporter[i], &stats);
		if (stats.datagrams_queued > QUEUE_HIGH)
			send_all(s->exporter[i]);
	}
}

/* ---------------------------------------------------------------- of a configuration */
static bool put(struct fc_replay_sinks *s, const struct fc_flow_message *m)
{
	for (unsigned waited = 0; !fc_flow_queue_put(s->queue, m); waited++) {
		if (waited == QUEUE_WAITS_MAX)
			return false;
		nanosleep(&(struct timespec){0, QUEUE_WAIT_NS}, NULL);
	}
	return true;
}

static int open_thread(struct fc_replay_sinks *s, const struct fc_config *config)
{
	char error[200] = "";
	int err = fc_export_thread_start(&s->thread);

	if (err) {
		s->thread = NULL;
		return complain("export thread", err);
	}
	err = fc_flow_queue_create(QUEUE_LOG2, &s->queue);
	if (!err)
		err = fc_export_thread_add(s->thread, s->queue);
	if (err)
		return complain("export thread", err);
	err = fc_export_thread_configure(s->thread, config, error, sizeof(error));
	if (err)
		fprintf(stderr, "flowcard-replay: %s\n", error);
	return err;
}

static int close_thread(struct fc_replay_sinks *s)
{
	unsigned left;

	fc_export_thread_remove(s->thread, s->queue);
	left = fc_export_thread_stop(s->thread, SEND_SECONDS * 1000);
	s->thread = NULL;
	fc_flow_queue_destroy(s->queue);
	s->queue = NULL;
	if (left)
		fprintf(stderr, "flowcard-replay: %u datagrams could not be sent in %d s\n", left,
			SEND_SECONDS);
	return 0;
}

/* ---------------------------------------------------------------- of the command line */
static int open_exporter(struct fc_replay_sinks *s, const struct fc_exporter_config *config)
{
	struct fc_exporter *e;
	int client, err = fc_exporter_open(config, &e);

	if (err)
		return err;
	err = fc_exporter_wait(e, SEND_SECONDS * 1000);
	client = err ? err : fc_exporter_client_add(e, "flowcard-replay", NULL);
	if (client < 0) {
		fc_exporter_close(e);
		return client;
	}
	s->exporter[s->exporters] = e;
	s->client[s->exporters] = client;
	return 0;
}

static int open_exporters(struct fc_replay_sinks *s, uint64_t first_ns)
{
	const struct fc_replay_options *o = s->options;

	for (; s->exporters < o->exports; s->exporters++) {
		char host[256], port[32];
		struct fc_exporter_config config = {.protocol = o->protocol,
						    .host = host,
						    .port = port,
						    .boot_ns = first_ns,
						    .rate = o->rate};
		int err = fc_exporter_destination(o->export[s->exporters], host, sizeof(host), port,
						  sizeof(port));

		if (!err)
			err = open_exporter(s, &config);
		if (err == -ENOENT)
			fprintf(stderr, "flowcard-replay: %s: the host does not resolve\n",
				o->export[s->exporters]);
		else if (err)
			complain(o->export[s->exporters], err);
		if (err)
			return err;
	}
	return 0;
}

static int send_exports(struct fc_replay_sinks *s, uint64_t cut_ns)
{
	for (unsigned i = 0; i < s->exporters; i++) {
		int left = fc_exporter_seal(s->exporter[i], cut_ns);

		if (!left)
			left = send_all(s->exporter[i]);
		if (left < 0)
			return complain(s->options->export[i], left);
		if (left > 0)
			fprintf(stderr,
				"flowcard-replay: %s: %d datagrams could not be sent in %d s\n",
				s->options->export[i], left, SEND_SECONDS);
	}
	return 0;
}

/* ---------------------------------------------------------------- all of them */
int fc_replay_sinks_open(struct fc_replay_sinks *s, const struct fc_config *config,
			 uint64_t first_ns)
{
	int err = open_exporters(s, first_ns);

	if (!err && config)
		err = open_thread(s, config);
	if (err)
		fc_replay_sinks_close(s);
	return err;
}

static bool is_update(const struct fc_replay_sinks *s, const struct fc_flow *flow)
{
	return s->plan && s->plan->monitor[flow->monitor].cache == FC_CACHE_PERMANENT &&
	       flow->end_reason == FC_END_ACTIVE;
}

void fc_replay_sinks_flow(struct fc_replay_sinks *s, const struct fc_flow *closed, uint64_t cut_ns)
{
	struct fc_flow_message m = {.cut_ns = cut_ns, .flow = *closed};

	m.flow.interface_first = s->interface_first;
	s->flows++;
	s->packets += closed->packets;
	s->octets += closed->octets;
	if (is_update(s, closed)) {
		s->updates++;
		s->update_packets += closed->packets;
		s->update_octets += closed->octets;
	}
	if (s->options->csv)
		fc_replay_csv_add(&s->csv, &m.flow);
	for (unsigned i = 0; i < s->exporters; i++)
		fc_exporter_add(s->exporter[i], s->client[i], &m.flow, 1, cut_ns);
	if (s->flows % LOOK_FLOWS == 0)
		keep_queues_short(s);
	if (!s->thread)
		return;
	m.monitor = (uint8_t)s->plan->monitor[closed->monitor].flow_monitor;
	s->stuck += !put(s, &m);
}

void fc_replay_sinks_cut(struct fc_replay_sinks *s, uint64_t cut_ns)
{
	const struct fc_flow_message m = {.cut = true, .cut_ns = cut_ns};

	if (s->thread)
		put(s, &m);
}

void fc_replay_sinks_step(struct fc_replay_sinks *s)
{
	for (unsigned i = 0; i < s->exporters; i++)
		fc_exporter_send(s->exporter[i], 0);
}

int fc_replay_sinks_finish(struct fc_replay_sinks *s, uint64_t cut_ns)
{
	int err = send_exports(s, cut_ns);

	fc_replay_sinks_cut(s, cut_ns);
	if (!err && s->thread)
		err = close_thread(s);
	return err;
}

void fc_replay_sinks_close(struct fc_replay_sinks *s)
{
	if (s->thread && s->queue)
		fc_export_thread_remove(s->thread, s->queue);
	if (s->thread)
		fc_export_thread_stop(s->thread, 0);
	fc_flow_queue_destroy(s->queue);
	while (s->exporters > 0)
		fc_exporter_close(s->exporter[--s->exporters]);
	fc_replay_csv_free(&s->csv);
	s->thread = NULL;
	s->queue = NULL;
}
