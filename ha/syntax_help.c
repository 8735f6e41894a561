// SPDX-License-Identifier: BSD-2-Clause
/*
 * What '?' says of a keyword. An entry is for every line on which its words stand together, at the
 * end of what leads to the keyword: "flow monitor" is for the "monitor" of "show flow monitor" too,
 * unless that has an entry of its own. The longest entry wins.
 */
#include <ha/syntax.h>
#include <stdio.h>
#include <string.h>

struct help {
	const char *words, *text;
};

/* clang-format off */
static const struct help helps[] = {
	{"no", "Negate a command or set its defaults"},
	{"show", "Show running system information"},
};
/* clang-format on */

static bool ends_with(const char *path, const char *words)
{
	size_t length = strlen(path), tail = strlen(words);

	return tail <= length && !strcmp(path + length - tail, words) &&
	       (tail == length || path[length - tail - 1] == ' ');
}

const char *fc_syntax_help(const char *path, const char *word)
{
	const char *best = "";
	size_t longest = 0;
	char whole[FC_SYNTAX_LINE + FC_SYNTAX_WORD];

	snprintf(whole, sizeof(whole), "%s%s%s", path, *path ? " " : "", word);
	for (size_t i = 0; i < sizeof(helps) / sizeof(*helps); i++)
		if (strlen(helps[i].words) > longest && ends_with(whole, helps[i].words)) {
			longest = strlen(helps[i].words);
			best = helps[i].text;
		}
	return best;
}
