/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the card has to say, told from the frames that went in and, by way of the probes, from
 * which of them reached the core, became operations and were refused. Every record must be exactly
 * the next packets of its flow and epoch; nothing may be left at a cut.
 */
#ifndef STRESS_REF_H
#define STRESS_REF_H

#include "stress_glue.h"

#include <stdbool.h>

struct stress_monitor {
	bool enable, ipv4, ipv6, immediate;
	uint32_t ports, ports_out;
	uint32_t mask[17];
};

struct stress_sampler {
	unsigned int mode, id;
	uint32_t window;
};

struct stress_config {
	struct stress_monitor monitor[STRESS_MONITORS];
	struct stress_sampler sampler[STRESS_MONITORS][2]
				     [STRESS_PORTS]; /* [.][1]: by output port */
	unsigned int epoch_shift, monitors_per_packet, packet_bits;
	bool labels_hold; /* EPOCH_SHIFT stays as it is */
};

struct stress_totals {
	uint64_t checks, frames, packets, refused, missed, records, snapshots, barriers, late;
	uint64_t resets, steps, reasons[8], unsampled;
};

extern struct stress_totals stress_totals;
extern uint64_t stress_seed; /* for messages */

/* Counts a comparison; says what was compared and ends the test when it does not hold. */
void stress_check(bool ok, const char *what, uint64_t got, uint64_t want);
static inline void stress_same(const char *what, uint64_t got, uint64_t want)
{
	stress_check(got == want, what, got, want);
}

void stress_ref_new(const struct stress_config *config);
void stress_ref_free(void);
/* Number of the open epoch before the coming edge. */
void stress_ref_open(uint32_t epoch);
/* A frame whose last octet goes to `port` at the coming edge. */
void stress_ref_frame(unsigned int port, const uint8_t *frame, size_t octets, uint64_t time_ns,
		      bool bad);
void stress_ref_record(unsigned int ring, const uint32_t *rec);
/* Grows while descriptors are accepted and operations come and end. */
uint64_t stress_ref_progress(void);
/* The card was reset since the last call; its rings start anew. */
bool stress_ref_was_reset(void);

/* Packets of a monitor that were selected and are in no record that the host has. */
uint64_t stress_ref_held(unsigned int monitor);
/* From now on the ledger records of this monitor may be there or not. */
void stress_ref_switched(unsigned int monitor);
/* Another configuration of a monitor that is off and holds nothing. */
void stress_ref_change(unsigned int monitor, const struct stress_config *config);

/* After the last flush. counter[0] frames, [1] octets, [2] missed, [6 + v] verdict v. */
void stress_ref_end_port(unsigned int port, const uint64_t *counter);
void stress_ref_end_ledger(unsigned int monitor, const uint64_t *set);
void stress_ref_end_sampler(unsigned int monitor, unsigned int output, unsigned int port,
			    uint64_t observed, uint64_t selected);
void stress_ref_end(uint32_t epoch_open);
uint32_t stress_ref_barriers(unsigned int ring);

#endif
