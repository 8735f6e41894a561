/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One card and its surroundings, clock by clock: wires, register bus, host memory and a host that
 * takes records out of its rings while everything else goes on.
 */
#ifndef STRESS_CARD_H
#define STRESS_CARD_H

#include "stress_glue.h"

#include <stdbool.h>
#include <stddef.h>

enum { STRESS_FRAME_MAX = 4096, STRESS_RING_LOG2_MAX = 10, STRESS_REQUESTS = 64 };

/* The next frame of a port: its length and time; 0 octets and *gap idle clocks: nothing now. */
typedef size_t stress_source(unsigned int port, uint8_t *frame, uint64_t *time_ns, bool *bad);

struct stress_wire {
	uint8_t frame[STRESS_FRAME_MAX];
	size_t octets, at;
	uint64_t time_ns, next_edge, period;
	unsigned int gap_percent;
	bool bad, sending, tail; /* tail: a last beat without octets follows */
};

struct stress_request {
	bool write;
	uint16_t address;
	uint32_t value; /* to write; what was read */
};

struct stress_bus {
	struct stress_request request[STRESS_REQUESTS];
	uint64_t in, out; /* free-running */
	bool active, aw_due, w_due, ar_due;
	unsigned int wait_aw, wait_w, slow_percent;
};

struct stress_ring {
	uint32_t *mem;  /* 2^log2 records */
	uint32_t *copy; /* of what was read: nothing may write there before it is released */
	unsigned int log2;
	uint32_t read, released, batch;
	bool on;
};

struct stress_card {
	struct stress_pins pins;
	struct fcsim_axi axi;
	struct stress_wire wire[STRESS_PORTS];
	struct stress_bus bus;
	struct stress_ring ring[STRESS_RINGS];
	uint8_t *status; /* a line of 64 octets a ring */
	stress_source *source;
	uint64_t now, next_edge, period, jitter; /* femtoseconds */
	uint64_t time_ns, core_clocks;
	unsigned int tick_ns;       /* card time a core clock, at most */
	unsigned int error_percent; /* bursts answered with an error */
	uint32_t errors[STRESS_RINGS];
	bool taking; /* the host reads its rings */
};

/* Builds the model; the first card of the process. */
void stress_card_open(struct stress_card *card, uint64_t seed);
void stress_card_close(struct stress_card *card);
/* The whole card's reset, with new stalls. Rings, wires and host start anew. */
void stress_card_power(struct stress_card *card, unsigned int stall_percent);

void stress_card_clock(struct stress_card *card); /* to behind the next edge of the core clock */
void stress_card_run(struct stress_card *card, unsigned int core_clocks);

/* Registers: queued, or done when the call returns. */
void stress_card_post(struct stress_card *card, uint32_t address, uint32_t value);
void stress_card_write(struct stress_card *card, uint32_t address, uint32_t value);
uint32_t stress_card_read(struct stress_card *card, uint32_t address);
uint64_t stress_card_read64(struct stress_card *card, uint32_t address);
/* Until (register & mask) == value; ends the test after `clocks`. */
void stress_card_wait(struct stress_card *card, uint32_t address, uint32_t mask, uint32_t value,
		      unsigned int clocks);

#endif
