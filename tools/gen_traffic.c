/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/gen_traffic.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	STEADY_FLOWS = 2,           /* with gaps: these never pause */
	STEADY_INTERVAL = 10000000, /* ns */
	BURST = 3,                  /* packets before and after a pause, 1 ms apart */
	BURST_INTERVAL = 1000000,
	LATER_FRAGMENT_NS = 1000,
};

/* Percent of conversations of each kind, in the order TCP, UDP, ICMP, scan, fragment; the rest is
 * without ports. */
static const uint8_t kinds[GEN_MIXES][5] = {
	[GEN_WEB] = {58, 36, 2, 1, 2},       [GEN_SCANS] = {0, 0, 0, 100, 0},
	[GEN_ELEPHANTS] = {90, 10, 0, 0, 0}, [GEN_V6] = {55, 36, 5, 0, 3},
	[GEN_EDGES] = {35, 25, 10, 5, 15},
};

/* One frame in so many carries no flow; 0: none. */
static const uint8_t noise_one_in[GEN_MIXES] = {[GEN_WEB] = 200, [GEN_EDGES] = 5};

const char *gen_traffic_refusal(const struct gen_options *o)
{
	if (o->flows < 1 || o->flows > GEN_CONVERSATIONS)
		return "flows: 1 to 16777216";
	if (o->length_ns < 1000000000 || o->length_ns > UINT64_C(1000000) * 1000000000)
		return "seconds: 1 to 1000000";
	if (o->gaps)
		return o->flows > 100000 ? "flows: at most 100000 with gaps" : NULL;
	if (o->packets < o->flows)
		return "packets: at least one a flow";
	if (o->packets > UINT32_MAX)
		return "packets: at most 4294967295";
	return NULL;
}

static enum gen_kind kind_of(const struct gen_options *o, uint32_t conversation)
{
	unsigned r = (unsigned)(gen_random_of(o->seed ^ 0x6b696e64, conversation) % 100);

	/* The first can take any number of packets, whatever the mix. */
	if (conversation == 0 && o->mix != GEN_SCANS)
		return GEN_TCP;
	for (unsigned i = 0; i < 5; i++) {
		static const enum gen_kind order[5] = {GEN_TCP, GEN_UDP, GEN_ICMP, GEN_SCAN,
						       GEN_FRAGMENT};

		if (r < kinds[o->mix][i])
			return order[i];
		r -= kinds[o->mix][i];
	}
	return GEN_OTHER;
}

/* Conversations of two flows, or of one where there is no answer or no flow left. */
static void traffic_conversations(struct gen_traffic *t)
{
	uint32_t conversation = 0;

	for (uint32_t i = 0; i < t->options.flows; conversation++) {
		const enum gen_kind kind = kind_of(&t->options, conversation);

		for (uint8_t reverse = 0; reverse < 2 && i < t->options.flows; reverse++) {
			t->flow[i++] = (struct gen_flow){.conversation = conversation,
							 .kind = (uint8_t)kind,
							 .reverse = reverse,
							 .packets = 1};
			if (kind == GEN_SCAN)
				break;
		}
	}
}

/* Share of a flow in the packets: 1/r is heavy-tailed without floating point, so the same
 * everywhere. */
static uint64_t traffic_weight(const struct gen_options *o, uint32_t flow)
{
	const uint64_t r = gen_random_of(o->seed ^ 0x73697a65, flow) >> 40;

	return o->mix == GEN_ELEPHANTS ? (1 << 16) + r / 256
				       : ((UINT64_C(1) << 24) + 16) / (r + 16) - 1;
}

static void traffic_sizes(struct gen_traffic *t, uint64_t packets)
{
	uint64_t total = 0, extra = packets - t->options.flows, left = extra;

	for (uint32_t i = 0; i < t->options.flows; i++)
		total += t->flow[i].kind == GEN_FRAGMENT ? 0 : traffic_weight(&t->options, i);
	for (uint32_t i = 0; i < t->options.flows && total; i++) {
		uint64_t more;

		if (t->flow[i].kind == GEN_FRAGMENT)
			continue;
		more = (uint64_t)((unsigned __int128)extra * traffic_weight(&t->options, i) /
				  total);
		t->flow[i].packets += (uint32_t)more;
		left -= more;
	}
	for (uint32_t i = 0; left; i = (i + 1) % t->options.flows) {
		if (t->flow[i].kind == GEN_FRAGMENT)
			continue;
		t->flow[i].packets++;
		left--;
	}
}

/* A conversation's flows share their time; the longer ones have more packets. */
static void traffic_times(struct gen_traffic *t)
{
	const uint64_t length = t->options.length_ns - LATER_FRAGMENT_NS;

	for (uint32_t i = 0; i < t->options.flows; i++) {
		struct gen_flow *const f = &t->flow[i];
		uint64_t random = gen_random_of(t->options.seed ^ 0x74696d65, f->conversation);
		uint64_t duration = length >> (1 + gen_random(&random) % 8);
		const bool large = f->packets >= 64 || (f->reverse && f[-1].packets >= 64);

		if (large)
			duration = length / 2 + gen_random(&random) % (length / 2);
		f->duration_ns = duration;
		f->start_ns = gen_random(&random) % (length - duration);
		if (f->reverse) { /* an answer does not come before its question */
			f->start_ns = f[-1].start_ns;
			f->duration_ns = f[-1].duration_ns;
		}
	}
}

static void traffic_gaps(struct gen_traffic *t)
{
	const uint64_t length = t->options.length_ns, half = length / 2;

	for (uint32_t i = 0; i < t->options.flows; i++) {
		uint64_t random = gen_random_of(t->options.seed ^ 0x67617073, i);
		struct gen_flow *const f = &t->flow[i];

		*f = (struct gen_flow){.conversation = i, .kind = GEN_PAUSE};
		if (i < STEADY_FLOWS) {
			f->packets = (uint32_t)((length - i - 1) / STEADY_INTERVAL + 1);
			f->start_ns = i;
			continue;
		}
		f->packets = 2 * BURST;
		f->start_ns = gen_random(&random) % (length / 4);
		f->duration_ns = half / (t->options.flows - STEADY_FLOWS) * (i - STEADY_FLOWS + 1);
	}
}

uint64_t gen_flow_time(const struct gen_options *o, const struct gen_flow *f, uint32_t index)
{
	const uint64_t number = (uint64_t)f->conversation << 32 | index << 1 | f->reverse;
	const uint64_t random = gen_random_of(o->seed ^ 0x706f696e, number) >> 48;
	uint64_t at = GEN_START_NS + f->start_ns;

	if (f->kind == GEN_PAUSE && f->conversation < STEADY_FLOWS)
		return at + (uint64_t)index * STEADY_INTERVAL;
	if (f->kind == GEN_PAUSE && index < BURST)
		return at + (uint64_t)index * BURST_INTERVAL;
	if (f->kind == GEN_PAUSE)
		return at + (uint64_t)(index - 1) * BURST_INTERVAL + f->duration_ns;
	if (f->kind == GEN_FRAGMENT)
		return at + (f->reverse ? LATER_FRAGMENT_NS : 0);
	/* One packet in each of `packets` equal parts; the first of a question at its very
	 * beginning. */
	if (index == 0 && !f->reverse)
		return at;
	return at +
	       (uint64_t)(((unsigned __int128)f->duration_ns * ((uint64_t)index << 16 | random)) /
			  ((uint64_t)f->packets << 16));
}

/* ------------------------------------------------------------------------------------------- order
 * of time */

static int event_before(const struct gen_event *a, const struct gen_event *b)
{
	return a->time_ns != b->time_ns ? a->time_ns < b->time_ns : a->flow < b->flow;
}

static void heap_down(struct gen_traffic *t, uint32_t at)
{
	const struct gen_event moved = t->heap[at];

	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child >= t->heap_count)
			break;
		if (child + 1 < t->heap_count && event_before(&t->heap[child + 1], &t->heap[child]))
			child++;
		if (!event_before(&t->heap[child], &moved))
			break;
		t->heap[at] = t->heap[child];
		at = child;
	}
	t->heap[at] = moved;
}

static void heap_build(struct gen_traffic *t)
{
	for (uint32_t i = 0; i < t->flow_count; i++)
		t->heap[i] = (struct gen_event){gen_flow_time(&t->options, &t->flow[i], 0), i};
	t->heap_count = t->flow_count;
	for (uint32_t i = t->heap_count / 2; i-- > 0;)
		heap_down(t, i);
}

int gen_traffic_next(struct gen_traffic *t, struct gen_packet *p, uint64_t *time_ns)
{
	struct gen_flow *f;

	if (!t->heap_count)
		return 0;
	f = &t->flow[t->heap[0].flow];
	*time_ns = t->heap[0].time_ns;
	*p = (struct gen_packet){
		.conversation = f->conversation,
		.index = f->sent,
		.count = f->packets,
		.kind = (enum gen_kind)f->kind,
		.reverse = f->reverse,
	};
	if (++f->sent < f->packets)
		t->heap[0].time_ns = gen_flow_time(&t->options, f, f->sent);
	else
		t->heap[0] = t->heap[--t->heap_count];
	heap_down(t, 0);
	return 1;
}

static uint64_t traffic_noise(const struct gen_options *o)
{
	const unsigned one_in = noise_one_in[o->mix];
	uint64_t noise = one_in ? o->packets / one_in : 0;

	if (noise > o->packets - o->flows)
		noise = o->packets - o->flows;
	return noise;
}

int gen_traffic_create(struct gen_traffic *t, const struct gen_options *options)
{
	if (gen_traffic_refusal(options))
		return -EINVAL;
	*t = (struct gen_traffic){.options = *options, .flow_count = options->flows};
	t->flow = calloc((size_t)options->flows + 1, sizeof(*t->flow));
	t->heap = calloc((size_t)options->flows + 1, sizeof(*t->heap));
	if (!t->flow || !t->heap) {
		gen_traffic_destroy(t);
		return -ENOMEM;
	}
	if (options->gaps) {
		traffic_gaps(t);
	} else {
		const uint64_t noise = traffic_noise(options);

		traffic_conversations(t);
		traffic_sizes(t, options->packets - noise);
		traffic_times(t);
		if (noise)
			t->flow[t->flow_count++] =
				(struct gen_flow){.conversation = UINT32_MAX,
						  .kind = GEN_NOISE,
						  .packets = (uint32_t)noise,
						  .duration_ns = options->length_ns};
	}
	heap_build(t);
	return 0;
}

void gen_traffic_destroy(struct gen_traffic *t)
{
	free(t->flow);
	free(t->heap);
	t->flow = NULL;
	t->heap = NULL;
}
