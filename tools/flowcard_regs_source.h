/* SPDX-License-Identifier: BSD-2-Clause */
/* Where flowcard-regs takes a dump from: a card, the daemon that owns it, or a file. */
#ifndef FC_TOOLS_REGS_SOURCE_H
#define FC_TOOLS_REGS_SOURCE_H

#include <flowcard/dump.h>
#include <stdbool.h>

struct fc_regs_source {
	const char *where;
	const char *control;            /* flowcardd's socket */
	struct fc_transport *transport; /* NULL: not a card */
	long slot;                      /* -1: none */
};

/* Return 0 or -errno; a sentence in `error`. A file is not opened before it is taken. */
int fc_regs_source_open(struct fc_regs_source *source, const char *where, const char *control,
			char *error, size_t error_octets);

/* True: taking again may show something else. */
bool fc_regs_source_live(const struct fc_regs_source *source);

/* fc_dump_take or fc_dump_load; `snapshot` asks the daemon for the cache's entries. */
int fc_regs_source_take(struct fc_regs_source *source, bool latch, bool snapshot,
			struct fc_dump *dump, char *error, size_t error_octets);

void fc_regs_source_close(struct fc_regs_source *source);

#endif
