// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/export_impl.h>
#include <ha/log.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH 256       /* messages between two looks at the lock */
#define QUEUE_HIGH 8192 /* datagrams; half of what an exporter keeps: send before taking more */
#define HOLD_NS UINT64_C(1000000000) /* but no longer than this */
#define IDLE_NS 1000000
#define HOUSEKEEPING_NS UINT64_C(20000000)
#define REMOVE_WAITS_MAX 30000 /* of IDLE_NS */
#define EPOCH_MS_FIRST 1000    /* until two cuts have been seen */
#define EPOCH_MS_MIN 20
#define EPOCH_MS_MAX 2000

static void sleep_ns(long ns)
{
	nanosleep(&(struct timespec){0, ns}, NULL);
}

/* ------------------------------------------------------------------ flows and cuts */
static void give(struct fc_export_thread *t, const struct fc_flow_message *m)
{
	bool taken = false;

	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++) {
		struct fc_export_output *o = &t->output[e];
		int client = o->use[m->monitor].client;

		if (!o->exporter || !client)
			continue;
		fc_exporter_add(o->exporter, client, &m->flow, 1, m->cut_ns);
		taken = true;
	}
	t->unwanted += !taken;
}

/* How long what a cut has sealed may take: nearly as long as the last epoch did. */
static unsigned spread_ms(const struct fc_export_thread *t, uint64_t now_ns)
{
	uint64_t ms = t->cut_at_ns ? (now_ns - t->cut_at_ns) / 1000000 : EPOCH_MS_FIRST;

	if (ms < EPOCH_MS_MIN)
		ms = EPOCH_MS_MIN;
	if (ms > EPOCH_MS_MAX)
		ms = EPOCH_MS_MAX;
	return (unsigned)(ms * 9 / 10);
}

void fc_export_seal_all(struct fc_export_thread *t, uint64_t cut_ns)
{
	uint64_t now_ns = fc_monotonic_ns();
	unsigned spread = cut_ns == t->cut_ns ? 0 : spread_ms(t, now_ns);

	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++) {
		struct fc_exporter *exporter = t->output[e].exporter;

		if (!exporter)
			continue;
		fc_exporter_seal(exporter, cut_ns);
		if (spread)
			fc_exporter_spread(exporter, spread);
	}
	t->cut_ns = cut_ns;
	if (spread)
		t->cut_at_ns = now_ns;
}

/* May more flows be taken? A long queue that only its pace holds back is waited for, a while. */
static bool room(struct fc_export_thread *t, uint64_t now_ns)
{
	bool full = false;

	for (unsigned e = 0; e < FC_FNF_EXPORTERS && !full; e++)
		full = t->output[e].exporter &&
		       fc_exporter_backlog(t->output[e].exporter) > QUEUE_HIGH;
	if (!full)
		t->full_since_ns = 0;
	else if (!t->full_since_ns)
		t->full_since_ns = now_ns;
	return !full || now_ns - t->full_since_ns > HOLD_NS;
}

static void take(struct fc_export_thread *t, unsigned q, const struct fc_flow_message *m)
{
	if (m->cut)
		fc_export_marker(t, q, m);
	else if (t->following)
		t->pairing.void_flows++; /* the active unit has what became of it */
	else
		give(t, m);
}

/* Return messages taken. */
static unsigned drain(struct fc_export_thread *t, unsigned q, unsigned most)
{
	struct fc_flow_queue *queue = t->queue[q];
	const struct fc_flow_message *m;
	unsigned taken = 0;

	for (; !fc_export_held(t, q) && taken < most; taken++) {
		m = fc_flow_queue_head(queue);
		if (!m)
			break;
		take(t, q, m);
		fc_flow_queue_pop(queue);
	}
	return taken;
}

/* ------------------------------------------------------------------ the thread */
static void send_all(struct fc_export_thread *t, bool idle_ones)
{
	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++) {
		struct fc_exporter *exporter = t->output[e].exporter;

		if (exporter && (idle_ones || fc_exporter_queued(exporter)))
			fc_exporter_send(exporter, 0);
	}
}

/* Return messages taken. */
static unsigned drain_all(struct fc_export_thread *t, uint64_t now_ns)
{
	unsigned taken = 0;

	for (unsigned q = 0; q < t->queues && room(t, now_ns); q++)
		taken += drain(t, q, fc_export_ripe(t, q, BATCH));
	if (t->cuts)
		fc_export_seal_cut(t);
	return taken;
}

static void tell(const struct fc_export_news *news)
{
	if (news->error)
		fc_log(FC_LOG_WARNING, "EXPORTER", "flow exporter %s: %s: %s", news->name,
		       news->destination,
		       news->error == ENOENT ? "does not resolve" : strerror(news->error));
	else
		fc_log(FC_LOG_NOTICE, "EXPORTER", "flow exporter %s: %s: sending again", news->name,
		       news->destination);
}

bool fc_export_thread_turn(struct fc_export_thread *t)
{
	struct fc_export_line *done[FC_EXPORT_RETIRED];
	uint64_t now_ns = fc_monotonic_ns();
	bool keep_house = now_ns >= t->housekeeping_ns;
	unsigned taken, finished;
	struct fc_export_news news;
	bool heard = false;

	pthread_mutex_lock(&t->lock);
	fc_export_follow(t);
	taken = drain_all(t, now_ns);
	fc_export_gates(t);
	send_all(t, keep_house);
	finished = fc_export_send_retired(t, now_ns, done);
	fc_export_cursors(t, now_ns);
	fc_export_drained(t, now_ns);
	if (keep_house) {
		fc_export_drop_leaving(t, now_ns);
		heard = fc_export_news(t, &news);
		t->housekeeping_ns = now_ns + HOUSEKEEPING_NS;
	}
	pthread_mutex_unlock(&t->lock);
	while (finished)
		fc_export_close_line(done[--finished]);
	if (heard)
		tell(&news);
	return taken != 0;
}

static void *run(void *argument)
{
	struct fc_export_thread *t = argument;

	while (!atomic_load(&t->stop))
		if (!fc_export_thread_turn(t))
			sleep_ns(IDLE_NS);
	return NULL;
}

/* ------------------------------------------------------------------ from outside */
int fc_export_thread_create(const struct fc_export_seams *seams, struct fc_export_thread **out)
{
	struct fc_export_thread *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	if (seams)
		t->seams = *seams;
	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++)
		t->sink[e] = (struct fc_export_sink){t, e};
	pthread_mutex_init(&t->change, NULL);
	pthread_mutex_init(&t->lock, NULL);
	pthread_mutex_init(&t->burst, NULL);
	pthread_mutex_init(&t->inbox, NULL);
	atomic_init(&t->gate, FC_RF_GATE_OPEN);
	*out = t;
	return 0;
}

int fc_export_thread_start(struct fc_export_thread **out)
{
	struct fc_export_thread *t;
	int err = fc_export_thread_create(NULL, &t);

	if (err)
		return err;
	err = -pthread_create(&t->thread, NULL, run, t);
	if (err) {
		fc_export_thread_free(t);
		return err;
	}
	*out = t;
	return 0;
}

int fc_export_thread_add(struct fc_export_thread *t, struct fc_flow_queue *queue)
{
	int err = 0;

	pthread_mutex_lock(&t->lock);
	if (t->queues == FC_EXPORT_QUEUES)
		err = -ENOSPC;
	else {
		t->held[t->queues] = 0;
		t->queue[t->queues++] = queue;
	}
	pthread_mutex_unlock(&t->lock);
	return err;
}

static void empty(struct fc_export_thread *t, unsigned q)
{
	do
		t->held[q] = 0;
	while (drain(t, q, BATCH));
}

/* The thread empties it, at the pace of the wire; after half a minute what is left is pressed into
 * the exporters, which drop their oldest and count it. */
void fc_export_thread_remove(struct fc_export_thread *t, struct fc_flow_queue *queue)
{
	for (unsigned waits = 0; fc_flow_queue_head(queue) && waits < REMOVE_WAITS_MAX; waits++)
		sleep_ns(IDLE_NS);
	pthread_mutex_lock(&t->lock);
	for (unsigned q = 0; q < t->queues; q++) {
		if (t->queue[q] != queue)
			continue;
		empty(t, q);
		t->held[q] = t->held[t->queues - 1];
		t->queue[q] = t->queue[--t->queues];
		break;
	}
	pthread_mutex_unlock(&t->lock);
}

/* All at once, so that one that is dead takes no time from the others. Return datagrams left. */
static unsigned send_last(struct fc_exporter *const *all, unsigned count, uint64_t until_ns)
{
	unsigned left;

	do {
		left = 0;
		for (unsigned i = 0; i < count; i++)
			left += (unsigned)fc_exporter_send(all[i], 0);
		if (left)
			sleep_ns(IDLE_NS);
	} while (left && fc_monotonic_ns() < until_ns);
	return left;
}

/* Seal what is there and send it, until `until_ns`; then all are closed. Return datagrams left. */
static unsigned finish(struct fc_export_thread *t, uint64_t until_ns)
{
	struct fc_exporter *all[FC_EXPORT_RETIRED + FC_FNF_EXPORTERS];
	struct fc_export_line *line;
	unsigned count = 0, left, at = 0;

	fc_export_follow(t);
	for (unsigned q = 0; q < t->queues; q++)
		empty(t, q);
	while ((line = fc_export_next_line(t, &at))) {
		if (!t->following)
			fc_exporter_seal(line->exporter, t->cut_ns);
		fc_exporter_spread(line->exporter, 0);
		all[count++] = line->exporter;
	}
	fc_export_gates(t);
	/* A standby has nothing of its own: it waits for nobody. */
	left = send_last(all, count, t->following ? 0 : until_ns);
	for (at = 0; (line = fc_export_next_line(t, &at));)
		fc_export_close_line(line);
	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++)
		fc_template_ids_destroy(t->output[e].ids);
	return left;
}

static void free_thread(struct fc_export_thread *t)
{
	fc_export_follow_end(t);
	pthread_mutex_destroy(&t->inbox);
	pthread_mutex_destroy(&t->burst);
	pthread_mutex_destroy(&t->lock);
	pthread_mutex_destroy(&t->change);
	free(t);
}

unsigned fc_export_thread_free(struct fc_export_thread *t)
{
	unsigned left = finish(t, 0);

	free_thread(t);
	return left;
}

unsigned fc_export_thread_stop(struct fc_export_thread *t, unsigned deadline_ms)
{
	uint64_t until_ns = fc_monotonic_ns() + (uint64_t)deadline_ms * 1000000;
	unsigned left;

	atomic_store(&t->stop, true);
	pthread_join(t->thread, NULL);
	left = finish(t, until_ns);
	free_thread(t);
	return left;
}
