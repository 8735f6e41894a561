// SPDX-License-Identifier: BSD-2-Clause
#include "ha/show/card.h"

#include <flowcard/registers.h>
#include <ha/show/value.h>
#include <inttypes.h>
#include <string.h>

/* One number of a listing, in text and in JSON. */
struct number {
	const char *label, *name;
	uint64_t value;
};
#define NUMBERS(array) (sizeof(array) / sizeof(*(array)))

static void numbers_text(const struct number *n, size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++)
		fprintf(out, "    %-28s%" PRIu64 "\n", n[i].label, n[i].value);
}

static void numbers_json(json_t *object, const struct number *n, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fc_show_put(object, n[i].name, n[i].value);
}

/* ------------------------------------------------------------------ a ring */
#define RING_NUMBERS 26

static void ring_numbers(const struct fc_worker_stats *w, struct number out[RING_NUMBERS])
{
	const struct number all[RING_NUMBERS] = {
		{"Records:", "records", w->drain.records},
		{"Read index:", "read_index", w->read},
		{"Held until the commit:", "held", w->read - w->released},
		{"Torn looks:", "torn", w->ring.torn},
		{"Damaged:", "damaged", w->drain.damaged + w->drain.deferred_lost},
		{"Doorbells:", "doorbells", w->ring.doorbells},
		{"Barriers:", "barriers", w->drain.barriers},
		{"Cuts:", "cuts", w->shard.cuts},
		{"Epochs merged:", "epochs_merged", w->shard.epochs_merged},
		{"Deferred:", "deferred", w->drain.deferred},
		{"Snapshots:", "snapshots", w->drain.snapshots},
		{"Ledger mismatches:", "ledger_mismatches", w->drain.ledger_mismatches},
		{"Ledgers out of balance:", "ledger_unbalanced", w->drain.ledger_unbalanced},
		{"Crash window records:", "crash_window_records", w->drain.crash_window_records},
		{"Early releases:", "early_releases", w->drain.early_releases},
		{"Refused records:", "refused_records", w->shard.bad_records},
		{"Resyncs:", "resyncs", w->shard.resyncs},
		{"Live flows:", "live_flows", w->shard.live},
		{"High watermark:", "high_watermark", w->shard.high_watermark},
		{"Merged packets:", "merged_packets", w->shard.delta_packets},
		{"Merged octets:", "merged_octets", w->shard.delta_octets},
		{"Closed flows:", "closed_flows", w->shard.closed_flows},
		{"Closed packets:", "closed_packets", w->shard.closed_packets},
		{"Lost packets:", "lost_packets", w->shard.lost_packets + w->queue_lost_packets},
		{"Waits for the exporter:", "export_waits", w->queue_full_waits},
		{"Last cut (ns):", "cut_ns", w->cut_ns},
	};

	memcpy(out, all, sizeof(all));
}

/* What a pair makes of it: flows that were taken over, records that the active unit accounts for.
 */
#define PAIR_NUMBERS 9

static void pair_numbers(const struct fc_worker_stats *w, struct number out[PAIR_NUMBERS])
{
	const struct fc_shard_stats *s = &w->shard;
	const struct number all[PAIR_NUMBERS] = {
		{"Changed flows sent:", "changes", s->changes},
		{"Sent before their turn:", "evictions", s->evictions},
		{"Adopted flows:", "adopted_flows", s->adopted_flows},
		{"Adopted packets:", "adopted_packets", s->adopted_packets},
		{"Forgotten packets:", "forgotten_packets", s->forgotten_packets},
		{"Flows of no monitor here:", "stranger_flows", w->stranger_flows},
		{"Their packets:", "stranger_packets", w->stranger_packets},
		{"Packets after handover:", "after_handover_packets", w->after_handover_packets},
		{"Packets void:", "void_packets", w->void_packets},
	};

	memcpy(out, all, sizeof(all));
}

/* By enum fc_drain_drop. */
static const struct {
	const char *label, *name;
} drops[FC_DROPS] = {
	[FC_DROP_COVERED] = {"Followed, committed:", "covered"},
	[FC_DROP_STRADDLING] = {"Followed, astride of it:", "straddling"},
	[FC_DROP_NOT_SELECTED] = {"Followed, not selected:", "not_selected"},
	[FC_DROP_AFTER_HANDOVER] = {"Followed after handover:", "after_handover"},
	[FC_DROP_EARLY] = {"Followed, dropped early:", "early"},
};

/* A unit alone has none of it. */
static void ring_pair_text(const struct fc_worker_stats *w, FILE *out)
{
	struct number n[PAIR_NUMBERS];

	pair_numbers(w, n);
	if (w->following || w->adopting)
		fprintf(out, "    %-28s%s\n", "State:", w->following ? "following" : "adopting");
	for (size_t i = 0; i < PAIR_NUMBERS; i++)
		if (n[i].value)
			numbers_text(&n[i], 1, out);
	for (unsigned d = 0; d < FC_DROPS; d++)
		if (w->drain.dropped[d].records)
			fprintf(out,
				"    %-28s%" PRIu64 " records, %" PRIu64 " packets, %" PRIu64
				" octets\n",
				drops[d].label, w->drain.dropped[d].records,
				w->drain.dropped[d].packets, w->drain.dropped[d].octets);
}

static json_t *ring_pair_json(const struct fc_worker_stats *w)
{
	json_t *object = json_object(), *dropped = json_object();
	struct number n[PAIR_NUMBERS];

	pair_numbers(w, n);
	fc_show_put_bool(object, "following", w->following);
	fc_show_put_bool(object, "adopting", w->adopting);
	numbers_json(object, n, PAIR_NUMBERS);
	for (unsigned d = 0; d < FC_DROPS; d++) {
		json_t *drop = json_object();

		fc_show_put(drop, "records", w->drain.dropped[d].records);
		fc_show_put(drop, "packets", w->drain.dropped[d].packets);
		fc_show_put(drop, "octets", w->drain.dropped[d].octets);
		json_object_set_new(dropped, drops[d].name, drop);
	}
	json_object_set_new(object, "dropped", dropped);
	return object;
}

static void ring_text(const struct fc_worker_stats *w, unsigned ring, FILE *out)
{
	struct number n[RING_NUMBERS];

	ring_numbers(w, n);
	fprintf(out, "\n  Ring %u:\n", ring);
	numbers_text(n, RING_NUMBERS, out);
	ring_pair_text(w, out);
	if (w->error)
		fprintf(out, "    %-28s%s\n", "Error:", strerror(-w->error));
}

static json_t *ring_json(const struct fc_worker_stats *w, unsigned ring)
{
	json_t *object = json_object();
	struct number n[RING_NUMBERS];

	ring_numbers(w, n);
	fc_show_put(object, "ring", ring);
	numbers_json(object, n, RING_NUMBERS);
	json_object_set_new(object, "pair", ring_pair_json(w));
	if (w->error)
		fc_show_put_text(object, "error", strerror(-w->error));
	return object;
}

/* ------------------------------------------------------------------ a ledger */
static bool balanced(const struct fc_shard_ledger *l)
{
	return l->selected_packets ==
		       l->emitted_packets + l->resident_packets + l->unaccounted_packets &&
	       l->selected_octets == l->emitted_octets + l->resident_octets + l->unaccounted_octets;
}

static void ledger_text(const struct fc_show_ledger *view, unsigned place, FILE *out)
{
	const struct fc_shard_ledger *l = &view->ledger;
	const struct {
		const char *name;
		uint64_t packets, octets;
	} row[] = {
		{"selected", l->selected_packets, l->selected_octets},
		{"emitted", l->emitted_packets, l->emitted_octets},
		{"resident", l->resident_packets, l->resident_octets},
		{"unaccounted", l->unaccounted_packets, l->unaccounted_octets},
	};

	fprintf(out, "\n  Ledger of monitor %u (flow monitor %s), epoch %u: %s\n", place,
		view->monitor, l->epoch, balanced(l) ? "balanced" : "NOT BALANCED");
	fprintf(out, "    %-14s%20s%24s\n", "", "packets", "octets");
	for (size_t i = 0; i < NUMBERS(row); i++)
		fprintf(out, "    %-14s%20" PRIu64 "%24" PRIu64 "\n", row[i].name, row[i].packets,
			row[i].octets);
}

static json_t *ledger_json(const struct fc_show_ledger *view, unsigned place)
{
	const struct fc_shard_ledger *l = &view->ledger;
	const struct number n[] = {
		{"", "epoch", l->epoch},
		{"", "selected_packets", l->selected_packets},
		{"", "selected_octets", l->selected_octets},
		{"", "emitted_packets", l->emitted_packets},
		{"", "emitted_octets", l->emitted_octets},
		{"", "resident_packets", l->resident_packets},
		{"", "resident_octets", l->resident_octets},
		{"", "unaccounted_packets", l->unaccounted_packets},
		{"", "unaccounted_octets", l->unaccounted_octets},
	};
	json_t *object = json_object();

	fc_show_put_text(object, "flow_monitor", view->monitor);
	fc_show_put(object, "monitor", place);
	numbers_json(object, n, NUMBERS(n));
	fc_show_put_bool(object, "balanced", balanced(l));
	return object;
}

/* ------------------------------------------------------------------ a card */
static void build_text(const struct fc_card_build *b, FILE *out)
{
	if (!b->entries)
		return;
	fprintf(out,
		"  Build:              %u cache entries, %u ports, %u rings, %u monitors (%u a "
		"packet)\n",
		b->entries, b->ports, b->rings, b->monitors, b->monitors_per_packet);
}

static void losses_text(const struct fc_slot_losses *l, FILE *out)
{
	fprintf(out,
		"  Losses:             %" PRIu64 " times, %" PRIu64
		" packets in the cache, %" PRIu64 " epochs without a barrier, %" PRIu64
		" damaged records\n",
		l->times, l->resident_packets, l->epochs, l->damaged_records);
}

static void card_text(const struct fc_show_card *c, FILE *out)
{
	const struct fc_slot_status *s = &c->status;

	fprintf(out, "Card %u (0x%x):\n", c->slot, 1u << c->slot);
	fprintf(out, "  State:              %s\n",
		c->shutdown ? "shutdown" : fc_device_state_name(s->state));
	fprintf(out, "  Transport:          %s\n", c->where);
	if (c->shutdown)
		return;
	if (*s->error)
		fprintf(out, "  Error:              %s\n", s->error);
	fprintf(out, "  Link:               %s\n", s->state == FC_DEVICE_PRESENT ? "up" : "down");
	build_text(&s->build, out);
	fprintf(out, "  Generation:         %u (arrived %u times, lost %u, failed %u)\n",
		s->generation, s->arrivals, s->losses, s->failures);
	losses_text(&s->lost, out);
	fprintf(out, "  Packets merged:     %" PRIu64 "\n", s->merged_packets);
	fprintf(out, "  Flows closed:       %" PRIu64 "\n", s->closed_flows);
	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++)
		if (c->ledger[m].there)
			ledger_text(&c->ledger[m], m, out);
	for (unsigned r = 0; r < c->rings; r++)
		ring_text(&c->ring[r], r, out);
}

static json_t *build_json(const struct fc_card_build *b)
{
	const struct number n[] = {
		{"", "entries", b->entries},
		{"", "ports", b->ports},
		{"", "rings", b->rings},
		{"", "monitors", b->monitors},
		{"", "monitors_per_packet", b->monitors_per_packet},
	};
	json_t *object = json_object();

	numbers_json(object, n, NUMBERS(n));
	return object;
}

static json_t *losses_json(const struct fc_slot_losses *l)
{
	const struct number n[] = {
		{"", "times", l->times},
		{"", "epochs", l->epochs},
		{"", "resident_packets", l->resident_packets},
		{"", "damaged_records", l->damaged_records},
	};
	json_t *object = json_object();

	numbers_json(object, n, NUMBERS(n));
	return object;
}

static void lists_json(json_t *object, const struct fc_show_card *c)
{
	json_t *rings = json_array(), *ledgers = json_array();

	for (unsigned r = 0; r < c->rings; r++)
		json_array_append_new(rings, ring_json(&c->ring[r], r));
	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++)
		if (c->ledger[m].there)
			json_array_append_new(ledgers, ledger_json(&c->ledger[m], m));
	json_object_set_new(object, "rings", rings);
	json_object_set_new(object, "ledgers", ledgers);
}

static json_t *card_json(const struct fc_show_card *c)
{
	const struct fc_slot_status *s = &c->status;
	json_t *object = json_object();

	fc_show_put(object, "slot", c->slot);
	json_object_set_new(object, "mask", json_sprintf("0x%x", 1u << c->slot));
	fc_show_put_text(object, "transport", c->where);
	fc_show_put_text(object, "state",
			 c->shutdown ? "shutdown" : fc_device_state_name(s->state));
	if (c->shutdown)
		return object;
	fc_show_put_bool(object, "link_up", s->state == FC_DEVICE_PRESENT);
	fc_show_put(object, "generation", s->generation);
	fc_show_put(object, "arrivals", s->arrivals);
	fc_show_put(object, "losses", s->losses);
	fc_show_put(object, "failures", s->failures);
	if (*s->error)
		fc_show_put_text(object, "error", s->error);
	json_object_set_new(object, "build", build_json(&s->build));
	json_object_set_new(object, "lost", losses_json(&s->lost));
	fc_show_put(object, "merged_packets", s->merged_packets);
	fc_show_put(object, "closed_flows", s->closed_flows);
	lists_json(object, c);
	return object;
}

int fc_show_cards(const struct fc_show_card *cards, unsigned count, bool json, FILE *out)
{
	json_t *list, *object;

	if (!json) {
		for (unsigned c = 0; c < count; c++) {
			if (c)
				fputc('\n', out);
			card_text(&cards[c], out);
		}
		return 0;
	}
	list = json_array();
	for (unsigned c = 0; c < count; c++)
		json_array_append_new(list, card_json(&cards[c]));
	object = json_object();
	json_object_set_new(object, "cards", list);
	return fc_show_give(object, out);
}

/* ------------------------------------------------------------------ its ports */
static uint32_t interface_of(const struct fc_show_card *c, unsigned port)
{
	return fc_config_interface(c->slot, port);
}

static void port_text(const struct fc_show_card *c, unsigned port, FILE *out)
{
	const struct fc_card_port_counters *p = &c->port[port];
	const struct number n[] = {
		{"Frames:", "frames", p->frames},
		{"Octets:", "octets", p->octets},
		{"Missed (descriptors full):", "missed", p->missed},
	};
	char name[FC_SHOW_VALUE];

	fc_show_interface(interface_of(c, port), true, name);
	fprintf(out, "Port %u of card %u (%s):\n", port, c->slot, name);
	numbers_text(n, NUMBERS(n), out);
	for (unsigned v = 0; v < FC_CARD_VERDICTS; v++)
		if (p->verdict[v])
			fprintf(out, "      - %-24s%" PRIu64 "\n", fc_verdict_name(v),
				p->verdict[v]);
}

static json_t *port_json(const struct fc_show_card *c, unsigned port)
{
	const struct fc_card_port_counters *p = &c->port[port];
	json_t *object = json_object(), *verdicts = json_object();
	char name[FC_SHOW_VALUE];

	fc_show_interface(interface_of(c, port), true, name);
	fc_show_put(object, "port", port);
	fc_show_put_text(object, "interface", name);
	fc_show_put(object, "if_index", interface_of(c, port));
	fc_show_put(object, "frames", p->frames);
	fc_show_put(object, "octets", p->octets);
	fc_show_put(object, "missed", p->missed);
	for (unsigned v = 0; v < FC_CARD_VERDICTS; v++)
		if (p->verdict[v])
			fc_show_put(verdicts, fc_verdict_name(v), p->verdict[v]);
	json_object_set_new(object, "verdicts", verdicts);
	return object;
}

int fc_show_card_ports(const struct fc_show_card *c, bool json, FILE *out)
{
	json_t *list = json ? json_array() : NULL, *object;

	for (unsigned p = 0; p < c->status.build.ports && p < FC_CARD_PORTS_MAX; p++)
		if (json)
			json_array_append_new(list, port_json(c, p));
		else
			port_text(c, p, out);
	if (!json)
		return 0;
	object = json_object();
	fc_show_put(object, "slot", c->slot);
	json_object_set_new(object, "ports", list);
	return fc_show_give(object, out);
}
