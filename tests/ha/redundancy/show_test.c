// SPDX-License-Identifier: BSD-2-Clause
/* show redundancy: against goldens of our own, and against the seed's lines where it is at hand. */
#include <errno.h>
#include <ha/cli/command.h>
#include <ha/show/redundancy.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

typedef int (*listing)(const struct fc_show_redundancy *v, bool json, FILE *out);

static struct fc_show_redundancy *view;

/* ------------------------------------------------------------------ the unit's side, a fake */
static enum fc_redundancy_order ordered;

int fc_unit_redundancy_view(struct fc_unit *unit, struct fc_show_redundancy **copy)
{
	if (!unit)
		return -ENOMEM;
	*copy = malloc(sizeof(**copy));
	memcpy(*copy, view, sizeof(**copy));
	return 0;
}

int fc_unit_redundancy_order(struct fc_unit *unit, enum fc_redundancy_order order,
			     char text[FC_RF_TEXT])
{
	(void)unit;
	ordered = order;
	snprintf(text, FC_RF_TEXT, "%% No.");
	return order == FC_REDUNDANCY_FORCE ? -EPERM : 0;
}

/* ------------------------------------------------------------------ fixture */
static enum fc_rf_answer notify(void *context, enum fc_rf_code code, uint32_t op, uint32_t step)
{
	(void)context;
	(void)code;
	(void)op;
	(void)step;
	return FC_RF_DONE;
}

static uint64_t now_ms;

static void feed(struct fc_rf_input in)
{
	struct fc_rf_out out;

	do {
		struct fc_rf_time now = {.ms = now_ms, .wall = 1600831569};

		assert_int_equal(fc_rf_input(&view->rf, &in, now, &out), 0);
		in.type = FC_RF_IN_TICK;
	} while (out.again);
}
#define FEED(...) feed((struct fc_rf_input){__VA_ARGS__})

static void add(unsigned id, unsigned sequence, const char *name)
{
	struct fc_rf_client c = {.id = id, .sequence = sequence, .notify = notify};
	struct fc_rf_time now = {.ms = now_ms};

	snprintf(c.name, sizeof(c.name), "%s", name);
	assert_int_equal(fc_rf_client_add(&view->rf, &c, now), 0);
}

static int setup(void **unused)
{
	struct fc_rf_options options = FC_RF_OPTIONS_DEFAULT;

	(void)unused;
	view = calloc(1, sizeof(*view));
	options.unit = 49;
	now_ms = 0;
	fc_rf_init(&view->rf, &options);
	strcpy(view->fencing, "none");
	strcpy(view->mine.image, "flowcard, Version 0.1.0");
	strcpy(view->mine.config_file, "/etc/flowcard.conf");
	view->mine.config_file_known = true;
	strcpy(view->peer.image, "flowcard, Version 0.0.9");
	add(65000, 336, "RF_LAST_CLIENT");
	add(0, 0, "RF_INTERNAL_MSG");
	add(5, 135, "Config Sync RF client");
	FEED(.type = FC_RF_IN_START);
	now_ms = 2000;
	FEED(.type = FC_RF_IN_TICK);
	FEED(.type = FC_RF_IN_CLAIM_WON, .term = 1);
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	free(view);
	return 0;
}

static void setup_negotiating(void)
{
	struct fc_rf_options options = FC_RF_OPTIONS_DEFAULT;

	options.unit = 49;
	now_ms = 0;
	fc_rf_init(&view->rf, &options);
	FEED(.type = FC_RF_IN_START);
}

static void peer(enum fc_rf_state state, bool ready)
{
	FEED(.type = FC_RF_IN_PEER,
	     .says = {.unit = 50, .state = state, .term = 1, .seen = 1, .ready = ready});
}

static void make_hot(void)
{
	FEED(.type = FC_RF_IN_COMM_UP);
	peer(FC_RF_STANDBY_BULK, false);
	peer(FC_RF_STANDBY_BULK, true);
	peer(FC_RF_STANDBY_HOT, false);
}

static char *text_of(listing print, bool json)
{
	char *text = NULL;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	view->now_ms = now_ms;
	assert_int_equal(print(view, json, out), 0);
	fclose(out);
	return text;
}

static void same(listing print, const char *want)
{
	char *text = text_of(print, false);

	assert_string_equal(text, want);
	free(text);
}

static const char hot_states[] = "my state = 13 -ACTIVE\n"
				 "peer state = 8 -STANDBY HOT\n"
				 "Mode = Duplex\n"
				 "Unit ID = 49\n"
				 "Redundancy Mode (Operational) = sso\n"
				 "Redundancy Mode (Configured) = sso\n"
				 "Redundancy State = sso\n"
				 "Maintenance Mode = Disabled\n"
				 "Manual Swact = enabled\n"
				 "Communications = Up\n"
				 "  client count = 3\n"
				 "client_notification_TMR = 30000 milliseconds\n"
				 "  RF debug mask = 0x0\n";

static void states_of_a_pair(void **unused)
{
	(void)unused;
	make_hot();
	same(fc_show_redundancy_states, hot_states);
}

/* Every line of the seed's sample is a line of ours, in its order; the count differs. */
static void states_are_the_seed_s_to_the_letter(void **unused)
{
	const char *source = getenv("FC_SOURCE");
	char path[512], line[256], mine[256];
	FILE *ours, *seed;
	unsigned matched = 0;

	(void)unused;
	snprintf(path, sizeof(path), "%s/../shared/seed/000_462a0ac5cca5de7d.txt",
		 source ? source : FC_SOURCE_DIR);
	seed = fopen(path, "r");
	if (!seed) {
		print_message("the seed is not at hand: %s\n", path);
		skip();
	}
	make_hot();
	view->rf.members = 67; /* as many as there */
	ours = tmpfile();
	view->now_ms = now_ms;
	assert_int_equal(fc_show_redundancy_states(view, false, ours), 0);
	rewind(ours);
	while (fgets(line, sizeof(line), seed) && strcmp(line, "Device# show redundancy states\n"))
		;
	while (fgets(mine, sizeof(mine), ours)) {
		do
			assert_non_null(fgets(line, sizeof(line), seed));
		while (*line == '\n' || *line == '`'); /* its page break */
		assert_string_equal(mine, line);
		matched++;
	}
	assert_int_equal(matched, 13);
	fclose(ours);
	fclose(seed);
}

static void states_of_a_peer_on_its_way(void **unused)
{
	char *text;

	(void)unused;
	text = text_of(fc_show_redundancy_states, false);
	assert_non_null(strstr(text, "peer state = 1 -DISABLED\nMode = Simplex\n"));
	assert_non_null(strstr(text, "Redundancy State = Non Redundant\n"));
	assert_non_null(strstr(text, "Manual Swact = disabled (system is simplex (no peer unit))\n"
				     "Communications = Down      Reason: Simplex mode\n"));
	free(text);
	FEED(.type = FC_RF_IN_COMM_UP);
	peer(FC_RF_STANDBY_CONFIG, false);
	text = text_of(fc_show_redundancy_states, false);
	assert_non_null(strstr(text, "peer state = in progress to standby cold-config\n"));
	assert_non_null(strstr(
		text, "Manual Swact = disabled (peer unit not yet in terminal standby state)\n"));
	free(text);
	FEED(.type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	text = text_of(fc_show_redundancy_states, false);
	assert_non_null(strstr(text, "Communications = Down      Reason: Failure\n"));
	free(text);
}

static void clients_stand_by_sequence_with_names_of_twenty(void **unused)
{
	(void)unused;
	same(fc_show_redundancy_clients,
	     "clientID = 0      clientSeq = 0      RF_INTERNAL_MSG\n"
	     "clientID = 5      clientSeq = 135    Config Sync RF clien\n"
	     "clientID = 65000  clientSeq = 336    RF_LAST_CLIENT\n");
}

static void the_whole_of_a_pair(void **unused)
{
	(void)unused;
	now_ms = 60000;
	make_hot();
	now_ms += UINT64_C(60000) * (7 * 24 * 60 + 10 * 60 + 48);
	same(fc_show_redundancy,
	     "Redundant System Information :\n"
	     "------------------------------\n"
	     "       Available system uptime = 1 week, 10 hours, 49 minutes\n"
	     "Switchovers system experienced = 0\n"
	     "              Standby failures = 0\n"
	     "        Last switchover reason = none\n"
	     "\n"
	     "                 Hardware Mode = Duplex\n"
	     "    Configured Redundancy Mode = sso\n"
	     "     Operating Redundancy Mode = sso\n"
	     "              Maintenance Mode = Disabled\n"
	     "                Communications = Up\n"
	     "\n"
	     "Current Processor Information :\n"
	     "-------------------------------\n"
	     "               Active Location = slot 49\n"
	     "        Current Software state = ACTIVE\n"
	     "       Uptime in current state = 1 week, 10 hours, 48 minutes\n"
	     "                 Image Version = flowcard, Version 0.1.0\n"
	     "                   CONFIG_FILE = /etc/flowcard.conf\n"
	     "\n"
	     "Peer Processor Information :\n"
	     "----------------------------\n"
	     "              Standby Location = slot 50\n"
	     "        Current Software state = STANDBY HOT\n"
	     "       Uptime in current state = 1 week, 10 hours, 48 minutes\n"
	     "                 Image Version = flowcard, Version 0.0.9\n"
	     "\n"
	     "Pair Information :\n"
	     "------------------\n"
	     "                          Unit = Primary\n"
	     "                          Term = 1\n"
	     "                        Output = waits for the standby\n"
	     "                       Fencing = none\n"
	     "                               = a partition can give two exporters\n");
}

static void the_whole_of_a_unit_alone(void **unused)
{
	char *text = text_of(fc_show_redundancy, false);

	(void)unused;
	assert_non_null(strstr(text, "Hardware Mode = Simplex\n"));
	assert_non_null(strstr(text, "Operating Redundancy Mode = Non-redundant\n"));
	assert_non_null(strstr(
		text, "\nPeer (slot: unavailable) information is not available because it is "
		      "in 'DISABLED' state\n"));
	free(text);
	make_hot();
	FEED(.type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	text = text_of(fc_show_redundancy, false);
	assert_non_null(strstr(text, "Standby failures = 1\n"));
	assert_non_null(strstr(text, "Peer (slot: 50) information"));
	free(text);
}

/* Neither active nor standby: its place has no role before it. */
static void a_unit_that_negotiates_has_no_role(void **unused)
{
	char *text;

	(void)unused;
	setup_negotiating();
	text = text_of(fc_show_redundancy, false);
	assert_non_null(strstr(text, "                      Location = slot 49\n"
				     "        Current Software state = NEGOTIATION\n"));
	free(text);
}

static void counters_and_history_print_what_happened(void **unused)
{
	char *text;

	(void)unused;
	make_hot();
	FEED(.type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED);
	text = text_of(fc_show_redundancy_counters, false);
	assert_ptr_equal(strstr(text, "Redundancy Facility OMs\n"
				      "               comm link up = 1\n"
				      "             comm link down = 1\n"
				      "\n"
				      "          invalid client tx = 0\n"),
			 text);
	assert_non_null(strstr(text, "       Invalid client syncs = 0\n"));
	free(text);
	text = text_of(fc_show_redundancy_history, false);
	assert_non_null(strstr(text, "00:00:00 client added: RF_INTERNAL_MSG(0) seq=0\n"));
	assert_non_null(
		strstr(text, "00:00:02 *my state = ACTIVE-FAST(9) peer state = DISABLED(1)\n"
			     "00:00:02 RF_PROG_ACTIVE_FAST(200) RF_INTERNAL_MSG(0) op=0 rc=11\n"));
	assert_non_null(strstr(text, "00:00:02 my state = ACTIVE(13) *peer state = UNKNOWN(0)\n"));
	free(text);
}

static void switchovers_are_a_table_or_nothing_at_all(void **unused)
{
	(void)unused;
	same(fc_show_redundancy_switchovers, "");
	fc_rf_switchovers_add(&view->rf.switchovers, 1, 2, FC_RF_REASON_UNIT_FAILED, 1600831569);
	fc_rf_switchovers_add(&view->rf.switchovers, 2, 1, FC_RF_REASON_USER_FORCED, 1601530813);
	same(fc_show_redundancy_switchovers,
	     "Index  Previous  Current  Switchover             Switchover\n"
	     "       active    active   reason                 time\n"
	     "-----  --------  -------  ----------             ----------\n"
	     "   1       1        2     active unit failed     03:26:09 UTC Wed Sep 23 2020\n"
	     "   2       2        1     user forced            05:40:13 UTC Thu Oct 1 2020\n");
}

static void durations_leave_out_what_is_nought(void **unused)
{
	static const struct {
		uint64_t minutes;
		const char *text;
	} rows[] = {
		{0, "0 minutes"},
		{1, "1 minute"},
		{60, "1 hour, 0 minutes"},
		{(365 + 13 * 7 + 6) * 1440 + 58, "1 year, 13 weeks, 6 days, 58 minutes"},
		{UINT64_MAX / 60000,
		 "584942417 years, 18 weeks, 3 days, 15 hours, 25 minutes"}, /* fits */
	};
	char text[FC_RF_TEXT];

	(void)unused;
	for (unsigned i = 0; i < 4; i++) {
		fc_show_duration(rows[i].minutes * 60000, text);
		assert_string_equal(text, rows[i].text);
	}
	fc_show_duration(UINT64_MAX, text);
	assert_true(strlen(text) < FC_RF_TEXT - 1 && strstr(text, " years, "));
}

static void json_of_every_listing_can_be_read(void **unused)
{
	const listing all[] = {
		fc_show_redundancy,         fc_show_redundancy_states,
		fc_show_redundancy_clients, fc_show_redundancy_counters,
		fc_show_redundancy_history, fc_show_redundancy_switchovers,
	};

	(void)unused;
	make_hot();
	fc_rf_switchovers_add(&view->rf.switchovers, 1, 2, FC_RF_REASON_UNIT_FAILED, 1600831569);
	for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++) {
		char *text = text_of(all[i], true);

		assert_true(*text == (i < 2 || i == 3 ? '{' : '['));
		assert_true(strlen(text) > 20);
		free(text);
	}
}

static const char *asked;
static bool answer;

static bool confirm(const struct fc_cli_call *call, const char *question)
{
	(void)call;
	asked = question;
	return answer;
}

static void orders_that_hurt_are_asked_for(void **unused)
{
	struct fc_unit *unit = (struct fc_unit *)view;

	(void)unused;
	for (const struct fc_cli_command *c = fc_cli_redundancy; c->pattern; c++) {
		char *text = NULL;
		size_t octets;
		struct fc_cli_call call = {
			.unit = unit, .out = open_memstream(&text, &octets), .confirm = confirm};
		bool hurts = !strncmp(c->pattern, "redundancy ", 11);

		asked = NULL;
		answer = false;
		ordered = 99;
		assert_int_equal(c->run(&call), 0);
		assert_int_equal(asked != NULL, hurts);
		if (hurts) {
			assert_non_null(strstr(asked, "[confirm]"));
			assert_int_equal(ordered, 99);
			answer = true;
			c->run(&call);
			assert_int_not_equal(ordered, 99);
		}
		fclose(call.out);
		free(text);
	}
}

static void rows_of_exec_print_copies_and_pass_on_refusals(void **unused)
{
	struct fc_unit *unit = (struct fc_unit *)view; /* the fake asks only whether there is one */
	unsigned shown = 0, orders = 0;

	(void)unused;
	for (const struct fc_cli_command *c = fc_cli_redundancy; c->pattern; c++) {
		char *text = NULL;
		size_t octets;
		struct fc_cli_call call = {.unit = unit, .out = open_memstream(&text, &octets)};
		int err = c->run(&call);

		fflush(call.out);
		if (!strncmp(c->pattern, "show ", 5)) {
			assert_int_equal(err, 0);
			shown++;
		} else {
			assert_int_equal(ordered, orders++);
			assert_int_equal(err, orders == 1 ? -EPERM : 0);
			assert_string_equal(text, orders == 1   ? "% No.\n"
						  : orders == 2 ? "Preparing to reload peer\n"
								: "");
		}
		fclose(call.out);
		free(text);
	}
	assert_int_equal(shown, 11);
	assert_int_equal(orders, 4);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(states_of_a_pair),
		T(states_are_the_seed_s_to_the_letter),
		T(states_of_a_peer_on_its_way),
		T(clients_stand_by_sequence_with_names_of_twenty),
		T(the_whole_of_a_pair),
		T(the_whole_of_a_unit_alone),
		T(a_unit_that_negotiates_has_no_role),
		T(counters_and_history_print_what_happened),
		T(switchovers_are_a_table_or_nothing_at_all),
		T(durations_leave_out_what_is_nought),
		T(json_of_every_listing_can_be_read),
		T(orders_that_hurt_are_asked_for),
		T(rows_of_exec_print_copies_and_pass_on_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
