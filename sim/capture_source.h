/* SPDX-License-Identifier: BSD-2-Clause */
/* The octets of a capture file, decompressed on the way if it is gzip. Private to the capture
 * reader. */
#ifndef FC_CAPTURE_SOURCE_H
#define FC_CAPTURE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#define FC_SOURCE_OCTETS 131072u

struct fc_source {
	int fd;
	int status;           /* 0, or why no more octets will come: -EBADMSG, -errno; sticky */
	const char *damage;   /* text for -EBADMSG */
	bool gzip, ended;     /* ended: the file has no more octets */
	bool in_member;       /* inside a gzip member */
	uint64_t size, taken; /* on disk; read from disk */
	uint64_t offset;      /* octets handed out */
	z_stream inflater;
	uint8_t *raw;   /* compressed octets, if gzip */
	uint8_t *plain; /* octets at `at`.. `end` wait to be handed out */
	size_t at, end;
};

/* Return 0 or -errno; on error nothing stays open. */
int fc_source_open(struct fc_source *s, const char *path);
void fc_source_close(struct fc_source *s);

/* Hand out `octets` into `to` (NULL: step over them). Return how many there were: fewer only at the
 * end or after damage, see `status`. */
uint64_t fc_source_read(struct fc_source *s, void *to, uint64_t octets);

#endif
