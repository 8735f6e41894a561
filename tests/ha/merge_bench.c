// SPDX-License-Identifier: BSD-2-Clause
/*
 * Merge rate with 1 M live flows, one core: deltas of flows in random order, an epoch's barrier
 * after each 2 M records, as a ring delivers them (packed). Peer in the same run: the same records
 * merged into a plain uthash table of the same key, without halves or lists.
 *
 *   merge_bench [merge|memory|transactions]     memory: only what the 1 M flows cost
 */
#include "fake_card.h"

#include <flowcard/registers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uthash.h>

enum { FLOWS = 1000000, EPOCH_RECORDS = 2000000, CHUNK = 1 << 15, EPOCHS = 3 };

struct peer_key {
	uint32_t vector[FC_VECTOR_WORDS];
	uint32_t monitor;
};

struct peer_flow {
	struct peer_key key;
	uint64_t packets, octets, l2_octets, first_ns, last_ns;
	uint32_t len_min, len_max;
	uint16_t tcp_flags;
	uint8_t ttl_min, ttl_max;
	UT_hash_handle hh;
};

static struct peer_flow *peer_table;
static uint32_t peer_mask[FC_VECTOR_WORDS];

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void peer_add(struct peer_flow *flow, const uint32_t *record)
{
	uint64_t first = fc_rec_first_ns(record), last = fc_rec_last_ns(record);

	flow->packets += fc_rec_packets(record);
	flow->octets += fc_rec_bytes(record);
	flow->l2_octets += fc_rec_l2_bytes(record);
	flow->first_ns = first < flow->first_ns ? first : flow->first_ns;
	flow->last_ns = last > flow->last_ns ? last : flow->last_ns;
	flow->len_min =
		fc_rec_len_min(record) < flow->len_min ? fc_rec_len_min(record) : flow->len_min;
	flow->len_max =
		fc_rec_len_max(record) > flow->len_max ? fc_rec_len_max(record) : flow->len_max;
	flow->ttl_min =
		fc_rec_ttl_min(record) < flow->ttl_min ? fc_rec_ttl_min(record) : flow->ttl_min;
	flow->ttl_max =
		fc_rec_ttl_max(record) > flow->ttl_max ? fc_rec_ttl_max(record) : flow->ttl_max;
	flow->tcp_flags |= fc_rec_tcp_flags_or(record);
}

static void peer_merge(const uint32_t *record)
{
	struct peer_key key = {.monitor = fc_rec_monitor(record)};
	struct peer_flow *flow;

	fc_rec_vector(record, key.vector);
	for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
		key.vector[i] &= peer_mask[i];
	HASH_FIND(hh, peer_table, &key, sizeof(key), flow);
	if (!flow) {
		flow = calloc(1, sizeof(*flow));
		if (!flow)
			exit(1);
		flow->key = key;
		flow->first_ns = UINT64_MAX;
		flow->len_min = UINT32_MAX;
		flow->ttl_min = UINT8_MAX;
		HASH_ADD(hh, peer_table, key, sizeof(key), flow);
	}
	peer_add(flow, record);
}

static void make_chunk(uint32_t *records, uint32_t epoch, const uint32_t *flows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct fake_delta delta = {.flow = flows[i],
					   .epoch = epoch,
					   .packets = 3,
					   .bytes = 1500,
					   .first_ns = epoch * UINT64_C(1000000000) + i,
					   .last_ns = epoch * UINT64_C(1000000000) + i + 900,
					   .flags = 0x10};

		fake_flow_record(&delta, records + i * FC_RECORD_WORDS);
	}
}

struct bench {
	struct fc_shard *shard;
	uint32_t *records, *flows;
	double ours, theirs;
	uint64_t random;
	uint64_t merged;
	bool peer;
};

static void run_chunk(struct bench *bench, uint32_t epoch, bool count)
{
	double t0, t1, t2;
	size_t done = 0;

	make_chunk(bench->records, epoch, bench->flows, CHUNK);
	t0 = seconds();
	while (done < CHUNK) {
		size_t n = fc_shard_merge_run(bench->shard, bench->records + done * FC_RECORD_WORDS,
					      CHUNK - done);

		done += n;
		if (!n && fc_shard_take(bench->shard, bench->records + done++ * FC_RECORD_WORDS))
			exit(1);
	}
	t1 = seconds();
	for (size_t i = 0; bench->peer && i < CHUNK; i++)
		peer_merge(bench->records + i * FC_RECORD_WORDS);
	t2 = seconds();
	if (!count)
		return;
	bench->merged += CHUNK;
	bench->ours += t1 - t0;
	bench->theirs += t2 - t1;
}

static void run_barrier(struct bench *bench, uint32_t epoch)
{
	uint32_t record[FC_RECORD_WORDS];
	double t0;

	fake_barrier_record(epoch, epoch * UINT64_C(1000000000), (epoch + 1) * UINT64_C(1000000000),
			    record);
	t0 = seconds();
	if (fc_shard_take(bench->shard, record) != FC_TAKE_BARRIER)
		exit(1);
	fc_shard_commit(bench->shard);
	if (epoch)
		bench->ours += seconds() - t0;
}

static void fill(struct bench *bench)
{
	for (uint32_t done = 0; done < FLOWS; done += CHUNK) {
		for (uint32_t i = 0; i < CHUNK; i++)
			bench->flows[i] = (done + i) % FLOWS;
		run_chunk(bench, 0, false);
	}
	run_barrier(bench, 0);
}

/* `peer`: the same with uthash; else a monitor that looks for ends of transactions at each cut. */
static void run_merge(struct bench *bench, bool peer)
{
	double ours, theirs;

	bench->peer = peer;
	fill(bench);
	for (uint32_t epoch = 1; epoch <= EPOCHS; epoch++) {
		for (uint32_t done = 0; done < EPOCH_RECORDS; done += CHUNK) {
			for (uint32_t i = 0; i < CHUNK; i++)
				bench->flows[i] = (uint32_t)(fake_random(&bench->random) % FLOWS);
			run_chunk(bench, epoch, true);
		}
		run_barrier(bench, epoch);
	}
	ours = (double)bench->merged / bench->ours;
	if (!peer) {
		printf("merge_rate_transactions = %.2f M records/s\n", ours / 1e6);
		return;
	}
	theirs = (double)bench->merged / bench->theirs;
	printf("merge_rate = %.2f M records/s (peer uthash = %.2f, ratio %.2f; target 10)\n",
	       ours / 1e6, theirs / 1e6, ours / theirs);
}

/* Octets of this process that are in memory. */
static double resident(void)
{
	unsigned long whole, pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (!file)
		return 0;
	if (fscanf(file, "%lu %lu", &whole, &pages) != 2)
		pages = 0;
	fclose(file);
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* All that the shard holds, over the flows that live in it. `before`: resident without the shard.
 */
static void run_memory(struct bench *bench, double before)
{
	struct fc_shard_stats stats;
	size_t octets, part;

	fill(bench);
	fc_shard_stats(bench->shard, &stats);
	fc_shard_memory(bench->shard, &octets, &part);
	printf("flow_memory = %.1f octets (target <= 256; %lu live flows; entry, lists and index "
	       "%zu, "
	       "process grew by %.1f)\n",
	       (double)octets / (double)stats.live, stats.live, part,
	       (resident() - before) / (double)stats.live);
}

int main(int argc, char **argv)
{
	struct fc_shadow_config config = {.entries_max = FLOWS, .monitors = 1, .seed = 1};
	bool memory = argc == 2 && strcmp(argv[1], "memory") == 0;
	bool events = argc == 2 && strcmp(argv[1], "transactions") == 0;
	struct bench bench = {.random = 7};
	double before;
	int status = 1;

	if (argc > 1 && !memory && !events && strcmp(argv[1], "merge") != 0) {
		fprintf(stderr, "merge_bench [merge|memory]\n");
		return 2;
	}
	fake_mask(0, peer_mask);
	memcpy(config.monitor[0].mask, peer_mask, sizeof(peer_mask));
	config.monitor[0].active_ns = UINT64_C(1800000000000);
	config.monitor[0].inactive_ns = UINT64_C(15000000000);
	config.monitor[0].transaction_end = events;
	bench.records = malloc((size_t)CHUNK * FC_RECORD_OCTETS);
	bench.flows = malloc(CHUNK * sizeof(*bench.flows));
	if (!bench.records || !bench.flows)
		goto out;
	memset(bench.records, 1, (size_t)CHUNK * FC_RECORD_OCTETS);
	memset(bench.flows, 1, CHUNK * sizeof(*bench.flows));
	before = resident();
	if (fc_shard_create(&config, &bench.shard))
		goto out;
	if (memory)
		run_memory(&bench, before);
	else
		run_merge(&bench, !events);
	fc_shard_destroy(bench.shard);
	status = 0;
out:
	free(bench.records);
	free(bench.flows);
	return status;
}
