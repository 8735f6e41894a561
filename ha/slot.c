// SPDX-License-Identifier: BSD-2-Clause
/* The life of a slot; what others ask of it is in slot_show.c. */
#include "ha/slot_impl.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <ha/log.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 200
#define RETRY_MS 1000
#define FLUSH_LIMIT_MS 5000
#define FLUSH_LOOK_MS 2
#define QUEUE_LOG2 14
#define CLOSED_MAX 65536
#define ENTRIES_FIRST 4096       /* of a ring's table; it grows with the plans */
#define ENTRIES_LIMIT (1u << 25) /* addresses are reserved for so many: 7 GiB */

/* ------------------------------------------------------------------ the device's opener */
static int open_place(void *context, struct fc_transport **out, char *error, size_t octets)
{
	struct fc_slot *s = context;

	return s->open(s->config.where, out, error, octets);
}

/* ------------------------------------------------------------------ workers */
static int start_worker(struct fc_slot *s, unsigned r)
{
	const struct fc_config_card *card = &s->config;
	struct fc_worker_config c = {
		.ring = &s->device.card.ring[r],
		.transport = s->device.transport,
		.interface_first = fc_config_interface(s->number, 0),
		.check_ledger = s->device.card.build.rings == 1,
		.wait = card->wait,
		.poll_ms = card->poll_ms,
		.cpu = card->cpu == FC_CONFIG_NONE ? FC_CONFIG_NONE : card->cpu + (int)r,
		.wake_owner = s->wake,
		.cuts = s->cuts,
		.slot = s->number,
		.generation = s->device.generation,
		.rings = s->device.card.build.rings,
		.ring_of = s->setup.config.hash_key ? fc_slot_ring_of : NULL,
		.ring_context = s,
		.fresh = true,
		.hold_adoption = true,
		.shadow = {.entries_max = ENTRIES_FIRST,
			   .entries_limit = ENTRIES_LIMIT,
			   .closed_max = CLOSED_MAX,
			   .seed = s->seed},
	};
	int err = fc_flow_queue_create(QUEUE_LOG2, &s->queue[r]);

	if (err)
		return err;
	err = fc_export_thread_add(s->export, s->queue[r]);
	if (err)
		goto destroy_queue;
	c.queue = s->queue[r];
	err = fc_worker_start(&c, &s->worker[r]);
	if (err)
		goto remove_queue;
	s->workers = r + 1;
	return 0;

remove_queue:
	fc_export_thread_remove(s->export, s->queue[r]);
destroy_queue:
	fc_flow_queue_destroy(s->queue[r]);
	s->queue[r] = NULL;
	return err;
}

/* What the ring's last records have shown goes into the sums of the slot. */
static void account(struct fc_slot *s, unsigned r, enum fc_worker_end end)
{
	struct fc_worker_stats stats;
	struct fc_shard_ledger ledger;

	fc_worker_stats(s->worker[r], &stats);
	s->merged_packets += stats.shard.delta_packets;
	s->closed_flows += stats.shard.closed_flows;
	s->lost.damaged_records += stats.drain.damaged + stats.drain.deferred_lost;
	if (end != FC_WORKER_ABANDON)
		return;
	if (r)
		return; /* every ring carries the ledger of every monitor */
	s->lost.epochs++;
	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++)
		if (!fc_worker_ledger(s->worker[r], m, &ledger))
			s->lost.resident_packets += ledger.resident_packets;
}

/* The presence is over: figures of flow monitors go into the book, numbers are free. */
static void close_book(struct fc_slot *s)
{
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++) {
		struct fc_shard_monitor_stats stats = {0};

		if (s->place[n].there || s->place[n].leaving) {
			fc_slot_place_stats(s, n, &stats);
			fc_monitor_book_add(s->book, s->place[n].has.id, &stats);
		}
	}
	memset(s->place, 0, sizeof(s->place));
}

/* `index`: where each ring ends, for FINISH. The slot's lock is not held: workers take a while. */
static void stop_workers(struct fc_slot *s, enum fc_worker_end end,
			 const uint32_t index[FC_CARD_RINGS_MAX])
{
	atomic_store(&s->drained, false);
	for (unsigned r = 0; r < s->workers; r++)
		fc_worker_stop_begin(s->worker[r], end, index[r]);
	for (unsigned r = 0; r < s->workers; r++) {
		fc_worker_stop(s->worker[r], end, index[r]);
		fc_export_thread_remove(s->export, s->queue[r]);
	}
	pthread_mutex_lock(&s->lock);
	close_book(s);
	for (unsigned r = 0; r < s->workers; r++) {
		account(s, r, end);
		fc_worker_destroy(s->worker[r]);
		fc_flow_queue_destroy(s->queue[r]);
		s->worker[r] = NULL;
		s->queue[r] = NULL;
	}
	s->workers = 0;
	s->status.metering = false;
	pthread_mutex_unlock(&s->lock);
}

static int start_workers(struct fc_slot *s)
{
	static const uint32_t nowhere[FC_CARD_RINGS_MAX];
	int err = 0;

	pthread_mutex_lock(&s->lock);
	for (unsigned r = 0; !err && r < s->device.card.build.rings; r++)
		err = start_worker(s, r);
	pthread_mutex_unlock(&s->lock);
	atomic_store(&s->drained, !err);
	if (err)
		stop_workers(s, FC_WORKER_ABANDON, nowhere);
	return err;
}

/* ------------------------------------------------------------------ up */
static int make_setup(struct fc_slot *s, const uint8_t *secret)
{
	const struct fc_config_card *card = &s->config;

	memset(&s->setup, 0, sizeof(s->setup));
	s->setup.config.ring_log2 = card->ring_log2;
	s->setup.config.epoch_shift = card->epoch_shift;
	s->setup.config.epoch_guard_ns = card->epoch_guard_ns;
	s->setup.hold_ports = true;
	return secret ? fc_slot_secret_take(s, secret) : 0;
}

/* The first plan is on the card when its ports start, so no packet passes it by. */
static int start_ports(struct fc_slot *s)
{
	int err;

	s->consume(s->context, s, FC_SLOT_UP);
	for (unsigned r = 0; r < s->workers; r++)
		fc_worker_placed(s->worker[r]);
	pthread_mutex_lock(&s->device_lock);
	err = fc_device_ports_start(&s->device, s->device.generation);
	pthread_mutex_unlock(&s->device_lock);
	pthread_mutex_lock(&s->lock);
	s->status.metering = !err;
	pthread_mutex_unlock(&s->lock);
	return err;
}

static void after_loss(struct fc_slot *s);

/* The card, then its workers. The device's lock is held while the card is programmed: that can take
 * seconds, and whoever only wants to look finds it taken. */
static int bring_up(struct fc_slot *s, bool reset)
{
	int err;

	pthread_mutex_lock(&s->device_lock);
	if (reset)
		err = fc_device_reset(&s->device, &s->setup);
	else
		err = fc_device_open(&s->device, &s->setup);
	pthread_mutex_unlock(&s->device_lock);
	fc_slot_publish(s);
	if (err)
		return err;
	err = start_workers(s);
	if (err) {
		fc_log(FC_LOG_ERROR, "WORKER", "card %u: its workers cannot start: %s", s->number,
		       strerror(-err));
		pthread_mutex_lock(&s->device_lock);
		fc_device_close(&s->device);
		pthread_mutex_unlock(&s->device_lock);
		fc_slot_publish(s);
		return err;
	}
	fc_log(FC_LOG_NOTICE, "CARDUP",
	       "card %u (0x%x): %s: present, generation %u: %u ports, %u "
	       "rings, %u entries",
	       s->number, 1u << s->number, s->config.where, (unsigned)s->device.generation,
	       s->device.card.build.ports, s->device.card.build.rings,
	       s->device.card.build.entries);
	s->said[0] = '\0';
	/* The card may go while it takes its plan; its workers must not outlive its presence. */
	if (start_ports(s) && s->device.state != FC_DEVICE_PRESENT) {
		fc_slot_publish(s);
		after_loss(s);
	}
	return 0;
}

/* A reason is logged once, not each second. */
static void say_why(struct fc_slot *s)
{
	if (!strcmp(s->said, s->device.error))
		return;
	snprintf(s->said, sizeof(s->said), "%s", s->device.error);
	fc_log(FC_LOG_WARNING, "CARDWAIT", "card %u: %s: waiting: %s", s->number,
	       fc_device_state_name(s->device.state), s->device.error);
}

/* ------------------------------------------------------------------ down */
static void wait_ms(struct fc_slot *s, int ms)
{
	struct pollfd fds[2] = {{.fd = s->wake, .events = POLLIN},
				{.fd = fc_device_gone_fd(&s->device), .events = POLLIN}};
	eventfd_t count;

	if (s->device.state != FC_DEVICE_PRESENT)
		fds[1].fd = -1;
	if (poll(fds, 2, ms) > 0 && fds[0].revents)
		eventfd_read(s->wake, &count);
}

/* The card's flush is over and its producers stand still: that is where the rings end. */
static int await_flush(struct fc_slot *s, uint32_t index[FC_CARD_RINGS_MAX])
{
	uint32_t generation = s->device.generation;
	int flushing = 1;

	for (unsigned waited = 0; flushing > 0 && waited < FLUSH_LIMIT_MS;
	     waited += FLUSH_LOOK_MS) {
		pthread_mutex_lock(&s->device_lock);
		flushing = fc_device_flushing(&s->device, generation);
		pthread_mutex_unlock(&s->device_lock);
		if (flushing > 0)
			nanosleep(&(struct timespec){0, FLUSH_LOOK_MS * 1000000L}, NULL);
	}
	if (flushing)
		return flushing < 0 ? flushing : -ETIMEDOUT;
	for (unsigned r = 0; r < s->workers; r++) {
		int err =
			fc_transport_read(s->device.transport, FC_REG_RING_PRODUCER(r), &index[r]);

		if (err)
			return err;
	}
	return 0;
}

static void end_in_order(struct fc_slot *s)
{
	uint32_t index[FC_CARD_RINGS_MAX] = {0};
	int err;

	if (!s->workers)
		return;
	pthread_mutex_lock(&s->device_lock);
	err = fc_device_stop(&s->device, s->device.generation);
	if (!err)
		err = fc_device_flush(&s->device, s->device.generation);
	pthread_mutex_unlock(&s->device_lock);
	if (!err)
		err = await_flush(s, index);
	if (err)
		fc_log(FC_LOG_WARNING, "FLUSH", "card %u: not flushed in order: %s", s->number,
		       s->device.error[0] ? s->device.error : strerror(-err));
	stop_workers(s, err ? FC_WORKER_ABANDON : FC_WORKER_FINISH, index);
	s->consume(s->context, s, FC_SLOT_DOWN);
}

/* The card has left its generation: what had arrived is kept, the rest is said to be lost. */
static void after_loss(struct fc_slot *s)
{
	static const uint32_t nowhere[FC_CARD_RINGS_MAX];
	uint64_t resident = s->lost.resident_packets;
	bool loss_exit;

	fc_log(FC_LOG_CRITICAL, "CARDLOST", "card %u: %s: %s", s->number,
	       fc_device_state_name(s->device.state), s->device.error);
	stop_workers(s, FC_WORKER_ABANDON, nowhere);
	s->consume(s->context, s, FC_SLOT_DOWN);
	pthread_mutex_lock(&s->lock);
	s->lost.times++;
	loss_exit = s->config.loss_exit;
	pthread_mutex_unlock(&s->lock);
	fc_log(FC_LOG_WARNING, "CARDLOSS",
	       "card %u: flows closed; lost with it: %llu packets that "
	       "its cache held at the last barrier, and what came after",
	       s->number, (unsigned long long)(s->lost.resident_packets - resident));
	if (loss_exit)
		eventfd_write(s->lost_exit, 1);
}

/* ------------------------------------------------------------------ the thread */
/* First error of a worker, told to the device, whose state it moves. */
static void hear_workers(struct fc_slot *s)
{
	for (unsigned r = 0; r < s->workers; r++) {
		struct fc_worker_stats stats;

		fc_worker_stats(s->worker[r], &stats);
		if (stats.error)
			fc_device_report(&s->device, s->device.generation, stats.error);
	}
}

static void watch(struct fc_slot *s)
{
	enum fc_device_state state;

	wait_ms(s, LOOK_MS);
	if (s->cuts)
		fc_slot_pair_look(s);
	pthread_mutex_lock(&s->device_lock);
	hear_workers(s);
	state = fc_device_look(&s->device);
	pthread_mutex_unlock(&s->device_lock);
	if (state == FC_DEVICE_PRESENT) {
		s->consume(s->context, s, FC_SLOT_WAKE);
		pthread_mutex_lock(&s->device_lock);
		state = fc_device_look(&s->device);
		pthread_mutex_unlock(&s->device_lock);
	}
	if (state == FC_DEVICE_PRESENT)
		return;
	fc_slot_publish(s);
	after_loss(s);
}

static void reset_in_order(struct fc_slot *s)
{
	fc_log(FC_LOG_NOTICE, "CARDRESET", "card %u: reset asked for", s->number);
	end_in_order(s);
	if (s->device.state == FC_DEVICE_PRESENT && bring_up(s, true))
		say_why(s);
}

static void *run(void *argument)
{
	struct fc_slot *s = argument;

	while (!atomic_load(&s->stop)) {
		if (s->device.state == FC_DEVICE_PRESENT) {
			if (atomic_exchange(&s->reset, false))
				reset_in_order(s);
			else
				watch(s);
			continue;
		}
		if (bring_up(s, s->device.state == FC_DEVICE_FAILED)) {
			say_why(s);
			wait_ms(s, RETRY_MS);
		}
	}
	end_in_order(s);
	pthread_mutex_lock(&s->device_lock);
	fc_device_close(&s->device);
	pthread_mutex_unlock(&s->device_lock);
	return NULL;
}

int fc_slot_create(const struct fc_slot_config *config, struct fc_slot **out)
{
	struct fc_slot *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	s->number = config->number;
	s->config = config->config->card[config->number];
	s->export = config->export;
	s->open = config->open;
	s->lost_exit = config->lost_exit;
	s->consume = config->consume;
	s->context = config->context;
	s->book = config->book;
	s->seed = (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid() << 8 ^ config->number;
	s->cuts = config->cuts;
	err = make_setup(s, config->secret);
	if (err)
		goto free_slot;
	if (!s->book && fc_monitor_book_create(&s->own_book)) {
		err = -ENOMEM;
		goto forget_secret;
	}
	if (!s->book)
		s->book = s->own_book;
	s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->wake < 0) {
		err = -errno;
		goto destroy_book;
	}
	fc_device_init(&s->device, open_place, s);
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->device_lock, NULL);
	err = -pthread_create(&s->thread, NULL, run, s);
	if (err)
		goto close_wake;
	*out = s;
	return 0;

close_wake:
	pthread_mutex_destroy(&s->device_lock);
	pthread_mutex_destroy(&s->lock);
	close(s->wake);
destroy_book:
	fc_monitor_book_destroy(s->own_book);
forget_secret:
	fc_slot_secret_forget(s);
free_slot:
	free(s);
	return err;
}

void fc_slot_destroy(struct fc_slot *s)
{
	atomic_store(&s->stop, true);
	eventfd_write(s->wake, 1);
	pthread_join(s->thread, NULL);
	pthread_mutex_destroy(&s->device_lock);
	pthread_mutex_destroy(&s->lock);
	close(s->wake);
	fc_monitor_book_destroy(s->own_book);
	fc_slot_secret_forget(s);
	free(s);
}
