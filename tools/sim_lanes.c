/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/sim_lanes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A driver enables its ports one after the other; what waits for all of them waits so long. */
#define GRACE_NS UINT64_C(100000000)

static bool is_live(const struct fc_sim_lane *lane)
{
	return lane->options->kind == FC_SIM_FEED_IF;
}

static uint64_t time_of(const struct fc_sim_lane *lane)
{
	return lane->frame.time_ns + lane->shift_ns;
}

/* ---------------------------------------------------------------- opening */
/* Fill lane->frame if it is empty. Return 0 or -errno. */
static int look(struct fc_sim_lanes *l, struct fc_sim_lane *lane)
{
	int result;

	if (lane->have || lane->over)
		return 0;
	result = fc_sim_feed_next(lane->feed, &lane->frame);
	lane->have = result == 1;
	lane->over = result < 0;
	if (result >= 0 || result == -ENODATA)
		return 0;
	snprintf(l->error, sizeof(l->error), "port %u: %s", lane->options->port,
		 fc_sim_feed_error(lane->feed));
	return result;
}

/* Where the times of a lane begin: at the first feed's, at the host's, or as recorded. */
static void shift(struct fc_sim_lanes *l, struct fc_sim_lane *lane, const struct fc_sim_clock *now)
{
	const struct fc_sim_lane *first = &l->at[0];

	if (!lane->have || is_live(lane))
		return;
	if (l->live)
		lane->shift_ns = now->real_ns - lane->frame.time_ns;
	else if (lane->options->rebase && first->have)
		lane->shift_ns = first->frame.time_ns - lane->frame.time_ns;
}

int fc_sim_lanes_open(struct fc_sim_lanes *l, const struct fc_sim_options *options,
		      const struct fc_sim_clock *now)
{
	int err = 0;

	memset(l, 0, sizeof(*l));
	for (unsigned i = 0; !err && i < options->feeds; i++) {
		struct fc_sim_lane *lane = &l->at[i];

		lane->options = &options->feed[i];
		if (is_live(lane))
			l->live = true;
		else
			l->speed = lane->options->speed;
		err = fc_sim_feed_open(lane->options, &lane->feed, l->error, sizeof(l->error));
		if (!err) {
			l->count++;
			err = look(l, lane);
		}
	}
	if (err)
		goto close;
	for (unsigned i = 0; i < l->count; i++)
		shift(l, &l->at[i], now);
	l->card_ns = now->real_ns;
	l->card_ns = fc_sim_lanes_first(l);
	return 0;

close:
	fc_sim_lanes_close(l);
	return err;
}

void fc_sim_lanes_close(struct fc_sim_lanes *l)
{
	while (l->count)
		fc_sim_feed_close(l->at[--l->count].feed);
}

uint64_t fc_sim_lanes_first(const struct fc_sim_lanes *l)
{
	uint64_t first = UINT64_MAX;

	for (unsigned i = 0; i < l->count; i++)
		if (l->at[i].have && time_of(&l->at[i]) < first)
			first = time_of(&l->at[i]);
	return first == UINT64_MAX ? l->card_ns : first;
}

/* ---------------------------------------------------------------- whose turn it is */
bool fc_sim_lanes_over(const struct fc_sim_lanes *l)
{
	for (unsigned i = 0; i < l->count; i++)
		if (!l->at[i].over)
			return false;
	return true;
}

/* Do captures flow: are the ports of all of them enabled, or some for long enough? */
static bool flows(const struct fc_sim_lanes *l, uint64_t steady_ns)
{
	bool all = true, some = false;

	for (unsigned i = 0; i < l->count; i++) {
		if (is_live(&l->at[i]) || l->at[i].over)
			continue;
		if (l->enabled >> l->at[i].options->port & 1)
			some = true;
		else
			all = false;
	}
	return some && (all || steady_ns - l->enabled_at > GRACE_NS);
}

static bool takes_turns(const struct fc_sim_lanes *l, const struct fc_sim_lane *lane, bool flow)
{
	if (!lane->have)
		return false;
	return is_live(lane) || (flow && l->enabled >> lane->options->port & 1);
}

/* The lane whose frame is the oldest, or NULL. */
static struct fc_sim_lane *next_lane(struct fc_sim_lanes *l, bool flow)
{
	struct fc_sim_lane *best = NULL;

	for (unsigned i = 0; i < l->count; i++) {
		struct fc_sim_lane *lane = &l->at[i];

		if (takes_turns(l, lane, flow) && (!best || time_of(lane) < time_of(best)))
			best = lane;
	}
	return best;
}

/* ---------------------------------------------------------------- card time */
/* What card time is now: where it does not follow frames alone. */
static uint64_t card_now(const struct fc_sim_lanes *l, const struct fc_sim_clock *now)
{
	double speed = fc_sim_lanes_over(l) || !(l->speed > 0) ? 1 : l->speed;

	if (l->live)
		return now->real_ns;
	if (!l->anchored)
		return l->card_ns;
	return l->anchor_card + (uint64_t)((double)(now->steady_ns - l->anchor_steady) * speed);
}

/* Card time goes with the host's from here on, or (captures wait, or go flat out) it does not. */
static void anchor(struct fc_sim_lanes *l, const struct fc_sim_clock *now, bool flow)
{
	bool runs = fc_sim_lanes_over(l) || (flow && l->speed > 0);

	if (runs && !l->anchored) {
		l->anchor_steady = now->steady_ns;
		l->anchor_card = l->card_ns;
	}
	l->anchored = runs;
}

static void pass(struct fc_sim_lanes *l, struct fc_feeder *feeder, uint64_t time_ns)
{
	if (time_ns == l->card_ns)
		return;
	l->card_ns = time_ns;
	fc_feeder_time(feeder, time_ns);
}

static int feed(struct fc_sim_lanes *l, struct fc_sim_lane *lane, struct fc_feeder *feeder)
{
	int err;

	lane->frame.time_ns += lane->shift_ns;
	lane->have = false;
	l->card_ns = lane->frame.time_ns;
	err = fc_feeder_frame_on(feeder, lane->options->port, &lane->frame);
	if (err)
		snprintf(l->error, sizeof(l->error), "port %u: frame %llu: %s", lane->options->port,
			 (unsigned long long)lane->frame.number, strerror(-err));
	else
		lane->fed++;
	return err;
}

static void see_ports(struct fc_sim_lanes *l, uint32_t enabled, uint64_t steady_ns)
{
	if (enabled == l->enabled)
		return;
	l->enabled = enabled;
	l->enabled_at = steady_ns;
}

static int look_all(struct fc_sim_lanes *l)
{
	int err = 0;

	for (unsigned i = 0; !err && i < l->count; i++)
		err = look(l, &l->at[i]);
	return err;
}

int fc_sim_lanes_step(struct fc_sim_lanes *l, struct fc_feeder *feeder, uint32_t ports_enabled,
		      const struct fc_sim_clock *now, unsigned most)
{
	unsigned fed = 0;
	bool flow;
	int err = 0;

	see_ports(l, ports_enabled, now->steady_ns);
	flow = flows(l, now->steady_ns);
	anchor(l, now, flow);
	while (!err && fed < most) {
		struct fc_sim_lane *lane;

		err = look_all(l);
		lane = err ? NULL : next_lane(l, flow);
		if (!lane || ((l->anchored || l->live) && time_of(lane) > card_now(l, now)))
			break;
		if (l->anchored && card_now(l, now) - time_of(lane) > l->behind_ns)
			l->behind_ns = card_now(l, now) - time_of(lane);
		err = feed(l, lane, feeder);
		fed += !err;
	}
	if (!err && fed < most && (l->anchored || l->live))
		pass(l, feeder, card_now(l, now));
	return err ? err : (int)fed;
}

bool fc_sim_lanes_flat_out(const struct fc_sim_lanes *l)
{
	return !l->live && !(l->speed > 0) && !fc_sim_lanes_over(l);
}

uint64_t fc_sim_lanes_pause(const struct fc_sim_lanes *l, const struct fc_sim_clock *now,
			    uint64_t most)
{
	double ns;
	uint64_t card, first;

	if (!l->anchored || !(l->speed > 0) || fc_sim_lanes_over(l))
		return most;
	card = card_now(l, now);
	first = fc_sim_lanes_first(l);
	if (first <= card)
		return 0;
	ns = (double)(first - card) / l->speed;
	return ns < (double)most ? (uint64_t)ns : most;
}

unsigned fc_sim_lanes_poll(const struct fc_sim_lanes *l, struct pollfd out[FC_SIM_FEEDS])
{
	unsigned count = 0;

	for (unsigned i = 0; i < l->count; i++) {
		int fd = l->at[i].over ? -1 : fc_sim_feed_fd(l->at[i].feed);

		if (fd >= 0)
			out[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
	}
	return count;
}
