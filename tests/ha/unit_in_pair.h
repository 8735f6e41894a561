/* SPDX-License-Identifier: BSD-2-Clause */
/* What is asked of a unit of a pair, and the key that it needs to be one. */
#ifndef FC_TEST_UNIT_IN_PAIR_H
#define FC_TEST_UNIT_IN_PAIR_H

#include <ha/redundancy/rf.h>
#include <ha/unit.h>

enum fc_rf_state unit_state(struct fc_unit *unit);
enum fc_rf_gate unit_gate(struct fc_unit *unit);

#define PAIR_FOLDER 48

/* A new folder with a pair's key in it: FOLDER/key. In memory if there is such a place: a witness
 * has a second to answer, and a disk that a build writes to may take longer to sync a file. */
void make_pair_folder(char folder[PAIR_FOLDER], const char *name);

#endif
