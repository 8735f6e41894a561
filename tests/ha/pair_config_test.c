// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two units of a pair in one process, without cards, and an operator who cannot make up their mind:
 * whatever is typed at the active unit, and whichever that is, both have the same objects with the
 * same numbers at the same places, and keep what is their own. FC_SEED, FC_CHANGES and
 * FC_SWITCHOVERS choose others, and more.
 */
#include "tests/ha/await.h"
#include "tests/ha/config_lines.h"
#include "tests/ha/config_shared_same.h"
#include "tests/ha/config_text.h"
#include "tests/ha/no_card.h"
#include "tests/ha/unit_in_pair.h"

#include <ha/show/redundancy.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka wants these before it. */
#include <cmocka.h>

#define LIMIT_MS 20000
#define CHANGES 150
#define SWITCHOVERS 1

static struct fc_unit units[2];
static char folder[PAIR_FOLDER];
static unsigned taken, refused;

/* ------------------------------------------------------------------ two units */
/* Unit 2 has a card less. */
static void start_unit(unsigned u)
{
	static struct fc_config c;
	unsigned net = 1 + (unsigned)getpid() % 250;
	char text[800], error[200];

	snprintf(text, sizeof(text),
		 "hostname unit%u\nredundancy\n mode sso\n unit %u\n peer 127.9.%u.%u 127.9.%u.%u\n"
		 " key %s/key\n fencing witness file %s\ncard 1\n ring size-log2 %u\n%s",
		 u + 1, u + 1, net, u + 1, net, 2 - u, folder, folder, 11 + u,
		 u ? "" : "card 3\n description only here\n");
	config_text_take(&c, text);
	if (fc_unit_start(&units[u], &c, no_card, error, sizeof(error)))
		fail_msg("%s", error);
}

static bool is_pair(unsigned active)
{
	return unit_state(&units[active]) == FC_RF_ACTIVE &&
	       unit_state(&units[!active]) == FC_RF_STANDBY_HOT;
}

/* ------------------------------------------------------------------ both the same */
static bool both_same(void)
{
	const struct fc_config *a = fc_unit_config(&units[0]), *b = fc_unit_config(&units[1]);
	bool same = config_shared_same(a, b);

	fc_unit_config_release(a);
	fc_unit_config_release(b);
	return same;
}

static void own_is_kept(void)
{
	for (unsigned u = 0; u < 2; u++) {
		const struct fc_config *c = fc_unit_config(&units[u]);

		assert_int_equal(c->hostname[4], '1' + (char)u);
		assert_int_equal(c->redundancy.unit, u + 1);
		assert_int_equal(c->card[1].ring_log2, 11 + u);
		assert_string_equal(c->card[3].description, u ? "" : "only here");
		fc_unit_config_release(c);
	}
}

static void change(struct config_lines *from, unsigned active)
{
	struct fc_config_cursor cursor = {0};
	char line[CONFIG_LINES_MAX][128];
	unsigned lines = config_lines_next(from, line);

	for (unsigned l = 0; l < lines; l++) {
		struct fc_syntax_line said;

		if (fc_unit_line(&units[active], &cursor, line[l], &said))
			refused++;
		else
			taken++;
	}
}

static unsigned number(const char *name, unsigned fallback)
{
	const char *text = getenv(name);

	return text ? (unsigned)strtoul(text, NULL, 10) : fallback;
}

static void both_units_have_the_same_whatever_is_typed(void **state)
{
	static const unsigned slots[] = {1, 3};
	unsigned seed = number("FC_SEED", 20261123), changes = number("FC_CHANGES", CHANGES);
	unsigned switchovers = number("FC_SWITCHOVERS", SWITCHOVERS);
	struct config_lines from = {
		.random = seed | 1, .slot = slots, .slots = 2, .ports = 3, .collector_port = 9};

	(void)state;
	print_message("FC_SEED=%u\n", seed);
	make_pair_folder(folder, "fc-pair-config");
	for (unsigned u = 0; u < 2; u++)
		start_unit(u);
	await(is_pair(0));
	for (unsigned s = 0; s <= switchovers; s++) {
		char text[FC_RF_TEXT];

		for (unsigned n = 0; n < changes; n++) {
			change(&from, s % 2);
			if (!config_lines_below(&from, 20))
				await(both_same());
		}
		await(both_same());
		own_is_kept();
		await(is_pair(s % 2));
		if (s == switchovers)
			break;
		assert_int_equal(fc_unit_redundancy_order(&units[s % 2], FC_REDUNDANCY_FORCE, text),
				 0);
		await(is_pair(!(s % 2)));
	}
	print_message("%u lines taken, %u refused\n", taken, refused);
	assert_true(taken > changes && refused > changes / 10);
}

static int teardown(void **state)
{
	char path[80];

	(void)state;
	for (unsigned u = 0; u < 2; u++)
		fc_unit_stop(&units[u]);
	snprintf(path, sizeof(path), "rm -r %s", folder);
	return system(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(both_units_have_the_same_whatever_is_typed, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
