// SPDX-License-Identifier: BSD-2-Clause
/* What the peer says of exporters: read as it was written, and nothing else is taken. */
#include <errno.h>
#include <ha/export_wire.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>

#define PLACE 3
#define NUMBER 77
#define DATAGRAMS 5

static struct fc_message *named(enum fc_message_type type, uint64_t place, uint64_t number)
{
	struct fc_message *m = fc_message_create(type, 4096);

	assert_non_null(m);
	fc_message_put_u64(m, FC_EXPORT_PLACE, place);
	fc_message_put_u64(m, FC_EXPORT_NUMBER, number);
	fc_message_put_u64(m, FC_EXPORT_FINGERPRINT, 42);
	return m;
}

static struct fc_message *datagrams(uint64_t first, uint64_t step)
{
	struct fc_message *m = named(FC_MESSAGE_DATAGRAM, PLACE, NUMBER);
	uint8_t octets[100];

	for (unsigned i = 0; i < DATAGRAMS; i++) {
		const struct fc_exporter_datagram d = {.number = first + i * step,
						       .sequence = 1000 + i,
						       .records = i,
						       .templates = i % 2,
						       .share = {{1, 2, 3}, {4, 5, 6 + i}},
						       .length = 10 + i,
						       .octets = octets};

		memset(octets, (int)i, sizeof(octets));
		assert_true(fc_export_put_sealed(m, &d));
	}
	return m;
}

static int reads(struct fc_message *m)
{
	struct fc_export_said said;
	char why[FC_CUT_TEXT] = "";
	int err = fc_export_read(m, &said, why);

	assert_true(!err == !*why);
	fc_message_free(m);
	return err;
}

static void datagrams_are_read_as_they_were_written(void **state)
{
	struct fc_message *m = datagrams(8, 3);
	struct fc_exporter_datagram d;
	struct fc_export_said said;
	char why[FC_CUT_TEXT];
	unsigned count = 0;
	size_t at = 0;

	(void)state;
	assert_int_equal(fc_export_read(m, &said, why), 0);
	assert_int_equal(said.place, PLACE);
	assert_int_equal(said.number, NUMBER);
	assert_int_equal(said.fingerprint, 42);
	for (; fc_export_next_sealed(m, &at, &d); count++) {
		assert_int_equal(d.number, 8 + 3 * count);
		assert_int_equal(d.sequence, 1000 + count);
		assert_int_equal(d.records, count);
		assert_int_equal(d.templates, count % 2);
		assert_int_equal(d.share[1].client, 4);
		assert_int_equal(d.share[1].records, 5);
		assert_int_equal(d.share[1].octets, 6 + count);
		assert_int_equal(d.length, 10 + count);
		assert_int_equal(d.octets[d.length - 1], count);
	}
	assert_int_equal(count, DATAGRAMS);
	fc_message_free(m);
}

static void what_lacks_something_is_refused(void **state)
{
	struct fc_message *m;

	(void)state;
	assert_int_equal(reads(datagrams(8, 0)), -EPROTO); /* out of order */
	assert_int_equal(reads(named(FC_MESSAGE_DATAGRAM, PLACE, NUMBER)), -EPROTO);
	assert_int_equal(reads(named(FC_MESSAGE_EXPORTER, PLACE, NUMBER)), -EPROTO);
	assert_int_equal(reads(named(FC_MESSAGE_CURSOR, PLACE, NUMBER)), -EPROTO);
	assert_int_equal(reads(named(FC_MESSAGE_COMMIT, PLACE, NUMBER)), -EPROTO);
	for (unsigned i = 0; i < 3; i++) {
		static const uint64_t place[] = {FC_FNF_EXPORTERS, PLACE, PLACE};
		static const uint64_t number[] = {NUMBER, 0, NUMBER};

		m = named(FC_MESSAGE_CURSOR, place[i], number[i]);
		fc_message_put_u64(m, FC_EXPORT_CURSOR, 1);
		assert_int_equal(reads(m), i < 2 ? -EPROTO : 0);
	}
	m = named(FC_MESSAGE_EXPORTER, PLACE, NUMBER);
	fc_message_put_u64(m, FC_EXPORT_FIRST, 5);
	fc_message_put_u64(m, FC_EXPORT_NEXT, 4);
	assert_int_equal(reads(m), -EPROTO);
	m = named(FC_MESSAGE_EXPORTER, PLACE, NUMBER);
	fc_message_put_u64(m, FC_EXPORT_FIRST, 4);
	fc_message_put_u64(m, FC_EXPORT_NEXT, 4);
	fc_message_put(m, FC_EXPORT_STATE, "no state", 8);
	assert_int_equal(reads(m), -EPROTO);
}

/* Whatever octets come: what is taken can be walked through to its end. */
static void no_octet_of_it_is_trusted(void **state)
{
	struct fc_message *m = datagrams(8, 1);
	uint8_t *good = malloc(m->octets);
	size_t octets = m->octets, taken = 0;

	(void)state;
	assert_non_null(good);
	memcpy(good, m->body, octets);
	for (size_t at = 0; at < 2 * octets; at++) {
		struct fc_exporter_datagram d;
		struct fc_export_said said;
		char why[FC_CUT_TEXT];
		size_t next = 0, sum = 0;

		memcpy(m->body, good, octets);
		m->octets = at < octets ? octets : at - octets; /* turned, then cut */
		if (at < octets)
			m->body[at] ^= 0xff;
		if (fc_export_read(m, &said, why))
			continue;
		taken++;
		while (fc_export_next_sealed(m, &next, &d))
			for (size_t i = 0; i < d.length; i++)
				sum += d.octets[i];
		assert_true(sum < 255 * octets);
	}
	assert_true(taken > 0 && taken < 2 * octets);
	free(good);
	fc_message_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagrams_are_read_as_they_were_written),
		cmocka_unit_test(what_lacks_something_is_refused),
		cmocka_unit_test(no_octet_of_it_is_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
