// SPDX-License-Identifier: BSD-2-Clause
#include "sink.h"
#include "world.h"

#include <ha/fnv.h>
#include <stdlib.h>
#include <string.h>

#define STREAMS 64
#define NUMBERS_MAX (1u << 16)
#define TEMPLATES 64
#define FIELDS 64
#define V5_HEADER 24
#define V5_RECORD 48
#define V9_HEADER 20
#define IPFIX_HEADER 16

/* Elements (IPFIX and version 9 number them alike). */
#define OCTET_COUNT 1
#define PACKET_COUNT 2
#define SOURCE_ADDRESS 8
#define START_MS 152

struct number {
	uint64_t hash;   /* 0: never seen */
	uint32_t covers; /* so many numbers */
};

struct stream {
	struct number *number;
	size_t room;
	uint32_t end; /* behind the last one */
};

struct layout {
	unsigned domain, id, fields, octets;
	bool options;
	uint16_t element[FIELDS], length[FIELDS];
};

static struct stream stream[STREAMS][SIM_DOMAINS];
static struct layout layout[TEMPLATES];
static unsigned layouts;
static struct sim_sum reported[SIM_DOMAINS][SIM_FLOWS];

/* Totals of permanent caches, which later ones replace. */
struct total {
	unsigned stream, domain, flow;
	uint32_t number;
	uint64_t start_ms;
	struct sim_sum sum;
};
static struct total *total;
static size_t totals, totals_room;
static bool in_order;
struct sink_stats sink_stats;

/* The datagram at hand. */
static struct {
	unsigned version, domain, stream;
	uint32_t sequence, records;
	bool first; /* it has not been seen before */
} dg;

void sink_begin(void)
{
	memset(&sink_stats, 0, sizeof(sink_stats));
	memset(reported, 0, sizeof(reported));
	layouts = 0;
	totals = 0;
}

void sink_end(void)
{
	for (unsigned s = 0; s < STREAMS; s++)
		for (unsigned d = 0; d < SIM_DOMAINS; d++)
			free(stream[s][d].number);
	memset(stream, 0, sizeof(stream));
	free(total);
	total = NULL;
	totals_room = 0;
}

/* Flows that began at the same time in the same stream are one, whose last total comes last. */
static int by_number(const void *one, const void *other)
{
	const struct total *a = one, *b = other;

	if (a->stream != b->stream)
		return a->stream < b->stream ? -1 : 1;
	if (a->start_ms != b->start_ms)
		return a->start_ms < b->start_ms ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static struct sim_sum last_totals(unsigned domain, unsigned flow)
{
	const struct total *last = NULL;
	struct sim_sum sum = {0};

	if (!in_order && totals)
		qsort(total, totals, sizeof(*total), by_number);
	in_order = true;
	for (size_t i = totals; i--;) {
		const struct total *t = &total[i];

		if (t->domain != domain || t->flow != flow)
			continue;
		if (!last || last->stream != t->stream || last->start_ms != t->start_ms) {
			sum.packets += t->sum.packets;
			sum.octets += t->sum.octets;
		}
		last = t;
	}
	return sum;
}

struct sim_sum sink_reported(unsigned domain, unsigned flow)
{
	if (sim_world.monitor[domain].cache == FC_CACHE_PERMANENT)
		return last_totals(domain, flow);
	return reported[domain][flow];
}

static void keep_total(unsigned flow, uint64_t start_ms, const struct sim_sum *sum)
{
	if (totals == totals_room) {
		totals_room = totals_room ? 2 * totals_room : 256;
		total = realloc(total, totals_room * sizeof(*total));
		if (!total)
			abort();
	}
	total[totals++] = (struct total){
		dg.stream,
		dg.domain,
		flow,
		dg.version == 9 ? dg.sequence * 256 + dg.records : dg.sequence + dg.records,
		start_ms,
		*sum};
	in_order = false;
}

static unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static uint64_t get(const uint8_t *at, unsigned length)
{
	uint64_t value = 0;

	while (length--)
		value = value << 8 | *at++;
	return value;
}

/* ------------------------------------------------------------------ records */
static void count(uint32_t address, uint64_t start_ms, uint64_t packets, uint64_t octets)
{
	uint32_t flow = address & 0xffffff;

	dg.records++;
	if (address >> 24 != 10 || flow >= SIM_FLOWS) {
		sim_fail("a record of a flow that was never there: %08x", address);
		return;
	}
	if (!dg.first)
		return;
	sink_stats.records++;
	if (sim_world.monitor[dg.domain].cache == FC_CACHE_PERMANENT)
		keep_total(flow, start_ms, &(struct sim_sum){packets, octets});
	reported[dg.domain][flow].packets += packets;
	reported[dg.domain][flow].octets += octets;
	sim_trace("        sink: %u/%u: flow %u: %llu packets", dg.domain, dg.sequence, flow,
		  (unsigned long long)packets);
}

static void take_record(const struct layout *l, const uint8_t *at)
{
	uint64_t packets = 0, octets = 0, start_ms = 0;
	uint32_t address = 0;

	for (unsigned i = 0; i < l->fields; at += l->length[i++]) {
		if (l->element[i] == OCTET_COUNT)
			octets = get(at, l->length[i]);
		else if (l->element[i] == PACKET_COUNT)
			packets = get(at, l->length[i]);
		else if (l->element[i] == SOURCE_ADDRESS)
			address = get32(at);
		else if (l->element[i] == START_MS)
			start_ms = get(at, l->length[i]);
	}
	count(address, start_ms, packets, octets);
}

/* ------------------------------------------------------------------ templates */
static struct layout *find(unsigned id)
{
	for (unsigned i = 0; i < layouts; i++)
		if (layout[i].domain == dg.domain && layout[i].id == id)
			return &layout[i];
	return NULL;
}

static void learn(const struct layout *fresh)
{
	struct layout *l = find(fresh->id);

	sink_stats.templates++;
	if (!l && layouts < TEMPLATES)
		layout[layouts++] = *fresh;
	else if (!l)
		sim_fail("more templates than anybody configured");
	else if (memcmp(l, fresh, sizeof(*l)))
		sim_fail("template %u of domain %u has got another layout", l->id, l->domain);
}

/* Template and options template records. Return the place behind one; NULL: malformed. */
static const uint8_t *take_template(bool options, const uint8_t *at, const uint8_t *end)
{
	struct layout l = {.domain = dg.domain, .id = get16(at), .options = options};
	unsigned fields = get16(at + 2);

	at += 4;
	if (options) {
		if (dg.version == 9) { /* octets of scopes, octets of options */
			fields = (fields + get16(at)) / 4;
		}
		at += 2;
	}
	if (fields > FIELDS || end - at < 4L * fields)
		return NULL;
	for (unsigned i = 0; i < fields; i++, at += 4) {
		l.element[i] = (uint16_t)get16(at);
		l.length[i] = (uint16_t)get16(at + 2);
		l.octets += l.length[i];
	}
	l.fields = fields;
	learn(&l);
	return at;
}

static void take_templates(bool options, const uint8_t *at, const uint8_t *end)
{
	while (at && end - at >= (options ? 6 : 4) && get16(at))
		at = take_template(options, at, end);
	if (!at)
		sim_fail("a template does not end within its set");
}

static void take_data(unsigned id, const uint8_t *at, const uint8_t *end)
{
	const struct layout *l = find(id);

	if (!l || !l->octets) {
		sim_fail("data of template %u of domain %u, which nobody has announced", id,
			 dg.domain);
		return;
	}
	for (; end - at >= (long)l->octets; at += l->octets) {
		if (!l->options) {
			take_record(l, at);
			continue;
		}
		dg.records++;
		sink_stats.options += dg.first;
	}
}

static void take_sets(const uint8_t *at, const uint8_t *end)
{
	unsigned first = dg.version == 9 ? 0 : 2;

	while (at < end && !sim_stopped()) {
		unsigned id = get16(at), length = end - at < 4 ? 0 : get16(at + 2);

		if (length < 4 || length > end - at) {
			sim_fail("a set does not end within its datagram");
			return;
		}
		if (id == first || id == first + 1)
			take_templates(id != first, at + 4, at + length);
		else
			take_data(id, at + 4, at + length);
		at += length;
	}
}

/* ------------------------------------------------------------------ datagrams */
static uint64_t hash_of(const uint8_t *octets, size_t length)
{
	return fc_fnv(FC_FNV_BASIS, octets, length) | 1;
}

static struct number *number_at(struct stream *s, uint32_t number)
{
	while (number >= s->room) {
		size_t room = s->room ? 2 * s->room : 256;

		s->number = realloc(s->number, room * sizeof(*s->number));
		if (!s->number)
			abort();
		memset(s->number + s->room, 0, (room - s->room) * sizeof(*s->number));
		s->room = room;
	}
	return &s->number[number];
}

static bool take_header(const uint8_t *octets, size_t length)
{
	dg.version = length < 4 ? 0 : get16(octets);
	dg.records = 0;
	if (dg.version == 5 && length >= V5_HEADER) {
		dg.sequence = get32(octets + 16);
		dg.domain = get16(octets + 20) & 0xff;
	} else if (dg.version == 9 && length >= V9_HEADER) {
		dg.sequence = get32(octets + 12);
		dg.domain = get32(octets + 16);
	} else if (dg.version == 10 && length >= IPFIX_HEADER && get16(octets + 2) == length) {
		dg.sequence = get32(octets + 8);
		dg.domain = get32(octets + 12);
	} else {
		sim_fail("a datagram of no known kind");
		return false;
	}
	if (dg.domain >= SIM_DOMAINS || dg.sequence >= NUMBERS_MAX) {
		sim_fail("domain %u, sequence number %u: never given", dg.domain, dg.sequence);
		return false;
	}
	return true;
}

static void take_v5(const uint8_t *octets, size_t length)
{
	unsigned records = get16(octets + 2);

	if (length != V5_HEADER + (size_t)V5_RECORD * records) {
		sim_fail("version 5: %u records do not fit %zu octets", records, length);
		return;
	}
	for (const uint8_t *at = octets + V5_HEADER; records--; at += V5_RECORD)
		count(get32(at), 0, get32(at + 16), get32(at + 20));
}

/* Has this number been seen? A datagram without data records (IPFIX) has none of its own. */
static void look_up(struct stream *s, uint64_t hash)
{
	struct number *n = number_at(s, dg.sequence);

	dg.first = !n->hash;
	if (n->hash && n->hash != hash)
		sim_fail("domain %u: sequence number %u has two contents", dg.domain, dg.sequence);
	sink_stats.again += !dg.first;
}

static void remember(struct stream *s, uint64_t hash)
{
	uint32_t covers = dg.version == 9 ? 1 : dg.records;

	if (!dg.first || !covers)
		return;
	*number_at(s, dg.sequence) = (struct number){.hash = hash, .covers = covers};
	if (s->end < dg.sequence + covers)
		s->end = dg.sequence + covers;
}

/* Does it hold data? Only that is known by its number (but version 9: all is). */
static bool numbered(const uint8_t *octets, size_t length)
{
	if (dg.version != 10)
		return true;
	for (size_t at = IPFIX_HEADER; at + 4 <= length && get16(octets + at + 2) >= 4;
	     at += get16(octets + at + 2))
		if (get16(octets + at) > 3)
			return true;
	return false;
}

void sink_take(unsigned number, const uint8_t *octets, size_t length)
{
	uint64_t hash = hash_of(octets, length);
	struct stream *s;

	if (!take_header(octets, length))
		return;
	if (number >= STREAMS)
		abort();
	dg.stream = number;
	s = &stream[number][dg.domain];
	sink_stats.datagrams++;
	dg.first = true;
	if (numbered(octets, length))
		look_up(s, hash);
	if (dg.version == 5)
		take_v5(octets, length);
	else
		take_sets(octets + (dg.version == 9 ? V9_HEADER : IPFIX_HEADER), octets + length);
	remember(s, hash);
}

void sink_check_gaps(void)
{
	for (unsigned i = 0; i < STREAMS; i++) {
		for (unsigned d = 0; d < SIM_DOMAINS; d++) {
			const struct stream *s = &stream[i][d];
			uint32_t n = 0;

			/* A unit that was active before goes on with its own numbers. */
			while (i > 1 && n < s->end && !s->number[n].hash)
				n++;
			while (n < s->end && s->number[n].hash)
				n += s->number[n].covers;
			if (n != s->end)
				sim_fail("stream %u, domain %u: sequence number %u is missing "
					 "(or begins within another datagram), the last is %u",
					 i, d, n, s->end - 1);
		}
	}
}
