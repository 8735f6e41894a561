/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of a pair's secrets, made all or none. */
#ifndef FC_TOOLS_PAIR_FILES_H
#define FC_TOOLS_PAIR_FILES_H

#include <stdbool.h>
#include <stdio.h>

#define PAIR_FILES 8

struct pair_files {
	const char *folder;
	unsigned count; /* were made; to be removed if the next fails */
	char path[PAIR_FILES][4096];
};

/* The folder is made, for its owner only, if it is not there. Return 0 or -errno. */
int pair_folder(struct pair_files *files, const char *folder);
/* A new file for its owner only, open to write. NULL with errno; one that is there stays. */
FILE *pair_file_begin(struct pair_files *files, const char *name);
/* It is on the disk. Return 0 or -errno. */
int pair_file_end(FILE *file);
/* Remove what was made. */
void pair_files_undo(struct pair_files *files);

#endif
