// SPDX-License-Identifier: BSD-2-Clause
#include "tests/ha/config_maker.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

uint64_t config_maker_random = 1;

unsigned config_maker_below(unsigned limit)
{
	config_maker_random ^= config_maker_random << 13;
	config_maker_random ^= config_maker_random >> 7;
	config_maker_random ^= config_maker_random << 17;
	return (unsigned)((config_maker_random >> 20) % limit);
}

void config_maker_seed(void)
{
	const char *seed = getenv("FC_SEED");

	config_maker_random = seed ? strtoull(seed, NULL, 10) | 1 : 20261123;
	printf("FC_SEED=%llu\n", (unsigned long long)config_maker_random);
}

unsigned config_maker_runs(unsigned fallback)
{
	const char *text = getenv("FC_RUNS");

	return text ? (unsigned)strtoul(text, NULL, 10) : fallback;
}

/* ------------------------------------------------------------------ a line of a pattern */
static void put(struct config_maker *m, const char *word, size_t octets)
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

static void put_name(struct config_maker *m)
{
	static const char *const records[] = {"R1", "R2", "R3", "R4"};
	static const char *const others[] = {"alpha", "Beta", "x"};
	static const char *const hosts[] = {"192.0.2.1", "192.0.2.2", "127.0.0.1", "2001:db8::1",
					    "::1",       "fe80::1",   "0.0.0.0"};
	char name[40];

	/* Behind a number and behind another address stand addresses. */
	if (!strcmp(m->last, "peer") || strpbrk(m->last, ".:") ||
	    (isdigit((unsigned char)*m->last) && strstr(m->text, "path")))
		snprintf(name, sizeof(name), "%s",
			 hosts[config_maker_below(config_maker_below(4) ? 3 : 7)]);
	else if (!strcmp(m->last, "file"))
		snprintf(name, sizeof(name), "%smnt/%u", config_maker_below(4) ? "/" : "",
			 config_maker_below(3));
	else if (!strcmp(m->last, "etcd"))
		snprintf(name, sizeof(name), "http%s://e:2379/f%u",
			 config_maker_below(4) ? "" : "s", config_maker_below(3));
	else if (!strcmp(m->last, "interface"))
		snprintf(name, sizeof(name), "%s%u/0/%u",
			 config_maker_below(2) ? "HundredGigE" : "hu", 1 + config_maker_below(2),
			 config_maker_below(FC_CARD_PORTS_MAX));
	else if (!strcmp(m->last, "record"))
		snprintf(name, sizeof(name), "%s", records[config_maker_below(4)]);
	else if (!strcmp(m->last, "6"))
		snprintf(name, sizeof(name), "$6$salt$hash%u", config_maker_below(10));
	else
		snprintf(name, sizeof(name), "%s", others[config_maker_below(3)]);
	put(m, name, strlen(name));
}

static void put_number(struct config_maker *m, const char *at)
{
	char *end, text[24];
	uint64_t low = strtoull(at + 1, &end, 10), high = strtoull(end + 1, NULL, 10);
	uint64_t span = high - low;

	if (!strcmp(m->last, "card"))
		low = 1, span = 1;
	if (span > 1000 && config_maker_below(2))
		span = 1000;
	snprintf(text, sizeof(text), "%llu",
		 (unsigned long long)(low +
				      config_maker_below(
					      (unsigned)(span < UINT32_MAX ? span + 1 : span))));
	put(m, text, strlen(text));
}

static const char *make(struct config_maker *m, const char *at, bool quiet, const char *stops);

/* {a|b}, [a|b]: one of them, or (in brackets) none. */
static const char *make_choice(struct config_maker *m, const char *at, bool quiet)
{
	char close = *at == '{' ? '}' : ']';
	char stops[3] = {'|', close, '\0'};
	unsigned count = 1, pick, depth = 1;

	for (const char *c = at + 1; depth; c++) {
		depth += *c == '{' || *c == '[';
		depth -= *c == '}' || *c == ']';
		count += *c == '|' && depth == 1;
	}
	pick = config_maker_below(close == ']' ? count + 1 : count);
	for (unsigned n = 0; n < count; n++)
		at = make(m, at + 1, quiet || n != pick, stops);
	at++;
	return *at == '*' ? at + 1 : at;
}

static const char *make(struct config_maker *m, const char *at, bool quiet, const char *stops)
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
			put(m, "some  words here", 5 + config_maker_below(11));
		else if (isupper((unsigned char)*at))
			put_name(m);
		else
			put(m, at, octets);
		at += octets;
	}
	return at;
}

/* Mostly lines of the section, else global ones; now and then with "no". */
void config_maker_line(struct config_maker *m, enum fc_config_mode mode)
{
	size_t rows;
	const struct fc_syntax_command *table = fc_config_commands(&rows), *row;

	if (!config_maker_below(3))
		mode = FC_CONFIG_GLOBAL;
	do
		row = &table[config_maker_below((unsigned)rows)];
	while (row->mode != mode || (!strcmp(row->pattern, "end") && config_maker_below(10)) ||
	       (!strcmp(row->pattern, "enable secret NAME")) ||
	       (!strncmp(row->pattern, "enable", 6) && config_maker_below(20)));
	*m = (struct config_maker){.used = 0};
	if (row->can_no && !config_maker_below(8)) {
		const char *word = config_maker_below(2) ? "no" : "default";

		put(m, word, strlen(word));
	}
	make(m, row->pattern, false, "");
	if (!strncmp(m->text, "enable secret 0", 15))
		m->text[14] = '6'; /* no salt from outside; then it is refused */
}

void config_maker_spoil(char *text)
{
	size_t octets = strlen(text), at = octets ? config_maker_below((unsigned)octets) : 0;

	switch (config_maker_below(4)) {
	case 0:
		text[at] = '\0';
		break;
	case 1:
		text[at] = (char)(1 + config_maker_below(255));
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
