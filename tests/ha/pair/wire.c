// SPDX-License-Identifier: BSD-2-Clause
#include "wire.h"
#include "sink.h"

#include <stdlib.h>
#include <string.h>

struct flying {
	struct flying *next;
	unsigned stream;
	uint8_t *octets;
	size_t length;
};

static struct {
	struct flying *first, **end;
} way[SIM_UNITS];

void wire_begin(void)
{
	for (unsigned u = 0; u < SIM_UNITS; u++) {
		way[u].first = NULL;
		way[u].end = &way[u].first;
	}
}

static void arrive(unsigned unit)
{
	struct flying *f = way[unit].first;

	way[unit].first = f->next;
	if (!f->next)
		way[unit].end = &way[unit].first;
	sink_take(f->stream, f->octets, f->length);
	free(f->octets);
	free(f);
}

/* One for each datagram; it may have been taken off the way by a flush. */
static void on_arrival(struct sim_event *e)
{
	if (way[e->value].first && way[e->value].first == e->context)
		arrive((unsigned)e->value);
}

void wire_send(unsigned unit, unsigned stream, uint8_t *octets, size_t length)
{
	struct flying *f = malloc(sizeof(*f));

	if (!f)
		abort();
	*f = (struct flying){.stream = stream, .octets = octets, .length = length};
	*way[unit].end = f;
	way[unit].end = &f->next;
	sim_after(sim_world.collector_ns[unit],
		  &(struct sim_event){.run = on_arrival, .context = f, .value = unit});
}

void wire_flush(void)
{
	for (unsigned u = 0; u < SIM_UNITS; u++)
		while (way[u].first)
			arrive(u);
}
