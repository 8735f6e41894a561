// SPDX-License-Identifier: BSD-2-Clause
/* Configuration mode: lines go to the language as they are; what is left is leaving it, and "do".
 */
#include <errno.h>
#include <ha/cli/session.h>
#include <string.h>
#include <strings.h>

#define MODE_DO 0

static const struct fc_syntax_command only_do[] = {{MODE_DO, false, "do LINE", NULL, NULL}};

const char *fc_cli_configure_mode(const struct fc_cli_session *s)
{
	return fc_config_prompt(&s->cursor);
}

/* Where what follows "do" begins, 0: it is another line. */
static unsigned behind_do(const char *text)
{
	size_t blanks = strspn(text, " \t");

	if (strncasecmp(text + blanks, "do", 2) != 0 || !strchr(" \t", text[blanks + 2]))
		return 0;
	return (unsigned)(blanks + 2 + strspn(text + blanks + 2, " \t"));
}

/* At the end of a section: what it lacks is no error, since its lines could come in any order. */
static void say_what_is_missing(struct fc_cli_session *s, enum fc_config_mode left)
{
	const struct fc_config *config;
	const char *lacks;

	if (left != FC_CONFIG_REDUNDANCY)
		return;
	config = fc_unit_config(s->host->unit);
	lacks = fc_config_redundancy_lacks(config);
	if (lacks)
		fprintf(s->terminal.stream, "%% Warning: %s\n", lacks);
	fc_unit_config_release(config);
}

void fc_cli_configure_leave(struct fc_cli_session *s)
{
	if (!s->configuring)
		return;
	s->configuring = false;
	fc_cli_terminal_begin(&s->terminal);
	say_what_is_missing(s, s->cursor.mode);
	fc_cli_terminal_finish(&s->terminal);
}

void fc_cli_configure(struct fc_cli_session *s, const char *text)
{
	enum fc_config_mode before = s->cursor.mode;
	struct fc_syntax_line line;
	unsigned at = behind_do(text);

	if (at) {
		fc_cli_session_exec(s, text, at);
		return;
	}
	if (fc_unit_line(s->host->unit, &s->cursor, text, &line))
		fc_cli_session_refuse(s, text, &line);
	else if (s->cursor.mode != before)
		say_what_is_missing(s, before);
	/* A unit that has become standby meanwhile lets nobody go on. */
	if (s->cursor.ended || fc_unit_standby(s->host->unit))
		s->configuring = false;
}

/* Words of "do" among those of the section. */
static void add_do(const char *text, struct fc_syntax_options *out)
{
	struct fc_syntax_options own;
	struct fc_syntax_line line;

	if (fc_syntax_options(only_do, 1, MODE_DO, text, &own, &line) || !own.count ||
	    out->count == FC_SYNTAX_NEXT)
		return;
	out->next[out->count++] = own.next[0];
	for (unsigned i = out->count - 1; i && strcmp(out->next[i - 1].word, "do") > 0; i--) {
		out->next[i] = out->next[i - 1];
		out->next[i - 1] = own.next[0];
	}
}

int fc_cli_configure_options(struct fc_cli_session *s, const char *text,
			     struct fc_syntax_options *out, struct fc_syntax_line *line)
{
	unsigned at = behind_do(text);
	const struct fc_syntax_command *table;
	size_t rows;
	int err;

	if (at) {
		table = fc_cli_commands(&rows);
		err = fc_syntax_options(table, rows, FC_CLI_PRIVILEGED, text + at, out, line);
		out->from += at;
		line->column += at;
		return err;
	}
	table = fc_config_commands(&rows);
	err = fc_syntax_options(table, rows, s->cursor.mode, text, out, line);
	if (!err && !text[strcspn(text, " \t")])
		add_do(text, out);
	return err;
}
