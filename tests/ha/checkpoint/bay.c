// SPDX-License-Identifier: BSD-2-Clause
#include "bay.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void on_send(void *context, struct fc_message *message)
{
	struct bay *bay = context;

	message->next = NULL;
	*bay->end = message;
	bay->end = &message->next;
	bay->waiting++;
}

static size_t on_queued(void *context)
{
	const struct bay *bay = context;

	return bay->queued;
}

static uint64_t on_now_ms(void *context)
{
	const struct bay *bay = context;

	return bay->now_ms;
}

static void on_moved(void *context)
{
	struct bay *bay = context;

	bay->moved++;
}

void bay_open(struct bay *bay, const struct fc_cuts_options *options)
{
	static const struct fc_cuts_options usual = FC_CUTS_OPTIONS_DEFAULT;
	static const struct fc_cuts_ops ops = {
		.send = on_send, .queued = on_queued, .now_ms = on_now_ms, .moved = on_moved};

	*bay = (struct bay){.now_ms = 1000};
	bay->end = &bay->first;
	if (fc_cuts_create(options ? options : &usual, &ops, bay, &bay->cuts))
		abort();
}

struct fc_message *bay_next(struct bay *bay)
{
	struct fc_message *m = bay->first;

	if (!m)
		return NULL;
	bay->first = m->next;
	if (!bay->first)
		bay->end = &bay->first;
	bay->waiting--;
	return m;
}

void bay_drop_all(struct bay *bay)
{
	while (bay->first)
		fc_message_free(bay_next(bay));
}

void bay_close(struct bay *bay)
{
	bay_drop_all(bay);
	fc_cuts_destroy(bay->cuts);
}

unsigned bay_count(const struct bay *bay, enum fc_message_type type)
{
	unsigned count = 0;

	for (const struct fc_message *m = bay->first; m; m = m->next)
		count += m->type == type;
	return count;
}

int bay_deliver(struct bay *bay, struct fc_base *base, char why[FC_CUT_TEXT])
{
	struct fc_message *m, *ack;
	int last = 0;

	while ((m = bay_next(bay))) {
		int got = fc_base_message(base, m, &ack, why);

		fc_message_free(m);
		if (got < 0)
			last = got;
		if (got != 1)
			continue;
		if (fc_cuts_ack(bay->cuts, ack))
			last = -1;
		fc_message_free(ack);
		if (last)
			break;
	}
	return last;
}

void bay_marker(struct bay *bay, unsigned slot, unsigned ring)
{
	struct fc_cuts_look look;

	fc_cuts_look(bay->cuts, &look);
	fc_cuts_taken(bay->cuts, slot, ring, look.open);
}

void bay_seal(struct bay *bay)
{
	bool all;
	uint64_t number = fc_cuts_to_seal(bay->cuts, &all);

	if (number)
		fc_cuts_sealed(bay->cuts, number);
}

/* SplitMix64 */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

struct fc_cut_flow bay_flow(uint64_t instance, uint64_t seed)
{
	struct fc_cut_flow f = {.instance = instance};
	uint64_t key = instance * 2654435761u;

	/* What belongs to the instance comes from it alone. */
	for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
		f.flow.vector[i] = (uint32_t)draw(&key);
	f.flow_monitor = (uint32_t)draw(&key);
	f.slot = (uint8_t)draw(&key);
	f.flow.interface_first = (uint32_t)draw(&key);
	f.flow.monitor = (uint8_t)draw(&key);
	f.flow.sampler = (uint8_t)draw(&key);
	f.flow.ttl_min = (uint8_t)draw(&seed);
	f.flow.ttl_max = (uint8_t)draw(&seed);
	f.flow.tcp_flags = (uint16_t)draw(&seed);
	f.flow.len_min = (uint32_t)draw(&seed);
	f.flow.len_max = (uint32_t)draw(&seed);
	f.flow.packets = draw(&seed);
	f.flow.octets = draw(&seed);
	f.flow.l2_octets = draw(&seed);
	f.flow.first_ns = draw(&seed);
	f.flow.last_ns = draw(&seed);
	return f;
}
