// SPDX-License-Identifier: BSD-2-Clause
/*
 * The shared part of a pair's configurations: two units with whatever configurations, one takes the
 * other's shared part and keeps its own. FC_SEED and FC_RUNS choose others, and more.
 */
#include <errno.h>
#include <ha/config_align.h>
#include <ha/config_shared.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/ha/config_maker.h"
#include "tests/ha/config_shared_same.h"

#define RUNS 150

static struct fc_config active, standby, before;

static int apply(struct fc_config *config, struct fc_config_cursor *cursor, const char *text)
{
	struct fc_syntax_line line;

	return fc_config_line(config, cursor, text, &line);
}

static void apply_all(struct fc_config *config, const char *const *lines)
{
	struct fc_config_cursor cursor = {FC_CONFIG_GLOBAL};

	for (; *lines; lines++)
		if (apply(config, &cursor, *lines))
			fail_msg("%s", *lines);
}

static void make(struct fc_config *config, unsigned lines)
{
	static const char *const objects[] = {"card 1",
					      "flow record R1",
					      "match ipv4 source address",
					      "flow monitor x",
					      "record R1",
					      "flow monitor Beta",
					      "record original-input",
					      "interface hu1/0/1",
					      "ip flow monitor x input",
					      NULL};
	struct fc_config_cursor cursor = {FC_CONFIG_GLOBAL};

	fc_config_init(config);
	if (config_maker_below(4))
		apply_all(config, objects);
	while (lines--) {
		struct config_maker m;

		config_maker_line(&m, cursor.mode);
		apply(config, &cursor, m.text);
	}
}

/* ------------------------------------------------------------------ what is whose */
/* A card without a transport, which is left alone, may have come. */
static void own_is_kept(const struct fc_config *is, const struct fc_config *was)
{
	static struct fc_config mixed;

	mixed = *is;
	memcpy(&mixed.fnf, &was->fnf, sizeof(mixed.fnf));
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++) {
		memcpy(mixed.card[s].port, was->card[s].port, sizeof(mixed.card[s].port));
		assert_true(is->card[s].there || !was->card[s].there);
		assert_true(was->card[s].there || !fc_config_card_wanted(&is->card[s]));
		mixed.card[s].there = was->card[s].there;
	}
	assert_memory_equal(&mixed, was, sizeof(mixed));
}

static void reads_back(const struct fc_config *config)
{
	static struct fc_config again;
	char *text;
	size_t octets;
	FILE *out = open_memstream(&text, &octets), *in;

	assert_int_equal(fc_config_write(config, NULL, out), 0);
	fclose(out);
	in = fmemopen(text, octets, "r");
	if (fc_config_read(&again, in, "written", stderr))
		fail_msg("not read back:\n%s", text);
	fclose(in);
	fc_config_align(&again, config);
	again.fnf.next_id = config->fnf.next_id;
	assert_memory_equal(&again, config, sizeof(again));
	free(text);
}

static int take(struct fc_config *config, const struct fc_config *from)
{
	char *text = fc_config_shared_write(from), *ids = fc_config_shared_ids(from), why[200];
	int err = fc_config_shared_take(config, text, ids, why, sizeof(why));

	if (err)
		print_message("%s\n%s%s", why, text, ids);
	free(text);
	free(ids);
	return err;
}

/* ------------------------------------------------------------------ any two */
static void any_unit_takes_any_other_s_shared_part(void **state)
{
	unsigned differed = 0;

	(void)state;
	for (unsigned r = 0; r < config_maker_runs(RUNS); r++) {
		make(&active, 100);
		make(&standby, 60);
		before = standby;
		differed += !config_shared_same(&active, &standby);
		assert_true((fc_config_shared_checksum(&active) ==
			     fc_config_shared_checksum(&standby)) ==
			    config_shared_same(&active, &standby));
		assert_int_equal(take(&standby, &active), 0);
		own_is_kept(&standby, &before);
		assert_true(config_shared_same(&standby, &active));
		assert_true(fc_config_shared_checksum(&active) ==
			    fc_config_shared_checksum(&standby));
		reads_back(&standby);
	}
	assert_true(differed > config_maker_runs(RUNS) / 2);
}

/* The checksum changes with the shared part and with nothing else. */
static void a_line_changes_the_checksum_or_is_own(void **state)
{
	unsigned changed = 0, own = 0;

	(void)state;
	for (unsigned r = 0; r < config_maker_runs(RUNS) / 10; r++) {
		struct fc_config_cursor cursor = {FC_CONFIG_GLOBAL};

		make(&active, 40);
		for (unsigned l = 0; l < 60; l++) {
			uint64_t sum = fc_config_shared_checksum(&active);
			struct config_maker m;

			before = active;
			config_maker_line(&m, cursor.mode);
			apply(&active, &cursor, m.text);
			if ((sum == fc_config_shared_checksum(&active)) !=
			    config_shared_same(&active, &before))
				fail_msg("%s", m.text);
			changed += !config_shared_same(&active, &before);
			own += config_shared_same(&active, &before) &&
			       memcmp((const void *)&active, (const void *)&before,
				      sizeof(active)) != 0;
		}
	}
	assert_true(changed > config_maker_runs(RUNS) && own > config_maker_runs(RUNS) / 10);
}

/* Whatever octets come: all or nothing. */
static void what_is_spoilt_changes_all_or_nothing(void **state)
{
	unsigned taken = 0, refused = 0;

	(void)state;
	for (unsigned r = 0; r < config_maker_runs(RUNS); r++) {
		char *text, *ids, *at, why[200];

		make(&active, 80);
		make(&standby, 40);
		before = standby;
		text = fc_config_shared_write(&active);
		ids = fc_config_shared_ids(&active);
		at = config_maker_below(2) ? text : ids;
		if (*at)
			at[config_maker_below((unsigned)strlen(at))] =
				(char)(config_maker_below(3) ? ' ' + config_maker_below(95) : 10);
		if (fc_config_shared_take(&standby, text, ids, why, sizeof(why))) {
			refused++;
			assert_true(*why);
			assert_memory_equal(&standby, &before, sizeof(before));
		} else {
			taken++;
			own_is_kept(&standby, &before);
			reads_back(&standby);
		}
		free(text);
		free(ids);
	}
	print_message("%u taken, %u refused\n", taken, refused);
	assert_true(taken > config_maker_runs(RUNS) / 20 && refused > config_maker_runs(RUNS) / 4);
}

/* What opens the section that the cursor stands in. */
static const char *section_of(const struct fc_config_cursor *c, char text[FC_SYNTAX_LINE])
{
	static const char *const words[] = {
		[FC_CONFIG_GLOBAL] = "",
		[FC_CONFIG_CARD] = "card %u",
		[FC_CONFIG_RECORD] = "flow record %s",
		[FC_CONFIG_EXPORTER] = "flow exporter %s",
		[FC_CONFIG_MONITOR] = "flow monitor %s",
		[FC_CONFIG_SAMPLER] = "sampler %s",
		[FC_CONFIG_INTERFACE] = "interface HundredGigE%u/0/%u",
		[FC_CONFIG_REDUNDANCY] = "redundancy",
	};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (c->mode == FC_CONFIG_CARD || c->mode == FC_CONFIG_INTERFACE)
		snprintf(text, FC_SYNTAX_LINE, words[c->mode], c->slot, c->port);
	else
		snprintf(text, FC_SYNTAX_LINE, words[c->mode], c->name);
#pragma GCC diagnostic pop
	return text;
}

/* Line by line, also those that are about what is each unit's own. */
static void a_standby_follows_line_by_line(void **state)
{
	unsigned followed = 0;

	(void)state;
	for (unsigned r = 0; r < config_maker_runs(RUNS) / 10; r++) {
		struct fc_config_cursor cursor = {FC_CONFIG_GLOBAL};

		make(&active, 40);
		make(&standby, 40);
		before = standby;
		assert_int_equal(take(&standby, &active), 0);
		for (unsigned l = 0; l < 60; l++) {
			char section[FC_SYNTAX_LINE], why[200], *ids;
			struct config_maker m;

			section_of(&cursor, section);
			config_maker_line(&m, cursor.mode);
			if (apply(&active, &cursor, m.text))
				continue;
			ids = fc_config_shared_ids(&active);
			if (fc_config_shared_line(&standby, section, m.text, ids, why, sizeof(why)))
				fail_msg("%s / %s: %s", section, m.text, why);
			free(ids);
			followed++;
			if (!config_shared_same(&standby, &active))
				fail_msg("%s / %s", section, m.text);
			own_is_kept(&standby, &before);
		}
		reads_back(&standby);
	}
	assert_true(followed > 2 * config_maker_runs(RUNS));
}

static void a_line_takes_no_card_of_the_standby_away(void **state)
{
	static const char *const mine[] = {"card 7", "transport pci 0:1:2.0", "interface Hu7/0/1",
					   "description x", NULL};
	char *ids, why[200];

	(void)state;
	fc_config_init(&active);
	fc_config_init(&standby);
	apply_all(&active, mine);
	apply_all(&standby, mine);
	apply_all(&active, (const char *const[]){"no card 7", NULL});
	ids = fc_config_shared_ids(&active);
	assert_int_equal(
		fc_config_shared_line(&standby, "card 7", "no card 7", ids, why, sizeof(why)), 0);
	assert_true(fc_config_card_wanted(&standby.card[7]));
	assert_true(config_shared_same(&standby, &active));
	before = standby;
	assert_int_equal(fc_config_shared_line(&standby, "", "sampler S", ids, why, sizeof(why)),
			 -EINVAL);
	assert_string_equal(why, "ids: sampler S has none");
	assert_int_equal(fc_config_shared_line(&standby, "sampler", "x", ids, why, sizeof(why)),
			 -EINVAL);
	assert_string_equal(why, "\"sampler\": Incomplete command.");
	assert_memory_equal(&standby, &before, sizeof(before));
	free(ids);
}

/* ------------------------------------------------------------------ certain ones */
static void both_number_alike_from_then_on(void **state)
{
	static const char *const first[] = {
		"flow monitor a", "flow monitor b", "flow exporter e",   "sampler s",
		"sampler t",      "no sampler s",   "no flow monitor a", NULL};
	static const char *const more[] = {"flow monitor c", "flow exporter f", "sampler u",
					   "flow record r", NULL};

	(void)state;
	fc_config_init(&active);
	fc_config_init(&standby);
	apply_all(&active, first);
	assert_int_equal(take(&standby, &active), 0);
	assert_int_equal(fc_fnf_monitor_find(&standby.fnf, "b"), 1);
	apply_all(&active, more);
	apply_all(&standby, more);
	assert_true(config_shared_same(&active, &standby));
}

static void the_same_text_with_other_numbers_has_another_checksum(void **state)
{
	static const char *const once[] = {"flow monitor a", NULL};
	static const char *const twice[] = {"flow monitor a", "no flow monitor a", "flow monitor a",
					    NULL};
	char *text[2];

	(void)state;
	fc_config_init(&active);
	fc_config_init(&standby);
	apply_all(&active, once);
	apply_all(&standby, twice);
	text[0] = fc_config_shared_write(&active);
	text[1] = fc_config_shared_write(&standby);
	assert_string_equal(text[0], text[1]);
	assert_int_not_equal(fc_config_shared_checksum(&active),
			     fc_config_shared_checksum(&standby));
	assert_int_equal(take(&standby, &active), 0);
	assert_true(config_shared_same(&active, &standby));
	free(text[0]);
	free(text[1]);
}

static void interfaces_of_a_card_that_is_not_here_are_kept(void **state)
{
	static const char *const mine[] = {"hostname left",           "card 7",
					   "transport pci 0:1:2.0",   "flow monitor m",
					   "record netflow-original", "interface Hu7/0/1",
					   "ip flow monitor m input", NULL};
	static const char *const yours[] = {"hostname right",
					    "card 3",
					    "transport pci 0:4:5.0",
					    "interface Hu3/0/0",
					    "description old",
					    "redundancy",
					    "unit 2",
					    NULL};

	(void)state;
	fc_config_init(&active);
	fc_config_init(&standby);
	apply_all(&active, mine);
	apply_all(&standby, yours);
	assert_int_equal(take(&standby, &active), 0);
	assert_string_equal(standby.hostname, "right");
	assert_int_equal(standby.redundancy.unit, 2);
	assert_true(standby.card[7].there && !fc_config_card_wanted(&standby.card[7]));
	assert_true(fc_config_card_wanted(&standby.card[3]));
	assert_int_equal(standby.card[7].port[1].binding[0][0][0].monitor, 0);
	assert_string_equal(standby.card[3].port[0].description, "");
	reads_back(&standby);
}

static void what_is_not_shared_is_refused(void **state)
{
	static const char object[] = "flow exporter e\n",
			  next[] = "next object 99\nnext sampler 0\n";
	static const char *const wrong[][3] = {
		{"hostname x\n", "", "each unit's own"},
		{"enable secret 6 $6$a$b\n", "", "each unit's own"},
		{"card 3\n shutdown\n", "", "each unit's own"},
		{"no card 3\n", "", "each unit's own"},
		{"redundancy\n unit 3\n", "", "each unit's own"},
		{"flow exporter e\n dscp 99\n", "", "line 2: Invalid input"},
		{object, "", "ids: exporter e has none"},
		{object, "exporter 0 40 f\n", "ids: exporter e has none"},
		{object, "exporter 0 40 e\nexporter 1 41 e\n", "ids: exporter e has two"},
		{object, "exporter 0 40 e\nexporter 0 41 e\n", "ids: \"exporter 0 41 e\""},
		{object, "exporter 32 40 e\n", "ids: \"exporter 32 40 e\""},
		{object, "exporter 0 0 e\n", "ids: \"exporter 0 0 e\""},
		{object, "exporter 0 99999999999 e\n", "ids: "},
		{object, "exporter 0 40 e\nmonitor 0 41 m\n", "ids: there is no monitor m"},
		{object, "exporter 0 100 e\n", "ids: 100 is given twice, or is still to come"},
		{object, "exporter 0 1 e\n", "ids: 1 is given twice"},
		{object, "card 0 40 e\n", "ids: \"card 0 40 e\""},
		{"sampler s\nsampler t\n", "sampler 0 4 s\nsampler 1 4 t\n",
		 "sampler 4 is given twice"},
		{"sampler s\n", "sampler 0 256 s\n", "ids: \"sampler 0 256 s\""},
	};
	char ids[8000], why[200], *plain;

	(void)state;
	fc_config_init(&active);
	plain = fc_config_shared_ids(&active);
	*strstr(plain, "next ") = '\0';
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		before = active;
		snprintf(ids, sizeof(ids), "%s%s%s", plain, wrong[i][1], next);
		assert_int_equal(fc_config_shared_take(&active, wrong[i][0], ids, why, sizeof(why)),
				 -EINVAL);
		if (!strstr(why, wrong[i][2]))
			fail_msg("case %zu says: %s", i, why);
		assert_memory_equal(&active, &before, sizeof(before));
	}
	assert_int_equal(fc_config_shared_take(&active, "", plain, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "ids: the next ones are missing");
	free(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_unit_takes_any_other_s_shared_part),
		cmocka_unit_test(a_line_changes_the_checksum_or_is_own),
		cmocka_unit_test(what_is_spoilt_changes_all_or_nothing),
		cmocka_unit_test(a_standby_follows_line_by_line),
		cmocka_unit_test(a_line_takes_no_card_of_the_standby_away),
		cmocka_unit_test(both_number_alike_from_then_on),
		cmocka_unit_test(the_same_text_with_other_numbers_has_another_checksum),
		cmocka_unit_test(interfaces_of_a_card_that_is_not_here_are_kept),
		cmocka_unit_test(what_is_not_shared_is_refused),
	};

	config_maker_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
