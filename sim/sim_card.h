/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A simulated card in its slot: the Verilated model, what the host has told it (seen as the writes
 * pass by), and the faults that can be switched on. Front ends (vfio-user, QEMU) serve it through
 * fc_sim_card_ops, the feeds put frames into it. Not thread safe.
 */
#ifndef FC_SIM_CARD_H
#define FC_SIM_CARD_H

#include "sim/fcsim.h"
#include "sim/vfio_user_server.h"

#define FC_SIM_RINGS_MAX 8

struct fc_sim_ring {
	bool enabled;
	unsigned size_log2;
	uint32_t consumer; /* 31 bits, as written */
};

struct fc_sim_card {
	struct fcsim *sim;
	unsigned ports, rings;
	/* What the host has written. */
	uint32_t ports_enabled; /* a bit each */
	unsigned epoch_shift;
	uint32_t epoch_guard_ns;
	uint32_t epoch_writes; /* grows when one of the two is written */
	bool bus_master;
	struct fc_sim_ring ring[FC_SIM_RINGS_MAX];
	/* Faults. */
	bool all_ones;          /* reads give ones, writes go nowhere */
	bool frozen;            /* host memory takes nothing */
	unsigned lose;          /* interrupts still to lose */
	uint64_t raised, lost;  /* interrupts */
	uint64_t reads, writes; /* of registers */
};

/* Return 0 or what fcsim_create() says. */
int fc_sim_card_open(struct fc_sim_card *card, const struct fcsim_config *config);
void fc_sim_card_close(struct fc_sim_card *card);

/* For fc_vfu_server_init() with a struct fc_sim_card as the device. A read lets the card work on
 * for some clocks first: a host that polls sees time pass, as it would on a bus. */
extern const struct fc_vfu_device_ops fc_sim_card_ops;

/* Rings whose interrupt is to be delivered, a bit each; the lost ones are taken out. */
uint32_t fc_sim_card_interrupts(struct fc_sim_card *card);

/* Records that the fullest enabled ring still has room for; UINT32_MAX: none is enabled. */
uint32_t fc_sim_card_room(struct fc_sim_card *card);

/* Run the card, at most `clocks`, while it has something to do. */
void fc_sim_card_work(struct fc_sim_card *card, uint64_t clocks);

void fc_sim_card_freeze(struct fc_sim_card *card, bool frozen);

#endif
