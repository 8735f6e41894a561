/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Verilated card of this process as a transport of the driver. Time is model time: 4 ns for
 * each core clock.
 */
#ifndef FC_MODEL_TRANSPORT_H
#define FC_MODEL_TRANSPORT_H

#include "sim/fcsim.h"

#include <flowcard/transport.h>

/* `sim` stays the caller's and must outlive the transport, which its close() frees. Return 0 or
 * -ENOMEM. */
int fc_model_transport_open(struct fcsim *sim, struct fc_transport **out);

#endif
