// SPDX-License-Identifier: BSD-2-Clause
/*
 * A unit over a fake card that meters all the time and sometimes does not take what is written to
 * it, while lines are typed at random.
 *   FC_SEED, FC_CHANGES in the environment
 */
#include "tests/ha/card_ring.h"
#include "tests/ha/config_lines.h"
#include "tests/ha/config_text.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <ha/clock.h>
#include <ha/unit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define SLOT 7
#define RING_LOG2 14
#define LIMIT_MS 60000
#define SECOND UINT64_C(1000000000)

/* Registers belong to whoever holds the lock: the driver's threads, or the card's. */
static struct {
	struct fake_card card;
	struct fc_transport_ops ops;
	const struct fc_transport_ops *plain;
	pthread_mutex_t lock;
	pthread_t thread;
	bool stop;
	uint32_t written, epoch, ticks;
	unsigned flushes;
	bool forgetful; /* does not keep some of what is written to its monitors */
	uint64_t emitted_packets, random;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct fc_unit unit;
static struct fc_config config;
static struct config_lines lines;

/* ------------------------------------------------------------------ the card */
static int reg_read(struct fc_transport *t, uint32_t offset, uint32_t *value)
{
	int err;

	pthread_mutex_lock(&fake.lock);
	err = fake.plain->reg_read(t, offset, value);
	pthread_mutex_unlock(&fake.lock);
	return err;
}

/* One write of eight to a mask or to ports. */
static bool forgets(uint32_t offset)
{
	unsigned m = (offset - FC_REG_MONITOR_CONTROL(0)) /
		     (FC_REG_MONITOR_CONTROL(1) - FC_REG_MONITOR_CONTROL(0));

	if (!fake.forgetful || offset < FC_REG_MONITOR_CONTROL(0) || m >= FC_REG_MONITOR_COUNT ||
	    offset == FC_REG_MONITOR_CONTROL(m))
		return false;
	fake.random = fake.random * 6364136223846793005u + 1442695040888963407u;
	return fake.random >> 61 == 0;
}

static int reg_write(struct fc_transport *t, uint32_t offset, uint32_t value)
{
	int err;

	pthread_mutex_lock(&fake.lock);
	if (forgets(offset)) {
		pthread_mutex_unlock(&fake.lock);
		return 0;
	}
	if (offset == FC_REG_COMMAND && (value & FC_REG_COMMAND_FLUSH_MASK))
		fake.flushes++;
	err = fake.plain->reg_write(t, offset, value);
	pthread_mutex_unlock(&fake.lock);
	return err;
}

static void no_close(struct fc_transport *t)
{
	(void)t;
}

static int open_place(const char *where, struct fc_transport **out, char *error, size_t octets)
{
	(void)where;
	(void)error;
	(void)octets;
	*out = &fake.card.transport;
	return 0;
}

static uint32_t *reg(uint32_t offset)
{
	return &fake.card.reg[offset / 4];
}

static bool room(void)
{
	return *reg(FC_REG_RING_CONTROL(0)) & FC_REG_RING_CONTROL_ENABLE_MASK &&
	       fake.written - (*reg(FC_REG_RING_CONSUMER(0)) & FC_REG_RING_CONSUMER_INDEX_MASK) <
		       (1u << RING_LOG2) / 4;
}

static const struct card_ring ring = {&fake.card, RING_LOG2, &fake.written};

static void end_epoch(void)
{
	uint32_t e = fake.epoch++;

	*reg(FC_REG_EPOCH_OPEN) = fake.epoch;
	card_ring_barrier(ring, e);
}

/* A record of each monitor that is on. */
static void meter(void)
{
	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++) {
		const struct fake_delta d = {.flow = 1 + fake.ticks % 50,
					     .monitor = m,
					     .epoch = fake.epoch,
					     .packets = 3,
					     .bytes = 300,
					     .first_ns = fake.epoch * SECOND + 5,
					     .last_ns = fake.epoch * SECOND + 9};
		uint32_t record[FC_RECORD_WORDS];

		if (!(*reg(FC_REG_MONITOR_CONTROL(m)) & FC_REG_MONITOR_CONTROL_ENABLE_MASK))
			continue;
		fake_flow_record(&d, record);
		card_ring_write(ring, record);
		fake.emitted_packets += d.packets;
	}
}

static void *run_card(void *unused)
{
	bool stop = false;

	while (!stop) {
		nanosleep(&(struct timespec){0, 200000}, NULL);
		pthread_mutex_lock(&fake.lock);
		stop = fake.stop;
		fake.ticks++;
		while (fake.flushes && room()) {
			fake.flushes--;
			end_epoch();
		}
		if (room() && *reg(FC_REG_CONTROL) & FC_REG_CONTROL_ENABLE_MASK) {
			meter();
			if (fake.ticks % 64 == 0)
				end_epoch();
		}
		pthread_mutex_unlock(&fake.lock);
	}
	return unused;
}

static void insert(void)
{
	fake_card_init(&fake.card, 1);
	*reg(FC_REG_BUILD0) = (*reg(FC_REG_BUILD0) & 0x00ffffff) | FC_CARD_MONITORS_MAX << 24;
	fake.plain = fake.card.transport.ops;
	fake.ops = *fake.plain;
	fake.ops.reg_read = reg_read;
	fake.ops.reg_write = reg_write;
	fake.ops.close = no_close;
	fake.card.transport.ops = &fake.ops;
	assert_int_equal(pthread_create(&fake.thread, NULL, run_card, NULL), 0);
}

static void be_forgetful(bool forgetful)
{
	pthread_mutex_lock(&fake.lock);
	fake.forgetful = forgetful;
	pthread_mutex_unlock(&fake.lock);
}

/* ------------------------------------------------------------------ agreement */
static bool current(void)
{
	bool all = true;

	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++) {
		struct fc_broker_consumer c;

		fc_broker_consumer(fc_brokers_lock(unit.brokers, k), SLOT, &c);
		fc_brokers_unlock(unit.brokers);
		all &= c.state == FC_BROKER_ENABLED && !c.pending && !c.attempts;
	}
	return all;
}

static bool has(const struct fc_config_need *n, unsigned m)
{
	for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
		if (*reg(FC_REG_MONITOR_MASK(m, i)) != n->mask[i])
			return false;
	return *reg(FC_REG_MONITOR_CONTROL(m)) & FC_REG_MONITOR_CONTROL_ENABLE_MASK &&
	       *reg(FC_REG_MONITOR_PORTS(m)) == n->ports &&
	       *reg(FC_REG_MONITOR_PORTS_OUT(m)) == n->ports_out;
}

static unsigned assert_card_agrees(void)
{
	const struct fc_config *c = fc_unit_config(&unit);
	struct fc_config_need need[FC_CARD_MONITORS_MAX];
	int count = fc_config_needs(&c->fnf, c->card[SLOT].port, need), on = 0;

	fc_unit_config_release(c);
	pthread_mutex_lock(&fake.lock);
	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++)
		on += *reg(FC_REG_MONITOR_CONTROL(m)) & FC_REG_MONITOR_CONTROL_ENABLE_MASK;
	assert_int_equal(on, count);
	for (int n = 0; n < count; n++) {
		unsigned m = 0;

		while (m < FC_CARD_MONITORS_MAX && !has(&need[n], m))
			m++;
		assert_true(m < FC_CARD_MONITORS_MAX);
	}
	pthread_mutex_unlock(&fake.lock);
	return (unsigned)count;
}

static void await_agreement(void)
{
	be_forgetful(false);
	assert_int_equal(fc_unit_settle(&unit, LIMIT_MS), 0);
	for (unsigned ms = 0; !current(); ms += 5) {
		assert_true(ms < LIMIT_MS);
		nanosleep(&(struct timespec){0, 5000000}, NULL);
	}
}

/* ------------------------------------------------------------------ the run */
static uint64_t longest_ns;
static unsigned stuck; /* times that the card stood before something that failed */

/* Until the card has tried what was said: it has it, or has not. */
static void let_it_try(void)
{
	struct fc_broker_consumer c;

	for (unsigned ms = 0; ms < 1000 && !current(); ms++) {
		fc_broker_consumer(fc_brokers_lock(unit.brokers, FC_BROKERS_MONITOR), SLOT, &c);
		fc_brokers_unlock(unit.brokers);
		if (c.attempts) {
			stuck++;
			return;
		}
		nanosleep(&(struct timespec){0, 1000000}, NULL);
	}
}

static void change(void)
{
	char line[CONFIG_LINES_MAX][128];
	struct fc_config_cursor cursor = {0};
	struct fc_syntax_line parsed;
	unsigned count = config_lines_next(&lines, line);

	for (unsigned i = 0; i < count; i++) {
		uint64_t from = fc_clock_ns();

		fc_unit_line(&unit, &cursor, line[i], &parsed);
		if (fc_clock_ns() - from > longest_ns)
			longest_ns = fc_clock_ns() - from;
	}
}

/* All records that the card wrote are merged; none was refused or lost on the way. */
static void assert_nothing_lost(void)
{
	struct fc_worker_stats w;
	struct fc_slot_status status;
	uint64_t emitted;

	pthread_mutex_lock(&fake.lock);
	fake.stop = true;
	pthread_mutex_unlock(&fake.lock);
	pthread_join(fake.thread, NULL);
	emitted = fake.emitted_packets;
	for (unsigned ms = 0; ms < LIMIT_MS; ms += 5) {
		fc_slot_status(unit.slot[SLOT], &status);
		if (status.merged_packets == emitted)
			break;
		if (ms % 100 == 0)
			end_epoch(); /* what was deferred is merged behind a barrier */
		nanosleep(&(struct timespec){0, 5000000}, NULL);
	}
	assert_int_equal(status.merged_packets, emitted);
	assert_int_equal(status.generation, 1);
	assert_int_equal(fc_slot_worker_stats(unit.slot[SLOT], 0, &w), 0);
	assert_int_equal(w.shard.bad_records, 0);
	assert_int_equal(w.shard.lost_packets, 0);
	assert_int_equal(w.queue_lost_flows, 0);
	assert_true(emitted > 0);
}

static void changes_and_failures_at_random(void **state)
{
	const char *seed = getenv("FC_SEED"), *count = getenv("FC_CHANGES");
	unsigned changes = count ? (unsigned)strtoul(count, NULL, 0) : 1000, compared = 0;
	static const unsigned slots[] = {SLOT};
	char error[200] = "";

	(void)state;
	lines = (struct config_lines){.random = 2 * (seed ? strtoull(seed, NULL, 0) : 11) + 1,
				      .slot = slots,
				      .slots = 1,
				      .ports = 2,
				      .collector_port = 9};
	insert();
	config_text_take(&config, "card 7\n transport pci fake\n ring size-log2 14\n");
	if (fc_unit_start(&unit, &config, open_place, error, sizeof(error)))
		fail_msg("%s", error);
	for (unsigned i = 1; i <= changes; i++) {
		change();
		if (i % 5 == 0)
			be_forgetful(i % 50 < 20);
		if (i % 50 < 20)
			let_it_try();
		if (i % 20 == 0)
			nanosleep(&(struct timespec){0, 1000000}, NULL);
		if (i % (changes < 2000 ? 100 : changes / 20) != 0)
			continue;
		await_agreement();
		compared += assert_card_agrees();
	}
	assert_nothing_lost();
	print_message(
		"seed %s: %u changes, %u monitors compared, stuck at %u, %llu packets merged, "
		"a line took %.2f ms at most\n",
		seed ? seed : "11", changes, compared, stuck,
		(unsigned long long)fake.emitted_packets, (double)longest_ns / 1e6);
	assert_true(compared > 0 && stuck > 0);
	/* The card does not answer any more. */
	pthread_mutex_lock(&fake.lock);
	fake.card.gone = true;
	pthread_mutex_unlock(&fake.lock);
	fc_unit_stop(&unit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(changes_and_failures_at_random)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
