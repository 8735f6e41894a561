/* SPDX-License-Identifier: BSD-2-Clause */
#include "decoder.h"
#include "records.h"

#include <driver/export/encoder.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <tests/wire/synthetic_flows.h>

#define MS UINT64_C(1000000)
#define SECOND (1000 * MS)
#define DAY (86400 * SECOND)
#define NOW (UINT64_C(1795348800) * SECOND + 123 * MS)
#define ROOM 4096

/* An encoder, a decoder on the other side of its datagrams, and what came out. */
struct pipe {
	struct fc_encoder encoder;
	struct fc_template_ids *ids;
	struct decoder decoder;
	struct decoded out[ROOM];
	uint8_t datagram[65536];
};

#define CLIENT 1

static struct pipe *pipe_of(struct fc_exporter_config config, const struct fc_fnf_record *record)
{
	struct pipe *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	if (!config.boot_ns)
		config.boot_ns = NOW - DAY;
	assert_int_equal(fc_template_ids_create(&p->ids), 0);
	config.ids = p->ids;
	assert_int_equal(fc_encoder_init(&p->encoder, &config), 0);
	assert_int_equal(fc_encoder_flows(&p->encoder, CLIENT, record), 0);
	p->decoder.out = p->out;
	p->decoder.out_size = ROOM;
	return p;
}

static struct pipe *pipe_open(struct fc_exporter_config config)
{
	return pipe_of(config, NULL);
}

static void pipe_close(struct pipe *p)
{
	fc_encoder_free(&p->encoder);
	fc_template_ids_destroy(p->ids);
	free(p);
}

static void pipe_seal(struct pipe *p, uint64_t now)
{
	size_t length;
	const char *wrong;

	if (!p->encoder.message.open)
		return;
	fc_encoder_finish(&p->encoder, now);
	length = p->encoder.message.datagram.length;
	assert_true(length <= p->encoder.payload_max);
	wrong = decoder_read(&p->decoder, p->datagram, length);
	if (wrong)
		fail_msg("%s", wrong);
}

static void pipe_put(struct pipe *p, const struct fc_flow *f, uint64_t now)
{
	uint64_t parts = fc_encoder_parts(&p->encoder, CLIENT, f);
	struct fc_flow part;

	for (uint64_t i = 0; i < parts; i++) {
		fc_encoder_part(f, parts, i, &part);
		if (p->encoder.message.open && !fc_encoder_put(&p->encoder, CLIENT, &part))
			continue;
		pipe_seal(p, now);
		fc_encoder_begin(&p->encoder, p->datagram, now, CLIENT, &part);
		assert_int_equal(fc_encoder_put(&p->encoder, CLIENT, &part), 0);
	}
}

static struct fc_flow one_flow(unsigned version)
{
	uint64_t state = 99;
	struct fc_flow f = synthetic_flow(&state, 1, version, NOW - DAY / 2);

	f.octets &= UINT32_MAX;
	return f;
}

static void assert_same(const struct decoded *r, const struct fc_flow *f)
{
	assert_memory_equal(r->src, fc_vec_src(f->vector), 16);
	assert_memory_equal(r->dst, fc_vec_dst(f->vector), 16);
	assert_int_equal(r->sport, fc_vec_sport(f->vector));
	assert_int_equal(r->dport, fc_vec_dport(f->vector));
	assert_int_equal(r->proto, fc_vec_proto(f->vector));
	assert_int_equal(r->tos, fc_vec_tos(f->vector));
	assert_int_equal(r->flags, f->tcp_flags & 0xff);
	assert_int_equal(r->first_ms, f->first_ns / MS);
	assert_int_equal(r->last_ms, f->last_ns / MS);
}

/* Every flow given comes out, in order, with its counters: parts of a split follow each other. */
static void random_flows(enum fc_protocol protocol, size_t payload, uint64_t seed)
{
	struct pipe *p = pipe_open((struct fc_exporter_config){
		.protocol = protocol, .payload_max = payload, .template_datagrams = 7});
	static struct fc_flow flows[ROOM / 8];
	uint64_t state = seed;
	size_t r = 0;

	for (size_t i = 0; i < ROOM / 8; i++) {
		unsigned version =
			protocol != FC_PROTOCOL_V5 && synthetic_random(&state) % 2 ? 6 : 4;

		flows[i] = synthetic_flow(&state, (uint32_t)i, version, NOW - DAY / 2);
		pipe_put(p, &flows[i], NOW);
	}
	pipe_seal(p, NOW);
	for (size_t i = 0; i < ROOM / 8; i++) {
		uint64_t packets = 0, octets = 0;
		uint64_t parts = fc_encoder_parts(&p->encoder, CLIENT, &flows[i]);

		for (uint64_t part = 0; part < parts; part++, r++) {
			assert_same(&p->out[r], &flows[i]);
			packets += p->out[r].packets;
			octets += p->out[r].octets;
		}
		assert_int_equal(packets, flows[i].packets);
		assert_int_equal(octets, flows[i].octets);
	}
	assert_int_equal(p->decoder.records, r);
	assert_int_equal(p->decoder.sequence_errors, 0);
	assert_true(p->decoder.datagrams > 3);
	pipe_close(p);
}

static void every_flow_comes_out_once_with_its_sums(void **state)
{
	static const size_t payloads[] = {0, 512, 513, 514, 515, 1472, 9000};

	(void)state;
	for (int protocol = FC_PROTOCOL_V5; protocol <= FC_PROTOCOL_IPFIX; protocol++)
		for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++)
			random_flows((enum fc_protocol)protocol, payloads[i], 1 + i);
}

static void a_payload_that_fits_exactly_is_filled(void **state)
{
	struct fc_flow f = one_flow(4);
	const size_t v5_full = 24 + 5 * 48, v5_less = v5_full - 1;
	struct pipe *p;

	(void)state;
	for (size_t payload = v5_less; payload <= v5_full; payload++) {
		p = pipe_open((struct fc_exporter_config){.payload_max = payload});
		for (int i = 0; i < 5; i++)
			pipe_put(p, &f, NOW);
		pipe_seal(p, NOW);
		assert_int_equal(p->decoder.datagrams, payload == v5_full ? 1 : 2);
		pipe_close(p);
	}
}

static void an_ipfix_payload_is_filled_to_the_last_octet(void **state)
{
	struct fc_flow f = one_flow(6);
	struct pipe *p = pipe_open((struct fc_exporter_config){.protocol = FC_PROTOCOL_IPFIX});
	size_t record = p->encoder.client[CLIENT]->templates[1].record_size;
	size_t full = 16 + 4 + 8 + 4 * 14 * 2 + 4 + 3 * record;

	(void)state;
	pipe_close(p);
	for (size_t payload = full - 1; payload <= full; payload++) {
		p = pipe_open((struct fc_exporter_config){.protocol = FC_PROTOCOL_IPFIX,
							  .payload_max = payload});
		for (int i = 0; i < 3; i++)
			pipe_put(p, &f, NOW);
		pipe_seal(p, NOW);
		assert_int_equal(p->decoder.datagrams, payload == full ? 1 : 2);
		pipe_close(p);
	}
}

static void v5_holds_thirty_records_at_most(void **state)
{
	struct pipe *p = pipe_open((struct fc_exporter_config){.payload_max = 9000});
	struct fc_flow f = one_flow(4);

	(void)state;
	for (int i = 0; i < 31; i++)
		pipe_put(p, &f, NOW);
	pipe_seal(p, NOW);
	assert_int_equal(p->decoder.datagrams, 2);
	assert_int_equal(p->decoder.longest, 24 + 30 * 48);
	pipe_close(p);
}

static void v5_cannot_say_ipv6(void **state)
{
	struct pipe *p = pipe_open((struct fc_exporter_config){.protocol = FC_PROTOCOL_V5});
	struct fc_flow f = one_flow(6);

	(void)state;
	assert_int_equal(fc_encoder_parts(&p->encoder, CLIENT, &f), 0);
	fc_vec_set_ip_version(f.vector, 5);
	assert_int_equal(fc_encoder_parts(&p->encoder, CLIENT, &f), 0);
	pipe_close(p);
}

static void counters_split_at_32_bits(void **state)
{
	static const struct {
		uint64_t packets, octets, parts;
	} cases[] = {
		{1, UINT32_MAX, 1},
		{1, (uint64_t)UINT32_MAX + 1, 2},
		{UINT32_MAX, 1, 1},
		{(uint64_t)UINT32_MAX + 1, 1, 2},
		{10, 3 * (uint64_t)UINT32_MAX, 3},
		{10, 3 * (uint64_t)UINT32_MAX + 1, 4},
		{0, 0, 1},
		{1, UINT64_MAX, 0},
	};
	struct pipe *p = pipe_open((struct fc_exporter_config){.protocol = FC_PROTOCOL_V5});
	struct fc_flow f = one_flow(4), part;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t packets = 0, octets = 0;

		f.packets = cases[i].packets;
		f.octets = cases[i].octets;
		assert_int_equal(fc_encoder_parts(&p->encoder, CLIENT, &f), cases[i].parts);
		for (uint64_t n = 0; n < cases[i].parts; n++) {
			fc_encoder_part(&f, cases[i].parts, n, &part);
			assert_true(part.packets <= UINT32_MAX && part.octets <= UINT32_MAX);
			packets += part.packets;
			octets += part.octets;
		}
		if (cases[i].parts) {
			assert_int_equal(packets, f.packets);
			assert_int_equal(octets, f.octets);
		}
	}
	pipe_close(p);
}

/* One v5 flow from `first` to `last`, sent at `now`; what a collector makes of its times, in ms. */
static uint64_t v5_times(uint64_t first, uint64_t last, uint64_t now, uint64_t want_first_ms,
			 uint64_t want_last_ms)
{
	struct pipe *p = pipe_open((struct fc_exporter_config){.protocol = FC_PROTOCOL_V5});
	struct fc_flow f = one_flow(4);
	uint64_t clamped;

	f.first_ns = first;
	f.last_ns = last;
	pipe_put(p, &f, now);
	pipe_seal(p, now);
	assert_int_equal(p->decoder.records, 1);
	assert_int_equal(p->out[0].first_ms, want_first_ms);
	assert_int_equal(p->out[0].last_ms, want_last_ms);
	clamped = p->encoder.clamped;
	pipe_close(p);
	return clamped;
}

static void v5_times_come_out_right_wherever_they_lie(void **state)
{
	const uint64_t limit_ms = (uint64_t)UINT32_MAX * 1000, span_ms = UINT32_MAX - 999U;
	uint64_t times[] = {0,         1,   SECOND,    DAY,          NOW - 100 * DAY,
			    NOW - DAY, NOW, NOW + DAY, limit_ms * MS};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		for (size_t n = 0; n < sizeof(times) / sizeof(times[0]); n++)
			assert_int_equal(v5_times(times[i], times[i], times[n], times[i] / MS,
						  times[i] / MS),
					 0);
	/* Too long, and too late: clamped and counted. */
	assert_int_equal(v5_times(0, NOW, NOW, NOW / MS - span_ms, NOW / MS), 1);
	assert_int_equal(v5_times(UINT64_MAX, UINT64_MAX, NOW, limit_ms, limit_ms), 1);
	assert_int_equal(v5_times(0, UINT64_MAX, UINT64_MAX, limit_ms - span_ms, limit_ms), 1);
}

static void flows_that_share_no_base_get_datagrams_of_their_own(void **state)
{
	struct pipe *p = pipe_open((struct fc_exporter_config){.protocol = FC_PROTOCOL_V5});
	struct fc_flow now = one_flow(4), old = one_flow(4);

	(void)state;
	old.first_ns = old.last_ns = NOW - 300 * DAY;
	pipe_put(p, &now, NOW);
	pipe_put(p, &old, NOW);
	pipe_put(p, &old, NOW);
	pipe_put(p, &now, NOW);
	pipe_seal(p, NOW);
	assert_int_equal(p->decoder.datagrams, 3);
	assert_int_equal(p->decoder.sequence_errors, 0);
	assert_same(&p->out[0], &now);
	assert_same(&p->out[1], &old);
	assert_same(&p->out[2], &old);
	assert_same(&p->out[3], &now);
	pipe_close(p);
}

static void uptime_is_rebased_before_it_wraps(void **state)
{
	struct pipe *p = pipe_open((struct fc_exporter_config){.protocol = FC_PROTOCOL_V5});
	struct fc_flow f = one_flow(4);
	uint64_t now = NOW;

	(void)state;
	for (int day = 0; day < 200; day++, now += DAY) {
		f.first_ns = now - DAY / 4;
		f.last_ns = now - 1;
		pipe_put(p, &f, now);
		pipe_seal(p, now);
		assert_same(&p->out[day], &f);
		assert_int_equal(p->decoder.time_ms, now / MS);
	}
	assert_true(p->decoder.uptime_ms >= DAY / 4 / MS);
	pipe_close(p);
}

static void sys_uptime_of_v9_is_exact_in_whole_second_headers(void **state)
{
	static const char *const names[] = {"ipv4 source address", "counter packets",
					    "timestamp sys-uptime first",
					    "timestamp sys-uptime last", NULL};
	struct pipe *p =
		pipe_of((struct fc_exporter_config){.protocol = FC_PROTOCOL_V9}, record_of(names));
	struct fc_flow f = one_flow(4);

	(void)state;
	f.first_ns = NOW - 7777 * MS;
	f.last_ns = NOW;
	pipe_put(p, &f, NOW);
	pipe_seal(p, NOW);
	assert_int_equal(p->out[0].first_ms, f.first_ns / MS);
	assert_int_equal(p->out[0].last_ms, f.last_ns / MS);
	assert_int_equal(p->decoder.time_ms, NOW / MS - 123 + 1000);
	pipe_close(p);
}

static void any_64_bit_time_passes_ipfix(void **state)
{
	struct pipe *p = pipe_open((struct fc_exporter_config){.protocol = FC_PROTOCOL_IPFIX});
	struct fc_flow f = one_flow(6);

	(void)state;
	f.first_ns = 0;
	f.last_ns = UINT64_MAX;
	f.octets = UINT64_MAX;
	pipe_put(p, &f, UINT64_MAX);
	pipe_seal(p, UINT64_MAX);
	assert_same(&p->out[0], &f);
	assert_int_equal(p->out[0].octets, UINT64_MAX);
	assert_int_equal(p->encoder.clamped, 0);
	pipe_close(p);
}

static void templates_come_first_and_again_by_count_and_time(void **state)
{
	struct pipe *p = pipe_open((struct fc_exporter_config){
		.protocol = FC_PROTOCOL_V9, .template_datagrams = 3, .template_seconds = 60});
	struct fc_flow f = one_flow(4);
	static const unsigned after[] = {2, 2, 2, 4, 4, 6, 6, 8};
	const uint64_t now[] = {NOW,
				NOW,
				NOW,
				NOW, /* 3 datagrams since */
				NOW + 59 * SECOND,
				NOW + 60 * SECOND,
				NOW + 61 * SECOND,
				NOW /* set back by 60 s */};

	(void)state;
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		pipe_put(p, &f, now[i]);
		pipe_seal(p, now[i]);
		assert_int_equal(p->decoder.templates, after[i]);
	}
	assert_int_equal(p->decoder.sequence_errors, 0);
	pipe_close(p);
}

static void a_client_that_cannot_be_sent_is_refused(void **state)
{
	static const char *const tiny[] = {"ipv4 protocol", "transport source-port", NULL};
	static const char *const nothing[] = {NULL};
	const char *const *bad[] = {tiny, nothing};
	struct pipe *p = pipe_open((struct fc_exporter_config){.protocol = FC_PROTOCOL_IPFIX});

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(fc_encoder_flows(&p->encoder, 2, record_of(bad[i])), -EINVAL);
	p->encoder.payload_max = 200;
	assert_int_equal(fc_encoder_flows(&p->encoder, 2, NULL), -EMSGSIZE);
	p->encoder.payload_max = 60;
	assert_int_equal(fc_encoder_options(&p->encoder, 2, FC_OPTION_INTERFACES), -EMSGSIZE);
	assert_null(p->encoder.client[2]);
	/* What was refused has not used up an id. */
	p->encoder.payload_max = 1400;
	assert_int_equal(fc_encoder_flows(&p->encoder, 2, NULL), 0);
	assert_int_equal(p->encoder.client[2]->templates[0].id, 258);
	pipe_close(p);
}

static void open_refuses_payloads_of_no_use(void **state)
{
	struct fc_exporter_config config = {.protocol = FC_PROTOCOL_IPFIX, .payload_max = 19};
	struct fc_encoder e;

	(void)state;
	assert_int_equal(fc_encoder_init(&e, &config), -EINVAL);
	config.payload_max = 65508;
	assert_int_equal(fc_encoder_init(&e, &config), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_flow_comes_out_once_with_its_sums),
		cmocka_unit_test(a_payload_that_fits_exactly_is_filled),
		cmocka_unit_test(an_ipfix_payload_is_filled_to_the_last_octet),
		cmocka_unit_test(v5_holds_thirty_records_at_most),
		cmocka_unit_test(v5_cannot_say_ipv6),
		cmocka_unit_test(counters_split_at_32_bits),
		cmocka_unit_test(v5_times_come_out_right_wherever_they_lie),
		cmocka_unit_test(flows_that_share_no_base_get_datagrams_of_their_own),
		cmocka_unit_test(uptime_is_rebased_before_it_wraps),
		cmocka_unit_test(sys_uptime_of_v9_is_exact_in_whole_second_headers),
		cmocka_unit_test(any_64_bit_time_passes_ipfix),
		cmocka_unit_test(templates_come_first_and_again_by_count_and_time),
		cmocka_unit_test(a_client_that_cannot_be_sent_is_refused),
		cmocka_unit_test(open_refuses_payloads_of_no_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
