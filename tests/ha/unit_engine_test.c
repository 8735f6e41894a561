// SPDX-License-Identifier: BSD-2-Clause
/* One unit of a pair whose peer never comes: what its engine asks of it. */
#include "tests/ha/config_text.h"
#include "tests/ha/unit_bench.h"
#include "tests/ha/unit_in_pair.h"

#include <errno.h>
#include <ha/config_shared.h>
#include <ha/pair/pair_impl.h>
#include <ha/pair/pair_thread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PORT (20000 + (unsigned)getpid() % 10000) /* tests run side by side */

static char folder[] = "/tmp/fc_unit_engine_XXXXXX";
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
	make_pair_folder(folder);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_whose_commit_failed_reaches_the_card_the_next_time),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
