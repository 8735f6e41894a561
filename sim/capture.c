/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/capture_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int fc_capture_damage(struct fc_capture *c, uint64_t at, const char *text, ...)
{
	va_list arguments;
	const int used = snprintf(c->error, sizeof(c->error),
				  "%.400s: frame %" PRIu64 ", byte %" PRIu64 ": ", c->path,
				  c->frames + 1, at);

	va_start(arguments, text);
	vsnprintf(c->error + used, sizeof(c->error) - (size_t)used, text, arguments);
	va_end(arguments);
	return -EBADMSG;
}

int fc_capture_cut(struct fc_capture *c, uint64_t at, const char *what, uint64_t need)
{
	const struct fc_source *const s = &c->source;

	if (s->status == -EBADMSG)
		return fc_capture_damage(c, at, "%s after byte %" PRIu64, s->damage, s->offset);
	if (s->status) {
		fc_capture_damage(c, at, "read: %s", strerror(-s->status));
		return s->status;
	}
	return fc_capture_damage(c, at, "%s needs %" PRIu64 " octets, the file ends after %" PRIu64,
				 what, need, s->offset - at);
}

int fc_capture_load(struct fc_capture *c, size_t octets)
{
	/* Bounded by FC_CAPTURE_BLOCK_MAX: the callers check lengths first. Never NULL, even for an
	 * empty frame. */
	if (octets > c->room || !c->buffer) {
		const size_t room = octets < 4096 ? 4096 : octets;
		uint8_t *const buffer = realloc(c->buffer, room);

		if (!buffer)
			return -ENOMEM;
		c->buffer = buffer;
		c->room = room;
	}
	return fc_source_read(&c->source, c->buffer, octets) == octets ? 0 : 1;
}

static int capture_begin(struct fc_capture *c)
{
	uint8_t magic[4];
	int result;

	if (fc_source_read(&c->source, magic, sizeof(magic)) < sizeof(magic))
		return fc_capture_cut(c, 0, "a capture's magic number", sizeof(magic));
	if (memcmp(magic, "\x0a\x0d\x0d\x0a", sizeof(magic)) == 0)
		return fc_capture_pcapng_begin(c);
	result = fc_capture_pcap_begin(c, magic);
	if (result == -ENOENT)
		return fc_capture_damage(
			c, 0, "not a pcap or pcapng file (it begins %02x %02x %02x %02x)", magic[0],
			magic[1], magic[2], magic[3]);
	return result;
}

int fc_capture_next(struct fc_capture *c, struct fc_frame *frame)
{
	if (c->result != 1)
		return c->result;
	if (!c->next) {
		const int result = capture_begin(c);

		if (result) {
			c->result = result;
			return result;
		}
	}
	c->result = c->next(c, frame);
	if (c->result == 1)
		frame->number = ++c->frames;
	else if (c->result == -ENOMEM)
		fc_capture_damage(c, c->source.offset, "out of memory");
	return c->result;
}

int fc_capture_open(const char *path, struct fc_capture **out)
{
	struct fc_capture *const c = calloc(1, sizeof(*c));
	int result = -ENOMEM;

	if (!c)
		return -ENOMEM;
	c->path = strdup(path);
	if (!c->path)
		goto free_capture;
	result = fc_source_open(&c->source, path);
	if (result)
		goto free_path;
	c->result = 1;
	c->format = "";
	*out = c;
	return 0;

free_path:
	free(c->path);
free_capture:
	free(c);
	return result;
}

void fc_capture_close(struct fc_capture *c)
{
	if (!c)
		return;
	fc_source_close(&c->source);
	free(c->interfaces);
	free(c->buffer);
	free(c->path);
	free(c);
}

const char *fc_capture_error(const struct fc_capture *c)
{
	return c->error;
}

const char *fc_capture_format(const struct fc_capture *c)
{
	return c->format;
}

uint64_t fc_capture_size(const struct fc_capture *c)
{
	return c->source.size;
}

uint64_t fc_capture_position(const struct fc_capture *c)
{
	const struct fc_source *const s = &c->source;

	/* Read from disk, less what still waits in the buffer. */
	return s->taken - (s->gzip ? s->inflater.avail_in : s->end - s->at);
}
