// SPDX-License-Identifier: BSD-2-Clause
/* A dump as JSON. */
#include <flowcard/dump.h>
#include <inttypes.h>
#include <jansson.h>

static json_t *number(uint64_t value)
{
	if (value <= INT64_MAX)
		return json_integer((json_int_t)value);
	return json_sprintf("%llu", (unsigned long long)value);
}

static json_t *fields(const struct fc_register *reg, uint32_t value)
{
	json_t *object = json_object();

	for (unsigned f = 0; f < reg->fields; f++) {
		const struct fc_register_field *field = &reg->field[f];
		uint32_t part = field->width == 32
					? value
					: value >> field->lsb & ((1u << field->width) - 1);
		const char *name = NULL;

		for (unsigned n = 0; n < field->names; n++)
			if (field->name_of[n].value == part)
				name = field->name_of[n].name;
		json_object_set_new(object, field->name, name ? json_string(name) : number(part));
	}
	return object;
}

static json_t *registers(const struct fc_dump *dump, const char *glob)
{
	json_t *object = json_object();
	struct fc_dump_item item = {0};
	uint64_t value;

	while (fc_dump_item_next(&item)) {
		json_t *one;

		if (!fc_dump_match(glob, item.name) || !fc_dump_item_get(dump, &item, &value))
			continue;
		one = json_object();
		json_object_set_new(one, "offset", number(item.offset));
		json_object_set_new(one, "value", number(value));
		if (item.reg->field[0].unit && (item.wide || item.reg->fields == 1))
			json_object_set_new(one, "unit", json_string(item.reg->field[0].unit));
		if (!item.wide && item.reg->fields > 1)
			json_object_set_new(one, "fields", fields(item.reg, (uint32_t)value));
		json_object_set_new(object, item.name, one);
	}
	return object;
}

static json_t *records(const struct fc_dump *dump)
{
	json_t *array = json_array();

	for (size_t i = 0; i < dump->records; i++) {
		json_t *one = fc_dump_record_json(dump->record[i].word);

		json_object_set_new(one, "ring", number(dump->record[i].ring));
		json_object_set_new(one, "index", number(dump->record[i].index));
		json_array_append_new(array, one);
	}
	return array;
}

struct json_t *fc_dump_json(const struct fc_dump *dump, const char *glob)
{
	static const char *const latch[] = {"none", "done", "stuck"};
	json_t *object = json_object();

	json_object_set_new(object, "where", json_string(dump->where));
	json_object_set_new(object, "time_ns", number(dump->taken_ns));
	json_object_set_new(object, "map_hash", number(dump->map_hash));
	json_object_set_new(object, "latch", json_string(latch[dump->latch]));
	json_object_set_new(object, "registers", registers(dump, glob));
	if (dump->records && !glob)
		json_object_set_new(object, "records", records(dump));
	return object;
}
