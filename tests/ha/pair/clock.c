// SPDX-License-Identifier: BSD-2-Clause
#include "clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/ha/fake_card.h>

#define LOOK_NS (4 * SIM_MS)

bool sim_verbose;

static struct sim_event *heap;
static size_t count, room;
static uint64_t now, orders, state;
static bool stopped;

void sim_clock_begin(uint64_t seed)
{
	now = orders = 0;
	count = 0;
	stopped = false;
	state = seed;
}

void sim_clock_end(void)
{
	while (count)
		if (heap[--count].drop)
			heap[count].drop(&heap[count]);
	free(heap);
	heap = NULL;
	room = 0;
}

uint64_t sim_now(void)
{
	return now;
}

static bool before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void swap(size_t a, size_t b)
{
	struct sim_event e = heap[a];

	heap[a] = heap[b];
	heap[b] = e;
}

void sim_after(uint64_t delay_ns, const struct sim_event *e)
{
	size_t i = count++;

	if (i == room) {
		room = room ? 2 * room : 256;
		heap = realloc(heap, room * sizeof(*heap));
		if (!heap)
			abort();
	}
	heap[i] = *e;
	heap[i].at = now + delay_ns;
	heap[i].order = orders++;
	for (; i && before(&heap[i], &heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(i, (i - 1) / 2);
}

static struct sim_event pop(void)
{
	struct sim_event first = heap[0];
	size_t i = 0;

	heap[0] = heap[--count];
	for (;;) {
		size_t least = i;

		for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < count; child++)
			if (before(&heap[child], &heap[least]))
				least = child;
		if (least == i)
			return first;
		swap(i, least);
		i = least;
	}
}

static void step(void)
{
	struct sim_event e = pop();

	now = e.at;
	e.run(&e);
}

void sim_run_until(uint64_t ns)
{
	while (!stopped && count && heap[0].at <= ns)
		step();
	if (!stopped)
		now = ns;
}

bool sim_run_while(bool (*going)(void), uint64_t limit_ns)
{
	uint64_t until = now + limit_ns, look_at = now;

	while (!stopped && count && heap[0].at <= until) {
		if (now >= look_at && !going())
			return true;
		if (now >= look_at)
			look_at = now + LOOK_NS;
		step();
	}
	return !stopped && !going();
}

void sim_stop(void)
{
	stopped = true;
}

bool sim_stopped(void)
{
	return stopped;
}

uint64_t sim_below(uint64_t n)
{
	return fake_random(&state) % n;
}

uint64_t sim_between(uint64_t low, uint64_t high)
{
	return low + sim_below(high - low + 1);
}

bool sim_chance(unsigned percent)
{
	return sim_below(100) < percent;
}

void sim_trace(const char *format, ...)
{
	va_list arguments;

	if (!sim_verbose)
		return;
	va_start(arguments, format);
	printf("%9.3f ", (double)now / 1e6);
	vprintf(format, arguments);
	printf("\n");
	va_end(arguments);
}
