// SPDX-License-Identifier: BSD-2-Clause
/* show platform card: rows of EXEC. */
#include "ha/show/gather.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int list(struct fc_cli_call *call, const struct fc_config *config,
		struct fc_show_card *cards)
{
	const struct fc_syntax_line *line = call->line;
	unsigned count = 0;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (config->card[s].there && (!line->values || line->value[0].number == s))
			fc_show_gather_card(call->unit, config, s, false, &cards[count++]);
	if (line->values && !count) {
		fprintf(call->out, "%% There is no card in slot %u.\n",
			(unsigned)line->value[0].number);
		return -ENOENT;
	}
	return fc_show_cards(cards, count, call->json, call->out);
}

static int list_ports(struct fc_cli_call *call, const struct fc_config *config,
		      struct fc_show_card *card)
{
	unsigned slot = (unsigned)call->line->value[0].number;

	if (!config->card[slot].there) {
		fprintf(call->out, "%% There is no card in slot %u.\n", slot);
		return -ENOENT;
	}
	fc_show_gather_card(call->unit, config, slot, true, card);
	if (card->shutdown || card->status.state != FC_DEVICE_PRESENT)
		card->ports_error = -ENODEV;
	if (card->ports_error) {
		fprintf(call->out, "%% The counters of card %u cannot be read: %s.\n", slot,
			strerror(-card->ports_error));
		return card->ports_error;
	}
	return fc_show_card_ports(card, call->json, call->out);
}

static int run(struct fc_cli_call *call,
	       int (*make)(struct fc_cli_call *call, const struct fc_config *config,
			   struct fc_show_card *cards))
{
	struct fc_show_card *cards = calloc(FC_CONFIG_SLOTS, sizeof(*cards));
	const struct fc_config *config;
	int err;

	if (!cards) {
		fprintf(call->out, "%% Out of memory.\n");
		return -ENOMEM;
	}
	config = fc_unit_config(call->unit);
	err = make(call, config, cards);
	fc_unit_config_release(config);
	free(cards);
	return err;
}

static int run_cards(struct fc_cli_call *call)
{
	return run(call, list);
}

static int run_ports(struct fc_cli_call *call)
{
	return run(call, list_ports);
}

/* clang-format off */
const struct fc_cli_command fc_cli_show_card[] = {
	{"show platform card", "All cards: state, build, ledgers, rings, losses", FC_CLI_USER, run_cards},
	{"show platform card <0-31>", "One card", FC_CLI_USER, run_cards},
	{"show platform card <0-31> ports", "Frames of a card's ports by verdict", FC_CLI_USER, run_ports},
	{NULL, NULL, FC_CLI_USER, NULL},
};
/* clang-format on */
