// SPDX-License-Identifier: BSD-2-Clause
/* Each datagram to a function of the owner, paced as one of UDP. */
#include "sender.h"

#include <errno.h>
#include <stdlib.h>

struct deliver {
	struct fc_sender base;
	int (*function)(void *context, const uint8_t *octets, size_t length);
	void *context;
};

static struct deliver *deliver_of(const struct fc_sender *s)
{
	return (struct deliver *)s;
}

static int send_some(struct fc_sender *s, struct fc_queue *q, unsigned count, uint64_t now_ns)
{
	struct deliver *d = deliver_of(s);

	(void)now_ns;
	for (unsigned sent = 0; sent < count; sent++) {
		const uint8_t *octets;
		size_t length = fc_queue_at(q, q->head + sent, &octets)->length;
		int err = d->function(d->context, octets, length);

		if (err)
			return sent ? (int)sent : err;
	}
	return (int)count;
}

static int wait_for(const struct fc_sender *s, short *events)
{
	(void)s;
	*events = 0;
	return -1;
}

static void close_deliver(struct fc_sender *s)
{
	free(deliver_of(s));
}

static const struct fc_sender_ops ops = {
	.paced = true, .send = send_some, .wait = wait_for, .close = close_deliver};

int fc_deliver_open(const struct fc_exporter_config *config, struct fc_sender **out)
{
	struct deliver *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->base.ops = &ops;
	d->base.ready = true;
	d->base.sessions = 1;
	d->function = config->deliver;
	d->context = config->deliver_context;
	*out = &d->base;
	return 0;
}
