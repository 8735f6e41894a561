// SPDX-License-Identifier: BSD-2-Clause
/*
 * Listings of 1 M live flows while another thread merges records into their shard. Prints how long
 * a listing takes and the merge rate (of the merging thread's own time) with and without it; fails
 * when a listing did not have every flow exactly once.
 *
 *   show_bench [FLOWS]
 */
#include "tests/ha/fake_card.h"
#include "tests/ha/show/show_fixture.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <ha/shadow.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { CHUNK = 1 << 13, EPOCH_CHUNKS = 256 };

static double seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* ------------------------------------------------------------------ the worker */
struct worker {
	struct fc_shard *shard;
	uint32_t flows, epoch, chunks;
	uint64_t random;
	uint32_t *records;
	atomic_bool stop;
	_Atomic uint64_t merged;
	_Atomic double busy; /* own time in the shard */
};

static void take_all(struct worker *w)
{
	double before = seconds(CLOCK_THREAD_CPUTIME_ID);
	size_t done = 0;

	while (done < CHUNK) {
		size_t n = fc_shard_merge_run(w->shard, w->records + done * FC_RECORD_WORDS,
					      CHUNK - done);

		done += n;
		if (!n && fc_shard_take(w->shard, w->records + done++ * FC_RECORD_WORDS) < 0)
			abort();
	}
	atomic_store(&w->busy, atomic_load(&w->busy) + seconds(CLOCK_THREAD_CPUTIME_ID) - before);
	atomic_fetch_add(&w->merged, CHUNK);
}

static void end_epoch(struct worker *w)
{
	const uint64_t second = UINT64_C(1000000000);
	uint32_t record[FC_RECORD_WORDS];

	fake_barrier_record(w->epoch, w->epoch * second, (w->epoch + 1) * second, record);
	if (fc_shard_take(w->shard, record) != FC_TAKE_BARRIER)
		abort();
	fc_shard_commit(w->shard);
	w->epoch++;
}

static void merge_chunk(struct worker *w, bool in_order)
{
	for (uint32_t i = 0; i < CHUNK; i++) {
		uint32_t flow = in_order ? (w->chunks * CHUNK + i) % w->flows
					 : (uint32_t)(fake_random(&w->random) % w->flows);
		uint64_t at = w->epoch * UINT64_C(1000000000) + i;
		struct fake_delta delta = {.flow = flow,
					   .epoch = w->epoch,
					   .packets = 3,
					   .bytes = 1500,
					   .first_ns = at,
					   .last_ns = at + 900};

		fake_flow_record(&delta, w->records + i * FC_RECORD_WORDS);
	}
	take_all(w);
	if (++w->chunks % EPOCH_CHUNKS == 0)
		end_epoch(w);
}

static void *work(void *context)
{
	struct worker *w = context;

	while (!atomic_load(&w->stop))
		merge_chunk(w, false);
	return NULL;
}

static void fill(struct worker *w)
{
	while ((uint64_t)w->chunks * CHUNK < w->flows)
		merge_chunk(w, true);
	end_epoch(w);
}

/* ------------------------------------------------------------------ the reader */
struct reader {
	const struct fc_shard *shard;
	size_t place;
	uint64_t seen;
};

static int next(void *context, struct fc_flow *out, size_t room)
{
	struct reader *r = context;
	size_t count = 0;

	while (count < room && r->place < fc_shard_slots(r->shard)) {
		int err = fc_shard_read(r->shard, r->place, FC_VIEW_BUILDING, &out[count]);

		if (err == -EAGAIN) {
			sched_yield();
			continue;
		}
		r->place++;
		count += !err;
	}
	r->seen += count;
	return (int)count;
}

static struct show_fixture fixture;

static bool list(struct worker *w, const char *name, const char *words, double alone)
{
	int number = fc_fnf_monitor_find(&fixture.fnf, "V4");
	const struct fc_fnf_monitor *m = &fixture.fnf.monitor[number];
	struct reader reader = {.shard = w->shard};
	struct fc_show_cache cache = {.monitor = m,
				      .record = &fixture.fnf.record[m->record],
				      .source = {next, NULL, &reader}};
	uint64_t merged = atomic_load(&w->merged);
	double busy = atomic_load(&w->busy), before = seconds(CLOCK_THREAD_CPUTIME_ID), took, rate;
	struct fc_show_query query;
	FILE *out = fopen("/dev/null", "w");
	int err;

	if (!out || fc_show_query_read(&query, cache.record, words))
		abort();
	err = fc_show_cache_list(&cache, &query, out);
	took = seconds(CLOCK_THREAD_CPUTIME_ID) - before;
	busy = atomic_load(&w->busy) - busy;
	rate = busy > 0 ? (double)(atomic_load(&w->merged) - merged) / busy : 0;
	printf("show_%s = %.2f M flows/s (%.2f s; merge meanwhile %.2f M records/s, alone %.2f, "
	       "ratio %.2f)%s\n",
	       name, (double)reader.seen / took / 1e6, took, rate / 1e6, alone / 1e6, rate / alone,
	       err || reader.seen != w->flows ? " WRONG" : "");
	fc_show_query_free(&query);
	fclose(out);
	return !err && reader.seen == w->flows;
}

static double rate_alone(struct worker *w)
{
	uint64_t merged = atomic_load(&w->merged);
	double busy = atomic_load(&w->busy);

	for (unsigned i = 0; i < EPOCH_CHUNKS; i++)
		merge_chunk(w, false);
	return (double)(atomic_load(&w->merged) - merged) / (atomic_load(&w->busy) - busy);
}

static bool list_all(struct worker *w, double alone)
{
	static const struct {
		const char *name, *words;
	} run[] = {
		{"table", "format table"},
		{"record", "format record"},
		{"csv", "format csv"},
		{"filter", "filter transport destination-port 443 format table"},
		{"top", "sort highest counter bytes long top 20"},
		{"aggregate_few", "aggregate ipv4 protocol sort highest counter bytes long"},
		{"aggregate_many", "aggregate transport source-port"},
	};
	bool good = true;

	for (size_t i = 0; i < sizeof(run) / sizeof(*run); i++)
		good &= list(w, run[i].name, run[i].words, alone);
	return good;
}

int main(int argc, char **argv)
{
	struct worker w = {.flows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000,
			   .random = 1};
	struct fc_shadow_config config = {.entries_max = w.flows, .closed_max = 1, .monitors = 1};
	struct rusage usage;
	pthread_t thread;
	double alone;
	bool good;

	show_fixture_init(&fixture);
	fake_mask(0, config.monitor[0].mask);
	w.records = calloc(CHUNK, FC_RECORD_WORDS * sizeof(uint32_t));
	if (!w.flows || !w.records || fc_shard_create(&config, &w.shard))
		return 1;
	fill(&w);
	alone = rate_alone(&w);
	if (pthread_create(&thread, NULL, work, &w))
		return 1;
	good = list_all(&w, alone);
	atomic_store(&w.stop, true);
	pthread_join(thread, NULL);
	fc_shard_destroy(w.shard);
	free(w.records);
	getrusage(RUSAGE_SELF, &usage);
	printf("show_memory = %.1f MB resident at most\n", (double)usage.ru_maxrss / 1024);
	return good ? 0 : 1;
}
