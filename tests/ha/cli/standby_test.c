// SPDX-License-Identifier: BSD-2-Clause
/* A session on a standby unit, key by key: what it may look at, and what it is refused. */
#include "tests/ha/config_text.h"
#include "tests/ha/no_card.h"

#include <ha/cli/session.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define LIMIT_MS 10000

static struct fc_unit unit;
static struct fc_cli_host host = {.unit = &unit};
static pthread_t thread;
static int ends[2];
static char seen[65536];

static const char text[] = "hostname box\nflow exporter E\n destination 127.0.0.1\n"
			   "flow monitor M\n record netflow-original\n exporter E\nsampler S\n";

static unsigned reloads;

static int reload(void *argument)
{
	(void)argument;
	reloads++;
	return 0;
}

static void *serve(void *argument)
{
	(void)argument;
	fc_cli_session_run(&host, ends[1], true);
	return NULL;
}

static int setup(void **state)
{
	static struct fc_config config;
	char error[200];

	(void)state;
	host.reload = reload;
	reloads = 0;
	config_text_take(&config, text);
	assert_int_equal(fc_unit_start(&unit, &config, no_card, error, sizeof(error)), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(pthread_create(&thread, NULL, serve, NULL), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	shutdown(ends[0], SHUT_RDWR);
	pthread_join(thread, NULL);
	close(ends[0]);
	close(ends[1]);
	fc_unit_stop(&unit);
	return 0;
}

/* ------------------------------------------------------------------ typing */
static void keys(const char *what)
{
	assert_int_equal(send(ends[0], what, strlen(what), 0), strlen(what));
}

/* All that comes until it ends with `what`. */
static const char *until(const char *what)
{
	size_t used = 0, tail = strlen(what);

	for (;;) {
		struct pollfd p = {ends[0], POLLIN, 0};
		ssize_t got;

		if (poll(&p, 1, LIMIT_MS) != 1)
			fail_msg("no \"%s\" but \"%s\"", what, seen);
		got = recv(ends[0], seen + used, sizeof(seen) - 1 - used, 0);
		assert_true(got > 0);
		used += (size_t)got;
		seen[used] = '\0';
		if (used >= tail && strstr(seen + used - tail, what))
			return seen;
	}
}

static const char *type(const char *line, const char *prompt)
{
	keys(line);
	keys("\r");
	return until(prompt);
}

static void has(const char *got, const char *want)
{
	if (!strstr(got, want))
		fail_msg("no \"%s\" in \"%s\"", want, got);
}

static void lacks(const char *got, const char *want)
{
	if (strstr(got, want))
		fail_msg("\"%s\" in \"%s\"", want, got);
}

static void become_standby(bool standby)
{
	atomic_store(&unit.standby, standby);
}

static void begin(bool standby)
{
	become_standby(standby);
	keys("terminal 80 0\r\n");
	until(standby ? "box-stby>\x1b[K" : "box>\x1b[K");
	type("enable", standby ? "box-stby#\x1b[K" : "box#\x1b[K");
}
#define ACTIVE "box#\x1b[K"
#define STANDBY "box-stby#\x1b[K"
#define CONFIG "box(config)#\x1b[K"

/* ------------------------------------------------------------------ situations */
static void a_standby_is_read_and_not_configured(void **state)
{
	static const char *const refused[] = {"configure terminal",
					      "clear flow monitor M cache",
					      "clear flow monitor M cache force-export",
					      "clear flow monitor M statistics",
					      "clear flow exporter statistics",
					      "clear sampler S"};

	(void)state;
	begin(true);
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		has(type(refused[i], STANDBY), FC_UNIT_STANDBY "\r\n");
	has(type("show running-config", STANDBY), "flow monitor M\r\n");
	has(type("show flow monitor M", STANDBY), "netflow-original");
	has(type("show flow exporter", STANDBY), "127.0.0.1");
	has(type("show version", STANDBY), "flowcardd");
}

/* Whoever writes a new row says here whether a standby unit takes it. */
static void no_command_changes_a_standby_without_being_known(void **state)
{
	static const char *const known[] = {"enable",     "disable",     "exit",       "quit",
					    "logout",     "terminal ",   "configure ", "clear ",
					    "write ",     "copy ",       "reload",     "dump ",
					    "reset card", "redundancy ", "show "};
	const struct fc_syntax_command *row;
	size_t rows;

	(void)state;
	row = fc_cli_commands(&rows);
	for (size_t r = 0; r < rows; r++) {
		bool found = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			found |= !strncmp(row[r].pattern, known[i], strlen(known[i]));
		if (!found)
			fail_msg("does a standby take \"%s\"?", row[r].pattern);
	}
}

static void a_unit_that_becomes_standby_ends_configuring(void **state)
{
	(void)state;
	begin(false);
	type("configure terminal", CONFIG);
	type("hostname box", CONFIG);
	become_standby(true);
	has(type("sampler NEW", STANDBY), FC_UNIT_STANDBY);
	lacks(type("show running-config", STANDBY), "NEW");
	become_standby(false);
	has(type("configure terminal", CONFIG), "Enter configuration commands");
	type("sampler NEW", "box(config-sampler)#\x1b[K");
	type("end", ACTIVE);
	has(type("show running-config", ACTIVE), "NEW");
}

static void a_reload_takes_only_what_is_the_standby_s_own(void **state)
{
	struct fc_config *fresh = malloc(sizeof(*fresh));
	const struct fc_config *is;

	(void)state;
	begin(true);
	type("reload", STANDBY);
	assert_int_equal(reloads, 1);
	fc_config_init(fresh);
	strcpy(fresh->hostname, "other");
	fresh->redundancy.unit = 2;
	assert_int_equal(fc_unit_reload(&unit, fresh), 0);
	is = fc_unit_config(&unit);
	assert_string_equal(is->hostname, "other");
	assert_int_equal(is->redundancy.unit, 2);
	assert_int_equal(fc_fnf_monitor_find(&is->fnf, "M"), 0);
	fc_unit_config_release(is);
	free(fresh);
}

static void what_a_pair_lacks_is_said_at_the_section_s_end(void **state)
{
	static const char *const ways[] = {"exit", "end", "hostname box", "\x1a"};

	(void)state;
	begin(false);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		bool out = i == 1 || i == 3;

		type("configure terminal", CONFIG);
		type("redundancy", "box(config-red)#\x1b[K");
		lacks(type("mode sso", "box(config-red)#\x1b[K"), "%");
		if (i < 3) {
			type(ways[i], out ? ACTIVE : CONFIG);
		} else {
			keys(ways[i]);
			until(ACTIVE);
		}
		has(seen, "% Warning: mode sso without a unit number makes no pair\r\n");
		if (!out)
			type("end", ACTIVE);
	}
	type("configure terminal", CONFIG);
	type("redundancy", "box(config-red)#\x1b[K");
	type("no mode", "box(config-red)#\x1b[K");
	lacks(type("end", ACTIVE), "%");
}

/* A unit alone, and one whose section makes no pair. */
static void a_unit_without_a_pair_says_what_it_is(void **state)
{
	const char *got;

	(void)state;
	begin(false);
	got = type("show redundancy states", ACTIVE);
	has(got, "my state = 13 -ACTIVE\r\npeer state = 1 -DISABLED\r\nMode = Simplex\r\n");
	has(got, "Redundancy Mode (Configured) = Non-redundant\r\n");
	has(type("show checkpoint", ACTIVE), "There is no pair");
	keys("redundancy force-switchover\r");
	until("standby RP? [confirm]");
	keys("\r");
	has(until(ACTIVE), "% ");
	type("configure terminal", CONFIG);
	type("redundancy", "box(config-red)#\x1b[K");
	type("mode sso", "box(config-red)#\x1b[K");
	type("unit 9", "box(config-red)#\x1b[K");
	has(type("end", ACTIVE), "% Warning: mode sso without a peer makes no pair");
	got = type("show redundancy", ACTIVE);
	has(got,
	    "Configured Redundancy Mode = sso\r\n     Operating Redundancy Mode = Non-redundant");
	has(got, "slot 9\r\n");
	has(got, "Waits for = mode sso without a peer makes no pair\r\n");
	has(type("show running-config redundancy", ACTIVE),
	    "redundancy\r\n mode sso\r\n unit 9\r\n!");
	type("clear redundancy history", ACTIVE);
	lacks(type("show redundancy history", ACTIVE), "client added");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_standby_is_read_and_not_configured, setup,
						teardown),
		cmocka_unit_test(no_command_changes_a_standby_without_being_known),
		cmocka_unit_test_setup_teardown(a_unit_that_becomes_standby_ends_configuring, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_reload_takes_only_what_is_the_standby_s_own,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_a_pair_lacks_is_said_at_the_section_s_end,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_unit_without_a_pair_says_what_it_is, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
