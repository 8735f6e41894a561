// SPDX-License-Identifier: BSD-2-Clause
/* Walking the register table element by element, halves of one number joined. */
#include <ctype.h>
#include <flowcard/dump.h>
#include <stdio.h>
#include <string.h>

/* "RING[].BASE_LOW" before "RING[].BASE_HIGH", ".low" before ".high": one 64-bit number. */
static size_t stem(const char *name, const char *upper, const char *lower)
{
	size_t length = strlen(name), tail = strlen(upper);

	if (length > tail &&
	    (!strcmp(name + length - tail, upper) || !strcmp(name + length - tail, lower)))
		return length - tail;
	return 0;
}

static bool is_pair(const struct fc_register *low, const struct fc_register *high)
{
	size_t left = stem(low->name, "_LOW", ".low"), right = stem(high->name, "_HIGH", ".high");

	return left && left == right && !strncmp(low->name, high->name, left) &&
	       high->offset == low->offset + 4 && low->count[0] == high->count[0] &&
	       low->count[1] == high->count[1];
}

/* Put the indices into the brackets of the table's name. */
static void name_item(struct fc_dump_item *item)
{
	const char *from = item->reg->name;
	const char *end = from + strlen(from);
	unsigned depth = 0;
	size_t used = 0;

	if (item->wide)
		end = from + stem(from, "_LOW", ".low");
	for (; from < end && used < sizeof(item->name) - 12; from++) {
		item->name[used++] = *from;
		if (*from == '[' && depth < 2)
			used += (size_t)snprintf(item->name + used, sizeof(item->name) - used, "%u",
						 item->index[depth++]);
	}
	item->name[used] = '\0';
}

/* Whose turn it is: arrays go element by element over all registers of a block that share a count
 * and a stride, so that what belongs to one ring stands together. */
static size_t block_end(size_t row)
{
	const struct fc_register *first = &fc_register_table[row];
	size_t end = row + 1;

	while (end < fc_register_count && first->count[0] > 1 &&
	       fc_register_table[end].count[0] == first->count[0] &&
	       fc_register_table[end].stride[0] == first->stride[0] &&
	       !strncmp(fc_register_table[end].name, first->name, 4))
		end++;
	return end;
}

static size_t block_begin(size_t row)
{
	size_t begin = 0;

	while (block_end(begin) <= row)
		begin = block_end(begin);
	return begin;
}

static bool fill(struct fc_dump_item *item)
{
	const struct fc_register *reg = &fc_register_table[item->row];

	item->reg = reg;
	item->offset =
		reg->offset + item->index[0] * reg->stride[0] + item->index[1] * reg->stride[1];
	item->wide = item->row + 1 < fc_register_count && is_pair(reg, reg + 1);
	name_item(item);
	item->turn++;
	return true;
}

bool fc_dump_item_next(struct fc_dump_item *item)
{
	if (!item->turn)
		return fc_register_count ? fill(item) : false;
	if (++item->index[1] < item->reg->count[1])
		return fill(item);
	item->index[1] = 0;
	item->row += item->wide ? 2 : 1;
	if (item->row >= block_end(block_begin(item->row - 1))) {
		size_t begin = block_begin(item->row - 1);

		if (++item->index[0] < item->reg->count[0])
			item->row = begin;
		else
			item->index[0] = 0;
	}
	if (item->row >= fc_register_count)
		return false;
	return fill(item);
}

bool fc_dump_item_get(const struct fc_dump *dump, const struct fc_dump_item *item, uint64_t *value)
{
	uint32_t low, high = 0;

	if (!fc_dump_get(dump, item->offset, &low))
		return false;
	if (item->wide && !fc_dump_get(dump, item->offset + 4, &high))
		return false;
	*value = (uint64_t)high << 32 | low;
	return true;
}

/* One alternative of the pattern, up to `end`, against the whole name: on a mismatch the last star
 * takes one character more. */
static bool match_one(const char *pattern, const char *end, const char *name)
{
	const char *star = NULL, *after = NULL;

	while (*name) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			after = name;
		} else if (pattern < end &&
			   (*pattern == '?' ||
			    tolower((unsigned char)*pattern) == tolower((unsigned char)*name))) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			name = ++after;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

/* Brackets are not special, as they are part of the names: fnmatch(3) would not do. */
bool fc_dump_match(const char *glob, const char *name)
{
	if (!glob)
		return true;
	for (;;) {
		const char *end = glob + strcspn(glob, ",");

		if (match_one(glob, end, name))
			return true;
		if (!*end)
			return false;
		glob = end + 1;
	}
}
