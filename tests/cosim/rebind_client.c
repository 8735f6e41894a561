// SPDX-License-Identifier: BSD-2-Clause
/*
 * rebind_client SOCKET SEED FRAMES: a slot of the unit on a simulated card that is being fed, whose
 * monitors are rebound at random all the time but for the one in place 0. When FRAMES frames have
 * come, every sum must hold, and place 0 must have metered every packet exactly once. Prints one
 * line of figures; exit status 0: all sums hold.
 */
#include <errno.h>
#include <flowcard/pci.h>
#include <flowcard/registers.h>
#include <ha/slot.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SLOT = 3, PORTS = 2, FIRST_ID = 10, LIMIT_MS = 60000, CHANGES_MIN = 20 };
#define SECOND UINT64_C(1000000000)

static struct fc_config config;
static struct fc_monitor_book *book;
static struct fc_slot *slot;
static uint64_t random_state;
static unsigned wrong;

/* What the slot's thread has done. */
static struct {
	pthread_mutex_t lock;
	bool go, up; /* go: change things */
	bool calm;   /* only place 0 is left */
	uint32_t next_id;
	uint64_t plans, failures, replaced, kept;
	struct fc_card_plan plan;
	char sentence[200];
} changes = {.lock = PTHREAD_MUTEX_INITIALIZER, .next_id = FIRST_ID};

static uint64_t draw(uint64_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void expect(const char *what, uint64_t left, uint64_t right)
{
	if (left == right)
		return;
	fprintf(stderr, "rebind_client: %s: %" PRIu64 " is not %" PRIu64 "\n", what, left, right);
	wrong++;
}

/* ------------------------------------------------------------------ random plans */
static void random_mask(uint32_t mask[FC_VECTOR_WORDS])
{
	uint8_t ones[16];

	memset(mask, 0, FC_VECTOR_WORDS * sizeof(*mask));
	memset(ones, 0xff, sizeof(ones));
	fc_vec_set_ip_version(mask, 0xf);
	if (draw(2))
		fc_vec_set_src(mask, ones);
	if (draw(2))
		fc_vec_set_dst(mask, ones);
	if (draw(2))
		fc_vec_set_dport(mask, UINT16_MAX);
	if (draw(2))
		fc_vec_set_proto(mask, UINT8_MAX);
}

static void random_samplers(struct fc_plan_monitor *m)
{
	for (unsigned o = 0; o < 2; o++)
		for (unsigned p = 0; p < PORTS; p++)
			if (draw(4) == 0)
				m->sampler[o][p] =
					(struct fc_card_sampler){.mode = 1 + (unsigned)draw(2),
								 .id = (uint8_t)(1 + draw(200)),
								 .window = 2 + (uint32_t)draw(30)};
}

static void random_times(struct fc_plan_monitor *m)
{
	m->entries = 16 + draw(3000);
	m->active_ns = draw(3) ? draw(10) * SECOND : 0;
	m->inactive_ns = draw(3) ? draw(5) * SECOND : 0;
	m->update_ns = (1 + draw(3)) * SECOND;
	m->synchronized_ns = (1 + draw(3)) * SECOND;
	m->spread_ns = draw(2) ? SECOND : 0;
	m->transaction_end = draw(2);
}

static struct fc_plan_monitor random_monitor(void)
{
	struct fc_plan_monitor m = {.there = true, .id = changes.next_id++};

	m.flow_monitor = (int)(m.id % FC_FNF_MONITORS);
	m.cache = (enum fc_fnf_cache)draw(4);
	random_mask(m.card.mask);
	m.card.immediate = m.cache == FC_CACHE_IMMEDIATE;
	random_samplers(&m);
	random_times(&m);
	return m;
}

/* One more place beside place 0 for a packet: each port and IP version is given away once. */
static void random_selection(struct fc_card_plan *plan, unsigned n, uint32_t taken[2])
{
	struct fc_card_monitor *c = &plan->monitor[n].card;

	c->ipv4 = (int)draw(2);
	c->ipv6 = !c->ipv4 || draw(2);
	c->ports = (uint32_t)draw(1 << PORTS);
	c->ports_out = draw(3) ? 0 : (uint32_t)draw(1 << PORTS);
	for (unsigned p = 0; p < PORTS; p++) {
		uint32_t in = 1u << p, out = 1u << (p ^ 1);
		uint32_t busy = (c->ipv4 ? taken[0] : 0) | (c->ipv6 ? taken[1] : 0);

		if (busy & in)
			c->ports &= ~in;
		if ((busy & in) || (c->ports & in))
			c->ports_out &= ~out;
		if (!(c->ports & in) && !(c->ports_out & out))
			continue;
		taken[0] |= c->ipv4 ? in : 0;
		taken[1] |= c->ipv6 ? in : 0;
	}
}

static void next_plan(struct fc_card_plan *plan)
{
	uint32_t taken[2] = {0};

	for (unsigned n = 1; n < FC_CARD_MONITORS_MAX; n++) {
		struct fc_plan_monitor *m = &plan->monitor[n];

		switch (draw(6)) {
		case 0:
			*m = random_monitor();
			break;
		case 1:
			m->there = false;
			break;
		case 2:
			random_times(m);
			break;
		case 3:
			random_mask(m->card.mask);
			break;
		default:
			break;
		}
		if (m->there)
			random_selection(plan, n, taken);
	}
	random_times(&plan->monitor[0]); /* not changed but for its timeouts */
	plan->monitor[0].entries = 100000;
}

static void plan_zero(struct fc_card_plan *plan)
{
	struct fc_plan_monitor *m = &plan->monitor[0];
	uint8_t ones[16];

	memset(plan, 0, sizeof(*plan));
	memset(ones, 0xff, sizeof(ones));
	m->there = true;
	m->id = 1;
	m->entries = 100000;
	m->card = (struct fc_card_monitor){.ports = 3, .ipv4 = 1, .ipv6 = 1};
	fc_vec_set_src(m->card.mask, ones);
	fc_vec_set_dst(m->card.mask, ones);
	fc_vec_set_sport(m->card.mask, UINT16_MAX);
}

/* ------------------------------------------------------------------ in the slot's thread */
static void bring(struct fc_slot *s)
{
	struct fc_plan_outcome outcome[FC_CARD_MONITORS_MAX];

	changes.plans++;
	if (!fc_slot_apply(s, &changes.plan, outcome))
		return;
	changes.failures++;
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
		if (outcome[n].error)
			snprintf(changes.sentence, sizeof(changes.sentence), "place %u: %s", n,
				 outcome[n].sentence);
}

static void consume(void *context, struct fc_slot *s, enum fc_slot_event event)
{
	(void)context;
	pthread_mutex_lock(&changes.lock);
	if (event == FC_SLOT_UP) {
		plan_zero(&changes.plan);
		bring(s);
		changes.up = true;
	} else if (event == FC_SLOT_WAKE && changes.go) {
		next_plan(&changes.plan);
		bring(s);
	} else if (event == FC_SLOT_WAKE && changes.up && !changes.calm) {
		for (unsigned n = 1; n < FC_CARD_MONITORS_MAX; n++)
			changes.plan.monitor[n].there = false;
		bring(s);
		changes.calm = true;
	}
	pthread_mutex_unlock(&changes.lock);
}

static bool calm(void)
{
	bool yes;

	pthread_mutex_lock(&changes.lock);
	yes = changes.calm;
	pthread_mutex_unlock(&changes.lock);
	return yes;
}

static void set_go(bool go)
{
	pthread_mutex_lock(&changes.lock);
	changes.go = go;
	changes.calm = changes.calm && !go;
	pthread_mutex_unlock(&changes.lock);
	fc_slot_wake(slot);
}

/* ------------------------------------------------------------------ the run */
static uint64_t frames(uint64_t *flow, uint64_t *missed)
{
	uint64_t all = 0;

	*flow = *missed = 0;
	for (unsigned p = 0; p < PORTS; p++) {
		struct fc_card_port_counters c;

		if (fc_slot_port_counters(slot, p, &c))
			return 0;
		all += c.frames;
		*flow += c.verdict[FC_VERDICT_FLOW];
		*missed += c.missed;
	}
	return all;
}

static bool wait_frames(uint64_t wanted)
{
	uint64_t until = now_ms() + LIMIT_MS, flow, missed;

	while (frames(&flow, &missed) < wanted) {
		if (now_ms() > until)
			return false;
		fc_slot_wake(slot); /* another plan */
		nanosleep(&(struct timespec){0, 5000000}, NULL);
	}
	return true;
}

static void live_sums(uint64_t *packets)
{
	struct fc_flow_cursor cursor = {0};
	struct fc_flow flow[64];

	*packets = 0;
	while (!cursor.over) {
		size_t count = fc_slot_flows_next(slot, 1, &cursor, flow, 64);

		for (size_t i = 0; i < count; i++)
			*packets += flow[i].packets;
	}
}

/* Every ring, once nothing moves any more. */
static void check_rings(const struct fc_ledger ledger[FC_CARD_MONITORS_MAX])
{
	uint64_t merged[FC_CARD_MONITORS_MAX] = {0}, live, delta = 0, elsewhere = 0;
	struct fc_worker_stats w;

	for (unsigned r = 0; !fc_slot_worker_stats(slot, r, &w); r++) {
		for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
			merged[n] += w.drain.monitor[n].merged_packets;
		delta += w.shard.delta_packets;
		elsewhere += w.shard.closed_packets + w.shard.waiting_packets +
			     w.shard.lost_packets + w.shard.not_added_packets;
		expect("refused records", w.shard.bad_records, 0);
		expect("damaged places", w.drain.damaged + w.drain.deferred_lost, 0);
		expect("flows that found no room in the queue", w.queue_lost_flows, 0);
	}
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
		expect("emitted = merged packets of a place", ledger[n].emitted_packets, merged[n]);
	live_sums(&live);
	expect("merged = closed + waiting + lost + not added + live", delta, elsewhere + live);
}

static void check(uint64_t wanted)
{
	struct fc_ledger ledger[FC_CARD_MONITORS_MAX];
	uint64_t flow, missed, others = 0, until = now_ms() + LIMIT_MS;

	expect("frames", frames(&flow, &missed), wanted);
	/* A forced export closes the open epoch: then the cache is empty. */
	do {
		expect("force-export",
		       (uint64_t)-fc_slot_clear(slot, 1, FC_CLEAR_FORCE_EXPORT, 5000), 0);
		for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++)
			expect("ledger", (uint64_t)-fc_slot_ledger(slot, n, &ledger[n]), 0);
	} while (ledger[0].resident_packets && now_ms() < until);
	for (unsigned n = 0; n < FC_CARD_MONITORS_MAX; n++) {
		const struct fc_ledger *l = &ledger[n];

		expect("selected = emitted + unaccounted packets", l->selected_packets,
		       l->emitted_packets + l->unaccounted_packets);
		expect("selected = emitted + unaccounted octets", l->selected_bytes,
		       l->emitted_bytes + l->unaccounted_bytes);
		expect("resident", l->resident_packets, 0);
		expect("unaccounted", l->unaccounted_packets, 0);
		others += n ? l->selected_packets : 0;
	}
	expect("place 0 has met every packet", ledger[0].selected_packets + missed, flow);
	check_rings(ledger);
	printf("plans=%" PRIu64 " failures=%" PRIu64 " ids=%u flow_frames=%" PRIu64
	       " missed=%" PRIu64 " others=%" PRIu64 "\n",
	       changes.plans, changes.failures, changes.next_id - FIRST_ID, flow, missed, others);
	if (changes.failures) {
		fprintf(stderr, "rebind_client: %s\n", changes.sentence);
		wrong++;
	}
	if (changes.plans < CHANGES_MIN || !others || !flow) {
		fprintf(stderr, "rebind_client: too little happened to prove anything\n");
		wrong++;
	}
}

static void make_config(const char *socket)
{
	struct fc_config_card *card = &config.card[SLOT];

	fc_config_init(&config);
	card->there = true;
	snprintf(card->where, sizeof(card->where), "vfio-user:%s", socket);
	card->ring_log2 = 12;
	card->epoch_shift = 27;
	card->epoch_guard_ns = 1000000;
	card->wait = FC_CONFIG_WAIT_INTERRUPT;
	card->poll_ms = 1;
	card->cpu = FC_CONFIG_NONE;
}

static int run(uint64_t wanted)
{
	uint64_t until = now_ms() + LIMIT_MS;
	struct fc_slot_status status;

	do {
		nanosleep(&(struct timespec){0, 1000000}, NULL);
		fc_slot_status(slot, &status);
	} while (!status.metering && now_ms() < until);
	set_go(true);
	if (!wait_frames(wanted)) {
		fprintf(stderr, "rebind_client: the frames did not come\n");
		return 1;
	}
	set_go(false);
	while (!calm() && now_ms() < until + LIMIT_MS)
		nanosleep(&(struct timespec){0, 1000000}, NULL);
	check(wanted);
	return wrong != 0;
}

int main(int argc, char **argv)
{
	struct fc_slot_config c = {.number = SLOT,
				   .config = &config,
				   .open = fc_transport_open,
				   .lost_exit = -1,
				   .consume = consume};
	int status = 1;

	if (argc != 4) {
		fprintf(stderr, "Usage: rebind_client SOCKET SEED FRAMES\n");
		return 2;
	}
	make_config(argv[1]);
	random_state = strtoull(argv[2], NULL, 0) * 2654435761u + 1;
	if (fc_export_thread_start(&c.export) || fc_monitor_book_create(&book))
		return 1;
	c.book = book;
	if (!fc_slot_create(&c, &slot)) {
		status = run(strtoull(argv[3], NULL, 0));
		fc_slot_destroy(slot);
	}
	fc_export_thread_stop(c.export, 0);
	fc_monitor_book_destroy(book);
	return status;
}
