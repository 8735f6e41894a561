// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/cli/pipe.h>
#include <ha/cli/session.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH_MAX 512 /* lines and columns of a terminal */
#define HELP_COLUMN 20

/* ------------------------------------------------------------------ saying things */
static void say_text(struct fc_cli_session *s, const char *text)
{
	size_t used = strlen(s->error);

	s->failed = true;
	if (s->terminal.frames)
		snprintf(s->error + used, sizeof(s->error) - used, "%s\n", text);
	else
		cli_error(s->terminal.cli, "%s", text);
}

void fc_cli_session_say(struct fc_cli_session *s, const char *format, ...)
{
	char text[FC_SYNTAX_LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say_text(s, text);
}

void fc_cli_session_refuse(struct fc_cli_session *s, const char *text,
			   const struct fc_syntax_line *line)
{
	bool bare = *line->message == '%' || !strncmp(line->message, "Ambiguous", 9) ||
		    !strncmp(line->message, "Incomplete", 10);
	unsigned indent = s->terminal.frames ? 0 : (unsigned)strlen(s->editor.prompt);

	if (!bare && s->terminal.frames)
		fc_cli_session_say(s, "%s", text);
	if (!bare)
		fc_cli_session_say(s, "%*s^", (int)(indent + line->column), "");
	fc_cli_session_say(s, "%s%s", *line->message == '%' ? "" : "% ", line->message);
	if (!s->terminal.frames)
		say_text(s, "");
}

/* ------------------------------------------------------------------ EXEC */
static bool gone(const struct fc_cli_call *call)
{
	return fc_cli_terminal_stop(&((const struct fc_cli_own_call *)call)->session->terminal);
}

static bool confirm(const struct fc_cli_call *call, const char *question)
{
	struct fc_cli_session *s = ((const struct fc_cli_own_call *)call)->session;
	int key;

	if (s->terminal.frames)
		return true;
	fflush(call->out);
	fc_cli_terminal_put(&s->terminal, question, strlen(question));
	key = fc_cli_terminal_key(&s->terminal);
	fc_cli_terminal_put(&s->terminal, "\r\n", 2);
	return key == '\r' || key == '\n' || key == 'y' || key == 'Y';
}

static void run(struct fc_cli_session *s, const struct fc_syntax_line *line, bool json)
{
	const struct fc_cli_command *command = line->row->detail;
	struct fc_cli_own_call own = {
		.call = {s->host->unit, line, s->terminal.stream, json, gone, confirm,
			 s->host->startup},
		.session = s,
	};

	if (command->run(&own.call))
		s->failed = true;
}

void fc_cli_session_exec(struct fc_cli_session *s, const char *typed, unsigned column)
{
	char text[FC_SYNTAX_LINE], *bar;
	struct fc_syntax_line line;
	const struct fc_syntax_command *table;
	bool first, json = false;
	size_t rows;
	int err;

	table = fc_cli_commands(&rows);
	snprintf(text, sizeof(text), "%s", typed + column);
	bar = fc_cli_pipe_split(text);
	err = fc_syntax_parse(table, rows, s->level, text, &line, &first);
	line.column += column;
	if (err == -ENOENT)
		return;
	if (err >= 0 && bar) {
		struct fc_syntax_line pipe;

		bool show = !strncmp(line.row->pattern, "show ", 5);

		err = fc_cli_pipe_open(s->terminal.cli, bar, column + (unsigned)(bar - text),
				       show ? &json : NULL, &pipe);
		if (err) {
			line.column = pipe.column;
			memcpy(line.message, pipe.message, sizeof(line.message));
		}
	}
	if (err < 0)
		fc_cli_session_refuse(s, typed, &line);
	else
		run(s, &line, json);
}

static void take_line(struct fc_cli_session *s, const char *text)
{
	s->failed = false;
	*s->error = '\0';
	if (!text[strspn(text, " \t")])
		return;
	fc_cli_terminal_begin(&s->terminal);
	if (s->configuring)
		fc_cli_configure(s, text);
	else
		fc_cli_session_exec(s, text, 0);
	fc_cli_terminal_finish(&s->terminal);
}

/* ------------------------------------------------------------------ a terminal */
/* libcli keeps what a prompt is made of. */
static void make_prompt(struct fc_cli_session *s)
{
	struct cli_def *cli = s->terminal.cli;
	char hostname[FC_FNF_NAME], name[FC_FNF_NAME + 8], mode[FC_CLI_PROMPT / 2];

	fc_cli_hostname(s->host, hostname);
	snprintf(name, sizeof(name), "%.60s%s", hostname,
		 fc_unit_standby(s->host->unit) ? "-stby" : "");
	cli_set_hostname(cli, name);
	cli_set_privilege(cli, s->level == FC_CLI_PRIVILEGED ? PRIVILEGE_PRIVILEGED
							     : PRIVILEGE_UNPRIVILEGED);
	cli_set_configmode(cli, MODE_EXEC, NULL);
	if (s->configuring)
		snprintf(mode, sizeof(mode), "(%s)", fc_cli_configure_mode(s));
	cli_set_modestring(cli, s->configuring ? mode : NULL);
	cli_set_promptchar(cli, s->level == FC_CLI_PRIVILEGED ? "#" : ">");
	snprintf(s->editor.prompt, sizeof(s->editor.prompt), "%s%s%s", cli->hostname,
		 cli->modestring ? cli->modestring : "", cli->promptchar);
}

static void send_echo(struct fc_cli_session *s, struct fc_cli_echo *echo)
{
	fc_cli_terminal_put(&s->terminal, echo->octets, echo->length);
	echo->length = 0;
}

static int options(struct fc_cli_session *s, const char *text, struct fc_syntax_options *out,
		   struct fc_syntax_line *line)
{
	const struct fc_syntax_command *table;
	const char *bar = NULL;
	size_t rows;
	unsigned mode = s->level;
	int err;

	if (s->configuring)
		return fc_cli_configure_options(s, text, out, line);
	for (const char *at = text + 1; *text && *at; at++)
		if (*at == '|' && at[-1] == ' ')
			bar = at + 1;
	table = fc_cli_commands(&rows);
	if (bar) {
		table = fc_cli_pipe_rows(&rows);
		mode = 0;
	}
	err = fc_syntax_options(table, rows, mode, bar ? bar : text, out, line);
	if (bar)
		out->from += (size_t)(bar - text);
	return err;
}

static void list_options(struct fc_cli_session *s, const struct fc_syntax_options *o)
{
	bool inside = s->editor.line[o->from] != '\0';
	char all[FC_SYNTAX_LINE] = "";

	for (unsigned i = 0; i < o->count; i++) {
		const struct fc_syntax_next *next = &o->next[i];
		size_t used = strlen(all);

		if (!inside || !next->keyword)
			cli_error(s->terminal.cli, "  %-*s  %s", HELP_COLUMN, next->word,
				  next->help);
		else if (used < sizeof(all))
			snprintf(all + used, sizeof(all) - used, "%s%s", used ? "  " : "",
				 next->word);
	}
	if (*all)
		cli_error(s->terminal.cli, "%s", all);
	if (!o->count)
		cli_error(s->terminal.cli, "%% Unrecognized command");
}

static void question(struct fc_cli_session *s)
{
	struct fc_syntax_options *o = malloc(sizeof(*o));
	struct fc_syntax_line line;
	struct fc_cli_echo echo = {.length = 0};

	fc_cli_terminal_put(&s->terminal, "?\r\n", 3);
	fc_cli_terminal_begin(&s->terminal);
	if (!o)
		fc_cli_session_say(s, "%% No memory left");
	else if (options(s, s->editor.line, o, &line))
		fc_cli_session_refuse(s, s->editor.line, &line);
	else
		list_options(s, o);
	free(o);
	fc_cli_terminal_put(&s->terminal, "\r\n", 2);
	fc_cli_terminal_finish(&s->terminal);
	fc_cli_editor_draw(&s->editor, &echo);
	send_echo(s, &echo);
}

static void tab(struct fc_cli_session *s)
{
	struct fc_syntax_options *o = malloc(sizeof(*o));
	struct fc_syntax_line line;
	struct fc_cli_echo echo = {.length = 0};
	char add[FC_SYNTAX_WORD + 1];

	if (o && !options(s, s->editor.line, o, &line) &&
	    fc_syntax_complete(o, s->editor.line, add, sizeof(add)))
		fc_cli_editor_add(&s->editor, add, &echo);
	else
		fc_cli_terminal_put(&s->terminal, "\a", 1);
	free(o);
	send_echo(s, &echo);
}

/* Keys until a line is whole. Return what ended it; FC_CLI_NOTHING: nobody is there any more. */
static enum fc_cli_event type_line(struct fc_cli_session *s)
{
	struct fc_cli_echo echo = {.length = 0};

	fc_cli_editor_start(&s->editor, &echo);
	for (;;) {
		enum fc_cli_event event;
		int key;

		send_echo(s, &echo);
		key = fc_cli_terminal_key(&s->terminal);
		if (key < 0)
			return FC_CLI_NOTHING;
		event = fc_cli_editor_key(&s->editor, (unsigned char)key, &echo);
		send_echo(s, &echo);
		if (event == FC_CLI_QUESTION)
			question(s);
		else if (event == FC_CLI_TAB)
			tab(s);
		else if (event != FC_CLI_NOTHING)
			return event;
	}
}

static void serve_terminal(struct fc_cli_session *s)
{
	while (!s->leave) {
		char line[FC_SYNTAX_LINE];
		enum fc_cli_event event;

		make_prompt(s);
		event = type_line(s);
		if (event == FC_CLI_NOTHING || event == FC_CLI_BYE)
			break;
		memcpy(line, s->editor.line, sizeof(line));
		if (event == FC_CLI_LINE || event == FC_CLI_END)
			fc_cli_editor_remember(&s->editor, line);
		if (event == FC_CLI_LINE || event == FC_CLI_END)
			take_line(s, line);
		if (event == FC_CLI_END)
			fc_cli_configure_leave(s);
	}
}

/* ------------------------------------------------------------------ a script */
/* Return false at the end of all lines; a longer one is refused as a whole by the grammar. */
static bool read_line(struct fc_cli_session *s, char *out, size_t octets)
{
	size_t used = 0;
	int key;

	while ((key = fc_cli_terminal_key(&s->terminal)) >= 0 && key != '\n')
		if (used + 1 < octets && key)
			out[used++] = (char)key;
	while (used && out[used - 1] == '\r')
		used--;
	out[used] = '\0';
	return key >= 0 || used;
}

/* Frames are made by the terminal; this goes between them. */
static void put_between(struct fc_cli_session *s, const char *octets, size_t count)
{
	fc_cli_terminal_flush(&s->terminal);
	s->terminal.frames = false;
	fc_cli_terminal_put(&s->terminal, octets, count);
	fc_cli_terminal_flush(&s->terminal);
	s->terminal.frames = true;
}

static void answer(struct fc_cli_session *s)
{
	char text[sizeof(s->error) + 32] = "ok\n";

	if (s->failed)
		snprintf(text, sizeof(text), "error %zu\n%s", strlen(s->error), s->error);
	put_between(s, text, strlen(text));
}

static void serve_script(struct fc_cli_session *s)
{
	char line[2 * FC_SYNTAX_LINE];

	if (s->trusted)
		s->level = FC_CLI_PRIVILEGED;
	while (!s->leave && read_line(s, line, sizeof(line))) {
		fc_cli_editor_remember(&s->editor, line);
		take_line(s, line);
		answer(s);
	}
}

/* ------------------------------------------------------------------ passwords */
int fc_cli_session_password(struct fc_cli_session *s, char *out, size_t octets)
{
	enum fc_cli_event event;

	if (s->terminal.frames) {
		put_between(s, "password\n", 9);
		return read_line(s, out, octets) ? 0 : -EPIPE;
	}
	s->editor.hidden = true;
	snprintf(s->editor.prompt, sizeof(s->editor.prompt), "Password: ");
	event = type_line(s);
	s->editor.hidden = false;
	snprintf(out, octets, "%s", s->editor.line);
	explicit_bzero(s->editor.line, sizeof(s->editor.line));
	return event == FC_CLI_LINE ? 0 : -EPIPE;
}

/* ------------------------------------------------------------------ the whole of it */
static unsigned bounded(long value, unsigned fallback)
{
	return value > 0 && value <= LENGTH_MAX ? (unsigned)value : fallback;
}

/* Return false: this is no client of ours. */
static bool greet(struct fc_cli_session *s)
{
	static const char sorry[] = "error 36\n% The first line is not understood.\n";
	char line[64];
	long width, length;

	if (!read_line(s, line, sizeof(line)))
		return false;
	if (!strcmp(line, "commands")) {
		s->terminal.frames = true;
		fc_cli_editor_init(&s->editor, 0);
		return true;
	}
	if (sscanf(line, "terminal %ld %ld", &width, &length) != 2) {
		fc_cli_terminal_put(&s->terminal, sorry, sizeof(sorry) - 1);
		fc_cli_terminal_flush(&s->terminal);
		return false;
	}
	fc_cli_editor_init(&s->editor, bounded(width, 80));
	s->terminal.length = bounded(length, 0);
	return true;
}

void fc_cli_session_run(const struct fc_cli_host *host, int fd, bool trusted)
{
	struct fc_cli_session *s = calloc(1, sizeof(*s));

	if (!s)
		return;
	s->host = host;
	s->trusted = trusted;
	s->level = FC_CLI_USER;
	if (!fc_cli_terminal_open(&s->terminal, fd, false, host->patience_s)) {
		if (greet(s)) {
			if (s->terminal.frames)
				serve_script(s);
			else
				serve_terminal(s);
		}
		fc_cli_terminal_close(&s->terminal);
	}
	explicit_bzero(s, sizeof(*s));
	free(s);
}

int fc_cli_once(const struct fc_cli_host *host, const char *text, FILE *out, char *error,
		size_t octets)
{
	struct fc_cli_session *s = calloc(1, sizeof(*s));
	int err = -ENOMEM;

	if (!s)
		return -ENOMEM;
	s->host = host;
	s->level = FC_CLI_PRIVILEGED;
	if (!fc_cli_terminal_open(&s->terminal, -1, true, 0)) {
		s->terminal.sink = out;
		fc_cli_session_exec(s, text, 0);
		fc_cli_terminal_finish(&s->terminal);
		fc_cli_terminal_close(&s->terminal);
		err = s->failed ? -EINVAL : 0;
	}
	snprintf(error, octets, "%s", s->error);
	free(s);
	return err;
}
