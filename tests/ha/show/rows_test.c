// SPDX-License-Identifier: BSD-2-Clause
/*
 * Every row of show and clear over a unit with a fake card: it runs, as text and as JSON, and what
 * it says is what the card wrote.
 */
#include "tests/ha/await.h"
#include "tests/ha/card_ring.h"
#include "tests/ha/config_text.h"
#include "tests/ha/show/show_fixture.h"

#include <errno.h>
#include <ha/cli/command.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

#define RING_LOG2 10
#define LIMIT_MS 5000
#define FLOWS 40

static struct fake_card card;
static struct fc_transport_ops ops; /* the fake's, with a close */
static uint32_t written;
static const struct card_ring ring = {&card, RING_LOG2, &written};
static struct fc_config config;
static struct fc_unit unit;

static void no_close(struct fc_transport *t)
{
	(void)t;
}

static int open_card(const char *where, struct fc_transport **out, char *error, size_t octets)
{
	if (strcmp(where, "fake:0") != 0) {
		snprintf(error, octets, "%s: nobody there", where);
		return -ENODEV;
	}
	*out = &card.transport;
	return 0;
}

/* ------------------------------------------------------------------ commands */
static const struct fc_cli_command *const tables[] = {fc_cli_show_flow, fc_cli_show_cache,
						      fc_cli_show_card, fc_cli_clear_flow};
static struct fc_syntax_command syntax[64];
static size_t rows;

static void make_syntax(void)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++)
		for (const struct fc_cli_command *c = tables[t]; c->pattern; c++)
			syntax[rows++] =
				(struct fc_syntax_command){.pattern = c->pattern, .detail = c};
}

struct asked {
	const char *words;
	bool json;
};

static int call_row(void *context, FILE *out)
{
	const struct asked *a = context;
	static struct fc_syntax_line line;
	struct fc_cli_call call = {.unit = &unit, .line = &line, .out = out, .json = a->json};
	bool first;
	int row = fc_syntax_parse(syntax, rows, 0, a->words, &line, &first);

	if (row < 0)
		fail_msg("%s: %s", a->words, line.message);
	return ((const struct fc_cli_command *)syntax[row].detail)->run(&call);
}

static char *say(const char *words, bool json, int want)
{
	struct asked a = {words, json};
	int got;
	char *text = show_text(call_row, &a, &got);

	if (got != want)
		fail_msg("%s: %d instead of %d: %s", words, got, want, text);
	return text;
}

static void says(const char *words, const char *part)
{
	char *text = say(words, false, 0);

	if (!strstr(text, part))
		fail_msg("%s: \"%s\" is not in: %s", words, part, text);
	free(text);
}

static bool has(const char *words, const char *part)
{
	char *text = say(words, false, 0);
	bool there = strstr(text, part) != NULL;

	free(text);
	return there;
}

/* ------------------------------------------------------------------ tests */
static const char *const shows[] = {
	"show flow record",
	"show flow record V4",
	"show flow record name V4",
	"show flow record netflow ipv4 original-input peer",
	"show flow exporter",
	"show flow exporter OUT",
	"show flow exporter name OUT",
	"show flow exporter statistics",
	"show flow exporter OUT statistics",
	"show flow exporter templates",
	"show flow exporter OUT templates",
	"show flow exporter export-ids netflow-v9",
	"show flow exporter export-ids ipfix",
	"show flow monitor",
	"show flow monitor all",
	"show flow monitor M",
	"show flow monitor name M",
	"show flow monitor M statistics",
	"show flow monitor M cache",
	"show flow monitor name M cache",
	"show flow monitor M cache format csv",
	"show flow monitor M cache sort counter packets long top 3 format table",
	"show flow monitor M cache sort counter packets long format table top 3",
	"show flow monitor M cache top 3 sort counter packets long",
	"show flow monitor M cache filter ipv4 protocol 6 aggregate ipv4 protocol",
	"show flow monitor M cache aggregate ipv4 protocol sort counter bytes long",
	"show flow interface",
	"show flow interface HundredGigE7/0/0",
	"show flow interface Hu 7/0/0",
	"show sampler",
	"show sampler HALF",
	"show sampler name HALF",
	"show platform card",
	"show platform card 7",
};

static void every_row_of_show_runs_as_text_and_as_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shows) / sizeof(*shows); i++) {
		char *text = say(shows[i], false, 0), *json = say(shows[i], true, 0);
		json_error_t error;
		json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, &error);

		if (!*text || strchr("%{", *text))
			fail_msg("%s: %s", shows[i], text);
		if (!object)
			fail_msg("%s: %s: %s", shows[i], error.text, json);
		json_decref(object);
		free(text);
		free(json);
	}
}

static void an_object_that_is_not_there_is_named(void **state)
{
	static const struct {
		const char *words, *sentence;
	} unknown[] = {
		{"show flow record NONE", "% Flow Record NONE is not configured.\n"},
		{"show flow record options sampler-table",
		 "% Flow Record options sampler-table is not configured.\n"},
		{"show flow exporter NONE", "% Flow Exporter NONE is not configured.\n"},
		{"show flow monitor NONE", "% Flow Monitor NONE is not configured.\n"},
		{"show flow monitor NONE statistics", "% Flow Monitor NONE is not configured.\n"},
		{"show flow monitor NONE cache", "% Flow Monitor NONE is not configured.\n"},
		{"show flow interface Gi0/1", "% Interface Gi0/1 is not configured.\n"},
		{"show sampler NONE", "% Sampler NONE is not configured.\n"},
		{"show platform card 3", "% There is no card in slot 3.\n"},
		{"show platform card 3 ports", "% There is no card in slot 3.\n"},
		{"clear flow monitor NONE", "% Flow Monitor NONE is not configured.\n"},
		{"clear flow exporter NONE statistics",
		 "% Flow Exporter NONE is not configured.\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		char *text = say(unknown[i].words, false, -ENOENT);

		assert_string_equal(text, unknown[i].sentence);
		free(text);
	}
	free(say("show flow monitor EMPTY cache", false, -EINVAL));
	free(say("show flow monitor M cache sort nothing", false, -EINVAL));
}

static void a_cache_lists_what_the_card_wrote(void **state)
{
	char *json;
	json_t *object;

	(void)state;
	says("show flow monitor M statistics",
	     "Current entries:                              40\n");
	says("show flow monitor M statistics",
	     "Flows added:                                  40\n");
	json = say("show flow monitor M cache", true, 0);
	object = json_loads(json, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(object, "flows")), FLOWS);
	json_decref(object);
	free(json);
	says("show flow monitor M cache aggregate interface input",
	     "Hu7/0/0                       40                 12000                   120\n");
	says("show platform card 7", "    Live flows:                 40\n");
	says("show flow interface", "traffic(ip):      sampler HALF\n");
	says("show sampler", "    flow monitor M (ip,Hu7/0/0,Input)");
}

static void clearing_statistics_keeps_the_flows(void **state)
{
	(void)state;
	free(say("clear flow monitor M statistics", false, 0));
	says("show flow monitor M statistics",
	     "Current entries:                              40\n");
	says("show flow monitor M statistics",
	     "Flows added:                                   0\n");
}

/* A cut is needed for it, which this card takes when the test says so. */
static void a_cache_that_no_cut_clears_is_told(void **state)
{
	char *text = say("clear flow monitor M cache", false, -ETIMEDOUT);

	(void)state;
	assert_string_equal(text, "% Flow Monitor M was not cleared on every card: Connection "
				  "timed out.\n");
	free(text);
	says("show flow monitor M statistics",
	     "Current entries:                              40\n");
}

static void statistics_of_exporters_begin_anew(void **state)
{
	(void)state;
	free(say("clear flow exporter statistics", false, 0));
	free(say("clear flow exporter OUT statistics", false, 0));
	says("show flow exporter OUT statistics", "last cleared 00:00:0");
}

/* Its window and counters begin anew when its register is written. */
static void samplers_begin_anew(void **state)
{
	(void)state;
	free(say("clear sampler", false, 0));
	free(say("clear sampler HALF", false, 0));
	free(say("clear sampler NONE", false, -ENOENT));
}

/* Last: the card goes, and with it its flows; what it counted stays. */
static void counts_outlive_the_card(void **state)
{
	(void)state;
	__atomic_store_n(&card.gone, true, __ATOMIC_SEQ_CST);
	await(has("show platform card 7", "State:              gone"));
	/* Its flows are closed after that is told. */
	await(has("show flow monitor M statistics",
		  "Current entries:                               0\n"));
	says("show flow monitor M statistics",
	     "    - Event aged                                40\n");
	says("show flow monitor M cache", "There are no cache entries to display.\n");
	free(say("show platform card 7 ports", false, -ENODEV));
	free(say("clear flow monitor M statistics", false, 0));
	says("show flow monitor M statistics",
	     "Flows aged:                                    0\n");
}

/* ------------------------------------------------------------------ the unit */
static void read_config(void)
{
	static const char text[] =
		"sampler HALF\n mode deterministic 1 out-of 2\n"
		"flow record V4\n match ipv4 protocol\n collect counter packets long\n"
		"flow exporter OUT\n destination 127.0.0.1\n transport udp 9\n"
		"flow monitor M\n record original-input\n exporter OUT\n"
		"flow monitor EMPTY\n"
		"card 7\n transport pci fake:0\n ring size-log2 10\n"
		"interface Hu7/0/0\n ip flow monitor M sampler HALF input\n";

	config_text_take(&config, text);
}

static bool metering(void)
{
	struct fc_slot_status status = {0};
	struct fc_slot *slot = fc_unit_slot(&unit, 7);

	if (slot) {
		fc_slot_status(slot, &status);
		fc_unit_slot_release(&unit, 7);
	}
	return status.metering;
}

static int start(void **state)
{
	char error[200] = "";

	(void)state;
	fake_card_init(&card, 1);
	ops = *card.transport.ops;
	ops.close = no_close;
	card.transport.ops = &ops;
	read_config();
	if (fc_unit_start(&unit, &config, open_card, error, sizeof(error)))
		fail_msg("%s", error);
	await(metering());
	card_ring_flows(ring, 0, 0, FLOWS);
	card_ring_barrier(ring, 0);
	await(has("show flow monitor M statistics",
		  "Current entries:                              40\n"));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fc_unit_stop(&unit);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_of_show_runs_as_text_and_as_json),
		cmocka_unit_test(an_object_that_is_not_there_is_named),
		cmocka_unit_test(a_cache_lists_what_the_card_wrote),
		cmocka_unit_test(clearing_statistics_keeps_the_flows),
		cmocka_unit_test(a_cache_that_no_cut_clears_is_told),
		cmocka_unit_test(statistics_of_exporters_begin_anew),
		cmocka_unit_test(samplers_begin_anew),
		cmocka_unit_test(counts_outlive_the_card),
	};

	make_syntax();
	return cmocka_run_group_tests(tests, start, stop);
}
