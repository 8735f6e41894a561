/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of libfcsim share; nobody else includes it. */
#ifndef FCSIM_PRIVATE_H
#define FCSIM_PRIVATE_H

#include "sim/fcsim.h"
#include "sim/fcsim_axi.h"
#include "sim/fcsim_model.h"

#define FCSIM_ACCESS_CLOCKS 10000 /* deadline of a register access */
#define FCSIM_CROSS_CLOCKS 8      /* a level is across to the other clock by then */
#define FCSIM_CROSS_LEAST 2       /* by then a written bit shows in mac_busy, if it has to cross */

struct fcsim {
	const struct fcsim_model *model;
	void *card;
	struct fcsim_pins pins;
	struct fcsim_axi axi;
	unsigned window; /* octets of a frame that the front end reads */
	unsigned cross;  /* most ticks of both clocks that the next frame waits for a written bit */
	bool settle_low; /* evaluate the low phase in every tick */
	bool access;     /* a register access is open: evaluate the low phase */
	uint8_t mac_clocks_mask;         /* the MAC clocks run together: a bit a port */
	uint8_t irq_acking, irq_pending; /* a bit a ring */
	struct {
		bool on;
		uint64_t from, to; /* core clocks */
	} trace;
	uint64_t ticks, core_clocks, mac_clocks, frames;
	/* What the register port handshook at the last core edge; filled while `access`. */
	bool aw_taken, w_taken, ar_taken, b_taken, r_taken;
	uint8_t write_resp, read_resp;
	uint32_t read_data;
};

/* Is there a reason to run the core clock? What the front end has at hand reaches the core only if
 * that runs. */
static inline bool fcsim_core_work(const struct fcsim *s)
{
	return *s->pins.card_busy || *s->pins.mac_busy || *s->pins.irq_req ||
	       fcsim_axi_active(&s->axi);
}

/* Is there a reason to run the MAC clock, with no frame at hand? */
static inline bool fcsim_mac_work(const struct fcsim *s)
{
	return *s->pins.mac_busy;
}

/* Raise the chosen clocks together, and lower them. */
void fcsim_tick(struct fcsim *s, bool core, bool mac);

#endif
