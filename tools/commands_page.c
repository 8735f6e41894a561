// SPDX-License-Identifier: BSD-2-Clause
/* commands_page: docs/commands.md out of the grammar. The test ha.commands_page fails when it is
 * stale. */
#include "ha/cli/pipe.h"
#include "ha/cli/session.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ a line of the page */
struct last {
	const char *pattern;
	bool sure; /* a keyword that is always there has been seen */
	char help[FC_SYNTAX_LINE];
	unsigned missing; /* keywords without help */
};

static bool may_be_left_out(const char *pattern, const char *element)
{
	unsigned depth = 0;

	for (; pattern < element; pattern++) {
		depth += *pattern == '[';
		depth -= *pattern == ']';
	}
	return depth;
}

/* The help of the last keyword that cannot be left out is what the line is about. */
static void note(void *context, const char *path, const char *element, size_t length)
{
	struct last *last = context;
	char word[FC_SYNTAX_WORD];
	const char *help;

	if (*element == '<' || isupper((unsigned char)*element))
		return;
	snprintf(word, sizeof(word), "%.*s", (int)length, element);
	help = fc_syntax_help(path, word);
	if (!*help) {
		fprintf(stderr, "commands_page: no help for \"%s\" after \"%s\"\n", word, path);
		last->missing++;
	}
	if (last->sure && may_be_left_out(last->pattern, element))
		return;
	last->sure = true;
	snprintf(last->help, sizeof(last->help), "%s", help);
}

/* In a table a bar is escaped. */
static void put(const char *text)
{
	for (; *text; text++)
		if (*text == '|')
			fputs("\\|", stdout);
		else
			putchar(*text);
}

/* Return how many keywords have no help; a pattern that cannot be read counts as one. */
static unsigned put_row(const struct fc_syntax_command *row, const char *help)
{
	struct last last = {.pattern = row->pattern};

	if (fc_syntax_walk(row->pattern, note, &last)) {
		fprintf(stderr, "commands_page: \"%s\" is no pattern\n", row->pattern);
		return 1;
	}
	fputs(row->can_no ? "| `[no] " : "| `", stdout);
	put(row->pattern);
	fputs("` | ", stdout);
	put(help ? help : last.help);
	puts(" |");
	return last.missing;
}

/* ------------------------------------------------------------------ the page */
static unsigned put_exec(enum fc_cli_level level, const char *title)
{
	size_t rows;
	const struct fc_syntax_command *table = fc_cli_commands(&rows);
	unsigned wrong = 0;

	printf("\n## %s\n| command | what it does |\n|---|---|\n", title);
	for (size_t r = 0; r < rows; r++) {
		const struct fc_cli_command *c = table[r].detail;

		if (table[r].mode == FC_CLI_PRIVILEGED && c->level == level)
			wrong += put_row(&table[r], c->help);
	}
	return wrong;
}

static unsigned put_pipes(void)
{
	size_t rows;
	const struct fc_syntax_command *table = fc_cli_pipe_rows(&rows);
	unsigned wrong = 0;

	puts("\n## Behind a bar\n| filter | what it does |\n|---|---|");
	for (size_t r = 0; r < rows; r++)
		wrong += put_row(&table[r], NULL);
	return wrong;
}

static unsigned put_section(enum fc_config_mode mode, const char *title)
{
	size_t rows;
	const struct fc_syntax_command *table = fc_config_commands(&rows);
	unsigned wrong = 0;

	printf("\n### %s\n| line | what it sets |\n|---|---|\n", title);
	for (size_t r = 0; r < rows; r++)
		if (table[r].mode == mode)
			wrong += put_row(&table[r], NULL);
	return wrong;
}

int main(void)
{
	static const struct {
		enum fc_config_mode mode;
		const char *title;
	} sections[] = {
		{FC_CONFIG_GLOBAL, "Global"},          {FC_CONFIG_RECORD, "flow record"},
		{FC_CONFIG_EXPORTER, "flow exporter"}, {FC_CONFIG_MONITOR, "flow monitor"},
		{FC_CONFIG_SAMPLER, "sampler"},        {FC_CONFIG_CARD, "card"},
		{FC_CONFIG_INTERFACE, "interface"},    {FC_CONFIG_REDUNDANCY, "redundancy"},
	};
	unsigned wrong;

	puts("<!-- SPDX-License-Identifier: BSD-2-Clause -->\n"
	     "<!-- Written by build/tools/commands_page; do not edit. -->\n"
	     "# Commands\n\n"
	     "Every line that `flowcard` and the configuration take, as the grammar has it: "
	     "`{a|b}` is "
	     "one of them, `[a|b]` none or one,\n"
	     "`[a|b]*` any of them in any order, `<1-9>` a number, `NAME` a word, `LINE` the rest "
	     "of "
	     "the line. Words may be shortened while\n"
	     "unique. How a session works: [cli.md](cli.md).");
	wrong = put_exec(FC_CLI_USER, "EXEC, for all");
	wrong += put_exec(FC_CLI_PRIVILEGED, "EXEC, privileged");
	wrong += put_pipes();
	puts("\n## Configuration");
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		wrong += put_section(sections[i].mode, sections[i].title);
	if (fflush(stdout))
		wrong++;
	return wrong != 0;
}
