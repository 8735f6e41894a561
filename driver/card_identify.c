// SPDX-License-Identifier: BSD-2-Clause
#include "driver/card_private.h"

#include <errno.h>

#define ENTRIES_LOG2_MAX 24 /* 16 Mi: no memory on a card holds more */
#define FIFO_LOG2_MAX 16
#define PACKET_BITS_MAX 32 /* a record has 32 bits for packets */

struct limit {
	const char *what;
	struct fc_reg reg;
	unsigned value, min, max;
};

static int check_identity(struct fc_card *card)
{
	uint32_t magic, abi, hash;
	int err = fc_card_read(card, FC_REG(MAGIC), &magic);

	if (err)
		return err;
	if (magic != FC_MAGIC)
		return fc_card_fail(card, -EPROTO, &FC_REG(MAGIC),
				    "reads 0x%08x, not 0x%08x: not a flowcard", (unsigned)magic,
				    (unsigned)FC_MAGIC);
	err = fc_card_read(card, FC_REG(ABI), &abi);
	if (err)
		return err;
	if (abi != FC_REG_ABI_RESET)
		return fc_card_fail(card, -EPROTO, &FC_REG(ABI),
				    "says record %u, map %u; this driver has %u, %u",
				    FC_FIELD(abi, ABI_RECORD), FC_FIELD(abi, ABI_MAP),
				    FC_FIELD(FC_REG_ABI_RESET, ABI_RECORD),
				    FC_FIELD(FC_REG_ABI_RESET, ABI_MAP));
	err = fc_card_read(card, FC_REG(MAP_HASH), &hash);
	if (err)
		return err;
	if (hash != FC_MAP_HASH)
		return fc_card_fail(card, -EPROTO, &FC_REG(MAP_HASH),
				    "reads 0x%08x, this driver has 0x%08x: other register map",
				    (unsigned)hash, (unsigned)FC_MAP_HASH);
	return 0;
}

static int check_limits(struct fc_card *card, const struct limit *limit, size_t count)
{
	for (; count; count--, limit++)
		if (limit->value < limit->min || limit->value > limit->max)
			return fc_card_fail(card, -EPROTO, &limit->reg, "says %u %s, not %u..%u",
					    limit->value, limit->what, limit->min, limit->max);
	return 0;
}

static int read_build(struct fc_card *card, uint32_t word[3])
{
	int err = fc_card_read(card, FC_REG(BUILD0), &word[0]);

	if (!err)
		err = fc_card_read(card, FC_REG(BUILD1), &word[1]);
	return err ? err : fc_card_read(card, FC_REG(BUILD2), &word[2]);
}

/* Only a card whose parameters make sense is believed: they size arrays and loops from here on. */
static int check_build(struct fc_card *card, const uint32_t word[3], unsigned vector_octets,
		       unsigned entries_log2, unsigned fifo_log2)
{
	const struct fc_card_build *b = &card->build;
	const struct limit limits[] = {
		{"entries (log2)", FC_REG(BUILD0), entries_log2, 1, ENTRIES_LOG2_MAX},
		{"ports", FC_REG(BUILD0), b->ports, 1, FC_CARD_PORTS_MAX},
		{"rings", FC_REG(BUILD0), b->rings, 1, FC_CARD_RINGS_MAX},
		{"monitors", FC_REG(BUILD0), b->monitors, 1, FC_CARD_MONITORS_MAX},
		{"tables", FC_REG(BUILD1), b->tables, 1, 15},
		{"slots", FC_REG(BUILD1), b->slots, 1, 15},
		{"octets of header window", FC_REG(BUILD1), b->header_window, 64, 0xffff},
		{"bits of packet counter", FC_REG(BUILD1), b->packet_bits, 1, PACKET_BITS_MAX},
		{"octets of field vector", FC_REG(BUILD2), vector_octets, FC_VECTOR_WORDS * 4,
		 FC_VECTOR_WORDS * 4},
		{"FIFO places (log2)", FC_REG(BUILD2), fifo_log2, 1, FIFO_LOG2_MAX},
		{"monitors a packet", FC_REG(BUILD2), b->monitors_per_packet, 1, b->monitors},
	};
	int err = check_limits(card, limits, sizeof(limits) / sizeof(limits[0]));

	if (err)
		return err;
	if (1u << entries_log2 < b->tables * b->slots)
		return fc_card_fail(card, -EPROTO, &FC_REG(BUILD0),
				    "0x%08x: 2^%u entries for %u tables of %u slots",
				    (unsigned)word[0], entries_log2, b->tables, b->slots);
	return 0;
}

int fc_card_identify(struct fc_card *card)
{
	struct fc_card_build *b = &card->build;
	uint32_t word[3];
	unsigned entries_log2, fifo_log2;
	int err = check_identity(card);

	if (!err)
		err = read_build(card, word);
	if (err)
		return err;
	entries_log2 = FC_FIELD(word[0], BUILD0_ENTRIES_LOG2);
	fifo_log2 = FC_FIELD(word[2], BUILD2_FIFO_LOG2);
	b->ports = FC_FIELD(word[0], BUILD0_PORTS);
	b->rings = FC_FIELD(word[0], BUILD0_RINGS);
	b->monitors = FC_FIELD(word[0], BUILD0_MONITORS);
	b->tables = FC_FIELD(word[1], BUILD1_TABLES);
	b->slots = FC_FIELD(word[1], BUILD1_SLOTS);
	b->header_window = FC_FIELD(word[1], BUILD1_HEADER_WINDOW);
	b->packet_bits = FC_FIELD(word[1], BUILD1_PACKET_BITS);
	b->monitors_per_packet = FC_FIELD(word[2], BUILD2_MONITORS_PER_PACKET);
	err = check_build(card, word, FC_FIELD(word[2], BUILD2_VECTOR_OCTETS), entries_log2,
			  fifo_log2);
	if (err)
		return err;
	b->entries = 1u << entries_log2;
	b->fifo = 1u << fifo_log2;
	return 0;
}
