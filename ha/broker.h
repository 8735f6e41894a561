/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A broker: one ordered list that brings objects of one kind to every card of the unit. The same
 * list serves a card that has just come and one that only misses the last change:
 *
 *   [  C<3>  F  +create a  +create b  C<7>  -delete c  +change a  ]
 *      |     |                        |                          end
 *      |     |                        card 7 has everything before it
 *      |     flush: discard what you hold of this broker
 *      a newcomer: takes the flush, then every object
 *
 * An object has one update at most, a Mod or a Del; a change moves it to the tail. Updates that
 * every cursor has passed may be dropped (fc_broker_trim); a newcomer then gets new ones, for it
 * alone, between the flush and the first cursor. So the list is never longer than live objects,
 * deletes that somebody has not taken yet, cursors and displays.
 *
 * A data structure: no I/O, no clock, no thread; its owner locks. Walks are O(list); a unit has a
 * few hundred objects. Page: docs/brokers.md.
 */
#ifndef FC_BROKER_H
#define FC_BROKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FC_BROKER_CARDS 32
#define FC_BROKER_NAME 96
#define FC_BROKER_SENTENCE 160
#define FC_BROKER_EVERY UINT32_MAX /* an update that is for every card */

struct fc_broker;

/* ------------------------------------------------------------------ objects */
/* An object's content at one time, immutable and counted; holding and releasing from any thread. */
struct fc_broker_value;

const void *fc_broker_value_data(const struct fc_broker_value *value);
const char *fc_broker_value_name(const struct fc_broker_value *value);
uint32_t fc_broker_value_id(const struct fc_broker_value *value);
struct fc_broker_value *fc_broker_value_hold(struct fc_broker_value *value);
void fc_broker_value_release(struct fc_broker_value *value); /* NULL: nothing */

/* Content made ready to be put, so that putting cannot fail. NULL: no memory. */
struct fc_broker_object;
struct fc_broker_object *fc_broker_object_create(uint32_t id, const char *name, const void *data,
						 size_t octets);
void fc_broker_object_destroy(struct fc_broker_object *object);

struct fc_broker *fc_broker_create(void); /* NULL: no memory */
void fc_broker_destroy(struct fc_broker *broker);

/* Create or change the object with this id: one Mod at the tail. Takes `object` over. */
void fc_broker_put(struct fc_broker *broker, struct fc_broker_object *object);
/* One Del at the tail, in the place of a Mod that is there; an id that is not there is no harm. */
void fc_broker_remove(struct fc_broker *broker, uint32_t id);

/* Drop the updates that every cursor has passed. Return how many. */
size_t fc_broker_trim(struct fc_broker *broker);

/* ------------------------------------------------------------------ cards */
enum fc_broker_card {
	FC_BROKER_ABSENT,   /* not a card of this unit */
	FC_BROKER_DISABLED, /* a card that has not announced itself, or no more */
	FC_BROKER_ENABLED   /* enabled for download: has a cursor */
};

/*
 * Becoming enabled, also anew (a card that was reset), is a cursor before the flush; all other
 * states take the cursor away. Tickets from before are void.
 */
void fc_broker_card_set(struct fc_broker *broker, unsigned card, enum fc_broker_card state);

struct fc_broker_update {
	bool is_delete;
	struct fc_broker_value *value; /* of a delete: what it was */
};

/* What a card has yet to take, in the list's order. */
struct fc_broker_batch {
	bool flush;
	uint64_t ticket;
	size_t updates;
	struct fc_broker_update *update; /* values are held */
};

/* Has the card something to take, or the flush before it? */
bool fc_broker_behind(const struct fc_broker *broker, unsigned card);

/* Return 0, -ENOMEM, or -ENOENT: the card has no cursor. An empty batch is no error. */
int fc_broker_take(struct fc_broker *broker, unsigned card, struct fc_broker_batch *batch);
void fc_broker_batch_release(struct fc_broker_batch *batch);

/*
 * The card has what it took with this ticket, up to the first object whose id is in `failed`: it
 * stays before that one. What has changed since is after the cursor again.
 */
void fc_broker_advance(struct fc_broker *broker, unsigned card, uint64_t ticket,
		       const uint32_t *failed, size_t count);

/* Why a card stands where it stands; NULL: it does not. `name` is of the object. */
void fc_broker_stuck(struct fc_broker *broker, unsigned card, const char *name, unsigned attempts,
		     const char *sentence);

/* ------------------------------------------------------------------ looking */
enum fc_broker_type {
	FC_BROKER_START,
	FC_BROKER_FLUSH,
	FC_BROKER_UPDATE,
	FC_BROKER_CONSUME,
	FC_BROKER_DISPLAY,
	FC_BROKER_END
};

/* One record of the list, as a value. */
struct fc_broker_row {
	enum fc_broker_type type;
	unsigned pos;              /* consume records after it */
	bool is_delete;            /* of an update */
	char name[FC_BROKER_NAME]; /* of an update */
	uint32_t cards; /* of an update: who it is for; of a consume record: whose it is */
	uint64_t group; /* of a consume record: its multicast group */
};

/* The place of a running show in the list; the list goes on changing around it. */
struct fc_broker_display;
struct fc_broker_display *fc_broker_display_begin(struct fc_broker *broker); /* NULL: no memory */
/* The next record, without the display's own. false: that was all. */
bool fc_broker_display_next(struct fc_broker_display *display, struct fc_broker_row *row);
void fc_broker_display_end(struct fc_broker_display *display);

struct fc_broker_totals {
	size_t objects, modifies, deletes; /* live; updates in the list */
	unsigned cursors, displays;
	uint64_t trimmed, requeued; /* since the broker began */
};

void fc_broker_totals(const struct fc_broker *broker, struct fc_broker_totals *out);

struct fc_broker_consumer {
	enum fc_broker_card state;
	unsigned pos;   /* of the records just before the cursor */
	uint32_t cards; /* of the same multicast group, this one too */
	uint64_t group; /* 0: no cursor */
	size_t completed, pending;
	unsigned attempts; /* 0: not stuck */
	char name[FC_BROKER_NAME], sentence[FC_BROKER_SENTENCE];
};

void fc_broker_consumer(const struct fc_broker *broker, unsigned card,
			struct fc_broker_consumer *out);

/* Updates at each position from 0 to the number of cursors; `out` has FC_BROKER_CARDS + 1 places.
 * Return the highest position. */
unsigned fc_broker_positions(const struct fc_broker *broker, size_t *out);

/* What keeps the list right; NULL, or which rule is broken. For tests. */
const char *fc_broker_check(const struct fc_broker *broker);

#endif
