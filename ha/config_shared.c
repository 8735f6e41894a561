// SPDX-License-Identifier: BSD-2-Clause
/* The part of a configuration that a pair has in common, as text and back. */
#include "ha/config_impl.h"

#include <errno.h>
#include <ha/config_align.h>
#include <ha/config_shared.h>
#include <ha/fnv.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ kinds of objects */
struct kind {
	const char *name;
	unsigned places;
	uint32_t id_max;
	size_t first, each, name_at, id_at, id_octets;
};

#define KIND(kind_, places_)                                                                       \
	{                                                                                          \
		.name = #kind_, .places = (places_),                                               \
		.id_max = (uint32_t)(UINT32_MAX >>                                                 \
				     8 * (4 - sizeof(((struct fc_fnf_##kind_ *)0)->id))),          \
		.first = offsetof(struct fc_fnf, kind_), .each = sizeof(struct fc_fnf_##kind_),    \
		.name_at = offsetof(struct fc_fnf_##kind_, name),                                  \
		.id_at = offsetof(struct fc_fnf_##kind_, id),                                      \
		.id_octets = sizeof(((struct fc_fnf_##kind_ *)0)->id)                              \
	}
static const struct kind kinds[] = {
	KIND(record, FC_FNF_RECORDS),
	KIND(exporter, FC_FNF_EXPORTERS),
	KIND(monitor, FC_FNF_MONITORS),
	KIND(sampler, FC_FNF_SAMPLERS),
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static const struct kind *kind_find(const char *name)
{
	for (unsigned k = 0; k < KINDS; k++)
		if (!strcmp(kinds[k].name, name))
			return &kinds[k];
	return NULL;
}

static char *object(const struct kind *kind, const struct fc_fnf *fnf, unsigned place)
{
	return (char *)(uintptr_t)fnf + kind->first + place * kind->each;
}

static char *name_at(const struct kind *kind, const struct fc_fnf *fnf, unsigned place)
{
	return object(kind, fnf, place) + kind->name_at;
}

static uint32_t id_at(const struct kind *kind, const struct fc_fnf *fnf, unsigned place)
{
	const char *at = object(kind, fnf, place) + kind->id_at;
	uint32_t id;

	if (kind->id_octets == 1)
		return *(const uint8_t *)at;
	memcpy(&id, at, sizeof(id));
	return id;
}

static void id_put(const struct kind *kind, struct fc_fnf *fnf, unsigned place, uint32_t id)
{
	char *at = object(kind, fnf, place) + kind->id_at;

	if (kind->id_octets == 1)
		*(uint8_t *)at = (uint8_t)id;
	else
		memcpy(at, &id, sizeof(id));
}

/* The number of places: none has this name. */
static unsigned place_of(const struct kind *kind, const struct fc_fnf *fnf, const char *name)
{
	unsigned i = 0;

	while (i < kind->places && strcmp(name_at(kind, fnf, i), name) != 0)
		i++;
	return i;
}

/* Those that share their numbers, in a row. */
#define OBJECTS (FC_FNF_RECORDS + FC_FNF_EXPORTERS + FC_FNF_MONITORS)
static uint32_t object_id(const struct fc_fnf *fnf, unsigned index)
{
	const struct kind *kind = kinds;

	for (; index >= kind->places; kind++)
		index -= kind->places;
	return id_at(kind, fnf, index);
}

/* ------------------------------------------------------------------ as text */
static char *text_of(const struct fc_config *config,
		     void (*write)(const struct fc_config *config, FILE *out))
{
	char *text = NULL;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);
	bool bad;

	if (!out)
		return NULL;
	write(config, out);
	bad = ferror(out);
	if (!fclose(out) && !bad)
		return text;
	free(text);
	return NULL;
}

/* The order in which what is referred to comes first. */
static void write_text(const struct fc_config *config, FILE *out)
{
	static const enum fc_config_part parts[] = {FC_CONFIG_RECORDS, FC_CONFIG_EXPORTERS,
						    FC_CONFIG_MONITORS, FC_CONFIG_SAMPLERS,
						    FC_CONFIG_INTERFACES};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		struct fc_config_what what = {.part = parts[i]};

		fc_config_write(config, &what, out);
	}
}

static void write_ids(const struct fc_config *config, FILE *out)
{
	const struct fc_fnf *fnf = &config->fnf;

	for (const struct kind *k = kinds; k < kinds + KINDS; k++)
		for (unsigned i = 0; i < k->places; i++)
			if (*name_at(k, fnf, i))
				fprintf(out, "%s %u %u %s\n", k->name, i, id_at(k, fnf, i),
					name_at(k, fnf, i));
	fprintf(out, "next object %u\nnext sampler %u\n", fnf->next_id, fnf->next_sampler_id);
}

char *fc_config_shared_write(const struct fc_config *config)
{
	return text_of(config, write_text);
}

char *fc_config_shared_ids(const struct fc_config *config)
{
	return text_of(config, write_ids);
}

/* The 0 at the end included. */
static uint64_t mix(uint64_t sum, const char *text)
{
	return fc_fnv(sum, text, strlen(text) + 1);
}

uint64_t fc_config_shared_checksum(const struct fc_config *config)
{
	char *text = fc_config_shared_write(config), *ids = fc_config_shared_ids(config);
	uint64_t sum = 0;

	if (text && ids) {
		sum = mix(mix(FC_FNV_BASIS, text), ids);
		sum += !sum;
	}
	free(text);
	free(ids);
	return sum;
}

/* ------------------------------------------------------------------ which part is whose */
static bool same_octets(const void *a, const void *b, size_t octets)
{
	return memcmp(a, b, octets) == 0;
}

static bool card_has_ports(const struct fc_config_card *card)
{
	struct fc_config_port plain;

	fc_config_port_default(&plain);
	for (unsigned p = 0; p < FC_CARD_PORTS_MAX; p++)
		if (!same_octets(&card->port[p], &plain, sizeof(plain)))
			return true;
	return false;
}

void fc_config_shared_copy(struct fc_config *to, const struct fc_config *from)
{
	memcpy(&to->fnf, &from->fnf, sizeof(to->fnf));
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++) {
		struct fc_config_card *card = &to->card[s];

		memcpy(card->port, from->card[s].port, sizeof(card->port));
		card->there |= card_has_ports(card);
	}
}

/* ------------------------------------------------------------------ reading the text */
struct taking {
	struct fc_config scratch; /* the shared part as it is read; its own part is empty */
	struct fc_config like;    /* names at their places, with their ids */
	char *why;
	size_t why_octets;
};

static int refuse(struct taking *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int refuse(struct taking *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(t->why, t->why_octets, format, args);
	va_end(args);
	return -EINVAL;
}

/* Every card is there, and nothing else. */
static void begin(struct fc_config *scratch)
{
	fc_config_init(scratch);
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		scratch->card[s].there = true;
}

/* Cut the next line off *rest. */
static const char *next_line(char **rest)
{
	char *line = *rest, *end;

	if (!line || !*line)
		return NULL;
	end = line + strcspn(line, "\n");
	*rest = *end ? end + 1 : end;
	*end = '\0';
	return line;
}

static int read_text(struct taking *t, char *text)
{
	struct fc_config_cursor cursor = {.whole = true};
	struct fc_syntax_line line;
	unsigned number = 0;

	for (const char *at; (at = next_line(&text));) {
		number++;
		if (fc_config_line(&t->scratch, &cursor, at, &line))
			return refuse(t, "line %u: %s", number, line.message);
	}
	return 0;
}

/* What is not shared must not have come with it. */
static int refuse_own(struct taking *t)
{
	struct fc_config_need need[FC_CARD_MONITORS_MAX];

	begin(&t->like);
	fc_config_shared_copy(&t->like, &t->scratch);
	if (!same_octets(&t->like, &t->scratch, sizeof(t->like)))
		return refuse(t, "it sets what is each unit's own");
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (fc_config_needs(&t->scratch.fnf, t->scratch.card[s].port, need) < 0)
			return refuse(t, "card %u would need more than %d monitors", s,
				      FC_CARD_MONITORS_MAX);
	return 0;
}

/* ------------------------------------------------------------------ reading the ids */
/* One line; the text of a name has blanks in a predefined record. */
static int read_id(struct taking *t, const char *line, uint64_t next[2])
{
	const struct kind *kind = NULL;
	unsigned long place, id;
	char word[10];
	int at = 0;
	char *name;

	if (sscanf(line, "next %9[a-z] %10lu", word, &id) == 2 && id <= UINT32_MAX) {
		next[!strcmp(word, "sampler")] = id;
		return 0;
	}
	if (sscanf(line, "%9[a-z] %3lu %10lu %n", word, &place, &id, &at) == 3 && at)
		kind = kind_find(word);
	if (!kind || place >= kind->places || !id || id > kind->id_max)
		return refuse(t, "ids: \"%.40s\"", line);
	name = name_at(kind, &t->like.fnf, (unsigned)place);
	if (*name || !line[at] || strlen(line + at) >= FC_FNF_NAME)
		return refuse(t, "ids: \"%.40s\"", line);
	fc_config_text(name, FC_FNF_NAME, line + at);
	id_put(kind, &t->like.fnf, (unsigned)place, (uint32_t)id);
	return 0;
}

/* Each object has a place and a number of its own, and nothing else has. */
static int refuse_ids(struct taking *t, const struct kind *kind)
{
	for (unsigned i = 0; i < kind->places; i++) {
		const char *there = name_at(kind, &t->scratch.fnf, i);
		const char *said = name_at(kind, &t->like.fnf, i);

		if (*there && place_of(kind, &t->like.fnf, there) == kind->places)
			return refuse(t, "ids: %s %s has none", kind->name, there);
		if (!*said)
			continue;
		if (place_of(kind, &t->scratch.fnf, said) == kind->places)
			return refuse(t, "ids: there is no %s %s", kind->name, said);
		if (place_of(kind, &t->like.fnf, said) != i)
			return refuse(t, "ids: %s %s has two", kind->name, said);
	}
	return 0;
}

/* Records, exporters and monitors share their numbers; samplers have their own. */
static int refuse_twice(struct taking *t, uint64_t next)
{
	for (unsigned a = 0; a < OBJECTS; a++)
		for (unsigned b = 0; b <= a; b++) {
			uint32_t id = object_id(&t->like.fnf, a);

			if (id > next || (id && b < a && id == object_id(&t->like.fnf, b)))
				return refuse(t, "ids: %u is given twice, or is still to come", id);
		}
	for (unsigned a = 0; a < FC_FNF_SAMPLERS; a++)
		for (unsigned b = 0; b < a; b++)
			if (t->like.fnf.sampler[a].id &&
			    t->like.fnf.sampler[a].id == t->like.fnf.sampler[b].id)
				return refuse(t, "ids: sampler %u is given twice",
					      t->like.fnf.sampler[a].id);
	return 0;
}

static int read_ids(struct taking *t, char *ids)
{
	uint64_t next[2] = {UINT64_MAX, UINT64_MAX};
	int err = 0;

	memset(&t->like, 0, sizeof(t->like));
	for (const char *at; !err && (at = next_line(&ids));)
		err = read_id(t, at, next);
	if (!err && (next[0] > UINT32_MAX || next[1] > UINT8_MAX))
		err = refuse(t, "ids: the next ones are missing");
	for (unsigned k = 0; k < KINDS && !err; k++)
		err = refuse_ids(t, &kinds[k]);
	if (!err)
		err = refuse_twice(t, next[0]);
	if (err)
		return err;
	for (unsigned i = 0; i < FC_FNF_RECORDS; i++)
		if (*t->like.fnf.record[i].name)
			t->like.fnf.record[i].kind = FC_RECORD_USER;
	t->like.fnf.next_id = (uint32_t)next[0];
	t->like.fnf.next_sampler_id = (uint8_t)next[1];
	return 0;
}

/* ------------------------------------------------------------------ the whole of it */
static int begin_taking(struct taking **out, char *why, size_t why_octets)
{
	struct taking *t = malloc(sizeof(*t));

	snprintf(why, why_octets, "no memory"); /* unless something else is said */
	if (!t)
		return -ENOMEM;
	t->why = why;
	t->why_octets = why_octets;
	begin(&t->scratch);
	*out = t;
	return 0;
}

/* The scratch's shared part, with these ids, becomes *config's. Frees all. */
static int end_taking(struct taking *t, struct fc_config *config, const char *ids)
{
	char *copy = strdup(ids);
	int err = copy ? read_ids(t, copy) : -ENOMEM;

	if (!err) {
		fc_config_align(&t->scratch, &t->like);
		fc_config_shared_copy(config, &t->scratch);
		*t->why = '\0';
	}
	free(copy);
	free(t);
	return err;
}

int fc_config_shared_take(struct fc_config *config, const char *text, const char *ids, char *why,
			  size_t why_octets)
{
	struct taking *t;
	char *copy;
	int err = begin_taking(&t, why, why_octets);

	if (err)
		return err;
	copy = strdup(text);
	err = copy ? read_text(t, copy) : -ENOMEM;
	free(copy);
	if (!err)
		err = refuse_own(t);
	if (!err)
		return end_taking(t, config, ids);
	free(t);
	return err;
}

int fc_config_shared_line(struct fc_config *config, const char *section, const char *line,
			  const char *ids, char *why, size_t why_octets)
{
	const char *const texts[] = {section, line};
	struct fc_config_cursor cursor = {.mode = FC_CONFIG_GLOBAL};
	struct fc_syntax_line said;
	struct taking *t;
	int err = begin_taking(&t, why, why_octets);

	if (err)
		return err;
	fc_config_shared_copy(&t->scratch, config);
	for (unsigned i = 0; !err && i < 2; i++)
		if (fc_config_line(&t->scratch, &cursor, texts[i], &said))
			err = refuse(t, "\"%.60s\": %s", texts[i], said.message);
	if (!err)
		return end_taking(t, config, ids);
	free(t);
	return err;
}
