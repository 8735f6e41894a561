// SPDX-License-Identifier: BSD-2-Clause
/* HELLO, SAYS and CONFIG as fields. Which field is where in the struct stands in a table. */
#include "ha/pair/pair_impl.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number of a struct: its tag, its place, the largest that is sound. */
struct number {
	uint16_t tag;
	size_t offset, octets;
	uint64_t max;
	const char *name;
};

#define NUMBER(tag, type, field, max)                                                              \
	{                                                                                          \
		(tag), offsetof(type, field), sizeof(((type *)0)->field), (max), #field            \
	}

static uint64_t load(const void *at, size_t octets)
{
	uint8_t byte;
	uint32_t word;
	uint64_t value;

	if (octets == sizeof(byte))
		return memcpy(&byte, at, octets), byte;
	if (octets == sizeof(word))
		return memcpy(&word, at, octets), word;
	return memcpy(&value, at, octets), value;
}

static void store(void *at, size_t octets, uint64_t value)
{
	const uint8_t byte = (uint8_t)value;
	const uint32_t word = (uint32_t)value;

	if (octets == sizeof(byte))
		memcpy(at, &byte, octets);
	else if (octets == sizeof(word))
		memcpy(at, &word, octets);
	else
		memcpy(at, &value, octets);
}

static void numbers_write(struct fc_message *m, const struct number *n, size_t count,
			  const void *from)
{
	for (size_t i = 0; i < count; i++)
		fc_message_put_u64(m, n[i].tag,
				   load((const char *)from + n[i].offset, n[i].octets));
}

static int numbers_read(const struct fc_message *m, const struct number *n, size_t count, void *to,
			const char *what, char why[PAIR_TEXT])
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value;

		if (fc_message_u64(m, n[i].tag, &value)) {
			snprintf(why, PAIR_TEXT, "%s without %s", what, n[i].name);
			return -EPROTO;
		}
		if (value > n[i].max) {
			snprintf(why, PAIR_TEXT, "%s: %s %llu is out of range", what, n[i].name,
				 (unsigned long long)value);
			return -EPROTO;
		}
		store((char *)to + n[i].offset, n[i].octets, value);
	}
	return 0;
}

#define COUNT(table) (sizeof(table) / sizeof(*(table)))
#define TAG_TEXT 100

/* ------------------------------------------------------------------ HELLO */
static const struct number hello_numbers[] = {
	NUMBER(1, struct pair_hello, unit, UINT32_MAX),
	NUMBER(2, struct pair_hello, version_min, UINT16_MAX),
	NUMBER(3, struct pair_hello, version_max, UINT16_MAX),
	NUMBER(4, struct pair_hello, can, UINT64_MAX),
	NUMBER(5, struct pair_hello, feed, FC_PAIR_FEED_DUAL),
	NUMBER(6, struct pair_hello, fencing, FC_PAIR_FENCING_PEER),
	NUMBER(7, struct pair_hello, fencing_sum, UINT64_MAX),
};

static struct fc_message *whole(struct fc_message *m)
{
	if (m && m->overflow) {
		fc_message_free(m);
		return NULL;
	}
	return m;
}

struct fc_message *pair_hello_write(const struct pair_hello *hello)
{
	struct fc_message *m = fc_message_create(FC_MESSAGE_HELLO, 512);

	if (!m)
		return NULL;
	numbers_write(m, hello_numbers, COUNT(hello_numbers), hello);
	fc_message_put_text(m, TAG_TEXT, hello->image);
	return whole(m);
}

static int text_read(const struct fc_message *m, char *out, size_t size, const char *what,
		     char why[PAIR_TEXT])
{
	if (!fc_message_text(m, TAG_TEXT, out, size))
		return 0;
	snprintf(why, PAIR_TEXT, "%s: its text is missing or too long", what);
	return -EPROTO;
}

int pair_hello_read(const struct fc_message *m, struct pair_hello *out, char why[PAIR_TEXT])
{
	int err = numbers_read(m, hello_numbers, COUNT(hello_numbers), out, "HELLO", why);

	if (!err)
		err = text_read(m, out->image, sizeof(out->image), "HELLO", why);
	if (!err && (!out->unit || out->version_min > out->version_max)) {
		snprintf(why, PAIR_TEXT, "HELLO: unit %llu, versions %llu to %llu",
			 (unsigned long long)out->unit, (unsigned long long)out->version_min,
			 (unsigned long long)out->version_max);
		err = -EPROTO;
	}
	return err;
}

/* ------------------------------------------------------------------ SAYS */
static const struct number says_numbers[] = {
	NUMBER(1, struct pair_says, rf.unit, UINT32_MAX),
	NUMBER(2, struct pair_says, rf.state, FC_RF_STATES - 1),
	NUMBER(3, struct pair_says, rf.term, UINT64_MAX),
	NUMBER(4, struct pair_says, rf.seen, UINT64_MAX),
	NUMBER(5, struct pair_says, rf.holder, UINT32_MAX),
	NUMBER(6, struct pair_says, rf.claiming, 1),
	NUMBER(7, struct pair_says, rf.ready, 1),
	NUMBER(8, struct pair_says, rf.gated, 1),
	NUMBER(9, struct pair_says, want, UINT64_MAX),
	NUMBER(10, struct pair_says, run, UINT64_MAX),
	NUMBER(11, struct pair_says, synced, 1),
	NUMBER(12, struct pair_says, healthy, UINT32_MAX),
	NUMBER(13, struct pair_says, checksum, UINT64_MAX),
	NUMBER(14, struct pair_says, moves, 1),
	NUMBER(15, struct pair_says, maintenance, 1),
};

struct fc_message *pair_says_write(const struct pair_says *says)
{
	struct fc_message *m = fc_message_create(FC_MESSAGE_SAYS, 512);

	if (!m)
		return NULL;
	numbers_write(m, says_numbers, COUNT(says_numbers), says);
	fc_message_put_text(m, TAG_TEXT, says->waits);
	return whole(m);
}

int pair_says_read(const struct fc_message *m, struct pair_says *out, char why[PAIR_TEXT])
{
	int err;

	memset(out, 0, sizeof(*out));
	err = numbers_read(m, says_numbers, COUNT(says_numbers), out, "SAYS", why);
	return err ? err : text_read(m, out->waits, sizeof(out->waits), "SAYS", why);
}

/* ------------------------------------------------------------------ CONFIG, CONFIG_LINE */
enum {
	CONFIG_SERIAL = 1,
	CONFIG_CHECKSUM,
	CONFIG_SECRET,
	CONFIG_TEXT,
	CONFIG_SECTION,
	CONFIG_LINE,
	CONFIG_IDS
};

static const struct {
	size_t offset;
	const char *name;
	uint16_t tag;
	bool whole, line; /* where it belongs */
} config_texts[] = {
	{offsetof(struct fc_pair_config, text), "text", CONFIG_TEXT, true, false},
	{offsetof(struct fc_pair_config, section), "section", CONFIG_SECTION, false, true},
	{offsetof(struct fc_pair_config, line), "line", CONFIG_LINE, false, true},
	{offsetof(struct fc_pair_config, ids), "ids", CONFIG_IDS, true, true},
};

static char **config_text(struct fc_pair_config *config, size_t i)
{
	return (char **)(void *)((char *)config + config_texts[i].offset);
}

static const char *config_text_of(const struct fc_pair_config *config, size_t i)
{
	char *text;

	memcpy(&text, (const char *)config + config_texts[i].offset, sizeof(text));
	return text ? text : "";
}

/* The secret comes first: a unit's cards are set up with it before their monitors are. */
struct fc_message *pair_config_write(const struct fc_pair_config *config, uint64_t serial)
{
	bool is_whole = config->text != NULL;
	size_t room = 256;
	struct fc_message *m;

	for (size_t i = 0; i < COUNT(config_texts); i++)
		room += strlen(config_text_of(config, i)) + FC_MESSAGE_HEADER;
	m = fc_message_create(is_whole ? FC_MESSAGE_CONFIG : FC_MESSAGE_CONFIG_LINE, room);
	if (!m)
		return NULL;
	if (is_whole)
		fc_message_put(m, CONFIG_SECRET, config->secret, sizeof(config->secret));
	fc_message_put_u64(m, CONFIG_SERIAL, serial);
	fc_message_put_u64(m, CONFIG_CHECKSUM, config->checksum);
	for (size_t i = 0; i < COUNT(config_texts); i++)
		if (is_whole ? config_texts[i].whole : config_texts[i].line)
			fc_message_put_text(m, config_texts[i].tag, config_text_of(config, i));
	return whole(m);
}

static int take_text(const struct fc_message *m, uint16_t tag, char **out)
{
	struct fc_message_field f;
	int err = fc_message_find(m, tag, &f);

	if (err)
		return err;
	if (memchr(f.value, 0, f.octets))
		return -EPROTO;
	*out = strndup((const char *)f.value, f.octets);
	return *out ? 0 : -ENOMEM;
}

static int take_secret(const struct fc_message *m, uint8_t secret[FC_PAIR_SECRET])
{
	struct fc_message_field f;

	if (fc_message_find(m, CONFIG_SECRET, &f) || f.octets != FC_PAIR_SECRET)
		return -EPROTO;
	memcpy(secret, f.value, FC_PAIR_SECRET);
	return 0;
}

void pair_config_free(struct fc_pair_config *config)
{
	for (size_t i = 0; i < COUNT(config_texts); i++)
		free(*config_text(config, i));
	memset(config, 0, sizeof(*config));
}

int pair_config_read(const struct fc_message *m, struct fc_pair_config *out, uint64_t *serial,
		     char why[PAIR_TEXT])
{
	bool is_whole = m->type == FC_MESSAGE_CONFIG;
	int err = 0;

	memset(out, 0, sizeof(*out));
	if (fc_message_u64(m, CONFIG_SERIAL, serial) ||
	    fc_message_u64(m, CONFIG_CHECKSUM, &out->checksum) ||
	    (is_whole && take_secret(m, out->secret))) {
		snprintf(why, PAIR_TEXT, "CONFIG without serial, checksum or secret");
		return -EPROTO;
	}
	for (size_t i = 0; i < COUNT(config_texts) && !err; i++) {
		if (!(is_whole ? config_texts[i].whole : config_texts[i].line))
			continue;
		err = take_text(m, config_texts[i].tag, config_text(out, i));
		if (err)
			snprintf(why, PAIR_TEXT, "CONFIG: %s: %s", config_texts[i].name,
				 strerror(-err));
	}
	if (err)
		pair_config_free(out);
	return err;
}
