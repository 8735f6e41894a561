/* SPDX-License-Identifier: BSD-2-Clause */
/* Who grants terms: slow, out of reach, or heard by nobody; or a command that ends the other unit.
 */
#ifndef FC_TEST_PAIR_WITNESS_H
#define FC_TEST_PAIR_WITNESS_H

#include "world.h"

void witness_begin(void);
/* fc_pair_claimed follows, or the unit has gone. */
void witness_claim(unsigned unit, uint64_t term);
void witness_away(uint64_t ns);
void witness_calm(void);
uint64_t witness_newest(void);
/* One that has not ended its unit yet; nobody may want it any more. */
bool witness_runs_command(void);
/* Commands that were run, in this schedule and in all. */
extern uint64_t witness_commands, witness_commands_all;

#endif
