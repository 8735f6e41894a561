/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How sealed datagrams leave: one small table of functions a transport. None of them waits.
 *
 *   queue.head --> send() --> UDP: a burst of datagrams      TCP, TLS, file: octets, at message
 *                             Kafka: messages of the client  boundaries when a session ends
 *
 * A transport with sessions (a connection, a file) sets `fresh` when one begins; the exporter then
 * gives the templates by begin() before anything else is sent.
 */
#ifndef FC_EXPORT_SENDER_H
#define FC_EXPORT_SENDER_H

#include "queue.h"

#include <flowcard/export.h>

struct fc_sender;

struct fc_sender_ops {
	bool paced;        /* the other side cannot slow us down */
	bool own_sequence; /* each session counts from 0 */
	/* Send datagrams of `q` from its head on, `count` at most (0: only look after what is under
	 * way); sets q->claimed while the first has left in part. Return how many have left;
	 * -EAGAIN: not now; -ECONNREFUSED: none has left, an earlier one met a closed port; other
	 * errors: this datagram cannot be sent at all. */
	int (*send)(struct fc_sender *s, struct fc_queue *q, unsigned count, uint64_t now_ns);
	/* Octets that begin the session, copied. Return 0 or -ENOMEM. NULL: no sessions. */
	int (*begin)(struct fc_sender *s, const uint8_t *octets, size_t length);
	/* Descriptor and events to wait for; -1: only time helps. */
	int (*wait)(const struct fc_sender *s, short *events);
	/* Messages that were taken but may still fail. NULL: none ever. */
	unsigned (*pending)(const struct fc_sender *s);
	/* Number of the first datagram of `q` that may still fail although it has left. NULL: none
	 * does, q->head. */
	uint64_t (*delivered)(const struct fc_sender *s, const struct fc_queue *q);
	/* End the session; what has left in part has not left. NULL: there is none. */
	void (*hang_up)(struct fc_sender *s, struct fc_queue *q);
	void (*close)(struct fc_sender *s);
};

struct fc_sender {
	const struct fc_sender_ops *ops;
	bool ready;        /* datagrams can leave */
	bool fresh;        /* a session waits for begin() */
	int error;         /* -errno of the last attempt that failed, 0: none */
	uint64_t sessions; /* begun so far */
	/* Messages that were taken and then failed are reported here. */
	void (*lost)(void *context, const struct fc_datagram *what);
	void *context;
};

/* Make the sender of a configuration. Return 0, -EINVAL, -ENOMEM, -errno. */
int fc_sender_open(const struct fc_exporter_config *config, struct fc_sender **out);

int fc_deliver_open(const struct fc_exporter_config *config, struct fc_sender **out);
int fc_udp_open(const struct fc_exporter_config *config, struct fc_sender **out);
int fc_stream_open(const struct fc_exporter_config *config, struct fc_sender **out);
int fc_file_open(const struct fc_exporter_config *config, struct fc_sender **out);
int fc_kafka_open(const struct fc_exporter_config *config, struct fc_sender **out);

#define FC_SENDER_BURST 32 /* datagrams that one call sends at most */

#endif
