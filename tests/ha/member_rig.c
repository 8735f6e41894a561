// SPDX-License-Identifier: BSD-2-Clause
#include "member_rig.h"

#include <flowcard/registers.h>
#include <stdlib.h>
#include <string.h>

struct rig_side a, b;

static void add_monitor(struct fc_worker *worker, unsigned m)
{
	struct fc_shadow_monitor monitor = {
		.id = 70 + m, .active_ns = 8 * SECOND, .inactive_ns = 3 * SECOND};

	if (m == 1)
		monitor.entries = 24; /* early ageing */
	if (m == RIG_PERMANENT)
		monitor = (struct fc_shadow_monitor){
			.id = 70 + m, .cache = FC_CACHE_PERMANENT, .update_ns = 5 * SECOND};
	fake_mask(m, monitor.mask);
	if (fc_worker_monitor_add(worker, m, &monitor, (int)(10 + m), 1024))
		abort();
}

static void forget_room(void *context)
{
	(void)context;
	abort(); /* queues are large enough */
}

void rig_open(struct rig_side *side, unsigned log2, uint32_t first)
{
	struct fc_worker_config config = {
		.transport = &side->fake.transport,
		.ring = &side->fake.ring,
		.shadow = {.entries_max = 1024, .closed_max = 4096, .seed = 9},
		.interface_first = 25,
		.check_ledger = true,
		.wait = FC_CONFIG_WAIT_POLL,
		.cpu = FC_CONFIG_NONE,
		.room = forget_room,
		.slot = RIG_SLOT,
		.generation = 1,
		.fresh = !first,
		.wake_owner = -1,
	};

	memset(side, 0, sizeof(*side));
	bay_open(&side->bay, NULL);
	if (fc_base_create(4096, &side->base))
		abort();
	fc_cuts_base_set(side->bay.cuts, side->base);
	fake_ring_open(&side->fake, log2);
	if (fc_flow_queue_create(12, &side->queue))
		abort();
	config.queue = side->queue;
	config.cuts = side->bay.cuts;
	if (fc_worker_create(&config, &side->worker))
		abort();
	for (unsigned m = 0; m < RIG_MONITORS; m++)
		add_monitor(side->worker, m);
	side->epoch = first;
}

void rig_close(struct rig_side *side)
{
	fc_worker_free(side->worker);
	fc_flow_queue_destroy(side->queue);
	fake_ring_close(&side->fake);
	fc_base_destroy(side->base);
	bay_close(&side->bay);
}

static void write_record(struct rig_side *side, const uint32_t *record)
{
	while (!fake_ring_write(&side->fake, record))
		rig_turn(side);
}

void rig_write(struct rig_side *side, const struct fake_delta *delta)
{
	uint32_t record[FC_RECORD_WORDS];
	struct fake_delta mine = *delta;

	mine.epoch += side->epoch;
	fake_flow_record(&mine, record);
	write_record(side, record);
}

void rig_barrier(struct rig_side *side, uint64_t start_ns, uint64_t end_ns)
{
	uint32_t record[FC_RECORD_WORDS];

	fake_barrier_record(side->epoch, start_ns, end_ns, record);
	write_record(side, record);
	side->epoch++;
}

void rig_ledgers(struct rig_side *side)
{
	uint32_t record[FC_RECORD_WORDS];

	for (unsigned m = 0; m < RIG_MONITORS; m++) {
		fake_ledger_record(m, side->epoch, side->fake.emitted_packets[m],
				   side->fake.emitted_bytes[m], record);
		write_record(side, record);
	}
}

static void take_message(struct rig_side *side, const struct fc_flow_message *m)
{
	struct rig_pending *p = &side->pending[side->count];

	if (m->cut) {
		for (; side->unmarked < side->count; side->unmarked++)
			side->pending[side->unmarked].number = m->number;
		if (m->number)
			fc_cuts_taken(side->bay.cuts, RIG_SLOT, 0, m->number);
		side->markers++;
		return;
	}
	side->forced += m->flow.end_reason == FC_END_FORCED;
	if (m->monitor == 10 + RIG_PERMANENT && m->flow.end_reason == FC_END_ACTIVE)
		return; /* totals of a flow that stays */
	if (side->count == RIG_PENDING || m->flow.interface_first != 25)
		abort();
	*p = (struct rig_pending){.monitor = m->monitor - 10u,
				  .flow = fake_flow_of(&m->flow),
				  .packets = m->flow.packets};
	side->count++;
}

static void empty_queue(struct rig_side *side)
{
	const struct fc_flow_message *m;

	while ((m = fc_flow_queue_head(side->queue))) {
		take_message(side, m);
		fc_flow_queue_pop(side->queue);
	}
	bay_seal(&side->bay);
}

void rig_turn(struct rig_side *side)
{
	fc_worker_turn(side->worker);
	empty_queue(side);
}

void rig_run(struct rig_side *side)
{
	while (fc_worker_turn(side->worker) > 0)
		empty_queue(side);
	empty_queue(side);
}

void rig_deliver(struct rig_side *from, struct rig_side *to, unsigned most, bool ack)
{
	char why[FC_CUT_TEXT];
	struct fc_message *m, *answer;

	while (most-- && (m = bay_next(&from->bay))) {
		int got = fc_base_message(to->base, m, &answer, why);

		if (got < 0)
			abort();
		if (got == 1) {
			fc_cuts_cover(to->bay.cuts, m);
			if (ack && fc_cuts_ack(from->bay.cuts, answer))
				abort();
			fc_message_free(answer);
		}
		fc_message_free(m);
	}
}

void rig_finish(struct rig_side *side, enum fc_worker_end end)
{
	fc_worker_close_begin(side->worker, end);
	for (unsigned i = 0; i < 10000 && !fc_worker_over(side->worker); i++)
		rig_turn(side);
	empty_queue(side);
}

void rig_reported(const struct rig_side *side, uint64_t committed, struct rig_counts *sum)
{
	for (size_t i = 0; i < side->unmarked; i++) {
		const struct rig_pending *p = &side->pending[i];

		if (p->number <= committed)
			sum->packets[p->monitor][p->flow] += p->packets;
	}
}

struct fc_worker_stats rig_stats(struct rig_side *side)
{
	struct fc_worker_stats stats;

	fc_worker_stats(side->worker, &stats);
	return stats;
}

void rig_begin(unsigned log2, bool dual)
{
	rig_open(&a, log2, 0);
	rig_open(&b, log2, 1000);
	fc_cuts_feed(a.bay.cuts, dual);
	fc_cuts_feed(b.bay.cuts, dual);
	fc_cuts_mode(a.bay.cuts, FC_CUTS_PAIRED, 1);
	fc_cuts_mode(b.bay.cuts, FC_CUTS_STANDBY, 1);
}

void rig_end(void)
{
	rig_close(&a);
	rig_close(&b);
}

struct fake_delta rig_delta(uint32_t flow, unsigned monitor, uint64_t at_ns, uint32_t packets)
{
	return (struct fake_delta){.flow = flow,
				   .monitor = monitor,
				   .packets = packets,
				   .bytes = packets * UINT64_C(100),
				   .first_ns = at_ns,
				   .last_ns = at_ns + 1000,
				   .flags = 0x18};
}
