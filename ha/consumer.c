// SPDX-License-Identifier: BSD-2-Clause
#include "ha/consumer.h"

#include "ha/plan.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_MS 1000
#define RETRY_MAX_MS 60000

/* Objects in their numbers; a monitor with where it stands on this card. */
struct mirror {
	struct fc_fnf fnf;
	uint8_t bound[FC_FNF_MONITORS][FC_CARD_PORTS_MAX][2][2];
};

struct fc_consumer {
	struct fc_brokers *brokers;
	unsigned slot;
	/* the slot's thread only */
	struct fc_broker_batch batch[FC_BROKERS_KINDS]; /* taken, not done */
	struct fc_card_plan planned, running;           /* the plan taken last; what the card has */
	uint64_t commits;                               /* when it was taken */
	uint64_t retry_ms;                              /* 0: it did not fail */
	unsigned attempts, monitors;
	int left; /* flow monitors that the plan has no place for; -errno: there is no plan */
	uint32_t left_id[FC_CARD_MONITORS_MAX];

	pthread_mutex_t lock;
	struct mirror mirror;
};

static void set_state(struct fc_consumer *c, enum fc_broker_card state)
{
	fc_brokers_lock(c->brokers, 0);
	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++)
		fc_broker_card_set(fc_brokers_at(c->brokers, k), c->slot, state);
	fc_brokers_unlock(c->brokers);
}

static void release(struct fc_consumer *c)
{
	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++)
		fc_broker_batch_release(&c->batch[k]);
}

int fc_consumer_create(struct fc_brokers *brokers, unsigned slot, struct fc_consumer **out)
{
	struct fc_consumer *c = calloc(1, sizeof(*c));

	if (!c)
		return -ENOMEM;
	c->brokers = brokers;
	c->slot = slot;
	pthread_mutex_init(&c->lock, NULL);
	set_state(c, FC_BROKER_DISABLED);
	*out = c;
	return 0;
}

void fc_consumer_destroy(struct fc_consumer *c)
{
	if (!c)
		return;
	set_state(c, FC_BROKER_ABSENT);
	release(c);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* A card that comes knows nothing: no monitor is on, whatever the one before had. */
void fc_consumer_up(struct fc_consumer *c, unsigned monitors)
{
	release(c);
	c->monitors = monitors < FC_CARD_MONITORS_MAX ? monitors : FC_CARD_MONITORS_MAX;
	memset(&c->running, 0, sizeof(c->running));
	c->retry_ms = 0;
	c->attempts = 0;
	set_state(c, FC_BROKER_ENABLED);
}

void fc_consumer_down(struct fc_consumer *c)
{
	release(c);
	c->retry_ms = 0;
	set_state(c, FC_BROKER_DISABLED);
}

/* ------------------------------------------------------------------ the mirror */
/* A number may have gone to another object since: only what has this id goes. */
static void mirror_delete(struct mirror *m, enum fc_brokers_kind kind, uint32_t id)
{
	for (int n = 0; kind == FC_BROKERS_SAMPLER && n < FC_FNF_SAMPLERS; n++)
		if (m->fnf.sampler[n].id == id)
			memset(&m->fnf.sampler[n], 0, sizeof(m->fnf.sampler[n]));
	for (int n = 0; kind == FC_BROKERS_EXPORTER && n < FC_FNF_EXPORTERS; n++)
		if (m->fnf.exporter[n].id == id)
			memset(&m->fnf.exporter[n], 0, sizeof(m->fnf.exporter[n]));
	for (int n = 0; kind == FC_BROKERS_RECORD && n < FC_FNF_RECORDS; n++)
		if (m->fnf.record[n].id == id)
			memset(&m->fnf.record[n], 0, sizeof(m->fnf.record[n]));
	for (int n = 0; kind == FC_BROKERS_MONITOR && n < FC_FNF_MONITORS; n++) {
		if (m->fnf.monitor[n].id != id)
			continue;
		memset(&m->fnf.monitor[n], 0, sizeof(m->fnf.monitor[n]));
		memset(m->bound[n], 0, sizeof(m->bound[n]));
	}
}

static void mirror_put(struct mirror *m, unsigned slot, enum fc_brokers_kind kind, const void *data)
{
	const struct fc_brokers_sampler *s = data;
	const struct fc_brokers_exporter *e = data;
	const struct fc_brokers_record *r = data;
	const struct fc_brokers_monitor *f = data;

	switch (kind) {
	case FC_BROKERS_SAMPLER:
		m->fnf.sampler[s->number] = s->sampler;
		break;
	case FC_BROKERS_EXPORTER:
		m->fnf.exporter[e->number] = e->exporter;
		break;
	case FC_BROKERS_RECORD:
		m->fnf.record[r->number] = r->record;
		break;
	case FC_BROKERS_MONITOR:
		m->fnf.monitor[f->number] = f->monitor;
		memcpy(m->bound[f->number], f->bound[slot], sizeof(m->bound[f->number]));
		break;
	case FC_BROKERS_KINDS:
		break;
	}
}

/* Deletes before all else: a number that an object left may have a new owner in the same batch. */
static void take_over(struct fc_consumer *c, enum fc_brokers_kind k)
{
	const struct fc_broker_batch *batch = &c->batch[k];

	for (size_t i = 0; i < batch->updates; i++) {
		const struct fc_broker_update *u = &batch->update[i];

		/* also of what moved to another number */
		mirror_delete(&c->mirror, k, fc_broker_value_id(u->value));
	}
	for (size_t i = 0; i < batch->updates; i++)
		if (!batch->update[i].is_delete)
			mirror_put(&c->mirror, c->slot, k,
				   fc_broker_value_data(batch->update[i].value));
}

static void mirror_update(struct fc_consumer *c)
{
	pthread_mutex_lock(&c->lock);
	if (c->batch[0].flush)
		memset(&c->mirror, 0, sizeof(c->mirror));
	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++)
		take_over(c, k);
	pthread_mutex_unlock(&c->lock);
}

static void bind(struct fc_config_binding list[FC_FNF_BINDINGS], int monitor, uint8_t bound)
{
	for (unsigned i = 0; bound && i < FC_FNF_BINDINGS; i++) {
		if (list[i].monitor != FC_CONFIG_NONE)
			continue;
		list[i].monitor = monitor;
		list[i].sampler = bound == FC_BROKERS_UNSAMPLED ? FC_CONFIG_NONE : bound - 1;
		return;
	}
}

static void ports_of(const struct mirror *m, struct fc_config_port port[FC_CARD_PORTS_MAX])
{
	memset(port, 0, FC_CARD_PORTS_MAX * sizeof(*port));
	for (unsigned at = 0; at < FC_CARD_PORTS_MAX * 4; at++) {
		unsigned p = at / 4, d = at / 2 % 2, f = at % 2;
		struct fc_config_binding *list = port[p].binding[d][f];

		for (unsigned i = 0; i < FC_FNF_BINDINGS; i++)
			list[i].monitor = list[i].sampler = FC_CONFIG_NONE;
		for (int n = 0; n < FC_FNF_MONITORS; n++)
			bind(list, n, m->bound[n][p][d][f]);
	}
}

void fc_consumer_mirror(struct fc_consumer *c, struct fc_fnf *fnf,
			struct fc_config_port port[FC_CARD_PORTS_MAX])
{
	pthread_mutex_lock(&c->lock);
	*fnf = c->mirror.fnf;
	ports_of(&c->mirror, port);
	pthread_mutex_unlock(&c->lock);
}

/* ------------------------------------------------------------------ take */
/* All four under one lock: a commit is seen whole or not at all. The lock is held. */
static int take_batches(struct fc_consumer *c, uint64_t now_ms)
{
	bool behind = false;
	int err = 0;

	fc_brokers_tidy(c->brokers, now_ms);
	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++)
		behind |= fc_broker_behind(fc_brokers_at(c->brokers, k), c->slot);
	if (!behind)
		return 0;
	for (unsigned k = 0; !err && k < FC_BROKERS_KINDS; k++)
		err = fc_broker_take(fc_brokers_at(c->brokers, k), c->slot, &c->batch[k]);
	if (!err)
		return 1;
	release(c);
	return err;
}

int fc_consumer_take(struct fc_consumer *c, uint64_t now_ms, struct fc_card_plan *plan)
{
	struct fc_config_port port[FC_CARD_PORTS_MAX];
	uint64_t commits = fc_brokers_commits(c->brokers);
	int got;

	if (c->retry_ms && now_ms < c->retry_ms && commits == c->commits)
		return 0;
	fc_brokers_lock(c->brokers, 0);
	got = take_batches(c, now_ms);
	fc_brokers_unlock(c->brokers);
	if (got <= 0)
		return got;
	c->commits = commits;
	mirror_update(c);
	ports_of(&c->mirror, port);
	c->left = fc_plan_make(&c->mirror.fnf, port, &c->running, c->monitors, &c->planned,
			       c->left_id);
	if (c->left < 0)
		c->planned = c->running; /* goes on as it is */
	*plan = c->planned;
	return 1;
}

/* ------------------------------------------------------------------ done */
/* Objects of the batches that have to wait, and what is said of the first in each list. */
struct verdict {
	uint32_t failed[FC_BROKERS_KINDS][FC_FNF_RECORDS];
	size_t count[FC_BROKERS_KINDS];
	const char *sentence[FC_BROKERS_KINDS];
};

static bool in_batch(const struct fc_broker_batch *batch, uint32_t id)
{
	for (size_t i = 0; i < batch->updates; i++)
		if (fc_broker_value_id(batch->update[i].value) == id)
			return true;
	return false;
}

static bool blame(struct fc_consumer *c, struct verdict *v, enum fc_brokers_kind kind, uint32_t id,
		  const char *sentence)
{
	if (!in_batch(&c->batch[kind], id))
		return false;
	if (v->count[kind] < FC_FNF_RECORDS)
		v->failed[kind][v->count[kind]++] = id;
	if (!v->sentence[kind])
		v->sentence[kind] = sentence;
	return true;
}

/* The first of a list, if nothing better is known. */
static void blame_any(struct fc_consumer *c, struct verdict *v, const char *sentence)
{
	for (unsigned k = FC_BROKERS_KINDS; k-- > 0;)
		if (c->batch[k].updates) {
			blame(c, v, k, fc_broker_value_id(c->batch[k].update[0].value), sentence);
			return;
		}
}

/* What the place of a plan depends on: its flow monitor, its samplers, its record. */
static bool blame_place(struct fc_consumer *c, struct verdict *v, const struct fc_plan_monitor *p,
			const char *sentence)
{
	const struct fc_fnf *fnf = &c->mirror.fnf;
	const struct fc_fnf_monitor *m;

	if (!p->there)
		return false;
	if (blame(c, v, FC_BROKERS_MONITOR, p->id, sentence))
		return true;
	for (unsigned at = 0; at < 2 * FC_CARD_PORTS_MAX; at++) {
		const struct fc_card_sampler *s =
			&p->sampler[at / FC_CARD_PORTS_MAX][at % FC_CARD_PORTS_MAX];

		if (s->mode && blame(c, v, FC_BROKERS_SAMPLER, s->id, sentence))
			return true;
	}
	m = &fnf->monitor[p->flow_monitor];
	return m->id == p->id && m->record != FC_FNF_NONE &&
	       blame(c, v, FC_BROKERS_RECORD, fnf->record[m->record].id, sentence);
}

/* What the card has no place for; the monitor itself has not changed if others took its place. */
static void judge_plan(struct fc_consumer *c, struct verdict *v)
{
	static const char sentence[] = "the card has no monitor left for it";

	if (c->left < 0)
		blame_any(c, v, sentence);
	for (int n = 0; n < c->left; n++)
		if (!blame(c, v, FC_BROKERS_MONITOR, c->left_id[n], sentence))
			blame_any(c, v, sentence);
}

static void judge(struct fc_consumer *c, const struct fc_plan_outcome *outcome, struct verdict *v)
{
	judge_plan(c, v);
	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++) {
		bool found;

		if (!outcome[m].error)
			continue;
		found = blame_place(c, v, &c->planned.monitor[m], outcome[m].sentence);
		found |= blame_place(c, v, &c->running.monitor[m], outcome[m].sentence);
		if (!found)
			blame_any(c, v, outcome[m].sentence);
	}
}

static const char *name_of(const struct fc_broker_batch *batch, const uint32_t *ids, size_t count)
{
	for (size_t i = 0; i < batch->updates; i++)
		for (size_t n = 0; n < count; n++)
			if (fc_broker_value_id(batch->update[i].value) == ids[n])
				return fc_broker_value_name(batch->update[i].value);
	return "?";
}

static void advance(struct fc_consumer *c, const struct verdict *v, uint64_t now_ms)
{
	fc_brokers_lock(c->brokers, 0);
	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++) {
		struct fc_broker *b = fc_brokers_at(c->brokers, k);

		fc_broker_advance(b, c->slot, c->batch[k].ticket, v->failed[k], v->count[k]);
		if (v->count[k])
			fc_broker_stuck(b, c->slot,
					name_of(&c->batch[k], v->failed[k], v->count[k]),
					c->attempts, v->sentence[k]);
		else
			fc_broker_stuck(b, c->slot, NULL, 0, NULL);
	}
	fc_brokers_touch(c->brokers, now_ms);
	fc_brokers_unlock(c->brokers);
}

static uint64_t backoff_ms(unsigned attempts)
{
	unsigned shift = attempts - 1 < 6 ? attempts - 1 : 6;
	uint64_t ms = (uint64_t)RETRY_MS << shift;

	return ms < RETRY_MAX_MS ? ms : RETRY_MAX_MS;
}

/* The slot could not even try: no place says why. */
static void judge_call(struct fc_consumer *c, int err, struct verdict *v)
{
	size_t failed = 0;

	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++)
		failed += v->count[k];
	if (err && !failed)
		blame_any(c, v, strerror(-err));
}

void fc_consumer_done(struct fc_consumer *c, uint64_t now_ms, int err,
		      const struct fc_plan_outcome outcome[FC_CARD_MONITORS_MAX])
{
	struct verdict v = {0};
	size_t failed = 0;

	if (err == -ENODEV) {
		release(c);
		return;
	}
	judge(c, outcome, &v);
	judge_call(c, err, &v);
	for (unsigned k = 0; k < FC_BROKERS_KINDS; k++)
		failed += v.count[k];
	c->attempts = failed ? c->attempts + 1 : 0;
	c->retry_ms = failed ? now_ms + backoff_ms(c->attempts) : 0;
	/* A place that failed is off or as it was; the next plan keeps its number all the same. */
	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++)
		if (!outcome[m].error || c->planned.monitor[m].there)
			c->running.monitor[m] = c->planned.monitor[m];
	advance(c, &v, now_ms);
	release(c);
}
