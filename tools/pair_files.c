// SPDX-License-Identifier: BSD-2-Clause
#include "tools/pair_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int pair_folder(struct pair_files *files, const char *folder)
{
	struct stat st;

	files->folder = folder;
	files->count = 0;
	if (!mkdir(folder, 0700))
		return 0;
	if (errno != EEXIST || stat(folder, &st))
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

FILE *pair_file_begin(struct pair_files *files, const char *name)
{
	char *path = files->path[files->count];
	FILE *file;
	int fd, err;

	if (files->count == PAIR_FILES ||
	    snprintf(path, sizeof(files->path[0]), "%s/%s", files->folder, name) >=
		    (int)sizeof(files->path[0])) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return NULL;
	files->count++;
	/* Whatever the umask says. */
	file = fchmod(fd, 0600) ? NULL : fdopen(fd, "w");
	if (file)
		return file;
	err = errno;
	close(fd);
	errno = err;
	return NULL;
}

int pair_file_end(FILE *file)
{
	int err = 0;

	if (fflush(file) || fsync(fileno(file)))
		err = -errno;
	if (fclose(file) && !err)
		err = -errno;
	return err;
}

void pair_files_undo(struct pair_files *files)
{
	while (files->count)
		unlink(files->path[--files->count]);
}
