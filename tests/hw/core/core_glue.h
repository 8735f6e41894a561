/* SPDX-License-Identifier: BSD-2-Clause */
/* Plain C view of a Verilated fc_core: set pins, settle, look, clock. */
#ifndef CORE_GLUE_H
#define CORE_GLUE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CORE_MONITORS 8
#define CORE_PER_PACKET 2
#define CORE_VEC_WORDS 17
#define CORE_REC_WORDS 30
#define CORE_SAMPLERS 128 /* {monitor, direction, port} */

/* One descriptor as the front end would say it. */
struct core_packet {
	uint64_t time_ns;
	uint32_t frame_len;
	uint32_t l3_len;
	uint32_t vec[CORE_VEC_WORDS];
};

struct core_monitor {
	bool enable, ipv4, ipv6, immediate;
	uint32_t ports, ports_out;
	uint32_t mask[CORE_VEC_WORDS];
};

struct core_pins {
	/* in */
	bool reset, enable, flush, flush_monitor, snapshot, latch, hash_we;
	uint32_t command_monitor;
	uint64_t time_ns;
	uint32_t epoch_shift, guard_ns;
	uint32_t hash_position, hash_value;
	uint64_t hash_word;
	uint32_t desc_valid, rec_ready;       /* a bit each port, ring */
	uint32_t ledger_index, sampler_index; /* {sampler, selected} */
	/* out, after core_settle() */
	uint32_t desc_ready, rec_valid;
	uint64_t ledger, sampler_counter;
	bool clearing, busy, closing, flushing, flushing_monitor, snapshotting;
	bool unaccounted, sampler_latched;
	uint32_t epoch_open, present;
};

/* The model starts from random contents drawn from seed; core_free() ends it. */
void core_new(uint32_t seed);
void core_free(void);
void core_set_monitors(const struct core_monitor *monitors);
/* SAMPLER.CONTROL, taken with the next clock. */
void core_set_sampler(unsigned int at, uint32_t control);
void core_set_desc(unsigned int port, const struct core_packet *packet);
/* Drives the input pins, lets the clock fall and reads the output pins. */
void core_settle(struct core_pins *pins);
/* The record on offer, laid out as in the ring (32 words, trailers 0). */
void core_get_record(unsigned int ring, uint32_t *rec);
void core_edge(void);

#ifdef __cplusplus
}
#endif

#endif
