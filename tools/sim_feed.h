/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the frames of one port come from: a capture, a network interface, synthetic traffic. */
#ifndef FC_TOOLS_SIM_FEED_H
#define FC_TOOLS_SIM_FEED_H

#include "sim/capture.h"
#include "tools/sim_options.h"
#include <stddef.h>

struct fc_sim_feed;

/* Open; `options` stays the caller's and outlives the feed. On error `error` says why. Return 0 or
 * -errno. */
int fc_sim_feed_open(const struct fc_sim_feed_options *options, struct fc_sim_feed **out,
		     char *error, size_t error_octets);
void fc_sim_feed_close(struct fc_sim_feed *feed);

/*
 * The next frame; its octets are the feed's until the next call. Times of a looped feed go on where
 * the pass before ended. Return 1: a frame; 0: none at the moment (interface); -ENODATA: that was
 * all; else -errno, and fc_sim_feed_error() says what.
 */
int fc_sim_feed_next(struct fc_sim_feed *feed, struct fc_frame *frame);
const char *fc_sim_feed_error(const struct fc_sim_feed *feed);

/* A descriptor that becomes readable with a frame, or -1. */
int fc_sim_feed_fd(const struct fc_sim_feed *feed);

#endif
