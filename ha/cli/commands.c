// SPDX-License-Identifier: BSD-2-Clause
/* All rows of EXEC in one table, and the order of the parts that bring them. */
#include <ha/cli/exec.h>
#include <ha/show/redundancy.h>
#include <pthread.h>
#include <stdlib.h>

static const struct fc_cli_command *const parts[] = {
	fc_cli_exec,       fc_cli_exec_show,
	fc_cli_exec_card,  fc_cli_show_flow,
	fc_cli_show_cache, fc_cli_clear_flow,
	fc_cli_show_card,  fc_cli_show_broker,
	fc_cli_redundancy, NULL,
};

static struct fc_syntax_command *table;
static size_t count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void add(enum fc_cli_level mode, enum fc_cli_level highest)
{
	for (size_t p = 0; parts[p]; p++)
		for (const struct fc_cli_command *c = parts[p]; c->pattern; c++)
			if (c->level <= highest)
				table[count++] = (struct fc_syntax_command){
					.mode = mode, .pattern = c->pattern, .detail = c};
}

static void build(void)
{
	size_t rows = 1;

	for (size_t p = 0; parts[p]; p++)
		for (const struct fc_cli_command *c = parts[p]; c->pattern; c++)
			rows++;
	table = calloc(2 * rows, sizeof(*table));
	if (!table)
		abort(); /* once, at the start, a few kilobytes */
	add(FC_CLI_USER, FC_CLI_USER);
	add(FC_CLI_PRIVILEGED, FC_CLI_PRIVILEGED);
}

const struct fc_syntax_command *fc_cli_commands(size_t *rows)
{
	pthread_once(&once, build);
	*rows = count;
	return table;
}
