/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random flows through random records: whatever fields a user picks, in v9 and IPFIX, for IPv4 and
 * IPv6, the decoder finds each field's value where the template says it is, and no datagram is
 * longer than it may be. FC_SEED and FC_RUNS in the environment choose others.
 */
#include "decoder.h"

#include <driver/export/encoder.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <tests/wire/random_records.h>

#define START_NS UINT64_C(1795348800000000000)
#define NOW (START_NS + UINT64_C(3600000000000))
#define RECORDS 3 /* clients with a record each */
#define FLOWS 200

/* One record as the template said it must be. */
struct expected {
	const struct fc_template *t;
	struct fc_flow flow;
};

struct world {
	struct fc_encoder encoder;
	struct fc_template_ids *ids;
	struct decoder decoder;
	struct expected expected[FLOWS * 4];
	unsigned put, seen, checked;
	uint8_t datagram[1500];
};

static uint64_t environment(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static uint64_t truncated(uint64_t value, size_t octets)
{
	return octets < 8 ? value & ((UINT64_C(1) << 8 * octets) - 1) : value;
}

/* What was read as column `column` of the next record is what the field says of its flow. */
static void look(void *context, unsigned id, unsigned column, unsigned element, const uint8_t *at,
		 size_t length)
{
	struct world *w = context;
	const struct expected *e = &w->expected[w->seen];
	const struct fc_template_field *f = &e->t->fields[column];
	uint64_t value = 0, base_ms = w->decoder.time_ms - w->decoder.uptime_ms;
	uint8_t octets[16];

	assert_true(w->seen < w->put);
	assert_int_equal(id, e->t->id);
	assert_int_equal(element, f->field->element);
	assert_int_equal(length, f->length);
	if (f->field->octets) {
		fc_fnf_field_octets(&f->from, &e->flow, octets);
		assert_memory_equal(at, octets, length);
	} else {
		for (size_t i = 0; i < length; i++)
			value = value << 8 | at[i];
		assert_int_equal(
			value, truncated(fc_fnf_field_number(&f->from, &e->flow, base_ms), length));
	}
	w->checked++;
	w->seen += column + 1 == e->t->field_count;
}

static void seal(struct world *w)
{
	const char *wrong;

	if (!w->encoder.message.open)
		return;
	fc_encoder_finish(&w->encoder, NOW);
	assert_false(w->encoder.message.w.failed);
	assert_true(w->encoder.message.datagram.length <= w->encoder.payload_max);
	wrong = decoder_read(&w->decoder, w->datagram, w->encoder.message.datagram.length);
	if (wrong)
		fail_msg("%s", wrong);
}

static void put(struct world *w, unsigned client, const struct fc_flow *f)
{
	uint64_t parts = fc_encoder_parts(&w->encoder, client, f);

	for (uint64_t i = 0; i < parts && w->put < sizeof(w->expected) / sizeof(*w->expected);
	     i++) {
		struct expected *e = &w->expected[w->put++];
		bool six = fc_vec_ip_version(f->vector) == 6;

		fc_encoder_part(f, parts, i, &e->flow);
		e->t = &w->encoder.client[client]->templates[six];
		if (w->encoder.message.open && !fc_encoder_put(&w->encoder, client, &e->flow))
			continue;
		seal(w);
		fc_encoder_begin(&w->encoder, w->datagram, NOW, client, &e->flow);
		assert_int_equal(fc_encoder_put(&w->encoder, client, &e->flow), 0);
	}
}

/* Return how many fields were compared. */
static unsigned run(enum fc_protocol protocol, uint64_t *state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct fc_exporter_config config = {.protocol = protocol,
					    .payload_max = 900 + synthetic_random(state) % 500,
					    .boot_ns = START_NS - UINT64_C(86400000000000),
					    .template_datagrams =
						    1 + (unsigned)(synthetic_random(state) % 9)};
	struct fc_fnf_record record;
	unsigned clients = 0, checked;

	assert_non_null(w);
	assert_int_equal(fc_template_ids_create(&w->ids), 0);
	config.ids = w->ids;
	assert_int_equal(fc_encoder_init(&w->encoder, &config), 0);
	w->decoder.field = look;
	w->decoder.context = w;
	while (clients < RECORDS) {
		random_record(state, &record);
		if (!fc_encoder_flows(&w->encoder, clients + 1, &record))
			clients++;
	}
	for (uint32_t i = 0; i < FLOWS; i++) {
		struct fc_flow f = random_flow(state, i, START_NS);

		put(w, 1 + (unsigned)(synthetic_random(state) % RECORDS), &f);
	}
	seal(w);
	assert_int_equal(w->seen, w->put);
	assert_int_equal(w->decoder.sequence_errors, 0);
	checked = w->checked;
	fc_encoder_free(&w->encoder);
	fc_template_ids_destroy(w->ids);
	free(w);
	return checked;
}

static void random_records(enum fc_protocol protocol)
{
	uint64_t state = environment("FC_SEED", 20261123), runs = environment("FC_RUNS", 60);
	unsigned long checked = 0;

	print_message("seed %lu, %lu runs\n", (unsigned long)state, (unsigned long)runs);
	while (runs--)
		checked += run(protocol, &state);
	print_message("%lu fields compared\n", checked);
	assert_true(checked > 100000);
}

static void v9_says_what_random_records_hold(void **state)
{
	(void)state;
	random_records(FC_PROTOCOL_V9);
}

static void ipfix_says_what_random_records_hold(void **state)
{
	(void)state;
	random_records(FC_PROTOCOL_IPFIX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v9_says_what_random_records_hold),
		cmocka_unit_test(ipfix_says_what_random_records_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
