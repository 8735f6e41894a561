/* SPDX-License-Identifier: BSD-2-Clause */
#include "core_run.h"

#include <string.h>

#include "flowcard/registers.h"

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
	run->ref.rings = CORE_RINGS;
	run->ref.ports = CORE_PORTS;
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
		core_ref_hash_word(run->pins.hash_word);
		bare_clock(run);
	}
	run->pins.hash_we = false;
	for (unsigned int i = 0; i < CORE_SAMPLERS; i++) {
		if (!run->ref.samplers[i])
			continue;
		core_set_sampler(i, run->ref.samplers[i]);
		bare_clock(run);
	}
	core_settle(&run->pins);
	core_check(!run->pins.clearing && !run->pins.busy, "cleared and idle after reset",
		   run->pins.clearing, 0);
	run->pins.enable = true;
	run->pins.rec_ready = (1u << CORE_RINGS) - 1;
}

void core_run_offer(struct core_run *run, unsigned int port, const struct core_packet *packet)
{
	run->offer[port] = *packet;
	fc_vec_set_input_port(run->offer[port].vec, port);
	core_set_desc(port, &run->offer[port]);
	run->pins.desc_valid |= 1u << port;
}

void core_run_clock(struct core_run *run)
{
	uint32_t taken, given;

	core_settle(&run->pins);
	/* The next record of its flow stands in the FIFO behind 16 others at least. */
	if (run->pins.unaccounted)
		core_ref_refused();
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
		if (run->see)
			run->see(rec);
		run->records++;
	}
	core_edge();
	run->pins.desc_valid &= ~taken;
	run->pins.flush = run->pins.flush_monitor = run->pins.snapshot = false;
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

static void finish_walk(struct core_run *run, unsigned int limit)
{
	core_run_clock(run);
	for (unsigned int n = 0;; n++) {
		core_run_clock(run);
		if (!run->pins.flushing_monitor && !run->pins.snapshotting)
			return;
		core_check(n < limit, "clocks of a walk through the cache", n, limit);
	}
}

void core_run_flush_monitor(struct core_run *run, unsigned int monitor, unsigned int limit)
{
	run->pins.flush_monitor = true;
	run->pins.command_monitor = monitor;
	finish_walk(run, limit);
}

void core_run_snapshot(struct core_run *run, unsigned int limit)
{
	run->pins.snapshot = true;
	finish_walk(run, limit);
}

void core_run_monitor(struct core_run *run, unsigned int monitor, const struct core_monitor *now)
{
	run->ref.monitors[monitor] = *now;
	core_set_monitors(run->ref.monitors);
	core_ref_monitor(monitor, now);
}

void core_run_sampler(struct core_run *run, unsigned int at, uint32_t control)
{
	run->ref.samplers[at] = control;
	core_set_sampler(at, control);
	core_ref_sampler(at, control);
	core_run_clock(run);
}

void core_run_check_samplers(struct core_run *run)
{
	run->pins.latch = true;
	core_run_clock(run);
	run->pins.latch = false;
	for (unsigned int n = 0; !run->pins.sampler_latched; n++) {
		core_check(n < 300, "clocks of a latch", n, 300);
		core_run_clock(run);
	}
	for (unsigned int i = 0; i < 2 * CORE_SAMPLERS; i++) {
		run->pins.sampler_index = i;
		bare_clock(run);
		core_settle(&run->pins);
		core_check(run->pins.sampler_counter == core_ref_sampler_count(i / 2, i % 2),
			   "counter of a sampler", run->pins.sampler_counter,
			   core_ref_sampler_count(i / 2, i % 2));
	}
}

void core_run_drop(struct core_run *run)
{
	memset(&run->pins, 0, sizeof(run->pins));
	core_ref_free();
	core_free();
}

void core_run_end(struct core_run *run)
{
	uint64_t ledger[8 * CORE_MONITORS];

	run->pins.rec_ready = (1u << CORE_RINGS) - 1;
	while (run->pins.desc_valid)
		core_run_clock(run);
	core_run_flush(run, 200000);
	core_run_check_samplers(run);
	for (unsigned int i = 0; i < 8 * CORE_MONITORS; i++) {
		run->pins.ledger_index = i;
		core_settle(&run->pins);
		ledger[i] = run->pins.ledger;
	}
	core_ref_end(ledger, run->pins.epoch_open);
	core_ref_free();
	core_free();
}
