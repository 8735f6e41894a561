// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random configurations made of the grammar itself: every row of every section, with names from a
 * small pool so that lines meet. What is refused must leave no trace; what is left at the end must
 * be the same after it was written and read. FC_SEED and FC_RUNS choose others, and more.
 */
#include <ctype.h>
#include <errno.h>
#include <ha/config.h>
#include <ha/config_align.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#define LINES 120
#define RUNS 250

static uint64_t random_state;

static unsigned below(unsigned limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)((random_state >> 20) % limit);
}

/* ------------------------------------------------------------------ a line of a pattern */
struct maker {
	char text[FC_SYNTAX_LINE];
	size_t used;
	char last[FC_SYNTAX_WORD]; /* word before */
};

static void put(struct maker *m, const char *word, size_t octets)
{
	if (m->used + octets + 2 >= sizeof(m->text))
		return;
	if (m->used)
		m->text[m->used++] = ' ';
	memcpy(m->text + m->used, word, octets);
	m->used += octets;
	m->text[m->used] = '\0';
	snprintf(m->last, sizeof(m->last), "%.*s", (int)octets, word);
}

static void put_name(struct maker *m)
{
	static const char *const records[] = {"R1", "R2", "R3", "R4"};
	static const char *const others[] = {"alpha", "Beta", "x"};
	static const char *const hosts[] = {"192.0.2.1", "192.0.2.2", "127.0.0.1", "2001:db8::1",
					    "::1",       "fe80::1",   "0.0.0.0"};
	char name[40];

	/* Behind a number and behind another address stand addresses. */
	if (!strcmp(m->last, "peer") || strpbrk(m->last, ".:") ||
	    (isdigit((unsigned char)*m->last) && strstr(m->text, "path")))
		snprintf(name, sizeof(name), "%s", hosts[below(below(4) ? 3 : 7)]);
	else if (!strcmp(m->last, "file"))
		snprintf(name, sizeof(name), "%smnt/%u", below(4) ? "/" : "", below(3));
	else if (!strcmp(m->last, "etcd"))
		snprintf(name, sizeof(name), "http%s://e:2379/f%u", below(4) ? "" : "s", below(3));
	else if (!strcmp(m->last, "interface"))
		snprintf(name, sizeof(name), "%s%u/0/%u", below(2) ? "HundredGigE" : "hu",
			 1 + below(2), below(FC_CARD_PORTS_MAX));
	else if (!strcmp(m->last, "record"))
		snprintf(name, sizeof(name), "%s", records[below(4)]);
	else if (!strcmp(m->last, "6"))
		snprintf(name, sizeof(name), "$6$salt$hash%u", below(10));
	else
		snprintf(name, sizeof(name), "%s", others[below(3)]);
	put(m, name, strlen(name));
}

static void put_number(struct maker *m, const char *at)
{
	char *end, text[24];
	uint64_t low = strtoull(at + 1, &end, 10), high = strtoull(end + 1, NULL, 10);
	uint64_t span = high - low;

	if (!strcmp(m->last, "card"))
		low = 1, span = 1;
	if (span > 1000 && below(2))
		span = 1000;
	snprintf(
		text, sizeof(text), "%llu",
		(unsigned long long)(low + below((unsigned)(span < UINT32_MAX ? span + 1 : span))));
	put(m, text, strlen(text));
}

static const char *make(struct maker *m, const char *at, bool quiet, const char *stops);

/* {a|b}, [a|b]: one of them, or (in brackets) none. */
static const char *make_choice(struct maker *m, const char *at, bool quiet)
{
	char close = *at == '{' ? '}' : ']';
	char stops[3] = {'|', close, '\0'};
	unsigned count = 1, pick, depth = 1;

	for (const char *c = at + 1; depth; c++) {
		depth += *c == '{' || *c == '[';
		depth -= *c == '}' || *c == ']';
		count += *c == '|' && depth == 1;
	}
	pick = below(close == ']' ? count + 1 : count);
	for (unsigned n = 0; n < count; n++)
		at = make(m, at + 1, quiet || n != pick, stops);
	at++;
	return *at == '*' ? at + 1 : at;
}

static const char *make(struct maker *m, const char *at, bool quiet, const char *stops)
{
	while (*at && !strchr(stops, *at)) {
		size_t octets = strcspn(at, " |]}");

		if (*at == ' ') {
			at++;
			continue;
		}
		if (*at == '{' || *at == '[') {
			at = make_choice(m, at, quiet);
			continue;
		}
		if (quiet)
			;
		else if (*at == '<')
			put_number(m, at);
		else if (!strncmp(at, "LINE", 4))
			put(m, "some  words here", 5 + below(11));
		else if (isupper((unsigned char)*at))
			put_name(m);
		else
			put(m, at, octets);
		at += octets;
	}
	return at;
}

/* Mostly lines of the section, else global ones; now and then with "no". */
static void make_line(struct maker *m, enum fc_config_mode mode)
{
	size_t rows;
	const struct fc_syntax_command *table = fc_config_commands(&rows), *row;

	if (!below(3))
		mode = FC_CONFIG_GLOBAL;
	do
		row = &table[below((unsigned)rows)];
	while (row->mode != mode || (!strcmp(row->pattern, "end") && below(10)) ||
	       (!strcmp(row->pattern, "enable secret NAME")) ||
	       (!strncmp(row->pattern, "enable", 6) && below(20)));
	*m = (struct maker){.used = 0};
	if (row->can_no && !below(8)) {
		const char *word = below(2) ? "no" : "default";

		put(m, word, strlen(word));
	}
	make(m, row->pattern, false, "");
	if (!strncmp(m->text, "enable secret 0", 15))
		m->text[14] = '6'; /* no salt from outside; then it is refused */
}

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

static void spoil(char *text)
{
	size_t octets = strlen(text), at = octets ? below((unsigned)octets) : 0;

	switch (below(4)) {
	case 0:
		text[at] = '\0';
		break;
	case 1:
		text[at] = (char)(1 + below(255));
		break;
	case 2:
		text[at] = ' ';
		break;
	default:
		if (octets + 3 < FC_SYNTAX_LINE)
			strcat(text, " zz");
		break;
	}
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

static unsigned runs(void)
{
	const char *text = getenv("FC_RUNS");

	return text ? (unsigned)strtoul(text, NULL, 10) : RUNS;
}

static void any_configuration_reads_back_as_it_was_written(void **state)
{
	(void)state;
	for (unsigned r = 0; r < runs(); r++) {
		fc_config_init(&config);
		cursor = (struct fc_config_cursor){FC_CONFIG_GLOBAL};
		apply("card 1");
		for (unsigned l = 0; l < LINES; l++) {
			struct maker m;

			make_line(&m, cursor.mode);
			if (!below(10))
				spoil(m.text);
			apply(m.text);
		}
		survives_a_round_trip(&config);
	}
	print_message("%u lines taken, %u refused\n", taken, refused);
	assert_true(taken > 20 * runs() && refused > 2 * runs());
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
	for (unsigned r = 0; r < runs(); r++) {
		fc_config_init(&config);
		cursor = (struct fc_config_cursor){FC_CONFIG_GLOBAL};
		for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++)
			apply(objects[i]);
		for (unsigned l = 0; l < 40; l++) {
			static const char *const name[] = {"x", "alpha", "Beta"};
			unsigned with = taken;
			char text[100];

			snprintf(text, sizeof(text), "interface Hu1/0/%u", below(4));
			apply(text);
			snprintf(text, sizeof(text), "%s%s flow monitor %s%s %s",
				 below(5) ? "" : "no ", below(2) ? "ip" : "ipv6", name[below(3)],
				 below(4) ? "" : " sampler x", below(3) ? "input" : "output");
			apply(text);
			bound += taken - with == 2;
		}
		survives_a_round_trip(&config);
	}
	assert_true(bound > 4 * runs());
}

/* A pair's lines are few among all others: they meet here. */
static void pairs_read_back(void **state)
{
	unsigned with = 0, lacking = 0;

	(void)state;
	for (unsigned r = 0; r < 2 * runs(); r++) {
		fc_config_init(&config);
		cursor = (struct fc_config_cursor){FC_CONFIG_GLOBAL};
		for (unsigned l = 0; l < 40; l++) {
			struct maker m;

			apply("redundancy");
			do
				make_line(&m, FC_CONFIG_REDUNDANCY);
			while (!strncmp(m.text, "exit", 4));
			if (!below(20))
				spoil(m.text);
			apply(m.text);
		}
		survives_a_round_trip(&config);
		with += config.redundancy.mode == FC_CONFIG_MODE_SSO && *config.redundancy.fencing;
		lacking += fc_config_redundancy_lacks(&config) != NULL;
	}
	assert_true(with > runs() / 8 && lacking > runs() / 8 && lacking < 2 * runs());
}

int main(void)
{
	const char *seed = getenv("FC_SEED");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_configuration_reads_back_as_it_was_written),
		cmocka_unit_test(bindings_in_any_order_read_back),
		cmocka_unit_test(pairs_read_back),
	};

	random_state = seed ? strtoull(seed, NULL, 10) | 1 : 20261123;
	print_message("FC_SEED=%llu\n", (unsigned long long)random_state);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
