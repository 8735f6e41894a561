// SPDX-License-Identifier: BSD-2-Clause
#include "ha/redundancy/claim.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define STOP_MS 500 /* for a command to be ended */

static int claim_none(const struct fc_claim_question *question, struct fc_claim_answer *answer)
{
	answer->won = true;
	answer->newest = question->term;
	answer->holder = question->unit;
	return 0;
}

const struct fc_claim_ops fc_claim_none = {.words = "none", .claim = claim_none};

static const struct fc_claim_ops *const all[] = {&fc_claim_none, &fc_claim_file, &fc_claim_etcd,
						 &fc_claim_peer, NULL};

int fc_claim_init(struct fc_claim *claim, const char *words, uint32_t timeout_ms,
		  char why[FC_CLAIM_TEXT])
{
	const char *argument = "", *refusal = NULL;

	memset(claim, 0, sizeof(*claim));
	*why = 0;
	for (unsigned i = 0; all[i]; i++) {
		size_t n = strlen(all[i]->words);

		if (strncmp(words, all[i]->words, n) != 0 || (words[n] && words[n] != ' '))
			continue;
		claim->ops = all[i];
		argument = words + n + strspn(words + n, " ");
	}
	if (!claim->ops)
		refusal = "fencing is none, witness file, witness etcd or peer";
	else if (!*argument == claim->ops->argument)
		refusal = *argument ? "fencing none takes nothing more" : "what to ask is missing";
	else if (strlen(argument) >= sizeof(claim->argument))
		refusal = "the argument is too long";
	else if (claim->ops->refuse)
		refusal = claim->ops->refuse(argument);
	if (refusal) {
		snprintf(why, FC_CLAIM_TEXT, "%s", refusal);
		return -EINVAL;
	}
	snprintf(claim->argument, sizeof(claim->argument), "%s", argument);
	claim->timeout_ms = claim->ops->timeout_ms ? claim->ops->timeout_ms : timeout_ms;
	return 0;
}

/* ------------------------------------------------------------------ a question and its thread */
struct job {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	const struct fc_claim_ops *ops;
	struct fc_claim_question question;
	struct fc_claim_answer answer;
	bool done, stopped, left; /* left: the asker has gone, the thread cleans up */
	int error;
};

/* Of fc_claim.asking and stopped, which another thread may look at. */
static pthread_mutex_t asking_lock = PTHREAD_MUTEX_INITIALIZER;

static void job_free(struct job *job)
{
	pthread_cond_destroy(&job->answered);
	pthread_mutex_destroy(&job->lock);
	close(job->question.stop);
	free(job);
}

static void *job_run(void *pointer)
{
	struct job *job = pointer;
	struct fc_claim_answer answer = {0};
	int error = job->ops->claim(&job->question, &answer);
	bool left;

	pthread_mutex_lock(&job->lock);
	job->answer = answer;
	job->error = error;
	job->done = true;
	left = job->left;
	pthread_cond_signal(&job->answered);
	pthread_mutex_unlock(&job->lock);
	if (left)
		job_free(job);
	return NULL;
}

static struct job *job_start(const struct fc_claim *claim, uint64_t term, uint32_t unit)
{
	struct job *job = calloc(1, sizeof(*job));
	pthread_condattr_t clock;
	pthread_t thread;

	if (!job)
		return NULL;
	job->question.stop = eventfd(0, EFD_CLOEXEC);
	if (job->question.stop < 0) {
		free(job);
		return NULL;
	}
	pthread_mutex_init(&job->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&job->answered, &clock);
	pthread_condattr_destroy(&clock);
	job->ops = claim->ops;
	job->question.term = term;
	job->question.unit = unit;
	job->question.timeout_ms = claim->timeout_ms;
	memcpy(job->question.argument, claim->argument, sizeof(claim->argument));
	if (pthread_create(&thread, NULL, job_run, job)) {
		job_free(job);
		return NULL;
	}
	pthread_detach(thread);
	return job;
}

/* Is a job of before done? Then it is gone. */
static bool job_over(struct job *job)
{
	bool done;

	pthread_mutex_lock(&job->lock);
	done = job->done;
	pthread_mutex_unlock(&job->lock);
	if (done)
		job_free(job);
	return done;
}

void fc_claim_free(struct fc_claim *claim)
{
	struct job *job = claim->hanging;
	bool done = true;

	claim->hanging = NULL;
	if (!job)
		return;
	pthread_mutex_lock(&job->lock);
	done = job->done;
	job->left = true;
	pthread_mutex_unlock(&job->lock);
	if (done)
		job_free(job);
}

void fc_claim_stop(struct fc_claim *claim)
{
	struct job *job;

	pthread_mutex_lock(&asking_lock);
	claim->stopped = true;
	job = claim->asking;
	if (job) {
		pthread_mutex_lock(&job->lock);
		job->stopped = true;
		eventfd_write(job->question.stop, 1);
		pthread_cond_signal(&job->answered);
		pthread_mutex_unlock(&job->lock);
	}
	pthread_mutex_unlock(&asking_lock);
}

static struct timespec after_ms(uint32_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (long)(ms % 1000) * 1000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

/* Return 0: it is done; -ETIMEDOUT or -ECANCELED: it is not, yet. */
static int job_await(struct job *job, uint32_t timeout_ms)
{
	struct timespec until = after_ms(timeout_ms);
	bool hurried = false;
	int error = 0;

	pthread_mutex_lock(&job->lock);
	while (!job->done && !error) {
		if (job->stopped && !hurried)
			until = after_ms(STOP_MS);
		hurried = job->stopped;
		error = pthread_cond_timedwait(&job->answered, &job->lock, &until);
	}
	if (job->done)
		error = 0;
	else
		error = hurried ? -ECANCELED : -ETIMEDOUT;
	pthread_mutex_unlock(&job->lock);
	return error;
}

static int begin(struct fc_claim *claim, uint64_t term, uint32_t unit)
{
	int error = 0;

	pthread_mutex_lock(&asking_lock);
	if (claim->stopped)
		error = -ECANCELED;
	else
		claim->asking = job_start(claim, term, unit);
	if (!error && !claim->asking)
		error = -ENOMEM;
	pthread_mutex_unlock(&asking_lock);
	return error;
}

int fc_claim_ask(struct fc_claim *claim, uint64_t term, uint32_t unit,
		 struct fc_claim_answer *answer)
{
	struct job *job;
	int error;

	if (claim->hanging && !job_over(claim->hanging))
		return -EBUSY;
	claim->hanging = NULL;
	error = begin(claim, term, unit);
	if (error)
		return error;
	job = claim->asking;
	error = job_await(job, claim->timeout_ms);
	pthread_mutex_lock(&asking_lock);
	claim->asking = NULL;
	pthread_mutex_unlock(&asking_lock);
	if (error) {
		claim->hanging = job;
		return error;
	}
	error = job->error;
	if (!error)
		*answer = job->answer;
	job_free(job);
	return error;
}
