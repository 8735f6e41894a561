/* SPDX-License-Identifier: BSD-2-Clause */
/* For the benchmark: two links over TLS on loopback, and a plain TLS stream beside them. */
#ifndef FC_TESTS_CHECKPOINT_PUMP_H
#define FC_TESTS_CHECKPOINT_PUMP_H

#include <ha/peer/link.h>

/* Links of units 1 and 2 with a key of their own, up. Ends the program with a sentence if not. */
void pump_open(struct fc_link *link[2]);
void pump_close(struct fc_link *link[2]);

/* Octets a second of one TLS 1.3 connection, the same cipher, nothing but octets. */
double pump_plain(size_t octets);

double pump_wall(void); /* seconds */
double pump_cpu(void);  /* seconds of this thread */

#endif
