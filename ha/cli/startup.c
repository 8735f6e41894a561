// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <ha/cli/host.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FALLBACK_MODE 0640 /* there is a password's hash in it */

struct save {
	const struct fc_cli_host *host;
	const char *path;
	char fresh[PATH_MAX], kept[PATH_MAX], folder[PATH_MAX];
	char *error;
	size_t octets;
};

static int fail(struct save *s, int err, const char *what, const char *path)
{
	snprintf(s->error, s->octets, "%s %s: %s", what, path, strerror(-err));
	return err;
}

static int name_files(struct save *s)
{
	char copy[PATH_MAX];

	if (strlen(s->path) + strlen(".new.bak") >= PATH_MAX)
		return fail(s, -ENAMETOOLONG, "cannot write", s->path);
	snprintf(s->fresh, sizeof(s->fresh), "%s.new", s->path);
	snprintf(s->kept, sizeof(s->kept), "%s.bak", s->path);
	snprintf(copy, sizeof(copy), "%s", s->path);
	snprintf(s->folder, sizeof(s->folder), "%s", dirname(copy));
	return 0;
}

/* All of it on the disk, or an error: a full disk may tell only here. */
static int finish(FILE *out, int err)
{
	if (!err && (fflush(out) || fsync(fileno(out))))
		err = -errno;
	if (!err && ferror(out))
		err = -EIO;
	if (fclose(out) && !err)
		err = -errno;
	return err;
}

static int write_fresh(struct save *s)
{
	struct stat st;
	mode_t mode = stat(s->path, &st) ? FALLBACK_MODE : st.st_mode & 0777;
	int fd, err;
	FILE *out;

	if (unlink(s->fresh) && errno != ENOENT)
		return fail(s, -errno, "cannot replace", s->fresh);
	fd = open(s->fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return fail(s, -errno, "cannot write", s->fresh);
	out = fdopen(fd, "w");
	if (!out) {
		close(fd);
		return fail(s, -ENOMEM, "cannot write", s->fresh);
	}
	err = finish(out, fc_cli_config_write(s->host, NULL, out));
	return err ? fail(s, err, "cannot write", s->fresh) : 0;
}

/* A file that the next start would refuse is worse than none. */
static int read_back(struct save *s)
{
	struct fc_config *config = malloc(sizeof(*config));
	FILE *in = fopen(s->fresh, "r");
	char *complaints = NULL;
	size_t octets;
	FILE *say = open_memstream(&complaints, &octets);
	int err = config && in && say ? 0 : -ENOMEM;

	if (!err)
		err = fc_config_read(config, in, s->fresh, say);
	if (in)
		fclose(in);
	if (say)
		fclose(say);
	if (err)
		snprintf(s->error, s->octets, "it would not read back: %.*s",
			 complaints ? (int)strcspn(complaints, "\n") : 0, complaints);
	free(complaints);
	free(config);
	return err;
}

/* The old content stays under another name: a second link to it, so that no moment is without. */
static int keep_old(struct save *s)
{
	if (access(s->path, F_OK))
		return 0;
	if (unlink(s->kept) && errno != ENOENT)
		return fail(s, -errno, "cannot replace", s->kept);
	return link(s->path, s->kept) ? fail(s, -errno, "cannot keep", s->kept) : 0;
}

static int put_in_place(struct save *s)
{
	int folder;

	if (rename(s->fresh, s->path))
		return fail(s, -errno, "cannot replace", s->path);
	folder = open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder >= 0) {
		fsync(folder);
		close(folder);
	}
	return 0;
}

int fc_cli_startup_save(const struct fc_cli_host *host, char *error, size_t octets)
{
	struct save s = {.host = host, .path = host->startup, .error = error, .octets = octets};
	int err;

	if (!s.path) {
		snprintf(error, octets, "this daemon has no configuration file");
		return -ENOENT;
	}
	err = name_files(&s);
	if (err)
		return err;
	err = write_fresh(&s);
	if (!err)
		err = read_back(&s);
	if (!err)
		err = keep_old(&s);
	if (!err)
		err = put_in_place(&s);
	if (err)
		unlink(s.fresh);
	return err;
}
