/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of a broker. Private to ha/broker*.c. */
#ifndef FC_BROKER_IMPL_H
#define FC_BROKER_IMPL_H

#include <ha/broker.h>

/* A record in the list. Nobody allocates one of its own: updates sit in their objects, cursors in
 * the broker, so that no step of a card or of a delete can fail for want of memory. */
struct fc_broker_node {
	struct fc_broker_node *prev, *next; /* NULL: not in the list */
	enum fc_broker_type type;
	uint32_t cards;                  /* of an update, of a consume record */
	uint64_t stamp;                  /* of an update: grows with each placing */
	uint64_t group;                  /* of a consume record */
	struct fc_broker_object *object; /* of an update */
};

struct fc_broker_object {
	struct fc_broker_object *next;
	struct fc_broker_node update;
	struct fc_broker_value *value;
	bool deleted; /* only its Del keeps it here */
};

struct fc_broker_card_state {
	enum fc_broker_card state;
	struct fc_broker_node *cursor; /* perhaps shared with others */
	unsigned attempts;
	char name[FC_BROKER_NAME], sentence[FC_BROKER_SENTENCE];
};

struct fc_broker {
	struct fc_broker_node start, flush, end;
	struct fc_broker_node cursor[FC_BROKER_CARDS]; /* as many sets as cards at most */
	struct fc_broker_card_state card[FC_BROKER_CARDS];
	struct fc_broker_object *objects;
	uint64_t stamp, groups, trimmed, requeued;
};

void fc_broker_link(struct fc_broker_node *node, struct fc_broker_node *before);
void fc_broker_unlink(struct fc_broker_node *node);

/* Cursors that nothing stands between any more become one. */
void fc_broker_settle(struct fc_broker *broker);

/* The first consume record, NULL: there is none. */
const struct fc_broker_node *fc_broker_hindmost(const struct fc_broker *broker);

/* Drop updates before the hindmost cursor: deletes only, or all. Return how many. */
size_t fc_broker_drop(struct fc_broker *broker, bool deletes_only);

#endif
