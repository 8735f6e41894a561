/* SPDX-License-Identifier: BSD-2-Clause */
/* A facility with three clients, and inputs for it, for tests of redundancy. */
#ifndef FC_TESTS_RF_BENCH_H
#define FC_TESTS_RF_BENCH_H

#include <errno.h>
#include <ha/redundancy/rf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

struct bench {
	struct fc_rf rf;
	struct fc_rf_out out;
	uint64_t ms;
	enum fc_rf_answer answer; /* of client 20 */
	char told[4096];          /* "id:code id:code ..." */
};
struct probe {
	struct bench *bench;
	unsigned id;
};
static struct probe probes[3];

static inline enum fc_rf_answer notify(void *pointer, enum fc_rf_code code, uint32_t op,
				       uint32_t step)
{
	struct probe *p = pointer;
	size_t used = strlen(p->bench->told);
	struct fc_rf_input tick = {.type = FC_RF_IN_TICK};
	struct fc_rf_out out;

	(void)op;
	(void)step;
	snprintf(p->bench->told + used, sizeof(p->bench->told) - used, "%u:%u ", p->id,
		 (unsigned)code);
	assert_int_equal(fc_rf_input(&p->bench->rf, &tick, (struct fc_rf_time){0}, &out), -EBUSY);
	return p->id == 20 ? p->bench->answer : FC_RF_DONE;
}

static inline struct fc_rf_time at(const struct bench *b)
{
	return (struct fc_rf_time){.ms = b->ms, .wall = 1600831569};
}

static inline void feed(struct bench *b, struct fc_rf_input in)
{
	struct fc_rf_out out;

	memset(&b->out, 0, sizeof(b->out));
	do {
		assert_int_equal(fc_rf_input(&b->rf, &in, at(b), &out), 0);
		b->out.claim |= out.claim;
		b->out.swact |= out.swact;
		b->out.handover |= out.handover;
		b->out.tell |= out.tell;
		if (out.claim)
			b->out.term = out.term;
		if (out.swact)
			b->out.reason = out.reason;
		in.type = FC_RF_IN_TICK;
	} while (out.again);
}
#define FEED(b, ...) feed(b, (struct fc_rf_input){__VA_ARGS__})

static inline struct bench *bench(enum fc_rf_fencing fencing)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct fc_rf_options options = FC_RF_OPTIONS_DEFAULT;
	const unsigned ids[3] = {30, 10, 20}, sequences[3] = {300, 100, 200};

	assert_non_null(b);
	options.unit = 49;
	options.fencing = fencing;
	fc_rf_init(&b->rf, &options);
	for (unsigned i = 0; i < 3; i++) {
		struct fc_rf_client c = {.id = ids[i], .sequence = sequences[i], .notify = notify};

		snprintf(c.name, sizeof(c.name), "Client %u", ids[i]);
		probes[i] = (struct probe){b, ids[i]};
		c.context = &probes[i];
		assert_int_equal(fc_rf_client_add(&b->rf, &c, at(b)), 0);
	}
	return b;
}

static inline void boot_alone(struct bench *b)
{
	FEED(b, .type = FC_RF_IN_START);
	assert_int_equal(b->rf.state, FC_RF_NEGOTIATION);
	b->ms = fc_rf_wake(&b->rf, b->ms);
	FEED(b, .type = FC_RF_IN_TICK);
	assert_true(b->out.claim);
	FEED(b, .type = FC_RF_IN_CLAIM_WON, .term = b->out.term);
}

static inline struct fc_rf_says says(enum fc_rf_state state, uint64_t term)
{
	return (struct fc_rf_says){.unit = 50, .state = state, .term = term, .seen = term};
}
#define PEER(b, ...) FEED(b, .type = FC_RF_IN_PEER, .says = __VA_ARGS__)

static inline void join_hot(struct bench *b)
{
	struct fc_rf_says s = says(FC_RF_STANDBY_BULK, 1);

	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, s);
	assert_int_equal(b->rf.gate, FC_RF_GATE_OPEN);
	s.ready = true;
	PEER(b, s);
	assert_int_equal(b->rf.gate, FC_RF_GATE_ACKED);
	PEER(b, says(FC_RF_STANDBY_HOT, 1));
}

/* Standby of a peer that is active in term 7, up to STANDBY HOT. */
static inline void stand_by(struct bench *b)
{
	struct fc_rf_says s = says(FC_RF_ACTIVE, 7);

	FEED(b, .type = FC_RF_IN_START);
	FEED(b, .type = FC_RF_IN_COMM_UP);
	PEER(b, s);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_BULK);
	assert_true(fc_rf_says(&b->rf).ready);
	s.gated = true;
	PEER(b, s);
	assert_int_equal(b->rf.state, FC_RF_STANDBY_HOT);
}

#endif
