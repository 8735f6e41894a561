/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The feeds of all ports merged into one card time. A capture waits until its port is enabled; a
 * wire does not. Card time comes from the captures (at their speed, or flat out), from the host
 * where there is an interface, and runs on at the host's pace when captures have ended.
 */
#ifndef FC_TOOLS_SIM_LANES_H
#define FC_TOOLS_SIM_LANES_H

#include "sim/feeder.h"
#include "tools/sim_feed.h"
#include <poll.h>

struct fc_sim_lane {
	const struct fc_sim_feed_options *options;
	struct fc_sim_feed *feed;
	struct fc_frame frame; /* the next one, if `have` */
	bool have, over;
	uint64_t shift_ns; /* of rebased times */
	uint64_t fed;
};

/* What the host's clocks say. */
struct fc_sim_clock {
	uint64_t steady_ns, real_ns;
};

struct fc_sim_lanes {
	struct fc_sim_lane at[FC_SIM_FEEDS];
	unsigned count;
	bool live;           /* there is an interface: card time is the host's */
	double speed;        /* of the captures; 0: flat */
	uint32_t enabled;    /* ports, as last seen */
	uint64_t enabled_at; /* when that changed */
	bool anchored;       /* card time and host time run together from: */
	uint64_t anchor_steady, anchor_card;
	uint64_t card_ns;   /* the latest time given to the card */
	uint64_t behind_ns; /* of the frames that were due, at most: the model is too slow */
	char error[240];
};

/* Open all feeds and look at their first frames. Return 0 or -errno (l->error says why). */
int fc_sim_lanes_open(struct fc_sim_lanes *l, const struct fc_sim_options *options,
		      const struct fc_sim_clock *now);
void fc_sim_lanes_close(struct fc_sim_lanes *l);

/* Time of the first frame (or of the host): what the card's clock shows before anything comes. */
uint64_t fc_sim_lanes_first(const struct fc_sim_lanes *l);

/*
 * Feed what is due, at most `most` frames, and move card time. Return frames fed, or -errno: a feed
 * failed (l->error) and is over.
 */
int fc_sim_lanes_step(struct fc_sim_lanes *l, struct fc_feeder *feeder, uint32_t ports_enabled,
		      const struct fc_sim_clock *now, unsigned most);

/* Could a capture be fed right now, as fast as the card takes it? */
bool fc_sim_lanes_flat_out(const struct fc_sim_lanes *l);

/* ns until the next frame is due, at most `most`. */
uint64_t fc_sim_lanes_pause(const struct fc_sim_lanes *l, const struct fc_sim_clock *now,
			    uint64_t most);

/* Descriptors that become readable with frames. Return how many were written. */
unsigned fc_sim_lanes_poll(const struct fc_sim_lanes *l, struct pollfd out[FC_SIM_FEEDS]);

/* All captures have ended (and there is no interface). */
bool fc_sim_lanes_over(const struct fc_sim_lanes *l);

#endif
