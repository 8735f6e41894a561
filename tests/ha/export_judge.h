/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A collector that knows two units as one exporter: what arrives is one sequence without a gap, no
 * number stands for two contents, and each flow arrives once.
 */
#ifndef FC_TESTS_EXPORT_JUDGE_H
#define FC_TESTS_EXPORT_JUDGE_H

#include <tests/driver/export/decoder.h>

#define JUDGE_DATAGRAMS 16384
#define JUDGE_FLOWS 65536
#define JUDGE_UNITS 2

struct judged {
	uint32_t sequence, step; /* of the next one: sequence + step */
	uint64_t hash;
	bool own; /* template records only: it shares its number with what follows */
};

struct judge {
	struct decoder decoder; /* distinct datagrams, as they arrive */
	struct decoder late;    /* a collector that begins with a takeover */
	bool watching;          /* that one has begun */
	bool may_lack;          /* datagrams with templates can have been dropped */
	uint32_t from;          /* at this sequence */
	struct judged *datagram;
	unsigned count, duplicates, conflicts;
	struct decoded *record, *unused;
	uint8_t *seen;                     /* of each flow, by number: how often */
	uint64_t last_ns[JUDGE_UNITS][64]; /* when datagrams came, the last ones */
	unsigned sent[JUDGE_UNITS];
};

void judge_open(struct judge *j);
void judge_close(struct judge *j);

/* A datagram of unit `unit` arrives. */
void judge_take(struct judge *j, unsigned unit, const uint8_t *octets, size_t length,
		uint64_t now_ns);

/* A collector begins now; the first datagram that is new has this sequence. */
void judge_begin(struct judge *j, uint32_t sequence);

/* How many datagrams of a unit came since then; 64 at most. */
unsigned judge_since(const struct judge *j, unsigned unit, uint64_t since_ns);

/* Return how many times the sequence does not go on. */
unsigned judge_gaps(struct judge *j);

#endif
