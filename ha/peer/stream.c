// SPDX-License-Identifier: BSD-2-Clause
#include "ha/peer/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static size_t copy(uint8_t *to, size_t have, size_t all, const uint8_t *octets, size_t count,
		   size_t *at)
{
	size_t take = count - *at < all - have ? count - *at : all - have;

	if (take)
		memcpy(to + have, octets + *at, take);
	*at += take;
	return have + take;
}

static unsigned two(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static int begin(struct fc_stream *s, char why[FC_STREAM_TEXT])
{
	struct fc_message *m = NULL;
	int err = fc_message_header_read(s->header, &m);

	s->headed = 0;
	if (err == -EPROTO)
		snprintf(why, FC_STREAM_TEXT,
			 "no such message: type %u, version %u, %u octets after number %" PRIu64,
			 two(s->header), two(s->header + 2),
			 two(s->header + 4) << 16 | two(s->header + 6), s->last);
	if (!m)
		return err;
	if (m->number == s->last + 1) {
		s->coming = m;
		return 0;
	}
	snprintf(why, FC_STREAM_TEXT, "message %" PRIu64 " after message %" PRIu64, m->number,
		 s->last);
	fc_message_free(m);
	return -EPROTO;
}

int fc_stream_take(struct fc_stream *s, const uint8_t *octets, size_t count, size_t *at,
		   struct fc_message **out, char why[FC_STREAM_TEXT])
{
	int err;

	if (!s->coming) {
		s->headed = copy(s->header, s->headed, FC_MESSAGE_HEADER, octets, count, at);
		if (s->headed < FC_MESSAGE_HEADER)
			return 0;
		err = begin(s, why);
		if (!s->coming)
			return err;
	}
	s->coming->octets =
		copy(s->coming->body, s->coming->octets, s->coming->room, octets, count, at);
	if (s->coming->octets < s->coming->room)
		return 0;
	if (fc_message_check(s->coming)) {
		snprintf(why, FC_STREAM_TEXT, "message %" PRIu64 " of type %u does not parse",
			 s->coming->number, s->coming->type);
		fc_stream_reset(s);
		return -EPROTO;
	}
	s->last = s->coming->number;
	*out = s->coming;
	s->coming = NULL;
	return 1;
}

void fc_stream_reset(struct fc_stream *s)
{
	fc_message_free(s->coming);
	*s = (struct fc_stream){0};
}
