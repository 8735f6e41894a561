/* SPDX-License-Identifier: BSD-2-Clause */
/* A unit over fake cards at two places, "fake:0" and "fake:1", and a collector that counts. */
#ifndef FC_UNIT_BENCH_H
#define FC_UNIT_BENCH_H

#include "tests/ha/await.h"
#include "tests/ha/card_ring.h"

#include <ha/unit.h>

#define RING_LOG2 10
#define LIMIT_MS 5000

struct place {
	struct fake_card card;
	bool empty;
	uint32_t written;
};

extern struct place place[2];
extern struct fc_config config;
extern struct fc_unit unit;
extern int sink;

#define CARD(slot, place_)                                                                         \
	"card " #slot "\n transport pci fake:" #place_ "\n ring size-log2 10\n"                    \
	"interface Hu" #slot "/0/0\n ip flow monitor M input\n"

/* Exporter OUT to the collector, monitor M, and these cards. */
void read_config(const char *cards);
int open_place(const char *where, struct fc_transport **out, char *error, size_t octets);
void start(const char *cards);
void stop(void);

void insert(struct place *p);
void pull(struct place *p);

/* What the card writes. */
void card_writes(struct place *p, uint32_t *record);
void card_flows(struct place *p, uint32_t epoch, uint32_t flows);
void card_barrier(struct place *p, uint32_t epoch);

/* Flows that have come to the collector since the last call. */
unsigned sunk(void);
struct fc_slot_status status_of(unsigned slot);

#endif
