/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounded writer in network byte order. What does not fit is not written and sets `failed`, which
 * stays set: a caller writes a whole structure and looks once, at the end.
 */
#ifndef FC_EXPORT_WRITER_H
#define FC_EXPORT_WRITER_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct fc_writer {
	uint8_t *buffer;
	size_t size, used;
	bool failed;
};

static inline void fc_writer_init(struct fc_writer *w, uint8_t *buffer, size_t size)
{
	w->buffer = buffer;
	w->size = size;
	w->used = 0;
	w->failed = false;
}

/* Room for `count` octets, or NULL (and failed). */
static inline uint8_t *fc_writer_take(struct fc_writer *w, size_t count)
{
	uint8_t *at = w->buffer + w->used;

	if (w->failed || count > w->size - w->used) {
		w->failed = true;
		return NULL;
	}
	w->used += count;
	return at;
}

static inline void fc_writer_octets(struct fc_writer *w, const void *octets, size_t count)
{
	uint8_t *at = fc_writer_take(w, count);

	if (at)
		memcpy(at, octets, count);
}

/* The low `count` octets of `value`, count 1..8, most significant first. */
static inline void fc_writer_number(struct fc_writer *w, uint64_t value, unsigned count)
{
	uint64_t big = htobe64(value);

	fc_writer_octets(w, (const uint8_t *)&big + 8 - count, count);
}

static inline void fc_writer_u8(struct fc_writer *w, uint8_t value)
{
	fc_writer_octets(w, &value, 1);
}

static inline void fc_writer_u16(struct fc_writer *w, uint16_t value)
{
	value = htobe16(value);
	fc_writer_octets(w, &value, 2);
}

static inline void fc_writer_u32(struct fc_writer *w, uint32_t value)
{
	value = htobe32(value);
	fc_writer_octets(w, &value, 4);
}

static inline void fc_writer_u64(struct fc_writer *w, uint64_t value)
{
	value = htobe64(value);
	fc_writer_octets(w, &value, 8);
}

static inline void fc_writer_zeros(struct fc_writer *w, size_t count)
{
	uint8_t *at = fc_writer_take(w, count);

	if (at)
		memset(at, 0, count);
}

/* Write over what stands at `offset` already (a length known only now). */
static inline void fc_writer_patch_u16(struct fc_writer *w, size_t offset, uint16_t value)
{
	if (w->failed || offset > w->used || w->used - offset < 2) {
		w->failed = true;
		return;
	}
	value = htobe16(value);
	memcpy(w->buffer + offset, &value, 2);
}

#endif
