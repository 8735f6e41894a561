// SPDX-License-Identifier: BSD-2-Clause
#include "tests/driver/fake_ring.h"
#include "tests/driver/fake_transport.h"

#include <errno.h>
#include <flowcard/dump.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIZE_LOG2 10

/* A card at work, in the best of health: two rings, two ports, four monitors. */
static void healthy(struct fake_card *c)
{
	fake_card_init(c, 2);
	c->reg[FC_REG_CONTROL / 4] = FC_REG_CONTROL_ENABLE_MASK;
	for (unsigned r = 0; r < 2; r++) {
		c->reg[FC_REG_RING_CONTROL(r) / 4] =
			SIZE_LOG2 << FC_REG_RING_CONTROL_SIZE_LOG2_SHIFT | 1;
		c->reg[FC_REG_RING_PRODUCER(r) / 4] = 5000;
		c->reg[FC_REG_RING_CONSUMER(r) / 4] = 4990;
	}
	c->reg[FC_REG_MONITOR_MASK(0, 0) / 4] = UINT32_MAX;
	c->reg[FC_REG_LATCH_SEQ / 4] = 3;
	c->reg[FC_REG_EPOCH_OPEN / 4] = 17;
	fake_card_set_u64(c, FC_REG_TIME_LOW, UINT64_C(1700000000000000000));
	fake_card_set_u64(c, FC_REG_LEDGER_SELECTED_PACKETS(0), 100);
	fake_card_set_u64(c, FC_REG_LEDGER_EMITTED_PACKETS(0), 90);
	fake_card_set_u64(c, FC_REG_LEDGER_RESIDENT_PACKETS(0), 10);
	fake_card_set_u64(c, FC_REG_LEDGER_SELECTED_BYTES(0), UINT64_C(0x1200000000));
	fake_card_set_u64(c, FC_REG_LEDGER_EMITTED_BYTES(0), UINT64_C(0x1200000000));
	fake_card_set_u64(c, FC_REG_PORT_FRAMES(1), 7);
	fake_card_set_u64(c, FC_REG_PORT_VERDICT(1, FC_VERDICT_FLOW), 5);
	fake_card_set_u64(c, FC_REG_PORT_VERDICT(1, FC_VERDICT_NONIP_LLC), 2);
}

static void take(struct fake_card *c, struct fc_dump *dump)
{
	assert_int_equal(fc_dump_take(dump, &c->transport, "fake:0", false), 0);
}

/* ------------------------------------------------------------------ taking */
static void taking_reads_what_is_there_and_writes_nothing(void **state)
{
	struct fake_card c;
	struct fc_dump dump;
	uint32_t value;

	(void)state;
	healthy(&c);
	take(&c, &dump);
	assert_int_equal(c.writes, 0);
	assert_true(fc_dump_get(&dump, FC_REG_RING_PRODUCER(1), &value));
	assert_int_equal(value, 5000);
	assert_false(fc_dump_get(&dump, FC_REG_RING_PRODUCER(2), &value)); /* it has two */
	assert_false(fc_dump_get(&dump, FC_REG_HASH_LOW, &value));         /* write-only */
	assert_true(fc_dump_get(&dump, FC_REG_SAMPLER_CONTROL(16 * 3 + 8 + 1), &value));
	assert_false(fc_dump_get(&dump, FC_REG_SAMPLER_CONTROL(2), &value));
	fc_dump_free(&dump);
}

static void latching_writes_the_command_only(void **state)
{
	struct fake_card c;
	struct fc_dump dump;

	(void)state;
	healthy(&c);
	assert_int_equal(fc_dump_take(&dump, &c.transport, "fake:0", true), 0);
	assert_int_equal(c.writes, 1);
	assert_int_equal(dump.latch, FC_DUMP_LATCH_DONE);
	fc_dump_free(&dump);
}

static void a_stranger_is_not_written_to(void **state)
{
	struct fake_card c;
	struct fc_dump dump;

	(void)state;
	healthy(&c);
	c.reg[FC_REG_MAGIC / 4] = 0x12345678;
	assert_int_equal(fc_dump_take(&dump, &c.transport, "fake:0", true), 0);
	assert_int_equal(c.writes, 0);
	fc_dump_free(&dump);
}

static void a_transport_error_ends_the_taking(void **state)
{
	struct fake_card c;
	struct fc_dump dump;

	(void)state;
	healthy(&c);
	c.broken = true;
	assert_int_equal(fc_dump_take(&dump, &c.transport, "fake:0", false), -EIO);
	fc_dump_free(&dump);
}

/* ------------------------------------------------------------------ names */
static void the_walk_names_each_register_once(void **state)
{
	struct fc_dump_item item = {0};
	unsigned items = 0, words = 0, want = 0;
	bool consumer = false, verdict = false, base = false, mask = false;

	(void)state;
	while (fc_dump_item_next(&item)) {
		items++;
		words += item.wide ? 2 : 1;
		consumer |= !strcmp(item.name, "RING[7].CONSUMER") &&
			    item.offset == FC_REG_RING_CONSUMER(7);
		base |= !strcmp(item.name, "RING[2].BASE") && item.wide &&
			item.offset == FC_REG_RING_BASE_LOW(2);
		verdict |= !strcmp(item.name, "PORT[3].verdict[27]") && item.wide &&
			   item.offset == FC_REG_PORT_VERDICT(3, 27);
		mask |= !strcmp(item.name, "MONITOR[1].MASK[16]") && !item.wide &&
			item.offset == FC_REG_MONITOR_MASK(1, 16);
	}
	for (size_t r = 0; r < fc_register_count; r++)
		want += fc_register_table[r].count[0] * fc_register_table[r].count[1];
	assert_int_equal(words, want);
	assert_true(items < words);
	assert_true(consumer && base && verdict && mask);
}

static void what_belongs_together_stands_together(void **state)
{
	struct fc_dump_item item = {0};
	char last[64] = "";
	bool seen = false;

	(void)state;
	while (fc_dump_item_next(&item)) {
		if (!strcmp(item.name, "RING[1].BASE")) {
			assert_string_equal(last, "RING[0].MODERATION");
			seen = true;
		}
		snprintf(last, sizeof(last), "%s", item.name);
	}
	assert_true(seen);
}

static void patterns_take_brackets_as_they_are(void **state)
{
	(void)state;
	assert_true(fc_dump_match("RING[0].*", "RING[0].CONSUMER"));
	assert_false(fc_dump_match("RING[0].*", "RING[1].CONSUMER"));
	assert_true(fc_dump_match("fault,ring*cons?mer", "RING[1].CONSUMER"));
	assert_true(fc_dump_match("*", "X") && fc_dump_match(NULL, "X"));
	assert_false(fc_dump_match("", "X"));
	assert_false(fc_dump_match("RING", "RINGS"));
	assert_false(fc_dump_match("RINGS", "RING"));
	assert_true(fc_dump_match("*a*b*a", "xxabxbba"));
}

/* ------------------------------------------------------------------ files */
static void a_saved_dump_comes_back(void **state)
{
	struct fake_card c;
	struct fc_dump a, b;
	uint32_t record[FC_RECORD_WORDS];
	char error[200], *text;
	size_t octets;
	FILE *stream = open_memstream(&text, &octets);

	(void)state;
	healthy(&c);
	take(&c, &a);
	for (unsigned i = 0; i < FC_RECORD_WORDS; i++)
		record[i] = 0x01234567u * (i + 1);
	assert_int_equal(fc_dump_add_record(&a, 1, 4711, record), 0);
	assert_int_equal(fc_dump_save(&a, stream), 0);
	fclose(stream);
	stream = fmemopen(text, octets, "r");
	assert_int_equal(fc_dump_load(&b, stream, error, sizeof(error)), 0);
	fclose(stream);
	assert_string_equal(b.where, "fake:0");
	assert_int_equal(a.taken_ns, b.taken_ns);
	assert_int_equal(a.map_hash, b.map_hash);
	assert_int_equal(a.words, b.words);
	assert_memory_equal(a.word, b.word, a.words * sizeof(*a.word));
	assert_int_equal(b.records, 1);
	assert_memory_equal(a.record, b.record, sizeof(*a.record));
	free(text);
	fc_dump_free(&a);
	fc_dump_free(&b);
}

static void a_bad_file_is_refused_with_its_line(void **state)
{
	static const char *const bad[][2] = {
		{"", "line 1: "},
		{"flowcard-dump 2\nend 0 0\n", "line 1: "},
		{"flowcard-dump 1\n", "cut"},
		{"flowcard-dump 1\nreg 0x0 0x1\nend 2 0\n", "line 3: 2 registers"},
		{"flowcard-dump 1\nreg 0x0 0x100000000\nend 1 0\n", "line 2: "},
		{"flowcard-dump 1\nreg 0x0\nend 1 0\n", "line 2: a number is missing"},
		{"flowcard-dump 1\nreg 0x4 0x1\nreg 0x0 0x1\nend 2 0\n", "line 3: register 0x0000"},
		{"flowcard-dump 1\nreg 0x2 0x1\nend 1 0\n", "out of order"},
		{"flowcard-dump 1\nreg 0x0 0x1 9\nend 1 0\n", "too many words"},
		{"flowcard-dump 1\nreg 0x0 -1\nend 1 0\n", "line 2: "},
		{"flowcard-dump 1\nlatch maybe\nend 0 0\n", "latch is"},
		{"flowcard-dump 1\nrecord 0 0 1234\nend 0 1\n", "hexadecimal digits"},
		{"flowcard-dump 1\nsomething\nend 0 0\n", "unknown word \"something\""},
		{"flowcard-dump 1\nend 0 0\nreg 0x0 0x0\n", "after the end"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		FILE *in = tmpfile();
		struct fc_dump dump;
		char error[200];

		fputs(bad[i][0], in);
		rewind(in);
		assert_int_equal(fc_dump_load(&dump, in, error, sizeof(error)), -EINVAL);
		if (!strstr(error, bad[i][1]))
			fail_msg("case %zu: \"%s\" does not say \"%s\"", i, error, bad[i][1]);
		assert_null(dump.word);
		fclose(in);
	}
}

/* ------------------------------------------------------------------ text */
static char *printed(const struct fc_dump *dump, const struct fc_dump_print *how, int *count)
{
	char *text;
	size_t octets;
	FILE *stream = open_memstream(&text, &octets);

	*count = fc_dump_print(dump, how, stream);
	fclose(stream);
	return text;
}

static void text_has_fields_units_and_names(void **state)
{
	struct fc_dump_print how = {.zeros = true};
	struct fake_card c;
	struct fc_dump dump;
	char *text;
	int count;

	(void)state;
	healthy(&c);
	c.reg[FC_REG_SAMPLER_CONTROL(1) / 4] = 99u << 16 | 7u << 8 | 2;
	take(&c, &dump);
	text = printed(&dump, &how, &count);
	assert_true(count > 100);
	assert_non_null(strstr(text, "enable size_log2=10 (log2 records)"));
	assert_non_null(strstr(text, "mode=2 (random) id=7 window=99 (packets - 1)"));
	assert_non_null(strstr(text, "0x0000001200000000 77309411328 octets"));
	assert_non_null(strstr(text, "2 frames (nonip_llc)"));
	assert_non_null(strstr(text, "bus_master link_up"));
	free(text);
	fc_dump_free(&dump);
}

static void a_change_is_marked_and_told_apart(void **state)
{
	struct fc_dump_print how = {.glob = "RING[1].*"};
	struct fake_card c;
	struct fc_dump a, b;
	char *text;
	int count;

	(void)state;
	healthy(&c);
	take(&c, &a);
	c.reg[FC_REG_RING_PRODUCER(1) / 4]++;
	take(&c, &b);
	how.before = &a;
	text = printed(&b, &how, &count);
	assert_int_equal(count, 7);
	assert_non_null(strstr(text, "* 0x0258 RING[1].PRODUCER"));
	assert_non_null(strstr(text, "  0x0254 RING[1].CONSUMER"));
	free(text);
	assert_int_equal(fc_dump_diff(&a, &b, NULL, stdout), 1);
	assert_int_equal(fc_dump_diff(&a, &b, "FAULT", stdout), 0);
	assert_int_equal(fc_dump_diff(&a, &a, NULL, stdout), 0);
	fc_dump_free(&a);
	fc_dump_free(&b);
}

static void a_ring_is_decoded_from_memory(void **state)
{
	static uint32_t mem[(1 << SIZE_LOG2) * FC_RECORD_WORDS];
	uint32_t record[FC_RECORD_WORDS] = {0};
	struct fc_dump dump = {0};
	char text[400];

	(void)state;
	fc_rec_set_kind(record, FC_KIND_BARRIER);
	fc_rec_set_epoch(record, 9);
	for (uint32_t i = 1022; i != 1026; i++) { /* over the end of a lap */
		fc_rec_set_trailer0_sequence(record, i);
		fc_rec_set_trailer1_sequence(record, i);
		fc_rec_set_trailer1_half(record, 1);
		fc_rec_set_trailer0_phase(record, i < 1024);
		fc_rec_set_trailer1_phase(record, i < 1024);
		memcpy(mem + (i & 1023) * FC_RECORD_WORDS, record, sizeof(record));
	}
	assert_int_equal(fc_dump_add_ring(&dump, 0, mem, SIZE_LOG2, 1026, 4), 0);
	assert_int_equal(dump.records, 4);
	assert_int_equal(dump.record[3].index, 1025);
	fc_dump_record_text(dump.record[3].word, text, sizeof(text));
	assert_non_null(strstr(text, "barrier epoch 9"));
	fc_dump_free(&dump);
}

/* ------------------------------------------------------------------ the check */
struct finding {
	unsigned count;
	char text[2000];
};

static void collect(void *context, enum fc_dump_severity severity, const char *text)
{
	struct finding *f = context;

	(void)severity;
	f->count++;
	strncat(f->text, text, sizeof(f->text) - strlen(f->text) - 1);
	strncat(f->text, "\n", sizeof(f->text) - strlen(f->text) - 1);
}

static void health_is_not_a_finding(void **state)
{
	struct finding f = {0};
	struct fake_card c;
	struct fc_dump a, b;

	(void)state;
	healthy(&c);
	take(&c, &a);
	fake_card_set_u64(&c, FC_REG_TIME_LOW, UINT64_C(1700000001000000000));
	c.reg[FC_REG_LATCH_SEQ / 4]++;
	take(&c, &b);
	assert_int_equal(fc_dump_check(&b, NULL, collect, &f), FC_DUMP_OK);
	assert_int_equal(fc_dump_check(&b, &a, collect, &f), FC_DUMP_OK);
	assert_int_equal(f.count, 0);
	fc_dump_free(&a);
	fc_dump_free(&b);
}

/* One register made wrong each time: severity and a word of the sentence. */
static const struct {
	uint32_t offset, value;
	enum fc_dump_severity severity;
	const char *says;
} wrongs[] = {
	{FC_REG_MAGIC, 0x464c4f58, FC_DUMP_UNKNOWN, "not a flowcard"},
	{FC_REG_MAP_HASH, FC_MAP_HASH + 1, FC_DUMP_UNKNOWN, "register map"},
	{FC_REG_FAULT, FC_REG_FAULT_AXI_ERROR_MASK, FC_DUMP_CRITICAL, "axi_error"},
	{FC_REG_FAULT, FC_REG_FAULT_MISSED_MASK, FC_DUMP_WARNING, "missed"},
	{FC_REG_FAULT, FC_REG_FAULT_EPOCH_LATE_MASK, FC_DUMP_WARNING, "epoch_late"},
	{FC_REG_RING_CONSUMER(1), 5000 - 1024, FC_DUMP_CRITICAL, "ring 1 is full"},
	{FC_REG_RING_CONSUMER(1), 5000 - 1023, FC_DUMP_WARNING, "three quarters"},
	{FC_REG_RING_CONSUMER(0), 5001, FC_DUMP_CRITICAL, "ahead of consumer"},
	{FC_REG_RING_ERRORS(0), 2, FC_DUMP_CRITICAL, "2 DMA write errors"},
	{FC_REG_RING_CONTROL(0), 10 << 8, FC_DUMP_WARNING, "ring 0 is off"},
	{FC_REG_LEDGER_RESIDENT_PACKETS(0), 11, FC_DUMP_CRITICAL, "ledger of monitor 0 is off"},
	{FC_REG_LEDGER_RESIDENT_BYTES(0), 1, FC_DUMP_CRITICAL, "bytes"},
	{FC_REG_PORT_FRAMES(1), 8, FC_DUMP_CRITICAL, "port 1 counts 8 frames and 7 verdicts"},
	{FC_REG_PORT_MISSED(0), 4, FC_DUMP_WARNING, "missed by port 0: 4"},
	{FC_REG_EPOCH_GUARD, 0xdeadbeef, FC_DUMP_WARNING, "poison"},
	{FC_REG_RING_CONTROL(1), 0xffffffff, FC_DUMP_WARNING, "reserved bits"},
};

static void each_wrong_has_its_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		struct finding f = {0};
		enum fc_dump_severity got;
		struct fake_card c;
		struct fc_dump dump;

		healthy(&c);
		c.reg[wrongs[i].offset / 4] = wrongs[i].value;
		take(&c, &dump);
		got = fc_dump_check(&dump, NULL, collect, &f);
		if (got < wrongs[i].severity || !strstr(f.text, wrongs[i].says))
			fail_msg("0x%04x: %s: %s", wrongs[i].offset, fc_dump_severity_name(got),
				 f.text);
		fc_dump_free(&dump);
	}
}

static void a_card_that_is_gone_is_critical(void **state)
{
	struct finding f = {0};
	struct fake_card c;
	struct fc_dump dump;

	(void)state;
	healthy(&c);
	c.gone = true;
	take(&c, &dump);
	assert_int_equal(fc_dump_check(&dump, NULL, collect, &f), FC_DUMP_CRITICAL);
	assert_non_null(strstr(f.text, "gone"));
	fc_dump_free(&dump);
}

static void bus_master_off_is_critical(void **state)
{
	struct finding f = {0};
	struct fake_card c;
	struct fc_dump dump;

	(void)state;
	healthy(&c);
	c.no_bus_master = true;
	take(&c, &dump);
	assert_int_equal(fc_dump_check(&dump, NULL, collect, &f), FC_DUMP_CRITICAL);
	assert_non_null(strstr(f.text, "bus mastering is off"));
	fc_dump_free(&dump);
}

static void standstill_and_growth_need_two_looks(void **state)
{
	struct finding f = {0};
	struct fake_card c;
	struct fc_dump a, b;

	(void)state;
	healthy(&c);
	fake_card_set_u64(&c, FC_REG_PORT_MISSED(0), 4);
	take(&c, &a);
	c.reg[FC_REG_LATCH_SEQ / 4]++;
	take(&c, &b);
	b.taken_ns = a.taken_ns + 1000000000u;
	assert_int_equal(fc_dump_check(&b, &a, collect, &f), FC_DUMP_WARNING);
	assert_non_null(strstr(f.text, "card time stands still"));
	assert_null(strstr(f.text, "missed")); /* it does not grow */
	fc_dump_free(&b);
	fake_card_set_u64(&c, FC_REG_PORT_MISSED(0), 6);
	take(&c, &b);
	fc_dump_check(&b, &a, collect, &f);
	assert_non_null(strstr(f.text, "growing (+2)"));
	fc_dump_free(&a);
	fc_dump_free(&b);
}

static void a_latch_that_never_ends_is_a_stopped_clock(void **state)
{
	struct finding f = {0};
	struct fake_card c;
	struct fc_dump dump;

	(void)state;
	healthy(&c);
	c.latch_reads = FAKE_FOREVER;
	assert_int_equal(fc_dump_take(&dump, &c.transport, "fake:0", true), 0);
	assert_int_equal(dump.latch, FC_DUMP_LATCH_STUCK);
	assert_int_equal(fc_dump_check(&dump, NULL, collect, &f), FC_DUMP_CRITICAL);
	assert_non_null(strstr(f.text, "clock stands still"));
	fc_dump_free(&dump);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taking_reads_what_is_there_and_writes_nothing),
		cmocka_unit_test(latching_writes_the_command_only),
		cmocka_unit_test(a_stranger_is_not_written_to),
		cmocka_unit_test(a_transport_error_ends_the_taking),
		cmocka_unit_test(the_walk_names_each_register_once),
		cmocka_unit_test(what_belongs_together_stands_together),
		cmocka_unit_test(patterns_take_brackets_as_they_are),
		cmocka_unit_test(a_saved_dump_comes_back),
		cmocka_unit_test(a_bad_file_is_refused_with_its_line),
		cmocka_unit_test(text_has_fields_units_and_names),
		cmocka_unit_test(a_change_is_marked_and_told_apart),
		cmocka_unit_test(a_ring_is_decoded_from_memory),
		cmocka_unit_test(health_is_not_a_finding),
		cmocka_unit_test(each_wrong_has_its_sentence),
		cmocka_unit_test(a_card_that_is_gone_is_critical),
		cmocka_unit_test(bus_master_off_is_critical),
		cmocka_unit_test(standstill_and_growth_need_two_looks),
		cmocka_unit_test(a_latch_that_never_ends_is_a_stopped_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
