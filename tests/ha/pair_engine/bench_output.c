// SPDX-License-Identifier: BSD-2-Clause
/* A small exporter, the collector, and a card with one ring. */
#include "bench_impl.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define FLOWS 20
#define TAG_SEQUENCE 1
#define TAG_CONTENT 2
#define TAG_NEXT 3

/* ------------------------------------------------------------------ the exporter */
static void collect(struct bench *b, const struct datagram *d)
{
	assert(d->sequence < DATAGRAMS);
	b->records++;
	if (b->seen[d->sequence] && b->seen[d->sequence] != d->content)
		b->conflicts++;
	else
		b->repeated += b->seen[d->sequence] != 0;
	b->seen[d->sequence] = d->content;
}

static void send_datagram(struct end *e, const struct datagram *d)
{
	struct fc_message *m = fc_message_create(FC_MESSAGE_DATAGRAM, 128);

	fc_message_put_u64(m, TAG_SEQUENCE, d->sequence);
	fc_message_put_u64(m, TAG_CONTENT, d->content);
	fc_cuts_send(fc_pair_cuts(e->pair), m);
}

static void send_number(struct end *e, enum fc_message_type type, uint64_t value)
{
	struct fc_message *m = fc_message_create(type, 64);

	fc_message_put_u64(m, TAG_NEXT, value);
	fc_cuts_send(fc_pair_cuts(e->pair), m);
}

static struct datagram *seal_one(struct bench *b, struct end *e, uint64_t cut)
{
	struct datagram *d = &e->own.d[e->own.count++];

	assert(e->own.count <= DATAGRAMS);
	b->random = b->random * 6364136223846793005u + 1442695040888963407u;
	*d = (struct datagram){e->own.next++, b->random | 1, cut};
	return d;
}

/* At the first cut to a peer everything that has not left goes. */
void bench_seal(struct bench *b, struct end *e)
{
	bool all = false;
	uint64_t cut = fc_cuts_to_seal(fc_pair_cuts(e->pair), &all);

	if (!cut)
		return;
	seal_one(b, e, cut);
	for (unsigned i = 0; i < e->own.count; i++) {
		if (all && e->own.d[i].sequence >= e->own.cursor)
			e->own.d[i].cut = cut;
		if (e->own.d[i].cut == cut)
			send_datagram(e, &e->own.d[i]);
	}
	send_number(e, FC_MESSAGE_EXPORTER, e->own.next);
	send_number(e, FC_MESSAGE_CURSOR, e->own.cursor);
	fc_cuts_sealed(fc_pair_cuts(e->pair), cut);
}

void bench_release(struct bench *b, struct end *e)
{
	uint64_t acked = fc_cuts_acked(fc_pair_cuts(e->pair)), before = e->own.cursor;

	if (e->gate == FC_RF_GATE_CLOSED)
		return;
	for (unsigned i = 0; i < e->own.count; i++) {
		struct datagram *d = &e->own.d[i];

		if (d->sequence < e->own.cursor)
			continue;
		if (e->gate == FC_RF_GATE_ACKED && d->cut > acked)
			break;
		collect(b, d);
		e->own.cursor = d->sequence + 1;
	}
	if (e->own.cursor != before)
		send_number(e, FC_MESSAGE_CURSOR, e->own.cursor);
}

int bench_export_message(void *context, const struct fc_message *m, char *why)
{
	struct exporter *x = &bench_end_of(context)->building;
	struct datagram d = {0};
	uint64_t value = 0;

	if (m->type == FC_MESSAGE_DATAGRAM) {
		if (fc_message_u64(m, TAG_SEQUENCE, &d.sequence) ||
		    fc_message_u64(m, TAG_CONTENT, &d.content)) {
			strcpy(why, "no datagram");
			return -EPROTO;
		}
		x->d[x->count++] = d;
		return 0;
	}
	if (fc_message_u64(m, TAG_NEXT, &value)) {
		strcpy(why, "no number");
		return -EPROTO;
	}
	if (m->type == FC_MESSAGE_EXPORTER)
		x->next = value;
	else
		bench_end_of(context)->own.cursor = value;
	return 0;
}

static void keep(struct exporter *x, const struct datagram *d)
{
	for (unsigned i = 0; i < x->count; i++)
		if (x->d[i].sequence == d->sequence)
			return;
	x->d[x->count++] = *d;
}

void bench_export_commit(void *context, uint64_t cut)
{
	struct end *e = bench_end_of(context);

	(void)cut;
	for (unsigned i = 0; i < e->building.count; i++)
		keep(&e->own, &e->building.d[i]);
	e->own.next = e->building.next;
	e->building.count = 0;
}

void bench_export_rollback(void *context)
{
	bench_end_of(context)->building.count = 0;
}

bool bench_drained(void *context)
{
	const struct end *e = bench_end_of(context);
	uint64_t acked = fc_cuts_acked(fc_pair_cuts(e->pair));

	if (e->undrained)
		return false;
	for (unsigned i = 0; i < e->own.count; i++)
		if (e->own.d[i].sequence >= e->own.cursor && e->own.d[i].cut <= acked)
			return false;
	return true;
}

void bench_gate(void *context, enum fc_rf_gate gate)
{
	bench_end_of(context)->gate = gate;
}

/* Who is not active any more gives up what has not left, and follows. */
void bench_role(void *context, enum fc_pair_role role, uint64_t term)
{
	struct end *e = bench_end_of(context);

	(void)term;
	if (e->role == FC_PAIR_ACTIVE && role != FC_PAIR_ACTIVE)
		e->own.count = e->building.count = 0;
	e->role = role;
}

/* ------------------------------------------------------------------ the card */
void bench_epoch(struct bench *b, struct end *e)
{
	struct fc_cuts *cuts = fc_pair_cuts(e->pair);
	struct fc_cut_ticket ticket;
	struct fc_cut_flow flow[FLOWS];
	uint64_t digest = 0, standbys;

	e->epoch++;
	if (fc_cuts_mode_now(cuts, &standbys) == FC_CUTS_STANDBY ||
	    !fc_cuts_join(e->member, (uint32_t)e->epoch, e->epoch * 1000, &ticket))
		return;
	if (!ticket.number) {
		seal_one(b, e, 0);
		return;
	}
	memset(flow, 0, sizeof(flow));
	for (unsigned f = 0; f < FLOWS; f++) {
		flow[f].instance = e->instances + f + 1;
		flow[f].slot = 1;
		flow[f].flow.packets = e->epoch;
		if (flow[f].instance % FC_CUT_SLICES == ticket.slice)
			digest += fc_cut_digest(&flow[f]);
	}
	for (unsigned taken = 0; taken < FLOWS;)
		taken += (unsigned)fc_cuts_flows(e->member, flow + taken, FLOWS - taken);
	fc_cuts_part_done(e->member, digest);
	fc_cuts_taken(cuts, 1, 0, ticket.number);
}

void bench_barrier(void *context)
{
	struct end *e = bench_end_of(context);

	if (!e->silent)
		bench_epoch(bench_of(context), e);
}

unsigned bench_healthy(void *context)
{
	return bench_end_of(context)->healthy;
}

uint64_t bench_card_ns(void *context, unsigned slot)
{
	const struct end *e = bench_end_of(context);

	if (slot < 1 || slot > 2 || !e->card[slot - 1].there)
		return 0;
	return (1000000 + bench_of(context)->now_ms) * 1000000 + e->card[slot - 1].ahead_ns;
}

uint64_t bench_guard_ns(void *context)
{
	return bench_end_of(context)->guard_ns;
}
