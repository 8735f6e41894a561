// SPDX-License-Identifier: BSD-2-Clause
#include "ha/show/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static json_t *text_value(const char *text)
{
	json_t *value = json_string(text);
	size_t length = strlen(text), at = 0;
	char *wide;

	if (value)
		return value;
	wide = malloc(2 * length + 1);
	if (!wide)
		return NULL;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < 0x80) {
			wide[at++] = (char)c;
		} else {
			wide[at++] = (char)(0xc0 | c >> 6);
			wide[at++] = (char)(0x80 | (c & 0x3f));
		}
	}
	value = json_stringn(wide, at);
	free(wide);
	return value;
}

void fc_show_put(json_t *object, const char *name, uint64_t value)
{
	if (value <= INT64_MAX)
		json_object_set_new(object, name, json_integer((json_int_t)value));
	else
		json_object_set_new(object, name, json_sprintf("%llu", (unsigned long long)value));
}

void fc_show_put_bool(json_t *object, const char *name, bool value)
{
	json_object_set_new(object, name, json_boolean(value));
}

void fc_show_put_text(json_t *object, const char *name, const char *text)
{
	json_object_set_new(object, name, text_value(text));
}

void fc_show_append_text(json_t *array, const char *text)
{
	json_array_append_new(array, text_value(text));
}

void fc_show_json_text(FILE *out, const char *text)
{
	json_t *value = text_value(text);

	if (!value || json_dumpf(value, out, JSON_ENCODE_ANY))
		fputs("null", out);
	json_decref(value);
}

int fc_show_give(json_t *object, FILE *out)
{
	int err = json_dumpf(object, out, JSON_INDENT(1)) || fputc('\n', out) == EOF;

	json_decref(object);
	return err ? -EIO : 0;
}
