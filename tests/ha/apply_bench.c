// SPDX-License-Identifier: BSD-2-Clause
#include "apply_bench.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct apply_card fake;
struct apply_order order = {.lock = PTHREAD_MUTEX_INITIALIZER};
struct fc_slot *slot;
struct fc_monitor_book *book;
const uint8_t *secret;

static struct fc_config config;
static struct fc_export_thread *export;

/* ------------------------------------------------------------------ the card */
static void no_close(struct fc_transport *t)
{
	(void)t;
}

static int reg_write(struct fc_transport *t, uint32_t offset, uint32_t value)
{
	if (offset == FC_REG_COMMAND && (value & FC_REG_COMMAND_FLUSH_MASK))
		__atomic_fetch_add(&fake.flushes, 1, __ATOMIC_SEQ_CST);
	return fake.reg_write(t, offset, value);
}

void insert(void)
{
	fake_card_init(&fake.card, 1);
	fake.reg_write = fake.card.transport.ops->reg_write;
	fake.ops = *fake.card.transport.ops;
	fake.ops.close = no_close;
	fake.ops.reg_write = reg_write;
	fake.card.transport.ops = &fake.ops;
	fake.written = fake.epoch = fake.flushes = 0;
	__atomic_store_n(&fake.empty, false, __ATOMIC_SEQ_CST);
}

static int open_place(const char *where, struct fc_transport **out, char *error, size_t octets)
{
	(void)where;
	if (__atomic_load_n(&fake.empty, __ATOMIC_SEQ_CST)) {
		snprintf(error, octets, "nobody there");
		return -ENODEV;
	}
	*out = &fake.card.transport;
	return 0;
}

static const struct card_ring ring = {&fake.card, RING_LOG2, &fake.written};

void flows_of(unsigned monitor, uint32_t epoch, uint32_t flows)
{
	card_ring_flows(ring, monitor, epoch, flows);
}

void barrier(void)
{
	uint32_t e = fake.epoch++;

	fake.card.reg[FC_REG_EPOCH_OPEN / 4] = fake.epoch;
	card_ring_barrier(ring, e);
}

/* ------------------------------------------------------------------ the slot */
static void consume(void *context, struct fc_slot *s, enum fc_slot_event event)
{
	(void)context;
	pthread_mutex_lock(&order.lock);
	if (event != FC_SLOT_DOWN && order.wanted) {
		order.err = fc_slot_apply(s, &order.plan, order.outcome);
		order.wanted = false;
		order.done = true;
	}
	pthread_mutex_unlock(&order.lock);
}

bool answered(void)
{
	bool done = false;

	/* As the card does: a flush closes the open epoch. */
	if (__atomic_load_n(&fake.flushes, __ATOMIC_SEQ_CST)) {
		__atomic_fetch_sub(&fake.flushes, 1, __ATOMIC_SEQ_CST);
		if (fake.mute_flush)
			fake.mute_flush--;
		else
			barrier();
	}
	if (pthread_mutex_trylock(&order.lock))
		return false;
	done = order.done;
	pthread_mutex_unlock(&order.lock);
	return done;
}

int apply(const struct fc_card_plan *plan)
{
	pthread_mutex_lock(&order.lock);
	order.plan = *plan;
	order.wanted = true;
	order.done = false;
	pthread_mutex_unlock(&order.lock);
	fc_slot_wake(slot);
	await(answered());
	return order.err;
}

struct fc_slot_status status(void)
{
	struct fc_slot_status s;

	fc_slot_status(slot, &s);
	return s;
}

int setup(void **state)
{
	struct fc_slot_config c = {.number = SLOT,
				   .config = &config,
				   .open = open_place,
				   .lost_exit = -1,
				   .consume = consume};

	(void)state;
	memset(&config, 0, sizeof(config));
	config.card[SLOT].there = true;
	snprintf(config.card[SLOT].where, sizeof(config.card[SLOT].where), "fake");
	config.card[SLOT].ring_log2 = RING_LOG2;
	config.card[SLOT].epoch_shift = 30;
	config.card[SLOT].poll_ms = 1;
	config.card[SLOT].cpu = FC_CONFIG_NONE;
	memset(&order.plan, 0, sizeof(order.plan));
	order.wanted = order.done = false;
	fake.mute_flush = 0;
	insert();
	if (fc_export_thread_start(&export) || fc_monitor_book_create(&book))
		return -1;
	c.export = export;
	c.book = book;
	c.secret = secret;
	if (fc_slot_create(&c, &slot))
		return -1;
	await(status().metering);
	return 0;
}

int teardown(void **state)
{
	(void)state;
	fc_slot_destroy(slot);
	fc_export_thread_stop(export, 0);
	fc_monitor_book_destroy(book);
	return 0;
}
