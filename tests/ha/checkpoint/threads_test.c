// SPDX-License-Identifier: BSD-2-Clause
/*
 * Cuts and base with a thread for each who uses them: workers that come and go, an export thread, a
 * link, a pair that changes the mode at any moment, and readers. All flows of a worker have one
 * value in each cut: at any moment a reader must see one value for each of them in the base, and
 * all of its flows. Worth most under ThreadSanitizer.
 *   threads_test [SECONDS]
 */
#include "bay.h"

#include <ha/checkpoint/base.h>
#include <ha/clock.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { WORKERS = 3, FLOWS = 700 };

static struct fc_cuts *cuts;
static struct fc_base *base;
static atomic_bool stop;
static atomic_uint_least64_t marker[WORKERS]; /* number of the cut that its flows are out of */
static atomic_uint_least64_t commits, looks, cut_flows;

static pthread_mutex_t wire_lock = PTHREAD_MUTEX_INITIALIZER;
static struct fc_message *wire, **wire_end = &wire;
static size_t wire_octets;

static void fail(const char *what)
{
	fprintf(stderr, "threads_test: %s\n", what);
	exit(1);
}

/* ------------------------------------------------------------------ the link */
static void on_send(void *context, struct fc_message *message)
{
	(void)context;
	message->next = NULL;
	pthread_mutex_lock(&wire_lock);
	*wire_end = message;
	wire_end = &message->next;
	wire_octets += message->octets;
	pthread_mutex_unlock(&wire_lock);
}

static size_t on_queued(void *context)
{
	size_t octets;

	(void)context;
	pthread_mutex_lock(&wire_lock);
	octets = wire_octets;
	pthread_mutex_unlock(&wire_lock);
	return octets;
}

static uint64_t on_now_ms(void *context)
{
	(void)context;
	return fc_clock_ms();
}

static struct fc_message *wire_next(void)
{
	struct fc_message *m;

	pthread_mutex_lock(&wire_lock);
	m = wire;
	if (m) {
		wire = m->next;
		if (!wire)
			wire_end = &wire;
		wire_octets -= m->octets;
	}
	pthread_mutex_unlock(&wire_lock);
	return m;
}

/* What is on its way is lost. The base's rollback and the cuts' mode follow before anything is
 * delivered again: `paused` holds the link. */
static pthread_mutex_t paused = PTHREAD_MUTEX_INITIALIZER;

static void *link_thread(void *unused)
{
	char why[FC_CUT_TEXT];

	(void)unused;
	while (!atomic_load(&stop)) {
		struct fc_message *m, *ack;

		pthread_mutex_lock(&paused);
		m = wire_next();
		if (m) {
			int got = fc_base_message(base, m, &ack, why);

			if (got < 0)
				fail(why);
			if (got == 1) {
				atomic_fetch_add(&commits, 1);
				if (fc_cuts_ack(cuts, ack))
					fail("an acknowledgement is refused");
				fc_message_free(ack);
			}
			fc_message_free(m);
		}
		pthread_mutex_unlock(&paused);
		if (!m)
			usleep(50);
	}
	return NULL;
}

static void break_link(enum fc_cuts_mode mode, uint64_t term)
{
	struct fc_message *m;

	pthread_mutex_lock(&paused);
	/* Nothing of the old run may come behind this: the mode first, then the wire. */
	fc_cuts_mode(cuts, FC_CUTS_ALONE, term);
	while ((m = wire_next()))
		fc_message_free(m);
	fc_base_rollback(base);
	fc_cuts_mode(cuts, mode, term);
	pthread_mutex_unlock(&paused);
}

/* ------------------------------------------------------------------ workers */
struct worker {
	unsigned slot;
	struct fc_cut_member *member;
	uint64_t first, value;
	struct fc_cut_flow flow[FLOWS];
};

static void worker_come(struct worker *w)
{
	if (fc_cuts_member_add(cuts, w->slot, 0, 1, &w->member, &w->first))
		fail("no room for a member");
	w->first++;
}

static void worker_cut(struct worker *w, uint32_t epoch)
{
	struct fc_cut_ticket ticket;
	uint64_t unknown = w->first + FLOWS;
	size_t given = 0;

	if (!fc_cuts_join(w->member, epoch, epoch, &ticket))
		return;
	w->value++;
	fc_cuts_closed(w->member, &unknown, 1);
	for (unsigned i = 0; i < FLOWS; i++) {
		w->flow[i] = bay_flow(w->first + i, 1);
		w->flow[i].flow.packets = w->value;
	}
	atomic_store(&marker[w->slot], ticket.number);
	while (given < FLOWS && !atomic_load(&stop)) {
		given += fc_cuts_flows(w->member, w->flow + given, FLOWS - given);
		fc_cuts_flow_now(w->member, &w->flow[0]);
	}
	fc_cuts_part_done(w->member, 0);
	atomic_fetch_add(&cut_flows, FLOWS);
}

static void *worker_thread(void *argument)
{
	struct worker *w = argument;
	uint64_t standbys;

	for (uint32_t epoch = 1; !atomic_load(&stop); epoch++) {
		if (!w->member)
			worker_come(w);
		(void)fc_cuts_mode_now(cuts, &standbys);
		worker_cut(w, epoch);
		for (unsigned i = 0; i < 50 && !fc_cuts_safe(w->member); i++)
			usleep(20);
		if (epoch % 97 == 96) {
			fc_cuts_member_remove(w->member);
			w->member = NULL;
		}
	}
	return NULL;
}

/* ------------------------------------------------------------------ export thread */
static void *export_thread(void *unused)
{
	bool all;

	(void)unused;
	while (!atomic_load(&stop)) {
		uint64_t number;

		for (unsigned i = 0; i < WORKERS; i++)
			fc_cuts_taken(cuts, i, 0, atomic_load(&marker[i]));
		number = fc_cuts_to_seal(cuts, &all);
		if (number) {
			struct fc_message *m = fc_message_create(FC_MESSAGE_DATAGRAM, 0);

			fc_cuts_send(cuts, m);
			fc_cuts_sealed(cuts, number);
		}
		(void)fc_cuts_acked(cuts);
		usleep(20);
	}
	return NULL;
}

/* ------------------------------------------------------------------ readers */
/* One call sees one commit. */
static void read_base(void)
{
	static struct fc_cut_flow flow[WORKERS * 2 * FLOWS];
	uint64_t values[WORKERS * 2];
	size_t at = 0, count = fc_base_next(base, &at, flow, WORKERS * 2 * FLOWS), ranges = 0;
	uint64_t range[WORKERS * 2];
	unsigned flows[WORKERS * 2];

	for (size_t i = 0; i < count; i++) {
		uint64_t of = flow[i].instance / FC_CUT_RANGE;
		size_t r = 0;

		while (r < ranges && range[r] != of)
			r++;
		if (r == WORKERS * 2)
			fail("flows of members that are gone stay in the base");
		if (r == ranges) {
			range[ranges] = of;
			values[ranges] = flow[i].flow.packets;
			flows[ranges++] = 0;
		}
		flows[r]++;
		if (values[r] != flow[i].flow.packets)
			fail("a commit is half applied");
	}
	for (size_t r = 0; r < ranges; r++)
		if (flows[r] != FLOWS)
			fail("a part is half there");
	atomic_fetch_add(&looks, 1);
}

static void *reader_thread(void *unused)
{
	struct fc_cut_place place[8];
	struct fc_cuts_look look;
	struct fc_base_look held;

	(void)unused;
	while (!atomic_load(&stop)) {
		read_base();
		fc_cuts_look(cuts, &look);
		fc_base_look(base, &held);
		fc_cuts_vector(cuts, place, 8);
		fc_base_vector(base, place, 8);
		usleep(500);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static const struct fc_cuts_options options = {
		.join_ms = 20, .queued_max = 1u << 16, .resend_max = 4};
	static const struct fc_cuts_ops ops = {
		.send = on_send, .queued = on_queued, .now_ms = on_now_ms};
	static struct worker worker[WORKERS];
	uint64_t until = fc_clock_ms() + (uint64_t)(argc > 1 ? atoi(argv[1]) : 2) * 1000;
	pthread_t thread[WORKERS + 3];
	struct fc_message *m;

	if (fc_cuts_create(&options, &ops, NULL, &cuts) || fc_base_create(100000, &base))
		fail("no memory");
	fc_cuts_mode(cuts, FC_CUTS_PAIRED, 1);
	for (unsigned i = 0; i < WORKERS; i++) {
		worker[i].slot = i;
		pthread_create(&thread[i], NULL, worker_thread, &worker[i]);
	}
	pthread_create(&thread[WORKERS], NULL, export_thread, NULL);
	pthread_create(&thread[WORKERS + 1], NULL, link_thread, NULL);
	pthread_create(&thread[WORKERS + 2], NULL, reader_thread, NULL);
	for (unsigned turn = 1; fc_clock_ms() < until; turn++) {
		fc_cuts_tick(cuts);
		if (turn % 200 == 0)
			break_link(turn % 1000 ? FC_CUTS_PAIRED : FC_CUTS_STANDBY, turn / 1000 + 1);
		else if (turn % 1000 == 50)
			break_link(FC_CUTS_PAIRED, turn / 1000 + 1);
		usleep(1000);
	}
	atomic_store(&stop, true);
	for (unsigned i = 0; i < WORKERS + 3; i++)
		pthread_join(thread[i], NULL);
	while ((m = wire_next()))
		fc_message_free(m);
	fc_cuts_destroy(cuts);
	fc_base_destroy(base);
	printf("%llu commits, %llu flows given, %llu looks\n", (unsigned long long)commits,
	       (unsigned long long)cut_flows, (unsigned long long)looks);
	return commits && looks ? 0 : 1;
}
