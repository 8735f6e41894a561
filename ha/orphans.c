// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/orphans.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#define LOOK 512 /* flows of the base that one turn looks at */
#define REST_NS 50000000

/* SEARCH --some found--> JOIN --joined--> CLOSE --all queued--> LAST --safe--> SEARCH */
enum state {
	SEARCH, /* look for such flows, from the beginning of the base on */
	JOIN,   /* the next cut is to hold them */
	CLOSE,  /* they go into the queue, as far as there is room */
	LAST    /* the cut is not safe yet */
};

struct fc_orphans {
	struct fc_orphans_config config;
	pthread_mutex_t lock; /* a turn; stats */
	enum state state;
	struct fc_cut_member *member; /* NULL: in SEARCH */
	struct fc_cut_ticket ticket;
	uint64_t cut_ns;
	size_t at; /* in the base */
	struct fc_orphans_stats stats;
	pthread_t thread;
	bool started;
	atomic_bool stop;
};

static bool an_orphan(const struct fc_orphans *o, const struct fc_cut_flow *flow)
{
	return !o->config.served(o->config.context, flow->slot);
}

/* Nothing of a cut that went on without us is ours any more. */
static void leave(struct fc_orphans *o)
{
	if (o->member)
		fc_cuts_member_remove(o->member);
	o->member = NULL;
	o->state = SEARCH;
	o->at = 0;
}

/* ------------------------------------------------------------------ steps; true: more at once */
static bool search(struct fc_orphans *o, struct fc_base *base)
{
	struct fc_cut_flow flow[64];
	struct fc_base_look look;

	fc_base_look(base, &look);
	if (!look.flows) {
		o->at = 0;
		return false;
	}
	for (unsigned looked = 0; looked < LOOK; looked += 64) {
		size_t count = fc_base_next(base, &o->at, flow, 64);

		if (!count) {
			o->at = 0;
			return false;
		}
		for (size_t i = 0; i < count; i++) {
			if (!an_orphan(o, &flow[i]))
				continue;
			o->cut_ns = fc_base_cut_ns(base, flow[i].slot);
			if (!fc_cuts_member_add(o->config.cuts, FC_ORPHANS_SLOT, 0, 0, &o->member,
						NULL))
				o->state = JOIN;
			return o->state == JOIN;
		}
	}
	return true;
}

/* A cut in hand would refuse, and count us as one that lags behind. */
static bool join(struct fc_orphans *o)
{
	struct fc_cuts_look look;

	fc_cuts_look(o->config.cuts, &look);
	if (look.flying || !fc_cuts_join(o->member, 0, o->cut_ns, &o->ticket))
		return false;
	o->state = CLOSE;
	o->at = 0;
	o->stats.cuts++;
	return true;
}

/* Room first: what was taken from the base must not be left over. */
static bool queue_flow(struct fc_orphans *o, struct fc_base *base, const struct fc_cut_flow *flow)
{
	struct fc_flow_message m = {
		.monitor = flow->flow.monitor, .cut_ns = o->cut_ns, .flow = flow->flow};

	if (!fc_flow_queue_room(o->config.queue))
		return false;
	if (!fc_base_take(base, flow->instance))
		return true;
	m.flow.end_reason = FC_END_FORCED;
	fc_flow_queue_put(o->config.queue, &m);
	o->stats.flows++;
	o->stats.packets += flow->flow.packets;
	return true;
}

static bool queue_marker(struct fc_orphans *o)
{
	const struct fc_flow_message m = {.cut = true,
					  .cut_ns = o->cut_ns,
					  .slot = FC_ORPHANS_SLOT,
					  .number = o->ticket.number};

	if (!fc_flow_queue_put(o->config.queue, &m))
		return false;
	if (o->ticket.number)
		fc_cuts_part_done(o->member, 0);
	o->state = LAST;
	return true;
}

static bool close_some(struct fc_orphans *o, struct fc_base *base)
{
	struct fc_cut_flow flow;

	for (unsigned i = 0; i < LOOK; i++) {
		size_t at = o->at;

		if (!fc_base_next(base, &o->at, &flow, 1))
			return queue_marker(o);
		if (!an_orphan(o, &flow) || queue_flow(o, base, &flow))
			continue;
		o->at = at;
		return false;
	}
	return true;
}

static bool turn(struct fc_orphans *o)
{
	struct fc_base *base = fc_cuts_base_get(o->config.cuts);
	uint64_t standbys;

	if (!base || fc_cuts_mode_now(o->config.cuts, &standbys) == FC_CUTS_STANDBY) {
		leave(o);
		return false;
	}
	switch (o->state) {
	case SEARCH:
		return search(o, base);
	case JOIN:
		return join(o);
	case CLOSE:
		return close_some(o, base);
	case LAST:
		if (!fc_cuts_safe(o->member))
			return false;
		leave(o);
		return true;
	}
	return false;
}

bool fc_orphans_turn(struct fc_orphans *o)
{
	bool more;

	pthread_mutex_lock(&o->lock);
	more = turn(o);
	pthread_mutex_unlock(&o->lock);
	return more;
}

/* ------------------------------------------------------------------ from outside */
int fc_orphans_create(const struct fc_orphans_config *config, struct fc_orphans **out)
{
	struct fc_orphans *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	o->config = *config;
	pthread_mutex_init(&o->lock, NULL);
	*out = o;
	return 0;
}

static void *run(void *argument)
{
	struct fc_orphans *o = argument;

	while (!atomic_load(&o->stop))
		if (!fc_orphans_turn(o))
			nanosleep(&(struct timespec){0, REST_NS}, NULL);
	return NULL;
}

int fc_orphans_start(struct fc_orphans *o)
{
	int err = -pthread_create(&o->thread, NULL, run, o);

	o->started = !err;
	return err;
}

void fc_orphans_destroy(struct fc_orphans *o)
{
	if (!o)
		return;
	atomic_store(&o->stop, true);
	if (o->started)
		pthread_join(o->thread, NULL);
	leave(o);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

void fc_orphans_stats(struct fc_orphans *o, struct fc_orphans_stats *out)
{
	pthread_mutex_lock(&o->lock);
	*out = o->stats;
	pthread_mutex_unlock(&o->lock);
}
