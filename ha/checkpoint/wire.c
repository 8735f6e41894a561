// SPDX-License-Identifier: BSD-2-Clause
#include "ha/checkpoint/wire.h"

#include <endian.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PART_OCTETS = 39, COUNTS_OCTETS = 24, ID_OCTETS = 16, GONE_OCTETS = 4, INSTANCE_OCTETS = 8 };

static uint8_t *put(uint8_t *at, unsigned octets, uint64_t value)
{
	for (unsigned i = octets; i-- > 0; value >>= 8)
		at[i] = (uint8_t)value;
	return at + octets;
}

static uint64_t get(const uint8_t **at, unsigned octets)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < octets; i++)
		value = value << 8 | (*at)[i];
	*at += octets;
	return value;
}

int fc_cut_refuse(char *why, const char *format, ...)
{
	va_list words;

	va_start(words, format);
	vsnprintf(why, FC_CUT_TEXT, format, words);
	va_end(words);
	return -EPROTO;
}

struct fc_cut_place fc_cut_place_of(const struct fc_cut_part *part)
{
	return (struct fc_cut_place){
		.slot = part->slot,
		.ring = part->ring,
		.generation = part->generation,
		.epoch = part->epoch,
		.cut_ns = part->cut_ns,
	};
}

/* ------------------------------------------------------------------ writing */
static struct fc_message *begin(enum fc_message_type type, struct fc_cut_id id, size_t room)
{
	struct fc_message *m = fc_message_create(type, FC_MESSAGE_FIELD + ID_OCTETS + room);
	uint8_t *at;

	if (!m)
		return NULL;
	at = fc_message_reserve(m, FC_CUT_TAG_CUT, ID_OCTETS);
	put(put(at, 8, id.term), 8, id.number);
	return m;
}

struct fc_message *fc_cut_flows_write(struct fc_cut_id id, uint32_t member, const uint8_t *packed,
				      uint32_t count)
{
	size_t octets = FC_CUT_FLOWS_HEADER + (size_t)count * FC_CUT_FLOW_OCTETS;
	struct fc_message *m = begin(FC_MESSAGE_FLOWS, id, FC_MESSAGE_FIELD + octets);
	uint8_t *at;

	if (!m)
		return NULL;
	at = fc_message_reserve(m, FC_CUT_TAG_FLOWS, octets);
	at = put(put(at, 2, FC_CUT_FLOW_VERSION), 2, FC_CUT_FLOW_OCTETS);
	at = put(put(at, 4, member), 4, count);
	memcpy(at, packed, (size_t)count * FC_CUT_FLOW_OCTETS);
	return m;
}

struct fc_message *fc_cut_closed_write(struct fc_cut_id id, const uint8_t *packed, uint32_t count)
{
	size_t octets = FC_CUT_CLOSED_HEADER + (size_t)count * INSTANCE_OCTETS;
	struct fc_message *m = begin(FC_MESSAGE_CLOSED, id, FC_MESSAGE_FIELD + octets);

	if (!m)
		return NULL;
	memcpy(put(fc_message_reserve(m, FC_CUT_TAG_CLOSED, octets), 4, count), packed,
	       (size_t)count * INSTANCE_OCTETS);
	return m;
}

static struct fc_message *one_u64(enum fc_message_type type, struct fc_cut_id id, uint16_t tag,
				  uint64_t value)
{
	struct fc_message *m = begin(type, id, FC_MESSAGE_FIELD + sizeof(value));

	if (m)
		fc_message_put_u64(m, tag, value);
	return m;
}

struct fc_message *fc_cut_resend_write(struct fc_cut_id id, uint64_t slices)
{
	return one_u64(FC_MESSAGE_RESEND, id, FC_CUT_TAG_RESEND, slices);
}

struct fc_message *fc_cut_ack_write(struct fc_cut_id id)
{
	return one_u64(FC_MESSAGE_ACK, id, FC_CUT_TAG_DIFFER, 0);
}

/* It is made before the commit, which must not fail for lack of memory; its last field is this. */
void fc_cut_ack_differ(struct fc_message *ack, uint64_t differ)
{
	put(ack->body + ack->octets - sizeof(differ), sizeof(differ), differ);
}

static uint8_t *part_put(uint8_t *at, const struct fc_cut_part *part)
{
	at = put(at, 4, part->member);
	at = put(at, 1, part->slot);
	at = put(at, 2, part->ring);
	at = put(at, 4, part->generation);
	at = put(at, 4, part->epoch);
	at = put(at, 8, part->cut_ns);
	at = put(at, 8, part->digest);
	return put(at, 8, part->spread);
}

struct fc_message *fc_cut_commit_write(const struct fc_cut_commit *c)
{
	size_t parts = (size_t)c->parts * PART_OCTETS, gones = (size_t)c->gones * GONE_OCTETS;
	struct fc_message *m =
		begin(FC_MESSAGE_COMMIT, c->id,
		      (size_t)5 * FC_MESSAGE_FIELD + parts + gones + COUNTS_OCTETS + 16);
	uint8_t *at;

	if (!m)
		return NULL;
	at = fc_message_reserve(m, FC_CUT_TAG_VECTOR, parts);
	for (unsigned i = 0; i < c->parts; i++)
		at = part_put(at, &c->part[i]);
	at = fc_message_reserve(m, FC_CUT_TAG_GONE, gones);
	for (unsigned i = 0; i < c->gones; i++)
		at = put(at, GONE_OCTETS, c->gone[i]);
	at = fc_message_reserve(m, FC_CUT_TAG_COUNTS, COUNTS_OCTETS);
	put(put(put(at, 8, c->counts.flows), 8, c->counts.closed), 8, c->counts.sealed);
	fc_message_put_u64(m, FC_CUT_TAG_SLICE, c->slice);
	fc_message_put_u64(m, FC_CUT_TAG_SYNCED, c->synced);
	return m;
}

/* ------------------------------------------------------------------ reading */
/* The one field with this tag: none, or a second one that may say something else, is refused. */
static int the_one(const struct fc_message *m, uint16_t tag, struct fc_message_field *out,
		   char *why)
{
	struct fc_message_field field = {0};
	unsigned seen = 0;
	size_t at = 0;
	int got;

	while ((got = fc_message_next(m, &at, &field)) > 0) {
		if (field.tag != tag)
			continue;
		*out = field;
		seen++;
	}
	if (got < 0)
		return fc_cut_refuse(why, "its fields do not parse");
	if (seen != 1)
		return fc_cut_refuse(why, "field %u is there %u times", tag, seen);
	return 0;
}

static int the_u64(const struct fc_message *m, uint16_t tag, uint64_t *out, char *why)
{
	struct fc_message_field field = {0};
	int err = the_one(m, tag, &field, why);

	if (err)
		return err;
	if (field.octets != sizeof(*out))
		return fc_cut_refuse(why, "field %u has %zu octets", tag, field.octets);
	*out = get(&field.value, 8);
	return 0;
}

int fc_cut_id_read(const struct fc_message *m, struct fc_cut_id *out, char why[FC_CUT_TEXT])
{
	struct fc_message_field field = {0};
	int err = the_one(m, FC_CUT_TAG_CUT, &field, why);

	if (err)
		return err;
	if (field.octets != ID_OCTETS)
		return fc_cut_refuse(why, "term and cut have %zu octets", field.octets);
	out->term = get(&field.value, 8);
	out->number = get(&field.value, 8);
	return out->number ? 0 : fc_cut_refuse(why, "a cut without a number");
}

/* Does a field of `have` octets hold `count` things and nothing else? */
static bool fits(size_t have, size_t header, uint64_t count, size_t octets)
{
	return have - header == count * octets;
}

int fc_cut_flows_read(const struct fc_message *m, struct fc_cut_packed *out, char why[FC_CUT_TEXT])
{
	struct fc_message_field field = {0};
	unsigned version, octets;
	int err = fc_cut_id_read(m, &out->id, why);

	if (!err)
		err = the_one(m, FC_CUT_TAG_FLOWS, &field, why);
	if (err)
		return err;
	if (field.octets < FC_CUT_FLOWS_HEADER)
		return fc_cut_refuse(why, "flows without their header");
	version = (unsigned)get(&field.value, 2);
	octets = (unsigned)get(&field.value, 2);
	if (version != FC_CUT_FLOW_VERSION || octets != FC_CUT_FLOW_OCTETS)
		return fc_cut_refuse(why, "flows of version %u with %u octets are not known",
				     version, octets);
	out->member = (uint32_t)get(&field.value, 4);
	out->count = (uint32_t)get(&field.value, 4);
	out->at = field.value;
	if (!fits(field.octets, FC_CUT_FLOWS_HEADER, out->count, FC_CUT_FLOW_OCTETS))
		return fc_cut_refuse(why, "%zu octets are not %u flows", field.octets, out->count);
	for (uint32_t i = 0; i < out->count; i++)
		if (!fc_cut_flow_instance(out->at + (size_t)i * FC_CUT_FLOW_OCTETS))
			return fc_cut_refuse(why, "flow %u has no instance", i);
	return 0;
}

int fc_cut_closed_read(const struct fc_message *m, struct fc_cut_packed *out, char why[FC_CUT_TEXT])
{
	struct fc_message_field field = {0};
	int err = fc_cut_id_read(m, &out->id, why);

	if (!err)
		err = the_one(m, FC_CUT_TAG_CLOSED, &field, why);
	if (err)
		return err;
	if (field.octets < FC_CUT_CLOSED_HEADER)
		return fc_cut_refuse(why, "ended flows without their count");
	out->member = 0;
	out->count = (uint32_t)get(&field.value, 4);
	out->at = field.value;
	if (!fits(field.octets, FC_CUT_CLOSED_HEADER, out->count, INSTANCE_OCTETS))
		return fc_cut_refuse(why, "%zu octets are not %u instances", field.octets,
				     out->count);
	for (uint32_t i = 0; i < out->count; i++)
		if (!fc_cut_instance_get(out->at + (size_t)i * INSTANCE_OCTETS))
			return fc_cut_refuse(why, "ended flow %u has no instance", i);
	return 0;
}

int fc_cut_resend_read(const struct fc_message *m, struct fc_cut_id *id, uint64_t *slices,
		       char why[FC_CUT_TEXT])
{
	int err = fc_cut_id_read(m, id, why);

	return err ? err : the_u64(m, FC_CUT_TAG_RESEND, slices, why);
}

int fc_cut_ack_read(const struct fc_message *m, struct fc_cut_id *id, uint64_t *differ,
		    char why[FC_CUT_TEXT])
{
	int err = fc_cut_id_read(m, id, why);

	return err ? err : the_u64(m, FC_CUT_TAG_DIFFER, differ, why);
}

static int parts_read(const struct fc_message *m, struct fc_cut_commit *out, char *why)
{
	struct fc_message_field field = {0};
	int err = the_one(m, FC_CUT_TAG_VECTOR, &field, why);

	if (err)
		return err;
	if (field.octets % PART_OCTETS || field.octets / PART_OCTETS > FC_CUT_MEMBERS)
		return fc_cut_refuse(why, "a vector of %zu octets", field.octets);
	out->parts = (unsigned)(field.octets / PART_OCTETS);
	for (unsigned i = 0; i < out->parts; i++) {
		struct fc_cut_part *part = &out->part[i];

		part->member = (uint32_t)get(&field.value, 4);
		part->slot = (uint8_t)get(&field.value, 1);
		part->ring = (uint16_t)get(&field.value, 2);
		part->generation = (uint32_t)get(&field.value, 4);
		part->epoch = (uint32_t)get(&field.value, 4);
		part->cut_ns = get(&field.value, 8);
		part->digest = get(&field.value, 8);
		part->spread = get(&field.value, 8);
		for (unsigned k = 0; k < i; k++)
			if (out->part[k].member == part->member)
				return fc_cut_refuse(why, "member %u is in the vector twice",
						     part->member);
	}
	return 0;
}

static int gones_read(const struct fc_message *m, struct fc_cut_commit *out, char *why)
{
	struct fc_message_field field = {0};
	int err = the_one(m, FC_CUT_TAG_GONE, &field, why);

	if (err)
		return err;
	if (field.octets % GONE_OCTETS || field.octets / GONE_OCTETS > FC_CUT_GONE_MAX)
		return fc_cut_refuse(why, "members that are gone: %zu octets", field.octets);
	out->gones = (unsigned)(field.octets / GONE_OCTETS);
	for (unsigned i = 0; i < out->gones; i++)
		out->gone[i] = (uint32_t)get(&field.value, GONE_OCTETS);
	return 0;
}

static int counts_read(const struct fc_message *m, struct fc_cut_counts *out, char *why)
{
	struct fc_message_field field = {0};
	int err = the_one(m, FC_CUT_TAG_COUNTS, &field, why);

	if (err)
		return err;
	if (field.octets != COUNTS_OCTETS)
		return fc_cut_refuse(why, "counts of %zu octets", field.octets);
	out->flows = get(&field.value, 8);
	out->closed = get(&field.value, 8);
	out->sealed = get(&field.value, 8);
	return 0;
}

int fc_cut_commit_read(const struct fc_message *m, struct fc_cut_commit *out, char why[FC_CUT_TEXT])
{
	uint64_t slice = 0, synced = 0;
	int err = fc_cut_id_read(m, &out->id, why);

	if (!err)
		err = parts_read(m, out, why);
	if (!err)
		err = gones_read(m, out, why);
	if (!err)
		err = counts_read(m, &out->counts, why);
	if (!err)
		err = the_u64(m, FC_CUT_TAG_SLICE, &slice, why);
	if (!err)
		err = the_u64(m, FC_CUT_TAG_SYNCED, &synced, why);
	if (err)
		return err;
	if (slice >= FC_CUT_SLICES || synced > 1)
		return fc_cut_refuse(why, "slice %llu, synced %llu", (unsigned long long)slice,
				     (unsigned long long)synced);
	out->slice = (unsigned)slice;
	out->synced = synced;
	return 0;
}
