/* SPDX-License-Identifier: BSD-2-Clause */
/* What goes wrong, and when: drawn from the seed. */
#ifndef FC_TEST_PAIR_FAULTS_H
#define FC_TEST_PAIR_FAULTS_H

#include "world.h"

/* One or a few, from now on, within `ns`. */
void faults_begin(uint64_t ns);
/* Everything that was broken is made whole again. */
void faults_end(void);
/* A command puts this unit out of action; it boots again. */
void faults_fence(unsigned unit);

#endif
