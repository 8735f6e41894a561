// SPDX-License-Identifier: BSD-2-Clause
/*
 * 64-bit counters are latched as one set, so that low and high words, and all counters, belong to
 * one moment. LATCH_SEQ tells whether the set was replaced while it was read.
 */
#include "driver/card_private.h"

#include <errno.h>

#define LATCH_LIMIT_NS (10 * FC_MS)
#define LATCH_TRIES 8

struct counter {
	struct fc_reg reg; /* the low word; the high word is the next one */
	uint64_t *out;
};

#define PORT_COUNTERS (3 + FC_CARD_VERDICTS)
#define LEDGER_COUNTERS 8

static int wait_latched(struct fc_card *card, uint32_t before, uint32_t *sequence)
{
	struct fc_transport *t = card->transport;
	uint64_t start = t->ops->now(t);

	for (;;) {
		uint64_t passed = t->ops->now(t) - start;
		int err = fc_card_read(card, FC_REG(LATCH_SEQ), sequence);

		if (err)
			return err;
		if (*sequence != before)
			break;
		if (passed >= LATCH_LIMIT_NS)
			return fc_card_fail(card, -ETIMEDOUT, &FC_REG(LATCH_SEQ),
					    "still reads %u after COMMAND.latch", (unsigned)before);
		t->ops->relax(t);
	}
	return fc_card_wait(card, FC_REG(STATUS), FC_REG_STATUS_LATCHING_MASK, 0, LATCH_LIMIT_NS,
			    "latching is still 1");
}

static int read_set(struct fc_card *card, const struct counter *counter, size_t count)
{
	for (; count; count--, counter++) {
		struct fc_reg high = counter->reg;
		uint32_t word[2];
		int err = fc_card_read(card, counter->reg, &word[0]);

		high.offset += 4;
		if (!err)
			err = fc_card_read(card, high, &word[1]);
		if (err)
			return err;
		*counter->out = (uint64_t)word[1] << 32 | word[0];
	}
	return 0;
}

static int latch_and_read(struct fc_card *card, const struct counter *counters, size_t count)
{
	uint32_t sequence, after;
	int err = fc_card_read(card, FC_REG(LATCH_SEQ), &sequence);

	if (!err)
		err = fc_card_write(card, FC_REG(COMMAND), FC_REG_COMMAND_LATCH_MASK);
	if (!err)
		err = wait_latched(card, sequence, &sequence);
	for (unsigned n = 0; !err && n < LATCH_TRIES; n++) {
		err = fc_card_read(card, FC_REG(LATCH_SEQ), &sequence);
		if (!err)
			err = read_set(card, counters, count);
		if (!err)
			err = fc_card_read(card, FC_REG(LATCH_SEQ), &after);
		if (!err && after == sequence)
			return 0;
	}
	return err ? err
		   : fc_card_fail(card, -EBUSY, &FC_REG(LATCH_SEQ),
				  "moved during each of %d readings", LATCH_TRIES);
}

int fc_card_ledger(struct fc_card *card, unsigned m, struct fc_ledger *out)
{
	const struct counter counters[LEDGER_COUNTERS] = {
		{FC_REG_IN(LEDGER, m, SELECTED_PACKETS), &out->selected_packets},
		{FC_REG_IN(LEDGER, m, SELECTED_BYTES), &out->selected_bytes},
		{FC_REG_IN(LEDGER, m, EMITTED_PACKETS), &out->emitted_packets},
		{FC_REG_IN(LEDGER, m, EMITTED_BYTES), &out->emitted_bytes},
		{FC_REG_IN(LEDGER, m, RESIDENT_PACKETS), &out->resident_packets},
		{FC_REG_IN(LEDGER, m, RESIDENT_BYTES), &out->resident_bytes},
		{FC_REG_IN(LEDGER, m, UNACCOUNTED_PACKETS), &out->unaccounted_packets},
		{FC_REG_IN(LEDGER, m, UNACCOUNTED_BYTES), &out->unaccounted_bytes},
	};

	if (m >= card->build.monitors)
		return fc_card_fail(card, -EINVAL, NULL, "monitor %u: the card has %u", m,
				    card->build.monitors);
	return latch_and_read(card, counters, LEDGER_COUNTERS);
}

int fc_card_port_counters(struct fc_card *card, unsigned p, struct fc_card_port_counters *out)
{
	struct counter counters[PORT_COUNTERS] = {
		{FC_REG_IN(PORT, p, FRAMES), &out->frames},
		{FC_REG_IN(PORT, p, OCTETS), &out->octets},
		{FC_REG_IN(PORT, p, MISSED), &out->missed},
	};

	if (p >= card->build.ports)
		return fc_card_fail(card, -EINVAL, NULL, "port %u: the card has %u", p,
				    card->build.ports);
	for (unsigned v = 0; v < FC_CARD_VERDICTS; v++)
		counters[3 + v] = (struct counter){
			{FC_REG_PORT_VERDICT(p, v), "PORT", p, "VERDICT"}, &out->verdict[v]};
	return latch_and_read(card, counters, PORT_COUNTERS);
}

int fc_card_sampler_counters(struct fc_card *card, unsigned monitor, bool output, unsigned port,
			     struct fc_card_sampler_counters *out)
{
	unsigned s = 0;
	int err = fc_card_sampler_index(card, monitor, output, port, &s);
	const struct counter counters[2] = {
		{FC_REG_IN(SAMPLER, s, OBSERVED), &out->observed},
		{FC_REG_IN(SAMPLER, s, SELECTED), &out->selected},
	};

	return err ? err : latch_and_read(card, counters, 2);
}

int fc_card_time(struct fc_card *card, uint64_t *out)
{
	uint64_t now = 0;
	const struct counter clock = {FC_REG(TIME_LOW), &now};
	int err = latch_and_read(card, &clock, 1);

	if (!err)
		*out = now;
	return err;
}

int fc_card_faults(struct fc_card *card, uint32_t *out)
{
	return fc_card_read(card, FC_REG(FAULT), out);
}
