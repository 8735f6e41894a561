// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random configurations made of the grammar itself: every row of every section, with names from a
 * small pool so that lines meet. What is refused must leave no trace; what is left at the end must
 * be the same after it was written and read. FC_SEED and FC_RUNS choose others, and more.
 */
#include <errno.h>
#include <ha/config.h>
#include <ha/config_align.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/ha/config_maker.h"

#define LINES 120
#define RUNS 250

/* ------------------------------------------------------------------ applying */
static struct fc_config config, before;
static struct fc_config_cursor cursor;
static unsigned taken, refused;

static void apply(const char *text)
{
	struct fc_config_cursor cursor_before = cursor;
	struct fc_syntax_line line;
	int err;

	before = config;
	err = fc_config_line(&config, &cursor, text, &line);
	if (!err) {
		taken++;
		return;
	}
	refused++;
	assert_int_equal(err, -EINVAL);
	assert_true(*line.message && line.column <= strlen(text));
	if (memcmp(&before, &config, sizeof(config)) != 0 ||
	    memcmp(&cursor_before, &cursor, sizeof(cursor)) != 0)
		fail_msg("refused, and yet something changed: %s", text);
}

static char *written(const struct fc_config *c)
{
	char *text;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	assert_int_equal(fc_config_write(c, NULL, out), 0);
	fclose(out);
	return text;
}

static void survives_a_round_trip(const struct fc_config *c)
{
	static struct fc_config again;
	char *first = written(c), *second;
	FILE *in = fmemopen(first, strlen(first), "r");

	if (fc_config_read(&again, in, "written", stderr))
		fail_msg("what was written is not taken:\n%s", first);
	fclose(in);
	second = written(&again);
	if (strcmp(first, second) != 0)
		fail_msg("written again it differs:\n%s---\n%s", first, second);
	fc_config_align(&again, c);
	if (memcmp(&again, c, sizeof(again)) != 0)
		fail_msg("it was written, and read as another one:\n%s", first);
	free(first);
	free(second);
}

static void any_configuration_reads_back_as_it_was_written(void **state)
{
	(void)state;
	for (unsigned r = 0; r < config_maker_runs(RUNS); r++) {
		fc_config_init(&config);
		cursor = (struct fc_config_cursor){FC_CONFIG_GLOBAL};
		apply("card 1");
		for (unsigned l = 0; l < LINES; l++) {
			struct config_maker m;

			config_maker_line(&m, cursor.mode);
			if (!config_maker_below(10))
				config_maker_spoil(m.text);
			apply(m.text);
		}
		survives_a_round_trip(&config);
	}
	print_message("%u lines taken, %u refused\n", taken, refused);
	assert_true(taken > 20 * config_maker_runs(RUNS) && refused > 2 * config_maker_runs(RUNS));
}

/* Objects that stand in each other's way on purpose: bindings, records, samplers. */
static void bindings_in_any_order_read_back(void **state)
{
	static const char *const objects[] = {"card 1",
					      "sampler x",
					      "mode random 1 out-of 3",
					      "flow record R1",
					      "match ipv4 source prefix minimum-mask 8",
					      "match ipv6 source address",
					      "flow record R2",
					      "match transport source-port",
					      "flow monitor x",
					      "record R1",
					      "flow monitor alpha",
					      "record R2",
					      "flow monitor Beta",
					      "record original-input"};
	unsigned bound = 0;

	(void)state;
	for (unsigned r = 0; r < config_maker_runs(RUNS); r++) {
		fc_config_init(&config);
		cursor = (struct fc_config_cursor){FC_CONFIG_GLOBAL};
		for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++)
			apply(objects[i]);
		for (unsigned l = 0; l < 40; l++) {
			static const char *const name[] = {"x", "alpha", "Beta"};
			unsigned with = taken;
			char text[100];

			snprintf(text, sizeof(text), "interface Hu1/0/%u", config_maker_below(4));
			apply(text);
			snprintf(text, sizeof(text), "%s%s flow monitor %s%s %s",
				 config_maker_below(5) ? "" : "no ",
				 config_maker_below(2) ? "ip" : "ipv6", name[config_maker_below(3)],
				 config_maker_below(4) ? "" : " sampler x",
				 config_maker_below(3) ? "input" : "output");
			apply(text);
			bound += taken - with == 2;
		}
		survives_a_round_trip(&config);
	}
	assert_true(bound > 4 * config_maker_runs(RUNS));
}

/* A pair's lines are few among all others: they meet here. */
static void pairs_read_back(void **state)
{
	unsigned with = 0, lacking = 0;

	(void)state;
	for (unsigned r = 0; r < 2 * config_maker_runs(RUNS); r++) {
		fc_config_init(&config);
		cursor = (struct fc_config_cursor){FC_CONFIG_GLOBAL};
		for (unsigned l = 0; l < 40; l++) {
			struct config_maker m;

			apply("redundancy");
			do
				config_maker_line(&m, FC_CONFIG_REDUNDANCY);
			while (!strncmp(m.text, "exit", 4));
			if (!config_maker_below(20))
				config_maker_spoil(m.text);
			apply(m.text);
		}
		survives_a_round_trip(&config);
		with += config.redundancy.mode == FC_CONFIG_MODE_SSO && *config.redundancy.fencing;
		lacking += fc_config_redundancy_lacks(&config) != NULL;
	}
	assert_true(with > config_maker_runs(RUNS) / 8 && lacking > config_maker_runs(RUNS) / 8 &&
		    lacking < 2 * config_maker_runs(RUNS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_configuration_reads_back_as_it_was_written),
		cmocka_unit_test(bindings_in_any_order_read_back),
		cmocka_unit_test(pairs_read_back),
	};

	config_maker_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
