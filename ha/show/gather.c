// SPDX-License-Identifier: BSD-2-Clause
#include "ha/show/gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ configuration */
#define BINDINGS_MAX ((size_t)FC_CONFIG_SLOTS * FC_CARD_PORTS_MAX * 2 * 2 * FC_FNF_BINDINGS)

static void add_bindings(struct fc_show_gathered *g, unsigned slot, unsigned port)
{
	const struct fc_config_port *p = &g->config->card[slot].port[port];

	for (unsigned d = 0; d < 2; d++)
		for (unsigned f = 0; f < 2; f++)
			for (unsigned n = 0; n < FC_FNF_BINDINGS; n++) {
				const struct fc_config_binding *b = &p->binding[d][f][n];

				if (b->monitor == FC_CONFIG_NONE)
					break;
				g->binding[g->view.bindings++] = (struct fc_show_binding){
					.interface = fc_config_interface(slot, port),
					.output = d == FC_CONFIG_OUTPUT,
					.ipv6 = f == FC_CONFIG_IPV6,
					.monitor = b->monitor,
					.sampler = b->sampler};
			}
}

int fc_show_gather(struct fc_unit *unit, struct fc_show_gathered *g)
{
	memset(g, 0, sizeof(*g));
	g->binding = calloc(BINDINGS_MAX, sizeof(*g->binding));
	if (!g->binding)
		return -ENOMEM;
	g->config = fc_unit_config(unit);
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		for (unsigned p = 0; g->config->card[s].there && p < FC_CARD_PORTS_MAX; p++)
			add_bindings(g, s, p);
	g->view.fnf = &g->config->fnf;
	g->view.binding = g->binding;
	g->view.counts = g->counts;
	g->view.exporter = g->exporter;
	return 0;
}

void fc_show_gathered_free(struct fc_show_gathered *g)
{
	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++) {
		free((void *)g->exporter[e].client);
		free((void *)g->exporter[e].template);
	}
	free(g->binding);
	if (g->config)
		fc_unit_config_release(g->config);
}

/* ------------------------------------------------------------------ caches */
static void take_counts(struct fc_show_counts *c, const struct fc_shard_monitor_stats *s)
{
	c->current = s->live;
	c->high_watermark = s->high_watermark;
	c->added = s->added;
	c->not_added = s->not_added;
	c->active = s->aged[FC_AGED_ACTIVE];
	c->inactive = s->aged[FC_AGED_INACTIVE];
	c->event = s->aged[FC_AGED_EVENT] + s->aged[FC_AGED_FORCED] + s->aged[FC_AGED_CLEARED];
	c->watermark = s->aged[FC_AGED_WATERMARK];
	c->emergency = s->aged[FC_AGED_EMERGENCY];
	c->other = s->aged[FC_AGED_SYNCHRONIZED] + s->aged[FC_AGED_IMMEDIATE];
}

void fc_show_gather_counts(struct fc_unit *unit, struct fc_show_gathered *g, int monitor)
{
	uint32_t id = g->config->fnf.monitor[monitor].id;
	struct fc_shard_monitor_stats sum = {0}, past;
	uint64_t highest;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++) {
		struct fc_slot *slot = fc_unit_slot(unit, s);

		if (!slot)
			continue;
		fc_slot_monitor_stats(slot, id, &sum);
		fc_unit_slot_release(unit, s);
	}
	/* Presences that are over count too; their caches were not held at the same time. */
	fc_monitor_book_get(unit->book, id, &past);
	highest =
		past.high_watermark > sum.high_watermark ? past.high_watermark : sum.high_watermark;
	fc_monitor_stats_add(&sum, &past);
	sum.high_watermark = highest;
	take_counts(&g->counts[monitor], &sum);
}

/* ------------------------------------------------------------------ samplers */
static void take_sampler(struct fc_show_gathered *g, unsigned slot, const struct fc_slot_sampler *s)
{
	for (unsigned i = 0; i < g->view.bindings; i++) {
		struct fc_show_binding *b = &g->binding[i];

		if (b->interface != fc_config_interface(slot, s->port) || b->output != s->output ||
		    b->monitor != s->flow_monitor || b->sampler == FC_FNF_NONE ||
		    !(b->ipv6 ? s->ipv6 : s->ipv4) || b->counted)
			continue;
		b->counted = true;
		b->observed = s->counters.observed;
		b->selected = s->counters.selected;
		return; /* one sampler that both IP versions share counts once */
	}
}

void fc_show_gather_samplers(struct fc_unit *unit, struct fc_show_gathered *g)
{
	struct fc_slot_sampler sampler[FC_SLOT_SAMPLERS];

	for (unsigned n = 0; n < FC_CONFIG_SLOTS; n++) {
		struct fc_slot *slot = fc_unit_slot(unit, n);
		int count;

		if (!slot)
			continue;
		count = fc_slot_samplers(slot, sampler);
		fc_unit_slot_release(unit, n);
		for (int i = 0; i < count; i++)
			take_sampler(g, n, &sampler[i]);
	}
}

/* ------------------------------------------------------------------ cards */
static void take_ledgers(struct fc_slot *slot, const struct fc_config *config,
			 struct fc_show_card *card)
{
	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++) {
		struct fc_show_ledger *l = &card->ledger[m];
		int which = card->status.which[m];

		if (which == FC_CONFIG_NONE || fc_slot_worker_ledger(slot, 0, m, &l->ledger))
			continue;
		l->there = true;
		snprintf(l->monitor, sizeof(l->monitor), "%s", config->fnf.monitor[which].name);
	}
}

static void take_ports(struct fc_slot *slot, struct fc_show_card *card)
{
	for (unsigned p = 0; p < card->status.build.ports && p < FC_CARD_PORTS_MAX; p++)
		if (!card->ports_error)
			card->ports_error = fc_slot_port_counters(slot, p, &card->port[p]);
}

void fc_show_gather_card(struct fc_unit *unit, const struct fc_config *config, unsigned number,
			 bool ports, struct fc_show_card *card)
{
	struct fc_slot *slot = fc_unit_slot(unit, number);

	memset(card, 0, sizeof(*card));
	card->slot = number;
	snprintf(card->where, sizeof(card->where), "%s", config->card[number].where);
	card->shutdown = !slot;
	if (!slot)
		return;
	fc_slot_status(slot, &card->status);
	while (card->rings < card->status.workers && card->rings < FC_CARD_RINGS_MAX &&
	       !fc_slot_worker_stats(slot, card->rings, &card->ring[card->rings]))
		card->rings++;
	take_ledgers(slot, config, card);
	if (ports)
		take_ports(slot, card);
	fc_unit_slot_release(unit, number);
}

/* ------------------------------------------------------------------ words */
const char *fc_show_name(const struct fc_cli_call *call)
{
	const struct fc_syntax_line *line = call->line;

	return line->values ? line->value[0].text : NULL;
}

int fc_show_unknown(const struct fc_cli_call *call, const char *kind, const char *name)
{
	fprintf(call->out, "%% %s %s is not configured.\n", kind, name);
	return -ENOENT;
}
