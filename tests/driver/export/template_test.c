/* SPDX-License-Identifier: BSD-2-Clause */
/* Records compiled for a protocol, and the writer that everything goes through. */
#include "records.h"

#include <driver/export/template.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <tests/wire/synthetic_flows.h>

#define START_NS UINT64_C(1795305600000000000)

static struct fc_flow one_flow(unsigned version)
{
	uint64_t state = 99;
	struct fc_flow f = synthetic_flow(&state, 1, version, START_NS);

	f.octets &= UINT32_MAX;
	return f;
}

static void an_element_is_said_once(void **state)
{
	static const char *const twice[] = {"ipv4 source address", "counter bytes",
					    "counter bytes long", NULL};
	struct fc_template t;

	(void)state;
	assert_int_equal(fc_template_compile(&t, FC_PROTOCOL_IPFIX, 4, record_of(twice)), 0);
	assert_int_equal(t.field_count, 2);
	assert_int_equal(t.octets_max, UINT32_MAX);
}

static void what_a_protocol_cannot_say_is_said_otherwise_or_left_out(void **state)
{
	static const char *const names[] = {"ipv4 source address",
					    "transport icmp ipv4 type-code",
					    "timestamp sys-uptime first",
					    "timestamp absolute first",
					    "timestamp sys-uptime last",
					    "timestamp absolute last",
					    NULL};
	struct fc_template t;

	(void)state;
	assert_int_equal(fc_template_compile(&t, FC_PROTOCOL_V9, 4, record_of(names)), 0);
	assert_int_equal(t.field_count, 6);
	assert_true(t.uptime);
	assert_int_equal(fc_template_compile(&t, FC_PROTOCOL_IPFIX, 4, record_of(names)), 0);
	assert_int_equal(t.field_count, 3); /* address, first and last, each once */
	assert_int_equal(t.fields[1].field->element, 152);
	assert_int_equal(fc_template_compile(&t, FC_PROTOCOL_IPFIX, 6, record_of(names)), 0);
	assert_int_equal(t.field_count, 0);
}

static void a_record_of_both_ip_versions_makes_two_templates(void **state)
{
	static const char *const names[] = {"ipv4 source address", "ipv6 source address",
					    "counter packets", NULL};
	struct fc_template t;

	(void)state;
	assert_int_equal(fc_template_compile(&t, FC_PROTOCOL_V9, 4, record_of(names)), 0);
	assert_int_equal(t.record_size, 8);
	assert_int_equal(fc_template_compile(&t, FC_PROTOCOL_V9, 6, record_of(names)), 0);
	assert_int_equal(t.record_size, 20);
}

static void prefixes_and_masks_are_cut_to_their_argument(void **state)
{
	static const char *const names[] = {"ipv4 source prefix", "ipv4 source mask", NULL};
	struct fc_fnf_record *record = record_of(names);
	struct fc_flow f = one_flow(4);
	uint8_t buffer[5];
	static const uint8_t address[16] = {198, 51, 255, 7};
	static const struct {
		uint8_t bits, want[5];
	} cases[] = {{0, {0, 0, 0, 0, 0}},
		     {20, {198, 51, 240, 0, 20}},
		     {24, {198, 51, 255, 0, 24}},
		     {32, {198, 51, 255, 7, 32}}};

	(void)state;
	fc_vec_set_src(f.vector, address);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fc_template t;
		struct fc_writer w;

		record->field[0].argument = record->field[1].argument = cases[i].bits;
		assert_int_equal(fc_template_compile(&t, FC_PROTOCOL_IPFIX, 4, record), 0);
		fc_writer_init(&w, buffer, sizeof(buffer));
		fc_template_encode(&t, &w, &f, 0);
		assert_memory_equal(buffer, cases[i].want, sizeof(buffer));
	}
}

static void the_whole_field_table_encodes(void **state)
{
	size_t count;
	const struct fc_field *table = fc_field_table(&count);
	struct fc_flow f = one_flow(4);
	uint8_t buffer[64];

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const char *names[] = {table[i].name, "counter packets long", NULL};
		struct fc_template t;
		struct fc_writer w;

		if (table[i].element == 2)
			names[1] = NULL;
		assert_ptr_equal(fc_field_find(table[i].name), &table[i]);
		assert_int_equal(fc_template_compile(&t, FC_PROTOCOL_V9,
						     table[i].family ? table[i].family : 4,
						     record_of(names)),
				 0);
		fc_writer_init(&w, buffer, sizeof(buffer));
		fc_template_encode(&t, &w, &f, 0);
		assert_false(w.failed);
		assert_int_equal(w.used, t.record_size);
	}
}

static void the_writer_fails_for_good_and_writes_no_octet_beyond(void **state)
{
	uint8_t buffer[9] = {0};
	struct fc_writer w;

	(void)state;
	buffer[8] = 0x55;
	fc_writer_init(&w, buffer, 8);
	fc_writer_u32(&w, 0x01020304);
	fc_writer_number(&w, 0xaabbccddeeff, 3);
	fc_writer_u16(&w, 0xffff);
	assert_true(w.failed);
	fc_writer_u8(&w, 1);
	assert_true(w.failed);
	assert_int_equal(w.used, 7);
	assert_memory_equal(buffer, "\x01\x02\x03\x04\xdd\xee\xff\x00\x55", 9);
	fc_writer_patch_u16(&w, 0, 7);
	assert_int_equal(buffer[0], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_element_is_said_once),
		cmocka_unit_test(what_a_protocol_cannot_say_is_said_otherwise_or_left_out),
		cmocka_unit_test(a_record_of_both_ip_versions_makes_two_templates),
		cmocka_unit_test(prefixes_and_masks_are_cut_to_their_argument),
		cmocka_unit_test(the_whole_field_table_encodes),
		cmocka_unit_test(the_writer_fails_for_good_and_writes_no_octet_beyond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
