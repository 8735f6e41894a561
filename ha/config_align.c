// SPDX-License-Identifier: BSD-2-Clause
/* A new configuration in the places of the running one: what has the same name keeps its number. */
#include <ha/config_align.h>
#include <string.h>

#define PLACES_MAX FC_FNF_RECORDS

/* Names of one kind of object, by place; NULL: free. */
struct names {
	unsigned places;
	const char *of[PLACES_MAX];
};

/* Where each object of one kind goes. */
struct moves {
	int to[PLACES_MAX];
	bool stays[PLACES_MAX]; /* by its new place: it was there already */
};

static int find(const struct names *n, const char *name)
{
	for (unsigned i = 0; i < n->places; i++)
		if (n->of[i] && !strcmp(n->of[i], name))
			return (int)i;
	return FC_CONFIG_NONE;
}

/* Those that stay first; the others get places that were free, then those of what goes. */
static void place(const struct names *running, const struct names *fresh, struct moves *out)
{
	bool taken[PLACES_MAX] = {false};

	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < fresh->places; i++) {
		out->to[i] = fresh->of[i] ? find(running, fresh->of[i]) : FC_CONFIG_NONE;
		if (out->to[i] != FC_CONFIG_NONE)
			taken[out->to[i]] = out->stays[out->to[i]] = true;
	}
	for (unsigned i = 0; i < fresh->places; i++) {
		unsigned at = 0;

		if (!fresh->of[i] || out->to[i] != FC_CONFIG_NONE)
			continue;
		while (at < running->places && (taken[at] || running->of[at]))
			at++;
		if (at == running->places)
			for (at = 0; taken[at];)
				at++;
		taken[at] = true;
		out->to[i] = (int)at;
	}
}

static void move(int *reference, const struct moves *moves)
{
	if (*reference != FC_CONFIG_NONE)
		*reference = moves->to[*reference];
}

/* Objects of one kind, at their new places. */
#define MOVE_ALL(kind, count, exists)                                                              \
	do {                                                                                       \
		struct names was = {count, {NULL}}, is = {count, {NULL}};                          \
		for (unsigned i = 0; i < (count); i++) {                                           \
			if (exists(running->fnf.kind[i]))                                          \
				was.of[i] = running->fnf.kind[i].name;                             \
			if (exists(before.kind[i]))                                                \
				is.of[i] = before.kind[i].name;                                    \
		}                                                                                  \
		place(&was, &is, &kind##s);                                                        \
		memset(fresh->fnf.kind, 0, sizeof(fresh->fnf.kind));                               \
		for (unsigned i = 0; i < (count); i++)                                             \
			if (is.of[i])                                                              \
				fresh->fnf.kind[kind##s.to[i]] = before.kind[i];                   \
		for (unsigned i = 0; i < (count); i++)                                             \
			if (kind##s.stays[i])                                                      \
				fresh->fnf.kind[i].id = running->fnf.kind[i].id;                   \
			else if (exists(fresh->fnf.kind[i]))                                       \
				fresh->fnf.kind[i].id = 0;                                         \
	} while (0)
#define IS_RECORD(r) ((r).kind != FC_RECORD_FREE)
#define IS_NAMED(o) (*(o).name != '\0')

static void move_references(struct fc_config *fresh, const struct moves *records,
			    const struct moves *exporters, const struct moves *monitors,
			    const struct moves *samplers)
{
	for (unsigned m = 0; m < FC_FNF_MONITORS; m++) {
		struct fc_fnf_monitor *monitor = &fresh->fnf.monitor[m];

		if (!*monitor->name)
			continue;
		move(&monitor->record, records);
		for (unsigned e = 0; e < FC_FNF_MONITOR_EXPORTERS; e++)
			move(&monitor->exporter[e], exporters);
	}
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		for (unsigned p = 0; p < FC_CARD_PORTS_MAX; p++) {
			struct fc_config_binding *b = &fresh->card[s].port[p].binding[0][0][0];

			for (unsigned i = 0; i < 2 * 2 * FC_FNF_BINDINGS; i++) {
				move(&b[i].monitor, monitors);
				move(&b[i].sampler, samplers);
			}
		}
}

void fc_config_align(struct fc_config *fresh, const struct fc_config *running)
{
	struct moves records, exporters, monitors, samplers;
	struct fc_fnf before = fresh->fnf;

	MOVE_ALL(record, FC_FNF_RECORDS, IS_RECORD);
	MOVE_ALL(exporter, FC_FNF_EXPORTERS, IS_NAMED);
	MOVE_ALL(monitor, FC_FNF_MONITORS, IS_NAMED);
	MOVE_ALL(sampler, FC_FNF_SAMPLERS, IS_NAMED);
	move_references(fresh, &records, &exporters, &monitors, &samplers);
	fresh->fnf.next_id = running->fnf.next_id;
	fresh->fnf.next_sampler_id = running->fnf.next_sampler_id;
	fc_fnf_number(&fresh->fnf);
}
