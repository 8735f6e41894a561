// SPDX-License-Identifier: BSD-2-Clause
/* Keys, and what a terminal would show: a small screen of one line reads the editor's echo. */
#include <ha/cli/editor.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH 40

static struct fc_cli_editor editor;
static char screen[2 * WIDTH + 1];
static size_t column;
static unsigned bells;

/* What the editor uses of a terminal: return, letters, erase to the end, back by n. */
static void show(const struct fc_cli_echo *echo)
{
	for (size_t i = 0; i < echo->length; i++) {
		char c = echo->octets[i];

		if (c == '\r') {
			column = 0;
		} else if (c == '\n') {
			*screen = '\0';
		} else if (c == '\a') {
			bells++;
		} else if (c == '\033') {
			unsigned n = 0;
			char kind;
			int used = 0;

			if (sscanf(echo->octets + i, "\033[%u%c%n", &n, &kind, &used) < 2)
				assert_int_equal(
					sscanf(echo->octets + i, "\033[%c%n", &kind, &used), 1);
			assert_true(kind == 'K' || kind == 'D');
			if (kind == 'K')
				screen[column] = '\0';
			else
				column -= n;
			i += (size_t)used - 1;
		} else {
			bool end = !screen[column];

			assert_true(column < WIDTH); /* it never wraps */
			screen[column++] = c;
			if (end)
				screen[column] = '\0';
		}
	}
}

static enum fc_cli_event type(const char *keys)
{
	enum fc_cli_event event = FC_CLI_NOTHING;

	for (; *keys; keys++) {
		struct fc_cli_echo echo = {.length = 0};

		event = fc_cli_editor_key(&editor, (unsigned char)*keys, &echo);
		show(&echo);
	}
	return event;
}

static int fresh(void **state)
{
	struct fc_cli_echo echo = {.length = 0};

	(void)state;
	fc_cli_editor_init(&editor, WIDTH);
	strcpy(editor.prompt, "box#");
	*screen = '\0';
	column = bells = 0;
	fc_cli_editor_start(&editor, &echo);
	show(&echo);
	return 0;
}

static void typed_letters_stand_behind_the_prompt(void **state)
{
	(void)state;
	assert_int_equal(type("show"), FC_CLI_NOTHING);
	assert_string_equal(screen, "box#show");
	assert_int_equal(type("\r"), FC_CLI_LINE);
	assert_string_equal(editor.line, "show");
}

static void a_line_is_edited_in_its_middle(void **state)
{
	(void)state;
	type("sow version\001\006h"); /* ^A ^F */
	assert_string_equal(editor.line, "show version");
	assert_string_equal(screen, "box#show version");
	type("\033[D\033[C\005s\010"); /* left, right, ^E, backspace */
	assert_string_equal(editor.line, "show version");
	type("\027clock"); /* ^W */
	assert_string_equal(screen, "box#show clock");
	type("\002\002\013"); /* ^B ^B ^K */
	assert_string_equal(editor.line, "show clo");
	type("\033[H\033[3~\004"); /* Home, Del, ^D */
	assert_string_equal(screen, "box#ow clo");
	type("\025");
	assert_string_equal(screen, "box#");
	assert_int_equal(bells, 0);
}

static void a_long_line_scrolls_and_never_wraps(void **state)
{
	char all[400] = "";

	(void)state;
	for (unsigned i = 0; i < 90; i++)
		sprintf(all + strlen(all), "%u ", i);
	type(all);
	assert_string_equal(editor.line, all);
	type("\001");
	assert_memory_equal(screen, "box#0 1 2 3", 11);
	assert_int_equal(column, 4);
	for (unsigned i = 0; i < 100; i++)
		type("\006");
	assert_int_equal(editor.cursor, 100);
	assert_int_equal(screen[column], all[100]);
}

static void a_full_line_rings_the_bell(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FC_SYNTAX_LINE - 1; i++)
		type("x");
	assert_int_equal(bells, 0);
	type("x\001y");
	assert_int_equal(bells, 2);
	assert_int_equal(editor.length, FC_SYNTAX_LINE - 1);
}

static void history_goes_back_and_returns_what_was_typed(void **state)
{
	(void)state;
	fc_cli_editor_remember(&editor, "first");
	fc_cli_editor_remember(&editor, "second");
	fc_cli_editor_remember(&editor, "second");
	fc_cli_editor_remember(&editor, "  ");
	fresh(NULL); /* forgets */
	assert_null(fc_cli_editor_history(&editor, 0));
	fc_cli_editor_remember(&editor, "first");
	fc_cli_editor_remember(&editor, "second");
	fc_cli_editor_remember(&editor, "second");
	type("\025");
	editor.recalled = editor.remembered;
	type("half\020");
	assert_string_equal(screen, "box#second");
	type("\033[A");
	assert_string_equal(screen, "box#first");
	bells = 0;
	type("\033OA");
	assert_int_equal(bells, 1);
	type("\016\016");
	assert_string_equal(screen, "box#half");
	assert_string_equal(fc_cli_editor_history(&editor, 1), "second");
	assert_null(fc_cli_editor_history(&editor, 2));
}

static void the_oldest_line_is_forgotten(void **state)
{
	char line[20];

	(void)state;
	for (unsigned i = 0; i < FC_CLI_HISTORY + 3; i++) {
		snprintf(line, sizeof(line), "line %u", i);
		fc_cli_editor_remember(&editor, line);
	}
	assert_string_equal(fc_cli_editor_history(&editor, 0), "line 3");
	assert_null(fc_cli_editor_history(&editor, FC_CLI_HISTORY));
}

static void a_password_is_not_shown(void **state)
{
	(void)state;
	editor.hidden = true;
	type("sec?ret\010");
	assert_string_equal(screen, "box#");
	assert_string_equal(editor.line, "sec?re");
	assert_int_equal(type("\r"), FC_CLI_LINE);
}

static void keys_that_end_a_line(void **state)
{
	(void)state;
	assert_int_equal(type("\004"), FC_CLI_BYE);
	assert_int_equal(type("x\003"), FC_CLI_INTERRUPT);
	assert_int_equal(editor.length, 0);
	assert_int_equal(type("exit\032"), FC_CLI_END);
	assert_string_equal(editor.line, "exit");
	assert_int_equal(type("\t"), FC_CLI_TAB);
	assert_int_equal(type("?"), FC_CLI_QUESTION);
	assert_int_equal(type("\001?"), FC_CLI_NOTHING); /* in the middle it is a letter */
	assert_string_equal(editor.line, "?exit");
	assert_int_equal(type("\r"), FC_CLI_LINE);
	assert_int_equal(type("\n"), FC_CLI_NOTHING); /* of the same Return */
	assert_int_equal(type("\n"), FC_CLI_LINE);
}

static void any_octets_leave_a_sound_line(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		struct fc_cli_echo echo = {.length = 0};

		seed = seed * 1103515245 + 12345;
		fc_cli_editor_key(&editor, (unsigned char)(seed >> 16), &echo);
		assert_true(editor.cursor <= editor.length && editor.length < FC_SYNTAX_LINE);
		assert_int_equal(strlen(editor.line), editor.length);
		assert_true(echo.length < FC_CLI_ECHO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(typed_letters_stand_behind_the_prompt, fresh),
		cmocka_unit_test_setup(a_line_is_edited_in_its_middle, fresh),
		cmocka_unit_test_setup(a_long_line_scrolls_and_never_wraps, fresh),
		cmocka_unit_test_setup(a_full_line_rings_the_bell, fresh),
		cmocka_unit_test_setup(history_goes_back_and_returns_what_was_typed, fresh),
		cmocka_unit_test_setup(the_oldest_line_is_forgotten, fresh),
		cmocka_unit_test_setup(a_password_is_not_shown, fresh),
		cmocka_unit_test_setup(keys_that_end_a_line, fresh),
		cmocka_unit_test_setup(any_octets_leave_a_sound_line, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
