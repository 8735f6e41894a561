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

/* One descriptor as the front end would say it. */
struct core_packet {
	uint64_t time_ns;
	uint32_t frame_len;
	uint32_t l3_len;
	uint32_t vec[CORE_VEC_WORDS];
};

struct core_monitor {
	bool enable, ipv4, ipv6, immediate;
	uint32_t ports;
	uint32_t mask[CORE_VEC_WORDS];
};

struct core_pins {
	/* in */
	bool reset, enable, flush, latch, hash_we;
	uint64_t time_ns;
	uint32_t epoch_shift, guard_ns;
	uint32_t hash_position, hash_value;
	uint64_t hash_word;
	uint32_t desc_valid, rec_ready; /* a bit each port, ring */
	uint32_t ledger_index;
	/* out, after core_settle() */
	uint32_t desc_ready, rec_valid;
	uint64_t ledger;
	bool clearing, busy, closing, flushing;
	uint32_t epoch_open;
};

/* The model starts from random contents drawn from seed; core_free() ends it. */
void core_new(uint32_t seed);
void core_free(void);
void core_set_monitors(const struct core_monitor *monitors);
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
