// SPDX-License-Identifier: BSD-2-Clause
/*
 * A directory on storage that both units see. term.N is made by link(2), which is one step on every
 * file system, NFS too: it is there whole, with its holder in it, or it is not there.
 */
#include "ha/redundancy/claim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT 16 /* terms; older ones are removed */
#define LETTERS 64

static const char *refuse(const char *argument)
{
	return *argument == '/' ? NULL : "the witness's directory must begin with /";
}

/* The number of "term.N", 0 if the name is another. */
static uint64_t term_of(const char *name)
{
	char *end;
	uint64_t term;

	if (strncmp(name, "term.", 5) != 0 || name[5] < '1' || name[5] > '9')
		return 0;
	errno = 0;
	term = strtoull(name + 5, &end, 10);
	return *end || errno ? 0 : term;
}

static int newest_of(int dir, uint64_t *newest, uint64_t *oldest)
{
	/* A descriptor of its own: closedir closes it. */
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!list) {
		int error = -errno;

		if (fd >= 0)
			close(fd);
		return error;
	}
	*newest = *oldest = 0;
	errno = 0;
	while ((entry = readdir(list))) {
		uint64_t term = term_of(entry->d_name);

		if (term > *newest)
			*newest = term;
		if (term && (!*oldest || term < *oldest))
			*oldest = term;
		errno = 0;
	}
	fd = -errno;
	closedir(list);
	return fd;
}

static uint32_t holder_of(int dir, uint64_t term)
{
	char name[LETTERS], text[LETTERS] = "";
	unsigned long unit;
	int fd;

	snprintf(name, sizeof(name), "term.%" PRIu64, term);
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) <= 0)
		*text = 0;
	close(fd);
	unit = strncmp(text, "unit ", 5) == 0 ? strtoul(text + 5, NULL, 10) : 0;
	return unit <= UINT32_MAX ? (uint32_t)unit : 0;
}

/* A file of our own that says who we are, on the disk before it gets its name. */
static int write_mine(int dir, const char *name, uint32_t unit)
{
	char text[LETTERS];
	int letters = snprintf(text, sizeof(text), "unit %" PRIu32 "\n", unit), error = 0;
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		return -errno;
	errno = 0;
	if (write(fd, text, (size_t)letters) != letters || fsync(fd))
		error = errno ? -errno : -EIO;
	close(fd);
	if (error)
		unlinkat(dir, name, 0);
	return error;
}

/* Return 0: ours; -EEXIST: another's; another -errno: not known. */
static int link_mine(int dir, const char *mine, uint64_t term)
{
	char name[LETTERS];
	struct stat st;
	int error;

	snprintf(name, sizeof(name), "term.%" PRIu64, term);
	if (!linkat(dir, mine, dir, name, 0))
		return fsync(dir) ? -errno : 0;
	error = -errno;
	/* Over NFS the answer to a link that was made may get lost. */
	if (!fstatat(dir, mine, &st, 0) && st.st_nlink == 2)
		return fsync(dir) ? -errno : 0;
	return error;
}

static void remove_old(int dir, uint64_t oldest, uint64_t term)
{
	char name[LETTERS];

	for (; oldest && oldest + KEPT < term; oldest++) {
		snprintf(name, sizeof(name), "term.%" PRIu64, oldest);
		unlinkat(dir, name, 0);
	}
}

static int lost(int dir, uint64_t newest, struct fc_claim_answer *answer)
{
	answer->won = false;
	answer->newest = newest;
	answer->holder = holder_of(dir, newest);
	return 0;
}

static int claim_in(int dir, const struct fc_claim_question *q, struct fc_claim_answer *answer)
{
	uint64_t newest = 0, oldest = 0;
	char mine[LETTERS];
	int error = newest_of(dir, &newest, &oldest);

	if (error)
		return error;
	if (q->term <= newest)
		return lost(dir, newest, answer);
	/* An empty directory is a new one; one with a gap is not the one that we know. */
	if (newest && q->term != newest + 1)
		return -ESTALE;
	snprintf(mine, sizeof(mine), "claim.%" PRIu32 ".%ld.%p", q->unit, (long)getpid(),
		 (const void *)q);
	error = write_mine(dir, mine, q->unit);
	if (error)
		return error;
	error = link_mine(dir, mine, q->term);
	unlinkat(dir, mine, 0);
	if (error == -EEXIST)
		return lost(dir, q->term, answer);
	if (error)
		return error;
	*answer = (struct fc_claim_answer){.won = true, .newest = q->term, .holder = q->unit};
	remove_old(dir, oldest, q->term);
	return 0;
}

static int claim_file(const struct fc_claim_question *q, struct fc_claim_answer *answer)
{
	int dir = open(q->argument, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error;

	if (dir < 0)
		return -errno;
	error = claim_in(dir, q, answer);
	close(dir);
	return error;
}

const struct fc_claim_ops fc_claim_file = {
	.words = "witness file", .argument = true, .refuse = refuse, .claim = claim_file};
