// SPDX-License-Identifier: BSD-2-Clause
/*
 * Lines typed into a unit whose card is missing: EXEC lines with their pipes are run, each prefix
 * of every line is asked '?' and Tab of, in EXEC and in every section of the configuration, and the
 * lines of configuration are applied to a copy.
 */
#include "tests/ha/no_card.h"

#include <ha/cli/session.h>
#include <stdlib.h>
#include <string.h>

static struct fc_unit unit;
static struct fc_config config;

static const char text[] = "flow exporter OUT\n destination 127.0.0.1\n transport udp 9\n"
			   "flow monitor M\n record netflow ipv4 original-input\n exporter OUT\n"
			   "card 7\n transport pci nowhere\n"
			   "interface HundredGigE7/0/0\n ip flow monitor M input\n";

static int refuse(void *argument)
{
	(void)argument;
	return -EINVAL;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char error[200];
	FILE *in = fmemopen((void *)(uintptr_t)text, sizeof(text) - 1, "r");

	(void)argc;
	(void)argv;
	if (!in || fc_config_read(&config, in, "text", stderr) ||
	    fc_unit_start(&unit, &config, no_card, error, sizeof(error)))
		abort();
	fclose(in);
	return 0;
}

static void run(const char *line)
{
	const struct fc_cli_host host = {.unit = &unit, .reload = refuse};
	char error[1024] = "", *answer;
	size_t octets;
	FILE *out = open_memstream(&answer, &octets);
	int err;

	if (!out)
		return;
	err = fc_cli_once(&host, line, out, error, sizeof(error));
	fclose(out);
	if (err && !*error && !octets)
		abort(); /* refused without a reason */
	free(answer);
}

/* What is completed must be no worse than what was typed: it still can be asked of. */
static void ask(const struct fc_syntax_command *table, size_t rows, unsigned mode, const char *line)
{
	static struct fc_syntax_options options, again;
	struct fc_syntax_line got;
	char longer[2 * FC_SYNTAX_LINE], add[FC_SYNTAX_WORD + 2];

	if (fc_syntax_options(table, rows, mode, line, &options, &got)) {
		if (!*got.message || got.column > FC_SYNTAX_LINE)
			abort();
		return;
	}
	if (options.from > strlen(line))
		abort();
	if (!fc_syntax_complete(&options, line, add, sizeof(add)))
		return;
	snprintf(longer, sizeof(longer), "%s%s", line, add);
	if (strlen(longer) < FC_SYNTAX_LINE &&
	    fc_syntax_options(table, rows, mode, longer, &again, &got))
		abort();
}

static void ask_everywhere(const char *line)
{
	const struct fc_syntax_command *table;
	size_t rows;

	table = fc_cli_commands(&rows);
	ask(table, rows, FC_CLI_USER, line);
	ask(table, rows, FC_CLI_PRIVILEGED, line);
	table = fc_config_commands(&rows);
	for (unsigned mode = FC_CONFIG_GLOBAL; mode < FC_CONFIG_MODES; mode++)
		ask(table, rows, mode, line);
}

static void prefixes(const char *line)
{
	char part[FC_SYNTAX_LINE + 10];
	size_t length = strlen(line), step = length / 2 + 1;

	for (size_t n = 0; n < length + step; n += step) {
		snprintf(part, sizeof(part), "%.*s", (int)(n < length ? n : length), line);
		ask_everywhere(part);
	}
}

static void configure(struct fc_config_cursor *cursor, const char *line)
{
	static struct fc_config before;
	struct fc_syntax_line got;

	before = config;
	if (fc_config_line(&config, cursor, line, &got) &&
	    (memcmp(&before, &config, sizeof(config)) != 0 || !*got.message))
		abort(); /* a refused line leaves nothing, and says why */
	if (cursor->ended)
		memset(cursor, 0, sizeof(*cursor));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1), *rest, *line;
	struct fc_config_cursor cursor = {0};

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	for (line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		prefixes(line);
		run(line);
		configure(&cursor, line);
	}
	free(copy);
	return 0;
}
