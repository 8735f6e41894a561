/* SPDX-License-Identifier: BSD-2-Clause */
#include "json.h"

#include "codec.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#define VALUE_MAX 48    /* an IPv6 address in quotes, 20 digits */
#define PUNCTUATION 5   /* quotes of the name, colon, comma */
#define FRAME_OCTETS 16 /* key, braces, newline */

size_t fc_json_size(const struct fc_template *t)
{
	size_t size = FRAME_OCTETS;

	for (unsigned i = 0; i < t->field_count; i++)
		size += strlen(t->fields[i].field->name) + PUNCTUATION + VALUE_MAX;
	return t->field_count ? size : 0;
}

static void put_name(struct fc_writer *w, const char *name)
{
	fc_writer_u8(w, '"');
	for (; *name; name++)
		fc_writer_u8(w, isalnum((unsigned char)*name) ? (uint8_t)*name : '_');
	fc_writer_octets(w, "\":", 2);
}

static int print_octets(const struct fc_template_field *f, const uint8_t *octets, char *text,
			size_t size)
{
	char address[INET6_ADDRSTRLEN];

	if (f->field->format == FC_FORMAT_IPV4 || f->field->format == FC_FORMAT_IPV6) {
		inet_ntop(f->field->format == FC_FORMAT_IPV4 ? AF_INET : AF_INET6, octets, address,
			  sizeof(address));
		return snprintf(text, size, "\"%s\"", address);
	}
	if (f->field->format == FC_FORMAT_MAC)
		return snprintf(text, size, "\"%02x:%02x:%02x:%02x:%02x:%02x\"", octets[0],
				octets[1], octets[2], octets[3], octets[4], octets[5]);
	return snprintf(text, size, "\"%02x%02x%02x%02x\"", octets[0], octets[1], octets[2],
			octets[3]);
}

static void put_value(struct fc_writer *w, const struct fc_template_field *f,
		      const struct fc_flow *flow, uint64_t base_ms)
{
	uint8_t octets[16] = {0};
	char text[VALUE_MAX + 1];
	int length;

	if (f->field->octets) {
		fc_fnf_field_octets(&f->from, flow, octets);
		length = print_octets(f, octets, text, sizeof(text));
	} else {
		length = snprintf(text, sizeof(text), "%" PRIu64,
				  fc_fnf_field_number(&f->from, flow, base_ms));
	}
	fc_writer_octets(w, text, (size_t)length);
}

static uint32_t hash_octets(uint32_t value, const uint8_t *octets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		value = (value ^ octets[i]) * 16777619U;
	return value;
}

/* FNV-1a of the keys. */
static uint32_t hash(const struct fc_template *t, const struct fc_flow *flow)
{
	uint32_t value = 2166136261U;

	for (unsigned i = 0; i < t->field_count; i++) {
		const struct fc_template_field *f = &t->fields[i];
		uint8_t octets[16] = {0};
		uint64_t number;

		if (!f->from.key)
			continue;
		if (f->field->octets) {
			fc_fnf_field_octets(&f->from, flow, octets);
			value = hash_octets(value, octets, f->length);
			continue;
		}
		number = htole64(fc_fnf_field_number(&f->from, flow, 0));
		value = hash_octets(value, (const uint8_t *)&number, sizeof(number));
	}
	return value;
}

void fc_json_encode(const struct fc_template *t, struct fc_writer *w, const struct fc_flow *f,
		    uint64_t base_ms)
{
	char key[FC_JSON_KEY + 1];

	snprintf(key, sizeof(key), "%08" PRIx32, hash(t, f));
	fc_writer_octets(w, key, FC_JSON_KEY);
	for (unsigned i = 0; i < t->field_count; i++) {
		fc_writer_u8(w, i ? ',' : '{');
		put_name(w, t->fields[i].field->name);
		put_value(w, &t->fields[i], f, base_ms);
	}
	fc_writer_octets(w, "}\n", 2);
}

static void header(struct fc_writer *w, const struct fc_header *h)
{
	(void)w;
	(void)h;
}

const struct fc_codec fc_codec_json = {.text = true, .alignment = 1, .header = header};
