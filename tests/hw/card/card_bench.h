/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A host, two wires and three clocks around the whole card. Everything that goes in is counted by
 * flow, everything that comes out is counted too; what the wires carry is compared beat by beat
 * with what the pass-through sends. The first thing that is wrong stays in `wrong`.
 */
#ifndef TESTS_HW_CARD_BENCH_H
#define TESTS_HW_CARD_BENCH_H

#include "card_glue.h"
#include "tests/hw/dma/axi_rules.h"

#include <stddef.h>

#define CARD_FLOWS 300
#define CARD_PENDING 64    /* bursts at the host */
#define CARD_RING_MAX 1024 /* records */
#define CARD_RECORD_WORDS 32
#define CARD_FRAME_MAX 1600

enum card_clock { CARD_CORE, CARD_MAC0, CARD_MAC1, CARD_CLOCKS };

/* One wire: frames of random flows, and what the pass-through owes for the last beat. */
struct card_wire {
	bool on;
	unsigned gap_percent; /* chance of an idle clock before a beat */
	bool smallest;        /* frames of 64 octets only */
	uint8_t frame[CARD_FRAME_MAX];
	size_t octets, at; /* at < octets: a frame is under way */
	bool bad;          /* it ends with an error */
	unsigned flow;
	struct card_beat due;
	bool clocked; /* before its first edge the output is noise */
	uint64_t beats, frames, bad_frames;
};

struct card_burst {
	uint64_t addr;
	uint8_t len;
	bool error;
	uint64_t due; /* core clock of its answer */
};

struct card_totals {
	uint64_t packets, bytes;
};

struct card_ring {
	uint32_t mem[CARD_RING_MAX][CARD_RECORD_WORDS];
	bool hole[CARD_RING_MAX]; /* the write failed: the record is lost */
	uint32_t line[CARD_BEAT_WORDS];
	uint8_t size_log2;
	bool stands;       /* the host gives nothing back */
	uint32_t consumer; /* as read; as last written to the card */
	uint32_t given;
	uint32_t errors, records, barriers;
	uint32_t epoch; /* of the last barrier */
};

struct card_bench {
	struct card_model *model;
	struct card_in in;
	struct card_out out;
	uint64_t seed, now_ps, edge_ps[CARD_CLOCKS], period_ps[CARD_CLOCKS];
	bool stopped[CARD_CLOCKS];
	uint64_t core_clocks;
	struct card_wire wire[CARD_PORTS];

	/* the host */
	struct axi_rules rules;
	unsigned stall, error; /* per cent */
	unsigned answer_clocks;
	struct card_burst burst[CARD_PENDING]; /* offered, data not whole */
	unsigned burst_head, burst_count, beat;
	bool aw_offered;
	uint32_t beats[2 * CARD_BEAT_WORDS];
	struct card_burst answer[CARD_PENDING];
	unsigned answer_head, answer_count;
	struct card_ring ring[CARD_RINGS];
	unsigned irqs[CARD_RINGS];

	/* what went in, by flow; what came out in records, by flow for monitor 0, and in all */
	struct card_totals sent[CARD_FLOWS], got[CARD_FLOWS];
	struct card_totals all_sent, all_got[CARD_MONITORS], lost[CARD_MONITORS];
	uint64_t checks;
	char wrong[200];
};

/* Reset over, memories clear, nothing configured. 0 or -1. */
int card_open(struct card_bench *b, uint64_t seed);
void card_close(struct card_bench *b);
/* Rings, monitors (0: by address and port, 1: by input port), ports and epochs of 2^15 ns. */
void card_configure(struct card_bench *b);
bool card_good(struct card_bench *b);
uint32_t card_draw(struct card_bench *b, uint32_t below);
__attribute__((format(printf, 3, 4))) void card_expect(struct card_bench *b, bool holds,
						       const char *format, ...);

/* One edge of whichever clock is next. */
void card_step(struct card_bench *b);
void card_run(struct card_bench *b, unsigned core_clocks);
/* As card_run, by time: works while the core clock stands still. */
void card_pass_time(struct card_bench *b, uint64_t ns);
/* As card_run, while the host reads its rings. */
void card_serve(struct card_bench *b, unsigned core_clocks);
/* The card's own reset, for some clocks, with the bus behind it. */
void card_hard_reset(struct card_bench *b);

void card_write(struct card_bench *b, uint32_t offset, uint32_t value);
uint32_t card_read(struct card_bench *b, uint32_t offset);
uint64_t card_read64(struct card_bench *b, uint32_t offset);
uint32_t card_faults(struct card_bench *b); /* and clears them */
/* Latch all counters. */
void card_latch(struct card_bench *b);

/* The wires stop at the end of their frames, the card comes to rest, everything is flushed and
 * read. */
void card_finish(struct card_bench *b);
/* After card_finish(): what was sent is what was read, lost with a failed write, unaccounted or
 * missed; ledger and verdicts say the same. */
void card_balance(struct card_bench *b);
/* Forget what was counted; indices start at 0. */
void card_forget(struct card_bench *b);

/* card_wire.c, card_host.c: a clock of theirs, before its edge */
void card_wire_drive(struct card_bench *b, unsigned port);
void card_wire_check(struct card_bench *b, unsigned port);
void card_host_init(struct card_bench *b);
void card_host_drive(struct card_bench *b);
void card_host_sample(struct card_bench *b);
/* Read what stands in memory. */
void card_host_poll(struct card_bench *b);
uint64_t card_ring_base(unsigned ring);
uint64_t card_line_base(unsigned ring);

#endif
