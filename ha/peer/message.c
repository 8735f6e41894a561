// SPDX-License-Identifier: BSD-2-Clause
#include "ha/peer/message.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct fc_message *fc_message_create(enum fc_message_type type, size_t room)
{
	struct fc_message *m;

	if (room > FC_MESSAGE_BODY_MAX)
		return NULL;
	m = malloc(sizeof(*m) + room);
	if (!m)
		return NULL;
	*m = (struct fc_message){
		.type = (uint16_t)type,
		.version = FC_MESSAGE_VERSION,
		.room = room,
		.body = (uint8_t *)(m + 1),
	};
	return m;
}

void fc_message_free(struct fc_message *m)
{
	free(m);
}

/* ------------------------------------------------------------------ integers */
static void put16(uint8_t *at, uint16_t value)
{
	value = htobe16(value);
	memcpy(at, &value, sizeof(value));
}

static void put32(uint8_t *at, uint32_t value)
{
	value = htobe32(value);
	memcpy(at, &value, sizeof(value));
}

static void put64(uint8_t *at, uint64_t value)
{
	value = htobe64(value);
	memcpy(at, &value, sizeof(value));
}

static uint16_t get16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return be16toh(value);
}

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return be32toh(value);
}

static uint64_t get64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return be64toh(value);
}

/* ------------------------------------------------------------------ writing */
uint8_t *fc_message_reserve(struct fc_message *m, uint16_t tag, size_t octets)
{
	uint8_t *field = m->body + m->octets;
	size_t left = m->room - m->octets;

	if (m->overflow || left < FC_MESSAGE_FIELD || octets > left - FC_MESSAGE_FIELD) {
		m->overflow = true;
		return NULL;
	}
	put16(field, tag);
	put16(field + 2, 0);
	put32(field + 4, (uint32_t)octets);
	m->octets += FC_MESSAGE_FIELD + octets;
	return field + FC_MESSAGE_FIELD;
}

void fc_message_put(struct fc_message *m, uint16_t tag, const void *value, size_t octets)
{
	uint8_t *at = fc_message_reserve(m, tag, octets);

	if (at && octets)
		memcpy(at, value, octets);
}

void fc_message_put_u64(struct fc_message *m, uint16_t tag, uint64_t value)
{
	uint8_t *at = fc_message_reserve(m, tag, sizeof(value));

	if (at)
		put64(at, value);
}

void fc_message_put_text(struct fc_message *m, uint16_t tag, const char *text)
{
	fc_message_put(m, tag, text, strlen(text));
}

/* ------------------------------------------------------------------ reading */
int fc_message_next(const struct fc_message *m, size_t *at, struct fc_message_field *out)
{
	const uint8_t *field = m->body + *at;
	size_t left, octets;

	if (*at > m->octets)
		return -EPROTO;
	left = m->octets - *at;
	if (!left)
		return 0;
	if (left < FC_MESSAGE_FIELD || get16(field + 2))
		return -EPROTO;
	octets = get32(field + 4);
	if (octets > left - FC_MESSAGE_FIELD)
		return -EPROTO;
	*out = (struct fc_message_field){
		.tag = get16(field), .octets = octets, .value = field + FC_MESSAGE_FIELD};
	*at += FC_MESSAGE_FIELD + octets;
	return 1;
}

int fc_message_find(const struct fc_message *m, uint16_t tag, struct fc_message_field *out)
{
	struct fc_message_field field;
	size_t at = 0;
	int got;

	while ((got = fc_message_next(m, &at, &field)) > 0) {
		if (field.tag != tag)
			continue;
		*out = field;
		return 0;
	}
	return got ? got : -ENOENT;
}

int fc_message_u64(const struct fc_message *m, uint16_t tag, uint64_t *out)
{
	struct fc_message_field field;
	int err = fc_message_find(m, tag, &field);

	if (err)
		return err;
	if (field.octets != sizeof(*out))
		return -EPROTO;
	*out = get64(field.value);
	return 0;
}

int fc_message_text(const struct fc_message *m, uint16_t tag, char *out, size_t size)
{
	struct fc_message_field field;
	int err = fc_message_find(m, tag, &field);

	if (err)
		return err;
	if (field.octets >= size || memchr(field.value, 0, field.octets))
		return -EPROTO;
	memcpy(out, field.value, field.octets);
	out[field.octets] = 0;
	return 0;
}

int fc_message_check(const struct fc_message *m)
{
	struct fc_message_field field;
	size_t at = 0;
	int got;

	do
		got = fc_message_next(m, &at, &field);
	while (got > 0);
	return got;
}

/* ------------------------------------------------------------------ header */
void fc_message_header_put(const struct fc_message *m, uint8_t out[FC_MESSAGE_HEADER])
{
	put16(out, m->type);
	put16(out + 2, m->version);
	put32(out + 4, (uint32_t)m->octets);
	put64(out + 8, m->number);
}

int fc_message_header_read(const uint8_t in[FC_MESSAGE_HEADER], struct fc_message **out)
{
	uint16_t type = get16(in), version = get16(in + 2);
	uint32_t octets = get32(in + 4);

	if (!type || type >= FC_MESSAGE_TYPES || !version || version > FC_MESSAGE_VERSION ||
	    octets > FC_MESSAGE_BODY_MAX)
		return -EPROTO;
	*out = fc_message_create((enum fc_message_type)type, octets);
	if (!*out)
		return -ENOMEM;
	(*out)->version = version;
	(*out)->number = get64(in + 8);
	return 0;
}
