// SPDX-License-Identifier: BSD-2-Clause
/*
 * Ring to wire on one core: records in a ring -> fc_drain -> shard -> cut and expiry -> IPFIX ->
 * UDP to a socket on the loopback. Each record is the only one of its flow, so every record merged
 * is a flow added, expired, encoded and sent: the hardest mix. About 1 M flows are live.
 *
 *   not timed: writing the ring | timed: drain, cut, seal | timed: send 32 | not timed: sink reads
 *                                                            \----------- until all is out -----/
 *
 * Timed is this thread's CPU time; what the kernel does in it for the receiving side of the
 * loopback counts as well. The wall clock's figure of the same spans is printed beside it.
 */
#include "fake_card.h"
#include "wire_sink.h"

#include <flowcard/export.h>
#include <flowcard/registers.h>
#include <ha/drain.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND UINT64_C(1000000000)

enum {
	RING_LOG2 = 18,
	EPOCH_FLOWS = 200000,
	LIVE_EPOCHS = 4,
	WARM_EPOCHS = 8,
	COUNTED_EPOCHS = 20,
	STEP = 4096,
	BURST = 32
};

struct span {
	double cpu, wall;
};

struct bench {
	struct fake_ring fake;
	struct fc_shard *shard;
	struct fc_drain *drain;
	struct fc_exporter *exporter;
	struct wire_sink sink;
	struct span merge, cut, send; /* of the epochs that count */
	uint64_t exported;            /* in these */
	bool failed;
};

static double read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct span now(void)
{
	return (struct span){read_clock(CLOCK_THREAD_CPUTIME_ID), read_clock(CLOCK_MONOTONIC)};
}

static void add_since(struct span *sum, struct span start)
{
	struct span end = now();

	sum->cpu += end.cpu - start.cpu;
	sum->wall += end.wall - start.wall;
}

static void encode_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	struct bench *bench = context;

	if (fc_exporter_add(bench->exporter, 1, flow, 1, cut_ns))
		bench->failed = true;
}

static bool write_epoch(struct bench *bench, uint32_t epoch)
{
	uint32_t record[FC_RECORD_WORDS];

	for (uint32_t i = 0; i < EPOCH_FLOWS; i++) {
		struct fake_delta delta = {.flow = epoch * EPOCH_FLOWS + i,
					   .epoch = epoch,
					   .packets = 3,
					   .bytes = 1500,
					   .first_ns = epoch * SECOND + i,
					   .last_ns = epoch * SECOND + i + 900};

		fake_flow_record(&delta, record);
		if (!fake_ring_write(&bench->fake, record))
			return false;
	}
	fake_barrier_record(epoch, epoch * SECOND, (epoch + 1) * SECOND, record);
	return fake_ring_write(&bench->fake, record);
}

/* The step that meets the barrier also expires and encodes: it is told apart. */
static bool drain_epoch(struct bench *bench, struct span *merge, struct span *cut)
{
	unsigned left = EPOCH_FLOWS;
	struct span start = now();

	while (left) {
		int taken = fc_drain_step(bench->drain, left < STEP ? left : STEP);

		if (taken <= 0)
			return false;
		left -= (unsigned)taken;
	}
	add_since(merge, start);
	start = now();
	if (fc_drain_step(bench->drain, 1) != 1)
		return false;
	add_since(cut, start);
	return true;
}

static bool send_epoch(struct bench *bench, uint64_t now_ns, struct span *send)
{
	struct fc_exporter_stats stats;
	struct span start = now();

	if (fc_exporter_seal(bench->exporter, now_ns))
		return false;
	add_since(send, start);
	fc_exporter_stats(bench->exporter, &stats);
	while (stats.datagrams_queued) {
		uint64_t mark = fc_exporter_mark(bench->exporter) - stats.datagrams_queued;

		fc_exporter_gate(bench->exporter, mark + BURST);
		start = now();
		if (fc_exporter_send(bench->exporter, 1000) < 0)
			return false;
		add_since(send, start);
		wire_sink_drain(&bench->sink);
		fc_exporter_stats(bench->exporter, &stats);
	}
	return true;
}

static bool run_epoch(struct bench *bench, uint32_t epoch)
{
	struct span merge = {0}, cut = {0}, send = {0};
	bool count = epoch >= WARM_EPOCHS;
	uint64_t before = bench->sink.records;

	if (!write_epoch(bench, epoch) ||
	    !drain_epoch(bench, count ? &bench->merge : &merge, count ? &bench->cut : &cut) ||
	    !send_epoch(bench, (epoch + 1) * SECOND, count ? &bench->send : &send))
		return false;
	if (count)
		bench->exported += bench->sink.records - before;
	return true;
}

static bool open_bench(struct bench *bench)
{
	struct fc_shadow_config shard = {.entries_max = (size_t)EPOCH_FLOWS * (LIVE_EPOCHS + 3),
					 .closed_max = EPOCH_FLOWS,
					 .monitors = 1,
					 .seed = 1,
					 .closed = encode_closed,
					 .context = bench};
	struct fc_exporter_config exporter = {.protocol = FC_PROTOCOL_IPFIX,
					      .host = "127.0.0.1",
					      .port = bench->sink.port,
					      .rate = 1000000000};
	struct fc_drain_config drain = {.ring = &bench->fake.ring};

	fake_mask(0, shard.monitor[0].mask);
	shard.monitor[0].active_ns = 1800 * SECOND;
	shard.monitor[0].inactive_ns = LIVE_EPOCHS * SECOND;
	if (wire_sink_open(&bench->sink) || fc_exporter_open(&exporter, &bench->exporter) ||
	    fc_exporter_client_add(bench->exporter, "bench", NULL) != 1 ||
	    fc_shard_create(&shard, &bench->shard))
		return false;
	fake_ring_open(&bench->fake, RING_LOG2);
	bench->fake.ring.doorbell_batch = FC_RING_DOORBELL_BATCH;
	drain.shard = bench->shard;
	return !fc_drain_create(&drain, &bench->drain);
}

static void close_bench(struct bench *bench)
{
	fc_drain_destroy(bench->drain);
	fc_shard_destroy(bench->shard);
	fake_ring_close(&bench->fake);
	fc_exporter_close(bench->exporter);
	wire_sink_close(&bench->sink);
}

/* Everything that was closed has to be at the sink, in sequence. */
static bool print_losses(const struct bench *bench)
{
	const struct wire_sink *sink = &bench->sink;
	struct fc_exporter_stats stats;
	struct fc_shard_stats shard;
	uint64_t lost;

	fc_exporter_stats(bench->exporter, &stats);
	fc_shard_stats(bench->shard, &shard);
	lost = shard.closed_flows - sink->records;
	printf("ring_to_wire_lost = %lu records (expired %lu, sent %lu, at the sink %lu, missing "
	       "in "
	       "sequence %lu, unreadable datagrams %lu; target 0)\n",
	       lost, shard.closed_flows, stats.records_sent, sink->records, sink->missing,
	       sink->bad);
	return !lost && !sink->missing && !sink->bad && !stats.dropped_flows &&
	       !shard.lost_records && !shard.bad_records && stats.records_sent == sink->records;
}

static void print_rate(const struct bench *bench)
{
	const double records = (double)EPOCH_FLOWS * COUNTED_EPOCHS;
	double cpu = bench->merge.cpu + bench->cut.cpu + bench->send.cpu;
	double wall = bench->merge.wall + bench->cut.wall + bench->send.wall;
	struct fc_shard_stats shard;

	fc_shard_stats(bench->shard, &shard);
	printf("ring_to_wire = %.4g records/s (by wall clock %.4g; target 2e6%s)\n", records / cpu,
	       records / wall, records / cpu < 2e6 ? ", missed" : "");
	printf("ring_to_wire_cost = %.0f ns/record (drain and merge %.0f, cut, expire and encode "
	       "%.0f, "
	       "send %.0f; %lu live flows, %.0f records in, %lu out)\n",
	       cpu / records * 1e9, bench->merge.cpu / records * 1e9,
	       bench->cut.cpu / records * 1e9, bench->send.cpu / records * 1e9, shard.live, records,
	       bench->exported);
}

int main(void)
{
	struct bench bench = {0};

	if (!open_bench(&bench)) {
		fprintf(stderr, "wire_bench: could not be set up\n");
		return 1;
	}
	for (uint32_t epoch = 0; epoch < WARM_EPOCHS + COUNTED_EPOCHS; epoch++)
		if (!run_epoch(&bench, epoch) || bench.failed) {
			fprintf(stderr, "wire_bench: epoch %u failed\n", epoch);
			return 1;
		}
	print_rate(&bench);
	bench.failed = !print_losses(&bench);
	close_bench(&bench);
	return bench.failed;
}
