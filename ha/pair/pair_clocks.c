// SPDX-License-Identifier: BSD-2-Clause
/*
 * How far the clocks of the two units' cards are apart, slot by slot, and whether a dual feed can
 * be trusted with that.
 *
 *   PING, our time --> peer --> PONG, that time, times of its cards --> skew +- half the round trip
 */
#include "ha/pair/pair_impl.h"

#include <errno.h>
#include <ha/log.h>
#include <stdio.h>

#define PING_MS 1000
#define DRIFT_NS UINT64_C(100) /* a millisecond: two free-running clocks */
#define CLOCK_OCTETS 9         /* slot and time */

void pair_clocks_forget(struct fc_pair *pair)
{
	for (unsigned s = 0; s < FC_PAIR_SLOTS; s++)
		pair->clock[s] = (struct pair_clock){0};
	pair->peer_skew_max_ns = UINT64_MAX;
	pair->rtt_us = 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t my_limit(struct fc_pair *pair)
{
	return least(pair->options.skew_max_ns, pair->host.guard_ns(pair->context));
}

uint64_t pair_clocks_limit(struct fc_pair *pair)
{
	return least(my_limit(pair), pair->peer_skew_max_ns);
}

static uint64_t size_of(int64_t ns)
{
	return ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
}

/* ------------------------------------------------------------------ messages */
void pair_clocks_tick(struct fc_pair *pair)
{
	struct fc_message *m;

	if (pair->now.ms < pair->ping_ms)
		return;
	pair->ping_ms = pair->now.ms + PING_MS;
	m = fc_message_create(FC_MESSAGE_PING, 64);
	if (!m)
		return;
	fc_message_put_u64(m, PAIR_TAG_SENT_US, pair->host.now_us(pair->context));
	pair_send(pair, m);
}

static void put_clocks(struct fc_pair *pair, struct fc_message *m)
{
	uint8_t octets[FC_PAIR_SLOTS * CLOCK_OCTETS], *at = octets;

	for (unsigned s = 0; s < FC_PAIR_SLOTS; s++) {
		uint64_t ns = pair->host.card_ns(pair->context, s);

		if (!ns)
			continue;
		*at++ = (uint8_t)s;
		for (int shift = 56; shift >= 0; shift -= 8)
			*at++ = (uint8_t)(ns >> shift);
	}
	fc_message_put(m, PAIR_TAG_CARD_NS, octets, (size_t)(at - octets));
}

int pair_take_ping(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	struct fc_message *pong;
	uint64_t sent;

	if (fc_message_u64(m, PAIR_TAG_SENT_US, &sent)) {
		snprintf(why, PAIR_TEXT, "PING without a time");
		return -EPROTO;
	}
	pong = fc_message_create(FC_MESSAGE_PONG, 512);
	if (!pong)
		return 0;
	fc_message_put_u64(pong, PAIR_TAG_SENT_US, sent);
	fc_message_put_u64(pong, PAIR_TAG_SKEW_MAX_NS, my_limit(pair));
	put_clocks(pair, pong);
	pair_send(pair, pong);
	return 0;
}

/* Times of all slots; 0: no card. Return 0 or -EPROTO. */
static int get_clocks(const struct fc_message *m, uint64_t ns[FC_PAIR_SLOTS])
{
	struct fc_message_field f;

	if (fc_message_find(m, PAIR_TAG_CARD_NS, &f) || f.octets % CLOCK_OCTETS)
		return -EPROTO;
	for (size_t at = 0; at < f.octets; at += CLOCK_OCTETS) {
		const uint8_t *octet = f.value + at;

		if (*octet >= FC_PAIR_SLOTS || ns[*octet])
			return -EPROTO;
		for (unsigned i = 1; i < CLOCK_OCTETS; i++)
			ns[*octet] = ns[*octet] << 8 | octet[i];
	}
	return 0;
}

/*
 * The peer's card's clock as it was half a round trip ago, against ours. A way that takes longer in
 * one direction than in the other looks like a skew of up to half the round trip. So the sample
 * with the shortest one stands, until it is so old that the clocks may have run apart by more than
 * what another one leaves open; or until another one, however bad, shows that it is not true any
 * more.
 */
static void take_skew(struct pair_clock *c, uint64_t theirs, uint64_t ours, uint64_t error)
{
	int64_t skew = (int64_t)(theirs + error - ours);

	c->both = theirs && ours;
	if (!c->both)
		return;
	c->error_ns += PING_MS * DRIFT_NS;
	if (c->known && error > c->error_ns &&
	    size_of((int64_t)((uint64_t)skew - (uint64_t)c->skew_ns)) <= error + c->error_ns)
		return;
	*c = (struct pair_clock){.known = true, .both = true, .skew_ns = skew, .error_ns = error};
}

int pair_take_pong(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	uint64_t sent, limit, now = pair->host.now_us(pair->context);
	uint64_t theirs[FC_PAIR_SLOTS] = {0}, ours[FC_PAIR_SLOTS];
	bool any = false;

	if (fc_message_u64(m, PAIR_TAG_SENT_US, &sent) || sent > now ||
	    fc_message_u64(m, PAIR_TAG_SKEW_MAX_NS, &limit) || get_clocks(m, theirs)) {
		snprintf(why, PAIR_TEXT, "PONG without times, or from the future");
		return -EPROTO;
	}
	pair->rtt_us = now - sent;
	pair->peer_skew_max_ns = limit;
	for (unsigned s = 0; s < FC_PAIR_SLOTS; s++) {
		ours[s] = pair->host.card_ns(pair->context, s);
		any |= theirs[s] && ours[s];
	}
	/* Without a card on both sides nothing is learned, and what is known stays: one of the
	 * units may be on its way out. */
	for (unsigned s = 0; any && s < FC_PAIR_SLOTS; s++)
		take_skew(&pair->clock[s], theirs[s], ours[s], pair->rtt_us * 500);
	return 0;
}

/* ------------------------------------------------------------------ verdict */
/* What is certain of it: the measurement leaves the rest open. */
static uint64_t certain(const struct pair_clock *c)
{
	uint64_t size = size_of(c->skew_ns);

	return size > c->error_ns ? size - c->error_ns : 0;
}

static bool worse(const struct pair_clock *a, const struct pair_clock *b)
{
	if (certain(a) != certain(b))
		return certain(a) > certain(b);
	return size_of(a->skew_ns) > size_of(b->skew_ns);
}

/* A slot that has a card at one unit only is compared with nothing. */
const struct pair_clock *pair_clocks_worst(const struct fc_pair *pair)
{
	const struct pair_clock *worst = NULL;

	for (unsigned s = 0; s < FC_PAIR_SLOTS; s++) {
		const struct pair_clock *c = &pair->clock[s];

		if (c->both && (!worst || worse(c, worst)))
			worst = c;
	}
	return worst;
}

static void refuse(struct fc_pair *pair, const struct pair_clock *worst, uint64_t limit)
{
	if (worst)
		snprintf(pair->feed_why, sizeof(pair->feed_why),
			 "clocks of slot %u differ by %llu ns, more than %llu%s",
			 (unsigned)(worst - pair->clock),
			 (unsigned long long)size_of(worst->skew_ns), (unsigned long long)limit,
			 limit < pair->options.skew_max_ns ? " (guard time)" : "");
	else
		snprintf(pair->feed_why, sizeof(pair->feed_why), "the cards' clocks are not known");
}

void pair_clocks_feed(struct fc_pair *pair)
{
	const struct pair_clock *worst = pair_clocks_worst(pair);
	uint64_t limit;
	bool dual;

	/* Once the peer is gone it stays as it was: the takeover goes by it. */
	if (pair->options.feed != FC_PAIR_FEED_DUAL || !pair->greeted || !pair->rtt_us)
		return;
	limit = pair_clocks_limit(pair);
	/* What the measurement leaves open is no proof: a long way must not switch it on and off.
	 */
	dual = worst && certain(worst) <= limit;
	if (dual == pair->dual && (dual || *pair->feed_why))
		return;
	pair->dual = dual;
	fc_cuts_feed(pair->cuts, dual);
	if (dual)
		*pair->feed_why = 0;
	else
		refuse(pair, worst, limit);
	pair_log(pair, "REDUNDANCY", dual ? FC_LOG_NOTICE : FC_LOG_WARNING, "FEED",
		 dual ? "Dual feed: the cards' clocks agree%s" : "Dual feed is refused: %s",
		 pair->feed_why);
}
