/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One exporter: encoder -> queue of sealed datagrams -> gate -> paced UDP socket. Used by one
 * thread at a time.
 */
#include "encoder.h"
#include "pace.h"
#include "queue.h"
#include "udp_sender.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define QUEUE_DEFAULT 16384
#define RATE_DEFAULT 10000
#define NS_PER_MS 1000000U
/* A refused datagram says that an earlier one met a closed port; try this one again so often in a
 * row. */
#define REFUSED_TRIES 2
#define FULL_SOCKET_WAIT_NS NS_PER_MS

struct fc_exporter {
	struct fc_encoder encoder;
	struct fc_queue queue;
	struct fc_pace pace;
	struct fc_exporter_stats stats;
	uint64_t gate; /* datagrams below this number may leave */
	int fd;
};

int fc_exporter_open(const struct fc_exporter_config *config, struct fc_exporter **out)
{
	struct fc_exporter *e = calloc(1, sizeof(*e));
	int err;

	if (!e)
		return -ENOMEM;
	err = fc_encoder_init(&e->encoder, config);
	if (err)
		goto free_exporter;
	err = fc_queue_init(&e->queue,
			    config->queue_datagrams ? config->queue_datagrams : QUEUE_DEFAULT,
			    e->encoder.payload_max);
	if (err)
		goto free_exporter;
	e->fd = fc_udp_open(config->host, config->port, config->source);
	if (e->fd < 0) {
		err = e->fd;
		goto free_queue;
	}
	fc_pace_init(&e->pace, config->rate ? config->rate : RATE_DEFAULT);
	e->gate = FC_EXPORTER_NO_GATE;
	*out = e;
	return 0;

free_queue:
	fc_queue_free(&e->queue);
free_exporter:
	free(e);
	return err;
}

static void drop(struct fc_exporter *e, unsigned records)
{
	e->stats.dropped_datagrams++;
	e->stats.dropped_flows += records;
}

/* Return 0, or -ENOBUFS when the oldest datagram had to give way. */
static int seal(struct fc_exporter *e, uint64_t now_ns)
{
	unsigned records = e->encoder.message.records;
	struct fc_datagram dropped;
	size_t length;

	if (!e->encoder.message.open)
		return 0;
	length = fc_encoder_finish(&e->encoder, now_ns);
	e->stats.datagrams_sealed++;
	e->stats.records_sealed += records;
	if (!fc_queue_seal(&e->queue, length, records, &dropped))
		return 0;
	drop(e, dropped.records);
	return -ENOBUFS;
}

static int put(struct fc_exporter *e, const struct fc_flow *f, uint64_t now_ns)
{
	int err = 0;

	if (e->encoder.message.open && !fc_encoder_put(&e->encoder, f))
		return 0;
	err = seal(e, now_ns);
	fc_encoder_begin(&e->encoder, fc_queue_building(&e->queue), now_ns, f);
	/* An empty datagram begun for this flow takes it: payload_max was checked, the base was
	 * chosen for it. */
	(void)fc_encoder_put(&e->encoder, f);
	return err;
}

static int put_split(struct fc_exporter *e, const struct fc_flow *f, uint64_t parts,
		     uint64_t now_ns)
{
	struct fc_flow part;
	int err = 0;

	for (uint64_t i = 0; i < parts; i++) {
		fc_encoder_part(f, parts, i, &part);
		if (put(e, &part, now_ns))
			err = -ENOBUFS;
	}
	e->stats.split_flows++;
	return err;
}

static int add(struct fc_exporter *e, const struct fc_flow *f, uint64_t now_ns)
{
	uint64_t parts = fc_encoder_parts(&e->encoder, f);

	if (!parts) {
		e->stats.inexpressible++;
		e->stats.dropped_flows++;
		return 0;
	}
	e->stats.flows++;
	e->stats.packets += f->packets;
	e->stats.octets += f->octets;
	return parts == 1 ? put(e, f, now_ns) : put_split(e, f, parts, now_ns);
}

int fc_exporter_add(struct fc_exporter *e, const struct fc_flow *flows, size_t count,
		    uint64_t now_ns)
{
	int err = 0;

	for (size_t i = 0; i < count; i++)
		if (add(e, &flows[i], now_ns))
			err = -ENOBUFS;
	return err;
}

int fc_exporter_seal(struct fc_exporter *e, uint64_t now_ns)
{
	return seal(e, now_ns);
}

static uint64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static void sleep_until(uint64_t time_ns)
{
	const struct timespec until = {.tv_sec = (time_t)(time_ns / 1000000000U),
				       .tv_nsec = (long)(time_ns % 1000000000U)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* Sealed and not beyond the gate. */
static uint64_t sendable(const struct fc_exporter *e)
{
	uint64_t end = e->queue.tail < e->gate ? e->queue.tail : e->gate;

	return end > e->queue.head ? end - e->queue.head : 0;
}

static void account_sent(struct fc_exporter *e, unsigned count)
{
	const uint8_t *octets;

	for (unsigned i = 0; i < count; i++) {
		const struct fc_datagram *d = fc_queue_at(&e->queue, e->queue.head, &octets);

		e->stats.datagrams_sent++;
		e->stats.records_sent += d->records;
		e->stats.octets_sent += d->length;
		fc_queue_pop(&e->queue);
	}
}

/* Try `count` datagrams once. Return true when the socket has to be waited for. */
static bool send_some(struct fc_exporter *e, unsigned count, uint64_t now_ns)
{
	const uint8_t *octets;
	int sent = fc_udp_send(e->fd, &e->queue, count);

	for (int tries = 1; sent == -ECONNREFUSED && tries <= REFUSED_TRIES; tries++) {
		e->stats.refused++;
		sent = fc_udp_send(e->fd, &e->queue, count);
	}
	if (sent > 0) {
		account_sent(e, (unsigned)sent);
		fc_pace_take(&e->pace, now_ns, (unsigned)sent);
		return false;
	}
	if (sent == 0 || sent == -EAGAIN || sent == -ENOBUFS || sent == -ECONNREFUSED)
		return true;
	/* This one will not go (no route, too big, forbidden): it must not hold up the others. */
	e->stats.send_errors++;
	e->stats.last_error = -sent;
	drop(e, fc_queue_at(&e->queue, e->queue.head, &octets)->records);
	fc_queue_pop(&e->queue);
	fc_pace_take(&e->pace, now_ns, 1);
	return false;
}

static unsigned at_most(uint64_t value, unsigned limit)
{
	return value < limit ? (unsigned)value : limit;
}

int fc_exporter_send(struct fc_exporter *e, unsigned deadline_ms)
{
	uint64_t now_ns = monotonic_ns(), end_ns = now_ns + (uint64_t)deadline_ms * NS_PER_MS;

	while (sendable(e)) {
		unsigned wanted = at_most(sendable(e), FC_PACE_BURST);
		unsigned allowed = at_most(wanted, fc_pace_allowed(&e->pace, now_ns));
		uint64_t wake_ns = 0;

		/* Half a burst at a time: as many wake-ups as needed, not one a datagram. */
		if (!allowed)
			wake_ns = fc_pace_ready_ns(&e->pace, at_most(wanted, FC_PACE_BURST / 2));
		else if (send_some(e, allowed, now_ns))
			wake_ns = now_ns + FULL_SOCKET_WAIT_NS;
		if (wake_ns && now_ns < end_ns)
			sleep_until(wake_ns < end_ns ? wake_ns : end_ns);
		now_ns = monotonic_ns();
		if (now_ns >= end_ns)
			break;
	}
	return (int)(sendable(e) < INT32_MAX ? sendable(e) : INT32_MAX);
}

uint64_t fc_exporter_mark(const struct fc_exporter *e)
{
	return e->queue.tail;
}

void fc_exporter_gate(struct fc_exporter *e, uint64_t mark)
{
	e->gate = mark;
}

void fc_exporter_stats(const struct fc_exporter *e, struct fc_exporter_stats *out)
{
	*out = e->stats;
	out->templates = e->encoder.templates_total;
	out->clamped_times = e->encoder.clamped;
	out->records_open = e->encoder.message.open ? e->encoder.message.records : 0;
	out->datagrams_queued = e->queue.tail - e->queue.head;
}

void fc_exporter_close(struct fc_exporter *e)
{
	if (!e)
		return;
	close(e->fd);
	fc_queue_free(&e->queue);
	free(e);
}
