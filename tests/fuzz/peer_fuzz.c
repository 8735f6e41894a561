// SPDX-License-Identifier: BSD-2-Clause
/*
 * A peer that has the key and says anything: octets through framing and field readers into the base
 * of a standby, and into a pair's engine. The input is a list of its deeds: raw octets, messages
 * of raw fields, good messages in any order, some with an octet changed, and time, ends of the
 * link, answers of the witness in between. Checked: what is refused leaves no trace in the base, a
 * gate opens under a granted term only, and what this unit says is well-formed.
 */
#include "tests/fuzz/peer_world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGES_MAX = 200, ROOM = 4096 };

static uint8_t take(struct world *w)
{
	if (!w->left)
		return 0;
	w->left--;
	return *w->at++;
}

/* Small ones mostly; now and then a large one. */
static uint64_t take_number(struct world *w)
{
	uint8_t octet = take(w);
	uint64_t value = 0;

	if (octet < 0xf0)
		return octet;
	for (unsigned i = 0; i < 8; i++)
		value = value << 8 | take(w);
	return value;
}

static struct fc_rf_time now(const struct world *w)
{
	return (struct fc_rf_time){.ms = w->now_ms, .wall = 1700000000};
}

/* ------------------------------------------------------------------ link */
static void link_event(struct world *w, enum fc_link_event event, enum fc_link_down reason)
{
	struct fc_link_report report = {.event = event, .reason = reason, .why = "so"};

	fc_pair_link(w->pair, &report, now(w));
	w->up = event == FC_LINK_UP;
	w->hung_up = false;
	fc_stream_reset(&w->stream);
	w->number = 0;
	w->told = 0;
	w->said = (struct pair_says){0};
	w->committed = (struct fc_cut_id){0};
	w->cut = (struct fc_cut_id){0};
	w->counts = (struct fc_cut_counts){0};
	if (event == FC_LINK_DOWN)
		fc_base_rollback(w->base);
}

/* The pair looks around, and an export thread without exporters seals. */
static void pass_time(struct world *w, uint64_t ms)
{
	struct fc_cuts *cuts = fc_pair_cuts(w->pair);
	uint64_t number;
	bool all;

	w->now_ms += ms;
	fc_pair_tick(w->pair, now(w));
	number = fc_cuts_to_seal(cuts, &all);
	if (number)
		fc_cuts_sealed(cuts, number);
	fc_pair_tick(w->pair, now(w));
}

/* ------------------------------------------------------------------ one message comes */
static bool is_of_base(const struct fc_message *m)
{
	return m->type >= FC_MESSAGE_FLOWS && m->type <= FC_MESSAGE_COMMIT &&
	       m->type != FC_MESSAGE_CURSOR;
}

static void on_octets(struct world *w, const uint8_t *octets, size_t count)
{
	char why[FC_STREAM_TEXT];
	struct fc_message *m;
	size_t at = 0;
	int got = 0;

	while (w->up && !w->hung_up && at < count &&
	       (got = fc_stream_take(&w->stream, octets, count, &at, &m, why)) > 0) {
		struct fc_link_report report = {.event = FC_LINK_MESSAGE, .message = m};

		world_read_fields(m);
		if (is_of_base(m))
			world_give_base(w, m);
		fc_pair_link(w->pair, &report, now(w));
	}
	if (got == -EPROTO)
		link_event(w, FC_LINK_DOWN, FC_LINK_DOWN_PROTOCOL);
	else if (w->hung_up)
		link_event(w, FC_LINK_DOWN, FC_LINK_DOWN_LOCAL);
}

/* ------------------------------------------------------------------ deeds */
/* In two pieces; then with bits of an octet changed. */
static void send_as(struct world *w, struct fc_message *m, size_t half, size_t place, uint8_t bits)
{
	uint8_t wire[FC_MESSAGE_HEADER + ROOM];
	size_t count;

	if (!m || m->overflow || m->octets > ROOM) {
		fc_message_free(m);
		return;
	}
	m->number = ++w->number;
	fc_message_header_put(m, wire);
	memcpy(wire + FC_MESSAGE_HEADER, m->body, m->octets);
	count = FC_MESSAGE_HEADER + m->octets;
	fc_message_free(m);
	wire[place % count] ^= bits;
	half %= count;
	on_octets(w, wire, half);
	on_octets(w, wire + half, count - half);
}

static void send_message(struct world *w, struct fc_message *m)
{
	uint8_t how = take(w);
	bool change = how % 8 == 7;

	send_as(w, m, how % 4 == 1 ? how : 0, change ? take_number(w) : 0,
		change ? (uint8_t)(1 << how / 32) : 0);
}

static void say_raw(struct world *w)
{
	uint8_t octets[255];
	size_t count = take(w);

	for (size_t i = 0; i < count; i++)
		octets[i] = take(w);
	on_octets(w, octets, count);
}

static struct fc_message *any_message(struct world *w)
{
	unsigned type = 1 + take(w) % (FC_MESSAGE_TYPES - 1);
	struct fc_message *m = fc_message_create((enum fc_message_type)type, ROOM);
	unsigned fields = take(w) % 8;

	for (unsigned f = 0; m && f < fields; f++) {
		uint16_t tag = take(w);
		uint8_t octets[64], count = take(w);

		if (count >= sizeof(octets)) {
			fc_message_put_u64(m, tag, take_number(w));
			continue;
		}
		for (unsigned i = 0; i < count; i++)
			octets[i] = take(w);
		fc_message_put(m, tag, octets, count);
	}
	return m;
}

static struct fc_message *hello(struct world *w)
{
	struct pair_hello h = {.unit = 2, .version_min = 1, .version_max = 1, .can = PAIR_CAN};

	h.feed = take(w) > 0xf0;
	strcpy(h.image, "image");
	return pair_hello_write(&h);
}

static struct fc_message *says(struct world *w)
{
	struct pair_says s = {.rf = {.unit = 2}};
	uint8_t flags = take(w);

	s.rf.state = (enum fc_rf_state)(take(w) % FC_RF_STATES);
	s.rf.term = take_number(w) % 8;
	s.rf.seen = s.rf.term + (flags & 1);
	s.rf.holder = flags & 2 ? 2 : flags >> 6;
	s.rf.claiming = flags & 4;
	s.rf.ready = flags & 8;
	s.rf.gated = flags & 16;
	s.synced = flags & 32;
	s.want = take_number(w) % 8;
	s.run = take_number(w) % 8;
	s.healthy = 1;
	s.checksum = 77;
	return pair_says_write(&s);
}

/* The cut that is being built, or any other. */
static struct fc_cut_id cut_of(struct world *w)
{
	uint8_t octet = take(w);

	if (octet & 0xc0)
		return (struct fc_cut_id){.term = octet >> 3 & 7, .number = octet & 7};
	return w->cut;
}

static struct fc_message *flows(struct world *w)
{
	uint8_t packed[4 * FC_CUT_FLOW_OCTETS], count = take(w) % 4;

	for (unsigned n = 0; n < count; n++) {
		struct fc_cut_flow flow = {.flow_monitor = take(w) % 3, .slot = take(w) % 40};

		flow.instance = 1 + take_number(w) % 127;
		flow.flow.packets = take_number(w);
		flow.flow.vector[0] = take(w) % 4;
		flow.flow.first_ns = take_number(w);
		fc_cut_flow_put(packed + n * FC_CUT_FLOW_OCTETS, &flow);
	}
	w->counts.flows += count;
	return fc_cut_flows_write(cut_of(w), take(w) % 3, packed, count);
}

static struct fc_message *closed(struct world *w)
{
	uint8_t packed[8 * 8], count = take(w) % 8;

	for (unsigned n = 0; n < count; n++)
		fc_cut_instance_put(packed + 8 * (size_t)n, take_number(w) % 128);
	w->counts.closed += count;
	return fc_cut_closed_write(cut_of(w), packed, count);
}

static struct fc_message *resend(struct world *w)
{
	uint8_t octet = take(w);

	w->cut.number++;
	if (octet & 1)
		w->cut = (struct fc_cut_id){.term = octet >> 4, .number = octet >> 1 & 7};
	w->counts = (struct fc_cut_counts){0};
	return fc_cut_resend_write(w->cut, octet & 0x80 ? take_number(w) : UINT64_MAX);
}

static struct fc_message *commit(struct world *w)
{
	static struct fc_cut_commit c;
	uint8_t how = take(w);

	memset(&c, 0, sizeof(c));
	c.id = cut_of(w);
	c.counts = w->counts;
	c.counts.flows += how >> 7;
	c.synced = how & 1;
	c.slice = how & 2 ? take(w) : 0;
	c.parts = how >> 2 & 3;
	for (unsigned n = 0; n < c.parts; n++)
		c.part[n] = (struct fc_cut_part){.member = n,
						 .slot = take(w),
						 .ring = take(w) & 7,
						 .epoch = take(w),
						 .cut_ns = take_number(w),
						 .digest = take_number(w),
						 .spread = n};
	c.gones = how >> 4 & 1;
	c.gone[0] = take(w) % 3;
	w->cut.number++;
	w->counts = (struct fc_cut_counts){0};
	return fc_cut_commit_write(&c);
}

static struct fc_message *sealed(struct world *w)
{
	static const enum fc_message_type types[] = {FC_MESSAGE_EXPORTER, FC_MESSAGE_DATAGRAM,
						     FC_MESSAGE_CURSOR, FC_MESSAGE_ACK};
	struct fc_message *m;
	uint8_t octet = take(w);

	if (octet % 4 == 3)
		return fc_cut_ack_write(cut_of(w));
	w->counts.sealed += octet % 4 != 2;
	m = fc_message_create(types[octet % 4], 64);
	if (m)
		fc_message_put_u64(m, octet & 0x80 ? 200 : 1, octet);
	return m;
}

static struct fc_message *config(struct world *w)
{
	char text[] = "hostname x", ids[] = "1 2";
	struct fc_pair_config c = {.ids = ids, .checksum = take(w)};

	if (take(w) & 1) {
		c.text = text;
	} else {
		c.section = text;
		c.line = text;
	}
	return pair_config_write(&c, take(w) % 8);
}

/* ------------------------------------------------------------------ a peer that behaves */
static void send_well(struct world *w, struct fc_message *m)
{
	send_as(w, m, 0, 0, 0);
}

static void behave_active(struct world *w)
{
	struct pair_says s = {.rf = {.unit = 2, .state = FC_RF_ACTIVE, .holder = 2, .gated = true}};
	char text[] = "flow monitor M", ids[] = "1";
	struct fc_pair_config c = {.text = text, .ids = ids, .checksum = 77};

	s.rf.term = s.rf.seen = w->said.rf.seen > 2 ? w->said.rf.seen : 2;
	s.run = w->said.want;
	s.synced = w->said.run && w->counts.flows;
	s.healthy = 1;
	s.checksum = 77;
	send_well(w, pair_says_write(&s));
	if (w->said.want && w->told != w->said.want) {
		w->told = w->said.want;
		send_well(w, pair_config_write(&c, 1));
	}
	if (!w->said.run || w->said.run != w->said.want)
		return;
	if (w->cut.term != s.rf.term)
		w->cut = (struct fc_cut_id){.term = s.rf.term};
	w->cut.number++;
	w->counts = (struct fc_cut_counts){0};
	send_well(w, fc_cut_resend_write(w->cut, UINT64_MAX));
	send_well(w, flows(w));
	send_well(w, commit(w));
	w->cut.number--;
	w->counts.flows = 1; /* of the next SAYS: synced */
}

static void behave_standby(struct world *w)
{
	struct pair_says s = {.rf = {.unit = 2}, .want = 1, .run = w->said.run == 1};
	struct fc_message *m = fc_message_create(FC_MESSAGE_CONFIG_STATE, 64);

	if (w->said.rf.state < FC_RF_ACTIVE_FAST) {
		fc_message_free(m);
		return;
	}
	w->steps += w->steps < FC_RF_STANDBY_HOT;
	s.rf.state =
		(enum fc_rf_state)(w->steps < FC_RF_STANDBY_COLD ? FC_RF_STANDBY_COLD : w->steps);
	s.rf.seen = s.rf.term = w->said.rf.term;
	s.rf.holder = 1;
	s.rf.ready = w->said.synced;
	s.healthy = 1;
	s.checksum = 77;
	send_well(w, pair_says_write(&s));
	if (m) {
		fc_message_put_u64(m, PAIR_TAG_SERIAL, w->config_serial);
		fc_message_put_u64(m, PAIR_TAG_CHECKSUM, 77);
		fc_message_put_text(m, PAIR_TAG_WHY, "");
	}
	send_well(w, m);
	if (w->committed.number)
		send_well(w, fc_cut_ack_write(w->committed));
}

static void behave(struct world *w)
{
	struct fc_claim_answer won = {.won = true};

	if (!w->up)
		link_event(w, FC_LINK_UP, 0);
	if (!w->said.rf.unit)
		send_well(w, hello(w));
	if (w->peer_active)
		behave_active(w);
	else
		behave_standby(w);
	pass_time(w, 300);
	if (!w->asked || w->peer_active)
		return;
	w->granted = w->asked;
	w->asked = 0;
	fc_pair_claimed(w->pair, 0, w->granted, &won, now(w));
}

/* What is no message. */
static void happen(struct world *w)
{
	uint8_t what = take(w);
	struct fc_claim_answer answer = {.won = what & 4, .newest = what >> 4, .holder = 2};
	uint64_t asked = w->asked;

	if (what % 4 == 0 || (what % 4 == 2 && !asked)) {
		pass_time(w, (uint64_t)take(w) * 10);
	} else if (what % 4 == 1) {
		link_event(w, w->up ? FC_LINK_DOWN : FC_LINK_UP, (enum fc_link_down)(what >> 6));
	} else if (what % 4 == 2) {
		w->asked = 0;
		if (answer.won)
			w->granted = asked;
		fc_pair_claimed(w->pair, what & 8 && !answer.won ? -EHOSTUNREACH : 0, asked,
				&answer, now(w));
	} else {
		pass_time(w, 3000);
	}
}

static void deed(struct world *w)
{
	static struct fc_message *(*const make[])(struct world * w) = {
		any_message, hello, says, flows, closed, resend, commit, sealed, config};
	unsigned what = take(w) % 16;

	if (w->hung_up)
		link_event(w, FC_LINK_DOWN, FC_LINK_DOWN_LOCAL);
	if (what == 15)
		say_raw(w);
	else if (what >= sizeof(make) / sizeof(*make) && what < 12)
		behave(w);
	else if (what >= 12)
		happen(w);
	else
		send_message(w, make[what](w));
}

/* Some deeds are for a pair that stands: as its standby, or as its active unit. */
static void begin(struct world *w)
{
	uint8_t how = take(w);

	w->peer_active = how & 1;
	for (unsigned n = 0; n < how % 32u; n++)
		behave(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fc_pair_options options = FC_PAIR_OPTIONS_DEFAULT;
	struct world w = {.at = data, .left = size, .now_ms = 1000};

	options.flows_max = FLOWS_MAX;
	options.rf.unit = 1;
	if (fc_base_create(FLOWS_MAX, &w.base) ||
	    fc_pair_create(&options, &world_host, &w, now(&w), &w.pair))
		abort();
	fc_pair_start(w.pair, now(&w));
	link_event(&w, FC_LINK_UP, 0);
	begin(&w);
	while (w.left && w.messages++ < MESSAGES_MAX)
		deed(&w);
	world_check_base(&w);
	fc_stream_reset(&w.stream);
	fc_pair_destroy(w.pair);
	fc_base_destroy(w.base);
	return 0;
}
