// SPDX-License-Identifier: BSD-2-Clause
#include "ha/worker_impl.h"

#include <errno.h>
#include <flowcard/dump.h>
#include <flowcard/registers.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define STEP_RECORDS 1024
#define FINISH_LIMIT_NS UINT64_C(1000000000)
#define CLOSE_LIMIT_NS UINT64_C(10000000000)
#define QUEUE_WAIT_NS 1000000
#define QUEUE_WAITS_MAX 30000 /* half a minute a cut; then flows are lost, and counted */

enum order { ORDER_RUN, ORDER_FINISH, ORDER_ABANDON };

/* ------------------------------------------------------------------ closed flows */
/* The card has filled half of the ring behind what was read, or too much of it is held to tell. */
static bool ring_presses(struct fc_worker *w)
{
	struct fc_ring *ring = w->config.ring;
	uint32_t record[FC_RECORD_WORDS];
	int err = fc_ring_peek(ring, ring->read + (1u << ring->size_log2) / 2, record);

	return !err || err == -EINVAL;
}

/* The ring is the buffer while the export thread is busy: it is waited for until the ring fills up,
 * as packets that the card cannot report are the greater loss. */
static bool put(struct fc_worker *w, const struct fc_flow_message *m)
{
	while (!fc_flow_queue_put(w->config.queue, m)) {
		if (!w->waits_left || (atomic_load(&w->order) == ORDER_RUN && ring_presses(w)))
			return false;
		w->waits_left--;
		w->queue_full_waits++;
		if (w->config.room)
			w->config.room(w->config.room_context);
		else
			nanosleep(&(struct timespec){0, QUEUE_WAIT_NS}, NULL);
	}
	return true;
}

void fc_worker_hand_over(struct fc_worker *w, unsigned flow_monitor, const struct fc_flow *flow,
			 uint64_t cut_ns)
{
	const struct fc_flow_message m = {
		.monitor = (uint8_t)flow_monitor, .cut_ns = cut_ns, .flow = *flow};

	if (put(w, &m))
		return;
	w->queue_lost_flows++;
	w->queue_lost_packets += flow->packets;
}

static void on_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	struct fc_worker *w = context;
	struct fc_flow named = *flow;

	named.interface_first = w->config.interface_first;
	fc_worker_hand_over(w, w->monitor[flow->monitor % FC_CARD_MONITORS_MAX].flow_monitor,
			    &named, cut_ns);
}

/* A unit without a peer: the cut is safe when its flows are on their way. */
static int on_cut(void *context, uint32_t epoch, uint64_t cut_ns)
{
	struct fc_worker *w = context;
	struct fc_flow_message m = {.cut = true,
				    .cut_ns = cut_ns,
				    .slot = (uint8_t)w->config.slot,
				    .ring = (uint16_t)w->config.ring->number,
				    .number = w->member.ticket.number};

	w->cut_ns = cut_ns;
	w->cut_epoch = epoch;
	w->waits_left = QUEUE_WAITS_MAX;
	fc_worker_carry_out(w, epoch, cut_ns);
	put(w, &m);
	return w->config.cuts ? fc_worker_part_begin(w) : FC_DRAIN_COMMITTED;
}

/* What there is no memory for is not in the dump. */
static void on_snapshot(void *context, const uint32_t *record)
{
	uint32_t index = fc_rec_trailer0_sequence(record);
	struct fc_worker *w = context;

	if (w->snapshot && w->snapshot->records < FC_DUMP_RECORDS_MAX)
		fc_dump_add_record(w->snapshot, w->config.ring->number, index, record);
}

/* ------------------------------------------------------------------ the thread */
void fc_worker_keep_error(struct fc_worker *w, int err)
{
	if (w->error || err >= 0)
		return;
	w->error = err;
	if (w->config.wake_owner >= 0)
		eventfd_write(w->config.wake_owner, 1);
}

/* The ring waits while flows are adopted, so that they are found; but not until it is full. */
static int turn(struct fc_worker *w)
{
	bool busy = w->config.cuts && fc_worker_member_turn(w);
	int taken = 0;

	if (w->member.adopting && !ring_presses(w))
		return busy;
	taken = fc_drain_step(w->drain, STEP_RECORDS);
	fc_worker_keep_error(w, taken);
	return taken ? taken : busy;
}

int fc_worker_turn(struct fc_worker *w)
{
	int done = 0;

	pthread_mutex_lock(&w->lock);
	if (!w->closing)
		done = turn(w);
	else if (!w->over && fc_worker_member_close_turn(w, w->end))
		w->over = true;
	pthread_mutex_unlock(&w->lock);
	return done;
}

/*
 * An armed ring interrupts when a record stands at or after the consumer index. Records that are
 * held until their commit stand there already, so arming helps only when nothing is held; else the
 * worker looks again after poll_ms.
 */
static void arm(struct fc_worker *w)
{
	const struct fc_ring *ring = w->config.ring;
	uint32_t value = ring->released & FC_REG_RING_CONSUMER_INDEX_MASK;

	if (!w->armed || ring->read != ring->released || w->error)
		return;
	fc_transport_write(w->config.transport, FC_REG_RING_CONSUMER(ring->number),
			   value | FC_REG_RING_CONSUMER_ARM_MASK);
}

static void rest(struct fc_worker *w)
{
	struct pollfd fds[2] = {{.fd = w->wake, .events = POLLIN},
				{.fd = w->irq, .events = POLLIN}};
	eventfd_t count;

	if (w->config.wait == FC_CONFIG_WAIT_POLL) {
		sched_yield();
		return;
	}
	arm(w);
	if (poll(fds, 2, (int)w->config.poll_ms) > 0 && fds[1].revents)
		eventfd_read(w->irq, &count);
}

/* Nothing more comes: what was deferred is of no later cut. */
void fc_worker_end_ring(struct fc_worker *w, enum fc_worker_end end)
{
	if (end == FC_WORKER_ABANDON && !w->ring_ended)
		fc_drain_abandon(w->drain);
	w->ring_ended = true;
}

/* What was ordered and not done will not be: its flows are closed here like all others. */
void fc_worker_close_flows(struct fc_worker *w)
{
	const struct fc_flow_message m = {.cut = true,
					  .cut_ns = w->cut_ns,
					  .slot = (uint8_t)w->config.slot,
					  .ring = (uint16_t)w->config.ring->number,
					  .number = w->member.ticket.number};

	w->waits_left = QUEUE_WAITS_MAX;
	fc_shard_close_all(w->shard, w->cut_ns);
	put(w, &m);
}

/* At once: flows are closed and handed over, whether or not a cut takes them. */
static void close_at_once(struct fc_worker *w, enum fc_worker_end end)
{
	pthread_mutex_lock(&w->lock);
	w->member.ticket = (struct fc_cut_ticket){0};
	fc_worker_end_ring(w, end);
	fc_worker_close_flows(w);
	w->closing = w->over = true;
	pthread_mutex_unlock(&w->lock);
}

void fc_worker_close_begin(struct fc_worker *w, enum fc_worker_end end)
{
	if (!w->config.cuts) {
		close_at_once(w, end);
		return;
	}
	pthread_mutex_lock(&w->lock);
	w->closing = true;
	w->end = end;
	pthread_mutex_unlock(&w->lock);
}

bool fc_worker_over(struct fc_worker *w)
{
	bool over;

	pthread_mutex_lock(&w->lock);
	over = w->over;
	pthread_mutex_unlock(&w->lock);
	return over;
}

/* The peer may be slow; the card's slot must not wait for ever. */
static void close_in_time(struct fc_worker *w, enum fc_worker_end end)
{
	uint64_t deadline = fc_clock_ns() + CLOSE_LIMIT_NS;

	fc_worker_close_begin(w, end);
	for (;;) {
		fc_worker_turn(w);
		if (fc_worker_over(w))
			return;
		if (fc_clock_ns() >= deadline)
			break;
		nanosleep(&(struct timespec){0, QUEUE_WAIT_NS}, NULL);
	}
	if (!w->member.last)
		close_at_once(w, end);
}

static bool finished(struct fc_worker *w, uint64_t deadline)
{
	int order = atomic_load(&w->order);

	if (order == ORDER_RUN)
		return false;
	if (order == ORDER_ABANDON)
		return true;
	return (int32_t)(w->config.ring->read - atomic_load(&w->finish_at)) >= 0 ||
	       fc_clock_ns() >= deadline;
}

static void *run(void *argument)
{
	struct fc_worker *w = argument;
	uint64_t deadline = UINT64_MAX;

	for (;;) {
		int taken = fc_worker_turn(w);

		if (taken > 0)
			continue;
		if (deadline == UINT64_MAX && atomic_load(&w->order) == ORDER_FINISH)
			deadline = fc_clock_ns() + FINISH_LIMIT_NS;
		if (finished(w, deadline))
			break;
		rest(w);
	}
	close_in_time(w, atomic_load(&w->order) == ORDER_ABANDON ? FC_WORKER_ABANDON
								 : FC_WORKER_FINISH);
	return NULL;
}

/* ------------------------------------------------------------------ from outside */
static int open_parts(struct fc_worker *w)
{
	struct fc_drain_config drain = {
		.ring = w->config.ring,
		.cut = on_cut,
		.snapshot = on_snapshot,
		.context = w,
		.check_ledger = w->config.check_ledger,
	};
	int err;

	w->config.shadow.monitors = 0;
	w->config.shadow.closed = on_closed;
	w->config.shadow.context = w;
	err = fc_worker_member_open(w);
	if (err)
		return err;
	if (w->config.cuts) {
		w->config.shadow.may_cut = fc_worker_may_cut;
		w->config.shadow.merged = fc_worker_merged;
		w->config.shadow.ended = fc_worker_ended;
		w->config.shadow.evicted = fc_worker_evicted;
		w->config.shadow.instances = fc_worker_instances;
	}
	err = fc_shard_create(&w->config.shadow, &w->shard);
	if (err)
		goto close_member;
	fc_worker_member_begin(w);
	drain.shard = w->shard;
	err = fc_drain_create(&drain, &w->drain);
	if (err)
		goto destroy_shard;
	return 0;

destroy_shard:
	fc_shard_destroy(w->shard);
close_member:
	fc_worker_member_close(w);
	return err;
}

static void close_parts(struct fc_worker *w)
{
	fc_worker_member_close(w);
	fc_drain_destroy(w->drain);
	fc_shard_destroy(w->shard);
}

static void pin(struct fc_worker *w)
{
	cpu_set_t set;

	if (w->config.cpu == FC_CONFIG_NONE)
		return;
	CPU_ZERO(&set);
	CPU_SET((unsigned)w->config.cpu % CPU_SETSIZE, &set);
	/* Where there is no such processor the thread runs on any: fc_worker_start says nothing. */
	pthread_setaffinity_np(w->thread, sizeof(set), &set);
}

static void ask_for_interrupts(struct fc_worker *w)
{
	struct fc_transport *t = w->config.transport;

	if (w->config.wait == FC_CONFIG_WAIT_INTERRUPT && t->ops->irq_set)
		w->armed = !t->ops->irq_set(t, w->config.ring->number, w->irq);
}

int fc_worker_create(const struct fc_worker_config *config, struct fc_worker **out)
{
	struct fc_worker *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->config = *config;
	w->waits_left = QUEUE_WAITS_MAX;
	w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->irq = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = w->wake < 0 || w->irq < 0 ? -errno : open_parts(w);
	if (err)
		goto close_fds;
	pthread_mutex_init(&w->lock, NULL);
	*out = w;
	return 0;

close_fds:
	if (w->wake >= 0)
		close(w->wake);
	if (w->irq >= 0)
		close(w->irq);
	free(w);
	return err;
}

int fc_worker_start(const struct fc_worker_config *config, struct fc_worker **out)
{
	struct fc_worker *w;
	int err = fc_worker_create(config, &w);

	if (err)
		return err;
	ask_for_interrupts(w);
	err = -pthread_create(&w->thread, NULL, run, w);
	if (err) {
		fc_worker_free(w);
		return err;
	}
	pin(w);
	*out = w;
	return 0;
}

void fc_worker_placed(struct fc_worker *w)
{
	atomic_store(&w->placed, true);
}

void fc_worker_stop_begin(struct fc_worker *w, enum fc_worker_end end, uint32_t index)
{
	atomic_store(&w->finish_at, index);
	atomic_store(&w->order, end == FC_WORKER_FINISH ? ORDER_FINISH : ORDER_ABANDON);
	eventfd_write(w->wake, 1);
}

void fc_worker_stop(struct fc_worker *w, enum fc_worker_end end, uint32_t index)
{
	fc_worker_stop_begin(w, end, index);
	pthread_join(w->thread, NULL);
	if (w->armed && end == FC_WORKER_FINISH)
		w->config.transport->ops->irq_set(w->config.transport, w->config.ring->number, -1);
}

void fc_worker_destroy(struct fc_worker *w)
{
	fc_worker_free(w);
}

void fc_worker_free(struct fc_worker *w)
{
	fc_worker_forget_snapshot(w);
	close_parts(w);
	pthread_mutex_destroy(&w->lock);
	close(w->wake);
	close(w->irq);
	free(w);
}
