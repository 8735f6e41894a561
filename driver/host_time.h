/* SPDX-License-Identifier: BSD-2-Clause */
/* Time of transports whose card runs by itself: relax() sleeps a little, now() is CLOCK_MONOTONIC.
 */
#ifndef FC_HOST_TIME_H
#define FC_HOST_TIME_H

#include <flowcard/transport.h>

void fc_host_relax(struct fc_transport *t);
uint64_t fc_host_now(struct fc_transport *t);

#endif
