// SPDX-License-Identifier: BSD-2-Clause
#include "net.h"
#include "peer.h"

#include <ha/peer/message.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_MAX_NS (60 * SIM_MS)
#define NOTICE_MAX_NS (20 * SIM_MS) /* until one end hears that the other has closed */

static struct end {
	bool up;
	uint64_t session; /* of the connection that is up, or was last */
	uint64_t heard;
	uint64_t free_at; /* what it sends arrives after this */
	uint64_t number;  /* of the last message that it sent */
	uint64_t beat_at;
	size_t queued;
	uint64_t deaf_until, slow_ns, slow_until; /* deaf: what it sends does not arrive */
} end[SIM_UNITS];
static uint64_t sessions, tried_at, partition_until, beats_until;
static struct {
	unsigned left, type;
	void (*what)(unsigned sender);
} trigger;

/* ------------------------------------------------------------------ who hears what */
static bool passes(unsigned from)
{
	return sim_now() >= partition_until && sim_now() >= end[from].deaf_until;
}

static void report(unsigned unit, void *content, uint64_t session)
{
	struct fc_link_report *r = content;

	/* An end that has a newer session has been told of the end of this one. */
	if (r->event == FC_LINK_DOWN && (!end[unit].up || end[unit].session != session)) {
		free(r);
		return;
	}
	end[unit].up = r->event == FC_LINK_UP;
	end[unit].session = session;
	end[unit].heard = sim_now();
	sim_trace("unit %u: link %s %s", unit + 1, end[unit].up ? "up" : "down:", r->why);
	peer_link(unit, r);
	free(r);
}

static void tell(unsigned unit, uint64_t delay_ns, enum fc_link_event event, uint64_t session,
		 enum fc_link_down reason, const char *why)
{
	struct fc_link_report *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->event = event;
	r->reason = reason;
	snprintf(r->why, sizeof(r->why), "%s", why);
	unit_after(unit, delay_ns, report, r, session);
}

/* This end closes; the other hears of it, if anything reaches it. */
static void close_end(unsigned unit, enum fc_link_down reason, const char *why)
{
	struct end *e = &end[unit];

	if (!e->up)
		return;
	if (passes(unit))
		tell(!unit, 1 + sim_below(NOTICE_MAX_NS), FC_LINK_DOWN, e->session,
		     FC_LINK_DOWN_CLOSED, "closed by the peer");
	tell(unit, 0, FC_LINK_DOWN, e->session, reason, why);
}

void net_unit_gone(unsigned unit, bool silent)
{
	struct end *e = &end[unit];

	if (e->up && !silent && passes(unit))
		tell(!unit, 1 + sim_below(NOTICE_MAX_NS), FC_LINK_DOWN, e->session,
		     FC_LINK_DOWN_CLOSED, "closed by the peer");
	e->up = false;
}

void net_hang_up(unsigned unit, enum fc_link_down reason, const char *why)
{
	close_end(unit, reason, why);
}

void net_cut(void)
{
	sim_trace("net: the connection breaks");
	for (unsigned u = 0; u < SIM_UNITS; u++)
		if (end[u].up)
			tell(u, 1 + sim_below(NOTICE_MAX_NS), FC_LINK_DOWN, end[u].session,
			     FC_LINK_DOWN_CLOSED, "reset");
}

/* ------------------------------------------------------------------ connections */
static bool together(void)
{
	return end[0].up && end[1].up && end[0].session == end[1].session;
}

bool net_up(void)
{
	return together();
}

static void connect_ends(void)
{
	uint64_t at[SIM_UNITS];

	sessions++;
	for (unsigned u = 0; u < SIM_UNITS; u++) {
		at[u] = 1 + sim_below(NOTICE_MAX_NS);
		if (end[u].up)
			tell(u, 0, FC_LINK_DOWN, end[u].session, FC_LINK_DOWN_CLOSED,
			     "replaced by another connection");
		tell(u, at[u], FC_LINK_UP, sessions, FC_LINK_DOWN_CLOSED, "");
		end[u].number = 0;
	}
	for (unsigned u = 0; u < SIM_UNITS; u++)
		end[u].free_at = sim_now() + at[!u] + 1;
}

static void on_connect(struct sim_event *e)
{
	if (!together() && unit_runs(0) && unit_runs(1) && passes(0) && passes(1) &&
	    sim_now() - tried_at > 2 * NOTICE_MAX_NS) {
		tried_at = sim_now();
		connect_ends();
	}
	sim_after(1 + sim_below(CONNECT_MAX_NS), e);
}

/* ------------------------------------------------------------------ heartbeats */
static void beat(unsigned unit)
{
	struct end *e = &end[unit], *other = &end[!unit];

	if (!e->up)
		return;
	/* A timer that fired late: the count begins anew. */
	if (sim_now() - e->beat_at > 2 * NET_INTERVAL_MS * SIM_MS)
		e->heard = sim_now();
	e->beat_at = sim_now();
	if (sim_now() > e->heard + NET_INTERVAL_MS * NET_MISSES * SIM_MS) {
		close_end(unit, FC_LINK_DOWN_SILENT, "no sign of life");
		return;
	}
	if (passes(unit) && sim_now() >= beats_until && other->session == e->session &&
	    (sim_world.calm || !sim_world.fencing || !sim_chance(5)))
		other->heard = sim_now();
}

static void on_beat(struct sim_event *e)
{
	if (unit_runs((unsigned)e->value))
		beat((unsigned)e->value);
	sim_after(NET_INTERVAL_MS * SIM_MS, e);
}

/* ------------------------------------------------------------------ messages */
struct letter {
	struct fc_message *message;
	unsigned to;
	uint64_t session;
};

static void drop_letter(struct sim_event *e)
{
	struct letter *letter = e->context;

	fc_message_free(letter->message);
	free(letter);
}

static void on_letter(struct sim_event *e)
{
	struct letter *letter = e->context;
	struct end *to = &end[letter->to];
	struct fc_link_report r = {.event = FC_LINK_MESSAGE, .message = letter->message};

	if (sim_unit[letter->to].up && sim_unit[letter->to].frozen_until > sim_now()) {
		sim_after(sim_unit[letter->to].frozen_until - sim_now(), e);
		return;
	}
	if (end[!letter->to].session == letter->session)
		end[!letter->to].queued -= letter->message->octets;
	if (!sim_unit[letter->to].up || !to->up || to->session != letter->session ||
	    sim_now() < partition_until || sim_now() < end[!letter->to].deaf_until) {
		/* What is missing cannot be skipped: the connection is over, and nothing that comes
		 * is of it. */
		if (to->up && to->session == letter->session)
			to->session = ++sessions;
		drop_letter(e);
		return;
	}
	to->heard = sim_now();
	free(letter);
	peer_link((unsigned)(to - end), &r);
}

static uint64_t transit(unsigned unit, size_t octets)
{
	struct end *e = &end[unit], *to = &end[!unit];
	uint64_t most = sim_world.calm && !sim_world.dual ? SIM_MS : sim_world.delay_ns;
	/* A link that is too slow for what comes never has a hot standby. */
	uint64_t each = sim_world.calm ? 10 : sim_world.octet_ns;
	uint64_t at = sim_now() + 1 + sim_below(most) + octets * each;

	if (sim_now() < to->slow_until)
		at += to->slow_ns;
	if (at <= e->free_at)
		at = e->free_at + 1 + octets * each;
	e->free_at = at;
	return at - sim_now();
}

static void pull_trigger(unsigned unit, unsigned type)
{
	if (!trigger.left || (trigger.type && trigger.type != type) || --trigger.left)
		return;
	trigger.what(unit);
}

static const char *const names[FC_MESSAGE_TYPES] = {
	[FC_MESSAGE_HELLO] = "HELLO",
	[FC_MESSAGE_SAYS] = "SAYS",
	[FC_MESSAGE_SWACT] = "SWACT",
	[FC_MESSAGE_RELOAD] = "RELOAD",
	[FC_MESSAGE_GOODBYE] = "GOODBYE",
	[FC_MESSAGE_PING] = "PING",
	[FC_MESSAGE_PONG] = "PONG",
	[FC_MESSAGE_CONFIG] = "CONFIG",
	[FC_MESSAGE_CONFIG_LINE] = "CONFIG_LINE",
	[FC_MESSAGE_CONFIG_STATE] = "CONFIG_STATE",
	[FC_MESSAGE_FLOWS] = "FLOWS",
	[FC_MESSAGE_CLOSED] = "CLOSED",
	[FC_MESSAGE_RESEND] = "RESEND",
	[FC_MESSAGE_EXPORTER] = "EXPORTER",
	[FC_MESSAGE_DATAGRAM] = "DATAGRAM",
	[FC_MESSAGE_CURSOR] = "CURSOR",
	[FC_MESSAGE_COMMIT] = "COMMIT",
	[FC_MESSAGE_ACK] = "ACK",
};

void net_send(unsigned unit, struct fc_message *m)
{
	struct end *e = &end[unit];
	struct letter *letter;

	sim_trace("unit %u:       -> %s, %zu octets", unit + 1, names[m->type], m->octets);
	pull_trigger(unit, m->type);
	if (!e->up || !sim_unit[unit].up) {
		fc_message_free(m);
		return;
	}
	m->number = ++e->number;
	letter = malloc(sizeof(*letter));
	if (!letter)
		abort();
	*letter = (struct letter){m, !unit, e->session};
	e->queued += m->octets;
	sim_after(transit(unit, m->octets),
		  &(struct sim_event){.run = on_letter, .drop = drop_letter, .context = letter});
}

size_t net_queued(unsigned unit)
{
	return end[unit].queued;
}

/* ------------------------------------------------------------------ troubles */
void net_partition(uint64_t ns)
{
	sim_trace("net: partition for %llu ms", (unsigned long long)(ns / SIM_MS));
	partition_until = sim_now() + ns;
}

void net_deafen(unsigned unit, uint64_t ns)
{
	sim_trace("net: nothing of unit %u arrives for %llu ms", unit + 1,
		  (unsigned long long)(ns / SIM_MS));
	end[unit].deaf_until = sim_now() + ns;
}

void net_lose_beats(uint64_t ns)
{
	sim_trace("net: heartbeats are lost for %llu ms", (unsigned long long)(ns / SIM_MS));
	beats_until = sim_now() + ns;
}

void net_slow(unsigned unit, uint64_t each_ns, uint64_t ns)
{
	sim_trace("net: unit %u takes %llu ms a message for %llu ms", unit + 1,
		  (unsigned long long)(each_ns / SIM_MS), (unsigned long long)(ns / SIM_MS));
	end[unit].slow_ns = each_ns;
	end[unit].slow_until = sim_now() + ns;
}

void net_at_message(unsigned messages, unsigned type, void (*what)(unsigned sender))
{
	trigger.left = messages;
	trigger.type = type;
	trigger.what = what;
}

void net_calm(void)
{
	trigger.left = 0;
	partition_until = beats_until = 0;
	for (unsigned u = 0; u < SIM_UNITS; u++)
		end[u].deaf_until = end[u].slow_until = 0;
}

void net_begin(void)
{
	memset(end, 0, sizeof(end));
	memset(&trigger, 0, sizeof(trigger));
	sessions = tried_at = partition_until = beats_until = 0;
	sim_after(1 + sim_below(CONNECT_MAX_NS), &(struct sim_event){.run = on_connect});
	for (unsigned u = 0; u < SIM_UNITS; u++)
		sim_after(1 + sim_below(NET_INTERVAL_MS * SIM_MS),
			  &(struct sim_event){.run = on_beat, .value = u});
}
