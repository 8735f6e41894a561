// SPDX-License-Identifier: BSD-2-Clause
#include <ctype.h>
#include <ha/cli/editor.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CONTROL(letter) ((letter) - '@')
#define DELETE 0x7f

enum { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_BRACKET, ESCAPE_O };

__attribute__((format(printf, 2, 3))) static void show(struct fc_cli_echo *echo, const char *format,
						       ...)
{
	size_t room = sizeof(echo->octets) - echo->length;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(echo->octets + echo->length, room, format, args);
	va_end(args);
	if (length > 0)
		echo->length += (size_t)length < room ? (size_t)length : room - 1;
}

void fc_cli_editor_init(struct fc_cli_editor *e, unsigned width)
{
	*e = (struct fc_cli_editor){.width = width < 20 ? 80 : width};
}

static size_t columns(const struct fc_cli_editor *e)
{
	size_t prompt = strlen(e->prompt);

	/* The last column stays free: a letter there makes some terminals wrap. */
	return e->width > prompt + 10 ? e->width - prompt - 1 : 10;
}

/* Keep the cursor in sight; half a line at a time, so that typing does not draw at each key. */
static void scroll(struct fc_cli_editor *e)
{
	size_t room = columns(e);

	if (e->cursor < e->left)
		e->left = e->cursor > room / 2 ? e->cursor - room / 2 : 0;
	else if (e->cursor >= e->left + room)
		e->left = e->cursor - room / 2;
}

void fc_cli_editor_draw(struct fc_cli_editor *e, struct fc_cli_echo *echo)
{
	size_t shown, back;

	scroll(e);
	show(echo, "\r%s", e->prompt);
	if (!e->hidden) {
		shown = e->length - e->left;
		if (shown > columns(e))
			shown = columns(e);
		show(echo, "%.*s", (int)shown, e->line + e->left);
		show(echo, "\033[K");
		back = e->left + shown - e->cursor;
		if (back)
			show(echo, "\033[%zuD", back);
	}
}

void fc_cli_editor_start(struct fc_cli_editor *e, struct fc_cli_echo *echo)
{
	e->length = e->cursor = e->left = 0;
	*e->line = '\0';
	e->recalled = e->remembered;
	fc_cli_editor_draw(e, echo);
}

static void bell(struct fc_cli_echo *echo)
{
	show(echo, "\a");
}

static void insert(struct fc_cli_editor *e, char letter, struct fc_cli_echo *echo)
{
	if (e->length + 1 >= sizeof(e->line)) {
		bell(echo);
		return;
	}
	memmove(e->line + e->cursor + 1, e->line + e->cursor, e->length - e->cursor + 1);
	e->line[e->cursor++] = letter;
	e->length++;
	if (e->hidden)
		return;
	if (e->cursor == e->length && e->cursor < e->left + columns(e))
		show(echo, "%c", letter);
	else
		fc_cli_editor_draw(e, echo);
}

/* Take out what stands in [from, to). */
static void cut(struct fc_cli_editor *e, size_t from, size_t to, struct fc_cli_echo *echo)
{
	if (from == to) {
		bell(echo);
		return;
	}
	memmove(e->line + from, e->line + to, e->length - to + 1);
	e->length -= to - from;
	e->cursor = from;
	if (!e->hidden)
		fc_cli_editor_draw(e, echo);
}

static size_t word_begin(const struct fc_cli_editor *e)
{
	size_t at = e->cursor;

	while (at && e->line[at - 1] == ' ')
		at--;
	while (at && e->line[at - 1] != ' ')
		at--;
	return at;
}

static void move(struct fc_cli_editor *e, size_t to, struct fc_cli_echo *echo)
{
	if (to > e->length || to == e->cursor) {
		bell(echo);
		return;
	}
	e->cursor = to;
	if (!e->hidden)
		fc_cli_editor_draw(e, echo);
}

/* ------------------------------------------------------------------ history */
void fc_cli_editor_remember(struct fc_cli_editor *e, const char *line)
{
	if (!line[strspn(line, " ")])
		return;
	if (e->remembered && !strcmp(e->history[e->remembered - 1], line))
		return;
	if (e->remembered == FC_CLI_HISTORY) {
		memmove(e->history[0], e->history[1], sizeof(e->history) - sizeof(e->history[0]));
		e->remembered--;
	}
	snprintf(e->history[e->remembered++], FC_SYNTAX_LINE, "%s", line);
}

const char *fc_cli_editor_history(const struct fc_cli_editor *e, unsigned n)
{
	return n < e->remembered ? e->history[n] : NULL;
}

/* Show line `n` of the history; the one behind the last is what was being typed. */
static void recall(struct fc_cli_editor *e, unsigned n, struct fc_cli_echo *echo)
{
	if (n > e->remembered || e->hidden) {
		bell(echo);
		return;
	}
	if (e->recalled == e->remembered)
		memcpy(e->typed, e->line, sizeof(e->typed));
	e->recalled = n;
	memcpy(e->line, n == e->remembered ? e->typed : e->history[n], sizeof(e->line));
	e->length = e->cursor = strlen(e->line);
	e->left = 0;
	fc_cli_editor_draw(e, echo);
}

/* ------------------------------------------------------------------ keys */
/* Arrows and their like are other names of control keys. */
static unsigned char escaped(struct fc_cli_editor *e, unsigned char key)
{
	static const unsigned char arrows[] = {CONTROL('P'), CONTROL('N'), CONTROL('F'),
					       CONTROL('B')};

	if (e->escape == ESCAPE_BEGUN) {
		e->escape = key == '[' ? ESCAPE_BRACKET : key == 'O' ? ESCAPE_O : ESCAPE_NONE;
		e->parameter = 0;
		return 0;
	}
	if (isdigit(key) || key == ';') {
		e->parameter = key == ';' ? 0 : (e->parameter * 10 + key - '0') % 100;
		return 0;
	}
	e->escape = ESCAPE_NONE;
	if (key >= 'A' && key <= 'D')
		return arrows[key - 'A'];
	if (key == 'H' || (key == '~' && (e->parameter == 1 || e->parameter == 7)))
		return CONTROL('A');
	if (key == 'F' || (key == '~' && (e->parameter == 4 || e->parameter == 8)))
		return CONTROL('E');
	return key == '~' && e->parameter == 3 && e->cursor < e->length ? CONTROL('D') : 0;
}

static void edit(struct fc_cli_editor *e, unsigned char key, struct fc_cli_echo *echo)
{
	switch (key) {
	case CONTROL('A'):
		e->cursor ? move(e, 0, echo) : (void)0;
		break;
	case CONTROL('E'):
		e->cursor < e->length ? move(e, e->length, echo) : (void)0;
		break;
	case CONTROL('B'):
		move(e, e->cursor ? e->cursor - 1 : 0, echo);
		break;
	case CONTROL('F'):
		move(e, e->cursor + 1, echo);
		break;
	case CONTROL('P'):
		recall(e, e->recalled - 1, echo);
		break;
	case CONTROL('N'):
		recall(e, e->recalled + 1, echo);
		break;
	case CONTROL('H'):
	case DELETE:
		cut(e, e->cursor ? e->cursor - 1 : 0, e->cursor, echo);
		break;
	case CONTROL('D'):
		cut(e, e->cursor, e->cursor + (e->cursor < e->length), echo);
		break;
	case CONTROL('W'):
		cut(e, word_begin(e), e->cursor, echo);
		break;
	case CONTROL('U'):
	case CONTROL('X'):
		cut(e, 0, e->length, echo);
		break;
	case CONTROL('K'):
		cut(e, e->cursor, e->length, echo);
		break;
	case CONTROL('L'):
	case CONTROL('R'):
		show(echo, "\r\n");
		fc_cli_editor_draw(e, echo);
		break;
	default:
		/* Octets of other alphabets go into names nobody can type: refused by the bell. */
		if (key >= ' ' && key < DELETE)
			insert(e, (char)key, echo);
		else
			bell(echo);
	}
}

static enum fc_cli_event ended(struct fc_cli_editor *e, unsigned char key, struct fc_cli_echo *echo)
{
	if (key == '\r' || key == '\n') {
		show(echo, "\r\n");
		return FC_CLI_LINE;
	}
	if (key == CONTROL('C')) {
		show(echo, "^C\r\n");
		e->length = e->cursor = 0;
		*e->line = '\0';
		return FC_CLI_INTERRUPT;
	}
	if (key == CONTROL('Z') && !e->hidden) {
		show(echo, "^Z\r\n");
		return FC_CLI_END;
	}
	if (key == CONTROL('D') && !e->length)
		return FC_CLI_BYE;
	if (e->hidden || e->cursor != e->length)
		return FC_CLI_NOTHING;
	return key == '\t' ? FC_CLI_TAB : key == '?' ? FC_CLI_QUESTION : FC_CLI_NOTHING;
}

enum fc_cli_event fc_cli_editor_key(struct fc_cli_editor *e, unsigned char key,
				    struct fc_cli_echo *echo)
{
	bool second = key == '\n' && e->after_return;
	enum fc_cli_event event;

	e->after_return = key == '\r';
	if (second || !key)
		return FC_CLI_NOTHING;
	if (e->escape != ESCAPE_NONE) {
		key = escaped(e, key);
		if (!key)
			return FC_CLI_NOTHING;
	} else if (key == '\033') {
		e->escape = ESCAPE_BEGUN;
		return FC_CLI_NOTHING;
	}
	event = ended(e, key, echo);
	if (event == FC_CLI_NOTHING && key != '\t')
		edit(e, key, echo);
	return event;
}

void fc_cli_editor_add(struct fc_cli_editor *e, const char *text, struct fc_cli_echo *echo)
{
	for (e->cursor = e->length; *text; text++)
		insert(e, *text, echo);
}
