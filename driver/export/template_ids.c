/* SPDX-License-Identifier: BSD-2-Clause */
#include "template_ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define IDS_MAX (UINT16_MAX - FC_TEMPLATE_ID_FIRST + 1)
#define GROW 64

struct entry {
	uint16_t *layout;
	size_t count;
	bool used;
};

struct fc_template_ids {
	struct entry *entry; /* of id FC_TEMPLATE_ID_FIRST + index */
	size_t count;
};

int fc_template_ids_create(struct fc_template_ids **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void fc_template_ids_destroy(struct fc_template_ids *ids)
{
	if (!ids)
		return;
	for (size_t i = 0; i < ids->count; i++)
		free(ids->entry[i].layout);
	free(ids->entry);
	free(ids);
}

static struct entry *find_free(struct fc_template_ids *ids, const uint16_t *layout, size_t count)
{
	for (size_t i = 0; i < ids->count; i++) {
		struct entry *e = &ids->entry[i];

		if (!e->used && e->count == count &&
		    !memcmp(e->layout, layout, count * sizeof(*layout)))
			return e;
	}
	return NULL;
}

static struct entry *append(struct fc_template_ids *ids, const uint16_t *layout, size_t count)
{
	struct entry *e, *grown;

	if (ids->count % GROW == 0) {
		grown = realloc(ids->entry, (ids->count + GROW) * sizeof(*grown));
		if (!grown)
			return NULL;
		ids->entry = grown;
	}
	e = &ids->entry[ids->count];
	*e = (struct entry){.layout = malloc(count * sizeof(*layout)), .count = count};
	if (!e->layout)
		return NULL;
	memcpy(e->layout, layout, count * sizeof(*layout));
	ids->count++;
	return e;
}

int fc_template_ids_take(struct fc_template_ids *ids, const uint16_t *layout, size_t count)
{
	struct entry *e = find_free(ids, layout, count);

	if (!e && ids->count == IDS_MAX)
		return -ENOSPC;
	if (!e)
		e = append(ids, layout, count);
	if (!e)
		return -ENOMEM;
	e->used = true;
	return FC_TEMPLATE_ID_FIRST + (int)(e - ids->entry);
}

void fc_template_ids_give_back(struct fc_template_ids *ids, unsigned id)
{
	if (id >= FC_TEMPLATE_ID_FIRST && id - FC_TEMPLATE_ID_FIRST < ids->count)
		ids->entry[id - FC_TEMPLATE_ID_FIRST].used = false;
}
