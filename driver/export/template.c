/* SPDX-License-Identifier: BSD-2-Clause */
#include "template.h"

#include "template_fast.h"

#include <errno.h>

#define RECORD_SIZE_MIN 4
#define PACKETS_ELEMENT 2
#define OCTETS_ELEMENT 1

#define FAST_KIND(step, octets, first, second, how) FAST_##step,

enum step_kind {
	STEP_COPY,     /* octets of the flow as they stand */
	STEP_OCTETS,   /* octets from somewhere else */
	STEP_PREFIX,   /* their first `argument` bits, the rest 0 */
	STEP_CONSTANT, /* the argument */
	STEP_NUMBER,
	FC_FAST_STEPS(FAST_KIND)
};

static const struct fast {
	const char *first, *second;
	uint8_t kind, length;
} fast_steps[] = {
#define FAST_ENTRY(step, octets, first_field, second_field, how)                                   \
	{first_field, second_field, FAST_##step, octets},
	FC_FAST_STEPS(FAST_ENTRY)};

/* ------------------------------------------------------------------ compiling */
static bool has_element(const struct fc_template *t, uint16_t element)
{
	for (unsigned i = 0; i < t->field_count; i++)
		if (t->fields[i].field->element == element)
			return true;
	return false;
}

static uint64_t largest(unsigned octets)
{
	return octets >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * octets)) - 1;
}

static void add_field(struct fc_template *t, enum fc_protocol protocol,
		      const struct fc_fnf_record_field *wanted)
{
	const struct fc_field *field = fc_field_spoken(wanted->field, protocol);
	uint8_t length;

	if (!field || has_element(t, field->element))
		return;
	length = protocol == FC_PROTOCOL_V9 ? field->v9 : field->ipfix;
	t->uptime |= field->role == FC_FIELD_UPTIME;
	if (field->role == FC_FIELD_COUNTER && field->element == PACKETS_ELEMENT)
		t->packets_max = largest(length);
	if (field->role == FC_FIELD_COUNTER && field->element == OCTETS_ELEMENT)
		t->octets_max = largest(length);
	t->fields[t->field_count++] = (struct fc_template_field){
		.from = {.field = field, .argument = wanted->argument, .key = wanted->key},
		.field = field,
		.length = length};
	t->record_size += length;
}

static struct fc_template_step step_of(const struct fc_template_field *f)
{
	static const struct fc_flow probe;
	const uint8_t *start = (const uint8_t *)&probe, *at;
	struct fc_template_step step = {
		.length = f->length, .argument = f->from.argument, .field = f->field};

	step.kind = f->field->number ? STEP_NUMBER : STEP_CONSTANT;
	if (!f->field->octets)
		return step;
	at = f->field->octets(&probe);
	step.kind = f->field->argument_max ? STEP_PREFIX : STEP_OCTETS;
	if (step.kind == STEP_OCTETS && at >= start && at + f->length <= start + sizeof(probe)) {
		step.kind = STEP_COPY;
		step.from = (uint16_t)(at - start);
	}
	return step;
}

/* The fast step for the fields from `from` on; NULL: there is none. */
static const struct fast *fast_of(const struct fc_template *t, unsigned from)
{
	for (size_t i = 0; i < sizeof(fast_steps) / sizeof(*fast_steps); i++) {
		const struct fast *fast = &fast_steps[i];
		unsigned octets = t->fields[from].length;

		if (strcmp(t->fields[from].field->name, fast->first) != 0)
			continue;
		if (fast->second && from + 1 == t->field_count)
			continue;
		if (fast->second && strcmp(t->fields[from + 1].field->name, fast->second) != 0)
			continue;
		if (fast->second)
			octets += t->fields[from + 1].length;
		if (octets == fast->length) /* some lengths are the protocol's */
			return fast;
	}
	return NULL;
}

/* Fast steps where there are some; octets that stand side by side in flow and record are copied as
 * one. */
static void plan_steps(struct fc_template *t)
{
	t->step_count = 0;
	for (unsigned i = 0; i < t->field_count; i++) {
		struct fc_template_step step = step_of(&t->fields[i]);
		struct fc_template_step *last = t->step_count ? &t->steps[t->step_count - 1] : NULL;
		const struct fast *fast = fast_of(t, i);

		if (fast) {
			step.kind = fast->kind;
			step.length = fast->length;
			i += fast->second != NULL;
		}
		if (last && last->kind == STEP_COPY && step.kind == STEP_COPY &&
		    last->from + last->length == step.from)
			last->length = (uint8_t)(last->length + step.length);
		else
			t->steps[t->step_count++] = step;
	}
}

int fc_template_compile(struct fc_template *t, enum fc_protocol protocol, unsigned family,
			const struct fc_fnf_record *record)
{
	bool ipv4, ipv6;

	*t = (struct fc_template){.packets_max = UINT64_MAX, .octets_max = UINT64_MAX};
	fc_fnf_record_families(record, &ipv4, &ipv6);
	if (family == 6 ? !ipv6 : !ipv4)
		return 0;
	for (unsigned i = 0; i < record->fields; i++)
		if (fc_fnf_field_in(&record->field[i], family))
			add_field(t, protocol, &record->field[i]);
	plan_steps(t);
	return t->record_size < RECORD_SIZE_MIN ? -EINVAL : 0;
}

int fc_template_identify(struct fc_template *t, struct fc_template_ids *ids)
{
	uint16_t layout[1 + 2 * FC_FNF_RECORD_FIELDS];
	int id;

	layout[0] = (uint16_t)t->field_count;
	for (unsigned i = 0; i < t->field_count; i++) {
		layout[1 + 2 * i] = t->fields[i].field->element;
		layout[2 + 2 * i] = t->fields[i].length;
	}
	id = fc_template_ids_take_as(ids, t->id, layout, 1 + 2 * (size_t)t->field_count);
	if (id < 0)
		return id;
	t->id = (uint16_t)id;
	return 0;
}

/* ------------------------------------------------------------------ writing */
size_t fc_template_definition_size(const struct fc_template *t)
{
	return t->field_count ? 4 + 4 * (size_t)t->field_count : 0;
}

void fc_template_define(const struct fc_template *t, struct fc_writer *w)
{
	fc_writer_u16(w, t->id);
	fc_writer_u16(w, (uint16_t)t->field_count);
	for (unsigned i = 0; i < t->field_count; i++) {
		fc_writer_u16(w, t->fields[i].field->element);
		fc_writer_u16(w, t->fields[i].length);
	}
}

/* Fixed lengths become single stores; this is the hot path of the exporter. */
static inline void store_number(uint8_t *at, uint64_t value, unsigned length)
{
	uint64_t big = htobe64(value);

	switch (length) {
	case 1:
		*at = (uint8_t)value;
		break;
	case 2:
		memcpy(at, (const uint8_t *)&big + 6, 2);
		break;
	case 4:
		memcpy(at, (const uint8_t *)&big + 4, 4);
		break;
	case 8:
		memcpy(at, &big, 8);
		break;
	default:
		memcpy(at, (const uint8_t *)&big + 8 - length, length);
		break;
	}
}

static inline void store_octets(uint8_t *at, const uint8_t *octets, unsigned length)
{
	if (length == 4)
		memcpy(at, octets, 4);
	else if (length == 8)
		memcpy(at, octets, 8);
	else if (length == 16)
		memcpy(at, octets, 16);
	else if (length == 32)
		memcpy(at, octets, 32);
	else
		memcpy(at, octets, length);
}

static void store_prefix(uint8_t *at, const uint8_t *octets, unsigned length, unsigned bits)
{
	unsigned whole = bits / 8 < length ? bits / 8 : length;

	memset(at, 0, length);
	memcpy(at, octets, whole);
	if (whole < length && bits % 8)
		at[whole] = octets[whole] & (uint8_t)(0xff << (8 - bits % 8));
}

void fc_template_encode(const struct fc_template *t, struct fc_writer *w, const struct fc_flow *f,
			uint64_t base_ms)
{
	uint8_t *at = fc_writer_take(w, t->record_size);
	const uint32_t *v = f->vector;

	if (!at)
		return;
	for (const struct fc_template_step *s = t->steps, *end = s + t->step_count; s < end; s++) {
		switch ((enum step_kind)s->kind) {
		case STEP_COPY:
			store_octets(at, (const uint8_t *)f + s->from, s->length);
			break;
		case STEP_OCTETS:
			store_octets(at, s->field->octets(f), s->length);
			break;
		case STEP_PREFIX:
			store_prefix(at, s->field->octets(f), s->length, s->argument);
			break;
		case STEP_CONSTANT:
			store_number(at, s->argument, s->length);
			break;
		case STEP_NUMBER:
			store_number(at, s->field->number(f, base_ms), s->length);
			break;
#define FAST_CASE(step, octets, first, second, how)                                                \
	case FAST_##step:                                                                          \
		(how);                                                                             \
		break;
			/* NOLINTNEXTLINE(bugprone-branch-clone): both IP versions, written alike */
			FC_FAST_STEPS(FAST_CASE)
		}
		at += s->length;
	}
}
