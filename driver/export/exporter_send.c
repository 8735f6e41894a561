/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending what is sealed: pace, gate, sessions, what could not be sent. */
#include "exporter_impl.h"
#include "monotonic.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define NS_PER_MS 1000000U
#define PREAMBLE_MAX 65535 /* an IPFIX message */
/* A refused datagram says that an earlier one met a closed port; try this one again so often in a
 * row. */
#define REFUSED_TRIES 2
#define BLOCKED_WAIT_NS NS_PER_MS

static unsigned at_most(uint64_t value, unsigned limit)
{
	return value < limit ? (unsigned)value : limit;
}

/* Sealed and not beyond the gate. */
static uint64_t sendable(const struct fc_exporter *e)
{
	uint64_t end = e->queue.tail < e->gate ? e->queue.tail : e->gate;

	return end > e->queue.head ? end - e->queue.head : 0;
}

static uint64_t unfinished(const struct fc_exporter *e)
{
	const struct fc_sender *s = e->sender;

	return sendable(e) + (s->ops->pending ? s->ops->pending(s) : 0);
}

/* Templates first; the tables follow when the next cut is sealed, or the next datagram begins. */
static void begin_session(struct fc_exporter *e)
{
	uint8_t *octets = malloc(PREAMBLE_MAX);
	uint32_t sequence = e->encoder.sequence;
	const uint8_t *unused;
	size_t length;

	if (!octets)
		return; /* it stays fresh: another time */
	if (e->sender->ops->own_sequence)
		sequence = 0;
	else if (e->queue.head != e->queue.tail)
		sequence = fc_queue_at(&e->queue, e->queue.head, &unused)->sequence;
	length = fc_encoder_preamble(&e->encoder, octets, PREAMBLE_MAX, sequence, e->now_ns);
	if (!e->sender->ops->begin(e->sender, octets, length) && !e->templates_lost &&
	    e->sender->sessions > 1)
		for (unsigned i = 0; i < FC_OPTIONS; i++)
			e->option[i].due = e->option[i].client != 0;
	e->templates_lost = false;
	free(octets);
}

static void account_sent(struct fc_exporter *e, unsigned count)
{
	const uint8_t *octets;

	for (; count; count--) {
		const struct fc_datagram *d = fc_queue_at(&e->queue, e->queue.head, &octets);

		e->stats.datagrams_sent++;
		e->stats.records_sent += d->records;
		e->stats.octets_sent += d->length;
		for (unsigned i = 0; i < FC_SHARES && d->share[i].records; i++) {
			e->client[d->share[i].client].stats.records_sent += d->share[i].records;
			e->client[d->share[i].client].stats.octets_sent += d->share[i].octets;
		}
		fc_queue_pop(&e->queue);
	}
}

static enum fc_exporter_reason reason_of(int err)
{
	switch (err) {
	case -EMSGSIZE:
		return FC_UNSENT_SIZE;
	case -ENETUNREACH:
	case -EHOSTUNREACH:
		return FC_UNSENT_ROUTE;
	default:
		return FC_UNSENT_NONE;
	}
}

/*
 * Hand over to the transport. The guard is asked here, next to the sending, and holds until it is
 * over: a mark that was looked up earlier may be out of date by now. A process that is stopped
 * between the two and goes on much later sends what was below the mark then; whoever sets marks
 * lets only such datagrams below it that the next one in charge has, and would send bit for bit.
 */
static int send_guarded(struct fc_exporter *e, unsigned count, uint64_t now_ns)
{
	const struct fc_sender_ops *ops = e->sender->ops;
	uint64_t mark, room;
	int sent;

	if (!e->guard.enter)
		return ops->send(e->sender, &e->queue, count, now_ns);
	mark = e->guard.enter(e->guard_context);
	room = mark > e->queue.head ? mark - e->queue.head : 0;
	/* Of a socket, its name is still looked after. */
	if ((count && !room) || (!mark && !ops->paced))
		sent = -EAGAIN;
	else
		sent = ops->send(e->sender, &e->queue, at_most(room, count), now_ns);
	e->guard.leave(e->guard_context);
	return sent;
}

/* Try `count` datagrams once. Return true when something has to be waited for. */
static bool send_some(struct fc_exporter *e, unsigned count, uint64_t now_ns)
{
	const struct fc_sender_ops *ops = e->sender->ops;
	int sent = send_guarded(e, count, now_ns);
	const uint8_t *octets;

	for (int tries = 1; sent == -ECONNREFUSED && tries <= REFUSED_TRIES; tries++) {
		e->stats.refused++;
		sent = send_guarded(e, count, now_ns);
	}
	if (sent > 0) {
		account_sent(e, (unsigned)sent);
		if (ops->paced)
			fc_pace_take(&e->pace, now_ns, (unsigned)sent);
		return false;
	}
	if (!count || sent == 0 || sent == -EAGAIN || sent == -ECONNREFUSED)
		return true;
	/* This one will not go (no route, too big, forbidden): it must not hold up the others. */
	e->stats.send_errors++;
	e->stats.last_error = -sent;
	fc_exporter_drop(e, fc_queue_at(&e->queue, e->queue.head, &octets), reason_of(sent));
	fc_queue_pop(&e->queue);
	if (ops->paced)
		fc_pace_take(&e->pace, now_ns, 1);
	return false;
}

/* Look after the session and send once. Return when to look again; 0: at once. */
static uint64_t turn(struct fc_exporter *e, uint64_t now_ns)
{
	const struct fc_sender_ops *ops = e->sender->ops;
	unsigned wanted = at_most(sendable(e), ops->paced ? FC_PACE_BURST : FC_SENDER_BURST);
	unsigned allowed = wanted;

	if (e->sender->fresh || (e->templates_lost && e->sender->ready && !e->queue.claimed))
		begin_session(e);
	if (e->templates_lost)
		allowed = at_most(wanted, 1); /* no more than what has left in part */
	if (ops->paced) {
		fc_pace_look(&e->pace, now_ns, sendable(e));
		allowed = at_most(wanted, fc_pace_allowed(&e->pace, now_ns));
	}
	/* Half a burst at a time: as many wake-ups as needed, not one a datagram. */
	if (wanted && !allowed)
		return fc_pace_ready_ns(&e->pace, at_most(wanted, FC_PACE_BURST / 2));
	if (!send_some(e, allowed, now_ns) || e->sender->fresh)
		return 0;
	return now_ns + BLOCKED_WAIT_NS;
}

/* Until then, or until the transport can go on. */
static void wait_until(const struct fc_exporter *e, uint64_t time_ns, uint64_t now_ns, bool paced)
{
	struct timespec left = {.tv_sec = (time_t)((time_ns - now_ns) / 1000000000U),
				.tv_nsec = (long)((time_ns - now_ns) % 1000000000U)};
	struct pollfd p = {.fd = -1};

	if (!paced)
		p.fd = e->sender->ops->wait(e->sender, &p.events);
	ppoll(&p, p.fd >= 0, &left, NULL);
}

int fc_exporter_send(struct fc_exporter *e, unsigned deadline_ms)
{
	uint64_t now_ns = fc_monotonic_ns(), end_ns = now_ns + (uint64_t)deadline_ms * NS_PER_MS;

	do {
		uint64_t wake_ns = turn(e, now_ns);

		if (!unfinished(e))
			break;
		if (wake_ns > now_ns && now_ns < end_ns)
			wait_until(e, wake_ns < end_ns ? wake_ns : end_ns, now_ns,
				   e->sender->ops->paced && e->sender->ready);
		now_ns = fc_monotonic_ns();
	} while (now_ns < end_ns);
	return (int)at_most(unfinished(e), INT32_MAX);
}

uint64_t fc_exporter_backlog(const struct fc_exporter *e)
{
	return e->sender->ops->paced && e->sender->ready ? sendable(e) : 0;
}

void fc_exporter_spread(struct fc_exporter *e, unsigned ms)
{
	fc_pace_until(&e->pace, fc_monotonic_ns() + (uint64_t)ms * NS_PER_MS);
}

int fc_exporter_wait(struct fc_exporter *e, unsigned deadline_ms)
{
	uint64_t now_ns = fc_monotonic_ns(), end_ns = now_ns + (uint64_t)deadline_ms * NS_PER_MS;

	while (!e->sender->ready && !e->sender->error && now_ns < end_ns) {
		if (e->sender->fresh)
			begin_session(e);
		else if (send_some(e, 0, now_ns) && !e->sender->fresh)
			wait_until(e, now_ns + BLOCKED_WAIT_NS, now_ns, false);
		now_ns = fc_monotonic_ns();
	}
	if (e->sender->ready)
		return 0;
	return e->sender->error ? e->sender->error : -ETIMEDOUT;
}
