/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/capture_source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Fill `to` from the file; short only at its end. */
static size_t source_fill(struct fc_source *s, uint8_t *to, size_t octets)
{
	size_t have = 0;

	while (have < octets && !s->ended && !s->status) {
		const ssize_t got = read(s->fd, to + have, octets - have);

		if (got > 0)
			have += (size_t)got;
		else if (got == 0)
			s->ended = true;
		else if (errno != EINTR)
			s->status = -errno;
	}
	s->taken += have;
	return have;
}

static void source_damage(struct fc_source *s, const char *text)
{
	s->status = -EBADMSG;
	s->damage = text;
}

/* Between gzip members: zeros may pad, anything but a new member is not ours to guess at. */
static void source_next_member(struct fc_source *s)
{
	z_stream *const z = &s->inflater;

	while (z->avail_in && *z->next_in == 0) {
		z->next_in++;
		z->avail_in--;
	}
	if (!z->avail_in)
		return;
	if (*z->next_in != 0x1f)
		source_damage(s, "the gzip data is followed by something else");
	else if (inflateReset(z) == Z_OK)
		s->in_member = true;
}

static void source_inflate(struct fc_source *s)
{
	z_stream *const z = &s->inflater;

	z->next_out = s->plain;
	z->avail_out = FC_SOURCE_OCTETS;
	while (z->avail_out == FC_SOURCE_OCTETS && !s->status) {
		if (!z->avail_in) {
			z->next_in = s->raw;
			z->avail_in = (uInt)source_fill(s, s->raw, FC_SOURCE_OCTETS);
			if (!z->avail_in) {
				if (s->in_member && !s->status)
					source_damage(s, "the gzip data is cut off");
				break;
			}
		}
		if (!s->in_member) {
			source_next_member(s);
			continue;
		}
		const int result = inflate(z, Z_NO_FLUSH);

		if (result == Z_STREAM_END)
			s->in_member = false;
		else if (result == Z_MEM_ERROR)
			s->status = -ENOMEM;
		else if (result != Z_OK && result != Z_BUF_ERROR)
			source_damage(s, "the gzip data is damaged");
	}
	s->end = FC_SOURCE_OCTETS - z->avail_out;
}

static void source_refill(struct fc_source *s)
{
	s->at = s->end = 0;
	if (s->status)
		return;
	if (s->gzip)
		source_inflate(s);
	else
		s->end = source_fill(s, s->plain, FC_SOURCE_OCTETS);
}

uint64_t fc_source_read(struct fc_source *s, void *to, uint64_t octets)
{
	uint64_t done = 0;

	while (done < octets) {
		if (s->at == s->end) {
			source_refill(s);
			if (s->at == s->end)
				break;
		}
		size_t part = s->end - s->at;

		if (part > octets - done)
			part = (size_t)(octets - done);
		if (to)
			memcpy((uint8_t *)to + done, s->plain + s->at, part);
		s->at += part;
		done += part;
	}
	s->offset += done;
	return done;
}

/* The first octets decide whether the file is compressed. */
static int source_detect(struct fc_source *s)
{
	s->end = source_fill(s, s->plain, FC_SOURCE_OCTETS);
	if (s->end < 2 || s->plain[0] != 0x1f || s->plain[1] != 0x8b)
		return 0;
	s->raw = malloc(FC_SOURCE_OCTETS);
	if (!s->raw)
		return -ENOMEM;
	if (inflateInit2(&s->inflater, 15 + 16) != Z_OK) { /* 16: gzip header and check sum */
		free(s->raw);
		s->raw = NULL;
		return -ENOMEM;
	}
	memcpy(s->raw, s->plain, s->end);
	s->inflater.next_in = s->raw;
	s->inflater.avail_in = (uInt)s->end;
	s->end = 0;
	s->gzip = s->in_member = true;
	return 0;
}

int fc_source_open(struct fc_source *s, const char *path)
{
	struct stat st;
	int result;

	memset(s, 0, sizeof(*s));
	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0)
		return -errno;
	if (fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode))
		s->size = (uint64_t)st.st_size;
	s->plain = malloc(FC_SOURCE_OCTETS);
	if (!s->plain) {
		result = -ENOMEM;
		goto close_fd;
	}
	result = source_detect(s);
	if (result)
		goto free_plain;
	return 0;

free_plain:
	free(s->plain);
close_fd:
	close(s->fd);
	return result;
}

void fc_source_close(struct fc_source *s)
{
	if (s->gzip)
		inflateEnd(&s->inflater);
	free(s->raw);
	free(s->plain);
	close(s->fd);
}
