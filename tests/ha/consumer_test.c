// SPDX-License-Identifier: BSD-2-Clause
/* Consumers over a card that only remembers its plan: what reaches it, and when. */
#include "tests/ha/config_lines.h"

#include <errno.h>
#include <ha/consumer.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CARDS 3

static struct fc_brokers *brokers;
static struct fc_config config, before;
static uint64_t now_ms;

static struct {
	unsigned slot;
	struct fc_consumer *consumer;
	struct fc_card_plan has;
	bool up;
	unsigned plans, monitors;
	uint32_t refuses; /* places, a bit each */
	unsigned fail_in; /* about one place in so many fails; 0: none */
} card[CARDS] = {{.slot = 7}, {.slot = 3}, {.slot = 31}};

static struct config_lines lines;

/* ------------------------------------------------------------------ configuration */
static void commit(void)
{
	assert_int_equal(fc_brokers_commit(brokers, &before, &config, now_ms), 0);
	before = config;
}

/* Lines with newlines between them; all must fit. */
static void say(const char *text)
{
	struct fc_config_cursor cursor = {0};
	struct fc_syntax_line line;
	char copy[2000], *rest = copy, *one;

	snprintf(copy, sizeof(copy), "%s", text);
	while ((one = strsep(&rest, "\n")))
		if (fc_config_line(&config, &cursor, one, &line))
			fail_msg("%s: %s", one, line.message);
	commit();
}

static int set_up(void **state)
{
	(void)state;
	now_ms = 1000;
	brokers = fc_brokers_create();
	fc_config_init(&config);
	if (!brokers || fc_brokers_commit(brokers, NULL, &config, now_ms))
		return -1;
	before = config;
	for (unsigned c = 0; c < CARDS; c++) {
		unsigned slot = card[c].slot;

		memset(&card[c], 0, sizeof(card[c]));
		card[c].slot = slot;
	}
	say("card 7\n transport pci x\ncard 3\n transport pci y\ncard 31\n transport pci z");
	return fc_consumer_create(brokers, 7, &card[0].consumer);
}

static int tear_down(void **state)
{
	(void)state;
	for (unsigned c = 0; c < CARDS; c++)
		fc_consumer_destroy(card[c].consumer);
	fc_brokers_destroy(brokers);
	return 0;
}

/* ------------------------------------------------------------------ the card */
static void up(unsigned c)
{
	memset(&card[c].has, 0, sizeof(card[c].has));
	card[c].up = true;
	fc_consumer_up(card[c].consumer, card[c].monitors ? card[c].monitors : 8);
}

static void program(unsigned c, const struct fc_card_plan *plan)
{
	struct fc_plan_outcome outcome[FC_CARD_MONITORS_MAX];
	int err = 0;

	memset(outcome, 0, sizeof(outcome));
	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++) {
		bool differs = memcmp(&card[c].has.monitor[m], &plan->monitor[m],
				      sizeof(plan->monitor[m]));

		if (differs &&
		    ((card[c].refuses >> m & 1) ||
		     (card[c].fail_in && !config_lines_below(&lines, card[c].fail_in)))) {
			err = outcome[m].error = -EIO;
			snprintf(outcome[m].sentence, sizeof(outcome[m].sentence), "monitor %u: no",
				 m);
			card[c].has.monitor[m].there = false;
			continue;
		}
		card[c].has.monitor[m] = plan->monitor[m];
	}
	card[c].plans++;
	fc_consumer_done(card[c].consumer, now_ms, err, outcome);
}

/* As a slot does each time it looks. Return whether there was something. */
static bool look(unsigned c)
{
	struct fc_card_plan plan;
	int got = card[c].up ? fc_consumer_take(card[c].consumer, now_ms, &plan) : 0;

	assert_true(got >= 0);
	if (got)
		program(c, &plan);
	return got;
}

static unsigned places(unsigned c)
{
	unsigned count = 0;

	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++)
		count += card[c].has.monitor[m].there;
	return count;
}

static struct fc_broker_consumer at(unsigned slot, enum fc_brokers_kind kind)
{
	struct fc_broker_consumer out;

	fc_broker_consumer(fc_brokers_lock(brokers, kind), slot, &out);
	fc_brokers_unlock(brokers);
	return out;
}

#define MONITOR(name) "flow monitor " name "\n record original-input\n"
#define BIND(name, port, family)                                                                   \
	"interface Hu7/0/" port "\n " family " flow monitor " name " input\n"

/* ------------------------------------------------------------------ cases */
static void a_card_that_comes_takes_everything(void **state)
{
	(void)state;
	say(MONITOR("A") BIND("A", "0", "ip") BIND("A", "0", "ipv6"));
	assert_false(look(0));
	assert_int_equal(at(7, FC_BROKERS_MONITOR).state, FC_BROKER_DISABLED);
	up(0);
	assert_true(look(0));
	assert_false(look(0));
	assert_int_equal(places(0), 1);
	assert_int_equal(card[0].has.monitor[0].card.ports, 1);
	assert_true(card[0].has.monitor[0].card.ipv4 && card[0].has.monitor[0].card.ipv6);
	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++)
		assert_int_equal(at(7, k).pending, 0);
	assert_int_equal(at(7, FC_BROKERS_RECORD).completed, 24);
}

static void a_change_of_one_monitor_leaves_the_other_in_its_place(void **state)
{
	struct fc_plan_monitor b;

	(void)state;
	up(0);
	say(MONITOR("A") MONITOR("B") BIND("A", "0", "ip") BIND("B", "1", "ip"));
	look(0);
	b = card[0].has.monitor[1];
	say("interface Hu7/0/0\n no ip flow monitor A input");
	look(0);
	assert_false(card[0].has.monitor[0].there);
	assert_memory_equal(&card[0].has.monitor[1], &b, sizeof(b));
	say(MONITOR("C") BIND("C", "0", "ip") BIND("C", "1", "ipv6"));
	look(0);
	assert_memory_equal(&card[0].has.monitor[1], &b, sizeof(b));
	assert_int_equal(places(0), 3);
	say(BIND("B", "0", "ipv6")); /* it parts: IPv4 keeps the place */
	look(0);
	assert_int_equal(card[0].has.monitor[1].id, b.id);
	assert_true(card[0].has.monitor[1].card.ipv4 && !card[0].has.monitor[1].card.ipv6);
	assert_int_equal(places(0), 4);
}

static void samplers_reach_the_ports_they_stand_on(void **state)
{
	const struct fc_plan_monitor *m = &card[0].has.monitor[0];

	(void)state;
	up(0);
	say("sampler S\n mode random 1 out-of 100\n" MONITOR("A")
		    BIND("A", "0", "ip") "interface Hu7/0/1\n ip flow monitor A sampler S input");
	look(0);
	assert_int_equal(m->card.ports, 3);
	assert_int_equal(m->sampler[0][0].mode, 0);
	assert_int_equal(m->sampler[0][1].mode, FC_SAMPLE_RANDOM);
	assert_int_equal(m->sampler[0][1].window, 100);
	assert_int_equal(m->sampler[0][1].id, config.fnf.sampler[0].id);
}

static void what_fails_stays_before_the_cursor_and_others_go_on(void **state)
{
	struct fc_broker_consumer where;

	(void)state;
	up(0);
	look(0);
	card[0].refuses = 1;
	say(MONITOR("A") MONITOR("B") BIND("A", "0", "ip") BIND("B", "1", "ip"));
	look(0);
	where = at(7, FC_BROKERS_MONITOR);
	assert_int_equal(where.attempts, 1);
	assert_string_equal(where.name, "A");
	assert_string_equal(where.sentence, "monitor 0: no");
	assert_int_equal(where.pending, 2);
	assert_true(card[0].has.monitor[1].there); /* B is on the card all the same */
	assert_int_equal(at(7, FC_BROKERS_RECORD).attempts, 0);
	assert_int_equal(at(7, FC_BROKERS_RECORD).pending, 0);
	assert_false(look(0)); /* not at once */
	now_ms += 1000;
	assert_true(look(0));
	assert_int_equal(at(7, FC_BROKERS_MONITOR).attempts, 2);
	now_ms += 1000;
	assert_false(look(0)); /* twice as long */
	card[0].refuses = 0;
	now_ms += 1000;
	assert_true(look(0));
	where = at(7, FC_BROKERS_MONITOR);
	assert_int_equal(where.attempts, 0);
	assert_int_equal(where.pending, 0);
	assert_int_equal(places(0), 2);
}

static void a_change_is_tried_before_the_time_is_over(void **state)
{
	(void)state;
	up(0);
	card[0].refuses = 1;
	say(MONITOR("A") BIND("A", "0", "ip"));
	look(0);
	say("interface Hu7/0/0\n no ip flow monitor A input");
	assert_true(look(0));
	assert_int_equal(at(7, FC_BROKERS_MONITOR).pending, 0);
	assert_int_equal(places(0), 0);
}

static void one_card_fails_and_the_other_does_not_wait(void **state)
{
	(void)state;
	assert_int_equal(fc_consumer_create(brokers, 3, &card[1].consumer), 0);
	up(0);
	up(1);
	look(0);
	look(1);
	card[0].refuses = 1;
	say(MONITOR("A") BIND("A", "0", "ip") "interface Hu3/0/0\n ip flow monitor A input");
	look(0);
	look(1);
	assert_int_equal(at(7, FC_BROKERS_MONITOR).pending, 1);
	assert_int_equal(at(3, FC_BROKERS_MONITOR).pending, 0);
	assert_int_equal(places(1), 1);
}

static void a_card_that_was_reset_begins_at_the_flush(void **state)
{
	(void)state;
	up(0);
	say(MONITOR("A") BIND("A", "0", "ip"));
	look(0);
	now_ms += FC_BROKERS_QUIET_MS;
	look(0); /* trims */
	assert_int_equal(at(7, FC_BROKERS_RECORD).completed, 0);
	fc_consumer_down(card[0].consumer);
	assert_int_equal(at(7, FC_BROKERS_RECORD).state, FC_BROKER_DISABLED);
	up(0);
	assert_int_equal(at(7, FC_BROKERS_RECORD).pending, 24);
	look(0);
	assert_int_equal(places(0), 1);
}

static void a_card_that_goes_while_it_is_programmed_concludes_nothing(void **state)
{
	struct fc_plan_outcome outcome[FC_CARD_MONITORS_MAX];
	struct fc_card_plan plan;

	(void)state;
	memset(outcome, 0, sizeof(outcome));
	up(0);
	assert_int_equal(fc_consumer_take(card[0].consumer, now_ms, &plan), 1);
	fc_consumer_done(card[0].consumer, now_ms, -ENODEV, outcome);
	assert_int_equal(at(7, FC_BROKERS_RECORD).pending, 24);
	assert_int_equal(at(7, FC_BROKERS_RECORD).attempts, 0);
}

static void a_number_that_changes_hands_is_the_new_one_s(void **state)
{
	(void)state;
	up(0);
	say(MONITOR("A") BIND("A", "0", "ip"));
	look(0);
	say("interface Hu7/0/0\n no ip flow monitor A input\nno flow monitor A\n" MONITOR("B")
		    BIND("B", "0", "ip")); /* one commit */
	look(0);
	assert_int_equal(places(0), 1);
	assert_false(card[0].has.monitor[0].there); /* nor is its place, while another is free */
	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++)
		if (card[0].has.monitor[m].there)
			assert_int_equal(
				card[0].has.monitor[m].id,
				config.fnf.monitor[fc_fnf_monitor_find(&config.fnf, "B")].id);
}

static void a_small_card_has_what_came_first(void **state)
{
	(void)state;
	card[0].monitors = 2;
	up(0);
	say(MONITOR("A") MONITOR("B") BIND("A", "0", "ip") BIND("B", "1", "ip"));
	look(0);
	say(MONITOR("C") BIND("C", "1", "ip"));
	look(0);
	assert_int_equal(places(0), 2);
	assert_string_equal(at(7, FC_BROKERS_MONITOR).name, "C");
	say("interface Hu7/0/0\n no ip flow monitor A input");
	look(0);
	assert_int_equal(places(0), 2);
	assert_int_equal(at(7, FC_BROKERS_MONITOR).pending, 0);
}

/* ------------------------------------------------------------------ at random */
static void change(void)
{
	char line[CONFIG_LINES_MAX][128];
	struct fc_config_cursor cursor = {0};
	struct fc_syntax_line parsed;
	unsigned count = config_lines_next(&lines, line);

	for (unsigned i = 0; i < count; i++)
		if (fc_config_line(&config, &cursor, line[i], &parsed) && i == 0)
			break;
	commit();
}

static void random_card(unsigned c)
{
	unsigned what = config_lines_below(&lines, 40);

	if (what == 0 && card[c].up) {
		fc_consumer_down(card[c].consumer);
		card[c].up = false;
	} else if (what < 3 && !card[c].up) {
		up(c);
	}
	look(c);
}

/* What the card has is what the configuration wants of it, whichever place it has. */
static unsigned assert_agrees(unsigned c)
{
	static struct fc_fnf fnf;
	struct fc_config_port port[FC_CARD_PORTS_MAX];
	struct fc_config_need need[FC_CARD_MONITORS_MAX];
	int count = fc_config_needs(&config.fnf, config.card[card[c].slot].port, need);

	fc_consumer_mirror(card[c].consumer, &fnf, port);
	assert_memory_equal(fnf.sampler, config.fnf.sampler, sizeof(fnf.sampler));
	assert_memory_equal(fnf.exporter, config.fnf.exporter, sizeof(fnf.exporter));
	assert_memory_equal(fnf.record, config.fnf.record, sizeof(fnf.record));
	assert_memory_equal(fnf.monitor, config.fnf.monitor, sizeof(fnf.monitor));
	assert_int_equal(places(c), count);
	for (int n = 0; n < count; n++) {
		bool found = false;

		for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++) {
			const struct fc_plan_monitor *p = &card[c].has.monitor[m];

			found |= p->there && p->flow_monitor == need[n].monitor &&
				 p->id == config.fnf.monitor[need[n].monitor].id &&
				 p->card.ports == need[n].ports &&
				 p->card.ports_out == need[n].ports_out &&
				 !!p->card.ipv4 == need[n].ipv4 && !!p->card.ipv6 == need[n].ipv6 &&
				 !memcmp(p->card.mask, need[n].mask, sizeof(need[n].mask));
		}
		assert_true(found);
	}
	return (unsigned)count;
}

static void random_changes_and_failures_end_in_agreement(void **state)
{
	const char *seed = getenv("FC_SEED"), *count = getenv("FC_CHANGES");
	unsigned changes = count ? (unsigned)strtoul(count, NULL, 0) : 8000, compared = 0;
	static const unsigned slots[CARDS] = {7, 3, 31};

	(void)state;
	lines = (struct config_lines){.random = 2 * (seed ? strtoull(seed, NULL, 0) : 5) + 1,
				      .slot = slots,
				      .slots = CARDS,
				      .ports = 2,
				      .collector_port = 9};
	for (unsigned c = 1; c < CARDS; c++)
		assert_int_equal(fc_consumer_create(brokers, slots[c], &card[c].consumer), 0);
	for (unsigned i = 0; i < changes; i++) {
		bool quiet = i % 500 == 499;

		for (unsigned c = 0; c < CARDS; c++)
			card[c].fail_in = quiet ? 0 : 4;
		change();
		now_ms += quiet ? 70000 : config_lines_below(&lines, 300);
		for (unsigned c = 0; c < CARDS; c++)
			random_card(c);
		for (unsigned c = 0; quiet && c < CARDS; c++) {
			if (!card[c].up)
				up(c);
			look(c);
			compared += assert_agrees(c);
			assert_int_equal(at(slots[c], FC_BROKERS_MONITOR).pending, 0);
			assert_int_equal(at(slots[c], FC_BROKERS_MONITOR).attempts, 0);
		}
	}
	print_message("seed %s: %u changes, %u monitors compared\n", seed ? seed : "5", changes,
		      compared);
	assert_true(compared > changes / 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		T(a_card_that_comes_takes_everything),
		T(a_change_of_one_monitor_leaves_the_other_in_its_place),
		T(samplers_reach_the_ports_they_stand_on),
		T(what_fails_stays_before_the_cursor_and_others_go_on),
		T(a_change_is_tried_before_the_time_is_over),
		T(one_card_fails_and_the_other_does_not_wait),
		T(a_card_that_was_reset_begins_at_the_flush),
		T(a_card_that_goes_while_it_is_programmed_concludes_nothing),
		T(a_number_that_changes_hands_is_the_new_one_s),
		T(a_small_card_has_what_came_first),
		T(random_changes_and_failures_end_in_agreement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
