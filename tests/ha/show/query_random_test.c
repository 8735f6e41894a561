// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random words after "cache": each line is refused by a sentence or listed, and a listing's numbers
 * fit each other whatever was asked. FC_SEED and FC_RUNS change what runs.
 */
#include "tests/ha/show/show_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* cmocka wants these before it. */
#include <cmocka.h>

#define RUNS 8000
#define FLOWS 60

static struct show_fixture fixture;
static uint64_t state;

static uint64_t random_below(uint64_t limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state % limit;
}

static const char *const loose[] = {
	"filter",
	"fi",
	"aggregate",
	"collect",
	"sort",
	"format",
	"table",
	"record",
	"csv",
	"highest",
	"lowest",
	"top",
	"5",
	"0",
	"regexp",
	"10.4.1.1",
	"10.4.0.0/16",
	"2001:db8::/32",
	"0xC0",
	"443",
	"Hu7/0/1",
	"Null",
	"(",
	".*",
	"^1",
	"0000.0000.002B",
	"03:04:06.678",
	"input",
	"Output",
	"/24",
	"-1",
	"18446744073709551615",
	"18446744073709551616",
	"%s%n",
	"minimum-mask",
	"24",
	"c",
	"i",
	"ipv4",
	"source",
	"address",
};

static void add(char *line, size_t octets, const char *words)
{
	size_t at = strlen(line);

	snprintf(line + at, octets - at, "%s%s", at ? " " : "", words);
}

/* A field of the record, whole, shortened, or another record's. */
static void add_field(char *line, size_t octets, const struct fc_fnf_record *r)
{
	char name[FC_SHOW_FIELD];
	size_t count;
	const struct fc_field *table = fc_field_table(&count);

	if (random_below(8) == 0)
		snprintf(name, sizeof(name), "%s", table[random_below(count)].name);
	else
		fc_show_field_name(&r->field[random_below(r->fields)], name);
	if (random_below(8) == 0)
		name[random_below(strlen(name)) + 1] = '\0';
	add(line, octets, name);
}

static void make_line(char *line, size_t octets, const struct fc_fnf_record *r)
{
	*line = '\0';
	for (unsigned n = (unsigned)random_below(9); n; n--) {
		const char *words = loose[random_below(sizeof(loose) / sizeof(*loose))];

		if (random_below(2))
			add_field(line, octets, r);
		else
			add(line, octets, words);
	}
	if (random_below(2)) { /* something that may well be right */
		char right[256] = "";

		add(right, sizeof(right), random_below(2) ? "aggregate" : "sort");
		add_field(right, sizeof(right), r);
		if (random_below(2))
			*line = '\0';
		add(line, octets, right);
	}
}

struct asked {
	const struct fc_show_cache *cache;
	const struct fc_show_query *query;
};

static int list(void *context, FILE *out)
{
	const struct asked *a = context;

	return fc_show_cache_list(a->cache, a->query, out);
}

static uint64_t number(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

static void check_listing(const char *line, const struct fc_show_cache *cache,
			  const struct fc_show_query *query)
{
	struct asked a = {cache, query};
	int err;
	char *text = show_text(list, &a, &err);
	json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	uint64_t want;

	if (err || !object)
		fail_msg("%s: %d: %s", line, err, text);
	want = number(object, "aggregated");
	if (query->sorted && want > query->top)
		want = query->top;
	if (number(object, "processed") != FLOWS || number(object, "matched") > FLOWS ||
	    number(object, "aggregated") > number(object, "matched") ||
	    number(object, "shown") != want)
		fail_msg("%s: %s", line, text);
	json_decref(object);
	free(text);
}

/* Return whether the line was taken. */
static bool run(const char *line, const struct fc_fnf_monitor *m)
{
	struct show_flows flows = {0, FLOWS, 0, 0, 0, 0};
	struct fc_show_cache cache = {.monitor = m,
				      .record = &fixture.fnf.record[m->record],
				      .json = true,
				      .source = show_source(&flows)};
	struct fc_show_query query;
	int err = fc_show_query_read(&query, cache.record, line);

	if (!err)
		check_listing(line, &cache, &query);
	else if (err != -EINVAL || strncmp(query.error, "% ", 2) != 0)
		fail_msg("%s: %d: %s", line, err, query.error);
	fc_show_query_free(&query);
	return !err;
}

static void random_words_are_listed_or_refused(void **context)
{
	const char *seed = getenv("FC_SEED"), *runs = getenv("FC_RUNS");
	unsigned long left = runs ? strtoul(runs, NULL, 10) : RUNS, taken = 0;
	static const char *const monitor[] = {"V4", "V6", "BOTH", "L2", "NARROW"};

	(void)context;
	state = seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL) | 1;
	print_message("FC_SEED=%llu\n", (unsigned long long)state);
	for (; left; left--) {
		int n = fc_fnf_monitor_find(&fixture.fnf, monitor[random_below(5)]);
		const struct fc_fnf_monitor *m = &fixture.fnf.monitor[n];
		char line[1024];

		make_line(line, sizeof(line), &fixture.fnf.record[m->record]);
		taken += run(line, m);
	}
	print_message("%lu lines were listed\n", taken);
	assert_true(taken > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_words_are_listed_or_refused)};

	show_fixture_init(&fixture);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
