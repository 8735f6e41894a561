// SPDX-License-Identifier: BSD-2-Clause
/* A command that puts the peer out of action: it must succeed, in time, or there is no claim. */
#include "ha/redundancy/claim.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define ENVIRONMENT 256

/* In a process group of its own, so that all of it can be ended. */
static int start(const struct fc_claim_question *q, pid_t *child)
{
	char term[48], unit[32], command[FC_CLAIM_TEXT], shell[] = "sh", option[] = "-c";
	char *arguments[] = {shell, option, command, NULL}, *environment[ENVIRONMENT + 3];
	posix_spawnattr_t attributes;
	sigset_t none;
	unsigned n = 0;
	int error;

	snprintf(command, sizeof(command), "%s", q->argument);
	snprintf(term, sizeof(term), "FC_TERM=%" PRIu64, q->term);
	snprintf(unit, sizeof(unit), "FC_UNIT=%" PRIu32, q->unit);
	environment[n++] = term;
	environment[n++] = unit;
	for (char **e = environ; *e && n < ENVIRONMENT + 2; e++)
		environment[n++] = *e;
	environment[n] = NULL;
	error = posix_spawnattr_init(&attributes);
	if (error)
		return -error;
	sigemptyset(&none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	error = posix_spawn(child, "/bin/sh", NULL, &attributes, arguments, environment);
	posix_spawnattr_destroy(&attributes);
	return -error;
}

/* Return 0: it has ended; -ETIMEDOUT, -ECANCELED or another -errno: it has been ended. */
static int wait_for(pid_t child, const struct fc_claim_question *q)
{
	int fd = (int)syscall(SYS_pidfd_open, child, 0);
	struct pollfd p[] = {{.fd = fd, .events = POLLIN}, {.fd = q->stop, .events = POLLIN}};
	int limit = q->timeout_ms < INT32_MAX ? (int)q->timeout_ms : INT32_MAX;
	int ready = fd < 0 ? -1 : poll(p, 2, limit);
	int error = ready == 0 ? -ETIMEDOUT : ready < 0 ? -errno : 0;

	if (ready > 0 && !p[0].revents)
		error = -ECANCELED;
	if (fd >= 0)
		close(fd);
	if (error)
		kill(-child, SIGKILL);
	return error;
}

static int claim_peer(const struct fc_claim_question *q, struct fc_claim_answer *answer)
{
	pid_t child = 0;
	int status, error;

	error = start(q, &child);
	if (error)
		return error;
	error = wait_for(child, q);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (error)
		return error;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return -EPERM;
	*answer = (struct fc_claim_answer){.won = true, .newest = q->term, .holder = q->unit};
	return 0;
}

const struct fc_claim_ops fc_claim_peer = {
	.words = "peer", .argument = true, .timeout_ms = FC_CLAIM_COMMAND_MS, .claim = claim_peer};
