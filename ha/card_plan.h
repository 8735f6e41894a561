/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one card is to be: a value that a card's consumer makes from the objects it has taken from
 * the brokers, and that the slot brings onto the card. Card monitors keep their number while the
 * flow monitor stays bound, so that two plans can be compared place by place.
 */
#ifndef FC_CARD_PLAN_H
#define FC_CARD_PLAN_H

#include <flowcard/card.h>
#include <flowcard/fnf.h>

struct fc_plan_monitor {
	bool there;
	int flow_monitor; /* index in fc_fnf; what listings and exporters call it */
	uint32_t id;      /* of the flow monitor: another id is another monitor */
	struct fc_card_monitor card;
	/* [output][port]; mode 0: off */
	struct fc_card_sampler sampler[2][FC_CARD_PORTS_MAX];
	enum fc_fnf_cache cache;
	uint64_t entries;
	uint64_t active_ns, inactive_ns, update_ns, synchronized_ns;
	uint64_t spread_ns; /* export spread of a synchronized cache; 0: none */
	bool transaction_end;
};

struct fc_card_plan {
	struct fc_plan_monitor monitor[FC_CARD_MONITORS_MAX];
};

/* What became of one place of a plan on the card. With an error that place is off (it meters
 * nothing) or as it was before; the other places do not suffer. */
struct fc_plan_outcome {
	int error; /* 0: on the card, read back; else -errno */
	char sentence[160];
};

#endif
