// SPDX-License-Identifier: BSD-2-Clause
/* One unit of a pair whose peer never comes: what its engine asks of it, what time it is told. */
#include "tests/ha/config_text.h"
#include "tests/ha/unit_bench.h"
#include "tests/ha/unit_in_pair.h"

#include <errno.h>
#include <ha/config_shared.h>
#include <ha/pair/pair_impl.h>
#include <ha/pair/pair_thread.h>
#include <ha/show/redundancy.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PORT (20000 + (unsigned)getpid() % 10000) /* tests run side by side */
#define ROUNDS 10

static char folder[PAIR_FOLDER];
static unsigned fail_commits;

/* ------------------------------------------------------------------ without memory */
int __real_fc_brokers_commit(struct fc_brokers *brokers, const struct fc_config *from,
			     const struct fc_config *to, uint64_t now_ms);
int __wrap_fc_brokers_commit(struct fc_brokers *brokers, const struct fc_config *from,
			     const struct fc_config *to, uint64_t now_ms);

int __wrap_fc_brokers_commit(struct fc_brokers *brokers, const struct fc_config *from,
			     const struct fc_config *to, uint64_t now_ms)
{
	if (from && fail_commits) {
		fail_commits--;
		return -ENOMEM;
	}
	return __real_fc_brokers_commit(brokers, from, to, now_ms);
}

/* ------------------------------------------------------------------ the unit */
static int setup(void **unused)
{
	char text[500], error[200];

	(void)unused;
	make_pair_folder(folder, "fc_unit_engine");
	snprintf(text, sizeof(text),
		 "redundancy\n mode sso\n unit 1\n peer 127.0.0.1 127.0.0.2 port %u\n"
		 " key %s/key\ncard 1\n transport pci fake:0\n ring size-log2 10\n",
		 PORT, folder);
	config_text_take(&config, text);
	insert(&place[0]);
	return fc_unit_start(&unit, &config, open_place, error, sizeof(error));
}

static int teardown(void **unused)
{
	char command[100];

	(void)unused;
	fc_unit_stop(&unit);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

/* As if the active unit had sent this unit's configuration, with another secret. */
static int take(const uint8_t secret[FC_PAIR_SECRET])
{
	struct fc_pair_config in = {0};
	char why[FC_CUT_TEXT];
	struct fc_pair *pair = fc_pair_thread_lock(unit.pair);
	int err = pair->host.config_read(pair->context, &in);

	memcpy(in.secret, secret, sizeof(in.secret));
	if (!err)
		err = pair->host.config_take(pair->context, &in, why);
	fc_pair_thread_unlock(unit.pair);
	pair_config_free(&in);
	return err;
}

static void a_secret_whose_commit_failed_reaches_the_card_the_next_time(void **unused)
{
	static const uint8_t secret[FC_PAIR_SECRET] = {1, 2, 3};
	uint32_t hash[sizeof(place[0].card.hash) / 4];

	(void)unused;
	await(fc_slot_metering(unit.slot[1]));
	memcpy(hash, place[0].card.hash, sizeof(hash));
	fail_commits = 1;
	assert_int_equal(take(secret), -ENOMEM);
	assert_int_equal(fail_commits, 0);
	assert_int_equal(take(secret), 0);
	assert_int_equal(fc_unit_settle(&unit, LIMIT_MS), 0);
	await(memcmp(hash, place[0].card.hash, sizeof(hash)) != 0);
	await(fc_slot_metering(unit.slot[1]));
}

/* ------------------------------------------------------------------ time */
static void *order(void *argument)
{
	char text[FC_RF_TEXT];

	(void)argument;
	fc_unit_redundancy_order(&unit, FC_REDUNDANCY_RELOAD_PEER, text);
	return NULL;
}

static uint64_t engine_ms(void)
{
	uint64_t ms = fc_pair_thread_lock(unit.pair)->now.ms;

	fc_pair_thread_unlock(unit.pair);
	return ms;
}

/* The engine's thread and an order wait for the lock, each with a time, if it had one already. */
static void whoever_waited_for_the_engine_does_not_turn_its_time_back(void **unused)
{
	(void)unused;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct fc_rf_time now;
		struct fc_pair *pair = fc_pair_thread_lock(unit.pair);
		pthread_t thread;

		assert_int_equal(pthread_create(&thread, NULL, order, NULL), 0);
		for (uint64_t until = fc_clock_ms() + 150; fc_clock_ms() < until; breathe())
			;
		now = fc_pair_thread_now(unit.pair);
		fc_pair_tick(pair, now);
		fc_pair_thread_unlock(unit.pair);
		for (uint64_t until = fc_clock_ms() + 20; fc_clock_ms() < until;)
			assert_true(engine_ms() >= now.ms);
		pthread_join(thread, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_whose_commit_failed_reaches_the_card_the_next_time),
		cmocka_unit_test(whoever_waited_for_the_engine_does_not_turn_its_time_back),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
