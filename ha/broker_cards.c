// SPDX-License-Identifier: BSD-2-Clause
/* Cursors: who has taken what. */
#include "ha/broker_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Printed like the address of a group; only its being the same or not means anything. */
#define GROUP_BASE UINT64_C(0x7f8000000000)
#define GROUP_STEP UINT64_C(0x1000)

static bool is_for(const struct fc_broker_node *n, unsigned card)
{
	return n->type == FC_BROKER_UPDATE && (n->cards >> card & 1);
}

/* ------------------------------------------------------------------ placing a cursor */
static void leave(struct fc_broker *b, unsigned card)
{
	struct fc_broker_node *n = b->card[card].cursor;

	b->card[card].cursor = NULL;
	if (!n)
		return;
	n->cards &= ~(UINT32_C(1) << card);
	if (!n->cards)
		fc_broker_unlink(n);
}

/* Displays do not part the cursors on both sides of them. */
static struct fc_broker_node *cursor_at(struct fc_broker_node *before)
{
	struct fc_broker_node *n = before->prev;

	while (n->type == FC_BROKER_DISPLAY)
		n = n->prev;
	if (n->type == FC_BROKER_CONSUME)
		return n;
	for (n = before; n->type == FC_BROKER_DISPLAY; n = n->next)
		;
	return n->type == FC_BROKER_CONSUME ? n : NULL;
}

static struct fc_broker_node *free_cursor(struct fc_broker *b)
{
	struct fc_broker_node *n = b->cursor;

	while (n->next)
		n++; /* a card without a cursor leaves one free */
	return n;
}

/* The cursor of `card` goes before `before`: into the set that stands there, if there is one. */
static void place(struct fc_broker *b, unsigned card, struct fc_broker_node *before)
{
	struct fc_broker_node *n = cursor_at(before);

	if (!n) {
		n = free_cursor(b);
		n->group = GROUP_BASE + ++b->groups * GROUP_STEP;
		fc_broker_link(n, before);
	}
	n->cards |= UINT32_C(1) << card;
	b->card[card].cursor = n;
}

void fc_broker_settle(struct fc_broker *b)
{
	for (unsigned c = 0; c < FC_BROKER_CARDS; c++) {
		struct fc_broker_node *n = b->card[c].cursor, *first = n ? cursor_at(n) : NULL;

		if (!first || first == n)
			continue;
		leave(b, c);
		first->cards |= UINT32_C(1) << c;
		b->card[c].cursor = first;
	}
}

/* ------------------------------------------------------------------ coming and going */
static struct fc_broker_node *first_after_flush(struct fc_broker *b)
{
	struct fc_broker_node *n = b->flush.next;

	while (n->type != FC_BROKER_CONSUME && n->type != FC_BROKER_END)
		n = n->next;
	return n;
}

/* What was trimmed comes back, for the newcomer only; what is there for others is for it too. */
static void requeue(struct fc_broker *b, unsigned card)
{
	struct fc_broker_node *before = first_after_flush(b);

	for (struct fc_broker_object *o = b->objects; o; o = o->next) {
		if (o->update.next) {
			o->update.cards |= UINT32_C(1) << card;
			continue;
		}
		o->update.cards = UINT32_C(1) << card;
		o->update.stamp = ++b->stamp;
		fc_broker_link(&o->update, before);
		b->requeued++;
	}
}

/* Nobody waits for an update that was put in for this card alone. */
static void unqueue(struct fc_broker *b, unsigned card)
{
	for (struct fc_broker_object *o = b->objects; o; o = o->next) {
		if (!o->update.next || o->update.cards == FC_BROKER_EVERY)
			continue;
		o->update.cards &= ~(UINT32_C(1) << card);
		if (!o->update.cards)
			fc_broker_unlink(&o->update);
	}
}

void fc_broker_card_set(struct fc_broker *b, unsigned card, enum fc_broker_card state)
{
	leave(b, card);
	unqueue(b, card);
	fc_broker_stuck(b, card, NULL, 0, NULL);
	b->card[card].state = state;
	if (state == FC_BROKER_ENABLED) {
		place(b, card, &b->flush);
		requeue(b, card);
	}
	fc_broker_drop(b, true);
	fc_broker_settle(b);
}

/* ------------------------------------------------------------------ taking */
static size_t count_pending(const struct fc_broker_node *n, unsigned card)
{
	size_t count = 0;

	for (; n; n = n->next)
		count += is_for(n, card);
	return count;
}

bool fc_broker_behind(const struct fc_broker *b, unsigned card)
{
	for (const struct fc_broker_node *n = b->card[card].cursor; n; n = n->next)
		if (n->type == FC_BROKER_FLUSH || is_for(n, card))
			return true;
	return false;
}

int fc_broker_take(struct fc_broker *b, unsigned card, struct fc_broker_batch *batch)
{
	const struct fc_broker_node *n = b->card[card].cursor;
	size_t count;

	memset(batch, 0, sizeof(*batch));
	if (!n)
		return -ENOENT;
	count = count_pending(n, card);
	batch->ticket = b->stamp;
	batch->update = calloc(count ? count : 1, sizeof(*batch->update));
	if (!batch->update)
		return -ENOMEM;
	for (; n; n = n->next) {
		struct fc_broker_update *u = &batch->update[batch->updates];

		batch->flush |= n->type == FC_BROKER_FLUSH;
		if (!is_for(n, card))
			continue;
		u->is_delete = n->object->deleted;
		u->value = fc_broker_value_hold(n->object->value);
		batch->updates++;
	}
	return 0;
}

void fc_broker_batch_release(struct fc_broker_batch *batch)
{
	for (size_t i = 0; i < batch->updates; i++)
		fc_broker_value_release(batch->update[i].value);
	free(batch->update);
	memset(batch, 0, sizeof(*batch));
}

static bool among(uint32_t id, const uint32_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ids[i] == id)
			return true;
	return false;
}

void fc_broker_advance(struct fc_broker *b, unsigned card, uint64_t ticket, const uint32_t *failed,
		       size_t count)
{
	struct fc_broker_node *n = b->card[card].cursor, *after = n;

	if (!n)
		return;
	for (n = n->next; n->type != FC_BROKER_END; n = n->next) {
		if (is_for(n, card) && (n->stamp > ticket ||
					among(fc_broker_value_id(n->object->value), failed, count)))
			break;
		if (n->type == FC_BROKER_UPDATE || n->type == FC_BROKER_FLUSH)
			after = n;
	}
	if (after == b->card[card].cursor)
		return;
	leave(b, card);
	place(b, card, after->next);
	fc_broker_drop(b, true);
	fc_broker_settle(b);
}

void fc_broker_stuck(struct fc_broker *b, unsigned card, const char *name, unsigned attempts,
		     const char *sentence)
{
	struct fc_broker_card_state *c = &b->card[card];

	c->attempts = name ? attempts : 0;
	snprintf(c->name, sizeof(c->name), "%s", name ? name : "");
	snprintf(c->sentence, sizeof(c->sentence), "%s", name ? sentence : "");
}
