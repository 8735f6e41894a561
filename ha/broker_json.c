// SPDX-License-Identifier: BSD-2-Clause
#include "ha/broker_text.h"

#include <stdlib.h>

static const char *const state_name[] = {
	[FC_BROKER_ABSENT] = "absent",
	[FC_BROKER_DISABLED] = "disabled",
	[FC_BROKER_ENABLED] = "enabled",
};

static const char *const type_name[] = {
	[FC_BROKER_START] = "start",     [FC_BROKER_FLUSH] = "flush",
	[FC_BROKER_UPDATE] = "update",   [FC_BROKER_CONSUME] = "consume",
	[FC_BROKER_DISPLAY] = "display", [FC_BROKER_END] = "end",
};

static json_t *slots_json(uint32_t cards)
{
	json_t *list = json_array();

	for (unsigned c = 0; c < FC_BROKER_CARDS; c++)
		if (cards >> c & 1)
			json_array_append_new(list, json_integer((json_int_t)c));
	return list;
}

static json_t *card_json(unsigned slot, const struct fc_broker_consumer *c)
{
	json_t *card = json_pack("{s:i, s:I, s:s, s:i, s:I, s:I, s:i}", "slot", (int)slot, "mask",
				 (json_int_t)(UINT32_C(1) << slot), "state", state_name[c->state],
				 "position", (int)c->pos, "completed", (json_int_t)c->completed,
				 "pending", (json_int_t)c->pending, "attempts", (int)c->attempts);

	if (card && c->group)
		json_object_set_new(card, "group", json_integer((json_int_t)c->group));
	if (card && c->attempts)
		json_object_set_new(
			card, "failure",
			json_pack("{s:s, s:s}", "object", c->name, "error", c->sentence));
	return card;
}

static json_t *cards_json(const struct fc_broker *b)
{
	struct fc_broker_consumer c;
	json_t *list = json_array();

	for (unsigned n = 0; n < FC_BROKER_CARDS; n++) {
		fc_broker_consumer(b, n, &c);
		if (c.state != FC_BROKER_ABSENT)
			json_array_append_new(list, card_json(n, &c));
	}
	return list;
}

json_t *fc_broker_json_summary(const struct fc_broker *b)
{
	size_t at[FC_BROKER_CARDS + 1];
	unsigned top = fc_broker_positions(b, at);
	struct fc_broker_totals t;
	json_t *positions = json_array();

	for (unsigned pos = 0; pos <= top; pos++)
		json_array_append_new(positions, json_integer((json_int_t)at[pos]));
	fc_broker_totals(b, &t);
	return json_pack("{s:o, s:o, s:I, s:I, s:I, s:i, s:I, s:I}", "linecards", cards_json(b),
			 "updates_by_position", positions, "objects", (json_int_t)t.objects,
			 "modifies", (json_int_t)t.modifies, "deletes", (json_int_t)t.deletes,
			 "consume_records", (int)t.cursors, "trimmed", (json_int_t)t.trimmed,
			 "requeued", (json_int_t)t.requeued);
}

json_t *fc_broker_json_row(const struct fc_broker_row *row)
{
	json_t *j =
		json_pack("{s:s, s:i}", "type", type_name[row->type], "position", (int)row->pos);

	if (j && row->type == FC_BROKER_UPDATE) {
		json_object_set_new(j, "operation",
				    json_string(row->is_delete ? "delete" : "modify"));
		json_object_set_new(j, "object", json_string(row->name));
	}
	if (j && (row->type == FC_BROKER_CONSUME ||
		  (row->type == FC_BROKER_UPDATE && row->cards != FC_BROKER_EVERY)))
		json_object_set_new(j, "linecards", slots_json(row->cards));
	return j;
}

json_t *fc_broker_json_picture(struct fc_broker *b)
{
	struct fc_broker_display *d = fc_broker_display_begin(b);
	struct fc_broker_row row;
	json_t *list = json_array();

	if (!d)
		goto release;
	while (fc_broker_display_next(d, &row))
		json_array_append_new(list, fc_broker_json_row(&row));
	fc_broker_display_end(d);
	return json_pack("{s:o}", "records", list);

release:
	json_decref(list);
	return NULL;
}
