/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/feeder.h"

#include "sim/reframe.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	PUMP_FRAMES = 256,
	OPEN_CLOCKS = 8,    /* card time to an open epoch, once nothing else is under way */
	DRAIN_CLOCKS = 512, /* what was fed to a decision: several times the descriptor FIFO */
};

static const uint64_t settle_total =
	UINT64_C(1) << 25; /* a sweep of the largest cache and its DMA, several times */
static const uint64_t settle_slice = UINT64_C(1)
				     << 16; /* between two pumps: a full ring waits for the host */

_Static_assert(FC_FEEDER_VERDICTS > FC_VERDICT_RX_ERROR, "every verdict has a counter");

struct fc_feeder {
	struct fcsim *sim;
	struct fc_feeder_config config;
	struct fc_feeder_counters counters;
	bool started;
	uint64_t label; /* of the card's open epoch */
	bool closing;   /* the epoch before waits for its guard time, which is over at close_at */
	bool guarded;   /* frames were fed meanwhile: they may be of the epoch that closes */
	uint64_t close_at;
	unsigned pump_in; /* frames until the next pump */
	uint8_t *buffer;  /* of FC_REFRAME_OCTETS */
};

static void feeder_pump(struct fc_feeder *f)
{
	f->pump_in = f->config.pump_frames;
	if (f->config.pump)
		f->config.pump(f->config.argument);
}

/* Let the card finish, pumping meanwhile. A deadline met is counted, and is the caller's to judge.
 */
static int feeder_settle(struct fc_feeder *f)
{
	uint64_t spent = 0;
	int result;

	do {
		const uint64_t most = f->config.slice_clocks;
		const uint64_t left = f->config.settle_clocks - spent;
		const uint64_t slice = left < most ? left : most;

		result = fcsim_settle(f->sim, slice);
		feeder_pump(f);
		spent += slice;
		/* The pump may have shortened the deadline. */
	} while (result == -ETIMEDOUT && spent < f->config.settle_clocks);
	if (result == -ETIMEDOUT)
		f->counters.unsettled++;
	return result;
}

/* Card time to the end of the guard time; what was the epoch before is swept out. */
static int feeder_close(struct fc_feeder *f)
{
	/* Frames under way are decided first. The epoch waits for its guard, so a settle would time
	 * out. */
	if (f->guarded) {
		fcsim_run(f->sim, DRAIN_CLOCKS);
		feeder_pump(f);
	}
	f->closing = f->guarded = false;
	fcsim_time_set(f->sim, f->close_at);
	return feeder_settle(f);
}

/* The card's own rule: forward by any distance, or back by more than one epoch. */
static bool feeder_is_step(const struct fc_feeder *f, uint64_t label)
{
	return !f->started || label > f->label || label + 1 < f->label;
}

static void feeder_step(struct fc_feeder *f, uint64_t label)
{
	const uint64_t boundary = label << f->config.epoch_shift;

	if (f->closing)
		feeder_close(f);
	else if (f->started)
		feeder_settle(f);
	fcsim_time_set(f->sim, boundary);
	fcsim_run(f->sim, OPEN_CLOCKS);
	f->started = true;
	f->label = label;
	f->closing = true;
	f->close_at = boundary + f->config.epoch_guard_ns + 1;
	if (f->close_at < boundary)
		f->close_at = UINT64_MAX;
	f->counters.epoch_steps++;
}

void fc_feeder_time(struct fc_feeder *f, uint64_t time_ns)
{
	const uint64_t label = time_ns >> f->config.epoch_shift;

	if (feeder_is_step(f, label))
		feeder_step(f, label);
	if (f->closing && time_ns >= f->close_at)
		feeder_close(f);
	fcsim_time_set(f->sim, time_ns);
}

static int feeder_feed(struct fc_feeder *f, unsigned port, const struct fc_frame *frame,
		       const struct fc_reframed *r)
{
	const int result = fcsim_frame(f->sim, port, r->data, r->octets, frame->time_ns, false);

	if (result)
		return result;
	f->guarded = f->closing;
	f->counters.fed++;
	f->counters.octets += r->octets;
	/* A frame that a header was put before may be cut and still be longer than it was. */
	if (r->octets == FC_REFRAME_OCTETS && frame->octets + 14 > FC_REFRAME_OCTETS)
		f->counters.shortened++;
	return 0;
}

int fc_feeder_frame(struct fc_feeder *f, const struct fc_frame *frame)
{
	return fc_feeder_frame_on(f, f->config.port, frame);
}

int fc_feeder_frame_on(struct fc_feeder *f, unsigned port, const struct fc_frame *frame)
{
	struct fc_reframed r;
	int result = 0;

	fc_feeder_time(f, frame->time_ns);
	fc_reframe(frame, f->buffer, &r);
	if (r.result == FC_REFRAME_FEED) {
		result = feeder_feed(f, port, frame, &r);
	} else if (r.result == FC_REFRAME_VERDICT) {
		f->counters.verdict[r.verdict]++;
	} else if (f->counters.unsupported++ == 0) {
		f->counters.unsupported_link = frame->link;
	}
	if (!result)
		f->counters.seen++;
	if (--f->pump_in == 0)
		feeder_pump(f);
	return result;
}

int fc_feeder_finish(struct fc_feeder *f)
{
	return f->closing ? feeder_close(f) : feeder_settle(f);
}

static bool feeder_epoch_fits(unsigned shift, uint32_t guard_ns)
{
	return shift >= 10 && shift <= 40 && !((uint64_t)guard_ns >> shift);
}

int fc_feeder_epoch_set(struct fc_feeder *f, unsigned epoch_shift, uint32_t epoch_guard_ns)
{
	if (!feeder_epoch_fits(epoch_shift, epoch_guard_ns))
		return -EINVAL;
	f->config.epoch_shift = epoch_shift;
	f->config.epoch_guard_ns = epoch_guard_ns;
	f->started = f->closing = f->guarded = false;
	return 0;
}

void fc_feeder_settle_set(struct fc_feeder *f, uint64_t settle_clocks)
{
	f->config.settle_clocks = settle_clocks;
}

int fc_feeder_create(struct fcsim *sim, const struct fc_feeder_config *config,
		     struct fc_feeder **out)
{
	struct fc_feeder *f;

	if (!feeder_epoch_fits(config->epoch_shift, config->epoch_guard_ns))
		return -EINVAL;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->buffer = malloc(FC_REFRAME_OCTETS);
	if (!f->buffer) {
		free(f);
		return -ENOMEM;
	}
	f->sim = sim;
	f->config = *config;
	if (!f->config.pump_frames)
		f->config.pump_frames = PUMP_FRAMES;
	if (!f->config.slice_clocks)
		f->config.slice_clocks = settle_slice;
	if (!f->config.settle_clocks)
		f->config.settle_clocks = settle_total;
	f->pump_in = f->config.pump_frames;
	*out = f;
	return 0;
}

void fc_feeder_destroy(struct fc_feeder *f)
{
	if (!f)
		return;
	free(f->buffer);
	free(f);
}

const struct fc_feeder_counters *fc_feeder_counters(const struct fc_feeder *f)
{
	return &f->counters;
}
