// SPDX-License-Identifier: BSD-2-Clause
/* What the pages show is taken, or refused with the words they show; the man page knows every
 * keyword of the language; and so is what routers print. */
#include <ctype.h>
#include <errno.h>
#include <ha/config.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define GUIDE FC_DOCS "/configuration.md"
#define MAN FC_DOCS "/man/flowcardd.conf.5"

static char *content(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	if (!in)
		fail_msg("%s: %s", path, strerror(errno));
	for (int c = fgetc(in); c != EOF; c = fgetc(in))
		fputc(c, out);
	fclose(in);
	fclose(out);
	return text;
}

/* The text between a line `from` and the next line `to`, cut out of *at; NULL: no more. */
static char *block(char **at, const char *from, const char *to)
{
	char *begin = strstr(*at, from), *end;

	if (!begin)
		return NULL;
	begin += strlen(from);
	end = strstr(begin, to);
	assert_non_null(end);
	*end = '\0';
	*at = end + 1;
	return begin;
}

static int load(const char *text, char **complaints)
{
	static struct fc_config config;
	size_t octets;
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	FILE *out = open_memstream(complaints, &octets);
	int err = fc_config_read(&config, in, "page", out);

	fclose(in);
	fclose(out);
	return err;
}

static void examples_of_the_guide_are_taken(void **state)
{
	char *text = content(GUIDE), *at = text, *example, *said;
	unsigned count = 0;

	(void)state;
	for (; (example = block(&at, "```ios\n", "```\n")); count++) {
		if (load(example, &said))
			fail_msg("%s\n%s", example, said);
		free(said);
	}
	assert_true(count >= 5);
	free(text);
}

/* The last line of such a block is what is said of the line before it. */
static void refusals_of_the_guide_are_refused_in_these_words(void **state)
{
	char *text = content(GUIDE), *at = text, *example, *said, *words;
	unsigned count = 0;

	(void)state;
	for (; (example = block(&at, "```refused\n", "\n```\n")); count++) {
		words = strrchr(example, '\n');
		*words++ = '\0';
		assert_int_equal(load(example, &said), -EINVAL);
		if (!strstr(said, words))
			fail_msg("%s\nsays\n%s\nnot\n%s", example, said, words);
		free(said);
	}
	assert_true(count >= 3);
	free(text);
}

static void the_example_of_the_man_page_is_taken(void **state)
{
	char *text = content(MAN), *at = strstr(text, ".SH EXAMPLE"), *said;
	const char *example = block(&at, ".nf\n", ".fi\n");

	(void)state;
	if (load(example, &said))
		fail_msg("%s\n%s", example, said);
	free(said);
	free(text);
}

static char *man;
static unsigned words;

static void in_the_man_page(void *context, const char *path, const char *element, size_t length)
{
	char word[FC_SYNTAX_WORD];

	(void)context;
	(void)path;
	if (!islower((unsigned char)*element))
		return;
	snprintf(word, sizeof(word), "%.*s", (int)length, element);
	words++;
	if (!strstr(man, word))
		fail_msg("flowcardd.conf.5 does not know \"%s\"", word);
}

static void every_keyword_is_in_the_man_page(void **state)
{
	size_t rows;
	const struct fc_syntax_command *row = fc_config_commands(&rows);

	(void)state;
	man = content(MAN);
	for (size_t i = 0; i < rows; i++)
		if (row[i].mode != FC_CONFIG_RECORD) /* fields: ? lists them */
			fc_syntax_walk(row[i].pattern, in_the_man_page, NULL);
	assert_true(words > 100);
	free(man);
}

/* ------------------------------------------------------------------ what routers print */
#define ROUTERS FC_DOCS "/../../shared/facts/show-flow.md"

/* Lines that are not in the language (docs/differences.md), or say what is the default. */
static bool left_out(const char *text)
{
	return strstr(text, "match counter") || strstr(text, "application-attributes") ||
	       strstr(text, "export-protocol netflow-v9");
}

/* A line of the file without blanks at its end; NULL: it is none of a configuration. */
static char *line_of_router(char **rest)
{
	char *text = strsep(rest, "\n"), *end;

	if (!text || !*text || *text == '#' || *text == '`' || strchr(text, ':') || left_out(text))
		return NULL;
	for (end = text + strlen(text); end > text && end[-1] == ' ';)
		*--end = '\0';
	return text;
}

/* One section of a router, as it would be written here: the same lines. */
static void same_section(const struct fc_config *config, const char *section)
{
	struct fc_config_what what = {.part = FC_CONFIG_RECORDS};
	char name[FC_FNF_NAME + 1], *text, *from, *to;
	size_t octets;
	FILE *out;

	if (sscanf(section, "flow exporter %64s", name) == 1)
		what.part = FC_CONFIG_EXPORTERS;
	else if (sscanf(section, "flow record %64s", name) != 1)
		return;
	what.name = name;
	out = open_memstream(&text, &octets);
	assert_int_equal(fc_config_write(config, &what, out), 0);
	fclose(out);
	from = text + 2; /* after "!" */
	to = strrchr(text, '!');
	*to = '\0';
	assert_string_equal(from, section);
	free(text);
}

static void sections_of_routers_are_taken_and_written_alike(void **state)
{
	static struct fc_config config;
	struct fc_config_cursor cursor = {FC_CONFIG_GLOBAL};
	struct fc_syntax_line line;
	char *file, *rest, section[4000] = "";
	unsigned sections = 0;

	(void)state;
	if (access(ROUTERS, R_OK)) {
		print_message("%s is not there\n", ROUTERS);
		skip();
	}
	file = content(ROUTERS);
	rest = strstr(file, "## ShowRunningConfigFlowExporter");
	assert_non_null(rest);
	*strstr(rest, "# Samples pasted") = '\0';
	fc_config_init(&config);
	while (rest) {
		const char *text = line_of_router(&rest);

		if (!text)
			continue;
		if (fc_config_line(&config, &cursor, text, &line) &&
		    !strstr(line.message, "does not exist")) /* its object is not printed there */
			fail_msg("%s: %s", text, line.message);
		if (*text != '!') {
			snprintf(section + strlen(section), sizeof(section) - strlen(section),
				 "%s\n", text);
			continue;
		}
		sections += *section != '\0';
		same_section(&config, section);
		*section = '\0';
	}
	assert_true(sections >= 20);
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_the_guide_are_taken),
		cmocka_unit_test(refusals_of_the_guide_are_refused_in_these_words),
		cmocka_unit_test(the_example_of_the_man_page_is_taken),
		cmocka_unit_test(every_keyword_is_in_the_man_page),
		cmocka_unit_test(sections_of_routers_are_taken_and_written_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
