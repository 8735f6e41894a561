// SPDX-License-Identifier: BSD-2-Clause
/* A broker's list in single situations, and what the show commands print of it. */
#include <errno.h>
#include <ha/broker_text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fc_broker *b;

static int set_up(void **state)
{
	(void)state;
	b = fc_broker_create();
	return b ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	fc_broker_destroy(b);
	return 0;
}

static void put(uint32_t id, const char *name)
{
	fc_broker_put(b, fc_broker_object_create(id, name, "", 1));
}

static void take_all(unsigned card)
{
	struct fc_broker_batch batch;

	assert_int_equal(fc_broker_take(b, card, &batch), 0);
	fc_broker_advance(b, card, batch.ticket, NULL, 0);
	fc_broker_batch_release(&batch);
}

static void take_but(unsigned card, uint32_t id)
{
	struct fc_broker_batch batch;

	assert_int_equal(fc_broker_take(b, card, &batch), 0);
	fc_broker_advance(b, card, batch.ticket, &id, 1);
	fc_broker_batch_release(&batch);
}

static void enable(unsigned card)
{
	fc_broker_card_set(b, card, FC_BROKER_ENABLED);
}

/* The last line of the picture. */
static void assert_picture(const char *expected)
{
	char *text, *line;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	assert_int_equal(fc_broker_text_picture(b, out), 0);
	fclose(out);
	line = strstr(text, "Brokers:\n");
	assert_non_null(line);
	line += strlen("Brokers:\n");
	line[strlen(line) - 1] = '\0';
	assert_string_equal(line, expected);
	free(text);
	assert_null(fc_broker_check(b));
}

static char *detail(void)
{
	struct fc_broker_display *d;
	struct fc_broker_row row;
	size_t octets;
	char *text;
	FILE *out = open_memstream(&text, &octets);

	fc_broker_text_detail(b, out);
	d = fc_broker_display_begin(b);
	while (fc_broker_display_next(d, &row))
		fc_broker_text_row(&row, out);
	fc_broker_display_end(d);
	fclose(out);
	return text;
}

/* ------------------------------------------------------------------ the list */
static void an_empty_list_has_a_flush(void **state)
{
	(void)state;
	assert_picture("[F]");
}

static void an_object_has_one_update_and_moves_to_the_tail(void **state)
{
	(void)state;
	put(1, "a");
	enable(7);
	put(2, "b");
	assert_picture("[C<7 <0x80>:*>F+2]");
	take_all(7);
	assert_picture("[F+2C<7 <0x80>:*>]");
	put(1, "a");
	assert_picture("[F+1C<7 <0x80>:*>+1]");
	put(1, "a");
	assert_picture("[F+1C<7 <0x80>:*>+1]");
	fc_broker_remove(b, 1);
	assert_picture("[F+1C<7 <0x80>:*>-1]");
}

static void a_delete_is_gone_when_all_have_taken_it(void **state)
{
	(void)state;
	put(1, "a");
	enable(3);
	enable(7);
	take_all(3);
	take_all(7);
	fc_broker_remove(b, 1);
	take_all(3);
	assert_picture("[FC<7 <0x80>:*>-1C<3 <0x8>:*>]");
	take_all(7);
	assert_picture("[FC<3,7 <0x88>:*>]");
}

static void a_delete_that_nobody_waits_for_leaves_nothing(void **state)
{
	(void)state;
	put(1, "a");
	fc_broker_remove(b, 1);
	fc_broker_remove(b, 99);
	assert_picture("[F]");
}

static void a_newcomer_after_a_trim_gets_its_own_updates(void **state)
{
	(void)state;
	put(1, "a");
	put(2, "b");
	enable(7);
	take_all(7);
	assert_int_equal(fc_broker_trim(b), 2);
	put(3, "c");
	enable(3);
	assert_picture("[C<3 <0x8>:*>F+2C<7 <0x80>:*>+1]");
	take_all(7);
	assert_picture("[C<3 <0x8>:*>F+3C<7 <0x80>:*>]");
	take_all(3);
	assert_picture("[F+3C<3,7 <0x88>:*>]");
}

static void a_newcomer_that_leaves_takes_its_updates_along(void **state)
{
	(void)state;
	put(1, "a");
	enable(7);
	take_all(7);
	fc_broker_trim(b);
	enable(3);
	enable(4);
	assert_picture("[C<3,4 <0x18>:*>F+1C<7 <0x80>:*>]");
	fc_broker_card_set(b, 3, FC_BROKER_DISABLED);
	assert_picture("[C<4 <0x10>:*>F+1C<7 <0x80>:*>]");
	fc_broker_card_set(b, 4, FC_BROKER_ABSENT);
	assert_picture("[FC<7 <0x80>:*>]");
}

static void cursors_that_nothing_parts_become_one(void **state)
{
	(void)state;
	enable(3);
	enable(7);
	take_all(3);
	take_all(7);
	put(1, "a");
	take_all(3);
	assert_picture("[FC<7 <0x80>:*>+1C<3 <0x8>:*>]");
	put(1, "a");
	assert_picture("[FC<3,7 <0x88>:*>+1]");
}

static void a_cursor_stays_before_what_failed(void **state)
{
	(void)state;
	put(1, "a");
	put(2, "b");
	put(3, "c");
	enable(7);
	take_but(7, 2);
	assert_picture("[F+1C<7 <0x80>:*>+2]");
	put(2, "b"); /* changed: it does not stand in the way any more */
	take_but(7, 2);
	assert_picture("[F+2C<7 <0x80>:*>+1]");
}

static void what_changes_while_a_card_works_is_after_its_cursor(void **state)
{
	struct fc_broker_batch batch;

	(void)state;
	put(1, "a");
	put(2, "b");
	enable(7);
	assert_int_equal(fc_broker_take(b, 7, &batch), 0);
	assert_true(batch.flush);
	assert_int_equal(batch.updates, 2);
	put(1, "a");
	put(3, "c");
	fc_broker_advance(b, 7, batch.ticket, NULL, 0);
	fc_broker_batch_release(&batch);
	assert_picture("[F+1C<7 <0x80>:*>+2]");
	assert_int_equal(fc_broker_take(b, 9, &batch), -ENOENT);
}

static void a_value_outlives_its_object(void **state)
{
	struct fc_broker_batch batch;

	(void)state;
	fc_broker_put(b, fc_broker_object_create(1, "a", "old", 4));
	enable(7);
	assert_int_equal(fc_broker_take(b, 7, &batch), 0);
	fc_broker_put(b, fc_broker_object_create(1, "a", "new", 4));
	assert_string_equal(fc_broker_value_data(batch.update[0].value), "old");
	assert_string_equal(fc_broker_value_name(batch.update[0].value), "a");
	fc_broker_batch_release(&batch);
}

static void another_show_is_a_display_record(void **state)
{
	struct fc_broker_display *d = fc_broker_display_begin(b);
	struct fc_broker_row row;

	(void)state;
	put(1, "a");
	enable(7);
	assert_picture("[DC<7 <0x80>:*>F+1]");
	for (unsigned i = 0; i < 3; i++)
		assert_true(fc_broker_display_next(d, &row));
	assert_picture("[C<7 <0x80>:*>FD+1]");
	take_all(7);
	put(1, "a");
	assert_picture("[FDC<7 <0x80>:*>+1]");
	while (fc_broker_display_next(d, &row))
		;
	assert_int_equal(row.type, FC_BROKER_END);
	fc_broker_display_end(d);
	assert_picture("[FC<7 <0x80>:*>+1]");
}

static void a_group_keeps_its_handle_while_it_stands_together(void **state)
{
	struct fc_broker_consumer three, seven;
	uint64_t group;

	(void)state;
	enable(3);
	enable(7);
	put(1, "a");
	fc_broker_consumer(b, 3, &three);
	fc_broker_consumer(b, 7, &seven);
	assert_int_equal(three.group, seven.group);
	group = seven.group;
	take_all(3);
	fc_broker_consumer(b, 3, &three);
	fc_broker_consumer(b, 7, &seven);
	assert_int_equal(seven.group, group);
	assert_int_not_equal(three.group, group);
	group = three.group;
	put(2, "b");
	fc_broker_consumer(b, 3, &three);
	assert_int_equal(three.group, group);
}

/* ------------------------------------------------------------------ texts */
static void two_cards_and_a_failure_in_detail(void **state)
{
	char *text;

	(void)state;
	put(1, "a");
	put(2, "b");
	enable(3);
	enable(7);
	fc_broker_card_set(b, 9, FC_BROKER_DISABLED);
	take_all(7);
	take_but(3, 2);
	fc_broker_stuck(b, 3, "b", 2, "MONITOR[0].PORTS does not keep its value");
	fc_broker_remove(b, 1);
	text = detail();
	assert_string_equal(text, "Brokering for Linecard 3,7,9 (0x288)\n"
				  "Multicast groups :-\n"
				  " 0x7F8000003000\n"
				  " 0x7F8000002000\n"
				  "Linecard 3,7 (0x88) enabled for download\n"
				  "Linecard 9 (0x200) disabled for download\n"
				  "Consume report for Linecard 3 (0x8) (pos 2)\n"
				  "0/2 completed/pending updates (all VRFs)\n"
				  "Consume report for Linecard 7 (0x80) (pos 1)\n"
				  "1/1 completed/pending updates (all VRFs)\n"
				  "Linecard 3 (0x8) failed at b, 2 attempts: "
				  "MONITOR[0].PORTS does not keep its value\n"
				  "Update list ranges from pos 2 to pos 0 :-\n"
				  "2 - 0 updates\n"
				  "1 - 1 updates\n"
				  "0 - 1 updates\n"
				  "Broker records :-\n"
				  "* - - Start of list\n"
				  "2 - - Flush\n"
				  "1 - - Consume for Linecard 3 (0x8)\n"
				  "1 - Mod - Create b\n"
				  "0 - - Consume for Linecard 7 (0x80)\n"
				  "0 - Del - Delete a\n"
				  "* - - End of list\n");
	free(text);
}

static void the_summary_has_a_line_for_each_card(void **state)
{
	char *text;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	(void)state;
	put(1, "a");
	enable(7);
	take_all(7);
	fc_broker_card_set(b, 3, FC_BROKER_DISABLED);
	fc_broker_text_summary(b, "sampler", out);
	fclose(out);
	assert_string_equal(
		text,
		"Broker for samplers\n"
		"Linecard          State     Group           Pos  Completed  Pending  Failure\n"
		"3 (0x8)           disabled  -                 0          0        0  -\n"
		"7 (0x80)          current   0x7F8000002000    1          1        0  -\n"
		"Total 2 linecards, 1 consume record, 1 object\n"
		"1 updates in the list (1 Mod, 0 Del), 0 trimmed, 0 requeued\n");
	free(text);
}

static void json_has_what_the_texts_have(void **state)
{
	json_t *j;
	char *text;

	(void)state;
	put(1, "a");
	enable(7);
	take_but(7, 1);
	fc_broker_stuck(b, 7, "a", 1, "no");
	j = fc_broker_json_summary(b);
	text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(text,
			    "{\"consume_records\":1,\"deletes\":0,\"linecards\":[{\"attempts\":1,"
			    "\"completed\":0,\"failure\":{\"error\":\"no\",\"object\":\"a\"},"
			    "\"group\":140187732549632,\"mask\":128,\"pending\":1,\"position\":1,"
			    "\"slot\":7,\"state\":\"enabled\"}],\"modifies\":1,\"objects\":1,"
			    "\"requeued\":0,\"trimmed\":0,\"updates_by_position\":[1,0]}");
	free(text);
	json_decref(j);
	j = fc_broker_json_picture(b);
	text = json_dumps(json_object_get(j, "records"), JSON_COMPACT | JSON_SORT_KEYS);
	assert_string_equal(text, "[{\"position\":1,\"type\":\"start\"},"
				  "{\"position\":1,\"type\":\"flush\"},"
				  "{\"linecards\":[7],\"position\":0,\"type\":\"consume\"},"
				  "{\"object\":\"a\",\"operation\":\"modify\",\"position\":0,"
				  "\"type\":\"update\"},{\"position\":0,\"type\":\"end\"}]");
	free(text);
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		T(an_empty_list_has_a_flush),
		T(an_object_has_one_update_and_moves_to_the_tail),
		T(a_delete_is_gone_when_all_have_taken_it),
		T(a_delete_that_nobody_waits_for_leaves_nothing),
		T(a_newcomer_after_a_trim_gets_its_own_updates),
		T(a_newcomer_that_leaves_takes_its_updates_along),
		T(cursors_that_nothing_parts_become_one),
		T(a_cursor_stays_before_what_failed),
		T(what_changes_while_a_card_works_is_after_its_cursor),
		T(a_value_outlives_its_object),
		T(another_show_is_a_display_record),
		T(a_group_keeps_its_handle_while_it_stands_together),
		T(two_cards_and_a_failure_in_detail),
		T(the_summary_has_a_line_for_each_card),
		T(json_has_what_the_texts_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
