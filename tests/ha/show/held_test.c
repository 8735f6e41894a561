// SPDX-License-Identifier: BSD-2-Clause
/* show flow monitor NAME cache on a standby unit: the flows that it holds for the active one. */
#include "tests/ha/await.h"
#include "tests/ha/checkpoint/bay.h"
#include "tests/ha/config_text.h"
#include "tests/ha/no_card.h"
#include "tests/ha/show/show_fixture.h"
#include "tests/ha/unit_in_pair.h"

#include <ha/cli/session.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka wants these before it. */
#include <cmocka.h>

#define FLOWS 700 /* more than two batches */
#define TERM 3
#define LIMIT_MS 5000

static struct fc_unit unit;
static struct bay bay;
static char folder[PAIR_FOLDER];

/* The witness is not there: this unit stays what the test makes of it. */
static const char text[] = "hostname box\nredundancy\n mode sso\n unit 2\n"
			   " peer 127.0.%u.2 127.0.%u.1\n key %s/key\n"
			   " fencing witness file /nobody/is/here\n"
			   "flow monitor M\n record original-input\n"
			   "flow monitor OTHER\n record original-input\n";

static int setup(void **state)
{
	static struct fc_config config;
	unsigned net = 100 + (unsigned)getpid() % 100;
	char all[600], error[200];

	(void)state;
	make_pair_folder(folder, "fc-held");
	snprintf(all, sizeof(all), text, net, net, folder);
	config_text_take(&config, all);
	if (fc_unit_start(&unit, &config, no_card, error, sizeof(error)))
		fail_msg("%s", error);
	/* On its way there it forgets what it holds; after that it only asks for its witness. */
	await(unit_state(&unit) == FC_RF_NEGOTIATION);
	atomic_store(&unit.standby, true);
	bay_open(&bay, NULL);
	return 0;
}

static int teardown(void **state)
{
	char command[80];

	(void)state;
	bay_close(&bay);
	fc_unit_stop(&unit);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

/* ------------------------------------------------------------------ what the active unit sends */
static uint32_t id_of(const char *monitor)
{
	const struct fc_config *config = fc_unit_config(&unit);
	uint32_t id = config->fnf.monitor[fc_fnf_monitor_find(&config->fnf, monitor)].id;

	fc_unit_config_release(config);
	return id;
}

/* Flow `instance` comes from port `instance`; all of them with one cut. */
static void commit(unsigned flows, const char *monitor)
{
	struct fc_base *base = fc_unit_base(&unit);
	struct fc_cut_ticket ticket;
	struct fc_cut_member *m;
	char why[FC_CUT_TEXT];

	assert_non_null(base);
	fc_cuts_mode(bay.cuts, FC_CUTS_PAIRED, TERM);
	assert_int_equal(fc_cuts_member_add(bay.cuts, 7, 0, 1, &m, NULL), 0);
	assert_true(fc_cuts_join(m, 1, 1000, &ticket));
	for (uint64_t i = 1; i <= flows; i++) {
		struct fc_cut_flow f = {
			.instance = i, .slot = 7, .flow = show_flow(4, (unsigned)i)};

		f.flow_monitor = id_of(i % 2 ? monitor : "OTHER");
		assert_int_equal(fc_cuts_flows(m, &f, 1), 1);
	}
	fc_cuts_part_done(m, 0);
	bay_marker(&bay, 7, 0);
	bay_seal(&bay);
	assert_int_equal(bay_deliver(&bay, base, why), 0);
	fc_unit_base_release(&unit);
}

static json_t *ask(const char *command)
{
	const struct fc_cli_host host = {.unit = &unit};
	char error[400], *out_text;
	size_t octets;
	FILE *out = open_memstream(&out_text, &octets);
	json_t *value;

	if (fc_cli_once(&host, command, out, error, sizeof(error)))
		fail_msg("%s", error);
	fclose(out);
	value = json_loads(out_text, 0, NULL);
	if (!value)
		fail_msg("%s", out_text);
	free(out_text);
	return value;
}

static void expect(const char *command, unsigned flows)
{
	json_t *value = ask(command);

	assert_int_equal(json_integer_value(json_object_get(value, "current_entries")), flows);
	assert_int_equal(json_array_size(json_object_get(value, "flows")), flows);
	json_decref(value);
}

static void a_standby_lists_what_it_holds(void **state)
{
	json_t *value;

	(void)state;
	expect("show flow monitor M cache | json", 0);
	commit(FLOWS, "M");
	expect("show flow monitor M cache | json", FLOWS / 2);
	expect("show flow monitor OTHER cache | json", FLOWS / 2);
	value = ask("show checkpoint | json");
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(value, "base"), "flows")),
		FLOWS);
	assert_int_equal(json_array_size(json_object_get(json_object_get(value, "base"), "vector")),
			 1);
	json_decref(value);
	atomic_store(&unit.standby, false); /* its own cards count again, and there is none */
	expect("show flow monitor M cache | json", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_standby_lists_what_it_holds, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
