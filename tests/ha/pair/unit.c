// SPDX-License-Identifier: BSD-2-Clause
#include "unit.h"
#include "net.h"
#include "peer.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As in a daemon: room for what is held of a ring. Time stands still while a worker hands that
 * over, late or after a takeover, so it would lose what there waits until the peer has answered. */
#define QUEUE_LOG2 14
#define CLOSED_MAX 4096
#define LOOK_MAX_NS (40 * SIM_MS) /* until the loss of a card is seen */
#define IDLE_NS (80 * SIM_MS)
#define BUSY_NS (4 * SIM_MS)

struct sim_unit sim_unit[SIM_UNITS];

bool unit_runs(unsigned unit)
{
	return sim_unit[unit].up && sim_unit[unit].frozen_until <= sim_now();
}

/* ------------------------------------------------------------------ events of a life */
struct later {
	unsigned unit, life;
	void (*run)(unsigned unit, void *content, uint64_t value);
};

static void drop_later(struct sim_event *e)
{
	free(e->content);
	free(e->context);
}

static void run_later(struct sim_event *e)
{
	struct later *later = e->context;
	const struct sim_unit *u = &sim_unit[later->unit];

	if (u->up && u->life == later->life && u->frozen_until > sim_now()) {
		sim_after(u->frozen_until - sim_now(), e);
		return;
	}
	if (u->up && u->life == later->life)
		later->run(later->unit, e->content, e->value);
	else
		free(e->content);
	free(later);
}

void unit_after(unsigned unit, uint64_t delay_ns,
		void (*run)(unsigned unit, void *content, uint64_t value), void *content,
		uint64_t value)
{
	struct later *later = malloc(sizeof(*later));

	if (!later)
		abort();
	*later = (struct later){unit, sim_unit[unit].life, run};
	sim_after(delay_ns, &(struct sim_event){.run = run_later,
						.drop = drop_later,
						.context = later,
						.content = content,
						.value = value});
}

/* ------------------------------------------------------------------ what leaves a unit */
static void let_go(unsigned unit, void *content, uint64_t value)
{
	struct sim_unit *u = &sim_unit[unit];

	(void)content;
	(void)value;
	for (unsigned i = 0; i < u->holds; i++)
		u->held[i].go(unit, u->held[i].content, u->held[i].value);
	u->holds = 0;
}

void unit_output(unsigned unit, const struct sim_held *what)
{
	struct sim_unit *u = &sim_unit[unit];

	if (u->freeze_in && !--u->freeze_in) {
		sim_trace("unit %u: stopped in the midst of a turn", u->number + 1);
		u->frozen_until = sim_now() + u->freeze_ns;
		unit_after(u->number, u->freeze_ns, let_go, NULL, 0);
	}
	if (u->frozen_until <= sim_now() || u->holds == SIM_HELD)
		what->go(u->number, what->content, what->value);
	else
		u->held[u->holds++] = *what;
}

void unit_freeze(unsigned unit, unsigned outputs, uint64_t ns)
{
	struct sim_unit *u = &sim_unit[unit];

	u->freeze_in = outputs;
	u->freeze_ns = ns;
	if (!outputs) {
		sim_trace("unit %u: stopped", unit + 1);
		u->frozen_until = sim_now() + ns;
		unit_after(unit, ns, let_go, NULL, 0);
	}
}

static void datagram_goes(unsigned unit, void *content, uint64_t length)
{
	sim_trace("unit %u: datagram of %llu octets", unit + 1, (unsigned long long)length);
	wire_send(unit, sim_unit[unit].stream, content, (size_t)length);
}

static int deliver(void *context, unsigned exporter, const uint8_t *octets, size_t length)
{
	struct sim_unit *u = context;
	uint8_t *copy;

	(void)exporter;
	if (!u->up)
		return 0;
	copy = malloc(length);
	if (!copy)
		abort();
	memcpy(copy, octets, length);
	peer_check_datagram(u->number);
	unit_output(u->number, &(struct sim_held){datagram_goes, free, copy, length});
	return 0;
}

/* ------------------------------------------------------------------ slots */
struct sim_card *unit_card(unsigned unit, unsigned slot)
{
	return sim_unit[unit].slot[slot].card;
}

static void card_moved(struct sim_card *card)
{
	unit_poke(card->unit);
}

/* What a card's hash does; the same function for both units, as by one secret. */
static unsigned ring_of(struct sim_card *card, unsigned monitor, unsigned flow)
{
	return (flow * 7 + monitor * 3 + (unsigned)sim_world.seed) / 4 % card->rings;
}

static unsigned ring_of_key(void *context, unsigned monitor, const uint32_t key[FC_VECTOR_WORDS])
{
	const struct sim_slot *slot = context;
	struct fc_flow flow;

	memcpy(flow.vector, key, sizeof(flow.vector));
	return ring_of(slot->card, monitor, fake_flow_of(&flow));
}

static bool served(void *context, unsigned slot)
{
	const struct sim_unit *u = context;

	return slot < SIM_SLOTS && u->slot[slot].working;
}

static void card_comes(struct sim_unit *u, unsigned s)
{
	struct sim_card *card =
		sim_card_create(sim_world.rings, sim_world.ring_log2, sim_world.epoch_ns);

	card->unit = u->number;
	card->slot = s;
	card->shift_ns = sim_world.shift_ns[u->number][s];
	card->drift_ppb = sim_world.drift_ppb[u->number][s];
	card->generation = ++u->slot[s].generation;
	card->evict = sim_world.evict;
	for (unsigned m = 0; m < SIM_MONITORS; m++)
		if (sim_world.monitor[m].cache == FC_CACHE_IMMEDIATE)
			card->immediate |= 1u << m;
	card->moved = card_moved;
	card->ring_of = ring_of;
	card->selected = !sim_world.pair || peer_selected(u->number);
	u->slot[s].card = card;
	judge_card(card);
	sim_card_start(card);
}

/* The workers have no room in their queues: the export thread takes what is there. */
static void make_room(void *context)
{
	struct sim_unit *u = context;

	fc_export_thread_turn(u->export);
}

static void add_monitors(struct fc_worker *worker)
{
	for (unsigned m = 0; m < SIM_MONITORS; m++)
		if (fc_worker_monitor_add(worker, m, &sim_world.monitor[m], (int)m, 4 * SIM_FLOWS))
			abort();
}

static void start_worker(struct sim_unit *u, unsigned s, unsigned r)
{
	struct sim_slot *slot = &u->slot[s];
	struct fc_worker_config c = {
		.ring = &slot->card->ring[r].ring,
		.transport = &slot->card->transport,
		.shadow = {.entries_max = 4 * SIM_FLOWS,
			   .entries_limit = 8 * SIM_FLOWS,
			   .closed_max = CLOSED_MAX,
			   .seed = sim_world.seed},
		.interface_first = fc_config_interface(s, 0),
		.check_ledger = slot->card->rings == 1,
		.wait = FC_CONFIG_WAIT_POLL,
		.cpu = FC_CONFIG_NONE,
		.room = make_room,
		.room_context = u,
		.cuts = peer_cuts(u->number),
		.slot = s,
		.generation = slot->card->generation,
		.rings = slot->card->rings,
		.ring_of = slot->card->rings > 1 ? ring_of_key : NULL,
		.ring_context = slot,
		.fresh = true,
		.wake_owner = -1,
	};

	if (fc_flow_queue_create(QUEUE_LOG2, &slot->queue[r]) ||
	    fc_export_thread_add(u->export, slot->queue[r]))
		abort();
	c.queue = slot->queue[r];
	slot->void_flows[r] = 0;
	if (fc_worker_create(&c, &slot->worker[r]))
		abort();
	add_monitors(slot->worker[r]);
}

static void start_slot(struct sim_unit *u, unsigned s)
{
	card_comes(u, s);
	u->slot[s].working = true;
	for (unsigned r = 0; r < u->slot[s].card->rings; r++)
		start_worker(u, s, r);
}

static void check_worker(const struct sim_unit *u, unsigned s, unsigned r)
{
	struct fc_worker *worker = u->slot[s].worker[r];
	struct fc_worker_stats stats;

	fc_worker_stats(worker, &stats);
	if (stats.error || stats.drain.damaged || stats.drain.ledger_mismatches ||
	    stats.drain.deferred_lost || stats.shard.bad_records || stats.shard.lost_records ||
	    stats.queue_lost_flows > u->slot[s].void_flows[r])
		sim_fail("unit %u, slot %u: a worker met error %d, %llu damaged records, %llu "
			 "ledgers that differ, %llu refused records, %llu + %llu lost",
			 u->number + 1, s, stats.error, (unsigned long long)stats.drain.damaged,
			 (unsigned long long)stats.drain.ledger_mismatches,
			 (unsigned long long)stats.shard.bad_records,
			 (unsigned long long)stats.shard.lost_records,
			 (unsigned long long)stats.queue_lost_flows);
}

static void free_slot(struct sim_unit *u, unsigned s)
{
	struct sim_slot *slot = &u->slot[s];

	for (unsigned r = 0; slot->working && r < slot->card->rings; r++) {
		check_worker(u, s, r);
		fc_worker_free(slot->worker[r]);
		fc_flow_queue_destroy(slot->queue[r]);
	}
	slot->working = false;
}

static bool slot_over(const struct sim_slot *slot)
{
	for (unsigned r = 0; r < slot->card->rings; r++)
		if (!fc_worker_over(slot->worker[r]) || fc_flow_queue_head(slot->queue[r]))
			return false;
	return true;
}

/* Its last flows are on their way: to the peer, to the exporters. */
static void end_slot(unsigned unit, void *content, uint64_t s)
{
	struct sim_unit *u = &sim_unit[unit];
	struct sim_slot *slot = &u->slot[s];

	(void)content;
	if (!slot_over(slot)) {
		unit_poke(unit);
		unit_after(unit, BUSY_NS, end_slot, NULL, s);
		return;
	}
	for (unsigned r = 0; r < slot->card->rings; r++)
		fc_export_thread_remove(u->export, slot->queue[r]);
	free_slot(u, (unsigned)s);
	sim_trace("unit %u: slot %llu is empty", unit + 1, (unsigned long long)s);
}

/* Return whether something was done. Time stands still meanwhile, so that a worker whose cut waits
 * for a peer that has taken over runs out of patience at once: what it drops then is void. */
static bool turn_worker(struct sim_unit *u, unsigned s, unsigned r)
{
	struct sim_slot *slot = &u->slot[s];
	struct fc_worker_stats first, then;
	bool busy = false;

	if (sim_now() < slot->held_until[r] && slot->card->alive && !sim_world.calm)
		return false;
	fc_worker_stats(slot->worker[r], &first);
	while (fc_worker_turn(slot->worker[r]) > 0)
		busy = true;
	fc_worker_stats(slot->worker[r], &then);
	if (judge_deposed(u->number))
		slot->void_flows[r] += then.queue_lost_flows - first.queue_lost_flows;
	return busy;
}

/* What slot.c does when it finds the card gone. */
static void close_slot(unsigned unit, void *content, uint64_t s)
{
	struct sim_slot *slot = &sim_unit[unit].slot[s];

	sim_trace("unit %u: the loss of card %llu is seen", unit + 1, (unsigned long long)s);
	slot->card->closed = true;
	for (unsigned r = 0; r < slot->card->rings; r++) {
		turn_worker(&sim_unit[unit], (unsigned)s, r);
		fc_worker_close_begin(slot->worker[r], FC_WORKER_ABANDON);
	}
	end_slot(unit, content, s);
}

void unit_card_dies(unsigned unit, unsigned s)
{
	struct sim_slot *slot = &sim_unit[unit].slot[s];

	if (!slot->card || !slot->card->alive)
		return;
	sim_trace("unit %u: card %u dies", unit + 1, s);
	sim_card_kill(slot->card);
	if (slot->working)
		unit_after(unit, sim_below(LOOK_MAX_NS), close_slot, NULL, s);
}

void unit_card_returns(unsigned unit, unsigned s)
{
	struct sim_unit *u = &sim_unit[unit];

	if (!u->up || u->slot[s].working || (u->slot[s].card && u->slot[s].card->alive))
		return;
	sim_trace("unit %u: card %u returns", unit + 1, s);
	start_slot(u, s);
}

/* ------------------------------------------------------------------ turns */
static bool exporters_busy(const struct sim_unit *u)
{
	for (unsigned e = 0; e < SIM_MONITORS; e++)
		if (u->export->output[e].exporter &&
		    fc_exporter_queued(u->export->output[e].exporter))
			return true;
	return false;
}

static void turn(unsigned unit, void *content, uint64_t value)
{
	struct sim_unit *u = &sim_unit[unit];
	bool busy = false;

	(void)content;
	(void)value;
	u->poked = false;
	for (unsigned s = 0; s < sim_world.slots; s++)
		for (unsigned r = 0; u->slot[s].working && r < u->slot[s].card->rings; r++)
			busy |= turn_worker(u, s, r);
	if (u->orphans)
		busy |= fc_orphans_turn(u->orphans);
	busy |= fc_export_thread_turn(u->export);
	if (busy || exporters_busy(u)) {
		u->poked = true;
		unit_after(unit, 1 + sim_below(BUSY_NS), turn, NULL, 0);
	}
}

void unit_poke(unsigned unit)
{
	struct sim_unit *u = &sim_unit[unit];

	if (!u->up || u->poked)
		return;
	u->poked = true;
	unit_after(unit, 1 + sim_below(2 * SIM_MS), turn, NULL, 0);
}

static void idle(unsigned unit, void *content, uint64_t value)
{
	unit_poke(unit);
	unit_after(unit, 1 + sim_below(IDLE_NS), idle, content, value);
}

/* ------------------------------------------------------------------ life */
static void open_export(struct sim_unit *u)
{
	const struct fc_export_seams seams = {
		.deliver = deliver, .context = u, .queue_datagrams = 512};
	char error[200];

	if (fc_export_thread_create(&seams, &u->export))
		abort();
	if (fc_export_thread_configure(u->export, u->config, error, sizeof(error)))
		sim_fail("unit %u: %s", u->number + 1, error);
}

static void open_orphans(struct sim_unit *u)
{
	struct fc_orphans_config c = {.cuts = peer_cuts(u->number), .served = served, .context = u};

	if (!c.cuts)
		return;
	if (fc_flow_queue_create(QUEUE_LOG2, &u->orphans_queue) ||
	    fc_export_thread_add(u->export, u->orphans_queue))
		abort();
	c.queue = u->orphans_queue;
	if (fc_orphans_create(&c, &u->orphans))
		abort();
}

static void close_orphans(struct sim_unit *u)
{
	if (!u->orphans)
		return;
	fc_orphans_destroy(u->orphans);
	fc_flow_queue_destroy(u->orphans_queue);
}

void unit_boot(unsigned unit)
{
	struct sim_unit *u = &sim_unit[unit];
	unsigned life = u->life + 1;
	uint32_t generation[SIM_SLOTS];

	for (unsigned s = 0; s < SIM_SLOTS; s++) {
		generation[s] = u->slot[s].generation;
		if (u->slot[s].card)
			sim_card_kill(u->slot[s].card);
	}
	memset(u, 0, sizeof(*u));
	u->number = unit;
	u->life = life;
	u->up = true;
	sim_trace("unit %u: boots", unit + 1);
	u->config = malloc(sizeof(*u->config));
	if (!u->config)
		abort();
	*u->config = *sim_world.config;
	open_export(u);
	peer_open(unit);
	for (unsigned s = 0; s < sim_world.slots; s++) {
		u->slot[s].generation = generation[s];
		start_slot(u, s);
	}
	peer_begin(unit);
	open_orphans(u);
	idle(unit, NULL, 0);
}

void unit_crash(unsigned unit)
{
	struct sim_unit *u = &sim_unit[unit];

	if (!u->up)
		return;
	sim_trace("unit %u: crashes", unit + 1);
	u->up = false;
	while (u->holds--)
		u->held[u->holds].drop(u->held[u->holds].content);
	u->holds = 0;
	fc_export_thread_free(u->export);
	for (unsigned s = 0; s < sim_world.slots; s++)
		free_slot(u, s);
	close_orphans(u);
	peer_close(unit);
	free(u->config);
}

/* ------------------------------------------------------------------ for the judge */
bool unit_idle(unsigned unit)
{
	struct sim_unit *u = &sim_unit[unit];

	return !exporters_busy(u);
}
