// SPDX-License-Identifier: BSD-2-Clause
#include "bench_impl.h"

#include <assert.h>
#include <errno.h>
#include <ha/fnv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAIM_DELAY_MS 5

struct context {
	struct bench *bench;
	unsigned index;
};
static struct context contexts[2];

struct end *bench_end_of(void *context)
{
	const struct context *c = context;

	return &c->bench->end[c->index];
}

struct bench *bench_of(void *context)
{
	return ((const struct context *)context)->bench;
}

struct fc_rf_time bench_now(const struct bench *b, unsigned u)
{
	return (struct fc_rf_time){.ms = b->now_ms - b->end[u].born_ms, .wall = 1700000000};
}

/* ------------------------------------------------------------------ the link */
/* The engine does not look at a message's number: it says when it arrives. */
static void push(struct end *to, struct fc_message *m, uint64_t at_ms)
{
	m->number = at_ms;
	m->next = NULL;
	*to->last = m;
	to->last = &m->next;
}

static void drop_all(struct end *e)
{
	while (e->first) {
		struct fc_message *m = e->first;

		e->first = m->next;
		fc_message_free(m);
	}
	e->last = &e->first;
}

static void host_send(void *context, struct fc_message *m)
{
	struct end *e = bench_end_of(context), *peer = &bench_of(context)->end[!e->index];

	e->sent++;
	if (!e->up || !peer->up || peer->down_due || bench_of(context)->mute == e->index + 1 ||
	    (bench_of(context)->drop_acks && m->type == FC_MESSAGE_ACK))
		fc_message_free(m);
	else
		push(peer, m, bench_of(context)->now_ms + bench_of(context)->delay_ms);
}

static size_t host_queued(void *context)
{
	(void)context;
	return 0;
}

static void down(struct end *e, enum fc_link_down reason)
{
	if (!e->up)
		return;
	e->down = reason;
	e->down_due = true;
}

static void host_hang_up(void *context, const char *why)
{
	struct end *e = bench_end_of(context);

	(void)why;
	drop_all(e);
	down(e, FC_LINK_DOWN_LOCAL);
	down(&bench_of(context)->end[!e->index], FC_LINK_DOWN_CLOSED);
}

void bench_cut(struct bench *b, enum fc_link_down reason)
{
	b->net = false;
	for (unsigned u = 0; u < 2; u++) {
		drop_all(&b->end[u]);
		down(&b->end[u], reason);
	}
}

static void connect_ends(struct bench *b)
{
	if (!b->net || b->now_ms < b->connect_ms)
		return;
	for (unsigned u = 0; u < 2; u++)
		if (!b->end[u].pair || b->end[u].up)
			return;
	for (unsigned u = 0; u < 2; u++) {
		b->end[u].up = true;
		b->end[u].up_due = true;
	}
}

/* ------------------------------------------------------------------ the witness */
static void host_claim(void *context, uint64_t term)
{
	struct end *e = bench_end_of(context);

	e->asked = term;
	e->asked_at_ms = bench_of(context)->now_ms;
	bench_of(context)->commands += bench_of(context)->fencing == FC_RF_FENCING_PEER;
}

static void answer_command(struct bench *b, struct end *e)
{
	struct fc_claim_answer answer = {.won = true, .newest = e->asked, .holder = e->index + 1};
	uint64_t term = e->asked;

	if (!term || b->now_ms < e->asked_at_ms + CLAIM_DELAY_MS + b->command_ms)
		return;
	e->asked = 0;
	if (!b->witness_away && b->end[!e->index].pair)
		bench_crash(b, !e->index);
	fc_pair_claimed(e->pair, b->witness_away ? -EPERM : 0, term, &answer,
			bench_now(b, e->index));
}

static void answer_claim(struct bench *b, struct end *e)
{
	struct fc_claim_answer answer = {.newest = b->newest, .holder = b->holder};
	uint64_t term = e->asked;

	if (!term || b->now_ms < e->asked_at_ms + CLAIM_DELAY_MS)
		return;
	e->asked = 0;
	if (b->witness_away) {
		fc_pair_claimed(e->pair, -ETIMEDOUT, term, NULL, bench_now(b, e->index));
		return;
	}
	answer.won = b->fencing == FC_RF_FENCING_NONE || term == b->newest + 1;
	if (answer.won) {
		b->newest = term;
		b->holder = e->index + 1;
	}
	fc_pair_claimed(e->pair, 0, term, &answer, bench_now(b, e->index));
}

/* ------------------------------------------------------------------ the rest of the host */
static uint64_t host_now_us(void *context)
{
	return bench_of(context)->now_ms * 1000;
}

static void host_hook(void *context, bool to_me)
{
	struct end *e = bench_end_of(context);

	e->hooks_to_me += to_me;
	e->hooks_to_peer += !to_me;
}

static bool host_true(void *context)
{
	(void)context;
	return true;
}

static bool host_followed(void *context)
{
	return !bench_end_of(context)->coming_up;
}

static uint64_t checksum(const char *text)
{
	return fc_fnv(FC_FNV_BASIS, text, strlen(text));
}

static int host_config_read(void *context, struct fc_pair_config *out)
{
	const struct end *e = bench_end_of(context);
	size_t ids = e->too_large ? FC_MESSAGE_BODY_MAX + 1 : 1;

	out->text = strdup(e->config);
	out->ids = malloc(ids);
	memset(out->ids, 'x', ids - 1);
	out->ids[ids - 1] = 0;
	out->checksum = checksum(out->text);
	memset(out->secret, 7, sizeof(out->secret));
	return 0;
}

/* A line is put behind what there is. */
static int host_config_take(void *context, const struct fc_pair_config *config, char *why)
{
	struct end *e = bench_end_of(context);

	if (e->refuses) {
		strcpy(why, "line 1: this unit cannot");
		return -EINVAL;
	}
	if (config->text)
		snprintf(e->config, sizeof(e->config), "%s", config->text);
	else
		strncat(e->config, config->line, sizeof(e->config) - strlen(e->config) - 1);
	return 0;
}

static void host_moved(void *context)
{
	bench_end_of(context)->moved = true;
}

static void host_log(void *context, const char *facility, int level, const char *mnemonic,
		     const char *text)
{
	struct end *e = bench_end_of(context);

	e->switchovers_logged += !strcmp(mnemonic, "SWITCHOVER");
	e->cards_logged += !strcmp(mnemonic, "CARDS");
	e->large_logged += !strcmp(mnemonic, "LARGE");
	e->refused_logged += !strcmp(mnemonic, "PEER_REFUSED");
	snprintf(e->last_log, sizeof(e->last_log), "%%%s-%d-%s: %.200s", facility, level, mnemonic,
		 text);
	if (getenv("FC_SAY"))
		printf("%6llu unit %u %s\n", (unsigned long long)bench_of(context)->now_ms,
		       e->index + 1, e->last_log);
}

static void host_reload(void *context)
{
	bench_end_of(context)->reloads++;
}

static const struct fc_pair_host host = {
	.now_us = host_now_us,
	.send = host_send,
	.queued = host_queued,
	.hang_up = host_hang_up,
	.claim = host_claim,
	.role = bench_role,
	.gate = bench_gate,
	.barrier = bench_barrier,
	.hook = host_hook,
	.quiet = host_true,
	.followed = host_followed,
	.drained = bench_drained,
	.export_message = bench_export_message,
	.export_commit = bench_export_commit,
	.export_rollback = bench_export_rollback,
	.config_read = host_config_read,
	.config_take = host_config_take,
	.healthy = bench_healthy,
	.card_ns = bench_card_ns,
	.guard_ns = bench_guard_ns,
	.moved = host_moved,
	.log = host_log,
	.reload = host_reload,
};

/* ------------------------------------------------------------------ the world */
struct bench *bench_open(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert(b);
	b->net = true;
	b->fencing = FC_RF_FENCING_FILE;
	b->now_ms = 1000;
	b->skew_max_ns = 1000000;
	b->random = 1;
	for (unsigned u = 0; u < 2; u++) {
		contexts[u] = (struct context){b, u};
		b->end[u].index = u;
		b->end[u].last = &b->end[u].first;
		b->end[u].healthy = 1;
		b->end[u].card[0].there = true;
		b->end[u].guard_ns = 20000000;
		strcpy(b->end[u].config, u ? "" : "flow record R;");
	}
	return b;
}

void bench_boot(struct bench *b, unsigned u)
{
	struct fc_pair_options options = FC_PAIR_OPTIONS_DEFAULT;
	struct end *e = &b->end[u];
	uint64_t instances;

	options.rf.unit = u + 1;
	options.rf.fencing = b->fencing;
	options.flows_max = 1024;
	options.feed = b->feed;
	options.skew_max_ns = b->skew_max_ns;
	options.fencing = b->words;
	options.fencing_sum = b->words_sum;
	options.hook = b->hook;
	snprintf(options.image, sizeof(options.image), "flowcard of unit %u", u + 1);
	e->born_ms = b->now_ms;
	e->own.count = e->building.count = 0;
	e->own.next = e->own.cursor = 0;
	e->role = FC_PAIR_IDLE;
	e->gate = FC_RF_GATE_CLOSED;
	assert(!fc_pair_create(&options, &host, &contexts[u], bench_now(b, u), &e->pair));
	assert(!fc_cuts_member_add(fc_pair_cuts(e->pair), 1, 0, 1, &e->member, &instances));
	e->instances = instances;
	e->wake_ms = e->born_ms + fc_pair_start(e->pair, bench_now(b, u));
}

void bench_crash(struct bench *b, unsigned u)
{
	struct end *e = &b->end[u];

	drop_all(e);
	fc_cuts_member_remove(e->member);
	fc_pair_destroy(e->pair);
	e->pair = NULL;
	e->up = e->down_due = e->up_due = false;
	e->asked = 0;
	down(&b->end[!u], FC_LINK_DOWN_SILENT);
	b->connect_ms = b->now_ms + 100;
}

void bench_close(struct bench *b)
{
	for (unsigned u = 0; u < 2; u++)
		if (b->end[u].pair)
			bench_crash(b, u);
	for (unsigned u = 0; u < 2; u++)
		drop_all(&b->end[u]);
	free(b);
}

static void report(struct bench *b, struct end *e, struct fc_link_report r)
{
	e->wake_ms = e->born_ms + fc_pair_link(e->pair, &r, bench_now(b, e->index));
}

static void deliver(struct bench *b, struct end *e)
{
	if (e->up_due) {
		e->up_due = false;
		report(b, e, (struct fc_link_report){.event = FC_LINK_UP});
	}
	while (e->first && e->up && e->first->number <= b->now_ms) {
		struct fc_message *m = e->first;

		e->first = m->next;
		if (!e->first)
			e->last = &e->first;
		report(b, e, (struct fc_link_report){.event = FC_LINK_MESSAGE, .message = m});
	}
	if (e->down_due) {
		e->down_due = e->up = false;
		drop_all(e);
		b->connect_ms = b->now_ms + 100;
		report(b, e, (struct fc_link_report){.event = FC_LINK_DOWN, .reason = e->down});
	}
}

static void step(struct bench *b, struct end *e)
{
	deliver(b, e);
	if (b->fencing == FC_RF_FENCING_PEER)
		answer_command(b, e);
	else
		answer_claim(b, e);
	if (e->moved || b->now_ms >= e->wake_ms) {
		e->moved = false;
		e->wake_ms = e->born_ms + fc_pair_tick(e->pair, bench_now(b, e->index));
	}
	if (!e->silent && b->now_ms % EPOCH_MS == e->index)
		bench_epoch(b, e);
	bench_seal(b, e);
	bench_release(b, e);
}

void bench_run(struct bench *b, unsigned ms)
{
	for (uint64_t until = b->now_ms + ms; b->now_ms < until; b->now_ms++) {
		connect_ends(b);
		for (unsigned u = 0; u < 2; u++)
			if (b->end[u].pair && !b->end[u].deaf)
				step(b, &b->end[u]);
	}
}

enum fc_rf_state bench_state(const struct bench *b, unsigned u)
{
	return b->end[u].pair ? b->end[u].pair->rf.state : FC_RF_DISABLED;
}

int bench_active(const struct bench *b)
{
	int best = -1;

	for (int u = 0; u < 2; u++)
		if (b->end[u].pair && fc_rf_is_active(b->end[u].pair->rf.state) &&
		    (best < 0 || b->end[u].pair->rf.term > b->end[best].pair->rf.term))
			best = u;
	return best;
}

bool bench_settle(struct bench *b)
{
	for (unsigned i = 0; i < 200; i++) {
		int active = bench_active(b);

		bench_run(b, 100);
		if (active >= 0 && bench_state(b, !active) == FC_RF_STANDBY_HOT &&
		    bench_state(b, (unsigned)active) == FC_RF_ACTIVE)
			return true;
	}
	return false;
}

void bench_inject(struct bench *b, unsigned u, struct fc_message *m)
{
	push(&b->end[u], m, 0);
}

uint64_t bench_gaps(const struct bench *b)
{
	uint64_t gaps = 0, newest = DATAGRAMS;

	while (newest && !b->seen[newest - 1])
		newest--;
	for (uint64_t s = 0; s < newest; s++)
		gaps += !b->seen[s];
	return gaps;
}

void bench_look(struct bench *b, unsigned u, struct fc_pair_look *look)
{
	fc_pair_look(b->end[u].pair, look);
}
