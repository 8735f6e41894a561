/* SPDX-License-Identifier: BSD-2-Clause */
#include "card_bench.h"
#include <string.h>

#define ETHERNET 14u
#define IPV4 20u
#define UDP 8u
#define SMALLEST 64u

/* The flow's number is in the source address: 10.0.high.low. */
static void make_frame(struct card_bench *b, struct card_wire *w)
{
	uint8_t *ip = w->frame + ETHERNET, *udp = ip + IPV4;
	size_t length;

	w->octets = w->smallest ? SMALLEST : SMALLEST + card_draw(b, card_draw(b, 8) ? 200 : 1200);
	w->flow = card_draw(b, CARD_FLOWS);
	w->bad = card_draw(b, 50) == 0;
	w->at = 0;
	for (size_t i = 0; i < w->octets; i++)
		w->frame[i] = (uint8_t)card_draw(b, 256);
	w->frame[12] = 0x08;
	w->frame[13] = 0x00;
	length = w->octets - ETHERNET - card_draw(b, 4); /* some padding */
	memset(ip, 0, IPV4);
	ip[0] = 0x45;
	ip[2] = (uint8_t)(length >> 8);
	ip[3] = (uint8_t)length;
	ip[8] = 64;
	ip[9] = 17;
	ip[12] = 10;
	ip[14] = (uint8_t)(w->flow >> 8);
	ip[15] = (uint8_t)w->flow;
	ip[16] = 192;
	ip[19] = 1;
	memset(udp, 0, UDP);
	udp[1] = udp[3] = (uint8_t)(1 + w->flow % 100);
}

static void count_frame(struct card_bench *b, struct card_wire *w)
{
	const uint8_t *ip = w->frame + ETHERNET;
	unsigned length = (unsigned)ip[2] << 8 | ip[3];

	w->frames++;
	w->bad_frames += w->bad;
	if (w->bad)
		return;
	b->sent[w->flow].packets++;
	b->sent[w->flow].bytes += length;
	b->all_sent.packets++;
	b->all_sent.bytes += length;
}

void card_wire_drive(struct card_bench *b, unsigned port)
{
	struct card_wire *w = &b->wire[port];
	struct card_beat *rx = &b->in.rx[port];
	size_t left;

	rx->valid = false;
	if (!b->in.rst_mac_n[port])
		return;
	if (w->at == w->octets && !w->on)
		return;
	if (w->gap_percent && card_draw(b, 100) < w->gap_percent)
		return;
	if (w->at == w->octets)
		make_frame(b, w);
	left = w->octets - w->at;
	rx->valid = true;
	rx->last = left <= CARD_BEAT;
	rx->error = rx->last && w->bad;
	rx->keep = left >= CARD_BEAT ? UINT64_MAX : ((uint64_t)1 << left) - 1;
	memcpy(rx->data, w->frame + w->at, left < CARD_BEAT ? left : CARD_BEAT);
	w->at += left < CARD_BEAT ? left : CARD_BEAT;
	b->in.rx_time_ns[port] = b->in.time_ns;
	if (rx->last)
		count_frame(b, w);
}

/* The beat of the clock before, all of it, and no other. */
void card_wire_check(struct card_bench *b, unsigned port)
{
	struct card_wire *w = &b->wire[port];
	const struct card_beat *tx = &b->out.tx[port], *due = &w->due;

	card_expect(b, !w->clocked || tx->valid == due->valid,
		    "port %u: a beat %s after %llu beats", port,
		    due->valid ? "is missing" : "too many", (unsigned long long)w->beats);
	if (due->valid && tx->valid) {
		card_expect(b,
			    tx->last == due->last && tx->error == due->error &&
				    tx->keep == due->keep &&
				    !memcmp(tx->data, due->data, CARD_BEAT),
			    "port %u: beat %llu is not what came in", port,
			    (unsigned long long)w->beats);
		w->beats++;
	}
	w->clocked = true;
	w->due = b->in.rx[port];
	w->due.valid = w->due.valid && b->in.rst_mac_n[port];
}
