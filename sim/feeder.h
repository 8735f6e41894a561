/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Feeder: frames of a capture into one port of a simulated card whose time follows the capture's.
 * At an epoch boundary it lets the card do what a real card has ages for: open the epoch at its
 * boundary and, once the guard time is over, close and sweep the one before. A gap of any length is
 * one epoch step.
 */
#ifndef FC_FEEDER_H
#define FC_FEEDER_H

#include "sim/capture.h"
#include "sim/fcsim.h"
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FC_FEEDER_VERDICTS 32

struct fc_feeder;

struct fc_feeder_config {
	unsigned port;
	unsigned epoch_shift;         /* as programmed in EPOCH_SHIFT: log2 ns, 10..40 */
	uint32_t epoch_guard_ns;      /* as programmed in EPOCH_GUARD */
	void (*pump)(void *argument); /* drains the rings; called every pump_frames frames and
					 around every epoch step */
	void *argument;
	unsigned pump_frames;   /* 0: 256 */
	uint64_t slice_clocks;  /* between two pumps while waiting for the card; 0: 2^16 */
	uint64_t settle_clocks; /* deadline of one wait for the card, in core clocks; 0: 2^25 */
};

struct fc_feeder_counters {
	uint64_t seen;                        /* = fed + sum of verdict + unsupported */
	uint64_t fed;                         /* given to the card, which judges them */
	uint64_t octets;                      /* of the fed frames, as fed */
	uint64_t shortened;                   /* fed frames cut to the longest that a port takes */
	uint64_t verdict[FC_FEEDER_VERDICTS]; /* judged by the feeder: only the old link header
						 could tell */
	uint64_t unsupported;                 /* link types that cannot be re-framed */
	uint16_t unsupported_link;            /* the first of them */
	uint64_t epoch_steps;
	uint64_t unsettled; /* waits for the card that met their deadline */
};

/* The card, its rings and pump stay the caller's and outlive the feeder. Return 0, -EINVAL (shift,
 * or a guard time as long as an epoch), -ENOMEM. */
int fc_feeder_create(struct fcsim *sim, const struct fc_feeder_config *config,
		     struct fc_feeder **out);
void fc_feeder_destroy(struct fc_feeder *f);

/* Move card time to the frame's and feed, judge or refuse it. Return 0 or the error of fcsim_frame.
 */
int fc_feeder_frame(struct fc_feeder *f, const struct fc_frame *frame);

/* The same into another port; all ports share card time. */
int fc_feeder_frame_on(struct fc_feeder *f, unsigned port, const struct fc_frame *frame);

/* Move card time although no frame came, through an epoch boundary if one is due. */
void fc_feeder_time(struct fc_feeder *f, uint64_t time_ns);

/* The driver has programmed another epoch; the next time opens one. Return 0 or -EINVAL (as
 * create).
 */
int fc_feeder_epoch_set(struct fc_feeder *f, unsigned epoch_shift, uint32_t epoch_guard_ns);

/* Another deadline for waits, at once: nobody need wait for a card whose rings nobody reads. */
void fc_feeder_settle_set(struct fc_feeder *f, uint64_t settle_clocks);

/* After the last frame: let the epoch before the open one close, and what is under way arrive in
 * host memory. The open epoch stays open: flushing it is the driver's part. Return 0 or -ETIMEDOUT.
 */
int fc_feeder_finish(struct fc_feeder *f);

const struct fc_feeder_counters *fc_feeder_counters(const struct fc_feeder *f);

#ifdef __cplusplus
}
#endif
#endif
