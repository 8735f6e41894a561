/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/sim_feed.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of an interface: libpcap keeps a place of SNAPLEN octets a frame, so this is for 512 frames. */
enum { SNAPLEN = 65536 + 64, BUFFER = 512 * SNAPLEN, LINK_RAW = 101 };

/* Between two passes of a loop. */
#define PAUSE_NS UINT64_C(1000000)

struct fc_sim_feed {
	const struct fc_sim_feed_options *options;
	const struct source *source;
	struct fc_capture *capture;
	struct gen_traffic traffic;
	pcap_t *live;
	uint8_t *frame; /* of GEN_FRAME_MAX octets */
	uint64_t shift_ns, first_ns, last_ns, frames_of_pass, frames;
	char error[600];
};

struct source {
	int (*open)(struct fc_sim_feed *f);
	int (*next)(struct fc_sim_feed *f, struct fc_frame *frame); /* as fc_sim_feed_next */
	void (*close)(struct fc_sim_feed *f);
};

/* ---------------------------------------------------------------- captures */
static int capture_open(struct fc_sim_feed *f)
{
	int err = fc_capture_open(f->options->source, &f->capture);

	if (err)
		snprintf(f->error, sizeof(f->error), "%s: %s", f->options->source, strerror(-err));
	return err;
}

static int capture_next(struct fc_sim_feed *f, struct fc_frame *frame)
{
	int result = fc_capture_next(f->capture, frame);

	if (result < 0)
		snprintf(f->error, sizeof(f->error), "%s", fc_capture_error(f->capture));
	return result == 0 ? -ENODATA : result;
}

static void capture_close(struct fc_sim_feed *f)
{
	if (f->capture)
		fc_capture_close(f->capture);
	f->capture = NULL;
}

/* ---------------------------------------------------------------- synthetic traffic */
static int traffic_open(struct fc_sim_feed *f)
{
	int err;

	f->frame = malloc(GEN_FRAME_MAX);
	if (!f->frame)
		return -ENOMEM;
	gen_packet_begin();
	err = gen_traffic_create(&f->traffic, &f->options->traffic);
	if (err) {
		snprintf(f->error, sizeof(f->error), "gen: %s", strerror(-err));
		free(f->frame);
		f->frame = NULL;
	}
	return err;
}

static int traffic_next(struct fc_sim_feed *f, struct fc_frame *frame)
{
	const struct gen_options *o = &f->options->traffic;
	struct gen_packet p;
	uint64_t time_ns;

	if (!gen_traffic_next(&f->traffic, &p, &time_ns))
		return -ENODATA;
	*frame = (struct fc_frame){.data = f->frame, .time_ns = time_ns, .link = DLT_EN10MB};
	frame->octets = gen_packet_build(o->mix, o->seed, &p, f->frame);
	frame->original = (uint32_t)frame->octets;
	return 1;
}

static void traffic_close(struct fc_sim_feed *f)
{
	if (f->frame)
		gen_traffic_destroy(&f->traffic);
	free(f->frame);
	f->frame = NULL;
}

/* ---------------------------------------------------------------- an interface */
static int live_refuse(struct fc_sim_feed *f, int err, const char *why)
{
	snprintf(f->error, sizeof(f->error), "%s: %s", f->options->source, why);
	return err;
}

static int live_activate(struct fc_sim_feed *f)
{
	char why[PCAP_ERRBUF_SIZE];
	int result;

	pcap_set_snaplen(f->live, SNAPLEN);
	pcap_set_promisc(f->live, 1);
	pcap_set_buffer_size(f->live, BUFFER);
	pcap_set_immediate_mode(f->live, 1);
	pcap_set_tstamp_precision(f->live, PCAP_TSTAMP_PRECISION_NANO);
	result = pcap_activate(f->live);
	if (result < 0)
		return live_refuse(f, result == PCAP_ERROR_PERM_DENIED ? -EPERM : -ENODEV,
				   pcap_statustostr(result));
	if (pcap_setnonblock(f->live, 1, why))
		return live_refuse(f, -EIO, why);
	return 0;
}

static int live_open(struct fc_sim_feed *f)
{
	char why[PCAP_ERRBUF_SIZE];

	f->live = pcap_create(f->options->source, why);
	return f->live ? live_activate(f) : live_refuse(f, -ENODEV, why);
}

static int live_next(struct fc_sim_feed *f, struct fc_frame *frame)
{
	const bool nano = pcap_get_tstamp_precision(f->live) == PCAP_TSTAMP_PRECISION_NANO;
	const int link = pcap_datalink(f->live);
	struct pcap_pkthdr *header;
	const u_char *data;
	int result = pcap_next_ex(f->live, &header, &data);

	if (result < 0)
		return live_refuse(f, -ENODEV, pcap_geterr(f->live));
	if (result == 0)
		return 0;
	*frame = (struct fc_frame){
		.data = data,
		.octets = header->caplen,
		.original = header->len,
		/* the only one of ours whose number in files is another */
		.link = (uint16_t)(link == DLT_RAW ? LINK_RAW : link),
		.time_ns = (uint64_t)header->ts.tv_sec * 1000000000u +
			   (uint64_t)header->ts.tv_usec * (nano ? 1 : 1000),
	};
	return 1;
}

static void live_close(struct fc_sim_feed *f)
{
	if (f->live)
		pcap_close(f->live);
	f->live = NULL;
}

static const struct source sources[] = {
	[FC_SIM_FEED_PCAP] = {capture_open, capture_next, capture_close},
	[FC_SIM_FEED_IF] = {live_open, live_next, live_close},
	[FC_SIM_FEED_GEN] = {traffic_open, traffic_next, traffic_close},
};

/* ---------------------------------------------------------------- all of them */
int fc_sim_feed_open(const struct fc_sim_feed_options *options, struct fc_sim_feed **out,
		     char *error, size_t error_octets)
{
	struct fc_sim_feed *f = calloc(1, sizeof(*f));
	int err = -ENOMEM;

	if (f) {
		f->options = options;
		f->source = &sources[options->kind];
		err = f->source->open(f);
	}
	if (!err) {
		*out = f;
		return 0;
	}
	snprintf(error, error_octets, "--port %u: %s", options->port,
		 f && f->error[0] ? f->error : strerror(-err));
	fc_sim_feed_close(f);
	return err;
}

void fc_sim_feed_close(struct fc_sim_feed *f)
{
	if (!f)
		return;
	f->source->close(f);
	free(f);
}

/* Once more from the beginning, in time where this pass has ended. */
static int again(struct fc_sim_feed *f)
{
	if (!f->options->loop)
		return -ENODATA;
	if (!f->frames_of_pass) {
		snprintf(f->error, sizeof(f->error), "%s: nothing to loop: no frame in it",
			 f->options->source);
		return -EINVAL;
	}
	f->shift_ns += f->last_ns - f->first_ns + PAUSE_NS;
	f->frames_of_pass = 0;
	f->source->close(f);
	return f->source->open(f);
}

int fc_sim_feed_next(struct fc_sim_feed *f, struct fc_frame *frame)
{
	int result = f->source->next(f, frame);

	if (result == -ENODATA) {
		result = again(f);
		if (!result)
			result = f->source->next(f, frame);
	}
	if (result != 1)
		return result;
	if (f->frames_of_pass++ == 0)
		f->first_ns = f->last_ns = frame->time_ns;
	if (frame->time_ns > f->last_ns)
		f->last_ns = frame->time_ns;
	frame->time_ns += f->shift_ns;
	frame->number = ++f->frames;
	return 1;
}

const char *fc_sim_feed_error(const struct fc_sim_feed *f)
{
	return f->error;
}

int fc_sim_feed_fd(const struct fc_sim_feed *f)
{
	return f->live ? pcap_get_selectable_fd(f->live) : -1;
}
