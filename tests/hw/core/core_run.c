/* SPDX-License-Identifier: BSD-2-Clause */
#include "core_run.h"

#include <string.h>

static uint64_t random_state = 1;

uint32_t core_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state >> 24);
}

void core_random_seed(uint64_t seed)
{
	random_state = seed * 0x9e3779b97f4a7c15ull + 0x1234567;
	for (int i = 0; i < 8; i++)
		core_random();
}

static uint64_t hash_word(enum core_hash hash)
{
	uint64_t word = (uint64_t)core_random() << 32 | core_random();

	switch (hash) {
	case CORE_HASH_ZERO:
		return 0;
	case CORE_HASH_FEW:
		return word & 0x0001000100010001ull;
	default:
		return word;
	}
}

static void bare_clock(struct core_run *run)
{
	core_settle(&run->pins);
	core_edge();
}

void core_run_start(struct core_run *run, uint32_t seed, enum core_hash hash)
{
	core_new(seed);
	core_ref_new(&run->ref);
	core_set_monitors(run->ref.monitors);
	run->pins.reset = true;
	bare_clock(run);
	bare_clock(run);
	run->pins.reset = false;
	run->pins.hash_we = true;
	for (uint32_t i = 0; i < 69 * 256; i++) {
		run->pins.hash_position = i / 256;
		run->pins.hash_value = i % 256;
		run->pins.hash_word = hash_word(hash);
		bare_clock(run);
	}
	run->pins.hash_we = false;
	core_settle(&run->pins);
	core_check(!run->pins.clearing && !run->pins.busy, "cleared and idle after reset",
		   run->pins.clearing, 0);
	run->pins.enable = true;
	run->pins.rec_ready = (1u << CORE_RINGS) - 1;
}

void core_run_offer(struct core_run *run, unsigned int port, const struct core_packet *packet)
{
	run->offer[port] = *packet;
	core_set_desc(port, packet);
	run->pins.desc_valid |= 1u << port;
}

/* Unaccounted packets are looked up by turns; a refusal stands in the FIFO behind 16 records at
 * least, so it is seen in time. */
static void watch_refusals(struct core_run *run)
{
	if ((run->pins.ledger_index & 7) == 6 && run->pins.ledger != 0)
		core_ref_refused();
	run->pins.latch = true;
	run->pins.ledger_index = (unsigned int)(run->clocks % CORE_MONITORS) << 3 | 6;
}

void core_run_clock(struct core_run *run)
{
	uint32_t taken, given;

	core_settle(&run->pins);
	watch_refusals(run);
	taken = run->pins.desc_valid & run->pins.desc_ready;
	given = run->pins.rec_valid & run->pins.rec_ready;
	for (unsigned int p = 0; p < CORE_PORTS; p++) {
		if (taken >> p & 1) {
			core_ref_packet(p, &run->offer[p]);
			run->accepted++;
		}
	}
	for (unsigned int r = 0; r < CORE_RINGS; r++) {
		uint32_t rec[32];

		if (!(given >> r & 1))
			continue;
		core_get_record(r, rec);
		core_ref_record(r, rec);
		run->records++;
	}
	core_edge();
	run->pins.desc_valid &= ~taken;
	run->pins.flush = false;
	run->clocks++;
	run->stuck = taken || !run->pins.desc_valid ? 0 : run->stuck + 1;
	core_check(run->stuck < 1000, "a packet waits for ever", run->stuck, 0);
}

void core_run_feed(struct core_run *run, const struct core_packet *packet)
{
	core_run_offer(run, 0, packet);
	while (run->pins.desc_valid)
		core_run_clock(run);
}

void core_run_settle(struct core_run *run, unsigned int limit)
{
	unsigned int n = 0;

	run->pins.rec_ready = (1u << CORE_RINGS) - 1;
	do {
		core_run_clock(run);
		core_check(n < limit, "core comes to rest", n, limit);
		n++;
	} while (run->pins.busy || run->pins.desc_valid);
}

void core_run_flush(struct core_run *run, unsigned int limit)
{
	run->pins.flush = true;
	core_run_clock(run);
	core_run_settle(run, limit);
}

void core_run_end(struct core_run *run)
{
	uint64_t ledger[8 * CORE_MONITORS];

	run->pins.rec_ready = (1u << CORE_RINGS) - 1;
	while (run->pins.desc_valid)
		core_run_clock(run);
	core_run_flush(run, 200000);
	run->pins.latch = false;
	for (unsigned int i = 0; i < 8 * CORE_MONITORS; i++) {
		run->pins.ledger_index = i;
		core_settle(&run->pins);
		ledger[i] = run->pins.ledger;
	}
	core_ref_end(ledger, run->pins.epoch_open);
	core_ref_free();
	core_free();
}
