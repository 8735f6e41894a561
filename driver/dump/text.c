// SPDX-License-Identifier: BSD-2-Clause
/* A dump for people: one line a register, fields behind it. */
#include <errno.h>
#include <flowcard/dump.h>
#include <flowcard/registers.h>
#include <inttypes.h>
#include <string.h>

#define DETAIL_OCTETS 400
#define RECORD_OCTETS 400

static uint32_t field_value(const struct fc_register_field *field, uint32_t value)
{
	return field->width == 32 ? value : value >> field->lsb & ((1u << field->width) - 1);
}

static const char *name_of(const struct fc_register_field *field, uint32_t value)
{
	for (unsigned n = 0; n < field->names; n++)
		if (field->name_of[n].value == value)
			return field->name_of[n].name;
	return NULL;
}

/* "size_log2=14 (log2 records)"; flags that are 0 stay away, flags that are 1 are only named. */
static size_t field_text(const struct fc_register_field *field, uint32_t word, char *text,
			 size_t octets)
{
	uint32_t value = field_value(field, word);
	const char *name = name_of(field, value);
	int used = 0;

	if (field->width == 1)
		used = value ? snprintf(text, octets, " %s", field->name) : 0;
	else if (name)
		used = snprintf(text, octets, " %s=%u (%s)", field->name, (unsigned)value, name);
	else if (field->unit)
		used = snprintf(text, octets, " %s=%u (%s)", field->name, (unsigned)value,
				field->unit);
	else
		used = snprintf(text, octets, " %s=%u", field->name, (unsigned)value);
	return used < 0 ? 0 : (size_t)used < octets ? (size_t)used : octets - 1;
}

static void detail(const struct fc_dump_item *item, uint64_t value, char *text, size_t octets)
{
	const struct fc_register *reg = item->reg;
	size_t used = 0;

	*text = '\0';
	if (item->wide || (reg->fields == 1 && reg->field[0].width == 32)) {
		if (reg->field[0].unit)
			snprintf(text, octets, " %" PRIu64 " %s", value, reg->field[0].unit);
	} else {
		for (unsigned f = 0; f < reg->fields; f++)
			used += field_text(&reg->field[f], (uint32_t)value, text + used,
					   octets - used);
	}
	if (strstr(reg->name, "verdict[]"))
		snprintf(text + strlen(text), octets - strlen(text), " (%s)",
			 fc_verdict_name(item->index[1]));
}

static void print_value(const struct fc_dump_item *item, uint64_t value, FILE *out)
{
	char text[DETAIL_OCTETS], number[24];

	detail(item, value, text, sizeof(text));
	snprintf(number, sizeof(number), item->wide ? "0x%016" PRIx64 : "0x%08" PRIx64, value);
	fprintf(out, "0x%04x %-32s %18s%s\n", (unsigned)item->offset, item->name, number, text);
}

static void describe(const struct fc_dump_item *item, FILE *out)
{
	const struct fc_register *reg = item->reg;

	fprintf(out, "         %s\n", reg->desc);
	for (unsigned f = 0; f < reg->fields && !item->wide; f++)
		if (*reg->field[f].desc && reg->fields > 1)
			fprintf(out, "           %-16s %s\n", reg->field[f].name,
				reg->field[f].desc);
}

static int stream_error(FILE *out)
{
	errno = 0;
	if (!fflush(out) && !ferror(out))
		return 0;
	return errno ? -errno : -EIO;
}

static int print_raw(const struct fc_dump *dump, const char *glob, FILE *out)
{
	struct fc_dump_item item = {0};
	uint64_t value;
	int count = 0;

	while (fc_dump_item_next(&item)) {
		if (!fc_dump_match(glob, item.name) || !fc_dump_item_get(dump, &item, &value))
			continue;
		fprintf(out, "0x%04x 0x%08x\n", (unsigned)item.offset, (unsigned)value);
		if (item.wide)
			fprintf(out, "0x%04x 0x%08x\n", (unsigned)item.offset + 4,
				(unsigned)(value >> 32));
		count++;
	}
	return count;
}

/* A counter of zero, or any element of a large array that is zero, says little. */
static bool dull(const struct fc_dump_item *item, uint64_t value)
{
	return !value && (item->wide || item->reg->count[0] > 8 || item->reg->count[1] > 1);
}

static bool differs(const struct fc_dump *before, const struct fc_dump_item *item, uint64_t value)
{
	uint64_t old;

	return before && (!fc_dump_item_get(before, item, &old) || old != value);
}

static void print_records(const struct fc_dump *dump, FILE *out)
{
	char text[RECORD_OCTETS];

	for (size_t i = 0; i < dump->records; i++) {
		const struct fc_dump_record *r = &dump->record[i];

		fc_dump_record_text(r->word, text, sizeof(text));
		fprintf(out, "ring %u record %u: %s\n", r->ring, (unsigned)r->index, text);
	}
}

int fc_dump_print(const struct fc_dump *dump, const struct fc_dump_print *how, FILE *out)
{
	struct fc_dump_item item = {0};
	int count = 0, err;
	uint64_t value;

	if (how->raw) {
		count = print_raw(dump, how->glob, out);
		err = stream_error(out);
		return err ? err : count;
	}
	while (fc_dump_item_next(&item)) {
		bool marked;

		if (!fc_dump_match(how->glob, item.name) || !fc_dump_item_get(dump, &item, &value))
			continue;
		marked = differs(how->before, &item, value);
		count++;
		if (!how->zeros && !marked && dull(&item, value))
			continue;
		if (how->before)
			fputs(marked ? "* " : "  ", out);
		print_value(&item, value, out);
		if (how->describe)
			describe(&item, out);
	}
	if (!how->glob)
		print_records(dump, out);
	err = stream_error(out);
	return err ? err : count;
}

int fc_dump_diff(const struct fc_dump *a, const struct fc_dump *b, const char *glob, FILE *out)
{
	struct fc_dump_item item = {0};
	int count = 0, err;

	while (fc_dump_item_next(&item)) {
		uint64_t old = 0, new = 0;
		bool in_a = fc_dump_item_get(a, &item, &old);
		bool in_b = fc_dump_item_get(b, &item, &new);

		if (!fc_dump_match(glob, item.name) || (in_a == in_b && old == new))
			continue;
		count++;
		if (in_a) {
			fputs("- ", out);
			print_value(&item, old, out);
		}
		if (in_b) {
			fputs("+ ", out);
			print_value(&item, new, out);
		}
		if (in_a && in_b && item.wide)
			fprintf(out, "  %46s %+" PRId64 "\n", "", (int64_t)(new - old));
	}
	err = stream_error(out);
	return err ? err : count;
}
