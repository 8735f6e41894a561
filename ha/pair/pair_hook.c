// SPDX-License-Identifier: BSD-2-Clause
#include "ha/pair/pair_hook.h"

#include <errno.h>
#include <ha/clock.h>
#include <ha/log.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define LOOK_MS 10

extern char **environ;

struct fc_pair_hook {
	struct fc_pair_hook_config config;
	char command[256];
	pthread_t thread;
	pthread_mutex_t lock; /* what follows */
	pthread_cond_t moved;
	uint64_t ordered, done; /* orders; the newest that was carried out, its ports silent */
	bool to_me, stop;
};

/* Something newer than `order` is wanted. */
static bool superseded(struct fc_pair_hook *h, uint64_t order)
{
	bool yes;

	pthread_mutex_lock(&h->lock);
	yes = h->stop || h->ordered != order;
	pthread_mutex_unlock(&h->lock);
	return yes;
}

static void pause_ms(unsigned ms)
{
	nanosleep(&(struct timespec){0, (long)ms * 1000000}, NULL);
}

/* ------------------------------------------------------------------ the command */
/* In a process group of its own, so that all of it ends at the deadline. */
static int spawn(const char *line, pid_t *pid)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)(uintptr_t)line, NULL};
	posix_spawnattr_t attributes;
	sigset_t none, ignored;
	int err = posix_spawnattr_init(&attributes);

	if (err)
		return -err;
	sigemptyset(&none);
	sigemptyset(&ignored);
	sigaddset(&ignored, SIGPIPE);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF |
						      POSIX_SPAWN_SETSCHEDULER);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &ignored);
	posix_spawnattr_setschedpolicy(&attributes, SCHED_OTHER);
	posix_spawnattr_setschedparam(&attributes, &(struct sched_param){0});
	err = posix_spawn(pid, "/bin/sh", NULL, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	return -err;
}

/* Return the exit status, -errno, -ETIMEDOUT. */
static int run_command(struct fc_pair_hook *h, const char *line)
{
	uint64_t until = fc_clock_ms() + h->config.limit_ms;
	int status = 0, got;
	pid_t pid = 0;
	int err = spawn(line, &pid);

	if (err)
		return err;
	while ((got = waitpid(pid, &status, WNOHANG)) == 0 && fc_clock_ms() < until)
		pause_ms(LOOK_MS);
	if (!got) {
		kill(-pid, SIGKILL);
		waitpid(pid, &status, 0);
		return -ETIMEDOUT;
	}
	if (got < 0)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

static void carry_out(struct fc_pair_hook *h, bool to_me)
{
	char line[300];
	int err;

	snprintf(line, sizeof(line), "%s %s", h->command, to_me ? "to-me" : "to-peer");
	err = run_command(h, line);
	if (!err)
		fc_log_as("REDUNDANCY", FC_LOG_NOTICE, "TRAFFIC_HOOK", "\"%s\" is done", line);
	else if (err > 0)
		fc_log_as("REDUNDANCY", FC_LOG_ERROR, "TRAFFIC_HOOK", "\"%s\" ended with status %d",
			  line, err);
	else
		fc_log_as("REDUNDANCY", FC_LOG_ERROR, "TRAFFIC_HOOK", "\"%s\": %s", line,
			  err == -EINTR ? "ended by a signal" : strerror(-err));
}

/* ------------------------------------------------------------------ silence */
static bool await_silence(struct fc_pair_hook *h, uint64_t order)
{
	uint64_t packets = h->config.packets(h->config.context), since = fc_clock_ms();
	uint64_t epoch_ms = h->config.epoch_ns / 1000000 + 1;

	while (fc_clock_ms() - since < epoch_ms) {
		uint64_t seen;

		if (superseded(h, order))
			return false;
		pause_ms(LOOK_MS);
		seen = h->config.packets(h->config.context);
		if (seen != packets)
			since = fc_clock_ms();
		packets = seen;
	}
	return true;
}

/* ------------------------------------------------------------------ the thread */
static void *run(void *argument)
{
	struct fc_pair_hook *h = argument;

	pthread_mutex_lock(&h->lock);
	while (!h->stop) {
		uint64_t order = h->ordered;
		bool to_me = h->to_me, silent;

		if (h->done == order) {
			pthread_cond_wait(&h->moved, &h->lock);
			continue;
		}
		pthread_mutex_unlock(&h->lock);
		carry_out(h, to_me);
		silent = !to_me && await_silence(h, order);
		pthread_mutex_lock(&h->lock);
		if (h->ordered == order && (silent || to_me))
			h->done = order;
		pthread_mutex_unlock(&h->lock);
		h->config.moved(h->config.context);
		pthread_mutex_lock(&h->lock);
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

int fc_pair_hook_start(const struct fc_pair_hook_config *config, struct fc_pair_hook **out)
{
	struct fc_pair_hook *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return -ENOMEM;
	h->config = *config;
	snprintf(h->command, sizeof(h->command), "%s", config->command);
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->moved, NULL);
	err = pthread_create(&h->thread, NULL, run, h);
	if (!err) {
		*out = h;
		return 0;
	}
	pthread_cond_destroy(&h->moved);
	pthread_mutex_destroy(&h->lock);
	free(h);
	return -err;
}

void fc_pair_hook_stop(struct fc_pair_hook *h)
{
	if (!h)
		return;
	pthread_mutex_lock(&h->lock);
	h->stop = true;
	pthread_cond_broadcast(&h->moved);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->thread, NULL);
	pthread_cond_destroy(&h->moved);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

void fc_pair_hook_run(struct fc_pair_hook *h, bool to_me)
{
	pthread_mutex_lock(&h->lock);
	h->ordered++;
	h->to_me = to_me;
	pthread_cond_broadcast(&h->moved);
	pthread_mutex_unlock(&h->lock);
}

bool fc_pair_hook_quiet(struct fc_pair_hook *h)
{
	bool quiet;

	pthread_mutex_lock(&h->lock);
	quiet = h->done == h->ordered;
	pthread_mutex_unlock(&h->lock);
	return quiet;
}
