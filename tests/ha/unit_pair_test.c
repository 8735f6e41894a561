// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two units of a pair in one process, over loopback, with fake cards and a key: everything is real
 * but the cards.
 */
#include "tests/ha/config_text.h"
#include "tests/ha/unit_bench.h"
#include "tests/ha/unit_in_pair.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ha/show/redundancy.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define PEERS_PORT (20000 + (unsigned)getpid() % 10000) /* tests run side by side */
#define HOT_MS 20000
#define MONITOR "flow record R\n match ipv4 source address\n collect counter packets\n"

static struct fc_unit units[2];
static bool running[2];
static char folder[PAIR_FOLDER];
static uint32_t epoch[2]; /* a card that comes begins at 0 */

/* ------------------------------------------------------------------ two units */
static void make_config(unsigned u, const char *more, struct fc_config *out)
{
	char text[2000];

	snprintf(text, sizeof(text),
		 "redundancy\n mode sso\n unit %u\n peer 127.0.0.%u 127.0.0.%u port %u\n"
		 " key %s/key\n fencing witness file %s\n"
		 "card 1\n transport pci fake:%u\n ring size-log2 10\n%s",
		 u + 1, u + 1, 2 - u, PEERS_PORT, folder, folder, u, more);
	config_text_take(out, text);
}

static void start_unit(unsigned u, const char *more, bool card)
{
	static struct fc_config c;
	char error[200];

	make_config(u, more, &c);
	if (card)
		insert(&place[u]);
	else
		pull(&place[u]);
	if (fc_unit_start(&units[u], &c, open_place, error, sizeof(error)))
		fail_msg("%s", error);
	running[u] = true;
}

static void stop_unit(unsigned u)
{
	fc_unit_stop(&units[u]);
	running[u] = false;
}

/* False: it has no slot now; a pair that begins anew ends its slots first. */
static bool slot_status(unsigned u, struct fc_slot_status *status)
{
	struct fc_slot *slot = fc_unit_slot(&units[u], 1);

	if (!slot)
		return false;
	fc_slot_status(slot, status);
	fc_unit_slot_release(&units[u], 1);
	return true;
}

static bool metering(unsigned u)
{
	struct fc_slot_status status;

	return slot_status(u, &status) && status.metering;
}

/* A card is only written to while nobody sets it up: when its unit is active, or hot. */
static bool card_runs(unsigned u)
{
	static uint32_t arrivals[2];
	struct fc_slot_status status;

	if (!running[u] ||
	    (unit_state(&units[u]) != FC_RF_ACTIVE && unit_state(&units[u]) != FC_RF_STANDBY_HOT))
		return false;
	if (!slot_status(u, &status))
		return false;
	if (status.arrivals != arrivals[u])
		place[u].written = epoch[u] = 0; /* a new ring */
	arrivals[u] = status.arrivals;
	return status.metering;
}

/* Time passes for the cards; the first `flows` of each have packets. */
static void pass(unsigned flows)
{
	static uint64_t last;

	breathe();
	if (fc_clock_ms() - last < 20)
		return;
	last = fc_clock_ms();
	for (unsigned u = 0; u < 2; u++) {
		if (!card_runs(u))
			continue;
		card_flows(&place[u], epoch[u], flows);
		card_barrier(&place[u], epoch[u]++);
	}
}

static void tell(void)
{
	for (unsigned u = 0; u < 2; u++) {
		struct fc_show_redundancy *v;

		if (!running[u] || fc_unit_redundancy_view(&units[u], &v))
			continue;
		print_message("unit %u: %s, gate %d, term %llu, waits: %s\n", u + 1,
			      fc_rf_state_name(v->rf.state), v->rf.gate,
			      (unsigned long long)v->rf.term, v->waits);
		free(v);
	}
}

/* The unit's card goes on while the unit ends, until the other one has taken over. */
static void feed_until_taken_over(unsigned u)
{
	for (uint64_t until = fc_clock_ms() + LIMIT_MS;
	     unit_state(&units[!u]) == FC_RF_STANDBY_HOT && fc_clock_ms() < until; breathe())
		card_barrier(&place[u], epoch[u]++);
}

static void *end_unit(void *argument)
{
	fc_unit_stop(argument);
	return NULL;
}

static void stop_active(unsigned u)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, end_unit, &units[u]), 0);
	feed_until_taken_over(u);
	running[u] = false;
	pthread_join(thread, NULL);
}

#define await_passing(condition, limit_ms)                                                         \
	for (uint64_t until_ = fc_clock_ms() + (limit_ms); !(condition); pass(0))                  \
		if (fc_clock_ms() > until_) {                                                      \
			tell();                                                                    \
			fail_msg("not within %d ms: %s", (int)(limit_ms), #condition);             \
		}

static bool is_pair(unsigned active)
{
	return unit_state(&units[active]) == FC_RF_ACTIVE &&
	       unit_state(&units[!active]) == FC_RF_STANDBY_HOT &&
	       unit_gate(&units[active]) == FC_RF_GATE_ACKED &&
	       unit_gate(&units[!active]) == FC_RF_GATE_CLOSED;
}

static bool is_alone(unsigned u)
{
	return unit_state(&units[u]) == FC_RF_ACTIVE && unit_gate(&units[u]) == FC_RF_GATE_OPEN;
}

static int order(unsigned u, enum fc_redundancy_order what, char text[FC_RF_TEXT])
{
	return fc_unit_redundancy_order(&units[u], what, text);
}

static int say(unsigned u, struct fc_config_cursor *cursor, const char *text)
{
	struct fc_syntax_line line;
	int err = fc_unit_line(&units[u], cursor, text, &line);

	if (err && strcmp(line.message, FC_UNIT_STANDBY) != 0)
		fail_msg("%s: %s", text, line.message);
	return err;
}

static bool has_record(unsigned u, const char *name)
{
	const struct fc_config *c = fc_unit_config(&units[u]);
	bool has = fc_fnf_record_find(&c->fnf, name) != FC_FNF_NONE;

	fc_unit_config_release(c);
	return has;
}

/* It is active, and comes back to stand by. */
static void restart_unit_2(void)
{
	stop_active(1);
	await_passing(is_alone(0), LIMIT_MS);
	start_unit(1, "", true);
	await_passing(is_pair(0), HOT_MS);
}

/* ------------------------------------------------------------------ tests */
static int setup(void **unused)
{
	(void)unused;
	make_pair_folder(folder, "fc_unit_pair");
	return 0;
}

static int teardown(void **unused)
{
	char command[100];

	(void)unused;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static void two_units_become_a_pair(void **unused)
{
	(void)unused;
	start_unit(0, MONITOR, true);
	start_unit(1, "", true);
	await_passing(is_pair(0) || is_pair(1), HOT_MS);
	assert_true(is_pair(0));
	assert_true(has_record(1, "R"));
	assert_memory_equal(units[0].secret, units[1].secret, sizeof(units[0].secret));
	/* The standby's card had been brought up with its own unit's secret. */
	assert_memory_equal(place[0].card.hash, place[1].card.hash, sizeof(place[0].card.hash));
}

static void lines_go_to_the_standby_which_takes_none_itself(void **unused)
{
	struct fc_config_cursor cursor = {0};

	(void)unused;
	assert_int_equal(say(1, &cursor, "flow record S"), -EINVAL);
	assert_int_equal(say(0, &cursor, "flow record S"), 0);
	assert_int_equal(say(0, &cursor, "match ipv4 destination address"), 0);
	await_passing(has_record(1, "S"), LIMIT_MS);
	assert_int_equal(say(0, &cursor, "no flow record S"), 0);
	await_passing(!has_record(1, "S"), LIMIT_MS);
	assert_true(is_pair(0));
}

static void describe(unsigned u, const char *line)
{
	struct fc_config_cursor cursor = {0};

	assert_int_equal(say(u, &cursor, "flow record R"), 0);
	assert_int_equal(say(u, &cursor, line), 0);
}

static bool is_described(unsigned u, const char *as)
{
	const struct fc_config *c = fc_unit_config(&units[u]);
	bool is = !strcmp(c->fnf.record[fc_fnf_record_find(&c->fnf, "R")].description, as);

	fc_unit_config_release(c);
	return is;
}

/* The unit that becomes active has the text back that it booted with. */
static void a_line_that_is_taken_back_after_a_switchover_is_told(void **unused)
{
	char text[FC_RF_TEXT];

	(void)unused;
	stop_unit(1);
	stop_unit(0);
	start_unit(0, MONITOR, true);
	start_unit(1, MONITOR, true);
	await_passing(is_pair(0), HOT_MS);
	describe(0, "description changed");
	await_passing(is_described(1, "changed"), LIMIT_MS);
	assert_int_equal(order(0, FC_REDUNDANCY_FORCE, text), 0);
	await_passing(is_pair(1), HOT_MS);
	describe(1, "no description");
	await_passing(is_described(0, ""), LIMIT_MS);
	assert_int_equal(order(1, FC_REDUNDANCY_FORCE, text), 0);
	await_passing(is_pair(0), HOT_MS);
}

static void a_reload_of_the_standby_takes_its_own_part_only(void **unused)
{
	static struct fc_config c;

	(void)unused;
	make_config(1, "hostname other\n", &c);
	assert_int_equal(fc_unit_reload(&units[1], &c), 0);
	assert_true(has_record(1, "R"));
	await_passing(is_pair(0), LIMIT_MS);
}

/* Alone it would export beside the unit that it had handed over to. */
static bool is_maintained(unsigned u)
{
	struct fc_show_redundancy *v;
	bool is;

	assert_int_equal(fc_unit_redundancy_view(&units[u], &v), 0);
	is = v->rf.maintenance;
	free(v);
	return is;
}

static void a_key_that_cannot_be_read_leaves_the_pair_as_it_is(void **unused)
{
	struct fc_config_cursor cursor = {0};
	char line[64];

	(void)unused;
	assert_int_equal(say(0, &cursor, "redundancy"), 0);
	assert_int_equal(say(0, &cursor, "key /nonexistent"), 0);
	assert_int_equal(fc_unit_settle(&units[0], HOT_MS), 0);
	assert_true(is_pair(0));
	/* What can be followed of the section is. */
	assert_int_equal(say(0, &cursor, "maintenance-mode"), 0);
	await_passing(is_maintained(0) && is_maintained(1), LIMIT_MS);
	assert_int_equal(say(0, &cursor, "no maintenance-mode"), 0);
	await_passing(!is_maintained(0) && !is_maintained(1), LIMIT_MS);
	snprintf(line, sizeof(line), "key %s/key", folder);
	assert_int_equal(say(0, &cursor, line), 0);
	assert_int_equal(fc_unit_settle(&units[0], HOT_MS), 0);
	assert_true(is_pair(0));
}

/* A socket of another program at this port of the unit's; the pair's own one cannot be there. */
static int occupy(unsigned u, unsigned port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(0x7f000001 + u)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

/* Shut, alone and open, shut again. */
static void stays_alone_without_the_section(unsigned u)
{
	struct fc_config_cursor cursor = {0};

	assert_int_equal(say(u, &cursor, "redundancy"), 0);
	assert_int_equal(say(u, &cursor, "mode none"), 0);
	await_passing(unit_state(&units[u]) == FC_RF_ACTIVE &&
			      unit_gate(&units[u]) == FC_RF_GATE_OPEN,
		      HOT_MS);
	await_passing(metering(u), LIMIT_MS);
	assert_int_equal(say(u, &cursor, "mode sso"), 0);
	await_passing(unit_state(&units[u]) == FC_RF_DISABLED &&
			      unit_gate(&units[u]) == FC_RF_GATE_CLOSED,
		      HOT_MS);
}

/* Whoever had been active is not to go on beside the unit that it has handed over to. */
static void a_pair_that_cannot_run_stays_shut(void **unused)
{
	unsigned port = PEERS_PORT + 1;
	struct fc_config_cursor cursor = {0};
	int fd = occupy(0, port);
	char line[64];

	(void)unused;
	assert_int_equal(say(0, &cursor, "redundancy"), 0);
	snprintf(line, sizeof(line), "peer 127.0.0.1 127.0.0.2 port %u", port);
	assert_int_equal(say(0, &cursor, line), 0);
	feed_until_taken_over(0);
	running[0] = false;
	await_passing(is_alone(1), HOT_MS);
	assert_int_equal(fc_unit_settle(&units[0], HOT_MS), 0);
	for (uint64_t until = fc_clock_ms() + 2500; fc_clock_ms() < until; pass(0)) {
		assert_int_equal(unit_state(&units[0]), FC_RF_DISABLED);
		assert_int_equal(unit_gate(&units[0]), FC_RF_GATE_CLOSED);
	}
	stays_alone_without_the_section(0);
	close(fd); /* its next try finds the port free; the other one's port is back then, too */
	await_passing(unit_state(&units[0]) != FC_RF_DISABLED, HOT_MS);
	snprintf(line, sizeof(line), "peer 127.0.0.1 127.0.0.2 port %u", PEERS_PORT);
	assert_int_equal(say(0, &cursor, line), 0);
	assert_int_equal(fc_unit_settle(&units[0], HOT_MS), 0);
	running[0] = true;
	place[0].written = epoch[0] = 0; /* its card comes anew */
	await_passing(is_pair(1), HOT_MS);
	restart_unit_2();
}

static void an_operator_changes_the_roles(void **unused)
{
	char text[FC_RF_TEXT];

	(void)unused;
	assert_int_equal(order(1, FC_REDUNDANCY_FORCE, text), -EPERM);
	assert_string_equal(text, "% Manual Swact cannot be initiated from this the standby unit");
	assert_int_equal(order(0, FC_REDUNDANCY_FORCE, text), 0);
	await_passing(is_pair(1), HOT_MS);
	assert_int_equal(order(1, FC_REDUNDANCY_RELOAD_PEER, text), 0);
	await_passing(unit_state(&units[0]) != FC_RF_STANDBY_HOT, LIMIT_MS);
	await_passing(is_pair(1), HOT_MS);
}

static void a_unit_that_ends_hands_over(void **unused)
{
	(void)unused;
	restart_unit_2();
}

/* The cut of everything is over without it by then. */
static void a_card_comes_late_to_the_active_unit(void **unused)
{
	(void)unused;
	stop_active(0);
	start_unit(0, "", true);
	await_passing(is_pair(1), HOT_MS);
	stop_active(1);
	stop_unit(0);
	start_unit(0, MONITOR, false);
	start_unit(1, "", true);
	await_passing(is_pair(0), HOT_MS);
	insert(&place[0]);
	await_passing(metering(0), LIMIT_MS);
	await_passing(is_pair(0), HOT_MS);
}

static void without_the_section_a_unit_is_alone(void **unused)
{
	struct fc_config_cursor cursor = {0};
	char text[FC_RF_TEXT];

	(void)unused;
	assert_int_equal(say(0, &cursor, "no redundancy"), 0);
	feed_until_taken_over(0);
	running[0] = false;
	assert_int_equal(fc_unit_settle(&units[0], HOT_MS), 0);
	assert_int_equal(unit_state(&units[0]), FC_RF_ACTIVE);
	running[0] = true;
	assert_int_equal(order(0, FC_REDUNDANCY_FORCE, text), -EPERM);
	assert_non_null(strstr(text, "system is simplex (no peer unit)"));
	await_passing(unit_state(&units[1]) == FC_RF_ACTIVE, HOT_MS);
	stop_unit(0);
	stop_unit(1);
}

/* The second one would be granted every term that the first one has. */
static void two_units_of_one_number_are_not_both_active(void **unused)
{
	struct fc_config_cursor cursor = {0};
	struct fc_show_redundancy *v;

	(void)unused;
	start_unit(1, "", true);
	await_passing(unit_state(&units[1]) == FC_RF_ACTIVE, HOT_MS);
	start_unit(0, "redundancy\n unit 2\n", true);
	for (uint64_t until = fc_clock_ms() + 4000; fc_clock_ms() < until; pass(0)) {
		assert_int_equal(unit_gate(&units[1]), FC_RF_GATE_OPEN);
		assert_int_equal(unit_gate(&units[0]), FC_RF_GATE_CLOSED);
	}
	assert_int_equal(fc_unit_redundancy_view(&units[0], &v), 0);
	assert_string_equal(v->waits, "the peer is unit 2, too");
	free(v);
	assert_int_equal(say(0, &cursor, "redundancy"), 0);
	assert_int_equal(say(0, &cursor, "unit 1"), 0);
	await_passing(is_pair(1), HOT_MS);
	stop_unit(0);
	stop_unit(1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_units_become_a_pair),
		cmocka_unit_test(lines_go_to_the_standby_which_takes_none_itself),
		cmocka_unit_test(a_line_that_is_taken_back_after_a_switchover_is_told),
		cmocka_unit_test(a_reload_of_the_standby_takes_its_own_part_only),
		cmocka_unit_test(a_key_that_cannot_be_read_leaves_the_pair_as_it_is),
		cmocka_unit_test(a_pair_that_cannot_run_stays_shut),
		cmocka_unit_test(an_operator_changes_the_roles),
		cmocka_unit_test(a_unit_that_ends_hands_over),
		cmocka_unit_test(a_card_comes_late_to_the_active_unit),
		cmocka_unit_test(without_the_section_a_unit_is_alone),
		cmocka_unit_test(two_units_of_one_number_are_not_both_active),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
