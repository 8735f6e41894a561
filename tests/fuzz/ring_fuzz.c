// SPDX-License-Identifier: BSD-2-Clause
/*
 * A hostile card: what it writes into a ring goes through drain, shard and exporters. The input is
 * a list of its deeds: good records made of a few octets, records of raw octets, wrong trailers,
 * and the host's steps in between. Checked: the sums that docs/shadow.md promises for any input.
 */
#include <errno.h>
#include <flowcard/export.h>
#include <flowcard/registers.h>
#include <flowcard/ring.h>
#include <ha/drain.h>
#include <stdlib.h>
#include <string.h>

enum { RING_LOG2 = 5, RING = 1 << RING_LOG2, MONITORS = 2, PROTOCOLS = 3, ENTRIES_LIMIT = 200 };

struct world {
	struct fc_transport transport;
	uint32_t mem[RING * FC_RECORD_WORDS];
	struct fc_ring ring;
	struct fc_shard *shard;
	struct fc_drain *drain;
	uint32_t producer, epoch;
	uint64_t closed_packets, closed_flows;
	bool in_flight;
	int change; /* of a monitor, at the next cut; -1: none */
	struct fc_cuts_covered covered;
};

struct input {
	const uint8_t *at;
	size_t left;
};

static struct fc_exporter *exporter[PROTOCOLS];

static uint8_t take(struct input *in)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++;
}

static uint64_t take_wide(struct input *in)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value = value << 8 | take(in);
	return value;
}

static int write_register(struct fc_transport *t, uint32_t offset, uint32_t value)
{
	(void)t;
	(void)offset;
	(void)value;
	return 0;
}

static void on_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	struct world *w = context;

	w->closed_flows++;
	w->closed_packets += flow->packets;
	for (unsigned p = 0; p < PROTOCOLS; p++)
		fc_exporter_add(exporter[p], 1, flow, 1, cut_ns);
}

/* What the host does with its monitors at a cut: one octet says which and what. */
static void change(struct world *w, uint64_t cut_ns)
{
	static const struct fc_shadow_monitor kind[] = {
		{.inactive_ns = 9, .transaction_end = true, .entries = 17},
		{.cache = FC_CACHE_PERMANENT, .update_ns = 7, .entries = 5},
		{.cache = FC_CACHE_SYNCHRONIZED, .synchronized_ns = 11, .spread_ns = 30},
		{.cache = FC_CACHE_IMMEDIATE},
	};
	unsigned number = w->change & 3, what = w->change >> 2 & 7;
	struct fc_shadow_monitor monitor = kind[what & 3];

	w->change = -1;
	memset(monitor.mask, 0xff, 16);
	if (what < 4 && fc_shard_monitor_set(w->shard, number, &monitor, cut_ns, NULL))
		abort();
	if (what == 4 && fc_shard_monitor_set(w->shard, number, NULL, cut_ns, NULL))
		abort();
	if (what == 5)
		fc_shard_monitor_clear(w->shard, number);
	if (what == 6)
		fc_shard_monitor_export(w->shard, number, cut_ns);
	if (what == 7 && fc_shard_reserve(w->shard, ENTRIES_LIMIT))
		abort();
}

static int on_cut(void *context, uint32_t epoch, uint64_t cut_ns)
{
	struct world *w = context;

	(void)epoch;
	if (w->change >= 0)
		change(w, cut_ns);
	for (unsigned p = 0; p < PROTOCOLS; p++)
		fc_exporter_seal(exporter[p], cut_ns);
	return w->in_flight ? FC_DRAIN_IN_FLIGHT : FC_DRAIN_COMMITTED;
}

static void open_world(struct world *w)
{
	static const struct fc_transport_ops ops = {.reg_write = write_register};
	struct fc_shadow_config shadow = {
		.entries_max = 24,
		.entries_limit = ENTRIES_LIMIT,
		.closed_max = 8,
		.seed = 1,
		.monitors = MONITORS,
		.monitor = {{.active_ns = 50, .inactive_ns = 20, .entries = 16}, {.active_ns = 1}},
		.closed = on_closed,
		.context = w,
	};
	struct fc_drain_config drain = {
		.cut = on_cut, .context = w, .check_ledger = true, .stuck_steps = 2};

	memset(w, 0, sizeof(*w));
	w->change = -1;
	memset(shadow.monitor[0].mask, 0xff, 16);
	memset(shadow.monitor[1].mask, 0xff, 8);
	w->transport.ops = &ops;
	fc_ring_init(&w->ring, &w->transport, 0, w->mem, RING_LOG2, 0);
	drain.ring = &w->ring;
	if (fc_shard_create(&shadow, &w->shard))
		abort();
	drain.shard = w->shard;
	if (fc_drain_create(&drain, &w->drain))
		abort();
}

/* ------------------------------------------------------------------ what the card does */
static void put(struct world *w, uint32_t *record, uint8_t trailers)
{
	uint32_t index = w->producer++, phase = !(index >> RING_LOG2 & 1);

	fc_rec_set_trailer0_sequence(record, (index ^ (trailers & 3)) & 0x3fffffff);
	fc_rec_set_trailer0_half(record, trailers >> 2 & 1);
	fc_rec_set_trailer0_phase(record, phase ^ (trailers >> 3 & 1));
	fc_rec_set_trailer1_sequence(record, (index ^ (trailers >> 4 & 3)) & 0x3fffffff);
	fc_rec_set_trailer1_half(record, !(trailers >> 6 & 1));
	fc_rec_set_trailer1_phase(record, phase ^ (trailers >> 7 & 1));
	memcpy(w->mem + (size_t)(index % RING) * FC_RECORD_WORDS, record, FC_RECORD_OCTETS);
}

static void flow(struct world *w, struct input *in)
{
	uint32_t record[FC_RECORD_WORDS] = {0}, vector[FC_VECTOR_WORDS] = {0};
	uint8_t source[16] = {take(in)};

	fc_vec_set_src(vector, source);
	fc_vec_set_ip_version(vector, source[0] & 1 ? 6 : 4);
	fc_rec_set_kind(record, FC_KIND_FLOW);
	fc_rec_set_reason(record, FC_REASON_EPOCH);
	fc_rec_set_monitor(record, take(in) & 3);
	fc_rec_set_epoch(record, w->epoch + (take(in) & 1));
	fc_rec_set_vector(record, vector);
	fc_rec_set_packets(record, take(in));
	fc_rec_set_bytes(record, take(in));
	fc_rec_set_first_ns(record, take_wide(in));
	fc_rec_set_last_ns(record, take_wide(in));
	put(w, record, 0);
}

static void barrier(struct world *w, struct input *in)
{
	uint32_t record[FC_RECORD_WORDS] = {0};

	fc_rec_set_kind(record, FC_KIND_BARRIER);
	fc_barrier_set_epoch(record, w->epoch++);
	fc_barrier_set_start_ns(record, take_wide(in));
	fc_barrier_set_end_ns(record, take_wide(in));
	put(w, record, 0);
}

static void raw(struct world *w, struct input *in)
{
	uint32_t record[FC_RECORD_WORDS];
	uint8_t octets[FC_RECORD_OCTETS];
	uint8_t trailers = take(in);

	for (unsigned i = 0; i < sizeof(octets); i++)
		octets[i] = take(in);
	memcpy(record, octets, sizeof(record));
	put(w, record, trailers);
}

/* The unit stands by, and takes over: some flows come from elsewhere. */
static void turn_round(struct world *w, struct input *in)
{
	struct fc_shard_start start;

	if (!fc_drain_following(w->drain)) {
		uint8_t how = take(in);

		fc_shard_forget(w->shard);
		fc_drain_follow(w->drain, how & 1, how & 2);
		return;
	}
	fc_drain_lead(w->drain, &start);
	start.base_ns = take_wide(in);
	fc_shard_begin(w->shard, &start);
	for (unsigned flows = take(in) & 31; flows; flows--) {
		struct fc_cut_flow adopted = {.instance = flows, .flow.packets = flows};

		adopted.flow.vector[0] = take(in);
		adopted.flow.first_ns = take_wide(in);
		adopted.flow.last_ns = take_wide(in);
		fc_shard_adopt(w->shard, take(in) & 3, &adopted);
	}
	if (fc_shard_adopt_end(w->shard))
		abort();
}

/* What a unit of a pair does with the ring. */
static void pair(struct world *w, struct input *in)
{
	uint8_t what = take(in);

	if (what & 1)
		turn_round(w, in);
	if (what & 2)
		fc_drain_void(w->drain, what >> 5);
	if (!(what & 4))
		return;
	w->covered.commits++;
	w->covered.there = what & 8;
	w->covered.dual = what & 16;
	w->covered.cut_ns = take_wide(in);
	fc_drain_cover(w->drain, &w->covered);
}

static void deed(struct world *w, struct input *in)
{
	uint8_t what = take(in);

	switch (what & 7) {
	case 0:
	case 1:
		flow(w, in);
		break;
	case 2:
		barrier(w, in);
		break;
	case 3:
		raw(w, in);
		break;
	case 4:
		w->producer += what >> 3; /* places left out */
		break;
	case 5:
		w->epoch += (what >> 3) - 3u;
		break;
	case 6:
		w->in_flight = what & 8;
		if (what & 16)
			w->change = take(in);
		if (what & 32)
			pair(w, in);
		if (fc_drain_in_flight(w->drain))
			fc_drain_commit(w->drain);
		break;
	default:
		fc_drain_step(w->drain, 1 + (what >> 3));
	}
}

/* ------------------------------------------------------------------ what must hold */
static void judge(struct world *w)
{
	struct fc_shard_stats s;
	struct fc_drain_stats d;

	if (fc_drain_following(w->drain))
		fc_drain_drop_all(w->drain);
	fc_drain_abandon(w->drain);
	fc_shard_close_all(w->shard, 12345);
	fc_shard_stats(w->shard, &s);
	fc_drain_stats(w->drain, &d);
	if (s.live || s.waiting_records || s.closed_flows + s.updates != w->closed_flows)
		abort();
	if (s.closed_packets > w->closed_packets ||
	    (!s.updates && s.closed_packets != w->closed_packets))
		abort();
	if (s.delta_packets + s.adopted_packets != s.closed_packets + s.lost_packets +
							   s.cleared_packets + s.not_added_packets +
							   s.forgotten_packets)
		abort();
	if (d.records < d.barriers + d.ledger_records)
		abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const enum fc_protocol protocol[] = {FC_PROTOCOL_V5, FC_PROTOCOL_V9,
						    FC_PROTOCOL_IPFIX};

	(void)argc;
	(void)argv;
	for (unsigned p = 0; p < PROTOCOLS; p++) {
		const struct fc_exporter_config c = {.protocol = protocol[p],
						     .host = "127.0.0.1",
						     .port = "9",
						     .queue_datagrams = 16};

		if (fc_exporter_open(&c, &exporter[p]) ||
		    fc_exporter_client_add(exporter[p], "fuzz", NULL) != 1)
			abort();
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	struct world w;

	open_world(&w);
	while (in.left)
		deed(&w, &in);
	for (unsigned i = 0; i < 8; i++)
		fc_drain_step(w.drain, RING);
	judge(&w);
	fc_drain_destroy(w.drain);
	fc_shard_destroy(w.shard);
	return 0;
}
