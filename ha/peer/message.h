/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What two units send each other: a header, then type-length-value fields. Integers are big-endian.
 *
 *    0        2        4                 8                              16
 *   | type   | version| octets of body  | number, from 1, no gap       | fields ...
 *   field: | tag (2) | 0 (2) | octets (4) | value |
 *
 * Every length is checked before it is used; a message that does not parse ends the connection.
 */
#ifndef FC_PEER_MESSAGE_H
#define FC_PEER_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FC_MESSAGE_HEADER 16
#define FC_MESSAGE_FIELD 8 /* before each value */
#define FC_MESSAGE_BODY_MAX (1u << 20)
#define FC_MESSAGE_VERSION 1 /* the newest that is written and understood */

enum fc_message_type {
	FC_MESSAGE_HELLO = 1, /* the first one each way: unit, versions, capabilities */
	FC_MESSAGE_SAYS,      /* struct fc_rf_says, health */
	FC_MESSAGE_SWACT,     /* take over */
	FC_MESSAGE_RELOAD,    /* begin anew */
	FC_MESSAGE_GOODBYE,   /* this unit ends in order */
	FC_MESSAGE_PING,      /* clocks are compared by these two */
	FC_MESSAGE_PONG,
	FC_MESSAGE_CONFIG, /* the shared configuration as a whole, its checksum, the pair's secret
			    */
	FC_MESSAGE_CONFIG_LINE,  /* one line of it, and the checksum after it */
	FC_MESSAGE_CONFIG_STATE, /* what the standby has: checksum, or why not */
	FC_MESSAGE_FLOWS,        /* changed flows of the cut that is being sent */
	FC_MESSAGE_CLOSED,       /* instances that end with it */
	FC_MESSAGE_RESEND, /* all flows of these slices follow in this cut; what does not is gone */
	FC_MESSAGE_EXPORTER, /* state of one exporter at this cut */
	FC_MESSAGE_DATAGRAM, /* sealed at this cut */
	FC_MESSAGE_CURSOR,   /* so far an exporter has sent */
	FC_MESSAGE_COMMIT,   /* the cut is whole: vector, digest of a slice */
	FC_MESSAGE_ACK,      /* the standby has it; slices that differ */
	FC_MESSAGE_TYPES
};

struct fc_message {
	struct fc_message *next; /* for whoever holds it */
	uint16_t type, version;
	uint64_t number; /* of a received one */
	size_t octets, room;
	bool overflow; /* a field did not fit: sticky */
	uint8_t *body;
};

/* Version FC_MESSAGE_VERSION, no field. NULL: no memory, or more than FC_MESSAGE_BODY_MAX. */
struct fc_message *fc_message_create(enum fc_message_type type, size_t room);
void fc_message_free(struct fc_message *m);

/* ------------------------------------------------------------------ writing; overflow is sticky */
/* Once a field did not fit none is added any more; such a message is not to be sent. */
void fc_message_put(struct fc_message *m, uint16_t tag, const void *value, size_t octets);
void fc_message_put_u64(struct fc_message *m, uint16_t tag, uint64_t value);
void fc_message_put_text(struct fc_message *m, uint16_t tag, const char *text);
/* Room for `octets` that the caller fills; NULL: there is none. */
uint8_t *fc_message_reserve(struct fc_message *m, uint16_t tag, size_t octets);

/* ------------------------------------------------------------------ reading */
struct fc_message_field {
	uint16_t tag;
	size_t octets;
	const uint8_t *value; /* not aligned */
};

/* Next field from *at on. Return 1, 0 at the end, -EPROTO. */
int fc_message_next(const struct fc_message *m, size_t *at, struct fc_message_field *out);
/* The first field with this tag. Return 0, -ENOENT, -EPROTO (also: not 8 octets; text not ended
 * within `size`). */
int fc_message_find(const struct fc_message *m, uint16_t tag, struct fc_message_field *out);
int fc_message_u64(const struct fc_message *m, uint16_t tag, uint64_t *out);
int fc_message_text(const struct fc_message *m, uint16_t tag, char *out, size_t size);

/* Every field, to the end. Return 0 or -EPROTO. */
int fc_message_check(const struct fc_message *m);

/* ------------------------------------------------------------------ header */
void fc_message_header_put(const struct fc_message *m, uint8_t out[FC_MESSAGE_HEADER]);
/* An empty message with type, version, number, and room for the body; `octets` of it are to come.
 * Return 0, -ENOMEM, or -EPROTO: no such type or version, or too long. */
int fc_message_header_read(const uint8_t in[FC_MESSAGE_HEADER], struct fc_message **out);

#endif
