// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/cli/pipe.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum kind { PIPE_INCLUDE, PIPE_EXCLUDE, PIPE_BEGIN, PIPE_SECTION, PIPE_COUNT, PIPE_JSON };

/* clang-format off */
static const struct fc_syntax_command rows[] = {
	[PIPE_INCLUDE] = {0, false, "include LINE", NULL, NULL},
	[PIPE_EXCLUDE] = {0, false, "exclude LINE", NULL, NULL},
	[PIPE_BEGIN] = {0, false, "begin LINE", NULL, NULL},
	[PIPE_SECTION] = {0, false, "section LINE", NULL, NULL},
	[PIPE_COUNT] = {0, false, "count LINE", NULL, NULL},
	[PIPE_JSON] = {0, false, "json", NULL, NULL},
};
/* clang-format on */

const struct fc_syntax_command *fc_cli_pipe_rows(size_t *count)
{
	*count = sizeof(rows) / sizeof(*rows);
	return rows;
}

struct state {
	enum kind kind;
	regex_t expression;
	bool on; /* begin: matched once; section: inside of one */
	size_t indent;
	unsigned long count;
};

static bool keep(struct state *s, const char *line)
{
	bool fits = !regexec(&s->expression, line, 0, NULL, 0);
	size_t indent = strspn(line, " \t");

	switch (s->kind) {
	case PIPE_INCLUDE:
		return fits;
	case PIPE_EXCLUDE:
		return !fits;
	case PIPE_BEGIN:
		return s->on |= fits;
	case PIPE_COUNT:
		s->count += fits;
		return false;
	default:
		break;
	}
	if (s->on && indent > s->indent && line[indent])
		return true;
	s->on = fits;
	s->indent = indent;
	return fits;
}

static int filter(struct cli_def *cli, const char *line, void *data)
{
	struct state *s = data;

	if (line)
		return keep(s, line) ? CLI_OK : CLI_ERROR;
	if (s->kind == PIPE_COUNT)
		cli_error(cli, "Number of lines which match regexp = %lu", s->count);
	regfree(&s->expression);
	free(s);
	return CLI_OK;
}

static struct cli_filter *make(enum kind kind, const char *expression, int *err)
{
	struct cli_filter *f = calloc(1, sizeof(*f));
	struct state *s = calloc(1, sizeof(*s));

	*err = f && s ? 0 : -ENOMEM;
	if (!*err && regcomp(&s->expression, expression, REG_EXTENDED | REG_NOSUB))
		*err = -EINVAL;
	if (*err) {
		free(f);
		free(s);
		return NULL;
	}
	s->kind = kind;
	f->filter = filter;
	f->data = s;
	return f;
}

/* ------------------------------------------------------------------ from the line */
char *fc_cli_pipe_split(char *text)
{
	for (char *bar = strchr(text, '|'); bar; bar = strchr(bar + 1, '|'))
		if (bar > text && (bar[-1] == ' ' || bar[-1] == '\t')) {
			*bar = '\0';
			return bar + 1;
		}
	return NULL;
}

/* Every error is one of the whole line. */
static int at(struct fc_syntax_line *line, unsigned column, int err)
{
	line->column += column;
	return err;
}

static int refuse(struct fc_syntax_line *line, unsigned column, const char *what)
{
	line->column = column;
	snprintf(line->message, sizeof(line->message), "%s", what);
	return -EINVAL;
}

static void drop(struct cli_def *cli)
{
	while (cli->filters) {
		struct cli_filter *f = cli->filters;
		struct state *s = f->data;

		cli->filters = f->next;
		regfree(&s->expression);
		free(s);
		free(f);
	}
}

static int add(struct cli_def *cli, struct cli_filter ***end, const char *text, unsigned column,
	       bool *json, struct fc_syntax_line *line)
{
	bool first;
	int err = 0;
	int kind = fc_syntax_parse(rows, sizeof(rows) / sizeof(*rows), 0, text, line, &first);

	if (kind == -ENOENT)
		return refuse(line, column + (unsigned)strlen(text), "Incomplete command.");
	if (kind < 0)
		return at(line, column, kind);
	if (kind == PIPE_JSON && !json)
		return refuse(line, column + (unsigned)strspn(text, " \t"),
			      "Only what \"show\" lists is there in JSON.");
	if (kind == PIPE_JSON) {
		if (cli->filters || *json)
			return refuse(line, column + (unsigned)strspn(text, " \t"),
				      "\"json\" comes first, and once.");
		*json = true;
		return 0;
	}
	**end = make((enum kind)kind, line->value[0].text, &err);
	if (err == -EINVAL)
		return refuse(line, column + line->value[0].column, "Not a regular expression.");
	if (err)
		return refuse(line, column, "No memory left.");
	*end = &(**end)->next;
	return 0;
}

int fc_cli_pipe_open(struct cli_def *cli, const char *text, unsigned column, bool *json,
		     struct fc_syntax_line *line)
{
	char copy[FC_SYNTAX_LINE];
	struct cli_filter **end = &cli->filters;
	unsigned pipes = 0;
	int err = 0;

	if (json)
		*json = false;
	snprintf(copy, sizeof(copy), "%s", text);
	for (char *part = copy, *next; part && !err; part = next) {
		unsigned where = column + (unsigned)(part - copy);

		next = fc_cli_pipe_split(part);
		err = ++pipes > FC_CLI_PIPES ? refuse(line, where, "Too many bars.")
					     : add(cli, &end, part, where, json, line);
	}
	if (err)
		drop(cli);
	return err;
}

/* ------------------------------------------------------------------ lines */
static void end_line(struct cli_def *cli, struct fc_cli_part *part)
{
	cli_print(cli, "%s", part->length ? part->text : "");
	part->length = 0;
}

static void append(struct cli_def *cli, struct fc_cli_part *part, const char *octets, size_t count)
{
	if (part->length + count + 1 > part->room) {
		size_t room = 2 * (part->length + count + 1);
		char *text = realloc(part->text, room);

		if (!text) {
			if (part->length)
				end_line(cli, part);
			return;
		}
		part->text = text;
		part->room = room;
	}
	memcpy(part->text + part->length, octets, count);
	part->length += count;
	part->text[part->length] = '\0';
}

void fc_cli_pipe_write(struct cli_def *cli, struct fc_cli_part *part, const char *octets,
		       size_t count)
{
	const char *end;

	for (; (end = memchr(octets, '\n', count)); octets = end + 1) {
		append(cli, part, octets, (size_t)(end - octets));
		end_line(cli, part);
		count -= (size_t)(end + 1 - octets);
	}
	if (count)
		append(cli, part, octets, count);
}

void fc_cli_pipe_close(struct cli_def *cli, struct fc_cli_part *part)
{
	if (part->length)
		end_line(cli, part);
	while (cli->filters) {
		struct cli_filter *f = cli->filters;

		cli->filters = f->next;
		f->filter(cli, NULL, f->data);
		free(f);
	}
}
