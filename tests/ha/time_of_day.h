/* SPDX-License-Identifier: BSD-2-Clause */
/* The time of day of this process alone: in a program that is linked with this, somebody sets it.
 */
#ifndef FC_TEST_TIME_OF_DAY_H
#define FC_TEST_TIME_OF_DAY_H

/* By so many seconds from the machine's, from now on. */
void time_of_day_set(long ahead_s);

#endif
