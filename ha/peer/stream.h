/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages out of a stream of octets that come in any pieces. Everything is checked before a
 * message is handed out: header, number, each field's length. */
#ifndef FC_PEER_STREAM_H
#define FC_PEER_STREAM_H

#include <ha/peer/message.h>

#define FC_STREAM_TEXT 96

/* All zeros: at the beginning. */
struct fc_stream {
	uint64_t last; /* number of the newest message */
	uint8_t header[FC_MESSAGE_HEADER];
	size_t headed;             /* octets of it */
	struct fc_message *coming; /* its body is not whole */
};

/*
 * Read from octets[*at..count) on, at most to the end of one message. Return 1 with *out, 0: all
 * was read; -ENOMEM, or -EPROTO with a sentence: nothing after it can be trusted.
 */
int fc_stream_take(struct fc_stream *stream, const uint8_t *octets, size_t count, size_t *at,
		   struct fc_message **out, char why[FC_STREAM_TEXT]);
/* Back to the beginning; what was half read is gone. */
void fc_stream_reset(struct fc_stream *stream);

#endif
