// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <flowcard/registers.h>
#include <ha/config.h>
#include <ha/config_align.h>
#include <ha/syntax.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ------------------------------------------------------------------ the parser by itself */
static int row_of_value;

static int run_nothing(void *context, struct fc_syntax_line *line)
{
	(void)context;
	row_of_value = (int)line->values;
	return 0;
}

static const struct fc_syntax_command table[] = {
	{0, false, "show version", run_nothing, NULL},
	{0, false, "show flow monitor NAME", run_nothing, NULL},
	{0, false, "show flow monitor NAME cache", run_nothing, NULL},
	{0, true, "shutdown", run_nothing, NULL},
	{0, true, "level <1-10>", run_nothing, NULL},
	{0, true, "mode {fast|fine|slow}", run_nothing, NULL},
	{0, true, "description LINE", run_nothing, NULL},
	{1, false, "other", run_nothing, NULL},
};

static int parse(const char *text, struct fc_syntax_line *line)
{
	bool first;

	return fc_syntax_parse(table, sizeof(table) / sizeof(*table), 0, text, line, &first);
}

static void keywords_may_be_short_while_unique(void **state)
{
	struct fc_syntax_line line;

	(void)state;
	assert_int_equal(parse("show version", &line), 0);
	assert_int_equal(parse("SHO V", &line), 0);
	assert_int_equal(parse("sh v", &line), -EINVAL); /* show, shutdown */
	assert_non_null(strstr(line.message, "Ambiguous"));
	assert_int_equal(line.column, 0);
	assert_int_equal(parse("shu", &line), 3);
	assert_int_equal(parse("show fl mon X", &line), 1);
	assert_int_equal(parse("show fl mon X c", &line), 2);
	assert_string_equal(line.value[0].text, "X");
}

static void values_are_checked_and_pointed_at(void **state)
{
	struct fc_syntax_line line;

	(void)state;
	assert_int_equal(parse("level 10", &line), 4);
	assert_int_equal(line.value[0].number, 10);
	assert_int_equal(parse("level 11", &line), -EINVAL);
	assert_int_equal(line.column, 6);
	assert_int_equal(parse("level 0", &line), -EINVAL);
	assert_int_equal(parse("level 1x", &line), -EINVAL);
	assert_int_equal(parse("level 99999999999999999999", &line), -EINVAL);
	assert_int_equal(parse("mode sl", &line), 5);
	assert_int_equal(line.value[0].number, 2);
	assert_int_equal(parse("mode f", &line), -EINVAL); /* fast, fine */
	assert_int_equal(parse("level", &line), -EINVAL);
	assert_non_null(strstr(line.message, "Incomplete"));
	assert_int_equal(line.column, 5);
	assert_int_equal(parse("level 3 4", &line), -EINVAL);
	assert_int_equal(line.column, 8);
}

static void no_may_leave_values_out(void **state)
{
	struct fc_syntax_line line;

	(void)state;
	assert_int_equal(parse("no level", &line), 4);
	assert_true(line.no);
	assert_int_equal(parse("no level 5", &line), 4);
	assert_int_equal(parse("no show version", &line), -EINVAL);
	assert_int_equal(parse("no", &line), -EINVAL);
	assert_int_equal(parse("no description", &line), 6);
}

static void a_line_value_keeps_its_blanks(void **state)
{
	struct fc_syntax_line line;

	(void)state;
	assert_int_equal(parse("  description  two  words and level 5  ", &line), 6);
	assert_string_equal(line.value[0].text, "two  words and level 5");
	assert_int_equal(parse("description", &line), -EINVAL);
	assert_int_equal(parse("description a b c d e f g h i j k l m n o p q r s", &line), 6);
	assert_string_equal(line.value[0].text, "a b c d e f g h i j k l m n o p q r s");
}

static void comments_and_long_lines(void **state)
{
	char text[FC_SYNTAX_LINE + 10];
	struct fc_syntax_line line;

	(void)state;
	assert_int_equal(parse("", &line), -ENOENT);
	assert_int_equal(parse("   \t", &line), -ENOENT);
	assert_int_equal(parse(" ! show nothing", &line), -ENOENT);
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(parse(text, &line), -EINVAL);
}

/* ------------------------------------------------------------------ a configuration */
static struct fc_config config;

static char *read_text(const char *text, int want)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	char *complaints;
	size_t octets;
	FILE *out = open_memstream(&complaints, &octets);
	int got = fc_config_read(&config, in, "x", out);

	fclose(in);
	fclose(out);
	if (got != want)
		fail_msg("%d, not %d: %s", got, want, complaints);
	return complaints;
}

static const char whole[] = "hostname pe1\n"
			    "flow exporter OUT\n"
			    " destination 192.0.2.1\n"
			    " source 192.0.2.2\n"
			    " transport udp 2055\n"
			    " export-protocol ipfix\n"
			    " template data timeout 60\n"
			    "flow monitor M\n"
			    " record netflow ipv4 original-input\n"
			    " exporter OUT\n"
			    " cache timeout active 60\n"
			    " cache timeout inactive 5\n"
			    "flow monitor BOTH\n"
			    " record original-input\n"
			    "card 7\n"
			    " transport vfio-user /run/card 7.sock\n"
			    "card 3\n"
			    " transport pci 0000:03:00.0\n"
			    " ring size-log2 12\n"
			    " card-loss exit\n"
			    " worker wait poll\n"
			    " worker cpu 1\n"
			    "interface card 3 port 0\n"
			    " ip flow monitor M input\n"
			    "interface card 3 port 1\n"
			    " ip flow monitor BOTH input\n"
			    " ipv6 flow monitor BOTH input\n"
			    "interface card 3 port 2\n"
			    " ip flow monitor BOTH input\n";

static void a_whole_configuration_is_understood(void **state)
{
	char text[sizeof(whole)];

	(void)state;
	snprintf(text, sizeof(text), "%s", whole);
	memcpy(strstr(text, "card 7.sock"), "card-7.sock", 11);
	free(read_text(text, 0));
	assert_string_equal(config.hostname, "pe1");
	assert_int_equal(config.exporter[0].protocol, FC_PROTOCOL_IPFIX);
	assert_int_equal(config.exporter[0].port, 2055);
	assert_int_equal(config.exporter[0].template_seconds, 60);
	assert_int_equal(config.monitor[0].active_s, 60);
	assert_int_equal(config.monitor[1].active_s, 1800);
	assert_int_equal(config.monitor[0].exporter[0], 0);
	assert_int_equal(config.monitor[1].exporter[0], FC_CONFIG_NONE);
	assert_string_equal(config.card[7].where, "vfio-user:/run/card-7.sock");
	assert_string_equal(config.card[3].where, "0000:03:00.0");
	assert_int_equal(config.card[3].ring_log2, 12);
	assert_true(config.card[3].loss_exit);
	assert_int_equal(config.card[3].wait, FC_CONFIG_WAIT_POLL);
	assert_int_equal(config.card[3].cpu, 1);
	assert_int_equal(config.card[7].cpu, FC_CONFIG_NONE);
	assert_int_equal(config.card[3].port[1].monitor[FC_CONFIG_IPV6], 1);
	free(read_text(whole, -EINVAL)); /* two words where one is wanted */
}

static void monitors_of_a_card_follow_from_its_ports(void **state)
{
	struct fc_card_monitor m[FC_CARD_MONITORS_MAX];
	int which[FC_CARD_MONITORS_MAX];
	char text[sizeof(whole)];

	(void)state;
	snprintf(text, sizeof(text), "%s", whole);
	memcpy(strstr(text, "card 7.sock"), "card-7.sock", 11);
	free(read_text(text, 0));
	assert_int_equal(fc_config_card_monitors(&config, 3, m, which), 3);
	assert_int_equal(m[0].ports, 1);
	assert_true(m[0].ipv4 && !m[0].ipv6);
	assert_int_equal(which[0], 0);
	assert_int_equal(m[1].ports, 2 | 4); /* IPv4 on two ports */
	assert_int_equal(m[2].ports, 2);     /* IPv6 on one */
	assert_true(m[2].ipv6 && !m[2].ipv4);
	assert_int_equal(which[2], 1);
	assert_int_equal(fc_vec_sport(m[0].mask), 0xffff);
	assert_int_equal(fc_config_card_monitors(&config, 7, m, which), 0);
}

static void a_bad_line_is_shown_with_number_and_caret(void **state)
{
	char *text = read_text("hostname a\nflow exporter E\n destination h\n  transport tcp 5\n",
			       -EINVAL);

	(void)state;
	assert_string_equal(text, "x:4: Invalid input detected at '^' marker.\n"
				  "    transport tcp 5\n"
				  "              ^\n");
	free(text);
}

static void what_does_not_fit_together_is_refused(void **state)
{
	static const char *const wrong[][2] = {
		{"flow monitor M\n", "flow monitor M has no record"},
		{"flow exporter E\n", "has no destination"},
		{"card 1\n", "card 1 has no transport"},
		{"card 1\n transport pci x\n epoch length-log2 10\n", "as long as an epoch"},
		{"interface card 1 port 0\n", "no card in this slot"},
		{"flow monitor M\n record netflow-original\n exporter X\n", "no flow exporter"},
		{"card 1\n transport pci x\nflow monitor M\n record netflow-original\n"
		 "interface card 1 port 0\n ipv6 flow monitor M input\n",
		 "other IP version"},
		{"flow exporter E\n source nowhere\n", "address of this host"},
		{"no card\n", "Which card?"},
		{"no flow exporter\n", "Leave the section out"},
		{"no flow monitor\n", "Leave the section out"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char *text = read_text(wrong[i][0], -EINVAL);

		if (!strstr(text, wrong[i][1]))
			fail_msg("case %zu says: %s", i, text);
		free(text);
	}
}

static void names_keep_their_numbers_over_a_reload(void **state)
{
	static struct fc_config running;

	(void)state;
	free(read_text("flow exporter A\n destination a\nflow exporter B\n destination b\n"
		       "flow monitor M\n record netflow-original\n exporter B\n",
		       0));
	running = config;
	free(read_text("flow exporter C\n destination c\nflow exporter B\n destination bb\n"
		       "flow monitor N\n record netflow-original\n exporter C\n"
		       "flow monitor M\n record netflow-original\n exporter B\n"
		       "card 1\n transport pci x\n"
		       "interface card 1 port 0\n ip flow monitor M input\n",
		       0));
	fc_config_align(&config, &running);
	assert_string_equal(config.exporter[1].name, "B");
	assert_string_equal(config.exporter[1].destination, "bb");
	assert_string_equal(config.exporter[0].name, ""); /* A is gone, C took a free number */
	assert_string_equal(config.exporter[2].name, "C");
	assert_string_equal(config.monitor[0].name, "M");
	assert_int_equal(config.monitor[0].exporter[0], 1);
	assert_int_equal(config.monitor[1].exporter[0], 2);
	assert_int_equal(config.card[1].port[0].monitor[FC_CONFIG_IPV4], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keywords_may_be_short_while_unique),
		cmocka_unit_test(values_are_checked_and_pointed_at),
		cmocka_unit_test(no_may_leave_values_out),
		cmocka_unit_test(a_line_value_keeps_its_blanks),
		cmocka_unit_test(comments_and_long_lines),
		cmocka_unit_test(a_whole_configuration_is_understood),
		cmocka_unit_test(monitors_of_a_card_follow_from_its_ports),
		cmocka_unit_test(a_bad_line_is_shown_with_number_and_caret),
		cmocka_unit_test(what_does_not_fit_together_is_refused),
		cmocka_unit_test(names_keep_their_numbers_over_a_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
