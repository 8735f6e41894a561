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

static bool stands_for(const struct entry *e, const uint16_t *layout, size_t count)
{
	return e->count == count && !memcmp(e->layout, layout, count * sizeof(*layout));
}

static struct entry *find_free(struct fc_template_ids *ids, const uint16_t *layout, size_t count)
{
	for (size_t i = 0; ids->entry && i < ids->count; i++) {
		struct entry *e = &ids->entry[i];

		if (!e->used && stands_for(e, layout, count))
			return e;
	}
	return NULL;
}

/* One more entry, blank: its layout is not known, so nobody gets it. */
static struct entry *append_blank(struct fc_template_ids *ids)
{
	struct entry *grown;

	if (ids->count % GROW == 0) {
		grown = realloc(ids->entry, (ids->count + GROW) * sizeof(*grown));
		if (!grown)
			return NULL;
		ids->entry = grown;
	}
	ids->entry[ids->count] = (struct entry){0};
	return &ids->entry[ids->count++];
}

static int set_layout(struct entry *e, const uint16_t *layout, size_t count)
{
	uint16_t *copy = malloc(count * sizeof(*layout));

	if (!copy)
		return -ENOMEM;
	memcpy(copy, layout, count * sizeof(*layout));
	free(e->layout);
	e->layout = copy;
	e->count = count;
	return 0;
}

static struct entry *append(struct fc_template_ids *ids, const uint16_t *layout, size_t count)
{
	struct entry *e = append_blank(ids);

	if (!e)
		return NULL;
	if (!set_layout(e, layout, count))
		return e;
	ids->count--;
	return NULL;
}

static struct entry *entry_of(const struct fc_template_ids *ids, unsigned id)
{
	if (id < FC_TEMPLATE_ID_FIRST || id - FC_TEMPLATE_ID_FIRST >= ids->count)
		return NULL;
	return &ids->entry[id - FC_TEMPLATE_ID_FIRST];
}

int fc_template_ids_take_as(struct fc_template_ids *ids, unsigned preferred, const uint16_t *layout,
			    size_t count)
{
	struct entry *e = entry_of(ids, preferred);

	if (!e || e->used || !stands_for(e, layout, count))
		return fc_template_ids_take(ids, layout, count);
	e->used = true;
	return (int)preferred;
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
	struct entry *e = entry_of(ids, id);

	if (e)
		e->used = false;
}

/* ------------------------------------------------------------------ as somebody else has them */
size_t fc_template_ids_count(const struct fc_template_ids *ids)
{
	return ids->count;
}

const uint16_t *fc_template_ids_layout(const struct fc_template_ids *ids, unsigned id,
				       size_t *count)
{
	const struct entry *e = entry_of(ids, id);

	*count = e ? e->count : 0;
	return e ? e->layout : NULL;
}

int fc_template_ids_begin(struct fc_template_ids *ids, size_t count)
{
	while (ids->count < count)
		if (!append_blank(ids))
			return -ENOMEM;
	while (ids->count > count)
		free(ids->entry[--ids->count].layout);
	for (size_t i = 0; i < count; i++)
		ids->entry[i].used = false;
	return 0;
}

int fc_template_ids_learn(struct fc_template_ids *ids, unsigned id, const uint16_t *layout,
			  size_t count)
{
	struct entry *e = entry_of(ids, id);

	if (!e)
		return -EINVAL;
	return stands_for(e, layout, count) ? 0 : set_layout(e, layout, count);
}
