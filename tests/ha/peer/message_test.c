// SPDX-License-Identifier: BSD-2-Clause
/* Messages and their stream: what fits, what lies, what comes in pieces. */
#include <errno.h>
#include <ha/peer/message.h>
#include <ha/peer/stream.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NUMBER = 1, TEXT, OCTETS, ABSENT };

/* A message with three fields. */
static struct fc_message *make(enum fc_message_type type, uint64_t number)
{
	struct fc_message *m = fc_message_create(type, 200);

	assert_non_null(m);
	fc_message_put_u64(m, NUMBER, 0x0102030405060708u);
	fc_message_put_text(m, TEXT, "unit 2");
	fc_message_put(m, OCTETS, "\0\1\2", 3);
	m->number = number;
	return m;
}

static size_t write_out(const struct fc_message *m, uint8_t *out)
{
	fc_message_header_put(m, out);
	memcpy(out + FC_MESSAGE_HEADER, m->body, m->octets);
	return FC_MESSAGE_HEADER + m->octets;
}

/* ------------------------------------------------------------------ fields */
static void fields_come_back_as_they_were_put(void **state)
{
	struct fc_message *m = make(FC_MESSAGE_SAYS, 1);
	struct fc_message_field field;
	char text[7];
	uint64_t value;

	(void)state;
	assert_int_equal(m->octets, 3 * FC_MESSAGE_FIELD + 8 + 6 + 3);
	assert_int_equal(fc_message_check(m), 0);
	assert_int_equal(fc_message_u64(m, NUMBER, &value), 0);
	assert_true(value == 0x0102030405060708u);
	assert_int_equal(fc_message_text(m, TEXT, text, sizeof(text)), 0);
	assert_string_equal(text, "unit 2");
	assert_int_equal(fc_message_find(m, OCTETS, &field), 0);
	assert_int_equal(field.octets, 3);
	assert_memory_equal(field.value, "\0\1\2", 3);
	assert_int_equal(fc_message_find(m, ABSENT, &field), -ENOENT);
	fc_message_free(m);
}

static void octets_on_the_wire_are_these(void **state)
{
	static const uint8_t expected[] = {0, 6, 0, 1, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 9,
					   0, 1, 0, 0, 0, 0, 0, 8,  1, 2, 3, 4, 5, 6, 7, 8};
	struct fc_message *m = fc_message_create(FC_MESSAGE_PING, 16);
	uint8_t wire[sizeof(expected)];

	(void)state;
	fc_message_put_u64(m, NUMBER, 0x0102030405060708u);
	m->number = 9;
	assert_int_equal(write_out(m, wire), sizeof(wire));
	assert_memory_equal(wire, expected, sizeof(wire));
	fc_message_free(m);
}

static void a_field_that_does_not_fit_stays_out_for_good(void **state)
{
	enum { EXACT = FC_MESSAGE_FIELD + 8 };
	struct fc_message *m = fc_message_create(FC_MESSAGE_SAYS, EXACT);

	(void)state;
	fc_message_put_u64(m, NUMBER, 1);
	assert_false(m->overflow);
	fc_message_put(m, OCTETS, "", 0);
	assert_true(m->overflow);
	assert_int_equal(m->octets, EXACT);
	fc_message_free(m);

	m = fc_message_create(FC_MESSAGE_SAYS, EXACT + 7);
	fc_message_put(m, OCTETS, "sixteen octets..", 16);
	assert_true(m->overflow);
	fc_message_put_u64(m, NUMBER, 1); /* would fit */
	assert_int_equal(m->octets, 0);
	assert_null(fc_message_reserve(m, OCTETS, 0));
	fc_message_free(m);
}

static void a_huge_length_is_refused_without_wrapping(void **state)
{
	struct fc_message *m = fc_message_create(FC_MESSAGE_SAYS, 100);

	(void)state;
	assert_null(fc_message_reserve(m, OCTETS, SIZE_MAX));
	m->overflow = false;
	assert_null(fc_message_reserve(m, OCTETS, SIZE_MAX - FC_MESSAGE_FIELD + 1));
	assert_int_equal(m->octets, 0);
	fc_message_free(m);
	assert_null(fc_message_create(FC_MESSAGE_SAYS, FC_MESSAGE_BODY_MAX + 1));
	assert_null(fc_message_create(FC_MESSAGE_SAYS, SIZE_MAX));
}

static void of_two_fields_with_a_tag_the_first_is_found(void **state)
{
	struct fc_message *m = fc_message_create(FC_MESSAGE_SAYS, 64);
	struct fc_message_field field;
	size_t at = 0;
	uint64_t value;

	(void)state;
	fc_message_put_u64(m, NUMBER, 1);
	fc_message_put_u64(m, NUMBER, 2);
	assert_int_equal(fc_message_u64(m, NUMBER, &value), 0);
	assert_true(value == 1);
	assert_int_equal(fc_message_next(m, &at, &field), 1);
	assert_int_equal(fc_message_next(m, &at, &field), 1);
	assert_int_equal(field.value[7], 2);
	assert_int_equal(fc_message_next(m, &at, &field), 0);
	fc_message_free(m);
}

static void lying_lengths_do_not_parse(void **state)
{
	static const uint32_t lie[] = {4, 7, 9, 0x7fffffff, 0xfffffff8, 0xffffffff};
	struct fc_message *m = fc_message_create(FC_MESSAGE_SAYS, 64);
	struct fc_message_field field;
	uint64_t value;

	(void)state;
	fc_message_put_u64(m, NUMBER, 1);
	for (size_t i = 0; i < sizeof(lie) / sizeof(*lie); i++) {
		for (unsigned b = 0; b < 4; b++)
			m->body[4 + b] = (uint8_t)(lie[i] >> (24 - 8 * b));
		assert_int_equal(fc_message_check(m), -EPROTO);
		assert_int_equal(fc_message_u64(m, NUMBER, &value), -EPROTO);
		/* Shorter than it is: the next field is what lies. */
		assert_int_equal(fc_message_find(m, NUMBER, &field), lie[i] < 8 ? 0 : -EPROTO);
	}
	fc_message_free(m);
}

static void a_truncated_body_does_not_parse(void **state)
{
	struct fc_message *m = make(FC_MESSAGE_SAYS, 1);
	size_t all = m->octets, ends[] = {0, 16, 30, 41}; /* between fields */

	(void)state;
	for (size_t octets = 0; octets <= all; octets++) {
		bool whole = false;

		for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
			whole |= octets == ends[i];
		m->octets = octets;
		assert_int_equal(fc_message_check(m), whole ? 0 : -EPROTO);
	}
	fc_message_free(m);
}

static void the_zero_of_a_field_must_be_zero(void **state)
{
	struct fc_message *m = make(FC_MESSAGE_SAYS, 1);

	(void)state;
	m->body[3] = 1;
	assert_int_equal(fc_message_check(m), -EPROTO);
	fc_message_free(m);
}

static void values_of_another_kind_are_refused(void **state)
{
	struct fc_message *m = fc_message_create(FC_MESSAGE_SAYS, 64);
	char text[4];
	uint64_t value;

	(void)state;
	fc_message_put(m, NUMBER, "1234567", 7);
	fc_message_put(m, TEXT, "a\0b", 3);
	fc_message_put_text(m, OCTETS, "four");
	assert_int_equal(fc_message_u64(m, NUMBER, &value), -EPROTO);
	assert_int_equal(fc_message_text(m, TEXT, text, sizeof(text)), -EPROTO);
	assert_int_equal(fc_message_text(m, OCTETS, text, sizeof(text)), -EPROTO);
	assert_int_equal(fc_message_text(m, ABSENT, text, sizeof(text)), -ENOENT);
	fc_message_free(m);
}

/* ------------------------------------------------------------------ stream */
#define MANY 50

/* Messages 1..MANY in one buffer, with bodies of different lengths, some empty. */
static size_t make_many(uint8_t *wire, size_t room)
{
	size_t octets = 0;

	for (unsigned n = 1; n <= MANY; n++) {
		struct fc_message *m = fc_message_create(FC_MESSAGE_SAYS, 200);

		for (unsigned f = 0; f < n % 7; f++)
			fc_message_put_u64(m, NUMBER, n);
		m->number = n;
		assert_true(octets + FC_MESSAGE_HEADER + m->octets <= room);
		octets += write_out(m, wire + octets);
		fc_message_free(m);
	}
	return octets;
}

static void messages_come_whole_from_any_pieces(void **state)
{
	static uint8_t wire[MANY * 200];
	size_t all = make_many(wire, sizeof(wire));

	(void)state;
	for (size_t piece = 1; piece < 300; piece++) {
		struct fc_stream stream = {0};
		struct fc_message *m;
		unsigned got = 0;
		char why[FC_STREAM_TEXT];

		for (size_t from = 0; from < all; from += piece) {
			size_t count = all - from < piece ? all - from : piece, at = 0;

			while (fc_stream_take(&stream, wire + from, count, &at, &m, why) == 1) {
				uint64_t value = 0;

				got++;
				assert_true(m->number == got);
				assert_int_equal(fc_message_u64(m, NUMBER, &value),
						 got % 7 ? 0 : -ENOENT);
				assert_true(value == (got % 7 ? got : 0));
				fc_message_free(m);
			}
			assert_int_equal(at, count);
		}
		assert_int_equal(got, MANY);
		fc_stream_reset(&stream);
	}
}

/* One message goes in, with `number`; then its octet at `place` becomes `octet`. */
static int read_one(uint64_t number, size_t place, uint8_t octet, char why[FC_STREAM_TEXT])
{
	struct fc_message *m = make(FC_MESSAGE_HELLO, number);
	struct fc_stream stream = {0};
	uint8_t wire[200];
	size_t at = 0, count = write_out(m, wire);
	int got;

	fc_message_free(m);
	wire[place] = octet;
	got = fc_stream_take(&stream, wire, count, &at, &m, why);
	if (got == 1)
		fc_message_free(m);
	fc_stream_reset(&stream);
	return got;
}

static void numbers_with_a_gap_end_the_stream(void **state)
{
	char why[FC_STREAM_TEXT];

	(void)state;
	assert_int_equal(read_one(1, 15, 1, why), 1);
	assert_int_equal(read_one(2, 15, 2, why), -EPROTO);
	assert_string_equal(why, "message 2 after message 0");
	assert_int_equal(read_one(1, 15, 0, why), -EPROTO);
	assert_int_equal(read_one(1, 8, 0x80, why), -EPROTO);
}

static void a_header_that_lies_ends_the_stream(void **state)
{
	char why[FC_STREAM_TEXT];

	(void)state;
	assert_int_equal(read_one(1, 1, 0, why), -EPROTO); /* type */
	assert_int_equal(read_one(1, 1, FC_MESSAGE_TYPES, why), -EPROTO);
	assert_int_equal(read_one(1, 0, 1, why), -EPROTO);
	assert_int_equal(read_one(1, 3, 0, why), -EPROTO); /* version */
	assert_int_equal(read_one(1, 3, FC_MESSAGE_VERSION + 1, why), -EPROTO);
	assert_int_equal(read_one(1, 4, 0xff, why), -EPROTO); /* octets */
	assert_non_null(strstr(why, "4278190121 octets after number 0"));
	assert_int_equal(read_one(1, 7, 200, why), 0); /* waits for more */
	assert_int_equal(read_one(1, 7, 40, why), -EPROTO);
	assert_string_equal(why, "message 1 of type 1 does not parse");
}

static void the_longest_message_passes(void **state)
{
	struct fc_message *m = fc_message_create(FC_MESSAGE_FLOWS, FC_MESSAGE_BODY_MAX), *out;
	uint8_t *wire = malloc(FC_MESSAGE_HEADER + FC_MESSAGE_BODY_MAX);
	struct fc_stream stream = {0};
	char why[FC_STREAM_TEXT];
	size_t at = 0, count;

	(void)state;
	assert_non_null(wire);
	memset(fc_message_reserve(m, OCTETS, FC_MESSAGE_BODY_MAX - FC_MESSAGE_FIELD), 7,
	       FC_MESSAGE_BODY_MAX - FC_MESSAGE_FIELD);
	m->number = 1;
	count = write_out(m, wire);
	assert_int_equal(fc_stream_take(&stream, wire, count, &at, &out, why), 1);
	assert_int_equal(out->octets, FC_MESSAGE_BODY_MAX);
	fc_message_free(out);
	fc_message_free(m);
	free(wire);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_come_back_as_they_were_put),
		cmocka_unit_test(octets_on_the_wire_are_these),
		cmocka_unit_test(a_field_that_does_not_fit_stays_out_for_good),
		cmocka_unit_test(a_huge_length_is_refused_without_wrapping),
		cmocka_unit_test(of_two_fields_with_a_tag_the_first_is_found),
		cmocka_unit_test(lying_lengths_do_not_parse),
		cmocka_unit_test(a_truncated_body_does_not_parse),
		cmocka_unit_test(the_zero_of_a_field_must_be_zero),
		cmocka_unit_test(values_of_another_kind_are_refused),
		cmocka_unit_test(messages_come_whole_from_any_pieces),
		cmocka_unit_test(numbers_with_a_gap_end_the_stream),
		cmocka_unit_test(a_header_that_lies_ends_the_stream),
		cmocka_unit_test(the_longest_message_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
