// SPDX-License-Identifier: BSD-2-Clause
/* With one card in slot 7 and nothing configured, the record broker reads as in the text that this
 * was built after. */
#include <ha/broker_text.h>
#include <ha/consumer.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fc_brokers *brokers;
static struct fc_config config;
static struct fc_consumer *consumer;
static uint64_t now_ms = 1000;

/* A card that takes every plan. */
static void look(void)
{
	struct fc_plan_outcome outcome[FC_CARD_MONITORS_MAX];
	struct fc_card_plan plan;

	memset(outcome, 0, sizeof(outcome));
	if (fc_consumer_take(consumer, now_ms, &plan) == 1)
		fc_consumer_done(consumer, now_ms, 0, outcome);
}

static int set_up(void **state)
{
	(void)state;
	brokers = fc_brokers_create();
	fc_config_init(&config);
	if (!brokers || fc_brokers_commit(brokers, NULL, &config, now_ms) ||
	    fc_consumer_create(brokers, 7, &consumer))
		return -1;
	fc_consumer_up(consumer, 8);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fc_consumer_destroy(consumer);
	fc_brokers_destroy(brokers);
	return 0;
}

static char *listing(bool picture)
{
	struct fc_broker *b = fc_brokers_lock(brokers, FC_BROKERS_RECORD);
	struct fc_broker_display *d;
	struct fc_broker_row row;
	size_t octets;
	char *text;
	FILE *out = open_memstream(&text, &octets);

	if (picture) {
		fc_broker_text_picture(b, out);
	} else {
		fc_broker_text_detail(b, out);
		d = fc_broker_display_begin(b);
		while (fc_broker_display_next(d, &row))
			fc_broker_text_row(&row, out);
		fc_broker_display_end(d);
	}
	fclose(out);
	fc_brokers_unlock(brokers);
	return text;
}

/* The sample that follows this command in the text we build after, without its last newline. */
static char *sample(const char *command)
{
	const char *source = getenv("FC_SOURCE");
	char name[600], *text = calloc(1, 100000), *from, *to;
	FILE *in;

	snprintf(name, sizeof(name), "%s/../shared/seed/000_462a0ac5cca5de7d.txt",
		 source ? source : ".");
	in = fopen(name, "r");
	if (!in || !fread(text, 1, 99999, in)) {
		print_message("skipped: %s is not there\n", name);
		free(text);
		return NULL;
	}
	fclose(in);
	from = strstr(text, command);
	assert_non_null(from);
	from += strlen(command);
	to = strstr(from, "\n```");
	assert_non_null(to);
	*to = '\0';
	memmove(text, from, strlen(from) + 1);
	return text;
}

/* A multicast handle is an address: another one each time. */
static void blank_handle(char *text)
{
	char *at = strstr(text, " 0x7F");

	for (at += at ? 3 : 0; at && *at != '\n'; at++)
		*at = '*';
}

static void the_seed_s_state_reads_as_the_seed_does(void **state)
{
	char *expected = sample("```\nDevice# show flow record broker detail\n"), *text;

	(void)state;
	if (!expected)
		skip();
	look();
	text = listing(false);
	blank_handle(expected);
	blank_handle(text);
	assert_true(strlen(text) > strlen(expected));
	text[strlen(expected)] = '\0';
	assert_string_equal(text, expected);
	free(text);
	free(expected);
	now_ms += FC_BROKERS_QUIET_MS;
	look();
	expected = sample("```\nDevice# show flow record broker picture\n");
	text = listing(true);
	text[strlen(text) - 1] = '\0';
	assert_string_equal(text, expected);
	free(text);
	free(expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_seed_s_state_reads_as_the_seed_does, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
