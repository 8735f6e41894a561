// SPDX-License-Identifier: BSD-2-Clause
/* Output through libcli's chain with our filters in it. */
#include <errno.h>
#include <ha/cli/pipe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char listing[] = "version 1\n"
			      "flow record A\n"
			      " match ipv4 protocol\n"
			      " collect counter bytes\n"
			      "!\n"
			      "flow record B\n"
			      " match ipv4 tos\n"
			      "interface X\n"
			      " ip flow";

static struct cli_def *cli;
static char got[2000];
static struct fc_syntax_line line;
static bool json;
static struct fc_cli_part part;

static void take(struct cli_def *c, const char *text)
{
	(void)c;
	snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s;", text);
}

static int setup(void **state)
{
	(void)state;
	cli = cli_init();
	cli_print_callback(cli, take);
	return cli ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	cli_done(cli);
	free(part.text);
	return 0;
}

/* In pieces, since a stream does not end where a line does. */
static const char *through(const char *pipes)
{
	*got = '\0';
	assert_int_equal(fc_cli_pipe_open(cli, pipes, 0, &json, &line), 0);
	for (size_t at = 0; at < sizeof(listing) - 1; at += 7)
		fc_cli_pipe_write(cli, &part, listing + at,
				  at + 7 < sizeof(listing) ? 7 : sizeof(listing) - 1 - at);
	fc_cli_pipe_close(cli, &part);
	return got;
}

static void lines_are_chosen(void **state)
{
	(void)state;
	assert_string_equal(through("include ^flow|tos$"),
			    "flow record A;flow record B; match ipv4 tos;");
	assert_string_equal(through("exclude record|match|collect|!"),
			    "version 1;interface X; ip flow;");
	assert_string_equal(through("begin B"),
			    "flow record B; match ipv4 tos;interface X; ip flow;");
	assert_string_equal(through("section record A"),
			    "flow record A; match ipv4 protocol; collect counter bytes;");
	assert_string_equal(through("count ipv4"), "Number of lines which match regexp = 2;");
	assert_string_equal(through("i nothing"), "");
}

static void pipes_stand_one_behind_the_other(void **state)
{
	(void)state;
	assert_string_equal(through("section record | include match | exclude tos"),
			    " match ipv4 protocol;");
	assert_string_equal(through("include match | count ."),
			    "Number of lines which match regexp = 2;");
	assert_string_equal(through("json | include ^!"), "!;");
	assert_true(json);
}

static void a_bad_pipe_is_pointed_at(void **state)
{
	static const struct {
		const char *text, *message;
		unsigned column;
	} bad[] = {
		{" inclood x", "Invalid input detected at '^' marker.", 21},
		{" include", "Incomplete command.", 28},
		{"", "Incomplete command.", 20},
		{" include a | count (", "Not a regular expression.", 39},
		{" include a | json", "\"json\" comes first, and once.", 33},
		{" json | json", "\"json\" comes first, and once.", 28},
		{" i a | i b | i c | i d | i e", "Too many bars.", 44},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(fc_cli_pipe_open(cli, bad[i].text, 20, &json, &line), -EINVAL);
		assert_string_equal(line.message, bad[i].message);
		assert_int_equal(line.column, bad[i].column);
		assert_null(cli->filters);
	}
}

static void a_bar_needs_a_blank_in_front(void **state)
{
	char text[] = "show x filter a|b | include c";

	(void)state;
	assert_string_equal(fc_cli_pipe_split(text), " include c");
	assert_string_equal(text, "show x filter a|b ");
	assert_null(fc_cli_pipe_split(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_chosen),
		cmocka_unit_test(pipes_stand_one_behind_the_other),
		cmocka_unit_test(a_bad_pipe_is_pointed_at),
		cmocka_unit_test(a_bar_needs_a_blank_in_front),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
