// SPDX-License-Identifier: BSD-2-Clause
/* Datagrams that two exporters hold: read here, restored there, skipped when the other has dealt
 * with them. */
#include "exporter_impl.h"

#include <errno.h>
#include <string.h>

int fc_exporter_sealed(const struct fc_exporter *e, uint64_t number,
		       struct fc_exporter_datagram *out)
{
	return fc_exporter_kept(e, number < e->queue.head ? e->queue.head : number, out);
}

int fc_exporter_kept(const struct fc_exporter *e, uint64_t number, struct fc_exporter_datagram *out)
{
	const struct fc_queue *q = &e->queue;
	const struct fc_datagram *d;

	while (number < q->head && !fc_queue_remembers(q, number))
		number++;
	if (number >= q->tail)
		return -ENOENT;
	d = fc_queue_at(q, number, &out->octets);
	out->number = number;
	out->sequence = d->sequence;
	out->records = d->records;
	out->templates = d->templates;
	out->length = d->length;
	for (unsigned i = 0; i < FC_SHARES; i++) {
		out->share[i].client = d->share[i].client;
		out->share[i].records = d->share[i].records;
		out->share[i].octets = d->share[i].octets;
	}
	return 0;
}

/* ------------------------------------------------------------------ restoring */
/* Its shares are those of another exporter's clients. */
static void translate(const struct fc_exporter *e, const struct fc_exporter_datagram *from,
		      struct fc_datagram *to)
{
	for (unsigned i = 0; i < FC_SHARES; i++) {
		unsigned client = from->share[i].client;

		to->share[i].client = client < FC_EXPORTER_CLIENTS ? e->elsewhere[client] : 0;
		to->share[i].records = from->share[i].records;
		to->share[i].octets = from->share[i].octets;
	}
}

int fc_exporter_restore(struct fc_exporter *e, const struct fc_exporter_datagram *from)
{
	struct fc_datagram d = {.length = (uint32_t)from->length,
				.sequence = from->sequence,
				.records = from->records,
				.templates = from->templates};
	struct fc_datagram unused;

	if (e->encoder.message.open)
		return -EBUSY;
	if (from->length > e->queue.slot_size)
		return -EMSGSIZE;
	if (from->number < e->queue.tail)
		return -EEXIST;
	fc_exporter_align(e, from->number);
	if (e->queue.tail - e->queue.head == e->queue.capacity)
		fc_exporter_skip(e, e->queue.head + 1);
	translate(e, from, &d);
	memcpy(fc_queue_building(&e->queue), from->octets, from->length);
	(void)fc_queue_seal(&e->queue, &d, &unused); /* there is room */
	e->stats.datagrams_restored++;
	e->stats.records_restored += d.records;
	fc_exporter_count_sealed(e, &d);
	return 0;
}

static void count_skipped(struct fc_exporter *e, const struct fc_datagram *d)
{
	e->stats.datagrams_skipped++;
	e->stats.records_skipped += d->records;
	for (unsigned i = 0; i < FC_SHARES; i++) {
		const struct fc_share *s = &d->share[i];

		e->client[s->client].stats.records_skipped += s->records;
		e->client[s->client].stats.octets_skipped += s->octets;
	}
	/* The other one has sent it, or counted it as dropped: totals say the first. */
	e->carried.octets += d->length;
	e->carried.datagrams++;
	e->carried.records += d->records;
}

uint64_t fc_exporter_skip(struct fc_exporter *e, uint64_t number)
{
	const uint8_t *octets;
	uint64_t count = 0;

	for (; e->queue.head < e->queue.tail && e->queue.head < number; count++) {
		count_skipped(e, fc_queue_at(&e->queue, e->queue.head, &octets));
		fc_queue_pop(&e->queue);
	}
	return count;
}

void fc_exporter_align(struct fc_exporter *e, uint64_t number)
{
	if (e->queue.tail == number || e->encoder.message.open)
		return;
	fc_exporter_skip(e, UINT64_MAX);
	fc_queue_jump(&e->queue, number);
}

uint64_t fc_exporter_cursor(const struct fc_exporter *e)
{
	const struct fc_sender *s = e->sender;

	return s->ops->delivered ? s->ops->delivered(s, &e->queue) : e->queue.head;
}

/* ------------------------------------------------------------------ from one to the other */
static int announce_flows(struct fc_exporter *e)
{
	int err = 0;

	for (unsigned c = 1; c < FC_EXPORTER_CLIENTS; c++) {
		if (!e->encoder.client[c] || e->encoder.client[c]->options)
			continue;
		fc_exporter_begin_empty(e, e->now_ns);
		if (!fc_encoder_announce(&e->encoder, c))
			continue;
		if (fc_exporter_seal_open(e, e->now_ns))
			err = -ENOBUFS;
		fc_exporter_begin_empty(e, e->now_ns);
		(void)fc_encoder_announce(&e->encoder, c); /* fits: checked when it was added */
	}
	return err;
}

int fc_exporter_announce(struct fc_exporter *e)
{
	int err = fc_exporter_seal_open(e, e->now_ns);

	for (unsigned i = 0; i < FC_OPTIONS; i++)
		e->option[i].due = e->option[i].client != 0;
	/* Text and version 5 have none; a session begins with them; in Kafka each message has its
	 * own. */
	if (!e->encoder.codec->fixed_record && !e->encoder.codec->text && !e->sender->ops->begin &&
	    !e->whole && announce_flows(e))
		err = -ENOBUFS;
	if (fc_exporter_seal_open(e, e->now_ns))
		err = -ENOBUFS;
	if (fc_exporter_options_due(e, e->now_ns) && fc_exporter_put_options(e, e->now_ns))
		err = -ENOBUFS;
	return err;
}

void fc_exporter_discard(struct fc_exporter *e)
{
	const uint8_t *octets;

	(void)fc_exporter_seal_open(e, e->now_ns);
	if (e->sender->ops->hang_up)
		e->sender->ops->hang_up(e->sender, &e->queue);
	while (e->queue.head < e->queue.tail) {
		fc_exporter_drop(e, fc_queue_at(&e->queue, e->queue.head, &octets), FC_UNSENT_NONE);
		fc_queue_pop(&e->queue);
	}
	e->templates_lost = false;
}
