/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <flowcard/fnf.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka wants those above first. */
#include <cmocka.h>

static struct fc_fnf fnf;

static struct fc_fnf_record *record(const char *name)
{
	int r = fc_fnf_record_find(&fnf, name);

	if (r < 0)
		fail_msg("no record %s", name);
	return &fnf.record[r];
}

static int setup(void **state)
{
	(void)state;
	fc_fnf_init(&fnf);
	return 0;
}

static struct fc_fnf_record *user(const char *name, const char *key, uint8_t argument)
{
	struct fc_fnf_record *r = &fnf.record[fc_fnf_record_add(&fnf, name)];

	r->field[0].field = fc_field_find(key);
	r->field[0].key = true;
	r->field[0].argument = argument;
	r->fields = 1;
	return r;
}

static void predefined_objects_come_in_their_order(void **state)
{
	static const char *const first[] = {"netflow-v5",
					    "options interface-table",
					    "options exporter-statistics",
					    "options vrf-id-name-table",
					    "options sampler-table",
					    "options applications-name",
					    "netflow-original",
					    "netflow ipv4 original-input"};
	unsigned count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++)
		assert_string_equal(fnf.record[i].name, first[i]);
	while (count < FC_FNF_RECORDS && fnf.record[count].kind != FC_RECORD_FREE)
		count++;
	assert_int_equal(count, 24);
	assert_string_equal(fnf.record[23].name, "original-input");
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(fnf.record[i].id, i + 1);
		for (unsigned f = 0; f < fnf.record[i].fields; f++)
			assert_non_null(fnf.record[i].field[f].field);
	}
}

static void field_space_is_that_of_the_router(void **state)
{
	static const struct {
		const char *name;
		unsigned space;
	} want[] = {
		{"netflow-original", 53},
		{"netflow ipv4 original-input", 53},
		{"netflow ipv4 original-input peer", 53},
		{"netflow ipv4 original-output", 53},
		{"netflow ipv4 original-output peer", 53},
		{"netflow ipv4 as", 29},
		{"netflow ipv4 as peer", 29},
		{"netflow ipv4 as-tos", 30},
		{"netflow ipv4 as-tos peer", 30},
		{"netflow ipv4 assurance", 6},
		{"netflow ipv6 original-input", 97},
		{"netflow ipv6 original-output peer", 97},
		{"netflow ipv6 as", 29},
		{"netflow ipv6 assurance", 6},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		assert_int_equal(fc_fnf_record_space(record(want[i].name)), want[i].space);
}

static void a_record_is_for_the_packets_its_fields_speak_of(void **state)
{
	static const struct {
		const char *name;
		bool ipv4, ipv6;
	} want[] = {
		{"netflow-original", true, false},
		{"netflow ipv4 as", true, false},
		{"netflow ipv6 as", false, true},
		{"netflow ipv6 original-input", false, true},
		{"original-input", true, true},
		{"netflow-v5", false, false},
		{"ports", true, true},
		{"options sampler-table", false, false},
	};
	bool ipv4, ipv6;

	(void)state;
	user("ports", "transport source-port", 0);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		fc_fnf_record_families(record(want[i].name), &ipv4, &ipv6);
		if (ipv4 != want[i].ipv4 || ipv6 != want[i].ipv6)
			fail_msg("%s", want[i].name);
	}
}

static void the_classic_record_has_the_classic_keys(void **state)
{
	uint32_t mask[FC_VECTOR_WORDS], want[FC_VECTOR_WORDS] = {0};
	uint8_t ones[16];

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	fc_vec_set_src(want, ones);
	fc_vec_set_dst(want, ones);
	fc_vec_set_sport(want, 0xffff);
	fc_vec_set_dport(want, 0xffff);
	fc_vec_set_proto(want, 0xff);
	fc_vec_set_tos(want, 0xff);
	fc_vec_set_ip_version(want, 0xf);
	fc_vec_set_input_port(want, 0xff);
	fc_vec_set_direction(want, 1);
	fc_fnf_record_mask(record("original-input"), mask);
	assert_memory_equal(mask, want, sizeof(want));
	/* IPv4 fields take the first four octets of an address only. */
	fc_fnf_record_mask_of(record("original-input"), 4, mask);
	assert_memory_equal(fc_vec_src(mask), "\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}

static void a_prefix_masks_so_many_bits(void **state)
{
	uint32_t mask[FC_VECTOR_WORDS];

	(void)state;
	fc_fnf_record_mask(user("P", "ipv4 source prefix", 20), mask);
	assert_memory_equal(fc_vec_src(mask), "\xff\xff\xf0\0\0", 5);
	fc_fnf_record_mask(user("Q", "ipv6 destination prefix", 0), mask);
	assert_memory_equal(fc_vec_dst(mask), "\0\0\0\0", 4);
}

/* Every field that parts flows must show the part that it parts them by. */
static void bits_outside_its_mask_do_not_change_what_a_key_says(void **state)
{
	const struct fc_field *table;
	size_t count;

	(void)state;
	table = fc_field_table(&count);
	for (size_t i = 0; i < count; i++) {
		struct fc_fnf_record r = {.kind = FC_RECORD_USER, .fields = 1};
		uint32_t mask[FC_VECTOR_WORDS];
		unsigned family = table[i].family ? table[i].family : 4;

		r.field[0] = (struct fc_fnf_record_field){&table[i], true, 0};
		if (!(table[i].use & FC_FIELD_MATCH) || !table[i].number)
			continue;
		fc_fnf_record_mask(&r, mask);
		for (unsigned bit = 0; bit < 32 * FC_VECTOR_WORDS; bit++) {
			struct fc_flow a = {.interface_first = 9}, b;

			for (unsigned w = 0; w < FC_VECTOR_WORDS; w++)
				a.vector[w] = 0x5a3c96e1u * (w + bit + 1);
			fc_vec_set_ip_version(a.vector, family);
			a.tcp_flags = fc_vec_tcp_flags(a.vector);
			b = a;
			if (mask[bit / 32] >> bit % 32 & 1)
				continue;
			b.vector[bit / 32] ^= 1u << bit % 32;
			b.tcp_flags = fc_vec_tcp_flags(b.vector);
			if (table[i].number(&a, 0) != table[i].number(&b, 0))
				fail_msg("%s: bit %u of word %u is not in its mask", table[i].name,
					 bit % 32, bit / 32);
		}
	}
}

/* What a flow of this protocol and IP version says, with and without one bit of its vector. */
static bool bit_matters(const struct fc_field *field, unsigned bit, unsigned turn)
{
	static const uint8_t protocol[] = {1, 6, 17, 58};
	struct fc_flow a = {.interface_first = 9}, b;

	for (unsigned w = 0; w < FC_VECTOR_WORDS; w++)
		a.vector[w] = 0x9e3779b9u * (w + 7 * turn + 1) ^ 0x2545f491u * turn;
	fc_vec_set_ip_version(a.vector, field->family ? field->family : 4 + 2 * (turn & 1));
	fc_vec_set_proto(a.vector, protocol[turn % 4]);
	b = a;
	b.vector[bit / 32] ^= 1u << bit % 32;
	a.tcp_flags = fc_vec_tcp_flags(a.vector);
	b.tcp_flags = fc_vec_tcp_flags(b.vector);
	return field->number(&a, 0) != field->number(&b, 0);
}

/* And it parts them by nothing that it does not show. */
static void every_bit_of_a_mask_can_change_what_the_key_says(void **state)
{
	const struct fc_field *table;
	size_t count;

	(void)state;
	table = fc_field_table(&count);
	for (size_t i = 0; i < count; i++) {
		uint32_t mask[FC_VECTOR_WORDS] = {0};

		if (!table[i].mask || !table[i].number)
			continue;
		table[i].mask(mask, 0);
		fc_vec_set_ip_version(mask, 0); /* always a key */
		fc_vec_set_direction(mask, 0);
		for (unsigned bit = 0; bit < 32 * FC_VECTOR_WORDS; bit++) {
			bool matters = !(mask[bit / 32] >> bit % 32 & 1);

			for (unsigned turn = 0; turn < 400 && !matters; turn++)
				matters = bit_matters(&table[i], bit, turn);
			if (!matters)
				fail_msg("%s: bit %u of word %u changes nothing", table[i].name,
					 bit % 32, bit / 32);
		}
	}
}

static void the_table_holds_together(void **state)
{
	const struct fc_field *table;
	size_t count;

	(void)state;
	table = fc_field_table(&count);
	assert_true(count > 90);
	for (size_t i = 0; i < count; i++) {
		const struct fc_field *f = &table[i];

		assert_ptr_equal(fc_field_find(f->name), f);
		assert_true(f->use && f->space && f->v9);
		assert_true(f->heading && *f->heading && f->label && *f->label);
		assert_true((f->use & FC_FIELD_MATCH) || !f->mask);
		assert_false(f->number && f->octets);
		assert_true(f->number || f->octets || f->argument_max);
		assert_true(!f->instead || fc_field_find(f->instead));
	}
	assert_null(fc_field_find("ipv4 source adress"));
}

static void version_5_takes_records_whose_keys_it_has(void **state)
{
	struct fc_fnf_record *finer;

	(void)state;
	assert_true(fc_fnf_record_fits_v5(record("netflow-original")));
	assert_true(fc_fnf_record_fits_v5(record("netflow ipv4 original-output")));
	assert_true(fc_fnf_record_fits_v5(record("original-input")));
	assert_false(fc_fnf_record_fits_v5(record("netflow ipv6 original-input")));
	assert_false(fc_fnf_record_fits_v5(record("netflow ipv4 as"))); /* direction */
	assert_false(fc_fnf_record_fits_v5(user("T", "ipv4 tos", 0)));  /* whose addresses? */
	finer = record("original-input");
	finer->field[finer->fields].field = fc_field_find("datalink vlan input");
	assert_true(fc_fnf_record_fits_v5((finer->fields++, finer)));
	finer->field[finer->fields - 1].key = true;
	assert_false(fc_fnf_record_fits_v5(finer));
	assert_false(fc_fnf_record_fits_v5(record("options sampler-table")));
}

static void data_records_have_the_octets_of_their_fields(void **state)
{
	(void)state;
	/* 1+1+4+4+2+2+4+1, 2+2+4+1+1+1+4+4+4+4+4 */
	assert_int_equal(fc_fnf_record_octets(record("netflow-original"), FC_PROTOCOL_V9, 4), 50);
	/* two times of eight octets instead of four */
	assert_int_equal(fc_fnf_record_octets(record("netflow-original"), FC_PROTOCOL_IPFIX, 4),
			 58);
	assert_int_equal(fc_fnf_record_octets(record("netflow-original"), FC_PROTOCOL_V9, 6), 0);
	assert_int_equal(fc_fnf_record_octets(user("T", "ipv4 tos", 0), FC_PROTOCOL_V9, 4), 1);
}

static void sampler_ids_come_back_last(void **state)
{
	int first, second;

	(void)state;
	first = fc_fnf_sampler_add(&fnf, "A");
	assert_int_equal(fnf.sampler[first].id, 1);
	memset(&fnf.sampler[first], 0, sizeof(fnf.sampler[first]));
	for (unsigned n = 2; n <= 255; n++) {
		second = fc_fnf_sampler_add(&fnf, "B");
		assert_int_equal(fnf.sampler[second].id, n);
		if (n != 3)
			memset(&fnf.sampler[second], 0, sizeof(fnf.sampler[second]));
	}
	assert_int_equal(fnf.sampler[fc_fnf_sampler_add(&fnf, "C")].id, 1);
	assert_int_equal(fnf.sampler[fc_fnf_sampler_add(&fnf, "D")].id, 2);
	assert_int_equal(fnf.sampler[fc_fnf_sampler_add(&fnf, "E")].id, 4);
}

static void full_tables_say_so(void **state)
{
	(void)state;
	for (int i = 0; i < FC_FNF_EXPORTERS; i++)
		assert_int_equal(fc_fnf_exporter_add(&fnf, "X"), i);
	assert_int_equal(fc_fnf_exporter_add(&fnf, "Y"), FC_FNF_NONE);
	for (int i = 24; i < FC_FNF_RECORDS; i++)
		assert_int_equal(fc_fnf_record_add(&fnf, "R"), i);
	assert_int_equal(fc_fnf_record_add(&fnf, "S"), FC_FNF_NONE);
	assert_int_equal(fc_fnf_exporter_find(&fnf, "X"), 0);
	assert_int_equal(fc_fnf_monitor_find(&fnf, "X"), FC_FNF_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(predefined_objects_come_in_their_order, setup),
		cmocka_unit_test_setup(field_space_is_that_of_the_router, setup),
		cmocka_unit_test_setup(a_record_is_for_the_packets_its_fields_speak_of, setup),
		cmocka_unit_test_setup(the_classic_record_has_the_classic_keys, setup),
		cmocka_unit_test_setup(a_prefix_masks_so_many_bits, setup),
		cmocka_unit_test_setup(bits_outside_its_mask_do_not_change_what_a_key_says, setup),
		cmocka_unit_test_setup(every_bit_of_a_mask_can_change_what_the_key_says, setup),
		cmocka_unit_test_setup(the_table_holds_together, setup),
		cmocka_unit_test_setup(version_5_takes_records_whose_keys_it_has, setup),
		cmocka_unit_test_setup(data_records_have_the_octets_of_their_fields, setup),
		cmocka_unit_test_setup(sampler_ids_come_back_last, setup),
		cmocka_unit_test_setup(full_tables_say_so, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
