// SPDX-License-Identifier: BSD-2-Clause
#include "ha/pair/pair_thread.h"
#include "ha/pair/pair_hook.h"

#include <errno.h>
#include <ha/clock.h>
#include <ha/log.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CLAIM_MS 1000
#define HOOK_MS 2000
#define REPORTS_MAX 64 /* taken before the timers are looked at */
#define FLUSH_MS 500   /* for GOODBYE to leave */

struct fc_pair_thread {
	struct fc_pair_thread_config config;
	struct fc_link *link;
	struct fc_pair_hook *hook;
	struct fc_pair *pair;
	pthread_mutex_t lock; /* of the engine */
	pthread_t thread, claim_thread;
	bool running, claim_running;
	uint64_t began_us, twins;
	atomic_bool leaving, stop;
	atomic_uint_fast64_t leave_until_ms;

	struct fc_claim claim; /* the claim thread's */
	pthread_mutex_t claim_lock;
	pthread_cond_t claim_moved;
	uint64_t asked; /* 0: nothing is to be asked */
	bool claim_stop, answered;
	int answer_err;
	uint64_t answer_term;
	struct fc_claim_answer answer;
};

static uint64_t now_us(void *context)
{
	(void)context;
	return fc_clock_ns() / 1000;
}

struct fc_rf_time fc_pair_thread_now(const struct fc_pair_thread *t)
{
	return (struct fc_rf_time){.ms = (now_us(NULL) - t->began_us) / 1000,
				   .wall = (int64_t)time(NULL)};
}

void *fc_pair_thread_context(struct fc_pair_thread *t)
{
	return t->config.context;
}

struct fc_link *fc_pair_thread_link(struct fc_pair_thread *t)
{
	return t->link;
}

struct fc_pair *fc_pair_thread_lock(struct fc_pair_thread *t)
{
	pthread_mutex_lock(&t->lock);
	return t->pair;
}

struct fc_pair *fc_pair_thread_lock_at(struct fc_pair_thread *t, struct fc_rf_time *now)
{
	pthread_mutex_lock(&t->lock);
	*now = fc_pair_thread_now(t);
	return t->pair;
}

void fc_pair_thread_unlock(struct fc_pair_thread *t)
{
	pthread_mutex_unlock(&t->lock);
}

/* ------------------------------------------------------------------ the engine's host */
static void host_send(void *context, struct fc_message *m)
{
	struct fc_pair_thread *t = context;

	fc_link_send(t->link, m);
}

static size_t host_queued(void *context)
{
	struct fc_pair_thread *t = context;

	return fc_link_queued(t->link);
}

static void host_hang_up(void *context, const char *why)
{
	struct fc_pair_thread *t = context;

	fc_link_hang_up(t->link, FC_LINK_DOWN_LOCAL, why);
}

static void host_moved(void *context)
{
	struct fc_pair_thread *t = context;

	fc_link_wake(t->link);
}

static void host_claim(void *context, uint64_t term)
{
	struct fc_pair_thread *t = context;

	pthread_mutex_lock(&t->claim_lock);
	t->asked = term;
	pthread_cond_signal(&t->claim_moved);
	pthread_mutex_unlock(&t->claim_lock);
}

static void host_hook(void *context, bool to_me)
{
	struct fc_pair_thread *t = context;

	if (t->hook)
		fc_pair_hook_run(t->hook, to_me);
}

static bool host_quiet(void *context)
{
	struct fc_pair_thread *t = context;

	return !t->hook || fc_pair_hook_quiet(t->hook);
}

static void host_log(void *context, const char *facility, int level, const char *mnemonic,
		     const char *text)
{
	(void)context;
	fc_log_as(facility, (enum fc_log_level)level, mnemonic, "%s", text);
}

/* ------------------------------------------------------------------ claims */
static void *ask(void *argument)
{
	struct fc_pair_thread *t = argument;

	pthread_mutex_lock(&t->claim_lock);
	while (!t->claim_stop) {
		struct fc_claim_answer answer = {0};
		uint64_t term = t->asked;
		int err;

		if (!term) {
			pthread_cond_wait(&t->claim_moved, &t->claim_lock);
			continue;
		}
		t->asked = 0;
		pthread_mutex_unlock(&t->claim_lock);
		err = fc_claim_ask(&t->claim, term, t->config.options.rf.unit, &answer);
		pthread_mutex_lock(&t->claim_lock);
		/* A newer question: nobody wants this answer any more. */
		if (!t->asked) {
			t->answered = true;
			t->answer_err = err;
			t->answer_term = term;
			t->answer = answer;
		}
		fc_link_wake(t->link);
	}
	pthread_mutex_unlock(&t->claim_lock);
	return NULL;
}

static void hear_claim(struct fc_pair_thread *t)
{
	struct fc_claim_answer answer;
	uint64_t term;
	bool there;
	int err;

	pthread_mutex_lock(&t->claim_lock);
	there = t->answered;
	t->answered = false;
	err = t->answer_err;
	term = t->answer_term;
	answer = t->answer;
	pthread_mutex_unlock(&t->claim_lock);
	if (!there)
		return;
	pthread_mutex_lock(&t->lock);
	fc_pair_claimed(t->pair, err, term, &answer, fc_pair_thread_now(t));
	pthread_mutex_unlock(&t->lock);
}

static void hear_twin(struct fc_pair_thread *t)
{
	struct fc_link_stats stats;

	fc_link_stats(t->link, &stats);
	if (stats.twins == t->twins)
		return;
	t->twins = stats.twins;
	pthread_mutex_lock(&t->lock);
	fc_pair_twin(t->pair, fc_pair_thread_now(t));
	pthread_mutex_unlock(&t->lock);
}

/* ------------------------------------------------------------------ the pair's thread */
/* Real time where it is allowed: a takeover must not wait behind what the unit computes. */
static void be_prompt(void)
{
	const struct sched_param low = {.sched_priority = 1};

	if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &low))
		return; /* not allowed: as all others */
}

static unsigned turn(struct fc_pair_thread *t)
{
	struct fc_rf_time now;
	uint64_t next;

	hear_claim(t);
	fc_pair_thread_lock_at(t, &now);
	if (atomic_load(&t->leaving) &&
	    (fc_pair_leave(t->pair, now) || now.ms >= atomic_load(&t->leave_until_ms)))
		atomic_store(&t->stop, true);
	next = atomic_load(&t->stop) ? now.ms : fc_pair_tick(t->pair, now);
	pthread_mutex_unlock(&t->lock);
	return next > now.ms ? (unsigned)(next - now.ms) : 0;
}

static void hear_link(struct fc_pair_thread *t, unsigned timeout_ms)
{
	struct fc_link_report report;

	for (unsigned i = 0; i < REPORTS_MAX; i++) {
		if (fc_link_step(t->link, i ? 0 : timeout_ms, &report) <= 0)
			return;
		pthread_mutex_lock(&t->lock);
		fc_pair_link(t->pair, &report, fc_pair_thread_now(t));
		pthread_mutex_unlock(&t->lock);
	}
}

/* What was said last is to reach the peer. */
static void flush(struct fc_pair_thread *t)
{
	uint64_t until = now_us(NULL) + UINT64_C(1000) * FLUSH_MS;
	struct fc_link_report report;

	while (fc_link_queued(t->link) && now_us(NULL) < until)
		if (fc_link_step(t->link, 10, &report) > 0 && report.event == FC_LINK_MESSAGE)
			fc_message_free(report.message);
}

static void *run(void *argument)
{
	struct fc_pair_thread *t = argument;

	be_prompt();
	pthread_mutex_lock(&t->lock);
	fc_pair_start(t->pair, fc_pair_thread_now(t));
	pthread_mutex_unlock(&t->lock);
	while (!atomic_load(&t->stop)) {
		unsigned wait_ms = turn(t);

		if (!atomic_load(&t->stop)) {
			hear_link(t, wait_ms);
			hear_twin(t);
		}
	}
	flush(t);
	return NULL;
}

/* ------------------------------------------------------------------ life */
static void fill_host(struct fc_pair_host *h)
{
	h->now_us = now_us;
	h->send = host_send;
	h->queued = host_queued;
	h->hang_up = host_hang_up;
	h->claim = host_claim;
	h->hook = host_hook;
	h->quiet = host_quiet;
	h->moved = host_moved;
	h->log = host_log;
}

static enum fc_rf_fencing fencing_of(const struct fc_claim *claim)
{
	if (claim->ops == &fc_claim_file)
		return FC_RF_FENCING_FILE;
	if (claim->ops == &fc_claim_etcd)
		return FC_RF_FENCING_ETCD;
	return claim->ops == &fc_claim_peer ? FC_RF_FENCING_PEER : FC_RF_FENCING_NONE;
}

static uint64_t hook_packets(void *context)
{
	struct fc_pair_thread *t = context;

	return t->config.packets(t);
}

static int start_hook(struct fc_pair_thread *t)
{
	const struct fc_pair_hook_config c = {
		.command = t->config.hook,
		.limit_ms = HOOK_MS,
		.epoch_ns = t->config.epoch_ns,
		.packets = hook_packets,
		.moved = host_moved,
		.context = t,
	};

	return *t->config.hook ? fc_pair_hook_start(&c, &t->hook) : 0;
}

static void locks_init(struct fc_pair_thread *t)
{
	pthread_mutex_init(&t->lock, NULL);
	pthread_mutex_init(&t->claim_lock, NULL);
	pthread_cond_init(&t->claim_moved, NULL);
}

static void locks_destroy(struct fc_pair_thread *t)
{
	pthread_cond_destroy(&t->claim_moved);
	pthread_mutex_destroy(&t->claim_lock);
	pthread_mutex_destroy(&t->lock);
}

/* Where the epochs are short a cut may wait for a card for longer than four of them. */
static unsigned stuck_ms(const struct fc_pair_options *options, uint64_t epoch_ns)
{
	uint64_t ms = epoch_ns * options->stuck_epochs / 1000000;

	return ms > options->cuts.join_ms ? (unsigned)ms : options->cuts.join_ms;
}

int fc_pair_thread_create(const struct fc_pair_thread_config *config, struct fc_pair_thread **out,
			  char why[FC_LINK_TEXT])
{
	struct fc_pair_thread *t = calloc(1, sizeof(*t));
	struct fc_pair_options options = config->options;
	char text[FC_CLAIM_TEXT] = "";
	int err;

	snprintf(why, FC_LINK_TEXT, "%s", strerror(ENOMEM));
	if (!t)
		return -ENOMEM;
	t->config = *config;
	t->began_us = now_us(NULL);
	locks_init(t);
	fill_host(&t->config.host);
	err = fc_claim_init(&t->claim, *config->fencing ? config->fencing : "none", CLAIM_MS, text);
	if (err) {
		snprintf(why, FC_LINK_TEXT, "fencing: %.100s", text);
		goto free_thread;
	}
	options.rf.fencing = fencing_of(&t->claim);
	options.hook = *config->hook != 0;
	options.stuck_ms = stuck_ms(&options, config->epoch_ns);
	options.silence_ms = config->link.interval_ms * config->link.misses;
	err = fc_link_open(&config->link, &t->link, why);
	if (err)
		goto free_claim;
	err = fc_pair_create(&options, &t->config.host, t, fc_pair_thread_now(t), &t->pair);
	if (err)
		goto close_link;
	*out = t;
	return 0;

close_link:
	fc_link_close(t->link);
free_claim:
	fc_claim_free(&t->claim);
free_thread:
	locks_destroy(t);
	free(t);
	return err;
}

static void stop_claims(struct fc_pair_thread *t)
{
	pthread_mutex_lock(&t->claim_lock);
	t->claim_stop = true;
	pthread_cond_signal(&t->claim_moved);
	pthread_mutex_unlock(&t->claim_lock);
	fc_claim_stop(&t->claim);
	pthread_join(t->claim_thread, NULL);
}

int fc_pair_thread_start(struct fc_pair_thread *t)
{
	int err = start_hook(t);

	if (err)
		return err;
	err = -pthread_create(&t->claim_thread, NULL, ask, t);
	if (err)
		goto stop_hook;
	err = -pthread_create(&t->thread, NULL, run, t);
	if (err)
		goto stop_claims;
	t->running = true;
	return 0;

stop_claims:
	stop_claims(t);
stop_hook:
	fc_pair_hook_stop(t->hook);
	t->hook = NULL;
	return err;
}

void fc_pair_thread_stop(struct fc_pair_thread *t, unsigned limit_ms)
{
	if (!t->running)
		return;
	atomic_store(&t->leave_until_ms, fc_pair_thread_now(t).ms + limit_ms);
	atomic_store(&t->leaving, true);
	fc_link_wake(t->link);
	pthread_join(t->thread, NULL);
	stop_claims(t);
	fc_pair_hook_stop(t->hook);
	t->hook = NULL;
	t->running = false;
}

void fc_pair_thread_destroy(struct fc_pair_thread *t)
{
	if (!t)
		return;
	fc_pair_destroy(t->pair);
	fc_link_close(t->link);
	fc_claim_free(&t->claim);
	locks_destroy(t);
	free(t);
}
