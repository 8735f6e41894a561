// SPDX-License-Identifier: BSD-2-Clause
#include "net.h"
#include "peer_impl.h"
#include "witness.h"

#include <errno.h>
#include <ha/checkpoint/wire.h>
#include <ha/config_shared.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOOK_MAX_NS (60 * SIM_MS)
#define LOOK_NS (200 * SIM_MS)

struct sim_peer sim_peer[SIM_UNITS];

struct fc_rf_time sim_peer_time(unsigned unit)
{
	return (struct fc_rf_time){.ms = (sim_now() - sim_peer[unit].born) / SIM_MS,
				   .wall = (int64_t)(sim_now() / SIM_SECOND)};
}

struct fc_cuts *peer_cuts(unsigned unit)
{
	return sim_peer[unit].pair ? fc_pair_cuts(sim_peer[unit].pair) : NULL;
}

enum fc_rf_state peer_state(unsigned unit)
{
	return sim_peer[unit].pair && sim_unit[unit].up ? fc_pair_rf(sim_peer[unit].pair)->state
							: FC_RF_UNKNOWN;
}

bool peer_active(unsigned unit)
{
	return sim_unit[unit].up && fc_rf_is_active(peer_state(unit));
}

static unsigned only_active(void)
{
	if (peer_active(0) == peer_active(1))
		return SIM_NOWHERE;
	return peer_active(0) ? 0 : 1;
}

/* Where no hook moves the traffic, something else does, later. */
static void on_look(struct sim_event *e)
{
	unsigned unit = only_active();

	if (unit != SIM_NOWHERE && unit != sim_world.feed)
		world_feed(unit, sim_below(LOOK_NS));
	sim_after(LOOK_NS + sim_below(LOOK_NS), e);
}

void peer_traffic(void)
{
	if (!sim_world.hook && !sim_world.dual)
		sim_after(LOOK_NS, &(struct sim_event){.run = on_look});
}

bool peer_selected(unsigned unit)
{
	return sim_peer[unit].role == FC_PAIR_ACTIVE;
}

/* ------------------------------------------------------------------ time */
static void on_tick(unsigned unit, void *content, uint64_t serial);

static void settle(unsigned unit, uint64_t next_ms)
{
	struct sim_peer *p = &sim_peer[unit];
	uint64_t at = p->born + next_ms * SIM_MS;
	enum fc_rf_state state = fc_pair_rf(p->pair)->state;

	if (state != p->state)
		sim_trace("unit %u: %s", unit + 1, fc_rf_state_name(state));
	p->state = state;
	if (p->tick_at > sim_now() && p->tick_at <= at)
		return;
	p->tick_at = at > sim_now() ? at : sim_now() + 1;
	unit_after(unit, p->tick_at - sim_now(), on_tick, NULL, ++p->serial);
}

static void on_tick(unsigned unit, void *content, uint64_t serial)
{
	struct sim_peer *p = &sim_peer[unit];

	(void)content;
	if (serial == p->serial)
		settle(unit, fc_pair_tick(p->pair, sim_peer_time(unit)));
}

void peer_poke(unsigned unit)
{
	struct sim_peer *p = &sim_peer[unit];
	uint64_t at = sim_now() + 1 + sim_below(SIM_MS);

	if (!p->pair || !sim_unit[unit].up || (p->tick_at > sim_now() && p->tick_at <= at))
		return;
	p->tick_at = at;
	unit_after(unit, at - sim_now(), on_tick, NULL, ++p->serial);
}

/* ------------------------------------------------------------------ link and witness */
static void read_commit(unsigned unit, const struct fc_message *m)
{
	static struct fc_cut_commit commit;
	struct judge_vector *v = &sim_peer[unit].vector;
	char why[FC_CUT_TEXT];

	if (fc_cut_commit_read(m, &commit, why))
		return;
	v->places = 0;
	for (unsigned i = 0; i < commit.parts; i++) {
		const struct fc_cut_part *part = &commit.part[i];

		if (part->slot >= SIM_SLOTS)
			continue;
		if (v->places == sizeof(v->place) / sizeof(*v->place))
			abort();
		v->place[v->places++] = (struct judge_place){
			part->slot, part->ring, part->generation, part->epoch, part->cut_ns};
	}
}

void peer_link(unsigned unit, struct fc_link_report *report)
{
	struct sim_peer *p = &sim_peer[unit];

	if (report->event == FC_LINK_MESSAGE) {
		const struct fc_message *m = report->message;

		if (m->type == FC_MESSAGE_COMMIT)
			read_commit(unit, m);
		else if (m->type == FC_MESSAGE_SWACT)
			p->handed = true;
	}
	settle(unit, fc_pair_link(p->pair, report, sim_peer_time(unit)));
	unit_poke(unit);
}

void peer_claimed(unsigned unit, int err, uint64_t term, const struct fc_claim_answer *answer)
{
	settle(unit, fc_pair_claimed(sim_peer[unit].pair, err, term, answer, sim_peer_time(unit)));
}

static uint64_t host_now_us(void *context)
{
	struct sim_unit *u = context;

	return (sim_now() - sim_peer[u->number].born) / SIM_US;
}

static void message_goes(unsigned unit, void *content, uint64_t value)
{
	(void)value;
	net_send(unit, content);
}

static void drop_message(void *content)
{
	fc_message_free(content);
}

static bool trusts_dual(unsigned unit)
{
	struct fc_pair_look look;

	fc_pair_look(sim_peer[unit].pair, &look);
	return look.feed == FC_PAIR_FEED_DUAL;
}

static void host_send(void *context, struct fc_message *m)
{
	struct sim_unit *u = context;

	/* It has committed before it says so. */
	if (m->type == FC_MESSAGE_ACK)
		judge_committed(u->number, &sim_peer[u->number].vector, trusts_dual(u->number));
	unit_output(u->number, &(struct sim_held){message_goes, drop_message, m, 0});
}

static size_t host_queued(void *context)
{
	struct sim_unit *u = context;

	return net_queued(u->number);
}

static void host_hang_up(void *context, const char *why)
{
	struct sim_unit *u = context;

	sim_trace("unit %u: hangs up: %s", u->number + 1, why);
	net_hang_up(u->number, FC_LINK_DOWN_LOCAL, why);
}

static void host_claim(void *context, uint64_t term)
{
	struct sim_unit *u = context;

	witness_claim(u->number, term);
}

/* ------------------------------------------------------------------ role and gate */
static const char *const roles[] = {"idle", "standby", "active"};
const char *const sim_gates[] = {"closed", "acked", "open"};

static void becomes_active(unsigned unit)
{
	struct sim_peer *p = &sim_peer[unit];
	bool hot = p->state == FC_RF_STANDBY_HOT;
	bool planned = hot && p->handed && (sim_world.dual || sim_world.hook);

	sim_trace("unit %u: takes over%s%s", unit + 1, hot ? "" : ", not hot",
		  planned ? ", planned" : "");
	/* Refused as long as the clocks are not known: the ring was followed as with a single one.
	 */
	judge_takes_over(unit, hot, sim_world.dual, planned, sim_world.dual && !trusts_dual(unit));
	/* Of whoever was active last, or another one: one for each time that all was lost. */
	sim_unit[unit].stream = (unsigned)judge_stats.lost_all;
}

static void host_role(void *context, enum fc_pair_role role, uint64_t term)
{
	struct sim_unit *u = context;
	struct sim_peer *p = &sim_peer[u->number];

	sim_trace("unit %u: role %s, term %llu", u->number + 1, roles[role],
		  (unsigned long long)term);
	if (role == FC_PAIR_ACTIVE)
		becomes_active(u->number);
	else if (p->role == FC_PAIR_ACTIVE)
		judge_yields(u->number, sim_peer[!u->number].role == FC_PAIR_ACTIVE);
	p->role = role;
	p->handed = false;
	fc_export_thread_role(u->export, role == FC_PAIR_ACTIVE);
	unit_poke(u->number);
}

static void host_gate(void *context, enum fc_rf_gate gate)
{
	struct sim_unit *u = context;
	const struct sim_peer *other = &sim_peer[!u->number];

	sim_trace("unit %u: gate %s", u->number + 1, sim_gates[gate]);
	sim_peer[u->number].gate = gate;
	if (gate != FC_RF_GATE_CLOSED)
		sim_peer[!u->number].handed = false;
	fc_export_thread_gate(u->export, gate);
	if (gate == FC_RF_GATE_OPEN && sim_world.fencing && sim_unit[!u->number].up &&
	    other->gate == FC_RF_GATE_OPEN)
		sim_fail("both gates are open");
	unit_poke(u->number);
}

void peer_check_datagram(unsigned unit)
{
	if (sim_peer[unit].pair && sim_peer[unit].gate == FC_RF_GATE_CLOSED)
		sim_fail("unit %u: a datagram leaves through a closed gate", unit + 1);
}

static void host_barrier(void *context)
{
	struct sim_unit *u = context;

	for (unsigned s = 0; s < sim_world.slots; s++)
		if (u->slot[s].card)
			sim_card_flush(u->slot[s].card);
}

static void host_hook(void *context, bool to_me)
{
	struct sim_unit *u = context;

	sim_trace("unit %u: hook: traffic to %s", u->number + 1, to_me ? "me" : "the peer");
	sim_peer[u->number].hooked = !to_me;
	world_feed(to_me ? u->number : !u->number, sim_below(HOOK_MAX_NS));
}

static bool host_quiet(void *context)
{
	struct sim_unit *u = context;

	return sim_world.feed != u->number && sim_now() > sim_world.moved_at + sim_world.epoch_ns;
}

static bool host_followed(void *context)
{
	(void)context;
	return true;
}

static bool host_drained(void *context)
{
	struct sim_unit *u = context;

	return fc_export_thread_drained(u->export);
}

/* ------------------------------------------------------------------ exporters */
static int host_export_message(void *context, const struct fc_message *m, char *why)
{
	struct sim_unit *u = context;

	return fc_export_thread_message(u->export, m, why);
}

static void host_export_commit(void *context, uint64_t cut)
{
	struct sim_unit *u = context;

	fc_export_thread_commit(u->export, cut);
}

static void host_export_rollback(void *context)
{
	struct sim_unit *u = context;

	fc_export_thread_rollback(u->export);
}

/* ------------------------------------------------------------------ configuration */
static int host_config_read(void *context, struct fc_pair_config *out)
{
	struct sim_unit *u = context;

	*out = (struct fc_pair_config){.text = fc_config_shared_write(u->config),
				       .ids = fc_config_shared_ids(u->config),
				       .checksum = fc_config_shared_checksum(u->config)};
	return out->text && out->ids ? 0 : -ENOMEM;
}

static int take_line(struct fc_config *config, const char *section, const char *line, char *why)
{
	struct fc_config_cursor cursor = {0};
	struct fc_syntax_line parsed;

	if ((*section && fc_config_line(config, &cursor, section, &parsed)) ||
	    fc_config_line(config, &cursor, line, &parsed)) {
		snprintf(why, FC_CUT_TEXT, "%.90s", parsed.message);
		return -EINVAL;
	}
	return 0;
}

static int host_config_take(void *context, const struct fc_pair_config *config, char *why)
{
	struct sim_unit *u = context;
	char error[200];
	int err;

	if (config->text)
		err = fc_config_shared_take(u->config, config->text, config->ids, why, FC_CUT_TEXT);
	else
		err = take_line(u->config, config->section, config->line, why);
	if (!err && fc_export_thread_configure(u->export, u->config, error, sizeof(error)))
		sim_fail("unit %u: %s", u->number + 1, error);
	return err;
}

void peer_config_line(unsigned unit)
{
	struct sim_unit *u = &sim_unit[unit];
	struct fc_pair_config config = {0};
	char section[] = "flow exporter A", line[40], error[200], why[FC_CUT_TEXT];

	if (!peer_active(unit))
		return;
	snprintf(line, sizeof(line), "description %u", (unsigned)sim_below(1000));
	sim_trace("unit %u: configuration: %s", unit + 1, line);
	if (take_line(u->config, section, line, why) ||
	    fc_export_thread_configure(u->export, u->config, error, sizeof(error)))
		sim_fail("unit %u: a line is refused", unit + 1);
	config.section = section;
	config.line = line;
	config.ids = fc_config_shared_ids(u->config);
	config.checksum = fc_config_shared_checksum(u->config);
	fc_pair_config_changed(sim_peer[unit].pair, &config, sim_peer_time(unit));
	free(config.ids);
}

static void host_moved(void *context)
{
	struct sim_unit *u = context;

	peer_poke(u->number);
	unit_poke(u->number);
}

static void host_log(void *context, const char *facility, int level, const char *mnemonic,
		     const char *text)
{
	struct sim_unit *u = context;

	sim_trace("unit %u: %%%s-%d-%s: %s", u->number + 1, facility, level, mnemonic, text);
}

static void host_reload(void *context)
{
	struct sim_unit *u = context;

	sim_trace("unit %u: begins anew, as its peer asks", u->number + 1);
}

/* ------------------------------------------------------------------ life */
static const struct fc_pair_host host = {
	.now_us = host_now_us,
	.send = host_send,
	.queued = host_queued,
	.hang_up = host_hang_up,
	.claim = host_claim,
	.role = host_role,
	.gate = host_gate,
	.barrier = host_barrier,
	.hook = host_hook,
	.quiet = host_quiet,
	.followed = host_followed,
	.drained = host_drained,
	.export_message = host_export_message,
	.export_commit = host_export_commit,
	.export_rollback = host_export_rollback,
	.config_read = host_config_read,
	.config_take = host_config_take,
	.healthy = sim_peer_healthy,
	.card_ns = sim_peer_card_ns,
	.guard_ns = sim_peer_guard_ns,
	.moved = host_moved,
	.log = host_log,
	.reload = host_reload,
};

void peer_open(unsigned unit)
{
	struct fc_pair_options options = FC_PAIR_OPTIONS_DEFAULT;
	struct sim_peer *p = &sim_peer[unit];

	memset(p, 0, sizeof(*p));
	if (!sim_world.pair)
		return;
	p->born = sim_now();
	options.rf.unit = unit + 1;
	options.rf.fencing = sim_world.command   ? FC_RF_FENCING_PEER
			     : sim_world.fencing ? FC_RF_FENCING_FILE
						 : FC_RF_FENCING_NONE;
	options.rf.search_ms = 400;
	options.rf.retry_ms = 200;
	options.rf.handover_ms = 4000;
	options.feed = sim_world.dual ? FC_PAIR_FEED_DUAL : FC_PAIR_FEED_SINGLE;
	options.hook = sim_world.hook && !sim_world.dual;
	options.flows_max = 64 * SIM_FLOWS;
	options.silence_ms = NET_INTERVAL_MS * NET_MISSES;
	options.cuts.join_ms = 1000;
	options.cuts.queued_max = sim_chance(20) ? 2000 : 65536;
	snprintf(options.image, sizeof(options.image), "simulation");
	if (fc_pair_create(&options, &host, &sim_unit[unit], sim_peer_time(unit), &p->pair))
		abort();
}

void peer_begin(unsigned unit)
{
	struct sim_peer *p = &sim_peer[unit];

	if (!p->pair)
		return;
	fc_export_thread_gate(sim_unit[unit].export, FC_RF_GATE_CLOSED);
	fc_export_thread_cuts(sim_unit[unit].export, fc_pair_cuts(p->pair));
	settle(unit, fc_pair_start(p->pair, sim_peer_time(unit)));
}

/* After the workers and the export thread. */
void peer_close(unsigned unit)
{
	if (sim_peer[unit].pair)
		fc_pair_destroy(sim_peer[unit].pair);
	sim_peer[unit].pair = NULL;
	sim_peer[unit].gate = FC_RF_GATE_CLOSED;
}
