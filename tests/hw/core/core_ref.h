/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What fc_core has to say, told from what went in. While no packet was refused, every record must
 * be exactly the next packets of its flow in order; after a refusal the sums must differ by what
 * the ledger calls unaccounted.
 */
#ifndef CORE_REF_H
#define CORE_REF_H

#include "core_glue.h"

#include <stddef.h>

struct core_ref_config {
	struct core_monitor monitors[CORE_MONITORS];
	uint32_t samplers[CORE_SAMPLERS]; /* CONTROL */
	uint32_t epoch_shift;
	unsigned int rings, ports;
};

extern uint64_t core_checks;     /* comparisons made so far */
extern uint64_t core_reasons[8]; /* flow records by reason */
extern uint64_t core_refused, core_steps, core_copies, core_left_out;

void core_ref_new(const struct core_ref_config *config);
void core_ref_free(void);
void core_ref_packet(unsigned int port, const struct core_packet *packet);
/* The card has refused a packet: from here on only sums can be compared. */
void core_ref_refused(void);
bool core_ref_strict(void);
/* core_ref_sampler.c */
void core_ref_samplers_new(const uint32_t *controls);
/* One more packet for this sampler: does it go on? */
bool core_ref_sample(unsigned int at);
uint32_t core_ref_sampler_id(unsigned int at);
/* A random word that was loaded into the hash tables: it seeds the draws, too. */
void core_ref_hash_word(uint64_t word);
/* Takes the new configuration of a monitor; with another mask, everything of it must be out. */
void core_ref_monitor(unsigned int monitor, const struct core_monitor *now);
/* A new CONTROL while no packet is on its way. */
void core_ref_sampler(unsigned int at, uint32_t control);
/* Packets that the sampler has seen and selected since then. */
uint64_t core_ref_sampler_count(unsigned int at, bool selected);
void core_ref_record(unsigned int ring, const uint32_t *rec);
/* After the last flush; ledger holds 8 counters a monitor. */
void core_ref_end(const uint64_t *ledger, uint32_t epoch_open);
uint32_t core_ref_barriers(unsigned int ring);
/* Records of one flow (by monitor and vector), packets of the last one. */
uint64_t core_ref_flow_records(unsigned int monitor, const uint32_t *vec, uint32_t *last_packets);
/* Flows met, of all monitors. */
uint64_t core_ref_flows(void);
/* Snapshot records of one flow, packets of the last one. */
uint64_t core_ref_flow_copies(unsigned int monitor, const uint32_t *vec, uint32_t *last_packets);

/* Counts a comparison; says what was compared and stops the test when it does not hold. */
void core_check(bool ok, const char *what, uint64_t got, uint64_t want);

#endif
