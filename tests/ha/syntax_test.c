// SPDX-License-Identifier: BSD-2-Clause
/* Patterns with optional parts, what '?' lists, what Tab adds. */
#include <errno.h>
#include <ha/syntax.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
static const struct fc_syntax_command table[] = {
	{1, false, "show flow monitor [[name] NAME [cache [format {table|record|csv}|sort {highest|lowest} NAME [top <1-1000>]|filter NAME]*|statistics]]", NULL, NULL},
	{1, false, "show flow exporter [NAME [statistics|templates]]", NULL, NULL},
	{1, false, "show flow {monitor|exporter} broker [detail|picture]", NULL, NULL},
	{1, false, "show version", NULL, NULL},
	{1, false, "dump card <0-31> [latch] [snapshot]", NULL, NULL},
	{1, false, "send LINE", NULL, NULL},
	{2, true, "description LINE", NULL, NULL},
	{2, true, "transport udp <1-65535>", NULL, NULL},
	{2, true, "cache type {normal|immediate}", NULL, NULL},
	{2, true, "option {interface-table|sampler-table} [timeout <1-86400>]", NULL, NULL},
	{2, false, "exit", NULL, NULL},
	{2, true, "mode {deterministic|random} 1 out-of <2-9>", NULL, NULL},
};
/* clang-format on */
#define ROWS (sizeof(table) / sizeof(*table))

static struct fc_syntax_line line;

static int parse(unsigned mode, const char *text)
{
	bool first;

	return fc_syntax_parse(table, ROWS, mode, text, &line, &first);
}

static void optional_parts_may_be_there_or_not(void **state)
{
	(void)state;
	assert_int_equal(parse(1, "show flow monitor"), 0);
	assert_int_equal(line.values, 0);
	assert_int_equal(parse(1, "sh fl mon M statis"), 0);
	assert_true(fc_syntax_has(&line, "statistics"));
	assert_false(fc_syntax_has(&line, "cache"));
	assert_string_equal(line.value[0].text, "M");
	assert_int_equal(parse(1, "sh fl mon name statistics"), 0);
	assert_string_equal(line.value[0].text, "statistics");
	assert_false(fc_syntax_has(&line, "statistics"));
	assert_int_equal(parse(1, "dump card 7 snapshot"), 4);
	assert_true(fc_syntax_has(&line, "snapshot") && !fc_syntax_has(&line, "latch"));
	assert_int_equal(parse(1, "dump card 7 snapshot latch"), -EINVAL);
	assert_int_equal(line.column, 21);
}

static void options_come_in_any_order_each_once(void **state)
{
	static const char *const right[] = {
		"show flow monitor M cache",
		"show flow monitor M cache format csv",
		"show flow monitor M cache sort highest packets top 5 format record filter x",
		"show flow monitor M cache filter x format table sort lowest bytes",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(*right); i++)
		assert_int_equal(parse(1, right[i]), 0);
	assert_int_equal(parse(1, right[2]), 0);
	assert_int_equal(fc_syntax_after(&line, "top")->number, 5);
	assert_int_equal(fc_syntax_after(&line, "format")->number, 1);
	assert_string_equal(fc_syntax_after(&line, "highest")->text, "packets");
	assert_null(fc_syntax_after(&line, "statistics"));
	assert_int_equal(parse(1, "show flow monitor M cache format csv format csv"), -EINVAL);
	assert_int_equal(line.column, 37);
	assert_int_equal(parse(1, "show flow monitor M cache top 5"), -EINVAL);
	assert_int_equal(line.column, 26);
}

static void a_keyword_goes_before_a_name(void **state)
{
	(void)state;
	assert_int_equal(parse(1, "show flow monitor broker"), 2);
	assert_int_equal(line.value[0].number, 0);
	assert_int_equal(parse(1, "show flow exporter broker picture"), 2);
	assert_int_equal(line.value[0].number, 1);
	assert_true(fc_syntax_has(&line, "picture"));
	assert_int_equal(parse(1, "show flow monitor name broker"), 0);
	assert_int_equal(parse(1, "show flow monitor brokers"), 0);
}

static void messages_are_those_of_ios(void **state)
{
	(void)state;
	assert_int_equal(parse(1, " s f  "), -EINVAL);
	assert_string_equal(line.message, "Ambiguous command:  \" s f\"");
	assert_int_equal(parse(1, "show flow"), -EINVAL);
	assert_string_equal(line.message, "Incomplete command.");
	assert_int_equal(parse(1, "show flow monitor M cash"), -EINVAL);
	assert_string_equal(line.message, "Invalid input detected at '^' marker.");
	assert_int_equal(line.column, 20);
	assert_int_equal(parse(1, "dump card 32"), -EINVAL);
	assert_int_equal(line.column, 10);
}

static void a_line_takes_every_word(void **state)
{
	(void)state;
	assert_int_equal(parse(1, "send  one  two three "), 5);
	assert_string_equal(line.value[0].text, "one  two three");
	assert_int_equal(line.values, 1);
	assert_int_equal(parse(1, "send"), -EINVAL);
}

static void no_may_end_before_its_values(void **state)
{
	(void)state;
	assert_int_equal(parse(2, "no transport udp"), 7);
	assert_int_equal(parse(2, "no cache type"), 8);
	assert_int_equal(parse(2, "no option sampler-table"), 9);
	assert_int_equal(parse(2, "no option"), 9);
	assert_int_equal(parse(2, "no transport"), -EINVAL);
	assert_int_equal(parse(2, "transport udp"), -EINVAL);
	assert_int_equal(parse(2, "no exit"), -EINVAL);
	assert_int_equal(parse(2, "no mode"), 11);
	assert_int_equal(parse(2, "no mode random 1 out-of"), 11);
	assert_int_equal(parse(2, "no mode random"), -EINVAL);
	assert_int_equal(parse(2, "mode"), -EINVAL);
}

/* ------------------------------------------------------------------ '?' and Tab */
static struct fc_syntax_options options;

static const char *listed(unsigned mode, const char *text)
{
	static char words[2000];
	int err = fc_syntax_options(table, ROWS, mode, text, &options, &line);

	*words = '\0';
	if (err)
		return line.message;
	for (unsigned i = 0; i < options.count; i++)
		snprintf(words + strlen(words), sizeof(words) - strlen(words), "%s%s", i ? " " : "",
			 options.next[i].word);
	return words;
}

static const char *tabbed(unsigned mode, const char *text)
{
	static char all[600];
	char added[100] = "";

	assert_int_equal(fc_syntax_options(table, ROWS, mode, text, &options, &line), 0);
	fc_syntax_complete(&options, text, added, sizeof(added));
	snprintf(all, sizeof(all), "%s%s", text, added);
	return all;
}

static void a_question_lists_what_may_follow(void **state)
{
	(void)state;
	assert_string_equal(listed(1, ""), "dump send show");
	assert_string_equal(listed(1, "s"), "send show");
	assert_string_equal(listed(1, "sh "), "flow version");
	assert_string_equal(listed(1, "sh flow monitor "), "NAME broker name <cr>");
	assert_string_equal(listed(1, "show flow monitor M cache "), "filter format sort <cr>");
	assert_string_equal(listed(1, "show flow monitor M cache format csv "), "filter sort <cr>");
	assert_string_equal(listed(1, "show flow monitor M cache sort l"), "lowest");
	assert_string_equal(listed(1, "show flow monitor M cache sort lowest x "),
			    "filter format top <cr>");
	assert_string_equal(listed(1, "dump card "), "<0-31>");
	assert_string_equal(listed(1, "dump card x"), "");
	assert_string_equal(listed(2, ""), "cache description exit mode no option transport");
	assert_string_equal(listed(2, "no "), "cache description mode option transport");
	assert_string_equal(listed(2, "description a"), "LINE");
	assert_string_equal(listed(2, "description a "), "LINE <cr>");
}

static void a_question_behind_a_bad_word_says_so(void **state)
{
	(void)state;
	assert_string_equal(listed(1, "s f "), "Ambiguous command:  \"s f\"");
	assert_string_equal(listed(1, "show nothing "), "Invalid input detected at '^' marker.");
	assert_int_equal(line.column, 5);
	assert_string_equal(listed(1, "show version x"), "");
}

static void tab_adds_what_is_shared(void **state)
{
	(void)state;
	assert_string_equal(tabbed(1, "s"), "s");
	assert_string_equal(tabbed(1, "sh"), "show ");
	assert_string_equal(tabbed(1, "show"), "show ");
	assert_string_equal(tabbed(1, "sh flow monitor M cache fo"),
			    "sh flow monitor M cache format ");
	assert_string_equal(tabbed(2, "opt"), "option ");
	assert_string_equal(tabbed(1, "dump card "), "dump card ");
	assert_string_equal(tabbed(1, "SH"), "SHow ");
	assert_string_equal(tabbed(1, "zzz"), "zzz");
}

/* ------------------------------------------------------------------ patterns */
static void note(void *context, const char *path, const char *element, size_t length)
{
	char *text = context;

	snprintf(text + strlen(text), 500 - strlen(text), "%s>%.*s;", path, (int)length, element);
}

static void a_walk_sees_every_element_once(void **state)
{
	char text[500] = "";

	(void)state;
	assert_int_equal(fc_syntax_walk("show [a NAME|b [c]]* {x|y} LINE", note, text), 0);
	assert_string_equal(text, ">show;show>a;show a>NAME;show a>b;show a b>c;show a b c>x;"
				  "show a b c x>LINE;show a b c>y;");
}

static void a_bad_pattern_is_refused(void **state)
{
	static const char *const bad[] = {"a [b", "a b]", "a {b]", "a | b", "a * b", "[a] [b}"};
	char text[500] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(fc_syntax_walk(bad[i], note, text), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(optional_parts_may_be_there_or_not),
		cmocka_unit_test(options_come_in_any_order_each_once),
		cmocka_unit_test(a_keyword_goes_before_a_name),
		cmocka_unit_test(messages_are_those_of_ios),
		cmocka_unit_test(a_line_takes_every_word),
		cmocka_unit_test(no_may_end_before_its_values),
		cmocka_unit_test(a_question_lists_what_may_follow),
		cmocka_unit_test(a_question_behind_a_bad_word_says_so),
		cmocka_unit_test(tab_adds_what_is_shared),
		cmocka_unit_test(a_walk_sees_every_element_once),
		cmocka_unit_test(a_bad_pattern_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
