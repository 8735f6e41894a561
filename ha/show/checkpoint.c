// SPDX-License-Identifier: BSD-2-Clause
/* show checkpoint: cuts on their way, what the standby unit holds, where the rings stood. */
#include "ha/show/redundancy_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static int written(FILE *out)
{
	return ferror(out) ? -EIO : 0;
}

static const char *mode_name(enum fc_cuts_mode mode)
{
	static const char *const names[] = {[FC_CUTS_ALONE] = "alone",
					    [FC_CUTS_PAIRED] = "paired",
					    [FC_CUTS_STANDBY] = "standby"};

	return names[mode];
}

static const char *server(const struct fc_show_redundancy *v)
{
	if (fc_rf_is_active(v->rf.state))
		return "ACTIVE";
	return v->pair.look.role == FC_PAIR_STANDBY ? "STANDBY" : "NEITHER";
}

/* ------------------------------------------------------------------ what is counted */
#define NUMBER(X, label, from, member)                                                             \
	{                                                                                          \
		X, label, (uint64_t)(from)->member                                                 \
	}
struct number {
	const char *name, *label;
	uint64_t value;
};

#define CUTS 18
static void cuts_numbers(const struct fc_cuts_look *c, struct number out[CUTS])
{
	const struct number numbers[CUTS] = {
		NUMBER("term", "Term", c, term),
		NUMBER("open", "Cut that is open", c, open),
		NUMBER("acked", "Last acknowledged cut", c, acked),
		NUMBER("flying_ms", "On its way for (ms)", c, flying_ms),
		NUMBER("epochs_merged", "Lag (epochs)", c, epochs_merged),
		NUMBER("ack_ms", "Acknowledged after (ms)", c, ack_ms),
		NUMBER("ack_max_ms", "At most after (ms)", c, ack_max_ms),
		NUMBER("members", "Rings", c, members),
		NUMBER("late_members", "Rings that came late", c, late_members),
		NUMBER("cuts", "Cuts", c, cuts),
		NUMBER("flows", "Changed flows sent", c, flows),
		NUMBER("closed", "Ended flows sent", c, closed),
		NUMBER("datagrams", "Sealed datagrams sent", c, datagrams),
		NUMBER("octets", "Octets sent", c, octets),
		NUMBER("bulks", "Bulk syncs", c, bulks),
		NUMBER("bulk_flows", "Flows of bulk syncs", c, bulk_flows),
		NUMBER("slices_differed", "Digest mismatches", c, slices_differed),
		NUMBER("slices_resent", "Slices repaired", c, slices_resent),
	};

	memcpy(out, numbers, sizeof(numbers));
}

#define BASE 11
static void base_numbers(const struct fc_base_look *b, struct number out[BASE])
{
	const struct number numbers[BASE] = {
		NUMBER("term", "Term", b, term),
		NUMBER("committed", "Last committed cut", b, committed),
		NUMBER("cut_ns", "Its newest card time (ns)", b, cut_ns),
		NUMBER("flows", "Flows", b, flows),
		NUMBER("building", "Changed by the cut being built", b, building),
		NUMBER("commits", "Commits", b, commits),
		NUMBER("bulks", "Bulk syncs", b, bulks),
		NUMBER("digests", "Digests compared", b, digests),
		NUMBER("mismatches", "Digest mismatches", b, mismatches),
		NUMBER("octets", "Memory (octets)", b, octets),
		NUMBER("octets_per_flow", "Memory of a flow (octets)", b, octets_per_flow),
	};

	memcpy(out, numbers, sizeof(numbers));
}

#define EXPORTS 10
static void exports_numbers(const struct fc_export_pairing *e, struct number out[EXPORTS])
{
	const struct number numbers[EXPORTS] = {
		NUMBER("cut", e->following ? "Last committed cut" : "Last sealed cut", e, cut),
		NUMBER("datagrams", e->following ? "Datagrams received" : "Datagrams given to peer",
		       e, datagrams),
		NUMBER("octets", "Octets of these", e, octets),
		NUMBER("cursors", e->following ? "Cursors received" : "Cursors sent", e, cursors),
		NUMBER("waiting", "Wait for their exporter", e, waiting),
		NUMBER("lost", "Lost, none could keep them", e, lost),
		NUMBER("takeovers", "Takeovers", e, takeovers),
		NUMBER("sent_again", "Sent by the peer perhaps too", e, sent_again),
		NUMBER("given_up", "Given up for the peer", e, given_up),
		NUMBER("void_flows", "Flows while not active", e, void_flows),
	};

	memcpy(out, numbers, sizeof(numbers));
}

static json_t *numbers_json(const struct number *n, unsigned count)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < count; i++)
		fc_show_put(object, n[i].name, n[i].value);
	return object;
}

static void numbers_text(const struct number *n, unsigned count, FILE *out)
{
	for (unsigned i = 0; i < count; i++)
		fc_show_red_row_number(out, n[i].label, n[i].value);
}

/* ------------------------------------------------------------------ statistics */
/* The newest that both units have: after a takeover that of the base, until there is a standby. */
static const struct fc_show_vector *newest(const struct fc_show_pair *p)
{
	return p->cuts.mode == FC_CUTS_STANDBY || !p->acked.places ? &p->committed : &p->acked;
}

static json_t *vector_json(const struct fc_show_vector *v)
{
	json_t *array = json_array();

	for (size_t i = 0; i < v->places; i++) {
		json_t *object = json_object();

		fc_show_put(object, "slot", v->place[i].slot);
		fc_show_put(object, "ring", v->place[i].ring);
		fc_show_put(object, "generation", v->place[i].generation);
		fc_show_put(object, "epoch", v->place[i].epoch);
		fc_show_put(object, "cut_ns", v->place[i].cut_ns);
		json_array_append_new(array, object);
	}
	return array;
}

static int statistics_json(const struct fc_show_redundancy *v, FILE *out)
{
	const struct fc_show_pair *p = &v->pair;
	json_t *object = json_object(), *cuts, *base;
	struct number c[CUTS], b[BASE], e[EXPORTS];

	fc_show_put_bool(object, "pair", p->there);
	fc_show_put_text(object, "server", server(v));
	cuts_numbers(&p->cuts, c);
	base_numbers(&p->base, b);
	cuts = numbers_json(c, CUTS);
	fc_show_put_text(cuts, "mode", mode_name(p->cuts.mode));
	fc_show_put_bool(cuts, "flying", p->cuts.flying);
	fc_show_put_bool(cuts, "synced", p->cuts.synced);
	fc_show_put_text(cuts, "waits", p->cuts.waits);
	json_object_set_new(cuts, "vector", vector_json(&p->acked));
	json_object_set_new(object, "cuts", cuts);
	base = numbers_json(b, BASE);
	fc_show_put_bool(base, "synced", p->base.synced);
	json_object_set_new(base, "vector", vector_json(&p->committed));
	json_object_set_new(object, "base", base);
	exports_numbers(&p->exports, e);
	json_object_set_new(object, "exporters", numbers_json(e, EXPORTS));
	fc_show_put(object, "orphan_flows", p->orphans.flows);
	fc_show_put(object, "orphan_packets", p->orphans.packets);
	json_object_set_new(object, "vector", vector_json(newest(p)));
	return fc_show_give(object, out);
}

static void base_text(const struct fc_show_pair *p, FILE *out)
{
	struct number b[BASE];

	base_numbers(&p->base, b);
	fc_show_red_heading(out, "Base of the peer's flows :");
	fc_show_red_row(out, "Everything is here", "%s", p->base.synced ? "yes" : "not yet");
	numbers_text(b, BASE, out);
}

static void cuts_text(const struct fc_show_pair *p, FILE *out)
{
	struct number c[CUTS];

	cuts_numbers(&p->cuts, c);
	fc_show_red_heading(out, "Cuts of this unit :");
	fc_show_red_row(out, "Mode", "%s", mode_name(p->cuts.mode));
	if (p->cuts.mode == FC_CUTS_PAIRED)
		fc_show_red_row(out, "Peer has everything", "%s%s%s", p->cuts.synced ? "yes" : "no",
				*p->cuts.waits ? ", waits for " : "", p->cuts.waits);
	numbers_text(c, CUTS, out);
	if (p->orphans.flows) {
		fc_show_red_row_number(out, "Ended, no card here for it", p->orphans.flows);
		fc_show_red_row_number(out, "Packets of these flows", p->orphans.packets);
	}
}

static void statistics_text(const struct fc_show_redundancy *v, FILE *out)
{
	const struct fc_show_pair *p = &v->pair;
	struct number e[EXPORTS];

	fprintf(out, "Check Point Status\nCHKPT on %s server.\n\n", server(v));
	if (!p->there) {
		fputs("There is no pair: what is cut is safe at once.\n", out);
		return;
	}
	if (p->cuts.mode == FC_CUTS_STANDBY)
		base_text(p, out);
	else
		cuts_text(p, out);
	exports_numbers(&p->exports, e);
	fputc('\n', out);
	fc_show_red_heading(out, "Exporters of the pair :");
	numbers_text(e, EXPORTS, out);
}

static void vector_text(const struct fc_show_vector *v, FILE *out)
{
	if (!v->places)
		return;
	fputs("\nSlot  Ring  Generation       Epoch       Card time at its end\n"
	      "----  ----  ----------  ----------  -------------------------\n",
	      out);
	for (size_t i = 0; i < v->places; i++)
		fprintf(out, "%4u  %4u  %10" PRIu32 "  %10" PRIu32 "  %25" PRIu64 "\n",
			v->place[i].slot, v->place[i].ring, v->place[i].generation,
			v->place[i].epoch, v->place[i].cut_ns);
}

int fc_show_checkpoint_statistics(const struct fc_show_redundancy *v, bool json, FILE *out)
{
	if (json)
		return statistics_json(v, out);
	statistics_text(v, out);
	return written(out);
}

int fc_show_checkpoint(const struct fc_show_redundancy *v, bool json, FILE *out)
{
	if (json)
		return statistics_json(v, out);
	statistics_text(v, out);
	vector_text(newest(&v->pair), out);
	return written(out);
}

/* ------------------------------------------------------------------ clients */
/* What goes through a checkpoint, by the client of the facility that brings it. */
struct client {
	unsigned id;
	uint64_t sent;
};

static unsigned clients_of(const struct fc_show_pair *p, struct client out[3])
{
	const struct fc_cuts_look *c = &p->cuts;
	const struct client all[] = {
		{FC_PAIR_CLIENT_CHECKPOINT, c->cuts},
		{FC_PAIR_CLIENT_FLOWS, c->flows + c->closed},
		{FC_PAIR_CLIENT_EXPORTERS, c->datagrams},
	};

	memcpy(out, all, sizeof(all));
	return sizeof(all) / sizeof(*all);
}

static const char *client_name(const struct fc_rf *rf, unsigned id)
{
	for (unsigned i = 0; i < rf->members; i++)
		if (rf->member[i].client.id == id)
			return rf->member[i].client.name;
	return NULL;
}

int fc_show_checkpoint_clients(const struct fc_show_redundancy *v, bool json, FILE *out)
{
	struct client client[3];
	unsigned count = clients_of(&v->pair, client);
	json_t *array = json_array();

	if (!json)
		fprintf(out,
			"                      Check Point List of Clients\n"
			"CHKPT on %s server.\n"
			"Client Name           Client ID          Msg Send  Bundling\n"
			"                                      (number of)\n"
			"------------------------------------------------------------\n",
			server(v));
	for (unsigned i = 0; i < count; i++) {
		const char *name = client_name(&v->rf, client[i].id);
		json_t *object;

		if (!name)
			continue;
		if (!json) {
			fprintf(out, "%-20.20s  %9u  %16" PRIu64 "  On\n", name, client[i].id,
				client[i].sent);
			continue;
		}
		object = json_object();
		fc_show_put_text(object, "name", name);
		fc_show_put(object, "id", client[i].id);
		fc_show_put(object, "sent", client[i].sent);
		json_array_append_new(array, object);
	}
	if (json)
		return fc_show_give(array, out);
	json_decref(array);
	return written(out);
}
