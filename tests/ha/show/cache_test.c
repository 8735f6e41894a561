// SPDX-License-Identifier: BSD-2-Clause
/* Listings of a cache: layouts against goldens, and what filter, aggregate and sort do. */
#include "tests/ha/show/show_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

static struct show_fixture fixture;

struct asked {
	const char *monitor, *words;
	bool json;
	struct show_flows flows;
};

static int list(void *context, FILE *out)
{
	struct asked *a = context;
	int number = fc_fnf_monitor_find(&fixture.fnf, a->monitor);
	const struct fc_fnf_monitor *m = &fixture.fnf.monitor[number];
	struct fc_show_cache cache = {.monitor = m,
				      .record = &fixture.fnf.record[m->record],
				      .counts = fixture.counts[number],
				      .json = a->json,
				      .source = show_source(&a->flows)};
	struct fc_show_query query;
	int err = fc_show_query_read(&query, cache.record, a->words);

	if (err)
		fprintf(out, "%s\n", query.error);
	else
		err = fc_show_cache_list(&cache, &query, out);
	fc_show_query_free(&query);
	return err;
}

static char *run(const char *monitor, const char *words, struct show_flows flows, int want)
{
	struct asked a = {monitor, words, false, flows};
	int got;
	char *text = show_text(list, &a, &got);

	if (got != want)
		fail_msg("%s: %d instead of %d: %s", words, got, want, text);
	return text;
}

/* ------------------------------------------------------------------ goldens */
static const struct {
	const char *golden, *monitor, *words;
	unsigned version, count;
} golden_case[] = {
	{"cache_empty", "V4", NULL, 4, 0},
	{"cache_one_table", "V4", "format table", 4, 1},
	{"cache_record", "V4", NULL, 4, 3},
	{"cache_csv", "V4", "format csv", 4, 3},
	{"cache_v6", "V6", NULL, 6, 3},
	{"cache_v6_table", "V6", "format table", 6, 3},
	{"cache_both", "BOTH", NULL, 0, 4},
	{"cache_both_record", "BOTH", "format record", 0, 4},
	{"cache_both_csv", "BOTH", "format csv", 0, 4},
	{"cache_l2", "L2", NULL, 4, 5},
	{"cache_narrow", "NARROW", NULL, 4, 3},
	{"cache_permanent", "PERMANENT", "format table", 4, 2},
	{"cache_filter", "V4", "filter ipv4 source address 10.4.1.1 format table", 4, 8},
	{"cache_filter_two", "V4",
	 "filter ipv4 protocol 6 transport destination-port 443 format record", 4, 8},
	{"cache_sort", "V4", "sort highest counter bytes long top 3 format table", 4, 40},
	{"cache_sort_default", "V4", "sort counter packets long", 4, 40},
	{"cache_lowest", "V4", "sort lowest timestamp absolute first top 2", 4, 9},
	{"cache_filter_sort", "V4",
	 "filter interface input Hu7/0/1 sort highest interface input top 2", 4, 12},
	{"cache_aggregate", "V4", "aggregate ipv4 source address", 4, 40},
	{"cache_aggregate_sort", "V4",
	 "aggregate transport destination-port ipv4 protocol sort highest counter packets long", 4,
	 40},
	{"cache_aggregate_collect", "V4",
	 "aggregate interface input collect timestamp absolute first timestamp absolute last "
	 "transport tcp flags",
	 4, 40},
	/* Records and words as Cisco's parsers know them: parsers.py. */
	{"cache_parsers_v4", "PARSERS-V4", "format table", 4, 4},
	{"cache_parsers_times", "PARSERS-TIMES", "format table", 4, 4},
	{"cache_parsers_l2", "PARSERS-L2", "format table", 4, 4},
	{"cache_parsers_sort", "PARSERS-SORT",
	 "sort highest counter packets long top 5 format table", 4, 40},
	{"cache_parsers_sort_one", "PARSERS-SORT",
	 "sort highest counter packets long top 1 format table", 4, 1},
	{"cache_parsers_sort_v6", "PARSERS-SORT-V6",
	 "sort highest counter bytes long top 5 format table", 6, 40},
	{"cache_parsers_filter", "PARSERS-FILTER",
	 "filter interface input Hu7/0/1 sort highest interface input top 2", 4, 12},
	{"cache_aggregate_both", "BOTH", "aggregate ipv4 source address", 0, 40},
};

static void layouts_are_as_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(golden_case) / sizeof(*golden_case); i++) {
		struct show_flows flows = {
			golden_case[i].version, golden_case[i].count, 0, 0, 0, 0};
		char *text = run(golden_case[i].monitor, golden_case[i].words, flows, 0);

		show_golden(golden_case[i].golden, text);
		free(text);
	}
}

/* Every value of every flow in the JSON stands in the text too. */
static unsigned compare_flows(const json_t *flows, const char *text)
{
	unsigned compared = 0;
	const char *name;
	json_t *flow, *value;
	size_t i;

	json_array_foreach(flows, i, flow)
	{
		json_object_foreach(flow, name, value)
		{
			char number[32];
			const char *printed = json_string_value(value);

			snprintf(number, sizeof(number), "%lld",
				 (long long)json_integer_value(value));
			if (!strstr(text, printed ? printed : number))
				fail_msg("%s %s is not in the text", name,
					 printed ? printed : number);
			compared++;
		}
	}
	return compared;
}

static void json_has_the_values_of_the_text(void **state)
{
	unsigned compared = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(golden_case) / sizeof(*golden_case); i++) {
		struct show_flows flows = {
			golden_case[i].version, golden_case[i].count, 0, 0, 0, 0};
		struct asked a = {golden_case[i].monitor, golden_case[i].words, true, flows};
		char *text = run(golden_case[i].monitor, golden_case[i].words, flows, 0), *json;
		json_error_t error;
		json_t *object;
		int err;

		json = show_text(list, &a, &err);
		assert_int_equal(err, 0);
		object = json_loads(json, JSON_REJECT_DUPLICATES, &error);
		if (!object)
			fail_msg("%s: %s: %s", golden_case[i].golden, error.text, json);
		assert_int_equal(json_integer_value(json_object_get(object, "processed")),
				 golden_case[i].count);
		assert_int_equal(json_integer_value(json_object_get(object, "shown")),
				 json_array_size(json_object_get(object, "flows")));
		compared += compare_flows(json_object_get(object, "flows"), text);
		json_decref(object);
		free(json);
		free(text);
	}
	assert_true(compared > 500);
}

/* ------------------------------------------------------------------ queries */
static uint64_t shown(const char *monitor, const char *words, unsigned version, unsigned count,
		      const char *member)
{
	struct asked a = {monitor, words, true, {version, count, 0, 0, 0, 0}};
	int err;
	char *json = show_text(list, &a, &err);
	json_t *object = json_loads(json, 0, NULL);
	uint64_t value;

	if (err || !object)
		fail_msg("%s: %s", words, json);
	value = (uint64_t)json_integer_value(json_object_get(object, member));
	json_decref(object);
	free(json);
	return value;
}

static void filters_take_values_of_every_kind(void **state)
{
	static const struct {
		const char *monitor, *words;
		unsigned version, want; /* of 24 flows */
	} filter[] = {
		{"V4", "filter ipv4 source address 10.4.1.1", 4, 6},
		{"V4", "filter ipv4 source address 10.4.0.0/23", 4, 12},
		{"V4", "filter ipv4 source address 10.4.1.2", 4, 0},
		{"V4", "filter ipv4 source address regexp 10\\.4\\.[12]\\.", 4, 12},
		{"V4", "filter ipv4 tos 0xC0", 4, 12},
		{"V4", "filter ipv4 tos 192", 4, 12},
		{"V4", "filter interface input HundredGigE7/0/1", 4, 12},
		{"V4", "filter interface input hu7/0/0", 4, 12},
		{"V4", "filter interface output Hu7/0/0", 4, 24},
		{"V4", "filter transport tcp flags 0x1b", 4, 16},
		{"V4", "filter timestamp absolute first 03:04:05.678", 4, 1},
		{"V4", "filter ipv4 prot 17", 4, 8},
		{"V4", "fil ipv4 prot 17 trans dest 53", 4, 4},
		{"V6", "filter ipv6 source address 2001:db8::/32", 6, 24},
		{"V6", "filter ipv6 source address 2001:DB8::AC:0:0:3", 6, 6},
		{"V6", "filter flow direction input", 6, 24},
		{"V6", "filter flow direction output", 6, 0},
		{"BOTH", "filter ipv4 protocol 6", 0, 8},
		{"BOTH", "filter ipv6 source address regexp .*", 0, 12},
		{"L2", "filter datalink mac source address input 0000.0000.002B", 4, 1},
		{"L2", "filter datalink mac source address input 00:00:00:00:00:2b", 4, 1},
		{"L2", "filter datalink vlan input 101", 4, 8},
		{"NARROW", "filter ipv4 source prefix minimum-mask 24 10.4.1.0", 4, 6},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(filter) / sizeof(*filter); i++) {
		uint64_t got =
			shown(filter[i].monitor, filter[i].words, filter[i].version, 24, "matched");

		if (got != filter[i].want)
			fail_msg("%s: %u flows", filter[i].words, (unsigned)got);
	}
}

static void a_query_that_makes_no_sense_is_refused_in_words(void **state)
{
	static const struct {
		const char *words, *sentence;
	} bad[] = {
		{"filter", "% Incomplete command."},
		{"filter ipv4 source address", "% Incomplete command."},
		{"filter ipv4 source address 1.2.3", "% \"1.2.3\" is no value of"},
		{"filter ipv4 source address 1.2.3.4/33", "% \"1.2.3.4/33\" is no value of"},
		{"filter ipv4 source address regexp (", "% \"(\" is no regular expression."},
		{"filter ipv4 ttl 3", "% Flow record V4 has no field at \"ipv4\"."},
		{"filter interface input Gi0/1", "% \"Gi0/1\" is no value of"},
		{"filter interface input Hu7/0/8", "% \"Hu7/0/8\" is no value of"},
		{"filter interface input Hu7/0/0x", "% \"Hu7/0/0x\" is no value of"},
		{"filter ipv4 protocol -1", "% \"-1\" is no value of"},
		{"filter ipv4 s 1", "% Flow record V4 has no field at"},
		{"sort", "% Incomplete command."},
		{"sort highest", "% Incomplete command."},
		{"sort counter bytes long top", "% Incomplete command."},
		{"sort counter bytes long top 0", "% \"top\" takes 1 to"},
		{"sort counter bytes long top 65537", "% \"top\" takes 1 to"},
		{"sort counter bytes long top 5x", "% \"top\" takes 1 to"},
		{"sort counter bytes long sort counter bytes long", "% \"sort\" is given twice."},
		{"sort t a", "% Flow record V4 has no field at"},
		{"sort time abs", "% Flow record V4 has no field at"},
		{"top 3", "% \"top\" goes with \"sort\"."},
		{"top", "% Incomplete command."},
		{"sort counter bytes long top 3 format table top 4", "% \"top\" is given twice."},
		{"format", "% Incomplete command."},
		{"format xml", "% A listing has no format \"xml\"."},
		{"collect counter bytes long", "% \"collect\" goes with \"aggregate\"."},
		{"aggregate", "% Incomplete command."},
		{"nonsense", "% Invalid input at \"nonsense\""},
		{"filter ipv4 protocol 6 nonsense",
		 "% Flow record V4 has no field at \"nonsense\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *text =
			run("V4", bad[i].words, (struct show_flows){4, 3, 0, 0, 0, 0}, -EINVAL);

		if (strncmp(text, bad[i].sentence, strlen(bad[i].sentence)) != 0)
			fail_msg("%s: %s", bad[i].words, text);
		free(text);
	}
}

static void two_fields_for_one_beginning_are_ambiguous(void **state)
{
	char *text = run("V4", "sort interface", (struct show_flows){4, 3, 0, 0, 0, 0}, -EINVAL);

	(void)state;
	assert_non_null(strstr(text, "% Flow record V4 has no field"));
	free(text);
	text = run("V4", "sort t s", (struct show_flows){4, 3, 0, 0, 0, 0}, 0);
	free(text);
	text = run("V4", "sort interface i top 1", (struct show_flows){4, 3, 0, 0, 0, 0}, 0);
	free(text);
	text = run("L2", "sort datalink mac d a i", (struct show_flows){4, 3, 0, 0, 0, 0}, 0);
	free(text);
	text = run("V6", "sort c b l", (struct show_flows){6, 3, 0, 0, 0, 0}, 0);
	free(text);
	text = run("V6", "sort t a f", (struct show_flows){6, 3, 0, 0, 0, 0}, 0);
	free(text);
	text = run("BOTH", "aggregate i s a", (struct show_flows){0, 3, 0, 0, 0, 0}, -EINVAL);
	assert_non_null(strstr(text, "% Ambiguous field at \"i\"."));
	free(text);
}

/* ------------------------------------------------------------------ sums and order */
static void groups_add_up_to_the_flows(void **state)
{
	struct asked a = {"V4", "aggregate ipv4 protocol", true, {4, 500, 0, 0, 0, 0}};
	uint64_t packets = 0, octets = 0, flows = 0, want_packets = 0, want_octets = 0;
	int err;
	char *json = show_text(list, &a, &err);
	json_t *object = json_loads(json, 0, NULL), *row;
	size_t i;

	(void)state;
	for (unsigned n = 0; n < 500; n++) {
		struct fc_flow f = show_flow(4, n);

		want_packets += f.packets;
		want_octets += f.octets;
	}
	json_array_foreach(json_object_get(object, "flows"), i, row)
	{
		packets +=
			(uint64_t)json_integer_value(json_object_get(row, "counter_packets_long"));
		octets += (uint64_t)json_integer_value(json_object_get(row, "counter_bytes_long"));
		flows += (uint64_t)json_integer_value(json_object_get(row, "flows"));
	}
	assert_int_equal(i, 2);
	assert_int_equal(flows, 500);
	assert_int_equal(packets, want_packets);
	assert_int_equal(octets, want_octets);
	json_decref(object);
	free(json);
}

/* More groups than the first table has places for, met again after it was widened. */
static void groups_are_met_again_in_a_wider_table(void **state)
{
	struct show_flows flows = {4, 4096, 0, 0, 0, 0};
	char *text =
		run("V4", "aggregate ipv4 destination address sort counter packets long", flows, 0);

	(void)state;
	assert_non_null(strstr(text, "Aggregated to 256 flows\n"));
	free(text);
}

/* The heap against a sort of everything. */
static int by_packets(const void *left, const void *right)
{
	const struct fc_flow *a = left, *b = right;

	if (a->packets != b->packets)
		return a->packets < b->packets ? 1 : -1;
	return a->first_ns < b->first_ns ? -1 : 1;
}

static void the_top_is_that_of_a_sorted_whole(void **state)
{
	static struct fc_flow all[1000];
	static const unsigned tops[] = {1, 2, 3, 63, 64, 65, 999, 1000, 1001};

	(void)state;
	for (unsigned n = 0; n < 1000; n++)
		all[n] = show_flow(4, n);
	qsort(all, 1000, sizeof(*all), by_packets);
	for (size_t t = 0; t < sizeof(tops) / sizeof(*tops); t++) {
		struct fc_show_pick pick;
		struct fc_fnf_record_field field = {fc_field_find("counter packets long"), false,
						    0};
		struct fc_show_best best;
		unsigned want = tops[t] < 1000 ? tops[t] : 1000;

		pick.field[0] = pick.field[1] = &field;
		fc_show_best_init(&best, &pick, false, tops[t]);
		for (unsigned n = 0; n < 1000; n++) {
			struct fc_show_row row = {show_flow(4, n), 1, n};

			assert_int_equal(fc_show_best_add(&best, &row), 0);
		}
		fc_show_best_sort(&best);
		assert_int_equal(best.rows, want);
		for (unsigned n = 0; n < want; n++)
			assert_int_equal(best.row[n].flow.first_ns, all[n].first_ns);
		fc_show_best_free(&best);
	}
}

/* ------------------------------------------------------------------ ends that are none */
static void a_reader_that_goes_stops_the_listing(void **state)
{
	struct show_flows flows = {4, 100000, 0, 0, 0, 3};
	struct asked a = {"V4", NULL, false, flows};
	int err;
	char *text = show_text(list, &a, &err);

	(void)state;
	assert_int_equal(err, -EPIPE);
	assert_int_equal(a.flows.batches, 3);
	free(text);
}

static void a_source_that_fails_is_said(void **state)
{
	struct show_flows flows = {4, 100000, 0, 0, 2, 0};
	char *text = run("V4", "aggregate ipv4 protocol", flows, -ENODEV);

	(void)state;
	assert_non_null(strstr(text, "% The cache cannot be listed: No such device.\n"));
	free(text);
}

static void too_many_groups_are_refused(void **state)
{
	struct show_flows flows = {4, FC_SHOW_GROUPS_MAX, 0, 0, 0, 0};
	char *text = run("V4", "aggregate timestamp absolute first sort t a f top 1", flows, 0);

	(void)state;
	assert_non_null(strstr(text, "Aggregated to 262144 flows\n"));
	free(text);
	flows.count++;
	text = run("V4", "aggregate timestamp absolute first sort t a f top 1", flows, -E2BIG);
	assert_string_equal(
		text, "% The flows make more than 262144 groups; a filter makes them fewer.\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layouts_are_as_before),
		cmocka_unit_test(json_has_the_values_of_the_text),
		cmocka_unit_test(filters_take_values_of_every_kind),
		cmocka_unit_test(a_query_that_makes_no_sense_is_refused_in_words),
		cmocka_unit_test(two_fields_for_one_beginning_are_ambiguous),
		cmocka_unit_test(groups_add_up_to_the_flows),
		cmocka_unit_test(groups_are_met_again_in_a_wider_table),
		cmocka_unit_test(the_top_is_that_of_a_sorted_whole),
		cmocka_unit_test(a_reader_that_goes_stops_the_listing),
		cmocka_unit_test(a_source_that_fails_is_said),
		cmocka_unit_test(too_many_groups_are_refused),
	};

	show_fixture_init(&fixture);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
