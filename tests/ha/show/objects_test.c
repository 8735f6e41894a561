// SPDX-License-Identifier: BSD-2-Clause
/* Listings of records, monitors, interfaces and samplers against goldens. */
#include "tests/ha/show/show_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

static struct show_fixture fixture, nothing;

typedef int (*lister)(const struct fc_show_view *view, int number, bool json, FILE *out);

static int interfaces(const struct fc_show_view *view, int number, bool json, FILE *out)
{
	return fc_show_interfaces(view, number < 0 ? 0 : (uint32_t)number, json, out);
}

struct asked {
	lister list;
	const struct fc_show_view *view;
	int number;
	bool json;
};

static int write_it(void *context, FILE *out)
{
	const struct asked *a = context;

	return a->list(a->view, a->number, a->json, out);
}

static unsigned compared; /* numbers of JSON against text */

static int monitor(const char *name)
{
	return fc_fnf_monitor_find(&fixture.fnf, name);
}

static void compare(const char *golden, lister list, const struct show_fixture *f, int number)
{
	/* Ids, settings that say nothing for this type of cache, counts of samplers beside
	 * interfaces (samplers are compared by their sums). */
	static const char *const but[] = {"id",
					  "if_index",
					  "packets_observed",
					  "packets_selected",
					  "timeout_update_s",
					  "synchronized_s",
					  "export_spread_s",
					  "active_timeout_s",
					  "inactive_timeout_s",
					  "aged_by_cache_type",
					  NULL};
	struct asked a = {list, &f->view, number, false};
	char path[64];
	int err;
	char *text = show_text(write_it, &a, &err), *json;
	json_t *object;

	assert_int_equal(err, 0);
	show_golden(golden, text);
	a.json = true;
	json = show_text(write_it, &a, &err);
	assert_int_equal(err, 0);
	object = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	if (!object)
		fail_msg("%s: no JSON: %s", golden, json);
	compared += show_numbers(object, text, but);
	json_decref(object);
	snprintf(path, sizeof(path), "%s_json", golden);
	show_golden(path, json);
	free(text);
	free(json);
}

static void records(void **state)
{
	(void)state;
	compare("record_v4", fc_show_records, &fixture, fc_fnf_record_find(&fixture.fnf, "V4"));
	compare("record_narrow", fc_show_records, &fixture,
		fc_fnf_record_find(&fixture.fnf, "NARROW"));
	compare("record_long_name", fc_show_records, &fixture,
		fc_fnf_record_find(&fixture.fnf, SHOW_LONG_NAME));
}

static void all_records_are_those_that_monitors_can_use(void **state)
{
	struct asked a = {fc_show_records, &fixture.view, -1, false};
	int err;
	char *text = show_text(write_it, &a, &err);

	(void)state;
	assert_non_null(strstr(text, "flow record netflow-original:\n"));
	assert_non_null(strstr(text, "flow record " SHOW_LONG_NAME ":\n"));
	assert_null(strstr(text, "flow record options"));
	assert_null(strstr(text, "flow record netflow-v5"));
	free(text);
}

static void monitors(void **state)
{
	(void)state;
	compare("monitor_all", fc_show_monitors, &fixture, -1);
	compare("monitor_v4", fc_show_monitors, &fixture, monitor("V4"));
	compare("monitor_none", fc_show_monitors, &nothing, -1);
}

static void statistics(void **state)
{
	(void)state;
	compare("statistics_v4", fc_show_monitor_statistics, &fixture, monitor("V4"));
	compare("statistics_unused", fc_show_monitor_statistics, &fixture, monitor("V6"));
	compare("statistics_permanent", fc_show_monitor_statistics, &fixture, monitor("PERMANENT"));
	compare("statistics_immediate", fc_show_monitor_statistics, &fixture, monitor("IMMEDIATE"));
	compare("statistics_synchronized", fc_show_monitor_statistics, &fixture,
		monitor("SYNCHRONIZED"));
}

static void interfaces_and_samplers(void **state)
{
	(void)state;
	compare("interface_all", interfaces, &fixture, -1);
	compare("interface_one", interfaces, &fixture, 256);
	compare("interface_none", interfaces, &nothing, -1);
	compare("sampler_all", fc_show_samplers, &fixture, -1);
	compare("sampler_used", fc_show_samplers, &fixture,
		fc_fnf_sampler_find(&fixture.fnf, "RANDOM"));
	compare("sampler_unused", fc_show_samplers, &fixture,
		fc_fnf_sampler_find(&fixture.fnf, "EXACT"));
}

static void json_was_compared_with_text(void **state)
{
	(void)state;
	assert_true(compared > 60);
}

static void names_of_interfaces_go_both_ways(void **state)
{
	(void)state;
	for (uint32_t index = 0; index <= 256; index++)
		for (int whole = 0; whole < 2; whole++) {
			char name[FC_SHOW_VALUE];
			uint32_t back = UINT32_MAX;

			fc_show_interface(index, whole, name);
			assert_int_equal(fc_show_interface_read(name, &back), 0);
			assert_int_equal(back, index);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),
		cmocka_unit_test(all_records_are_those_that_monitors_can_use),
		cmocka_unit_test(monitors),
		cmocka_unit_test(statistics),
		cmocka_unit_test(interfaces_and_samplers),
		cmocka_unit_test(json_was_compared_with_text),
		cmocka_unit_test(names_of_interfaces_go_both_ways),
	};

	show_fixture_init(&fixture);
	fc_fnf_init(&nothing.fnf);
	nothing.view.fnf = &nothing.fnf;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
