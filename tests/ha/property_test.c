// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random records through ring, drain and shard against a reference that is as plain as can be: an
 * array with a place for each flow, scanned whole at every cut. Two epochs interleaved, clock
 * steps, bogus times, early ageing, cuts in flight.
 */
#include "fake_card.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <ha/drain.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND UINT64_C(1000000000)
enum {
	MONITORS = 3,
	FLOWS = 160,
	SHARD_ENTRIES = 260,
	CLOSED_MAX = 60,
	EPOCHS = 500,
	DELTAS = 250,
	LIST = 4096
};

static const struct {
	uint64_t active_ns, inactive_ns;
	size_t entries;
} limits[MONITORS] = {{20 * SECOND, 5 * SECOND, 0}, {0, 3 * SECOND, 0}, {0, 0, 50}};

struct values {
	uint64_t packets, octets, first_ns, last_ns;
};

struct instance {
	bool live, fresh; /* fresh: created in this epoch */
	struct values now, frozen;
	bool has_frozen;
	uint64_t start_age, last_age;       /* settled ages */
	uint64_t first_offset, last_offset; /* of this epoch, not settled yet */
	bool touched;                       /* in this epoch */
	uint64_t order, mark;               /* of the last first touch in a cut */
	uint64_t tag;
};

struct ended {
	unsigned monitor, reason;
	uint32_t flow;
	struct values values;
};

struct list {
	struct ended item[LIST];
	size_t count;
};

static struct {
	struct instance instance[MONITORS][FLOWS];
	struct list waiting, due; /* due: ended at this cut */
	struct fake_delta later[DELTAS * 4];
	size_t later_count;
	uint64_t age, start_ns, order, cut, lost_packets, lost_octets, packets, octets, deltas;
	uint32_t epoch;
	bool in_flight, anchored;
} ref;

static struct list got;
static int answer;
static uint64_t closed_packets, compared_flows, compared_ends;

static void push(struct list *list, const struct ended *item)
{
	assert_true(list->count < LIST);
	list->item[list->count++] = *item;
}

static void note_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	struct ended item = {
		.monitor = flow->monitor,
		.reason = flow->end_reason,
		.flow = fake_flow_of(flow),
		.values = {flow->packets, flow->octets, flow->first_ns, flow->last_ns}};

	(void)context;
	(void)cut_ns;
	closed_packets += flow->packets;
	push(&got, &item);
}

static int note_cut(void *context, uint32_t epoch, uint64_t cut_ns)
{
	(void)context;
	(void)epoch;
	(void)cut_ns;
	return answer;
}

static struct ended end_of(unsigned monitor, uint32_t flow, unsigned reason)
{
	struct instance *instance = &ref.instance[monitor][flow];

	instance->live = false;
	return (struct ended){
		.monitor = monitor, .reason = reason, .flow = flow, .values = instance->now};
}

static size_t live_of(unsigned monitor)
{
	size_t live = 0;

	for (uint32_t flow = 0; flow < FLOWS; flow++)
		live += ref.instance[monitor][flow].live;
	return live;
}

/* The flow of `monitor` whose last first touch is the longest ago; FLOWS: none. */
static uint32_t oldest_of(unsigned monitor)
{
	uint32_t oldest = FLOWS;

	for (uint32_t flow = 0; flow < FLOWS; flow++)
		if (ref.instance[monitor][flow].live &&
		    (oldest == FLOWS ||
		     ref.instance[monitor][flow].order < ref.instance[monitor][oldest].order))
			oldest = flow;
	return oldest;
}

static void age_early(unsigned monitor)
{
	struct ended item = end_of(monitor, oldest_of(monitor), FC_END_RESOURCES);

	if (ref.waiting.count < CLOSED_MAX) {
		push(&ref.waiting, &item);
		return;
	}
	ref.lost_packets += item.values.packets;
	ref.lost_octets += item.values.octets;
}

static void make_room(unsigned monitor)
{
	unsigned from = MONITORS;
	size_t live = 0;

	if (limits[monitor].entries && live_of(monitor) == limits[monitor].entries)
		age_early(monitor);
	for (unsigned m = 0; m < MONITORS; m++)
		live += live_of(m);
	if (live < SHARD_ENTRIES)
		return;
	for (unsigned m = 0; m < MONITORS; m++) {
		uint32_t oldest = oldest_of(m);

		if (oldest == FLOWS)
			continue;
		if (from == MONITORS ||
		    ref.instance[m][oldest].mark < ref.instance[from][oldest_of(from)].mark)
			from = m;
	}
	age_early(from);
}

static void apply(const struct fake_delta *delta)
{
	struct instance *instance = &ref.instance[delta->monitor][delta->flow];
	struct values add = {delta->packets, delta->bytes, delta->first_ns, delta->last_ns};

	ref.deltas++;
	ref.packets += delta->packets;
	ref.octets += delta->bytes;
	if (!instance->live) {
		make_room(delta->monitor);
		*instance = (struct instance){.live = true,
					      .fresh = true,
					      .touched = true,
					      .now = add,
					      .order = ++ref.order,
					      .mark = ref.age >> 22,
					      .tag = ref.cut,
					      .first_offset = add.first_ns,
					      .last_offset = add.last_ns};
		return;
	}
	if (instance->tag != ref.cut || instance->mark != ref.age >> 22) {
		instance->order = ++ref.order;
		instance->tag = ref.cut;
		instance->mark = ref.age >> 22;
	}
	instance->now.packets += add.packets;
	instance->now.octets += add.octets;
	if (add.first_ns < instance->now.first_ns)
		instance->now.first_ns = add.first_ns;
	if (add.last_ns > instance->now.last_ns)
		instance->now.last_ns = add.last_ns;
	if (!instance->touched || add.first_ns < instance->first_offset)
		instance->first_offset = add.first_ns;
	if (!instance->touched || add.last_ns > instance->last_offset)
		instance->last_offset = add.last_ns;
	instance->touched = true;
}

static uint64_t offset(uint64_t time_ns, uint64_t start_ns, uint64_t length)
{
	if (time_ns <= start_ns)
		return 0;
	return time_ns - start_ns < length ? time_ns - start_ns : length;
}

static void settle(struct instance *instance, uint64_t start_ns, uint64_t length)
{
	if (!instance->live || !instance->touched)
		return;
	instance->last_age = ref.age + offset(instance->last_offset, start_ns, length);
	if (instance->fresh)
		instance->start_age = ref.age + offset(instance->first_offset, start_ns, length);
	instance->touched = false;
	instance->fresh = false;
}

static void expire(unsigned monitor, uint32_t flow)
{
	struct instance *instance = &ref.instance[monitor][flow];
	unsigned reason = 0;
	struct ended item;

	if (!instance->live)
		return;
	if (limits[monitor].inactive_ns &&
	    ref.age - instance->last_age >= limits[monitor].inactive_ns)
		reason = FC_END_IDLE;
	if (limits[monitor].active_ns && ref.age - instance->start_age >= limits[monitor].active_ns)
		reason = FC_END_ACTIVE;
	if (!reason) {
		instance->frozen = instance->now;
		instance->has_frozen = true;
		return;
	}
	item = end_of(monitor, flow, reason);
	push(&ref.due, &item);
}

/* Silent flows go down to fifteen sixteenths of the cache. */
static void expire_watermark(unsigned monitor)
{
	size_t entries = limits[monitor].entries;

	while (entries && live_of(monitor) > entries - entries / 16) {
		uint32_t oldest = oldest_of(monitor);
		struct ended item;

		if (live_of(monitor) <= entries && ref.instance[monitor][oldest].tag == ref.cut - 1)
			return;
		item = end_of(monitor, oldest, FC_END_RESOURCES);
		push(&ref.due, &item);
	}
}

static void reference_barrier(uint64_t start_ns, uint64_t end_ns)
{
	uint64_t length = end_ns > start_ns ? end_ns - start_ns : 0;
	size_t later = ref.later_count;

	if (length > UINT64_C(1) << 52)
		length = UINT64_C(1) << 52;
	for (unsigned m = 0; m < MONITORS; m++)
		for (uint32_t flow = 0; flow < FLOWS; flow++)
			settle(&ref.instance[m][flow], start_ns, length);
	ref.age += length;
	ref.epoch++;
	if (!ref.in_flight) {
		ref.due = ref.waiting;
		ref.waiting.count = 0;
		ref.cut++;
		for (unsigned m = 0; m < MONITORS; m++) {
			for (uint32_t flow = 0; flow < FLOWS; flow++)
				expire(m, flow);
			expire_watermark(m);
		}
		ref.in_flight = answer == FC_DRAIN_IN_FLIGHT;
	}
	ref.later_count = 0;
	for (size_t i = 0; i < later; i++)
		apply(&ref.later[i]);
}

static int by_name(const void *a, const void *b)
{
	const struct ended *x = a, *y = b;

	if (x->monitor != y->monitor)
		return x->monitor < y->monitor ? -1 : 1;
	if (x->flow != y->flow)
		return x->flow < y->flow ? -1 : 1;
	return x->reason != y->reason ? (x->reason > y->reason ? -1 : 1)
				      : (x->values.packets > y->values.packets) -
						(x->values.packets < y->values.packets);
}

static void same_values(const struct values *want, const struct fc_flow *flow)
{
	assert_int_equal(want->packets, flow->packets);
	assert_int_equal(want->octets, flow->octets);
	assert_int_equal(want->first_ns, flow->first_ns);
	assert_int_equal(want->last_ns, flow->last_ns);
}

static void compare_ends(void)
{
	qsort(got.item, got.count, sizeof(got.item[0]), by_name);
	qsort(ref.due.item, ref.due.count, sizeof(got.item[0]), by_name);
	assert_int_equal(got.count, ref.due.count);
	for (size_t i = 0; i < got.count; i++) {
		assert_int_equal(got.item[i].monitor, ref.due.item[i].monitor);
		assert_int_equal(got.item[i].flow, ref.due.item[i].flow);
		assert_int_equal(got.item[i].reason, ref.due.item[i].reason);
		assert_memory_equal(&got.item[i].values, &ref.due.item[i].values,
				    sizeof(struct values));
	}
	compared_ends += got.count;
	got.count = 0;
	ref.due.count = 0;
}

/* Every live flow in both views, and the sums. */
static void compare_live(const struct fc_shard *shard)
{
	uint64_t packets = 0, live = 0, frozen = 0, want_frozen = 0;
	struct fc_shard_stats stats;
	struct fc_flow flow;

	for (size_t slot = 0; slot < fc_shard_slots(shard); slot++) {
		if (fc_shard_read(shard, slot, FC_VIEW_BUILDING, &flow))
			continue;
		assert_true(ref.instance[flow.monitor][fake_flow_of(&flow)].live);
		same_values(&ref.instance[flow.monitor][fake_flow_of(&flow)].now, &flow);
		packets += flow.packets;
		live++;
		if (fc_shard_read(shard, slot, FC_VIEW_FROZEN, &flow))
			continue;
		same_values(&ref.instance[flow.monitor][fake_flow_of(&flow)].frozen, &flow);
		frozen++;
	}
	for (unsigned m = 0; m < MONITORS; m++)
		for (uint32_t f = 0; f < FLOWS; f++)
			want_frozen += ref.instance[m][f].live && ref.instance[m][f].has_frozen;
	fc_shard_stats(shard, &stats);
	assert_int_equal(frozen, want_frozen);
	assert_int_equal(live, live_of(0) + live_of(1) + live_of(2));
	assert_int_equal(stats.live, live);
	assert_int_equal(stats.delta_packets, ref.packets);
	assert_int_equal(stats.lost_packets, ref.lost_packets);
	assert_int_equal(stats.lost_octets, ref.lost_octets);
	assert_int_equal(stats.closed_packets, closed_packets);
	assert_int_equal(stats.bad_records, 0);
	assert_int_equal(ref.packets,
			 closed_packets + packets + stats.waiting_packets + stats.lost_packets);
	compared_flows += live;
}

static struct fake_delta random_delta(uint64_t *random, uint64_t start_ns, uint64_t length)
{
	/* few flows are hot, so that some live long and most idle out */
	uint32_t flow = (uint32_t)(fake_random(random) % (fake_random(random) % 4 ? 20 : FLOWS));
	uint64_t first = start_ns + fake_random(random) % (length + 1);
	struct fake_delta delta = {.flow = flow,
				   .monitor = (unsigned)(fake_random(random) % MONITORS),
				   .epoch = ref.epoch,
				   .packets = (uint32_t)(1 + fake_random(random) % 9)};

	delta.bytes = delta.packets * (40 + fake_random(random) % 1400);
	delta.first_ns = first;
	delta.last_ns = first + fake_random(random) % (length + 1) / 4;
	if (fake_random(random) % 200 == 0)
		delta.last_ns = fake_random(random);
	if (fake_random(random) % 200 == 0)
		delta.first_ns = fake_random(random);
	if (delta.last_ns < delta.first_ns) {
		uint64_t swap = delta.first_ns;

		delta.first_ns = delta.last_ns;
		delta.last_ns = swap;
	}
	return delta;
}

static void write_all(struct fake_ring *fake, struct fc_drain *drain, const uint32_t *record,
		      unsigned most)
{
	while (!fake_ring_write(fake, record))
		assert_true(fc_drain_step(drain, most) > 0);
}

static void run_epoch(struct fake_ring *fake, struct fc_drain *drain, uint64_t *random)
{
	uint64_t start = ref.start_ns, end = fake_random_end(random, start);
	uint64_t length = end > start ? end - start : 0;
	unsigned deltas = (unsigned)(fake_random(random) % DELTAS);
	uint32_t record[FC_RECORD_WORDS];

	for (unsigned i = 0; i < deltas; i++) {
		struct fake_delta delta =
			random_delta(random, start, length < 3 * SECOND ? length : SECOND);

		if (i > deltas / 2 && i % 3 == 0) {
			delta.epoch++;
			ref.later[ref.later_count++] = delta;
		} else {
			apply(&delta);
		}
		fake_flow_record(&delta, record);
		write_all(fake, drain, record, 7);
		if (fake_random(random) % 16 == 0)
			assert_true(fc_drain_step(drain, (unsigned)(fake_random(random) % 100)) >=
				    0);
	}
	for (unsigned m = 0; m < MONITORS; m++) {
		fake_ledger_record(m, ref.epoch, fake->emitted_packets[m], fake->emitted_bytes[m],
				   record);
		write_all(fake, drain, record, 50);
	}
	answer = fake_random(random) % 4 ? FC_DRAIN_COMMITTED : FC_DRAIN_IN_FLIGHT;
	fake_barrier_record(ref.epoch, start, end, record);
	write_all(fake, drain, record, 50);
	while (fc_drain_step(drain, 1000) > 0)
		;
	reference_barrier(start, end);
	ref.start_ns = end;
}

static void run_seed(uint64_t seed)
{
	struct fc_shadow_config config = {.entries_max = SHARD_ENTRIES,
					  .closed_max = CLOSED_MAX,
					  .seed = seed,
					  .monitors = MONITORS,
					  .closed = note_closed};
	struct fc_drain_config drain_config = {.cut = note_cut, .check_ledger = true};
	struct fake_ring fake;
	struct fc_drain_stats stats;
	struct fc_drain *drain;
	struct fc_shard *shard;
	uint64_t random = seed;

	memset(&ref, 0, sizeof(ref));
	closed_packets = 0;
	ref.start_ns = 1000 * SECOND;
	for (unsigned m = 0; m < MONITORS; m++) {
		fake_mask(m, config.monitor[m].mask);
		config.monitor[m].active_ns = limits[m].active_ns;
		config.monitor[m].inactive_ns = limits[m].inactive_ns;
		config.monitor[m].entries = limits[m].entries;
	}
	fake_ring_open(&fake, 7);
	assert_int_equal(fc_shard_create(&config, &shard), 0);
	drain_config.ring = &fake.ring;
	drain_config.shard = shard;
	assert_int_equal(fc_drain_create(&drain_config, &drain), 0);
	while (ref.epoch < EPOCHS) {
		run_epoch(&fake, drain, &random);
		compare_ends();
		compare_live(shard);
		assert_int_equal(fc_drain_in_flight(drain), ref.in_flight);
		if (ref.in_flight && fake_random(&random) % 2) {
			assert_int_equal(fc_drain_commit(drain), 0);
			ref.in_flight = false;
		}
	}
	fc_drain_stats(drain, &stats);
	assert_int_equal(stats.ledger_mismatches, 0);
	assert_int_equal(stats.damaged + stats.deferred_lost, 0);
	printf("seed %lu: %lu deltas, %lu deferred, %lu early releases, %lu lost packets\n",
	       (unsigned long)seed, (unsigned long)ref.deltas, (unsigned long)stats.deferred,
	       (unsigned long)stats.early_releases, (unsigned long)ref.lost_packets);
	fc_drain_destroy(drain);
	fc_shard_destroy(shard);
	fake_ring_close(&fake);
}

static void random_records_equal_the_reference(void **state)
{
	uint64_t deltas = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		run_seed(seed);
		deltas += ref.deltas;
	}
	printf("%lu deltas, %lu ended and %lu live flows compared\n", (unsigned long)deltas,
	       (unsigned long)compared_ends, (unsigned long)compared_flows);
	assert_true(deltas >= 100000);
	assert_true(compared_ends > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_records_equal_the_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
