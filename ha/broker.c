// SPDX-License-Identifier: BSD-2-Clause
/* The list and its objects; cursors are in broker_cards.c, listings in broker_look.c. */
#include "ha/broker_impl.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ values */
struct fc_broker_value {
	atomic_uint users;
	uint32_t id;
	char name[FC_BROKER_NAME];
	_Alignas(max_align_t) unsigned char data[];
};

const void *fc_broker_value_data(const struct fc_broker_value *value)
{
	return value->data;
}

const char *fc_broker_value_name(const struct fc_broker_value *value)
{
	return value->name;
}

uint32_t fc_broker_value_id(const struct fc_broker_value *value)
{
	return value->id;
}

struct fc_broker_value *fc_broker_value_hold(struct fc_broker_value *value)
{
	atomic_fetch_add(&value->users, 1);
	return value;
}

void fc_broker_value_release(struct fc_broker_value *value)
{
	if (value && atomic_fetch_sub(&value->users, 1) == 1)
		free(value);
}

struct fc_broker_object *fc_broker_object_create(uint32_t id, const char *name, const void *data,
						 size_t octets)
{
	struct fc_broker_object *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->value = malloc(sizeof(*o->value) + octets);
	if (!o->value)
		goto free_object;
	atomic_init(&o->value->users, 1);
	o->value->id = id;
	snprintf(o->value->name, sizeof(o->value->name), "%s", name);
	memcpy(o->value->data, data, octets);
	o->update.type = FC_BROKER_UPDATE;
	o->update.object = o;
	return o;

free_object:
	free(o);
	return NULL;
}

void fc_broker_object_destroy(struct fc_broker_object *o)
{
	if (!o)
		return;
	fc_broker_value_release(o->value);
	free(o);
}

/* ------------------------------------------------------------------ the list */
void fc_broker_link(struct fc_broker_node *node, struct fc_broker_node *before)
{
	node->next = before;
	node->prev = before->prev;
	before->prev->next = node;
	before->prev = node;
}

void fc_broker_unlink(struct fc_broker_node *node)
{
	if (!node->next)
		return;
	node->prev->next = node->next;
	node->next->prev = node->prev;
	node->prev = node->next = NULL;
}

struct fc_broker *fc_broker_create(void)
{
	struct fc_broker *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->start.type = FC_BROKER_START;
	b->flush.type = FC_BROKER_FLUSH;
	b->end.type = FC_BROKER_END;
	for (unsigned c = 0; c < FC_BROKER_CARDS; c++)
		b->cursor[c].type = FC_BROKER_CONSUME;
	b->start.next = &b->end;
	b->end.prev = &b->start;
	fc_broker_link(&b->flush, &b->end);
	return b;
}

void fc_broker_destroy(struct fc_broker *b)
{
	if (!b)
		return;
	for (struct fc_broker_object *o = b->objects, *next; o; o = next) {
		next = o->next;
		fc_broker_object_destroy(o);
	}
	free(b);
}

const struct fc_broker_node *fc_broker_hindmost(const struct fc_broker *b)
{
	const struct fc_broker_node *n = &b->start;

	while (n && n->type != FC_BROKER_CONSUME)
		n = n->next;
	return n;
}

/* ------------------------------------------------------------------ objects */
/* The place in the chain of the object with this id, or the chain's end. */
static struct fc_broker_object **find(struct fc_broker *b, uint32_t id)
{
	struct fc_broker_object **at = &b->objects;

	while (*at && (*at)->value->id != id)
		at = &(*at)->next;
	return at;
}

static void to_tail(struct fc_broker *b, struct fc_broker_object *o)
{
	fc_broker_unlink(&o->update);
	o->update.cards = FC_BROKER_EVERY;
	o->update.stamp = ++b->stamp;
	fc_broker_link(&o->update, &b->end);
}

void fc_broker_put(struct fc_broker *b, struct fc_broker_object *fresh)
{
	struct fc_broker_object **at = find(b, fresh->value->id);

	if (*at) {
		struct fc_broker_value *old = (*at)->value;

		(*at)->value = fresh->value;
		fresh->value = old;
		fc_broker_object_destroy(fresh);
	} else {
		*at = fresh; /* at the chain's end: requeueing keeps the order of creation */
	}
	(*at)->deleted = false;
	to_tail(b, *at);
	fc_broker_settle(b);
}

void fc_broker_remove(struct fc_broker *b, uint32_t id)
{
	struct fc_broker_object *o = *find(b, id);

	if (!o || o->deleted)
		return;
	o->deleted = true;
	to_tail(b, o);
	fc_broker_drop(b, true);
	fc_broker_settle(b);
}

static void forget(struct fc_broker *b, struct fc_broker_object *o)
{
	struct fc_broker_object **at = find(b, o->value->id);

	*at = o->next;
	fc_broker_object_destroy(o);
}

size_t fc_broker_drop(struct fc_broker *b, bool deletes_only)
{
	const struct fc_broker_node *until = fc_broker_hindmost(b);
	struct fc_broker_node *n = b->start.next, *next;
	size_t count = 0;

	for (; n->type != FC_BROKER_END && n != until; n = next) {
		next = n->next;
		if (n->type != FC_BROKER_UPDATE || (deletes_only && !n->object->deleted))
			continue;
		fc_broker_unlink(n);
		if (n->object->deleted)
			forget(b, n->object);
		count++;
	}
	b->trimmed += count;
	return count;
}

size_t fc_broker_trim(struct fc_broker *b)
{
	return fc_broker_drop(b, false);
}
