/* SPDX-License-Identifier: BSD-2-Clause */
/* show platform card: listings of our hardware, as text or JSON. Pure functions of a view. */
#ifndef FC_SHOW_CARD_H
#define FC_SHOW_CARD_H

#include <ha/show/json.h>
#include <ha/slot.h>

/* The ledger of one of the card's monitors, as its last ledger record says. */
struct fc_show_ledger {
	bool there;
	char monitor[FC_FNF_NAME]; /* flow monitor */
	struct fc_shard_ledger ledger;
};

struct fc_show_card {
	unsigned slot;
	char where[FC_FNF_TEXT];
	bool shutdown; /* nothing below is known then */
	struct fc_slot_status status;
	unsigned rings; /* that are drained now */
	struct fc_worker_stats ring[FC_CARD_RINGS_MAX];
	struct fc_show_ledger ledger[FC_CARD_MONITORS_MAX];
	/* Only for the listing of ports: */
	int ports_error; /* -errno: not to be had */
	struct fc_card_port_counters port[FC_CARD_PORTS_MAX];
};

/* Return 0 or -EIO. */
int fc_show_cards(const struct fc_show_card *cards, unsigned count, bool json, FILE *out);
int fc_show_card_ports(const struct fc_show_card *card, bool json, FILE *out);

#endif
