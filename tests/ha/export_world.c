// SPDX-License-Identifier: BSD-2-Clause
#include "export_world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>
#include <tests/wire/synthetic_flows.h>

#define START_NS UINT64_C(1795348800000000000)
#define LOG2_QUEUE 12

static struct world *the_world; /* its clock */

static uint64_t clock_now(void)
{
	return the_world->now_ns;
}

uint64_t world_random(struct world *w, uint64_t below)
{
	return synthetic_random(&w->random) % below;
}

/* ------------------------------------------------------------------ the link */
static void put_on_link(struct unit *from, struct fc_message *m)
{
	struct packet *p = calloc(1, sizeof(*p));
	struct world *w = from->world;

	assert_non_null(p);
	p->message = m;
	p->due_ns = w->now_ns + world_random(w, DELAY_STEPS + 1) * STEP_NS;
	if (p->due_ns < from->last_due_ns)
		p->due_ns = from->last_due_ns;
	from->last_due_ns = p->due_ns;
	*(from->out ? from->out_end : &from->out) = p;
	from->out_end = &p->next;
}

static void op_send(void *context, struct fc_message *m)
{
	put_on_link(context, m);
}

static size_t op_queued(void *context)
{
	(void)context;
	return 0;
}

static uint64_t op_now_ms(void *context)
{
	return ((struct unit *)context)->world->now_ns / 1000000;
}

static void op_moved(void *context)
{
	(void)context;
}

/* As the pair engine does at a standby. */
static void standby_takes(struct unit *u, const struct fc_message *m)
{
	struct fc_message *ack = NULL;
	struct fc_base_look look;
	char why[FC_CUT_TEXT] = "";
	int got;

	if (m->type == FC_MESSAGE_CURSOR) {
		assert_int_equal(fc_export_thread_message(u->export, m, why), 0);
		return;
	}
	got = fc_base_message(u->base, m, &ack, why);
	if (got < 0)
		fail_msg("base: %s", why);
	if (m->type == FC_MESSAGE_EXPORTER || m->type == FC_MESSAGE_DATAGRAM)
		assert_int_equal(fc_export_thread_message(u->export, m, why), 0);
	if (got != 1)
		return;
	fc_base_look(u->base, &look);
	fc_cuts_cover(u->cuts, m);
	fc_export_thread_commit(u->export, look.committed);
	u->world->committed[u->world->unit[!u->index].incarnation] = look.committed;
	put_on_link(u, ack);
}

static void deliver_one(struct unit *from)
{
	struct unit *to = &from->world->unit[!from->index];
	struct packet *p = from->out;

	from->out = p->next;
	if (to->there && !to->active && p->message->type != FC_MESSAGE_ACK)
		standby_takes(to, p->message);
	else if (to->there && to->active && p->message->type == FC_MESSAGE_ACK)
		assert_int_equal(fc_cuts_ack(to->cuts, p->message), 0);
	fc_message_free(p->message);
	free(p);
}

static void deliver_due(struct unit *from)
{
	while (from->out && from->out->due_ns <= from->world->now_ns)
		deliver_one(from);
}

static void forget_link(struct unit *from)
{
	while (from->out) {
		struct packet *p = from->out;

		from->out = p->next;
		fc_message_free(p->message);
		free(p);
	}
	from->last_due_ns = 0;
}

/* ------------------------------------------------------------------ units */
static int arrive(void *context, unsigned exporter, const uint8_t *octets, size_t length)
{
	struct unit *u = context;

	if (u->world->deaf)
		return -EAGAIN;
	judge_take(&u->world->judge[exporter], u->index, octets, length, u->world->now_ns);
	return 0;
}

void world_configure(struct world *w, unsigned unit)
{
	char error[200];

	if (fc_export_thread_configure(w->unit[unit].export, w->config, error, sizeof(error)))
		fail_msg("%s", error);
}

void world_start(struct world *w, unsigned unit, bool active)
{
	static const struct fc_cuts_ops ops = {op_send, op_queued, op_now_ms, op_moved};
	const struct fc_cuts_options options = FC_CUTS_OPTIONS_DEFAULT;
	struct unit *u = &w->unit[unit];
	const struct fc_export_seams seams = {
		.deliver = w->remote ? NULL : arrive, .context = u, .queue_datagrams = w->queue};

	*u = (struct unit){.world = w, .index = unit, .there = true, .active = active};
	u->incarnation = ++w->incarnations;
	assert_true(w->incarnations < 64);
	assert_int_equal(fc_cuts_create(&options, &ops, u, &u->cuts), 0);
	assert_int_equal(fc_base_create(1024, &u->base), 0);
	assert_int_equal(fc_export_thread_create(&seams, &u->export), 0);
	fc_export_thread_cuts(u->export, u->cuts);
	fc_cuts_mode(u->cuts, active ? FC_CUTS_ALONE : FC_CUTS_STANDBY, w->term);
	if (!active) {
		fc_export_thread_gate(u->export, FC_RF_GATE_CLOSED);
		fc_export_thread_role(u->export, false);
	}
	for (unsigned r = 0; r < WORLD_RINGS; r++) {
		assert_int_equal(fc_flow_queue_create(LOG2_QUEUE, &u->queue[r]), 0);
		assert_int_equal(fc_export_thread_add(u->export, u->queue[r]), 0);
		assert_int_equal(fc_cuts_member_add(u->cuts, 3, r, 1, &u->member[r], NULL), 0);
	}
	world_configure(w, unit);
}

static void end_unit(struct unit *u)
{
	if (!u->there)
		return;
	u->there = false;
	fc_export_thread_gate(u->export, FC_RF_GATE_CLOSED);
	fc_export_thread_free(u->export);
	for (unsigned r = 0; r < WORLD_RINGS; r++) {
		fc_cuts_member_remove(u->member[r]);
		fc_flow_queue_destroy(u->queue[r]);
	}
	fc_cuts_destroy(u->cuts);
	fc_base_destroy(u->base);
	forget_link(u);
}

static void end_incarnation(struct unit *u)
{
	u->world->ended[u->incarnation] = u->active;
	u->world->gated[u->incarnation] = u->hot;
}

void world_step_down(struct world *w, unsigned unit)
{
	struct unit *u = &w->unit[unit];

	end_incarnation(u);
	fc_export_thread_gate(u->export, FC_RF_GATE_CLOSED);
	fc_export_thread_role(u->export, false);
	fc_cuts_mode(u->cuts, FC_CUTS_STANDBY, w->term);
	fc_base_clear(u->base);
	forget_link(u);
	u->active = u->hot = false;
	u->incarnation = ++w->incarnations;
	for (unsigned r = 0; r < WORLD_RINGS; r++)
		u->first[r] = u->next[r];
}

void world_crash(struct world *w, unsigned unit)
{
	struct unit *u = &w->unit[unit];
	uint64_t arrive_still = 0;

	end_incarnation(u);

	for (const struct packet *p = u->out; p; p = p->next)
		arrive_still++;
	arrive_still = w->cut_off ? 0 : world_random(w, arrive_still + 1);
	for (; arrive_still; arrive_still--)
		deliver_one(u);
	end_unit(u);
	forget_link(&w->unit[!unit]);
}

void world_take_over(struct world *w, unsigned unit)
{
	struct unit *u = &w->unit[unit];
	struct fc_export_pairing p;

	fc_export_thread_turn(u->export); /* what was committed is in its place: */
	fc_export_thread_pairing(u->export, &p);
	/* What waits for its configuration has numbers that are not known here. */
	for (unsigned e = 0; e < w->exporters; e++)
		w->judge[e].watching = false;
	for (unsigned e = 0; !w->remote && !p.waiting && e < w->exporters; e++)
		judge_begin(&w->judge[e], fc_exporter_sequence(u->export->output[e].exporter));
	w->term++;
	fc_export_thread_gate(u->export, FC_RF_GATE_OPEN);
	fc_export_thread_rollback(u->export);
	fc_base_rollback(u->base);
	fc_base_clear(u->base);
	fc_cuts_mode(u->cuts, FC_CUTS_ALONE, w->term);
	fc_export_thread_role(u->export, true);
	u->active = true;
	u->hot = false;
}

/* ------------------------------------------------------------------ what the active one meters */
static void put_flow(struct unit *u, unsigned ring, unsigned number, uint64_t cut, uint64_t cut_ns)
{
	struct fc_flow_message m = {.monitor = (uint8_t)u->world->monitor, .cut_ns = cut_ns};
	uint64_t state = number + 1;

	m.flow = synthetic_flow(&state, number, 4, START_NS);
	m.flow.packets = number;
	m.flow.octets = 100 + number;
	m.flow.l2_octets = m.flow.octets;
	assert_true(fc_flow_queue_put(u->queue[ring], &m));
	u->world->fate[number] = (struct fate){u->incarnation, cut};
}

void world_early(struct world *w, unsigned unit, unsigned ring, uint64_t cut, unsigned flows)
{
	while (flows--)
		put_flow(&w->unit[unit], ring, ++w->flows, cut + 1, START_NS + w->now_ns);
}

/* A barrier: what was closed since the last cut belongs to this one, if one can begin. */
static void barrier(struct unit *u, unsigned ring)
{
	uint64_t cut_ns = START_NS + u->world->now_ns;
	struct fc_flow_message mark = {
		.cut = true, .cut_ns = cut_ns, .slot = 3, .ring = (uint16_t)ring};
	struct fc_cut_ticket ticket;

	if (!fc_cuts_join(u->member[ring], u->epoch, cut_ns, &ticket))
		return;
	for (unsigned n = u->first[ring]; n < u->next[ring]; n++)
		put_flow(u, ring, n, ticket.number, cut_ns);
	u->first[ring] = u->next[ring];
	fc_cuts_part_done(u->member[ring], 0);
	mark.number = ticket.number;
	assert_true(fc_flow_queue_put(u->queue[ring], &mark));
}

static void meter(struct unit *u)
{
	struct world *w = u->world;
	unsigned ring = (unsigned)(w->step / EPOCH_STEPS) % WORLD_RINGS;

	if (w->step % EPOCH_STEPS > 1)
		return;
	/* Rings are not at their barriers together. */
	ring = w->step % EPOCH_STEPS ? !ring : ring;
	u->epoch += ring == 0;
	if (u->late[ring])
		return;
	/* Numbers of a ring's flows that wait are in a row: others wait for the next barrier. */
	if (u->first[ring] == u->next[ring] && w->flows + w->per_epoch < JUDGE_FLOWS) {
		u->first[ring] = w->flows + 1;
		w->flows += (unsigned)world_random(w, w->per_epoch + 1);
		u->next[ring] = w->flows + 1;
	}
	barrier(u, ring);
}

/* ------------------------------------------------------------------ time */
static void step_active(struct unit *u)
{
	struct unit *peer = &u->world->unit[!u->index];
	struct fc_cuts_look look;

	fc_cuts_look(u->cuts, &look);
	if (peer->there && !peer->active && look.mode == FC_CUTS_ALONE)
		fc_cuts_mode(u->cuts, FC_CUTS_PAIRED, u->world->term);
	fc_cuts_tick(u->cuts);
	if (peer->there && !peer->active && look.synced && !u->hot) {
		fc_export_thread_gate(u->export, FC_RF_GATE_ACKED);
		u->hot = true;
	}
	if (u->world->per_epoch)
		meter(u);
}

static void step(struct world *w)
{
	w->now_ns += STEP_NS;
	w->step++;
	for (unsigned i = 0; i < 2; i++) {
		struct unit *u = &w->unit[i];

		if (!u->there || u->stopped)
			continue;
		if (u->active)
			step_active(u);
		fc_export_thread_turn(u->export);
	}
	deliver_due(&w->unit[0]);
	deliver_due(&w->unit[1]);
	if (w->remote)
		w->remote(w->remote_context);
}

void world_run(struct world *w, unsigned steps)
{
	while (steps--)
		step(w);
}

void world_until_hot(struct world *w)
{
	for (unsigned steps = 0; !w->unit[0].hot && !w->unit[1].hot; steps++) {
		assert_true(steps < 2000);
		step(w);
	}
}

static uint64_t queued(const struct unit *u)
{
	struct fc_export_line *line;
	uint64_t count = 0;
	unsigned at = 0;

	while (u->there && (line = fc_export_next_line(u->export, &at)))
		count += fc_exporter_queued(line->exporter);
	return count;
}

/* Cuts go on without flows: what was sealed last waits for one. */
static void step_with_cuts(struct world *w)
{
	for (unsigned i = 0; i < 2; i++) {
		struct unit *u = &w->unit[i];

		for (unsigned r = 0; u->there && u->active && r < WORLD_RINGS; r++)
			if (w->step % EPOCH_STEPS == r)
				barrier(u, r);
	}
	step(w);
}

void world_drain(struct world *w)
{
	unsigned steps = 0;

	for (unsigned i = 0; i < 2; i++)
		for (unsigned r = 0; w->unit[i].there && r < WORLD_RINGS; r++)
			w->unit[i].first[r] = w->unit[i].next[r];
	w->per_epoch = 0;
	for (; steps < 8 * EPOCH_STEPS || queued(&w->unit[0]) + queued(&w->unit[1]); steps++) {
		step_with_cuts(w);
		assert_true(steps < 20000);
	}
}

void world_hand_over(struct world *w, unsigned from)
{
	struct unit *u = &w->unit[from];
	uint64_t last = fc_cuts_last(u->cuts);
	struct fc_cuts_look look;
	unsigned steps = 0;

	do {
		step(w);
		fc_cuts_look(u->cuts, &look);
		assert_true(++steps < 1000);
	} while (look.acked < last || !fc_export_thread_drained(u->export));
	world_run(w, DELAY_STEPS + 1); /* the last cursors arrive */
	world_step_down(w, from);
	world_take_over(w, !from);
}

uint64_t world_unknown(const struct world *w, unsigned active, unsigned exporter)
{
	const struct unit *a = &w->unit[active], *b = &w->unit[!active];

	return fc_exporter_cursor(a->export->output[exporter].exporter) -
	       fc_exporter_cursor(b->export->output[exporter].exporter);
}

/* ------------------------------------------------------------------ the whole */
struct world *world_open(uint64_t seed, unsigned exporters)
{
	static const enum fc_protocol protocols[] = {FC_PROTOCOL_IPFIX, FC_PROTOCOL_V9,
						     FC_PROTOCOL_V5, FC_PROTOCOL_IPFIX};
	struct world *w = calloc(1, sizeof(*w));
	struct fc_fnf *fnf;

	assert_non_null(w);
	the_world = w;
	w->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	w->now_ns = UINT64_C(1000000000);
	w->term = 1;
	w->exporters = exporters;
	w->per_epoch = 40;
	w->queue = 2048;
	fc_monotonic_source = clock_now;
	w->config = calloc(1, sizeof(*w->config));
	assert_non_null(w->config);
	fc_config_init(w->config);
	w->config->card[3].there = true;
	fnf = &w->config->fnf;
	w->monitor = (unsigned)fc_fnf_monitor_add(fnf, "M");
	fnf->monitor[w->monitor].record = fc_fnf_record_find(fnf, "netflow-original");
	for (unsigned e = 0; e < WORLD_EXPORTERS; e++) {
		char name[8];
		struct fc_fnf_exporter *x;

		judge_open(&w->judge[e]);
		if (e >= exporters)
			continue;
		snprintf(name, sizeof(name), "X%u", e);
		x = &fnf->exporter[fc_fnf_exporter_add(fnf, name)];
		x->protocol = protocols[e];
		snprintf(x->destination, sizeof(x->destination), "collector");
		x->option[FC_OPTION_INTERFACES] = x->option[FC_OPTION_EXPORTER] = e < 2;
		x->option_seconds[FC_OPTION_INTERFACES] = x->option_seconds[FC_OPTION_EXPORTER] = 1;
		x->mtu = (uint16_t)(e % 2 ? 600 : 1400);
		fnf->monitor[w->monitor].exporter[e] = (int)e;
	}
	return w;
}

void world_close(struct world *w)
{
	for (unsigned i = 0; i < 2; i++)
		end_unit(&w->unit[i]);
	for (unsigned e = 0; e < WORLD_EXPORTERS; e++)
		judge_close(&w->judge[e]);
	fc_monotonic_source = NULL;
	free(w->config);
	free(w);
}
