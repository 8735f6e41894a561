/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two transports without a card behind them.
 *   fake_script: the accesses of a short sequence, one by one; anything else fails the test.
 *   fake_card:   registers that behave like the card's, for whole procedures; knobs make it a bad
 * one.
 */
#ifndef FC_FAKE_TRANSPORT_H
#define FC_FAKE_TRANSPORT_H

#include "driver/hash_tables.h"
#include <flowcard/card.h>
#include <stdbool.h>
#include <stdint.h>

#define FAKE_STEPS_MAX 64
#define FAKE_MAP_OCTETS 0x3000
#define FAKE_MAPS_MAX 64 /* cards may come back and map anew */
#define FAKE_RELAX_NS 1000
#define FAKE_FOREVER 0xffffffffu

struct fake_step {
	bool write;
	uint32_t offset, value;
};

struct fake_script {
	struct fc_transport transport;
	struct fake_step step[FAKE_STEPS_MAX];
	unsigned count, at;
	uint64_t now_ns;
};

void fake_script_init(struct fake_script *s);
void expect_read(struct fake_script *s, uint32_t offset, uint32_t value);
void expect_write(struct fake_script *s, uint32_t offset, uint32_t value);
/* All that was expected has happened. */
void fake_script_done(const struct fake_script *s);

struct fake_card {
	struct fc_transport transport;
	uint32_t reg[FAKE_MAP_OCTETS / 4];
	uint64_t hash[FC_HASH_WORDS];
	uint32_t hash_low;
	unsigned clearing, latching, flushing,
		walking;  /* STATUS reads for which the bit still reads 1 */
	uint32_t walk;    /* the last COMMAND that began one */
	uint32_t present; /* monitors whose packets lock their mask, a bit each */
	uint64_t now_ns;
	unsigned writes, resets;
	struct fc_dma mapped[FAKE_MAPS_MAX];
	unsigned maps, unmaps;
	/* knobs */
	unsigned clear_reads, latch_reads, flush_reads,
		walk_reads;       /* what a command sets those to */
	unsigned foreign_latches; /* somebody else's latches that fall into ours */
	unsigned fail_map_at;     /* the n-th dma_map gives -ENOMEM; 0: none */
	uint32_t deaf;            /* offset of a register that keeps its value; 0: none */
	uint32_t gone_at_write;   /* offset whose write makes all reads all-ones; 0: none */
	bool gone;                /* reads all ones, writes vanish */
	bool broken;              /* every access is -EIO */
	bool restless;            /* STATUS.idle never 1 */
	bool restless_until_reset;
	bool no_bus_master;
	bool never_enabled;
};

/* A healthy card: 4096 entries, `rings` rings, 2 ports, 4 monitors, core stopped. */
void fake_card_init(struct fake_card *c, unsigned rings);
uint32_t fake_card_reg(const struct fake_card *c, uint32_t offset);
void fake_card_set_u64(struct fake_card *c, uint32_t offset, uint64_t value);
/* What the card would write to, as the driver's memory. NULL: not mapped. */
void *fake_card_memory(const struct fake_card *c, uint64_t iova, size_t octets);
/* Maps that are not undone. */
unsigned fake_card_mapped(const struct fake_card *c);

#endif
