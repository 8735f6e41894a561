/* SPDX-License-Identifier: BSD-2-Clause */
/* A standby's base for tests: one at a time, fed message by message. */
#ifndef FC_TESTS_CHECKPOINT_STANDBY_H
#define FC_TESTS_CHECKPOINT_STANDBY_H

#include "bay.h"

#include <errno.h>
#include <ha/checkpoint/base_impl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

#define TERM 7

extern struct fc_base *standby;
extern char standby_why[FC_CUT_TEXT];
extern uint64_t standby_differ; /* slices of the last acknowledgement */

int standby_setup(void **unused);
int standby_teardown(void **unused);

/* Takes the message. Return what fc_base_message returns; a refusal has its sentence. */
int standby_give(struct fc_message *m);
struct fc_cut_id standby_cut(uint64_t number);
int standby_give_flow_of(struct fc_cut_id id, uint32_t member, const struct fc_cut_flow *flow);
/* bay_flow(instance, seed) of member 1. */
int standby_give_flow(uint64_t number, uint64_t instance, uint64_t seed);
int standby_give_closed(uint64_t number, uint64_t instance);
struct fc_cut_commit standby_commit_of(uint64_t number, uint64_t flows, uint64_t closed);
int standby_commit(uint64_t number, uint64_t flows, uint64_t closed);
int standby_everything(uint64_t number);
/* Cut 1: flows 1 to 3 with values of seed 1. */
void standby_begin(void);

/* Is this flow in the last commit? */
bool standby_there(uint64_t instance, struct fc_cut_flow *out);
size_t standby_committed(void);
void standby_expect(uint64_t instance, uint64_t seed);

#endif
