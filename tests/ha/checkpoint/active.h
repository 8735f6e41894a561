/* SPDX-License-Identifier: BSD-2-Clause */
/* An active unit's cuts for tests, and the base that they go to: one of each at a time. */
#ifndef FC_TESTS_CHECKPOINT_ACTIVE_H
#define FC_TESTS_CHECKPOINT_ACTIVE_H

#include "bay.h"

#include <errno.h>
#include <ha/checkpoint/cuts_impl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

#define TERM 7
#define JOIN_MS 2000

extern struct bay active_bay;
extern struct fc_base *active_base;
/* As of the last active_deliver. */
extern struct fc_cuts_look active_look;
extern struct fc_base_look active_held;
extern struct fc_cut_ticket active_ticket; /* of the last active_join */

int active_setup(void **unused);
int active_teardown(void **unused);

struct fc_cut_member *active_add(unsigned slot, unsigned ring);
void active_pair(void);
bool active_join(struct fc_cut_member *m);
/* Flows `from`, from + 1, ... */
void active_give(struct fc_cut_member *m, uint64_t from, uint64_t count);
/* Part and marker. The digest is that of an empty slice: slices differ, where the test lets them.
 */
void active_done(struct fc_cut_member *m);
void active_tick(unsigned ms);
int active_deliver(void);
void active_whole_cut(struct fc_cut_member *m, uint64_t from, uint64_t count);

#endif
