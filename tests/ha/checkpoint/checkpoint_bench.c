// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a checkpoint costs, with a real shard of 1 M flows, fc_cuts, TLS over loopback, fc_base:
 *
 *   worker: merges updates, gives its cut --> link 1 thread ==TLS==> link 2 thread --> base
 *
 * Bulk sync of everything while updates go on, by wall clock, against a plain TLS stream of the
 * same octets in the same run; changed flows a second of processor time at each side; memory a
 * flow. Ends with an error when the base is not, to the last digest, what the shard is.
 *
 *   checkpoint_bench [updates a second]
 */
#include "pump.h"
#include "tests/ha/fake_card.h"

#include <flowcard/registers.h>
#include <ha/checkpoint/base.h>
#include <ha/checkpoint/wire.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FLOWS = 1000000,
	CHANGED = 500000,
	EPOCHS = 4,
	CHUNK = 4096,
	BATCH = 512,
	CODED = 200000,
	BULKS = 5
};
#define SECOND UINT64_C(1000000000)

static struct bench {
	struct fc_link *link[2];
	struct fc_cuts *cuts;
	struct fc_cut_member *member;
	struct fc_base *base;
	struct fc_shard *shard;
	uint32_t epoch;
	uint64_t random, merged;
	struct fc_cut_ticket ticket;
	bool joined;
	atomic_bool stop;
	_Atomic double active_cpu, standby_cpu; /* of the links' threads */
	double longest_message, longest_commit; /* the standby's thread's */
	uint32_t record[CHUNK * FC_RECORD_WORDS];
	struct fc_cut_flow flow[BATCH];
} b;

static void fail(const char *what)
{
	fprintf(stderr, "checkpoint_bench: %s\n", what);
	exit(1);
}

/* ------------------------------------------------------------------ the shard */
static bool on_may_cut(void *context, uint32_t epoch, uint64_t cut_ns)
{
	(void)context;
	b.joined = fc_cuts_join(b.member, epoch, cut_ns, &b.ticket);
	return b.joined;
}

static void on_ended(void *context, uint64_t instance)
{
	(void)context;
	fc_cuts_closed(b.member, &instance, 1);
}

static void on_evicted(void *context, const struct fc_cut_flow *flow)
{
	(void)context;
	fc_cuts_flow_now(b.member, flow);
}

static uint64_t on_instances(void *context)
{
	(void)context;
	return fc_cuts_instances(b.member);
}

static void open_shard(void)
{
	struct fc_shadow_config config = {.entries_max = FLOWS,
					  .monitors = 1,
					  .seed = 1,
					  .may_cut = on_may_cut,
					  .ended = on_ended,
					  .evicted = on_evicted,
					  .instances = on_instances};

	fake_mask(0, config.monitor[0].mask);
	if (fc_shard_create(&config, &b.shard))
		fail("no shard");
}

static void merge(const uint32_t *flows, size_t count)
{
	size_t done = 0;

	for (size_t i = 0; i < count; i++) {
		struct fake_delta delta = {.flow = flows[i],
					   .epoch = b.epoch,
					   .packets = 3,
					   .bytes = 1500,
					   .first_ns = b.epoch * SECOND + i,
					   .last_ns = b.epoch * SECOND + i + 900,
					   .flags = 0x10};

		fake_flow_record(&delta, b.record + i * FC_RECORD_WORDS);
	}
	while (done < count) {
		size_t n = fc_shard_merge_run(b.shard, b.record + done * FC_RECORD_WORDS,
					      count - done);

		done += n;
		if (!n && fc_shard_take(b.shard, b.record + done++ * FC_RECORD_WORDS) < 0)
			fail("a record is refused");
	}
	b.merged += count;
}

static void fill(void)
{
	uint32_t flows[CHUNK];

	for (uint32_t done = 0; done < FLOWS;) {
		size_t count = 0;

		while (count < CHUNK && done < FLOWS)
			flows[count++] = done++;
		merge(flows, count);
	}
}

static void update(size_t count)
{
	uint32_t flows[CHUNK];

	for (size_t i = 0; i < count; i++)
		flows[i] = (uint32_t)(fake_random(&b.random) % FLOWS);
	merge(flows, count);
}

static bool barrier(void)
{
	uint32_t record[FC_RECORD_WORDS];

	b.joined = false;
	fake_barrier_record(b.epoch, b.epoch * SECOND, (b.epoch + 1) * SECOND, record);
	if (fc_shard_take(b.shard, record) != FC_TAKE_BARRIER)
		fail("a barrier is refused");
	b.epoch++;
	return b.joined;
}

static uint64_t digest_one(void *context, const struct fc_cut_flow *flow)
{
	struct fc_cut_flow whole = *flow;

	(void)context;
	whole.flow_monitor = 7;
	whole.slot = 3;
	return fc_cut_digest(&whole);
}

/* ------------------------------------------------------------------ both ends of the link */
static void on_send(void *context, struct fc_message *message)
{
	(void)context;
	fc_link_send(b.link[0], message);
}

static size_t on_queued(void *context)
{
	(void)context;
	return fc_link_queued(b.link[0]);
}

static uint64_t on_now_ms(void *context)
{
	(void)context;
	return (uint64_t)(pump_wall() * 1000);
}

static void active_message(struct fc_message *m)
{
	if (m->type != FC_MESSAGE_ACK || fc_cuts_ack(b.cuts, m))
		fail("a message to the active unit");
}

static void standby_message(struct fc_message *m)
{
	struct fc_message *ack;
	char why[FC_CUT_TEXT];
	double begun = pump_cpu(),
	       *longest = m->type == FC_MESSAGE_COMMIT ? &b.longest_commit : &b.longest_message;
	int got = fc_base_message(b.base, m, &ack, why);

	if (got < 0)
		fail(why);
	if (pump_cpu() - begun > *longest)
		*longest = pump_cpu() - begun;
	if (got == 1)
		fc_link_send(b.link[1], ack);
}

static void *link_thread(void *argument)
{
	unsigned unit = *(unsigned *)argument;
	struct fc_link_report report;

	while (!atomic_load(&b.stop)) {
		if (fc_link_step(b.link[unit], 1, &report)) {
			if (report.event == FC_LINK_DOWN)
				fail(report.why);
			if (report.event == FC_LINK_MESSAGE) {
				if (unit)
					standby_message(report.message);
				else
					active_message(report.message);
				fc_message_free(report.message);
			}
		}
		atomic_store(unit ? &b.standby_cpu : &b.active_cpu, pump_cpu());
	}
	return NULL;
}

/* ------------------------------------------------------------------ the worker */
/* Give the cut that was joined, with `updates` a second merged meanwhile. Return processor time
 * that giving took. */
static double give(double updates)
{
	double begun = pump_wall(), cpu = pump_cpu(), given = 0;
	size_t count = 0, taken = 0;
	uint64_t owed, paid = 0, digest;

	digest = fc_shard_digest(b.shard, b.ticket.slice, digest_one, NULL);
	fc_shard_changes_mark(b.shard, b.ticket.all, b.ticket.resend);
	for (;;) {
		if (taken == count) {
			count = fc_shard_changes(b.shard, b.flow, BATCH);
			if (!count)
				break;
			taken = 0;
			for (size_t i = 0; i < count; i++) {
				b.flow[i].flow_monitor = 7;
				b.flow[i].slot = 3;
			}
		}
		taken += fc_cuts_flows(b.member, b.flow + taken, count - taken);
		if (taken < count)
			usleep(50);
		owed = (uint64_t)((pump_wall() - begun) * updates);
		if (owed < paid + BATCH)
			continue;
		given += pump_cpu() - cpu;
		update(BATCH);
		paid += BATCH;
		cpu = pump_cpu();
	}
	fc_cuts_part_done(b.member, digest);
	return given + pump_cpu() - cpu;
}

static void seal_and_await(void)
{
	double until = pump_wall() + 60;
	uint64_t number;
	bool all;

	fc_cuts_taken(b.cuts, 3, 0, b.ticket.number);
	number = fc_cuts_to_seal(b.cuts, &all);
	if (number != b.ticket.number)
		fail("the cut is not to be sealed");
	fc_cuts_sealed(b.cuts, number);
	while (!fc_cuts_safe(b.member)) {
		if (pump_wall() > until)
			fail("no acknowledgement");
		usleep(50);
	}
	fc_shard_commit(b.shard);
}

/* ------------------------------------------------------------------ judge */
static void compare(void)
{
	uint64_t ours = 0, theirs = 0;
	struct fc_base_look look;
	size_t at = 0, count;

	for (unsigned slice = 0; slice < FC_CUT_SLICES; slice++)
		ours += fc_shard_digest(b.shard, slice, digest_one, NULL);
	while ((count = fc_base_next(b.base, &at, b.flow, BATCH)))
		for (size_t i = 0; i < count; i++)
			theirs += fc_cut_digest(&b.flow[i]);
	fc_base_look(b.base, &look);
	if (look.flows != FLOWS || look.mismatches || ours != theirs)
		fail("the base is not what the shard is");
}

/* ------------------------------------------------------------------ figures */
/* Wall time of one bulk into an empty base, and how many updates a second were merged in it. */
static double one_bulk(double updates, double *merged)
{
	uint64_t before = b.merged;
	double begun;

	fc_base_clear(b.base);
	fc_cuts_mode(b.cuts, FC_CUTS_PAIRED, 1);
	begun = pump_wall();
	if (!barrier())
		fail("no cut was taken");
	give(updates);
	seal_and_await();
	begun = pump_wall() - begun;
	*merged = (double)(b.merged - before) / begun;
	return begun;
}

/* Best of some: the one that the rest of the machine disturbed least. */
static void run_bulk(double updates)
{
	double seconds = 0, merged = 0, plain = 0;
	struct fc_cuts_look look;
	uint64_t octets = 0;

	for (unsigned i = 0; i < BULKS; i++) {
		double now, with;

		now = one_bulk(updates, &with);
		fc_cuts_look(b.cuts, &look);
		if (!i)
			octets = look.octets;
		if (!i || now < seconds) {
			seconds = now;
			merged = with;
		}
		now = pump_plain(octets);
		plain = now > plain ? now : plain;
	}
	printf("checkpoint_bulk = %.3f M flows/s (%u flows, %llu octets, %.0f updates/s merged "
	       "meanwhile; plain TLS stream of as many octets = %.3f M flows/s, ratio %.2f; "
	       "target 1)\n",
	       FLOWS / seconds / 1e6, FLOWS, (unsigned long long)octets, merged,
	       plain / ((double)octets / FLOWS) / 1e6, (double)octets / seconds / plain);
}

static void run_steady(void)
{
	double active = 0, standby = 0, begun_active, begun_standby;
	struct fc_cuts_look before, after;
	uint64_t flows;

	fc_cuts_look(b.cuts, &before);
	for (unsigned i = 0; i < EPOCHS; i++) {
		for (unsigned done = 0; done < CHANGED; done += BATCH)
			update(BATCH);
		begun_active = b.active_cpu;
		begun_standby = b.standby_cpu;
		if (!barrier())
			fail("no cut was taken");
		active += give(0);
		seal_and_await();
		usleep(3000);
		active += b.active_cpu - begun_active;
		standby += b.standby_cpu - begun_standby;
	}
	fc_cuts_look(b.cuts, &after);
	flows = after.flows - before.flows;
	printf("checkpoint_active = %.3f M changed flows/s of one core (shard, cuts, TLS; %llu in "
	       "%u cuts; target 0.5)\n",
	       (double)flows / active / 1e6, (unsigned long long)flows, EPOCHS);
	printf("checkpoint_standby = %.3f M changed flows/s of one core (TLS, base; target 0.5)\n",
	       (double)flows / standby / 1e6);
}

static void run_memory(void)
{
	struct fc_base_look look;

	fc_base_look(b.base, &look);
	printf("checkpoint_longest = %.1f ms for a message of a bulk (the index doubles), %.1f ms "
	       "for "
	       "its commit\n",
	       b.longest_message * 1e3, b.longest_commit * 1e3);
	printf("checkpoint_memory = %.1f octets a flow on the standby (%llu flows)\n",
	       (double)look.octets / (double)look.flows, (unsigned long long)look.flows);
}

static void run_coding(void)
{
	uint8_t *packed = malloc((size_t)CODED * FC_CUT_FLOW_OCTETS);
	double begun, put, get;
	struct fc_cut_flow flow;
	uint64_t sum = 0;
	size_t at = 0;

	if (!packed || !fc_base_next(b.base, &at, &flow, 1))
		fail("nothing to write");
	for (unsigned warm = 0; warm < 2; warm++) {
		begun = pump_cpu();
		for (size_t i = 0; i < CODED; i++) {
			flow.instance++;
			fc_cut_flow_put(packed + i * FC_CUT_FLOW_OCTETS, &flow);
		}
		put = pump_cpu() - begun;
	}
	begun = pump_cpu();
	for (size_t i = 0; i < CODED; i++) {
		fc_cut_flow_get(packed + i * FC_CUT_FLOW_OCTETS, &flow);
		sum += flow.instance + flow.flow.last_ns;
	}
	get = pump_cpu() - begun;
	if (!sum)
		fail("nothing was read");
	printf("checkpoint_encode = %.1f M flows/s (target 3)\n", CODED / put / 1e6);
	printf("checkpoint_decode = %.1f M flows/s (target 3)\n", CODED / get / 1e6);
	free(packed);
}

int main(int argc, char **argv)
{
	static const struct fc_cuts_options options = FC_CUTS_OPTIONS_DEFAULT;
	static const struct fc_cuts_ops ops = {
		.send = on_send, .queued = on_queued, .now_ms = on_now_ms};
	double updates = argc > 1 ? strtod(argv[1], NULL) : 250000;
	unsigned unit[2] = {0, 1};
	pthread_t thread[2];

	b.random = 7;
	if (fc_cuts_create(&options, &ops, NULL, &b.cuts) ||
	    fc_base_create(2 * (size_t)FLOWS, &b.base) ||
	    fc_cuts_member_add(b.cuts, 3, 0, 1, &b.member, NULL))
		fail("no memory");
	open_shard();
	fill();
	if (barrier())
		fc_shard_commit(b.shard); /* alone: safe at once */
	pump_open(b.link);
	for (unsigned i = 0; i < 2; i++)
		if (pthread_create(&thread[i], NULL, link_thread, &unit[i]))
			fail("no thread");
	run_bulk(updates);
	run_steady();
	compare();
	atomic_store(&b.stop, true);
	pthread_join(thread[0], NULL);
	pthread_join(thread[1], NULL);
	run_memory();
	run_coding();
	pump_close(b.link);
	fc_shard_destroy(b.shard);
	fc_cuts_member_remove(b.member);
	fc_cuts_destroy(b.cuts);
	fc_base_destroy(b.base);
	return 0;
}
