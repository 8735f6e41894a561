// SPDX-License-Identifier: BSD-2-Clause
/* What the list says of itself: rows, sums, positions. */
#include "ha/broker_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ positions */
/* Consume records after `n`. */
static unsigned pos_of(const struct fc_broker_node *n)
{
	unsigned pos = 0;

	while ((n = n->next))
		pos += n->type == FC_BROKER_CONSUME;
	return pos;
}

unsigned fc_broker_positions(const struct fc_broker *b, size_t *out)
{
	unsigned top = pos_of(&b->start);

	memset(out, 0, (FC_BROKER_CARDS + 1) * sizeof(*out));
	for (const struct fc_broker_node *n = &b->start; n; n = n->next)
		if (n->type == FC_BROKER_UPDATE)
			out[pos_of(n)]++;
	return top;
}

/* ------------------------------------------------------------------ displays */
struct fc_broker_display {
	struct fc_broker_node node;
	const struct fc_broker *broker;
	bool started;
};

struct fc_broker_display *fc_broker_display_begin(struct fc_broker *b)
{
	struct fc_broker_display *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->broker = b;
	d->node.type = FC_BROKER_DISPLAY;
	fc_broker_link(&d->node, b->start.next);
	return d;
}

static void row_of(const struct fc_broker_node *n, struct fc_broker_row *row)
{
	memset(row, 0, sizeof(*row));
	row->type = n->type;
	row->pos = pos_of(n);
	row->cards = n->cards;
	row->group = n->group;
	if (n->type != FC_BROKER_UPDATE)
		return;
	row->is_delete = n->object->deleted;
	snprintf(row->name, sizeof(row->name), "%s", fc_broker_value_name(n->object->value));
}

bool fc_broker_display_next(struct fc_broker_display *d, struct fc_broker_row *row)
{
	struct fc_broker_node *n = d->node.next;

	if (!d->started) {
		row_of(&d->broker->start, row);
		d->started = true;
		return true;
	}
	if (!n)
		return false;
	row_of(n, row);
	fc_broker_unlink(&d->node);
	if (n->type != FC_BROKER_END)
		fc_broker_link(&d->node, n->next);
	return true;
}

void fc_broker_display_end(struct fc_broker_display *d)
{
	fc_broker_unlink(&d->node);
	free(d);
}

/* ------------------------------------------------------------------ sums */
void fc_broker_totals(const struct fc_broker *b, struct fc_broker_totals *out)
{
	memset(out, 0, sizeof(*out));
	for (const struct fc_broker_object *o = b->objects; o; o = o->next)
		out->objects += !o->deleted;
	for (const struct fc_broker_node *n = &b->start; n; n = n->next) {
		out->cursors += n->type == FC_BROKER_CONSUME;
		out->displays += n->type == FC_BROKER_DISPLAY;
		if (n->type == FC_BROKER_UPDATE && n->object->deleted)
			out->deletes++;
		else if (n->type == FC_BROKER_UPDATE)
			out->modifies++;
	}
	out->trimmed = b->trimmed;
	out->requeued = b->requeued;
}

void fc_broker_consumer(const struct fc_broker *b, unsigned card, struct fc_broker_consumer *out)
{
	const struct fc_broker_card_state *c = &b->card[card];
	bool taken = true;

	memset(out, 0, sizeof(*out));
	out->state = c->state;
	if (!c->cursor)
		return;
	out->pos = pos_of(c->cursor) + 1;
	out->cards = c->cursor->cards;
	out->group = c->cursor->group;
	out->attempts = c->attempts;
	snprintf(out->name, sizeof(out->name), "%s", c->name);
	snprintf(out->sentence, sizeof(out->sentence), "%s", c->sentence);
	for (const struct fc_broker_node *n = &b->start; n; n = n->next) {
		taken &= n != c->cursor;
		if (n->type != FC_BROKER_UPDATE || !(n->cards >> card & 1))
			continue;
		if (taken)
			out->completed++;
		else
			out->pending++;
	}
}

/* ------------------------------------------------------------------ check */
static const char *check_objects(const struct fc_broker *b)
{
	for (const struct fc_broker_object *o = b->objects; o; o = o->next) {
		if (o->deleted && !o->update.next)
			return "an object that is deleted has its Del in the list";
		for (const struct fc_broker_object *p = o->next; p; p = p->next)
			if (fc_broker_value_id(p->value) == fc_broker_value_id(o->value))
				return "an id is there once";
	}
	return NULL;
}

static const char *check_cursors(const struct fc_broker *b)
{
	const struct fc_broker_node *next;
	uint32_t seen = 0;

	for (const struct fc_broker_node *n = &b->start; n; n = n->next) {
		if (n->type != FC_BROKER_CONSUME)
			continue;
		if (!n->cards || (seen & n->cards))
			return "a card is in one consume record";
		next = n->next;
		while (next->type == FC_BROKER_DISPLAY)
			next = next->next;
		if (next->type == FC_BROKER_CONSUME)
			return "cards at one place share a consume record";
		seen |= n->cards;
	}
	for (unsigned c = 0; c < FC_BROKER_CARDS; c++) {
		const struct fc_broker_node *n = b->card[c].cursor;

		if ((seen >> c & 1) != (b->card[c].state == FC_BROKER_ENABLED) ||
		    (n != NULL) != (seen >> c & 1) || (n && !(n->cards >> c & 1)))
			return "an enabled card has a cursor, no other has";
	}
	return NULL;
}

static const char *check_order(const struct fc_broker *b)
{
	const struct fc_broker_node *hindmost = fc_broker_hindmost(b);
	bool flushed = false, passed = false;

	for (const struct fc_broker_node *n = &b->start; n; n = n->next) {
		if (n->next && n->next->prev != n)
			return "the list reads the same both ways";
		passed |= n == hindmost;
		flushed |= n->type == FC_BROKER_FLUSH;
		if (n->type == FC_BROKER_UPDATE && (!flushed || !n->cards))
			return "an update is after the flush and for somebody";
		if (n->type == FC_BROKER_UPDATE && n->object->deleted && !passed)
			return "a delete that all have taken is gone";
	}
	return flushed ? NULL : "there is a flush record";
}

const char *fc_broker_check(const struct fc_broker *b)
{
	const char *broken = check_objects(b);

	if (!broken)
		broken = check_cursors(b);
	return broken ? broken : check_order(b);
}
