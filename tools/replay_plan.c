/* SPDX-License-Identifier: BSD-2-Clause */
/* What the model is to be: one monitor as the options say, or the card of a configuration. */
#include "tools/replay.h"

#include "ha/plan.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The classic seven keys of everything that comes in at port 0. */
static void plan_of_options(struct fc_replay *r)
{
	struct fc_plan_monitor *m = &r->plan.monitor[0];
	struct fc_fnf_record record;

	m->there = true;
	m->id = 1;
	m->card.ports = 1;
	m->card.ipv4 = m->card.ipv6 = 1;
	fc_fnf_record_usual(&record);
	fc_fnf_record_mask(&record, m->card.mask);
	m->entries = r->options->live_flows;
	m->active_ns = r->options->active_ns;
	m->inactive_ns = r->options->inactive_ns;
	r->epoch_shift = r->options->epoch_shift;
}

static int read_config(const char *path, struct fc_config *config)
{
	FILE *in = fopen(path, "r");
	int err;

	if (!in) {
		err = -errno;
		fprintf(stderr, "flowcard-replay: %s: %s\n", path, strerror(-err));
		return err;
	}
	err = fc_config_read(config, in, path, stderr);
	fclose(in);
	return err;
}

/* The card of the lowest slot. */
static int find_card(struct fc_replay *r)
{
	for (r->slot = 0; r->slot < FC_CONFIG_SLOTS; r->slot++)
		if (r->config->card[r->slot].there)
			return 0;
	fprintf(stderr, "flowcard-replay: %s: there is no card in it\n", r->options->config);
	return -EINVAL;
}

static int plan_of_config(struct fc_replay *r)
{
	static const struct fc_card_plan nothing;
	const struct fc_config_card *card;
	uint32_t left[FC_CARD_MONITORS_MAX];
	int err;

	r->config = calloc(1, sizeof(*r->config));
	if (!r->config)
		return -ENOMEM;
	err = read_config(r->options->config, r->config);
	if (!err)
		err = find_card(r);
	if (err)
		return err;
	card = &r->config->card[r->slot];
	err = fc_plan_make(&r->config->fnf, card->port, &nothing, FC_CARD_MONITORS_MAX, &r->plan,
			   left);
	if (err)
		fprintf(stderr, "flowcard-replay: %s: card %u: more monitors than a card has\n",
			r->options->config, r->slot);
	r->epoch_shift = r->options->epoch_given ? r->options->epoch_shift : card->epoch_shift;
	return err;
}

static unsigned crowd(const struct fc_card_plan *plan, bool ipv6)
{
	unsigned count = 0;

	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++) {
		const struct fc_card_monitor *m = &plan->monitor[n].card;

		if (plan->monitor[n].there && (ipv6 ? m->ipv6 : m->ipv4))
			count += (m->ports & 1) + (m->ports_out >> 1 & 1);
	}
	return count;
}

int fc_replay_plan(struct fc_replay *r)
{
	int err = 0;

	if (r->options->config)
		err = plan_of_config(r);
	else
		plan_of_options(r);
	r->crowd = crowd(&r->plan, false);
	if (crowd(&r->plan, true) > r->crowd)
		r->crowd = crowd(&r->plan, true);
	return err;
}
