/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the bench's world (bench.c) and its card, exporter and collector (bench_output.c). */
#ifndef FC_TESTS_PAIR_ENGINE_BENCH_IMPL_H
#define FC_TESTS_PAIR_ENGINE_BENCH_IMPL_H

#include "bench.h"

struct end *bench_end_of(void *context);
struct bench *bench_of(void *context);

/* An epoch of the card ends; what is due is sealed, and what may leaves. */
void bench_epoch(struct bench *b, struct end *e);
void bench_seal(struct bench *b, struct end *e);
void bench_release(struct bench *b, struct end *e);

/* As struct fc_pair_host has them. */
int bench_export_message(void *context, const struct fc_message *m, char *why);
void bench_export_commit(void *context, uint64_t cut);
void bench_export_rollback(void *context);
bool bench_drained(void *context);
void bench_gate(void *context, enum fc_rf_gate gate);
void bench_role(void *context, enum fc_pair_role role, uint64_t term);
void bench_barrier(void *context);
unsigned bench_healthy(void *context);
uint64_t bench_card_ns(void *context, unsigned slot);
uint64_t bench_guard_ns(void *context);

#endif
