/* SPDX-License-Identifier: BSD-2-Clause */
/* flowcard-sim as the PCI card of a QEMU machine (--qemu), in place of a vfio-user socket. */
#ifndef FC_TOOLS_SIM_QEMU_H
#define FC_TOOLS_SIM_QEMU_H

#include "tools/sim_process.h"

/* Serve the descriptor that --qemu names; no client will come by vfio-user. */
void fc_sim_qemu_open(struct fc_sim *s);
void fc_sim_qemu_close(struct fc_sim *s);

/* Messages that are there, then interrupts. The process ends with the machine. */
void fc_sim_qemu_serve(struct fc_sim *s);

/* The machine is there and the card in its slot. */
bool fc_sim_qemu_connected(const struct fc_sim *s);

#endif
