// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a peer costs the worker of an active unit, with 1 M live flows on one core: records merged,
 * changed flows handed to fc_cuts and encoded there (the base takes them outside of the measured
 * time; link and base have a bench of their own), against the same records merged alone in the same
 * run; and what it costs to adopt 1 M flows.
 *
 *   changes_bench
 */
#include "checkpoint/bay.h"
#include "fake_card.h"

#include <flowcard/registers.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND UINT64_C(1000000000)
enum { FLOWS = 1000000, RECORDS = 1000000, CHUNK = 1 << 15, EPOCHS = 5, GIVE = 64 };

static struct bench {
	struct fc_shard *shard;
	struct bay bay;
	struct fc_base *base;
	struct fc_cut_member *member;
	struct fc_cut_ticket ticket;
	uint64_t random;
	uint32_t epoch;
	uint32_t records[CHUNK * FC_RECORD_WORDS];
	double merging, giving, cutting;
	uint64_t merged, given, cuts_taken;
} b;

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool on_may_cut(void *context, uint32_t epoch, uint64_t cut_ns)
{
	(void)context;
	return fc_cuts_join(b.member, epoch, cut_ns, &b.ticket);
}

static uint64_t digest_one(void *context, const struct fc_cut_flow *flow)
{
	(void)context;
	return fc_cut_digest(flow);
}

/* ------------------------------------------------------------------ one epoch */
static void make_chunk(bool ordered, uint32_t from)
{
	for (uint32_t i = 0; i < CHUNK; i++) {
		struct fake_delta delta = {
			.flow = ordered ? (from + i) % FLOWS
					: (uint32_t)(fake_random(&b.random) % FLOWS),
			.epoch = b.epoch,
			.packets = 3,
			.bytes = 1500,
			.first_ns = b.epoch * SECOND + i,
			.last_ns = b.epoch * SECOND + i + 900,
			.flags = 0x10};

		fake_flow_record(&delta, b.records + (size_t)i * FC_RECORD_WORDS);
	}
}

static void merge_chunk(void)
{
	double from = seconds();
	size_t done = 0;

	while (done < CHUNK) {
		size_t n = fc_shard_merge_run(b.shard, b.records + done * FC_RECORD_WORDS,
					      CHUNK - done);

		done += n;
		if (!n && fc_shard_take(b.shard, b.records + done++ * FC_RECORD_WORDS))
			exit(1);
	}
	b.merging += seconds() - from;
	b.merged += CHUNK;
}

static void acknowledge(void)
{
	char why[FC_CUT_TEXT];

	bay_marker(&b.bay, 0, 0);
	bay_seal(&b.bay);
	if (bay_deliver(&b.bay, b.base, why) || !fc_cuts_safe(b.member)) {
		fprintf(stderr, "changes_bench: %s\n", why);
		exit(1);
	}
}

static void take_barrier(void)
{
	uint32_t record[FC_RECORD_WORDS];
	double from = seconds();
	uint64_t digest;

	fake_barrier_record(b.epoch, b.epoch * SECOND, (b.epoch + 1) * SECOND, record);
	if (fc_shard_take(b.shard, record) != FC_TAKE_BARRIER)
		exit(1);
	if (b.ticket.number) {
		fc_shard_changes_mark(b.shard, b.ticket.all, b.ticket.resend);
		digest = fc_shard_digest(b.shard, b.ticket.slice, digest_one, NULL);
		b.cutting += seconds() - from;
		from = seconds();
		for (;;) {
			struct fc_cut_flow flow[GIVE];
			size_t count = fc_shard_changes(b.shard, flow, GIVE), taken = 0;

			while (taken < count)
				taken += fc_cuts_flows(b.member, flow + taken, count - taken);
			b.given += count;
			if (!count)
				break;
		}
		fc_cuts_part_done(b.member, digest);
		b.giving += seconds() - from;
		b.cuts_taken++;
		acknowledge();
	}
	fc_shard_commit(b.shard);
	b.epoch++;
}

static void run_epoch(bool ordered)
{
	for (uint32_t done = 0; done < RECORDS; done += CHUNK) {
		make_chunk(ordered, done);
		merge_chunk();
	}
	take_barrier();
}

/* ------------------------------------------------------------------ figures */
static void forget_times(void)
{
	b.merging = b.giving = b.cutting = 0;
	b.merged = b.given = b.cuts_taken = 0;
}

static void open_shard(void)
{
	struct fc_shadow_config config = {
		.entries_max = FLOWS, .monitors = 1, .seed = 1, .may_cut = on_may_cut};

	fake_mask(0, config.monitor[0].mask);
	config.monitor[0].active_ns = 1800 * SECOND;
	config.monitor[0].inactive_ns = 15 * SECOND;
	if (fc_shard_create(&config, &b.shard))
		exit(1);
}

static double run_alone(void)
{
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 1);
	forget_times();
	for (unsigned e = 0; e < EPOCHS; e++)
		run_epoch(false);
	return b.merging / (double)b.merged;
}

/* The first cut holds everything and is not counted. */
static void run_paired(double alone)
{
	double changed, all;

	fc_cuts_mode(b.bay.cuts, FC_CUTS_PAIRED, 1);
	run_epoch(false);
	forget_times();
	for (unsigned e = 0; e < EPOCHS; e++)
		run_epoch(false);
	changed = (double)b.given;
	all = b.merging + b.giving + b.cutting;
	printf("changes_rate = %.2f M changed flows/s of one core, merged, handed out and encoded "
	       "(target 0.5; %.0f flows of %.0f records a cut)\n",
	       changed / all / 1e6, changed / (double)b.cuts_taken,
	       (double)b.merged / (double)b.cuts_taken);
	printf("changes_cost = %.0f ns a changed flow, %.1f ms a cut for marks and digest; merging "
	       "%.0f ns a record, alone %.0f (ratio %.2f)\n",
	       b.giving / changed * 1e9, b.cutting / (double)b.cuts_taken * 1e3,
	       b.merging / (double)b.merged * 1e9, alone * 1e9, all / (double)b.merged / alone);
}

static void run_adopt(void)
{
	const struct fc_shard_start start = {.base_ns = 1000 * SECOND};
	struct fc_cut_flow *flow = calloc(FLOWS, sizeof(*flow));
	double from, adopted, sorted;

	if (!flow)
		exit(1);
	for (uint32_t i = 0; i < FLOWS; i++) {
		struct fake_delta delta = {.flow = i};
		uint32_t record[FC_RECORD_WORDS];

		fake_flow_record(&delta, record);
		fc_rec_vector(record, flow[i].flow.vector);
		flow[i].instance = i + 1;
		flow[i].flow.packets = 1;
		flow[i].flow.first_ns = (999 - fake_random(&b.random) % 900) * SECOND;
		flow[i].flow.last_ns = 1000 * SECOND - fake_random(&b.random) % (14 * SECOND);
	}
	from = seconds();
	fc_shard_forget(b.shard);
	printf("forget = %.0f ms for 1 M flows\n", (seconds() - from) * 1e3);
	fc_shard_begin(b.shard, &start);
	from = seconds();
	for (uint32_t i = 0; i < FLOWS; i++)
		if (fc_shard_adopt(b.shard, 0, &flow[i]))
			exit(1);
	adopted = seconds() - from;
	from = seconds();
	if (fc_shard_adopt_end(b.shard))
		exit(1);
	sorted = seconds() - from;
	printf("adopt_rate = %.2f M flows/s of one core, then %.0f ms to sort 1 M by age\n",
	       FLOWS / adopted / 1e6, sorted * 1e3);
	free(flow);
}

int main(void)
{
	double alone;

	b.random = 7;
	bay_open(&b.bay, NULL);
	if (fc_base_create(2 * FLOWS, &b.base) ||
	    fc_cuts_member_add(b.bay.cuts, 0, 0, 1, &b.member, NULL))
		return 1;
	open_shard();
	fc_cuts_mode(b.bay.cuts, FC_CUTS_ALONE, 1);
	run_epoch(true);
	alone = run_alone();
	run_paired(alone);
	run_adopt();
	fc_shard_destroy(b.shard);
	fc_base_destroy(b.base);
	bay_close(&b.bay);
	return 0;
}
