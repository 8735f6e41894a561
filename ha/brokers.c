// SPDX-License-Identifier: BSD-2-Clause
#include "ha/brokers.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct fc_brokers {
	pthread_mutex_t lock;
	struct fc_broker *broker[FC_BROKERS_KINDS];
	uint64_t commits, touched_ms;
};

struct fc_brokers *fc_brokers_create(void)
{
	struct fc_brokers *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++) {
		b->broker[k] = fc_broker_create();
		if (!b->broker[k])
			goto destroy;
	}
	pthread_mutex_init(&b->lock, NULL);
	return b;

destroy:
	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++)
		fc_broker_destroy(b->broker[k]);
	free(b);
	return NULL;
}

void fc_brokers_destroy(struct fc_brokers *b)
{
	if (!b)
		return;
	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++)
		fc_broker_destroy(b->broker[k]);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

struct fc_broker *fc_brokers_lock(struct fc_brokers *b, enum fc_brokers_kind kind)
{
	pthread_mutex_lock(&b->lock);
	return b->broker[kind];
}

void fc_brokers_unlock(struct fc_brokers *b)
{
	pthread_mutex_unlock(&b->lock);
}

struct fc_broker *fc_brokers_at(struct fc_brokers *b, enum fc_brokers_kind kind)
{
	return b->broker[kind];
}

uint64_t fc_brokers_commits(struct fc_brokers *b)
{
	uint64_t commits;

	pthread_mutex_lock(&b->lock);
	commits = b->commits;
	pthread_mutex_unlock(&b->lock);
	return commits;
}

void fc_brokers_touch(struct fc_brokers *b, uint64_t now_ms)
{
	b->touched_ms = now_ms;
}

void fc_brokers_tidy(struct fc_brokers *b, uint64_t now_ms)
{
	if (now_ms - b->touched_ms < FC_BROKERS_QUIET_MS)
		return;
	b->touched_ms = now_ms;
	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++)
		fc_broker_trim(b->broker[k]);
}

/* ------------------------------------------------------------------ objects of a configuration */
/* The object with this number; octets that compare. 0: there is none. */
union object {
	struct fc_brokers_sampler sampler;
	struct fc_brokers_exporter exporter;
	struct fc_brokers_record record;
	struct fc_brokers_monitor monitor;
};

struct view {
	uint32_t id;
	const char *name;
	size_t octets;
};

static bool view_sampler(const struct fc_config *c, int n, union object *o, struct view *v)
{
	if (n >= FC_FNF_SAMPLERS || !*c->fnf.sampler[n].name)
		return false;
	o->sampler.number = n;
	o->sampler.sampler = c->fnf.sampler[n];
	*v = (struct view){o->sampler.sampler.id, o->sampler.sampler.name, sizeof(o->sampler)};
	return true;
}

static bool view_exporter(const struct fc_config *c, int n, union object *o, struct view *v)
{
	if (n >= FC_FNF_EXPORTERS || !*c->fnf.exporter[n].name)
		return false;
	o->exporter.number = n;
	o->exporter.exporter = c->fnf.exporter[n];
	*v = (struct view){o->exporter.exporter.id, o->exporter.exporter.name, sizeof(o->exporter)};
	return true;
}

static bool view_record(const struct fc_config *c, int n, union object *o, struct view *v)
{
	if (n >= FC_FNF_RECORDS || c->fnf.record[n].kind == FC_RECORD_FREE)
		return false;
	o->record.number = n;
	o->record.record = c->fnf.record[n];
	*v = (struct view){o->record.record.id, o->record.record.name, sizeof(o->record)};
	return true;
}

static void view_bindings(const struct fc_config *c, unsigned slot, int monitor,
			  struct fc_brokers_monitor *out)
{
	for (unsigned p = 0; p < FC_CARD_PORTS_MAX; p++)
		for (unsigned at = 0; at < 4 * FC_FNF_BINDINGS; at++) {
			unsigned d = at / FC_FNF_BINDINGS / 2, f = at / FC_FNF_BINDINGS % 2;
			const struct fc_config_binding *b =
				&c->card[slot].port[p].binding[d][f][at % FC_FNF_BINDINGS];

			if (b->monitor == monitor)
				out->bound[slot][p][d][f] = b->sampler == FC_CONFIG_NONE
								    ? FC_BROKERS_UNSAMPLED
								    : (uint8_t)(b->sampler + 1);
		}
}

static bool view_monitor(const struct fc_config *c, int n, union object *o, struct view *v)
{
	if (n >= FC_FNF_MONITORS || !*c->fnf.monitor[n].name)
		return false;
	o->monitor.number = n;
	o->monitor.monitor = c->fnf.monitor[n];
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		view_bindings(c, s, n, &o->monitor);
	*v = (struct view){o->monitor.monitor.id, o->monitor.monitor.name, sizeof(o->monitor)};
	return true;
}

static const struct kind {
	int most;
	size_t at, octets; /* of the table in struct fc_config */
	bool (*view)(const struct fc_config *config, int number, union object *out, struct view *v);
#define TABLE(name)                                                                                \
	offsetof(struct fc_config, fnf.name), sizeof(((struct fc_config *)NULL)->fnf.name)
} kinds[FC_BROKERS_KINDS] = {
	[FC_BROKERS_SAMPLER] = {FC_FNF_SAMPLERS, TABLE(sampler), view_sampler},
	[FC_BROKERS_EXPORTER] = {FC_FNF_EXPORTERS, TABLE(exporter), view_exporter},
	[FC_BROKERS_RECORD] = {FC_FNF_RECORDS, TABLE(record), view_record},
	[FC_BROKERS_MONITOR] = {FC_FNF_MONITORS, TABLE(monitor), view_monitor},
};

static bool look(const struct kind *kind, const struct fc_config *c, int n, union object *o,
		 struct view *v)
{
	memset(o, 0, sizeof(*o));
	return c && kind->view(c, n, o, v);
}

/* Configurations compare as memory (ha/config.h). */
static bool same_octets(const void *a, const void *b, size_t octets)
{
	return memcmp(a, b, octets) == 0;
}

/* Most lines change one kind; the others need no second look. */
static bool same(enum fc_brokers_kind k, const struct fc_config *from, const struct fc_config *to)
{
	if (!from)
		return false;
	if (k == FC_BROKERS_MONITOR && !same_octets(from->card, to->card, sizeof(to->card)))
		return false;
	return same_octets((const char *)from + kinds[k].at, (const char *)to + kinds[k].at,
			   kinds[k].octets);
}

/* ------------------------------------------------------------------ commit */
struct change {
	struct change *next;
	enum fc_brokers_kind kind;
	struct fc_broker_object *object; /* NULL: a delete */
	uint32_t id;
};

/* An id that is still somewhere is not deleted, though its number may be another one. */
static bool has_id(const struct kind *kind, const struct fc_config *c, uint32_t id)
{
	union object o;
	struct view v;

	for (int n = 0; n < kind->most; n++)
		if (look(kind, c, n, &o, &v) && v.id == id)
			return true;
	return false;
}

static int add_change(struct change **list, enum fc_brokers_kind kind, const struct view *v,
		      const void *data)
{
	struct change *change = calloc(1, sizeof(*change));

	if (!change)
		return -ENOMEM;
	change->kind = kind;
	change->id = v->id;
	if (data) {
		change->object = fc_broker_object_create(v->id, v->name, data, v->octets);
		if (!change->object) {
			free(change);
			return -ENOMEM;
		}
	}
	while (*list)
		list = &(*list)->next;
	*list = change;
	return 0;
}

static int find_puts(struct change **list, enum fc_brokers_kind k, const struct fc_config *from,
		     const struct fc_config *to)
{
	union object was, is;
	struct view before, after;
	int err = 0;

	for (int n = 0; !err && n < kinds[k].most; n++) {
		bool there = look(&kinds[k], from, n, &was, &before);

		if (!look(&kinds[k], to, n, &is, &after))
			continue;
		if (there && before.id == after.id && !memcmp(&was, &is, after.octets))
			continue;
		err = add_change(list, k, &after, &is);
	}
	return err;
}

static int find_deletes(struct change **list, enum fc_brokers_kind k, const struct fc_config *from,
			const struct fc_config *to)
{
	union object o;
	struct view v;
	int err = 0;

	for (int n = kinds[k].most; !err && n-- > 0;)
		if (look(&kinds[k], from, n, &o, &v) && !has_id(&kinds[k], to, v.id))
			err = add_change(list, k, &v, NULL);
	return err;
}

static void apply(struct fc_brokers *b, struct change *list, uint64_t now_ms)
{
	pthread_mutex_lock(&b->lock);
	if (list) {
		b->commits++;
		b->touched_ms = now_ms;
	}
	for (struct change *c = list; c; c = c->next) {
		if (c->object)
			fc_broker_put(b->broker[c->kind], c->object);
		else
			fc_broker_remove(b->broker[c->kind], c->id);
		c->object = NULL;
	}
	pthread_mutex_unlock(&b->lock);
}

int fc_brokers_commit(struct fc_brokers *b, const struct fc_config *from,
		      const struct fc_config *to, uint64_t now_ms)
{
	struct change *list = NULL, *next;
	int err = 0;

	for (unsigned k = 0; !err && k < FC_BROKERS_KINDS; k++)
		err = same(k, from, to) ? 0 : find_puts(&list, k, from, to);
	for (unsigned k = FC_BROKERS_KINDS; !err && k-- > 0;)
		err = same(k, from, to) ? 0 : find_deletes(&list, k, from, to);
	if (!err)
		apply(b, list, now_ms);
	for (; list; list = next) {
		next = list->next;
		fc_broker_object_destroy(list->object);
		free(list);
	}
	return err;
}
