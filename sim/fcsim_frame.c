/* SPDX-License-Identifier: BSD-2-Clause */
/* AXI4-Stream source: frames as 64-octet beats, one a MAC clock. */
#include "sim/fcsim_private.h"

#include <errno.h>
#include <string.h>

#define FCSIM_FRAME_MAX 1048575u
#define FCSIM_BEAT 64u
#define FCSIM_PACE_CLOCKS 256
/* A frame is one descriptor: core clocks beside its later beats would be idle. */
#define FCSIM_BESIDE_BEATS 4

/* Beyond the header window the card only counts octets: those beats keep the old data. */
static void fcsim_frame_beat(struct fcsim *s, unsigned port, const uint8_t *data, size_t octets,
			     size_t at)
{
	uint8_t *tdata = s->pins.rx.tdata + (size_t)port * FCSIM_BEAT;
	size_t rest = octets - at;

	if (at >= s->window)
		return;
	if (rest >= FCSIM_BEAT)
		memcpy(tdata, data + at, FCSIM_BEAT);
	else if (rest > 0)
		memcpy(tdata, data + at, rest);
}

static void fcsim_frame_keep(struct fcsim *s, unsigned port, size_t rest)
{
	uint64_t keep = rest >= FCSIM_BEAT ? UINT64_MAX : (UINT64_C(1) << rest) - 1;

	memcpy(s->pins.rx.tkeep + port * sizeof(keep), &keep, sizeof(keep));
}

/* Let the card write what it has to write, so that frames do not come faster than records can
 * leave. */
static void fcsim_pace(struct fcsim *s)
{
	for (unsigned i = 0; i < FCSIM_PACE_CLOCKS && fcsim_axi_active(&s->axi) && !s->axi.frozen;
	     i++)
		fcsim_tick(s, true, false);
}

/* A bit that was written may be on its way to the front end. */
static void fcsim_cross(struct fcsim *s)
{
	for (unsigned i = 0; i < s->cross && (i < FCSIM_CROSS_LEAST || fcsim_mac_work(s)); i++)
		fcsim_tick(s, true, true);
	s->cross = 0;
}

int fcsim_frame(struct fcsim *s, unsigned port, const void *data, size_t octets, uint64_t time_ns,
		bool bad)
{
	const struct fcsim_rx_pins *rx = &s->pins.rx;
	const uint8_t bit = (uint8_t)(1u << (port & 7));
	unsigned beat = 0;
	size_t at = 0;

	if (port >= s->model->ports || octets > FCSIM_FRAME_MAX)
		return -EINVAL;
	fcsim_cross(s);
	*rx->tvalid = bit;
	*rx->err = bad ? bit : 0;
	memcpy(rx->time_ns + port * sizeof(time_ns), &time_ns, sizeof(time_ns));
	do {
		fcsim_frame_beat(s, port, data, octets, at);
		fcsim_frame_keep(s, port, octets - at);
		*rx->tlast = octets - at <= FCSIM_BEAT ? bit : 0;
		fcsim_tick(s, beat++ < FCSIM_BESIDE_BEATS && fcsim_core_work(s), true);
		at += FCSIM_BEAT;
	} while (at < octets);
	*rx->tvalid = 0;
	s->frames++;
	fcsim_pace(s);
	return 0;
}
